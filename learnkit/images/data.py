"""Pictures to learn on, offline: photographs, Fashion-MNIST, emoji.

The photographs come with scikit-image, the rest lies in learnkit/assets, checked when read.
Only `fashion_mnist("train", full=True)` may go online, once, and only where no copy is found.
Data sets come as they are stored, in bytes; `to_float` makes pictures in [0, 1] of them.
"""

import difflib
import gzip
import io
import json
import lzma
import os
import struct
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from learnkit import assets
from learnkit.files import folder_of
from learnkit.shapes import Array, Bytes, Image, check_range

Labels = UInt8[np.ndarray, "n"]
EmojiBytes = UInt8[np.ndarray, "n 32 32 3"]

# only files inside scikit-image's own package: its other pictures would be downloaded
_PHOTOGRAPH_FILES = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "cell": "cell.png",
    "chelsea": "chelsea.png",
    "clock": "clock_motion.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "hubble": "hubble_deep_field.jpg",
    "ihc": "ihc.png",
    "microaneurysms": "microaneurysms.png",
    "moon": "moon.png",
    "motorcycle_left": "motorcycle_left.png",
    "motorcycle_right": "motorcycle_right.png",
    "page": "page.png",
    "phantom": "phantom.png",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
    "text": "text.png",
}
PHOTOGRAPHS = tuple(_PHOTOGRAPH_FILES)

