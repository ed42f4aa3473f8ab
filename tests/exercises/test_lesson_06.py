"""Answers to lesson 06 that its table does not hold: right ones in other styles, and wrong ones."""

import math

import numpy as np
from scipy.signal import correlate

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- conv2d_output_size ------------------------------------------------------------------------


@right("conv2d_output_size")
def by_floor(size, kernel, stride, padding):
    return math.floor((size + 2 * padding - kernel) / stride) + 1


@right("conv2d_output_size")
def by_counting(size, kernel, stride, padding):
    return len(range(-padding, size + padding - kernel + 1, stride))


@right("conv2d_output_size")
def in_one_fraction(size, kernel, stride, padding):
    return np.int64((size + 2 * padding - kernel + stride) // stride)


@wrong("conv2d_output_size", "Yours is one too large, always")
def one_too_large(size, kernel, stride, padding):
    return (size + 2 * padding - kernel + stride) // stride + 1


@wrong("conv2d_output_size", "You return a float; a size counts pixels")
def a_float(size, kernel, stride, padding):
    return np.floor((size + 2 * padding - kernel) / stride) + 1


@wrong("conv2d_output_size", "You return (26,); the exercise asks for one whole number")
def a_tuple(size, kernel, stride, padding):
    return ((size + 2 * padding - kernel) // stride + 1 + 23,)


# ---- conv2d ------------------------------------------------------------------------------------


@right("conv2d")
def by_sliding_windows(image, weight, stride=1, padding=0):
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2))
    return np.einsum("cijab,ocab->oij", windows[:, ::stride, ::stride], weight)


@right("conv2d")
def by_scipy(image, weight, stride=1, padding=0):
    x = np.pad(image, [(0, 0), (padding,) * 2, (padding,) * 2])
    full = np.stack([correlate(x, kernel, mode="valid", method="direct")[0] for kernel in weight])
    return full[:, ::stride, ::stride]


@right("conv2d")
def kernel_place_by_kernel_place(image, weight, stride=1, padding=0):
    _, c_in, kh, kw = weight.shape
    x = np.zeros((c_in, image.shape[1] + 2 * padding, image.shape[2] + 2 * padding))
    x[:, padding : padding + image.shape[1], padding : padding + image.shape[2]] = image
    h, w = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = 0.0
    for a in range(kh):
        for b in range(kw):
            part = x[:, a : a + stride * h : stride, b : b + stride * w : stride]
            y = y + np.tensordot(weight[:, :, a, b], part[:, :h, :w], axes=1)
    return y


@right("conv2d")
def seven_loops_in_float32(image, weight, stride=1, padding=0):
    c_out, c_in, kh, kw = weight.shape
    _, rows, columns = image.shape
    h, w = (rows + 2 * padding - kh) // stride + 1, (columns + 2 * padding - kw) // stride + 1
    y = np.zeros((c_out, h, w), dtype=np.float32)
    for o, i, j in np.ndindex(c_out, h, w):
        for c, a, b in np.ndindex(c_in, kh, kw):
            r, s = stride * i + a - padding, stride * j + b - padding
            if 0 <= r < rows and 0 <= s < columns:
                y[o, i, j] += weight[o, c, a, b] * image[c, r, s]
    return y


def _places(image, weight, stride, padding):
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    _, _, kh, kw = weight.shape
    h, w = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(weight), h, w))
    for i in range(h):
        for j in range(w):
            window = x[:, stride * i : stride * i + kh, stride * j : stride * j + kw]
            yield y, i, j, window


@wrong("conv2d", "Only the first place of the output is computed")
def returns_in_the_inner_loop(image, weight, stride=1, padding=0):
    for y, i, j, window in _places(image, weight, stride, padding):
        y[:, i, j] = (weight * window).sum(axis=(1, 2, 3))
        return y


@wrong("conv2d", "Only the first row of the output is computed")
def returns_in_the_outer_loop(image, weight, stride=1, padding=0):
    for y, i, j, window in _places(image, weight, stride, padding):
        if i > 0:
            return y
        y[:, i, j] = (weight * window).sum(axis=(1, 2, 3))
    return y


@wrong("conv2d", "Only the last place of each kernel is left")
def overwrites_in_the_kernel(image, weight, stride=1, padding=0):
    for y, i, j, window in _places(image, weight, stride, padding):
        for o in range(len(weight)):
            for place in np.ndindex(window.shape):
                y[o, i, j] = weight[(o, *place)] * window[place]
    return y


@wrong("conv2d", "holds whole numbers (int64)")
def into_whole_numbers(image, weight, stride=1, padding=0):
    whole = by_sliding_windows(image, weight, stride, padding)
    return whole.astype(int)


@wrong("conv2d", "which range, shapes and [ ] need")
def divides_to_a_float(image, weight, stride=1, padding=0):
    h = (image.shape[1] + 2 * padding - weight.shape[2]) / stride + 1
    w = (image.shape[2] + 2 * padding - weight.shape[3]) / stride + 1
    return np.zeros((len(weight), h, w))


