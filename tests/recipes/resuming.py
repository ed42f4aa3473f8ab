"""A training that stops and goes on must leave the weights of one that never stopped."""

import dataclasses

import torch

from learnkit.training.device import choose


def check_resumes(recipe, make, pictures, folder):
    """Asserts it of four steps of a recipe's training, of which two come after a stop."""
    recipe = dataclasses.replace(recipe, every=1)

    def learned(path, *, stop):
        torch.manual_seed(0)
        model = make()
        generator = torch.Generator().manual_seed(0)
        options = {"machine": choose("cpu"), "generator": generator}
        for resume in (False, True):
            torch.manual_seed(5 if resume else 0)
            run = recipe.run(steps=4, path=path, resume=resume)
            for step in recipe.training(recipe, model, pictures, run, **options):
                if not resume and step.number == stop:
                    break
        return model

    whole, parts = learned(folder / "a.pt", stop=4), learned(folder / "b.pt", stop=2)
    for one, two in zip(whole.state_dict().values(), parts.state_dict().values(), strict=True):
        assert torch.equal(one, two)
