"""Pictures from a Gaussian: the best denoiser, the flow and the fills are known exactly."""

import torch
from torch import nn

from learnkit.models import diffusion, painter

SIDE = 6


def world(std=0.3, length=2.0):
    """Mean (d,) and covariance (d, d) of pictures whose near pixels are alike, in [-1, 1]."""
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    places = torch.stack([rows.flatten(), columns.flatten()], 1).double()
    cov = std**2 * torch.exp(-(torch.cdist(places, places) ** 2) / (2 * length**2))
    eye = torch.eye(SIDE**2, dtype=torch.float64)
    return torch.linspace(-0.3, 0.3, SIDE**2, dtype=torch.float64), cov + 1e-4 * eye


def denoiser(mean, cov, alpha_bar):
    """E[ε | xt] = √(1 - ᾱ) (ᾱ C + (1 - ᾱ) I)⁻¹ (xt - √ᾱ m), which no network can beat."""
    spectrum, basis = (part.to(alpha_bar.dtype) for part in torch.linalg.eigh(cov))
    mean = mean.to(alpha_bar.dtype)

    def model(xt, t):
        a = diffusion.level(alpha_bar, t, xt).reshape(-1, 1)
        z = (xt.flatten(1) - a.sqrt() * mean) @ basis
        return ((1 - a).sqrt() * z / (a * spectrum + 1 - a) @ basis.T).reshape(xt.shape)

    return model


def conditional(mean, cov, hole, x):
    """Mean and covariance of the hole (d,) given the rest of x (d,)."""
    known = ~hole
    gain = cov[hole][:, known] @ torch.linalg.inv(cov[known][:, known])
    return mean[hole] + gain @ (x - mean)[known], cov[hole][:, hole] - gain @ cov[known][:, hole]


def distance(samples, mean, cov):
    """Frechet distance of the samples to N(mean, cov), in units of the trace of cov."""
    m, c, root = samples.double().mean(0), torch.cov(samples.double().T), _root(cov)
    spread = (cov + c - 2 * _root(root @ c @ root)).trace()
    return (((m - mean).square().sum() + spread) / cov.trace()).item()


def _root(matrix):
    spectrum, basis = torch.linalg.eigh(matrix)
    return (basis * spectrum.clamp(min=0).sqrt()) @ basis.T


class Says(nn.Module):
    """A stand-in for a network: says what a function says."""

    def __init__(self, what):
        super().__init__()
        self.what = what

    def forward(self, *told):
        return self.what(*told)


def grain_painter(std, *, share=1.0):
    """A painter of grey pictures whose pixels are independent, with this `std`, in [0, 1].

    Its linear fill is solved by hand, and its network says `share` of the best F. With L the
    variance in [-1, 1], E[x0 - g | xt] = √ᾱ L / (ᾱ L + 1 - ᾱ) (xt - √ᾱ g).
    """
    model = painter.Painter(width=16, depth=1)
    pixel = torch.arange(784)
    model.linear.mean.fill_(0.5)
    model.linear.triangle[pixel * (pixel + 1) // 2 + pixel] = std
    spread = (2 * std) ** 2

    def best(seen, time):
        a = diffusion.level(model.alpha_bar, (time * len(model.alpha_bar)).round().long(), seen)
        xt, g, _hole = seen.split(1, dim=1)
        x0 = g + a.sqrt() * spread / (a * spread + 1 - a) * (xt - a.sqrt() * g)
        eps = (xt - a.sqrt() * x0) / (1 - a).sqrt()
        return share * (a.sqrt() * eps - (1 - a).sqrt() * (x0 - g))

    model.unet = Says(best)
    return model
