import pytest
import torch
from torch import nn

from learnkit.training.data_parallel import average_gradients, ring_bytes, shard


@pytest.mark.parametrize(("m", "world_size"), [(8, 2), (7, 3), (2, 4), (5, 1)])
def test_the_shares_are_the_whole_batch_each_index_once(m, world_size):
    indices = torch.randperm(100, generator=torch.Generator().manual_seed(m))[:m]
    shares = [shard(indices, rank, world_size) for rank in range(world_size)]
    assert sorted(torch.cat(shares).tolist()) == sorted(indices.tolist())
    lengths = [len(share) for share in shares]
    assert max(lengths) - min(lengths) <= 1 and lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize("world_size", [1, 2, 3, 12])
def test_the_mean_of_the_shares_gradients_is_the_gradient_of_the_whole_batch(world_size):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    x = torch.randn(10, 4, dtype=torch.float64)

    def gradients(rows):
        return torch.autograd.grad(model(rows).square().mean(), list(model.parameters()))

    shares = [shard(x, rank, world_size) for rank in range(world_size)]  # of 12, two are empty
    found = average_gradients([gradients(own) for own in shares], [len(own) for own in shares])
    for got, expected in zip(found, gradients(x), strict=True):
        torch.testing.assert_close(got, expected)


def test_the_gradients_themselves_stay_as_they_are():
    gradients = [[torch.ones(2)], [torch.zeros(2)]]
    (mean,) = average_gradients(gradients, [1, 3])
    mean.fill_(9)
    assert [own[0].tolist() for own in gradients] == [[1, 1], [0, 0]]


def test_a_ring_sends_each_part_once_to_be_added_and_once_when_it_is_whole():
    assert [ring_bytes(120.0, p) for p in (1, 2, 4)] == [0.0, 120.0, 180.0]
    for processes in (2, 3, 8):  # carried out: p parts, each sent on p - 1 times, twice
        assert ring_bytes(1.0, processes) == pytest.approx(2 * (processes - 1) * 1 / processes)


@pytest.mark.errors
def test_a_process_that_is_not_there_and_counts_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="from 0 to world_size - 1 = 1, got 2"):
        shard(torch.arange(4), 2, 2)
    with pytest.raises(ValueError, match=r"1 processes with \[1, 2\] pictures"):
        average_gradients([[torch.ones(1)]], [1, 2])
    with pytest.raises(ValueError, match="a picture at least"):
        average_gradients([[torch.ones(1)]], [0])
    with pytest.raises(ValueError, match="world_size must be at least 1, got 0"):
        ring_bytes(1.0, 0)
