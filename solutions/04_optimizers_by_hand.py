# %% [markdown]
# # 04 Optimizers by hand
#
# > Why not plain gradient descent?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 02 and 03 | write momentum, RMSprop and Adam; say which one helps in which valley, and when to lower the learning rate | 75 min; the cells alone run in under a minute, no GPU |
#
# Two things were slow. By lesson 02's formula a hole three times as wide (30 in place of 10) needs
# eight times the steps. In lesson 03 every step read all 10,000 garments. This lesson shows the
# four usual remedies: compute the gradient from a few garments (mini-batches), remember earlier
# gradients (momentum), give each weight its own step size (RMSprop, Adam), and lower the learning
# rate towards the end (a schedule).

# %%
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
# ## Mini-batches
#
# Here is the logistic fill of lesson 03 again: for each garment 684 known pixels and a 1 for the
# bias, and 100 pixels to predict, so 685 x 100 = 68,500 weights. Its gradient is a mean over 10,000
# garments. The mean over a few *random* garments has nearly the same direction. Gradient descent
# with such a gradient is
# [**stochastic gradient descent**](glossary.ipynb#Stochastic-gradient-descent) (SGD); the few garments are a
# [**mini-batch**](glossary.ipynb#Mini-batch).

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
# The cosine of the angle between two directions is 1 when they agree and 0 when they are
# perpendicular.
#
# **Predict:** what is the cosine between the gradient of all 10,000 garments and that of 200? And
# that of a single one?

# %%
rng = np.random.default_rng(0)
nothing = np.zeros((685, 100))


def cosine(a, b):
    """The cosine of the angle between two gradients."""
    return np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b))


def agreement(weights, count):
    """The mean cosine, over 20 draws, between the gradients of `count` garments and of all."""
    of_all = slope(weights, slice(None))
    some = [slope(weights, rng.integers(0, 10_000, count)) for _ in range(20)]
    return np.mean([cosine(of_some, of_all) for of_some in some])


alike = {count: agreement(nothing, count) for count in (1, 10, 200, 1000)}
print("\n".join(f"{count:5} garments: cosine {mean:.2f}" for count, mean in alike.items()))

# %% [markdown]
# At the start a fiftieth of the work gives 0.97 of the direction: that is the cosine for 200
# garments. (Later in the training it is smaller: see below.) So for the same number of garments
# read you can take fifty times as many steps.
#
# All optimizers of this lesson fit one loop. `step(x, grad, t, *memory)` gets the current `x`, the
# gradient there, the number $t$ of the step (from 1) and its memory, which is one array or several
# or none. It returns the new `x` and the new memory.
#
# Two pieces of Python that you may not know. A function with `yield` hands out one value at a time,
# for example to a `for` loop, and goes on from there when the next value is asked for; before that
# nothing is computed. And `x, *memory = step(...)` puts the first value that `step` returns into
# `x` and all others into the list `memory`.


# %%
def descend(step, grad_of, x, steps, memories=0):
    """Yields x after each step; the memory of `step` begins as `memories` arrays of zeros."""
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
    """The last x of a walk; those before it are not kept."""
    for x in walk:
        last = x
    return last


# %% [markdown]
# **Predict:** both walks below read 80,000 garments in all, with the same learning rate. One takes
# 8 steps with all 10,000, the other 400 steps with 200 each. Which one reaches the higher PSNR, and
# by how much?

# %%
by_all = descend(plain(40), lambda weights: slope(weights, slice(None)), nothing, 8)
by_few = descend(plain(40), a_few(seed=0), nothing, 400)
ends = [end(by_all), end(watched(by_few, 400, title="400 steps of 200 garments"))]
reached = [decibels(weights) for weights in ends]
print(f"8 steps of all: {reached[0]:.2f} dB; 400 steps of 200: {reached[1]:.2f} dB")
at_the_end = agreement(ends[1], 200)
print(f"cosine of 200 garments with all, after the 400 steps: {at_the_end:.2f}")

