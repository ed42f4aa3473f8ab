# %% [markdown]
# # 10 CNN inpainting
#
# > Can a network fill the hole?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 02, 06 and 07 | compute the error over the hole only; fill a hole in six ways without a network; say what a network needs to be better than a linear fill; write a partial convolution | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# In lesson 02 a hole was filled by the smoothest picture. In lesson 07 a network took the noise
# off. Now a network is to fill a hole. First we measure simple methods, because a network is useful
# only where it is better than they are.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises import challenge, exercise
from learnkit.fills.harmonic import biharmonic, harmonic
from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.fills.nearest_neighbours import NearestNeighbours
from learnkit.fills.total_variation import total_variation
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, photograph, to_float
from learnkit.images.metrics import psnr
from learnkit.models.as_fill import fill_with
from learnkit.models.linear_fill import LinearFill
from learnkit.models.pretrained import pretrained
from learnkit.models.unet import Layer, UNet
from learnkit.training.device import budget, choose
from learnkit.training.loop import train
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import brush
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## A hole, and its score
#
# Two hundred garments that no network of this lesson has seen, each with the same hole: a box of 14
# x 14 pixels in the middle. `hole` is `True` where a pixel is missing.

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
test = resident(fashion_mnist("test")[0], device=machine.device).take(torch.arange(200))
box = draw.box((28, 28), height=14, width=14)
hole = torch.from_numpy(box).to(machine.device).expand(200, 1, 28, 28)
cut = torch.where(hole, 0, test)
show_pictures(
    {f"garment {i}": as_image(test[i]) for i in range(4)} | {"the hole": box},
    columns=5,
    alt="Four garments, and the hole: a box that covers the middle quarter of a picture.",
)

# %% [markdown]
# First the score, because it is easy to get wrong. A fill keeps the known pixels, so three quarters
# of each picture have no error at all. If the squared error is averaged over the whole picture,
# these pixels make it look smaller.
#
# **Predict:** fill the box with grey, 0.3 everywhere. How many decibels better does the score look
# over the whole picture than over the hole?

# %%
grey = torch.where(hole, 0.3, test)
errors = (grey - test).square()
over_all = -10 * torch.log10(errors.mean()).item()
over_hole = -10 * torch.log10(errors[hole].mean()).item()
print(f"over the whole picture {over_all:.1f} dB, over the hole {over_hole:.1f} dB")

# %% [markdown]
# Six decibels, for nothing: the hole is a quarter of the picture, so the mean is four times
# smaller, and $10\log_{10} 4$ is 6. The fill is the same. So compute the score over the hole only.
#
# ### Exercise: score the hole ●○○
#
# Pictures are `(n, c, h, w)`, the hole is `(n, 1, h, w)` bool: one hole serves all channels. Return
# a tensor with one number: the sum of the squared differences over all hole pixels *and all
# channels* of all pictures, divided by the number of these differences. It is a loss, so a gradient
# must flow back to `pred`. If no pixel of the batch is missing there is no score: raise
# `ValueError`.


# %% nbgrader={"grade": false, "grade_id": "hole_mse", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def hole_mse(pred, target, hole):
    """Mean squared error over the hole, all channels: one number."""
    ### BEGIN SOLUTION
    if not hole.any():
        raise ValueError("the hole is empty: no pixel to judge")
    errors = (pred - target) ** 2 * hole
    return errors.sum() / (hole.sum() * pred.shape[1])
    ### END SOLUTION


# %% [markdown]
# > **Trap.** `errors.sum() / hole.sum()` on a colour picture divides by the pixels and not by their
# > three channels: the error comes out three times as large, and the score $10\log_{10} 3 = 4.77$
# > dB too low.
#
# A network paints a whole picture. We need only its pixels in the hole: the other pixels are known,
# and the network could only make them worse. To take the hole from the network and the rest from
# the given picture is called **compositing**.
#
# ### Exercise: keep what you know ●○○
#
# Return a picture with the values of `pred` where `hole` is `True`, and the values of `image`
# elsewhere, unchanged to the last bit. `pred` and `image` are `(n, c, h, w)`, `hole` is `(n, 1, h,
# w)` bool. Change no argument.


