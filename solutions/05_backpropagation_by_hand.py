# %% [markdown]
# # 05 Backpropagation by hand
#
# > Where do gradients come from when the picture is painted by a network?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 03 and 04 | pass a gradient back through any network, one step at a time; read a computation graph; train a network that paints a photograph, and say why a painting that is sharp on the known pixels can be wrong in the hole | 90 min, 120 with the optional parts; the cells alone run in under two minutes, no GPU |
#
# Until now every gradient was worked out on paper. For a network that is too long: a weight in the
# first layer changes one number, this number changes a hundred others, these change the colours,
# and the colours change the loss. But such a chain is made of short steps, and the derivative of
# each step is easy. In this lesson you pass the gradient back step by step, and then train a
# network that paints a face.

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
# A neuron multiplies each of its inputs by a weight, adds up the products and a bias, and applies a
# function that is not a straight line (the **activation function**). Here it is tanh, a sigmoid
# stretched to run from -1 to 1: $\tanh s = 2\sigma(2s) - 1$. Its slope is $1 - \tanh^2 s$ (with $p
# = \sigma(2s)$ it is $4p(1-p)$, lesson 03's slope times 4). Several neurons with the same inputs
# are a **layer**; layers one after another are a **network**.
#
# The loss of this neuron against a target $t$ is computed in four steps. ($L$ is the loss from here
# on, no longer the curvature of lesson 02.)
#
# $$s = w\,x + b, \qquad y = \tanh s, \qquad e = y - t, \qquad L = e^2$$
#
# The [**chain rule**](glossary.ipynb#Chain-rule) says: the derivative of $L$ with respect to $w$ is
# the product of the derivatives of the steps between them.
#
# $$\frac{\partial L}{\partial w} = \underbrace{2e}_{\partial L/\partial e}\cdot
# \underbrace{1}_{\partial e/\partial y}\cdot\underbrace{(1-y^2)}_{\partial y/\partial s}\cdot
# \underbrace{x}_{\partial s/\partial w}$$
#
# Start at the loss with the number 1 and go backward. At each of the four steps, from $L$ to $e$,
# to $y$, to $s$ and to $w$, multiply the number by the derivative of that step. The number that you
# carry is the derivative of the loss with respect to the quantity that you have reached; it is
# called the **upstream** gradient.
#
# Below is that neuron as a graph. A `Scalar` is a number that also keeps the numbers from which it
# was computed.
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
# The largest gradient is that of $w$: at the last step the upstream gradient is multiplied by $x =
# 2$ for $w$, by $w = 0.5$ for $x$, and by 1 for $b$.
#
# ## What an operation is
#
# A node of that graph is made of three things: its **value**, its **inputs**, and a function
# `pull`. (A number that you put in, such as `Scalar(2.0)`, has no inputs, and its `pull` is None.)
# `pull` is given $u$, the upstream gradient: the derivative of the loss with respect to this node.
# It returns one number for each input, the input's **share**. By the chain rule this is $u$ times
# the derivative of the node with respect to that input. (In the literature a share is a
# *vector-Jacobian product*, and `pull` is called the *backward function*.) For example, if one
# input of a sum grows by 0.1, the sum grows by 0.1, so both derivatives are 1:
#
#     def add(a, b):
#         return Scalar(a.value + b.value, (a, b), lambda u: (u, u))
#
# (`lambda u: (u, u)` is a function without a name: it takes `u` and returns two numbers.)
#
# ### Exercise: a product ●○○
#
# `a` and `b` are nodes. Return the node of their product, `Scalar(value, (a, b), pull)`. Compute
# with the numbers `a.value` and `b.value`, not with the nodes `a` and `b`, and build the result
# with `Scalar(...)` as in `add`.


# %% nbgrader={"grade": false, "grade_id": "multiply", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def multiply(a, b):
    """The node of the product a · b: Scalar(value, inputs, pull)."""
    ### BEGIN SOLUTION
    return Scalar(a.value * b.value, (a, b), lambda u: (u * b.value, u * a.value))
    ### END SOLUTION