GARMENTS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")
IDX_SHA256 = {  # of what is inside the .gz: Debian's files are other archives of the same data
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
GZIP_MD5 = {  # Zalando's own, of the archives that are downloaded
    "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
}

EMOJI_SIZE = 32
ATLAS_COLUMNS = 44


def photograph(name: str, *, height: int | None = None) -> Image:
    """A photograph in [0, 1], (h, w) or (h, w, 3), one of `PHOTOGRAPHS`.

    `height` resizes it with anti-aliasing and keeps the aspect. A file whose three channels are
    equal (the CT phantom) comes as grey.

    Raises ValueError where the name is unknown or the height is below 1, OSError where
    scikit-image lacks the file.

    >>> photograph("astronaut", height=128).shape
    (128, 128, 3)
    """
    if name not in _PHOTOGRAPH_FILES:
        raise ValueError(_unknown("photograph", name, PHOTOGRAPHS))
    if height is not None and height < 1:
        raise ValueError(f"height must be at least 1 pixel, got {height}")
    image = to_float(_photograph_bytes(_PHOTOGRAPH_FILES[name]))
    if image.ndim == 3 and (image == image[:, :, :1]).all():
        image = image[:, :, 0].copy()
    if height is None or height == image.shape[0]:
        return image
    from skimage.transform import resize  # 0.2 s, and needed only here

    width = max(1, round(image.shape[1] * height / image.shape[0]))
    return resize(image, (height, width), anti_aliasing=True)


def fashion_mnist(
    split: Literal["train", "test"] = "train", *, full: bool = False
) -> tuple[Bytes, Labels]:
    """Fashion-MNIST: grey pictures of garments, (n, 28, 28) bytes, and labels into `GARMENTS`.

    Embedded are all 10,000 test pictures and the first 10,000 training pictures. `full` finds all
    60,000 for training: in `data_folder()`, in Debian's package dataset-fashion-mnist, or online,
    once. Raises ValueError where the split is unknown, OSError where a file is damaged, and
    ConnectionError (an OSError) where it must be downloaded and cannot.
    Source: Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747.

    >>> images, labels = fashion_mnist("test")
    >>> images.shape, GARMENTS[labels[0]]
    ((10000, 28, 28), 'Ankle boot')
    """
    if split not in ("train", "test"):
        raise ValueError(_unknown("split", split, ("train", "test")))
    source = _full_idx if full and split == "train" else _embedded_idx
    prefix = "train" if split == "train" else "t10k"
    names = (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte")
    images, labels = (parse_idx(source(name)) for name in names)
    return images, labels


def emoji(*, category: str | None = None) -> tuple[EmojiBytes, list[str]]:
    """Google's Noto emoji over white, (n, 32, 32, 3) bytes, and their short names, all different.

    In Unicode's order; a `category` such as "Food & Drink" chooses some of the 1,911.
    Raises ValueError where the category is unknown, OSError where the asset is damaged.

    >>> images, names = emoji(category="Food & Drink")
    >>> "pizza" in names
    True
    """
    entries = json.loads(assets.read("emoji.json"))
    categories = list(dict.fromkeys(entry["category"] for entry in entries))
    if category is not None and category not in categories:
        raise ValueError(_unknown("category", category, categories))
    chosen = [i for i, e in enumerate(entries) if category in (None, e["category"])]
    return _emoji_bytes()[chosen], [entries[i]["short_name"] for i in chosen]


def to_float(images: np.ndarray) -> Array:
    """Bytes b as b / 255, float64 in [0, 1]; what is float in [0, 1] already is copied as float64.

    Raises TypeError for other types and for what is no array, ValueError for floats outside
    [0, 1] (a byte picture that was made float without the division).

    >>> to_float(np.array([0, 51, 255], dtype=np.uint8))
    array([0. , 0.2, 1. ])
    """
    if not isinstance(images, np.ndarray):
        kind = f"{type(images).__module__.split('.')[0]}'s {type(images).__name__}"
        kind = kind.removeprefix("builtins's ")
        cure = "images.numpy()" if hasattr(images, "numpy") else "np.asarray(images)"
        raise TypeError(f"images must be a NumPy array, got {kind}; write {cure}")
    if images.dtype == np.uint8:
        return images / 255
    if images.dtype.kind != "f":
        raise TypeError(f"images must be uint8, or float in [0, 1], got {images.dtype}")
    check_range(images, "images")
    return images.astype(np.float64)


def data_folder() -> Path:
    """Where downloads are kept: $LEARNKIT_DATA, else the platform's folder for caches.

    Raises FileNotFoundError where the user has no home for that.
    """
    if chosen := os.environ.get("LEARNKIT_DATA"):
        return Path(chosen).expanduser()
    import pooch

    try:
        return Path(pooch.os_cache("learnkit"))
    except RuntimeError:
        raise FileNotFoundError(
            "there is no home folder to keep the pictures in: "
            "set LEARNKIT_DATA to a folder of your own"
        ) from None


def parse_idx(data: bytes) -> np.ndarray:
    """The array in an IDX file of bytes: 0, 0, 8, ndim, big-endian sizes, then the values.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]))
    array([7, 9], dtype=uint8)
    """
    ndim = data[3]
    shape = struct.unpack_from(f">{ndim}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * ndim).reshape(shape).copy()


def asset_name(idx_name: str) -> str:
    """The embedded file that holds the first 10,000 of one of Zalando's four.

    >>> asset_name("train-images-idx3-ubyte")
    'fashion-train-images.idx.xz'
    """
    return f"fashion-{idx_name.rsplit('-', 2)[0]}.idx.xz"


@cache
def _embedded_idx(name: str) -> bytes:
    return lzma.decompress(assets.read(asset_name(name)))


def _full_idx(name: str) -> bytes:
    debian = DEBIAN_FOLDER / f"{name}.gz"
    try:
        mine = data_folder() / f"{name}.gz"
    except OSError:  # without a home, Debian's copy is the one there can be
        if not debian.exists():
            raise
        mine = debian
    if debian.exists() and (mine == debian or not mine.exists()):
        return _checked_idx(debian, "reinstall Debian's package dataset-fashion-mnist")
    if not mine.exists():
        _download(mine)
    return _checked_idx(mine, "delete it and call again")


def _checked_idx(archive: Path, cure: str) -> bytes:
    packed = archive.read_bytes()
    try:
        data = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):  # no gzip, cut short, bits flipped
        data = b""
    if assets.sha256(data) != IDX_SHA256[archive.stem]:
        raise OSError(f"{archive} is damaged (its content has the wrong SHA-256): {cure}")
    return data


def _download(archive: Path) -> None:
    """`archive` from Zalando's server: pooch writes beside it, checks the MD5, then renames."""
    import pooch
    from requests.exceptions import RequestException

    url = FASHION_URL + archive.name
    try:
        pooch.retrieve(
            url,
            known_hash=f"md5:{GZIP_MD5[archive.stem]}",
            fname=archive.name,
            path=archive.parent,
            downloader=pooch.HTTPDownloader(timeout=30),
        )
    except ValueError:  # pooch's word for the wrong hash
        raise OSError(
            f"{url} sent something else than {archive.name} (wrong MD5), and it was thrown away: "
            f"try another network, or put the right file into {archive.parent}"
        ) from None
    except RequestException as error:
        raise ConnectionError(
            f"cannot download {url} ({type(error).__name__}): go online and call again, "
            f"put the file into {archive.parent}, install Debian's dataset-fashion-mnist, "
            "or leave out full=True (--training 60000) to learn on the 10,000 embedded pictures"
        ) from None


@cache
def _emoji_bytes() -> EmojiBytes:
    from PIL import Image as Pillow

    atlas = Pillow.open(io.BytesIO(assets.read("emoji.png"))).convert("RGBA")
    cells = np.asarray(atlas).reshape(-1, EMOJI_SIZE, ATLAS_COLUMNS, EMOJI_SIZE, 4)
    cells = cells.swapaxes(1, 2).reshape(-1, EMOJI_SIZE, EMOJI_SIZE, 4)  # row by row
    colour, alpha = cells[..., :3] / 255, cells[..., 3:] / 255
    return np.round(255 * (colour * alpha + 1 - alpha)).astype(np.uint8)


def _photograph_bytes(file: str) -> np.ndarray:
    from PIL import Image as Pillow

    path = folder_of("skimage") / "data" / file
    if not path.exists():
        raise OSError(f"scikit-image's own picture {path} is missing: reinstall scikit-image")
    return np.asarray(Pillow.open(path))


def _unknown(what: str, name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1, cutoff=0)
    return f"unknown {what} {name!r}, did you mean {close[0]!r}? There are {', '.join(names)}"