# ---- max_pool2d --------------------------------------------------------------------------------


@right("max_pool2d")
def by_loops(image, size):
    c, h, w = len(image), image.shape[1] // size, image.shape[2] // size
    out = np.full((c, h, w), -np.inf)
    for k, i, j in np.ndindex(c, h, w):
        for a in range(size):
            for b in range(size):
                out[k, i, j] = max(out[k, i, j], image[k, size * i + a, size * j + b])
    return out


@right("max_pool2d")
def by_shifted_slices(image, size):
    h, w = (n - n % size for n in image.shape[1:])
    cut = image[:, :h, :w]
    parts = [cut[:, a::size, b::size] for a in range(size) for b in range(size)]
    return np.maximum.reduce(parts)


@right("max_pool2d")
def by_windows_every_size_th(image, size):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(1, 2))
    return windows[:, ::size, ::size].max(axis=(-1, -2))


@wrong("max_pool2d", "Your largest pixel starts at a fixed number")
def starts_at_minus_a_thousand(image, size):
    c, h, w = len(image), image.shape[1] // size, image.shape[2] // size
    out = np.full((c, h, w), -1000.0)
    for k, i, j in np.ndindex(c, h, w):
        for pixel in image[k, size * i : size * (i + 1), size * j : size * (j + 1)].flat:
            if pixel > out[k, i, j]:
                out[k, i, j] = pixel
    return out


@wrong("max_pool2d", "Only the first row of the output")
def returns_after_the_first_row(image, size):
    c, h, w = len(image), image.shape[1] // size, image.shape[2] // size
    out = np.zeros((c, h, w))
    for i in range(h):
        for j in range(w):
            window = image[:, size * i : size * (i + 1), size * j : size * (j + 1)]
            out[:, i, j] = window.max(axis=(1, 2))
        return out


@wrong("max_pool2d", "You pool over the channels, too")
def without_channels(image, size):
    out = np.zeros((image.shape[1] // size, image.shape[2] // size))
    for i, j in np.ndindex(*out.shape):
        out[i, j] = image[:, size * i : size * (i + 1), size * j : size * (j + 1)].max()
    return out


@wrong("max_pool2d", "the last of n is n - 1")
def one_window_too_far(image, size):
    out = np.zeros((len(image), image.shape[1] // size, image.shape[2] // size))
    for i in range(out.shape[1] + 1):
        for j in range(out.shape[2]):
            window = image[:, size * i : size * (i + 1), size * j : size * (j + 1)]
            out[:, i, j] = window.max(axis=(1, 2), initial=-np.inf)
    return out


# ---- conv2d_weight_grad ------------------------------------------------------------------------


@right("conv2d_weight_grad")
def grad_out_as_the_kernel(image, grad_out, kernel_size):
    windows = np.lib.stride_tricks.sliding_window_view(image, grad_out.shape[1:], axis=(1, 2))
    return np.einsum("cabij,oij->ocab", windows, grad_out)


@right("conv2d_weight_grad")
def place_by_place_of_the_output(image, grad_out, kernel_size):
    k = kernel_size
    grad = np.zeros((grad_out.shape[0], image.shape[0], k, k), dtype="float32")
    for i, j in np.ndindex(*grad_out.shape[1:]):
        grad += grad_out[:, i, j][:, None, None, None] * image[None, :, i : i + k, j : j + k]
    return grad


def _kernel_places(image, grad_out, k):
    h, w = grad_out.shape[1:]
    for a in range(k):
        for b in range(k):
            yield a, b, np.einsum("oij,cij->oc", grad_out, image[:, a : a + h, b : b + w])


@wrong("conv2d_weight_grad", "Only the first place of the kernel")
def returns_in_the_loop(image, grad_out, kernel_size):
    grad = np.zeros((len(grad_out), len(image), kernel_size, kernel_size))
    for a, b, part in _kernel_places(image, grad_out, kernel_size):
        grad[:, :, a, b] = part
        return grad


@wrong("conv2d_weight_grad", "holds the same number, that of a = b = 0")
def the_window_never_moves(image, grad_out, kernel_size):
    h, w = grad_out.shape[1:]
    grad = np.zeros((len(grad_out), len(image), kernel_size, kernel_size))
    for a, b in np.ndindex(kernel_size, kernel_size):
        grad[:, :, a, b] = np.einsum("oij,cij->oc", grad_out, image[:, :h, :w])
    return grad


@wrong("conv2d_weight_grad", "it must be (3, 2, 2, 2)")
def one_pair_of_channels(image, grad_out, kernel_size):
    grad = np.zeros((1, 1, kernel_size, kernel_size))
    for a, b, part in _kernel_places(image, grad_out, kernel_size):
        grad[0, 0, a, b] = part[0, 0]
    return grad


test_right, test_wrong = further_tests(RIGHT, WRONG)
