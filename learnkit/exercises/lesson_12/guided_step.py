"""`guided_step`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.asked import Ask
from learnkit.exercises.lesson_12.common import LONG, check_asked, pictures
from learnkit.exercises.lesson_12.ddim_step import ddim_step as _ddim_step
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, has_drawn, normal, one_tensor

ddim_step = _ddim_step.reference
_rng = np.random.default_rng(12)

_GRAPH = (
    "Your x at t_prev still holds its graph (requires_grad is on): 50 steps would keep 50 graphs. "
    "Return it detached."
)
_LEFT_ON = (
    "You leave requires_grad on at the xt that you were given: it belongs to the caller. Work on "
    "xt.detach().requires_grad_(), which is a tensor of its own."
)
_NO_LEAF = (
    "model gets an xt that keeps no graph, so no gradient can go back through the network. Begin "
    "with xt = xt.detach().requires_grad_()."
)
_NOT_CALLED = "Your function never calls model: ask it for the noise, model(xt, t)."


class _Noise:
    """A network of (xt, t), each picture by itself, with bends, so that every pixel counts."""

    def __init__(self, weights):
        self.weights, self.asked = torch.tensor(weights), []

    def __call__(self, xt, t):
        check_asked(xt, t)
        self.asked.append(xt.requires_grad or torch._C._functorch.is_functorch_wrapped_tensor(xt))
        if not any(self.asked):
            raise OddResultError(_NO_LEAF)
        a, b, c = self.weights
        time = torch.sin(c * t.float() + 1)[:, None, None, None]
        return a * torch.tanh(xt + time) + b * xt.roll(1, -1)


def _with_network(weights, xt, t, t_prev, image, hole, alpha_bar, scale):
    tensors, _ = as_tensors(xt, t, t_prev, image, hole, alpha_bar)
    return [Ask(_Noise(weights), "xt, t"), *tensors, scale], {}


def _x_prev(result, model, xt, *_rest):
    if not model.network.asked:
        raise OddResultError(_NOT_CALLED)
    one_tensor(result, "x at t_prev", "xt")
    if has_drawn(xt):
        raise OddResultError("You draw random numbers: in this step nothing is drawn.")
    if xt.requires_grad:
        raise OddResultError(_LEFT_ON)
    if result.requires_grad:
        raise OddResultError(_GRAPH)
    return {"x at t_prev": result}


def _hole(*shape):
    hole = _rng.random(shape) < 0.5
    hole[..., 0, 0] = False  # something is known of every picture
    hole[..., -1, -1] = True
    return hole


guided_step = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([0.7, -0.3, 0.9]),
            f32([[[[0.5, -1.2]]]]),
            np.array([1]),
            np.array([0]),
            f32([[[[0.8, 0.1]]]]),
            np.array([[[[False, True]]]]),
            f32([0.81, 0.36]),
            0.5,
            note="one picture of two pixels, the first known, 0.8; t = 1, t_prev = 0, alpha_bar = "
            "(0.81, 0.36), scale 0.5",
        ),
        case(
            f32([-0.4, 1.1, 0.2]),
            normal(_rng, 1, 1, 3, 2),
            np.array([4]),
            np.array([-1]),
            pictures(_rng, 1, 1, 3, 2),
            _hole(1, 1, 3, 2),
            LONG,
            1.3,
            note="one grey picture of 3 x 2 pixels; t = 4, t_prev = -1: it comes out clean",
        ),
        case(
            f32([0.7, -0.3, 0.9]),
            normal(_rng, 3, 1, 2, 3),
            np.array([2, 7, 4]),
            np.array([1, 3, 0]),
            pictures(_rng, 3, 1, 2, 3),
            _hole(3, 1, 2, 3),
            LONG,
            0.8,
            note="three grey pictures of 2 x 3 pixels, each with its own hole; t = (2, 7, 4), "
            "t_prev = (1, 3, 0)",
        ),
        case(
            f32([1.2, 0.5, -0.6]),
            normal(_rng, 2, 3, 4, 2),
            np.array([8, 5]),
            np.array([4, -1]),
            pictures(_rng, 2, 3, 4, 2),
            _hole(2, 1, 4, 2),
            LONG,
            2.0,
            note="two pictures of 3 channels, 4 x 2 pixels; t = (8, 5), t_prev = (4, -1)",
        ),
    ],
    build=_with_network,
    probe=_x_prev,
    hints=(
        "Predict x0 as before, from an xt that keeps a graph. Measure how far its known pixels are "
        "from the picture's: a length for each picture of the batch. Autograd says how that length "
        "grows with xt; subtract `scale` times that gradient from your DDIM step.",
        "xt = xt.detach().requires_grad_() is a leaf of its own. torch.where(hole, 0, x0 - image) "
        "is the difference; .flatten(1).norm(dim=1) has a length for each picture. The sum of "
        "them can go into torch.autograd.grad(..., xt), for no picture depends on another.",
    ),
    why="The network was never trained on holes, and still fills one: each step moves xt so that "
    "its prediction fits what is known. This works for any damage that is given by a formula.",
    points=3,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
)
