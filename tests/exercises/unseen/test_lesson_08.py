"""Lesson 08: answers by readers who knew the lesson, and had not seen the tables."""

import math

import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def _kl(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)


# ---- reparameterize ------------------------------------------------------------------------------


@wrong("reparameterize", "You stretch the noise by exp(log_var), which is the variance. Noise")
def variance_as_spread(mean, log_var, generator=None):
    """Takes the variance for the spread: the half is missing."""
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var) * eps


@wrong("reparameterize", "Your z is distributed rightly, and no gradient comes through: those")
def drawn_by_normal(mean, log_var, generator=None):
    """Draws with torch.normal, through which no gradient passes."""
    sigma = torch.exp(log_var / 2)
    return torch.normal(mean, sigma, generator=generator)


@wrong("reparameterize", "One number of noise serves all d numbers of a picture, which then")
def one_noise_a_row(mean, log_var, generator=None):
    """One noise for each garment, shared by all of its features."""
    noise = torch.randn(len(mean), 1, generator=generator, device=mean.device)
    return mean + (0.5 * log_var).exp() * noise


@wrong("reparameterize", "Your function changes its argument `log_var` in place: work on a copy.")
def ignores_generator(mean, log_var, generator=None):
    """Ignores the generator, and halves the log-variance in place."""
    std = log_var.mul_(0.5).exp()
    eps = torch.randn_like(std)
    return mean + eps * std


@right("reparameterize")
def quarter_squared(mean, log_var, generator=None):
    epsilon = torch.empty(mean.shape, device=mean.device).normal_(generator=generator)
    return mean + torch.exp(log_var / 4) ** 2 * epsilon


@right("reparameterize")
def by_small_steps(mean, log_var, generator=None):
    def noise():
        return torch.randn(mean.shape, generator=generator, device=mean.device)

    half = torch.mul(log_var, 0.5)
    return half.exp().mul(noise()).add(mean)


# ---- kl_divergence -------------------------------------------------------------------------------


@wrong("kl_divergence", "exp(log_var) is the variance already; you square it once more.")
def exp_taken_for_sigma(mean, log_var):
    """Squares the variance: exp(log_var) is taken for sigma."""
    sigma = torch.exp(log_var)
    return torch.sum(mean.pow(2) + sigma.pow(2) - 1 - log_var, dim=-1) / 2


@wrong("kl_divergence", "You measure the other way round, KL(N(0, I) || q). The exercise asks for")
def the_other_way_round(mean, log_var):
    """The other way round: KL(N(0, I) || N(mean, exp(log_var)))."""
    var = log_var.exp()
    return (0.5 * ((1 + mean**2) / var - 1 + log_var)).sum(1)


@wrong("kl_divergence", "Two things at once. log_var is added; it must be taken away: mean² +")
def one_number_wrong_sign(mean, log_var):
    """One number for the whole batch, and the sign of log_var is wrong."""
    return 0.5 * torch.sum(mean**2 + log_var.exp() - 1 + log_var)


@right("kl_divergence")
def with_expm1(mean, log_var):
    return (mean.square() + torch.expm1(log_var) - log_var).sum(dim=-1).div(2)


@right("kl_divergence")
def feature_by_feature(mean, log_var):
    nats = mean.new_zeros(mean.shape[0])
    for m, v in zip(mean.unbind(dim=1), log_var.unbind(dim=1), strict=True):
        nats = nats + 0.5 * (m * m + v.exp() - 1 - v)
    return nats


# ---- negative_elbo -------------------------------------------------------------------------------


@wrong("negative_elbo", "You average the cross-entropy over the pixels, while KL is summed: the")
def mean_over_pixels(logits, images, mean, log_var, beta=1.0):
    """The mean over the pixels in place of the sum (the trap)."""
    bce = F.binary_cross_entropy_with_logits(logits, images)
    return bce + beta * _kl(mean, log_var).mean()


@wrong("negative_elbo", "Your function raised RuntimeError: shape '[-1, 784]' is invalid for")
def always_784(logits, images, mean, log_var, beta=1.0):
    """Reshapes to 784 pixels: right for grey 28 x 28 pictures alone."""
    per_pixel = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    copy = per_pixel.reshape(-1, 784).sum(dim=1).mean()
    return copy + beta * _kl(mean, log_var).mean()


@wrong("negative_elbo", "You go by way of the sigmoid: F.binary_cross_entropy stops at 100 nats")
def sigmoid_first(logits, images, mean, log_var, beta=1.0):
    """Sigmoid, then the cross-entropy of probabilities: wrong where a logit is large."""
    pred = torch.sigmoid(logits)
    copy = F.binary_cross_entropy(pred, images, reduction="sum") / len(images)
    return copy + beta * _kl(mean, log_var).mean()


@wrong("negative_elbo", "You sum over height and width, and average over the channels: each")
def channels_averaged(logits, images, mean, log_var, beta=1.0):
    """Sums over height and width only: colour channels are averaged, not summed."""
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    bce = bce.sum(dim=(-2, -1)).mean()
    kl = _kl(mean, log_var).mean()
    return bce + beta * kl


