"""Lesson 09: a generator and a discriminator, their losses, and the discriminator's step."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError
from learnkit.models import gan
from learnkit.models.gan import discriminator_loss as _discriminator_loss

_rng = np.random.default_rng(9)


def _column(*numbers):
    return np.array(numbers, np.float32)[:, None]


def _logits(*arrays):
    """Logits as leaves of a graph, so that the probe can ask for their gradients."""
    return tuple(torch.from_numpy(array).requires_grad_() for array in arrays), {}


def _loss_and_slopes(*names):
    """A probe: the loss, and its gradient with respect to each argument (0 where there is none)."""

    def probe(result, *logits):
        if isinstance(result, tuple | list) and len(result) == 1:
            raise OddResultError("You return a tuple: is there a comma at the end of the line?")
        if isinstance(result, tuple | list):
            raise OddResultError(
                f"You return {len(result)} things; asked is one loss, a tensor with one number."
            )
        if callable(result):
            raise OddResultError(
                "You return a method, and not what it gives: its round brackets are missing."
            )
        if not isinstance(result, torch.Tensor):
            raise OddResultError(
                f"You return a {type(result).__name__}; asked is a tensor: without its graph no "
                "gradient can flow back from the loss."
            )
        slopes = [torch.zeros_like(x) for x in logits]
        if result.requires_grad:
            found = torch.autograd.grad(result.sum(), logits, allow_unused=True)
            slopes = [z if s is None else s for z, s in zip(slopes, found, strict=True)]
        named = {
            f"gradient with respect to {name}": s for name, s in zip(names, slopes, strict=True)
        }
        return {"loss": result, **named}

    return probe


# ---- discriminator_loss ------------------------------------------------------------------------

discriminator_loss = Exercise(
    "discriminator_loss",
    gan.discriminator_loss,
    cases=[
        case(_column(0.5), _column(0.5), note="one real and one fake picture, both logits 0.5"),
        case(_column(2.0), _column(-1.0), note="one real picture, logit 2; one fake one, logit -1"),
        case(_column(1.5, -0.5, 3.0), _column(0.5, -2.0, 1.0)),
        case(
            _column(1.0, -2.0, 0.5, 2.5),
            _column(-0.5, 1.5),
            note="four real pictures, logits 1, -2, 0.5, 2.5; two fake ones, logits -0.5, 1.5",
        ),
        case(
            _column(-200.0, 3.0),
            _column(200.0, -3.0),
            note="a discriminator that is very sure, and wrong: real logits -200, 3; fake 200, -3",
        ),
        case(*(_rng.normal(0, 2, (2, 16, 1)).astype(np.float32))),
    ],
    build=_logits,
    probe=_loss_and_slopes("real_logits", "fake_logits"),
    hints=(
        "Two questions, each a binary cross-entropy with logits, as in lesson 03: the real "
        "pictures should be called 1, the fake ones 0. Add the two means.",
        "F.binary_cross_entropy_with_logits(logits, target) is a mean over the batch. "
        "torch.ones_like(real_logits) and torch.zeros_like(fake_logits) are the targets.",
        "real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))\n"
        "fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))\n"
        "return real + fake",
    ),
    why="It is lesson 03's loss, twice. At its best the discriminator knows how much likelier a "
    "picture is among the real ones than among the fakes, and no formula for either was needed. "
    "Watch for 2 log 2 = 1.386: there it cannot tell any more.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


@discriminator_loss.mistake(
    "The labels are swapped: real pictures are to be called 1, fake ones 0."
)
def labels_swapped(real_logits, fake_logits):
    real = F.binary_cross_entropy_with_logits(real_logits, torch.zeros_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
    return real + fake


@discriminator_loss.mistake(
    "Logits and answers are in each other's place: it is "
    "F.binary_cross_entropy_with_logits(logits, answers), the logits first."
)
def logits_and_answers_swapped(real_logits, fake_logits):
    real = F.binary_cross_entropy_with_logits(torch.ones_like(real_logits), real_logits)
    return real + F.binary_cross_entropy_with_logits(torch.zeros_like(fake_logits), fake_logits)


@discriminator_loss.mistake(
    "You take the cross-entropy of the fakes against 1, and subtract it. log D is not minus "
    "log(1 - D): hold the fakes against 0, and add."
)
def fakes_against_1_subtracted(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() - F.softplus(-fake_logits).mean()


@discriminator_loss.mistake(
    "You sum over the pictures: take the mean over each batch, or the step grows with the batch."
)
def summed(real_logits, fake_logits):
    return F.softplus(-real_logits).sum() + F.softplus(fake_logits).sum()


@discriminator_loss.mistake(
    "You halve the sum of the two means. Here they are added: 1.386, not 0.693, is the loss of a "
    "discriminator that cannot tell."
)
def halved(real_logits, fake_logits):
    return (F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()) / 2


@discriminator_loss.mistake(
    "The sigmoid is taken twice: binary_cross_entropy_with_logits takes it itself, so hand it the "
    "bare logits."
)
def sigmoid_twice(real_logits, fake_logits):
    return _discriminator_loss(torch.sigmoid(real_logits), torch.sigmoid(fake_logits))


@discriminator_loss.mistake(
    "Only the real pictures count in yours: a discriminator that calls everything real would be "
    "perfect. Add the mean over the fake ones, against 0."
)
def real_alone(real_logits, fake_logits):
    return F.softplus(-real_logits).mean()


@discriminator_loss.mistake(
    "Only the fake pictures count in yours: a discriminator that calls everything fake would be "
    "perfect. Add the mean over the real ones, against 1."
)
def fake_alone(real_logits, fake_logits):
    return F.softplus(fake_logits).mean()


@discriminator_loss.mistake(
    "Your formula is right, and it overflows: at a logit of 200 the sigmoid is exactly 1, and "
    "log(1 - 1) is -∞. Use binary_cross_entropy_with_logits, which never takes that logarithm."
)
def overflows(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return -torch.log(real).mean() - torch.log(1 - fake).mean()


@discriminator_loss.mistake(
    "Your formula is right, and binary_cross_entropy on a sigmoid stops at 100: a logit of 200 "
    "costs 200. Use binary_cross_entropy_with_logits on the logits themselves."
)
def stops_at_100(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    one = F.binary_cross_entropy(real, torch.ones_like(real))
    return one + F.binary_cross_entropy(fake, torch.zeros_like(fake))


@discriminator_loss.mistake(
    "You hand logits to binary_cross_entropy, which takes probabilities in 0 to 1: use "
    "binary_cross_entropy_with_logits."
)
def no_sigmoid(real_logits, fake_logits):
    one = F.binary_cross_entropy(real_logits, torch.ones_like(real_logits))
    return one + F.binary_cross_entropy(fake_logits, torch.zeros_like(fake_logits))


@discriminator_loss.mistake(
    "A small number inside the logarithm (1e-8) hides the overflow, and caps the loss of a picture "
    "at 18, with no gradient beyond. Use binary_cross_entropy_with_logits on the logits."
)
def small_number_added(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return -torch.log(real + 1e-8).mean() - torch.log(1 - fake + 1e-8).mean()


@discriminator_loss.mistake(
    "You clamp the probabilities before the logarithm: beyond the clamp the gradient is 0, just "
    "where the discriminator is most wrong. Use binary_cross_entropy_with_logits on the logits."
)
def clamped(real_logits, fake_logits):
    real = torch.sigmoid(real_logits).clamp(1e-7, 1 - 1e-7)
    fake = torch.sigmoid(fake_logits).clamp(1e-7, 1 - 1e-7)
    return -torch.log(real).mean() - torch.log(1 - fake).mean()


_CLASSES = (
    "F.cross_entropy takes a softmax over the columns, one for each class; yours has one column, "
    "so its softmax is always 1, and the loss 0 whatever the logit. Yes or no is asked by "
    "F.binary_cross_entropy_with_logits."
)
_OVER_PICTURES = (
    "F.cross_entropy takes a softmax, and over a row of logits it is one over the pictures: as if "
    "one of them were the right one. Yes or no for each picture is asked by "
    "F.binary_cross_entropy_with_logits."
)


@discriminator_loss.mistake(_CLASSES)
def cross_entropy_of_one_class(real_logits, fake_logits):
    real = F.cross_entropy(real_logits, torch.ones_like(real_logits))
    return real + F.cross_entropy(fake_logits, torch.zeros_like(fake_logits))


@discriminator_loss.mistake(_OVER_PICTURES)
def cross_entropy_over_the_pictures(real_logits, fake_logits):
    real, fake = real_logits.flatten(), fake_logits.flatten()
    return F.cross_entropy(real, torch.ones_like(real)) + F.cross_entropy(
        fake, torch.zeros_like(fake)
    )


@discriminator_loss.mistake(
    "Both batches are held against 1: a fake picture should be called 0 (torch.zeros_like)."
)
def both_against_1(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + F.softplus(-fake_logits).mean()


@discriminator_loss.mistake(
    "Both batches are held against 0: a real picture should be called 1 (torch.ones_like)."
)
def both_against_0(real_logits, fake_logits):
    return F.softplus(real_logits).mean() + F.softplus(fake_logits).mean()


@discriminator_loss.mistake(
    "The sign is turned: that is the log-likelihood, which the discriminator makes large. An "
    "optimizer makes a loss small, so put a minus in front."
)
def maximises(real_logits, fake_logits):
    return -_discriminator_loss(real_logits, fake_logits)


@discriminator_loss.mistake(
    "You subtract the two means: both are losses, and both are to be small. Add them."
)
def subtracted(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() - F.softplus(fake_logits).mean()


@discriminator_loss.mistake(
    "You take one mean over both batches together: then the larger batch weighs more, and the loss "
    "is half as large. Take a mean for each batch, and add the two."
)
def one_mean_over_all(real_logits, fake_logits):
    return torch.cat([F.softplus(-real_logits), F.softplus(fake_logits)]).mean()


@discriminator_loss.mistake(
    "You take twice the mean over both batches together: right where they are equally large, but "
    "else the larger one weighs more. Take a mean for each batch, and add the two."
)
def twice_the_mean_over_all(real_logits, fake_logits):
    return 2 * torch.cat([F.softplus(-real_logits), F.softplus(fake_logits)]).mean()


@discriminator_loss.mistake(
    "You return one loss a picture: take the mean over each batch first, then add the two."
)
def a_loss_a_picture(real_logits, fake_logits):
    return F.softplus(-real_logits) + F.softplus(fake_logits)


@discriminator_loss.mistake(
    "You return the two means side by side: the discriminator steps on one loss, so add them."
)
def side_by_side(real_logits, fake_logits):
    return F.softplus(-real_logits).mean(), F.softplus(fake_logits).mean()


@discriminator_loss.mistake(
    "The number is right, and its graph is gone (detach, .data, torch.tensor or no_grad): backward "
    "needs it, to tell the discriminator."
)
def graph_gone(real_logits, fake_logits):
    return _discriminator_loss(real_logits, fake_logits).detach()


@discriminator_loss.mistake(
    "You detach fake_logits: then the discriminator learns nothing from the fake pictures. The "
    "detach belongs to the pictures, before the discriminator sees them."
)
def fake_logits_detached(real_logits, fake_logits):
    return _discriminator_loss(real_logits, fake_logits.detach())


@discriminator_loss.mistake(
    "You return a plain number: leave out .item() or float(), or no gradient can flow back."
)
def a_plain_number(real_logits, fake_logits):
    return _discriminator_loss(real_logits, fake_logits).item()


@discriminator_loss.mistake(
    "You hold the real pictures against 0.9. That is label smoothing, a remedy for later; here "
    "real is 1."
)
def labels_smoothed(real_logits, fake_logits):
    real = F.binary_cross_entropy_with_logits(real_logits, torch.full_like(real_logits, 0.9))
    return real + F.softplus(fake_logits).mean()


@discriminator_loss.mistake(
    "You hold the fake pictures against -1: the labels of a cross-entropy are 1 and 0."
)
def labels_1_and_minus_1(real_logits, fake_logits):
    fake = F.binary_cross_entropy_with_logits(fake_logits, -torch.ones_like(fake_logits))
    return F.softplus(-real_logits).mean() + fake


@discriminator_loss.mistake(
    "That is the hinge loss, which leaves alone who is right by a margin of 1. Asked is the "
    "cross-entropy."
)
def hinge(real_logits, fake_logits):
    return F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()


@discriminator_loss.mistake(
    "That is the critic's loss of a Wasserstein GAN, a difference of two means. Asked is the "
    "cross-entropy, whose pull fades where the discriminator is right."
)
def wasserstein(real_logits, fake_logits):
    return fake_logits.mean() - real_logits.mean()


@discriminator_loss.mistake(
    "You square the logits' distance from the labels (a least squares GAN). Asked is the "
    "cross-entropy of the logits."
)
def least_squares(real_logits, fake_logits):
    return ((real_logits - 1) ** 2).mean() + (fake_logits**2).mean()


@discriminator_loss.mistake(
    "You square the probabilities' distance from the labels: beyond a logit of 10 that pulls no "
    "more. Asked is the cross-entropy of the logits."
)
def squared_probabilities(real_logits, fake_logits):
    real, fake = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
    return ((real - 1) ** 2).mean() + (fake**2).mean()


@discriminator_loss.mistake(
    "You take the loss of the mean logit: first the loss of each picture, then the mean."
)
def loss_of_the_mean(real_logits, fake_logits):
    return F.softplus(-real_logits.mean()) + F.softplus(fake_logits.mean())


# ---- generator_loss ----------------------------------------------------------------------------

generator_loss = Exercise(
    "generator_loss",
    gan.generator_loss,
    cases=[
        case(_column(0.5), note="one picture of the generator, logit 0.5"),
        case(_column(-2.0), note="one picture of the generator, logit -2: it is seen through"),
        case(_column(1.5, -0.5, 3.0)),
        case(
            _column(-200.0, 200.0),
            note="a discriminator that is very sure: the logits are -200 and 200",
        ),
        case(_rng.normal(0, 2, (16, 1)).astype(np.float32)),
    ],
    build=_logits,
    probe=_loss_and_slopes("fake_logits"),
    hints=(
        "The generator wants its pictures to be called real: the discriminator's question, with "
        "the other answer.",
        "F.binary_cross_entropy_with_logits against ones: torch.ones_like(fake_logits).",
        "return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))",
    ),
    why="At the start every fake is seen through, and its logit is far below 0. There this loss "
    "has a gradient near -1, and the minimax game's own log(1 - D) one of nearly 0: the label "
    "decides whether the generator ever learns.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


@generator_loss.mistake(
    "That is the saturating form, the mean of log(1 - D): where a fake is seen through, its "
    "gradient is 0, and nothing is learned. Asked is -log D: the cross-entropy of the fakes "
    "against 1."
)
def saturating(fake_logits):
    return -F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


@generator_loss.mistake(
    "You take the logarithm of the logit itself. A logit is no probability and may be negative: "
    "its sigmoid is D. Use F.binary_cross_entropy_with_logits against 1."
)
def log_of_the_logit(fake_logits):
    return -torch.log(fake_logits).mean()


@generator_loss.mistake(
    "The label is the discriminator's: fakes against 0. The generator wants them to be called 1."
)
def against_0(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


@generator_loss.mistake(
    "You sum over the pictures: take the mean, or the step grows with the batch."
)
def summed_over_fakes(fake_logits):
    return F.softplus(-fake_logits).sum()


@generator_loss.mistake(
    "The sigmoid is taken twice: binary_cross_entropy_with_logits takes it itself, so hand it the "
    "bare logits."
)
def sigmoid_taken_twice(fake_logits):
    return F.softplus(-torch.sigmoid(fake_logits)).mean()


@generator_loss.mistake(
    "Your formula is right, and it overflows: at a logit of -200 the sigmoid is exactly 0, and "
    "log 0 is -∞. Use binary_cross_entropy_with_logits."
)
def log_overflows(fake_logits):
    return -torch.log(torch.sigmoid(fake_logits)).mean()


@generator_loss.mistake(
    "The saturating form, and it overflows as well: at a logit of 200 you take log(1 - 1). Asked "
    "is -log D: binary_cross_entropy_with_logits of the fakes against 1."
)
def saturating_overflows(fake_logits):
    return torch.log(1 - torch.sigmoid(fake_logits)).mean()


@generator_loss.mistake(
    "Your formula is right, and binary_cross_entropy on a sigmoid stops at 100: a logit of -200 "
    "costs 200. Use binary_cross_entropy_with_logits on the logits themselves."
)
def cross_entropy_stops_at_100(fake_logits):
    fake = torch.sigmoid(fake_logits)
    return F.binary_cross_entropy(fake, torch.ones_like(fake))


@generator_loss.mistake(
    "You hand logits to binary_cross_entropy, which takes probabilities in 0 to 1: use "
    "binary_cross_entropy_with_logits."
)
def no_sigmoid_at_all(fake_logits):
    return F.binary_cross_entropy(fake_logits, torch.ones_like(fake_logits))


@generator_loss.mistake(
    "A small number inside the logarithm (1e-8) hides the overflow, and caps the loss of a picture "
    "at 18, with no gradient beyond. Use binary_cross_entropy_with_logits on the logits."
)
def small_number_in_the_log(fake_logits):
    return -torch.log(torch.sigmoid(fake_logits) + 1e-8).mean()


@generator_loss.mistake(
    "You clamp the probability before the logarithm: beyond the clamp the gradient is 0, just "
    "where the generator is seen through. Use binary_cross_entropy_with_logits on the logits."
)
def probability_clamped(fake_logits):
    return -torch.log(torch.sigmoid(fake_logits).clamp(1e-7, 1 - 1e-7)).mean()


@generator_loss.mistake(
    "The sign is turned: an optimizer makes a loss small, and yours is small where the fakes are "
    "seen through. Put a minus in front of the mean of log D."
)
def sign_turned(fake_logits):
    return -F.softplus(-fake_logits).mean()


@generator_loss.mistake(
    "The number is right, and its graph is gone (detach, .data, torch.tensor or no_grad). In the "
    "generator's own step nothing is detached: the gradient comes through the discriminator."
)
def graph_is_gone(fake_logits):
    return F.softplus(-fake_logits).mean().detach()


@generator_loss.mistake(
    "You return a plain number: leave out .item() or float(), or no gradient can flow back."
)
def number_without_graph(fake_logits):
    return F.softplus(-fake_logits).mean().item()


@generator_loss.mistake(
    "You take minus the mean logit, as hinge and Wasserstein GANs do: that pulls on though a fake "
    "passes for real. Asked is the cross-entropy against 1."
)
def minus_the_mean(fake_logits):
    return -fake_logits.mean()


@generator_loss.mistake(_CLASSES)
def cross_entropy_of_a_single_class(fake_logits):
    return F.cross_entropy(fake_logits, torch.ones_like(fake_logits))


@generator_loss.mistake(_OVER_PICTURES)
def cross_entropy_over_all_pictures(fake_logits):
    fake = fake_logits.flatten()
    return F.cross_entropy(fake, torch.ones_like(fake))


@generator_loss.mistake(
    "You return minus the mean probability: its gradient is 0 where a fake is seen through. Asked "
    "is minus the mean of its logarithm."
)
def minus_the_probability(fake_logits):
    return -torch.sigmoid(fake_logits).mean()


@generator_loss.mistake(
    "You return the mean of 1 - D, whose gradient is 0 where a fake is seen through. Asked is the "
    "mean of -log D."
)
def one_minus_the_probability(fake_logits):
    return (1 - torch.sigmoid(fake_logits)).mean()


@generator_loss.mistake("You halve the loss: it is the plain mean over the pictures.")
def loss_halved(fake_logits):
    return F.softplus(-fake_logits).mean() / 2


@generator_loss.mistake("You return one loss a picture: take the mean over the batch.")
def one_loss_a_picture(fake_logits):
    return F.softplus(-fake_logits)


@generator_loss.mistake(
    "You hold the fakes against 0.9: label smoothing is for the discriminator's real pictures. "
    "Here the label is 1."
)
def label_smoothed(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.full_like(fake_logits, 0.9))


@generator_loss.mistake(
    "You square the logit's distance from 1 (a least squares GAN). Asked is the cross-entropy "
    "against 1."
)
def least_squares_of_fakes(fake_logits):
    return ((fake_logits - 1) ** 2).mean()


@generator_loss.mistake(
    "You square the probability's distance from 1: its gradient is 0 where a fake is seen through. "
    "Asked is the cross-entropy of the logits against 1."
)
def square_of_the_probability(fake_logits):
    return ((torch.sigmoid(fake_logits) - 1) ** 2).mean()


@generator_loss.mistake(
    "That is a hinge: it leaves alone who is right by a margin of 1. Asked is the cross-entropy "
    "against 1."
)
def hinge_of_fakes(fake_logits):
    return F.relu(1 - fake_logits).mean()


@generator_loss.mistake(
    "You add the loss against 0 to the one against 1: the generator wants 1 alone."
)
def both_labels(fake_logits):
    return F.softplus(-fake_logits).mean() + F.softplus(fake_logits).mean()


@generator_loss.mistake(
    "You take the loss of the mean logit: first the loss of each picture, then the mean."
)
def loss_of_the_mean_logit(fake_logits):
    return F.softplus(-fake_logits.mean())


# ---- discriminator_step ------------------------------------------------------------------------

_OLD = 0.7  # each gradient of the step before
_NO_GRADIENT = (
    "optimizer.step() finds no gradient to go by. The order is optimizer.zero_grad(), "
    "loss.backward(), optimizer.step()."
)
_OLD_GRADIENTS = (
    "You step on the gradients of the step before: optimizer.step() stands in front of "
    "loss.backward(). The order is optimizer.zero_grad(), loss.backward(), optimizer.step()."
)
_OTHER_Z = (
    "You feed the generator another noise than z: draw none here, the z that you are given is "
    "the one to use."
)


_NO_WAY_BACK = (
    "Your loss has no graph, and backward has no way to go: the discriminator sees both batches "
    "outside torch.no_grad(), and the loss must not be detached. Only generator(z) stands under it."
)
_EDITED = (
    "You change the gradients between backward and step (clip_grad_norm_, clip_grad_value_, a "
    "factor): that is not asked. Step with the gradients as backward leaves them."
)


class _Verdicts(torch.Tensor):
    """The discriminator's logits; what is made of them says why there is no way back from it."""

    def backward(self, *args, **options):
        if not self.requires_grad:
            raise OddResultError(_NO_WAY_BACK)
        return super().backward(*args, **options)


