# %% [markdown]
# # 14 Generalisation
#
# > Has it learned, or memorised?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 04, 07, 08 and 10; intervals from 13 | tell from two curves whether more pictures or a larger network will help; write the L1 and L2 penalties; move a picture together with its hole; freeze a part of a network; choose a method against over-fitting by its measured effect; see whether a generator copies | 90 min; the cells alone run in about a minute, with or without a GPU |
#
# A network is made to do well on its training pictures. You want it to do well on others.
# [**Generalisation**](glossary.ipynb#Generalisation) is how well a network does on pictures that it
# was not trained on. In lesson 07 a network memorised twelve pictures. In this lesson you measure
# how many pictures a network needs, and what helps if there are too few.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises import exercise
from learnkit.images.damaged import damaged
from learnkit.images.data import fashion_mnist
from learnkit.images.preference import preference_interval
from learnkit.models import vae
from learnkit.models.masked import cut
from learnkit.models.pretrained import pretrained
from learnkit.recipes import vae as vae_recipe
from learnkit.sweeps import garments, transfer
from learnkit.sweeps.base import mean_interval, scores, shipped
from learnkit.training.augmentation import random_maps
from learnkit.training.device import budget
from learnkit.training.loop import train
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import data_size
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## 300 garments
#
# The task is the one of lesson 10, a hole of 14 x 14 in the middle. The network is a simple one, so
# that you can train it many times: the 588 known pixels go in as a row of numbers, two hidden
# layers of 256 follow, and the 196 pixels of the hole come out. `garments.fit` trains it for 1,500
# steps and measures its PSNR every 50 steps, on the pictures that it learns from and on 500
# **validation** pictures that it does not learn from. There are three sets: the training set (300),
# the validation set (500, by which you choose), and the test set (by which nothing is chosen).

# %%
few = garments.few(300, seed=0)
plain = garments.fit(few, steps=budget(garments.STEPS))
weights = sum(p.numel() for p in plain.model.parameters())
seen_end, held_end, held_best = plain.seen[-1], plain.validation[-1], max(plain.validation)
print(f"{weights:,} weights; {len(few)} pictures, {len(few) * 196:,} pixels to fill")

# %% [markdown]
# **Predict:** there are more weights than pixels to fill. What will the two curves look like?

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(plain.steps, plain.seen, lw=2, label="the 300 that it learns from")
ax.plot(plain.steps, plain.validation, "--", lw=2, label="500 that it does not")
ax.set(xlabel="step", ylabel="PSNR in the hole, dB", title="A network of 300 garments")
ax.legend()
fig.tight_layout()
show(
    fig,
    alt="The decibels on the 300 rise to the end; on the others they rise, turn after some 300 steps, and fall a little.",
)
print(f"at the end {seen_end:.1f} dB and {held_end:.1f} dB; validation at best {held_best:.1f} dB")

# %% [markdown]
# At the end it fills its own 300 pictures with 26.7 dB and others with 13.7 dB. These others were
# filled better earlier in the training, with 14.3 dB at best. First the network learned what holds
# for all garments, then what holds for those 300 only. This is **over-fitting**.
#
# What has it learned? Below you see fills, and in the row under them the **nearest** of the 300
# pictures: the one whose known pixels differ least.


# %%
def nearest_of(images, crowd):
    """For each picture the one of `crowd` whose known pixels are nearest."""
    known = ~garments.HOLE
    return crowd[torch.cdist(images[:, 0, known], crowd[:, 0, known]).argmin(dim=1)]


def beside(model, images, crowd):
    """Rows to show: with a hole, its fill, the nearest that was learned from, the truth."""
    kinds = {"cut": cut(images, garments.HOLE), "fill": model.fill(images)}
    kinds |= {"nearest seen": nearest_of(images, crowd), "truth": images}
    names = [f"{kind}, {i}" for kind in kinds for i in range(len(images))]
    return dict(zip(names, [as_image(x) for part in kinds.values() for x in part], strict=True))


# %% [markdown]
# **Predict:** the first two pictures are from the 300, the other four are test garments. What will
# the fills look like?

# %%
tests = garments.test_garments()
six = torch.cat([few.first(2), tests[[1, 7, 19, 22]]])
show_pictures(
    beside(plain.model, six, few.first(300)),
    columns=6,
    alt="Six garments in four rows: with a black box, filled, the nearest of the 300 training garments, and the truth. The first two fills are as the truth, the others are rough.",
)