# %% nbgrader={"grade": false, "grade_id": "composite", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def composite(pred, image, hole):
    """A new picture: the values of pred in the hole, those of image elsewhere."""
    ### BEGIN SOLUTION
    return torch.where(hole, pred, image)
    ### END SOLUTION


# %%
def score(pred):
    """Decibels, from one mean over the hole pixels of all test garments (pooled)."""
    filled = composite(pred.float().clamp(0, 1), test, hole)
    return -10 * torch.log10(hole_mse(filled, test, hole)).item()


# %% [markdown]
# ## Six fills without a network
#
# The first three use only the known pixels of the same picture. **Harmonic** (lesson 02) makes
# every pixel the mean of its neighbours, as a soap film does. **Biharmonic** (lesson 06) is the
# shape of a thin elastic plate: it continues the slope that it has at the rim. [**Total
# variation**](glossary.ipynb#Total-variation) makes $\sum |\nabla x|$ as small as possible, where
# the harmonic fill has $\sum |\nabla x|^2$. ($\nabla x$ is here the slope of the picture at a
# pixel: its differences to the pixel on the right and to the one below; $|\nabla x|$ is their
# length.) A sharp edge then costs no more than a soft slope of the same height.
#
# The other three have seen garments: the **mean** of all 10,000 training garments of this lesson;
# the mean of the **10 nearest** training garments, nearest *on the pixels that are known*; and the
# [**linear fill**](glossary.ipynb#Linear-fill), which you will write.


# %%
def filled_by(fill):
    """A NumPy fill, applied to each test garment; one that has learned takes them all at once."""
    pictures = np.stack([as_image(picture) for picture in test])
    if hasattr(fill, "batch"):
        filled = fill.batch(pictures, np.broadcast_to(box, pictures.shape))
    else:
        filled = np.stack([fill(picture, box) for picture in pictures])
    return torch.from_numpy(filled)[:, None].to(test)


# %%
training = fashion_mnist("train")[0]
fills = {"harmonic": harmonic, "biharmonic": biharmonic, "total variation": total_variation}
guesses = {name: filled_by(fill) for name, fill in fills.items()}
mean_garment = to_float(training).mean(axis=0)
guesses["mean garment"] = torch.from_numpy(mean_garment).to(test).expand_as(test)
guesses["10 nearest"] = filled_by(NearestNeighbours(training, k=10))

# %% [markdown]
# **Predict:** five of the six are computed now. Which of them is best, and by how many decibels?

# %%
show_pictures(
    {"known": as_image(cut[2])}
    | {name: as_image(composite(guess, test, hole)[2]) for name, guess in guesses.items()}
    | {"truth": as_image(test[2])},
    columns=7,
    alt="A pair of trousers with its box filled: smooth fills are fog, the nearest ones trousers.",
)
scores = {name: score(guess) for name, guess in guesses.items()}
show_table(scores, unit="dB")

