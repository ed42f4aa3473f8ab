"""`masked_negative_elbo`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_11.common import grey, is_tensor
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32, normal
from learnkit.models import conditional_vae

_rng = np.random.default_rng(11)


def _bool(*rows):
    return np.array(rows, bool)


def _leaves(*values):
    """Arrays as tensors, the floats of them so that a gradient can reach them."""
    made = [torch.tensor(v) for v in values]
    made = [v.requires_grad_() if v.is_floating_point() else v for v in made]
    given = [v.clone() for v in made]
    given[0].leaves = made
    return given, {}


def _loss_and_slopes(result, logits, *_rest):
    is_tensor(result, "the loss")
    if not result.requires_grad:
        raise OddResultError(
            "No gradient flows back through the loss: .detach(), .data, .item() or torch.no_grad() "
            "cuts it off, and nothing would learn. Leave that out."
        )
    names = ("logits", "q_mean", "q_log_var", "p_mean", "p_log_var")
    leaves = [logits.leaves[i] for i in (0, 3, 4, 5, 6)]
    grads = torch.autograd.grad(result.sum(), leaves, allow_unused=True)
    slopes = [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, grads, strict=True)]
    return {
        "loss": result,
        **{
            f"gradient with respect to {name}": slope
            for name, slope in zip(names, slopes, strict=True)
        },
    }


def _elbo_case(n, c, h, w, d, hole, **options):
    return case(
        normal(_rng, n, c, h, w),
        grey(_rng, n, c, h, w),
        np.array(hole, bool).reshape(n, 1, h, w),
        *(normal(_rng, n, d) for _ in range(4)),
        **options,
    )


_SURE = case(
    f32([[[[200.0, -200.0, 300.0]]], [[[200.0, 200.0, -50.0]]]]),
    f32([[[[1.0, 1.0, 0.0]]], [[[0.5, 1.0, 0.0]]]]),
    _bool([[[True, True, False]]], [[[True, False, True]]]),
    *(normal(_rng, 2, 2) for _ in range(4)),
    note="logits of 200 and -200, some right and some wrong, two of three pixels in the hole",
)


masked_negative_elbo = Exercise.beside(
    __name__,
    reference=conditional_vae.masked_negative_elbo,
    cases=[
        case(
            f32([[[[2.0, 1.0]]]]),
            f32([[[[1.0, 0.0]]]]),
            _bool([[[True, False]]]),
            f32([[1.0]]),
            f32([[0.0]]),
            f32([[0.5]]),
            f32([[1.0]]),
            note="one picture of two pixels, logits 2 and 1, truth 1 and 0; the first is the hole; "
            "q = N(1, 1), p_mean = 0.5, p_log_var = 1",
        ),
        _elbo_case(
            2, 1, 1, 3, 2, [1, 1, 0, 0, 0, 1], note="two pictures: 2 and 1 of 3 pixels are hole"
        ),
        _elbo_case(
            3,
            1,
            2,
            3,
            3,
            [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1],
            note="three pictures: one has no hole, one is all hole, one half",
        ),
        _elbo_case(
            4,
            3,
            2,
            2,
            5,
            [1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1],
            note="four colour pictures of 2 x 2, five latent numbers",
        ),
        _elbo_case(
            5,
            1,
            3,
            3,
            2,
            _rng.random((5, 9)) < 0.5,
            note="five pictures of 3 x 3, about half of each is hole",
        ),
        _SURE,
    ],
    build=_leaves,
    probe=_loss_and_slopes,
    hints=(
        "Two costs for each picture: the cross-entropy of the pixels of its hole (known pixels "
        "cost nothing), and KL(q || p). Sum both over the picture, and average over the pictures.",
        'F.binary_cross_entropy_with_logits(logits, images, reduction="none") keeps each pixel; '
        "torch.where(hole, it, 0) keeps the hole. One latent number costs "
        "½ (log var_p - log var_q + (var_q + (mean_q - mean_p)²) / var_p - 1).",
    ),
    why="This KL trains the prior p to be close to q, which sees the whole picture. With nothing "
    "known the loss is lesson 08's again, with a prior that is learned.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
    equivalent=[
        "torch.where(hole, nats, -0.0)",  # -0 is 0
    ],
)
