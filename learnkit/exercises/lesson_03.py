"""Lesson 03: a pixel as a probability, its cross-entropy, and the gradient that stays alive."""

import io

import numpy as np

from learnkit.byhand import layers, losses
from learnkit.exercises.table import Exercise, case

_rng = np.random.default_rng(3)

# ---- sigmoid -----------------------------------------------------------------------------------


def _watched(z):
    """Lets NumPy write its warnings down, for the probe to read."""
    np.seterrcall(io.StringIO())
    np.seterr(over="log", invalid="log", divide="log")
    return (z,), {}


def _with_warnings(result, z):
    said = np.geterrcall().getvalue()
    np.seterrcall(None)
    np.seterr(over="warn", invalid="warn", divide="warn")
    p = np.asarray(result)
    if p.shape == z.shape and p.dtype.kind == "f":  # below -700 any speck of nothing will do
        p = np.where((z < -700) & (abs(p) < 1e-300), 0.0, p)
    return {
        "": p,
        "count of NumPy's overflow warnings (0 or 1)": int("overflow" in said),
        "count of NumPy's other warnings (0 or 1)": int("invalid" in said or "divide" in said),
    }


sigmoid = Exercise(
    "sigmoid",
    layers.sigmoid,
    cases=[
        case(np.array([0.0])),
        case(np.array([1.0, -1.0])),
        case(np.array([-2.5, 0.5, 3.0])),
        case(np.array([[-30.0, -3.0, 0.25], [3.0, 30.0, 5.0]])),
        case(np.array([-700.0, -300.0, -40.0, 40.0, 700.0])),
        case(np.array([-800.0, 800.0])),
        case(_rng.normal(0, 8, (4, 5)).round(2)),
    ],
    build=_watched,
    probe=_with_warnings,
    rtol=1e-12,
    atol=0.0,
    hints=(
        "e to a large number overflows, e to a negative number never does. Find a form for z >= 0 "
        "and one for z < 0 that take e to -|z| alone.",
        "With small = np.exp(-np.abs(z)) the sigmoid is 1 / (1 + small) where z >= 0, and "
        "small / (1 + small) where z < 0; np.where chooses the numerator.",
        "small = np.exp(-np.abs(z))\nreturn np.where(z >= 0, 1.0, small) / (1 + small)",
    ),
    why="Every network that gives probabilities of pixels ends in it. A sure network reaches both"
    " tails, and the loss takes the logarithm of what it finds there, so the tails must be "
    "right.",
    points=2,
)


@sigmoid.mistake(
    "e^z / (1 + e^z) is ∞ / ∞, NaN, from z = 710 on. For z >= 0 divide by e^z first: "
    "1 / (1 + e^-z)."
)
def nan_at_800(z):
    return np.exp(z) / (1 + np.exp(z))


@sigmoid.mistake(
    "Your numbers are right, but e^-z overflows on the way for z = -800, and NumPy warns. Take e "
    "to the power -|z| only, which is never above 1."
)
def warns(z):
    return 1 / (1 + np.exp(-z))


