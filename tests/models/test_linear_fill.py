"""The linear fill as a layer: the NumPy fill's twin, for batches of holes."""

import numpy as np
import pytest
import torch

from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.holes.batches import random_holes
from learnkit.images.data import fashion_mnist
from learnkit.models.linear_fill import LinearFill
from learnkit.models.masked import hole_mse

TRAINING, _ = fashion_mnist("train")
TEST, _ = fashion_mnist("test")


def as_tensor(images):
    return torch.from_numpy(images).float()[:, None] / 255


@pytest.fixture(scope="module")
def linear():
    return LinearFill().fit(as_tensor(TRAINING[:3000]))


def test_it_is_the_numpy_fill_whichever_of_the_two_systems_is_solved(linear):
    dice = torch.Generator().manual_seed(0)
    holes = random_holes({"box": 6, "half": 6, "scatter": 6}, 28, 28, dice, wide=True)
    share = holes.float().mean(dim=(1, 2, 3))
    assert share.min() < 0.4 and share.max() > 0.6  # both systems
    images = as_tensor(TEST[:18])
    theirs = LinearMMSE(TRAINING[:3000]).batch(images[:, 0].double().numpy(), holes[:, 0].numpy())
    np.testing.assert_allclose(linear(images, holes)[:, 0].numpy(), theirs, atol=2e-3)


def test_known_pixels_stay_and_nothing_under_the_hole_is_read(linear):
    images = as_tensor(TEST[:8])
    hole = random_holes({"scatter": 8}, 28, 28, torch.Generator().manual_seed(1))
    filled = linear(images, hole)
    assert torch.equal(filled[~hole], images[~hole])
    assert torch.equal(filled, linear(torch.where(hole, 0.7, images), hole))
    assert filled.min() >= 0 and filled.max() <= 1


def test_with_nothing_known_it_is_the_mean_and_with_nothing_missing_the_picture(linear):
    images = as_tensor(TEST[:2])
    every = torch.ones(2, 1, 28, 28, dtype=torch.bool)
    mean = TRAINING[:3000].mean(axis=0) / 255
    np.testing.assert_allclose(linear(images, every)[1, 0].numpy(), mean, atol=1e-5)
    assert torch.equal(linear(images, ~every), images)


def test_what_is_left_is_what_it_misses_on_pictures_it_was_fitted_to(linear):
    images = as_tensor(TRAINING[:3000])
    for hole in random_holes({"box": 1, "half": 1, "scatter": 1}, 28, 28, torch.Generator()):
        each, one = hole.expand(3000, 1, 28, 28), torch.zeros(3000, dtype=torch.int64)
        unclipped = linear.solve(hole[None]).conditional_mean(images.flatten(1), one)
        missed = hole_mse(unclipped.reshape(images.shape), images, each)
        assert linear.expected_mse(hole.flatten()).item() == pytest.approx(missed.item(), rel=0.08)


def test_solved_together_it_is_the_fill_that_each_hole_has_alone(linear):
    """And both are what torch solves in double precision; an empty hole is left alone."""
    kinds = {"box": 4, "half": 4, "scatter": 4, "everything": 1}
    holes = random_holes(kinds, 28, 28, torch.Generator().manual_seed(2), wide=True)
    holes = torch.cat([holes, torch.zeros_like(holes[:1])])
    which = torch.arange(len(holes)).repeat(2).flip(0)
    images = as_tensor(TEST[: len(which)])
    alone, together = linear.solve(holes, batched=False), linear.solve(holes, batched=True)
    one, other = alone.fill(images, which), together.fill(images, which)
    # each rounds in its own order, and processors differ: 5e-6 on one, 5.3e-6 on another
    torch.testing.assert_close(other, one, atol=1e-5, rtol=0)
    torch.testing.assert_close(
        together.expected_mse()[:-1], alone.expected_mse()[:-1], atol=5e-6, rtol=0
    )
    cov = linear._covariance_and_precision()["covariance"].double()
    for x, i, filled in zip(images.flatten(1).double(), which, other, strict=True):
        u, k = holes[i].flatten(), ~holes[i].flatten()
        mean = linear.mean.double()
        guess = mean[u] + cov[u][:, k] @ torch.linalg.solve(cov[k][:, k], x[k] - mean[k])
        torch.testing.assert_close(
            filled.flatten()[u].double(), guess.clamp(0, 1), atol=1e-4, rtol=0
        )


def test_whatever_precision_torch_is_set_to_it_solves_with_all_digits(linear):
    seen = []

    class Look(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            if getattr(function, "__name__", "") in ("matmul", "linalg_solve_triangular"):
                seen.append(torch.get_float32_matmul_precision())
            return function(*args, **(kwargs or {}))

    images, hole = as_tensor(TEST[:2]), torch.zeros(2, 1, 28, 28, dtype=torch.bool)
    hole[..., 14:] = True
    torch.set_float32_matmul_precision("medium")
    try:
        with Look():
            for together in (False, True):
                solved = linear.solve(hole, batched=together)
                solved.fill(images, torch.arange(2))
                solved.expected_mse()
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
    assert len(seen) > 4 and set(seen) == {"highest"}


def test_it_asks_for_nothing_of_torchs_defaults(linear):
    images, hole = as_tensor(TEST[:2]), torch.zeros(2, 1, 28, 28, dtype=torch.bool)
    hole[..., 14:] = True
    before = linear(images, hole)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("meta"):
            again = LinearFill().to_empty(device="cpu")
            again.load_state_dict(linear.state_dict())
            after = again.float()(images, hole)
            assert after.dtype == torch.float32 and torch.equal(after, before)
            assert linear.fit(as_tensor(TRAINING[:3000])).expected_mse(hole[0].flatten()) > 0
    finally:
        torch.set_default_dtype(torch.float32)


def test_half_precision_loses_nothing_to_speak_of(linear):
    again = LinearFill()
    again.load_state_dict({key: value.half() for key, value in linear.state_dict().items()})
    images, hole = as_tensor(TEST[:50]), torch.zeros(50, 1, 28, 28, dtype=torch.bool)
    hole[..., 7:21, 7:21] = True
    one, two = (hole_mse(it(images, hole), images, hole).log10().item() for it in (linear, again))
    assert 10 * abs(one - two) < 0.01  # dB


def test_new_weights_make_a_new_fill(linear):
    other = LinearFill().fit(as_tensor(TRAINING[3000:4000]))
    images, hole = as_tensor(TEST[:1]), torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., 14:] = True
    before = other(images, hole)
    other.load_state_dict(linear.state_dict())
    assert not torch.equal(other(images, hole), before)
    torch.testing.assert_close(other(images, hole), linear(images, hole), atol=1e-4, rtol=0)


def test_one_hole_may_serve_all_pictures(linear):
    images, hole = as_tensor(TEST[:3]), torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., 5:20, 9:] = True
    one, each = (
        linear(torch.where(hole, 0.7, images), hole),
        linear(images, hole.repeat(3, 1, 1, 1)),
    )
    torch.testing.assert_close(one, each)


@pytest.mark.errors
def test_another_size_is_named(linear):
    with pytest.raises(ValueError, match="1 channel of 28 x 28, got 1 of 32 x 32"):
        linear(torch.zeros(1, 1, 32, 32), torch.zeros(1, 1, 32, 32, dtype=torch.bool))
