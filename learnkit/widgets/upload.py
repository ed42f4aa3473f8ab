"""A picture of yours: from the bytes of a file to what the methods of the course can fill.

Whatever is changed on the way (reduced, cropped, turned grey) is said. What cannot be opened is
refused in one sentence. A file's header is read before its pixels, so a small file that unfolds
to an enormous picture is refused before it takes any memory.
"""

import io
import math
import warnings

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from learnkit.shapes import Image

MOST_BYTES = 50_000_000
MOST_PIXELS = 50_000_000
# Pillow knows more, some of them through other programs: EPS is run by Ghostscript.
FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")
SAVE = "save it as PNG or JPEG first"
NO_PICTURES = {  # what people try, known by how the file begins
    b"%PDF": f"a PDF, which is a page and no picture: {SAVE}",
    b"%!PS": f"a PostScript file, which is a page and no picture: {SAVE}",
    b"<svg": f"an SVG, which is a drawing without pixels: {SAVE}",
    b"PK\x03\x04": "a ZIP archive: unpack it, and choose one picture",
}


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
    if known := _no_picture(data):
        raise ValueError(f"{short} is {known}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of broken metadata; pixels decide
            picture, done = _decoded(data, fixed, shape, longest)
    except _TooManyPixelsError as error:
        raise ValueError(f"{short} {error}") from None
    except Pillow.UnidentifiedImageError:
        raise ValueError(f"{short} is no picture that can be opened here: {SAVE}.") from None
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


def _no_picture(data: bytes) -> str | None:
    head = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<?xml", b"<!DOCTYPE svg")) and b"<svg" in data[:4000]:
        head = b"<svg"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"heim", b"hevc"):
        return f"a HEIC photograph, which cannot be opened here: {SAVE}"
    return next((words for start, words in NO_PICTURES.items() if head.startswith(start)), None)


def _decoded(
    data: bytes, fixed: bool, shape: tuple[int, ...], longest: int
) -> tuple[Pillow.Image, list[str]]:
    """The picture upright, in mode L or RGB, and what there is to say of it, its size first."""
    Pillow.init()
    try:
        picture = Pillow.open(io.BytesIO(data), formats=[f for f in FORMATS if f in Pillow.OPEN])
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
    picture.draft(None, (need, need))  # a JPEG is decoded at an eighth, where that is enough
    picture.load()
    turned = ImageOps.exif_transpose(picture)
    if picture.getexif().get(0x0112, 1) in (5, 6, 7, 8):
        w, h = h, w
    picture = turned
    if picture.mode.startswith("I") or picture.mode == "F":
        picture, twelve = _from_numbers(picture)
        done += ["read as a scan of 12 bits"] if twelve else []
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


def _from_numbers(picture: Pillow.Image) -> tuple[Pillow.Image, bool]:
    """A grey picture of 12, 16 or 32 bits in bytes, and whether it was one of 12.

    65535 is white; or 4095, as in scans, if no number is above it and one above a byte's; or the
    largest of numbers that are larger still.
    """
    x = np.nan_to_num(np.asarray(picture, np.float64))
    twelve = picture.mode != "F" and 255 < x.max() <= 4095
    most = 1.0 if picture.mode == "F" else 4095.0 if twelve else 65535.0
    x = (x / max(most, float(x.max()))).clip(0, 1)
    return Pillow.fromarray(np.round(255 * x).astype(np.uint8)), bool(twelve)


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
