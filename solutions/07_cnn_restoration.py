# %% [markdown]
# # 07 CNN restoration
#
# > Can a network learn to mend pictures?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 05 and 06 | write a training loop in PyTorch and say what each line is for; use batch norm without its trap; build a dense block; see over-fitting and stop it in time; interrupt a training and go on | 105 min; the cells alone run in about a minute, on a GPU sooner |
#
# Lesson 02 mended a picture with one idea of ours: neighbours are alike. Here we program no such
# idea. A network is given damaged pictures and the same pictures undamaged, a few thousand pairs,
# and learns from them what pictures are like. At the end it mends a photograph that it has never
# seen.

# %%
import copy
import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises import challenge, exercise
from learnkit.images.data import fashion_mnist, photograph
from learnkit.models.autoencoder import Restorer
from learnkit.models.pretrained import card, pretrained
from learnkit.recipes import restorer
from learnkit.training import loop, photographs
from learnkit.training.device import budget, choose
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import curves
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## From arrays to tensors
#
# You know all of the mathematics by now. PyTorch brings two things: it finds every gradient itself
# (your lesson 05), and it runs on a GPU where there is one. Its arrays are called **tensors**. A
# tensor made with `requires_grad=True` takes part in a graph, as the numbers of lesson 05 did:

# %%
w = torch.tensor(3.0, requires_grad=True)
square = (w - 5) ** 2
square.backward()
print("slope of (w - 5)^2 at w = 3:", w.grad.item())

# %% [markdown]
# On paper it is $2(w - 5) = -4$, too.
#
# A batch of pictures has four axes, `(n, c, h, w)`: picture, channel, row, column. Its numbers are
# float32, which take half the bytes of NumPy's float64. A tensor is stored on a **device**: the CPU
# or the GPU. We copy the garments to the device once, as bytes. Each batch is then selected by its
# indices: `take` gives these pictures as float32 in [0, 1].

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
clean = garments.take(torch.arange(4000))
held_back = garments.take(torch.arange(9500, 10_000))
print("training on:", machine)
print("to learn from:", tuple(clean.shape), clean.dtype, "| held out:", tuple(held_back.shape))

# %% [markdown]
# The 500 pictures held out are the [**validation**](glossary.ipynb#Validation) set: the network is
# never trained on them. We use them only to measure it.
#
# Now the damage: Gaussian noise of spread (standard deviation, $\sigma$) 0.2 on every pixel. Each
# noisy picture and its clean twin are a pair: the noisy picture is the input, the clean one is the
# target. Nobody had to label anything.


# %%
def noisy_of(images, sigma, seed):
    """The pictures under Gaussian noise of spread sigma, the same for the same seed."""
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(seed))
    return images + sigma * noise.to(images.device)


def psnr(pred, target):
    """PSNR in dB of the mean squared error over all pixels of all pictures."""
    return -10 * torch.log10(F.mse_loss(pred, target)).item()


noisy, held_back_noisy = noisy_of(clean, 0.2, seed=1), noisy_of(held_back, 0.2, seed=2)

# %% [markdown]
# **Predict:** lesson 01 said that noise of 0.1 is 20 dB. What is noise of 0.2? And how many dB does
# a simple filter win, the mean of each pixel and its eight neighbours?

# %%
blurred = F.avg_pool2d(held_back_noisy, 3, stride=1, padding=1)
before, by_mean = psnr(held_back_noisy, held_back), psnr(blurred, held_back)
show_pictures(
    {
        f"noisy, {before:.2f} dB": as_image(held_back_noisy[3]),
        f"mean of 3 x 3, {by_mean:.2f} dB": as_image(blurred[3]),
        "the truth": as_image(held_back[3]),
    },
    alt="A garment under noise, the same smoothed and soft, and the clean garment.",
)
print(f"noisy {before:.2f} dB, mean of nine {by_mean:.2f} dB")

# %% [markdown]
# Twice the noise is four times the squared error, and $10\log_{10}4 = 6$ dB: $20 - 6 = 14$ dB. The
# mean of nine pixels removes noise, and also blurs the edges. It divides the mean square of the
# noise by 9, which alone would win 9.5 dB. The blur of the edges costs 6 of them, so 3.5 dB are
# won.
#
# ## The loop, piece by piece
#
# A small network. `nn.PixelUnshuffle(2)` puts each 2 x 2 square of pixels into four channels, so
# that height and width are halved. Then there are three convolutions of lesson 06, with a ReLU
# after the first two, and `nn.PixelShuffle(2)` puts the four channels back into squares.
# `nn.Sequential` calls its layers one after the other; `model.parameters()` lists all weights.


