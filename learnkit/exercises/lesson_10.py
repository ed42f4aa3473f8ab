"""Lesson 10: a hole filled by a network: its loss, its seam, its rival, and its convolution."""

import functools

import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError

_rng = np.random.default_rng(10)


def _f32(values):
    return np.asarray(values, np.float32)


def _picture(*shape):
    return _f32(_rng.random(shape).round(2))


def _hole(rows):
    """One hole for each list of rows, (n, 1, h, w): # is to be filled, . is known."""
    return np.array([[[[mark == "#" for mark in row] for row in one]] for one in rows])


def _one_tensor(result, what):
    """Raises OddResultError where the result is no tensor, with the likely cause."""
    if isinstance(result, tuple | list):
        comma = " (is there a comma at the end of the line?)" if len(result) == 1 else ""
        raise OddResultError(
            f"You return a {type(result).__name__}; return {what} in one tensor{comma}."
        )
    if callable(result):
        raise OddResultError(
            f"You return a method; return {what}: the round brackets of a call are missing."
        )
    if not torch.is_tensor(result):
        raise OddResultError(
            f"You return a number of Python's or NumPy's ({type(result).__name__}); return {what} "
            "in a tensor of torch."
        )


# ---- hole_mse ----------------------------------------------------------------------------------

_NO_SLOPE = (
    "No gradient flows back through your loss: .detach(), .data, .item(), NumPy or "
    "torch.no_grad() cuts it off, and the network would never learn. Leave that out."
)


def _a_loss(pred, target, hole):
    """`pred` as a network gives it: no leaf, but the end of a graph. The leaf travels on it."""
    leaf = torch.tensor(pred).requires_grad_()
    pred = leaf.clone()
    pred.leaf = leaf
    return (pred, torch.tensor(target), torch.tensor(hole)), {}


_NOTHING_MEASURED = (
    "You return something for an empty hole, as if it had a score. Nothing was measured: raise "
    "ValueError."
)


def _loss_and_slope(loss, pred, target, hole):
    if not hole.any() and not (torch.is_tensor(loss) and loss.requires_grad):
        raise OddResultError(_NOTHING_MEASURED)
    _one_tensor(loss, "the loss")
    if not loss.requires_grad:
        raise OddResultError(_NO_SLOPE)
    (slope,) = torch.autograd.grad(loss.sum(), pred.leaf, allow_unused=True)
    slope = torch.zeros_like(pred.leaf) if slope is None else slope
    return {"loss": loss, "gradient with respect to pred": slope}


def _hole_mse(pred, target, hole):
    if hole.any():
        errors = (pred - target) ** 2
        return errors[hole.expand_as(errors)].mean()
    raise ValueError("the hole is empty: there is no pixel to take a mean over")


hole_mse = Exercise(
    "hole_mse",
    _hole_mse,
    cases=[
        case(_f32([[[[0.9, 0.5]]]]), _f32([[[[0.4, 0.2]]]]), _hole([["#."]])),
        case(
            _f32([[[[0.9, 0.4, 0.0], [0.6, 0.3, 0.1]]]]),
            _f32([[[[0.5, 0.4, 0.3], [0.1, 0.3, 0.5]]]]),
            _hole([[".##", "..."]]),
            note="one grey picture of 2 x 3 pixels; of the two of its hole one is painted exactly",
        ),
        case(
            _f32([[[[0.9, 0.2]], [[0.4, 0.6]], [[0.7, 0.1]]]]),
            _f32([[[[0.5, 0.5]], [[0.6, 0.1]], [[0.8, 0.9]]]]),
            _hole([["#."]]),
            note="one colour picture of 1 x 2 pixels; its left pixel is the hole",
        ),
        case(
            _picture(2, 1, 2, 3),
            _picture(2, 1, 2, 3),
            _hole([["#..", "..."], [".##", "#.#"]]),
            note="two grey pictures of 2 x 3 pixels; one pixel is missing in the first, four in "
            "the second",
        ),
        case(
            _picture(3, 1, 2, 2),
            _picture(3, 1, 2, 2),
            _hole([["#.", ".."], ["..", ".."], [".#", "##"]]),
            note="three grey pictures of 2 x 2 pixels; the second has no hole, the others have "
            "one of 1 and of 3 pixels",
        ),
        case(_picture(1, 3, 2, 2), _picture(1, 3, 2, 2), _hole([["##", "##"]]), note="a full hole"),
        case(
            _picture(2, 3, 4, 4),
            _picture(2, 3, 4, 4),
            _rng.random((2, 1, 4, 4)) < 0.4,
            note="two colour pictures of 4 x 4 pixels, each with a hole of its own",
        ),
        case(
            _picture(1, 1, 2, 2),
            _picture(1, 1, 2, 2),
            _hole([["..", ".."]]),
            note="an empty hole: your function should raise ValueError",
        ),
    ],
    build=_a_loss,
    probe=_loss_and_slope,
    hints=(
        "Square the differences, keep those of the hole, and take their mean. A colour picture has "
        "three numbers at each pixel of the hole, and all three count.",
        "hole has one channel; hole.expand_as(pred) has as many as pred, and picks out of the "
        "squared differences. Where not hole.any(), raise ValueError.",
        "if not hole.any():\n"
        '    raise ValueError("the hole is empty")\n'
        "errors = (pred - target) ** 2\n"
        "return errors[hole.expand_as(errors)].mean()",
    ),
    why="Known pixels are put back in any case, so a loss over the whole picture spends the "
    "network on copying. And a mean that forgets the three channels is wrong by 4.77 dB, "
    "10 log10(3), in every table that it reaches.",
    prewarm=("torch",),
    rtol=1e-5,
    atol=1e-6,
)


@hole_mse.mistake(
    "You take the mean over the whole picture. Known pixels are put back in any case: take the "
    "mean over the hole alone."
)
def whole_picture(pred, target, hole):
    if not hole.any():
        raise ValueError("the hole is empty")
    return ((pred - target) ** 2).mean()


def _checked(answer):
    """The same mistake by somebody who did think of the empty hole."""

    @functools.wraps(answer)
    def with_check(pred, target, hole):
        if not hole.any():
            raise ValueError("the hole is empty")
        return answer(pred, target, hole)

    return with_check


def _wrong_loss(sentence):
    """Files a mistake twice: with the check of an empty hole, and without it."""

    def file(answer):
        hole_mse.mistake(sentence)(_checked(answer))

        @hole_mse.mistake(sentence + " And an empty hole must raise ValueError.")
        @functools.wraps(answer)
        def unchecked(pred, target, hole):
            return answer(pred, target, hole)

        unchecked.__name__ = f"{answer.__name__}_unchecked"
        return answer

    return file


@hole_mse.mistake(
    "You take the mean over the whole picture, and never look at hole. Take it over the hole "
    "alone, and raise ValueError where that is empty."
)
def hole_never_read(pred, target, hole):
    return F.mse_loss(pred, target)


_NOT_ASKED = (
    "Your mean is right, and an empty hole gives 0/0, NaN: one such batch, and all weights are "
    "NaN. Ask first: if not hole.any(), raise ValueError."
)


