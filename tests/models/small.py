"""Small networks over the linear fill, and the garments and holes that they are tried on."""

import torch

from learnkit.images.data import fashion_mnist

KINDS = {"box": 2, "half": 2, "scatter": 2, "strokes": 2, "everything": 2}  # for `random_holes`


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def some_garments():
    """400 test garments, (400, 1, 28, 28) in [0, 1]."""
    return torch.from_numpy(fashion_mnist("test")[0][:400]).float()[:, None] / 255


def as_it_begins(model, garments):
    """Its linear fill is fitted, and its network says nothing."""
    model.linear.fit(garments)
    return model.eval()


def awake(model, before):
    """With the weights of the model `before`, its network says something and heeds its inputs."""
    model.load_state_dict(before.state_dict())
    torch.nn.init.normal_(model.unet.end[2].weight, std=0.1, generator=seeded())
    return model.eval()
