"""`negative_elbo`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_08.common import a_tensor, as_leaves, gradients_of
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32, normal

_rng = np.random.default_rng(808)


def _loss_and_slopes(result, logits, images, mean, log_var, beta=1.0):
    a_tensor(result, "the loss")
    x, _, m, v = logits.leaves
    return {"loss": result, **gradients_of(result, logits=x, mean=m, log_var=v)}


def _grey(*shape):
    return f32(_rng.random(shape).round(2))


def _drawn(n, c, h, w, d, **options):
    pictures = normal(_rng, n, c, h, w), _grey(n, c, h, w)
    return case(*pictures, normal(_rng, n, d), normal(_rng, n, d), **options)


negative_elbo = Exercise.beside(
    __name__,
    cases=[
        case(f32([[[[2.0]]]]), f32([[[[1.0]]]]), f32([[1.0]]), f32([[0.0]])),
        case(
            f32([[[[0.5, 1.0]]], [[[-1.0, 2.0]]]]),
            f32([[[[0.0, 1.0]]], [[[0.0, 0.5]]]]),
            f32([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]),
            np.zeros((2, 3), np.float32),
        ),
        _drawn(3, 3, 2, 4, 2),
        _drawn(3, 3, 2, 4, 2, beta=4.0),
        _drawn(4, 1, 3, 3, 5, beta=0.25),
        _drawn(2, 1, 2, 2, 3, beta=0.0),
        case(
            f32([[[[200.0, -200.0], [200.0, -200.0]]]] * 2),
            f32([[[[1.0, 0.0], [0.0, 1.0]]], [[[1.0, 0.0], [0.5, 0.0]]]]),
            normal(_rng, 2, 2),
            normal(_rng, 2, 2),
            note="logits of 200 and -200, right in some pixels and wrong in others; beta = 1",
        ),
    ],
    build=as_leaves,
    probe=_loss_and_slopes,
    hints=(
        "A picture costs two things: its pixels, given z (binary cross-entropy, summed over all "
        "its pixels and channels), and z itself (beta times KL). The loss is the mean of that.",
        'F.binary_cross_entropy_with_logits(logits, images, reduction="none") keeps every pixel. '
        "Sum over all dimensions but the first, add beta * kl_divergence(mean, log_var), and take "
        "the mean.",
    ),
    why="Pixels and KL are counted in one unit, nats a picture. Average over the pixels instead, "
    "and on a garment the KL weighs 784 times too much: then z tells nothing about its picture, "
    "and the decoder makes one grey blur for all.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