@sigmoid.mistake(
    "Your numbers are right, but NumPy warns: e^800 overflows on the way, though nothing of it is "
    "left (np.where computes both its branches for every z). Take e to the power -|z| once, and "
    "choose the numerator."
)
def both_branches_of_where(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@sigmoid.mistake(
    "That is tanh, from -1 to 1. The sigmoid goes from 0 to 1 and is 0.5 at 0: half of 1 + "
    "tanh(z/2)."
)
def tanh_itself(z):
    return np.tanh(z)


@sigmoid.mistake(
    "½ (1 + tanh(z/2)) is right on paper, but far left 1 - 1 leaves 0, or digits of rounding: at "
    "z = -40 it should be 4.2e-18. Take e to the power -|z| instead."
)
def left_tail_lost(z):
    return 0.5 * (1 + np.tanh(z / 2))


@sigmoid.mistake("It falls where it should rise: the exponent is -z, and not z.")
def sign(z):
    small = np.exp(-np.abs(z))
    return np.where(z <= 0, 1.0, small) / (1 + small)


@sigmoid.mistake(
    "You clip z at 500: at -700 the sigmoid is 9.9e-305, and yours is 7.1e-218. With e to the "
    "power -|z| nothing needs clipping."
)
def clipped_at_500(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@sigmoid.mistake(
    "You clip the probability away from 0 and 1. Far left the sigmoid is tiny, and the logarithm "
    "of that tiny number is what the loss is about."
)
def clipped_probability(z):
    return np.clip(layers.sigmoid(z), 1e-7, 1 - 1e-7)


@sigmoid.mistake(
    "The 1 in the denominator is missing: e^z alone are the odds, and odds / (1 + odds) is the "
    "probability."
)
def odds(z):
    return np.exp(z)


@sigmoid.mistake(
    "For negative z you give the value of +|z|: there the numerator is e^-|z|, and not 1."
)
def one_branch_for_both(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@sigmoid.mistake("For positive z you give the value of -|z|: there the numerator is 1.")
def left_branch_for_both(z):
    small = np.exp(-np.abs(z))
    return small / (1 + small)


@sigmoid.mistake("That is the sigmoid's slope, σ (1 - σ); asked is σ itself.")
def slope(z):
    return layers.sigmoid(z) * layers.sigmoid(-z)


@sigmoid.mistake("That is the logarithm of the sigmoid; asked is the sigmoid.")
def log_sigmoid(z):
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


@sigmoid.mistake(
    "That is a softmax, whose elements add up to 1. The sigmoid looks at each element by itself."
)
def softmax_of_all(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@sigmoid.mistake("You decide (0 or 1) where a probability is asked for.")
def step(z):
    return np.where(z >= 0, 1.0, 0.0)


@sigmoid.mistake(
    "The brackets are missing: 1 / 1 + np.exp(-z) is 1 + e^-z. Write 1 / (1 + np.exp(-z)), and "
    "then take e to the power -|z| only, which never overflows."
)
def brackets_missing(z):
    return 1 / 1 + np.exp(-z)


@sigmoid.mistake(
    "For z >= 0 you give 1. np.where chooses the numerator alone, 1 or small, and what it chose is "
    "divided by 1 + small: np.where(z >= 0, 1.0, small) / (1 + small)."
)
def one_on_the_right(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small / (1 + small))


@sigmoid.mistake(
    "For z < 0 you give e^z alone: divide it by 1 + e^z, as on the other side. "
    "np.where(z >= 0, 1.0, small) / (1 + small) divides both."
)
def small_on_the_left(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small)


@sigmoid.mistake("e^-z² is a bell; the sigmoid has e^-z.")
def bell(z):
    return 1 / (1 + np.exp(-np.abs(z) * np.abs(z)))


@sigmoid.mistake(
    "For negative z you take 1 minus the value at |z|: far left that is 1 - 1, or digits of "
    "rounding; at z = -40 it should be 4.2e-18. There the numerator is e^-|z|: small / (1 + small)."
)
def one_minus_in_the_left_tail(z):
    right = 1 / (1 + np.exp(-np.abs(z)))
    return np.where(z >= 0, right, 1 - right)


@sigmoid.mistake(
    "The half is missing: it is ½ (1 + tanh(z/2)). And far left that loses all digits."
)
def tanh_of_the_whole(z):
    return 0.5 * (1 + np.tanh(z))


@sigmoid.mistake(
    "For negative z you take 1 minus another value: far left that is 1 - 1, or digits of rounding; "
    "at z = -40 it should be 4.2e-18. There the numerator is e^-|z|: small / (1 + small)."
)
def one_minus_in_both_branches_of_where(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), 1 - 1 / (1 + np.exp(z)))


def _clipped_at(limit):
    @sigmoid.mistake(
        f"You clip z at {limit}: what lies beyond gets the value at {limit}, and far left that is "
        "not the tiny number it should be. With e to the power -|z| nothing needs clipping."
    )
    def clipped(z):
        return 1 / (1 + np.exp(-np.clip(z, -limit, limit)))

    clipped.__name__ = f"clipped_at_{limit}"


for _limit in (15, 20, 30, 50, 88, 100, 250, 600):
    _clipped_at(_limit)


# ---- binary_cross_entropy_with_logits ----------------------------------------------------------

_grey = _rng.random((3, 4)).round(2)
_z = _rng.normal(0, 3, (3, 4)).round(2)
_BCE_CASES = [
    case(np.array([0.0]), np.array([1.0])),
    case(np.array([2.0]), np.array([0.0])),
    case(np.array([12.0]), np.array([1.0])),
    case(np.array([-1.0, 2.0]), np.array([1.0, 0.25])),
    case(np.array([[1.0, -2.0, 0.5], [-3.0, 4.0, 0.0]]), np.array([[1.0, 0, 0], [0.3, 1, 0.5]])),
    case(np.array([40.0, -40.0]), np.array([0.0, 1.0]), note="logits = [40, -40], target = [0, 1]"),
    case(np.array([800.0, -800.0, 800.0]), np.array([0.0, 1.0, 1.0])),
    case(_z, _grey),
    case(_rng.normal(0, 2, (2, 3, 2)).round(2), _rng.random((2, 3, 2)).round(2)),
]

binary_cross_entropy_with_logits = Exercise(
    "binary_cross_entropy_with_logits",
    losses.binary_cross_entropy_with_logits,
    cases=_BCE_CASES,
    hints=(
        "Do not form σ(z): it rounds to 1. Use the form of the lesson, in which the logarithm has "
        "been worked out on paper, and average over all elements.",
        "np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))) is the loss "
        "of each element; its mean is one number.",
        "log_term = np.log1p(np.exp(-np.abs(logits)))\n"
        "return np.mean(np.maximum(logits, 0) - logits * target + log_term)",
    ),
    why=(
        "This is the usual loss of a classifier of two classes, of the VAE of lesson 08 and "
        "of the judge in a GAN; formed from rounded probabilities it is infinite where it "
        "matters."
    ),
    points=2,
)


@binary_cross_entropy_with_logits.mistake(
    "You form the sigmoid first and take its logarithm: from a logit of 37 on σ is rounded to 1, "
    "and log(1 - 1) is -∞. Work the logarithm out on paper, as the lesson does."
)
def log_of_the_rounded_sigmoid(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p))


@binary_cross_entropy_with_logits.mistake(
    "You clip the probability before the logarithm: the loss of a sure mistake stops at 16.1 nats, "
    "and its slope is 0 there. Without forming the probability there is nothing to clip."
)
def clipped_at_1e_7(logits, target):
    p = np.clip(layers.sigmoid(logits), 1e-7, 1 - 1e-7)
    return np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p))


