"""A network that takes noise of any strength off a garment: lesson 07's own, trained for longer."""

import torch
from torch import nn

from learnkit.images.metrics import pooled_psnr
from learnkit.models.masked import CHUNK
from learnkit.recipes.base import Recipe
from learnkit.training.datasets import garments, unseen
from learnkit.training.photographs import psnr_objective


@torch.no_grad()
def measure(model: nn.Module) -> dict[str, float]:
    """PSNR pooled over 2,000 test garments, at two strengths of noise."""
    device = next(model.parameters()).device
    images = unseen(device).first(2000)
    noise = torch.randn(
        images.shape,
        generator=torch.Generator("cpu").manual_seed(0),
        dtype=torch.float32,
        device="cpu",
    ).to(device)

    def score(sigma: float) -> float:
        parts = (images + sigma * noise).split(CHUNK)
        mended = torch.cat([model(part) for part in parts]).clamp(0, 1)
        return pooled_psnr(mended[:, 0].cpu().numpy(), images[:, 0].cpu().numpy())

    return {f"PSNR at sigma {sigma}, dB": score(sigma) for sigma in (0.1, 0.2)}


RECIPE = Recipe(
    name="garment_denoiser",
    what="A network of dense blocks that takes noise of any strength off a garment.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=psnr_objective(blur=0.0, low=0.0, high=0.25, turned=False),
    measure=measure,
    steps=5_000,
    batch_size=64,
    lr=2e-3,
    clip=1.0,
)
