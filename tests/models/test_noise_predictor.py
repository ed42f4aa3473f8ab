import pytest
import torch

from learnkit.models import noise_predictor as module
from tests.models.gaussian import Says


def test_the_network_is_told_the_step_as_a_share_of_the_way_and_sees_nothing_else():
    seen = []
    model = module.NoisePredictor(width=16, depth=1)
    model.unet = Says(lambda *told: seen.append(told) or told[0])
    xt = torch.randn(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert torch.equal(model(xt, torch.tensor([0, 500, 999])), xt)
    assert len(seen[0]) == 2 and torch.equal(seen[0][0], xt)
    torch.testing.assert_close(seen[0][1], torch.tensor([0.0, 0.5, 0.999]))


def test_samples_follow_the_generator_in_as_many_calls_as_asked(monkeypatch):
    torch.manual_seed(0)
    model = module.NoisePredictor(width=16, depth=1).eval()
    calls, own = [], model.unet.forward
    monkeypatch.setattr(model.unet, "forward", lambda x, t: calls.append(len(x)) or own(x, t))

    def made(seed):
        return model.sample(2, torch.Generator().manual_seed(seed), calls=4)

    first, again, other = made(0), made(0), made(1)
    assert first.shape == (2, 1, 28, 28) and 0 <= first.min() and first.max() <= 1
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert calls == [2] * 12


@pytest.mark.errors
def test_no_picture_at_all_is_refused():
    with pytest.raises(ValueError, match="count must be at least 1"):
        module.NoisePredictor(width=16, depth=1).sample(0)
