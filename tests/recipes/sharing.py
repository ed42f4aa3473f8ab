"""The first losses of recipes, by this process or by those that torchrun starts.

python -m torch.distributed.run --standalone --nproc-per-node 2 -m tests.recipes.sharing ...
"""

import json
import sys
from dataclasses import replace

import numpy as np
import torch

from learnkit.images.data import fashion_mnist
from learnkit.models.pretrained import pretrained
from learnkit.recipes.base import find
from learnkit.recipes.gan import training
from learnkit.recipes.run import by_objective
from learnkit.training import distributed
from learnkit.training.device import Machine
from learnkit.training.pictures import Pictures, resident

PLAIN = Machine(torch.device("cpu"))  # float32 everywhere, so that numbers can be compared
GARMENTS, KINDS = (part[:64] for part in fashion_mnist("train"))
FEW = {"steps": 3, "batch_size": 32}


def pictures(name: str) -> Pictures:
    """A few pictures such as the recipe's own."""
    rng = np.random.default_rng(0)
    if name.startswith("emoji"):
        return resident(rng.random((32, 32, 32, 3)))
    if name in ("denoiser", "restorer", "photo_inpainter"):
        return resident(rng.random((32, 64, 64, 3)))
    return resident(GARMENTS, KINDS if name in ("classifier", "flow") else None)


def losses(name: str, *, steps: int, batch_size: int) -> list[dict[str, float]]:
    """All losses of the first steps that go on training the shipped network."""
    # with so small a rate rounding is not made larger from step to step
    recipe, model = replace(find(name), batch_size=batch_size, lr=1e-5), pretrained(name)
    taken = (training if name == "gan" else by_objective)(
        recipe,
        model,
        pictures(name),
        recipe.run(steps=steps),
        machine=PLAIN,
        generator=torch.Generator("cpu").manual_seed(0),
    )
    return [{what: value.item() for what, value in step.losses.items()} for step in taken]


if __name__ == "__main__":
    out, *names = sys.argv[1:]
    with distributed.process_group():
        found = {name: losses(name, **FEW) for name in names}
        if distributed.rank() == 0:
            with open(out, "w") as file:
                json.dump({"processes": distributed.world_size(), "losses": found}, file)
