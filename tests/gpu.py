"""What only a GPU can show, in eight minutes: every device path once, and the figures for a GPU.

    python -m tests.gpu [--device cuda] [--quick] [PART ...]

The parts are recipes, lessons, vae, gan and flow. Each prints its lines as soon as they are known,
and the exit status is 1 where something failed; a figure that is missed is no failure. With
`--quick` each part takes a few steps only, which shows that it goes through, and no figure.
The lessons need Jupyter's packages; where they are not installed, that part says so.
"""

import argparse
import contextlib
import io
import os
import sys
import time
import types
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from learnkit.images.frechet import frechet_of
from learnkit.models import gan
from learnkit.models.pretrained import NETWORKS, card, garment_features, network, pretrained
from learnkit.recipes.base import find
from learnkit.recipes.gan import adam, real_features
from learnkit.recipes.run import by_objective
from learnkit.training.device import Machine, choose
from learnkit.training.pictures import resident
from tests.benchmarks import bench_vae

SOLUTIONS = Path(__file__).parents[1] / "solutions"
FLOW_STEPS, DRAWS = 12_000, 10_000
Lines = Iterator[tuple[bool, str]]  # (whether it went well, what is to be said)


def recipes(machine: Machine, quick: bool) -> Lines:
    """Three steps of every recipe, from the shipped weights: is the loss a number?"""
    for name in NETWORKS:
        recipe, began = find(name), time.perf_counter()
        try:
            pictures, model = recipe.pictures(machine.device), pretrained(name)
            generator = torch.Generator(machine.device).manual_seed(0)
            taken = (recipe.training if name == "gan" else by_objective)(
                recipe, model, pictures, recipe.run(steps=3), machine=machine, generator=generator
            )
            losses = [step.loss for step in taken]
        except Exception as error:  # told, and the next one is run
            yield False, f"recipe {name}: {type(error).__name__}: {error}"
            continue
        seconds = time.perf_counter() - began
        yield (
            bool(np.isfinite(losses).all()),
            f"recipe {name}: loss {losses[-1]:.3f}, {seconds:.1f} s",
        )


def lessons(machine: Machine, quick: bool) -> Lines:
    """Every solved lesson from 07 on, cell by cell, in its quick form."""
    os.environ |= {"LEARNKIT_QUICK": "1", "MPLBACKEND": "agg"}
    for path in sorted(SOLUTIONS.glob("*.py")):
        if path.stem[:2] < "07":
            continue
        began = time.perf_counter()
        try:
            cells = _run(path)
        except ImportError as error:
            yield True, f"lesson {path.stem[:2]}: not run here, {error}"
            continue
        except Exception as error:  # told, and the next one is run
            yield False, f"lesson {path.stem[:2]}: {type(error).__name__}: {error}"
            continue
        yield True, f"lesson {path.stem[:2]}: {cells} cells, {time.perf_counter() - began:.0f} s"


def _run(path: Path) -> int:
    """Runs the code cells of a percent script in one namespace; how many there were."""
    main = types.ModuleType("__main__")
    main.__file__ = str(path)
    before, sys.modules["__main__"] = sys.modules["__main__"], main
    cells = [
        cell.partition("\n")[2]
        for cell in path.read_text(encoding="utf-8").split("\n# %%")
        if not cell.startswith(" [markdown]") and not cell.startswith("# %% [markdown]")
    ]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in cells:
                exec(compile(cell, str(path), "exec"), main.__dict__)
    finally:
        sys.modules["__main__"] = before
    return len(cells)


def vae(machine: Machine, quick: bool) -> Lines:
    """The time of pytorch/examples' VAE for ten epochs over ours to its loss; 20 times asked."""
    device = str(machine.device)
    seconds, nats = bench_vae.peer(0, device=device, epochs=1 if quick else bench_vae.EPOCHS)
    options = bench_vae.QUICK | ({"steps": 20} if quick else {})
    our_seconds, our_nats = bench_vae.ours(0, device=device, **options)
    yield (
        True,
        (
            f"VAE: peer {seconds:.1f} s for {nats:.1f} nats, ours {our_seconds:.1f} s for "
            f"{our_nats:.1f}: {seconds / our_seconds:.1f} times as fast, 20 asked at equal loss"
        ),
    )


def dcgan(machine: Machine, quick: bool) -> Lines:
    """Pictures a second of a DCGAN at 64 x 64: pytorch/examples' loop, and ours; 8 times asked."""
    batches = 3 if quick else 150
    images = np.random.default_rng(0).integers(0, 256, (2_000, 64, 64, 3), dtype=np.uint8)
    theirs, mine = (loop(images, machine, batches) for loop in (_their_loop, _our_loop))
    yield (
        True,
        (
            f"DCGAN 64x64: {mine:,.0f} pictures/s against {theirs:,.0f}: {mine / theirs:.1f} times "
            "as many, 8 asked"
        ),
    )


class _Pictures(Dataset):
    def __init__(self, images: np.ndarray) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        chw = torch.from_numpy(self.images[index].transpose(2, 0, 1).copy())
        return chw.float().div(127.5).sub(1)


