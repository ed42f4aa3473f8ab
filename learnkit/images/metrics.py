"""How far a picture is from the truth: MSE, and PSNR in dB, over a picture or over its hole.

`mse` and `psnr` judge one picture; the forms `_of_each` judge a batch, one number a picture. A
batch has two honest single numbers, which differ by decibels, so the averaging is in the name:
`mean_psnr` averages the decibels of the pictures, `pooled_psnr` takes those of all errors pooled.
All take float32 or float64 and sum in float64. A hole counts its pixels and their channels.
"""

import numpy as np

from learnkit.shapes import Hole, Holes, Image, Images, Vector, check_hole, check_same_shape

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
    where R is not positive.

    >>> psnr(np.array([[0.0, 1.0]]), np.array([[0.1, 0.9]]))  # an error of 1/10: 20 dB
    20.0
    """
    return float(_decibels(mse(pred, target, hole=hole), data_range))


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
    return _decibels(mse_of_each(pred, target, holes=holes), data_range)


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
    return float(_decibels(errors.sum() / counts.sum(), data_range))


def _squared_errors(pred: Images, target: Images, holes: Holes | None) -> tuple[Vector, Vector]:
    """Each picture's sum of squared errors, and how many values were summed."""
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


def _decibels(error: Vector | float, data_range: float) -> Vector | np.floating:
    if not data_range > 0:
        raise ValueError(f"data_range must be positive, got {data_range}")
    with np.errstate(divide="ignore"):  # no error: inf is meant
        return 10 * np.log10(np.divide(data_range**2, error))


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


def _checked_holes(holes: Holes | None, pred: Images) -> Holes | None:
    if holes is None:
        return None
    if not isinstance(holes, np.ndarray) or holes.dtype != bool:
        kind = holes.dtype if isinstance(holes, np.ndarray) else type(holes).__name__
        raise TypeError(f"holes must be a bool array, True = to be filled, got {kind}")
    if holes.shape != pred.shape[:3]:
        raise ValueError(
            f"holes must have shape {pred.shape[:3]} (n, h, w), got {holes.shape}; "
            "one hole for all pictures is np.broadcast_to(hole, pred.shape[:3])"
        )
    filled = holes.any(axis=(1, 2))
    if not filled.all():
        raise ValueError(f"hole {filled.argmin()} of the batch is empty: no pixel to judge")
    return holes
