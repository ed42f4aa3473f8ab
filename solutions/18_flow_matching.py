# %% [markdown]
# # 18 Flow matching
#
# > Can a straight path lead from noise to a picture?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 08 to 10, 12 and 13 | train a network on straight lines from noise to pictures, and walk from noise to a picture in few steps; straighten the paths; choose what is painted, and how strictly; write attention, and see where a pixel looks; fill holes with the same network | 90 min; the cells alone run in under a minute, with or without a GPU |
#
# Lesson 12 went from noise to a garment in 25 calls of a network, and mixed picture and noise by a
# schedule of square roots. Large image generators such as Stable Diffusion 3 and Flux mix them in
# the simplest way, along **a straight line**, and a text tells them what to paint. You write both
# parts, first for points, then for garments; a label takes the place of the text.

# %%
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from torch import nn

from learnkit.exercises import challenge, exercise
from learnkit.holes import draw
from learnkit.images.data import GARMENTS, fashion_mnist
from learnkit.images.ring import centres, share_on_ring
from learnkit.models import gan
from learnkit.models.diffusion import ddim
from learnkit.models.flow_matching import paths
from learnkit.models.pretrained import card, pretrained
from learnkit.speed.measuring import work_of
from learnkit.training.device import budget, choose
from learnkit.training.loop import Step
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import guidance, walks
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import BLUE, GREY, ORANGE, draw_picture, show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## Straight lines
#
# A picture is $x_1$, a noise of the same shape is $x_0$. (Note: in lesson 12 $x_0$ was the picture,
# and $t = 0$ was the clean end. Here, as in the papers on flow matching, $x_0$ is the noise, and $t
# = 1$ is the clean end.) Between them lies a straight line, and $t$ goes from 0 to 1 along it:
#
# $$x_t = (1 - t)\,x_0 + t\,x_1, \qquad \text{with the velocity}\qquad \frac{dx_t}{dt} = x_1 - x_0$$
#
# On one line the velocity is constant. Points in the plane can be drawn, so let the "pictures" be
# points of lesson 09's ring of eight blobs, each Gaussian with the standard deviation $\sigma =
# 0.05$.

# %%
dice = torch.Generator().manual_seed(0)


def pairs_at_random(count):
    """Noises x0, and points x1 of the ring, drawn independently."""
    return torch.randn(count, 2, generator=dice), gan.ring(count, dice)


def plane(ax, lines):
    """Draws lines (n, moments, 2) in the plane; the last point of each is marked."""
    ax.add_collection(LineCollection(list(lines), colors=GREY, lw=0.8))
    ax.plot(*lines[:, -1].T, ".", color=BLUE, ms=4)
    ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")


# %% [markdown]
# **Predict:** eighty noises, each joined by a line to a point of the ring that was drawn at random. Do the lines cross?

# %%
x0, x1 = pairs_at_random(80)
fig, ax = plt.subplots(figsize=(4.2, 4.2))
plane(ax, torch.stack([x0, x1], dim=1).numpy())
ax.set(title="80 straight lines", xlabel="x", ylabel="y")
fig.tight_layout()
show(
    fig,
    alt="Eighty lines from the middle of the plane to eight blobs around it; they cross everywhere.",
)

# %% [markdown]
# They cross everywhere. Every pair of a noise and a point of the ring is possible, so many lines
# pass through (or close to) the same point at the same $t$. A network that is given only $x_t$ and
# $t$ cannot know which line the point belongs to.
#
# ## What is learned
#
# In [**flow matching**](glossary.ipynb#Flow-matching) a network is trained to predict the velocity
# from $x_t$ and $t$, with the squared error on single lines. By lesson 01 it then learns **the
# mean** of the velocities of all lines that pass through this $x_t$ at this $t$: $v(x_t, t) =
# \mathbb{E}\,[x_1 - x_0 \mid x_t]$. (In the papers $x_1 - x_0$ is the *conditional* velocity, and
# $v$ the *marginal* one.)
#
# Why is a mean useful here? Take any smooth function $f$ of a point. Its mean over all pairs $(x_0,
# x_1)$ changes with $t$ as follows (chain rule):
#
# $$\frac{d}{dt}\,\mathbb{E}\,f(x_t) = \mathbb{E}\,\big[\nabla f(x_t) \cdot (x_1 - x_0)\big] = \mathbb{E}\,\big[\nabla f(x_t) \cdot v(x_t, t)\big]$$
#
# The second step takes the mean over the lines through each $x_t$ first. Now let a second set of
# points start as noise and move with the *mean* velocity $v$. As long as both sets have the same
# distribution, the mean of every $f$ changes at the same rate in both, so their distributions stay
# the same (we skip the proof that the solution is unique). At $t = 1$ both have the distribution of
# the pictures.
#
# ### Exercise: the loss of a flow ●●○
#
# `x0` (noise) and `x1` have one shape: points `(n, 2)` here, pictures `(n, c, h, w)` later. `t` is
# `(n,)`, a time for each sample. `model(xt, t)` gives a tensor of the shape of `xt`; hand it the
# `t` of shape `(n,)`, as it came. Form $x_t$, call the model once, and return the mean of the
# squared differences between its answer and $x_1 - x_0$, over all samples and all their numbers, as
# a tensor.
#
# To multiply, `t` needs as many axes as `x0`: `t.reshape(-1, *[1] * (x0.ndim - 1))` is `(n, 1)` for points and `(n, 1, 1, 1)` for pictures.


