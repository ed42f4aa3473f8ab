"""`race`, lesson 04: walk downhill in five valleys, with so many gradients and no more."""

import math
from functools import cache

import numpy as np

from learnkit.exercises.challenges.challenge import Challenge, Results, Rival
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Case, case

STEPS = 100
DECADES = 12.0  # that count at most: more is rounding
# condition number and dimensions of each bowl; the last valley is the banana
BOWLS = (10, 2), (100, 2), (100, 20), (1000, 20)


def asked(grad, x0, steps):
    """The signature: the gradient function, where to start (d,), how often it may be asked."""


@cache
def bowls() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Hessian (d, d), bottom (d,) and start (d,) of each bowl, turned by a drawn rotation."""
    rng, made = np.random.default_rng(4), []
    for kappa, d in BOWLS:
        turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
        steep = np.geomspace(1.0, kappa, d) * rng.uniform(0.5, 2.0)
        made.append((turn * steep @ turn.T, rng.normal(size=d), rng.normal(size=d)))
    return made


def cases() -> list[Case]:
    """The bowls; for the banana there is no Hessian."""
    of_bowls = [case(hessian, bottom, start, STEPS) for hessian, bottom, start in bowls()]
    return [*of_bowls, case(np.zeros((0, 0)), np.ones(2), np.array([-1.0, 1.5]), STEPS)]


def with_gradient(hessian, bottom, start, steps):
    """The gradient function of a valley, which counts how often it is asked."""
    times = 0

    def grad(x):
        nonlocal times
        times += 1
        if times > steps:
            raise OddResultError(f"You ask for more than {steps} gradients, which is `steps`.")
        x = np.asarray(x, dtype=float)
        if len(hessian):
            return hessian @ (x - bottom)
        return np.array([4 * x[0] * (x[0] ** 2 - x[1]) + x[0] - 1, 2 * (x[1] - x[0] ** 2)]) * 5

    return (grad, start, steps), {}


def place(result, grad, start, steps):
    """Where the walk has ended."""
    x = np.asarray(result, dtype=float)
    if x.shape != start.shape:
        raise OddResultError(
            f"Return the last place, of the shape {start.shape} of x0; yours is {x.shape}."
        )
    return {"x": x}


def height(number: int, x: np.ndarray) -> float:
    """How high x lies above the bottom of the valley of that number."""
    if number < len(BOWLS):
        hessian, bottom, _ = bowls()[number]
        return float((x - bottom) @ hessian @ (x - bottom) / 2)
    return float(5 * ((x[1] - x[0] ** 2) ** 2 + (x[0] - 1) ** 2 / 2))


def score(results: Results) -> float:
    """The mean over the valleys of log10(height at the start / height at the end)."""
    decades = []
    for number, (got, one) in enumerate(zip(results, cases(), strict=True)):
        before, after = height(number, one.args[2]), height(number, got["x"])
        lost = math.log10(before / max(after, before * 10**-DECADES)) if after < math.inf else 0.0
        decades.append(max(lost, -DECADES))
    return float(np.mean(decades))


race = Challenge(
    "race",
    asked,
    on=f"down five valleys in {STEPS} steps, on average",
    unit="decades",
    cases=cases,
    score=score,
    build=with_gradient,
    probe=place,
    rivals=(
        Rival("plain descent, lr = 0.003", 1.36),
        Rival("Adam, lr = 0.3", 4.49),
        Rival("momentum, lr = 0.003", 4.54),
        Rival("RMSprop, lr = 0.3", 5.92),
        Rival("the steps of Barzilai and Borwein (1988)", 10.55),
    ),
)
