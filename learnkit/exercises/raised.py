"""What an exception means that an answer raised: its words, the line, and a sentence of sense."""

import linecache
import re

from learnkit.exercises.sandbox import limits
from learnkit.exercises.sandbox.worker import Outcome


def exception(got: Outcome) -> str:
    """The sentence for an answer that raised."""
    if "learnkit.exercises" in got.message and got.type in ("ModuleNotFoundError", "ImportError"):
        return "Your answer reaches into learnkit.exercises, where the answers are: write your own."
    message = _plain(got.message)
    said = f"{got.type}: {message.rstrip('.')}" if message else got.type
    text = _source(got)
    if "site-packages" in got.file:  # a line that no student wrote
        return f"Your function raised {said}.{_sense(got, text)}"
    where = f" (line {got.line}{': ' + text if text else ''})" if got.line else ""
    return f"Your function raised {said}{where}.{_sense(got, text)}"


def _source(got: Outcome) -> str:
    """The line that raised; nothing where it cannot be read."""
    try:
        return linecache.getline(got.file, got.line).strip() if got.line else ""
    except ValueError:  # no file can have such a name
        return ""


def _plain(message: str) -> str:
    """What Python or torch said, without torch's advice to its makers, and cut after a word."""
    message = message.partition(" Hint: enable anomaly detection")[0]
    message = message.partition(", but expected one of:")[0]
    message = re.sub(r"[\w.]*<locals>\.", "", message)  # where a helper of ours was defined
    return message if len(message) < 300 else message.rpartition(" ")[0] + " ..."


def _sense(got: Outcome, text: str) -> str:
    if "truth value of an array" in got.message:
        return _one_truth(text)
    meant = (sense for words, sense in _SAID.items() if re.search(words, got.message))
    return next(meant, _SENSE.get(got.type, ""))


def _one_truth(text: str) -> str:
    """Where one yes or no was wanted of an array: what to write depends on the line."""
    if "max(" in text or "min(" in text:
        return (
            " max and min want one number of each: np.maximum and np.minimum go element by element."
        )
    if re.match(r"(el)?if\b|while\b|assert\b", text) and ("==" in text or "!=" in text):
        return (
            " `if` wants one yes or no: np.array_equal(a, b) says whether all elements are equal."
        )
    if " and " in text or " or " in text or "not " in text:
        return " `and`, `or` and `not` want one yes or no: element by element it is &, | and ~."
    return (
        " `if` wants one yes or no, and this has many: np.where(condition, a, b) chooses element "
        "by element; .all() and .any() make one of them."
    )


_ONE = (
    " .item(), float, int and the functions of math take one number, and this has many: a.sqrt(), "
    "a.exp() and a.log() take each."
)
_ONE_OF_NUMPY = (
    " The functions of math, float and int take one number, and this has many: np.exp, np.log and "
    "np.sqrt take each."
)

