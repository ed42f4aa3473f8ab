"""`repaint_blend`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_12.common import LONG, OWN_NOISE, pictures
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, has_drawn, normal, one_tensor

_rng = np.random.default_rng(12)


def _blended(result, x_prev, x0, hole, t_prev, noise, alpha_bar):
    one_tensor(result, "the blend", "x_prev")
    if has_drawn(x_prev):
        raise OddResultError(OWN_NOISE)
    return {"": result}


def _hole(n, h, w):
    hole = _rng.random((n, 1, h, w)) < 0.5
    hole[:, 0, 0, :2] = [True, False]
    return hole


def _blend_case(n, c, h, w, t_prev, alpha_bar, note):
    x_prev, x0, noise = (
        normal(_rng, n, c, h, w),
        pictures(_rng, n, c, h, w),
        normal(_rng, n, c, h, w),
    )
    return case(x_prev, x0, _hole(n, h, w), np.array(t_prev), noise, alpha_bar, note=note)


repaint_blend = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([[[[0.3, -2.0]]]]),
            f32([[[[0.5, 1.0]]]]),
            np.array([[[[True, False]]]]),
            np.array([1]),
            f32([[[[-1.0, -0.5]]]]),
            f32([0.81, 0.36, 0.1]),
        ),
        case(
            f32([[[[0.3, -2.0]]]]),
            f32([[[[0.5, 1.0]]]]),
            np.array([[[[True, False]]]]),
            np.array([-1]),
            f32([[[[-1.0, -0.5]]]]),
            f32([0.81, 0.36, 0.1]),
        ),
        _blend_case(2, 1, 3, 2, [4, 0], LONG, "two grey pictures of 3 x 2 pixels; t_prev = (4, 0)"),
        _blend_case(
            3,
            3,
            2,
            3,
            [7, 1, 3],
            LONG,
            "three pictures of 3 channels, 2 x 3 pixels; t_prev = (7, 1, 3)",
        ),
        _blend_case(
            3,
            3,
            4,
            3,
            [-1, 5, -1],
            LONG,
            "three pictures of 3 channels, 4 x 3 pixels; t_prev = (-1, 5, -1): the known pixels of "
            "the first and the last are clean",
        ),
        _blend_case(
            2, 1, 3, 2, [-1, 8], LONG, "two grey pictures of 3 x 2 pixels; t_prev = (-1, 8)"
        ),
    ],
    build=as_tensors,
    probe=_blended,
    hints=(
        "Two parts with the same amount of noise: in the hole what the network made, x_prev; "
        "elsewhere the known picture x0, with as much noise as x_prev has.",
        "The known part is q_sample at t_prev; but t_prev may be -1, and alpha_bar[-1] is the last "
        "level: there a is 1, torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]). Then "
        "torch.where(hole, ..., ...) joins the two parts.",
    ),
    why="The network sees a picture with one level of noise everywhere, as in its training, so "
    "weights that were trained to invent pictures can fill holes.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
    equivalent=["alpha_bar[t_prev])[:", "t_prev.clamp(min=-1)"],  # torch.where takes 1 there
)
