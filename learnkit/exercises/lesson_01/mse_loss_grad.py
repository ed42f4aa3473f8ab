"""`mse_loss_grad`: how an answer is tried, and the hints."""

from learnkit.byhand import losses
from learnkit.exercises.lesson_01.common import batch, big, pair, small
from learnkit.exercises.table import Exercise, case

mse_loss_grad = Exercise.beside(
    __name__,
    reference=losses.mse_loss_grad,
    cases=[case(*small), case(*pair), case(*big), case(*batch, note="a batch (2, 3, 4)")],
    hints=(
        "Change one pixel of pred: only its own term (p - t)² / N changes. What is its derivative?",
        "The derivative of (p - t)² is 2 (p - t). The mean brings a 1/N, with N = pred.size.",
    ),
    why="The gradient of a pixel is in proportion to its error: a step against it moves the worst "
    "pixels most.",
)
