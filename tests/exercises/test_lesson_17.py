"""Answers to lesson 17 that its table does not hold: right ones in other styles, and wrong ones."""

import torch
import torch.nn.functional as F

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


def step_on(made, images, optimizer):
    loss = ((made - images) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# ---- training_step -------------------------------------------------------------------------------


@right("training_step")
def by_mse_loss(model, noise, images, optimizer):
    loss = F.mse_loss(model(noise), images)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@right("training_step")
def with_the_two_the_other_way_round(model, noise, images, optimizer):
    made = model(noise)
    model.zero_grad()
    (images - made).pow(2).mean().backward()
    optimizer.step()
    return torch.mean((images - made.detach()) ** 2).item()


@wrong("training_step", "You give the model another noise")
def fresh_noise(model, noise, images, optimizer):
    return by_mse_loss(model, torch.randn_like(noise), images, optimizer)


@wrong("training_step", "You give the model another noise")
def no_noise(model, noise, images, optimizer):
    return by_mse_loss(model, torch.zeros_like(noise), images, optimizer)


@wrong("training_step", "You give the model the images")
def the_pictures_as_noise(model, noise, images, optimizer):
    return by_mse_loss(model, images.flatten(1), images, optimizer)


@wrong("training_step", "one noise after the other")
def one_after_the_other(model, noise, images, optimizer):
    losses = [
        by_mse_loss(model, n[None], x[None], optimizer) for n, x in zip(noise, images, strict=True)
    ]
    return sum(losses) / len(losses)


@wrong("training_step", "give the model the tensor")
def in_numpy_(model, noise, images, optimizer):
    return by_mse_loss(model, noise.numpy(), images, optimizer)


@wrong("training_step", "has lost its graph")
def by_predict(model, noise, images, optimizer):
    return step_on(model(noise).data, images, optimizer)


@wrong("training_step", "no graph is built")
def under_no_grad(model, noise, images, optimizer):
    with torch.no_grad():
        made = model(noise)
    return step_on(made, images, optimizer)


@wrong("training_step", "has no attribute 'minimize'")
def as_the_article(model, noise, images, optimizer):
    loss = ((model(noise) - images) ** 2).mean()
    optimizer.minimize(loss)
    return loss.item()


# ---- coordinate_features -------------------------------------------------------------------------


@right("coordinate_features")
def pixel_by_pixel(height, width, frequencies):
    rows = []
    for i in range(height):
        for j in range(width):
            at = torch.tensor([(j + 0.5) / width, (i + 0.5) / height])
            angle = 2 * torch.pi * at @ frequencies
            rows.append(torch.cat([torch.sin(angle), torch.cos(angle)]))
    return torch.stack(rows)


@right("coordinate_features")
def by_adding_waves(height, width, frequencies):
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    down = y[:, None, None] * frequencies[1]
    angle = 2 * torch.pi * (x[None, :, None] * frequencies[0] + down)
    return torch.cat([angle.sin(), angle.cos()], dim=-1).flatten(0, 1)


@wrong("coordinate_features", "as a tensor of torch")
def in_numpy(height, width, frequencies):
    return pixel_by_pixel(height, width, frequencies).numpy()


@wrong("coordinate_features", "torch.float64")
def in_double(height, width, frequencies):
    return pixel_by_pixel(height, width, frequencies).double()


test_right, test_wrong = further_tests(RIGHT, WRONG)
