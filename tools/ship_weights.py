"""Trained weights become part of the package: a maintainer's last step after `learnkit train`.

    python -m tools.ship_weights FOLDER NAME

copies NAME.safetensors and its card NAME.json from FOLDER to the assets, and notes their hashes.
"""

import argparse
import json
from pathlib import Path

from learnkit.assets import FOLDER, HASHES, sha256
from learnkit.files import write_whole


def main(argv: list[str] | None = None, assets: Path = FOLDER) -> None:
    """Writes both files, then the table of hashes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("name", metavar="NAME")
    args = parser.parse_args(argv)
    names = [f"{args.name}.safetensors", f"{args.name}.json"]
    files = {name: (args.folder / name).read_bytes() for name in names}
    hashes = json.loads((assets / HASHES).read_bytes())
    for name, data in files.items():
        write_whole(assets / name, data)
        hashes[name] = sha256(data)
        print(f"{len(data):>9,} bytes  {hashes[name]}  {name}")
    text = json.dumps(hashes, indent=2, sort_keys=True) + "\n"
    write_whole(assets / HASHES, text.encode())


if __name__ == "__main__":
    main()
