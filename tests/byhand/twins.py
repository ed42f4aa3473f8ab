"""Every function of learnkit.byhand beside its PyTorch twin, value and gradients, in float64.

One table. An entry draws a random problem from a NumPy generator and gives pairs (ours, torch's);
`covers` names the functions that it holds to torch. A test walks the table, and so does
`python -m tests.benchmarks byhand`, which counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from learnkit.byhand import conv, layers, losses, pooling
from learnkit.byhand.autograd import Scalar, Variable, backward

TOLERANCE = 1e-10  # relative to the largest number of torch's answer
SMALLEST = 1e-5  # what counts as that number at least: below, torch itself has no more digits


@dataclass(frozen=True)
class Twin:
    """A table's entry: what it covers, and how to draw one comparison."""

    covers: tuple[Callable, ...]
    draw: Callable[[np.random.Generator], Iterator[tuple[object, object]]]


TWINS: dict[str, Twin] = {}


def twin(*covers: Callable) -> Callable[[Callable], Callable]:
    """Files the comparison below it."""

    def file(draw: Callable) -> Callable:
        TWINS[draw.__name__] = Twin(covers, draw)
        return draw

    return file


def disagreement(name: str, seed: int) -> float:
    """The largest relative difference of one random case of an entry."""
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    worst = 0.0
    for ours, theirs in TWINS[name].draw(rng):
        mine, twins = np.asarray(ours), np.asarray(theirs)
        assert mine.shape == twins.shape, f"{name}: {mine.shape} and {twins.shape}"
        scale = max(np.abs(twins).max(initial=0.0), SMALLEST)
        worst = max(worst, float(np.abs(mine - twins).max(initial=0.0) / scale))
    return worst


def leaves(*arrays: np.ndarray) -> list[torch.Tensor]:
    """Tensors of these arrays, with a gradient to come."""
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def sizes(rng: np.random.Generator, count: int, high: int = 7) -> list[int]:
    """So many sizes from 1 to high - 1."""
    return [int(n) for n in rng.integers(1, high, count)]


# ---- losses ------------------------------------------------------------------------------------


def of_a_loss(value: Callable, grad: Callable, theirs: Callable, pred: np.ndarray, *rest: object):
    """The loss, and its gradient by the first argument."""
    (p,) = leaves(pred)
    loss = theirs(p, *(torch.tensor(a) for a in rest))
    loss.backward()
    yield value(pred, *rest), loss.item()
    yield grad(pred, *rest), p.grad


@twin(losses.mse_loss, losses.mse_loss_grad)
def mse_loss(rng):
    pred, target = rng.normal(0, 3, (2, *sizes(rng, 2)))
    return of_a_loss(losses.mse_loss, losses.mse_loss_grad, F.mse_loss, pred, target)


@twin(losses.l1_loss, losses.l1_loss_grad)
def l1_loss(rng):
    pred, target = rng.normal(0, 3, (2, *sizes(rng, 3))).round(1)  # some are equal
    return of_a_loss(losses.l1_loss, losses.l1_loss_grad, F.l1_loss, pred, target)


@twin(losses.roughness, losses.roughness_grad)
def roughness(rng):
    def theirs(image):
        return (image.diff(dim=0) ** 2).sum() + (image.diff(dim=1) ** 2).sum()

    image = rng.normal(0, 1, sizes(rng, 2))
    return of_a_loss(losses.roughness, losses.roughness_grad, theirs, image)


@twin(losses.binary_cross_entropy, losses.binary_cross_entropy_grad)
def binary_cross_entropy(rng):
    pred, target = rng.random((2, *sizes(rng, 2)))
    sure = rng.random(pred.shape) < 0.1
    pred[sure] = target[sure].round()  # 0 and 1 themselves
    return of_a_loss(
        losses.binary_cross_entropy,
        losses.binary_cross_entropy_grad,
        F.binary_cross_entropy,
        pred,
        np.where(sure, pred, target),
    )


@twin(losses.binary_cross_entropy_with_logits, losses.binary_cross_entropy_with_logits_grad)
def binary_cross_entropy_with_logits(rng):
    logits, target = rng.normal(0, 20, shape := sizes(rng, 2)), rng.random(shape)
    return of_a_loss(
        losses.binary_cross_entropy_with_logits,
        losses.binary_cross_entropy_with_logits_grad,
        F.binary_cross_entropy_with_logits,
        logits,
        target,
    )


@twin(losses.cross_entropy, losses.cross_entropy_grad)
def cross_entropy(rng):
    n, k = sizes(rng, 2)
    logits, labels = rng.normal(0, 20, (n, k)), rng.integers(0, k, n)
    return of_a_loss(
        losses.cross_entropy, losses.cross_entropy_grad, F.cross_entropy, logits, labels
    )


