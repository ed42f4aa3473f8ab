# %% [markdown]
# # 17 The article, debugged
#
# > What is wrong with this program?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 03 to 05, 07, 08, 10 and 13 | find a program's faults by checks that fail, and prove each mend; say what a loss can make a network learn before you train it; paint a picture, and fill a hole, with nothing but a network and that one picture; write the same program in PyTorch and in Keras | 90 min; the cells alone run in under a minute, with or without a GPU |
#
# This course grew out of an article in Chinese for beginners, on 图像合成与修复, *image synthesis and inpainting*. It is copied from blog to blog, without a date; its newest source is from 2017. It names CNN, VAE, GAN and DCGAN, mean squared error and cross-entropy, gradient descent, RMSprop and Adam, over-fitting, augmentation and transfer learning: the subjects of this course. And it has a program, in two halves, which does not run. This is what the program does, in our words:
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
# The 3 is called `input_dim`, and the network a CNN. In this lesson you take the program apart: each fault is found by a check that fails, mended, and proved. The deepest one is left when everything runs.

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
# `learnkit/article/program.py` has the program in PyTorch, with a switch for each of five faults. A fault that is not mended is run as it is. With no fault mended:

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
# The first check, and it fails: **it does not run.** There is no `optimizer.minimize(loss)`, in PyTorch as in Keras 3. (TensorFlow 1 had one, but there a loss was a graph. TensorFlow 2 had one, too, and it wanted the variables, and a function or a tape.) With that mended it stops at the mended line, at `loss.backward()`: `predict` gives plain numbers, and from plain numbers no gradient comes back. An optimizer cannot know what a number was computed from.
#
# ### Exercise: a right step ●●○
#
# One training step of a generator: `model(noise)` makes pictures, the loss is their mean squared error against `images`, and `optimizer` takes one step against its gradient. Return the loss, a float, as it was before the step.


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
# The article compares what the generator makes with `input_dim`, which is 3. 100 numbers go in, three numbers between -1 and 1 come out. Train it with your `training_step`.

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
# **Predict:** what picture has the program made after 400 steps? And which value does the loss end at?

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
# **One white pixel.** Each of the three numbers comes as near to 3 as a tanh can, which is 1; the error that is left is (3 - 1)² = 4. The training went perfectly. It is the *target* that makes no sense: the number of channels is no picture, and there is no picture anywhere in the program. Nor does the generator make one: three numbers are one pixel.
#
# > **Trap.** A loss that falls and settles proves that the optimizer works. It does not prove that the network learns what you want. This one went from 9 to 4 as smoothly as any, and 4 is the least it could be.
#
# ## With pictures
#
# Mend target and pixel: the generator gives 784 numbers, and the target is a batch of garments, from -1 to 1 as tanh wants them. The noise is drawn anew for each, as in the article.

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
# The mean garment, four times. This is the deepest fault, and nothing in the program looks wrong any more. The noise $z$ says nothing about the picture $x$ that it is compared with. For any $z$ the expected loss is
#
# $$\mathbb{E}\,\|G(z) - x\|^2 = \|G(z) - \bar x\|^2 + \mathrm{Var}(x)$$
#
# (here divided by the 784 pixels).#
# The second part does not depend on $G$. The first is 0 where $G(z)$ is the mean picture, whatever $z$ is. No network has a smaller expected loss, so training can only go there: you could have known it before the first step. A generator learns to *invent* if something ties noise and picture together (the encoder of a VAE, lesson 08; the steps from picture to noise in diffusion, lesson 12), or if nothing is compared pixel by pixel (the discriminator of a GAN, lesson 09).
#
# ## The switchboard
#
# All five faults, each with a switch. Start with none mended, and mend one after the other.

# %%
outcomes = every(few)

# %% [markdown]
# **Predict:** mend `predict`, `minimize` and `target`, and leave `pixel`. What happens?

# %%
switchboard.explore(outcomes)

