"""Answers to lesson 12 that its table does not hold: right ones in other styles, and wrong ones."""

import sys

import cloudpickle
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises import check
from learnkit.exercises.judge import judge
from learnkit.exercises.table import find

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no tests to import
RIGHT, WRONG = [], []  # (name of the exercise, answer, words of the verdict)


def right(name):
    return lambda answer: RIGHT.append((name, answer, "")) or answer


def wrong(name, words):
    return lambda answer: WRONG.append((name, answer, words)) or answer


def verdict(name, answer):
    task = find(name)
    return judge(task, task.run(answer))


def shaped(alpha_bar, t):
    return alpha_bar[t].view(-1, 1, 1, 1)


# ---- q_sample ----------------------------------------------------------------------------------


@right("q_sample")
def reshaped(x0, t, noise, alpha_bar):
    a = alpha_bar[t].reshape(-1, 1, 1, 1)
    return torch.sqrt(a) * x0 + torch.sqrt(1 - a) * noise


@right("q_sample")
def gathered(x0, t, noise, alpha_bar):
    a = alpha_bar.gather(0, t).view(len(x0), *[1] * (x0.ndim - 1))
    return a**0.5 * x0 + (1.0 - a) ** 0.5 * noise


@right("q_sample")
def tables_of_roots(x0, t, noise, alpha_bar):
    keep, add = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    return torch.einsum("n,nchw->nchw", keep[t], x0) + torch.einsum("n,nchw->nchw", add[t], noise)


@right("q_sample")
def one_by_one(x0, t, noise, alpha_bar):
    out = torch.empty_like(x0)
    for i, step in enumerate(t.tolist()):
        a = alpha_bar[step].item()
        out[i] = a**0.5 * x0[i] + (1 - a) ** 0.5 * noise[i]
    return out


@right("q_sample")
def stacked(x0, t, noise, alpha_bar):
    rows = zip(x0, alpha_bar[t], noise, strict=True)
    return torch.stack([a.sqrt() * x + (1 - a).sqrt() * e for x, a, e in rows])


@right("q_sample")
def turned_about(x0, t, noise, alpha_bar):
    a = alpha_bar[t]
    return (a.sqrt() * x0.permute(1, 2, 3, 0) + (1 - a).sqrt() * noise.permute(1, 2, 3, 0)).permute(
        3, 0, 1, 2
    )


@right("q_sample")
def by_addcmul(x0, t, noise, alpha_bar):
    a = torch.index_select(alpha_bar, 0, t)[(...,) + (None,) * 3]
    return torch.addcmul(a.sqrt().mul(x0), (1 - a).sqrt(), noise)


@right("q_sample")
def step_by_step(x0, t, noise, alpha_bar):
    sigma = torch.sqrt(1 / shaped(alpha_bar, t) - 1)  # variance exploding, then scaled
    return (x0 + sigma * noise) / torch.sqrt(1 + sigma**2)


@right("q_sample")
def expanded(x0, t, noise, alpha_bar):
    a = alpha_bar[t].unsqueeze(-1).unsqueeze(-1).unsqueeze(-1).expand_as(x0)
    return x0.mul(a.sqrt()).add_(noise.mul((1 - a).sqrt()))


@right("q_sample")
def squeezed_flat(x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None]
    flat = a.sqrt() * x0.flatten(1) + (1 - a).sqrt() * noise.flatten(1)
    return flat.view_as(x0)


