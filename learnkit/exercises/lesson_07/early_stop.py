"""`early_stop`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case


def _losses(losses, patience, form="array"):
    return (losses.tolist() if form == "list" else losses, patience), {}


def _an_epoch(result, losses, patience):
    if isinstance(result, float | np.floating):
        raise OddResultError(
            f"You return {result:g}, a float; return the epoch, a whole number from 0 on."
        )
    if isinstance(result, bool) or not isinstance(result, int | np.integer):
        raise OddResultError(f"You return a {type(result).__name__}; return one epoch, an int.")
    return {"epoch": result}


def _curve(losses, patience, form="array"):
    text = ", ".join(f"{x:.9g}" for x in losses)
    what = "losses is the list" if form == "list" else "losses ="
    return case(np.array(losses), patience, form, note=f"{what} [{text}], patience = {patience}")


early_stop = Exercise.beside(
    __name__,
    cases=[
        _curve([3.0, 2.0], 1),
        _curve([5.0, 4.0, 4.5, 4.2, 1.0], 2),
        _curve([5.0, 4.0, 4.5, 4.2, 1.0, 2.0], 3, "list"),
        _curve([0.4, 0.3, 0.35, 0.2999, 0.31, 0.2998, 0.3, 0.1, 0.15], 2),
        _curve([6.0, 3.0, 3.0, 3.0, 2.0, 4.0], 2),
        _curve([5e9, 2e9, 4e9, 3e9, 3.5e9, 2.5e9, 1e9], 3),
        _curve([1.0, 1.0, 3.0, 4.0, 0.5], 2),
        _curve([9.0, 6.0, 7.0, 5.0, 8.0, 5.0, 5.5, 6.0, 4.9999999, 5.2, 5.1], 6, "list"),
    ],
    build=_losses,
    probe=_an_epoch,
    hints=(
        "Keep the epoch of the best loss so far. At each epoch there are two cases: a new best, or "
        "one more epoch without one.",
        "How long you have waited is epoch - best: where it reaches patience, break. Only a loss "
        "that is strictly less is a new best. Return best behind the loop, too.",
    ),
    why="Early stopping is the cheapest cure for overfitting: it costs one comparison an epoch, "
    "and saves all the epochs that would have made the network worse.",
    prewarm=("torch",),
)