# %% nbgrader={"grade": false, "grade_id": "flow_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def flow_loss(model, x0, x1, t):
    """The mean squared difference between the predicted velocity and x1 - x0."""
    ### BEGIN SOLUTION
    time = t.reshape(-1, *[1] * (x0.ndim - 1))
    xt = (1 - time) * x0 + time * x1
    return F.mse_loss(model(xt, t), x1 - x0)
    ### END SOLUTION


# %% [markdown]
# Lesson 12 had 1,000 numbered steps. Here `t` is any number from 0 to 1. A small network of four
# linear layers learns the velocity of the points.


# %%
class Field(nn.Module):
    """A velocity for points of the plane: v(x, t)."""

    def __init__(self):
        super().__init__()
        sizes = [3, 128, 128, 128]
        layers = [(nn.Linear(a, b), nn.SiLU()) for a, b in itertools.pairwise(sizes)]
        self.layers = nn.Sequential(*itertools.chain(*layers), nn.Linear(128, 2))

    def forward(self, x, t):
        return self.layers(torch.cat([x, t[:, None]], dim=1))


# %%
def learning(field, pairs, steps, rate=2e-3):
    """Trains a field by your loss on pairs (x0, x1); yields every step."""
    optimizer = torch.optim.Adam(field.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for number in range(steps):
        loss = flow_loss(field, *pairs(512), torch.rand(512, generator=dice))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
        yield Step(number + 1, {"loss": loss.detach()})


# %%
torch.manual_seed(0)
curved = Field()
taken = learning(curved, pairs_at_random, budget(3000))
losses = [step.loss for step in watched(taken, budget(3000), title="the flow", curve=True)]
print(f"loss {np.mean(losses[:20]):.2f} at first, {np.mean(losses[-200:]):.2f} at the end")

# %% [markdown]
# > **Trap.** The loss ends at about 1.75, and more training hardly helps. That is no sign of a bad
# > network. Where lines with different velocities meet, no single prediction fits all of them, so
# > even the best velocity has a loss above 0.
#
# For this ring the best velocity is known. From $x_t = (1-t)\,x_0 + t\,x_1$ follows $x_1 - x_0 =
# (x_1 - x_t)/(1-t)$, so $v = (\mathbb{E}[x_1 \mid x_t] - x_t)/(1-t)$. If $x_1$ belongs to the blob
# with the middle $m$, then $x_t$ is Gaussian. Its mean is $t m$, its variance $w = t^2\sigma^2 +
# (1-t)^2$, and the covariance of $x_1$ and $x_t$ is $t\sigma^2$. So, as in lesson 10, the mean of
# $x_1$ given $x_t$ is $m + \frac{t\sigma^2}{w}(x_t - t m)$. The eight blobs are equally likely, so
# each is weighted by the density that it gives $x_t$. The variance $w$ is the same for all, so the
# weights are a softmax of $-|x_t - t m|^2 / 2w$.


# %%
def best_velocity(xt, t, sigma=0.05):
    """The mean of x1 - x0 over all lines through xt at the time t."""
    t, middles = t[:, None], torch.from_numpy(centres()).float()
    off = xt[:, None] - t[:, None] * middles  # (n, 8, 2)
    variance = t**2 * sigma**2 + (1 - t) ** 2
    weight = torch.softmax(-off.square().sum(dim=2) / (2 * variance), dim=1)[..., None]
    ends = middles + (t * sigma**2 / variance)[..., None] * off
    return ((weight * ends).sum(dim=1) - xt) / (1 - t)


# %%
many, times = pairs_at_random(20_000), torch.rand(20_000, generator=dice)
with torch.no_grad():
    left = {
        "your network": flow_loss(curved, *many, times).item(),
        "the best there is": flow_loss(best_velocity, *many, times).item(),
    }

# %% [markdown]
# **Predict:** what loss does the best velocity have, and what loss your network, on 20,000 new
# pairs?

# %%
show_table(left, heads=["velocity", "loss"])

# %% [markdown]
# The best velocity leaves 1.71, and yours 1.75. So the network has learned nearly everything that
# can be learned. The remaining loss is the variance of the velocities of the lines that meet at one
# point and time, averaged over points and times.
#
# ## The walk
#
# To make a picture, start at a noise and follow the velocity. This solves the differential equation
# (*ODE*) $dx/dt = v(x, t)$. Take `steps` straight steps, each for a time of 1/`steps` (Euler's
# method):
#
# $$x \leftarrow x + \tfrac{1}{\text{steps}}\; v(x, t), \qquad t = 0,\ \tfrac{1}{\text{steps}},\ \tfrac{2}{\text{steps}},\ \dots$$
#
# ### Exercise: walk along the velocity ●●○
#
# `velocity(xt, t)` takes samples in the shape of `x0` and a `t` of shape `(n,)`. Call it `steps`
# times, at t = 0, 1/steps, ..., 1 - 1/steps (float32, the same t for all samples), and return the
# last x. Leave `x0` as it is, and keep no graph (`torch.no_grad()`). A tensor that you make must be
# on the device of `x0` (`device=x0.device`).


# %% nbgrader={"grade": false, "grade_id": "integrate", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def integrate(velocity, x0, steps):
    """x1: where x0 has moved to after `steps` steps of Euler."""
    ### BEGIN SOLUTION
    xt = x0
    with torch.no_grad():
        for i in range(steps):
            t = torch.full((len(x0),), i / steps, device=x0.device)
            xt = xt + velocity(xt, t) / steps
    return xt
    ### END SOLUTION


# %%
def walked(velocity, start, steps):
    """All states of the walk, (steps + 1, n, 2), by the library's `paths`."""
    return torch.stack([x for _, x in paths(velocity, start, steps)]).numpy()


start = torch.randn(2000, 2, generator=torch.Generator().manual_seed(1))
way = walked(curved, start, 100)

# %% [markdown]
# **Predict:** the same eighty noises walk along the learned velocity in 100 steps. Do *these* paths cross as often?

# %%
fig, both = plt.subplots(1, 2, figsize=(8.6, 4.3))
plane(both[0], torch.stack([x0, x1], dim=1).numpy())
plane(both[1], walked(curved, x0, 100).transpose(1, 0, 2))
both[0].set(title="trained on these lines", xlabel="x", ylabel="y")
both[1].set(title="walks along these paths", xlabel="x", ylabel="y")
fig.tight_layout()
show(
    fig,
    alt="Left eighty lines that cross everywhere; right eighty curved paths to eight blobs, which hardly cross.",
)

# %% [markdown]
# Hardly. At each point and time there is only one velocity, so two exact walks never meet at the
# same time (some of the drawn curves cross, but at different times). At first all points move
# towards the middle, because the mean of the whole ring lies there. Later each point turns towards
# the blob that has become most likely. **Straight lines that cross make curved paths.** To measure
# the curvature, divide the length of the paths by the distance between their ends; straight paths
# give 1.


# %%
def detour(states):
    """The length of all paths, divided by the distance between their starts and their ends."""
    length = np.linalg.norm(np.diff(states, axis=0), axis=2).sum()
    return length / np.linalg.norm(states[-1] - states[0], axis=1).sum()


def arrived(velocity, steps):
    """The share of the 2,000 noises that end in a blob: within 4 σ of its middle."""
    return share_on_ring(integrate(velocity, start, steps).double().numpy())


print(f"the paths are {detour(way):.2f} times as long as a straight line")
by_steps = {steps: 100 * arrived(curved, steps) for steps in (1, 2, 4, 8, 25, 100)}

# %% [markdown]
# **Predict:** how many of 2,000 points end in a blob after 1 step, after 4, after 25?

# %%
show_table(by_steps, heads=["steps", "points in a blob, %"], digits=0)

# %% [markdown]
# After one step, none. At $t = 0$ every point of the ring is equally possible, so the velocity
# points from every noise to the mean of the ring, its centre. Four steps bring 59 %, 25 bring 91 %,
# and 100 bring 93 %. Each step is a straight line, but the paths are curved, so long steps leave
# the paths. (A step of Heun's method takes the mean of the velocities at both of its ends; it costs
# two calls and stays closer to the path.)
#
# ## Straighten it
#
# The paths are curved because noises and points were paired at random. So we choose better pairs.
# For each noise take the point where its own walk ends. Train again with your `flow_loss`, on
# straight lines between these pairs. This is [**reflow**](glossary.ipynb#Reflow) (Liu et al., 2023,
# whose name for such a flow is *rectified flow*). Lines between these pairs cross much less often.
# (Not never: the paper repeats the step.)


# %%
noises = torch.randn(20_000, 2, generator=dice)
ends = integrate(curved, noises, 50)


def pairs_by_walk(count):
    """Noises, and the points that the first flow takes them to."""
    chosen = torch.randint(len(noises), (count,), generator=dice)
    return noises[chosen], ends[chosen]


straight = Field()
straight.load_state_dict(curved.state_dict())
taken_again = learning(straight, pairs_by_walk, budget(1500))
again = [step.loss for step in watched(taken_again, budget(1500), title="reflow")]

# %% [markdown]
# **Predict:** the loss was 1.75 before. What is it now, and how many points are in a blob after a
# single step?

# %%
print(
    f"loss {np.mean(again[-200:]):.4f}; paths {detour(walked(straight, start, 100)):.3f} times as long"
)
show_table(
    {
        steps: {"first flow": before, "after reflow": 100 * arrived(straight, steps)}
        for steps, before in by_steps.items()
    },
    heads=["steps", "first flow, % in a blob", "after reflow, % in a blob"],
    digits=0,
)

# %% [markdown]
# The loss is 0.006: hardly any lines cross now, so one velocity fits at each point and time. The
# paths are 1.005 times as long as straight lines. One step brings 62 % into a blob, where it
# brought none before, and four bring 78 %. But there is a cost: the second flow learned from the
# points that the first flow made, including the points outside the blobs. With 100 steps it is
# worse than the first flow: 84 % of the points end in a blob, and 93 % of the first flow's.
#
# Choose a flow and a number of steps, and watch the points move.

# %%
counts = (1, 2, 4, 8, 25)
walks.explore(
    walks.Walks(
        {
            name: {steps: walked(field, start[:600], steps) for steps in counts}
            for name, field in (("curved", curved), ("straight", straight))
        },
        gan.ring(600, dice).double().numpy(),
    )
)

# %% [markdown]
# ## Garments
#
# The shipped **flow** was trained on garments, on the same straight lines, for 12,000 steps, about
# an hour and a half of one core. Four things differ from your training: the squared errors are
# taken in the hole only; they are divided by their expected size at each $t$ and for each hole; $t$
# is drawn more often near the middle than at the ends (`learnkit/recipes/flow.py`); and the network
# predicts only the difference from a linear formula (`learnkit/models/flow.py`). The network is
# lesson 12's U-Net with attention at its bottom (explained below). It is told the time, the kind of
# garment (its class), what is known of the picture, and where the hole is. So one network can make
# whole pictures (the hole covers everything) and fill holes. We compare it with the noise predictor
# of lesson 12, sampled by DDIM.
#
# `flow.unconditional(n)` is $v(x_t, t, \text{labels})$ for `n` pictures of which nothing is known; `flow.labelled(images, hole)`, later on, is the same for pictures with a hole.

# %%
machine = choose()
flow = machine.place(pretrained("flow"))
noise_predictor = machine.place(pretrained("noise_predictor"))
garment_dice = torch.Generator(machine.device).manual_seed(4)
calls = (1, 2, 4, 8, 25)


def of_any_kind(said):
    """Makes v(xt, t) from v(xt, t, labels): all labels are `empty`, which says no kind."""
    return lambda xt, t: said(xt, t, torch.full((len(xt),), flow.empty, device=xt.device))


# %%
two = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(3)).to(machine.device)
hurried = {count: integrate(of_any_kind(flow.unconditional(2)), two, count) for count in calls}


