import copy
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.images.data import fashion_mnist
from learnkit.images.ring import centres, modes_found, share_on_ring
from learnkit.models import gan
from learnkit.training.pictures import resident

LOSSES = {  # name: (loss, its definition written with the probability D = σ(logit), or the logits)
    "discriminator": (
        gan.discriminator_loss,
        lambda r, f: -r.sigmoid().log().mean() - (1 - f.sigmoid()).log().mean(),
    ),
    "generator": (gan.generator_loss, lambda f: -f.sigmoid().log().mean()),
}


def logits(name, seed=0):
    """Float64 logits for each argument: of a loss of two, five real ones and three fakes."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (4,) if name == "generator" else (5, 3)
    draw = [2 * torch.randn(n, 1, generator=generator, dtype=torch.float64) for n in sizes]
    return [x.requires_grad_() for x in draw]


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_its_definition_and_its_slope_that_of_finite_differences(name):
    loss, definition = LOSSES[name]
    x = logits(name)
    torch.testing.assert_close(loss(*x), definition(*x))
    assert torch.autograd.gradcheck(loss, x)


@pytest.mark.parametrize("name", LOSSES)
def test_a_sure_discriminator_makes_no_loss_overflow(name):
    x = [torch.tensor([[-200.0], [200.0]], requires_grad=True) for _ in logits(name)]
    value = LOSSES[name][0](*x)
    value.backward()
    assert abs(value.item()) == pytest.approx(100 * len(x))
    assert all(each.grad.isfinite().all() for each in x)


def test_the_generator_learns_most_where_its_fakes_are_seen_through():
    seen_through = torch.tensor([[-12.0]], requires_grad=True)
    gan.generator_loss(seen_through).backward()
    assert seen_through.grad.item() == pytest.approx(-1.0, abs=1e-4)


def test_one_who_cannot_tell_pays_two_log_two():
    zero = torch.zeros(6, 1)
    assert gan.discriminator_loss(zero, zero).item() == pytest.approx(2 * math.log(2))


def test_the_best_discriminator_knows_the_ratio_of_the_densities():
    """Three places, seen p times among the real ones and q times among the fakes: logit log p/q."""
    p, q = torch.tensor([4, 1, 3]), torch.tensor([2, 2, 4])
    best = (p / q).log().requires_grad_()
    real, fake = best.repeat_interleave(p)[:, None], best.repeat_interleave(q)[:, None]
    gan.discriminator_loss(real, fake).backward()
    torch.testing.assert_close(best.grad, torch.zeros(3))


# ---- a penalty -----------------------------------------------------------------------------------


def linear(*slope):
    critic = nn.Linear(len(slope), 1)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([slope]))
    return critic


def test_the_penalty_of_a_linear_critic_is_known():
    real = torch.randn(7, 2, generator=torch.Generator().manual_seed(0))
    critic = linear(3.0, 4.0)  # its slope is 5 everywhere
    assert gan.r1_penalty(critic, real).item() == pytest.approx(5**2)


def test_a_penalty_teaches_the_critic_and_gives_the_pictures_no_gradient():
    torch.manual_seed(0)
    critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    real = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    gan.r1_penalty(critic, real).backward()
    assert critic[0].weight.grad.any() and real.grad is None

    def r1_of(weight):
        def judge(x):
            return torch.tanh(x @ weight.T) @ critic[2].weight.T

        return gan.r1_penalty(judge, real.detach())

    assert torch.autograd.gradcheck(r1_of, critic[0].weight.detach().requires_grad_())


# ---- networks ------------------------------------------------------------------------------------

NETWORKS = {
    "dcgan": ((1, 28, 28), lambda: gan.dcgan(width=8, latent=5)),
    "dcgan in colour": ((3, 32, 32), lambda: gan.dcgan((3, 32, 32), width=8, latent=5)),
    "mlp": ((1, 28, 28), lambda: gan.mlp_gan(width=16, latent=5)),
    "points": ((2,), lambda: gan.mlp_gan((2,), width=16, latent=5)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes_fit_and_samples_repeat_with_their_seed(name):
    shape, make = NETWORKS[name]
    generator, discriminator = make()
    made = generator.sample(6, torch.Generator().manual_seed(0))
    assert made.shape == (6, *shape) and not made.requires_grad
    assert discriminator(made).shape == (6, 1)
    assert torch.equal(made, generator.sample(6, torch.Generator().manual_seed(0)))
    if len(shape) == 3:
        assert made.min() >= 0 and made.max() <= 1 and made.std() > 0


@pytest.mark.parametrize("training", [True, False])
def test_sampling_takes_eval_mode_and_leaves_everything_as_it_was(training):
    generator = gan.dcgan(width=8, latent=5)[0].train(training)
    before = copy.deepcopy(generator.state_dict())
    made = generator.sample(9, torch.Generator().manual_seed(0))
    assert generator.training == training
    assert all(torch.equal(before[key], value) for key, value in generator.state_dict().items())
    z = torch.randn(9, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(made[:1], generator.eval()(z[:1]))  # no neighbour has a say


def test_weights_begin_as_the_paper_says():
    torch.manual_seed(0)
    for network in gan.dcgan(width=64):
        layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
        wide = max(layers, key=lambda layer: layer.weight.numel()).weight
        assert wide.std().item() == pytest.approx(0.02, rel=0.02)
        assert abs(wide.mean().item()) < 1e-3


def test_the_discriminator_judges_each_picture_by_itself():
    for make in (make for _, make in NETWORKS.values()):
        generator, discriminator = make()
        made = generator.sample(4)
        torch.testing.assert_close(discriminator(made)[:1], discriminator(made[:1]))


@pytest.mark.errors
def test_sides_that_cannot_be_doubled_twice_are_named():
    with pytest.raises(ValueError, match=r"sides must be multiples of 4, .* got 30 x 28"):
        gan.dcgan((1, 30, 28))


# ---- the two steps -------------------------------------------------------------------------------


def a_game(seed=0, lr=0.1):
    torch.manual_seed(seed)
    generator, discriminator = gan.mlp_gan((2,), width=8, latent=3)
    optimizers = [torch.optim.SGD(n.parameters(), lr=lr) for n in (generator, discriminator)]
    real = gan.ring(16, torch.Generator().manual_seed(seed))
    return generator, discriminator, real, optimizers


def test_a_step_of_the_game_is_the_two_steps_written_out():
    generator, discriminator, real, (g_optimizer, d_optimizer) = a_game()
    g, d = copy.deepcopy((generator, discriminator))
    losses = gan.gan_step(
        generator,
        discriminator,
        real,
        g_optimizer=g_optimizer,
        d_optimizer=d_optimizer,
        noise=torch.Generator().manual_seed(1),
        penalty=lambda critic, real, fake: 0.3 * gan.r1_penalty(critic, real),
    )
    z = torch.randn(2, 16, 3, generator=torch.Generator().manual_seed(1))
    real_says, fake_says = d(real), d(g(z[0]).detach())
    judged = F.softplus(-real_says).mean() + F.softplus(fake_says).mean()
    steep = torch.autograd.grad(judged + 0.3 * gan.r1_penalty(d, real), list(d.parameters()))
    with torch.no_grad():
        for p, slope in zip(d.parameters(), steep, strict=True):
            p -= 0.1 * slope
    fooled = F.softplus(-d(g(z[1]))).mean()
    steep = torch.autograd.grad(fooled, list(g.parameters()))
    with torch.no_grad():
        for p, slope in zip(g.parameters(), steep, strict=True):
            p -= 0.1 * slope
    assert list(losses) == ["discriminator", "generator"]
    torch.testing.assert_close(losses, {"discriminator": judged, "generator": fooled})
    for mine, theirs in ((generator, g), (discriminator, d)):
        torch.testing.assert_close(dict(mine.named_parameters()), dict(theirs.named_parameters()))
    assert all(p.requires_grad for p in discriminator.parameters())


def test_a_short_game_over_garments_draws_more_like_them():
    """By the grey levels' mean and spread at each pixel, which a new generator has all wrong."""
    batch = resident(fashion_mnist("train")[0][:1000]).take(torch.arange(1000))
    torch.manual_seed(0)
    generator, discriminator = gan.dcgan(width=16, latent=16)
    options = {"lr": 1e-3, "betas": (0.0, 0.99)}
    g_optimizer = torch.optim.Adam(generator.parameters(), **options)
    d_optimizer = torch.optim.Adam(discriminator.parameters(), **options)
    noise = torch.Generator().manual_seed(0)

    def distance():
        made = generator.sample(500, torch.Generator().manual_seed(1))
        gaps = made.mean(0) - batch.mean(0), made.std(0) - batch.std(0)
        return sum(gap.square().mean().item() for gap in gaps)

    before = distance()
    for _ in range(60):
        real = batch[torch.randperm(1000, generator=noise)[:64]]
        gan.gan_step(
            generator,
            discriminator,
            real,
            g_optimizer=g_optimizer,
            d_optimizer=d_optimizer,
            noise=noise,
        )
    assert distance() < before / 2


