"""The program in PyTorch and the one in Keras: the same losses for the same weights and batches."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from learnkit.article import in_torch
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, photograph

in_keras = pytest.importorskip("learnkit.article.in_keras", reason="the extra keras is missing")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def batches(count, size=32):
    images = torch.from_numpy(fashion_mnist("train")[0][: count * size, None] / np.float32(255))
    noise = torch.randn(count * size, in_torch.LATENT, generator=seeded())
    return list(zip(images.split(size), noise.split(size), strict=True))


def twins():
    torch.manual_seed(0)
    ours, theirs = in_torch.Synthesis(), in_keras.Synthesis()
    theirs(batches(1)[0])
    in_keras.copy_weights(ours, theirs)
    return ours, theirs


def a_hole():
    face = photograph("astronaut", height=160)[:64, 34:98]
    hole = torch.from_numpy(draw.scatter((64, 64), fraction=0.5, seed=0))[None, None]
    return torch.from_numpy(face).float().permute(2, 0, 1)[None], hole


def relative(one, other):
    return max(abs(a - b) / abs(a) for a, b in zip(one, other, strict=True))


def test_synthesis_has_the_same_losses_for_the_same_weights_and_batches():
    """Also of weights on the way: every other step starts from copied ones."""
    ours, theirs = twins()
    for pair in range(0, 12, 2):
        some = batches(12)[pair : pair + 2]
        one = list(in_torch.train_synthesis(ours, some))
        other = list(in_keras.train_synthesis(theirs, some))
        assert relative(one, other) < 1e-5
        in_keras.copy_weights(ours, theirs)


def test_inpainting_has_the_same_losses_for_the_same_weights_and_noise():
    torch.manual_seed(0)
    ours, theirs = in_torch.painter(16), in_keras.painter(16)
    noise, (image, hole) = torch.randn(1, *in_torch.NOISE, generator=seeded()), a_hole()
    for _ in range(4):
        in_keras.copy_weights(ours, theirs)
        one = list(in_torch.train_inpainting(ours, noise, image, hole, steps=2))
        other = list(in_keras.train_inpainting(theirs, noise, image, hole, steps=2))
        assert relative(one, other) < 1e-5


def test_adam_is_torchs_also_where_gradients_are_as_small_as_epsilon():
    """Keras's own epsilon counts 30 times as much in the first step."""
    for scale in (1.0, 1e-6, 1e-8):
        x = torch.tensor([0.5, -0.3], requires_grad=True)
        torchs = torch.optim.Adam([x], lr=0.01)
        variable = in_keras.keras.Variable(np.array([0.5, -0.3], np.float32))
        keras_adam = in_keras.Adam(0.01)
        for step in range(5):
            gradient = scale * torch.tensor([1.0 + step, -2.0])
            x.grad = gradient.clone()
            torchs.step()
            with torch.no_grad():
                keras_adam.apply([gradient], [variable])
        np.testing.assert_allclose(variable.numpy(), x.detach().numpy(), rtol=2e-5)


def test_known_error_is_the_same_for_one_picture_and_for_several():
    target, pred = torch.rand(2, 2, 3, 4, 4, generator=seeded(3))
    for n in (1, 2):
        hole = torch.rand(n, 1, 4, 4, generator=seeded(n)) < 0.5
        ours = in_torch.known_error(target[:n], pred[:n], hole).item()
        theirs = float(in_keras.known_error(target[:n], pred[:n], hole))
        assert theirs == pytest.approx(ours, rel=1e-5)


def test_a_model_that_does_not_fit_gets_no_weights():
    with pytest.raises(ValueError, match="the weights do not fit"):
        in_keras.copy_weights(in_torch.painter(16), in_keras.painter(8))


@pytest.mark.errors
def test_keras_with_another_backend_is_refused_in_words():
    code = (
        "import sys, types, importlib.machinery\n"
        "keras = types.ModuleType('keras')\n"
        "keras.backend = types.SimpleNamespace(backend=lambda: 'jax')\n"
        "keras.layers = keras.ops = None\n"
        "sys.modules['keras'] = keras\n"
        "import learnkit.article.in_keras\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode and "the backend 'jax': restart the kernel" in found.stderr
