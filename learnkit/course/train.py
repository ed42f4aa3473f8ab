"""`learnkit train`: a model of the course, trained again under a progress bar."""

import argparse
import sys

from learnkit import threads


def train(arguments: argparse.Namespace) -> int:
    """Trains a recipe under a progress bar; Ctrl-C leaves the last checkpoint, and says which."""
    from tqdm import tqdm

    threads.hand_down(threads.for_a_training())  # before torch, which reads them once
    from learnkit.models.pretrained import card
    from learnkit.recipes.base import find
    from learnkit.recipes.run import bake
    from learnkit.training import checkpoint, device, distributed

    recipe = find(arguments.name)
    steps = arguments.budget or recipe.steps
    with distributed.process_group(arguments.device) as own:
        machine = device.choose(arguments.device or (str(own) if own else None), steps=steps)
        first = distributed.rank() == 0
        if first:
            print(f"{recipe.name} on {machine}: {recipe.what}", flush=True)
        baking = bake(
            recipe, arguments.folder, steps=steps, machine=machine, resume=arguments.resume
        )
        bar = tqdm(total=steps, disable=not first, unit="step", mininterval=1.0)
        try:
            with bar:
                for step in baking:
                    bar.update(step.number - bar.n)
                    if step.number == steps:
                        bar.set_postfix_str("measuring the weights")
                    elif step.number % 100 == 0:
                        bar.set_postfix(loss=f"{step.loss:.2f}", refresh=False)
        except KeyboardInterrupt:
            baking.close()  # writes the checkpoint
            if first:
                kept = checkpoint.steps_done(arguments.folder / f"{recipe.name}.checkpoint.pt")
                print(stopped(max(bar.n, kept), steps, kept), file=sys.stderr)
            raise
    if first:
        told = card(recipe.name, arguments.folder)
        for what, value in told["quality"].items():
            print(f"{what}: {value}")
        print(f"written: {arguments.folder / recipe.name}.safetensors and .json")
    return 0


def stopped(number: int, steps: int, kept: int) -> str:
    """What is kept of a training that was stopped after step `number`: `kept` steps.

    >>> stopped(476, 7000, kept=476)
    'stopped at step 476 of 7000; --resume goes on from step 476'
    """
    rest = f"--resume goes on from step {kept}" if kept else "nothing is kept yet"
    return f"stopped at step {number} of {steps}; {rest}"