# %% [markdown]
# A smooth fill has never seen trousers. (Total variation fills this box with the black from its
# left and right side, because then the total length of the edges is smallest.) Smooth fills are
# made for scratches. On a box of this size the best of them is at most two decibels better than one
# mean garment painted for all. The method that has seen garments *and* looks at the known pixels,
# the 10 nearest, is four decibels ahead of the best of them.
#
# ## The linear fill
#
# Let the guess of each hidden pixel be a *weighted sum of the known pixels*, plus a constant. Which
# weights are best? Lesson 01 has the answer to a simpler question: of all constants, the mean has
# the least squared error. With weights, the best guess depends on two things only: the mean $m$ of
# all garments and their covariance $C$. $C_{ab}$ is the mean of $(x_a - m_a)(x_b - m_b)$, which is
# positive where the pixels $a$ and $b$ tend to be bright together. Call the hidden pixels $u$ and
# the known ones $k$ ($C_{uk}$ has a row for each hidden pixel, a column for each known one):
#
# $$\hat x_u = m_u + C_{uk}\,(C_{kk} + jI)^{-1}\,(x_k - m_k)$$
#
# Where does it come from? Look for the weights $A$ in $\hat x_u = m_u + A\,(x_k - m_k)$ with the
# least mean squared error. Take one weight, $A_{ab}$: it stands only in $\hat x_a = m_a + \dots +
# A_{ab}(x_b - m_b) + \dots$ So the derivative of the mean of $(x_a - \hat x_a)^2$ is $-2$ times the
# mean of $(x_a - \hat x_a)(x_b - m_b)$. At the minimum it is 0 for every hidden $a$ and known $b$:
# the error is not correlated with any known pixel. Written for all $a$ and $b$ at once that is
# $C_{uk} - A\,C_{kk} = 0$, so $A = C_{uk}\,C_{kk}^{-1}$.
#
# Read the formula from the right. $x_k - m_k$: how far the known pixels are from their mean.
# $C_{kk}^{-1}$: known pixels that always vary together carry the same information, and the inverse
# divides the weight among them, so that ten equal neighbours do not count ten times. $C_{uk}$: how
# the hidden pixels vary with them. The **jitter** $j = 0.001$ adds the variance of a little noise
# to each known pixel (statistics calls this ridge or Tikhonov regularisation). Pixels in the
# corners are black in nearly every garment, so that $C_{kk}$ has (numerically) no inverse; with the
# jitter it has.
#
# ### Exercise: the linear fill ●●●
#
# One picture, flattened: `image` `(d,)`, `mean` `(d,)`, `cov` `(d, d)`, `hole` `(d,)` bool. Return
# a new tensor, the picture with its hole filled and the known pixels kept; leave `image` as it is.
# If no pixel is known the fill is `mean`. `torch.linalg.solve(A, b)` is quicker and more exact than
# an inverse.


# %% nbgrader={"grade": false, "grade_id": "linear_fill", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def linear_fill(image, mean, cov, hole, jitter=1e-3):
    """The picture, its hole filled with the best weighted sum of the known pixels."""
    ### BEGIN SOLUTION
    known = ~hole
    spread = cov[known][:, known] + jitter * torch.eye(int(known.sum()))
    filled = image.clone()
    filled[hole] = mean[hole] + cov[hole][:, known] @ torch.linalg.solve(
        spread, image[known] - mean[known]
    )
    return filled
    ### END SOLUTION


# %%
rows = garments.take(torch.arange(10_000)).flatten(1).cpu().double()
m, C = rows.mean(dim=0), torch.cov(rows.T)
flat_hole = torch.from_numpy(box.ravel())
yours = [linear_fill(x.flatten().cpu().double(), m, C, flat_hole) for x in cut[:20]]
guesses["linear fill"] = filled_by(LinearMMSE(training))
apart = (torch.stack(yours).clamp(0, 1) - guesses["linear fill"][:20].flatten(1).cpu()).abs().max()
print(f"yours and the library's differ by at most {apart.item():.1e} on 20 garments")

# %% [markdown]
# The linear fill needs no training steps and no learning rate: it computes one covariance and
# solves one linear system. (Other books call it the linear minimum mean squared error estimator,
# LMMSE, or the Wiener filter.)
#
# **Predict:** does it beat the ten nearest garments?

# %%
scores["linear fill"] = score(guesses["linear fill"])
show_table({name: scores[name] for name in ("10 nearest", "linear fill")}, unit="dB")

# %% [markdown]
# About even on a box: they differ by less than half a decibel. (With half of the pixels missing at
# random the linear fill is far ahead: [the course's table](../docs/table_of_holes.md) has it at
# 21.0 dB against 18.9, both with 60,000 garments.) A network is worth its training only if it is
# better than the linear fill, which is fitted in a second.
#
# ## A network
#
# The usual network for such a task is the [**U-Net**](glossary.ipynb#U-Net) (Ronneberger et al.,
# 2015). It goes down, to smaller pictures, so that a few convolutions see far, and up again. At
# each size a **skip connection** copies the features of the way down to the way up. `HastyUNet`
# below is a small, careless version. Its input is the cut picture, and it is trained to paint the
# whole picture.


