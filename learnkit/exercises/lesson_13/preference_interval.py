"""`preference_interval`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case


def _ends(result, *_args, **_options):
    """The two ends, by name."""
    if not isinstance(result, tuple | list | np.ndarray) or np.ndim(result) == 0:
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for two numbers: return "
            "low, high."
        )
    if len(result) != 2:
        raise OddResultError(
            f"You return {len(result)} things; the exercise asks for two: return low, high."
        )
    return {"low": result[0], "high": result[1]}


def _redrawn(shown, rng):
    trials = int(rng.integers(1, 400))
    return case(int(rng.integers(0, trials + 1)), trials, **shown.options)


preference_interval = Exercise.beside(
    __name__,
    cases=[
        case(1, 2),
        case(0, 0),
        case(0, 4),
        case(3, 3),
        case(8, 10),
        case(55, 100),
        case(8, 10, confidence=0.8),
        case(40, 50, confidence=0.99),
        case(300, 1000, confidence=0.5),
    ],
    probe=_ends,
    redraw=_redrawn,
    hints=(
        "First z: how many standard deviations around 0 hold `confidence` of a normal "
        "distribution. For 0.95 that is 1.96, with 2.5 % on either side of it.",
        "z = NormalDist().inv_cdf((1 + confidence) / 2). Then the middle (p + z²/2n) / (1 + z²/n), "
        "and half the width, z √(p(1 - p)/n + z²/4n²) / (1 + z²/n). Ask for trials == 0 first.",
    ),
    why="A proportion without its interval says little: 8 of 10 may be luck. A paper must say how "
    "many people were asked.",
    points=2,
    rtol=1e-6,
    atol=1e-9,
    equivalent=["return (-0.0, 1.0)"],
)
