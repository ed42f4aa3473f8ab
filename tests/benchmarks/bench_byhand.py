"""The by-hand functions beside torch: how often they agree, and lesson 05's painter on the clock.

Of agreement a ratio of 1 is the budget: 1,000 random cases with none further apart than 1e-10, a
hundred steps of every optimizer within 1e-12. The painter's is 3 times torch's time, for the same
losses.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from learnkit.byhand.autograd import Variable, backward
from learnkit.byhand.optim import adam_step
from learnkit.images.damaged import damaged
from tests.byhand.test_optim import OPTIMIZERS, hundred_steps
from tests.byhand.twins import TOLERANCE, TWINS, disagreement

CASES = 100  # an entry of the table of twins
STEPS, BATCH, FEATURES = 60, 1024, 100


def run() -> list[tuple[str, float, str]]:
    """The rows of the table."""
    apart = [disagreement(name, seed) for name in TWINS for seed in range(CASES)]
    wrong = sum(not gap <= TOLERANCE for gap in apart)
    agree = f"{len(apart):,} cases, {wrong} apart against 1,000 and 0"
    rows = [("value and gradients as torch's", 0.0 if wrong else len(apart) / 1000, agree)]
    for name in OPTIMIZERS:
        ours, theirs = hundred_steps(name, np.random.default_rng(0))
        gap = float(np.max(np.abs(ours - theirs) / np.abs(theirs).max()))
        rows.append((f"100 steps of {name}", 1e-12 / max(gap, 1e-18), f"{gap:.0e} against 1e-12"))
    times, gap = painter()
    rows.append(("painter 100-128-128-3, time", 3 / times, f"{times:.2f} x torch against 3"))
    rows.append(("painter, the same losses", 1e-9 / max(gap, 1e-18), f"{gap:.0e} against 1e-9"))
    return rows


def painter() -> tuple[float, float]:
    """Our time over torch's, the median of three runs in turn, and how far the losses differ."""
    rng = np.random.default_rng(0)
    face = damaged("astronaut").image
    rows, columns = np.indices(face.shape[:2]).reshape(2, -1) / 64 - 1
    angle = np.pi * np.c_[rows, columns] @ (10 * rng.standard_normal((2, FEATURES // 2)))
    x, colours = np.c_[np.sin(angle), np.cos(angle)], face.reshape(-1, 3)
    start = []
    for d, k in ((FEATURES, 128), (128, 128), (128, 3)):
        start += [rng.standard_normal((d, k)) * (2 / d) ** 0.5, np.zeros(k)]
    batches = rng.integers(0, len(x), (STEPS, BATCH))
    ours, theirs = [], []
    for _ in range(3):
        ours.append(timed(lambda: by_hand(x, colours, start, batches)))
        theirs.append(timed(lambda: by_torch(x, colours, start, batches)))
    ratio = statistics.median(t for t, _ in ours) / statistics.median(t for t, _ in theirs)
    (_, mine), (_, twins) = ours[0], theirs[0]
    return ratio, float(np.max(np.abs(np.array(mine) - twins) / np.array(twins)))


def by_hand(x: np.ndarray, colours: np.ndarray, start: list, batches: np.ndarray) -> list[float]:
    """The losses of a training by `Variable` and `adam_step`."""
    weights = [a.copy() for a in start]
    memory = [(np.zeros_like(a), np.zeros_like(a)) for a in weights]
    losses = []
    for t, batch in enumerate(batches, start=1):
        leaves = [Variable(a) for a in weights]
        w1, b1, w2, b2, w3, b3 = leaves
        hidden = ((Variable(x[batch]) @ w1 + b1).relu() @ w2 + b2).relu()
        loss = (((hidden @ w3 + b3).sigmoid() - colours[batch]) ** 2).mean()
        backward(loss)
        losses.append(float(loss.value))
        for i, leaf in enumerate(leaves):
            weights[i], *memory[i] = adam_step(weights[i], leaf.grad, *memory[i], t, lr=3e-3)
    return losses


def by_torch(x: np.ndarray, colours: np.ndarray, start: list, batches: np.ndarray) -> list[float]:
    """The same by torch, in float64 as ours."""
    features, targets = torch.from_numpy(x), torch.from_numpy(colours)
    w1, b1, w2, b2, w3, b3 = weights = [torch.tensor(a, requires_grad=True) for a in start]
    optimizer = torch.optim.Adam(weights, lr=3e-3)
    losses = []
    for batch in torch.from_numpy(batches):
        hidden = ((features[batch] @ w1 + b1).relu() @ w2 + b2).relu()
        loss = ((torch.sigmoid(hidden @ w3 + b3) - targets[batch]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def timed(call: Callable[[], list[float]]) -> tuple[float, list[float]]:
    """(seconds, what came of it)."""
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    for row in run():
        print(*row)