def _players() -> tuple[nn.Module, nn.Module]:
    """The two networks of Radford et al. (2016) for 64 x 64, 100 numbers in, width 64."""
    up, down = [512, 256, 128, 64], [64, 128, 256, 512]
    paint = [nn.ConvTranspose2d(100, 512, 4, bias=False), nn.BatchNorm2d(512), nn.ReLU(True)]
    for a, b in pairwise(up):
        paint += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)]
    judge: list[nn.Module] = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for a, b in pairwise(down):
        judge += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2, True)]
    paint += [nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh()]
    generator = nn.Sequential(nn.Unflatten(1, (100, 1, 1)), *paint)
    return generator, nn.Sequential(*judge, nn.Conv2d(512, 1, 4, bias=False), nn.Flatten())


def _their_loop(images: np.ndarray, machine: Machine, batches: int) -> float:
    """A loader of single pictures, single precision, Adam as it comes; pictures a second."""
    generator, discriminator = (player.to(machine.device) for player in _players())
    bce, device = nn.BCEWithLogitsLoss(), machine.device
    optimizers = [
        torch.optim.Adam(p.parameters(), lr=2e-4, betas=(0.5, 0.999))
        for p in (generator, discriminator)
    ]
    loader, done, began = DataLoader(_Pictures(images), batch_size=128, shuffle=True), 0, 0.0
    while done < batches:
        for real in loader:
            if done == 2:  # warm by now
                machine.synchronize()
                began = time.perf_counter()
            real = real.to(device)
            fake = generator(torch.randn(len(real), 100, device=device))
            one, zero = (torch.full((len(real), 1), v, device=device) for v in (1.0, 0.0))
            optimizers[1].zero_grad()
            (bce(discriminator(real), one) + bce(discriminator(fake.detach()), zero)).backward()
            optimizers[1].step()
            optimizers[0].zero_grad()
            bce(discriminator(fake), one).backward()
            optimizers[0].step()
            done += 1
            if done >= batches:
                break
    machine.synchronize()
    return 128 * (done - 2) / (time.perf_counter() - began)


def _our_loop(images: np.ndarray, machine: Machine, batches: int) -> float:
    """`gan_step` on pictures that stay on the device, as the recipe trains; pictures a second."""
    layers, discriminator = _players()
    generator, pictures = gan.Generator(layers, 100), resident(images, device=machine.device)
    for player in (generator, discriminator):
        machine.place(player)
    g, d = (adam(player, lr=2e-4) for player in (generator, discriminator))
    dice, began = torch.Generator(machine.device).manual_seed(0), 0.0
    for step in range(batches):
        if step == 2:
            machine.synchronize()
            began = time.perf_counter()
        rows = torch.randint(len(images), (128,), generator=dice, device=machine.device)
        gan.gan_step(
            generator,
            discriminator,
            2 * pictures.take(rows) - 1,
            g_optimizer=g,
            d_optimizer=d,
            noise=dice,
            autocast=machine.autocast,
        )
    machine.synchronize()
    return 128 * (batches - 2) / (time.perf_counter() - began)


def flow(machine: Machine, quick: bool) -> Lines:
    """The flow from nothing, all its steps: minutes, and its distance beside the painter's."""
    steps, draws = (3, 500) if quick else (FLOW_STEPS, DRAWS)
    recipe, generator = find("flow"), torch.Generator(machine.device).manual_seed(0)
    torch.manual_seed(0)
    model, pictures = network("flow"), recipe.pictures(machine.device)
    began = time.perf_counter()
    for _ in recipe.training(
        recipe, model, pictures, recipe.run(steps=steps), machine=machine, generator=generator
    ):
        pass
    machine.synchronize()
    minutes = (time.perf_counter() - began) / 60
    kinds = torch.arange(500, device=machine.device) % 10
    made = [
        model.eval().sample(500, generator, labels=kinds, scale=1.5).cpu()
        for _ in range(draws // 500)
    ]
    distance = frechet_of(garment_features(torch.cat(made)), real_features())
    painter = card("painter")["quality"]["Frechet classifier distance of 1,000 inventions"]
    yield (
        True,
        (
            f"flow: {steps:,} steps in {minutes:.1f} min (at most 3 asked), guided distance "
            f"{distance:.2f}; the painter's {painter}"
        ),
    )


PARTS: dict[str, Callable[[Machine, bool], Lines]] = {
    "recipes": recipes,
    "lessons": lessons,
    "vae": vae,
    "gan": dcgan,
    "flow": flow,
}


def main(argv: list[str] | None = None) -> int:
    """Runs the parts; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--device", help="cuda, cuda:1 or mps; the best one where it is left out")
    parser.add_argument("--quick", action="store_true", help="a few steps of everything")
    options = parser.parse_args(argv)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part is called {unknown[0]!r}; there are {', '.join(PARTS)}")
    machine, fine, began = choose(options.device), True, time.perf_counter()
    print(f"on {machine}, torch {torch.__version__}", flush=True)
    for part in options.parts or PARTS:
        for well, said in PARTS[part](machine, options.quick):
            fine &= well
            print(
                f"{time.perf_counter() - began:5.0f} s  {'' if well else 'FAILED '}{said}",
                flush=True,
            )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
