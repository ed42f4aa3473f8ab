"""A network as an ONNX file, which runs without torch.

So it runs in other languages, on telephones, in a browser. ONNX is a format for networks: a list
of operations, each with its inputs and outputs, and the weights. onnxruntime carries it out, and
may join operations first. torch writes the list while it runs the network once, so the sizes of
that one input are those of the file. What is written is checked: both must give the same numbers.
"""

import contextlib
import copy
import importlib.util
import io
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from learnkit.files import write_whole
from learnkit.models.masked import Paints, composite
from learnkit.tensors import Hole, Images

NEEDED = ("onnx", "onnxscript", "onnxruntime")
TOLERANCE = 1e-5  # how far onnxruntime's numbers may be from torch's


def missing() -> str | None:
    """What is missing to write and run ONNX files, as a sentence; None where all is there."""
    absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if not absent:
        return None
    return (
        f"{' and '.join(absent)} {'are' if len(absent) > 1 else 'is'} not installed, without which "
        "no ONNX file is written or run here: pip install 'learnkit-inpainting[export]', or `make "
        "lab` in the course's folder"
    )


class Filling(nn.Module):
    """A network that paints, as what is exported: picture and hole to the picture filled."""

    def __init__(self, model: Paints) -> None:
        """`model` is left as it is."""
        super().__init__()
        self.model = model

    def forward(self, image: Images, hole: Hole) -> Images:
        """Picture (1, c, h, w) in [0, 1] and hole (1, 1, h, w); known pixels stay as they are."""
        return composite(self.model.paint(image, hole).clamp(0, 1), image, hole)


def to_onnx(model: nn.Module, inputs: Sequence[Tensor], path: Path) -> Path:
    """Writes `model(*inputs)` as an ONNX file, for inputs of these shapes; gives its path.

    Its inputs have the names of the parameters of `forward`; its output is called "output". It is
    written only if onnxruntime gives torch's numbers, to TOLERANCE.
    Raises ModuleNotFoundError where the extra `export` is not installed, ValueError where torch
    cannot write the network as a list, ArithmeticError where the numbers differ.
    """
    _check_installed()
    path = Path(path)
    model = copy.deepcopy(model).cpu().eval()
    inputs = tuple(x.detach().cpu() for x in inputs)
    with torch.no_grad():
        program = _program(model, inputs)
        expected = model(*inputs).numpy()
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder, path.name)
        program.save(trial)
        got = Session(trial)(*(x.numpy() for x in inputs))
        difference = float(np.abs(got - expected).max()) if got.shape == expected.shape else np.inf
        if not difference <= TOLERANCE:
            raise ArithmeticError(
                f"onnxruntime's numbers differ from torch's by {difference:.2g}, more than "
                f"{TOLERANCE:g}: {path} is not written"
            )
        write_whole(path, trial.read_bytes())
    return path


class Session:
    """An ONNX file, ready to run on the CPU: NumPy arrays in, a NumPy array out."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """As many `threads` as torch has, unless they are given.

        Raises ModuleNotFoundError where onnxruntime is not installed, FileNotFoundError where there
        is no such file, ValueError where it is no ONNX file.
        """
        _check_installed()
        import onnxruntime

        if not Path(path).is_file():
            raise FileNotFoundError(
                f"there is no file {path}: to_onnx(model, inputs, path) writes it"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or torch.get_num_threads()
        try:
            self.session = onnxruntime.InferenceSession(
                os.fspath(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no other class in common
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ValueError(f"{path} cannot be run as an ONNX file: {reason}") from None
        self.names = [given.name for given in self.session.get_inputs()]

    def __call__(self, *arrays: np.ndarray) -> np.ndarray:
        """The output for these inputs, in the order of the network's.

        Raises ValueError where they are not as many, or not of the file's shapes and types.
        """
        if len(arrays) != len(self.names):
            raise ValueError(f"the network takes {', '.join(self.names)}; {len(arrays)} were given")
        for given, array in zip(self.session.get_inputs(), arrays, strict=True):
            if list(array.shape) != given.shape:
                raise ValueError(
                    f"{given.name} must have the shape that the file was written for, "
                    f"{tuple(given.shape)}, got {array.shape}"
                )
        return self.session.run(None, dict(zip(self.names, arrays, strict=True)))[0]


def _program(model: nn.Module, inputs: tuple[Tensor, ...]) -> Any:
    try:
        with _quietly():
            return torch.onnx.export(
                model, inputs, dynamo=True, optimize=False, verbose=False, output_names=["output"]
            )
    except torch.onnx.OnnxExporterError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise ValueError(
            f"torch cannot write {type(model).__name__} as a list of operations ({reason}). Such a "
            "list is the same for every input, so a network must not decide by the values of its "
            "input what it computes"
        ) from error


def _check_installed() -> None:
    if (reason := missing()) is not None:
        raise ModuleNotFoundError(reason)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without what torch logs and prints of its own insides, or of a missing torchvision."""
    before, unseen = logging.root.manager.disable, io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(unseen),
            contextlib.redirect_stderr(unseen),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
