"""Lesson 06: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import math

import numpy as np
import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- conv2d_output_size --------------------------------------------------------------------------


@wrong("conv2d_output_size", "Padding is put on both sides: 2 * padding.")
def padded_on_one_side(size, kernel, stride, padding):
    """The padding is counted on one side only."""
    return (size + padding - kernel) // stride + 1


@wrong("conv2d_output_size", "You round up: a window that does not fit completely is left out,")
def rounded_up(size, kernel, stride, padding):
    """Rounds up: a window over the ragged edge is counted."""
    steps = math.ceil((size + 2 * padding - kernel) / stride)
    return steps + 1


@wrong("conv2d_output_size", "The brackets are missing: // binds tighter than - and +, so only")
def kernel_alone_divided(size, kernel, stride, padding):
    """Parentheses are missing: the kernel alone is divided by the stride."""
    return size + 2 * padding - kernel // stride + 1


@wrong("conv2d_output_size", "You return a float; a size counts pixels, so it is an int: divide")
def rounded_to_nearest(size, kernel, stride, padding):
    """Rounds to the nearest in place of down, and returns a float."""
    return np.round((size + 2 * padding - kernel) / stride) + 1.0


@right("conv2d_output_size")
def by_divmod(size, kernel, stride, padding):
    whole, _ragged = divmod(size + padding + padding - kernel, stride)
    return whole + 1


@right("conv2d_output_size")
def one_more_stride_first(size, kernel, stride, padding):
    return (size - kernel + 2 * padding + stride) // stride


# ---- conv2d --------------------------------------------------------------------------------------


@wrong("conv2d", "Your kernel is turned round, as a mathematician's convolution has it.")
def kernel_turned_round(image, weight, stride=1, padding=0):
    """The kernel is turned round first, as in mathematics."""
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    flipped = weight[:, :, ::-1, ::-1]
    c_out, _, kh, kw = weight.shape
    h = (padded.shape[1] - kh) // stride + 1
    w = (padded.shape[2] - kw) // stride + 1
    y = np.zeros((c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, i, j] = (flipped * window).sum(axis=(1, 2, 3))
    return y


@wrong("conv2d", "Your output has the right size, but your window moves by one pixel")
def stride_in_size_only(image, weight, stride=1, padding=0):
    """The window moves by one pixel whatever the stride: only the size of the result knows it."""
    x = np.pad(image, [(0, 0), (padding,) * 2, (padding,) * 2])
    c_out, c_in, kh, kw = weight.shape
    rows, cols = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    out = np.empty((c_out, rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[:, i, j] = np.tensordot(weight, x[:, i : i + kh, j : j + kw], axes=3)
    return out


@wrong("conv2d", "You pad the channels as well: np.pad needs a pair for each axis, and (0, 0)")
def channels_padded(image, weight, stride=1, padding=0):
    """The frame of zeros goes round the channels, too: right for grey pictures or without
    padding alone."""
    image = np.pad(image, padding)
    c_out, _, kh, kw = weight.shape
    h, w = (image.shape[1] - kh) // stride + 1, (image.shape[2] - kw) // stride + 1
    y = np.zeros((c_out, h, w))
    for i in range(h):
        for j in range(w):
            a, b = i * stride, j * stride
            y[:, i, j] = np.sum(weight * image[:, a : a + kh, b : b + kw], axis=(1, 2, 3))
    # channels of zeros add nothing
    return y


@wrong("conv2d", "Your function raised ValueError: could not broadcast input array from shape")
def all_square(image, weight, stride=1, padding=0):
    """Takes kernel and picture to be square: the height stands for the width."""
    c_out, c_in, k, _ = weight.shape
    size = image.shape[1] + 2 * padding
    framed = np.zeros((c_in, size, size))
    framed[:, padding : size - padding, padding : size - padding] = image
    m = (size - k) // stride + 1
    result = np.zeros((c_out, m, m))
    for i in range(m):
        for j in range(m):
            patch = framed[:, i * stride : i * stride + k, j * stride : j * stride + k]
            for o in range(c_out):
                result[o, i, j] = np.sum(patch * weight[o])
    return result


@wrong("conv2d", "Only the last input channel is left: y[o, i, j] = ... in the loop over the")
def last_channel_wins(image, weight, stride=1, padding=0):
    """What the channels give is not added up: the last channel overwrites the others."""
    c_in, h, w = image.shape
    c_out, _, kh, kw = weight.shape
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)), mode="constant")
    ho, wo = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
    out = np.zeros((c_out, ho, wo))
    for o in range(c_out):
        for c in range(c_in):
            for i in range(ho):
                for j in range(wo):
                    y, x = stride * i, stride * j
                    out[o, i, j] = np.sum(padded[c, y : y + kh, x : x + kw] * weight[o, c])
    return out


@wrong("conv2d", "The result has shape (1, 0); it must be (1, 1, 2).")
def edge_and_one_short(image, weight, stride=1, padding=0):
    """The frame repeats the edge in place of zeros, and the last place of each row and column
    is missing."""
    p = padding
    x = np.pad(image, ((0, 0), (p, p), (p, p)), mode="edge")
    kh, kw = weight.shape[2:]
    rows = range(0, x.shape[1] - kh, stride)
    columns = range(0, x.shape[2] - kw, stride)
    return np.array(
        [
            [[np.sum(x[:, i : i + kh, j : j + kw] * kernel) for j in columns] for i in rows]
            for kernel in weight
        ]
    )


@right("conv2d")
def all_windows_at_once(image, weight, stride=1, padding=0):
    framed = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(framed, weight.shape[2:], axis=(1, 2))
    return np.einsum("cijab,ocab->oij", windows[:, ::stride, ::stride], weight)


@right("conv2d")
def kernel_place_by_kernel_place(image, weight, stride=1, padding=0):
    c_out, c_in, kh, kw = weight.shape
    _, h, w = image.shape
    rows = (h + 2 * padding - kh) // stride + 1
    cols = (w + 2 * padding - kw) // stride + 1
    x = np.zeros((c_in, h + 2 * padding, w + 2 * padding), dtype=image.dtype)
    x[:, padding : padding + h, padding : padding + w] = image
    y = np.zeros((c_out, rows, cols), dtype=np.result_type(image, weight))
    for a, b in np.ndindex(kh, kw):
        seen = x[
            :, a : a + stride * (rows - 1) + 1 : stride, b : b + stride * (cols - 1) + 1 : stride
        ]
        y += np.tensordot(weight[:, :, a, b], seen, axes=1)
    return y


@right("conv2d")
def asks_torch(image, weight, stride=1, padding=0):
    x, w = (torch.as_tensor(np.array(a, dtype=np.float64, order="C")) for a in (image, weight))
    return F.conv2d(x.unsqueeze(0), w, stride=stride, padding=padding).squeeze(0).numpy()


# ---- max_pool2d ----------------------------------------------------------------------------------


@wrong("max_pool2d", "reshape(c, h, w, size, size) cuts the pixels in the order in which they")
def windows_mixed_up(image, size):
    """Reshapes without regard to the order of the axes: the groups are no windows."""
    c, h, w = image.shape
    rows, cols = h // size, w // size
    cut = image[:, : rows * size, : cols * size]
    return cut.reshape(c, rows, cols, size, size).max(axis=(3, 4))


@wrong("max_pool2d", "Your largest pixel starts at 0: where all are negative, 0 wins though it")
def largest_begins_at_zero(image, size):
    """Begins with 0 as the largest, so that windows of negative numbers give 0."""
    c, h, w = image.shape
    out = np.zeros((c, h // size, w // size))
    for a in range(size):
        for b in range(size):
            part = image[:, a : h // size * size : size, b : w // size * size : size]
            out = np.maximum(out, part)
    return out


@wrong("max_pool2d", "You keep the ragged edge as smaller windows: windows that are not whole")
def ragged_edge_kept(image, size):
    """Keeps the ragged edge as smaller windows."""
    c, h, w = image.shape
    rows = [
        [image[:, i : i + size, j : j + size].max(axis=(1, 2)) for j in range(0, w, size)]
        for i in range(0, h, size)
    ]
    return np.array(rows).transpose(2, 0, 1)


@wrong("max_pool2d", "Your function changes its argument `image` in place: work on a copy.")
def written_into_the_picture(image, size):
    """Writes the result into the picture that was given."""
    _, h, w = image.shape
    m, n = h // size, w // size
    for i in range(m):
        for j in range(n):
            block = image[:, i * size : (i + 1) * size, j * size : (j + 1) * size]
            image[:, i, j] = block.max(axis=2).max(axis=1)
    return image[:, :m, :n].copy()


@wrong("max_pool2d", "The result is not what it should be. 5 of its 12 elements are wrong, the")
def cut_at_the_top_left(image, size):
    """Drops the ragged edge at the top and left, and takes the largest over all channels."""
    c, h, w = image.shape
    kept = image[:, h % size :, w % size :]
    blocks = kept.reshape(c, h // size, size, w // size, size)
    largest = blocks.max(axis=(0, 2, 4))
    return np.broadcast_to(largest, (c, *largest.shape)).copy()


@right("max_pool2d")
def folded_slices(image, size):
    _, h, w = image.shape
    bottom, end = h - h % size, w - w % size
    slices = [image[:, a:bottom:size, b:end:size] for a in range(size) for b in range(size)]
    return functools.reduce(np.maximum, slices).copy()


@right("max_pool2d")
def pixel_by_pixel(image, size):
    c, h, w = image.shape
    pooled = np.empty((c, h // size, w // size), dtype=image.dtype)
    for k, i, j in np.ndindex(*pooled.shape):
        pooled[k, i, j] = max(
            image[k, i * size + a, j * size + b] for a in range(size) for b in range(size)
        )
    return pooled


# ---- conv2d_weight_grad --------------------------------------------------------------------------


@wrong("conv2d_weight_grad", "The roles are swapped: you slide the picture over the upstream")
def turned_and_swapped(image, grad_out, kernel_size):
    """The kernel's gradient comes out turned round, and with c_in before c_out."""
    h, w = grad_out.shape[1:]
    c_in, c_out = image.shape[0], grad_out.shape[0]
    g = np.zeros((c_in, c_out, kernel_size, kernel_size))
    for a in range(kernel_size):
        for b in range(kernel_size):
            g[:, :, a, b] = np.einsum("chw,ohw->co", image[:, a : a + h, b : b + w], grad_out)
    return g[:, :, ::-1, ::-1]


