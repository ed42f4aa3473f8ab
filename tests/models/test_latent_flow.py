import pytest
import torch

from learnkit.models.flow_matching import flow_loss, integrate
from learnkit.models.latent_flow import CALLS, LatentFlow
from tests.models.small import seeded


def test_as_it_begins_it_walks_nowhere_and_draws_have_mean_and_scale_of_the_clouds():
    model = LatentFlow(3, width=16, depth=1)
    mean, log_var = torch.randn(500, 3, generator=seeded()) * torch.tensor([0.1, 1, 3]) + 2, 0.5
    log_var = torch.full((500, 3), log_var)
    model.standardise(mean, log_var)
    noise = torch.randn(40, 3, generator=seeded(1))
    drawn = model.sample(40, seeded(1))
    torch.testing.assert_close(drawn, model.mean + model.scale * noise)
    many = mean.repeat(200, 1) + torch.exp(log_var / 2).repeat(200, 1) * torch.randn(100_000, 3)
    torch.testing.assert_close(model.mean, many.mean(dim=0), rtol=0, atol=0.02)
    torch.testing.assert_close(model.scale, many.std(dim=0), rtol=0.02, atol=0)


def test_a_draw_is_the_walk_along_its_velocity():
    torch.manual_seed(0)
    model = LatentFlow(4, width=16, depth=2)
    torch.nn.init.normal_(model.end[1].weight, std=0.2)
    model.scale.fill_(2.0)
    noise = torch.randn(5, 4, generator=seeded())
    walked = 2 * integrate(model, noise, CALLS)
    torch.testing.assert_close(model.sample(5, seeded()), walked)
    assert (walked - 2 * noise).abs().min(dim=1).values.max() > 1e-3
    early, late = (model(noise, torch.full((5,), t)) for t in (0.1, 0.9))
    assert not torch.allclose(early, late)  # it is told the time


def test_it_learns_where_two_clouds_are_and_draws_from_both():
    torch.manual_seed(0)
    model, dice = LatentFlow(2, width=64, depth=1), seeded()
    centres = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(400):
        z = centres[torch.randint(2, (256,), generator=dice)]
        z = z + 0.1 * torch.randn(256, 2, generator=dice)
        noise, t = torch.randn(256, 2, generator=dice), torch.rand(256, generator=dice)
        loss = flow_loss(model, noise, z, t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    apart, which = torch.cdist(model.sample(1000, dice), centres).min(dim=1)
    assert (apart < 0.5).float().mean() > 0.9
    assert 0.4 < which.float().mean() < 0.6


@pytest.mark.errors
def test_no_draw_is_refused():
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        LatentFlow(2, width=16).sample(0)
