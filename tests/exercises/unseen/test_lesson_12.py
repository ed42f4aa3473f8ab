"""Lesson 12: answers by readers who knew the lesson, and had not seen the tables."""

import math

import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def _mixed(x0, t, noise, alpha_bar):
    ab = alpha_bar[t].reshape(-1, 1, 1, 1)
    return ab.sqrt() * x0 + (1 - ab).sqrt() * noise


def _back(xt, eps, t, t_prev, alpha_bar):
    bars = torch.cat([alpha_bar, torch.ones_like(alpha_bar[:1])])
    now, then = bars[t].view(-1, 1, 1, 1), bars[t_prev].view(-1, 1, 1, 1)
    x0 = (xt - (1 - now).sqrt() * eps) / now.sqrt()
    return then.sqrt() * x0 + (1 - then).sqrt() * eps


def _clean(xt, eps, t, alpha_bar):
    now = alpha_bar[t].view(-1, 1, 1, 1)
    return (xt - (1 - now).sqrt() * eps) / now.sqrt()


# ---- q_sample ------------------------------------------------------------------------------------


@wrong("q_sample", "The noise gets 1 - sqrt(a): take the root of the difference, (1 -")
def drown_by_linear_rest(x0, t, noise, alpha_bar):
    """The noise weighs 1 - sqrt(alpha_bar), not sqrt(1 - alpha_bar)."""
    s = alpha_bar[t].sqrt().view(-1, 1, 1, 1)
    return s * x0 + (1 - s) * noise


@wrong("q_sample", "All pictures get the level of the first, alpha_bar[t[0]]: each has its own")
def drown_all_as_first(x0, t, noise, alpha_bar):
    """All pictures get the step of the first one."""
    a = alpha_bar[int(t[0])]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong("q_sample", "You multiply alpha_bar up again (cumprod): it is the running product of")
def drown_by_product_again(x0, t, noise, alpha_bar):
    """Takes alpha_bar for the alphas of the single steps and multiplies them up once more."""
    bar = torch.cumprod(alpha_bar, dim=0)[t].reshape(-1, 1, 1, 1)
    return torch.sqrt(bar) * x0 + torch.sqrt(1 - bar) * noise


@wrong("q_sample", "Your function changes its argument `x0` in place: work on a copy.")
def drown_in_place(x0, t, noise, alpha_bar):
    """The picture is faded in place."""
    ab = alpha_bar[t][:, None, None, None]
    x0 *= ab.sqrt()
    x0 += (1 - ab).sqrt() * noise
    return x0


@wrong("q_sample", "Two things at once. The roots are missing: it is their squares that add up")
def drown_one_step_early(x0, t, noise, alpha_bar):
    """Two faults: the steps are counted from 1, and the roots are forgotten."""
    out = torch.empty_like(x0)
    for i in range(len(x0)):
        weight = alpha_bar[t[i] - 1]
        out[i] = weight * x0[i] + (1 - weight) * noise[i]
    return out


@right("q_sample")
def drown_by_einsum(x0, t, noise, alpha_bar):
    of_picture = alpha_bar.index_select(0, t)
    kept = of_picture.sqrt().to(x0.dtype)
    added = (1 - of_picture).sqrt().to(x0.dtype)
    return torch.einsum("n,nchw->nchw", kept, x0) + torch.einsum("n,nchw->nchw", added, noise)


@right("q_sample")
def drown_one_by_one(x0, t, noise, alpha_bar):
    return torch.stack(
        [
            (a := alpha_bar[step]) ** 0.5 * x + (1 - a) ** 0.5 * e
            for x, step, e in zip(x0, t.tolist(), noise)
        ]
    )


@right("q_sample")
def drown_on_a_circle(x0, t, noise, alpha_bar):
    # the two weights are the legs of a triangle with hypotenuse 1
    legs = torch.stack([alpha_bar, 1 - alpha_bar]).sqrt()[:, t]
    signal, grain = legs.unflatten(1, (-1, 1, 1, 1))
    return torch.mul(x0, signal) + torch.mul(noise, grain)


# ---- denoising_loss ------------------------------------------------------------------------------


@wrong("denoising_loss", "You ask for what was added, xt - x0 (or compare xt - model(xt, t)")
def loss_of_added(model, x0, t, noise, alpha_bar):
    """The answer asked for is what was added to the picture, xt - x0, and not the noise
    itself."""
    xt = _mixed(x0, t, noise, alpha_bar)
    return F.mse_loss(model(xt, t), xt - x0)


@wrong("denoising_loss", "Your network is given t as torch.float32 (1,); hand t on as it is,")
def loss_told_share(model, x0, t, noise, alpha_bar):
    """The model is told t as a share of the way and not t itself."""
    xt = _mixed(x0, t, noise, alpha_bar)
    guess = model(xt, t / len(alpha_bar))
    return ((guess - noise) ** 2).mean()