def by_ddim(xT, count):
    """The noise predictor's sample, in [-1, 1]."""
    *_, last = ddim(noise_predictor, xT, noise_predictor.alpha_bar, count)
    return last.x0


# %% [markdown]
# **Predict:** from one and the same noise, in 1, 2, 4, 8 and 25 calls, by the flow and by DDIM.
# Which method needs fewer calls before you can see its final garment?

# %%
show_pictures(
    {f"flow, {k}": as_image((hurried[k][0] + 1) / 2) for k in calls}
    | {f"DDIM, {k}": as_image((by_ddim(two[:1], k)[0] + 1) / 2) for k in calls},
    columns=5,
    alt="One noise in 1, 2, 4, 8 and 25 calls, above by the flow and below by DDIM: a grey blur turns into a garment.",
)

# %%
frechet = {}
for k in calls:
    name = f"{k} call" + ("" if k == 1 else "s")
    of_flow, of_noise = (card(model)["quality"] for model in ("flow", "noise_predictor"))
    frechet[k] = {
        "flow": of_flow[f"Frechet classifier distance, {name}"],
        "DDIM": of_noise[f"Frechet classifier distance, {name}"],
        "told": of_flow[f"Frechet classifier distance, told the kind, {name}"],
    }
show_table(frechet, heads=["calls", "flow", "DDIM", "flow, told the kind"], digits=1)

