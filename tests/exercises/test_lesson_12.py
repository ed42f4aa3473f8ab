"""Answers to lesson 12 that its table does not hold: right ones in other styles, and wrong ones."""

import math
import sys

import cloudpickle
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises import check
from tests.exercises.answers import collected, further_tests

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no tests to import
RIGHT, WRONG, right, wrong = collected()

NOISE, LOSS, STEP, BLEND = "q_sample", "denoising_loss", "ddim_step", "repaint_blend"
GUIDED = "guided_step"


# ---- q_sample ----------------------------------------------------------------------------------


@right(NOISE)
def by_gather(x0, t, noise, alpha_bar):
    a = torch.gather(alpha_bar, 0, t).reshape(-1, 1, 1, 1)
    return torch.sqrt(a) * x0 + torch.sqrt(1 - a) * noise


@right(NOISE)
def by_index_select_and_view(x0, t, noise, alpha_bar):
    a = alpha_bar.index_select(0, t).view(len(x0), *[1] * (x0.dim() - 1))
    return a**0.5 * x0 + (1.0 - a) ** 0.5 * noise


@right(NOISE)
def picture_by_picture(x0, t, noise, alpha_bar):
    xt = torch.empty_like(x0)
    for i, step in enumerate(t.tolist()):
        a = alpha_bar[step].item()
        xt[i] = math.sqrt(a) * x0[i] + math.sqrt(1 - a) * noise[i]
    return xt


@right(NOISE)
def by_einsum(x0, t, noise, alpha_bar):
    keep, add = alpha_bar.sqrt()[t], (1 - alpha_bar).sqrt()[t]
    return torch.einsum("n,nchw->nchw", keep, x0) + torch.einsum("n,nchw->nchw", add, noise)


@right(NOISE)
def in_flat_rows_by_one_hot(x0, t, noise, alpha_bar):
    a = F.one_hot(t, len(alpha_bar)).float() @ alpha_bar[:, None]
    return (a.sqrt() * x0.flatten(1) + (1 - a).sqrt() * noise.flatten(1)).view_as(x0)


@right(NOISE)
def by_the_angle(x0, t, noise, alpha_bar):
    angle = alpha_bar[t].sqrt().acos().unsqueeze(-1).unsqueeze(-1).unsqueeze(-1)
    return angle.cos() * x0 + angle.sin() * noise


@right(NOISE)
def by_vmap(x0, t, noise, alpha_bar):
    return torch.vmap(lambda x, a, e: a.sqrt() * x + (1 - a).sqrt() * e)(x0, alpha_bar[t], noise)


@right(NOISE)
def batch_last_and_in_double(x0, t, noise, alpha_bar):
    a = alpha_bar.double()[t]
    xt = x0.permute(1, 2, 3, 0) * a.sqrt() + noise.permute(1, 2, 3, 0) * (1 - a).sqrt()
    return xt.permute(3, 0, 1, 2).float()


@wrong(NOISE, "returns None")
def no_return(x0, t, noise, alpha_bar):
    by_gather(x0, t, noise, alpha_bar)


@wrong(NOISE, "You return a tuple; return xt in one tensor")
def with_its_noise(x0, t, noise, alpha_bar):
    return by_gather(x0, t, noise, alpha_bar), noise


@wrong(NOISE, "You return a list; return xt in one tensor (torch.stack")
def a_list(x0, t, noise, alpha_bar):
    return list(by_gather(x0, t, noise, alpha_bar))


@wrong(NOISE, "You return an ndarray; return xt as a tensor of torch")
def as_numpy(x0, t, noise, alpha_bar):
    return by_gather(x0, t, noise, alpha_bar).numpy()


@wrong(NOISE, "torch.float64; it must be torch.float32, as x0 is")
def left_in_double(x0, t, noise, alpha_bar):
    return by_gather(x0, t, noise, alpha_bar.double())


@wrong(NOISE, "changes its argument `x0` in place")
def in_place(x0, t, noise, alpha_bar):
    a = alpha_bar[t].view(-1, 1, 1, 1)
    return x0.mul_(a.sqrt()).add_((1 - a).sqrt() * noise)


@wrong(NOISE, "The roots are missing")
def a_line_between_the_two(x0, t, noise, alpha_bar):
    return torch.lerp(noise, x0, alpha_bar.gather(0, t).view(-1, 1, 1, 1))


@wrong(NOISE, "The noise gets 1 - sqrt(a)")
def a_line_by_roots(x0, t, noise, alpha_bar):
    return torch.lerp(noise, x0, alpha_bar.sqrt().gather(0, t).view(-1, 1, 1, 1))


@wrong(NOISE, "The root is missing in front of the noise")
def variance_for_sigma(x0, t, noise, alpha_bar):
    sigma = torch.take(1 - alpha_bar, t).view(-1, 1, 1, 1)
    return torch.addcmul((1 - sigma).sqrt() * x0, sigma, noise)


