"""Lesson 01: how wrong is a picture, as one number; and the gradient of that number."""

import numpy as np

from learnkit.byhand import gradcheck, losses
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(1)
_small = (np.array([0.0, 1.0]), np.array([0.0, 0.5]))
_pair = (np.array([[0.2, 0.9, 0.4]]), np.array([[0.5, 0.5, 0.5]]))
_batch = (_rng.random((2, 3, 4)).round(2), _rng.random((2, 3, 4)).round(2))
_bytes = tuple(255.0 * a for a in _batch)
_big = tuple((3 * _rng.standard_normal((5, 2))).round(1) for _ in range(2))

# ---- mse_loss ----------------------------------------------------------------------------------

mse_loss = Exercise(
    "mse_loss",
    losses.mse_loss,
    cases=[
        case(*_small),
        case(*_pair),
        case(*_big),
        case(*_batch, note="a batch (2, 3, 4)"),
        case(np.array([[1 / 3], [2 / 3], [0.123456]]), np.array([[0.1], [0.2], [0.9]])),
    ],
    hints=(
        "Three steps, in this order: the difference of each pixel, its square, the mean of all.",
        "NumPy takes differences and squares of whole arrays; np.mean with no axis averages all.",
        "return np.mean((pred - target) ** 2)",
    ),
    why="You will meet this number in almost every lesson; the later ones try to escape from it.",
)


@mse_loss.mistake(
    "You summed; the loss is a mean over all N elements, so a larger picture is not worse."
)
def summed(pred, target):
    return np.sum((pred - target) ** 2)


@mse_loss.mistake(
    "You forgot the square: positive and negative errors cancel, and a bad picture scores 0."
)
def no_square(pred, target):
    return np.mean(pred - target)


@mse_loss.mistake(
    "That is the mean ABSOLUTE error (L1), another loss. Square the differences instead."
)
def absolute(pred, target):
    return np.mean(np.abs(pred - target))


@mse_loss.mistake("You took the square root: that is the RMSE. The MSE stays squared.")
def root(pred, target):
    return np.sqrt(np.mean((pred - target) ** 2))


@mse_loss.mistake(
    "You averaged over the first axis alone, so an array comes back. np.mean without axis."
)
def mean_over_first_axis(pred, target):
    return np.mean((pred - target) ** 2, axis=0)


@mse_loss.mistake(
    "You averaged over the last axis alone, so an array comes back. np.mean without axis."
)
def mean_over_last_axis(pred, target):
    return np.mean((pred - target) ** 2, axis=-1)


@mse_loss.mistake("You divide by len(pred), the rows; N counts every element: pred.size.")
def divided_by_rows(pred, target):
    return np.sum((pred - target) ** 2) / len(pred)


@mse_loss.mistake("You return the squared differences themselves; average them into one number.")
def not_reduced(pred, target):
    return (pred - target) ** 2


@mse_loss.mistake(
    "You halved it, as some textbooks do to save a 2 later; here, as in torch, it stays."
)
def halved(pred, target):
    return np.mean((pred - target) ** 2) / 2


@mse_loss.mistake("You squared the mean difference; take the mean of the squares: square first.")
def square_of_the_mean(pred, target):
    return np.mean(pred - target) ** 2


@mse_loss.mistake("That is the difference of the squares; the square of the difference is meant.")
def difference_of_squares(pred, target):
    return np.mean(pred**2 - target**2)


@mse_loss.mistake(
    "`^` is no power in Python (it flips bits, and floats have none to flip): write ** 2."
)
def caret(pred, target):
    return np.mean((pred - target) ^ 2)


@mse_loss.mistake("`* 2` doubles, `** 2` squares: you doubled, and errors of two signs cancel.")
def doubled(pred, target):
    return np.mean((pred - target) * 2)


@mse_loss.mistake(
    "** binds tighter than -: you squared the target alone. Bracket: (pred - target) ** 2."
)
def only_the_target_squared(pred, target):
    return np.mean(pred - target**2)


@mse_loss.mistake("You divide by N - 1, as for a variance; the mean divides by N.")
def n_minus_one(pred, target):
    return np.sum((pred - target) ** 2) / (pred.size - 1)


