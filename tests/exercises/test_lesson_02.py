"""Answers to lesson 02 that its table does not hold: right ones in other styles, and wrong ones."""

import numpy as np
from scipy.ndimage import convolve

from learnkit.byhand import losses
from tests.exercises.answers import collected, further_tests, verdict

RIGHT, WRONG, right, wrong = collected()


# ---- gradient_descent --------------------------------------------------------------------------


@right("gradient_descent")
def with_a_name_for_the_point(grad, x0, lr, steps):
    x = np.array(x0)
    path = [x]
    while len(path) < steps + 1:
        x = x - lr * grad(x)
        path.append(x)
    return path


@right("gradient_descent")
def in_place_with_copies(grad, x0, lr, steps):
    x, path = x0.copy(), [x0.copy()]
    for _ in range(steps):
        x -= lr * grad(x)
        path += [x.copy()]
    return path


@right("gradient_descent")
def calling_itself(grad, x0, lr, steps):
    start = x0 + 0
    return [
        start,
        *(calling_itself(grad, start - lr * grad(start), lr, steps - 1) if steps else []),
    ]


@right("gradient_descent")
def rows_of_one_array_copied(grad, x0, lr, steps):
    table = np.empty((steps + 1, *x0.shape))
    table[0] = x0
    for k in range(steps):
        table[k + 1] = table[k] - lr * grad(table[k])
    return [row.copy() for row in table]


@wrong("gradient_descent", "You walk uphill")
def uphill_from_x0_itself(grad, x0, lr, steps):
    path = [x0]
    for _ in range(steps):
        path.append(path[-1] + lr * grad(path[-1]))
    return path


@wrong("gradient_descent", "lr is forgotten")
def without_lr_and_x0_shared(grad, x0, lr, steps):
    path = [x0]
    for _ in range(steps):
        path.append(path[-1] - grad(path[-1]))
    return path


@wrong("gradient_descent", "The path is not what it should be")
def another_walk_and_x0_shared(grad, x0, lr, steps):
    path = [x0]
    for k in range(steps):
        path.append(path[-1] - lr / (k + 2) * grad(path[-1]))
    return path


@wrong("gradient_descent", "one of the arrays that you return is one that you were given")
def x0_put_first_at_the_end(grad, x0, lr, steps):
    x, path = x0.copy(), []
    for _ in range(steps):
        x = x - lr * grad(x)
        path.append(x)
    return [x0, *path] if x0.any() else [x0.copy(), *path]


@wrong("gradient_descent", "inside the loop")
def returns_too_early(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
        return path
    return path


@wrong("gradient_descent", "You return a ndarray of shape (2, 1); the exercise asks for a list")
def an_array_of_points(grad, x0, lr, steps):
    return np.array(in_place_with_copies(grad, x0, lr, steps))


@wrong("gradient_descent", "takes 3 positional arguments but 4 were given")
def without_steps(grad, x0, lr):
    return [x0]


# ---- roughness_grad ----------------------------------------------------------------------------


@right("roughness_grad")
def as_a_convolution(image):
    h, w = image.shape
    count = np.full((h, w), 4.0)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        count[edge] -= 1
    kernel = np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])
    return 2 * (count * image - convolve(image, kernel, mode="constant"))


@right("roughness_grad")
def padded_with_its_edge(image):
    p = np.pad(image, 1, mode="edge")
    near = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
    return 8 * image - 2 * near


@right("roughness_grad")
def by_loops_over_neighbours(image):
    h, w = image.shape
    grad = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            for di, dj in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                if 0 <= i + di < h and 0 <= j + dj < w:
                    grad[i, j] += 2 * (image[i, j] - image[i + di, j + dj])
    return grad


@right("roughness_grad")
def minus_the_differences_of_differences(image):
    down = np.diff(image, axis=0, prepend=image[:1], append=image[-1:])
    across = np.diff(image, axis=1, prepend=image[:, :1], append=image[:, -1:])
    return -2 * (np.diff(down, axis=0) + np.diff(across, axis=1))


@right("roughness_grad")
def as_a_matrix(image):
    h, w = image.shape

    def path(n):
        d = np.diff(np.eye(n), axis=0)
        return d.T @ d

    return 2 * (path(h) @ image + image @ path(w))


@right("roughness_grad")
def in_float32(image):
    grad = np.zeros(image.shape, dtype=np.float32)
    for a, g in ((image.astype(np.float32), grad), (image.T.astype(np.float32), grad.T)):
        d = 2 * np.diff(a, axis=0)
        g[1:] += d
        g[:-1] -= d
    return grad


@wrong("roughness_grad", "overwrites what another pair has put there")
def overwrites(image):
    grad = np.zeros_like(image)
    d = 2 * np.diff(image, axis=0)
    grad[1:] = d
    grad[:-1] = -d
    d = 2 * np.diff(image, axis=1)
    grad[:, 1:] += d
    grad[:, :-1] -= d
    return grad