# %% [markdown]
# ### Exercise: a quotient (optional) ●●○
#
# *Optional: practice with a second operation; nothing later needs it. You may go on to **A number
# that is used twice**.*
#
# The same for $a / b$: one node, made from `a` and `b` directly, not a product with $1/b$. The
# derivative of $1/b$ with respect to $b$ is $-1/b^2$. (`b` is never 0.)


# %% nbgrader={"grade": false, "grade_id": "divide", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def divide(a, b):
    """The node of the quotient a / b: Scalar(value, inputs, pull)."""
    ### BEGIN SOLUTION
    return Scalar(a.value / b.value, (a, b), lambda u: (u / b.value, -u * a.value / b.value**2))
    ### END SOLUTION


# %% [markdown]
# **Predict:** $q = p_1\,p_2 / (p_1 + p_2)$ at $p_1 = 2$, $p_2 = 3$. If $p_2$ grows, does $q$ grow
# or fall?

# %%
p1, p2 = Scalar(2.0), Scalar(3.0)
q = divide(multiply(p1, p2), p1 + p2)
backward(q)
print(f"q = {q.value}; with respect to p1 {p1.grad:.2f}, with respect to p2 {p2.grad:.2f}")

# %% [markdown]
# It grows: if $p_2$ grows by 1, the numerator grows from 6 to 8, by a third, and the denominator
# from 5 to 6, only by a fifth. On paper the derivative with respect to $p_2$ is $p_1^2/(p_1 +
# p_2)^2 = 4/25$. Your two operations give the same number.
#
# ## A number that is used twice
#
# A number can be used twice. In $y = x\cdot x + x$ the product uses $x$ twice and the sum once
# more. Each use hands back a share, and the gradient of $x$ is the **sum** of the shares: $2x + 1$.
# (Change $x$ by a small $d$. The first factor adds $x\,d$, the second $x\,d$, the last term $d$:
# small changes add up, so together $(2x + 1)\,d$.) So a node must wait until every node that used
# it has handed back its share, and only then hand on its own shares. Going backward, a node comes
# after all nodes that use it (its **users**).
#
# This way of computing gradients, the chain rule from the loss backward over the graph, is called
# **backpropagation**, or [reverse mode](glossary.ipynb#Backpropagation). Of the operations so far,
# a sum hands $u$ to both inputs, and a product hands each input $u$ times the *other* input.
#
# ## In which order? (optional)
#
# *Optional: here you write the loop of backpropagation yourself; nothing later needs this. You may
# go on to **A layer of many neurons**.*
#
# What if a node did not wait, and handed on each share at once, one after the other? Take a number
# and double it, $x_1 = x_0 + x_0$, then $x_2 = x_1 + x_1$, sixteen times: 17 nodes.
#
# **Predict:** how many visits does that take, when every visit to a node leads to a visit to each
# of its two inputs?


# %%
def visits(node):
    """The number of visits if every visit to a node visits all its inputs again."""
    return 1 + sum(visits(i) for i in node.inputs)


doubled = Scalar(1.0)
for _ in range(16):
    doubled = doubled + doubled
print("visits:", visits(doubled))