@mse_loss.mistake(
    "Only the first element counts: does your `return` stand inside the loop? Move it left, so "
    "that it comes after the last round."
)
def returns_inside_the_loop(pred, target):
    return (pred.flat[0] - target.flat[0]) ** 2 / pred.size


@mse_loss.mistake("You added the pictures: an error is a difference, pred - target.")
def added(pred, target):
    return np.mean((pred + target) ** 2)


@mse_loss.mistake(
    "np.var takes the mean out first, so a picture that is too bright everywhere scores 0. Take "
    "the mean of the squares: np.mean((pred - target) ** 2)."
)
def variance(pred, target):
    return np.var(pred - target)


@mse_loss.mistake(
    "np.linalg.norm is the root of the SUM of the squares: square it, and divide by N, pred.size."
)
def norm(pred, target):
    return np.sqrt(np.sum((pred - target) ** 2))


@mse_loss.mistake(
    "np.linalg.norm is the root of the sum of the squares: before you divide by N, square it."
)
def norm_by_n(pred, target):
    return np.sqrt(np.sum((pred - target) ** 2)) / pred.size


@mse_loss.mistake(
    "Only the first row counts: does your `return` stand inside the loop over the rows? Move it "
    "left, so that it comes after the last round."
)
def returns_after_the_first_row(pred, target):
    return np.sum((pred[0] - target[0]) ** 2) / pred.size


@mse_loss.mistake(
    "Only the last row counts: `=` in the loop overwrites what came before. Add up with +=, and "
    "divide by N at the end."
)
def last_row_alone(pred, target):
    return np.mean((pred[-1] - target[-1]) ** 2)


@mse_loss.mistake("You take the largest squared difference; the mean of all is asked for.")
def largest(pred, target):
    return np.max((pred - target) ** 2)


@mse_loss.mistake("You take the median of the squared differences; the mean is asked for.")
def median(pred, target):
    return np.median((pred - target) ** 2)


@mse_loss.mistake("** 3 keeps the sign, and errors of two signs cancel: square, ** 2.")
def cubed(pred, target):
    return np.mean((pred - target) ** 3)


@mse_loss.mistake(
    "np.std takes the mean out first, and a root at the end. Take the mean of the squares: "
    "np.mean((pred - target) ** 2)."
)
def standard_deviation(pred, target):
    return np.std(pred - target)


# ---- numerical_grad ----------------------------------------------------------------------------


def _cubic(weights, x, **options):
    """A function that central differences do not get exactly right: Σ w x³ + (Σ x)²."""

    def f(v):
        return float(np.sum(weights * v**3) + np.sum(v) ** 2)

    return (f, x), options


def _cubic_case(weights, x, text, **options):
    shown = "\n".join([text, f"x = {x.tolist()}", *(f"{k} = {v}" for k, v in options.items())])
    return case(weights, x, note=shown, **options)


numerical_grad = Exercise(
    "numerical_grad",
    gradcheck.numerical_grad,
    cases=[
        _cubic_case(np.zeros(1), np.array([3.0]), "f(x) = (sum of x)²"),
        _cubic_case(np.ones(2), np.array([1.0, 2.0]), "f(x) = sum of x³ + (sum of x)²"),
        _cubic_case(np.ones(2), np.array([1.0, 2.0]), "f(x) = sum of x³ + (sum of x)²", eps=0.1),
        _cubic_case(-np.ones(2), np.array([1.0, -2.0]), "f(x) = (sum of x)² - sum of x³"),
        _cubic_case(
            np.ones((2, 2)), np.array([[0.3, -1], [2, 0.7]]), "f(x) = sum of x³ + (sum of x)²"
        ),
        _cubic_case(np.ones(3), np.array([0.1, -1, 3]), "f(x) = sum of x³ + (sum of x)²", eps=0.01),
        _cubic_case(
            np.ones((2, 1, 3)),
            np.array([[[0.5, -1, 2]], [[0.25, 0.0, -0.75]]]),
            "f(x) = sum of x³ + (sum of x)²",
        ),
    ],
    build=_cubic,
    hints=(
        "For each element of a copy: make it eps larger, ask f; make it eps smaller, ask f; then "
        "put the copy back.",
        "np.ndindex(x.shape) walks over all elements of any shape. Nudge a copy, never x itself.",
        "nudged, grad = x.copy(), np.zeros_like(x)\n"
        "for i in np.ndindex(x.shape):\n"
        "    nudged[i] = x[i] + eps\n"
        "    above = f(nudged)\n"
        "    nudged[i] = x[i] - eps\n"
        "    below = f(nudged)\n"
        "    nudged[i] = x[i]\n"
        "    grad[i] = (above - below) / (2 * eps)\n"
        "return grad",
    ),
    why="It needs no formula for the gradient, so it does not repeat your mistakes: you can now "
    "check any gradient by it.",
    points=2,
    rtol=1e-5,
    atol=1e-6,
)