# %%
class HastyUNet(nn.Module):
    def __init__(self, c=16):
        super().__init__()
        self.down = nn.ModuleList(nn.Conv2d(i, c, 3, s, 1) for i, s in ((1, 1), (c, 2), (c, 2)))
        self.up = nn.ModuleList(nn.ConvTranspose2d(i, c, 2, 2) for i in (c, 2 * c))
        self.last = nn.Conv2d(2 * c, 1, 3, padding=1)

    def forward(self, x):
        full = self.down[0](x).relu()
        half = self.down[1](full).relu()
        quarter = self.up[0](self.down[2](half).relu()).relu()
        both = self.up[1](torch.cat([quarter, half], dim=1)).relu()
        return self.last(torch.cat([both, full], dim=1))


# %%
def whole_picture(model, images):
    """Mean squared error over the whole picture, with the box cut out of the input."""
    # hole[:1]: the same box for every picture
    return F.mse_loss(model(torch.where(hole[:1], 0, images)), images)


def learn(model, loss, steps, title):
    """Trains a network on the garments, and returns it ready to use."""
    training = train(model, loss, garments, steps=steps, batch_size=64, lr=2e-3)
    for _step in watched(training, steps, title=title):
        pass
    return model.eval()


torch.manual_seed(0)
hasty = learn(HastyUNet(), whole_picture, budget(150, gpu=4000), "hasty U-Net")

# %% [markdown]
# **Predict:** between which two fills of the tables above will its score be?

# %%
with torch.no_grad():
    guesses["hasty U-Net"] = hasty(cut)
scores["hasty U-Net"] = score(guesses["hasty U-Net"])
show_table({k: scores[k] for k in ("mean garment", "hasty U-Net", "linear fill")}, unit="dB")
middle = guesses["hasty U-Net"][:, 0, 13, 13]
print(f"middle of the box: mean {middle.mean():.2f}, standard deviation {middle.std():.4f}")
probe = cut[:1].clone().requires_grad_()
hasty(probe)[0, 0, 13, 13].backward()
print(f"it depends on {(probe.grad != 0).sum().item()} pixels of its input")

# %% [markdown]
# Hardly better than one mean garment for all, and more steps do not help (on a GPU it takes 4,000).
# The two printed lines show why: in the middle of the box it paints *the same grey for every
# garment*, because the gradient of this pixel is 0 at all but 81 input pixels. They are a square of
# 9 x 9 (count back through the layers, lesson 06), and all of them lie in the hole. (Some of its
# neighbours depend on up to 13 x 13 pixels, because the last convolution reaches one more cell of
# the quarter-size picture.) **It cannot see the rim.**
#
# So make the receptive field larger, and save the computing time elsewhere. First turn 2 x 2 pixels
# into four channels (**pixel-unshuffle**). Then no layer works at full size, where a layer costs
# most. At the smallest size, 7 x 7, let one linear layer connect every place with every other
# place. That is the library's `UNet`:
#
# 1. pixel-unshuffle, from 28 x 28 to 14 x 14, and a convolution;
# 2. a residual layer (two convolutions, lesson 07);
# 3. a convolution with stride 2, to 7 x 7;
# 4. `depth` residual layers, with the linear layer after the first of them;
# 5. a transposed convolution, up to 14 x 14;
# 6. the skip connection: the features of step 2 are joined (`bridge`, a 1 x 1 convolution);
# 7. two residual layers and a convolution; then four channels become 2 x 2 pixels again.
#
# It has a hundred times as many weights as the hasty one. Below is the code of its `forward`, and
# then that of one residual layer. (`silu` is $x$ times its sigmoid, a ReLU without the corner.
# `norm` is a group norm, `nn.GroupNorm`: it does what batch norm does, but over a few channels of
# one picture in place of the batch. `time`, `labels`, `embedding` and `attend` are not used here,
# but in lessons 12 and 18: read past them.)

# %%
for part in (UNet.forward, Layer.forward):
    print(inspect.getsource(part))

# %%
torch.manual_seed(0)
seeing = learn(UNet(1, 1, width=32, depth=2), whole_picture, budget(120), "seeing U-Net")

# %% [markdown]
# **Predict:** is it better than the linear fill now?

# %%
with torch.no_grad():
    guesses["seeing U-Net"] = seeing(cut).float()
scores["seeing U-Net"] = score(guesses["seeing U-Net"])
show_table({k: scores[k] for k in ("hasty U-Net", "seeing U-Net", "linear fill")}, unit="dB")

