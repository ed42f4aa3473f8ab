"""Lesson 02: a picture mends itself by walking downhill on roughness."""

import numpy as np

from learnkit.byhand import losses, optim
from learnkit.exercises.likeness import SHARED
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError

_rng = np.random.default_rng(2)

# ---- gradient_descent --------------------------------------------------------------------------


def _bowl(curvature, x0, lr, steps):
    """The gradient function of a bowl, Σ curvature x² / 2, in place of the curvatures."""

    def grad(x):
        return curvature * x

    return (grad, x0, lr, steps), {}


def _path(result, grad, x0, lr, steps):
    if not isinstance(result, list):
        shape = f" of shape {result.shape}" if isinstance(result, np.ndarray) else ""
        raise OddResultError(
            f"You return a {type(result).__name__}{shape}; asked is a list of steps + 1 arrays, "
            "the start first."
        )
    if not all(isinstance(point, np.ndarray) and point.shape == x0.shape for point in result):
        raise OddResultError(
            f"Every place of the list must hold a NumPy array of the shape {x0.shape} of x0."
        )
    arrays = [x0, *result]
    again = sum(
        any(np.shares_memory(p, q) for q in arrays[:i]) for i, p in enumerate(arrays) if i > 0
    )
    return {
        "length of the list": len(result),
        SHARED: again,
        "path": np.array(result, dtype=float).reshape(len(result), *x0.shape),
    }


def _bowl_case(curvature, x0, lr, steps):
    shown = f"grad(x) = {curvature} * x\nx0 = {x0}, lr = {lr}, steps = {steps}"
    return case(np.array(curvature), np.array(x0), lr, steps, note=shown)


gradient_descent = Exercise(
    "gradient_descent",
    optim.gradient_descent,
    cases=[
        _bowl_case([2.0], [1.0], 0.25, 1),
        _bowl_case([2.0], [1.0], 0.25, 2),
        _bowl_case([1.0, 4.0], [3.0, -2.0], 0.1, 4),
        _bowl_case([1.0], [5.0], 0.5, 0),
        _bowl_case([1.0], [0.0], 0.5, 3),  # already at the bottom
        _bowl_case([1.0], [5.0], 3.0, 4),  # flies apart
        _bowl_case([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [-1.0, 2.0]], 0.6, 3),
    ],
    build=_bowl,
    probe=_path,
    hints=(
        "Keep a list. It starts with a copy of x0. Each round adds one array: the last one, moved "
        "against its gradient.",
        "The next point is path[-1] - lr * grad(path[-1]); that makes a new array by itself.",
        "path = [x0.copy()]\n"
        "for _ in range(steps):\n"
        "    path.append(path[-1] - lr * grad(path[-1]))\n"
        "return path",
    ),
    why=(
        "Every network of this course is trained by a loop like this one; what changes is "
        "the step, and where grad comes from."
    ),
    points=2,
)


@gradient_descent.mistake("You walk uphill: the gradient points up, so subtract it.")
def ascent(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] + lr * grad(path[-1]))
    return path


@gradient_descent.mistake("The start is missing: x0 comes first, so the list has steps + 1 arrays.")
def start_missing(grad, x0, lr, steps):
    path, x = [], x0.copy()
    for _ in range(steps):
        x = x - lr * grad(x)
        path.append(x)
    return path


@gradient_descent.mistake("The last point is missing: `steps` steps make steps + 1 points.")
def last_missing(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps - 1):
        path.append(path[-1] - lr * grad(path[-1]))
    return path


@gradient_descent.mistake(
    "One step too many: `steps` steps make steps + 1 points, the start included."
)
def one_too_many(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps + 1):
        path.append(path[-1] - lr * grad(path[-1]))
    return path


@gradient_descent.mistake(
    "`-=` changes the caller's x0 in place. Start from x0.copy(), and write x = x - lr * grad(x)."
)
def x0_changed(grad, x0, lr, steps):
    path, x = [x0.copy()], x0
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x.copy())
    return path


