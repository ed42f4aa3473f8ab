"""Generative adversarial networks: one network draws, a second judges, and each learns from it.

A generator turns noise z into a picture G(z); a discriminator gives one number a picture, the
logit of "this one is real". They play

    min over G, max over D of  E log D(x) + E log(1 - D(G(z))),   D = σ(logit)

in turns: a step of the discriminator on `discriminator_loss`, a step of the generator on
`generator_loss` (`gan_step` does both). Every loss here takes logits of any shape and is a mean
over all of them. Source: Goodfellow et al. (2014), Generative Adversarial Nets.
"""

import contextlib
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.images import ring as circle
from learnkit.tensors import Batch, Floats, Latents, Scalar

Judge = Callable[[Batch], Floats]  # a network, or any function of pictures
Penalty = Callable[[Judge, Batch, Batch], Scalar]

# ---- the game of 2014 ----------------------------------------------------------------------------


def discriminator_loss(real_logits: Floats, fake_logits: Floats) -> Scalar:
    """-E log D(x) - E log(1 - D(G(z))): real against 1, fake against 0, the two means added.

    2 log 2 = 1.386 is the loss of one who cannot tell. Source: Goodfellow et al. (2014), eq. 1.

    >>> discriminator_loss(torch.zeros(2, 1), torch.zeros(3, 1))
    tensor(1.3863)
    """
    real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return real + fake


def generator_loss(fake_logits: Floats) -> Scalar:
    """-E log D(G(z)), the non-saturating form: fake against 1.

    Where D is sure that G's pictures are fake, its slope is -1; that of the minimax game's
    E log(1 - D(G(z))) is 0 there, and G learns nothing.
    Source: Goodfellow et al. (2014), section 3.
    """
    target = torch.ones_like(fake_logits)
    return F.binary_cross_entropy_with_logits(fake_logits, target)


# ---- a penalty -----------------------------------------------------------------------------------


def r1_penalty(discriminator: Judge, real: Batch) -> Scalar:
    """E |∇D(x)|², D's squared gradient at the real pictures: it keeps D flat near them.

    Source: Mescheder et al. (2018), eq. 9, without its γ/2.
    """
    return _slopes(discriminator, real).square().sum(dim=1).mean()


def _slopes(network: Judge, x: Batch) -> Float[Tensor, "n _"]:
    """The gradient of each row's own output by that row, (n, numbers), to be differentiated."""
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    return slopes.flatten(1)


# ---- the networks --------------------------------------------------------------------------------


class Generator(nn.Module):
    """Noise (n, latent) to pictures in [0, 1], or to points."""

    def __init__(self, layers: nn.Module, latent: int) -> None:
        """`layers` take `latent` numbers a picture."""
        super().__init__()
        self.layers, self.latent = layers, latent

    def forward(self, z: Latents) -> Float[Tensor, "n ..."]:
        """One picture a row of z."""
        return self.layers(z)

    def noise(
        self, count: int, generator: torch.Generator | None = None
    ) -> Float[Tensor, "{count} _"]:
        """z for `count` pictures, from N(0, I)."""
        like = next(self.parameters())
        return torch.randn(
            count, self.latent, generator=generator, device=like.device, dtype=like.dtype
        )

    @torch.no_grad()
    def sample(
        self, count: int, generator: torch.Generator | None = None
    ) -> Float[Tensor, "{count} ..."]:
        """`count` pictures that were never there, (count, c, h, w) in [0, 1].

        Drawn in eval mode, so that a picture does not hang on its neighbours in the batch and no
        batch norm takes note; the network is left in the mode that it came in.
        """
        training = self.training
        self.eval()
        try:
            return self(self.noise(count, generator))
        finally:
            self.train(training)


class _Scale(nn.Module):
    """x a + b: from [-1, 1], where tanh ends, to [0, 1] and back."""

    def __init__(self, a: float, b: float) -> None:
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x: Batch) -> Batch:
        return x * self.a + self.b


