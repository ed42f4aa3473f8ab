"""What the exercises of lesson 10 share."""

import numpy as np
import torch

from learnkit.exercises.tensors import check_tensor, f32


def picture(rng, *shape):
    return f32(rng.random(shape).round(2))


def drawn_hole(rows):
    """One hole for each list of rows, (n, 1, h, w): # is to be filled, . is known."""
    return np.array([[[[mark == "#" for mark in row] for row in one]] for one in rows])


def one_tensor(result, what):
    """Raises OddResultError where the result is no tensor, with the likely cause."""
    one = isinstance(result, tuple | list) and len(result) == 1
    check_tensor(
        result,
        what,
        several=" (is there a comma at the end of the line?)" if one else "",
        other=f"You return a number of Python's or NumPy's ({type(result).__name__}); return "
        f"{what} in a tensor of torch.",
    )


def tensors(*arrays, **options):
    return tuple(torch.tensor(array) for array in arrays), options
