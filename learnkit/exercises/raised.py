"""What an exception means that an answer raised: its words, the line, and a sentence of sense."""

import linecache
import re

from learnkit.exercises.worker import PRINTED, Outcome


def exception(got: Outcome) -> str:
    """The sentence for an answer that raised."""
    if "learnkit.exercises" in got.message and got.type in ("ModuleNotFoundError", "ImportError"):
        return "Your answer reaches into learnkit.exercises, where the answers are: write your own."
    message = _plain(got.message)
    said = f"{got.type}: {message.rstrip('.')}" if message else got.type
    if re.search(r"site-packages|learnkit.exercises", got.file):  # a line that no student wrote
        return f"Your function raised {said}.{_sense(got)}"
    text = linecache.getline(got.file, got.line).strip() if got.line else ""
    where = f" (line {got.line}{': ' + text if text else ''})" if got.line else ""
    return f"Your function raised {said}{where}.{_sense(got)}"


def _plain(message: str) -> str:
    """What Python or torch said, without torch's advice to its makers, and cut after a word."""
    message = message.partition(" Hint: enable anomaly detection")[0]
    return message if len(message) < 300 else message.rpartition(" ")[0] + " ..."


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
    "builtin_function_or_method": " A call needs its round brackets: x.detach(), x.item().",
    "'method' object": " A call needs its round brackets: model.parameters().",
    "element 0 of tensors does not require grad": " backward has no way to go: the graph was cut "
    "off (detach), or never built, under torch.no_grad().",
    "modified by an inplace operation": " A number that the gradient needs was overwritten: make a "
    "new tensor in place of writing into the old one.",
    "Target 1 is out of bounds": " F.cross_entropy asks which of several classes it is; with one "
    "logit a picture, F.binary_cross_entropy_with_logits asks yes or no.",
    "File too large": f" It means that more than {PRINTED // 10**6} MB were printed, or written to "
    "a file: take that out.",
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
