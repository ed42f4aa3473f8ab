"""What the exercises of lesson 04 share."""

import numpy as np

from learnkit.exercises.sandbox.worker import OddResultError, Shared


def parts(*names):
    """A probe that takes a tuple apart into its named arrays, or says what came instead."""
    listed = ", ".join(names)

    def probe(result, x, *memory, **options):
        if isinstance(result, np.ndarray) and result.shape == x.shape:
            raise OddResultError(
                f"You return one array: return {len(names)}, as a tuple, {listed}."
            )
        if not isinstance(result, tuple | list):
            raise OddResultError(
                f"You return a {type(result).__name__}: return the tuple {listed}."
            )
        if len(result) != len(names):
            raise OddResultError(
                f"You return {len(result)} things; the exercise asks for {len(names)}: return "
                f"{listed}."
            )
        for name, part in zip(names, result, strict=True):
            if np.shape(part) != x.shape:
                raise OddResultError(
                    f"Your {name} has the shape {np.shape(part)}; it must have that of x, "
                    f"{x.shape}."
                )
        shared = any(
            isinstance(part, np.ndarray) and np.shares_memory(part, given)
            for part in result
            for given in (x, *memory)
            if isinstance(given, np.ndarray)
        )
        arrays = {name: part for name, part in zip(names, result, strict=True)}
        return arrays | {"count of results that share memory with what was given": Shared(shared)}

    return probe
