"""`cross_entropy`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import losses
from learnkit.exercises.sandbox.worker import Count
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(3)


class Noting(np.ndarray):
    """An array that notes its shape, and that of every array computed from it, in `made`."""

    def __array_finalize__(self, other):
        """Called by NumPy for each array that it makes of this one."""
        self.made = getattr(other, "made", None)
        if self.made is not None:
            self.made.append(self.shape)


Noting.__name__ = "array"  # as which it is printed


def _noting(logits, labels):
    logits = logits.view(Noting)
    logits.made = []
    return (logits, labels), {}


def _with_tables(result, logits, labels):
    n, k = logits.shape
    tables = 1 < n != k and (n, n) in logits.made
    return {"": result, "number of tables (n, n) on the way (0 or 1)": Count(tables)}


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
    build=_noting,
    probe=_with_tables,
    hints=(
        "Of each row you need two numbers: the log of the sum of e^z, and the logit at the label. "
        "The loss of the row is their difference.",
        "Subtract the row's largest, z = logits - logits.max(axis=1, keepdims=True); the log of "
        "the sum is then np.log(np.exp(z).sum(axis=1)), and z[np.arange(n), labels], with "
        "n = len(labels), is at the labels.",
    ),
    why="This is the usual loss of a classifier, and of a model that writes text or paints "
    "pixel by pixel: the surprise at the right class.",
    points=2,
    equivalent=[
        "return -np.mean(",  # without float()
    ],
)
