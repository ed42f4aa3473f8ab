"""`learnkit grade`: collect what came back, grade it, and write gradebook, tables and feedback.

What is in the journal is not graded again. The gradebook, the feedback and the tables are written
anew from the journal each time, so that a run that was killed leaves nothing half done.
"""

import argparse
import contextlib
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from learnkit.exercises.report import UNJUDGED
from learnkit.files import write_whole
from learnkit.grading import assignments, classroom, feedback, journal, lms, overview, tables
from learnkit.grading.assignments import Assignment
from learnkit.grading.classroom import Executors, Job
from learnkit.grading.collect import Refused, Submission, collect
from learnkit.grading.gradebook import GradebookWriter, config_of
from learnkit.grading.journal import Entry, Journal
from learnkit.grading.marks import Marks
from learnkit.grading.received import WHEN, when_as_text
from learnkit.grading.sandbox import trouble
from learnkit.grading.shown import shown


def grade(arguments: argparse.Namespace) -> int:
    """Grades a course folder; 1 where a file was refused or an answer could not be judged."""
    course = arguments.course.absolute()
    there = assignments.read(course)
    chosen = _chosen(there, arguments.assignment)
    files = _lms_files(chosen, arguments)
    if not (arguments.unsafe or arguments.dask) and (problem := trouble()):
        raise ValueError(problem)
    with Journal(course / assignments.FOLDER) as log:
        refused: list[Refused] = []
        if arguments.source is not None:
            taken, refused = collect(arguments.source, there, course)
            print(f"{_count(len(taken), 'submission')} in {arguments.source}", flush=True)
        every, odd = collect(course / "submitted", there, course)
        found, refused = [one for one in every if one.assignment in chosen], [*refused, *odd]
        of = _count(len(chosen), "assignment")
        print(f"{_count(len(found), 'submission')} of {of} in {course / 'submitted'}", flush=True)
        entries = list(log.entries())
        marks = _graded(found, chosen, log, entries, arguments)
    before = {(entry.student, entry.assignment): entry for entry in entries}
    rows = list(_into_the_gradebook(course, found, chosen, marks))
    folder = course / "marks"
    folder.mkdir(exist_ok=True)
    _write_tables(folder, rows, refused, _changes(before, marks))
    _fill_in(folder, rows, files, scale=arguments.scale)
    _tell(folder, rows, refused)
    return int(bool(refused) or any(_unjudged(one) for one in marks.values()))


def _chosen(there: dict[str, Assignment], name: str | None) -> dict[str, Assignment]:
    if name is None:
        return there
    found = {key: one for key, one in there.items() if name in (key, key[:2], str(one.lesson))}
    if not found:
        raise ValueError(f"{name} was not handed out; there are {', '.join(there)}")
    return found


SECRET = "submission_secret.txt"  # nbgrader's
Key = tuple[str, str]  # student, assignment


def _graded(
    found: list[Submission],
    chosen: dict[str, Assignment],
    log: Journal,
    entries: list[Entry],
    arguments: argparse.Namespace,
) -> dict[Key, Marks]:
    """The marks of every submission: out of the journal, or graded now."""
    known = {entry.key: entry.marks for entry in entries if not _unjudged(entry.marks)}
    marks: dict[Key, Marks] = {}
    jobs = []
    for one in found:
        its = chosen[one.assignment]
        key = journal.key(one.path.read_bytes(), its)
        if key in known and not arguments.again:
            marks[one.student, one.assignment] = known[key]
        else:
            jobs.append(Job(one, its, key))
    executors, ahead = _executors(arguments)
    graded = classroom.graded(jobs, executors, ahead=ahead, unsafe=arguments.unsafe)
    for job, its_marks in tqdm(graded, total=len(jobs), desc="grading", disable=not jobs):
        one = job.submission
        log.write(Entry(job.key, one.student, one.assignment, its_marks))
        marks[one.student, one.assignment] = its_marks
    return {key: one.with_points(chosen[key[1]].points) for key, one in marks.items()}


def _unjudged(marks: Marks) -> bool:
    return any(mark.status == UNJUDGED for mark in marks.marks)


def _executors(arguments: argparse.Namespace) -> tuple[Executors, int]:
    """What runs the tasks, and how many of them may be on their way."""
    if arguments.dask is None:
        count = arguments.jobs or classroom.cores()
        return (lambda: classroom.processes(count)), 2 * count
    from distributed import Client

    client = Client(arguments.dask)
    threads = sum(client.nthreads().values())
    return (lambda: client.get_executor(pure=False)), 2 * max(threads, 1)


def _into_the_gradebook(
    course: Path,
    found: list[Submission],
    chosen: dict[str, Assignment],
    marks: dict[Key, Marks],
) -> Iterator[tables.Graded]:
    """Each submission in the gradebook, for formgrader, as feedback and as plain answers."""
    config, database = config_of(course)
    name = config.CourseDirectory.get("course_id", course.name)
    with contextlib.closing(GradebookWriter(database, name, config)) as book:
        for one in tqdm(found, desc="writing", disable=not found):
            its = marks[one.student, one.assignment]
            yield _written(course, book, one, its)


