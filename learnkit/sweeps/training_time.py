"""How long each shipped network takes to train: a dozen steps are timed, and multiplied.

A whole training takes up to hours, and each of its steps takes as long as the others. The first
few, in which memory is found and kernels are chosen, are not timed.
"""

import itertools
import tempfile
import time
from pathlib import Path

from learnkit.models.pretrained import NETWORKS
from learnkit.recipes.base import find
from learnkit.recipes.run import bake
from learnkit.sweeps.base import Sweep
from learnkit.training.device import Machine, choose

FIRST, TIMED = 4, 12


def trial(network: str, seed: int) -> dict[str, float]:
    """Minutes that all steps of the recipe take on this machine, its own best device."""
    recipe, machine = find(network), choose()
    with tempfile.TemporaryDirectory() as folder:
        steps = bake(recipe, Path(folder))
        for _ in itertools.islice(steps, FIRST):
            pass
        began = _now(machine)
        for _ in itertools.islice(steps, TIMED):
            pass
        took = _now(machine) - began
        steps.close()
    return {"minutes": took / TIMED * recipe.steps / 60}


def _now(machine: Machine) -> float:
    """Seconds, when a GPU has done all that it was asked to."""
    machine.synchronize()
    return time.perf_counter()


SWEEP = Sweep(
    name="training_time",
    what="Minutes that each network's training takes, three times by a dozen of its steps.",
    settings=tuple({"network": name} for name in NETWORKS),
    trial=trial,
    seeds=3,
)
