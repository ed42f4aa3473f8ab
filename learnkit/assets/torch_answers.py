"""What PyTorch answers, stored: lessons 00 to 06 compare themselves with it and never load it.

`python -m tools.ask_torch` asks PyTorch and writes the file; a test holds the file to
what PyTorch says today.
"""

import json

import numpy as np

from learnkit import assets

FILE = "torch_answers.json"


def torch_answers(question: str) -> dict[str, np.ndarray]:
    """PyTorch's float64 answers to a question that a lesson asks, as named arrays.

    "cnn": lesson 06's network on the first 64 test garments: its logits, and the gradients of the
    cross-entropy by k1, b1, k2, b2, w and b.
    Raises ValueError where no such question was asked, OSError where the file is damaged.

    >>> torch_answers("cnn")["logits"].shape
    (64, 10)
    """
    stored = json.loads(assets.read(FILE))
    if question not in stored:
        raise ValueError(f"torch was not asked {question!r}; it was asked {', '.join(stored)}")
    return {
        name: np.frombuffer(bytes.fromhex(entry["float64"])).reshape(entry["shape"])
        for name, entry in stored[question].items()
    }
