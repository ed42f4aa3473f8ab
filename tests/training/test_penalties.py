import pytest
import torch
from torch import nn

from learnkit.training.penalties import l1_penalty, l2_penalty


@pytest.fixture
def model():
    torch.manual_seed(0)
    conv = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))
    return nn.Sequential(conv, nn.Flatten(), nn.Linear(12, 2), nn.Embedding(3, 4), nn.LayerNorm(4))


def counted(model):
    """The weights that count, named one by one."""
    return [model[0][0].weight, model[2].weight, model[3].weight]


@pytest.mark.parametrize(("penalty", "p"), [(l2_penalty, 2), (l1_penalty, 1)])
def test_it_is_torchs_norm_to_its_power_of_all_weights_and_of_no_bias(model, penalty, p):
    row = torch.cat([weight.ravel() for weight in counted(model)])
    torch.testing.assert_close(penalty(model), torch.linalg.vector_norm(row, p) ** p)


def test_a_step_down_half_the_l2_penalty_is_torchs_weight_decay(model):
    weights = counted(model)
    by_decay = [weight.detach().clone().requires_grad_() for weight in weights]
    decay = torch.optim.SGD(by_decay, lr=0.1, weight_decay=0.3)
    for weight in by_decay:
        weight.grad = torch.zeros_like(weight)
    decay.step()
    step = torch.optim.SGD(weights, lr=0.1)
    (0.5 * 0.3 * l2_penalty(model)).backward()
    step.step()
    for weight, other in zip(weights, by_decay, strict=True):
        torch.testing.assert_close(weight, other)


def test_the_gradient_of_the_l1_penalty_is_the_sign_and_0_at_0():
    layer = nn.Linear(3, 1)
    layer.weight.data = torch.tensor([[-2.0, 0.0, 0.5]])
    l1_penalty(layer).backward()
    assert torch.equal(layer.weight.grad, torch.tensor([[-1.0, 0.0, 1.0]]))
    assert layer.bias.grad is None


@pytest.mark.errors
@pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])
def test_a_network_without_such_weights_is_refused(penalty):
    with pytest.raises(ValueError, match="BatchNorm1d has no weight with more than one dimension"):
        penalty(nn.BatchNorm1d(3))
