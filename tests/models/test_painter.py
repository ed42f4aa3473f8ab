import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.holes.batches import random_holes
from learnkit.models import painter as module
from learnkit.models.diffusion import ddim, level, predicted_x0, q_sample
from learnkit.models.masked import composite
from tests.models import small
from tests.models.gaussian import Says, grain_painter
from tests.models.small import KINDS, seeded

EVERYWHERE = torch.ones(1, 1, 28, 28, dtype=torch.bool)


@pytest.fixture(scope="module")
def garments():
    return small.some_garments()


@pytest.fixture(scope="module")
def blank(garments):
    torch.manual_seed(0)
    return small.as_it_begins(module.Painter(width=16, depth=1), garments)


@pytest.fixture(scope="module")
def awake(blank):
    return small.awake(module.Painter(width=16, depth=1), blank)


def noisy(model, garments, n=10):
    """x0, hole, t, noise and xt of n garments, with holes of every kind and t from end to end."""
    x0, hole = 2 * garments[:n] - 1, random_holes(KINDS, 28, 28, seeded(1))[:n]
    t = torch.linspace(0, 950, n).long()
    noise = torch.randn(x0.shape, generator=seeded(2))
    return x0, hole, t, noise, q_sample(x0, t, noise, model.alpha_bar)


def linear(model, garments, hole):
    return 2 * model.linear(garments[: len(hole)], hole) - 1


def test_a_network_that_says_the_true_f_gives_back_picture_and_noise(blank, garments):
    x0, hole, t, noise, xt = noisy(blank, garments)
    a, g = level(blank.alpha_bar, t, xt), linear(blank, garments, hole)
    truth = a.sqrt() * noise - (1 - a).sqrt() * (x0 - g)
    model = module.Painter(width=16, depth=1)
    model.load_state_dict(blank.state_dict())
    model.unet = Says(lambda seen, time: truth)
    eps = model.denoiser(garments[:10], hole)(xt, t)
    torch.testing.assert_close(
        predicted_x0(xt, eps, level(model.alpha_bar, t, xt)), x0, rtol=1e-3, atol=1e-4
    )
    late = t > 50  # before that the noise is a small difference of large numbers
    torch.testing.assert_close(eps[late], noise[late], rtol=1e-3, atol=1e-3)


def test_as_it_begins_it_believes_in_the_linear_fill_and_in_what_it_sees(blank, garments):
    _, hole, t, _, xt = noisy(blank, garments)
    eps = blank.denoiser(garments[:10], hole)(xt, t)
    a, g = level(blank.alpha_bar, t, xt), linear(blank, garments, hole)
    want = torch.where(hole, a.sqrt() * xt + (1 - a) * g, 2 * garments[:10] - 1)
    got = predicted_x0(xt, eps, a)
    torch.testing.assert_close(got, want, rtol=1e-3, atol=1e-4)


def test_the_network_sees_noise_in_the_hole_the_picture_outside_and_when_it_is(blank, garments):
    seen = []
    model = module.Painter(width=16, depth=1)
    model.load_state_dict(blank.state_dict())
    model.unet = Says(lambda *told: seen.append(told) or torch.zeros(10, 1, 28, 28))
    x0, hole, t, _, xt = noisy(model, garments)
    model.denoiser(garments[:10], hole)(xt, t)
    (picture, time), inside = seen[0], hole[:, 0]
    assert torch.equal(picture[:, 0][inside], xt[hole])
    assert torch.equal(picture[:, 0][~inside], x0[~hole])
    assert torch.equal(picture[:, 1:2], linear(model, garments, hole))
    assert torch.equal(picture[:, 2], inside.float()) and torch.equal(time, t / 1000)


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


def test_it_is_given_as_many_calls_as_it_is_asked_to_make(blank, garments):
    count = [0]
    model = module.Painter(width=16, depth=1)
    model.load_state_dict(blank.state_dict())

    def silent(seen, time):
        count[0] += len(seen)
        return torch.zeros(len(seen), 1, 28, 28)

    model.unet = Says(silent)
    model.fills(garments[:2], EVERYWHERE, 3, seeded(), calls=5)
    assert count[0] == 2 * 3 * 5  # two pictures, three draws of each
    model.sample(1, seeded())
    assert count[0] == 30 + module.CALLS


def test_draws_made_together_are_those_made_one_by_one(awake, garments, monkeypatch):
    hole = EVERYWHERE.clone()
    hole[..., :14] = False
    together = awake.fills(garments[:2], hole, 5, seeded(), calls=4)
    for chunk in (2, 5):  # one draw of both pictures at a time, and two
        monkeypatch.setattr(module, "CHUNK", chunk)
        apart = awake.fills(garments[:2], hole, 5, seeded(), calls=4)
        torch.testing.assert_close(apart, together, rtol=0, atol=1e-5)


def test_fills_and_samples_follow_the_generator_and_differ_between_draws(awake, garments):
    hole = EVERYWHERE.clone()
    hole[..., :14] = False
    first, again, other = (awake.fills(garments[:3], hole, 2, seeded(s)) for s in (0, 0, 1))
    assert first.shape == (2, 3, 1, 28, 28)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])
    made = awake.sample(4, seeded())
    assert made.shape == (4, 1, 28, 28) and torch.equal(made, awake.sample(4, seeded()))
    apart = (made[:, None] - made).abs().amax(dim=(2, 3, 4)) + torch.eye(4)
    assert apart.min() > 0.1


