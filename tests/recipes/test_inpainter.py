"""The inpainter's recipe: its measure of a hole, and that it goes on as if never stopped."""

import pytest
import torch

from learnkit.images.data import fashion_mnist
from learnkit.models.linear_fill import OneByOne
from learnkit.models.masked import hole_mse
from learnkit.models.unet import Inpainter
from learnkit.recipes.inpainter import RECIPE, objective
from learnkit.training.pictures import resident
from tests.recipes.resuming import check_resumes


@pytest.fixture(scope="module")
def pictures():
    return resident(fashion_mnist("train")[0][:256])


@pytest.fixture(scope="module")
def fitted():
    torch.manual_seed(0)
    model = Inpainter(width=16, depth=1)
    model.linear.fit(resident(fashion_mnist("train")[0]).take(torch.arange(10_000)))
    return model


def test_the_loss_is_one_where_the_network_does_no_more_than_the_gaussian_expects(
    fitted, monkeypatch
):
    """On draws from the Gaussian itself, which the linear fill fills as well as anything can."""
    generator = torch.Generator().manual_seed(1)
    root = torch.linalg.cholesky(fitted.linear._covariance_and_precision()["covariance"])
    noise = torch.randn(128, 784, generator=generator)
    garments = (fitted.linear.mean + noise @ root.T).reshape(128, 1, 28, 28)
    monkeypatch.setattr(OneByOne, "fill", _unclipped)
    with torch.no_grad():
        losses = [objective(generator)(fitted, garments).item() for _ in range(8)]
    assert sum(losses) / 8 == pytest.approx(1, abs=0.15)


def _unclipped(solved, images, which):
    return solved.conditional_mean(images.flatten(1), which).reshape(images.shape)


def test_stopped_and_resumed_it_learns_the_same_weights(pictures, tmp_path):
    check_resumes(RECIPE, lambda: Inpainter(width=16, depth=1), pictures, tmp_path)


def test_the_recipe_never_shows_the_holes_that_it_is_measured_on():
    from learnkit.holes.batches import random_holes
    from learnkit.holes.published import MEASURED
    from learnkit.recipes.inpainter import KINDS

    shown = random_holes({k: 40 * n for k, n in KINDS.items()}, 28, 28, torch.Generator())
    boxes = [torch.from_numpy(hole) for hole in MEASURED.values()]
    alike = [(shown[:, 0] == box).all(dim=(1, 2)).sum().item() for box in boxes]
    assert alike[0] == alike[1] == alike[3] == 0


def test_the_measure_is_the_error_of_the_hole_alone(pictures):
    images = pictures.take(torch.arange(8))
    hole = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., :7, :] = True
    pred = torch.where(hole, images + 0.1, images + 9)
    assert hole_mse(pred, images, hole).item() == pytest.approx(0.01, rel=1e-4)
