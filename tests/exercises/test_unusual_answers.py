"""Right answers in forms that no table foresees, and wrong ones that once passed for right."""

import functools
import graphlib
import itertools
import math
from fractions import Fraction

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import laplace
from scipy.signal import correlate2d, fftconvolve
from torch import nn

from learnkit.byhand import losses, optim
from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- by hand -----------------------------------------------------------------------------------


@right("invert")
def by_interpolation(image):
    return np.asfortranarray(np.interp(image, [0, 1], [1, 0]))


@right("cut_hole")
def by_einsum(image, hole):
    return np.einsum("hw...,hw->hw...", image, (~hole).astype(float))


@right("mse_loss")
def in_exact_fractions(pred, target):
    errors = [Fraction(float(e)) for e in (pred - target).ravel()]
    return float(sum(e * e for e in errors) / len(errors))


@right("mse_loss")
def multiplied_out(pred, target):
    crossed = 2 * np.vdot(pred, target)
    return (np.vdot(pred, pred) - crossed + np.vdot(target, target)) / pred.size


@right("mse_loss")
def by_any_two_arguments(*two, root=False, **_):
    return np.array(np.average(np.abs(two[0] - two[1]) ** 2))


@right("numerical_grad")
def nudged_in_long_doubles(f, x, eps=1e-5):
    basis = np.eye(x.size, dtype=np.longdouble).reshape(x.size, *x.shape)
    slopes = [(f(x + eps * e) - f(x - eps * e)) / (2 * eps) for e in basis]
    return np.array(slopes).reshape(x.shape)


@right("psnr")
def as_a_natural_logarithm(pred, target, *, data_range=1.0):
    error = np.square(pred - target).mean()
    return (2 * np.log(data_range) - np.log(error)) * 10 / np.log(10) if error else math.inf


@right("gradient_descent")
def accumulated(grad, x0, lr, steps):
    moves = itertools.accumulate(range(steps), lambda x, _: x - lr * grad(x), initial=x0.copy())
    return list(moves)


@right("roughness_grad")
def by_scipy_s_laplacian(image):
    return -2 * laplace(image, mode="nearest")


@right("roughness_grad")
def by_autograd(image):
    x = torch.tensor(image, requires_grad=True)
    (x.diff(dim=0).square().sum() + x.diff(dim=1).square().sum()).backward()
    return x.grad.numpy()


@right("fill_hole")
def by_descent_on_the_hole_alone(image, hole, lr, steps):
    filled = image.copy()

    def grad(inside):
        filled[hole] = inside
        return losses.roughness_grad(filled)[hole]

    filled[hole] = optim.gradient_descent(grad, np.zeros(hole.sum()), lr, steps)[-1]
    return filled


@right("sigmoid")
def in_pieces(z):
    left, at_right = lambda v: np.exp(v) / (1 + np.exp(v)), lambda v: 1 / (1 + np.exp(-v))
    return np.piecewise(z, [z < 0], [left, at_right])


@right("momentum_step")
def in_a_list(x, grad, velocity, /, lr=0.01, *, momentum=0.9):
    new = np.add(grad, momentum * velocity)
    return [x + -lr * new, new]


@right("topological_order")
def by_the_standard_library(root):
    sorter, waiting, nodes = graphlib.TopologicalSorter(), [root], {}
    while waiting:
        node = waiting.pop()
        if id(node) not in nodes:
            nodes[id(node)] = node
            sorter.add(id(node), *map(id, node.inputs))
            waiting += node.inputs
    return [nodes[i] for i in sorter.static_order()]


@right("bias_grad")
def by_python_s_sum(upstream):
    return sum(upstream)


@right("relu_grad")
def by_heaviside(x, upstream):
    return upstream * np.heaviside(x, 0.0)


@right("conv2d_output_size")
def by_a_walk(size, kernel, stride, padding):
    return len(range(-padding, size + padding - kernel + 1, stride))


