# %% [markdown]
# # 05 Backpropagation by hand
#
# > Where do gradients come from when the picture is painted by a network?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 03 and 04 | pass a gradient back through any network, one link at a time; read a computation graph; train a network that paints a photograph, and say why the sharpest one fills a hole worst | 90 min; the cells alone run in under two minutes, no GPU |
#
# Until now every gradient was worked out on paper. A network is too long for paper: a weight in its
# first layer moves a number, which moves a hundred others, which move the colours, which move the
# loss. But a long chain is made of short links, and each link is easy. This lesson passes the
# gradient back link by link, and then paints a face with it.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

from learnkit.byhand.autograd import Scalar, Variable, backward
from learnkit.byhand.gradcheck import check_grad, numerical_grad
from learnkit.byhand.layers import relu, sigmoid, sigmoid_grad
from learnkit.byhand.losses import mse_loss, mse_loss_grad
from learnkit.byhand.optim import adam_step, cosine_schedule
from learnkit.exercises import challenge, exercise
from learnkit.holes import draw
from learnkit.images import damaged, metrics
from learnkit.widgets import graph
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## One neuron, on paper
#
# A neuron weighs its input, adds a bias and bends the sum. Here tanh bends it: a sigmoid stretched
# to run from -1 to 1, $\tanh s = 2\sigma(2s) - 1$, whose slope is $1 - \tanh^2 s$ (lesson 03's $p(1-p)$,
# stretched along with it). Its loss against a target $t$ is a chain of four links:
#
# $$s = w\,x + b, \qquad y = \tanh s, \qquad e = y - t, \qquad L = e^2$$
#
# The [**chain rule**](glossary.ipynb#Chain-rule) says: the derivative of $L$ with respect to $w$ is the product of the derivatives of
# the links between them.
#
# $$\frac{\partial L}{\partial w} = \underbrace{2e}_{\partial L/\partial e}\cdot
# \underbrace{1}_{\partial e/\partial y}\cdot\underbrace{(1-y^2)}_{\partial y/\partial s}\cdot
# \underbrace{x}_{\partial s/\partial w}$$
#
# Start from the loss, and carry one number backwards; at each link, multiply. That number, the
# derivative of the loss with respect to the link where you stand, is called the **upstream** gradient.
# At the start it is 1.
#
# Below is that neuron as a graph. `Scalar` is a number that remembers what it was made of.
#
# **Predict:** $x = 2$, $w = 0.5$, $b = -0.2$, $t = 0$. Which of $x$, $w$ and $b$ gets the largest
# gradient? Step backward, and see.

# %%
x, w, b, t = Scalar(2.0), Scalar(0.5), Scalar(-0.2), Scalar(0.0)
wx = w * x
s = wx + b
y = s.tanh()
e = y - t
L = e**2
graph.explore(L, {"x": x, "w": w, "b": b, "t": t, "wx": wx, "s": s, "y": y, "e": e, "L": L})

# %%
backward(L)
on_paper = 2 * e.value * (1 - y.value**2) * x.value
print(f"w: {w.grad:.6f} (on paper {on_paper:.6f}); x: {x.grad:.6f}; b: {b.grad:.6f}")

# %% [markdown]
# ## What an operation is
#
# A node of that graph is made of three things: its **value**, its **inputs**, and a function `pull`. To `pull`
# the upstream gradient $u$ is given, the gradient of the loss with respect to this node. It returns one
# share for each input: by the chain rule $u$ times the derivative of the node with respect to that input.
# A sum, for example, grows by as much as either of its inputs, so both derivatives are 1:
#
#     def add(a, b):
#         return Scalar(a.value + b.value, (a, b), lambda u: (u, u))
#
# ### Exercise: a product ●○○
#
# `a` and `b` are nodes; return the node of their product. Numbers are what you compute with: `a.value`
# and `b.value`.


# %% nbgrader={"grade": false, "grade_id": "multiply", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def multiply(a, b):
    """The node of a b."""
    ### BEGIN SOLUTION
    return Scalar(a.value * b.value, (a, b), lambda u: (u * b.value, u * a.value))
    ### END SOLUTION


