"""Answers to lesson 11 that its table does not hold: right ones in other styles, and wrong ones."""

import math
import sys
from pathlib import Path

import cloudpickle
import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Independent, Normal, kl_divergence

from learnkit.exercises import check
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist
from learnkit.models import conditional_vae
from learnkit.models.pretrained import pretrained
from learnkit.training.device import choose
from tests.exercises.answers import collected, further_tests

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no tests to import
RIGHT, WRONG, right, wrong = collected()
ROOT = Path(__file__).parents[2]


# ---- masked_negative_elbo ----------------------------------------------------------------------

ELBO, STEP, FILLS = "masked_negative_elbo", "latent_step", "sample_fills"


@right(ELBO)
def by_torch_distributions(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    q = Independent(Normal(q_mean, torch.exp(q_log_var / 2)), 1)
    p = Independent(Normal(p_mean, torch.exp(p_log_var / 2)), 1)
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none") * hole
    return bce.flatten(1).sum(1).mean() + kl_divergence(q, p).mean()


@right(ELBO)
def by_weight_and_sum(logits, images, hole, qm, qv, pm, pv):
    place = hole.float().expand_as(images)
    bce = F.binary_cross_entropy_with_logits(logits, images, weight=place, reduction="sum")
    kl = (pv - qv) / 2 + (qv.exp() + (pm - qm).square()) / (2 * pv.exp()) - 0.5
    return (bce + kl.sum()) / len(images)


@right(ELBO)
def by_index(logits, images, hole, qm, qv, pm, pv):
    place = hole.expand_as(images)
    bce = F.binary_cross_entropy_with_logits(logits[place], images[place], reduction="sum")
    kl = 0.5 * torch.sum((qv - pv).exp() + (qm - pm) ** 2 * (-pv).exp() - 1 - qv + pv)
    return bce / logits.shape[0] + kl / logits.shape[0]


@right(ELBO)
def by_softplus_in_a_loop(logits, images, hole, *clouds):
    costs = []
    for x, t, gap, qm, qv, pm, pv in zip(logits, images, hole, *clouds, strict=True):
        bce = (F.softplus(x) - x * t).masked_fill(~gap, 0).sum()
        kl = 0.5 * (pv - qv + (qv.exp() + (qm - pm) ** 2) / pv.exp() - 1).sum()
        costs.append(bce + kl)
    return torch.stack(costs).mean()


@wrong(ELBO, "No gradient flows back")
def number(logits, images, hole, *clouds):
    return by_index(logits, images, hole, *clouds).detach()


@wrong(ELBO, "as a tensor of torch")
def plain_number(logits, images, hole, *clouds):
    return by_index(logits, images, hole, *clouds).item()


@wrong(ELBO, "in one tensor")
def both_parts(logits, images, hole, *clouds):
    return by_index(logits, images, hole, *clouds), 0


@wrong(ELBO, "returns None")
def no_return(logits, images, hole, *clouds):
    by_index(logits, images, hole, *clouds)


@wrong(ELBO, "keep log(sigmoid) from -∞ with a small number")
def clamped_logs(logits, images, hole, qm, qv, pm, pv):
    p = logits.sigmoid().clamp(1e-6, 1 - 1e-6)
    bce = F.binary_cross_entropy(p, images, reduction="none") * hole
    kl = kl_divergence(Normal(qm, torch.exp(qv / 2)), Normal(pm, torch.exp(pv / 2)))
    return (bce.sum() + kl.sum()) / len(images)


@wrong(ELBO, "multiply by p's variance")
def times(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv.exp() + (qm - pm) ** 2) * pv.exp() - 1)
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none") * hole
    return (bce.sum() + kl.sum()) / len(images)


@wrong(ELBO, "The half reaches the logarithms alone")
def half_of_the_logarithms(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv) + (qv.exp() + (qm - pm) ** 2) / pv.exp() - 1
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none") * hole
    return (bce.sum() + kl.sum()) / len(images)


@wrong(ELBO, "KL is reversed")
def reversed_by_torch(logits, images, hole, qm, qv, pm, pv):
    return by_torch_distributions(logits, images, hole, pm, pv, qm, qv)


# ---- latent_step -------------------------------------------------------------------------------


@right(STEP)
def by_backward(z, decode, image, hole, lr, sigma=0.1):
    z = z.clone().detach().requires_grad_(True)
    known = ~hole
    loss = (((decode(z) - image) * known) ** 2).sum() / (2 * sigma**2) + 0.5 * z.pow(2).sum()
    loss.backward()
    with torch.no_grad():
        return z - lr * z.grad


@right(STEP)
def by_sgd(z, decode, image, hole, lr, sigma=0.1):
    leaf = torch.nn.Parameter(z.clone())
    sgd = torch.optim.SGD([leaf], lr=lr)
    made = decode(leaf)
    place = (~hole).expand_as(image)
    misfit = F.mse_loss(made[place], image[place], reduction="sum") / sigma**2 / 2
    (misfit + leaf.norm() ** 2 / 2).backward()
    sgd.step()
    return leaf.detach()


