"""Lesson 11: what a hole costs, one step of the search for a z, and many fills of one hole."""

import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError
from learnkit.models import conditional_vae

_rng = np.random.default_rng(11)


def _f32(values):
    return np.asarray(values, np.float32)


def _normal(*shape):
    return _f32(_rng.standard_normal(shape).round(2))


def _grey(*shape):
    return _f32(_rng.uniform(0.05, 0.95, shape).round(2))


def _bool(*rows):
    return np.array(rows, bool)


def _is_tensor(result, of):
    if isinstance(result, tuple | list):
        raise OddResultError(
            f"You return a {type(result).__name__}; return {of} in one tensor (is there a comma at "
            "the end of the line, or is torch.stack missing?)."
        )
    if callable(result):
        raise OddResultError(
            f"You return a method; return {of}: the round brackets of a call are missing."
        )
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return a {type(result).__name__}; return {of} as a tensor of torch."
        )


# ---- masked_negative_elbo ----------------------------------------------------------------------


def _leaves(*values):
    """Arrays as tensors, the floats of them so that a gradient can reach them."""
    made = [torch.tensor(v) for v in values]
    made = [v.requires_grad_() if v.is_floating_point() else v for v in made]
    given = [v.clone() for v in made]
    given[0].leaves = made
    return given, {}


def _loss_and_slopes(result, logits, *_rest):
    _is_tensor(result, "the loss")
    if not result.requires_grad:
        raise OddResultError(
            "No gradient flows back through the loss: .detach(), .data, .item() or torch.no_grad() "
            "cuts it off, and nothing would learn. Leave that out."
        )
    names = ("logits", "q_mean", "q_log_var", "p_mean", "p_log_var")
    leaves = [logits.leaves[i] for i in (0, 3, 4, 5, 6)]
    grads = torch.autograd.grad(result.sum(), leaves, allow_unused=True)
    slopes = [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, grads, strict=True)]
    return {
        "loss": result,
        **{
            f"gradient with respect to {name}": slope
            for name, slope in zip(names, slopes, strict=True)
        },
    }


def _elbo_case(n, c, h, w, d, hole, **options):
    return case(
        _normal(n, c, h, w),
        _grey(n, c, h, w),
        np.array(hole, bool).reshape(n, 1, h, w),
        *(_normal(n, d) for _ in range(4)),
        **options,
    )


_SURE = case(
    _f32([[[[200.0, -200.0, 300.0]]], [[[200.0, 200.0, -50.0]]]]),
    _f32([[[[1.0, 1.0, 0.0]]], [[[0.5, 1.0, 0.0]]]]),
    _bool([[[True, True, False]]], [[[True, False, True]]]),
    *(_normal(2, 2) for _ in range(4)),
    note="logits of 200 and -200, some right and some wrong, two of three pixels in the hole",
)

