"""Lesson 08: a variational autoencoder: noise that lets the gradient pass, and what it costs."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError
from learnkit.models import vae

_rng = np.random.default_rng(8)


def _f32(values):
    return np.asarray(values, np.float32)


def _normal(*shape):
    return _f32(_rng.standard_normal(shape).round(2))


def _a_tensor(result, of):
    """Raises OddResultError where the result is no tensor, or no gradient flows back through it."""
    if isinstance(result, tuple | list):
        raise OddResultError(
            f"You return a {type(result).__name__}; return {of} in one tensor (is there a comma at "
            "the end of the line?)."
        )
    if callable(result):
        raise OddResultError(
            f"You return a method; return {of}: the round brackets of a call are missing."
        )
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return a {type(result).__name__}; return {of} as a tensor of torch, or no "
            "gradient can flow back through it (leave out .item(), float() and .numpy())."
        )
    if not result.requires_grad:
        raise OddResultError(
            f"No gradient flows back through {of}: .detach(), .data, .sample() or torch.no_grad() "
            "cuts it off, and the encoder would never learn. Leave that out."
        )


def _slopes(result, **leaves):
    """The gradient of the result's sum with respect to each leaf, 0 where none arrives."""
    grads = torch.autograd.grad(result.sum(), leaves.values(), allow_unused=True)
    return {
        f"gradient with respect to {name}": torch.zeros_like(leaf) if grad is None else grad
        for (name, leaf), grad in zip(leaves.items(), grads, strict=True)
    }


# ---- reparameterize ----------------------------------------------------------------------------

_CUT = (
    "No gradient flows back through z: .detach(), .data, .sample() or torch.no_grad() cuts it off, "
    "and the encoder would never learn. Leave that out."
)
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
    _a_tensor(z, "z")
    if seed != torch.initial_seed():
        raise OddResultError(_RESEEDED)
    slopes = _slopes(z, mean=m, log_var=v)
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


_MEAN = _f32([[0.9, -2.7, 0.7], [-0.6, 1.3, -1.4]])
_LOG_VAR = _f32(2 * np.log([[0.3, 2.9, 12.0], [0.3, 1.8, 0.08]]))
_ROWS = "5,000 rows with mean (0.9, -2.7{}) and std (0.3, 2.9{}), 5,000 with mean (-0.6, 1.3{}) "
_ROWS += "and std (0.3, 1.8{}); {}"

reparameterize = Exercise(
    "reparameterize",
    vae.reparameterize,
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
        "eps = torch.randn(mean.shape, generator=generator, device=mean.device)\n"
        "return mean + torch.exp(log_var / 2) * eps",
    ),
    why="The noise is drawn outside the network, so the gradient passes to mean and log_var. "
    "Drawing z itself gives no gradient at all: this line is what makes a VAE trainable.",
    points=2,
    prewarm=("torch",),
    atol=1e-6,
)


@reparameterize.mistake(
    "You stretch the noise by exp(log_var), which is the variance. Noise is stretched by std, the "
    "root of it: exp(log_var / 2)."
)
def variance_for_std(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var) * eps


@reparameterize.mistake(
    "You halve the variance, exp(log_var) / 2. std is its root, and so the half belongs inside the "
    "brackets: exp(log_var / 2)."
)
def half_of_the_variance(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var) / 2 * eps


@reparameterize.mistake(
    "You halve twice: exp(log_var / 4) is the root of std. std is exp(log_var / 2), and no root "
    "is left to take."
)
def halved_twice(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2).sqrt() * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )


@reparameterize.mistake(
    "exp is missing: log_var / 2 is the logarithm of std, and can be negative. Take "
    "exp(log_var / 2)."
)
def no_exp(mean, log_var, generator=None):
    return mean + log_var / 2 * torch.randn(mean.shape, generator=generator, device=mean.device)


@reparameterize.mistake(
    "You stretch the noise by log_var as it is, a logarithm; std is exp(log_var / 2)."
)
def log_var_for_std(mean, log_var, generator=None):
    return mean + log_var * torch.randn(mean.shape, generator=generator, device=mean.device)


@reparameterize.mistake(
    "You take the root of log_var, which is a logarithm and can be negative: NaN. The root of the "
    "variance is exp(log_var / 2)."
)
def root_of_log_var(mean, log_var, generator=None):
    return mean + log_var.sqrt() * torch.randn(mean.shape, generator=generator, device=mean.device)


@reparameterize.mistake(
    "There is a minus too many: exp(-log_var / 2) is 1 / std. A wide cloud must get much noise: "
    "exp(log_var / 2)."
)
def one_over_std(mean, log_var, generator=None):
    return mean + torch.exp(-log_var / 2) * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )


@reparameterize.mistake(
    "std is not used in yours: the noise is as wide for every picture. Stretch it by "
    "exp(log_var / 2)."
)
def not_stretched(mean, log_var, generator=None):
    return mean + torch.randn(mean.shape, generator=generator) + 0 * log_var


@reparameterize.mistake("mean is missing: your clouds all lie about 0. z = mean + std * eps.")
def no_mean(mean, log_var, generator=None):
    return torch.exp(log_var / 2) * torch.randn(mean.shape, generator=generator) + 0 * mean


@reparameterize.mistake("mean has the wrong sign: z = mean + std * eps.")
def minus_mean(mean, log_var, generator=None):
    return torch.exp(log_var / 2) * torch.randn(mean.shape, generator=generator) - mean


@reparameterize.mistake(
    "You return the noise alone: mean and log_var must move and stretch it, mean + std * eps."
)
def noise_alone(mean, log_var, generator=None):
    return torch.randn(mean.shape, generator=generator) + 0 * (mean + log_var)


