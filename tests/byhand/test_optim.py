import numpy as np
import pytest
import torch

from learnkit.byhand.optim import gradient_descent


def test_a_hundred_steps_equal_those_of_torch_sgd(rng):
    a = rng.standard_normal((4, 4))
    a = a @ a.T + np.eye(4)
    x0 = rng.standard_normal(4)
    x = torch.tensor(x0, requires_grad=True)
    sgd = torch.optim.SGD([x], lr=0.01)
    path = gradient_descent(lambda v: a @ v, x0, lr=0.01, steps=100)
    for ours in path[1:]:
        sgd.zero_grad()
        (0.5 * x @ torch.tensor(a) @ x).backward()
        sgd.step()
        np.testing.assert_allclose(ours, x.detach().numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("factor", "settles"), [(0.99, True), (1.01, False)])
def test_it_settles_below_two_over_the_largest_curvature_and_only_there(factor, settles):
    curvature = np.array([1.0, 8.0])
    path = gradient_descent(lambda x: curvature * x, np.ones(2), lr=factor * 2 / 8, steps=500)
    assert (abs(path[-1]).max() < 0.01) == settles


def test_the_start_comes_first_and_no_array_is_shared():
    x0 = np.ones(2)
    path = gradient_descent(lambda x: x, x0, lr=0.1, steps=3)
    assert len(path) == 4 and np.array_equal(path[0], x0)
    assert len({id(p) for p in [*path, x0]}) == 5
    assert not any(np.shares_memory(p, q) for p in path for q in [x0, *path] if p is not q)


@pytest.mark.errors
def test_a_negative_rate_and_a_negative_count_are_refused():
    with pytest.raises(ValueError, match="lr must not be negative, got -1"):
        gradient_descent(lambda x: x, np.ones(1), lr=-1, steps=1)
    with pytest.raises(ValueError, match="steps must not be negative, got -2"):
        gradient_descent(lambda x: x, np.ones(1), lr=1, steps=-2)
