"""`train`, lesson 07: learn to take noise off garments, within so many seconds."""

from typing import Literal

import numpy as np
import torch

from learnkit.exercises.challenges.challenge import Challenge, Results, Rival
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Case, case
from learnkit.exercises.tensors import told
from learnkit.images.data import fashion_mnist

PICTURES, TESTED = 4_000, 200
SIGMA = 0.2  # of the noise
SECONDS = 40.0


def asked(images):
    """The signature: clean garments (n, 1, 28, 28); it returns what takes noise off others."""


def garments(split: Literal["train", "test"], count: int) -> torch.Tensor:
    """The last `count` of the training or of the test garments, (count, 1, 28, 28)."""
    images = fashion_mnist(split)[0][-count:]
    return torch.from_numpy(images.astype(np.float32) / 255)[:, None]


def noisy() -> torch.Tensor:
    """Test garments under noise."""
    clean = garments("test", TESTED)
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(7))
    return clean + SIGMA * noise


def cases() -> list[Case]:
    """One: what is learned from, and what it is tried on."""
    return [case(garments("train", PICTURES), noisy())]


def images_alone(images, tried_on):
    """The answer is given the clean pictures; the noisy ones wait for what it returns."""
    images.tried_on = tried_on
    return (images,), {}


def restored(result, images):
    """What the trained network makes of the noisy pictures, clipped to [0, 1]."""
    if not callable(result):
        raise OddResultError(
            f"You return {told(result)}; return your trained network, or a function of noisy "
            "pictures (n, 1, 28, 28)."
        )
    if isinstance(result, torch.nn.Module):
        result.eval()
    with torch.no_grad():
        pictures = torch.as_tensor(result(images.tried_on)).float()
    if pictures.shape != images.tried_on.shape:
        raise OddResultError(
            f"What you return gives {told(pictures)}; its pictures must have the shape of the "
            f"noisy ones, {tuple(images.tried_on.shape)}."
        )
    return {"pictures": pictures.nan_to_num().clamp(0, 1)}


def score(results: Results) -> float:
    """PSNR, pooled over all pixels, in dB."""
    errors = torch.from_numpy(results[0]["pictures"]) - garments("test", TESTED)
    return -10 * errors.square().mean().log10().item()


train = Challenge(
    "train",
    asked,
    on=f"on {TESTED} garments under noise of {SIGMA}",
    unit="dB",
    cases=cases,
    score=score,
    build=images_alone,
    probe=restored,
    seconds=SECONDS,
    prewarm=("torch",),
    rivals=(
        Rival("the noisy pictures themselves", 15.96),
        Rival("the mean of nine pixels", 17.65),
        Rival("total variation (Chambolle)", 20.36),
        Rival("four convolutions, 400 steps of Adam", 22.27),
        Rival("the shipped denoiser", 23.44),
    ),
)
