"""`DenseBlock`: how an answer is tried, and the hints."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from learnkit.exercises.lesson_07.common import check_module, gradients
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.models.blocks import DenseBlock as _DenseBlock

_ONCE = (
    "Your block works once, and fails at its second call: forward keeps something on self from the "
    "first. Begin each call anew, with features = [x]."
)


class _Convolution:
    """One convolution that ran: its weight and bias, what it was given, and what it made."""

    def __init__(self, given, weight, bias, made):
        self.given, self.weight, self.bias, self.made = given, weight, bias, made


def _filled(ran):
    """Seeded weights in place of the answer's own chance, in the order in which they run."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for one in ran:
            size = math.prod(one.weight.shape[1:])
            one.weight.copy_(torch.randn(one.weight.shape, generator=generator) / size**0.5)
            if one.bias is not None:
                one.bias.copy_(0.1 * torch.randn(one.bias.shape, generator=generator))


_STRIDE = (
    "Your convolution has a stride, and skips pixels: every layer must give as many pixels as it "
    "sees. Leave stride out."
)
_GAPS = (
    "Your windows have gaps (dilation): the exercise asks for plain ones, in which the 3 x 3 "
    "pixels touch. Leave dilation out; padding=1 keeps the size."
)
_GROUPS = (
    "Your convolutions work in groups: a feature then sees some of the channels alone. The "
    "exercise asks for plain ones, which see all of them: leave groups out."
)
_BORDER = (
    "Your picture goes on beyond its edges (padding_mode, or your own F.pad): the exercise asks "
    "for a border of zeros, which padding=1 puts there by itself."
)


def _is_one(option):
    """Whether a stride, a dilation or a number of groups is 1, as it is by default."""
    return all(number == 1 for number in ([option] if isinstance(option, int) else option))


class _Convolutions(TorchFunctionMode):
    """Notes each 2D convolution that runs, by nn.Conv2d or by F.conv2d, as long as it is on."""

    def __init__(self, size):
        super().__init__()
        self.size, self.ran = size, []

    def __torch_function__(self, function, types, args=(), options=None):
        options = options or {}
        if function is not torch.conv2d:
            return function(*args, **options)
        names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
        one = dict(zip(names, args, strict=False)) | options
        given, weight, bias = one["input"], one["weight"], one.get("bias")
        self.before(given, weight, one)
        made = function(*args, **options)
        if made.shape[2:] != self.size:
            raise OddResultError(
                f"A layer makes {tuple(made.shape[2:])} pixels out of {tuple(given.shape[2:])}: "
                "3 x 3 with padding=1 keeps the size."
            )
        inside, edge = _without_border(given, self.size)
        for sentence, wrong in (
            (_GAPS, not _is_one(one.get("dilation", 1))),
            (_GROUPS, not _is_one(one.get("groups", 1))),
            (_BORDER, edge.any()),
        ):
            if wrong:
                raise OddResultError(sentence)
        inside, result = inside.detach().clone(), made.detach().clone()
        self.ran.append(_Convolution(inside, weight, bias, result))
        return made

    def before(self, given, weight, one):
        """Says what is wrong with a convolution before torch says it in its own words."""
        layer, groups = len(self.ran) + 1, one.get("groups", 1)
        if any(weight is ran.weight for ran in self.ran):
            raise OddResultError(
                "One convolution does the work of several layers: [conv] * layers is one layer "
                "named often. Make a new one for each, in a comprehension or a loop."
            )
        if given.ndim == 4 and weight.shape[1] * groups != given.shape[1]:
            raise OddResultError(
                f"Layer {layer} is given {given.shape[1]} channels and was made for "
                f"{weight.shape[1] * groups}: x has `channels` of them, each earlier layer adds "
                "growth."
            )
        if not _is_one(one.get("stride", 1)):
            raise OddResultError(_STRIDE)


def _without_border(given, size):
    """What a convolution sees, less a border of one pixel that was put round it; and that border.

    Without one, the border is empty.
    """
    if given.shape[2:] != (size[0] + 2, size[1] + 2):
        return given, given.new_zeros(0)
    inside = given[..., 1:-1, 1:-1]
    return inside, given - F.pad(inside, (1, 1, 1, 1))


def _watched(block, x):
    """The block's output, and each convolution that ran."""
    convolutions = _Convolutions(x.shape[2:])
    with convolutions:
        y = block(x)
    ran = convolutions.ran
    if y is None:
        raise OddResultError("Your forward returns None: end it with a return.")
    if not isinstance(y, torch.Tensor):
        raise OddResultError(
            f"Your forward returns a {type(y).__name__}; the exercise asks for one tensor: join "
            "the features with torch.cat(features, dim=1)."
        )
    if y.ndim != x.ndim:
        raise OddResultError(
            f"Your output has {y.ndim} dimensions, x has {x.ndim}: torch.stack makes a new one, "
            "torch.cat(features, dim=1) joins along the channels."
        )
    if not ran:
        raise OddResultError(
            "No convolution ran in your block: each layer is nn.Conv2d and a ReLU."
        )
    return y, ran


def _named(channels, known):
    """The place in `known` of each channel of a batch, -1 where it is none of them."""
    return [_place(channel, known) for channel in channels.transpose(0, 1)]


def _place(channel, known):
    same = (i for i, k in enumerate(known) if k.shape == channel.shape)
    return next((i for i in same if torch.allclose(known[i], channel, atol=1e-6)), -1)