# %% [markdown]
# `predict` and `minimize` have to be mended before anything is learned. With pictures as target and one pixel to compare them with, 784 and 3 numbers cannot be subtracted: a shape error. With the target 3 it makes no difference whether the noise is drawn anew. And with all five mended each picture has its own noise, drawn once: then the garments come back. Is that synthesis? Try it on a noise that belongs to no picture:

# %%
torch.manual_seed(0)
learner, codes = generator(784), torch.randn(64, 100)
own_adam = torch.optim.Adam(learner.parameters(), lr=0.001)
own_losses = [training_step(learner, codes, 2 * few.flatten(1) - 1, own_adam) for _ in range(400)]
with torch.no_grad():
    own, new = learner(codes[:4]), learner(torch.randn(4, 100))

# %% [markdown]
# **Predict:** what do the four own noises become, and what do four new ones?

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
# The network has learned the 64 garments by heart; the new noises become mixtures of several. The loss says nothing about the noises in between. A VAE asks for it: its encoder gives each picture a whole region of noise, and the regions together have to fill the normal distribution. (Learning the noises along with the network is a method of its own: Bojanowski et al. 2018, *Optimizing the Latent Space of Generative Networks*.)
#
# ## One network, one picture
#
# Dense 128, 128, 3 with tanh, on 100 numbers: there is a reading in which all of it makes sense, and lesson 05 had it. Three numbers are the colour of *one pixel*. Then the 100 numbers ought to say *which* pixel, and one picture is a data set of many pixels. What says it well are sines and cosines of its coordinates, as in lesson 05: 50 frequencies make 100 numbers.
#
# ### Exercise: coordinate features ●●●
#
# A picture has `height` rows and `width` columns. The centre of the pixel in row $i$ and column $j$ is at $x = (j + ½) / \text{width}$, $y = (i + ½) / \text{height}$, both between 0 and 1. `frequencies` is a tensor `(2, k)`, float32: each column is a frequency, first for $x$, then for $y$. The angle of a pixel at a frequency $(f_x, f_y)$ is $2\pi (x f_x + y f_y)$. Return a tensor `(height * width, 2k)`, float32, one row a pixel, row after row of the picture: the sines of its k angles, then the cosines.


# %% nbgrader={"grade": false, "grade_id": "coordinate_features", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def coordinate_features(height, width, frequencies):
    """Sines, then cosines, of 2π times coordinates times frequencies: (height width, 2k)."""
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
# **Predict:** the same layers, the same loss, the same step. How many dB will they reach, and will the eyes be there?

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
# ## The inpainting half
#
# The article says that inpainting is a special case of synthesis, and that is right: it is the thread of this course. But its second program is the first one again, line by line. It has no damaged picture, and no hole. What would have to change? **The loss is to be taken over the known pixels alone.** Then the network may paint what it likes in the hole, and what it paints there comes from what it is.
#
# Two networks get the same picture with half of its pixels lost: the layers above, and a generator of *convolutions* (which the article probably means when it says CNN) on one noise that stays the same all the time. The second is a [**deep image prior**](glossary.ipynb#Deep-image-prior) (Ulyanov, Vedaldi and Lempitsky 2018). Neither has ever seen another picture.

# %%
seen = torch.from_numpy(~hole.reshape(-1))


def dense_fill(scale):
    """The whole picture, painted by the dense layers from the pixels that are seen."""
    torch.manual_seed(0)
    x, painter = coordinate_features(64, 64, scale * torch.randn(2, 50)), generator(3)
    optimizer = torch.optim.Adam(painter.parameters(), lr=0.003)
    for _ in range(400):
        training_step(painter, x[seen], colours[seen], optimizer)
    with torch.no_grad():
        return ((painter(x).reshape(64, 64, 3).double().numpy() + 1) / 2).clip(0, 1)


# %%
torch.manual_seed(0)
image = torch.from_numpy(face).float().permute(2, 0, 1)[None]
place = torch.from_numpy(hole)[None, None]
prior, noise = in_torch.painter(), torch.randn(1, *in_torch.NOISE)
prior_losses = list(in_torch.train_inpainting(prior, noise, image, place, steps=250))
prior_fill = as_image(prior(noise)[0].detach()).astype(np.float64)

