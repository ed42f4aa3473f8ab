"""`discriminator_loss`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_09.common import as_logits, column, loss_and_slopes
from learnkit.exercises.table import Exercise, case
from learnkit.models import gan

_rng = np.random.default_rng(9)


discriminator_loss = Exercise.beside(
    __name__,
    reference=gan.discriminator_loss,
    cases=[
        case(column(0.5), column(0.5), note="one real and one fake picture, both logits 0.5"),
        case(column(2.0), column(-1.0), note="one real picture, logit 2; one fake one, logit -1"),
        case(column(1.5, -0.5, 3.0), column(0.5, -2.0, 1.0)),
        case(
            column(1.0, -2.0, 0.5, 2.5),
            column(-0.5, 1.5),
            note="four real pictures, logits 1, -2, 0.5, 2.5; two fake ones, logits -0.5, 1.5",
        ),
        case(
            column(-200.0, 3.0),
            column(200.0, -3.0),
            note="a discriminator that is very sure, and wrong: real logits -200, 3; fake 200, -3",
        ),
        case(*(_rng.normal(0, 2, (2, 16, 1)).astype(np.float32))),
    ],
    build=as_logits,
    probe=loss_and_slopes("real_logits", "fake_logits"),
    hints=(
        "Two questions, each a binary cross-entropy with logits, as in lesson 03: the real "
        "pictures should be called 1, the fake ones 0. Add the two means.",
        "F.binary_cross_entropy_with_logits(logits, target) is a mean over the batch. "
        "torch.ones_like(real_logits) and torch.zeros_like(fake_logits) are the targets.",
    ),
    why="It is lesson 03's loss, twice. At its best the discriminator's logit is log(p / q): the "
    "log of how much likelier a picture is among the real ones than among the fakes. At "
    "2 log 2 = 1.386 it cannot tell them apart.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)