@right(STEP)
def prior_by_hand(z, decode, image, hole, lr, sigma=0.1):
    leaf = z.detach().clone().requires_grad_()
    misfit = ((decode(leaf) - image)[(~hole).expand_as(image)] ** 2).sum() / (2 * sigma**2)
    return z - lr * (torch.autograd.grad(misfit, leaf)[0] + z)


@right(STEP)
def picture_by_picture(z, decode, image, hole, lr, sigma=0.1):
    rows = [
        by_backward(z[i : i + 1], decode, image[i : i + 1], hole[i : i + 1], lr, sigma)
        for i in range(len(z))
    ]
    return torch.cat(rows)


@wrong(STEP, "changes its argument `z` in place")
def in_place(z, decode, image, hole, lr, sigma=0.1):
    moved = by_backward(z, decode, image, hole, lr, sigma)
    return z.copy_(moved)


@wrong(STEP, "polarity is turned")
def hole_for_known(z, decode, image, hole, lr, sigma=0.1):
    return by_backward(z, decode, image, ~hole, lr, sigma)


@right(STEP)
def by_torch_func(z, decode, image, hole, lr, sigma=0.1):
    def energy(at):
        wrong = (decode(at) - image) * ~hole
        return (wrong**2).sum() / (2 * sigma**2) + (at * at).sum() / 2

    return torch.add(z, torch.func.grad(energy)(z), alpha=-lr)


@right(STEP)
def the_rate_in_a_tensor(z, decode, image, hole, lr, sigma=0.1):
    z = z.clone().requires_grad_()
    misfit = ((decode(z) - image).masked_fill(hole, 0) / sigma).square().sum() / 2
    (misfit + z.norm() ** 2 / 2).backward()
    return z.detach().sub(z.grad, alpha=lr) + 0 * torch.tensor(lr)


@wrong(STEP, "|z|² is the norm squared")
def norm_halved(z, decode, image, hole, lr, sigma=0.1):
    z = z.clone().requires_grad_()
    energy = ((decode(z) - image).masked_fill(hole, 0) ** 2).sum() / (2 * sigma**2) + z.norm() / 2
    return (z - lr * torch.autograd.grad(energy, z)[0]).detach()


@wrong(STEP, "returns a tuple")
def a_tuple_times_lr(z, decode, image, hole, lr, sigma=0.1):
    z = z.clone().requires_grad_()
    return z - torch.autograd.grad((decode(z) ** 2).sum(), z) * lr


@wrong(STEP, "is None")
def no_backward(z, decode, image, hole, lr, sigma=0.1):
    z = z.clone().requires_grad_()
    decode(z)
    return z - lr * z.grad


@wrong(STEP, "raised RuntimeError")
def a_leaf_changed_in_place(z, decode, image, hole, lr, sigma=0.1):
    z = z.clone().requires_grad_()
    z -= lr * torch.autograd.grad((decode(z) ** 2).sum(), z)[0]
    return z


@wrong(STEP, "z = z.detach().requires_grad_()")
def no_leaf(z, decode, image, hole, lr, sigma=0.1):
    energy = (decode(z) ** 2).sum()
    return z - lr * torch.autograd.grad(energy, z)[0]


@wrong(STEP, "as a tensor of torch")
def as_numpy(z, decode, image, hole, lr, sigma=0.1):
    return by_backward(z, decode, image, hole, lr, sigma).numpy()


# ---- sample_fills ------------------------------------------------------------------------------


@right(FILLS)
def one_big_draw(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image * ~hole, hole)
    eps = torch.randn((count, *mean.shape), generator=generator, device=mean.device)
    z = (mean + (0.5 * log_var).exp() * eps).reshape(-1, mean.shape[1])
    return torch.where(hole, decode(z).reshape(count, *image.shape), image)


@right(FILLS)
def pictures_outside_fills_inside(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image.masked_fill(hole, 0), hole)
    n, d = mean.shape
    eps = torch.randn(n, count, d, generator=generator, device=mean.device)
    z = mean[:, None] + torch.exp(log_var / 2)[:, None] * eps
    made = decode(z.flatten(0, 1)).unflatten(0, (n, count)).transpose(0, 1)
    return made * hole + image * ~hole


@wrong(FILLS, "You call encode more than once")
def encoded_before_each_fill(encode, decode, image, hole, count, generator):
    cut, fills = image.masked_fill(hole, 0), []
    for _ in range(count):
        mean, log_var = encode(cut, hole)
        eps = torch.randn(mean.shape, generator=generator, device=mean.device)
        fills.append(torch.where(hole, decode(mean + torch.exp(log_var / 2) * eps), image))
    return torch.stack(fills)


@right(FILLS)
def filled_by_index(encode, decode, image, hole, count, generator):
    cut = image.clone()
    cut[hole.expand_as(cut)] = 0
    mean, log_var = encode(cut, hole.float())
    fills = []
    for _ in range(count):
        z = torch.normal(mean, torch.exp(log_var / 2), generator=generator)
        fill = image.clone()
        place = hole.expand_as(image)
        fill[place] = decode(z)[place]
        fills.append(fill)
    return torch.stack(fills)


