"""Convolution by hand: how a network looks at a neighbourhood.

Each operation stands here twice: first the plain loop that *is* the definition, right below it
the fast form, which copies every window into a row (im2col) and leaves the rest to one matrix
product. Pictures are batches (n, c, h, w), weights (c_out, c_in, kh, kw), in torch's orientation:
what networks call convolution is the cross-correlation, with the kernel not turned round.
"""

from itertools import product
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from learnkit.shapes import Array, Batch, Kernel, Vector, check_at_least, check_batch, check_shape

Padding = int | Literal["same"]


def conv2d_output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """⌊(size + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1: how often the window fits.

    Raises ValueError where the kernel, spread by its dilation, is larger than the padded picture.

    >>> conv2d_output_size(28, kernel=3, stride=2, padding=1)
    14
    """
    check_at_least(1, stride=stride, dilation=dilation, kernel=kernel)
    check_at_least(0, padding=padding)
    reach = dilation * (kernel - 1) + 1
    if reach > size + 2 * padding:
        raise ValueError(
            f"a kernel of {kernel} with dilation {dilation} reaches over {reach} pixels, and the "
            f"padded picture has {size + 2 * padding}; pad more, or take a smaller kernel"
        )
    return (size + 2 * padding - reach) // stride + 1


def conv2d_loops(
    image: Batch, weight: Kernel, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Batch:
    """The definition: y[n, o, i, j] = Σ w[o, c, a, b] x[n, c, s i + d a, s j + d b].

    Summed over c, a and b; s is the stride, d the dilation, and x is `image` with a border of
    `padding` zeros. Slow: for reading, and for checking `conv2d`.
    """
    _check_channels(image, weight)
    x = _padded(image, padding)
    n, (c_out, c_in, kh, kw) = len(image), weight.shape
    h = conv2d_output_size(image.shape[2], kh, stride, padding, dilation)
    w = conv2d_output_size(image.shape[3], kw, stride, padding, dilation)
    y = np.zeros((n, c_out, h, w))
    for k, o, i, j in product(range(n), range(c_out), range(h), range(w)):
        for c, a, b in product(range(c_in), range(kh), range(kw)):
            row, column = stride * i + dilation * a, stride * j + dilation * b
            y[k, o, i, j] += weight[o, c, a, b] * x[k, c, row, column]
    return y


def conv2d(
    image: Batch,
    weight: Kernel,
    bias: Vector | None = None,
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
) -> Batch:
    """The same by one matrix product: every window a column, every output channel a row.

    `padding="same"` keeps the size: stride 1, and a kernel with a middle. Raises ValueError where
    shapes do not fit together, or the kernel not into the picture, TypeError where a picture is
    not float.

    >>> conv2d(np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[1.0, -1.0]]]]))
    array([[[[-1., -1.]]]])
    """
    _check_channels(image, weight)
    if bias is not None:
        check_shape(bias, weight.shape[:1], "bias")
    columns, h, w = _im2col(image, weight.shape[2:], stride, padding, dilation)
    y = weight.reshape(len(weight), -1) @ columns  # (c_out, n h w)
    if bias is not None:
        y += bias[:, None]
    return y.reshape(len(weight), len(image), h, w).swapaxes(0, 1)


def conv2d_input_grad(
    image_size: tuple[int, int],
    weight: Kernel,
    upstream: Batch,
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
) -> Batch:
    """The gradient by the picture: every output hands its share back to the pixels it looked at.

    The adjoint of `conv2d`, which is why a transposed convolution is this and nothing else.
    """
    padding = _in_pixels(padding, weight.shape[2:], stride, dilation)
    _check_upstream(upstream, len(upstream), image_size, weight.shape, stride, padding, dilation)
    columns = weight.reshape(len(weight), -1).T @ _channels_first(upstream)
    c, kh, kw = weight.shape[1:]
    h, w = upstream.shape[2:]
    columns = columns.reshape(c, kh, kw, len(upstream), h, w)
    padded = (c, len(upstream), image_size[0] + 2 * padding, image_size[1] + 2 * padding)
    x = np.zeros(padded, columns.dtype)
    for a, b in product(range(kh), range(kw)):
        x[_window(a, b, h, w, stride, dilation)] += columns[:, a, b]
    inner = slice(padding, padding + image_size[0]), slice(padding, padding + image_size[1])
    return x[:, :, *inner].swapaxes(0, 1)


def conv2d_weight_grad(
    image: Batch,
    upstream: Batch,
    kernel_size: tuple[int, int],
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
) -> Kernel:
    """The gradient by the weight: the picture's windows, weighed by what came back from above."""
    check_batch(image)
    padding = _in_pixels(padding, kernel_size, stride, dilation)
    shape = (upstream.shape[1], image.shape[1], *kernel_size)
    _check_upstream(upstream, len(image), image.shape[2:], shape, stride, padding, dilation)
    columns, _, _ = _im2col(image, kernel_size, stride, padding, dilation)
    grad = _channels_first(upstream) @ columns.T
    return grad.reshape(shape)


def conv2d_bias_grad(upstream: Batch) -> Vector:
    """Σ over pictures and places, (n, c, h, w) to (c,): the bias was added everywhere.

    >>> conv2d_bias_grad(np.ones((2, 1, 3, 3)))
    array([18.])
    """
    return upstream.sum(axis=(0, 2, 3))


def conv_transpose2d(image: Batch, weight: Kernel, stride: int = 1, padding: int = 0) -> Batch:
    """Each pixel stamps the kernel into the output, `stride` apart; overlaps add up.

    `weight` is (c_in, c_out, kh, kw), as in torch. It is the adjoint of `conv2d`: where the
    kernel is no multiple of the stride, the stamps overlap unevenly, the famous checkerboard.
    Source: Dumoulin and Visin (2016), chapter 4; Odena et al. (2016), on the checkerboard.

    >>> conv_transpose2d(np.ones((1, 1, 1, 2)), np.ones((1, 1, 1, 3)), stride=2)
    array([[[[1., 1., 2., 1., 1.]]]])
    """
    check_at_least(1, stride=stride)
    check_at_least(0, padding=padding)
    check_batch(image)
    if image.shape[1] != weight.shape[0]:
        raise ValueError(
            f"image has {image.shape[1]} channels, and weight (c_in, c_out, kh, kw) expects "
            f"{weight.shape[0]}: {image.shape}, {weight.shape}"
        )
    size = tuple(
        stride * (image.shape[axis] - 1) + weight.shape[axis] - 2 * padding for axis in (2, 3)
    )
    if min(size) < 1:
        raise ValueError(f"padding {padding} leaves nothing of the output: size {size}")
    return conv2d_input_grad(size, weight, image, stride, padding)


def conv_transpose2d_input_grad(
    weight: Kernel, upstream: Batch, stride: int = 1, padding: int = 0
) -> Batch:
    """The gradient by the picture: an ordinary convolution with the same kernel."""
    return conv2d(upstream, weight, stride=stride, padding=padding)


def conv_transpose2d_weight_grad(
    image: Batch, upstream: Batch, kernel_size: tuple[int, int], stride: int = 1, padding: int = 0
) -> Kernel:
    """The gradient by the weight: that of `conv2d`, with the two pictures' roles exchanged."""
    return conv2d_weight_grad(upstream, image, kernel_size, stride, padding)


def max_pool2d(image: Batch, size: int) -> Batch:
    """The largest of each size x size window, side by side; a ragged edge is dropped.

    >>> max_pool2d(np.array([[[[1.0, 2.0], [4.0, 3.0]]]]), 2)
    array([[[[4.]]]])
    """
    return _tiles(image, size).max(axis=-1)


def max_pool2d_grad(image: Batch, size: int, upstream: Batch) -> Batch:
    """All of the gradient to the largest pixel; of equals, to the first, as in torch."""
    tiles = _tiles(image, size)
    check_shape(upstream, tiles.shape[:4], "upstream")
    winner = np.eye(size * size)[tiles.argmax(axis=-1)]  # one-hot over the window
    return _untiled(winner * upstream[..., None], image.shape, size)


def avg_pool2d(image: Batch, size: int) -> Batch:
    """The mean of each size x size window, side by side; a ragged edge is dropped.

    >>> avg_pool2d(np.array([[[[1.0, 2.0], [4.0, 3.0]]]]), 2)
    array([[[[2.5]]]])
    """
    return _tiles(image, size).mean(axis=-1)


def avg_pool2d_grad(image: Batch, size: int, upstream: Batch) -> Batch:
    """An equal share to every pixel of the window."""
    check_shape(upstream, _tiles(image, size).shape[:4], "upstream")
    shares = np.broadcast_to(upstream[..., None] / size**2, (*upstream.shape, size * size))
    return _untiled(shares, image.shape, size)


# ---- windows -----------------------------------------------------------------------------------


def _padded(image: Batch, padding: int) -> Batch:
    return np.pad(image, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _im2col(
    image: Batch, kernel: tuple[int, int], stride: int, padding: Padding, dilation: int
) -> tuple[Array, int, int]:
    """Every window as a column: (c kh kw, n h w), and the output's height and width."""
    padding = _in_pixels(padding, kernel, stride, dilation)
    (kh, kw), (n, c) = kernel, image.shape[:2]
    h = conv2d_output_size(image.shape[2], kh, stride, padding, dilation)
    w = conv2d_output_size(image.shape[3], kw, stride, padding, dilation)
    x = _padded(image, padding).swapaxes(0, 1)  # (c, n, h, w): so that one product does it all
    columns = np.empty((c, kh, kw, n, h, w), dtype=image.dtype)
    for a, b in product(range(kh), range(kw)):  # a copy for each place in the kernel: long rows
        columns[:, a, b] = x[_window(a, b, h, w, stride, dilation)]
    return columns.reshape(c * kh * kw, n * h * w), h, w


def _window(a: int, b: int, h: int, w: int, stride: int, dilation: int) -> tuple:
    """What place (a, b) of the kernel sees of a padded picture, at all h x w positions."""
    top, left = dilation * a, dilation * b
    rows = slice(top, top + stride * (h - 1) + 1, stride)
    columns = slice(left, left + stride * (w - 1) + 1, stride)
    return slice(None), slice(None), rows, columns


def _channels_first(batch: Batch) -> Array:
    """(n, c, h, w) as (c, n h w)."""
    return batch.swapaxes(0, 1).reshape(batch.shape[1], -1)


def _tiles(image: Batch, size: int) -> Array:
    """Windows side by side: (n, c, h // size, w // size, size²)."""
    check_batch(image)
    check_at_least(1, size=size)
    if size > min(image.shape[2:]):
        raise ValueError(f"a window of {size} does not fit into {image.shape[2:]}")
    windows = sliding_window_view(image, (size, size), axis=(2, 3))[:, :, ::size, ::size]
    return windows.reshape(*windows.shape[:4], size * size)


def _untiled(tiles: Array, shape: tuple[int, ...], size: int) -> Batch:
    """The adjoint of `_tiles`: back into place, zero where a ragged edge was dropped."""
    n, c, h, w = tiles.shape[:4]
    image = np.zeros(shape)
    blocks = tiles.reshape(n, c, h, w, size, size).swapaxes(3, 4)
    image[:, :, : h * size, : w * size] = blocks.reshape(n, c, h * size, w * size)
    return image


def _in_pixels(padding: Padding, kernel: tuple[int, int], stride: int, dilation: int) -> int:
    """The width of the frame; "same" means the one that keeps the picture's size."""
    if padding != "same":
        if isinstance(padding, str):
            raise ValueError(f'padding must be a number of pixels or "same", got {padding!r}')
        return padding
    if stride != 1:
        raise ValueError(f'padding="same" keeps the size only with stride 1, got stride {stride}')
    kh, kw = kernel
    if kh != kw or kh % 2 == 0:
        raise ValueError(
            f'padding="same" needs a square kernel with a middle pixel, got {kh} x {kw}; an even '
            "one would need half a pixel on each side: give the padding as a number"
        )
    return dilation * (kh - 1) // 2


def _check_upstream(
    upstream: Batch, n: int, size: tuple[int, int], weight: tuple[int, ...], *how: int
) -> None:
    """It has the shape of what the convolution gave; `how` is stride, padding, dilation."""
    h, w = (conv2d_output_size(s, k, *how) for s, k in zip(size, weight[2:], strict=True))
    check_shape(upstream, (n, weight[0], h, w), "upstream")


def _check_channels(image: Batch, weight: Kernel) -> None:
    check_batch(image)
    if image.shape[1] != weight.shape[1]:
        raise ValueError(
            f"image has {image.shape[1]} channels, and weight (c_out, c_in, kh, kw) expects "
            f"{weight.shape[1]}: {image.shape}, {weight.shape}"
        )
