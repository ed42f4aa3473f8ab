"""Lesson 00: a picture is an array, a hole is a bool array over it.

Two first exercises, small on purpose: what they teach is dtype, copy and polarity.
"""

import numpy as np

from learnkit.exercises.table import Exercise, case
from learnkit.images.masks import cut_hole as _cut_hole

_rng = np.random.default_rng(0)
_grey, _colour = _rng.random((3, 4)).round(2), _rng.random((4, 3, 3)).round(2)
_hole = np.array([[True, False], [False, False]])
_last = np.array([[False, False], [False, True]])


# ---- invert ------------------------------------------------------------------------------------


def _invert(image):
    return 1 - image


invert = Exercise(
    "invert",
    _invert,
    cases=[
        case(np.array([[0.0, 0.25], [1.0, 0.5]])),
        case(_grey),
        case(_colour, note="a colour picture of shape (4, 3, 3)"),
        case(np.array([[1 / 3, 0.123456], [0.999, 0.0]])),
    ],
    hints=(
        "White is 1 and black is 0. Which number should 1 become? Which one 0? And 0.25?",
        "NumPy works on all pixels at once: a number minus an array is an array.",
        "return 1 - image",
    ),
    why=(
        "A picture is numbers, and arithmetic on it is a picture again, so you can subtract "
        "two pictures, which is how the first loss of this course begins."
    ),
)


@invert.mistake(
    "You negated: that gives -1 to 0, and no pixel can be darker than black. 1 - image."
)
def negated(image):
    return -image


@invert.mistake("Your picture has 255 for white; these are floats, and white is 1. So 1 - image.")
def white_is_255(image):
    return 255 - image


@invert.mistake(
    "You went through bytes (uint8). There 1 - 200 does not give -199, it wraps round to 57: "
    "bytes have no minus. Stay in floats: 1 - image."
)
def wraps_around(image):
    return 1 - (image * 255).astype(np.uint8)


@invert.mistake("You rounded to bytes (0 to 255) on the way: stay in floats between 0 and 1.")
def byte_picture(image):
    return 255 - (image * 255).astype(np.uint8)


@invert.mistake("Casting to uint8 cuts every grey down to 0, so all but pure white turns white.")
def cut_to_bytes(image):
    return 1 - image.astype(np.uint8)


@invert.mistake(
    "The values are right, but you changed the picture you were given, in place. "
    "Whoever called you loses theirs. `1 - image` makes a new array."
)
def changed_in_place(image):
    image *= -1
    image += 1
    return image


@invert.mistake(
    "You flipped the picture over: upside down is not inverted. Change values: 1 - image."
)
def upside_down(image):
    return image[::-1]


@invert.mistake("You mirrored the picture: change the values, not the places. 1 - image.")
def mirrored(image):
    return image[:, ::-1]


@invert.mistake("You return the picture as it came.")
def unchanged(image):
    return image.copy()


@invert.mistake("You divided: 1 / image is no inverse of a picture, and black becomes infinite.")
def reciprocal(image):
    with np.errstate(divide="ignore"):
        return 1 / image


@invert.mistake("You subtract from the brightest pixel of this picture; white is 1 in all of them.")
def from_its_own_maximum(image):
    return image.max() - image


@invert.mistake(
    "`~` turns True into False (and the bits of whole numbers), and a picture is of floats: NumPy "
    "has no ~ for those. Subtract: 1 - image."
)
def tilde(image):
    return ~image


@invert.mistake("You rounded: a picture may have any number between 0 and 1, so leave all digits.")
def rounded_to_two(image):
    return np.round(1 - image, 2)


@invert.mistake(
    "You subtracted 1 from the picture, which gives numbers from -1 to 0: subtract the picture "
    "from 1, 1 - image."
)
def minus_one(image):
    return image - 1


@invert.mistake(
    "You rounded first, so that every grey is black or white before it is turned: leave all digits."
)
def rounded_first(image):
    return 1 - np.round(image)


@invert.mistake(
    "The last axis runs backwards in yours: change the values, not the places. 1 - image."
)
def last_axis_backwards(image):
    return image[..., ::-1]


@invert.mistake(
    "Your white is the picture's own: the brightest and the darkest pixel change places, and 1 "
    "becomes 0 only where both are there. Subtract from 1 in every picture: 1 - image."
)
def within_its_own_range(image):
    return image.max() + image.min() - image


# ---- cut_hole ----------------------------------------------------------------------------------

