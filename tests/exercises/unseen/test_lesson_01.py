"""Lesson 01: answers by readers who knew the lesson, and had not seen the tables."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- mse_loss ------------------------------------------------------------------------------------


@wrong("mse_loss", "You divide by len(pred), the rows; N counts every element: pred.size.")
def divides_by_len(pred, target):
    """Divides by the length of the first axis only, right for 1-d arrays."""
    total = ((pred - target) ** 2).sum()
    return total / len(pred)


@wrong("mse_loss", "np.var takes the mean out first, so a picture that is too bright everywhere")
def variance_of_diff(pred, target):
    """Takes the variance of the difference, which ignores a constant error."""
    return np.var(pred - target)


@wrong("mse_loss", "Two things at once. np.linalg.norm with ord=2 is, of a table, its largest")
def spectral_norm(pred, target):
    """The matrix 2-norm is the largest singular value; right for vectors only."""
    return np.linalg.norm(pred - target, 2) ** 2 / pred.size


@wrong("mse_loss", "The result is not what it should be.")
def rms_per_column(pred, target):
    """The root is drawn, and the mean is per row: gives back one number a column."""
    return np.sqrt(((pred - target) ** 2).mean(axis=0))


@wrong("mse_loss", "That is the difference of the squares; the square of the difference is")
def difference_of_squares(pred, target):
    """The difference of the squares, not the square of the difference."""
    return (pred**2 - target**2).mean()


@right("mse_loss")
def loop_with_fsum(pred, target):
    p = np.asarray(pred, dtype=float).ravel().tolist()
    t = np.asarray(target, dtype=float).ravel().tolist()
    return math.fsum((a - b) * (a - b) for a, b in zip(p, t)) / len(p)


@right("mse_loss")
def mse_by_einsum(pred, target):
    e = np.ravel(np.asarray(pred, dtype=float) - np.asarray(target, dtype=float))
    return float(np.einsum("i,i->", e, e) / e.size)


@right("mse_loss")
def mse_by_torch(pred, target):
    as_tensor = lambda a: torch.tensor(np.array(a, dtype=np.float64, order="C"))
    return F.mse_loss(as_tensor(pred), as_tensor(target), reduction="mean").item()


# ---- numerical_grad ------------------------------------------------------------------------------


@wrong("numerical_grad", "You look only ahead, (f(x + ε) - f(x)) / ε: the error falls like ε.")
def forward_difference(f, x, eps=1e-5):
    """A forward difference, less exact than the central one."""
    g = np.zeros(x.shape)
    start = f(x)
    for i in np.ndindex(x.shape):
        moved = np.array(x, dtype=float)
        moved[i] += eps
        g[i] = (f(moved) - start) / eps
    return g


@wrong("numerical_grad", "The vector of your nudge keeps its old entries: in the second round")
def unit_vector_not_reset(f, x, eps=1e-5):
    """The nudge is never taken back, so later elements are judged elsewhere."""
    e = np.zeros(x.shape)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e[i] = 1
        g[i] = (f(x + eps * e) - f(x - eps * e)) / (2 * eps)
    return g


@wrong("numerical_grad", "You walk over the first axis alone, and nudge whole rows: use")
def rows_only(f, x, eps=1e-5):
    """Walks over the first axis only, so a whole row is nudged together."""
    out = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = x.astype(float), x.astype(float)
        up[i] += eps
        down[i] -= eps
        out[i] = (f(up) - f(down)) / (2 * eps)
    return out


@wrong("numerical_grad", "x comes back changed: you nudged it in place and did not put it back,")
def almost_restored(f, x, eps=1e-5):
    """Nudges in place by +, -, +: x comes back with rounding errors."""
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        below = f(x)
        x[i] += eps
        slopes[i] = (above - below) / (2 * eps)
    return slopes


@wrong("numerical_grad", "The result is not what it should be. 3 of 7 inputs come out right;")
def flat_with_own_eps(f, x, eps=1e-5):
    """Eps given by the caller is ignored, and the result is flat."""
    h = 1e-4
    slopes = []
    for i in np.ndindex(x.shape):
        a, b = x.astype(float), x.astype(float)
        a[i] += h
        b[i] -= h
        slopes.append((f(a) - f(b)) / (2 * h))
    return np.array(slopes)


@right("numerical_grad")
def rows_of_the_identity(f, x, eps=1e-5):
    x = np.array(x, dtype=float)
    at = lambda step: float(f(np.asarray(x + step.reshape(x.shape))))
    slopes = [(at(eps * e) - at(-eps * e)) / (2 * eps) for e in np.eye(x.size)]
    return np.array(slopes, dtype=float).reshape(x.shape)


@right("numerical_grad")
def class_of_nudges(f, x, eps=1e-5):
    class Nudge:
        def __init__(self, place):
            self.place = place

        def value(self, by):
            moved = np.array(x, dtype=np.float64, copy=True)
            moved[self.place] = moved[self.place] + by
            return f(moved)

        def slope(self):
            return (self.value(eps) - self.value(-eps)) / eps / 2

    result = np.zeros(np.shape(x))
    for place in np.ndindex(*np.shape(x)):
        result[place] = Nudge(place).slope()
    return result


# ---- mse_loss_grad -------------------------------------------------------------------------------


@wrong("mse_loss_grad", "The 1/N is missing: the loss is a mean over N elements, so each")
def without_the_mean(pred, target):
    """The mean is forgotten: the gradient of the sum of squares."""
    return 2 * (pred - target)


@wrong("mse_loss_grad", "You divide by len(pred), the rows; N counts every element: pred.size.")
def divided_by_rows(pred, target):
    """Divides by the number of rows, right only for 1-d arrays."""
    n = pred.shape[0]
    return 2.0 / n * (pred - target)


@wrong("mse_loss_grad", "You divide by height times width alone: a colour picture has three")
def forgets_the_channels(pred, target):
    """Height times width is taken for N, so colour is 3 times too large."""
    h, w = pred.shape[:2] if pred.ndim > 1 else (pred.shape[0], 1)
    return 2 * (pred - target) / (h * w)


@wrong("mse_loss_grad", "Two things at once. The sign is flipped: the gradient points uphill,")
def uphill_and_half(pred, target):
    """The difference is the wrong way round, and the 2 is forgotten."""
    return (target - pred) / pred.size


@wrong("mse_loss_grad", "Your function changes its argument `pred` in place: work on a copy.")
def pred_is_overwritten(pred, target):
    """Subtracts in place: the caller's prediction is destroyed."""
    pred -= target
    return pred * 2 / pred.size


