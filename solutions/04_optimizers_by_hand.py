# %% [markdown]
# # 04 Optimizers by hand
#
# > Why not plain gradient descent?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 02 and 03 | write momentum, RMSprop and Adam; say which one helps in which valley, and when to lower the learning rate | 75 min; the cells alone run in under a minute, no GPU |
#
# Lesson 02 left you with a complaint: a hole three times as wide takes eight times the steps. And
# lesson 03 with another: every single step read all of 10,000 garments. Both are cured in this
# lesson, by two ideas that train every network you have ever heard of. The first: read less. The
# second: remember more.

# %%
from collections import deque

import matplotlib.pyplot as plt
import numpy as np

from learnkit.byhand.layers import sigmoid
from learnkit.byhand.losses import binary_cross_entropy_with_logits_grad, roughness_grad
from learnkit.byhand.optim import cosine_schedule, one_cycle_schedule, step_schedule
from learnkit.exercises import challenge, exercise
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.images import metrics
from learnkit.images.damaged import damaged
from learnkit.images.data import fashion_mnist, to_float
from learnkit.widgets import race as valleys
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures

# %% [markdown]
# ## Read less
#
# Here is the logistic fill of lesson 03 again: 685 numbers known of each garment, 100 to be bet on,
# so 68,500 weights. Its gradient is a mean over 10,000 garments. A mean over a few *random* ones
# points in nearly the same direction. That is [**stochastic gradient descent**](glossary.ipynb#Stochastic-gradient-descent) (SGD), and the few
# are a [**mini-batch**](glossary.ipynb#Mini-batch).

# %%
pictures = to_float(fashion_mnist("train")[0])
unseen = to_float(fashion_mnist("test")[0][:500])
box = draw.box((28, 28), height=10, width=10)
centre = pictures.mean(axis=0)
known = np.c_[(pictures - centre)[:, ~box], np.ones(len(pictures))]
known_unseen = np.c_[(unseen - centre)[:, ~box], np.ones(len(unseen))]
wanted = pictures[:, box]


def slope(weights, some):
    """The gradient of the cross-entropy with respect to the weights, from `some` garments."""
    errors = binary_cross_entropy_with_logits_grad(known[some] @ weights, wanted[some])
    return known[some].T @ errors


# %% [markdown]
# The cosine of the angle between two directions is 1 where they agree and 0 where they have nothing
# to do with each other.
#
# **Predict:** what is the cosine between the direction of all 10,000 garments and that of 200? And
# of a single one?

# %%
rng = np.random.default_rng(0)
nothing = np.zeros((685, 100))


def agreement(weights, count):
    """The mean cosine, over 20 draws, between the gradients of `count` garments and of all."""
    of_all = slope(weights, slice(None))
    some = [slope(weights, rng.integers(0, 10_000, count)) for _ in range(20)]
    cosines = [np.sum(g * of_all) / np.sqrt(np.sum(g * g)) for g in some]
    return np.mean(cosines) / np.sqrt(np.sum(of_all**2))


alike = {count: agreement(nothing, count) for count in (1, 10, 200, 1000)}
print("\n".join(f"{count:5} garments: cosine {cosine:.2f}" for count, cosine in alike.items()))

# %% [markdown]
# At the start a fiftieth of the work gives 0.97 of the direction. (Later, where the large common error
# is gone, it gives less; you will measure it in a moment.) So with the same reading you can take fifty
# times as many steps. All optimizers of this lesson fit one loop: `step` takes where you are, the
# gradient, the number $t$ of the step and whatever it remembers, and gives back the new place and
# memory.
#
# Two pieces of Python that you may not know: a function with `yield` hands out one value at a time, to
# a `for` loop, and goes on from there at the next turn. And `x, *memory = step(...)` puts the first
# value that `step` returns into `x` and all others into the list `memory`.


# %%
def descend(step, grad_of, x, steps, memories=0):
    """Yields x after each step; `step` is handed as many arrays of memory, zero at first."""
    memory = [np.zeros_like(x) for _ in range(memories)]
    for t in range(1, steps + 1):
        x, *memory = step(x, grad_of(x), t, *memory)
        yield x


def decibels(weights):
    """PSNR in the hole over 500 garments that were not trained on."""
    fills = unseen.copy()
    fills[:, box] = sigmoid(known_unseen @ weights)
    return metrics.pooled_psnr(fills, unseen, holes=np.broadcast_to(box, unseen.shape))


