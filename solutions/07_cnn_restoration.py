# %% [markdown]
# # 07 CNN restoration
#
# > Can a network learn to mend pictures?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 05 and 06 | write a training loop in PyTorch and say what each line is for; use batch norm without its trap; build a dense block; see over-fitting and stop it in time; interrupt a training and go on | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# Lesson 02 mended a picture with one idea of ours: neighbours are alike. Here no such idea is put in.
# A network sees damaged pictures beside whole ones, a few thousand pairs, and learns from them
# what pictures are like. At the end it mends a photograph that it has never seen.

# %%
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
# batch of pictures has four axes, `(n, c, h, w)`: picture, channel, row, column; numbers are
# float32, half the bytes of NumPy's float64.
#
# Where a tensor lies is its **device**. The garments go there once, as bytes, and every batch is
# picked out by its indices.

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
clean = garments.take(torch.arange(4000))
held_back = garments.take(torch.arange(9500, 10_000))
print("training on:", machine)
print("to learn from:", tuple(clean.shape), clean.dtype, "| held back:", tuple(held_back.shape))

# %% [markdown]
# The 500 pictures held back are the [**validation**](glossary.ipynb#Validation) set: the network never learns from them, they
# only judge it.
#
# Now the damage: noise of spread 0.2 on every pixel. Each noisy picture and its clean twin are a
# pair: this goes in, that should come out. Nobody had to label anything.


# %%
def noisy_of(images, sigma, seed):
    """The pictures under Gaussian noise of spread sigma, the same for the same seed."""
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(seed))
    return images + sigma * noise.to(images.device)


def psnr(pred, target):
    """PSNR in dB, pooled over all pictures."""
    return -10 * torch.log10(F.mse_loss(pred, target)).item()


noisy, held_back_noisy = noisy_of(clean, 0.2, seed=1), noisy_of(held_back, 0.2, seed=2)

# %% [markdown]
# **Predict:** lesson 01 said that noise of 0.1 is 20 dB. What is noise of 0.2? And what does an old
# idea, the mean of each pixel and its eight neighbours, win?

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
# Twice the noise is 6 dB less: 14. The mean of nine pixels takes noise away, and edges with it.
#
# ## The loop, piece by piece
#
# A small network: four neighbouring pixels become channels (a quarter of the places to visit), three
# convolutions of lesson 06 with a ReLU after the first two, and back to pixels.


# %%
def convolution(channels, out):
    """A convolution of 3 x 3 that keeps the size."""
    return nn.Conv2d(channels, out, 3, padding=1)


def between_pixels(*layers, out):
    """A network from pictures to pictures, with `layers` in the middle, which end in `out`."""
    ends = convolution(out, 4), nn.PixelShuffle(2)
    return nn.Sequential(nn.PixelUnshuffle(2), convolution(4, 32), nn.ReLU(), *layers, *ends)


torch.manual_seed(0)
small = between_pixels(convolution(32, 32), nn.ReLU(), out=32).to(machine.device)
print("weights:", sum(p.numel() for p in small.parameters()))

# %% [markdown]
# One step of training is five lines, and each has its place:
#
# 1. **Forget** the old gradients, `optimizer.zero_grad()`: torch *adds* new ones to what is there.
# 2. **Forward**: `pred = model(images)`.
# 3. **Loss**: `loss = loss_fn(pred, targets)`, one number that remembers how it was made.
# 4. **Backward**: `loss.backward()` puts a gradient into every weight, as your `backward` did.
# 5. **Step**: `optimizer.step()` moves the weights.
#
# ### Exercise: one step ●●○
#
# Do that, and return the loss before the step as a plain number: `loss.item()`. A tensor would keep
# its graph alive, and a list of a thousand of them some 0.4 GB here.


# %% nbgrader={"grade": false, "grade_id": "train_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def train_step(model, images, targets, loss_fn, optimizer):
    """One step of training; the loss before it, as a float."""
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = loss_fn(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown]
# The loop around it picks random pairs. It `yield`s each loss, so that a bar can show how far it is:
# `watched` draws the bar and the curve, and hands everything through.


# %%
def teach(model, optimizer, steps, seed=0):
    """Trains on random pairs; yields the loss of each step."""
    draws = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        rows = torch.randint(0, len(clean), (64,), generator=draws)
        yield train_step(model, noisy[rows], clean[rows], F.mse_loss, optimizer)