# %% [markdown]
# ### Exercise: a quotient ●●○
#
# The same for $a / b$. The derivative of $1/b$ with respect to $b$ is $-1/b^2$.


# %% nbgrader={"grade": false, "grade_id": "divide", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def divide(a, b):
    """The node of a / b."""
    ### BEGIN SOLUTION
    return Scalar(a.value / b.value, (a, b), lambda u: (u / b.value, -u * a.value / b.value**2))
    ### END SOLUTION


# %% [markdown]
# **Predict:** $q = x\,w / (x + w)$ at $x = 2$, $w = 3$. If $w$ grows, does $q$ grow or fall?

# %%
p1, p2 = Scalar(2.0), Scalar(3.0)
q = divide(multiply(p1, p2), p1 + p2)
backward(q)
print(f"q = {q.value}; with respect to x {p1.grad:.2f}, with respect to w {p2.grad:.2f}")

# %% [markdown]
# It grows: numerator and denominator both grow, and the numerator by more. On paper the derivative with
# respect to $w$ is $x^2/(x + w)^2 = 4/25$. Your two operations found it without being told.
#
# ## In which order?
#
# A number can be used twice. In $y = x\cdot x + x$ the product uses $x$ twice and the sum once
# more; each use hands back a share, and the gradient of $x$ is the **sum** of the shares: $2x + 1$.
# So a node must wait until every node that used it has handed back its share, and only then pass on:
# going backward, a node comes after all its users.
#
# What if a node did not wait, and passed every share on as it comes in? Take a number and double
# it, $x_1 = x_0 + x_0$, then $x_2 = x_1 + x_1$, sixteen times: 17 nodes.
#
# **Predict:** how many visits does that take, when each node is visited once for every use?


# %%
def visits(node):
    """How often nodes are visited if each passes on at every single use."""
    return 1 + sum(visits(i) for i in node.inputs)


doubled = Scalar(1.0)
for _ in range(16):
    doubled = doubled + doubled
print("visits:", visits(doubled))

# %% [markdown]
# 131,071: it doubles with every level. In the right order every node is visited **once**.
#
# Write that order down from its other end: inputs before their users, the root last. (Going backward
# then reads the list from its end.) Try it by hand first, on four nodes: $a$; $b = a\cdot a$; $c = b +
# a$; the root $d = b\cdot c$.
# Begin at $d$. A node may be written down when all of its inputs are written down; until then it waits,
# and you look at an input of it that is still missing. Keep the waiting nodes in a list, the newest last:
#
# | waiting | what you find | written down |
# |---|---|---|
# | d | d lacks b | |
# | d, b | b lacks a | |
# | d, b, a | a has no inputs: write it down | a |
# | d, b | b lacks nothing now | a, b |
# | d | d lacks c | a, b |
# | d, c | c lacks nothing, a and b are there | a, b, c |
# | d | d lacks nothing | a, b, c, d |
#
# ### Exercise: the order ●●●
#
# Give back a list of all nodes that `root` depends on: inputs before their users, `root` last, each
# node once. A node has `.inputs`, the nodes it was made of. Several orders may be right; any of them
# will do. A function that calls itself is the shortest answer, but the graph you are given may be a chain
# of 3,000 nodes, and Python refuses calls that are nested more than about 1,000 deep. So keep a list of
# waiting nodes, as in the table. (Remember nodes by `id(node)`, in a set: to ask a list takes long.)


# %% nbgrader={"grade": false, "grade_id": "topological_order", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def topological_order(root):
    """Every node under root once, inputs before users, root last."""
    ### BEGIN SOLUTION
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(i, False) for i in node.inputs]
    return order
    ### END SOLUTION


# %% [markdown]
# With the order, [reverse mode](glossary.ipynb#Backpropagation) is five lines. Each node has a function `pull`: it is given the gradient of
# the loss with respect to the node, and returns the shares of the node's inputs.


# %%
def my_backward(root):
    """Fills `grad` of every node under root."""
    shares = {id(root): 1.0}
    for node in reversed(topological_order(root)):
        node.grad = shares[id(node)]
        for source, share in zip(
            node.inputs, node.pull(node.grad) if node.pull else (), strict=True
        ):
            shares[id(source)] = shares.get(id(source), 0.0) + share


