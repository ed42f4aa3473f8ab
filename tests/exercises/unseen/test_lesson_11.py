"""Lesson 11: answers by readers who knew the lesson, and had not seen the tables."""

import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- latent_step ---------------------------------------------------------------------------------


@wrong("latent_step", "You black out the hole of the picture alone: the search then wants")
def search_pulled_to_black(z, decode, image, hole, lr, sigma=0.1):
    """The hole is blackened in the picture alone, so what is painted there is pulled towards
    black."""
    z = z.detach().clone().requires_grad_()
    cut = torch.where(hole, 0, image)
    energy = ((decode(z) - cut) ** 2).sum() / (2 * sigma**2) + (z**2).sum() / 2
    (slope,) = torch.autograd.grad(energy, z)
    return (z - lr * slope).detach()


@wrong("latent_step", "You take the mean over the pictures: each z then moves n times too")
def search_mean_over_pictures(z, decode, image, hole, lr, sigma=0.1):
    """The energy is averaged over the pictures, so the step shrinks with the batch."""
    w = z.detach().requires_grad_()
    miss = torch.where(hole, 0, decode(w) - image).square().flatten(1).sum(1) / (2 * sigma**2)
    E = (miss + w.square().sum(1) / 2).mean()
    return w.detach() - lr * torch.autograd.grad(E, w)[0]


@wrong("latent_step", "Your function raised IndexError: The shape of the mask [4, 1, 2, 2] at")
def search_grey_only(z, decode, image, hole, lr, sigma=0.1):
    """The mask of one channel indexes the colour picture: works for grey pictures alone."""
    z = z.detach().clone()
    z.requires_grad_()
    known = ~hole
    err = decode(z)[known] - image[known]
    E = (err**2).sum() / (2 * sigma**2) + 0.5 * (z**2).sum()
    g = torch.autograd.grad(E, z)[0]
    return (z - lr * g).detach()


@wrong("latent_step", "The prior is missing: add |z|²/2, or z may go where the decoder was")
def search_without_prior(z, decode, image, hole, lr, sigma=0.1):
    """The term |z|^2/2 that keeps z where the decoder has been is left out."""
    here = z.detach().clone().requires_grad_(True)
    diff = (decode(here) - image) * (~hole)
    fit = diff.pow(2).sum().div(2 * sigma * sigma)
    downhill = torch.autograd.grad(fit, here)[0]
    return here.detach() - lr * downhill


@wrong("latent_step", "Your z still holds its graph (requires_grad is on): a hundred steps")
def search_keeps_graph(z, decode, image, hole, lr, sigma=0.1):
    """Two faults: sigma is not squared, and the result still hangs on the graph (it asks for a
    gradient)."""
    z = z.detach().clone().requires_grad_()
    painted = decode(z)
    loss = torch.where(hole, torch.zeros_like(painted), (painted - image) ** 2).sum() / (2 * sigma)
    loss = loss + z.pow(2).sum() / 2
    (grad,) = torch.autograd.grad(loss, z)
    return z - lr * grad


@right("latent_step")
def search_by_sgd(z, decode, image, hole, lr, sigma=0.1):
    walker = z.detach().clone().requires_grad_()
    stepper = torch.optim.SGD([walker], lr=lr)
    with torch.enable_grad():
        off = torch.where(hole, 0, decode(walker) - image) / sigma
        energy = 0.5 * (off.square().sum() + walker.square().sum())
    (walker.grad,) = torch.autograd.grad(energy, walker)
    stepper.step()
    return walker.detach()


@right("latent_step")
def search_with_chain_rule(z, decode, image, hole, lr, sigma=0.1):
    start = z.detach()
    leaf = start.clone().requires_grad_()
    with torch.enable_grad():
        painted = decode(leaf)
    push = torch.where(hole, 0, painted.detach() - image) / sigma**2
    (back,) = torch.autograd.grad(outputs=painted, inputs=leaf, grad_outputs=push)
    return (1 - lr) * start - lr * back  # the slope of |z|^2 / 2 is z


