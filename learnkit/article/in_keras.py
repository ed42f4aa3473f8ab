"""The program of `in_torch` in Keras 3, today's version of the article's library.

Keras computes with another library, here with PyTorch, and has the step of a training ready:
`train_on_batch` does what the article wanted of `optimizer.minimize(loss)`. Weights go from one
program to the other by `copy_weights`, and then both give the same losses. Importing this file has
Keras compute with torch on the CPU, unless Keras has been imported already.
It needs the extra `keras`: `pip install "learnkit-inpainting[keras]"`.
"""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, no_type_check

from torch import Tensor, nn

from learnkit.article.in_torch import LATENT, NOISE, SIGMA, check_known
from learnkit.tensors import Grey, Hole, Images

if "keras" not in sys.modules:  # Keras reads these when it is imported
    os.environ["KERAS_BACKEND"] = "torch"
    os.environ["KERAS_TORCH_DEVICE"] = "cpu"  # where the lesson's tensors are, also beside a GPU
    os.environ.setdefault("KERAS_HOME", os.path.join(tempfile.gettempdir(), "learnkit-keras"))
import keras
from keras import layers, ops

if keras.backend.backend() != "torch":
    raise ImportError(
        f"Keras was imported with the backend {keras.backend.backend()!r}: restart the kernel, so "
        "that learnkit can ask for 'torch' first"
    )

FIRST: dict[str, Any] = {"data_format": "channels_first"}  # (n, c, h, w), as in PyTorch


class Adam(keras.optimizers.Adam):
    """Adam as PyTorch has it, which is Algorithm 1 of the paper, with epsilon 1e-8.

    Keras's own differs in three ways. Its epsilon is 1e-7. It is added to the root of the raw
    second moment v, before the division by 1 - β₂ᵗ: in the first steps that root is up to 30 times
    smaller, so epsilon counts 30 times as much. And 1 - β₂ᵗ is computed in float32, where it is off
    by about 1e-5 in the first step.
    Source: Kingma and Ba (2015), Algorithm 1, and the other order at the end of section 2.
    """

    def __init__(self, learning_rate: float = 1e-3) -> None:
        """Betas 0.9 and 0.999, as both libraries have them."""
        super().__init__(learning_rate, epsilon=1e-8)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step for one variable."""
        at, t = self._get_variable_index(variable), int(self.iterations) + 1
        m, v = self._momentums[at], self._velocities[at]
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(v, self.beta_2 * v + (1 - self.beta_2) * gradient**2)
        root = ops.sqrt(v) / (1 - self.beta_2**t) ** 0.5 + self.epsilon
        self.assign_sub(variable, learning_rate / (1 - self.beta_1**t) * m / root)


class Synthesis(keras.Model):
    """Encoder and generator; takes a batch of pictures and a noise (n, LATENT) for each."""

    encoder: keras.Sequential
    generator: keras.Sequential

    @no_type_check  # Keras reads the names of its arguments, which a check of types would hide
    def __init__(self) -> None:
        """The layers of `in_torch.Synthesis`."""
        super().__init__()
        self.encoder = keras.Sequential(
            [
                layers.Flatten(**FIRST),
                layers.Dense(128, activation="relu"),
                layers.Dense(128, activation="relu"),
                layers.Dense(2 * LATENT),
            ]
        )
        self.generator = keras.Sequential(
            [
                layers.Dense(128, activation="relu"),
                layers.Dense(128, activation="relu"),
                layers.Dense(784, activation="sigmoid"),
                layers.Reshape((1, 28, 28)),
            ]
        )

    def call(self, inputs: tuple[Any, Any]) -> Any:
        """The pictures as the generator makes them; the KL divergence is added to the loss."""
        images, noise = inputs
        mean, log_var = ops.split(self.encoder(images), 2, axis=1)
        z = mean + ops.exp(log_var / 2) * noise
        kl = 0.5 * ops.sum(mean**2 + ops.exp(log_var) - 1 - log_var, axis=1)
        self.add_loss(ops.mean(kl))
        return self.generator(z)


def picture_error(target: Any, pred: Any) -> Any:
    """Σ (pred - target)² / 2σ² over a picture's pixels, the mean over the pictures."""
    return ops.mean(ops.sum((pred - target) ** 2, axis=(1, 2, 3))) / (2 * SIGMA**2)


def painter(width: int = 48) -> keras.Sequential:
    """A generator of convolutions, noise (1, 16, 8, 8) to a picture (1, 3, 64, 64) in [0, 1]."""
    parts = [keras.Input(NOISE)]
    for _ in range(3):
        parts += [layers.Conv2D(width, 3, padding="same", **FIRST), layers.LeakyReLU(0.1)]
        parts += [layers.UpSampling2D(2, **FIRST)]
    parts += [layers.Conv2D(width, 3, padding="same", **FIRST), layers.LeakyReLU(0.1)]
    parts += [layers.Conv2D(3, 3, padding="same", activation="sigmoid", **FIRST)]
    return keras.Sequential(parts)


def known_error(target: Any, pred: Any, hole: Hole) -> Any:
    """The mean squared error over the values that are known; the hole is never read."""
    check_known(hole)
    known = ops.broadcast_to(ops.logical_not(hole), pred.shape)
    return ops.sum(ops.where(known, pred - target, 0.0) ** 2) / ops.sum(known)


def train_synthesis(
    model: Synthesis,
    batches: Iterable[tuple[Grey, Tensor]],
    *,
    lr: float = 2e-3,
    adam: Any = Adam,
) -> Iterator[float]:
    """Steps of Adam, one for each batch (pictures, noise); yields each step's loss before it.

    `adam` is the optimizer's class: `keras.optimizers.Adam` is Keras's own.
    """
    model.compile(optimizer=adam(lr), loss=picture_error)
    for images, noise in batches:
        model.reset_metrics()  # older releases give the mean of all losses so far
        yield float(model.train_on_batch((images, noise), images))


def train_inpainting(
    model: keras.Model, noise: Tensor, image: Images, hole: Hole, *, steps: int, lr: float = 3e-3
) -> Iterator[float]:
    """Steps of Adam on one picture with a hole; yields each step's loss before it."""
    model.compile(optimizer=Adam(lr), loss=lambda target, pred: known_error(target, pred, hole))
    for _ in range(steps):
        model.reset_metrics()
        yield float(model.train_on_batch(noise, image))


def copy_weights(source: nn.Module, target: keras.Model) -> None:
    """Gives a Keras model the weights of its twin in PyTorch, layer by layer.

    A dense layer's matrix is (out, in) in PyTorch and (in, out) in Keras, a convolution's kernel
    (out, in, h, w) and (h, w, in, out). The Keras model must have seen its inputs' shapes.
    Raises ValueError where the two do not have the same layers.
    """
    turns = {2: (1, 0), 4: (2, 3, 1, 0), 1: (0,)}
    given = [p.detach().permute(turns[p.ndim]) for p in source.parameters()]
    wanted = [tuple(weight.shape) for weight in target.weights]
    if [tuple(p.shape) for p in given] != wanted:
        raise ValueError(
            f"the weights do not fit: {[tuple(p.shape) for p in given]} in PyTorch, {wanted} in "
            "Keras; call the Keras model once, so that its weights are made"
        )
    target.set_weights([p.cpu().numpy() for p in given])
