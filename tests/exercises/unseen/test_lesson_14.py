"""Lesson 14: answers by readers who knew the lesson, and had not seen the tables."""

import functools
import itertools
import math
import re

import torch
import torch.nn.functional as F
from torch import nn

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- l2_penalty ----------------------------------------------------------------------------------


@wrong("l2_penalty", "You count every parameter, biases and the scales of norms as well. Only")
def squares_of_everything(model):
    """The biases are summed as well."""
    return sum(p.pow(2).sum() for p in model.parameters())


@wrong("l2_penalty", "You go by the name, and a norm's scale is called weight as well. Go by")
def squares_by_name(model):
    """Parameters are chosen by their name: scales of norm layers count, and weights not called
    weight do not."""
    total = torch.zeros(())
    for name, p in model.named_parameters():
        if name.endswith("weight"):
            total = total + (p**2).sum()
    return total


@wrong("l2_penalty", "Your penalty counts no weight at all of this model: model.parameters()")
def linear_children(model):
    """Only direct children that are linear layers are looked at, nested ones and convolutions
    are not."""
    penalty = torch.zeros(())
    for layer in model.children():
        if isinstance(layer, nn.Linear):
            penalty = penalty + layer.weight.square().sum()
    return penalty


@wrong("l2_penalty", "Your penalty has no graph behind it (.data, detach(), no_grad,")
def squares_without_graph(model):
    """The numbers are taken out of the graph, so nothing can be differentiated."""
    total = 0.0
    for p in model.parameters():
        if p.ndim > 1:
            total += (p.data**2).sum().item()
    return torch.tensor(total, requires_grad=True)


@wrong("l2_penalty", "Two things at once. You count what has exactly two dimensions, and so no")
def mean_squares_of_matrices(model):
    """Two faults: only matrices are taken, so no convolutions; and the mean of each is taken,
    not the sum."""
    return torch.stack([w.square().mean() for w in model.parameters() if w.dim() == 2]).sum()


@right("l2_penalty")
def squares_by_dot_products(model):
    total = torch.zeros(())
    for weight in filter(lambda p: p.dim() >= 2, model.parameters()):
        row = weight.reshape(-1)
        total = total + torch.dot(row, row)
    return total


@right("l2_penalty")
def squares_by_recursion(model):
    def own_and_below(module, met):
        total = torch.zeros(())
        for p in module.parameters(recurse=False):
            if p.ndim > 1 and id(p) not in met:
                met.add(id(p))
                total = total + F.mse_loss(p, torch.zeros_like(p), reduction="sum")
        for child in module.children():
            total = total + own_and_below(child, met)
        return total

    return own_and_below(model, set())


# ---- l1_penalty ----------------------------------------------------------------------------------


@wrong("l1_penalty", "Your value is right, but sqrt(w²) has no gradient at w = 0 (it is NaN):")
def root_of_square(model):
    """The root of the square has the gradient NaN at 0."""
    return sum(torch.sqrt(p**2).sum() for p in model.parameters() if p.ndim > 1)


@wrong("l1_penalty", "Your value is right, but where w is 0 its gradient is -1, and it must be")
def plus_or_minus(model):
    """At 0 the gradient is -1, as 0 falls into the branch of negative numbers."""
    total = torch.zeros(())
    for p in model.parameters():
        if len(p.shape) > 1:
            total = total + torch.where(p > 0, p, -p).sum()
    return total


@wrong("l1_penalty", "len(p) is the number of rows. The number of dimensions is p.ndim, or")
def length_for_dimensions(model):
    """Len(p) > 1 is the number of rows, not of dimensions: biases count, weights with one row
    do not."""
    return torch.stack([p.abs().sum() for p in model.parameters() if len(p) > 1]).sum()


@wrong("l1_penalty", "You return a tensor of shape (1,); the exercise asks for one number, of")
def one_sum_each(model):
    """One sum for each weight tensor is returned, not one number."""
    return torch.stack([p.abs().sum() for p in model.parameters() if p.ndim > 1])


@wrong("l1_penalty", "You add a small number under the root")
def softened_root(model):
    """Two faults: a small number under the root adds to each weight, and frozen weights are
    left out."""
    learning = (p for p in model.parameters() if p.requires_grad and p.ndim > 1)
    return sum(torch.sqrt(p * p + 1e-6).sum() for p in learning)


