import numpy as np
import pytest

from learnkit.byhand import layers
from learnkit.byhand.gradcheck import check_grad


def test_the_sigmoid_is_right_to_the_last_digits_in_the_left_tail_and_warns_nowhere():
    z = np.array([-700.0, -40.0, -1e-8, 40.0, 800.0, -800.0, 1e308])
    exact = [np.exp(-700.0), np.exp(-40.0) / (1 + np.exp(-40.0)), 0.5 - 2.5e-9, 1, 1, 0, 1]
    np.testing.assert_allclose(layers.sigmoid(z), exact, rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "grad"),
    [
        (layers.sigmoid, layers.sigmoid_grad),
        (layers.tanh, layers.tanh_grad),
        (layers.relu, layers.relu_grad),
        (layers.softmax, layers.softmax_grad),
    ],
)
def test_what_a_layer_passes_back_agrees_with_central_differences(rng, value, grad):
    x, u = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
    check_grad(lambda x: float((value(x) * u).sum()), lambda x: grad(x, u), x)


def test_softmax_rows_sum_to_one_and_a_shift_changes_nothing(rng):
    z = 300 * rng.standard_normal((5, 7))
    np.testing.assert_allclose(layers.softmax(z).sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(layers.softmax(z + 1e3), layers.softmax(z), rtol=1e-9)


def test_dropout_keeps_the_mean_and_passes_back_through_what_was_kept():
    rng = np.random.default_rng(0)
    y, scale = layers.dropout(np.ones(100_000), 0.3, generator=rng)
    assert y.mean() == pytest.approx(1, abs=0.01)
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert np.array_equal(layers.dropout_grad(scale, np.ones_like(y)), y)


@pytest.mark.errors
def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="x has 3 columns and w has 2 rows"):
        layers.linear(np.ones((1, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"p must lie in \[0, 1\), got 1"):
        layers.dropout(np.ones(2), 1.0, generator=np.random.default_rng(0))
    with pytest.raises(
        TypeError, match=r"generator must be np\.random\.default_rng\(seed\), got 0"
    ):
        layers.dropout(np.ones(2), 0.5, generator=0)
    with pytest.raises(ValueError, match=r"at least one class along its last axis, got \(2, 0\)"):
        layers.softmax(np.ones((2, 0)))
    with pytest.raises(TypeError, match="bias must be a NumPy array, got list"):
        layers.linear(np.ones((2, 3)), np.ones((3, 1)), [0.0])
    with pytest.raises(ValueError, match="one shape"):
        layers.relu_grad(np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"bias must have shape \(4,\), got \(2, 1\)"):
        layers.linear(np.ones((2, 3)), np.ones((3, 4)), np.ones((2, 1)))  # it would broadcast
    with pytest.raises(ValueError, match=r"upstream must have shape \(2, 4\), got \(4,\)"):
        layers.linear_grad(np.ones((2, 3)), np.ones((3, 4)), np.ones(4))
    with pytest.raises(ValueError, match=r"upstream must have shape \(n, d\), .* got \(4,\)"):
        layers.bias_grad(np.ones(4))
    with pytest.raises(TypeError, match="x must be float, got uint8; divide it by 255"):
        layers.linear(np.ones((2, 3), np.uint8), np.ones((3, 4)))
    with pytest.raises(ValueError, match=r"x must be \(n, d\) and w \(d, k\), got \(3,\)"):
        layers.linear(np.ones(3), np.ones((3, 4)))


@pytest.mark.errors
@pytest.mark.parametrize(
    "value", [layers.relu, layers.sigmoid, layers.tanh, layers.softmax, layers.log_softmax]
)
def test_what_is_not_a_float_or_not_a_number_is_named(value):
    with pytest.raises(ValueError, match=r"holds NaN at 1 of 2 places, first at \(0, 0\)"):
        value(np.array([[np.nan, 1.0]]))
    with pytest.raises(TypeError, match="must be float, got int64"):
        value(np.array([[0, 1]]))
    with pytest.raises(TypeError, match="must be a NumPy array, got list"):
        value([0.5])


@pytest.mark.errors
def test_a_gradient_that_is_not_a_number_is_named():
    nan = np.array([[np.nan, 1.0]])
    for grad in (layers.relu_grad, layers.sigmoid_grad, layers.tanh_grad, layers.softmax_grad):
        with pytest.raises(ValueError, match="upstream holds NaN at 1 of 2 places"):
            grad(np.ones((1, 2)), nan)
    with pytest.raises(ValueError, match="upstream holds NaN"):
        layers.linear_grad(np.ones((1, 3)), np.ones((3, 2)), nan)
    with pytest.raises(ValueError, match="upstream holds NaN"):
        layers.bias_grad(nan)