z = Scalar(3.0)
my_backward(z * z + z)
print("derivative of z² + z at 3:", z.grad)

# %% [markdown]
# PyTorch's `backward` does the same. What is new in the rest of this lesson is one thing: numbers
# become arrays. (`learnkit/byhand/autograd.py` is the whole engine, for numbers and then for
# arrays, in under 300 lines. Read it tonight.)
#
# ## A layer of many neurons
#
# `y = x @ w`: $n$ rows of $d$ inputs, times a $d \times k$ table of weights. You are handed
# `upstream`, the derivative of the loss with respect to every element of $y$, in the shape of $y$; call
# it $u$. What goes back to $x$, what to $w$?
#
# Write the product as a sum: $y_{ik} = \sum_j x_{ij}\,w_{jk}$. The weight $w_{jk}$ is used once in each row
# $i$, with the factor $x_{ij}$, so it collects a share from each row. And $x_{ij}$ is used once for each
# column $k$:
#
# $$\frac{\partial L}{\partial w_{jk}} = \sum_i x_{ij}\,u_{ik}, \qquad
# \frac{\partial L}{\partial x_{ij}} = \sum_k u_{ik}\,w_{jk}$$
#
# Both sums are matrix products again, once one of the tables is turned: `.T` exchanges rows and columns
# (the **transpose**). A check on the way: each gradient has the shape of its own array.
#
# ### Exercise: back through a matrix product ●○○


# %% nbgrader={"grade": false, "grade_id": "linear_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def linear_grad(x, w, upstream):
    """(grad_x, grad_w) for y = x @ w."""
    ### BEGIN SOLUTION
    return upstream @ w.T, x.T @ upstream
    ### END SOLUTION


# %% [markdown]
# ### Exercise: back to the bias ●○○
#
# The bias, `(d,)`, is added to every one of $n$ rows. So it is a number used $n$ times, and you
# know what happens to shares.


# %% nbgrader={"grade": false, "grade_id": "bias_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def bias_grad(upstream):
    """The gradient of the bias, (n, d) to (d,)."""
    ### BEGIN SOLUTION
    return upstream.sum(axis=0)
    ### END SOLUTION


# %% [markdown]
# ### Exercise: back through a gate ●○○
#
# ReLU, $\max(x, 0)$, lets positive numbers through and stops the others. Going back it does the
# same: where $x > 0$ the upstream gradient passes unchanged, elsewhere nothing does. At 0 itself
# give 0, as torch does.


# %% nbgrader={"grade": false, "grade_id": "relu_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def relu_grad(x, upstream):
    """What passes back through max(x, 0)."""
    ### BEGIN SOLUTION
    return np.where(x > 0, upstream, 0.0)
    ### END SOLUTION


# %% [markdown]
# ## Two layers, put together
#
# Now a whole network: $z = x\,w_1 + b_1$, $h = \max(z, 0)$, $y = h\,w_2 + b_2$, and the loss is the mean
# squared error of $y$. Forwards you keep $z$ and $h$. Backwards you begin at the loss and walk the same
# lines in the other order. Each layer keeps the gradients of its own weights, and hands what is left down.
#
# ### Exercise: the gradients of two layers ●●●
#
# `weights` is the list `[w1, b1, w2, b2]`, `x` is `(n, d)`, `target` is `(n, k)`. Return four gradients in
# the same order. You have all parts: `relu`, `mse_loss_grad(y, target)`, and your own `linear_grad`,
# `bias_grad` and `relu_grad`.


# %% nbgrader={"grade": false, "grade_id": "two_layer_gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def two_layer_gradients(x, target, weights):
    """The gradients of the mean squared error with respect to w1, b1, w2 and b2."""
    ### BEGIN SOLUTION
    w1, b1, w2, b2 = weights
    z = x @ w1 + b1
    h = relu(z)
    up = mse_loss_grad(h @ w2 + b2, target)
    back, grad_w2 = linear_grad(h, w2, up)
    up1 = relu_grad(z, back)
    _, grad_w1 = linear_grad(x, w1, up1)
    return grad_w1, bias_grad(up1), grad_w2, bias_grad(up)
    ### END SOLUTION


