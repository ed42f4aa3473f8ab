"""Lesson 04: optimizers, each one pure step from where you are and what you remember."""

import numpy as np

from learnkit.byhand import optim
from learnkit.exercises.likeness import SHARED
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError

_rng = np.random.default_rng(4)


def _parts(*names):
    """A probe that takes a tuple apart into its named arrays, or says what came instead."""
    listed = ", ".join(names)

    def probe(result, x, *memory, **options):
        if isinstance(result, np.ndarray) and result.shape == x.shape:
            raise OddResultError(
                f"You return one array; asked are {len(names)}, as a tuple: return {listed}."
            )
        if not isinstance(result, tuple | list):
            raise OddResultError(
                f"You return a {type(result).__name__}; asked is the tuple {listed}."
            )
        if len(result) != len(names):
            raise OddResultError(
                f"You return {len(result)} things; asked are {len(names)}: return {listed}."
            )
        for name, part in zip(names, result, strict=True):
            if np.shape(part) != x.shape:
                raise OddResultError(
                    f"Your {name} has the shape {np.shape(part)}; it must have that of x, "
                    f"{x.shape}."
                )
        shared = any(
            isinstance(part, np.ndarray) and np.shares_memory(part, given)
            for part in result
            for given in (x, *memory)
            if isinstance(given, np.ndarray)
        )
        arrays = {name: part for name, part in zip(names, result, strict=True)}
        return arrays | {SHARED: int(shared)}

    return probe


# ---- momentum_step -----------------------------------------------------------------------------

momentum_step = Exercise(
    "momentum_step",
    optim.momentum_step,
    cases=[
        case(np.array([1.0]), np.array([2.0]), np.array([0.0]), lr=0.5, momentum=0.5),
        case(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.25, momentum=0.5),
        case(np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.array([-1.0, 2.0])),
        case(np.array([1.0, -2.0]), np.array([0.0, 0.0]), np.array([8.0, -4.0]), lr=0.1),
        case(np.array([3.0]), np.array([2.0]), np.array([5.0]), lr=0.1, momentum=0.0),
        case(*_rng.normal(0, 2, (3, 3, 4)).round(2), lr=0.03, momentum=0.8),
    ],
    probe=_parts("x", "velocity"),
    hints=(
        "First the velocity: what is left of the old one, and the gradient. Then the place: "
        "against the new velocity, by the learning rate.",
        "velocity = momentum * velocity + grad makes a new array, and x - lr * velocity another. "
        "Return both.",
        "velocity = momentum * velocity + grad\nreturn x - lr * velocity, velocity",
    ),
    why="In a ravine of condition number κ it needs some √κ steps where plain descent needs κ: the "
    "cheapest speed-up of the field, one array of memory.",
)


@momentum_step.mistake(
    "lr stands inside your velocity. In torch's form the velocity adds up bare gradients, and lr "
    "multiplies it when x moves: then a schedule may change lr on the way."
)
def lr_inside_the_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + lr * grad
    return x - velocity, velocity


