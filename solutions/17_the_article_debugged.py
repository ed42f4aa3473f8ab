# %% [markdown]
# # 17 The article, debugged
#
# > What is wrong with this program?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 03 to 05, 07, 08, 10 and 13 | find a program's faults (bugs) by checks that fail, and show by the same checks that each repair works; say what a loss can make a network learn before you train it; paint a picture, and fill a hole, with nothing but a network and that one picture; write the same program in PyTorch and in Keras | 90 min; the cells alone run in under a minute, with or without a GPU |
#
# This course grew out of an article in Chinese for beginners, on 图像合成与修复, *image synthesis and
# inpainting*. It is copied from blog to blog, without a date; its newest source is from 2017. It is
# not reprinted here; its program and its claims are given in our words. It names CNN, VAE, GAN and
# DCGAN, mean squared error and cross-entropy, gradient descent, RMSprop and Adam, over-fitting,
# augmentation and transfer learning: the subjects of this course. It also contains a program in two
# halves, which does not run. This is what the program is meant to do:
#
# ```
# SYNTHESIS                                         INPAINTING
# generator = Dense 128 (relu), Dense 128 (relu),   (the same lines once more)
#             Dense 3 (tanh), on 100 numbers
# loss      = mean squared error
# optimizer = Adam, learning rate 0.001
# 1,000 times:
#     noise = 100 normal numbers
#     generated = generator.predict(noise)
#     error = loss(3, generated)
#     optimizer.minimize(error)
# ```
#
# The article calls the 3 `input_dim`, and calls the network a CNN. In this lesson you take the
# program apart: for each fault you run a check that fails, repair the fault, and run the check
# again. The most important fault remains after the program runs without errors.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.article import in_torch, keras_extra
from learnkit.article.program import every, generator, run
from learnkit.exercises import exercise
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, photograph
from learnkit.images.metrics import psnr
from learnkit.training.pictures import as_image
from learnkit.widgets import switchboard
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## Does it run?
#
# `learnkit/article/program.py` has the program in PyTorch, with a switch for each of five faults. A
# fault that is not mended (repaired) stays in the program. First we run it with all five faults,
# then with `minimize` mended.

# %%
garments = torch.from_numpy(fashion_mnist("train")[0][:, None] / np.float32(255))
few = garments[:64]

# %% [markdown]
# **Predict:** at which line does it stop?

# %%
print(run([], few).error)
print()
print(run(["minimize"], few).error)

# %% [markdown]
# The first check fails: **the program does not run.** Neither PyTorch nor Keras 3 has a method
# `optimizer.minimize(loss)`. (Older TensorFlow had one. In version 1 the loss was a node of a
# graph. In version 2, with Keras 2, the call also needed the variables, and a function for the loss
# or a *gradient tape*, which records how the loss was computed.) With `minimize` mended the program
# stops at the next fault, in the line `loss.backward()`: `predict` returns a NumPy array. PyTorch
# does not know how it was computed, so no gradient can be passed back through it. The exercise
# repairs both faults.
#
# All five faults, by their names in the code:
#
# | fault | what is wrong |
# |---|---|
# | `predict` | `predict()` returns a NumPy array: no gradient can pass through it |
# | `minimize` | there is no method `optimizer.minimize(loss)` |
# | `target` | the loss compares with 3, the number of channels, and with no picture |
# | `pixel` | the generator outputs 3 numbers: one pixel |
# | `noise` | new noise is drawn for every picture, so it says nothing about the picture |
#
# ### Exercise: a right step ●●○
#
# One training step of a generator: `model(noise)` makes pictures, and the loss is the mean squared
# error between these pictures and `images`, over all values. Compute the gradient of the loss for
# the model's weights, and let `optimizer` take one step. The weights may still hold gradients from
# earlier steps. Call the model once, and return the loss before the step as a Python float.


# %% nbgrader={"grade": false, "grade_id": "training_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def training_step(model, noise, images, optimizer):
    """One step on the mean squared error of model(noise) against images; the loss before it."""
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss = ((model(noise) - images) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown]
# ## It runs. What does it learn?
#
# The article compares the generator's output with `input_dim`, which is 3. 100 numbers go in, and
# three numbers between -1 and 1 come out. Train it with your `training_step`.