# ---- the ring ------------------------------------------------------------------------------------


def test_the_ring_has_eight_blobs_of_the_spread_that_it_says():
    points = gan.ring(80_000, torch.Generator().manual_seed(0))
    assert points.shape == (80_000, 2) and points.dtype == torch.float32
    values = points.double().numpy()
    assert modes_found(values) == 8 and share_on_ring(values) > 0.999
    far = np.linalg.norm(values[:, None] - centres(), axis=2)
    nearest = far.argmin(axis=1)
    np.testing.assert_allclose(np.bincount(nearest) / 80_000, 1 / 8, atol=0.004)
    spread = (values - centres()[nearest]).std(axis=0)
    np.testing.assert_allclose(spread, 0.05, rtol=0.02)
    assert torch.equal(gan.ring(5, torch.Generator().manual_seed(3)), gan.ring(5, _again(3)))


def _again(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.slow
def test_a_quick_generator_collapses_and_one_that_is_matched_finds_all_eight():
    """One number differs, the discriminator's learning rate: the pair that the lesson shows."""

    def found(d_lr, steps):
        torch.manual_seed(0)
        generator, discriminator = gan.mlp_gan((2,), width=128, latent=2)
        betas = (0.5, 0.99)
        g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=betas)
        d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=d_lr, betas=betas)
        noise = torch.Generator().manual_seed(0)
        for _ in range(steps):
            gan.gan_step(
                generator,
                discriminator,
                gan.ring(128, noise),
                g_optimizer=g_optimizer,
                d_optimizer=d_optimizer,
                noise=noise,
            )
        return modes_found(generator.sample(1000, _again(1)).double().numpy())

    assert found(1e-4, 400) <= 2
    assert found(1e-3, 1200) == 8


def test_the_ring_is_drawn_where_its_generator_is():
    dice = torch.Generator("cpu").manual_seed(0)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("meta"):
            points = gan.ring(8, dice)
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(points, gan.ring(8, torch.Generator().manual_seed(0)))
    assert points.device.type == "cpu" and points.dtype == torch.float32
