"""Convolution by hand: how a network looks at a neighbourhood.

Convolution, its two gradients and the transposed convolution stand here twice: first the plain
loop that *is* the definition, right below it the fast form that a lesson can afford. Pictures are
batches (n, c, h, w), weights (c_out, c_in, kh, kw), in torch's orientation: what networks call
convolution is the cross-correlation, with the kernel not turned round. `windows.py` has what the
fast forms share, im2col and its adjoint.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np

from learnkit.byhand.windows import (
    Padding,
    a_few,
    col2im,
    conv2d_output_size,
    im2col,
    in_pixels,
    padded,
)
from learnkit.shapes import (
    Array,
    Batch,
    Kernel,
    Vector,
    check_at_least,
    check_batch,
    check_float,
    check_shape,
)

Index = tuple[int, int, int, int]


def links(
    image: tuple[int, ...], weight: tuple[int, ...], stride: int, padding: int, dilation: int
) -> Iterator[tuple[Index, Index, Index]]:
    """Every product that a convolution of these shapes is made of: (output, weight, pixel).

    Output (k, o, i, j) meets pixel (k, c, s i + d a, s j + d b) of the padded picture through
    weight (o, c, a, b), with stride s and dilation d.
    """
    c_out, c_in, kh, kw = weight
    h = conv2d_output_size(image[2], kh, stride, padding, dilation)
    w = conv2d_output_size(image[3], kw, stride, padding, dilation)
    for k, o, i, j in product(range(image[0]), range(c_out), range(h), range(w)):
        for c, a, b in product(range(c_in), range(kh), range(kw)):
            pixel = (k, c, stride * i + dilation * a, stride * j + dilation * b)
            yield (k, o, i, j), (o, c, a, b), pixel


def conv2d_loops(
    image: Batch, weight: Kernel, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Batch:
    """The definition: each output is Σ weight · pixel over all its links; slow, for reading."""
    _check_pair(image, weight)
    x = padded(image, padding)
    y = np.zeros(_output_shape(image.shape, weight.shape, stride, padding, dilation))
    for output, place, pixel in links(image.shape, weight.shape, stride, padding, dilation):
        y[output] += weight[place] * x[pixel]
    return y


def conv2d(
    image: Batch,
    weight: Kernel,
    bias: Vector | None = None,
    stride: int = 1,
    padding: Padding = 0,
    dilation: int = 1,
) -> Batch:
    """The same by matrix products: every window a column, every output channel a row.

    `padding="same"` keeps the size: stride 1, and a kernel with a middle. Raises ValueError where
    shapes do not fit together, the kernel not into the picture, or a number is NaN; TypeError
    where a picture is not float.

    >>> conv2d(np.array([[[[1.0, 2.0, 3.0]]]]), np.array([[[[1.0, -1.0]]]]))
    array([[[[-1., -1.]]]])
    """
    _check_pair(image, weight)
    if bias is not None:
        check_float(bias, "bias")
        check_shape(bias, weight.shape[:1], "bias")
    padding = in_pixels(padding, weight.shape[2:], stride, dilation)
    n, c_out, h, w = _output_shape(image.shape, weight.shape, stride, padding, dilation)
    y = np.empty((c_out, n, h, w), np.result_type(image, weight))
    rows = weight.reshape(c_out, -1)
    for some, columns in im2col(image, weight.shape[2:], stride, padding, dilation):
        np.matmul(rows, columns, out=y[:, some].reshape(c_out, -1))  # a view: no copy
    if bias is not None:
        y += bias[:, None, None, None]
    return y.swapaxes(0, 1)


def conv2d_input_grad_loops(
    image_size: tuple[int, int],
    weight: Kernel,
    upstream: Batch,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Batch:
    """Back over the same links: a pixel's slope through each of them is the weight."""
    (h, w), p = image_size, padding
    image = (len(upstream), weight.shape[1], h, w)
    grad = np.zeros((*image[:2], h + 2 * p, w + 2 * p))
    for output, place, pixel in links(image, weight.shape, stride, padding, dilation):
        grad[pixel] += weight[place] * upstream[output]
    return grad[:, :, p : p + h, p : p + w]


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
    _check_kernel(weight)
    padding = in_pixels(padding, weight.shape[2:], stride, dilation)
    check_batch(upstream, "upstream")
    _check_sides(image_size=image_size)
    image = (len(upstream), weight.shape[1], *image_size)
    check_shape(upstream, _output_shape(image, weight.shape, stride, padding, dilation), "upstream")
    grad = np.empty(image, np.result_type(weight, upstream))
    rows, (h, w) = weight.reshape(len(weight), -1).T, upstream.shape[2:]
    for some in a_few(len(upstream), len(rows) * h * w * upstream.itemsize):
        columns = (rows @ _channels_first(upstream[some])).reshape(*weight.shape[1:], -1, h, w)
        grad[some] = col2im(columns, image_size, stride, padding, dilation)
    return grad