# %%
torch.manual_seed(0)
as_written = generator(3)
white_adam = torch.optim.Adam(as_written.parameters(), lr=0.001)
threes = torch.full((32, 3), 3.0)
white_losses = [
    training_step(as_written, torch.randn(32, 100), threes, white_adam) for _ in range(400)
]
colour = as_written(torch.randn(1, 100)).detach().numpy().reshape(1, 1, 3)

# %% [markdown]
# **Predict:** what picture has the program made after 400 steps? And at which value does the loss
# end?

# %%
fig, (pixel, curve) = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
pixel.imshow((colour + 1) / 2, vmin=0, vmax=1)
pixel.set(title="The picture", xticks=[], yticks=[])
curve.plot(white_losses)
curve.axhline(4, color="black", ls=":", label="(3 - 1)² = 4")
curve.set(title="Its loss", xlabel="step", ylabel="mean squared error", ylim=(0, None))
curve.legend()
show(fig, alt="One white pixel, and a loss that falls from 9 to 4 and stays there.")

# %% [markdown]
# **One white pixel.** Each of the three outputs approaches 1, the value of tanh nearest to 3. The
# remaining error is (3 - 1)² = 4. The training itself worked. The *target* is wrong: it is the
# number of channels, and no picture appears anywhere in the program. The output is wrong too: three
# numbers are only one pixel.
#
# > **Trap.** A loss that falls and settles proves that the optimizer works. It does not prove that
# > the network learns what you want. This one went from 9 to 4, smoothly, and 4 is the least it
# > could be.
#
# ## With pictures
#
# Now mend `target` and `pixel`: the generator outputs 784 numbers, and the target is a batch of
# garments scaled to [-1, 1], the range of tanh. New noise is drawn for each picture in each step,
# as in the article.

# %%
torch.manual_seed(0)
wider = generator(784)
mean_adam = torch.optim.Adam(wider.parameters(), lr=0.001)
scaled = 2 * garments[:2000].flatten(1) - 1
order = torch.randint(len(scaled), (600, 64))
mean_losses = [
    training_step(wider, torch.randn(64, 100), scaled[some], mean_adam) for some in order
]
variance = scaled.var(dim=0, correction=0).mean().item()

# %% [markdown]
# **Predict:** four noises go in. What comes out? (Lesson 01 showed what the mean squared error makes of many pictures.)

# %%
with torch.no_grad():
    out = (wider(torch.randn(4, 100)) + 1).reshape(4, 28, 28).numpy() / 2
of_noises = {f"noise {i + 1}": picture for i, picture in enumerate(out)}
show_pictures(
    of_noises | {"mean garment": ((scaled.mean(dim=0) + 1) / 2).reshape(28, 28).numpy()},
    alt="Four outputs that look alike, and the mean garment, which looks like them.",
)
print(f"loss {np.mean(mean_losses[-100:]):.3f}, variance a pixel {variance:.3f}")

# %% [markdown]
# All four outputs are the mean garment. This is the most important fault: the program runs, and no
# line of it looks wrong. The noise $z$ says nothing about the picture $x$ with which the output
# $G(z)$ is compared. For any $z$ the expected loss is
#
# $$\mathbb{E}\,\|G(z) - x\|^2 = \|G(z) - \bar x\|^2 + \mathrm{Var}(x)$$
#
# (in the code divided by the 784 pixels). Derivation: write $G(z) - x = (G(z) - \bar x) + (\bar x -
# x)$, and square. The mixed term has the mean $2\,(G(z) - \bar x) \cdot \mathbb{E}_x(\bar x - x) =
# 0$, since $x$ does not depend on $z$. $\mathrm{Var}(x)$ is the sum of the variances of the pixels,
# and does not depend on $G$. The first part is 0 where $G(z)$ is the mean picture, whatever $z$ is.
# No network has a smaller expected loss, so a training that works ends near it. You can see this
# before the first step. A generator can make different pictures if each noise is connected with a
# picture (the encoder of a VAE, lesson 08; the steps from picture to noise in diffusion, lesson
# 12), or if the loss does not compare pixels with one given picture (the discriminator of a GAN,
# lesson 09).
#
# Two quick checks find many faults. Before the first step the loss should have the value that you
# can compute: above, about (3 - 0)² = 9. And on a batch of four pictures the network should reach a
# loss near 0. With new noise in each step the second check fails: the loss stays near the variance
# of the four.
#
# ## The switchboard
#
# Here each of the five faults has a switch. Start with all five faults, and mend them one at a
# time.

