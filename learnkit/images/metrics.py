"""How far a picture is from the truth: MSE, PSNR in dB (over a picture or its hole), and SSIM.

`mse` and `psnr` judge one picture; the forms `_of_each` judge a batch, one number a picture. A
batch has two honest single numbers, which differ by decibels, so the averaging is in the name:
`mean_psnr` averages the decibels of the pictures, `pooled_psnr` takes those of all errors pooled.
All take float32 or float64 and sum in float64. A hole counts its pixels and their channels.
"""

from typing import Literal

import numpy as np

from learnkit.shapes import (
    Hole,
    Holes,
    Image,
    Images,
    Vector,
    check_hole,
    check_holes,
    check_same_shape,
)

Window = Literal["gaussian", "uniform"]
_BELL = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
WINDOWS = {  # weights along a side, and by what a covariance over the window is multiplied
    "gaussian": (_BELL / _BELL.sum(), 1.0),
    "uniform": (np.full(7, 1 / 7), 49 / 48),
}
CHUNK = 128_000  # values of a batch taken at once: a MB of differences stays in the cache


def mse(pred: Image, target: Image, *, hole: Hole | None = None) -> float:
    """Mean squared error, mean((p - t)²), over the picture or over its hole alone.

    Raises ValueError where shapes differ or the hole is empty, TypeError where a picture is not
    float or the hole not bool.

    >>> mse(np.array([[0.0, 1.0]]), np.array([[0.0, 0.5]]), hole=np.array([[False, True]]))
    0.25
    """
    _check_pair(pred, target, batch=False)
    if hole is not None:
        check_hole(hole, pred)
        if not hole.any():
            raise ValueError("the hole is empty: no pixel to judge")
        hole = hole[None]
    errors, counts = _squared_errors(pred[None], target[None], hole)
    return float(errors[0] / counts[0])


def psnr(pred: Image, target: Image, *, hole: Hole | None = None, data_range: float = 1.0) -> float:
    """Peak signal-to-noise ratio, 10 log10(R² / mse), in dB; inf where the pictures are equal.

    R is `data_range`, the distance from black to white. Raises as `mse` does, and ValueError
    where R is not positive, or the target (in the hole, if there is one) holds NaN or reaches
    further than R: bytes made float need data_range=255.

    >>> psnr(np.array([[0.0, 1.0]]), np.array([[0.1, 0.9]]))  # an error of 1/10: 20 dB
    20.0
    """
    error = mse(pred, target, hole=hole)
    _check_target(target if hole is None else target[hole], data_range)
    return float(_decibels(np.array([error]), data_range)[0])


def mse_of_each(pred: Images, target: Images, *, holes: Holes | None = None) -> Vector:
    """`mse` of each picture of a batch, (n,); `holes` has one hole a picture.

    Raises as `mse` does; an empty hole is named by its place in the batch.
    """
    _check_pair(pred, target, batch=True)
    errors, counts = _squared_errors(pred, target, _checked_holes(holes, pred))
    return errors / counts


def psnr_of_each(
    pred: Images, target: Images, *, holes: Holes | None = None, data_range: float = 1.0
) -> Vector:
    """`psnr` of each picture of a batch, (n,), in dB; inf where two pictures are equal."""
    errors = mse_of_each(pred, target, holes=holes)
    _check_target(target if holes is None else target[holes], data_range)
    return _decibels(errors, data_range)


def mean_psnr(
    pred: Images, target: Images, *, holes: Holes | None = None, data_range: float = 1.0
) -> float:
    """Mean over the pictures of each one's PSNR, in dB: every picture has one vote.

    One equal pair makes it inf. Where all holes have one size it is never below `pooled_psnr`
    (Jensen): an easy picture lifts this mean more than it lowers the pooled error.
    """
    return float(psnr_of_each(pred, target, holes=holes, data_range=data_range).mean())


