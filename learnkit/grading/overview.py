"""A class at a glance: how many have each exercise right, and which mistakes were most common."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from learnkit.files import replacing
from learnkit.grading.autograde import HIDDEN
from learnkit.grading.marks import STATUSES, Marks

COLOURS = ("#0072b2", "#d55e00", "#bbbbbb", "#f0e442", "#000000")  # told apart by every eye
HATCHES = ("", "//", "", "..", "xx")
MOST = 10  # mistakes that are listed


def statuses(marks: Iterable[Marks]) -> dict[str, Counter[str]]:
    """For each exercise, how many submissions have which status."""
    found: dict[str, Counter[str]] = {}
    for one in marks:
        for mark in one.marks:
            found.setdefault(mark.exercise, Counter())[mark.status] += 1
    return found


def mistakes(marks: Iterable[Marks]) -> list[tuple[str, str, int]]:
    """The most common mistakes known by name: exercise, what the student did, how many did it."""
    made = [m for one in marks for m in one.marks if m.mistake]
    told = Counter((m.exercise, m.reason.removeprefix(f"{HIDDEN}. ")) for m in made)
    return [(exercise, words, n) for (exercise, words), n in told.most_common(MOST)]


def _short(sentence: str, width: int) -> str:
    """The beginning of a sentence, cut after a word."""
    if len(sentence) <= width:
        return sentence
    return sentence[:width].rpartition(" ")[0].rstrip(",;:.(") + " ..."


def lines(marks: Iterable[Marks]) -> list[str]:
    """The same as lines of text, for a terminal."""
    every = list(marks)
    found = statuses(every)
    width = max(map(len, found), default=0)
    told = []
    for exercise, counts in found.items():
        parts = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
        told.append(f"  {exercise:<{width}}  {parts}")
    if common := mistakes(every):
        told.append("The most common mistakes:")
        told += [
            f"  {n:>4}  {exercise}: {_short(sentence, 70)}" for exercise, sentence, n in common
        ]
    return told


def plot(marks: Iterable[Marks], path: Path, title: str) -> None:
    """A picture of both, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    every = list(marks)
    found, common = statuses(every), mistakes(every)
    figure = Figure(figsize=(11, 2 + 0.32 * (len(found) + max(len(common), 1))), dpi=120)
    FigureCanvasAgg(figure)
    ratios = [max(len(found), 1), max(len(common), 1)]
    above, below = figure.subplots(2, 1, height_ratios=ratios)
    names = list(found)[::-1]
    start = [0.0] * len(names)
    for status, colour, hatch in zip(STATUSES, COLOURS, HATCHES, strict=True):
        counts = [found[name][status] for name in names]
        if any(counts):
            above.barh(names, counts, left=start, color=colour, label=status, hatch=hatch)
        start = [a + b for a, b in zip(start, counts, strict=True)]
    above.set(title=title, xlabel="submissions")
    above.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    labels = [f"{exercise}: {_short(words, 40)}" for exercise, words, _ in common][::-1]
    below.barh(labels, [n for *_, n in common][::-1], color="#d55e00")
    for axes in (above, below):
        axes.xaxis.get_major_locator().set_params(integer=True)
    below.set(title="the most common mistakes", xlabel="submissions")
    if not common:
        below.text(0.5, 0.5, "none that is known by name", transform=below.transAxes, ha="center")
        below.set_yticks([])
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    with replacing(path) as file:
        figure.savefig(file, format="png", metadata={"Software": None})
