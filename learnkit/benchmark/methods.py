"""The methods of the table, by name, and how each is made from training pictures.

`make(training)` takes the training pictures, (n, 28, 28) bytes, and gives a fill of many pictures
at once; until then nothing of a method is loaded. A method that learns nothing looks away, and so
does a network: its weights were trained before, on all 60,000.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from learnkit.fills.protocol import BatchFill, check_fillable, each
from learnkit.holes.draw import cut_hole
from learnkit.shapes import Bytes, Hole, Image

ALL = 60_000  # training pictures of the networks that are shipped, as their cards say


@dataclass(frozen=True)
class Method:
    """A method: its name in a table, what makes it, and the shipped network that it stands on."""

    title: str
    make: Callable[[Bytes], BatchFill]
    weights: str = ""  # the network's name; none where it has no weights, and learns in `make`
    file: str = ""  # where it was read from, if it is somebody else's

    @property
    def trained(self) -> int | None:
        """The pictures that its weights were trained on; None where it has none."""
        return ALL if self.weights else None

    def training(self, seconds: float) -> dict[str, int | float]:
        """What it took to train, as fields of a `Row`; `seconds` are those that `make` took."""
        if not self.weights:
            return {"seconds": seconds}
        from learnkit.models.pretrained import card
        from learnkit.sweeps.base import scores, shipped

        minutes = scores(shipped("training_time"), "minutes", network=self.weights)
        return {
            "parameters": card(self.weights)["parameters"],
            "seconds": 60 * float(minutes.mean()),
        }


def mean_picture(training: Bytes) -> BatchFill:
    """The mean of the training pictures."""
    from learnkit.fills.learned import MeanPicture

    return MeanPicture(training).batch


def telea(training: Bytes) -> BatchFill:
    """OpenCV's INPAINT_TELEA, by fast marching. Source: Telea (2004)."""
    return opencv("INPAINT_TELEA")


def navier_stokes(training: Bytes) -> BatchFill:
    """OpenCV's INPAINT_NS. Source: Bertalmio, Bertozzi and Sapiro (2001)."""
    return opencv("INPAINT_NS")


def harmonic(training: Bytes) -> BatchFill:
    """The harmonic fill: Laplace's equation, solved exactly."""
    from learnkit.fills.harmonic import harmonic

    return each(harmonic)


def biharmonic(training: Bytes) -> BatchFill:
    """The biharmonic fill: a thin plate, solved exactly."""
    from learnkit.fills.harmonic import biharmonic

    return each(biharmonic)


def total_variation(training: Bytes) -> BatchFill:
    """The fill of the least total variation."""
    from learnkit.fills.total_variation import total_variation_of_each

    return total_variation_of_each


def neighbours(training: Bytes) -> BatchFill:
    """The mean of the 10 nearest training pictures."""
    from learnkit.fills.nearest_neighbours import NearestNeighbours

    return NearestNeighbours(training).batch


def linear(training: Bytes) -> BatchFill:
    """The mean of a Gaussian, fitted to the training pictures, given the known pixels."""
    from learnkit.fills.linear_mmse import LinearMMSE

    return LinearMMSE(training).batch


def opencv(algorithm: str, radius: float = 3.0) -> BatchFill:
    """One of OpenCV's two fills, which work on bytes. Raises ImportError without OpenCV."""
    try:
        import cv2
    except ImportError:
        raise ImportError(
            "this method is OpenCV's, and OpenCV is not installed: "
            "pip install opencv-python-headless"
        ) from None

    def fill(image: Image, hole: Hole) -> Image:
        check_fillable(image, hole)  # of a full hole OpenCV gives back what stood in it
        byte = np.round(255 * cut_hole(image, hole)).astype(np.uint8)
        filled = cv2.inpaint(byte, hole.astype(np.uint8), radius, getattr(cv2, algorithm))
        spread = hole.reshape(*hole.shape, *(1,) * (image.ndim - 2))
        return np.where(spread, (filled / 255).astype(image.dtype), image)

    return each(fill)


def of_tensors(fill: Callable) -> BatchFill:
    """The fill of NumPy pictures by `fill(images, hole)`, in bfloat16 where that is quicker."""
    from learnkit.models.as_fill import batch_fill
    from learnkit.training.device import choose

    return batch_fill(fill, autocast=choose("cpu").autocast)


def network(name: str, **options: int) -> Callable[[Bytes], BatchFill]:
    """`make` for a network with its trained weights, whatever training pictures it is handed.

    The network is a module whose `fill` takes pictures (n, c, h, w) and holes (n, 1, h, w), bool,
    and gives the pictures filled. One that draws is handed a generator, seeded here and never
    again: its rows move by hundredths of a decibel with the runs before them.
    """

    def make(training: Bytes) -> BatchFill:
        """Loads the weights. Raises as `pretrained` does."""
        import torch

        from learnkit.models.pretrained import pretrained

        model = pretrained(name)
        if options:
            generator = torch.Generator().manual_seed(0)
            return of_tensors(lambda x, hole: model.fill(x, hole, generator, **options))
        return of_tensors(model.fill)

    return make


