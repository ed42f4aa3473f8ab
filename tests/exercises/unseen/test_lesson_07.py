"""Lesson 07: answers by readers who knew the lesson, and had not seen the tables."""

import copy
import functools
import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.exercises.answers import collected, further_tests

RIGHT, WRONG, right, wrong = collected()


class _KeepsMode:
    def __init__(self, model):
        self.model = model

    def __enter__(self):
        self.modes = [m.training for m in self.model.modules()]
        self.model.eval()

    def __exit__(self, *_):
        for m, mode in zip(self.model.modules(), self.modes, strict=True):
            m.training = mode


class _Watch:
    def __init__(self, patience):
        self.patience, self.best, self.epoch, self.left = patience, None, 0, patience

    def stops(self, epoch, loss):
        if self.best is None or loss < self.best:
            self.best, self.epoch, self.left = loss, epoch, self.patience
            return False
        self.left -= 1
        return self.left <= 0


# ---- train_step ----------------------------------------------------------------------------------


@wrong("train_step", "You never forget the old gradients: backward adds to what is there, so")
def nothing_forgotten(model, images, targets, loss_fn, optimizer):
    """The old gradients are never forgotten."""
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


@wrong("train_step", "You forget the gradients only after the step: what others left there when")
def forgets_afterwards(model, images, targets, loss_fn, optimizer):
    """Forgets after the step in place of before: gradients that were there at the start are
    added."""
    pred = model(images)
    loss = loss_fn(pred, targets)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@wrong("train_step", "You return the loss after the step, from a second prediction: the exercise")
def loss_after_the_step(model, images, targets, loss_fn, optimizer):
    """Returns the loss after the step."""
    optimizer.zero_grad()
    loss_fn(model(images), targets).backward()
    optimizer.step()
    with torch.no_grad():
        return loss_fn(model(images), targets).item()


@wrong("train_step", "You return the loss as a tensor, with its whole graph behind it: a list")
def swapped_and_a_tensor(model, images, targets, loss_fn, optimizer):
    """Prediction and target are swapped, and a tensor with its graph is returned."""
    optimizer.zero_grad()
    loss = loss_fn(targets, model(images))
    loss.backward()
    optimizer.step()
    return loss


@wrong("train_step", "You switch to eval mode: then batch norm uses its running statistics, and")
def trained_in_eval_mode(model, images, targets, loss_fn, optimizer):
    """Puts the model into eval mode for the step, so batch norm does not use the batch."""
    was = model.training
    model.eval()
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    model.train(was)
    return float(loss.detach())


@right("train_step")
def forgets_just_in_time(model, images, targets, loss_fn, optimizer):
    loss = loss_fn(model(images), targets)
    before = loss.detach().clone()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return before.item()


