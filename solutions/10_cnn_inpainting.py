# %% [markdown]
# # 10 CNN inpainting
#
# > Can a network fill the hole?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 02, 06 and 07 | score a hole and nothing but the hole; fill it in six ways that need no network; say what a network needs before it beats a linear solve; convolve where pixels are missing | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# In lesson 02 a hole was filled by the smoothest picture. In lesson 07 a network took the noise off. Now a
# network is to fill a hole, and it has a rival.

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
# Two hundred garments that no network of this lesson has seen, each with the same hole: a box of 14 x 14
# pixels in the middle. `hole` is `True` where a pixel is missing.

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
# The score comes first, because most reports get it wrong. A fill keeps what is known, so three quarters
# of this picture are right for free. If the error is averaged over the whole picture, those pixels dilute it.
#
# **Predict:** fill the box with grey, 0.3 everywhere. How many decibels better does the score look over
# the whole picture than over the hole?

# %%
grey = torch.where(hole, 0.3, test)
errors = (grey - test).square()
over_all = -10 * torch.log10(errors.mean()).item()
over_hole = -10 * torch.log10(errors[hole].mean()).item()
print(f"over the whole picture {over_all:.1f} dB, over the hole {over_hole:.1f} dB")

# %% [markdown]
# Six decibels, for nothing: $10\log_{10} 4$, since the hole is a quarter. So judge the hole alone.
#
# ### Exercise: score the hole ●○○
#
# The mean of the squared differences over the pixels of the hole *and their channels*, all pictures pooled.
# Pictures are `(n, c, h, w)`, the hole is `(n, 1, h, w)`: one hole serves all channels. An empty hole has no
# score: raise `ValueError`.


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
# > **Trap.** `errors.sum() / hole.sum()` on a colour picture divides by the pixels and not by their three
# > channels: the error comes out three times as large, and the score $10\log_{10} 3 = 4.77$ dB too low.
#
# A network paints a whole picture. Only the hole of it is wanted; the rest is known, and the network could
# only spoil it. Pasting the two together is called **compositing**.
#
# ### Exercise: keep what you know ●○○
#
# `pred` in the hole, `image` elsewhere, to the last bit.


# %% nbgrader={"grade": false, "grade_id": "composite", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def composite(pred, image, hole):
    """The prediction in the hole, the picture elsewhere."""
    ### BEGIN SOLUTION
    return torch.where(hole, pred, image)
    ### END SOLUTION


# %%
def score(pred):
    """Decibels in the hole of the test garments, pooled."""
    filled = composite(pred.float().clamp(0, 1), test, hole)
    return -10 * torch.log10(hole_mse(filled, test, hole)).item()