@twin(losses.kl_divergence, losses.kl_divergence_grad)
def kl_divergence(rng):
    mean, log_var = rng.normal(0, 2, (2, *sizes(rng, 2)))
    m, v = leaves(mean, log_var)
    normal = torch.distributions.Normal
    prior = normal(torch.zeros_like(m), torch.ones_like(m))
    value = torch.distributions.kl_divergence(normal(m, (v / 2).exp()), prior).sum(1)
    value.sum().backward()
    yield losses.kl_divergence(mean, log_var), value.detach()
    yield from zip(losses.kl_divergence_grad(mean, log_var), (m.grad, v.grad), strict=True)


# ---- layers ------------------------------------------------------------------------------------


def of_a_layer(value: Callable, grad: Callable, theirs: Callable, x: np.ndarray, rng):
    """The layer, and what it passes back of a random upstream gradient."""
    (t,) = leaves(x)
    y = theirs(t)
    upstream = rng.normal(0, 1, tuple(y.shape))
    y.backward(torch.tensor(upstream))
    yield value(x), y.detach()
    yield grad(x, upstream), t.grad


@twin(layers.sigmoid, layers.sigmoid_grad)
def sigmoid(rng):
    x = rng.normal(0, 10, sizes(rng, 2))
    return of_a_layer(layers.sigmoid, layers.sigmoid_grad, torch.sigmoid, x, rng)


@twin(layers.tanh, layers.tanh_grad)
def tanh(rng):
    x = rng.normal(0, 3, sizes(rng, 2))
    return of_a_layer(layers.tanh, layers.tanh_grad, torch.tanh, x, rng)


@twin(layers.relu, layers.relu_grad)
def relu(rng):
    x = rng.normal(0, 1, sizes(rng, 3)).round(1)  # some are 0
    return of_a_layer(layers.relu, layers.relu_grad, F.relu, x, rng)


@twin(layers.softmax, layers.softmax_grad)
def softmax(rng):
    x = rng.normal(0, 10, sizes(rng, 2))
    return of_a_layer(layers.softmax, layers.softmax_grad, lambda z: z.softmax(-1), x, rng)


@twin(layers.log_softmax, layers.log_softmax_grad)
def log_softmax(rng):
    x = rng.normal(0, 10, sizes(rng, 2))
    return of_a_layer(
        layers.log_softmax, layers.log_softmax_grad, lambda z: z.log_softmax(-1), x, rng
    )


@twin(layers.linear, layers.linear_grad, layers.bias_grad)
def linear(rng):
    n, d, k = sizes(rng, 3)
    x, w, bias = rng.normal(0, 2, (n, d)), rng.normal(0, 2, (d, k)), rng.normal(0, 2, k)
    upstream = rng.normal(0, 1, (n, k))
    tx, tw, tb = leaves(x, w, bias)
    y = F.linear(tx, tw.T, tb)  # torch's weight lies the other way round
    y.backward(torch.tensor(upstream))
    yield layers.linear(x, w, bias), y.detach()
    yield from zip(layers.linear_grad(x, w, upstream), (tx.grad, tw.grad), strict=True)
    yield layers.bias_grad(upstream), tb.grad


@twin(layers.dropout, layers.dropout_grad)
def dropout(rng):
    x = rng.normal(0, 1, sizes(rng, 2))
    y, scale = layers.dropout(x, 0.4, generator=rng)
    (t,) = leaves(x)
    upstream = rng.normal(0, 1, x.shape)
    theirs = t * torch.tensor(scale)  # torch draws its own numbers: here it gets ours
    theirs.backward(torch.tensor(upstream))
    yield y, theirs.detach()
    yield layers.dropout_grad(scale, upstream), t.grad


# ---- convolution -------------------------------------------------------------------------------


@twin(conv.conv2d, conv.conv2d_input_grad, conv.conv2d_weight_grad, conv.conv2d_bias_grad)
def conv2d(rng):
    n, c_in, c_out, kh, kw = sizes(rng, 5, high=5)
    how = {
        "stride": int(rng.integers(1, 4)),
        "padding": int(rng.integers(0, 3)),
        "dilation": int(rng.integers(1, 4)),
    }
    least = [max(1, how["dilation"] * (k - 1) + 1 - 2 * how["padding"]) for k in (kh, kw)]
    h, w = (int(m + rng.integers(0, 7)) for m in least)
    x, weight = rng.normal(0, 1, (n, c_in, h, w)), rng.normal(0, 1, (c_out, c_in, kh, kw))
    bias = rng.normal(0, 1, c_out)
    tx, tw, tb = leaves(x, weight, bias)
    y = F.conv2d(tx, tw, tb, **how)
    upstream = rng.normal(0, 1, tuple(y.shape))
    y.backward(torch.tensor(upstream))
    yield conv.conv2d(x, weight, bias, **how), y.detach()
    yield conv.conv2d_input_grad((h, w), weight, upstream, **how), tx.grad
    yield conv.conv2d_weight_grad(x, upstream, (kh, kw), **how), tw.grad
    yield conv.conv2d_bias_grad(upstream), tb.grad


