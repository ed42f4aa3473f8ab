"""`binary_cross_entropy_with_logits_grad`: how an answer is tried, and the hints."""

from learnkit.byhand import losses
from learnkit.exercises.lesson_03.common import BCE_CASES
from learnkit.exercises.table import Exercise

binary_cross_entropy_with_logits_grad = Exercise.beside(
    __name__,
    reference=losses.binary_cross_entropy_with_logits_grad,
    cases=BCE_CASES,
    hints=(
        "Everything cancels but p - t: subtract the target from the probability. And the loss is a "
        "mean over N elements.",
        "Each element's derivative is (σ(z) - t) / N, with N the number of all elements, "
        "logits.size.",
    ),
    why="The gradient is p - t, so a confident mistake has the largest gradient. Under MSE it has "
    "nearly none.",
)