@reparameterize.mistake(
    "mean and std have changed places: std stretches the noise, mean moves it: mean + std * eps."
)
def places_changed(mean, log_var, generator=None):
    return mean * torch.randn(mean.shape, generator=generator) + torch.exp(log_var / 2)


@reparameterize.mistake(
    "Your brackets stretch mean as well: (mean + eps) * std. Only the noise is stretched: "
    "mean + std * eps."
)
def mean_stretched(mean, log_var, generator=None):
    return (mean + torch.randn(mean.shape, generator=generator)) * torch.exp(log_var / 2)


@reparameterize.mistake(
    "The noise multiplies mean, too: mean must stand outside, mean + std * eps."
)
def all_times_noise(mean, log_var, generator=None):
    return (mean + torch.exp(log_var / 2)) * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )


@reparameterize.mistake(
    "You take log_var for the mean and mean for log_var: the order is (mean, log_var)."
)
def arguments_swapped(mean, log_var, generator=None):
    return log_var + torch.exp(mean / 2) * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )


@reparameterize.mistake(
    "Your noise does not come from the generator that you are given, so nobody can repeat it. "
    "randn_like takes none: use torch.randn(mean.shape, generator=generator)."
)
def generator_ignored(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2) * torch.randn_like(mean)


@reparameterize.mistake(
    "Your noise is not torch's: it ignores the generator and torch's seed. Use "
    "torch.randn(mean.shape, generator=generator)."
)
def noise_from_numpy(mean, log_var, generator=None):
    eps = torch.from_numpy(np.random.default_rng().standard_normal(mean.shape)).to(mean.dtype)
    return mean + torch.exp(log_var / 2) * eps


@reparameterize.mistake(
    "You draw from [0, 1): such noise pushes one way alone. The cloud is normal: torch.randn, "
    "with an n."
)
def rand_for_randn(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2) * torch.rand(mean.shape, generator=generator)


@reparameterize.mistake(
    "Your noise is uniform, from -1 to 1. The cloud is normal: torch.randn, with no bounds."
)
def uniform_from_minus_1(mean, log_var, generator=None):
    eps = 2 * torch.rand(mean.shape, generator=generator) - 1
    return mean + torch.exp(log_var / 2) * eps


@reparameterize.mistake(
    "You take the size of the noise (abs): it must push both ways, as torch.randn gives it."
)
def noise_without_sign(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2) * torch.randn(mean.shape, generator=generator).abs()


@reparameterize.mistake(
    "Your z is distributed rightly, and no gradient comes through: those with respect to mean and "
    "log_var are 0, for torch.normal draws z itself. Draw eps from torch.randn, and write mean + "
    "std * eps."
)
def torch_normal(mean, log_var, generator=None):
    return torch.normal(mean, torch.exp(log_var / 2), generator=generator)


@reparameterize.mistake(
    "torch.normal draws z itself: no gradient comes through. And it ignores the generator that you "
    "are given. Draw eps from torch.randn, and write mean + std * eps."
)
def torch_normal_without_the_generator(mean, log_var, generator=None):
    return torch.normal(mean, torch.exp(log_var / 2))


@reparameterize.mistake(_BOUNDED)
def noise_clamped(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device).clamp(-2.5, 2.5)
    return mean + torch.exp(log_var / 2) * eps


