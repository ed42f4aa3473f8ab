"""`sigmoid`: how an answer is tried, and the hints."""

import io

import numpy as np

from learnkit.byhand import layers
from learnkit.exercises.sandbox.worker import Warned
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(3)


def _watched(z):
    """Lets NumPy write its warnings down, for the probe to read."""
    np.seterrcall(io.StringIO())
    np.seterr(over="log", invalid="log", divide="log")
    return (z,), {}


def _with_warnings(result, z):
    said = np.geterrcall().getvalue()
    np.seterrcall(None)
    np.seterr(over="warn", invalid="warn", divide="warn")
    p = np.asarray(result)
    if p.shape == z.shape and p.dtype.kind == "f":  # below -700 any speck of nothing will do
        p = np.where((z < -700) & (abs(p) < 1e-300), 0.0, p)
    return {
        "": p,
        "number of overflow warnings (0 or 1)": Warned("overflow" in said),
        "number of other NumPy warnings (0 or 1)": Warned("invalid" in said or "divide" in said),
    }


sigmoid = Exercise.beside(
    __name__,
    reference=layers.sigmoid,
    cases=[
        case(np.array([0.0])),
        case(np.array([1.0, -1.0])),
        case(np.array([-2.5, 0.5, 3.0])),
        case(np.array([[-30.0, -3.0, 0.25], [3.0, 30.0, 5.0]])),
        case(np.array([-700.0, -300.0, -40.0, 40.0, 700.0])),
        case(np.array([-800.0, 800.0])),
        case(_rng.normal(0, 8, (4, 5)).round(2)),
    ],
    build=_watched,
    probe=_with_warnings,
    hints=(
        "e to a large number overflows, e to a negative number never does. Find a form for z >= 0 "
        "and one for z < 0 that take e to -|z| alone.",
        "With small = np.exp(-np.abs(z)) the sigmoid is 1 / (1 + small) where z >= 0, and "
        "small / (1 + small) where z < 0; np.where chooses the numerator.",
    ),
    rtol=1e-12,
    atol=0.0,
    why="Every network that gives probabilities of pixels ends in it. Where the network is "
    "confident, z is far from 0 and the loss takes the logarithm of a tiny number: its digits "
    "must be right.",
    points=2,
    equivalent=[
        "np.where(z > 0, 1.0, small)",  # at 0 both numerators are 1
    ],
)
