import numpy as np
import pytest
import torch

from learnkit.byhand.gradcheck import check_grad, numerical_grad


def test_central_differences_are_exact_for_a_quadratic_but_for_rounding(rng):
    a, x = rng.standard_normal((6, 6)), rng.standard_normal(6)
    np.testing.assert_allclose(numerical_grad(lambda v: v @ a @ v, x), (a + a.T) @ x, rtol=1e-8)


def test_they_agree_with_torch_autograd_on_a_crooked_function(rng):
    x = rng.standard_normal((3, 4))
    t = torch.tensor(x, requires_grad=True)
    (torch.sin(t).exp() * t.roll(1, 0)).sum().backward()
    ours = numerical_grad(lambda v: float((np.exp(np.sin(v)) * np.roll(v, 1, 0)).sum()), x)
    np.testing.assert_allclose(ours, t.grad.numpy(), rtol=1e-7)


def test_the_point_is_left_to_the_bit(rng):
    x = rng.standard_normal((3, 3))
    before = x.copy()
    numerical_grad(np.sum, x)
    assert np.array_equal(x, before)


def test_the_relative_error_names_the_usual_mistakes(rng):
    x = rng.standard_normal(5)

    def error_of(wrong):
        return check_grad(lambda v: float(v @ v), wrong, x, tol=2.0)

    assert error_of(lambda v: v) == pytest.approx(1 / 3, rel=1e-6)  # the 2 forgotten
    assert error_of(lambda v: -2 * v) == pytest.approx(1, rel=1e-6)  # the sign flipped


@pytest.mark.errors
def test_a_wrong_gradient_is_named_with_its_place():
    with pytest.raises(ValueError, match=r"wrong.*at \[1\] f_grad says 2, central .* say 4"):
        check_grad(lambda v: float(v @ v), lambda v: np.array([2.0, 2.0]), np.array([1.0, 2.0]))


@pytest.mark.errors
def test_a_gradient_of_nan_is_wrong():
    with pytest.raises(ValueError, match="wrong"):
        check_grad(lambda v: float(v @ v), lambda v: v * np.nan, np.array([1.0, 2.0]))


@pytest.mark.errors
def test_integers_cannot_be_nudged():
    with pytest.raises(TypeError, match="float"):
        numerical_grad(np.sum, np.array([1, 2]))


@pytest.mark.errors
def test_a_loss_that_is_no_number_is_named():
    with pytest.raises(ValueError, match=r"f must give one number, got shape \(2,\): sum or"):
        check_grad(lambda x: x**2, lambda x: 2 * x, np.ones(2))
