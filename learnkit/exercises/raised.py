"""What an exception means that an answer raised: its words, the line, and a sentence of sense."""

import linecache

from learnkit.exercises.worker import PRINTED, Outcome


def exception(got: Outcome) -> str:
    """The sentence for an answer that raised."""
    if "learnkit.exercises" in got.message and got.type in ("ModuleNotFoundError", "ImportError"):
        return "Your answer reaches into learnkit.exercises, where the answers are: write your own."
    said = f"{got.type}: {got.message.rstrip('.')}" if got.message else got.type
    text = linecache.getline(got.file, got.line).strip() if got.line else ""
    where = f" (line {got.line}{': ' + text if text else ''})" if got.line else ""
    return f"Your function raised {said}{where}.{_sense(got)}"


def _sense(got: Outcome) -> str:
    meant = (sense for words, sense in _SAID.items() if words in got.message)
    return next(meant, _SENSE.get(got.type, ""))


_ONE = (
    " math.sqrt, float and int take one number, and this has many: a.sqrt() takes the root of each."
)

_SAID = {  # by what Python, NumPy or torch say
    "truth value of an array": " `if`, `max` and `and` want one number: np.where and np.maximum "
    "look at each.",
    "Boolean value of Tensor": " `if`, `and` and `not` want one number: torch.where looks at each.",
    "not implemented for 'Bool'": " torch cannot compute that with bools: make numbers of them, "
    "known.float().",
    "before Module.__init__() call": " The first line of __init__ must be super().__init__().",
    "on Tensor that requires grad": " Where something is to learn, stay in torch: through NumPy no "
    "gradient flows back.",
    "got an unexpected keyword argument 'axis'": " If that is NumPy's function on a tensor: take "
    "torch's, x.mean() or x.sum().",
    "one element tensors can be converted": _ONE,
    "cannot be converted to Scalar": _ONE,
    "File too large": f" It means that more than {PRINTED // 10**6} MB were printed, or written to "
    "a file: take that out.",
    "unhashable type: 'numpy.ndarray'": " Arrays have no hash: functools.cache, sets and "
    "the keys of a dictionary take none.",
    "The shape of the mask": " A mask in [ ] must have the shape of what it picks from: "
    "torch.where(mask, a, b) spreads it.",
}

_SENSE = {
    "NameError": " Is it a typo, a missing import, or does it live in a cell that has not run?",
    "RecursionError": " It calls itself without end.",
    "EOFError": " It asked for keyboard input, and there is nobody there.",
    "MemoryError": " It asked for far more memory than the exercise needs.",
    "SystemExit": " It called exit(): return a value instead.",
    "KeyError": " That key is not there.",
    "NotImplementedError": " One branch is still unwritten.",
}
