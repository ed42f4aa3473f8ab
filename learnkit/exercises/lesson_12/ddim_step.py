"""`ddim_step`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_12.common import LONG
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, has_drawn, normal, one_tensor

_rng = np.random.default_rng(12)


_NOISE_ADDED = (
    "You put fresh noise in: this step draws nothing, and the noise of x_prev is eps, the "
    "same that is in xt."
)


_NO_SUM = (
    "You draw random numbers, and your x_prev is no weighted sum of xt and eps: in this "
    "step nothing is drawn, and nothing is clipped."
)


def _x_prev(result, xt, eps, t, t_prev, alpha_bar):
    one_tensor(result, "x_prev", "xt")
    usable = result.shape == xt.shape and result.isfinite().all()
    if has_drawn(xt) and usable and not _is_sum(result, xt, eps):
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


_BATCH = (normal(_rng, 3, 3, 2, 3), normal(_rng, 3, 3, 2, 3))


ddim_step = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([[[[0.5, 1.5, -1.0, 0.2, -0.6]]]]),
            f32([[[[-1.0, 0.3, 0.8, 1.2, 0.4]]]]),
            np.array([1]),
            np.array([0]),
            f32([0.81, 0.36]),
        ),
        case(
            f32([[[[0.5, 1.5, -1.0, 0.2, -0.6]]]]),
            f32([[[[-1.0, 0.3, 0.8, 1.2, 0.4]]]]),
            np.array([1]),
            np.array([-1]),
            f32([0.81, 0.36]),
        ),
        case(
            normal(_rng, 2, 1, 3, 2),
            normal(_rng, 2, 1, 3, 2),
            np.array([8, 5]),
            np.array([4, 0]),
            LONG,
            note="two grey pictures of 3 x 2 pixels; t = (8, 5), t_prev = (4, 0): several steps in "
            "one",
        ),
        case(
            *_BATCH,
            np.array([2, 7, 4]),
            np.array([1, 3, 0]),
            LONG,
            note="three pictures of 3 channels, 2 x 3 pixels; t = (2, 7, 4), t_prev = (1, 3, 0)",
        ),
        case(
            *_BATCH,
            np.array([0, 6, 2]),
            np.array([-1, 5, -1]),
            LONG,
            note="three pictures of 3 channels, 2 x 3 pixels; t = (0, 6, 2), t_prev = (-1, 5, -1): "
            "the first and the last come out clean",
        ),
    ],
    build=as_tensors,
    probe=_x_prev,
    hints=(
        "Two steps: which picture x0 belongs to xt if its noise is eps (solve the formula of "
        "q_sample for x0), and what is that picture at the level t_prev, with the same noise?",
        "With a the level at t and b the one at t_prev, each (n, 1, 1, 1): "
        "x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt(). Where t_prev is -1, b is 1: "
        "torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]), for alpha_bar[-1] is the last.",
    ),
    why="Nothing is drawn, so the same noise always becomes the same picture, and a few long "
    "steps are enough.",
    points=3,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
    equivalent=["alpha_bar[t_prev])[:", "t_prev.clamp(min=-1)"],  # torch.where takes 1 there
)