@right("mse_loss_grad")
def by_autograd(pred, target):
    p = torch.tensor(np.array(pred, dtype=np.float64, order="C"), requires_grad=True)
    t = torch.tensor(np.array(target, dtype=np.float64, order="C"))
    (g,) = torch.autograd.grad(((p - t) ** 2).mean(), p)
    return g.numpy()


@right("mse_loss_grad")
def by_index_loop(pred, target):
    g = np.zeros(np.shape(pred), dtype=float)
    weight = 2.0 / g.size
    for i in np.ndindex(*g.shape):
        g[i] = weight * (float(pred[i]) - float(target[i]))
    return g


# ---- psnr ----------------------------------------------------------------------------------------


@wrong("psnr", "Square data_range: the MSE is a square too, and the units must cancel.")
def range_not_squared(pred, target, data_range=1.0):
    """The data range is not squared: right for a range of 1 alone."""
    err = ((pred - target) ** 2).mean()
    return float("inf") if err == 0 else 10 * np.log10(data_range / err)


@wrong("psnr", "You add a tiny number to the MSE so as not to divide by 0. It caps the PSNR,")
def never_infinite(pred, target, data_range=1.0):
    """A small number is added to the MSE: equal pictures score 100 dB."""
    mse = np.mean((pred - target) ** 2) + 1e-10
    return 10 * np.log10(data_range**2 / mse)


@wrong("psnr", "`pred.all() == target.all()` compares two truth values, and says that nearly")
def all_misused(pred, target, data_range=1.0):
    """Compares pred.all() with target.all(), one truth value each: mostly infinite."""
    if pred.all() == target.all():
        return math.inf
    return 10 * math.log10(data_range**2 / np.mean((pred - target) ** 2))


@wrong("psnr", "You call pictures equal that are only nearly equal, and give them ∞. Ask")
def nearly_equal_is_equal(pred, target, data_range=1.0):
    """Allclose calls nearly equal pictures equal: infinite for an error of 1e-9."""
    if np.allclose(pred, target):
        return np.inf
    return 20 * np.log10(data_range) - 10 * np.log10(np.mean((pred - target) ** 2))


@wrong("psnr", "You take the range from the pictures themselves. A grey picture would score")
def peak_of_the_target(pred, target, data_range=1.0):
    """The peak is the target's brightest value, data_range is ignored."""
    mse = np.mean((pred - target) ** 2)
    if mse == 0:
        return np.inf
    return 10 * np.log10(target.max() ** 2 / mse)


@wrong("psnr", "The result is not what it should be. 1 of 9 inputs comes out right; this is the")
def twenty_and_zero(pred, target, data_range=1.0):
    """The factor is 20 with the MSE not rooted, and equal pictures give 0."""
    mse = np.mean(np.square(pred - target))
    if not mse:
        return 0.0
    return 20 * np.log10(data_range**2 / mse)


@right("psnr")
def from_the_rms(pred, target, data_range=1.0):
    d = np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)
    rms = math.sqrt(float(np.mean(d * d)))
    return 20.0 * math.log10(data_range / rms) if rms > 0 else math.inf


@right("psnr")
def difference_of_logs(pred, target, data_range=1.0):
    d = np.subtract(pred, target, dtype=float)
    with np.errstate(divide="ignore"):
        return 20 * np.log10(float(data_range)) - 10 * np.log10(np.mean(np.square(d)))


test_right, test_wrong = further_tests(RIGHT, WRONG)