_ONE_ARRAY = (
    "Every place of your list holds the same array, so the whole path shows the last point. "
    "`x -= ...` changes the array that stands in the list already: write x = x - ..., which makes "
    "a new one."
)


@gradient_descent.mistake(_ONE_ARRAY)
def same_array_in_every_place(grad, x0, lr, steps):
    x = x0.copy()
    path = [x]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return path


@gradient_descent.mistake(_ONE_ARRAY)
def x0_itself_in_every_place(grad, x0, lr, steps):
    x, path = x0, [x0]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return path


@gradient_descent.mistake(_ONE_ARRAY)
def put_down_before_each_step(grad, x0, lr, steps):
    x, path = x0.copy(), []
    for _ in range(steps + 1):
        path.append(x)
        x -= lr * grad(x)
    return path


@gradient_descent.mistake(
    "path[k - 1] is not the last point: for k = 0 it is the last, and then it lags behind. The "
    "last one is path[-1]."
)
def index_lags_behind(grad, x0, lr, steps):
    path = [x0.copy()]
    for k in range(steps):
        path.append(path[k - 1] - lr * grad(path[k - 1]))
    return path


@gradient_descent.mistake(
    "Your numbers are right, but the first array is the caller's x0 itself: put in a copy."
)
def x0_shared(grad, x0, lr, steps):
    path = [x0]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return path


@gradient_descent.mistake(
    "You stop early, when the steps become small: the list must have steps + 1 places all the same."
)
def stops_early(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
        if np.abs(path[-1] - path[-2]).max() < 1e-6:
            break
    return path


@gradient_descent.mistake(
    "Only one step was made: does your `return` stand inside the loop? Move it left, so that it "
    "comes after the last round."
)
def returns_inside_the_loop(grad, x0, lr, steps):
    path = [x0.copy()]
    if steps:
        path.append(path[-1] - lr * grad(path[-1]))
    return path


@gradient_descent.mistake("You return the last point alone; the path is asked for, start first.")
def only_the_last(grad, x0, lr, steps):
    x = x0.copy()
    for _ in range(steps):
        x = x - lr * grad(x)
    return x


@gradient_descent.mistake("You take every gradient at x0: take it where you stand now.")
def gradient_of_the_start(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(x0))
    return path


@gradient_descent.mistake("Each of your points is one step from x0: step from the last point.")
def always_from_the_start(grad, x0, lr, steps):
    return [x0.copy()] + [x0 - lr * grad(x0) for _ in range(steps)]


@gradient_descent.mistake("lr is forgotten: the step is lr times the gradient.")
def lr_forgotten(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - grad(path[-1]))
    return path


@gradient_descent.mistake("You step along the sign of the gradient: its size counts as well.")
def sign_of_the_gradient(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * np.sign(grad(path[-1])))
    return path


@gradient_descent.mistake(
    "You put down the step alone: the next point is the last one plus the step, "
    "path[-1] - lr * grad(path[-1])."
)
def steps_alone(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        path.append(-lr * grad(path[-1]))
    return path


_ONE_ARRAY_BUT_FIRST = (
    "Behind the start every place of your list holds the same array, the last point. `x -= ...` "
    "changes the array that stands in the list already: write x = x - ..., which makes a new one, "
    "or append x.copy()."
)


@gradient_descent.mistake(_ONE_ARRAY_BUT_FIRST)
def same_array_behind_the_start(grad, x0, lr, steps):
    path, x = [x0.copy()], x0.copy()
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return path


@gradient_descent.mistake(_ONE_ARRAY_BUT_FIRST + " (And x0 itself is changed.)")
def x0_itself_behind_the_start(grad, x0, lr, steps):
    path, x = [x0.copy()], x0
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return path


@gradient_descent.mistake(
    "The start is missing, and there is a step too many: append the point before you move it, and "
    "once more at the end. Or begin with [x0.copy()], and take `steps` steps."
)
def moves_before_it_is_put_down(grad, x0, lr, steps):
    path, x = [], x0.copy()
    for _ in range(steps + 1):
        x = x - lr * grad(x)
        path.append(x)
    return path


@gradient_descent.mistake(
    "You divide the gradient by its length, so that every step is lr long: plain descent takes "
    "steps that get shorter as the bottom comes near, lr * grad."
)
def steps_of_one_length(grad, x0, lr, steps):
    path = [x0.copy()]
    for _ in range(steps):
        slope = grad(path[-1])
        path.append(path[-1] - lr * slope / np.linalg.norm(slope))
    return path


# ---- roughness_grad ----------------------------------------------------------------------------

roughness_grad = Exercise(
    "roughness_grad",
    losses.roughness_grad,
    cases=[
        case(np.array([[0.0, 1.0], [0.0, 0.0]])),
        case(np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])),
        case(np.full((2, 3), 0.7)),
        case(np.array([[0.0, 1.0, 1.0, 0.5]])),
        case(np.array([[0.5], [1 / 3], [0.123456], [0.9]])),
        case(_rng.random((4, 6)).round(2)),
        case((30 * _rng.random((5, 3))).round()),
    ],
    hints=(
        "One pair (a, b) adds (a - b)². Its derivative with respect to a is 2 (a - b), with "
        "respect to b it is -2 (a - b). Each pixel adds that up over all its neighbours.",
        "d = np.diff(image, axis=0) is lower minus upper. Add 2 d to the lower ends, grad[1:], and "
        "take it from the upper ends, grad[:-1]. The same along axis 1.",
        "grad = np.zeros_like(image)\n"
        "d = 2 * np.diff(image, axis=0)\n"
        "grad[1:] += d\n"
        "grad[:-1] -= d\n"
        "d = 2 * np.diff(image, axis=1)\n"
        "grad[:, 1:] += d\n"
        "grad[:, :-1] -= d\n"
        "return grad",
    ),
    why="It is zero exactly where every pixel is the mean of its neighbours: a smooth patch, which "
    "is what the hole will turn into.",
    points=2,
)