@right("latent_step")
def search_energy_of_each(z, decode, image, hole, lr, sigma=0.1):
    def energy_of_each(latent):
        sq = (decode(latent) - image).square().masked_fill(hole, 0)
        return (
            torch.einsum("nchw->n", sq) / (2 * sigma**2)
            + torch.einsum("nd,nd->n", latent, latent) / 2
        )

    with torch.enable_grad():
        leaf = z.detach().clone().requires_grad_()
        energies = energy_of_each(leaf)
        slope = torch.autograd.grad(energies, leaf, grad_outputs=torch.ones_like(energies))[0]
    return torch.sub(leaf.detach(), slope, alpha=lr)


# ---- masked_negative_elbo ------------------------------------------------------------------------


@wrong("masked_negative_elbo", "You set the logits of the known pixels to 0 before the loss:")
def cost_zeroed_before(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """Logits and picture are set to 0 outside the hole before the BCE, so each known pixel
    costs log 2."""
    bce = (
        F.binary_cross_entropy_with_logits(logits * hole, images * hole, reduction="none")
        .flatten(1)
        .sum(1)
    )
    kl = 0.5 * (
        p_log_var - q_log_var + (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp() - 1
    ).sum(1)
    return (bce + kl).mean()


@wrong("masked_negative_elbo", "You measure q against N(0, I), as in lesson 08. Here the prior")
def cost_against_standard_normal(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """The encoder's cloud is compared to N(0, I) and the prior is never used."""
    pixels = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    rec = torch.where(hole, pixels, 0).sum(dim=(1, 2, 3))
    kl = -0.5 * torch.sum(1 + q_log_var - q_mean.pow(2) - q_log_var.exp(), dim=1)
    return (rec + kl).mean()


@wrong("masked_negative_elbo", "Yours is right until a logit is large: binary_cross_entropy on")
def cost_with_sigmoid_first(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """A sigmoid is taken before a plain BCE, which saturates for large logits."""
    painted = torch.sigmoid(logits)
    bce = (F.binary_cross_entropy(painted, images, reduction="none") * hole).sum(dim=(1, 2, 3))
    kl = 0.5 * (
        p_log_var
        - q_log_var
        + (q_log_var - p_log_var).exp()
        + (q_mean - p_mean).square() / p_log_var.exp()
        - 1
    )
    return (bce + kl.sum(dim=1)).mean()


@wrong("masked_negative_elbo", "The KL is reversed, KL(p || q): the exercise asks for KL(q || p),")
def cost_with_kl_backwards(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """The KL is the other way round: KL(p || q)."""
    inside = hole.expand_as(logits).to(logits.dtype)
    bce = F.binary_cross_entropy_with_logits(logits, images, weight=inside, reduction="sum")
    vq, vp = torch.exp(q_log_var), torch.exp(p_log_var)
    kl = 0.5 * torch.sum(torch.log(vq / vp) + (vp + (p_mean - q_mean) ** 2) / vq - 1)
    return (bce + kl) / logits.shape[0]


@wrong("masked_negative_elbo", "Two things at once. You average the KL over the latent numbers:")
def cost_with_mean_kl(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """Two faults: the KL is averaged over the latents, and its factor one half is missing."""
    every = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    fill = every.masked_fill(~hole, 0).flatten(1).sum(dim=1)
    kl = p_log_var - q_log_var + (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp() - 1
    return (fill + kl.mean(dim=1)).mean()


@right("masked_negative_elbo")
def cost_picture_by_picture(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    def kl(m1, l1, m2, l2):
        return ((l2 - l1 - 1 + torch.exp(l1 - l2) + (m1 - m2).square() * torch.exp(-l2)) / 2).sum()

    nats = []
    for i in range(logits.shape[0]):
        inside = hole[i].expand_as(logits[i])
        lost = F.binary_cross_entropy_with_logits(
            logits[i][inside], images[i][inside], reduction="sum"
        )
        nats.append(lost + kl(q_mean[i], q_log_var[i], p_mean[i], p_log_var[i]))
    return sum(nats) / len(nats)


@right("masked_negative_elbo")
def cost_with_log_add_exp(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    nothing = torch.zeros_like(logits)
    pixel = torch.logaddexp(nothing, logits) - images * logits
    fill = torch.where(hole, pixel, nothing).sum()
    ratio = q_log_var - p_log_var
    surprise = (
        torch.expm1(ratio) - ratio + ((q_mean - p_mean) / (p_log_var / 2).exp()) ** 2
    ).sum() / 2
    return (fill + surprise) / len(logits)


# ---- sample_fills --------------------------------------------------------------------------------


@wrong("sample_fills", "You stretch the noise by exp(log_var), which is the variance: std is")
def fills_by_variance(encode, decode, image, hole, count, generator):
    """The noise is multiplied by the variance and not by the standard deviation."""
    cut = torch.where(hole, 0, image)
    mean, log_var = encode(cut, hole)
    fills = []
    for _ in range(count):
        eps = torch.randn(mean.shape, generator=generator, device=mean.device)
        fills.append(torch.where(hole, decode(mean + log_var.exp() * eps), image))
    return torch.stack(fills)


@wrong("sample_fills", "All your fills of a picture are one and the same: you draw one z and")
def fills_all_alike(encode, decode, image, hole, count, generator):
    """Z is drawn once, so that all fills of a picture are the same."""
    cut = image * ~hole
    mean, log_var = encode(cut, hole)
    z = mean + (0.5 * log_var).exp() * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )
    filled = torch.where(hole, decode(z), image)
    return filled.unsqueeze(0).repeat(count, 1, 1, 1, 1)


@wrong("sample_fills", "Your function changes its argument `image` in place: work on a copy.")
def fills_cut_in_place(encode, decode, image, hole, count, generator):
    """The caller's picture is cut in place."""
    image[hole.expand_as(image)] = 0
    mean, log_var = encode(image, hole)
    std = torch.exp(log_var / 2)
    out = [
        torch.where(
            hole,
            decode(mean + std * torch.randn(mean.shape, generator=generator, device=mean.device)),
            image,
        )
        for _ in range(count)
    ]
    return torch.stack(out, dim=0)


@wrong("sample_fills", "You call encode more than once. What is known is the same for every")
def fills_encode_each_time(encode, decode, image, hole, count, generator):
    """The encoder is called anew for each fill."""

    def one():
        m, lv = encode(torch.where(hole, 0, image), hole)
        z = m + torch.sqrt(torch.exp(lv)) * torch.randn(
            m.shape, generator=generator, device=m.device
        )
        return torch.where(hole, decode(z), image)

    return torch.stack([one() for _ in range(count)])


@wrong("sample_fills", "The truth reaches the encoder: under the hole your cut picture is as it")
def fills_uncut(encode, decode, image, hole, count, generator):
    """Two faults: the encoder sees the whole picture with its hole still full, and the axes of
    fills and pictures are swapped."""
    mean, log_var = encode(image, hole)
    sigma = torch.exp(0.5 * log_var)
    result = []
    for _k in range(count):
        z = mean + sigma * torch.randn(mean.shape, generator=generator, device=mean.device)
        result.append(torch.where(hole, decode(z), image))
    return torch.stack(result, dim=1)


@right("sample_fills")
def fills_by_generator(encode, decode, image, hole, count, generator):
    def drawn():
        mean, log_var = encode(image.masked_fill(hole, 0), hole)
        spread = log_var.exp().sqrt()
        while True:
            noise = torch.randn(mean.shape, generator=generator, device=mean.device)
            yield torch.where(hole, decode(torch.addcmul(mean, spread, noise)), image)

    endless = drawn()
    return torch.stack([next(endless) for _ in range(count)])


@right("sample_fills")
def fills_into_a_frame(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, torch.zeros_like(image), image), hole)
    zs = [
        mean
        + torch.randn(mean.shape, generator=generator, device=mean.device)
        * torch.exp(0.5 * log_var)
        for _ in range(count)
    ]
    return torch.cat([decode(z).where(hole, image)[None] for z in zs], dim=0)


test_right, test_wrong = further_tests(RIGHT, WRONG)
