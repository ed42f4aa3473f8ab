"""`binary_cross_entropy_with_logits`: how an answer is tried, and the hints."""

from learnkit.byhand import losses
from learnkit.exercises.lesson_03.common import BCE_CASES
from learnkit.exercises.table import Exercise

binary_cross_entropy_with_logits = Exercise.beside(
    __name__,
    reference=losses.binary_cross_entropy_with_logits,
    cases=BCE_CASES,
    hints=(
        "Do not compute σ(z): it rounds to 1. Use the last formula of the lesson, in which no σ is "
        "left, and average over all elements.",
        "np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))) is the loss "
        "of each element; its mean is one number.",
    ),
    why="This is the usual loss of a classifier of two classes, of the VAE of lesson 08 and "
    "of the judge in a GAN. Computed from rounded probabilities it would be infinite for a "
    "confident mistake.",
    points=2,
    equivalent=[
        "return np.mean(np.maximum(",  # without float()
    ],
)