@wrong("q_sample", "float64")
def as_double(x0, t, noise, alpha_bar):
    a = shaped(alpha_bar.double(), t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong("q_sample", "comma")
def a_tuple(x0, t, noise, alpha_bar):
    a = shaped(alpha_bar, t)
    return a.sqrt() * x0 + (1 - a).sqrt() * noise, noise


@wrong("q_sample", "ndarray")
def an_array(x0, t, noise, alpha_bar):
    return reshaped(x0, t, noise, alpha_bar).numpy()


@wrong("q_sample", "changes its argument `x0`")
def x0_in_place(x0, t, noise, alpha_bar):
    a = shaped(alpha_bar, t)
    return x0.mul_(a.sqrt()).add_((1 - a).sqrt() * noise)


@wrong("q_sample", "returns None")
def no_return(x0, t, noise, alpha_bar):
    reshaped(x0, t, noise, alpha_bar)


@wrong("q_sample", "draw fresh noise")
def own_noise(x0, t, noise, alpha_bar):
    return reshaped(x0, t, torch.randn_like(x0), alpha_bar)


@wrong("q_sample", "IndexError")
def levels_of_t_twice(x0, t, noise, alpha_bar):
    return reshaped(x0, alpha_bar[t], noise, alpha_bar)


@wrong("q_sample", "")
def beta_for_alpha_bar(x0, t, noise, alpha_bar):
    a = shaped(1 - alpha_bar, t)
    return (1 - a) * x0 + a.sqrt() * noise


@wrong("q_sample", "")
def plain_mean(x0, t, noise, alpha_bar):
    return (x0 + noise) / 2


@wrong("q_sample", "")
def every_picture_at_every_step(x0, t, noise, alpha_bar):
    a = alpha_bar[:, None, None, None]
    return a.sqrt() * x0[:1] + (1 - a).sqrt() * noise[:1]


# ---- denoising_loss ----------------------------------------------------------------------------


@right("denoising_loss")
def by_mse_loss(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(reshaped(x0, t, noise, alpha_bar), t), noise)


@right("denoising_loss")
def the_other_way_round(model, x0, t, noise, alpha_bar):
    return nn.MSELoss()(noise, model(reshaped(x0, t, noise, alpha_bar), t))


@right("denoising_loss")
def sum_by_count(model, x0, t, noise, alpha_bar):
    errors = model(tables_of_roots(x0, t, noise, alpha_bar), t) - noise
    return errors.square().sum() / errors.numel()


@right("denoising_loss")
def by_inner_product(model, x0, t, noise, alpha_bar):
    d = (noise - model(one_by_one(x0, t, noise, alpha_bar), t)).flatten()
    return d @ d / len(d)


@right("denoising_loss")
def by_norm(model, x0, t, noise, alpha_bar):
    d = model(reshaped(x0, t, noise, alpha_bar), t) - noise
    return torch.linalg.vector_norm(d) ** 2 / d.numel()


@right("denoising_loss")
def mean_of_means(model, x0, t, noise, alpha_bar):
    d = model(reshaped(x0, t, noise, alpha_bar), t) - noise
    return torch.stack([each.pow(2).mean() for each in d]).mean()


@right("denoising_loss")
def picture_by_picture(model, x0, t, noise, alpha_bar):
    losses = [
        by_mse_loss(model, x0[i : i + 1], t[i : i + 1], noise[i : i + 1], alpha_bar)
        for i in range(len(x0))
    ]
    return sum(losses) / len(losses)


@right("denoising_loss")
def no_gradient_for_the_input(model, x0, t, noise, alpha_bar):
    with torch.no_grad():
        xt = reshaped(x0, t, noise, alpha_bar)
    return F.mse_loss(model(xt.detach(), t), noise.detach())


@right("denoising_loss")
def by_keyword(model, x0, t, noise, alpha_bar):
    eps = model(reshaped(x0=x0, t=t, noise=noise, alpha_bar=alpha_bar), t)
    return F.mse_loss(input=eps, target=noise, reduction="mean")


@right("denoising_loss")
def from_gaussian_nll(model, x0, t, noise, alpha_bar):
    eps = model(reshaped(x0, t, noise, alpha_bar), t)
    return 2 * F.gaussian_nll_loss(eps, noise, torch.ones_like(eps))


@wrong("denoising_loss", "one number")
def no_reduction(model, x0, t, noise, alpha_bar):
    return (model(reshaped(x0, t, noise, alpha_bar), t) - noise) ** 2


@wrong("denoising_loss", "one number")
def one_a_picture(model, x0, t, noise, alpha_bar):
    d = model(reshaped(x0, t, noise, alpha_bar), t) - noise
    return d.square().mean((1, 2, 3))


@wrong("denoising_loss", "hand t on")
def t_as_a_share(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(reshaped(x0, t, noise, alpha_bar), t / len(alpha_bar)), noise)


@wrong("denoising_loss", "hand t on")
def t_of_the_first(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(reshaped(x0, t, noise, alpha_bar), t[0]), noise)


@wrong("denoising_loss", "no pictures")
def arguments_swapped(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(t.float(), t), noise)


@wrong("denoising_loss", "never calls model")
def no_model(model, x0, t, noise, alpha_bar):
    return F.mse_loss(reshaped(x0, t, noise, alpha_bar), noise)


@wrong("denoising_loss", "call backward yourself")
def goes_back_itself(model, x0, t, noise, alpha_bar):
    loss = by_mse_loss(model, x0, t, noise, alpha_bar)
    loss.backward(retain_graph=True)
    return loss


@wrong("denoising_loss", "No gradient reaches")
def eps_detached(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(reshaped(x0, t, noise, alpha_bar), t).detach(), noise)


@wrong("denoising_loss", "No gradient reaches")
def a_new_tensor(model, x0, t, noise, alpha_bar):
    loss = by_mse_loss(model, x0, t, noise, alpha_bar).item()
    return torch.tensor(loss, requires_grad=True)


@wrong("denoising_loss", "TypeError")
def t_forgotten(model, x0, t, noise, alpha_bar):
    return F.mse_loss(model(reshaped(x0, t, noise, alpha_bar)), noise)


@wrong("denoising_loss", "")
def huber(model, x0, t, noise, alpha_bar):
    return F.smooth_l1_loss(model(reshaped(x0, t, noise, alpha_bar), t), noise)


# ---- ddim_step ---------------------------------------------------------------------------------


@right("ddim_step")
def padded(xt, eps, t, t_prev, alpha_bar):
    levels = torch.cat([alpha_bar, alpha_bar.new_ones(1)])  # [-1] is clean
    a, b = levels[t].view(-1, 1, 1, 1), levels[t_prev].view(-1, 1, 1, 1)
    return torch.sqrt(b / a) * (xt - torch.sqrt(1 - a) * eps) + torch.sqrt(1 - b) * eps


@right("ddim_step")
def in_front(xt, eps, t, t_prev, alpha_bar):
    levels = F.pad(alpha_bar, (1, 0), value=1.0)
    a, b = levels[t + 1, None, None, None], levels[t_prev + 1, None, None, None]
    x0 = xt / a.sqrt() - (1 / a - 1).sqrt() * eps
    return x0 * b.sqrt() + eps * (1 - b).sqrt()


@right("ddim_step")
def one_coefficient_each(xt, eps, t, t_prev, alpha_bar):
    a, b = shaped(alpha_bar, t), shaped(alpha_bar, t_prev).clone()
    b[t_prev < 0] = 1
    keep = (b / a).sqrt()
    return keep * xt + ((1 - b).sqrt() - keep * (1 - a).sqrt()) * eps


@right("ddim_step")
def by_the_ratio_of_noise(xt, eps, t, t_prev, alpha_bar):
    a = shaped(alpha_bar, t)
    b = torch.where(t_prev >= 0, alpha_bar[t_prev], torch.ones(len(t))).view(-1, 1, 1, 1)
    sigma, sigma_prev = (1 / a - 1).sqrt(), (1 / b - 1).sqrt()
    return (xt / a.sqrt() + (sigma_prev - sigma) * eps) * b.sqrt()


@right("ddim_step")
def loop_over_the_batch(xt, eps, t, t_prev, alpha_bar):
    out = []
    for x, e, now, then in zip(xt, eps, t, t_prev, strict=True):
        a = alpha_bar[now]
        b = alpha_bar[then] if then >= 0 else torch.tensor(1.0)
        x0 = (x - (1 - a).sqrt() * e) / a.sqrt()
        out.append(b.sqrt() * x0 + (1 - b).sqrt() * e)
    return torch.stack(out)


@right("ddim_step")
def masked_fill(xt, eps, t, t_prev, alpha_bar):
    b = alpha_bar[t_prev.clamp(min=0)].masked_fill(t_prev == -1, 1.0)[:, None, None, None]
    a = alpha_bar[t][:, None, None, None]
    return b.sqrt() * (xt - (1 - a).sqrt() * eps) / a.sqrt() + (1 - b).sqrt() * eps


@right("ddim_step")
def by_q_sample(xt, eps, t, t_prev, alpha_bar):
    levels = torch.cat([torch.ones(1), alpha_bar])
    a = shaped(alpha_bar, t)
    return reshaped((xt - (1 - a) ** 0.5 * eps) / a**0.5, t_prev + 1, eps, levels)


@right("ddim_step")
def eta_written_out(xt, eps, t, t_prev, alpha_bar, eta=0.0):
    a = shaped(alpha_bar, t)
    b = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]).view(-1, 1, 1, 1)
    sigma = eta * ((1 - b) / (1 - a) * (1 - a / b)).clamp(min=0).sqrt()
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b - sigma**2).sqrt() * eps + sigma * torch.randn_like(xt)