# %%
def convolution(channels, out):
    """A convolution of 3 x 3 that keeps the size."""
    return nn.Conv2d(channels, out, 3, padding=1)


def between_pixels(*layers, out):
    """From pictures to pictures; `layers` stand in the middle, and give `out` channels."""
    ends = convolution(out, 4), nn.PixelShuffle(2)
    return nn.Sequential(nn.PixelUnshuffle(2), convolution(4, 32), nn.ReLU(), *layers, *ends)


torch.manual_seed(0)
small = between_pixels(convolution(32, 32), nn.ReLU(), out=32).to(machine.device)
print("weights:", sum(p.numel() for p in small.parameters()))

# %% [markdown]
# An **optimizer** is given the weights, and changes them by the rule of lesson 04. One step of
# training has five lines, in this order:
#
# 1. **Forget** the old gradients, `optimizer.zero_grad()`: torch *adds* new ones to what is there.
# 2. **Forward**: `pred = model(images)`.
# 3. **Loss**: `loss = loss_fn(pred, targets)`, one number, with the graph of operations that
#    computed it.
# 4. **Backward**: `loss.backward()` computes a gradient for every weight, as your `backward` did.
# 5. **Step**: `optimizer.step()` changes the weights.
#
# ### Exercise: one step ●●○
#
# Write these five lines, and return the loss (computed before the step) as a Python float:
# `loss.item()`. A loss that is kept as a tensor also keeps its graph in memory: a list of such
# losses keeps all that backward has not freed, and the memory grows with every step.


# %% nbgrader={"grade": false, "grade_id": "train_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def train_step(model, images, targets, loss_fn, optimizer):
    """One step of training; returns the loss, computed before the step, as a float."""
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown]
# The loop around it picks random pairs, and `yield`s the loss of each step. `watched` goes through
# the steps, draws a progress bar and the curve of the loss, and yields the same values. (Below, no
# graph is built under `torch.no_grad()`: only the result is wanted.)


# %%
def teach(model, optimizer, steps, seed=0):
    """Trains on random pairs; yields the loss of each step."""
    draws = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        rows = torch.randint(0, len(clean), (64,), generator=draws)
        yield train_step(model, noisy[rows], clean[rows], F.mse_loss, optimizer)


# %% [markdown]
# **Predict:** 300 steps of 64 pictures (`budget(300, gpu=3000)`: 3,000 where there is a GPU). The
# mean of nine won 3.5 dB, and has 17.5 dB. How many dB will the network have?

# %%
of_small = torch.optim.Adam(small.parameters(), lr=3e-3)
steps = budget(300, gpu=3000)
watching = watched(teach(small, of_small, steps), steps, title="small", loss=float, curve=True)
losses = list(watching)
with torch.no_grad():
    mended = small(held_back_noisy)
by_small = psnr(mended, held_back)
print(f"after {len(losses)} steps: {by_small:.2f} dB on pictures that it has never seen")

# %%
fig, ax = plt.subplots(figsize=(7, 3))
ax.semilogy(losses)
ax.set(xlabel="step", ylabel="mean squared error", title="The loss of each step")
fig.tight_layout()
show(fig, alt="The loss falls steeply in the first fifty steps, then slowly and in jitters.")

# %%
show_pictures(
    {
        "noisy": as_image(held_back_noisy[3]),
        "mended by the network": as_image(mended[3]),
        "the truth": as_image(held_back[3]),
    },
    alt="The noisy garment, the same mended with sharp edges, and the clean garment.",
)

# %% [markdown]
# We never told the network what an edge is. It has learned to keep edges and to smooth everything
# else.
#
# ## Two modes: train and eval
#
# Deep networks learn faster when the numbers inside them keep a steady spread. Lesson 05 chose the
# first weights so that the spread is right at the start.
# [**Batch norm**](glossary.ipynb#Batch-norm) (Ioffe and Szegedy, 2015) keeps it right during the
# whole
# training. It shifts and scales each channel so that over the *batch* (all its pictures, all
# places) its mean is 0 and its spread 1. Then come a scale $\gamma$ and a shift $\beta$ that are
# learned:
#
# $$\hat x = \frac{x - m}{\sqrt{v + 10^{-5}}}, \qquad y = \gamma\,\hat x + \beta$$
#
# Here $m$ and $v$ are the mean and the variance of the channel over the batch. So the result for a
# picture depends on the other pictures in its batch. During training this does no harm. Afterwards
# it is an error. So torch's networks have two modes. In `model.train()` batch norm uses $m$ and $v$
# of the batch. In `model.eval()` it uses their running averages, which it has kept during training:
# after each batch, average ← 0.9 average + 0.1 batch.
#
# **Predict:** the same noisy picture goes in twice, in two different batches of eight. What is the
# largest difference of a pixel between the two results, in train mode and in eval mode?