@wrong(NOISE, "You take alpha of the single step")
def the_last_step_alone(x0, t, noise, alpha_bar):
    before = torch.where(t > 0, alpha_bar[t - 1], torch.tensor(1.0))
    alpha = (alpha_bar[t] / before).view(-1, 1, 1, 1)
    return alpha.sqrt() * x0 + (1 - alpha).sqrt() * noise


@wrong(NOISE, "You multiply alpha_bar up again")
def product_up_to_t(x0, t, noise, alpha_bar):
    a = torch.stack([alpha_bar[: step + 1].prod() for step in t]).view(-1, 1, 1, 1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong(NOISE, "You weigh with all of alpha_bar")
def all_of_the_schedule(x0, t, noise, alpha_bar):
    return torch.sqrt(alpha_bar) * x0 + torch.sqrt(1 - alpha_bar) * noise


@wrong(NOISE, "torch lays them along the width")
def a_row_of_levels(x0, t, noise, alpha_bar):
    a = alpha_bar.index_select(0, t).view(1, 1, 1, -1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong(NOISE, "torch lays along the height")
def unsqueezed_once(x0, t, noise, alpha_bar):
    a = alpha_bar.gather(0, t).unsqueeze(-1)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong(NOISE, "and this has many: a.sqrt(), a.exp() and a.log() take each")
def one_step_taken_out(x0, t, noise, alpha_bar):
    a = alpha_bar[t.item()]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong(NOISE, "All pictures get the level of the first")
def the_first_taken_out(x0, t, noise, alpha_bar):
    a = alpha_bar[t[0].item()].item()
    return math.sqrt(a) * x0 + math.sqrt(1 - a) * noise


@wrong(NOISE, "You read alpha_bar[t - 1]")
def t_minus_1(x0, t, noise, alpha_bar):
    return by_gather(x0, (t - 1) % len(alpha_bar), noise, alpha_bar)


@wrong(NOISE, "you read the level of the step before, alpha_bar[t - 1], where there is one")
def t_minus_1_but_the_first(x0, t, noise, alpha_bar):
    return by_gather(x0, F.relu(t - 1), noise, alpha_bar)


@wrong(NOISE, "is the next level, and runs out")
def t_plus_1(x0, t, noise, alpha_bar):
    return by_gather(x0, t + 1, noise, alpha_bar)


@wrong(NOISE, "You work the level out of t / T")
def share_of_the_way(x0, t, noise, alpha_bar):
    done = t.float().div(len(alpha_bar)).view(-1, 1, 1, 1)
    return (1 - done).sqrt() * x0 + done.sqrt() * noise


@wrong(NOISE, "You draw random numbers of your own")
def by_torch_normal(x0, t, noise, alpha_bar):
    a = alpha_bar[t].view(-1, 1, 1, 1)
    return torch.normal(a.sqrt() * x0, (1 - a).sqrt().expand_as(x0))


@wrong(NOISE, "every step adds the same noise")
def step_by_step(x0, t, noise, alpha_bar):
    alpha = torch.cat([alpha_bar[:1], alpha_bar[1:] / alpha_bar[:-1]])
    xt = x0.clone()
    for step, kept in enumerate(alpha):
        on = (t >= step).view(-1, 1, 1, 1)
        xt = torch.where(on, kept.sqrt() * xt + (1 - kept).sqrt() * noise, xt)
    return xt


@wrong(NOISE, "Picture and noise have changed places")
def arguments_swapped(x0, t, noise, alpha_bar):
    return by_einsum(noise, t, x0, alpha_bar)


# ---- denoising_loss ----------------------------------------------------------------------------


@right(LOSS)
def by_mse_loss(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar), t), noise)


@right(LOSS)
def in_float64(model, x0, t, noise, alpha_bar):
    return (model(by_gather(x0, t, noise, alpha_bar), t).double() - noise).square().mean()


@right(LOSS)
def by_torchs_module(model, x0, t, noise, alpha_bar):
    return nn.MSELoss()(noise, model(by_vmap(x0, t, noise, alpha_bar), t))


@right(LOSS)
def by_dot_product(model, x0, t, noise, alpha_bar):
    wrong = (model(by_einsum(x0, t, noise, alpha_bar), t) - noise).flatten()
    return torch.dot(wrong, wrong) / len(wrong)


@right(LOSS)
def one_call_a_picture(model, x0, t, noise, alpha_bar):
    rows = [slice(i, i + 1) for i in range(len(x0))]
    losses = [by_mse_loss(model, x0[r], t[r], noise[r], alpha_bar) for r in rows]
    return sum(losses) / len(losses)


@right(LOSS)
def means_one_after_the_other(model, x0, t, noise, alpha_bar):
    with torch.no_grad():
        xt = by_gather(x0, t, noise, alpha_bar)
    return torch.square(model(xt, t) - noise.detach()).mean(dim=(1, 2, 3)).mean(dim=0)


@right(LOSS)
def in_another_order_after_a_look(model, x0, t, noise, alpha_bar):
    xt, order = by_gather(x0, t, noise, alpha_bar), t.argsort()
    assert model(xt, t).shape == noise.shape
    return F.mse_loss(model(xt[order], t[order]), noise[order])