@reparameterize.mistake(
    "You double log_var: exp(2 log_var) is the variance squared, and std is its root, "
    "exp(log_var / 2)."
)
def doubled_for_halved(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(2 * log_var) * eps


@reparameterize.mistake(
    "No gradient reaches log_var: you cut it off from std. Then no picture learns how wide its "
    "cloud is. Leave out .detach(), .data and no_grad()."
)
def std_detached(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var / 2).detach() * eps


@reparameterize.mistake(
    "No gradient reaches mean: you cut it off. Then no cloud can move. Leave out .detach(), "
    ".data and no_grad()."
)
def mean_detached(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean.detach() + torch.exp(log_var / 2) * eps


@reparameterize.mistake(_CUT)
def all_detached(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return (mean + torch.exp(log_var / 2) * eps).detach()


@reparameterize.mistake(_ONE_ROW)
def one_noise_for_the_batch(mean, log_var, generator=None):
    eps = torch.randn(mean.shape[1], generator=generator)
    return mean + torch.exp(log_var / 2) * eps


@reparameterize.mistake(_ONE_A_PICTURE)
def one_noise_a_picture(mean, log_var, generator=None):
    eps = torch.randn(len(mean), 1, generator=generator)
    return mean + torch.exp(log_var / 2) * eps


@reparameterize.mistake(_ONE_NUMBER)
def one_number(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2) * torch.randn(1, generator=generator)


@reparameterize.mistake(_NO_NOISE)
def no_noise(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2)


@reparameterize.mistake(_FRESH)
def fresh_generator(mean, log_var, generator=None):
    if generator is None:
        generator = torch.Generator()
    return mean + torch.exp(log_var / 2) * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )


@reparameterize.mistake(
    "std stretches mean in yours, and the noise is as wide for every picture: mean + std * eps."
)
def std_on_mean_alone(mean, log_var, generator=None):
    return mean * torch.exp(log_var / 2) + torch.randn(mean.shape, generator=generator)


# ---- kl_divergence -----------------------------------------------------------------------------


def _leaves(*values, **options):
    """Arrays as tensors that a gradient can reach; plain values as they are."""
    made = [torch.tensor(v) if isinstance(v, np.ndarray) else v for v in values]
    given = [v.requires_grad_().clone() if torch.is_tensor(v) else v for v in made]
    given[0].leaves = made
    return given, options


def _kl_and_slopes(result, mean, log_var):
    _a_tensor(result, "the divergence")
    m, v = mean.leaves
    return {"KL": result, **_slopes(result, mean=m, log_var=v)}


kl_divergence = Exercise(
    "kl_divergence",
    vae.kl_divergence,
    cases=[
        case(_f32([[1.0, 0.0]]), _f32([[0.0, 0.0]])),
        case(_f32([[0.0, 0.0, 0.0]]), _f32([[1.0, -1.0, 2.0]])),
        case(_f32([[0.0, 0.0], [2.0, -1.0], [0.5, 3.0]]), _f32([[0, 0], [0, 0], [-1, 1]])),
        case(_normal(4, 3), _normal(4, 3)),
        case(_normal(2, 5), _f32([[-6, 6, -3, 3, 0], [6, 6, -6, 1, -1]])),
        case(_normal(3, 3), _normal(3, 3), note="three pictures, three latent numbers"),
    ],
    build=_leaves,
    probe=_kl_and_slopes,
    hints=(
        "Each latent number costs something of its own: for wandering off (mean²), and for a "
        "variance that is not 1. A picture pays the sum over its d numbers.",
        "One number costs ½ (mean² + var - 1 - log var), and var is exp(log_var). Sum over "
        "dimension 1, so that one number a picture is left.",
        "return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)",
    ),
    why="These nats are what it costs to tell where a picture lies in the latent space. A number "
    "that costs 0 says nothing about the picture: count them, and you see a posterior collapse.",
    points=2,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _each(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var)


@kl_divergence.mistake(
    "The sign is flipped: a divergence is never below 0. It is ½ (mean² + var - 1 - log var)."
)
def sign(mean, log_var):
    return 0.5 * (1 + log_var - mean**2 - log_var.exp()).sum(dim=1)


@kl_divergence.mistake(
    "You take log_var for the standard deviation, and square it. It is a logarithm already: the "
    "variance is exp(log_var), and the logarithm in the formula is log_var itself."
)
def log_var_as_spread(mean, log_var):
    return 0.5 * (mean**2 + log_var**2 - 1 - torch.log(log_var**2)).sum(dim=1)


@kl_divergence.mistake(
    "You average over the latent numbers: a picture pays for each of its d numbers, so sum them."
)
def mean_over_latents(mean, log_var):
    return _each(mean, log_var).mean(dim=1)


@kl_divergence.mistake(
    "The -1 is missing: with mean 0 and variance 1 the divergence must be 0, and yours is d / 2."
)
def no_minus_1(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - log_var).sum(dim=1)


@kl_divergence.mistake("The 1 has the wrong sign: it is taken away. At N(0, I) nothing is left.")
def plus_1(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() + 1 - log_var).sum(dim=1)


@kl_divergence.mistake(
    "You take std where the variance belongs: the formula wants std², which is exp(log_var), "
    "with no half."
)
def std_for_variance(mean, log_var):
    return 0.5 * (mean**2 + torch.exp(log_var / 2) - 1 - log_var).sum(dim=1)


@kl_divergence.mistake(
    "You halve log_var on the way: std is exp(log_var / 2), and the formula wants the variance "
    "and its logarithm, exp(log_var) and log_var themselves."
)
def std_for_variance_in_both(mean, log_var):
    return _each(mean, log_var / 2)


@kl_divergence.mistake(
    "You take exp(log_var) for std: it is the variance already. Do not square it, nor double "
    "log_var."
)
def exp_for_std(mean, log_var):
    return _each(mean, 2 * log_var).sum(dim=1)


@kl_divergence.mistake("exp(log_var) is the variance already; you square it once more.")
def variance_squared(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() ** 2 - 1 - log_var).sum(dim=1)


@kl_divergence.mistake(
    "You take log_var for the variance: log_var is its logarithm, and exp(log_var) the variance."
)
def log_var_for_variance(mean, log_var):
    return 0.5 * (mean**2 + log_var - 1 - log_var.log()).sum(dim=1)


@kl_divergence.mistake(
    "exp is missing: the second term is the variance, exp(log_var). As it is, log_var takes "
    "itself away again."
)
def no_exp_of_log_var(mean, log_var):
    return 0.5 * (mean**2 + log_var - 1 - log_var).sum(dim=1)


@kl_divergence.mistake(
    "The last term is missing, - log_var: without it a cloud may shrink to a point for nothing."
)
def no_log_term(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 + 0 * log_var).sum(dim=1)


@kl_divergence.mistake("log_var is added; it must be taken away: mean² + var - 1 - log_var.")
def plus_log_var(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 + log_var).sum(dim=1)


@kl_divergence.mistake("mean is not squared: a cloud on the left of 0 must cost as on the right.")
def mean_not_squared(mean, log_var):
    return 0.5 * (mean + log_var.exp() - 1 - log_var).sum(dim=1)


@kl_divergence.mistake("The size of mean (abs) is not its square: wandering off costs mean² / 2.")
def mean_abs(mean, log_var):
    return 0.5 * (mean.abs() + log_var.exp() - 1 - log_var).sum(dim=1)


@kl_divergence.mistake(
    "mean² is missing: a cloud could lie as far off as it likes, and it would cost nothing."
)
def no_mean_in_kl(mean, log_var):
    return 0.5 * (log_var.exp() - 1 - log_var + 0 * mean).sum(dim=1)


@kl_divergence.mistake("The half is missing: ½ (mean² + var - 1 - log var).")
def no_half(mean, log_var):
    return 2 * _each(mean, log_var).sum(dim=1)


@kl_divergence.mistake(
    "The half stands at mean² alone: it belongs to all, ½ (mean² + var - 1 - log var)."
)
def half_of_mean_alone(mean, log_var):
    return (0.5 * mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)


@kl_divergence.mistake(
    "You sum over the pictures (dim=0); sum over the latent numbers, dim=1, and keep one number "
    "a picture."
)
def wrong_axis(mean, log_var):
    return _each(mean, log_var).sum(dim=0)


@kl_divergence.mistake(
    "You sum over everything: one number is left for the batch. Keep one a picture: sum(dim=1)."
)
def one_number_for_all(mean, log_var):
    return _each(mean, log_var).sum()


@kl_divergence.mistake(
    "You average over the pictures as well: asked is one number for each, (n,). The mean over the "
    "batch comes later, in the loss."
)
def mean_over_pictures(mean, log_var):
    return _each(mean, log_var).sum(dim=1).mean()


@kl_divergence.mistake(
    "You average over everything: sum over the latent numbers, and keep one number a picture."
)
def mean_over_all(mean, log_var):
    return _each(mean, log_var).mean()


@kl_divergence.mistake(
    "The sum is missing: you return what each latent number costs, (n, d). A picture pays all of "
    "its own: sum(dim=1)."
)
def not_summed(mean, log_var):
    return _each(mean, log_var)


@kl_divergence.mistake(
    "You take the logarithm of log_var, which is one already: the last term is - log_var as it is."
)
def log_of_log_var(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var.log()).sum(dim=1)


@kl_divergence.mistake(
    "The value is right, and no gradient reaches mean: you cut it off. Then nothing pulls the "
    "clouds together. Leave out .detach(), .data and no_grad()."
)
def mean_cut_off(mean, log_var):
    return _each(mean.detach(), log_var).sum(dim=1)


@kl_divergence.mistake(
    "The value is right, and no gradient reaches log_var: you cut it off. Then nothing keeps the "
    "clouds wide. Leave out .detach(), .data and no_grad()."
)
def log_var_cut_off(mean, log_var):
    return _each(mean, log_var.detach()).sum(dim=1)


@kl_divergence.mistake("You keep the summed dimension: the shape must be (n,), not (n, 1).")
def dimension_kept(mean, log_var):
    return _each(mean, log_var).sum(dim=1, keepdim=True)


@kl_divergence.mistake(
    "You measure the other way round, KL(N(0, I) || q). Asked is KL(q || N(0, I)): it averages "
    "over q, the cloud of the picture."
)
def reversed_divergence(mean, log_var):
    return 0.5 * ((1 + mean**2) / log_var.exp() - 1 + log_var).sum(dim=1)


@kl_divergence.mistake("You count in bits: your sum is divided by ln 2. Nats need no division.")
def bits(mean, log_var):
    return _each(mean, log_var).sum(dim=1) / math.log(2)


@kl_divergence.mistake(
    "You sum mean over the latent numbers before you square it: square each, then sum."
)
def summed_before_squared(mean, log_var):
    return 0.5 * (mean.sum(dim=1) ** 2 + (log_var.exp() - 1 - log_var).sum(dim=1))


@kl_divergence.mistake(
    "You take log_var for mean and mean for log_var: the order is (mean, log_var)."
)
def arguments_swapped_in_kl(mean, log_var):
    return _each(log_var, mean).sum(dim=1)


# ---- negative_elbo -----------------------------------------------------------------------------


def _negative_elbo(logits, images, mean, log_var, beta=1.0):
    nll = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    return (nll.flatten(1).sum(dim=1) + beta * vae.kl_divergence(mean, log_var)).mean()


def _loss_and_slopes(result, logits, images, mean, log_var, beta=1.0):
    _a_tensor(result, "the loss")
    x, _, m, v = logits.leaves
    return {"loss": result, **_slopes(result, logits=x, mean=m, log_var=v)}


def _grey(*shape):
    return _f32(_rng.random(shape).round(2))


negative_elbo = Exercise(
    "negative_elbo",
    _negative_elbo,
    cases=[
        case(_f32([[[[2.0]]]]), _f32([[[[1.0]]]]), _f32([[1.0]]), _f32([[0.0]])),
        case(
            _f32([[[[0.5, 1.0]]], [[[-1.0, 2.0]]]]),
            _f32([[[[0.0, 1.0]]], [[[0.0, 0.5]]]]),
            _f32([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]),
            np.zeros((2, 3), np.float32),
        ),
        case(_normal(3, 3, 2, 4), _grey(3, 3, 2, 4), _normal(3, 2), _normal(3, 2)),
        case(_normal(3, 3, 2, 4), _grey(3, 3, 2, 4), _normal(3, 2), _normal(3, 2), beta=4.0),
        case(_normal(4, 1, 3, 3), _grey(4, 1, 3, 3), _normal(4, 5), _normal(4, 5), beta=0.25),
        case(_normal(2, 1, 2, 2), _grey(2, 1, 2, 2), _normal(2, 3), _normal(2, 3), beta=0.0),
        case(
            _f32([[[[200.0, -200.0], [200.0, -200.0]]]] * 2),
            _f32([[[[1.0, 0.0], [0.0, 1.0]]], [[[1.0, 0.0], [0.5, 0.0]]]]),
            _normal(2, 2),
            _normal(2, 2),
            note="logits of 200 and -200, right in some pixels and wrong in others; beta = 1",
        ),
    ],
    build=_leaves,
    probe=_loss_and_slopes,
    hints=(
        "A picture costs two things: its pixels, given z (binary cross-entropy, summed over all "
        "its pixels and channels), and z itself (beta times KL). The loss is the mean of that.",
        'F.binary_cross_entropy_with_logits(logits, images, reduction="none") keeps every pixel. '
        "Sum over all dimensions but the first, add beta * kl_divergence(mean, log_var), and take "
        "the mean.",
        'bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")\n'
        "kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)\n"
        "return (bce.sum(dim=(1, 2, 3)) + beta * kl).mean()",
    ),
    why="Pixels and KL are counted in one unit, nats a picture. Average over the pixels instead, "
    "and on a garment the KL weighs 784 times too much: then z tells nothing about its picture, "
    "and the decoder makes one grey blur for all.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _bce(logits, images):
    return F.binary_cross_entropy_with_logits(logits, images, reduction="none")


def _pixels(logits, images):
    return _bce(logits, images).sum(dim=(1, 2, 3))


def _kl(mean, log_var):
    return _each(mean, log_var).sum(dim=1)


@negative_elbo.mistake(
    "You average the cross-entropy over the pixels, while KL is summed: the KL then weighs as many "
    "times too much as a picture has pixels. Sum over the pixels, take the mean over the pictures."
)
def mean_over_pixels(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images)
    kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)
    return bce + beta * kl.mean()


@negative_elbo.mistake(
    "You take the mean over all pixels and multiply it by 784: that is right for grey pictures of "
    "28 x 28 alone. Multiply by images[0].numel(), or sum over the pixels."
)
def mean_times_784(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images)
    return 784 * bce + beta * _kl(mean, log_var).mean()


_BINARY = (
    "You make the pictures black and white first. Pixels may be grey: the cross-entropy takes any "
    "value from 0 to 1 as its target, so hand it images as they are."
)


@negative_elbo.mistake(_BINARY)
def pictures_in_black_and_white(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(logits, (images > 0.5).float(), mean, log_var, beta)


@negative_elbo.mistake(_BINARY)
def pictures_in_black_and_white_from_a_half_on(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(logits, (images >= 0.5).float(), mean, log_var, beta)


@negative_elbo.mistake(_BINARY)
def everything_but_black_is_white(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(logits, (images > 0).float(), mean, log_var, beta)


@negative_elbo.mistake("beta stands at the cross-entropy; it weighs the KL.")
def beta_on_the_wrong_term(logits, images, mean, log_var, beta=1.0):
    return (beta * _pixels(logits, images) + _kl(mean, log_var)).mean()


@negative_elbo.mistake("beta weighs both terms; it belongs to the KL alone.")
def beta_on_both(logits, images, mean, log_var, beta=1.0):
    return beta * (_pixels(logits, images) + _kl(mean, log_var)).mean()


@negative_elbo.mistake("beta is not used in yours: multiply the KL by it.")
def beta_ignored(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) + _kl(mean, log_var)).mean()


@negative_elbo.mistake("You divide the KL by beta; multiply: a large beta asks for a smooth space.")
def divided_by_beta(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) + _kl(mean, log_var) / beta).mean()


@negative_elbo.mistake(
    "You sum over the batch; the loss is a mean over the pictures, or a larger batch takes larger "
    "steps."
)
def sum_over_pictures(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) + beta * _kl(mean, log_var)).sum()


@negative_elbo.mistake(
    "The cross-entropy is summed over the pictures, too, and the KL is not. Sum over the pixels, "
    "add beta KL, and take the mean of that over the pictures."
)
def pixels_summed_over_pictures(logits, images, mean, log_var, beta=1.0):
    return _pixels(logits, images).sum() + beta * _kl(mean, log_var).mean()


@negative_elbo.mistake(
    "The KL is summed over the pictures, and the cross-entropy averaged: the balance would hang "
    "on the batch size. Average both over the pictures."
)
def kl_summed_over_pictures(logits, images, mean, log_var, beta=1.0):
    return _pixels(logits, images).mean() + beta * _kl(mean, log_var).sum()


@negative_elbo.mistake(
    "You average the KL over the latent numbers; sum over them, as over the pixels, and take the "
    "mean over the pictures alone."
)
def kl_averaged_over_latents(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) + beta * _each(mean, log_var).mean(dim=1)).mean()


@negative_elbo.mistake(
    "Everything is averaged, pixels and latent numbers: a picture has more of the one than of the "
    "other, and the balance is lost. Sum over both, and take the mean over the pictures alone."
)
def everything_averaged(logits, images, mean, log_var, beta=1.0):
    return _bce(logits, images).mean() + beta * _each(mean, log_var).mean()


@negative_elbo.mistake(
    "The whole is divided by the number of pixels: the balance is right, the nats are not. The "
    "loss is what a whole picture costs."
)
def a_pixel(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(logits, images, mean, log_var, beta) / images[0].numel()


@negative_elbo.mistake(
    "You sum over height and width, and average over the channels: each channel of each pixel is "
    "one number to pay for. Sum over dimensions 1, 2 and 3."
)
def channels_averaged(logits, images, mean, log_var, beta=1.0):
    bce = _bce(logits, images).sum(dim=(2, 3)).mean(dim=1)
    return (bce + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "The KL is taken away; it is a price, and is added: a loss is what must become small."
)
def kl_taken_away(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) - beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "That is the ELBO itself, which should become large; a loss should become small: turn the sign."
)
def the_elbo(logits, images, mean, log_var, beta=1.0):
    return -_negative_elbo(logits, images, mean, log_var, beta)


@negative_elbo.mistake(
    "The sign of the cross-entropy is turned: it is positive, the lower the better. Add the KL to "
    "it."
)
def pixels_negative(logits, images, mean, log_var, beta=1.0):
    return (beta * _kl(mean, log_var) - _pixels(logits, images)).mean()


@negative_elbo.mistake(
    "The KL is missing: that is an autoencoder, and a z drawn from N(0, I) may be one that no "
    "picture has. Add beta * KL."
)
def no_kl(logits, images, mean, log_var, beta=1.0):
    return _pixels(logits, images).mean()


@negative_elbo.mistake(
    "The pixels are missing: you return the KL alone, and all pictures would become one cloud."
)
def no_pixels(logits, images, mean, log_var, beta=1.0):
    return (beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "The sigmoid is applied twice: binary_cross_entropy_with_logits wants the logits as they are."
)
def sigmoid_twice(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(torch.sigmoid(logits), images, mean, log_var, beta)


@negative_elbo.mistake(
    "You take the logarithm of the rounded sigmoid: at logits of 200 it is 0 or 1, and its "
    "logarithm infinite. F.binary_cross_entropy_with_logits works from the logits themselves."
)
def log_of_the_sigmoid(logits, images, mean, log_var, beta=1.0):
    p = torch.sigmoid(logits)
    bce = -(images * p.log() + (1 - images) * (1 - p).log()).sum(dim=(1, 2, 3))
    return (bce + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "You go by way of the sigmoid: F.binary_cross_entropy stops at 100 nats a pixel, where the "
    "sigmoid has rounded to 0 or 1, and has no gradient there. Give the logits to "
    "F.binary_cross_entropy_with_logits."
)
def stops_at_100(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy(torch.sigmoid(logits), images, reduction="none")
    return (bce.sum(dim=(1, 2, 3)) + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "logits and images have changed places in the cross-entropy: first the logits, then what they "
    "should say."
)
def places_of_logits_and_images(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(images, logits, mean, log_var, beta)


@negative_elbo.mistake(
    "That is the squared error of the pixels, not what a bet on them costs: use "
    "F.binary_cross_entropy_with_logits."
)
def squared_error(logits, images, mean, log_var, beta=1.0):
    squares = ((torch.sigmoid(logits) - images) ** 2).sum(dim=(1, 2, 3))
    return (squares + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "You compare images with raw logits by their squared difference; use "
    "F.binary_cross_entropy_with_logits."
)
def squared_error_of_logits(logits, images, mean, log_var, beta=1.0):
    return (((logits - images) ** 2).sum(dim=(1, 2, 3)) + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "One term of the cross-entropy is missing: a dark pixel costs, too, "
    "(1 - x) log(1 - p) beside x log p."
)
def one_term(logits, images, mean, log_var, beta=1.0):
    bce = -(images * F.logsigmoid(logits)).sum(dim=(1, 2, 3))
    return (bce + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake("You return one number a picture; the loss is their mean.")
def one_a_picture(logits, images, mean, log_var, beta=1.0):
    return _pixels(logits, images) + beta * _kl(mean, log_var)


@negative_elbo.mistake(
    "The value is right, and no gradient comes out of the KL: you cut it off (.detach(), .item() "
    "or no_grad()). The encoder must feel what its clouds cost."
)
def kl_detached(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) + beta * _kl(mean, log_var).detach()).mean()


@negative_elbo.mistake(
    "The value is right, and no gradient comes out of the pixels: you cut it off (.detach(), "
    ".item() or no_grad()). The decoder must feel how wrong it paints."
)
def pixels_detached(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images).detach() + beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake("The half of the KL is missing: ½ (mean² + var - 1 - log var).")
def kl_without_its_half(logits, images, mean, log_var, beta=1.0):
    return (_pixels(logits, images) + 2 * beta * _kl(mean, log_var)).mean()


@negative_elbo.mistake(
    "mean and log_var have changed places in the KL: it is kl_divergence(mean, log_var)."
)
def places_of_mean_and_log_var(logits, images, mean, log_var, beta=1.0):
    return _negative_elbo(logits, images, log_var, mean, beta)


@negative_elbo.mistake(
    "sum(dim=1) adds up the channels alone, and what is left is a number for each pixel: "
    "flatten(1).sum(dim=1) adds up all of a picture."
)
def channels_alone_summed(logits, images, mean, log_var, beta=1.0):
    nats = F.binary_cross_entropy_with_logits(logits, images, reduction="none").sum(dim=1)
    return (nats + beta * vae.kl_divergence(mean, log_var)).mean()


# ---- interpolate -------------------------------------------------------------------------------


def _plain(z0, z1, steps):
    return [torch.tensor(z0), torch.tensor(z1), steps], {}


_SAME = _f32([-0.57, -1.15, -2.5])

interpolate = Exercise(
    "interpolate",
    vae.interpolate,
    cases=[
        case(_f32([1, 0]), _f32([0, 1]), 3),
        case(_f32([2, 0, 0]), _f32([0, 0, 2]), 2),
        case(_f32([2, 0]), _f32([-1, 1]), 4),
        case(_f32([1, 2, 2]), _f32([1, 2, 2]), 3, note="equal ends, (1, 2, 2) twice; steps = 3"),
        case(
            _SAME,
            _SAME,
            4,
            note="equal ends, (-0.57, -1.15, -2.5) twice, the cosine of whose angle rounds to "
            "more than 1; steps = 4",
        ),
        case(_f32([3, 4]), _f32([6, 8]), 5, note="parallel ends, (3, 4) and (6, 8); steps = 5"),
        case(_normal(6), _normal(6), 7),
        case(_f32([0.1, 0.2, -0.1]), _f32([2, 0.5, 3]), 6),
    ],
    build=_plain,
    hints=(
        "The angle between two vectors: its cosine is their product, divided by both lengths. "
        "Where the angle is 0 the formula is 0/0, and the straight line is right.",
        "t = torch.linspace(0, 1, steps) as a column, and z0 and z1 as rows, give (steps, d). "
        "Clamp the cosine to at most 1 before acos, and look whether the angle is nearly 0.",
        "t = torch.linspace(0, 1, steps)[:, None]\n"
        "cosine = (z0 @ z1) / (z0.norm() * z1.norm())\n"
        "angle = torch.acos(cosine.clamp(-1, 1))\n"
        "if angle < 1e-3:\n"
        "    return (1 - t) * z0 + t * z1\n"
        "a, b = torch.sin((1 - t) * angle), torch.sin(t * angle)\n"
        "return (a * z0 + b * z1) / torch.sin(angle)",
    ),
    why="In many dimensions nearly all draws lie at one distance from the origin, on a shell. The "
    "straight line between two of them leads inside it, where the decoder was never trained; the "
    "arc stays on it.",
    points=2,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
)


def _t(steps):
    return torch.linspace(0, 1, steps)[:, None]


def _cosine(z0, z1):
    return ((z0 @ z1) / (z0.norm() * z1.norm())).clamp(-1, 1)


def _arc(z0, z1, t, angle):
    if angle < 1e-3:
        return (1 - t) * z0 + t * z1
    return (torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1) / torch.sin(angle)


def _way(z0, z1, t):
    return _arc(z0, z1, t, torch.acos(_cosine(z0, z1)))


@interpolate.mistake(
    "That is the straight line: halfway between two ends at a right angle it is only 0.7 times as "
    "long as they are. Weigh the ends by sin((1 - t) Ω) / sin Ω and sin(t Ω) / sin Ω."
)
def linear(z0, z1, steps):
    t = torch.linspace(0, 1, steps)[:, None]
    return (1 - t) * z0 + t * z1


@interpolate.mistake(
    "You go along the straight line and stretch its points to the right length: the way is right, "
    "and the steps are not equal. Weigh by sin((1 - t) Ω) / sin Ω and sin(t Ω) / sin Ω."
)
def stretched_line(z0, z1, steps):
    t = _t(steps)
    line = (1 - t) * z0 + t * z1
    return line / line.norm(dim=1, keepdim=True) * ((1 - t) * z0.norm() + t * z1.norm())


@interpolate.mistake(
    "The last end is missing: t must reach 1. torch.linspace(0, 1, steps) holds both ends."
)
def last_end_missed(z0, z1, steps):
    return _way(z0, z1, torch.arange(steps)[:, None] / steps)


@interpolate.mistake(
    "The first end is missing: t must begin at 0. torch.linspace(0, 1, steps) holds both ends."
)
def first_end_missed(z0, z1, steps):
    return _way(z0, z1, torch.arange(1, steps + 1)[:, None] / steps)


@interpolate.mistake(
    "Both ends are missing: `steps` counts them. torch.linspace(0, 1, steps) holds both."
)
def both_ends_missed(z0, z1, steps):
    return _way(z0, z1, _t(steps + 2)[1:-1])


@interpolate.mistake("You return one point too many: `steps` is how many there are, ends included.")
def one_too_many(z0, z1, steps):
    return _way(z0, z1, _t(steps + 1))


@interpolate.mistake("You return two points too many: `steps` counts the ends, too.")
def two_too_many(z0, z1, steps):
    return _way(z0, z1, _t(steps + 2))


@interpolate.mistake(
    "Where the ends are equal or parallel the angle is 0, and sin Ω / sin Ω is 0/0: NaN. Take the "
    "straight line there, and clamp the cosine to at most 1 before acos."
)
def nothing_by_nothing(z0, z1, steps):
    t = _t(steps)
    angle = torch.acos((z0 @ z1) / (z0.norm() * z1.norm()))
    return (torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1) / torch.sin(angle)


@interpolate.mistake(
    "The cosine of equal ends can round to 1.0000001, and acos of that is NaN, which no comparison "
    "finds: clamp the cosine to at most 1 first."
)
def no_clamp(z0, z1, steps):
    return _arc(z0, z1, _t(steps), torch.acos((z0 @ z1) / (z0.norm() * z1.norm())))


@interpolate.mistake(
    "A small number below the line keeps NaN away, and makes equal ends vanish: sin 0 / 1e-8 is 0. "
    "Where the angle is nearly 0, take the straight line."
)
def vanishes_at_equal_ends(z0, z1, steps):
    t, angle = _t(steps), torch.acos(_cosine(z0, z1))
    above = torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1
    return above / (torch.sin(angle) + 1e-8)


@interpolate.mistake(
    "Where the angle is 0 you return z0 at every step. Parallel ends need not be equal: take the "
    "straight line from z0 to z1."
)
def stays_at_z0(z0, z1, steps):
    way = _way(z0, z1, _t(steps))
    return way if _cosine(z0, z1) < 1 - 1e-6 else z0.repeat(steps, 1)


@interpolate.mistake("The lengths are forgotten in the angle: the cosine is z0 @ z1 / (|z0| |z1|).")
def angle_of_long_vectors(z0, z1, steps):
    return _arc(z0, z1, _t(steps), torch.acos((z0 @ z1).clamp(-1, 1)))


@interpolate.mistake(
    "The lengths are forgotten in the angle: acos of more than 1 is NaN. The cosine is "
    "z0 @ z1 / (|z0| |z1|)."
)
def angle_of_long_vectors_unclamped(z0, z1, steps):
    return _arc(z0, z1, _t(steps), torch.acos(z0 @ z1))


@interpolate.mistake(
    "You divide by the squares of the lengths; the cosine is z0 @ z1 / (|z0| |z1|)."
)
def divided_by_squares(z0, z1, steps):
    cosine = (z0 @ z1) / ((z0 @ z0) * (z1 @ z1))
    return _arc(z0, z1, _t(steps), torch.acos(cosine.clamp(-1, 1)))


@interpolate.mistake("You take the cosine for the angle: Ω is acos of it.")
def cosine_for_angle(z0, z1, steps):
    t, angle = _t(steps), _cosine(z0, z1)
    if angle > 1 - 1e-6:
        return (1 - t) * z0 + t * z1
    return (torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1) / torch.sin(angle)


@interpolate.mistake(
    "You clamp the cosine to 0 and more: ends may be more than a right angle apart. Clamp to "
    "-1 and 1."
)
def clamped_at_0(z0, z1, steps):
    return _arc(z0, z1, _t(steps), torch.acos(_cosine(z0, z1).clamp(min=0)))


@interpolate.mistake("The angle is in degrees: torch.sin wants radians, as torch.acos gives them.")
def degrees(z0, z1, steps):
    return _arc(z0, z1, _t(steps), torch.rad2deg(torch.acos(_cosine(z0, z1))))


@interpolate.mistake(
    "You weigh by cosines; the weights are sin((1 - t) Ω) / sin Ω and sin(t Ω) / sin Ω."
)
def cos_for_sin(z0, z1, steps):
    t, angle = _t(steps), torch.acos(_cosine(z0, z1))
    if angle < 1e-3:
        return (1 - t) * z0 + t * z1
    return (torch.cos((1 - t) * angle) * z0 + torch.cos(t * angle) * z1) / torch.cos(angle)


@interpolate.mistake(
    "You blend by cos and sin of a quarter turn, which is right only where the ends are at a right "
    "angle. Use their own angle Ω: sin((1 - t) Ω) / sin Ω and sin(t Ω) / sin Ω."
)
def quarter_turn(z0, z1, steps):
    return _arc(z0, z1, _t(steps), torch.tensor(math.pi / 2))


@interpolate.mistake("The division by sin Ω is missing: the ends come out too short.")
def not_divided(z0, z1, steps):
    t, angle = _t(steps), torch.acos(_cosine(z0, z1))
    if angle < 1e-3:
        return (1 - t) * z0 + t * z1
    return torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1


@interpolate.mistake(
    "t and Ω have come apart: it is the sine of the product t Ω, not the product of t and sin Ω."
)
def times_sine(z0, z1, steps):
    t, angle = _t(steps), torch.acos(_cosine(z0, z1))
    if angle < 1e-3:
        return (1 - t) * z0 + t * z1
    return (torch.sin(1 - t) * angle * z0 + torch.sin(t) * angle * z1) / torch.sin(angle)


@interpolate.mistake("The way is turned round: the first point is z0, the last z1.")
def swapped_ends(z0, z1, steps):
    return _way(z1, z0, _t(steps))


@interpolate.mistake(
    "Your points stand in columns, (d, steps); asked is a point a row, (steps, d)."
)
def points_in_columns(z0, z1, steps):
    return _way(z0, z1, _t(steps)).T


@interpolate.mistake("Yours is (steps, 1, d): one dimension too many. A point a row is (steps, d).")
def one_dimension_more(z0, z1, steps):
    return _way(z0, z1, _t(steps))[:, None]


@interpolate.mistake(
    "You bring the ends to length 1, and walk between these: the first point must be z0 and the "
    "last z1 as they are. Only the angle needs unit vectors."
)
def unit_ends(z0, z1, steps):
    return _way(z0 / z0.norm(), z1 / z1.norm(), _t(steps))


@interpolate.mistake(
    "You bring every point to the length of z0: the last point must be z1 as it is, and the "
    "formula takes care of the lengths between."
)
def length_of_z0(z0, z1, steps):
    way = _way(z0 / z0.norm(), z1 / z1.norm(), _t(steps))
    return z0.norm() * way


@interpolate.mistake("The halves of the formula both weigh by t: z0 belongs to 1 - t, z1 to t.")
def both_by_t(z0, z1, steps):
    t, angle = _t(steps), torch.acos(_cosine(z0, z1))
    if angle < 1e-3:
        return t * z0 + t * z1
    return torch.sin(t * angle) / torch.sin(angle) * (z0 + z1)


@interpolate.mistake(
    "The weights have changed places: sin((1 - t) Ω) belongs to z0, sin(t Ω) to z1, so that the "
    "way begins at z0."
)
def weights_swapped_on_the_arc(z0, z1, steps):
    angle = torch.acos((z0 @ z1 / (z0.norm() * z1.norm())).clamp(-1, 1))
    return _way(z0, z1, _t(steps)) if angle < 1e-3 else _way(z1, z0, _t(steps))


@interpolate.mistake(
    "You put the straight line's points out to the length of z0: that is no even walk along the "
    "arc, and an end of another length is missed. Weigh the ends by sin((1 - t) Ω) / sin Ω and "
    "sin(t Ω) / sin Ω."
)
def line_put_out_to_the_length_of_z0(z0, z1, steps):
    line = (1 - _t(steps)) * z0 + _t(steps) * z1
    return line / line.norm(dim=1, keepdim=True) * z0.norm()


@interpolate.mistake(
    "Your t counts whole steps, 0, 1, 2, ..., and so it walks past z1 at once: it must run from 0 "
    "to 1, torch.linspace(0, 1, steps)."
)
def t_in_whole_steps(z0, z1, steps):
    return _way(z0, z1, torch.arange(steps).float()[:, None])
