"""Pooling by hand: one number for each window of a picture, the largest or the mean.

As in conv.py, first the plain loop that is the definition, right below it the fast form. Windows
are size x size and lie `stride` apart: side by side where none is given, overlapping where it is
smaller than the size, as in AlexNet. A ragged edge is dropped. Pictures are (n, c, h, w).
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from learnkit.byhand.windows import conv2d_output_size, seen_by
from learnkit.shapes import Array, Batch, check_at_least, check_batch, check_float, check_shape

Place = tuple[int, int, int, int]


def laid(
    shape: tuple[int, ...], size: int, stride: int | None
) -> Iterator[tuple[Place, tuple[int, int, slice, slice]]]:
    """Each output of a pool over a batch of this shape, and the window that it sums up."""
    n, c, h, w = pooled_shape(shape, size, stride)
    stride = stride or size
    for k, d, i, j in product(range(n), range(c), range(h), range(w)):
        rows = slice(stride * i, stride * i + size)
        yield (k, d, i, j), (k, d, rows, slice(stride * j, stride * j + size))


def max_pool2d_loops(image: Batch, size: int, stride: int | None = None) -> Batch:
    """The definition: the largest pixel of each window."""
    y = np.zeros(pooled_shape(image.shape, size, stride))
    for output, window in laid(image.shape, size, stride):
        y[output] = image[window].max()
    return y


def max_pool2d(image: Batch, size: int, stride: int | None = None) -> Batch:
    """The same, all windows at once. Source: Krizhevsky et al. (2012), section 3.4.

    Raises ValueError where a window does not fit, or a pixel is NaN; TypeError unless float.

    >>> max_pool2d(np.array([[[[1.0, 2.0], [4.0, 3.0]]]]), 2)
    array([[[[4.]]]])
    """
    return reduce(np.maximum, _seen(image, size, stride))


def max_pool2d_grad_loops(
    image: Batch, size: int, upstream: Batch, stride: int | None = None
) -> Batch:
    """All of a window's gradient to its largest pixel; of equals, to the first, as in torch."""
    grad = np.zeros(image.shape)
    for output, window in laid(image.shape, size, stride):
        a, b = np.unravel_index(image[window].argmax(), (size, size))
        grad[window][a, b] += upstream[output]
    return grad


def max_pool2d_grad(image: Batch, size: int, upstream: Batch, stride: int | None = None) -> Batch:
    """The same: for each place in the window, what came back where that place was the largest."""
    seen = _seen(image, size, stride)
    check_float(upstream, "upstream")
    check_shape(upstream, seen[0].shape, "upstream")
    largest, open_yet, shares = reduce(np.maximum, seen), np.ones(upstream.shape, bool), []
    for pixels in seen:
        wins = open_yet & (pixels == largest)
        open_yet &= ~wins
        shares.append(upstream * wins)
    return _add_back(shares, image.shape, size, stride)


def avg_pool2d_loops(image: Batch, size: int, stride: int | None = None) -> Batch:
    """The definition: the mean of each window."""
    y = np.zeros(pooled_shape(image.shape, size, stride))
    for output, window in laid(image.shape, size, stride):
        y[output] = image[window].mean()
    return y


def avg_pool2d(image: Batch, size: int, stride: int | None = None) -> Batch:
    """The same, all windows at once.

    >>> avg_pool2d(np.array([[[[1.0, 2.0], [4.0, 3.0]]]]), 2)
    array([[[[2.5]]]])
    """
    return _windows(image, size, stride).mean(axis=-1)


def avg_pool2d_grad_loops(
    image: Batch, size: int, upstream: Batch, stride: int | None = None
) -> Batch:
    """An equal share to every pixel of the window."""
    grad = np.zeros(image.shape)
    for output, window in laid(image.shape, size, stride):
        grad[window] += upstream[output] / size**2
    return grad


def avg_pool2d_grad(image: Batch, size: int, upstream: Batch, stride: int | None = None) -> Batch:
    """The same, all windows at once."""
    check_batch(image)
    check_float(upstream, "upstream")
    check_shape(upstream, pooled_shape(image.shape, size, stride), "upstream")
    return _add_back([upstream / size**2] * size**2, image.shape, size, stride)


# ---- windows -----------------------------------------------------------------------------------


def pooled_shape(shape: tuple[int, ...], size: int, stride: int | None) -> tuple[int, ...]:
    """What a batch of this shape becomes: (n, c, h', w').

    >>> pooled_shape((1, 96, 55, 55), 3, stride=2)  # AlexNet's first pool
    (1, 96, 27, 27)
    """
    check_at_least(1, size=size, stride=size if stride is None else stride)
    if size > min(shape[2:]):
        raise ValueError(f"a window of {size} does not fit into {shape[2:]}")
    stride = stride or size
    return *shape[:2], *(conv2d_output_size(n, size, stride) for n in shape[2:])


def _windows(image: Batch, size: int, stride: int | None) -> Array:
    """(n, c, h', w', size²): every window in a row."""
    check_batch(image)
    shape, stride = pooled_shape(image.shape, size, stride), stride or size
    windows = sliding_window_view(image, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.reshape(*shape, size * size)


def _seen(image: Batch, size: int, stride: int | None) -> list[Batch]:
    """What each of the size² places of the window meets, (n, c, h', w') each: views, no copies."""
    check_batch(image)
    return [image[index] for index in _places(image.shape, size, stride)]


def _add_back(
    shares: Sequence[Batch], shape: tuple[int, ...], size: int, stride: int | None
) -> Batch:
    """Adds the share of each place of the window to the pixels that it meets."""
    grad = np.zeros(shape)
    for index, share in zip(_places(shape, size, stride), shares, strict=True):
        grad[index] += share
    return grad


def _places(shape: tuple[int, ...], size: int, stride: int | None) -> list[tuple]:
    h, w = pooled_shape(shape, size, stride)[2:]
    return [seen_by(a, b, h, w, stride or size) for a, b in product(range(size), repeat=2)]
