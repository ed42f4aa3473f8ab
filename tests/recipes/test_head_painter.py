"""The painters of heads: what they learn from, and what their cards say they have reached."""

import pytest
import torch

from learnkit.models.painter import Painter
from learnkit.models.pretrained import card
from learnkit.recipes import head_painter, healthy_head_painter
from learnkit.training import datasets


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(datasets, "HEADS", 500)


def test_one_learns_from_heads_with_lesions_and_the_other_from_the_same_heads_without(few):
    ill, well = (
        module.RECIPE.pictures(torch.device("cpu")).images
        for module in (head_painter, healthy_head_painter)
    )
    assert ill.shape == well.shape == (500, 1, 28, 28)
    changed = (ill.int() - well.int()).flatten(1).amax(dim=1) > 12  # of 255
    assert changed.float().mean().item() == pytest.approx(0.5, abs=0.1)


def test_the_two_recipes_differ_in_name_and_data_alone():
    one, other = head_painter.RECIPE, healthy_head_painter.RECIPE
    for what in ("objective", "training", "measure", "steps", "batch_size", "lr", "clip", "seed"):
        assert getattr(one, what) == getattr(other, what)


def test_only_who_has_seen_lesions_allows_for_them():
    def covered(name):
        (found,) = (
            v for k, v in card(name)["quality"].items() if k.startswith("pixels of lesions")
        )
        return found

    assert covered("healthy_head_painter") < covered("head_painter") < 50


def test_the_measure_is_one_of_the_hole_alone():
    class Knows(Painter):
        """A painter that draws the truth, but for what lies outside the hole."""

        def fills(self, images, hole, count, generator):
            noise = 0.1 * torch.randn(count, *images.shape, generator=generator)
            return torch.where(hole, images + noise, 0)

    found = head_painter.measure(Knows(width=8))
    psnr, rest, lesions = found.values()
    assert psnr == pytest.approx(20 + 12.04, abs=0.1)  # the mean of 16 draws with noise 0.1
    assert rest == pytest.approx(100, abs=0.1) and lesions == pytest.approx(100, abs=0.1)