# %% [markdown]
# Both read 80,000 garments, and the small steps reach nearly two decibels more: 15.76 dB. (Lesson
# 03 read a million garments for 15.48 dB.) Nobody who trains on much data uses the full gradient
# any more. Mini-batches have a price: after the 400 steps the cosine is down to 0.57, so each step
# has a large random part. The section on schedules deals with that.
#
# ### Exercise: mini-batches ●●○
#
# If the garments are drawn anew at every step, some come often and others never. So it is usual to
# shuffle. In each [**epoch**](glossary.ipynb#Epoch) ask once for `generator.permutation(n)`, the
# indices 0 to n - 1 in random order, and cut this array into consecutive parts of `batch_size`
# indices. The last part may be shorter; where `batch_size` is larger than n, there is one part. For
# each part take one step x ← x - lr · g, where g is `grad(x, part)`: the gradient of the *mean*
# loss over these pictures, so do not divide it again. Leave `x0` unchanged, and return the last x.


# %% nbgrader={"grade": false, "grade_id": "minibatch_sgd", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def minibatch_sgd(grad, x0, n, batch_size, epochs, lr, generator):
    """The last x of the descent; grad(x, part) is the gradient of the mean loss over a part."""
    ### BEGIN SOLUTION
    x = x0
    for _ in range(epochs):
        order = generator.permutation(n)
        for start in range(0, n, batch_size):
            x = x - lr * grad(x, order[start : start + batch_size])
    return x
    ### END SOLUTION


# %% [markdown]
# **Predict:** eight epochs of 50 mini-batches are 400 steps again. Are they better than 400 steps
# with garments drawn anew?

# %%
by_epochs = minibatch_sgd(slope, nothing, 10_000, 200, 8, 40, np.random.default_rng(0))
print(f"8 epochs: {decibels(by_epochs):.2f} dB; drawn anew: {reached[1]:.2f} dB")

# %% [markdown]
# There is hardly a difference here. The gain is that every garment is read equally often, which
# matters when you train for only a few epochs.
#
# ## Momentum
#
# With a learning rate that is large enough to get ahead along a ravine ($1 < \eta L < 2$, lesson
# 02), plain descent zigzags: across it the slope is steep and changes sign at every step, along it
# the slope is gentle and always has the same sign. So *add up* the gradients of all steps, older
# ones with smaller weights. The components that change sign cancel, and those that keep their sign
# grow. A heavy ball that rolls downhill does the same. It keeps a **velocity**:
#
# $$v \leftarrow m\,v + g, \qquad x \leftarrow x - \eta\,v$$
#
# Written out, $v_t = g_t + m\,g_{t-1} + m^2 g_{t-2} + \dots$ The factor $m$, the
# [**momentum**](glossary.ipynb#Momentum), says how much of the velocity survives a step. If the
# gradient is the same at every step and $m = 0.9$, the velocity grows to $1 + 0.9 + 0.81 + \dots =
# \frac{1}{1-0.9} = 10$ times the gradient. This is the form of PyTorch (the library of lesson 07):
# the velocity is a sum of gradients, and the learning rate multiplies it only when $x$ moves.
#
# ### Exercise: the heavy ball ●○○
#
# Return the new x *and* the new velocity, as new arrays. Leave all three that you are given (`x`,
# `grad` and `velocity`) unchanged: a step here is **pure**, so that the caller can keep the old
# ones.


# %% nbgrader={"grade": false, "grade_id": "momentum_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def momentum_step(x, grad, velocity, lr=0.01, momentum=0.9):
    """One step of a heavy ball: returns (new x, new velocity), two new arrays."""
    ### BEGIN SOLUTION
    velocity = momentum * velocity + grad
    return x - lr * velocity, velocity
    ### END SOLUTION