# %%
def plain(lr):
    """Gradient descent as a step for `descend`: it remembers nothing."""
    return lambda x, grad, t: (x - lr * grad,)  # the comma makes a tuple with one element


def a_few(seed):
    """The gradient from 200 garments, drawn anew at every call."""
    draws = np.random.default_rng(seed)
    return lambda weights: slope(weights, draws.integers(0, 10_000, 200))


def end(walk):
    """The last place of a walk; those before it are not kept."""
    return deque(walk, maxlen=1)[0]


# %% [markdown]
# **Predict:** both walks below read 80,000 garments in all, with the same learning rate. One takes
# 8 steps with all 10,000, the other 400 with 200 each. Which is ahead, and by how much?

# %%
by_all = descend(plain(40), lambda weights: slope(weights, slice(None)), nothing, 8)
by_few = descend(plain(40), a_few(seed=0), nothing, 400)
ends = [end(by_all), end(watched(by_few, 400, title="400 steps of 200 garments"))]
reached = [decibels(weights) for weights in ends]
print(f"8 steps of all: {reached[0]:.2f} dB; 400 steps of 200: {reached[1]:.2f} dB")
at_the_end = agreement(ends[1], 200)
print(f"cosine of 200 garments with all, after the 400 steps: {at_the_end:.2f}")

# %% [markdown]
# The same reading, two decibels more. (Lesson 03 read a million garments for 15.48 dB.) Nobody who
# trains on much data uses the full gradient any more. It has a price: after the 400 steps the cosine is
# down to 0.57, so each step goes partly in a random direction. The end of the lesson comes back to it.
#
# ### Exercise: mini-batches ●●○
#
# Drawn anew at every step, some garments come often and others never. So one shuffles instead. In each
# [**epoch**](glossary.ipynb#Epoch) ask for `generator.permutation(n)`, the indices 0 to n - 1 in random order, and take
# `batch_size` of them after another: one step x ← x - lr · g for each part, where g is
# `grad(x, part)`. If n is no multiple of `batch_size`, the last part of an epoch is shorter. Return the last x.


# %% nbgrader={"grade": false, "grade_id": "minibatch_sgd", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def minibatch_sgd(grad, x0, n, batch_size, epochs, lr, generator):
    """Where a descent by mini-batches ends; grad(x, indices) is the gradient of these pictures."""
    ### BEGIN SOLUTION
    x = x0
    for _ in range(epochs):
        order = generator.permutation(n)
        for start in range(0, n, batch_size):
            x = x - lr * grad(x, order[start : start + batch_size])
    return x
    ### END SOLUTION


# %% [markdown]
# **Predict:** eight epochs of 50 mini-batches are 400 steps again. Are they better than 400 steps with
# garments drawn anew?

# %%
by_epochs = minibatch_sgd(slope, nothing, 10_000, 200, 8, 40, np.random.default_rng(0))
print(f"8 epochs: {decibels(by_epochs):.2f} dB; drawn anew: {reached[1]:.2f} dB")

# %% [markdown]
# By next to nothing here. But each garment has been read exactly eight times, and nobody who trains for
# a few epochs wants to miss one.
#
# ## Remember more: momentum
#
# A ravine makes plain descent zigzag: across it the slope is steep and changes sign at every step,
# along it the slope is gentle and always the same. So *add up* the gradients, with weights that fade:
# what changes sign cancels, what keeps its sign grows. A heavy ball that rolls downhill does the same.
# It keeps a **velocity**:
#
# $$v \leftarrow m\,v + g, \qquad x \leftarrow x - \eta\,v$$
#
# $m$, the [**momentum**](glossary.ipynb#Momentum), says how much of the velocity survives a step. With $m = 0.9$ an even slope
# builds up to $1 + 0.9 + 0.81 + \dots = 10$ times its size. This is torch's form: the learning rate
# multiplies the velocity and is not part of it.
#
# ### Exercise: the heavy ball ●○○
#
# Give back the new place *and* the new velocity, as new arrays. Leave all three that you are given (`x`,
# `grad` and `velocity`) unchanged: a step here is **pure**, so that the caller can keep the old ones.


