"""`training_step`: how an answer is tried, and the hints."""

import numpy as np
import torch
from torch import nn

from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.steps import NO_GRAD, Loss, Steps, one_number
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import flat

_rng = np.random.default_rng(17)


def _drawn(*shape):
    return _rng.random(shape).round(2)


_PREDICTED = (
    "What the model gives has lost its graph in yours (detach, .data, or a predict): then no "
    "gradient comes back to the weights. Measure the loss on model(noise) as it is."
)
_OTHER_NOISE = (
    "You give the model another noise than the one that comes in, which belongs to these images. "
    "With a new one at every step the best answer to all of them is the mean picture."
)


def _check_noise(noise, given, images):
    """Raises OddResultError unless the model is given all of the noise, and nothing else."""
    if not torch.is_tensor(noise):
        raise OddResultError("You make an array of the noise: give the model the tensor as it is.")
    if noise.shape == given.shape and torch.equal(noise, given):
        return
    if noise.numel() == images.numel() and torch.equal(noise.flatten(), images.flatten()):
        raise OddResultError(
            "You give the model the images: give it the noise; images is what it should make."
        )
    if noise.shape != given.shape and any(torch.equal(noise.flatten(), n) for n in given):
        raise OddResultError(
            "You give the model one noise after the other: give it all at once, model(noise). The "
            "loss is the mean over all of them, and there is one step."
        )
    raise OddResultError(_OTHER_NOISE)


class _Watched(Steps):
    """Counts, and gives what the model makes a backward that says why it has no way to go."""

    def called(self, _network, output):
        super().called()
        if output.requires_grad:
            output.register_hook(self.begins)


class _Made(Loss):
    """What the generator makes, and every loss of it."""


class _Generator(nn.Sequential):
    """A generator whose outputs are of the kind that says why there is no way back."""

    given, images = None, None  # what the answer gets

    def forward(self, noise):
        if self.given is not None:
            _check_noise(noise, self.given, self.images)
        _Made.why = _PREDICTED if torch.is_grad_enabled() else NO_GRAD  # of what is made of it, too
        return super().forward(noise).as_subclass(_Made)


def _training(noise, images, rule, stale):
    """The four arguments, in torch."""
    noise, images = (torch.from_numpy(a).float() for a in (noise, images))
    sides = noise.shape[1], images[0].numel()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(17)
        model = _Generator(nn.Linear(*sides), nn.Tanh(), nn.Unflatten(1, images.shape[1:]))
    make = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    }
    optimizer = make[rule](list(model.parameters()))
    if stale:  # a step was taken before, and nobody has swept up
        (model(noise.flip(0)) - images).square().mean().backward()
        optimizer.step()
    model.watch, model.given, model.images = _Watched(model, optimizer), noise.clone(), images
    return (model, noise, images, optimizer), {}


def _after_step(result, model, noise, images, optimizer):
    return {
        **model.watch.counts(),
        "loss": one_number(result),
        "list of weights afterwards": flat(model.parameters()),
    }


training_step = Exercise.beside(
    __name__,
    cases=[
        case(
            np.array([[1.0]]),
            np.array([[[[0.5]]]]),
            *("SGD", False),
            note="one noise of one number, one picture of one pixel; SGD with lr = 0.1",
        ),
        case(
            _drawn(3, 2),
            _drawn(3, 1, 2, 2),
            *("SGD", False),
            note="three noises of 2 numbers, three pictures of 2 x 2; SGD",
        ),
        case(
            _drawn(4, 3),
            _drawn(4, 1, 2, 3),
            *("momentum", True),
            note="four pictures of 2 x 3; SGD with momentum, its second step: the gradients of\n"
            "the first are still there",
        ),
        case(
            _drawn(2, 3),
            _drawn(2, 3, 1, 2),
            *("Adam", True),
            note="two pictures of 1 x 2 in colour; Adam, its second step: the gradients of the\n"
            "first are still there",
        ),
    ],
    build=_training,
    probe=_after_step,
    hints=(
        "The order is: clear the old gradients, let the model make pictures of the noise, measure "
        "them against the images, carry the gradients back, take the step.",
        "The five are optimizer.zero_grad(), model(noise), the mean of (model(noise) - images)², "
        "loss.backward() and optimizer.step(); loss.item() is the number to return.",
    ),
    why="The article's program has no zero_grad, no backward and no step, and another target. "
    "With these lines the loss falls. What the network can learn is the next question.",
    points=2,
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
    imports=("torch._dynamo",),
)