@right(LOSS)
def by_norm(model, x0, t, noise, alpha_bar):
    wrong = model(by_gather(x0, t, noise, alpha_bar), t) - noise
    return torch.linalg.vector_norm(wrong) ** 2 / wrong.numel()


@wrong(LOSS, "returns None")
def loss_forgotten(model, x0, t, noise, alpha_bar):
    by_mse_loss(model, x0, t, noise, alpha_bar)


@wrong(LOSS, "You return a tuple; return the loss in one tensor")
def loss_and_count(model, x0, t, noise, alpha_bar):
    return by_mse_loss(model, x0, t, noise, alpha_bar), len(x0)


@wrong(LOSS, "You return a float; return the loss as a tensor")
def plain_number(model, x0, t, noise, alpha_bar):
    return float(by_mse_loss(model, x0, t, noise, alpha_bar))


@wrong(LOSS, "You return an ndarray; return the loss as a tensor")
def number_of_numpy(model, x0, t, noise, alpha_bar):
    return by_mse_loss(model, x0, t, noise, alpha_bar).detach().numpy()


@wrong(LOSS, "No gradient reaches the network's weights")
def prediction_by_data(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar), t).data, noise)


@wrong(LOSS, "No gradient reaches the network's weights")
def a_new_leaf(model, x0, t, noise, alpha_bar):
    return torch.tensor(by_mse_loss(model, x0, t, noise, alpha_bar).item(), requires_grad=True)


@wrong(LOSS, "what model(xt, t) says must go into the loss")
def prediction_left_out(model, x0, t, noise, alpha_bar):
    xt = by_gather(x0, t, noise, alpha_bar)
    model(xt, t)
    return F.mse_loss(xt, noise)


@wrong(LOSS, "You call backward yourself")
def backward_inside(model, x0, t, noise, alpha_bar):
    loss = by_mse_loss(model, x0, t, noise, alpha_bar)
    loss.backward()
    return loss


@wrong(LOSS, "Your target is x0")
def picture_for_noise(model, x0, t, noise, alpha_bar):
    wrong = x0 - model(by_vmap(x0, t, noise, alpha_bar), t)
    return torch.einsum("nchw,nchw->", wrong, wrong) / wrong.numel()


@wrong(LOSS, "You show the network x0")
def shown_the_picture(model, x0, t, noise, alpha_bar):
    return nn.MSELoss()(noise, model(x0.clone(), t))


@wrong(LOSS, "You draw random numbers of your own")
def two_noises(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, torch.randn(x0.shape), alpha_bar), t), noise)


@wrong(LOSS, "You draw random numbers of your own")
def one_noise_drawn_afresh(model, x0, t, noise, alpha_bar):
    return by_mse_loss(model, x0, t, torch.randn_like(x0), alpha_bar)


@wrong(LOSS, "You draw random numbers of your own: t and noise come in")
def steps_drawn_afresh(model, x0, t, noise, alpha_bar):
    return by_mse_loss(model, x0, torch.randint(len(alpha_bar), (len(x0),)), noise, alpha_bar)


@wrong(LOSS, "You sum: the loss is the mean")
def norm_squared(model, x0, t, noise, alpha_bar):
    return (model(by_gather(x0, t, noise, alpha_bar), t) - noise).norm() ** 2


@wrong(LOSS, "You sum over the pixels and take the mean over the pictures alone")
def sum_over_batch_size(model, x0, t, noise, alpha_bar):
    return norm_squared(model, x0, t, noise, alpha_bar) / x0.shape[0]


@wrong(LOSS, "the mean goes over the pictures as well")
def added_up_in_a_loop(model, x0, t, noise, alpha_bar):
    return len(x0) * one_call_a_picture(model, x0, t, noise, alpha_bar)


@wrong(LOSS, "You return the norm")
def the_norm(model, x0, t, noise, alpha_bar):
    return torch.dist(model(by_gather(x0, t, noise, alpha_bar), t), noise)


@wrong(LOSS, "must be one number, not an array of shape (1,)")
def a_loss_a_picture(model, x0, t, noise, alpha_bar):
    return (model(by_gather(x0, t, noise, alpha_bar), t) - noise).square().mean(dim=(1, 2, 3))


@wrong(LOSS, "Your network is given torch.int64 (1,) where pictures belong: model(xt, t)")
def time_first(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(t, by_gather(x0, t, noise, alpha_bar)), noise)


@wrong(LOSS, "is given t as torch.float32 (1,); hand t on as it is")
def told_the_level(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar), alpha_bar[t]), noise)


@wrong(LOSS, "is given t as an int")
def told_one_step(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar), t[0].item()), noise)


@wrong(LOSS, "Your xt lacks the roots")
def xt_on_a_line(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(a_line_between_the_two(x0, t, noise, alpha_bar), t), noise)


@wrong(LOSS, "In your xt torch lays the levels alpha_bar[t] along the width")
def xt_by_columns(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(a_row_of_levels(x0, t, noise, alpha_bar), t), noise)