# %% [markdown]
# The first two fills are almost right: the network has nearly memorised these pictures. (For these
# two the nearest training picture is the picture itself.) The other fills are noisy, with a texture
# that the garment does not have.
#
# ## More pictures, more weights
#
# The same training, for 30 to 9,500 garments and for hidden layers of 16, 64 and 256 numbers, was
# done with five seeds each. Such an experiment, one training for every setting and seed, is a
# **sweep** (`learnkit sweep data_size`; you need not run it). The results come with the course, one
# row for each training (`learnkit/sweeps/data_size.json`). You now run four of these trainings
# yourself (30, 100, 300 and 1,000 pictures, width 64), on other garments than the sweep. The bands
# in the figure are 95 % intervals of the mean over the five seeds; their formula follows below.

# %%
rows = shipped("data_size")
sizes, widths = (sorted({row[name] for row in rows}) for name in ("pictures", "width"))
trained = {n: garments.few(n, seed=100) for n in sizes[:-2]}
live = {n: garments.fit(few_n, width=64, steps=budget(1500)) for n, few_n in trained.items()}
live_test = {n: garments.psnr(fitted.model, tests) for n, fitted in live.items()}
print({n: round(value, 1) for n, value in live_test.items()})


# %%
def draw_sweep(ax, width, colour):
    """Both curves of one width: training dotted, test solid, each with its 95 % interval."""
    for score, style in (("seen", ":"), ("test", "-")):
        found = [scores(rows, score, pictures=n, width=width) for n in sizes]
        ax.semilogx(sizes, [x.mean() for x in found], style, color=colour, lw=2)
        ends = np.array([mean_interval(x) for x in found]).T
        ax.fill_between(sizes, *ends, color=colour, alpha=0.25, lw=0)
    ax.plot([], [], color=colour, lw=2, label=f"{width} wide")


# %% [markdown]
# **Predict:** with more training pictures, does the PSNR on the training pictures rise or fall? And
# that on test pictures? Is the smallest network the best at 30 pictures?


# %%
fig, (both, near) = plt.subplots(1, 2, figsize=(9.6, 4), layout="constrained")
for ax, ends in ((both, (11, 28)), (near, (11.5, 16.5))):
    for width, colour in zip(widths, ("tab:green", "tab:orange", "tab:blue"), strict=True):
        draw_sweep(ax, width, colour)
    ax.plot(list(live_test), list(live_test.values()), "ko", ms=5, label="64 wide, yours")
    ax.set(xlabel="training pictures (logarithmic)", ylabel="PSNR, dB", ylim=ends)
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
both.set_title("Training dotted, test solid")
near.set_title("The test curves, magnified")
both.legend()
show(fig, alt="Training curves fall with more pictures, test curves rise; 256 wide gains most.")


# %%
def mean_of(score, **setting):
    """The mean of the sweep's five seeds."""
    return scores(rows, score, **setting).mean()


at_30 = {w: mean_of("test", pictures=30, width=w) for w in widths}
at_300 = {w: mean_of("test", pictures=300, width=w) for w in widths}
at_all = {w: mean_of("test", pictures=9500, width=w) for w in widths}
gaps = {
    n: mean_of("seen", pictures=n, width=256) - mean_of("test", pictures=n, width=256)
    for n in sizes
}
table = {w: {"30": at_30[w], "300": at_300[w], "9,500": at_all[w]} for w in widths}
show_table(table, heads=["width", "30", "300", "9,500"], title="test PSNR, dB, by pictures")

# %% [markdown]
# The **gap** (*generalisation gap*) is the distance between the dotted and the solid curve. Where
# it is wide, more pictures will help. Where the curves meet, the *capacity* of the network is used
# up: more pictures hardly help any more; a larger network may, unless the remaining error cannot be
# avoided. The network of 16 has reached this at 3,000 pictures, where its gap is 0.2 dB. The one of
# 256 still has 1.5 dB there. (The dotted curves leave the figure: at 30 pictures they reach 42 dB
# for width 64 and 76 dB for 256.) All networks are trained for the same 1,500 steps of 64 pictures.
# With 300 pictures each one is used 320 times, with 9,500 only 10 times. This is one reason why the
# gap closes.
#
# A smaller network does not help here: at 300 pictures the test PSNR of 16 wide is 0.3 dB below
# that of 256 wide. A smaller network over-fits as well: with 30 pictures the network of 16 has 19.2
# dB on those 30 and 12.0 dB on others. The widest network is the best at 30 pictures as well, and
# at every size the best or equal to the best. Classical advice against over-fitting says: fewer
# weights. Here, as often with networks, more weights are as good or better.
#
# Move through the sizes. At 30 pictures, is the fill a copy of the nearest picture that the network
# was trained on?

# %%
three = tests[[1, 7, 19]]
data_size.explore(
    data_size.BySize(
        sizes=list(live),
        seen=[fitted.seen[-1] for fitted in live.values()],
        unseen=list(live_test.values()),
        cut=cut(three, garments.HOLE)[:, 0].numpy(),
        truth=three[:, 0].numpy(),
        fills=[fitted.model.fill(three)[:, 0].numpy() for fitted in live.values()],
        nearest=[nearest_of(three, trained[n].first(n))[:, 0].numpy() for n in live],
    )
)