@right("train_step")
def with_a_walrus(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    torch.autograd.backward(loss := loss_fn(model(images), targets))
    value = float(loss.item())
    del loss
    optimizer.step()
    return value


# ---- evaluate ------------------------------------------------------------------------------------


@wrong("evaluate", "Your mean is over batches: a last batch of one image then counts as much as")
def mean_of_the_means(model, loader, loss_fn):
    """The mean of the batches' means: a smaller last batch counts too much."""
    before = model.training
    model.eval()
    with torch.no_grad():
        losses = [loss_fn(model(images), targets).item() for images, targets in loader]
    model.train(before)
    return sum(losses) / len(losses)


@wrong("evaluate", "The model came in train mode and leaves in eval mode, and the next epoch")
def mode_read_too_late(model, loader, loss_fn):
    """Looks at the mode after it has changed it: the model is always left in eval mode."""
    mode = model.eval().training
    total = count = 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            count += len(images)
    model.train(mode)
    return total / count


@wrong("evaluate", "The count of predictions that built a graph is 2; it should be 0.")
def always_back_to_train(model, loader, loss_fn):
    """Always ends in train mode, and without torch.no_grad()."""
    model.eval()
    total, n = 0.0, 0
    for x, y in loader:
        total += float(loss_fn(model(x), y)) * x.shape[0]
        n += x.shape[0]
    model.train()
    return total / n


@wrong("evaluate", "You leave gradients switched off for the whole program, and the next")
def gradients_off_for_ever(model, loader, loss_fn):
    """Switches gradients off for the whole program, and never on again."""
    torch.set_grad_enabled(False)
    was_training = model.training
    model.eval()
    s, n = 0.0, 0
    for images, targets in loader:
        s += len(images) * loss_fn(model(images), targets).item()
        n += len(images)
    model.train(was_training)
    return s / n


@wrong("evaluate", "The model runs in train mode: dropout drops, and batch norm learns from the")
def no_eval_mode(model, loader, loss_fn):
    """Judges in the mode in which the model comes: batch norm uses and learns from the batch."""
    sums, sizes = [], []
    with torch.no_grad():
        for images, targets in loader:
            sizes.append(len(images))
            sums.append(loss_fn(model(images), targets).item() * sizes[-1])
    return sum(sums) / sum(sizes)


@wrong("evaluate", "The count of weights left frozen (requires_grad is off) is 1; it should be")
def frozen_and_miscounted(model, loader, loss_fn):
    """Takes every batch to be as large as the last one, and freezes the weights for good."""
    mode = model.training
    model.eval()
    model.requires_grad_(False)
    total, batches = 0.0, 0
    for images, targets in loader:
        total += loss_fn(model(images), targets).item() * len(images)
        batches += 1
    model.train(mode)
    return total / (batches * len(images))


@right("evaluate")
def weighted_average(model, loader, loss_fn):
    modes = {module: module.training for module in model.modules()}
    pairs = []
    try:
        model.eval()
        with torch.no_grad():
            for images, targets in loader:
                pairs.append((loss_fn(model(images), targets).item(), images.shape[0]))
    finally:
        for module, mode in modes.items():
            module.training = mode
    losses, sizes = zip(*pairs, strict=True)
    return float(np.average(losses, weights=sizes))


@right("evaluate")
def running_mean(model, loader, loss_fn):
    mean, seen = 0.0, 0
    with _KeepsMode(model), torch.no_grad():
        for images, targets in loader:
            seen += (n := len(images))
            mean += (loss_fn(model(images), targets).item() - mean) * n / seen
    return mean


# ---- DenseBlock ----------------------------------------------------------------------------------


@wrong("DenseBlock", "Your layers stand in a plain Python list, where the module does not see")
class LayersInAList(nn.Module):
    """The layers lie in a plain list, where torch does not find their weights."""

    def __init__(self, channels, growth, layers):
        super().__init__()
        self.convs = [nn.Conv2d(channels + i * growth, growth, 3, padding=1) for i in range(layers)]

    def forward(self, x):
        for conv in self.convs:
            x = torch.cat([x, F.relu(conv(x))], dim=1)
        return x


@wrong("DenseBlock", "Your ReLU goes over x as well, and cuts what is negative in it: rectify")
class GateOverAll(nn.Module):
    """ReLU is put over all channels, so that the input's negative numbers are lost."""

    def __init__(self, channels, growth, layers):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(layers):
            self.layers.append(nn.Conv2d(channels, growth, kernel_size=3, padding=1))
            channels += growth

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(torch.cat((x, layer(x)), 1))
        return x


@wrong("DenseBlock", "The new features stand in front of x: write torch.cat([x, new], dim=1),")
class NewestFirst(nn.Module):
    """New channels are put before the old ones."""

    def __init__(self, channels, growth, layers):
        super().__init__()
        self.body = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels + k * growth, growth, 3, padding=1), nn.ReLU())
            for k in range(layers)
        )

    def forward(self, x):
        for part in self.body:
            x = torch.cat([part(x), x], dim=1)
        return x


@wrong("DenseBlock", "Your first layer is right; the later ones see only what the layer before")
class ChainThenCat(nn.Module):
    """Each layer sees the one before alone, and all results are put together only at the end."""

    def __init__(self, channels, growth, layers):
        super().__init__()
        sizes = [channels] + [growth] * (layers - 1)
        self.convs = nn.ModuleList(nn.Conv2d(c, growth, 3, padding=1) for c in sizes)

    def forward(self, x):
        found = [x]
        for conv in self.convs:
            found.append(F.relu(conv(found[-1])))
        return torch.cat(found, dim=1)


@wrong("DenseBlock", "Two things at once. x is missing from the output: it comes first, and the")
class NoLastGateNoInput(nn.Module):
    """No ReLU behind the last layer, and the input is missing in the output."""

    def __init__(self, channels, growth, layers):
        super().__init__()
        self.channels = channels
        self.convs = nn.ModuleList(
            [nn.Conv2d(channels + growth * i, growth, 3, padding=1) for i in range(layers)]
        )

    def forward(self, x):
        y = x
        for i, conv in enumerate(self.convs):
            new = conv(y)
            if i < len(self.convs) - 1:
                new = new.relu()
            y = torch.cat([y, new], dim=1)
        return y[:, self.channels :]


