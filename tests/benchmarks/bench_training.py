"""What the training loop costs on top of the network: a whole step beside forward and backward.

    python -m tests.benchmarks training

The bare side has its batch ready, runs the same objective forward and backward in the same
precision, and does nothing else. The step also picks the pictures, clips, moves the weights with
AdamW, watches the loss, and is a generator. A ratio of 1 is 1.3 times the bare time.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import torch

from learnkit.models.pretrained import network
from learnkit.recipes.base import find
from learnkit.recipes.run import by_objective
from learnkit.training.device import choose

STEPS = {"vae": 60, "classifier": 20, "restorer": 8}


def run() -> Iterator[tuple[str, float, str]]:
    """For three recipes a step's time over the bare one's, median of five in turn."""
    for name, steps in STEPS.items():
        whole, bare = step(name, steps), forward_and_backward(name, steps)
        times = [[], []]
        for _ in range(6):
            for kept, call in zip(times, (whole, bare), strict=True):
                kept.append(call())
        mine, peer = (statistics.median(kept[1:]) for kept in times)  # the first one warms up
        detail = f"{1e3 * mine:.1f} ms against {1e3 * peer:.1f} ms"
        yield f"training step of {name} over bare, at most 1.3", 1.3 * peer / mine, detail


def step(name: str, steps: int) -> Callable[[], float]:
    """Seconds a step of the recipe's training, as the course trains."""
    recipe, machine = find(name), choose("cpu")
    model, pictures = network(name), recipe.pictures(machine.device)

    def seconds() -> float:
        generator = torch.Generator().manual_seed(0)
        began = time.perf_counter()
        for _ in by_objective(
            recipe, model, pictures, recipe.run(steps=steps), machine=machine, generator=generator
        ):
            pass
        return (time.perf_counter() - began) / steps

    return seconds


def forward_and_backward(name: str, steps: int) -> Callable[[], float]:
    """Seconds of forward and backward alone, on one batch that lies ready."""
    recipe, machine = find(name), choose("cpu")
    model = machine.place(network(name))
    batch = recipe.pictures(machine.device).take(torch.arange(recipe.batch_size))
    objective = recipe.objective(torch.Generator().manual_seed(0))

    def seconds() -> float:
        began = time.perf_counter()
        for _ in range(steps):
            model.zero_grad(set_to_none=True)
            with machine.autocast():
                losses = objective(model, batch)
            (losses["loss"] if isinstance(losses, dict) else losses).backward()
        return (time.perf_counter() - began) / steps

    return seconds


if __name__ == "__main__":
    for row in run():
        print(*row)
