"""Lesson 12: noise that a network learns to undo, and the hole that it fills on the way back."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError

_rng = np.random.default_rng(12)


def _f32(values):
    return np.asarray(values, np.float32)


def _normal(*shape):
    return _f32(_rng.standard_normal(shape).round(2))


def _pictures(*shape):
    return _f32(_rng.uniform(-1, 1, shape).round(2))


_SHORT = _f32([0.9, 0.6, 0.3])
_LONG = _f32([0.98, 0.91, 0.8, 0.66, 0.5, 0.35, 0.21, 0.1, 0.04])


def _tensors(*arrays, **options):
    """Every array as a tensor of torch; on the first, where torch's own dice stand."""
    tensors = [torch.from_numpy(a) for a in arrays]
    tensors[0].dice = torch.get_rng_state()
    return tensors, options


def _has_drawn(first):
    return not torch.equal(first.dice, torch.get_rng_state())


def _one_tensor(result, name, like):
    """Raises OddResultError where a result is no tensor of float32, as `like` is."""
    if isinstance(result, tuple):
        raise OddResultError(
            f"You return a tuple; return {name} in one tensor (is there a comma at the end of the "
            "line?)."
        )
    if isinstance(result, list):
        raise OddResultError(
            f"You return a list; return {name} in one tensor (torch.stack joins pictures)."
        )
    if callable(result):
        raise OddResultError(
            f"You return a method; return {name}: the round brackets of a call are missing."
        )
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return {_one(result)}; return {name} as a tensor of torch (leave out .numpy(), "
            ".item() and float())."
        )
    if result.dtype != torch.float32:
        raise OddResultError(
            f"You return {name} as {result.dtype}; it must be torch.float32, as {like} is: the "
            "network that sees it next takes nothing else."
        )


def _one(thing):
    """What it is, with its article."""
    kind = type(thing).__name__
    return f"an {kind}" if kind[0] in "aein" else f"a {kind}"


def _level(alpha_bar, t):
    """alpha_bar at t in the shape (n, 1, 1, 1), and 1 where t is -1."""
    a = torch.where(t < 0, torch.ones_like(alpha_bar[:1]), alpha_bar[t.clamp(min=0)])
    return a[:, None, None, None]


# ---- q_sample ----------------------------------------------------------------------------------


_OWN_NOISE = (
    "You draw random numbers of your own, or set torch's seed: use the argument noise, and "
    "nothing is left to draw."
)
_POWER = (
    "Python takes the power before it divides: a**1/2 is (a**1)/2, half of a. Write a.sqrt(), or "
    "a**0.5."
)


def _xt(result, x0, t, noise, alpha_bar):
    _one_tensor(result, "xt", "x0")
    if _has_drawn(x0):
        raise OddResultError(_OWN_NOISE)
    return {"": result}


