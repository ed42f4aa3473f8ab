"""Lesson 04: answers by readers who knew the lesson, and had not seen the tables."""

import math

import numpy as np
import torch

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- momentum_step -------------------------------------------------------------------------------


@wrong("momentum_step", "The path is right, but lr and the minus stand inside your velocity. In")
def rate_in_the_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    """The learning rate is part of the velocity."""
    velocity = momentum * velocity - lr * grad
    return x + velocity, velocity


@wrong("momentum_step", "You move x by the old velocity: first renew the velocity, then move by")
def moves_with_old_velocity(x, grad, velocity, lr=0.01, momentum=0.9):
    """X moves with the old velocity."""
    new_x = x - lr * velocity
    new_v = momentum * velocity + grad
    return new_x, new_v


@wrong("momentum_step", "That is Nesterov's step, which looks ahead: x moves by g + m v. Here")
def nesterov(x, grad, velocity, lr=0.01, momentum=0.9):
    """Nesterov's step: looks ahead with momentum times the new velocity."""
    v = momentum * velocity + grad
    return x - lr * (grad + momentum * v), v


@wrong("momentum_step", "Your numbers are right, but *= and += change the caller's velocity in")
def velocity_in_place(x, grad, velocity, lr=0.01, momentum=0.9):
    """The velocity that was handed in is changed in place."""
    velocity *= momentum
    velocity += grad
    return x - lr * velocity, velocity


@wrong("momentum_step", "You return one array alone. The next step needs both, the new place")
def brackets_and_x_only(x, grad, velocity, lr=0.01, momentum=0.9):
    """Momentum multiplies the gradient too, and only x is given back."""
    velocity = momentum * (velocity + grad)
    return x - lr * velocity


@right("momentum_step")
def ball_in_torch(x, grad, velocity, lr=0.01, momentum=0.9):
    place, slope, speed = (
        torch.tensor(np.array(a, dtype=np.float64, order="C")) for a in (x, grad, velocity)
    )
    speed = torch.add(slope, speed, alpha=momentum)
    return torch.sub(place, speed, alpha=lr).numpy(), speed.numpy()


@right("momentum_step")
def ball_by_einsum(x, grad, velocity, lr=0.01, momentum=0.9):
    v = np.einsum("k,k...->...", [momentum, 1.0], np.stack([velocity, grad]))
    return np.einsum("k,k...->...", [1.0, -lr], np.stack([x, v])), v


# ---- rmsprop_step --------------------------------------------------------------------------------