# %% [markdown]
# ## Six fills without a network
#
# The first three look at the picture alone. **Harmonic** (lesson 02) makes every pixel the mean of its
# neighbours, as a soap film does. **Biharmonic** bends a thin plate, which goes on in the direction it came
# from. [**Total variation**](glossary.ipynb#Total-variation) asks for as little up and down as possible, and prefers one sharp edge to a soft slope.
#
# The other three have seen garments: the **mean** of all training garments; the mean of the **10 nearest**
# training garments, nearest *on the pixels that are known*; and the [**linear fill**](glossary.ipynb#Linear-fill), which you will write.


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
# **Predict:** which of these five is best, and by how much?

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
# A smooth fill knows nothing of trousers. (Total variation fills this box with the black that lies left and right of it, for so the edges are shortest.) It is made for scratches; on a box of this size it is at most two decibels better than
# one mean garment painted for all. Who has seen garments *and looks at the known pixels* is four decibels ahead.
#
# ## The linear fill
#
# What is the best guess of a hidden pixel that a *weighted sum of the known pixels* can make? Lesson 01
# has the answer to a simpler question: of all constants, the mean has the least squared error. With weights, the
# best guess follows from two things only, the mean $m$ of all garments and their covariance $C$, which says how
# much pixel $a$ tends to be bright when pixel $b$ is. Call the hidden pixels $u$ and the known ones $k$ ($C_{uk}$ has a row for each hidden
# pixel, a column for each known one):
#
# $$\hat x_u = m_u + C_{uk}\,(C_{kk} + jI)^{-1}\,(x_k - m_k)$$
#
# Where does it come from? Look for the weights $A$ in $\hat x_u = m_u + A\,(x_k - m_k)$ with the least mean squared
# error. At the minimum the error must not be correlated with any known pixel (else a weight could be changed to
# make it smaller): the mean of $(x_u - \hat x_u)(x_k - m_k)^{\mathsf T}$ is 0. That is $C_{uk} - A\,C_{kk} = 0$, so $A = C_{uk}\,C_{kk}^{-1}$.
#
# Read the formula from the right. $x_k - m_k$: how far the known pixels are from their mean. $C_{kk}^{-1}$: known pixels that vary
# together share their weight, so that ten neighbours with the same value do not count ten times. $C_{uk}$: how the hidden pixels vary with them.
# The **jitter** $j = 0.001$ adds the variance of a little noise to each known pixel. Pixels in the corners are black in nearly every
# garment, so that $C_{kk}$ has (numerically) no inverse; with the jitter it has.
#
# ### Exercise: the linear fill ●●●
#
# One picture, flattened: `image` `(d,)`, `mean` `(d,)`, `cov` `(d, d)`, `hole` `(d,)` bool. Return the picture
# with its hole filled, known pixels kept. `torch.linalg.solve(A, b)` is quicker and more exact than an inverse.


# %% nbgrader={"grade": false, "grade_id": "linear_fill", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def linear_fill(image, mean, cov, hole, jitter=1e-3):
    """The hole filled with the best weighted sum of the known pixels."""
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
# There is no training, no step and no learning rate in it: one covariance, one solve.
#
# **Predict:** does it beat the ten nearest garments?

# %%
scores["linear fill"] = score(guesses["linear fill"])
show_table({name: scores[name] for name in ("10 nearest", "linear fill")}, unit="dB")

# %% [markdown]
# About even on a box. (With half of the pixels missing at random the linear fill is far ahead: the course's table has it at
# 21.0 dB against 18.9.) This is the rival that a network has to beat, and it takes a second to fit.
#
# ## A network
#
# The usual network for such a task is the [**U-Net**](glossary.ipynb#U-Net) (Ronneberger et al., 2015). It goes down, to smaller pictures, so that a few convolutions
# see far, and up again, with a bridge at each level that hands over what was seen there. The one below, `HastyUNet`, is small and simple. It sees the cut picture, and is trained to paint the whole one.


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
    """The hasty loss: cut the box out, ask for the whole picture."""
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
# **Predict:** where in the list of fills will it land?

# %%
with torch.no_grad():
    guesses["hasty U-Net"] = hasty(cut)
scores["hasty U-Net"] = score(guesses["hasty U-Net"])
show_table({k: scores[k] for k in ("mean garment", "hasty U-Net", "linear fill")}, unit="dB")
middle = guesses["hasty U-Net"][:, 0, 13, 13]
print(f"in the middle of the box it paints {middle.mean():.2f}, give or take {middle.std():.4f}")

# %% [markdown]
# Hardly better than one mean garment for all, and more steps do not help. The last line tells why: in the middle of the box it
# paints *the same grey for every garment*. Count back through its layers (lesson 06): that pixel sees 9 x 9 pixels (those
# next to it up to 13 x 13, for the last 3 x 3 then reaches into a further cell of the quarter), and all of the 9 x 9 are hole. **It cannot see the rim.**
#
# So give it reach, and pay for it elsewhere. Turn 2 x 2 pixels into four channels first (**pixel-unshuffle**), so that no layer
# works at full size, where layers cost most; and at the bottom, where the picture is 7 x 7, let one linear layer mix all
# places. That is the library's `UNet`: unshuffle; two convolutions with a residual connection (lesson 07); down to 7 x 7; more such layers, and the linear
# one between them; up again by a transposed convolution; the bridge; two more layers; and pixels from channels. It has a hundred times as many weights as the hasty one.
# Here is its way through a picture, and below it that of one residual layer. (`silu` is $x$ times its sigmoid, a ReLU without the corner. `norm` does what batch
# norm does, but over a few channels of one picture in place of the batch. What `embedding` is for comes in lesson 12; here it is None.)