masked_negative_elbo = Exercise(
    "masked_negative_elbo",
    conditional_vae.masked_negative_elbo,
    cases=[
        case(
            _f32([[[[2.0, 1.0]]]]),
            _f32([[[[1.0, 0.0]]]]),
            _bool([[[True, False]]]),
            _f32([[1.0]]),
            _f32([[0.0]]),
            _f32([[0.5]]),
            _f32([[1.0]]),
            note="one picture of two pixels, logits 2 and 1, truth 1 and 0; the first is the hole; "
            "q = N(1, 1), p_mean = 0.5, p_log_var = 1",
        ),
        _elbo_case(
            2, 1, 1, 3, 2, [1, 1, 0, 0, 0, 1], note="two pictures: 2 and 1 of 3 pixels are hole"
        ),
        _elbo_case(
            3,
            1,
            2,
            3,
            3,
            [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1],
            note="three pictures: one has no hole, one is all hole, one half",
        ),
        _elbo_case(
            4,
            3,
            2,
            2,
            5,
            [1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1],
            note="four colour pictures of 2 x 2, five latent numbers",
        ),
        _elbo_case(
            5,
            1,
            3,
            3,
            2,
            _rng.random((5, 9)) < 0.5,
            note="five pictures of 3 x 3, about half of each is hole",
        ),
        _SURE,
    ],
    build=_leaves,
    probe=_loss_and_slopes,
    hints=(
        "A picture pays for two things: the pixels of its hole (cross-entropy, known pixels pay "
        "nothing), and for what q knows beyond p. Sum both over the picture, average over the "
        "pictures.",
        'F.binary_cross_entropy_with_logits(logits, images, reduction="none") keeps each pixel; '
        "torch.where(hole, it, 0) keeps the hole. One latent number costs "
        "½ (log var_p - log var_q + (var_q + (mean_q - mean_p)²) / var_p - 1).",
        'bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")\n'
        "bce = torch.where(hole, bce, 0.0).sum(dim=(1, 2, 3))\n"
        "apart = (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp()\n"
        "kl = 0.5 * (p_log_var - q_log_var + apart - 1).sum(dim=1)\n"
        "return (bce + kl).mean()",
    ),
    why="p learns to expect what q finds, which sees the whole picture: this KL is what teaches "
    "it. With nothing known it is lesson 08's loss again, with a prior that is learned.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _bce(logits, images):
    return F.binary_cross_entropy_with_logits(logits, images, reduction="none")


def _in_hole(logits, images, hole):
    return torch.where(hole, _bce(logits, images), 0.0).sum(dim=(1, 2, 3))


def _each(qm, qv, pm, pv):
    return 0.5 * (pv - qv + (qv.exp() + (qm - pm) ** 2) / pv.exp() - 1)


def _kl(*clouds):
    return _each(*clouds).sum(dim=1)


_elbo_mistake = masked_negative_elbo.mistake


@_elbo_mistake(
    "You score the known pixels too: they are given, and cost nothing. Keep the cross-entropy of "
    "the hole alone: torch.where(hole, bce, 0)."
)
def known_scored(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none").sum(dim=(1, 2, 3))
    apart = (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp()
    return (bce + 0.5 * (p_log_var - q_log_var + apart - 1).sum(dim=1)).mean()


@_elbo_mistake(
    "The polarity is turned: you score the known pixels and not the hole. True in `hole` is what "
    "is to be filled."
)
def polarity(logits, images, hole, *clouds):
    return (_in_hole(logits, images, ~hole) + _kl(*clouds)).mean()


@_elbo_mistake(
    "The KL is reversed, KL(p || q): asked is KL(q || p), the mean of log q - log p over q's own "
    "draws. The variance that divides is p's."
)
def kl_reversed(logits, images, hole, qm, qv, pm, pv):
    return (_in_hole(logits, images, hole) + _kl(pm, pv, qm, qv)).mean()


@_elbo_mistake(
    "You measure q against N(0, I), as in lesson 08. Here the prior is learned: measure it against "
    "N(p_mean, p_log_var)."
)
def standard_normal_for_p(logits, images, hole, qm, qv, pm, pv):
    standard = 0.5 * (qm**2 + qv.exp() - 1 - qv).sum(dim=1)
    return (_in_hole(logits, images, hole) + standard).mean()


@_elbo_mistake(
    "You measure p against N(0, I), and q is not used. Asked is KL(q || p), between the two."
)
def p_against_standard_normal(logits, images, hole, qm, qv, pm, pv):
    standard = 0.5 * (pm**2 + pv.exp() - 1 - pv).sum(dim=1)
    return (_in_hole(logits, images, hole) + standard).mean()


@_elbo_mistake(
    "You average over the pixels of the hole, while the KL is summed: the KL then weighs far too "
    "much. Sum over the hole's pixels, take the mean over the pictures."
)
def mean_over_hole(logits, images, hole, *clouds):
    return _bce(logits, images)[hole.expand_as(images)].mean() + _kl(*clouds).mean()


@_elbo_mistake(
    "You average over the hole's pixels, picture by picture: a large hole then costs no more than "
    "a small one. Sum over its pixels."
)
def mean_over_each_hole(logits, images, hole, *clouds):
    pixels = hole.sum(dim=(1, 2, 3)).clamp(min=1) * images.shape[1]
    return (_in_hole(logits, images, hole) / pixels + _kl(*clouds)).mean()


@_elbo_mistake(
    "You average over all pixels, known ones among them. Sum the cross-entropy over the hole, and "
    "take the mean over the pictures only."
)
def mean_over_all_pixels(logits, images, hole, *clouds):
    return torch.where(hole, _bce(logits, images), 0.0).mean() + _kl(*clouds).mean()


@_elbo_mistake(
    "You set the logits of the known pixels to 0 before the loss: each then still costs ln 2. "
    "Take the cross-entropy first, and zero it after."
)
def logits_zeroed_first(logits, images, hole, *clouds):
    return (_bce(logits * hole, images).sum(dim=(1, 2, 3)) + _kl(*clouds)).mean()


@_elbo_mistake("You sum over the pictures: the loss is their mean, or it grows with the batch.")
def sum_over_pictures(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + _kl(*clouds)).sum()


@_elbo_mistake(
    "You sum the pixels of the whole batch and add the mean KL: take the mean over the pictures "
    "for both."
)
def pixels_of_the_batch(logits, images, hole, *clouds):
    return _in_hole(logits, images, hole).sum() + _kl(*clouds).mean()


@_elbo_mistake("You return one loss a picture: take the mean over the pictures.")
def one_loss_a_picture(logits, images, hole, *clouds):
    return _in_hole(logits, images, hole) + _kl(*clouds)


@_elbo_mistake(
    "You average the KL over the latent numbers: a picture pays for each of them, so sum them."
)
def kl_mean_over_latents(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + _each(*clouds).mean(dim=1)).mean()


@_elbo_mistake("You sum the KL over the whole batch: sum over the latents, mean over the pictures.")
def kl_summed_over_batch(logits, images, hole, *clouds):
    return _in_hole(logits, images, hole).mean() + _each(*clouds).sum()


@_elbo_mistake("The KL is missing: without it the prior never learns what q found in the hole.")
def no_kl(logits, images, hole, *clouds):
    return _in_hole(logits, images, hole).mean()


@_elbo_mistake("The pixels are missing: you return the KL alone. Add the hole's cross-entropy.")
def no_pixels(logits, images, hole, *clouds):
    return _kl(*clouds).mean() + 0 * logits.sum()


@_elbo_mistake(
    "The KL is not summed over the latents, and torch repeats the pixels' cost for each of them: "
    "kl.sum(dim=1) before you add."
)
def kl_not_summed(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + _each(*clouds)).mean()


@_elbo_mistake("In the fraction stands q_log_var, a logarithm: the variance is q_log_var.exp().")
def log_for_variance(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv + (qm - pm) ** 2) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "In the fraction stand the logarithms themselves: variances are q_log_var.exp() and "
    "p_log_var.exp()."
)
def logs_for_variances(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv + (qm - pm) ** 2) / pv - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "The fraction is upside down: p's variance divides, (var_q + (mean_q - mean_p)²) / var_p."
)
def fraction_upside_down(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (pv.exp() + (qm - pm) ** 2) / qv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "p's variance is missing in your fraction: it divides, (var_q + (mean_q - mean_p)²) / var_p."
)
def fraction_undivided(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + qv.exp() + (qm - pm) ** 2 - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake("At the end of the KL stands - 1, and yours adds it: where q is p it must be 0.")
def plus_1(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + (_each(*clouds) + 1).sum(dim=1)).mean()


@_elbo_mistake("The distance of the means is added to var_q, and yours is taken away.")
def distance_subtracted(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv.exp() - (qm - pm) ** 2) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake("You add the two means: it is their distance that counts, (mean_q - mean_p)².")
def means_added(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv.exp() + (qm + pm) ** 2) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake("The logarithms are missing: the KL begins with log var_p - log var_q.")
def no_logs(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * ((qv.exp() + (qm - pm) ** 2) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake("The cross-entropy has the wrong sign: torch's is a cost already, and is added.")
def pixels_subtracted(logits, images, hole, *clouds):
    return (_kl(*clouds) - _in_hole(logits, images, hole)).mean()


@_elbo_mistake(
    "You set the pictures' known pixels to 0 and keep their logits: they still cost. Take the "
    "cross-entropy first, and zero it after."
)
def pictures_zeroed_first(logits, images, hole, *clouds):
    return (_bce(logits, images * hole).sum(dim=(1, 2, 3)) + _kl(*clouds)).mean()


@_elbo_mistake(
    "You divide by the hole's pixels: a large hole then costs no more than a small one. Sum over "
    "its pixels and their channels."
)
def mean_over_each_hole_without_channels(logits, images, hole, *clouds):
    pixels = hole.sum(dim=(1, 2, 3)).clamp(min=1)
    return (_in_hole(logits, images, hole) / pixels + _kl(*clouds)).mean()


@_elbo_mistake(
    "Only the first picture counts: does a `return` stand inside the loop? Take the mean over all."
)
def first_picture(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + _kl(*clouds))[0]


@_elbo_mistake(
    "The value is right, and no gradient reaches the logits: you cut it off, so the decoder never "
    "learns. Leave out .detach() and .data."
)
def logits_detached(logits, images, hole, *clouds):
    return (_in_hole(logits.detach(), images, hole) + _kl(*clouds)).mean()


@_elbo_mistake("The KL has the wrong sign: it is a cost, and is added.")
def kl_subtracted(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) - _kl(*clouds)).mean()


@_elbo_mistake("The half in front of the KL is missing: ½ (...), summed over the latents.")
def no_half(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + 2 * _kl(*clouds)).mean()


@_elbo_mistake("The -1 in the KL is missing: where q is p it must be 0, and yours is d / 2.")
def no_minus_1(logits, images, hole, *clouds):
    return (_in_hole(logits, images, hole) + (_each(*clouds) + 0.5).sum(dim=1)).mean()


@_elbo_mistake(
    "The logarithms are turned round: it is log var_p - log var_q (a q narrower than p costs more)."
)
def logs_turned(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (qv - pv + (qv.exp() + (qm - pm) ** 2) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "Only q's variance is divided by p's: the squared distance of the means is, too. Mind the "
    "brackets: (var_q + (mean_q - mean_p)²) / var_p."
)
def distance_undivided(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + qv.exp() / pv.exp() + (qm - pm) ** 2 - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "Only the distance of the means is divided by p's variance: q's variance is, too. Mind the "
    "brackets: (var_q + (mean_q - mean_p)²) / var_p."
)
def variance_undivided(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + qv.exp() + (qm - pm) ** 2 / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "You multiply by p's variance where the KL divides by it: (var_q + (mean_q - mean_p)²) / var_p."
)
def times_the_variance(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv.exp() + (qm - pm) ** 2) * pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "The half reaches the logarithms alone. Mind the brackets: it stands before all of "
    "log var_p - log var_q + (...) / var_p - 1."
)
def half_of_the_logs(logits, images, hole, qm, qv, pm, pv):
    kl = (0.5 * (pv - qv) + (qv.exp() + (qm - pm) ** 2) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "The half does not reach the -1. Mind the brackets: it stands before all of "
    "log var_p - log var_q + (...) / var_p - 1."
)
def half_without_the_1(logits, images, hole, qm, qv, pm, pv):
    kl = (0.5 * (pv - qv + (qv.exp() + (qm - pm) ** 2) / pv.exp()) - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "The half does not reach the fraction: (var_q + (mean_q - mean_p)²) / var_p is halved as the "
    "rest is."
)
def fraction_not_halved(logits, images, hole, qm, qv, pm, pv):
    kl = (0.5 * (pv - qv) + (qv.exp() + (qm - pm) ** 2) / pv.exp() - 0.5).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake("The distance of the means is not squared: (mean_q - mean_p)².")
def not_squared(logits, images, hole, qm, qv, pm, pv):
    kl = 0.5 * (pv - qv + (qv.exp() + qm - pm) / pv.exp() - 1).sum(dim=1)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "You take exp(log_var) for a standard deviation and square it: it is the variance already."
)
def variance_squared(logits, images, hole, qm, qv, pm, pv):
    kl = _kl(qm, 2 * qv, pm, 2 * pv)
    return (_in_hole(logits, images, hole) + kl).mean()


@_elbo_mistake(
    "You take standard deviations, exp(log_var / 2), where the KL wants variances, exp(log_var)."
)
def std_for_variance(logits, images, hole, qm, qv, pm, pv):
    apart = (torch.exp(qv / 2) + (qm - pm) ** 2) / torch.exp(pv / 2)
    return (_in_hole(logits, images, hole) + 0.5 * (pv - qv + apart - 1).sum(dim=1)).mean()


@_elbo_mistake(
    "The value is right, and no gradient reaches p: you cut it off, so the prior never learns. "
    "Leave out .detach() and .data."
)
def prior_detached(logits, images, hole, qm, qv, pm, pv):
    return (_in_hole(logits, images, hole) + _kl(qm, qv, pm.detach(), pv.detach())).mean()


@_elbo_mistake(
    "The value is right, and the KL sends no gradient to q: you cut it off. Leave out .detach() "
    "and .data."
)
def posterior_detached(logits, images, hole, qm, qv, pm, pv):
    return (_in_hole(logits, images, hole) + _kl(qm.detach(), qv.detach(), pm, pv)).mean()


@_elbo_mistake(
    "You take the sigmoid twice: logits go into binary_cross_entropy_with_logits as they are."
)
def sigmoid_twice(logits, images, hole, *clouds):
    return (_in_hole(torch.sigmoid(logits), images, hole) + _kl(*clouds)).mean()


@_elbo_mistake(
    "You square the error of the picture: asked is the binary cross-entropy of the logits."
)
def squared_error(logits, images, hole, *clouds):
    wrong = torch.where(hole, (torch.sigmoid(logits) - images) ** 2, 0.0).sum(dim=(1, 2, 3))
    return (wrong + _kl(*clouds)).mean()


@_elbo_mistake(
    "Logits and pictures have changed places: binary_cross_entropy_with_logits(logits, images)."
)
def places_changed(logits, images, hole, *clouds):
    return (_in_hole(images, logits, hole) + _kl(*clouds)).mean()


@_elbo_mistake(
    "Yours is right until a logit is large: then log(sigmoid) is -∞. Use "
    "F.binary_cross_entropy_with_logits."
)
def log_of_0(logits, images, hole, *clouds):
    p = torch.sigmoid(logits)
    bce = -(images * torch.log(p) + (1 - images) * torch.log(1 - p))
    return (torch.where(hole, bce, 0.0).sum(dim=(1, 2, 3)) + _kl(*clouds)).mean()


@_elbo_mistake(
    "Yours is right until a logit is large: binary_cross_entropy on a sigmoid stops at 100. Use "
    "F.binary_cross_entropy_with_logits."
)
def stopped_at_100(logits, images, hole, *clouds):
    bce = F.binary_cross_entropy(torch.sigmoid(logits), images, reduction="none")
    return (torch.where(hole, bce, 0.0).sum(dim=(1, 2, 3)) + _kl(*clouds)).mean()


def _clamped(eps, form):
    """The cross-entropy with its logarithms kept from -∞, in one of three ways."""

    def clamped(logits, images, hole, *clouds):
        p = torch.sigmoid(logits)
        logs = {
            "each": lambda: (p.clamp(min=eps), (1 - p).clamp(min=eps)),
            "both": lambda: (p.clamp(eps, 1 - eps), 1 - p.clamp(eps, 1 - eps)),
            "plus": lambda: (p + eps, 1 - p + eps),
        }[form]()
        bce = -(images * logs[0].log() + (1 - images) * logs[1].log())
        return (torch.where(hole, bce, 0.0).sum(dim=(1, 2, 3)) + _kl(*clouds)).mean()

    clamped.__name__ = f"clamped_{form}_{eps:.0e}".replace("-", "_")
    return clamped


for _eps in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10, 1e-12):
    for _form in ("each", "both", "plus"):
        _elbo_mistake(
            "You keep log(sigmoid) from -∞ with a small number: a sure and wrong pixel then costs "
            "too little, and has no gradient. Use F.binary_cross_entropy_with_logits."
        )(_clamped(_eps, _form))


@masked_negative_elbo.mistake(
    "You divide by p_log_var, a logarithm: the variance of p is p_log_var.exp()."
)
def divided_by_the_logarithm(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    nats = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    fill = torch.where(hole, nats, 0.0).flatten(1).sum(dim=1)
    spread = (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var
    return (fill + 0.5 * (p_log_var - q_log_var + spread - 1).sum(dim=1)).mean()


# ---- latent_step -------------------------------------------------------------------------------

_GRAPH = (
    "Your z still holds its graph (requires_grad is on): a hundred steps would keep a "
    "hundred graphs. Return it detached."
)
_LEFT_ON = (
    "You leave requires_grad on at the z that you were given: it belongs to the caller. Work on "
    "z.detach().requires_grad_(), which is a tensor of its own."
)


_NO_LEAF = (
    "decode gets a z that keeps no graph, so autograd finds no gradient. Begin with "
    "z = z.detach().requires_grad_()."
)
_TUPLE = (
    "torch.autograd.grad returns a tuple, for one z as for many. Take the gradient out of it: "
    "(gradient,) = torch.autograd.grad(energy, z)."
)
_NO_GRAD = (
    "The gradient that you multiply by lr is None: z.grad is filled by energy.backward(), and only "
    "for a z that is a leaf, z = z.detach().requires_grad_()."
)


class _Rate(float):
    """A learning rate that says what is wrong where a tuple or None is multiplied by it."""

    def __mul__(self, other):
        if isinstance(other, tuple | list):
            raise OddResultError(_TUPLE)
        if other is None:
            raise OddResultError(_NO_GRAD)
        return float.__mul__(self, other)

    __rmul__ = __mul__


def _a_decoder(weight, bias, shape):
    """A decoder of one layer and a sigmoid, through which a gradient can flow.

    Its first z must ask for a gradient (or be the z of torch.func); later ones need not.
    """
    weight, bias = torch.tensor(weight), torch.tensor(bias)
    asked = []

    def decode(z):
        if z.ndim != 2 or z.shape[1] != len(weight):
            raise OddResultError(
                f"decode takes z of shape (n, {len(weight)}); you hand it {tuple(z.shape)}."
            )
        made = torch.sigmoid(z @ weight + bias).reshape(len(z), *shape)
        asked.append(z.requires_grad or torch._C._functorch.is_functorch_wrapped_tensor(z))
        if not any(asked):
            raise OddResultError(_NO_LEAF)
        return made

    return decode


def _search(z, weight, bias, image, hole, lr, **options):
    decode = _a_decoder(weight, bias, image.shape[1:])
    return [torch.tensor(z), decode, torch.tensor(image), torch.tensor(hole), _Rate(lr)], options


def _stepped(result, z, *_rest, **_options):
    _is_tensor(result, "the new z")
    if z.requires_grad:
        raise OddResultError(_LEFT_ON)
    if result.requires_grad:
        raise OddResultError(_GRAPH)
    return {"new z": result}


def _step_case(n, c, h, w, d, lr, note, hole=None, **options):
    note = f"{note}; lr {lr}, sigma {options.get('sigma', '0.1 as it is by default')}"
    hole = _rng.random((n, 1, h, w)) < 0.5 if hole is None else np.array(hole, bool)
    return case(
        _normal(n, d),
        _normal(d, c * h * w),
        _normal(c * h * w),
        _grey(n, c, h, w),
        hole.reshape(n, 1, h, w),
        lr,
        note=note,
        **options,
    )


def _with_black(made):
    """The case with every third pixel black: 0 is a grey as any other."""
    made.args[3].flat[::3] = 0
    return made


latent_step = Exercise(
    "latent_step",
    conditional_vae.latent_step,
    cases=[
        _step_case(1, 1, 1, 3, 2, 0.1, "3 pixels, the last is hole", [0, 0, 1], sigma=0.5),
        _step_case(
            2, 1, 1, 2, 3, 0.01, "two pictures, one of them known, one all hole", [0, 0, 1, 1]
        ),
        _step_case(3, 1, 2, 2, 2, 0.2, "three pictures of 2 x 2", sigma=2.0),
        _with_black(_step_case(4, 3, 2, 2, 4, 0.05, "four colour pictures of 2 x 2", sigma=0.7)),
        _step_case(2, 2, 3, 2, 5, 0.002, "two pictures of two channels, 3 x 2"),
        _step_case(
            3, 1, 1, 2, 2, 0.5, "every pixel is hole: only the prior pulls", [1] * 6, sigma=1.0
        ),
    ],
    build=_search,
    probe=_stepped,
    hints=(
        "Two terms act on z: the known pixels want decode(z) to look like the picture, the prior "
        "wants z near 0. Write their sum, the energy, ask autograd for its gradient with respect "
        "to z, and take a step against it.",
        "z = z.detach().requires_grad_() is a leaf of its own. Known pixels are those where hole "
        "is False; sum over everything, the pictures too. torch.autograd.grad(energy, z)[0] is "
        "the gradient.",
        "z = z.detach().requires_grad_()\n"
        "wrong = torch.where(hole, 0.0, decode(z) - image)\n"
        "energy = (wrong**2).sum() / (2 * sigma**2) + (z**2).sum() / 2\n"
        "gradient = torch.autograd.grad(energy, z)[0]\n"
        "return (z - lr * gradient).detach()",
    ),
    why="With a few hundred such steps, a model that was never trained on holes fills one. The "
    "energy is -log p(z | known): its lowest point is the best z, and noise in each step would "
    "draw many.",
    points=2,
    prewarm=("torch",),
    rtol=1e-4,
    atol=1e-5,
)


def _moved(z, decode, energy, lr):
    at = z.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(energy(at, decode(at)), at)
    return (at - lr * slope).detach()


def _misfit(made, image, hole):
    return (torch.where(hole, 0.0, made - image) ** 2).sum()


def _prior(z):
    return (z**2).sum() / 2


_step_mistake = latent_step.mistake


@_step_mistake(
    "The polarity is turned: you fit the hole, which nobody knows. Fit the pixels where `hole` is "
    "False."
)
def hole_fitted(z, decode, image, hole, lr, sigma=0.1):
    z = z.detach().requires_grad_()
    wrong = torch.where(hole, decode(z) - image, 0.0)
    energy = (wrong**2).sum() / (2 * sigma**2) + (z**2).sum() / 2
    return (z - lr * torch.autograd.grad(energy, z)[0]).detach()


@_step_mistake(
    "You fit the whole picture, the truth in the hole among it: only known pixels may count."
)
def whole_picture_fitted(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: ((x - image) ** 2).sum() / (2 * sigma**2) + _prior(at), lr
    )


@_step_mistake(
    "You black out the hole of the picture alone: the search then wants decode(z) black there. "
    "Leave the hole out of the difference."
)
def hole_wanted_black(z, decode, image, hole, lr, sigma=0.1):
    cut = torch.where(hole, 0.0, image)
    return _moved(z, decode, lambda at, x: ((x - cut) ** 2).sum() / (2 * sigma**2) + _prior(at), lr)


@_step_mistake("The prior is missing: add |z|²/2, or z may go where the decoder was never trained.")
def no_prior(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + 0 * _prior(at), lr
    )


@_step_mistake("The known pixels are missing: z then only shrinks to 0. Add their squared error.")
def prior_alone(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _prior(at), lr)


@_step_mistake("The prior has the wrong sign: it pulls z to 0, so |z|²/2 is added to the energy.")
def prior_subtracted(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) - _prior(at), lr
    )


@_step_mistake(
    "You take the mean over the pictures: each z then moves n times too little. Sum over them."
)
def batch_mean(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: (_misfit(x, image, hole) / (2 * sigma**2) + _prior(at)) / len(at),
        lr,
    )


@_step_mistake(
    "You average the squared error over all pixels: sum it. Its weight against |z|²/2 is "
    "1 / (2 sigma²), and nothing else."
)
def pixel_mean(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: _misfit(x, image, hole) / image.numel() / (2 * sigma**2) + _prior(at),
        lr,
    )


@_step_mistake(
    "You average the squared error over the known pixels of the batch: sum it. Ten known pixels "
    "tell ten times as much as one."
)
def known_mean(z, decode, image, hole, lr, sigma=0.1):
    known = ((~hole).sum() * image.shape[1]).clamp(min=1)
    return _moved(
        z,
        decode,
        lambda at, x: _misfit(x, image, hole) / known / (2 * sigma**2) + _prior(at),
        lr,
    )


@_step_mistake("You take the mean of z² where the prior wants its sum, |z|²/2.")
def prior_mean(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + (at**2).mean() / 2,
        lr,
    )


@_step_mistake("The energy grows: it is to become small, so the step is z - lr * gradient.")
def ascent(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + _prior(at), -lr
    )


@_step_mistake("You divide by sigma, not by its square: the squared error goes with 2 sigma².")
def sigma_not_squared(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma) + _prior(at), lr)


@_step_mistake("sigma is not used in yours: divide the squared error by 2 sigma².")
def no_sigma(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / 2 + _prior(at), lr)


@_step_mistake("You always take 0.1 for sigma: it is an argument, and callers may give another.")
def sigma_by_heart(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / (2 * 0.1**2) + _prior(at), lr)


@_step_mistake(
    "Mind the brackets: error / 2 * sigma**2 multiplies by sigma². Write error / (2 * sigma**2)."
)
def no_brackets(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / 2 * sigma**2 + _prior(at), lr)


@_step_mistake("You square the 2 as well: square sigma alone, 2 * sigma**2.")
def two_squared_too(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma) ** 2 + _prior(at), lr
    )


