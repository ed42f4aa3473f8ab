"""The flow's recipe: the unit of its loss, what it shows, and that it goes on as if unbroken."""

import dataclasses
import math

import pytest
import torch

from learnkit.images.data import fashion_mnist
from learnkit.models.flow import Flow
from learnkit.models.flow_matching import spread
from learnkit.recipes import flow as module
from learnkit.training.pictures import resident
from tests.models.gaussian import Says
from tests.recipes.resuming import check_resumes


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def pictures():
    images, kinds = fashion_mnist("train")
    return resident(images[:256], kinds[:256])


class Told(Flow):
    """A flow of grey pictures whose pixels are independent, with this `std`, in [0, 1]."""

    def __init__(self, std):
        super().__init__(width=16, depth=2)
        pixel = torch.arange(784)
        self.linear.mean.fill_(0.5)
        self.linear.triangle[pixel * (pixel + 1) // 2 + pixel] = std
        self.variance, self.heard, self.off = (2 * std) ** 2, [], 0.0

    def forward(self, xt, t, labels, guess, hole):
        self.heard.append((t, labels, hole))
        at = spread(t, xt)
        pull = (at * self.variance - (1 - at)) / ((1 - at) ** 2 + at**2 * self.variance)
        return guess + pull * (xt - at * guess) + self.off


@pytest.mark.parametrize("std", [0.05, 0.2])
def test_the_loss_is_one_where_pixels_are_independent_and_told_as_well_as_can_be(std):
    """The unit is what the best velocity of such a pixel leaves, at every t and in every hole."""
    grains = 0.5 + std * torch.randn(128, 1, 28, 28, generator=seeded(1))
    kinds, model = torch.zeros(128, dtype=torch.int64), Told(std)

    def loss():
        return module.objective(seeded())(model, (grains, kinds)).item()

    assert loss() == pytest.approx(1, abs=0.02)
    model.off = 0.3
    assert loss() > 1.05


def test_kinds_are_left_out_more_often_where_there_is_something_to_see():
    model, kinds = Told(0.1), torch.full((4096,), 3)
    grains = torch.rand(4096, 1, 28, 28, generator=seeded(1))
    module.objective(seeded())(model, (grains, kinds))
    _, labels, hole = model.heard[0]
    everything = hole.flatten(1).all(dim=1)
    assert set(labels.tolist()) == {3, model.empty}
    for where, share in ((everything, module.UNSAID[0]), (~everything, module.UNSAID[1])):
        unsaid = (labels[where] == model.empty).double().mean().item()
        assert unsaid == pytest.approx(share, abs=0.04)
    assert everything.double().mean().item() == pytest.approx(0.5, abs=0.1)


def test_times_are_one_from_each_part_of_the_way_and_closer_together_in_the_middle():
    t = module.times(1000, seeded())
    shares = 2 / math.pi * torch.atan(t / (1 - t))  # back to where they are even
    even = torch.sort(shares).values
    ideal = (torch.arange(1000) + 0.5) / 1000
    torch.testing.assert_close(even, ideal, rtol=0, atol=6e-4)
    assert 0 < t.min() and t.max() < 1 and not torch.equal(t, t.sort().values)
    middle = ((t > 0.25) & (t < 0.75)).double().mean().item()
    assert middle == pytest.approx(2 / math.pi * (math.atan(3) - math.atan(1 / 3)), abs=0.01)


def test_what_the_network_says_of_known_pixels_costs_nothing(pictures):
    batch = pictures.take(torch.arange(16))
    torch.manual_seed(0)
    model = Flow(width=16, depth=2)
    model.linear.fit(batch[0])

    def loss(known, hole):
        model.unet = Says(lambda seen, *_: torch.where(seen[:, 2:] > 0, hole, known))
        return module.objective(seeded())(model, batch).item()

    assert loss(0.0, 0.0) == loss(9.0, 0.0) < loss(0.0, 9.0)


def test_the_loss_reaches_every_weight_of_the_network(pictures):
    torch.manual_seed(0)
    model = Flow(width=16, depth=2)
    model.linear.fit(pictures.first(256))
    for layer in (model.unet.end[2], model.unet.attend[0].end):
        torch.nn.init.normal_(layer.weight, std=0.1, generator=seeded())
    loss = module.objective(seeded())(model, pictures.take(torch.arange(16)))
    loss.backward()
    assert 0 < loss.item() < float("inf")
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.unet.parameters())


def test_stopped_and_resumed_it_learns_the_same_weights(pictures, tmp_path):
    recipe = dataclasses.replace(module.RECIPE, batch_size=16)
    check_resumes(recipe, lambda: Flow(width=16, depth=2), pictures, tmp_path)


def test_it_is_measured_by_draws_in_few_calls_and_many_guided_and_by_holes(monkeypatch):
    asked = []

    class Draws(Flow):
        def sample(self, count, generator, *, calls=25, labels=None, scale=1.0):
            asked.append((count, calls, scale, labels is not None))
            return torch.rand(count, 1, 28, 28, generator=generator)

        def fills(self, images, hole, count, generator, *, opposite=False):
            assert opposite  # the mean is that of `fill`
            return images.expand(count, *images.shape) + 0.1

    monkeypatch.setattr(module, "DRAWS", 1000)
    found = module.measure(Draws(width=16, depth=2))
    by_calls = [(500, k, 1.0) for k in (1, 2, 4, 8, 25) for _ in range(2)]
    guided = [(500, 25, module.SCALE)] * 2
    assert [(n, k, s) for n, k, s, _ in asked] == by_calls + by_calls + guided
    assert [told for *_, told in asked] == [False] * 10 + [True] * 12
    assert len(found) == 11 + 4
    assert found["hole PSNR of right half, 100 garments, one draw, dB"] == pytest.approx(20, abs=1)