# %% [markdown]
# The number of visits is 131,071: it doubles with every level, $1 + 2 + 4 + \dots + 2^{16}$. In the
# right order every node is visited **once**.
#
# We make the list in the forward order: inputs before their users, the root last. (The **root** is
# the node from which we go backward, such as the loss.) To go backward, read this list from its
# end. Try it by hand first, on four nodes: $a$; $b = a\cdot a$; $c = b + a$; the root $d = b\cdot
# c$.
#
# Begin at $d$. Write a node down as soon as all its inputs are written down. Until then the node
# waits, and you go to one of its inputs that is still missing. Keep the waiting nodes in a list,
# the newest last:
#
# | waiting (before) | what you find for the newest | written down (after) |
# |---|---|---|
# | d | b is missing | |
# | d, b | a is missing | |
# | d, b, a | a has no inputs: write a down | a |
# | d, b | nothing is missing now: write b down | a, b |
# | d | c is missing | a, b |
# | d, c | nothing is missing: write c down | a, b, c |
# | d | nothing is missing: write d down | a, b, c, d |
#
# ### Exercise: the topological order ●●●
#
# Return a list of all nodes that `root` depends on: inputs before their users, `root` last, each
# node once. A node has `.inputs`, the nodes it was made of. Several orders may be right; any of
# them is accepted. Do not use a function that calls itself: one of the test graphs is a chain of
# 3,000 nodes, and Python allows only about 1,000 nested calls. Keep a list of waiting nodes, as in
# the table. (Faster: keep the `id(node)` of every node that you have written down in a set. To look
# something up in a set is fast; in a long list it is slow.)


# %% nbgrader={"grade": false, "grade_id": "topological_order", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def topological_order(root):
    """All nodes that root depends on, each once: inputs before users, root last."""
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
# With this order the loop of backpropagation is short. Each node has a function `pull`: it is given
# the gradient of the loss with respect to the node, and returns the shares of the node's inputs.


# %%
def my_backward(root):
    """Fills `grad` of every node that root depends on."""
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
# The derivative is 7, as every share is *added*. Write `=` in place of adding to the shares, and it
# becomes 3.
#
# PyTorch's `backward` does the same. (`learnkit/byhand/autograd.py` is the whole program, for
# numbers and for arrays, in 240 lines. You may read it later.)
#
# ## A layer of many neurons
#
# In the next sections numbers become arrays; the rule stays the same.
#
# `y = x @ w`: $n$ rows of $d$ inputs, times a $d \times m$ table of weights. You are handed
# `upstream`, the derivative of the loss with respect to every element of $y$, in the shape of $y$;
# call it $u$. What is the gradient with respect to $x$, and what with respect to $w$?
#
# Write the product as a sum: $y_{ik} = \sum_j x_{ij}\,w_{jk}$. The weight $w_{jk}$ is used once in
# each row $i$, with the factor $x_{ij}$, so it gets a share from each row. And $x_{ij}$ is used
# once for each column $k$:
#
# $$\frac{\partial L}{\partial w_{jk}} = \sum_i x_{ij}\,u_{ik}, \qquad
# \frac{\partial L}{\partial x_{ij}} = \sum_k u_{ik}\,w_{jk}$$
#
# Both sums are matrix products of `upstream` with a transposed table (`.T` exchanges rows and
# columns). A check on the way: each gradient has the shape of its own array.
#
# ### Exercise: back through a matrix product ●○○
#
# Given `x` (n, d), `w` (d, m) and `upstream` (n, m), return the pair `grad_x` (n, d), `grad_w` (d,
# m). Sum over the rows; if the loss is a mean, its $1/n$ is in `upstream` already.


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
# The bias, `(m,)`, is added to every one of $n$ rows. So each number of the bias is used $n$ times,
# and its gradient is the sum of $n$ shares. (NumPy calls this *broadcasting*. What was broadcast on
# the way forward is summed on the way back, over the same axes.)


# %% nbgrader={"grade": false, "grade_id": "bias_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def bias_grad(upstream):
    """The gradient with respect to the bias, (m,), from upstream, (n, m): a sum, not a mean."""
    ### BEGIN SOLUTION
    return upstream.sum(axis=0)
    ### END SOLUTION


# %% [markdown]
# ### Exercise: back through a ReLU ●○○
#
# ReLU (rectified linear unit), $\max(x, 0)$, leaves positive numbers as they are and turns the
# others into 0. On the way back: where $x > 0$ the gradient is `upstream`, unchanged; elsewhere it
# is 0. At 0 itself return 0, as torch does. `x` and `upstream` have the same shape, and so has the
# result; leave both unchanged.


