"""`sample_fills`: how an answer is tried, and the hints."""

import numpy as np
import torch

from learnkit.exercises.lesson_11.common import grey, is_tensor
from learnkit.exercises.sandbox.worker import Count, OddResultError
from learnkit.exercises.table import Exercise, case
from learnkit.exercises.tensors import f32
from learnkit.models import conditional_vae

_rng = np.random.default_rng(11)


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
    is_tensor(fills, "all fills")
    shape = (count, *image.shape)
    if fills.shape != shape:
        raise OddResultError(
            f"Your fills have shape {tuple(fills.shape)}; return (count, n, c, h, w), {shape}: "
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
        return found | {"count of pixels far from the cloud": Count((far > 6).sum())}
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
        found["count of fills that repeat the one before"] = Count(
            ((eps[1:] - eps[:-1]).abs().amax(dim=1) < 1e-4).sum()
        )
        found["count of fills that are the mean's"] = Count((eps.abs().amax(dim=1) < 1e-3).sum())
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
    return case(
        f32(mean), f32(2 * np.log(std)), grey(_rng, n, c, h, w), hole, count, seed, note=note
    )


_GIVEN = "; encode gives mean and log_var of the picture's z, decode its picture"


sample_fills = Exercise.beside(
    __name__,
    reference=conditional_vae.sample_fills,
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
        "Cut the hole out of the picture first. encode then gives the mean and the log variance of "
        "the z's that fit what is known; each draw of z, decoded, is one fill.",
        "mean, log_var = encode(torch.where(hole, 0.0, image), hole). For each fill draw eps from "
        "torch.randn(mean.shape, generator=generator, device=mean.device), decode "
        "mean + exp(log_var / 2) * eps, and put the known pixels back. torch.stack the fills.",
    ),
    why="One hole has many possible fills, and this draws them. Their mean has a better PSNR than "
    "each of them, and is blurred like the fill of a network that gives one.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
    equivalent=["torch.where(hole, -0.0, image)"],
)