# %%
outcomes = every(few)

# %% [markdown]
# **Predict:** mend the faults `predict`, `minimize` and `target`, and leave `pixel`. What happens?

# %%
switchboard.explore(outcomes)

# %% [markdown]
# If `target` is mended and `pixel` is not, 3 outputs are compared with 784 pixels: PyTorch raises a
# shape error. `predict` and `minimize` have to be mended before anything is learned. If `target` is
# not mended, everything becomes white: one pixel, or 784 if `pixel` is mended. It makes no
# difference then whether `noise` is mended. With all five mended, each picture has its own noise,
# drawn once, and the network reproduces the garments. Is that synthesis? Give it new noise, which
# belongs to no picture:

# %%
torch.manual_seed(0)
learner, codes = generator(784), torch.randn(64, 100)
own_adam = torch.optim.Adam(learner.parameters(), lr=0.001)
own_losses = [training_step(learner, codes, 2 * few.flatten(1) - 1, own_adam) for _ in range(400)]
with torch.no_grad():
    own, new = learner(codes[:4]), learner(torch.randn(4, 100))

# %% [markdown]
# **Predict:** what does the network make of four of the pictures' own noises, and of four new ones?

# %%
pictures = {f"own noise {i + 1}": own[i] for i in range(4)}
pictures |= {f"new noise {i + 1}": new[i] for i in range(4)}
show_pictures(
    {name: as_image(((p + 1) / 2).reshape(1, 28, 28)) for name, p in pictures.items()},
    columns=4,
    alt="Four garments from their own noises, and below four mixtures of several garments from new noises.",
)
print(f"loss of the 64 garments: {own_losses[-1]:.3f}")

# %% [markdown]
# The network has learned the 64 garments by heart; the new noises become mixtures of several. The
# loss does not depend on what the network makes of other noises. In a VAE it does: the encoder
# gives each picture a whole region of noise, the decoder has to work in all of it, and the KL term
# pulls these regions towards one normal distribution. (To learn the noises together with the
# network is a method of its own, called GLO: Bojanowski et al. 2018, *Optimizing the Latent Space
# of Generative Networks*.)
#
# ## One network, one picture
#
# The layers 128, 128, 3 with 100 inputs make sense if they are read as in lesson 05. The three
# outputs are the colour of *one pixel*, and the 100 inputs say *which* pixel. One picture is then a
# data set of many pixels. (Such a network is called a *coordinate network*.) Good inputs are the
# Fourier features of lesson 05, sines and cosines of the pixel's coordinates: 50 frequencies give
# 100 numbers.
#
# ### Exercise: coordinate features ●●●
#
# A picture has `height` rows and `width` columns. The centre of the pixel in row $i$ and column $j$
# is at $x = (j + ½) / \text{width}$, $y = (i + ½) / \text{height}$, both between 0 and 1. (Lesson
# 05 used coordinates from -1 to 1, and the row first; here they run from 0 to 1, and $x$, the
# column, comes first.) `frequencies` is a tensor `(2, k)`, float32: each column is a frequency,
# first for $x$, then for $y$. The angle of a pixel at a frequency $(f_x, f_y)$ is $2\pi (x f_x + y
# f_y)$. Return a tensor `(height * width, 2k)`, float32, one row a pixel, row after row of the
# picture: the sines of its k angles, then the cosines.


# %% nbgrader={"grade": false, "grade_id": "coordinate_features", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def coordinate_features(height, width, frequencies):
    """Sines, then cosines, of 2π (x f_x + y f_y): (height width, 2k)."""
    ### BEGIN SOLUTION
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / width
    y, x = torch.meshgrid(y, x, indexing="ij")
    coordinates = torch.stack([x.flatten(), y.flatten()], dim=1)
    angle = 2 * torch.pi * coordinates @ frequencies
    return torch.cat([angle.sin(), angle.cos()], dim=1)
    ### END SOLUTION


