# %% [markdown]
# # 06 Convolution by hand
#
# > How does a network look at a neighbourhood?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 04 and 05 | write a convolution and its gradients, read the sizes of any CNN, say where checkerboards come from, and train a CNN without a library | 120 min, best in two sittings: first the way forward, then the gradients; the cells alone run in under two minutes, no GPU |
#
# Lesson 05's painter had to learn each part of the picture separately. But a scratch in the sky is
# mended in the same way as one on a cheek, and an edge looks the same wherever it lies. So we give
# the network *one* small window of weights and slide it over the whole picture.

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
# weights: 2.4 billion. A [**convolution**](glossary.ipynb#Convolution) makes two assumptions about
# pictures (a prior, again). Each output depends only on the pixels near it, and the weights are the
# same at every place. With a 3 x 3 window it has only 9 weights for each pair of an input and an
# output channel, here $3 \cdot 3 \cdot 9 = 81$. At every place it multiplies the nine pixels by the
# nine numbers of its **kernel** and writes down the sum.
#
# Choose a kernel, change its numbers, and move the window by hand.
#
# **Predict:** which kernel leaves the picture as it is? Which one shows nothing but edges?

# %%
face = damaged.damaged("astronaut").image
grey = face.mean(axis=2)
kernel.explore(grey[::2, ::2])

# %% [markdown]
# "Identity" leaves the picture as it is. In general, nine weights that add up to 1 keep the
# brightness. Weights that add up to 0 give 0 wherever the picture is flat, so that only edges are
# left.
#
# ## How large is the result?
#
# A window of 3 fits into a row of 28 pixels 26 times. Besides the size of the kernel two numbers
# change that. **Padding** adds a frame of zeros around the picture.
# [**Stride**](glossary.ipynb#Stride) is the number of pixels by which the window moves; it is 1
# unless said otherwise. With `size` pixels, a kernel of size `kernel`, and `padding` on *both*
# sides:
#
# $$\Bigl\lfloor \frac{\text{size} + 2\,\text{padding} - \text{kernel}}{\text{stride}} \Bigr\rfloor + 1$$
#
# ### Exercise: the size of the output ●○○
#
# Return this number, as an `int`. The same formula serves for height and width; the kernel always
# fits.


# %% nbgrader={"grade": false, "grade_id": "conv2d_output_size", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d_output_size(size, kernel, stride, padding):
    """How often a window of `kernel` pixels fits along `size` pixels, an int."""
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    ### END SOLUTION


# %% [markdown]
# The paper on AlexNet (2012), the network with which the success of deep learning began, says that
# it takes pictures of 224 x 224 with a kernel of 11, a stride of 4, and gets 55 x 55.
#
# **Predict:** does it, without padding?

# %%
for side in (224, 227):
    print(side, "->", conv2d_output_size(side, 11, 4, 0), "and", (side - 11) % 4, "pixels over")

# %% [markdown]
# It does not: 224 gives 54, with a ragged edge: one pixel is left over. Everybody who rebuilt the
# network takes 227 (or a padding of 2).
#
# ## The definition
#
# With `c_in` channels in and `c_out` out, there is a kernel for each pair of an input channel and
# an output channel. For each output channel the results over all input channels are added up:
#
# $$y[o, i, j] = \sum_{c}\sum_{a}\sum_{b} w[o, c, a, b]\; x[c,\; s\,i + a,\; s\,j + b]$$
#
# ($s$ is the stride, $x$ the padded picture. $c$ runs over the input channels, $a$ and $b$ over the
# rows and columns of the kernel, all from 0.) All kernels together are the layer's `weight`,
# `(c_out, c_in, kh, kw)`. The kernels of one output channel together are also called a *filter*,
# and their result for a picture is a **feature map**.
#
# In one row: picture 1 2 4, kernel 1 -2. The first window gives $1\cdot 1 + 2\cdot(-2) = -3$, the
# second $2\cdot 1 + 4\cdot(-2) = -6$.
#
# ### Exercise: the convolution ●●●
#
# `image` is `(c_in, h, w)` and comes without padding: add the zeros yourself, on all four sides,
# but not to the channels. `weight` is `(c_out, c_in, kh, kw)`. Return a new array `(c_out, h',
# w')`; what is left over at the edge is dropped. Loops are welcome. Two of them, over the output's
# rows and columns, are enough: in each turn one product of `weight` and the window (NumPy repeats
# the window for each output channel), and one sum.


