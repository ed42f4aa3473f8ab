"""The photo inpainter's recipe: its loss, its measure, its mixing of colours."""

import pytest
import torch

from learnkit.images.data import photograph
from learnkit.models.masked import FLOOR
from learnkit.models.photo_inpainter import PhotoInpainter
from learnkit.models.pretrained import card
from learnkit.recipes import photo_inpainter
from learnkit.recipes.photo_inpainter import DAMAGE, RECIPE, recoloured, turned


class Off(torch.nn.Module):
    """Is wrong by a tenth in the hole, and by anything elsewhere."""

    def __init__(self):
        super().__init__()
        self.device = torch.nn.Parameter(torch.zeros(1))

    def forward(self, images, hole):
        return torch.where(hole, self.truth + 0.1, 9.0)


def test_the_loss_is_minus_the_psnr_of_the_hole(monkeypatch):
    monkeypatch.setattr(photo_inpainter, "turned", lambda images, generator: images)
    monkeypatch.setattr(photo_inpainter, "recoloured", lambda images, generator: images)
    model, images = Off(), torch.rand(16, 3, 64, 64)
    model.truth = images
    loss = RECIPE.objective(torch.Generator().manual_seed(0))(model, images)
    assert loss.item() == pytest.approx(10 * torch.tensor(0.01 + FLOOR).log10().item(), abs=1e-4)


def test_turned_pictures_are_each_of_eight_ways():
    square = torch.arange(4.0).reshape(1, 1, 2, 2).expand(400, 1, 2, 2)
    seen = {tuple(p.flatten().tolist()) for p in turned(square, torch.Generator())}
    ways = [torch.rot90(s, k).flatten() for s in (square[0, 0], square[0, 0].T) for k in range(4)]
    assert seen == {tuple(way.tolist()) for way in ways}


def test_recoloured_pictures_stay_in_range_and_keep_their_channels_or_darken_them():
    colours = torch.tensor([0.2, 0.5, 1.0]).reshape(1, 3, 1, 1).expand(600, 3, 1, 1)
    made = recoloured(colours, torch.Generator().manual_seed(0))[:, :, 0, 0]
    assert 0.1 <= made.min() and made.max() <= 1
    kept = made.sort(dim=1).values.eq(torch.tensor([0.2, 0.5, 1.0])).all(dim=1)
    assert kept.float().mean().item() == pytest.approx(0.5, abs=0.08)
    assert len({tuple(row.argsort().tolist()) for row in made[kept]}) == 6


def test_the_measure_of_an_untrained_network_is_that_of_the_plate():
    found = RECIPE.measure(PhotoInpainter(8, depth=1))
    assert len(found) == 9
    for what, value in found.items():
        if what.startswith("above"):
            assert abs(value) < 0.15, what  # 20 rounds are not quite the solution


def test_what_is_measured_covers_a_twentieth_to_a_quarter():
    for name in ("astronaut", "chelsea"):
        for drawn in DAMAGE.values():
            assert 0.05 < drawn(photograph(name).shape).mean() < 0.25


def test_the_shipped_weights_are_small_and_above_biharmonic_everywhere():
    said = card("photo_inpainter")
    assert 2 * said["parameters"] <= 2_500_000  # bytes, as float16
    above = {k: v for k, v in said["quality"].items() if k.startswith("above")}
    assert len(above) == 5 and min(above.values()) > 0
