"""The fill of least total variation: as little up and down as the known pixels allow.

Total variation is the sum of the slopes' lengths, not of their squares. A jump then costs what it
is high, however steep, so an edge that enters a hole may cross it; a thin line that would have to
be drawn far is given up. There is no linear system. Primal and dual take turns instead, and their
energies close in on the minimum from both sides, so it is known how far off the result may be.
"""

from collections.abc import Callable

import numpy as np

from learnkit.fills.protocol import check_fillable, check_pictures
from learnkit.shapes import Array, Hole, Holes, Image, Images, Vector

TAU, SIGMA = 1 / 8, 1.0  # τ σ |∇|² <= 1 is what makes it converge, and |∇|² is below 8
LOOK = 25  # steps from one look at the gap to the next
LIMIT = 20_000  # steps; no picture of the course has needed half of them
CHUNK = 64  # pictures at a time: what is at work stays in the cache


def total_variation(image: Image, hole: Hole, *, tolerance: float = 1e-3) -> Image:
    """The minimum over the hole of Σ |∇x|, the lengths of the forward differences.

    Saddle point of min over x, max over |p| <= 1 of Σ p · ∇x, x held at the known pixels:

        p <- project(p + σ ∇x̄),  x <- clip(x - τ ∇ᵀp) in the hole,  x̄ <- 2 x - x_before

    It ends where the energy of each channel is proven to be at most `tolerance` a pixel of the hole
    above the minimum, or after LIMIT steps. The minimum may be reached by many pictures; this is
    one of them. Each channel is filled by itself and stays within the range of its known values,
    which costs nothing: cutting a picture off there only lowers its variation.

    Raises as `check_fillable` does, and ValueError where `tolerance` is not positive.
    Source: Chambolle and Pock (2011), Algorithm 1; Chan and Shen (2001), section 4.

    >>> total_variation(np.array([[0.2, 0.9, 0.2]]), np.array([[False, True, False]])).round(3)
    array([[0.2, 0.2, 0.2]])
    """
    check_fillable(image, hole)
    return _filled(image[None], hole[None], tolerance)[0]


def total_variation_of_each(images: Images, holes: Holes, *, tolerance: float = 1e-3) -> Images:
    """`total_variation` of each picture of a batch in its own hole, several times as fast."""
    check_pictures(images, holes)
    for image, hole in zip(images, holes, strict=True):
        check_fillable(image, hole)
    parts = [slice(i, i + CHUNK) for i in range(0, len(images), CHUNK)]
    return np.concatenate([_filled(images[part], holes[part], tolerance) for part in parts])


def variation(image: Image) -> float:
    """Σ |∇x|: the forward differences down and right, as one arrow a pixel; channels added.

    >>> variation(np.array([[0.0, 0.75], [1.0, 1.0]]))  # 1.25 + 0.25 + 0 + 0
    1.5
    """
    last = image.reshape(*image.shape[:2], -1).transpose(2, 0, 1).astype(np.float64)
    return float(np.hypot(*_slopes(last)).sum())


def _filled(images: Images, holes: Holes, tolerance: float) -> Images:
    if not tolerance > 0:
        raise ValueError(f"tolerance must be positive, got {tolerance}")
    n, h, w = holes.shape
    # every channel is a picture of its own, with a copy of the hole
    flat = images.reshape(n, h, w, -1).transpose(0, 3, 1, 2).reshape(-1, h, w)
    channels = len(flat) // n
    hole = np.repeat(holes, channels, axis=0)
    some = hole.any(axis=(1, 2))
    solved = flat.copy()
    if some.any():
        solved[some] = _solved(flat[some].astype(np.float64), hole[some], tolerance)
    filled = solved.reshape(n, channels, h, w).transpose(0, 2, 3, 1).reshape(images.shape)
    spread = holes.reshape(*holes.shape, *(1,) * (images.ndim - 3))
    return np.where(spread, filled, images)


def _solved(x: Array, hole: Holes, tolerance: float) -> Array:
    """Pictures (n, h, w) solved; whoever has come near enough leaves the round."""
    low, high = (_known_bound(x, hole, f, end) for f, end in ((np.min, np.inf), (np.max, -np.inf)))
    start = _known_mean(x, hole)
    x = np.where(hole, start[:, None, None], x)
    result, left = x.copy(), np.arange(len(x))
    bar, p = x.copy(), np.zeros((2, *x.shape))
    allowed = tolerance * hole.sum(axis=(1, 2))
    for step in range(1, LIMIT + 1):
        p += SIGMA * _slopes(bar)
        p /= np.maximum(1, np.sqrt(p[0] * p[0] + p[1] * p[1]))
        new = np.where(hole, (x - TAU * _adjoint(p)).clip(low, high), x)
        bar = 2 * new - x
        x = new
        if step % LOOK == 0 or step == LIMIT:
            done = _gap(x, p, hole, low, high) <= allowed
            if step == LIMIT:
                done[:] = True
            if done.any():
                result[left[done]] = x[done]
                on = ~done
                left, x, bar, p, hole = left[on], x[on], bar[on], p[:, on], hole[on]
                low, high, allowed = low[on], high[on], allowed[on]
            if not len(left):
                break
    return result


def _slopes(x: Array) -> Array:
    """∇x: (2, n, h, w), down and right; 0 beyond the border."""
    slopes = np.zeros((2, *x.shape))
    np.subtract(x[:, 1:], x[:, :-1], out=slopes[0, :, :-1])
    np.subtract(x[:, :, 1:], x[:, :, :-1], out=slopes[1, :, :, :-1])
    return slopes


def _adjoint(p: Array) -> Array:
    """∇ᵀp, the transpose of `_slopes` as a matrix."""
    down, right = p
    back = np.zeros(down.shape)
    back[:, :-1] -= down[:, :-1]
    back[:, 1:] += down[:, :-1]
    back[:, :, :-1] -= right[:, :, :-1]
    back[:, :, 1:] += right[:, :, :-1]
    return back


def _gap(x: Array, p: Array, hole: Holes, low: Array, high: Array) -> Vector:
    """How far above its minimum each picture's energy may be, (n,).

    For any |p| <= 1 the energy of every allowed picture is at least Σ p · ∇x = Σ (∇ᵀp) · x, and
    the least of that over the box is taken pixel by pixel.
    """
    g = _adjoint(p)
    bound = np.where(hole, np.minimum(g * low, g * high), g * x).sum(axis=(1, 2))
    return np.hypot(*_slopes(x)).sum(axis=(1, 2)) - bound


def _known_bound(x: Array, hole: Holes, reduce: Callable, end: float) -> Array:
    return reduce(np.where(hole, end, x), axis=(1, 2), keepdims=True)


def _known_mean(x: Array, hole: Holes) -> Vector:
    return np.where(hole, 0, x).sum(axis=(1, 2)) / (~hole).sum(axis=(1, 2))