def _from_both_sides(slope):
    """Nudges as it should be done, for mistakes that only make the wrong slope of two values."""

    def wrong(f, x, eps=1e-5):
        grad, nudged = np.zeros_like(x), x.copy()
        for i in np.ndindex(x.shape):
            nudged[i] = x[i] + eps
            above = f(nudged)
            nudged[i] = x[i] - eps
            grad[i] = slope(above, f(nudged), eps)
            nudged[i] = x[i]
        return grad

    wrong.__name__ = slope.__name__
    return wrong


@numerical_grad.mistake(
    "You look only ahead, (f(x + ε) - f(x)) / ε: the error falls like ε. Looking both ways, "
    "(f(x + ε) - f(x - ε)) / 2ε, it falls like ε²."
)
def one_sided(f, x, eps=1e-5):
    grad, nudged = np.zeros_like(x), x.copy()
    for i in np.ndindex(x.shape):
        nudged[i] = x[i] + eps
        grad[i] = (f(nudged) - f(x)) / eps
        nudged[i] = x[i]
    return grad


@numerical_grad.mistake(
    "You look only back, (f(x) - f(x - ε)) / ε: look both ways, and divide by 2ε."
)
def one_sided_back(f, x, eps=1e-5):
    grad, nudged = np.zeros_like(x), x.copy()
    for i in np.ndindex(x.shape):
        nudged[i] = x[i] - eps
        grad[i] = (f(x) - f(nudged)) / eps
        nudged[i] = x[i]
    return grad


@numerical_grad.mistake(
    "The two points lie 2ε apart, so divide by 2 * eps: yours is twice too large."
)
@_from_both_sides
def no_two(above, below, eps):
    return (above - below) / eps


@numerical_grad.mistake(
    "You multiply by eps where you should divide by it. `/ 2 * eps` divides by 2 and then "
    "multiplies by eps: write / (2 * eps)."
)
@_from_both_sides
def missing_brackets(above, below, eps):
    return (above - below) / 2 * eps


_X_CHANGED = (
    "x comes back changed: you nudged it in place and did not put it back, or not to the bit "
    "(x + ε - ε is not always x). Nudge a copy: x.copy()."
)