# %% nbgrader={"grade": false, "grade_id": "relu_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def relu_grad(x, upstream):
    """The gradient with respect to x, where the layer is max(x, 0)."""
    ### BEGIN SOLUTION
    return np.where(x > 0, upstream, 0.0)
    ### END SOLUTION


# %% [markdown]
# ## Two layers, put together
#
# Now a whole network: $z = x\,w_1 + b_1$, $h = \max(z, 0)$, $y = h\,w_2 + b_2$, and the loss is the
# mean squared error of $y$. (Without the ReLU the two layers would be one, also with biases:
# $(x\,w_1)\,w_2 = x\,(w_1 w_2)$.) On the way forward keep $z$ and $h$: the way back needs them.
# This is why training takes much more memory than using the network. On the way back begin at the
# loss and take the same steps in reverse order. Each layer computes the gradients of its own
# weights and bias, and hands the gradient with respect to its input to the layer before it.
#
# ### Exercise: the gradients of two layers ●●●
#
# `weights` is the list `[w1, b1, w2, b2]`, `x` is `(n, d)`, `target` is `(n, m)`. The loss is the
# mean over all $n\,m$ elements, as in lesson 01. Return four gradients in the order of `weights`.
# You have all parts: `relu`, `mse_loss_grad(y, target)`, and your own `linear_grad`, `bias_grad`
# and `relu_grad`.


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
# network "Dense 128-128-3". (*Dense*: each neuron sees all outputs of the layer before.) Here we
# use such a network to paint **one pixel** at a time: its input is the coordinates of a pixel, its
# output is the colour of that pixel. It has two layers of 128 neurons each with ReLU, then a layer
# of three neurons (red, green, blue) with a sigmoid. The weights of the network replace the
# picture: from them all its colours can be computed. We call this network a painter; its usual
# names are *coordinate network* and *neural field*. The forward pass has three lines:


# %%
def forward(x, weights):
    """The sums in each of the three layers; the sigmoid of the last is the colour."""
    w1, b1, w2, b2, w3, b3 = weights
    z1 = x @ w1 + b1
    z2 = relu(z1) @ w2 + b2
    z3 = relu(z2) @ w3 + b3
    return z1, z2, z3


# %% [markdown]
# The backward pass is `two_layer_gradients`, with one layer more and a sigmoid at the end:
# `sigmoid_grad(z, upstream)` is `upstream` times lesson 03's slope, $p(1-p)$ with $p = \sigma(z)$.
# (A sigmoid with MSE, after lesson 03's warning? The first outputs lie around 0.5. None of them is
# confident, so none is confidently wrong, and the gradient is not near 0; and PSNR measures the
# MSE.)


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
# To try this out we need first weights and a few inputs with their target colours. Eight rows of
# random numbers are enough. We give the network 100 inputs already now, in place of two
# coordinates; what they are comes below. Then this network has 29,827 weights (biases included).


# %%
def fresh(inputs, seed=0):
    """Random weights, of a standard deviation that a later section explains; biases of 0."""
    rng, weights = np.random.default_rng(seed), []
    for d, m in ((inputs, 128), (128, 128), (128, 3)):
        weights += [rng.standard_normal((d, m)) * (2 / d) ** 0.5, np.zeros(m)]
    return weights


draws = np.random.default_rng(1)
eight, eight_colours = draws.random((8, 100)), draws.random((8, 3))
weights = fresh(100)
count = sum(a.size for a in weights)

# %% [markdown]
# ### Two checks of the gradient (optional)
#
# *Optional: nudging and the graph confirm your gradients; nothing later needs this. You may go on
# to **What a gradient costs**.*
#
# Lesson 01 found a gradient by nudging: two evaluations of the loss for each weight.
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
print(f"that is {nudging / (between - began):,.0f} times as long")
print("largest difference, last layer:", abs(nudged - slopes[4]).max())

# %% [markdown]
# Nudging takes $2 \cdot 29{,}827$ evaluations of the loss, going backward costs as much as three or
# four: on a quiet machine nudging takes some 15,000 times as long. (Each is timed only once, so on
# a busy machine the printed number may be far off.)
#
# Now the graph computes the same gradients. A `Variable` does for an array what a `Scalar` does for
# one number.