# %% [markdown]
# **Predict:** 300 steps of 64 pictures (on a GPU ten times as many). The mean of nine won
# 3.5 dB. What will the network win?

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
# Nobody told it what an edge is, and yet it keeps them and smooths the rest.
#
# ## Two modes: train and eval
#
# Deep networks learn faster when the numbers inside them keep a steady spread; lesson 05 set it
# once, at the start. [**Batch norm**](glossary.ipynb#Batch-norm) holds it all the time: each channel is shifted and scaled so
# that over the *batch* (and over all places) its mean is 0 and its spread 1, before a scale and a shift
# that are learned. So a picture's result depends on the other pictures of its batch.
# That is fine while learning, and a fault afterwards. So torch's networks have two
# modes: in `model.train()` batch norm uses the batch's own numbers, in `model.eval()` the averages
# that it has kept on the way.
#
# **Predict:** the same noisy picture goes in twice, in two different batches of eight. How far apart
# are the two results, in train mode and in eval mode?

# %%
torch.manual_seed(0)
normed = between_pixels(convolution(32, 32), nn.BatchNorm2d(32), nn.ReLU(), out=32)
normed = normed.to(machine.device)
list(teach(normed, torch.optim.Adam(normed.parameters(), lr=3e-3), budget(100)))
one_batch = held_back_noisy[:8]
other_batch = torch.cat([held_back_noisy[:1], held_back_noisy[400:407]])
apart = {}
for name in ("train", "eval"):
    normed.train(name == "train")
    with torch.no_grad():
        apart[name] = (normed(one_batch)[0] - normed(other_batch)[0]).abs().max().item()
show_table(apart, heads=["mode", "largest difference"], digits=6)

# %% [markdown]
# > **Trap.** Judged in train mode, a picture gets another result in another batch: here by more than
# > 0.1 of white at the worst pixel. And looking at the validation pictures in train mode moves the
# > kept averages, so you have learned from them.
#
# ### Exercise: a judge that does no harm ●●○
#
# `loader` yields pairs `(images, targets)`, once, and has no length; the last batch is often smaller. `loss_fn` is a mean over
# its batch. Return the mean over all *images*, as a float, with the model in eval mode and without
# gradients (`torch.no_grad()`), and leave the model in the mode in which it came: `model.training`
# is True in train mode. Its weights, layers and hooks stay as they were, too.


# %% nbgrader={"grade": false, "grade_id": "evaluate", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def evaluate(model, loader, loss_fn):
    """The mean loss over all images of the loader."""
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
# More layers see further: each one widens the view by two pixels on every side (it works on squares
# of 2 x 2). So stack them.


# %%
def stacked(depth):
    """`depth` convolutions, one after the other."""
    layers = [layer for _ in range(depth) for layer in (convolution(32, 32), nn.ReLU())]
    return between_pixels(*layers, out=32)


