"""The variational autoencoder: pictures from, and to, distributions in a small latent space.

An encoder q(z | x) = N(μ, σ²) says where in the latent space a picture x may lie, a decoder
p(x | z) draws a picture from there. Both are trained to make the evidence lower bound large:

    log p(x) >= E_q[log p(x | z)] - KL(q(z | x) || N(0, I))

that is, to make `negative_elbo` small: the nats that it costs to send a picture by way of z.
Sampling z with its noise outside, z = μ + σ ε, lets the gradient through (the reparameterisation).
To invent a picture, draw z from N(0, I) and decode; between two pictures lies a path
(`interpolate`). Source: Kingma and Welling (2014).
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.models.blocks import residual_conv, residual_linear
from learnkit.tensors import Batch, Drawn, Images, Latents, Rows, Scalar, Vector

BOUND = 6.0  # of |log σ²|: an outlier's e^(log σ²) would else cost as much as all other pictures
FLAT = 1e-4  # sine of an angle below which an arc is a straight line, to float32's last digit
NLL = Callable[[Batch, Batch], Rows]


def reparameterize(mean: Batch, log_var: Batch, generator: torch.Generator | None = None) -> Batch:
    """z = μ + σ ε with ε from N(0, I), of the shape of `mean`; σ = e^(log σ² / 2).

    Source: Kingma and Welling (2014), section 2.4.
    """
    noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
    return mean + torch.exp(log_var / 2) * noise


def kl_divergence(mean: Latents, log_var: Latents) -> Rows:
    """KL(N(μ, σ²) || N(0, I)) of each row, in nats: (n, d), (n, d) to (n,). Appendix B.

    >>> kl_divergence(torch.tensor([[1.0, 0.0]]), torch.zeros(1, 2))
    tensor([0.5000])
    """
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)


# ---- what a picture costs, by its decoder's output: two (n, c, h, w) to (n,), nats ---------------


def bernoulli_nll(logits: Batch, images: Batch) -> Rows:
    """-log p(x | z) of Bernoulli pixels: binary cross-entropy, summed over the pixels.

    On grey pictures it is no likelihood, and has a floor: 189.86 nats a garment.
    """
    return _per_image(F.binary_cross_entropy_with_logits(logits, images, reduction="none"))


def gaussian_nll(logits: Batch, images: Batch, sigma: Scalar | float | None = None) -> Rows:
    """-log p(x | z) of Gaussian pixels of mean σ(logit) and standard deviation `sigma`.

    Where `sigma` is None it is the best there is for the batch, the root of its mean squared
    error: the sigma that a mean squared error hides. Source: Rybkin et al. (2021), section 3.1.
    """
    errors = (torch.sigmoid(logits) - images) ** 2
    variance = errors.mean() if sigma is None else torch.as_tensor(sigma) ** 2
    return _per_image(0.5 * (errors / variance + torch.log(2 * math.pi * variance)))


def negative_elbo(
    logits: Batch,
    images: Batch,
    mean: Latents,
    log_var: Latents,
    beta: float = 1.0,
    *,
    nll: NLL = bernoulli_nll,
) -> Scalar:
    """Mean over the pictures of (nll summed over the pixels + β KL), in nats.

    β = 1 is the bound; more asks for a smoother latent space, less for a sharper copy.
    Source: Kingma and Welling (2014), eq. 3; β, Higgins et al. (2017).
    """
    return (nll(logits, images) + beta * kl_divergence(mean, log_var)).mean()


def interpolate(z0: Vector, z1: Vector, steps: int) -> Float[Tensor, "{steps} d"]:
    """`steps` points on the arc from z0 to z1, both included: (d,), (d,) to (steps, d).

    sin((1 - t) Ω) / sin Ω z0 + sin(t Ω) / sin Ω z1, with Ω the angle between them. Draws from
    N(0, I) lie near a sphere, and the straight line cuts through its inside, where hardly any
    draw ever lay. Where Ω is 0 (equal or parallel ends) the arc is the straight line. So it is
    where the ends are opposite, since no single arc joins them; and 0, which has no direction,
    counts as at a right angle to every other end.
    Raises ValueError where the ends are no vectors of one length, or `steps` is below 2.
    Source: Shoemake (1985), Animating rotation with quaternion curves; White (2016), section 2.1.

    >>> interpolate(torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0]), 3)[1]
    tensor([1.4142, 1.4142])
    """
    if z0.ndim != 1 or z0.shape != z1.shape:
        raise ValueError(
            f"z0 and z1 must be two vectors of one length, got {tuple(z0.shape)} and "
            f"{tuple(z1.shape)}; take one row of each batch: z[i]"
        )
    if steps < 2:
        raise ValueError(f"steps must be at least 2, for both ends are among them, got {steps}")
    t = torch.linspace(0, 1, steps, device=z0.device, dtype=z0.dtype)[:, None]
    u0, u1 = F.normalize(z0, dim=0), F.normalize(z1, dim=0)
    angle = 2 * torch.atan2((u0 - u1).norm(), (u0 + u1).norm())  # arccos is blind to small angles
    if torch.sin(angle) < FLAT:
        return (1 - t) * z0 + t * z1
    return (torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1) / torch.sin(angle)


def _per_image(values: Batch) -> Rows:
    return values.flatten(1).sum(dim=1)


# ---- the network ---------------------------------------------------------------------------------


def gaussian(numbers: Float[Tensor, "n _"]) -> tuple[Latents, Latents]:
    """(μ, log σ²), each (n, d), from a layer's 2 d numbers; log σ² is bounded by ±6, smoothly."""
    mean, v = numbers.chunk(2, dim=1)
    return mean, BOUND * torch.tanh(v / BOUND)