# %% [markdown]
# The flow needs fewer: with four calls it already shows its final shoe, while DDIM still shows a
# pullover. The Frechet distances, read from the two models' cards, say the same of thousands of
# garments, from four calls on (2,000 of the flow, 10,000 by DDIM; less is nearer to real ones; with
# 2,000 pictures the distance comes out a little too large, which is unfair to the flow). The flow
# has 47 where DDIM has 69 with four calls, 16 where it has 33 with eight, and 6.8 where it has 8.4
# with 25. With one call or two neither paints a garment. There DDIM has the smaller distance, which
# says only that the classifier finds a blur even stranger. With one call the flow paints the mean
# of all garments, and the noise predictor black and white noise, for the reason in lesson 12: its
# error is 214 times as large in $\hat x_0$. The two networks also differ in size (2.2 and 1.5
# million weights), in attention, and in training (12,000 and 10,000 steps). So this compares two
# networks, and not the shape of the paths alone. The last column is for the next section: the same
# flow, told the kind of garment, has 8.1 with four calls, and 1.8 with 25.
#
# ## Told what to paint
#
# The simplest way of telling a network what to paint is to give it a label together with the time:
# for each of the ten kinds a learned vector (an *embedding*) is added to that of the time. Then the
# network learns $v(x_t, t, y)$, the mean velocity of the lines that end at pictures of the kind
# $y$. It should also learn $v(x_t, t)$, the mean over all kinds. For this there is an eleventh
# label, `empty`, with the meaning "no kind given". In training a part of the labels is replaced by
# `empty`.
#
# ### Exercise: leave some labels out ●○○
#
# `labels` is int64 `(n,)`. Return a new tensor. Each label is replaced by `empty` with the given
# probability, independently of the others: draw one random number between 0 and 1 for each label (a
# *throw*, as of dice), with `torch.rand`, `generator` and `device=labels.device`. A label is
# replaced where its number is below `probability`.


# %% nbgrader={"grade": false, "grade_id": "drop_labels", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def drop_labels(labels, probability, empty, generator):
    """A copy of the labels, some of them replaced by `empty`."""
    ### BEGIN SOLUTION
    thrown = torch.rand(labels.shape, generator=generator, device=labels.device)
    return torch.where(thrown < probability, empty, labels)
    ### END SOLUTION


# %%
kinds = torch.arange(12, device=machine.device) % 10
print("labels", kinds.tolist())
print("some dropped", drop_labels(kinds, 0.25, flow.empty, garment_dice).tolist())

