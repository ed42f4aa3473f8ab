import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.byhand.autograd import Node, Scalar, Variable, backward, topological_order


def crooked(a, b, exp, log, tanh, relu):
    """One expression, for our numbers and for torch's, in which a and b are used many times."""
    c = a * b + a**3 - b / 2
    d = tanh(c) * exp(b / 4) - relu(a) + 1 / (3 + relu(-a))
    return d * d + log(5 + c * c) * a - (2 - b)


@settings(max_examples=300, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3))
def test_scalars_agree_with_torch(a, b):
    ours = [Scalar(a), Scalar(b)]
    backward(y := crooked(*ours, Scalar.exp, Scalar.log, Scalar.tanh, Scalar.relu))
    theirs = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (a, b)]
    z = crooked(*theirs, torch.exp, torch.log, torch.tanh, torch.relu)
    z.backward()
    assert y.value == pytest.approx(z.item(), rel=1e-10, abs=1e-12)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.grad == pytest.approx(other.grad.item(), rel=1e-9, abs=1e-11)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
def test_arrays_agree_with_torch_broadcasting_included(seed, n, d, k):
    rng = np.random.default_rng(seed)
    arrays = [rng.standard_normal(s) for s in ((n, d), (d, k), (k,), (n, 1), (1, 1))]
    ours = [Variable(a) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]

    def network(x, w, b, s, t):
        h = (x @ w + b).tanh() * s - t
        tail = (h.sigmoid() / 3 + 1 / (1 + (h * h).exp())).log() / (1 + b * b)
        return ((h.relu() - 0.5) ** 2 + 2.0 * h.sigmoid() * h + tail).mean() + (1.0 - x).sum()

    backward(y := network(*ours))
    z = network(*theirs)
    z.backward()
    np.testing.assert_allclose(y.value, z.item(), rtol=1e-10)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.grad, other.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_the_order_has_each_node_once_inputs_first_root_last():
    a = Scalar(2.0)
    b = a * a
    c = b + a
    root = c * b
    order = topological_order(root)
    assert len(order) == len({id(n) for n in order}) == 4 and order[-1] is root
    place = {id(n): i for i, n in enumerate(order)}
    assert all(place[id(i)] < place[id(n)] for n in order for i in n.inputs)


def test_a_chain_of_a_hundred_thousand_is_not_too_deep():
    x = Scalar(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    backward(y)
    assert x.grad == 1.0 and y.value == 100_001.0


def test_a_diamond_of_thirty_storeys_is_walked_once_and_not_two_to_the_thirty_times():
    x = Scalar(1.0)
    y = x
    for _ in range(30):
        y = y + y
    backward(y)
    assert x.grad == 2.0**30 and len(topological_order(y)) == 31


def test_a_second_backward_starts_afresh():
    x = Scalar(3.0)
    y = x * x
    backward(y)
    backward(y)
    assert x.grad == 6.0


def test_plain_arrays_and_numbers_may_stand_on_either_side():
    x = Variable(np.array([1.0, 2.0]))
    backward((np.array([3.0, 4.0]) * x + 1 - x * 2).sum())
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])


def test_it_learns_a_line_as_torch_does(rng):
    x, t = rng.standard_normal((20, 1)), rng.standard_normal((20, 1))
    w, b = Variable(np.zeros((1, 1))), Variable(np.zeros(1))
    for _ in range(200):
        backward(((Variable(x) @ w + b - t) ** 2).mean())
        w, b = Variable(w.value - 0.1 * w.grad), Variable(b.value - 0.1 * b.grad)
    slope, offset = np.polyfit(x.ravel(), t.ravel(), 1)
    assert w.value.item() == pytest.approx(slope, abs=1e-6)
    assert b.value.item() == pytest.approx(offset, abs=1e-6)
    assert math.isfinite(slope)


@pytest.mark.errors
def test_backward_from_an_array_is_refused():
    with pytest.raises(ValueError, match=r"a loss is one number, got shape \(2,\)"):
        backward(Node(np.ones(2)))


def test_a_number_to_the_power_of_nothing_has_no_slope_not_even_at_0():
    number, array = Scalar(0.0), Variable(np.array([0.0, 2.0]))
    backward(number**0)
    backward((array**0).sum())
    assert number.grad == 0 and np.array_equal(array.grad, [0.0, 0.0])


@pytest.mark.errors
def test_what_no_graph_can_hold_is_named():
    with pytest.raises(TypeError, match="walks from a Scalar or a Variable, got float"):
        backward(3.0)
    with pytest.raises(TypeError, match="value must be a NumPy array, got list"):
        Variable([1.0, 2.0])
    with pytest.raises(TypeError, match=r"value must be float, got int64; write value.astype"):
        Variable(np.ones(2, np.int64))
    with pytest.raises(ValueError, match="value holds NaN at 1 of 2 places"):
        Variable(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="x has 3 columns and w has 2 rows"):
        Variable(np.ones((1, 3))) @ Variable(np.ones((2, 4)))
    for number in (Scalar(0.0), Variable(np.array([1.0, 0.0]))):
        with pytest.raises(ValueError, match=r"log needs positive numbers, got 0.0"):
            number.log()


def test_an_array_times_a_variable_is_the_variables_affair(rng):
    x, w = rng.random((3, 4)), Variable(rng.random((4, 2)))
    y = x @ w
    assert isinstance(y, Variable)
    backward(y.sum())
    np.testing.assert_allclose(w.grad, x.T @ np.ones((3, 2)))


def test_a_difference_is_one_node_with_two_inputs():
    a, b = Scalar(3.0), Scalar(1.0)
    difference = a - b
    assert difference.inputs == (a, b)
    backward(difference * difference)
    assert (a.grad, b.grad) == (4.0, -4.0)