# %% nbgrader={"grade": false, "grade_id": "momentum_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def momentum_step(x, grad, velocity, lr=0.01, momentum=0.9):
    """One step of a heavy ball: (x, velocity)."""
    ### BEGIN SOLUTION
    velocity = momentum * velocity + grad
    return x - lr * velocity, velocity
    ### END SOLUTION


# %% [markdown]
# How much does it help? In a ravine with condition number $\kappa$, plain descent leaves
# $\frac{\kappa-1}{\kappa+1}$ of the distance at each step (lesson 02). For the heavy ball with the
# best $\eta$ and $m$, theory (Polyak, 1964) has $\sqrt\kappa$ in place of $\kappa$:
#
# $$\eta = \frac{4}{(\sqrt L + \sqrt\mu)^2}, \qquad m = \Bigl(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Bigr)^2$$
#
# **Predict:** a ravine with $\kappa = 100$. Plain descent needs 346 steps to come a thousand times
# closer. And the ball?


# %%
def ball(lr, momentum):
    """The heavy ball as a step for `descend`, with one memory."""
    return lambda x, grad, t, v: momentum_step(x, grad, v, lr=lr, momentum=momentum)


curvature, start = np.array([1.0, 100.0]), np.array([-9.0, 1.0])
walks = {"plain": descend(plain(2 / 101), lambda x: curvature * x, start, 400)}
rolling = ball(4 / 11**2, (9 / 11) ** 2)
walks["heavy ball"] = descend(rolling, lambda x: curvature * x, start, 400, memories=1)
for name in walks:
    walks[name] = [start, *walks[name]]
    far = np.linalg.norm(walks[name], axis=1) / np.linalg.norm(start)
    print(name, "needs", np.argmax(far < 1 / 1000), "steps")

# %%
fig, ax = plt.subplots(figsize=(8, 2.9))
along, across = np.meshgrid(np.linspace(-9.5, 3.5, 100), np.linspace(-4.4, 4.4, 100))
ax.contour(along, across, along**2 + 100 * across**2, levels=20, colors="#cccccc", linewidths=0.8)
for name, marker in (("plain", "o-"), ("heavy ball", "s--")):
    ax.plot(*np.array(walks[name][:41]).T, marker, ms=3, lw=1, label=name)
ax.set(xlabel="along the ravine", ylabel="across", title="Forty steps down a ravine")
ax.legend(loc="upper right")
fig.tight_layout()
show(fig, alt="In a ravine, plain descent zigzags and lags; the heavy ball swings and arrives.")

# %% [markdown]
# The ball swings wide at first, wider than where it began, and it still arrives long before the
# zigzag. What changes sign cancels; what stays adds up.
#
# ## A pace for every direction: RMSprop
#
# Momentum treats all directions alike. Yet in a network some weights see a slope a thousand times
# as steep as others do. [**RMSprop**](glossary.ipynb#RMSprop) keeps, for every element by itself, a running mean of the
# *squared* gradient, and divides by its root:
#
# $$s \leftarrow \alpha\,s + (1-\alpha)\,g^2, \qquad x \leftarrow x - \eta\,\frac{g}{\sqrt s + \varepsilon}$$
#
# If all gradients of an element are a thousand times as large, so is the root of $s$, and the step stays
# the same. So a steep element and a flat one take steps of the same length. $\varepsilon$ prevents a
# division of 0 by 0; it stands *outside* the root, as in torch.
#
# ### Exercise: write it ●○○


# %% nbgrader={"grade": false, "grade_id": "rmsprop_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def rmsprop_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """One step at each element's own pace: (x, square_avg)."""
    ### BEGIN SOLUTION
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg
    ### END SOLUTION


# %% [markdown]
# **Predict:** two weights, one with a slope of 1000, the other of 0.001. How far does each of them
# go in one first step of $\eta = 0.01$?

# %%
steep_and_flat = np.array([1000.0, 0.001])
print("moved to", rmsprop_step(np.zeros(2), steep_and_flat, np.zeros(2))[0])