# %% [markdown]
# How much does it help? In a ravine with condition number $\kappa$, plain descent leaves
# $\frac{\kappa-1}{\kappa+1}$ of the distance at each step (lesson 02). A theorem of Polyak (1964;
# not proved here) replaces $\kappa$ by $\sqrt\kappa$ in this factor, in the long run, for the heavy
# ball with the best $\eta$ and $m$:
#
# $$\eta = \frac{4}{(\sqrt L + \sqrt\mu)^2}, \qquad m = \Bigl(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Bigr)^2$$
#
# **Predict:** a ravine with $\kappa = 100$. Plain descent needs 346 steps until the distance to the
# bottom is a thousandth of what it was. How many does the heavy ball need?


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
# Across the ravine the ball starts at a distance of 1 and at first swings out to 3.7. It still
# arrives long before plain descent: after 48 steps against 346.
#
# ## RMSprop: a step size for every weight
#
# Momentum has one learning rate for all weights. But in a network the derivative with respect to
# one weight can be a thousand times that with respect to another.
# [**RMSprop**](glossary.ipynb#RMSprop) keeps, for every weight (every element of x) by itself, a
# running mean of the *squared* gradient, and divides by its root:
#
# $$s \leftarrow \alpha\,s + (1-\alpha)\,g^2, \qquad x \leftarrow x - \eta\,\frac{g}{\sqrt s + \varepsilon}$$
#
# (Written out, $s_t = (1-\alpha)\,(g_t^2 + \alpha\,g_{t-1}^2 + \alpha^2 g_{t-2}^2 + \dots)$: an
# *exponential moving average*.) If all gradients of a weight are a thousand times as large, so is
# the root of $s$, and the step stays the same. So two weights whose gradients differ only by a
# factor take steps of the same length. $\varepsilon$ prevents a division of 0 by 0; it stands
# *outside* the root, as in PyTorch.
#
# ### Exercise: write it ●○○
#
# `square_avg` is $s$. First compute the new $s$, then move x with it. Return the new x and the new
# $s$, as new arrays.


# %% nbgrader={"grade": false, "grade_id": "rmsprop_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def rmsprop_step(x, grad, square_avg, lr=0.01, alpha=0.99, eps=1e-8):
    """One step of RMSprop: returns (new x, new square_avg), two new arrays."""
    ### BEGIN SOLUTION
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return x - lr * grad / (np.sqrt(square_avg) + eps), square_avg
    ### END SOLUTION


# %% [markdown]
# **Predict:** two weights, one with a gradient of 1000, the other of 0.001. How far does each of
# them move in its first step with $\eta = 0.01$?

# %%
steep_and_flat = np.array([1000.0, 0.001])
print("moved to", rmsprop_step(np.zeros(2), steep_and_flat, np.zeros(2))[0])

# %% [markdown]
# Both move equally far: by 0.1, which is ten times $\eta$. Why ten times? The mean starts at $s =
# 0$ and has seen one gradient: $s = 0.01\,g^2$, its root is $0.1\,|g|$, ten times too small. So the
# first step is ten times too long. Adam corrects this.
#
# ## Adam: momentum and RMSprop together
#
# [**Adam**](glossary.ipynb#Adam) keeps two running means, of the gradient (momentum) and of its
# square (RMSprop). The letters are those of its paper: here $m$ and $v$ are arrays, and $m$ is not
# the factor of momentum:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\,g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\,g^2$$
#
# Both start at zero and are too small at first. After $t$ steps the weights of the $t$ gradients in
# such a mean add up to $(1-\beta)(1 + \beta + \dots + \beta^{t-1}) = 1 - \beta^t$, and not to 1. So
# divide by that: this is the [**bias correction**](glossary.ipynb#Bias-correction) (*bias* here
# means "too small on average"). It is for the step only; the $m$ and $v$ that you return are not
# divided:
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat v = \frac{v}{1-\beta_2^t}, \qquad
# x \leftarrow x - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# ### Exercise: write it ●●○
#
# The first step is $t = 1$. First compute the new $m$ and $v$, then move x with their corrected
# copies. Return the new x and the new $m$ and $v$ (not divided), as new arrays.


# %% nbgrader={"grade": false, "grade_id": "adam_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def adam_step(x, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam: returns (new x, new m, new v), m and v without the correction."""
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
# > long ($0.1/\sqrt{0.001}$), the twelfth 6.6 times, the hundredth still 3.2 times: step $t$ by the
# > factor $(1-0.9^t)/\sqrt{1-0.999^t}$. The training only starts with steps that are too long, and
# > nothing tells you why. Count $t$ from 0 instead, and the very first step divides both means by
# > $1 - \beta^0 = 0$: both become infinite, and infinity over infinity is NaN.
#
# ## The race down a ravine
#
# The figure shows four optimizers in a bowl with a large $\kappa$ (a *ravine*), or in a bent valley
# (the *banana*, Rosenbrock's function); the *height* is the value of the function. Each has the
# best learning rate that was found for the chosen valley, among those with which the height never
# rises above the start. Momentum has $m = 0.9$ in all of them. Choose a valley and drag the step.
# Then multiply all rates.
#
# **Predict:** RMSprop and Adam give every *axis* its own step size. RMSprop gives every *axis* a
# step size of its own. What happens to its lead, and to Adam's, when the same ravine is turned by
# 45°?

