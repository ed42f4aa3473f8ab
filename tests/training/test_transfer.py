from collections import OrderedDict

import pytest
import torch
from torch import nn

from learnkit.training.transfer import freeze


@pytest.fixture
def model():
    torch.manual_seed(0)
    block = OrderedDict(conv=nn.Conv2d(1, 2, 3), norm=nn.BatchNorm2d(2), drop=nn.Dropout(0.5))
    parts = {"conv1": nn.Sequential(block), "conv10": nn.Conv2d(2, 1, 1), "norm": nn.BatchNorm2d(1)}
    return nn.Sequential(OrderedDict(parts)).train()


def state(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_a_training_step_moves_nothing_of_the_frozen_part_and_all_of_the_rest(model):
    left = freeze(model, "conv1")
    before = state(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(torch.randn(8, 1, 6, 6)).square().mean().backward()
    optimizer.step()
    changed = {
        name for name, tensor in state(model).items() if not torch.equal(tensor, before[name])
    }
    rest = {name for name in before if not name.startswith("conv1.")}
    assert changed <= rest and "conv10.weight" in changed and "norm.running_mean" in changed
    learning = [p for n, p in model.named_parameters() if not n.startswith("conv1.")]
    assert left == sum(p.numel() for p in learning) == 3 + 2


def test_a_part_whose_name_only_begins_alike_stays_free(model):
    freeze(model, "conv1")
    assert all(p.requires_grad for p in model.conv10.parameters()) and model.conv10.training


def test_a_single_parameter_can_be_frozen_by_its_name(model):
    every = sum(p.numel() for p in model.parameters())
    assert freeze(model, "conv10.bias") == every - 1
    assert model.conv10.weight.requires_grad and model.conv10.training


@pytest.mark.errors
@pytest.mark.parametrize("prefix", ["conv", "conv1.con", "", "encoder"])
def test_a_name_that_no_parameter_has_is_refused_with_those_that_are_there(model, prefix):
    with pytest.raises(ValueError, match="the model has conv1, conv10, norm"):
        freeze(model, prefix)
