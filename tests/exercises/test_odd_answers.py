"""Answers to lessons 07 to 12 as students write them: right ones in odd styles, and wrong ones.

Each right one must pass, and each wrong one be told what is wrong with it. What stands in the
tables, and in the tests of each lesson, is not repeated here.
"""

import copy
import math
from functools import reduce

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Bernoulli, Normal

from learnkit.models.gan import discriminator_loss
from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- 07: train_step ----------------------------------------------------------------------------


@right("train_step")
def by_the_method_forward(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model.forward(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@right("train_step")
def by_torch_s_own_backward(model, images, targets, loss_fn, optimizer):
    with torch.enable_grad():
        loss = loss_fn(model(images), targets)
    optimizer.zero_grad(set_to_none=False)
    torch.autograd.backward([loss])
    optimizer.step()
    return loss.detach().numpy().item()


@right("train_step")
def gradients_added_to_zeros(model, images, targets, loss_fn, optimizer):
    weights = [p for group in optimizer.param_groups for p in group["params"]]
    for weight in weights:
        weight.grad = torch.zeros_like(weight)
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@wrong("train_step", "change the gradients between backward and step")
def clipped_by_their_norm(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    return loss.item()


@wrong("train_step", "change the gradients between backward and step")
def divided_by_the_batch(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    for weight in model.parameters():
        weight.grad /= 2 * len(images)
    optimizer.step()
    return loss.item()


@wrong("train_step", "You clamp the prediction")
def a_picture_in_0_to_1(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    pred = torch.clamp(model(images), min=0.0, max=1.0)
    loss = loss_fn(pred, targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("train_step", "its round brackets are missing")
def item_without_brackets(model, images, targets, loss_fn, optimizer):
    loss = loss_fn(model(images), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item


@wrong("train_step", "A call needs its round brackets")
def detach_without_brackets(model, images, targets, loss_fn, optimizer):
    loss = loss_fn(model(images), targets).detach
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("train_step", "never calls the model")
def layers_by_hand(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    pred = images
    for layer in model if isinstance(model, nn.Sequential) else [lambda x: x @ model.weight.T]:
        pred = layer(pred)
    loss = loss_fn(pred, targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("train_step", "The count of backward passes is 4; it should be 1")
def trained_on_each_image(model, images, targets, loss_fn, optimizer):
    losses = []
    for x, y in zip(images, targets, strict=True):
        optimizer.zero_grad()
        loss = loss_fn(model(x[None]), y[None])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


# ---- 07: evaluate ------------------------------------------------------------------------------


@right("evaluate")
def by_forward_itself(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        parts = [(loss_fn(model.forward(x), y).item(), len(x)) for x, y in loader]
    model.train(was_training)
    return math.fsum(loss * n for loss, n in parts) / sum(n for _, n in parts)


@right("evaluate")
def on_a_copy(model, loader, loss_fn):
    judge = copy.deepcopy(model).eval()
    total, count = torch.zeros((), dtype=torch.float64), 0
    with torch.inference_mode():
        for x, y in loader:
            total += loss_fn(judge(x), y).double() * x.shape[0]
            count += x.shape[0]
    return (total / count).item()


@right("evaluate")
def frozen_and_thawed(model, loader, loss_fn):
    was_training, sums = model.training, np.zeros(2)
    model.requires_grad_(False).eval()
    for x, y in loader:
        sums += [loss_fn(model(x), y).item() * len(x), len(x)]
    model.requires_grad_(True).train(was_training)
    return sums[0] / sums[1]


@right("evaluate")
def with_a_hook_that_is_taken_off(model, loader, loss_fn):
    was_training, made = model.training, []
    handle = model.register_forward_hook(lambda _m, _in, out: made.append(out))
    model.eval()
    truths = []
    with torch.no_grad():
        for x, y in loader:
            model(x)
            truths.append(y)
    handle.remove()
    model.train(was_training)
    return loss_fn(torch.cat(made), torch.cat(truths)).item()


@wrong("evaluate", "the weights stay frozen")
def frozen_one_by_one(model, loader, loss_fn):
    was_training, total, count = model.training, 0.0, 0
    model.eval()
    for p in model.parameters():
        p.requires_grad = False
    for x, y in loader:
        total += loss_fn(model(x), y).item() * len(x)
        count += len(x)
    model.train(was_training)
    return total / count


@wrong("evaluate", "sets the switch of the model itself")
def training_set_to_false(model, loader, loss_fn):
    was_training, total, count = model.training, 0.0, 0
    model.training = False
    with torch.no_grad():
        for x, y in loader:
            total += loss_fn(model(x), y).item() * len(x)
            count += len(x)
    model.training = was_training
    return total / count


@wrong("evaluate", "not its layers")
def only_its_own_switch_goes_back(model, loader, loss_fn):
    was_training, total, count = model.training, 0.0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            total += loss_fn(model(x), y).item() * len(x)
            count += len(x)
    model.training = was_training
    return total / count


@wrong("evaluate", "You leave out the last batch")
def the_last_batch_left_out(model, loader, loss_fn):
    was_training, total, count = model.training, 0.0, 0
    model.eval()
    batches = list(loader)
    with torch.no_grad():
        for i in range(len(batches) - 1):
            x, y = batches[i]
            total += loss_fn(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count


@wrong("evaluate", "smaller than the first")
def small_batches_left_out(model, loader, loss_fn):
    was_training, total, count, size = model.training, 0.0, 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            size = size or len(x)
            if len(x) < size:
                continue
            total += loss_fn(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count


@wrong("evaluate", "a hook stays at the model")
def a_hook_left_at_a_layer(model, loader, loss_fn):
    list(model.modules())[-1].register_forward_pre_hook(lambda *_: None)
    return on_a_copy(model, loader, loss_fn)


@wrong("evaluate", "stay frozen (requires_grad is off), and the model stays in eval mode")
def frozen_and_in_eval(model, loader, loss_fn):
    model.eval().requires_grad_(False)
    parts = [(loss_fn(model(x), y).item(), len(x)) for x, y in loader]
    return sum(loss * n for loss, n in parts) / sum(n for _, n in parts)


# ---- 07: DenseBlock ----------------------------------------------------------------------------


def convolutions(channels, growth, layers, **options):
    return nn.ModuleList(
        nn.Conv2d(channels + i * growth, growth, 3, **options) for i in range(layers)
    )


@right("DenseBlock")
class PaddedByHand(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.layers = convolutions(channels, growth, layers)

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, F.relu(layer(F.pad(x, (1, 1, 1, 1))))], dim=1)
        return x


@right("DenseBlock")
class PaddedByALayer(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.ZeroPad2d(1), conv, nn.ReLU())
            for conv in convolutions(channels, growth, layers)
        )

    def forward(self, x):
        return reduce(lambda x, layer: torch.cat([x, layer(x)], dim=1), self.layers, x)


@right("DenseBlock")
class WeightsOfItsOwn(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        sizes = [(growth, channels + i * growth, 3, 3) for i in range(layers)]
        self.weights = nn.ParameterList(nn.Parameter(torch.randn(s) / 9) for s in sizes)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(growth)) for _ in sizes)

    def forward(self, x):
        for weight, bias in zip(self.weights, self.biases, strict=True):
            x = torch.cat([x, F.conv2d(x, weight, bias, padding=1).relu()], dim=1)
        return x


@right("DenseBlock")
class WeightsOfLayersByName(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.layers = convolutions(channels, growth, layers, padding=1)

    def forward(self, x):
        for one in self.layers:
            new = F.conv2d(x, weight=one.weight, bias=one.bias, padding="same")
            x = torch.cat([x, F.relu(new)], dim=1)
        return x


@right("DenseBlock")
class AChainOfBlocks(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.conv = nn.Conv2d(channels, growth, 3, 1, "same")
        self.rest = AChainOfBlocks(channels + growth, growth, layers - 1) if layers > 1 else None

    def forward(self, x):
        x = torch.concat([x, self.conv(x).relu_()], dim=1)
        return x if self.rest is None else self.rest(x)


def dense(sentence, **options):
    """Files a block whose convolutions have these options as a wrong answer."""

    class Block(nn.Module):
        def __init__(self, channels, growth, layers):
            super().__init__()
            self.layers = convolutions(channels, growth, layers, **options)

        def forward(self, x):
            for layer in self.layers:
                x = torch.cat([x, F.relu(layer(x))], dim=1)
            return x

    Block.__name__ = "_".join(f"{key}_{value}" for key, value in options.items())
    wrong("DenseBlock", sentence)(Block)


dense("Your windows have gaps", dilation=2, padding=2)
dense("Your windows have gaps", dilation=2, padding="same")
dense("a border of zeros", padding=1, padding_mode="reflect")
dense("a border of zeros", padding=1, padding_mode="circular")
dense("has a stride", padding=1, stride=2)
dense("have no bias", padding=1, bias=False)


@wrong("DenseBlock", "work in groups")
class InGroups(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        widths = [channels + i * growth for i in range(layers)]
        self.layers = nn.ModuleList(
            nn.Conv2d(w, growth, 3, padding=1, groups=math.gcd(w, growth)) for w in widths
        )

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, F.relu(layer(x))], dim=1)
        return x


@wrong("DenseBlock", "a border of zeros")
class PaddedWithCopies(PaddedByHand):
    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, F.relu(layer(F.pad(x, (1, 1, 1, 1), mode="replicate")))], dim=1)
        return x


@wrong("DenseBlock", "writes into a tensor that a layer has already seen")
class WrittenIntoOneTensor(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.layers, self.growth = convolutions(channels, growth, layers, padding=1), growth

    def forward(self, x):
        n, c, h, w = x.shape
        out = torch.empty(n, c + len(self.layers) * self.growth, h, w)
        out[:, :c] = x
        for layer in self.layers:
            out[:, c : c + self.growth] = F.relu(layer(out[:, :c]))
            c += self.growth
        return out


# ---- 07: early_stop ----------------------------------------------------------------------------


@right("early_stop")
def by_recursion(losses, patience, best=0, at=0):
    if at == len(losses) or at - 1 - best >= patience:
        return best
    return by_recursion(losses, patience, at if losses[at] < losses[best] else best, at + 1)


@right("early_stop")
def by_windows(losses, patience):
    losses = list(losses)
    ends = (i for i in range(len(losses)) if i - losses.index(min(losses[: i + 1])) >= patience)
    end = next(ends, len(losses) - 1)
    return int(np.argmin(losses[: end + 1]))


@right("early_stop")
def by_while(losses, patience):
    best, left, at = math.inf, patience, -1
    where = 0
    while left and (at := at + 1) < len(losses):
        best, left, where = (
            (losses[at], patience, at) if losses[at] < best else (best, left - 1, where)
        )
    return where


for least in (1e-2, 1e-3, 1e-4, 1e-6):

    def with_a_min_delta(losses, patience, least=least):
        best, at, waited = float("inf"), 0, 0
        for epoch, loss in enumerate(losses):
            if loss < best - least:
                best, at, waited = loss, epoch, 0
            else:
                waited += 1
            if waited >= patience:
                return at
        return at

    wrong("early_stop", "A small fall is no new best in yours")(with_a_min_delta)


@wrong("early_stop", "A small fall is no new best in yours")
def by_a_share_of_the_best(losses, patience):
    best, at = losses[0], 0
    for epoch, loss in enumerate(losses):
        if loss < best * (1 - 1e-4):
            best, at = loss, epoch
        elif epoch - at >= patience:
            break
    return at


@wrong("early_stop", "Any epoch in which the loss does not rise")
def waits_for_rises(losses, patience):
    best, rises = 0, 0
    for i in range(1, len(losses)):
        rises = rises + 1 if losses[i] > losses[i - 1] else 0
        if losses[i] < losses[best]:
            best = i
        if rises == patience:
            break
    return best


@wrong("early_stop", "Your best loss begins at a number of its own")
def best_is_1_at_first(losses, patience):
    best, at, bad = 1.0, 0, 0
    for i, loss in enumerate(losses):
        if loss < best:
            best, at, bad = loss, i, 0
        else:
            bad += 1
        if bad >= patience:
            break
    return at


@wrong("early_stop", "Your best loss begins at a number of its own")
def best_is_a_thousand_at_first(losses, patience):
    best, at = 1000.0, 0
    for i, loss in enumerate(losses):
        if loss < best:
            best, at = loss, i
        elif i - at + 1 > patience:
            break
    return at


# ---- 08: reparameterize ------------------------------------------------------------------------


@right("reparameterize")
def from_one_long_row(mean, log_var, generator=None):
    eps = torch.randn(mean.numel(), generator=generator, device=mean.device)
    return eps.view_as(mean).mul(log_var.mul(0.5).exp()).add(mean)


@right("reparameterize")
def by_powers_of_two(mean, log_var, generator=None):
    eps = mean.new_empty(mean.shape).normal_(generator=generator)
    return mean + torch.exp2(log_var / math.log(4)) * eps


@right("reparameterize")
def drawn_at_the_transposed(mean, log_var, generator=None):
    eps = torch.randn(mean.T.shape, generator=generator, device=log_var.device).T
    return torch.addcmul(mean, eps, torch.sqrt(torch.exp(log_var)))


@wrong("reparameterize", "You halve the variance")
def half_outside(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + 0.5 * log_var.exp() * eps


@wrong("reparameterize", "a normal distribution has no bounds")
def without_what_is_far_off(mean, log_var, generator=None):
    eps = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var / 2) * torch.clip(eps, -2, 2)


# ---- 08: kl_divergence, negative_elbo, interpolate ---------------------------------------------


@right("kl_divergence")
def cross_entropy_less_entropy(mean, log_var):
    cross = 0.5 * (math.log(2 * math.pi) + mean**2 + log_var.exp())
    return (cross - 0.5 * (math.log(2 * math.pi) + 1 + log_var)).sum(-1)


@right("kl_divergence")
def in_double(mean, log_var):
    mean, log_var = mean.double(), log_var.double()
    return ((mean.pow(2) + torch.expm1(log_var) - log_var) / 2).sum(dim=1)


def cost_of(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)


@right("negative_elbo")
def by_log_prob(logits, images, mean, log_var, beta=1.0):
    told = Bernoulli(logits=logits, validate_args=False).log_prob(images)
    return (beta * cost_of(mean, log_var) - told.sum((1, 2, 3))).mean()


@right("negative_elbo")
def by_an_einsum_of_ones(logits, images, mean, log_var, beta=1.0):
    bce = torch.logaddexp(logits, torch.zeros_like(logits)) - logits * images
    pixels = torch.einsum("nchw->n", bce)
    return torch.stack([pixels, beta * cost_of(mean, log_var)]).sum(0).mean()


@wrong("negative_elbo", "multiply it by 784")
def times_784(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="mean") * 28 * 28
    return bce + beta * torch.mean(cost_of(mean, log_var))


@wrong("negative_elbo", "black and white first")
def binarised(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images.gt(0.5).float(), reduction="none")
    return (bce.flatten(1).sum(1) + beta * cost_of(mean, log_var)).mean()


@wrong("negative_elbo", "black and white first")
def rounded(logits, images, mean, log_var, beta=1.0):
    bce = F.binary_cross_entropy_with_logits(logits, images.round(), reduction="none")
    return (bce.flatten(1).sum(1) + beta * cost_of(mean, log_var)).mean()


@wrong("negative_elbo", "You sum over the batch")
def both_summed(logits, images, mean, log_var, beta=1.0):
    told = Bernoulli(logits=logits, validate_args=False).log_prob(images).sum()
    return beta * cost_of(mean, log_var).sum() - told


@right("interpolate")
def by_sinc(z0, z1, steps):
    t = torch.linspace(0, 1, steps)[:, None]
    turn = torch.acos((z0 @ z1 / z0.norm() / z1.norm()).clamp(-1, 1)) / math.pi
    a, b = ((s * torch.sinc(s * turn)) / torch.sinc(turn) for s in (1 - t, t))
    return a * z0 + b * z1


@right("interpolate")
def by_the_part_at_a_right_angle(z0, z1, steps):
    one, two = z0.double(), z1.double()
    a, b = one / one.norm(), two / two.norm()
    across = b - (a @ b) * a
    w = torch.atan2(across.norm(), a @ b)
    t = torch.linspace(0, 1, steps, dtype=torch.float64)
    if w < 1e-5:
        weights = torch.stack([1 - t, t], dim=1)
    else:
        weights = torch.stack([((1 - t) * w).sin(), (t * w).sin()], dim=1) / w.sin()
    return (weights @ torch.stack([one, two])).float()


@right("interpolate")
def opposite_ends_go_straight_too(z0, z1, steps):
    t = torch.linspace(0, 1, steps).reshape(steps, 1)
    w = torch.acos(F.cosine_similarity(z0, z1, dim=0).clamp(-1, 1))
    if torch.sin(w).abs() < 1e-3:
        return z0 + t * (z1 - z0)
    return (torch.sin((1 - t) * w) * z0 + torch.sin(t * w) * z1) / torch.sin(w)


@wrong("interpolate", "straight line")
def between_points_on_the_line(z0, z1, steps):
    return z0 + torch.arange(steps)[:, None] / (steps - 1) * (z1 - z0)


# ---- 09 ----------------------------------------------------------------------------------------


@right("discriminator_loss")
def by_logsigmoid(real_logits, fake_logits):
    return -(F.logsigmoid(real_logits).mean() + F.logsigmoid(-fake_logits).mean())


@right("discriminator_loss")
def of_both_at_once(real_logits, fake_logits):
    logits = torch.cat([real_logits, fake_logits])
    real = torch.arange(len(logits))[:, None] < len(real_logits)
    each = nn.BCEWithLogitsLoss(reduction="none")(logits, real.float())
    return each[real].mean() + each[~real].mean()


@right("discriminator_loss")
def by_two_classes(real_logits, fake_logits):
    def two(logits):  # the softmax of (0, x) is the sigmoid of x
        return torch.cat([torch.zeros_like(logits), logits], dim=1)

    ones = torch.ones_like(real_logits[:, 0]).long()
    zeros = torch.zeros_like(fake_logits[:, 0]).long()
    return F.cross_entropy(two(real_logits), ones) + F.cross_entropy(two(fake_logits), zeros)


@wrong("discriminator_loss", "takes a softmax over the columns")
def cross_entropy_for_classes(real_logits, fake_logits):
    real = F.cross_entropy(real_logits, torch.ones(real_logits.shape))
    return real + F.cross_entropy(fake_logits, torch.zeros(fake_logits.shape))


@wrong("discriminator_loss", "F.binary_cross_entropy_with_logits asks yes or no")
def labels_of_classes(real_logits, fake_logits):
    real = F.cross_entropy(real_logits, torch.ones(len(real_logits)).long())
    return real + F.cross_entropy(fake_logits, torch.zeros(len(fake_logits)).long())


@wrong("discriminator_loss", "it is one over the pictures")
def softmax_over_pictures(real_logits, fake_logits):
    real, fake = real_logits.squeeze(1), fake_logits.squeeze(1)
    return F.cross_entropy(real, torch.ones(len(real))) + F.cross_entropy(
        fake, torch.zeros(len(fake))
    )


@right("generator_loss")
def by_logaddexp(fake_logits):
    return torch.logaddexp(torch.zeros_like(fake_logits), -fake_logits).mean()


@right("generator_loss")
def by_the_symmetry_of_the_sigmoid(fake_logits):
    target = torch.zeros_like(fake_logits)
    return F.binary_cross_entropy_with_logits(-fake_logits, target)


@wrong("generator_loss", "takes a softmax over the columns")
def the_zeroth_class(fake_logits):
    return F.cross_entropy(fake_logits, torch.zeros(len(fake_logits), dtype=torch.long))


@wrong("generator_loss", "F.binary_cross_entropy_with_logits asks yes or no")
def the_first_class(fake_logits):
    return F.cross_entropy(fake_logits, torch.ones(len(fake_logits), dtype=torch.long))


@wrong("generator_loss", "brackets are missing")
def mean_without_brackets(fake_logits):
    return F.softplus(-fake_logits).mean


@right("discriminator_step")
def both_batches_in_one(discriminator, generator, real, z, optimizer):
    with torch.no_grad():
        batch = torch.cat([real, generator(z)])
    real_logits, fake_logits = discriminator(batch).chunk(2)
    loss = discriminator_loss(real_logits, fake_logits)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@right("discriminator_step")
def two_halves_that_add_up(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    real_loss = F.softplus(-discriminator(real)).mean()
    real_loss.backward()
    fake_loss = F.softplus(discriminator(generator(z).detach())).mean()
    fake_loss.backward()
    optimizer.step()
    return real_loss.item() + fake_loss.item()


@right("discriminator_step")
def the_generator_frozen_and_thawed(discriminator, generator, real, z, optimizer):
    generator.requires_grad_(False).eval()
    loss = discriminator_loss(discriminator(real), discriminator(generator(z)))
    generator.requires_grad_(True).train()
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    optimizer.step()
    return float(loss)


@wrong("discriminator_step", "Your loss has no graph")
def everything_under_no_grad(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    with torch.no_grad():
        fake = generator(z)
        loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("discriminator_step", "Your loss has no graph")
def the_loss_detached(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(generator(z).detach())).detach()
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("discriminator_step", "A call needs its round brackets")
def fakes_detached_without_brackets(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(generator(z).detach))
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("discriminator_step", "change the gradients between backward and step")
def a_norm_of_1(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(generator(z).detach()))
    loss.backward()
    nn.utils.clip_grad_norm_(discriminator.parameters(), 0.1)
    optimizer.step()
    return loss.item()


# ---- 10 ----------------------------------------------------------------------------------------


class EmptyHoleError(ValueError):
    pass


@right("hole_mse")
def an_error_of_its_own_kind(pred, target, hole):
    if not hole.any():
        raise EmptyHoleError("nothing is missing")
    return torch.masked_select((pred - target).square(), hole).mean()


@right("hole_mse")
def a_weighted_mean(pred, target, hole):
    try:
        weights = hole.expand_as(pred) / (hole.sum() * pred.shape[1]).item()
    except ZeroDivisionError as error:
        raise ValueError from error
    if not hole.any():
        raise ValueError
    return torch.sum((pred - target) ** 2 * weights)


@wrong("hole_mse", "raised IndexError")
def an_error_of_another_kind(pred, target, hole):
    if not hole.any():
        raise IndexError("nothing is missing")
    return torch.masked_select((pred - target).square(), hole).mean()


@right("composite")
def by_gather(pred, image, hole):
    both = torch.stack([image, pred])
    return both.gather(0, hole.expand_as(image).long()[None])[0]


@right("composite")
def by_the_method_where(pred, image, hole):
    return image.where(hole.logical_not(), pred)


@wrong("composite", "one after another")
def scattered(pred, image, hole):
    return image.masked_scatter(hole.expand_as(image), pred)


@wrong("composite", "one after another")
def scattered_in_place_on_a_copy(pred, image, hole):
    filled = image.clone()
    filled.masked_scatter_(hole, pred)
    return filled


@right("linear_fill")
def by_lu(image, mean, cov, hole, jitter=1e-3):
    known, filled = torch.where(~hole)[0], image.clone()
    kk = cov[known[:, None], known].clone()
    kk.diagonal().add_(jitter)
    away = torch.linalg.lu_solve(*torch.linalg.lu_factor(kk), (image - mean)[known, None])
    filled[hole] = mean[hole] + (cov[hole][:, known] @ away)[:, 0]
    return filled


@right("partial_conv2d")
def by_windows_and_einsum(image, known, weight, bias):
    k = weight.shape[-1]
    patches = (image * known).unfold(2, k, 1).unfold(3, k, 1)
    share = known.float().unfold(2, k, 1).unfold(3, k, 1).mean((-1, -2))
    seen = share > 0
    sums = torch.einsum("nchwij,ocij->nohw", patches, weight)
    out = sums / share.masked_fill(~seen, 1) + bias.view(1, -1, 1, 1)
    return out.masked_fill(~seen, 0), seen


# ---- 11 ----------------------------------------------------------------------------------------


@right("masked_negative_elbo")
def by_log_probs(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    told = Bernoulli(logits=logits, validate_args=False).log_prob(images)
    q, p = Normal(q_mean, (q_log_var / 2).exp()), Normal(p_mean, (p_log_var / 2).exp())
    kl = torch.distributions.kl.kl_divergence(q, p).sum(-1)
    return (kl - told.masked_fill(~hole, 0).sum((-1, -2, -3))).mean()


@right("latent_step")
def by_a_vector_jacobian_product(z, decode, image, hole, lr, sigma=0.1):
    made, back = torch.func.vjp(decode, z)
    pull = torch.where(hole, torch.zeros_like(made), (made - image) / sigma**2)
    return z - lr * (back(pull)[0] + z)


@right("latent_step")
def by_hand_on_data(z, decode, image, hole, lr, sigma=0.1):
    at = nn.Parameter(z.clone())
    with torch.enable_grad():
        error = (decode(at) - image).mul(~hole).pow(2).flatten(1).sum(1) / (2 * sigma**2)
        (error + at.pow(2).sum(1) / 2).sum().backward()
    at.data -= lr * at.grad
    return at.data


@wrong("latent_step", "Adam begins so")
def by_adam(z, decode, image, hole, lr, sigma=0.1):
    leaf = z.detach().clone().requires_grad_()
    adam = torch.optim.Adam([leaf], lr=float(lr))
    energy = ((decode(leaf) - image) ** 2 * ~hole).sum() / (2 * sigma**2) + (leaf**2).sum() / 2
    energy.backward()
    adam.step()
    return leaf.detach()


@wrong("latent_step", "RMSprop begins so")
def by_rmsprop(z, decode, image, hole, lr, sigma=0.1):
    leaf = z.detach().clone().requires_grad_()
    rmsprop = torch.optim.RMSprop([leaf], lr=float(lr))
    energy = ((decode(leaf) - image) ** 2 * ~hole).sum() / (2 * sigma**2) + (leaf**2).sum() / 2
    energy.backward()
    rmsprop.step()
    return leaf.detach()


@wrong("latent_step", "brackets of a call are missing")
def detach_left_open(z, decode, image, hole, lr, sigma=0.1):
    return by_hand_on_data(z, decode, image, hole, lr, sigma).detach


@right("sample_fills")
def by_torch_normal(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image.where(~hole, torch.zeros_like(image)), hole)
    size = (count, *mean.shape)
    z = torch.normal(mean.expand(size), torch.exp(log_var / 2).expand(size), generator=generator)
    made = [decode(one) for one in z]
    return torch.stack(made).where(hole, image)


@right("sample_fills")
def noise_latent_by_latent(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image * ~hole, hole)
    columns = [
        m + (v / 2).exp() * torch.randn(count, len(m), generator=generator, device=m.device)
        for m, v in zip(mean.T, log_var.T, strict=True)
    ]
    z = torch.stack(columns, dim=-1)
    return torch.stack([torch.where(hole, decode(one), image) for one in z])


@wrong("sample_fills", "You call encode more than once")
def encoded_each_time(encode, decode, image, hole, count, generator):
    def one():
        mean, log_var = encode(torch.where(hole, torch.zeros_like(image), image), hole)
        eps = torch.randn(mean.shape, generator=generator, device=mean.device)
        return torch.where(hole, decode(mean + torch.exp(0.5 * log_var) * eps), image)

    return torch.stack([one() for _ in range(count)])


@wrong("sample_fills", "a normal distribution has no bounds")
def noise_of_two_spreads_at_most(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, torch.zeros_like(image), image), hole)
    fills = []
    for _ in range(count):
        eps = torch.randn(mean.shape, generator=generator, device=mean.device).clamp(-2, 2)
        fills.append(torch.where(hole, decode(mean + torch.exp(0.5 * log_var) * eps), image))
    return torch.stack(fills)


# ---- 12 ----------------------------------------------------------------------------------------


@right("q_sample")
def mapped_over_the_batch(x0, t, noise, alpha_bar):
    def one(x, a, eps):
        return torch.sqrt(a) * x + torch.sqrt(1 - a) * eps

    return torch.vmap(one)(x0, alpha_bar[t], noise)


@right("q_sample")
def by_addcmul(x0, t, noise, alpha_bar):
    a = alpha_bar.index_select(0, t).reshape(-1, *(1,) * 3)
    return torch.addcmul(x0 * a.sqrt(), noise, a.neg().add(1).sqrt())


@wrong("q_sample", "it must be torch.float32, as x0 is")
def in_double_precision(x0, t, noise, alpha_bar):
    a = alpha_bar.double()[t][:, None, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise


@wrong("q_sample", "brackets of a call are missing")
def float_without_brackets(x0, t, noise, alpha_bar):
    return by_addcmul(x0, t, noise, alpha_bar).float


@right("denoising_loss")
def by_a_vector_norm(model, x0, t, noise, alpha_bar):
    told = model(by_addcmul(x0, t, noise, alpha_bar), t)
    return torch.linalg.vector_norm(told - noise) ** 2 / noise.numel()


@right("denoising_loss")
def loss_in_double(model, x0, t, noise, alpha_bar):
    told = model(mapped_over_the_batch(x0, t, noise, alpha_bar), t)
    return F.mse_loss(told.double(), noise.double())


@wrong("denoising_loss", "x0 and noise have changed places")
def weights_swapped(model, x0, t, noise, alpha_bar):
    a = alpha_bar[t][:, None, None, None]
    return F.mse_loss(model((1 - a).sqrt() * x0 + a.sqrt() * noise, t), noise)


@wrong("denoising_loss", "the model never sees")
def another_schedule(model, x0, t, noise, alpha_bar):
    a = (torch.cos(t / len(alpha_bar)) ** 2)[:, None, None, None]
    return F.mse_loss(model(a.sqrt() * x0 + (1 - a).sqrt() * noise, t), noise)


@right("ddim_step")
def as_two_weights(xt, eps, t, t_prev, alpha_bar):
    levels = torch.cat([alpha_bar.new_ones(1), alpha_bar])
    a, b = (levels[one + 1].view(-1, 1, 1, 1) for one in (t, t_prev))
    ratio = (b / a).sqrt()
    return ratio * xt + ((1 - b).sqrt() - ratio * (1 - a).sqrt()) * eps


@wrong("ddim_step", "Your condition t_prev < 0 has the shape (n,)")
def clean_by_columns(xt, eps, t, t_prev, alpha_bar):
    a = alpha_bar[t].view(-1, 1, 1, 1)
    b = alpha_bar[t_prev.clamp(min=0)].view(-1, 1, 1, 1)
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return torch.where(t_prev < 0, x0, b.sqrt() * x0 + (1 - b).sqrt() * eps)


@wrong("ddim_step", "You clip x0")
def belief_clipped(xt, eps, t, t_prev, alpha_bar):
    levels = torch.cat([alpha_bar.new_ones(1), alpha_bar])
    a, b = (levels[one + 1].view(-1, 1, 1, 1) for one in (t, t_prev))
    x0 = torch.clip((xt - (1 - a).sqrt() * eps) / a.sqrt(), -1, 1)
    return b.sqrt() * x0 + (1 - b).sqrt() * eps


@right("repaint_blend")
def scattered_from_the_hole_alone(x_prev, x0, hole, t_prev, noise, alpha_bar):
    levels = torch.cat([alpha_bar, alpha_bar.new_ones(1)])
    a = levels[t_prev].view(-1, 1, 1, 1)
    inside = hole.expand_as(x0)
    return (a.sqrt() * x0 + (1 - a).sqrt() * noise).masked_scatter(inside, x_prev[inside])


@wrong("repaint_blend", "one after another")
def scattered_all_over(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])[:, None, None, None]
    known = a.sqrt() * x0 + (1 - a).sqrt() * noise
    return known.masked_scatter(hole.expand_as(known), x_prev)


@wrong("repaint_blend", "one after another")
def known_scattered_all_over(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev])[:, None, None, None]
    known = a.sqrt() * x0 + (1 - a).sqrt() * noise
    return x_prev.masked_scatter(~hole, known)


@wrong("repaint_blend", "Your condition t_prev < 0 has the shape (n,)")
def known_clean_by_columns(x_prev, x0, hole, t_prev, noise, alpha_bar):
    a = alpha_bar[t_prev.clamp(min=0)].view(-1, 1, 1, 1)
    known = torch.where(t_prev < 0, x0, a.sqrt() * x0 + (1 - a).sqrt() * noise)
    return torch.where(hole, x_prev, known)


test_a_right_answer_in_an_odd_style_passes, test_a_wrong_answer_is_told_what_is_wrong = (
    further_tests(RIGHT, WRONG)
)
