import pytest
import torch

from learnkit.speed.graphs import recorded
from learnkit.training.device import Machine


@pytest.mark.errors
def test_a_machine_without_an_nvidia_gpu_is_told_so():
    with pytest.raises(ValueError, match="need an NVIDIA GPU, and this is cpu"):
        recorded(lambda: torch.ones(1), Machine(torch.device("cpu")))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_graph_computes_from_the_tensors_that_it_was_recorded_with():
    x = torch.ones(4, device="cuda")
    doubled = recorded(lambda: 2 * x, Machine(torch.device("cuda")))
    x.fill_(3)
    assert doubled().tolist() == [6.0] * 4
