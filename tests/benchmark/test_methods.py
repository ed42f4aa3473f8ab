import builtins
import json
import subprocess
import sys
from contextlib import contextmanager
from functools import partial, partialmethod

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from learnkit.assets import read
from learnkit.benchmark.methods import METHODS, Method, find, network
from learnkit.fills.protocol import check_filled
from learnkit.holes.published import holes
from learnkit.images.data import fashion_mnist, to_float
from learnkit.models import latent_search, posterior_sampling, repaint
from learnkit.models.flow import Flow
from learnkit.models.painter import Painter
from learnkit.models.pretrained import pretrained
from learnkit.sweeps.base import shipped

TRAINING = fashion_mnist("train")[0][:300]
IMAGES = to_float(fashion_mnist("test")[0][:6])


DRAW = {"search", "search-gan", "conditional", "conditional16", "repaint", "guided"}
DRAW |= {"diffusion", "diffusion16", "posterior", "flow", "flow16"}


@contextmanager
def few_steps():
    """Each step of a walk keeps to its hole, or does not, whether four follow or forty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latent_search, "latent_search", short(latent_search.latent_search, bank=64))
        patch.setattr(repaint, "repaint", short(repaint.repaint))
        patch.setattr(repaint, "guided", short(repaint.guided))
        patch.setattr(
            posterior_sampling, "posterior_sample", short(posterior_sampling.posterior_sample)
        )
        for model in (Painter, Flow):
            patch.setattr(model, "fill", partialmethod(model.fill, calls=4))
        yield


def short(walk, **more):
    return partial(walk, steps=4, **more)


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**30), st.floats(0.01, 0.99), st.sampled_from(["float32", "float64"]))
def test_every_method_keeps_what_is_known_and_never_reads_what_stood_in_the_hole(
    name, seed, share, dtype
):
    rng = np.random.default_rng(seed)
    images = IMAGES[rng.integers(0, len(IMAGES), 2)].astype(dtype)
    its_holes = rng.random(images.shape) < share
    its_holes[1] = holes("brush", 6)[seed % 6]
    its_holes[:, 0, 0] = False
    under = np.where(its_holes, rng.random(images.shape), images).astype(dtype)
    with few_steps():
        filled, again = (find(name).make(TRAINING)(x, its_holes) for x in (images, under))
    check_filled(filled, images, its_holes)
    assert filled.dtype == dtype and np.array_equal(filled, again)


@pytest.mark.parametrize("name", METHODS)
def test_a_full_hole_is_a_draw_or_a_sentence(name):
    fill, images = find(name).make(TRAINING), IMAGES[:2].copy()
    everything = np.ones(images.shape, bool)
    if name not in DRAW:
        with pytest.raises(ValueError, match="a fill needs a known pixel"):
            fill(images, everything)
        return
    drawn = fill(images, everything)
    check_filled(drawn, images, everything)
    assert np.abs(drawn[0] - drawn[1]).mean() > 0.01  # nothing is known: two draws, no copies


def test_networks_say_how_many_pictures_their_weights_have_seen():
    cards = {"search": "vae", "context-encoder": "context_encoder", "partial": "partial_unet"}
    cards |= {"gated": "gated_unet", "inpainter": "inpainter", "conditional": "conditional_vae"}
    cards |= {"conditional16": "conditional_vae", "repaint": "painter", "guided": "painter"}
    cards |= {"diffusion": "painter", "diffusion16": "painter", "search-gan": "gan"}
    cards |= {"posterior": "noise_predictor", "plug-and-play": "garment_denoiser"}
    cards |= {"flow": "flow", "flow16": "flow"}
    seen = {name: json.loads(read(f"{card}.json"))["pictures"] for name, card in cards.items()}
    assert {name: m.trained for name, m in METHODS.items() if m.trained is not None} == seen


@pytest.mark.parametrize("name", ["inpainter", "search-gan", "diffusion16"])
def test_a_network_has_its_weights_counted_and_its_training_timed(name):
    method = METHODS[name]
    learned = sum(weight.numel() for weight in pretrained(method.weights).parameters())
    timed = [row["minutes"] for row in shipped("training_time") if row["network"] == method.weights]
    assert method.training(9.0) == {
        "parameters": learned,
        "seconds": pytest.approx(60 * np.mean(timed)),
    }


def test_what_learns_when_it_is_made_took_as_long_as_that():
    assert METHODS["linear"].training(2.5) == {"seconds": 2.5}


@pytest.mark.parametrize(
    ("name", "flag"), [("telea", cv2.INPAINT_TELEA), ("navier-stokes", cv2.INPAINT_NS)]
)
def test_the_peers_are_opencvs_own_with_radius_3(name, flag):
    its_holes = holes("centre14", len(IMAGES))
    filled = find(name).make(TRAINING)(IMAGES, its_holes)
    for image, hole, mine in zip(IMAGES, its_holes, filled, strict=True):
        byte = np.round(255 * np.where(hole, 0, image)).astype(np.uint8)
        theirs = cv2.inpaint(byte, hole.astype(np.uint8), 3, flag)
        np.testing.assert_allclose(255 * mine, theirs, atol=1e-9)


def test_nothing_heavy_is_loaded_until_a_method_is_made():
    code = "import sys, learnkit.benchmark.table, learnkit.benchmark.from_file\nprint(*sys.modules)"
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