@right(FILLS)
def decoded_one_picture_at_a_time(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image * ~hole, hole)
    fills = []
    for _ in range(count):
        eps = torch.randn(mean.shape, generator=generator, device=mean.device)
        z = mean + (log_var / 2).exp() * eps
        fills.append(torch.cat([decode(row[None]) for row in z]))
    return torch.where(hole, torch.stack(fills), image)


@wrong(FILLS, "repeat the one before")
def the_last_fill_twice(encode, decode, image, hole, count, generator):
    fills = one_big_draw(encode, decode, image, hole, count, generator)
    return torch.cat([fills[:-1], fills[-2:-1]]) if count > 1 else fills


@wrong(FILLS, "that are the mean's")
def the_mean_first(encode, decode, image, hole, count, generator):
    told = encode(image * ~hole, hole)
    fills = one_big_draw(lambda *_: told, decode, image, hole, count, generator)
    return torch.cat([torch.where(hole, decode(told[0]), image)[None], fills[1:]])


@wrong(FILLS, "for nothing is drawn")
def mean_plus_std(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image * ~hole, hole)
    made = torch.where(hole, decode(mean + torch.exp(log_var / 2)), image)
    return made.expand(count, *image.shape)


@wrong(FILLS, "in one tensor")
def a_list(encode, decode, image, hole, count, generator):
    return list(one_big_draw(encode, decode, image, hole, count, generator))


@wrong(FILLS, "first the fill, then the picture")
def pictures_first(encode, decode, image, hole, count, generator):
    return one_big_draw(encode, decode, image, hole, count, generator).transpose(0, 1)


@wrong(FILLS, "changes its argument `image` in place")
def cut_in_place(encode, decode, image, hole, count, generator):
    kept = image.clone()
    image[hole.expand_as(image)] = 0
    return one_big_draw(encode, decode, kept, hole, count, generator)


@wrong(FILLS, "decode takes z of shape")
def decoded_all_at_once(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, 0.0, image), hole)
    return decode(mean + log_var * torch.randn(count, *mean.shape, generator=generator))


@wrong(FILLS, "One noise serves all pictures")
def one_row(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, 0.0, image), hole)
    eps = torch.randn(count, 1, mean.shape[1], generator=generator)
    z = (mean + torch.exp(log_var / 2) * eps).flatten(0, 1)
    return torch.where(hole, decode(z).reshape(count, *image.shape), image)


@wrong(FILLS, "a generator of your own")
def its_own_generator(encode, decode, image, hole, count, generator):
    return one_big_draw(encode, decode, image, hole, count, torch.Generator().manual_seed(7))


@wrong(FILLS, "does not come from the generator that you are given")
def torch_s_own(encode, decode, image, hole, count, generator):
    return one_big_draw(encode, decode, image, hole, count, None)


@wrong(FILLS, "One single number of noise serves a whole fill")
def one_number_for_all(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, 0.0, image), hole)
    z = mean + torch.exp(log_var / 2) * torch.randn(count, 1, 1, generator=generator)
    return torch.where(hole, decode(z.flatten(0, 1)).reshape(count, *image.shape), image)


@wrong(FILLS, "One number of noise serves all d numbers of a picture's z")
def one_number_for_all_latents(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, 0.0, image), hole)
    z = mean + torch.exp(log_var / 2) * torch.randn(count, len(mean), 1, generator=generator)
    return torch.where(hole, decode(z.flatten(0, 1)).reshape(count, *image.shape), image)


@wrong(FILLS, "which is the variance")
def variance_in_one_draw(encode, decode, image, hole, count, generator):
    def wide(cut, gap):
        mean, log_var = encode(cut, gap)
        return mean, 2 * log_var

    return one_big_draw(wide, decode, image, hole, count, generator)


test_a_right_answer_in_another_style_passes, test_a_wrong_answer_is_told_what_is_wrong = (
    further_tests(RIGHT, WRONG)
)


@pytest.mark.parametrize("answer", [one for name, one, _ in RIGHT if name == FILLS])
def test_the_lesson_s_network_paints_for_right_answers_of_every_style(answer):
    source = (ROOT / "solutions" / "11_vae_inpainting.py").read_text()
    cells = source[source.index("def expect(") :].partition("# %% [markdown]")[0]
    model = pretrained("conditional_vae")
    images = torch.from_numpy(fashion_mnist("test")[0][:6]).float()[:, None] / 255
    hole = torch.from_numpy(draw.half((28, 28))).expand(6, 1, 28, 28)

    def fills(answer):
        scope = {"torch": torch, "math": math, "model": model, "machine": choose("cpu")}
        scope["sample_fills"] = answer
        exec(cells, scope)
        return scope["fills_of"](images, hole, 3)

    assert fills(answer).sub(fills(conditional_vae.sample_fills)).abs().max() < 1e-4


@pytest.mark.errors  # a builder's inner function, once wrapped by the shape checks, cannot travel
@pytest.mark.parametrize("answer", [by_index, by_sgd, one_big_draw])
def test_a_worker_gives_the_same_verdict(answer):
    name = next(name for name, known, _ in RIGHT if known is answer)
    assert check(name, answer).correct