# %% [markdown]
# At 30 pictures the fill is no copy. It continues the brightness at the hole's edge and adds noise:
# for a new picture the network mixes the 30 answers that it has memorised.
#
# ## Penalties on the weights
#
# More pictures help, but often there are no more. A method against over-fitting that does without
# more pictures is called **regularisation**. The first one changes the loss. A network that fits
# 300 pictures closely often needs large weights, whose effects cancel on those 300 pictures but not
# on others (the histograms below show the weights). So the loss gets a penalty for large weights,
# an [**L2 penalty**](glossary.ipynb#L2-penalty) or an [**L1 penalty**](glossary.ipynb#L1-penalty):
#
# $$L = \mathrm{MSE} + \lambda \sum w^2 \quad (\text{L2}), \qquad L = \mathrm{MSE} + \lambda \sum |w| \quad (\text{L1}).$$
#
# The gradient of $w^2$ is $2w$, so L2 pulls most at large weights. The gradient of $|w|$ is $\pm 1$
# (torch gives 0 at $w = 0$), so L1 pulls equally at all, and brings small ones close to 0 (a step
# of fixed size jumps to and fro around 0). Biases are left out: they shift a layer's output and do
# not make it steeper. The scales of norm layers are left out by convention.
#
# ### Exercise: the L2 penalty ●○○
#
# Return $\sum w^2$ over all parameters of the model that have more than one dimension, at any depth
# of the model. The model may be a single layer. Return one tensor of shape `()` that autograd can
# differentiate (no `.item()`, no `.detach()`). Do not multiply by $\lambda$.


# %% nbgrader={"grade": false, "grade_id": "l2_penalty", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def l2_penalty(model):
    """The sum of the squares of all parameters with more than one dimension."""
    ### BEGIN SOLUTION
    return sum(p.square().sum() for p in model.parameters() if p.ndim > 1)
    ### END SOLUTION


# %% [markdown]
# ### Exercise: the L1 penalty ●○○
#
# The same with $\sum |w|$. Its gradient at $w = 0$ must be 0, and not NaN.


# %% nbgrader={"grade": false, "grade_id": "l1_penalty", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def l1_penalty(model):
    """The sum of the absolute values of all parameters with more than one dimension."""
    ### BEGIN SOLUTION
    return sum(p.abs().sum() for p in model.parameters() if p.ndim > 1)
    ### END SOLUTION


# %% [markdown]
# Now train as above with your penalties; everything else stays the same.


# %%
def squares(model):
    """The L2 penalty at the strength with the best validation PSNR."""
    return 1e-4 * l2_penalty(model)


def sizes_of(model):
    """The L1 penalty at the strength with the best validation PSNR."""
    return 1e-5 * l1_penalty(model)


by_penalty = {"none": plain}
for name, penalty in (("L2", squares), ("L1", sizes_of)):
    by_penalty[name] = garments.fit(few, penalty=penalty, steps=budget(1500))

# %% [markdown]
# **Predict:** what happens to the PSNR on the 300, what to that on test garments? And to the
# weights of the first layer?

# %%
fig, axes = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True, layout="constrained")
penalised = {}
for ax, (name, fitted) in zip(axes, by_penalty.items(), strict=True):
    first = fitted.model.layers[0].weight.detach()
    penalised[name] = {"300, dB": fitted.seen[-1], "test, dB": garments.psnr(fitted.model, tests)}
    penalised[name]["|w| < 0.001, %"] = 100 * (first.abs() < 1e-3).float().mean().item()
    ax.hist(first.ravel().numpy(), bins=101, range=(-0.3, 0.3), log=True)
    ax.set(title=name, xlabel="weight of the first layer", ylabel="weights (logarithmic)")
show(
    fig,
    alt="Three histograms: without a penalty the weights are spread widely, with L2 they are narrow, with L1 nearly all are at 0 under a sharp peak.",
)

# %%
show_table(penalised, heads=["penalty", "300, dB", "test, dB", "|w| < 0.001, %"], digits=1)

