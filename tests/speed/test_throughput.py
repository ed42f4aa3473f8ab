import pytest
import torch

from learnkit.speed.throughput import milliseconds, throughput
from learnkit.training.device import Machine


class Device:
    """Handed a step, it takes 2 s for it, and Python goes on after 0.5 s."""

    def __init__(self):
        self.now = self.busy_until = 0.0

    def step(self):
        self.now += 0.5
        self.busy_until = max(self.busy_until, self.now) + 1.5

    def synchronize(self):
        self.now = max(self.now, self.busy_until)


def test_a_step_is_timed_from_a_device_at_rest_to_a_device_at_rest():
    device = Device()
    assert throughput(device.step, 10, device.synchronize, lambda: device.now) == 5.0
    assert device.now == pytest.approx(0.5 * 3 + 1.5 * 3 - 1.0 + 20.0)


def test_one_slow_step_moves_nothing():
    ticks = iter([0.0, 1.0, 1.0, 101.0, 101.0, 102.0])
    assert throughput(lambda: None, 4, lambda: None, lambda: next(ticks), 0, 3) == 4.0


def test_milliseconds_are_those_of_the_machines_clock():
    x = torch.ones(64, 64)
    assert 0 < milliseconds(lambda: x @ x, Machine(torch.device("cpu")), repeats=3) < 1000


@pytest.mark.errors
@pytest.mark.parametrize("counts", [(0, 3, 10), (8, -1, 10), (8, 3, 0)])
def test_counts_that_cannot_be_are_named(counts):
    batch_size, warmup, repeats = counts
    with pytest.raises(ValueError, match=f"got {batch_size}, {repeats} and {warmup}"):
        throughput(lambda: None, batch_size, lambda: None, lambda: 0.0, warmup, repeats)
