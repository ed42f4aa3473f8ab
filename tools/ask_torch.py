"""Asks PyTorch what lesson 06 compares itself with, and stores it.

    python -m tools.ask_torch

The weights are those of the lesson's `fresh`, the pictures the first 64 test garments.
"""

import json

import numpy as np
import torch
import torch.nn.functional as F

from learnkit import assets
from learnkit.assets.torch_answers import FILE
from learnkit.files import write_whole
from learnkit.images.data import fashion_mnist, to_float

NAMES = ("k1", "b1", "k2", "b2", "w", "b")


def cnn() -> dict[str, np.ndarray]:
    """The logits of lesson 06's network, and the slope of its loss by each array of weights."""
    draws = np.random.default_rng(0)
    k1 = draws.standard_normal((8, 1, 3, 3)) * (2 / 9) ** 0.5
    k2 = draws.standard_normal((16, 8, 3, 3)) * (2 / 72) ** 0.5
    w = draws.standard_normal((784, 10)) * (2 / 784) ** 0.5
    start = (k1, np.zeros(8), k2, np.zeros(16), w, np.zeros(10))
    weights = [torch.tensor(a, requires_grad=True) for a in start]
    images, labels = (a[:64] for a in fashion_mnist("test"))
    x = torch.from_numpy(to_float(images))[:, None]
    for kernel, bias in (weights[0:2], weights[2:4]):
        x = F.max_pool2d(F.relu(F.conv2d(x, kernel, bias, padding=1)), 2)
    logits = x.flatten(1) @ weights[4] + weights[5]
    F.cross_entropy(logits, torch.from_numpy(labels.astype(np.int64))).backward()
    slopes = {name: a.grad.numpy() for name, a in zip(NAMES, weights, strict=True)}
    return {"logits": logits.detach().numpy()} | slopes


def stored(answers: dict[str, dict[str, np.ndarray]]) -> bytes:
    """The file: each array as its shape and its bytes in hexadecimal, nothing rounded."""
    entries = {
        question: {
            name: {"shape": a.shape, "float64": np.ascontiguousarray(a).tobytes().hex()}
            for name, a in arrays.items()
        }
        for question, arrays in answers.items()
    }
    return (json.dumps(entries, indent=1) + "\n").encode()


def main() -> None:
    """Writes the file and its hash."""
    data = stored({"cnn": cnn()})
    table = assets.FOLDER / assets.HASHES
    hashes = json.loads(table.read_bytes()) | {FILE: assets.sha256(data)}
    write_whole(assets.FOLDER / FILE, data)
    write_whole(table, (json.dumps(hashes, indent=2, sort_keys=True) + "\n").encode())


if __name__ == "__main__":
    main()
