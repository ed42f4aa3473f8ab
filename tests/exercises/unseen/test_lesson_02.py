"""Lesson 02: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import itertools

import numpy as np
import scipy.ndimage
import scipy.special
import torch

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def _slope_of_roughness(x):
    g = np.zeros(x.shape)
    down = np.diff(x, axis=0)
    across = np.diff(x, axis=1)
    g[1:] += 2 * down
    g[:-1] -= 2 * down
    g[:, 1:] += 2 * across
    g[:, :-1] -= 2 * across
    return g


# ---- gradient_descent ----------------------------------------------------------------------------


@wrong("gradient_descent", "Every place of your list holds the same array, so the whole path")
def same_array_every_time(grad, x0, lr, steps):
    """One array is walked in place and appended again and again."""
    x = x0.copy()
    path = [x]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return path


@wrong("gradient_descent", "Your numbers are right, but the first array is the caller's x0")
def start_is_not_copied(grad, x0, lr, steps):
    """The start in the list is the caller's own array, not a copy."""
    path = [x0]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return path


@wrong("gradient_descent", "The last point is missing: `steps` steps make steps + 1 points.")
def one_step_short(grad, x0, lr, steps):
    """One place too few: the start is counted among the steps."""
    points = [x0.copy()]
    while len(points) < steps:
        here = points[-1]
        points.append(here - lr * grad(here))
    return points


@wrong("gradient_descent", "You stop where the gradient is small, and the list is too short: it")
def stops_early(grad, x0, lr, steps):
    """Stops when the gradient is small, so the list gets too short."""
    x = x0.copy()
    path = [x]
    for _ in range(steps):
        g = grad(x)
        if np.abs(g).max() < 1e-6:
            break
        x = x - lr * g
        path.append(x)
    return path


@wrong("gradient_descent", "g *= lr changes the array that grad gave you, which may be x itself")
def scales_the_gradient_in_place(grad, x0, lr, steps):
    """Scales the array from grad in place: spoils the path if grad gives back x."""
    x = x0.copy()
    path = [x]
    for _ in range(steps):
        g = grad(x)
        g *= lr
        x = x - g
        path.append(x)
    return path


@wrong("gradient_descent", "You return the last point alone; the path is asked for, start first.")
def uphill_last_place(grad, x0, lr, steps):
    """Walks uphill, and gives back the last place alone."""
    x = x0.copy()
    for _ in range(steps):
        x = x + lr * grad(x)
    return x


@right("gradient_descent")
def by_accumulate(grad, x0, lr, steps):
    walk = lambda x, _: np.asarray(x - lr * grad(x))
    return list(itertools.accumulate(range(steps), walk, initial=np.array(x0, copy=True)))


@right("gradient_descent")
def by_generator(grad, x0, lr, steps):
    def places():
        yield (x := np.array(x0))
        for _ in range(steps):
            x = np.asarray(x - np.multiply(lr, grad(x)))
            yield x

    return [*places()]


@right("gradient_descent")
def by_reduce(grad, x0, lr, steps):
    return functools.reduce(
        lambda path, _: [*path, np.asarray(path[-1] - lr * grad(path[-1]))],
        range(steps),
        [np.copy(x0)],
    )


# ---- roughness_grad ------------------------------------------------------------------------------


@wrong("roughness_grad", "Your borders wrap: np.roll, or the index -1, makes the left edge a")
def rolled_round(image):
    """Np.roll wraps round: pixels of opposite borders count as neighbours."""
    g = np.zeros(image.shape)
    for axis in (0, 1):
        for shift in (1, -1):
            g += 2 * (image - np.roll(image, shift, axis=axis))
    return g


@wrong("roughness_grad", "You count four neighbours everywhere, as if black pixels lay round")
def black_frame(image):
    """Beyond the border it sees black pixels: four neighbours everywhere."""
    p = np.pad(image, 1)
    around = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
    return 2 * (4 * image - around)


@wrong("roughness_grad", "Only one end of each pair gets its part: the other end gets the same")
def half_of_each_pair(image):
    """Only one pixel of each pair gets its share, the other gets none."""
    g = np.zeros_like(image)
    g[1:, :] += 2 * np.diff(image, axis=0)
    g[:, 1:] += 2 * np.diff(image, axis=1)
    return g


@wrong("roughness_grad", "Two things at once. You mirror the picture at its border (pad,")
def mirrored_frame(image):
    """The mirrored frame repeats the second row, so border pairs count twice."""
    return -2 * scipy.ndimage.laplace(image, mode="mirror")


@wrong("roughness_grad", "Two things at once. An index of -1 is the last row or column: at the")
def negative_index(image):
    """Index -1 is the other border, and the 2 of the square is forgotten."""
    h, w = image.shape
    g = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            for di, dj in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                if i + di < h and j + dj < w:
                    g[i, j] += image[i, j] - image[i + di, j + dj]
    return g


