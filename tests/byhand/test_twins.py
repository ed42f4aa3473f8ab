"""Every function of learnkit.byhand beside its PyTorch twin, value and gradient, in float64.

One table. `upstream` is what torch's backward() is handed, so a layer's gradient is checked with
a random one. A twin takes tensors and gives a tensor; ours takes arrays.
"""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from learnkit.byhand import layers, losses

RTOL = 1e-10
CASES = 100  # random cases a twin


@dataclass
class Twin:
    """Ours, its gradient, torch's; `low` and `high` bound the numbers that both are given."""

    name: str
    value: object
    grad: object
    torch: object
    inputs: int = 2  # arrays of one shape: the first gets a gradient
    low: float = -10
    high: float = 10
    layer: bool = False  # a layer's gradient takes an upstream as its last argument


def torch_roughness(image):
    return (image.diff(dim=0) ** 2).sum() + (image.diff(dim=1) ** 2).sum()


TWINS = [
    Twin("mse_loss", losses.mse_loss, losses.mse_loss_grad, F.mse_loss),
    Twin("l1_loss", losses.l1_loss, losses.l1_loss_grad, F.l1_loss),
    Twin("roughness", losses.roughness, losses.roughness_grad, torch_roughness, inputs=1),
    Twin(
        "binary_cross_entropy",
        losses.binary_cross_entropy,
        losses.binary_cross_entropy_grad,
        F.binary_cross_entropy,
        low=0,
        high=1,
    ),
    Twin(
        "binary_cross_entropy_with_logits",
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_grad,
        F.binary_cross_entropy_with_logits,
        low=-40,
        high=40,
    ),
    Twin("sigmoid", layers.sigmoid, layers.sigmoid_grad, torch.sigmoid, 1, -40, 40, layer=True),
    Twin("tanh", layers.tanh, layers.tanh_grad, torch.tanh, 1, -15, 15, layer=True),
    Twin("relu", layers.relu, layers.relu_grad, F.relu, 1, layer=True),
    Twin("softmax", layers.softmax, layers.softmax_grad, lambda z: z.softmax(-1), 1, layer=True),
]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
@settings(max_examples=CASES, deadline=None)
@given(data=st.data())
def test_value_and_gradient_equal_those_of_torch(twin, data):
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))
    numbers = st.floats(twin.low, twin.high, allow_subnormal=False)
    arrays = [data.draw(hnp.arrays(float, shape, elements=numbers)) for _ in range(twin.inputs)]
    tensors = [torch.tensor(a) for a in arrays]
    tensors[0].requires_grad_()
    value = twin.torch(*tensors)
    # 1e-15 nats: torch's own cross-entropy loses the digits below, ours keeps them (log1p)
    np.testing.assert_allclose(twin.value(*arrays), value.detach(), rtol=RTOL, atol=1e-15)
    if twin.layer:
        arrays.append(data.draw(hnp.arrays(float, shape, elements=st.floats(-3, 3))))
        value.backward(torch.tensor(arrays[-1]))
    else:
        value.backward()
    scale = np.abs(tensors[0].grad.numpy()).max(initial=1e-30)
    theirs = tensors[0].grad.numpy()
    np.testing.assert_allclose(twin.grad(*arrays), theirs, rtol=RTOL, atol=1e-12 * scale + 1e-15)


@settings(max_examples=CASES, deadline=None)
@given(data=st.data())
def test_cross_entropy_equals_that_of_torch(data):
    n, k = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 6))
    logits = data.draw(hnp.arrays(float, (n, k), elements=st.floats(-50, 50)))
    labels = data.draw(hnp.arrays(np.int64, n, elements=st.integers(0, k - 1)))
    z = torch.tensor(logits, requires_grad=True)
    value = F.cross_entropy(z, torch.tensor(labels))
    value.backward()
    np.testing.assert_allclose(
        losses.cross_entropy(logits, labels), value.item(), rtol=RTOL, atol=1e-15
    )
    np.testing.assert_allclose(
        losses.cross_entropy_grad(logits, labels), z.grad.numpy(), rtol=RTOL, atol=1e-15
    )


@settings(max_examples=CASES, deadline=None)
@given(data=st.data())
def test_kl_divergence_equals_that_of_torch_distributions(data):
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=5))
    mean, log_var = (
        data.draw(hnp.arrays(float, shape, elements=st.floats(-5, 5))) for _ in range(2)
    )
    m, v = (torch.tensor(a, requires_grad=True) for a in (mean, log_var))
    normal = torch.distributions.Normal
    prior = normal(torch.zeros_like(m), torch.ones_like(m))
    value = torch.distributions.kl_divergence(normal(m, (v / 2).exp()), prior).sum(1)
    value.sum().backward()
    np.testing.assert_allclose(
        losses.kl_divergence(mean, log_var), value.detach(), rtol=RTOL, atol=1e-13
    )
    for ours, theirs in zip(losses.kl_divergence_grad(mean, log_var), (m, v), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=RTOL, atol=1e-13)


@settings(max_examples=CASES, deadline=None)
@given(data=st.data())
def test_linear_equals_that_of_torch(data):
    n, d, k = (data.draw(st.integers(1, 5)) for _ in range(3))
    draw = [
        data.draw(hnp.arrays(float, s, elements=st.floats(-9, 9)))
        for s in ((n, d), (d, k), (k,), (n, k))
    ]
    x, w, bias, upstream = draw
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, w, bias)]
    value = F.linear(tensors[0], tensors[1].T, tensors[2])
    value.backward(torch.tensor(upstream))
    np.testing.assert_allclose(layers.linear(x, w, bias), value.detach(), rtol=RTOL, atol=1e-11)
    ours = (*layers.linear_grad(x, w, upstream), layers.bias_grad(upstream))
    for mine, theirs in zip(ours, tensors, strict=True):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=RTOL, atol=1e-11)


def test_the_gradient_of_mse_sums_to_that_of_its_shift(rng):
    pred, target = rng.random((4, 5)), rng.random((4, 5))
    shift_grad = 2 * np.mean(pred - target)  # d/ds of mean((p + s - t)²) at s = 0
    np.testing.assert_allclose(losses.mse_loss_grad(pred, target).sum(), shift_grad)
