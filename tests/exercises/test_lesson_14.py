"""Answers to lesson 14 that its table does not hold: right ones in other styles, and wrong ones."""

import torch
import torch.nn.functional as F
from torch import nn

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()
GRAPH = "Your penalty has no graph behind it"


# ---- l2_penalty ----------------------------------------------------------------------------------


@right("l2_penalty")
def l2_by_a_loop(model):
    total = torch.zeros(())
    for weight in model.parameters():
        if weight.dim() >= 2:
            total = total + torch.sum(weight**2)
    return total


@right("l2_penalty")
def l2_by_the_norm(model):
    weights = [p.reshape(-1) for p in model.parameters() if len(p.shape) > 1]
    return torch.dot(torch.cat(weights), torch.cat(weights))


@right("l2_penalty")
def l2_by_names(model):
    return sum((p * p).sum() for name, p in model.named_parameters() if p.ndim not in (0, 1))


@wrong("l2_penalty", GRAPH)
def l2_detached(model):
    return sum(p.detach().square().sum() for p in model.parameters() if p.ndim > 1)


@wrong("l2_penalty", GRAPH)
def l2_of_data(model):
    return sum(p.data.square().sum() for p in model.parameters() if p.ndim > 1)


@wrong("l2_penalty", GRAPH)
@torch.no_grad()
def l2_without_gradients(model):
    return sum(p.square().sum() for p in model.parameters() if p.ndim > 1)


@wrong("l2_penalty", "a number has no gradient")
def l2_as_a_number(model):
    return sum(p.square().sum().item() for p in model.parameters() if p.ndim > 1)


@wrong("l2_penalty", "You return a list")
def l2_as_a_list(model):
    return [p.square().sum() for p in model.parameters() if p.ndim > 1]


@wrong("l2_penalty", "You return a tensor of shape (2, 2)")
def l2_not_summed(model):
    return sum(p.square() for p in list(model.parameters())[:1])


@wrong("l2_penalty", "You return a method")
def l2_without_brackets(model):
    return next(model.parameters()).square().sum


# ---- l1_penalty ----------------------------------------------------------------------------------


@right("l1_penalty")
def l1_by_torchs_norm(model):
    return sum(p.norm(1) for p in model.parameters() if p.ndim > 1)


@right("l1_penalty")
def l1_by_the_loss(model):
    weights = torch.cat([p.ravel() for p in model.parameters() if p.ndim > 1])
    return F.l1_loss(weights, torch.zeros_like(weights), reduction="sum")


@wrong("l1_penalty", GRAPH)
def l1_detached(model):
    return sum(p.detach().abs().sum() for p in model.parameters() if p.ndim > 1)


@wrong("l1_penalty", "a number has no gradient")
def l1_as_a_number(model):
    return float(sum(p.abs().sum() for p in model.parameters() if p.ndim > 1))


# ---- augment -------------------------------------------------------------------------------------


def sampled(x, matrix):
    grid = F.affine_grid(matrix, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)


@right("augment")
def augment_by_hole_and_outside(image, hole, matrix):
    bad = sampled(hole.float(), matrix)
    outside = 1 - sampled(torch.ones_like(hole, dtype=torch.float32), matrix)
    return sampled(image, matrix), bad + outside > 1e-3


@right("augment")
def augment_in_one_call(image, hole, matrix):
    both = sampled(torch.cat([image, 1.0 - hole.float()], dim=1), matrix)
    return both[:, :-1], both[:, -1:] < 0.999


@right("augment")
def augment_one_after_another(image, hole, matrix):
    found = []
    for x, h, m in zip(image, hole, matrix, strict=True):
        known = sampled((~h)[None].float(), m[None])
        found.append((sampled(x[None], m[None])[0], known[0] < 0.999))
    return torch.stack([x for x, _ in found]), torch.stack([h for _, h in found])


@wrong("augment", "Your hole is torch.float32")
def augment_hole_as_floats(image, hole, matrix):
    return sampled(image, matrix), 1 - sampled((~hole).float(), matrix)


@wrong("augment", "the exercise asks for two tensors")
def augment_picture_alone(image, hole, matrix):
    return sampled(image, matrix)


@wrong("augment", "Your hole has shape")
def augment_hole_of_all_channels(image, hole, matrix):
    known = sampled((~hole).float().expand(-1, 2, -1, -1), matrix)
    return sampled(image, matrix), known < 0.999


# ---- freeze --------------------------------------------------------------------------------------


@right("freeze")
def freeze_by_a_tuple_of_names(model, prefix):
    for name, p in model.named_parameters():
        if f"{name}.".startswith(f"{prefix}."):
            p.requires_grad = False
    for name, module in model.named_modules():
        if f"{name}.".startswith(f"{prefix}."):
            module.train(False)
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@right("freeze")
def freeze_by_the_part_itself(model, prefix):
    part = model
    for name in prefix.split("."):
        part = getattr(part, name)
    part.requires_grad_(False)
    if isinstance(part, nn.Module):
        part.eval()
    return int(sum(p.requires_grad * p.numel() for p in model.parameters()))


@wrong("freeze", "Your function returns None")
def freeze_and_say_nothing(model, prefix):
    model.get_submodule(prefix.split(".")[0]).requires_grad_(False).eval()


@wrong("freeze", "You return a list")
def freeze_and_list(model, prefix):
    return [p.numel() for p in model.parameters()]


test_right, test_wrong = further_tests(RIGHT, WRONG)