@right("ddim_step")
def where_at_the_end(xt, eps, t, t_prev, alpha_bar):
    a, b = shaped(alpha_bar, t), shaped(alpha_bar, t_prev)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    clean = (t_prev < 0).view(-1, 1, 1, 1)
    return torch.where(clean, x0, b.sqrt() * x0 + (1 - b).sqrt() * eps)


@right("ddim_step")
def computed_as_double(xt, eps, t, t_prev, alpha_bar):
    return padded(xt.double(), eps.double(), t, t_prev, alpha_bar.double()).float()


def level(alpha_bar, t):
    return torch.where(t < 0, 1.0, alpha_bar[t]).view(-1, 1, 1, 1)


@wrong("ddim_step", "put fresh noise in")
def fresh_noise(xt, eps, t, t_prev, alpha_bar):
    a, b = level(alpha_bar, t), level(alpha_bar, t_prev)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * torch.randn_like(eps)


@wrong("ddim_step", "put fresh noise in")
def ancestral(xt, eps, t, t_prev, alpha_bar):
    return eta_written_out(xt, eps, t, t_prev, alpha_bar, eta=1.0)


@wrong("ddim_step", "")
def if_on_a_batch(xt, eps, t, t_prev, alpha_bar):
    b = 1.0 if t_prev < 0 else alpha_bar[t_prev]
    return b * xt


