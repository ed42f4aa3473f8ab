"""A made-up class: the release of lesson 01, answered by students of several kinds."""

import json
import shutil

import nbformat

from learnkit.exercises.table import find
from tests.grading.hostile import ALL

NAME = "01_mse_by_hand"
NAMES = ("mse_loss", "numerical_grad", "mse_loss_grad", "psnr")


def answer(name, mistake=None):
    """A cell with the right answer to an exercise, or with one of its known mistakes."""
    written = find(name).written
    text = written.definition if mistake is None else written._definition(written.cells[mistake])
    return f"@exercise\n{text}"


def handed_in(course, student, answers, question="I measured 3.5 dB.", at=None):
    """Writes a student's submission: the release with these answers, by name."""
    book = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in book.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name in answers:
            cell.source = answers[name]
        if name == "question" and question:
            cell.source = question
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, folder / f"{NAME}.ipynb")
    if at is not None:
        (folder / "timestamp.txt").write_text(at)
    return folder / f"{NAME}.ipynb"


def honest(course):
    """Five students: the points that each of them is to get for the exercises."""
    right = {name: answer(name) for name in NAMES}
    handed_in(course, "ann", right)
    handed_in(course, "bob", {**right, "mse_loss": answer("mse_loss", "summed")})
    handed_in(course, "cid", {"mse_loss": right["mse_loss"]})
    handed_in(course, "dee", {}, question="")
    handed_in(course, "eli", {**right, "psnr": "@exercise\ndef psnr(pred, target):\n    return ("})
    return {"ann": 5.0, "bob": 4.0, "cid": 1.0, "dee": 0.0, "eli": 4.0}


def hostile(course, titles=None):
    """The hostile submissions (or those of the titles), under names that come first."""
    chosen = [one for one in ALL if titles is None or one.title in titles]
    for number, one in enumerate(chosen):
        folder = course / "submitted" / f"{number:03d}_hostile" / NAME
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{NAME}.ipynb").write_bytes(one.data)
    return [f"{number:03d}_hostile" for number in range(len(chosen))]


def fresh(course, folder):
    """A copy of a course that nobody has handed anything in to."""
    shutil.copytree(course, folder)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(course), str(folder)))
    return folder


def journal_of(course):
    """The lines of the journal, as dictionaries."""
    lines = (course / "grading" / "journal.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]
