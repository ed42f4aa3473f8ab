"""The whole way of an instructor: hand out, collect, grade, regrade, tables, feedback."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from learnkit.course.cli import main
from learnkit.grading.notebook import cells
from tests.grading.class_of import NAME, answer, fresh, handed_in, honest, hostile, journal_of
from tests.grading.test_autograde import a_bank

pytestmark = pytest.mark.usefixtures("bubblewrap")
HOSTILE = (
    "the judge is patched in another cell",
    "kill -9 of everybody",
    "a frame of 4 GB",
    "a script in the answer",
    "a script behind a fence",
    "half a character",
    "the gradebook",
    "a fork bomb",
)


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """A course with lesson 1, and nobody's submission."""
    folder = tmp_path_factory.mktemp("grade") / "course"
    assert main(["assign", "1", "--to", str(folder)]) == 0
    return folder


@pytest.fixture
def course(handed_out, tmp_path):
    """A copy of it."""
    return fresh(handed_out, tmp_path / "course")


def grade(course, *words):
    command = [sys.executable, "-m", "learnkit", "grade", str(course), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def gradebook(course):
    """What the gradebook holds: (student, cell, automatic, manual, waits), in order."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        return sorted(
            (s.student.id, g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
            for s in book.assignment_submissions(NAME)
            for notebook in s.notebooks
            for g in notebook.grades
        )


def rows(course, name):
    with (course / "marks" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def totals(course):
    return {row["student"]: float(row["points"]) for row in rows(course, "totals.csv")}


def test_honest_students_get_what_they_earned_beside_hostile_ones(course):
    eves = hostile(course, HOSTILE)
    assert len(eves) == len(HOSTILE)
    want = honest(course)
    ran = grade(course)
    assert ran.returncode == 0, ran.stderr
    assert "13 submissions of 1 assignment" in ran.stdout
    assert totals(course) == want | dict.fromkeys(eves, 0.0)
    for row in rows(course, "marks.csv"):
        assert row["status"], row
        assert row["reason"] or row["exercise"] == "question", row
    scores = {s: 0.0 for s in want}
    for student, _, automatic, _, _ in gradebook(course):
        if student in scores:
            scores[student] += automatic or 0.0
    assert scores == want
    assert (course / "marks" / f"{NAME}.png").read_bytes().startswith(b"\x89PNG")
    assert not list(course.rglob("left_behind"))


@pytest.mark.slow
def test_all_hostile_submissions_before_honest_ones_in_one_class(course):
    eves = hostile(course)
    want = honest(course)
    assert grade(course).returncode == 0
    assert totals(course) == want | dict.fromkeys(eves, 0.0)
    statuses = {row["status"] for row in rows(course, "marks.csv") if row["student"] in eves}
    assert "correct" not in statuses


def test_feedback_has_a_sentence_for_each_lost_point_and_no_markup_of_a_student(course):
    hostile(course, ("a script in the answer", "a script behind a fence", "a script in an output"))
    honest(course)
    assert grade(course).returncode == 0
    page = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "4 of 9 points so far" in page and "You summed" in page and "0.125" in page
    for path in [*course.glob("feedback/*/*/*.html"), *course.glob("autograded/*/*/*.ipynb")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            assert "<script" not in text and "<img" not in text
            assert "Content-Security-Policy" in text
        else:
            shown = json.loads(text)["cells"]
            outputs = [o for c in shown for o in c.get("outputs", [])]
            assert {o["output_type"] for o in outputs} == {"stream"}


def test_a_second_run_grades_nothing_again_and_a_changed_answer_is_told(course):
    honest(course)
    assert grade(course).returncode == 0
    before = journal_of(course)
    first = gradebook(course)
    assert grade(course).returncode == 0
    assert journal_of(course) == before and gradebook(course) == first
    handed_in(course, "cid", {"mse_loss": answer("mse_loss", "summed")})
    assert grade(course).returncode == 0
    assert len(journal_of(course)) == len(before) + 1
    [change] = rows(course, "changes.csv")
    assert (change["student"], change["exercise"]) == ("cid", "mse_loss")
    assert (change["before"], change["after"]) == ("correct", "incorrect")
    assert totals(course)["cid"] == 0.0


def test_what_a_person_has_set_stays_and_stands_in_the_feedback(course):
    honest(course)
    assert grade(course).returncode == 0
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        its = book.find_grade("question", NAME, NAME, "ann")
        its.manual_score, its.needs_manual_grade, its.extra_credit = 3.5, False, 0.5
        book.find_grade("check_psnr", NAME, NAME, "bob").manual_score = 0.25
        book.find_comment("question", NAME, NAME, "ann").manual_comment = "Well <seen>."
        book.db.commit()
    assert grade(course, "--again").returncode == 0
    assert totals(course)["ann"] == 9.0 and totals(course)["bob"] == 3.25
    waits = {row["student"]: row["waits"] for row in rows(course, "totals.csv")}
    assert waits == {"ann": "", "bob": "yes", "cid": "yes", "dee": "", "eli": "yes"}
    [row] = [
        r for r in rows(course, "marks.csv") if (r["student"], r["exercise"]) == ("bob", "psnr")
    ]
    assert (row["points"], row["status"]) == ("0.25", "graded by a person")
    page = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "graded by a person, 0.25 of 1 points" in page
    page = (course / "feedback" / "ann" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "4 points. Well &lt;seen&gt;." in page and "9 of 9 points" in page


def test_what_is_late_is_penalised_by_nbgraders_own_plugin_and_anew_each_time(course):
    with (course / "nbgrader_config.py").open("a") as file:
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    right = {"mse_loss": answer("mse_loss")}
    handed_in(course, "ann", right, at="2026-11-29 10:00:00 UTC", question="")
    handed_in(course, "bob", right, at="2026-11-29 13:00:00 UTC", question="")
    from nbgrader.api import Gradebook

    def due(when):
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            book.find_assignment(NAME).duedate = when
            book.db.commit()

    due(datetime(2026, 11, 29, 12))
    assert grade(course).returncode == 0
    assert totals(course) == {"ann": 1.0, "bob": 0.0}
    page = (course / "feedback" / "bob" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "1 points less, because it was late" in page
    due(datetime(2026, 11, 30, 12))
    assert grade(course).returncode == 0
    assert totals(course) == {"ann": 1.0, "bob": 1.0}


def test_other_points_are_other_scores_without_another_run(course):
    honest(course)
    assert grade(course).returncode == 0
    count = len(journal_of(course))
    assert main(["assign", "1", "--to", str(course), "--points", "mse_loss=10"]) == 0
    assert grade(course).returncode == 0
    assert len(journal_of(course)) == count and totals(course)["cid"] == 10.0


def test_a_run_that_is_killed_five_times_ends_in_the_same_gradebook(course, tmp_path):
    honest(course)
    for number in range(8):
        handed_in(course, f"s{number}", {"mse_loss": answer("mse_loss")})
    other = fresh(course, tmp_path / "other")
    assert grade(other).returncode == 0
    moments = random.Random(7)
    for _ in range(5):
        _killed_after(course, moments.uniform(0.5, 6.0))
    assert grade(course).returncode == 0
    assert gradebook(course) == gradebook(other)
    for name in ("marks.csv", "totals.csv"):
        assert (course / "marks" / name).read_bytes() == (other / "marks" / name).read_bytes()


def _killed_after(course, seconds):
    """Starts a run, kills it after so long, and sees that nothing of it goes on."""
    command = [sys.executable, "-m", "learnkit", "grade", str(course)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        time.sleep(seconds)
        theirs = psutil.Process(run.pid).children(recursive=True) if run.poll() is None else []
        run.send_signal(signal.SIGKILL)
        run.wait()
        _, left = psutil.wait_procs(theirs, timeout=60)
        assert not left, [one.cmdline() for one in left]


def test_downloads_of_canvas_and_moodle_go_in_and_their_files_come_out(course, tmp_path):
    first = handed_in(course, "x", {"mse_loss": answer("mse_loss")}, question="").read_bytes()
    (course / "submitted" / "x" / NAME / f"{NAME}.ipynb").unlink()
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr(f"doejane_LATE_12_345_{NAME}.ipynb", first)
        archive.writestr("roebob_13_346_essay.txt", "no notebook")
        archive.writestr(f"..._13_346_{NAME}.ipynb", first)
        archive.writestr("poezoe_14_347_homework.pdf", "a scan")
    export = tmp_path / "canvas.csv"
    export.write_text(
        'Student,ID,SIS Login ID,Section\n"Doe, Jane",12,jane,A\n"Roe, Bob",2,bob,A\n'
    )
    ran = grade(course, "--from", tmp_path / "submissions.zip", "--canvas", export)
    assert ran.returncode == 1 and "poezoe_14_347_homework.pdf: it is no notebook" in ran.stderr
    assert "1 of 1 student filled in" in ran.stdout and "had no column" in ran.stdout
    text = (course / "marks" / "canvas.csv").read_text()
    assert [row[NAME] for row in csv.DictReader(text.splitlines())] == ["1", ""]
    sheet = tmp_path / "moodle.csv"
    sheet.write_text("Identifier,Full name,Email address,Grade\nParticipant 9,doejane_12,x@x,\n")
    assert grade(course, "--moodle", sheet).returncode == 0
    text = (course / "marks" / "moodle.csv").read_text()
    assert [row["Grade"] for row in csv.DictReader(text.splitlines())] == ["1"]


def test_a_lesson_graded_alone_leaves_those_of_others_as_they_are(course):
    assert main(["assign", "2", "--to", str(course)]) == 0
    path = handed_in(course, "ann", {"mse_loss": answer("mse_loss")})
    other = path.parents[1] / "02_gradient_descent_by_hand" / "02_gradient_descent_by_hand.ipynb"
    other.parent.mkdir()
    other.write_bytes(
        (course / "release" / other.parent.name / other.name).read_bytes(),
    )
    before = path.read_bytes()
    assert grade(course, "--assignment", "1").returncode == 0
    assert path.read_bytes() == before and totals(course) == {"ann": 1.0}


def test_a_second_batch_adds_to_the_tables_of_the_first(course, tmp_path):
    honest(course)
    assert grade(course).returncode == 0
    late = handed_in(course, "zoe", {"mse_loss": answer("mse_loss")})
    (tmp_path / "batch" / "zoe").mkdir(parents=True)
    late.rename(tmp_path / "batch" / "zoe" / late.name)
    assert grade(course, "--from", tmp_path / "batch").returncode == 0
    assert set(totals(course)) == {"ann", "bob", "cid", "dee", "eli", "zoe"}


def test_a_file_that_cannot_be_read_waits_for_a_person_with_all_its_points(course):
    path = handed_in(course, "ann", {})
    path.write_bytes(b"%PDF-1.4 a scan")
    assert grade(course).returncode == 0
    assert [row["points"] for row in rows(course, "marks.csv")] == [""] * 5
    shown = (course / "autograded" / "ann" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "The file cannot be read." in shown and f"submitted/ann/{NAME}" in shown


def test_nbgraders_own_commands_release_the_feedback_and_export_the_marks(course, tmp_path):
    honest(course)
    assert grade(course).returncode == 0
    where = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": where}
    command = [sys.executable, "-m", "nbgrader"]
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    for words in (
        ["release_feedback", NAME, f"--Exchange.root={exchange}"],
        ["export", "--to", str(tmp_path / "grades.csv")],
    ):
        ran = subprocess.run(
            [*command, *words], cwd=course, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
    with (tmp_path / "grades.csv").open() as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert exported == totals(course)
    assert len(list(exchange.rglob("*.html"))) == 5


def test_an_exercise_that_is_handed_out_later_counts_for_old_submissions_too(course, tmp_path):
    own = "from learnkit.exercises import graded_later\n\n@graded_later\ndef total(x):\n"
    path = handed_in(course, "ann", {"psnr": f"{own}    return np.sum(x)"})
    assert grade(course).returncode == 0 and totals(course) == {"ann": 0.0}
    bank = a_bank(tmp_path / "bank")
    assert main(["assign", "1", "--to", str(course), "--bank", str(bank)]) == 0
    assert path.exists() and grade(course).returncode == 0
    assert totals(course) == {"ann": 2.0}


def test_through_dask_the_marks_are_the_same_also_where_a_worker_is_lost(course, tmp_path):
    distributed = pytest.importorskip("distributed")
    want = honest(course)
    for number in range(6):
        handed_in(course, f"s{number}", {"mse_loss": answer("mse_loss")})
        want[f"s{number}"] = 1.0
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
    ) as cluster:
        command = [sys.executable, "-m", "learnkit", "grade", str(course)]
        command += ["--dask", cluster.scheduler_address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            path = course / "grading" / "journal.jsonl"
            end = time.monotonic() + 300
            while time.monotonic() < end and not (path.exists() and path.stat().st_size):
                time.sleep(0.05)
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
            _, errors = run.communicate(timeout=600)
        assert run.returncode == 0, errors.decode()[-2000:]
    assert totals(course) == want


def test_the_students_question_goes_to_formgrader_as_it_was_written(course):
    words = "My **PSNR** was 31.2 dB: `a` < `b`"
    handed_in(course, "ann", {}, question=words)
    assert grade(course).returncode == 0
    data = (course / "autograded" / "ann" / NAME / f"{NAME}.ipynb").read_bytes()
    [shown] = [cell for cell in cells(data) if cell.grade_id == "question"]
    assert shown.source == f"```text\n{words}\n```"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grade", "nowhere"], "learnkit assign LESSON"),
        (["grade", "{course}", "--assignment", "7"], "7 was not handed out"),
        (["grade", "{course}", "--from", "nowhere"], "neither a folder nor a zip"),
        (["grade", "{course}", "--moodle", "{course}/nbgrader_config.py"], "no worksheet"),
        (["grade", "{course}", "--jobs", "0"], "'0' is no number of processes"),
    ],
)
def test_what_is_wrong_is_one_sentence(course, words, sentence):
    words = [word.format(course=course) for word in words]
    command = [sys.executable, "-m", "learnkit", *words]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode != 0 and sentence in ran.stderr and "Traceback" not in ran.stderr


def test_without_bubblewrap_nothing_is_graded_unless_that_is_asked_for(course):
    honest(course)
    nothing = {**os.environ, "PATH": str(Path(sys.executable).parent)}
    command = [sys.executable, "-m", "learnkit", "grade", str(course)]
    ran = subprocess.run(command, capture_output=True, text=True, env=nothing)
    assert ran.returncode == 1 and "apt install bubblewrap" in ran.stderr
    ran = subprocess.run([*command, "--unsafe"], capture_output=True, text=True, env=nothing)
    assert ran.returncode == 0 and totals(course)["ann"] == 5.0


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(course, monkeypatch):
    from learnkit.course import instructors

    monkeypatch.setattr(instructors.importlib.util, "find_spec", lambda name: None)
    for words in (["grade", str(course)], ["assign", "1", "--to", str(course)]):
        assert main(words) == 1
    with pytest.raises(ValueError, match="nbgrader is not installed: make instructor"):
        instructors._needs("nbgrader", "grade")