@hole_mse.mistake(_NOT_ASKED)
def empty_hole_not_asked_for(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[hole.expand_as(errors)].mean()


@hole_mse.mistake(_NOT_ASKED)
def empty_hole_divided_by(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / (hole.sum() * pred.shape[1])


@hole_mse.mistake(
    "An empty hole gives 0 in yours, as if the fill were perfect. Nothing was measured: raise "
    "ValueError."
)
def zero_for_an_empty_hole(pred, target, hole):
    errors = (pred - target) ** 2 * hole
    return errors.sum() / (hole.sum() * pred.shape[1]).clamp(min=1)


@hole_mse.mistake(_NOTHING_MEASURED)
def number_for_an_empty_hole(pred, target, hole):
    return _hole_mse(pred, target, hole) if hole.any() else 0.0


@hole_mse.mistake(
    "You raise Exception for an empty hole, of which all errors are a kind: raise ValueError, "
    "which says that an argument cannot be."
)
def exception_for_an_empty_hole(pred, target, hole):
    if not hole.any():
        raise Exception("the hole is empty")
    return _hole_mse(pred, target, hole)


@hole_mse.mistake(
    "Your function returns None for an empty hole, and the error would come up far from here. "
    "Raise ValueError."
)
def none_for_an_empty_hole(pred, target, hole):
    return _hole_mse(pred, target, hole) if hole.any() else None


@hole_mse.mistake(
    "You use assert. It raises AssertionError, and python -O leaves it out altogether: write "
    "if not hole.any(): raise ValueError(...)."
)
def asserted(pred, target, hole):
    assert hole.any()
    return _hole_mse(pred, target, hole)


@hole_mse.mistake(
    "You raise ValueError where the hole is not empty, too: ask for hole.any(), which is True as "
    "soon as one pixel is missing. Only a hole without any pixel is an error."
)
def all_for_any(pred, target, hole):
    if not hole.all():
        raise ValueError("the hole is empty")
    return _hole_mse(pred, target, hole)


@hole_mse.mistake(
    "You raise ValueError if one picture of the batch has no hole. The mean is over the hole "
    "pixels of the whole batch: only if there are none at all, it is an error."
)
def each_picture_asked(pred, target, hole):
    if not hole.flatten(1).any(1).all():
        raise ValueError("a hole is empty")
    return _hole_mse(pred, target, hole)


@_wrong_loss(
    "You divide by the pixels of the hole and forget the channels: a colour picture has three "
    "numbers at each pixel. Divide by hole.sum() * pred.shape[1]."
)
def channels_not_counted(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / hole.sum()


@_wrong_loss(
    "You divide by the pixels of the whole picture: known pixels are not scored, and do not "
    "count. Divide by the number of hole pixels, times the channels."
)
def divided_by_all(pred, target, hole):
    return ((pred - target) ** 2 * hole).mean()


@_wrong_loss(
    "You count the hole's pixels by their errors, != 0: one that is painted exactly counts too. "
    "Divide by hole.sum() * pred.shape[1]."
)
def exact_pixels_not_counted(pred, target, hole):
    errors = (pred - target) ** 2 * hole
    return errors.sum() / (errors != 0).sum()


@_wrong_loss(
    "You always divide by three channels: a grey picture has one. Ask the picture, pred.shape[1]."
)
def three_channels_by_heart(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / (hole.sum() * 3)


@_wrong_loss(
    "You divide by all pixels, known ones too (hole.numel()): divide by those of the hole, "
    "hole.sum() * pred.shape[1]."
)
def divided_by_numel_of_hole(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / hole.numel()


@_wrong_loss("You summed over the hole; take the mean, or a large hole weighs more than a small.")
def summed(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum()


@_wrong_loss("You score what is known: hole is True where a pixel is to be filled.")
def polarity(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[~hole.expand_as(errors)].mean()


@_wrong_loss(
    "You divide the sum by the number of pictures. Divide it by the number of numbers in the "
    "hole: hole.sum() * pred.shape[1]."
)
def divided_by_pictures(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / len(pred)


@_wrong_loss(
    "You divide by the number of pictures once more: hole.sum() counts the holes of the whole "
    "batch already."
)
def divided_by_pictures_too(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / (hole.sum() * pred.shape[1] * len(pred))


@_wrong_loss(
    "You count the channels of the batch's pictures, pred.shape[0]: those are the pictures. "
    "The channels are pred.shape[1]."
)
def pictures_for_channels(pred, target, hole):
    return ((pred - target) ** 2 * hole).sum() / (hole.sum() * pred.shape[0])


@_wrong_loss(
    "You take a mean for each picture, and the mean of these: a picture with one missing pixel "
    "weighs as much as one with a hundred, and one without a hole gives 0/0. Take one mean over "
    "the hole pixels of all pictures."
)
def mean_of_means(pred, target, hole):
    errors = ((pred - target) ** 2 * hole).flatten(1).sum(1)
    return (errors / (hole.flatten(1).sum(1) * pred.shape[1])).mean()


@_wrong_loss(
    "You take a mean for each picture, and the mean of these: a picture with one missing pixel "
    "weighs as much as one with a hundred. Take one mean over the hole pixels of all pictures."
)
def mean_of_means_clamped(pred, target, hole):
    errors = ((pred - target) ** 2 * hole).flatten(1).sum(1)
    return (errors / (hole.flatten(1).sum(1) * pred.shape[1]).clamp(min=1)).mean()


@_wrong_loss(
    "You take a mean for each picture that has a hole, and the mean of these: small holes weigh "
    "too much. Take one mean over the hole pixels of all pictures."
)
def mean_of_means_where_there_is_one(pred, target, hole):
    errors = ((pred - target) ** 2 * hole).flatten(1).sum(1)
    count = hole.flatten(1).sum(1)
    return (errors / (count * pred.shape[1]))[count > 0].mean()


@_wrong_loss("You take the differences without their signs (abs): square them.")
def absolute(pred, target, hole):
    errors = (pred - target).abs()
    return errors[hole.expand_as(errors)].mean()


@_wrong_loss("The square is missing: differences of both signs cancel.")
def not_squared(pred, target, hole):
    errors = pred - target
    return errors[hole.expand_as(errors)].mean()


@_wrong_loss("You square the mean of the differences, which cancel before: square each, then mean.")
def squared_mean(pred, target, hole):
    errors = pred - target
    return errors[hole.expand_as(errors)].mean() ** 2


@_wrong_loss("You take the root of the mean: asked is the mean squared error itself.")
def rooted(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[hole.expand_as(errors)].mean().sqrt()


@_wrong_loss("You halve the mean: there is no factor of 1/2 in this loss.")
def halved(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[hole.expand_as(errors)].mean() / 2


@_wrong_loss("The sign is flipped: a loss is made small, and this one would be made large.")
def negated(pred, target, hole):
    errors = (pred - target) ** 2
    return -errors[hole.expand_as(errors)].mean()


@_wrong_loss("You return decibels (PSNR); asked is the mean squared error under the logarithm.")
def decibels(pred, target, hole):
    errors = (pred - target) ** 2
    return -10 * torch.log10(errors[hole.expand_as(errors)].mean())


@_wrong_loss(
    "You score the first channel alone: all channels of a hole pixel count. Use "
    "hole.expand_as(pred)."
)
def first_channel(pred, target, hole):
    return ((pred - target) ** 2)[:, :1][hole].mean()


@_wrong_loss("You score the first picture alone: the mean is over all pictures of the batch.")
def first_picture(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[:1][hole[:1].expand_as(errors[:1])].mean()


@_wrong_loss(
    "You use the first picture's hole for all of them: each picture has a hole of its own, hole[i]."
)
def first_hole(pred, target, hole):
    return ((pred - target) ** 2 * hole[:1]).sum() / (len(pred) * hole[:1].sum() * pred.shape[1])


@_wrong_loss(
    "hole has one channel, and errors[hole] raises IndexError on a colour picture. "
    "hole.expand_as(errors) has as many as the picture."
)
def not_expanded(pred, target, hole):
    return ((pred - target) ** 2)[hole].mean()


@_wrong_loss("You return an error for each number of the hole: a loss is their mean, one number.")
def one_for_each(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[hole.expand_as(errors)]


@_wrong_loss("You return a loss for each picture; asked is one number for the whole batch.")
def one_a_picture(pred, target, hole):
    errors = ((pred - target) ** 2 * hole).flatten(1).sum(1)
    return errors / (hole.flatten(1).sum(1) * pred.shape[1])


@_wrong_loss("You take the largest error of the hole: take the mean.")
def largest(pred, target, hole):
    errors = (pred - target) ** 2
    return errors[hole.expand_as(errors)].max()


@_wrong_loss("target is not used in yours: square pred - target, not pred.")
def target_forgotten(pred, target, hole):
    return (pred**2)[hole.expand_as(pred)].mean()


@hole_mse.mistake(_NO_SLOPE)
def detached(pred, target, hole):
    return _hole_mse(pred.detach(), target, hole)


@hole_mse.mistake(
    "Your number is right, but the known pixels of pred are set to 0 in the caller's tensor: work "
    "on a copy, or multiply."
)
def pred_cut_in_place(pred, target, hole):
    loss = _hole_mse(pred, target, hole)
    pred.data[~hole.expand_as(pred)] = 0
    return loss


@_wrong_loss(
    "You score what is known: hole is True where a pixel is to be filled. Leave out the ~."
)
def polarity_in_a_product(pred, target, hole):
    return ((pred - target) ** 2 * ~hole).sum() / ((~hole).sum() * pred.shape[1])


# ---- composite ---------------------------------------------------------------------------------


def _tensors(*arrays, **options):
    return tuple(torch.tensor(array) for array in arrays), options


def _the_picture(result, *_args, **_options):
    _one_tensor(result, "the filled picture")
    return {"picture": result}


_KNOWN_ROUNDED = (
    "You reach the known pixels by arithmetic, and it rounds: their last bits are no longer those "
    "of image. Take them as they are, torch.where(hole, pred, image)."
)
_HOLE_ROUNDED = (
    "You reach the pixels of the hole by arithmetic, and it rounds: their last bits are no longer "
    "those of pred. Take them as they are, torch.where(hole, pred, image)."
)


def _bit_for_bit(result, pred, image, hole):
    _one_tensor(result, "the filled picture")
    want = torch.where(hole, pred, image)
    if result.shape == want.shape and result.dtype == want.dtype:
        differs = result != want
        if differs.any() and torch.allclose(result, want, rtol=1e-5, atol=1e-6):
            raise OddResultError(_KNOWN_ROUNDED if (differs & ~hole).any() else _HOLE_ROUNDED)
    return {"picture": result}


def _composite(pred, image, hole):
    inside = hole.expand_as(image)
    filled = image.clone()
    filled[inside] = pred[inside]
    return filled


composite = Exercise(
    "composite",
    _composite,
    cases=[
        case(_f32([[[[0.9, 0.8]]]]), _f32([[[[0.1, 0.3]]]]), _hole([["#."]])),
        case(
            _f32([[[[0.9, 0.2, 0.7], [0.6, 0.3, 0.1]]]]),
            _f32([[[[0.5, 0.4, 0.0], [0.0, 0.3, 0.8]]]]),
            _hole([[".##", "..."]]),
        ),
        case(_picture(1, 3, 1, 2), _picture(1, 3, 1, 2), _hole([[".#"]])),
        case(
            _f32(_rng.normal(0.5, 1, (2, 1, 2, 2)).round(2)),
            _picture(2, 1, 2, 2),
            _hole([["#.", "##"], ["..", ".#"]]),
        ),
        case(_picture(1, 1, 2, 2), _picture(1, 1, 2, 2), _hole([["..", ".."]])),
        case(_picture(1, 1, 2, 2), _picture(1, 1, 2, 2), _hole([["##", "##"]])),
        case(
            _picture(2, 3, 4, 4),
            _picture(2, 3, 4, 4),
            _rng.random((2, 1, 4, 4)) < 0.4,
            note="two colour pictures of 4 x 4 pixels, each with a hole of its own",
        ),
    ],
    build=_tensors,
    probe=_bit_for_bit,
    hints=(
        "Each pixel comes from one of two pictures: from pred where hole is True, from image where "
        "it is not. Neither picture is changed.",
        "torch.where(condition, a, b) takes a where the condition is True, and b elsewhere; the "
        "one channel of hole serves all channels of the picture.",
        "return torch.where(hole, pred, image)",
    ),
    why="What is known stays known, bit for bit, whatever the network painted over it. A score "
    "over whole pictures would count these pixels as a success: that is why the table looks at "
    "the hole alone.",
    prewarm=("torch",),
    rtol=0.0,
    atol=0.0,
)


@composite.mistake(
    "The two are the wrong way round: hole is True where a pixel is to be filled, so pred belongs "
    "there, and image everywhere else."
)
def turned_round(pred, image, hole):
    return torch.where(hole, image, pred)


@composite.mistake(
    "You return pred as it is, and so overwrite what is known. Take pred in the hole alone, and "
    "image elsewhere."
)
def pred_everywhere(pred, image, hole):
    return pred.clone()


@composite.mistake("You return image as it is: its hole stays unfilled. Take pred in the hole.")
def image_everywhere(pred, image, hole):
    return image.clone()


@composite.mistake(
    "You blend pred and image in the hole. What image holds there is damage: in the hole take pred "
    "alone."
)
def blended_in_the_hole(pred, image, hole):
    return torch.where(hole, (pred + image) / 2, image)


@composite.mistake(
    "You blend pred and image everywhere. Nothing is mixed: pred in the hole, image elsewhere."
)
def blended_everywhere(pred, image, hole):
    return (pred + image) / 2


@composite.mistake(
    "You blend pred into the known pixels: what is known stays as it is, whatever pred says."
)
def blended_outside(pred, image, hole):
    return torch.where(hole, pred, (pred + image) / 2)


@composite.mistake(
    "You add pred on top of what image holds in the hole. That is damage: cut it out before, or "
    "choose with torch.where."
)
def added_on_top(pred, image, hole):
    return image + pred * hole


@composite.mistake("Known pixels are missing: you return pred in the hole, and 0 elsewhere.")
def known_is_0(pred, image, hole):
    return pred * hole


@composite.mistake("The hole is still empty: you cut it out of image, and put nothing there.")
def hole_is_0(pred, image, hole):
    return image * ~hole


@composite.mistake(
    "You cut the hole out of pred, and the known pixels out of image: turn it round."
)
def hole_is_0_in_pred(pred, image, hole):
    return pred * ~hole


@composite.mistake("You keep the damage alone: image in the hole. Asked is pred there.")
def damage_alone(pred, image, hole):
    return image * hole


@composite.mistake("You add the two pictures: each pixel is taken from one of them.")
def added(pred, image, hole):
    return pred + image


@composite.mistake("You return the difference of the two; asked is one picture made of both.")
def difference(pred, image, hole):
    return pred - image


@composite.mistake("You return the hole itself; asked is the picture with its hole filled.")
def hole_alone(pred, image, hole):
    return hole.to(image.dtype).expand_as(image).clone()


@composite.mistake(
    "Your picture is right, but you paint it into the caller's `image`, and the damaged picture is "
    "lost. Work on image.clone(), or use torch.where."
)
def image_in_place(pred, image, hole):
    inside = hole.expand_as(image)
    image[inside] = pred[inside]
    return image


@composite.mistake(
    "Your picture is right, but you paint it into the caller's `pred`, and the gradient is lost. "
    "Work on pred.clone(), or use torch.where."
)
def pred_in_place(pred, image, hole):
    outside = ~hole.expand_as(pred)
    pred[outside] = image[outside]
    return pred


@composite.mistake(
    "hole has one channel, and image[hole] raises IndexError on a colour picture. "
    "hole.expand_as(image) has as many; torch.where needs no such help."
)
def not_expanded_to_colour(pred, image, hole):
    filled = image.clone()
    filled[hole] = pred[hole]
    return filled


@composite.mistake("You fill the first channel alone: the hole goes through all channels.")
def one_channel(pred, image, hole):
    filled = image.clone()
    filled[:, :1] = torch.where(hole, pred[:, :1], image[:, :1])
    return filled


@composite.mistake("You fill the first picture alone: each picture of the batch has its hole.")
def one_picture(pred, image, hole):
    filled = image.clone()
    filled[:1] = torch.where(hole[:1], pred[:1], image[:1])
    return filled


@composite.mistake("You return the first picture alone: all pictures of the batch are asked for.")
def first_of_the_batch(pred, image, hole):
    return torch.where(hole, pred, image)[:1]


@composite.mistake("You use the first picture's hole for all: each picture has a hole of its own.")
def one_hole(pred, image, hole):
    return torch.where(hole[:1], pred, image)


@composite.mistake(
    "You fill a pixel if it is missing in any picture of the batch: each picture has a hole of its "
    "own."
)
def any_hole(pred, image, hole):
    return torch.where(hole.any(0, keepdim=True), pred, image)


@composite.mistake(
    "You take black pixels for the hole. Known pixels may be black, and a hole may hold anything: "
    "hole says where it is."
)
def black_is_the_hole(pred, image, hole):
    return torch.where(image == 0, pred, image)


@composite.mistake("You clip the picture to [0, 1]: pred is taken as it is.")
def clipped(pred, image, hole):
    return torch.where(hole, pred, image).clamp(0, 1)


@composite.mistake(
    "masked_scatter puts pred's numbers into the hole one after another, from pred's first pixel "
    "on: they come to the wrong places. torch.where(hole, pred, image) takes each from its own."
)
def scattered(pred, image, hole):
    return image.masked_scatter(hole, pred)


@composite.mistake(
    "masked_scatter puts image's numbers into what is known one after another, beginning with "
    "image's first pixel: they come to the wrong places. torch.where(hole, pred, image) takes each "
    "from its own."
)
def known_scattered(pred, image, hole):
    return pred.masked_scatter(~hole, image)


@composite.mistake(
    "You return a list of the hole's pixels; asked is the whole picture, in the shape of image."
)
def pixels_alone(pred, image, hole):
    return pred[hole.expand_as(pred)]


@composite.mistake("You fill the hole with the mean of pred: each pixel takes its own from pred.")
def mean_of_pred(pred, image, hole):
    return torch.where(hole, pred.mean(), image)


@composite.mistake(_KNOWN_ROUNDED)
def known_by_arithmetic(pred, image, hole):
    return pred + ~hole * (image - pred)


@composite.mistake(_HOLE_ROUNDED)
def hole_by_arithmetic(pred, image, hole):
    return image + hole * (pred - image)


# ---- linear_fill -------------------------------------------------------------------------------


def _garments(d, rank=2, noise=0.03):
    """A mean and a covariance as pictures have them: neighbours move together."""
    loadings = _rng.normal(0, 0.3, (d, rank))
    cov = (loadings @ loadings.T + noise * np.eye(d)).round(3)
    return _f32(_rng.uniform(0.2, 0.8, d).round(2)), _f32((cov + cov.T) / 2)


def _where(marks):
    return np.array([mark == "#" for mark in marks])


def _linear_fill(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    c_kk = cov[known][:, known]
    c_kk = c_kk + jitter * torch.eye(len(c_kk))
    filled = image.clone()
    away = torch.linalg.solve(c_kk, image[known] - mean[known])
    filled[hole] = mean[hole] + cov[hole][:, known] @ away
    return filled


_strong = np.full((4, 4), 0.09) + np.diag([0.01, 0.02, 0.01, 0.02])


def _doubles(*arrays, **options):
    """As the lesson has them: a covariance of 784 numbers is solved with in float64."""
    (image, mean, cov, hole), options = _tensors(*arrays, **options)
    return (image.double(), mean.double(), cov.double(), hole), options


linear_fill = Exercise(
    "linear_fill",
    _linear_fill,
    cases=[
        case(
            _f32([0.8, 0.1]),
            _f32([0.5, 0.4]),
            _f32([[0.1, 0.05], [0.05, 0.2]]),
            _where(".#"),
        ),
        case(
            _f32([0.3, 0.9, 0.2]),
            _f32([0.5, 0.6, 0.3]),
            _f32([[0.1, 0.06, 0.02], [0.06, 0.12, 0.05], [0.02, 0.05, 0.08]]),
            _where("#.."),
            jitter=0.05,
        ),
        case(
            _f32([0.9, 0.7, 0.2, 1.0]),
            _f32([0.4, 0.7, 0.5, 0.3]),
            _f32(_strong),
            _where(".##."),
        ),
        case(_f32([0.2, 0.7, 0.4]), *_garments(3), _where("...")),
        case(_f32([0.2, 0.7, 0.4]), *_garments(3), _where("###")),
        case(_picture(6), *_garments(6), _where("##.#.#"), jitter=0.1),
        case(_picture(9), *_garments(9, 3), _where("...##.#.."), jitter=0.02),
        case(_picture(14), *_garments(14, 4), _where("..####........")),
    ],
    build=_doubles,
    probe=_the_picture,
    hints=(
        "Call the pixels of the hole u and the known ones k. The best guess for u is its mean, "
        "moved by what k tells: how far k lies from its own mean, weighted by covariances.",
        "x_u = m_u + C_uk (C_kk + jitter I)⁻¹ (x_k - m_k). With known = ~hole, C_kk is "
        "cov[known][:, known] and C_uk is cov[hole][:, known]; torch.linalg.solve(A, b) is A⁻¹ b.",
        "known = ~hole\n"
        "c_kk = cov[known][:, known]\n"
        "c_kk = c_kk + jitter * torch.eye(len(c_kk))\n"
        "filled = image.clone()\n"
        "away = torch.linalg.solve(c_kk, image[known] - mean[known])\n"
        "filled[hole] = mean[hole] + cov[hole][:, known] @ away\n"
        "return filled",
    ),
    why="No fill that is linear in the known pixels has a smaller mean squared error, and this one "
    "is a single solve. It is the baseline that a network must beat: a careless one does not.",
    points=3,
    prewarm=("torch",),
    rtol=1e-4,
    atol=2e-5,
)


@linear_fill.mistake(
    "The polarity is turned round: you keep the hole and fill what is known. hole is True where a "
    "pixel is to be filled; the known ones are ~hole."
)
def hole_kept(image, mean, cov, hole, jitter=1e-3):
    c = cov[hole][:, hole] + jitter * torch.eye(int(hole.sum()))
    filled = image.clone()
    away = torch.linalg.solve(c, image[hole] - mean[hole])
    filled[~hole] = mean[~hole] + cov[~hole][:, hole] @ away
    return filled


def _fill(image, mean, cov, hole, jitter, *, kk=None, uk=None, x=None, m=None, back=None):
    """The reference, with one of its parts exchanged."""
    known = ~hole
    c_kk = cov[known][:, known]
    kk = c_kk + jitter * torch.eye(len(c_kk)) if kk is None else kk
    uk = cov[hole][:, known] if uk is None else uk
    x, m = image[known] if x is None else x, mean[known] if m is None else m
    filled = image.clone()
    filled[hole] = (mean[hole] if back is None else back) + uk @ torch.linalg.solve(
        kk.to(uk), x - m
    )
    return filled


@linear_fill.mistake(
    "The mean is missing: the formula speaks of distances from the mean. Subtract mean[known] "
    "from image[known], and add mean[hole] at the end."
)
def no_mean(image, mean, cov, hole, jitter=1e-3):
    zero = torch.zeros(())
    return _fill(image, mean, cov, hole, jitter, m=zero, back=zero)


@linear_fill.mistake("You subtract the mean, and never add it back: mean[hole] + C_uk (...).")
def mean_not_added(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, back=torch.zeros(()))


@linear_fill.mistake(
    "You add the mean, and never subtract it: the weights act on image[known] - mean[known]."
)
def mean_not_subtracted(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, m=torch.zeros(()))


@linear_fill.mistake(
    "You take one mean for all pixels, mean.mean(): each pixel has a mean of its own, mean[i]."
)
def mean_of_the_mean(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, m=mean.mean(), back=mean.mean())


@linear_fill.mistake(
    "You take this picture's own mean brightness for the mean: mean holds one number a pixel, over "
    "all training pictures."
)
def mean_of_the_picture(image, mean, cov, hole, jitter=1e-3):
    own = image[~hole].mean()
    return _fill(image, mean, cov, hole, jitter, m=own, back=own)


@linear_fill.mistake(
    "There is no jitter in yours. Add jitter to the diagonal of C_kk: border pixels are always "
    "black, and without it the matrix of real pictures has no inverse."
)
def no_jitter(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    return _fill(image, mean, cov, hole, jitter, kk=cov[known][:, known])


@linear_fill.mistake(
    "You take jitter for 1e-3, whatever the caller says: use the argument, and 1e-3 only as its "
    "default."
)
def jitter_fixed(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole)


@linear_fill.mistake(
    "You add jitter to every number of C_kk. It belongs on the diagonal alone: jitter * torch.eye."
)
def jitter_everywhere(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    return _fill(image, mean, cov, hole, jitter, kk=cov[known][:, known] + jitter)


@linear_fill.mistake(
    "You add jitter to every number of cov, C_uk among them. It belongs on the diagonal alone: "
    "jitter * torch.eye."
)
def jitter_on_all_of_cov(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov + jitter, hole, jitter=0.0)


@linear_fill.mistake(
    "Your jitter is on C_uk, where nothing is inverted. Put it on the diagonal of C_kk, the matrix "
    "that is solved with."
)
def jitter_on_uk(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    uk = cov[hole][:, known] + jitter
    return _fill(image, mean, cov, hole, jitter, kk=cov[known][:, known], uk=uk)


@linear_fill.mistake("You add the jitter twice.")
def jitter_twice(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, 2 * jitter)


@linear_fill.mistake(
    "The identity has as many rows as cov: it needs one for each known pixel, "
    "torch.eye(int(known.sum()))."
)
def eye_of_all(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    return _fill(
        image, mean, cov, hole, jitter, kk=cov[known][:, known] + jitter * torch.eye(len(cov))
    )


@linear_fill.mistake(
    "You add your guess to what stands in the hole, which is damage: put it in its place, "
    "filled[hole] = ..."
)
def added_to_the_damage(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter) + image * hole


@linear_fill.mistake(
    "The known pixels come back less their mean: keep the picture itself, image.clone()."
)
def known_less_their_mean(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter) - mean * ~hole


@linear_fill.mistake(
    "Only the first pixel of the hole is filled: does a `return` stand inside the loop?"
)
def first_pixel_alone(image, mean, cov, hole, jitter=1e-3):
    first = torch.cumsum(hole, 0) * hole == 1
    return torch.where(first, _linear_fill(image, mean, cov, hole, jitter), image)


@linear_fill.mistake("You subtract the jitter: it is added, to keep the matrix away from 0.")
def jitter_subtracted(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter=-jitter)


@linear_fill.mistake("You square the jitter: it is added to the diagonal as it is.")
def jitter_squared(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter=jitter**2)


@linear_fill.mistake(
    "You stretch the diagonal by 1 + jitter. Jitter is added, the same to each pixel: a black "
    "border has the variance 0, and 0 stays 0 however it is stretched."
)
def jitter_relative(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    c_kk = cov[known][:, known]
    kk = c_kk + jitter * torch.diag(c_kk.diagonal())
    return _fill(image, mean, cov, hole, jitter, kk=kk)


@linear_fill.mistake(
    "The diagonal of C_kk grows by 1 in yours: torch.eye alone is far too much. Write "
    "jitter * torch.eye(...)."
)
def jitter_of_1(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter=1.0)


@linear_fill.mistake(
    "You multiply by C_kk where its inverse is meant: torch.linalg.solve(C_kk + jitter I, ...)."
)
def not_inverted(image, mean, cov, hole, jitter=1e-3):
    known, filled = ~hole, image.clone()
    c_kk = cov[known][:, known] + jitter * torch.eye(int(known.sum()))
    filled[hole] = mean[hole] + cov[hole][:, known] @ (c_kk @ (image[known] - mean[known]))
    return filled


@linear_fill.mistake(
    "C_kk is missing in yours: two known pixels that tell the same would count twice. Use "
    "torch.linalg.solve(C_kk + jitter I, image[known] - mean[known])."
)
def no_c_kk(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, kk=torch.eye(int((~hole).sum())))


@linear_fill.mistake(
    "You divide by the variances of the known pixels alone, the diagonal of C_kk. They are not "
    "independent: solve with the whole matrix."
)
def diagonal_alone(image, mean, cov, hole, jitter=1e-3):
    kk = torch.diag(cov.diagonal()[~hole] + jitter)
    return _fill(image, mean, cov, hole, jitter, kk=kk)


@linear_fill.mistake(
    "You invert number by number, 1 / C_kk. The inverse of a matrix is another thing: "
    "torch.linalg.solve, or torch.linalg.inv."
)
def number_by_number(image, mean, cov, hole, jitter=1e-3):
    known, filled = ~hole, image.clone()
    c_kk = cov[known][:, known] + jitter * torch.eye(int(known.sum()))
    filled[hole] = mean[hole] + cov[hole][:, known] @ ((1 / c_kk) @ (image[known] - mean[known]))
    return filled


@linear_fill.mistake(
    "You invert the whole of cov first, and cut C_kk's part out of the inverse. Cut first, then "
    "invert: the two orders do not agree."
)
def inverted_first(image, mean, cov, hole, jitter=1e-3):
    known, filled = ~hole, image.clone()
    inverse = torch.linalg.inv(cov + jitter * torch.eye(len(cov)))[known][:, known]
    filled[hole] = mean[hole] + cov[hole][:, known] @ (inverse @ (image[known] - mean[known]))
    return filled


@linear_fill.mistake(
    "cov[known, known] picks the diagonal: write cov[known][:, known], rows first, then columns."
)
def index_pairs(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    kk = cov[known, known] + jitter * torch.eye(int(known.sum()))
    return _fill(image, mean, cov, hole, jitter, kk=kk)


@linear_fill.mistake(
    "cov[hole, known] pairs a row with a column, one by one, and raises IndexError where there are "
    "not as many of both: write cov[hole][:, known]."
)
def index_pairs_in_uk(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, uk=cov[hole, ~hole])


@linear_fill.mistake(
    "cov[known, known] picks the diagonal, and cov[hole, known] pairs a row with a column, one by "
    "one: write cov[known][:, known] and cov[hole][:, known]."
)
def index_pairs_in_both(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    kk = cov[known, known] + jitter * torch.eye(int(known.sum()))
    return _fill(image, mean, cov, hole, jitter, kk=kk, uk=cov[hole, known])


@linear_fill.mistake(
    "You take C_ku, the transpose: rows are for the hole, columns for what is known, "
    "cov[hole][:, known]."
)
def transposed(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, uk=cov[~hole][:, hole])


@linear_fill.mistake(
    "You take C_uu, the covariance within the hole: what binds the hole to what is known is C_uk, "
    "cov[hole][:, known]."
)
def c_uu(image, mean, cov, hole, jitter=1e-3):
    known, filled = ~hole, image.clone()
    c_uu = cov[hole][:, hole] + jitter * torch.eye(int(hole.sum()))
    uk = cov[hole][:, known]
    filled[hole] = mean[hole] + torch.linalg.solve(c_uu, uk @ (image[known] - mean[known]))
    return filled


@linear_fill.mistake(
    "The sign is wrong: what is brighter than its mean makes its neighbours brighter. It is m_u "
    "plus C_uk (...), and x_k - m_k."
)
def sign(image, mean, cov, hole, jitter=1e-3):
    return _fill(image, mean, cov, hole, jitter, uk=-cov[hole][:, ~hole])


@linear_fill.mistake(
    "You return the mean in the hole, whatever is known: move it by C_uk (C_kk + jitter I)⁻¹ "
    "(x_k - m_k)."
)
def the_mean_alone(image, mean, cov, hole, jitter=1e-3):
    return torch.where(hole, mean, image)


@linear_fill.mistake("You return the pixels of the hole alone; asked is the whole picture, (d,).")
def hole_pixels_alone(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter)[hole]


@linear_fill.mistake("You return the hole first and the known pixels behind it: each in its place.")
def stuck_together(image, mean, cov, hole, jitter=1e-3):
    return torch.cat([_linear_fill(image, mean, cov, hole, jitter)[hole], image[~hole]])


@linear_fill.mistake("You return the mean where the picture is known: known pixels are kept.")
def mean_for_known(image, mean, cov, hole, jitter=1e-3):
    return torch.where(hole, _linear_fill(image, mean, cov, hole, jitter), mean)


@linear_fill.mistake(
    "You put your guess in place of the known pixels too: known pixels are kept. Write to "
    "filled[hole] alone, or choose with torch.where(hole, guess, image)."
)
def known_smoothed(image, mean, cov, hole, jitter=1e-3):
    known = ~hole
    kk = cov[known][:, known] + jitter * torch.eye(int(known.sum()))
    return mean + cov[:, known] @ torch.linalg.solve(kk, image[known] - mean[known])


@linear_fill.mistake("You return 0 where the picture is known: known pixels are kept.")
def zero_for_known(image, mean, cov, hole, jitter=1e-3):
    return torch.where(hole, _linear_fill(image, mean, cov, hole, jitter), 0)


@linear_fill.mistake("You return the picture as it came: its hole is not filled.")
def as_it_came(image, mean, cov, hole, jitter=1e-3):
    return image.clone()


@linear_fill.mistake("You clip the fill to [0, 1]. That is for later: here the fill is linear.")
def fill_clipped(image, mean, cov, hole, jitter=1e-3):
    return _linear_fill(image, mean, cov, hole, jitter).clamp(0, 1)


@linear_fill.mistake(
    "Your fill is right, but you write it into the caller's `image`: work on image.clone()."
)
def written_into_image(image, mean, cov, hole, jitter=1e-3):
    image[hole] = _linear_fill(image, mean, cov, hole, jitter)[hole]
    return image


@linear_fill.mistake(
    "Your fill is right, but the jitter is added to the caller's `cov`, once more with each call: "
    "work on a copy."
)
def jitter_into_cov(image, mean, cov, hole, jitter=1e-3):
    filled = _linear_fill(image, mean, cov, hole, jitter)
    cov.diagonal().add_(jitter)
    return filled


@linear_fill.mistake(
    "You take the damaged pixels for known ones: the formula then looks at what lies under the "
    "hole. Cut cov, image and mean down to the known pixels first."
)
def damage_read(image, mean, cov, hole, jitter=1e-3):
    kk = cov + jitter * torch.eye(len(cov))
    guess = mean + cov @ torch.linalg.solve(kk, image - mean)
    return torch.where(hole, guess, image)


@linear_fill.mistake(
    "You set the hole to 0 and take it for known and black. Cut cov, image and mean down to the "
    "known pixels first."
)
def hole_taken_for_black(image, mean, cov, hole, jitter=1e-3):
    kk = cov + jitter * torch.eye(len(cov))
    guess = mean + cov @ torch.linalg.solve(kk, image * ~hole - mean)
    return torch.where(hole, guess, image)


@linear_fill.mistake(
    "You set the hole to its mean and take it for known. That pulls the fill towards the mean: cut "
    "cov, image and mean down to the known pixels first."
)
def hole_taken_for_mean(image, mean, cov, hole, jitter=1e-3):
    kk = cov + jitter * torch.eye(len(cov))
    guess = mean + cov @ torch.linalg.solve(kk, torch.where(hole, mean, image) - mean)
    return torch.where(hole, guess, image)


# ---- partial_conv2d ----------------------------------------------------------------------------

_BOOL = (
    "Your known holds numbers; it must be bool, as the one that came in, for the next layer asks "
    "~known of it. Write count > 0."
)


def _two(result, image, known, weight, bias):
    if not isinstance(result, tuple | list) or len(result) != 2:
        got = f"{len(result)} things" if isinstance(result, tuple | list) else "one thing"
        raise OddResultError(f"You return {got}; asked are two: return out, known.")
    out, there = result
    _one_tensor(out, "out")
    _one_tensor(there, "known")
    if out.dtype == torch.bool and there.dtype != torch.bool:
        raise OddResultError("The two are swapped: first out, then known.")
    if there.dtype != torch.bool:
        raise OddResultError(_BOOL)
    return {"out": out, "known": there}


def _partial_conv2d(image, known, weight, bias):
    k = weight.shape[-1]
    count = F.conv2d(known.to(image.dtype), torch.ones(1, 1, k, k))
    some = count > 0
    share = count.clamp(min=1) / k**2
    out = F.conv2d(torch.where(known, image, 0), weight) / share
    return torch.where(some, out + bias[:, None, None], 0), some


def _kernel(*shape):
    return _f32(_rng.normal(0, 1, shape).round(1))


def _known(rows):
    return ~_hole(rows)


partial_conv2d = Exercise(
    "partial_conv2d",
    _partial_conv2d,
    cases=[
        case(
            _f32([[[[1.0, 2.0], [3.0, 4.0]]]]),
            _known([["..", ".#"]]),
            _f32([[[[1.0, 2.0], [0.5, 1.0]]]]),
            _f32([0.5]),
        ),
        case(
            _f32([[[[0.1, 0.9, 0.4], [0.7, 0.2, 0.6]]]]),
            _known([["...", "..."]]),
            _f32([[[[1.0, 2.0], [0.5, -1.0]]]]),
            _f32([0.25]),
        ),
        case(
            _f32([[[[0.2, 0.5, 0.9, 0.3], [0.6, 0.1, 0.4, 0.8], [0.3, 0.7, 0.5, 0.2]]]]),
            _known([["..##", ".###", "..##"]]),
            _f32([[[[1.0, -1.0], [2.0, 0.5]]]]),
            _f32([-0.4]),
            note="a grey picture of 3 x 4 pixels, a kernel of 2 x 2; the last two columns are "
            "unknown, so the windows on the right hold nothing that is known; bias -0.4",
        ),
        case(
            _picture(1, 3, 3, 3),
            _known([["..#", ".##", ".##"]]),
            _kernel(2, 3, 2, 2),
            _f32([0.3, -0.2]),
            note="a colour picture of 3 x 3 pixels, five of them unknown; two kernels of 2 x 2",
        ),
        case(
            _picture(2, 1, 3, 3),
            _known([["###", "###", "###"], ["...", "#..", "..."]]),
            _kernel(2, 1, 3, 3),
            _f32([0.5, 0.1]),
            note="two grey pictures of 3 x 3 pixels, nothing known in the first; kernels of 3 x 3",
        ),
        case(
            _picture(1, 2, 2, 3) * _f32([0, 1, 1]),
            _known([[".#.", "#.."]]),
            _kernel(3, 2, 1, 1),
            _f32([0, 0, 0]),
            note="a picture of two channels, its left column black; three kernels of 1 x 1, so "
            "that a window is one pixel; no bias",
        ),
        case(
            _picture(2, 2, 5, 6),
            _rng.random((2, 1, 5, 6)) < 0.35,
            _kernel(3, 2, 3, 3),
            _f32([0.4, -0.3, 0.1]),
            note="two pictures of two channels and 5 x 6 pixels, a third of them known; three "
            "kernels of 3 x 3",
        ),
    ],
    build=_tensors,
    probe=_two,
    hints=(
        "Cut the unknown pixels out, then convolve as ever. A window that knew only m of its k² "
        "pixels then sums too little: stretch it by k² / m. Where m is 0, out is 0, known False.",
        "How many a window knows is a convolution, too: known as numbers, with a kernel of ones "
        "(1, 1, k, k). Divide by count.clamp(min=1), add the bias after that, and choose with "
        "torch.where(count > 0, ..., 0).",
        "k = weight.shape[-1]\n"
        "count = F.conv2d(known.to(image.dtype), torch.ones(1, 1, k, k))\n"
        "gain = k**2 / count.clamp(min=1)\n"
        "out = F.conv2d(image * known, weight) * gain + bias[:, None, None]\n"
        "return torch.where(count > 0, out, 0), count > 0",
    ),
    why="With a gain, a hole does not darken what is near it, and with each layer the hole gets "
    "smaller. Clamp the count, so that no 0/0 arises: behind torch.where it does not show, and its "
    "gradient would be NaN.",
    points=3,
    prewarm=("torch",),
    rtol=1e-5,
    atol=2e-6,
)


@partial_conv2d.mistake(
    "There is no gain in yours: a window that knows few of its pixels sums too little. Multiply by "
    "k² / count, with the count of what the window knows."
)
def no_gain(image, known, weight, bias):
    k = weight.shape[-1]
    count = F.conv2d(known.float(), torch.ones(1, 1, k, k))
    out = F.conv2d(image * known, weight) + bias[:, None, None]
    return torch.where(count > 0, out, 0), count > 0


def _parts(image, known, weight):
    """(the convolution of what is known, how much of it each window holds, k)."""
    k = weight.shape[-1]
    count = F.conv2d(known.float(), torch.ones(1, 1, k, k))
    return F.conv2d(image * known, weight), count, k


def _with_gain(image, known, weight, bias, gain):
    """The reference with another gain: a function of count, k and the number of channels."""
    raw, count, k = _parts(image, known, weight)
    out = raw * gain(count.clamp(min=1), k, image.shape[1]) + bias[:, None, None]
    return torch.where(count > 0, out, 0), count > 0


@partial_conv2d.mistake(
    "You count what is known over the channels as well, and so divide by C: where all is known "
    "your gain is 1/C, not 1. known has one channel: k² / count."
)
def gain_1_over_c(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: k**2 / (c * m))


@partial_conv2d.mistake(
    "k² is missing from your gain: 1 / count is the mean of the window, and where all is known "
    "yours is k² times too small. Multiply by k² / count."
)
def gain_without_k2(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: 1 / m)


@partial_conv2d.mistake(
    "Your gain is 1 / (C · count): where all is known it must be 1, so it is k² / count, and the "
    "channels have no say."
)
def gain_1_over_c_without_k2(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: 1 / (c * m))


@partial_conv2d.mistake(
    "You multiply the window's size by the channels, C k², and count in one channel alone: where "
    "all is known your gain is C, not 1. It is k² / count."
)
def gain_of_c(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: c * k**2 / m)


@partial_conv2d.mistake("A window has k² pixels, not k: the gain is k**2 / count.")
def gain_with_k(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: k / m)


@partial_conv2d.mistake(
    "Your gain is upside down: count / k² makes less of a window that already sums too little. It "
    "is k² / count."
)
def gain_upside_down(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: m / k**2)


@partial_conv2d.mistake("You take the root of the gain: it is k² / count itself.")
def gain_rooted(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: (k**2 / m).sqrt())


@partial_conv2d.mistake(
    "You multiply by the count: a gain must make more of a window that knows less. It is k² / "
    "count."
)
def gain_is_the_count(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: m)


@partial_conv2d.mistake(
    "You add 1 to the count so as not to divide by 0, and every gain comes out too small. Use "
    "count.clamp(min=1), which moves the empty windows alone."
)
def one_too_many(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: k**2 / (m + 1))


@partial_conv2d.mistake(
    "Your gain is one number for the whole picture: each window has its own count of what it knows."
)
def one_gain(image, known, weight, bias):
    share = known.float().mean((1, 2, 3), keepdim=True).clamp(min=1e-6)
    return _with_gain(image, known, weight, bias, lambda m, k, c: 1 / share)


@partial_conv2d.mistake(
    "Your gain is one number for the whole batch: each window has its own count of what it knows."
)
def one_gain_for_the_batch(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: 1 / known.float().mean())


@partial_conv2d.mistake("Your gain counts what the window does not know: count known, not ~known.")
def gain_by_the_hole(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: k**2 / (k**2 - m).clamp(min=1))


@partial_conv2d.mistake(
    "Your gain compares sums of weights. It counts pixels, k² / count, whatever the weights are."
)
def divided_by_weights(image, known, weight, bias):
    raw, count, _ = _parts(image, known, weight)
    size = F.conv2d(known.float().expand_as(image).contiguous(), weight.abs())
    out = raw * weight.abs().sum((1, 2, 3))[:, None, None] / size + bias[:, None, None]
    return torch.where(count > 0, out, 0), count > 0


@partial_conv2d.mistake(
    "The bias is scaled with the rest: it belongs behind the gain. Convolve without it, multiply, "
    "then add it."
)
def bias_scaled(image, known, weight, bias):
    raw, count, k = _parts(image, known, weight)
    out = (raw + bias[:, None, None]) * (k**2 / count.clamp(min=1))
    return torch.where(count > 0, out, 0), count > 0


@partial_conv2d.mistake(
    "Where nothing is known you still return the bias: there out must be 0, bias and all. Choose "
    "with torch.where(count > 0, ..., 0) at the end."
)
def bias_where_nothing_is_known(image, known, weight, bias):
    raw, count, k = _parts(image, known, weight)
    return raw * (k**2 / count.clamp(min=1)) + bias[:, None, None], count > 0


@partial_conv2d.mistake(
    "The bias is scaled with the rest, and stays where nothing is known: add it behind the gain, "
    "and choose with torch.where(count > 0, ..., 0) at the end."
)
def bias_scaled_and_left(image, known, weight, bias):
    raw, count, k = _parts(image, known, weight)
    return (raw + bias[:, None, None]) * (k**2 / count.clamp(min=1)), count > 0


@partial_conv2d.mistake("The bias is missing: add bias[:, None, None] behind the gain.")
def bias_missing(image, known, weight, bias):
    return _partial_conv2d(image, known, weight, torch.zeros_like(bias))


@partial_conv2d.mistake("You subtract the bias: add it.")
def bias_subtracted(image, known, weight, bias):
    return _partial_conv2d(image, known, weight, -bias)


@partial_conv2d.mistake(
    "You divide by the count where it is 0: 0/0 is NaN, and NaN times 0 is NaN still. Clamp the "
    "count, and put 0 into empty windows with torch.where."
)
def nan_in_empty_windows(image, known, weight, bias):
    raw, count, k = _parts(image, known, weight)
    return raw * (k**2 / count) + bias[:, None, None], count > 0


@partial_conv2d.mistake(
    "The image is not cut: unknown pixels come into the sum. Convolve image * known."
)
def not_cut(image, known, weight, bias):
    _, count, k = _parts(image, known, weight)
    out = F.conv2d(image, weight) * (k**2 / count.clamp(min=1)) + bias[:, None, None]
    return torch.where(count > 0, out, 0), count > 0


@partial_conv2d.mistake(
    "You treat known as a hole: here True means known, the opposite of hole. Use it as it is, "
    "without ~."
)
def known_for_hole(image, known, weight, bias):
    return _partial_conv2d(image, ~known, weight, bias)


@partial_conv2d.mistake(
    "out is right, and known is that of the hole: it must be True where a window knew something, "
    "count > 0."
)
def known_negated(image, known, weight, bias):
    out, some = _partial_conv2d(image, known, weight, bias)
    return out, ~some


@partial_conv2d.mistake(
    "known comes back as it went in: out is smaller than image, and knows more. It is count > 0."
)
def known_as_it_came(image, known, weight, bias):
    return _partial_conv2d(image, known, weight, bias)[0], known


@partial_conv2d.mistake(
    "known is not updated, only cut to the size of out. A window that knows one pixel is enough: "
    "known is count > 0, and with each layer the hole shrinks."
)
def known_cut_to_size(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    top = left = weight.shape[-1] // 2
    return out, known[..., top : top + out.shape[2], left : left + out.shape[3]].clone()


@partial_conv2d.mistake(
    "known is not updated, only cut to the size of out at its corner. A window that knows one "
    "pixel is enough: known is count > 0."
)
def known_cut_at_the_corner(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    return out, known[..., : out.shape[2], : out.shape[3]].clone()


@partial_conv2d.mistake(
    "Your known asks for windows that know all of their pixels: one is enough, count > 0. Yours "
    "would make the hole grow with each layer."
)
def known_where_all_is(image, known, weight, bias):
    _, count, k = _parts(image, known, weight)
    return _partial_conv2d(image, known, weight, bias)[0], count == k**2


@partial_conv2d.mistake(
    "You take a window for empty unless all of its pixels are known, in out as in known: one known "
    "pixel is enough, count > 0."
)
def all_or_nothing(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    full = _parts(image, known, weight)[1] == weight.shape[-1] ** 2
    return torch.where(full, out, 0), full


@partial_conv2d.mistake(
    "Your known is True everywhere: where a window knew nothing it stays False, for the next layer "
    "to fill."
)
def known_everywhere(image, known, weight, bias):
    out, some = _partial_conv2d(image, known, weight, bias)
    return out, torch.ones_like(some)


@partial_conv2d.mistake(
    "You read known off the numbers, out != 0. A known pixel may well be black, or the sum 0: it "
    "is count > 0, in one channel."
)
def known_by_numbers(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    return out, out != 0


@partial_conv2d.mistake(
    "You take a place for known where some channel of out is not 0. A known pixel may well be "
    "black, or the sum 0: it is count > 0."
)
def known_by_some_number(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    return out, (out != 0).any(1, keepdim=True)


@partial_conv2d.mistake(
    "You take black pixels for unknown ones. A known pixel may be black, and an unknown one may "
    "hold anything: known says which is which."
)
def black_is_unknown(image, known, weight, bias):
    return _partial_conv2d(image, (image != 0).any(1, keepdim=True), weight, bias)


@partial_conv2d.mistake(
    "Your known has as many channels as out; one is enough, (n, 1, h, w), for all channels know "
    "the same."
)
def known_in_all_channels(image, known, weight, bias):
    out, some = _partial_conv2d(image, known, weight, bias)
    return out, some.expand_as(out).clone()


@partial_conv2d.mistake(
    "Your known asks for more than one known pixel in a window: one is enough, count > 0."
)
def more_than_one(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    some = _parts(image, known, weight)[1] > 1
    return torch.where(some, out, 0), some


@partial_conv2d.mistake(_BOOL)
def known_as_numbers(image, known, weight, bias):
    out, some = _partial_conv2d(image, known, weight, bias)
    return out, some.float()


@partial_conv2d.mistake("You return one thing; asked are two: return out, known.")
def out_alone(image, known, weight, bias):
    return _partial_conv2d(image, known, weight, bias)[0]


@partial_conv2d.mistake("The two are swapped: first out, then known.")
def two_swapped(image, known, weight, bias):
    return _partial_conv2d(image, known, weight, bias)[::-1]


@partial_conv2d.mistake(
    "That is a plain convolution: unknown pixels come into the sum, and nothing makes up for them."
)
def plain(image, known, weight, bias):
    return F.conv2d(image, weight, bias), _partial_conv2d(image, known, weight, bias)[1]


@partial_conv2d.mistake(
    "That is a plain convolution of the cut image: windows with few known pixels sum too little, "
    "and empty ones hold the bias. Multiply by k² / count, then add the bias where count > 0."
)
def plain_on_the_cut_image(image, known, weight, bias):
    some = _partial_conv2d(image, known, weight, bias)[1]
    return F.conv2d(image * known, weight, bias), some


@partial_conv2d.mistake(
    "You flip the kernel. Networks do not (they correlate, as F.conv2d does): take it as it is."
)
def flipped(image, known, weight, bias):
    return _partial_conv2d(image, known, weight.flip(-1, -2), bias)


@partial_conv2d.mistake(
    "You pad the picture: out keeps its size. Here padding is 0, and out is (h - k + 1, w - k + 1)."
)
def padded(image, known, weight, bias):
    p = weight.shape[-1] // 2
    return _partial_conv2d(F.pad(image, (p,) * 4), F.pad(known, (p,) * 4), weight, bias)


@partial_conv2d.mistake(
    "Your numbers are right, but you cut the caller's `image` in place: multiply, image * known."
)
def image_cut_in_place(image, known, weight, bias):
    image *= known
    return _partial_conv2d(image, known, weight, bias)


@partial_conv2d.mistake(
    "You give unknown pixels the mean of the known ones, and convolve that. Leave them out, "
    "image * known, and make up for them with the gain k² / count."
)
def filled_with_the_mean(image, known, weight, bias):
    count = known.sum((2, 3), keepdim=True).clamp(min=1)
    mean = (image * known).sum((2, 3), keepdim=True) / count
    out = F.conv2d(torch.where(known, image, mean), weight) + bias[:, None, None]
    some = _parts(image, known, weight)[1] > 0
    return torch.where(some, out, 0), some


@partial_conv2d.mistake(
    "torch lays your bias along the width: give it the shape (o, 1, 1), bias[:, None, None]."
)
def bias_along_the_width(image, known, weight, bias):
    sums, m, k = _parts(image, known, weight)
    return torch.where(m > 0, sums * k**2 / m.clamp(min=1) + bias, 0), m > 0


@partial_conv2d.mistake("You take every window for 3 x 3: ask the kernel, k = weight.shape[-1].")
def nine_by_heart(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: 9 / m)


@partial_conv2d.mistake(
    "The polarity is turned: known is True where a pixel is known, so the sum is over "
    "image * known."
)
def unknown_summed(image, known, weight, bias):
    sums, _, k = _parts(image, ~known, weight)
    m = _parts(image, known, weight)[1]
    out = sums * k**2 / m.clamp(min=1) + bias[:, None, None]
    return torch.where(m > 0, out, 0), m > 0


@partial_conv2d.mistake(
    "torch.where has its two values the wrong way round: empty windows are 0, the others are out."
)
def where_turned(image, known, weight, bias):
    sums, m, k = _parts(image, known, weight)
    out = sums * k**2 / m.clamp(min=1) + bias[:, None, None]
    return torch.where(m > 0, 0, out), m > 0


@partial_conv2d.mistake("All pictures get the mask of the first: each has its own.")
def mask_of_the_first(image, known, weight, bias):
    return _partial_conv2d(image, known[:1].expand_as(known), weight, bias)


@partial_conv2d.mistake(
    "You take an output for known where more than half of its window was: any known pixel is "
    "enough, count > 0."
)
def known_by_majority(image, known, weight, bias):
    out, _ = _partial_conv2d(image, known, weight, bias)
    _, m, k = _parts(image, known, weight)
    return out, m > k**2 / 2


@partial_conv2d.mistake(
    "You add a small number to the count: where all is known the gain is then not exactly 1. "
    "Clamp it, count.clamp(min=1)."
)
def count_plus_a_little(image, known, weight, bias):
    return _with_gain(image, known, weight, bias, lambda m, k, c: k**2 / (m + 1e-3))
