"""The scores beside which an answer stands: measured again, where that takes no training."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from skimage.restoration import denoise_tv_chambolle

from learnkit.byhand import optim
from learnkit.byhand.losses import roughness_grad
from learnkit.exercises.challenges.challenge import find
from learnkit.fills.harmonic import biharmonic, harmonic
from learnkit.models.pretrained import pretrained


def score(name, answer):
    task = find(name)
    outcomes = task.task.run(answer)
    assert all(outcome.kind == "value" for outcome in outcomes), outcomes
    return task.score([outcome.arrays for outcome in outcomes])


def descent(steps):
    def fill(image, hole):
        filled = image.copy()
        for _ in range(steps):
            filled[hole] -= 0.12 * roughness_grad(filled)[hole]
        return filled

    return fill


def mean_colour(image, hole):
    return np.where(hole[(...,) + (None,) * (image.ndim - 2)], image[~hole].mean(axis=0), image)


def walk(step, *memory, **options):
    def race(grad, x0, steps):
        x, *kept = x0, *(0 * x0 for _ in memory)
        for t in range(1, steps + 1):
            count = {"t": t} if step is optim.adam_step else {}
            x, *kept = step(x, grad(x), *kept, **count, **options)
        return x

    return race


def plain(grad, x0, steps):
    x = x0
    for _ in range(steps):
        x = x - 0.003 * grad(x)
    return x


def barzilai_borwein(grad, x0, steps):
    x, slope, lr = x0, grad(x0), 1e-3
    for _ in range(steps - 1):
        new = x - lr * slope
        new_slope = grad(new)
        moved, changed = new - x, new_slope - slope
        if moved @ changed > 0:
            lr = (moved @ moved) / (moved @ changed)
        x, slope = new, new_slope
        if not slope.any():
            break
    return x


def each(fill):
    def answer(image, hole):
        pairs = zip(image[:, 0].double().numpy(), hole[:, 0].numpy(), strict=True)
        return np.stack([fill(*pair) for pair in pairs])[:, None]

    return answer


def by_the_inpainter(image, hole):
    with torch.no_grad():
        return pretrained("inpainter").fill(image, hole)


def by_its_linear_fill(image, hole):
    return pretrained("inpainter").linear.fill(image, hole)


def total_variation(noisy):
    smooth = [denoise_tv_chambolle(picture[0].numpy(), weight=0.15) for picture in noisy]
    return torch.from_numpy(np.stack(smooth))[:, None]


@pytest.mark.parametrize(
    ("name", "rival", "answer"),
    [
        ("mend", "the mean colour", mean_colour),
        ("mend", "30 steps of descent, lr = 0.12", descent(30)),
        ("mend", "100 steps", descent(100)),
        ("mend", "harmonic: where the descent ends", harmonic),
        ("mend", "biharmonic", biharmonic),
        ("paint", "the mean colour", mean_colour),
        ("paint", "harmonic", harmonic),
        ("paint", "biharmonic", biharmonic),
        ("race", "plain descent, lr = 0.003", plain),
        ("race", "momentum, lr = 0.003", walk(optim.momentum_step, "velocity", lr=0.003)),
        ("race", "RMSprop, lr = 0.3", walk(optim.rmsprop_step, "mean square", lr=0.3)),
        ("race", "Adam, lr = 0.3", walk(optim.adam_step, "m", "v", lr=0.3)),
        ("race", "the steps of Barzilai and Borwein (1988)", barzilai_borwein),
        ("fill", "harmonic", each(harmonic)),
        ("fill", "biharmonic", each(biharmonic)),
        ("fill", "linear MMSE", by_its_linear_fill),
        ("fill", "the U-Net of lesson 10", by_the_inpainter),
        ("train", "the noisy pictures themselves", lambda images: lambda noisy: noisy),
        ("train", "the mean of nine pixels", lambda images: lambda x: F.avg_pool2d(x, 3, 1, 1)),
        ("train", "total variation (Chambolle)", lambda images: total_variation),
        ("train", "the shipped denoiser", lambda images: pretrained("garment_denoiser")),
    ],
)
def test_a_rival_scores_what_is_said(name, rival, answer):
    (said,) = (r.score for r in find(name).rivals if r.name == rival)
    loose = 0.1 if name == "race" else 0.02  # down to 10⁻¹² a rounding counts
    assert score(name, answer) == pytest.approx(said, abs=loose)
