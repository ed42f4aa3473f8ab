"""Lesson 09: answers by readers who knew the lesson, and had not seen the tables."""

import torch
import torch.nn.functional as F
from torch import nn

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def _judge_loss(real_logits, fake_logits):
    return F.binary_cross_entropy_with_logits(
        real_logits, torch.ones_like(real_logits)
    ) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


# ---- discriminator_loss --------------------------------------------------------------------------


@wrong("discriminator_loss", "You take one mean over both batches together: then the larger")
def one_batch_one_mean(real_logits, fake_logits):
    """All logits in one batch with one mean: half of the sum."""
    logits = torch.cat([real_logits, fake_logits])
    answers = torch.cat([torch.ones_like(real_logits), torch.zeros_like(fake_logits)])
    return F.binary_cross_entropy_with_logits(logits, answers)


@wrong("discriminator_loss", "Your formula is right, and it overflows: at a logit of 200 the")
def log_of_sigmoid(real_logits, fake_logits):
    """Sigmoid and logarithm by hand: infinite for a large logit."""
    real = torch.sigmoid(real_logits)
    fake = torch.sigmoid(fake_logits)
    return -torch.log(real).mean() - torch.log(1 - fake).mean()


@wrong("discriminator_loss", "Your function raised ValueError: Target size (torch.Size([4, 1]))")
def answers_shaped_like_real(real_logits, fake_logits):
    """The answers have the shape of the real batch for both: fails if the batches differ in
    size."""
    ones, zeros = torch.ones_like(real_logits), torch.zeros_like(real_logits)
    bce = nn.BCEWithLogitsLoss()
    return bce(real_logits, ones) + bce(fake_logits, zeros)


@wrong("discriminator_loss", "The loss is not what it should be.")
def smoothed_for_both(real_logits, fake_logits):
    """Real answers smoothed to 0.9, and fakes also held against them."""
    real_loss = F.binary_cross_entropy_with_logits(real_logits, torch.full_like(real_logits, 0.9))
    fake_loss = F.binary_cross_entropy_with_logits(fake_logits, torch.full_like(fake_logits, 0.9))
    return real_loss + fake_loss


@right("discriminator_loss")
def two_softplus(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


@right("discriminator_loss")
def as_two_classes(real_logits, fake_logits):
    def cost(logits, answer):
        flat = logits.reshape(-1)
        bets = torch.stack([torch.zeros_like(flat), flat], dim=1)
        return F.cross_entropy(bets, torch.full(flat.shape, answer, device=flat.device))

    return sum(cost(logits, answer) for logits, answer in ((real_logits, 1), (fake_logits, 0)))


# ---- generator_loss ------------------------------------------------------------------------------


@wrong("generator_loss", "That is the saturating form, the mean of log(1 - D): where a fake is")
def minimax_game(fake_logits):
    """The minimax loss: minus the judge's loss on the fakes."""
    return -F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


@wrong("generator_loss", "You take the logarithm of the mean probability. The loss is the mean")
def log_of_the_mean(fake_logits):
    """The logarithm of the mean probability in place of the mean of the logarithms."""
    return -torch.sigmoid(fake_logits).mean().log()


@wrong("generator_loss", "Your result is what comes out when `fake_logits` and")
def arguments_swapped(fake_logits):
    """Logits and answers are swapped in the call."""
    real = torch.ones_like(fake_logits)
    return F.binary_cross_entropy_with_logits(real, fake_logits)


@wrong("generator_loss", "You return a plain number: leave out .item() or float(), or no")
def sum_as_a_float(fake_logits):
    """The sum in place of the mean, returned as a float without a gradient."""
    return F.softplus(-fake_logits).sum().item()


@right("generator_loss")
def minus_logsigmoid(fake_logits):
    return -F.logsigmoid(fake_logits).mean()


@right("generator_loss")
def by_logaddexp(fake_logits):
    nothing = torch.zeros_like(fake_logits)
    return torch.logaddexp(nothing, torch.neg(fake_logits)).mean()


# ---- discriminator_step --------------------------------------------------------------------------


@wrong("discriminator_step", "The generator gets a gradient: this step is the discriminator's")
def graph_not_cut(discriminator, generator, real, z, optimizer):
    """The forger's graph is not cut: gradients are left in the generator."""
    optimizer.zero_grad()
    loss = _judge_loss(discriminator(real), discriminator(generator(z)))
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("discriminator_step", "You detach the logits of the fakes: then the discriminator learns")
def judge_cut_too(discriminator, generator, real, z, optimizer):
    """The judge's logits of the fakes are cut, not the fakes: the judge learns from real ones
    alone."""
    optimizer.zero_grad()
    with torch.no_grad():
        fake_logits = discriminator(generator(z))
    loss = _judge_loss(discriminator(real), fake_logits)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("discriminator_step", "You leave a network frozen (requires_grad_(False)): its next step")
def forger_frozen(discriminator, generator, real, z, optimizer):
    """The forger's weights are frozen for the turn and never freed, and its old gradients
    deleted."""
    for p in generator.parameters():
        p.requires_grad = False
        p.grad = None
    optimizer.zero_grad()
    loss = _judge_loss(discriminator(real), discriminator(generator(z)))
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("discriminator_step", "Two things at once. The gradients of the step before are still")
def swapped_and_not_forgotten(discriminator, generator, real, z, optimizer):
    """Real and fake are swapped in the loss, and the old gradients are not forgotten."""
    fake = generator(z).detach()
    on_fake, on_real = discriminator(fake), discriminator(real)
    loss = _judge_loss(on_fake, on_real)
    loss.backward()
    optimizer.step()
    return float(loss)


@right("discriminator_step")
def drawn_without_gradient(discriminator, generator, real, z, optimizer):
    with torch.no_grad():
        forged = generator(z)
    optimizer.zero_grad()
    loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(forged)).mean()
    loss.backward()
    before = loss.item()
    optimizer.step()
    return before


@right("discriminator_step")
def two_backward_calls(discriminator, generator, real, z, optimizer):
    # the gradients of the two means add up, whether or not the means are added first
    forged = generator(z).detach()
    halves = [
        -F.logsigmoid(discriminator(real)).mean(),
        -F.logsigmoid(-discriminator(forged)).mean(),
    ]
    optimizer.zero_grad()
    for half in halves:
        half.backward()
    optimizer.step()
    return sum(half.item() for half in halves)


test_right, test_wrong = further_tests(RIGHT, WRONG)
