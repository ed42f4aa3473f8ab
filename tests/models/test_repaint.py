import math
from itertools import pairwise

import pytest
import torch

from learnkit.models import diffusion, repaint
from learnkit.models.noise_schedule import linear_schedule
from tests.models.gaussian import SIDE, conditional, denoiser, distance, world

LINEAR = linear_schedule(1000)
MEAN, COV = world()
MODEL = denoiser(MEAN, COV, LINEAR)
BOX = torch.zeros(SIDE, SIDE, dtype=torch.bool)
BOX[1:5, 1:5] = True
WAYS = {"repaint": repaint.repaint, "guided": repaint.guided}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def picture(n):
    noise = torch.randn(SIDE**2, generator=seeded(3), dtype=torch.float64)
    x = MEAN + torch.linalg.cholesky(COV) @ noise
    return ((x.float().reshape(1, 1, SIDE, SIDE) + 1) / 2).clamp(0, 1).expand(n, 1, SIDE, SIDE)


def filled(way, image, hole, *, model=MODEL, **options):
    states = list(way(model, image, hole, LINEAR, clip=False, generator=seeded(1), **options))
    return states[-1].x0


def how_far(fill):
    """Distance of fills of the box to the exact conditional, in units of its trace."""
    hole, x = BOX.flatten(), 2 * picture(1).flatten().double() - 1
    return distance((2 * fill - 1).flatten(1)[:, hole], *conditional(MEAN, COV, hole, x))


def test_the_blend_is_each_side_of_the_hole_at_its_own_level():
    torch.manual_seed(0)
    x_prev, x0, noise = torch.randn(3, 4, 3, 5, 7)
    hole, t_prev = torch.rand(4, 1, 5, 7) < 0.5, torch.tensor([999, 500, 0, -1])
    got = repaint.repaint_blend(x_prev, x0, hole, t_prev, noise, LINEAR)
    inside = hole.expand(4, 3, 5, 7)
    noised = diffusion.q_sample(x0, t_prev, noise, LINEAR)
    assert torch.equal(got[inside], x_prev[inside]) and torch.equal(got[~inside], noised[~inside])
    assert torch.equal(got[3][~inside[3]], x0[3][~inside[3]])


@pytest.mark.parametrize("resamples", [1, 2, 5])
@pytest.mark.parametrize("jump", [1, 3])
def test_the_schedule_goes_by_single_steps_and_comes_to_each_level_as_often_as_it_says(
    resamples, jump
):
    levels = repaint.schedule(13, resamples=resamples, jump=jump)
    assert levels[0] == 13 and levels[-1] == 0 and levels.count(0) == 1
    moves = [b - a for a, b in pairwise(levels)]
    assert set(moves) <= {1, -1}
    arrived = [b for a, b in pairwise(levels) if b < a]
    assert all(arrived.count(k) == resamples for k in range(1, 13))
    assert moves.count(1) == 12 * (resamples - 1)


def test_algorithm_1_takes_u_turns_at_every_step_but_the_last():
    want = [4]
    for t in (4, 3, 2, 1):  # the two loops of the paper
        for u in range(3):
            if t == 1 and u:
                break
            want.append(t - 1)
            if u < 2 and t > 1:
                want.append(t)
    assert repaint.schedule(4, resamples=3) == want


@pytest.mark.parametrize(
    ("way", "options", "calls"),
    [
        ("repaint", {}, repaint.calls(25)),
        ("repaint", {"steps": 9, "resamples": 3, "jump": 2}, None),
        ("guided", {}, 16 * (1 + 2)),
        ("guided", {"steps": 5, "iterations": 3}, 5 * (1 + 3)),
    ],
)
def test_the_calls_are_those_announced_and_at_most_100(way, options, calls):
    count = [0]

    class Counted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            count[0] += 1
            return x.clone()

        @staticmethod
        def backward(ctx, grad):
            count[0] += 1
            return grad

    states = list(
        WAYS[way](
            lambda x, t: MODEL(Counted.apply(x), t),
            picture(2),
            BOX.expand(2, 1, SIDE, SIDE),
            LINEAR,
            **options,
        )
    )
    assert count[0] == (repaint.calls(**options) if calls is None else calls) <= 100
    assert states[-1].t == -1 and states[0].t == 999
    assert not any(m.x0.requires_grad or m.xt.requires_grad for m in states)