# %%
for part in (UNet.forward, Layer.forward):
    print(inspect.getsource(part))

# %%
torch.manual_seed(0)
seeing = learn(UNet(1, 1, width=32, depth=2), whole_picture, budget(120), "seeing U-Net")

# %% [markdown]
# **Predict:** does it beat the linear fill now?

# %%
with torch.no_grad():
    guesses["seeing U-Net"] = seeing(cut).float()
scores["seeing U-Net"] = score(guesses["seeing U-Net"])
show_table({k: scores[k] for k in ("hasty U-Net", "seeing U-Net", "linear fill")}, unit="dB")

# %% [markdown]
# Decibels better, and after 120 steps still it **loses to a linear solve**: it spends its steps on learning what the linear fill knows
# already. (We have seen worse: a U-Net of 265,000 weights at full size, trained for four minutes, came to 12.7 dB.)
#
# ## Standing on its shoulders
#
# So let the network say only what the linear fill gets *wrong*:
#
# $$\hat x = \text{linear}(x) + f(\text{linear}(x),\ \text{cut},\ \text{hole})$$
#
# Its last layer starts at zero, so that it begins where the linear fill ends. Two more cares cost nothing, and count as soon
# as holes differ from picture to picture: it is *told* where the hole is, by a channel of its own (black may be a hole or a dark shoe),
# and it is judged on the hole alone, by your loss, so that it never spends a weight on copying.


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
# **Predict:** the same network, the same steps. Where does it land?

# %%
with torch.no_grad():
    scores["careful U-Net"] = score(corrected(careful, test, hole))
show_table({k: scores[k] for k in ("seeing U-Net", "linear fill", "careful U-Net")}, unit="dB")

# %% [markdown]
# Level with the linear fill: in so few steps it has found next to nothing to add, and it has lost nothing. What is left to
# find, the part of a garment that no weighted sum can guess, takes patience. (Give both networks ten times the steps, a minute more each: the one
# from nothing comes to 16.6 dB, the careful one to 16.3. On *one* box, always the same, a network catches up soon; the linear start saves the first
# minutes, and it can be solved for any hole.) The shipped network, `inpainter`, is the same idea,
# twice as wide, with the attention of lesson 18 besides, trained on all 60,000 garments for 14,000 steps, and on holes of
# every kind, drawn anew for every batch. This box was no special one among them.
#
# **Predict:** the linear fill is the best that a weighted sum can do. What can a network do?

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
ax.set(xlabel="hole PSNR, dB", ylabel="fill", title="Losing to a linear solve, then winning")
fig.tight_layout()
show(fig, alt="Bars by decibels: the hasty network near the mean garment, the shipped one on top.")

# %%
best = ("10 nearest", "linear fill", "hasty U-Net", "shipped U-Net")
pasted = {name: composite(guesses[name].float().clamp(0, 1), test, hole) for name in best}
pasted["truth"] = test
show_pictures(
    {f"{name}, {i}": as_image(pasted[name][i]) for i in (2, 19, 7) for name in pasted},
    columns=5,
    alt="Three garments filled by four methods, and the truth; the shipped network's are whole, if soft.",
)

