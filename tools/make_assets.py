"""How the embedded pictures were made, from two public sources, byte for byte the same each time.

    python -m tools.make_assets --fashion DIR --emoji DIR

`--fashion` holds Fashion-MNIST's four IDX files, gzipped, as Zalando publishes them and Debian's
package dataset-fashion-mnist installs them. `--emoji` is the npm package emoji-datasource-google
16.0.0, unpacked. The sources are checked before anything is written. The hashes of other files
(trained weights) in SHA256.json stay as they are.
"""

import argparse
import gzip
import io
import json
import lzma
import struct
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from learnkit.assets import FOLDER, HASHES, sha256
from learnkit.images.data import ATLAS_COLUMNS, EMOJI_SIZE, IDX_SHA256, asset_name, parse_idx

EMBEDDED = 10_000  # pictures of each split; the training split has 60,000
EMOJI_VERSION = "16.0.0"
# preset 9e, with a dictionary no larger than the data: a reader needs 8 MB, not 64
XZ = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 8 * 2**20}]


def fashion_files(folder: Path) -> dict[str, bytes]:
    """The first 10,000 pictures and labels of each split, as IDX in xz."""
    files = {}
    for name, expected in IDX_SHA256.items():
        data = gzip.decompress((folder / f"{name}.gz").read_bytes())
        if sha256(data) != expected:
            raise SystemExit(f"{folder / name}.gz does not hold the published {name}")
        first = write_idx(parse_idx(data)[:EMBEDDED])
        files[asset_name(name)] = lzma.compress(first, lzma.FORMAT_XZ, filters=XZ)
    return files


def write_idx(array: np.ndarray) -> bytes:
    """`array` of bytes as an IDX file: 0, 0, 8 (unsigned byte), ndim, then big-endian sizes."""
    head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


def emoji_files(folder: Path) -> dict[str, bytes]:
    """The atlas of every emoji that Google draws, without borders, and the list of their names."""
    version = json.loads((folder / "package.json").read_bytes())["version"]
    if version != EMOJI_VERSION:
        raise SystemExit(f"{folder} is emoji-datasource-google {version}, not {EMOJI_VERSION}")
    entries = json.loads((folder / "emoji.json").read_bytes())
    entries = sorted((e for e in entries if e["has_img_google"]), key=lambda e: e["sort_order"])

    sheet = Pillow.open(folder / "img/google/sheets-256/32.png")
    indices = np.asarray(sheet)  # (h, w) of palette indices, a cell of 34 holds 32 and a border
    rows = -(-len(entries) // ATLAS_COLUMNS)
    clear = sheet.info["transparency"].index(0)  # the palette's fully transparent colour
    atlas = np.full((rows, ATLAS_COLUMNS, EMOJI_SIZE, EMOJI_SIZE), clear, np.uint8)
    for place, entry in enumerate(entries):
        top, left = ((EMOJI_SIZE + 2) * entry[key] + 1 for key in ("sheet_y", "sheet_x"))
        cell = indices[top : top + EMOJI_SIZE, left : left + EMOJI_SIZE]
        atlas[divmod(place, ATLAS_COLUMNS)] = cell
    flat = atlas.swapaxes(1, 2).reshape(rows * EMOJI_SIZE, ATLAS_COLUMNS * EMOJI_SIZE)

    picture = Pillow.frombytes("P", flat.shape[::-1], flat.tobytes())
    picture.putpalette(sheet.getpalette("RGB"))
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True, transparency=sheet.info["transparency"])
    keys = ("name", "short_name", "category")
    lines = (json.dumps({key: entry[key] for key in keys}) for entry in entries)
    return {
        "emoji.png": png.getvalue(),
        "emoji.json": ("[\n" + ",\n".join(lines) + "\n]\n").encode(),
    }


def main(argv: list[str] | None = None, folder: Path = FOLDER) -> None:
    """Writes the pictures and their hashes into `folder`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fashion", type=Path, required=True, metavar="DIR")
    parser.add_argument("--emoji", type=Path, required=True, metavar="DIR")
    args = parser.parse_args(argv)

    files = fashion_files(args.fashion) | emoji_files(args.emoji)
    table = folder / HASHES
    hashes = json.loads(table.read_bytes()) if table.exists() else {}
    for name, data in files.items():
        (folder / name).write_bytes(data)
        hashes[name] = sha256(data)
        print(f"{len(data):>9,} bytes  {hashes[name]}  {name}")
    table.write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
