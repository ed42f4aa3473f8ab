"""The windows of a picture: what a kernel sees, at every place where it is laid.

A kernel of kh x kw is laid `stride` pixels apart, its own pixels `dilation` apart. `im2col` copies
all that it sees into the columns of a matrix, so that a convolution is a matrix product; `col2im`
is its adjoint and adds every column back into the picture. Source: Chellapilla et al. (2006).
"""

from collections.abc import Iterator
from itertools import product
from typing import Literal

import numpy as np

from learnkit.shapes import Array, Batch, Matrix, check_at_least

Padding = int | Literal["same"]
CACHE = 2**21  # bytes


def conv2d_output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """⌊(size + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1: how often the window fits.

    Raises ValueError where the kernel, spread by its dilation, is larger than the padded picture,
    TypeError where a size is no whole number.

    >>> conv2d_output_size(28, kernel=3, stride=2, padding=1)
    14
    """
    check_at_least(1, size=size, stride=stride, dilation=dilation, kernel=kernel)
    check_at_least(0, padding=padding)
    reach = dilation * (kernel - 1) + 1
    if reach > size + 2 * padding:
        raise ValueError(
            f"a kernel of {kernel} with dilation {dilation} reaches over {reach} pixels, and the "
            f"padded picture has {size + 2 * padding}; pad more, or take a smaller kernel"
        )
    return (size + 2 * padding - reach) // stride + 1


def in_pixels(padding: Padding, kernel: tuple[int, int], stride: int, dilation: int) -> int:
    """The width of the frame; "same" means the one that keeps the picture's size."""
    if not isinstance(padding, str):
        return padding
    if padding != "same":
        raise ValueError(f'padding must be a number of pixels or "same", got {padding!r}')
    if stride != 1:
        raise ValueError(f'padding="same" keeps the size only with stride 1, got stride {stride}')
    kh, kw = kernel
    if kh != kw or kh % 2 == 0:
        raise ValueError(
            f'padding="same" needs a square kernel with a middle pixel, got {kh} x {kw}; an even '
            "one would need half a pixel on each side: give the padding as a number"
        )
    return dilation * (kh - 1) // 2


def padded(image: Batch, padding: int) -> Batch:
    """The picture in a frame of zeros."""
    return np.pad(image, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def seen_by(a: int, b: int, h: int, w: int, stride: int, dilation: int = 1) -> tuple:
    """The pixels that place (a, b) of the kernel meets, at all its h x w places: an index."""
    top, left = dilation * a, dilation * b
    rows = slice(top, top + stride * (h - 1) + 1, stride)
    columns = slice(left, left + stride * (w - 1) + 1, stride)
    return slice(None), slice(None), rows, columns


def im2col(
    image: Batch, kernel: tuple[int, int], stride: int, padding: int, dilation: int
) -> Iterator[tuple[slice, Matrix]]:
    """Every window as a column, a few pictures at a time: (which, columns (c kh kw, n' h w)).

    The columns are overwritten when the next are asked for.
    """
    (kh, kw), (n, c) = kernel, image.shape[:2]
    h = conv2d_output_size(image.shape[2], kh, stride, padding, dilation)
    w = conv2d_output_size(image.shape[3], kw, stride, padding, dilation)
    x = padded(image, padding).swapaxes(0, 1)  # (c, n, h, w): so that one product does them all
    parts = a_few(n, c * kh * kw * h * w * image.itemsize)
    most = max((some.stop - some.start for some in parts), default=0)
    memory = np.empty((c, kh, kw, most, h, w), image.dtype)  # one for all, so that it stays near
    for some in parts:
        columns = memory[:, :, :, : some.stop - some.start]
        for a, b in product(range(kh), range(kw)):  # a copy for each place in the kernel: long rows
            columns[:, a, b] = x[:, some][seen_by(a, b, h, w, stride, dilation)]
        yield some, columns.reshape(c * kh * kw, -1)


def col2im(
    columns: Array, size: tuple[int, int], stride: int, padding: int, dilation: int
) -> Batch:
    """The adjoint: columns (c, kh, kw, n, h, w) added into pictures of that size, (n, c, *size)."""
    c, kh, kw, n, h, w = columns.shape
    x = np.zeros((c, n, size[0] + 2 * padding, size[1] + 2 * padding), columns.dtype)
    for a, b in product(range(kh), range(kw)):
        x[seen_by(a, b, h, w, stride, dilation)] += columns[:, a, b]
    inner = slice(padding, padding + size[0]), slice(padding, padding + size[1])
    return x[:, :, *inner].swapaxes(0, 1)


def a_few(n: int, bytes_each: int) -> list[slice]:
    """The batch in slices whose columns fit into a core's cache: memory is slower than sums.

    >>> a_few(5, CACHE // 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    step = max(1, CACHE // max(1, bytes_each))
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]
