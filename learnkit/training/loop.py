"""Training as a generator of steps: you own the bar, the curves, the film and the early stop.

    for step in train(model, objective, pictures, steps=1000, batch_size=128):
        bar.update()                            # tqdm's, say
        if step.number % 100 == 0: film.append(...)

`train` is the usual case, one network and one loss. `loop` is what lies underneath: it is handed a
function `step(batch) -> losses`, so a GAN's two networks fit as well. Both stop with a sentence
where a loss is no number, and both go on from a checkpoint to the same numbers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from learnkit.tensors import Scalar
from learnkit.training import checkpoint, distributed
from learnkit.training.device import Machine, choose
from learnkit.training.keeping import Keeper, deferred_interrupt
from learnkit.training.pictures import Pictures, order
from learnkit.training.run import Run

Losses = Mapping[str, Scalar]
FUSED = ("cuda", "mps", "cpu")  # where the optimizer's whole step is one kernel
LOOK = 50  # steps between two looks at a GPU's losses: each look waits for the GPU


@dataclass(frozen=True)
class Step:
    """One step that was taken: its number, from 1, and its losses, still on the device."""

    number: int
    losses: Losses

    @property
    def loss(self) -> float:
        """The first of the losses, as a number; on a GPU this waits for the step to end."""
        return float(next(iter(self.losses.values())))


class DivergedError(ArithmeticError):
    """A loss became infinite or NaN."""


def train(
    model: nn.Module,
    objective: Callable[[nn.Module, Any], Scalar | Losses],
    pictures: Pictures,
    *,
    run: Run | None = None,
    lr: float = 1e-3,
    schedule: Callable[[int], float] | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    clip: float | None = None,
    average: AveragedModel | None = None,
    machine: Machine | None = None,
    generator: torch.Generator | None = None,
    plan: checkpoint.Plan | None = None,
    **options: Any,
) -> Iterator[Step]:
    """Trains `model` to make `objective(model, batch)` small; yields after every step.

    How far and over which batches says `run`, or its fields as options: steps=400, batch_size=64.
    The objective is a mean over the batch, or losses by name of which the first is made small.
    `schedule(t)` is the learning rate of step t = 0, 1, ...; `lr` where there is none. The
    optimizer is `adamw` unless one is given. `clip` bounds the gradient's norm; `average` (see
    `averaged`) follows the weights. `generator` is what the objective draws its noise from: it is
    kept with the checkpoint, which is gone on from only if the `plan` is still the one it began
    with.
    Raises ValueError for counts that cannot be, TypeError for an option that is none,
    DivergedError where the loss is no number.
    """
    if run is not None and options:
        raise TypeError(f"{', '.join(options)} and run=... are given: run has them already")
    run = run or Run(**options)
    machine = machine or choose(steps=run.steps)
    machine.place(model)
    if average is not None:
        machine.place(average.module)
    if run.batch_size == 1 and any(
        isinstance(m, nn.modules.batchnorm._BatchNorm) for m in model.modules()
    ):
        raise ValueError("batch_size is 1, and batch norm needs two pictures to compare: take more")
    optimizer = optimizer or adamw(model, lr=lr)
    dtype = next(model.parameters()).dtype
    # the network alone is compiled: an objective that draws noise would break at every draw
    whole = distributed.shared(_Objective(machine.compiled(model), objective))
    model.train()

    def take(batch: Any, t: int) -> Losses:
        for group in optimizer.param_groups:
            group["lr"] = lr if schedule is None else schedule(t)
        optimizer.zero_grad(set_to_none=True)
        with machine.autocast():
            losses = whole(_in(dtype, batch))
        losses = losses if isinstance(losses, Mapping) else {"loss": losses}
        next(iter(losses.values())).backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        if average is not None:
            average.update_parameters(model)
        return losses

    parts: dict[str, Any] = {"plan": plan, "model": model, "optimizer": optimizer}
    parts |= {"average": average, "generator": generator}
    parts = {name: part for name, part in parts.items() if part is not None}
    return loop(take, pictures.to(machine.device), run, parts=parts)


def loop(
    step: Callable[[Any, int], Losses],
    pictures: Pictures,
    run: Run,
    *,
    parts: Mapping[str, Any] | None = None,
) -> Iterator[Step]:
    """The loop itself: hands every batch and its number t = 0, 1, ... to `step`, which learns.

    `parts` is what a checkpoint holds: whatever has a state (networks, optimizers, generators).
    Raises ValueError where the data set is smaller than a batch.
    """
    order(len(pictures), run.batch_size, 0, seed=run.seed)  # raises where the data set is too small
    return _steps(step, pictures, run, parts or {})


def adamw(
    model: nn.Module, *, lr: float, betas: tuple[float, float] = (0.9, 0.999)
) -> torch.optim.AdamW:
    """AdamW of a network that is on its device; `betas` remember the slope, and its square."""
    fused = next(model.parameters()).device.type in FUSED
    return torch.optim.AdamW(model.parameters(), lr=lr, betas=betas, fused=fused)


def averaged(model: nn.Module, decay: float = 0.999) -> AveragedModel:
    """A second set of weights that follows the first: w̄ ← d w̄ + (1 - d) w, buffers copied.

    Source: Polyak and Juditsky (1992), here exponential.
    """
    return _Averaged(model, decay)


class _Averaged(AveragedModel):
    """torch's, whose counter stays on the CPU: asked of a GPU at every step, it would be a wait."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__(model)
        self.move = get_ema_multi_avg_fn(decay)
        self.n_averaged = torch.tensor(0, device="cpu")

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """The average moved towards the model; at first set to it."""
        mine, theirs = tuple(self.module.parameters()), tuple(model.parameters())
        if self.n_averaged == 0:
            for average, weight in zip(mine, theirs, strict=True):
                average.copy_(weight)
        else:
            self.move(mine, theirs, self.n_averaged)
        for held, buffer in zip(self.module.buffers(), model.buffers(), strict=True):
            held.copy_(buffer)
        self.n_averaged += 1


