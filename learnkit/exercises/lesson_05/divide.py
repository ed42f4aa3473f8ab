"""`divide`: how an answer is tried, and the hints."""

from learnkit.byhand.autograd import Scalar
from learnkit.exercises.lesson_05.nodes import looked_at, two_scalars
from learnkit.exercises.table import Exercise, case

__all__ = ["Scalar", "divide"]  # what stands in divide.mistakes makes nodes

divide = Exercise.beside(
    __name__,
    cases=[case(2.0, 5.0), case(-1.5, 4.0), case(0.0, 7.0), case(0.3, -0.7), case(6.0, 0.5)],
    build=two_scalars,
    probe=looked_at,
    hints=(
        "a / b is a times 1/b: so a's share is u times 1/b, as in `multiply`. For b: 1/b is b⁻¹, "
        "whose derivative is -b⁻².",
        "a's share is u / b.value, and b's is -u * a.value / b.value**2: where b grows, a positive "
        "quotient becomes smaller.",
    ),
    why="Softmax, a mean, batch norm: all of them divide by something that depends on the weights, "
    "and forgetting its share is a fault that still trains.",
    points=2,
)