# %%
face = photograph("astronaut", height=160)[:64, 34:98]
hole = draw.scatter(face.shape, fraction=0.5, seed=0)
torch.manual_seed(0)
features = coordinate_features(64, 64, 4 * torch.randn(2, 50))
colours = torch.from_numpy(2 * face.reshape(-1, 3) - 1).float()
layers = generator(3)
paint_adam = torch.optim.Adam(layers.parameters(), lr=0.003)
paint_losses = [training_step(layers, features, colours, paint_adam) for _ in range(400)]

# %% [markdown]
# **Predict:** the same layers and loss as for the white pixel, but with coordinates as input. How
# many dB does the painting reach? Can you see the eyes?

# %%
with torch.no_grad():
    painted = (layers(features).reshape(64, 64, 3).double().numpy() + 1) / 2
show_pictures(
    {"as written": ((colour + 1) / 2).astype(np.float64), "with coordinates": painted}
    | {"the picture": face},
    alt="One white pixel; the astronaut's face, painted by the same three layers; and the photograph.",
)
print(f"{psnr(painted.clip(0, 1), face):.1f} dB")

# %% [markdown]
# You can see them. The layers and the loss are those of the white pixel. What has changed is that the
# input says *which* pixel is meant, and that the target is a picture.
#
# ## The inpainting half
#
# The article says that inpainting is a special case of synthesis. That is right, and it is the main
# idea of this course. But the article's second program repeats the first one line by line. It has
# no damaged picture, and no hole. What would have to change? **The loss must be taken over the
# known pixels only.** Then the loss does not restrict the pixels of the hole. What the network
# paints there is decided by its structure and by the known pixels.
#
# Two networks get the same picture with half of its pixels lost: the layers above, and a generator
# of *convolutions* (the article probably means such a network by "CNN"), whose input is one noise
# that stays the same during the training. The second is a [**deep image
# prior**](glossary.ipynb#Deep-image-prior) (Ulyanov, Vedaldi and Lempitsky 2018). Neither has ever
# seen another picture. The number of steps matters: where the known pixels are noisy, a network
# that is trained for too long copies the noise as well (here they are not noisy).

# %%
seen = torch.from_numpy(~hole.reshape(-1))


def dense_fill(scale):
    """The whole picture, painted by the dense layers from the known pixels."""
    torch.manual_seed(0)
    x, network = coordinate_features(64, 64, scale * torch.randn(2, 50)), generator(3)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    for _ in range(400):
        training_step(network, x[seen], colours[seen], optimizer)
    with torch.no_grad():
        return ((network(x).reshape(64, 64, 3).double().numpy() + 1) / 2).clip(0, 1)


# %%
torch.manual_seed(0)
image = torch.from_numpy(face).float().permute(2, 0, 1)[None]
place = torch.from_numpy(hole)[None, None]
prior, noise = in_torch.painter(), torch.randn(1, *in_torch.NOISE)
prior_losses = list(in_torch.train_inpainting(prior, noise, image, place, steps=250))
prior_fill = as_image(prior(noise)[0].detach()).astype(np.float64)

# %% [markdown]
# **Predict:** half of the pixels, chosen at random, are missing. The dense layers are tried with
# frequencies of two scales, 4 and 2. Which is best in the hole: the dense layers, the harmonic
# fill, or the convolutions?

# %%
paintings = {
    "dense, 4": dense_fill(4),
    "dense, 2": dense_fill(2),
    "convolutions": prior_fill,
}
smooth_fill = harmonic(face, hole)
show_pictures(
    {"half lost": draw.cut_hole(face, hole), "harmonic": smooth_fill} | paintings,
    alt="A face with half of its pixels lost; filled smoothly; painted by dense layers with high frequencies, which leave speckles, and with lower ones; and by convolutions.",
)

# %%
fill_scores = {"harmonic": {"hole": psnr(smooth_fill, face, hole=hole), "known": np.inf}}
for name, painting in paintings.items():
    scores = (psnr(painting, face, hole=where) for where in (hole, ~hole))
    fill_scores[name] = dict(zip(("hole", "known"), scores, strict=True))