def dcgan(
    shape: tuple[int, int, int] = (1, 28, 28),
    width: int = 64,
    latent: int = 64,
) -> tuple[Generator, nn.Module]:
    """(generator, discriminator) of convolutions, for pictures whose sides are multiples of four.

    Strides in place of pooling, batch norm in the generator, a leak in the discriminator's ReLU,
    weights from N(0, 0.02²). The discriminator has no batch norm, so that it judges each picture
    by itself, as the penalty asks.
    Raises ValueError where a side is no multiple of four.
    Source: Radford et al. (2016), section 3.
    """
    c, h, w = shape
    if h % 4 or w % 4:
        raise ValueError(f"sides must be multiples of 4, to be doubled twice; got {h} x {w}")
    small = (2 * width, h // 4, w // 4)
    generator = nn.Sequential(
        nn.Linear(latent, math.prod(small), bias=False),
        nn.Unflatten(1, small),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, c, 4, stride=2, padding=1),
        nn.Tanh(),
        _Scale(0.5, 0.5),
    )
    discriminator = nn.Sequential(
        _Scale(2.0, -1.0),
        nn.Conv2d(c, width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(math.prod(small), 1),
    )
    for layer in [*generator, *discriminator]:
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 0.02)
    return Generator(generator, latent), discriminator


def mlp_gan(
    shape: tuple[int, ...] = (1, 28, 28), width: int = 256, latent: int = 64
) -> tuple[Generator, nn.Module]:
    """(generator, discriminator) of two hidden layers each, for small pictures (c, h, w).

    With `shape` (2,) the generator makes points of the plane, which lie wherever they like.
    """
    numbers, points = math.prod(shape), len(shape) == 1
    end = [] if points else [nn.Tanh(), _Scale(0.5, 0.5), nn.Unflatten(1, shape)]
    begin = [] if points else [nn.Flatten(), _Scale(2.0, -1.0)]
    generator = nn.Sequential(
        nn.Linear(latent, width),
        nn.ReLU(),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Linear(width, numbers),
        *end,
    )
    discriminator = nn.Sequential(
        *begin,
        nn.Linear(numbers, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, 1),
    )
    return Generator(generator, latent), discriminator


# ---- the two steps -------------------------------------------------------------------------------


def gan_step(
    generator: Generator,
    discriminator: nn.Module,
    real: Batch,
    *,
    g_optimizer: torch.optim.Optimizer,
    d_optimizer: torch.optim.Optimizer,
    noise: torch.Generator | None = None,
    penalty: Penalty | None = None,
    autocast: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext,
) -> dict[str, Scalar]:
    """A step of the discriminator, then one of the generator: their two losses, before the steps.

    Each step draws its own z from `noise`. `penalty(discriminator, real, fake)` is added to the
    discriminator's loss, weighed already, and never under `autocast`: it is a slope of a slope.
    """
    z = generator.noise(len(real), noise)
    with torch.no_grad(), autocast():
        fake = generator(z).float()
    with autocast():
        judged = discriminator_loss(discriminator(real).float(), discriminator(fake).float())
    extra = 0.0 if penalty is None else penalty(discriminator, real, fake)
    d_optimizer.zero_grad(set_to_none=True)
    (judged + extra).backward()
    d_optimizer.step()

    z = generator.noise(len(real), noise)
    discriminator.requires_grad_(False)  # its weights are not asked: a third of the work is saved
    with autocast():
        fooled = generator_loss(discriminator(generator(z)).float())
    g_optimizer.zero_grad(set_to_none=True)
    fooled.backward()
    g_optimizer.step()
    discriminator.requires_grad_(True)
    return {"discriminator": judged.detach(), "generator": fooled.detach()}


# ---- the ring ------------------------------------------------------------------------------------


def ring(
    count: int,
    generator: torch.Generator | None = None,
    *,
    blobs: int = circle.BLOBS,
    radius: float = circle.RADIUS,
    sigma: float = circle.SIGMA,
) -> Float[Tensor, "{count} 2"]:
    """Points (count, 2) of `blobs` Gaussians on a circle, each as likely as the next."""
    device = torch.device("cpu") if generator is None else generator.device
    centres = torch.from_numpy(circle.centres(blobs, radius)).float().to(device)
    near = centres[torch.randint(blobs, (count,), generator=generator, device=device)]
    away = torch.randn(count, 2, dtype=torch.float32, generator=generator, device=device)
    return near + sigma * away
