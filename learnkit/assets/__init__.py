"""What learnkit ships besides code: pictures and trained weights, checked whenever they are read.

SHA256.json holds the hash of every file; README.md says where each comes from and under which
licence; `tools/make_assets.py` is how the pictures were made. A file is read whole, and used only
where its hash is right: a truncated copy ends as a sentence, never as a strange picture.

    torch_answers   what PyTorch answers to the lessons that never load it
"""

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent
HASHES = "SHA256.json"


def read(name: str) -> bytes:
    """The bytes of the embedded file `name`, whose SHA-256 stands in SHA256.json.

    Raises OSError where the file is missing or damaged, ValueError where no such file is known.
    """
    cure = "reinstall learnkit, or in a checkout run `git checkout -- learnkit/assets`"
    try:
        hashes = json.loads((FOLDER / HASHES).read_bytes())
        known = hashes.get(name)
        data = (FOLDER / name).read_bytes() if known else b""
    except FileNotFoundError as error:
        raise OSError(f"embedded file {error.filename} is missing: {cure}") from None
    except ValueError:  # what is no JSON, or no text at all
        raise OSError(f"embedded file {FOLDER / HASHES} is damaged: {cure}") from None
    if known is None:
        raise ValueError(f"no embedded file is named {name!r}; there are {', '.join(hashes)}")
    if sha256(data) != known:
        raise OSError(f"embedded file {FOLDER / name} is damaged (wrong SHA-256): {cure}")
    return data


def sha256(data: bytes) -> str:
    """The SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
