"""Answers to lesson 10 that its table does not hold: right ones in other styles, and wrong ones."""

import sys

import cloudpickle
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises import check
from learnkit.exercises.table import find
from tests.exercises.answers import collected, further_tests

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # a worker has no tests to import
NAMES = ("hole_mse", "composite", "linear_fill", "partial_conv2d")
RIGHT, WRONG, right, wrong = collected()


# ---- hole_mse ----------------------------------------------------------------------------------


def there_is_a_hole(hole):
    if hole.sum() == 0:
        raise ValueError("empty")


@right("hole_mse")
def by_multiplication(pred, target, hole):
    there_is_a_hole(hole)
    weight = hole.float()
    return ((pred - target).pow(2) * weight).sum() / (weight.sum() * pred.size(1))


@right("hole_mse")
def torch_s_loss_on_what_is_picked_out(pred, target, hole):
    everywhere = hole.expand(-1, pred.shape[1], -1, -1)
    there_is_a_hole(hole)
    return F.mse_loss(pred[everywhere], target[everywhere])


@right("hole_mse")
def a_loss_module(pred, target, hole):
    there_is_a_hole(hole)
    return nn.MSELoss()(*(torch.masked_select(x, hole) for x in (pred, target)))


@right("hole_mse")
def channels_last(pred, target, hole):
    errors = (target - pred).permute(0, 2, 3, 1)[hole[:, 0]]
    if len(errors) == 0:
        raise ValueError(f"no pixel in a hole of shape {tuple(hole.shape)}")
    return torch.mean(errors * errors)


@right("hole_mse")
def scaled_up(pred, target, hole):
    share = hole.float().mean()
    if not share:
        raise ValueError("empty")
    return F.mse_loss(torch.where(hole, pred, target), target) / share


@right("hole_mse")
def picture_by_picture(pred, target, hole):
    total, count = 0.0, 0
    for p, t, h in zip(pred, target, hole, strict=True):
        total = total + (((p - t) ** 2) * h).sum()
        count += int(h.sum()) * len(p)
    if count == 0:
        raise ValueError("empty")
    return total / count


@right("hole_mse")
def by_the_nan_mean(pred, target, hole):
    there_is_a_hole(hole)
    return ((pred - target) ** 2).masked_fill(~hole, torch.nan).nanmean()


@right("hole_mse")
def channel_mean_first(pred, target, hole):
    there_is_a_hole(hole)
    return ((pred - target) ** 2).mean(dim=1, keepdim=True)[hole].mean()


@right("hole_mse")
def by_the_norm(pred, target, hole):
    there_is_a_hole(hole)
    away = (pred - target)[hole.repeat(1, pred.shape[1], 1, 1)]
    return away @ away / away.numel()


@right("hole_mse")
def its_own_kind_of_value_error(pred, target, hole):
    if torch.count_nonzero(hole).item() == 0:
        raise ValueError
    return F.mse_loss(pred, target, reduction="none")[hole.expand_as(pred)].mean()


@wrong("hole_mse", "No gradient flows")
def as_an_item(pred, target, hole):
    return torch.tensor(by_multiplication(pred, target, hole).item())


@wrong("hole_mse", "a tensor of torch")
def as_a_number(pred, target, hole):
    return by_multiplication(pred, target, hole).item()


@wrong("hole_mse", "comma")
def with_a_comma(pred, target, hole):
    return (by_multiplication(pred, target, hole),)


@wrong("hole_mse", "forget the channels")
def channels_by_the_flat_hole(pred, target, hole):
    there_is_a_hole(hole)
    return F.mse_loss(pred * hole, target * hole, reduction="sum") / torch.count_nonzero(hole)


@wrong("hole_mse", "forget the channels")
def channels_forgotten_and_no_check(pred, target, hole):
    return F.mse_loss(pred * hole, target * hole, reduction="sum") / hole.sum()


@wrong("hole_mse", "divide by the pixels of the whole picture")
def cut_before(pred, target, hole):
    return F.mse_loss(pred * hole, target * hole)


@wrong("hole_mse", "0/0, NaN")
def masked_select_without_a_check(pred, target, hole):
    return F.mse_loss(pred.masked_select(hole), target.masked_select(hole))