@numerical_grad.mistake(_X_CHANGED)
def left_perturbed(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        grad[i] = (above - f(x)) / (2 * eps)
    return grad


@numerical_grad.mistake(_X_CHANGED)
def put_back_but_not_to_the_bit(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        grad[i] = (above - f(x)) / (2 * eps)
        x[i] += eps
    return grad


@numerical_grad.mistake(
    "The nudges pile up: put each element back before you go on to the next, or the next slope is "
    "that of another point."
)
def nudges_pile_up(f, x, eps=1e-5):
    grad, nudged = np.zeros_like(x), x.copy()
    for i in np.ndindex(x.shape):
        nudged[i] = x[i] + eps
        above = f(nudged)
        nudged[i] = x[i] - eps
        grad[i] = (above - f(nudged)) / (2 * eps)
    return grad


def _with_eps(tiny):
    def eps_too_small(f, x, eps=1e-5):
        grad, nudged = np.zeros_like(x), x.copy()
        for i in np.ndindex(x.shape):
            nudged[i] = x[i] + tiny
            above = f(nudged)
            nudged[i] = x[i] - tiny
            grad[i] = (above - f(nudged)) / (2 * tiny)
            nudged[i] = x[i]
        return grad

    eps_too_small.__name__ += f"_1e{round(np.log10(tiny))}"
    return eps_too_small


@numerical_grad.mistake(
    "Your gradient is 0 everywhere. Is anything written into it, grad[i] = ...? Do both names mean "
    "one array (`up = x` copies nothing: x.copy())? Or is your eps so small that it vanishes "
    "beside x?"
)
def no_difference(f, x, eps=1e-5):
    return np.zeros_like(x)


for _power in range(-11, -17, -1):  # each of them is noise of its own
    numerical_grad.mistake(
        "An ε that small drowns in rounding: f has about 16 digits, and of the difference almost "
        "none are left. Use the eps that you are given (1e-5)."
    )(_with_eps(10.0**_power))


@numerical_grad.mistake(
    "With eps = 0.1 your slope is finer than central differences are. Do you always use 1e-5, or "
    "more than two points? Use the eps that you are given, once up and once down."
)
def eps_ignored(f, x, eps=1e-5):
    grad, nudged = np.zeros_like(x), x.copy()
    for i in np.ndindex(x.shape):
        nudged[i] = x[i] + 1e-5
        above = f(nudged)
        nudged[i] = x[i] - 1e-5
        grad[i] = (above - f(nudged)) / 2e-5
        nudged[i] = x[i]
    return grad


@numerical_grad.mistake(
    "Every element of yours holds the same number, the sum of all the slopes. Nudge one element at "
    "a time, and write its slope at its own place: grad[i] = ..."
)
def all_at_once(f, x, eps=1e-5):
    return np.full_like(x, (f(x + eps) - f(x - eps)) / (2 * eps))


@numerical_grad.mistake(
    "You get one number, the sum of all the slopes. Nudge one element at a time, and write its "
    "slope at its own place in an array of the shape of x."
)
def one_number(f, x, eps=1e-5):
    return (f(x + eps) - f(x - eps)) / (2 * eps)


@numerical_grad.mistake(
    "The brackets are missing: f(x + ε) - f(x - ε) / (2ε) divides the second value alone. Write "
    "(above - below) / (2 * eps)."
)
@_from_both_sides
def second_value_divided_alone(above, below, eps):
    return above - below / (2 * eps)


@numerical_grad.mistake(
    "You put ε in the place of the element: add it to what is there, x[i] + eps and x[i] - eps."
)
def element_replaced(f, x, eps=1e-5):
    grad, nudged = np.zeros_like(x), x.copy()
    for i in np.ndindex(x.shape):
        nudged[i] = eps
        above = f(nudged)
        nudged[i] = -eps
        grad[i] = (above - f(nudged)) / (2 * eps)
        nudged[i] = x[i]
    return grad


def _by_steps(step, divided_by):
    def other_steps(f, x, eps=1e-5):
        grad, nudged = np.zeros_like(x), x.copy()
        for i in np.ndindex(x.shape):
            nudged[i] = x[i] + step(x[i], eps)
            above = f(nudged)
            nudged[i] = x[i] - step(x[i], eps)
            grad[i] = (above - f(nudged)) / (divided_by * eps)
            nudged[i] = x[i]
        return grad

    return other_steps


@numerical_grad.mistake(
    "You nudge by ε times the element, and divide by 2ε: nudge by ε itself, x[i] + eps and "
    "x[i] - eps."
)
def nudged_in_proportion(f, x, eps=1e-5):
    return _by_steps(lambda value, eps: value * eps, 2)(f, x, eps)


@numerical_grad.mistake(
    "You nudge by ε/2 each way and divide by 2ε: your two points lie ε apart. Nudge by eps."
)
def nudged_by_half(f, x, eps=1e-5):
    return _by_steps(lambda value, eps: eps / 2, 2)(f, x, eps)


@numerical_grad.mistake("You took the size of the slope; its sign says which way is up.")
@_from_both_sides
def size_alone(above, below, eps):
    return abs(above - below) / (2 * eps)


@numerical_grad.mistake("You forgot to divide: the difference must be divided by 2 * eps.")
@_from_both_sides
def not_divided(above, below, eps):
    return above - below


@numerical_grad.mistake(
    "You hand f a single number; f wants the whole array, with one element nudged."
)
def f_of_one_number(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        grad[i] = (f(x[i] + eps) - f(x[i] - eps)) / (2 * eps)
    return grad


@numerical_grad.mistake(
    "Only the last element has a slope: you make the result anew in every round. Make it once, "
    "before the loop."
)
def result_made_in_the_loop(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        grad, above, below = np.zeros_like(x), x.copy(), x.copy()
        above[i] += eps
        below[i] -= eps
        grad[i] = (f(above) - f(below)) / (2 * eps)
    return grad


@numerical_grad.mistake(
    "Only the first element has a slope: does your `return` stand inside the loop? Move it left."
)
def returns_after_one_round(f, x, eps=1e-5):
    grad, above, below = np.zeros_like(x), x.copy(), x.copy()
    above.flat[0] += eps
    below.flat[0] -= eps
    grad.flat[0] = (f(above) - f(below)) / (2 * eps)
    return grad


@numerical_grad.mistake(
    "The sign is flipped: it is f(x + ε) - f(x - ε), the value above minus the value below."
)
@_from_both_sides
def flipped(above, below, eps):
    return (below - above) / (2 * eps)


@numerical_grad.mistake(
    "You walk over the first axis alone, and nudge whole rows: use np.ndindex(x.shape)."
)
def rows_only(f, x, eps=1e-5):
    grad, nudged = np.zeros_like(x), x.copy()
    for i in range(len(x)):
        nudged[i] = x[i] + eps
        above = f(nudged)
        nudged[i] = x[i] - eps
        grad[i] = (above - f(nudged)) / (2 * eps)
        nudged[i] = x[i]
    return grad


@numerical_grad.mistake(
    "np.gradient gives the slope along an array of values; f(x) is one number, and has none. Nudge "
    "each element of x, and ask f anew."
)
def numpys_gradient(f, x, eps=1e-5):
    return np.gradient(f(x), eps)


_LARGE_EPS = (
    "You use an eps of your own, larger than the one you are given: the error of central "
    "differences grows like its square. Use the argument eps."
)


@numerical_grad.mistake(_LARGE_EPS)
def always_a_tenth(f, x, eps=1e-5):
    return _with_eps(0.1)(f, x)


@numerical_grad.mistake(_LARGE_EPS)
def always_a_hundredth(f, x, eps=1e-5):
    return _with_eps(0.01)(f, x)


# ---- mse_loss_grad -----------------------------------------------------------------------------

mse_loss_grad = Exercise(
    "mse_loss_grad",
    losses.mse_loss_grad,
    cases=[case(*_small), case(*_pair), case(*_big), case(*_batch, note="a batch (2, 3, 4)")],
    hints=(
        "Nudge one pixel of pred: only its own term (p - t)² / N moves. What is its derivative?",
        "The derivative of (p - t)² is 2 (p - t). The mean brings a 1/N, with N = pred.size.",
        "return 2 * (pred - target) / pred.size",
    ),
    why="The gradient of a pixel is in proportion to its error: a step against it moves the worst "
    "pixels most.",
)


@mse_loss_grad.mistake("The sign is flipped: the gradient points uphill, away from the target.")
def sign(pred, target):
    return 2 * (target - pred) / pred.size


@mse_loss_grad.mistake("The 2 is missing: the derivative of a square brings it down.")
def no_2(pred, target):
    return (pred - target) / pred.size


@mse_loss_grad.mistake(
    "The 1/N is missing: the loss is a mean over N elements, so each derivative is divided by N."
)
def no_1_over_n(pred, target):
    return 2 * (pred - target)


@mse_loss_grad.mistake("You divide by len(pred), the rows; N counts every element: pred.size.")
def one_over_batch(pred, target):
    return 2 * (pred - target) / len(pred)


@mse_loss_grad.mistake("You divide by the last axis; N counts every element: pred.size.")
def one_over_width(pred, target):
    return 2 * (pred - target) / pred.shape[-1]


@mse_loss_grad.mistake(
    "The 2 and the 1/N are missing: the derivative of a square has a 2, and the loss is a mean."
)
def bare_difference(pred, target):
    return pred - target


@mse_loss_grad.mistake("That is the gradient of the L1 loss: its size must grow with the error.")
def of_l1(pred, target):
    return np.sign(pred - target) / pred.size


@mse_loss_grad.mistake("You kept only the sign of the error: the gradient must grow with its size.")
def sign_of_the_error(pred, target):
    return np.sign(pred - target)


@mse_loss_grad.mistake("You took the size of the error; its sign says which way to go.")
def size_of_the_error(pred, target):
    return 2 * np.abs(pred - target) / pred.size


@mse_loss_grad.mistake("You averaged the gradient into one number: every pixel has its own.")
def averaged(pred, target):
    return np.mean(2 * (pred - target))


@mse_loss_grad.mistake("You returned the loss; asked is its gradient, a number for every pixel.")
def the_loss_itself(pred, target):
    return np.mean((pred - target) ** 2)


@mse_loss_grad.mistake(
    "The brackets are missing: 2 * pred - target doubles pred alone, and only target is divided. "
    "Write 2 * (pred - target) / pred.size."
)
def brackets_missing(pred, target):
    return 2 * pred - target / pred.size


@mse_loss_grad.mistake(
    "The brackets are missing: 2 * pred - target doubles pred alone. Write 2 * (pred - target)."
)
def doubles_pred_alone(pred, target):
    return (2 * pred - target) / pred.size


@mse_loss_grad.mistake("You left the square in: the derivative of e² is 2e.")
def still_squared(pred, target):
    return 2 * (pred - target) ** 2 / pred.size


@mse_loss_grad.mistake(
    "Every element of yours holds the same number, the mean of the errors: each element of pred "
    "has a slope of its own, 2 (pred - target) / N."
)
def mean_error_everywhere(pred, target):
    return np.full_like(pred, 2 * np.mean(pred - target))


@mse_loss_grad.mistake(
    "Every element of yours holds the same number, the mean of the slopes: each element of pred "
    "has its own, 2 (pred - target) / N."
)
def mean_slope_everywhere(pred, target):
    return np.full_like(pred, np.mean(2 * (pred - target) / pred.size))


# ---- psnr --------------------------------------------------------------------------------------

psnr = Exercise(
    "psnr",
    losses.psnr,
    cases=[
        case(np.array([0.1]), np.array([0.0])),
        case(*_pair),
        case(*_batch, note="a batch (2, 3, 4)"),
        case(
            *_bytes,
            note="pred, target = a batch with values to 255, data_range = 255.0",
            data_range=255.0,
        ),
        case(np.array([0.5, 0.25]), np.array([0.5, 0.25]), note="two equal pictures"),
        case(np.array([0.75, 0.25]), np.array([0.5, 0.5])),
        case(np.array([1.0]), np.array([0.0])),
        case(np.array([2.0]), np.array([0.0])),
        case(np.array([1e-9]), np.array([0.0]), note="pred = [1e-9], target = [0]"),
    ],
    hints=(
        "First the MSE. Then compare it with the square of the largest error possible, data_range.",
        "10 * np.log10(...) gives decibels. Equal pictures have MSE 0: return np.inf before you "
        "divide by it.",
        "error = mse_loss(pred, target)\n"
        "return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)",
    ),
    why="The same error on another scale: ten dB more is a tenth of the squared error. Papers "
    "report it, and so does the table that this course ends in.",
)


@psnr.mistake("20 belongs to the ROOT of the MSE; with the MSE itself it is 10 log10.")
def twenty(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 20 * np.log10(data_range**2 / error)


@psnr.mistake(
    "20 belongs to the root of the MSE and to R itself, 20 log10(R / √MSE). With the MSE it is "
    "10 log10(R² / MSE)."
)
def twenty_over_the_mse(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 20 * np.log10(data_range / error)


@psnr.mistake(
    "You call pictures equal that are only nearly equal, and give them ∞. Ask whether the MSE is "
    "0: error == 0."
)
def nearly_equal(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error < 1e-12 else 10 * np.log10(data_range**2 / error)


_ERRORS_CANCEL = (
    "You take pictures for equal whose errors cancel (their sums, or their means, are the same). "
    "Ask whether the MSE is 0."
)


@psnr.mistake(_ERRORS_CANCEL)
def equal_in_mean(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    equal = np.mean(pred) == np.mean(target)
    return np.inf if equal else 10 * np.log10(data_range**2 / error)


@psnr.mistake(_ERRORS_CANCEL)
def equal_in_sum(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    equal = np.sum(pred - target) == 0
    return np.inf if equal else 10 * np.log10(data_range**2 / error)


@psnr.mistake(
    "You take the range from the target itself (max - min): use data_range, or a flat picture "
    "would have no range at all."
)
def range_between_extremes(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    with np.errstate(divide="ignore"):
        return np.inf if error == 0 else 10 * np.log10(np.ptp(target) ** 2 / error)


@psnr.mistake(
    "The brackets are missing: 10 * log10(R²) / MSE divides the logarithm. The quotient is inside: "
    "10 * np.log10(data_range**2 / error)."
)
def divided_outside(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(data_range**2) / error


@psnr.mistake("You take the range from pred itself: use data_range.")
def range_from_the_prediction(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(pred.max() ** 2 / error)


@psnr.mistake("np.log2 counts doublings; decibels count tens: np.log10.")
def logarithm_to_base_2(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log2(data_range**2 / error)


@psnr.mistake("np.log is the natural logarithm; decibels count tens: np.log10.")
def natural_log(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log(data_range**2 / error)


@psnr.mistake("data_range is forgotten: a picture in 0 to 255 has errors 255 times as large.")
def range_forgotten(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(1 / error)


@psnr.mistake("The sign is flipped: a better picture has MORE dB. data_range² stands on top.")
def sign_flipped(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return -np.inf if error == 0 else 10 * np.log10(error / data_range**2)


@psnr.mistake("The sign is flipped: a better picture has MORE dB. data_range² stands on top.")
def sign_flipped_but_infinite(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(error / data_range**2)


@psnr.mistake("Square data_range: the MSE is a square too, and the units must cancel.")
def range_not_squared(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(data_range / error)


@psnr.mistake(
    "You take the range from the pictures themselves. A grey picture would score differently "
    "from a bright one with the same errors: use data_range."
)
def range_from_the_target(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    with np.errstate(divide="ignore"):
        return np.inf if error == 0 else 10 * np.log10(target.max() ** 2 / error)


@psnr.mistake("Equal pictures have no error, so their PSNR is infinite; yours is 0.")
def zero_where_equal(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return 0.0 if error == 0 else 10 * np.log10(data_range**2 / error)


@psnr.mistake("Equal pictures have no error, so their PSNR is infinite; yours is a made-up 100.")
def hundred_where_equal(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return 100.0 if error == 0 else 10 * np.log10(data_range**2 / error)


@psnr.mistake("The factor 10 is missing: 10 * np.log10(...).")
def in_bels(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else np.log10(data_range**2 / error)


@psnr.mistake("You used the root of the MSE with 10; either 10 and the MSE, or 20 and its root.")
def ten_with_the_root(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(data_range / np.sqrt(error))


@psnr.mistake("For equal pictures the MSE is 0, and you divide by it: return np.inf before you do.")
def divides_by_zero(pred, target, data_range=1.0):
    return 10 * np.log10(data_range**2 / float(np.mean((pred - target) ** 2)))


@psnr.mistake("You use 255 by default; the pictures of this course lie in [0, 1], so it is 1.0.")
def bytes_by_default(pred, target, data_range=255.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)


@psnr.mistake("You summed the squared errors: PSNR takes their mean.")
def of_the_sum(pred, target, data_range=1.0):
    error = np.sum((pred - target) ** 2)
    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)


@psnr.mistake("You used the mean ABSOLUTE error: PSNR is made of the mean squared one.")
def of_the_absolute_error(pred, target, data_range=1.0):
    error = np.mean(np.abs(pred - target))
    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)


@psnr.mistake("You took the root of the MSE: with 10 log10 the MSE itself is meant.")
def of_the_rmse(pred, target, data_range=1.0):
    error = np.sqrt(np.mean((pred - target) ** 2))
    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)


@psnr.mistake("You dropped the sign: an error larger than the range has a PSNR below 0 dB.")
def never_negative(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else abs(10 * np.log10(data_range**2 / error))


@psnr.mistake("You cut it off at 0 dB: an error larger than the range is below.")
def cut_off_at_zero(pred, target, data_range=1.0):
    error = np.mean((pred - target) ** 2)
    return np.inf if error == 0 else max(0.0, 10 * np.log10(data_range**2 / error))


for _tiny in (1e-6, 1e-8, 1e-10, 1e-12):

    def _softened(pred, target, data_range=1.0, tiny=_tiny):
        return 10 * np.log10(data_range**2 / (np.mean((pred - target) ** 2) + tiny))

    _softened.__name__ = f"softened_by_{_tiny:.0e}"
    psnr.mistake(
        "You add a tiny number to the MSE so as not to divide by 0. It caps the PSNR, and equal "
        "pictures must be infinite: ask for 0 instead."
    )(_softened)