# %% [markdown]
# It is several decibels better, but after 120 steps it still **loses to a linear solve**: it uses
# its steps to learn what the linear fill already gives.
#
# ## Starting from the linear fill
#
# So let the network predict only the *error* of the linear fill:
#
# $$\hat x = \text{linear}(x) + f(\text{linear}(x),\ \text{cut},\ \text{hole})$$
#
# The last layer of this `UNet` starts at zero (it did so above, too), so now the network begins
# where the linear fill ends. Two changes cost nothing, and they matter when every picture has
# another hole. The network *gets* the hole as a channel of its own (black may be a hole or a dark
# shoe). And its loss is yours, over the hole only, so that it does not have to learn to copy known
# pixels.


# %%
linear = LinearFill().to(machine.device).fit(garments.take(torch.arange(10_000)))


def corrected(model, images, where):
    """The linear fill, and what the network adds to it."""
    seen = torch.where(where, 0, images)
    guess = linear(seen, where)
    return guess + model(torch.cat([guess, seen, where.to(seen)], dim=1))


def careful_loss(model, images):
    """Your loss on the hole alone."""
    where = hole[:1].expand(len(images), 1, 28, 28)
    return hole_mse(corrected(model, images, where).float(), images, where)


# %%
torch.manual_seed(0)
careful = learn(UNet(3, 1, width=32, depth=2), careful_loss, budget(120), "careful U-Net")

# %% [markdown]
# **Predict:** the same network, the same number of steps. Is it better than the linear fill?

# %%
with torch.no_grad():
    scores["careful U-Net"] = score(corrected(careful, test, hole))
show_table({k: scores[k] for k in ("seeing U-Net", "linear fill", "careful U-Net")}, unit="dB")

# %% [markdown]
# Level with the linear fill: in so few steps it has found nearly nothing to add, and it has lost
# nothing. The part of a garment that no weighted sum can predict is still to be learned, and this
# takes many more steps. (With ten times the steps the seeing network comes to 16.6 dB, the careful
# one to 16.3. If the hole is always the same box, a network without the linear fill soon catches
# up. The linear fill saves the first minutes of training, and it works for any hole.) The shipped
# network, `inpainter`, is the same idea, twice as wide, with attention (explained in lesson 18),
# trained on all 60,000 garments for 14,000 steps, and on holes of every kind, drawn anew for every
# batch.
#
# **Predict:** the linear fill is the best that a weighted sum can do. By how many decibels does the
# shipped network beat it on this box: less than 1, 1 to 3, or more?

# %%
inpainter = pretrained("inpainter").to(machine.device)
with torch.no_grad():
    guesses["shipped U-Net"] = inpainter.fill(test, hole)
scores["shipped U-Net"] = score(guesses["shipped U-Net"])
print(f"shipped U-Net {scores['shipped U-Net']:.2f} dB")

# %%
rising = sorted(scores, key=scores.get)
colours = ["C1" if "U-Net" in name else "C0" for name in rising]
fig, ax = plt.subplots(figsize=(7.5, 3.6))
ax.barh(rising, [scores[name] for name in rising], color=colours)
ax.axvline(scores["linear fill"], color="black", ls="--")
ax.set(xlabel="hole PSNR, dB", ylabel="fill", title="Hole PSNR of all fills")
fig.tight_layout()
show(fig, alt="Bars by decibels: the hasty network near the mean garment, the shipped one on top.")

# %%
best = ("10 nearest", "linear fill", "hasty U-Net", "shipped U-Net")
pasted = {name: composite(guesses[name].float().clamp(0, 1), test, hole) for name in best}
pasted["truth"] = test
show_pictures(
    {f"{name}, {i}": as_image(pasted[name][i]) for i in (2, 19, 7) for name in pasted},
    columns=5,
    alt="Three garments filled by four methods, and the truth; the shipped network's are whole, but blurred.",
)

