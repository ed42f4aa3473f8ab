"""Two eyes: a pair of photographs, how far each pixel moves from one to the other, and the depth.

The two cameras stand side by side and look the same way. So a point of the scene lies in the same
row of both pictures, and in the right one `disparity` pixels further to the left: more, the nearer
it is.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from learnkit.files import folder_of
from learnkit.images.data import photograph
from learnkit.shapes import Array

FOCAL = 994.978  # pixels of the picture as scikit-image has it
OFFSET = 31.086  # pixels, between the principal points of the two cameras
BASELINE = 0.193001  # metres between the cameras

Colour = Float[np.ndarray, "h w 3"]
Disparity = Float[np.ndarray, "h w"]


class Pair(NamedTuple):
    """Left and right picture, disparity of the left one in pixels, inf where it is not known."""

    left: Colour
    right: Colour
    disparity: Disparity


def motorcycle(*, shrink: int = 1) -> Pair:
    """The motorcycle of the Middlebury benchmark, its sides divided by `shrink`, a whole number.

    The disparity was measured with structured light; 7 % of the pixels have none.
    Raises ValueError where `shrink` is not between 1 and 500, OSError where scikit-image lacks the
    files.
    Source: Scharstein et al. (2014), High-resolution stereo datasets with subpixel-accurate ground
    truth; the pictures come with scikit-image.

    >>> motorcycle(shrink=2).disparity.shape
    (250, 370)
    """
    if not 1 <= shrink <= 500:
        raise ValueError(f"shrink must be a whole number from 1 to 500, got {shrink}")
    path = folder_of("skimage") / "data" / "motorcycle_disp.npz"
    if not path.exists():
        raise OSError(f"scikit-image's own file {path} is missing: reinstall scikit-image")
    with np.load(path) as stored:
        disparity = stored["arr_0"].astype(np.float64)
    left, right = (_smaller(photograph(f"motorcycle_{side}"), shrink) for side in Pair._fields[:2])
    # of a block one pixel's disparity: the mean of near and far would be that of no point at all
    height, width = left.shape[:2]
    chosen = disparity[shrink // 2 :: shrink, shrink // 2 :: shrink][:height, :width]
    return Pair(left, right, chosen / shrink)


def depth(disparity: Disparity, *, shrink: int = 1) -> Array:
    """Metres from the cameras, f b / (d + offset), for disparities of `motorcycle(shrink=shrink)`.

    Where the disparity is not known (inf) the depth is 0.
    """
    return FOCAL * BASELINE / (disparity * shrink + OFFSET)


def hidden(disparity: Disparity) -> Bool[np.ndarray, "h w"]:
    """The pixels of the left picture that the right eye cannot see, behind something nearer.

    Several pixels of a row may land on one pixel of the right picture. The one with the largest
    disparity is the nearest, and is seen; those whose disparity is smaller by more than a pixel
    are behind it. What has no disparity hides nothing here.

    >>> hidden(np.array([[0.0, 0.0, 0.0, 2.0, 2.0]]))
    array([[False,  True,  True, False, False]])
    """
    height, width = disparity.shape
    rows = np.broadcast_to(np.arange(height)[:, None], disparity.shape)
    target = np.round(np.arange(width) - disparity)
    inside = (target >= 0) & (target < width)
    place = rows[inside], target[inside].astype(int)
    nearest = np.full(disparity.shape, -np.inf)
    np.maximum.at(nearest, place, disparity[inside])
    behind = np.zeros(disparity.shape, dtype=bool)
    behind[inside] = disparity[inside] < nearest[place] - 1
    return behind


def _smaller(image: Colour, shrink: int) -> Float[np.ndarray, "_ _ 3"]:
    """Each block of shrink x shrink pixels becomes its mean; the rest at the ends is cut off."""
    height, width = (side // shrink for side in image.shape[:2])
    blocks = image[: height * shrink, : width * shrink].reshape(height, shrink, width, shrink, 3)
    return blocks.mean(axis=(1, 3))