@right("roughness_grad")
def by_scipy_laplace(image):
    return -2.0 * scipy.ndimage.laplace(np.asarray(image, dtype=float), mode="nearest")


@right("roughness_grad")
def by_difference_matrices(image):
    height, width = image.shape
    down = np.diff(np.eye(height), axis=0)
    across = np.diff(np.eye(width), axis=0)
    return 2 * (down.T @ (down @ image) + (image @ across.T) @ across)


@right("roughness_grad")
def by_pairs(image):
    h, w = image.shape
    g = np.zeros((h, w))
    pairs = [((i, j), (i + 1, j)) for i in range(h - 1) for j in range(w)]
    pairs += [((i, j), (i, j + 1)) for i in range(h) for j in range(w - 1)]
    for a, b in pairs:
        push = 2.0 * (float(image[a]) - float(image[b]))
        g[a] += push
        g[b] -= push
    return g


# ---- fill_hole -----------------------------------------------------------------------------------


@wrong("fill_hole", "You let the known pixels move during the descent and put them back at the")
def put_back_at_the_end(image, hole, lr, steps):
    """The known pixels walk too and are put back only at the end."""
    x = np.where(hole, 0.0, image)
    for _ in range(steps):
        x = x - lr * _slope_of_roughness(x)
    x[~hole] = image[~hole]
    return x


@wrong("fill_hole", "You start from the truth, which would not be known: set the pixels in the")
def starts_at_the_truth(image, hole, lr, steps):
    """The hole starts at the picture's own values, not at 0."""
    x = image.copy()
    for _ in range(steps):
        x[hole] -= lr * _slope_of_roughness(x)[hole]
    return x


@wrong("fill_hole", "You walk over the pixels one by one, and each sees those that have moved")
def uses_new_neighbours(image, hole, lr, steps):
    """Pixels changed in this step already count for the next pixel of the same step."""
    x = np.where(hole, 0.0, image)
    h, w = x.shape
    for _ in range(steps):
        for i, j in np.argwhere(hole):
            g = 0.0
            for a, b in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
                if 0 <= a < h and 0 <= b < w:
                    g += 2 * (x[i, j] - x[a, b])
            x[i, j] -= lr * g
    return x


@wrong("fill_hole", "The fill is right, but you wrote it into the caller's picture: start from")
def callers_picture_is_filled(image, hole, lr, steps):
    """The caller's picture is emptied and filled in place."""
    image[hole] = 0
    for _ in range(steps):
        image[hole] -= lr * _slope_of_roughness(image)[hole]
    return image


@wrong("fill_hole", "You clip to [0, 1]: the steps are then others, and a learning rate that is")
def clipped_walk(image, hole, lr, steps):
    """Clips to [0, 1] after each step, so a rate above 2/L does not explode."""
    x = np.where(hole, 0.0, image)
    for _ in range(steps):
        x = np.clip(x - lr * np.where(hole, _slope_of_roughness(x), 0), 0, 1)
    return x


@wrong("fill_hole", "Two things at once. You set each hole pixel to the mean of its neighbours.")
def jacobi_without_rate(image, hole, lr, steps):
    """Each pixel becomes the mean of its neighbours, whatever the rate, one step too few."""
    x = np.where(hole, 0.0, image)
    for _ in range(1, steps):
        p = np.pad(x, 1, mode="edge")
        mean = (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]) / 4
        x = np.where(hole, mean, x)
    return x


@right("fill_hole")
def by_torch_sgd(image, hole, lr, steps):
    start = np.where(hole, 0.0, image).astype(np.float64)
    x = torch.tensor(start, requires_grad=True)
    known = torch.tensor(~np.asarray(hole, dtype=bool))
    for _ in range(steps):
        loss = (x[1:] - x[:-1]).square().sum() + (x[:, 1:] - x[:, :-1]).square().sum()
        (g,) = torch.autograd.grad(loss, x)
        with torch.no_grad():
            x -= lr * g.masked_fill(known, 0.0)
    return x.detach().numpy()


@right("fill_hole")
def plain_lists_of_neighbours(image, hole, lr, steps):
    h, w = image.shape
    now = [[0.0 if hole[i, j] else float(image[i, j]) for j in range(w)] for i in range(h)]
    near = {}
    for i, j in itertools.product(range(h), range(w)):
        if hole[i, j]:
            around = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
            near[i, j] = [(a, b) for a, b in around if 0 <= a < h and 0 <= b < w]
    for _ in range(steps):
        after = [row[:] for row in now]
        for (i, j), others in near.items():
            slope = sum(2 * (now[i][j] - now[a][b]) for a, b in others)
            after[i][j] = now[i][j] - lr * slope
        now = after
    return np.array(now, dtype=float).reshape(h, w)


test_right, test_wrong = further_tests(RIGHT, WRONG)
