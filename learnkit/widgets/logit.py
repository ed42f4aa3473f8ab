"""Lesson 03: two losses over one logit, and the gradient of each.

The squared error of a sigmoid is flat where the network is sure, also where it is sure and wrong:
its gradient is nearly 0 there. Cross-entropy's is the plain error, large wherever the bet is wrong.
"""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from learnkit.byhand.layers import sigmoid
from learnkit.byhand.losses import (
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_grad,
    mse_loss,
    mse_loss_grad,
)
from learnkit.widgets.panel import Panel, Scene, caption, slider
from learnkit.widgets.show import BLUE, DPI, GREY, ORANGE

LOGITS = np.linspace(-10, 10, 201)
DEAD = 0.01  # a slope below this moves a logit by less than 1 in a hundred steps of η = 1


def losses(z: float, t: float) -> tuple[float, float]:
    """(squared error of σ(z), cross-entropy) of one logit against the target t."""
    logit, target = np.array([z]), np.array([t])
    return mse_loss(sigmoid(logit), target), binary_cross_entropy_with_logits(logit, target)


def slopes(z: float, t: float) -> tuple[float, float]:
    """The derivatives of both with respect to z: 2 (p - t) p (1 - p), and p - t."""
    logit, target = np.array([z]), np.array([t])
    p = sigmoid(logit)
    mse = mse_loss_grad(p, target) * p * sigmoid(-logit)
    return float(mse[0]), float(binary_cross_entropy_with_logits_grad(logit, target)[0])


def probability(z: float) -> float:
    """σ(z)."""
    return float(sigmoid(np.array([z]))[0])


def floor(t: float) -> float:
    """The entropy of t in nats: the least cross-entropy, paid at p = t."""
    return float(sum(-q * np.log(q) for q in (t, 1 - t) if 0 < q < 1))


def scene() -> Scene:
    """Both losses over the logit on the left, both slopes on the right, and where you stand."""
    return Scene(_stage, _actors, _alt)


def explore() -> Panel:
    """The scene under sliders for the logit and the target."""
    return Panel(
        scene(),
        {
            "z": slider("logit z", -10.0, 10.0, 0.25, -6.0),
            "t": slider("target t", 0.0, 1.0, 0.05, 1.0),
        },
    )


def _stage() -> Figure:
    fig = Figure(figsize=(9.4, 3.6), dpi=DPI)
    left, right = fig.subplots(1, 2)
    left.set(xlim=(-10, 10), ylim=(-0.3, 10.3), xlabel="logit z", ylabel="loss")
    right.set(
        xlim=(-10, 10), ylim=(-1.1, 1.1), xlabel="logit z", ylabel="derivative with respect to z"
    )
    right.axhline(0, color=GREY, lw=0.8)
    for ax in (left, right):
        ax.plot([], [], color=ORANGE, ls="--", lw=2, label="squared error")
        ax.plot([], [], color=BLUE, lw=2, label="cross-entropy")
    left.plot([], [], color=BLUE, ls=":", label="its floor")
    left.legend(fontsize=8, loc="upper center")
    right.legend(fontsize=8, loc="lower right")
    fig.subplots_adjust(0.07, 0.15, 0.98, 0.9, wspace=0.22)
    return fig


def _actors(fig: Figure, z: float, t: float) -> list[Artist]:
    left, right = fig.axes
    curves = np.array([losses(at, t) for at in LOGITS])
    grads = np.array([slopes(at, t) for at in LOGITS])
    (mse, bce), (mse_grad, bce_grad) = losses(z, t), slopes(z, t)
    artists = [left.axhline(floor(t), color=BLUE, ls=":", lw=1.2)]
    for ax, lines, here in ((left, curves, (mse, bce)), (right, grads, (mse_grad, bce_grad))):
        artists += ax.plot(LOGITS, lines[:, 0], "--", color=ORANGE, lw=2)
        artists += ax.plot(LOGITS, lines[:, 1], color=BLUE, lw=2)
        artists += ax.plot(z, here[0], "s", color=ORANGE, ms=9, mec="black")
        artists += ax.plot(z, here[1], "o", color=BLUE, ms=10, mec="black")
    p = probability(z)
    return [
        *artists,
        caption(left, f"p = σ({z:.2f}) = {p:.4f}, target {t:.2f}"),
        caption(right, f"slopes: {mse_grad:+.4f} squared, {bce_grad:+.4f} cross-entropy"),
    ]


def _alt(z: float, t: float) -> str:
    (mse, bce), (mse_grad, bce_grad) = losses(z, t), slopes(z, t)
    state = ["nearly 0" if abs(grad) < DEAD else "not 0" for grad in (mse_grad, bce_grad)]
    return (
        f"Logit {z:.2f}, so the bet is {probability(z):.4f} against a target of "
        f"{t:.2f}. Squared error {mse:.3f} with slope {mse_grad:+.4f} ({state[0]}); cross-entropy "
        f"{bce:.3f} with slope {bce_grad:+.4f} ({state[1]}), its floor {floor(t):.3f}."
    )
