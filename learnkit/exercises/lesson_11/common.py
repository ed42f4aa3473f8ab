"""What the exercises of lesson 11 share."""

import numpy as np
import torch

from learnkit.exercises.sandbox.worker import OddResultError


def f32(values):
    return np.asarray(values, np.float32)


def normal(rng, *shape):
    return f32(rng.standard_normal(shape).round(2))


def grey(rng, *shape):
    return f32(rng.uniform(0.05, 0.95, shape).round(2))


def is_tensor(result, of):
    if isinstance(result, tuple | list):
        raise OddResultError(
            f"You return a {type(result).__name__}; return {of} in one tensor (is there a comma at "
            "the end of the line, or is torch.stack missing?)."
        )
    if callable(result):
        raise OddResultError(
            f"You return a method; return {of}: the round brackets of a call are missing."
        )
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return a {type(result).__name__}; return {of} as a tensor of torch."
        )
