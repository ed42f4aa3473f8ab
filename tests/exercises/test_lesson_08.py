"""Answers to lesson 08 that its table does not hold: right ones in other styles, and wrong ones."""

import math
import sys

import cloudpickle
import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Normal

from learnkit.exercises import check
from learnkit.exercises.judge import judge
from learnkit.exercises.table import find
from tests.exercises.answers import collected, further_tests

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no tests to import
RIGHT, WRONG, right, wrong = collected()


# ---- reparameterize ----------------------------------------------------------------------------


@right("reparameterize")
def drawn_in_place(mean, log_var, generator=None):
    eps = torch.empty_like(mean).normal_(generator=generator)
    return eps * (0.5 * log_var).exp() + mean


@right("reparameterize")
def root_of_exp(mean, log_var, generator=None):
    std = log_var.exp().sqrt()
    noise = torch.randn(*mean.size(), generator=generator, device=mean.device)
    return torch.addcmul(mean, std, noise)


@right("reparameterize")
def standard_normal_by_torch_normal(mean, log_var, generator=None):
    eps = torch.normal(torch.zeros_like(mean), 1.0, generator=generator)
    return mean + eps * torch.exp(log_var) ** 0.5


@right("reparameterize")
def by_box_and_muller(mean, log_var, generator=None):
    u, v = (torch.rand(mean.shape, generator=generator) for _ in range(2))
    eps = torch.sqrt(-2 * torch.log(1 - u)) * torch.cos(2 * math.pi * v)
    return mean + torch.exp(log_var / 2) * eps


@right("reparameterize")
def by_the_inverse_of_the_distribution(mean, log_var, generator=None):
    u = torch.rand(mean.shape, generator=generator).clamp(1e-6, 1 - 1e-6)
    return mean + torch.exp(log_var / 2) * math.sqrt(2) * torch.erfinv(2 * u - 1)


@right("reparameterize")
def the_other_sign(mean, log_var, generator=None):
    return mean - torch.exp(log_var / 2) * torch.randn(mean.shape, generator=generator)


@right("reparameterize")
def without_a_gradient_for_the_noise_alone(mean, log_var, generator=None):
    with torch.no_grad():
        eps = torch.randn(mean.shape, generator=generator, dtype=mean.dtype, device=mean.device)
    return eps.detach().mul(log_var.div(2).exp()).add(mean)


@right("reparameterize")
def column_by_column(mean, log_var, generator=None):
    columns = []
    for m, v in zip(mean.T, log_var.T, strict=True):
        columns.append(m + torch.exp(v / 2) * torch.randn(len(m), generator=generator))
    return torch.stack(columns, dim=1)


@right("reparameterize")
def row_by_row(mean, log_var, generator=None):
    eps = [torch.randn(mean.shape[1], generator=generator) for _ in mean]
    return mean + torch.exp(log_var / 2) * torch.stack(eps)


@right("reparameterize")
def drawn_as_double(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, dtype=torch.float64).to(mean.dtype)
    return torch.lerp(mean, mean + torch.exp(log_var / 2), eps)


@wrong("reparameterize", "does not come from the generator")
def rsample(mean, log_var, generator=None):
    return Normal(mean, torch.exp(log_var / 2)).rsample()


@wrong("reparameterize", "cuts it off")
def sample(mean, log_var, generator=None):
    return Normal(mean, torch.exp(log_var / 2)).sample()


@wrong("reparameterize", "cuts it off")
def data(mean, log_var, generator=None):
    return mean.data + torch.exp(log_var.data / 2) * torch.randn(mean.shape, generator=generator)


@wrong("reparameterize", "sets torch's seed")
def own_seed(mean, log_var, generator=None):
    torch.manual_seed(123)
    return mean + torch.exp(log_var / 2) * torch.randn(mean.shape)


@wrong("reparameterize", "changes its argument `mean` in place")
def mean_in_place(mean, log_var, generator=None):
    mean += torch.exp(log_var / 2) * torch.randn(mean.shape, generator=generator)
    return mean


@wrong("reparameterize", "changes its argument `log_var` in place")
def log_var_in_place(mean, log_var, generator=None):
    return mean + log_var.div_(2).exp() * torch.randn(mean.shape, generator=generator)


