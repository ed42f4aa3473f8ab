"""What would fail on a GPU is seen without one."""

import pytest
import torch

from learnkit.training.elsewhere import strays

ROWS = torch.zeros(3, 2)


def at_a_generator(x, generator):
    return x + torch.randn(x.shape, generator=generator)


def at_a_generator_and_sent(x, generator):
    return x + torch.randn(x.shape, generator=generator).to(x.device)


def where_it_lies(x, generator):
    return x + torch.randn(x.shape, generator=generator, device=x.device)


def in_place(x, generator):
    return torch.empty_like(x).normal_(generator=generator) + x


def by_torch_normal(x, generator):
    return torch.normal(x, x.exp(), generator=generator)


@pytest.mark.parametrize("function", [at_a_generator, at_a_generator_and_sent])
def test_noise_drawn_on_the_cpu_is_seen(function):
    assert strays(function, ROWS, torch.Generator())


@pytest.mark.parametrize("function", [where_it_lies, in_place, by_torch_normal])
def test_noise_drawn_where_the_argument_lies_is_no_fault(function):
    assert not strays(function, ROWS, torch.Generator())


def test_a_row_of_ones_made_on_the_cpu_is_seen():
    levels = torch.tensor([0.9, 0.5])
    assert strays(lambda a: torch.cat([torch.ones(1), a]), levels)
    assert not strays(lambda a: torch.cat([a.new_ones(1), a]), levels)


def test_one_number_may_meet_any_device_as_it_may_on_a_gpu():
    assert not strays(lambda x: torch.maximum(x, torch.tensor(0.0)), ROWS)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sum().item(),
        lambda x: x[x > 0],
        lambda x: float(x[0, 0]) if x.any() else 0.0,
        lambda x: x.no_such_method(),
    ],
)
def test_any_other_failure_says_nothing(function):
    assert not strays(function, ROWS)


def test_the_arguments_stay_where_they_are():
    x = ROWS.clone().requires_grad_()
    strays(lambda x: x.add_(1), x)
    assert x.device.type == "cpu" and not x.any() and x.requires_grad