@right("conv2d")
def by_fourier(image, weight, stride=1, padding=0):
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    whole = [fftconvolve(x, kernel[::-1, ::-1, ::-1], mode="valid")[0] for kernel in weight]
    return np.stack(whole)[:, ::stride, ::stride]


@right("conv2d")
def tap_by_tap(image, weight, stride=1, padding=0):
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    kh, kw = weight.shape[2:]
    h, w = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    taps = itertools.product(range(kh), range(kw))
    cuts = ((a, b, x[:, a::stride, b::stride][:, :h, :w]) for a, b in taps)
    return sum(np.tensordot(weight[:, :, a, b], cut, 1) for a, b, cut in cuts)


@right("max_pool2d")
def every_size_th_window(image, size):
    windows = sliding_window_view(image, (1, size, size))
    return windows[:, ::size, ::size].max(axis=(-1, -2, -3))


@right("conv2d_weight_grad")
def by_correlation(image, grad_out, kernel_size):
    return np.array([[correlate2d(c, g, "valid") for c in image] for g in grad_out])


# ---- with torch --------------------------------------------------------------------------------


@right("evaluate")
@torch.no_grad()
def image_by_image(model, loader, loss_fn):
    was_training = model.training
    model.train(False)
    pairs = ((x[None], y[None]) for xs, ys in loader for x, y in zip(xs, ys, strict=True))
    each = [loss_fn(model(x), y).item() for x, y in pairs]
    model.train(was_training)
    return float(np.mean(each))


@right("evaluate")
def by_a_running_mean(model, loader, loss_fn):
    was_training, mean, seen = model.training, 0.0, 0
    model.eval()
    for images, targets in loader:
        with torch.set_grad_enabled(False):
            seen += len(images)
            loss = loss_fn(model(images), targets).item()
            mean += (loss - mean) * len(images) / seen
    if was_training:
        model.train()
    return mean


@right("DenseBlock")
class AChain(nn.Sequential):
    def __init__(self, channels, growth, layers):
        widths = (channels + k * growth for k in range(layers))
        super().__init__(*(nn.Conv2d(w, growth, (3, 3), padding=(1, 1)) for w in widths))

    def forward(self, x):
        return functools.reduce(lambda x, conv: torch.hstack([x, conv(x).clamp_min(0)]), self, x)


@right("DenseBlock")
class ByNames(nn.Module):
    def __init__(self, channels, growth, layers):
        nn.Module.__init__(self)
        self.layers = layers
        for i in range(layers):
            self.add_module(f"conv{i}", nn.Conv2d(channels + i * growth, growth, 3, padding=1))

    def forward(self, x):
        for i in range(self.layers):
            x = torch.cat([x, self.get_submodule(f"conv{i}")(x).relu()], dim=-3)
        return x


def dense(change):
    """A right block, but for what is done to its convolutions when it is made."""

    class Block(AChain):
        def __init__(self, channels, growth, layers):
            super().__init__(channels, growth, layers)
            for conv in self:
                change(conv)

    return Block


wrong("DenseBlock", "begin at one number in your block, 0")(
    dense(lambda conv: nn.init.zeros_(conv.weight))
)
wrong("DenseBlock", "begin at one number in your block, 1")(
    dense(lambda conv: nn.init.ones_(conv.weight))
)
wrong("DenseBlock", "are frozen")(dense(lambda conv: conv.requires_grad_(False)))
wrong("DenseBlock", "sets torch's seed")(dense(lambda conv: torch.manual_seed(0)))


@right("early_stop")
def by_windows_of_patience(losses, patience):
    for i in range(patience, len(losses)):
        if min(losses[i - patience + 1 : i + 1]) >= losses[i - patience]:
            return i - patience
    return int(np.argmin(losses))


@right("reparameterize")
def by_lerp(mean, log_var, generator=None):
    eps = torch.empty_like(mean).normal_(0, 1, generator=generator)
    return torch.lerp(mean, mean + log_var.exp().sqrt(), eps)


