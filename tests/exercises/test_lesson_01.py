"""Answers to lesson 01 that its table does not hold: right ones in other styles, and wrong ones."""

import math
import statistics

import numpy as np

from learnkit.exercises.judge import judge
from learnkit.exercises.table import find
from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- mse_loss ----------------------------------------------------------------------------------


@right("mse_loss")
def by_a_loop(pred, target):
    total, count = 0.0, 0
    for p, t in zip(pred.ravel(), target.ravel(), strict=True):
        total += (p - t) ** 2
        count += 1
    return total / count


@right("mse_loss")
def by_a_dot_product(pred, target):
    e = (pred - target).reshape(-1)
    return e @ e / e.size


@right("mse_loss")
def by_the_norm(pred, target):
    return np.linalg.norm((pred - target).ravel()) ** 2 / pred.size


@right("mse_loss")
def by_variance_and_mean(pred, target):
    return np.var(pred - target) + np.mean(pred - target) ** 2


@right("mse_loss")
def by_statistics(pred, target):
    return statistics.fmean(math.pow(e, 2) for e in np.ravel(pred - target))


@right("mse_loss")
def in_float32(pred, target):
    return np.square(pred.astype(np.float32) - target.astype(np.float32)).mean()


@wrong("mse_loss", "np.var takes the mean out first")
def variance_of_the_error(pred, target):
    return (pred - target).var()


@wrong("mse_loss", "root of the SUM of the squares")
def the_norm(pred, target):
    return np.linalg.norm((pred - target).ravel())


@wrong("mse_loss", "inside the loop over the rows")
def returns_too_early(pred, target):
    total = 0
    for p, t in zip(pred, target, strict=True):
        total += np.sum((p - t) ** 2)
        return total / pred.size


@wrong("mse_loss", "`if` wants one yes or no: np.array_equal")
def if_equal(pred, target):
    if pred == target:
        return 0.0
    return np.mean((pred - target) ** 2)


@wrong("mse_loss", "is the square of what it should be")
def to_the_fourth(pred, target):
    return np.mean((pred - target) ** 2) ** 2


@wrong("mse_loss", "holds NaN, not a number: look for 0/0")
def relative(pred, target):
    return np.mean((pred - target) ** 2 / target**2)


@wrong("mse_loss", "ZeroDivisionError")
def divides_by_nothing(pred, target):
    n = 0
    return float(np.sum((pred - target) ** 2)) / n


@wrong("mse_loss", "digits only: is something rounded, or a small number added?")
def rounded(pred, target):
    return round(np.mean((pred - target) ** 2), 6)


# ---- numerical_grad ----------------------------------------------------------------------------


@right("numerical_grad")
def by_basis_vectors(f, x, eps=1e-5):
    grad = np.zeros(x.size)
    for i in range(x.size):
        e = np.zeros(x.size)
        e[i] = eps
        e = e.reshape(x.shape)
        grad[i] = (f(x + e) - f(x - e)) / eps / 2
    return grad.reshape(x.shape)


@right("numerical_grad")
def with_an_iterator(f, x, eps=1e-5):
    grad, work = np.empty_like(x), x.copy()
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        at = it.multi_index
        old = work[at]
        work[at] = old + eps
        up = f(work)
        work[at] = old - eps
        grad[at] = 0.5 * (up - f(work)) / eps
        work[at] = old
        it.iternext()
    return grad


@right("numerical_grad")
def on_x_itself_put_back_to_the_bit(f, x, eps=1e-5):
    out = []
    for place in np.ndindex(*x.shape):
        old = x[place]
        x[place] = old + eps
        up = f(x)
        x[place] = old - eps
        down = f(x)
        x[place] = old
        out.append((up - down) / (2 * eps))
    return np.array(out).reshape(x.shape)