def _players(weights, real, z, kind, lr, used):
    """Both networks, the batch, and an optimizer that holds the discriminator's weights alone.

    The discriminator's gradients of the last step are still there, as they are in a training, and
    the generator's where it is `used`. What the weights do not tell afterwards is said on the way.
    """
    numbers = torch.from_numpy(weights).split([6, 3, 3, 1, 4, 2])
    discriminator = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2), nn.Linear(3, 1))
    generator = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    every = [*discriminator.parameters(), *generator.parameters()]
    for p, values in zip(every, numbers, strict=True):
        p.data = values.reshape(p.shape).clone()
        if used or any(p is own for own in discriminator.parameters()):
            p.grad = torch.full_like(p, _OLD)
    z = torch.from_numpy(z)
    if kind == "adam":
        optimizer = torch.optim.Adam(discriminator.parameters(), lr=lr)
    else:
        optimizer = torch.optim.SGD(discriminator.parameters(), lr=lr, momentum=0.5)
    discriminator.notes = [
        (p.detach().clone(), None if p.grad is None else p.grad.clone())
        for p in generator.parameters()
    ]
    given, discriminator.reached = z.clone(), set()  # places of the generator's weights
    found = {}  # what backward leaves at the discriminator's weights

    def finds(p):
        found[id(p)] = p.grad.clone()

    for p in discriminator.parameters():
        p.register_post_accumulate_grad_hook(finds)
    discriminator.register_forward_hook(lambda _d, _in, logits: logits.as_subclass(_Verdicts))

    def reach(place):
        return lambda _slope: discriminator.reached.add(place)

    for place, p in enumerate(generator.parameters()):
        p.register_hook(reach(place))  # also where the gradient is swept away afterwards

    def fed(_network, inputs):
        if not torch.equal(inputs[0].detach(), given):
            raise OddResultError(_OTHER_Z)

    def stepped(_optimizer, args, options):
        if len(args) > 1 or options.get("closure"):  # then backward runs inside the step
            return
        moving = [p.grad for p in discriminator.parameters() if p.grad is not None]
        if not any(slope.any() for slope in moving):
            raise OddResultError(_NO_GRADIENT)
        if all((slope == _OLD).all() for slope in moving):
            raise OddResultError(_OLD_GRADIENTS)
        for p in discriminator.parameters():
            left = found.get(id(p))
            if left is not None and p.grad is not None and p.grad.any():
                if not torch.allclose(left, p.grad, rtol=1e-4):
                    raise OddResultError(_EDITED)

    generator.register_forward_pre_hook(fed)
    optimizer.register_step_pre_hook(stepped)
    return (discriminator, generator, torch.from_numpy(real), z, optimizer), {}


