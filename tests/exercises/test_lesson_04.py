"""Answers to lesson 04 that its table does not hold: right ones in other styles, and wrong ones."""

import numpy as np

from tests.exercises.answers import collected, further_tests, verdict

RIGHT, WRONG, right, wrong = collected()


# ---- momentum_step -----------------------------------------------------------------------------


@right("momentum_step")
def into_new_arrays(x, grad, velocity, lr=0.01, momentum=0.9):
    v, moved = np.empty_like(velocity), x.copy()
    for i in np.ndindex(x.shape):
        v[i] = velocity[i] * momentum + grad[i]
        moved[i] -= v[i] * lr
    return moved, v


@right("momentum_step")
def as_a_list(x, grad, velocity, lr=0.01, momentum=0.9):
    kept = velocity.copy()
    kept *= momentum
    kept += grad
    return [np.subtract(x, lr * kept), kept]


@right("momentum_step")
def in_float32(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = (momentum * velocity + grad).astype(np.float32)
    return (x - lr * velocity).astype(np.float32), velocity


@wrong("momentum_step", "one of the arrays that you return is one that you were given")
def the_gradient_handed_back_where_there_was_no_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad if velocity.any() and momentum else grad
    return x - lr * velocity, velocity


@wrong("momentum_step", "Your velocity is the gradient alone")
def the_gradient_handed_back_always(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = grad
    return x - lr * velocity, velocity


@wrong("momentum_step", "You walk uphill")
def uphill_and_handed_back(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad if velocity.any() else grad
    return x + lr * velocity, velocity


@wrong("momentum_step", "changes its argument `grad` in place")
def adds_to_the_gradient(x, grad, velocity, lr=0.01, momentum=0.9):
    grad += momentum * velocity
    return x - lr * grad, grad


@wrong("momentum_step", "You return 3 things; the exercise asks for 2")
def three(x, grad, velocity, lr=0.01, momentum=0.9):
    velocity = momentum * velocity + grad
    return x - lr * velocity, grad, velocity


# ---- rmsprop_step ------------------------------------------------------------------------------


@right("rmsprop_step")
def by_interpolation(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    square_avg = square_avg + (1 - alpha) * (np.square(grad) - square_avg)
    return x + -lr * (grad / (square_avg**0.5 + eps)), square_avg


@right("rmsprop_step")
def by_average(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    s = np.average([square_avg, grad * grad], axis=0, weights=[alpha, 1 - alpha])
    return np.subtract(x, np.divide(lr * grad, eps + np.sqrt(s))), s


@wrong("rmsprop_step", "You step by the size of the gradient")
def size_of_the_gradient(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    s = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * np.sqrt(grad**2) / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "You step by the square of the gradient")
def square_of_the_gradient(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    s = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad * grad / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "The functions of math, float and int take one number")
def by_math(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    import math

    s = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (math.sqrt(s) + eps), s


# ---- adam_step ---------------------------------------------------------------------------------


@right("adam_step")
def with_the_corrections_in_the_pace(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad * grad - v)
    c1, c2 = 1 - pow(beta1, t), np.sqrt(1 - pow(beta2, t))
    return x - (lr / c1) * m / (np.sqrt(v) / c2 + eps), m, v


@right("adam_step")
def in_single_precision(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    x, grad, m, v = (np.asarray(a, dtype=np.float32) for a in (x, grad, m, v))
    m = np.float32(beta1) * m + np.float32(1 - beta1) * grad
    v = np.float32(beta2) * v + np.float32(1 - beta2) * grad**2
    m_hat, v_hat = m / np.float32(1 - beta1**t), v / np.float32(1 - beta2**t)
    return x - np.float32(lr) * m_hat / (np.sqrt(v_hat) + np.float32(eps)), m, v


@wrong("adam_step", "is the power of the bracket")
def power_of_one_minus_beta(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1) ** t, v / (1 - beta2) ** t
    return x - lr * m_hat / (v_hat**0.5 + eps), m, v


@wrong("adam_step", "m / 1 - beta1**t is m - beta1**t")
def without_brackets(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    m_hat = m / 1 - beta1**t
    v_hat = v / 1 - beta2**t
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@wrong("adam_step", "adds eps to the step itself")
def eps_outside(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return x - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t)) + eps, m, v


@wrong("adam_step", "must have that of x")
def one_mean_for_all(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * grad
    v = np.mean(beta2 * v + (1 - beta2) * grad**2)
    return x - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


test_right, test_wrong = further_tests(RIGHT, WRONG)


def test_numbers_are_compared_before_shared_memory():
    rows = dict(verdict("momentum_step", the_gradient_handed_back_always).example)
    assert "velocity = [4.]" in rows["input"] and set(rows) > {"expected x", "got x"}