# %% nbgrader={"grade": false, "grade_id": "conv2d", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d(image, weight, stride=1, padding=0):
    """The convolution of a picture (c_in, h, w) with the kernels in weight: (c_out, h', w')."""
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
# In mathematics a convolution first flips its kernel, up-down and left-right. What networks do, and
# what you wrote, is called a **cross-correlation** there. For learned kernels the flip makes no
# difference: the flipped kernel would be learned. For a kernel that you choose yourself the flip
# does make a difference.
#
# **Predict:** a kernel that is 0 everywhere except for a 1 in the middle of its *right* column. To
# which side does the picture move?

# %%
right = np.zeros((1, 1, 3, 3))
right[0, 0, 1, 2] = 1
small = grey[::4, ::4]
row = {
    "the picture": small,
    "as networks do": conv2d(small[None], right, padding=1)[0],
    "kernel flipped": conv2d(small[None], right[:, :, ::-1, ::-1], padding=1)[0],
}
show_pictures(row, alt="A picture, the same moved one pixel to the left, and one to the right.")
moved_left = np.array_equal(row["as networks do"][:, :-1], small[:, 1:])
print("as networks do: every pixel has moved one place to the left:", moved_left)

# %% [markdown]
# To the *left*: at each place the window takes the pixel to its right.
#
# ## Fast
#
# Python's loops are slow. A common fast method is [**im2col**](glossary.ipynb#im2col): copy every
# window into a column of a large matrix, and write all kernels of one output channel (its *filter*)
# as one row of another. Then *one* matrix product gives all kernels at all places: $(c_{out} \times
# 9\,c_{in})$ times $(9\,c_{in} \times \text{places})$, below $16 \times 144$ times $144 \times (32
# \cdot 196)$. Processors are fastest at matrix products.
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
# On our machine the product is about thirty times as fast (less if the machine is busy). It does
# the same multiplications, and first copies every pixel nine times. The loops are slow because of
# Python's own work in each turn.
#
# (`learnkit/byhand/conv.py` and `pooling.py` contain each operation twice: first as loops, exactly
# the formula, and below that in the fast form. From here on `conv.conv2d` takes whole batches, `(n,
# c, h, w)`.)
#
# ## What does one output pixel see?
#
# One window sees 3 x 3. Put a second layer on top: its window covers 3 x 3 outputs of the first
# layer, and these together depend on 5 x 5 pixels. The pixels on which an output depends are its
# [**receptive field**](glossary.ipynb#Receptive-field). The gradient shows it: with kernels of
# ones, the gradient of one output with respect to the picture is different from 0 at these pixels,
# and at no others.


# %%
def sees(depth, stride):
    """The gradient of the middle output with respect to the picture; `depth` layers of ones."""
    sizes, ones = [63], np.ones((1, 1, 3, 3))
    for _ in range(depth):
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
for depth, stride in ((1, 1), (2, 1), (4, 1), (4, 2)):
    field = sees(depth, stride)
    wide = np.ptp(np.argwhere(field)[:, 0]) + 1
    row[f"{depth} of stride {stride}: {wide} wide"] = field / field.max()
show_pictures(row, alt="Receptive fields: 3, 5 and 9 pixels wide, and 31 with strides of two.")

