import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from learnkit.holes.batches import random_holes
from learnkit.images.data import fashion_mnist
from learnkit.models import conditional_vae as module
from learnkit.models.pretrained import pretrained
from learnkit.recipes.conditional_vae import RECIPE
from learnkit.training.device import choose
from learnkit.training.loop import train
from learnkit.training.pictures import resident


@pytest.fixture
def dice():
    return torch.Generator().manual_seed(0)


@pytest.fixture(scope="module")
def garments():
    return torch.from_numpy(fashion_mnist("test")[0][:40]).float()[:, None] / 255


def test_kl_between_is_torchs_and_nothing_where_both_are_one(dice):
    q_mean, q_log_var, p_mean, p_log_var = torch.randn(4, 5, 3, generator=dice)
    q, p = Normal(q_mean, (q_log_var / 2).exp()), Normal(p_mean, (p_log_var / 2).exp())
    theirs = kl_divergence(q, p).sum(1)
    ours = module.kl_between(q_mean, q_log_var, p_mean, p_log_var)
    torch.testing.assert_close(ours, theirs)
    same = module.kl_between(q_mean, q_log_var, q_mean, q_log_var)
    torch.testing.assert_close(same, torch.zeros(5), atol=1e-6, rtol=0)


def test_the_loss_is_torchs_over_the_hole_and_known_pixels_send_no_gradient(dice):
    logits = torch.randn(3, 2, 4, 5, generator=dice, requires_grad=True)
    images = torch.rand(3, 2, 4, 5, generator=dice)
    hole = torch.rand(3, 1, 4, 5, generator=dice) < 0.4
    clouds = torch.randn(4, 3, 6, generator=dice)
    loss = module.masked_negative_elbo(logits, images, hole, *clouds)
    place = hole.expand_as(images)
    nats = F.binary_cross_entropy_with_logits(logits[place], images[place], reduction="sum")
    torch.testing.assert_close(loss, nats / 3 + module.kl_between(*clouds).mean())
    (slope,) = torch.autograd.grad(loss, logits)
    assert not slope[~place].any() and slope[place].all()


def test_a_step_in_latent_space_is_one_of_torchs_sgd(dice):
    z, weight = torch.randn(3, 4, generator=dice), torch.randn(4, 6, generator=dice)
    image, hole = torch.rand(3, 1, 2, 3, generator=dice), torch.zeros(3, 1, 2, 3) > 0
    hole[:, :, 0] = True
    before = z.clone()

    def decode(z):
        return torch.sigmoid(z @ weight).reshape(-1, 1, 2, 3)

    ours = module.latent_step(z, decode, image, hole, 0.05, 0.5)
    leaf = torch.nn.Parameter(z.clone())
    sgd = torch.optim.SGD([leaf], lr=0.05)
    likelihood = Normal(decode(leaf), 0.5).log_prob(image)[~hole].sum()
    (-(likelihood + Normal(0.0, 1.0).log_prob(leaf).sum())).backward()
    sgd.step()
    torch.testing.assert_close(ours, leaf.detach())
    assert not ours.requires_grad and not z.requires_grad and torch.equal(z, before)


def test_sampled_fills_differ_by_their_noise_alone_and_leave_the_known(dice, garments):
    image, hole = garments[:2], random_holes({"box": 1, "strokes": 1}, 28, 28, dice)
    seen = []

    def encode(cut, where):
        seen.append(cut)
        return torch.zeros(2, 784), torch.full((2, 784), -2.0)

    made = module.sample_fills(
        encode, lambda z: torch.sigmoid(z).reshape(-1, 1, 28, 28), image, hole, 3, dice
    )
    assert made.shape == (3, 2, 1, 28, 28) and not torch.equal(made[0], made[1])
    assert not seen[0][hole].any()
    assert torch.equal(made[:, ~hole], image[~hole].expand(3, -1))


def test_known_pixels_come_back_bit_for_bit_and_the_truth_is_never_seen(dice, garments):
    model = pretrained("conditional_vae")
    hole = random_holes({"box": 20, "scatter": 10, "everything": 10}, 28, 28, dice)
    noise = torch.rand(garments.shape, generator=dice)
    other = torch.where(hole, noise, garments)
    fills = [
        model.fill(x, hole, torch.Generator().manual_seed(1), count=3) for x in (garments, other)
    ]
    assert torch.equal(*fills) and torch.equal(fills[0][~hole], garments[~hole])
    assert 0 <= fills[0].min() and fills[0].max() <= 1
    nowhere = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    assert torch.equal(model.fill(garments, nowhere), garments)


def test_at_temperature_0_all_fills_are_one_and_a_mean_beats_a_draw(dice, garments):
    model = pretrained("conditional_vae")
    hole = torch.zeros(1, 1, 28, 28, dtype=torch.bool)
    hole[..., 14:] = True
    still = model.fills(garments, hole, 2, dice, temperature=0.0)
    assert torch.equal(still[0], still[1])
    one, many = (
        (model.fill(garments, hole, torch.Generator().manual_seed(2), count=c) - garments)
        .square()
        .mean()
        for c in (1, 16)
    )
    assert many < one
    pair = model.fills(garments, hole, 2, torch.Generator().manual_seed(2), opposite=True)
    mean = model.fill(garments, hole, torch.Generator().manual_seed(2), count=2)
    assert torch.equal(mean[:, :, :, 14:], pair.mean(dim=0)[:, :, :, 14:])


def test_a_hole_that_covers_everything_is_synthesis(dice):
    model = pretrained("conditional_vae")
    made = model.sample(6, dice)
    assert made.shape == (6, 1, 28, 28) and (made[0] - made[1]).abs().max() > 0.1
    everything = torch.ones(1, 1, 28, 28, dtype=torch.bool)
    again = model.fill(torch.rand(6, 1, 28, 28), everything, torch.Generator().manual_seed(0))
    assert torch.equal(made, again)


def test_a_short_training_learns_to_pay_less_for_a_hole():
    pictures = resident(fashion_mnist("train")[0][:2000])
    torch.manual_seed(0)
    model = module.ConditionalVAE(width=64, latent=8)
    objective = RECIPE.objective(torch.Generator().manual_seed(0))
    steps = train(
        model, objective, pictures, steps=200, batch_size=64, lr=3e-3, machine=choose("cpu")
    )
    losses = [step.loss for step in steps]
    assert sum(losses[-10:]) / 10 < 0.6 * losses[0]


@pytest.mark.errors
def test_holes_that_are_none_are_named(garments):
    model = module.ConditionalVAE(width=32, latent=2)
    with pytest.raises(TypeError, match=r"hole must be a bool tensor, got torch.float32"):
        model.fill(garments, torch.ones(40, 1, 28, 28))
    with pytest.raises(ValueError, match=r"hole must have shape \(40, 1, 28, 28\)"):
        model.fill(garments, torch.ones(28, 28) > 0)
    with pytest.raises(
        ValueError, match="made for pictures with 1 channel of 28 x 28, got 3 of 32"
    ):
        model.fill(torch.rand(1, 3, 32, 32), torch.ones(1, 1, 32, 32) > 0)
    for draw in (lambda: model.sample(0), lambda: model.fill(garments, garments > 0, count=0)):
        with pytest.raises(ValueError, match="count must be at least 1, got 0"):
            draw()