@wrong("ddim_step", "x0, the picture")
def believed(xt, eps, t, t_prev, alpha_bar):
    a = level(alpha_bar, t)
    return xt / a.sqrt() - (1 / a - 1).sqrt() * eps


@wrong("ddim_step", "nearly all noise")
def python_reads_from_behind(xt, eps, t, t_prev, alpha_bar):
    a, b = shaped(alpha_bar, t), shaped(alpha_bar, t_prev)
    return torch.sqrt(b / a) * xt + ((1 - b).sqrt() - (b * (1 - a) / a).sqrt()) * eps


@wrong("ddim_step", "gives xt back")
def stays(xt, eps, t, t_prev, alpha_bar):
    return xt.clone()


@wrong("ddim_step", "changes its argument `xt`")
def step_in_place(xt, eps, t, t_prev, alpha_bar):
    xt.copy_(padded(xt, eps, t, t_prev, alpha_bar))
    return xt


@wrong("ddim_step", "changes its argument `t_prev`")
def t_prev_mended_in_place(xt, eps, t, t_prev, alpha_bar):
    out = padded(xt, eps, t, t_prev, alpha_bar)
    t_prev[t_prev < 0] = 0
    return out


@wrong("ddim_step", "changes its argument `alpha_bar`")
def alpha_bar_written_to(xt, eps, t, t_prev, alpha_bar):
    out = padded(xt, eps, t, t_prev, alpha_bar)
    alpha_bar[-1] = 1.0
    return out


@wrong("ddim_step", "comma")
def both_parts(xt, eps, t, t_prev, alpha_bar):
    return padded(xt, eps, t, t_prev, alpha_bar), believed(xt, eps, t, t_prev, alpha_bar)


# ---- repaint_blend -----------------------------------------------------------------------------


