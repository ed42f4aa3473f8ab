"""A method of your own in the table: a Python file that defines `fill`, or `fill_batch`.

fill(image, hole) -> image              one picture (28, 28), its hole (28, 28)
fill_batch(images, holes) -> images     all of them, (n, 28, 28) and (n, 28, 28)
learn(pictures)                         if you like: called first, with bytes (n, 28, 28)
NAME = "my fill"                        if you like: else the file's name stands in the table
"""

import sys
import traceback
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from learnkit.benchmark.methods import Method
from learnkit.fills.protocol import BatchFill, each
from learnkit.shapes import Bytes


def load(path: Path) -> Method:
    """The method in a file, which runs here and now, and may import what lies beside it.

    Raises ValueError where the file has neither function or cannot be run, and names the reason;
    OSError where there is no such file.
    """
    module = run(path)
    names = ("fill", "fill_batch", "learn")
    functions: list[Any] = [getattr(module, name, None) for name in names]
    fill, fill_batch, learn = functions
    for name, function in zip(names, functions, strict=True):
        if function is not None and not callable(function):
            raise ValueError(f"{name} in {path} must be a function, got {type(function).__name__}")
    if fill is None and fill_batch is None:
        raise ValueError(
            f"{path} must define fill(image, hole) or fill_batch(images, holes); "
            "docs/adding_a_method.md has an example of ten lines"
        )

    def make(training: Bytes) -> BatchFill:
        """Lets the method learn, where it wants to."""
        if learn is not None:
            learn(training)
        return each(fill) if fill_batch is None else fill_batch

    name = " ".join(str(getattr(module, "NAME", path.stem)).split())  # a row is a line
    return Method(name or path.stem, make, file=str(path))


def run(path: Path) -> ModuleType:
    """The module that a Python file makes, run here and now; it may import what lies beside it.

    Raises ValueError where it cannot be run, with the reason; OSError where there is no such file.
    """
    source = path.read_bytes()  # raises where there is none, before Python is asked to import it
    spec = ModuleSpec(f"method_{path.stem}", loader=None, origin=str(path))
    module = module_from_spec(spec)
    module.__file__ = str(path)
    sys.modules[spec.name] = module  # a dataclass asks for it
    sys.path.insert(0, str(path.resolve().parent))
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}{place(error, str(path))}"
        raise ValueError(f"{path} cannot be run ({reason})") from error
    return module


def place(error: BaseException, file: str) -> str:
    """` (line 7)`: the last line of the file that an error came through, nothing if none."""
    lines = [at.lineno for at in traceback.extract_tb(error.__traceback__) if at.filename == file]
    return f" (line {lines[-1]})" if lines else ""
