"""The three small networks that fill holes: one objective, one measure, weights that stay small."""

import pytest
import torch
from torch import nn

from learnkit import assets
from learnkit.holes.batches import portions, random_holes
from learnkit.holes.published import MEASURED
from learnkit.images.data import fashion_mnist
from learnkit.models.masked import hole_psnr
from learnkit.models.pretrained import card, pretrained
from learnkit.recipes.context_encoder import objective
from learnkit.recipes.inpainter import KINDS
from learnkit.training.pictures import resident

NAMES = ["context_encoder", "partial_unet", "gated_unet"]
GARMENTS = resident(fashion_mnist("train")[0][:256])


def test_the_loss_is_the_error_of_holes_of_every_kind_and_of_nothing_else():
    images, seen = GARMENTS.take(torch.arange(64)), []

    class Model(nn.Module):
        def forward(self, images, hole):
            seen.append(hole)
            return torch.where(hole, images + 0.1, images + 9)

    loss = objective(torch.Generator().manual_seed(0))(Model(), images)
    assert loss.item() == pytest.approx(0.01, rel=1e-4)
    (hole,) = seen
    again = random_holes(portions(KINDS, 64), 28, 28, torch.Generator().manual_seed(0))
    assert hole.shape == (64, 1, 28, 28) and torch.equal(hole, again)
    assert set(KINDS) == {"box", "half", "scatter", "strokes"}


@pytest.mark.parametrize("name", NAMES)
def test_shipped_it_is_small_and_three_decibels_above_the_mean_picture(name):
    assert len(assets.read(f"{name}.safetensors")) <= 900_000
    mean = fashion_mnist("train")[0].mean(axis=0, dtype="float64") / 255
    images, model = (
        resident(fashion_mnist("test")[0][:200]).take(torch.arange(200)),
        pretrained(name),
    )
    grey = torch.from_numpy(mean).float().expand_as(images)
    for kind, hole in MEASURED.items():
        place = torch.from_numpy(hole)[None, None]
        got = hole_psnr(model.fill(images, place), images, place)
        assert got > hole_psnr(grey, images, place) + 3
        assert got == pytest.approx(card(name)["quality"][f"hole PSNR, {kind}, dB"], abs=1.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_one_never_reads_a_hole_and_leaves_the_rest_as_it_is(name):
    model, images = pretrained(name), GARMENTS.take(torch.arange(8))
    hole = random_holes({"strokes": 4, "box": 4}, 28, 28, torch.Generator().manual_seed(1))
    filled = model.fill(images.masked_fill(hole, torch.nan), hole)
    assert torch.equal(filled[~hole], images[~hole])
    assert 0 <= filled.min() and filled.max() <= 1
