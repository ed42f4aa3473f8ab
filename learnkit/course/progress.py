"""`learnkit progress`: what is done, lesson by lesson, in words that can be read aloud."""

from collections.abc import Iterator
from pathlib import Path

from learnkit.course.lab import DEFAULT_FOLDER, lesson_names
from learnkit.exercises.challenges.index import CHALLENGES
from learnkit.exercises.index import EXERCISES
from learnkit.exercises.progress import MARKER, Entry, is_done, lab_folder, read


def find_lab(folder: Path | None) -> Path:
    """The lab folder meant: the one named, the one we stand in, or `work` under it.

    Raises ValueError where none of them was made by `learnkit lab`.
    """
    if folder is not None:
        found = folder if (folder / MARKER).is_file() else None
        missing = f"{folder} was not made by learnkit lab; to make it: learnkit lab {folder}"
    else:
        found = lab_folder() or lab_folder(Path(DEFAULT_FOLDER))
        missing = "there is no lab folder here yet; learnkit lab makes one"
    if found is None:
        raise ValueError(missing)
    return found


def table(entries: dict[str, Entry]) -> Iterator[str]:
    """One line a lesson, under it one line an exercise, and the total at the end."""
    titles = {int(name[:2]): name[3:].removesuffix(".ipynb") for name in lesson_names()}
    width = max(len(word) for word in ("done", "incorrect", "not begun"))
    for lesson in sorted(titles.keys() | set(EXERCISES.values())):
        names = [name for name, number in EXERCISES.items() if number == lesson]
        done = sum(is_done(entries.get(name)) for name in names)
        title = titles.get(lesson, "not in this version of the course").replace("_", " ")
        yield f"Lesson {lesson:02d}, {title}: {done} of {len(names)} exercises done"
        for name in names:
            word, remark = verdict(entries.get(name))
            yield f"  {word:<{width}}  {name}{remark}"
        for name in (name for name, where in CHALLENGES.items() if lesson in where):
            score = entries.get(name, {}).get("score")
            if isinstance(score, float | int):
                yield f"  {'best':<{width}}  {name}: {score:.2f} (a challenge)"
    total = sum(is_done(entries.get(name)) for name in EXERCISES)
    yield f"Total: {total} of {len(EXERCISES)} exercises done"


def verdict(entry: Entry | None) -> tuple[str, str]:
    """A word for the entry, and a remark that may be empty.

    >>> verdict({"best": "correct", "status": "incorrect", "tries": 2})
    ('done', ', after 2 tries; the latest run was incorrect')
    """
    tries = entry.get("tries", 0) if entry else 0
    if entry is None or not tries:
        return "not begun", ""
    count = f"{tries} {'try' if tries == 1 else 'tries'}"
    if not is_done(entry):
        return "incorrect", f", {count} so far"
    later = "" if entry["status"] == "correct" else f"; the latest run was {entry['status']}"
    return "done", f", after {count}{later}"


def progress(folder: Path | None = None) -> int:
    """Prints the table; 0. Raises ValueError for a folder that is no lab, or a damaged file."""
    lab = find_lab(folder)
    for line in table(read(lab)):
        print(line)
    return 0