@wrong("denoising_loss", "No gradient reaches the network's weights, and nothing would be")
def loss_without_gradient(model, x0, t, noise, alpha_bar):
    """Computed under no_grad, so that nothing can be trained with it."""
    with torch.no_grad():
        xt = _mixed(x0, t, noise, alpha_bar)
        loss = (model(xt, t) - noise).square().mean()
    return loss


@wrong("denoising_loss", "You sum over the pixels and take the mean over the pictures alone:")
def loss_summed_over_pixels(model, x0, t, noise, alpha_bar):
    """Summed over the pixels of a picture and averaged over the batch alone."""
    d = model(_mixed(x0, t, noise, alpha_bar), t) - noise
    return (d * d).flatten(1).sum(dim=1).mean()


@wrong("denoising_loss", "You draw random numbers of your own: t and noise come in as")
def loss_with_fresh_noise(model, x0, t, noise, alpha_bar):
    """Two faults: fresh noise goes into the pictures, and the absolute difference is averaged."""
    fresh = torch.randn_like(x0)
    xt = _mixed(x0, t, fresh, alpha_bar)
    return F.l1_loss(model(xt, t), noise)


@right("denoising_loss")
def loss_as_energy(model, x0, t, noise, alpha_bar):
    bar = alpha_bar.gather(0, t)[(...,) + (None,) * (x0.ndim - 1)]
    residual = model(bar**0.5 * x0 + (1 - bar) ** 0.5 * noise, t) - noise
    return (residual.flatten() @ residual.flatten()) / residual.numel()


@right("denoising_loss")
def loss_mean_of_means(model, x0, t, noise, alpha_bar):
    def per_picture(a, b):
        return torch.stack([F.mse_loss(p, q) for p, q in zip(a, b)])

    bars = alpha_bar[t].view(len(t), 1, 1, 1)
    xt = torch.sqrt(bars) * x0 + torch.sqrt(1 - bars) * noise
    return per_picture(model(xt, t), noise).mean()  # all pictures are of one size


# ---- ddim_step -----------------------------------------------------------------------------------


@wrong("ddim_step", "Where t_prev is -1 you read alpha_bar[0], which still holds a little")
def back_to_step_zero(xt, eps, t, t_prev, alpha_bar):
    """At the end of the way the level of step 0 is taken, where a little noise is left."""
    now = alpha_bar[t].view(-1, 1, 1, 1)
    then = alpha_bar[t_prev.clamp(min=0)].view(-1, 1, 1, 1)
    x0 = (xt - (1 - now).sqrt() * eps) / now.sqrt()
    return then.sqrt() * x0 + (1 - then).sqrt() * eps


@wrong("ddim_step", "You decide for the whole batch whether it comes out clean: look at each")
def back_asks_first_only(xt, eps, t, t_prev, alpha_bar):
    """The whole batch ends if its first picture ends: a mixed batch goes wrong."""
    a = alpha_bar[t].reshape(-1, 1, 1, 1)
    x0 = (xt - torch.sqrt(1 - a) * eps) / torch.sqrt(a)
    if t_prev[0] == -1:
        return x0
    b = alpha_bar[t_prev].reshape(-1, 1, 1, 1)
    return torch.sqrt(b) * x0 + torch.sqrt(1 - b) * eps


@wrong("ddim_step", "You clip x0 to [-1, 1]: a good trick in a sampler, but this step is the")
def back_with_clip(xt, eps, t, t_prev, alpha_bar):
    """The predicted x0 is clipped to [-1, 1]."""
    ab = torch.cat([alpha_bar, torch.ones(1, dtype=alpha_bar.dtype, device=alpha_bar.device)])
    at_t, at_prev = (ab[s][:, None, None, None] for s in (t, t_prev))
    x0 = ((xt - (1 - at_t).sqrt() * eps) / at_t.sqrt()).clamp(-1, 1)
    return at_prev.sqrt() * x0 + (1 - at_prev).sqrt() * eps


@wrong("ddim_step", "The noise in x_prev has the level of t: it must be less, (1 - b).sqrt()")
def back_with_old_noise(xt, eps, t, t_prev, alpha_bar):
    """The noise is put back at the level of t, as strong as before, instead of that of t_prev."""
    a_t = alpha_bar[t]
    a_p = torch.where(t_prev >= 0, alpha_bar[t_prev], torch.ones_like(a_t))
    a_t, a_p = a_t[:, None, None, None], a_p[:, None, None, None]
    pred = (xt - (1 - a_t).sqrt() * eps) / a_t.sqrt()
    return a_p.sqrt() * pred + (1 - a_t).sqrt() * eps


