"""`ssim`: how an answer is tried, and the hints."""

import numpy as np

from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(13)


def _picture(*shape):
    """A slope with a bright square and some noise: brightness, contrast and pattern differ."""
    h, w = shape
    picture = np.linspace(0.1, 0.7, h)[:, None] + np.linspace(0, 0.2, w)
    picture[h // 3 : 2 * h // 3, w // 4 : w // 2] += 0.1
    return (picture + _rng.normal(0, 0.05, shape)).clip(0, 1).round(2)


_small, _wide = _picture(11, 11), _picture(12, 16)
_flat = np.full((11, 12), 0.4)

ssim = Exercise.beside(
    __name__,
    cases=[
        case(_picture(11, 11), _small, note="two pictures of 11 x 11: one window"),
        case(_small, _small, note="a picture and itself"),
        case(1 - _small, _small, note="a picture and its negative"),
        case(_flat + 0.2, _flat, note="two flat pictures, 0.6 and 0.4"),
        case(_picture(12, 16), _wide),
        case((0.5 * _wide + 0.3).round(3), _wide, note="the same picture with half the contrast"),
        case(_picture(15, 13), _picture(15, 13)),
        case(
            0.3 * _picture(11, 12),
            0.2 * _picture(11, 12),
            note="two dark pictures of a wide range; data_range = 4.0",
            data_range=4.0,
        ),
        case(
            255 * _wide[::-1],
            255 * _wide,
            note="a picture upside down, in 0 to 255; data_range = 255.0",
            data_range=255.0,
        ),
    ],
    hints=(
        "Write one helper: the weighted mean of every 11 x 11 window that lies inside. "
        "np.lib.stride_tricks.sliding_window_view(x, (11, 11)) gives the windows, (h - 10, w - 10, "
        "11, 11); the weights are an outer product of exp(-k² / (2 · 1.5²)), k = -5 ... 5, divided "
        "by its sum.",
        "With this mean, μp = mean(pred), σp² = mean(pred**2) - μp², and σpt = mean(pred * target) "
        "- μp μt, each an array with one value a window. The formula gives one similarity a "
        "window, and SSIM is their mean.",
    ),
    why="It compares brightness, contrast and pattern, window by window. A lost texture lowers it "
    "much, a change of brightness little. The MSE does not distinguish the two.",
    points=3,
    rtol=1e-6,
    atol=1e-8,
    equivalent=["data_range=-1.0", "-1.5 ** 2", "(-0.01 * ", "(-0.03 * "],  # all are squared
)