@roughness_grad.mistake(
    "Your borders wrap: np.roll, or the index -1, makes the left edge a neighbour of the right "
    "edge. There are no pairs across the border."
)
def borders_wrap(image):
    near = [np.roll(image, s, axis) for axis in (0, 1) for s in (1, -1)]
    return 2 * (4 * image - sum(near))


@roughness_grad.mistake(
    "You have the pairs up and down; those left and right (axis 1) are missing."
)
def rows_alone(image):
    grad, d = np.zeros_like(image), 2 * np.diff(image, axis=0)
    grad[1:] += d
    grad[:-1] -= d
    return grad


@roughness_grad.mistake(
    "You have the pairs left and right; those up and down (axis 0) are missing."
)
def columns_alone(image):
    grad, d = np.zeros_like(image), 2 * np.diff(image, axis=1)
    grad[:, 1:] += d
    grad[:, :-1] -= d
    return grad


@roughness_grad.mistake("The 2 is missing: the derivative of (a - b)² brings it down.")
def no_2(image):
    grad = np.zeros_like(image)
    for g, x in ((grad, image), (grad.T, image.T)):
        d = np.diff(x, axis=0)
        g[1:] += d
        g[:-1] -= d
    return grad


@roughness_grad.mistake(
    "The sign is flipped: a pixel above its neighbours has a positive gradient."
)
def sign(image):
    grad = np.zeros_like(image)
    for g, x in ((grad, image), (grad.T, image.T)):
        d = 2 * np.diff(x, axis=0)
        g[1:] -= d
        g[:-1] += d
    return grad


@roughness_grad.mistake("You count each pair twice, once from either end: each pair stands once.")
def each_pair_twice(image):
    grad = np.zeros_like(image)
    for g, x in ((grad, image), (grad.T, image.T)):
        d = 4 * np.diff(x, axis=0)
        g[1:] += d
        g[:-1] -= d
    return grad


@roughness_grad.mistake(
    "You count four neighbours everywhere, as if black pixels lay round the picture. A pixel at "
    "the border has only two or three."
)
def black_beyond_the_border(image):
    p = np.pad(image, 1)
    near = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
    return 2 * (4 * image - near)