show_table(fill_scores, heads=["fill", "hole", "known"], digits=1, title="PSNR, dB")

# %% [markdown]
# All three networks paint the known pixels well, and in the hole all three are better than the
# harmonic fill. With frequencies of scale 4 the dense layers leave speckles. With lower frequencies
# (scale 2) they are as good as the convolutions. (They take 400 steps against 250. The number of
# steps was set by hand as well, so this shows that both work, and not which is better.) The scale
# is a prior, as in lesson 05, and has to be chosen by hand. (We chose 2 by the score in the hole,
# which needs the truth.) A network of convolutions has a prior built in: each pixel is computed
# from its neighbours by the same weights everywhere, so smooth areas and edges are learned quickly
# and noise slowly (Ulyanov et al., figure 2).
#
# ## The article's claims
#
# A text can be checked in the same way as a program. Here are four of the article's sentences as
# code:

# %%
rng = np.random.default_rng(0)
target, pred = rng.random(1000), rng.random(1000)
subtracted = float((pred - target).mean())  # "subtract, add up, divide by the number"
true_mse = float(F.mse_loss(torch.tensor(pred), torch.tensor(target)))
true_bce = float(F.binary_cross_entropy(torch.tensor(pred), torch.tensor(target)))

# %%
lengths = {}
for scale in (1.0, 1000.0):
    for name in ("SGD", "Adam"):
        x = torch.zeros(1, requires_grad=True)
        stepping = getattr(torch.optim, name)([x], lr=0.001)
        (scale * x).backward()
        stepping.step()
        lengths[name, scale] = abs(x.item())
convolutions = sum(isinstance(layer, nn.Conv2d) for layer in generator(3))

# %% [markdown]
# **Predict:** the article describes mean squared error and cross-entropy in the same way: subtract
# element by element, add up, divide by the number of elements. For two pictures of random numbers,
# compare this value with the true mean squared error and with the true cross-entropy. Which is the
# smallest of the three?

# %%
print(f"subtract, add, divide: {subtracted:.3f}; MSE {true_mse:.3f}; cross-entropy {true_bce:.3f}")
for name in ("SGD", "Adam"):
    print(
        f"{name}: step {lengths[name, 1.0]:.3f}, with 1,000 times the gradient {lengths[name, 1000.0]:.3f}"
    )
print(f'convolutions in the "CNN": {convolutions}')

# %% [markdown]
# Without the square, positive and negative differences cancel, and the result is nearly 0 for two
# unrelated pictures. Cross-entropy does not subtract the pictures; it uses logarithms (lesson 03).
# The article describes Adam as gradient times learning rate. But Adam's first step has the same
# length if the gradient is a thousand times as large (lesson 04).
#
# All of its claims, and what this course has found:
#
# | the article says | verdict | where |
# |---|---|---|
# | inpainting is a special case of synthesis | **right**: one set of weights does both | lessons 11 and 12 |
# | MSE: subtract, add up, divide | **wrong**: the square is missing | above; lesson 01 |
# | cross-entropy: subtract, add up, divide | **wrong**: it is minus a mean of logarithms | above; lesson 03 |
# | gradient descent: gradient times learning rate | **right**, against the gradient | lesson 02 |
# | Adam: gradient times learning rate | **wrong**: a running mean of it, divided by the root of its mean square | above; lesson 04 |
# | a CNN, by dense layers | **wrong**: no convolution in it | above; lessons 06 and 07 |
# | new pictures by adding noise to a CNN's features | **hardly**: with little noise the results are copies, with much noise they are useless | lesson 08 |
# | a VAE maximises the probability of the input and minimises the probability of the decoder's output | **wrong**: it maximises a lower bound of the input's log-probability; the decoder's log-probability is one of its two terms, so it is maximised too | lesson 08 |
# | 1,000 noises give 1,000 pictures | **not with this program**: 1,000 steps, and one pixel each; with the VAE, yes | above |
# | against over-fitting: more data, smaller networks, L1 and L2 | **mostly**: in our runs (six seeds) more data, L2 and L1 helped, smaller networks did not | lesson 14 |
# | augmentation and transfer help on new data | **right**, where the data is little | lesson 14 |
# | judge by MSE, cross-entropy, or by people | **partly**: MSE prefers the blur; people have to be asked with care | lesson 13 |
# | inpainting in real time is a challenge | **partly**: small pictures (28 x 28) go in real time on a CPU, a photograph of 512 x 512 does not | lesson 15 |
# | DenseNet is by Denton, Nguyen, Lillicrap and Le, at a conference of 2017 | **we found no such paper**: DenseNet is by Huang, Liu, van der Maaten and Weinberger (2017) | lesson 07 |
#
# ## The whole program, twice
#
# Last, the program as it should be. `learnkit/article/in_torch.py` has both halves: a VAE, whose
# generator has the article's two layers of 128, with 784 outputs in place of 3, 10 noise numbers in
# place of 100, and a sigmoid in place of tanh, and the inpainting that you saw.
# `learnkit/article/in_keras.py` is the same in **Keras 3**, today's version of the article's
# library. Open both. In Keras, `model.train_on_batch(inputs, pictures)` does what the article
# expected of `optimizer.minimize(loss)`: one training step.
#
# Is it the same program? We compare the synthesis half: with the same weights, batches and noise the losses must be the same, step after step. (Keras needs the extra `keras`, which `make lab` installs. Without it the cells below say so and go on with PyTorch.)

