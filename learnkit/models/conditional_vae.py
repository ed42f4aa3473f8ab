"""One model that invents pictures and fills holes; and the VAE of lesson 08, which fills by search.

A variational autoencoder of what is missing, given what is known. The prior p(z | cut, hole) sees
the known pixels alone, the encoder q(z | x, hole) the whole picture, and the decoder paints the
hole from z and from what the prior saw. Training makes the hole's negative evidence lower bound
small:

    -log p(hole | known) <= E_q[-log p(hole | z, known)] + KL(q || p)

Each draw of z from the prior is another fill. Where the hole covers everything nothing is known,
and a fill is a picture invented: synthesis and inpainting are one task. Source: Sohn, Lee and Yan
(2015); with holes of every shape and one reading of both, Ivanov, Figurnov and Vetrov (2019).
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from learnkit.models.blocks import residual_linear
from learnkit.models.masked import (
    Draws,
    check_holes,
    check_pictures_of,
    composite,
    cut,
    draws_like,
    nothing_known,
)
from learnkit.models.vae import gaussian, reparameterize
from learnkit.shapes import check_at_least
from learnkit.tensors import Drawn, Fills, Hole, Images, Latents, Rows, Scalar

Decode = Callable[[Latents], Images]  # z to pictures in [0, 1]
Encode = Callable[[Images, Hole], tuple[Latents, Latents]]  # to (μ, log σ²) of z


def kl_between(q_mean: Latents, q_log_var: Latents, p_mean: Latents, p_log_var: Latents) -> Rows:
    """KL(q || p) of two diagonal Gaussians, in nats, of each row: four (n, d) to (n,).

    ½ Σ (log σ_p² - log σ_q² + (σ_q² + (μ_q - μ_p)²) / σ_p² - 1); 0 where q is p.

    >>> one = torch.ones(1, 1)
    >>> kl_between(one, 0 * one, 3 * one, 0 * one)
    tensor([2.])
    """
    apart = (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp()
    return 0.5 * (p_log_var - q_log_var + apart - 1).sum(dim=1)


def masked_negative_elbo(
    logits: Images,
    images: Images,
    hole: Hole,
    q_mean: Latents,
    q_log_var: Latents,
    p_mean: Latents,
    p_log_var: Latents,
) -> Scalar:
    """Mean over the pictures of (cross-entropy summed over the hole + KL(q || p)), in nats.

    `logits` and `images` (n, c, h, w), `hole` (n, 1, h, w) bool; a known pixel costs nothing.
    Source: Sohn et al. (2015), eq. 4, with the loss of Ivanov et al. (2019), eq. 6.
    """
    check_holes(images, hole)
    nats = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    nats = torch.where(hole, nats, 0.0).flatten(1).sum(dim=1)
    return (nats + kl_between(q_mean, q_log_var, p_mean, p_log_var)).mean()


def latent_step(
    z: Latents,
    decode: Decode,
    image: Images,
    hole: Hole,
    lr: float,
    sigma: float = 0.1,
) -> Latents:
    """z (n, d) after one step down Σ_known (decode(z) - x)² / (2 σ²) + |z|² / 2; no graph.

    That is -log p(z | known) but for a constant, where pixels are Gaussians of width `sigma`. It
    is summed over the pictures, so that each z moves by its own slope alone. z stays as it was.
    """
    check_holes(image, hole)
    with torch.enable_grad():
        at = z.detach().requires_grad_()
        wrong = torch.where(hole, 0.0, decode(at) - image)
        energy = (wrong**2).sum() / (2 * sigma**2) + (at**2).sum() / 2
        (slope,) = torch.autograd.grad(energy, at)
    return (at - lr * slope).detach()


def sample_fills(
    encode: Encode,
    decode: Decode,
    image: Images,
    hole: Hole,
    count: int,
    generator: torch.Generator | None,
) -> Fills:
    """`count` fills of each picture, (count, n, c, h, w), each from a z of its own.

    `encode(cut, hole)` gives (μ, log σ²) of z, `decode(z)` pictures in [0, 1]. The truth under the
    hole is cut out before anything sees it; known pixels come back bit for bit.
    """
    check_holes(image, hole)
    mean, log_var = encode(torch.where(hole, 0.0, image), hole)
    z = reparameterize(
        mean.expand(count, *mean.shape), log_var.expand(count, *mean.shape), generator
    )
    made = decode(z.flatten(0, 1)).unflatten(0, (count, -1))
    return torch.where(hole, made, image)


# ---- the network ---------------------------------------------------------------------------------


class ConditionalVAE(Draws, nn.Module):
    """Encoder, prior and decoder; encoder and prior share the layer that reads a picture (`eyes`).

    For small pictures (c, h, w); linear layers throughout, which are quick on a CPU.
    """

    def __init__(
        self, shape: tuple[int, int, int] = (1, 28, 28), width: int = 192, latent: int = 32
    ) -> None:
        """`width` features a picture, and `latent` numbers for what they leave open."""
        super().__init__()
        c, h, w = shape
        self.shape, self.latent = shape, latent
        self.eyes = nn.Sequential(
            nn.Linear((c + 1) * h * w, width), nn.SiLU(), residual_linear(width)
        )
        self.prior = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * latent))
        self.encoder = nn.Sequential(
            nn.LayerNorm(2 * width),
            nn.Linear(2 * width, width),
            nn.SiLU(),
            nn.Linear(width, 2 * latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent + width, width),
            nn.SiLU(),
            residual_linear(width),
            residual_linear(width),
            nn.LayerNorm(width),
            nn.Linear(width, math.prod(shape)),
            nn.Unflatten(1, shape),
        )

    def features(self, images: Images, hole: Hole) -> Float[Tensor, "n _"]:
        """Features (n, width) of the picture and of where its hole is."""
        check_pictures_of(images, self.shape)
        hole = hole.expand(len(images), -1, -1, -1)
        return self.eyes(torch.cat([images.flatten(1), hole.flatten(1).to(images.dtype)], dim=1))

    def prior_of(self, images: Images, hole: Hole) -> tuple[Float[Tensor, "n _"], Latents, Latents]:
        """(features of the known, p's mean, p's log variance): the truth is cut out first."""
        context = self.features(cut(images, hole), hole)
        return context, *gaussian(self.prior(context))

    def decode(self, z: Latents, context: Float[Tensor, "n _"]) -> Images:
        """Logits (n, c, h, w) from z (n, latent) and the features of the known (n, width)."""
        return self.decoder(torch.cat([z, context], dim=1))

    def forward(
        self, images: Images, hole: Hole, noise: Latents
    ) -> tuple[Images, Latents, Latents, Latents, Latents]:
        """(logits, q's mean, q's log variance, p's mean, p's log variance), z = μ_q + σ_q `noise`.

        In the order that `masked_negative_elbo` takes them, after pictures and hole.
        """
        context, p_mean, p_log_var = self.prior_of(images, hole)
        both = torch.cat([self.features(images, hole), context], dim=1)
        q_mean, q_log_var = gaussian(self.encoder(both))
        q_mean = q_mean + p_mean  # the encoder predicts how q differs from p
        logits = self.decode(q_mean + torch.exp(q_log_var / 2) * noise, context)
        return logits, q_mean, q_log_var, p_mean, p_log_var

    @torch.no_grad()
    def fills(
        self,
        images: Images,
        hole: Hole,
        count: int,
        generator: torch.Generator | None = None,
        *,
        opposite: bool = False,
        temperature: float = 1.0,
    ) -> Fills:
        """`count` fills of each picture, (count, n, c, h, w); known pixels come back bit for bit.

        `temperature` multiplies the prior's σ: 0 is its mean every time, 1 a draw from it.
        `opposite` is that of `draws_like`. `hole` is (n, 1, h, w), or (1, 1, h, w) for all. Raises
        ValueError where it is neither, the pictures are of another size than the network's, or
        `count` is below 1.
        """
        check_at_least(1, count=count)
        check_holes(images, hole)
        context, mean, log_var = self.prior_of(images.to(next(self.parameters()).dtype), hole)
        noise = draws_like(mean, count, generator, opposite=opposite)
        made = [
            torch.sigmoid(self.decode(mean + temperature * torch.exp(log_var / 2) * eps, context))
            for eps in noise
        ]
        return composite(torch.stack(made), images, hole)

    def sample(self, count: int, generator: torch.Generator | None = None) -> Drawn:
        """`count` pictures that were never there: fills of a hole that covers everything."""
        check_at_least(1, count=count)
        return self.fill(*nothing_known(count, self.shape, next(self.parameters())), generator)