# %%
torch.manual_seed(0)
normed = between_pixels(convolution(32, 32), nn.BatchNorm2d(32), nn.ReLU(), out=32)
normed = normed.to(machine.device)
list(teach(normed, torch.optim.Adam(normed.parameters(), lr=3e-3), budget(100)))
one_batch = held_back_noisy[:8]
other_batch = torch.cat([held_back_noisy[:1], held_back_noisy[400:407]])
apart = {}
for name, set_mode in {"train": normed.train, "eval": normed.eval}.items():
    set_mode()
    with torch.no_grad():
        apart[name] = (normed(one_batch)[0] - normed(other_batch)[0]).abs().max().item()
show_table(apart, heads=["mode", "largest difference"], digits=6)

# %% [markdown]
# > **Trap.** Judged in train mode, a picture gets another result in another batch: here the worst
# > pixel differs by more than 0.1 (white is 1). Also, every forward pass in train mode updates the
# > running averages. If you do this with validation pictures, the network has learned from them.
# > (The cell above did it, to show it; its network is not used again.)
#
# ### Exercise: evaluate without changing anything ●●○
#
# `loader` yields batches `(images, targets)`. A batch has `len(images)` images, and the last batch
# is often smaller. You can go through `loader` only once, and `len(loader)` does not work.
# `loss_fn` is a mean over its batch. Return the mean over all *images*, as a float, with the model
# in eval mode and without gradients (`torch.no_grad()`). Leave the model in the mode in which it
# came: `model.training` is True in train mode, and `model.train(True)` or `model.train(False)` sets
# the mode. Its weights and layers stay as they were, too.


# %% nbgrader={"grade": false, "grade_id": "evaluate", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def evaluate(model, loader, loss_fn):
    """The mean loss over all images of the loader, as a float."""
    ### BEGIN SOLUTION
    mode = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for images, targets in loader:
            total += loss_fn(model(images), targets).item() * len(images)
            count += len(images)
    model.train(mode)
    return total / count
    ### END SOLUTION


# %%
judged = list(zip(held_back_noisy.split(64), held_back.split(64), strict=True))
print("sizes of the batches:", [len(images) for images, _ in judged])
mean_error = evaluate(small, judged, F.mse_loss)
print(f"small: {-10 * torch.log10(torch.tensor(mean_error)):.2f} dB, as before")

# %% [markdown]
# ## Deeper
#
# With more layers, each output depends on more pixels (its receptive field, lesson 06). Each layer
# adds two pixels on every side, because one place here is a square of 2 x 2 pixels. So stack more
# layers.


# %%
def stacked(depth):
    """`depth` convolutions, one after the other."""
    layers = [layer for _ in range(depth) for layer in (convolution(32, 32), nn.ReLU())]
    return between_pixels(*layers, out=32)