@roughness_grad.mistake(
    "The gradient of the border pixels stays 0: they have two or three neighbours, and these count."
)
def interior_alone(image):
    grad = np.zeros_like(image)
    if min(image.shape) > 2:
        near = image[:-2, 1:-1] + image[2:, 1:-1] + image[1:-1, :-2] + image[1:-1, 2:]
        grad[1:-1, 1:-1] = 2 * (4 * image[1:-1, 1:-1] - near)
    return grad


@roughness_grad.mistake(
    "np.gradient says how the picture changes from pixel to pixel. Asked is how the roughness "
    "changes when one pixel does."
)
def slope_across_the_picture(image):
    return np.gradient(image, axis=0) + np.gradient(image, axis=1)


@roughness_grad.mistake(
    "np.diff is one shorter than the picture: each difference belongs to both its ends."
)
def bare_differences(image):
    return 2 * np.diff(image, axis=0)


@roughness_grad.mistake(
    "You count diagonal neighbours as well: pairs lie up and down, left and right."
)
def diagonals_too(image):
    grad = np.zeros_like(image)
    for i, j in np.ndindex(image.shape):
        near = image[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2]
        grad[i, j] = 2 * np.sum(image[i, j] - near)
    return grad


@roughness_grad.mistake(
    "You mirror the picture at its border (pad, reflect): a border pixel then counts its inner "
    "neighbour twice. Beyond the border there are no neighbours."
)
def mirrored_at_the_border(image):
    p = np.pad(image, 1, mode="reflect") if min(image.shape) > 1 else np.pad(image, 1, mode="edge")
    near = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
    return 2 * (4 * image - near)


@roughness_grad.mistake("The two axes have opposite signs: check which end of a pair you add to.")
def one_axis_flipped(image):
    grad, d = np.zeros_like(image), 2 * np.diff(image, axis=0)
    grad[1:] += d
    grad[:-1] -= d
    d = 2 * np.diff(image, axis=1)
    grad[:, 1:] -= d
    grad[:, :-1] += d
    return grad


@roughness_grad.mistake(
    "Only one end of each pair gets its part: the other end gets the same with a minus."
)
def one_end_alone(image):
    grad = np.zeros_like(image)
    grad[1:] += 2 * np.diff(image, axis=0)
    grad[:, 1:] += 2 * np.diff(image, axis=1)
    return grad


@roughness_grad.mistake(
    "You returned the roughness, one number; asked is its gradient, a number for every pixel."
)
def the_roughness_itself(image):
    return np.sum(np.diff(image, axis=0) ** 2) + np.sum(np.diff(image, axis=1) ** 2)


@roughness_grad.mistake(
    "You take the mean over a pixel's neighbours; roughness is a sum, so the parts of all four "
    "neighbours add up."
)
def mean_over_neighbours(image):
    grad, count = np.zeros_like(image), np.zeros_like(image)
    for g, n, x in ((grad, count, image), (grad.T, count.T, image.T)):
        d = 2 * np.diff(x, axis=0)
        g[1:] += d
        g[:-1] -= d
        n[1:] += 1
        n[:-1] += 1
    return grad / np.maximum(count, 1)


def _with_some_lines_overwriting(overwritten):
    """The four lines of the answer, `=` in place of += or -= in those that are named."""
    lines = [
        (0, slice(1, None), 1),
        (0, slice(None, -1), -1),
        (1, slice(1, None), 1),
        (1, slice(None, -1), -1),
    ]

    def overwrites(image):
        grad = np.zeros_like(image)
        for number, (axis, ends, sign) in enumerate(lines):
            g, d = np.moveaxis(grad, axis, 0), 2 * np.moveaxis(np.diff(image, axis=axis), axis, 0)
            g[ends] = sign * d + (0 if number in overwritten else g[ends])
        return grad

    overwrites.__name__ += "_in_line_" + "_".join(str(n + 1) for n in overwritten)
    return overwrites