cut_hole = Exercise(
    "cut_hole",
    _cut_hole,
    cases=[
        case(np.array([[0.2, 0.4], [0.6, 0.8]]), _hole),
        case(np.array([[0.2, 0.4], [0.6, 0.8]]), _last),
        case(_grey, _rng.random((3, 4)) < 0.4),
        case(_grey, np.zeros((3, 4), bool), note="a picture with an empty hole"),
        case(_colour, _rng.random((4, 3)) < 0.5, note="a colour picture (4, 3, 3), hole (4, 3)"),
        case(
            _rng.random((3, 3, 3)).round(2),
            np.eye(3) > 0,
            note="a colour picture (3, 3, 3), hole (3, 3)",
        ),
    ],
    hints=(
        "hole is True where pixels are missing. An array can be indexed by a bool array.",
        "Take a copy first, with image.copy(); then set the chosen pixels of the copy to 0.",
        "cut = image.copy()\ncut[hole] = 0\nreturn cut",
    ),
    why="Every method of the course is handed this: a picture with a hole, and where the hole is. "
    "`cut[hole]` picks whole pixels, so grey and colour need no two cases.",
)


@cut_hole.mistake(
    "You kept the hole and cut everything else. In this course True means: to be filled. "
    "(Others use the opposite; that is why learnkit checks it at every border.)"
)
def polarity(image, hole):
    cut = image.copy()
    cut[~hole] = 0
    return cut


@cut_hole.mistake(
    "The values are right, but you cut the hole into the caller's own picture, and the truth is "
    "gone. Start from image.copy(); a slice such as image[:] is no copy, it shares the memory."
)
def cut_in_place(image, hole):
    image[hole] = 0
    return image


@cut_hole.mistake(
    "You cut only the red channel of the colour pictures: the hole goes through all three."
)
def forgot_channels(image, hole):
    cut = image.copy()
    if image.ndim == 3:
        cut[..., 0][hole] = 0
    else:
        cut[hole] = 0
    return cut


@cut_hole.mistake(
    "Right for grey. But a colour picture is (h, w, 3) and its hole (h, w): `*` and np.where "
    "cannot pair them up, or pair the wrong axes. Indexing a copy works for both: cut[hole] = 0."
)
def grey_only(image, hole):
    return image * ~hole


@cut_hole.mistake(
    "`image * hole` (and np.where(hole, image, 0)) keeps what is in the hole and blackens the "
    "rest: True means to be filled, so it is the other way round. For colour it cannot pair (h, w, "
    "3) with (h, w), or pairs the wrong axes. Indexing a copy does both: cut[hole] = 0."
)
def times_the_hole(image, hole):
    return image * hole


@cut_hole.mistake(
    "Right for colour. But a grey picture is (h, w), and hole[..., None] is (h, w, 1): the two "
    "make an array of three axes, or do not fit. Indexing a copy works for both: cut[hole] = 0."
)
def colour_only(image, hole):
    return np.where(hole[..., None], 0.0, image)


@cut_hole.mistake("You filled the hole with white: 0 is black, and the course cuts with 0.")
def white(image, hole):
    cut = image.copy()
    cut[hole] = 1
    return cut


@cut_hole.mistake("You filled the hole with grey 0.5: the course cuts with 0.")
def grey(image, hole):
    cut = image.copy()
    cut[hole] = 0.5
    return cut


@cut_hole.mistake("You filled the hole with the picture's mean: cutting puts 0 there, black.")
def mean(image, hole):
    cut = image.copy()
    cut[hole] = image.mean()
    return cut


@cut_hole.mistake("You marked the hole with NaN; NaN spreads through every sum. Use 0.")
def marked_with_nan(image, hole):
    cut = image.copy()
    cut[hole] = np.nan
    return cut


@cut_hole.mistake("You return only the pixels inside the hole: return the whole picture, cut.")
def only_the_hole(image, hole):
    return image[hole]


@cut_hole.mistake("You return only the known pixels, in a row: keep the picture's shape.")
def only_the_known(image, hole):
    return image[~hole]


@cut_hole.mistake("You return the picture without any hole.")
def no_hole_at_all(image, hole):
    return image.copy()


@cut_hole.mistake(
    "hole.astype(int) is no mask any more: as whole numbers it picks the rows 0 and 1. Index with "
    "the bools as they are, cut[hole] = 0."
)
def hole_as_row_numbers(image, hole):
    cut = image.copy()
    cut[hole.astype(int)] = 0
    return cut


@cut_hole.mistake("You cut whole rows, wherever the hole has a pixel in them: cut[hole] = 0.")
def whole_rows(image, hole):
    cut = image.copy()
    cut[hole.any(axis=1)] = 0
    return cut


@cut_hole.mistake("You marked the hole with -1, which is no grey at all: the course cuts with 0.")
def marked_with_minus_1(image, hole):
    cut = image.copy()
    cut[hole] = -1
    return cut