def _negative(batch):
    return [c for c in batch.transpose(0, 1) if c.min() < 0]


_SEED = 7
_RESEEDED = (
    "Your block sets torch's seed: then all blocks begin with the same weights, and everybody "
    "else's draws begin anew, too. Leave the seed alone."
)
_BORN_FROZEN = (
    "The weights of your convolutions are frozen (requires_grad is off): no optimizer can train "
    "them. Leave that out."
)
_BEGIN_ALIKE = (
    "All weights of a convolution begin at one number in your block, {:g}: then all its features "
    "learn the same, or, behind a ReLU at 0, nothing at all. Leave them as nn.Conv2d draws them."
)


def _with_a_seed(*sizes):
    """The numbers as they are; and a seed by which the probe sees whether another one was set."""
    torch.manual_seed(_SEED)
    return sizes, {}


def _check_beginning(ran):
    """Whether a block begins as one that can learn: weights drawn, and not frozen."""
    if torch.initial_seed() != _SEED:
        raise OddResultError(_RESEEDED)
    for one in ran:
        if not one.weight.requires_grad:
            raise OddResultError(_BORN_FROZEN)
        if one.weight.numel() > 1 and (one.weight == one.weight.flatten()[0]).all():
            raise OddResultError(_BEGIN_ALIKE.format(one.weight.flatten()[0].item()))


def _anatomy(result, channels, growth, layers):
    """What a block does, whatever its parts are called."""
    check_module(result, "DenseBlock")
    generator = torch.Generator().manual_seed(11)
    x = torch.randn(2, channels, 4, 5, generator=generator)
    _, first = _watched(result, x.clone())
    _check_beginning(first)
    _filled(first)
    given = x.clone().requires_grad_()
    try:
        y, ran = _watched(result, given * 1.0)
        again, _ = _watched(result, x.clone())
    except Exception as error:
        raise OddResultError(_ONCE) from error
    if [id(one.weight) for one in ran] != [id(one.weight) for one in first]:
        raise OddResultError(
            "Your forward makes new convolutions at each call: what they learn is lost. Make them "
            "in __init__, and use them in forward."
        )
    mine = x.clone()
    result(mine)
    raw = torch.cat([one.made for one in ran if len(one.made) == len(x)], dim=1)
    pieces = [x, *(one.made.relu() for one in ran)]
    names = [c for piece in pieces for c in piece.transpose(0, 1)]
    seen = np.full((len(ran), max(one.given.shape[1] for one in ran)), -2)  # -2: there is none
    for row, one in zip(seen, ran, strict=True):
        row[: one.given.shape[1]] = sorted(_named(one.given, names))  # in what order is free
    weights = [one.weight for one in ran]
    owned = {id(p) for p in result.parameters()}
    reached = gradients(y[:, -growth:].sum(), [*weights, given], _OVERWRITTEN)
    return {
        "count of convolutions": Count(len(ran)),
        "size of the output for x of size (2, channels, 4, 5)": np.array(y.shape),
        "list of channels that each layer gives": np.array([len(one.weight) for one in ran]),
        "count of convolutions that are not 3 x 3": Count(
            sum(one.weight.shape[2:] != (3, 3) for one in ran)
        ),
        "count of convolutions without a bias": Count(sum(one.bias is None for one in ran)),
        "count of convolutions that parameters() does not know": Count(
            sum(id(w) not in owned for w in weights)
        ),
        "count of other parameters": Count(
            len(list(result.parameters()))
            - sum(id(p) in owned for one in ran for p in (one.weight, one.bias))
        ),
        "count of numbers of x that your block changes": Count((mine != x).sum()),
        "table of channels that the layers see (0, 1, ... are x, then what layers found)": seen,
        "list of channels in the output (0, 1, ... are x, then what layers found)": np.array(
            _named(y.detach(), names)
        ),
        "count of channels in the output that no ReLU has seen": Count(
            sum(place >= 0 for place in _named(y.detach(), _negative(raw)))
        ),
        "count of numbers that differ when it is called again": Count(
            (again != y).sum() if again.shape == y.shape else 1
        ),
        "count of tensors that the last layer's gradient does not reach": Count(
            sum(g is None for g in reached)
        ),
    }


_OVERWRITTEN = (
    "Your forward writes into a tensor that a layer has already seen (out[:, a:b] = ...): then no "
    "gradient finds its way back. Leave what is there, and join: torch.cat([x, new], dim=1)."
)


def _redrawn(_shown, rng):
    return case(*(int(n) for n in rng.integers(1, 6, 3)))


DenseBlock = Exercise.beside(
    __name__,
    reference=_DenseBlock,
    cases=[case(1, 1, 1), case(2, 3, 1), case(2, 2, 3), case(3, 2, 2), case(1, 3, 4)],
    build=_with_a_seed,
    probe=_anatomy,
    redraw=_redrawn,
    hints=(
        "Layer i sees channels + i * growth channels, and gives growth. Make all of them in "
        "__init__, in an nn.ModuleList; in forward let x grow.",
        "super().__init__() comes first. In forward, for each layer: "
        "x = torch.cat([x, F.relu(layer(x))], dim=1). Channels are dimension 1.",
    ),
    why="Nothing that was found is lost on the way: the last layer still sees the picture itself, "
    "and its gradient goes straight back to the first.",
    points=3,
    prewarm=("torch",),
)