class VAE(nn.Module):
    """An encoder and a decoder, with the latent space between them."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, latent: int) -> None:
        """`encoder` gives 2 `latent` numbers a picture, `decoder` takes `latent`, gives logits."""
        super().__init__()
        self.encoder, self.decoder, self.latent = encoder, decoder, latent

    def encode(self, images: Images) -> tuple[Latents, Latents]:
        """(μ, log σ²), each (n, latent); log σ² is bounded by ±6, smoothly."""
        return gaussian(self.encoder(images))

    def decode(self, z: Latents) -> Images:
        """(n, latent) to logits (n, c, h, w); their sigmoid is the picture."""
        return self.decoder(z)

    def forward(self, images: Images, noise: Latents) -> tuple[Images, Latents, Latents]:
        """(logits, μ, log σ²) by way of z = μ + σ `noise`, (n, latent)."""
        mean, log_var = self.encode(images)
        return self.decode(mean + torch.exp(log_var / 2) * noise), mean, log_var

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator | None = None) -> Drawn:
        """`count` pictures that were never there, (count, c, h, w) in [0, 1]."""
        like = next(self.parameters())
        shape = (count, self.latent)
        z = torch.randn(shape, generator=generator, device=like.device, dtype=like.dtype)
        return torch.sigmoid(self.decode(z))

    @torch.no_grad()
    def reconstruct(self, images: Images) -> Images:
        """Each picture encoded and decoded, with z the mean μ of its distribution."""
        return torch.sigmoid(self.decode(self.encode(images)[0]))


def mlp_vae(shape: tuple[int, int, int] = (1, 28, 28), width: int = 512, latent: int = 24) -> VAE:
    """Two layers each side, for small pictures (c, h, w): quick on a CPU."""
    pixels = math.prod(shape)
    encoder = nn.Sequential(
        nn.Flatten(),
        nn.Linear(pixels, width),
        nn.SiLU(),
        residual_linear(width),
        nn.LayerNorm(width),
        nn.Linear(width, 2 * latent),
    )
    decoder = nn.Sequential(
        nn.Linear(latent, width),
        nn.SiLU(),
        residual_linear(width),
        nn.LayerNorm(width),
        nn.Linear(width, pixels),
        nn.Unflatten(1, shape),
    )
    return VAE(encoder, decoder, latent)


def conv_vae(
    shape: tuple[int, int, int] = (3, 32, 32), width: int = 32, latent: int = 64, *, head: int = 0
) -> VAE:
    """Convolutions, for pictures (c, h, w) whose sides are multiples of four; halved twice.

    A `head` of that many numbers a layer stands between z and the first small picture: two
    residual layers, which can bend the latent space where one matrix only mixes it.
    Raises ValueError where a side is no multiple of four.
    """
    c, h, w = shape
    if h % 4 or w % 4:
        raise ValueError(f"sides must be multiples of 4, to be halved twice; got {h} x {w}")
    small = (2 * width, h // 4, w // 4)
    encoder = nn.Sequential(
        nn.Conv2d(c, width, 4, stride=2, padding=1),
        residual_conv(width),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
        residual_conv(2 * width),
        nn.SiLU(),
        nn.Flatten(),
        nn.Linear(math.prod(small), 2 * latent),
    )
    to_small: list[nn.Module] = [nn.Linear(latent, math.prod(small))]
    if head:
        layers = [residual_linear(head), residual_linear(head), nn.LayerNorm(head)]
        to_small = [nn.Linear(latent, head), nn.SiLU(), *layers, nn.Linear(head, math.prod(small))]
    decoder = nn.Sequential(
        *to_small,
        nn.Unflatten(1, small),
        residual_conv(2 * width),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),
        residual_conv(width),
        nn.SiLU(),
        nn.ConvTranspose2d(width, c, 4, stride=2, padding=1),
    )
    return VAE(encoder, decoder, latent)