@wrong("negative_elbo", "Two things at once. beta stands at the cross-entropy; it weighs the")
def beta_on_the_copy(logits, images, mean, log_var, beta=1.0):
    """Beta multiplies the copy's cost, and the sum over the batch is not divided."""
    copy = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    cloud = _kl(mean, log_var).sum()
    return beta * copy + cloud


@right("negative_elbo")
def by_softplus(logits, images, mean, log_var, beta=1.0):
    n = logits.shape[0]
    copy = (F.softplus(logits) - images * logits).reshape(n, -1).sum(dim=1)
    cloud = (mean * mean + torch.expm1(log_var) - log_var).sum(dim=1) / 2
    return torch.mean(copy + beta * cloud)


@right("negative_elbo")
def sums_over_the_batch(logits, images, mean, log_var, beta=1.0):
    nats = F.binary_cross_entropy_with_logits(input=logits, target=images, reduction="sum")
    nats = nats - beta / 2 * torch.sum(1 + log_var - mean.square() - log_var.exp())
    return nats / len(images)


# ---- interpolate ---------------------------------------------------------------------------------


@wrong("interpolate", "You clamp the cosine to 0 and more: ends may be more than a right angle")
def clamped_at_zero(z0, z1, steps):
    """Clamps the cosine to 0 and 1, so that ends more than a right angle apart go wrong."""
    t = torch.linspace(0, 1, steps, dtype=z0.dtype, device=z0.device)[:, None]
    cos = torch.dot(z0, z1) / (z0.norm() * z1.norm())
    omega = torch.acos(cos.clamp(0, 1))
    if omega < 1e-6:
        return (1 - t) * z0 + t * z1
    return (torch.sin((1 - t) * omega) * z0 + torch.sin(t * omega) * z1) / torch.sin(omega)


@wrong("interpolate", "Ends of one direction and another length give NaN in yours: the angle is")
def straight_if_equal(z0, z1, steps):
    """The straight line is taken for equal ends alone: ends of other lengths in one direction
    give nan."""
    ts = torch.linspace(0, 1, steps)
    if torch.allclose(z0, z1):
        return torch.stack([torch.lerp(z0, z1, t.item()) for t in ts])
    cosine = torch.clamp((z0 @ z1) / z0.norm() / z1.norm(), -1, 1)
    angle = torch.arccos(cosine)
    path = []
    for t in ts:
        a = torch.sin((1 - t) * angle) / torch.sin(angle)
        b = torch.sin(t * angle) / torch.sin(angle)
        path.append(a * z0 + b * z1)
    return torch.stack(path)


@wrong("interpolate", "Your function changes its arguments `z0` and `z1` in place: work on a")
def unit_ends(z0, z1, steps):
    """Brings both ends to length 1, in place: the path is too short and the arguments change."""
    z0 /= z0.norm()
    z1 /= z1.norm()
    t = torch.linspace(0, 1, steps, dtype=z0.dtype, device=z0.device).reshape(-1, 1)
    omega = torch.acos((z0 * z1).sum().clamp(-1, 1))
    if omega < 1e-6:
        return z0 + t * (z1 - z0)
    return (((1 - t) * omega).sin() * z0 + (t * omega).sin() * z1) / omega.sin()


@wrong("interpolate", "You walk the straight line and stretch its points to one length: they")
def stretched_line(z0, z1, steps):
    """Walks the straight line and stretches each point to the mean length of the ends."""
    t = torch.linspace(0, 1, steps, dtype=z0.dtype, device=z0.device)[:, None]
    line = (1 - t) * z0 + t * z1
    length = (z0.norm() + z1.norm()) / 2
    return line / line.norm(dim=1, keepdim=True) * length


@right("interpolate")
def by_sinc(z0, z1, steps):
    # sin(tΩ) / sin(Ω) = t sinc(tΩ/π) / sinc(Ω/π), and sinc(0) is 1: no branch
    t = torch.linspace(0, 1, steps, dtype=z0.dtype, device=z0.device).unsqueeze(-1)
    cosine = (z0 / z0.norm()) @ (z1 / z1.norm())
    turns = torch.acos(cosine.clamp(-1, 1)) / math.pi
    near, far = (s * torch.sinc(s * turns) / torch.sinc(turns) for s in (1 - t, t))
    return near * z0 + far * z1


@right("interpolate")
def point_by_point(z0, z1, steps):
    a, b = z0.double(), z1.double()
    cosine = float(a @ b) / math.sqrt(float(a @ a)) / math.sqrt(float(b @ b))
    omega = math.acos(max(-1.0, min(1.0, cosine)))

    def share(t):
        return t if omega < 1e-7 else math.sin(t * omega) / math.sin(omega)

    ts = torch.linspace(0, 1, steps, dtype=torch.float64).tolist()
    return torch.stack([share(1 - t) * a + share(t) * b for t in ts]).to(z0.dtype)


test_right, test_wrong = further_tests(RIGHT, WRONG)