def test_a_fill_is_the_mean_of_its_draws(awake, garments):
    hole = random_holes(KINDS, 28, 28, seeded(3))
    draws = awake.fills(garments[:10], hole, 3, seeded(), calls=2, opposite=True)
    mean = awake.fill(garments[:10], hole, seeded(), count=3, calls=2)
    torch.testing.assert_close(mean, draws.mean(dim=0))
    assert torch.equal(mean[~hole], garments[:10][~hole])


def test_synthesis_is_a_plain_sampler_with_fresh_noise_at_every_step(awake):
    dice = seeded()
    xT = torch.randn(3, 1, 28, 28, generator=dice)
    options = {"eta": 1.0, "order": 2, "generator": dice}
    *_, last = ddim(awake.unconditional(3), xT, awake.alpha_bar, module.CALLS, **options)
    assert torch.equal(awake.sample(3, seeded()), (last.x0 + 1) / 2)


def test_a_hole_that_covers_everything_is_filled_by_a_model_of_whole_garments(awake, garments):
    xT = torch.randn(3, 1, 28, 28, generator=seeded())
    *_, last = ddim(awake.unconditional(3), xT, awake.alpha_bar, module.CALLS, order=2, power=2.0)
    filled = awake.fill(garments[:3], EVERYWHERE, seeded())
    assert torch.equal(filled, (last.x0 + 1) / 2)


def test_where_pixels_are_independent_the_best_network_draws_them_so():
    model = grain_painter(0.1)
    made = model.sample(50, seeded(), calls=40)
    assert made.mean().item() == pytest.approx(0.5, abs=0.003)
    assert made.std().item() == pytest.approx(0.1, rel=0.02)
    assert model.sample(50, seeded()).std().item() == pytest.approx(0.1, rel=0.06)  # a few calls
    pair = model.fill(torch.zeros(1, 1, 28, 28), EVERYWHERE, seeded(), count=2)
    torch.testing.assert_close(pair, torch.full_like(pair, 0.5))  # opposite noise, opposite errors
    near = (made[..., 1:] - 0.5) * (made[..., :-1] - 0.5)
    assert abs(near.mean().item()) < 0.05 * 0.1**2


def test_one_hole_may_serve_all_pictures_and_an_empty_one_changes_nothing(awake, garments):
    hole = EVERYWHERE.clone()
    hole[..., 14:, :] = False
    one = awake.fill(garments[:4], hole, seeded(), calls=2)
    assert torch.equal(one, awake.fill(garments[:4], hole.expand(4, -1, -1, -1), seeded(), calls=2))
    assert torch.equal(awake.fill(garments[:4], ~EVERYWHERE, calls=2), garments[:4])


def test_more_pictures_than_it_takes_at_a_time_are_filled_part_by_part(awake, garments):
    n = module.CHUNK + 2
    hole = EVERYWHERE.expand(n, -1, -1, -1).clone()
    hole[:, :, :14] = False
    hole[-1] = False
    made = awake.fills(garments[:n], hole, 1, seeded(), calls=1)
    assert made.shape == (1, n, 1, 28, 28)
    assert torch.equal(made[0, -1], garments[n - 1])
    some = slice(0, module.CHUNK)
    whole = awake.fills(garments[some], hole[some], 1, seeded(), calls=1)
    assert torch.equal(made[:, some], whole)
    last = made[0, -2:-1]
    assert torch.equal(last, composite(last, garments[n - 2 : n - 1], hole[-2:-1]))
    assert not torch.equal(last, garments[n - 2 : n - 1])


@pytest.mark.errors
def test_what_it_cannot_fill_is_said(blank, garments):
    with pytest.raises(TypeError, match=r"hole must be a bool tensor, got torch.float32"):
        blank.fill(garments[:2], torch.ones(2, 1, 28, 28))
    with pytest.raises(ValueError, match=r"hole must have shape \(2, 1, 28, 28\)"):
        blank.fill(garments[:2], torch.ones(28, 28) > 0)
    with pytest.raises(ValueError, match=r"hole must have shape \(4, 1, 28, 28\)"):
        blank.fills(garments[:4], EVERYWHERE.expand(3, -1, -1, -1), 2)
    with pytest.raises(ValueError, match="images must be float pictures"):
        blank.fill(garments[0], EVERYWHERE)
    with pytest.raises(ValueError, match="made for pictures with 1 channel of 28 x 28"):
        blank.fill(torch.zeros(1, 1, 32, 32), torch.ones(1, 1, 32, 32) > 0)
    with pytest.raises(ValueError, match="made for pictures with 1 channel of 28 x 28"):
        blank.fill(torch.zeros(1, 3, 28, 28), EVERYWHERE)
    for draw in (lambda: blank.sample(0), lambda: blank.fill(garments[:1], EVERYWHERE, count=0)):
        with pytest.raises(ValueError, match="count must be at least 1, got 0"):
            draw()