# %% [markdown]
# **Predict:** half of the pixels are lost, single ones all over. The dense layers are tried with waves of two scales, 4 and 2. Who is best in the hole: they, the harmonic fill, or the convolutions?

# %%
paintings = {
    "dense, 4": dense_fill(4),
    "dense, 2": dense_fill(2),
    "convolutions": prior_fill,
}
smooth_fill = harmonic(face, hole)
show_pictures(
    {"half lost": draw.cut_hole(face, hole), "harmonic": smooth_fill} | paintings,
    alt="A face with half of its pixels lost; filled smoothly; painted by dense layers with fast waves, which leave speckles, and with slower ones; and by convolutions.",
)

# %%
fill_scores = {"harmonic": {"hole": psnr(smooth_fill, face, hole=hole), "known": np.inf}}
for name, painting in paintings.items():
    scores = (psnr(painting, face, hole=where) for where in (hole, ~hole))
    fill_scores[name] = dict(zip(("hole", "known"), scores, strict=True))
show_table(fill_scores, heads=["fill", "hole", "known"], digits=1, title="PSNR, dB")

# %% [markdown]
# All three networks paint the known pixels well, and are better than the smooth fill between them. With waves of scale 4 the dense layers leave speckles. With slower ones, 2, they are as good as the convolutions: how fast the waves are is a prior, as in lesson 05, and somebody has to choose it. In the convolutions such a prior is built in: each pixel is made from its neighbours, and the same way everywhere, so smooth patches and edges come easily and speckles come hard. The article says CNN, and its program has no convolution.
#
# ## The article's claims
#
# A text can be checked as a program can. Four of the article's sentences as code:

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
# **Predict:** the article computes mean squared error and cross-entropy by the same words: subtract element by element, add up, divide by the number. For two pictures of random numbers, how far is that from each of the two?

# %%
print(f"subtract, add, divide: {subtracted:.3f}; MSE {true_mse:.3f}; cross-entropy {true_bce:.3f}")
for name in ("SGD", "Adam"):
    print(
        f"{name}: step {lengths[name, 1.0]:.3f}, with 1,000 times the gradient {lengths[name, 1000.0]:.3f}"
    )
print(f'convolutions in the "CNN": {convolutions}')

# %% [markdown]
# Without the square, positive and negative differences cancel, and two pictures that have nothing in common differ by nearly nothing. Cross-entropy subtracts nothing; it takes logarithms (lesson 03). Adam is described as gradient times learning rate, and called gradient descent in the program; but its first step is as long with a gradient a thousand times as large (lesson 04).
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
# | new pictures by adding noise to a CNN's features | **hardly**: with little noise they are copies, with much they are rubbish | lesson 08 |
# | a VAE maximises the input's probability and minimises the decoder's output's | **wrong**: it maximises a lower bound of the former, and the decoder's log-probability is a part of that | lesson 08 |
# | 1,000 noises give 1,000 pictures | **wrong**: 1,000 steps, and one pixel each | above |
# | against over-fitting: more data, smaller networks, L1 and L2 | **mostly**: more data, L2 and L1 helped; how much was measured over six seeds | lesson 14 |
# | augmentation and transfer help on new data | **right**, where the data is little | lesson 14 |
# | judge by MSE, cross-entropy, or by people | **partly**: MSE prefers the blur; people have to be asked with care | lesson 13 |
# | inpainting in real time is a challenge | **partly**: small pictures (28 x 28) go in real time on a CPU, a photograph of 512 x 512 does not | lesson 15 |
# | DenseNet is by Denton, Nguyen, Lillicrap and Le, at a conference of 2017 | **we found no such paper**: DenseNet is by Huang, Liu, van der Maaten and Weinberger (2017) | lesson 07 |
#
# ## The whole program, twice
#
# Last, the program as it should be. `learnkit/article/in_torch.py` has both halves: a VAE, whose generator has the article's layers with 784 outputs in place of 3, and the inpainting that you saw. `learnkit/article/in_keras.py` is the same in **Keras 3**, today's version of the article's library. Open both. What the article wanted of `optimizer.minimize(loss)`, Keras has as `model.train_on_batch(inputs, pictures)`.
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
# **Predict:** the second row is the same program with Keras's own Adam in place of PyTorch's. Where will its digits first differ: at step 1, 2, 10 or 60?