@wrong(LOSS, "You ask model for its .forward: here it is a function of (xt, t)")
def by_forward(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model.forward(by_gather(x0, t, noise, alpha_bar), t), noise)


@wrong(LOSS, "You ask model for its .eval: here it is a function of (xt, t)")
def in_eval_mode(model, x0, t, noise, alpha_bar):
    model.eval()
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar), t), noise)


@wrong(
    LOSS,
    "The count of pictures whose xt = q_sample(x0, t, noise, alpha_bar) the model never sees is 2",
)
def xt_clipped(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar).clamp(-0.5, 0.5), t), noise)


@wrong(LOSS, "take torch's, x.mean() or x.sum()")
def by_numpys_mean(model, x0, t, noise, alpha_bar):
    return np.mean((model(by_gather(x0, t, noise, alpha_bar), t) - noise) ** 2)


@wrong(LOSS, "through NumPy no gradient flows back")
def by_way_of_numpy(model, x0, t, noise, alpha_bar):
    said = model(by_gather(x0, t, noise, alpha_bar), t).numpy()
    return torch.tensor(((said - noise.numpy()) ** 2).mean())


@wrong(LOSS, "You call model(xt): it must know t too, model(xt, t)")
def without_t(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(by_gather(x0, t, noise, alpha_bar)), noise)


@wrong(LOSS, "Python takes the power before it divides")
def by_halves(model, x0, t, noise, alpha_bar):
    a = alpha_bar[t].view(-1, 1, 1, 1)
    return ((model(a**1 / 2 * x0 + (1 - a) ** 1 / 2 * noise, t) - noise) ** 2).mean()


@wrong(LOSS, "changes its argument `x0` in place")
def xt_in_place(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(in_place(x0, t, noise, alpha_bar), t), noise)


# ---- ddim_step ---------------------------------------------------------------------------------


def levels(alpha_bar, t):
    """With a 1 behind the last, index -1 is clean."""
    return torch.cat([alpha_bar, torch.ones(1, device=alpha_bar.device)])[t].view(-1, 1, 1, 1)


def stepped(xt, eps, a, b):
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@right(STEP)
def a_one_behind_the_last(xt, eps, t, t_prev, alpha_bar):
    return stepped(xt, eps, levels(alpha_bar, t), levels(alpha_bar, t_prev))


@right(STEP)
def a_one_in_front_and_simplified(xt, eps, t, t_prev, alpha_bar):
    padded = F.pad(alpha_bar, (1, 0), value=1.0)
    a = padded.gather(0, t + 1)[:, None, None, None]
    b = padded.gather(0, t_prev + 1)[:, None, None, None]
    return (b / a).sqrt() * xt + ((1 - b).sqrt() - (b * (1 - a) / a).sqrt()) * eps


@right(STEP)
def masked_fill_in_a_loop(xt, eps, t, t_prev, alpha_bar):
    after = alpha_bar[t_prev].masked_fill(t_prev == -1, 1.0)
    rows = zip(xt, eps, alpha_bar.index_select(0, t), after, strict=True)
    return torch.stack([stepped(*row) for row in rows])


@right(STEP)
def by_a_product_with_the_mask(xt, eps, t, t_prev, alpha_bar):
    clean = (t_prev < 0).float()
    b, a = clean + (1 - clean) * alpha_bar[t_prev.clamp(min=0)], alpha_bar[t]
    x0 = torch.einsum("n,nchw->nchw", a.rsqrt(), xt)
    x0 = x0 - torch.einsum("n,nchw->nchw", ((1 - a) / a).sqrt(), eps)
    return torch.einsum("n,nchw->nchw", b.sqrt(), x0) + (1 - b).sqrt().view(-1, 1, 1, 1) * eps


@right(STEP)
def by_ifs_and_floats(xt, eps, t, t_prev, alpha_bar):
    out = torch.zeros_like(xt)
    for i in range(len(xt)):
        a = float(alpha_bar[t[i]])
        b = float(alpha_bar[t_prev[i]]) if t_prev[i] >= 0 else 1.0
        x0 = (xt[i] - math.sqrt(1 - a) * eps[i]) / math.sqrt(a)
        out[i] = math.sqrt(b) * x0 + math.sqrt(1 - b) * eps[i]
    return out


@right(STEP)
def as_a_step_of_the_flow(xt, eps, t, t_prev, alpha_bar):
    a, b = levels(alpha_bar.double(), t), levels(alpha_bar.double(), t_prev)
    sigma, less = (1 / a - 1).sqrt(), (1 / b - 1).sqrt()
    return (b.sqrt() * (xt / a.sqrt() + (less - sigma) * eps)).float()


@right(STEP)
def ddpm_with_eta_0(xt, eps, t, t_prev, alpha_bar, eta=0.0):
    a, b = levels(alpha_bar, t), levels(alpha_bar, t_prev)
    sigma = eta * ((1 - b) / (1 - a) * (1 - a / b)).sqrt()
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b - sigma**2).sqrt() * eps + sigma * torch.randn_like(xt)