def pooled_psnr(
    pred: Images, target: Images, *, holes: Holes | None = None, data_range: float = 1.0
) -> float:
    """PSNR of the error pooled over all pixels of the batch, in dB: the worst pictures rule."""
    _check_pair(pred, target, batch=True)
    errors, counts = _squared_errors(pred, target, _checked_holes(holes, pred))
    _check_target(target if holes is None else target[holes], data_range)
    error = errors.sum(keepdims=True) / counts.sum()
    return float(_decibels(error, data_range)[0])


def ssim(
    pred: Image, target: Image, *, window: Window = "gaussian", data_range: float = 1.0
) -> float:
    """Structural similarity, at most 1: brightness, contrast and pattern, window by window.

    (2 μp μt + C₁)(2 σpt + C₂) / ((μp² + μt² + C₁)(σp² + σt² + C₂)), C = (0.01 R)², (0.03 R)²,
    averaged over all windows that lie inside, and over the channels. "gaussian" is the window of
    the paper, 11 x 11 with σ = 1.5; "uniform" scikit-image's default, 7 x 7 with sample
    covariances. On one pair they gave 0.23 and 0.45: say which.
    Raises as `mse` does, and ValueError where a picture is smaller than a window, or the target
    holds NaN or reaches further than R.
    Source: Wang, Bovik, Sheikh and Simoncelli (2004), eq. 13.
    """
    _check_pair(pred, target, batch=False)
    return float(_ssim(pred[None], target[None], window, data_range)[0])


def ssim_of_each(
    pred: Images, target: Images, *, window: Window = "gaussian", data_range: float = 1.0
) -> Vector:
    """`ssim` of each picture of a batch, (n,)."""
    _check_pair(pred, target, batch=True)
    return _ssim(pred, target, window, data_range)