for _lines in ((1, 2, 3), (1,), (2,), (3,), (1, 2), (1, 3), (2, 3)):  # in the first it is harmless
    roughness_grad.mistake(
        "`grad[...] = d` overwrites what another pair has put there already. A pixel is in up to "
        "four pairs, and their parts add up: grad[1:] += d and grad[:-1] -= d."
    )(_with_some_lines_overwriting(_lines))


def _by_loops(image, rows, columns):
    """The pairs that start at the pixels of `rows` and `columns`, one by one."""
    grad = np.zeros_like(image)
    for i in rows:
        for j in columns:
            for a, b in ((i + 1, j), (i, j + 1)):
                if a < image.shape[0] and b < image.shape[1]:
                    d = 2 * (image[a, b] - image[i, j])
                    grad[a, b] += d
                    grad[i, j] -= d
    return grad


@roughness_grad.mistake(
    "Your loops end at h - 1 and at w - 1 together, so the pairs along the last row and those "
    "along the last column are missing: pairs down need all w columns, pairs across all h rows."
)
def loops_end_early(image):
    h, w = image.shape
    return _by_loops(image, range(h - 1), range(w - 1))


@roughness_grad.mistake(
    "Your loops start at 1 both down and across, so the pairs along the first row and those along "
    "the first column are missing: pairs down need all w columns, pairs across all h rows."
)
def loops_start_late(image):
    return loops_end_early(image[::-1, ::-1])[::-1, ::-1]


@roughness_grad.mistake(
    "An index of -1 is the last row or column: at the top and on the left your pixels have a "
    "neighbour from the other side. Ask for i - 1 >= 0 as well."
)
def wraps_at_two_sides(image):
    grad = np.zeros_like(image)
    for i, j in np.ndindex(image.shape):
        for a, b in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if a < image.shape[0] and b < image.shape[1]:
                grad[i, j] += 2 * (image[i, j] - image[a, b])
    return grad


@roughness_grad.mistake("You add to both ends of a pair: where one end gets +d, the other gets -d.")
def added_to_both_ends(image):
    grad = np.zeros_like(image)
    for g, x in ((grad, image), (grad.T, image.T)):
        d = 2 * np.diff(x, axis=0)
        g[1:] += d
        g[:-1] += d
    return grad


@roughness_grad.mistake(
    "The 2 is missing at the upper and left ends of the pairs: both ends get it."
)
def two_at_one_end_alone(image):
    grad = np.zeros_like(image)
    for g, x in ((grad, image), (grad.T, image.T)):
        d = np.diff(x, axis=0)
        g[1:] += 2 * d
        g[:-1] -= d
    return grad


@roughness_grad.mistake("Your gradient starts as a copy of the picture: start at 0, np.zeros_like.")
def starts_as_the_picture(image):
    return image + losses.roughness_grad(image)


@roughness_grad.mistake("You left the square in: the derivative of (a - b)² is 2 (a - b).")
def still_squared(image):
    grad = np.zeros_like(image)
    for g, x in ((grad, image), (grad.T, image.T)):
        d = 2 * np.diff(x, axis=0) ** 2
        g[1:] += d
        g[:-1] -= d
    return grad


@roughness_grad.mistake(
    "np.gradient is the slope of the picture from pixel to pixel. Asked is the gradient of one "
    "number, the roughness, with respect to each pixel: 2 (pixel - neighbour), added up."
)
def numpys_gradient_of_the_picture(image):
    down, across = np.gradient(image)
    return 2 * (down + across)


# ---- fill_hole ---------------------------------------------------------------------------------