@_step_mistake(
    "The whole energy is divided by sigma², the prior too: only the squared error is, by 2 sigma²."
)
def prior_divided_too(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: (_misfit(x, image, hole) + (at**2).sum()) / (2 * sigma**2),
        lr,
    )


@_step_mistake("You take a sigmoid of what decode gives: that is a picture in [0, 1] already.")
def sigmoid_again(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: _misfit(torch.sigmoid(x), image, hole) / (2 * sigma**2) + _prior(at),
        lr,
    )


@_step_mistake(
    "Nothing is squared: errors of both signs cancel in your sum. Take (decode(z) - image)²."
)
def signed_error(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: torch.where(hole, 0.0, x - image).sum() / (2 * sigma**2) + _prior(at),
        lr,
    )


@_step_mistake("The prior counts too little: the gradient of |z|²/2 is z itself.")
def half_of_the_prior_s_slope(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + _prior(at) / 2, lr
    )


@_step_mistake(
    "You take a picture's mean error: sum it. Its weight against |z|²/2 is 1 / (2 sigma²), and "
    "nothing else."
)
def mean_of_a_picture(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: _misfit(x, image, hole) / image[0].numel() / (2 * sigma**2) + _prior(at),
        lr,
    )


@_step_mistake("You take the cross-entropy of lesson 08: asked is the squared error.")
def cross_entropy(z, decode, image, hole, lr, sigma=0.1):
    def energy(at, x):
        nats = F.binary_cross_entropy(x, image, reduction="none")
        return torch.where(hole, 0.0, nats).sum() / (2 * sigma**2) + _prior(at)

    return _moved(z, decode, energy, lr)