def _written(course: Path, book: GradebookWriter, one: Submission, marks: Marks) -> tables.Graded:
    name = f"{one.assignment}.ipynb"
    release = course / "release" / one.assignment / name
    place = course / "autograded" / one.student / one.assignment / name
    place.parent.mkdir(parents=True, exist_ok=True)
    handed_in = one.path.relative_to(course)
    write_whole(place, shown(release, marks, handed_in).encode("utf-8", "replace"))
    score = book.write(one.student, one.assignment, marks, one.when)
    marks = marks.by_hand(score.by_hand, score.comments)
    for mark in marks.marks:
        answer = course / "answers" / one.assignment / mark.exercise / f"{one.student}.py"
        if mark.answer:
            answer.parent.mkdir(parents=True, exist_ok=True)
            write_whole(answer, f"{mark.answer.rstrip()}\n".encode("utf-8", "replace"))
    page = course / "feedback" / one.student / one.assignment / f"{one.assignment}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    text = feedback.page(one.student, one.assignment, marks, score)
    write_whole(page, text.encode("utf-8", "replace"))
    _for_release(one, page.parent)
    return one.student, one.assignment, marks, score


def _for_release(one: Submission, folder: Path) -> None:
    """What `nbgrader release_feedback` asks for: the time, and the secret of a submission.

    A submission that did not come by nbgrader's exchange has none: nobody will fetch it there.
    """
    if one.when is not None:
        write_whole(folder / WHEN, when_as_text(one.when).encode())
    if not (folder / SECRET).exists():
        theirs = one.path.with_name(SECRET)
        known = theirs.is_file() and not theirs.is_symlink() and theirs.stat().st_size < 1000
        data = theirs.read_bytes() if known else secrets.token_hex(16).encode()
        write_whole(folder / SECRET, data)


def _changes(before: dict[Key, Entry], marks: dict[Key, Marks]) -> list[list[object]]:
    """What a regrade changed: a row for each exercise whose status is not as it was."""
    rows: list[list[object]] = []
    for (student, assignment), now in marks.items():
        entry = before.get((student, assignment))
        was = {m.exercise: m for m in entry.marks.marks} if entry else {}
        for mark in now.marks:
            old = was.get(mark.exercise)
            if old is not None and old.status != mark.status:
                rows.append(
                    [student, assignment, mark.exercise, old.status, mark.status, mark.reason]
                )
    return rows


def _write_tables(
    folder: Path,
    rows: list[tables.Graded],
    refused: list[Refused],
    changes: list[list[object]],
) -> None:
    head = ["student", "assignment", "exercise", "before", "after", "reason"]
    texts = {
        "marks.csv": tables.long(rows),
        "totals.csv": tables.totals(rows),
        "refused.csv": tables.written([["file", "reason"], *refused]),
        "changes.csv": tables.written([head, *changes]),
    }
    for name, text in texts.items():
        write_whole(folder / name, text.encode("utf-8", "replace"))
    for assignment in sorted({row[1] for row in rows}):
        its = [row[2] for row in rows if row[1] == assignment]
        overview.plot(its, folder / f"{assignment}.png", f"{assignment}: {len(its)} submissions")


def _lms_files(chosen: dict[str, Assignment], arguments: argparse.Namespace) -> list[lms.LmsFile]:
    """The files of an LMS that are to be filled in, read before anything is graded."""
    files: list[lms.LmsFile] = []
    if arguments.canvas:
        files.append(lms.Canvas(arguments.canvas, arguments.column or next(iter(chosen))))
    if arguments.moodle:
        files.append(lms.Moodle(arguments.moodle))
    if files and len(chosen) != 1:
        raise ValueError("a file of an LMS is for one assignment: name it with --assignment")
    return files


def _fill_in(
    folder: Path, rows: list[tables.Graded], files: list[lms.LmsFile], *, scale: bool
) -> None:
    scores = {student: score for student, _, _, score in rows}
    for file in files:
        missing = file.fill_in(scores, scale=scale)
        write_whole(folder / file.name, file.text().encode("utf-8", "replace"))
        filled_in = len(scores) - len(missing)
        print(f"{folder / file.name}: {filled_in} of {_count(len(scores), 'student')} filled in")
        for note in file.notes:
            print(f"  {note}")
        if missing:
            print(f"  not in the file that was given: {', '.join(missing)}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _tell(folder: Path, rows: list[tables.Graded], refused: list[Refused]) -> None:
    """The summary on the terminal."""
    for assignment in sorted({row[1] for row in rows}):
        its = [row for row in rows if row[1] == assignment]
        mean = sum(row[3].points for row in its) / len(its)
        waits = sum(row[3].waits for row in its)
        waiting = f"{waits} waits" if waits == 1 else f"{waits} wait"
        most = its[0][3].most
        print(f"\n{assignment}: mean {mean:.2f} of {most:g} points so far; {waiting} for you")
        print(*overview.lines(row[2] for row in its), sep="\n")
    for one in refused:
        print(f"refused: {one.file}: {one.reason}", file=sys.stderr)
    print(f"\nTables and plots: {folder}. Feedback: {folder.parent / 'feedback'}.")
    print(f"Every answer as a file, for a program that compares them: {folder.parent / 'answers'}.")
    print(f"By hand: cd {folder.parent}; jupyter lab, and there Nbgrader, Formgrader.")