# %% [markdown]
# 3, 5, 9, and with strides **31**. Each layer adds 2 times the product of the strides of all layers
# before it: $1 + 2\,(1 + 2 + 4 + 8) = 31$. To fill a hole, the output at the middle of the hole
# must depend on pixels outside it. That is why networks for inpainting shrink the picture, work on
# it small, and enlarge it again.
#
# ## Shrinking: pooling
#
# A stride of 2 makes the picture smaller. The other way is **pooling**: divide the picture into
# windows side by side, and take one number from each, the largest (**max pooling**) or the mean.
#
# ### Exercise: max pooling ●●○
#
# `image` is `(c, h, w)`, each channel by itself. Windows are `size` x `size` and do not overlap.
# Rows and columns that fill no whole window, at the bottom and on the right, are left out.


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
# Max pooling keeps the lines, the mean keeps the grey. The maximum says whether something bright is
# anywhere in the window, the mean says how bright the window is. Classifiers often use the maximum;
# for painting the mean is better, as it keeps the brightness.
#
# ## The gradient is a convolution, too
#
# Each weight $w[o, c, a, b]$ is used at every place $(i, j)$, so it gets a share from every place
# (lesson 05: a number that is used several times gets the sum of its shares). With a stride of 1:
#
# $$\frac{\partial L}{\partial w[o, c, a, b]} = \sum_{i, j} u[o, i, j]\; x[c, i + a, j + b]$$
#
# Compare it with the definition above: this is a convolution of the picture $x$ again, and the
# upstream gradient $u$ stands where the kernel stood. (But nothing is added up over channels: each
# pair $o$, $c$ has its own result.)
#
# ### Exercise: the gradient with respect to the kernel ●●●
#
# `image` is one picture `(c_in, h, w)`, without a batch; `grad_out` is the upstream gradient
# `(c_out, h', w')`, with $h' = h - k + 1$ and $w' = w - k + 1$. The kernel is square, and
# `kernel_size` is k. Return an array of the shape of the weight, `(c_out, c_in, k, k)`: a sum over
# the places, not a mean. (`conv.conv2d_weight_grad`, which the network below uses, takes batches,
# and the kernel's height and width as a pair.)


# %% nbgrader={"grade": false, "grade_id": "conv2d_weight_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d_weight_grad(image, grad_out, kernel_size):
    """The gradient with respect to the weight, (c_out, c_in, k, k); stride 1, no padding."""
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
# The layer before this one needs the gradient of the loss with respect to its output, which is the
# *picture* of this layer. Output $(i, j)$ used pixel $(i + a, j + b)$ with the weight $w[o, c, a,
# b]$, so it hands back its own gradient $u[o, i, j]$ times that weight. So every output adds the
# kernel, times its own gradient, to the gradient of the picture, at its own window. We say that it
# **stamps** the kernel. Where stamps overlap they add up. Written for one pixel $(p, q)$:
#
# $$\frac{\partial L}{\partial x[c, p, q]} =
# \sum_{o}\sum_{a}\sum_{b} u[o, p - a, q - b]\; w[o, c, a, b]$$
#
# ($u$ is 0 outside its range.) The minus signs mean: this is a convolution of $u$, padded by $k -
# 1$ zeros on every side, with the *flipped* kernel; input and output channels have changed places.
#
# ### Exercise: the gradient with respect to the picture ●●●
#
# `weight` is `(c_out, c_in, kh, kw)` and `grad_out` the upstream gradient `(c_out, h', w')`. The
# answer has the shape of the picture, `(c_in, h' + kh - 1, w' + kw - 1)`: each output has a window
# of its own, and the last window begins h' - 1 rows further down than the first. (The sum goes over
# `c_out`.)


