import importlib.util

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.holes import draw
from learnkit.images.data import fashion_mnist
from learnkit.models.context_encoder import ContextEncoder
from learnkit.models.pretrained import pretrained
from learnkit.speed import to_onnx
from learnkit.speed.frames import OneHole

HOLE = torch.from_numpy(draw.box((28, 28), height=14, width=14))[None, None]
GARMENTS = torch.from_numpy(fashion_mnist("test")[0][:20, None] / np.float32(255))


class ByValue(nn.Module):
    """It decides by the values of its input."""

    def forward(self, x):
        return x if x.sum() > 0 else -x


class TwoFaced(nn.Module):
    """It does something else while it is written down."""

    def forward(self, x):
        return x + int(torch.compiler.is_exporting())


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "context_encoder.onnx"
    model = to_onnx.Filling(pretrained("context_encoder"))
    return to_onnx.to_onnx(model, [GARMENTS[:1], HOLE], path)


def test_a_file_fills_as_the_network_does_to_five_digits(encoder):
    run, model = to_onnx.Session(encoder), pretrained("context_encoder")
    assert run.names == ["image", "hole"]
    for picture in GARMENTS:
        got = run(picture[None].numpy(), HOLE.numpy())
        expected = model.fill(picture[None], HOLE).numpy()
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_the_inpainter_of_one_hole_goes_through_a_file(tmp_path):
    inpainter = pretrained("inpainter")
    one = OneHole(inpainter, HOLE)
    run = to_onnx.Session(to_onnx.to_onnx(one, [GARMENTS[:1]], tmp_path / "one.onnx"), threads=1)
    got = np.concatenate([run(picture[None].numpy()) for picture in GARMENTS])
    np.testing.assert_allclose(got, inpainter.fill(GARMENTS, HOLE), rtol=0, atol=1e-5)


@pytest.mark.slow
def test_the_photo_inpainter_goes_through_a_file_with_its_plate(tmp_path):
    model, picture = pretrained("photo_inpainter"), torch.rand(1, 3, 64, 64)
    hole = torch.from_numpy(draw.scratches((64, 64), count=3, seed=0))[None, None]
    path = to_onnx.to_onnx(to_onnx.Filling(model), [picture, hole], tmp_path / "photo.onnx")
    got = to_onnx.Session(path)(picture.numpy(), hole.numpy())
    np.testing.assert_allclose(got, model.fill(picture, hole), rtol=0, atol=1e-5)


def test_the_network_stays_as_it_was_and_nothing_is_printed(tmp_path, capfd):
    model = ContextEncoder(width=8, latent=8).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    to_onnx.to_onnx(to_onnx.Filling(model), [GARMENTS[:1], HOLE], tmp_path / "small.onnx")
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert capfd.readouterr() == ("", "")


@pytest.mark.errors
def test_a_network_that_decides_by_values_is_refused_with_the_reason(tmp_path, capfd):
    with pytest.raises(ValueError, match=r"ByValue as a list of operations.*decide by the values"):
        to_onnx.to_onnx(ByValue(), [torch.ones(1, 3)], tmp_path / "by_value.onnx")
    assert not list(tmp_path.iterdir()) and capfd.readouterr() == ("", "")


@pytest.mark.errors
def test_a_file_that_gives_other_numbers_is_not_written(tmp_path):
    path = tmp_path / "two_faced.onnx"
    path.write_bytes(b"the old one")
    with pytest.raises(ArithmeticError, match="differ from torch's by"):
        to_onnx.to_onnx(TwoFaced(), [torch.ones(1, 3)], path)
    assert path.read_bytes() == b"the old one"


@pytest.mark.errors
@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ([], "takes image, hole; 0 were given"),
        ([np.zeros((2, 1, 28, 28), np.float32), HOLE.numpy()], r"image must have the shape"),
    ],
)
def test_inputs_that_do_not_fit_the_file_are_named(encoder, arrays, words):
    with pytest.raises(ValueError, match=words):
        to_onnx.Session(encoder)(*arrays)


@pytest.mark.errors
def test_a_file_that_is_not_there_or_no_onnx_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*none\.onnx: to_onnx"):
        to_onnx.Session(tmp_path / "none.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"broken\.onnx cannot be run as an ONNX file"):
        to_onnx.Session(broken)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("absent", "words"),
    [
        ({"onnxruntime"}, "onnxruntime is not installed"),
        ({"onnx", "onnxscript"}, "onnx and onnxscript are not installed"),
    ],
)
def test_without_the_extra_there_is_a_sentence_that_says_how_to_get_it(
    tmp_path, monkeypatch, absent, words
):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in absent else find(name)
    )
    assert words in to_onnx.missing() and "learnkit-inpainting[export]" in to_onnx.missing()
    with pytest.raises(ModuleNotFoundError, match=words):
        to_onnx.to_onnx(nn.Linear(2, 2), [torch.ones(1, 2)], tmp_path / "x.onnx")
    with pytest.raises(ModuleNotFoundError, match=words):
        to_onnx.Session(tmp_path / "x.onnx")
