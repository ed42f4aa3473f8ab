"""`evaluate`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_07.common import (
    buffers,
    lopsided,
    pictures,
    small_network,
    squares,
)
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.steps import NEVER_CALLED, counted, one_number
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import flat

_rng = np.random.default_rng(7)


class _Stream:
    """Pairs (images, targets) that come by once, and that nobody has counted."""

    def __init__(self, pairs):
        self.pairs, self.open = pairs, True

    def __iter__(self):
        if not self.open:
            raise OddResultError(
                "You go through the loader a second time: a stream comes by once. Do all that you "
                "need in one loop."
            )
        self.open = False
        yield from self.pairs

    def __len__(self):
        raise OddResultError(
            "You ask for len(loader): it counts batches, not images, and a stream has none. Count "
            "the images as they come by: count += len(images)."
        )

    @property
    def dataset(self):
        raise OddResultError(
            "You ask for loader.dataset: a loader may be anything that yields pairs. Count the "
            "images as they come by: count += len(images)."
        )

    def __getitem__(self, index):
        raise OddResultError("You index the loader: go through it with for images, targets in it.")


class _Looked:
    """A loss_fn that keeps count of how the model is asked while it is evaluated."""

    def __init__(self, formula, model):
        self.formula, self.calls, self.in_train_mode, self.graphs = formula, 0, 0, 0
        self.grad, self.before = torch.is_grad_enabled(), flat(buffers(model))
        self.weights = flat(model.parameters())
        counted(model, self)
        self.hooks = self.hooks_of(model)

    def hooks_of(self, model):
        """How many hooks hang on the model and its parts."""
        return sum(
            len(things)
            for part in model.modules()
            for name, things in vars(part).items()
            if name.endswith("_hooks")
        )

    def __call__(self, pred, target):
        return self.formula(pred, target)

    def __deepcopy__(self, _memo):  # a copy of the model is counted as well
        return self

    def called(self, model, output):
        self.calls += 1
        self.in_train_mode += model.training
        self.graphs += output.requires_grad


def _evaluation(images, targets, sizes, kind, loss, mode):
    """The three arguments, in torch."""
    model = small_network(kind)
    formula = {"squares": squares, "lopsided": lopsided}[loss]
    images, targets = (torch.from_numpy(a).float() for a in (images, targets))
    pairs = list(zip(images.split(sizes.tolist()), targets.split(sizes.tolist()), strict=True))
    model.train(mode == "train")
    return (model, _Stream(pairs), _Looked(formula, model)), {}


def _after_evaluation(result, model, loader, loss_fn):
    still_on = torch.is_grad_enabled()
    torch.set_grad_enabled(loss_fn.grad)  # an answer may have switched it off for everybody
    if not loss_fn.calls:
        raise OddResultError(NEVER_CALLED)
    return {
        "count of predictions in train mode": Count(loss_fn.in_train_mode),
        "count of predictions that built a graph": Count(loss_fn.graphs),
        "count of weights with a gradient afterwards": Count(
            sum(p.grad is not None for p in model.parameters())
        ),
        "switch of gradients afterwards (1 for on)": int(still_on == loss_fn.grad),
        "mode afterwards (1 for train)": int(model.training),
        "count of layers left in another mode than the model's": Count(
            sum(part.training != model.training for part in model.modules())
        ),
        "count of weights left frozen (requires_grad is off)": Count(
            sum(not p.requires_grad for p in model.parameters())
        ),
        "count of numbers in the weights that changed": Count(
            (flat(model.parameters()) != loss_fn.weights).sum()
        ),
        "count of hooks left at the model": Count(loss_fn.hooks_of(model) - loss_fn.hooks),
        "loss": one_number(result),
        "change of batch norm's statistics": flat(buffers(model)) - loss_fn.before,
    }


evaluate = Exercise.beside(
    __name__,
    cases=[
        case(
            np.array([[1.0], [2.0], [0.0]]),
            np.array([[1.0], [3.0], [3.0]]),
            np.array([2, 1]),
            *("weight", "squares", "train"),
            note="the model is one weight, 2, and in train mode; images [[1], [2]] with\n"
            "targets [[1], [3]], then one with [[0]] and [[3]]; the mean squared error",
        ),
        case(
            pictures(_rng, 7, 3),
            pictures(_rng, 7, 3),
            np.array([3, 3, 1]),
            *("dropout", "squares", "train"),
            note="a network with dropout, in train mode; batches of 3, 3 and 1 images",
        ),
        case(
            pictures(_rng, 6, 3),
            pictures(_rng, 6, 3),
            np.array([1, 3, 2]),
            *("linear", "lopsided", "eval"),
            note="a linear layer, in eval mode; batches of 1, 3 and 2 images; a loss in which too\n"
            "bright counts more than too dark",
        ),
        case(
            pictures(_rng, 5, 1, 4, 4),
            pictures(_rng, 5, 1, 4, 4),
            np.array([4, 1]),
            *("conv", "squares", "train"),
            note="a small CNN with batch norm, in train mode; batches of 4 and 1 images of 4 x 4",
        ),
        case(
            pictures(_rng, 4, 3),
            pictures(_rng, 4, 3),
            np.array([4]),
            *("linear", "squares", "train"),
            note="a linear layer, in train mode; a single batch of 4 images",
        ),
    ],
    build=_evaluation,
    probe=_after_evaluation,
    hints=(
        "Three promises: the model runs in eval mode, no graph is built, and it leaves in the mode "
        "in which it came. Then a mean over images: a small last batch counts less.",
        "Note was_training = model.training, call model.eval(), and loop under torch.no_grad(). "
        "Add up loss * len(images) and len(images), call model.train(was_training), and divide.",
    ),
    why="The validation loss decides when to stop and which network to keep. Your function "
    "measures it without changing the model, so you can call it as often as you like.",
    points=2,
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
    equivalent=["total, count = (-0.0, 0)"],
)