@binary_cross_entropy_with_logits.mistake(
    "You add a little inside the logarithm to keep it finite: the loss of a sure mistake then "
    "stops growing. Without forming the probability there is nothing to save."
)
def eps_inside_the_log(logits, target):
    p = layers.sigmoid(logits)
    return np.mean(-target * np.log(p + 1e-7) - (1 - target) * np.log(1 - p + 1e-7))


@binary_cross_entropy_with_logits.mistake(
    "The sign is flipped: a loss is minus the logarithm of the likelihood, and never below 0."
)
def log_likelihood(logits, target):
    return -losses.binary_cross_entropy_with_logits(logits, target)


@binary_cross_entropy_with_logits.mistake("You sum where the mean over all elements is asked for.")
def total(logits, target):
    return logits.size * losses.binary_cross_entropy_with_logits(logits, target)


@binary_cross_entropy_with_logits.mistake(
    "Only the term of the white pixels is there, -t log p. Black ones count as well: "
    "-(1 - t) log(1 - p)."
)
def one_term_only(logits, target):
    return np.mean(target * (np.maximum(-logits, 0) + np.log1p(np.exp(-np.abs(logits)))))


@binary_cross_entropy_with_logits.mistake(
    "Only the term of the black pixels is there, -(1 - t) log(1 - p). White ones count as well: "
    "-t log p."
)
def other_term_only(logits, target):
    return np.mean((1 - target) * (np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))))


@binary_cross_entropy_with_logits.mistake(
    "The term - z t is missing: without it the target does not count."
)
def target_forgotten(logits, target):
    return np.mean(np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits))))


@binary_cross_entropy_with_logits.mistake(
    "z t comes with a minus: max(z, 0) - z t + log(1 + e^-|z|). Yours rewards the wrong side."
)
def plus_z_t(logits, target):
    return np.mean(np.maximum(logits, 0) + logits * target + np.log1p(np.exp(-np.abs(logits))))


@binary_cross_entropy_with_logits.mistake(
    "log(1 + e^z) - z t is right on paper, but e^800 overflows. Take the large part out: "
    "log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)."
)
def overflow_of_e_to_the_z(logits, target):
    return np.mean(np.log(1 + np.exp(logits)) - logits * target)


@binary_cross_entropy_with_logits.mistake(
    "You take the logits for probabilities. A logit is any number; its probability is σ(z), which "
    "the formula of the lesson has inside."
)
def logits_as_probabilities(logits, target):
    return np.mean(-target * np.log(logits) - (1 - target) * np.log(1 - logits))


@binary_cross_entropy_with_logits.mistake(
    "That is the squared error of the sigmoid; cross-entropy is -log of the probability."
)
def squared_error(logits, target):
    return np.mean((layers.sigmoid(logits) - target) ** 2)


@binary_cross_entropy_with_logits.mistake(
    "You return the loss of each element; take their mean, one number."
)
def no_mean(logits, target):
    return np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))