@right("DenseBlock")
class ByNames(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        self.count = layers
        for number in range(layers):
            layer = nn.Conv2d(channels + number * growth, growth, kernel_size=3, padding=1)
            self.add_module(f"layer_{number}", layer)

    def forward(self, x):
        found = [x]
        for number in range(self.count):
            layer = getattr(self, f"layer_{number}")
            found.append(F.relu(layer(torch.cat(found, dim=1)), inplace=False))
        return torch.cat(found, dim=1)


@right("DenseBlock")
class Folded(nn.Module):
    def __init__(self, channels, growth, layers):
        super().__init__()
        widths = range(channels, channels + layers * growth, growth)
        self.steps = nn.ModuleList([nn.Conv2d(c, growth, 3, padding="same") for c in widths])

    def forward(self, x):
        return functools.reduce(lambda h, conv: torch.hstack((h, F.relu(conv(h)))), self.steps, x)


# ---- early_stop ----------------------------------------------------------------------------------


@wrong("early_stop", "You look at all the losses: what comes after the stop was never trained.")
def best_of_all(losses, patience):
    """The best of all losses, patience or not."""
    return int(np.argmin(losses))


@wrong("early_stop", "You take a tie for a new best: a loss as good as the best brings nothing.")
def equal_counts_as_best(losses, patience):
    """A loss that equals the best counts as a new best."""
    best_loss, best_epoch, bad = float("inf"), 0, 0
    for epoch, loss in enumerate(losses):
        if loss <= best_loss:
            best_loss, best_epoch, bad = loss, epoch, 0
        else:
            bad += 1
            if bad >= patience:
                break
    return best_epoch


@wrong("early_stop", "You count epochs in which the loss rises. An epoch that falls, but not")
def rises_in_a_row(losses, patience):
    """Compares with the epoch before in place of the best: patience counts rises in a row."""
    best = 0
    rises = 0
    for i in range(1, len(losses)):
        if losses[i] < losses[best]:
            best = i
        if losses[i] >= losses[i - 1]:
            rises += 1
        else:
            rises = 0
        if rises == patience:
            return best
    return best


@wrong("early_stop", "Your count of epochs without a new best is never reset: patience means")
def count_not_set_back(losses, patience):
    """The count of bad epochs is not set back by a new best."""
    best, waited = 0, 0
    for e, loss in enumerate(losses):
        if e == 0:
            continue
        if loss < losses[best]:
            best = e
        else:
            waited += 1
        if waited >= patience:
            break
    return best


@wrong("early_stop", "Your best loss begins at a number of its own, such as 1 or 100, and where")
def one_epoch_too_long(losses, patience):
    """Waits one epoch too long, and begins with 1.0 as the best loss."""
    best, where, since = 1.0, 0, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, where, since = loss, epoch, 0
        else:
            since += 1
        if since > patience:
            return where
    return where


@right("early_stop")
def gaps_between_bests(losses, patience):
    bests = [0]
    for epoch, loss in enumerate(losses):
        if loss < losses[bests[-1]]:
            bests.append(epoch)
    for now, later in zip(bests, bests[1:], strict=False):
        if later - now > patience:
            return now
    return bests[-1]


@right("early_stop")
def age_of_the_best(losses, patience):
    epoch = best = 0
    while (epoch := epoch + 1) < len(losses) and epoch - best <= patience:
        best = epoch if losses[epoch] < losses[best] else best
    return best


@right("early_stop")
def with_a_watch(losses, patience):
    watch = _Watch(patience)
    any(watch.stops(epoch, loss) for epoch, loss in enumerate(losses))
    return watch.epoch


def train_step(model, images, targets, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


def evaluate(model, loader, loss_fn):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        total, count = 0.0, 0
        with torch.no_grad():
            for images, targets in loader:
                total += loss_fn(model(images), targets).item() * len(images)
                count += len(images)
    finally:
        for module, mode in modes:
            module.training = mode
    return total / count


def early_stop(losses, patience):
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        elif i - best >= patience:
            break
    return best


class _Keeper:
    """Remembers the best weights, and how long ago they were found."""

    def __init__(self, model):
        self.model, self.best, self.age, self.weights = model, None, 0, None

    def look(self, loss):
        if self.best is None or loss < self.best:
            self.best, self.age = loss, 0
            self.weights = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        else:
            self.age += 1
        return loss


# ---- Residual ------------------------------------------------------------------------------------


@wrong("Residual", "Your sum is right, but += writes it into x, which the caller still needs:")
class ResidualInPlace(nn.Module):
    """Adds in place, so the caller's x is changed."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        x += self.block(x.clone())
        return x


@wrong("Residual", "Your += writes into x, or into what the block gives, and both are still")
class ResidualIntoTheResult(nn.Module):
    """Adds into the block's result: where the block hands x through it changes x, and a ReLU
    at its end cannot be differentiated."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        out = self.block(x)
        out += x
        return out


@wrong("Residual", "A ReLU stands behind the sum, as in the paper of 2016; in this lesson the")
class ResidualWithRelu(nn.Module):
    """A ReLU behind the sum, as in the first residual networks."""

    def __init__(self, block):
        super().__init__()
        self.block = block
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(x + self.block(x))


@wrong("Residual", "The block stands in a plain Python list, where torch does not see it:")
class ResidualInAList(nn.Module):
    """The block is kept in a plain list, so torch does not find its weights."""

    def __init__(self, block):
        super().__init__()
        self.layers = [block]

    def forward(self, x):
        return x + self.layers[0](x)


@wrong("Residual", "The block stands in a plain Python list, where torch does not see it:")
class ResidualOfAMethod(nn.Module):
    """Keeps the bound method block.forward, so that the block is no child and its weights are
    not found."""

    def __init__(self, block):
        super().__init__()
        self.f = block.forward

    def forward(self, x):
        return x + self.f(x)


@wrong("Residual", "The gradient goes through the block alone: x was detached in the sum, and")
class ResidualDetached(nn.Module):
    """The skip is taken out of the graph: no gradient goes back through it."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        return x.detach() + self.block(x)


@wrong("Residual", "A ReLU stands behind the block: add what the block gives, as it is.")
class ResidualOfPositiveFindings(nn.Module):
    """The ReLU stands behind the block, before the sum, so the block can only add."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        found = F.relu(self.block(x))
        return x + found


@wrong("Residual", "You subtract what the block finds: add it.")
class ResidualSubtracts(nn.Module):
    """X minus the block's result: read as 'the block finds the noise'."""

    def __init__(self, block):
        super().__init__()
        self.noise = block

    def forward(self, x):
        return x - self.noise(x)


@wrong("Residual", "You keep a copy of the block, and the weights that you were given are never")
class ResidualOfACopy(nn.Module):
    """A copy of the block is kept: the block that was handed over is never trained."""

    def __init__(self, block):
        super().__init__()
        self.block = copy.deepcopy(block)

    def forward(self, x):
        return x + self.block(x)


@wrong("Residual", "Two things at once. You take the mean of x and what the block finds; the")
class ResidualTwice(nn.Module):
    """Two faults: the mean of both instead of the sum, and the block runs on its own result
    again."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        return (x + self.block(self.block(x))) / 2


@right("Residual")
class ResidualByTorchAdd(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.inner = block

    def forward(self, x):
        return torch.add(input=self.inner(x), other=x)


@right("Residual")
class ResidualAddedByName(nn.Module):
    def __init__(self, block):
        nn.Module.__init__(self)
        self.add_module("branch", block)

    def forward(self, x):
        found = self.branch(x)
        return found.add(x)


@right("Residual")
class ResidualAsASum(nn.Module):
    def __init__(self, block: nn.Module):
        super().__init__()
        self.paths = nn.ModuleList([nn.Identity(), block])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        straight, changed = (path(x) for path in self.paths)
        return straight + changed


# ---- fit -----------------------------------------------------------------------------------------


@wrong("fit", "The model has the weights of the last epoch, not of the best. Load the best ones")
def fit_without_a_copy(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """No copy of the weights: state_dict() holds the very tensors, so the model ends with the
    last epoch's."""
    losses, best, best_loss, waited = [], None, float("inf"), 0
    for _ in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        losses.append(evaluate(model, val_loader, loss_fn))
        if losses[-1] < best_loss:
            best_loss, best, waited = losses[-1], model.state_dict(), 0
        else:
            waited += 1
            if waited == patience:
                break
    model.load_state_dict(best)
    return losses


@wrong("fit", "The model has the weights of the last epoch, not of the best. Load the best ones")
def fit_with_a_shallow_copy(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """A shallow copy of the dict: its tensors are still those that training changes."""
    history = []
    kept = None
    for epoch in range(epochs):
        for pair in train_loader:
            train_step(model, *pair, loss_fn, optimizer)
        history.append(evaluate(model, val_loader, loss_fn))
        best_epoch = early_stop(history, patience)
        if best_epoch == epoch:
            kept = copy.copy(model.state_dict())
        if epoch - best_epoch >= patience:
            break
    model.load_state_dict(kept)
    return history


@wrong("fit", "A loss that equals the best is a new best in yours, and the count begins anew:")
def fit_equal_is_better(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """<= : a loss that only equals the best counts as a new best."""
    losses, bad, best_loss = [], 0, math.inf
    weights = copy.deepcopy(model.state_dict())
    for _ in range(epochs):
        for x, y in train_loader:
            train_step(model, x, y, loss_fn, optimizer)
        loss = evaluate(model, val_loader, loss_fn)
        losses.append(loss)
        if loss <= best_loss:
            best_loss, bad = loss, 0
            weights = copy.deepcopy(model.state_dict())
        else:
            bad += 1
        if bad >= patience:
            break
    model.load_state_dict(weights)
    return losses


@wrong("fit", "You count all epochs without a new best; the exercise asks for those in a row: a")
def fit_counts_all_bad_epochs(
    model, train_loader, val_loader, loss_fn, optimizer, epochs, patience
):
    """The count of bad epochs is not set back at a new best: epochs need not be in a row."""
    losses, misses = [], 0
    best = None
    for _ in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        now = evaluate(model, val_loader, loss_fn)
        if not losses or now < min(losses):
            best = copy.deepcopy(model.state_dict())
        else:
            misses += 1
        losses.append(now)
        if misses == patience:
            break
    model.load_state_dict(best)
    return losses


@wrong("fit", "You stop an epoch late: after `patience` epochs without a new best, so epoch -")
def fit_too_patient(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """Stops one epoch too late: more than `patience` bad epochs are waited for."""
    curve, best_loss, wait, best = [], np.inf, 0, None
    while len(curve) < epochs and wait <= patience:
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        curve.append(evaluate(model, val_loader, loss_fn))
        if curve[-1] < best_loss:
            best_loss, wait, best = curve[-1], 0, copy.deepcopy(model.state_dict())
        else:
            wait += 1
    model.load_state_dict(best)
    return curve


@wrong("fit", "You count the epochs in which the loss rises above the one before; the exercise")
def fit_compares_neighbours(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """Each loss is compared with the one before, not with the best."""
    losses, previous, worse = [], float("inf"), 0
    best = copy.deepcopy(model.state_dict())
    for _ in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        loss = evaluate(model, val_loader, loss_fn)
        losses.append(loss)
        if loss < previous:
            worse = 0
            best = copy.deepcopy(model.state_dict())
        else:
            worse += 1
            if worse >= patience:
                break
        previous = loss
    model.load_state_dict(best)
    return losses


@wrong("fit", "The best weights are put back only where training stopped early: put them back")
def fit_restores_on_stopping(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """The best weights are put back only where training stopped early; if all epochs run the
    last ones stay."""
    losses, best = [], None
    for epoch in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        losses.append(evaluate(model, val_loader, loss_fn))
        at = early_stop(losses, patience)
        if at == epoch:
            best = copy.deepcopy(model.state_dict())
        elif epoch - at == patience:
            model.load_state_dict(best)
            return losses
    return losses


@wrong("fit", "The weights are those of the best epoch, and the averages of batch norm those of")
def fit_keeps_parameters(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """Only the parameters are kept, not the averages of batch norm."""
    losses, best_loss, since = [], float("inf"), 0
    saved = [p.detach().clone() for p in model.parameters()]
    for _ in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        losses.append(evaluate(model, val_loader, loss_fn))
        since += 1
        if losses[-1] < best_loss:
            best_loss, since = losses[-1], 0
            saved = [p.detach().clone() for p in model.parameters()]
        if since == patience:
            break
    with torch.no_grad():
        for p, old in zip(model.parameters(), saved):
            p.copy_(old)
    return losses


@wrong("fit", "The model is in eval mode from the first judgement on, and trains on in it: go")
def fit_stays_in_eval(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """A loop of its own judges in eval mode and never goes back: later epochs train in eval
    mode, and the model ends in it."""
    losses, best, best_loss, bad = [], None, float("inf"), 0
    for _ in range(epochs):
        for images, targets in train_loader:
            optimizer.zero_grad()
            loss = loss_fn(model(images), targets)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            summed = sum(loss_fn(model(i), t).item() * len(i) for i, t in val_loader)
        losses.append(summed / sum(len(i) for i, _ in val_loader))
        if losses[-1] < best_loss:
            best_loss, best, bad = losses[-1], copy.deepcopy(model.state_dict()), 0
        else:
            bad += 1
        if bad >= patience:
            break
    model.load_state_dict(best)
    return losses


@wrong("fit", "The model has the weights of the last epoch, not of the best. Load the best ones")
def fit_renames_the_model(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """The best model is only given the local name: the caller's model keeps the last weights."""
    losses, best_model, wait = [], copy.deepcopy(model), 0
    for _ in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        loss = evaluate(model, val_loader, loss_fn)
        if loss < min(losses, default=math.inf):
            best_model, wait = copy.deepcopy(model), 0
        else:
            wait += 1
        losses.append(loss)
        if wait >= patience:
            break
    model = best_model
    return losses


@wrong("fit", "You keep the weights from before the epoch's training: keep them after it, when")
def fit_copies_too_early(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """The copy is taken before the epoch's steps, so the weights are those of the epoch before
    the best."""
    losses, best = [], None
    for epoch in range(epochs):
        before = copy.deepcopy(model.state_dict())
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        losses.append(evaluate(model, val_loader, loss_fn))
        top = early_stop(losses, patience)
        if top == epoch:
            best = before
        if epoch - top >= patience:
            break
    model.load_state_dict(best)
    return losses


@wrong("fit", "Two things at once. Your validation loss is a mean over batches, and the small")
def fit_mean_of_means(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """Two faults: the validation loss is the mean of the batches' means, and the list ends
    with the best epoch."""
    losses, best = [], None
    for epoch in range(epochs):
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        was = model.training
        model.eval()
        with torch.no_grad():
            means = [loss_fn(model(images), targets).item() for images, targets in val_loader]
        model.train(was)
        losses.append(sum(means) / len(means))
        if early_stop(losses, patience) == epoch:
            best = copy.deepcopy(model.state_dict())
        elif epoch - early_stop(losses, patience) >= patience:
            break
    model.load_state_dict(best)
    return losses[: early_stop(losses, patience) + 1]


@right("fit")
def fit_by_early_stop(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    losses, snapshots = [], []
    while len(losses) < epochs:
        for images, targets in train_loader:
            train_step(model, images, targets, loss_fn, optimizer)
        losses.append(evaluate(model, val_loader, loss_fn))
        snapshots.append(copy.deepcopy(model.state_dict()))
        if len(losses) - 1 - early_stop(losses, patience) >= patience:
            break
    model.load_state_dict(snapshots[early_stop(losses, patience)])
    return losses


@right("fit")
def fit_with_loops_of_its_own(
    model, train_loader, val_loader, loss_fn, optimizer, epochs, patience
):
    modes = {module: module.training for module in model.modules()}
    losses, best_epoch, file = [], 0, io.BytesIO()
    for epoch in range(epochs):
        for images, targets in train_loader:
            optimizer.zero_grad()
            loss_fn(model(images), targets).backward()
            optimizer.step()
        model.eval()
        summed, seen = 0.0, 0
        with torch.no_grad():
            for images, targets in val_loader:
                summed += float(loss_fn(model(images), targets)) * images.shape[0]
                seen += images.shape[0]
        for module, mode in modes.items():
            module.training = mode
        losses.append(summed / seen)
        if epoch == 0 or losses[epoch] < losses[best_epoch]:
            best_epoch, file = epoch, io.BytesIO()
            torch.save(model.state_dict(), file)
        if epoch - best_epoch == patience:
            break
    file.seek(0)
    model.load_state_dict(torch.load(file))
    return losses


@right("fit")
def fit_with_a_keeper(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    keeper = _Keeper(model)

    def run():
        for _ in range(epochs):
            for pair in train_loader:
                train_step(model, *pair, loss_fn=loss_fn, optimizer=optimizer)
            yield keeper.look(evaluate(model, val_loader, loss_fn))
            if keeper.age >= patience:
                return

    losses = list(run())
    model.load_state_dict(keeper.weights)
    return losses


test_right, test_wrong = further_tests(RIGHT, WRONG)