@wrong(STEP, "Your condition t_prev < 0 has the shape (n,)")
def a_condition_along_the_width(xt, eps, t, t_prev, alpha_bar):
    a, b = alpha_bar[t].view(-1, 1, 1, 1), alpha_bar[t_prev].view(-1, 1, 1, 1)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return torch.where(t_prev == -1, x0, b.sqrt() * x0 + (1 - b).sqrt() * eps)


@wrong(STEP, "returns None")
def step_forgotten(xt, eps, t, t_prev, alpha_bar):
    a_one_behind_the_last(xt, eps, t, t_prev, alpha_bar)


@wrong(STEP, "You return a tuple; return x_prev in one tensor")
def step_and_belief(xt, eps, t, t_prev, alpha_bar):
    return a_one_behind_the_last(xt, eps, t, t_prev, alpha_bar), xt


@wrong(STEP, "At the end t_prev is -1, and alpha_bar[-1] is the last level")
def never_clean(xt, eps, t, t_prev, alpha_bar):
    a, b = (torch.take(alpha_bar, step).view(-1, 1, 1, 1) for step in (t, t_prev))
    return (b / a).sqrt() * xt + ((1 - b).sqrt() - (b * (1 - a) / a).sqrt()) * eps


@wrong(STEP, "you read alpha_bar[0], which still holds a little noise")
def at_least_0(xt, eps, t, t_prev, alpha_bar):
    return a_one_in_front_and_simplified(xt, eps, t, F.relu(t_prev), alpha_bar)


@wrong(STEP, "Where t_prev is -1 you take 0 for the level")
def a_zero_behind_the_last(xt, eps, t, t_prev, alpha_bar):
    b = F.pad(alpha_bar, (0, 1))[t_prev].view(-1, 1, 1, 1)
    return stepped(xt, eps, levels(alpha_bar, t), b)


@wrong(STEP, "You take t_prev = 0 for clean")
def clean_unless_above_0(xt, eps, t, t_prev, alpha_bar):
    b = alpha_bar[t_prev].masked_fill(t_prev <= 0, 1.0).view(-1, 1, 1, 1)
    return stepped(xt, eps, levels(alpha_bar, t), b)


@wrong(STEP, "torch.where looks at each")
def if_of_a_batch(xt, eps, t, t_prev, alpha_bar):
    b = torch.tensor(1.0) if t_prev < 0 else alpha_bar[t_prev].view(-1, 1, 1, 1)
    return stepped(xt, eps, levels(alpha_bar, t), b)


@wrong(STEP, "You decide for the whole batch")
def clean_if_any(xt, eps, t, t_prev, alpha_bar):
    b = torch.ones(1) if t_prev.min() < 0 else alpha_bar[t_prev].view(-1, 1, 1, 1)
    return stepped(xt, eps, levels(alpha_bar, t), b)


@wrong(STEP, "You put fresh noise in")
def drawn_by_torch_normal(xt, eps, t, t_prev, alpha_bar):
    a, b = levels(alpha_bar, t), levels(alpha_bar, t_prev)
    sigma = ((1 - b) / (1 - a) * (1 - a / b)).sqrt()
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    mean = b.sqrt() * x0 + (1 - b - sigma**2).clamp(min=0).sqrt() * eps
    return torch.normal(mean, sigma.expand_as(xt))


@wrong(STEP, "You put fresh noise in")
def a_step_of_ddpm(xt, eps, t, t_prev, alpha_bar):
    a, alpha = levels(alpha_bar, t), levels(alpha_bar, t) / levels(alpha_bar, t_prev)
    mean = (xt - (1 - alpha) / (1 - a).sqrt() * eps) / alpha.sqrt()
    return mean + (1 - alpha).sqrt() * torch.randn(xt.shape)


@wrong(STEP, "no weighted sum of xt and eps: in this step nothing is drawn, and nothing is clipped")
def eta_0_but_clipped(xt, eps, t, t_prev, alpha_bar):
    return ddpm_with_eta_0(xt, eps, t, t_prev, alpha_bar).clamp(-1, 1)


@wrong(STEP, "That is DDPM's mean")
def mean_from_x0_and_xt(xt, eps, t, t_prev, alpha_bar):
    a, b = levels(alpha_bar, t), levels(alpha_bar, t_prev)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * (1 - a / b) / (1 - a) * x0 + (a / b).sqrt() * (1 - b) / (1 - a) * xt


@wrong(STEP, "You take alpha of the single step")
def by_single_steps(xt, eps, t, t_prev, alpha_bar):
    alpha = torch.cat([alpha_bar[:1], alpha_bar[1:] / alpha_bar[:-1]])
    return a_one_behind_the_last(xt, eps, t, t_prev, alpha)


@wrong(STEP, "Wrong alpha_bar: one level serves both lines")
def t_prev_for_both(xt, eps, t, t_prev, alpha_bar):
    return a_one_behind_the_last(xt, eps, t_prev, t_prev, alpha_bar)


