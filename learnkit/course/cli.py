"""The `learnkit` command: what it takes, and what it runs.

Every command imports what it needs itself, so that start-up is quick. A known error ends as one
sentence on stderr and a status: 1, and 3 where the command line itself is wrong. `check` has
statuses of its own, because other people's graders call it.
"""

import argparse
import atexit
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from learnkit import __version__
from learnkit.course import instructors, pipes
from learnkit.course.arguments import count, names, port_number

CHECK_STATUS = {"correct": 0, "incorrect": 1, "not attempted": 2, "could not be judged": 3}
DIR_HELP = "default: the lab that you stand in, else work"
UNUSABLE = 3  # not argparse's 2, which would read as "not attempted"


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose complaint is one line, and whose status is UNUSABLE."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong with the command line, and where its options are listed."""
        self.exit(UNUSABLE, f"{self.prog}: {message}; `{self.prog} --help` lists what there is\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a "²" must not end a verdict on an old terminal
    atexit.register(pipes.flush)
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if "run" not in arguments:
        parser.print_help()
        return 0
    try:
        return arguments.run(arguments)
    except BrokenPipeError:
        pipes.silence()
        return pipes.STATUS
    except KeyboardInterrupt:
        return 130  # what a shell reports for Ctrl-C
    except ImportError as error:
        reason = f"{error}; `learnkit doctor` says what is missing"
    except (OSError, ValueError, ArithmeticError) as error:
        reason = sentence(error)
    except RuntimeError as error:
        if type(error).__name__ != "OutOfMemoryError":  # torch's, which is loaded by what raises it
            raise
        reason = f"{sentence(error).partition('. ')[0]}: close what else uses it, or --device cpu"
    print(f"learnkit: {reason}", file=sys.stderr)
    return UNUSABLE if arguments.run is run_check else 1  # 1 is a verdict: "incorrect"


def sentence(error: Exception) -> str:
    """The error's own sentence; the system's `[Errno 2] ...: 'x'` becomes `x: ...`."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def build_parser() -> Parser:
    """The options of every command; `run` holds the function that a command calls."""
    parser = Parser(
        prog="learnkit", description="A course on image synthesis and inpainting, in notebooks."
    )
    parser.add_argument("--version", action="version", version=f"learnkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    lab = commands.add_parser("lab", help="copy the lessons, and open JupyterLab on the next one")
    lab.add_argument("folder", metavar="DIR", nargs="?", type=Path, help=DIR_HELP)
    lab.add_argument("--port", type=port_number, help="default: 8888, or the next that is free")
    lab.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    lab.set_defaults(run=run_lab)

    doctor = commands.add_parser("doctor", help="is this machine ready, and what to do if not")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.set_defaults(run=run_doctor)

    progress = commands.add_parser("progress", help="the exercises done, by lesson")
    progress.add_argument("folder", metavar="DIR", nargs="?", type=Path, help=DIR_HELP)
    progress.set_defaults(run=run_progress)

    export = commands.add_parser("export", help="write a lesson as one HTML file, for anybody")
    export.add_argument("lesson", metavar="LESSON", help="a notebook's file, or a lesson's number")
    export.add_argument(
        "--to", type=Path, metavar="FILE.html", help="default: the lesson's name, in this folder"
    )
    export.add_argument("--run", dest="fresh", action="store_true", help="run it first")
    export.set_defaults(run=run_export)

    check = commands.add_parser(
        "check",
        help="judge one answer in a Python file, or all answers in a notebook",
        usage="%(prog)s [-h] NAME FILE.py\n       %(prog)s NOTEBOOK.ipynb",
        description="Of a file: line 1 is the status, then comes the sentence. Of a notebook: a "
        "verdict for each exercise. Exit status: 0 correct, 1 incorrect, 2 not attempted, 3 cannot "
        "be used or judged.",
    )
    check.add_argument("name", metavar="NAME", help="the exercise, for example mse_loss")
    check.add_argument("file", metavar="FILE.py", type=Path, nargs="?")
    check.set_defaults(run=run_check, complain=check.error)

    train = commands.add_parser(
        "train",
        help="train a model of the course, and write its weights and its card",
        description="On several GPUs: torchrun --nproc-per-node N -m learnkit train NAME.",
    )
    train.add_argument("name", metavar="NAME", help="the recipe, for example vae")
    train.add_argument("--folder", type=Path, default=Path("weights"), help="default: weights")
    train.add_argument("--resume", action="store_true", help="go on from the folder's checkpoint")
    train.add_argument("--device", help="cuda, cuda:1, mps or cpu; default: the best there is")
    train.add_argument("--budget", type=count, metavar="STEPS", help="default: the recipe's own")
    train.set_defaults(run=run_train)

    sweep = commands.add_parser("sweep", help="do an experiment of many short trainings again")
    sweep.add_argument(
        "name", metavar="NAME", help="data_size, remedies, transfer or training_time"
    )
    sweep.add_argument("--folder", type=Path, default=Path("sweeps"), help="default: sweeps")
    sweep.set_defaults(run=run_sweep)

    benchmark = commands.add_parser(
        "benchmark",
        help="fill the published holes by every method, and print the table",
        description="One row a method and a hole, on Fashion-MNIST's first test pictures. All "
        "methods take an hour and a quarter, most of it those of many draws: see --methods.",
    )
    benchmark.add_argument(
        "--pictures", type=int, default=500, metavar="N", help="default: 500, of 10000"
    )
    benchmark.add_argument(
        "--training",
        type=int,
        choices=(10_000, 60_000),
        default=10_000,
        help="pictures to learn from: the embedded 10000 (default), or the full data set's 60000",
    )
    benchmark.add_argument(
        "--methods", type=names, metavar="A,B", help="default: all; `--methods list` lists them"
    )
    benchmark.add_argument(
        "--holes", type=names, metavar="A,B", help="centre14, centre10, right, random, brush"
    )
    benchmark.add_argument(
        "--method",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.py",
        help="a method of yours, which defines fill(image, hole); may be given several times",
    )
    benchmark.add_argument(
        "--output", type=Path, metavar="DIR", help="write table.md, table.csv and table.json there"
    )
    benchmark.set_defaults(run=run_benchmark)

    instructors.add_to(commands)

    capstone = commands.add_parser(
        "capstone",
        help="measure a capstone by its rubric, or begin one",
        description="Exit status: 0 where every part is there, 1 where one is missing.",
    )
    capstone.add_argument("file", metavar="FILE.py", type=Path)
    capstone.add_argument(
        "--new", metavar="FIELD", help="write a template: photograph, page, fundus, tissue or scan"
    )
    capstone.set_defaults(run=run_capstone)
    return parser


def run_lab(arguments: argparse.Namespace) -> NoReturn:
    """Copies the lessons, says what was done, and runs JupyterLab until Ctrl-C ends it all."""
    from learnkit.course import lab, places
    from learnkit.exercises.progress import lab_folder

    folder = arguments.folder or lab_folder() or Path(lab.DEFAULT_FOLDER)  # no lab within a lab
    for sentence in lab.prepare(folder):
        print(sentence, flush=True)
    for path in places.hiding(folder):
        print(f"{places.hides(path)}: {places.rename(path)}.", flush=True)
    lab.open_lab(folder, arguments.port, browser=not arguments.no_browser)


def run_doctor(arguments: argparse.Namespace) -> int:
    """Examines the machine: 0 where nothing fails, else 1."""
    from learnkit.course.doctor import doctor

    return doctor(as_json=arguments.json)


def run_progress(arguments: argparse.Namespace) -> int:
    """Prints the exercises done."""
    from learnkit.course.progress import progress

    return progress(arguments.folder)


def run_export(arguments: argparse.Namespace) -> int:
    """Writes a lesson as HTML, and says where."""
    from learnkit.course.export import export

    print(*export(arguments.lesson, to=arguments.to, run=arguments.fresh), sep="\n")
    return 0


def run_train(arguments: argparse.Namespace) -> int:
    """Trains a recipe under a progress bar."""
    from learnkit.course.train import train

    return train(arguments)


def run_sweep(arguments: argparse.Namespace) -> int:
    """Does what a sweep's file in the folder lacks, under a progress bar."""
    from learnkit.course.sweep import sweep

    return sweep(arguments.name, arguments.folder)


def run_benchmark(arguments: argparse.Namespace) -> int:
    """Prints the table as it grows: 0 where every row has numbers, else 1."""
    from learnkit.course.benchmark import benchmark

    return benchmark(arguments)


def run_capstone(arguments: argparse.Namespace) -> int:
    """Prints the rubric's lines as they are measured, or writes a template."""
    from learnkit.course.capstone import capstone

    return capstone(arguments.file, arguments.new)


def run_check(arguments: argparse.Namespace) -> int:
    """Judges one answer; whatever cannot be judged is "cannot be used", with the reason."""
    from learnkit.course.check import check_notebook
    from learnkit.exercises import check_file

    if arguments.file is None and not arguments.name.endswith(".ipynb"):
        arguments.complain("the following arguments are required: FILE.py")
    try:
        if arguments.file is None:
            return check_notebook(Path(arguments.name))
        report = check_file(arguments.name, arguments.file)
    except (OSError, ValueError) as error:
        pipes.tell("cannot be used", sentence(error))
        return UNUSABLE
    pipes.tell(report.status, report.message, *report.details())
    return CHECK_STATUS[report.status]
