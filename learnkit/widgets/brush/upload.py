"""A picture of yours: from the bytes of a file to what the methods of the course can fill.

Whatever is changed on the way (reduced, cropped, turned grey, made brighter) is said. What cannot
be opened is refused in one sentence. A file's header is read before its pixels, so a small file
that unfolds to an enormous picture is refused before it takes any memory.
"""

import io
import math
import warnings

import numpy as np
from PIL import ExifTags, ImageFile, ImageOps
from PIL import Image as Pillow

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
    mode = "L" if len(shape) == 2 else "RGB"
    if picture.mode != mode:
        done.append("turned grey" if mode == "L" else "grey, given three equal channels")
    picture, how = _fitted(picture.convert(mode), shape, fixed=fixed, longest=longest)
    return np.asarray(picture, np.float32) / 255, f"{short}: {', '.join(done + how)}."


def too_large(name: str, size: int) -> str:
    """What is said of a file that is too large to be sent."""
    return (
        f"{name} has {math.ceil(size / 1e6)} MB, and at most {MOST_BYTES // 10**6} MB are taken: "
        "make it smaller first."
    )


class _TooManyPixelsError(Exception):
    """What a picture is, or claims, that is refused before its pixels are read."""

    def __init__(self, claim: str) -> None:
        super().__init__(f"{claim}: make it smaller first.")


def _decoded(
    data: bytes, fixed: bool, shape: tuple[int, ...], longest: int
) -> tuple[Pillow.Image, list[str]]:
    """The picture upright, in mode L or RGB, and what there is to say of it, its size first."""
    picture = _opened(data)
    w, h = picture.size
    side = max(shape[:2]) if fixed else min(h, w) * longest // max(h, w) + 1
    is_film = getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO"
    picture, cut_short = _loaded(picture, data, 2 * side)
    if picture.getexif().get(ExifTags.Base.Orientation) in (5, 6, 7, 8):  # on its side
        w, h = h, w
    done = [f"{w} x {h} pixels"]
    done += ["its first frame"] if is_film else []
    done += ["cut short, so its last part is missing"] if cut_short else []
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I") or picture.mode == "F":
        picture, how = _from_numbers(picture)
        done += how
    grey = picture.mode in ("1", "L", "LA", "La")
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        picture = Pillow.alpha_composite(Pillow.new("RGBA", picture.size, "white"), layers)
        done += ["laid over white"] if np.asarray(layers)[..., 3].min() < 255 else []
    return picture.convert("L" if grey else "RGB"), done


def _opened(data: bytes) -> Pillow.Image:
    """The picture as its header tells of it, without its pixels; refused where these are many."""
    Pillow.init()
    most = MOST_PIXELS // 10**6
    try:
        formats = [name for name in FORMATS if name in Pillow.OPEN]
        picture = Pillow.open(io.BytesIO(data), formats=formats)
    except Pillow.DecompressionBombError:
        claim = f"claims to have far more than {most} million pixels, the most that are taken"
        raise _TooManyPixelsError(claim) from None
    w, h = picture.size
    if w * h > MOST_PIXELS:
        raise _TooManyPixelsError(f"has {w} x {h} pixels, and at most {most} million are taken")
    return picture


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
        changes = [f"its values {low:g} to {high:g} stretched from black to white"]
    elif picture.mode == "F" and 1 < high < 1.5:
        black, white = 0.0, 1.0
        changes = [f"its values above 1, up to {high:.4g}, cut off"] if high > 1.002 else []
    else:
        black, white = 0.0, 2.0 ** math.ceil(math.log2(max(high, 1) + 1)) - 1
        usual = 1.0 if picture.mode == "F" else 65535.0
        changes = [] if white == usual or not high else [f"{white:g} taken as white"]
    if np.isnan(x).any():
        changes.append("black where it is not a number")
    span = (white - black) or 1.0
    x = np.nan_to_num((x - black) / span, nan=0.0).clip(0, 1)
    return Pillow.fromarray(np.round(255 * x).astype(np.uint8)), changes


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
