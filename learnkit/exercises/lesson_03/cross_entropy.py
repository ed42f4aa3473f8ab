"""`cross_entropy`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import losses
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(3)


_three, _five = _rng.normal(0, 2, (4, 3)).round(2), _rng.normal(0, 2, (6, 5)).round(2)


cross_entropy = Exercise.beside(
    __name__,
    reference=losses.cross_entropy,
    cases=[
        case(np.array([[0.0, 0.0]]), np.array([0])),
        case(np.array([[1.0, 2.0, 4.0]]), np.array([1])),
        case(np.array([[2.0, 0.0, 1.0], [0.0, 3.0, -1.0]]), np.array([0, 2])),
        case(np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]]), np.array([1, 0, 1])),
        case(np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([0, 0])),
        case(np.array([[2000.0, 0.0, 0.0], [720.0, 0.0, 0.0]]), np.array([0, 1])),
        case(np.array([[-2000.0, 0.0]]), np.array([1])),
        case(np.array([[1000.0, 999.0], [-1000.0, -998.0]]), np.array([1, 0])),
        case(_three, np.array([2, 0, 1, 1])),
        case(_five, np.array([4, 0, 3, 3, 1, 2])),
    ],
    hints=(
        "Of each row you need two numbers: the log of the sum of e^z, and the logit at the label. "
        "The loss of the row is their difference.",
        "Take out the row's largest, z = logits - logits.max(axis=1, keepdims=True); then the log "
        "of the sum is np.log(np.exp(z).sum(axis=1)), and z[np.arange(n), labels] is at the "
        "labels.",
    ),
    why="This is the usual loss of a classifier, and of a model that writes text or paints "
    "pixel by pixel: the surprise at what came.",
    points=2,
    equivalent=[
        "return -np.mean(",  # without float()
    ],
)
