"""`drop_labels`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Case, Exercise, case
from learnkit.exercises.tensors import told

_MANY = 20_001  # labels, an odd number: the share that is replaced wanders by a third of a percent

_VERY_MANY = 1_000_001  # independent draws give exactly the share one time in a thousand

_TORCH_S_DICE = (
    "Your throws do not come from the generator that you are given, so nobody can repeat them: "
    "torch.rand(labels.shape, generator=generator, device=labels.device)."
)
_RESEEDED = "Your function sets a seed: every call would then drop the same labels."
_ONE_THROW = (
    "One throw decides for the whole batch: either all labels are replaced or none. Throw for "
    "each label, torch.rand(labels.shape, ...)."
)
_ONE_A_KIND = (
    "One throw decides for all labels of a kind: throw for each label, torch.rand(labels.shape, "
    "...)."
)
_TOGETHER = (
    "Neighbours in the batch are replaced together: each label has a throw of its own, "
    "torch.rand(labels.shape, ...)."
)
_IN_A_ROW = (
    "You replace the labels at one end of the batch: each label has the same probability, "
    "wherever it stands."
)
_EXACTLY = (
    "You replace exactly that share of the labels in every batch: each label is to be replaced or "
    "kept independently of the others, so the number of replaced ones must vary."
)


def _many(kinds, probability, empty, seed, count):
    """Many labels of so many kinds, and a generator."""
    labels = torch.randint(kinds, (count,), generator=torch.Generator().manual_seed(seed + 1))
    generator = torch.Generator().manual_seed(seed)
    labels.kept = labels.clone(), generator.get_state(), torch.get_rng_state()
    labels.seeds = generator.initial_seed(), torch.initial_seed()
    return [labels, probability, empty, generator], {}


def _about(result, labels, probability, empty, generator):
    before, start, global_start = labels.kept
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return {told(result)}; return the labels as a tensor of torch, int64 (n,)."
        )
    if result.dtype == torch.bool:
        raise OddResultError(
            "You return which labels are dropped; return the labels, with `empty` in those places: "
            "torch.where(dropped, empty, labels)."
        )
    if result.dtype != torch.int64 or result.shape != before.shape:
        raise OddResultError(
            f"You return {told(result)}; labels are torch.int64 of shape (n,), here "
            f"({len(before)},)."
        )
    if labels.seeds != (generator.initial_seed(), torch.initial_seed()):
        raise OddResultError(_RESEEDED)
    globally = not torch.equal(global_start, torch.get_rng_state())
    given = not torch.equal(start, generator.get_state())
    dropped = result == empty
    share = dropped.double().mean().item()
    if 0 < probability < 1 and share > 0:
        if share == 1 and (globally or given):
            raise OddResultError(_ONE_THROW)
        each = torch.stack(
            [dropped[before == k].double().mean() for k in before.bincount().nonzero()]
        )
        if len(each) > 1 and ((each == 0) | (each == 1)).all() and share < 1:
            raise OddResultError(_ONE_A_KIND)
        halves = [half.double().mean() for half in dropped.chunk(2)]
        if abs(halves[0] - halves[1]) > 0.1:
            raise OddResultError(_IN_A_ROW)
        together = (dropped[1:] & dropped[:-1]).double().mean()
        if abs(together - share**2) > 0.05:
            raise OddResultError(_TOGETHER)
        if globally or not given:
            raise OddResultError(_TORCH_S_DICE)
        if len(before) == _VERY_MANY and abs(dropped.sum() - probability * len(before)) < 1:
            raise OddResultError(_EXACTLY)
    others = result[~dropped & (result != before)].unique().tolist()
    if others:
        what = f"You replace by {others[0]}" if len(others) == 1 else "You put other labels"
        raise OddResultError(
            f"{what} where `empty` is asked for, here {empty}: it stands for no kind at all."
        )
    return {
        "share of labels replaced, to 5 %": np.round(20 * share) / 20,
        "draws from the generator it is given (1: yes)": int(given or not 0 < probability < 1),
    }


def _case(kinds, probability, empty, seed, count=_MANY):
    return case(
        kinds,
        probability,
        empty,
        seed,
        count,
        note=f"{count:,} labels from 0 to {kinds - 1}, probability {probability}, empty {empty}",
    )


def _redraw(_shown: Case, rng: np.random.Generator) -> Case:
    """Another number of kinds and another probability, in twentieths."""
    kinds = int(rng.integers(3, 12))
    twentieths = rng.choice([2, 3, 5, 7, 9, 13, 15])
    return _case(kinds, float(twentieths / 20), kinds, int(rng.integers(1 << 30)))


drop_labels = Exercise.beside(
    __name__,
    cases=[
        _case(10, 0.2, 10, 1),
        _case(4, 0.7, 4, 2),
        _case(10, 0.25, 12, 4),
        _case(5, 0.0, 5, 5),
        _case(5, 1.0, 5, 6),
        _case(2, 0.25, 2, 7, _VERY_MANY),  # two kinds: each costs a pass over all labels
    ],
    build=_many,
    probe=_about,
    hints=(
        "Draw one random number for each label, between 0 and 1, all equally likely. It lies below "
        "`probability` with that probability.",
        "thrown = torch.rand(labels.shape, generator=generator, device=labels.device), and "
        "torch.where takes `empty` where thrown < probability, and the label elsewhere: a new "
        "tensor.",
    ),
    why="One network then knows two velocities: that of a kind, and with the label left out that "
    "of all kinds. Guidance needs both.",
    prewarm=("torch",),
    redraw=_redraw,
    equivalent=["thrown <= probability"],  # a throw is never that very number
)
