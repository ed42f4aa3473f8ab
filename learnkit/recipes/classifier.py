"""A classifier of garments, whose features judge what the generators invent.

Half of the pictures are turned round and all are moved by a pixel or two, so that it learns what
garments look like and not where they lie.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from learnkit.models.classifier import Classifier
from learnkit.recipes.base import Recipe
from learnkit.tensors import Images, Latents
from learnkit.training import distributed
from learnkit.training.datasets import garments, unseen
from learnkit.training.loop import Losses


def objective(generator: torch.Generator) -> Callable[[Classifier, tuple], Losses]:
    """Cross-entropy on pictures that are turned and moved; and the share that it gets right."""

    def cross_entropy(model: Classifier, batch: tuple) -> Losses:
        images, labels = batch
        logits = model(moved(images, distributed.randn((len(images), 3), generator)))
        right = (logits.argmax(dim=1) == labels).float().mean()
        return {"loss": F.cross_entropy(logits, labels, label_smoothing=0.05), "right": right}

    return cross_entropy


def moved(images: Images, noise: Latents) -> Images:
    """Each picture moved by round(noise) pixels, at most two, and turned round where noise < 0.

    `noise` is (n, 3): down, to the right, and which are turned round.
    """
    n, _, h, w = images.shape
    by = noise[:, :2].round().clamp(-2, 2).long() + 2
    rows = torch.arange(h, device=images.device) + by[:, :1]
    columns = torch.arange(w, device=images.device) + by[:, 1:]
    columns = torch.where(noise[:, 2:] < 0, columns.flip(1), columns)
    padded = F.pad(images, (2, 2, 2, 2))
    each = torch.arange(n, device=images.device)[:, None, None]
    return padded[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@torch.no_grad()
def measure(model: Classifier) -> dict[str, float]:
    """The share of the 10,000 test garments that it names rightly, and its cross-entropy."""
    device = next(model.parameters()).device
    images, labels = unseen(device, labels=True).take(torch.arange(10_000, device="cpu"))
    logits = torch.cat([model(part) for part in images.split(1000)])
    return {
        "test garments named rightly, %": 100 * (logits.argmax(1) == labels).float().mean().item(),
        "test cross-entropy, nats": F.cross_entropy(logits, labels).item(),
    }


RECIPE = Recipe(
    name="classifier",
    what="A classifier of garments: ten kinds, told apart by 64 features.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=lambda device: garments(device, labels=True),
    objective=objective,
    measure=measure,
    steps=3_000,
    batch_size=256,
    lr=4e-3,
)