@_step_mistake("The 2 under the squared error is missing: divide by 2 sigma².")
def no_two_under_the_error(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / sigma**2 + _prior(at), lr)


@_step_mistake("The half of the prior is missing: |z|²/2.")
def no_half_of_the_prior(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + 2 * _prior(at), lr
    )


@_step_mistake(
    "Each z moves twice as far as it should: both halves are missing, or backward was called twice "
    "and added its gradients up."
)
def no_halves(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / sigma**2 + 2 * _prior(at), lr)


@_step_mistake("The error is not squared: take (decode(z) - image)², summed.")
def absolute_error(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: torch.where(hole, 0.0, x - image).abs().sum() / (2 * sigma**2) + _prior(at),
        lr,
    )


@_step_mistake("The prior is the length of z squared; you take the length itself.")
def length_for_its_square(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z,
        decode,
        lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + at.norm(dim=1).sum() / 2,
        lr,
    )


@_step_mistake(
    "|z|² is the norm squared, and you take the norm of z itself: write z.norm() ** 2 / 2, or "
    "(z**2).sum() / 2."
)
def norm_not_squared(z, decode, image, hole, lr, sigma=0.1):
    return _moved(
        z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + at.norm() / 2, lr
    )


@_step_mistake(
    "|z|²/2 is half of the norm squared, and you take the norm of z itself, without the half: "
    "write z.norm() ** 2 / 2, or (z**2).sum() / 2."
)
def norm_not_squared_or_halved(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + at.norm(), lr)


