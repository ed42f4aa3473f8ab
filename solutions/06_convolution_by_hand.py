# %% [markdown]
# # 06 Convolution by hand
#
# > How does a network look at a neighbourhood?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 04 and 05 | write a convolution and its gradients, read the sizes of any CNN, say where checkerboards come from, and train a CNN without a library | 90 min; the cells alone run in under two minutes, no GPU |
#
# Lesson 05's painter had to learn every place of the picture anew. But a scratch is mended alike in
# the sky and on a cheek, and an edge is an edge wherever it lies. So let the network have *one*
# small window, and slide it over the whole picture.

# %%
import time

import numpy as np

from learnkit.assets.torch_answers import torch_answers
from learnkit.byhand import conv, layers, losses, pooling
from learnkit.byhand.gradcheck import check_grad
from learnkit.byhand.optim import adam_step, cosine_schedule, momentum_step
from learnkit.exercises import exercise
from learnkit.holes import draw
from learnkit.images import damaged, data, metrics
from learnkit.widgets import kernel
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show_pictures

# %% [markdown]
# ## One small window
#
# A layer like lesson 05's that maps a 128 x 128 colour picture to another one has $49{,}152^2$
# weights: 2.4 billion. A [**convolution**](glossary.ipynb#Convolution) with a 3 x 3 window has 9 for each pair of channels. At
# every place it multiplies the nine pixels by the nine numbers of its **kernel** and writes down
# the sum.
#
# Choose a kernel, change its numbers, and move the window by hand.
#
# **Predict:** which kernel leaves the picture as it is? Which one shows nothing but edges?

# %%
face = damaged.damaged("astronaut").image
grey = face.mean(axis=2)
kernel.explore(grey[::2, ::2])

# %% [markdown]
# ## How large is the result?
#
# A window of 3 fits into a row of 28 pixels 26 times. Three numbers change that. **Padding** puts a
# frame of zeros round the picture. [**Stride**](glossary.ipynb#Stride) moves the window by more than one pixel at a time.
# With `size` pixels, a kernel of `kernel`, and `padding` on *both* sides:
#
# $$\Bigl\lfloor \frac{\text{size} + 2\,\text{padding} - \text{kernel}}{\text{stride}} \Bigr\rfloor + 1$$
#
# ### Exercise: count ●○○


# %% nbgrader={"grade": false, "grade_id": "conv2d_output_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d_output_size(size, kernel, stride, padding):
    """How often a window of `kernel` fits along `size` pixels."""
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    ### END SOLUTION


# %% [markdown]
# AlexNet (2012), which began the rush to deep learning, says in its paper that it reads pictures of
# 224 x 224 with a kernel of 11, a stride of 4, and gets 55 x 55.
#
# **Predict:** does it, without padding?

# %%
for side in (224, 227):
    print(side, "->", conv2d_output_size(side, 11, 4, 0), "and", (side - 11) % 4, "pixels over")

# %% [markdown]
# It does not: 224 gives 54, with a ragged edge. Everybody who rebuilt the network takes 227 (or
# pads by 2). You can now check such claims in your head.
#
# ## The definition
#
# With `c_in` channels in and `c_out` out, there is a kernel for each pair, and what the channels
# give is added up:
#
# $$y[o, i, j] = \sum_{c}\sum_{a}\sum_{b} w[o, c, a, b]\; x[c,\; s\,i + a,\; s\,j + b]$$
#
# ($s$ is the stride, $x$ the padded picture.)
#
# ### Exercise: write it ●●●
#
# `image` is `(c_in, h, w)`, `weight` is `(c_out, c_in, kh, kw)`. Loops are welcome; two of them,
# over the output's rows and columns, are enough if the rest is one NumPy product and sum.