@wrong("ddim_step", "Your function changes its argument `t_prev` in place: work on a copy.")
def back_overwrites_steps(xt, eps, t, t_prev, alpha_bar):
    """Two faults: the caller's t_prev is overwritten, and after that no picture is seen to end
    any more."""
    t_prev[t_prev < 0] = 0
    bar = alpha_bar[t].view(-1, 1, 1, 1)
    bar_prev = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]).view(-1, 1, 1, 1)
    x0 = (xt - torch.sqrt(1 - bar) * eps) / torch.sqrt(bar)
    return torch.sqrt(bar_prev) * x0 + torch.sqrt(1 - bar_prev) * eps


@right("ddim_step")
def back_with_padded_schedule(xt, eps, t, t_prev, alpha_bar):
    from_clean = F.pad(alpha_bar, (1, 0), value=1.0)  # index 0 is the clean picture
    (signal, grain), (signal_prev, grain_prev) = (
        (
            from_clean[s + 1].sqrt().view(-1, 1, 1, 1),
            (1 - from_clean[s + 1]).sqrt().view(-1, 1, 1, 1),
        )
        for s in (t, t_prev)
    )
    return signal_prev * ((xt - grain * eps) / signal) + grain_prev * eps


@right("ddim_step")
def back_one_by_one(xt, eps, t, t_prev, alpha_bar):
    def bar(step):
        return 1.0 if step < 0 else alpha_bar[step].item()

    done = []
    for x, e, here, there in zip(xt, eps, t.tolist(), t_prev.tolist()):
        a, b = bar(here), bar(there)
        clean = (x - math.sqrt(1 - a) * e) / math.sqrt(a)
        done.append(math.sqrt(b) * clean + math.sqrt(1 - b) * e)
    return torch.stack(done)


# ---- repaint_blend -------------------------------------------------------------------------------


@wrong("repaint_blend", "You noise x_prev once more: it stands at the level of t_prev already,")
def blend_then_noise(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """Blends first and puts the noise on both, so the hole is noised a second time."""
    ab = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev]).view(-1, 1, 1, 1)
    both = torch.where(hole, x_prev, x0)
    return ab.sqrt() * both + (1 - ab).sqrt() * noise


