"""Lesson 05: the graph of an expression; step backward through it, one node at a time.

Values stand in the boxes from the start. At each step one node hands its gradient on: each of its
inputs gets a share, the gradient times the derivative of that link, and adds it to what it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from learnkit.byhand.autograd import Node, Scalar, topological_order
from learnkit.widgets.panel import ROW, Panel, Scene, caption
from learnkit.widgets.show import DPI, GREY, ORANGE, RED

WIDE, HIGH = 0.72, 0.62  # of a box, where columns and rows are 1 x 1.05 apart


@dataclass(frozen=True)
class Handover:
    """One step of the walk: `node` hands `shares` to its inputs, of indices `inputs`."""

    node: int
    inputs: tuple[int, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Walk:
    """Every step of reverse mode over the nodes of a graph, inputs before users."""

    values: tuple[float, ...]
    steps: tuple[Handover, ...]

    def gradients(self, step: int) -> dict[int, float]:
        """What each node has collected after `step` steps; the root starts with 1."""
        collected = {len(self.values) - 1: 1.0}
        for handover in self.steps[:step]:
            for source, share in zip(handover.inputs, handover.shares, strict=True):
                collected[source] = collected.get(source, 0.0) + share
        return collected


def backward_walk(nodes: Sequence[Node]) -> Walk:
    """The walk over `nodes`, inputs before users; the nodes' own `grad` stays as it is."""
    place = {id(node): i for i, node in enumerate(nodes)}
    grads, steps = {len(nodes) - 1: 1.0}, []
    for i in reversed(range(len(nodes))):
        node = nodes[i]
        if node.pull is None:
            continue
        inputs = tuple(place[id(source)] for source in node.inputs)
        shares = tuple(float(share) for share in node.pull(grads[i]))
        for source, share in zip(inputs, shares, strict=True):
            grads[source] = grads.get(source, 0.0) + share
        steps.append(Handover(i, inputs, shares))
    return Walk(tuple(float(node.value) for node in nodes), tuple(steps))


def places(nodes: Sequence[Node]) -> list[tuple[float, float]]:
    """Where each box stands: a column right of its inputs', a row near its users'."""
    index = {id(node): i for i, node in enumerate(nodes)}
    inputs = [[index[id(source)] for source in node.inputs] for node in nodes]
    users = [[j for j in range(len(nodes)) if i in inputs[j]] for i in range(len(nodes))]
    column = [0] * len(nodes)
    for i in range(len(nodes)):  # inputs stand before their users
        column[i] = 1 + max((column[j] for j in inputs[i]), default=-1)
    for i in range(len(nodes) - 1):
        if not inputs[i]:  # a leaf stands next to its first user
            column[i] = min(column[j] for j in users[i]) - 1
    row = [0.0] * len(nodes)
    for at in range(max(column), -1, -1):
        here = [i for i in range(len(nodes)) if column[i] == at]
        here.sort(key=lambda i: sum(row[j] for j in users[i]) / max(len(users[i]), 1))
        middle = sum(row[j] for i in here for j in users[i]) / max(
            sum(len(users[i]) for i in here), 1
        )
        for k, i in enumerate(here):
            row[i] = middle + k - (len(here) - 1) / 2
    return [(float(c), 1.05 * r) for c, r in zip(column, row, strict=True)]


