"""`integrate`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32, normal, one_tensor, told

_rng = np.random.default_rng(18)

_GRAPH = (
    "Your x1 still holds its graph (requires_grad is on): 25 calls of a network would all be kept. "
    "Walk under torch.no_grad()."
)
_DRAWN = (
    "You draw random numbers: the walk begins at x0, its times are 0, 1/steps, 2/steps, ..., and "
    "nothing is added on the way."
)
_LIST = "You return all states of the walk; return the last one alone, x1, in the shape of x0."


class _Velocity:
    """A velocity of (x, t), with bends, that notes the times it is asked at."""

    def __init__(self, weights):
        self.weights = torch.tensor(weights, requires_grad=True)
        self.times = []
        self.dice = torch.get_rng_state()

    def __call__(self, x, t):
        if not torch.is_tensor(x) or x.dtype != torch.float32:
            raise OddResultError(
                f"velocity is given {told(x)} where samples belong: velocity(xt, t), xt a float32 "
                "tensor in the shape of x0."
            )
        if not torch.is_tensor(t) or not t.is_floating_point() or t.shape != x.shape[:1]:
            raise OddResultError(
                f"velocity is given t as {told(t)}; it takes a time for each sample, float32 of "
                f"shape (n,), here ({len(x)},): torch.full((len(x0),), i / steps, "
                "device=x0.device)."
            )
        if t.dtype != torch.float32:
            raise OddResultError(
                f"velocity is given t as {t.dtype}: a network takes torch.float32."
            )
        self.times.append(t.detach().clone())
        time = t.reshape(-1, *[1] * (x.ndim - 1))
        a, b, c = self.weights
        return a * torch.tanh(x.roll(1, -1)) + b * torch.sin(2 * time) + c * x * (1 - time) + time


def _walk(weights, x0, steps):
    return [_Velocity(weights), torch.from_numpy(x0), steps], {}


def _x1(result, velocity, x0, steps):
    if isinstance(result, list | tuple) and result and all(map(torch.is_tensor, result)):
        raise OddResultError(_LIST)
    one_tensor(result, "x1", "x0")
    if result.ndim == x0.ndim + 1 and result.shape[1:] == x0.shape:
        raise OddResultError(_LIST)
    if result.requires_grad:
        raise OddResultError(_GRAPH)
    if not torch.equal(velocity.dice, torch.get_rng_state()):
        raise OddResultError(_DRAWN)
    times = torch.stack(velocity.times)[:, 0] if velocity.times else torch.zeros(0)
    return {
        "count of calls of velocity": Count(len(velocity.times)),
        "times of the calls": times,
        "x1": result,
    }


integrate = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([0.8, 0.5, -0.7]),
            f32([[1.0]]),
            1,
            note="one number, 1, in one step: velocity is asked once, at t = 0",
        ),
        case(
            f32([0.8, 0.5, -0.7]),
            f32([[1.0]]),
            4,
            note="the same number in 4 steps: velocity is asked at t = 0, 0.25, 0.5 and 0.75",
        ),
        case(f32([1.4, -0.9, 0.6]), normal(_rng, 3, 2), 2, note="three points, in 2 steps"),
        case(
            f32([-1.1, 0.7, 0.9]),
            normal(_rng, 2, 1, 2, 3),
            5,
            note="two grey pictures of 2 x 3 pixels, in 5 steps",
        ),
        case(
            f32([0.9, 1.2, -0.4]),
            normal(_rng, 4, 3, 2, 2),
            8,
            note="four pictures of 3 channels, 2 x 2 pixels, in 8 steps",
        ),
    ],
    build=_walk,
    probe=_x1,
    hints=(
        "A step is short: while t grows by 1 / steps, x moves by its velocity at the beginning of "
        "the step times 1 / steps. Then ask again, from where x is now.",
        "t = torch.full((len(x0),), i / steps, device=x0.device) for i = 0, 1, ..., steps - 1, "
        "and xt = xt + velocity(xt, t) / steps. Walk under torch.no_grad(), which also stands "
        "above a function as a decorator.",
    ),
    why="Nothing is drawn on the way, and no noise schedule is needed: the same noise always "
    "becomes the same picture. Where the paths are straight, few steps make no error.",
    points=2,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
)