# %%
def trained(make, steps, title):
    """A fresh network, trained; its PSNR on the pictures held back, every 25 steps."""
    torch.manual_seed(0)
    model, scores = make().to(machine.device), []
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for part in watched(range(steps // 25), title=f"{title}, 25 steps at a time"):
        list(teach(model, optimizer, 25, seed=part))
        scores.append(-10 * torch.log10(torch.tensor(evaluate(model, judged, F.mse_loss))).item())
    return scores


# %% [markdown]
# **Predict:** the same training, with eight convolutions in the middle in place of one. Better or
# worse?

# %%
steps_of_depth = max(50, budget(100, gpu=1000))
of_one = trained(lambda: stacked(1), steps_of_depth, "one layer")
of_eight = trained(lambda: stacked(8), steps_of_depth, "eight layers")
print(f"one: {of_one[-1]:.2f} dB, eight: {of_eight[-1]:.2f} dB")

# %% [markdown]
# Worse, by nearly 2 dB: no better than the mean of nine. The eighth layer sees the picture only through
# the seven layers before it. Their first weights are random, so at the start most of the picture is lost
# on the way. With many more steps they learn to pass it on. In a **dense block** they need not: each layer
# is given *everything* that was there before it, the input and what all earlier layers have found, side by
# side as channels.
#
# $$x_{\ell} = \operatorname{ReLU}\big(\operatorname{conv}_\ell([x_0, x_1, \dots, x_{\ell-1}])\big)$$
#
# Brackets put channels next to each other: `torch.cat([...], dim=1)`. Every layer adds a few
# channels, its **growth**, so the convolutions can be narrow.
#
# ### Exercise: a dense block ●●●
#
# Input: `channels`. Each of `layers` layers is an `nn.Conv2d(..., growth, 3, padding=1)` and a ReLU,
# and sees all channels so far. Output: the input first, then the new channels in the order in which
# they were found: `channels + layers * growth`. Torch only knows weights that it can find: put layers
# into an `nn.ModuleList`, not into a plain list.


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
        """The input, and behind it what each layer has found."""
        ### BEGIN SOLUTION
        for one in self.found:
            x = torch.cat([x, torch.relu(one(x))], dim=1)
        return x
        ### END SOLUTION


# %% [markdown]
# **Predict:** eight layers again, each adding 8 channels. Where will its curve lie?

# %%
of_dense = trained(lambda: between_pixels(DenseBlock(32, 8, 8), out=96), steps_of_depth, "dense")
by_depth = {"1 layer": of_one, "8 stacked": of_eight, "8 dense": of_dense}
show_table({name: scores[-1] for name, scores in by_depth.items()}, unit="dB")

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
for (name, scores), style in zip(by_depth.items(), ("-", "--", ":"), strict=True):
    ax.plot([25 * (i + 1) for i in range(len(scores))], scores, style, lw=2, label=name)
ax.axhline(by_mean, color="grey", lw=1, label="mean of 3 x 3")
ax.set(xlabel="step", ylabel="PSNR (dB), held back", title="Deep is hard, dense is not")
ax.legend()
fig.tight_layout()
show(
    fig,
    alt="Eight stacked layers lag well behind one layer; eight dense layers keep up with it.",
)

# %% [markdown]
# Same depth, half the weights, and it learns like a shallow network. The output of a dense block still
# holds the early channels unchanged, and the gradient reaches them without passing the later layers.
#
# ## Over-fitting on purpose
#
# So far there were 4,000 pairs. Take 12, with one fixed noise each, and train for long.
#
# Noise of 0.4 this time, and every ten steps a look at 200 pictures held back.

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
# The network cannot tell, the validation loss can. [**Early stopping**](glossary.ipynb#Early-stopping) watches it: as soon as
# `patience` epochs in a row have brought no new best, training stops, and the weights of the best
# epoch are taken. (An epoch is one look at all pictures; here it is ten steps.) Given the losses
# of epochs 0, 1, 2, ..., return the epoch of the best one seen before stopping. A loss that only
# equals the best is no new best. Where it never has to stop, it is the best of all.


# %% nbgrader={"grade": false, "grade_id": "early_stop", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def early_stop(losses, patience):
    """The 0-based epoch of the best loss before stopping."""
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
# Scrub through the training. On the left the garment as it goes in, what the network makes of it at
# that step, and the truth; on the right both losses.
#
# **Predict:** at which step would you have stopped? And what does the picture at the end look like,
# compared to that one?

# %%
chosen = early_stop(held_loss, patience=5)
print(
    f"stop with the weights of step {moments[chosen]}: {held_loss[chosen]:.4f} on pictures held back"
)
print(f"at the end {held_loss[-1]:.4f}, and {seen_loss[-1]:.4f} on the 12 that it was shown")
film = curves.Film(
    moments, seen_loss, held_loss, keep, as_image(few_judged[0][0][3]), as_image(held_back[3])
)
curves.explore(film)

# %%
fig, ax = plt.subplots(figsize=(7, 3))
ax.semilogy(moments, seen_loss, lw=2, label="the 12 it was shown")
ax.semilogy(moments, held_loss, "--", lw=2, label="held back")
ax.axvline(moments[chosen], color="grey", lw=1, label="stop here")
ax.set(xlabel="step", ylabel="mean squared error", title="Learned, then learned by heart")
ax.legend()
fig.tight_layout()
show(fig, alt="The training loss falls to the end; the other falls, turns, and creeps up again.")

# %% [markdown]
# At the end the loss on the 12 is a quarter of the other. The network has learned those twelve by
# heart, noise and all, and on other pictures that costs 0.7 dB: it paints details that belong to the noise
# of the twelve. More pictures are the best cure; stopping in time costs nothing. Lesson 14
# measures these remedies, and others.
#
# ## Interrupted, and resumed
#
# A long training will be interrupted: the laptop sleeps, the electricity fails. So the library writes
# **checkpoints**: the weights, the optimizer's memory, and how far the random numbers had got.
# `train` is a Python generator of steps, so *you* own the loop: stop it when you like.


# %%
def copying(model, images):
    """The loss: noise of 0.2 goes in, the picture should come out."""
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
# **Predict:** one network trains for 30 steps. A second one is cut off after 17, where a checkpoint
# of step 10 lies on the disk, and a third goes on from there. How far apart are the weights of the
# first and the third at the end?

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
# Zero: not nearly the same, but the same to the last bit. A checkpoint that forgets the optimizer's
# memory or the random numbers would go on, too, and nobody would notice that the result is another.
#
# ## The photograph
#
# Now for real. A photograph is blurred (a Gaussian of 1.2 pixels) and under noise of 0.05. The network,
# the library's `Restorer`, is made of dense blocks like yours, with a 1 x 1 convolution behind each to keep
# it slim, and of one idea more: the [**residual connection**](glossary.ipynb#Residual-connection) (He et al., 2016). What a block finds is
# *added* to what it was given, `x = x + block(x)`, and what the whole network finds is added to the damaged
# picture. So a block only has to say what should change. Where it finds nothing, its input is passed on
# unchanged, and so is the gradient on its way back. The last layer starts with weights of zero: before the
# first step the network gives back the picture that it was given. Most networks of the coming lessons are
# built like this.
#
# It learns from tiles of sixteen photographs; the cat and the astronaut are *not* among them. First yours:
# two small blocks, trained here for a moment.

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
# **Predict:** the blurred and noisy cat scores 24.6 dB. What does yours win, and what the shipped one?

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
# That is the picture to remember: **noisy, and brought back**. Look closely, too. The whiskers are there,
# but the finest fur is smooth: where noise and blur have left nothing, the network paints the mean of
# what could be there, as squared errors always do (lesson 01's ghost).
#
# How does this compare with what people used before? With noise alone, of spread 0.1, on the two
# photographs that were held back, the course's denoiser scores 31.6 dB. The best of scikit-image's
# total variation, bilateral filter and non-local means, each tuned on the training photographs,
# scores 30.4. At noise 0.2 it is 28.7 against 27.3. On garments, where there are 60,000 to learn
# from in place of sixteen photographs, the gain is twice that: 28.5 against 26.0, and 24.5 against
# 21.5 (`make bench`).

# %%
denoiser_card = card("denoiser")["quality"]
show_table(denoiser_card, title="the denoiser, on photographs that it has never seen")

# %% [markdown]
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `train(images)` is given 4,000 clean garments (n, 1, 28, 28) and returns your trained network: it is
# tried on 200 others under noise of spread 0.2. You have 40 seconds of computing on one core. Below
# stands the mean of nine pixels, which learns nothing.


# %%
@challenge
def train(images):
    """What takes noise off garments: a network, or a function of pictures (n, 1, 28, 28)."""
    return lambda noisy: F.avg_pool2d(noisy, 3, stride=1, padding=1)


# %% [markdown]
# ## Quiz
#
# <details><summary>1. You leave out zero_grad. What does the network learn from?</summary>
#
# From the sum of all gradients since the start, old and new: momentum that never forgets. It points
# where the loss was steep long ago (and with plain descent the steps grow and grow).
# </details>
# <details><summary>2. Why may the result on one picture not depend on its batch, once training is over?</summary>
#
# Because then it is no property of the picture: the same photograph would come out differently
# tomorrow, in another batch or alone. `model.eval()` uses the averages kept in training.
# </details>
# <details><summary>3. The training loss still falls, the validation loss has risen for five epochs. What do you do?</summary>
#
# Take the weights of the best epoch and stop. What is learned from there on is the noise of those
# very pictures. More pictures, or a smaller network, would let you train for longer.
# </details>
#
# ## What you have seen
#
# - A step of training: forget, forward, loss, backward, step. A judge: eval mode, no gradients, mean
#   over images, and nothing left changed.
# - Eight stacked layers start far slower than one; eight dense layers do not, with half the weights.
# - Twelve pictures are learned by heart; the validation loss shows where to stop.
# - A checkpoint holds all that has a state, so that a resumed training is the same to the last bit.
#
# **For the course's table:** *denoiser, dense blocks*: 31.6 dB on the held-out photographs under
# noise of 0.1 (best classical: 30.4).
#
# **Read on:** Huang, Liu, van der Maaten and Weinberger, *Densely Connected Convolutional Networks*
# (CVPR 2017), section 3; He, Zhang, Ren and Sun, *Deep Residual Learning* (CVPR 2016), section 3; Ioffe
# and Szegedy, *Batch Normalization* (ICML 2015), section 3; Zhang, Zuo, Chen, Meng and Zhang, *Beyond a
# Gaussian Denoiser* (IEEE TIP 2017), section III. Next: [**08 VAE synthesis**](08_vae_synthesis.ipynb).
