import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from learnkit.images.data import emoji, fashion_mnist
from learnkit.models import vae
from learnkit.training.device import choose
from learnkit.training.loop import train
from learnkit.training.pictures import resident


def test_kl_equals_that_of_torch():
    torch.manual_seed(0)
    mean, log_var = torch.randn(5, 3), torch.randn(5, 3)
    theirs = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(vae.kl_divergence(mean, log_var), theirs)


def test_reparameterized_numbers_have_the_mean_and_spread_and_pass_the_gradient():
    mean = torch.tensor([[1.0, -2.0]], requires_grad=True)
    log_var = torch.tensor([[0.0, 2.0]], requires_grad=True)
    rows = mean.expand(200_000, 2), log_var.expand(200_000, 2)
    z = vae.reparameterize(*rows, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(z.mean(0), mean[0], atol=0.02, rtol=0)
    torch.testing.assert_close(z.std(0), torch.tensor([1.0, math.e]), atol=0.02, rtol=0)
    z.square().mean(0).sum().backward()  # E z² = μ² + e^v: slopes 2 μ and e^v
    torch.testing.assert_close(mean.grad, 2 * mean.detach(), atol=0.05, rtol=0)
    torch.testing.assert_close(log_var.grad, log_var.detach().exp(), atol=0.1, rtol=0)


def test_what_a_picture_costs_is_minus_torchs_log_probability():
    torch.manual_seed(0)
    logits, images = torch.randn(4, 1, 3, 3), torch.rand(4, 1, 3, 3)
    black_white = images.round()
    theirs = -Bernoulli(logits=logits).log_prob(black_white).sum((1, 2, 3))
    torch.testing.assert_close(vae.bernoulli_nll(logits, black_white), theirs)
    theirs = -Normal(torch.sigmoid(logits), 0.3).log_prob(images).sum((1, 2, 3))
    torch.testing.assert_close(vae.gaussian_nll(logits, images, 0.3), theirs)


def test_the_best_sigma_is_the_root_of_the_mean_squared_error():
    torch.manual_seed(0)
    logits, images = torch.randn(6, 1, 4, 4), torch.rand(6, 1, 4, 4)
    best = (torch.sigmoid(logits) - images).square().mean().sqrt()
    cost = vae.gaussian_nll(logits, images).mean()
    torch.testing.assert_close(cost, vae.gaussian_nll(logits, images, best).mean())
    for sigma in (0.9 * best, 1.1 * best):
        assert vae.gaussian_nll(logits, images, sigma).mean() > cost


def test_a_perfect_copy_of_the_garments_still_pays_the_floor():
    images = resident(fashion_mnist("test")[0]).take(torch.arange(10_000)).double()
    logits = torch.logit(images.clamp(1e-12, 1 - 1e-12))
    mean = torch.zeros(10_000, 2, dtype=torch.float64)
    assert vae.negative_elbo(logits, images, mean, mean).item() == pytest.approx(189.86, abs=0.01)


def test_beta_weighs_the_divergence_alone():
    torch.manual_seed(0)
    logits, images, mean, log_var = *torch.rand(2, 3, 1, 2, 2), *torch.randn(2, 3, 4)
    once, thrice = (vae.negative_elbo(logits, images, mean, log_var, beta) for beta in (1.0, 3.0))
    torch.testing.assert_close(thrice - once, 2 * vae.kl_divergence(mean, log_var).mean())


def ends(angle, *, lengths=(1.0, 1.0), latent=5):
    """Two vectors at that angle, in a plane that lies askew in space."""
    generator = torch.Generator().manual_seed(0)
    plane, _ = torch.linalg.qr(torch.randn(latent, 2, generator=generator))
    z0, z1 = plane[:, 0], math.cos(angle) * plane[:, 0] + math.sin(angle) * plane[:, 1]
    return lengths[0] * z0, lengths[1] * z1


@pytest.mark.parametrize("angle", [0.01, 0.7, math.pi / 2, 2.5])
def test_the_arc_holds_both_ends_keeps_the_length_and_turns_by_equal_angles(angle):
    z0, z1 = ends(angle, lengths=(3.0, 3.0))
    arc = vae.interpolate(z0, z1, 6)
    torch.testing.assert_close(arc[[0, -1]], torch.stack([z0, z1]))
    torch.testing.assert_close(arc.norm(dim=1), torch.full((6,), 3.0))
    chords = arc.diff(dim=0).norm(dim=1)  # of a circle of radius 3, a fifth of the angle each
    torch.testing.assert_close(chords, torch.full((5,), 6 * math.sin(angle / 10)))


def test_ends_of_different_lengths_keep_them_and_what_lies_between_is_in_their_plane():
    z0, z1 = ends(1.1, lengths=(0.5, 4.0))
    arc = vae.interpolate(z0, z1, 7)
    torch.testing.assert_close(arc[[0, -1]], torch.stack([z0, z1]))
    assert torch.linalg.matrix_rank(arc, rtol=1e-5) == 2
    middle = (z0 + z1) / (2 * math.cos(0.55))  # sin(Ω / 2) / sin Ω
    torch.testing.assert_close(arc[3], middle)


@pytest.mark.parametrize("angle", [0.0, 1e-7, math.pi])
def test_equal_parallel_and_opposite_ends_are_joined_by_the_straight_line(angle):
    z0, z1 = ends(angle, lengths=(1.0, 2.0))
    torch.testing.assert_close(
        vae.interpolate(z0, z1, 5), torch.linspace(0, 1, 5)[:, None] * (z1 - z0) + z0
    )
    assert torch.equal(vae.interpolate(z0, z0, 3), z0.expand(3, 5))


@pytest.mark.parametrize("angle", [1e-5, 9e-5, 1.1e-4, 1e-3])
def test_arc_and_line_agree_where_one_takes_over_from_the_other(angle):
    z0, z1 = ends(angle, lengths=(1.0, 3.0))
    line = torch.linspace(0, 1, 5)[:, None] * (z1 - z0) + z0
    torch.testing.assert_close(vae.interpolate(z0, z1, 5), line, rtol=0, atol=1e-6)


def test_an_end_of_no_length_is_no_division_by_zero():
    z1, zero = torch.tensor([3.0, 4.0]), torch.zeros(2)
    arc = vae.interpolate(zero, z1, 3)
    torch.testing.assert_close(arc, torch.tensor([[0.0], [0.5**0.5], [1.0]]) * z1)
    assert not vae.interpolate(zero, zero, 3).any()


def test_the_arc_passes_the_gradient_to_both_ends():
    z0, z1 = (z.requires_grad_() for z in ends(1.0))
    arc = vae.interpolate(z0, z1, 3)
    slopes = torch.autograd.grad(arc[0].sum() + 2 * arc[-1].sum(), (z0, z1))
    torch.testing.assert_close(slopes, (torch.ones(5), torch.full((5,), 2.0)))


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (vae.mlp_vae(latent=5), (1, 28, 28)),
        (vae.conv_vae(latent=7), (3, 32, 32)),
        (vae.conv_vae((1, 8, 12), 8, 3, head=16), (1, 8, 12)),
    ],
)
def test_shapes_come_back_and_samples_lie_in_0_to_1(model, shape):
    images, generator = torch.rand(3, *shape), torch.Generator().manual_seed(0)
    logits, mean, log_var = model(images, torch.randn(3, model.latent))
    assert logits.shape == images.shape and mean.shape == log_var.shape == (3, model.latent)
    for made in (model.sample(3, generator), model.reconstruct(images)):
        assert made.shape == images.shape and 0 <= made.min() and made.max() <= 1
    again = model.sample(3, torch.Generator().manual_seed(0))
    assert torch.equal(again, model.sample(3, torch.Generator().manual_seed(0)))


