"""From a recipe to weights and a model card: what `learnkit train NAME` does.

    for step in bake(recipe, folder): ...

writes NAME.safetensors and NAME.json into `folder` when the last step is done, each whole or not
at all, and a checkpoint on the way, from which `resume` goes on: every half minute, and where the
training is stopped.
"""

import contextlib
import json
import os
import platform
from collections.abc import Generator, Iterator
from datetime import date
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from learnkit.files import alone, write_whole
from learnkit.models.pretrained import half, network, pretrained
from learnkit.recipes.base import Recipe
from learnkit.training import distributed
from learnkit.training.checkpoint import Plan
from learnkit.training.device import Machine, choose
from learnkit.training.loop import Step, train
from learnkit.training.pictures import Pictures
from learnkit.training.run import Run


def bake(
    recipe: Recipe,
    folder: Path,
    *,
    steps: int | None = None,
    machine: Machine | None = None,
    resume: bool = False,
) -> Generator[Step, None, None]:
    """Trains the recipe's network and writes its weights and its card; yields every step.

    `steps` is the budget, the recipe's own where None: the schedule is stretched to it.
    Raises ValueError or OSError where the data, the folder or the checkpoint cannot be used: also
    where an unfinished training would be lost, an ended one is to be resumed, or another process
    trains the same network there.
    """
    run = recipe.run(steps=steps, path=folder / f"{recipe.name}.checkpoint.pt", resume=resume)
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder, recipe.name):
        yield from _bake(recipe, folder, run, machine or choose(steps=run.steps))


@contextlib.contextmanager
def _alone_in(folder: Path, name: str) -> Iterator[None]:
    """Raises ValueError where another process makes the same weights in the folder."""
    if distributed.rank():  # the first process stands for all of them
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(alone(folder / f".{name}.lock"))
        except BlockingIOError:
            raise ValueError(
                f"{name} is being trained in {folder} by another process already: wait for it, or "
                "choose another folder with --folder"
            ) from None
        yield


def _bake(recipe: Recipe, folder: Path, run: Run, machine: Machine) -> Iterator[Step]:
    torch.manual_seed(recipe.seed)  # the network's first weights; a recipe owns its process
    model = network(recipe.name)
    generator = torch.Generator(machine.device).manual_seed(recipe.seed)
    begun = run.checkpoint.exists()
    if begun and not run.resume:
        raise ValueError(
            f"{run.path} holds a training that was stopped: go on with --resume, or delete the "
            "file to begin anew"
        )
    if run.resume and not begun and (folder / f"{recipe.name}.safetensors").exists():
        raise ValueError(
            f"the training of {recipe.name} in {folder} has ended, and there is nothing to resume; "
            "without --resume it begins anew, and writes over the weights at its end"
        )
    pictures = recipe.pictures(machine.device)
    yield from (recipe.training or by_objective)(
        recipe, model, pictures, run, machine=machine, generator=generator
    )
    if distributed.rank() == 0:
        write_whole(folder / f"{recipe.name}.safetensors", save(half(model)))
        text = json.dumps(
            _card(recipe, folder, run.steps, machine, len(pictures)), indent=2, ensure_ascii=False
        )
        write_whole(folder / f"{recipe.name}.json", (text + "\n").encode())
        run.checkpoint.unlink()


def by_objective(
    recipe: Recipe,
    model: nn.Module,
    pictures: Pictures,
    run: Run,
    *,
    machine: Machine,
    generator: torch.Generator,
) -> Iterator[Step]:
    """The usual training: one network, made to do well at the recipe's objective.

    Raises TypeError where it has none.
    """
    if recipe.objective is None:
        raise TypeError(f"the recipe of {recipe.name} has neither an objective nor a training")
    machine.place(model)
    return train(
        model,
        recipe.objective(generator),
        pictures,
        run=run,
        schedule=recipe.schedule(run.steps),
        optimizer=recipe.optimizer(model, lr=recipe.lr),
        clip=recipe.clip,
        machine=machine,
        generator=generator,
        plan=Plan(steps=run.steps),
    )


def _card(recipe: Recipe, folder: Path, steps: int, machine: Machine, pictures: int) -> dict:
    """What the weights are, measured as they were written: in half precision."""
    model = pretrained(recipe.name, folder).to(machine.device)
    quality = {name: round(value, 2) for name, value in recipe.measure(model).items()}
    return {
        "network": recipe.name,
        "what": recipe.what,
        "data": recipe.data,
        "pictures": pictures,
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": steps,
        "batch size": recipe.batch_size,
        "largest learning rate": recipe.lr,
        "seed": recipe.seed,
        "date": date.today().isoformat(),
        "machine": f"{machine}; {platform.machine()}, {os.cpu_count()} cores",
        "torch": torch.__version__.partition("+")[0],
        "quality": quality,
    }