@binary_cross_entropy_with_logits.mistake(
    "You average over the first axis only; the mean goes over all elements."
)
def mean_over_rows(logits, target):
    return no_mean(logits, target).mean(axis=0)


@binary_cross_entropy_with_logits.mistake(
    "You sum over each row and average the rows: the mean goes over all elements."
)
def sum_over_pixels(logits, target):
    return no_mean(logits, target).reshape(len(logits), -1).sum(axis=1).mean()


@binary_cross_entropy_with_logits.mistake(
    "You round the target to 0 or 1: a grey target counts as it is."
)
def target_rounded(logits, target):
    return losses.binary_cross_entropy_with_logits(logits, (target > 0.5) * 1.0)


@binary_cross_entropy_with_logits.mistake(
    "That is in bits, by the logarithm to base 2; the lesson counts in nats (np.log1p)."
)
def bits(logits, target):
    return losses.binary_cross_entropy_with_logits(logits, target) / np.log(2)


@binary_cross_entropy_with_logits.mistake("The arguments are swapped: logits first, then target.")
def swapped(logits, target):
    return np.mean(no_mean(target, logits))


@binary_cross_entropy_with_logits.mistake(
    "For z < 0 your loss is |z| too large: z counts twice. max(z, 0) goes with log(1 + e^-|z|); "
    "neither |z| in place of the one nor e^-z in place of the other fits."
)
def no_absolute_value(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.logaddexp(0, -logits))


def _saved_by(eps):
    @binary_cross_entropy_with_logits.mistake(
        f"You keep the logarithm finite with {eps:g}, by clipping the probability or by adding to "
        f"it: the loss of a sure mistake then stops at {-np.log(eps):.1f} nats. Without forming "
        "the probability there is nothing to save."
    )
    def saved(logits, target):
        p = np.clip(layers.sigmoid(logits), eps, 1 - eps)
        return np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p))

    saved.__name__ = f"saved_by_{eps:g}"


for _eps in (1e-6, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15):
    _saved_by(_eps)


@binary_cross_entropy_with_logits.mistake(
    "You add 1e-8 inside the logarithm to keep it finite: the loss of a sure mistake then stops at "
    "18.4 nats. Without forming the probability there is nothing to save."
)
def added_1e_8(logits, target):
    p = layers.sigmoid(logits)
    return np.mean(-target * np.log(p + 1e-8) - (1 - target) * np.log(1 - p + 1e-8))