# %% [markdown]
# ## A network that paints
#
# The program of the article on 图像合成与修复 from which this course began (lessons 00 and 17) has a
# network "Dense 128-128-3".
# Read it as a painter of **one pixel**: in go the coordinates of a pixel, out comes its colour. Two layers of 128 neurons with
# ReLU, then three with a sigmoid. The picture *is* the network's weights. Forward it is three
# lines:


# %%
def forward(x, weights):
    """The sums in each of the three layers; the sigmoid of the last is the colour."""
    w1, b1, w2, b2, w3, b3 = weights
    z1 = x @ w1 + b1
    z2 = relu(z1) @ w2 + b2
    z3 = relu(z2) @ w3 + b3
    return z1, z2, z3


# %% [markdown]
# And backward it is the walk that you have written, with one layer more and a sigmoid at the end.


# %%
def gradients(x, colours, weights):
    """The gradient of the mean squared error with respect to each of the six arrays of weights."""
    w1, _, w2, _, w3, _ = weights
    z1, z2, z3 = forward(x, weights)
    up3 = sigmoid_grad(z3, mse_loss_grad(sigmoid(z3), colours))
    back, grad3 = linear_grad(relu(z2), w3, up3)
    up2 = relu_grad(z2, back)
    back, grad2 = linear_grad(relu(z1), w2, up2)
    up1 = relu_grad(z1, back)
    _, grad1 = linear_grad(x, w1, up1)
    return grad1, bias_grad(up1), grad2, bias_grad(up2), grad3, bias_grad(up3)


# %% [markdown]
# Now it needs weights to start from, and pixels to be judged by; eight rows of random numbers will
# do to try it out.


# %%
def fresh(inputs, seed=0):
    """Random weights, of a spread that a later section explains, and biases of 0."""
    rng, weights = np.random.default_rng(seed), []
    for d, k in ((inputs, 128), (128, 128), (128, 3)):
        weights += [rng.standard_normal((d, k)) * (2 / d) ** 0.5, np.zeros(k)]
    return weights


draws = np.random.default_rng(1)
eight, eight_colours = draws.random((8, 100)), draws.random((8, 3))
weights = fresh(100)
count = sum(a.size for a in weights)

# %% [markdown]
# Lesson 01 could find a gradient too, by nudging: two evaluations of the loss for each weight. With
# 100 inputs this network has 29,827 weights.
#
# **Predict:** how many times longer does nudging take than going backward once?


# %%
def loss_by(w3):
    """The loss as a function of the last layer's weights alone."""
    painted = sigmoid(forward(eight, [*weights[:4], w3, weights[5]])[2])
    return mse_loss(painted, eight_colours)


began = time.perf_counter()
slopes = gradients(eight, eight_colours, weights)
between = time.perf_counter()
nudged = numerical_grad(loss_by, weights[4])  # 384 of the 29,827
nudging = (time.perf_counter() - between) * count / nudged.size
print(f"backward {1000 * (between - began):.1f} ms, nudging all {count:,} weights {nudging:.1f} s")
print("largest difference, last layer:", abs(nudged - slopes[4]).max())

# %% [markdown]
# The gradient with respect to *all* weights costs about as much as two or three evaluations of the loss,
# no matter how many weights there are. Without this no large network could be trained.
#
# Now let the graph do it: the same network with `Variable`, an array that remembers.

# %%
leaves = [Variable(a) for a in weights]
h1 = (eight @ leaves[0] + leaves[1]).relu()
h2 = (h1 @ leaves[2] + leaves[3]).relu()
by_graph = (h2 @ leaves[4] + leaves[5]).sigmoid()
backward(((by_graph - eight_colours) ** 2).mean())
gap = max(abs(leaf.grad - slope).max() for leaf, slope in zip(leaves, slopes, strict=True))
print("largest difference between your gradients and the graph's:", gap)

# %% [markdown]
# > **Trap.** A network can be wrong without an error. Leave a transposition out where a layer is
# > square, 128 x 128, and all shapes still fit; the loss may even fall. So check new gradients by
# > nudging: a right one differs by less than $10^{-6}$.