# %%
valleys.explore()

# %% [markdown]
# The heights at step 100:
#
# | | κ = 100 | the same, turned by 45° | κ = 100, all rates doubled | κ = 10 |
# |---|---|---|---|---|
# | gradient descent | 0.047 | 0.047 | explodes | below 1e-16 |
# | momentum, m = 0.9 | 0.0014 | 0.0014 | 0.00028 | 0.00015 |
# | RMSprop | below 1e-16 | 0.061 | below 1e-16 | below 1e-16 |
# | Adam | 0.0011 | 0.0011 | 0.00048 | 0.00009 |
#
# In the ravine with $\kappa = 100$ RMSprop is at the bottom within 20 steps, where the heights of
# the others are still above 1: it measures how steep each axis is, and walks as if the ravine were
# round. Turned by 45°, both axes see the same mixture of steep and flat, and this advantage is
# gone: at step 20 RMSprop is as high as plain descent, and at steps 50 and 100 it is the highest of
# the four. Gradient descent and momentum do not notice the turn, because they only scale and add
# gradients: it makes no difference whether these are turned before or after. Adam, with a rate
# tuned anew (0.59 instead of 0.11), is at step 100 as low as before.
#
# With all rates doubled plain descent explodes, because its best rate lies close to $2/L$. The
# other three still go down. Momentum's rate, 0.0033, is far below its limit, $2(1+m)/L = 0.038$
# (given), and RMSprop and Adam take steps whose length does not depend on the size of the gradient.
#
# In the ravine with $\kappa = 10$ plain descent beats momentum and Adam: $m = 0.9$, the usual
# value, is too large for this ravine (Polyak's $m$ is 0.27). No setting is best everywhere. Adam is
# the usual first choice (lessons 05 and 06 train with it) because it also works with a rate that is
# not the best, and because one rate serves weights with small and with large gradients.
#
# ## The race on a real hole
#
# A window of 24 x 24 pixels is missing in a face, and the function is the roughness of lesson 02.
# For a square hole its curvatures are known. With $\theta = \pi/(\text{width}+1)$ and $a$, $b$ from
# 1 to the width, `roughness_grad` only multiplies the pattern $\sin(a\theta i)\,\sin(b\theta j)$ by
# $4(1-\cos a\theta) + 4(1-\cos b\theta)$. The least of these numbers is $8(1-\cos\theta)$, the
# largest $8(1+\cos\theta)$, and from the two follow the best rates of plain descent and momentum.
# For Adam 0.03 is the best of the rates tried (0.003 to 0.1); RMSprop is given 0.03 as well, which
# was not tuned for it.


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
# The *distance* to the exact fill is here the root of the mean squared difference over the hole
# (lesson 02 used the largest difference).
#
# **Predict:** plain descent needs 784 steps until its distance is below 0.001. How many does each
# of the others need?

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
ax.set(xlabel="step", ylabel="distance", title="Distance to the exact fill", ylim=(1e-4, 1))
ax.legend(ncols=4, fontsize=8)
fig.tight_layout()
show(
    fig, alt="Distance to the exact fill: momentum plunges, Adam follows, RMSprop stops on a floor."
)

# %% [markdown]
# Momentum wins. Adam gets below 0.001 first at step 105, but does not stay there: its distance
# rises above 0.001 again and again until step 776. RMSprop never gets there. Its mean of squares
# forgets: with $\alpha = 0.99$ a gradient counts for about 100 steps. In the ravine above, 100
# steps in all, $\sqrt s$ was still that of the large first gradients, and the steps shrank with the
# gradient. Here, after several hundred steps, $\sqrt s$ is the size of the *present* gradient, so
# every step is about $\eta$ long however small the gradient is: each pixel jumps from one side of
# its minimum to the other, half a learning rate away from it. The distance then falls no further.
# Its floor is 0.015, half of 0.03; with a rate of 0.001 RMSprop gets below 0.001, but needs 1,329
# steps.
#
# Why does momentum win? This valley is *smooth and known*, so that the best $\eta$ and $m$ can be
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
# Twice as wide, twice the steps. With momentum the number of steps grows with the width; without
# it, with the square of the width. (A wave crosses a distance in a time proportional to it; heat
# needs a time proportional to its square.) The table uses the long-run formula; the first swings of
# the ball cost a few steps more.
#
# ## Learning-rate schedules
#
# Back to the garments. The gradient of a mini-batch is partly random (for $B$ garments this part is
# proportional to $1/\sqrt B$), so with a constant learning rate the weights never settle: they move
# about near the bottom. The remedy is to lower the learning rate towards the end, by a
# **schedule**. Three are common, for the steps $t = 0, \dots, T-1$ and the largest rate $\eta$:
#
# - step: $\eta\,\gamma^{\lfloor t/k \rfloor}$; below with $\gamma = 0.1$ and $k = 150$: a tenth every
#   150 steps;
# - cosine: $\frac{\eta}{2}\bigl(1 + \cos\frac{\pi t}{T}\bigr)$;
# - one-cycle: up from $\eta/25$ along half a cosine in the first 30 % of the steps, then down along
#   another half to nearly 0.

