"""`multiply`: how an answer is tried, and the hints."""

from learnkit.byhand.autograd import Scalar
from learnkit.exercises.lesson_05.nodes import looked_at, two_scalars
from learnkit.exercises.table import Exercise, case

__all__ = ["Scalar", "multiply"]  # what stands in multiply.mistakes makes nodes

multiply = Exercise.beside(
    __name__,
    cases=[case(2.0, 5.0), case(-1.5, 4.0), case(0.0, 7.0), case(0.3, -0.7), case(6.0, 0.0)],
    build=two_scalars,
    probe=looked_at,
    hints=(
        "The value is a.value * b.value. If a grows by a little d, the product grows by b.value "
        "times d: that is the derivative with respect to a.",
        "pull is given u, the gradient of the loss with respect to the product. By the chain rule "
        "a's share is u times b.value, and b's is u times a.value.",
    ),
    why="Value and derivative in one place: every operation of PyTorch is such a pair. The rest "
    "of PyTorch's `backward` only goes through the graph.",
    points=1,
)
