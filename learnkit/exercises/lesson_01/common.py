"""What the exercises of lesson 01 share."""

import numpy as np

_rng = np.random.default_rng(1)

small = (np.array([0.0, 1.0]), np.array([0.0, 0.5]))
pair = (np.array([[0.2, 0.9, 0.4]]), np.array([[0.5, 0.5, 0.5]]))
batch = (_rng.random((2, 3, 4)).round(2), _rng.random((2, 3, 4)).round(2))

big = tuple((3 * _rng.standard_normal((5, 2))).round(1) for _ in range(2))
