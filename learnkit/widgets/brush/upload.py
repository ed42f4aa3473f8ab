"""A picture of yours: from the bytes of a file to what the methods of the course can fill.

Whatever is changed on the way (reduced, cropped, turned grey, made brighter) is said. What cannot
be opened is refused in one sentence. A file's header is read before its pixels, so a small file
that unfolds to an enormous picture is refused before it takes any memory.
"""

import io
import math
import warnings

import numpy as np
from PIL import Image as Pillow
from PIL import ImageFile, ImageOps

from learnkit.shapes import Image

MOST_BYTES = 50_000_000
MOST_PIXELS = 50_000_000
# Pillow knows more, some of them through other programs: EPS is run by Ghostscript.
FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")
CANNOT = (
    "is no picture that can be opened here (no PDF, SVG, HEIC or archive can): save it as PNG or "
    "JPEG first"
)


def opened(
    data: bytes, name: str, *, shape: tuple[int, ...], fixed: bool, longest: int = 512
) -> tuple[Image, str]:
    """The picture in a file, float32 in [0, 1], and a sentence on what was done to it.

    It comes in grey or in colour as `shape` is, (h, w) or (h, w, 3). Where `fixed`, its middle is
    cut out and brought to the very size of `shape`; else its longest side is at most `longest`.
    Transparency goes over white, a photograph taken upright is turned upright.

    Raises ValueError, with a sentence that begins with `name`, where there is no picture in it.
    """
    short = name if len(name) <= 40 else name[:37] + "…"
    if not data:
        raise ValueError(f"{short} is empty.")
    if len(data) > MOST_BYTES:
        raise ValueError(too_large(short, len(data)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of broken metadata; pixels decide
            picture, done = _decoded(data, fixed, shape, longest)
    except _TooManyPixelsError as error:
        raise ValueError(f"{short} {error}") from None
    except Pillow.UnidentifiedImageError:
        raise ValueError(f"{short} {CANNOT}.") from None
    except Exception:  # a broken file can raise anything: struct.error, zlib.error, KeyError ...
        raise ValueError(f"{short} is broken: the picture in it cannot be read.") from None
    grey = len(shape) == 2
    if picture.mode != ("L" if grey else "RGB"):
        done.append("turned grey" if grey else "grey, given three equal channels")
    picture = picture.convert("L" if grey else "RGB")
    picture, how = _fitted(picture, shape, fixed=fixed, longest=longest)
    done += how
    image = np.asarray(picture, np.float32) / 255
    first = done.pop(0)
    return image, f"{short}: {', '.join([first, *done])}."


def too_large(name: str, size: int) -> str:
    """What is said of a file that is too large to be sent."""
    return (
        f"{name} has {math.ceil(size / 1e6)} MB, and at most {MOST_BYTES // 10**6} MB are taken: "
        "make it smaller first."
    )


class _TooManyPixelsError(Exception):
    pass


def _decoded(
    data: bytes, fixed: bool, shape: tuple[int, ...], longest: int
) -> tuple[Pillow.Image, list[str]]:
    """The picture upright, in mode L or RGB, and what there is to say of it, its size first."""
    try:
        picture = _opened(data)
    except Pillow.DecompressionBombError:
        raise _TooManyPixelsError(
            f"claims to have far more than {MOST_PIXELS // 10**6} million pixels, the most that "
            "are taken: make it smaller first."
        ) from None
    w, h = picture.size
    if w * h > MOST_PIXELS:
        raise _TooManyPixelsError(
            f"has {w} x {h} pixels, and at most {MOST_PIXELS // 10**6} million are taken: make it "
            "smaller first."
        )
    done = []
    if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":
        done.append("its first frame")
    need = 2 * (min(h, w) * longest // max(h, w) + 1 if not fixed else max(shape[:2]))
    picture, cut_short = _loaded(picture, data, need)
    done += ["cut short, so its last part is missing"] if cut_short else []
    turned = ImageOps.exif_transpose(picture)
    if picture.getexif().get(0x0112, 1) in (5, 6, 7, 8):
        w, h = h, w
    picture = turned
    if picture.mode.startswith("I") or picture.mode == "F":
        picture, how = _from_numbers(picture)
        done += how
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        layers = picture.convert("RGBA")
        grey = picture.mode in ("L", "LA", "La")
        picture = Pillow.new("RGBA", picture.size, "white")
        picture.alpha_composite(layers)
        picture = picture.convert("L" if grey else "RGB")
        if layers.getextrema()[3][0] < 255:
            done.append("laid over white")
    elif picture.mode not in ("L", "RGB"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return picture, [f"{w} x {h} pixels", *done]


def _opened(data: bytes) -> Pillow.Image:
    Pillow.init()
    return Pillow.open(io.BytesIO(data), formats=[f for f in FORMATS if f in Pillow.OPEN])


def _loaded(picture: Pillow.Image, data: bytes, need: int) -> tuple[Pillow.Image, bool]:
    """The picture with its pixels, `need` a side at least, and whether it is a JPEG cut short."""
    picture.draft(None, (need, need))  # a JPEG is decoded at an eighth, where that is enough
    try:
        picture.load()
        return picture, False
    except OSError:
        if picture.format not in ("JPEG", "MPO"):
            raise
    picture = _opened(data)
    picture.draft(None, (need, need))
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        picture.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before  # it is everybody's
    if len(picture.getcolors(2) or "many") == 1:
        raise OSError("nothing of the picture is there")
    return picture, True


def _from_numbers(picture: Pillow.Image) -> tuple[Pillow.Image, list[str]]:
    """A grey picture of 16 or 32 bits, or of floats, in bytes; and what there is to say of that.

    White is the least of 1, 3, 7, ..., 2^k - 1 that no value exceeds, so that scans of 10, 12 or
    14 bits, and bytes in a file of 16, are not dark. Floats that go a little above 1, as they do
    where a picture was made smaller, are cut off there. Values below 0, as in CT, are stretched:
    the least is black, the largest white.
    """
    x = np.asarray(picture, np.float64)
    finite = x[np.isfinite(x)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if low < 0:
        black, white = low, high
        said = [f"its values {low:g} to {high:g} stretched from black to white"]
    elif picture.mode == "F" and 1 < high < 1.5:
        black, white = 0.0, 1.0
        said = [f"its values above 1, up to {high:.4g}, cut off"] if high > 1.002 else []
    else:
        black, white = 0.0, 2.0 ** math.ceil(math.log2(max(high, 1) + 1)) - 1
        usual = 1.0 if picture.mode == "F" else 65535.0
        said = [] if white == usual or not high else [f"{white:g} taken as white"]
    if np.isnan(x).any():
        said.append("black where it is not a number")
    span = (white - black) or 1.0
    x = np.nan_to_num((x - black) / span, nan=0.0).clip(0, 1)
    return Pillow.fromarray(np.round(255 * x).astype(np.uint8)), said


def _fitted(
    picture: Pillow.Image, shape: tuple[int, ...], *, fixed: bool, longest: int
) -> tuple[Pillow.Image, list[str]]:
    w, h = picture.size
    if fixed:
        size = (shape[1], shape[0])
        if (w, h) == size:
            return picture, []
        square = w * shape[0] == h * shape[1]
        how = "brought" if square else "its middle cut out and brought"
        fitted = ImageOps.fit(picture, size, Pillow.Resampling.LANCZOS)
        return fitted, [f"{how} to {size[0]} x {size[1]}"]
    scale = longest / max(w, h)
    if scale >= 1:
        return picture, []
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    return picture.resize(size, Pillow.Resampling.LANCZOS), [f"reduced to {size[0]} x {size[1]}"]
