import builtins
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from learnkit.benchmark.holes import holes
from learnkit.benchmark.methods import METHODS, Method, find, network
from learnkit.images.data import fashion_mnist, to_float
from learnkit.images.fill import check_filled

TRAINING = fashion_mnist("train")[0][:300]
IMAGES = to_float(fashion_mnist("test")[0][:6])


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", ["centre10", "brush"])
def test_every_method_is_a_fill_of_many_pictures(name, kind):
    its_holes = holes(kind, len(IMAGES))
    for dtype in (np.float32, np.float64):
        cut = np.where(its_holes, 0, IMAGES).astype(dtype)
        filled = find(name).make(TRAINING)(cut, its_holes)
        assert filled.dtype == dtype
        check_filled(filled, cut, its_holes)


@pytest.mark.parametrize(
    ("name", "flag"), [("telea", cv2.INPAINT_TELEA), ("navier-stokes", cv2.INPAINT_NS)]
)
def test_the_peers_are_opencvs_own_with_radius_3(name, flag):
    its_holes = holes("centre14", len(IMAGES))
    filled = find(name).make(TRAINING)(IMAGES, its_holes)
    for image, hole, mine in zip(IMAGES, its_holes, filled, strict=True):
        byte = np.round(255 * image).astype(np.uint8)
        theirs = cv2.inpaint(byte, hole.astype(np.uint8), 3, flag)
        np.testing.assert_allclose(255 * mine, theirs, atol=1e-9)


def test_nothing_heavy_is_loaded_until_a_method_is_made():
    code = "import sys, learnkit.benchmark.table, learnkit.benchmark.yours\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "learnkit.benchmark.methods" in ran.stdout.split()
    assert not {"torch", "cv2", "scipy.linalg"} & set(ran.stdout.split())


@pytest.mark.errors
def test_without_opencv_its_methods_say_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "cv2":
            raise ImportError("No module named 'cv2'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install opencv-python-headless"):
        METHODS["telea"].make(TRAINING)


@pytest.mark.errors
def test_an_unknown_method_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(ValueError, match="no method is called 'linea'; there are mean, telea"):
        find("linea")


class Grey(nn.Module):
    """Fills with a learned grey, and is careless about known pixels."""

    def __init__(self):
        super().__init__()
        self.grey = nn.Parameter(torch.tensor(0.25))
        self.seen = []

    def fill(self, images, its_holes):
        assert images.dtype == torch.float32 and its_holes.dtype == torch.bool
        self.seen.append((tuple(images.shape), tuple(its_holes.shape)))
        return torch.where(its_holes, self.grey, images + 1e-3)


def test_a_network_is_loaded_by_its_name_when_it_is_made(monkeypatch):
    from learnkit.models import pretrained

    asked = []
    monkeypatch.setattr(pretrained, "pretrained", lambda name: asked.append(name) or Grey())
    method = Method("a grey", network("grey"))
    assert asked == []
    method.make(TRAINING)(IMAGES, holes("right", len(IMAGES)))
    assert asked == ["grey"]
