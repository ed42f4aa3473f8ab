"""`reparameterize`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_08.common import a_tensor, gradients_of
from learnkit.exercises.sandbox.worker import OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32
from learnkit.models import vae

_NO_NOISE = (
    "No noise comes into your z: the same picture would always get the same z. Draw eps with "
    "torch.randn, and return mean + std * eps."
)
_ONE_ROW = (
    "One row of noise serves the whole batch, so that all pictures are moved alike. Draw noise in "
    "the shape of mean, (n, d): a row for each picture."
)
_ONE_NUMBER = (
    "A single number of noise serves all of z. Draw as many as mean has, in the shape of mean."
)
_ONE_A_PICTURE = (
    "One number of noise serves all d numbers of a picture, which then move in step. Draw noise in "
    "the shape of mean, (n, d): a number for each."
)
_RESEEDED = (
    "Your function sets torch's seed: every call then draws the same noise, and everybody else's "
    "noise begins anew, too. Leave the seed alone, and draw from the generator that you are given."
)
_BOUNDED = (
    "Your noise never goes far from 0, as if it were clamped: a normal distribution has no bounds. "
    "Take what torch.randn draws as it is."
)
_FRESH = (
    "Without a generator you make a torch.Generator() of your own, and a new one always starts "
    "from the same seed: every call draws the same noise. Hand None on: generator=None is allowed."
)


def _cloud(mean, log_var, rows, seed=None):
    """Each row of the case `rows` times over, and a generator where there is a seed.

    What the probe needs travels on `mean`: an answer may have changed the tensor itself.
    """
    leaves = [torch.tensor(a).repeat_interleave(rows, 0).requires_grad_() for a in (mean, log_var)]
    mean, log_var = (leaf.clone() for leaf in leaves)  # as an encoder gives them: no leaves
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    start = None if seed is None else generator.get_state()
    mean.kept = leaves, rows, start, torch.get_rng_state(), torch.initial_seed()
    return [mean, log_var], {} if seed is None else {"generator": generator}


def _roughly(values, steps=3):
    """Rounded to thirds, and beyond 1 to steps of 40 %: more than 5,000 draws can well stray."""
    x = np.asarray(values.detach(), float)
    folded = np.where(np.abs(x) < 1, x, np.sign(x) * (1 + np.log(np.abs(x).clip(1))))
    near = np.round(steps * folded) / steps + 0.0  # and -0 is 0
    return np.where(np.abs(near) < 1, near, np.sign(near) * np.exp(np.abs(near) - 1))


def _moments(z, mean, log_var, generator=None):
    (m, v), rows, start, before, seed = mean.kept
    if torch.is_tensor(z) and z.shape != m.shape:
        got, want = tuple(z.shape), tuple(m.shape)
        raise OddResultError(f"Your z has shape {got}; it must have that of mean, {want}.")
    if torch.is_tensor(z) and z.dtype != m.dtype:
        raise OddResultError(f"Your z is {z.dtype}; it must be {m.dtype}, as mean is.")
    a_tensor(z, "z")
    if seed != torch.initial_seed():
        raise OddResultError(_RESEEDED)
    slopes = gradients_of(z, mean=m, log_var=v)
    m, v, z = m.detach(), v.detach(), z.detach()
    globally = not torch.equal(before, torch.get_rng_state())
    given = start is not None and not torch.equal(start, generator.get_state())
    eps = (z - m) / torch.exp(v / 2)
    finite = eps.isfinite().double().mean()
    if finite < 1:
        return {"share of z that is a number": finite}
    block = z[:rows].double()  # one mean and one spread: what differs in here is noise
    if (block - block[0]).abs().max() < 1e-4:
        if not (globally or given):
            raise OddResultError(_NO_NOISE)
        raise OddResultError(_ONE_NUMBER if eps.std() < 1e-3 else _ONE_ROW)
    if torch.corrcoef(block.T)[0, 1].abs() > 0.999:
        raise OddResultError(_ONE_A_PICTURE)
    if generator is None and not globally:
        fresh = torch.randn(m.shape, generator=torch.Generator())
        if torch.allclose(eps, fresh, atol=1e-3):
            raise OddResultError(_FRESH)
    eps = eps.unflatten(0, (-1, rows)).double()  # (row of the case, draw, column)
    spread = eps.std(1)
    about = (eps - eps.mean(1, keepdim=True)) / spread[:, None]
    inside = (about.abs() < 1).double().mean()  # of a normal noise 0.683
    across = (about[..., 0] * about[..., 1]).mean()
    down = (about[:, 1:] * about[:, :-1]).mean()
    right = spread.sub(1).abs().max() < 0.2 and eps.mean(1).abs().max() < 0.2
    right = right and (inside - 0.683).abs() < 0.05 and max(across.abs(), down.abs()) < 0.2
    if right and given and about.abs().max() < 3.2:  # of 20,000 draws about thirty lie beyond 3.2
        raise OddResultError(_BOUNDED)
    if generator is None:  # the sizes were looked at in the cases before
        return {"share of z that is a number": finite, "noise of the right kind": int(right)}
    noise = _each_row(z, rows) - _each_row(z, rows).mean(1, keepdim=True)  # std * eps
    by_log_var = slopes["gradient with respect to log_var"]  # which is to be half of it
    by_log_var = _each_row(by_log_var, rows)
    return {
        "share of z that is a number": finite,
        "mean of the noise (z - mean) / std": _roughly(eps.mean(1) / spread.clamp(min=1e-6)),
        "spread of the noise (z - mean) / std": _roughly(spread),
        "share of noise within one spread": np.round(inside, 1),
        "correlation of noise between columns": _roughly(across),
        "correlation of noise between rows": _roughly(down),
        "gradient with respect to mean": _roughly(
            _each_row(slopes["gradient with respect to mean"], rows).mean(1)
        ),
        "gradient with respect to log_var, over std * eps / 2": _roughly(
            (by_log_var * noise).sum(1) / (noise**2 / 2).sum(1), steps=4
        ),
        "draws from the generator it is given (1: yes)": int(given),
        "draws from torch's own generator (1: yes)": int(globally),
    }


def _each_row(values, rows):
    return values.unflatten(0, (-1, rows))


_MEAN = f32([[0.9, -2.7, 0.7], [-0.6, 1.3, -1.4]])
_LOG_VAR = f32(2 * np.log([[0.3, 2.9, 12.0], [0.3, 1.8, 0.08]]))
_ROWS = "5,000 rows with mean (0.9, -2.7{}) and std (0.3, 2.9{}), 5,000 with mean (-0.6, 1.3{}) "
_ROWS += "and std (0.3, 1.8{}); {}"


reparameterize = Exercise.beside(
    __name__,
    reference=vae.reparameterize,
    cases=[
        case(
            _MEAN[:1, :2],
            _LOG_VAR[:1, :2],
            10_000,
            seed=1,
            note="10,000 rows, all with mean (0.9, -2.7) and log_var (-2.408, 2.129), which is "
            "std (0.3, 2.9); and a generator",
        ),
        case(
            _MEAN,
            _LOG_VAR,
            5_000,
            seed=3,
            note=_ROWS.format(", 0.7", ", 12", ", -1.4", ", 0.08", "and a generator"),
        ),
        case(
            _MEAN[:, :2],
            _LOG_VAR[:, :2],
            5_000,
            note=_ROWS.format("", "", "", "", "no generator"),
        ),
    ],
    build=_cloud,
    probe=_moments,
    hints=(
        "std is the root of the variance, and the root of e^a is e^(a / 2). Noise is drawn apart "
        "from mean and log_var, then stretched and moved: so the gradient knows both.",
        "std = torch.exp(log_var / 2), and eps in the shape of mean from torch.randn, which takes "
        "a generator (randn_like takes none). z is mean plus std times eps.",
    ),
    why="The noise is drawn outside the network, so the gradient passes to mean and log_var. With "
    "torch.normal, which draws z itself, there would be no gradient: the encoder could not learn.",
    points=2,
    prewarm=("torch",),
    atol=1e-6,
    equivalent=[
        "return mean - torch.exp(log_var / 2) * noise",  # -ε is as normal as ε
    ],
)