# %% [markdown]
# Now both velocities come from one network, and their difference shows what the label changes.
# [**Classifier-free guidance**](glossary.ipynb#Classifier-free-guidance) (Ho and Salimans, 2022)
# multiplies that difference by a scale $s$:
#
# $$v_s = v(x_t, t, \text{empty}) + s\,\big(v(x_t, t, y) - v(x_t, t, \text{empty})\big)$$
#
# (Many papers write $1 + w$ for $s$.) What does a scale above 1 do? Given $x_1$, $x_t$ is Gaussian
# with the mean $t x_1$ and the variance $(1-t)^2$, so $\nabla \log p_t(x_t) = \mathbb{E}\,[-(x_t -
# t x_1)/(1-t)^2 \mid x_t] = -\mathbb{E}\,[x_0 \mid x_t]/(1-t)$ (Tweedie's formula; $\nabla$ is the
# gradient with respect to $x_t$, and $\nabla \log p_t$ is called the *score*). With $x_1 - x_0 =
# (x_t - x_0) / t$ the velocity contains this gradient of a log-probability:
#
# $$v(x_t, t) = \frac{x_t + (1 - t)\,\nabla \log p_t(x_t)}{t}, \qquad 0 < t$$
#
# By Bayes' rule $\log p_t(x_t \mid y) - \log p_t(x_t) = \log p_t(y \mid x_t) - \log p(y)$, and the
# last term does not depend on $x_t$. So the difference between the velocity of the kind $y$ and
# that of any kind is $\frac{1-t}{t}\,\nabla \log p_t(y \mid x_t)$: the direction in which $x_t$
# becomes more recognisable as $y$. With $s = 3$ this part of the velocity is three times as large,
# roughly as if each picture $x$ were drawn with a probability proportional to $p(x)\,p(y \mid
# x)^3$. Pictures that could also be of another kind become rare. For a perfect network the scale 1
# would be right; larger scales hide the errors of a real one.
#
# ### Exercise: guidance ●○○
#
# `model(xt, t, labels)` gives a velocity; `t` is `(n,)`, `labels` int64 `(n,)`, and `empty` is one
# number, the label for "no kind given". The model takes labels only as a tensor `(n,)`:
# `torch.full_like` makes one of `empty`. Return $v_s$ of the formula above.


# %% nbgrader={"grade": false, "grade_id": "guided_velocity", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def guided_velocity(model, xt, t, labels, empty, scale):
    """The velocity with `empty`, plus `scale` times the difference that the labels make."""
    ### BEGIN SOLUTION
    free = model(xt, t, torch.full_like(labels, empty))
    told = model(xt, t, labels)
    return free + scale * (told - free)
    ### END SOLUTION


# %%
def painted(labels, scale, noise, steps=12):
    """Garments of these kinds by your guidance, in [0, 1]."""
    said = flow.unconditional(len(labels))

    def velocity(xt, t):
        return guided_velocity(said, xt, t, labels, flow.empty, scale)

    return (integrate(velocity, noise, steps).clamp(-1, 1) + 1) / 2


# %%
DRAWS = 8
scales = [0.0, 1.0, 3.0, 8.0]
noise = torch.randn(DRAWS, 1, 28, 28, generator=garment_dice, device=machine.device)
each_kind = torch.arange(10, device=machine.device).repeat_interleave(DRAWS)
gallery = [painted(each_kind, scale, noise.repeat(10, 1, 1, 1)) for scale in scales]
of_kind = torch.stack(gallery).unflatten(1, (10, DRAWS))[:, :, :, 0]  # scale, kind, draw, h, w

# %% [markdown]
# **Predict:** ten kinds of garment from one noise, with the scales 0, 1, 3 and 8. What happens to the ten with scale 0, and what with scale 8?

# %%
show_pictures(
    {
        f"{name}, {scale:g}": of_kind[i, kind, 0].cpu().numpy()
        for i, scale in enumerate(scales)
        for kind, name in enumerate(GARMENTS)
    },
    columns=10,
    alt="Ten kinds of garment in four rows of growing scale: one and the same garment, then ten kinds, then ten with hard contrast.",
)

# %% [markdown]
# With the scale 0 the labels have no effect, and all ten pictures are the same shoe. With the scale
# 1 there are ten kinds, all from the same noise. With 3 each looks more like its kind: the T-shirt
# has sleeves, the boot a heel. With 8 everything is white and hard, and the sandal is nearly gone.
#
# Is that good? Two numbers: the share of the pictures that the course's classifier takes for the kind that was asked for, and how much the eight pictures of a kind differ (the standard deviation of a pixel, averaged).

# %%
judge = machine.place(pretrained("classifier"))
with torch.no_grad():
    verdicts = torch.stack([judge(images).argmax(dim=1) == each_kind for images in gallery])
recognised = verdicts.unflatten(1, (10, DRAWS)).float().mean(dim=2).cpu().numpy()
shown = guidance.Guided(scales, list(GARMENTS), of_kind.cpu().numpy(), recognised)
tested, named = fashion_mnist("test")
real_spread = np.mean([(tested[named == k][:DRAWS] / 255).std(axis=0).mean() for k in range(10)])

# %% [markdown]
# **Predict:** from scale 0 to 8, which of the two numbers goes up, and which down?

# %%
show_table(
    {
        scale: {"recognised": 100 * share.mean(), "spread": apart.mean()}
        for scale, share, apart in zip(scales, recognised, shown.spread, strict=True)
    },
    heads=["scale", "recognised, %", "spread"],
    digits=3,
)
print(f"real garments of a kind have a spread of {real_spread:.3f}")

# %% [markdown]
# With the scale 0 the label has no effect: each of the eight pictures is counted once for each of
# the ten kinds, and can be recognised only as one of them, so the share is 10 %. With 1 it is 94 %
# of 80 pictures, and from 3 on all of them. And with the scales 1 to 8 the spread falls from 0.136
# to 0.092: the pictures of a kind become more alike. Guidance makes the pictures easier to
# recognise and less different from each other. Real garments of a kind differ more, 0.168.
#
# The Frechet distance measures both in one number (smaller is better). By the flow's card it is 1.8
# with the scale 1 and 1.7 with the scale 1.5, both in 25 steps. The noise predictor of lesson 12,
# which gets no label, has 3.8 (25 steps with fresh noise).
#
# Choose a kind, and move the scale.

# %%
guidance.explore(shown, kind=9, scale=1)