# %% [markdown]
# **The small U-Nets with little training do not beat the linear fill; the large one with long
# training does**, 1.9 dB above the linear fill. (It has seen 60,000 garments, this linear fill
# 10,000. With all of them the linear fill gains 0.14 dB in the course's table, and the U-Net is
# still far ahead.) Compare it with the truth: the best fill is still *blurred*. This is expected.
# The loss is a mean squared error, and its best answer is the mean of all possible fills (lesson
# 01's ghost). Lesson 11 draws one of the possible fills instead.
#
# ## Convolving where pixels are missing
#
# A convolution near the hole adds up known pixels and zeros, and does not know which is which: the
# more of its window is missing, the darker its output. A [**partial
# convolution**](glossary.ipynb#Partial-convolution) sums the known pixels only, and divides the sum
# by the share of the window that is known:
#
# $$y = \frac{k^2}{\#\text{known}}\; W \cdot (x \odot \text{known}) + b$$
#
# where at least one pixel of the window is known; where none is, $y = 0$, without the bias. (Liu et
# al., equation 1. $\odot$: pixel by pixel; $W\,\cdot$: the weighted sum over the window and the
# channels; $\#\text{known}$ counts pixels, not channels.) The hole shrinks from layer to layer: an
# output counts as known if *at least one* pixel of its window is known.
#
# ### Exercise: partial convolution ●●●
#
# `image` `(n, c, h, w)`, `known` `(n, 1, h, w)` bool, **True = known** here, `weight` `(o, c, k,
# k)`, `bias` `(o,)`; stride 1, no padding. Count with `F.conv2d(known.float(), torch.ones(1, 1, k,
# k))`, all on the CPU. In a window without a known pixel the formula is 0/0: clamp the count to at
# least 1, and set these outputs to 0 with `torch.where`. `bias[:, None, None]` meets the channels.
# Return `(out, known)`, both smaller by $k - 1$ each way; the new `known` is `(n, 1, h - k + 1, w -
# k + 1)` bool.


# %% nbgrader={"grade": false, "grade_id": "partial_conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def partial_conv2d(image, known, weight, bias):
    """(out, known): a convolution of the known pixels, and which of its outputs are known."""
    ### BEGIN SOLUTION
    k = weight.shape[-1]
    count = F.conv2d(known.to(image.dtype), torch.ones(1, 1, k, k, dtype=image.dtype))
    seen = count > 0
    out = F.conv2d(image * known, weight) * (k * k / count.clamp(min=1)) + bias[:, None, None]
    return torch.where(seen, out, torch.zeros_like(out)), seen
    ### END SOLUTION


# %% [markdown]
# Blur a light wall (0.8 everywhere) with a hole in it, by a window of 5 x 5 of weight 1/25 each.
# All pixels of the wall are equal, so the right result is 0.8 everywhere.

# %%
wall = torch.full((1, 1, 28, 28), 0.8)
seen_wall = ~torch.from_numpy(box)[None, None]
blur, nothing = torch.full((1, 1, 5, 5), 1 / 25), torch.zeros(1)
plain = F.conv2d(wall * seen_wall, blur)
partial, still_known = partial_conv2d(wall, seen_wall, blur, nothing)

# %% [markdown]
# **Predict:** what does a plain convolution give around the hole, and what a partial one?

# %%
show_pictures(
    {
        "wall and hole": as_image((wall * seen_wall)[0]),
        "plain": as_image(plain[0]),
        "partial": as_image(partial[0]),
        "hole that is left": ~still_known[0, 0].numpy(),
    },
    alt="A light wall with a black box; plain convolution darkens the rim, the partial one does not.",
)

# %%
darkest = {
    name: y[still_known].min().item() for name, y in (("plain", plain), ("partial", partial))
}
show_table(darkest, heads=["convolution", "darkest known output"])

# %% [markdown]
# A plain convolution darkens the wall around the hole; the partial one keeps the wall as it is up
# to the rim. After four such layers the hole is gone: each takes two pixels from every side of the
# box, so it is 14, 10, 6, 2 and 0 pixels wide. (A [**gated**](glossary.ipynb#Gated-convolution)
# convolution goes further and learns from the picture how much to trust each place; a [**context
# encoder**](glossary.ipynb#Context-encoder) squeezes the whole picture through a few numbers. Both
# are in the course's table.)
#
# ## The brush
#
# Now paint your own hole, on a garment or on a picture of your own (it is brought to 28 x 28), and
# let the methods fill it side by side: with the mouse, a finger, or the keys (click on the picture,
# then arrow keys and space).
#
# **Predict:** where does the network win most: a thin scratch, or half the garment? And for which
# hole does nothing help?

