"""`fit`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_07.common import buffers, pictures, small_network, squares
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.steps import one_number
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import flat


class _Loss:
    """The mean squared error, which counts how often it stands at the head of a backward pass."""

    def __init__(self):
        self.backward = 0

    def __call__(self, pred, target):
        value = squares(pred, target)
        if value.requires_grad:
            value.register_hook(self._begins)
        return value

    def _begins(self, _grad):
        self.backward += 1

    def __deepcopy__(self, _memo):  # a copy of the training counts as well
        return self


def _loader(images, targets, sizes):
    """A list of pairs, batches of the sizes."""
    images, targets = (torch.from_numpy(a).float() for a in (images, targets))
    return list(zip(images.split(sizes), targets.split(sizes), strict=True))


def _training(images, targets, held_back, their_targets, kind, rule, lr, epochs, patience):
    """The seven arguments, in torch."""
    model = small_network(kind).train()
    rules = {
        "SGD": lambda p: torch.optim.SGD(p, lr=lr),
        "momentum": lambda p: torch.optim.SGD(p, lr=lr, momentum=0.9),
    }
    half = (len(images) + 1) // 2
    train_loader = _loader(images, targets, [half, len(images) - half])
    val_loader = _loader(held_back, their_targets, [len(held_back) - 1, 1])
    optimizer = rules[rule](list(model.parameters()))
    return (model, train_loader, val_loader, _Loss(), optimizer, epochs, patience), {}


def _after_training(result, model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    if isinstance(result, tuple) or (
        isinstance(result, list) and result and isinstance(result[0], list | tuple)
    ):
        raise OddResultError(
            "You return several things; the exercise asks for one list, the validation loss of "
            "each epoch."
        )
    if not isinstance(result, list | np.ndarray):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for the list of the "
            "validation losses."
        )
    return {
        "count of epochs": Count(len(result)),
        "list of validation losses": np.array([one_number(loss) for loss in result]),
        "count of backward passes": Count(loss_fn.backward),
        "list of weights afterwards": flat(model.parameters()),
        "list of batch norm's statistics afterwards": flat(buffers(model)),
        "mode afterwards (1 for train)": int(model.training),
    }


def _case(kind, seed, *rule, sizes=(4, 3), shape=(3,), note):
    rng = np.random.default_rng(seed)
    few, held_back = sizes
    data = (pictures(rng, n, *shape) for n in (few, few, held_back, held_back))
    return case(*data, kind, *rule, note=note)


fit = Exercise.beside(
    __name__,
    cases=[
        _case(
            *("weight", 5, "momentum", 0.2, 3, 2),
            sizes=(2, 2),
            shape=(1,),
            note="the model is one weight, 2; two batches of one image to train on, and two to\n"
            "judge by; SGD with lr = 0.2 and momentum; epochs = 3, patience = 2",
        ),
        _case(
            *("weight", 6, "momentum", 0.2, 9, 2),
            sizes=(2, 2),
            shape=(1,),
            note="the model is one weight, 2; epochs = 9, patience = 2",
        ),
        _case(
            *("linear", 8, "momentum", 0.25, 12, 3),
            note="a linear layer; the validation loss rises and falls; epochs = 12, patience = 3",
        ),
        _case(
            *("conv", 8, "momentum", 0.3, 6, 4),
            shape=(1, 4, 4),
            note="a small CNN with batch norm; epochs = 6, patience = 4: it never has to stop",
        ),
        _case(
            *("linear", 3, "SGD", 0.0, 8, 2),
            note="a linear layer that learns nothing (lr = 0): all losses are equal; epochs = 8,\n"
            "patience = 2",
        ),
        _case(
            *("linear", 1, "momentum", 0.25, 4, 5),
            note="a linear layer; the last epoch is the best; epochs = 4, patience = 5",
        ),
    ],
    build=_training,
    probe=_after_training,
    hints=(
        "Three things happen in each epoch: a step for each batch, one judgement, one question: is "
        "this the best epoch so far, or has it been too long without a better one? You have a "
        "function for each.",
        "early_stop(losses, patience) names the best epoch so far. If that is this epoch, keep "
        "copy.deepcopy(model.state_dict()); else break where epoch - best reaches patience. At "
        "the end model.load_state_dict(weights).",
    ),
    why="Every long training of this course keeps its best weights in this way: a training that "
    "goes on for too long costs time, and nothing else.",
    points=3,
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
    imports=("torch._dynamo",),
)
