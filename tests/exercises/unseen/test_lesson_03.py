"""Lesson 03: answers by readers who knew the lesson, and had not seen the tables."""

import math

import numpy as np
import scipy.ndimage
import scipy.signal
import scipy.special
import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def _good_sigmoid(z):
    z = np.asarray(z, dtype=float)
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


# ---- sigmoid -------------------------------------------------------------------------------------


@wrong("sigmoid", "Your numbers are right, but NumPy warns: e^800 overflows on the way, though")
def both_branches(z):
    """Np.where computes both branches for all elements, so exp still overflows."""
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@wrong("sigmoid", "You clip z at 500: at -700 the sigmoid is 9.9e-305, and yours is 7.1e-218.")
def clipped_at_500(z):
    """Clips z at 500: from there down the tail is constant."""
    z = np.clip(z, -500, 500)
    return 1 / (1 + np.exp(-z))


@wrong("sigmoid", "½ (1 + tanh(z/2)) is right on paper, but far left 1 - 1 leaves 0, or digits")
def by_tanh(z):
    """The tanh form rounds the left tail to 0 from about -37 on."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z, dtype=float)))


@wrong("sigmoid", "e^z / (1 + e^z) is ∞ / ∞, NaN, from z = 710 on. For z >= 0 divide by e^z")
def branch_by_first_element(z):
    """One branch is chosen for the whole array, by its first element."""
    z = np.asarray(z, dtype=float)
    if z.flat[0] >= 0:
        return 1 / (1 + np.exp(-z))
    e = np.exp(z)
    return e / (1 + e)


@right("sigmoid")
def by_expit(z):
    return scipy.special.expit(np.asarray(z, dtype=np.float64))


@right("sigmoid")
def element_by_element(z):
    def one(v):
        small = math.exp(-abs(v))
        return (1.0 if v >= 0 else small) / (1.0 + small)

    z = np.asarray(z, dtype=float)
    return np.array([one(v) for v in z.ravel().tolist()], dtype=float).reshape(z.shape)


@right("sigmoid")
def by_logaddexp(z):
    return np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))


# ---- binary_cross_entropy_with_logits ------------------------------------------------------------


@wrong("binary_cross_entropy_with_logits", "You clip the probability before the logarithm: the")
def clipped_probability(logits, target):
    """Clips the probability, so the loss stops at 16.1 nats."""
    p = np.clip(_good_sigmoid(logits), 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@wrong("binary_cross_entropy_with_logits", "np.max(logits) is one number, the largest of all")
def maximum_of_the_array(logits, target):
    """Np.max takes one maximum of the array, not max(z, 0)."""
    top = np.max(logits)
    return np.mean(max(top, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


@wrong("binary_cross_entropy_with_logits", "You round the target to 0 or 1: a grey target")
def hard_targets_only(logits, target):
    """Targets are rounded to white or black: greys are wrong."""
    signed = np.where(target > 0.5, -logits, logits)
    return np.logaddexp(0, signed).mean()


@wrong("binary_cross_entropy_with_logits", "You sum over each row and average the rows: the")
def summed_rows(logits, target):
    """Sums over each row and takes the mean over rows alone."""
    each = np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))
    return each.sum() / len(each)


@wrong("binary_cross_entropy_with_logits", "The result is not what it should be.")
def swapped_in_bits(logits, target):
    """Black and white are swapped, and it is in bits, not nats."""
    other = 1 - target
    each = np.maximum(logits, 0) - logits * other + np.log1p(np.exp(-abs(logits)))
    return (each / np.log(2)).mean()


@right("binary_cross_entropy_with_logits")
def torch_bce(logits, target):
    z = torch.tensor(np.array(logits, dtype=np.float64, order="C"))
    t = torch.tensor(np.array(target, dtype=np.float64, order="C"))
    return F.binary_cross_entropy_with_logits(input=z, target=t).item()


@right("binary_cross_entropy_with_logits")
def two_soft_maxima(logits, target):
    z, t = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    return np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))


@right("binary_cross_entropy_with_logits")
def bet_by_bet(logits, target):
    costs = []
    for z, t in zip(np.ravel(logits).tolist(), np.ravel(target).tolist()):
        costs.append((z if z > 0 else 0.0) - z * t + math.log1p(math.exp(-abs(z))))
    return math.fsum(costs) / len(costs)


# ---- binary_cross_entropy_with_logits_grad -------------------------------------------------------


@wrong("binary_cross_entropy_with_logits_grad", "You multiply by p (1 - p), as under MSE. Here")
def does_not_cancel(logits, target):
    """The factor p (1 - p) that should cancel is left in."""
    p = _good_sigmoid(logits)
    return (p - target) * p * (1 - p) / p.size


@wrong("binary_cross_entropy_with_logits_grad", "You divide by the number of rows, len(logits);")
def error_over_rows(logits, target):
    """Divides by the rows only, right for 1-d arrays."""
    return (_good_sigmoid(logits) - target) / len(logits)


@wrong("binary_cross_entropy_with_logits_grad", "e^z / (1 + e^z) is NaN at a logit of 800: use")
def nan_for_large_logits(logits, target):
    """E^z / (1 + e^z) is NaN for large logits."""
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.exp(logits) / (1 + np.exp(logits))
    return (p - target) / p.size


@wrong("binary_cross_entropy_with_logits_grad", "Two things at once. There is no factor of 2:")
def flipped_with_a_two(logits, target):
    """The sign is flipped and a 2 from the MSE added."""
    p = _good_sigmoid(logits)
    return 2 * (target - p) / p.size


@wrong("binary_cross_entropy_with_logits_grad", "That is the gradient with respect to the")
def with_respect_to_p(logits, target):
    """The derivative with respect to p, not to the logits."""
    p = np.clip(_good_sigmoid(logits), 1e-12, 1 - 1e-12)
    return (-target / p + (1 - target) / (1 - p)) / p.size


@right("binary_cross_entropy_with_logits_grad")
def autograd_of_the_bce(logits, target):
    z = torch.tensor(np.array(logits, dtype=np.float64, order="C"), requires_grad=True)
    t = torch.tensor(np.array(target, dtype=np.float64, order="C"))
    F.binary_cross_entropy_with_logits(z, t).backward()
    return z.grad.numpy()


@right("binary_cross_entropy_with_logits_grad")
def weighted_pulls(logits, target):
    z, t = np.asarray(logits, dtype=float), np.asarray(target, dtype=float)
    pull_down, pull_up = scipy.special.expit(z), scipy.special.expit(-z)
    return ((1 - t) * pull_down - t * pull_up) / z.size


# ---- cross_entropy -------------------------------------------------------------------------------


@wrong("cross_entropy", "You take the largest of the whole table out: in a row that lies far")
def one_maximum_for_all(logits, labels):
    """One maximum for all rows: a row far below it underflows to log 0."""
    m = logits.max()
    with np.errstate(divide="ignore"):
        lse = m + np.log(np.exp(logits - m).sum(axis=1))
    return np.mean(lse - logits[np.arange(len(labels)), labels])


@wrong("cross_entropy", "You form the probabilities and take their logarithm afterwards: a tiny")
def logarithm_of_softmax(logits, labels):
    """Softmax first, logarithm after: infinite where p underflows to 0."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return -np.log(p[range(len(labels)), labels]).mean()


