"""`l1_penalty`: how an answer is tried, and the hints."""

from learnkit.exercises.lesson_14.penalties import CASES, build, looked_at, redraw
from learnkit.exercises.table import Exercise

l1_penalty = Exercise.beside(
    __name__,
    cases=CASES,
    build=build,
    probe=looked_at,
    redraw=redraw,
    hints=(
        "It is the L2 penalty with another function of the weights: of each its size, |w|.",
        "Add up p.abs().sum() over all p in model.parameters() with p.ndim > 1.",
    ),
    why="Its gradient is the sign of w, the same for a small weight and a large one. So small "
    "weights go all the way to 0, and what is left is a network of few connections.",
    points=1,
    rtol=1e-5,
    atol=1e-6,
    prewarm=("torch",),
)
