"""`kl_divergence`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_08.common import a_tensor, as_leaves, gradients_of
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32, normal
from learnkit.models import vae

_rng = np.random.default_rng(8)


def _kl_and_slopes(result, mean, log_var):
    a_tensor(result, "the divergence")
    m, v = mean.leaves
    return {"KL": result, **gradients_of(result, mean=m, log_var=v)}


kl_divergence = Exercise.beside(
    __name__,
    reference=vae.kl_divergence,
    cases=[
        case(f32([[1.0, 0.0]]), f32([[0.0, 0.0]])),
        case(f32([[0.0, 0.0, 0.0]]), f32([[1.0, -1.0, 2.0]])),
        case(f32([[0.0, 0.0], [2.0, -1.0], [0.5, 3.0]]), f32([[0, 0], [0, 0], [-1, 1]])),
        case(normal(_rng, 4, 3), normal(_rng, 4, 3)),
        case(normal(_rng, 2, 5), f32([[-6, 6, -3, 3, 0], [6, 6, -6, 1, -1]])),
        case(normal(_rng, 3, 3), normal(_rng, 3, 3), note="three pictures, three latent numbers"),
    ],
    build=as_leaves,
    probe=_kl_and_slopes,
    hints=(
        "Each latent number costs something of its own: for wandering off (mean²), and for a "
        "variance that is not 1. A picture pays the sum over its d numbers.",
        "One number costs ½ (mean² + var - 1 - log var), and var is exp(log_var). Sum over "
        "dimension 1, so that one number a picture is left.",
    ),
    why="These nats are what it costs to tell where a picture lies in the latent space. A latent "
    "with KL 0 carries no information about it. If all have KL 0, that is posterior collapse.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