@_step_mistake(_NO_LEAF)
def no_leaf(z, decode, image, hole, lr, sigma=0.1):
    energy = _misfit(decode(z), image, hole) / (2 * sigma**2) + _prior(z)
    return (z - lr * torch.autograd.grad(energy, z)[0]).detach()


@_step_mistake(_TUPLE)
def tuple_for_the_slope(z, decode, image, hole, lr, sigma=0.1):
    z = z.detach().requires_grad_()
    energy = _misfit(decode(z), image, hole) / (2 * sigma**2) + _prior(z)
    return (z - lr * torch.autograd.grad(energy, z)).detach()


@_step_mistake(_NO_GRAD)
def grad_of_no_leaf(z, decode, image, hole, lr, sigma=0.1):
    z = z.detach().requires_grad_()
    energy = _misfit(decode(z), image, hole) / (2 * sigma**2) + _prior(z)
    return (z - lr * z.grad + 0 * energy).detach()


@_step_mistake("lr is forgotten: the step is lr times the gradient.")
def no_lr(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) / (2 * sigma**2) + _prior(at), 1)


@_step_mistake("You return the gradient: return where the step leads, z - lr * gradient.")
def slope_returned(z, decode, image, hole, lr, sigma=0.1):
    return (z - conditional_vae.latent_step(z, decode, image, hole, 1.0, sigma)).detach()


@_step_mistake("You return the step alone: add it to z, z - lr * gradient.")
def step_alone(z, decode, image, hole, lr, sigma=0.1):
    return conditional_vae.latent_step(z, decode, image, hole, lr, sigma) - z


@_step_mistake("z has not moved: return z - lr * gradient, a new tensor.")
def not_moved(z, decode, image, hole, lr, sigma=0.1):
    return z.clone()


@_step_mistake("You return the picture: return the new z, (n, d).")
def picture_returned(z, decode, image, hole, lr, sigma=0.1):
    return decode(conditional_vae.latent_step(z, decode, image, hole, lr, sigma))


@_step_mistake("You take two steps: take one.")
def two_steps(z, decode, image, hole, lr, sigma=0.1):
    for _ in range(2):
        z = conditional_vae.latent_step(z, decode, image, hole, lr, sigma)
    return z


@_step_mistake(_GRAPH)
def not_detached(z, decode, image, hole, lr, sigma=0.1):
    z = z.detach().requires_grad_()
    energy = _misfit(decode(z), image, hole) / (2 * sigma**2) + _prior(z)
    return z - lr * torch.autograd.grad(energy, z)[0]


@_step_mistake(_LEFT_ON)
def requires_grad_left_on(z, decode, image, hole, lr, sigma=0.1):
    z.requires_grad_()
    energy = _misfit(decode(z), image, hole) / (2 * sigma**2) + _prior(z)
    return (z - lr * torch.autograd.grad(energy, z)[0]).detach()


@_step_mistake("You normalise the gradient: take it as it is, z - lr * gradient.")
def normalised(z, decode, image, hole, lr, sigma=0.1):
    slope = z - conditional_vae.latent_step(z, decode, image, hole, 1.0, sigma)
    return z - lr * slope / slope.norm(dim=1, keepdim=True)


@_step_mistake(
    "Every number of your z moves by 10 lr, whatever its gradient: RMSprop begins so. Asked is a "
    "plain step, z - lr * gradient."
)
def by_rmsprop(z, decode, image, hole, lr, sigma=0.1):
    leaf = z.detach().clone().requires_grad_()
    (_misfit(decode(leaf), image, hole) / (2 * sigma**2) + _prior(leaf)).backward()
    torch.optim.RMSprop([leaf], lr=float(lr)).step()
    return leaf.detach()