@binary_cross_entropy_with_logits.mistake(
    "np.max(logits, 0) takes the largest along axis 0. Element by element it is "
    "np.maximum(logits, 0)."
)
def max_for_maximum(logits, target):
    return np.mean(np.max(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


@binary_cross_entropy_with_logits.mistake(
    "The minus in the exponent is missing: log(1 + e^-|z|). e^|z| overflows, and counts |z| twice."
)
def plus_in_the_exponent(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.logaddexp(0, np.abs(logits)))


@binary_cross_entropy_with_logits.mistake(
    "The logarithm is forgotten: the last term is log(1 + e^-|z|), np.log1p(np.exp(-np.abs(z)))."
)
def log_forgotten(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.exp(-np.abs(logits)))


@binary_cross_entropy_with_logits.mistake(
    "The 1 is missing: the last term is log(1 + e^-|z|); log(e^-|z|) is -|z|."
)
def one_in_the_log_missing(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target - np.abs(logits))


@binary_cross_entropy_with_logits.mistake("The last term is missing: log(1 + e^-|z|).")
def last_term_missing(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target)


@binary_cross_entropy_with_logits.mistake(
    "np.log10 counts tens; the lesson counts in nats: np.log1p."
)
def log_to_base_10(logits, target):
    small = np.log10(1 + np.exp(-np.abs(logits)))
    return np.mean(np.maximum(logits, 0) - logits * target + small)


@binary_cross_entropy_with_logits.mistake(
    "You subtract the target alone: the middle term is z times t, logits * target."
)
def target_without_logits(logits, target):
    return np.mean(np.maximum(logits, 0) - target + np.log1p(np.exp(-np.abs(logits))))


@binary_cross_entropy_with_logits.mistake("The first term is max(z, 0), and yours is min(z, 0).")
def minimum_for_maximum(logits, target):
    return np.mean(np.minimum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


# ---- binary_cross_entropy_with_logits_grad -----------------------------------------------------

binary_cross_entropy_with_logits_grad = Exercise(
    "binary_cross_entropy_with_logits_grad",
    losses.binary_cross_entropy_with_logits_grad,
    cases=_BCE_CASES,
    hints=(
        "Everything cancels but the plain error: how far is the probability from the target? And "
        "the loss is a mean over N elements.",
        "Each element's derivative is (σ(z) - t) / N, with N the number of all elements, "
        "logits.size.",
        "return (sigmoid(logits) - target) / logits.size",
    ),
    why=(
        "The gradient is the plain error, so a sure mistake has the largest, where under "
        "MSE it has nearly none."
    ),
)


@binary_cross_entropy_with_logits_grad.mistake(
    "You multiply by p (1 - p), as under MSE. Here the derivative of the logarithm cancels it, and "
    "(p - t) / N is left."
)
def times_p_1_minus_p(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return (p - target) * p * (1 - p) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "That is the gradient of the squared error of the sigmoid. Cross-entropy's has neither the 2 "
    "nor p (1 - p)."
)
def gradient_of_mse(logits, target):
    p = layers.sigmoid(logits)
    return 2 * (p - target) * p * (1 - p) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "The sign is flipped: where the probability is above the target, the loss grows with the logit."
)
def sign_of_grad(logits, target):
    return (target - layers.sigmoid(logits)) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "1/N is missing: the loss is a mean over all elements, so each derivative is divided by N."
)
def no_1_over_n(logits, target):
    return layers.sigmoid(logits) - target


@binary_cross_entropy_with_logits_grad.mistake(
    "You divide by the number of rows, len(logits); the mean goes over all elements: logits.size."
)
def by_rows(logits, target):
    return (layers.sigmoid(logits) - target) / len(logits)


@binary_cross_entropy_with_logits_grad.mistake(
    "There is no factor of 2: nothing is squared in cross-entropy."
)
def factor_of_2(logits, target):
    return 2 * (layers.sigmoid(logits) - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You compare the logit itself with the target: first make a probability of it, σ(z)."
)
def sigmoid_forgotten(logits, target):
    return (logits - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "That is the gradient with respect to the probability, (p - t) / (p (1 - p)). With respect to "
    "the logit it is multiplied by p (1 - p), and the two cancel."
)
def by_the_probability(logits, target):
    p = layers.sigmoid(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (p - target) / (p * (1 - p)) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "That is the gradient with respect to the target; asked is the one with respect to the logits."
)
def by_the_target(logits, target):
    return -logits / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You return one number, the mean of the gradient; the gradient has one for every logit."
)
def mean_of_slopes(logits, target):
    return np.mean(layers.sigmoid(logits) - target)


@binary_cross_entropy_with_logits_grad.mistake(
    "You return the loss; asked is its gradient with respect to the logits."
)
def the_loss(logits, target):
    return losses.binary_cross_entropy_with_logits(logits, target)


@binary_cross_entropy_with_logits_grad.mistake(
    "You decide first (p above a half is 1): the gradient needs the probability itself."
)
def decided(logits, target):
    return ((logits > 0) * 1.0 - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "e^z / (1 + e^z) is NaN at a logit of 800: use your own sigmoid."
)
def nan_in_grad(logits, target):
    return (np.exp(logits) / (1 + np.exp(logits)) - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You round the target to 0 or 1: a grey target counts as it is."
)
def target_rounded_in_grad(logits, target):
    return (layers.sigmoid(logits) - (target > 0.5)) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You use softmax, whose probabilities add up to 1 over all pixels: here each pixel has its "
    "own, by the sigmoid."
)
def softmax_for_sigmoid(logits, target):
    return (layers.softmax(logits) - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "The brackets are missing: σ(z) - t / N divides the target alone. Write (σ(z) - t) / N."
)
def target_divided_alone(logits, target):
    return layers.sigmoid(logits) - target / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You square the error: its gradient is the plain error, (σ(z) - t) / N."
)
def error_squared(logits, target):
    return (layers.sigmoid(logits) - target) ** 2 / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You took the size of the error; its sign says which way to go."
)
def error_without_sign(logits, target):
    return np.abs(layers.sigmoid(logits) - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "tanh goes from -1 to 1: the probability is the sigmoid, σ(z)."
)
def tanh_for_sigmoid(logits, target):
    return (np.tanh(logits) - target) / logits.size


@binary_cross_entropy_with_logits_grad.mistake(
    "You divide by the length of the last axis; the mean goes over all elements: logits.size."
)
def by_columns(logits, target):
    return (layers.sigmoid(logits) - target) / logits.shape[-1]


@binary_cross_entropy_with_logits_grad.mistake(
    "The arguments are swapped: the sigmoid is of the logits, (σ(logits) - target) / N."
)
def arguments_swapped(logits, target):
    return (layers.sigmoid(target) - logits) / logits.size


