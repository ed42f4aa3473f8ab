"""`rms_contrast`: an exercise that an instructor has added to lesson 01, as an example."""

import numpy as np

from learnkit.exercises.table import Exercise, case

rng = np.random.default_rng(1)

rms_contrast = Exercise.beside(
    __name__,
    cases=[
        case(np.array([0.0, 1.0])),
        case(np.array([[0.2, 0.4, 0.9]])),
        case(np.full((2, 2), 0.5), note="a picture of one grey, 0.5"),
        case(rng.uniform(size=(3, 5)).round(2)),
    ],
    hints=(
        "How far is each pixel from the mean of the picture? Square, average, take the root.",
        "np.mean twice and np.sqrt once; NumPy also has a name for the whole of it.",
    ),
    why="Two pictures with one histogram have one RMS contrast, however different they look.",
    points=3,
)