@wrong("reparameterize", "from -1 to 1")
def uniform_in_place(mean, log_var, generator=None):
    eps = torch.empty(mean.shape).uniform_(-1, 1, generator=generator)
    return mean + torch.exp(log_var / 2) * eps


@wrong("reparameterize", "share of noise within one spread")
def uniform_of_spread_1(mean, log_var, generator=None):
    eps = math.sqrt(12) * (torch.rand(mean.shape, generator=generator) - 0.5)
    return mean + torch.exp(log_var / 2) * eps


@wrong("reparameterize", "correlation of noise between columns")
def columns_that_know_each_other(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator)
    eps = (eps + torch.randn(len(eps), 1, generator=generator)) / math.sqrt(2)
    return mean + torch.exp(log_var / 2) * eps


@wrong("reparameterize", "correlation of noise between rows")
def rows_that_know_each_other(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator)
    return mean + torch.exp(log_var / 2) * (eps + eps.roll(1, 0)) / math.sqrt(2)


@wrong("reparameterize", "must have that of mean")
def all_rows_of_one(mean, log_var, generator=None):
    return mean[:1] + torch.exp(log_var[:1] / 2) * torch.randn(1, 2, generator=generator)


@wrong("reparameterize", "is there a comma")
def noise_returned_as_well(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator)
    return mean + torch.exp(log_var / 2) * eps, eps


@wrong("reparameterize", "as a tensor of torch")
def numpy(mean, log_var, generator=None):
    return (mean + torch.exp(log_var / 2)).detach().numpy()


@wrong("reparameterize", "No noise comes into your z")
def mean_alone(mean, log_var, generator=None):
    return mean.clone()


@wrong("reparameterize", "No noise comes into your z")
def size_of_the_shape(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2) * torch.ones(mean.shape)


@wrong("reparameterize", "torch.float64")
def double(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, dtype=torch.float64)
    return mean + torch.exp(log_var / 2) * eps


@wrong("reparameterize", "returns None")
def no_return(mean, log_var, generator=None):
    mean + torch.exp(log_var / 2) * torch.randn(mean.shape, generator=generator)


@wrong("reparameterize", "raised TypeError")
def like_with_a_generator(mean, log_var, generator=None):
    return mean + torch.exp(log_var / 2) * torch.randn_like(mean, seed=generator)


@wrong("reparameterize", "which is the variance")
def variance_in_another_order(mean, log_var, generator=None):
    var = log_var.exp()
    eps = torch.empty(mean.shape).normal_(generator=generator)
    return torch.addcmul(mean, eps, var)


# ---- kl_divergence -----------------------------------------------------------------------------


@right("kl_divergence")
def as_in_the_paper(mean, log_var):
    return -0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp(), dim=-1)


@right("kl_divergence")
def by_torchs_distributions(mean, log_var):
    q = Normal(mean, torch.exp(0.5 * log_var))
    p = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return torch.distributions.kl_divergence(q, p).sum(1)


@right("kl_divergence")
def picture_by_picture(mean, log_var):
    costs = []
    for m, v in zip(mean, log_var, strict=True):
        costs.append(sum(0.5 * (a**2 + torch.exp(b) - 1 - b) for a, b in zip(m, v, strict=True)))
    return torch.stack(costs)


@right("kl_divergence")
def mean_times_d(mean, log_var):
    return (0.5 * (mean.square() + torch.expm1(log_var) - log_var)).mean(1) * mean.shape[1]


@right("kl_divergence")
def by_std(mean, log_var):
    std = torch.exp(log_var / 2)
    return (0.5 * (std**2 + mean**2 - 1) - std.log()).sum(axis=1)


@right("kl_divergence")
def term_by_term(mean, log_var):
    d = mean.size(1)
    return (torch.einsum("nd,nd->n", mean, mean) + log_var.exp().sum(1) - d - log_var.sum(1)) / 2


@wrong("kl_divergence", "takes itself away again")
def exp_forgotten_and_shortened(mean, log_var):
    return 0.5 * (mean**2 - 1).sum(1) + 0 * log_var.sum(1)