def _q_sample(x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


q_sample = Exercise(
    "q_sample",
    _q_sample,
    cases=[
        case(_f32([[[[0.5]]]]), np.array([1]), _f32([[[[-1.0]]]]), _f32([0.9, 0.64])),
        case(_pictures(1, 1, 2, 3), np.array([0]), _normal(1, 1, 2, 3), _SHORT),
        case(
            _pictures(3, 3, 2, 3),
            np.array([2, 0, 1]),
            _normal(3, 3, 2, 3),
            _SHORT,
            note="three pictures of 3 channels, 2 x 3 pixels, at t = (2, 0, 1); "
            "alpha_bar = (0.9, 0.6, 0.3)",
        ),
        case(
            _pictures(4, 1, 4, 2),
            np.array([8, 3, 8, 0]),
            _normal(4, 1, 4, 2),
            _LONG,
            note="four grey pictures of 4 x 2 pixels at t = (8, 3, 8, 0), of 9 steps",
        ),
        case(
            _pictures(2, 3, 4, 2),
            np.array([5, 7]),
            _normal(2, 3, 4, 2),
            _LONG,
            note="two pictures of 3 channels, 4 x 2 pixels, at t = (5, 7), of 9 steps",
        ),
    ],
    build=_tensors,
    probe=_xt,
    hints=(
        "Look alpha_bar up at each picture's own t: alpha_bar[t] has n numbers. Each of them must "
        "meet one picture, all its channels and pixels.",
        "a = alpha_bar[t][:, None, None, None] has the shape (n, 1, 1, 1). The picture keeps the "
        "root of a, the noise gets the root of 1 - a.",
        "a = alpha_bar[t][:, None, None, None]\nreturn a.sqrt() * x0 + (1 - a).sqrt() * noise",
    ),
    why="Any amount of noise in one line: no loop over the t steps before. That is why training "
    "can take a random t for every picture, and learn all of the way back at once.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _a(alpha_bar, t):
    return alpha_bar[t][:, None, None, None]


@q_sample.mistake(
    "The roots are missing: it is their squares that add up to 1, so that the spread stays 1. "
    "Write a.sqrt() * x0 + (1 - a).sqrt() * noise."
)
def no_roots(x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None, None, None]
    return a * x0 + (1 - a) * noise


@q_sample.mistake(_POWER)
def half_for_root(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a / 2 * x0 + (1 - a) / 2 * noise


@q_sample.mistake("You square where a root belongs: a.sqrt() * x0 + (1 - a).sqrt() * noise.")
def squares(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a**2 * x0 + (1 - a) ** 2 * noise


@q_sample.mistake(
    "The noise gets the root of 1 - sqrt(a): it is the root of 1 - a, or the squares do not add up "
    "to 1."
)
def root_of_a_in_the_root(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a.sqrt() * x0 + (1 - a.sqrt()).sqrt() * noise


@q_sample.mistake(
    "Both parts get the root of a: it belongs to x0, and the noise gets (1 - a).sqrt()."
)
def one_weight_for_both(x0, t, noise, alpha_bar):
    return _a(alpha_bar, t).sqrt() * (x0 + noise)


@q_sample.mistake("The root of a is missing in front of x0: a.sqrt() * x0.")
def no_root_on_x0(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a * x0 + (1 - a).sqrt() * noise


@q_sample.mistake("The root is missing in front of the noise: (1 - a).sqrt() * noise.")
def no_root_on_noise(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a.sqrt() * x0 + (1 - a) * noise


@q_sample.mistake(
    "The noise gets 1 - sqrt(a): take the root of the difference, (1 - a).sqrt(), or the squares "
    "do not add up to 1."
)
def root_inside(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a.sqrt() * x0 + (1 - a.sqrt()) * noise


@q_sample.mistake(
    "You take alpha of the single step, alpha_bar[t] / alpha_bar[t - 1], for alpha_bar: from the "
    "clean x0 the noise of all steps up to t counts, alpha_bar[t]."
)
def alpha_for_alpha_bar(x0, t, noise, alpha_bar):
    before = torch.cat([torch.ones(1), alpha_bar[:-1]])
    a = _a(alpha_bar / before, t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "You multiply alpha_bar up again (cumprod): it is the running product of alpha already."
)
def product_twice(x0, t, noise, alpha_bar):
    a = _a(alpha_bar.cumprod(0), t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


_WIDTH = (
    "alpha_bar[t] has n numbers, and torch lays them along the width: each column gets a noise "
    "level, in place of each picture. Give it the shape (n, 1, 1, 1): [:, None, None, None]."
)


@q_sample.mistake(_WIDTH)
def along_the_width(x0, t, noise, alpha_bar):
    a = alpha_bar[t]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "You weigh with all of alpha_bar: look up the level of each picture's own step, alpha_bar[t]."
)
def never_looked_up(x0, t, noise, alpha_bar):
    return alpha_bar.sqrt() * x0 + (1 - alpha_bar).sqrt() * noise


@q_sample.mistake(
    "Your levels lie along the channels, as those of the shape (n, 1, 1) do: write alpha_bar[t]"
    "[:, None, None, None], for (n, 1, 1, 1)."
)
def along_the_channels(x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "Your alpha_bar[t] has the shape (n, 1), which torch lays along the height: write "
    "[:, None, None, None], for (n, 1, 1, 1)."
)
def along_the_height(x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "Off by one: t is 0-based, and alpha_bar[t] is its level. You read alpha_bar[t - 1], which at "
    "t = 0 is even the last."
)
def one_too_early(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t - 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "Off by one: you take the level of the step before, and clean at t = 0. t is 0-based: at t = 0 "
    "there is noise already, alpha_bar[0]."
)
def clean_at_0(x0, t, noise, alpha_bar):
    a = _a(torch.cat([torch.ones(1), alpha_bar]), t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "Off by one: you read the level of the step before, alpha_bar[t - 1], where there is one. "
    "t is 0-based: alpha_bar[t] is its level."
)
def one_too_early_but_the_first(x0, t, noise, alpha_bar):
    return _q_sample(x0, (t - 1).clamp(min=0), noise, alpha_bar)


_NEXT_LEVEL = "Off by one: alpha_bar[t + 1] is the next level, and runs out at the last t."


@q_sample.mistake(_NEXT_LEVEL)
def one_too_late(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t + 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(_NEXT_LEVEL)
def one_too_late_by_gather(x0, t, noise, alpha_bar):
    a = alpha_bar.gather(0, t + 1)[:, None, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "Off by one: you read the next level, alpha_bar[t + 1], where there is one. t is 0-based: "
    "alpha_bar[t] is its level."
)
def one_too_late_but_the_last(x0, t, noise, alpha_bar):
    return _q_sample(x0, (t + 1).clamp(max=len(alpha_bar) - 1), noise, alpha_bar)


_FROM_T = (
    "You work the level out of t / T: how the noise grows is settled by the schedule. Look it up, "
    "alpha_bar[t]."
)


def _at_share(x0, noise, share):
    a = share.to(x0)[:, None, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(_FROM_T)
def falls_with_t(x0, t, noise, alpha_bar):
    return _at_share(x0, noise, 1 - t / len(alpha_bar))


@q_sample.mistake(_FROM_T)
def falls_with_t_to_0(x0, t, noise, alpha_bar):
    return _at_share(x0, noise, 1 - (t + 1) / len(alpha_bar))


@q_sample.mistake(_FROM_T)
def grows_with_t(x0, t, noise, alpha_bar):
    return _at_share(x0, noise, t / len(alpha_bar))


@q_sample.mistake(_FROM_T)
def a_line_from_picture_to_noise(x0, t, noise, alpha_bar):
    return torch.lerp(x0, noise, (t / len(alpha_bar))[:, None, None, None])


@q_sample.mistake(
    "You go step by step, and every step adds the same noise: so it adds up to more than one "
    "jump's. Jump from x0 to xt in one line, with alpha_bar[t]."
)
def steps_with_one_noise(x0, t, noise, alpha_bar):
    alpha = alpha_bar / torch.cat([torch.ones(1), alpha_bar[:-1]])
    rows = []
    for x, last, eps in zip(x0, t.tolist(), noise, strict=True):
        for kept in alpha[: last + 1]:
            x = kept.sqrt() * x + (1 - kept).sqrt() * eps
        rows.append(x)
    return torch.stack(rows)


@q_sample.mistake(
    "You take alpha_bar for a root: x0 gets a and the noise the root of 1 - a². It is the share of "
    "the variance: a.sqrt() * x0 + (1 - a).sqrt() * noise."
)
def taken_for_a_root(x0, t, noise, alpha_bar):
    return _q_sample(x0, t, noise, alpha_bar**2)


@q_sample.mistake("All pictures get the level of the first, alpha_bar[t[0]]: each has its own t.")
def one_t_for_all(x0, t, noise, alpha_bar):
    a = alpha_bar[t[0]]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake("All pictures get the level of the largest t: each has its own.")
def largest_t_for_all(x0, t, noise, alpha_bar):
    return _q_sample(x0, t.max().expand(len(t)), noise, alpha_bar)


@q_sample.mistake(
    "You read alpha_bar from its end: at t = 0 there is hardly any noise, and alpha_bar[0] is its "
    "level."
)
def from_the_end(x0, t, noise, alpha_bar):
    return _q_sample(x0, len(alpha_bar) - 1 - t, noise, alpha_bar)


@q_sample.mistake(
    "You take the mean of alpha_bar[t] over the batch: each picture has a level of its own."
)
def mean_level(x0, t, noise, alpha_bar):
    a = alpha_bar[t].mean()
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@q_sample.mistake(
    "Picture and noise have changed places: at t = 0 hardly any noise should be there, and yours "
    "is nearly all noise. sqrt(a) belongs to x0."
)
def weights_swapped(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return (1 - a).sqrt() * x0 + a.sqrt() * noise


@q_sample.mistake(
    "x0 is not made smaller: sqrt(a) * x0. Without it the values grow as noise is added, and at "
    "the last step the picture is still there."
)
def x0_in_full(x0, t, noise, alpha_bar):
    return x0 + (1 - _a(alpha_bar, t)).sqrt() * noise


@q_sample.mistake("The noise comes in full at every t: it gets (1 - a).sqrt(), little at first.")
def noise_in_full(x0, t, noise, alpha_bar):
    return _a(alpha_bar, t).sqrt() * x0 + noise


@q_sample.mistake("Noise is subtracted: the two parts are added.")
def noise_subtracted(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a.sqrt() * x0 - (1 - a).sqrt() * noise


@q_sample.mistake("You return the noise part alone: add a.sqrt() * x0.")
def noise_part(x0, t, noise, alpha_bar):
    return (1 - _a(alpha_bar, t)).sqrt() * noise


@q_sample.mistake("You return the picture part alone: add (1 - a).sqrt() * noise.")
def picture_part(x0, t, noise, alpha_bar):
    return _a(alpha_bar, t).sqrt() * x0


@q_sample.mistake(
    "You clip xt to [-1, 1]: noise goes beyond, and the network must see it as it is."
)
def clipped(x0, t, noise, alpha_bar):
    return _q_sample(x0, t, noise, alpha_bar).clamp(-1, 1)


@q_sample.mistake(
    "You take x0 from [0, 1] to [-1, 1]: here it lies in [-1, 1] already, and stays as it is."
)
def scaled_again(x0, t, noise, alpha_bar):
    return _q_sample(2 * x0 - 1, t, noise, alpha_bar)


@q_sample.mistake("You take x0 to [0, 1]: inside a diffusion model it stays in [-1, 1].")
def taken_to_0_1(x0, t, noise, alpha_bar):
    return _q_sample((x0 + 1) / 2, t, noise, alpha_bar)


@q_sample.mistake("You take xt to [0, 1]: inside a diffusion model all stays round 0, as noise is.")
def xt_taken_to_0_1(x0, t, noise, alpha_bar):
    return (_q_sample(x0, t, noise, alpha_bar) + 1) / 2


@q_sample.mistake(
    "Brackets: in yours a.sqrt() weighs the noise as well, and it belongs to x0 alone, "
    "a.sqrt() * x0 + (1 - a).sqrt() * noise."
)
def noise_in_the_brackets(x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    return a.sqrt() * (x0 + (1 - a).sqrt() * noise)


@q_sample.mistake(
    "You go step by step with alpha_bar, which is the whole way already: take alpha_bar[t] once."
)
def every_level_on_the_way(x0, t, noise, alpha_bar):
    rows = []
    for x, last, eps in zip(x0, t.tolist(), noise, strict=True):
        for a in alpha_bar[: last + 1]:
            x = a.sqrt() * x + (1 - a).sqrt() * eps
        rows.append(x)
    return torch.stack(rows)


_FIRST_ALONE = (
    "Only the first picture comes back: does a `return` stand inside the loop, or a [0] too many?"
)


@q_sample.mistake(_FIRST_ALONE)
def first_picture_alone(x0, t, noise, alpha_bar):
    return _q_sample(x0, t, noise, alpha_bar)[0]


@q_sample.mistake(_FIRST_ALONE)
def batch_of_the_first(x0, t, noise, alpha_bar):
    return _q_sample(x0, t, noise, alpha_bar)[:1]


@q_sample.mistake(_OWN_NOISE)
def own_noise(x0, t, noise, alpha_bar):
    return _q_sample(x0, t, torch.randn_like(x0), alpha_bar)


# ---- denoising_loss ----------------------------------------------------------------------------

_OTHER_NOISE = (
    "You draw random numbers of your own: t and noise come in as arguments, and the noise in xt "
    "and the noise that is asked for must be one."
)
_NOT_CALLED = "Your function never calls model: ask it for the noise, model(xt, t)."
_NO_WEIGHT = (
    "No gradient reaches the network's weights, and nothing would be learned: what model(xt, t) "
    "says must go into the loss, and not by way of .item(), .detach(), .data, torch.tensor() or "
    "torch.no_grad()."
)


def _told(thing):
    """What a network is told, in words."""
    return f"{thing.dtype} {tuple(thing.shape)}" if torch.is_tensor(thing) else _one(thing)


class _Guess(nn.Module):
    """A little network of (xt, t), with bends, so that nothing cancels; it notes what it is fed."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(weights)
        self.fed = []

    def forward(self, xt, t):
        if not torch.is_tensor(xt) or not xt.is_floating_point() or xt.ndim != 4:
            raise OddResultError(
                f"Your network is given {_told(xt)} where pictures belong: model(xt, t), xt a "
                "float tensor (n, c, h, w)."
            )
        if not torch.is_tensor(t) or t.is_floating_point() or t.shape != xt.shape[:1]:
            raise OddResultError(
                f"Your network is given t as {_told(t)}; hand t on as it is, int64 with a step for "
                "each picture: model(xt, t)."
            )
        self.fed.append((xt.detach().clone(), t.clone()))
        time = torch.sin(self.weights[2] * t.float() + 1)[:, None, None, None]
        return self.weights[0] * torch.tanh(xt + time) + self.weights[1] * xt.roll(1, -1)


class _Ask:
    """The network as the lesson hands it on: a function of (xt, t), and no module."""

    def __init__(self, guess):
        self.guess = guess

    def __call__(self, xt, t=None):
        if t is None:
            raise OddResultError("You call model(xt): it must know the steps too, model(xt, t).")
        return self.guess(xt, t)

    def __getattr__(self, name):
        if name.startswith("__"):  # of Python's own, for a copy
            raise AttributeError(name)
        raise OddResultError(
            f"You ask model for its .{name}: here it is a function of (xt, t), and there is one "
            "thing to do with it, model(xt, t)."
        )


def _with_model(weights, *arrays):
    tensors, _ = _tensors(*arrays)
    return [_Ask(_Guess(torch.from_numpy(weights))), *tensors], {}


def _loss_and_slopes(result, model, x0, t, noise, alpha_bar):
    model = model.guess
    if not model.fed:
        raise OddResultError(_NOT_CALLED)
    if _has_drawn(x0):
        raise OddResultError(_OTHER_NOISE)
    if torch.is_tensor(result) and result.dtype == torch.float64:
        result = result.float()  # more digits do no harm
    _one_tensor(result, "the loss", "noise")
    if not result.requires_grad:
        raise OddResultError(_NO_WEIGHT)
    if result.numel() != 1:
        raise OddResultError(
            f"You return an array of shape {tuple(result.shape)}; the loss is one number, the mean "
            "over all of it: .mean()."
        )
    if model.weights.grad is not None:
        raise OddResultError(
            "You call backward yourself: here the loss is only computed, and train goes back."
        )
    (slopes,) = torch.autograd.grad(result.sum(), model.weights, allow_unused=True)
    if slopes is None:
        raise OddResultError(_NO_WEIGHT)
    return {
        "count of pictures whose xt = q_sample(x0, t, noise, alpha_bar) the model never sees": sum(
            not any(_is_shown(one, s, xt, steps) for xt, steps in model.fed)
            for one, s in zip(_q_sample(x0, t, noise, alpha_bar), t, strict=True)
        ),
        "loss": result,
        "gradient with respect to the weights": slopes,
    }


def _is_shown(one, step, xt, steps):
    """Whether a picture at its step is among those that the network was fed with at a time."""
    if xt.shape[1:] != one.shape:
        return False
    near = torch.isclose(xt, one.to(xt), rtol=1e-4, atol=1e-5).flatten(1).all(dim=1)
    return bool((near & (steps == step)).any())


def _denoising_loss(model, x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None, None, None]
    xt = a.sqrt() * x0 + (1 - a).sqrt() * noise
    return ((model(xt, t) - noise) ** 2).mean()


_WEIGHTS = _f32([0.7, -0.3, 0.9])

denoising_loss = Exercise(
    "denoising_loss",
    _denoising_loss,
    cases=[
        case(
            _WEIGHTS,
            _f32([[[[0.5]]]]),
            np.array([1]),
            _f32([[[[-1.0]]]]),
            _f32([0.9, 0.64]),
            note="one picture of one pixel, x0 = 0.5, noise = -1, t = 1, alpha_bar = (0.9, 0.64)",
        ),
        case(
            _f32([-0.4, 1.1, 0.2]),
            _pictures(2, 1, 2, 3),
            np.array([0, 2]),
            _normal(2, 1, 2, 3),
            _SHORT,
            note="two grey pictures of 2 x 3 pixels at t = (0, 2); alpha_bar = (0.9, 0.6, 0.3)",
        ),
        case(
            _WEIGHTS,
            _pictures(3, 3, 2, 3),
            np.array([2, 0, 1]),
            _normal(3, 3, 2, 3),
            _SHORT,
            note="three pictures of 3 channels, 2 x 3 pixels, at t = (2, 0, 1)",
        ),
        case(
            _f32([1.2, 0.5, -0.6]),
            _pictures(4, 1, 4, 2),
            np.array([8, 3, 8, 0]),
            _normal(4, 1, 4, 2),
            _LONG,
            note="four grey pictures of 4 x 2 pixels at t = (8, 3, 8, 0), of 9 steps",
        ),
    ],
    build=_with_model,
    probe=_loss_and_slopes,
    hints=(
        "Three lines: make xt with the noise that you are given, ask the network what noise is in "
        "it, and take the mean squared error.",
        "xt = q_sample(x0, t, noise, alpha_bar). The network sees xt and t, never x0; what it "
        "should have said is noise. mse_loss of torch takes the mean over everything.",
        "xt = q_sample(x0, t, noise, alpha_bar)\nreturn F.mse_loss(model(xt, t), noise)",
    ),
    why="A mean squared error, as in lesson 01, asked at every level of noise: a network that "
    "tells the noise in a picture also tells the picture without it, and so can invent pictures.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


_NOT_SHOWN = "The network is not shown the right xt: it should be q_sample(x0, t, noise, alpha_bar)"


@denoising_loss.mistake(
    "Your target is x0: this network is asked for the noise. Compare model(xt, t) with noise."
)
def target_x0(model, x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None, None, None]
    xt = a.sqrt() * x0 + (1 - a).sqrt() * noise
    return F.mse_loss(model(xt, t), x0)


@denoising_loss.mistake(
    "You show the network x0, in which there is no noise: show it xt, q_sample of it."
)
def input_x0(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(x0, t), noise)


@denoising_loss.mistake("You show the network the noise alone: show it xt, the picture in it too.")
def input_noise(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(noise, t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}, and in yours x0 and noise have changed places.")
def shown_with_places_changed(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(noise, t, x0, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}, unclipped: noise goes beyond [-1, 1].")
def shown_clipped(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar).clamp(-1, 1), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}, with x0 as it is: it lies in [-1, 1] already.")
def shown_scaled_again(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(2 * x0 - 1, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}, each at its own t; yours are all at the first one's.")
def shown_at_the_first_t(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t[:1].expand(len(t)), noise, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}; yours has the level of t - 1.")
def shown_at_t_minus_1(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t - 1, noise, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}; in yours a root is missing in front of x0: a.sqrt() * x0.")
def shown_without_root_on_x0(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(no_root_on_x0(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(_POWER)
def shown_with_halves(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(half_for_root(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}; in yours the noise lacks its root: (1 - a).sqrt() * noise.")
def shown_without_root_on_noise(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(no_root_on_noise(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}; in yours the noise is subtracted, and it is added.")
def shown_minus_noise(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(noise_subtracted(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(f"{_NOT_SHOWN}; in yours x0 is not made smaller: a.sqrt() * x0.")
def shown_with_x0_in_full(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(x0_in_full(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(_OTHER_NOISE)
def fresh_noise_in_xt(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, torch.randn_like(x0), alpha_bar), t), noise)


@denoising_loss.mistake(_OTHER_NOISE)
def fresh_noise_as_target(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), torch.randn_like(noise))


@denoising_loss.mistake(
    "You sum: the loss is the mean over pictures, channels and pixels, or the step grows with the "
    "batch."
)
def summed(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise, reduction="sum")


@denoising_loss.mistake(
    "You sum over the pixels and take the mean over the pictures alone: the mean goes over all."
)
def summed_over_pixels(model, x0, t, noise, alpha_bar):
    errors = (model(_q_sample(x0, t, noise, alpha_bar), t) - noise) ** 2
    return errors.flatten(1).sum(1).mean()


@denoising_loss.mistake(
    "You sum over the channels and take the mean over the rest: the mean goes over all."
)
def summed_over_channels(model, x0, t, noise, alpha_bar):
    errors = (model(_q_sample(x0, t, noise, alpha_bar), t) - noise) ** 2
    return errors.sum(dim=1).mean()


@denoising_loss.mistake(
    "That is Huber's loss, which grows in a line where errors are large: the loss is the plain "
    "mean of squares."
)
def huber(model, x0, t, noise, alpha_bar):
    return F.huber_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(
    "You take the mean for each picture and add these up: the mean goes over the pictures as well."
)
def summed_over_pictures(model, x0, t, noise, alpha_bar):
    errors = (model(_q_sample(x0, t, noise, alpha_bar), t) - noise) ** 2
    return errors.flatten(1).mean(1).sum()


@denoising_loss.mistake(
    "You return the norm, the root of the sum of squares: the loss is the mean of squares itself."
)
def norm(model, x0, t, noise, alpha_bar):
    return (model(_q_sample(x0, t, noise, alpha_bar), t) - noise).norm()


@denoising_loss.mistake("The target is xt: the network is asked for the noise in it.")
def target_xt(model, x0, t, noise, alpha_bar):
    xt = _q_sample(x0, t, noise, alpha_bar)
    return F.mse_loss(model(xt, t), xt)


@denoising_loss.mistake(
    "The target is the noise as it stands in xt, (1 - a).sqrt() * noise: ask for noise itself, "
    "with its spread of 1 at every t."
)
def scaled_target(model, x0, t, noise, alpha_bar):
    target = (1 - _a(alpha_bar, t)).sqrt() * noise
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), target)


@denoising_loss.mistake(
    "You ask for what was added, xt - x0 (or compare xt - model(xt, t) with x0, which is the "
    "same): asked for is the noise itself, before it was scaled."
)
def what_was_added(model, x0, t, noise, alpha_bar):
    xt = _q_sample(x0, t, noise, alpha_bar)
    return F.mse_loss(model(xt, t), xt - x0)


@denoising_loss.mistake(
    "The target is the velocity sqrt(a) noise - sqrt(1 - a) x0, another good question; here the "
    "network is asked for the noise."
)
def velocity(model, x0, t, noise, alpha_bar):
    a = _a(alpha_bar, t)
    target = a.sqrt() * noise - (1 - a).sqrt() * x0
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), target)


@denoising_loss.mistake(
    "You take what the network says away from xt, and compare the rest with noise: what it says is "
    "the noise, so compare model(xt, t) itself."
)
def the_rest_for_noise(model, x0, t, noise, alpha_bar):
    xt = _q_sample(x0, t, noise, alpha_bar)
    return F.mse_loss(xt - model(xt, t), noise)


@denoising_loss.mistake("You take the mean of the sizes |d|: the loss is the mean of squares.")
def absolute(model, x0, t, noise, alpha_bar):
    return F.l1_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake("You take the root of the mean: the loss is the mean of squares itself.")
def root_of_the_mean(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise).sqrt()


@denoising_loss.mistake("You halve the loss: it is the plain mean of squares.")
def halved(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise) / 2


@denoising_loss.mistake("Nothing is squared: errors of both signs cancel in your mean.")
def not_squared(model, x0, t, noise, alpha_bar):
    return (model(_q_sample(x0, t, noise, alpha_bar), t) - noise).mean()


@denoising_loss.mistake(
    "You square the mean: square each error first, then take the mean of the squares."
)
def mean_then_square(model, x0, t, noise, alpha_bar):
    return (model(_q_sample(x0, t, noise, alpha_bar), t) - noise).mean() ** 2


@denoising_loss.mistake(
    "You square both and subtract then: subtract first, (model(xt, t) - noise) ** 2."
)
def difference_of_squares(model, x0, t, noise, alpha_bar):
    said = model(_q_sample(x0, t, noise, alpha_bar), t)
    return (said**2 - noise**2).mean()


_ONE_PICTURE = (
    "Your loss is that of one picture alone: does a `return` stand inside the loop, or does each "
    "turn of it forget the last? The mean goes over all pictures."
)


@denoising_loss.mistake(_ONE_PICTURE)
def loss_of_the_first(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t)[0], noise[0])


@denoising_loss.mistake(_ONE_PICTURE)
def loss_of_the_last(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t)[-1], noise[-1])


@denoising_loss.mistake(
    "You divide by 784 pixels a picture, and here they have others: divide by noise.numel(), or "
    "let .mean() count."
)
def over_784(model, x0, t, noise, alpha_bar):
    errors = (model(_q_sample(x0, t, noise, alpha_bar), t) - noise) ** 2
    return errors.sum() / (len(x0) * 784)


@denoising_loss.mistake(
    "What you compare has two different shapes, and torch repeats one along the other: (n, 1, h, w)"
    " against (n, h, w) compares every picture with every other. Leave out squeeze."
)
def squeezed(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise.squeeze(1))


@denoising_loss.mistake("The sign is turned: an optimizer would make the error large.")
def minus(model, x0, t, noise, alpha_bar):
    return -F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake("You add the noise where it is subtracted: model(xt, t) - noise.")
def plus_noise(model, x0, t, noise, alpha_bar):
    return ((model(_q_sample(x0, t, noise, alpha_bar), t) + noise) ** 2).mean()


@denoising_loss.mistake(_NO_WEIGHT)
def detached(model, x0, t, noise, alpha_bar):
    with torch.no_grad():
        return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(
    "You return a float; return the loss as a tensor of torch (leave out .numpy(), .item() and "
    "float())."
)
def taken_out(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t), noise).item()


@denoising_loss.mistake(
    "The network is told a wrong step (t + 1): t is 0-based, hand it on as it is."
)
def another_step(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t + 1), noise)


@denoising_loss.mistake(
    "The network is told a wrong step (t - 1): t is 0-based, hand it on as it is."
)
def the_step_before(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), t - 1), noise)


@denoising_loss.mistake(
    "The network is told that t is 0 for every picture: hand t on, model(xt, t)."
)
def step_0(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(_q_sample(x0, t, noise, alpha_bar), torch.zeros_like(t)), noise)


@denoising_loss.mistake(
    "Your xt lacks the roots: its squares must add up to 1, sqrt(a) x0 + sqrt(1 - a) noise."
)
def no_roots_in_xt(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(no_roots(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(
    "In your xt torch lays the levels alpha_bar[t] along the width: each picture has its own, "
    "(n, 1, 1, 1). q_sample does it."
)
def levels_along_the_width(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(along_the_width(x0, t, noise, alpha_bar), t), noise)


@denoising_loss.mistake(
    "Your xt is picture plus noise, neither made smaller: q_sample weighs them by the level at t."
)
def plain_sum(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(x0 + noise, t), noise)


@denoising_loss.mistake(
    "You weigh the error by the level of noise: each t counts the same in this loss."
)
def weighted(model, x0, t, noise, alpha_bar):
    errors = (model(_q_sample(x0, t, noise, alpha_bar), t) - noise) ** 2
    a = _a(alpha_bar, t)
    return ((1 - a) * errors).mean()


@denoising_loss.mistake(
    "You compare the pictures x0 that follow from the two noises: compare the noises themselves."
)
def compares_pictures(model, x0, t, noise, alpha_bar):
    xt, a = _q_sample(x0, t, noise, alpha_bar), _a(alpha_bar, t)
    return F.mse_loss((xt - (1 - a).sqrt() * model(xt, t)) / a.sqrt(), x0)


# ---- ddim_step ---------------------------------------------------------------------------------


_NOISE_ADDED = (
    "You put fresh noise in: this step draws nothing, and the noise of x_prev is eps, the "
    "same that is in xt."
)


_NO_SUM = (
    "You draw random numbers, and your x_prev is no weighted sum of xt and eps: in this "
    "step nothing is drawn, and nothing is clipped."
)


def _x_prev(result, xt, eps, t, t_prev, alpha_bar):
    _one_tensor(result, "x_prev", "xt")
    usable = result.shape == xt.shape and result.isfinite().all()
    if _has_drawn(xt) and usable and not _is_sum(result, xt, eps):
        dice = torch.Generator()
        dice.set_state(xt.dice)
        fresh = torch.randn(xt.shape, generator=dice)  # what torch.randn_like(xt) has drawn
        raise OddResultError(_NOISE_ADDED if _is_sum(result, xt, eps, fresh) else _NO_SUM)
    return {"": result}


def _is_sum(result, *parts):
    """Whether each picture is a weighted sum of its parts, and nothing else is in it."""
    for x, *those in zip(result.detach(), *parts, strict=True):
        span = torch.stack([part.flatten() for part in those], dim=1).double()
        flat = x.flatten().double()
        left = flat - span @ torch.linalg.lstsq(span, flat[:, None]).solution[:, 0]
        if left.norm() > 1e-3 * flat.norm():
            return False
    return True


def _ddim_step(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


_BATCH = (_normal(3, 3, 2, 3), _normal(3, 3, 2, 3))

ddim_step = Exercise(
    "ddim_step",
    _ddim_step,
    cases=[
        case(
            _f32([[[[0.5, 1.5, -1.0, 0.2, -0.6]]]]),
            _f32([[[[-1.0, 0.3, 0.8, 1.2, 0.4]]]]),
            np.array([1]),
            np.array([0]),
            _f32([0.81, 0.36]),
        ),
        case(
            _f32([[[[0.5, 1.5, -1.0, 0.2, -0.6]]]]),
            _f32([[[[-1.0, 0.3, 0.8, 1.2, 0.4]]]]),
            np.array([1]),
            np.array([-1]),
            _f32([0.81, 0.36]),
        ),
        case(
            _normal(2, 1, 3, 2),
            _normal(2, 1, 3, 2),
            np.array([8, 5]),
            np.array([4, 0]),
            _LONG,
            note="two grey pictures of 3 x 2 pixels; t = (8, 5), t_prev = (4, 0): several steps in "
            "one",
        ),
        case(
            *_BATCH,
            np.array([2, 7, 4]),
            np.array([1, 3, 0]),
            _LONG,
            note="three pictures of 3 channels, 2 x 3 pixels; t = (2, 7, 4), t_prev = (1, 3, 0)",
        ),
        case(
            *_BATCH,
            np.array([0, 6, 2]),
            np.array([-1, 5, -1]),
            _LONG,
            note="three pictures of 3 channels, 2 x 3 pixels; t = (0, 6, 2), t_prev = (-1, 5, -1): "
            "the first and the last come out clean",
        ),
    ],
    build=_tensors,
    probe=_x_prev,
    hints=(
        "Two steps: which picture x0 belongs to xt if its noise is eps (solve the formula of "
        "q_sample for x0), and what is that picture at the level t_prev, with the same noise?",
        "With a the level at t and b the one at t_prev, each (n, 1, 1, 1): "
        "x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt(). Where t_prev is -1, b is 1: "
        "torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]), for alpha_bar[-1] is the last.",
        "a = alpha_bar[t][:, None, None, None]\n"
        "b = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])[:, None, None, None]\n"
        "x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()\n"
        "return b.sqrt() * x0 + (1 - b).sqrt() * eps",
    ),
    why="Nothing is drawn, so the same noise always becomes the same picture, and few and long "
    "steps lead back to it.",
    points=3,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
)


@ddim_step.mistake(
    "At the end t_prev is -1, and alpha_bar[-1] is the last level, nearly all noise: clean means "
    "1. Write torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])."
)
def last_level_at_the_end(xt, eps, t, t_prev, alpha_bar):
    a = alpha_bar[t][:, None, None, None]
    b = alpha_bar[t_prev][:, None, None, None]
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "Where t_prev is -1 you read alpha_bar[0], which still holds a little noise: clean means 1."
)
def first_level_at_the_end(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t_prev.clamp(min=0), alpha_bar)


@ddim_step.mistake(
    "You decide for the whole batch whether it comes out clean: look at each picture's own t_prev."
)
def clean_by_the_first(xt, eps, t, t_prev, alpha_bar):
    if t_prev[0] < 0:
        return _ddim_step(xt, eps, t, torch.full_like(t_prev, -1), alpha_bar)
    return _ddim_step(xt, eps, t, t_prev, alpha_bar)


@ddim_step.mistake(
    "You decide for the whole batch whether it comes out clean, by all of t_prev: look at each "
    "picture's own."
)
def clean_by_all(xt, eps, t, t_prev, alpha_bar):
    if (t_prev < 0).all():
        return _ddim_step(xt, eps, t, t_prev, alpha_bar)
    return last_level_at_the_end(xt, eps, t, t_prev, alpha_bar)


@ddim_step.mistake(
    "Where t_prev is -1 you take 0 for the level, noise alone: clean means 1, nothing but picture."
)
def zero_at_the_end(xt, eps, t, t_prev, alpha_bar):
    b = torch.where(t_prev < 0, 0.0, alpha_bar[t_prev])
    return _step(xt, eps, _level(alpha_bar, t), b[:, None, None, None])


@ddim_step.mistake(
    "You take t_prev = 0 for clean: there a little noise is left, alpha_bar[0]. Only -1 is clean."
)
def clean_from_0_on(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, torch.where(t_prev > 0, t_prev, -1), alpha_bar)


def _step(xt, eps, a, b):
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake(_NOISE_ADDED)
def noise_added(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    sigma = ((1 - b) / (1 - a) * (1 - a / b)).sqrt()
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b - sigma**2).sqrt() * eps + sigma * torch.randn_like(xt)


@ddim_step.mistake(_NOISE_ADDED)
def noise_on_top(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t_prev, alpha_bar) + 0.1 * torch.randn_like(xt)


@ddim_step.mistake(_NOISE_ADDED)
def noised_anew(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * torch.randn_like(eps)


@ddim_step.mistake(
    "x_prev is clean in yours: put the noise back, less of it, (1 - b).sqrt() * eps."
)
def no_noise_back(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt()


@ddim_step.mistake(
    "You return x0, the picture that the network believes in: noise it to the level of t_prev."
)
def x0_alone(xt, eps, t, t_prev, alpha_bar):
    a = _level(alpha_bar, t)
    return (xt - (1 - a).sqrt() * eps) / a.sqrt()


@ddim_step.mistake(
    "Wrong alpha_bar: one level serves both lines, which gives xt back. x0 is worked out with that "
    "of t, and noised to that of t_prev."
)
def back_to_t(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t, alpha_bar)


@ddim_step.mistake(
    "The noise in x_prev has the level of t: it must be less, (1 - b).sqrt() with the level of "
    "t_prev."
)
def noise_at_t(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - a).sqrt() * eps


@ddim_step.mistake(
    "The noise gets less, and the picture in xt stays as small as it was: it must grow from "
    "a.sqrt() of itself to b.sqrt(). Divide x0 by a.sqrt(), and give it b.sqrt()."
)
def x0_weighed_at_t(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return xt - (1 - a).sqrt() * eps + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "The noise taken out of xt has the level of t, (1 - a).sqrt() * eps, not t_prev's."
)
def noise_out_at_t_prev(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - b).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake(_POWER)
def halves_for_roots(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b / 2 * (xt - (1 - a) / 2 * eps) / (a / 2) + (1 - b) / 2 * eps


@ddim_step.mistake(
    "You set the last of alpha_bar to 1, so that -1 finds it: then the step T - 1 is clean as "
    "well. Write torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])."
)
def last_level_set_to_1(xt, eps, t, t_prev, alpha_bar):
    last = torch.arange(len(alpha_bar)) == len(alpha_bar) - 1
    return last_level_at_the_end(xt, eps, t, t_prev, torch.where(last, 1.0, alpha_bar))


_TURNED_ROUND = "t and t_prev have changed places: you step back into the noise."


@ddim_step.mistake(_TURNED_ROUND)
def turned_round(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t_prev, t, alpha_bar)


@ddim_step.mistake(_TURNED_ROUND)
def turned_round_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return last_level_at_the_end(xt, eps, t_prev, t, alpha_bar)


@ddim_step.mistake(
    "You take alpha of the single step, alpha_bar[t] / alpha_bar[t - 1], for alpha_bar: in xt is "
    "the noise of all steps up to t."
)
def alpha_of_one_step(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t_prev, alpha_bar / torch.cat([torch.ones(1), alpha_bar[:-1]]))


@ddim_step.mistake(
    "You multiply alpha_bar up again (cumprod): it is the running product of alpha already."
)
def multiplied_up_again(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t_prev, alpha_bar.cumprod(0))


@ddim_step.mistake("The roots are missing: all four weights are roots, of a, 1 - a, b and 1 - b.")
def no_root_at_all(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b * (xt - (1 - a) * eps) / a + (1 - b) * eps


@ddim_step.mistake(
    "The noise is weighed by the variances 1 - a and 1 - b in yours: it gets their roots, "
    "(1 - a).sqrt() and (1 - b).sqrt()."
)
def variances_for_roots(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a) * eps) / a.sqrt() + (1 - b) * eps


@ddim_step.mistake("x0 lacks both its roots: it is (xt - (1 - a).sqrt() * eps) / a.sqrt().")
def no_roots_in_x0(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a) * eps) / a + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "The noise gets 1 - sqrt(a) and 1 - sqrt(b): take the roots of the differences, (1 - a).sqrt() "
    "and (1 - b).sqrt()."
)
def roots_inside(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a.sqrt()) * eps) / a.sqrt() + (1 - b.sqrt()) * eps


@ddim_step.mistake(
    "Brackets: in yours eps alone is divided by a.sqrt(), and xt must be too, "
    "(xt - (1 - a).sqrt() * eps) / a.sqrt()."
)
def eps_alone_divided(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps / a.sqrt()) + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "x0 lacks a root: it is (xt - (1 - a).sqrt() * eps) / a.sqrt(), and you divide by a itself."
)
def divided_by_a(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a + (1 - b).sqrt() * eps


@ddim_step.mistake("x0 lacks a root: you take away (1 - a) * eps, and it is (1 - a).sqrt() * eps.")
def no_root_in_x0(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a) * eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "The last line lacks its roots: b.sqrt() * x0 + (1 - b).sqrt() * eps, as in q_sample."
)
def no_roots_at_the_end(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b) * eps


@ddim_step.mistake("A root is missing where the noise comes back: (1 - b).sqrt() * eps.")
def no_root_on_the_noise(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b) * eps


@ddim_step.mistake("A root is missing where x0 comes back: b.sqrt() * x0.")
def no_root_on_the_picture(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake("The noise comes back in full: at the level of t_prev it gets (1 - b).sqrt().")
def noise_back_in_full(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + eps


@ddim_step.mistake("You take eps away in full: in xt there is (1 - a).sqrt() of it.")
def eps_out_in_full(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "You put xt back where the noise belongs: it is b.sqrt() * x0 + (1 - b).sqrt() * eps."
)
def xt_for_eps(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * xt


@ddim_step.mistake(
    "You go back by alpha of the single step, alpha_bar[t] / alpha_bar[t_prev], as if eps were its "
    "noise alone: eps is all the noise in xt. Work out x0 by alpha_bar[t], and noise it again."
)
def back_by_single_step(xt, eps, t, t_prev, alpha_bar):
    kept = _level(alpha_bar, t) / _level(alpha_bar, t_prev)
    return (xt - (1 - kept).sqrt() * eps) / kept.sqrt()


@ddim_step.mistake("x0 comes back in full: at the level of t_prev it gets the weight b.sqrt().")
def x0_back_in_full(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "You noise xt once more, where x0 belongs: take the noise out of it first, "
    "x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()."
)
def xt_for_x0(xt, eps, t, t_prev, alpha_bar):
    b = _level(alpha_bar, t_prev)
    return b.sqrt() * xt + (1 - b).sqrt() * eps


@ddim_step.mistake("x0 is not divided by a.sqrt(): solve q_sample's formula for x0.")
def not_divided(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) + (1 - b).sqrt() * eps


@ddim_step.mistake("x0 is multiplied by a.sqrt() where it must be divided.")
def multiplied(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) * a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake("You add the noise to get x0: it is taken away, xt - (1 - a).sqrt() * eps.")
def noise_added_to_x0(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt + (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@ddim_step.mistake("The noise is taken away a second time: at the end it is added, less of it.")
def noise_taken_twice(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() - (1 - b).sqrt() * eps


@ddim_step.mistake(
    "You clip x0 to [-1, 1]: a good trick in a sampler, but this step is the plain one, unclipped."
)
def x0_clipped(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    x0 = ((xt - (1 - a).sqrt() * eps) / a.sqrt()).clamp(-1, 1)
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


@ddim_step.mistake(
    "You clip x0 to [-1, 1] and turn eps with it: a good trick in a sampler, but this step is the "
    "plain one, unclipped."
)
def x0_clipped_and_eps_turned(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    x0 = ((xt - (1 - a).sqrt() * eps) / a.sqrt()).clamp(-1, 1)
    return b.sqrt() * x0 + (1 - b).sqrt() * (xt - a.sqrt() * x0) / (1 - a).sqrt()


@ddim_step.mistake("You clip x_prev to [-1, 1]: noise goes beyond, and must.")
def x_prev_clipped(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t_prev, alpha_bar).clamp(-1, 1)


_ONE_STEP = "You step by one, to t - 1, and never look at t_prev: DDIM takes long steps."


@ddim_step.mistake(_ONE_STEP)
def one_step(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t - 1, alpha_bar)


@ddim_step.mistake(_ONE_STEP)
def one_step_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return last_level_at_the_end(xt, eps, t, t - 1, alpha_bar)


@ddim_step.mistake(
    "That is DDPM's mean, (xt - beta / sqrt(1 - a) eps) / sqrt(alpha): in this step all the noise "
    "left in x_prev is eps, (1 - b).sqrt() of it."
)
def mean_of_ddpm(xt, eps, t, t_prev, alpha_bar):
    a, b = _level(alpha_bar, t), _level(alpha_bar, t_prev)
    alpha = a / b
    return (xt - (1 - alpha) / (1 - a).sqrt() * eps) / alpha.sqrt()


_BOTH_WIDE = (
    "torch lays the levels along the width: give both the shape (n, 1, 1, 1), by "
    "[:, None, None, None]."
)


@ddim_step.mistake(_BOTH_WIDE)
def both_along_the_width(xt, eps, t, t_prev, alpha_bar):
    return _step(xt, eps, alpha_bar[t], torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]))


@ddim_step.mistake(_BOTH_WIDE)
def both_along_the_width_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return _step(xt, eps, alpha_bar[t], alpha_bar[t_prev])


_OFF_BY_ONE = "Off by one: t is 0-based, and the level of t_prev is alpha_bar[t_prev]."


@ddim_step.mistake(
    "torch lays the level of t_prev along the width: give it the shape (n, 1, 1, 1) too, by "
    "[:, None, None, None]."
)
def b_along_the_width(xt, eps, t, t_prev, alpha_bar):
    return _step(xt, eps, _a(alpha_bar, t), torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]))


_WHERE_WIDE = (
    "Your condition t_prev < 0 has the shape (n,), and torch lays it along the width: give it the "
    "shape (n, 1, 1, 1), by [:, None, None, None]."
)


@ddim_step.mistake(_WHERE_WIDE)
def clean_along_the_width(xt, eps, t, t_prev, alpha_bar):
    x0 = _step(xt, eps, _a(alpha_bar, t), torch.ones(1))
    return torch.where(t_prev < 0, x0, _step(xt, eps, _a(alpha_bar, t), _a(alpha_bar, t_prev)))


@ddim_step.mistake(_WHERE_WIDE)
def clean_along_the_width_from_the_first_level(xt, eps, t, t_prev, alpha_bar):
    x0 = _step(xt, eps, _a(alpha_bar, t), torch.ones(1))
    later = _step(xt, eps, _a(alpha_bar, t), _a(alpha_bar, t_prev.clamp(min=0)))
    return torch.where(t_prev < 0, x0, later)


@ddim_step.mistake(_OFF_BY_ONE)
def off_by_one(xt, eps, t, t_prev, alpha_bar):
    padded = torch.cat([torch.ones(1), alpha_bar])
    return _step(xt, eps, padded[t][:, None, None, None], _level(alpha_bar, t_prev - 1))


@ddim_step.mistake(_OFF_BY_ONE)
def off_by_one_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return last_level_at_the_end(xt, eps, t, t_prev, torch.cat([torch.ones(1), alpha_bar]))


@ddim_step.mistake(
    "Off by one at t alone: you take the level of the step before, alpha_bar[t - 1], and it is "
    "alpha_bar[t]."
)
def t_off_by_one(xt, eps, t, t_prev, alpha_bar):
    return _step(xt, eps, _level(alpha_bar, t - 1), _level(alpha_bar, t_prev))


_B_TOO_EARLY = (
    "The level of t_prev is read one place too early, that of t_prev - 1: it is "
    "alpha_bar[t_prev] (with a 1 put in front of alpha_bar, its place is t_prev + 1)."
)


@ddim_step.mistake(_B_TOO_EARLY)
def b_one_too_early(xt, eps, t, t_prev, alpha_bar):
    return _ddim_step(xt, eps, t, t_prev - 1, alpha_bar)


@ddim_step.mistake(_B_TOO_EARLY)
def b_one_too_early_and_last_level(xt, eps, t, t_prev, alpha_bar):
    padded = torch.cat([torch.ones(1), alpha_bar])
    return _step(xt, eps, _a(alpha_bar, t), _a(padded, t_prev))


@ddim_step.mistake("All pictures get the levels of the first: each has its own t and t_prev.")
def levels_of_the_first(xt, eps, t, t_prev, alpha_bar):
    first, before = t[:1].expand(len(t)), t_prev[:1].expand(len(t))
    return _ddim_step(xt, eps, first, before, alpha_bar)


# Whoever makes one of these mistakes may forget besides that -1 means clean: both are told.

_AND_LAST = " And where t_prev is -1, alpha_bar[-1] is the last level: clean means 1."


@ddim_step.mistake(
    "The roots are missing: all four weights are roots, of a, 1 - a, b and 1 - b." + _AND_LAST
)
def no_root_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return no_root_at_all(xt, eps, t, t_prev % len(alpha_bar), alpha_bar)


@ddim_step.mistake("x0 is not divided by a.sqrt()." + _AND_LAST)
def not_divided_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return not_divided(xt, eps, t, t_prev % len(alpha_bar), alpha_bar)


@ddim_step.mistake("The noise in x_prev has the level of t, and must have less." + _AND_LAST)
def noise_at_t_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return noise_at_t(xt, eps, t, t_prev % len(alpha_bar), alpha_bar)


@ddim_step.mistake("You clip x0 to [-1, 1]: this step is the plain one." + _AND_LAST)
def x0_clipped_and_last_level(xt, eps, t, t_prev, alpha_bar):
    return x0_clipped(xt, eps, t, t_prev % len(alpha_bar), alpha_bar)


@ddim_step.mistake(
    "You take eps away from xt, and that is all: eps has a spread of 1, and in xt it stands with "
    "the weight (1 - a).sqrt(). Solve for x0, and noise it to the level of t_prev."
)
def eps_taken_away(xt, eps, t, t_prev, alpha_bar):
    return xt - eps


@ddim_step.mistake(_TURNED_ROUND)
def levels_changed_places(xt, eps, t, t_prev, alpha_bar):
    return _step(xt, eps, _level(alpha_bar, t_prev.clamp(min=0)), _level(alpha_bar, t))


# ---- repaint_blend -----------------------------------------------------------------------------


def _blended(result, x_prev, x0, hole, t_prev, noise, alpha_bar):
    _one_tensor(result, "the blend", "x_prev")
    if _has_drawn(x_prev):
        raise OddResultError(_OWN_NOISE)
    return {"": result}


def _repaint_blend(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])[:, None, None, None]
    known = a.sqrt() * x0 + (1 - a).sqrt() * noise
    return torch.where(hole, x_prev, known)


def _hole(n, h, w):
    hole = _rng.random((n, 1, h, w)) < 0.5
    hole[:, 0, 0, :2] = [True, False]
    return hole


def _blend_case(n, c, h, w, t_prev, alpha_bar, note):
    x_prev, x0, noise = _normal(n, c, h, w), _pictures(n, c, h, w), _normal(n, c, h, w)
    return case(x_prev, x0, _hole(n, h, w), np.array(t_prev), noise, alpha_bar, note=note)


repaint_blend = Exercise(
    "repaint_blend",
    _repaint_blend,
    cases=[
        case(
            _f32([[[[0.3, -2.0]]]]),
            _f32([[[[0.5, 1.0]]]]),
            np.array([[[[True, False]]]]),
            np.array([1]),
            _f32([[[[-1.0, -0.5]]]]),
            _f32([0.81, 0.36, 0.1]),
        ),
        case(
            _f32([[[[0.3, -2.0]]]]),
            _f32([[[[0.5, 1.0]]]]),
            np.array([[[[True, False]]]]),
            np.array([-1]),
            _f32([[[[-1.0, -0.5]]]]),
            _f32([0.81, 0.36, 0.1]),
        ),
        _blend_case(
            2, 1, 3, 2, [4, 0], _LONG, "two grey pictures of 3 x 2 pixels; t_prev = (4, 0)"
        ),
        _blend_case(
            3,
            3,
            2,
            3,
            [7, 1, 3],
            _LONG,
            "three pictures of 3 channels, 2 x 3 pixels; t_prev = (7, 1, 3)",
        ),
        _blend_case(
            3,
            3,
            4,
            3,
            [-1, 5, -1],
            _LONG,
            "three pictures of 3 channels, 4 x 3 pixels; t_prev = (-1, 5, -1): the known pixels of "
            "the first and the last are clean",
        ),
        _blend_case(
            2, 1, 3, 2, [-1, 8], _LONG, "two grey pictures of 3 x 2 pixels; t_prev = (-1, 8)"
        ),
    ],
    build=_tensors,
    probe=_blended,
    hints=(
        "Two halves at one level of noise: in the hole what the network made, x_prev; outside it "
        "the picture, x0, which is known there, noised as much as x_prev is.",
        "The known half is q_sample at t_prev; but t_prev may be -1, and alpha_bar[-1] is the last "
        "level: there a is 1, torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]). Then "
        "torch.where(hole, ..., ...) puts both together.",
        "a = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])[:, None, None, None]\n"
        "known = a.sqrt() * x0 + (1 - a).sqrt() * noise\n"
        "return torch.where(hole, x_prev, known)",
    ),
    why="The network sees one picture with one level of noise, as it expects, and is never told "
    "of the hole: so weights that were trained to invent pictures can fill them.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _blend(hole, x_prev, known):
    return torch.where(hole, x_prev, known)


def _known(x0, t, noise, alpha_bar):
    a = _level(alpha_bar, t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@repaint_blend.mistake(
    "You leave the known pixels clean beside a noisy hole, and the network expects the same noise "
    "everywhere. Noise x0 to the level of t_prev."
)
def known_left_clean(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, x_prev, x0)


_POLARITY = (
    "Polarity: your hole keeps the known pixels, and the rest is x_prev. hole is True where it is "
    "to be filled: torch.where(hole, x_prev, known)."
)


@repaint_blend.mistake(_POLARITY)
def polarity(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, _known(x0, t_prev, noise, alpha_bar), x_prev)


@repaint_blend.mistake(_POLARITY)
def polarity_and_clean(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, x0, x_prev)


@repaint_blend.mistake(_POLARITY)
def polarity_and_last_level(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return noised_at_the_end(x_prev, x0, ~hole, t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "You turn the hole round as a number: ~ swaps the bits, and ~1 is -2. Turn it round while it "
    "is bool, ~hole, or write 1 - hole.float()."
)
def bits_swapped(x_prev, x0, hole, t_prev, noise, alpha_bar):
    place = hole.int()
    return place * x_prev + ~place * _known(x0, t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "In the hole stands x0, which nobody knows there: x_prev stays, what the network has made."
)
def truth_in_the_hole(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x0, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "You add both pictures everywhere: x_prev counts in the hole alone, the noised x0 outside it."
)
def both_everywhere(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x_prev + _known(x0, t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "You clip to [-1, 1]: noise goes beyond, and the network must see it as it is."
)
def blend_clipped(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _repaint_blend(x_prev, x0, hole, t_prev, noise, alpha_bar).clamp(-1, 1)


_AT_T = (
    "The known pixels get the level of t, one step noisier than x_prev: both sides of the hole "
    "must have that of t_prev."
)


@repaint_blend.mistake(_AT_T)
def noised_at_t(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x0, t_prev + 1, noise, alpha_bar))


@repaint_blend.mistake(_AT_T)
def noised_at_t_with_a_1_behind(x_prev, x0, hole, t_prev, noise, alpha_bar):
    padded = torch.cat([alpha_bar, torch.ones(1)])
    return _blend(hole, x_prev, _q_sample(x0, t_prev + 1, noise, padded))


@repaint_blend.mistake(_AT_T)
def noised_at_t_and_clean_at_the_end(x_prev, x0, hole, t_prev, noise, alpha_bar):
    t = torch.where(t_prev < 0, -1, t_prev + 1)
    return _blend(hole, x_prev, _known(x0, t, noise, alpha_bar))


@repaint_blend.mistake(
    "At the end, where t_prev is -1, the known pixels still hold noise: you read alpha_bar[-1], "
    "the last level. Clean means 1: torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])."
)
def noised_at_the_end(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar[t_prev][:, None, None, None]
    return torch.where(hole, x_prev, a.sqrt() * x0 + (1 - a).sqrt() * noise)


@repaint_blend.mistake(
    "At the end, where t_prev is -1, the known pixels still hold a little noise: you read "
    "alpha_bar[0]. Clean means 1."
)
def first_level_for_clean(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x0, t_prev.clamp(min=0), noise, alpha_bar))


@repaint_blend.mistake(
    "At the end, where t_prev is -1, you take 0 for the level, and the known pixels are noise "
    "alone: clean means 1."
)
def known_drowned_at_the_end(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.where(t_prev < 0, 0.0, alpha_bar[t_prev])[:, None, None, None]
    return torch.where(hole, x_prev, a.sqrt() * x0 + (1 - a).sqrt() * noise)


@repaint_blend.mistake(
    "You set the last of alpha_bar to 1, so that -1 finds it: then the step T - 1 is clean as "
    "well. Write torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])."
)
def last_level_set_to_1_in_blend(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar.clone()
    a[-1] = 1
    return _blend(hole, x_prev, _q_sample(x0, t_prev, noise, a))


@repaint_blend.mistake(
    "Where t_prev is -1 you return x0 in the hole too: there x_prev stays, what the network made."
)
def all_x0_at_the_end(x_prev, x0, hole, t_prev, noise, alpha_bar):
    clean = (t_prev < 0)[:, None, None, None]
    return torch.where(clean, x0, _repaint_blend(x_prev, x0, hole, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "You take t_prev = 0 for clean: there a little noise is left, alpha_bar[0]. Only -1 is clean."
)
def known_clean_from_0_on(x_prev, x0, hole, t_prev, noise, alpha_bar):
    at = torch.where(t_prev > 0, t_prev, -1)
    return _blend(hole, x_prev, _known(x0, at, noise, alpha_bar))


@repaint_blend.mistake(
    "One picture decides for the whole batch whether the known pixels are clean: look at each "
    "picture's own t_prev."
)
def all_clean_by_the_first(x_prev, x0, hole, t_prev, noise, alpha_bar):
    if t_prev[0] < 0:
        return _blend(hole, x_prev, x0)
    return _blend(hole, x_prev, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "Known pixels come out clean only where every t_prev of the batch is -1: look at each "
    "picture's own t_prev."
)
def clean_where_all_are(x_prev, x0, hole, t_prev, noise, alpha_bar):
    if (t_prev < 0).all():
        return _blend(hole, x_prev, x0)
    return noised_at_the_end(x_prev, x0, hole, t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "The roots are missing: the known pixels are sqrt(a) x0 + sqrt(1 - a) noise, as in q_sample."
)
def known_without_roots(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, a * x0 + (1 - a) * noise)


@repaint_blend.mistake("The root is missing in front of the noise: it is (1 - a).sqrt() * noise.")
def known_noise_without_root(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, a.sqrt() * x0 + (1 - a) * noise)


@repaint_blend.mistake("The root is missing in front of x0: it is a.sqrt() * x0.")
def known_x0_without_root(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, a * x0 + (1 - a).sqrt() * noise)


@repaint_blend.mistake(
    "The noise gets 1 - sqrt(a): take the root of the difference, (1 - a).sqrt()."
)
def known_root_inside(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, a.sqrt() * x0 + (1 - a.sqrt()) * noise)


_KNOWN_WIDE = (
    "torch lays the levels along the width: each picture has its own, (n, 1, 1, 1), by "
    "[:, None, None, None]."
)


@repaint_blend.mistake(_KNOWN_WIDE)
def known_along_the_width(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])
    return _blend(hole, x_prev, a.sqrt() * x0 + (1 - a).sqrt() * noise)


@repaint_blend.mistake(_KNOWN_WIDE)
def known_along_the_width_and_last_level(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, along_the_width(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "You take alpha of the single step, alpha_bar[t] / alpha_bar[t - 1], for alpha_bar: in x_prev "
    "is the noise of all steps up to t_prev."
)
def known_by_alpha_of_one_step(x_prev, x0, hole, t_prev, noise, alpha_bar):
    alpha = alpha_bar / torch.cat([torch.ones(1), alpha_bar[:-1]])
    return _blend(hole, x_prev, _known(x0, t_prev, noise, alpha))


@repaint_blend.mistake("All pictures get the level of the first: each has its own t_prev.")
def level_of_the_first(x_prev, x0, hole, t_prev, noise, alpha_bar):
    first = t_prev[:1].expand(len(t_prev))
    return _blend(hole, x_prev, _known(x0, first, noise, alpha_bar))


@repaint_blend.mistake(
    "The known pixels are the noise part alone: the picture a.sqrt() * x0 belongs to them."
)
def known_noise_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, (1 - _level(alpha_bar, t_prev)).sqrt() * noise)


@repaint_blend.mistake(
    "Outside the hole stands pure noise: put x0 there, noised to the level of t_prev."
)
def pure_noise(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, noise)


@repaint_blend.mistake(
    "Outside the hole stands x0 made smaller, without its noise: add (1 - a).sqrt() * noise."
)
def known_without_noise(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _level(alpha_bar, t_prev).sqrt() * x0)


@repaint_blend.mistake(
    "Outside the hole stands x0 + noise, neither weighed: that is noisier than x_prev. q_sample "
    "weighs both by the level of t_prev."
)
def known_plus_noise(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, x0 + noise)


@repaint_blend.mistake("Outside the hole x0 is not made smaller: a.sqrt() * x0.")
def known_x0_in_full(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, x0 + (1 - _level(alpha_bar, t_prev)).sqrt() * noise)


@repaint_blend.mistake("Outside the hole the noise comes in full: it gets (1 - a).sqrt().")
def known_noise_in_full(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _level(alpha_bar, t_prev).sqrt() * x0 + noise)


@repaint_blend.mistake("You take x0 from [0, 1] to [-1, 1]: it lies in [-1, 1] already.")
def known_scaled_again(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(2 * x0 - 1, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "Noise falls into the hole too: x_prev has its own already. Noise x0 first, then put both "
    "together by torch.where."
)
def noise_everywhere(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, a.sqrt() * x0) + (1 - a).sqrt() * noise


@repaint_blend.mistake("All pictures get the hole of the first: each has its own.")
def hole_of_the_first(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole[:1], x_prev, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake(_FIRST_ALONE)
def first_blend_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _repaint_blend(x_prev, x0, hole, t_prev, noise, alpha_bar)[0]


@repaint_blend.mistake("Picture and noise have changed weights: a.sqrt() belongs to x0.")
def known_weights_swapped(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, (1 - a).sqrt() * x0 + a.sqrt() * noise)


@repaint_blend.mistake("The noise is subtracted outside the hole: the two parts are added.")
def known_minus_noise(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x0, t_prev, -noise, alpha_bar))


@repaint_blend.mistake(
    "You noise x_prev once more: it stands at the level of t_prev already, and stays as it is in "
    "the hole."
)
def hole_noised_too(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _known(_blend(hole, x_prev, x0), t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "The hole is left empty (0): there x_prev stays, what the network has made so far."
)
def hole_emptied(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, 0 * x_prev, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake("In the hole stands noise: there x_prev stays as it is.")
def noise_in_the_hole(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, noise, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "Your function never uses the hole: it returns the noised x0 everywhere. torch.where(hole, "
    "x_prev, known) puts both together."
)
def hole_ignored(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _known(x0, t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "Both halves are added without cutting x_prev to the hole: x_prev counts only in the hole."
)
def added_everywhere(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x_prev + torch.where(hole, 0.0, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake("You return x_prev as it came: outside the hole belongs the noised x0.")
def x_prev_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x_prev.clone()


@repaint_blend.mistake(
    "You write the known pixels into x_prev itself and change the caller's tensor: use torch.where."
)
def in_place(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = ~hole.expand_as(x_prev)
    x_prev[known] = _known(x0, t_prev, noise, alpha_bar)[known]
    return x_prev


_TOO_LITTLE = (
    "The known pixels get the level before t_prev (clean at t_prev = 0): both sides of the hole "
    "must have the level of t_prev."
)


@repaint_blend.mistake(_TOO_LITTLE)
def noised_one_too_little(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x0, t_prev - 1, noise, alpha_bar))


@repaint_blend.mistake(_TOO_LITTLE)
def noised_one_too_little_and_last_level(x_prev, x0, hole, t_prev, noise, alpha_bar):
    padded = torch.cat([torch.ones(1), alpha_bar])
    return _blend(hole, x_prev, _q_sample(x0, t_prev, noise, padded))


@repaint_blend.mistake(_OWN_NOISE)
def known_with_own_noise(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x0, t_prev, torch.randn_like(noise), alpha_bar))


@repaint_blend.mistake(
    "The hole is noised, and the known pixels are left clean: it is the other way round. x_prev "
    "has its noise already."
)
def hole_noised_known_clean(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, _known(x_prev, t_prev, noise, alpha_bar), x0)


@repaint_blend.mistake(
    "Outside the hole stands x_prev, noised once more: what is known there is x0. Noise that."
)
def x_prev_for_x0(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x_prev, t_prev, noise, alpha_bar))


@repaint_blend.mistake(
    "You add the noised x0 in the hole as well: it counts outside alone, there x_prev stands alone."
)
def known_added_in_the_hole(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, x_prev, 0.0) + _known(x0, t_prev, noise, alpha_bar)


@repaint_blend.mistake(
    "You clip the known pixels to [-1, 1]: under noise they go beyond, and must."
)
def known_clipped(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _blend(hole, x_prev, _known(x0, t_prev, noise, alpha_bar).clamp(-1, 1))


@repaint_blend.mistake(_POWER)
def known_halves_for_roots(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = _level(alpha_bar, t_prev)
    return _blend(hole, x_prev, a / 2 * x0 + (1 - a) / 2 * noise)


@repaint_blend.mistake(_WHERE_WIDE)
def known_clean_along_the_width(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = _q_sample(x0, t_prev, noise, alpha_bar)
    return _blend(hole, x_prev, torch.where(t_prev < 0, x0, known))


@repaint_blend.mistake(_WHERE_WIDE)
def known_clean_along_the_width_from_the_first_level(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = _q_sample(x0, t_prev.clamp(min=0), noise, alpha_bar)
    return _blend(hole, x_prev, torch.where(t_prev < 0, x0, known))


_SCATTERED = (
    "masked_scatter puts numbers in one after another, from the first of its second argument on: "
    "they come to the wrong places. torch.where(hole, x_prev, known) takes each from its own."
)


@repaint_blend.mistake(_SCATTERED)
def known_scattered(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x_prev.masked_scatter(~hole, _known(x0, t_prev, noise, alpha_bar))


@repaint_blend.mistake(_SCATTERED)
def x_prev_scattered(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return _known(x0, t_prev, noise, alpha_bar).masked_scatter(hole, x_prev)


@repaint_blend.mistake("The roots are missing, as q_sample has them." + _AND_LAST)
def known_without_roots_and_last_level(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return known_without_roots(x_prev, x0, hole, t_prev % len(alpha_bar), noise, alpha_bar)


@repaint_blend.mistake("You clip the known pixels to [-1, 1]." + _AND_LAST)
def known_clipped_and_last_level(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return known_clipped(x_prev, x0, hole, t_prev % len(alpha_bar), noise, alpha_bar)