# %%
contest = {"biharmonic": biharmonic, "10 nearest": NearestNeighbours(training)}
contest |= {"linear fill": LinearMMSE(training), "U-Net": fill_with(inpainter)}
easel = {f"garment {i}": as_image(test[i]) for i in (2, 0, 7, 19, 1)}
brush.explore(easel, contest, hole=box)

# %% [markdown]
# Of these two it wins more over the smooth fill on half a garment (17.0 against 7.8 dB on 100 of
# them, the linear fill 15.9), and more over the linear fill on a thin scratch, by 1.5 dB. Where
# only a corner of 4 x 4 is known nothing helps: linear fill 10.3 dB, and the network, which has
# never seen such a hole, 9.4.
#
# ## A photograph, of any size
#
# The linear fill knows garments: how each of 784 pixels goes with each. For a colour photograph of
# 512 x 512 the covariance would have $786\,432^2$ numbers, 2.5 terabytes at 4 bytes each. It is
# also not needed. What photographs have in common is local: edges and textures continue. So the
# network `photo_inpainter` is made of convolutions alone, which see a neighbourhood and fit any
# size, and it does what the careful U-Net did: it *begins with a good fill, and learns what that
# one misses*. Here the first fill is the biharmonic fill, solved only approximately, in twenty
# quick steps. It learned on scratches, letters, blots and lost pixels, on sixteen photographs; the
# astronaut was not among them.
#
# **Predict:** on the box the biharmonic fill was poor. How good is it where a photograph was
# written on, and by how many decibels is the network better?

# %%
restore = fill_with(pretrained("photo_inpainter"))
astronaut = photograph("astronaut")
writing = draw.text(astronaut.shape, "fill the hole", size=22)
written = draw.cut_hole(astronaut, writing)
mended = {"biharmonic": biharmonic(written, writing), "network": restore(written, writing)}
chin = (slice(110, 210), slice(180, 280))  # a look at 100 x 100 of 512 x 512
shown = {"written on": written, **mended, "truth": astronaut}
show_pictures(
    {name: image[chin] for name, image in shown.items()},
    columns=4,
    alt="A chin under writing: the biharmonic fill frays its edge, the network keeps it smooth.",
)

# %%
legible = {name: psnr(fill, astronaut, hole=writing) for name, fill in mended.items()}
show_table(legible, unit="dB")

# %% [markdown]
# Under writing every missing pixel is close to a known one, so the biharmonic fill is a good guess:
# 25.4 dB, where on the box it had about 11 (on other pictures, so compare roughly). But it does not
# know that the edge of a cheek is one smooth line, so its edges are ragged. The network adds this:
# 2.2 dB more.
#
# Here are two photographs that it has never seen, and its canvas takes yours, too.
#
# **Predict:** scratch the cat with this thin brush, then paint out an eye with a brush of 36. Which
# of the two does the network mend? And where it fails, is it still better than the biharmonic fill?

# %%
strangers = {"astronaut": astronaut, "Chelsea the cat": photograph("chelsea")}
brush.explore(strangers, {"biharmonic": biharmonic, "photo network": restore}, size=7)

# %% [markdown]
# It mends a scratch, and the biharmonic fill does so nearly as well: on fur, which has no sharp
# edges, there is little to add. It cannot restore an eye. It has seen sixteen photographs, none
# with a cat in it, and looks no further than a few dozen pixels: where an eye was it paints a blur
# between the colours of the rim. Under your widest strokes the biharmonic fill may even be better:
# try the astronaut's helmet.
#
# A network of the same kind was trained on colour emoji: `pretrained("emoji_inpainter")`. In a box
# of 16 x 16, half of the side, it is 1.5 dB better than the biharmonic fill; where half of an emoji
# is missing its fill is only a blur.

# %% [markdown]
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `fill(image, hole)` is given garments (n, 1, 28, 28) with 0 in their holes, and the holes. It is
# scored on the five kinds of holes of the course's table, on 40 garments that the table does not
# have, within a minute of computing. Below it paints every hole grey. A fill that scores here can
# join the table: `learnkit benchmark --method`, with a file as in `docs/adding_a_method.md`.