# %%
leaves = [Variable(a) for a in weights]
h1 = (eight @ leaves[0] + leaves[1]).relu()
h2 = (h1 @ leaves[2] + leaves[3]).relu()
by_graph = (h2 @ leaves[4] + leaves[5]).sigmoid()
backward(((by_graph - eight_colours) ** 2).mean())
gap = max(abs(leaf.grad - slope).max() for leaf, slope in zip(leaves, slopes, strict=True))
print("largest difference between your gradients and the graph's:", gap)

# %% [markdown]
# ### What a gradient costs
#
# The gradient with respect to *all* weights costs about as much as three or four evaluations of the
# loss, no matter how many weights there are: one way forward, and on the way back two matrix
# products for each one of the forward pass. Without this no large network could be trained.
#
# > **Trap.** A wrong gradient need not raise an exception. Forget the `.T` where a layer is square,
# > 128 x 128, and all shapes still fit; the loss may even fall. So check new gradients by nudging:
# > the relative error of a right one is below $10^{-6}$.

# %%
rows_in, square, ups = draws.random((5, 4)), draws.random((4, 4)), draws.random((5, 4))
print(
    "right:", check_grad(lambda m: np.sum((rows_in @ m) * ups), lambda m: rows_in.T @ ups, square)
)
try:
    check_grad(lambda m: np.sum((m @ square) * ups), lambda m: ups @ square, rows_in)
except ValueError as error:
    print("without the transpose:", error)

# %% [markdown]
# ## How large should the first weights be?
#
# They must not all be zero: then all neurons of a layer would be the same, get the same gradient,
# and stay the same. So they are random. But how large should they be? Each neuron adds up 128
# products. If that makes the numbers a little larger in every layer, 20 layers make them huge; if a
# little smaller, they vanish.
#
# The mean square of a sum of $d$ products, with random weights of mean 0 and standard deviation
# $\sigma$, is $d\,\sigma^2$ times the mean square of the inputs. (Square the sum: the products of
# two *different* terms are 0 on average, as the weights are independent with mean 0. The $d$
# squares remain, $\sigma^2 x_i^2$ each.) The sum is negative as often as positive, so ReLU sets
# half of the numbers to 0, and the mean square is halved. It stays the same from layer to layer if
# $d\,\sigma^2/2 = 1$, that is $\sigma = \sqrt{2/d}$, which is 0.125 for 128 inputs. This is called
# He initialisation, and `fresh` used it. (Going backward the same sum has as many terms as the
# layer has outputs, here 128, too. For tanh one takes about $\sigma = \sqrt{1/d}$, *Xavier* or
# *Glorot* initialisation.)
#
# ### Twenty layers (optional)
#
# *Optional: a measurement of what was derived; nothing later needs this. You may go on to
# **Paint**.*
#
# **Predict:** 20 layers of 128 with ReLU; weights drawn with a standard deviation of 0.05, 0.125
# and 0.2. What is the spread (again the standard deviation) of the numbers in the twentieth layer?


# %%
def spread_by_layer(sigma):
    """The standard deviation of 128 numbers after each of 20 layers of random weights."""
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
# Each layer multiplies the spread by about $\sigma/0.125$: $0.4^{20} \approx 10^{-8}$, $1.6^{20}
# \approx 10^4$. (After ReLU the mean is not 0, so the standard deviation is not the root of the
# mean square, but about 0.83 of it in every layer.)
#
# ## Paint
#
# The canvas is the astronaut's face, 128 x 128. A pixel's coordinates run from -1 to 1. Each step
# takes 1,024 random *known* pixels, computes the gradient, and lets Adam change the weights.


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
# A box of 24 x 24 pixels around the mouth is never shown to the network. Afterwards we ask the
# network for the whole picture, box included: it gives a colour for any coordinates.