_SAID = {  # by what Python, NumPy or torch say
    "float infinity to integer": " A number is infinite there: np.isfinite(x) is False where.",
    "Boolean value of Tensor": " `if`, `and` and `not` want one yes or no: .any() or .all() makes "
    "one of many, and torch.where looks at each.",
    "not implemented for 'Bool'": " torch cannot compute that with bools: make numbers of them, "
    "known.float().",
    r"before Module.__init__\(\) call": " The first line of __init__ must be super().__init__().",
    "on Tensor that requires grad": " Where something is to learn, stay in torch: through NumPy no "
    "gradient flows back.",
    "got an unexpected keyword argument 'axis'": " If that is NumPy's function on a tensor: take "
    "torch's, x.mean() or x.sum().",
    "one element tensors can be converted": _ONE,
    "cannot be converted to Scalar": _ONE,
    "(length-1|0-dimensional) arrays can be converted": _ONE_OF_NUMPY,
    "builtin_function_or_method": " A call needs its round brackets: x.detach(), x.item().",
    "'method' object": " A call needs its round brackets: model.parameters().",
    "'float' object has no attribute 'backward'": " .item() took the number out of its graph: call "
    "backward on the loss itself, and .item() after it.",
    "does not support the context manager": " A call needs its round brackets: with "
    "torch.no_grad():",
    "expected Tensor as element . in argument 0, but got": " torch.cat joins tensors: nn.ReLU() "
    "is a layer, and torch.relu(x) its result.",
    "argument 'tensors' .* must be tuple of Tensors": " torch.cat takes a list: torch.cat([a, b], "
    "dim=1).",
    "must match the size of tensor b|must match the existing size": " torch lines shapes up from "
    "the last axis, and there two lengths must be equal, or one of them 1.",
    "received an invalid combination of arguments": " Is an option given without its name, or a "
    "number where a tensor belongs? torch.randn(shape, generator=generator).",
    "Target size .* must be the same as input size": " Make the targets in the shape of the "
    "logits: torch.ones_like(logits).",
    "'float' object has no attribute 'size'": " torch's losses take tensors: "
    "torch.ones_like(logits).",
    "element 0 of tensors does not require grad": " backward has no way to go: the graph was cut "
    "off (detach), or never built, under torch.no_grad().",
    "modified by an inplace operation": " A number that the gradient needs was overwritten: make a "
    "new tensor in place of writing into the old one.",
    "Target 1 is out of bounds": " F.cross_entropy asks which of several classes it is; with one "
    "logit a picture, F.binary_cross_entropy_with_logits asks yes or no.",
    "all elements of (input|target) should be between 0 and 1": " A probability is asked for "
    "there, and a logit may be any number: F.binary_cross_entropy_with_logits takes logits.",
    "File too large": f" It means that more than {limits.PRINTED // 10**6} MB were printed, or "
    "written to a file: take that out.",
    "unhashable type: 'numpy.ndarray'": " Arrays have no hash: functools.cache, sets and "
    "the keys of a dictionary take none.",
    "The shape of the mask": " A mask in [ ] must have the shape of what it picks from: "
    "torch.where(mask, a, b) spreads it.",
    "boolean index did not match": " A bool array in [ ] must have the shape of the first axes of "
    "what it picks from.",
    "ufunc 'invert'": " ~ turns bools round, and these are floats.",
    r"unsupported operand type\(s\) for \^|ufunc 'bitwise_xor'": " ^ is no power in Python: "
    "write **.",
    "boolean subtract": " Bools cannot be subtracted: ~hole is what is not in the hole.",
    "could not be broadcast|operands could not": " NumPy lines shapes up from the last axis, and "
    "there two lengths must be equal, or one of them 1.",
    "mismatch in its core dimension|shapes .* not aligned": " In a @ b the last axis of a must be "
    "as long as the first of b: is a transpose (.T) missing?",
    "Cannot cast ufunc": " An array of whole numbers cannot take floats: make it float.",
    "setting an array element with a sequence": " One place of an array takes one number, and this "
    "is more than one.",
    "cannot be interpreted as an integer|only integers|integers or slices": " / always gives a "
    "float; // gives a whole number, which range, shapes and [ ] need.",
    "is out of bounds|index out of range": " The first place is 0, so the last of n is "
    "n - 1: does an index run beyond the border?",
    "operand type.*'(function|method)'": " A function stands where its result is meant: call it, "
    "grad(x).",
    "object is not callable": " Round brackets call a function: places of an array are in square "
    "ones, and a product needs its *.",
    "NoneType": " Something is None there: what a function without a `return` gives.",
    "can't multiply sequence|concatenate list|for [-/*]+: 'list'|'list' object has no": " A list "
    "does no arithmetic: np.array(...) does.",
    "'numpy.ndarray' object has no attribute 'append'": " An array does not grow: append to a "
    "list.",
    "missing .* required positional argument": " A function is called with too few arguments.",
}

_SENSE = {
    "NameError": " Is it a typo, a missing import, or does it live in a cell that has not run?",
    "UnboundLocalError": " That name has no value yet where it is read.",
    "RecursionError": " It calls itself without end.",
    "EOFError": " It asked for keyboard input, and there is nobody there.",
    "MemoryError": " It asked for far more memory than the exercise needs.",
    "SystemExit": " It called exit(): return a value instead.",
    "KeyError": " That key is not there.",
    "NotImplementedError": " One branch is still unwritten.",
    "OverflowError": " e to a power above 709 is more than a float holds.",
    "ZeroDivisionError": " Ask first whether the number below is 0.",
}
