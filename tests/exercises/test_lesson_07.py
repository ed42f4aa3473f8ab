"""Right answers in a style of their own, and what only a real worker can show."""

import numpy as np
import pytest
import torch
from torch import nn

from learnkit.exercises import check, check_file, lesson_07
from learnkit.exercises.judge import judge
from learnkit.exercises.table import find


def step_by_closure(model, images, targets, loss_fn, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(images), targets)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


def step_swept_on_both_sides(model, images, targets, loss_fn, optimizer):
    model.train()
    loss = loss_fn(model(images), targets)
    for weight in model.parameters():
        weight.grad = None
    loss.backward(retain_graph=True)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss)


def step_measured_again_without_grad(model, images, targets, loss_fn, optimizer):
    model.zero_grad(set_to_none=False)
    pred = model(images)
    loss_fn(pred, targets).backward()
    with torch.no_grad():
        optimizer.step()
        return loss_fn(pred, targets).tolist()


def step_with_gradients_put_in_place(model, images, targets, loss_fn, optimizer):
    weights = list(model.parameters())
    loss = loss_fn(model(images), targets)
    for weight, grad in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.grad = grad
    optimizer.step()
    return np.float32(loss.item())


@torch.inference_mode()
def evaluated_all_at_once(model, loader, loss_fn):
    was_training = model.training
    model.train(False)
    preds, targets = zip(*((model(x), y) for x, y in loader), strict=True)
    model.train(was_training)
    return loss_fn(torch.cat(preds), torch.cat(targets)).item()


def evaluated_image_by_image(model, loader, loss_fn):
    modes = {module: module.training for module in model.modules()}
    losses = []
    with torch.set_grad_enabled(False):
        for images, targets in list(loader):
            model.eval()
            losses += [loss_fn(model(x[None]), y[None]) for x, y in zip(images, targets)]  # noqa: B905
    for module, mode in modes.items():
        module.training = mode
    return torch.stack(losses).mean().item()


@torch.no_grad()
def evaluated_by_weights(model, loader, loss_fn):
    was_training, losses, counts = model.training, [], []
    try:
        model.eval()
        for images, targets in loader:
            losses.append(loss_fn(model(images), targets).item())
            counts.append(images.shape[0])
        return np.average(losses, weights=counts)
    finally:
        model.train(was_training)


class Layer(nn.Module):
    def __init__(self, given, growth):
        super().__init__()
        self.found = nn.Sequential(nn.Conv2d(given, growth, 3, 1, 1), nn.ReLU(inplace=True))

    def forward(self, x):
        return torch.cat((x, self.found(x)), 1)


def block_in_sequence(channels, growth, layers):
    return nn.Sequential(*(Layer(channels + i * growth, growth) for i in range(layers)))