# %% [markdown]
# Both make the network worse on its own 300 and better on others: 14.5 dB with L2 and 14.4 dB with
# L1, against 13.6 dB. With L1 94 % of the weights of the first layer are practically 0. With L2 it
# is 30 %: more than half of these belong to hidden units that ReLU sets to 0 for every one of the
# 300 pictures (*dead units*), so only the penalty changes them.
#
# > **Trap.** `weight_decay` of `torch.optim.Adam` is almost this penalty, but not quite. It adds
# > `weight_decay` times $w$ to the gradient, so a strength of 1e-4 is `weight_decay=2e-4`; and it
# > shrinks the biases as well. `AdamW` differs: it subtracts learning rate times `weight_decay`
# > times $w$ from each weight directly, so Adam's division does not scale it.
#
# **Dropout** is a third method: in training each hidden number is set to 0 with probability $p$,
# and those that are kept are divided by $1 - p$, so that each sum keeps its mean: `x *
# (torch.rand_like(x) > p) / (1 - p)`. So the network cannot rely on a single number. After training
# nothing is set to 0 (`model.eval()`). **Early stopping** (lesson 07) takes the weights with the
# best validation PSNR. It costs no computing time, but some pictures must be held back: here 500.
#
# ## Augmentation
#
# A coat turned by five degrees is still a coat. So one training picture gives many: turned,
# enlarged or made smaller, moved, mirrored. This is
# [**augmentation**](glossary.ipynb#Augmentation). Where a picture comes with its hole, the hole
# must move with it.
#
# An affine map of the plane is a matrix $A$ of 2 x 3. In torch the map goes from new to old: for
# each pixel of the *new* picture it gives the place in the *old* one,
#
# $$(x_\text{old}, y_\text{old})^T = A\,(x_\text{new}, y_\text{new}, 1)^T,$$
#
# in coordinates from -1 (left or top edge) to 1 (right or bottom edge): $x$ along a row, $y$ down a
# column. `align_corners=False` means that -1 and 1 are the outer edges of the picture, not the
# middles of its last pixels. The matrix `[[1, 0, 0], [0, 1, 0]]` changes nothing.
# `F.affine_grid(matrix, size, align_corners=False)` gives these places, `F.grid_sample(x, grid,
# align_corners=False)` reads the values there. The value between pixels is the mean of the four
# nearest pixels, weighted by how near they are (*bilinear interpolation*); beyond the border
# everything is 0.
#
# ### Exercise: picture and hole in step ●●●
#
# Images are `(n, c, h, w)`, holes `(n, 1, h, w)` bool. `matrix` holds one map for each picture,
# `(n, 2, 3)`; its hole moves by the same map. Return two tensors, the picture first. The picture is
# moved with bilinear interpolation, the default of `grid_sample`; pixels inside the hole are moved
# like the others, and not set to 0. A new pixel belongs to the new hole if more than 0.001 of its
# four weights falls on hole pixels or outside the picture. Return the hole as bool.


# %% nbgrader={"grade": false, "grade_id": "augment", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def augment(image, hole, matrix):
    """Move each picture and its hole by its affine map. Return both, the picture first."""
    ### BEGIN SOLUTION
    grid = F.affine_grid(matrix, image.shape, align_corners=False)
    known = F.grid_sample((~hole).float(), grid, align_corners=False)
    return F.grid_sample(image, grid, align_corners=False), known < 1 - 1e-3
    ### END SOLUTION


# %% [markdown]
# The astronaut's scratches (lesson 00) are painted white, and the hole marks them. Your function
# moves picture and hole by four maps. Orange marks the hole: in the second row the hole that moved
# with the picture, in the third row the hole that was not moved.

# %%
astronaut = damaged("astronaut")
white = np.where(astronaut.hole[..., None], 1.0, astronaut.image).transpose(2, 0, 1)
scratched = torch.from_numpy(white).float().expand(4, -1, -1, -1)
scratches = torch.from_numpy(astronaut.hole).expand(4, 1, -1, -1)
dice = torch.Generator().manual_seed(6)
four = random_maps(4, degrees=20.0, scale=0.15, shift=0.05, mirror=True, generator=dice)
moved, moved_hole = augment(scratched, scratches, four)
orange = torch.tensor([1.0, 0.5, 0.05]).view(1, 3, 1, 1)

# %% [markdown]
# **Predict:** if the hole is not moved, what share of the moved scratches lies outside it?

# %%
inside = augment(torch.ones(4, 1, 128, 128), torch.zeros_like(scratches), four)[1].logical_not()
missed = ((moved_hole & inside & ~scratches).sum() / (moved_hole & inside).sum()).item()
kinds = {"moved": moved, "its hole": torch.where(moved_hole, orange, moved)}
kinds["hole unmoved"] = torch.where(scratches, orange, moved)
show_pictures(
    {f"{kind}, {i}": as_image(part[i]) for kind, part in kinds.items() for i in range(4)},
    columns=4,
    alt="A scratched portrait turned and moved in four ways; below, orange covers the scratches and what came from outside; below that, orange lies beside the scratches.",
)
print(f"of the scratched pixels {100 * missed:.0f} % count as known where the hole has stayed")

