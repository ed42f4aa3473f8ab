"""Lesson 10: answers by readers who knew the lesson, and had not seen the tables."""

import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- hole_mse ------------------------------------------------------------------------------------


@wrong("hole_mse", "You divide by the pixels of the whole picture: known pixels are not scored,")
def hole_error_diluted(pred, target, hole):
    """The error is spread over the whole picture: known pixels count as zeros in the mean."""
    if not hole.any():
        raise ValueError("no hole")
    diff = (pred - target) * hole
    return (diff**2).mean()


@wrong("hole_mse", "You take a mean for each picture, and their mean: a small hole then weighs")
def hole_error_picture_by_picture(pred, target, hole):
    """Mean of the pictures' own means, so small holes weigh as much as large ones; not pooled."""
    if hole.sum() == 0:
        raise ValueError("empty hole")
    per_picture = []
    for p, t, h in zip(pred, target, hole):
        if h.any():
            inside = h.expand_as(p)
            per_picture.append(((p - t)[inside] ** 2).mean())
    return torch.stack(per_picture).mean()


@wrong("hole_mse", "You take the mean over the channels before you square: an error up in one")
def hole_error_of_grey(pred, target, hole):
    """The channels are averaged before squaring, so errors of opposite sign cancel in colour."""
    if not bool(hole.any()):
        raise ValueError("nothing to score")
    d = pred.mean(dim=1, keepdim=True) - target.mean(dim=1, keepdim=True)
    return d[hole].pow(2).mean()


@wrong("hole_mse", "You raise ValueError if one picture of the batch has no hole. The mean is")
def hole_error_too_strict(pred, target, hole):
    """Raises as soon as one picture of the batch has no hole, although others have one."""
    counts = hole.flatten(1).sum(dim=1)
    if (counts == 0).any():
        raise ValueError("a picture without a hole")
    mask = hole.expand_as(pred)
    return (pred[mask] - target[mask]).square().mean()


@wrong("hole_mse", "Two things at once. An empty hole gives 0 in yours, as if the fill were")
def hole_error_per_pixel(pred, target, hole):
    """Two faults: divides by pixels and not by their channels, and an empty hole scores 0
    instead of raising."""
    squared = torch.where(hole, (pred - target) ** 2, torch.zeros_like(pred))
    n = hole.sum().clamp(min=1)
    return squared.sum() / n


@right("hole_mse")
def hole_error_selected(pred, target, hole):
    if not torch.any(hole):
        raise ValueError("an empty hole has no score")
    everywhere = hole.expand(-1, pred.shape[1], -1, -1)
    return F.mse_loss(
        input=torch.masked_select(pred, everywhere),
        target=torch.masked_select(target, everywhere),
        reduction="mean",
    )


@right("hole_mse")
def hole_error_channels_last(pred, target, hole):
    if (count := int(hole.sum())) == 0:
        raise ValueError(f"{count} pixels in the hole")
    flat = hole[:, 0]
    missed = pred.permute(0, 2, 3, 1)[flat] - target.permute(0, 2, 3, 1)[flat]  # (count, c)
    return missed.square().mean(dim=1).mean()


@right("hole_mse")
def hole_error_running_sum(pred, target, hole):
    total, n = 0.0, 0
    for picture, truth, where in zip(pred, target, hole[:, 0]):
        for channel in range(picture.shape[0]):
            e = picture[channel][where] - truth[channel][where]
            total = total + (e * e).sum()
            n += e.numel()
    if n == 0:
        raise ValueError("empty")
    return total / n


# ---- composite -----------------------------------------------------------------------------------


@wrong("composite", "The two are the wrong way round: hole is True where a pixel is to be")
def paste_the_wrong_way(pred, image, hole):
    """The two branches are swapped: the network's picture is kept outside the hole."""
    return torch.where(hole, image, pred)


@wrong("composite", "You reach the pixels of the hole by arithmetic, and it rounds: their last")
def paste_by_difference(pred, image, hole):
    """Adds the difference to the picture, which rounds: the hole is not pred to the last bit."""
    return image + hole.to(image.dtype) * (pred - image)


@wrong("composite", "Your picture is right, but you paint it into the caller's `image`, and the")
def paste_into_image(pred, image, hole):
    """Writes into the caller's picture."""
    where = hole.expand_as(image)
    image[where] = pred[where]
    return image


@wrong("composite", "You take black pixels for the hole. Known pixels may be black, and a hole")
def paste_where_black(pred, image, hole):
    """Takes black pixels for missing ones and never looks at the hole."""
    missing = image == 0
    return torch.where(missing, pred, image)


@wrong("composite", "The picture is not what it should be. 3 of its 8 elements are wrong, the")
def paste_first_hole(pred, image, hole):
    """Two faults: the first picture's hole serves the whole batch, and the prediction is
    clamped to [0, 1]."""
    return torch.where(hole[0], pred.clamp(0, 1), image)