# %%
in_keras, how_to_get_it = keras_extra.load()
print(how_to_get_it or f"Keras {in_keras.keras.__version__} computes with PyTorch.")
torch.manual_seed(0)
batches = [(x, torch.randn(len(x), in_torch.LATENT)) for x in garments[:3840].split(64)]
ours = in_torch.Synthesis()
twins = [in_keras.Synthesis() for _ in range(2)] if in_keras else []
for twin in twins:
    twin(batches[0])  # Keras makes the weights when it sees the first batch
    in_keras.copy_weights(ours, twin)

# %%
torch_losses = np.array(list(in_torch.train_synthesis(ours, batches)))
apart = {}
if in_keras:
    adams = {"Adam as in PyTorch": in_keras.Adam, "its own Adam": in_keras.keras.optimizers.Adam}
    for (name, kind), model in zip(adams.items(), twins, strict=True):
        keras_losses = np.array(list(in_keras.train_synthesis(model, batches, adam=kind)))
        apart[f"Keras, {name}"] = np.abs(keras_losses - torch_losses) / torch_losses

# %% [markdown]
# **Predict:** the second row is the same program with Keras's own Adam in place of PyTorch's. At
# which of the steps 1, 2, 10 and 60 do its losses first differ from PyTorch's?

# %%
steps_shown = (1, 2, 10, 60)
rows = {
    name: {f"step {t}": f"{gap[t - 1]:.0e}" if gap[t - 1] else "equal" for t in steps_shown}
    for name, gap in apart.items()
}
heads = ["beside PyTorch", *(f"step {t}" for t in steps_shown)]
if rows:
    show_table(rows, heads=heads, title="relative difference of the losses")
print(f"PyTorch's losses: {torch_losses[0]:.2f} at step 1, {torch_losses[-1]:.2f} at step 60")

# %% [markdown]
# It is the same program: over sixty steps the losses agree to six digits and more. Two things had
# to be made equal by hand. A weight's axes have another order in Keras. And Keras's own Adam has a
# larger epsilon, adds it before the bias correction, and rounds differently in the first steps. So
# its losses differ from step 2 on (by 1 % at step 60). `Adam` in `in_keras.py` says more. (In the
# inpainting half the losses of equal weights agree as well. In that half the two programs differ
# sooner, because its gradients are very small and rounding errors matter more.)
#
# The program can also make new garments. Train it in PyTorch for ten passes over the 10,000
# garments:

# %%
passes = itertools.chain(*[garments[torch.randperm(len(garments))].split(64) for _ in range(10)])
more = ((x, torch.randn(len(x), in_torch.LATENT)) for x in passes)
elbo = list(in_torch.train_synthesis(ours, more))
with torch.no_grad():
    inventions = ours.generator(torch.randn(16, in_torch.LATENT))