@twin(conv.conv2d, conv.conv2d_input_grad, conv.conv2d_weight_grad)
def conv2d_same(rng):
    k, dilation = int(rng.choice([1, 3, 5])), int(rng.integers(1, 3))
    x, weight = rng.normal(0, 1, (2, 2, 6, 7)), rng.normal(0, 1, (3, 2, k, k))
    how = {"padding": "same", "dilation": dilation}
    tx, tw = leaves(x, weight)
    y = F.conv2d(tx, tw, **how)
    upstream = rng.normal(0, 1, tuple(y.shape))
    y.backward(torch.tensor(upstream))
    yield conv.conv2d(x, weight, **how), y.detach()
    yield conv.conv2d_input_grad((6, 7), weight, upstream, **how), tx.grad
    yield conv.conv2d_weight_grad(x, upstream, (k, k), **how), tw.grad


@twin(conv.conv_transpose2d, conv.conv_transpose2d_input_grad, conv.conv_transpose2d_weight_grad)
def conv_transpose2d(rng):
    n, c_in, c_out, kh, kw = sizes(rng, 5, high=5)
    stride, h, w = int(rng.integers(1, 4)), *sizes(rng, 2)
    padding = int(
        rng.integers(0, 1 + min(stride * (h - 1) + kh - 1, stride * (w - 1) + kw - 1) // 2)
    )
    x, weight = rng.normal(0, 1, (n, c_in, h, w)), rng.normal(0, 1, (c_in, c_out, kh, kw))
    tx, tw = leaves(x, weight)
    y = F.conv_transpose2d(tx, tw, stride=stride, padding=padding)
    upstream = rng.normal(0, 1, tuple(y.shape))
    y.backward(torch.tensor(upstream))
    yield conv.conv_transpose2d(x, weight, stride, padding), y.detach()
    yield conv.conv_transpose2d_input_grad(weight, upstream, stride, padding), tx.grad
    yield conv.conv_transpose2d_weight_grad(x, upstream, (kh, kw), stride, padding), tw.grad


def of_a_pool(name: str, rng):
    size, stride = rng.integers(1, 4, 2).tolist()
    n, c, more_h, more_w = sizes(rng, 4, high=5)
    image = rng.integers(0, 4, (n, c, size + more_h, size + more_w)).astype(float)  # with ties
    (t,) = leaves(image)
    y = getattr(F, name)(t, size, stride)
    upstream = rng.normal(0, 1, tuple(y.shape))
    y.backward(torch.tensor(upstream))
    yield getattr(pooling, name)(image, size, stride), y.detach()
    yield getattr(pooling, f"{name}_grad")(image, size, upstream, stride), t.grad


@twin(pooling.max_pool2d, pooling.max_pool2d_grad)
def max_pool2d(rng):
    return of_a_pool("max_pool2d", rng)


@twin(pooling.avg_pool2d, pooling.avg_pool2d_grad)
def avg_pool2d(rng):
    return of_a_pool("avg_pool2d", rng)


# ---- reverse mode ------------------------------------------------------------------------------


@twin(backward, Scalar)
def scalar(rng):
    x, y = rng.uniform(0.3, 2, 2)
    a, b = Scalar(float(x)), Scalar(float(y))
    ours = (a * b + a.tanh() - 2) ** 2 / (a.exp() + b.log() * b) - (1 - a).relu() * (3 / b)
    backward(ours)
    s, t = leaves(x, y)
    theirs = (s * t + s.tanh() - 2) ** 2 / (s.exp() + t.log() * t) - (1 - s).relu() * (3 / t)
    theirs.backward()
    yield ours.value, theirs.detach()
    yield [a.grad, b.grad], [s.grad.item(), t.grad.item()]


@twin(backward, Variable)
def variable(rng):
    n, d, k = sizes(rng, 3)
    arrays = rng.normal(0, 1, (n, d)), rng.normal(0, 1, (d, k)), rng.normal(0, 1, k)
    target, row = rng.random((n, k)), rng.normal(0, 1, (1, d))

    def loss(x, w, b, matmul):
        hidden = ((x * row - 1) @ w + b).relu() + matmul(2 * row, w).tanh()
        return ((hidden.sigmoid() - target) ** 2).mean() + (1 - w).sum() * 0.1 + (-b).sum()

    x, w, b = (Variable(a) for a in arrays)
    ours = loss(x, w, b, lambda one, other: one @ other)
    backward(ours)
    tensors = leaves(*arrays)
    target, row = torch.tensor(target), torch.tensor(row)
    theirs = loss(*tensors, torch.matmul)
    theirs.backward()
    yield ours.value, theirs.detach()
    yield from zip((x.grad, w.grad, b.grad), (t.grad for t in tensors), strict=True)