def _in(dtype: torch.dtype, batch: Any) -> Any:
    """The pictures of a batch as precise as the network, which may be of double precision."""
    return batch.to(dtype) if torch.is_tensor(batch) else (batch[0].to(dtype), *batch[1:])


class _Objective(nn.Module):
    """The objective as a module, so that what wraps a module sees all of the step's forward."""

    def __init__(self, model: nn.Module, objective: Callable) -> None:
        super().__init__()
        self.model, self.objective = model, objective

    def forward(self, batch: Any) -> Any:
        return self.objective(self.model, batch)


def _steps(
    step: Callable, pictures: Pictures, run: Run, parts: Mapping[str, Any]
) -> Iterator[Step]:
    keeper = None if run.path is None else Keeper(run, parts)
    device = pictures.images.device
    watch = _Watch(device)
    for t in range(keeper.begin() if keeper else 0, run.steps):
        with deferred_interrupt() as interrupted:
            indices = order(len(pictures), run.batch_size, t, seed=run.seed, device=device)
            losses = step(pictures.take(distributed.shard(indices)), t)
            # a copy: what a CUDA graph gave is overwritten by its next run
            losses = {n: distributed.mean(value.detach().clone()) for n, value in losses.items()}
            last = t + 1 == run.steps
            saving = keeper and (last or keeper.due(t + 1))
            watch.see(t + 1, losses, look=last or bool(saving))  # what has diverged is never saved
            if keeper and saving:
                keeper.save(t + 1)
        try:
            if interrupted:
                raise KeyboardInterrupt
            yield Step(t + 1, losses)
        except (GeneratorExit, KeyboardInterrupt):  # stopped where no step is half done
            if keeper is not None and watch.fine():
                keeper.save(t + 1)
            raise


class _Watch:
    """Finds the first step whose loss was no number, and seldom makes a GPU wait for it."""

    def __init__(self, device: torch.device) -> None:
        self.first = torch.zeros((), dtype=torch.int64, device=device)
        self.every = 1 if device.type == "cpu" else LOOK

    def see(self, number: int, losses: Losses, *, look: bool) -> None:
        finite = torch.stack([value.isfinite().all() for value in losses.values()]).all()
        self.first = torch.where((self.first == 0) & ~finite, number, self.first)
        if (look or number % self.every == 0) and not self.fine():
            last = ", ".join(f"{name} {float(value):.4g}" for name, value in losses.items())
            raise DivergedError(
                f"the loss is no number any more since step {int(self.first)} (now {last}): lower "
                "the learning rate, clip the gradient (clip=1.0), or look for a log or a division "
                "by zero in the objective; the last checkpoint is from before"
            )

    def fine(self) -> bool:
        """Whether all losses so far were numbers; a GPU is waited for."""
        return not int(self.first)