# %% [markdown]
# > **Trap.** 89 % of the scratched pixels would be learned as good pixels, and no error is raised.
# > Everything that belongs to a picture (hole, outline, depth map) must be moved with it.
#
# ## What helps, measured
#
# All methods, here called remedies, were tried on the same task: 300 garments, a width of 256,
# 1,500 steps, six seeds (`learnkit sweep remedies`). Such a comparison, one change at a time, is
# also called an *ablation*. Each seed draws its own garments and first weights, the same for all
# remedies where possible. So take the *difference* from the training without a remedy, at the same
# seed. Its variance is the sum of the two variances minus twice their covariance, and with the same
# seed the covariance is usually positive. The mean of the differences has the interval of Student's
# $t$ (given; Student, 1908):
#
# $$\bar d \pm t\, \frac{s}{\sqrt{n}},$$
#
# where $s$ is the standard deviation of the $n = 6$ differences (with $n - 1$), and $t = 2.57$ is
# the 97.5 % point of Student's $t$ with $n - 1 = 5$ degrees of freedom. It is larger than 1.96,
# because $s$ is uncertain if computed from six values. 95 % of such intervals contain the true
# mean; of twenty, one misses it on average.
#
# In this task the hole is always in the middle: first the garment is moved, then the middle is cut
# out. So this hole does not move.

# %%
trials = shipped("remedies")
names = dict.fromkeys(row["remedy"] for row in trials)
none = scores(trials, "test", remedy="none")
gains = {name: scores(trials, "test", remedy=name) - none for name in names if name != "none"}
for name in ("none", "L2, 1e-4"):
    early = scores(trials, "test, stopped early", remedy=name)
    gains[f"{name}, stopped early"] = early - none
ranked = dict(sorted(gains.items(), key=lambda item: item[1].mean()))
ends_of = np.array([mean_interval(gain) for gain in ranked.values()])
middle = ends_of.mean(axis=1)
base = penalised["none"]["test, dB"]
yours = {"L2, 1e-4": penalised["L2"], "L1, 1e-5": penalised["L1"]}

# %% [markdown]
# **Predict:** which of these helps most: L2, dropout, early stopping, mirrored garments, or 1,000
# garments instead of 300?

# %%
fig, ax = plt.subplots(figsize=(7, 5.6))
ax.errorbar(middle, list(ranked), xerr=ends_of[:, 1] - middle, fmt="o", capsize=3)
ax.axvline(0, color="grey", lw=1)
ax.plot([score["test, dB"] - base for score in yours.values()], list(yours), "kx", label="yours")
ax.set(xlabel="gain in test PSNR, dB", ylabel="remedy")
ax.set_title(f"Gain over no remedy ({none.mean():.2f} dB), six seeds")
ax.legend(loc="lower right")
fig.tight_layout()
show(
    fig,
    alt="Some twenty remedies with their gain and interval, sorted: moved garments and three times the pictures lead, penalties and early stopping follow; penalties that are too strong and a narrower network bring nothing, half dropout harms.",
)

# %% [markdown]
# Read it from the top:
#
# - **More pictures** help: 1,000 in place of 300 are worth 1.13 dB.
# - **Moving** the garments by up to two pixels is worth 1.14 dB, as much as 1,000 pictures instead
#   of 300. (A dense network does not know that a garment two pixels further to the right is the
#   same garment. A convolution does, lesson 06, and should gain less.) Turning, scaling, moving and
#   mirroring together (1.08 dB) are no better than moving alone. Even garments upside down, which
#   no test picture shows, are worth 0.22 dB: they make it harder to memorise the 300 (21.9 dB on
#   these 300, 26.3 dB without).
# - **L2** is worth 0.80 dB at the strength 1e-4. A tenth of it is worth less than half of that, and
#   ten times as much is worth nothing: the strength must be found by validation. L1 behaves in the
#   same way, and gains a little less.
# - **Early stopping** is worth 0.58 dB and costs no training step (the row "none, stopped early").
#   Together with L2 it brings no more than L2 alone (the row "L2, 1e-4, stopped early"): both
#   prevent over-fitting.
# - **Dropout** helps a little at 10 % and harms at 50 %, by 0.35 dB. The reason is not that half of
#   the 256 hidden numbers are too few: without dropout the network of width 64 is as good as that
#   of 256. Perhaps 1,500 steps are too few with so much noise: on its own 300 it has only 15.8 dB.
# - A **smaller network** brings nothing (64 wide: the interval contains 0), or harms (16 wide,
#   -0.29 dB).
#
# > **Trap.** Of some twenty remedies the best one by *test* PSNR would look better than it is,
# > because you also choose the luckiest one. Choose by validation (there moving leads as well, with
# > 14.66 dB), and look at the test pictures once.
#
# ## Transfer
#
# The *context encoder* is a network that lesson 10 only named: an encoder squeezes the picture with
# its hole into a few hundred numbers, and a decoder paints the hole from them. The course's was
# trained on 60,000 garments. Suppose you have 100 tiles of 28 x 28, cut from grey photographs. Does
# the context encoder help there? To begin with weights that were trained on other data is called
# [**transfer learning**](glossary.ipynb#Transfer-learning). There are two ways: continue training
# all weights, with a lower learning rate than before
# ([**fine-tuning**](glossary.ipynb#Fine-tuning)); or keep the encoder as it is and train only the
# decoder ([**freezing**](glossary.ipynb#Freezing), also called feature extraction). The comparison
# is a network with random first weights (*from scratch*).
#
# ### Exercise: freeze a part ●●○
#
# Freeze the part called `prefix`: the parameters whose name *is* `prefix`, or begins with `prefix`
# and a dot. Set their `requires_grad` to False. Set all modules of the part (the module called
# `prefix` and all below it) to eval mode; otherwise dropout would continue, and batch norm would
# move its running statistics. (If `prefix` is a single parameter, such as `head.weight`, there is
# no module.) Everything else stays as it is, also what was frozen before. Return how many numbers
# of the whole model still learn.