# %%
def trained(make, steps, title):
    """A fresh network, trained; its PSNR on the held-out pictures, every 25 steps."""
    torch.manual_seed(0)
    model, scores = make().to(machine.device), []
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for part in watched(range(steps // 25), title=f"{title}, 25 steps at a time"):
        list(teach(model, optimizer, 25, seed=part))
        scores.append(-10 * torch.log10(torch.tensor(evaluate(model, judged, F.mse_loss))).item())
    return scores


# %% [markdown]
# **Predict:** two networks, both trained for 100 steps at a rate of 0.002: one convolution in the
# middle, and eight. Better or worse?

# %%
steps_of_depth = max(50, budget(100, gpu=1000))
of_one = trained(lambda: stacked(1), steps_of_depth, "one layer")
of_eight = trained(lambda: stacked(8), steps_of_depth, "eight layers")
print(f"one: {of_one[-1]:.2f} dB, eight: {of_eight[-1]:.2f} dB")

# %% [markdown]
# Worse, by nearly 2 dB after 100 steps (on a CPU): no better than the mean of nine. The eighth
# layer sees the picture only through the seven layers before it, and their first weights are
# random. torch draws them with a spread of $1/\sqrt{3d}$, where $d$ is the number of inputs of a
# neuron; lesson 05 took $\sqrt{2/d}$. So each layer makes the differences between pictures smaller,
# and after all of them they are about a thousand times smaller. But this is not the only cause.
# With lesson 05's spread (in all layers but the last) the differences stay large, and yet we
# measured 17.2 dB after the same 100 steps: random layers also mix what they are given, and have to
# learn first to pass it on. With many more steps they do. There are two ways to avoid this. Both
# pass the picture around the layers: one *adds* their output to it, the other puts their output
# *beside* it.
#
# The first is the [**residual connection**](glossary.ipynb#Residual-connection) (He et al., 2016).
# A block, here two convolutions, only has to compute what should change. Where its output is 0, its
# input is passed on unchanged:
#
# $$y = x + \operatorname{block}(x)$$
#
# The gradient takes the same way back. The derivative of the sum with respect to $x$ is 1 plus the
# derivative of the block. So even where the derivative of the block is nearly 0, the gradient
# arrives at the layers before it.
#
# A layer of your own is a class with two methods. `__init__` makes its parts, and `net(x)` calls
# `forward`. torch finds the weights of a part only if the part is an attribute of the module
# (`self.part = ...`). An example, a convolution with a ReLU:


# %%
class Rectified(nn.Module):
    """A convolution and a ReLU."""

    def __init__(self, channels):
        """As many channels come out as go in."""
        super().__init__()
        self.conv = convolution(channels, channels)

    def forward(self, x):
        """What `net(x)` returns."""
        return torch.relu(self.conv(x))


# %% [markdown]
# ### Exercise: a residual connection ●○○
#
# Write the residual connection as a module around any `block`, a module that keeps the shape of x.
# Keep the block on `self`, so that torch finds its weights. Return the sum as a new tensor, with no
# ReLU and nothing else after it.


# %% nbgrader={"grade": false, "grade_id": "Residual", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
class Residual(nn.Module):
    """x + block(x), for a block that keeps the shape of x."""

    def __init__(self, block):
        """`block` is a module."""
        ### BEGIN SOLUTION
        super().__init__()
        self.block = block
        ### END SOLUTION

    def forward(self, x):
        """The sum, a new tensor."""
        ### BEGIN SOLUTION
        return x + self.block(x)
        ### END SOLUTION


# %% [markdown]
# Four blocks of two convolutions are eight layers again, with as many weights as the eight stacked
# ones. The last convolution of each block starts with weights of zero. So at first each block
# passes its input on unchanged, and the network starts like a shallow one.


# %%
def pair():
    """Two convolutions, the second of which starts at zero."""
    last = convolution(32, 32)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(convolution(32, 32), nn.ReLU(), last)


# %% [markdown]
# **Predict:** after the same number of steps, will four residual blocks have a PSNR like that of
# one layer, or like that of eight stacked layers?

# %%
of_residual = trained(
    lambda: between_pixels(*(Residual(pair()) for _ in range(4)), out=32),
    steps_of_depth,
    "residual",
)
print(f"stacked: {of_eight[-1]:.2f} dB, residual: {of_residual[-1]:.2f} dB")

# %% [markdown]
# The other way is the **dense block** (Huang et al., 2017): each layer is given *everything* that
# was there before it, the input and the outputs of all earlier layers, concatenated as channels.
#
# $$x_{\ell} = \operatorname{ReLU}\big(\operatorname{conv}_\ell([x_0, x_1, \dots, x_{\ell-1}])\big)$$
#
# Square brackets mean concatenation along the channels: `torch.cat([...], dim=1)`. Every layer adds
# a few channels, its **growth rate** (`growth`), so each convolution needs few output channels.
#
# ### Exercise: a dense block ●●●
#
# Input: `channels`. Each of `layers` layers is an `nn.Conv2d(..., growth, 3, padding=1)`, with its
# bias, and a ReLU, and sees all channels so far. The ReLU is applied only to the new channels, not
# to x. Output: the input first, then the new channels in the order in which they were computed:
# `channels + layers * growth`. Make the layers in `__init__`, in an `nn.ModuleList`: torch does not
# find the weights of layers in a plain list, and would not train them.


# %% nbgrader={"grade": false, "grade_id": "DenseBlock", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
class DenseBlock(nn.Module):
    """(n, channels, h, w) to (n, channels + layers * growth, h, w)."""

    def __init__(self, channels, growth, layers):
        """`layers` convolutions, each of which adds `growth` channels."""
        ### BEGIN SOLUTION
        super().__init__()
        self.found = nn.ModuleList(
            nn.Conv2d(channels + i * growth, growth, 3, padding=1) for i in range(layers)
        )
        ### END SOLUTION

    def forward(self, x):
        """The input, then the new channels of each layer."""
        ### BEGIN SOLUTION
        for one in self.found:
            x = torch.cat([x, torch.relu(one(x))], dim=1)
        return x
        ### END SOLUTION


# %% [markdown]
# **Predict:** eight layers again, each adding 8 channels. Will the PSNR be like that of one layer,
# or like that of eight stacked layers?

# %%
of_dense = trained(lambda: between_pixels(DenseBlock(32, 8, 8), out=96), steps_of_depth, "dense")
by_depth = {"1 layer": of_one, "8 stacked": of_eight}
by_depth |= {"8 residual": of_residual, "8 dense": of_dense}
show_table({name: scores[-1] for name, scores in by_depth.items()}, unit="dB")

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
for (name, scores), style in zip(by_depth.items(), ("-", "--", "-.", ":"), strict=True):
    ax.plot([25 * (i + 1) for i in range(len(scores))], scores, style, lw=2, label=name)
ax.axhline(by_mean, color="grey", lw=1, label="mean of 3 x 3")
ax.set(xlabel="step", ylabel="PSNR (dB), held out", title="PSNR while training")
ax.legend()
fig.tight_layout()
show(
    fig,
    alt="Eight stacked layers lag well behind one; eight residual or dense layers keep up with it.",
)

# %% [markdown]
# Same depth, half the weights: the dense network has 39,268 where the stacked one has 76,324, and
# it learns like a shallow network. So does the residual one, with all 76,324. The output of a dense
# block still holds the early channels unchanged, and the gradient reaches them without passing the
# later layers.
#
# ## Over-fitting on purpose
#
# So far there were 4,000 pairs. Now take only 12 pairs, each with one fixed noise of spread 0.4,
# and train for many steps. Every ten steps we measure the loss on 200 held-out pictures.

# %%
few_noisy, few = noisy_of(clean[:12], 0.4, seed=3), clean[:12]
few_judged = [(noisy_of(held_back, 0.4, seed=4)[:200], held_back[:200])]
torch.manual_seed(0)
student = between_pixels(DenseBlock(32, 16, 4), out=96).to(machine.device)

# %%
few_optimizer = torch.optim.Adam(student.parameters(), lr=3e-3)
moments, seen_loss, held_loss, keep, every = [], [], [], [], []
for step in watched(range(1, budget(400) + 1), title="12 pictures", loss=lambda _: every[-1]):
    every.append(train_step(student, few_noisy, few, F.mse_loss, few_optimizer))
    if step % 10 == 0:
        moments.append(step)
        seen_loss.append(every[-1])
        held_loss.append(evaluate(student, few_judged, F.mse_loss))
        with torch.no_grad():
            keep.append(as_image(student(few_judged[0][0][3:4])[0]))

# %% [markdown]
# ### Exercise: when to stop ●○○
#
# The training loss does not show over-fitting. The validation loss does.
# [**Early stopping**](glossary.ipynb#Early-stopping) watches it: as soon as `patience` epochs in
# a row have
# brought no new best, training stops, and the weights of the best epoch are taken. (Usually the
# validation loss is computed once per epoch. Here it is computed every ten steps, so "epoch" below
# counts these measurements.) Given the losses of epochs 0, 1, 2, ..., a list or an array, and
# `patience`, 1 or more, return the epoch of the best loss seen before stopping. A loss that only
# equals the best is no new best. If training is never stopped, return the epoch of the least loss.


# %% nbgrader={"grade": false, "grade_id": "early_stop", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def early_stop(losses, patience):
    """The epoch, counted from 0, of the best loss before stopping."""
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best
    ### END SOLUTION


# %% [markdown]
# Move the slider through the training. On the left are the noisy garment, the network's output at
# that step, and the truth; on the right are both losses.
#
# **Predict:** at which step would you have stopped? And what does the picture at the end look like,
# compared to that one?

# %%
chosen = early_stop(held_loss, patience=5)
print(
    f"stop with the weights of step {moments[chosen]}: {held_loss[chosen]:.4f} on held-out pictures"
)
print(f"at the end {held_loss[-1]:.4f}, and {seen_loss[-1]:.4f} on the 12 that it was shown")
film = curves.Film(
    moments, seen_loss, held_loss, keep, as_image(few_judged[0][0][3]), as_image(held_back[3])
)
curves.explore(film)

# %%
fig, ax = plt.subplots(figsize=(7, 3))
ax.semilogy(moments, seen_loss, lw=2, label="the 12 it was shown")
ax.semilogy(moments, held_loss, "--", lw=2, label="held out")
ax.axvline(moments[chosen], color="grey", lw=1, label="stop here")
ax.set(xlabel="step", ylabel="mean squared error", title="Training loss and validation loss")
ax.legend()
fig.tight_layout()
show(fig, alt="The training loss falls to the end; the other falls, turns, and creeps up again.")

# %% [markdown]
# At the end the loss on the 12 is a quarter of the other. The network has learned those twelve by
# heart, and their noise too. On other pictures this costs 0.7 dB. More pictures are the best
# remedy; stopping in time costs no computing, only the pictures that are held back. Lesson 14
# measures these remedies, and others. (Over-fitting is also a test: if a network cannot even learn
# twelve pictures by heart, look for a bug in the loop.)
#
# ### Exercise: a whole training ●●●
#
# Now put the pieces together. `fit` trains for at most `epochs` epochs. An epoch is here what
# lesson 04 called one: a `train_step` for each pair of `train_loader`; after it comes the loss on
# `val_loader` by `evaluate`. Stop early, as `early_stop` does, after `patience` epochs in a row
# without a new best. Return the list of the validation losses, one for each epoch that ran. At the
# end the model has the weights of the *best* epoch. It comes in train mode, trains in it, and is in
# it again at the end.
#
# `model.state_dict()` holds all weights, and the running averages of batch norm;
# `model.load_state_dict(...)` puts them back. Training goes on to change the tensors in it, so keep
# a copy: `copy.deepcopy(...)`. Both loaders are lists of pairs here; `epochs` and `patience` are at
# least 1.


# %% nbgrader={"grade": false, "grade_id": "fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def fit(model, train_loader, val_loader, loss_fn, optimizer, epochs, patience):
    """The validation loss of each epoch; the model ends with the weights of the best one."""
    ### BEGIN SOLUTION
    losses = []
    for epoch in range(epochs):
        for x, y in train_loader:
            train_step(model, x, y, loss_fn, optimizer)
        losses.append(evaluate(model, val_loader, loss_fn))
        best = early_stop(losses, patience)
        if best == epoch:
            weights = copy.deepcopy(model.state_dict())
        elif epoch - best >= patience:
            break
    model.load_state_dict(weights)
    return losses
    ### END SOLUTION


# %% [markdown]
# **Predict:** the same network, the same twelve pictures, ten steps an epoch, and your `fit`. After
# which step does it stop, and what is the validation loss of the network that it leaves?

# %%
torch.manual_seed(0)
again = between_pixels(DenseBlock(32, 16, 4), out=96).to(machine.device)
its_optimizer = torch.optim.Adam(again.parameters(), lr=3e-3)
ten_steps = [(few_noisy, few)] * 10
curve = fit(again, ten_steps, few_judged, F.mse_loss, its_optimizer, budget(400) // 10, 5)
held = evaluate(again, few_judged, F.mse_loss)
print(f"stopped after step {10 * len(curve)} of {budget(400)}")
print(f"the network that it leaves: {held:.4f}; trained to the end: {held_loss[-1]:.4f}")

# %% [markdown]
# The epochs after that would have made the network worse, and `fit` did not compute them.
#
# ## Interrupted, and resumed
#
# A long training will be interrupted: the laptop goes to sleep, or the power fails. So the library
# writes **checkpoints**: the weights, the state of the optimizer (Adam's two running means), and
# the state of the random generators. `loop.train` is a Python generator that yields after each
# step, so you write the loop yourself and can stop it after any step.


# %%
def copying(model, images):
    """The loss of a denoiser: the picture under noise of 0.2 goes in, the target is the picture."""
    return F.mse_loss(model(images + 0.2 * torch.randn_like(images)), images)


def fresh_training(folder, **more):
    """A small network, and the generator that trains it."""
    torch.manual_seed(0)
    model = between_pixels(out=32)
    path = Path(folder, "checkpoint.pt")
    return model, loop.train(
        model, copying, garments, steps=30, batch_size=32, path=path, every=10, **more
    )


# %% [markdown]
# **Predict:** one network trains for 30 steps. A second one is stopped after 17, when a checkpoint
# of step 10 is on the disk, and a third goes on from that checkpoint. How far apart are the weights
# of the first and the third at the end?

# %%
with TemporaryDirectory() as there, TemporaryDirectory() as elsewhere:
    first, whole_run = fresh_training(there)
    print("the first:", len(list(whole_run)), "steps")
    unfinished, cut_off = fresh_training(elsewhere)
    print("cut off after:", len(list(itertools.islice(cut_off, 17))))
    third, goes_on = fresh_training(elsewhere, resume=True)
    print("resumed:", [step.number for step in goes_on])
    pairs = zip(first.parameters(), third.parameters(), strict=True)
    apart_at_the_end = max((a - b).abs().max().item() for a, b in pairs)
print("largest difference of a weight:", apart_at_the_end)

# %% [markdown]
# Zero: not nearly the same, but the same to the last bit. If a checkpoint lacks the optimizer's
# state or the random state, training also continues, but the result is different, and no error
# tells you.
#
# ## The photograph
#
# Now a real photograph. We blur it with a Gaussian of $\sigma = 1.2$ pixels and add noise of spread
# 0.05. The network, the library's `Restorer`, is made of dense blocks like yours. A 1 x 1
# convolution after each block brings the number of channels down again. It also has residual
# connections: the output of a block is added to its input, and the output of the whole network is
# added to the damaged picture. The last layer starts with weights of zero, so before the first step
# the network returns the picture that it was given. Most networks of the coming lessons are built
# like this.
#
# It learns from tiles (square pieces) of sixteen photographs; the cat and the astronaut are *not*
# among them. First a small network of two blocks, which you train now. Its loss is minus the PSNR
# of each picture, in dB. This is smallest where the squared error is smallest, but each picture
# counts alike, easy or hard.

# %%
tiles = photographs.tiles(machine.device)
print("tiles to learn from:", tuple(tiles.images.shape))
torch.manual_seed(0)
yours = Restorer(width=32, growth=16, layers=2, blocks=2)
draws = torch.Generator(machine.device).manual_seed(0)
sharpening = photographs.psnr_objective(restorer.BLUR, restorer.SIGMA, restorer.SIGMA)(draws)
few_steps = budget(60, gpu=1500)
training = loop.train(
    yours, sharpening, tiles, steps=few_steps, batch_size=8, lr=3e-3, generator=draws
)
*_, last_step = watched(training, few_steps, title="yours")
print(f"trained for {last_step.number} steps; last loss {last_step.loss:.2f} (minus PSNR, dB)")

# %% [markdown]
# And a larger one of three blocks, trained for 2,000 steps and shipped with the course: `learnkit
# train restorer` makes those weights again.
#
# **Predict:** the blurred and noisy cat scores 24.6 dB. How many dB will your network gain, and how
# many the shipped one?

# %%
cat = torch.from_numpy(photograph("chelsea")[20:276, 90:346]).float().permute(2, 0, 1)[None]
grain = torch.randn(cat.shape, generator=torch.Generator().manual_seed(7))
spoilt = photographs.damaged(cat, grain, restorer.BLUR, torch.tensor(restorer.SIGMA))
cats = {"blurred and noisy": spoilt}
with torch.no_grad():
    cats["yours"] = yours.eval().cpu()(spoilt).clamp(0, 1)
    cats["shipped"] = pretrained("restorer")(spoilt).clamp(0, 1)
of_cat = {name: psnr(found, cat) for name, found in cats.items()}
show_table(of_cat, unit="dB")

# %%
row = {f"{name}, {of_cat[name]:.1f} dB": as_image(found[0]) for name, found in cats.items()}
show_pictures(
    row | {"the truth": as_image(cat[0])},
    columns=2,
    alt="A cat, blurred and noisy, then mended by two networks: whiskers and fur come back.",
)

# %% [markdown]
# That is the picture to remember: **noisy, and brought back**. Now look at the details. The
# whiskers are there, but the finest fur is smooth. Where noise and blur have left nothing, the
# network paints roughly a mean: the answer with the least squared error is the mean of all clean
# pictures that could have given this noisy one (lesson 01's ghost).
#
# How does this compare with older methods? With noise alone, of spread 0.1, on the two held-out
# photographs, the course's denoiser scores 31.6 dB (it is a second shipped network of the same
# kind). The best of scikit-image's total variation, bilateral filter and non-local means, each
# tuned on the training photographs, scores 30.4. At noise 0.2 it is 28.7 against 27.3. A second
# denoiser, trained on 60,000 garments, gains twice as much on garments: 28.5 dB against 26.0 at
# noise 0.1, and 24.5 against 21.5 at noise 0.2 (`make bench`).

# %%
denoiser_card = card("denoiser")["quality"]
show_table(denoiser_card, title="the denoiser, on photographs that it has never seen")

# %% [markdown]
# ## Challenge
#
# Optional, as always: your network is scored on garments that it has not seen, and your best score
# is kept.
#
# `train(images)`, your own function and not `loop.train`, is given 4,000 clean garments
# (n, 1, 28, 28) and returns your trained network, on the CPU. It is tried in eval mode on 200 others, under
# Gaussian noise of spread 0.2 that is not clipped. The score is the PSNR over all pixels of the
# 200, after your output is clipped to [0, 1]. You have 40 seconds of computing on one core. Below
# stands the mean of nine pixels, which learns nothing.


# %%
@challenge
def train(images):
    """What takes noise off garments: a network, or a function of pictures (n, 1, 28, 28)."""
    return lambda noisy: F.avg_pool2d(noisy, 3, stride=1, padding=1)


# %% [markdown]
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. You leave out zero_grad. What does the network learn from?**
#
# <details><summary>From the last batch only, as always</summary>
#
# **No.** backward *adds* its gradients to what is there.
# </details>
# <details><summary>From all gradients since the start</summary>
#
# **Right.** Their sum is like a momentum that never forgets. It points where the loss was steep
# long ago.
# </details>
# <details><summary>From nothing: torch raises an error.</summary>
#
# **No.** torch cannot know that you did not want the sum.
# </details>
#
# **2. Once the training is over, the result for a picture must not depend on the other pictures of
# its batch. Why?**
#
# <details><summary>The same picture must give the same result.</summary>
#
# **Right.** In another batch it would come out differently. In `model.eval()` batch norm uses the
# averages that were kept in training.
# </details>
# <details><summary>Because it would be slower.</summary>
#
# **No.** It would take the same time.
# </details>
# <details><summary>Because a batch has no mean in eval mode.</summary>
#
# **No.** A batch always has a mean. In eval mode it is not used.
# </details>
#
# **3. The training loss still falls, and the validation loss has risen for five epochs. What do you
# do?**
#
# <details><summary>Go on: the training loss still falls.</summary>
#
# **No.** It falls for those pictures alone.
# </details>
# <details><summary>Stop, and take the last weights.</summary>
#
# **No.** They are worse than those of five epochs ago.
# </details>
# <details><summary>Stop, and take the weights of the best epoch.</summary>
#
# **Right.** What is learned from there on is the noise of the training pictures. More pictures or a
# smaller network would let you train for longer.
# </details>
#
# **4. You keep `best = model.state_dict()` at the best epoch and load it at the end. What do you
# get?**
#
# <details><summary>The weights of the best epoch</summary>
#
# **No.** state_dict() does not copy: it holds the tensors in which training goes on.
# </details>
# <details><summary>The weights of the last epoch</summary>
#
# **Right.** The tensors in `best` are the model's own. Keep `copy.deepcopy(model.state_dict())`.
# </details>
# <details><summary>An error, since the names do not fit</summary>
#
# **No.** The names fit. Nothing warns you.
# </details>
#
# **5. What does a residual connection do for the gradient?**
#
# <details><summary>It gives the gradient a way past the block.</summary>
#
# **Right.** The derivative of x + block(x) is 1 plus the derivative of the block.
# </details>
# <details><summary>It makes the gradient of the block larger.</summary>
#
# **No.** The block's own derivative is the same.
# </details>
# <details><summary>It multiplies the gradients of all blocks.</summary>
#
# **No.** That is what stacked layers do, and the product can vanish.
# </details>
#
# ## What you have seen
#
# - A step of training: forget, forward, loss, backward, step. Evaluation: eval mode, no gradients,
#   mean over images, and nothing left changed.
# - Eight stacked layers start far slower than one; eight residual or dense layers do not, the dense
#   ones with half the weights.
# - Twelve pictures are learned by heart; the validation loss shows where to stop.
# - A checkpoint holds the weights, the optimizer's state and the random state, so that a resumed
#   training is the same to the last bit.
#
# **For the course's table:** *denoiser, dense blocks*: 31.6 dB on the held-out photographs under
# noise of 0.1 (best classical: 30.4).
#
# **Read on:** Huang, Liu, van der Maaten and Weinberger, *Densely Connected Convolutional Networks*
# (CVPR 2017), section 3; He, Zhang, Ren and Sun, *Deep Residual Learning* (CVPR 2016), section 3; Ioffe
# and Szegedy, *Batch Normalization* (ICML 2015), section 3; Zhang, Zuo, Chen, Meng and Zhang, *Beyond a
# Gaussian Denoiser* (IEEE TIP 2017), section III. Next: [**08 VAE synthesis**](08_vae_synthesis.ipynb).