@wrong(STEP, "t and t_prev have changed places")
def back_into_the_noise(xt, eps, t, t_prev, alpha_bar):
    a, b = alpha_bar[t_prev].view(-1, 1, 1, 1), alpha_bar[t].view(-1, 1, 1, 1)
    return b.sqrt() * (xt / a.sqrt() - (1 / a - 1).sqrt() * eps) + (1 - b).sqrt() * eps


@wrong(STEP, "never look at t_prev")
def one_step_down(xt, eps, t, t_prev, alpha_bar):
    return never_clean(xt, eps, t, (t - 1) % len(alpha_bar), alpha_bar)


@wrong(STEP, "The noise is weighed by the variances")
def variances(xt, eps, t, t_prev, alpha_bar):
    left, less = 1 - levels(alpha_bar, t), 1 - levels(alpha_bar, t_prev)
    return ((1 - less) / (1 - left)).sqrt() * (xt - left * eps) + less * eps


@wrong(STEP, "x0 lacks a root")
def divided_without_a_root(xt, eps, t, t_prev, alpha_bar):
    a, b = levels(alpha_bar, t), levels(alpha_bar, t_prev)
    return b.sqrt() * (xt - (1 - a) ** 0.5 * eps).div(a) + (1 - b) ** 0.5 * eps


@wrong(STEP, "Brackets: in yours eps alone is divided")
def brackets_left_out(xt, eps, t, t_prev, alpha_bar):
    a, b = levels(alpha_bar, t), levels(alpha_bar, t_prev)
    x0 = xt - (1 / a - 1).sqrt() * eps
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


@wrong(STEP, "You noise xt once more")
def xt_noised_again(xt, eps, t, t_prev, alpha_bar):
    return torch.addcmul(
        levels(alpha_bar, t_prev).sqrt() * xt, (1 - levels(alpha_bar, t_prev)).sqrt(), eps
    )


@wrong(STEP, "torch lays the levels along the width")
def rows_of_levels(xt, eps, t, t_prev, alpha_bar):
    return stepped(xt, eps, alpha_bar.gather(0, t), torch.take(alpha_bar, t_prev))


@wrong(STEP, "Off by one at t alone")
def shifted_at_t(xt, eps, t, t_prev, alpha_bar):
    padded = F.pad(alpha_bar, (1, 0), value=1.0).view(-1, 1, 1, 1)
    return stepped(xt, eps, padded[t], padded[t_prev + 1])


@wrong(STEP, "You clip x0 to [-1, 1] and turn eps with it")
def clipped_as_samplers_do(xt, eps, t, t_prev, alpha_bar):
    a, b = levels(alpha_bar, t), levels(alpha_bar, t_prev)
    x0 = torch.clip((xt - (1 - a).sqrt() * eps) / a.sqrt(), -1, 1)
    eps = (xt - a.sqrt() * x0) / (1 - a).sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


@wrong(STEP, "changes its argument `alpha_bar` in place")
def the_last_made_clean(xt, eps, t, t_prev, alpha_bar):
    alpha_bar[-1] = 1
    return never_clean(xt, eps, t, t_prev, alpha_bar)


# ---- repaint_blend -----------------------------------------------------------------------------


