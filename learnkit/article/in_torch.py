"""The article's program as it should be, in PyTorch: pictures invented, and a hole filled.

Synthesis. A generator has to be told which noise belongs to which picture, or the mean picture is
its best answer. An encoder tells it: so this is a variational autoencoder (lesson 08). Its loss is
the squared error in units of σ, plus the KL divergence of the noise. The generator's layers are the
article's, 128 and 128, with one output a pixel; what is drawn from the prior becomes a picture.

Inpainting. One picture, one noise that stays the same, and a generator of convolutions; the squared
error is taken over the known pixels alone. What the generator paints in the hole comes from its
structure (Ulyanov, Vedaldi and Lempitsky 2018, Deep Image Prior). `in_keras` is the same program.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from learnkit.tensors import Grey, Hole, Images, Scalar

LATENT = 10
SIGMA = 0.2  # standard deviation of a pixel, given its noise
NOISE = (16, 8, 8)  # of the inpainting half; three upsamplings make 64 x 64 of 8 x 8


class Synthesis(nn.Module):
    """Encoder and generator, for grey pictures of 28 x 28 in [0, 1]."""

    def __init__(self) -> None:
        """Dense layers: 784-128-128 and mean and log-variance; the noise, 128-128-784."""
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 128),
            nn.ReLU(),
            nn.Linear(128, 128),
            nn.ReLU(),
            nn.Linear(128, 2 * LATENT),
        )
        self.generator = nn.Sequential(
            nn.Linear(LATENT, 128),
            nn.ReLU(),
            nn.Linear(128, 128),
            nn.ReLU(),
            nn.Linear(128, 784),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, 28, 28)),
        )

    def loss(self, images: Grey, noise: Tensor) -> Scalar:
        """The negative ELBO, nats a picture, for a noise (n, LATENT) from the normal distribution.

        Source: Kingma and Welling (2014), eq. 10, with a Gaussian of standard deviation SIGMA.
        """
        mean, log_var = self.encoder(images).chunk(2, dim=1)
        z = mean + torch.exp(log_var / 2) * noise
        kl = 0.5 * (mean**2 + torch.exp(log_var) - 1 - log_var).sum(dim=1)
        return picture_error(images, self.generator(z)) + kl.mean()


def picture_error(target: Images, pred: Images) -> Scalar:
    """Σ (pred - target)² / 2σ² over a picture's pixels, the mean over the pictures."""
    return ((pred - target) ** 2).sum(dim=(1, 2, 3)).mean() / (2 * SIGMA**2)


def painter(width: int = 48) -> nn.Sequential:
    """A generator of convolutions, noise (1, 16, 8, 8) to a picture (1, 3, 64, 64) in [0, 1]."""
    layers: list[nn.Module] = []
    for channels in (NOISE[0], width, width):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.LeakyReLU(0.1)]
        layers += [nn.Upsample(scale_factor=2)]
    layers += [nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(0.1)]
    return nn.Sequential(*layers, nn.Conv2d(width, 3, 3, padding=1), nn.Sigmoid())


def known_error(target: Images, pred: Images, hole: Hole) -> Scalar:
    """The mean squared error over the values that are known; the hole is never read.

    Raises as `check_known` does.
    """
    check_known(hole)
    known = (~hole).expand_as(pred)
    return ((pred - target)[known] ** 2).mean()


def check_known(hole: Tensor) -> None:
    """Raises TypeError unless the hole is bool, ValueError where it covers everything."""
    if hole.dtype != torch.bool:
        raise TypeError(f"a hole is bool, True = to be filled, got {hole.dtype}")
    if hole.all():
        raise ValueError("the hole covers every pixel: there is nothing to learn from")


def train_synthesis(
    model: Synthesis, batches: Iterable[tuple[Grey, Tensor]], *, lr: float = 2e-3
) -> Iterator[float]:
    """Steps of Adam, one for each batch (pictures, noise); yields each step's loss before it."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for images, noise in batches:
        yield _step(model.loss(images, noise), optimizer)


def train_inpainting(
    model: nn.Module, noise: Tensor, image: Images, hole: Hole, *, steps: int, lr: float = 3e-3
) -> Iterator[float]:
    """Steps of Adam on one picture with a hole; yields each step's loss before it."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        yield _step(known_error(image, model(noise), hole), optimizer)


def _step(loss: Scalar, optimizer: torch.optim.Optimizer) -> float:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
