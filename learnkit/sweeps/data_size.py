"""How good a fill gets with more pictures, and with more weights.

Networks of three sizes learn from 30 to 9,500 garments, for the same number of steps.
"""

from learnkit.sweeps.base import Sweep
from learnkit.sweeps.garments import few, fit

PICTURES = (30, 100, 300, 1000, 3000, 9500)
WIDTHS = (16, 64, 256)


def trial(pictures: int, width: int, seed: int) -> dict[str, float]:
    """Decibels on the pictures that were learned from (500 at most), and on test garments."""
    return fit(few(pictures, seed), width=width, seed=seed).scores()


SWEEP = Sweep(
    name="data_size",
    what="A hole of 14 x 14 filled by a dense network, by training pictures and by width.",
    settings=tuple({"pictures": n, "width": width} for n in PICTURES for width in WIDTHS),
    trial=trial,
    seeds=5,
)
