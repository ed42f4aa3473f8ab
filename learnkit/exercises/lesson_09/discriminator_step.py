"""`discriminator_step`: how an answer is tried, and the hints."""

import numpy as np
import torch
from torch import nn

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(9)


_OLD = 0.7  # each gradient of the step before
_NO_GRADIENT = (
    "optimizer.step() finds no gradient to go by. The order is optimizer.zero_grad(), "
    "loss.backward(), optimizer.step()."
)
_OLD_GRADIENTS = (
    "You step on the gradients of the step before: optimizer.step() stands in front of "
    "loss.backward(). The order is optimizer.zero_grad(), loss.backward(), optimizer.step()."
)
_OTHER_Z = (
    "You feed the generator another noise than z: draw none here, the z that you are given is "
    "the one to use."
)


_NO_WAY_BACK = (
    "Your loss has no graph, and backward has no way to go: the discriminator sees both batches "
    "outside torch.no_grad(), and the loss must not be detached. Only generator(z) stands under it."
)
_EDITED = (
    "You change the gradients between backward and step (clip_grad_norm_, clip_grad_value_, a "
    "factor): that is not asked. Step with the gradients as backward leaves them."
)


class _Verdicts(torch.Tensor):
    """The discriminator's logits; what is made of them says why there is no way back from it."""

    def backward(self, *args, **options):
        if not self.requires_grad:
            raise OddResultError(_NO_WAY_BACK)
        return super().backward(*args, **options)


def _players(weights, real, z, kind, lr, used):
    """Both networks, the batch, and an optimizer that holds the discriminator's weights alone.

    The discriminator's gradients of the last step are still there, as they are in a training, and
    the generator's where it is `used`. What the weights do not tell afterwards is said on the way.
    """
    numbers = torch.from_numpy(weights).split([6, 3, 3, 1, 4, 2])
    discriminator = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2), nn.Linear(3, 1))
    generator = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    every = [*discriminator.parameters(), *generator.parameters()]
    for p, values in zip(every, numbers, strict=True):
        p.data = values.reshape(p.shape).clone()
        if used or any(p is own for own in discriminator.parameters()):
            p.grad = torch.full_like(p, _OLD)
    z = torch.from_numpy(z)
    if kind == "adam":
        optimizer = torch.optim.Adam(discriminator.parameters(), lr=lr)
    else:
        optimizer = torch.optim.SGD(discriminator.parameters(), lr=lr, momentum=0.5)
    discriminator.notes = [
        (p.detach().clone(), None if p.grad is None else p.grad.clone())
        for p in generator.parameters()
    ]
    given, discriminator.reached = z.clone(), set()  # places of the generator's weights
    found = {}  # what backward leaves at the discriminator's weights

    def finds(p):
        found[id(p)] = p.grad.clone()

    for p in discriminator.parameters():
        p.register_post_accumulate_grad_hook(finds)
    discriminator.register_forward_hook(lambda _d, _in, logits: logits.as_subclass(_Verdicts))

    def reach(place):
        return lambda _slope: discriminator.reached.add(place)

    for place, p in enumerate(generator.parameters()):
        p.register_hook(reach(place))  # also where the gradient is swept away afterwards

    def fed(_network, inputs):
        if not torch.equal(inputs[0].detach(), given):
            raise OddResultError(_OTHER_Z)

    def stepped(_optimizer, args, options):
        if len(args) > 1 or options.get("closure"):  # then backward runs inside the step
            return
        moving = [p.grad for p in discriminator.parameters() if p.grad is not None]
        if not any(slope.any() for slope in moving):
            raise OddResultError(_NO_GRADIENT)
        if all((slope == _OLD).all() for slope in moving):
            raise OddResultError(_OLD_GRADIENTS)
        for p in discriminator.parameters():
            left = found.get(id(p))
            if left is not None and p.grad is not None and p.grad.any():
                if not torch.allclose(left, p.grad, rtol=1e-4):
                    raise OddResultError(_EDITED)

    generator.register_forward_pre_hook(fed)
    optimizer.register_step_pre_hook(stepped)
    return (discriminator, generator, torch.from_numpy(real), z, optimizer), {}


_TENSOR = (
    "You return a tensor: it holds on to its whole graph. Take the number out with loss.item()."
)


def _after(result, discriminator, generator, real, z, optimizer):
    if torch.is_tensor(result):
        raise OddResultError(
            _TENSOR if result.requires_grad else "You return a tensor; loss.item() is its number."
        )
    if callable(result):
        raise OddResultError(
            "You return a method, and not what it gives: its round brackets are missing, as in "
            "loss.item()."
        )
    pairs = list(zip(generator.parameters(), discriminator.notes, strict=True))
    networks = (discriminator, generator)
    return {
        "loss": result,
        "discriminator after the step": torch.cat(
            [p.detach().flatten() for p in discriminator.parameters()]
        ),
        "count of the generator's weights that moved": Count(
            sum(not torch.equal(p, weights) for p, (weights, _) in pairs)
        ),
        "count of the generator's gradients that are new": Count(
            sum(
                place in discriminator.reached
                or (
                    p.grad is not None
                    and p.grad.any().item()
                    and (old is None or not torch.equal(p.grad, old))
                )
                for place, (p, (_, old)) in enumerate(pairs)
            )
        ),
        "count of networks left frozen": Count(
            sum(not all(p.requires_grad for p in network.parameters()) for network in networks)
        ),
        "count of networks left in eval mode": Count(
            sum(not network.training for network in networks)
        ),
    }


def _step_case(count, note, *, kind="sgd", lr=0.1, scale=1.0, used=False):
    weights = _rng.normal(0, 0.7, 19).astype(np.float32)
    weights[:13] *= np.float32(scale)
    real = _rng.normal(0.5, 1, (count, 2)).round(2).astype(np.float32)
    z = _rng.normal(0, 1, (count, 2)).round(2).astype(np.float32)
    return case(weights, real, z, kind, lr, used, note=note)


discriminator_step = Exercise.beside(
    __name__,
    cases=[
        _step_case(1, "one real point and one z; SGD with lr 0.1"),
        _step_case(2, "two real points and two z; SGD; the gradients of the last step are there"),
        _step_case(4, "four of each; Adam with lr 0.01", kind="adam", lr=0.01),
        _step_case(
            3, "three of each, in the middle of a training: the generator has gradients", used=True
        ),
        _step_case(
            5, "a discriminator that is very sure: logits in the hundreds", scale=30.0, lr=1e-3
        ),
        _step_case(8, "eight of each; Adam with lr 0.05", kind="adam", lr=0.05, used=True),
    ],
    build=_players,
    probe=_after,
    hints=(
        "Make the fake pictures first, and cut their graph: for this step they are data like the "
        "real ones. Then it is a training step as in lesson 07, on the discriminator alone.",
        "fake = generator(z).detach(), or generator(z) under torch.no_grad(). The loss is "
        "discriminator_loss(discriminator(real), discriminator(fake)); then zero_grad, backward, "
        "step; return loss.item().",
    ),
    why="The generator learns only through the discriminator's gradient, so the discriminator must "
    "learn too. Cutting the graph here saves a backward pass through the generator, and leaves its "
    "gradients clean.",
    points=3,
    prewarm=("torch",),
    imports=("torch._dynamo",),
    rtol=1e-5,
    atol=1e-6,
)