@right("composite")
def paste_by_gather(pred, image, hole):
    both = torch.stack((image, pred), dim=-1)
    index = hole.expand(image.shape).unsqueeze(-1).long()
    return both.gather(dim=-1, index=index).squeeze(-1)


@right("composite")
def paste_one_by_one(pred, image, hole):
    def one(triple):
        p, i, h = triple
        return torch.stack([torch.where(h[0], p[c], i[c]) for c in range(len(i))])

    return torch.stack([*map(one, zip(pred, image, hole))])


@right("composite")
def paste_the_other_way_round(pred, image, hole):
    return image.where(condition=hole.logical_not(), other=pred)


# ---- linear_fill ---------------------------------------------------------------------------------


@wrong("linear_fill", "You add jitter to every number of C_kk. It belongs on the diagonal")
def fill_jitter_everywhere(image, mean, cov, hole, jitter=1e-3):
    """The jitter is added to every entry of the covariance, not to its diagonal."""
    known = ~hole
    ckk = cov[known][:, known] + jitter
    cuk = cov[hole][:, known]
    filled = image.clone()
    filled[hole] = mean[hole] + cuk @ torch.linalg.pinv(ckk) @ (image[known] - mean[known])
    return filled


@wrong("linear_fill", "You divide by the variances of the known pixels alone, the diagonal of")
def fill_by_variances(image, mean, cov, hole, jitter=1e-3):
    """Divides by the variances alone, as if known pixels did not vary together."""
    k = torch.where(~hole)[0]
    u = torch.where(hole)[0]
    weights = (image[k] - mean[k]) / (cov.diagonal()[k] + jitter)
    result = image.clone()
    result[u] = mean[u] + cov[u][:, k] @ weights
    return result


@wrong("linear_fill", "You put your guess in place of the known pixels too: known pixels are")
def fill_all_pixels(image, mean, cov, hole, jitter=1e-3):
    """The known pixels are replaced by their own (smoothed) prediction instead of being kept."""
    k = ~hole
    A = cov[k][:, k] + jitter * torch.eye(int(k.sum()), dtype=cov.dtype, device=cov.device)
    return mean + cov[:, k] @ torch.linalg.solve(A, image[k] - mean[k])


@wrong("linear_fill", "Your fill is right, but you write it into the caller's `image`: work on")
def fill_in_place(image, mean, cov, hole, jitter=1e-3):
    """The caller's picture is filled in place."""
    known = ~hole
    eye = torch.eye(len(image), dtype=cov.dtype)
    C = cov + jitter * eye
    image[hole] = mean[hole] + C[hole][:, known] @ torch.linalg.solve(
        C[known][:, known], image[known] - mean[known]
    )
    return image


@wrong("linear_fill", "The picture is not what it should be. One of its 2 elements is wrong, at")
def fill_without_centering(image, mean, cov, hole, jitter=1e-3):
    """Two faults: the mean of the known pixels is not subtracted, and the option jitter is
    ignored."""
    known = torch.logical_not(hole)
    Ckk = cov[known, :][:, known]
    Cuk = cov[hole, :][:, known]
    out = image.clone()
    out[hole] = mean[hole] + Cuk @ torch.linalg.solve(
        Ckk + 0.001 * torch.eye(Ckk.shape[0], dtype=Ckk.dtype), image[known]
    )
    return out


@right("linear_fill")
def fill_full_system(image, mean, cov, hole, jitter=1e-3):
    # one system of full size: the rows of hidden pixels say "weight 0"
    pair = ~hole[:, None] & ~hole[None, :]
    eye = torch.eye(len(image), dtype=cov.dtype, device=cov.device)
    system = torch.where(pair, cov, 0) + torch.where(hole, 1.0, jitter).to(cov) * eye
    weights = torch.linalg.solve(system, torch.where(hole, 0, image - mean))
    return torch.where(hole, mean + cov @ weights, image)


@right("linear_fill")
def fill_weights_first(image, mean, cov, hole, jitter=1e-3):
    u, k = hole.nonzero().flatten(), (~hole).nonzero().flatten()
    ckk = cov.index_select(0, k).index_select(1, k).clone()
    ckk.diagonal().add_(jitter)
    A = torch.linalg.solve(ckk, cov[k[:, None], u[None, :]]).T  # (hidden, known)
    guess = torch.einsum("uk,k->u", A, image[k] - mean[k])
    return image.index_copy(0, u, guess + mean[u])


