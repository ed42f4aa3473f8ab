"""`throughput`: how an answer is tried, and the hints. The cases have a simulated device."""

import numbers

from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.speed import throughput as reference


class _Device:
    """A clock, and a device that works behind it: handed a step, it does it when it has time."""

    def __init__(self, handing, work, slow):
        self.now = self.busy_until = 0.0
        self.handing, self.work, self.slow = handing, work, slow
        self.steps = self.reads = self.waits = 0

    def step(self):
        seconds = self.slow if self.steps < 3 else self.work[(self.steps - 3) % len(self.work)]
        self.steps += 1
        self.now += self.handing
        self.busy_until = max(self.busy_until, self.now) + seconds

    def synchronize(self):
        self.waits += 1
        self.now = max(self.now, self.busy_until)

    def clock(self):
        self.reads += 1
        return self.now


def _begun(handing, work, slow, batch_size, **counts):
    device = _Device(handing, work, slow)
    return (device.step, batch_size, device.synchronize, device.clock), counts


def _measured(result, step, batch_size, _synchronize, _clock, **counts):
    if isinstance(result, tuple | list):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for one number: the median "
            "of it, say."
        )
    if type(result).__name__ == "Tensor":
        raise OddResultError("You return a tensor; return a plain number: .item() takes it out.")
    if getattr(result, "size", None) == 1 or getattr(result, "shape", None) == ():
        result = result.item()
    if callable(result) or not isinstance(result, numbers.Real):
        raise OddResultError(
            f"You return a {type(result).__name__}; the exercise asks for a number, pictures a "
            "second."
        )
    device = step.__self__
    if not device.reads:
        raise OddResultError(
            "You never call clock(): the time comes from the clock that you are handed, and not "
            "from the module time, so that it can be another clock in a test."
        )
    if not device.steps:
        raise OddResultError("You never call step(): it is what is to be timed.")
    if not device.waits:
        raise OddResultError(
            "You never call synchronize(), so you time how long it takes to hand the work over, "
            "and not to do it. Call it, with its brackets, before the clock is read, both times."
        )
    return {"": float(result), "count of the steps taken": Count(device.steps)}


# handing a step over takes 0.25 s, and doing it as long as `work` says, one step after another;
# the first three take 8 s
_ODD = (0.25, (3.75, 0.75, 1.75, 2.75, 7.75), 8.0)

throughput = Exercise.beside(
    __name__,
    reference=reference.throughput,
    cases=[
        case(
            0.25,
            (1.75,),
            1.75,
            8,
            repeats=3,
            note="8 pictures a step; each step takes 2 s, 0.25 s to hand it over and 1.75 s to do "
            "it;\n3 repeats after 3 steps of warm-up",
        ),
        case(
            *_ODD,
            16,
            repeats=5,
            note="16 pictures a step; the first three steps take 8.25 s, the next five 4, 1, 2, 3 "
            "and 8 s,\n0.25 s of each for handing it over; 5 repeats",
        ),
        case(*_ODD, 16, repeats=1, note="the same device, and 1 repeat"),
        case(
            *_ODD,
            12,
            warmup=4,
            repeats=3,
            note="the same device, 12 pictures a step, 4 steps of warm-up, 3 repeats",
        ),
        case(
            0.25,
            (0.75, 1.75, 1.75, 3.75, 1.75),
            8.0,
            32,
            note="32 pictures a step, and neither warmup nor repeats is given: they are 3 and 10",
        ),
        case(
            0.5,
            (0.0,),
            9.5,
            4,
            warmup=0,
            repeats=7,
            note="no warm-up, 7 repeats: three steps of 10 s, then four of 0.5 s",
        ),
    ],
    build=_begun,
    probe=_measured,
    hints=(
        "First warmup steps that nobody times. Then, for each of the repeats: be sure that the "
        "device has nothing left to do, read the clock, step, be sure that it is done, read the "
        "clock again.",
        "In the loop: synchronize(); begin = clock(); step(); synchronize(); "
        "rates.append(batch_size / (clock() - begin)). The answer is median(rates), with "
        "`from statistics import median` at the top.",
    ),
    why="A GPU timed without synchronize seems to be a hundred times as fast as it is, and the "
    "first step may seem a hundred times as slow. The median leaves out a step that another "
    "program disturbed.",
    points=3,
)
