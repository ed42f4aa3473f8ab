"""`guided_velocity`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.asked import Ask
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, has_drawn, normal, one_tensor, told

_rng = np.random.default_rng(18)


class _Network:
    """A velocity of (xt, t, labels), each sample by itself, with bends, so that nothing cancels."""

    def __init__(self, weights):
        self.weights = weights

    def __call__(self, xt, t, labels):
        if not torch.is_tensor(xt) or not xt.is_floating_point() or xt.ndim < 2:
            raise OddResultError(
                f"model is given {told(xt)} where samples belong: model(xt, t, labels)."
            )
        for name, given, kind in (("t", t, torch.float32), ("labels", labels, torch.int64)):
            if not torch.is_tensor(given) or given.dtype != kind or given.shape != xt.shape[:1]:
                fill = " (torch.full_like(labels, empty) makes one)" if name == "labels" else ""
                raise OddResultError(
                    f"model is given {name} as {told(given)}; it takes a tensor of {kind} with a "
                    f"number for each of the {len(xt)} samples{fill}."
                )
        if labels.min() < 0 or labels.max() >= len(self.weights):
            raise OddResultError(
                f"model is given the label {int(labels.max())}: labels go from 0 to `empty`, "
                f"{len(self.weights) - 1}."
            )
        a, b = self.weights[labels].reshape(-1, 2, *[1] * (xt.ndim - 1)).unbind(1)
        time = t.reshape(-1, *[1] * (xt.ndim - 1))
        return a * torch.tanh(xt + time) + b * xt.roll(1, -1) + a * b


def _with_network(weights, xt, t, labels, scale):
    (xt, t, labels), _ = as_tensors(xt, t, labels)
    network = Ask(_Network(torch.from_numpy(weights)), "xt, t, labels")
    return [network, xt, t, labels, len(weights) - 1, scale], {}


def _velocity(result, model, xt, *_rest):
    one_tensor(result, "the velocity", "xt")
    if has_drawn(xt):
        raise OddResultError("You draw random numbers: in guidance nothing is drawn.")
    return {"velocity": result}


_THREE = f32([[0.7, -0.3], [-0.5, 0.8], [1.1, 0.4]])
_FIVE = f32(_rng.uniform(-1.2, 1.2, (5, 2)).round(2))


guided_velocity = Exercise.beside(
    __name__,
    cases=[
        case(
            _THREE[:2],
            f32([[0.5]]),
            f32([0.25]),
            np.array([0]),
            3.0,
            note="one number, xt = 0.5, t = 0.25, its label 0; empty is 1, scale 3",
        ),
        case(
            _THREE,
            normal(_rng, 2, 2),
            f32([0.1, 0.8]),
            np.array([1, 0]),
            1.0,
            note="two points, labels (1, 0), empty 2; scale 1: the velocity of the labels",
        ),
        case(
            _THREE,
            normal(_rng, 3, 2),
            f32([0.1, 0.8, 0.5]),
            np.array([1, 0, 1]),
            0.0,
            note="three points, labels (1, 0, 1), empty 2; scale 0: the labels do not matter",
        ),
        case(
            _FIVE,
            normal(_rng, 3, 1, 2, 3),
            f32([0.9, 0.2, 0.6]),
            np.array([3, 0, 2]),
            2.5,
            note="three grey pictures of 2 x 3 pixels, labels (3, 0, 2), empty 4; scale 2.5",
        ),
        case(
            _FIVE,
            normal(_rng, 4, 3, 2, 2),
            f32([0.0, 0.4, 0.7, 1.0]),
            np.array([1, 1, 3, 0]),
            7.0,
            note="four pictures of 3 channels, 2 x 2 pixels, labels (1, 1, 3, 0), empty 4; scale 7",
        ),
    ],
    build=_with_network,
    probe=_velocity,
    hints=(
        "Ask the network twice: once with the labels, once with `empty` for every sample. Their "
        "difference is what the label changes; take `scale` times that difference.",
        "nothing = torch.full_like(labels, empty). With free = model(xt, t, nothing) and told = "
        "model(xt, t, labels), begin at free: with scale 0 it is what comes out, with scale 1 it "
        "is told.",
    ),
    why="With scale 1 you get garments of that kind as they are; above 1 they are more like their "
    "kind than real ones, and more like each other.",
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
)