# %% nbgrader={"grade": false, "grade_id": "freeze", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def freeze(model, prefix):
    """Freeze the part called prefix. Return how many numbers of the model still learn."""

    ### BEGIN SOLUTION
    def inside(name):
        return name == prefix or name.startswith(prefix + ".")

    for name, parameter in model.named_parameters():
        if inside(name):
            parameter.requires_grad_(False)
    for name, module in model.named_modules():
        if inside(name):
            module.eval()
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
    ### END SOLUTION


# %%
photographs = transfer.tiles(tuple(transfer.SHOWN))
asked, labels = resident(*fashion_mnist("test")).take(torch.arange(1000))


@torch.no_grad()
def classified(prepare):
    """Garments classified correctly, in %, by a classifier that was prepared and shown photographs."""
    model = pretrained("classifier")
    prepare(model)
    for batch in photographs[:640].split(64):
        model(batch)
    return 100 * (model.eval()(asked).argmax(dim=1) == labels).float().mean().item()


# %% [markdown]
# **Predict:** a classifier of garments looks at ten batches of photographs. There is no loss and no
# optimizer. Can it get worse at garments?

# %%
orders = {"in eval mode": lambda model: model.eval()}
orders["train(), then freeze"] = lambda model: freeze(model.train(), "trunk")
orders["freeze, then train()"] = lambda model: (freeze(model, "trunk"), model.train())
right = {order: classified(prepare) for order, prepare in orders.items()}
show_table(right, heads=["order", "classified correctly, %"], digits=1)

# %% [markdown]
# > **Trap.** `model.train()` after `freeze` undoes half of `freeze`: the parameters get no
# > gradient, but batch norm is in train mode again and moves its statistics towards the
# > photographs. The classifier falls from 93.3 to 78.3 %. Call `train()` first, `freeze` last.
# > (`trunk` is all of the classifier but its last layer.)
#
# Now the context encoder, on 100 tiles; 200 further tiles are for validation, and each training has
# 200 steps, of which the weights of the best validation PSNR are kept. (This network has neither
# batch norm nor dropout, so the mode of its frozen half does not matter.)

# %%
encoder = pretrained("context_encoder")
total = sum(p.numel() for p in encoder.parameters())
print(f"{freeze(encoder, 'encoder'):,} of {total:,} numbers learn where the encoder is frozen")
tiles, validation = transfer.few(100, seed=100)
ways = {"as it is": pretrained("context_encoder")}
for way in transfer.WAYS:
    ways[way] = transfer.fit(way, tiles, validation, seed=100, steps=budget(transfer.STEPS))
unseen_tiles = transfer.tiles(transfer.HELD_OUT)
here = {way: transfer.psnr(model, unseen_tiles) for way, model in ways.items()}

# %% [markdown]
# **Predict:** which of the four fills tiles of two unseen photographs best: the network as it is,
# fine-tuned, with a frozen encoder, or from scratch?

# %%
some = unseen_tiles[[20, 60, 90, 120]]
fills = {"cut": cut(some, transfer.HOLE)}
fills |= {way: model.fill(some, transfer.HOLE) for way, model in ways.items()} | {"truth": some}
show_pictures(
    {f"{name}, {i}": as_image(part[i]) for name, part in fills.items() for i in range(4)},
    columns=4,
    alt="Four tiles of photographs in rows: with a black box, filled by the network as it is, from scratch, with a frozen encoder, fine-tuned, and the truth.",
)