@_step_mistake(
    "Every number of your z moves by lr, whatever its gradient: Adam begins so, gradient.sign() "
    "always does so. Asked is a plain step, z - lr * gradient."
)
def sign_alone(z, decode, image, hole, lr, sigma=0.1):
    slope = z - conditional_vae.latent_step(z, decode, image, hole, 1.0, sigma)
    return z - lr * slope.sign()


@_step_mistake(
    "sigma is not used in yours, and the 2 below it is missing: divide the squared error by "
    "2 sigma²."
)
def no_sigma_and_no_two(z, decode, image, hole, lr, sigma=0.1):
    return _moved(z, decode, lambda at, x: _misfit(x, image, hole) + _prior(at), lr)


@_step_mistake(
    "You divide the slope of the whole batch by its length, so that every step is lr long: step "
    "by lr times the slope itself."
)
def steps_of_one_length(z, decode, image, hole, lr, sigma=0.1):
    at = z.detach().clone().requires_grad_()
    energy = _misfit(decode(at), image, hole) / (2 * sigma**2) + _prior(at)
    (slope,) = torch.autograd.grad(energy, at)
    return (at - lr * slope / slope.norm()).detach()


# ---- sample_fills ------------------------------------------------------------------------------

_TRUTH = (
    "The truth reaches the encoder: under the hole your cut picture is as it was before. Set the "
    "hole to 0 first, torch.where(hole, 0, image), and give the encoder that."
)
_CUT_WRONG_WAY = (
    "You cut out the known pixels and keep the hole: True in `hole` is what is missing. "
    "torch.where(hole, 0, image) cuts it."
)
_NOT_ZERO = (
    "What the encoder gets is not the cut picture: known pixels as they are, and 0 in the hole."
)
_WRONG_HOLE = "The encoder takes (cut, hole), and the hole that you hand it is another one."
_PLACES = "encode takes (cut, hole), in that order: yours gets them the other way round."
_ONE_Z = (
    "All your fills of a picture are one and the same: you draw one z and repeat it. Draw a new "
    "noise for each of the `count` fills."
)
_NO_DRAW = (
    "You decode the mean, or mean + std: every fill is the same, for nothing is drawn. A fill is a "
    "draw, z = mean + std * eps, with fresh noise each time."
)
_ONE_NOISE = (
    "One noise serves all pictures of the batch. Draw as many numbers as there are fills, pictures "
    "and latent numbers: (count, n, d)."
)
_IN_STEP = (
    "One number of noise serves all d numbers of a picture's z, which then move in step. Draw "
    "(count, n, d) numbers."
)
_ONE_NUMBER = (
    "One single number of noise serves a whole fill, all pictures and all d numbers of each z. "
    "Draw (count, n, d) numbers."
)
_ENCODED_AGAIN = (
    "You call encode more than once. What is known is the same for every fill: call it once, in "
    "front of the loop. What differs from fill to fill is the noise."
)
_BOUNDED = (
    "Your noise never goes far from 0, as if it were clamped: a normal distribution has no bounds. "
    "Take what torch.randn draws as it is."
)
_OWN_DICE = (
    "You draw from a generator of your own: pass the one that you are given, generator=generator."
)
_TORCH_S_DICE = (
    "Your noise does not come from the generator that you are given, so nobody can repeat it. "
    "randn_like takes none: use torch.randn(mean.shape, generator=generator, device=mean.device)."
)
_TWO_DICE = (
    "Some of your noise comes from torch's own generator, so nobody can repeat it: draw all of it "
    "from the one that you are given, generator=generator."
)
_KNOWN = (
    "The known pixels are not as they were: the decoder's own have taken their place. Keep the "
    "picture where it is known: torch.where(hole, made, image)."
)
_HOLE_KEPT = (
    "The hole is filled with what stood there before, the truth or 0: decode's picture belongs in "
    "the hole. torch.where(hole, made, image)."
)
_RESEEDED = (
    "Your function sets a seed: every call then draws the same noise. Draw from the generator as "
    "it comes."
)


def _oracle(mean, log_var, image, hole):
    """encode, which looks closely at what it is given, and decode, whose pixels tell their z."""
    mean, log_var = torch.tensor(mean), torch.tensor(log_var)
    cut = torch.where(hole, 0.0, image)

    def encode(*two):
        encode.calls += 1
        if len(two) != 2 or not all(map(torch.is_tensor, two)):
            raise OddResultError("encode takes two tensors, (cut, hole).")
        given, where = two
        if given.dtype == torch.bool and where.dtype != torch.bool:
            raise OddResultError(_PLACES)
        if given.shape != cut.shape or where.shape != hole.shape:
            raise OddResultError(
                f"encode takes cut {tuple(cut.shape)} and hole {tuple(hole.shape)}; you hand it "
                f"{tuple(given.shape)} and {tuple(where.shape)}."
            )
        if not torch.equal(where.to(image.dtype), hole.to(image.dtype)):
            raise OddResultError(_WRONG_HOLE)
        if not torch.equal(given, cut):
            if torch.equal(given, image):
                raise OddResultError(_TRUTH)
            other_way = torch.equal(given, torch.where(hole, image, 0.0))
            raise OddResultError(_CUT_WRONG_WAY if other_way else _NOT_ZERO)
        return mean.clone(), log_var.clone()

    def decode(z):
        if z.ndim != 2 or z.shape[1] != mean.shape[1]:
            raise OddResultError(
                f"decode takes z of shape (n, {mean.shape[1]}), a row a picture; you hand it "
                f"{tuple(z.shape)}."
            )
        return torch.sigmoid(z.double()).reshape(len(z), *image.shape[1:]).float()

    encode.calls = 0
    return encode, decode


def _many(mean, log_var, image, hole, count, seed):
    image, hole = torch.tensor(image), torch.tensor(hole)
    encode, decode = _oracle(mean, log_var, image, hole)
    generator = torch.Generator().manual_seed(seed)
    encode.kept = (
        torch.tensor(mean),
        torch.exp(torch.tensor(log_var) / 2),
        image.clone(),
        hole.clone(),
        generator.get_state(),
        torch.get_rng_state(),
        (generator.initial_seed(), torch.initial_seed()),
    )
    return [encode, decode, image, hole, count, generator], {}


def _rough(values, steps=3):
    """Rounded to thirds, and beyond 1 to steps of 40 %: more than 4,000 draws can well stray."""
    x = np.asarray(values.detach(), float)
    folded = np.where(np.abs(x) < 1, x, np.sign(x) * (1 + np.log(np.abs(x).clip(1))))
    near = np.round(steps * folded) / steps + 0.0  # and -0 is 0
    return np.where(np.abs(near) < 1, near, np.sign(near) * np.exp(np.abs(near) - 1))


