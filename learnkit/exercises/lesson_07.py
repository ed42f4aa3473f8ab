"""Lesson 07: a network that learns to mend pictures, its training loop piece by piece."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode

from learnkit.exercises.table import Exercise, case
from learnkit.exercises.worker import OddResultError
from learnkit.models.blocks import DenseBlock as _DenseBlock

_rng = np.random.default_rng(7)


def _pictures(*shape):
    """Numbers in [0, 1] with two digits: short to print."""
    return _rng.random(shape).round(2)


# ---- what train_step and evaluate share: small networks, losses, and one number ----------------


class _AllOrNothing(nn.Module):
    """Dropout without chance: in train mode it drops everything, in eval mode nothing."""

    def forward(self, x):
        return torch.zeros_like(x) if self.training else x


def _network(kind):
    """A small network with seeded weights; the global generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        if kind == "weight":
            network = nn.Linear(1, 1, bias=False)
        elif kind == "linear":
            network = nn.Linear(3, 3)
        elif kind == "dropout":
            network = nn.Sequential(nn.Linear(3, 4), _AllOrNothing(), nn.Linear(4, 3))
        else:  # no bias in front of the norm: its gradient would be 0 but for rounding
            network = nn.Sequential(
                nn.Conv2d(1, 2, 3, padding=1, bias=False),
                nn.BatchNorm2d(2),
                nn.ReLU(),
                nn.Conv2d(2, 1, 3, padding=1),
            )
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.5 + 0.1)
        if kind == "weight":
            network.weight.fill_(2.0)
    return network


def _counted(network, watch):
    """Tells `watch.called(network, output)` of each forward pass, model(x) or model.forward(x)."""
    kind = type(network)

    class Counted(kind):
        def forward(self, *inputs):
            output = super().forward(*inputs)
            watch.called(self, output)
            return output

    Counted.__name__ = Counted.__qualname__ = kind.__name__
    network.__class__ = Counted


def _squares(pred, target):
    return ((pred - target) ** 2).mean()


def _lopsided(pred, target):
    """Too bright counts three times as much as too dark: not the same with its arguments swapped.

    Divided by what was wanted, and so not even in proportion to what it is when swapped.
    """
    gap = pred - target
    return (torch.where(gap > 0, 3 * gap**2, gap**2) / (0.5 + target**2)).mean()


def _buffers(network):
    return [b.float().ravel() for b in network.buffers()]


def _flat(tensors):
    return torch.cat([t.detach().float().ravel() for t in tensors] or [torch.zeros(0)]).clone()


def _one_number(result):
    if callable(result):
        raise OddResultError(
            "You return a method, and not what it gives: its round brackets are missing, as in "
            "loss.item()."
        )
    if isinstance(result, torch.Tensor):
        if result.numel() != 1:
            raise OddResultError(
                f"You return a tensor of shape {tuple(result.shape)}; asked is one number."
            )
        if result.requires_grad:
            raise OddResultError(
                "You return a tensor with its whole graph behind it: a list of such losses fills "
                "the memory. Return loss.item(), a plain float."
            )
        raise OddResultError("You return a tensor; .item() makes a plain float of it.")
    if isinstance(result, bool) or not isinstance(result, float | int | np.floating):
        raise OddResultError(f"You return a {type(result).__name__}; asked is one plain float.")
    return float(result)


# ---- train_step --------------------------------------------------------------------------------

_DETACHED = (
    "You cut the graph off before backward (detach, or .data), so that no gradient can flow: call "
    "backward on the loss itself, and take the number out with loss.item()."
)
_NO_GRAD = (
    "Under torch.no_grad() no graph is built, and backward has no way to go: a training step needs "
    "the graph. no_grad belongs into evaluate."
)
_NO_GRAPH = (
    "What you give to loss_fn has no graph behind it: it was detached, made under torch.no_grad(), "
    "or never went through the model. Give it pred = model(images), as it is."
)


class _Loss(torch.Tensor):
    """A loss that says in words why there is no way back from it."""

    why = _DETACHED

    def backward(self, *args, **options):
        if not self.requires_grad:
            raise OddResultError(self.why)
        return super().backward(*args, **options)


class _Watched:
    """A loss_fn that keeps count of what happens to the model while a step is taken."""

    def __init__(self, formula, model, optimizer):
        self.formula, self.model = formula, model
        self.calls, self.old, self.steps, self.found, self.edited = 0, [], [], {}, False
        _counted(model, self)
        for weight in model.parameters():
            weight.register_post_accumulate_grad_hook(self.finds)
        optimizer.register_step_pre_hook(self.compares)
        optimizer.register_step_post_hook(self.stepped)

    def __call__(self, pred, target):
        value = self.formula(pred, target)
        if value.requires_grad:
            value.register_hook(self.begins)
        value = value.as_subclass(_Loss)
        if not value.requires_grad:
            value.why = _NO_GRAPH if torch.is_grad_enabled() else _NO_GRAD
        return value

    def __deepcopy__(self, _memo):  # a copy of the model is counted as well
        return self

    def called(self, *_):
        self.calls += 1

    def finds(self, weight):
        """Notes the gradient that backward leaves at a weight."""
        self.found[id(weight)] = weight.grad.clone()

    def compares(self, *_):
        """Notes whether somebody has changed the gradients since backward left them."""
        for weight in self.model.parameters():
            found = self.found.get(id(weight))
            if found is not None and weight.grad is not None and weight.grad.any():
                self.edited |= not torch.allclose(found, weight.grad, rtol=1e-4)

    def begins(self, _grad):
        """Notes, as a backward pass begins, how many weights still have an old gradient."""
        self.old.append(self.graded())

    def stepped(self, *_):
        """Notes after how many backward passes the optimizer has stepped."""
        self.steps.append(len(self.old))

    def graded(self):
        return sum(p.grad is not None and bool(p.grad.any()) for p in self.model.parameters())


def _training(images, targets, kind, loss, rule, stale):
    """The five arguments, in torch."""
    model = _network(kind)
    images, targets = (torch.from_numpy(a).float() for a in (images, targets))
    make = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.01),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.01),
    }
    optimizer = make[rule](list(model.parameters()))
    formula = {"squares": _squares, "lopsided": _lopsided}[loss]
    model.train()
    if stale:  # a step was taken before, and nobody has swept up
        formula(model(images.flip(0)), targets).backward()
        optimizer.step()
    return (model, images, targets, _Watched(formula, model, optimizer), optimizer), {}


_EDITED = (
    "You change the gradients between backward and step (clip_grad_norm_, clip_grad_value_, a "
    "factor): that is not asked. Step with the gradients as backward leaves them."
)
_NEVER_CALLED = (
    "Your function never calls the model: the prediction is model(images), which runs whatever "
    "layers it has."
)


def _after_step(result, model, images, targets, loss_fn, optimizer):
    if loss_fn.edited:
        raise OddResultError(_EDITED)
    if not loss_fn.calls:
        raise OddResultError(_NEVER_CALLED)
    stale = max(loss_fn.old, default=0) > 0
    return {
        "count of backward passes": len(loss_fn.old),
        "count of the optimizer's steps": len(loss_fn.steps),
        "count of backward passes before the step": max(loss_fn.steps, default=0),
        "count of calls of the model": loss_fn.calls,
        "zero_grad that came too late (1 for yes)": int(stale and loss_fn.graded() == 0),
        "mode afterwards (1 for train)": int(model.training),
        "loss": _one_number(result),
        "list of weights afterwards": _flat(model.parameters()),
        "list of batch norm's statistics afterwards": _flat(_buffers(model)),
    }


