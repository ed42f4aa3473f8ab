"""`train_step`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_07.common import (
    buffers,
    lopsided,
    pictures,
    small_network,
    squares,
)
from learnkit.exercises.steps import NO_GRAD, Loss, Steps, one_number
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import flat

_rng = np.random.default_rng(7)


_NO_GRAPH = (
    "What you give to loss_fn has no graph behind it: it was detached, made under torch.no_grad(), "
    "or never went through the model. Give it pred = model(images), as it is."
)


class _Watched(Steps):
    """A loss_fn that keeps count of what happens to the model while a step is taken."""

    def __init__(self, formula, model, optimizer):
        super().__init__(model, optimizer)
        self.formula = formula

    def __call__(self, pred, target):
        value = self.formula(pred, target)
        if value.requires_grad:
            value.register_hook(self.begins)
        value = value.as_subclass(Loss)
        if not value.requires_grad:
            value.why = _NO_GRAPH if torch.is_grad_enabled() else NO_GRAD
        return value

    def __deepcopy__(self, _memo):  # a copy of the model is counted as well
        return self


def _training(images, targets, kind, loss, rule, stale):
    """The five arguments, in torch."""
    model = small_network(kind)
    images, targets = (torch.from_numpy(a).float() for a in (images, targets))
    make = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.01),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    }
    optimizer = make[rule](list(model.parameters()))
    formula = {"squares": squares, "lopsided": lopsided}[loss]
    model.train()
    if stale:  # a step was taken before, and nobody has swept up
        formula(model(images.flip(0)), targets).backward()
        optimizer.step()
    return (model, images, targets, _Watched(formula, model, optimizer), optimizer), {}


def _after_step(result, model, images, targets, loss_fn, optimizer):
    found = {
        **loss_fn.counts(),
        "mode afterwards (1 for train)": int(model.training),
        "loss": one_number(result),
        "list of weights afterwards": flat(model.parameters()),
    }
    if buffers(model):  # without batch norm there is nothing to show
        found["list of batch norm's statistics afterwards"] = flat(buffers(model))
    return found


_image = pictures(_rng, 3, 1, 4, 4)


train_step = Exercise.beside(
    __name__,
    cases=[
        case(
            np.array([[3.0]]),
            np.array([[4.0]]),
            *("weight", "squares", "SGD", False),
            note="the model is one weight, 2; images = [[3]], targets = [[4]]; the loss is the\n"
            "mean squared error; SGD with lr = 0.01",
        ),
        case(
            pictures(_rng, 4, 3),
            pictures(_rng, 4, 3),
            *("linear", "lopsided", "SGD", False),
            note="a linear layer, 4 images of 3 pixels; a loss in which too bright counts more\n"
            "than too dark; SGD",
        ),
        case(
            pictures(_rng, 5, 3),
            pictures(_rng, 5, 3),
            *("linear", "squares", "momentum", True),
            note="a linear layer, 5 images; SGD with momentum, its second step: the gradients of\n"
            "the first are still there",
        ),
        case(
            _image,
            (_image * 0.8 + 0.1).round(2),
            *("conv", "squares", "SGD", False),
            note="a small CNN with batch norm, 3 images of 4 x 4; SGD",
        ),
        case(
            _image,
            (_image * 0.8 + 0.1).round(2),
            *("conv", "lopsided", "Adam", True),
            note="a small CNN with batch norm, 3 images of 4 x 4; Adam, its second step: the\n"
            "gradients of the first are still there",
        ),
    ],
    build=_training,
    probe=_after_step,
    hints=(
        "Five things in a fixed order: forget the old gradients, predict, measure, carry the "
        "gradients back, take the step. Then give the loss back as a number.",
        "The five are optimizer.zero_grad(), model(images), loss_fn(pred, targets), "
        "loss.backward() and optimizer.step(); loss.item() is the number.",
    ),
    why="These lines train every network of this course, from the restorer here to the diffusion "
    "model of lesson 12: only the model and the loss change.",
    points=2,
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
    imports=("torch._dynamo",),
)
