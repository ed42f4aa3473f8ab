"""The methods of the table, by name, and how each is made from training pictures.

`make(training)` takes the training pictures, (n, 28, 28) bytes, and gives a fill of many pictures
at once; until then nothing of a method is loaded. A method that learns nothing looks away.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from learnkit.images.fill import BatchFill, each
from learnkit.shapes import Bytes, Hole, Holes, Image, Images

CHUNK = 250  # pictures that a network fills at a time


@dataclass(frozen=True)
class Method:
    """A method: its name in a table, and what makes it."""

    title: str
    make: Callable[[Bytes], BatchFill]


def mean_picture(training: Bytes) -> BatchFill:
    """The mean of the training pictures."""
    from learnkit.images.learned_fills import MeanPicture

    return MeanPicture(training).batch


def telea(training: Bytes) -> BatchFill:
    """OpenCV's fast marching. Source: Telea (2004)."""
    return opencv("INPAINT_TELEA")


def navier_stokes(training: Bytes) -> BatchFill:
    """OpenCV's fluid. Source: Bertalmio, Bertozzi and Sapiro (2001)."""
    return opencv("INPAINT_NS")


def harmonic(training: Bytes) -> BatchFill:
    """Laplace's equation."""
    from learnkit.images import classical

    return each(classical.harmonic)


def biharmonic(training: Bytes) -> BatchFill:
    """A thin plate."""
    from learnkit.images import classical

    return each(classical.biharmonic)


def total_variation(training: Bytes) -> BatchFill:
    """Least up and down."""
    from learnkit.images.total_variation import total_variation_of_each

    return total_variation_of_each


def neighbours(training: Bytes) -> BatchFill:
    """The mean of the 10 nearest training pictures."""
    from learnkit.images.learned_fills import NearestNeighbours

    return NearestNeighbours(training).batch


def linear(training: Bytes) -> BatchFill:
    """The Gaussian conditional mean."""
    from learnkit.images.learned_fills import LinearMMSE

    return LinearMMSE(training).batch


METHODS: dict[str, Method] = {
    "mean": Method("mean picture", mean_picture),
    "telea": Method("OpenCV Telea, radius 3", telea),
    "navier-stokes": Method("OpenCV Navier-Stokes, radius 3", navier_stokes),
    "harmonic": Method("harmonic", harmonic),
    "biharmonic": Method("biharmonic", biharmonic),
    "total-variation": Method("total variation", total_variation),
    "neighbours": Method("10 nearest neighbours", neighbours),
    "linear": Method("linear MMSE", linear),
}


def find(name: str) -> Method:
    """The method of that name. Raises ValueError where there is none.

    >>> find("linear").title
    'linear MMSE'
    """
    if name not in METHODS:
        raise ValueError(f"no method is called {name!r}; there are {', '.join(METHODS)}")
    return METHODS[name]


def opencv(algorithm: str, radius: float = 3.0) -> BatchFill:
    """One of OpenCV's two fills, which work on bytes. Raises ImportError without OpenCV."""
    try:
        import cv2
    except ImportError:
        raise ImportError(
            "this method is OpenCV's, and OpenCV is not installed: "
            "pip install opencv-python-headless"
        ) from None

    def fill(image: Image, hole: Hole) -> Image:
        byte = np.round(255 * image).astype(np.uint8)
        filled = cv2.inpaint(byte, hole.astype(np.uint8), radius, getattr(cv2, algorithm))
        spread = hole.reshape(*hole.shape, *(1,) * (image.ndim - 2))
        return np.where(spread, (filled / 255).astype(image.dtype), image)

    return each(fill)


def network(name: str) -> Callable[[Bytes], BatchFill]:
    """`make` for a network with its trained weights, whatever training pictures it is handed.

    The network is a module whose `fill` takes pictures (n, c, h, w) and holes (n, 1, h, w), bool,
    and gives the pictures filled.
    """

    def make(training: Bytes) -> BatchFill:
        """Loads the weights. Raises as `pretrained` does."""
        from learnkit.models.pretrained import pretrained

        return by_network(pretrained(name))

    return make


def by_network(model) -> BatchFill:
    """The fill of NumPy pictures (n, h, w) or (n, h, w, 3) by a module's `fill`, in chunks.

    Known pixels come from the pictures themselves: a network computes in float32.
    """
    import torch

    where = next(iter(model.parameters()), torch.empty(0)).device

    def some(images: Images, holes: Holes) -> Images:
        grey = images.ndim == 3
        x = images[:, None] if grey else images.transpose(0, 3, 1, 2)
        x = torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32)).to(where)
        hole = torch.from_numpy(np.ascontiguousarray(holes[:, None])).to(where)
        with torch.inference_mode():
            y = model.fill(x, hole).float().cpu().numpy()  # (n, c, h, w)
        y = y[:, 0] if grey else y.transpose(0, 2, 3, 1)
        spread = holes if grey else holes[..., None]
        return np.where(spread, y.astype(images.dtype), images)

    def fill(images: Images, holes: Holes) -> Images:
        """The pictures filled."""
        parts = [slice(i, i + CHUNK) for i in range(0, len(images), CHUNK)]
        return np.concatenate([some(images[part], holes[part]) for part in parts])

    return fill