@wrong("conv2d_weight_grad", "The input channels are added up: every pair of channels has a")
def channels_added_up(image, grad_out, kernel_size):
    """Adds over the input channels, as the convolution does, and gives all of them the same."""
    c_out, h, w = grad_out.shape
    one = np.zeros((c_out, 1, kernel_size, kernel_size))
    for a in range(kernel_size):
        for b in range(kernel_size):
            window = image[:, a : a + h, b : b + w].sum(axis=0)
            one[:, 0, a, b] = np.sum(grad_out * window, axis=(1, 2))
    return np.repeat(one, image.shape[0], axis=1)


@wrong("conv2d_weight_grad", "Two things at once. You take grad_out to be square: the loop over")
def square_upstream(image, grad_out, kernel_size):
    """Loops over the rows of the upstream gradient for the columns, too: right if it is
    square."""
    c_in = image.shape[0]
    c_out = grad_out.shape[0]
    m = grad_out.shape[1]
    grad = np.zeros((c_out, c_in, kernel_size, kernel_size))
    for o in range(c_out):
        for i in range(m):
            for j in range(m):
                grad[o] += grad_out[o, i, j] * image[:, i : i + kernel_size, j : j + kernel_size]
    return grad


@wrong("conv2d_weight_grad", "The last place only is left: grad[...] = ... in the loop over the")
def overwritten_shares(image, grad_out, kernel_size):
    """Each place overwrites the share of the place before."""
    k = kernel_size
    c_out, h, w = grad_out.shape
    grad = np.zeros((c_out, image.shape[0], k, k))
    for i in range(h):
        for j in range(w):
            patch = image[:, i : i + k, j : j + k]
            grad = grad_out[:, i, j].reshape(-1, 1, 1, 1) * patch
    return grad