_TENSOR = (
    "You return a tensor: it holds on to its whole graph. Take the number out with loss.item()."
)


def _after(result, discriminator, generator, real, z, optimizer):
    if torch.is_tensor(result):
        raise OddResultError(
            _TENSOR if result.requires_grad else "You return a tensor; loss.item() is its number."
        )
    if callable(result):
        raise OddResultError(
            "You return a method, and not what it gives: its round brackets are missing, as in "
            "loss.item()."
        )
    pairs = list(zip(generator.parameters(), discriminator.notes, strict=True))
    networks = (discriminator, generator)
    return {
        "loss": result,
        "discriminator after the step": torch.cat(
            [p.detach().flatten() for p in discriminator.parameters()]
        ),
        "count of the generator's weights that moved": sum(
            not torch.equal(p, weights) for p, (weights, _) in pairs
        ),
        "count of the generator's gradients that are new": sum(
            place in discriminator.reached
            or (
                p.grad is not None
                and p.grad.any().item()
                and (old is None or not torch.equal(p.grad, old))
            )
            for place, (p, (_, old)) in enumerate(pairs)
        ),
        "count of networks left frozen": sum(
            not all(p.requires_grad for p in network.parameters()) for network in networks
        ),
        "count of networks left in eval mode": sum(not network.training for network in networks),
    }


