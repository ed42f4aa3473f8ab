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
        "It is the L2 penalty with another function of each weight: |w| in place of w².",
        "Add up p.abs().sum() over all p in model.parameters() with p.ndim > 1.",
    ),
    why="Its gradient is the sign of w, of the same size for a small weight and a large one. So "
    "small weights go to 0 (with finite steps: nearly), and a network of few connections remains.",
    points=1,
    rtol=1e-5,
    atol=1e-6,
    prewarm=("torch",),
)