# %%
fig, ax = plt.subplots(figsize=(7, 2.8))
ax.plot([step_schedule(t, 1.0, every=150) for t in range(400)], ":", label="step, every 150")
ax.plot([cosine_schedule(t, 1.0, 400) for t in range(400)], "-", label="cosine")
ax.plot([one_cycle_schedule(t, 1.0, 400) for t in range(400)], "--", label="one-cycle")
ax.set(xlabel="step", ylabel="fraction of the largest rate", title="Three schedules")
ax.legend()
fig.tight_layout()
show(fig, alt="Three schedules: two drops to a tenth, half a cosine down, and up and down again.")

# %%
schedules = {
    "constant": lambda t: 0.01,
    "cosine": lambda t: cosine_schedule(t - 1, 0.01, 400),
    "one-cycle": lambda t: one_cycle_schedule(t - 1, 0.01, 400),
}


def scheduled(schedule):
    """RMSprop with a learning rate that depends on the step."""
    return lambda x, g, t, s: rmsprop_step(x, g, s, lr=schedule(t))


# %% [markdown]
# **Predict:** RMSprop with $\eta = 0.01$, 400 steps of 200 garments. With a constant rate it
# reaches 15.04 dB. What does the same walk reach when its learning rate falls along a cosine?

# %%
scores = {}
for name in schedules:
    walk = descend(scheduled(schedules[name]), a_few(seed=0), nothing, 400, memories=1)
    numbered = enumerate(watched(walk, 400, title=name), start=1)
    scores[name] = [decibels(weights) for t, weights in numbered if t % 10 == 0]
    print(f"{name:9} {scores[name][-1]:.2f} dB")

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
for name, dashes in zip(scores, (":", "-", "--"), strict=True):
    ax.plot(range(10, 401, 10), scores[name], dashes, label=name)
ax.set(xlabel="step", ylabel="dB in unseen holes", title="Smaller steps at the end", ylim=(13, 16))
ax.legend()
fig.tight_layout()
show(fig, alt="The constant rate jitters around 15 dB; both schedules climb smoothly to almost 16.")

# %% [markdown]
# With the cosine schedule the same optimizer reaches 0.8 dB more from the same garments: its steps
# are large at the start, and small near the bottom. (Plain mini-batch descent had 15.76 dB above
# with a constant rate: here RMSprop needs the schedule to draw level.) Lessons 05 and 06 train with
# a cosine schedule.
#
# Which optimizer should you use? **SGD with momentum** if you know the curvatures, as above, or can
# try many learning rates. **Adam** otherwise. Begin with a rate of 0.001: if the loss explodes,
# divide the rate by 3; if the loss falls slowly, multiply it by 3. Then try a schedule. (*AdamW*,
# which you will also meet, is Adam that multiplies each weight by a number slightly below 1 at
# every step; see lesson 14.)
#
# ## Challenge
#
# Optional. Your function is scored on five valleys that this lesson does not show, and your best
# score is kept.
#
# `race(grad, x0, steps)` walks downhill from x0 (d,) and returns the last x, (d,). It may call
# `grad` at most `steps` times; `steps` is 100. Four valleys are bowls, turned at random, with
# condition numbers from 10 to 1000 in 2 or 20 dimensions. The fifth is bent. The score of a valley
# is the number of powers of ten by which the height falls, at most 12; yours is the mean over the
# five.