@wrong("kl_divergence", "divided by ln 2")
def log2(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1) / torch.log(torch.tensor(2.0))


@wrong("kl_divergence", "cuts it off")
def items(mean, log_var):
    return torch.tensor([float(v) for v in as_in_the_paper(mean, log_var)])


@wrong("kl_divergence", "as a tensor of torch")
def a_number(mean, log_var):
    return as_in_the_paper(mean, log_var).sum().item()


@wrong("kl_divergence", "return the divergence in one tensor")
def a_list(mean, log_var):
    return list(as_in_the_paper(mean, log_var))


@wrong("kl_divergence", "no gradient reaches mean")
def mean_cut_off(mean, log_var):
    return as_in_the_paper(mean.detach(), log_var)


@wrong("kl_divergence", "a divergence is never below 0")
def without_the_minus(mean, log_var):
    return 0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp(), dim=1)


@wrong("kl_divergence", "average over the latent numbers")
def minus_half_of_the_mean(mean, log_var):
    return -0.5 * torch.mean(1 + log_var - mean.pow(2) - log_var.exp(), dim=1)


@wrong("kl_divergence", "is one already")
def log_of_log_var(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - torch.log(log_var)).sum(1)


@wrong("kl_divergence", "The KL is not what it should be")
def bracket_at_the_wrong_place(mean, log_var):
    return 0.5 * (mean**2 + torch.exp(log_var - 1) - log_var).sum(1)


@wrong("kl_divergence", "in place")
def in_place(mean, log_var):
    return 0.5 * (mean.square_() + log_var.exp() - 1 - log_var).sum(1)


# ---- negative_elbo -----------------------------------------------------------------------------


def paper_kl(mean, log_var):
    return as_in_the_paper(mean, log_var)


@right("negative_elbo")
def summed_and_divided(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    return (bce + beta * paper_kl(mean, log_var).sum()) / logits.shape[0]


@right("negative_elbo")
def mean_times_pixels(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images) * images[0].numel()
    return bce + beta * paper_kl(mean, log_var).mean()


@right("negative_elbo")
def by_softplus(logits, images, mean, log_var, beta=1.0):
    bce = F.softplus(logits) - images * logits
    return (bce.reshape(len(bce), -1).sum(1) + beta * paper_kl(mean, log_var)).mean(0)


@right("negative_elbo")
def by_logsigmoid(logits, images, mean, log_var, beta=1.0):
    bce = -(images * F.logsigmoid(logits) + (1 - images) * F.logsigmoid(-logits))
    return bce.flatten(1).sum(1).mean() + paper_kl(mean, log_var).mul(beta).mean()


@right("negative_elbo")
def by_the_module(logits, images, mean, log_var, beta=1.0):
    bce = torch.nn.BCEWithLogitsLoss(reduction="none")(logits, images).sum((-1, -2, -3))
    return torch.mean(bce + beta * paper_kl(mean, log_var))


@right("negative_elbo")
def by_hand(logits, images, mean, log_var, beta=1.0):
    bce = logits.clamp(min=0) - logits * images + torch.log1p(torch.exp(-logits.abs()))
    return (bce.sum(dim=[1, 2, 3]) + beta * paper_kl(mean, log_var)).sum() / len(images)


@right("negative_elbo")
def picture_after_picture(logits, images, mean, log_var, beta=1.0):
    total = 0
    for x, y, kl in zip(logits, images, paper_kl(mean, log_var), strict=True):
        total = total + F.binary_cross_entropy_with_logits(x, y, reduction="sum") + beta * kl
    return total / len(images)


@wrong("negative_elbo", "average the cross-entropy over the pixels")
def the_default_reduction(logits, images, mean, log_var, beta=1.0):
    return torch.nn.BCEWithLogitsLoss()(logits, images) + beta * paper_kl(mean, log_var).mean()


@wrong("negative_elbo", "as a tensor of torch")
def an_item(logits, images, mean, log_var, beta=1.0):
    return summed_and_divided(logits, images, mean, log_var, beta).item()


@wrong("negative_elbo", "cuts it off")
def detached(logits, images, mean, log_var, beta=1.0):
    return summed_and_divided(logits, images, mean, log_var, beta).detach()


@wrong("negative_elbo", "return the loss in one tensor")
def loss_and_kl(logits, images, mean, log_var, beta=1.0):
    return summed_and_divided(logits, images, mean, log_var, beta), paper_kl(mean, log_var)


@wrong("negative_elbo", "rounded sigmoid")
def rounded_sigmoid(logits, images, mean, log_var, beta=1.0):
    p = 1 / (1 + torch.exp(-logits))
    bce = -(images * torch.log(p) + (1 - images) * torch.log(1 - p))
    return (bce.flatten(1).sum(1) + beta * paper_kl(mean, log_var)).mean()


@wrong("negative_elbo", "The loss")
def kept_from_zero(logits, images, mean, log_var, beta=1.0):
    p = torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6)
    bce = F.binary_cross_entropy(p, images, reduction="none")
    return (bce.flatten(1).sum(1) + beta * paper_kl(mean, log_var)).mean()