# %% nbgrader={"grade": false, "grade_id": "conv2d_input_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def conv2d_input_grad(weight, grad_out):
    """The gradient with respect to the picture, (c_in, h, w); stride 1, no padding."""
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
# What is the gradient of max pooling? On the way forward, only the largest pixel of each window was
# passed on. If any other pixel of the window changes by a little, the output does not change, so
# the derivative with respect to that pixel is 0. The derivative with respect to the largest pixel
# is 1.
#
# ### Exercise: the gradient of max pooling ●●●
#
# `image` is `(c, h, w)`, `upstream` is `(c, h', w')`, and the answer has the shape of `image`. Each
# number of `upstream` goes to the largest pixel of its window. If several pixels are equally large,
# it goes to the first of them in reading order, which is what `argmax` gives (torch does the same).
# Pixels that belong to no window get 0.


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
# In `conv2d_input_grad` neighbouring stamps are one pixel apart. With a stride of 2 they are two
# pixels apart, so that the result is about twice as large: $2\,(h - 1) + k$ pixels a side, without
# padding. Used as a layer of its own, to make pictures larger, it is called a [**transposed
# convolution**](glossary.ipynb#Transposed-convolution) (also, wrongly, *deconvolution*).
#
# Why transposed? Write a row of four pixels as a column. A convolution with the kernel $w_0\;w_1$
# is then a matrix times this column, with the rows $(w_0\;w_1\;0\;0)$, $(0\;w_0\;w_1\;0)$,
# $(0\;0\;w_0\;w_1)$. The columns of the transposed matrix are the three stamps. The transposed
# convolution is the exact counterpart (the [**adjoint**](glossary.ipynb#Adjoint)) of the
# convolution: $\langle \mathrm{conv}(x), y\rangle = \langle x, \mathrm{conv}^{\mathsf T}(y)\rangle$
# for all $x$ and $y$, where $\langle a, b\rangle$ means: multiply element by element, and add it
# all up. (Both sides are the same sum of products $w\,x\,y$, over all pairs of an output and a
# pixel of its window.)
#
# The same array `five` serves both ways: its output channels are the input channels of the
# transposed convolution.

# %%
large, five = rng.random((1, 3, 9, 9)), rng.random((5, 3, 3, 3))
tiny = rng.random((1, 5, 4, 4))
print("⟨conv(x), y⟩ =", np.sum(conv.conv2d(large, five, stride=2) * tiny))
print("⟨x, convᵀ(y)⟩ =", np.sum(large * conv.conv_transpose2d(tiny, five, stride=2)))

# %% [markdown]
# **Predict:** a picture that is 1 everywhere, a kernel of ones, stride 2. What does a kernel of 3 x
# 3 paint? And one of 4 x 4? (Each result is divided by its largest value, so that white is the
# largest.)

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
# > **Trap.** The checkerboard of the transposed convolution: with a stride of 2, a kernel of size 3
# > stamps some pixels once, some twice, some four times. Unless the weights make up for that, a
# > checkerboard appears, and it is there before any training. You will see this pattern in
# > published pictures. With a kernel size that is a multiple of the stride all pixels, except near
# > the rim, get equally many stamps, but unequal weights can still make a pattern. The safest way
# > is to enlarge the picture first (by copying pixels) and to convolve afterwards.
#
# ## Mend with a convolution
#
# In lesson 02 every pixel of the filled hole ended as the mean of its four neighbours. "Pixel minus
# the mean of its four neighbours" is a convolution with the kernel below. We call its result the
# **bend** of the picture. (The usual name is *Laplacian*; the one in the widget is this one times
# -4.)
#
# Instead of the roughness, let us walk down the sum of squared bends, $E(x) = \langle
# \mathrm{conv}(x), \mathrm{conv}(x)\rangle$. Change $x$ by a little $d$: then $E$ changes by
# $2\langle \mathrm{conv}(x), \mathrm{conv}(d)\rangle$ (and by $\langle \mathrm{conv}(d),
# \mathrm{conv}(d)\rangle$, which is tiny). The adjoint moves the convolution to the other side,
# $2\langle \mathrm{conv}^{\mathsf T}(\mathrm{conv}(x)), d\rangle$. So the gradient is twice the
# *transposed* convolution of the bend. The descent uses momentum, as in lesson 04. (The learning
# rate: the mean of four neighbours never makes the sum of squares larger, so the bend has at most
# twice the size of the picture, as on a checkerboard of 1 and -1. So $E \le 4\sum x^2$, and no
# curvature is above 8. Lesson 02's bound is 2 over the largest curvature, here $2/8 = 0.25$, so a
# rate of 0.2 is safe.)

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
# **Predict:** the harmonic fill has 27.97 dB on the scratches. Is the new fill better or worse?

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
# A decibel better than harmonic. The new fill goes on with the *slopes* at the rim; the harmonic
# fill fits only the values there, so that the picture has a kink at the rim. A thin steel plate
# that is held at the rim bends in the same way. This fill is called the
# [**biharmonic**](glossary.ipynb#Biharmonic-fill) fill. And in a wide hole?
#
# **Predict:** the 10 x 10 boxes of 500 garments. Harmonic: 12.56 dB. What does the new fill score?

