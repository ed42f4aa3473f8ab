"""One training on one process and on several, with the same batches: losses, and times.

    python -m torch.distributed.run --standalone --nproc-per-node 2 -m learnkit.speed.scaling FILE

Two networks learn to fill one hole. The dense one computes little for each of its weights, the
convolutional one much: each weight is used at every pixel. In every step the gradients of all
weights are sent, so the first gains little or nothing from a second process, and the second much.
"""

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F
from torch import nn

from learnkit.files import write_whole
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist
from learnkit.models.fixed_hole import FixedHoleFill
from learnkit.models.masked import hole_mse
from learnkit.models.partial_conv import GatedUNet
from learnkit.tensors import Grey, Scalar
from learnkit.training import distributed
from learnkit.training.device import Machine
from learnkit.training.loop import train
from learnkit.training.pictures import resident

HOLE = torch.from_numpy(draw.box((28, 28), height=14, width=14))
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "dense": lambda: FixedHoleFill(HOLE, width=1024),
    "convolutional": lambda: GatedUNet(width=16),
}
WARMUP = 2  # steps whose time does not count
BATCH = 128  # pictures a step, of all processes together
ERROR = re.compile(r"^.*?(\w*[Ee]rror: .*)$", re.MULTILINE)  # the last line of a traceback


@dataclass(frozen=True)
class Training:
    """What a training of some steps gave: its losses, and the seconds of each step."""

    processes: int
    threads: int  # of each process
    batch_size: int
    losses: list[float]
    seconds: list[float]

    @property
    def rate(self) -> float:
        """Pictures a second, by the median step."""
        return self.batch_size / median(self.seconds[WARMUP:])


def objective(model: nn.Module, images: Grey) -> Scalar:
    """The mean squared error in the hole."""
    if isinstance(model, FixedHoleFill):
        return F.mse_loss(model(images), model.missing(images))
    hole = HOLE.expand(len(images), 1, -1, -1)
    return hole_mse(model(images, hole), images, hole)


def trained(name: str, *, steps: int, batch_size: int = BATCH) -> Training:
    """Trains a network of NETWORKS on the CPU, in this process's share of all processes.

    Raises ValueError where there are too few steps to measure, or no such network.
    """
    if steps <= WARMUP or name not in NETWORKS:
        raise ValueError(
            f"steps must be more than {WARMUP}, got {steps}, and the network one of "
            f"{', '.join(NETWORKS)}, got {name!r}"
        )
    pictures = resident(fashion_mnist("train")[0][:2048])
    with torch.random.fork_rng(devices=[]):  # the first weights, alike in every process
        torch.manual_seed(0)
        model = NETWORKS[name]()
    machine = Machine(torch.device("cpu"))
    losses, ends = [], [time.perf_counter()]
    for step in train(
        model, objective, pictures, steps=steps, batch_size=batch_size, machine=machine
    ):
        losses.append(step.loss)
        ends.append(time.perf_counter())
    seconds = [after - before for before, after in itertools.pairwise(ends)]
    return Training(distributed.world_size(), torch.get_num_threads(), batch_size, losses, seconds)


def launched(
    processes: int, *, steps: int, batch_size: int = BATCH, names: tuple[str, ...] = tuple(NETWORKS)
) -> dict[str, Training]:
    """The trainings of these networks by so many processes that torchrun starts, a thread each.

    Raises ChildProcessError where one of them fails, with what it said last.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "scaling.json")
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += [f"--nproc-per-node={processes}", "-m", "learnkit.speed.scaling", str(out)]
        command += [f"--steps={steps}", f"--batch-size={batch_size}", "--names", *names]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment)
        if ran.returncode:
            said = next(iter(ERROR.findall(ran.stderr)), ran.stderr.strip()[-500:])
            raise ChildProcessError(f"{' '.join(command)} failed: {said}")
        found = json.loads(out.read_text(encoding="utf-8"))
    return {name: Training(**fields) for name, fields in found.items()}


def main() -> None:
    """What each process of torchrun runs; the first writes the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--names", nargs="+", default=list(NETWORKS))
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=BATCH)
    given = parser.parse_args()
    options = {"steps": given.steps, "batch_size": given.batch_size}
    with distributed.process_group("cpu"):
        found = {name: asdict(trained(name, **options)) for name in given.names}
        if distributed.rank() == 0:
            write_whole(given.file, json.dumps(found).encode())


if __name__ == "__main__":
    main()