def test_no_picture_can_ask_for_a_spread_beyond_the_bound():
    model = vae.mlp_vae(latent=4)
    _, log_var = model.encode(1e6 * torch.randn(8, 1, 28, 28))
    assert log_var.abs().max() <= vae.BOUND


@pytest.mark.parametrize("colour", [False, True])
def test_a_short_training_beats_the_mean_picture_and_keeps_the_bound(colour):
    images = emoji()[0][:512] if colour else fashion_mnist("train")[0][:2000]
    pictures = resident(images)
    torch.manual_seed(0)
    model = vae.conv_vae(latent=16) if colour else vae.mlp_vae(width=128, latent=8)
    generator = torch.Generator().manual_seed(0)

    def objective(model, batch):
        noise = torch.randn(len(batch), model.latent, generator=generator)
        return vae.negative_elbo(*_in_order(model, batch, noise))

    steps = train(
        model,
        objective,
        pictures,
        steps=60,
        batch_size=64,
        lr=2e-3,
        machine=choose("cpu"),
        clip=100.0,
    )
    losses = [step.loss for step in steps]
    batch = pictures.take(torch.arange(256))
    mean = batch.mean(0, keepdim=True).clamp(1e-3, 1 - 1e-3).logit().expand_as(batch)
    assert sum(losses[-10:]) / 10 < vae.bernoulli_nll(mean, batch).mean() < losses[0]


def _in_order(model, batch, noise):
    logits, mean, log_var = model(batch, noise)
    return logits, batch, mean, log_var


@pytest.mark.errors
def test_sides_that_cannot_be_halved_twice_are_named():
    with pytest.raises(ValueError, match=r"sides must be multiples of 4, .* got 30 x 32"):
        vae.conv_vae((3, 30, 32))


@pytest.mark.errors
@pytest.mark.parametrize(
    ("z0", "z1", "steps", "said"),
    [
        (torch.ones(3), torch.ones(4), 5, r"one length, got \(3,\) and \(4,\)"),
        (torch.ones(1, 3), torch.ones(1, 3), 5, r"got \(1, 3\) and \(1, 3\); take one row"),
        (torch.ones(3), torch.ones(3), 1, r"at least 2, for both ends are among them, got 1"),
    ],
)
def test_ends_and_steps_that_make_no_path_are_named(z0, z1, steps, said):
    with pytest.raises(ValueError, match=said):
        vae.interpolate(z0, z1, steps)
