"""Latent search beside a small Deep Image Prior: time a picture, and PSNR in the hole.

The peer is a convolutional network on fixed noise, fitted to the known pixels of one garment for
STEPS steps of Adam. It is given its best moment by the truth in the hole, which nobody would have:
its PSNR here is more than it is worth. Source: Ulyanov, Vedaldi and Lempitsky (2018).
"""

import math
import time
from collections.abc import Iterator

import torch
from torch import nn

from learnkit.holes.draw import box
from learnkit.images.data import fashion_mnist
from learnkit.models.latent_search import latent_search
from learnkit.models.pretrained import pretrained

STEPS, GARMENTS = 300, 12
HOLES = {"centre 14x14": (14, 15.42), "centre 10x10": (10, 16.08)}  # side, dB of linear MMSE


def run() -> Iterator[tuple[str, float, str]]:
    """The time of 10,000 garments, PSNR against linear MMSE, and both against the peer."""
    images = torch.from_numpy(fashion_mnist("test")[0]).float()[:, None] / 255
    model = pretrained("vae").requires_grad_(False)

    def search(x: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        generator = torch.Generator().manual_seed(0)
        return latent_search(
            lambda z: torch.sigmoid(model.decode(z)), x, hole, model.latent, generator=generator
        )

    for kind, (side, linear) in HOLES.items():
        hole = torch.from_numpy(box((28, 28), height=side, width=side))[None, None]
        found = psnr(search(images[:500], hole), images[:500], hole)
        detail = f"{found:.2f} dB against {linear} dB"
        yield f"latent search: {kind}, by linear MMSE", 10 ** ((found - linear) / 10), detail
    hole = torch.from_numpy(box((28, 28), height=14, width=14))[None, None]
    began = time.perf_counter()
    fills = search(images, hole)
    seconds = time.perf_counter() - began
    budget = 120 / min(2, torch.get_num_threads())
    detail = f"{seconds:.1f} s against {budget:.0f} s"
    yield "latent search: 10,000 garments", budget / seconds, detail

    began = time.perf_counter()
    peers = torch.cat([deep_image_prior(x, hole) for x in images[:GARMENTS, None]])
    each = (time.perf_counter() - began) / GARMENTS
    ratio = each / (seconds / len(images))
    detail = f"{1e5 * seconds / len(images):.0f} ms/100 against {each:.2f} s each"
    yield "latent search: a picture, 100 times asked", ratio / 100, detail
    ours, theirs = (psnr(x[:GARMENTS], images[:GARMENTS], hole) for x in (fills, peers))
    detail = f"{ours:.2f} dB against {theirs:.2f} dB"
    yield "latent search: PSNR by Deep Image Prior", 10 ** ((ours - theirs) / 10), detail


def psnr(pred: torch.Tensor, target: torch.Tensor, hole: torch.Tensor) -> float:
    """Over all hole pixels together, in dB."""
    return -10 * math.log10((pred - target).square()[hole.expand_as(target)].mean().item())


def deep_image_prior(x: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """One garment (1, 1, h, w) filled by an untrained network, stopped when it is best."""
    torch.manual_seed(0)
    noise = 0.1 * torch.randn(1, 16, 14, 14)
    layers = [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)]
    for i in range(4):
        layers += [nn.Conv2d(16 if i == 0 else 32, 32, 3, padding=1), nn.BatchNorm2d(32)]
        layers += [nn.LeakyReLU(0.2)]
    network = nn.Sequential(*layers, nn.Conv2d(32, 1, 1), nn.Sigmoid())
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    best, least = x, math.inf
    for _ in range(STEPS):
        made = network(noise + 0.03 * torch.randn_like(noise))
        loss = torch.where(hole, 0.0, made - x).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        error = (made.detach() - x).square()[hole].mean().item()
        if error < least:
            best, least = made.detach(), error
    return torch.where(hole, best, x)


if __name__ == "__main__":
    for row in run():
        print(*row)