@wrong("hole_mse", "0/0, NaN")
def multiplied_without_a_check(pred, target, hole):
    weight = hole.float()
    return ((pred - target).pow(2) * weight).sum() / (weight.sum() * pred.size(1))


@wrong("hole_mse", "raised TypeError")
def raises_something_else(pred, target, hole):
    if not hole.any():
        raise TypeError("the hole is empty")
    return by_multiplication(pred, target, hole)


@wrong("hole_mse", "score what is known")
def inverted(pred, target, hole):
    there_is_a_hole(hole)
    return F.mse_loss(pred.masked_select(~hole), target.masked_select(~hole))


@wrong("hole_mse", "must be one number")
def reduction_none(pred, target, hole):
    there_is_a_hole(hole)
    return F.mse_loss(pred, target, reduction="none") * hole


@wrong("hole_mse", "raised")
def subtracts_bools(pred, target, hole):
    return ((pred - target) ** 2 * (1 - hole)).mean()


@wrong("hole_mse", "returns None")
def no_return(pred, target, hole):
    by_multiplication(pred, target, hole)


# ---- composite ---------------------------------------------------------------------------------


@right("composite")
def where(pred, image, hole):
    return torch.where(hole, pred, image)


@right("composite")
def where_known(pred, image, hole):
    return torch.where(hole.logical_not(), image, pred)


@right("composite")
def by_arithmetic(pred, image, hole):
    return pred * hole + image * ~hole


@right("composite")
def by_arithmetic_in_floats(pred, image, hole):
    mask = hole.to(image.dtype)
    return mask * pred + (1 - mask) * image


@right("composite")
def by_lerp(pred, image, hole):
    return torch.lerp(image, pred, hole.float())


@right("composite")
def masked_scatter(pred, image, hole):
    inside = hole.expand_as(image)
    return image.masked_scatter(inside, pred[inside])


@right("composite")
def for_each_picture(pred, image, hole):
    out = image.clone()
    for o, p, h in zip(out, pred, hole, strict=True):
        o[:, h[0]] = p[:, h[0]]
    return out


@right("composite")
def indexed_on_a_copy(pred, image, hole):
    out = pred.clone()
    known = ~hole.repeat(1, image.shape[1], 1, 1)
    out[known] = image[known]
    return out


@right("composite")
def filled_with_0_and_added(pred, image, hole):
    return image.masked_fill(hole, 0) + pred.masked_fill(~hole, 0)


@right("composite")
def by_numpy(pred, image, hole):
    return torch.from_numpy(np.where(hole.numpy(), pred.numpy(), image.numpy()))


@right("composite")
def rows_in_a_stack(pred, image, hole):
    rows = [torch.where(h, p, i) for p, i, h in zip(pred, image, hole, strict=True)]
    return torch.stack(rows)


@wrong("composite", "reach the known pixels by arithmetic, and it rounds")
def the_difference_taken_away(pred, image, hole):
    return pred - (1 - hole.float()) * (pred - image)


@wrong("composite", "reach the pixels of the hole by arithmetic, and it rounds")
def a_step_from_image(pred, image, hole):
    return torch.add(image, (pred - image).masked_fill(~hole, 0))


@wrong("composite", "wrong way round")
def where_swapped(pred, image, hole):
    return pred * ~hole + image * hole


@wrong("composite", "in a tensor of torch")
def numpy_array(pred, image, hole):
    return np.where(hole, pred, image)


@wrong("composite", "caller's `image`")
def masked_scatter_in_place(pred, image, hole):
    inside = hole.expand_as(image)
    return image.masked_scatter_(inside, pred[inside])


@wrong("composite", "returns None")
def changes_and_returns_nothing(pred, image, hole):
    image.copy_(torch.where(hole, pred, image))


@wrong("composite", "on top of")
def not_cut_before(pred, image, hole):
    return image + hole.float() * pred


@wrong("composite", "comma")
def in_a_tuple(pred, image, hole):
    return (torch.where(hole, pred, image),)


@wrong("composite", "It must be".lower())
def too_many_axes(pred, image, hole):
    return torch.where(hole, pred, image)[None]


@wrong("composite", "not what it should be")
def noisy(pred, image, hole):
    return torch.where(hole, pred, image + 0.01)


@wrong("composite", "raised")
def a_typo(pred, image, hole):
    return torch.where(hole, prediction, image)  # noqa: F821


