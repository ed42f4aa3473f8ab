"""Each function of learnkit.byhand beside its PyTorch twin: value and gradient, in float64."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from learnkit.byhand import losses

numbers = st.floats(-10, 10, allow_subnormal=False)


def torch_roughness(image, _):
    return (image.diff(dim=0) ** 2).sum() + (image.diff(dim=1) ** 2).sum()


TWINS = [  # ours, its gradient, torch's
    (losses.mse_loss, losses.mse_loss_grad, F.mse_loss),
    (losses.l1_loss, losses.l1_loss_grad, F.l1_loss),
    (
        lambda p, t: losses.roughness(p),
        lambda p, t: losses.roughness_grad(p),
        torch_roughness,
    ),
]
NAMES = ["mse_loss", "l1_loss", "roughness"]


@pytest.mark.parametrize(("ours", "ours_grad", "twin"), TWINS, ids=NAMES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_value_and_gradient_equal_those_of_torch(ours, ours_grad, twin, data):
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))
    pred, target = (data.draw(hnp.arrays(float, shape, elements=numbers)) for _ in range(2))
    x = torch.tensor(pred, requires_grad=True)
    value = twin(x, torch.tensor(target))
    value.backward()
    np.testing.assert_allclose(ours(pred, target), value.item(), rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(ours_grad(pred, target), x.grad.numpy(), rtol=1e-10, atol=1e-13)


def test_the_gradient_of_mse_sums_to_that_of_its_shift(rng):
    pred, target = rng.random((4, 5)), rng.random((4, 5))
    shift_grad = 2 * np.mean(pred - target)  # d/ds of mean((p + s - t)²) at s = 0
    np.testing.assert_allclose(losses.mse_loss_grad(pred, target).sum(), shift_grad)
