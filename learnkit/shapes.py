"""The words for array shapes, and the checks that stand at every border.

A signature says what an array holds (`image: Image`); a run of the tests under jaxtyping's hook
proves that it is true. The checks below are for people: they name the argument, quote what came,
and say what to do. Inside the border, nothing is checked twice.
"""

import numpy as np
from jaxtyping import Bool, Float, Integer, UInt8

Array = Float[np.ndarray, "..."]  # any shape, floating point
Vector = Float[np.ndarray, "d"]
Matrix = Float[np.ndarray, "_ _"]  # an underscore is a size that may differ from the next
Labels = Integer[np.ndarray, "n"]  # a class for each row
Batch = Float[np.ndarray, "_ _ _ _"]  # pictures as networks take them, n c h w
Kernel = Float[np.ndarray, "_ _ _ _"]  # c_out c_in kh kw
Image = Float[np.ndarray, "h w *c"]  # one picture in [0, 1]: grey (h, w) or colour (h, w, 3)
Grey = Float[np.ndarray, "h w"]
Images = Float[np.ndarray, "n h w *c"]  # a batch of pictures
Hole = Bool[np.ndarray, "h w"]  # True = to be filled
Holes = Bool[np.ndarray, "n h w"]
Bytes = UInt8[np.ndarray, "n h w"]  # pictures as they are stored, 0 to 255
Frame = UInt8[np.ndarray, "h w"]  # one of them, as a camera gives it


def check_same_shape(pred: np.ndarray, target: np.ndarray, names: str = "pred, target") -> None:
    """Raises ValueError where two shapes differ: NumPy would broadcast, and say nothing."""
    if np.shape(pred) != np.shape(target):
        raise ValueError(
            f"{names} must have one shape, got {np.shape(pred)} and {np.shape(target)}; "
            "index or reshape one of them first"
        )


def check_float(array: np.ndarray, name: str) -> None:
    """Raises TypeError unless `array` holds floats, ValueError where one of them is NaN.

    Bytes wrap round at 255, and NaN spreads to all that it touches; neither says anything.
    """
    if not isinstance(array, np.ndarray | np.generic):
        raise TypeError(f"{name} must be a NumPy array, got {type(array).__name__}")
    if array.dtype.kind != "f":
        cure = "divide it by 255" if array.dtype == np.uint8 else f"write {name}.astype(float)"
        raise TypeError(f"{name} must be float, got {array.dtype}; {cure}")
    if np.isnan(array.min(initial=0.0)):  # quicker than a look at each: the least is NaN if any is
        places = np.argwhere(np.isnan(array))
        raise ValueError(
            f"{name} holds NaN at {len(places)} of {array.size} places, first at "
            f"{tuple(places[0].tolist())}; look for 0/0, a log of a negative number, or a walk "
            "that flew apart (lower its learning rate)"
        )


def check_floats(**arrays: np.ndarray) -> None:
    """The same for several arrays, each under its name."""
    for name, array in arrays.items():
        check_float(array, name)


def check_alike(**arrays: np.ndarray) -> None:
    """Raises TypeError or ValueError unless these are float, without NaN, and of one shape."""
    check_floats(**arrays)
    shapes = [np.shape(array) for array in arrays.values()]
    if len(set(shapes)) > 1:
        raise ValueError(
            f"{', '.join(arrays)} must have one shape, got "
            f"{', '.join(map(str, shapes[:-1]))} and {shapes[-1]}; index or reshape one of them"
        )


def check_batch(image: np.ndarray, name: str = "image") -> None:
    """Raises TypeError or ValueError unless `image` is a batch of float pictures, (n, c, h, w)."""
    check_float(image, name)
    if image.ndim != 4:
        cure = {2: f"; pass {name}[None, None]", 3: f"; pass {name}[None]"}.get(image.ndim, "")
        raise ValueError(f"{name} must have shape (n, c, h, w), got {image.shape}{cure}")


def check_at_least(least: int, **numbers: int) -> None:
    """Raises TypeError unless each is a whole number, ValueError where one is below `least`."""
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer):
            raise TypeError(f"{name} must be a whole number, got {number!r}")
        if number < least:
            raise ValueError(f"{name} must be at least {least}, got {number}")