def _about_fills(fills, encode, decode, _image, _hole, count, generator):
    mean, std, image, hole, start, before, seeds = encode.kept
    _is_tensor(fills, "all fills")
    shape = (count, *image.shape)
    if fills.shape != shape:
        raise OddResultError(
            f"Your fills have shape {tuple(fills.shape)}; asked is (count, n, c, h, w), {shape}: "
            "first the fill, then the picture."
        )
    if seeds != (generator.initial_seed(), torch.initial_seed()):
        raise OddResultError(_RESEEDED)
    fills = fills.detach()
    missing = hole.expand_as(image)
    if not torch.equal(fills[:, ~missing], image[~missing].expand(count, -1)):
        raise OddResultError(_KNOWN)
    given = not torch.equal(start, generator.get_state())
    globally = not torch.equal(before, torch.get_rng_state())
    if encode.calls > 1:
        raise OddResultError(_ENCODED_AGAIN)
    share = fills.isfinite().double().mean()
    found = {
        "share of pixels that are a number": share,
        "draws from the generator it is given (1: yes)": int(given),
        "draws from torch's own generator (1: yes)": int(globally),
    }
    inside = fills[:, missing].double()  # (count, pixels of all holes)
    if share < 1 or not inside.numel():
        return found
    old = image[missing].double()
    if torch.equal(inside, old.expand_as(inside)) or not inside.any():
        raise OddResultError(_HOLE_KEPT)
    if count == 1:  # one fill has no moments: it lies somewhere in the cloud, or it does not
        far = (torch.logit(inside, 1e-9) - mean.reshape(image.shape)[missing]).abs()
        return found | {"count of pixels far from the cloud": int((far > 6).sum())}
    if (inside - inside[0]).abs().max() < 1e-6:
        at = [torch.sigmoid(z.double()).reshape(image.shape)[missing] for z in (mean, mean + std)]
        undrawn = any((inside[0] - one).abs().max() < 1e-5 for one in at)
        raise OddResultError(_NO_DRAW if undrawn and not (given or globally) else _ONE_Z)
    if globally or not given:
        one = _TORCH_S_DICE if globally else _OWN_DICE
        raise OddResultError(_TWO_DICE if globally and given else one)
    z = torch.logit(inside, 1e-9)
    eps = (z - mean.reshape(image.shape)[missing]) / std.reshape(image.shape)[missing]
    centred = eps - eps.mean(dim=0)
    spread = eps.std(dim=0)
    rows = torch.arange(len(image)).reshape(-1, 1, 1, 1).expand_as(image)[missing]
    if len(spread) > 1:
        alike = torch.corrcoef(eps.T).abs() - torch.eye(len(spread))
        together = rows[:, None] == rows
        across, within = ((alike[pairs] > 0.99).any() for pairs in (~together, together))
        if across:
            raise OddResultError(_ONE_NUMBER if within else _ONE_NOISE)
        if within:
            raise OddResultError(_IN_STEP)
        found["largest correlation between two numbers of noise"] = _rough(alike.max())
    after = (centred[1:] * centred[:-1]).mean(dim=0) / spread**2
    if len(spread) > 2:  # a draw of one or two numbers may well be near another
        found["count of fills that repeat the one before"] = int(
            ((eps[1:] - eps[:-1]).abs().amax(dim=1) < 1e-4).sum()
        )
        found["count of fills that are the mean's"] = int((eps.abs().amax(dim=1) < 1e-3).sum())
    right = (spread - 1).abs().max() < 0.1 and eps.mean(dim=0).abs().max() < 0.1
    if right and eps.abs().max() < 2.5:  # of 4,000 draws about fifty lie beyond it
        raise OddResultError(_BOUNDED)
    return found | {
        "mean of the noise (z - mean) / std": _rough(eps.mean(0) / spread.clamp(min=1e-6)),
        "spread of the noise (z - mean) / std": _rough(spread),
        "share of noise within one spread": np.round(
            (centred.abs() < spread).double().mean().item(), 1
        ),
        "correlation between a fill and the next": _rough(after),
    }


def _fills_case(n, c, h, w, count, seed, note, hole=None):
    d = c * h * w
    hole = np.array(hole, bool).reshape(n, 1, h, w)
    mean = _rng.choice([-1.6, -0.9, 0.7, 1.3], (n, d))
    std = _rng.choice([0.3, 0.55, 1.8], (n, d))
    return case(_f32(mean), _f32(2 * np.log(std)), _grey(n, c, h, w), hole, count, seed, note=note)


_GIVEN = "; encode gives mean and log_var of the picture's z, decode its picture"