@wrong("composite", "clip")
def clips(pred, image, hole):
    return torch.where(hole, pred.clip(0, 1), image)


# ---- linear_fill -------------------------------------------------------------------------------


@right("linear_fill")
def by_the_inverse(image, mean, cov, hole, jitter=1e-3):
    k, u = torch.where(~hole)[0], torch.where(hole)[0]
    inverse = torch.linalg.inv(cov[k[:, None], k] + jitter * torch.eye(len(k)))
    out = image.clone()
    out[u] = mean[u] + cov[u[:, None], k] @ inverse @ (image[k] - mean[k])
    return out


@right("linear_fill")
def by_cholesky(image, mean, cov, hole, jitter=1e-3):
    known, out = ~hole, image.clone()
    if not known.any():
        return mean.clone()
    factor = torch.linalg.cholesky(cov[known][:, known] + jitter * torch.eye(int(known.sum())))
    away = torch.cholesky_solve((image - mean)[known, None], factor)[:, 0]
    out[hole] = (mean[hole] + cov[hole][:, known] @ away).to(out.dtype)
    return out


@right("linear_fill")
def jitter_on_all_of_the_diagonal(image, mean, cov, hole, jitter=1e-3):
    cov = cov + jitter * torch.eye(len(cov))
    k = ~hole
    weights = torch.linalg.solve(cov[k][:, k], cov[k][:, hole])
    guess = mean.clone()
    guess[hole] += (image[k] - mean[k]) @ weights
    return torch.where(hole, guess, image)


@right("linear_fill")
def by_the_precision_of_the_hole(image, mean, cov, hole, jitter=1e-3):
    precision = torch.linalg.inv(cov.double() + jitter * torch.eye(len(cov)).double())
    u, k = hole, ~hole
    pull = precision[u][:, k] @ (image[k] - mean[k]).double()
    out = image.clone()
    out[u] = mean[u] - torch.linalg.solve(precision[u][:, u], pull).float()
    return out


@right("linear_fill")
def in_double_by_the_pseudo_inverse(image, mean, cov, hole, jitter=1e-3):
    known, out = ~hole, image.clone()
    c = cov[known][:, known].double()
    c.diagonal().add_(jitter)
    weights = cov[hole][:, known].double() @ torch.linalg.pinv(c)
    out[hole] = mean[hole] + weights @ (image[known] - mean[known])
    return out


@right("linear_fill")
def early_returns(image, mean, cov, hole, jitter=1e-3):
    if hole.all():
        return mean
    if not hole.any():
        return image
    return by_the_inverse(image, mean, cov, hole, jitter)