# %%
rows_in, square, ups = draws.random((5, 4)), draws.random((4, 4)), draws.random((5, 4))
print(
    "right:", check_grad(lambda m: np.sum((rows_in @ m) * ups), lambda m: rows_in.T @ ups, square)
)
try:
    check_grad(lambda m: np.sum((m @ square) * ups), lambda m: ups @ square, rows_in)
except ValueError as error:
    print("without the transposition:", error)

# %% [markdown]
# ## How large should the first weights be?
#
# Not zero: then all neurons of a layer would be alike, get the same gradient, and stay alike for
# ever. So random. But how large? Each neuron adds up 128 products. If that makes the numbers a
# little larger in every layer, 20 layers make them huge; if a little smaller, they vanish.
#
# **Predict:** 20 layers of 128 with ReLU; weights drawn with a spread of 0.05, 0.125 and 0.2. What
# is the spread of the numbers in the twentieth layer?


# %%
def spread_by_layer(sigma):
    """The spread of 128 numbers after each of 20 layers of random weights."""
    h, spreads = draws.standard_normal((500, 128)), [1.0]
    for _ in range(20):
        h = relu(h @ (sigma * draws.standard_normal((128, 128))))
        spreads.append(h.std())
    return spreads


spreads = {sigma: spread_by_layer(sigma) for sigma in (0.05, 0.125, 0.2)}
print("; ".join(f"σ = {s}: spread {values[-1]:.1e}" for s, values in spreads.items()))

# %%
fig, ax = plt.subplots(figsize=(7, 3))
for sigma, style in zip(spreads, ("-", "--", ":"), strict=True):
    ax.semilogy(spreads[sigma], style, label=f"σ = {sigma}")
ax.set(xlabel="layer", ylabel="spread", title="Too small vanishes, too large explodes")
ax.legend()
fig.tight_layout()
show(fig, alt="Spread of the numbers over 20 layers: 0.05 vanishes, 0.2 explodes, 0.125 keeps it.")

# %% [markdown]
# The mean square of a sum of $d$ products, with random weights, is $d\,\sigma^2$ times the mean square of
# the inputs. The sum is negative as often as positive, so ReLU sets half of the numbers to 0, and the
# mean square is halved. It stays the same from layer to layer if $d\,\sigma^2/2 = 1$, that is $\sigma =
# \sqrt{2/d}$, which is 0.125 for 128 inputs. It is called He initialisation, and `fresh` used it.
#
# ## Paint
#
# The canvas is the astronaut's face, 128 x 128. A pixel's coordinates run from -1 to 1. Each step
# takes 1,024 random *known* pixels, asks for the gradient, and lets Adam move the weights.


# %%
def coordinates(height, width):
    """The centre of each pixel, from -1 to 1: (height * width, 2)."""
    rows = (np.arange(height) + 0.5) / height * 2 - 1
    columns = (np.arange(width) + 0.5) / width * 2 - 1
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)


# %%
def train(x, colours, steps, seed=0):
    """Yields the network's weights after each step; trained on rows of x and their colours."""
    draws, weights = np.random.default_rng(seed), fresh(x.shape[1], seed)
    memory = [(np.zeros_like(a), np.zeros_like(a)) for a in weights]
    for t in range(1, steps + 1):
        batch, lr = draws.integers(0, len(x), 1024), cosine_schedule(t - 1, 3e-3, steps)
        for i, slope in enumerate(gradients(x[batch], colours[batch], weights)):
            weights[i], *memory[i] = adam_step(weights[i], slope, *memory[i], t, lr=lr)
        yield weights


# %% [markdown]
# A box of 24 x 24 pixels, round the mouth, is never shown to the network. We ask it for the whole
# picture all the same: the network gives a colour for any coordinates.

# %%
face = damaged.damaged("astronaut").image
hole = draw.box(face.shape[:2], height=24, width=24, top=78, left=58)
seen = ~hole.ravel()
xy, colours = coordinates(128, 128), face.reshape(-1, 3)


def painting_of(features, weights):
    """The whole picture, as the network sees it."""
    return sigmoid(forward(features, weights)[2]).reshape(face.shape)


