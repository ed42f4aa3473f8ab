"""The painter's recipe: the unit of its loss, what it shows, and that it goes on as if unbroken."""

import dataclasses

import pytest
import torch

from learnkit.holes.batches import portions, random_holes
from learnkit.holes.published import MEASURED
from learnkit.images.data import fashion_mnist
from learnkit.models.painter import Painter
from learnkit.recipes import painter as module
from learnkit.training.pictures import resident
from tests.models.gaussian import grain_painter
from tests.recipes.resuming import check_resumes


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def pictures():
    return resident(fashion_mnist("train")[0][:256])


@pytest.mark.parametrize("std", [0.05, 0.2])
def test_the_loss_is_one_where_pixels_are_independent_and_told_as_well_as_can_be(std):
    """The unit is what the best guess of such a pixel leaves, at every t and in every hole."""
    grains = 0.5 + std * torch.randn(128, 1, 28, 28, generator=seeded(1))

    def loss(share):
        with torch.no_grad():
            return module.objective(seeded())(grain_painter(std, share=share), grains).item()

    assert loss(1.0) == pytest.approx(1, abs=0.02)
    assert min(loss(0.8), loss(1.2), loss(0.0)) > loss(1.0)


def test_at_every_level_of_noise_the_best_network_costs_one():
    """Each level alone: a schedule that never moves."""
    grains = 0.5 + 0.1 * torch.randn(64, 1, 28, 28, generator=seeded(1))
    for level in (0.99, 0.5, 0.02):
        model = grain_painter(0.1)
        model.alpha_bar = torch.full((1000,), level)
        with torch.no_grad():
            assert module.objective(seeded())(model, grains).item() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("n", [128, 64, 16, 8])
def test_half_of_a_batch_is_all_hole_and_the_rest_shares_holes_of_every_kind(n):
    holes, which = module.holes_of_a_batch(module.KINDS, n, 28, 28, seeded())
    assert which.bincount().tolist() == [module.SHARE] * (len(holes) - 1) + [n // 2]
    assert holes[-1].all() and not holes[:-1].flatten(1).all(dim=1).any()
    assert holes.flatten(1).any(dim=1).all()


def test_a_batch_of_128_has_the_kinds_that_are_written_down():
    holes = module.holes_of_a_batch(module.KINDS, 128, 28, 28, seeded())[0][:-1, 0]
    assert len(holes) == sum(module.KINDS.values())
    kinds = [kind for kind, n in module.KINDS.items() for _ in range(n)]
    for kind, hole in zip(kinds, holes, strict=True):
        rows, columns = hole.any(dim=1).sum().item(), hole.any(dim=0).sum().item()
        assert (rows * columns == hole.sum().item()) == (kind in ("box", "half"))
        assert kind != "half" or max(rows, columns) == 28


@pytest.mark.parametrize(("n", "T"), [(128, 1000), (7, 7), (50, 10), (1, 1000)])
def test_the_steps_of_a_batch_are_spread_evenly_over_the_schedule_in_random_order(n, T):
    t = module._times(n, T, seeded())
    assert t.dtype == torch.int64 and t.shape == (n,)
    low = torch.arange(n) * T // n  # the k-th smallest lies in the k-th part
    high = (torch.arange(n) * T + T - 1) // n
    rising = t.sort().values
    assert (low <= rising).all() and (rising <= high).all()
    if n > 7:
        assert not torch.equal(t, rising) and not torch.equal(t, module._times(n, T, seeded(1)))


def test_the_holes_that_it_is_measured_on_are_no_commoner_than_others():
    """Nothing shows it the two on purpose: a right half is one of some ninety halves."""
    shown = random_holes(portions(module.KINDS, 3_200), 28, 28, seeded(), wide=True)[:, 0]
    alike = {
        name: (shown == torch.from_numpy(hole)).all(dim=(1, 2)).sum().item()
        for name, hole in MEASURED.items()
    }
    assert (
        alike["centre 14x14"]
        == alike["centre 10x10"]
        == alike["random 50 %, one hole for all"]
        == 0
    )
    halves = module.KINDS["half"] * len(shown) // sum(module.KINDS.values())
    assert alike["right half"] < 3 * halves / 90


def test_stopped_and_resumed_it_learns_the_same_weights(pictures, tmp_path):
    recipe = dataclasses.replace(module.RECIPE, batch_size=16)
    check_resumes(recipe, lambda: Painter(width=16, depth=1), pictures, tmp_path)


def test_what_the_network_says_of_known_pixels_costs_nothing():
    model, grains = grain_painter(0.1), torch.rand(16, 1, 28, 28, generator=seeded(1))
    best = model.unet.what

    def loss(known, hole):
        model.unet.what = lambda seen, time: torch.where(
            seen[:, 2:] > 0, best(seen, time) + hole, known
        )
        return module.objective(seeded())(model, grains).item()

    assert loss(0.0, 0.0) == loss(9.0, 0.0) < loss(0.0, 9.0)


def test_the_loss_reaches_every_weight_of_the_network(pictures):
    torch.manual_seed(0)
    model = Painter(width=16, depth=1)
    images = pictures.take(torch.arange(16))
    model.linear.fit(pictures.take(torch.arange(256)))
    torch.nn.init.normal_(model.unet.end[2].weight, std=0.1, generator=seeded())
    loss = module.objective(seeded())(model, images)
    loss.backward()
    assert 0 < loss.item() < float("inf")
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.unet.parameters())