@right("conv2d_weight_grad")
def upstream_as_window(image, grad_out, kernel_size):
    windows = np.lib.stride_tricks.sliding_window_view(image, grad_out.shape[1:], axis=(1, 2))
    assert windows.shape[1:3] == (kernel_size, kernel_size)
    return np.einsum("cabij,oij->ocab", windows, grad_out, optimize=True)


@right("conv2d_weight_grad")
def stamp_by_stamp(image, grad_out, kernel_size):
    k = kernel_size
    shape = (grad_out.shape[0], image.shape[0], k, k)
    total = np.zeros(shape, dtype=np.result_type(image, grad_out))
    for i, j in np.ndindex(*grad_out.shape[1:]):
        total += np.multiply.outer(grad_out[:, i, j], image[:, i : i + k, j : j + k])
    return total


@right("conv2d_weight_grad")
def torch_finds_it(image, grad_out, kernel_size):
    x, u = (torch.tensor(np.array(a, dtype=np.float64)) for a in (image, grad_out))
    kernel = torch.zeros(len(u), len(x), kernel_size, kernel_size, dtype=torch.float64)
    kernel.requires_grad_()
    with torch.enable_grad():
        total = (F.conv2d(x[None], kernel)[0] * u).sum()
    return torch.autograd.grad(total, kernel)[0].numpy()


test_right, test_wrong = further_tests(RIGHT, WRONG)