# %% nbgrader={"grade": false, "grade_id": "conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d(image, weight, stride=1, padding=0):
    """The convolution of a picture (c_in, h, w) with kernels (c_out, c_in, kh, kw)."""
    ### BEGIN SOLUTION
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    c_out, _, kh, kw = weight.shape
    h = (x.shape[1] - kh) // stride + 1
    w = (x.shape[2] - kw) // stride + 1
    y = np.zeros((c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = x[:, stride * i : stride * i + kh, stride * j : stride * j + kw]
            y[:, i, j] = (weight * window).sum(axis=(1, 2, 3))
    return y
    ### END SOLUTION


# %% [markdown]
# In mathematics a convolution turns its kernel round first; what networks do, and you did, is
# properly called a **cross-correlation**. For a kernel that is learned it makes no difference. For
# one that you write down it does.
#
# **Predict:** a kernel that is 0 but for a 1 in the middle of its *right* column. To which side
# does the picture move?

# %%
right = np.zeros((1, 1, 3, 3))
right[0, 0, 1, 2] = 1
small = grey[::4, ::4]
row = {
    "the picture": small,
    "as networks do": conv2d(small[None], right, padding=1)[0],
    "kernel turned round": conv2d(small[None], right[:, :, ::-1, ::-1], padding=1)[0],
}
show_pictures(row, alt="A picture, the same moved one pixel to the left, and one to the right.")
moved_left = np.array_equal(row["as networks do"][:, :-1], small[:, 1:])
print("as networks do, every pixel is now where its left neighbour was:", moved_left)

# %% [markdown]
# To the *left*: at each place the window fetches its right neighbour.
#
# ## Fast
#
# Python's loops are slow. A common way to a fast convolution is called [**im2col**](glossary.ipynb#im2col): copy
# every window into a column of one large matrix; then all kernels at all places are *one* matrix
# product, which the processor does best.
#
# **Predict:** how many times faster is that, for 32 pictures, 16 channels in and 16 out? Ten times?
# A hundred?

# %%
rng = np.random.default_rng(0)
batch, kernels = rng.random((32, 16, 14, 14)), rng.random((16, 16, 3, 3))
began = time.perf_counter()
by_loops = np.stack([conv2d(picture, kernels, padding=1) for picture in batch])
between = time.perf_counter()
by_product = conv.conv2d(batch, kernels, padding=1)
quick = time.perf_counter() - between
print(f"loops {1000 * (between - began):.0f} ms, im2col {1000 * quick:.1f} ms")
print("largest difference:", abs(by_loops - by_product).max())

# %% [markdown]
# On our machine, with nothing else to do, the product is some thirty times as fast, though it does the
# same multiplications and first copies every pixel nine times: Python's own steps took the time.
#
# (`learnkit/byhand/conv.py` and `pooling.py` have each operation twice, the loops that *are* the
# definition and the fast form right below. From here on `conv.conv2d` takes whole batches,
# `(n, c, h, w)`.)
#
# ## What does one output pixel see?
#
# One window sees 3 x 3. Put a second layer on top: its window sees 3 x 3 of *those*, and through
# them more. What a pixel sees is its [**receptive field**](glossary.ipynb#Receptive-field). We can ask the gradient: which input
# pixels does it depend on?


# %%
def sees(deep, stride):
    """The gradient of the middle output with respect to the picture; `deep` layers of ones."""
    sizes, ones = [63], np.ones((1, 1, 3, 3))
    for _ in range(deep):
        sizes.append(conv2d_output_size(sizes[-1], 3, stride, 1))
    back = np.zeros((1, 1, sizes[-1], sizes[-1]))
    back[0, 0, sizes[-1] // 2, sizes[-1] // 2] = 1
    for size in sizes[-2::-1]:
        back = conv.conv2d_input_grad((size, size), ones, back, stride=stride, padding=1)
    return back[0, 0]


# %% [markdown]
# **Predict:** how wide is it after 1, 2 and 4 layers of 3 x 3? And after 4 with a stride of 2?

# %%
row = {}
for deep, stride in ((1, 1), (2, 1), (4, 1), (4, 2)):
    field = sees(deep, stride)
    wide = np.ptp(np.argwhere(field)[:, 0]) + 1
    row[f"{deep} of stride {stride}: {wide} wide"] = field / field.max()
show_pictures(row, alt="Receptive fields: 3, 5 and 9 pixels wide, and 31 with strides of two.")

# %% [markdown]
# 3, 5, 9, and with strides **31**. Each layer adds 2, times the product of the strides below it. To
# fill a hole the middle pixel must see past its edge: that is why networks for inpainting shrink
# the picture, work on it small, and grow it again.
#
# ## Shrinking: pooling
#
# The other way to shrink is to take one number for each window, side by side: the largest (**max
# pooling**) or the mean.
#
# ### Exercise: the largest ●●○
#
# `image` is `(c, h, w)`, each channel by itself. Windows are `size` x `size` and do not overlap; a
# ragged edge is dropped.


# %% nbgrader={"grade": false, "grade_id": "max_pool2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def max_pool2d(image, size):
    """The largest pixel of each window, (c, h // size, w // size)."""
    ### BEGIN SOLUTION
    c, h, w = image.shape[0], image.shape[1] // size, image.shape[2] // size
    tiles = image[:, : h * size, : w * size].reshape(c, h, size, w, size)
    return tiles.max(axis=(2, 4))
    ### END SOLUTION


# %% [markdown]
# **Predict:** pooled by 4, which one keeps the thin white lines of a scratched picture, and which
# the grey of the cheek?

# %%
scratched = np.where(damaged.damaged("astronaut").hole, 1.0, grey)[None]
pooled = {
    "scratched": scratched[0],
    "max pooling by 4": max_pool2d(scratched, 4)[0],
    "mean pooling by 4": pooling.avg_pool2d(scratched[None], 4)[0, 0],
}
show_pictures(pooled, alt="Scratches stay white under max pooling, and fade under mean pooling.")

# %% [markdown]
# The largest asks "is it anywhere here?", the mean asks "how much of it?". Classifiers like the
# first question; whoever wants to paint likes the second.
#
# ## The gradient is a convolution, too
#
# Each weight $w[o, c, a, b]$ is used at every place $(i, j)$, so it collects a share from every
# place (lesson 05: what is used often adds up). With a stride of 1:
#
# $$\frac{\partial L}{\partial w[o, c, a, b]} = \sum_{i, j} u[o, i, j]\; x[c, i + a, j + b]$$
#
# Compare it with the definition above: this is a convolution of the picture $x$ again, and the upstream
# gradient $u$ stands where the kernel stood. (Only the sum over the channels is missing.)
#
# ### Exercise: the gradient with respect to the kernel ●●●
#
# `image` is `(c_in, h, w)`, `grad_out` is the upstream gradient `(c_out, h', w')`; the answer has
# the shape of the weight, `(c_out, c_in, k, k)`; `kernel_size` is k. (`conv.conv2d_weight_grad`, which
# the network below uses, takes batches, and the kernel's height and width as a pair.)


# %% nbgrader={"grade": false, "grade_id": "conv2d_weight_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d_weight_grad(image, grad_out, kernel_size):
    """The gradient with respect to the weight; stride 1, no padding."""
    ### BEGIN SOLUTION
    h, w = grad_out.shape[1:]
    grad = np.zeros((grad_out.shape[0], image.shape[0], kernel_size, kernel_size))
    for a in range(kernel_size):
        for b in range(kernel_size):
            window = image[:, a : a + h, b : b + w]
            grad[:, :, a, b] = np.einsum("oij,cij->oc", grad_out, window)
    return grad
    ### END SOLUTION


# %%
x, up, weight = rng.random((2, 6, 7)), rng.random((3, 4, 5)), rng.random((3, 2, 3, 3))
gap = check_grad(
    lambda w: np.sum(conv2d(x, w) * up), lambda w: conv2d_weight_grad(x, up, 3), weight
)
print("relative error:", gap)

# %% [markdown]
# ## Back to the picture
#
# A layer below this one wants to know how the loss depends on the *picture*. Output $(i, j)$ looked
# at pixel $(i + a, j + b)$ through the weight $w[o, c, a, b]$, so it hands back its own gradient
# $u[o, i, j]$ times that weight. Every output **stamps** the kernel into the picture, at its own
# place, and where stamps overlap they add up:
#
# $$\frac{\partial L}{\partial x[c, i + a, j + b]} \quad\text{collects}\quad
# \sum_{o} u[o, i, j]\; w[o, c, a, b] \qquad\text{for each } i, j, a, b$$
#
# ### Exercise: the gradient with respect to the picture ●●●
#
# `weight` is `(c_out, c_in, kh, kw)` and `grad_out` the upstream gradient `(c_out, h', w')`. The
# answer has the shape of the picture, `(c_in, h' + kh - 1, w' + kw - 1)`: each output has a window
# of its own, and the last window begins h' - 1 rows further down than the first.


# %% nbgrader={"grade": false, "grade_id": "conv2d_input_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d_input_grad(weight, grad_out):
    """The gradient with respect to the picture; stride 1, no padding."""
    ### BEGIN SOLUTION
    _, c_in, kh, kw = weight.shape
    _, h, w = grad_out.shape
    grad = np.zeros((c_in, h + kh - 1, w + kw - 1))
    for i in range(h):
        for j in range(w):
            stamp = np.einsum("o,ocab->cab", grad_out[:, i, j], weight)
            grad[:, i : i + kh, j : j + kw] += stamp
    return grad
    ### END SOLUTION


# %%
of_picture = check_grad(
    lambda image: np.sum(conv2d(image, weight) * up), lambda image: conv2d_input_grad(weight, up), x
)
print("relative error:", of_picture)

# %% [markdown]
# And through the pool? Of each window it passed on the largest pixel alone. If any other pixel of
# the window changes by a little, nothing changes above, so its derivative is 0. That of the largest
# is 1.
#
# ### Exercise: the gradient of the max pool ●●●
#
# `image` is `(c, h, w)`, `upstream` is `(c, h', w')`, and the answer has the shape of `image`. Each
# number of `upstream` goes to the largest pixel of its window; of several that are equally large to
# the first, as `argmax` counts (and torch). Pixels of the ragged edge get 0.


# %% nbgrader={"grade": false, "grade_id": "max_pool2d_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def max_pool2d_grad(image, size, upstream):
    """The gradient with respect to the picture, (c, h, w)."""
    ### BEGIN SOLUTION
    grad = np.zeros_like(image)
    for c, i, j in np.ndindex(upstream.shape):
        rows, columns = slice(size * i, size * (i + 1)), slice(size * j, size * (j + 1))
        a, b = np.unravel_index(image[c, rows, columns].argmax(), (size, size))
        grad[c, size * i + a, size * j + b] = upstream[c, i, j]
    return grad
    ### END SOLUTION


# %% [markdown]
# ## Growing: the transposed convolution
#
# The stamps of `conv2d_input_grad` lie one pixel apart. With a stride of 2 they lie two apart, so
# that the result is twice as large as what went in. Used as a layer of its own, to make pictures
# larger, it is called a [**transposed convolution**](glossary.ipynb#Transposed-convolution).
#
# It is the exact counterpart (the [**adjoint**](glossary.ipynb#Adjoint)) of the convolution:
# $\langle \mathrm{conv}(x), y\rangle = \langle x, \mathrm{conv}^{\mathsf T}(y)\rangle$ for all $x$
# and $y$, where $\langle a, b\rangle$ means: multiply element by element, and add it all up.

# %%
large, five = rng.random((1, 3, 9, 9)), rng.random((5, 3, 3, 3))
tiny = rng.random((1, 5, 4, 4))
print("⟨conv(x), y⟩ =", np.sum(conv.conv2d(large, five, stride=2) * tiny))
print("⟨x, convᵀ(y)⟩ =", np.sum(large * conv.conv_transpose2d(tiny, five, stride=2)))

# %% [markdown]
# **Predict:** a picture that is 1 everywhere, a kernel of ones, stride 2. What does a kernel of 3 x 3
# paint? And one of 4 x 4? (Each result is shown over its largest value, so that white is the most.)

# %%
flat, row, stamps = np.ones((1, 1, 12, 12)), {}, {}
for side_of_kernel in (2, 3, 4, 5):
    ones = np.ones((1, 1, side_of_kernel, side_of_kernel))
    stamped = conv.conv_transpose2d(flat, ones, stride=2)[0, 0]
    stamps[side_of_kernel] = np.unique(stamped[6:-6, 6:-6]).astype(int)
    times = " or ".join(map(str, stamps[side_of_kernel]))
    row[f"kernel {side_of_kernel}, stamps a pixel: {times}"] = stamped / stamped.max()
show_pictures(
    row, alt="Inside the rim kernels of 2 and 4 paint one tone, kernels of 3 and 5 a checkerboard."
)

# %% [markdown]
# > **Trap.** The checkerboard of the transposed convolution: with a stride of 2, a kernel of 3
# > stamps some pixels once, some twice, some four times, *whatever it has learned*. You will see
# > this pattern in published pictures. Take a kernel that is a multiple of the stride, or resize
# > first and convolve afterwards.
#
# ## Mend with it
#
# Lesson 02 wanted every pixel to be the mean of its four neighbours. That "pixel minus the mean of
# its neighbours" is a convolution, with the kernel below; call its result the **bend** of the
# picture. Instead of the roughness, let us walk down the sum of squared bends, $E(x) = \langle
# \mathrm{conv}(x), \mathrm{conv}(x)\rangle$. Change $x$ by a little $d$: then $E$ changes by $2\langle
# \mathrm{conv}(x), \mathrm{conv}(d)\rangle$, and the adjoint moves the convolution to the other side,
# $2\langle \mathrm{conv}^{\mathsf T}(\mathrm{conv}(x)), d\rangle$. So the gradient is twice the
# *transposed* convolution of the bend. You know momentum.

# %%
bend = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])[None, None] / 4


def unbend(pictures, holes, steps):
    """Walks down the sum of squared bends inside the holes; pictures (n, 1, h, w)."""
    x = np.where(holes, pictures.mean(), pictures)
    velocity = np.zeros_like(x)
    for _ in range(steps):
        grad = 2 * conv.conv_transpose2d(conv.conv2d(x, bend), bend)
        x, velocity = momentum_step(x, np.where(holes, grad, 0), velocity, lr=0.2, momentum=0.9)
    return np.clip(x, 0, 1)


# %% [markdown]
# **Predict:** the harmonic fill has 27.97 dB on the scratches. Better or worse?

# %%
hole = damaged.damaged("astronaut").hole
mended = unbend(face.transpose(2, 0, 1)[:, None], hole, 400)[:, 0].transpose(1, 2, 0)
show_pictures(
    {"scratched": draw.cut_hole(face, hole), "unbent": mended, "the truth": face},
    alt="The scratched astronaut, the same mended by the bend, and the truth.",
)
in_scratches = metrics.psnr(mended, face, hole=hole)
print(f"{in_scratches:.2f} dB in the scratches")

# %% [markdown]
# A decibel better than harmonic: this prior keeps *slopes* going across a scratch, where the other
# one flattens them. A thin steel plate bends like that, and the literature calls it the
# [**biharmonic**](glossary.ipynb#Biharmonic-fill) fill. And in a wide hole?
#
# **Predict:** the 10 x 10 boxes of 500 garments. Harmonic: 12.56 dB. The plate?

# %%
box = draw.box((28, 28), height=10, width=10)
garments = data.to_float(data.fashion_mnist("test")[0])
plates = unbend(garments[:500, None], box, 400)[:, 0]
in_boxes = metrics.pooled_psnr(plates, garments[:500], holes=np.broadcast_to(box, plates.shape))
print(f"{in_boxes:.2f} dB in the boxes")

# %% [markdown]
# Worse, and by more than a decibel. Slopes that are carried on over ten pixels go wrong. One more
# prior, one more thing that it knows, and one more thing that it does not. Enough of priors written
# by hand: let the kernels be *learned*.
#
# ## A CNN, by hand
#
# Two convolutions, each with a gate and a pool, then one linear layer: the plan of every early
# [**convolutional neural network**](glossary.ipynb#Convolutional-neural-network) (CNN). Garments go in, ten logits come out.


# %%
def forward(x, weights):
    """Everything that the way back will need: the sums, the pooled pictures, the logits."""
    k1, b1, k2, b2, w, b = weights
    z1 = conv.conv2d(x, k1, b1, padding=1)
    h1 = pooling.max_pool2d(layers.relu(z1), 2)
    z2 = conv.conv2d(h1, k2, b2, padding=1)
    h2 = pooling.max_pool2d(layers.relu(z2), 2)
    return z1, h1, z2, h2, h2.reshape(len(x), -1) @ w + b


def back_through(z, upstream):
    """Back through a pool and a gate, to the sums of a convolution."""
    return layers.relu_grad(z, pooling.max_pool2d_grad(layers.relu(z), 2, upstream))


# %%
def gradients(x, labels, weights):
    """The gradient of the cross-entropy with respect to each of the six arrays of weights."""
    z1, h1, z2, h2, logits = forward(x, weights)
    up = losses.cross_entropy_grad(logits, labels)
    back, grad_w = layers.linear_grad(h2.reshape(len(x), -1), weights[4], up)
    up2 = back_through(z2, back.reshape(h2.shape))
    grad_k2 = conv.conv2d_weight_grad(h1, up2, (3, 3), padding=1)
    up1 = back_through(z1, conv.conv2d_input_grad((14, 14), weights[2], up2, padding=1))
    grad_k1 = conv.conv2d_weight_grad(x, up1, (3, 3), padding=1)
    biases = conv.conv2d_bias_grad(up1), conv.conv2d_bias_grad(up2), layers.bias_grad(up)
    return grad_k1, biases[0], grad_k2, biases[1], grad_w, biases[2]


# %% [markdown]
# `conv` and `pooling` do for a whole batch, and fast, what you have written for one picture. That it
# is the same shows on one garment, forwards and backwards through five functions of yours (a padding
# of 1 is a frame round the picture, which is cut off again on the way back).


# %%
def forward_by_yours(x, weights):
    """As `forward`, for one garment (1, 28, 28), by what you have written."""
    k1, b1, k2, b2, w, b = weights
    z1 = conv2d(x, k1, padding=1) + b1[:, None, None]
    h1 = max_pool2d(layers.relu(z1), 2)
    z2 = conv2d(h1, k2, padding=1) + b2[:, None, None]
    h2 = max_pool2d(layers.relu(z2), 2)
    return z1, h1, z2, h2, h2.reshape(1, -1) @ w + b


# %%
def kernel_gradients_by_yours(x, label, weights):
    """The gradients with respect to both kernels, for one garment."""
    z1, h1, z2, h2, logits = forward_by_yours(x, weights)
    back = losses.cross_entropy_grad(logits, label) @ weights[4].T
    up2 = layers.relu_grad(z2, max_pool2d_grad(layers.relu(z2), 2, back.reshape(h2.shape)))
    grad_h1 = conv2d_input_grad(weights[2], up2)[:, 1:-1, 1:-1]
    up1 = layers.relu_grad(z1, max_pool2d_grad(layers.relu(z1), 2, grad_h1))
    frame = ((0, 0), (1, 1), (1, 1))
    return [conv2d_weight_grad(np.pad(a, frame), up, 3) for a, up in ((x, up1), (h1, up2))]


# %% [markdown]
# Is it right? PyTorch was asked once, with the same weights and the same 64 garments, in the same
# 64 bits; its answers are stored in learnkit, and a test holds them to PyTorch itself.


# %%
def fresh(seed=0):
    """Random weights as in lesson 05, 8 and 16 kernels of 3 x 3, then 784 to 10."""
    draws = np.random.default_rng(seed)
    k1 = draws.standard_normal((8, 1, 3, 3)) * (2 / 9) ** 0.5
    k2 = draws.standard_normal((16, 8, 3, 3)) * (2 / 72) ** 0.5
    w = draws.standard_normal((784, 10)) * (2 / 784) ** 0.5
    return [k1, np.zeros(8), k2, np.zeros(16), w, np.zeros(10)]


# %% [markdown]
# **Predict:** in how many digits will these gradients agree with PyTorch's?

# %%
labels = data.fashion_mnist("test")[1]
torch_says = torch_answers("cnn")
logits_of_64 = forward(garments[:64, None], fresh())[-1]
print(f"logits differ by at most {abs(logits_of_64 - torch_says['logits']).max():.1e}")
slopes = gradients(garments[:64, None], labels[:64], fresh())
apart = {}
for name, slope in zip(("k1", "b1", "k2", "b2", "w", "b"), slopes, strict=True):
    apart[name] = abs(slope - torch_says[name]).max()
    print(f"the gradients with respect to {name} by {apart[name]:.1e}")

# %%
yours = kernel_gradients_by_yours(garments[:1], labels[:1], fresh())
fast = gradients(garments[:1, None], labels[:1], fresh())
of_yours = max(abs(yours[0] - fast[0]).max(), abs(yours[1] - fast[2]).max())
print(f"yours and the fast ones differ by at most {of_yours:.1e}")

# %% [markdown]
# They differ by less than $10^{-12}$, both times: that is the rounding of the last digits. Now train it: 300
# mini-batches of 100 garments, with Adam as you wrote it in lesson 04.
#
# **Predict:** lesson 03's templates named 80.8 % of unseen garments. And this?

# %%
train_images, train_labels = data.fashion_mnist("train")
inputs = data.to_float(train_images)[:, None]
trained, memory = fresh(), [(np.zeros_like(a), np.zeros_like(a)) for a in fresh()]
for t in watched(range(1, 301), title="a CNN in NumPy"):
    some = rng.integers(0, len(inputs), 100)
    lr = cosine_schedule(t - 1, 5e-3, 300)
    for i, g in enumerate(gradients(inputs[some], train_labels[some], trained)):
        trained[i], *memory[i] = adam_step(trained[i], g, *memory[i], t, lr=lr)
logits = [forward(some, trained)[-1] for some in np.split(garments[:, None], 100)]  # small arrays
hits = np.concatenate(logits).argmax(axis=1) == labels
print(f"right on {hits.mean():.1%} of {len(hits):,} unseen garments")

# %%
boot_maps = forward(garments[:1, None], trained)[0][0]
row = {f"kernel {i}": 0.5 + k[0] / (2 * abs(k).max()) for i, k in enumerate(trained[0])}
row |= {f"seen by {i}": layers.relu(m) / abs(m).max() for i, m in enumerate(boot_maps)}
show_pictures(
    row,
    columns=8,
    alt="Eight learned kernels of 3 x 3, and the boot as each one sees it: four show all of it, three "
    "its edges, one next to nothing.",
)

# %% [markdown]
# Look at what they make of the boot. Kernels 3, 6 and 7 answer at edges, with dark weights beside bright
# ones, as some kernels of the widget did. Kernels 0, 2, 4 and 5 show the whole boot. Kernel 1 hardly
# answers to this boot: eight of its nine weights are negative. Nobody wrote down an edge; gradient
# descent found these kernels.
#
# ## What AlexNet and DenseNet do with it
#
# **Predict:** AlexNet (2012) has five convolutions and three linear layers. What share of its
# weights lies in the convolutions?

# %%
convolutions = [(96, 3, 11), (256, 48, 5), (384, 256, 3), (384, 192, 3), (256, 192, 3)]
in_kernels = sum(c_out * c_in * k * k for c_out, c_in, k in convolutions)
in_linear = 9216 * 4096 + 4096 * 4096 + 4096 * 1000
share = in_kernels / (in_kernels + in_linear)
print(f"kernels {in_kernels:,}, linear layers {in_linear:,}: {share:.1%} in the kernels")

# %% [markdown]
# One weight in twenty-five, and they do most of the work, since each is used at every place. Later
# networks dropped the large linear layers.
#
# **DenseNet** (2017) asks why each layer should see the last one only. Inside a dense block every
# layer gets the channels of *all* layers before it, side by side (concatenated, not added), and
# adds a few of its own, the growth rate: 64 channels and six layers that add 32 each end as
# $64 + 6\cdot 32 = 256$. No layer has to learn again what another one knows. You will write one in
# lesson 07.
#
# ## Quiz
#
# <details><summary>1. A layer has 3 x 3 kernels, stride 1. How much padding keeps the size? And 4 x 4 kernels?</summary>
#
# 1: size + 2 − 3 + 1 = size. For 4 there is none: it would take 1.5 on each side. That is one
# reason why kernels are odd.
# </details>
# <details><summary>2. Your generator's pictures show a fine regular grid. Where do you look first?</summary>
#
# At the transposed convolutions: is the kernel a multiple of the stride? If not, the stamps overlap
# unevenly, and the grid is there before anything is learned.
# </details>
# <details><summary>3. A CNN has to fill a hole 24 pixels wide, with 3 x 3 kernels and stride 1. How many layers, at least, until its middle sees a known pixel?</summary>
#
# Twelve. Each layer sees one pixel further on each side, and from the middle it is twelve pixels to
# the nearest known one. With a stride of 2 four layers are enough: they see fifteen further.
# </details>
#
# ## What you have seen
#
# - A convolution is one small window for the whole picture: few weights, used everywhere. Its
#   output has ⌊(size + 2 padding − kernel) / stride⌋ + 1 pixels.
# - Its gradients are convolutions again; its adjoint, the transposed convolution, stamps. A kernel
#   that is no multiple of the stride stamps a checkerboard.
# - Receptive fields grow by 2 a layer, and by more behind strides: a hole needs a large one.
# - The gradients of a CNN written in NumPy agree with PyTorch's up to rounding. It learns kernels of its
#   own, some of them for edges.
#
# **For the course's table:** *biharmonic*: 11.38 dB on the 10 x 10 boxes (worse than harmonic,
# 12.56); 29.01 dB on the astronaut's scratches (better than 27.97).
#
# **Read on:** Dumoulin and Visin, *A Guide to Convolution Arithmetic for Deep Learning* (2016),
# section 4; Odena, Dumoulin and Olah, *Deconvolution and Checkerboard Artifacts* (Distill 2016);
# Krizhevsky, Sutskever and Hinton, *ImageNet Classification with Deep Convolutional Neural
# Networks* (NeurIPS 2012), section 3.5; Huang et al., *Densely Connected Convolutional Networks*
# (CVPR 2017), section 3. Next: [**07 CNN restoration**](07_cnn_restoration.ipynb), in PyTorch.