class BlockByList(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.count = layers
        for i in range(layers):
            conv = nn.Conv2d(channels, growth, kernel_size=(3, 3), padding="same")
            self.add_module(f"conv{i}", conv)
            channels += growth

    def forward(self, x):
        features = [x]
        for i in range(self.count):
            given = torch.cat(features[::-1], dim=-3)  # in what order they are seen is free
            features.append(getattr(self, f"conv{i}")(given).clamp(min=0))
        return torch.hstack(features)


class LazyBlock(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.parts = nn.ModuleDict(
            {str(i): nn.LazyConv2d(growth, 3, padding=1) for i in range(layers)}
        )

    def forward(self, x):
        for conv in self.parts.values():
            x = torch.cat([x, torch.maximum(conv(x), torch.tensor(0.0))], axis=1)
        return x


def stop_by_counting(losses, patience):
    best, at, bad = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, at, bad = loss, epoch, 0
        else:
            bad += 1
        if bad == patience:
            break
    return at


def stop_by_looking_ahead(losses, patience):
    for epoch, loss in enumerate(losses):
        if all(later >= loss for later in losses[epoch + 1 : epoch + 1 + patience]):
            return epoch


def stop_by_running_minimum(losses, patience):
    low = np.minimum.accumulate(losses)
    at = np.array([list(losses).index(value) for value in low])
    stops = np.flatnonzero(np.arange(len(losses)) - at >= patience)
    return at[stops[0]] if len(stops) else at[-1]


ALSO_RIGHT = {
    "train_step": [
        step_by_closure,
        step_swept_on_both_sides,
        step_measured_again_without_grad,
        step_with_gradients_put_in_place,
    ],
    "evaluate": [evaluated_all_at_once, evaluated_image_by_image, evaluated_by_weights],
    "DenseBlock": [block_in_sequence, BlockByList, LazyBlock],
    "early_stop": [stop_by_counting, stop_by_looking_ahead, stop_by_running_minimum],
}


@pytest.mark.filterwarnings("ignore:Lazy modules")
@pytest.mark.parametrize(
    ("name", "answer"), [(n, a) for n, more in ALSO_RIGHT.items() for a in more]
)
def test_a_right_answer_passes_in_whatever_style_it_is_written(name, answer):
    task = find(name)
    report = judge(task, task.run(answer))
    assert report.correct, report


@pytest.mark.parametrize("name", ["train_step", "evaluate"])
def test_building_the_cases_draws_nothing_from_the_global_generator(name):
    task, before = find(name), torch.random.get_rng_state()
    for case in task.cases:
        task.build(*case.args, **case.options)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_gradients_are_on_again_after_an_answer_that_switched_them_off():
    task = find("evaluate")
    task.run(lesson_07.switched_off_for_good)
    assert torch.is_grad_enabled()


def test_every_feature_of_the_dense_cases_is_cut_somewhere_and_alive_somewhere():
    """Else a block without ReLU, or one whose layers mix their features up, could pass."""
    for case in find("DenseBlock").cases:
        block, x = lesson_07._DenseBlock(*case.args), torch.randn(2, case.args[0], 4, 5)
        lesson_07._filled(lesson_07._watched(block, x)[1])
        for one in lesson_07._watched(block, x)[1]:
            low, high = one.made.amin(dim=(0, 2, 3)), one.made.amax(dim=(0, 2, 3))
            assert (low < 0).all() and (high > 0).all()


TYPED = """
import torch
from torch import nn
import torch.nn.functional as F


def train_step(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


class DenseBlock(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        widths = [channels + i * growth for i in range(layers)]
        self.layers = nn.ModuleList(nn.Conv2d(width, growth, 3, padding=1) for width in widths)

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, F.relu(layer(x))], dim=1)
        return x
"""


@pytest.mark.errors  # a builder's inner function, once wrapped by the shape checks, cannot travel
@pytest.mark.parametrize("name", ["train_step", "DenseBlock"])
def test_a_file_with_a_function_and_a_class_is_judged_in_a_worker(tmp_path, name):
    path = tmp_path / "answers.py"
    path.write_text(TYPED)
    assert check_file(name, path).correct


@pytest.mark.errors  # the same
def test_an_optimizer_costs_a_worker_that_stands_ready_no_time():
    """Its first call loads torch's compiler, which takes seconds: the worker has it already."""
    source = "import sys\ndef train_step(*_): raise KeyError('torch._dynamo' in sys.modules)"
    scope = {"__name__": "__main__"}
    exec(source, scope)
    assert "raised KeyError: True" in check("train_step", scope["train_step"]).message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("super().__init__()", "pass", "The first line of __init__ must be super().__init__()."),
        ("in self.layers", "in self.layer", "no attribute 'layer' (line 22: for layer in self"),
        ("def forward", "def foward", "no method of the name forward(self, x)"),
        ("dim=1", "dim=0", "channels are dim=1"),
        ("torch.cat", "torch.stack", "torch.stack makes a new one"),
        ("nn.ModuleList(", "list(", "a plain Python list"),
        ("F.relu(layer(x))", "layer(x)", "The ReLU is missing"),
        ("range(layers)", "range(layers + 1)", "a layer too many"),
        (", padding=1", "", "The padding is missing"),
        ("return x", "pass", "Your forward returns nothing"),
    ],
)
def test_a_slip_of_the_pen_in_a_class_is_named(tmp_path, old, new, says):
    path = tmp_path / "answers.py"
    path.write_text(TYPED.replace(old, new))
    scope, task = {}, find("DenseBlock")
    exec(compile(path.read_text(), str(path), "exec"), scope)
    report = judge(task, task.run(scope["DenseBlock"]))
    assert report.status == "incorrect" and says in report.message