def test_the_moved_belief_is_the_exact_conditional_mean_after_enough_solves():
    x, a = torch.randn(SIDE**2, generator=seeded(), dtype=torch.float64) * 0.3, LINEAR[400].double()
    known = (2 * picture(1) - 1).double()
    hole, alpha_bar = BOX.flatten(), LINEAR.double()
    eye = torch.eye(SIDE**2, dtype=torch.float64)
    back = torch.linalg.inv(a * COV + (1 - a) * eye) @ (x - a.sqrt() * MEAN)
    believed = MEAN + a.sqrt() * COV @ back  # the two Gaussian conditionals, one after the other
    left = COV - a * COV @ torch.linalg.inv(a * COV + (1 - a) * eye) @ COV
    want = conditional(believed, left, hole, known.flatten())[0]
    got = repaint.conditioned(
        denoiser(MEAN, COV, alpha_bar),
        x.reshape(1, 1, SIDE, SIDE),
        400,
        known,
        BOX[None, None],
        alpha_bar,
        iterations=40,
    )
    torch.testing.assert_close(got.flatten()[hole], want, rtol=1e-6, atol=1e-6)
    assert torch.equal(got[0, 0][~BOX], known[0, 0][~BOX])


@pytest.mark.parametrize(
    ("steps", "iterations", "most"), [(8, 2, 0.05), (16, 2, 0.03), (25, 3, 0.02)]
)
def test_guided_fills_are_near_the_exact_conditional_and_repaints_at_as_many_calls_are_not(
    steps, iterations, most
):
    image, hole = picture(3000), BOX.expand(3000, 1, SIDE, SIDE)
    exact = {"eta": 0.0, "order": 2}  # here the network makes no errors that noise should cover
    options = {"steps": steps, "iterations": iterations} | exact
    guided = how_far(filled(repaint.guided, image, hole, **options))
    times = steps * (1 + iterations) // 4
    painted = how_far(filled(repaint.repaint, image, hole, steps=times, resamples=4))
    print(f"{steps} x {1 + iterations} calls: guided {guided:.3f}, RePaint {painted:.3f}")
    assert guided < most and painted > 20 * most


def test_repaint_comes_nearer_with_ten_times_the_calls():
    image, hole = picture(400), BOX.expand(400, 1, SIDE, SIDE)
    few, many = (
        how_far(filled(repaint.repaint, image, hole, steps=n, resamples=u))
        for n, u in ((25, 4), (100, 10))
    )
    print(f"RePaint: {few:.3f} after 97 calls, {many:.3f} after 991")
    assert many < 0.7 * few


@pytest.mark.parametrize("way", WAYS)
def test_known_pixels_come_back_bit_for_bit_and_an_empty_hole_gives_the_picture(way):
    image = torch.rand(3, 1, SIDE, SIDE, generator=seeded())
    hole = torch.rand(3, 1, SIDE, SIDE, generator=seeded(5)) < 0.4
    fill = filled(WAYS[way], image, hole, steps=4)
    assert torch.equal(fill[~hole], image[~hole]) and not torch.equal(fill[hole], image[hole])
    assert torch.equal(filled(WAYS[way], image, torch.zeros_like(hole), steps=4), image)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("way", WAYS)
