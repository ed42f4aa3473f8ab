"""The article's program for image synthesis, in PyTorch, with a switch for each of its faults.

As it stands it has a generator of three dense layers, 128, 128 and 3 wide, with tanh at the end; its
input is noise, 100 numbers. Each of 1,000 steps draws a noise, has the generator *predict*, compares
the result with the number of channels, 3, and calls `optimizer.minimize(loss)`. There is no picture
in it. A fault that is mended is left out; all others are run as they are, so that an error is
Python's or PyTorch's own, and a result is what really comes out.
"""

import traceback
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from learnkit.shapes import check_at_least
from learnkit.tensors import Grey

FAULTS = {
    "predict": "predict() gives an array: no gradient comes back through it",
    "minimize": "optimizer.minimize(loss): there is no such call",
    "target": "the loss compares with 3, the number of channels, and with no picture",
    "pixel": "the generator gives 3 numbers: one pixel",
    "noise": "the noise is drawn anew for every picture, so it says nothing about the picture",
}
CHANNELS, LATENT = 3, 100
BATCH = 32
SHOWN = 4


@dataclass(frozen=True)
class Outcome:
    """What a run came to: an error, or the losses and what four noises give in the end."""

    error: str = ""
    losses: list[float] = field(default_factory=list)
    pictures: np.ndarray | None = None  # (4, h, w) or (4, 1, 1, 3) in [-1, 1]


def generator(outputs: int, latent: int = LATENT) -> nn.Sequential:
    """Dense 128, 128, `outputs`, with tanh at the end: the article's, with 3 outputs."""
    return nn.Sequential(
        nn.Linear(latent, 128),
        nn.ReLU(),
        nn.Linear(128, 128),
        nn.ReLU(),
        nn.Linear(128, outputs),
        nn.Tanh(),
    )


def run(mended: Collection[str], images: Grey, *, steps: int = 400, seed: int = 0) -> Outcome:
    """The program with these faults mended, on pictures (n, 1, h, w) in [0, 1].

    Where the generator gives one pixel, its colour is shown; else the pictures that four noises
    become: the first four pictures' own where each has its own, and new ones where it has not.
    Raises ValueError where `mended` names a fault that there is none of, or `steps` is below 1.
    """
    check_at_least(1, steps=steps)
    if unknown := [name for name in mended if name not in FAULTS]:
        raise ValueError(f"no fault is called {unknown[0]!r}; there are {', '.join(FAULTS)}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            return _run(set(mended), 2 * images - 1, steps)
        except (AttributeError, RuntimeError, TypeError) as error:
            return Outcome(error=_said(error))


def _run(mended: set[str], images: Grey, steps: int) -> Outcome:
    model = generator(images[0].numel() if "pixel" in mended else CHANNELS)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    codes = torch.randn(len(images), LATENT)  # a noise for each picture, drawn once
    losses = []
    for _ in range(steps):
        chosen = torch.randint(len(images), (BATCH,))
        noise = codes[chosen] if "noise" in mended else torch.randn(BATCH, LATENT)
        generated = model(noise) if "predict" in mended else predict(model, noise)
        target = images[chosen].flatten(1) if "target" in mended else CHANNELS
        loss = ((target - generated) ** 2).mean()
        if "minimize" in mended:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        else:
            optimizer.minimize(loss)
        losses.append(float(loss.detach()))
    with torch.no_grad():
        made = model(codes[:SHOWN])
    shape = images.shape[-2:] if "pixel" in mended else (1, 1, CHANNELS)
    return Outcome(losses=losses, pictures=made.reshape(SHOWN, *shape).numpy())


def predict(model: nn.Module, noise: Tensor) -> np.ndarray:
    """What Keras's `predict` does: the outputs as a NumPy array, without a way back."""
    with torch.no_grad():
        return model(noise).numpy()


def _said(error: Exception) -> str:
    """The error in Python's words, and the line of the program that it stopped at."""
    here = [at for at in traceback.extract_tb(error.__traceback__) if at.filename == __file__]
    return f"{type(error).__name__}: {error}\nat  {here[-1].line}"