def _fill_hole(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


_picture, _gap = _rng.random((5, 6)).round(2), np.zeros((5, 6), bool)
_gap[1:4, 2:5] = True
_corner = np.zeros((5, 6), bool)  # no rectangle: it touches two corners, and the border between
_corner[:2, :2] = _corner[4, 3:] = _corner[3, 5] = True
_dot = np.zeros((3, 3), bool)
_dot[1, 1] = True

fill_hole = Exercise(
    "fill_hole",
    _fill_hole,
    cases=[
        case(np.full((3, 3), 0.5), _dot, 0.05, 0),
        case(np.full((3, 3), 0.5), _dot, 0.05, 1),
        case(np.array([[1.0, 0.25, 0.5], [0.0, 0.75, 1.0], [1 / 3, 0.5, 0.8]]), _dot, 0.1, 2),
        case(_picture, _gap, 0.1, 5),
        case(_picture, _corner, 0.1, 7),
        case(_picture, _gap, 0.12, 100),
        case(_picture, _gap, 0.3, 5),  # above 2/L: it must be free to explode
    ],
    hints=(
        "Copy the picture, set the hole to 0. Then, `steps` times: compute roughness_grad of the "
        "whole picture, but move only the pixels in the hole.",
        "`filled[hole] -= lr * roughness_grad(filled)[hole]` touches nothing outside the hole.",
        "filled = image.copy()\n"
        "filled[hole] = 0\n"
        "for _ in range(steps):\n"
        "    filled[hole] -= lr * roughness_grad(filled)[hole]\n"
        "return filled",
    ),
    why=(
        "You wrote an inpainting method. It knows one thing about pictures, that they are "
        "smooth; later methods of the course know more."
    ),
    points=3,
)


@fill_hole.mistake(
    "Known pixels move: you step everywhere, and the whole picture blurs. Step in the hole alone."
)
def moves_known_pixels(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled = filled - lr * losses.roughness_grad(filled)
    return filled


@fill_hole.mistake(
    "You let the known pixels move during the descent and put them back at the end: meanwhile the "
    "hole was filled from wrong ones. They must stay as they are in every step."
)
def known_put_back_at_the_end(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled = filled - lr * losses.roughness_grad(filled)
    return np.where(hole, filled, image)


@fill_hole.mistake(
    "You filled the known part and kept the hole: True means to be filled, so step where hole is "
    "True."
)
def polarity(image, hole, lr, steps):
    filled = np.where(hole, image, 0.0)
    for _ in range(steps):
        filled[~hole] -= lr * losses.roughness_grad(filled)[~hole]
    return filled


@fill_hole.mistake(
    "You start from the truth, which would not be known: set the pixels in the hole to 0 first."
)
def starts_from_the_truth(image, hole, lr, steps):
    filled = image.copy()
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake("You start the hole at grey 0.5; the exercise starts it at 0.")
def starts_from_grey(image, hole, lr, steps):
    filled = np.where(hole, 0.5, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "You start the hole at the mean of the known pixels; the exercise starts it at 0."
)
def starts_from_the_mean(image, hole, lr, steps):
    filled = np.where(hole, image[~hole].mean(), image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "The fill is right, but you wrote it into the caller's picture: start from a copy."
)
def filled_in_place(image, hole, lr, steps):
    image[hole] = 0
    for _ in range(steps):
        image[hole] -= lr * losses.roughness_grad(image)[hole]
    return image


@fill_hole.mistake("You walk uphill, and the hole gets rougher: subtract lr times the gradient.")
def uphill(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] += lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake("One step too many: range(steps) is already `steps` steps.")
def a_step_too_many(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps + 1):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake("You take one step: repeat it `steps` times, with a fresh gradient each time.")
def one_step(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "The gradient is computed once only; it changes with every step: compute it anew in the loop."
)
def stale_gradient(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    grad = losses.roughness_grad(filled)
    for _ in range(steps):
        filled[hole] -= lr * grad[hole]
    return filled


@fill_hole.mistake("lr is forgotten: the step is lr times the gradient.")
def step_without_lr(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "You take the gradient of the picture that you were given, which holds the truth: take that of "
    "`filled`."
)
def gradient_of_the_truth(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(image)[hole]
    return filled


@fill_hole.mistake(
    "You start the whole picture at 0; only the hole does, the known pixels are known."
)
def everything_starts_at_zero(image, hole, lr, steps):
    filled = np.zeros_like(image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "You clip to [0, 1]: the steps are then others, and a learning rate that is too large would "
    "not show."
)
def clipped(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
        filled = np.clip(filled, 0, 1)
    return filled


@fill_hole.mistake(
    "You clip at 0: the steps are then others, and a learning rate that is too large would not "
    "show."
)
def clipped_below(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
        filled = np.maximum(filled, 0)
    return filled


@fill_hole.mistake("You start the hole at white, 1; the exercise starts it at 0.")
def starts_from_white(image, hole, lr, steps):
    filled = np.where(hole, 1.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake("You set the hole to 0 in every round: do it once, before the loop.")
def zeroed_in_every_round(image, hole, lr, steps):
    filled = image.copy()
    for _ in range(steps):
        filled[hole] = 0
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake("You set the hole to 0 in every round: do it once, before the loop.")
def zeroed_before_and_in_every_round(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] = -lr * losses.roughness_grad(np.where(hole, 0.0, image))[hole]
    return filled


@fill_hole.mistake(
    "You move the known pixels and hold the hole: step where hole is True, filled[hole] -= ..."
)
def the_known_ones_walk(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[~hole] -= lr * losses.roughness_grad(filled)[~hole]
    return filled


@fill_hole.mistake(
    "You subtract the hole's gradients from the whole picture: both sides need [hole], "
    "filled[hole] -= lr * roughness_grad(filled)[hole]."
)
def hole_on_one_side_only(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled = filled - lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "You fill the hole with the mean of the known pixels. Asked are `steps` steps down the "
    "roughness, from 0."
)
def the_mean_alone(image, hole, lr, steps):
    return np.where(hole, image[~hole].mean(), image)


@fill_hole.mistake(
    "`image * hole` keeps the hole and blackens what is known: True means to be filled. Start from "
    "image.copy(), and set filled[hole] = 0."
)
def starts_from_image_times_hole(image, hole, lr, steps):
    filled = image * hole
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled


@fill_hole.mistake(
    "Two things are missing: the hole starts at 0 (filled[hole] = 0), and only its pixels move "
    "(filled[hole] -= ...); the known ones stay as they are."
)
def neither_zeroed_nor_held(image, hole, lr, steps):
    filled = image.copy()
    for _ in range(steps):
        filled = filled - lr * losses.roughness_grad(filled)
    return filled


@fill_hole.mistake(
    "Your picture is an array of whole numbers, which loses what stands behind the point: all but "
    "white turns black. Keep it float: image.copy()."
)
def whole_numbers(image, hole, lr, steps):
    filled = image.astype(int)
    filled[hole] = 0
    for _ in range(steps):
        filled[hole] = filled[hole] - lr * losses.roughness_grad(filled.astype(float))[hole]
    return filled


@fill_hole.mistake(
    "Only one step is made, and none where steps = 0: does your `return` stand inside the loop? "
    "Move it left, so that it comes after the last round."
)
def fill_returned_inside_the_loop(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
        return filled


@fill_hole.mistake(
    "You walk over the pixels one by one, and each sees those that have moved already. In a step "
    "all of them move at once, from one gradient."
)
def pixel_by_pixel(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        for i, j in np.argwhere(hole):
            filled[i, j] -= lr * losses.roughness_grad(filled)[i, j]
    return filled


@fill_hole.mistake("You return the pixels of the hole alone: return the whole picture, filled.")
def only_the_hole(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        filled[hole] -= lr * losses.roughness_grad(filled)[hole]
    return filled[hole]


@fill_hole.mistake(
    "You set each hole pixel to the mean of its neighbours. That is a good way to fill (Jacobi's), "
    "and lr plays no part in it: asked is a step downhill, filled[hole] -= lr * gradient[hole]."
)
def mean_of_the_neighbours(image, hole, lr, steps):
    filled = np.where(hole, 0.0, image)
    for _ in range(steps):
        padded = np.pad(filled, 1, mode="edge")
        near = padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2]
        filled = np.where(hole, near / 4, image)
    return filled