def conv2d_weight_grad_loops(
    image: Batch,
    upstream: Batch,
    kernel_size: tuple[int, int],
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Kernel:
    """Back over the same links: a weight's slope through each of them is the pixel."""
    x = padded(image, padding)
    grad = np.zeros((upstream.shape[1], image.shape[1], *kernel_size))
    for output, place, pixel in links(image.shape, grad.shape, stride, padding, dilation):
        grad[place] += x[pixel] * upstream[output]
    return grad


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
    check_batch(upstream, "upstream")
    _check_sides(kernel_size=kernel_size)
    padding = in_pixels(padding, kernel_size, stride, dilation)
    weight = (upstream.shape[1], image.shape[1], *kernel_size)
    check_shape(upstream, _output_shape(image.shape, weight, stride, padding, dilation), "upstream")
    grad = np.zeros((weight[0], image.shape[1] * kernel_size[0] * kernel_size[1]), upstream.dtype)
    for some, columns in im2col(image, kernel_size, stride, padding, dilation):
        grad += _channels_first(upstream[some]) @ columns.T
    return grad.reshape(weight)


def conv2d_bias_grad(upstream: Batch) -> Vector:
    """Σ over pictures and places, (n, c, h, w) to (c,): the bias was added everywhere.

    >>> conv2d_bias_grad(np.ones((2, 1, 3, 3)))
    array([18.])
    """
    check_batch(upstream, "upstream")
    return upstream.sum(axis=(0, 2, 3))


# ---- transposed --------------------------------------------------------------------------------


def conv_transpose2d_loops(
    image: Batch, weight: Kernel, stride: int = 1, padding: int = 0
) -> Batch:
    """The definition: each pixel stamps the kernel into the output, times its own value."""
    (n, c_in, h, w), (kh, kw) = image.shape, weight.shape[2:]
    y = np.zeros((n, weight.shape[1], stride * (h - 1) + kh, stride * (w - 1) + kw))
    for k, c, i, j in product(range(n), range(c_in), range(h), range(w)):
        top, left = stride * i, stride * j
        y[k, :, top : top + kh, left : left + kw] += image[k, c, i, j] * weight[c]
    return y[:, :, padding : y.shape[2] - padding, padding : y.shape[3] - padding]


def conv_transpose2d(image: Batch, weight: Kernel, stride: int = 1, padding: int = 0) -> Batch:
    """The same: stamps `stride` apart, overlaps added up, and `padding` cut from the border.

    `weight` is (c_in, c_out, kh, kw), as in torch. It is the adjoint of `conv2d`: where the
    kernel is no multiple of the stride, the stamps overlap unevenly, the famous checkerboard.
    Source: Dumoulin and Visin (2016), chapter 4; Odena et al. (2016), on the checkerboard.

    >>> conv_transpose2d(np.ones((1, 1, 1, 2)), np.ones((1, 1, 1, 3)), stride=2)
    array([[[[1., 1., 2., 1., 1.]]]])
    """
    _check_pair(image, weight, "(c_in, c_out, kh, kw)", axis=0)
    check_at_least(0, padding=padding)
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


# ---- shapes ------------------------------------------------------------------------------------


def _channels_first(batch: Batch) -> Array:
    """(n, c, h, w) as (c, n h w)."""
    return batch.swapaxes(0, 1).reshape(batch.shape[1], -1)


def _output_shape(
    image: tuple[int, ...], weight: tuple[int, ...], stride: int, padding: int, dilation: int
) -> tuple[int, ...]:
    h = conv2d_output_size(image[2], weight[2], stride, padding, dilation)
    w = conv2d_output_size(image[3], weight[3], stride, padding, dilation)
    return (image[0], weight[0], h, w)


def _check_sides(**sides: tuple[int, int]) -> None:
    """A height and a width."""
    for name, pair in sides.items():
        if np.shape(pair) != (2,):
            raise TypeError(f"{name} must be (height, width), got {pair!r}")


def _check_kernel(weight: Kernel, order: str = "(c_out, c_in, kh, kw)") -> None:
    check_float(weight, "weight")
    if weight.ndim != 4:
        raise ValueError(f"weight must have shape {order}, got {weight.shape}")


def _check_pair(
    image: Batch, weight: Kernel, order: str = "(c_out, c_in, kh, kw)", axis: int = 1
) -> None:
    """The picture's channels are those that the weight expects on this axis of its own."""
    check_batch(image)
    _check_kernel(weight, order)
    if image.shape[1] != weight.shape[axis]:
        raise ValueError(
            f"image has {image.shape[1]} channels, and weight {order} expects "
            f"{weight.shape[axis]}: {image.shape}, {weight.shape}"
        )
