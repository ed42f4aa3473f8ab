"""Lesson 17: answers by readers who knew the lesson, and had not seen the tables."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


# ---- training_step -------------------------------------------------------------------------------


@wrong("training_step", "You never clear the old gradients: backward adds to them, so your step")
def gradients_add_up(model, noise, images, optimizer):
    """Old gradients are not cleared, so they add up."""
    loss = F.mse_loss(model(noise), images)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("training_step", "You call zero_grad between backward and step: it throws away what")
def cleared_too_late(model, noise, images, optimizer):
    """The gradients are cleared between backward and step, so nothing moves."""
    error = ((model(noise) - images) ** 2).mean()
    error.backward()
    optimizer.zero_grad()
    optimizer.step()
    return float(error)


@wrong("training_step", "You return the loss as a tensor, with its whole graph behind it: a")
def a_tensor_comes_back(model, noise, images, optimizer):
    """The loss is returned as a tensor that keeps its graph, not as a float."""
    optimizer.zero_grad()
    loss = torch.mean((images - model(noise)) ** 2)
    loss.backward()
    optimizer.step()
    return loss


@wrong("training_step", "Two things at once. You make an optimizer of your own: use the one")
def own_gradient_descent(model, noise, images, optimizer):
    """The optimizer is not used: the weights are moved by hand with a rate of 0.001."""
    model.zero_grad()
    loss = F.mse_loss(model(noise), images)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.001 * p.grad
    return loss.item()


@wrong("training_step", "You take the mean absolute error: the exercise asks for the mean squared")
def eval_and_absolute(model, noise, images, optimizer):
    """Two faults: the model is left in eval mode, and the absolute error is taken."""
    model.eval()
    optimizer.zero_grad()
    loss = F.l1_loss(model(noise), images)
    loss.backward()
    optimizer.step()
    return loss.item()


@right("training_step")
def gradients_put_in_place(model, noise, images, optimizer):
    learned = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    loss = nn.MSELoss()(model(noise), images)
    for p, gradient in zip(learned, torch.autograd.grad(loss, learned, allow_unused=True)):
        p.grad = gradient
    optimizer.step()
    return loss.item()


@right("training_step")
def square_by_dot_product(model, noise, images, optimizer):
    optimizer.zero_grad()
    off = (model(noise) - images).reshape(-1)
    (loss := torch.dot(off, off) / off.numel()).backward()
    value = float(loss.detach())
    optimizer.step()
    return value


# ---- coordinate_features -------------------------------------------------------------------------


@wrong("coordinate_features", "x and y are swapped: frequencies[0] belongs to x, which runs")
def rows_first(height, width, frequencies):
    """X and y are exchanged: the first row of the frequencies meets the rows of the picture."""
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / width
    places = torch.cartesian_prod(y, x)
    angles = 2 * torch.pi * places @ frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)


@wrong("coordinate_features", "You put sine and cosine of each frequency side by side: all")
def side_by_side(height, width, frequencies):
    """Sine and cosine of each frequency lie side by side, not all sines first."""
    x = ((torch.arange(width) + 0.5) / width).repeat(height)
    y = ((torch.arange(height) + 0.5) / height).repeat_interleave(width)
    angles = 2 * torch.pi * (x[:, None] * frequencies[0] + y[:, None] * frequencies[1])
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)


@wrong("coordinate_features", "You go through the pixels column by column: row by row is the")
def column_after_column(height, width, frequencies):
    """The pixels come column after column."""
    rows = []
    for j in range(width):
        for i in range(height):
            angle = (
                2
                * math.pi
                * ((j + 0.5) / width * frequencies[0] + (i + 0.5) / height * frequencies[1])
            )
            rows.append(torch.cat([torch.sin(angle), torch.cos(angle)]))
    return torch.stack(rows)


@wrong("coordinate_features", "Your result is what comes out when `height` is taken where")
def square_pictures_alone(height, width, frequencies):
    """Both coordinates are divided by the height, which is right for square pictures alone."""
    index = torch.arange(height * width)
    x = (index % width + 0.5) / height
    y = (index // width + 0.5) / height
    angles = 2 * math.pi * (x[:, None] * frequencies[0] + y[:, None] * frequencies[1])
    return torch.cat([angles.sin(), angles.cos()], dim=1)


@wrong("coordinate_features", "You return the features as torch.float64; they must be")
def ends_at_zero_and_one(height, width, frequencies):
    """Two faults: the coordinates go from 0 to 1 at the outermost pixels, and the result is
    float64."""
    yy, xx = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    f = frequencies.numpy().astype(np.float64)
    angles = 2 * np.pi * (xx.reshape(-1, 1) * f[0] + yy.reshape(-1, 1) * f[1])
    return torch.from_numpy(np.hstack([np.sin(angles), np.cos(angles)]))


@right("coordinate_features")
def by_complex_waves(height, width, frequencies):
    f = frequencies.double()
    x = (torch.arange(width, dtype=torch.float64, device=f.device) + 0.5) / width
    y = (torch.arange(height, dtype=torch.float64, device=f.device) + 0.5) / height
    angle = 2 * math.pi * (y[:, None, None] * f[1] + x[None, :, None] * f[0])
    wave = torch.polar(torch.ones_like(angle), angle).flatten(0, 1)
    return torch.cat([wave.imag, wave.real], dim=1).float()


@right("coordinate_features")
def pixel_after_pixel(height, width, frequencies):
    k = frequencies.shape[1]
    out = torch.empty(height * width, 2 * k, dtype=torch.float32, device=frequencies.device)
    for number in range(height * width):
        i, j = divmod(number, width)
        here = frequencies.new_tensor([(j + 0.5) / width, (i + 0.5) / height])
        angle = 2 * math.pi * (here @ frequencies)
        out[number, :k], out[number, k:] = angle.sin(), angle.cos()
    return out


test_right, test_wrong = further_tests(RIGHT, WRONG)