# %%
box = draw.box((28, 28), height=10, width=10)
garments = data.to_float(data.fashion_mnist("test")[0])
plates = unbend(garments[:500, None], box, 400)[:, 0]
in_boxes = metrics.pooled_psnr(plates, garments[:500], holes=np.broadcast_to(box, plates.shape))
print(f"{in_boxes:.2f} dB in the boxes")

# %% [markdown]
# Worse, and by more than a decibel. A slope that is continued over ten pixels leads far from the
# truth. So this prior is better in thin holes and worse in wide ones. From here on the kernels are
# not chosen by hand but *learned*.
#
# ## A CNN, by hand
#
# Two convolutions, each with a ReLU and a max pooling, then one linear layer: the plan of many an
# early [**convolutional neural network**](glossary.ipynb#Convolutional-neural-network) (CNN).
# Garments go in, ten logits come out, and the loss is the cross-entropy with labels. (It stands in
# lesson 03 under **More than two answers**, which was optional there: read it now. Its gradient
# with respect to the logits is the softmax, minus 1 at the label, over $n$.) Each output channel
# has one bias, added at every place; so its gradient is the sum of the upstream gradient over all
# pictures and places. A convolution has $(k^2 c_{in} + 1)\,c_{out}$ weights, biases included; this
# network has $80 + 1{,}168 + 7{,}850 = 9{,}098$.


# %%
def forward(x, weights):
    """All that the way back needs: the sums of the convolutions, the pooled pictures, the logits."""
    k1, b1, k2, b2, w, b = weights
    z1 = conv.conv2d(x, k1, b1, padding=1)
    h1 = pooling.max_pool2d(layers.relu(z1), 2)
    z2 = conv.conv2d(h1, k2, b2, padding=1)
    h2 = pooling.max_pool2d(layers.relu(z2), 2)
    return z1, h1, z2, h2, h2.reshape(len(x), -1) @ w + b


def back_through(z, upstream):
    """Back through a max pooling and a ReLU, to the sums of a convolution."""
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
# `conv` and `pooling` do the same as your functions, but fast and for a whole batch. The next two
# cells define the same network for one garment with your five functions. Further down we compare
# its gradients with respect to both kernels. (Your gradients have no padding. So we pad the picture
# first, and cut the frame off the gradient.)


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
# Are these gradients right? We computed them once with PyTorch, with the same weights and 64
# garments, in float64, and stored the results in learnkit. Here we compare.


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
# They differ by less than $10^{-12}$, both times: that is the rounding of the last digits. Now
# train it: 300 mini-batches of 100 garments, with Adam as you wrote it in lesson 04.
#
# **Predict:** one template for each kind of garment (lesson 03, in its optional part) names 80.8 % of
# unseen garments correctly. What share does this network name correctly?

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
    alt="Eight learned kernels of 3 x 3, and the boot as each one shows it: four show all of it, three "
    "its edges, one next to nothing.",
)

# %% [markdown]
# About 86 %, after 30,000 drawn garments; the templates were trained on all 10,000 a hundred times.
#
# Look at the outputs of the eight kernels for the boot. Kernels 3, 6 and 7 give large values at
# edges. Their dark and bright weights lie side by side, as in the Sobel kernels of the widget.
# Kernels 0, 2, 4 and 5 show the whole boot. Kernel 1 gives almost nothing for this boot: eight of
# its nine weights are negative. Nobody chose these kernels; gradient descent found them.
#
# ## What AlexNet and DenseNet do with it
#
# **Predict:** AlexNet (2012) has five convolutions and three linear layers. What share of its
# weights (without biases) lies in the convolutions?

# %%
# 48 and 192: split over two GPUs, each kernel sees half of the channels
convolutions = [(96, 3, 11), (256, 48, 5), (384, 256, 3), (384, 192, 3), (256, 192, 3)]
in_kernels = sum(c_out * c_in * k * k for c_out, c_in, k in convolutions)
in_linear = 9216 * 4096 + 4096 * 4096 + 4096 * 1000
share = in_kernels / (in_kernels + in_linear)
print(f"kernels {in_kernels:,}, linear layers {in_linear:,}: {share:.1%} in the kernels")

