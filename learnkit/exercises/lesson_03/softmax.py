"""`softmax`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(33)


softmax = Exercise.beside(
    __name__,
    cases=[
        case(np.array([[0.0, 0.0]])),
        case(np.array([[1.0, 2.0, 4.0]])),
        case(np.array([[2.0, 0.0, 1.0], [0.0, 3.0, -1.0]])),
        case(np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]])),
        case(np.array([[0.0, 1000.0], [999.0, 1000.0]])),
        case(np.array([[2000.0, 0.0, 0.0], [720.0, 0.0, 719.0]])),
        case(np.array([[-1000.0, -998.0], [1000.0, 1000.0]])),
        case(_rng.normal(0, 2, (4, 3)).round(2)),
        case(_rng.normal(0, 2, (3, 3)).round(2)),
    ],
    hints=(
        "Each row is turned into probabilities by itself: e^z of each logit, divided by the sum of "
        "the row. Before that, subtract the row's largest logit from all of them.",
        "z = logits - logits.max(axis=1, keepdims=True), e = np.exp(z), and e is divided by its "
        "sum over axis 1. With keepdims=True the sums are a column (n, 1), one for each row.",
    ),
    why="It ends every classifier, weighs the tokens in attention (lesson 18), and chooses each "
    "word that a language model writes.",
    points=2,
)
