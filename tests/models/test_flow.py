import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.holes.batches import random_holes
from learnkit.models import flow as module
from learnkit.models.flow_matching import between, guided_velocity, integrate, spread
from tests.models import small
from tests.models.gaussian import Says
from tests.models.small import KINDS, seeded

RIGHT = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
RIGHT[..., 14:] = True


@pytest.fixture(scope="module")
def garments():
    return small.some_garments()


@pytest.fixture(scope="module")
def blank(garments):
    torch.manual_seed(0)
    return small.as_it_begins(module.Flow(width=16, depth=2), garments)


@pytest.fixture(scope="module")
def awake(blank):
    return small.awake(module.Flow(width=16, depth=2), blank)


def empties(n):
    return torch.full((n,), 10)


def test_as_it_begins_it_says_what_is_best_where_a_hole_is_gaussian_about_its_linear_fill():
    """E[x1 - x0 | xt] for x1 ~ N(g, s²), tried by the least squares of many draws."""
    s2, n = module.SPREAD, 200_000
    model = module.Flow(width=16, depth=2)
    model.unet = Says(lambda seen, t, labels: torch.zeros(len(seen), 1, 28, 28))
    g = 0.3 * torch.ones(1, 1, 28, 28)
    for t in (0.1, 0.5, 0.9):
        x0 = torch.randn(n, generator=seeded())
        x1 = 0.3 + s2**0.5 * torch.randn(n, generator=seeded(1))
        xt = (1 - t) * x0 + t * x1
        slope, at_0 = (
            torch.linalg.lstsq(torch.stack([xt, torch.ones(n)], dim=1), (x1 - x0)[:, None])
            .solution[:, 0]
            .tolist()
        )
        grid = torch.linspace(-2, 2, 28).expand(1, 1, 28, 28)
        hole = torch.ones(1, 1, 28, 28, dtype=torch.bool)
        said = model(grid, torch.tensor([t]), empties(1), g, hole)
        torch.testing.assert_close(said, slope * grid + at_0, rtol=0, atol=0.02)
        left = (x1 - x0 - slope * xt - at_0).square().mean().item()
        w = (1 - t) ** 2 + t**2 * s2
        assert left == pytest.approx(s2 / w, rel=0.02)  # the unit of what the network adds


def test_the_network_sees_noise_in_the_hole_the_picture_outside_kind_and_time(blank, garments):
    seen = []
    model = module.Flow(width=16, depth=2)
    model.load_state_dict(blank.state_dict())
    model.unet = Says(lambda *told: seen.append(told) or torch.zeros(10, 1, 28, 28))
    hole = random_holes(KINDS, 28, 28, seeded(1))[:10]
    xt = torch.randn(10, 1, 28, 28, generator=seeded(2))
    t, labels = torch.linspace(0, 1, 10), torch.arange(10)
    model.labelled(garments[:10], hole)(xt, t, labels)
    (picture, time, kind), inside = seen[0], hole[:, 0]
    guess = 2 * model.linear(garments[:10], hole) - 1
    assert torch.equal(picture[:, 0][inside], xt[hole])
    assert torch.equal(picture[:, 0][~inside], (2 * garments[:10] - 1)[~hole])
    assert torch.equal(picture[:, 1:2], guess)
    assert torch.equal(picture[:, 2], inside.float())
    assert torch.equal(time, t) and torch.equal(kind, labels)


