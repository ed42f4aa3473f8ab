"""Answers to lesson 00 that its table does not hold: right ones in other styles, and wrong ones."""

import numpy as np

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- invert ------------------------------------------------------------------------------------


@right("invert")
def with_a_loop(image):
    out = np.empty_like(image)
    for place in np.ndindex(image.shape):
        out[place] = 1.0 - image[place]
    return out


@right("invert")
def by_subtract(image):
    return np.subtract(1, image)


@right("invert")
def from_ones(image):
    return np.ones_like(image) - image


@right("invert")
def in_float32(image):
    return np.float32(1) - image.astype(np.float32)


@right("invert")
def by_size(image):
    return np.abs(image - 1)


@right("invert")
def of_a_copy(image):
    other = image.copy()
    other *= -1
    other += 1
    return other


@right("invert")
def through_lists(image):
    def turned(part):
        return [turned(p) for p in part] if isinstance(part, list) else 1 - part

    return np.array(turned(image.tolist()))


@wrong("invert", "`~` turns True into False")
def tilde_of_another_name(image):
    inverted = ~image
    return inverted


@wrong("invert", "numbers from -1 to 0")
def the_other_way_round(image):
    return np.subtract(image, 1)


@wrong("invert", "You rounded")
def rounded_by_format(image):
    return np.array([float(f"{1 - p:.2f}") for p in image.ravel()]).reshape(image.shape)


@wrong("invert", "must be an array of shape (2, 2)")
def mean_of_it(image):
    return np.mean(1 - image)


@wrong("invert", "You return a list; return one NumPy array")
def a_list(image):
    return (1 - image).tolist()


@wrong("invert", "Yours holds 0 and 1 alone")
def decided(image):
    return image < 0.5


@wrong("invert", "right to three digits only")
def in_float16(image):
    return (1 - image).astype(np.float16)


@wrong("invert", "0.5 more than it should be, always")
def too_bright(image):
    return 1.5 - image


# ---- cut_hole ----------------------------------------------------------------------------------


@right("cut_hole")
def pixel_by_pixel(image, hole):
    cut = np.array(image)
    for i in range(hole.shape[0]):
        for j in range(hole.shape[1]):
            if hole[i, j]:
                cut[i, j] = 0
    return cut


@right("cut_hole")
def by_where_for_both(image, hole):
    wide = hole[..., None] if image.ndim == 3 else hole
    return np.where(wide, 0.0, image)


@right("cut_hole")
def by_product_of_transposes(image, hole):
    return (image.T * ~hole.T).T


@right("cut_hole")
def by_putmask(image, hole):
    cut = image.copy()
    cut[np.nonzero(hole)] = 0.0
    return cut


@right("cut_hole")
def in_single_precision(image, hole):
    cut = image.astype("float32")
    cut[hole] = 0
    return cut


@wrong("cut_hole", "keeps what is in the hole and blackens the rest")
def where_the_wrong_way(image, hole):
    return np.where(hole, image, 0)


@wrong("cut_hole", "Right for grey")
def by_numbers(image, hole):
    return image * (1 - hole)


@wrong("cut_hole", "Right for colour")
def by_a_last_axis(image, hole):
    return image * ~hole[:, :, None]


@wrong("cut_hole", "returns None")
def forgets_to_return(image, hole):
    cut = image.copy()
    cut[hole] = 0


@wrong("cut_hole", "whole numbers")
def as_bytes(image, hole):
    cut = image.astype(np.uint8)
    cut[hole] = 0
    return cut


@wrong("cut_hole", "into the caller's own picture")
def by_asarray(image, hole):
    cut = np.asarray(image)
    cut[hole] = 0
    return cut


@wrong("cut_hole", "np.array_equal")
def asks_the_whole_hole(image, hole):
    if hole == True:  # noqa: E712
        image[hole] = 0
    return image


test_right, test_wrong = further_tests(RIGHT, WRONG)