def _train_step(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    pred = model(images)
    loss = loss_fn(pred, targets)
    loss.backward()
    optimizer.step()
    return loss.item()


_image = _pictures(3, 1, 4, 4)

train_step = Exercise(
    "train_step",
    _train_step,
    cases=[
        case(
            np.array([[3.0]]),
            np.array([[4.0]]),
            *("weight", "squares", "SGD", False),
            note="the model is one weight, 2; images = [[3]], targets = [[4]]; the loss is the\n"
            "mean squared error; SGD with lr = 0.01",
        ),
        case(
            _pictures(4, 3),
            _pictures(4, 3),
            *("linear", "lopsided", "SGD", False),
            note="a linear layer, 4 images of 3 pixels; a loss in which too bright counts more\n"
            "than too dark; SGD",
        ),
        case(
            _pictures(5, 3),
            _pictures(5, 3),
            *("linear", "squares", "momentum", True),
            note="a linear layer, 5 images; SGD with momentum, its second step: the gradients of\n"
            "the first are still there",
        ),
        case(
            _image,
            (_image * 0.8 + 0.1).round(2),
            *("conv", "squares", "SGD", False),
            note="a small CNN with batch norm, 3 images of 4 x 4; SGD",
        ),
        case(
            _image,
            (_image * 0.8 + 0.1).round(2),
            *("conv", "lopsided", "Adam", True),
            note="a small CNN with batch norm, 3 images of 4 x 4; Adam, its second step: the\n"
            "gradients of the first are still there",
        ),
    ],
    build=_training,
    probe=_after_step,
    hints=(
        "Five things in a fixed order: forget the old gradients, predict, measure, carry the "
        "gradients back, take the step. Then give the loss back as a number.",
        "The five are optimizer.zero_grad(), model(images), loss_fn(pred, targets), "
        "loss.backward() and optimizer.step(); loss.item() is the number.",
        "optimizer.zero_grad()\n"
        "pred = model(images)\n"
        "loss = loss_fn(pred, targets)\n"
        "loss.backward()\n"
        "optimizer.step()\n"
        "return loss.item()",
    ),
    why="These lines train every network of this course, from the restorer here to the diffusion "
    "model of lesson 12: only the model and the loss change.",
    points=2,
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
)


@train_step.mistake(
    "You never forget the old gradients: backward adds to what is there, so that yours are those "
    "of two steps. Call optimizer.zero_grad() before loss.backward()."
)
def no_zero_grad(model, images, targets, loss_fn, optimizer):
    pred = model(images)
    loss = loss_fn(pred, targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You forget the gradients only after the step: what others left there when you were called is "
    "added to yours. Call optimizer.zero_grad() before loss.backward()."
)
def zero_grad_at_the_end(model, images, targets, loss_fn, optimizer):
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@train_step.mistake(
    "The step is missing: backward only computes gradients. optimizer.step() moves the weights."
)
def no_step(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    return loss.item()


@train_step.mistake(
    "Nothing computes the gradients: call loss.backward() before optimizer.step(), which finds "
    "none and moves nothing."
)
def no_backward(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You only measure the loss: a training step also computes the gradients (loss.backward()) and "
    "moves the weights (optimizer.step())."
)
def only_the_loss(model, images, targets, loss_fn, optimizer):
    return loss_fn(model(images), targets).item()


@train_step.mistake(
    "You step before backward: the gradients are not there yet, and the weights stay. First "
    "loss.backward(), then optimizer.step()."
)
def step_before_backward(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    optimizer.step()
    loss.backward()
    return loss.item()


@train_step.mistake(
    "You step before backward, and with the gradients that came in: they belong to another batch. "
    "The order is zero_grad, backward, step."
)
def step_first(model, images, targets, loss_fn, optimizer):
    loss = loss_fn(model(images), targets)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@train_step.mistake(
    "You call zero_grad between backward and step: it throws away what backward found. Forget the "
    "old gradients before backward."
)
def zero_grad_in_between(model, images, targets, loss_fn, optimizer):
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "zero_grad is called before backward and again between backward and step: the second call "
    "throws away the new gradients. Leave it out."
)
def zero_grad_twice(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You return the loss as a tensor, with its whole graph behind it: a list of such losses fills "
    "the memory. loss.item() is the plain float."
)
def returns_the_graph(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss


@train_step.mistake(
    "You return a tensor: cut off from its graph, which is good, but asked is a plain float. "
    "loss.item() is one."
)
def returns_a_tensor(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.detach()


@train_step.mistake("You return nothing: the last line is return loss.item().")
def returns_nothing(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss_fn(model(images), targets).backward()
    optimizer.step()


@train_step.mistake(
    "You return the loss after the step, from a second prediction: asked is the one before it, "
    "which you have already."
)
def loss_after_the_step(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss_fn(model(images), targets).backward()
    optimizer.step()
    return loss_fn(model(images), targets).item()


@train_step.mistake(
    "pred and target are swapped: it is loss_fn(pred, targets), and not every loss treats the two "
    "alike."
)
def swapped(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(targets, model(images))
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You give the targets to the model: it sees the damaged images, and the targets are what it "
    "ought to make of them."
)
def model_on_targets(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(targets), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "images and targets have changed places: the model sees the images, and its answer is measured "
    "against the targets."
)
def places_changed(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(targets), images)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You measure the prediction against the images that went in: that teaches the model to change "
    "nothing. Measure it against the targets."
)
def measured_against_images(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), images)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "The optimizer that you are given never steps, and it may step in another way (momentum, "
    "Adam). Yours moves the weights like plain gradient descent: call optimizer.step() instead."
)
def steps_by_hand(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    with torch.no_grad():
        for weight in model.parameters():
            weight -= optimizer.param_groups[0]["lr"] * weight.grad
    return loss.item()


@train_step.mistake(
    "You measure with the mean squared error, whatever loss_fn is: call the one you are given."
)
def own_loss(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = F.mse_loss(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


_EVAL = (
    "You switch to eval mode: then batch norm uses its running statistics, and stops learning "
    "them. A training step runs in train mode, in which the model comes."
)


@train_step.mistake(_EVAL)
def eval_mode(model, images, targets, loss_fn, optimizer):
    model.eval()
    return _train_step(model, images, targets, loss_fn, optimizer)


@train_step.mistake(_EVAL)
def eval_mode_and_back(model, images, targets, loss_fn, optimizer):
    model.eval()
    loss = _train_step(model, images, targets, loss_fn, optimizer)
    model.train()
    return loss


@train_step.mistake(
    "Your step is right, and then you leave the model in eval mode: the next step would train in "
    "it. Leave the mode as it is."
)
def left_in_eval(model, images, targets, loss_fn, optimizer):
    loss = _train_step(model, images, targets, loss_fn, optimizer)
    model.eval()
    return loss


@train_step.mistake(
    "You multiply the loss by the number of images before backward: the gradients grow with it. "
    "loss_fn has settled what is summed and what is averaged."
)
def loss_times_n(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets) * len(images)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You divide the loss by the number of images: loss_fn is a mean already, or it is meant as it "
    "is."
)
def loss_over_n(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets) / len(images)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "The step is right; the number you return is the loss times the number of images. Return the "
    "loss itself: loss.item()."
)
def returns_loss_times_n(model, images, targets, loss_fn, optimizer):
    return _train_step(model, images, targets, loss_fn, optimizer) * len(images)


@train_step.mistake(
    "The step is right; the number you return is the loss divided by the number of images. Return "
    "the loss itself: loss.item()."
)
def returns_loss_over_n(model, images, targets, loss_fn, optimizer):
    return _train_step(model, images, targets, loss_fn, optimizer) / len(images)


@train_step.mistake("You take two steps; asked is one for a batch.")
def two_steps(model, images, targets, loss_fn, optimizer):
    loss = _train_step(model, images, targets, loss_fn, optimizer)
    _train_step(model, images, targets, loss_fn, optimizer)
    return loss


@train_step.mistake("You call optimizer.step() twice for one backward pass; once is enough.")
def step_twice(model, images, targets, loss_fn, optimizer):
    loss = _train_step(model, images, targets, loss_fn, optimizer)
    optimizer.step()
    return loss


@train_step.mistake(
    "You carry the gradients back twice, and they add up to twice their size: call backward once."
)
def backward_twice(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward(retain_graph=True)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You call the model twice: that costs twice the time, and batch norm counts the batch twice. "
    "Keep the prediction: pred = model(images)."
)
def model_called_twice(model, images, targets, loss_fn, optimizer):
    model(images)
    return _train_step(model, images, targets, loss_fn, optimizer)


@train_step.mistake(
    "You turn the sign of the loss, and the step makes it larger. An optimizer makes it smaller by "
    "itself."
)
def climbs(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    (-loss).backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(_NO_GRAD)
def under_no_grad(model, images, targets, loss_fn, optimizer):
    with torch.no_grad():
        return _train_step(model, images, targets, loss_fn, optimizer)


@train_step.mistake(_DETACHED)
def loss_detached(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets).detach()
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(_NO_GRAPH)
def pred_detached(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images).detach(), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake("You round the loss: return it as it is, and round where you print it.")
def rounded(model, images, targets, loss_fn, optimizer):
    return round(_train_step(model, images, targets, loss_fn, optimizer), 2)


@train_step.mistake("You return the root of the loss; asked is the loss itself: loss.item().")
def root(model, images, targets, loss_fn, optimizer):
    return math.sqrt(_train_step(model, images, targets, loss_fn, optimizer))


@train_step.mistake(
    "You clamp the prediction to [0, 1]: beyond that no gradient flows. The loss is of what the "
    "model says, as it is; clamp where a picture is shown."
)
def clamped(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images).clamp(0, 1), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You take a sigmoid of the prediction: the loss is of what the model says, as it is."
)
def sigmoid_of_pred(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(torch.sigmoid(model(images)), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@train_step.mistake(_EDITED)
def gradients_clipped(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    nn.utils.clip_grad_value_(model.parameters(), 1e-3)
    optimizer.step()
    return loss.item()


@train_step.mistake(
    "You make an optimizer of your own, and the one that you are given never steps: it may have "
    "another learning rate, and remembers the steps before. Call its zero_grad and step."
)
def optimizer_of_its_own(model, images, targets, loss_fn, optimizer):
    return _train_step(model, images, targets, loss_fn, torch.optim.Adam(model.parameters()))


# ---- evaluate ----------------------------------------------------------------------------------


class _Stream:
    """Pairs (images, targets) that come by once, and that nobody has counted."""

    def __init__(self, pairs):
        self.pairs, self.open = pairs, True

    def __iter__(self):
        if not self.open:
            raise OddResultError(
                "You go through the loader a second time: a stream comes by once. Do all that you "
                "need in one loop."
            )
        self.open = False
        yield from self.pairs

    def __len__(self):
        raise OddResultError(
            "You ask for len(loader): it counts batches, not images, and a stream has none. Count "
            "the images as they come by: count += len(images)."
        )

    @property
    def dataset(self):
        raise OddResultError(
            "You ask for loader.dataset: a loader may be anything that yields pairs. Count the "
            "images as they come by: count += len(images)."
        )

    def __getitem__(self, index):
        raise OddResultError("You index the loader: go through it with for images, targets in it.")


class _Looked:
    """A loss_fn that keeps count of how the model is asked while it is evaluated."""

    def __init__(self, formula, model):
        self.formula, self.calls, self.in_train_mode, self.graphs = formula, 0, 0, 0
        self.grad, self.before = torch.is_grad_enabled(), _flat(_buffers(model))
        self.weights = _flat(model.parameters())
        _counted(model, self)
        self.hooks = self.hooks_of(model)

    def hooks_of(self, model):
        """How many hooks hang on the model and its parts."""
        return sum(
            len(things)
            for part in model.modules()
            for name, things in vars(part).items()
            if name.endswith("_hooks")
        )

    def __call__(self, pred, target):
        return self.formula(pred, target)

    def __deepcopy__(self, _memo):  # a copy of the model is counted as well
        return self

    def called(self, model, output):
        self.calls += 1
        self.in_train_mode += model.training
        self.graphs += output.requires_grad


def _evaluation(images, targets, sizes, kind, loss, mode):
    """The three arguments, in torch."""
    model = _network(kind)
    formula = {"squares": _squares, "lopsided": _lopsided}[loss]
    images, targets = (torch.from_numpy(a).float() for a in (images, targets))
    pairs = list(zip(images.split(sizes.tolist()), targets.split(sizes.tolist()), strict=True))
    model.train(mode == "train")
    return (model, _Stream(pairs), _Looked(formula, model)), {}


def _after_evaluation(result, model, loader, loss_fn):
    still_on = torch.is_grad_enabled()
    torch.set_grad_enabled(loss_fn.grad)  # an answer may have switched it off for everybody
    if not loss_fn.calls:
        raise OddResultError(_NEVER_CALLED)
    return {
        "count of predictions in train mode": loss_fn.in_train_mode,
        "count of predictions that built a graph": loss_fn.graphs,
        "count of weights with a gradient afterwards": sum(
            p.grad is not None for p in model.parameters()
        ),
        "switch of gradients afterwards (1 for on)": int(still_on == loss_fn.grad),
        "mode afterwards (1 for train)": int(model.training),
        "count of layers left in another mode than the model's": sum(
            part.training != model.training for part in model.modules()
        ),
        "count of weights left frozen (requires_grad is off)": sum(
            not p.requires_grad for p in model.parameters()
        ),
        "count of numbers in the weights that changed": int(
            (_flat(model.parameters()) != loss_fn.weights).sum()
        ),
        "count of hooks left at the model": loss_fn.hooks_of(model) - loss_fn.hooks,
        "loss": _one_number(result),
        "change of batch norm's statistics": _flat(_buffers(model)) - loss_fn.before,
    }


def _evaluate(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total = count = 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            count += len(images)
    model.train(was_training)
    return total / count


evaluate = Exercise(
    "evaluate",
    _evaluate,
    cases=[
        case(
            np.array([[1.0], [2.0], [0.0]]),
            np.array([[1.0], [3.0], [3.0]]),
            np.array([2, 1]),
            *("weight", "squares", "train"),
            note="the model is one weight, 2, and in train mode; images [[1], [2]] with\n"
            "targets [[1], [3]], then one with [[0]] and [[3]]; the mean squared error",
        ),
        case(
            _pictures(7, 3),
            _pictures(7, 3),
            np.array([3, 3, 1]),
            *("dropout", "squares", "train"),
            note="a network with dropout, in train mode; batches of 3, 3 and 1 images",
        ),
        case(
            _pictures(6, 3),
            _pictures(6, 3),
            np.array([1, 3, 2]),
            *("linear", "lopsided", "eval"),
            note="a linear layer, in eval mode; batches of 1, 3 and 2 images; a loss in which too\n"
            "bright counts more than too dark",
        ),
        case(
            _pictures(5, 1, 4, 4),
            _pictures(5, 1, 4, 4),
            np.array([4, 1]),
            *("conv", "squares", "train"),
            note="a small CNN with batch norm, in train mode; batches of 4 and 1 images of 4 x 4",
        ),
        case(
            _pictures(4, 3),
            _pictures(4, 3),
            np.array([4]),
            *("linear", "squares", "train"),
            note="a linear layer, in train mode; a single batch of 4 images",
        ),
    ],
    build=_evaluation,
    probe=_after_evaluation,
    hints=(
        "Three promises: the model runs in eval mode, no graph is built, and it leaves in the mode "
        "in which it came. Then a mean over images: a small last batch counts less.",
        "Note was_training = model.training, call model.eval(), and loop under torch.no_grad(). "
        "Add up loss * len(images) and len(images), call model.train(was_training), and divide.",
        "was_training = model.training\n"
        "model.eval()\n"
        "total, count = 0.0, 0\n"
        "with torch.no_grad():\n"
        "    for images, targets in loader:\n"
        "        loss = loss_fn(model(images), targets)\n"
        "        total += loss.item() * len(images)\n"
        "        count += len(images)\n"
        "model.train(was_training)\n"
        "return total / count",
    ),
    why="Two numbers are compared in every decision of a training run; this one is measured "
    "without touching the model, so you can ask for it as often as you like.",
    points=2,
    rtol=1e-4,
    atol=1e-6,
    prewarm=("torch",),
)


@evaluate.mistake(
    "The model runs in train mode: dropout drops, and batch norm learns from the validation set. "
    "Call model.eval(), with its brackets, before the loop."
)
def no_eval(model, loader, loss_fn):
    total, count = 0.0, 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            count += len(images)
    return total / count


@evaluate.mistake(
    "You call model.train() before the loop: that is the mode for learning. Call model.eval() "
    "before it, and go back to the old mode behind it."
)
def train_before(model, loader, loss_fn):
    was_training = model.training
    model.train()
    loss = no_eval(model, loader, loss_fn)
    model.train(was_training)
    return loss


def _each_batch(model, loader, loss_fn, mend=lambda pred: pred):
    """The weighted mean under no_grad, in whatever mode; `mend` is what becomes of a prediction."""
    total = count = 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(mend(model(images)), targets).item() * len(images)
            count += len(images)
    return total / count


_FROZEN = (
    "Your number is right, but the weights stay frozen: requires_grad is off, and the next step of "
    "training fails. torch.no_grad() needs no freezing, and ends with its block."
)


@evaluate.mistake(_FROZEN)
def left_frozen(model, loader, loss_fn):
    return _evaluate(model.requires_grad_(False), loader, loss_fn)


@evaluate.mistake(
    "The weights stay frozen (requires_grad is off), and the model stays in eval mode: use "
    "torch.no_grad(), which ends with its block, and call model.train(was_training) at the end."
)
def left_frozen_in_eval_mode(model, loader, loss_fn):
    return _each_batch(model.requires_grad_(False).eval(), loader, loss_fn)


@evaluate.mistake(
    "Your number is right, but a hook stays at the model: it is called at every prediction from "
    "now on. No hook is needed here; one that is must be taken off again, handle.remove()."
)
def hook_left_behind(model, loader, loss_fn):
    model.register_forward_hook(lambda *_: None)
    return _evaluate(model, loader, loss_fn)


@evaluate.mistake(
    "Your number is right, and then only the model itself is back in train mode, not its layers: "
    "model.training = ... sets one switch, model.train(was_training) sets all of them."
)
def layers_left_in_eval_mode(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    loss = _each_batch(model, loader, loss_fn)
    model.training = was_training
    return loss


@evaluate.mistake(
    "model.training = False sets the switch of the model itself, not those of its layers: dropout "
    "still drops, and batch norm still learns. model.eval() sets all of them."
)
def training_set_to_false(model, loader, loss_fn):
    was_training = model.training
    model.training = False
    loss = _each_batch(model, loader, loss_fn)
    model.train(was_training)
    return loss


@evaluate.mistake(
    "model.training = False sets the switch of the model itself, not those of its layers: call "
    "model.eval(). And the model must leave in the mode in which it came."
)
def training_left_at_false(model, loader, loss_fn):
    model.training = False
    return _each_batch(model, loader, loss_fn)


@evaluate.mistake(
    "Your number is right, but you change the weights: evaluating leaves the model as it is."
)
def weights_changed(model, loader, loss_fn):
    loss = _evaluate(model, loader, loss_fn)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(0.5)
    return loss


_LAST_DROPPED = (
    "You leave out the last batch: its images count as all others do, even if there are few. Go "
    "through the whole loader."
)


@evaluate.mistake(_LAST_DROPPED)
def last_batch_dropped(model, loader, loss_fn):
    return _evaluate(model, list(loader)[:-1], loss_fn)


@evaluate.mistake(
    "You leave out batches that are smaller than the first: their images count as all others do."
)
def smaller_batches_dropped(model, loader, loss_fn):
    pairs = list(loader)
    return _evaluate(model, [pair for pair in pairs if len(pair[0]) >= len(pairs[0][0])], loss_fn)


_CLAMPED = (
    "You clamp the prediction to [0, 1]: the loss is of what the model says, as it is. Clamp where "
    "a picture is shown."
)


@evaluate.mistake(_CLAMPED)
def prediction_clamped(model, loader, loss_fn):
    was_training = model.training
    loss = _each_batch(model.eval(), loader, loss_fn, lambda pred: pred.clamp(0, 1))
    model.train(was_training)
    return loss


@evaluate.mistake(
    "You take a sigmoid of the prediction: the loss is of what the model says, as it is."
)
def sigmoid_of_the_prediction(model, loader, loss_fn):
    was_training = model.training
    loss = _each_batch(model.eval(), loader, loss_fn, torch.sigmoid)
    model.train(was_training)
    return loss


@evaluate.mistake(
    "You build a graph at each prediction, and no backward pass needs it: put the loop under "
    "torch.no_grad(), which saves the memory and the time."
)
def builds_graphs(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    for images, targets in loader:
        total += loss_fn(model(images), targets).item() * len(images)
        count += len(images)
    model.train(was_training)
    return total / count


@evaluate.mistake(
    "Two calls are missing: model.eval(), so that dropout is off and batch norm learns nothing, "
    "and torch.no_grad(), so that no graph is built."
)
def no_guard(model, loader, loss_fn):
    total, count = 0.0, 0
    for images, targets in loader:
        total += loss_fn(model(images), targets).item() * len(images)
        count += len(images)
    return total / count


@evaluate.mistake(
    "Your mean is over batches: a last batch of one image then counts as much as a full one. Weigh "
    "each batch by len(images), and divide by the number of images."
)
def mean_of_batches(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        losses = [loss_fn(model(images), targets).item() for images, targets in loader]
    model.train(was_training)
    return sum(losses) / len(losses)


@evaluate.mistake(
    "Your mean is over batches, and the model stays in eval mode: weigh each batch by len(images), "
    "and call model.train(was_training) at the end."
)
def mean_of_batches_left_in_eval(model, loader, loss_fn):
    model.eval()
    with torch.no_grad():
        losses = [loss_fn(model(images), targets).item() for images, targets in loader]
    return sum(losses) / len(losses)


@evaluate.mistake(
    "You ask for len(loader): it counts batches, not images, and a stream has no length. Count the "
    "images as they come by: count += len(images)."
)
def len_of_loader(model, loader, loss_fn):
    return sum_of_batches(model, loader, loss_fn) / len(loader)


@evaluate.mistake(
    "You ask for loader.dataset: a loader may be anything that yields pairs. Count the images as "
    "they come by: count += len(images)."
)
def len_of_dataset(model, loader, loss_fn):
    return weighted_sum(model, loader, loss_fn) / len(loader.dataset)


@evaluate.mistake(
    "You go through the loader a second time: a stream comes by once. Add up losses and images in "
    "one loop."
)
def two_passes(model, loader, loss_fn):
    return weighted_sum(model, loader, loss_fn) / sum(len(images) for images, _ in loader)


@evaluate.mistake(
    "You return the sum of the batches' losses: it grows with the number of batches. Weigh each by "
    "len(images), and divide by the number of images."
)
def sum_of_batches(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        total = sum(loss_fn(model(images), targets).item() for images, targets in loader)
    model.train(was_training)
    return total


@evaluate.mistake(
    "You add up loss * len(images), and do not divide: the mean needs the number of images below."
)
def weighted_sum(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total = 0.0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
    model.train(was_training)
    return total


@evaluate.mistake(
    "You add up the losses of the batches and divide by the number of images: loss_fn is a mean "
    "over its batch, so multiply it by len(images) first."
)
def losses_over_images(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item()
            count += len(images)
    model.train(was_training)
    return total / count


@evaluate.mistake(
    "You weigh each batch by len(images), and divide by the number of batches: divide by the "
    "number of images."
)
def weighted_over_batches(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, batches = 0.0, 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            batches += 1
    model.train(was_training)
    return total / batches


@evaluate.mistake(
    "You return the loss of the last batch alone (total = where total += is meant?): add up over "
    "all of them."
)
def last_batch(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for images, targets in loader:
            loss = loss_fn(model(images), targets).item()
    model.train(was_training)
    return loss


_FIRST = "You look at the first batch alone: the loader yields all of them, so go through it."


@evaluate.mistake(_FIRST)
def first_batch(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    images, targets = next(iter(loader))
    with torch.no_grad():
        loss = loss_fn(model(images), targets).item()
    model.train(was_training)
    return loss


@evaluate.mistake(
    "You return inside the loop, after the first batch: the return belongs behind the loop, and "
    "model.train(was_training) in front of it."
)
def returns_in_the_loop(model, loader, loss_fn):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            count += len(images)
            return total / count


@evaluate.mistake(
    "The model came in train mode and leaves in eval mode, and the next epoch would train in it. "
    "Note model.training before eval(), and call model.train(was_training) at the end."
)
def left_in_eval_mode(model, loader, loss_fn):
    model.eval()
    return no_eval(model, loader, loss_fn)


@evaluate.mistake(
    "The model came in eval mode and leaves in train mode: model.train() at the end is right only "
    "for a model that was in train mode. Note model.training first: model.train(was_training)."
)
def always_back_to_train(model, loader, loss_fn):
    model.eval()
    loss = no_eval(model, loader, loss_fn)
    model.train()
    return loss


@evaluate.mistake(
    "You go back to the old mode inside the loop: from the second batch on the model runs in it. "
    "Go back behind the loop."
)
def back_too_early(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            count += len(images)
            model.train(was_training)
    return total / count


@evaluate.mistake(
    "You leave gradients switched off for the whole program, and the next training step fails: use "
    "with torch.no_grad(), which ends with its block."
)
def switched_off_for_good(model, loader, loss_fn):
    torch.set_grad_enabled(False)
    return _evaluate(model, loader, loss_fn)


@evaluate.mistake(
    "You return a tensor: take each batch's loss out with .item(), and the mean is a plain float."
)
def returns_a_tensor_of_the_mean(model, loader, loss_fn):
    return torch.tensor(_evaluate(model, loader, loss_fn))


@evaluate.mistake(
    "You return a tensor, and the graph of every batch hangs on it: loop under torch.no_grad(), "
    "and take each loss out with .item()."
)
def returns_all_graphs(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    for images, targets in loader:
        total = total + loss_fn(model(images), targets) * len(images)
        count += len(images)
    model.train(was_training)
    return total / count


@evaluate.mistake("You return nothing: the last line is return total / count.")
def evaluates_for_nobody(model, loader, loss_fn):
    _evaluate(model, loader, loss_fn)


@evaluate.mistake(
    "You return a list, a loss for each batch; asked is one number, the mean over all images."
)
def a_list_of_losses(model, loader, loss_fn):
    return [loss_fn(model(images), targets).item() for images, targets in loader]


@evaluate.mistake(
    "pred and target are swapped: it is loss_fn(pred, targets), and not every loss treats the two "
    "alike."
)
def target_first(model, loader, loss_fn):
    return _evaluate(model, loader, lambda pred, target: loss_fn(target, pred))


@evaluate.mistake(
    "You give the targets to the model: it sees the damaged images, and the targets are what it "
    "ought to make of them."
)
def sees_the_targets(model, loader, loss_fn):
    return _evaluate(model, ((targets, targets) for _, targets in loader), loss_fn)


@evaluate.mistake(
    "images and targets have changed places: the loader yields the images first, and the targets "
    "second."
)
def pairs_turned_round(model, loader, loss_fn):
    return _evaluate(model, ((targets, images) for images, targets in loader), loss_fn)


@evaluate.mistake(
    "You measure the prediction against the images that went in; measure it against the targets."
)
def against_the_images(model, loader, loss_fn):
    return _evaluate(model, ((images, images) for images, _ in loader), loss_fn)


@evaluate.mistake(
    "You measure with the mean squared error, whatever loss_fn is: call the one you are given."
)
def always_squares(model, loader, loss_fn):
    return _evaluate(model, loader, F.mse_loss)


@evaluate.mistake(
    "You carry gradients back: this is no training. Leave backward out, and loop under "
    "torch.no_grad()."
)
def carries_back(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    for images, targets in loader:
        loss = loss_fn(model(images), targets)
        loss.backward()
        total += loss.item() * len(images)
        count += len(images)
    model.train(was_training)
    return total / count


@evaluate.mistake(
    "You weigh each batch by its number of pixels, and divide by the number of images: weigh by "
    "len(images), too."
)
def weighed_by_numel(model, loader, loss_fn):
    was_training, total, count = model.training, 0.0, 0
    model.eval()
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * targets.numel()
            count += len(images)
    model.train(was_training)
    return total / count


# ---- DenseBlock --------------------------------------------------------------------------------


_ONCE = (
    "Your block works once, and fails at its second call: forward keeps something on self from the "
    "first. Begin each call anew, with features = [x]."
)


class _Convolution:
    """One convolution that ran: its weight and bias, what it was given, and what it made."""

    def __init__(self, given, weight, bias, made):
        self.given, self.weight, self.bias, self.made = given, weight, bias, made


def _filled(ran):
    """Seeded weights in place of the answer's own chance, in the order in which they run."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for one in ran:
            size = math.prod(one.weight.shape[1:])
            one.weight.copy_(torch.randn(one.weight.shape, generator=generator) / size**0.5)
            if one.bias is not None:
                one.bias.copy_(0.1 * torch.randn(one.bias.shape, generator=generator))


_STRIDE = (
    "Your convolution has a stride, and skips pixels: every layer must give as many pixels as it "
    "sees. Leave stride out."
)
_GAPS = (
    "Your windows have gaps (dilation): asked are plain ones, in which the 3 x 3 pixels touch. "
    "Leave dilation out; padding=1 keeps the size."
)
_GROUPS = (
    "Your convolutions work in groups: a feature then sees some of the channels alone. Asked are "
    "plain ones, which see all of them: leave groups out."
)
_BORDER = (
    "Your picture goes on beyond its edges (padding_mode, or your own F.pad): asked is a border "
    "of zeros, which padding=1 puts there by itself."
)


def _is_one(option):
    """Whether a stride, a dilation or a number of groups is 1, as it is by default."""
    return all(number == 1 for number in ([option] if isinstance(option, int) else option))


class _Convolutions(TorchFunctionMode):
    """Notes each 2D convolution that runs, by nn.Conv2d or by F.conv2d, as long as it is on."""

    def __init__(self, size):
        super().__init__()
        self.size, self.ran = size, []

    def __torch_function__(self, function, types, args=(), options=None):
        options = options or {}
        if function is not torch.conv2d:
            return function(*args, **options)
        names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
        one = dict(zip(names, args, strict=False)) | options
        given, weight, bias = one["input"], one["weight"], one.get("bias")
        self.before(given, weight, one)
        made = function(*args, **options)
        if made.shape[2:] != self.size:
            raise OddResultError(
                f"A layer makes {tuple(made.shape[2:])} pixels out of {tuple(given.shape[2:])}: "
                "3 x 3 with padding=1 keeps the size."
            )
        inside, edge = _without_border(given, self.size)
        for sentence, wrong in (
            (_GAPS, not _is_one(one.get("dilation", 1))),
            (_GROUPS, not _is_one(one.get("groups", 1))),
            (_BORDER, edge.any()),
        ):
            if wrong:
                raise OddResultError(sentence)
        inside, result = inside.detach().clone(), made.detach().clone()
        self.ran.append(_Convolution(inside, weight, bias, result))
        return made

    def before(self, given, weight, one):
        """Says what is wrong with a convolution before torch says it in its own words."""
        layer, groups = len(self.ran) + 1, one.get("groups", 1)
        if any(weight is ran.weight for ran in self.ran):
            raise OddResultError(
                "One convolution does the work of several layers: [conv] * layers is one layer "
                "named often. Make a new one for each, in a comprehension or a loop."
            )
        if given.ndim == 4 and weight.shape[1] * groups != given.shape[1]:
            raise OddResultError(
                f"Layer {layer} is given {given.shape[1]} channels and was made for "
                f"{weight.shape[1] * groups}: x has `channels` of them, each earlier layer adds "
                "growth."
            )
        if not _is_one(one.get("stride", 1)):
            raise OddResultError(_STRIDE)


def _without_border(given, size):
    """What a convolution sees, less a border of one pixel that was put round it; and that border.

    Without one, the border is empty.
    """
    if given.shape[2:] != (size[0] + 2, size[1] + 2):
        return given, given.new_zeros(0)
    inside = given[..., 1:-1, 1:-1]
    return inside, given - F.pad(inside, (1, 1, 1, 1))


def _watched(block, x):
    """The block's output, and each convolution that ran."""
    convolutions = _Convolutions(x.shape[2:])
    with convolutions:
        y = block(x)
    ran = convolutions.ran
    if y is None:
        raise OddResultError("Your forward returns None: end it with a return.")
    if not isinstance(y, torch.Tensor):
        raise OddResultError(
            f"Your forward returns a {type(y).__name__}; asked is one tensor: join the features "
            "with torch.cat(features, dim=1)."
        )
    if y.ndim != x.ndim:
        raise OddResultError(
            f"Your output has {y.ndim} dimensions, x has {x.ndim}: torch.stack makes a new one, "
            "torch.cat(features, dim=1) joins along the channels."
        )
    if not ran:
        raise OddResultError(
            "No convolution ran in your block: each layer is nn.Conv2d and a ReLU."
        )
    return y, ran


def _named(channels, known):
    """The place in `known` of each channel of a batch, -1 where it is none of them."""
    return [_place(channel, known) for channel in channels.transpose(0, 1)]


def _place(channel, known):
    same = (i for i, k in enumerate(known) if k.shape == channel.shape)
    return next((i for i in same if torch.allclose(known[i], channel, atol=1e-6)), -1)


def _negative(batch):
    return [c for c in batch.transpose(0, 1) if c.min() < 0]


_SEED = 7
_RESEEDED = (
    "Your block sets torch's seed: then all blocks begin with the same weights, and everybody "
    "else's draws begin anew, too. Leave the seed alone."
)
_BORN_FROZEN = (
    "The weights of your convolutions are frozen (requires_grad is off): no optimizer can train "
    "them. Leave that out."
)
_BEGIN_ALIKE = (
    "All weights of a convolution begin at one number in your block, {:g}: then all its features "
    "learn the same, or, behind a ReLU at 0, nothing at all. Leave them as nn.Conv2d draws them."
)


def _with_a_seed(*sizes):
    """The numbers as they are; and a seed by which the probe sees whether another one was set."""
    torch.manual_seed(_SEED)
    return sizes, {}


def _check_beginning(ran):
    """Whether a block begins as one that can learn: weights drawn, and not frozen."""
    if torch.initial_seed() != _SEED:
        raise OddResultError(_RESEEDED)
    for one in ran:
        if not one.weight.requires_grad:
            raise OddResultError(_BORN_FROZEN)
        if one.weight.numel() > 1 and (one.weight == one.weight.flatten()[0]).all():
            raise OddResultError(_BEGIN_ALIKE.format(one.weight.flatten()[0].item()))


def _anatomy(result, channels, growth, layers):
    """What a block does, whatever its parts are called."""
    if not isinstance(result, nn.Module):
        raise OddResultError("A DenseBlock must be a module: class DenseBlock(nn.Module).")
    if type(result).forward is nn.Module.forward:
        raise OddResultError("Your class has no method of the name forward(self, x): add it.")
    generator = torch.Generator().manual_seed(11)
    x = torch.randn(2, channels, 4, 5, generator=generator)
    _, first = _watched(result, x.clone())
    _check_beginning(first)
    _filled(first)
    given = x.clone().requires_grad_()
    try:
        y, ran = _watched(result, given * 1.0)
        again, _ = _watched(result, x.clone())
    except Exception as error:
        raise OddResultError(_ONCE) from error
    if [id(one.weight) for one in ran] != [id(one.weight) for one in first]:
        raise OddResultError(
            "Your forward makes new convolutions at each call: what they learn is lost. Make them "
            "in __init__, and use them in forward."
        )
    mine = x.clone()
    result(mine)
    raw = torch.cat([one.made for one in ran if len(one.made) == len(x)], dim=1)
    pieces = [x, *(one.made.relu() for one in ran)]
    names = [c for piece in pieces for c in piece.transpose(0, 1)]
    seen = np.full((len(ran), max(one.given.shape[1] for one in ran)), -2)  # -2: there is none
    for row, one in zip(seen, ran, strict=True):
        row[: one.given.shape[1]] = sorted(_named(one.given, names))  # in what order is free
    weights = [one.weight for one in ran]
    owned = {id(p) for p in result.parameters()}
    reached = [None] * (len(weights) + 1)
    if y.requires_grad:
        reached = _gradients(y[:, -growth:].sum(), [*weights, given])
    return {
        "count of convolutions": len(ran),
        "size of the output for x of size (2, channels, 4, 5)": np.array(y.shape),
        "list of channels that each layer gives": np.array([len(one.weight) for one in ran]),
        "count of convolutions that are not 3 x 3": sum(
            one.weight.shape[2:] != (3, 3) for one in ran
        ),
        "count of convolutions without a bias": sum(one.bias is None for one in ran),
        "count of convolutions that parameters() does not know": sum(
            id(w) not in owned for w in weights
        ),
        "count of other parameters": len(list(result.parameters()))
        - sum(id(p) in owned for one in ran for p in (one.weight, one.bias)),
        "count of numbers of x that your block changes": int((mine != x).sum()),
        "table of channels that the layers see (0, 1, ... are x, then what layers found)": seen,
        "list of channels in the output (0, 1, ... are x, then what layers found)": np.array(
            _named(y.detach(), names)
        ),
        "count of channels in the output that no ReLU has seen": sum(
            place >= 0 for place in _named(y.detach(), _negative(raw))
        ),
        "count of numbers that differ when it is called again": int(
            (again != y).sum() if again.shape == y.shape else 1
        ),
        "count of tensors that the last layer's gradient does not reach": sum(
            g is None for g in reached
        ),
    }


_OVERWRITTEN = (
    "Your forward writes into a tensor that a layer has already seen (out[:, a:b] = ...): then no "
    "gradient finds its way back. Leave what is there, and join: torch.cat([x, new], dim=1)."
)


def _gradients(value, leaves):
    """Those of a value, None for a leaf that it does not depend on."""
    try:
        return torch.autograd.grad(value, leaves, allow_unused=True)
    except RuntimeError as error:
        if "inplace operation" in str(error):
            raise OddResultError(_OVERWRITTEN) from error
        raise


DenseBlock = Exercise(
    "DenseBlock",
    _DenseBlock,
    cases=[case(1, 1, 1), case(2, 3, 1), case(2, 2, 3), case(3, 2, 2), case(1, 3, 4)],
    build=_with_a_seed,
    probe=_anatomy,
    hints=(
        "Layer i sees channels + i * growth channels, and gives growth. Make all of them in "
        "__init__, in an nn.ModuleList; in forward let x grow.",
        "super().__init__() comes first. In forward, for each layer: "
        "x = torch.cat([x, F.relu(layer(x))], dim=1). Channels are dimension 1.",
        "def __init__(self, channels, growth, layers):\n"
        "    super().__init__()\n"
        "    self.layers = nn.ModuleList(\n"
        "        nn.Conv2d(channels + i * growth, growth, 3, padding=1) for i in range(layers)\n"
        "    )\n"
        "\n"
        "def forward(self, x):\n"
        "    for layer in self.layers:\n"
        "        x = torch.cat([x, F.relu(layer(x))], dim=1)\n"
        "    return x",
    ),
    why="Nothing that was found is lost on the way: the last layer still sees the picture itself, "
    "and its gradient goes straight back to the first.",
    points=3,
    prewarm=("torch",),
)


_ADDS = (
    "You add what a layer finds to x: a dense block puts it beside x, with torch.cat([x, new], "
    "dim=1), and so the channels grow."
)


@DenseBlock.mistake(_ADDS)
class AddsInstead(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1) for _ in range(layers)
        )

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x


class _Block(nn.Module):
    """The body of a mistake: convolutions of these widths, and what forward does with them."""

    def __init__(self, widths, growth, forward, *, size=3, padding=1, **options):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Conv2d(width, growth, size, padding=padding, **options) for width in widths
        )
        self.how = forward

    def forward(self, x):
        return self.how(self.layers, x)


def _widths(channels, growth, layers):
    return [channels + i * growth for i in range(layers)]


def _dense(convs, x):
    for conv in convs:
        x = torch.cat([x, F.relu(conv(x))], dim=1)
    return x


def _adding(convs, x):
    for conv in convs:
        x = x + F.relu(conv(x))
    return x


@DenseBlock.mistake(_ADDS)
def adds_growth(channels, growth, layers):
    return _Block([channels] * layers, growth, _adding)


@DenseBlock.mistake(_ADDS)
def adds_in_wide_layers(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _adding)


@DenseBlock.mistake(
    "You chain plain convolutions: each layer replaces x. A dense block keeps x, and puts what the "
    "layer finds beside it: torch.cat([x, new], dim=1)."
)
def replaces(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = F.relu(conv(x))
        return x

    return _Block([channels, *[growth] * (layers - 1)], growth, forward)


@DenseBlock.mistake(
    "All your layers are made for `channels` channels, but each layer adds growth of them: layer i "
    "sees channels + i * growth."
)
def all_of_one_width(channels, growth, layers):
    return _Block([channels] * layers, growth, _dense)


@DenseBlock.mistake(
    "Your widths run one layer ahead: the first layer sees x alone. Layer i = 0, 1, ... sees "
    "channels + i * growth."
)
def one_growth_ahead(channels, growth, layers):
    return _Block([w + growth for w in _widths(channels, growth, layers)], growth, _dense)


@DenseBlock.mistake(
    "Your layer i is made for channels * (i + 1) channels: each layer adds growth, not channels, "
    "so it is channels + i * growth."
)
def multiples_of_channels(channels, growth, layers):
    return _Block([channels * (i + 1) for i in range(layers)], growth, _dense)


@DenseBlock.mistake(
    "Your layer i is made for channels + i: each layer adds growth channels, so it is "
    "channels + i * growth."
)
def one_channel_a_layer(channels, growth, layers):
    return _Block([channels + i for i in range(layers)], growth, _dense)


@DenseBlock.mistake(
    "Your layers give `channels` channels each; asked are growth: nn.Conv2d(channels + i * growth, "
    "growth, ...)."
)
def gives_channels(channels, growth, layers):
    return _Block([channels * (i + 1) for i in range(layers)], channels, _dense)


@DenseBlock.mistake(
    "Your layers give `channels` channels each, and the next is made for growth more: give growth, "
    "nn.Conv2d(channels + i * growth, growth, ...)."
)
def gives_channels_and_expects_growth(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), channels, _dense)


@DenseBlock.mistake(
    "Your first layer is right; the later ones see only what the layer before found. In a dense "
    "block each sees x and all earlier features: torch.cat(features, dim=1)."
)
def sees_only_the_last(channels, growth, layers):
    def forward(convs, x):
        features = [x]
        for conv in convs:
            features.append(F.relu(conv(features[-1])))
        return torch.cat(features, dim=1)

    return _Block([channels, *[growth] * (layers - 1)], growth, forward)


@DenseBlock.mistake(
    "All your layers see x alone, and none what the others found: give each of them "
    "torch.cat(features, dim=1)."
)
def sees_only_x(channels, growth, layers):
    def forward(convs, x):
        return torch.cat([x, *(F.relu(conv(x)) for conv in convs)], dim=1)

    return _Block([channels] * layers, growth, forward)


@DenseBlock.mistake(
    "Your layers see x and what the last layer found; what the ones before it found is missing. "
    "Keep all features in a list, and join them."
)
def sees_x_and_the_last(channels, growth, layers):
    def forward(convs, x):
        features = [x]
        for conv in convs:
            given = torch.cat([x, features[-1]], dim=1) if len(features) > 1 else x
            features.append(F.relu(conv(given)))
        return torch.cat(features, dim=1)

    return _Block([channels, *[channels + growth] * (layers - 1)], growth, forward)


@DenseBlock.mistake(
    "Your layers see all features, and not x itself (but for the first): x stays in the list, "
    "features = [x]."
)
def sees_features_without_x(channels, growth, layers):
    def forward(convs, x):
        features = []
        for conv in convs:
            features.append(F.relu(conv(torch.cat(features, dim=1) if features else x)))
        return torch.cat([x, *features], dim=1)

    return _Block([channels, *(i * growth for i in range(1, layers))], growth, forward)


def _features(convs, x):
    """The list [x, what layer 0 found, ...] that a right block joins."""
    features = [x]
    for conv in convs:
        features.append(F.relu(conv(torch.cat(features, dim=1))))
    return features


def _joined(order):
    """A block that is right up to its last line, which joins `order(features)`."""

    def answer(channels, growth, layers):
        return _Block(
            _widths(channels, growth, layers),
            growth,
            lambda convs, x: torch.cat(order(_features(convs, x)), dim=1),
        )

    return answer


@DenseBlock.mistake("x is missing from the output: it comes first, and the new features behind it.")
def x_left_out(channels, growth, layers):
    return _joined(lambda features: features[1:])(channels, growth, layers)


@DenseBlock.mistake(
    "You return what the last layer found, and nothing else: return x and all the new features, "
    "joined."
)
def only_the_last(channels, growth, layers):
    return _joined(lambda features: features[-1:])(channels, growth, layers)


@DenseBlock.mistake("You return x and what the last layer found; what the others found is missing.")
def x_and_the_last(channels, growth, layers):
    return _joined(lambda features: [features[0], features[-1]])(channels, growth, layers)


@DenseBlock.mistake("x stands behind the new features: in the output it comes first.")
def x_at_the_end(channels, growth, layers):
    return _joined(lambda features: [*features[1:], features[0]])(channels, growth, layers)


@DenseBlock.mistake(
    "The new features stand in front of x: write torch.cat([x, new], dim=1), so that x comes first "
    "and the features follow in the order found."
)
def new_first(channels, growth, layers):
    return _joined(lambda features: features[::-1])(channels, growth, layers)


@DenseBlock.mistake(
    "x comes first, and then the features from the last to the first: keep the order found."
)
def features_turned_round(channels, growth, layers):
    return _joined(lambda features: [features[0], *features[:0:-1]])(channels, growth, layers)


def _joined_along(dim):
    def forward(convs, x):
        for conv in convs:
            x = torch.cat([x, F.relu(conv(x))], dim=dim)
        return x

    return forward


@DenseBlock.mistake(
    "You join along the batch, which is what torch.cat does unless you say otherwise: channels are "
    "dim=1."
)
def joined_along_the_batch(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _joined_along(0))


@DenseBlock.mistake("You join along the rows of the picture: channels are dim=1.")
def joined_along_the_rows(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _joined_along(2))


@DenseBlock.mistake(
    "You join along the last dimension, the width of the picture: channels are dim=1."
)
def joined_along_the_width(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _joined_along(-1))


@DenseBlock.mistake(
    "The padding is missing: a window of 3 x 3 takes a pixel off each side, and the result no "
    "longer fits beside x. Write padding=1."
)
def no_padding(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _dense, padding=0)


@DenseBlock.mistake("Your windows are not 3 x 3: nn.Conv2d(..., growth, 3, padding=1).")
def other_windows(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _dense, size=5, padding=2)


@DenseBlock.mistake(_GAPS)
def with_gaps(channels, growth, layers):
    options = {"padding": 2, "dilation": 2}
    return _Block(_widths(channels, growth, layers), growth, _dense, **options)


@DenseBlock.mistake(_GROUPS)
def in_groups(channels, growth, layers):
    block = _Block(_widths(channels, growth, layers), growth, _dense)
    for i, layer in enumerate(block.layers):
        groups = math.gcd(layer.in_channels, growth)
        block.layers[i] = nn.Conv2d(layer.in_channels, growth, 3, padding=1, groups=groups)
    return block


@DenseBlock.mistake(_BORDER)
def border_of_copies(channels, growth, layers):
    options = {"padding_mode": "replicate"}
    return _Block(_widths(channels, growth, layers), growth, _dense, **options)


@DenseBlock.mistake(_OVERWRITTEN)
def written_into_one_tensor(channels, growth, layers):
    def forward(convs, x):
        found = torch.zeros(len(x), channels + layers * growth, *x.shape[2:])
        found[:, :channels] = x
        for i, conv in enumerate(convs):
            at = channels + i * growth
            found[:, at : at + growth] = F.relu(conv(found[:, :at]))
        return found

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(_STRIDE)
def with_a_stride(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _dense, stride=2)


@DenseBlock.mistake(
    "Your convolutions have no bias: it is left out where batch norm follows, and here none does. "
    "Leave bias=False away."
)
def no_bias(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _dense, bias=False)


@DenseBlock.mistake(
    "The ReLU is missing: without it layer after layer is one linear map. New features are "
    "F.relu(layer(x))."
)
def no_relu(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = torch.cat([x, conv(x)], dim=1)
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(
    "The last layer has no ReLU: every layer is a convolution and a ReLU, this one too."
)
def last_without_relu(channels, growth, layers):
    def forward(convs, x):
        for i, conv in enumerate(convs):
            new = conv(x)
            x = torch.cat([x, new if i == len(convs) - 1 else F.relu(new)], dim=1)
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(
    "What follows your convolutions is no ReLU: it cuts at 0, and leaves what is above as it is. "
    "New features are F.relu(layer(x))."
)
def leaky_relu(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = torch.cat([x, F.leaky_relu(conv(x), 0.1)], dim=1)
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(
    "Your ReLU goes over x as well, and cuts what is negative in it: rectify the new features "
    "alone, torch.cat([x, F.relu(layer(x))], dim=1)."
)
def relu_over_all(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = F.relu(torch.cat([x, conv(x)], dim=1))
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(
    "Your ReLU stands before the convolution, as in the paper; in this lesson it comes behind: "
    "F.relu(layer(x))."
)
def relu_before(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = torch.cat([x, conv(F.relu(x))], dim=1)
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


_NORM = (
    "Your layers norm as well (batch norm), as in the paper; in this lesson a layer is a "
    "convolution and a ReLU."
)


class _Normed(nn.Module):
    def __init__(self, channels, growth, layers, before):
        super().__init__()
        widths = _widths(channels, growth, layers)
        self.convs = nn.ModuleList(nn.Conv2d(w, growth, 3, padding=1) for w in widths)
        self.norms = nn.ModuleList(nn.BatchNorm2d(w if before else growth) for w in widths)
        self.before = before

    def forward(self, x):
        for conv, norm in zip(self.convs, self.norms, strict=True):
            new = conv(F.relu(norm(x))) if self.before else F.relu(norm(conv(x)))
            x = torch.cat([x, new], dim=1)
        return x


@DenseBlock.mistake(_NORM)
def normed_behind(channels, growth, layers):
    return _Normed(channels, growth, layers, before=False)


@DenseBlock.mistake(_NORM)
def normed_before(channels, growth, layers):
    return _Normed(channels, growth, layers, before=True)


@DenseBlock.mistake(
    "All your layers are one and the same convolution ([conv] * layers names it often): make a new "
    "one for each, in a comprehension or a loop."
)
def one_for_all(channels, growth, layers):
    block = _Block([channels], growth, _dense)
    block.layers = nn.ModuleList([block.layers[0]] * layers)
    return block


@DenseBlock.mistake(
    "Your layers stand in a plain Python list, where the module does not see them: parameters() "
    "is without them, and no optimizer trains them. Put them into an nn.ModuleList."
)
def plain_list(channels, growth, layers):
    block = _Block(_widths(channels, growth, layers), growth, _dense)
    layers = list(block.layers)
    del block.layers
    block.layers = layers
    return block


@DenseBlock.mistake("Your block has a layer too many: asked are `layers` of them.")
def one_too_many(channels, growth, layers):
    return _Block(_widths(channels, growth, layers + 1), growth, _dense)


@DenseBlock.mistake(
    "Your block has a layer too few: asked are `layers` of them, and range(layers) counts so many."
)
def one_too_few(channels, growth, layers):
    return _Block(_widths(channels, growth, layers - 1), growth, _dense)


@DenseBlock.mistake(
    "Your block has one layer, however many are asked for: make `layers` of them, in a loop."
)
def always_one(channels, growth, layers):
    return _Block([channels], growth, _dense)


@DenseBlock.mistake(
    "You return inside the loop, after the first layer: the return belongs behind the loop."
)
def returns_after_one(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, lambda convs, x: _dense(convs[:1], x))


@DenseBlock.mistake(
    "Your forward makes new convolutions at each call: what they learn is lost. Make them in "
    "__init__, and use them in forward."
)
def made_in_forward(channels, growth, layers):
    def forward(_convs, x):
        return _Block(_widths(channels, growth, layers), growth, _dense)(x)

    return _Block([], growth, forward)


_CUT = (
    "No gradient comes through your features: leave detach, .data and torch.no_grad() out of a "
    "network."
)


@DenseBlock.mistake(_CUT)
def detached(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = torch.cat([x, F.relu(conv(x)).detach()], dim=1)
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(_CUT)
def forward_without_grad(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, torch.no_grad()(_dense))


@DenseBlock.mistake(_ONCE)
def features_on_self(channels, growth, layers):
    features = []

    def forward(convs, x):
        features.append(x)
        for conv in convs:
            features.append(F.relu(conv(torch.cat(features, dim=1))))
        return torch.cat(features, dim=1)

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(
    "Your forward returns the list of the features; join them: torch.cat(features, dim=1)."
)
def a_list_of_features(channels, growth, layers):
    return _Block(_widths(channels, growth, layers), growth, _features)


@DenseBlock.mistake("Your forward returns nothing: end it with return x.")
def forward_of_nothing(channels, growth, layers):
    def forward(convs, x):
        _dense(convs, x)

    return _Block(_widths(channels, growth, layers), growth, forward)


@DenseBlock.mistake(
    "Your layers are wide enough for all that was found, and x is replaced: the second layer is "
    "given too few channels. Put what is found beside x, x = torch.cat([x, new], dim=1)."
)
def replaces_in_wide_layers(channels, growth, layers):
    def forward(convs, x):
        for conv in convs:
            x = F.relu(conv(x))
        return x

    return _Block(_widths(channels, growth, layers), growth, forward)


# ---- early_stop --------------------------------------------------------------------------------


def _losses(losses, patience, form="array"):
    return (losses.tolist() if form == "list" else losses, patience), {}


def _an_epoch(result, losses, patience):
    if isinstance(result, float | np.floating):
        raise OddResultError(
            f"You return {result:g}, a float; asked is the epoch, a whole number from 0 on."
        )
    if isinstance(result, bool) or not isinstance(result, int | np.integer):
        raise OddResultError(f"You return a {type(result).__name__}; asked is one epoch, an int.")
    return {"epoch": result}


def _early_stop(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best


def _curve(losses, patience, form="array"):
    text = ", ".join(f"{x:.9g}" for x in losses)
    what = "losses is the list" if form == "list" else "losses ="
    return case(np.array(losses), patience, form, note=f"{what} [{text}], patience = {patience}")


early_stop = Exercise(
    "early_stop",
    _early_stop,
    cases=[
        _curve([3.0, 2.0], 1),
        _curve([5.0, 4.0, 4.5, 4.2, 1.0], 2),
        _curve([5.0, 4.0, 4.5, 4.2, 1.0, 2.0], 3, "list"),
        _curve([0.4, 0.3, 0.35, 0.2999, 0.31, 0.2998, 0.3, 0.1, 0.15], 2),
        _curve([6.0, 3.0, 3.0, 3.0, 2.0, 4.0], 2),
        _curve([5e9, 2e9, 4e9, 3e9, 3.5e9, 2.5e9, 1e9], 3),
        _curve([1.0, 1.0, 3.0, 4.0, 0.5], 2),
        _curve([9.0, 6.0, 7.0, 5.0, 8.0, 5.0, 5.5, 6.0, 4.9999999, 5.2, 5.1], 6, "list"),
    ],
    build=_losses,
    probe=_an_epoch,
    hints=(
        "Keep the epoch of the best loss so far. At each epoch there are two cases: a new best, or "
        "one more epoch without one.",
        "How long you have waited is epoch - best: where it reaches patience, break. Only a loss "
        "that is strictly less is a new best. Return best behind the loop, too.",
        "best = 0\n"
        "for epoch in range(len(losses)):\n"
        "    if losses[epoch] < losses[best]:\n"
        "        best = epoch\n"
        "    if epoch - best >= patience:\n"
        "        break\n"
        "return best",
    ),
    why="Early stopping is the cheapest cure for overfitting: it costs one comparison an epoch, "
    "and saves all the epochs that would have made the network worse.",
    prewarm=("torch",),
)


def _walk(losses, patience):
    """The best epoch, and the epoch at which training stopped: None where it did not."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, None


@early_stop.mistake(
    "You return the epoch in which training stopped; by then the network is worse than it was. "
    "Return the epoch of the best loss."
)
def last_instead_of_best(losses, patience):
    best, waited = float("inf"), 0
    for epoch in range(len(losses)):
        if losses[epoch] < best:
            best, waited = losses[epoch], 0
        else:
            waited += 1
            if waited >= patience:
                break
    return epoch


@early_stop.mistake("You return the epoch after the best one: count from 0, as losses[epoch] does.")
def counts_from_1(losses, patience):
    return _walk(losses, patience)[0] + 1


@early_stop.mistake(
    "You return the epoch before the best one: the index of the best loss is asked."
)
def one_too_early(losses, patience):
    return _walk(losses, patience)[0] - 1


@early_stop.mistake(
    "You look at all the losses: what comes after the stop was never trained. Break where patience "
    "is used up, and return the best until then."
)
def best_of_all(losses, patience):
    return int(np.argmin(losses))


@early_stop.mistake(
    "You stop one epoch too late: after `patience` epochs in a row without a new best, not one "
    "more. Is there a > in place of >=?"
)
def one_more(losses, patience):
    return _walk(losses, patience + 1)[0]


@early_stop.mistake(
    "You stop one epoch too early: the best epoch itself is not one of those without a new best."
)
def one_less(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best, waited = epoch, 0
        elif epoch:
            waited += 1
        if waited + 1 >= patience and epoch:
            break
    return best


@early_stop.mistake(
    "Your count of epochs without a new best is never reset: patience means epochs in a row, so a "
    "new best sets it back to 0."
)
def never_reset(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch > 0:
            waited += 1
            if waited >= patience:
                break
    return best


@early_stop.mistake(
    "You take a tie for a new best: a loss as good as the best brings nothing. Compare with <, not "
    "with <=."
)
def ties_count(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best


@early_stop.mistake(
    "You return the best loss itself; asked is its index, the epoch in which it was seen."
)
def the_loss_itself(losses, patience):
    return float(losses[_walk(losses, patience)[0]])


@early_stop.mistake(
    "You compare each loss with the one before it, and so take any fall for a new best. Compare it "
    "with the best so far."
)
def compares_with_the_previous(losses, patience):
    best = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[epoch - 1]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best


def _counts_what_rises(ties, losses, patience):
    """Waits while the loss rises; any epoch that falls (or, but for `ties`, does not) ends that."""
    best = waited = 0
    for epoch in range(1, len(losses)):
        rises = losses[epoch] > losses[epoch - 1] or (ties and losses[epoch] == losses[epoch - 1])
        waited = waited + 1 if rises else 0
        if losses[epoch] < losses[best]:
            best = epoch
        if waited >= patience:
            break
    return best


@early_stop.mistake(
    "You count epochs in which the loss rises. An epoch that falls, but not below the best, counts "
    "as well: compare with the best so far, not with the epoch before."
)
def counts_rises(losses, patience):
    return _counts_what_rises(True, losses, patience)


@early_stop.mistake(
    "Any epoch in which the loss does not rise sets your waiting back to 0. Only a new best does: "
    "compare with the best so far, not with the epoch before."
)
def reset_by_what_does_not_rise(losses, patience):
    return _counts_what_rises(False, losses, patience)


def _by_at_least(least):
    """Early stopping that takes no fall of less than `least` for a new best."""

    def answer(losses, patience):
        best, at = float("inf"), 0
        for epoch, loss in enumerate(losses):
            if loss < best - least:
                best, at = loss, epoch
            elif epoch - at >= patience:
                break
        return at

    answer.__name__ = f"falls_by_at_least_{least:.0e}".replace("-", "_")
    return answer


for _least in (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6):
    early_stop.mistake(
        "A small fall is no new best in yours (a min_delta, such as 1e-3). Here any loss that is "
        "less than the best is one, by however little."
    )(_by_at_least(_least))


def _begins_at(number):
    """Early stopping whose best loss begins at a number of its own."""

    def answer(losses, patience):
        best, at, waited = number, 0, 0
        for epoch, loss in enumerate(losses):
            if loss < best:
                best, at, waited = loss, epoch, 0
            else:
                waited += 1
                if waited >= patience:
                    break
        return at

    answer.__name__ = f"begins_at_{number:.0f}"
    return answer


for _number in (1, 10, 100, 1000, 10_000, 1_000_000):
    early_stop.mistake(
        "Your best loss begins at a number of its own, such as 1 or 100, and where all losses lie "
        "above it none is ever a new best: begin with math.inf, or with losses[0]."
    )(_begins_at(_number))


@early_stop.mistake(
    "You look for the largest loss: a loss is to be small. A new best is less than the best so far."
)
def largest(losses, patience):
    return _walk([-loss for loss in losses], patience)[0]


@early_stop.mistake(
    "You go back patience epochs from the last one: that is the best only where training was "
    "stopped. Keep the best epoch in a variable."
)
def last_less_patience(losses, patience):
    stop = _walk(losses, patience)[1]
    return (len(losses) - 1 if stop is None else stop) - patience


@early_stop.mistake(
    "Where training is never stopped you return the last epoch; there, too, the best is asked."
)
def last_where_it_never_stops(losses, patience):
    best, stop = _walk(losses, patience)
    return best if stop is not None else len(losses) - 1


@early_stop.mistake(
    "Where training is stopped you return the epoch of the stop; there, too, the best is asked."
)
def stop_where_it_stops(losses, patience):
    best, stop = _walk(losses, patience)
    return best if stop is None else stop


@early_stop.mistake(
    "Where training is never stopped yours returns nothing: a return best belongs behind the loop."
)
def nothing_where_it_never_stops(losses, patience):
    best, stop = _walk(losses, patience)
    return None if stop is None else best


@early_stop.mistake("You return nothing: the last line is return best.")
def stops_for_nobody(losses, patience):
    _walk(losses, patience)


@early_stop.mistake(
    "You stop at the first epoch without a new best, whatever patience is: wait for `patience` of "
    "them in a row."
)
def no_patience(losses, patience):
    return _walk(losses, 1)[0]


@early_stop.mistake(
    "You answer 0 each time. Does your best loss begin at 0? No loss is below it: begin with "
    "math.inf, or with losses[0]."
)
def begins_at_0(losses, patience):
    best, best_loss = 0, 0.0
    for epoch, loss in enumerate(losses):
        if loss < best_loss:
            best, best_loss = epoch, loss
    return best


@early_stop.mistake(
    "You compare with the first loss again and again: where a loss is a new best, it is what the "
    "next ones must beat."
)
def best_never_updated(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[0]:
            best, waited = epoch, 0
        else:
            waited += epoch > 0
            if waited >= patience:
                break
    return best


@early_stop.mistake(
    "You take the best of the first `patience` epochs: patience counts epochs without a new best, "
    "and begins again with each one."
)
def best_of_the_first(losses, patience):
    return int(np.argmin(losses[:patience]))


@early_stop.mistake(
    "A tie starts your waiting anew: an epoch as good as the best is no new best, and counts as "
    "one more without."
)
def tie_resets_the_wait(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        waited = 0 if loss <= losses[best] else waited + 1
        if waited >= patience:
            break
    return best


@early_stop.mistake(
    "You return the last epoch, as though nothing had stopped; asked is the best one before the "
    "stop."
)
def the_very_last(losses, patience):
    return len(losses) - 1


@early_stop.mistake("You return how long you waited; asked is the epoch of the best loss.")
def the_wait(losses, patience):
    best, stop = _walk(losses, patience)
    return (len(losses) - 1 if stop is None else stop) - best


@early_stop.mistake(
    "You stop at the first epoch that is worse than the one before it, whatever patience is: wait "
    "for `patience` epochs in a row without a new best."
)
def first_rise(losses, patience):
    for epoch in range(1, len(losses)):
        if losses[epoch] > losses[epoch - 1]:
            return epoch - 1
    return len(losses) - 1
