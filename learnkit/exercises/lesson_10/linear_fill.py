"""`linear_fill`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.lesson_10.common import one_tensor, picture, tensors
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32

_rng = np.random.default_rng(10)


def _the_picture(result, *_args, **_options):
    one_tensor(result, "the filled picture")
    return {"picture": result}


def _garments(d, rank=2, noise=0.03):
    """A mean and a covariance as pictures have them: neighbours move together."""
    loadings = _rng.normal(0, 0.3, (d, rank))
    cov = (loadings @ loadings.T + noise * np.eye(d)).round(3)
    return f32(_rng.uniform(0.2, 0.8, d).round(2)), f32((cov + cov.T) / 2)


def _where(marks):
    return np.array([mark == "#" for mark in marks])


_strong = np.full((4, 4), 0.09) + np.diag([0.01, 0.02, 0.01, 0.02])


def _doubles(*arrays, **options):
    """As the lesson has them: a covariance of 784 numbers is solved with in float64."""
    (image, mean, cov, hole), options = tensors(*arrays, **options)
    return (image.double(), mean.double(), cov.double(), hole), options


linear_fill = Exercise.beside(
    __name__,
    cases=[
        case(
            f32([0.8, 0.1]),
            f32([0.5, 0.4]),
            f32([[0.1, 0.05], [0.05, 0.2]]),
            _where(".#"),
        ),
        case(
            f32([0.3, 0.9, 0.2]),
            f32([0.5, 0.6, 0.3]),
            f32([[0.1, 0.06, 0.02], [0.06, 0.12, 0.05], [0.02, 0.05, 0.08]]),
            _where("#.."),
            jitter=0.05,
        ),
        case(
            f32([0.9, 0.7, 0.2, 1.0]),
            f32([0.4, 0.7, 0.5, 0.3]),
            f32(_strong),
            _where(".##."),
        ),
        case(f32([0.2, 0.7, 0.4]), *_garments(3), _where("...")),
        case(f32([0.2, 0.7, 0.4]), *_garments(3), _where("###")),
        case(picture(_rng, 6), *_garments(6), _where("##.#.#"), jitter=0.1),
        case(picture(_rng, 9), *_garments(9, 3), _where("...##.#.."), jitter=0.02),
        case(picture(_rng, 14), *_garments(14, 4), _where("..####........")),
    ],
    build=_doubles,
    probe=_the_picture,
    hints=(
        "Call the pixels of the hole u and the known ones k. The best guess for u is its mean plus "
        "a weighted sum of how far the known pixels lie from their own means.",
        "x_u = m_u + C_uk (C_kk + jitter I)⁻¹ (x_k - m_k). With known = ~hole, C_kk is "
        "cov[known][:, known] and C_uk is cov[hole][:, known]; torch.linalg.solve(A, b) is A⁻¹ b.",
    ),
    why="No fill that is linear in the known pixels has a smaller mean squared error, and this one "
    "solves one linear system. A network is worth its training only if it is better than this.",
    points=3,
    prewarm=("torch",),
    rtol=1e-4,
    atol=2e-5,
    equivalent=["torch.eye(known.sum())"],  # a tensor of one number is a number to eye
)
