"""`freeze`: how an answer is tried, and the hints."""

import numpy as np
from torch import nn

from learnkit.exercises.lesson_14.common import CALLED, Scaled, chain, made, seeded
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import flat


def _block(channels, out):
    return chain(conv=nn.Conv2d(channels, out, 3), norm=nn.BatchNorm2d(out), drop=nn.Dropout(0.5))


def _numbered():
    names = {f"conv{i}": nn.Conv2d(1, 1, 1) for i in (1, 2, 10)}
    return chain(**names, norm1=nn.BatchNorm2d(1))


def _auto():
    parts = {"encoder": chain(first=_block(1, 2), second=_block(2, 3)), "encoder2": _block(3, 2)}
    return chain(**parts, scaled=Scaled(), head=nn.Linear(2, 4))


def _inner():
    """A part called encoder inside of another one, which is not the part that is meant."""
    return chain(encoder=_block(1, 2), rest=chain(encoder=_block(2, 2), end=nn.Conv2d(2, 1, 1)))


KINDS = {"numbered": _numbered, "auto": _auto, "inner": _inner}


def _built(kind, prefix, already=(), in_eval=()):
    model = seeded(made(KINDS[kind])).train()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name not in already)
    for name in in_eval:
        model.get_submodule(name).eval()
    model.before = flat(model.parameters())  # an attribute: neither parameter nor buffer
    return (model, prefix), {}


def _flags(result, model, prefix):
    if isinstance(result, nn.Module):
        raise OddResultError(
            "You return the model; return a number: how many of its numbers still learn."
        )
    if callable(result):
        raise OddResultError(CALLED)
    if isinstance(result, bool) or not np.isscalar(result):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for one whole number: how "
            "many elements still learn."
        )
    return {
        "list of frozen parameters (1 for frozen), in the order of model.named_parameters()": [
            int(not p.requires_grad) for p in model.parameters()
        ],
        "list of modules in eval mode (1 for eval), in the order of model.named_modules()": [
            int(not module.training) for module in model.modules()
        ],
        "count of modules with an attribute requires_grad, which nothing reads": Count(
            sum("requires_grad" in vars(module) for module in model.modules())
        ),
        "count of numbers in the weights that changed": Count(
            (flat(model.parameters()) != model.before).sum()
        ),
        "count of numbers that still learn": result,
    }


def _redrawn(shown, rng):
    """The same model, and another of its parts or parameters for a prefix."""
    kind, _, *rest = shown.args
    model = KINDS[kind]()
    parts = [*dict(model.named_modules()), *dict(model.named_parameters())][1:]
    return case(kind, str(rng.choice(parts)), *rest, **shown.options)


freeze = Exercise.beside(
    __name__,
    cases=[
        case("numbered", "conv2", note="three convolutions conv1, conv2, conv10, and norm1"),
        case("numbered", "conv1", note="conv1, conv2, conv10, norm1: conv10 is not under conv1"),
        case("auto", "head.weight", note="the prefix is the whole name of one parameter"),
        case(
            "auto",
            "encoder",
            note="encoder with two blocks of conv, batch norm and dropout; encoder2; scaled; head",
        ),
        case("auto", "encoder.second", note="the same model, and a part inside of encoder"),
        case("inner", "encoder", note="rest has a part called encoder as well, rest.encoder"),
        case(
            "auto",
            "encoder2",
            already=("head.bias", "encoder.first.conv.weight"),
            in_eval=("head",),
            note="the same; head.bias and encoder.first.conv.weight are frozen already,\n"
            "and head is in eval mode",
        ),
    ],
    build=_built,
    probe=_flags,
    redraw=_redrawn,
    hints=(
        "A name belongs to the part if it is prefix itself or begins with prefix and a dot. "
        "model.named_parameters() gives the names of the parameters, model.named_modules() those "
        "of the modules; the same question decides for both.",
        "Set parameter.requires_grad_(False) for the parameters of the part, and call "
        "module.eval() for its modules. Then add up p.numel() over all parameters of the model "
        "that still have requires_grad.",
    ),
    why="Frozen weights need no gradient and no optimizer memory, and do not change. If their "
    "modules are still in train mode, batch norm changes its statistics at every batch, and the "
    "loss does not show it.",
    points=2,
    prewarm=("torch",),
)