def test_a_network_that_says_the_true_velocity_walks_from_noise_to_the_picture(blank, garments):
    """Along the straight line: F is what is left of x1 - x0, whatever the time."""
    x1, x0 = 2 * garments[:4] - 1, torch.randn(4, 1, 28, 28, generator=seeded())
    model = module.Flow(width=16, depth=2)
    model.load_state_dict(blank.state_dict())
    guess = 2 * model.linear.mean.reshape(1, 1, 28, 28).expand(4, -1, -1, -1) - 1

    def truth(seen, t, labels):
        at, s2 = spread(t, x0), module.SPREAD
        w = (1 - at) ** 2 + at**2 * s2
        linear = guess + (at * s2 - (1 - at)) / w * (between(x0, x1, t) - at * guess)
        return (x1 - x0 - linear) / (s2 / w).sqrt()

    model.unet = Says(truth)
    said = model.unconditional(4)
    made = integrate(lambda xt, t: said(xt, t, empties(4)), x0, 3)
    torch.testing.assert_close(made, x1, rtol=0, atol=1e-4)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_known_pixels_come_back_bit_for_bit_and_the_hole_is_never_read(awake, garments, seed):
    dice = seeded(seed)
    start = int(torch.randint(380, (1,), generator=dice))
    image, hole = garments[start : start + 10], random_holes(KINDS, 28, 28, dice)
    other = torch.where(hole, torch.rand(image.shape, generator=dice), image)
    one, two = (awake.fills(x, hole, 2, seeded(seed), calls=3) for x in (image, other))
    assert torch.equal(one, two)
    assert torch.equal(one[:, ~hole], image[~hole].expand(2, -1))
    assert 0 <= one.min() and one.max() <= 1


def test_guided_fills_are_walks_along_the_guided_velocity(awake, garments):
    labels, start = torch.tensor([3, 8]), torch.randn(2, 1, 28, 28, generator=seeded(5))
    said = awake.labelled(garments[:2], RIGHT)

    def velocity(xt, t):
        return guided_velocity(said, xt, t, labels, awake.empty, 2.5)

    want = (integrate(velocity, start, 3).clamp(-1, 1) + 1) / 2
    got = awake.fills(garments[:2], RIGHT, 1, seeded(5), calls=3, labels=labels, scale=2.5)[0]
    inside = RIGHT.expand(2, -1, -1, -1)
    torch.testing.assert_close(got[inside], want[inside], rtol=0, atol=1e-5)


def test_it_is_given_as_many_calls_as_it_is_asked_to_make_and_twice_as_many_where_guided(blank):
    count = [0]
    model = module.Flow(width=16, depth=2)
    model.load_state_dict(blank.state_dict())

    def silent(seen, time, labels):
        count[0] += len(seen)
        return torch.zeros(len(seen), 1, 28, 28)

    model.unet = Says(silent)
    kinds = torch.tensor([1, 2])
    for options, factor in (({}, 1), ({"labels": kinds}, 1), ({"labels": kinds, "scale": 3.0}, 2)):
        count[0] = 0
        model.sample(2, seeded(), calls=5, **options)
        assert count[0] == 10 * factor


def test_draws_made_together_are_those_made_one_by_one(awake, garments, monkeypatch):
    together = awake.fills(garments[:2], RIGHT, 5, seeded(), calls=4)
    for chunk in (2, 5):  # a part of the draws at a time
        monkeypatch.setattr(module, "CHUNK", chunk)
        apart = awake.fills(garments[:2], RIGHT, 5, seeded(), calls=4)
        torch.testing.assert_close(apart, together, rtol=0, atol=1e-5)


def test_fills_and_samples_follow_the_generator_and_differ_between_draws(awake, garments):
    first, again, other = (
        awake.fills(garments[:3], RIGHT, 2, seeded(s), calls=3) for s in (0, 0, 1)
    )
    assert first.shape == (2, 3, 1, 28, 28)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])
    made = awake.sample(4, seeded(), calls=3)
    assert made.shape == (4, 1, 28, 28) and 0 <= made.min() and made.max() <= 1
    pair = awake.fills(garments[:3], RIGHT, 2, seeded(), calls=3, opposite=True)
    assert torch.equal(pair[0], first[0]) and not torch.equal(pair[1], first[1])
    mean = awake.fill(garments[:3], RIGHT, seeded(), count=2, calls=3)
    torch.testing.assert_close(mean, pair.mean(dim=0), rtol=0, atol=1e-6)


@pytest.mark.errors
def test_what_cannot_be_filled_is_refused(blank, garments):
    with pytest.raises(ValueError, match="count must be at least 1"):
        blank.fills(garments[:1], RIGHT, 0)
    with pytest.raises(TypeError, match="hole must be a bool tensor"):
        blank.fills(garments[:1], RIGHT.float(), 1)
    with pytest.raises(TypeError, match="it takes a label for each picture"):
        blank.unet(torch.zeros(1, 3, 28, 28), torch.zeros(1))
