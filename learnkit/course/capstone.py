"""`learnkit capstone`: the rubric's lines as they are measured, and what is missing."""

from pathlib import Path

WIDTH = 50  # of a criterion's name


def capstone(path: Path, field: str | None = None) -> int:
    """Prints the rubric of a submission: 0 where every part is there, else 1.

    With a `field` it writes a template instead, and never over a file.
    """
    from learnkit.capstone import fields, judge, submission

    if field is not None:
        submission.begin(path, field)
        print(f"written: {path}. {fields.FIELDS[field].title}.")
        print(f"Measure it with: learnkit capstone {path}")
        return 0
    work = submission.load(path)
    for sentence in work.missing.values():
        print(f"missing: {sentence}")
    measured = most = left = 0
    for line in judge.judge(work, str(path)):
        points = "read" if line.points is None else str(line.points)
        print(f"{line.name:<{WIDTH}}{points:>5} of {line.most:>2}   {line.found}", flush=True)
        if line.points is None:
            left += line.most
        else:
            measured, most = measured + line.points, most + line.most
    print(f"{measured} of {most} points are measured; {left} more are the instructor's to give.")
    if work.missing:
        count = len(work.missing)
        print(f"{count} {'part is' if count == 1 else 'parts are'} missing, named above.")
    return 1 if work.missing else 0