def test_pictures_of_any_precision_are_filled_and_come_back_in_it(way, dtype):
    image = picture(40).to(dtype)
    fill = filled(WAYS[way], image, BOX.expand(image.shape))
    assert fill.dtype == dtype and torch.equal(fill[:, :, ~BOX], image[:, :, ~BOX])
    whole = filled(WAYS[way], image.float(), BOX.expand(image.shape))  # as rounded, in single
    torch.testing.assert_close(fill.float(), whole, rtol=0, atol=torch.finfo(torch.bfloat16).eps)


@pytest.mark.parametrize("way", WAYS)
def test_what_the_picture_holds_in_the_hole_is_never_looked_at(way):
    image = torch.rand(2, 1, SIDE, SIDE, generator=seeded())
    hole = BOX.expand(2, 1, SIDE, SIDE)
    cut = torch.where(hole, 0.0, image)
    first, second = (filled(WAYS[way], x, hole, steps=4) for x in (image, cut))
    assert torch.equal(first, second)


@pytest.mark.parametrize("way", WAYS)
def test_a_hole_over_everything_is_plain_sampling(way):
    image, hole = picture(3000), torch.ones(3000, 1, SIDE, SIDE, dtype=torch.bool)
    options = {"resamples": 1, "steps": 100, "power": 2.0} if way == "repaint" else {"steps": 25}
    fill = filled(WAYS[way], image, hole, **options)
    assert distance((2 * fill - 1).flatten(1), MEAN, COV) < 0.05
    if way == "guided":
        dice = seeded(1)
        xT = torch.randn(hole.shape, generator=dice)
        options = {"eta": 1.0, "power": 2.0, "clip": False, "generator": dice}
        *_, m = diffusion.ddim(MODEL, xT, LINEAR, 25, **options)
        torch.testing.assert_close(fill, (m.x0 + 1) / 2, rtol=1e-3, atol=1e-4)


def test_colour_goes_by_the_same_hole_and_clipping_keeps_pictures_in_range():
    image = torch.rand(2, 3, 4, 5, generator=seeded())
    hole = torch.zeros(2, 1, 4, 5, dtype=torch.bool)
    hole[:, :, 1:3, 2:] = True
    for way in WAYS.values():
        states = list(way(lambda x, t: 0.9 * x, image, hole, LINEAR, steps=4))
        assert all(0 <= m.x0.min() and m.x0.max() <= 1 for m in states)
        inside = hole.expand_as(image)
        assert torch.equal(states[-1].x0[~inside], image[~inside])
        assert math.isfinite(states[-1].xt.sum().item())


@pytest.mark.errors
@pytest.mark.parametrize("way", WAYS)
def test_pictures_and_holes_that_are_none_are_named(way):
    image, hole = picture(2), BOX.expand(2, 1, SIDE, SIDE)

    def call(image, hole):
        return list(WAYS[way](MODEL, image, hole, LINEAR, steps=2))

    with pytest.raises(TypeError, match=r"hole must be a bool tensor, got torch.float"):
        call(image, hole.float())
    with pytest.raises(
        ValueError, match=r"hole must have shape \(2, 1, 6, 6\), .* got \(2, 6, 6\)"
    ):
        call(image, hole[:, 0])
    with pytest.raises(ValueError, match=r"image must lie in \[0, 1\], got \[0, 2"):
        call(255 * image.clamp(0, 1) / 255 * 0 + 2.0 * hole, hole)
    with pytest.raises(ValueError, match="image must lie in"):
        call(image * math.nan, hole)
    with pytest.raises(ValueError, match="images must be float"):
        call(image[0], hole)


@pytest.mark.errors
def test_an_order_that_is_none_is_named():
    with pytest.raises(ValueError, match="order must be 1 or 2, got 7"):
        filled(repaint.guided, picture(1), BOX[None, None], order=7)


@pytest.mark.errors
def test_counts_below_1_are_named():
    with pytest.raises(ValueError, match="resamples must be at least 1, got 0"):
        repaint.calls(10, resamples=0)
    with pytest.raises(TypeError, match=r"resamples must be a whole number, got 1\.5"):
        repaint.calls(5, resamples=1.5)