# %% [markdown]
# ## Attention
#
# The U-Net of lesson 12 had one linear layer at its bottom that mixes all places with fixed
# weights. The flow's U-Net has [**attention**](glossary.ipynb#Attention) in its place, three layers
# of it. At the bottom a garment is 7 x 7 places (each made of 4 x 4 pixels) with 128 numbers each:
# 49 *tokens*. Each token computes three vectors from its numbers: a query $Q$ (what it looks for),
# a key $K$ (what it has to offer) and a value $V$ (what it hands over; not the velocity). It
# compares its query with all keys, and takes the mean of the values, weighted by how well the keys
# fit:
#
# $$\text{weights} = \operatorname{softmax}\Big(\frac{Q K^\top}{\sqrt d}\Big), \qquad \text{output} = \text{weights}\; V$$
#
# For example, with $d = 1$, the keys 1 and -1 and the values 10 and 20, a query of 2 has the scores
# 2 and -2, the weights 0.98 and 0.02, and the output 10.2. If a query and a key hold independent
# numbers of mean 0 and variance 1, as they do at the start of a training, their product is a sum of
# $d$ terms, each of mean 0 and variance 1, so its variance is $d$. Dividing by $\sqrt d$ makes that
# 1, whatever $d$ is. (With larger numbers the softmax would give nearly all weight to one key, and
# its gradient would vanish.) Four such attentions with their own queries, keys and values, called
# *heads*, work in parallel, each with $d = 32$ of the 128 numbers. Their outputs are joined to 128
# numbers again, and one more linear layer mixes them. Attention itself does not see where a token
# is, so the layer adds a learned vector to each place (a *position embedding*).
#
# ### Exercise: attention ●○○
#
# `q` and `k` are `(n, heads, tokens, d)`; `v` is `(n, heads, tokens, m)`, where `m` may differ from
# `d`. The softmax goes over the keys, the last axis of the scores `(n, heads, queries, keys)`, so
# that the weights of each query sum to 1. Return the averaged values, `(n, heads, tokens, m)`.
# (Write it out; torch has it as `F.scaled_dot_product_attention`.)


# %% nbgrader={"grade": false, "grade_id": "attention", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def attention(q, k, v):
    """For each query the mean of the values, weighted by how well the keys fit."""
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return scores.softmax(dim=-1) @ v
    ### END SOLUTION


# %% [markdown]
# Where does a place inside a hole look? The flow is called once for the checked shirt of lesson 12,
# at $t = 0.5$, where each pixel of the hole is the mean of noise and truth, as in training. A
# *hook* (a function that PyTorch calls when a layer runs) stores the input of each of the three
# attention layers. If `v` is the identity matrix, your function returns the weights themselves.

# %%
test = resident(tested, device=machine.device).first(24)
box = draw.box((28, 28), height=14, width=14)
hole = torch.from_numpy(box).to(machine.device)[None, None]

# %%
layers, seen = list(flow.unet.attend), []
hooks = [
    layer.register_forward_hook(lambda _, given, __: seen.append(given[0])) for layer in layers
]
walk = of_any_kind(flow.labelled(test[7:8], hole))
half_way = 0.5 * two[:1] + 0.5 * (2 * test[7:8] - 1)
with torch.no_grad():
    walk(half_way, torch.tensor([0.5], device=machine.device))
for hook in hooks:
    hook.remove()

# %%
identity = torch.eye(49, device=machine.device).expand(1, 4, 49, 49)
with torch.no_grad():
    looks = [
        attention(*layer.qkv(x)[:2], identity)[0] for layer, x in zip(layers, seen, strict=True)
    ]
token = 3 * 7 + 3  # in the middle of the hole: row 3, column 3


# %%
def looked_at(panel, heads):
    """Lays the weights of the token in the middle over the picture, blue where it looks."""
    weight = heads[:, token].mean(dim=0).reshape(7, 7).cpu().numpy()
    blue = np.kron(weight / weight.max(), np.ones((4, 4)))
    panel.imshow(np.ones((28, 28)), cmap="Blues", vmin=0, vmax=1, alpha=0.85 * blue)


# %% [markdown]
# **Predict:** the token in the middle of the hole (the orange square): will it look at its neighbours, which are hole too, or at what is known?

# %%
fig, panels = plt.subplots(1, 4, figsize=(9.6, 2.8))
for panel, title in zip(panels, ("the shirt", "layer 1", "layer 2", "layer 3"), strict=True):
    draw_picture(panel, as_image(torch.where(hole[0], 0.5, test[7])))
    panel.set(title=title, xlabel="x, pixels", ylabel="y, pixels")
    panel.add_patch(Rectangle((11.5, 11.5), 4, 4, fill=False, ec=ORANGE, lw=2))
for panel, heads in zip(panels[1:], looks, strict=True):
    looked_at(panel, heads)
fig.tight_layout()
show(
    fig,
    alt="The shirt with a hole, four times: the token in the middle of the hole looks at the sides in layer 1, at the collar in layer 2, and at the rim above, below and beside it in layer 3.",
)

# %%
rows = torch.arange(7, device=machine.device)
inner, wider = (
    ((rows >= a) & (rows <= 6 - a)).outer((rows >= a) & (rows <= 6 - a)) for a in (2, 1)
)
groups = {"known": ~wider, "rim": wider & ~inner, "hole": inner}  # 24, 16 and 9 of 49 tokens
evenly = {name: 100 * float(group.float().mean()) for name, group in groups.items()}

# %%
looked = {
    f"layer {i + 1}": {
        name: 100 * float(heads[:, token][:, group.flatten()].sum(dim=1).mean())
        for name, group in groups.items()
    }
    for i, heads in enumerate(looks)
}
show_table(looked | {"evenly": evenly}, heads=["% of the weight on", *groups], digits=0)