@wrong("negative_elbo", "The loss")
def averaged_over_the_first_dimension_twice(logits, images, mean, log_var, beta=1.0):
    return summed_and_divided(logits, images, mean, log_var, beta) / len(images)


@wrong("negative_elbo", "sum over the batch")
def two_sums(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
    return bce + beta * paper_kl(mean, log_var).sum()


@wrong("negative_elbo", "must be one number, not an array of shape (1,)")
def kept_dimension(logits, images, mean, log_var, beta=1.0):
    return summed_and_divided(logits, images, mean, log_var, beta)[None]


@wrong("negative_elbo", "returns None")
def nothing(logits, images, mean, log_var, beta=1.0):
    loss = summed_and_divided(logits, images, mean, log_var, beta)  # noqa: F841


@wrong("negative_elbo", "cannot be")
def without_beta(logits, images, mean, log_var):
    return summed_and_divided(logits, images, mean, log_var)


# ---- interpolate -------------------------------------------------------------------------------


@right("interpolate")
def in_a_loop(z0, z1, steps):
    u0, u1 = z0 / torch.norm(z0), z1 / torch.norm(z1)
    w = math.acos(min(1.0, max(-1.0, float(torch.dot(u0, u1)))))
    points = []
    for i in range(steps):
        t = i / (steps - 1)
        if w < 1e-4:
            points.append(z0 * (1 - t) + z1 * t)
        else:
            points.append((math.sin((1 - t) * w) * z0 + math.sin(t * w) * z1) / math.sin(w))
    return torch.stack(points)


@right("interpolate")
def line_where_the_cosine_is_nearly_1(z0, z1, steps):
    t = torch.arange(steps).unsqueeze(1) / (steps - 1)
    cosine = F.cosine_similarity(z0, z1, dim=0)
    if cosine > 0.9995:
        return torch.lerp(z0, z1, t)
    w = torch.acos(cosine)
    return torch.sin((1.0 - t) * w) / torch.sin(w) * z0 + torch.sin(t * w) / torch.sin(w) * z1


@right("interpolate")
def clamped_a_little_below_1(z0, z1, steps):
    cosine = (z0 * z1).sum() / (z0.pow(2).sum().sqrt() * z1.pow(2).sum().sqrt())
    w = torch.arccos(torch.clamp(cosine, -1 + 1e-7, 1 - 1e-7))
    t = torch.linspace(0, 1, steps).view(-1, 1)
    return (torch.sin((1 - t) * w) * z0[None] + torch.sin(t * w) * z1[None]) / torch.sin(w)


@right("interpolate")
def chosen_by_where(z0, z1, steps):
    t = torch.linspace(0, 1, steps)[:, None]
    w = torch.acos((z0 @ z1 / z0.norm() / z1.norm()).clamp(-1, 1))
    arc = (torch.sin((1 - t) * w) * z0 + torch.sin(t * w) * z1) / torch.sin(w)
    return torch.where(w < 1e-3, (1 - t) * z0 + t * z1, arc)


@right("interpolate")
def by_outer_products(z0, z1, steps):
    u0, u1 = F.normalize(z0, dim=0), F.normalize(z1, dim=0)
    w = 2 * torch.asin(((u0 - u1).norm() / 2).clamp(max=1))
    t = torch.linspace(0, 1, steps)
    if torch.isclose(w, torch.zeros(())):
        return torch.outer(1 - t, z0) + torch.outer(t, z1)
    a, b = ((s * w).sin() / w.sin() for s in (1 - t, t))
    return torch.outer(a, z0) + torch.outer(b, z1)


@right("interpolate")
def computed_in_double(z0, z1, steps):
    return in_a_loop(z0.double(), z1.double(), steps).float()


@right("interpolate")
def kept_apart_for_equal_ends(z0, z1, steps):
    if torch.equal(z0, z1):
        return z0.expand(steps, -1).clone()
    return line_where_the_cosine_is_nearly_1(z0, z1, steps)


@wrong("interpolate", "Ends of one direction")
def equal_ends_alone_kept_apart(z0, z1, steps):
    if torch.equal(z0, z1):
        return z0.repeat(steps, 1)
    w = torch.acos((z0 @ z1) / (z0.norm() * z1.norm()))
    t = torch.linspace(0, 1, steps)[:, None]
    return (torch.sin((1 - t) * w) * z0 + torch.sin(t * w) * z1) / torch.sin(w)


@wrong("interpolate", "That is the straight line")
def lerp(z0, z1, steps):
    return torch.stack([torch.lerp(z0, z1, i / (steps - 1)) for i in range(steps)])


@wrong("interpolate", "You return a list")
def a_list_of_points(z0, z1, steps):
    return list(in_a_loop(z0, z1, steps))


@wrong("interpolate", "The last end is missing")
def loop_without_the_end(z0, z1, steps):
    return torch.cat([in_a_loop(z0, z1, steps + 1)[:-1]])


@wrong("interpolate", "makes equal ends vanish")
def equal_ends_vanish(z0, z1, steps):
    return torch.nan_to_num(chosen_by_where(z0, z1, steps), nan=0.0) * (z0 @ z1 < 5)


@wrong("interpolate", "must be (3, 2)")
def one_long_row(z0, z1, steps):
    return in_a_loop(z0, z1, steps).flatten()


@wrong("interpolate", "raised")
def acos_of_a_number(z0, z1, steps):
    return torch.acos(float(z0 @ z1))


@wrong("interpolate", "in place")
def ends_brought_to_length_1_in_place(z0, z1, steps):
    a, b = z0.norm().item(), z1.norm().item()
    z0 /= a
    z1 /= b
    return in_a_loop(z0 * a, z1 * b, steps)


@wrong("interpolate", "length 1")
def walks_between_units(z0, z1, steps):
    return in_a_loop(F.normalize(z0, dim=0), F.normalize(z1, dim=0), steps)


test_a_right_answer_in_another_style_passes, test_a_wrong_answer_is_told_what_is_wrong = (
    further_tests(RIGHT, WRONG)
)


@pytest.mark.parametrize(
    "name", ["reparameterize", "kl_divergence", "negative_elbo", "interpolate"]
)
def test_a_right_answer_is_right_in_a_process_of_its_own_too(name):
    answer = next(answer for other, answer, _ in RIGHT if other == name)
    report = check(name, answer)
    assert report.correct, report.message


def test_the_library_s_own_function_is_no_answer_and_a_neighbour_s_is_a_tool():
    from learnkit.models import vae

    def kl_divergence(mean, log_var):
        return vae.kl_divergence(mean, log_var)

    def negative_elbo(logits, images, mean, log_var, beta=1.0):
        nll = vae.bernoulli_nll(logits, images)
        return (nll + beta * vae.kl_divergence(mean, log_var)).mean()

    assert "calls the reference" in check("kl_divergence", kl_divergence).message
    assert check("negative_elbo", negative_elbo).correct


def test_any_draw_passes_whatever_the_seed():
    task = find("reparameterize")
    for seed in range(40):
        torch.manual_seed(seed)

        def answer(mean, log_var, generator=None, seed=seed):
            if generator is not None:
                torch.randn(seed + 1, generator=generator)  # goes on from some other place
            return drawn_in_place(mean, log_var, generator)

        assert judge(task, task.run(answer)).correct
