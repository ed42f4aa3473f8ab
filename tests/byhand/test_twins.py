"""Walks the table of twins: value and gradients against PyTorch, in float64."""

import inspect

import numpy as np
import pytest

from learnkit.byhand import conv, layers, losses, pooling
from tests.byhand.twins import TOLERANCE, TWINS, disagreement

CASES = 100  # random problems an entry
WITHOUT_A_TWIN = {
    "psnr": "torch has none: held to scikit-image in test_losses",
    "links": "what the three loops of a convolution walk over, which test_conv holds to torch's",
    "laid": "what the loops of a pool walk over, which test_pooling holds to torch's",
    "pooled_shape": "the shape of every pool, which torch confirms",
}


@pytest.mark.parametrize("name", TWINS)
def test_value_and_gradients_equal_those_of_torch(name):
    worst = max(range(CASES), key=lambda seed: disagreement(name, seed))
    assert disagreement(name, worst) <= TOLERANCE, f"seed {worst}"


@pytest.mark.parametrize("module", [losses, layers, conv, pooling])
def test_every_public_function_stands_in_the_table_or_says_why_not(module):
    covered = {f.__name__ for entry in TWINS.values() for f in entry.covers}
    public = {
        name
        for name, f in vars(module).items()
        if inspect.isfunction(f)
        and f.__module__ == module.__name__
        and name[0] != "_"
        and not name.endswith("_loops")  # a definition, to which its fast form is held
    }
    assert public - covered - WITHOUT_A_TWIN.keys() == set()
    assert not covered & WITHOUT_A_TWIN.keys()


def test_a_wrong_gradient_would_be_caught(monkeypatch):
    right = losses.mse_loss_grad
    monkeypatch.setattr(losses, "mse_loss_grad", lambda p, t: right(p, t) * (1 + 1e-9))
    assert max(disagreement("mse_loss", seed) for seed in range(5)) > TOLERANCE


def test_the_gradient_of_mse_sums_to_that_of_its_shift(rng):
    pred, target = rng.random((4, 5)), rng.random((4, 5))
    shift_grad = 2 * np.mean(pred - target)  # d/ds of mean((p + s - t)²) at s = 0
    np.testing.assert_allclose(losses.mse_loss_grad(pred, target).sum(), shift_grad)