# %%
@challenge
def race(grad, x0, steps):
    """The last x of a walk downhill, (d,); `grad` may be called at most `steps` times."""
    x = x0
    for _ in range(steps):
        x = x - 0.003 * grad(x)
    return x


# %% [markdown]
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A gradient is 1 at every step. How far does momentum with m = 0.9 and η = 0.01 move in one
# step, after many steps?**
#
# <details><summary>0.01</summary>
#
# **No.** That is the first step. The velocity grows after it.
# </details>
# <details><summary>0.1</summary>
#
# **Right.** The velocity grows to 1 / (1 − 0.9) = 10, and η multiplies it. If you add momentum to a
# descent that works, divide the learning rate by ten.
# </details>
# <details><summary>0.009</summary>
#
# **No.** In this lesson's form, which is PyTorch's, the new gradient is multiplied neither by 1 − m
# nor by m.
# </details>
#
# **2. You multiply your loss by 1000. Which of the four optimizers take other steps?**
#
# <details><summary>All of them</summary>
#
# **No.** RMSprop and Adam divide the gradient by its own usual size.
# </details>
# <details><summary>Only Adam</summary>
#
# **No.** Adam divides the factor away again.
# </details>
# <details><summary>Gradient descent and momentum</summary>
#
# **Right.** Their steps are a thousand times as long, and unless the learning rate was tiny they
# diverge. RMSprop and Adam do the same as before, but for ε.
# </details>
#
# **3. You train with mini-batches. Adam's loss falls fast at first and then jitters around one
# level. What do you try first?**
#
# <details><summary>A falling learning rate</summary>
#
# **Right.** The jitter is the noise of the mini-batches times a learning rate that has stayed
# large.
# </details>
# <details><summary>Another optimizer, such as RMSprop</summary>
#
# **No.** With mini-batches all of them jitter at a constant learning rate.
# </details>
# <details><summary>A larger learning rate</summary>
#
# **No.** It makes the jitter larger.
# </details>
#
# **4. What would Adam's first step be without the bias correction?**
#
# <details><summary>Zero</summary>
#
# **No.** The averages are not zero after the first gradient.
# </details>
# <details><summary>More than three times too large</summary>
#
# **Right.** m is (1 − 0.9) g and the root of v is √(1 − 0.999) |g|: their ratio is 0.1 / 0.032 =
# 3.2 instead of 1.
# </details>
# <details><summary>Ten times too small</summary>
#
# **No.** m is ten times too small, but the root of v is 32 times too small, and it divides.
# </details>
#
# **5. A mini-batch of 200 out of 10,000 pictures: what is its gradient?**
#
# <details><summary>A fiftieth of the whole gradient</summary>
#
# **No.** Both are means over their pictures, so they have about the same size.
# </details>
# <details><summary>The exact gradient of the whole set</summary>
#
# **No.** Other pictures would give a slightly different one.
# </details>
# <details><summary>A noisy estimate of the whole gradient</summary>
#
# **Right.** At the start of the lesson's training its cosine with the whole gradient was 0.97, at a
# fiftieth of the cost.
# </details>
#
# ## What you have seen
#
# - At the start the gradient of 200 garments has a cosine of 0.97 with that of 10,000: with
#   mini-batches you take many more steps for the same number of garments read.
# - Momentum adds up gradients: with the best rate and momentum about √κ steps in place of κ.
#   RMSprop divides each weight's gradient by the root of the running mean of its square; that helps
#   along the axes, and not in a turned ravine. Adam does both, and corrects for means that start at
#   zero.
# - With a constant learning rate the weights never settle; with a schedule they do.
# - PyTorch's names: `torch.optim.SGD` (with `momentum=0.9`), `RMSprop`, `Adam`, `AdamW`, and
#   `lr_scheduler.CosineAnnealingLR`.
#
# **For the course's table:** *logistic fill*, again: 15.8 dB on the 10 x 10 boxes, now from 80,000
# garments read in place of a million.
#
# **Read on:** Kingma and Ba, *Adam* (ICLR 2015), section 2, Algorithm 1; Sutskever, Martens, Dahl
# and Hinton, *On the importance of initialization and momentum in deep learning* (ICML 2013),
# section 2; Goh, *Why Momentum Really Works* (Distill 2017). Next:
# [**05 Backpropagation by hand**](05_backpropagation_by_hand.ipynb), where a network paints.