# %% [markdown]
# One weight in twenty-five (3.8 %), and these weights do most of the work, 92 % of the
# multiplications, since each is used at every place. Later networks dropped the large linear
# layers.
#
# **DenseNet** (2017) lets each layer see more than the layer directly before it. Inside a dense
# block every layer gets the channels of *all* layers before it, side by side (concatenated, not
# added), and adds a few channels of its own; their number is the **growth rate**. With 64 channels
# at the start and six layers that add 32 each, the block ends with $64 + 6\cdot 32 = 256$ channels.
# So no layer has to compute again what an earlier one has computed. You will write one in lesson
# 07.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A layer has 3 x 3 kernels and stride 1. Which padding keeps the size? Which one does it for 4
# x 4 kernels?**
#
# <details><summary>1, and there is none for 4 x 4</summary>
#
# **Right.** size + 2 − 3 + 1 = size. For 4 x 4 it would take 1.5 on each side. That is one reason
# why kernels are odd.
# </details>
# <details><summary>3 and 4</summary>
#
# **No.** The size would grow: it is size + 2 · padding − kernel + 1.
# </details>
# <details><summary>1 and 2</summary>
#
# **No.** With a padding of 2 a 4 x 4 kernel gives size + 4 − 4 + 1: one pixel too many.
# </details>
#
# **2. The pictures of a generator show a fine regular grid. Where do you look first?**
#
# <details><summary>At the learning rate</summary>
#
# **No.** A learning rate that is too large makes the loss jump or grow. (Lesson 02's checkerboard
# grew because the pixels themselves were what was learned.)
# </details>
# <details><summary>At the transposed convolutions</summary>
#
# **Right.** Is the kernel a multiple of the stride? If not, the stamps overlap unevenly, and the
# grid is there before anything is learned.
# </details>
# <details><summary>At the training pictures</summary>
#
# **No.** Look there as well; but a regular grid has a more frequent cause.
# </details>
#
# **3. A CNN with 3 x 3 kernels and stride 1 fills a hole 24 pixels wide. After how many layers, at
# least, does the middle of the hole see a known pixel?**
#
# <details><summary>8</summary>
#
# **No.** Eight layers of 3 pixels each would be 24. But a layer adds one pixel on each side, not
# three.
# </details>
# <details><summary>24</summary>
#
# **No.** Known pixels are on both sides, so half of the width is enough.
# </details>
# <details><summary>12</summary>
#
# **Right.** Each layer sees one pixel further on each side, and from the middle it is twelve pixels
# to the nearest known one.
# </details>
#
# **4. How does a convolution in torch differ from the convolution of mathematics?**
#
# <details><summary>The kernel is not flipped.</summary>
#
# **Right.** torch computes the cross-correlation. For a learned kernel it makes no difference, as
# it would be learned flipped.
# </details>
# <details><summary>It does not.</summary>
#
# **No.** torch's layer is a cross-correlation.
# </details>
# <details><summary>It averages over the channels.</summary>
#
# **No.** It sums over them, in both.
# </details>
#
# **5. What does the gradient of a max pool hand back to a window of four pixels?**
#
# <details><summary>A quarter of the upstream gradient to each</summary>
#
# **No.** That is the gradient of an average pool.
# </details>
# <details><summary>All of it to the largest pixel</summary>
#
# **Right.** The others get 0. Only the largest pixel changes the result when it changes a little.
# </details>
# <details><summary>The upstream gradient to each of them</summary>
#
# **No.** Three of the four had no effect on the result.
# </details>
#
# ## What you have seen
#
# - A convolution is one small window for the whole picture: few weights, used everywhere. Its
#   output has ⌊(size + 2 padding − kernel) / stride⌋ + 1 pixels.
# - Its gradients are convolutions again; its adjoint, the transposed convolution, adds up stamps of
#   the kernel. A kernel size that is no multiple of the stride can stamp a checkerboard.
# - With 3 x 3 kernels the receptive field grows by 2 pixels a layer, and faster after strides. To
#   fill a wide hole it must be large.
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
