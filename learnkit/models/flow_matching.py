"""Flow matching: noise moves to pictures along straight lines, and a network learns the velocity.

Between a noise x0 and a picture x1 lies a straight path, passed at one speed:

    xt = (1 - t) x0 + t x1,   dxt/dt = x1 - x0,   t from 0 to 1             (`between`)

Many paths cross at one xt. The network v(xt, t) that is trained on the squared error predicts the
mean of their velocities (`flow_loss`), and whoever walks along that mean velocity, in steps that
are small enough, arrives at pictures of the right distribution: dx/dt = v(x, t) (`paths`,
`integrate`). No two walks meet at one time, so they are curved where the lines crossed.
`guided_velocity` exaggerates what the label of a picture changes in the velocity.

Inside, x lies in [-1, 1], (n, c, h, w) or any (n, ...); t is (n,) in [0, 1].
Source: Lipman et al. (2023), Flow Matching for Generative Modeling; Liu et al. (2023), Flow
Straight and Fast.
"""

from collections.abc import Callable, Iterator

import torch

from learnkit.models.diffusion import check_alike
from learnkit.shapes import check_at_least
from learnkit.tensors import Batch, Floats, Labels, Rows, Scalar

Velocity = Callable[[Batch, Rows], Batch]  # (xt, t) to dxt/dt
Labelled = Callable[[Batch, Rows, Labels], Batch]  # the same of a picture of that kind


# ---- the path, and what is learned ---------------------------------------------------------------


def spread(t: Rows, like: Batch) -> Floats:
    """t (n,) in a shape that goes with the batch, (n, 1, 1, ...)."""
    return t.reshape(-1, *[1] * (like.ndim - 1))


def between(x0: Batch, x1: Batch, t: Rows) -> Batch:
    """(1 - t) x0 + t x1: the point t of the straight path, each picture at its own t.

    Raises ValueError where shapes do not go together. Source: Liu et al. (2023), eq. 1.

    >>> between(torch.zeros(1, 2), torch.ones(1, 2), torch.tensor([0.25])).tolist()
    [[0.25, 0.25]]
    """
    check_alike(x0=x0, x1=x1)
    if t.shape != x0.shape[:1]:
        raise ValueError(f"t must hold a time a picture, ({len(x0)},), got {tuple(t.shape)}")
    return (1 - spread(t, x0)) * x0 + spread(t, x0) * x1


def flow_loss(model: Velocity, x0: Batch, x1: Batch, t: Rows) -> Scalar:
    """Mean of (model(xt, t) - (x1 - x0))²: how well the network predicts the velocity.

    Source: Lipman et al. (2023), eq. 23 with σ_min = 0; Liu et al. (2023), eq. 1.
    """
    return (model(between(x0, x1, t), t) - (x1 - x0)).square().mean()


def drop_labels(
    labels: Labels, probability: float, empty: int, generator: torch.Generator | None
) -> Labels:
    """A copy of the labels (n,), each replaced by `empty` with that probability.

    So one network learns the velocity of a kind, and that of all kinds (`empty`).
    Raises ValueError where the probability is not in [0, 1].
    Source: Ho and Salimans (2022), Classifier-Free Diffusion Guidance, Algorithm 1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"probability must be from 0 to 1, got {probability}")
    thrown = torch.rand(
        labels.shape, generator=generator, device=labels.device, dtype=torch.float32
    )
    return torch.where(thrown < probability, empty, labels)


# ---- the walk ------------------------------------------------------------------------------------


def paths(velocity: Velocity, x0: Batch, steps: int) -> Iterator[tuple[float, Batch]]:
    """(t, xt) at t = 0, 1/steps, ..., 1, by Euler: xt + velocity(xt, t) / steps; no graph.

    Raises ValueError where `steps` is below 1, when it is first asked. Source: Liu et al. (2023),
    Algorithm 1.
    """
    check_at_least(1, steps=steps)
    xt = x0
    for i in range(steps):
        yield i / steps, xt
        with torch.no_grad():
            t = torch.full((len(xt),), i / steps, device=xt.device, dtype=xt.dtype)
            xt = xt + velocity(xt, t) / steps
    yield 1.0, xt


def integrate(velocity: Velocity, x0: Batch, steps: int) -> Batch:
    """x1, where the walk from x0 ends after that many Euler steps.

    Raises ValueError where `steps` is below 1.

    >>> integrate(lambda x, t: 2 * t[:, None], torch.zeros(1, 1), 4)  # 1 in steps without end
    tensor([[0.7500]])
    """
    *_, (_, x1) = paths(velocity, x0, steps)
    return x1


def guided_velocity(
    model: Labelled, xt: Batch, t: Rows, labels: Labels, empty: int, scale: float
) -> Batch:
    """v(empty) + scale (v(labels) - v(empty)).

    The scale 0 ignores the labels, 1 follows them, more exaggerates. Both
    velocities come from one call of the model, of a batch twice as large.
    Source: Ho and Salimans (2022), eq. 6, with scale = 1 + w.
    """
    nothing = torch.full_like(labels, empty)
    both = model(xt.repeat(2, *[1] * (xt.ndim - 1)), t.repeat(2), torch.cat([nothing, labels]))
    free, told = both.chunk(2)
    return free + scale * (told - free)
