"""`numerical_grad`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.byhand import gradcheck
from learnkit.exercises.table import Exercise, case


def _cubic(weights, x, **options):
    """A function that central differences do not get exactly right: Σ w x³ + (Σ x)²."""

    def f(v):
        return float(np.sum(weights * v**3) + np.sum(v) ** 2)

    return (f, x), options


def _cubic_case(weights, x, text, **options):
    shown = "\n".join([text, f"x = {x.tolist()}", *(f"{k} = {v}" for k, v in options.items())])
    return case(weights, x, note=shown, **options)


numerical_grad = Exercise.beside(
    __name__,
    reference=gradcheck.numerical_grad,
    cases=[
        _cubic_case(np.zeros(1), np.array([3.0]), "f(x) = (sum of x)²"),
        _cubic_case(np.ones(2), np.array([1.0, 2.0]), "f(x) = sum of x³ + (sum of x)²"),
        _cubic_case(np.ones(2), np.array([1.0, 2.0]), "f(x) = sum of x³ + (sum of x)²", eps=0.1),
        _cubic_case(-np.ones(2), np.array([1.0, -2.0]), "f(x) = (sum of x)² - sum of x³"),
        _cubic_case(
            np.ones((2, 2)), np.array([[0.3, -1], [2, 0.7]]), "f(x) = sum of x³ + (sum of x)²"
        ),
        _cubic_case(np.ones(3), np.array([0.1, -1, 3]), "f(x) = sum of x³ + (sum of x)²", eps=0.01),
        _cubic_case(
            np.ones((2, 1, 3)),
            np.array([[[0.5, -1, 2]], [[0.25, 0.0, -0.75]]]),
            "f(x) = sum of x³ + (sum of x)²",
        ),
    ],
    build=_cubic,
    hints=(
        "For each element of a copy: make it eps larger, ask f; make it eps smaller, ask f; then "
        "put the copy back.",
        "np.ndindex(x.shape) gives the index of every element, in any shape. Change a copy, not x.",
    ),
    why="It needs no formula for the gradient, so it does not repeat your mistakes: you can now "
    "check any gradient by it.",
    points=2,
    rtol=1e-5,
    atol=1e-6,
    equivalent=[
        "eps: float=2e-05",  # both are good to nine digits: any eps near 1e-5 is right
        "eps: float=-1e-05",  # central differences are symmetric in eps
    ],
)
