"""The trial of two sweeps: a small network learns to fill one hole, from few garments.

Judged are three sets of pictures: those that it was trained on (seen), 500 others that may choose
when to stop or how strong a penalty is (validation), and 1,000 test garments that choose nothing.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from jaxtyping import Float

from learnkit.holes import draw
from learnkit.images.data import fashion_mnist
from learnkit.models.fixed_hole import FixedHoleFill
from learnkit.models.masked import hole_psnr
from learnkit.models.pretrained import Network
from learnkit.tensors import Grey, Scalar
from learnkit.training.augmentation import Matrices, augment
from learnkit.training.datasets import unseen
from learnkit.training.device import Machine
from learnkit.training.loop import train
from learnkit.training.pictures import Pictures, resident
from learnkit.training.run import Run

Others = Float[torch.Tensor, "m 1 h w"]  # as Grey, and another number of them
HOLE = torch.from_numpy(draw.box((28, 28), height=14, width=14))
STEPS, BATCH, EVERY = 1500, 64, 50
POOL = 9500  # of the 10,000 embedded training garments; the others are for validation


@dataclass
class Training:
    """A network and how it fared: decibels in the hole, every EVERY steps."""

    model: FixedHoleFill
    steps: list[int] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    best: dict[str, torch.Tensor] = field(default_factory=dict)  # weights, by validation

    def note(self, step: int, seen: Grey, validation: Others) -> None:
        """Judges the network now, and keeps its weights if validation was never better."""
        self.steps.append(step)
        self.seen.append(psnr(self.model, seen))
        self.validation.append(psnr(self.model, validation))
        if self.validation[-1] == max(self.validation):
            self.best = copy.deepcopy(self.model.state_dict())

    def stopped_early(self) -> FixedHoleFill:
        """The network with the weights of its best validation."""
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.best)
        return model

    def scores(self) -> dict[str, float]:
        """Decibels at the end on what it has seen; on test garments, at the end and at its best."""
        return {
            "seen": self.seen[-1],
            "test": psnr(self.model, test_garments()),
            "test, stopped early": psnr(self.stopped_early(), test_garments()),
        }


def few(n: int, seed: int) -> Pictures:
    """`n` training garments, others for each seed."""
    which = torch.randperm(POOL, generator=torch.Generator().manual_seed(seed))[:n]
    return resident(fashion_mnist("train")[0][which.numpy()])


def validation() -> Grey:
    """The 500 garments that judge on the way."""
    return resident(fashion_mnist("train")[0][POOL:]).first(500)


@torch.no_grad()
def psnr(model: FixedHoleFill, images: Grey) -> float:
    """Decibels in the hole, pooled over all pictures, without dropout."""
    was = model.training
    model.eval()
    filled = model.fill(images)
    model.train(was)
    return hole_psnr(filled, images, model.hole[None, None])


def fit(
    pictures: Pictures,
    *,
    width: int = 256,
    dropout: float = 0.0,
    penalty: Callable[[FixedHoleFill], Scalar] | None = None,
    maps: Callable[[int, torch.Generator], Matrices] | None = None,
    steps: int = STEPS,
    seed: int = 0,
) -> Training:
    """Trains a FixedHoleFill on these pictures, and notes every EVERY steps how good it is.

    `penalty(model)` is added to the mean squared error; `maps(n, generator)` are the affine maps
    that every batch goes through first.
    """
    machine, dice = Machine(torch.device("cpu")), torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):  # first weights and dropout draw from torch's own
        torch.manual_seed(seed)
        training = Training(FixedHoleFill(HOLE, width, dropout=dropout))
        nothing = torch.zeros(1, 1, 28, 28, dtype=torch.bool)

        def objective(model: Network, images: Grey) -> Scalar:
            if maps is not None:
                images, _ = augment(images, nothing.expand_as(images), maps(len(images), dice))
            error = F.mse_loss(model(images), model.missing(images))
            return error if penalty is None else error + penalty(model)

        seen, held = pictures.first(500), validation()
        optimizer = torch.optim.Adam(training.model.parameters(), lr=1e-3, fused=True)
        run = Run(steps=steps, batch_size=min(BATCH, len(pictures)), seed=seed)
        for step in train(
            training.model, objective, pictures, run=run, optimizer=optimizer, machine=machine
        ):
            if step.number % EVERY == 0:
                training.note(step.number, seen, held)
    training.model.eval()
    return training


def test_garments() -> Grey:
    """The 1,000 garments that no training and no choice has seen."""
    return unseen().first(1000)
