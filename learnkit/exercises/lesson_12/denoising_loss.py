"""`denoising_loss`: how an answer is tried, and the hints."""

import numpy as np
import torch
from torch import nn

from learnkit.exercises.lesson_12.common import (
    LONG,
    SHORT,
    a_kind,
    as_tensors,
    has_drawn,
    one_tensor,
    pictures,
)
from learnkit.exercises.lesson_12.q_sample import q_sample as _q_sample
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32, normal

q_sample = _q_sample.reference
_rng = np.random.default_rng(12)


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
    return f"{thing.dtype} {tuple(thing.shape)}" if torch.is_tensor(thing) else a_kind(thing)


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
    tensors, _ = as_tensors(*arrays)
    return [_Ask(_Guess(torch.from_numpy(weights))), *tensors], {}


def _loss_and_slopes(result, model, x0, t, noise, alpha_bar):
    model = model.guess
    if not model.fed:
        raise OddResultError(_NOT_CALLED)
    if has_drawn(x0):
        raise OddResultError(_OTHER_NOISE)
    if torch.is_tensor(result) and result.dtype == torch.float64:
        result = result.float()  # more digits do no harm
    one_tensor(result, "the loss", "noise")
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
    unseen = sum(
        not any(_is_shown(one, s, xt, steps) for xt, steps in model.fed)
        for one, s in zip(q_sample(x0, t, noise, alpha_bar), t, strict=True)
    )
    return {
        "count of pictures whose xt = q_sample(x0, t, noise, alpha_bar) the model never sees": (
            Count(unseen)
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


_WEIGHTS = f32([0.7, -0.3, 0.9])


denoising_loss = Exercise.beside(
    __name__,
    cases=[
        case(
            _WEIGHTS,
            f32([[[[0.5]]]]),
            np.array([1]),
            f32([[[[-1.0]]]]),
            f32([0.9, 0.64]),
            note="one picture of one pixel, x0 = 0.5, noise = -1, t = 1, alpha_bar = (0.9, 0.64)",
        ),
        case(
            f32([-0.4, 1.1, 0.2]),
            pictures(_rng, 2, 1, 2, 3),
            np.array([0, 2]),
            normal(_rng, 2, 1, 2, 3),
            SHORT,
            note="two grey pictures of 2 x 3 pixels at t = (0, 2); alpha_bar = (0.9, 0.6, 0.3)",
        ),
        case(
            _WEIGHTS,
            pictures(_rng, 3, 3, 2, 3),
            np.array([2, 0, 1]),
            normal(_rng, 3, 3, 2, 3),
            SHORT,
            note="three pictures of 3 channels, 2 x 3 pixels, at t = (2, 0, 1)",
        ),
        case(
            f32([1.2, 0.5, -0.6]),
            pictures(_rng, 4, 1, 4, 2),
            np.array([8, 3, 8, 0]),
            normal(_rng, 4, 1, 4, 2),
            LONG,
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
    ),
    why="A mean squared error, as in lesson 01, asked at every level of noise: a network that "
    "tells the noise in a picture also tells the picture without it, and so can invent pictures.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