@right("linear_fill")
def fill_from_the_right(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    noisy = cov[known][:, known] + torch.diag(
        torch.full((int(known.sum()),), jitter, dtype=cov.dtype, device=cov.device)
    )
    away = (image[known] - mean[known]).unsqueeze(1)
    hidden = mean[hole] + (cov[hole][:, known] @ torch.linalg.solve(noisy, away)).squeeze(1)
    return image.masked_scatter(hole, hidden)


# ---- partial_conv2d ------------------------------------------------------------------------------


@wrong("partial_conv2d", "The bias is scaled with the rest: it belongs behind the gain.")
def partial_with_scaled_bias(image, known, weight, bias):
    """The bias is scaled together with the sum."""
    k = weight.shape[-1]
    count = F.conv2d(known.float(), torch.ones(1, 1, k, k))
    out = F.conv2d(image * known, weight, bias) * (k**2 / count.clamp(min=1))
    alive = count > 0
    return torch.where(alive, out, 0), alive


@wrong("partial_conv2d", "Your known asks for windows that know all of their pixels: one is")
def partial_all_known(image, known, weight, bias):
    """An output is called known only if its whole window was known."""
    k = weight.shape[2]
    n_known = F.conv2d(known.float(), torch.ones(1, 1, k, k))
    y = F.conv2d(image * known, weight) * k * k / n_known.clamp(min=1) + bias.view(1, -1, 1, 1)
    y = torch.where(n_known > 0, y, torch.zeros_like(y))
    return y, n_known == k * k


@wrong("partial_conv2d", "Where nothing is known you still return the bias: there out must be")
def partial_bias_in_empty(image, known, weight, bias):
    """Empty windows keep the bias instead of 0."""
    size = weight.shape[-1]
    ones = torch.ones(1, 1, size, size, dtype=image.dtype)
    count = F.conv2d(known.to(image.dtype), ones)
    scale = size * size / torch.clamp(count, min=1)
    return scale * F.conv2d(image * known, weight) + bias[:, None, None], count > 0


@wrong("partial_conv2d", "You count what is known over the channels as well, and so divide by")
def partial_counts_channels(image, known, weight, bias):
    """Known pixels are counted once for each channel, so colour is scaled down by the number
    of channels."""
    _, c, k, _ = weight.shape
    mask = known.expand(-1, c, -1, -1).to(image.dtype)
    count = F.conv2d(mask, torch.ones(1, c, k, k, dtype=image.dtype))
    seen = count > 0
    out = F.conv2d(image * mask, weight) * (k * k) / count.clamp(min=1) + bias.reshape(1, -1, 1, 1)
    return torch.where(seen, out, 0), seen


@wrong("partial_conv2d", "The out is not what it should be.")
def partial_unmasked(image, known, weight, bias):
    """Two faults: the unknown pixels of the picture are summed as well, and the window is
    taken to be 3 x 3."""
    k = weight.shape[-1]
    count = F.conv2d(known.float(), torch.ones(1, 1, k, k))
    raw = F.conv2d(image, weight)
    out = 9 / count.clamp(min=1) * raw + bias[None, :, None, None]
    return torch.where(count > 0, out, 0), count > 0


@right("partial_conv2d")
def partial_by_unfold(image, known, weight, bias):
    n, _, h, w = image.shape
    o, _, k, _ = weight.shape
    patches = F.unfold(torch.where(known, image, 0), kernel_size=k)
    count = F.unfold(known.to(image.dtype), kernel_size=k).sum(dim=1, keepdim=True)
    y = weight.reshape(o, -1) @ patches * (k * k / count.clamp(min=1)) + bias[:, None]
    y = y.masked_fill(count == 0, 0)
    shape = (h - k + 1, w - k + 1)
    return y.reshape(n, o, *shape), (count > 0).reshape(n, 1, *shape)


@right("partial_conv2d")
def partial_by_offsets(image, known, weight, bias):
    k = weight.shape[-1]
    rows, columns = image.shape[2] - k + 1, image.shape[3] - k + 1
    seen = torch.where(known, image, 0)
    total, count = 0, 0
    for i in range(k):
        for j in range(k):
            total = total + torch.einsum(
                "nchw,oc->nohw", seen[:, :, i : i + rows, j : j + columns], weight[:, :, i, j]
            )
            count = count + known[:, :, i : i + rows, j : j + columns].to(image.dtype)
    full = total * k**2 / count.clamp(min=1) + bias.view(-1, 1, 1)
    return torch.where(count > 0, full, 0), count > 0


@right("partial_conv2d")
def partial_by_pooling(image, known, weight, bias):
    k = weight.size(-1)
    mask = known.to(image.dtype)
    share = F.avg_pool2d(mask, kernel_size=k, stride=1)  # of the window that is known
    alive = F.max_pool2d(mask, kernel_size=k, stride=1) > 0.5
    summed = F.conv2d(image.masked_fill(~known, 0), weight)
    safe = torch.where(alive, share, 1)
    return (summed / safe + bias[None, :, None, None]).masked_fill(~alive, 0), alive


test_right, test_wrong = further_tests(RIGHT, WRONG)