# %% [markdown]
# The token looks mostly outside the hole, and each layer looks at different places. In layer 1 only
# 6 % of its weight lies on the hole, and most of the rest on the sides of the shirt at the same
# height. In layer 2 it looks at the collar, and 28 % stay in the hole. In layer 3 three quarters
# lie on the rim: the 16 tokens that are partly in the hole. (The convolutions before have already
# carried pixels a few places further, so a token contains information about more than its own 4 x 4
# pixels.)
#
# ## Holes
#
# The same network fills holes. Outside the hole it gets the clean known pixels instead of noise.
# Your `integrate` is the sampler. At the end the known pixels are copied into the result
# (`torch.where`).


# %%
def filled(images, where, steps, draws=1):
    """The mean of some fills by your walk."""
    velocity = of_any_kind(flow.labelled(images, where))
    starts = torch.randn(draws, *images.shape, generator=garment_dice, device=machine.device)
    made = torch.stack([(integrate(velocity, x, steps).clamp(-1, 1) + 1) / 2 for x in starts])
    return torch.where(where, made.mean(dim=0), images)


def score(images):
    """Decibels in the hole, pooled over the 24 garments."""
    return -10 * math.log10((images - test).square()[hole.expand_as(test)].mean().item())


# %%
fills = {"1 step": filled(test, hole, 1)}
fills |= {f"{k} steps": filled(test, hole, k) for k in (4, 25)}
fills["mean of 8, 8 steps"] = filled(test, hole, 8, draws=8)
decibels = {name: score(images) for name, images in fills.items()}
decibels["U-Net (lesson 10)"] = score(machine.place(pretrained("inpainter")).fill(test, hole))

# %% [markdown]
# **Predict:** by PSNR, which is best: one step, 25 steps, the mean of eight fills, or lesson 10's U-Net? (Think of the first call of lesson 12.)

# %%
show_pictures(
    {f"{name}, {i}": as_image(images[i]) for i in (1, 7, 11) for name, images in fills.items()},
    columns=4,
    alt="A pullover, a shirt and a shoe, each filled in 1, 4 and 25 steps, and the blurred mean of eight fills.",
)
show_table(decibels, heads=["fill", "PSNR in the hole"], unit="dB")

# %% [markdown]
# By PSNR means win again. The U-Net, which predicts the mean directly, is best; the mean of eight
# is 0.3 dB below it, and one draw in 25 steps 2.4 dB. One step, a single call of the network, is
# nearly as good as the mean of eight: at $t = 0$ there is nothing but noise in the hole, so the
# velocity leads to the mean of all fills. The result is blurred like the fill of lesson 10's U-Net;
# the first call of lesson 12's *painter*, which is told the hole, gave the same blur. (These are 24
# garments; with other noises the numbers change by some tenths of a decibel.)
#
# A fill can be told its kind as well, by your guidance. Here are the upper part of one garment, and four labels:

# %%
asked = [0, 1, 3, 4]
told_kinds = torch.tensor(asked, device=machine.device)
upper, below = test[4:5].expand(4, -1, -1, -1), torch.zeros_like(hole)
below[:, :, 12:] = True
said_of_upper = flow.labelled(upper, below)


def told_walk(xt, t):
    return guided_velocity(said_of_upper, xt, t, told_kinds, flow.empty, 3.0)


# %%
became = (integrate(told_walk, two[:1].expand(4, -1, -1, -1), 12).clamp(-1, 1) + 1) / 2

# %% [markdown]
# **Predict:** does the fill follow the label, or the known pixels?

# %%
show_pictures(
    {"known": as_image(torch.where(below[0], 0.5, test[4]))}
    | {
        f"told {GARMENTS[k]}": as_image(torch.where(below[0], x, test[4]))
        for k, x in zip(asked, became, strict=True)
    },
    columns=5,
    alt="The shoulders of a shirt; completed as a T-shirt with short sleeves, as trousers with two legs, as a dress, and as a coat with long sleeves.",
)

# %% [markdown]
# It follows both. The known shoulders stay, and the label decides which garment is completed: short
# sleeves, two legs, a dress, the long sleeves of a coat. In training the label was never wrong;
# pictures with a hole got their label in half of the cases, and `empty` in the other half. So the
# network has never seen a label that contradicts the known pixels, as two of the four labels do
# here. It still gives a plausible fill.
#
# ## Latent diffusion
#
# A garment has 784 pixels, a photograph millions, and at every step the network computes with all
# of them. [**Latent diffusion**](glossary.ipynb#Latent-diffusion) works with fewer numbers: an
# autoencoder turns pictures into latents, a flow is trained on these latents, and the decoder turns
# the end of each walk into a picture. The flow on the latents is called the *prior* of the decoder.
# The emoji of lesson 08 were made in this way. An emoji has 3,072 numbers, its latents 48.
#
# Here are six walks of 50 steps in the space of the 48 numbers, decoded on the way:

# %%
prior, emoji_vae = (machine.place(pretrained(name)) for name in ("emoji_prior", "emoji_vae"))
z0 = torch.randn(6, prior.latent, generator=garment_dice.manual_seed(4), device=machine.device)
on_the_way = {t: zt for t, zt in paths(prior, z0, 50) if round(50 * t) in (0, 25, 40, 45, 50)}
with torch.no_grad():
    decoded = {
        t: torch.sigmoid(emoji_vae.decode(prior.mean + prior.scale * zt))
        for t, zt in on_the_way.items()
    }

