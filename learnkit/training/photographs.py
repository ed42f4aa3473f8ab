"""Photographs cut into tiles, damaged on the way to the network: what the restorers learn from.

The photographs are scikit-image's. Two of them are never shown in training: the astronaut and
Chelsea the cat.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.images.data import photograph
from learnkit.images.metrics import psnr
from learnkit.tensors import Floats, Images, Scalar
from learnkit.training import distributed
from learnkit.training.pictures import Pictures, as_image, resident

HELD_OUT = ("astronaut", "chelsea")
SHOWN = (
    "brick camera clock coffee coins grass gravel hubble ihc microaneurysms moon "
    "motorcycle_left page retina rocket text"
).split()
TILE = 64


def tiles(device: torch.device) -> Pictures:
    """Every photograph in colour, at full and at half size, in tiles of 64 x 64."""
    found = []
    for name in SHOWN:
        whole = photograph(name)
        for image in (whole, photograph(name, height=whole.shape[0] // 2)):
            steps = np.round(np.atleast_3d(image) * 255).astype(np.uint8)  # what `resident` keeps
            colour = np.broadcast_to(steps, (*steps.shape[:2], 3))
            rows = range(0, colour.shape[0] - TILE + 1, TILE // 2)
            columns = range(0, colour.shape[1] - TILE + 1, TILE // 2)
            found += [colour[i : i + TILE, j : j + TILE] for i in rows for j in columns]
    return resident(np.stack(found), device=device)


def damaged(images: Images, noise: Images, blur: float, sigma: Floats) -> Images:
    """The pictures blurred by a Gaussian of `blur` pixels, then under noise of spread `sigma`."""
    if blur:
        end = round(3 * blur)
        reach = torch.arange(-end, end + 1, device=images.device, dtype=images.dtype)
        line = torch.exp(-(reach**2) / (2 * blur**2))
        line = line / line.sum()
        c, side = images.shape[1], len(line) // 2
        padded = F.pad(images, (side,) * 4, mode="reflect")
        images = F.conv2d(padded, line.view(1, 1, -1, 1).repeat(c, 1, 1, 1), groups=c)
        images = F.conv2d(images, line.view(1, 1, 1, -1).repeat(c, 1, 1, 1), groups=c)
    return images + sigma * noise


def psnr_objective(blur: float, low: float, high: float, *, turned: bool = True) -> Callable:
    """Minus the mean PSNR of the mended pictures, in dB: each picture counts alike.

    Each is mirrored at random, transposed as well where `turned`, and has a noise of its own, of a
    strength from `low` to `high`.
    """

    def of(generator: torch.Generator) -> Callable[[nn.Module, Images], Scalar]:
        def minus_psnr(model: nn.Module, images: Images) -> Scalar:
            dice = distributed.rand((3, len(images), 1, 1, 1), generator, dim=1)
            if turned:
                images = torch.where(dice[0] < 0.5, images, images.transpose(2, 3))
            images = torch.where(dice[1] < 0.5, images, images.flip(3))
            noise = distributed.randn(images.shape, generator)
            noisy = damaged(images, noise, blur, low + (high - low) * dice[2])
            error = ((model(noisy).float() - images) ** 2).mean(dim=(1, 2, 3))
            return 10 * torch.log10(error + 1e-5).mean()

        return minus_psnr

    return of


@torch.no_grad()
def psnr_of_held_out(model: nn.Module, blur: float, sigma: float) -> float:
    """PSNR in dB of the held-out photographs, each damaged, mended, and scored; their mean."""
    device, scores = next(model.parameters()).device, []
    for seed, name in enumerate(HELD_OUT):
        truth = torch.from_numpy(photograph(name)).float().permute(2, 0, 1)[None]
        dice = torch.Generator("cpu").manual_seed(seed)
        noise = torch.randn(truth.shape, generator=dice, dtype=torch.float32, device="cpu")
        strength = torch.tensor(sigma, dtype=torch.float32, device="cpu")
        noisy = damaged(truth, noise, blur, strength).to(device)
        scores.append(psnr(as_image(model(noisy)[0]), as_image(truth[0])))
    return float(np.mean(scores))
