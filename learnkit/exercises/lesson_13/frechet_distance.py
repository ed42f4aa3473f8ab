"""`frechet_distance`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.sandbox.worker import Count
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(13)


def _covariance(d, rank=None):
    loadings = _rng.normal(0, 1, (d, rank or d + 2)).round(1)
    return loadings @ loadings.T / 4


def _one_number(result, *_args, **_options):
    """The distance; a complex number is none, though its imaginary part be 0."""
    parts = Count(np.iscomplexobj(result))
    return {"distance": np.real(result), "count of imaginary parts": parts}


_turned = np.array([[2.0, 1.5], [1.5, 2.0]])

frechet_distance = Exercise.beside(
    __name__,
    cases=[
        case(np.array([0.0]), np.array([[1.0]]), np.array([3.0]), np.array([[4.0]])),
        case(np.array([1.0]), np.array([[2.0]]), np.array([1.0]), np.array([[2.0]])),
        case(
            np.array([0.0, 1.0]),
            np.diag([1.0, 4.0]),
            np.array([0.5, -1.0]),
            np.diag([9.0, 1.0]),
        ),
        case(np.zeros(2), np.diag([4.0, 1.0]), np.zeros(2), _turned),
        case(
            np.array([0.2, 0.1]),
            _turned,
            np.array([0.0, 0.3]),
            np.array([[1.0, -0.8], [-0.8, 1.0]]),
        ),
        case(_rng.normal(0, 1, 3).round(1), _covariance(3), np.zeros(3), _covariance(3)),
        case(
            np.zeros(4),
            _covariance(4, rank=2),
            np.full(4, 0.5),
            _covariance(4, rank=2),
            note="two covariances of rank 2: both are singular",
        ),
        case(_rng.normal(0, 1, 8).round(1), _covariance(8), np.zeros(8), _covariance(8)),
    ],
    hints=(
        "Σ₁ Σ₂ is not symmetric. But Σ₁^½ Σ₂ Σ₁^½ is, and has the same eigenvalues: the trace of "
        "the root is the sum of the roots of those.",
        "values, vectors = np.linalg.eigh(cov1) gives the root of Σ₁: vectors * "
        "np.sqrt(values.clip(min=0)) @ vectors.T. The eigenvalues of root @ cov2 @ root come from "
        "np.linalg.eigvalsh; clip them at 0 as well, for rounding makes some of them -1e-17.",
    ),
    why="A generated picture has no right picture to be compared with, so two sets of pictures are "
    "compared. With the features of an Inception network this number is the FID of the papers.",
    points=3,
    probe=_one_number,
    rtol=1e-5,
    atol=1e-6,
    equivalent=["np.sqrt(values) @", "np.sqrt(values.clip(min=-1))"],  # rounding
)
