"""Plug-and-play: a network that only takes noise off fills holes, inside ADMM.

To fill is to find a picture that keeps the known pixels and is likely. ADMM splits the two: x keeps
what is known, z is likely, and u holds their disagreement until they agree:

    x = y where known, z - u in the hole;   z = D(x + u);   u = u + x - z

The middle step asks for the most probable picture near x + u. A denoiser D stands in for it, so no
probability is ever written down, and any denoiser may be plugged in. With a network for D nothing
promises that the rounds end anywhere: on 100 garments (a hole of 14 x 14) 30 of them take the
linear fill from 15.4 to 15.6 dB, and 100 of them to 11.4 dB.
Source: Venkatakrishnan, Bouman and Wohlberg (2013), Plug-and-Play Priors, section II.
Pictures are (n, c, h, w) in [0, 1]; a hole is (n, 1, h, w) bool, True = to be filled.
"""

from collections.abc import Callable

import torch

from learnkit.models.masked import check_holes, check_something_known, composite
from learnkit.shapes import check_at_least
from learnkit.tensors import Hole, Images


@torch.no_grad()
def plug_and_play(
    denoise: Callable[[Images], Images],
    image: Images,
    hole: Hole,
    start: Images,
    *,
    rounds: int = 30,
) -> Images:
    """The fill after that many rounds from `start`, a first fill; known pixels bit for bit.

    `denoise` takes pictures and gives them with less noise. Raises TypeError or ValueError where
    the hole does not fit or covers everything, or `rounds` is below 1.
    """
    check_at_least(1, rounds=rounds)
    hole = check_holes(image, hole)
    check_something_known(hole)
    z, u = composite(start, image, hole), torch.zeros_like(image)
    for _ in range(rounds):
        x = composite(z - u, image, hole)
        z = denoise(x + u)
        u = u + x - z
    return composite(z.clamp(0, 1), image, hole)
