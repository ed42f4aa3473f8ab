"""Answers to lesson 03 that its table does not hold: right ones in other styles, and wrong ones."""

import math

import numpy as np
from scipy.special import expit, log_softmax, logsumexp

from tests.exercises.answers import collected, further_tests, verdict

RIGHT, WRONG, right, wrong = collected()


# ---- sigmoid -----------------------------------------------------------------------------------


@right("sigmoid")
def by_scipy(z):
    return expit(z)


@right("sigmoid")
def by_two_masks(z):
    p = np.empty_like(z)
    up = z >= 0
    p[up] = 1 / (1 + np.exp(-z[up]))
    small = np.exp(z[~up])
    p[~up] = small / (1 + small)
    return p


@right("sigmoid")
def one_number_at_a_time(z):
    def one(v):
        return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))

    return np.array([one(v) for v in z.ravel()]).reshape(z.shape)


@right("sigmoid")
def with_numpy_told_to_be_quiet(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


@right("sigmoid")
def e_to_minus_softplus(z):
    return np.exp(np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z))))


@wrong("sigmoid", "1 / 1 + np.exp(-z) is 1 + e^-z")
def without_brackets(z):
    return 1 / 1 + np.exp(-z)


@wrong("sigmoid", "For z >= 0 you give 1.")
def bracket_in_the_wrong_place(z):
    small = np.exp(-abs(z))
    return np.where(z >= 0, 1, small / (1 + small))


@wrong("sigmoid", "The functions of math, float and int take one number")
def by_math(z):
    return 1 / (1 + math.exp(-z))


@wrong("sigmoid", "np.where(condition, a, b) chooses")
def by_if(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


@wrong("sigmoid", "digits only: you compute in float32. Stay in float64")
def in_float32(z):
    small = np.exp(-np.abs(z.astype(np.float32)))
    return np.where(z >= 0, np.float32(1), small) / (1 + small)


@wrong("sigmoid", "That is the logarithm of the sigmoid")
def logit_of_it(z):
    return -np.logaddexp(0, -z) + 0.0


# ---- binary_cross_entropy_with_logits ----------------------------------------------------------


@right("binary_cross_entropy_with_logits")
def by_logaddexp(logits, target):
    return np.mean(np.logaddexp(0, logits) - logits * target)


@right("binary_cross_entropy_with_logits")
def by_logaddexp_on_both_sides(logits, target):
    one, zero = np.logaddexp(0, -logits), np.logaddexp(0, logits)
    return (target * one + (1 - target) * zero).sum() / logits.size


@right("binary_cross_entropy_with_logits")
def by_log_in_place_of_log1p(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.log(1 + np.exp(-np.abs(logits))))


@right("binary_cross_entropy_with_logits")
def by_a_loop(logits, target):
    total = 0.0
    for z, t in zip(logits.flat, target.flat, strict=True):
        total += max(z, 0) - z * t + math.log1p(math.exp(-abs(z)))
    return total / logits.size


@right("binary_cross_entropy_with_logits")
def in_single_precision(logits, target):
    z, t = logits.astype(np.float32), target.astype(np.float32)
    return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))


@wrong("binary_cross_entropy_with_logits", "np.maximum and np.minimum go element by element")
def by_max(logits, target):
    return np.mean(max(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


@wrong("binary_cross_entropy_with_logits", "not what it should be. 8 of 9 inputs come out right")
def switched_at_10(logits, target):
    softplus = np.where(logits > 10, logits, np.log1p(np.exp(np.minimum(logits, 10))))
    return np.mean(softplus - logits * target)


@wrong("binary_cross_entropy_with_logits", "You form the sigmoid first")
def by_probabilities(logits, target):
    p = expit(logits)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


# ---- binary_cross_entropy_with_logits_grad -----------------------------------------------------


@right("binary_cross_entropy_with_logits_grad")
def by_tanh(logits, target):
    return ((1 + np.tanh(logits / 2)) / 2 - target) / target.size


@right("binary_cross_entropy_with_logits_grad")
def overflowing_to_the_right_number(logits, target):
    return (1 / (1 + np.exp(-logits)) - target) / np.size(logits)


@wrong("binary_cross_entropy_with_logits_grad", "You divide by the number of rows")
def mean_over_rows(logits, target):
    return (expit(logits) - target) / logits.shape[0]


@wrong("binary_cross_entropy_with_logits_grad", "yours is 4 times what it should be")
def another_slope(logits, target):
    return 4 * (expit(logits) - target) / logits.size


# ---- cross_entropy -----------------------------------------------------------------------------


@right("cross_entropy")
def by_logsumexp(logits, labels):
    return np.mean(logsumexp(logits, axis=1) - logits[range(len(labels)), labels])


@right("cross_entropy")
def by_log_softmax_and_one_hot(logits, labels):
    return -np.sum(log_softmax(logits, axis=1) * np.eye(logits.shape[1])[labels]) / len(logits)


@right("cross_entropy")
def row_by_row(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        m = max(row)
        total += m + math.log(sum(math.exp(z - m) for z in row)) - row[label]
    return total / len(labels)


@right("cross_entropy")
def by_logaddexp_of_all(logits, labels):
    log_sum = np.logaddexp.reduce(logits, axis=1)
    return (log_sum - np.take_along_axis(logits, labels[:, None], 1)[:, 0]).mean()


@right("cross_entropy")
def relative_to_the_label(logits, labels):
    z = logits - logits[np.arange(len(labels)), labels][:, None]
    return np.logaddexp.reduce(z, axis=1).mean()


@wrong("cross_entropy", "You take out its mean")
def the_mean_taken_out(logits, labels):
    z = logits - logits.mean(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])


@wrong("cross_entropy", "You take the same number out of every row")
def five_hundred_taken_out(logits, labels):
    z = logits - 500
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])


@wrong("cross_entropy", "You take out its smallest")
def the_minimum_taken_out(logits, labels):
    z = logits - np.min(logits, axis=1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])


@wrong("cross_entropy", "You clip the logits at 500")
def clipped_at_500(logits, labels):
    z = np.clip(logits, -500, 500)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])


@wrong("cross_entropy", "You take the logit at the label out")
def the_label_taken_out(logits, labels):
    z = logits - logits[np.arange(len(labels)), labels][:, None]
    return np.mean(np.log(np.exp(z).sum(axis=1)))


@wrong("cross_entropy", "inside the loop over the rows")
def returns_too_early(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        total += logsumexp(row) - row[label]
        return total / len(labels)


test_right, test_wrong = further_tests(RIGHT, WRONG)


def test_what_differs_beyond_the_sixth_digit_is_shown_with_more_of_them():
    rows = dict(verdict("sigmoid", in_float32).example)
    assert rows["expected"] != rows["got"]
    assert rows["expected"][:8] == rows["got"][:8] == "[0.73105"
