"""Pictures from a Gaussian: the best denoiser, the flow and the fills are known exactly."""

import torch

from learnkit.models import diffusion

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
