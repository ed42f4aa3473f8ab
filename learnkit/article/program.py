"""The article's program for image synthesis, in PyTorch, with a switch for each of its faults.

As it stands it has a generator of three dense layers, 128, 128 and 3 wide, with tanh at the end.
Its input is noise, 100 numbers. Each of 1,000 steps draws a noise, has the generator *predict*,
compares the result with the number of channels, 3, and calls `optimizer.minimize(loss)`. There is
no picture in it. A fault that is mended is left out; all others are run as they are, so that an
error is Python's or PyTorch's own, and a result is what really comes out.
"""

import traceback
from collections.abc import Collection, Mapping
from itertools import combinations

import numpy as np
import torch
from torch import Tensor, nn

from learnkit.article.faults import FAULTS, Outcome
from learnkit.shapes import check_at_least
from learnkit.tensors import Grey

CHANNELS, LATENT = 3, 100
BATCH = 32
SHOWN = 4


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
    Raises ValueError where `mended` names a fault that there is none of, `steps` is below 1, or the
    pictures are fewer than four or not grey.
    """
    check_at_least(1, steps=steps)
    if images.ndim != 4 or images.shape[1] != 1 or len(images) < SHOWN:
        raise ValueError(
            f"images must be {SHOWN} or more grey pictures (n, 1, h, w), got {tuple(images.shape)}"
        )
    if unknown := [name for name in mended if name not in FAULTS]:
        raise ValueError(f"no fault is called {unknown[0]!r}; there are {', '.join(FAULTS)}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            return _run(set(mended), 2 * images - 1, steps)
        except (AttributeError, RuntimeError) as error:
            return Outcome(error=_said(error))


def every(images: Grey, *, steps: int = 400) -> Mapping[frozenset[str], Outcome]:
    """What the program does with every choice of faults mended, on these pictures."""
    names = list(FAULTS)
    chosen = (some for count in range(len(names) + 1) for some in combinations(names, count))
    return {frozenset(some): run(some, images, steps=steps) for some in chosen}


def _run(mended: set[str], images: Grey, steps: int) -> Outcome:
    model = generator(images[0].numel() if "pixel" in mended else CHANNELS)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    codes = torch.randn(len(images), LATENT)  # a noise for each picture, drawn once
    losses = []
    for _ in range(steps):
        chosen = torch.randint(len(images), (BATCH,))
        noise = codes[chosen] if "noise" in mended else torch.randn(BATCH, LATENT)
        generated = model(noise) if "predict" in mended else torch.from_numpy(predict(model, noise))
        target = images[chosen].flatten(1) if "target" in mended else CHANNELS
        loss = ((target - generated) ** 2).mean()
        if "minimize" in mended:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        else:
            optimizer.minimize(loss)  # type: ignore[attr-defined]
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
    line = (here[-1].line or "").partition("  #")[0]
    return f"{type(error).__name__}: {error}\nat  {line}"
