"""Lesson 06: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import itertools
import math

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view

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


# ---- conv2d_input_grad ---------------------------------------------------------------------------


@wrong("conv2d_input_grad", "Your gradient is that of a flipped kernel. If you stamp, do not")
def stamps_turned_round(weight, grad_out):
    """The stamp is turned round before it is put down."""
    c_out, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    picture = np.zeros((c_in, h + kh - 1, w + kw - 1))
    turned = weight[:, :, ::-1, ::-1]
    for i in range(h):
        for j in range(w):
            picture[:, i : i + kh, j : j + kw] += np.tensordot(grad_out[:, i, j], turned, axes=1)
    return picture


@wrong("conv2d_input_grad", "Where two stamps overlap, yours keeps the later one. A pixel gets")
def stamps_that_overwrite(weight, grad_out):
    """Stamps overwrite one another where they overlap: = in place of +=."""
    c_out, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    result = np.zeros((c_in, h + kh - 1, w + kw - 1))
    for i in range(h):
        for j in range(w):
            stamp = (grad_out[:, i, j][:, None, None, None] * weight).sum(axis=0)
            result[:, i : i + kh, j : j + kw] = stamp
    return result


@wrong("conv2d_input_grad", "You sum the kernels and grad_out over the output channels before")
def stamps_of_summed_channels(weight, grad_out):
    """Kernels and upstream are each summed over the output channels before they are
    multiplied."""
    c_out, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    kernel, up = weight.sum(axis=0), grad_out.sum(axis=0)
    result = np.zeros((c_in, h + kh - 1, w + kw - 1))
    for i in range(h):
        for j in range(w):
            result[:, i : i + kh, j : j + kw] += up[i, j] * kernel
    return result


@wrong("conv2d_input_grad", "kh and kw have changed places: weight.shape is (c_out, c_in, kh,")
def stamps_of_square_kernels(weight, grad_out):
    """Height and width of the kernel are exchanged: right for square kernels alone."""
    _, c_in, kw, kh = weight.shape
    c_out, h, w = grad_out.shape
    x = np.zeros((c_in, h + kh - 1, w + kw - 1))
    for a in range(kh):
        for b in range(kw):
            x[:, a : a + h, b : b + w] += np.einsum("oc,oij->cij", weight[:, :, a, b], grad_out)
    return x


@wrong("conv2d_input_grad", "Your gradient is that of a flipped kernel. If you stamp, do not")
def slides_without_turning(weight, grad_out):
    """A sliding window over the padded upstream without turning the kernel: the correlation,
    not its adjoint."""
    _, _, kh, kw = weight.shape
    padded = np.pad(grad_out, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("oijab,ocab->cij", windows, weight)


@wrong("conv2d_input_grad", "The kernel is flipped along one of its two axes. If you slide it")
def slides_upside_down(weight, grad_out):
    """The kernel is turned, but only upside down, not left to right as well."""
    _, c_in, kh, kw = weight.shape
    padded = np.pad(grad_out, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    flipped = weight[:, :, ::-1]
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("oijab,ocab->cij", windows, flipped)


@wrong("conv2d_input_grad", "Your gradient is cut off at the rim, to the size of grad_out: it")
def convolved_to_the_same_size(weight, grad_out):
    """Mode 'same': the picture comes out in the size of grad_out, without its rim."""
    c_out, c_in = weight.shape[:2]
    return np.array(
        [
            sum(
                scipy.signal.convolve2d(grad_out[o], weight[o, c], mode="same")
                for o in range(c_out)
            )
            for c in range(c_in)
        ]
    )


@wrong("conv2d_input_grad", "Each channel of the picture gets its share from one output channel")
def stamps_channel_by_channel(weight, grad_out):
    """Adds to each input channel the kernel of the equally numbered output channel: right for
    a single channel alone."""
    c_out, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    result = np.zeros((c_in, h + kh - 1, w + kw - 1))
    for c in range(c_in):
        o = c % c_out
        for i in range(h):
            for j in range(w):
                result[c, i : i + kh, j : j + kw] += grad_out[o, i, j] * weight[o, c]
    return result


@wrong("conv2d_input_grad", "The result is not what it should be.")
def stamps_too_few(weight, grad_out):
    """Two faults: the last row and column of outputs make no stamp, and the stamps are divided
    by the number of output channels."""
    c_out, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    result = np.zeros((c_in, h + kh - 1, w + kw - 1))
    for i in range(h - 1):
        for j in range(w - 1):
            stamp = np.mean(grad_out[:, i, j].reshape(-1, 1, 1, 1) * weight, axis=0)
            result[:, i : i + kh, j : j + kw] += stamp
    return result


@right("conv2d_input_grad")
def stamps_in_six_loops(weight, grad_out):
    c_out, c_in, kh, kw = weight.shape
    h, w = grad_out.shape[1:]
    picture = np.zeros((c_in, h + kh - 1, w + kw - 1))
    places = itertools.product(range(c_out), range(c_in), range(h), range(w), range(kh), range(kw))
    for o, c, i, j, a, b in places:
        picture[c, i + a, j + b] += grad_out[o, i, j] * weight[o, c, a, b]
    return picture


@right("conv2d_input_grad")
def shifted_copies(weight, grad_out):
    _, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    total = 0
    for a, b in np.ndindex(kh, kw):
        part = np.tensordot(weight[..., a, b], grad_out, axes=([0], [0]))
        total = total + np.pad(part, ((0, 0), (a, kh - 1 - a), (b, kw - 1 - b)))
    return total


@right("conv2d_input_grad")
def full_convolutions(weight, grad_out):
    def of_channel(c):
        pairs = zip(grad_out, weight[:, c], strict=True)
        return sum(scipy.signal.convolve2d(up, kernel, mode="full") for up, kernel in pairs)

    return np.stack([of_channel(c) for c in range(weight.shape[1])])


@right("conv2d_input_grad")
def transposed_in_torch(weight, grad_out):
    up = torch.tensor(grad_out, dtype=torch.float64).unsqueeze(0)
    stamps = F.conv_transpose2d(up, torch.tensor(weight, dtype=torch.float64))
    return stamps.squeeze(0).numpy()


# ---- max_pool2d_grad -----------------------------------------------------------------------------


@wrong("max_pool2d_grad", "Where several pixels of a window are the largest, you give the")
def pool_back_to_all_largest(image, size, upstream):
    """Of several equally large pixels all get the gradient, not the first alone."""
    c, h, w = image.shape
    grad = np.zeros(image.shape)
    for k in range(c):
        for i in range(h // size):
            for j in range(w // size):
                rows, cols = slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size)
                window = image[k, rows, cols]
                grad[k, rows, cols] = (window == window.max()) * upstream[k, i, j]
    return grad


@wrong("max_pool2d_grad", "Where several pixels of a window are the largest, you share the")
def pool_back_shared(image, size, upstream):
    """Equally large pixels share the gradient among them."""
    grad = np.zeros_like(image, dtype=float)
    for (k, i, j), u in np.ndenumerate(upstream):
        box = (k, slice(i * size, i * size + size), slice(j * size, j * size + size))
        mask = image[box] == image[box].max()
        grad[box] = u * mask / mask.sum()
    return grad


@wrong("max_pool2d_grad", "Where several pixels of a window are the largest, yours goes to the")
def pool_back_to_the_last(image, size, upstream):
    """>= while searching: of equally large pixels the last one gets it."""
    grad = np.zeros(image.shape)
    for (k, i, j), u in np.ndenumerate(upstream):
        best, where = -np.inf, None
        for a in range(size):
            for b in range(size):
                if image[k, i * size + a, j * size + b] >= best:
                    best = image[k, i * size + a, j * size + b]
                    where = (k, i * size + a, j * size + b)
        grad[where] = u
    return grad


@wrong("max_pool2d_grad", "You give each pixel of the window an equal share: that is the")
def pool_back_as_a_mean(image, size, upstream):
    """The gradient of mean pooling: every pixel of a window gets an equal share."""
    grad = np.zeros(image.shape)
    spread = np.repeat(np.repeat(upstream, size, axis=1), size, axis=2) / size**2
    grad[:, : spread.shape[1], : spread.shape[2]] = spread
    return grad


@wrong("max_pool2d_grad", "Your largest pixel starts at 0: where all pixels of a window are")
def pool_back_search_from_zero(image, size, upstream):
    """The search begins with 0 as the largest so far, so a window without a positive pixel
    gets nothing."""
    c, h, w = image.shape
    answer = np.zeros((c, h, w))
    for k in range(c):
        for i in range(h // size):
            for j in range(w // size):
                largest, spot = 0.0, None
                for y in range(i * size, (i + 1) * size):
                    for x in range(j * size, (j + 1) * size):
                        if image[k, y, x] > largest:
                            largest, spot = image[k, y, x], (y, x)
                if spot is not None:
                    answer[k, spot[0], spot[1]] = upstream[k, i, j]
    return answer


@wrong("max_pool2d_grad", "You cut the whole picture into windows with reshape, which fails")
def pool_back_no_ragged_edge(image, size, upstream):
    """The picture is cut into windows without dropping the edge first, so a ragged picture
    fails."""
    c, h, w = image.shape
    windows = image.reshape(c, h // size, size, w // size, size).transpose(0, 1, 3, 2, 4)
    flat = windows.reshape(c, h // size, w // size, size * size)
    grad = np.zeros(flat.shape)
    np.put_along_axis(grad, flat.argmax(-1)[..., None], upstream[..., None], axis=-1)
    grad = grad.reshape(c, h // size, w // size, size, size).transpose(0, 1, 3, 2, 4)
    return grad.reshape(c, h, w)


@wrong("max_pool2d_grad", "Your gradient lacks the ragged edge: it has the shape of the")
def pool_back_cropped(image, size, upstream):
    """The edge is dropped and not put back: the answer is smaller than a ragged picture."""
    c, h, w = upstream.shape
    grad = np.zeros((c, h * size, w * size))
    for k, i, j in np.ndindex(c, h, w):
        window = image[k, i * size : (i + 1) * size, j * size : (j + 1) * size]
        a, b = np.unravel_index(window.argmax(), window.shape)
        grad[k, i * size + a, j * size + b] = upstream[k, i, j]
    return grad


@wrong("max_pool2d_grad", "You look for the largest value in the whole channel, and an equal")
def pool_back_found_anywhere(image, size, upstream):
    """The largest value is looked up in the whole channel, so an equal pixel in an earlier
    window gets the gradient."""
    grad = np.zeros(image.shape)
    for k, i, j in np.ndindex(*upstream.shape):
        window = image[k, i * size : (i + 1) * size, j * size : (j + 1) * size]
        y, x = np.argwhere(image[k] == window.max())[0]
        grad[k, y, x] += upstream[k, i, j]
    return grad


@wrong("max_pool2d_grad", "You look for one largest pixel over all channels of a window: each")
def pool_back_across_channels(image, size, upstream):
    """One winner is sought over all channels of a window, so colour pictures lose two thirds
    of the gradient."""
    c, h, w = image.shape
    grad = np.zeros(image.shape)
    for i in range(h // size):
        for j in range(w // size):
            window = image[:, i * size : (i + 1) * size, j * size : (j + 1) * size]
            k, a, b = np.unravel_index(np.argmax(window), window.shape)
            grad[k, i * size + a, j * size + b] = upstream[k, i, j]
    return grad


@wrong("max_pool2d_grad", "The result is not what it should be. 2 of its 4 elements are wrong,")
def pool_back_exchanged(image, size, upstream):
    """Two faults: row and column of the winner are exchanged, and its value is multiplied in."""
    grad = np.zeros(image.shape)
    for k, i, j in np.ndindex(*upstream.shape):
        window = image[k, i * size : (i + 1) * size, j * size : (j + 1) * size]
        b, a = divmod(int(window.argmax()), size)
        grad[k, i * size + a, j * size + b] = upstream[k, i, j] * window.max()
    return grad


@right("max_pool2d_grad")
def pool_back_by_put_along(image, size, upstream):
    c, h, w = image.shape
    rows, cols = h // size, w // size
    kept = image[:, : rows * size, : cols * size]
    flat = kept.reshape(c, rows, size, cols, size).swapaxes(2, 3).reshape(c, rows, cols, size**2)
    shares = np.zeros((c, rows, cols, size**2))
    np.put_along_axis(
        shares, np.argmax(flat, axis=3, keepdims=True), np.expand_dims(upstream, 3), axis=3
    )
    grad = np.zeros((c, h, w))
    back = shares.reshape(c, rows, cols, size, size).swapaxes(2, 3)
    grad[:, : rows * size, : cols * size] = back.reshape(c, rows * size, cols * size)
    return grad


@right("max_pool2d_grad")
def pool_back_by_max_with_a_key(image, size, upstream):
    grad = np.zeros(image.shape)
    c, rows, cols = upstream.shape
    for k in range(c):
        for i in range(rows):
            for j in range(cols):
                pixels = [
                    (y, x)
                    for y in range(i * size, i * size + size)
                    for x in range(j * size, j * size + size)
                ]
                winner = max(pixels, key=lambda yx: image[k, yx[0], yx[1]])  # the first of equals
                grad[k, winner[0], winner[1]] = upstream[k, i, j]
    return grad


@right("max_pool2d_grad")
def pool_back_one_offset_at_a_time(image, size, upstream):
    _, rows, cols = upstream.shape
    ends = rows * size, cols * size

    def corner(array, a, b):
        return array[:, a : ends[0] : size, b : ends[1] : size]

    offsets = list(itertools.product(range(size), repeat=2))
    largest = functools.reduce(np.maximum, (corner(image, a, b) for a, b in offsets))
    grad, waiting = np.zeros(image.shape), np.ones(upstream.shape, dtype=bool)
    for a, b in offsets:
        hit = waiting & (corner(image, a, b) == largest)
        corner(grad, a, b)[hit] = upstream[hit]
        waiting &= ~hit
    return grad


test_right, test_wrong = further_tests(RIGHT, WRONG)