# %% [markdown]
# Equally far, both by 0.1, ten times $\eta$. Why ten times? The mean starts at $s = 0$ and has seen
# one gradient: $s = 0.01\,g^2$, its root is $0.1\,|g|$, ten times too small. The walk starts with a
# leap. The next method mends that.
#
# ## Both: Adam
#
# [**Adam**](glossary.ipynb#Adam) keeps two running means, of the gradient (momentum) and of its square (RMSprop):
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\,g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\,g^2$$
#
# Both start at zero and are too small at first. After $t$ steps their weights add up to $1 -
# \beta^t$ and not to 1. So divide by that, the [**bias correction**](glossary.ipynb#Bias-correction), in the step alone ($m$ and $v$
# are kept raw):
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat v = \frac{v}{1-\beta_2^t}, \qquad
# x \leftarrow x - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# ### Exercise: write it ●●○
#
# The first step is $t = 1$. Give back the new place and both raw means.


# %% nbgrader={"grade": false, "grade_id": "adam_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def adam_step(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam: (x, m, v), the means raw."""
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %%
first = adam_step(np.zeros(2), steep_and_flat, np.zeros(2), np.zeros(2), 1)[0]
raw = -0.001 * (0.1 * steep_and_flat) / np.sqrt(0.001 * steep_and_flat**2)
print("Adam's first step, η = 0.001:", first)
print("without the correction:      ", raw, "which is", round(raw[0] / first[0], 2), "times as far")

# %% [markdown]
# > **Trap.** Leave the bias correction out and nothing breaks: the first step is 3.16 times too
# > long ($0.1/\sqrt{0.001}$), the twelfth 6.6 times, the hundredth still 3.2 times, and the training
# > merely starts with a jolt that you will blame on something else. Count $t$ from 0 instead, and the very first step
# > divides both means by $1 - \beta^0 = 0$: both become infinite, and infinity over infinity is NaN.
#
# ## The race down a ravine
#
# Four optimizers, each with its best learning rate for the valley. Choose a valley, drag the step;
# then make all rates larger or smaller.
#
# **Predict:** RMSprop and Adam give every *axis* its own pace. What happens to their lead when the
# same ravine is turned by 45°?

# %%
valleys.explore()

# %% [markdown]
# In the ravine with $\kappa = 100$ RMSprop is at the bottom within 20 steps, where the heights of the
# others are still above 1: it measures how steep each axis is, and walks as if the ravine were round.
# Turned by 45°, both axes see the same mixture of steep and flat, and this advantage is gone: at step
# 20 it is level with plain descent, at steps 50 and 100 it is the last. Gradient descent and momentum
# do not notice the turn; a turned ravine is the same ravine to them. Adam has momentum too, and at step
# 100 it is as low as before, 0.0011.
#
# Now double all the rates, in the first ravine. Plain descent explodes, because its best rate lies close
# to $2/L$. The other three hold out: momentum's best rate is far below its limit, and RMSprop and Adam
# take steps whose length does not depend on the size of the gradient. In the milder ravine with
# $\kappa = 10$, plain descent beats momentum and Adam. So no method wins everywhere. Adam is the usual
# first choice because it forgives a rate that is not the best, and because one rate serves weights with
# small and with large gradients.
#
# ## The race on a real hole
#
# A window of 24 x 24 pixels is missing in a face, and the landscape is the roughness of lesson 02.
# Its curvatures are those of a drum; theory gives them in one line, from which follow the best
# rates of the first two. For Adam 0.03 is the best of the rates tried (0.003 to 0.1); RMSprop gets
# the same.


# %%
def curvatures(width):
    """The least and the largest curvature of the roughness in a square hole."""
    angle = np.pi / (width + 1)
    return 8 * (1 - np.cos(angle)), 8 * (1 + np.cos(angle))


def best_ball(mu, L):
    """Polyak's learning rate and momentum for a valley between these curvatures."""
    root = np.sqrt(L / mu)
    return 4 / (np.sqrt(L) + np.sqrt(mu)) ** 2, ((root - 1) / (root + 1)) ** 2


mu, L = curvatures(24)
lr, momentum = best_ball(mu, L)
print(f"κ = {L / mu:.0f}; plain: η = {2 / (L + mu):.3f}; ball: η = {lr:.3f}, m = {momentum:.2f}")

