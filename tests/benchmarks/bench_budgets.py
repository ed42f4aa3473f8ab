"""What the course promises its students' time: imports, sliders, verdicts, lessons.

    python -m tests.benchmarks budgets

A ratio here is budget / measured, so 1 is exactly met; of a count it is the share that was met.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ipywidgets
import nbformat
import numpy as np
from nbclient import NotebookClient

from learnkit.byhand.autograd import Scalar
from learnkit.byhand.losses import roughness_grad
from learnkit.exercises import check, pool
from learnkit.exercises.judge import judge
from learnkit.exercises.table import find, names
from learnkit.images.damaged import damaged
from learnkit.widgets import (
    curves,
    descent_in_hole,
    graph,
    kernel,
    logit,
    parabola,
    race,
    ravine,
    ring,
)
from tests.exercises.mutate import impatient, mutants

ROOT = Path(__file__).parents[2]
QUIET = {"extra_arguments": ["--log-level=ERROR"]}  # the kernel's advice would tear the table
Row = tuple[str, float, str]


def run() -> Iterator[Row]:
    """(what, budget / measured, "measured against budget"), each as soon as it is known."""
    yield from imports()
    yield from sliders()
    yield from verdicts()
    yield from exams()
    yield from lessons()


def within(what: str, measured: float, budget: float, unit: str, digits: int = 3) -> Row:
    """The row of something that may take `budget` at most."""
    detail = f"{measured:.{digits}f} {unit} against at most {budget:g} {unit}"
    return what, budget / max(measured, 1e-9), detail


def imports() -> Iterator[Row]:
    """What learnkit adds to numpy's own import: the median of five pairs, side by side."""
    extra = [process("import learnkit.byhand.losses") - process("import numpy") for _ in range(6)]
    median = statistics.median(extra[1:])  # the first pair fills the caches
    yield within("import learnkit.byhand.losses, beyond numpy's own", median, 0.25, "s")


def process(code: str) -> float:
    return timed(lambda: subprocess.run([sys.executable, "-c", code], check=True))


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def sliders() -> Iterator[Row]:
    """From a slider's new value to the picture on its way to the browser."""
    boot = damaged("garment")
    frames = [boot.cut]
    for _ in range(40):
        step = np.where(boot.hole, 0.12 * roughness_grad(frames[-1]), 0)
        frames.append(frames[-1] - step)
    film = descent_in_hole.Film(frames, list(range(41)), boot.image, boot.hole)
    weight, loss = Scalar(0.5), Scalar(2.0)
    for _ in range(3):
        loss = (loss * weight).tanh()
    panels = {
        "parabola": (parabola.explore(), "grey"),
        "ravine": (ravine.explore(), "lr"),
        "filling": (descent_in_hole.explore(film), "frame"),
        "logit": (logit.explore(), "z"),
        "race": (race.explore(), "step"),
        "race in a hole": (
            race.explore_hole({"gd": frames}, list(range(41)), boot.image, boot.hole),
            "frame",
        ),
        "graph": (graph.explore(loss, {"w": weight}), "step"),
        "kernel": (kernel.explore(boot.image), "row"),
        "curves": (curves.explore(training_film(frames, boot.image)), "frame"),
        "ring": (ring.explore(ring_film()), "frame"),
    }
    for name, (panel, control) in panels.items():
        answer = 1e3 * statistics.median(answers(panel.controls[control]))
        yield within(f"a slider's answer, {name} (median of 20)", answer, 100, "ms", 1)


def training_film(frames: list[np.ndarray], truth: np.ndarray) -> curves.Film:
    """A training of as many moments as there are frames."""
    falling = [1 / (1 + i) for i in range(len(frames))]
    return curves.Film(list(range(len(frames))), falling, falling, frames, frames[0], truth)


def ring_film() -> ring.Film:
    """Twenty frames of a thousand points, as lesson 09 makes them."""
    rng = np.random.default_rng(0)
    crowds = [0.1 * i * rng.standard_normal((1000, 2)) for i in range(1, 21)]
    return ring.Film(list(range(20)), crowds, rng.standard_normal((1000, 2)))


def answers(control: ipywidgets.Widget) -> Iterator[float]:
    kind = type(control.value)
    places = sorted({kind(place) for place in np.linspace(control.min, control.max, 21)})
    for place in (places * 20)[:20]:
        if place != control.value:  # what does not move is not drawn
            yield timed(lambda p=place: setattr(control, "value", p))


def verdicts() -> Iterator[Row]:
    """The longest way: a wrong answer, compared to every known mistake. A worker stands ready."""
    first, later = {}, {name: [] for name in names()}
    pool.warm()
    pool.warm(("torch",))
    for turn in range(4):
        for name in names():
            torch_too = bool(find(name).prewarm)
            time.sleep(6.0 if torch_too else 0.5)  # the student reads, the next worker starts
            took = timed(lambda n=name: check(n, find(n).mistakes[0].answer))
            later[name].append(took) if turn else first.setdefault(name, took)
    for title, seconds in (
        ("the first verdict", first),  # loads the table, and runs the mistakes
        ("a later verdict", {name: statistics.median(of) for name, of in later.items()}),
    ):
        slowest = max(seconds, key=seconds.get)
        yield within(f"{title}, slowest exercise ({slowest})", seconds[slowest], 0.5, "s")
        yield within(f"{title}, mean of all", statistics.mean(seconds.values()), 0.5, "s")


def exams() -> Iterator[Row]:
    """Mutants of each reference that its checks reject, but the proven equivalents; mistakes."""
    named = known = 0
    for name in names():
        task = find(name)
        killed = total = 0
        for difference, mutant in mutants(task.reference):
            report = judge(task, task.run(impatient(mutant)))
            if report.correct:
                total += not any(text in difference for text in task.equivalent)
            else:
                killed, total = killed + 1, total + 1
        yield f"mutants killed, {name}", killed / total, f"{killed} against {total}"
        reports = [judge(task, task.run(m.answer)) for m in task.mistakes]
        pairs = zip(reports, task.mistakes, strict=True)
        named += sum(r.message == m.sentence and not r.correct for r, m in pairs)
        known += len(reports)
    yield "mistakes that meet their own sentence", named / known, f"{named} against {known}"


PEAK = """
import resource, sys
unit = 1 if sys.platform == "darwin" else 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""


def lessons() -> Iterator[Row]:
    """Each solved lesson from top to bottom in a kernel of its own, and the memory it took."""
    seconds, peaks = [], []
    for path in sorted((ROOT / "solutions").glob("[0-9][0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(PEAK, id="peak"))
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", **QUIET)
        seconds.append(timed(client.execute))
        peaks.append(int(notebook.cells[-1].outputs[0].text) / 2**30)
        yield within(f"lesson {path.stem}", seconds[-1], 60, "s", 1)
    yield within("a lesson, on average", statistics.mean(seconds), 30, "s", 1)
    yield within("a lesson's memory, the largest", max(peaks), 3, "GB", 2)


if __name__ == "__main__":
    for row in run():
        print(*row, sep="   ")
