"""Lesson 16: answers by readers who knew the lesson, and had not seen the tables."""

import math
import statistics

import numpy as np

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- uncertainty_map -----------------------------------------------------------------------------


@wrong("uncertainty_map", "The mean of the squares less the square of the mean is right on")
def by_difference_of_squares(fills):
    """The mean square minus the squared mean: where the values are large and near to one
    another nothing, or NaN, is left."""
    return np.sqrt((fills**2).mean(axis=0) - fills.mean(axis=0) ** 2)


@wrong("uncertainty_map", "You take the distances from one mean, over all pixels: take at each")
def around_the_grand_mean(fills):
    """The mean is one number of all pixels and fills, not one for each pixel."""
    average = np.mean(fills)
    return np.sqrt(np.mean(np.square(fills - average), axis=0))


@wrong("uncertainty_map", "You take the mean absolute distance from the mean: square the")
def mean_distance(fills):
    """The mean absolute distance in place of the root of the mean square."""
    k = len(fills)
    middle = sum(fills) / k
    return sum(np.abs(f - middle) for f in fills) / k


@wrong("uncertainty_map", "Your function changes its argument `fills` in place: work on a copy.")
def subtracted_in_place(fills):
    """Two faults: the mean is subtracted in place, so the fills are changed; and the sum is
    not divided by k."""
    fills -= fills.mean(axis=0, keepdims=True)
    return np.sqrt((fills * fills).sum(axis=0))


@right("uncertainty_map")
def step_by_step_of_welford(fills):
    mean = np.zeros(fills.shape[1:])
    squares = np.zeros(fills.shape[1:])
    for count, fill in enumerate(fills, start=1):
        off = fill - mean
        mean = mean + off / count
        squares = squares + off * (fill - mean)
    return np.sqrt(squares / len(fills))


@right("uncertainty_map")
def length_of_the_deviations(fills):
    off = fills - fills.mean(axis=0)
    return np.linalg.norm(off, axis=0) / math.sqrt(len(fills))


@right("uncertainty_map")
def pixel_by_pixel(fills):
    _, h, w = fills.shape
    out = np.empty((h, w))
    for i in range(h):
        for j in range(w):
            out[i, j] = statistics.pstdev([float(v) for v in fills[:, i, j]])
    return out


# ---- warp_by_disparity ---------------------------------------------------------------------------


@wrong("warp_by_disparity", "You leave out what lies to the left of the picture, and not what")
def clipped_on_the_right(right, disparity):
    """Columns beyond the right border are clipped to the last one and are no hole."""
    h, w = disparity.shape
    x = np.arange(w)[None] - disparity
    hole = np.rint(x) < 0
    column = np.rint(x.clip(0, w - 1)).astype(int)
    view = np.where(hole[..., None], 0, np.take_along_axis(right, column[..., None], axis=1))
    return view, hole


@wrong("warp_by_disparity", "A column below 0 comes back from the end of the row in yours:")
def counted_from_the_end(right, disparity):
    """Negative columns count from the end, so the other side of the picture appears on the
    left."""
    h, w = disparity.shape
    known = np.isfinite(disparity)
    column = np.rint(np.arange(w) - np.where(known, disparity, 0)).astype(int)
    hole = ~known | (column >= w) | (column < -w)
    view = right[np.arange(h)[:, None], np.where(hole, 0, column)]
    view[hole] = 0
    return view, hole


@wrong("warp_by_disparity", "You write the right picture's pixel x to the place x - disparity.")
def pushed_not_read(right, disparity):
    """Pixels of the right picture are pushed to x - d, not read from there."""
    h, w = disparity.shape
    view = np.zeros_like(right)
    hole = np.ones((h, w), dtype=bool)
    for y in range(h):
        for x in range(w):
            if np.isfinite(disparity[y, x]):
                to = round(float(x - disparity[y, x]))
                if 0 <= to < w:
                    view[y, to] = right[y, x]
                    hole[y, to] = False
    return view, hole


@wrong("warp_by_disparity", "You mark the pixels of the view that are black. A black pixel can")
def black_is_hole(right, disparity):
    """Whatever is black in the view is taken for hole, also black pixels that were read."""
    h, w = disparity.shape
    view = np.zeros_like(right)
    for y, x in np.ndindex(h, w):
        c = x - disparity[y, x]
        if np.isfinite(c) and 0 <= np.rint(c) <= w - 1:
            view[y, x] = right[y, int(np.rint(c))]
    return view, (view == 0).all(axis=-1)


@wrong("warp_by_disparity", "The hole is not what it should be.")
def unknown_is_far_away(right, disparity):
    """Two faults: an unknown disparity is taken for 0, and the hole is returned as what is
    known."""
    h, w = disparity.shape
    d = np.where(np.isinf(disparity), 0, disparity)
    column = np.rint(np.arange(w) - d).astype(int)
    inside = (column >= 0) & (column < w)
    view = right[np.arange(h)[:, None], column.clip(0, w - 1)] * inside[..., None]
    return view, inside


@right("warp_by_disparity")
def two_loops_and_round(right, disparity):
    rows, columns = disparity.shape
    view = np.zeros_like(right)
    hole = np.zeros((rows, columns), dtype=bool)
    for y in range(rows):
        for x in range(columns):
            source = x - float(disparity[y, x])
            if math.isfinite(source) and 0 <= (nearest := round(source)) < columns:
                view[y, x] = right[y, nearest]
            else:
                hole[y, x] = True
    return view, hole


@right("warp_by_disparity")
def only_where_it_is_good(right, disparity):
    width = disparity.shape[1]
    source = np.rint(np.arange(width) - disparity)
    good = np.logical_and(source >= 0, source <= width - 1)
    view = np.zeros(right.shape, dtype=right.dtype)
    y, x = np.nonzero(good)
    view[y, x] = right[y, source[y, x].astype(np.int64)]
    return view, np.logical_not(good)


test_right, test_wrong = further_tests(RIGHT, WRONG)