def scene(root: Scalar, names: Mapping[str, Scalar]) -> Scene:
    """The graph under `root`; `names` labels some of its nodes.

    Raises ValueError where a name belongs to no node under root.
    """
    nodes = topological_order(root)
    known = {id(node): i for i, node in enumerate(nodes)}
    if strange := [name for name, node in names.items() if id(node) not in known]:
        raise ValueError(f"{', '.join(strange)} is no part of what root was made of")
    label = {known[id(node)]: name for name, node in names.items()}
    walk, spots = backward_walk(nodes), places(nodes)
    title = label.get(len(nodes) - 1, "root")

    def called(i: int) -> str:
        return label.get(i, f"{walk.values[i]:.4g}")

    def bend(i: int, k: int) -> float:
        """0 for a straight arrow; those of x * x part, and a long one goes round the boxes."""
        source = nodes[i].inputs[k]
        if sum(other is source for other in nodes[i].inputs) > 1:
            return 0.5 if k else -0.5
        return 0.35 if spots[i][0] - spots[known[id(source)]][0] > 1 else 0.0

    def stage() -> Figure:
        fig = Figure(figsize=(9.6, 3.9), dpi=DPI)
        ax = fig.add_axes((0.005, 0.01, 0.99, 0.88))
        ax.set_axis_off()
        xs, ys = zip(*spots, strict=True)
        ax.set_xlim(min(xs) - 0.55, max(xs) + 0.55)
        ax.set_ylim(max(ys) + 0.6, min(ys) - 0.6)
        for i, node in enumerate(nodes):
            for k, source in enumerate(node.inputs):
                _arrow(ax, spots[known[id(source)]], spots[i], GREY, bend=bend(i, k))
        for i, (x, y) in enumerate(spots):
            ax.text(x, y - 0.19, label.get(i, ""), ha="center", va="center", weight="bold")
            ax.text(x, y, f"{walk.values[i]:.4g}", ha="center", va="center", fontsize=10)
            ax.add_patch(_box(x, y, "black", 1.0))
        return fig

    def actors(fig: Figure, step: int) -> list[Artist]:
        (ax,) = fig.axes
        artists: list[Artist] = []
        for i, grad in walk.gradients(step).items():
            x, y = spots[i]
            artists.append(
                ax.text(
                    x,
                    y + 0.2,
                    f"gradient {grad:.4g}",
                    ha="center",
                    va="center",
                    color=RED,
                    fontsize=8.5,
                )
            )
        if step:
            now = walk.steps[step - 1]
            artists.append(ax.add_patch(_box(*spots[now.node], ORANGE, 3.0)))
            for k, (source, share) in enumerate(zip(now.inputs, now.shares, strict=True)):
                ends, curve = (spots[now.node], spots[source]), -bend(now.node, k)
                artists.append(_arrow(ax, *ends, RED, bend=curve, lw=2))
                artists.append(_share(ax, *ends, f"{share:.3g}", bend=curve))
        return [*artists, caption(ax, said(step))]

    def said(step: int) -> str:
        if step == 0:
            return f"forward: the values; the gradient of {title} itself is 1"
        now, had = walk.steps[step - 1], walk.gradients(step - 1)
        parts = []
        for source, share in zip(now.inputs, now.shares, strict=True):
            link = (
                ""
                if had[now.node] == 0
                else f"{had[now.node]:.3g} x {share / had[now.node]:.3g} = "
            )
            parts.append(f"{link}{share:.3g} to {called(source)}")
        return f"step {step}: {called(now.node)} hands {', and '.join(parts)}"

    def alt(step: int) -> str:
        grads = ", ".join(f"{called(i)} {g:.4g}" for i, g in sorted(walk.gradients(step).items()))
        return f"A graph of {len(nodes)} nodes, {said(step)}. Gradients of {title} so far: {grads}."

    return Scene(stage, actors, alt)


def explore(root: Scalar, names: Mapping[str, Scalar]) -> Panel:
    """The scene under a slider for the steps backward."""
    made = scene(root, names)
    last = len(backward_walk(topological_order(root)).steps)
    step = ipywidgets.IntSlider(
        value=0,
        max=last,
        description="steps back",
        **ROW,
    )
    return Panel(made, {"step": step})


def _box(x: float, y: float, colour: str, width: float) -> Patch:
    corner = x - WIDE / 2, y - HIGH / 2
    style = "round,pad=0,rounding_size=0.08"
    return FancyBboxPatch(corner, WIDE, HIGH, boxstyle=style, fc="none", ec=colour, lw=width)


def _arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    *,
    bend: float,
    lw: float = 1.2,
) -> Artist:
    """From the edge of one box to that of the next, forward or back."""
    way = 1 if end[0] > start[0] else -1
    return ax.annotate(
        "",
        (end[0] - way * WIDE / 2, end[1]),
        (start[0] + way * WIDE / 2, start[1]),
        arrowprops={
            "arrowstyle": "-|>",
            "color": colour,
            "lw": lw,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )


def _share(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], text: str, *, bend: float
) -> Artist:
    """A number on the middle of such an arrow."""
    way = 1 if end[0] > start[0] else -1
    edges = [(start[0] + way * WIDE / 2, start[1]), (end[0] - way * WIDE / 2, end[1])]
    (x0, y0), (x1, y1) = ax.transData.transform(edges)
    middle = (x0 + x1 + bend * (y1 - y0)) / 2, (y0 + y1 - bend * (x1 - x0)) / 2
    x, y = ax.transData.inverted().transform(middle)
    return ax.text(
        x,
        y,
        text,
        color=RED,
        fontsize=8.5,
        ha="center",
        va="center",
        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"},
    )
