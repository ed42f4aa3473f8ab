"""`latent_step`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_11.common import grey, is_tensor
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import normal
from learnkit.models import conditional_vae

_rng = np.random.default_rng(11)


_GRAPH = (
    "Your z still holds its graph (requires_grad is on): a hundred steps would keep a "
    "hundred graphs. Return it detached."
)
_LEFT_ON = (
    "You leave requires_grad on at the z that you were given: it belongs to the caller. Work on "
    "z.detach().requires_grad_(), which is a tensor of its own."
)


_NO_LEAF = (
    "decode gets a z that keeps no graph, so autograd finds no gradient. Begin with "
    "z = z.detach().requires_grad_()."
)
_TUPLE = (
    "torch.autograd.grad returns a tuple, for one z as for many. Take the gradient out of it: "
    "(gradient,) = torch.autograd.grad(energy, z)."
)
_NO_GRAD = (
    "The gradient that you multiply by lr is None: z.grad is filled by energy.backward(), and only "
    "for a z that is a leaf, z = z.detach().requires_grad_()."
)


class _Rate(float):
    """A learning rate that says what is wrong where a tuple or None is multiplied by it."""

    def __mul__(self, other):
        if isinstance(other, tuple | list):
            raise OddResultError(_TUPLE)
        if other is None:
            raise OddResultError(_NO_GRAD)
        return float.__mul__(self, other)

    __rmul__ = __mul__


def _a_decoder(weight, bias, shape):
    """A decoder of one layer and a sigmoid, through which a gradient can flow.

    Its first z must ask for a gradient (or be the z of torch.func); later ones need not.
    """
    weight, bias = torch.tensor(weight), torch.tensor(bias)
    asked = []

    def decode(z):
        if z.ndim != 2 or z.shape[1] != len(weight):
            raise OddResultError(
                f"decode takes z of shape (n, {len(weight)}); you hand it {tuple(z.shape)}."
            )
        made = torch.sigmoid(z @ weight + bias).reshape(len(z), *shape)
        asked.append(z.requires_grad or torch._C._functorch.is_functorch_wrapped_tensor(z))
        if not any(asked):
            raise OddResultError(_NO_LEAF)
        return made

    return decode


def _search(z, weight, bias, image, hole, lr, **options):
    decode = _a_decoder(weight, bias, image.shape[1:])
    return [torch.tensor(z), decode, torch.tensor(image), torch.tensor(hole), _Rate(lr)], options


def _stepped(result, z, *_rest, **_options):
    is_tensor(result, "the new z")
    if z.requires_grad:
        raise OddResultError(_LEFT_ON)
    if result.requires_grad:
        raise OddResultError(_GRAPH)
    return {"new z": result}


def _step_case(n, c, h, w, d, lr, note, hole=None, **options):
    note = f"{note}; lr {lr}, sigma {options.get('sigma', '0.1 as it is by default')}"
    hole = _rng.random((n, 1, h, w)) < 0.5 if hole is None else np.array(hole, bool)
    return case(
        normal(_rng, n, d),
        normal(_rng, d, c * h * w),
        normal(_rng, c * h * w),
        grey(_rng, n, c, h, w),
        hole.reshape(n, 1, h, w),
        lr,
        note=note,
        **options,
    )


def _with_black(made):
    """The case with every third pixel black: 0 is a grey as any other."""
    made.args[3].flat[::3] = 0
    return made


latent_step = Exercise.beside(
    __name__,
    reference=conditional_vae.latent_step,
    cases=[
        _step_case(1, 1, 1, 3, 2, 0.1, "3 pixels, the last is hole", [0, 0, 1], sigma=0.5),
        _step_case(
            2, 1, 1, 2, 3, 0.01, "two pictures, one of them known, one all hole", [0, 0, 1, 1]
        ),
        _step_case(3, 1, 2, 2, 2, 0.2, "three pictures of 2 x 2", sigma=2.0),
        _with_black(_step_case(4, 3, 2, 2, 4, 0.05, "four colour pictures of 2 x 2", sigma=0.7)),
        _step_case(2, 2, 3, 2, 5, 0.002, "two pictures of two channels, 3 x 2"),
        _step_case(
            3, 1, 1, 2, 2, 0.5, "every pixel is hole: only the prior pulls", [1] * 6, sigma=1.0
        ),
    ],
    build=_search,
    probe=_stepped,
    hints=(
        "Two terms act on z: the known pixels want decode(z) to look like the picture, the prior "
        "wants z near 0. Write their sum, the energy, ask autograd for its gradient with respect "
        "to z, and take a step against it.",
        "z = z.detach().requires_grad_() is a leaf of its own. Known pixels are those where hole "
        "is False; sum over everything, the pictures too. torch.autograd.grad(energy, z)[0] is "
        "the gradient.",
    ),
    why="With a few dozen such steps, a model that was never trained on holes fills one. The "
    "energy is -log p(z | known): its lowest point is the most probable z. With noise added in "
    "each step one would draw from p(z | known) (Langevin dynamics).",
    points=2,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
    equivalent=[
        "torch.where(hole, -0.0, decode(at)",
        "torch.where(hole, 1.0, decode(at)",  # a constant has no slope
        "sigma: float=-0.1",  # it is squared
    ],
)