@right("repaint_blend")
def by_arithmetic(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a, m = level(alpha_bar, t_prev), hole.float()
    return m * x_prev + (1 - m) * (a.sqrt() * x0 + (1 - a).sqrt() * noise)


@right("repaint_blend")
def by_not(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = level(alpha_bar, t_prev)
    return hole * x_prev + ~hole * (a.sqrt() * x0 + (1 - a).sqrt() * noise)


@right("repaint_blend")
def known_first(x_prev, x0, hole, t_prev, noise, alpha_bar):
    levels = torch.cat([alpha_bar, torch.ones(1)])
    return torch.where(~hole, reshaped(x0, t_prev, noise, levels), x_prev)


@right("repaint_blend")
def written_into_a_copy(x_prev, x0, hole, t_prev, noise, alpha_bar):
    out, known = x_prev.clone(), ~hole.expand_as(x_prev)
    noised = reshaped(x0, t_prev + 1, noise, torch.cat([torch.ones(1), alpha_bar]))
    out[known] = noised[known]
    return out


@right("repaint_blend")
def clean_apart(x_prev, x0, hole, t_prev, noise, alpha_bar):
    noised = reshaped(x0, t_prev.clamp(min=0), noise, alpha_bar)
    known = torch.where((t_prev == -1).view(-1, 1, 1, 1), x0, noised)
    return torch.where(hole, x_prev, known)


@right("repaint_blend")
def by_lerp(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = level(alpha_bar, t_prev)
    return torch.lerp(a.sqrt() * x0 + (1 - a).sqrt() * noise, x_prev, hole.float())


@right("repaint_blend")
def blended_one_by_one(x_prev, x0, hole, t_prev, noise, alpha_bar):
    out = []
    for i, then in enumerate(t_prev.tolist()):
        a = alpha_bar[then].item() if then >= 0 else 1.0
        out.append(torch.where(hole[i], x_prev[i], a**0.5 * x0[i] + (1 - a) ** 0.5 * noise[i]))
    return torch.stack(out)


@right("repaint_blend")
def masked_scatter(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = level(alpha_bar, t_prev)
    known = a.sqrt() * x0 + (1 - a).sqrt() * noise
    inside = hole.expand_as(known)
    return known.masked_scatter(inside, x_prev[inside])


@right("repaint_blend")
def difference_added(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = by_not(x_prev, x0, torch.zeros_like(hole), t_prev, noise, alpha_bar)
    return known + hole * (x_prev - known)


@right("repaint_blend")
def channels_repeated(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = level(alpha_bar, t_prev).repeat(1, *x0.shape[1:])
    mask = hole.repeat(1, x0.shape[1], 1, 1)
    return torch.where(mask, x_prev, a.sqrt() * x0 + (1 - a).sqrt() * noise)


@wrong("repaint_blend", "clean")
def truth_pasted(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x_prev + ~hole * x0


@wrong("repaint_blend", "Polarity")
def polarity_by_arithmetic(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_arithmetic(x_prev, x0, ~hole, t_prev, noise, alpha_bar)


@wrong("repaint_blend", "RuntimeError")
def minus_a_bool(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return hole * x_prev + (1 - hole) * x0


@wrong("repaint_blend", "draw fresh noise")
def fresh_noise_outside(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_not(x_prev, x0, hole, t_prev, torch.randn_like(noise), alpha_bar)


@wrong("repaint_blend", "last level")
def q_sample_at_minus_1(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, x_prev, reshaped(x0, t_prev, noise, alpha_bar))


@wrong("repaint_blend", "both sides of the hole")
def q_sample_at_t(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return torch.where(hole, x_prev, reshaped(x0, t_prev + 1, noise, alpha_bar))


@wrong("repaint_blend", "shape")
def first_channel_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_not(x_prev, x0, hole, t_prev, noise, alpha_bar)[:, :1]


@wrong("repaint_blend", "")
def first_hole_for_all(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return by_not(x_prev, x0, hole[:1].expand_as(hole), t_prev, noise, alpha_bar)


@wrong("repaint_blend", "")
def averaged(x_prev, x0, hole, t_prev, noise, alpha_bar):
    known = by_not(x_prev, x0, torch.zeros_like(hole), t_prev, noise, alpha_bar)
    return torch.where(hole, x_prev, (known + x_prev) / 2)


@wrong("repaint_blend", "ndarray")
def with_numpy(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return np.where(hole, x_prev, by_not(x_prev, x0, hole, t_prev, noise, alpha_bar))


@wrong("repaint_blend", "shape|IndexError")
def hole_pixels_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    return x_prev[hole.expand_as(x_prev)]


@pytest.mark.parametrize(("name", "answer", "_"), RIGHT)
def test_a_right_answer_in_another_style_is_right(name, answer, _):
    report = verdict(name, answer)
    assert report.correct, report.message


@pytest.mark.parametrize(("name", "answer", "words"), WRONG)
def test_a_wrong_answer_is_told_what_is_wrong(name, answer, words):
    report = verdict(name, answer)
    assert report.status == "incorrect"
    assert any(word in report.message for word in words.split("|"))


@pytest.mark.parametrize("name", ["q_sample", "denoising_loss", "ddim_step", "repaint_blend"])
def test_a_right_answer_is_right_in_a_process_of_its_own_too(name):
    answer = next(answer for other, answer, _ in RIGHT if other == name)
    report = check(name, answer)
    assert report.correct, report.message


def test_the_library_s_own_function_is_no_answer_and_a_neighbour_s_is_a_tool():
    from learnkit.models import diffusion

    def q_sample(x0, t, noise, alpha_bar):
        return diffusion.q_sample(x0, t, noise, alpha_bar)

    def denoising_loss(model, x0, t, noise, alpha_bar):
        return F.mse_loss(model(diffusion.q_sample(x0, t, noise, alpha_bar), t), noise)

    assert "calls the reference" in check("q_sample", q_sample).message
    assert check("denoising_loss", denoising_loss).correct


@pytest.mark.parametrize("name", ["q_sample", "denoising_loss", "ddim_step", "repaint_blend"])
def test_the_library_s_function_is_right_by_the_table(name):
    from learnkit.models import diffusion, repaint

    twin = getattr(diffusion, name, None) or getattr(repaint, name)
    assert verdict(name, twin).correct