@wrong("reparameterize", "The spread of the noise (z - mean) / std is not what it should be")
def log_var_clamped(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var.clamp(-4, 4) / 2) * eps


@right("kl_divergence")
def by_independent_normals(mean, log_var):
    def normal(mean, std):
        return torch.distributions.Independent(torch.distributions.Normal(mean, std), 1)

    standard = normal(torch.zeros_like(mean), torch.ones_like(mean))
    return torch.distributions.kl_divergence(normal(mean, (log_var / 2).exp()), standard)


@right("interpolate")
def point_by_point_in_double(z0, z1, steps):
    a, b = z0.double(), z1.double()
    angle = math.acos(max(-1.0, min(1.0, (a @ b / a.norm() / b.norm()).item())))
    ts = (i / (steps - 1) for i in range(steps))
    if math.sin(angle) < 1e-6:
        return torch.stack([a + t * (b - a) for t in ts]).float()
    arc = [math.sin((1 - t) * angle) * a + math.sin(t * angle) * b for t in ts]
    return (torch.stack(arc) / math.sin(angle)).float()


@right("linear_fill")
def by_the_precision_matrix(image, mean, cov, hole, jitter=1e-3):
    spread = cov.double() + torch.diag(jitter * ~hole + 1e-12)
    precision, known = torch.linalg.inv(spread), ~hole
    away, filled = (image - mean)[known].double(), image.clone()
    if hole.any():
        moved = torch.linalg.solve(precision[hole][:, hole], precision[hole][:, known] @ away)
        filled[hole] = (mean[hole] - moved).to(image.dtype)
    return filled


@right("latent_step")
def by_functional_gradient(z, decode, image, hole, lr, sigma=0.1):
    def energy(z):
        misfit = ((decode(z) - image) * ~hole).square().sum()
        return misfit / (2 * sigma * sigma) + z.square().sum() / 2

    return (z - lr * torch.func.grad(energy)(z)).detach()


@right("sample_fills")
def all_fills_at_once(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image.masked_fill(hole, 0), hole)
    eps = torch.randn(count, *mean.shape, generator=generator)
    made = decode((mean + (log_var / 2).exp() * eps).flatten(0, 1))
    return made.unflatten(0, (count, len(image))).where(hole, image)


@right("q_sample")
def picture_by_picture(x0, t, noise, alpha_bar):
    levels = alpha_bar[t].tolist()
    three = zip(x0, levels, noise, strict=True)
    return torch.stack([math.sqrt(a) * x + math.sqrt(1 - a) * e for x, a, e in three])


@right("denoising_loss")
def spelled_out(model, x0, t, noise, alpha_bar):
    a = alpha_bar.index_select(0, t).reshape(-1, 1, 1, 1)
    return torch.mean((noise - model(a**0.5 * x0 + (1 - a) ** 0.5 * noise, t)).pow(2))


@right("ddim_step")
def with_clean_behind_the_last_level(xt, eps, t, t_prev, alpha_bar):
    levels = torch.cat([alpha_bar, alpha_bar.new_ones(1)])  # at -1 stands what is clean
    a, b = (levels[i][:, None, None, None] for i in (t, t_prev))
    return (b / a).sqrt() * xt + ((1 - b).sqrt() - (b * (1 - a) / a).sqrt()) * eps


@right("repaint_blend")
def written_into_the_noised_picture(x_prev, x0, hole, t_prev, noise, alpha_bar):
    b = F.pad(alpha_bar, (1, 0), value=1.0)[t_prev + 1].reshape(-1, 1, 1, 1)
    blend, missing = b.sqrt() * x0 + (1 - b).sqrt() * noise, hole.expand_as(x0)
    blend[missing] = x_prev[missing]
    return blend


test_right, test_wrong = further_tests(RIGHT, WRONG)