@momentum_step.mistake(
    "You weigh the gradient by 1 - momentum, as a running mean does. In torch's form the gradient "
    "counts in full."
)
def one_minus_m(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + (1 - momentum) * grad
    return x - lr * velocity, velocity


@momentum_step.mistake("You walk uphill: subtract lr times the velocity.")
def uphill(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return x + lr * velocity, velocity


@momentum_step.mistake(
    "Your velocity subtracts the gradient and x adds the velocity: the path is right, but torch's "
    "velocity points uphill, v = m v + g, and it is handed on."
)
def velocity_turned_round(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity - grad
    return x + lr * velocity, velocity


@momentum_step.mistake("The velocity loses the gradient's sign: it is m v + g, and not m v - g.")
def gradient_subtracted(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity - grad
    return x - lr * velocity, velocity


@momentum_step.mistake(
    "That is Nesterov's step, which looks ahead: x moves by g + m v. Here it moves by the new "
    "velocity alone."
)
def nesterov(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return x - lr * (grad + momentum * velocity), velocity


@momentum_step.mistake(
    "You move x by the old velocity: first renew the velocity, then move by the new one."
)
def old_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * velocity, momentum * velocity + grad


@momentum_step.mistake(
    "x moves by the gradient alone: the velocity is computed, and then it is not used."
)
def velocity_unused(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * grad, momentum * velocity + grad


@momentum_step.mistake("momentum is forgotten: only a part of the old velocity survives a step.")
def nothing_lost(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = velocity + grad
    return x - lr * velocity, velocity


@momentum_step.mistake("You give back the velocity that came in: hand on the new one.")
def stale_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * (momentum * velocity + grad), velocity


@momentum_step.mistake("The order is turned round: first x, then the velocity.")
def swapped_results(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return velocity, x - lr * velocity


@momentum_step.mistake(
    "You return one array alone. The next step needs both, the new place and the new velocity: "
    "return x, velocity."
)
def velocity_not_returned(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * (momentum * velocity + grad)


@momentum_step.mistake(
    "Your numbers are right, but *= and += change the caller's velocity in place. A pure step "
    "makes a new array: velocity = momentum * velocity + grad."
)
def velocity_changed_in_place(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity *= momentum
    velocity += grad
    return x - lr * velocity, velocity


@momentum_step.mistake(
    "Your numbers are right, but -= changes the caller's x in place: write x = x - lr * velocity."
)
def x_changed_in_place(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    x -= lr * velocity
    return x, velocity


@momentum_step.mistake("lr is forgotten: x moves by lr times the velocity.")
def lr_forgotten(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return x - velocity, velocity


@momentum_step.mistake("lr and momentum have changed places.")
def lr_and_momentum_swapped(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = lr * velocity + grad
    return x - momentum * velocity, velocity


@momentum_step.mistake(
    "You multiply gradient and all by momentum: it belongs to the old velocity alone."
)
def momentum_on_both(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * (velocity + grad)
    return x - lr * velocity, velocity


@momentum_step.mistake(
    "The path is right, but lr and the minus stand inside your velocity. In torch's form the "
    "velocity adds up bare gradients, v = m v + g, and x moves by -lr v: then a schedule may "
    "change lr on the way."
)
def textbook_form(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity - lr * grad
    return x + velocity, velocity


@momentum_step.mistake(
    "Numbers are written in where the arguments belong: use lr and momentum, the caller may give "
    "others than 0.01 and 0.9."
)
def numbers_written_in(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = 0.9 * velocity + grad
    return x - 0.01 * velocity, velocity


@momentum_step.mistake("0.9 is written in where the argument belongs: use momentum.")
def momentum_written_in(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = 0.9 * velocity + grad
    return x - lr * velocity, velocity


@momentum_step.mistake(
    "x moves as it should, but the velocity that you hand on lacks the gradient: it is m v + g."
)
def velocity_without_gradient(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * (momentum * velocity + grad), momentum * velocity


@momentum_step.mistake(
    "The brackets are missing: x - lr * momentum * velocity + grad adds the gradient as it is. "
    "Write x - lr * (momentum * velocity + grad)."
)
def gradient_outside_the_brackets(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * momentum * velocity + grad, momentum * velocity + grad


@momentum_step.mistake("You return the step alone: the new place is x minus it, x - lr * velocity.")
def step_alone(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return lr * velocity, velocity


@momentum_step.mistake("You return the step alone: the new place is x minus it, x - lr * velocity.")
def minus_the_step_alone(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return -lr * velocity, velocity


@momentum_step.mistake(
    "Your velocity is the gradient alone: what is left of the old one belongs to it, m v + g."
)
def gradient_for_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * grad, grad.copy()


@momentum_step.mistake(
    "momentum stands before the gradient: it belongs to the old velocity, m v + g."
)
def momentum_on_the_gradient(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = velocity + momentum * grad
    return x - lr * velocity, velocity


@momentum_step.mistake(
    "lr multiplies the gradient alone in yours, and the old velocity moves x in full: x moves by "
    "lr times the whole velocity."
)
def old_velocity_in_full(x, grad, velocity, lr=0.01, momentum=0.9):
    return x - lr * grad - momentum * velocity, momentum * velocity + grad


# ---- rmsprop_step ------------------------------------------------------------------------------

rmsprop_step = Exercise(
    "rmsprop_step",
    optim.rmsprop_step,
    cases=[
        case(np.array([1.0]), np.array([2.0]), np.array([4.0]), lr=0.5, alpha=0.5, eps=0.0),
        case(np.array([1.0]), np.array([4.0]), np.array([0.0]), lr=0.25, alpha=0.75, eps=1.0),
        case(np.array([1.0, -2.0]), np.array([0.5, -3.0]), np.array([1.0, 2.0])),
        case(np.array([1.0, 2.0]), np.array([1e-9, 0.0]), np.array([0.0, 0.0]), lr=1.0, eps=1e-8),
        case(np.array([0.0, 0.0]), np.array([1000.0, 0.001]), np.zeros(2), lr=0.1, alpha=0.9),
        case(
            *_rng.normal(0, 2, (2, 3, 4)).round(2),
            _rng.random((3, 4)).round(2),
            lr=0.03,
            alpha=0.8,
            eps=0.1,
        ),
    ],
    probe=_parts("x", "square_avg"),
    hints=(
        "First the running mean of the squared gradient: alpha of the old one and 1 - alpha of the "
        "new square. Then the step: the gradient over the mean's root.",
        "square_avg = alpha * square_avg + (1 - alpha) * grad**2; x moves by lr * grad divided by "
        "(np.sqrt(square_avg) + eps).",
        "square_avg = alpha * square_avg + (1 - alpha) * grad**2\n"
        "return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg",
    ),
    why="The gradients of a network's weights differ a thousandfold; each weight gets its own "
    "pace, and no step is longer than ten lr, however large the gradient.",
)


@rmsprop_step.mistake(
    "eps stands inside your root. Outside, as in torch, it is added to √s: √s + ε. (√(s + 1e-8) "
    "has a floor of 1e-4, ten thousand times as high.)"
)
def eps_inside(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / np.sqrt(square_avg + eps), square_avg


@rmsprop_step.mistake(
    "You divide by the mean of the squares without its root: then an element whose gradient is "
    "larger takes a step that is smaller."
)
def no_root(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (square_avg + eps), square_avg


@rmsprop_step.mistake(
    "alpha has changed sides: alpha (0.99) is what is kept of the old mean, 1 - alpha what comes "
    "in."
)
def alpha_swapped(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = (1 - alpha) * square_avg + alpha * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake("The gradient is not squared in your mean: s is a mean of g².")
def not_squared(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * np.abs(grad)
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You add the squares up and forget nothing: that is Adagrad. RMSprop's mean weighs the new "
    "square by 1 - alpha."
)
def adagrad(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = square_avg + grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake("1 - alpha is missing before the new square: weights of a mean add up to 1.")
def no_one_minus_alpha(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake("You walk uphill: subtract the step.")
def climbs(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x + lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You divide by the root of the old mean: first renew the mean, then divide by the new one."
)
def old_mean(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = x - lr * grad / (np.sqrt(square_avg) + eps)
    return moved, alpha * square_avg + (1 - alpha) * grad**2


@rmsprop_step.mistake("You give back the mean that came in: hand on the new one.")
def stale_mean(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    new = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(new) + eps), square_avg


@rmsprop_step.mistake(
    "You give back the root of the mean: the mean itself is kept, the root is for the step alone."
)
def root_kept(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), np.sqrt(square_avg)


@rmsprop_step.mistake("The order is turned round: first x, then square_avg.")
def mean_first(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return square_avg, x - lr * grad / (np.sqrt(square_avg) + eps)


@rmsprop_step.mistake(
    "You return one array alone. The next step needs both, the new place and the new mean: return "
    "x, square_avg."
)
def mean_not_returned(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps)


@rmsprop_step.mistake(
    "Your numbers are right, but *= and += change the caller's square_avg in place: make a new "
    "array."
)
def mean_changed_in_place(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg *= alpha
    square_avg += (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "Your numbers are right, but -= changes the caller's x in place: write x = x - ..."
)
def place_changed_in_place(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    x -= lr * grad / (np.sqrt(square_avg) + eps)
    return x, square_avg


@rmsprop_step.mistake(
    "You average the squares over all elements: each element has a mean of its own, and its own "
    "pace."
)
def one_pace_for_all(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * np.mean(grad**2)
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake("eps is forgotten: it keeps a gradient of zero from dividing zero by zero.")
def eps_forgotten(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    with np.errstate(invalid="ignore"):
        return x - lr * grad / np.sqrt(square_avg), square_avg


@rmsprop_step.mistake("lr is forgotten: the step is lr times the gradient over the root.")
def no_lr(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You step along the gradient's sign. The size over the root of the mean counts: it is 1 only "
    "for a gradient that never changes."
)
def sign_alone(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * np.sign(grad), square_avg


@rmsprop_step.mistake(
    "You step by the size of the gradient, |g|: its sign says which way to go. x moves by "
    "lr * grad over the root."
)
def size_in_the_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * np.abs(grad) / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You step by the square of the gradient: only the mean is of squares. x moves by lr * grad "
    "over the root."
)
def square_in_the_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad**2 / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake("The brackets are missing: / np.sqrt(s) + eps adds eps to the step itself.")
def brackets_missing(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return x - lr * grad / np.sqrt(square_avg) + eps, square_avg


@rmsprop_step.mistake(
    "The gradient is not squared in your mean: s is a mean of g², never negative."
)
def mean_of_the_gradient(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You add the squares of all elements up: each element has a mean of its own, and its own pace."
)
def one_sum_for_all(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * np.sum(grad**2)
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "The gradient is missing in the step: x moves by lr * grad over the root, not by lr over it."
)
def no_gradient_in_the_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You divide the mean by 1 - alpha, to free it of its start at zero: that is Adam's idea, and "
    "RMSprop does without."
)
def corrected_for_the_start(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg / (1 - alpha)) + eps), square_avg


@rmsprop_step.mistake(
    "Numbers are written in where the arguments belong: use lr, alpha and eps, the caller may give "
    "others."
)
def numbers_for_arguments(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = 0.99 * square_avg + 0.01 * grad**2
    return x - 0.01 * grad / (np.sqrt(square_avg) + 1e-8), square_avg


@rmsprop_step.mistake(
    "The brackets are missing: alpha * s + 1 - alpha * grad**2 adds a 1. Write (1 - alpha) * "
    "grad**2."
)
def one_minus_without_brackets(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + 1 - alpha * grad**2
    with np.errstate(invalid="ignore"):
        return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "eps stands beside the fraction: it belongs under it, grad / (np.sqrt(s) + eps)."
)
def eps_beside_the_fraction(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    with np.errstate(invalid="ignore"):
        return x - lr * (grad / np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake("You multiply by the root; divide by it.")
def times_the_root(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad * (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You square the mean; it is the gradient that is squared, before it goes into the mean."
)
def mean_squared(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = (alpha * square_avg + (1 - alpha) * grad) ** 2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg


@rmsprop_step.mistake(
    "You divide by the size of this gradient: divide by the root of the running mean, square_avg."
)
def own_size(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    with np.errstate(invalid="ignore"):
        return x - lr * grad / (np.abs(grad) + eps), square_avg


@rmsprop_step.mistake("You return the step alone: the new place is x minus it.")
def step_alone_by_rmsprop(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return lr * grad / (np.sqrt(square_avg) + eps), square_avg


# ---- adam_step ---------------------------------------------------------------------------------

_m, _v = _rng.normal(0, 1, (2, 3)).round(2), _rng.random((2, 3)).round(2)

adam_step = Exercise(
    "adam_step",
    optim.adam_step,
    cases=[
        case(
            np.array([1.0]),
            np.array([4.0]),
            np.zeros(1),
            np.zeros(1),
            1,
            lr=0.5,
            beta1=0.5,
            beta2=0.75,
            eps=0.0,
        ),
        case(
            np.array([1.0]),
            np.array([2.0]),
            np.array([2.0]),
            np.array([4.0]),
            2,
            lr=0.5,
            beta1=0.5,
            beta2=0.5,
            eps=1.0,
        ),
        case(np.array([1.0, -2.0]), np.array([0.5, -3.0]), np.zeros(2), np.zeros(2), 1),
        case(
            np.array([1.0, -2.0]),
            np.array([0.5, -3.0]),
            np.array([0.1, -0.2]),
            np.array([0.01, 0.02]),
            2,
            lr=0.1,
        ),
        case(np.array([0.0, 1.0]), np.array([1e-9, 0.0]), np.zeros(2), np.zeros(2), 1, lr=1.0),
        case(*_rng.normal(0, 2, (2, 2, 3)).round(2), _m, _v, 1000, lr=0.1),
        case(
            *_rng.normal(0, 2, (2, 2, 3)).round(2),
            _m,
            _v,
            5,
            lr=0.2,
            beta1=0.8,
            beta2=0.6,
            eps=0.1,
        ),
    ],
    probe=_parts("x", "m", "v"),
    hints=(
        "Renew both running means first. Then free copies of them of their start at zero, and step "
        "with the copies. What you give back are the raw means.",
        "m = beta1 * m + (1 - beta1) * grad, and v likewise with beta2 and grad**2. "
        "m_hat = m / (1 - beta1**t), v_hat = v / (1 - beta2**t); x moves by lr * m_hat over "
        "(np.sqrt(v_hat) + eps).",
        "m = beta1 * m + (1 - beta1) * grad\n"
        "v = beta2 * v + (1 - beta2) * grad**2\n"
        "m_hat = m / (1 - beta1**t)\n"
        "v_hat = v / (1 - beta2**t)\n"
        "return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v",
    ),
    why=(
        "The most used optimizer of the field, in four lines: every network from lesson 05 "
        "on is trained by it, or by its variant AdamW."
    ),
    points=2,
)


def _moments(grad, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2


@adam_step.mistake(
    "The bias correction is missing: both means start at zero and are too small at first. Divide "
    "m by 1 - beta1**t and v by 1 - beta2**t for the step."
)
def no_bias_correction(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return x - lr * m / (np.sqrt(v) + eps), m, v


@adam_step.mistake(
    "You correct with t + 1, as if t counted from 0: the first step already comes with t = 1."
)
def t_from_0(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    t = t + 1
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "You correct with t - 1: at t = 1 that divides by 1 - 1 = 0. The first step is t = 1."
)
def t_minus_1(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    with np.errstate(divide="ignore", invalid="ignore"):
        m_hat = m / np.float64(1 - beta1 ** (t - 1))
        v_hat = v / np.float64(1 - beta2 ** (t - 1))
        return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("eps stands inside your root; outside, as in torch, it is √v̂ + ε.")
def eps_inside_adam(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m_hat / np.sqrt(v_hat + eps), m, v


@adam_step.mistake(
    "The betas have changed places: beta1 (0.9) belongs to m, the gradient; beta2 (0.999) to v, "
    "its square."
)
def betas_swapped(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta2, beta1)
    m_hat, v_hat = m / (1 - beta2**t), v / (1 - beta1**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "The betas have changed places in the bias correction: 1 - beta1**t is for m, 1 - beta2**t "
    "for v."
)
def corrections_swapped(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta2**t), v / (1 - beta1**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "The step is right, but you hand on the corrected means. The next step would correct them "
    "again: give back the raw m and v."
)
def corrected_means_returned(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m / (np.sqrt(v) + eps), m, v


@adam_step.mistake("Only m is corrected: v starts at zero as well, divide it by 1 - beta2**t.")
def v_not_corrected(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v) + eps), m, v


@adam_step.mistake("Only v is corrected: m starts at zero as well, divide it by 1 - beta1**t.")
def m_not_corrected(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "You correct by 1 - beta, which is right at t = 1 alone: it is 1 - beta to the power t."
)
def power_forgotten(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps), m, v


@adam_step.mistake("You multiply by t where the power is meant: beta1**t.")
def times_t(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    with np.errstate(invalid="ignore"):
        m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)
        return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "(1 - beta1)**t is the power of the bracket; the power is of beta1 alone: 1 - beta1**t."
)
def power_of_the_bracket(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1) ** t, v / (1 - beta2) ** t
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "The brackets are missing: m / 1 - beta1**t is m - beta1**t. Write m / (1 - beta1**t)."
)
def correction_without_brackets(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    with np.errstate(invalid="ignore"):
        m_hat, v_hat = m / 1 - beta1**t, v / 1 - beta2**t
        return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("The brackets are missing: / np.sqrt(v_hat) + eps adds eps to the step itself.")
def adam_brackets_missing(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    with np.errstate(divide="ignore", invalid="ignore"):
        return x - lr * m_hat / np.sqrt(v_hat) + eps, m, v


@adam_step.mistake("You step by the size of m̂, without its sign: the sign says which way to go.")
def size_of_m(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * np.abs(m_hat) / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("You divide by v̂; divide by its root: np.sqrt(v_hat) + eps.")
def root_forgotten(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m_hat / (v_hat + eps), m, v


@adam_step.mistake(
    "You step along the gradient over the root: that is RMSprop. Adam steps along its running "
    "mean, m̂."
)
def gradient_for_m(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * grad / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("v averages the gradient's square; yours averages its size.")
def v_not_squared(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, _ = _moments(grad, m, v, beta1, beta2)
    v = beta2 * v + (1 - beta2) * np.abs(grad)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("You walk uphill: subtract the step.")
def adam_climbs(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x + lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "1 - beta1 and 1 - beta2 are missing before the new gradient and its square: the weights of a "
    "mean add up to 1."
)
def sums_for_means(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + grad, beta2 * v + grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake("You give back the means that came in: hand on the new m and v.")
def stale_moments(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    new_m, new_v = _moments(grad, m, v, beta1, beta2)
    return x - lr * new_m / (1 - beta1**t) / (np.sqrt(new_v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "Your numbers are right, but *= and += change the caller's m and v in place: make new arrays."
)
def moments_changed_in_place(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad**2
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("You return one array alone; the next step needs all three: return x, m, v.")
def moments_not_returned(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)


@adam_step.mistake("The order is turned round: first x, then m, then v.")
def moments_first(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return m, v, x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)


@adam_step.mistake("lr is forgotten: the step is lr times m̂ over the root.")
def adam_without_lr(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("eps is forgotten: it keeps a gradient of zero from dividing zero by zero.")
def adam_without_eps(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    with np.errstate(invalid="ignore"):
        return x - lr * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t)), m, v


@adam_step.mistake(
    "1 - beta1 is missing before the gradient. Adam's m is a running *mean*; momentum's velocity, "
    "which adds up whole gradients, is another thing."
)
def m_as_a_velocity(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + grad, beta2 * v + (1 - beta2) * grad**2
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("You correct v by beta1 as well: v's own is 1 - beta2**t.")
def beta1_in_both(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta1**t)) + eps), m, v


@adam_step.mistake("m and v have changed places in what you return: return x, m, v.")
def v_before_m(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), v, m


@adam_step.mistake("v averages the square of the gradient; yours averages the square of m.")
def square_of_m(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * m**2
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "That is the paper's short form, in which eps is added to the *uncorrected* root: it counts "
    "for more in the first steps. As in torch: √v̂ + ε, with v̂ = v / (1 - beta2**t)."
)
def short_form(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    pace = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return x - pace * m / (np.sqrt(v) + eps), m, v


@adam_step.mistake(
    "You multiply by 1 - beta**t: the means are too small at first, so divide by it."
)
def correction_multiplied(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m * (1 - beta1**t) / (np.sqrt(v * (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "Numbers are written in where the arguments belong: use lr, beta1, beta2 and eps, the caller "
    "may give others."
)
def constants_written_in(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, 0.9, 0.999)
    return x - 0.001 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


@adam_step.mistake("You multiply by the root of v̂; divide by it.")
def times_the_root_of_v(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) * (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "The brackets are missing: beta1 * m + 1 - beta1 * grad adds a 1. Write (1 - beta1) * grad, "
    "and (1 - beta2) * grad**2."
)
def adam_one_minus_without_brackets(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + 1 - beta1 * grad, beta2 * v + 1 - beta2 * grad**2
    with np.errstate(invalid="ignore"):
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@adam_step.mistake(
    "You take the root before the correction: it is the root of v̂ = v / (1 - beta2**t)."
)
def root_before_the_correction(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v) / (1 - beta2**t) + eps), m, v


@adam_step.mistake(
    "The betas have changed sides: beta1 (0.9) is what is kept of the old m, 1 - beta1 what comes "
    "in, and so with beta2."
)
def betas_on_the_wrong_side(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = (1 - beta1) * m + beta1 * grad, (1 - beta2) * v + beta2 * grad**2
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake("You divide by the square of v̂; divide by its root: np.sqrt(v_hat) + eps.")
def v_squared(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return x - lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)) ** 2 + eps), m, v


@adam_step.mistake(
    "The step is right, but the m that you hand on is the corrected one: give back the raw m."
)
def corrected_m_returned(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat = m / (1 - beta1**t)
    return x - lr * m_hat / (np.sqrt(v / (1 - beta2**t)) + eps), m_hat, v


@adam_step.mistake(
    "The step is right, but the v that you hand on is the corrected one: give back the raw v."
)
def corrected_v_returned(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    v_hat = v / (1 - beta2**t)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v_hat) + eps), m, v_hat


@adam_step.mistake(
    "m and v have changed places in the step: it goes along m̂, and is divided by the root of v̂."
)
def m_and_v_swapped_in_the_step(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    with np.errstate(invalid="ignore"):
        return x - lr * v / (1 - beta2**t) / (np.sqrt(m / (1 - beta1**t)) + eps), m, v


@adam_step.mistake("You return the step alone: the new place is x minus it.")
def step_alone_by_adam(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = _moments(grad, m, v, beta1, beta2)
    return lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@adam_step.mistake(
    "v is averaged with beta1: m has beta1 (0.9), v has beta2 (0.999), in the mean as in its "
    "correction."
)
def beta1_in_the_mean_of_squares(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = beta1 * v + (1 - beta1) * grad**2
    return x - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v