# %%
swept = shipped("transfer")
tile_counts = sorted({row["tiles_seen"] for row in swept} - {0})


def draw_way(ax, way, aside):
    """One way of training over the number of tiles, a little aside, with 95 % intervals."""
    found = [scores(swept, "test", way=way, tiles_seen=n) for n in tile_counts]
    ends = np.array([mean_interval(x) for x in found])
    place = np.array(tile_counts) * 1.04**aside
    bars = ax.errorbar(place, ends.mean(1), np.ptp(ends, axis=1) / 2, fmt="o-", capsize=3)
    bars.set_label(way)
    ax.plot(100 * 1.04**aside, here[way], "kx", ms=8)


# %%
fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for aside, name_of_way in enumerate(transfer.WAYS, start=-1):
    draw_way(ax, name_of_way, aside)
ax.axhline(here["as it is"], color="grey", ls="--", label="as it is")
ax.set(xscale="log", xlabel="tiles learned from (logarithmic)", ylabel="PSNR in the hole, dB")
ax.set_xticks(tile_counts, tile_counts)
ax.set_xticks([], minor=True)
ax.set_title("Six seeds, 95 % intervals; crosses are yours")
ax.legend()
show(fig, alt="Three ways over the number of tiles; fine-tuning lies above the other two.")

# %% [markdown]
# Garments help these two photographs. With 30 tiles the fine-tuned network has 16.2 dB, from
# scratch 15.3 dB, and the network as it is 15.3 dB as well. With 300 tiles it is still ahead, 17.1
# against 16.5 dB. A frozen encoder is ahead of training from scratch at 30 tiles and behind it at
# 300, but both intervals of the difference contain 0, so six seeds do not decide. Compare
# fine-tuning with the frozen encoder: fine-tuning is ahead of it by 0.5 dB at 30 and by 0.8 dB at
# 300; at 100 the interval of that difference contains 0. So on these two photographs fine-tuning is
# the best choice. Freezing needs less memory, and several tasks can share one frozen encoder. (A
# cross is one training, yours; a bar is the interval of the mean of six.)
#
# ## Does a generator copy?
#
# A generator can over-fit, too: it returns its training pictures. Lesson 13 looked at the nearest
# training picture. But how near is too near? Compare with an equal number of pictures that it has
# *not* seen. If it copies, most samples are nearer to a training picture. If not, about half are.
# The share has Wilson's interval. (The interval accounts for the random samples only. With 20
# pictures against 20 the choice of the 20 is random as well, so 35 or 65 % would mean nothing.)
#
# Here are VAEs trained on 20 and on 1,000 garments, 600 steps each, and the shipped one, trained on
# 60,000 garments. Of these 60,000 we look at 1,000.


# %%
def small_vae(n):
    """A VAE of n garments."""
    torch.manual_seed(0)
    model = vae.mlp_vae((1, 28, 28), width=256, latent=24)
    objective = vae_recipe.RECIPE.objective(torch.Generator().manual_seed(0))
    options = {"steps": budget(600), "batch_size": min(64, n)}
    for _ in train(model, objective, garments.few(n, seed=0), **options):
        pass
    return model.eval()


def distances(samples, crowd):
    """Of each sample the distance to the nearest picture of a crowd, and which one that is."""
    return torch.cdist(samples.flatten(1), crowd.flatten(1)).min(dim=1)


# %% [markdown]
# **Predict:** which share of the samples of each VAE is nearer to its own training pictures than to
# as many others?

# %%
others = resident(fashion_mnist("test")[0])
generators = {n: small_vae(n) for n in (20, 1000)} | {60_000: pretrained("vae")}
drawn, copies = {}, {}
for n, model in generators.items():
    drawn[n] = model.sample(200, torch.Generator().manual_seed(1)).float()
    mine, foreign = garments.few(min(n, 1000), seed=0), others.first(min(n, 1000))
    own = distances(drawn[n], mine.first(len(mine))).values
    nearer = int((own < distances(drawn[n], foreign).values).sum())
    low, high = preference_interval(nearer, 200)
    copies[n] = {"share, %": nearer / 2, "low, %": 100 * low, "high, %": 100 * high}
show_table(copies, heads=["training pictures", "share, %", "low, %", "high, %"], digits=0)

# %%
rows_shown = {}
for count in (20, 60_000):
    own_pictures = garments.few(min(count, 1000), seed=0).first(1000)
    nearest = own_pictures[distances(drawn[count][:6], own_pictures).indices]
    for i in range(6):
        rows_shown[f"of {count:,}, {i}"] = as_image(drawn[count][i])
    rows_shown |= {f"nearest, {count:,}, {i}": as_image(nearest[i]) for i in range(6)}
