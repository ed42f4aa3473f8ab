"""What the exercises of lesson 03 share."""

import numpy as np

from learnkit.exercises.table import case

_rng = np.random.default_rng(3)

grey = _rng.random((3, 4)).round(2)
some_logits = _rng.normal(0, 3, (3, 4)).round(2)
BCE_CASES = [
    case(np.array([0.0]), np.array([1.0])),
    case(np.array([2.0]), np.array([0.0])),
    case(np.array([12.0]), np.array([1.0])),
    case(np.array([-1.0, 2.0]), np.array([1.0, 0.25])),
    case(np.array([[1.0, -2.0, 0.5], [-3.0, 4.0, 0.0]]), np.array([[1.0, 0, 0], [0.3, 1, 0.5]])),
    case(np.array([40.0, -40.0]), np.array([0.0, 1.0]), note="logits = [40, -40], target = [0, 1]"),
    case(np.array([800.0, -800.0, 800.0]), np.array([0.0, 1.0, 1.0])),
    case(some_logits, grey),
    case(_rng.normal(0, 2, (2, 3, 2)).round(2), _rng.random((2, 3, 2)).round(2)),
]
