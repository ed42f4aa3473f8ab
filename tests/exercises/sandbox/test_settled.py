"""The notebook's global state turns no verdict: the judge finds what a fresh process would."""

import contextlib
import random
import warnings

import numpy as np
import pytest
import torch

from learnkit.exercises import check, exercise
from learnkit.exercises.judge import alike
from learnkit.exercises.sandbox import workers
from learnkit.exercises.sandbox.settled import settled
from learnkit.exercises.table import find, names
from tests.exercises.test_engine import RIGHT, define


@contextlib.contextmanager
def turned(put, value, back):
    put(value)
    try:
        yield
    finally:
        put(back)


@contextlib.contextmanager
def deterministic():
    with turned(torch.use_deterministic_algorithms, True, False):
        with turned(torch.set_float32_matmul_precision, "medium", "highest"):
            yield


@contextlib.contextmanager
def everything_raises():
    with np.errstate(all="raise"), np.printoptions(precision=1, threshold=2, legacy="1.13"):
        with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
            warnings.simplefilter("error")
            yield


WAYS = {
    "gradients off": lambda: turned(torch.set_grad_enabled, False, True),
    "inference mode": torch.inference_mode,
    "another device": lambda: turned(torch.set_default_device, "meta", None),
    "a device for these lines": lambda: torch.device("meta"),
    "float64": lambda: turned(torch.set_default_dtype, torch.float64, torch.float32),
    "bfloat16 by autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "deterministic": deterministic,
    "everything raises": everything_raises,
}
TORCH = [name for name in names() if find(name).prewarm]


@pytest.mark.parametrize("way", WAYS)
def test_each_reference_does_what_it_does_in_a_fresh_process(way):
    for name in names():
        task = find(name)
        expected = task.expected
        with WAYS[way]():
            found = task.run(task.reference)
        assert all(alike(task, f, e) for f, e in zip(found, expected, strict=True)), name


@pytest.mark.parametrize("name", TORCH)
def test_so_does_each_known_mistake(name):
    """Every third, each under one of the ways, in turn, and compared on its first two cases."""
    task = find(name)
    for i, mistake in enumerate(task.mistakes[::3]):
        way = list(WAYS)[i % len(WAYS)]
        before = [o for o, _ in zip(task.mistaken(mistake), range(2), strict=False)]
        task._mistaken.clear()
        with WAYS[way]():
            found = [o for o, _ in zip(task.mistaken(mistake), range(2), strict=False)]
        assert all(alike(task, f, b) for f, b in zip(found, before, strict=True)), (mistake, way)


def test_the_state_is_a_fresh_one_within_and_the_old_one_afterwards():
    for name, way in WAYS.items():
        with way():
            before = state()
            with settled():
                assert state() == FRESH, name
                with settled():
                    assert state() == FRESH
            assert state() == before, name
    assert state() == FRESH


def state():
    made = torch.ones(1, requires_grad=True) * 1.0
    return (
        (made.requires_grad, made.is_inference(), made.device.type, made.dtype),
        (torch.is_autocast_enabled("cpu"), torch.is_anomaly_enabled()),
        torch.are_deterministic_algorithms_enabled(),
        torch.get_float32_matmul_precision(),
    )


FRESH = ((True, False, "cpu", torch.float32), (False, False), False, "highest")


def test_threads_are_as_many_again_and_one_within():
    before = torch.get_num_threads()
    with turned(torch.set_num_threads, 2, before):
        with settled():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2


def test_the_state_comes_back_where_something_raises():
    with torch.no_grad():
        with pytest.raises(KeyboardInterrupt), settled():
            assert torch.is_grad_enabled()
            raise KeyboardInterrupt
        assert not torch.is_grad_enabled()


@pytest.mark.errors  # the shape checks draw random numbers themselves
def test_a_verdict_leaves_the_notebook_s_random_numbers_alone():
    for name in ("mse_loss", "train_step"):
        torch.manual_seed(1), random.seed(1), np.random.seed(1)  # noqa: NPY002
        task = find(name)
        task.run(task.mistakes[0].answer)
        drawn = torch.rand(1).item(), random.random(), np.random.random()  # noqa: NPY002
        torch.manual_seed(1), random.seed(1), np.random.seed(1)  # noqa: NPY002
        assert drawn == (torch.rand(1).item(), random.random(), np.random.random())  # noqa: NPY002


@pytest.mark.parametrize("way", WAYS)
def test_a_verdict_through_a_worker_is_the_same_and_nothing_raises(way, capsys):
    wrong = define(RIGHT.replace("mean", "sum"))
    with WAYS[way]():
        assert exercise(define(RIGHT)).yours(np.ones(2), np.zeros(2)) == 1
        report = check("mse_loss", wrong)
    assert report.mistake == "summed"
    assert capsys.readouterr().out.startswith("✓ mse_loss: correct.")
    assert dict(report.example)["expected"] == "0.125"


@pytest.mark.errors  # a builder's inner function, once wrapped by the shape checks, cannot travel
def test_a_right_answer_in_torch_is_correct_in_every_state_of_the_notebook():
    """One worker: the answer's outcomes are its own; what the judge finds is turned each way."""
    task = find("train_step")

    train_step = define(
        "import torch\n"
        "def train_step(model, images, targets, loss_fn, optimizer):\n"
        "    loss = loss_fn(model(images), targets)\n    optimizer.zero_grad()\n"
        "    loss.backward()\n    optimizer.step()\n    return loss.item()",
        "train_step",
    )
    ran = []
    original = workers.ask

    def once(*args, **options):
        ran or ran.append(original(*args, **options))
        return ran[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "ask", once)
        for way in WAYS.values():
            task.__dict__.pop("expected", None)
            task._mistaken.clear()
            with way():
                assert check("train_step", train_step).correct