@wrong("roughness_grad", "overwrites what another pair has put there")
def overwrites_in_the_other_axis(image):
    grad = np.zeros_like(image)
    d = 2 * np.diff(image, axis=0)
    grad[1:] += d
    grad[:-1] -= d
    d = 2 * np.diff(image, axis=1)
    grad[:, 1:] = d
    grad[:, :-1] -= d
    return grad


@wrong("roughness_grad", "end at h - 1 and at w - 1 together")
def loops_together(image):
    h, w = image.shape
    grad = np.zeros((h, w))
    for i in range(h - 1):
        for j in range(w - 1):
            down = 2 * (image[i + 1, j] - image[i, j])
            across = 2 * (image[i, j + 1] - image[i, j])
            grad[i, j] -= down + across
            grad[i + 1, j] += down
            grad[i, j + 1] += across
    return grad


@wrong("roughness_grad", "One of its 4 elements is wrong, at [0, 0]")
def columns_with_the_rows_step(image):
    grad = np.zeros_like(image)
    d = 2 * np.diff(image, axis=0)
    grad[1:] += d
    grad[:-1] -= d
    d = 2 * np.diff(image, axis=1)
    grad[:, 1:] += d
    return grad


@wrong("roughness_grad", "The result is 0 everywhere, whatever comes in.")
def never_added(image):
    grad = np.zeros_like(image)
    d = np.diff(image, axis=0)
    grad[1:] + d
    return grad


# ---- fill_hole ---------------------------------------------------------------------------------


@right("fill_hole")
def with_a_step_that_is_0_elsewhere(image, hole, lr, steps):
    filled = image * ~hole
    for _ in range(steps):
        filled = filled - lr * hole * losses.roughness_grad(filled)
    return filled


@right("fill_hole")
def known_put_back_at_every_step(image, hole, lr, steps):
    filled = np.where(hole, 0, image)
    for _ in range(steps):
        filled = np.where(hole, filled - lr * losses.roughness_grad(filled), image)
    return filled


@right("fill_hole")
def pixel_by_pixel_from_one_gradient(image, hole, lr, steps):
    filled = image.copy()
    filled[hole] = 0
    for _ in range(steps):
        grad = losses.roughness_grad(filled)
        for i, j in zip(*np.nonzero(hole), strict=True):
            filled[i, j] -= lr * grad[i, j]
    return filled


@right("fill_hole")
def in_single_precision(image, hole, lr, steps):
    filled = image.astype(np.float32)
    filled[hole] = 0
    for _ in range(steps):
        filled[hole] -= np.float32(lr) * losses.roughness_grad(filled)[hole]
    return filled


@wrong("fill_hole", "Two things are missing")
def neither_zeroes_nor_holds(image, hole, lr, steps):
    filled = image.copy()
    for _ in range(steps):
        filled -= lr * losses.roughness_grad(filled)
    return filled


@wrong("fill_hole", "an array of whole numbers")
def into_whole_numbers(image, hole, lr, steps):
    filled = np.zeros(image.shape, dtype=int)
    filled[~hole] = image[~hole]
    for _ in range(steps):
        filled[hole] = filled[hole] - lr * losses.roughness_grad(filled * 1.0)[hole]
    return filled


@wrong("fill_hole", "inside the loop")
def returns_in_the_loop(image, hole, lr, steps):
    filled = image.copy()
    filled[hole] = 0
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
        return filled


@wrong("fill_hole", "each sees those that have moved already")
def one_pixel_after_the_other(image, hole, lr, steps):
    filled = image.copy()
    filled[hole] = 0
    for _ in range(steps):
        for i, j in np.ndindex(hole.shape):
            if hole[i, j]:
                filled[i, j] = filled[i, j] - lr * losses.roughness_grad(filled)[i, j]
    return filled


@wrong("fill_hole", "6 of 7 inputs come out right; this is the first that does not")
def in_a_box_round_the_hole(image, hole, lr, steps):
    (top, left), (bottom, right) = np.argwhere(hole).min(axis=0), np.argwhere(hole).max(axis=0)
    box = np.s_[top : bottom + 1, left : right + 1]
    filled = image.copy()
    filled[box] = 0
    for _ in range(steps):
        filled[box] -= lr * losses.roughness_grad(filled)[box]
    return filled


test_right, test_wrong = further_tests(RIGHT, WRONG)


def test_wrong_numbers_are_shown_and_shared_memory_is_not():
    labels = dict(verdict("gradient_descent", another_walk_and_x0_shared).example)
    assert set(labels) == {"input", "expected path", "got path"}
    assert "lr = 0.25, steps = 1" in labels["input"]