# %%
def film(features, moments):
    """The painting after each number of steps in `moments`, the last one when training is over."""
    training = train(features[seen], colours[seen], moments[-1])
    shown = watched(
        training,
        moments[-1],
        title="painting",
        loss=lambda weights: mse_loss(painting_of(features, weights)[~hole], face[~hole]),
    )
    return {t: painting_of(features, w) for t, w in enumerate(shown, start=1) if t in moments}


# %% [markdown]
# **Predict:** two numbers in, three out, 17,283 weights between. After 1,000 steps, will it have
# eyelashes?

# %%
moments = [1, 10, 30, 100, 300, 1000]
began_painting = time.perf_counter()
raw = film(xy, moments)
print(f"{(time.perf_counter() - began_painting):.1f} s for 1,000 steps")
row = {f"step {t}": raw[t] for t in moments} | {"shown to it": draw.cut_hole(face, hole)}
show_pictures(
    row,
    columns=4,
    alt="Blobs of colour become a blur of hair, skin and suit; after a thousand steps no eyes yet.",
)

# %% [markdown]
# No lashes, and no eyes either: hair, skin and suit are where they belong, and all else is a blur. A
# network like this changes slowly when its input
# changes slowly, and from one pixel to the next a coordinate moves by 0.016. So give it numbers
# that change *fast*: sines and cosines of the coordinates, of 50 random frequencies. These are 100
# [**Fourier features**](glossary.ipynb#Fourier-features), and 100 happens to be the number of inputs of the article's generator.


# %%
def fourier(scale, count=50, seed=0):
    """Sines and cosines of the coordinates, at random frequencies of `scale` cycles a picture."""
    frequencies = scale * np.random.default_rng(seed).standard_normal((2, count))
    angle = np.pi * xy @ frequencies
    return np.c_[np.sin(angle), np.cos(angle)]


waves = fourier(10)[:, [0, 1, 2, 3]].T.reshape(4, 128, 128) / 2 + 0.5
show_pictures(
    {f"feature {i}": wave for i, wave in enumerate(waves)},
    alt="Four Fourier features: stripes of several directions and widths across the picture.",
)

# %% [markdown]
# Each feature is a pattern of stripes, and the network mixes its colours from a hundred of them.
#
# **Predict:** same network, same steps. How sharp will it be? And what will it paint *in the hole*,
# of which it has never seen a pixel?

# %%
sharp = film(fourier(10), moments)
row = {f"step {t}": sharp[t] for t in moments} | {"the truth": face}
show_pictures(
    row,
    columns=4,
    alt="With Fourier features the face is sharp at step 300, and noise fills the hole.",
)


# %%
def scored(painting):
    """PSNR over the known pixels, and over the hole."""
    known = metrics.psnr(painting, face, hole=~hole)
    return known, metrics.psnr(painting, face, hole=hole)


paintings = {"blurred, plausible": raw[1000], "sharp, wrong": sharp[1000]}
show_pictures(
    {"cut": draw.cut_hole(face, hole)} | paintings | {"the truth": face},
    alt="The face with a box cut out; a blur without a face, smooth in the box too; a sharp face with "
    "noise in the box; the truth.",
)
for name, painting in paintings.items():
    print(f"{name}: {scored(painting)[0]:.1f} dB seen, {scored(painting)[1]:.1f} dB in the hole")

# %% [markdown]
# **One is blurred and plausible, the other sharp and wrong.** The network with the waves copies the known
# pixels to 32 dB, and is worse in the hole. Its inputs differ much from one pixel to the next, so it can
# give each known pixel its own colour; what it learns there tells it nothing about the pixels of the
# hole. This is [**over-fitting**](glossary.ipynb#Over-fitting): a small error on the pixels that it was trained on, a large one on
# those that it was not. (The harmonic fill scores 18.3 dB in this hole, as much as the blurred painting:
# both know that pictures are smooth, and no more.)
#
# How fast the waves may be is a *prior*, as roughness was: it says what pictures are like. In the wide
# box the network without any waves was the better one, as you saw.
#
# **Predict:** and the astronaut's thin scratches of lesson 02? Which scale is best there: none, 1,
# 4 or 10 cycles a picture?

