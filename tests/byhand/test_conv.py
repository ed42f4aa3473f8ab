import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.byhand import conv

CLOSE = {"rtol": 1e-10, "atol": 1e-11}


@st.composite
def problems(draw, dilated=True):
    """A batch, a kernel that fits, and how to lay it."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    n, c_in, c_out = (draw(st.integers(1, 3)) for _ in range(3))
    kh, kw = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    dilation = draw(st.integers(1, 3)) if dilated else 1
    least = [max(1, dilation * (k - 1) + 1 - 2 * padding) for k in (kh, kw)]
    h, w = (draw(st.integers(m, m + 6)) for m in least)
    image = rng.standard_normal((n, c_in, h, w))
    weight = rng.standard_normal((c_out, c_in, kh, kw))
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    return image, weight, rng.standard_normal(c_out), how, rng


@settings(max_examples=400, deadline=None)
@given(problems())
def test_convolution_and_all_its_gradients_equal_those_of_torch(problem):
    image, weight, bias, how, rng = problem
    x, w, b = (torch.tensor(a, requires_grad=True) for a in (image, weight, bias))
    theirs = F.conv2d(x, w, b, **how)
    upstream = rng.standard_normal(theirs.shape)
    theirs.backward(torch.tensor(upstream))
    ours = conv.conv2d(image, weight, bias, **how)
    np.testing.assert_allclose(ours, theirs.detach(), **CLOSE)
    x_grad = conv.conv2d_input_grad(image.shape[2:], weight, upstream, **how)
    np.testing.assert_allclose(x_grad, x.grad, **CLOSE)
    w_grad = conv.conv2d_weight_grad(image, upstream, weight.shape[2:], **how)
    np.testing.assert_allclose(w_grad, w.grad, **CLOSE)
    np.testing.assert_allclose(conv.conv2d_bias_grad(upstream), b.grad, **CLOSE)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_fast_form_equals_its_definition(problem):
    image, weight, _, how, _ = problem
    np.testing.assert_allclose(
        conv.conv2d(image, weight, **how), conv.conv2d_loops(image, weight, **how), **CLOSE
    )


@settings(max_examples=300, deadline=None)
@given(problems(dilated=False))
def test_transposed_convolution_equals_that_of_torch(problem):
    image, weight, _, how, rng = problem
    stride, padding = how["stride"], how["padding"]
    weight = rng.standard_normal((image.shape[1], 2, *weight.shape[2:]))
    sizes = [stride * (image.shape[a] - 1) + weight.shape[a] - 2 * padding for a in (2, 3)]
    if min(sizes) < 1:
        return
    x, w = (torch.tensor(a, requires_grad=True) for a in (image, weight))
    theirs = F.conv_transpose2d(x, w, stride=stride, padding=padding)
    upstream = rng.standard_normal(theirs.shape)
    theirs.backward(torch.tensor(upstream))
    ours = conv.conv_transpose2d(image, weight, stride, padding)
    np.testing.assert_allclose(ours, theirs.detach(), **CLOSE)
    x_grad = conv.conv_transpose2d_input_grad(weight, upstream, stride, padding)
    np.testing.assert_allclose(x_grad, x.grad, **CLOSE)
    w_grad = conv.conv_transpose2d_weight_grad(image, upstream, weight.shape[2:], stride, padding)
    np.testing.assert_allclose(w_grad, w.grad, **CLOSE)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_gradient_by_the_picture_is_the_adjoint(problem):
    image, weight, _, how, rng = problem
    y = conv.conv2d(image, weight, **how)
    u = rng.standard_normal(y.shape)
    back = conv.conv2d_input_grad(image.shape[2:], weight, u, **how)
    np.testing.assert_allclose((y * u).sum(), (image * back).sum(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_pooling_and_its_gradient_equal_those_of_torch(name, size):
    for seed in range(60):
        rng = np.random.default_rng(seed)
        image = rng.integers(0, 4, (2, 3, 3 + seed % 5, 3 + seed % 7)).astype(float)  # with ties
        x = torch.tensor(image, requires_grad=True)
        theirs = getattr(F, name)(x, size)
        upstream = rng.standard_normal(theirs.shape)
        theirs.backward(torch.tensor(upstream))
        np.testing.assert_allclose(getattr(conv, name)(image, size), theirs.detach(), **CLOSE)
        grad = getattr(conv, f"{name}_grad")(image, size, upstream)
        np.testing.assert_allclose(grad, x.grad, **CLOSE)


def test_the_kernel_is_not_turned_round():
    impulse = np.zeros((1, 1, 3, 3))
    impulse[0, 0, 1, 1] = 1
    kernel = np.arange(9.0).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(
        conv.conv2d(impulse, kernel, padding=1)[0, 0], kernel[0, 0, ::-1, ::-1]
    )


@pytest.mark.errors
def test_what_cannot_be_laid_is_named_with_its_value():
    image, weight = np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 5, 5))
    with pytest.raises(ValueError, match="a kernel of 5 with dilation 1 reaches over 5 pixels"):
        conv.conv2d(image, weight)
    with pytest.raises(ValueError, match="stride must be at least 1, got 0"):
        conv.conv2d(image, weight[..., :3, :3], stride=0)
    with pytest.raises(ValueError, match="padding must be at least 0, got -1"):
        conv.conv2d(image, weight[..., :3, :3], padding=-1)
    with pytest.raises(ValueError, match=r"image has 1 channels, and weight .* expects 2"):
        conv.conv2d(image, np.zeros((1, 2, 3, 3)))
    with pytest.raises(ValueError, match=r"image has 1 channels, and weight .* expects 2"):
        conv.conv_transpose2d(image, np.zeros((2, 1, 3, 3)))
    with pytest.raises(ValueError, match=r"a window of 5 does not fit into \(4, 4\)"):
        conv.max_pool2d(image, 5)