# %%
@challenge
def fill(image, hole):
    """The whole pictures, (n, 1, 28, 28), their holes filled; scored in the holes."""
    return composite(torch.full_like(image, 0.3), image, hole)


# %% [markdown]
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A paper keeps the known pixels and reports 29 dB for a hole of 5 % of each picture, measured
# over whole pictures. Is that good?**
#
# <details><summary>Yes: 30 dB are good.</summary>
#
# **No.** 30 dB are good where all pixels were predicted. Here 95 % were given.
# </details>
# <details><summary>No: over the hole it is 16 dB.</summary>
#
# **Right.** The known pixels are exact, so it is 29 − 10 log10(20) = 16 dB over the hole. That is
# about what the linear fill reaches on a hole five times as large.
# </details>
# <details><summary>It cannot be said without the picture.</summary>
#
# **No.** The share of the hole is all that you need to convert it.
# </details>
#
# **2. Why can the careful network not start worse than the linear fill?**
#
# <details><summary>It was trained on the linear fill's pictures.</summary>
#
# **No.** At step 0 it has not been trained at all.
# </details>
# <details><summary>It has more weights than the linear fill.</summary>
#
# **No.** The number of weights says nothing about the start.
# </details>
# <details><summary>Its output is added to the linear fill, and starts at 0.</summary>
#
# **Right.** At step 0 it *is* the linear fill. It only has to learn what is left.
# </details>
#
# **3. In a window of 3 x 3 six pixels are known. By what does a partial convolution multiply, and
# what does it do with the bias?**
#
# <details><summary>By 9/6; the bias is added as it is.</summary>
#
# **Right.** Six pixels stand for nine, so the sum grows by 9/6 = 1.5. The bias does not come from
# the pixels.
# </details>
# <details><summary>By 9/6, and so is the bias.</summary>
#
# **No.** The bias would be scaled for nothing: it is the same for any number of known pixels.
# </details>
# <details><summary>By 6/9; the bias is added as it is.</summary>
#
# **No.** That makes a smaller sum still smaller. The known pixels have to stand for the missing
# ones.
# </details>
#
# **4. You fill a hole with a network and return its whole output. What is missing?**
#
# <details><summary>Nothing: the network has learned to copy the known pixels.</summary>
#
# **No.** It copies them with an error, though they are given.
# </details>
# <details><summary><code>composite</code>: put the known pixels back.</summary>
#
# **Right.** They are exact as they came. Only the hole needs the network.
# </details>
# <details><summary>A second pass, with the output as the input</summary>
#
# **No.** That would change the known pixels once more.
# </details>
#
# **5. When does a fill from the picture alone (harmonic, biharmonic, Telea) do well?**
#
# <details><summary>When the hole is large and the picture is a garment</summary>
#
# **No.** For a box the method must have seen other garments.
# </details>
# <details><summary>Never: networks are always better.</summary>
#
# **No.** On thin scratches the classical fills are good and need no training.
# </details>
# <details><summary>When the hole is thin</summary>
#
# **Right.** Then each missing pixel has known neighbours close by.
# </details>
#
# ## What you have seen
#
# - Compute the score over the hole only, over all channels; keep the known pixels.
# - Fills from one picture alone are for scratches; for a box a method must have seen other
#   garments.
# - The linear fill solves one linear system. A U-Net that cannot see the rim, or that starts from
#   nothing and is trained briefly, loses to it. One that is trained for longer wins. To start from
#   the linear fill and to get the hole as a channel saves the first minutes, and works for every
#   hole.
# - A partial convolution counts what is known, so a hole does not darken the pixels around it.
# - On photographs the biharmonic fill is a good first guess, and a network of convolutions that
#   begins with it fits any size.
#
# **For the course's table** of fills: *U-Net over the linear fill*; `learnkit benchmark` prints it
# beside all others.
#
# **Read on:** Pathak et al., *Context Encoders* (CVPR 2016), section 3; Liu et al., *Image
# Inpainting for Irregular Holes Using Partial Convolutions* (ECCV 2018), section 3; Yu et al.,
# *Free-Form Image Inpainting with Gated Convolution* (ICCV 2019), section 3. Next: [**11 VAE
# inpainting**](11_vae_inpainting.ipynb).