@wrong("repaint_blend", "Where t_prev is -1 you return x0 in the hole too: there x_prev stays,")
def blend_ends_in_truth(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """Where the way ends the whole picture becomes x0, its hole too: the fill is thrown away."""
    ended = (t_prev == -1).view(-1, 1, 1, 1)
    ab = alpha_bar[t_prev.clamp(min=0)].view(-1, 1, 1, 1)
    noisy = ab.sqrt() * x0 + (1 - ab).sqrt() * noise
    return torch.where(ended, x0, torch.where(hole, x_prev, noisy))


@wrong("repaint_blend", "One picture decides for the whole batch whether the known pixels are")
def blend_all_clean_at_once(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """If any picture of the batch ends, the surroundings of all of them are put in clean."""
    if (t_prev < 0).any():
        known = x0
    else:
        a = alpha_bar[t_prev][:, None, None, None]
        known = torch.sqrt(a) * x0 + torch.sqrt(1 - a) * noise
    return torch.where(hole, x_prev, known)


@wrong("repaint_blend", "You write the known pixels into x_prev itself and change the caller's")
def blend_in_place(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """X_prev is overwritten in place."""
    padded = torch.cat([alpha_bar, alpha_bar.new_ones(1)])
    a = padded[t_prev].reshape(-1, 1, 1, 1)
    known = a.sqrt() * x0 + (1 - a).sqrt() * noise
    outside = ~hole.expand_as(x_prev)
    x_prev[outside] = known[outside]
    return x_prev


@wrong("repaint_blend", "Polarity: your hole keeps the known pixels, and the rest is x_prev.")
def blend_swapped(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """Two faults: alpha_bar[-1] is looked up where the way ends, and hole and known are
    swapped."""
    a = alpha_bar[t_prev].view(-1, 1, 1, 1)
    return torch.where(hole, a.sqrt() * x0 + (1 - a).sqrt() * noise, x_prev)


@right("repaint_blend")
def blend_with_one_appended(x_prev, x0, hole, t_prev, noise, alpha_bar):
    # index -1 is the last entry, and here that is a 1
    a = torch.cat((alpha_bar, torch.ones_like(alpha_bar[:1])))[t_prev].view(
        -1, *[1] * (x0.ndim - 1)
    )
    return x_prev.where(hole, a.sqrt() * x0 + (1 - a).sqrt() * noise)


@right("repaint_blend")
def blend_one_by_one(x_prev, x0, hole, t_prev, noise, alpha_bar):
    class Level:
        def __init__(self, step):
            self.bar = alpha_bar[step] if step >= 0 else torch.ones_like(alpha_bar[0])

        def __call__(self, picture, grain):
            return picture * self.bar.sqrt() + grain * (1 - self.bar).sqrt()

    return torch.stack(
        [
            torch.where(hole[i], x_prev[i], Level(step)(x0[i], noise[i]))
            for i, step in enumerate(t_prev.tolist())
        ]
    )


# ---- guided_step ---------------------------------------------------------------------------------


@wrong("guided_step", "One norm goes over the whole batch: so each picture's slope depends on")
def pull_by_common_norm(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """One norm over the whole batch, so the pictures weaken each other's pull."""
    x = xt.detach().clone().requires_grad_()
    eps = model(x, t)
    off = torch.where(hole, 0, image - _clean(x, eps, t, alpha_bar))
    (g,) = torch.autograd.grad(torch.linalg.vector_norm(off), x)
    return (_back(x, eps, t, t_prev, alpha_bar) - scale * g).detach()


@wrong("guided_step", "You take the square of the norm, whose slope grows with the distance:")
def pull_by_square(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """The gradient of the squared norm is taken, not that of the norm."""
    with torch.enable_grad():
        x = xt.detach().requires_grad_()
        eps = model(x, t)
        gap = (image - _clean(x, eps, t, alpha_bar)).masked_fill(hole, 0)
        grad = torch.autograd.grad((gap**2).sum(), x)[0]
    return _back(x.detach(), eps.detach(), t, t_prev, alpha_bar) - scale * grad


@wrong("guided_step", "model gets an xt that keeps no graph, so no gradient can go back through")
def pull_past_network(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """The predicted noise is cut off the graph, so the gradient does not go back through the
    network."""
    with torch.no_grad():
        eps = model(xt, t)
    x = xt.detach().clone().requires_grad_()
    distance = torch.where(hole, 0, image - _clean(x, eps, t, alpha_bar)).flatten(1).norm(dim=1)
    slope = torch.autograd.grad(distance.sum(), x)[0]
    return (_back(xt, eps, t, t_prev, alpha_bar) - scale * slope).detach()


@wrong("guided_step", "You move the known pixels alone: the slope moves all of xt, the hole")
def pull_known_only(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """Only the known pixels are pulled; the gradient in the hole is thrown away."""
    leaf = xt.detach().clone().requires_grad_(True)
    eps = model(leaf, t)
    miss = torch.where(hole, 0, image - _clean(leaf, eps, t, alpha_bar))
    dist = torch.linalg.vector_norm(miss, dim=(1, 2, 3)).sum()
    pull = torch.autograd.grad(dist, leaf)[0]
    pull = torch.where(hole, 0, pull)
    return (_back(leaf, eps, t, t_prev, alpha_bar) - scale * pull).detach()


@wrong("guided_step", "Two things at once. You clip x0 to [-1, 1]: where it is clipped no")
def pull_clipped_mean(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """Two faults: the predicted x0 is clipped, and the mean of the norms over the batch is
    taken, which divides the pull by n."""
    x = xt.detach().clone().requires_grad_()
    noise = model(x, t)
    guess = _clean(x, noise, t, alpha_bar).clamp(-1, 1)
    away = torch.where(hole, torch.zeros_like(guess), guess - image).flatten(1).norm(dim=1).mean()
    (down,) = torch.autograd.grad(away, x)
    return _back(x.detach(), noise.detach(), t, t_prev, alpha_bar) - scale * down


@right("guided_step")
def pull_by_hand_of_norm(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    # the gradient of a norm is the unit vector, sent back through x0 by the chain rule
    start = xt.detach()
    leaf = start.clone().requires_grad_()
    with torch.enable_grad():
        eps = model(leaf, t)
        predicted = _clean(leaf, eps, t, alpha_bar)
    miss = torch.where(hole, 0, predicted.detach() - image)
    length = miss.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    unit = torch.where(length > 0, miss / torch.where(length > 0, length, 1), 0)
    (slope,) = torch.autograd.grad(predicted, leaf, grad_outputs=unit)
    return _back(start, eps.detach(), t, t_prev, alpha_bar) - scale * slope


@right("guided_step")
def pull_picture_by_picture(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    with torch.enable_grad():
        x = xt.detach().clone().requires_grad_()
        eps = model(x, t)
        x0 = _clean(x, eps, t, alpha_bar)
        total = 0
        for guess, true, where in zip(x0, image, hole):
            known = ~where.expand_as(guess)
            total = total + torch.linalg.vector_norm(guess[known] - true[known], ord=2)
        slope = torch.autograd.grad(outputs=total, inputs=x)[0]
    with torch.no_grad():
        return _back(x, eps, t, t_prev, alpha_bar).sub(slope, alpha=scale).detach()


test_right, test_wrong = further_tests(RIGHT, WRONG)
