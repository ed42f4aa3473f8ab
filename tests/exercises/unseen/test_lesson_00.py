"""Lesson 00: answers by readers who knew the lesson, and had not seen the tables."""

import numpy as np

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- invert --------------------------------------------------------------------------------------


@wrong("invert", "You subtract from 255; here white is 1, so 1 - image.")
def from_255(image):
    """Subtracts from 255, as if the picture were bytes."""
    return 255 - image


@wrong("invert", "The values are right, but you changed the picture you were given, in place.")
def negative_in_place(image):
    """Works in place, so the caller's picture is inverted too."""
    image *= -1
    image += 1
    return image


@wrong("invert", "You subtract from the brightest pixel of this picture; white is 1 in all of")
def from_own_maximum(image):
    """Subtracts from the picture's own maximum, right only where that is 1."""
    brightest = image.max()
    return brightest - image


@wrong("invert", "Yours holds 0 and 1 alone: you compare with 0.5 (or round), and every grey is")
def threshold_negative(image):
    """Makes black and white of everything: greys are thresholded at a half."""
    return np.where(image < 0.5, 1.0, 0.0)


@wrong("invert", "Your function raised ValueError: not enough values to unpack (expected 3, got")
def colour_pictures_only(image):
    """Unpacks three axes, so a grey picture raises an error."""
    h, w, c = image.shape
    out = np.zeros((h, w, c))
    for i in range(h):
        for j in range(w):
            for k in range(c):
                out[i, j, k] = 1 - image[i, j, k]
    return out


@right("invert")
def by_interpolation(image):
    return np.interp(image, [0.0, 1.0], [1.0, 0.0])


@right("invert")
def distance_from_white(image):
    return np.abs(np.subtract(image, 1.0))


@right("invert")
def row_by_row(image):
    flip = lambda part: [flip(p) for p in part] if np.ndim(part) else 1.0 - float(part)
    return np.array(flip(image), dtype=float).reshape(image.shape)


# ---- cut_hole ------------------------------------------------------------------------------------


@wrong("cut_hole", "The values are right, but you cut the hole into the caller's own picture,")
def slice_is_no_copy(image, hole):
    """A slice is a view and no copy: the caller's picture is cut too."""
    result = image[:]
    result[hole] = 0
    return result


@wrong("cut_hole", "Right for grey. But a colour picture is (h, w, 3) and its hole (h, w): `*`")
def where_without_axis(image, hole):
    """The hole is not given a third axis, so colour pictures fail."""
    return np.where(hole, 0.0, image)


@wrong("cut_hole", "Right for colour. But a grey picture is (h, w), and hole[..., None] is (h,")
def always_a_third_axis(image, hole):
    """The hole always gets a third axis, so grey pictures fail."""
    known = ~hole[..., None]
    return image * known


@wrong("cut_hole", "You index with the table of places (np.argwhere): each number in it is then")
def clears_whole_rows(image, hole):
    """Indexes with the table of coordinates, which clears whole rows."""
    out = image.copy()
    spots = np.argwhere(hole)
    out[spots] = 0
    return out


@wrong("cut_hole", "You cut out the rectangle round the hole: pixels inside it that are no hole")
def bounding_box(image, hole):
    """Clears the rectangle around the hole, not the hole itself."""
    out = np.array(image)
    rows, cols = np.nonzero(hole)
    if rows.size:
        out[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1] = 0
    return out


@wrong("cut_hole", "The result is not what it should be. One of its 4 elements is wrong, at [0,")
def swapped_and_white(image, hole):
    """Row and column are swapped, and the missing pixels become 1 instead of 0."""
    out = image.copy()
    for y, x in np.argwhere(hole):
        out[x, y] = 1
    return out


@right("cut_hole")
def pixel_by_pixel(image, hole):
    out = np.array(image, copy=True)
    for i in range(hole.shape[0]):
        for j in range(hole.shape[1]):
            if hole[i, j]:
                out[i, j] = 0
    return out


@right("cut_hole")
def copyto_where(image, hole):
    extra = image.ndim - hole.ndim
    np.copyto(result := image.copy(), 0, where=hole.reshape(hole.shape + (1,) * extra))
    return result


@right("cut_hole")
def fancy_indices(image, hole):
    y, x = np.nonzero(hole)
    out = np.empty_like(image)
    out[...] = image
    out[y, x, ...] = 0
    return out


test_right, test_wrong = further_tests(RIGHT, WRONG)