# %% [markdown]
# **The U-Net loses to a linear solve, then wins**, 1.9 dB above the linear fill. (It has seen 60,000 garments, this linear fill 10,000. With all of
# them the linear fill gains 0.14 dB in the course's table, and the U-Net is still far ahead.) Compare it with the truth: the best fill is still *soft*. It has to be. The loss is a mean squared error, and its best
# answer is the mean of everything that could be there (lesson 01's ghost). Lesson 11 draws one of the many instead.
#
# ## Convolving where pixels are missing
#
# A convolution near the hole adds up known pixels and zeros, and does not know which is which: its answer gets darker
# the more of its window is missing. A [**partial convolution**](glossary.ipynb#Partial-convolution) sums the known pixels only, and divides the sum
# by the share of the window that is known:
#
# $$y = \frac{k^2}{\#\text{known}}\; W \cdot (x \odot \text{known}) + b$$
#
# where at least one pixel of the window is known; where none is, $y = 0$, without even the bias. And the hole
# shrinks: an output is known if *any* pixel of its window was.
#
# ### Exercise: partial convolution ●●●
#
# `image` `(n, c, h, w)`, `known` `(n, 1, h, w)` bool, **True = known** here, `weight` `(o, c, k, k)`, `bias` `(o,)`; stride 1,
# no padding. Count with `F.conv2d(known.float(), torch.ones(1, 1, k, k))`. An empty window is 0/0: clamp the count
# to at least 1, and set empty windows to 0 with `torch.where`. Return `(out, known)`, both smaller by $k - 1$.


# %% nbgrader={"grade": false, "grade_id": "partial_conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def partial_conv2d(image, known, weight, bias):
    """A convolution of the known pixels, and which of its outputs are known."""
    ### BEGIN SOLUTION
    k = weight.shape[-1]
    count = F.conv2d(known.to(image.dtype), torch.ones(1, 1, k, k, dtype=image.dtype))
    seen = count > 0
    out = F.conv2d(image * known, weight) * (k * k / count.clamp(min=1)) + bias[:, None, None]
    return torch.where(seen, out, torch.zeros_like(out)), seen
    ### END SOLUTION


# %% [markdown]
# Blur a light wall (0.8 everywhere) with a hole in it, by a window of 5 x 5 of weight 1/25 each. A blurred wall is the same wall.

# %%
wall = torch.full((1, 1, 28, 28), 0.8)
seen_wall = ~torch.from_numpy(box)[None, None]
blur, nothing = torch.full((1, 1, 5, 5), 1 / 25), torch.zeros(1)
plain = F.conv2d(wall * seen_wall, blur)
partial, still_known = partial_conv2d(wall, seen_wall, blur, nothing)

# %% [markdown]
# **Predict:** what does a plain convolution make of it around the hole, and what a partial one?

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
# A plain convolution smears the hole into the wall; the partial one keeps the wall as it is up to the rim. Four
# layers of it, and the box is closed. (A [**gated**](glossary.ipynb#Gated-convolution) convolution goes further and learns from the picture how much to trust
# each place; a [**context encoder**](glossary.ipynb#Context-encoder) squeezes the whole picture through a few numbers. Both are rows of the course's table.)
#
# ## The brush
#
# Now paint your own hole, on a garment or on a picture of your own (it is brought to 28 x 28), and let the methods fill it side by
# side: with the mouse, a finger, or the keys (click on the picture, then arrow keys and space).
#
# **Predict:** where does the network win most: a thin scratch, or half the garment? And for which hole does nothing help?

# %%
contest = {"biharmonic": biharmonic, "10 nearest": NearestNeighbours(training)}
contest |= {"linear fill": LinearMMSE(training), "U-Net": fill_with(inpainter)}
easel = {f"garment {i}": as_image(test[i]) for i in (2, 0, 7, 19, 1)}
brush.explore(easel, contest, hole=box)

