"""A network of the course with its trained weights, as `learnkit train NAME` made them.

Weights lie in learnkit/assets as NAME.safetensors, in half precision, and beside them NAME.json,
the model card: data, recipe, seed, machine, and the quality that was measured. safetensors holds
numbers alone, so a file cannot run code; a damaged one is found by its SHA-256.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from learnkit import assets
from learnkit.models import (
    autoencoder,
    classifier,
    conditional_vae,
    context_encoder,
    flow,
    gan,
    latent_flow,
    noise_predictor,
    painter,
    partial_conv,
    photo_inpainter,
    unet,
    vae,
)
from learnkit.tensors import Images

Network = Any  # an nn.Module, of the class that NETWORKS has under its name
SEEN_AT_ONCE = 100  # garments that the classifier looks at: so few fit into a core's cache
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "classifier": classifier.Classifier,
    "denoiser": autoencoder.Restorer,
    "garment_denoiser": lambda: autoencoder.Restorer(1),
    "restorer": autoencoder.Restorer,
    "gan": lambda: gan.dcgan()[0],
    "context_encoder": lambda: context_encoder.ContextEncoder(width=24, latent=64),
    "partial_unet": partial_conv.PartialUNet,
    "gated_unet": partial_conv.GatedUNet,
    "inpainter": unet.Inpainter,
    "photo_inpainter": photo_inpainter.PhotoInpainter,
    "painter": painter.Painter,
    "head_painter": lambda: painter.Painter(width=32, heads=0),
    "healthy_head_painter": lambda: painter.Painter(width=32, heads=0),
    "flow": flow.Flow,
    "noise_predictor": noise_predictor.NoisePredictor,
    "vae": lambda: vae.mlp_vae((1, 28, 28), width=512, latent=24),
    "conditional_vae": conditional_vae.ConditionalVAE,
    "emoji_vae": lambda: vae.conv_vae((3, 32, 32), width=24, latent=48, head=128),
    "emoji_prior": lambda: latent_flow.LatentFlow(48),
    "emoji_inpainter": lambda: photo_inpainter.PhotoInpainter(width=48),
}


def network(name: str) -> nn.Module:
    """The network of that name, with random weights: float32, on the CPU.

    Raises ValueError where there is none.
    """
    if name not in NETWORKS:
        raise ValueError(f"no network is called {name!r}; there are {', '.join(NETWORKS)}")
    with float32_on_the_cpu():
        return NETWORKS[name]()


@contextlib.contextmanager
def float32_on_the_cpu() -> Iterator[None]:
    """Where networks are made: whatever default type and device a notebook has set."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    try:
        with torch.device("cpu"):
            yield
    finally:
        torch.set_default_dtype(before)


def pretrained(name: str, folder: Path | None = None) -> Network:
    """The network of that name with its trained weights, in eval mode.

    The shipped weights, or those that `learnkit train` has put into `folder`.
    Raises ValueError where the weights are of another network, OSError where they are damaged.

    >>> pretrained("vae").sample(2).shape
    torch.Size([2, 1, 28, 28])
    """
    model = network(name)
    where = f"{name}.safetensors"
    data = assets.read(where) if folder is None else (folder / where).read_bytes()
    try:
        weights = load(data)
    except SafetensorError as error:
        raise OSError(f"{where} is no safetensors file, or was cut short ({error})") from None
    try:
        model.load_state_dict({key: value.float() for key, value in weights.items()})
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(f"{where} holds the weights of another network: {reason}") from None
    return model.eval()


def card(name: str, folder: Path | None = None) -> dict[str, Any]:
    """The model card: what the weights were trained on and how, and the quality measured.

    >>> card("vae")["network"]
    'vae'
    """
    network(name)  # raises where there is none
    where = f"{name}.json"
    return json.loads(assets.read(where) if folder is None else (folder / where).read_bytes())


@torch.inference_mode()
def garment_features(images: Images) -> np.ndarray:
    """The classifier's features of garments (n, 1, 28, 28): (n, 64), float64."""
    judge = _judge(images.device)
    parts = [judge.features(part.float()).cpu() for part in images.split(SEEN_AT_ONCE)]
    return torch.cat(parts).double().numpy()


@cache
def _judge(device: torch.device) -> classifier.Classifier:
    return pretrained("classifier").to(device)


def half(model: nn.Module) -> dict[str, torch.Tensor]:
    """The weights as they are shipped: float16, on the CPU, in one block each."""
    return {key: value.half().cpu().contiguous() for key, value in model.state_dict().items()}
