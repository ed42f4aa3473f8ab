"""`attention`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import as_tensors, f32, normal, one_tensor
from learnkit.models import attention as library

_rng = np.random.default_rng(18)


def _mixed(result, q, k, v):
    one_tensor(result, "the averaged values", "v")
    return {"": result}


def _three(*shape, **options):
    return case(*(normal(_rng, *shape) for _ in range(3)), **options)


def _large(n, heads, tokens, d, note):
    """Scores in the hundreds: e to their power is infinite in float32."""
    q, k, v = (normal(_rng, n, heads, tokens, d) for _ in range(3))
    return case(30 * q, 30 * k, v, note=note)


attention = Exercise.beside(
    __name__,
    reference=library.attention,
    cases=[
        case(
            f32([[[[2.0], [0.0]]]]),
            f32([[[[1.0], [-1.0]]]]),
            f32([[[[10.0], [20.0]]]]),
            note="one head, two tokens of one number: q = (2, 0), k = (1, -1), v = (10, 20); the "
            "second query fits both keys equally well, and gets the mean of the values, 15",
        ),
        _three(1, 1, 3, 4, note="one head, three tokens of four numbers"),
        _three(2, 3, 4, 2, note="two samples, three heads, four tokens of two numbers"),
        _three(2, 2, 3, 3, note="two samples, two heads, three tokens of three numbers"),
        case(
            normal(_rng, 2, 2, 4, 3),
            normal(_rng, 2, 2, 4, 3),
            normal(_rng, 2, 2, 4, 6),
            note="two samples, two heads, four tokens; q and k of three numbers, v of six",
        ),
        _large(1, 2, 5, 4, note="two heads, five tokens of four numbers, with large q and k"),
    ],
    build=as_tensors,
    probe=_mixed,
    hints=(
        "First the scores: each query with each key, (n, heads, tokens, tokens), row i for query "
        "i. Then each row becomes weights that sum to 1. Then the weights average the values.",
        "scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]). softmax(dim=-1) goes over the "
        "keys; `weights @ v` averages.",
    ),
    why="A convolution mixes neighbours with weights that are learned once; here the weights are "
    "computed from each picture, and reach all of it.",
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
    equivalent=["k.transpose(2, -1)"],  # of four axes, 2 is -2
)