# %% [markdown]
# Over the smooth fill it wins most on half a garment (17.0 against 7.8 dB on 100 of them, the linear fill 15.9); over the linear fill on a thin scratch,
# by 1.5 dB. Where only a corner of 4 x 4 is known nothing helps: linear fill 10.3 dB, and the network, which has never seen such a hole, 9.4.
#
# ## A photograph, of any size
#
# The linear fill knows garments: how each of 784 pixels goes with each. For a photograph of 512 x 512 in colour that
# table would have $786\,432^2$ numbers, 2.5 terabytes. And there is no need for it: what photographs have in common is small. An edge goes on; a
# texture goes on. So the network `photo_inpainter` is made of convolutions alone, which see a neighbourhood and fit any size, and it
# does what the careful U-Net did: it *begins with a good fill, and learns what that one misses*. Here this is a thin plate, solved roughly, in twenty
# quick steps: nearly the biharmonic fill. It learned on scratches, letters, blots and lost pixels, on sixteen photographs; the astronaut was not among them.
#
# **Predict:** on the box the biharmonic fill was hopeless. How good is it where a photograph was written on, and what is left for a network?

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
# Under writing no pixel is far from one that is known, and a plate that is bent to fit (biharmonic) is a good guess: 25.4 dB, where on the
# box it had about 11 (on other pictures, so compare roughly). What it cannot know is that a cheek ends in one line: its edges fray. The network adds that: 2.2 dB more.
#
# Here are two photographs that it has never seen, and its canvas takes yours, too.
#
# **Predict:** scratch the cat with this thin brush, then paint out an eye with a brush of 36. Which of the two does the network
# mend? And where it fails, is it still better than the biharmonic fill?

# %%
strangers = {"astronaut": astronaut, "Chelsea the cat": photograph("chelsea")}
brush.explore(strangers, {"biharmonic": biharmonic, "photo network": restore}, size=7)

# %% [markdown]
# A scratch it mends, and the plate nearly as well: on fur, which has no sharp edges, there is little to add. An eye it cannot know. It has seen
# sixteen photographs, none with a cat in it, and looks no further than a few dozen pixels: where an eye was it paints a blur between the
# colours of the rim. Under your widest strokes the plain plate may even win: try the astronaut's helmet.
#
# The same network learned emoji, in colour: `pretrained("emoji_inpainter")`. In a box of 16 x 16, half of the side, it is 1.5 dB
# better than the biharmonic fill; where half of an emoji is missing it only smears.

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
# <details><summary>1. A paper reports 29 dB for a hole of 5 % of the picture, over the whole picture. Is that good?</summary>
#
# No: the known pixels are exact, so over the hole it is $29 - 10\log_{10} 20 = 16$ dB: about what the linear fill reaches on a hole five times as large.
# </details>
# <details><summary>2. Why can the careful network not start worse than the linear fill?</summary>
#
# Its last layer starts at zero, so it adds nothing: at step 0 it *is* the linear fill. From there it only has to find what is left.
# </details>
# <details><summary>3. In a window of 3 x 3 six pixels are known. By what does a partial convolution multiply, and does it scale the bias?</summary>
#
# By 9/6 = 1.5. The bias stays as it is: it does not come from the pixels.
# </details>
#
# ## What you have seen
#
# - Judge the hole alone, all channels counted; keep what is known.
# - Fills from the picture alone are for scratches; for a box you must have seen other garments.
# - The linear fill is one solve, and a U-Net loses to it that cannot see the rim, or that starts from nothing and has little time. One that starts from the linear fill, is shown the hole, judged on the hole, and trained with patience, wins.
# - A partial convolution counts what is known, so a hole does not bleed.
# - On photographs a thin plate is a good first guess, and a network of convolutions that begins with it fits any size.
#
# **For the course's table** of fills: *U-Net over the linear fill*; `learnkit benchmark` prints it beside all others.
#
# **Read on:** Pathak et al., *Context Encoders* (CVPR 2016), section 3; Liu et al., *Image Inpainting for Irregular
# Holes Using Partial Convolutions* (ECCV 2018), section 3; Yu et al., *Free-Form Image Inpainting with Gated Convolution* (ICCV 2019),
# section 3. Next: [**11 VAE inpainting**](11_vae_inpainting.ipynb).