# %% [markdown]
# **Predict:** the rows are t = 0, 0.5, 0.8, 0.9 and 1. In which row can you name one of the six?

# %%
show_pictures(
    {f"t = {t:g}, {i}": as_image(x[i]) for t, x in decoded.items() for i in range(6)},
    columns=6,
    alt="Six emoji in five rows: coloured rubbish at t = 0, outlines in the middle of the walk, and emoji at t = 1.",
)
one, once = of_any_kind(flow.unconditional(1)), torch.zeros(1, device=machine.device)
work = {
    "the flow, a garment": work_of(lambda: one(two[:1], once)).flops / 1e6,
    "the prior, an emoji": work_of(lambda: prior(z0[:1], once)).flops / 1e6,
}
show_table(work, heads=["network", "million operations a call"], digits=1)

# %% [markdown]
# In the row t = 0.8 you can name two, the couple and the heart; the first of the flags only at the
# end. Two have no clear shape: their walks ended between the latents of the training emoji, where
# the decoder was never trained. A call for an emoji costs 2.8 million operations, one for a garment
# 240 million, though the emoji is in colour and has four times as many numbers. For the same reason
# Stable Diffusion 1 paints 512 x 512 pixels by way of 64 x 64 latents of four numbers each.
#
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `fill(image, hole)` is the same challenge as in lesson 10. You may use every method of the course.
# The mean of two fills has at most the mean of their two squared errors, and less where they
# differ. The cell below makes one draw of the flow in four steps.


# %%
@challenge
def fill(image, hole):
    """The whole pictures, (n, 1, 28, 28), their holes filled; scored in the holes."""
    network = pretrained("flow")
    return network.fills(image, hole, 1, torch.Generator().manual_seed(0), calls=4)[0]


# %% [markdown]
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. The loss of the flow ends far above 0, and the flow is good. Why?**
#
# <details><summary>Lines with different velocities cross.</summary>
#
# **Right.** Many lines pass one point at the same time. The best that a network can give is their
# mean. The loss that is left is how much the velocities differ at one point and time. It says
# nothing about where the path ends.
# </details>
# <details><summary>It has not been trained for long enough.</summary>
#
# **No.** More training does not bring it to 0.
# </details>
# <details><summary>The velocities are measured in other units.</summary>
#
# **No.** Units are not the reason.
# </details>
#
# **2. Why does one single step take every noise to nearly the same place?**
#
# <details><summary>One step is too short.</summary>
#
# **No.** One step of length 1 covers the whole time.
# </details>
# <details><summary>At t = 0 any picture could belong to the noise.</summary>
#
# **Right.** So the velocity leads to the mean of all pictures. After reflow each noise has its own
# picture, and one step can be enough.
# </details>
# <details><summary>The network ignores its input at t = 0.</summary>
#
# **No.** It needs it: the best velocity is the mean picture minus *this* noise. Only the end of the
# step is the same for all.
# </details>
#
# **3. Why is the label left out for some of the training pictures?**
#
# <details><summary>To save labels</summary>
#
# **No.** All labels are there.
# </details>
# <details><summary>To prevent over-fitting to the labels</summary>
#
# **No.** That is not the aim, though it does no harm.
# </details>
# <details><summary>Guidance needs predictions without a label.</summary>
#
# **Right.** It takes the difference of the prediction with the label and the one without, so the
# network must have learned both.
# </details>
#
# **4. Guidance with a scale above 1: what happens to the pictures?**
#
# <details><summary>They are easier to recognise, and more alike.</summary>
#
# **Right.** The step goes further in the direction in which the label changes the prediction.
# </details>
# <details><summary>They become more varied.</summary>
#
# **No.** The opposite: they gather around what is typical of the kind.
# </details>
# <details><summary>They become brighter by this factor.</summary>
#
# **No.** The scale multiplies a difference of two predictions, not the picture.
# </details>
#
# **5. What can attention do that one convolution of 3 x 3 cannot?**
#
# <details><summary>It stays cheap, however large the picture is.</summary>
#
# **No.** The opposite: every place is compared with every other, so the work grows with the square
# of the number of places.
# </details>
# <details><summary>It lets each place look at all others.</summary>
#
# **Right.** Its weights depend on the picture. A convolution looks at nine pixels, with the same
# weights for every picture.
# </details>
# <details><summary>It works without any training.</summary>
#
# **No.** Its weights are learned, too.
# </details>
#
# ## What you have seen
#
# - Straight lines between noise and pictures, their mean velocity, and a walk along it: that is a generator.
# - If the training lines cross, the learned paths are curved. Reflow makes them straighter, and
#   then few steps are enough.
# - One network with labels, some left out, gives pictures of a kind; a scale above 1 makes them easier to recognise, and more alike.
# - Attention lets each place look at all others, by weights that are computed from each picture.
#
# **For the course's table** of fills: *flow, one draw* and *flow, mean of 16*; `learnkit benchmark` prints them.
#
# **Read on:** Lipman et al., *Flow Matching for Generative Modeling* (ICLR 2023), sections 3 and 4;
# Liu, Gong and Liu, *Flow Straight and Fast* (ICLR 2023), sections 2 and 3; Ho and Salimans,
# *Classifier-Free Diffusion Guidance* (2022); Esser et al., *Scaling Rectified Flow Transformers*
# (2024), for where this stands today. This was the last lesson. In this course you have written
# losses, gradients, optimizers, convolutions, a VAE, a GAN, diffusion, a flow and attention, and
# compared their fills in one table. What comes next is the capstone, `docs/capstone.md`, with
# damaged pictures of five fields.
