"""What a network has learned from one kind of picture, kept while it learns another kind.

    freeze(model, "encoder")                     # these layers stay as they are
    optimizer = adamw(model, lr=1e-3)            # moves the others alone

Early layers find edges, corners and shades, which most pictures have; later ones make of them what
one data set asks for. Where there are few pictures of the new kind it may be better not to move
the early ones. Source: Yosinski et al. (2014), How transferable are features in deep networks?
"""

from torch import nn


def freeze(model: nn.Module, prefix: str) -> int:
    """Freezes the part called `prefix`; returns how many numbers of the model still learn.

    Parameters called `prefix`, or `prefix.` and more, get no gradient any more, and their modules
    go to eval mode: else dropout would go on, and batch norm would move its running statistics.
    `model.train()` brings back train mode: call `freeze` after it. Raises ValueError where no
    parameter has such a name.

    >>> freeze(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1)), "0")
    4
    """
    inside = f"{prefix}."
    found = [p for name, p in model.named_parameters() if name == prefix or name.startswith(inside)]
    if not found:
        names = dict.fromkeys(name.partition(".")[0] for name, _ in model.named_parameters())
        raise ValueError(f"no parameter lies under {prefix!r}; the model has {', '.join(names)}")
    for parameter in found:
        parameter.requires_grad_(False)
    for name, module in model.named_modules():
        if name == prefix or name.startswith(inside):
            module.eval()
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