# %%
scratches = damaged.damaged("astronaut").hole


def mend(scale, steps):
    """The scratched face painted from the pixels around the scratches, and its score in them."""
    features, outside = xy if scale == 0 else fourier(scale), ~scratches.ravel()
    training = train(features[outside], colours[outside], steps)
    *_, trained = watched(training, steps, title=f"scale {scale}")
    painting = np.where(scratches[..., None], painting_of(features, trained), face)
    return painting, metrics.psnr(painting, face, hole=scratches)


by_scale = {scale: mend(scale, 600)[1] for scale in (0, 1, 4, 10)}
show_table(by_scale, heads=["scale", "PSNR in the scratches"], unit="dB", digits=1)

# %% [markdown]
# Four. A scratch is thin: there are known pixels close by on both sides, and waves that fit them fit what
# lies between. (We have chosen the four by the score in the hole, for which one needs the truth. Whoever
# mends a real photograph cannot do that, so the score below is a little too good.) Train that painter for
# longer.
#
# **Predict:** lesson 02's harmonic fill scored 27.97 dB on these scratches. Can a network of 29,827
# weights that has never seen another picture beat it in 2,000 steps?

# %%
mended, in_scratches = mend(4, 2000)
show_pictures(
    {"scratched": draw.cut_hole(face, scratches), "painted": mended, "the truth": face},
    alt="The scratched astronaut, the same with its scratches painted by the network, and the truth.",
)
print(f"{in_scratches:.2f} dB in the scratches")

# %% [markdown]
# By a little, yes: 28.2 dB, and with four other seeds between 28.0 and 28.5. It has learned from the known pixels of this one picture, with gradients that
# you have written yourself. What would it do if it had seen ten thousand faces? That needs a network that
# does not have to learn every place anew, and that is the next lesson.
#
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `paint(known, hole)` is given a colour picture (h, w, 3), 0 in its hole, and returns it filled, by
# whatever you can train or compute within a minute. Below it takes the mean colour of what is known.
# Which waves, how many steps, and what besides a network?


# %%
@challenge
def paint(known, hole):
    """The whole picture, (h, w, 3), its hole filled; scored in the hole."""
    picture = known.copy()
    picture[hole] = known[~hole].mean(axis=0)
    return picture


# %% [markdown]
# ## Quiz
#
# <details><summary>1. Why does reverse mode start at the loss, and not at the weights?</summary>
#
# Because the loss is one number. Going backward carries one array the size of each layer, and gives
# all 29,827 derivatives in one go. Forward you would have to start once for every weight.
# </details>
# <details><summary>2. All weights of a layer start at 0.1. What goes wrong?</summary>
#
# All neurons of the layer compute the same number and get the same gradient, so they stay alike for
# ever: 128 copies of one neuron. Random weights tell them apart.
# </details>
# <details><summary>3. A painter scores 45 dB on the known pixels. What do you know about its hole?</summary>
#
# Nothing. With enough fast waves it can copy every known pixel and paint noise beside it. Only
# pixels that it was not shown can tell, which is why we score the hole.
# </details>
#
# ## What you have seen
#
# - The chain rule multiplies the derivatives of the links, backward from the loss. A number that is
#   used twice gets the sum of its shares, so going backward it comes after all its users.
# - All gradients together cost about as much as two or three evaluations of the loss, for any number
#   of weights; nudging costs two evaluations for each weight.
# - First weights: random, with σ = √(2/d), so that 20 layers neither vanish nor explode.
# - From the coordinates alone the painting is blurred and plausible; from a hundred fast waves it is
#   sharp where it was trained and wrong in the hole.
#
# **For the course's table:** *painter, 100 Fourier features*: 28.2 dB on the astronaut's scratches
# (harmonic: 27.97).
#
# **Read on:** Baydin, Pearlmutter, Radul and Siskind, *Automatic Differentiation in Machine
# Learning: a Survey* (JMLR 2018), section 3; He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*
# (ICCV 2015), section 2.2; Tancik et al., *Fourier Features Let Networks Learn High Frequency
# Functions in Low Dimensional Domains* (NeurIPS 2020). Next: [**06 Convolution by hand**](06_convolution_by_hand.ipynb).