@wrong("cross_entropy", "logits[:, labels] picks all the labels' columns in every row. One a")
def picks_a_table(logits, labels):
    """Logits[:, labels] picks a table n by n, right for one row only."""
    m = logits.max(axis=1, keepdims=True)
    lse = m + np.log(np.sum(np.exp(logits - m), axis=1, keepdims=True))
    return (lse - logits[:, labels]).mean()


@wrong("cross_entropy", "Your function changes its argument `logits` in place: work on a copy.")
def shifts_callers_logits(logits, labels):
    """Subtracts the maximum in place, so the caller's logits change."""
    logits -= logits.max(axis=1, keepdims=True)
    lse = np.log(np.exp(logits).sum(axis=1))
    return np.mean(lse - logits[np.arange(len(labels)), labels])


@wrong("cross_entropy", "The result is not what it should be. 1 of 10 inputs comes out right;")
def one_hot_mean(logits, labels):
    """The mean also goes over the k classes, and the maximum is not added back."""
    m = logits.max(axis=1, keepdims=True)
    hot = np.eye(logits.shape[1])[labels]
    lse = np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return np.mean(hot * (lse - logits))


@right("cross_entropy")
def torch_cross_entropy(logits, labels):
    z = torch.tensor(np.array(logits, dtype=np.float64, order="C"))
    y = torch.tensor(np.array(labels, dtype=np.int64, order="C"))
    return F.cross_entropy(z, y, reduction="mean").item()


@right("cross_entropy")
def by_scipy_logsumexp(logits, labels):
    z = np.asarray(logits, dtype=float)
    index = np.asarray(labels, dtype=int)[:, None]
    chosen = np.take_along_axis(z, index, axis=1)[:, 0]
    return float(np.mean(scipy.special.logsumexp(z, axis=1) - chosen))


