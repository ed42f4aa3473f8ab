"""Answers to lesson 16 that its table does not hold: right ones in other styles, and wrong ones."""

import numpy as np

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- uncertainty_map -----------------------------------------------------------------------------


@right("uncertainty_map")
def by_the_formula(fills):
    mean = sum(fills) / len(fills)
    return np.sqrt(sum((fill - mean) ** 2 for fill in fills) / len(fills))


@right("uncertainty_map")
def pixel_by_pixel(fills):
    _, h, w = fills.shape
    found = np.empty((h, w))
    for i in range(h):
        for j in range(w):
            found[i, j] = np.std(fills[:, i, j])
    return found


@wrong("uncertainty_map", "(ddof=1, torch's default)")
def statistics_of_a_sample(fills):
    return fills.std(axis=0, ddof=1) if len(fills) > 1 else np.zeros(fills.shape[1:])


@wrong("uncertainty_map", "take its root")
def the_mean_square(fills):
    return ((fills - fills.mean(axis=0)) ** 2).mean(axis=0)


# ---- warp_by_disparity ---------------------------------------------------------------------------


@right("warp_by_disparity")
def by_two_loops(right, disparity):
    h, w, _ = right.shape
    view, hole = np.zeros_like(right), np.ones((h, w), dtype=bool)
    for y in range(h):
        for x in range(w):
            if np.isfinite(disparity[y, x]):
                source = round(x - disparity[y, x])
                if 0 <= source < w:
                    view[y, x], hole[y, x] = right[y, source], False
    return view, hole


@right("warp_by_disparity")
def by_taking_along_the_axis(right, disparity):
    w = disparity.shape[1]
    source = np.rint(np.arange(w)[None] - disparity)
    seen = (source >= 0) & (source < w)
    index = np.where(seen, source, 0).astype(int)
    view = np.take_along_axis(right, index[..., None], axis=1)
    return np.where(seen[..., None], view, 0), ~seen


@right("warp_by_disparity")
def as_a_list_of_two(right, disparity):
    return list(by_taking_along_the_axis(right, disparity))


@wrong("warp_by_disparity", "return two arrays")
def the_view_alone(right, disparity):
    return by_taking_along_the_axis(right, disparity)[0]


@wrong("warp_by_disparity", "Your view has the shape")
def in_the_wrong_order(right, disparity):
    return by_taking_along_the_axis(right, disparity)[::-1]


@wrong("warp_by_disparity", "a hole is bool")
def with_numbers_for_a_hole(right, disparity):
    view, hole = by_taking_along_the_axis(right, disparity)
    return view, hole.astype(int)


@wrong("warp_by_disparity", "Your hole has the shape")
def with_a_hole_of_three_channels(right, disparity):
    view, hole = by_taking_along_the_axis(right, disparity)
    return view, np.repeat(hole[..., None], 3, axis=2)


@wrong("warp_by_disparity", "at x - disparity")
def the_other_way(right, disparity):
    return by_taking_along_the_axis(right, -disparity)


@wrong("warp_by_disparity", "Your hole is a list")
def with_a_list(right, disparity):
    view, hole = by_taking_along_the_axis(right, disparity)
    return view, hole.tolist()


test_right, test_wrong = further_tests(RIGHT, WRONG)
