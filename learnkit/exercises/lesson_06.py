"""Lesson 06: one small window that slides over a picture, and the way back through it."""

import numpy as np

from learnkit.byhand import conv
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError

_rng = np.random.default_rng(6)


def _whole(*shape):
    """Whole numbers from -3 to 3, as floats: easy to check on paper."""
    return _rng.integers(-3, 4, shape).astype(float)


# ---- conv2d_output_size ------------------------------------------------------------------------


def _output_size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


def _whole_number(result, size, kernel, stride, padding):
    if isinstance(result, float | np.floating) and float(result).is_integer():
        raise OddResultError(
            "You return a float; a size counts pixels, so it is an int: divide with //, which "
            "rounds down by itself."
        )
    if not isinstance(result, int | np.integer) or isinstance(result, bool):
        raise OddResultError(f"You return {result!r}; asked is one whole number, an int.")
    return {"": result}


conv2d_output_size = Exercise(
    "conv2d_output_size",
    _output_size,
    cases=[
        case(5, 3, 1, 0),
        case(28, 3, 1, 1),
        case(28, 4, 2, 1),
        case(7, 2, 2, 0, note="size = 7, kernel = 2, stride = 2, padding = 0 (one pixel over)"),
        case(224, 11, 4, 2),
        case(10, 3, 3, 2),
        case(3, 3, 2, 0),
        case(9, 5, 3, 1),
    ],
    probe=_whole_number,
    hints=(
        "The first window takes `kernel` pixels. What is left of the padded row, in steps of "
        "`stride`, makes one more window each.",
        "The padded row has size + 2 * padding pixels. Take the kernel away, divide by the stride "
        "and round down, and add 1 for the first window.",
        "return (size + 2 * padding - kernel) // stride + 1",
    ),
    why=(
        "The sizes inside a CNN follow from this one line; even the paper of AlexNet gets "
        "one wrong."
    ),
)