def _squared_errors(pred: Images, target: Images, holes: Holes | None) -> tuple[Vector, Vector]:
    """Each picture's sum of squared errors, and how many values were summed: two (n,).

    By definition errors[i] = ((pred[i] - target[i])[holes[i]] ** 2).sum(), over all pixels where
    holes is None. Below it is the dot product e · e of each picture's error e, set to 0 outside the
    hole, for some pictures at a time in one buffer that stays in the cache.
    """
    n, size = len(pred), pred[0].size
    errors, step = np.empty(n), max(1, CHUNK // size)
    room = np.empty((min(step, n), *pred.shape[1:]))  # one buffer: fresh memory costs page faults
    for i in range(0, n, step):
        chunk = slice(i, min(i + step, n))
        e = np.subtract(pred[chunk], target[chunk], out=room[: chunk.stop - i])
        if holes is not None:  # a NaN outside the hole is nobody's error: not e * hole
            e[~holes[chunk]] = 0
        rows = e.reshape(-1, size)
        np.matmul(rows[:, None, :], rows[:, :, None], out=errors[chunk, None, None])  # e · e
    if holes is None:
        return errors, np.full(n, float(size))
    channels = size // holes[0].size
    return errors, channels * holes.sum(axis=(1, 2), dtype=np.float64)


def _decibels(errors: Vector, data_range: float) -> Vector:
    with np.errstate(divide="ignore"):  # no error: inf is meant
        return 10 * np.log10(np.divide(data_range**2, errors))


def _check_pair(pred: np.ndarray, target: np.ndarray, *, batch: bool) -> None:
    for name, image in (("pred", pred), ("target", target)):
        if not isinstance(image, np.ndarray) or image.dtype not in (np.float32, np.float64):
            kind = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
            raise TypeError(
                f"{name} must be a float32 or float64 array, got {kind}; "
                "bytes wrap around when subtracted: learnkit.images.data.to_float divides by 255"
            )
    check_same_shape(pred, target)
    if pred.size == 0:
        raise ValueError(f"pred and target are empty: shape {pred.shape}")
    if batch and pred.ndim not in (3, 4):
        raise ValueError(f"a batch is (n, h, w) or (n, h, w, c), got {pred.shape}")
    if not batch and not (pred.ndim == 2 or (pred.ndim == 3 and pred.shape[2] == 3)):
        raise ValueError(
            f"one picture is (h, w) or (h, w, 3), got {pred.shape}; "
            "of a batch, choose the averaging: mse_of_each, mean_psnr or pooled_psnr"
        )


def _check_target(target: np.ndarray, data_range: float) -> None:
    """Raises ValueError where the truth cannot be measured by this range from black to white."""
    if not data_range > 0:
        raise ValueError(f"data_range must be positive, got {data_range}")
    low, high = float(target.min()), float(target.max())
    if np.isnan(low):
        raise ValueError(f"target holds NaN at {int(np.isnan(target).sum())} of its values")
    if max(high - low, high, -low) > data_range * (1 + 1e-6):
        cure = "divide both by 255, or pass data_range=255" if high <= 255 else "pass data_range="
        raise ValueError(
            f"target reaches from {low:.4g} to {high:.4g}, further than data_range={data_range:g}: "
            f"{cure}"
        )


def _checked_holes(holes: Holes | None, pred: Images) -> Holes | None:
    if holes is None:
        return None
    check_holes(holes, pred, "pred")
    filled = holes.any(axis=(1, 2))
    if not filled.all():
        raise ValueError(f"hole {filled.argmin()} of the batch is empty: no pixel to judge")
    return holes


def _ssim(pred: Images, target: Images, window: Window, data_range: float) -> Vector:
    """`ssim` of each picture, (n,), with the moments of every window at once.

    By definition, with the window's weights w_k, which sum to 1, over its pixels p_k and t_k:

        μp = Σ w_k p_k    σp² = Σ w_k (p_k - μp)²             σpt = Σ w_k (p_k - μp)(t_k - μt)
                              = Σ w_k p_k² - μp²                  = Σ w_k p_k t_k - μp μt

    The second forms are means over windows of p², t² and p t. SSIM needs σp² + σt² alone, so four
    means do: of p, t, p² + t² and p t. The sample covariances are larger by `sample` = N / (N - 1).
    """
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}, got {window!r}")
    _check_target(target, data_range)
    weights, sample = WINDOWS[window]
    n, h, w = pred.shape[:3]
    if min(h, w) < len(weights):
        raise ValueError(f"pictures of {h} x {w} are smaller than a window of {len(weights)}")
    down, across = _sliding(weights, h), _sliding(weights, w)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    scores, step = np.empty(n), max(1, CHUNK // (2 * pred[0].size))
    for i in range(0, n, step):
        p, t = (_rows_first(x[i : i + step]) for x in (pred, target))

        def mean(x: np.ndarray) -> np.ndarray:
            """Σ w_k x_k of every window: w is an outer product, so one product for each axis."""
            return (down @ x.reshape(h, -1)).reshape(-1, w) @ across.T

        mp, mt = mean(p), mean(t)
        product = mp * mt
        squares = mp * mp + mt * mt
        variances, covariance = mean(p * p + t * t) - squares, mean(p * t) - product
        similarity = (2 * product + c1) * (2 * sample * covariance + c2)
        similarity /= (squares + c1) * (sample * variances + c2)
        of_each = similarity.reshape(len(down), -1, len(across)).mean(axis=(0, 2))
        scores[i : i + step] = of_each.reshape(len(pred[i : i + step]), -1).mean(axis=1)
    return scores


def _sliding(weights: Vector, size: int) -> np.ndarray:
    """The matrix (size - k + 1, size) whose rows hold the window's weights, one step on in each."""
    rows = size - len(weights) + 1
    matrix = np.zeros((rows, size))
    for row in range(rows):
        matrix[row, row : row + len(weights)] = weights
    return matrix


def _rows_first(batch: Images) -> np.ndarray:
    """(n, h, w) or (n, h, w, c) as float64 (h, n c, w): all share one matrix product."""
    last = batch[..., None] if batch.ndim == 3 else batch
    rows = np.ascontiguousarray(last.transpose(1, 0, 3, 2), dtype=np.float64)
    return rows.reshape(len(rows), -1, rows.shape[-1])