# %% [markdown]
# **Predict:** so far the outputs were one white pixel, the mean garment, and mixtures. What do you
# expect from the VAE?

# %%
show_pictures(
    {f"{i + 1}": as_image(picture) for i, picture in enumerate(inventions)},
    columns=8,
    alt="Sixteen invented pictures: soft shirts, pullovers, dresses, bags and shoes, and some blots.",
)

# %% [markdown]
# They are blurred, like all pictures of a VAE, and some have no clear shape. But there are several
# kinds of garment, and each noise gives a different one, as the article promised. The methods of
# lessons 09 and 12 give sharper pictures.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A generator gets new noise for every picture and learns by the mean squared error. You take a
# network of ten times the size and train it for a week. What does it make?**
#
# <details><summary>Sharp pictures, after enough training</summary>
#
# **No.** More training cannot help where the best possible answer is a blur.
# </details>
# <details><summary>Noise</summary>
#
# **No.** The noise is its input. The mean squared error teaches it to ignore the noise.
# </details>
# <details><summary>The mean picture</summary>
#
# **Right.** The noise says nothing about the picture. So the expected loss is the distance from the
# mean picture plus a constant, whatever the network is.
# </details>
#
# **2. A loss falls from 9 to 4 and stays there. Is the learning rate too large?**
#
# <details><summary>Yes: lower it.</summary>
#
# **No.** In the lesson no learning rate could have helped.
# </details>
# <details><summary>Look first at what is compared.</summary>
#
# **Right.** Here 4 was the least possible: the target was 3, and tanh ends at 1.
# </details>
# <details><summary>No: it needs more epochs.</summary>
#
# **No.** It was at the least that is possible.
# </details>
#
# **3. A deep image prior has seen no picture but the damaged one. How does it know what belongs in
# the hole?**
#
# <details><summary>From its structure</summary>
#
# **Right.** Convolutions make each pixel from its neighbours, and everywhere in the same way. So
# smooth patches and edges are learned sooner than noise.
# </details>
# <details><summary>From the pretrained weights</summary>
#
# **No.** Its weights start at random.
# </details>
# <details><summary>From the pixels in the hole</summary>
#
# **No.** They are not in the loss.
# </details>
#
# **4. A program with several faults does not run. Which fault do you mend first?**
#
# <details><summary>The one that looks most important</summary>
#
# **No.** You cannot see behind the first error yet.
# </details>
# <details><summary>All of them at once</summary>
#
# **No.** Then you do not know which change did what.
# </details>
# <details><summary>The one that stops it</summary>
#
# **Right.** Does it run, does it learn, does it learn what is wanted? Check from the outside in. A
# fault further on in the program shows only when the program gets that far.
# </details>
#
# **5. Two libraries give different losses for the same network. What is compared first?**
#
# <details><summary>The speed</summary>
#
# **No.** It says nothing about the numbers.
# </details>
# <details><summary>Weights and defaults</summary>
#
# **Right.** And the formula of the optimizer. Once these are the same, the losses agree up to
# rounding, whose effect grows with the steps. Defaults such as ε differ between libraries.
# </details>
# <details><summary>The final pictures</summary>
#
# **No.** They differ for many reasons at once.
# </details>
#
# ## What you have seen
#
# - Check a program in this order: Does it run? Does the loss fall? Is the loss the one you want?
#   Does the best possible answer to this loss do what you want?
# - If new noise is drawn for every picture, the mean squared error has one best answer: the mean
#   picture.
# - Inpainting is synthesis with the loss taken over the known pixels. What is painted in the hole
#   is then decided by the network's structure.
# - Two libraries compute the same losses if the weights, the default settings (such as epsilon) and
#   the optimizer's formula are the same.
#
# **For the course's table** of fills: no new row. A deep image prior is trained anew for each picture, which takes seconds.
#
# **Read on:** Ulyanov, Vedaldi and Lempitsky, *Deep Image Prior* (2018), sections 1 to 3; Bojanowski et al., *Optimizing the Latent Space of Generative Networks* (2018), section 2; Tancik et al., *Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains* (2020), section 5; Kingma and Ba, *Adam* (2015), section 2. Next:
# [**18 Flow matching**](18_flow_matching.ipynb).