# %%
runners = {
    "gradient descent": (plain(2 / (L + mu)), 0),
    "momentum": (ball(lr, momentum), 1),
    "RMSprop": (lambda x, g, t, s: rmsprop_step(x, g, s, lr=0.03), 1),
    "Adam": (lambda x, g, t, m, v: adam_step(x, g, m, v, t, lr=0.03), 2),
}
face = damaged("astronaut").image.mean(axis=2)[28:92, 32:96]
hole = draw.box(face.shape, height=24, width=24)
exact = harmonic(face, hole)
empty = np.where(hole, 0.0, face)

# %% [markdown]
# **Predict:** plain descent needs 784 steps until the fill is within 0.001 of the exact one (root
# of the mean square over the hole). How many does each of the others need?

# %%
fills, gaps = {}, {}
for name, (step, memories) in runners.items():
    downhill = descend(step, lambda x: np.where(hole, roughness_grad(x), 0), empty, 800, memories)
    fills[name] = [empty, *downhill]
    gaps[name] = [np.sqrt(np.mean((x - exact)[hole] ** 2)) for x in fills[name]]
    arrived = [i for i, gap in enumerate(gaps[name]) if gap < 0.001]
    print(f"{name:16} {arrived[0] if arrived else 'never'}")

# %%
moments = [0, 2, 4, 7, 10, 15, 20, 30, 40, 50, 65, 80, 100, 150, 200, 300, 500, 800]
frames = {name: [fills[name][i] for i in moments] for name in fills}
valleys.explore_hole(frames, moments, exact, hole)

# %%
row = {f"{name}, step 30": fills[name][30] for name in fills}
show_pictures(
    row | {"exact": exact},
    alt="Step 30 of four optimizers in a face's hole: momentum and Adam are nearly done, gradient "
    "descent and RMSprop are still dark.",
)

# %%
fig, ax = plt.subplots(figsize=(8, 3.2))
for name, line in zip(gaps, ("-", "--", ":", "-."), strict=True):
    ax.semilogy(gaps[name], line, label=name)
ax.set(xlabel="step", ylabel="distance", title="How far from the exact fill", ylim=(1e-4, 1))
ax.legend(ncols=4, fontsize=8)
fig.tight_layout()
show(
    fig, alt="Distance to the exact fill: momentum plunges, Adam follows, RMSprop stops on a floor."
)

# %% [markdown]
# Momentum wins. Adam gets below 0.001 first at step 105, but does not stay there: it swings across that
# line until step 776. RMSprop never arrives. The length of its steps does not depend on the size of the
# gradient, so they do not shrink near the bottom: each pixel jumps from side to side, half a learning
# rate off. Its floor is 0.015, half of 0.03. With a rate of 0.01 the floor is 0.005, with 0.003 it is
# 0.0015, still too high; with 0.001 it arrives, after 1,329 steps.
#
# Why does momentum win? This valley is *smooth and known*, so that its best $\eta$ and $m$ can be
# computed. In a network nobody knows $L$ and $\mu$, and there Adam's 0.001 is a fair first guess.
#
# **Predict:** the hole gets twice as wide, again and again. Plain descent then needs nearly four
# times the steps each time. And momentum?

# %%
print("width    κ   plain   heavy ball")
for width in (4, 8, 16, 32):
    kappa = curvatures(width)[1] / curvatures(width)[0]
    needed = [np.log(1000) / np.log((k + 1) / (k - 1)) for k in (kappa, np.sqrt(kappa))]
    print(f"{width:5} {kappa:5.0f} {needed[0]:6.0f} {needed[1]:8.0f}")

# %% [markdown]
# Twice as wide, twice the steps: with momentum the values of the edge cross the hole as a wave does, in
# a time that grows with the distance, and not with its square. (The table counts what theory promises
# in the long run; the ball's first swings cost a few steps more, as you saw.)
#
# ## The last thing: smaller steps at the end
#
# Back to the garments. The gradient of a mini-batch is partly random, so with a constant learning rate
# the weights never settle: they move about near the bottom. The cure is to make the learning rate small
# towards the end: a **schedule**. Three are common.

# %%
fig, ax = plt.subplots(figsize=(7, 2.8))
ax.plot([step_schedule(t, 1.0, every=150) for t in range(400)], ":", label="step, a tenth at 150")
ax.plot([cosine_schedule(t, 1.0, 400) for t in range(400)], "-", label="cosine")
ax.plot([one_cycle_schedule(t, 1.0, 400) for t in range(400)], "--", label="one-cycle")
ax.set(xlabel="step", ylabel="share of the learning rate", title="Three schedules")
ax.legend()
fig.tight_layout()
show(fig, alt="Three schedules: a drop to a tenth, half a cosine down, and up and down again.")

