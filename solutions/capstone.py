"""An example of a capstone: scratches on photographs. `learnkit capstone solutions/capstone.py`."""

import numpy as np
from scipy.ndimage import binary_dilation

from learnkit.fills.protocol import spread
from learnkit.models.as_fill import fill_with
from learnkit.models.pretrained import pretrained

FIELD = "photograph"
NEAR = 6  # pixels around the hole, of which some are hidden
HIDDEN = 0.5  # of them

fill = fill_with(pretrained("photo_inpainter"))


def fills(image, hole, count, seed):
    """Fills by the same network, each time with another half of the hole's surroundings hidden."""
    generator = np.random.default_rng(seed)
    near = binary_dilation(hole, iterations=NEAR) & ~hole
    drawn = []
    for _ in range(count):
        more = hole | (near & (generator.random(hole.shape) < HIDDEN))
        drawn.append(np.where(spread(hole, image), fill(image, more), image))  # known pixels stay
    return np.stack(drawn)


QUESTION = """
A family archive wants to print old photographs of which the negatives are scratched. The prints
are looked at, not measured: a scratch must no longer be seen, and a face must remain the face that
it was. An archivist marks the scratches; the program fills them.
"""

METHOD = """
The hole is filled by learnkit's photo_inpainter: a thin plate over the hole, as Damelin and Hoang
(2018) have it, and a convolutional network that adds what the plate lacks, after Zhang et al.
(2017). It was trained on sixteen photographs, of which none is among the judged ones. For the
uncertainty half of the pixels within six of the hole are hidden as well, at random, each time anew:
where the fill hangs on few pixels it changes, and where all its surroundings agree it does not.
"""

RESULTS = """
In the hole, in dB, network beside harmonic fill: 31.8 and 29.4, 28.1 and 22.1, 32.6 and 30.0, 34.8
and 33.5 on the four judged pictures. The mean absolute error falls on each of them, from 0.026 to
0.017 in the mean. The harmonic fill is a fair baseline for scratches of one pixel, for what lies
on both sides of them is known. PSNR is the right measure as long as the scratches are that thin:
there is little to invent. The uncertainty goes with the error, rank correlation 0.62.
"""

LIMITS = """
It fails where a scratch crosses an edge or something as thin as itself. The largest error, 0.27, is
on the second judged picture, at the edge of the helmet. It must not be used where somebody is to be
recognised, by a court or at a border: what stands in the hole was never photographed. The scratches
have to be marked by hand. Where a program looks for them, pixels that were never scratched are
filled too; lesson 16 loses 12 dB by that.
"""