@conv2d_output_size.mistake(
    "The + 1 is missing: the first window needs no step. A kernel of 3 fits into 3 pixels once."
)
def off_by_one(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride


@conv2d_output_size.mistake(
    "You round up: a window that does not fit completely is left out, so round down (//)."
)
def ceil(size, kernel, stride, padding):
    return -(-(size + 2 * padding - kernel) // stride) + 1


@conv2d_output_size.mistake("Padding is put on both sides: 2 * padding.")
def one_padding(size, kernel, stride, padding):
    return (size + padding - kernel) // stride + 1


@conv2d_output_size.mistake("padding is forgotten: the row is longer by 2 * padding.")
def no_padding(size, kernel, stride, padding):
    return (size - kernel) // stride + 1


@conv2d_output_size.mistake("The stride is forgotten: the window moves `stride` pixels at a time.")
def no_stride(size, kernel, stride, padding):
    return size + 2 * padding - kernel + 1


@conv2d_output_size.mistake(
    "You add the 1 before you divide: it counts the first window, so it comes after the division."
)
def one_before_dividing(size, kernel, stride, padding):
    return (size + 2 * padding - kernel + 1) // stride


@conv2d_output_size.mistake(
    "You divide by / and do not round: half a window is none. // rounds down."
)
def not_rounded(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) / stride + 1


@conv2d_output_size.mistake("The kernel is forgotten: the last windows would hang over the edge.")
def kernel_forgotten(size, kernel, stride, padding):
    return (size + 2 * padding) // stride


@conv2d_output_size.mistake(
    "You round to the nearest whole number: a window that does not fit is left out, so round down."
)
def rounded(size, kernel, stride, padding):
    return int((size + 2 * padding - kernel) / stride + 0.5) + 1


@conv2d_output_size.mistake("Padding makes the row longer: add 2 * padding, you take it away.")
def padding_subtracted(size, kernel, stride, padding):
    return (size - 2 * padding - kernel) // stride + 1


@conv2d_output_size.mistake(
    "That is the size after a *transposed* convolution, which makes pictures larger."
)
def transposed_size(size, kernel, stride, padding):
    return (size - 1) * stride - 2 * padding + kernel


@conv2d_output_size.mistake(
    "That holds only where the padding is chosen to keep the size: kernel and padding count."
)
def same_padding(size, kernel, stride, padding):
    return -(-size // stride)


@conv2d_output_size.mistake("kernel and stride have changed places.")
def kernel_and_stride_swapped(size, kernel, stride, padding):
    return (size + 2 * padding - stride) // kernel + 1


@conv2d_output_size.mistake(
    "Yours is one too large, always: the first window is counted twice. The + 1 at the end is for "
    "it."
)
def one_too_many(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 2


@conv2d_output_size.mistake(
    "round() goes to the nearest whole number (and from a half to the even one): a window that "
    "does not fit is left out, so round down with //."
)
def rounded_to_even(size, kernel, stride, padding):
    return round((size + 2 * padding - kernel) / stride) + 1


@conv2d_output_size.mistake(
    "You add 1 before you divide and 1 after: only the one after, for the first window, belongs "
    "there."
)
def one_before_and_one_after(size, kernel, stride, padding):
    return (size + 2 * padding - kernel + 1) // stride + 1


@conv2d_output_size.mistake(
    "The brackets are missing: // binds tighter than - and +, so only the kernel is divided. Write "
    "(size + 2 * padding - kernel) // stride + 1."
)
def only_the_kernel_divided(size, kernel, stride, padding):
    return size + 2 * padding - kernel // stride + 1


@conv2d_output_size.mistake("You divide by stride + 1: the 1 comes after the division.")
def divided_by_stride_plus_one(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // (stride + 1)


@conv2d_output_size.mistake("You divide by stride + 1: divide by the stride, then add 1.")
def divided_by_stride_plus_one_and_one(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // (stride + 1) + 1


@conv2d_output_size.mistake("Kernel and padding are forgotten: they count as well.")
def size_over_stride(size, kernel, stride, padding):
    return size // stride


# ---- conv2d ------------------------------------------------------------------------------------


def _conv2d(image, weight, stride=1, padding=0):
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    c_out, _, kh, kw = weight.shape
    h = (x.shape[1] - kh) // stride + 1
    w = (x.shape[2] - kw) // stride + 1
    y = np.zeros((c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = x[:, stride * i : stride * i + kh, stride * j : stride * j + kw]
            y[:, i, j] = (weight * window).sum(axis=(1, 2, 3))
    return y


conv2d = Exercise(
    "conv2d",
    _conv2d,
    cases=[
        case(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[[1.0, -2.0]]]])),
        case(_whole(1, 3, 3), np.array([[[[1.0, 2.0], [0.0, -1.0]]]])),
        case(_whole(1, 4, 5), _whole(1, 1, 3, 2)),
        case(_whole(2, 3, 4), _whole(3, 2, 2, 2)),
        case(_whole(1, 2, 3), _whole(1, 1, 3, 3), padding=1),
        case(_whole(1, 6, 7), _whole(2, 1, 3, 3), stride=2),
        case(_rng.random((3, 7, 6)).round(2), _whole(2, 3, 3, 2), stride=2, padding=1),
        case(_rng.random((2, 8, 8)).round(2), _whole(4, 2, 5, 3), stride=3, padding=2),
    ],
    hints=(
        "Pad the picture's rows and columns (not its channels) with zeros, make an output of "
        "zeros, and for every place of it cut out the window that it looks at.",
        "The window of place (i, j) is x[:, stride*i : stride*i + kh, stride*j : stride*j + kw]. "
        "Multiply it by weight (NumPy spreads it over the c_out kernels) and sum over all axes but "
        "the first.",
        "x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))\n"
        "c_out, _, kh, kw = weight.shape\n"
        "h = (x.shape[1] - kh) // stride + 1\n"
        "w = (x.shape[2] - kw) // stride + 1\n"
        "y = np.zeros((c_out, h, w))\n"
        "for i in range(h):\n"
        "    for j in range(w):\n"
        "        window = x[:, stride * i : stride * i + kh, stride * j : stride * j + kw]\n"
        "        y[:, i, j] = (weight * window).sum(axis=(1, 2, 3))\n"
        "return y",
    ),
    why="Every network of this course that looks at pictures is made of this loop, and you know "
    "now what it costs and what it sees.",
    points=3,
)


@conv2d.mistake(
    "Your kernel is turned round, as a mathematician's convolution has it. Networks leave it as it "
    "is: x[i + a, j + b] times w[a, b]."
)
def flipped_kernel(image, weight, stride=1, padding=0):
    weight, (kh, kw) = weight[:, :, ::-1, ::-1], weight.shape[2:]
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    h, w = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(weight), h, w))
    for i, j in np.ndindex(h, w):
        window = x[:, stride * i : stride * i + kh, stride * j : stride * j + kw]
        y[:, i, j] = (weight * window).sum(axis=(1, 2, 3))
    return y


@conv2d.mistake(
    "You have turned the kernel round in one axis only; networks do not turn it at all."
)
def flipped_up_down(image, weight, stride=1, padding=0):
    return _conv2d(image, weight[:, :, ::-1], stride, padding)


@conv2d.mistake(
    "Rows and columns of the output have changed places: y[o, i, j], with i down and j across."
)
def output_transposed(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, stride, padding).swapaxes(1, 2)


@conv2d.mistake(
    "The kernel's height and width have changed places: its shape is (c_out, c_in, kh, kw)."
)
def kernel_transposed(image, weight, stride=1, padding=0):
    return _conv2d(image, weight.swapaxes(2, 3), stride, padding)


@conv2d.mistake("You pad only at the top and on the left: the frame goes round all four sides.")
def padding_one_side(image, weight, stride=1, padding=0):
    return _conv2d(np.pad(image, ((0, 0), (padding, 0), (padding, 0))), weight, stride)


@conv2d.mistake("You pad only at the bottom and on the right: the frame goes round all four sides.")
def padding_other_side(image, weight, stride=1, padding=0):
    return _conv2d(np.pad(image, ((0, 0), (0, padding), (0, padding))), weight, stride)


@conv2d.mistake("padding is ignored: a frame of zeros, `padding` wide, goes round the picture.")
def padding_ignored(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, stride)


@conv2d.mistake("You pad with copies of the edge: the frame is of zeros here, as in torch.")
def padded_with_the_edge(image, weight, stride=1, padding=0):
    frame = ((0, 0), (padding, padding), (padding, padding))
    return _conv2d(np.pad(image, frame, mode="edge"), weight, stride)


@conv2d.mistake("You pad with ones: the frame is of zeros here, as in torch.")
def padded_with_ones(image, weight, stride=1, padding=0):
    frame = ((0, 0), (padding, padding), (padding, padding))
    return _conv2d(np.pad(image, frame, constant_values=1), weight, stride)


@conv2d.mistake("You pad with a mirrored picture: the frame is of zeros here, as in torch.")
def padded_with_a_mirror(image, weight, stride=1, padding=0):
    frame = ((0, 0), (padding, padding), (padding, padding))
    return _conv2d(np.pad(image, frame, mode="reflect"), weight, stride)


_PADS_CHANNELS = (
    "You pad the channels as well: np.pad needs a pair for each axis, and (0, 0) for the first."
)


def _loops(image, weight, stride, padding, placed):
    """A student's loops: `placed(x, weight, i, j)` is written at [:, i, j]; x is padded."""
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    h, w = ((n - k) // stride + 1 for n, k in zip(x.shape[1:], weight.shape[2:], strict=True))
    y = np.zeros((len(weight), h, w))
    for i, j in np.ndindex(h, w):
        y[:, i, j] = placed(x, weight, i, j)
    return y


@conv2d.mistake(_PADS_CHANNELS)
def channels_padded(image, weight, stride=1, padding=0):
    def placed(x, weight, i, j):
        top, left, (kh, kw) = stride * i, stride * j, weight.shape[2:]
        return (weight * x[:, top : top + kh, left : left + kw]).sum(axis=(1, 2, 3))

    empty = np.zeros((padding, *image.shape[1:]))
    return _loops(np.concatenate([empty, image, empty]), weight, stride, padding, placed)


@conv2d.mistake(_PADS_CHANNELS)
def channels_padded_and_counted(image, weight, stride=1, padding=0):
    shifted = np.concatenate([np.zeros((padding, *image.shape[1:])), image])[: len(image)]
    return _conv2d(shifted, weight, stride, padding)


@conv2d.mistake(
    "The stride is missing across: the window of place (i, j) starts at column stride * j."
)
def stride_missing_across(image, weight, stride=1, padding=0):
    def placed(x, weight, i, j):
        window = x[:, stride * i : stride * i + weight.shape[2], j : j + weight.shape[3]]
        return (weight * window).sum(axis=(1, 2, 3))

    return _loops(image, weight, stride, padding, placed)


@conv2d.mistake("The stride is missing down: the window of place (i, j) starts at row stride * i.")
def stride_missing_down(image, weight, stride=1, padding=0):
    def placed(x, weight, i, j):
        window = x[:, i : i + weight.shape[2], stride * j : stride * j + weight.shape[3]]
        return (weight * window).sum(axis=(1, 2, 3))

    return _loops(image, weight, stride, padding, placed)


@conv2d.mistake(
    "You use the first kernel for every output channel: channel o has its own, weight[o]."
)
def first_kernel_for_all(image, weight, stride=1, padding=0):
    right = _conv2d(image, weight[:1], stride, padding)
    return np.repeat(right, len(weight), axis=0)


@conv2d.mistake(
    "sum() over everything mixes the output channels: each keeps its own sum, axis=(1, 2, 3)."
)
def summed_over_the_kernels(image, weight, stride=1, padding=0):
    right = _conv2d(image, weight, stride, padding).sum(axis=0, keepdims=True)
    return np.repeat(right, len(weight), axis=0)


@conv2d.mistake(
    "Only the last input channel is left: y[o, i, j] = ... in the loop over the channels "
    "overwrites, and += adds up."
)
def channels_overwritten(image, weight, stride=1, padding=0):
    return _conv2d(image[-1:], weight[:, -1:], stride, padding)


@conv2d.mistake(
    "Your loop over the *output* goes in steps of stride, so most places stay 0. Visit every place "
    "(i, j) of the output, and start its window at (stride * i, stride * j)."
)
def output_visited_in_steps(image, weight, stride=1, padding=0):
    full = _conv2d(image, weight, 1, padding)
    out = np.zeros_like(full[:, ::stride, ::stride])
    visited = slice(0, out.shape[1], stride), slice(0, out.shape[2], stride)
    out[:, *visited] = full[:, *visited]
    return out


@conv2d.mistake(
    "The kernel's height and width have changed places on the way: its axes are (c_out, c_in, kh, "
    "kw), and none is turned."
)
def kernel_turned_in_its_window(image, weight, stride=1, padding=0):
    def placed(x, weight, i, j):
        top, left, (kh, kw) = stride * i, stride * j, weight.shape[2:]
        window = x[:, top : top + kh, left : left + kw]
        return (weight.swapaxes(2, 3) * window).sum(axis=(1, 2, 3))

    return _loops(image, weight, stride, padding, placed)


@conv2d.mistake("stride is ignored: the window moves `stride` pixels at a time.")
def stride_ignored(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, 1, padding)


@conv2d.mistake("You use the stride down the rows only: it holds across the columns, too.")
def stride_of_rows_only(image, weight, stride=1, padding=0):
    full = _conv2d(image, weight, 1, padding)
    return full[:, ::stride]


@conv2d.mistake(
    "Your output has the right size, but the windows lie side by side: place i looks at row "
    "stride * i, and you start at row i."
)
def windows_one_apart(image, weight, stride=1, padding=0):
    right = _conv2d(image, weight, stride, padding)
    return _conv2d(image, weight, 1, padding)[:, : right.shape[1], : right.shape[2]]


@conv2d.mistake("You average over the input channels: what they give is added up.")
def channels_averaged(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, stride, padding) / len(image)


@conv2d.mistake("You look at the first input channel only: all of them are added up.")
def first_channel_only(image, weight, stride=1, padding=0):
    return _conv2d(image[:1], weight[:, :1], stride, padding)


@conv2d.mistake("You use the first kernel only: there is one for each of the c_out channels.")
def first_kernel_only(image, weight, stride=1, padding=0):
    return _conv2d(image, weight[:1], stride, padding)


@conv2d.mistake("The output channels are added up: each keeps a picture of its own.")
def output_channels_summed(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, stride, padding).sum(axis=0)


@conv2d.mistake("You take the mean of each window times the kernel; the sum is asked for.")
def mean_of_the_window(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, stride, padding) / weight[0].size


@conv2d.mistake(
    "The last window is missing, down and across: there are (size - kernel) // stride + 1 of them."
)
def last_window_missing(image, weight, stride=1, padding=0):
    return _conv2d(image, weight, stride, padding)[:, :-1, :-1]


_LEFT_EARLY = (
    "Only the first {} of the output is computed: does your `return` stand inside a loop? Move it "
    "left, so that it comes after the last round."
)


@conv2d.mistake(_LEFT_EARLY.format("place"))
def returns_after_one_place(image, weight, stride=1, padding=0):
    right = _conv2d(image, weight, stride, padding)
    out = np.zeros_like(right)
    out[:, 0, 0] = right[:, 0, 0]
    return out


@conv2d.mistake(_LEFT_EARLY.format("row"))
def returns_after_one_row(image, weight, stride=1, padding=0):
    right = _conv2d(image, weight, stride, padding)
    out = np.zeros_like(right)
    out[:, 0] = right[:, 0]
    return out


@conv2d.mistake(_LEFT_EARLY.format("channel"))
def returns_after_one_channel(image, weight, stride=1, padding=0):
    right = _conv2d(image, weight, stride, padding)
    out = np.zeros_like(right)
    out[0] = right[0]
    return out


@conv2d.mistake(
    "Only the last place of each kernel is left: y[o, i, j] = ... in the loops over the kernel "
    "overwrites, and += adds up."
)
def kernel_overwritten(image, weight, stride=1, padding=0):
    last = np.zeros_like(weight)
    last[:, -1, -1, -1] = weight[:, -1, -1, -1]
    return _conv2d(image, last, stride, padding)


@conv2d.mistake("You put the channels last; the output is (c_out, h, w).")
def channels_last(image, weight, stride=1, padding=0):
    return np.moveaxis(_conv2d(image, weight, stride, padding), 0, -1)


@conv2d.mistake("Your output has a batch axis in front; asked is (c_out, h, w).")
def with_a_batch_axis(image, weight, stride=1, padding=0):
    return conv.conv2d(image[None], weight, stride=stride, padding=padding)


@conv2d.mistake(
    "You take the kernel for square, and use kh across as well: rows have kh, columns kw, in the "
    "window and in the output's size."
)
def kernel_height_across(image, weight, stride=1, padding=0):
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    c_out, _, kh, kw = weight.shape
    h, w = ((n - k) // stride + 1 for n, k in zip(x.shape[1:], (kh, kw), strict=True))
    out = np.zeros((c_out, h, w))
    for i, j in np.ndindex(h, w):
        window = x[:, stride * i : stride * i + kh, stride * j : stride * j + kh]
        out[:, i, j] = (weight * window).sum(axis=(1, 2, 3))
    return out


# ---- max_pool2d --------------------------------------------------------------------------------


def _max_pool2d(image, size):
    c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size
    tiles = image[:, : h * size, : w * size].reshape(c, h, size, w, size)
    return tiles.max(axis=(2, 4))


def _of_tiles(image, size, what):
    """`what` of each tile in place of its largest pixel."""
    c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size
    tiles = image[:, : h * size, : w * size].reshape(c, h, size, w, size)
    return what(tiles.swapaxes(2, 3).reshape(c, h, w, size * size))


max_pool2d = Exercise(
    "max_pool2d",
    _max_pool2d,
    cases=[
        case(np.array([[[1.0, 2.0], [4.0, 3.0]]]), 2),
        case(np.array([[[5.0, -1.0, 2.0, 0.0], [1.0, 3.0, -4.0, 1.0]]]), 2),
        case(
            1e12 * (-1 - abs(_whole(1, 4, 4))),
            2,
            note="a picture (1, 4, 4) of negative numbers, about -1e12, size = 2",
        ),
        case(_whole(2, 4, 6), 2),
        case(_rng.normal(0, 1, (1, 5, 7)).round(2), 2),
        case(_rng.normal(0, 1, (3, 6, 9)).round(2), 3),
        case(_rng.normal(0, 1, (2, 7, 8)).round(2), 3),
        case(_rng.normal(0, 1, (2, 3, 4)).round(2), 1),
    ],
    hints=(
        "How many whole windows fit down and across? Cut off the rest. Then take the largest pixel "
        "of each window, each channel by itself.",
        "Reshaped to (c, h, size, w, size), axes 2 and 4 run inside a window: the maximum over "
        "both is what is asked for.",
        "c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size\n"
        "tiles = image[:, : h * size, : w * size].reshape(c, h, size, w, size)\n"
        "return tiles.max(axis=(2, 4))",
    ),
    why=(
        "It shrinks the picture and keeps the strongest answer of each window, wherever in "
        "it that was. Behind it each kernel sees that many times as far."
    ),
    points=2,
)


@max_pool2d.mistake("You take the mean of each window: that is average pooling.")
def average(image, size):
    c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size
    return image[:, : h * size, : w * size].reshape(c, h, size, w, size).mean(axis=(2, 4))


@max_pool2d.mistake(
    "Your windows overlap: they lie side by side, so the next one starts `size` pixels on."
)
def overlap(image, size):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(1, 2))
    return windows.max(axis=(3, 4))


@max_pool2d.mistake("You pool over the channels, too: each channel is pooled by itself.")
def over_channels(image, size):
    return _max_pool2d(image, size).max(axis=0)


@max_pool2d.mistake(
    "Over the channels you keep one picture in three axes: each is pooled by itself."
)
def over_channels_kept(image, size):
    return _max_pool2d(image, size).max(axis=0, keepdims=True)


@max_pool2d.mistake(
    "You keep the ragged edge as smaller windows: windows that are not whole are dropped."
)
def ragged_edge_kept(image, size):
    more = [(0, -n % size) for n in image.shape[1:]]
    return _max_pool2d(np.pad(image, [(0, 0), *more], constant_values=-np.inf), size)


@max_pool2d.mistake("You pad the ragged edge with zeros: windows that are not whole are dropped.")
def ragged_edge_padded(image, size):
    more = [(0, -n % size) for n in image.shape[1:]]
    return _max_pool2d(np.pad(image, [(0, 0), *more]), size)


@max_pool2d.mistake(
    "You stop where the size is no multiple of the window: cut the ragged edge off first, "
    "image[:, : h * size, : w * size]."
)
def ragged_edge_raises(image, size):
    c, h, w = image.shape
    return image.reshape(c, h // size, size, w // size, size).max(axis=(2, 4))


def _starts_at(lowest):
    @max_pool2d.mistake(
        "Your largest pixel starts at a fixed number: where all pixels are below it, it wins "
        "though it is not there. Start from the first pixel, or from -np.inf."
    )
    def starts_low(image, size):
        return np.maximum(_max_pool2d(image, size), lowest)

    starts_low.__name__ = f"starts_at_{lowest:.0f}"


for _lowest in (-1, -10, -100, -255, -256, -999, -1e3, -1e4, -1e5, -1e6, -1e9):
    _starts_at(_lowest)


@max_pool2d.mistake(_LEFT_EARLY.format("place"))
def returns_after_one_window(image, size):
    right = _max_pool2d(image, size)
    out = np.zeros_like(right)
    out[:, 0, 0] = right[:, 0, 0]
    return out


@max_pool2d.mistake(_LEFT_EARLY.format("row"))
def returns_after_one_row_of_windows(image, size):
    right = _max_pool2d(image, size)
    out = np.zeros_like(right)
    out[:, 0] = right[:, 0]
    return out


@max_pool2d.mistake(_LEFT_EARLY.format("channel"))
def returns_after_one_channel_of_windows(image, size):
    right = _max_pool2d(image, size)
    out = np.zeros_like(right)
    out[0] = right[0]
    return out


@max_pool2d.mistake("You take the smallest pixel of each window; the largest is asked for.")
def smallest(image, size):
    return _of_tiles(image, size, lambda tile: tile.min(axis=-1))


@max_pool2d.mistake("You add up each window; its largest pixel is asked for.")
def total(image, size):
    return _of_tiles(image, size, lambda tile: tile.sum(axis=-1))


@max_pool2d.mistake("You take the largest size without its sign: -4 is smaller than 1, and 1 wins.")
def largest_without_sign(image, size):
    return _of_tiles(image, size, lambda tile: np.abs(tile).max(axis=-1))


@max_pool2d.mistake(
    "Your largest pixel starts at 0: where all are negative, 0 wins though it is not there. Start "
    "from the first pixel, or from -np.inf."
)
def starts_at_0(image, size):
    return np.maximum(_max_pool2d(image, size), 0)


@max_pool2d.mistake(
    "You take the first pixel of each window (every size-th): the largest is asked for."
)
def every_second(image, size):
    return _of_tiles(image, size, lambda tile: tile[..., 0])


@max_pool2d.mistake("You take the last pixel of each window: the largest is asked for.")
def last_of_each(image, size):
    return _of_tiles(image, size, lambda tile: tile[..., -1])


@max_pool2d.mistake("You pool down the rows only: the window is size x size.")
def rows_only(image, size):
    h = image.shape[1] // size
    return image[:, : h * size].reshape(len(image), h, size, -1).max(axis=2)


@max_pool2d.mistake("You pool across the columns only: the window is size x size.")
def columns_only(image, size):
    w = image.shape[2] // size
    return image[:, :, : w * size].reshape(*image.shape[:2], w, size).max(axis=3)


@max_pool2d.mistake("`size` is ignored: your windows are always 2 x 2.")
def always_2(image, size):
    return _max_pool2d(image, 2)


@max_pool2d.mistake(
    "You return the largest pixel of each whole channel: one a window is asked for."
)
def one_a_channel(image, size):
    return image.max(axis=(1, 2))


@max_pool2d.mistake("You return where the largest pixel stands (argmax); its value is asked for.")
def where_it_stands(image, size):
    return _of_tiles(image, size, lambda tile: tile.argmax(axis=-1))


@max_pool2d.mistake(
    "The ragged edge is dropped at the top and on the left: windows start at the first pixel."
)
def dropped_at_the_top(image, size):
    h, w = image.shape[1] % size, image.shape[2] % size
    return _max_pool2d(image[:, h:, w:], size)


@max_pool2d.mistake("Rows and columns of your output have changed places: (c, h, w).")
def turned(image, size):
    return _max_pool2d(image, size).swapaxes(1, 2)


@max_pool2d.mistake(
    "You take every size-th pixel: the largest of each window is asked for, and the ragged edge is "
    "dropped."
)
def every_size_th(image, size):
    return image[:, ::size, ::size].copy()


@max_pool2d.mistake(
    "The largest of all channels stands in each: pool every channel by itself, max(axis=(1, 2))."
)
def channels_merged(image, size):
    right = _max_pool2d(image, size)
    return np.broadcast_to(right.max(axis=0), right.shape).copy()


@max_pool2d.mistake(
    "reshape(c, h, w, size, size) cuts the pixels in the order in which they lie in memory, and "
    "that is no window. The axes inside a window follow their own: (c, h, size, w, size)."
)
def axes_in_the_wrong_order(image, size):
    c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size
    return image[:, : h * size, : w * size].reshape(c, h, w, size, size).max(axis=(3, 4))


@max_pool2d.mistake(
    "reshape(c, size, h, size, w) puts pixels together that lie h and w apart. The axes inside a "
    "window follow their own: (c, h, size, w, size), and the maximum goes over axes 2 and 4."
)
def size_before_place(image, size):
    c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size
    return image[:, : h * size, : w * size].reshape(c, size, h, size, w).max(axis=(1, 3))


@max_pool2d.mistake(
    "Your output has the right size, but its windows start at (i, j): place (i, j) looks at rows "
    "from size * i on, columns from size * j on."
)
def windows_at_i_j(image, size):
    h, w = image.shape[1] // size, image.shape[2] // size
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(1, 2))
    return windows.max(axis=(3, 4))[:, :h, :w]


# ---- conv2d_weight_grad ------------------------------------------------------------------------


def _conv2d_weight_grad(image, grad_out, kernel_size):
    h, w = grad_out.shape[1:]
    grad = np.zeros((grad_out.shape[0], image.shape[0], kernel_size, kernel_size))
    for a in range(kernel_size):
        for b in range(kernel_size):
            window = image[:, a : a + h, b : b + w]
            grad[:, :, a, b] = np.einsum("oij,cij->oc", grad_out, window)
    return grad


conv2d_weight_grad = Exercise(
    "conv2d_weight_grad",
    _conv2d_weight_grad,
    cases=[
        case(np.array([[[1.0, 2.0], [3.0, 5.0]]]), np.array([[[10.0]]]), 2),
        case(_whole(1, 3, 3), np.array([[[1.0, 0.0], [0.0, 2.0]]]), 2),
        case(_whole(1, 4, 5), _whole(1, 2, 3), 3),
        case(_whole(2, 3, 4), _whole(3, 2, 3), 2),
        case(_whole(3, 4, 3), _whole(2, 4, 3), 1),
        case(_rng.random((2, 6, 7)).round(2), _rng.normal(0, 1, (4, 4, 5)).round(2), 3),
    ],
    hints=(
        "For each place (a, b) in the kernel: which pixels did w[o, c, a, b] meet on the way "
        "forward? A window of the picture, as large as the output, shifted by (a, b).",
        "That window is image[:, a : a + h, b : b + w] with h, w = grad_out.shape[1:]. Multiply "
        "it by grad_out and sum over rows and columns, for every pair of channels.",
        "h, w = grad_out.shape[1:]\n"
        "grad = np.zeros((len(grad_out), len(image), kernel_size, kernel_size))\n"
        "for a in range(kernel_size):\n"
        "    for b in range(kernel_size):\n"
        "        for o in range(len(grad_out)):\n"
        "            for c in range(len(image)):\n"
        "                window = image[c, a : a + h, b : b + w]\n"
        "                grad[o, c, a, b] = np.sum(grad_out[o] * window)\n"
        "return grad",
    ),
    why="A convolution learns by a convolution: with this line a network finds its own edges.",
    points=3,
)


@conv2d_weight_grad.mistake(
    "Your gradient is turned round, up-down and left-right: place (a, b) of the kernel met "
    "image[i + a, j + b], so nothing is flipped."
)
def flipped(image, grad_out, kernel_size):
    h, w = grad_out.shape[1:]
    grad = np.zeros((len(grad_out), len(image), kernel_size, kernel_size))
    for a, b in np.ndindex(kernel_size, kernel_size):
        window = image[:, a : a + h, b : b + w]
        grad[:, :, a, b] = np.einsum("oij,cij->oc", grad_out, window)
    return grad[:, :, ::-1, ::-1]


@conv2d_weight_grad.mistake(
    "The roles are swapped: you slide the picture over the upstream gradient. The picture stays, "
    "and grad_out slides over it."
)
def swapped_roles(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    return right.swapaxes(0, 1)[:, :, ::-1, ::-1]


@conv2d_weight_grad.mistake(
    "The channels have changed places: the shape is (c_out, c_in, k, k), and c_out are the "
    "channels of grad_out."
)
def channels_swapped(image, grad_out, kernel_size):
    return _conv2d_weight_grad(image, grad_out, kernel_size).swapaxes(0, 1)


@conv2d_weight_grad.mistake("The kernel's rows and columns have changed places.")
def rows_and_columns_swapped(image, grad_out, kernel_size):
    return _conv2d_weight_grad(image, grad_out, kernel_size).swapaxes(2, 3)


@conv2d_weight_grad.mistake(
    "You average over the places: a weight is used at every place, and the gradients add up."
)
def averaged_over_places(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    return right / grad_out[0].size


@conv2d_weight_grad.mistake(
    "The upstream gradient does not count: you add up the picture's windows as they are."
)
def upstream_forgotten(image, grad_out, kernel_size):
    return _conv2d_weight_grad(image, np.ones_like(grad_out), kernel_size)


@conv2d_weight_grad.mistake(
    "The picture does not count: you add up grad_out. That is the gradient of a bias."
)
def picture_forgotten(image, grad_out, kernel_size):
    return _conv2d_weight_grad(np.ones_like(image), grad_out, kernel_size)


@conv2d_weight_grad.mistake(
    "The input channels are added up: every pair of channels has a kernel, and its own gradient."
)
def input_channels_summed(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    return np.broadcast_to(right.sum(axis=1, keepdims=True), right.shape)


@conv2d_weight_grad.mistake(
    "The output channels are added up: every pair of channels has a kernel, and its own gradient."
)
def output_channels_summed_up(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    return np.broadcast_to(right.sum(axis=0, keepdims=True), right.shape)


@conv2d_weight_grad.mistake(
    "You give the first pair of channels alone, (k, k); the shape is (c_out, c_in, k, k)."
)
def first_pair_alone(image, grad_out, kernel_size):
    return _conv2d_weight_grad(image, grad_out, kernel_size)[0, 0]


@conv2d_weight_grad.mistake(
    "Only the first place of the kernel, a = b = 0, is computed: does your `return` stand inside a "
    "loop? Move it left, so that it comes after the last round."
)
def returns_after_one_place_of_the_kernel(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    out = np.zeros_like(right)
    out[:, :, 0, 0] = right[:, :, 0, 0]
    return out


@conv2d_weight_grad.mistake(
    "Only the first row of the kernel, a = 0, is computed: does your `return` stand inside a loop? "
    "Move it left, so that it comes after the last round."
)
def returns_after_one_row_of_the_kernel(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    out = np.zeros_like(right)
    out[:, :, 0] = right[:, :, 0]
    return out


@conv2d_weight_grad.mistake(
    "Only the first output channel's gradient is computed: does your `return` stand inside the "
    "loop over the channels? Move it left."
)
def returns_after_one_output_channel(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    out = np.zeros_like(right)
    out[0] = right[0]
    return out


@conv2d_weight_grad.mistake("The sign is flipped: descent subtracts later, not here.")
def minus(image, grad_out, kernel_size):
    return -_conv2d_weight_grad(image, grad_out, kernel_size)


@conv2d_weight_grad.mistake("There is no factor of 2: nothing is squared in a convolution.")
def factor_2(image, grad_out, kernel_size):
    return 2 * _conv2d_weight_grad(image, grad_out, kernel_size)


@conv2d_weight_grad.mistake(
    "Every place of your kernel holds the same number, that of a = b = 0: each place (a, b) has "
    "its own window, image[:, a : a + h, b : b + w]."
)
def one_window_for_all(image, grad_out, kernel_size):
    right = _conv2d_weight_grad(image, grad_out, kernel_size)
    return np.broadcast_to(right[:, :, :1, :1], right.shape)


@conv2d_weight_grad.mistake(
    "You add up sizes, without their signs: products of two signs may cancel."
)
def sizes(image, grad_out, kernel_size):
    return _conv2d_weight_grad(np.abs(image), np.abs(grad_out), kernel_size)


@conv2d_weight_grad.mistake(
    "You return what passes back to the *picture*; asked is the gradient with respect to the "
    "kernel."
)
def to_the_picture(image, grad_out, kernel_size):
    ones = np.ones((len(grad_out), len(image), kernel_size, kernel_size))
    return conv.conv2d_input_grad(image.shape[1:], ones, grad_out[None])[0]


@conv2d_weight_grad.mistake(
    "The last place only is left: grad[...] = ... in the loop over the output overwrites, and += "
    "adds up."
)
def overwritten(image, grad_out, kernel_size):
    h, w = grad_out.shape[1] - 1, grad_out.shape[2] - 1
    window = image[None, :, h : h + kernel_size, w : w + kernel_size]
    return grad_out[:, h, w][:, None, None, None] * window


@conv2d_weight_grad.mistake(
    "Your windows are shifted the wrong way (np.roll, or i - a): place (a, b) met image[i + a, j "
    "+ b]."
)
def shifted_the_wrong_way(image, grad_out, kernel_size):
    h, w = grad_out.shape[1:]
    grad = np.zeros((len(grad_out), len(image), kernel_size, kernel_size))
    for a, b in np.ndindex(kernel_size, kernel_size):
        window = np.roll(image, (a, b), axis=(1, 2))[:, :h, :w]
        grad[:, :, a, b] = np.einsum("oij,cij->oc", grad_out, window)
    return grad


@conv2d_weight_grad.mistake(
    "The last row and the last column of grad_out are left out: range(h - 1) ends too early, the "
    "output's places are all h times w."
)
def last_places_left_out(image, grad_out, kernel_size):
    cut = grad_out.copy()
    cut[:, -1], cut[:, :, -1] = 0, 0
    return _conv2d_weight_grad(image, cut, kernel_size)


@conv2d_weight_grad.mistake(
    "grad_out is turned round in yours, as scipy's convolve2d turns its second argument: what you "
    "want is its correlate2d."
)
def grad_out_turned(image, grad_out, kernel_size):
    return _conv2d_weight_grad(image, grad_out[:, ::-1, ::-1], kernel_size)
