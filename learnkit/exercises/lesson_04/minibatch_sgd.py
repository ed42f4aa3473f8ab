"""`minibatch_sgd`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import Count, OddResultError, Shared
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(44)


class Gradient:
    """The gradient of Σ stretch (x - row)² / 2, a mean over the rows asked for; it keeps count."""

    def __init__(self, rows, stretch, generator):
        self.rows, self.stretch, self.asked = rows, stretch, []
        self.before = str(generator.bit_generator.state)

    def __call__(self, x, some):
        some = np.asarray(some)
        if some.dtype == bool or some.dtype.kind not in "iu" or some.ndim != 1 or not some.size:
            raise OddResultError(
                "The second argument of grad must be an array of indices: the numbers of the "
                "pictures in this mini-batch, a part of generator.permutation(n)."
            )
        self.asked.append(some.copy())
        return self.stretch * (x - self.rows[some].mean(axis=0))


def _descent(rows, stretch, x0, batch_size, epochs, lr, seed):
    generator = np.random.default_rng(seed)
    grad = Gradient(rows, stretch, generator)
    return (grad, x0, len(rows), batch_size, epochs, lr, generator), {}


def _looked_at(result, grad, x0, n, batch_size, epochs, lr, generator):
    if not isinstance(result, np.ndarray) or result.shape != x0.shape:
        what = (
            f"an array of shape {result.shape}"
            if isinstance(result, np.ndarray)
            else (f"a {type(result).__name__}")
        )
        raise OddResultError(f"You return {what}: return the last x, an array of shape {x0.shape}.")
    return {
        "count of calls of grad": Count(len(grad.asked)),
        "number of shuffles from the given `generator` (0: none, 1: some)": Count(
            grad.before != str(generator.bit_generator.state)
        ),
        "x": result,
        "count of results that share memory with x0": Shared(np.shares_memory(result, x0)),
    }


def _case(n, d, batch_size, epochs, seed, lr=0.3):
    shown = (
        f"n = {n} pictures, batch_size = {batch_size}, epochs = {epochs}, lr = {lr}, "
        f"generator = np.random.default_rng({seed})"
    )
    rows, stretch = _rng.normal(0, 2, (n, d)).round(2), _rng.uniform(0.5, 2, d).round(2)
    return case(rows, stretch, np.ones(d), batch_size, epochs, lr, seed, note=shown)


minibatch_sgd = Exercise.beside(
    __name__,
    cases=[
        _case(4, 1, 2, 1, 0),
        _case(6, 2, 2, 1, 1),
        _case(6, 2, 3, 3, 2),
        _case(7, 2, 3, 2, 3),  # a last mini-batch of one
        _case(5, 3, 8, 2, 4),  # fewer pictures than a mini-batch has places
        _case(9, 1, 1, 2, 5, lr=0.1),
    ],
    build=_descent,
    probe=_looked_at,
    hints=(
        "Two loops: one over the epochs, and inside it one over the parts of a new shuffle. For "
        "each part take one step with the gradient of that part.",
        "order = generator.permutation(n), anew in each epoch. The parts are order[start : start + "
        "batch_size] for start in range(0, n, batch_size); the last one may be shorter.",
    ),
    why="This is the usual training loop: a shuffle reads each picture once before any is read "
    "twice.",
    points=2,
)