sample_fills = Exercise(
    "sample_fills",
    conditional_vae.sample_fills,
    cases=[
        _fills_case(
            1, 1, 1, 2, 4_000, 1, "one picture of two pixels, 4,000 fills" + _GIVEN, [1, 0]
        ),
        _fills_case(
            2,
            1,
            2,
            2,
            4_000,
            2,
            "two pictures with holes of their own, 4,000 fills" + _GIVEN,
            [1, 1, 0, 0, 0, 1, 1, 1],
        ),
        _fills_case(
            2,
            3,
            1,
            2,
            4_000,
            3,
            "two colour pictures; the second is all hole" + _GIVEN,
            [1, 0, 1, 1],
        ),
        _fills_case(
            3, 1, 2, 2, 1, 4, "three pictures, one fill of each" + _GIVEN, [1, 1, 0, 0] * 3
        ),
        _fills_case(2, 1, 2, 2, 5, 5, "two pictures without a hole, five fills" + _GIVEN, [0] * 8),
    ],
    build=_many,
    probe=_about_fills,
    hints=(
        "Cut the hole out of the picture first. What the encoder then tells is a cloud of z's that "
        "fit what is known; each draw from it, decoded, is one fill.",
        "mean, log_var = encode(torch.where(hole, 0.0, image), hole). For each fill draw eps from "
        "torch.randn(mean.shape, generator=generator, device=mean.device), decode "
        "mean + exp(log_var / 2) * eps, and put the known pixels back. torch.stack the fills.",
        "mean, log_var = encode(torch.where(hole, 0.0, image), hole)\n"
        "fills = []\n"
        "for _ in range(count):\n"
        "    eps = torch.randn(mean.shape, generator=generator, device=mean.device)\n"
        "    made = decode(mean + torch.exp(log_var / 2) * eps)\n"
        "    fills.append(torch.where(hole, made, image))\n"
        "return torch.stack(fills)",
    ),
    why="One hole has many answers, and this draws them. Their mean has the better PSNR, "
    "and a blur like that of a network with one answer.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


def _clouds(encode, image, hole):
    return encode(torch.where(hole, 0.0, image), hole)


def _made(decode, mean, std, image, hole, count, noise):
    return torch.stack(
        [torch.where(hole, decode(mean + std * noise()), image) for _ in range(count)]
    )


def _normal_noise(mean, generator):
    return lambda: torch.randn(mean.shape, generator=generator, device=mean.device)


def _answer(encode, decode, image, hole, count, generator, std=None, noise=_normal_noise):
    mean, log_var = _clouds(encode, image, hole)
    std = torch.exp(log_var / 2) if std is None else std(log_var)
    return _made(decode, mean, std, image, hole, count, noise(mean, generator))


_fills_mistake = sample_fills.mistake


@_fills_mistake(_ONE_Z)
def one_z_repeated(encode, decode, image, hole, count, generator):
    mean, log_var = encode(torch.where(hole, 0.0, image), hole)
    z = mean + torch.exp(log_var / 2) * torch.randn(
        mean.shape, generator=generator, device=mean.device
    )
    made = torch.where(hole, decode(z), image)
    return torch.stack([made] * count)


@_fills_mistake(_NO_DRAW)
def mean_for_sample(encode, decode, image, hole, count, generator):
    mean, _ = _clouds(encode, image, hole)
    return torch.where(hole, decode(mean), image).expand(count, *image.shape)


@_fills_mistake(_TRUTH)
def truth_reaches_the_encoder(encode, decode, image, hole, count, generator):
    mean, log_var = encode(image, hole)
    noise = _normal_noise(mean, generator)
    return _made(decode, mean, torch.exp(log_var / 2), image, hole, count, noise)


@_fills_mistake(_KNOWN)
def known_not_restored(encode, decode, image, hole, count, generator):
    mean, log_var = _clouds(encode, image, hole)
    noise = _normal_noise(mean, generator)
    return torch.stack([decode(mean + torch.exp(log_var / 2) * noise()) for _ in range(count)])


@_fills_mistake(_CUT_WRONG_WAY)
def cut_the_wrong_way(encode, decode, image, hole, count, generator):
    encode(torch.where(hole, image, 0.0), hole)


@_fills_mistake(_NOT_ZERO)
def hole_set_to_grey(encode, decode, image, hole, count, generator):
    encode(torch.where(hole, 0.5, image), hole)


@_fills_mistake(_WRONG_HOLE)
def known_for_hole(encode, decode, image, hole, count, generator):
    encode(torch.where(hole, 0.0, image), ~hole)


@_fills_mistake(_PLACES)
def hole_first(encode, decode, image, hole, count, generator):
    encode(hole, torch.where(hole, 0.0, image))


@_fills_mistake(_HOLE_KEPT)
def truth_returned(encode, decode, image, hole, count, generator):
    fills = _answer(encode, decode, image, hole, count, generator)
    return torch.where(hole, image, fills)


@_fills_mistake(
    "You stretch the noise by exp(log_var), which is the variance: std is exp(log_var / 2)."
)
def variance_for_std(encode, decode, image, hole, count, generator):
    return _answer(encode, decode, image, hole, count, generator, std=torch.exp)


@_fills_mistake("std is not used in yours: stretch the noise by exp(log_var / 2).")
def not_stretched(encode, decode, image, hole, count, generator):
    return _answer(encode, decode, image, hole, count, generator, std=torch.ones_like)


@_fills_mistake("You stretch the noise by log_var itself: std is exp(log_var / 2).")
def log_var_for_std(encode, decode, image, hole, count, generator):
    return _answer(encode, decode, image, hole, count, generator, std=lambda v: v)


@_fills_mistake("You take the root twice: exp(log_var / 2) is std already.")
def root_of_std(encode, decode, image, hole, count, generator):
    return _answer(encode, decode, image, hole, count, generator, std=lambda v: torch.exp(v / 4))


@_fills_mistake("Brackets: the noise stretches mean as well in yours; z = mean + std * eps.")
def noise_times_both(encode, decode, image, hole, count, generator):
    mean, log_var = _clouds(encode, image, hole)
    noise, std = _normal_noise(mean, generator), torch.exp(log_var / 2)
    return _made(decode, 0 * mean, mean + std, image, hole, count, noise)


@_fills_mistake("mean is multiplied in yours: it is added, z = mean + std * eps.")
def mean_multiplied(encode, decode, image, hole, count, generator):
    mean, log_var = _clouds(encode, image, hole)
    noise, std = _normal_noise(mean, generator), torch.exp(log_var / 2)
    return _made(decode, 0 * mean, mean * std, image, hole, count, noise)


@_fills_mistake("exp is missing: log_var / 2 is the logarithm of std, and can be negative.")
def no_exp(encode, decode, image, hole, count, generator):
    return _answer(encode, decode, image, hole, count, generator, std=lambda v: v / 2)


@_fills_mistake("There is a minus too many: exp(-log_var / 2) is 1 / std.")
def one_over_std(encode, decode, image, hole, count, generator):
    return _answer(encode, decode, image, hole, count, generator, std=lambda v: torch.exp(-v / 2))


@_fills_mistake(
    "You draw z from N(0, I), and do not use what the encoder says: z = mean + std * eps."
)
def from_the_standard_normal(encode, decode, image, hole, count, generator):
    mean, _ = _clouds(encode, image, hole)
    noise = _normal_noise(mean, generator)
    return _made(decode, 0 * mean, torch.ones_like(mean), image, hole, count, noise)


@_fills_mistake("mean is missing: z = mean + std * eps.")
def no_mean(encode, decode, image, hole, count, generator):
    mean, log_var = _clouds(encode, image, hole)
    noise = _normal_noise(mean, generator)
    return _made(decode, 0 * mean, torch.exp(log_var / 2), image, hole, count, noise)


@_fills_mistake(
    "Your noise is uniform, from 0 to 1: torch.rand. The cloud is normal: torch.randn, with an n."
)
def rand_for_randn(encode, decode, image, hole, count, generator):
    def noise(mean, dice):
        return lambda: torch.rand(mean.shape, generator=dice)

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(_TORCH_S_DICE)
def generator_ignored(encode, decode, image, hole, count, generator):
    def noise(mean, _dice):
        return lambda: torch.randn_like(mean)

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(_OWN_DICE)
def generator_of_its_own(encode, decode, image, hole, count, generator):
    own = torch.Generator().manual_seed(0)
    return _answer(encode, decode, image, hole, count, own)


@_fills_mistake(_TWO_DICE)
def two_generators(encode, decode, image, hole, count, generator):
    def noise(mean, dice):
        def half():
            return torch.randn(mean.shape, generator=dice) + torch.randn_like(mean)

        return lambda: half() / 2**0.5

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(_ONE_NOISE)
def one_noise_for_the_batch(encode, decode, image, hole, count, generator):
    def noise(mean, dice):
        return lambda: torch.randn(mean.shape[1], generator=dice)

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(_IN_STEP)
def one_number_a_picture(encode, decode, image, hole, count, generator):
    def noise(mean, dice):
        return lambda: torch.randn(len(mean), 1, generator=dice)

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(_ONE_NUMBER)
def one_number_a_fill(encode, decode, image, hole, count, generator):
    def noise(_mean, dice):
        return lambda: torch.randn(1, generator=dice)

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(
    "Your noise adds up from fill to fill: z = z + std * eps walks away. Start each fill from mean."
)
def walks_away(encode, decode, image, hole, count, generator):
    def noise(mean, dice):
        at = [torch.zeros_like(mean)]

        def step():
            at[0] = at[0] + torch.randn(mean.shape, generator=dice)
            return at[0]

        return step

    return _answer(encode, decode, image, hole, count, generator, noise=noise)


@_fills_mistake(_ENCODED_AGAIN)
def encoded_for_each_fill(encode, decode, image, hole, count, generator):
    fills = [_answer(encode, decode, image, hole, 1, generator) for _ in range(count)]
    return torch.cat(fills)


@_fills_mistake(_RESEEDED)
def reseeded(encode, decode, image, hole, count, generator):
    generator.manual_seed(0)
    return _answer(encode, decode, image, hole, count, generator)


@_fills_mistake("What encode gives has changed places: first comes the mean, then log_var.")
def mean_and_log_var_swapped(encode, decode, image, hole, count, generator):
    log_var, mean = _clouds(encode, image, hole)
    noise = _normal_noise(mean, generator)
    return _made(decode, mean, torch.exp(log_var / 2), image, hole, count, noise)
