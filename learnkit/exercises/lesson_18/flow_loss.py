"""`flow_loss`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.asked import Ask, Guess, loss_and_slopes
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, normal, told

_rng = np.random.default_rng(18)

_OWN_DICE = (
    "You draw random numbers of your own, or set torch's seed: x0 is the noise, t comes in as an "
    "argument too, and nothing is left to draw."
)
_NOT_CALLED = "Your function never calls model: ask it for the velocity, model(xt, t)."


def _check(xt, t):
    if not torch.is_tensor(xt) or not xt.is_floating_point() or xt.ndim < 2:
        raise OddResultError(
            f"Your network is given {told(xt)} where samples belong: model(xt, t), xt in the "
            "shape of x0."
        )
    if not torch.is_tensor(t) or not t.is_floating_point() or t.shape != xt.shape[:1]:
        raise OddResultError(
            f"Your network is given t as {told(t)}, with an xt of shape {tuple(xt.shape)}; "
            "hand t on as it came, float32 of shape (n,), with a time for each sample: "
            "model(xt, t)."
        )


def _with_model(weights, *arrays):
    tensors, _ = as_tensors(*arrays)
    return [Ask(Guess(torch.from_numpy(weights), _check), "xt, t"), *tensors], {}


def _loss_and_slopes(result, model, x0, x1, t):
    found = loss_and_slopes(
        result, model.network, x0, like="x0", never=_NOT_CALLED, drawn=_OWN_DICE
    )
    time = t.reshape(-1, *[1] * (x0.ndim - 1))
    unseen = model.network.never_sees((1 - time) * x0 + time * x1, t)
    return {"count of samples whose xt the model never sees at its t": unseen, **found}


def _data(*shape):
    return f32(_rng.uniform(-1, 1, shape).round(2))


flow_loss = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([0.7, -0.3, 0.9]),
            f32([[-1.0]]),
            f32([[0.5]]),
            f32([0.25]),
            note="one sample of one number: x0 = -1, x1 = 0.5, t = 0.25, so that xt = -0.625",
        ),
        case(
            f32([-0.4, 1.1, 0.2]),
            normal(_rng, 3, 2),
            _data(3, 2),
            f32([0.1, 0.8, 0.4]),
            note="three points of the plane at t = (0.1, 0.8, 0.4)",
        ),
        case(
            f32([0.7, -0.3, 0.9]),
            normal(_rng, 2, 1, 2, 3),
            _data(2, 1, 2, 3),
            f32([0.8, 0.3]),
            note="two grey pictures of 2 x 3 pixels at t = (0.8, 0.3)",
        ),
        case(
            f32([1.2, 0.5, -0.6]),
            normal(_rng, 3, 3, 2, 3),
            _data(3, 3, 2, 3),
            f32([0.5, 0.05, 0.7]),
            note="three pictures of 3 channels, 2 x 3 pixels, at t = (0.5, 0.05, 0.7)",
        ),
        case(
            f32([0.3, 0.8, 1.4]),
            normal(_rng, 4, 1, 4, 4),
            _data(4, 1, 4, 4),
            f32([0.2, 0.6, 0.75, 0.35]),
            note="four grey pictures of 4 x 4 pixels, each at its own t",
        ),
    ],
    build=_with_model,
    probe=_loss_and_slopes,
    hints=(
        "Three lines: give each sample its own t, mix x0 and x1 by it, and compare what the "
        "network says of the mixture with the velocity of the straight line.",
        "time = t.reshape(-1, *[1] * (x0.ndim - 1)) is (n, 1) for points and (n, 1, 1, 1) for "
        "pictures. xt = (1 - time) * x0 + time * x1; the velocity is what xt changes by while t "
        "goes from 0 to 1. mse_loss of torch takes the mean over everything.",
    ),
    why="Where many lines cross, no answer fits all of them, and the mean velocity has the least "
    "squared error. Walking along that mean turns noise into pictures.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