@right("l1_penalty")
def two_relus(model):
    total = torch.zeros(())
    for p in model.parameters():
        if p.ndim > 1:
            total = total + F.relu(p).sum() + F.relu(-p).sum()
    return total


@right("l1_penalty")
def l1_loss_against_nothing(model):
    return functools.reduce(
        lambda sofar, p: sofar + F.l1_loss(p, torch.zeros_like(p), reduction="sum"),
        [p for _, p in model.named_parameters() if p.dim() != 1 and p.dim() != 0],
        torch.zeros(()),
    )


@right("l1_penalty")
def times_its_sign(model):
    total = torch.zeros(())
    for p in model.parameters():
        if p.dim() < 2:
            continue
        total = total + torch.einsum("i,i->", p.flatten(), p.detach().sign().flatten())
    return total


# ---- augment -------------------------------------------------------------------------------------


@wrong("augment", "Beyond the border your hole is False, so pixels from outside count as known.")
def border_is_known(image, hole, matrix):
    """What is beyond the border counts as known."""
    grid = F.affine_grid(matrix, image.shape, align_corners=False)
    moved = F.grid_sample(image, grid, align_corners=False)
    moved_hole = F.grid_sample(hole.float(), grid, align_corners=False) > 0.001
    return moved, moved_hole


@wrong("augment", "Your hole begins where half of the weight is not known. A pixel that looks")
def half_is_enough(image, hole, matrix):
    """The hole is taken at one half, so pixels of which less than a half is unknown count as
    known."""
    grid = F.affine_grid(matrix, list(image.shape), align_corners=False)
    known = F.grid_sample(1 - hole.to(image.dtype), grid, align_corners=False)
    return F.grid_sample(image, grid, align_corners=False), known < 0.5


@wrong("augment", "You set the picture to 0 in its hole before it is moved; the exercise asks for")
def cut_before_moving(image, hole, matrix):
    """What lies in the hole is set to 0 before the picture is moved."""
    grid = F.affine_grid(matrix, image.size(), align_corners=False)
    known = (~hole).float()
    moved = F.grid_sample(image * known, grid, align_corners=False)
    return moved, 1 - F.grid_sample(known, grid, align_corners=False) > 0.001


@wrong("augment", "You use the first map for every picture; each has its own, matrix[i].")
def first_map_for_all(image, hole, matrix):
    """The first map is used for all pictures."""
    n = image.shape[0]
    grid = F.affine_grid(matrix[:1].repeat(n, 1, 1), image.shape, align_corners=False)
    moved = F.grid_sample(image, grid, align_corners=False)
    seen = F.grid_sample(hole.logical_not().float(), grid, align_corners=False)
    return moved, seen < 0.999


@wrong("augment", "Your hole is torch.float32; a hole is bool, True = to be filled: a")
def border_continued(image, hole, matrix):
    """Two faults: the border is continued outwards in the picture, and the hole is a float,
    not bool."""
    grid = F.affine_grid(matrix, image.shape, align_corners=False)
    moved = F.grid_sample(image, grid, padding_mode="border", align_corners=False)
    known = F.grid_sample(1.0 - hole.float(), grid, align_corners=False)
    return moved, (1 - known > 0.001).float()