@right("linear_fill")
def over_the_whole_picture(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    c = cov[known][:, known] + torch.diag(torch.full((int(known.sum()),), float(jitter)))
    away = torch.linalg.solve(c, (image[known] - mean[known])[:, None])[:, 0]
    return torch.where(hole, mean + cov[:, known] @ away, image)


@right("linear_fill")
def by_least_squares(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    if not known.any():
        return mean.clone()
    c = cov[known][:, known] + jitter * torch.eye(int(known.sum()))
    away = torch.linalg.lstsq(c, (image - mean)[known].unsqueeze(1)).solution.squeeze(1)
    return torch.where(hole, mean + cov[:, known] @ away, image)


@right("linear_fill")
def by_numpy_in_double(image, mean, cov, hole, jitter=1e-3):
    x, m, c, h = (a.numpy() for a in (image, mean, cov, hole))
    k = ~h
    kk = c[np.ix_(k, k)] + jitter * np.eye(k.sum())
    out = x.copy()
    out[h] = m[h] + c[np.ix_(h, k)] @ np.linalg.solve(kk, x[k] - m[k])
    return torch.from_numpy(out)


@right("linear_fill")
def pixel_by_pixel(image, mean, cov, hole, jitter=1e-3):
    known, out = ~hole, image.clone()
    c = cov[known][:, known] + jitter * torch.eye(int(known.sum()))
    for i in hole.nonzero().flatten():
        weights = torch.linalg.solve(c, cov[known, i])
        out[i] = mean[i] + torch.dot(weights, image[known] - mean[known])
    return out


@wrong("linear_fill", "no jitter")
def inverse_without_jitter(image, mean, cov, hole, jitter=1e-3):
    return by_the_inverse(image, mean, cov, hole, jitter=0.0)


@wrong("linear_fill", "whatever the caller says")
def jitter_of_its_own(image, mean, cov, hole, jitter=1e-3):
    return by_the_inverse(image, mean, cov, hole)


@wrong("linear_fill", "The mean is missing")
def mean_left_out(image, mean, cov, hole, jitter=1e-3):
    return by_the_inverse(image, torch.zeros_like(mean), cov, hole, jitter)


@wrong("linear_fill", "polarity")
def hole_and_known_swapped(image, mean, cov, hole, jitter=1e-3):
    return by_the_inverse(image, mean, cov, ~hole, jitter)


@wrong("linear_fill", "caller's `image`")
def writes_to_image(image, mean, cov, hole, jitter=1e-3):
    image[hole] = by_the_inverse(image, mean, cov, hole, jitter)[hole]
    return image


@wrong("linear_fill", "in place")
def writes_to_cov(image, mean, cov, hole, jitter=1e-3):
    cov += jitter * torch.eye(len(cov))
    return by_the_inverse(image, mean, cov, hole, 0.0) + 0.1


@wrong("linear_fill", "caller's `cov`")
def jitters_cov(image, mean, cov, hole, jitter=1e-3):
    cov += jitter * torch.eye(len(cov))
    return by_the_inverse(image, mean, cov, hole, 0.0)


@wrong("linear_fill", "C_ku, the transpose")
def transposes(image, mean, cov, hole, jitter=1e-3):
    k, out = ~hole, image.clone()
    c = cov[k][:, k] + jitter * torch.eye(int(k.sum()))
    out[hole] = mean[hole] + cov[k][:, hole] @ torch.linalg.solve(c, image[k] - mean[k])
    return out


@right("linear_fill")
def by_numpys_eye(image, mean, cov, hole, jitter=1e-3):
    k, out = ~hole, image.clone()
    ridge = torch.from_numpy(jitter * np.eye(int(k.sum())))
    out[hole] += -image[hole] + mean[hole]
    out[hole] += cov[hole][:, k] @ torch.linalg.solve(cov[k][:, k] + ridge, image[k] - mean[k])
    return out


@wrong("hole_mse", "Nothing was measured")
def nan_for_an_empty_hole(pred, target, hole):
    errors = ((pred - target) ** 2)[hole.expand_as(pred)]
    return errors.mean() if len(errors) else torch.tensor(torch.nan)


@wrong("partial_conv2d", "make numbers of them, known.float()")
def bools_convolved(image, known, weight, bias):
    k = weight.shape[-1]
    count = F.conv2d(known, torch.ones(1, 1, k, k))
    return F.conv2d(image * known, weight) * (k * k / count.clamp(min=1)), count > 0


@wrong("linear_fill", "C_kk is missing in yours")
def no_inverse(image, mean, cov, hole, jitter=1e-3):
    k, out = ~hole, image.clone()
    out[hole] = mean[hole] + cov[hole][:, k] @ (image[k] - mean[k])
    return out


@wrong("linear_fill", "every number of C_kk")
def a_number_on_a_matrix(image, mean, cov, hole, jitter=1e-3):
    k, out = ~hole, image.clone()
    c = cov[k][:, k] + jitter
    out[hole] = mean[hole] + cov[hole][:, k] @ torch.linalg.inv(c) @ (image[k] - mean[k])
    return out


@wrong("linear_fill", "picks the diagonal: write cov[known][:, known]")
def diagonal_by_a_pair_of_indices(image, mean, cov, hole, jitter=1e-3):
    k, u, out = torch.where(~hole)[0], torch.where(hole)[0], image.clone()
    c = cov[k, k] + jitter * torch.eye(len(k))
    out[u] = mean[u] + cov[u][:, k] @ torch.linalg.solve(c, image[k] - mean[k])
    return out


@wrong("linear_fill", "known pixels are kept")
def guesses_known_pixels_too(image, mean, cov, hole, jitter=1e-3):
    k = ~hole
    c = cov[k][:, k] + jitter * torch.eye(int(k.sum()))
    return mean + cov[:, k] @ torch.linalg.inv(c) @ (image[k] - mean[k])


@wrong("linear_fill", "in a tensor of torch")
def a_list(image, mean, cov, hole, jitter=1e-3):
    return by_the_inverse(image, mean, cov, hole, jitter).numpy()


@wrong("linear_fill", "calls linear_fill(image, mean, cov, hole, jitter=0.001)")
def without_the_option(image, mean, cov, hole):
    return by_the_inverse(image, mean, cov, hole)


# ---- partial_conv2d ----------------------------------------------------------------------------


def counted(known, weight, channels=1):
    k = weight.shape[-1]
    return F.conv2d(known.float().expand(-1, channels, -1, -1), torch.ones(1, channels, k, k))


@right("partial_conv2d")
def as_nvidia_does(image, known, weight, bias):
    count = counted(known, weight)
    ratio = weight.shape[2] * weight.shape[3] / (count + 1e-8)
    updated = torch.clamp(count, 0, 1)
    raw = F.conv2d(image * known, weight, bias)
    b = bias.view(1, -1, 1, 1)
    return ((raw - b) * (ratio * updated) + b) * updated, updated.bool()


@right("partial_conv2d")
def over_all_channels(image, known, weight, bias):
    c = image.shape[1]
    count = counted(known, weight, c)
    gain = weight[0].numel() / count
    out = F.conv2d(image.masked_fill(~known, 0), weight) * gain + bias.reshape(1, -1, 1, 1)
    return torch.where(count > 0, out, torch.zeros(())), count > 0


@right("partial_conv2d")
def by_pooling(image, known, weight, bias):
    k = weight.shape[-1]
    share = F.avg_pool2d(known.float(), k, stride=1)
    some = F.max_pool2d(known.float(), k, stride=1).bool()
    out = F.conv2d(torch.where(known, image, 0.0), weight) / share + bias[:, None, None]
    return out.masked_fill(~some, 0), some


@right("partial_conv2d")
def nan_to_num(image, known, weight, bias):
    share = F.avg_pool2d(known.float(), weight.shape[-1], 1)
    out = torch.nan_to_num(F.conv2d(image * known, weight) / share)
    return out + bias[:, None, None] * (share > 0), share > 0


@right("partial_conv2d")
def unfolded(image, known, weight, bias):
    (n, _, h, w), (o, _, k, _) = image.shape, weight.shape
    windows = F.unfold(image * known, k)
    count = F.unfold(known.float(), k).sum(1, keepdim=True)
    out = weight.flatten(1) @ windows * (k * k / count.clamp_min(1)) + bias[:, None]
    size = (h - k + 1, w - k + 1)
    return (out * (count > 0)).view(n, o, *size), (count > 0).view(n, 1, *size)


@right("partial_conv2d")
def in_loops(image, known, weight, bias):
    n, o, k = len(image), len(weight), weight.shape[-1]
    h, w = image.shape[2] - k + 1, image.shape[3] - k + 1
    out, some = torch.zeros(n, o, h, w), torch.zeros(n, 1, h, w, dtype=torch.bool)
    for y in range(h):
        for x in range(w):
            part, seen = (a[:, :, y : y + k, x : x + k] for a in (image, known))
            for i in range(n):
                m = seen[i].sum().item()
                if m > 0:
                    total = (weight * part[i] * seen[i]).sum(dim=(1, 2, 3))
                    out[i, :, y, x] = total * k**2 / m + bias
                    some[i, 0, y, x] = True
    return out, some


@right("partial_conv2d")
def zeroed_by_index(image, known, weight, bias):
    count = counted(known, weight)
    out = F.conv2d(image * known, weight) * (weight.shape[-1] ** 2 / count.clamp(min=0.5))
    out = out + bias.view(-1, 1, 1)
    empty = (count == 0).expand_as(out)
    out[empty] = 0
    return out, count != 0


@right("partial_conv2d")
def as_a_list_of_two(image, known, weight, bias):
    return [*by_pooling(image, known, weight, bias)]


@right("partial_conv2d")
def with_modules(image, known, weight, bias):
    o, c, k, _ = weight.shape
    conv, count = nn.Conv2d(c, o, k, bias=False), nn.Conv2d(1, 1, k, bias=False)
    with torch.no_grad():
        conv.weight.copy_(weight)
        count.weight.fill_(1)
        m = count(known.float())
        out = conv(image * known) * k * k / m.clamp(min=1) + bias[None, :, None, None]
        return out * (m > 0.5), m > 0.5


@right("partial_conv2d")
def in_double(image, known, weight, bias):
    m = counted(known, weight).double()
    raw = F.conv2d(image.double() * known, weight.double())
    out = torch.where(m > 0, raw / m.clamp(min=1) * weight[0, 0].numel() + bias[:, None, None], 0)
    return out.float(), m >= 1


@wrong("partial_conv2d", "1/C")
def a_popular_port(image, known, weight, bias):
    m = counted(known, weight, image.shape[1])
    out = F.conv2d(image * known, weight) * (weight.shape[-1] ** 2 / m.clamp(min=1))
    return torch.where(m > 0, out + bias[:, None, None], 0), m > 0


@wrong("partial_conv2d", "k² is missing")
def mean_over_known(image, known, weight, bias):
    m = counted(known, weight)
    out = F.conv2d(image * known, weight) / m.clamp(min=1) + bias[:, None, None]
    return torch.where(m > 0, out, 0), m > 0


@wrong("partial_conv2d", "C · count")
def a_ninth_of_it(image, known, weight, bias):
    m = counted(known, weight, image.shape[1])
    out = F.conv2d(image * known, weight) / m.clamp(min=1) + bias[:, None, None]
    return torch.where(m > 0, out, 0), m > 0


@wrong("partial_conv2d", "The bias is scaled")
def bias_in_the_convolution(image, known, weight, bias):
    m = counted(known, weight)
    out = F.conv2d(image * known, weight, bias) * (weight.shape[-1] ** 2 / m.clamp(min=1))
    return torch.where(m > 0, out, 0), m > 0


@wrong("partial_conv2d", "0/0 is NaN")
def times_some(image, known, weight, bias):
    m = counted(known, weight)
    out = F.conv2d(image * known, weight) / m * weight.shape[-1] ** 2 + bias[:, None, None]
    return out * (m > 0), m > 0


@wrong("partial_conv2d", "plain convolution of the cut image")
def no_gain_and_bias_left(image, known, weight, bias):
    return F.conv2d(image * known, weight, bias), counted(known, weight) > 0


@wrong("partial_conv2d", "known comes back as it went in")
def passes_known_on(image, known, weight, bias):
    return by_pooling(image, known, weight, bias)[0], known


@wrong("partial_conv2d", "asks for windows that know all")
def min_pooled(image, known, weight, bias):
    k = weight.shape[-1]
    full = -F.max_pool2d(-known.float(), k, stride=1)
    return by_pooling(image, known, weight, bias)[0], full.bool()


@wrong("partial_conv2d", "must be bool")
def known_in_floats(image, known, weight, bias):
    out, some = by_pooling(image, known, weight, bias)
    return out, some.to(image.dtype)


@wrong("partial_conv2d", "the exercise asks for two")
def only_out(image, known, weight, bias):
    return by_pooling(image, known, weight, bias)[0]


@wrong("partial_conv2d", "the exercise asks for two")
def three_things(image, known, weight, bias):
    return *by_pooling(image, known, weight, bias), counted(known, weight)


@wrong("partial_conv2d", "with each layer the hole shrinks")
def middle_of_the_window(image, known, weight, bias):
    k = weight.shape[-1]
    out, _ = by_pooling(image, known, weight, bias)
    cut = known[:, :, k // 2 :, k // 2 :][:, :, : out.shape[2], : out.shape[3]]
    return out, cut


test_a_right_answer_in_another_style_passes, test_a_wrong_answer_is_told_what_is_wrong = (
    further_tests(RIGHT, WRONG)
)


def test_the_library_s_own_function_is_no_answer():
    from learnkit.models import partial_conv

    def partial_conv2d(image, known, weight, bias):
        return partial_conv.partial_conv2d(image, known, weight, bias)

    assert "calls the reference" in check("partial_conv2d", partial_conv2d).message


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_is_right_in_a_process_of_its_own_after_half_a_second_of_computing(
    name, monkeypatch
):
    """Counted from where the worker holds the answer; a late one would be told so."""
    monkeypatch.setattr(find(name), "seconds", 0.5)
    answer = next(answer for other, answer, _ in RIGHT if other == name)
    assert check(name, answer).correct