# ---- cross_entropy -----------------------------------------------------------------------------

_three, _five = _rng.normal(0, 2, (4, 3)).round(2), _rng.normal(0, 2, (6, 5)).round(2)

cross_entropy = Exercise(
    "cross_entropy",
    losses.cross_entropy,
    cases=[
        case(np.array([[0.0, 0.0]]), np.array([0])),
        case(np.array([[1.0, 2.0, 4.0]]), np.array([1])),
        case(np.array([[2.0, 0.0, 1.0], [0.0, 3.0, -1.0]]), np.array([0, 2])),
        case(np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]]), np.array([1, 0, 1])),
        case(np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([0, 0])),
        case(np.array([[2000.0, 0.0, 0.0], [720.0, 0.0, 0.0]]), np.array([0, 1])),
        case(np.array([[-2000.0, 0.0]]), np.array([1])),
        case(np.array([[1000.0, 999.0], [-1000.0, -998.0]]), np.array([1, 0])),
        case(_three, np.array([2, 0, 1, 1])),
        case(_five, np.array([4, 0, 3, 3, 1, 2])),
    ],
    hints=(
        "Of each row you need two numbers: the log of the sum of e^z, and the logit at the label. "
        "The loss of the row is their difference.",
        "Take out the row's largest, z = logits - logits.max(axis=1, keepdims=True); then the log "
        "of the sum is np.log(np.exp(z).sum(axis=1)), and z[np.arange(n), labels] is at the "
        "labels.",
        "z = logits - logits.max(axis=1, keepdims=True)\n"
        "log_sum = np.log(np.exp(z).sum(axis=1))\n"
        "return np.mean(log_sum - z[np.arange(len(labels)), labels])",
    ),
    why=(
        "This is the usual loss of a classifier, and of a model that writes text or paints "
        "pixel by pixel: the surprise at what came."
    ),
    points=2,
)


def _surprise(logits, labels):
    """The loss of each row."""
    return -layers.log_softmax(logits)[np.arange(len(labels)), labels]


