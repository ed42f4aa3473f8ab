"""`hint`: three for each exercise, and when the next one is told."""

from learnkit.exercises.table import find, nearest

_told: dict[str, int] = {}  # how many hints of an exercise have been told
_asked: dict[str, tuple[object, object]] = {}  # where it was asked last, and after which try
_tried: dict[str, str] = {}  # the last try at an exercise, as it stood in its cell
_cell = _cell_before = ""  # the cell that runs, and the one that ran before it


def hint(which: object = None) -> None:
    """Shows a hint for an exercise: three in all, each tells more than the one before.

    The next one is told where it is asked for again: the same cell runs twice in a row, or a new
    try was made since. Whoever runs all cells anew is shown what stood there before, so that no
    lesson gives its own solution away. Prints a sentence, and raises nothing, where no exercise
    has that name.
    """
    name = which if isinstance(which, str) else getattr(which, "__name__", None)
    if name is None:
        print('Say which exercise: hint("mse_loss"), with the name of the function that you write.')
        return
    try:
        task = find(name)
    except ValueError:
        near = nearest(name)
        also = f'; do you mean hint("{near}")?' if near else ": it is the function under @exercise."
        print(f"No exercise is called {str(name)[:60]!r}{also}")
        return
    asked = _cell, _tried.get(name, "")
    if name not in _told or _is_asked_again(name, *asked):
        _told[name] = min(_told.get(name, 0) + 1, len(task.hints))
    _asked[name] = asked
    for number, text in enumerate(task.hints[: _told[name]], 1):
        text = text.replace("\n", "\n    ")  # the last hint is code
        print(f"Hint {number} of {len(task.hints)} for {task.name}:\n    {text}")


def _is_asked_again(name: str, cell: object, tried: str) -> bool:
    if not cell:  # no notebook: every call asks
        return True
    return cell == _cell_before or tried != _asked[name][1]


def begins(cell: str) -> None:
    """Notes that a cell of a notebook runs now, by its id, or by its text where it has none."""
    global _cell, _cell_before
    _cell, _cell_before = cell, _cell


def tries(name: str, text: str) -> None:
    """Notes a try at an exercise, as it stands in its cell."""
    _tried[name] = text
