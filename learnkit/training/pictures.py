"""Pictures that stay on the device as bytes, and the order in which training sees them.

A loader that fetches, converts and stacks one picture at a time costs more than a small network's
step. Here all pictures lie in one uint8 tensor where the network is, and a batch is one indexing.
The order is a function of the step alone, so a training that resumes needs no memory of it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from learnkit.shapes import check_range
from learnkit.tensors import Images, Indices, Labels

Bytes = UInt8[Tensor, "n c h w"]  # pictures as they are stored, 0 to 255


@dataclass(frozen=True)
class Pictures:
    """All pictures of a data set as bytes (n, c, h, w), and their labels if there are any."""

    images: Bytes
    labels: Labels | None = None

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.images)

    def to(self, device: torch.device | str) -> "Pictures":
        """The same pictures on that device."""
        labels = None if self.labels is None else self.labels.to(device)
        return Pictures(self.images.to(device), labels)

    def take(self, indices: Indices) -> Images | tuple[Images, Labels]:
        """The pictures of these indices as float32 in [0, 1]; with labels if there are any."""
        indices = indices.to(self.images.device)
        images = self.images[indices].float().div_(255)
        return images if self.labels is None else (images, self.labels[indices])

    def first(self, count: int) -> Images:
        """The first `count` pictures as float32 in [0, 1], without labels."""
        return self.images[:count].float().div_(255)


def resident(
    images: np.ndarray, labels: np.ndarray | None = None, *, device: torch.device | str = "cpu"
) -> Pictures:
    """Pictures (n, h, w) or (n, h, w, 3), bytes or floats in [0, 1], put onto the device.

    Floats are rounded to the nearest of 256 steps.
    Raises TypeError or ValueError where they are no pictures, or labels are not as many.
    """
    for name, array in (("images", images), ("labels", labels)):
        if not isinstance(array, np.ndarray) and not (name == "labels" and array is None):
            raise TypeError(
                f"{name} must be a NumPy array, got {type(array).__name__}; np.asarray(...) makes "
                "one of a list, and .cpu().numpy() of a tensor"
            )
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[3] not in (1, 3)):
        raise ValueError(f"images must be (n, h, w) or (n, h, w, 3), got {images.shape}")
    if images.dtype != np.uint8:
        if images.dtype.kind != "f":
            raise TypeError(f"images must be uint8, or float in [0, 1], got {images.dtype}")
        check_range(images, "images")
        images = np.round(images * 255).astype(np.uint8)
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"{len(images)} images and {len(labels)} labels: one label a picture")
    last = images[..., None] if images.ndim == 3 else images
    return Pictures(
        torch.from_numpy(last.transpose(0, 3, 1, 2).copy()).to(device),
        None if labels is None else torch.from_numpy(labels.astype(np.int64)).to(device),
    )


def as_image(picture: Float[Tensor, "c h w"]) -> np.ndarray:
    """One picture (c, h, w) off the device, to be shown: (h, w) or (h, w, 3), clipped to [0, 1].

    Raises ValueError where it is no picture of one or three channels.
    """
    if picture.ndim != 3 or picture.shape[0] not in (1, 3):
        raise ValueError(
            f"a picture must be (1, h, w) or (3, h, w), got {tuple(picture.shape)}: take one out "
            "of a batch with batch[0]"
        )
    array = picture.detach().float().clamp(0, 1).cpu().numpy()
    return array[0] if len(array) == 1 else array.transpose(1, 2, 0)


def order(
    n: int, batch_size: int, step: int, *, seed: int, device: torch.device | str = "cpu"
) -> Indices:
    """The indices of the batch at `step` = 0, 1, ...: each epoch a new shuffle of all n.

    An epoch has n // batch_size batches; what is left over waits for the next shuffle.
    Raises ValueError where the data set is smaller than a batch.
    """
    if not 1 <= batch_size <= n:
        raise ValueError(
            f"batch_size must lie in 1 to {n}, the number of pictures, got {batch_size}"
        )
    epoch, place = divmod(step, n // batch_size)
    shuffled = _shuffle(n, seed, epoch, str(device))
    return shuffled[place * batch_size : (place + 1) * batch_size]


_last: dict[tuple[int, int, int, str], torch.Tensor] = {}


def _shuffle(n: int, seed: int, epoch: int, device: str) -> Indices:
    """The shuffle of an epoch, the same on every device; the last one is kept for its batches."""
    key = (n, seed, epoch, device)
    if key not in _last:
        _last.clear()
        generator = torch.Generator("cpu").manual_seed((seed << 24) + epoch)
        _last[key] = torch.randperm(n, generator=generator, device="cpu").to(device)
    return _last[key]