@cross_entropy.mistake(
    "Your softmax goes down the columns, over the pictures. The classes of one picture stand in a "
    "row: axis=1."
)
def wrong_axis(logits, labels):
    z = logits - logits.max(axis=0)
    with np.errstate(divide="ignore"):
        log_p = z - np.log(np.exp(z).sum(axis=0))
    return -np.mean(log_p[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "e^1000 overflows. Take the row's largest logit out first: logits - logits.max(axis=1, "
    "keepdims=True) leaves the softmax as it was."
)
def overflow(logits, labels):
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return -np.mean(np.log(p[np.arange(len(labels)), labels]))


@cross_entropy.mistake(
    "e^1000 overflows in your log of the sum. Take the row's largest logit out first, and add it "
    "again behind the logarithm."
)
def overflow_in_log_sum(logits, labels):
    with np.errstate(over="ignore", divide="ignore"):
        log_sum = np.log(np.exp(logits).sum(axis=1))
        return np.mean(log_sum - logits[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "You take the largest of the whole table out: in a row that lies far below it every e^z is 0, "
    "and log 0 is -∞. Each row needs its own largest: max(axis=1, keepdims=True)."
)
def largest_of_all(logits, labels):
    z = logits - logits.max()
    with np.errstate(divide="ignore"):
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "You form the probabilities and take their logarithm afterwards: a tiny one is rounded to 0, "
    "and log 0 is -∞. Keep the logarithm: log of the sum minus the logit."
)
def log_of_rounded_softmax(logits, labels):
    p = layers.softmax(logits)
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def _taken_out(logits, labels, what):
    z = logits - what
    log_sum = np.log(np.exp(z).sum(axis=1))
    return np.mean(log_sum - z[np.arange(len(labels)), labels])


_STILL_TOO_LARGE = (
    "Subtract the row's LARGEST logit, logits.max(axis=1, keepdims=True): then no exponent is "
    "above 0. You take out {}, and what is left can still be too large for e^z."
)


@cross_entropy.mistake(_STILL_TOO_LARGE.format("its mean"))
def mean_taken_out(logits, labels):
    return _taken_out(logits, labels, logits.mean(axis=1, keepdims=True))


@cross_entropy.mistake(_STILL_TOO_LARGE.format("its smallest"))
def smallest_taken_out(logits, labels):
    return _taken_out(logits, labels, logits.min(axis=1, keepdims=True))


@cross_entropy.mistake(_STILL_TOO_LARGE.format("its first"))
def first_taken_out(logits, labels):
    return _taken_out(logits, labels, logits[:, :1])


@cross_entropy.mistake(
    "You take the logit at the label out: where another one is larger by 710 or more, e^z "
    "overflows. Take the row's LARGEST out, logits.max(axis=1, keepdims=True): then no exponent is "
    "above 0."
)
def label_taken_out(logits, labels):
    return _taken_out(logits, labels, logits[np.arange(len(labels)), labels][:, None])


def _shifted_by(much):
    @cross_entropy.mistake(
        "You take the same number out of every row: where the logits are larger still, e^z "
        "overflows, and where they are far smaller, every e^z is 0 and its logarithm -∞. Each row "
        "needs its own largest taken out: logits.max(axis=1, keepdims=True)."
    )
    def shifted(logits, labels):
        return _taken_out(logits, labels, much)

    shifted.__name__ = f"shifted_by_{much}"


for _much in (300, 500, 700, 1000):
    _shifted_by(_much)


def _logits_clipped_at(limit):
    @cross_entropy.mistake(
        f"You clip the logits at {limit}: the loss of a sure mistake then stops there. Take the "
        f"row's largest out, and nothing needs clipping."
    )
    def logits_clipped(logits, labels):
        return np.mean(_surprise(np.clip(logits, -limit, limit), labels))

    logits_clipped.__name__ = f"logits_clipped_at_{limit}"


for _limit in (50, 100, 500, 700, 709):
    _logits_clipped_at(_limit)


@cross_entropy.mistake(
    "Only the first row counts: does your `return` stand inside the loop over the rows? Move it "
    "left, so that it comes after the last round."
)
def returns_inside_the_loop(logits, labels):
    return _surprise(logits, labels)[0] / len(labels)


@cross_entropy.mistake(
    "You return the loss of the first row: does your `return` stand inside the loop over the rows? "
    "Asked is the mean over all of them."
)
def first_row_alone(logits, labels):
    return _surprise(logits, labels)[0]


@cross_entropy.mistake("You sum over the rows where their mean is asked for.")
def sum_over_rows(logits, labels):
    return np.sum(_surprise(logits, labels))


@cross_entropy.mistake(
    "The logarithm of the sum is forgotten: the largest logit alone is not log Σ e^z."
)
def log_of_sum_forgotten(logits, labels):
    return np.mean(logits.max(axis=1) - logits[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "You take the sum of e^z without its logarithm: the loss is log Σ e^z - z at the label."
)
def sum_without_log(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.exp(z).sum(axis=1) - z[np.arange(len(labels)), labels])


@cross_entropy.mistake("The sign is flipped: a loss is minus the logarithm of the probability.")
def sign_of_loss(logits, labels):
    return -np.mean(_surprise(logits, labels))


@cross_entropy.mistake(
    "Only minus the logit at the label is left; the normaliser log Σ e^z is missing."
)
def no_normaliser(logits, labels):
    return -np.mean(logits[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "logits[:, labels] picks all the labels' columns in every row. One a row is meant: "
    "logits[np.arange(n), labels]."
)
def every_column(logits, labels):
    return -np.mean(layers.log_softmax(logits)[:, labels])


@cross_entropy.mistake("Labels count from 0: you took the class before the right one.")
def labels_from_1(logits, labels):
    return np.mean(_surprise(logits, labels - 1))


@cross_entropy.mistake(
    "You divide by the number of all logits, n k; the mean goes over the n rows."
)
def mean_over_classes(logits, labels):
    return np.mean(_surprise(logits, labels)) / logits.shape[1]


@cross_entropy.mistake("You average the probability at the label; the loss is minus its logarithm.")
def probability_itself(logits, labels):
    return np.mean(np.exp(-_surprise(logits, labels)))


@cross_entropy.mistake("You average 1 - p at the label; the loss is -log p.")
def one_minus_p(logits, labels):
    return np.mean(1 - np.exp(-_surprise(logits, labels)))


@cross_entropy.mistake("You return the loss of each row; take the mean of the rows, one number.")
def one_a_row(logits, labels):
    return _surprise(logits, labels)


@cross_entropy.mistake(
    "You average minus the log of every class's probability; only the right class's counts."
)
def all_classes(logits, labels):
    return -np.mean(layers.log_softmax(logits))


@cross_entropy.mistake(
    "You count the pictures whose largest logit is at the label: that is the accuracy, whose "
    "gradient is 0. Asked is the mean of -log p at the label."
)
def accuracy(logits, labels):
    return np.mean(logits.argmax(axis=1) == labels)


@cross_entropy.mistake(
    "You take a sigmoid of each class by itself. Here the probabilities of the classes add up to "
    "1: take the softmax."
)
def sigmoid_for_softmax(logits, labels):
    right = np.eye(logits.shape[1])[labels]
    return losses.binary_cross_entropy_with_logits(logits, right)


@cross_entropy.mistake(
    "You add a little inside the logarithm: the loss of a sure mistake then stops growing. With "
    "the log of the sum there is nothing to save."
)
def eps_in_the_log(logits, labels):
    return -np.mean(np.log(np.exp(-_surprise(logits, labels)) + 1e-7))


@cross_entropy.mistake("That is in bits, by the logarithm to base 2; count in nats (np.log).")
def in_bits(logits, labels):
    return np.mean(_surprise(logits, labels)) / np.log(2)


@cross_entropy.mistake(
    "0 times -∞ is NaN: where a probability is rounded to 0, its logarithm times the 0 of the "
    "one-hot table spoils the sum. Pick the label's logit instead: logits[np.arange(n), labels]."
)
def one_hot_times_log_of_zero(logits, labels):
    p = layers.softmax(logits)
    return -np.sum(np.eye(logits.shape[1])[labels] * np.log(p)) / len(logits)


@cross_entropy.mistake(
    "You take the largest out and never put it back: log Σ e^z = m + log Σ e^(z - m). Or take it "
    "out of the logit at the label, too."
)
def largest_not_added_back(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - logits[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "The largest is counted twice: add m to the log of the sum, or take it out of the logit at the "
    "label, but not both."
)
def largest_added_twice(logits, labels):
    return np.mean(logits.max(axis=1) + _surprise(logits, labels))


@cross_entropy.mistake(
    "logits.max(axis=1) has the shape (n,), and NumPy lines it up with the *columns*: where n and "
    "k differ it raises, where they are equal it takes the wrong numbers out. keepdims=True makes "
    "it (n, 1)."
)
def max_without_keepdims(logits, labels):
    z = logits - logits.max(axis=1)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(labels)), labels])


def _a_little(eps):
    @cross_entropy.mistake(
        f"You keep the logarithm finite with {eps:g}, by clipping the probability or by adding to "
        f"it: the loss of a sure mistake then stops at {-np.log(eps):.1f} nats. With the log of "
        f"the sum there is nothing to save."
    )
    def added(logits, labels):
        return -np.mean(np.log(np.exp(-_surprise(logits, labels)) + eps))

    added.__name__ = f"{eps:g}_in_the_log"


for _eps in (1e-6, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15):
    _a_little(_eps)


@cross_entropy.mistake("np.log10 counts tens; count in nats: np.log.")
def in_tens(logits, labels):
    return np.mean(_surprise(logits, labels)) / np.log(10)


@cross_entropy.mistake(
    "You average the probabilities and take the logarithm of that: first -log p of each row, then "
    "the mean."
)
def log_of_the_mean(logits, labels):
    return -np.log(np.mean(np.exp(-_surprise(logits, labels))))


@cross_entropy.mistake(
    "Your loss is that of the class with the largest logit, whatever the label: what is subtracted "
    "from the log of the sum must be the logit at the label, z[np.arange(n), labels]."
)
def largest_for_the_label(logits, labels):
    return -np.mean(layers.log_softmax(logits).max(axis=1))


@cross_entropy.mistake(
    "You count the pictures whose largest logit is not at the label, which has a gradient of 0. "
    "Asked is the mean of -log p at the label."
)
def error_rate(logits, labels):
    return np.mean(logits.argmax(axis=1) != labels)


@cross_entropy.mistake(
    "You take one log of the sum over the whole table: each row has its own, sum(axis=1)."
)
def one_sum_for_all(logits, labels):
    largest = logits.max()
    log_sum = largest + np.log(np.exp(logits - largest).sum())
    return log_sum - np.mean(logits[np.arange(len(labels)), labels])


@cross_entropy.mistake(
    "Rows and columns have changed places throughout: your softmax runs down the pictures, and "
    "labels picks rows. A row is a picture: axis=1, and z[np.arange(n), labels]."
)
def down_the_pictures(logits, labels):
    z = logits - logits.max(axis=0)
    return np.mean(np.log(np.exp(z).sum(axis=0)) - z[labels, np.arange(len(labels))])


@cross_entropy.mistake(
    "That is the squared error of the probabilities (the Brier score), under which the gradient of "
    "a sure mistake dies. Asked is -log p at the label."
)
def squared_error_of_the_softmax(logits, labels):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.mean((p - np.eye(logits.shape[1])[labels]) ** 2)
