"""`denoising_loss`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.asked import Ask, Guess, loss_and_slopes
from learnkit.exercises.lesson_12.common import LONG, SHORT, check_asked, pictures
from learnkit.exercises.lesson_12.q_sample import q_sample as _q_sample
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, normal

q_sample = _q_sample.reference
_rng = np.random.default_rng(12)


_OTHER_NOISE = (
    "You draw random numbers of your own: t and noise come in as arguments, and the noise in xt "
    "and the noise that is asked for must be one."
)
_NOT_CALLED = "Your function never calls model: ask it for the noise, model(xt, t)."


def _with_model(weights, *arrays):
    tensors, _ = as_tensors(*arrays)
    return [Ask(Guess(torch.from_numpy(weights), check_asked), "xt, t"), *tensors], {}


def _loss_and_slopes(result, model, x0, t, noise, alpha_bar):
    found = loss_and_slopes(
        result, model.network, x0, like="noise", never=_NOT_CALLED, drawn=_OTHER_NOISE
    )
    unseen = model.network.never_sees(q_sample(x0, t, noise, alpha_bar), t)
    what = "count of pictures whose xt = q_sample(x0, t, noise, alpha_bar) the model never sees"
    return {what: unseen, **found}


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
    why="A mean squared error, as in lesson 01, at every level of noise: a network that predicts "
    "the noise in a picture also predicts the picture without it, and so can invent pictures.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
