"""What the exercises of lesson 00 share."""

import numpy as np

_rng = np.random.default_rng(0)

grey, colour = _rng.random((3, 4)).round(2), _rng.random((4, 3, 3)).round(2)