# %%
face = damaged.damaged("astronaut").image
hole = draw.box(face.shape[:2], height=24, width=24, top=78, left=58)
seen = ~hole.ravel()
xy, colours = coordinates(128, 128), face.reshape(-1, 3)


def painting_of(features, weights):
    """The whole picture, as the network paints it."""
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
# **Predict:** two numbers in, three numbers out, and 17,283 weights. After 1,000 steps, will the
# painting show eyelashes?

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
# No lashes, and no eyes. Hair, skin and suit are in the right places; the rest is blurred. A
# network like this learns slow changes first and fast ones very late (**spectral bias**). From one
# pixel to the next a coordinate changes only by 0.016, so an eyelash is a very fast change. So give
# it numbers that change *fast*: $\sin(\pi\, f\cdot x)$ and $\cos(\pi\, f\cdot x)$, where $x$ is the
# pair of coordinates and the frequency $f$ a pair of normal random numbers times `scale`. The
# direction of $f$ is the one in which the wave changes; $f = (4, 0)$ makes 4 cycles from the top of
# the picture to the bottom. With 50 frequencies these are 100 [**Fourier
# features**](glossary.ipynb#Fourier-features) (also called *positional encoding*).


# %%
def fourier(scale, count=50, seed=0):
    """Sines and cosines of the coordinates; random frequencies, about `scale` cycles a picture."""
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


paintings = {"blurred everywhere": raw[1000], "sharp, wrong": sharp[1000]}
show_pictures(
    {"cut": draw.cut_hole(face, hole)} | paintings | {"the truth": face},
    alt="The face with a box cut out; a blur without a face, smooth in the box too; a sharp face with "
    "noise in the box; the truth.",
)
for name, painting in paintings.items():
    print(f"{name}: {scored(painting)[0]:.1f} dB seen, {scored(painting)[1]:.1f} dB in the hole")