show_pictures(
    rows_shown,
    columns=6,
    alt="Six samples of a VAE of 20 garments, each above its nearest training garment, three of which it clearly imitates; and six of the shipped VAE, the first near to a plain pullover, the others not near to theirs.",
)

# %% [markdown]
# Of the VAE of 20 garments 98 % of the samples are nearer to its own 20 than to 20 others: it
# copies, though it blurs and mixes. With 1,000 garments the share is far nearer to one half: little
# copying can be shown. The shipped VAE has 50 %, which says little: of its 60,000 training pictures
# you looked at 1,000, and even a perfect copier would find its original among them once in 60
# samples. To rule out copies you must have all of the training pictures.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A network has 31 dB on its training pictures and 22 dB on the validation pictures. A
# colleague proposes a larger network. What do you answer?**
#
# <details><summary>Yes: a larger network learns more.</summary>
#
# **No.** It makes the 31 larger and the 22 hardly.
# </details>
# <details><summary>Yes, but with a smaller learning rate</summary>
#
# **No.** The gap does not come from the learning rate.
# </details>
# <details><summary>No: first more pictures, or augmentation</summary>
#
# **Right.** Or a penalty, dropout, early stopping. Nine decibels do not carry over. In the lesson's
# measurement a larger network gained 0.0 to 0.4 dB where the gap was wide.
# </details>
#
# **2. You add dropout of 50 %. The training PSNR and the validation PSNR fall, both measured
# without dropout. Is the code wrong?**
#
# <details><summary>Not necessarily</summary>
#
# **Right.** With half of the features missing, the 300 garments are hard to memorise, so the
# training PSNR falls (in the lesson from 26.3 to 15.8 dB). It can be too much for the validation
# pictures, too. Take 10 %, and measure.
# </details>
# <details><summary>Yes: dropout always helps on validation pictures.</summary>
#
# **No.** It helps at the right strength. In the lesson 50 % cost 0.35 dB on test pictures.
# </details>
# <details><summary>Yes: dropout must be off in training.</summary>
#
# **No.** It is on in training, and off in evaluation.
# </details>
#
# **3. A frozen encoder, a trained decoder. On the very same pictures the loss is good while you
# train, and bad after `model.eval()`. Where do you look first?**
#
# <details><summary>At the learning rate of the encoder</summary>
#
# **No.** A frozen part is not trained and has none.
# </details>
# <details><summary>At the mode of the frozen part</summary>
#
# **Right.** In train mode its batch norm uses each batch's own statistics, and the running ones
# move. `freeze` must come after `model.train()`, in every epoch.
# </details>
# <details><summary>At the size of the decoder</summary>
#
# **No.** It is the same in training and in evaluation.
# </details>
#
# **4. A picture is rotated for augmentation. What must happen to its hole?**
#
# <details><summary>Nothing: a hole is no picture.</summary>
#
# **No.** Then the hole would cover other pixels than before.
# </details>
# <details><summary>A rotation by another angle, for more variety</summary>
#
# **No.** Then the hole would no longer lie over the missing pixels.
# </details>
# <details><summary>The same rotation</summary>
#
# **Right.** And every pixel that mixes in an unknown one counts as hole. Picture and hole stay in
# step. No error tells you when they do not.
# </details>
#
# **5. Why does weight decay usually leave out biases?**
#
# <details><summary>A bias does not make the output steeper.</summary>
#
# **Right.** It only shifts it. The penalty is meant against weights that make the output change
# strongly with the input.
# </details>
# <details><summary>They are too small to count in the sum.</summary>
#
# **No.** Some of them are as large as weights.
# </details>
# <details><summary>They have no gradient.</summary>
#
# **No.** They have one, and they are trained.
# </details>
#
# ## What you have seen
#
# - Two curves, training and test, over the number of pictures: with a wide gap, look for more
#   pictures; with no gap, try a larger network.
# - The effects of regularisation methods were measured, with intervals over seeds: some help, some
#   help only at the right strength, and some do not help at all.
# - Move everything that belongs to a picture with it; no error message warns you.
# - Weights trained on other pictures are a good start; frozen parts must also be in eval mode.
# - Whether a generator copies is a share with an interval, if you have all of its training
#   pictures.
#
# **For the course's table** of fills: no new row. The networks in it were trained on 60,000
# garments; the results for 300 garments do not apply to them.
#
# **Read on:** Krogh and Hertz, *A Simple Weight Decay Can Improve Generalization* (1991);
# Srivastava et al., *Dropout* (2014), sections 1 and 7; Yosinski et al., *How Transferable Are
# Features in Deep Neural Networks?* (2014); Zhang et al., *Understanding Deep Learning Requires
# Rethinking Generalization* (2017), section 2. Next:
# [**15 Speed and scale**](15_speed_and_scale.ipynb).