# %%
steps_shown = (1, 2, 10, 60)
rows = {
    name: {f"step {t}": f"{gap[t - 1]:.0e}" for t in steps_shown} for name, gap in apart.items()
}
heads = ["beside PyTorch", *(f"step {t}" for t in steps_shown)]
if rows:
    show_table(rows, heads=heads, title="relative difference of the losses")
print(f"PyTorch's losses: {torch_losses[0]:.2f} at step 1, {torch_losses[-1]:.2f} at step 60")

# %% [markdown]
# It is the same program: over sixty steps the losses agree to six digits and more. Two things had to be made equal by hand. A weight's axes have another order in Keras. And Keras's own Adam has a larger epsilon, adds it at another place, and rounds differently in the first steps; from step 2 on its losses are others. `Adam` in `in_keras.py` says more. (In the inpainting half the losses of equal weights agree as well. There the two programs then drift apart sooner, for its gradients are tiny, and rounding counts.)
#
# And it invents. Ten passes over the 10,000 garments, in PyTorch:

# %%
passes = itertools.chain(*[garments[torch.randperm(len(garments))].split(64) for _ in range(10)])
more = ((x, torch.randn(len(x), in_torch.LATENT)) for x in passes)
elbo = list(in_torch.train_synthesis(ours, more))
with torch.no_grad():
    inventions = ours.generator(torch.randn(16, in_torch.LATENT))

# %% [markdown]
# **Predict:** one white pixel, the mean garment, mixtures: and now?

# %%
show_pictures(
    {f"{i + 1}": as_image(picture) for i, picture in enumerate(inventions)},
    columns=8,
    alt="Sixteen invented pictures: soft shirts, pullovers, dresses, bags and shoes, and some blots.",
)

# %% [markdown]
# Soft, as a VAE's are, and some of them are blots. But they are of several kinds, and each noise gives another one. That is what the article promised. Lessons 09 and 12 make them sharper.
#
# ## Quiz
#
# <details><summary>1. A generator gets a new noise for every picture and learns by the mean squared error. You take a network of ten times the size, and train it for a week. What does it make?</summary>
#
# The mean picture. For noise that says nothing about the picture, the expected loss is the distance from the mean picture plus a constant, whatever the network is.
# </details>
# <details><summary>2. Your loss falls from 9 to 4 and stays. Is the learning rate too large?</summary>
#
# Look at what is compared before you change a number. Here 4 was the least that was possible: the target was 3, and tanh ends at 1.
# </details>
# <details><summary>3. A deep image prior has seen no picture but the damaged one. How does it know what belongs in the hole?</summary>
#
# From its structure: convolutions make each pixel from its neighbours and the same way everywhere, so smooth patches and edges are learned sooner than noise. Dense layers on coordinates have their prior in the waves: with fast ones the same loss left speckles.
# </details>
#
# ## What you have seen
#
# - A program is checked from the outside in: does it run, does it learn, does it learn what is wanted, and can it, even in principle?
# - With noise that is drawn anew, the mean squared error allows one answer: the mean picture.
# - Inpainting is synthesis with the loss taken over the known pixels. What is painted in the hole then comes from the network's structure.
# - Two libraries compute the same losses once weights, defaults and the optimizer's formula are the same.
#
# **For the course's table** of fills: no new row. A deep image prior is trained anew for each picture, which takes seconds.
#
# **Read on:** Ulyanov, Vedaldi and Lempitsky, *Deep Image Prior* (2018), sections 1 to 3; Bojanowski et al., *Optimizing the Latent Space of Generative Networks* (2018), section 2; Tancik et al., *Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains* (2020), section 5; Kingma and Ba, *Adam* (2015), section 2. Next:
# [**18 Flow matching**](18_flow_matching.ipynb).
