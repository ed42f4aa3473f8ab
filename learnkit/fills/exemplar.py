"""The exemplar fill: a hole is filled with patches copied from the rest of the picture.

Where the hole is wide and its surroundings have a texture, a smooth fill looks wrong. Here every
pixel of the fill is a pixel of the picture. The hole is filled patch by patch, from its rim
inwards. Which patch comes next decides what the fill looks like: each pixel p of the rim has the
priority C(p) (D(p) + 0.001). The confidence C is high where much of the patch around p is known,
the data term D where an edge runs into the hole, so that edges are continued before what lies
beside them. The paper's D is |∇I⊥ · n| at p; here it is the largest such product within the patch,
with the normal n where the edge is, and colours are compared as RGB.

With a `generator` the patch is drawn among those that fit nearly as well as the best one, and so
two fills of one hole differ.
Source: Criminisi, Pérez and Toyama (2004), Region filling and object removal by exemplar-based
image inpainting; Efros and Leung (1999), Texture synthesis by non-parametric sampling (the draw).
"""

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.lib.stride_tricks import sliding_window_view

from learnkit.fills.protocol import around, check_fillable, spread
from learnkit.shapes import Array, Hole, Image, Vector

TOLERANCE = 0.1  # a patch may be drawn whose error is up to this much larger than the best one's
LEAST = 1e-3  # of the data term: where there is no edge, the confidence alone decides


def exemplar(
    image: Image,
    hole: Hole,
    *,
    patch: int = 9,
    reach: int | None = None,
    generator: np.random.Generator | None = None,
) -> Image:
    """The hole filled with copies of patches of `patch` x `patch` pixels that are wholly known.

    The squared distance between two patches is taken over the pixels that are known already.
    They come from the box around the hole that is `reach` + `patch` pixels larger on each side;
    with None, from everywhere. Without a `generator` the nearest patch is copied, and the fill is
    the same every time.

    Raises ValueError where `patch` is even or below 3, `reach` is negative, or no patch of that
    size is known, and as `check_fillable` does.
    Source: Criminisi, Pérez and Toyama (2004), table 1.

    >>> stripes = np.tile([[0.2, 0.8]], (12, 8))
    >>> hole = np.zeros((12, 16), dtype=bool)
    >>> hole[4:8, 6:11] = True
    >>> bool((exemplar(stripes, hole, patch=3) == stripes).all())
    True
    """
    check_fillable(image, hole)
    if patch < 3 or patch % 2 == 0:
        raise ValueError(f"patch must be an odd number of pixels from 3 on, got {patch}")
    if reach is not None and reach < 0:
        raise ValueError(f"reach must be a number of pixels from 0 on, got {reach}")
    filled = image.copy()
    if not hole.any():
        return filled
    margin = max(hole.shape) if reach is None else reach
    near = around(hole, margin + patch)  # a view: what is written to it is written to `filled`
    _fill(filled[near], hole[near].copy(), patch, generator)
    return filled


def _fill(image: Image, hole: Hole, patch: int, generator: np.random.Generator | None) -> None:
    """Fills the hole of `image` in place, patch by patch; `hole` shrinks to nothing."""
    places, candidates = _candidates(image, hole, patch)
    squares = candidates**2
    image[hole] = 0
    confidence = (~hole).astype(np.float64)
    while hole.any():
        rim = np.argwhere(hole & _wider(~hole))
        window, sure = _next(image, hole, confidence, rim, patch)
        here, missing = image[window], hole[window]
        known = np.broadcast_to(spread(~missing, here), here.shape).reshape(-1)
        wanted = np.where(known, here.reshape(-1), 0).astype(np.float32)
        # Σ (s - w)² over the known pixels, but for Σ w², which all candidates share
        distances = squares @ known.astype(np.float32) - 2 * (candidates @ wanted)
        i, j = places[_chosen(distances + wanted @ wanted, generator)]
        here[missing] = image[i : i + patch, j : j + patch][missing]
        confidence[window][missing] = sure
        missing[...] = False


def _candidates(
    image: Image, hole: Hole, patch: int
) -> tuple[Int[np.ndarray, "m 2"], Float[np.ndarray, "m d"]]:
    """The upper left corners of all patches without a pixel of the hole, and the patches."""
    if min(hole.shape) >= patch:
        free = ~sliding_window_view(hole, (patch, patch)).any(axis=(2, 3))
        if free.any():
            known = sliding_window_view(image, (patch, patch), axis=(0, 1))[free]
            if image.ndim == 3:
                known = known.transpose(0, 2, 3, 1)  # the window's two axes came last
            return np.argwhere(free), known.reshape(len(known), -1).astype(np.float32)
    raise ValueError(
        f"no patch of {patch} x {patch} pixels is wholly known: choose a smaller patch, or a fill "
        "for holes of single pixels such as biharmonic"
    )


def _next(
    image: Image, hole: Hole, confidence: Array, rim: Int[np.ndarray, "k 2"], patch: int
) -> tuple[tuple[slice, slice], float]:
    """The window around the pixel of the rim with the highest priority, and its confidence."""
    size = np.array(hole.shape)
    corners = (rim - patch // 2).clip(0, size - patch)  # at a border the window is moved inwards
    at = (corners[:, 0], corners[:, 1])
    sure = sliding_window_view(confidence, (patch, patch))[at].mean(axis=(1, 2))
    priority = sure * (_edges(image, hole, patch)[rim[:, 0], rim[:, 1]] + LEAST)
    best = int(priority.argmax())
    i, j = corners[best]
    return np.s_[i : i + patch, j : j + patch], float(sure[best])


def _edges(image: Image, hole: Hole, patch: int) -> Array:
    """D: how strongly the strongest edge within a patch runs into the hole, at each pixel.

    An edge runs at right angles to the gradient. Gradients count where all four neighbours are
    known.
    """
    from scipy.ndimage import maximum_filter, uniform_filter

    grey = image if image.ndim == 2 else image.mean(axis=2)
    down, right = np.gradient(grey)
    clear = ~_wider(hole)
    slope = np.where(clear, np.hypot(down, right), 0)
    normal = np.gradient(uniform_filter(hole.astype(np.float64), 3))
    length = np.hypot(*normal)
    across = np.abs(-right * normal[0] + down * normal[1]) / np.maximum(length, 1e-12)
    return maximum_filter(np.where(slope > 0, across, 0), size=patch)


def _chosen(distances: Vector, generator: np.random.Generator | None) -> int:
    """The nearest candidate, or one drawn among those that are nearly as near."""
    best = int(distances.argmin())
    if generator is None:
        return best
    near = np.flatnonzero(distances <= (1 + TOLERANCE) * max(distances[best], 0))
    return int(generator.choice(near)) if len(near) else best


def _wider(where: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """These pixels, and those that have one of them among their four neighbours."""
    from scipy.ndimage import binary_dilation

    return binary_dilation(where)