@right("augment")
def known_as_one_more_channel(image, hole, matrix):
    stacked = torch.cat([image, (~hole).to(image.dtype)], dim=1)
    grid = F.affine_grid(matrix, list(stacked.shape), align_corners=False)
    out = F.grid_sample(stacked, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    moved, known = out[:, :-1], out[:, -1:]
    return moved, (1 - known) > 0.001


@right("augment")
def four_corners_by_hand(image, hole, matrix):
    n, _, h, w = image.shape
    y = (2 * torch.arange(h, dtype=matrix.dtype, device=matrix.device) + 1) / h - 1
    x = (2 * torch.arange(w, dtype=matrix.dtype, device=matrix.device) + 1) / w - 1
    yy, xx = torch.meshgrid(y, x, indexing="ij")
    place = torch.einsum("nij,jhw->nihw", matrix, torch.stack([xx, yy, torch.ones_like(xx)]))
    column, row = ((place[:, 0] + 1) * w - 1) / 2, ((place[:, 1] + 1) * h - 1) / 2
    which = torch.arange(n, device=image.device)[:, None, None]
    moved, known = 0, 0
    for down, across in itertools.product((0, 1), repeat=2):
        r, c = row.floor() + down, column.floor() + across
        weight = (1 - (row - r).abs()) * (1 - (column - c).abs())
        within = (r >= 0) & (r < h) & (c >= 0) & (c < w)
        r, c = r.clamp(0, h - 1).long(), c.clamp(0, w - 1).long()
        colours = image.permute(0, 2, 3, 1)[which, r, c]
        moved = moved + torch.where(within[..., None], weight[..., None] * colours, 0.0)
        known = known + weight * (within & ~hole[:, 0][which, r, c])
    return moved.permute(0, 3, 1, 2), (1 - known > 0.001)[:, None]


# ---- freeze --------------------------------------------------------------------------------------


@wrong("freeze", "You freeze everything whose name begins with prefix, so conv1 freezes conv10")
def begins_alike(model, prefix):
    """The dot is forgotten, so a part whose name merely begins alike is frozen, too."""
    for name, p in model.named_parameters():
        if name.startswith(prefix):
            p.requires_grad = False
    for name, module in model.named_modules():
        if name.startswith(prefix):
            module.eval()
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@wrong("freeze", "The parameters are frozen, but their modules are in train mode at the end:")
def gradients_alone(model, prefix):
    """The modules stay in train mode."""
    for name, p in model.named_parameters():
        if name == prefix or name.startswith(prefix + "."):
            p.requires_grad_(False)
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@wrong("freeze", "You find parts of the first level alone, so encoder.second and head.weight")
def first_piece_of_the_name(model, prefix):
    """Only the first piece of the name is compared, so a nested part or a single parameter is
    not found."""
    for name, module in model.named_children():
        if name == prefix:
            module.eval()
            module.requires_grad_(False)
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@wrong("freeze", "You set the other parameters free again: one that was frozen before stays")
def rest_learns_again(model, prefix):
    """What was frozen before elsewhere learns again."""
    count = 0
    for name, p in model.named_parameters():
        p.requires_grad = not (name == prefix or name.startswith(prefix + "."))
        count += p.numel() * p.requires_grad
    for name, module in model.named_modules():
        if name == prefix or name.startswith(prefix + "."):
            module.eval()
    return count


@wrong("freeze", "The count of numbers that still learn is 14; it should be 152.")
def top_alone_and_tensors(model, prefix):
    """Two faults: the part itself goes to eval mode but not what is inside it, and tensors are
    counted instead of elements."""
    for name, module in model.named_modules():
        if name == prefix:
            module.training = False
    for name, p in model.named_parameters():
        if (name + ".").startswith(prefix + "."):
            p.requires_grad = False
    return len([p for p in model.parameters() if p.requires_grad])


@right("freeze")
def by_regular_expression(model, prefix):
    belongs = re.compile(re.escape(prefix) + r"(\..*)?").fullmatch
    for name, module in model.named_modules():
        if belongs(name):
            module.train(False)
    left = 0
    for name, p in model.named_parameters():
        if belongs(name):
            p.requires_grad_(False)
        left += p.numel() if p.requires_grad else 0
    return left


@right("freeze")
def by_pieces_of_the_name(model, prefix):
    pieces = prefix.split(".")

    def inside(name):
        return name.split(".")[: len(pieces)] == pieces

    [module.eval() for name, module in model.named_modules() if inside(name)]
    [p.requires_grad_(False) for name, p in model.named_parameters() if inside(name)]
    return sum(math.prod(p.shape) for p in model.parameters() if p.requires_grad)


@right("freeze")
def by_walking_down(model, prefix):
    def visit(module, path, frozen):
        frozen = frozen or path == prefix
        if frozen:
            module.eval()
        start = path + "." if path else ""
        for name, p in module.named_parameters(recurse=False):
            if frozen or start + name == prefix:
                p.requires_grad = False
        for name, child in module.named_children():
            visit(child, start + name, frozen)

    visit(model, "", False)
    return sum(p.nelement() for p in model.parameters() if p.requires_grad)


test_right, test_wrong = further_tests(RIGHT, WRONG)