# %%
paces = {
    "constant": lambda t: 0.01,
    "cosine": lambda t: cosine_schedule(t - 1, 0.01, 400),
    "one-cycle": lambda t: one_cycle_schedule(t - 1, 0.01, 400),
}


def at_pace(pace):
    """RMSprop with a learning rate that depends on the step."""
    return lambda x, g, t, s: rmsprop_step(x, g, s, lr=pace(t))


# %% [markdown]
# **Predict:** RMSprop with $\eta = 0.01$, 400 steps of 200 garments. Constant, it reaches 15.04 dB.
# What does the same walk reach when its learning rate falls along a cosine?

# %%
scores = {}
for name in paces:
    walk = descend(at_pace(paces[name]), a_few(seed=0), nothing, 400, memories=1)
    calming = enumerate(watched(walk, 400, title=name))
    scores[name] = [decibels(weights) for t, weights in calming if t % 10 == 9]
    print(f"{name:9} {scores[name][-1]:.2f} dB")

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
for name, dashes in zip(scores, (":", "-", "--"), strict=True):
    ax.plot(range(10, 401, 10), scores[name], dashes, label=name)
ax.set(xlabel="step", ylabel="dB in unseen holes", title="Calm down at the end", ylim=(13, 16))
ax.legend()
fig.tight_layout()
show(fig, alt="The constant rate jitters around 15 dB; both schedules climb smoothly to almost 16.")

# %% [markdown]
# Same method, same reading, 0.8 dB more. Fast while you are far, slow when you are near. Every
# training of this course from here on ends with a schedule.
#
# Which one, then? **SGD with momentum** where you know the valley or can try many rates. **Adam**
# otherwise. And always a schedule.
#
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `race(grad, x0, steps)` walks downhill from x0 (d,) and returns the last place, (d,). It may ask
# `grad` at most `steps` times. The five valleys are bowls of other condition numbers and dimensions
# than here, turned, and a bent one. The score counts the powers of ten that the height falls by.


# %%
@challenge
def race(grad, x0, steps):
    """The last place of a walk downhill, (d,); `grad` may be asked at most `steps` times."""
    x = x0
    for _ in range(steps):
        x = x - 0.003 * grad(x)
    return x


# %% [markdown]
# ## Quiz
#
# <details><summary>1. A gradient is the same, 1, at every step. How far does momentum with m = 0.9 and η = 0.01 go in one step, after many?</summary>
#
# 0.1. The velocity grows to 1 / (1 − 0.9) = 10, and η multiplies it. If you add momentum to a plain
# descent that works, divide its learning rate by ten.
# </details>
# <details><summary>2. You multiply your loss by 1000. Which of the four walks change?</summary>
#
# Gradient descent and momentum take steps a thousand times as long, and explode. RMSprop and Adam
# do not notice (but for ε): they divide by the gradient's own size.
# </details>
# <details><summary>3. Adam's loss falls fast and then jitters on a level. Do you need another optimizer?</summary>
#
# First try a schedule. The jitter is the mini-batch's noise times a learning rate that has stayed
# large; let it fall and the level falls with it.
# </details>
#
# ## What you have seen
#
# - At the start the gradient of 200 garments has a cosine of 0.97 with that of 10,000: read less, step
#   more.
# - Momentum adds up gradients: κ steps become √κ steps. RMSprop divides each element's gradient by its
#   usual size; that helps along the axes, and not in a turned ravine. Adam does both, and corrects for
#   means that start at zero.
# - With a constant learning rate the weights never settle; with a schedule they do.
#
# **For the course's table:** *logistic fill*, again: 15.8 dB on the 10 x 10 boxes, now from 80,000
# garments read in place of a million.
#
# **Read on:** Kingma and Ba, *Adam* (ICLR 2015), section 2, Algorithm 1; Sutskever, Martens, Dahl
# and Hinton, *On the importance of initialization and momentum in deep learning* (ICML 2013),
# section 2; Goh, *Why Momentum Really Works* (Distill 2017). Next: [**05 Backpropagation by hand**](05_backpropagation_by_hand.ipynb),
# where a network paints.