# %% [markdown]
# **One is blurred everywhere and not far off in the hole; the other is sharp where it was trained
# and wrong in the hole.** The network with the waves copies the known pixels to 32 dB, and is worse
# in the hole. Its inputs differ much from one pixel to the next, so it can give each known pixel
# its own colour; what it learns there tells it nothing about the pixels of the hole. This is
# [**over-fitting**](glossary.ipynb#Over-fitting): a small error on the pixels that it was trained
# on, a large one on those that it was not. (The harmonic fill scores 18.3 dB in this hole, about as
# much as the blurred painting: both assume that pictures are smooth, and no more.)
#
# The choice of the highest frequency is a *prior*, as roughness was: it is an assumption about
# pictures. In the wide box the network without any waves was the better one, as you saw.
#
# These networks have learned from the known pixels of one picture, with gradients that you have
# written yourself. What would a network do if it had seen ten thousand faces? For that we need a
# network that learns something once and uses it at every place of the picture. That is the next
# lesson.
#
# ### Thin scratches (optional)
#
# *Optional: here the network beats the harmonic fill; nothing later needs this. You may go on to
# **Challenge**.*
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
# Scale 4 is the best. A scratch is thin: there are known pixels close by on both sides, and waves
# of this speed, fitted to these pixels, also fit the pixels between them. (We chose scale 4 by the
# score in the hole, and this needs the truth. With a real damaged photograph nobody can do that. So
# the score below is a little too good.) Train that painter for longer.
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
# Yes, by a little: 28.2 dB, and with four other seeds between 28.0 and 28.5.
#
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `paint(known, hole)` is given a colour picture (h, w, 3), 0 in its hole, and returns it filled, by
# whatever you can train or compute. The three pictures together may take 60 seconds. (Each is
# 48 x 48. The first has lost a box, the second brush strokes, the third 70 % of its pixels. `hole` is a
# bool array `(h, w)`.) Below it takes the mean colour of what is known. Which waves and how many
# steps do you choose? Would another method than a network be better? On these pictures the harmonic
# fill scores 23.3 dB, and the lesson's network with waves of scale 4 only 18.8.


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
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. Why does backpropagation start at the loss, and not at the weights?**
#
# <details><summary>Because the loss is known first.</summary>
#
# **No.** Both are known after the forward pass.
# </details>
# <details><summary>Because the derivatives of the first layer are simpler.</summary>
#
# **No.** The derivatives of all layers have the same form.
# </details>
# <details><summary>Because the loss is one number and the weights are many.</summary>
#
# **Right.** One walk backward gives the derivative of one number with respect to all weights. A
# walk forward gives the derivatives with respect to one weight.
# </details>
#
# **2. All weights of a network start at 0.1. What goes wrong?**
#
# <details><summary>Nothing: training changes them.</summary>
#
# **No.** It changes all neurons of a layer before the last in the same way.
# </details>
# <details><summary>The neurons of a layer stay the same.</summary>
#
# **Right.** (But in the last one.) They compute the same number, the weights behind them are equal,
# too, and so are their gradients. Random weights make them different.
# </details>
# <details><summary>The gradients are all zero.</summary>
#
# **No.** They are not zero, but the same for all neurons of a layer before the last.
# </details>
#
# **3. A network paints the known pixels with 45 dB. What do you know about its hole?**
#
# <details><summary>Nothing certain</summary>
#
# **Right.** With enough fast waves it can copy every known pixel and paint noise in the hole. So
# the hole is scored by itself.
# </details>
# <details><summary>It is good as well, perhaps a little less.</summary>
#
# **No.** In the lesson the sharp network copied the known pixels to 32 dB, and was worse in the
# hole than the blurred one.
# </details>
# <details><summary>It is worse than 45 dB by a fixed amount.</summary>
#
# **No.** The difference depends on the waves that it was given.
# </details>
#
# **4. A number is used twice in an expression. What is its derivative?**
#
# <details><summary>The larger one of its two shares</summary>
#
# **No.** Both uses change the result.
# </details>
# <details><summary>The product of its two shares</summary>
#
# **No.** Derivatives are multiplied along one path. Where paths meet, the shares are added.
# </details>
# <details><summary>The sum of its two shares</summary>
#
# **Right.** A small change of the number changes the result through both uses, and small changes
# add up.
# </details>
#
# **5. The loss is a sum over n rows of x, and y = x @ w. How is the gradient with respect to w put
# together?**
#
# <details><summary>From the last row alone</summary>
#
# **No.** All rows use w.
# </details>
# <details><summary>As a sum over the rows</summary>
#
# **Right.** Every row uses the same w, so its gradient is the sum of n shares: x.T @ upstream.
# </details>
# <details><summary>As a mean over the rows</summary>
#
# **No.** A mean only where the loss is a mean; then its 1/n is in the upstream gradient already.
# </details>
#
# ## What you have seen
#
# - Backpropagation is the chain rule from the loss backward: at each step multiply by the
#   derivative of that step. A number that is used twice gets the sum of its shares, so, going
#   backward, it comes after all its users.
# - All gradients together cost about as much as three or four evaluations of the loss, for any number
#   of weights; nudging costs two evaluations for each weight.
# - First weights: random, with σ = √(2/d), so that in 20 layers the numbers neither vanish nor
#   explode.
# - From the coordinates alone the painting is blurred everywhere and not far off in the hole; from a
#   hundred fast waves it is sharp where it was trained and wrong in the hole.
#
# **For the course's table:** *painter, 100 Fourier features*: 28.2 dB on the astronaut's scratches
# (harmonic: 27.97).
#
# **Read on:** Baydin, Pearlmutter, Radul and Siskind, *Automatic Differentiation in Machine
# Learning: a Survey* (JMLR 2018), section 3; He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*
# (ICCV 2015), section 2.2; Tancik et al., *Fourier Features Let Networks Learn High Frequency
# Functions in Low Dimensional Domains* (NeurIPS 2020). Next: [**06 Convolution by hand**](06_convolution_by_hand.ipynb).