def noised(x0, t, noise, alpha_bar):
    a = levels(alpha_bar, t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@right(BLEND)
def by_products_with_bool(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x_prev + ~hole * noised(x0, t_prev, noise, alpha_bar)


@right(BLEND)
def by_products_with_float(x_prev, x0, hole, t_prev, noise, alpha_bar):
    inside, a = hole.float(), F.pad(alpha_bar, (1, 0), value=1.0)[t_prev + 1].view(-1, 1, 1, 1)
    return inside * x_prev + (1 - inside) * (a**0.5 * x0 + (1 - a) ** 0.5 * noise)


@right(BLEND)
def written_into_a_copy(x_prev, x0, hole, t_prev, noise, alpha_bar):
    out = x_prev.clone()
    for i, step in enumerate(t_prev.tolist()):
        a = 1.0 if step < 0 else alpha_bar[step].item()
        outside = ~hole[i].expand_as(x0[i])
        out[i][outside] = (math.sqrt(a) * x0[i] + math.sqrt(1 - a) * noise[i])[outside]
    return out


@right(BLEND)
def by_masked_fill(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = noised(x0, t_prev, noise, alpha_bar).masked_fill(hole, 0)
    return x_prev.masked_fill(hole.logical_not(), 0) + known


@right(BLEND)
def by_lerp(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar[t_prev].where(t_prev >= 0, torch.tensor(1.0))
    known = torch.einsum("n,nchw->nchw", a.sqrt(), x0)
    known = known + torch.einsum("n,nchw->nchw", (1 - a).sqrt(), noise)
    return torch.lerp(known, x_prev, hole.to(known).expand_as(known))


@right(BLEND)
def clean_by_a_second_where(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar[t_prev].reshape(-1, 1, 1, 1)
    known = a.sqrt() * x0 + (1 - a).sqrt() * noise
    return x_prev.where(hole, torch.where(t_prev.view(-1, 1, 1, 1) == -1, x0, known))


@right(BLEND)
def by_numpy_where(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = noised(x0, t_prev, noise, alpha_bar).numpy()
    return torch.from_numpy(np.where(hole.numpy(), x_prev.numpy(), known))


@wrong(BLEND, "Your condition t_prev < 0 has the shape (n,)")
def a_clean_end_along_the_width(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar[t_prev].view(-1, 1, 1, 1)
    known = torch.where(t_prev < 0, x0, a.sqrt() * x0 + (1 - a).sqrt() * noise)
    return torch.where(hole, x_prev, known)


@wrong(BLEND, "torch.where(mask, a, b) spreads it")
def by_a_mask(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]).view(-1, 1, 1, 1)
    blend, known = x_prev.clone(), a.sqrt() * x0 + (1 - a).sqrt() * noise
    blend[~hole] = known[~hole]
    return blend


@wrong(BLEND, "returns None")
def blend_forgotten(x_prev, x0, hole, t_prev, noise, alpha_bar):
    by_products_with_bool(x_prev, x0, hole, t_prev, noise, alpha_bar)


@wrong(BLEND, "is there a comma at the end of the line?")
def a_comma(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return (by_products_with_bool(x_prev, x0, hole, t_prev, noise, alpha_bar),)


@wrong(BLEND, "You leave the known pixels clean")
def pasted_clean(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x_prev + ~hole * x0


@wrong(BLEND, "Polarity")
def where_the_other_way(x_prev, x0, hole, t_prev, noise, alpha_bar):
    outside = 1 - hole.float()
    return outside * x_prev + (1 - outside) * noised(x0, t_prev, noise, alpha_bar)


@wrong(BLEND, "Polarity")
def pasted_clean_the_other_way(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x0 * hole.float() + x_prev * (1 - hole.float())


@wrong(BLEND, "Subtraction, the `-` operator, with a bool tensor is not supported")
def one_minus_bool(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x_prev + (1 - hole) * noised(x0, t_prev, noise, alpha_bar)


@wrong(BLEND, "~ swaps the bits, and ~1 is -2")
def bits_of_a_number(x_prev, x0, hole, t_prev, noise, alpha_bar):
    place = hole.long()
    return x_prev * place + noised(x0, t_prev, noise, alpha_bar) * ~place


@wrong(BLEND, "condition to be a boolean tensor")
def where_of_floats(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole.float(), x_prev, noised(x0, t_prev, noise, alpha_bar))


@wrong(BLEND, "torch.where looks at each")
def not_of_a_tensor(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x_prev + (not hole) * noised(x0, t_prev, noise, alpha_bar)


@wrong(BLEND, "The known pixels get the level of t, one step noisier than x_prev")
def at_the_level_of_t(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_products_with_bool(x_prev, x0, hole, t_prev + 1, noise, alpha_bar)


@wrong(BLEND, "At the end, where t_prev is -1, the known pixels still hold noise")
def never_clean_outside(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.take(alpha_bar, t_prev).view(-1, 1, 1, 1)
    return hole * x_prev + ~hole * (a.sqrt() * x0 + (1 - a).sqrt() * noise)


@wrong(BLEND, "the known pixels still hold a little noise: you read alpha_bar[0]")
def outside_at_least_0(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_lerp(x_prev, x0, hole, t_prev.relu(), noise, alpha_bar)


@wrong(BLEND, "you take 0 for the level, and the known pixels are noise alone")
def zero_for_clean(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar[t_prev] * (t_prev >= 0)
    a = a.view(-1, 1, 1, 1)
    return hole * x_prev + ~hole * (a.sqrt() * x0 + (1 - a).sqrt() * noise)


@wrong(BLEND, "You take t_prev = 0 for clean")
def clean_at_0_too(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = noised(x0, t_prev, noise, alpha_bar)
    return torch.where(hole, x_prev, torch.where(t_prev[:, None, None, None] > 0, known, x0))


@wrong(BLEND, "One picture decides for the whole batch")
def clean_if_any_is(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = x0 if -1 in t_prev else noised(x0, t_prev, noise, alpha_bar)
    return torch.where(hole, x_prev, known)


@wrong(BLEND, "The root is missing in front of the noise")
def sigma_is_the_variance(x_prev, x0, hole, t_prev, noise, alpha_bar):
    sigma = 1 - levels(alpha_bar, t_prev)
    return torch.where(~hole, torch.addcmul((1 - sigma).sqrt() * x0, sigma, noise), x_prev)


@wrong(BLEND, "The roots are missing")
def known_on_a_line(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, x_prev, torch.lerp(noise, x0, levels(alpha_bar, t_prev)))


@wrong(BLEND, "torch lays the levels along the width")
def columns_of_levels(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = F.pad(alpha_bar, (0, 1), value=1.0)[t_prev]
    return torch.where(hole, x_prev, a**0.5 * x0 + (1 - a) ** 0.5 * noise)


@wrong(BLEND, "You draw random numbers of your own")
def noise_of_its_own(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_masked_fill(x_prev, x0, hole, t_prev, torch.randn(noise.shape), alpha_bar)


@wrong(BLEND, "You noise x_prev once more")
def blended_then_noised(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return noised(torch.where(hole, x_prev, x0), t_prev, noise, alpha_bar)


@wrong(BLEND, "In the hole stands x0, which nobody knows there")
def looked_up(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x0 + ~hole * noised(x0, t_prev, noise, alpha_bar)


@wrong(BLEND, "The hole is left empty")
def known_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return noised(x0, t_prev, noise, alpha_bar) * ~hole


@wrong(BLEND, "You write the known pixels into x_prev itself")
def copied_over(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x_prev.copy_(by_lerp(x_prev, x0, hole, t_prev, noise, alpha_bar))


@wrong(BLEND, "changes its argument `hole` in place")
def hole_turned_in_place(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole.logical_not_(), noised(x0, t_prev, noise, alpha_bar), x_prev)


# ---- guided_step -------------------------------------------------------------------------------


def axes(a):
    return a[:, None, None, None]


def clean(xt, eps, t, alpha_bar):
    a = axes(alpha_bar[t])
    return (xt - (1 - a).sqrt() * eps) / a.sqrt()


def ddim_back(xt, eps, t, t_prev, alpha_bar):
    b = axes(torch.where(t_prev < 0, 1.0, alpha_bar[t_prev.clamp(min=0)]))
    return b.sqrt() * clean(xt, eps, t, alpha_bar) + (1 - b).sqrt() * eps


@right(GUIDED)
def by_backward(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    leaf = xt.clone().requires_grad_(True)
    eps = model(leaf, t)
    x0 = clean(leaf, eps, t, alpha_bar)
    ((x0 - image) * ~hole).square().flatten(1).sum(1).sqrt().sum().backward()
    with torch.no_grad():
        return ddim_back(xt, eps, t, t_prev, alpha_bar) - scale * leaf.grad


@right(GUIDED)
def by_torch_func(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    def missed(x):
        eps = model(x, t)
        off = (clean(x, eps, t, alpha_bar) - image).masked_fill(hole, 0.0)
        return torch.linalg.vector_norm(off, dim=(1, 2, 3)).sum(), eps

    slope, eps = torch.func.grad(missed, has_aux=True)(xt)
    return ddim_back(xt, eps, t, t_prev, alpha_bar) - scale * slope


@right(GUIDED)
def one_picture_at_a_time(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    made = []
    for i in range(len(xt)):
        x = xt[i : i + 1].detach().requires_grad_()
        eps = model(x, t[i : i + 1])
        off = (clean(x, eps, t[i : i + 1], alpha_bar) - image[i])[(~hole[i]).expand(x.shape)]
        (slope,) = torch.autograd.grad(off.norm(), x)
        step = ddim_back(x, eps, t[i : i + 1], t_prev[i : i + 1], alpha_bar)
        made.append((step - scale * slope).detach())
    return torch.cat(made)


@right(GUIDED)
def asked_twice(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    x = xt.detach().requires_grad_()
    off = torch.where(hole, 0.0, image - clean(x, model(x, t), t, alpha_bar))
    slope = torch.autograd.grad(off.flatten(1).norm(dim=-1).unbind(), x)[0]
    with torch.no_grad():
        return ddim_back(xt, model(xt, t), t, t_prev, alpha_bar) - scale * slope


@wrong(GUIDED, "so no gradient can go back through the network")
def under_no_grad(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    with torch.no_grad():
        return ddim_back(xt, model(xt, t), t, t_prev, alpha_bar)


@wrong(GUIDED, "Your function never calls model")
def pulled_by_nothing(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    return xt - scale * (xt - image)


@wrong(GUIDED, "You take the square of the norm")
def by_the_sum_of_squares(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    x = xt.detach().requires_grad_()
    eps = model(x, t)
    off = (clean(x, eps, t, alpha_bar) - image)[(~hole).expand_as(x)]
    slope = torch.autograd.grad((off**2).sum(), x)[0]
    return ddim_back(xt, eps.detach(), t, t_prev, alpha_bar) - scale * slope


@wrong(GUIDED, "You score the hole, where nothing is known")
def with_hole_and_known_changed(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    return by_backward(model, xt, t, t_prev, image, ~hole, alpha_bar, scale)


@wrong(GUIDED, "One norm goes over the whole batch")
def one_length_for_all(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    x = xt.detach().requires_grad_()
    eps = model(x, t)
    off = (clean(x, eps, t, alpha_bar) - image) * ~hole
    slope = torch.autograd.grad(torch.sqrt((off**2).sum()), x)[0]
    return ddim_back(xt, eps.detach(), t, t_prev, alpha_bar) - scale * slope


test_a_right_answer_in_another_style_passes, test_a_wrong_answer_is_told_what_is_wrong = (
    further_tests(RIGHT, WRONG)
)


@pytest.mark.errors  # a builder's inner function, once wrapped by the shape checks, cannot travel
@pytest.mark.parametrize("answer", [by_gather, one_call_a_picture, ddpm_with_eta_0, by_lerp])
def test_a_worker_gives_the_same_verdict(answer):
    name = next(name for name, known, _ in RIGHT if known is answer)
    assert check(name, answer).correct
