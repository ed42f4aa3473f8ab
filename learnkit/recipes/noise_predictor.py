"""The noise predictor learns: lesson 12's `denoising_loss`, and nothing else."""

from collections.abc import Callable

import torch

from learnkit.images.frechet import frechet_of
from learnkit.models.diffusion import ddim, denoising_loss
from learnkit.models.noise_predictor import NoisePredictor
from learnkit.models.pretrained import garment_features
from learnkit.recipes.base import Recipe
from learnkit.recipes.gan import COUNT, real_features
from learnkit.tensors import Images, Scalar
from learnkit.training import distributed
from learnkit.training.datasets import garments

CALLS = 1, 2, 4, 8, 25
AT_ONCE = 500  # pictures drawn together


def objective(generator: torch.Generator) -> Callable[[NoisePredictor, Images], Scalar]:
    """`denoising_loss` of a batch, each picture at a step of its own."""

    def loss(model: NoisePredictor, images: Images) -> Scalar:
        T = len(model.alpha_bar)
        t = (T * distributed.rand((len(images),), generator)).long().clamp(max=T - 1)
        noise = distributed.randn(tuple(images.shape), generator)
        return denoising_loss(model, 2 * images - 1, t, noise, model.alpha_bar)

    return loss


def frechet_by_calls(
    sample: Callable[[int, torch.Generator, int], Images],
    device: torch.device,
    *,
    draws: int,
    what: str = "",
) -> dict[str, float]:
    """The Frechet distance to test garments of so many draws by `sample(n, generator, calls)`."""
    found = {}
    for calls in CALLS:
        noise = torch.Generator(device).manual_seed(0)
        made = [sample(AT_ONCE, noise, calls).cpu() for _ in range(draws // AT_ONCE)]
        distance = frechet_of(garment_features(torch.cat(made)), real_features())
        plural = "" if calls == 1 else "s"
        found[f"Frechet classifier distance{what}, {calls} call{plural}"] = distance
    return found


@torch.no_grad()
def measure(model: NoisePredictor) -> dict[str, float]:
    """How far draws by DDIM are from garments, by calls; and by the stochastic sampler in 25."""

    def by_ddim(count: int, noise: torch.Generator, calls: int) -> Images:
        xT = torch.randn(count, 1, 28, 28, generator=noise, device=model.alpha_bar.device)
        *_, last = ddim(model, xT, model.alpha_bar, calls)
        return (last.x0 + 1) / 2

    device = model.alpha_bar.device
    noise = torch.Generator(device).manual_seed(0)
    made = torch.cat([model.sample(AT_ONCE, noise).cpu() for _ in range(COUNT // AT_ONCE)])
    drawn = frechet_of(garment_features(made), real_features())
    name = "Frechet classifier distance, 25 calls with fresh noise (order 2)"
    return frechet_by_calls(by_ddim, device, draws=COUNT) | {name: drawn}


RECIPE = Recipe(
    name="noise_predictor",
    what="A diffusion model of garments, trained on the plain denoising loss.",
    data="Fashion-MNIST (MIT, Zalando SE), training pictures",
    pictures=garments,
    objective=objective,
    measure=measure,
    steps=10_000,
    batch_size=128,
    lr=1.5e-3,
    clip=1.0,
)
