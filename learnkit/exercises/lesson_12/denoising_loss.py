"""`denoising_loss`: how an answer is tried, and the hints."""

import numpy as np
import torch
from torch import nn

from learnkit.exercises.asked import Ask, slopes
from learnkit.exercises.lesson_12.common import LONG, SHORT, pictures
from learnkit.exercises.lesson_12.q_sample import q_sample as _q_sample
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, has_drawn, normal, one_tensor, told

q_sample = _q_sample.reference
_rng = np.random.default_rng(12)


_OTHER_NOISE = (
    "You draw random numbers of your own: t and noise come in as arguments, and the noise in xt "
    "and the noise that is asked for must be one."
)
_NOT_CALLED = "Your function never calls model: ask it for the noise, model(xt, t)."


class _Guess(nn.Module):
    """A little network of (xt, t), with bends, so that nothing cancels; it notes what it is fed."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(weights)
        self.fed = []

    def forward(self, xt, t):
        if not torch.is_tensor(xt) or not xt.is_floating_point() or xt.ndim != 4:
            raise OddResultError(
                f"Your network is given {told(xt)} where pictures belong: model(xt, t), xt a "
                "float tensor (n, c, h, w)."
            )
        if not torch.is_tensor(t) or t.is_floating_point() or t.shape != xt.shape[:1]:
            raise OddResultError(
                f"Your network is given t as {told(t)}; hand t on as it is, int64 with a step for "
                "each picture: model(xt, t)."
            )
        self.fed.append((xt.detach().clone(), t.clone()))
        time = torch.sin(self.weights[2] * t.float() + 1)[:, None, None, None]
        return self.weights[0] * torch.tanh(xt + time) + self.weights[1] * xt.roll(1, -1)


def _with_model(weights, *arrays):
    tensors, _ = as_tensors(*arrays)
    return [Ask(_Guess(torch.from_numpy(weights)), "xt, t"), *tensors], {}


def _loss_and_slopes(result, model, x0, t, noise, alpha_bar):
    model = model.network
    if not model.fed:
        raise OddResultError(_NOT_CALLED)
    if has_drawn(x0):
        raise OddResultError(_OTHER_NOISE)
    if torch.is_tensor(result) and result.dtype == torch.float64:
        result = result.float()  # more digits do no harm
    one_tensor(result, "the loss", "noise")
    found = slopes(result, model.weights, call="model(xt, t)")
    unseen = sum(
        not any(_is_shown(one, s, xt, steps) for xt, steps in model.fed)
        for one, s in zip(q_sample(x0, t, noise, alpha_bar), t, strict=True)
    )
    return {
        "count of pictures whose xt = q_sample(x0, t, noise, alpha_bar) the model never sees": (
            Count(unseen)
        ),
        "loss": result,
        "gradient with respect to the weights": found,
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
