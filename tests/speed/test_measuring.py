import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from learnkit.models.partial_conv import GatedUNet
from learnkit.speed.measuring import bandwidth, peak, work_of
from learnkit.speed.roofline import Work
from learnkit.training.device import Machine

CPU = Machine(torch.device("cpu"))


def test_a_convolution_is_counted_as_it_is_on_paper():
    x, conv = torch.rand(2, 3, 8, 8), nn.Conv2d(3, 5, 3, padding=1)
    moved = 4 * (2 * 3 * 64 + 5 * 3 * 9 + 5 + 2 * 5 * 64)
    assert work_of(lambda: conv(x)) == Work(2 * 2 * 64 * 5 * 3 * 9, moved)


def test_a_number_by_number_operation_counts_one_for_each_number_that_it_makes():
    x = torch.rand(10, 10)
    assert work_of(lambda: x.relu()) == Work(100, 800)
    assert work_of(lambda: torch.tanh(x) * x) == Work(200, 800 + 1200)


def test_a_change_in_place_moves_what_it_reads_and_what_it_writes():
    x = torch.rand(10, 10)
    assert work_of(lambda: x.add_(1)) == Work(100, 800)


def test_a_reshape_moves_nothing():
    x = torch.rand(10, 10)
    assert work_of(lambda: x.reshape(4, 25).T[None].flatten(1, 1)) == Work()


def test_half_precision_moves_half_the_bytes():
    x = torch.ones(10, 10, dtype=torch.bfloat16)
    assert work_of(lambda: x @ x) == Work(2000, 600)


def test_products_and_convolutions_of_a_whole_network_are_what_torch_counts():
    model, image = GatedUNet(width=8), torch.rand(2, 1, 28, 28)
    hole = torch.zeros(2, 1, 28, 28, dtype=torch.bool)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.paint(image, hole)
    work = work_of(lambda: model.paint(image, hole))
    assert counter.get_total_flops() < work.flops < 1.1 * counter.get_total_flops()


def test_nothing_is_learned_from_what_is_counted():
    weight = torch.ones(3, 3, requires_grad=True)
    results = []
    work_of(lambda: results.append(F.linear(torch.ones(1, 3), weight)))
    assert not results[0].requires_grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_arithmetics_ceiling_is_that_of_a_machine(dtype):
    assert 1e8 < peak(CPU, dtype) < 1e16


def test_the_memorys_ceiling_is_that_of_a_machine():
    assert 1e8 < bandwidth(CPU) < 1e14


def test_inference_mode_hides_nothing():
    x, conv = torch.rand(1, 4, 8, 8), nn.Conv2d(4, 4, 3, padding=1)
    outside = work_of(lambda: conv(x))
    with torch.inference_mode():
        assert work_of(lambda: conv(x)) == outside