def search(name: str) -> Callable[[Bytes], BatchFill]:
    """`make` for a search in the latent space of a generator of whole garments.

    `name` is "vae" (lesson 08) or "gan" (lesson 09): the search needs a decoder and no encoder.
    """

    def make(training: Bytes) -> BatchFill:
        """Loads the weights. Raises as `pretrained` does."""
        import torch

        from learnkit.models.latent_search import latent_search
        from learnkit.models.pretrained import pretrained

        model = pretrained(name).requires_grad_(False)
        generator = torch.Generator().manual_seed(0)

        def decode(z: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(model.decode(z)) if name == "vae" else model(z)

        return of_tensors(
            lambda x, hole: latent_search(decode, x, hole, model.latent, generator=generator)
        )

    return make


def never_told(way: str) -> Callable[[Bytes], BatchFill]:
    """`make` for the painter as a model of whole garments, kept to the known pixels from outside.

    `way` is "repaint" or "guided", of `models.repaint`, with the steps that it takes by itself.
    """

    def make(training: Bytes) -> BatchFill:
        """Loads the weights. Raises as `pretrained` does."""
        import torch

        from learnkit.models import repaint
        from learnkit.models.pretrained import pretrained

        model, sample = pretrained("painter").requires_grad_(False), getattr(repaint, way)
        generator = torch.Generator().manual_seed(0)

        @torch.no_grad()
        def draw(x: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
            eps = model.unconditional(len(x))
            *_, last = sample(eps, x, hole, model.alpha_bar, generator=generator)
            return last.x0

        return of_tensors(draw)

    return make


def posterior(training: Bytes) -> BatchFill:
    """Posterior sampling with the plain noise predictor. Raises as `pretrained` does."""
    import torch

    from learnkit.models.posterior_sampling import posterior_sample
    from learnkit.models.pretrained import pretrained

    model = pretrained("noise_predictor").requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    return of_tensors(
        lambda x, hole: posterior_sample(model, x, hole, model.alpha_bar, generator=generator)
    )


def plugged_in(training: Bytes) -> BatchFill:
    """The denoiser of garments inside ADMM, from the linear fill. Raises as `pretrained` does."""
    from learnkit.models.plug_and_play import plug_and_play
    from learnkit.models.pretrained import pretrained

    denoiser, linear = pretrained("garment_denoiser"), pretrained("inpainter").linear
    return of_tensors(lambda x, hole: plug_and_play(denoiser, x, hole, linear.fill(x, hole)))


def standing_on(weights: str, title: str, make: Callable | None = None, **options: int) -> Method:
    """A method of a shipped network: its own fill with these options, unless `make` is another."""
    return Method(title, make or network(weights, **options), weights)


METHODS: dict[str, Method] = {
    "mean": Method("mean picture", mean_picture),
    "telea": Method("OpenCV Telea, radius 3", telea),
    "navier-stokes": Method("OpenCV Navier-Stokes, radius 3", navier_stokes),
    "harmonic": Method("harmonic", harmonic),
    "biharmonic": Method("biharmonic", biharmonic),
    "total-variation": Method("total variation", total_variation),
    "neighbours": Method("10 nearest neighbours", neighbours),
    "linear": Method("linear MMSE", linear),
    "context-encoder": standing_on("context_encoder", "context encoder"),
    "partial": standing_on("partial_unet", "partial convolutions, small"),
    "gated": standing_on("gated_unet", "gated convolutions, small"),
    "inpainter": standing_on("inpainter", "U-Net over the linear fill"),
    "search": standing_on("vae", "latent search in the VAE", search("vae")),
    "search-gan": standing_on("gan", "latent search in the GAN", search("gan")),
    "conditional": standing_on("conditional_vae", "conditional VAE, one draw", count=1),
    "conditional16": standing_on("conditional_vae", "conditional VAE, mean of 16", count=16),
    "repaint": standing_on("painter", "RePaint, one draw", never_told("repaint")),
    "guided": standing_on("painter", "guided diffusion, one draw", never_told("guided")),
    "plug-and-play": standing_on("garment_denoiser", "plug-and-play over linear MMSE", plugged_in),
    "posterior": standing_on("noise_predictor", "posterior sampling, one draw", posterior),
    "diffusion": standing_on("painter", "diffusion, one draw", count=1),
    "diffusion16": standing_on("painter", "diffusion, mean of 16", count=16),
    "flow": standing_on("flow", "flow, one draw", count=1),
    "flow16": standing_on("flow", "flow, mean of 16", count=16),
}


def find(name: str) -> Method:
    """The method of that name. Raises ValueError where there is none.

    >>> find("linear").title
    'linear MMSE'
    """
    if name not in METHODS:
        raise ValueError(f"no method is called {name!r}; there are {', '.join(METHODS)}")
    return METHODS[name]