@right("cross_entropy")
def garment_by_garment(logits, labels):
    total = 0.0
    for row, y in zip(np.asarray(logits, dtype=float).tolist(), labels):
        rest = [z - (top := max(row)) for z in row]
        total += top + math.log(math.fsum(map(math.exp, rest))) - row[int(y)]
    return total / len(labels)


# ---- softmax -------------------------------------------------------------------------------------


@wrong("softmax", "e^1000 overflows, and inf / inf is NaN. First subtract the row's largest")
def softmax_as_in_the_formula(logits):
    """Nothing is taken out of the logits first, so large ones overflow to inf / inf."""
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


@wrong("softmax", "You subtract the largest of the whole table: in a row that lies far below it")
def softmax_with_one_maximum(logits):
    """The largest logit of the whole table is taken out, so a row far below it becomes 0 / 0."""
    shifted = logits - np.max(logits)
    powers = np.exp(shifted)
    return powers / np.sum(powers, axis=1, keepdims=True)


@wrong("softmax", "Your softmax goes down the columns, over the pictures. The classes of one")
def softmax_down_the_columns(logits):
    """Largest and sum go down the columns (axis 0), not along the rows."""
    z = logits - logits.max(axis=0)
    e = np.exp(z)
    return e / e.sum(axis=0)


@wrong("softmax", "Your sums have the shape (n,), and NumPy lines them up with the *columns*.")
def softmax_without_keepdims(logits):
    """The sums have lost their axis: (n, k) / (n,) fails, or divides by other rows' sums where
    n = k."""
    m = logits.max(axis=1, keepdims=True)
    e = np.exp(logits - m)
    return e / e.sum(axis=1)


@wrong("softmax", "Your numbers are right, but -= and np.exp(..., out=...) change the caller's")
def softmax_in_place(logits):
    """Subtracts the maximum in place, so the caller's logits are changed."""
    logits -= logits.max(axis=1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


@wrong("softmax", "You clip the logits: two large ones then look alike. Subtract the row's")
def softmax_clipped(logits):
    """Clips the logits to +-700 instead of shifting: larger ones all become alike."""
    safe = np.clip(logits, -700, 700)
    e = np.exp(safe)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("softmax", "The result holds NaN, not a number: look for 0/0, 0 · ∞, ∞ - ∞ or a root of")
def softmax_by_largest_size(logits):
    """Takes out the largest absolute value: rows of large negative logits underflow to 0 / 0."""
    out = []
    for row in logits:
        e = np.exp(row - np.abs(row).max())
        out.append(e / e.sum())
    return np.array(out)


@wrong("softmax", "Subtract the row's LARGEST logit, logits.max(axis=1, keepdims=True): then no")
def softmax_centred(logits):
    """The mean of the row is taken out, not the largest, so one logit far above the rest still
    overflows."""
    centred = logits - logits.mean(axis=1)[:, None]
    weights = np.exp(centred)
    return weights / weights.sum(axis=1)[:, None]


@wrong("softmax", "The result is not what it should be. 1 of 9 inputs comes out right; this is")
def softmax_of_sigmoids(logits):
    """Two faults: sigmoids in place of powers of e, and the whole table adds up to 1, not each
    row."""
    p = np.exp(np.minimum(logits, 0)) / (1 + np.exp(-np.abs(logits)))
    return p / p.sum()


@right("softmax")
def softmax_in_plain_python(logits):
    n, k = logits.shape
    probabilities = np.empty((n, k))
    for i in range(n):
        row = [float(z) for z in logits[i]]
        biggest = max(row)
        powers = [math.exp(z - biggest) for z in row]
        total = math.fsum(powers)
        for j, power in enumerate(powers):
            probabilities[i, j] = power / total
    return probabilities


@right("softmax")
def softmax_turned(logits):
    z = logits.T
    e = np.exp(z - z.max(axis=0))
    return np.divide(e, np.add.reduce(e, axis=0)).T


@right("softmax")
def softmax_sum_as_a_product(logits):
    ones = np.ones((logits.shape[1], 1))
    return (e := np.exp(logits - np.amax(logits, axis=-1, keepdims=True))) / (e @ ones)


@right("softmax")
def softmax_by_einsum(logits):
    def powers(shifted):
        return np.exp(shifted)

    e = powers(np.subtract(logits, np.sort(logits, axis=1)[:, -1:]))
    return np.einsum("ij,i->ij", e, 1 / np.einsum("ij->i", e))


test_right, test_wrong = further_tests(RIGHT, WRONG)
