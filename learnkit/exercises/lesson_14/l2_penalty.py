"""`l2_penalty`: how an answer is tried, and the hints."""

from learnkit.exercises.lesson_14.penalties import CASES, build, looked_at, redraw
from learnkit.exercises.table import Exercise

l2_penalty = Exercise.beside(
    __name__,
    cases=CASES,
    build=build,
    probe=looked_at,
    redraw=redraw,
    hints=(
        "model.parameters() gives the tensors, one after another. Their ndim tells which "
        "of them count: a weight has two dimensions or more, a bias one.",
        "Add up p.square().sum() over all p in model.parameters() with p.ndim > 1, and return the "
        "tensor that comes out: no root, no mean, no .item().",
    ),
    why="Its gradient is 2 w: with plain gradient descent each step shrinks every weight by the "
    "same factor. Hence the name weight decay.",
    points=1,
    rtol=1e-5,
    atol=1e-6,
    prewarm=("torch",),
)
