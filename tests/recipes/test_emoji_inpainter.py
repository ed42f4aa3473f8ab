"""The emoji inpainter's recipe: its measure is the pooled PSNR of emoji that were never seen."""

import math

import numpy as np
import pytest
import torch

from learnkit.fills.harmonic import biharmonic
from learnkit.images.data import emoji
from learnkit.models.masked import FLOOR, composite
from learnkit.models.pretrained import card, pretrained
from learnkit.recipes.emoji_inpainter import ASKED, RECIPE
from learnkit.training.datasets import emoji_unseen


class Grey(torch.nn.Module):
    """Fills with middle grey."""

    def __init__(self):
        super().__init__()
        self.grey = torch.nn.Parameter(torch.tensor(0.5))

    def forward(self, images, hole):
        return self.grey.expand_as(images)

    def fill(self, images, hole):
        return composite(self(images, hole), images, hole)


def test_the_measure_is_the_error_of_the_holes_of_the_emoji_kept_aside():
    found = RECIPE.measure(Grey())
    images = emoji()[0][::10] / 255
    for kind, hole in ASKED.items():
        error = ((images - 0.5) ** 2)[:, hole].mean()
        assert found[f"hole PSNR, {kind}, dB"] == pytest.approx(-10 * math.log10(error), abs=1e-4)
        plates = np.stack([biharmonic(image, hole) for image in images])
        error = ((images - plates) ** 2)[:, hole].mean()
        assert found[f"hole PSNR, {kind}, biharmonic, dB"] == pytest.approx(
            -10 * math.log10(error), abs=1e-4
        )


def test_the_loss_of_a_perfect_network_is_that_of_the_floor():
    class Same(torch.nn.Module):
        def forward(self, images, hole):
            return white

    white = torch.ones(16, 3, 32, 32)
    loss = RECIPE.objective(torch.Generator().manual_seed(0))(Same(), white)
    assert loss.item() == pytest.approx(10 * math.log10(FLOOR), abs=1e-3)


def test_the_shipped_weights_fill_in_colour_better_than_a_plate_and_are_small():
    assert 2 * card("emoji_inpainter")["parameters"] <= 2_000_000  # bytes, as float16
    images, model = emoji_unseen().take(torch.arange(0, 192, 8)), pretrained("emoji_inpainter")
    hole = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    hole[..., 4:18, 12:26] = True  # a box of no size that is measured
    made = model.fill(images, hole)
    plates = np.stack(
        [biharmonic(x, hole[0, 0].numpy()) for x in images.permute(0, 2, 3, 1).double().numpy()]
    )
    wrong = (made - images).masked_select(hole).square().mean().item()
    theirs = torch.from_numpy(plates).permute(0, 3, 1, 2) - images
    assert wrong < 0.8 * theirs.masked_select(hole).square().mean().item()


@pytest.mark.errors
def test_where_nothing_is_known_nothing_is_invented():
    images = emoji_unseen().take(torch.arange(2))
    with pytest.raises(ValueError, match="covers every pixel"):
        pretrained("emoji_inpainter").fill(images, torch.ones(1, 1, 32, 32, dtype=torch.bool))