@wrong("numerical_grad", "holds the same number, the sum of all the slopes")
def adds_to_the_whole_array(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        g += (f(up) - f(down)) / (2 * eps)
    return g


@wrong("numerical_grad", "You get one number, the sum of all the slopes")
def adds_to_a_number(f, x, eps=1e-5):
    g = 0.0
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        g += (f(up) - f(down)) / (2 * eps)
    return g


@wrong("numerical_grad", "inside the loop")
def returns_in_the_loop(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        g[i] = (f(up) - f(down)) / (2 * eps)
        return g


@wrong("numerical_grad", "Do both names mean one array")
def one_array_under_two_names(f, x, eps=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up = down = x.copy()
        up[i] += eps
        down[i] -= eps
        g[i] = (f(up) - f(down)) / (2 * eps)
    return g


@wrong("numerical_grad", "Your function raised")
def two_axes_alone(f, x, eps=1e-5):
    g = np.zeros_like(x)
    rows, columns = np.atleast_2d(x).shape
    for i in range(rows):
        for j in range(columns):
            at = (i, j) if x.ndim == 2 else (j,)
            up, down = x.copy(), x.copy()
            up[at] += eps
            down[at] -= eps
            g[at] = (f(up) - f(down)) / (2 * eps)
    return g


# ---- mse_loss_grad -----------------------------------------------------------------------------


@right("mse_loss_grad")
def by_parts(pred, target):
    n = math.prod(pred.shape)
    return pred * (2 / n) - target * (2 / n)


@right("mse_loss_grad")
def into_an_empty_array(pred, target):
    out = np.empty(pred.shape)
    np.subtract(pred, target, out=out)
    out *= 2
    out /= out.size
    return out


@right("mse_loss_grad")
def in_single_precision(pred, target):
    return (2 * (pred - target) / pred.size).astype(np.float32)


@wrong("mse_loss_grad", "only target is divided")
def without_brackets(pred, target):
    return 2 * pred - target / pred.size


@wrong("mse_loss_grad", "has shape (3,); it must be (1, 3). Its numbers are right here")
def flattened(pred, target):
    return (2 * (pred - target) / pred.size).ravel()


@wrong("mse_loss_grad", "You averaged the gradient into one number")
def mean_of_it(pred, target):
    return np.mean(2 * (pred - target))


# ---- psnr --------------------------------------------------------------------------------------


@right("psnr")
def in_two_logarithms(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    if np.array_equal(pred, target):
        return float("inf")
    return 20 * np.log10(data_range) - 10 * np.log10(error)


@right("psnr")
def by_the_root(pred, target, data_range=1.0):
    rmse = math.sqrt(np.mean((pred - target) ** 2))
    return math.inf if rmse == 0 else 20 * math.log10(data_range / rmse)


@right("psnr")
def lets_numpy_divide(pred, target, data_range=1.0):
    return 10 * np.log10(data_range**2 / np.mean((pred - target) ** 2))


@wrong("psnr", "20 log10(R / √MSE)")
def twenty_of_the_mse(pred, target, data_range=1.0):
    error = ((pred - target) ** 2).mean()
    if error == 0:
        return np.inf
    return 20 * np.log10(data_range / error)


@wrong("psnr", "np.array_equal(a, b) says whether all elements are equal")
def if_the_pictures_are_equal(pred, target, data_range=1.0):
    if pred == target:
        return np.inf
    return 10 * np.log10(data_range**2 / np.mean((pred - target) ** 2))


@wrong("psnr", "only nearly equal")
def allclose(pred, target, data_range=1.0):
    if np.allclose(pred, target):
        return np.inf
    return 10 * np.log10(data_range**2 / np.mean((pred - target) ** 2))


@wrong("psnr", "whose errors cancel")
def equal_in_the_mean(pred, target, data_range=1.0):
    if pred.mean() == target.mean():
        return np.inf
    return 10 * np.log10(data_range**2 / np.mean((pred - target) ** 2))


@wrong("psnr", "you divide by it")
def raises_over_equal_pictures(pred, target, data_range=1.0):
    return 10 * math.log10(data_range**2 / float(np.mean((pred - target) ** 2)))


@wrong("psnr", "You dropped the sign")
def never_below_0(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else np.abs(10 * np.log10(data_range**2 / error)) * 1.0


test_right, test_wrong = further_tests(RIGHT, WRONG)


def test_a_right_psnr_is_not_told_of_numpys_division_by_zero():
    task = find("psnr")
    said = "error 0.01\nwarning: divide by zero encountered in scalar divide (line 3)\n"
    assert judge(task, task.run(lets_numpy_divide), said).printed == "error 0.01\n"
    assert judge(task, task.run(allclose), said).printed == said