def _discriminator_step(discriminator, generator, real, z, optimizer):
    with torch.no_grad():
        fake = generator(z)
    loss = _discriminator_loss(discriminator(real), discriminator(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _step_case(count, note, *, kind="sgd", lr=0.1, scale=1.0, used=False):
    weights = _rng.normal(0, 0.7, 19).astype(np.float32)
    weights[:13] *= np.float32(scale)
    real = _rng.normal(0.5, 1, (count, 2)).round(2).astype(np.float32)
    z = _rng.normal(0, 1, (count, 2)).round(2).astype(np.float32)
    return case(weights, real, z, kind, lr, used, note=note)


discriminator_step = Exercise(
    "discriminator_step",
    _discriminator_step,
    cases=[
        _step_case(1, "one real point and one z; SGD with lr 0.1"),
        _step_case(2, "two real points and two z; SGD; the gradients of the last step are there"),
        _step_case(4, "four of each; Adam with lr 0.01", kind="adam", lr=0.01),
        _step_case(
            3, "three of each, in the middle of a training: the generator has gradients", used=True
        ),
        _step_case(
            5, "a discriminator that is very sure: logits in the hundreds", scale=30.0, lr=1e-3
        ),
        _step_case(8, "eight of each; Adam with lr 0.05", kind="adam", lr=0.05, used=True),
    ],
    build=_players,
    probe=_after,
    hints=(
        "Make the fake pictures first, and cut their graph: for this step they are data like the "
        "real ones. Then it is a training step as in lesson 07, on the discriminator alone.",
        "fake = generator(z).detach(), or generator(z) under torch.no_grad(). The loss is "
        "discriminator_loss(discriminator(real), discriminator(fake)); then zero_grad, backward, "
        "step; return loss.item().",
        "with torch.no_grad():\n"
        "    fake = generator(z)\n"
        "loss = discriminator_loss(discriminator(real), discriminator(fake))\n"
        "optimizer.zero_grad()\n"
        "loss.backward()\n"
        "optimizer.step()\n"
        "return loss.item()",
    ),
    why="Half of the game, and the half that teaches: the generator sees pictures only through the "
    "discriminator's gradient. Cutting the graph here saves a pass back through the generator, and "
    "keeps it from learning to be seen through.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _stepped_on(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _cut(generator, z):
    return generator(z).detach()


@discriminator_step.mistake(
    "The generator gets a gradient: this step is the discriminator's alone. Cut the graph of the "
    "fakes: generator(z).detach(), or generator(z) under torch.no_grad()."
)
def no_detach(discriminator, generator, real, z, optimizer):
    real_logits, fake_logits = discriminator(real), discriminator(generator(z))
    loss = F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@discriminator_step.mistake(
    "You move the generator as well: it has a step and an optimizer of its own. Here the "
    "discriminator alone learns, and the generator's weights stay as they are."
)
def generator_updated(discriminator, generator, real, z, optimizer):
    loss = _discriminator_step(discriminator, generator, real, z, optimizer)
    fooled = F.softplus(-discriminator(generator(z))).mean()
    own = torch.optim.Adam(generator.parameters(), lr=1e-3)
    own.zero_grad()
    fooled.backward()
    own.step()
    return loss


@discriminator_step.mistake(
    "You move the generator down the discriminator's loss: there it learns to be seen through. "
    "Detach the fakes, and leave the generator's weights as they are."
)
def generator_moved_down(discriminator, generator, real, z, optimizer):
    loss = no_detach(discriminator, generator, real, z, optimizer)
    torch.optim.SGD(generator.parameters(), lr=0.01).step()
    return loss


@discriminator_step.mistake(
    "The gradients of the step before are still there when backward adds its own: call "
    "optimizer.zero_grad() before loss.backward()."
)
def no_zero_grad(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    loss.backward()
    optimizer.step()
    return loss.item()


@discriminator_step.mistake(
    "The discriminator has not moved: call optimizer.step() after loss.backward()."
)
def no_step(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@discriminator_step.mistake(_NO_GRADIENT)
def step_before_backward(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    optimizer.zero_grad()
    optimizer.step()
    loss.backward()
    return loss.item()


@discriminator_step.mistake(_OLD_GRADIENTS)
def step_on_old_gradients(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@discriminator_step.mistake(
    "You clear the gradients between two calls of backward, and one half of the loss is lost: call "
    "optimizer.zero_grad() once, before both."
)
def cleared_between_the_halves(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    real_loss = F.softplus(-discriminator(real)).mean()
    real_loss.backward()
    optimizer.zero_grad()
    fake_loss = F.softplus(discriminator(_cut(generator, z))).mean()
    fake_loss.backward()
    optimizer.step()
    return (real_loss + fake_loss).item()


@discriminator_step.mistake(
    "You take two steps, one for each half of the loss: the second sees a discriminator that has "
    "moved. Add the two halves, and step once."
)
def two_steps(discriminator, generator, real, z, optimizer):
    fake = _cut(generator, z)
    real_loss = _stepped_on(F.softplus(-discriminator(real)).mean(), optimizer)
    return real_loss + _stepped_on(F.softplus(discriminator(fake)).mean(), optimizer)


@discriminator_step.mistake(_TENSOR)
def returns_a_tensor(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    _stepped_on(loss, optimizer)
    return loss


@discriminator_step.mistake(
    "You compute the loss once more after the step: return the one that you stepped on."
)
def loss_after_the_step(discriminator, generator, real, z, optimizer):
    _discriminator_step(discriminator, generator, real, z, optimizer)
    with torch.no_grad():
        return _discriminator_loss(discriminator(real), discriminator(generator(z))).item()


@discriminator_step.mistake(
    "The labels are swapped: the discriminator is to call real pictures 1 and fakes 0. "
    "discriminator_loss takes the real logits first."
)
def labels_swapped_in_the_step(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(_cut(generator, z)), discriminator(real))
    return _stepped_on(loss, optimizer)


@discriminator_step.mistake(
    "The fakes are held against 1, the generator's label: in this step they are to be called 0."
)
def fakes_against_1(discriminator, generator, real, z, optimizer):
    fake = F.softplus(-discriminator(_cut(generator, z))).mean()
    return _stepped_on(F.softplus(-discriminator(real)).mean() + fake, optimizer)


@discriminator_step.mistake(
    "Real and fake are both held against 0: the real ones are to be called 1."
)
def real_against_0(discriminator, generator, real, z, optimizer):
    fake = F.softplus(discriminator(_cut(generator, z))).mean()
    return _stepped_on(F.softplus(discriminator(real)).mean() + fake, optimizer)


@discriminator_step.mistake(
    "You show the real pictures twice, and call them 1 and 0: the second batch is the fakes, "
    "generator(z)."
)
def real_twice(discriminator, generator, real, z, optimizer):
    return _stepped_on(_discriminator_loss(discriminator(real), discriminator(real)), optimizer)


@discriminator_step.mistake(
    "You show the fakes twice, and call them 1 and 0: the first batch is the real pictures."
)
def fakes_twice(discriminator, generator, real, z, optimizer):
    fake = _cut(generator, z)
    return _stepped_on(_discriminator_loss(discriminator(fake), discriminator(fake)), optimizer)


@discriminator_step.mistake(
    "The discriminator sees real pictures alone: calling everything real would be perfect. Show it "
    "the fakes too, against 0."
)
def real_pictures_alone(discriminator, generator, real, z, optimizer):
    return _stepped_on(F.softplus(-discriminator(real)).mean(), optimizer)


@discriminator_step.mistake(
    "The discriminator sees fakes alone: calling everything fake would be perfect. Show it the "
    "real pictures too, against 1."
)
def fakes_alone(discriminator, generator, real, z, optimizer):
    return _stepped_on(F.softplus(discriminator(_cut(generator, z))).mean(), optimizer)


@discriminator_step.mistake(
    "That is the generator's loss: the discriminator learns to call fakes real. Asked is "
    "discriminator_loss(discriminator(real), discriminator(fake))."
)
def generators_loss(discriminator, generator, real, z, optimizer):
    return _stepped_on(F.softplus(-discriminator(_cut(generator, z))).mean(), optimizer)


@discriminator_step.mistake(
    "The discriminator judges z itself: z is noise, and generator(z) the fake picture."
)
def judges_z(discriminator, generator, real, z, optimizer):
    return _stepped_on(_discriminator_loss(discriminator(real), discriminator(z)), optimizer)


@discriminator_step.mistake(_OTHER_Z)
def another_z(discriminator, generator, real, z, optimizer):
    return _discriminator_step(discriminator, generator, real, torch.randn_like(z), optimizer)


@discriminator_step.mistake(
    "You detach the logits of the fakes: then the discriminator learns nothing from them. Detach "
    "the pictures, before it sees them: discriminator(generator(z).detach())."
)
def logits_detached(discriminator, generator, real, z, optimizer):
    fake_logits = discriminator(generator(z)).detach()
    return _stepped_on(_discriminator_loss(discriminator(real), fake_logits), optimizer)


@discriminator_step.mistake(
    "You leave a network frozen (requires_grad_(False)): its next step would fail, or move "
    "nothing. Cut the graph of the fakes with detach() instead."
)
def left_frozen(discriminator, generator, real, z, optimizer):
    generator.requires_grad_(False)
    return _discriminator_step(discriminator, generator, real, z, optimizer)


@discriminator_step.mistake(
    "You leave the generator in eval mode, and it goes on training in the next step: eval() does "
    "not stop gradients, detach() does."
)
def left_in_eval_mode(discriminator, generator, real, z, optimizer):
    generator.eval()
    return _discriminator_step(discriminator, generator, real, z, optimizer)


@discriminator_step.mistake(_NO_WAY_BACK)
def all_under_no_grad(discriminator, generator, real, z, optimizer):
    optimizer.zero_grad()
    with torch.no_grad():
        loss = _discriminator_loss(discriminator(real), discriminator(generator(z)))
    loss.backward()
    optimizer.step()
    return loss.item()


@discriminator_step.mistake(_EDITED)
def clipped_gradients(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(discriminator.parameters(), 1e-3)
    optimizer.step()
    return loss.item()


@discriminator_step.mistake(
    "You sum over the pictures: take the mean over each batch, or the step grows with the batch."
)
def sum_for_mean(discriminator, generator, real, z, optimizer):
    fake = F.softplus(discriminator(_cut(generator, z))).sum()
    return _stepped_on(F.softplus(-discriminator(real)).sum() + fake, optimizer)


@discriminator_step.mistake(
    "You halve the loss, and with it the gradient: the two batch means are added, 1.386 where the "
    "discriminator cannot tell."
)
def averaged_halves(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    return _stepped_on(loss / 2, optimizer)


@discriminator_step.mistake(
    "You step on half the loss, and return the whole: step on the loss that you return."
)
def half_stepped_on(discriminator, generator, real, z, optimizer):
    return 2 * averaged_halves(discriminator, generator, real, z, optimizer)


@discriminator_step.mistake(
    "The step is right, and the number half of what it should be: return the two means added, as "
    "you stepped on them."
)
def half_returned(discriminator, generator, real, z, optimizer):
    return _discriminator_step(discriminator, generator, real, z, optimizer) / 2


@discriminator_step.mistake(
    "The sigmoid is taken twice: the discriminator gives logits, and the loss takes the sigmoid "
    "itself."
)
def one_sigmoid_too_many(discriminator, generator, real, z, optimizer):
    real_says = torch.sigmoid(discriminator(real))
    fake_says = torch.sigmoid(discriminator(_cut(generator, z)))
    return _stepped_on(_discriminator_loss(real_says, fake_says), optimizer)


@discriminator_step.mistake(
    "Your step is right until the discriminator is sure: then log(sigmoid) is -∞. Use "
    "discriminator_loss, or binary_cross_entropy_with_logits, on the logits."
)
def log_of_0(discriminator, generator, real, z, optimizer):
    real_says = torch.sigmoid(discriminator(real))
    fake_says = torch.sigmoid(discriminator(_cut(generator, z)))
    loss = -torch.log(real_says).mean() - torch.log(1 - fake_says).mean()
    return _stepped_on(loss, optimizer)


@discriminator_step.mistake(
    "Your step is right until the discriminator is sure: binary_cross_entropy on a sigmoid stops "
    "at 100. Use binary_cross_entropy_with_logits on the logits."
)
def stopped_at_100(discriminator, generator, real, z, optimizer):
    real_says = torch.sigmoid(discriminator(real))
    fake_says = torch.sigmoid(discriminator(_cut(generator, z)))
    loss = F.binary_cross_entropy(real_says, torch.ones_like(real_says))
    loss = loss + F.binary_cross_entropy(fake_says, torch.zeros_like(fake_says))
    return _stepped_on(loss, optimizer)


@discriminator_step.mistake(
    "You walk uphill: the discriminator makes its loss small. Leave out the minus."
)
def uphill(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    optimizer.zero_grad()
    (-loss).backward()
    optimizer.step()
    return loss.item()


@discriminator_step.mistake(
    "Your loss has its sign turned: the log-likelihood is made large, and an optimizer makes "
    "things small. Put a minus in front."
)
def likelihood_for_loss(discriminator, generator, real, z, optimizer):
    loss = _discriminator_loss(discriminator(real), discriminator(_cut(generator, z)))
    return _stepped_on(-loss, optimizer)


@discriminator_step.mistake(
    "The step is right, and you return the real half of the loss alone: return the sum."
)
def real_half_returned(discriminator, generator, real, z, optimizer):
    real_loss = F.softplus(-discriminator(real)).mean()
    _stepped_on(real_loss + F.softplus(discriminator(_cut(generator, z))).mean(), optimizer)
    return real_loss.item()


@discriminator_step.mistake(
    "The step is right, and you return the fake half of the loss alone: return the sum."
)
def fake_half_returned(discriminator, generator, real, z, optimizer):
    fake_loss = F.softplus(discriminator(_cut(generator, z))).mean()
    _stepped_on(F.softplus(-discriminator(real)).mean() + fake_loss, optimizer)
    return fake_loss.item()


@discriminator_step.mistake(
    "You take more than one step: optimizer.step() is called once, on the loss that you return."
)
def stepped_twice(discriminator, generator, real, z, optimizer):
    loss = _discriminator_step(discriminator, generator, real, z, optimizer)
    optimizer.step()
    return loss


@discriminator_step.mistake(
    "That is the hinge loss; here the discriminator learns by discriminator_loss, the two "
    "cross-entropies."
)
def hinge_in_the_step(discriminator, generator, real, z, optimizer):
    fake = F.relu(1 + discriminator(_cut(generator, z))).mean()
    return _stepped_on(F.relu(1 - discriminator(real)).mean() + fake, optimizer)
