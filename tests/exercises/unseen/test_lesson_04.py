"""Lesson 04: answers by readers who knew the lesson, and had not seen the tables."""

import functools
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


# ---- minibatch_sgd -------------------------------------------------------------------------------


@wrong("minibatch_sgd", "You shuffle once, before the first epoch: every epoch has a shuffle of")
def sgd_shuffled_once(grad, x0, n, batch_size, epochs, lr, generator):
    """Asks for the order once, before the first epoch, and uses the same in every epoch."""
    order = generator.permutation(n)
    x = x0
    for _ in range(epochs):
        for start in range(0, n, batch_size):
            x = x - lr * grad(x, order[start : start + batch_size])
    return x


@wrong("minibatch_sgd", "You leave out the last mini-batch where it is shorter than the others:")
def sgd_whole_batches_only(grad, x0, n, batch_size, epochs, lr, generator):
    """The shorter last part of an epoch is dropped."""
    x = x0.copy()
    for _epoch in range(epochs):
        shuffled = generator.permutation(n)
        for b in range(n // batch_size):
            part = shuffled[b * batch_size : (b + 1) * batch_size]
            x = x - lr * grad(x, part)
    return x


@wrong("minibatch_sgd", "Your numbers are right, but -= moves the caller's x0: write x = x -")
def sgd_in_place(grad, x0, n, batch_size, epochs, lr, generator):
    """Steps in place, so the caller's x0 is changed."""
    x = x0
    for _ in range(epochs):
        order = generator.permutation(n)
        for i in range(0, n, batch_size):
            x -= lr * grad(x, order[i : i + batch_size])
    return x


@wrong("minibatch_sgd", "You shuffle anew for each mini-batch, so some pictures come twice in")
def sgd_permuted_at_every_step(grad, x0, n, batch_size, epochs, lr, generator):
    """Each part is the head of a fresh permutation, so within an epoch some pictures come
    twice and others never."""
    x = x0
    steps = math.ceil(n / batch_size)
    for _ in range(epochs * steps):
        x = x - lr * grad(x, generator.permutation(n)[:batch_size])
    return x


@wrong("minibatch_sgd", "Each mini-batch begins one picture further on than the one before: it")
def sgd_window_of_one(grad, x0, n, batch_size, epochs, lr, generator):
    """The window moves on by one index instead of by batch_size."""
    x = x0
    batches = -(-n // batch_size)
    for _ in range(epochs):
        perm = generator.permutation(n)
        for i in range(batches):
            x = x - lr * grad(x, perm[i : i + batch_size])
    return x


@wrong("minibatch_sgd", "Each epoch begins at x0 again: begin where the last epoch ended.")
def sgd_restarted(grad, x0, n, batch_size, epochs, lr, generator):
    """Every epoch begins at x0 again, so only the last epoch counts."""
    for _ in range(epochs):
        x = x0
        order = generator.permutation(n)
        while len(order):
            part, order = order[:batch_size], order[batch_size:]
            x = x - lr * grad(x, part)
    return x


@wrong("minibatch_sgd", "np.array_split makes parts of nearly equal length. Each part has")
def sgd_equal_parts(grad, x0, n, batch_size, epochs, lr, generator):
    """Array_split makes parts of nearly equal size, not full ones with a shorter last one."""
    x = x0
    for _ in range(epochs):
        for part in np.array_split(generator.permutation(n), math.ceil(n / batch_size)):
            x = x - lr * grad(x, part)
    return x


@wrong("minibatch_sgd", "You fill up the last mini-batch with pictures from the head of the")
def sgd_wrapped_round(grad, x0, n, batch_size, epochs, lr, generator):
    """The last part is filled up with indices from the head of the order, so that all parts
    are equally long."""
    x = x0
    for _ in range(epochs):
        order = generator.permutation(n)
        for start in range(0, n, batch_size):
            where = (start + np.arange(batch_size)) % n
            x = x - lr * grad(x, order[where])
    return x


@wrong("minibatch_sgd", "You go through the pictures in their own order: shuffle them,")
def sgd_own_generator(grad, x0, n, batch_size, epochs, lr, generator):
    """Two faults: a generator of its own instead of the one given, and indices in place of the
    shuffled order."""
    generator = np.random.default_rng(0)
    x = x0
    for _ in range(epochs):
        generator.permutation(n)
        for start in range(0, n, batch_size):
            x = x - lr * grad(x, np.arange(start, min(start + batch_size, n)))
    return x


@wrong("minibatch_sgd", "You compute all gradients of an epoch at its first x: each step begins")
def sgd_stale_place(grad, x0, n, batch_size, epochs, lr, generator):
    """The gradient is taken at the epoch's first x for all of its parts."""
    x = x0
    for _ in range(epochs):
        order = generator.permutation(n)
        parts = [order[i : i + batch_size] for i in range(0, n, batch_size)]
        x = x - lr * sum(grad(x, part) for part in parts)
    return x


@right("minibatch_sgd")
def sgd_by_split(grad, x0, n, batch_size, epochs, lr, generator):
    x = x0
    for _ in range(epochs):
        cuts = list(range(batch_size, n, batch_size))
        for part in np.split(generator.permutation(n), cuts):
            x = x - lr * grad(x, part)
    return x


@right("minibatch_sgd")
def sgd_as_a_reduction(grad, x0, n, batch_size, epochs, lr, generator):
    def parts():
        for _ in range(epochs):
            order = generator.permutation(n)
            yield from (order[i : i + batch_size] for i in range(0, n, batch_size))

    return functools.reduce(lambda x, part: x - lr * grad(x, part), parts(), x0)


@right("minibatch_sgd")
def sgd_while_something_is_left(grad, x0, n, batch_size, epochs, lr, generator):
    here, left = np.array(x0), epochs
    while left > 0:
        order, taken = generator.permutation(n), 0
        while (part := order[taken : taken + batch_size]).size:
            here = np.subtract(here, lr * grad(here, part))
            taken += part.size
        left -= 1
    return here


test_right, test_wrong = further_tests(RIGHT, WRONG)