def check_labels(labels: np.ndarray, logits: np.ndarray) -> None:
    """Raises TypeError or ValueError unless there is one class a row of logits (n, classes)."""
    check_float(logits, "logits")
    if logits.ndim != 2 or not logits.size:
        raise ValueError(f"logits must have shape (n, k), a row a picture, got {logits.shape}")
    rows, classes = logits.shape
    if not isinstance(labels, np.ndarray):
        raise TypeError(f"labels must be a NumPy array, got {type(labels).__name__}")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"labels must be whole numbers, got {labels.dtype} of shape {labels.shape}; write "
            + ("labels.argmax(axis=1)" if labels.ndim == 2 else "labels.astype(int)")
        )
    if labels.shape != (rows,):
        raise ValueError(
            f"labels must have shape ({rows},), one a row of logits, got {labels.shape}"
        )
    if not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(
            f"labels must lie in 0 to {classes - 1}, got {labels.min()} to {labels.max()}; "
            f"logits have {classes} columns, one a class"
        )


def check_shape(array: np.ndarray, shape: tuple[int, ...], name: str) -> None:
    """Raises ValueError where a shape is not the one that it must be: NumPy would broadcast."""
    if np.shape(array) != tuple(shape):
        raise ValueError(f"{name} must have shape {tuple(shape)}, got {np.shape(array)}")


def check_image(image: np.ndarray, name: str = "image") -> None:
    """Raises TypeError or ValueError unless `image` is float, (h, w) or (h, w, 3), in [0, 1]."""
    if not isinstance(image, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array, got {type(image).__name__}")
    if image.dtype.kind != "f":
        raise TypeError(f"{name} must be float in [0, 1], got {image.dtype}; {_cure(image)}")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise ValueError(f"{name} must have shape (h, w) or (h, w, 3), got {image.shape}")
    check_range(image, name)


def check_range(image: np.ndarray, name: str = "image") -> None:
    """Raises ValueError where a value lies outside [0, 1], or is NaN."""
    if image.size == 0:
        raise ValueError(f"{name} is empty: shape {image.shape}")
    low, high = float(image.min()), float(image.max())
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(f"{name} must lie in [0, 1], got {span(low, high)}; {_cure(image)}")


def span(low: float, high: float) -> str:
    """From where to where values reach; what is hardly above 1 is told by how much.

    >>> span(0.25, 2.0), span(0.0, 1.0000001)
    ('[0.25, 2]', '[0, 1 + 1e-07]')
    """
    most = f"1 + {high - 1:.2g}" if 1 < high < 1.0005 else f"{high:.4g}"
    return f"[{low:.4g}, {most}]"


def check_hole(hole: np.ndarray, image: np.ndarray, name: str = "hole") -> None:
    """Raises TypeError or ValueError unless `hole` is bool, True = to be filled, over `image`.

    Projects of the field disagree on what True means, so a hole is never guessed from numbers.
    """
    if not isinstance(hole, np.ndarray) or hole.dtype != bool:
        kind = hole.dtype if isinstance(hole, np.ndarray) else type(hole).__name__
        raise TypeError(
            f"{name} must be a bool array, True = to be filled, got {kind}; "
            "write `mask > 0` if 1 means missing, `mask == 0` if 1 means known"
        )
    if hole.shape != image.shape[:2]:
        raise ValueError(f"{name} must have shape {image.shape[:2]} (h, w), got {hole.shape}")


def check_holes(holes: np.ndarray, images: np.ndarray, name: str = "images") -> None:
    """Raises TypeError or ValueError unless `holes` (n, h, w) are bool, one for each picture."""
    if not isinstance(holes, np.ndarray) or holes.dtype != bool:
        kind = holes.dtype if isinstance(holes, np.ndarray) else type(holes).__name__
        raise TypeError(f"holes must be a bool array, True = to be filled, got {kind}")
    if holes.shape != images.shape[:3]:
        raise ValueError(
            f"holes must have shape {images.shape[:3]} (n, h, w), got {holes.shape}; "
            f"one hole for all pictures is np.broadcast_to(hole, {name}.shape[:3])"
        )


def _cure(image: np.ndarray) -> str:
    if image.dtype == bool:
        return "a bool array is a hole, not a picture"
    if image.dtype.kind == "c":
        return "take its real part, image.real"
    if image.dtype.kind not in "iuf":
        return (
            "it holds no numbers but other things, such as None, words, or rows of different "
            "lengths: look at what it was made of"
        )
    if np.isinf(image).any():
        return "inf comes of a division by zero or a log of zero: mend that first"
    if np.isnan(image).any():
        return (
            "NaN marks what is missing: let a hole say that, and put 0 there, np.nan_to_num(image)"
        )
    if image.dtype.kind in "iu" or image.max() > 2:
        return "divide by 255 if it is a byte picture"
    return "clip it with np.clip(image, 0, 1)"
