"""`generator_loss`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_09.common import as_logits, column, loss_and_slopes
from learnkit.exercises.table import Exercise, case
from learnkit.models import gan

_rng = np.random.default_rng(9)


generator_loss = Exercise.beside(
    __name__,
    reference=gan.generator_loss,
    cases=[
        case(column(0.5), note="one picture of the generator, logit 0.5"),
        case(column(-2.0), note="one picture of the generator, logit -2: it is recognised"),
        case(column(1.5, -0.5, 3.0)),
        case(
            column(-200.0, 200.0),
            note="a discriminator that is very sure: the logits are -200 and 200",
        ),
        case(_rng.normal(0, 2, (16, 1)).astype(np.float32)),
    ],
    build=as_logits,
    probe=loss_and_slopes("fake_logits"),
    hints=(
        "The generator wants its pictures to be called real: the discriminator's question, with "
        "the other answer.",
        "F.binary_cross_entropy_with_logits against ones: torch.ones_like(fake_logits).",
    ),
    why="At the start every fake is recognised, and its logit is far below 0. There this loss has "
    "a gradient near -1, and the minimax loss log(1 - D) one of nearly 0. So with this loss the "
    "generator learns from the start.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