@wrong("rmsprop_step", "eps stands inside your root. Outside, as in torch, it is added to √s:")
def eps_under_the_root(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """Eps stands inside the root."""
    s = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / np.sqrt(s + eps), s


@wrong("rmsprop_step", "You divide by the root of the old mean: first renew the mean, then")
def old_mean_in_the_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """Divides by the root of the old mean, updated only afterwards."""
    new_x = x - lr * grad / (np.sqrt(square_avg) + eps)
    return new_x, alpha * square_avg + (1 - alpha) * grad**2


@wrong("rmsprop_step", "You average the squares over all elements: each element has a mean of")
def one_pace_for_all(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """One pace for all: the squared gradient is averaged over the elements."""
    s = alpha * square_avg + (1 - alpha) * np.mean(grad**2)
    return x - lr * grad / (np.sqrt(s) + eps), s


@wrong("rmsprop_step", "eps is forgotten: it keeps a gradient of zero from dividing zero by")
def zero_over_zero(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """Eps is left out: a gradient of 0 with an empty memory gives NaN."""
    s = alpha * square_avg + (1 - alpha) * grad * grad
    with np.errstate(invalid="ignore", divide="ignore"):
        return x - lr * grad / np.sqrt(s), s


@wrong("rmsprop_step", "Two things at once. You add the squares up and forget nothing: that is")
def adagrad_with_root(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """Squares are summed and never fade, and the root is handed on as memory."""
    root = np.sqrt(square_avg + grad**2)
    return x - lr * grad / (root + eps), root


@wrong("rmsprop_step", "Your numbers are right, but -= changes the caller's x in place: write x")
def moves_x_in_place(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """X is moved in place, so the caller's old place is lost."""
    s = alpha * square_avg + (1 - alpha) * grad**2
    x -= lr * grad / (np.sqrt(s) + eps)
    return x, s


@right("rmsprop_step")
def own_pace_in_a_loop(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    place, memory = np.zeros(np.shape(x)), np.zeros(np.shape(x))
    for i in np.ndindex(*np.shape(x)):
        g = float(grad[i])
        memory[i] = alpha * float(square_avg[i]) + (1 - alpha) * g * g
        place[i] = float(x[i]) - lr * g / (math.sqrt(memory[i]) + eps)
    return place, memory


@right("rmsprop_step")
def torch_addcmul(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    x, g, s = (torch.tensor(np.array(a, dtype=np.float64)) for a in (x, grad, square_avg))
    s = torch.addcmul(s * alpha, g, g, value=1 - alpha)
    return torch.addcdiv(x, g, s.sqrt() + eps, value=-lr).numpy(), s.numpy()


# ---- adam_step -----------------------------------------------------------------------------------


@wrong("adam_step", "The step is right, but you hand on the corrected means. The next step")
def corrected_means_returned(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Gives back the corrected means instead of the raw ones."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m = m / (1 - beta1**t)
    v = v / (1 - beta2**t)
    return x - lr * m / (np.sqrt(v) + eps), m, v


@wrong("adam_step", "That is the paper's short form, in which eps is added to the *uncorrected*")
def short_form_unscaled_eps(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The short form with eps not scaled: differs for tiny gradients."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return x - rate * m / (np.sqrt(v) + eps), m, v


@wrong("adam_step", "You multiply by t where the power is meant: beta1**t.")
def beta_times_t(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Beta times t instead of beta to the power t: right at t = 1 only."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)
    with np.errstate(invalid="ignore"):
        return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@wrong("adam_step", "You correct with t + 1, as if t counted from 0: the first step already")
def counts_from_zero(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """T is counted from 0, so each correction is that of the next step."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    m_hat = m / (1 - beta1 ** (t + 1))
    v_hat = v / (1 - beta2 ** (t + 1))
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@wrong("adam_step", "Your numbers are right, but *= and += change the caller's m and v in")
def memory_in_place(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Both means are updated in place: the caller's memory changes."""
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad**2
    return x - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@wrong("adam_step", "Two things at once. You take the root before the correction: it is the")
def root_too_early_and_swapped(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The root is drawn before the correction, and the means come back swapped."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    step = (m / (1 - beta1**t)) / (np.sqrt(v) / (1 - beta2**t) + eps)
    return x - lr * step, v, m


@right("adam_step")
def adam_with_a_class(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    class RunningMean:
        def __init__(self, beta, old, news):
            self.beta = beta
            self.raw = np.add(np.multiply(beta, old), np.multiply(1 - beta, news))

        @property
        def corrected(self):
            return np.divide(self.raw, 1 - self.beta**t)

    first = RunningMean(beta1, m, grad)
    second = RunningMean(beta2, v, np.square(grad))
    length = np.sqrt(second.corrected) + eps
    return x - lr * first.corrected / length, first.raw, second.raw


@right("adam_step")
def adam_with_scaled_eps(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    m_new = beta1 * m + (1 - beta1) * grad
    v_new = beta2 * v + (1 - beta2) * grad * grad
    root = math.sqrt(1 - beta2**t)
    rate = lr * root / (1 - beta1**t)
    return x - rate * m_new / (np.sqrt(v_new) + eps * root), m_new, v_new


@right("adam_step")
def adam_in_torch(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    x, g, m, v = (torch.tensor(np.array(a, dtype=np.float64)) for a in (x, grad, m, v))
    m = torch.add(beta1 * m, g, alpha=1 - beta1)
    v = torch.addcmul(beta2 * v, g, g, value=1 - beta2)
    denominator = (v / (1 - beta2**t)).sqrt() + eps
    return (
        torch.addcdiv(x, m / (1 - beta1**t), denominator, value=-lr).numpy(),
        m.numpy(),
        v.numpy(),
    )


test_right, test_wrong = further_tests(RIGHT, WRONG)
