# %% [markdown]
# # 09 GAN synthesis
#
# > What if a second network judges?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 07 and 08 | write both losses of a generative adversarial network, and its step without the usual fault; see a mode collapse, count it and mend it; say what a GAN does better than a VAE, and what worse | 80 min; the cells alone run in about a minute, on a GPU sooner |
#
# Every loss so far that made a network paint compared its picture with one right picture, pixel by
# pixel. Where several pictures were possible, the result was their mean: lesson 01's ghost, lesson
# 08's blurred garments. A new garment has no right picture. It only has to *look* like a garment.
# So let a network decide whether it does.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises import exercise
from learnkit.images.data import GARMENTS, fashion_mnist
from learnkit.images.frechet import frechet_of
from learnkit.images.ring import modes_found, share_on_ring
from learnkit.models import gan
from learnkit.models.pretrained import card, pretrained
from learnkit.training.device import budget, choose
from learnkit.training.pictures import as_image, order, resident
from learnkit.widgets import ring
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## Generator and discriminator
#
# In a [**generative adversarial network**](glossary.ipynb#Generative-adversarial-network) (GAN) two
# networks are trained against each other, like a forger and a judge (so they are called in the
# code). The [**generator**](glossary.ipynb#Generator) $G$, the forger, makes a picture from random
# numbers $z$: a **fake**. The [**discriminator**](glossary.ipynb#Discriminator), the judge, sees a
# picture $x$ and gives one number, a logit $\ell(x)$ (lesson 03). Its probability that $x$ is real
# is $D(x) = \sigma(\ell(x))$, with the sigmoid $\sigma$. The discriminator is shown real and fake
# pictures and learns to tell them apart; the generator learns to make fakes that are taken for
# real. No picture is ever compared with a right one.
#
# To see what happens, we begin with pictures of two pixels: points in a plane. The real ones lie in
# eight small blobs on a ring.

# %%
real_points = gan.ring(1000, torch.Generator().manual_seed(0))
fig, ax = plt.subplots(figsize=(4, 4))
ax.plot(*real_points.T, ".", ms=3)
ax.set(xlabel="x", ylabel="y", title="What the generator should learn", aspect="equal")
fig.tight_layout()
show(fig, alt="A thousand points in eight small blobs, evenly spaced on a circle.")

# %% [markdown]
# ### Exercise: the discriminator's loss ●○○
#
# The discriminator's loss is lesson 03's cross-entropy, with target 1 for real and 0 for fake
# pictures. The logits are `(n, 1)`, and the two batches may have different sizes. Compute the mean
# over each batch, and **add** the two means: call `F.binary_cross_entropy_with_logits` twice.


# %% nbgrader={"grade": false, "grade_id": "discriminator_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def discriminator_loss(real_logits, fake_logits):
    """Cross-entropy of the discriminator: real against 1, fake against 0, means added."""
    ### BEGIN SOLUTION
    real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return real + fake
    ### END SOLUTION


# %% [markdown]
# **Predict:** a discriminator that cannot tell real from fake gives the logit 0 to everything. What
# is the loss?

# %%
no_idea = discriminator_loss(torch.zeros(8, 1), torch.zeros(8, 1)).item()
print(f"cannot tell: {no_idea:.3f}")

# %% [markdown]
# It is $2\ln 2 = 1.386$. In one formula, the two networks want (Goodfellow et al., 2014)
#
# $$\min_G\,\max_D\;\; \mathbb{E}\log D(x) + \mathbb{E}\log\bigl(1 - D(G(z))\bigr)$$
#
# Take a picture that has the density $r$ among the real ones and $f$ among the fakes. There the
# discriminator minimises $-r\log D - f\log(1 - D)$. The derivative, $-r/D + f/(1 - D)$, is 0 at $D
# = r/(r + f)$. If the generator is perfect, $r = f$ everywhere. Then $D = \tfrac12$, the logit is
# 0, and the loss is $2\ln 2$. A loss of the discriminator near 0 means that nearly every fake is
# recognised.
#
# ## Which loss for the generator?
#
# First answer (Goodfellow et al., 2014): the generator minimises what the discriminator maximises,
# $\log(1 - D(G(z)))$. This is the **minimax** loss. The second answer is in the same section of the
# paper: the generator minimises $-\log D(G(z))$, so that its fakes are *called real*. Both losses
# fall when $D(G(z))$ rises. But look at the gradients with respect to the logit. Since $D =
# \sigma(\ell)$ has the slope $D(1 - D)$ (lesson 03),
#
# $$\frac{d}{d\ell}\log(1 - D) = -D, \qquad \frac{d}{d\ell}\bigl(-\log D\bigr) = D - 1$$
#
# **Predict:** at the start every fake is recognised, with a logit of -8. How large is the gradient
# of each of the two losses there?

# %%
logits = torch.linspace(-10, 10, 201, requires_grad=True)
minimax = -F.binary_cross_entropy_with_logits(logits, torch.zeros(201), reduction="none")
wish = F.binary_cross_entropy_with_logits(logits, torch.ones(201), reduction="none")
(minimax_slope,) = torch.autograd.grad(minimax.sum(), logits)
(wish_slope,) = torch.autograd.grad(wish.sum(), logits)
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(logits.detach(), minimax_slope, lw=2, label="minimax, log(1 - D)")
ax.plot(logits.detach(), wish_slope, "--", lw=2, label="non-saturating, -log D")
ax.set(xlabel="logit of a fake", ylabel="gradient", title="Gradients of the two losses")
ax.legend()
fig.tight_layout()
show(fig, alt="At logit -8 the minimax slope is flat zero, the non-saturating slope is minus one.")

# %%
at_8 = minimax_slope[20].item(), wish_slope[20].item()
print(f"slopes at -8: minimax {at_8[0]:.5f}, non-saturating {at_8[1]:.4f}")

# %% [markdown]
# Lesson 03 again: the sigmoid is flat there (it *saturates*), and lets no gradient through. With
# the first loss the generator learns almost nothing at the start. So we use the second loss, the
# **non-saturating** one. (The hinge and Wasserstein losses, further down, are other ways out.)
#
# ### Exercise: the generator's loss ●○○
#
# Given the logits of a batch of fakes, return the mean of $-\log D$: cross-entropy with the target
# 1, *real*.


# %% nbgrader={"grade": false, "grade_id": "generator_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def generator_loss(fake_logits):
    """The non-saturating loss: fakes against 1, mean."""
    ### BEGIN SOLUTION
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
    ### END SOLUTION


# %% [markdown]
# ## One step of the discriminator
#
# The two learn in turns. In the discriminator's step the generator only makes pictures,
# `generator(z)`, and is not changed. Then the five lines of lesson 07 follow, with
# `discriminator_loss` on `discriminator(real)` and `discriminator(fake)`.
#
# > **Trap.** `backward` goes back as far as the graph goes: through the discriminator *into the
# > generator*. In the generator's `.grad` it leaves the gradient of the discriminator's loss, and a
# > step against that would make fakes easier to recognise. If the generator's step does not begin
# > with `zero_grad`, this gradient is added to the generator's own. If it does begin with
# > `zero_grad`, the gradient is thrown away, and only time was lost. So cut the graph:
# > `generator(z).detach()`, or make the fakes inside `torch.no_grad()`. (With the networks for
# > garments below, a step of the discriminator without the cut took 1.3 times as long, on one
# > core.)
#
# ### Exercise: the discriminator's step ●●●
#
# `optimizer` holds the discriminator's weights. Make the fakes from the `z` that you are given,
# without a gradient for the generator. Take one step with `discriminator_loss`, for which you call
# the discriminator twice, and return the loss (computed before the step) as a float. Leave both
# networks in the mode in which they came.


# %% nbgrader={"grade": false, "grade_id": "discriminator_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def discriminator_step(discriminator, generator, real, z, optimizer):
    """One step of the discriminator; its loss, computed before the step, as a float."""
    ### BEGIN SOLUTION
    fake = generator(z).detach()
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown]
# ## Both steps in turn
#
# The generator's step is similar: new noise, `generator_loss` of the discriminator's logits,
# `backward`, and a step of the generator alone. It leaves gradients in the discriminator too; the
# `zero_grad` of the discriminator's next step deletes them. One step of each is called a turn.


# %%
def turn(forger, judge, of_forger, of_judge, dice):
    """A step of the discriminator, then one of the generator; the discriminator's loss."""
    real = gan.ring(128, dice)
    loss = discriminator_step(judge, forger, real, forger.noise(128, dice), of_judge)
    of_forger.zero_grad()
    generator_loss(judge(forger(forger.noise(128, dice)))).backward()
    of_forger.step()
    return loss


# %% [markdown]
# Both networks have two layers of 128 between input and output (*hidden layers*). The generator's
# learning rate is 0.001; the discriminator's is the argument `judge_lr`. ($\beta_1$ is 0.5, less
# momentum than usual, since the other network changes at each turn.)


# %%
def play(turns, judge_lr, seed=0):
    """Trains both on the ring; 1,000 points of the generator at each of twenty moments."""
    torch.manual_seed(seed)
    forger, judge = gan.mlp_gan((2,), width=128, latent=2)
    of_forger = torch.optim.Adam(forger.parameters(), lr=1e-3, betas=(0.5, 0.99))
    of_judge = torch.optim.Adam(judge.parameters(), lr=judge_lr, betas=(0.5, 0.99))
    dice, frames, losses = torch.Generator().manual_seed(seed), {}, []
    for number in watched(range(1, turns + 1), title="turns", loss=lambda _: losses[-1]):
        losses.append(turn(forger, judge, of_forger, of_judge, dice))
        if number % max(1, turns // 20) == 0 or number == turns:
            frames[number] = forger.sample(1000, dice).double().numpy()
    return frames


# %% [markdown]
# One may think that the generator's task is harder. So first we give the discriminator a tenth of
# the generator's learning rate.
#
# **Predict:** 1,000 turns. How many of the eight blobs will the generator's points cover? (A blob
# counts as found if at least 1 % of the points lie in it.)

# %%
collapsed = play(budget(1000), judge_lr=1e-4)
at_end = list(collapsed.values())[-1]
at_once = max(modes_found(points) for points in collapsed.values())
print(f"never more than {at_once} of 8 blobs at once; at the end {modes_found(at_end)}")
film = ring.Film(list(collapsed), list(collapsed.values()), real_points.double().numpy())
ring.explore(film)

# %% [markdown]
# Move the slider of the film: the thousand points huddle together and jump from place to place.
# This is [**mode collapse**](glossary.ipynb#Mode-collapse). The generator finds one place that the
# discriminator calls real, and puts nearly everything there. The discriminator learns that this
# place is fake, and all points move to another place. Nothing in the generator's loss says that it
# should make *different* things.

# %%
moments = list(collapsed)[:: max(1, len(collapsed) // 5)][:5]
fig, panels = plt.subplots(1, len(moments), figsize=(10, 2.5), sharex=True, sharey=True)
for ax, moment in zip(panels, moments, strict=True):
    ax.plot(*real_points.T, ".", ms=1, color="silver")
    ax.plot(*collapsed[moment].T, ".", ms=3)
    ax.set(xlabel="x", ylabel="y", title=f"turn {moment}", aspect="equal")
    ax.set(xlim=(-4, 4), ylim=(-4, 4), xticks=(-2, 2), yticks=(-2, 2))
fig.tight_layout()
show(
    fig, alt="Five moments of the training: the blue points huddle in one place, each time another."
)

# %% [markdown]
# **The ring of eight blobs collapsing to one crowd** is the picture to remember. Often the points
# lie on no blob, on the way to the next. The losses do not show this: look at samples, and count.
#
# ## A faster discriminator
#
# The discriminator learns too slowly: when it has learned that a place is full of fakes, they are
# elsewhere. So let it learn as fast as the generator.
#
# **Predict:** how many of the eight blobs will be found if only the discriminator's rate changes,
# from 0.0001 to 0.001?

# %%
mended = play(budget(1000), judge_lr=1e-3)
found = {number: modes_found(points) for number, points in mended.items()}
spread_out = list(mended.values())[-1]
print("blobs found, turn by turn:", ", ".join(f"{turn}: {n}" for turn, n in found.items()))
print(f"{100 * share_on_ring(spread_out):.0f} % of the points on a blob")

# %%
fig, axes = plt.subplots(1, 2, figsize=(8, 4), sharex=True, sharey=True)
for ax, (name, points) in zip(
    axes, {"collapsed": at_end, "mended": spread_out}.items(), strict=True
):
    ax.plot(*real_points.T, ".", ms=2, color="silver")
    ax.plot(*points.T, ".", ms=3)
    ax.set(xlabel="x", ylabel="y", title=f"{name}: {modes_found(points)} of 8", aspect="equal")
    ax.set(xlim=(-4, 4), ylim=(-4, 4))
fig.tight_layout()
show(fig, alt="Left all points in one place, right points on the ring, through all eight blobs.")

# %% [markdown]
# All eight, though after 1,000 turns many points still lie on the way between two blobs; with more
# turns they move onto the blobs. A discriminator that learns fast gives a low logit wherever there
# are more fakes than real points ($D = p/(p + q)$), so points in a crowd are pushed to places with
# fewer fakes.
#
# On the ring that is enough. For pictures there are more remedies. `learnkit/models/gan.py` has the
# first of these three:
#
# - **R1** (Mescheder et al., 2018) asks the discriminator to be *flat at the real pictures*, by a
#   penalty on its slope there, $\tfrac{\gamma}{2}\,\mathbb{E}\,|\nabla \ell(x)|^2$. Where the fakes
#   are like the real pictures, the discriminator's gradient is then near 0, so the generator stays
#   there.
# - The **hinge loss** (Lim and Ye, 2017) leaves alone what is right by a margin of 1. The
#   discriminator minimises $\mathbb{E}\max(0, 1 - \ell(x)) + \mathbb{E}\max(0, 1 + \ell(G(z)))$.
# - The **Wasserstein loss** (Arjovsky et al., 2017) takes $\ell$ as a score and not as a logit,
#   $\mathbb{E}\,\ell(G(z)) - \mathbb{E}\,\ell(x)$. So that the score is not made better by growing
#   steeper alone, Gulrajani et al. (2017) ask for a slope of about 1: they add
#   $10\,\mathbb{E}\,(|\nabla\ell| - 1)^2$ at points between real and fake pictures.
#
# ## Garments
#
# For pictures both networks become convolutional. The [**DCGAN**](glossary.ipynb#DCGAN)'s rules:
# convolutions with a stride in place of pooling, transposed convolutions (lesson 06) in the
# generator, batch norm, and in the discriminator a leaky ReLU, $\max(x, 0.2x)$, so that negative
# inputs also have a gradient. (Radford's paper has batch norm in both networks. Ours has none in
# the discriminator, because R1 needs a discriminator that looks at each picture by itself.) First
# you train a small one.

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
torch.manual_seed(0)
forger, judge = (machine.place(network) for network in gan.dcgan(width=32, latent=64))
of_forger = torch.optim.Adam(forger.parameters(), lr=1e-3, betas=(0.0, 0.99))
of_judge = torch.optim.Adam(judge.parameters(), lr=1e-3, betas=(0.0, 0.99))
dice = torch.Generator(machine.device).manual_seed(0)

# %%
losses = []
for step in watched(range(budget(200, gpu=3000)), title="GAN", loss=lambda _: losses[-1]):
    batch = garments.take(order(len(garments), 64, step, seed=0))  # 64 shuffled indices
    optimizers = {"g_optimizer": of_forger, "d_optimizer": of_judge}
    losses.append(gan.gan_step(forger, judge, batch, **optimizers, noise=dice))
show_table(losses[-1], heads=["network", "last loss"])

# %% [markdown]
# A discriminator's loss of nearly 1.386 after 200 turns (on a CPU) does not mean that the fakes are
# good. It means that this discriminator cannot tell them apart. The losses say which network is
# ahead, not how good they are.
#
# Yours was trained without R1. The shipped GAN has the same two networks, twice as wide; it was
# trained on all 60,000 garments for 6,000 turns, with R1 at every sixteenth, and its weights are a
# mean over its last thousand turns. Beside it stands lesson 08's VAE. All are measured by the
# Frechet classifier distance of 2,000 garments to 2,000 test garments, which none of them has seen;
# two sets of real garments scored 0.5 in lesson 08.

# %%
classifier = pretrained("classifier").to(machine.device)
unseen = resident(fashion_mnist("test")[0], device=machine.device)
real_garments = unseen.take(torch.arange(2000, 4000))


def seen(images):
    """The 64 features that the classifier sees in each picture."""
    with torch.no_grad():
        parts = [classifier.features(part.float()) for part in images.split(100)]  # small: quicker
    return torch.cat(parts).cpu().double().numpy()


# %% [markdown]
# **Predict:** the VAE's 24 latents scored 20.2. Will the GAN's garments be nearer to real ones?

# %%
forgers = {"yours": forger, "GAN": pretrained("gan"), "VAE": pretrained("vae")}
drawn = {
    name: model.to(machine.device).eval().sample(2000, dice.manual_seed(1)).float()
    for name, model in forgers.items()
}
seen_in_real = seen(real_garments)
far = {name: frechet_of(seen(crowd), seen_in_real) for name, crowd in drawn.items()}
show_table(far, heads=["model", "Frechet distance"], digits=1)

# %%
show_pictures(
    {f"{name}, no. {i}": as_image(drawn[name][i]) for name in drawn for i in range(6)},
    columns=6,
    alt="Six garments each: rags by a brief GAN, sharp ones by the shipped GAN, soft ones by the VAE.",
)
show_table(card("gan")["quality"], title="the shipped GAN's card")

# %% [markdown]
# Sharp edges, seams and straps: the discriminator knows that real garments have them, and a blurred
# picture is easily recognised as fake. (The card's distance is from other random numbers.) They are
# sharp, but not always garments: of these six, drawn on a CPU, four are broken. Are the other two
# copies of training pictures? We put under each the most similar of 10,000 training garments, by
# the squared difference of the pixels.

# %%
shown = drawn["GAN"][:6]
to_copy_from = garments.take(torch.arange(10_000))
nearest = torch.cdist(shown.flatten(1), to_copy_from.flatten(1)).argmin(dim=1)
show_pictures(
    {f"GAN, no. {i}": as_image(shown[i]) for i in range(6)}
    | {f"nearest to no. {i}": as_image(to_copy_from[nearest[i]]) for i in range(6)},
    columns=6,
    alt="Six garments by the GAN and, below, the most similar training garments: some alike, none a copy.",
)

# %% [markdown]
# None is a copy of one of these 10,000 (it was trained on 60,000); the two whole ones, 3 and 5, are
# like theirs in kind and shape. The Frechet distance cannot show this. The Frechet distance cannot
# show whether a network has memorised its training pictures: such a network would score like real
# garments, against the training set and, nearly as well, against test garments. Test garments only
# take its advantage away. So look at the nearest training pictures as well; lesson 14 measures
# this.
#
# A GAN lacks two things that a VAE has: an encoder (so no $z$ for a given picture) and a bound on
# $p(x)$, the probability that the model gives to a picture. And it may leave out some kinds without
# any sign in the loss, as on the ring. So count again.
#
# **Predict:** a tenth of the real garments are sandals, with thin straps. What percentage of the
# GAN's and of the VAE's garments will the classifier call sandals?

# %%
counts = {}
for name, crowd in {"real": real_garments, **drawn}.items():
    with torch.no_grad():
        bets = torch.cat([classifier(part) for part in crowd.split(100)])
    kinds = bets.argmax(dim=1).cpu().numpy()
    counts[name] = np.bincount(kinds, minlength=10)
sandals = {
    name: 100 * count[GARMENTS.index("Sandal")] / count.sum() for name, count in counts.items()
}
show_table(sandals, heads=["garments of", "sandals"], digits=1, unit="%")

# %%
fig, ax = plt.subplots(figsize=(9, 3.2))
for offset, (name, count) in enumerate(counts.items()):
    ax.bar(np.arange(10) + 0.2 * (offset - 1.5), 100 * count / count.sum(), width=0.2, label=name)
ax.set(xlabel="what the classifier takes it for", ylabel="%", title="Which kinds are drawn")
ax.set_xticks(range(10), GARMENTS, rotation=30, ha="right")
ax.legend()
fig.tight_layout()
show(fig, alt="Shares of the ten kinds of garments: real ones, two GANs and a VAE side by side.")

# %% [markdown]
# The shipped GAN draws all ten kinds, each about a tenth of the time. The shipped VAE draws fewer
# sandals: it blurs details such as thin straps. A distance of features, a count of kinds, and your
# own eyes: none of them is enough alone. Lesson 13 tells what else to look at.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. The discriminator's loss is 0.01 after a hundred steps. Is that good news?**
#
# <details><summary>Only for the discriminator</summary>
#
# **Right.** It tells real from generated nearly without error. With the minimax loss the generator
# would now learn nothing. With the non-saturating loss the slope is still about −1 for each fake.
# </details>
# <details><summary>Yes: the GAN has learned.</summary>
#
# **No.** The generator has not: every picture of it is recognised.
# </details>
# <details><summary>Yes, if the generator's loss is small, too</summary>
#
# **No.** Both cannot be small at once: one's success is the other's failure.
# </details>
#
# **2. Why does the generator never see a real picture?**
#
# <details><summary>It does: it is trained on pairs of noise and picture.</summary>
#
# **No.** There are no pairs. It gets noise, and the discriminator's answer.
# </details>
# <details><summary>To save memory</summary>
#
# **No.** A batch of real pictures would take little memory.
# </details>
# <details><summary>It gets a gradient from the discriminator.</summary>
#
# **Right.** It is the gradient of the discriminator's logit with respect to the generator's own
# picture, and says how each pixel should change to look more real.
# </details>
#
# **3. All samples of a GAN look perfect. What do you check before you believe in it?**
#
# <details><summary>Whether the loss is zero</summary>
#
# **No.** The losses of a GAN do not say how good the pictures are.
# </details>
# <details><summary>Whether they are different</summary>
#
# **Right.** Count kinds, or blobs; compare the spread of features. One perfect picture drawn a
# thousand times deceives everybody who looks at single pictures.
# </details>
# <details><summary>Whether the network has enough weights</summary>
#
# **No.** Good pictures are there already. The question is how many kinds.
# </details>
#
# **4. In the discriminator's step the generator's pictures are detached. What happens without
# `detach`?**
#
# <details><summary>The generator's weights get gradients, too.</summary>
#
# **Right.** It costs time, and they point in the wrong direction: they make its pictures easier to
# recognise. If they are not forgotten, they spoil the generator's next step.
# </details>
# <details><summary>The discriminator learns nothing.</summary>
#
# **No.** It learns the same as before.
# </details>
# <details><summary>Nothing: the optimizer knows only the discriminator.</summary>
#
# **No.** The optimizer does not move the generator, but backward leaves gradients in it. They cost
# time, and do harm if the generator's step does not clear them first.
# </details>
#
# **5. What does the discriminator's loss of 1.386 = 2 log 2 say?**
#
# <details><summary>It has learned perfectly.</summary>
#
# **No.** Then its loss would be near 0.
# </details>
# <details><summary>It is right in half of the cases, without error.</summary>
#
# **No.** Then the other half, at logit 0, would cost log 2 each: together 0.693.
# </details>
# <details><summary>It cannot tell the two apart.</summary>
#
# **Right.** A discriminator that gives every picture the probability 1/2 has this loss: each of the
# two means is log 2.
# </details>
#
# ## What you have seen
#
# - The discriminator learns by cross-entropy, 1.386 when it cannot tell. The generator's loss is
#   $-\log D$, since the gradient of the minimax loss vanishes where a fake is recognised.
# - In the discriminator's step the generator's graph is cut.
# - On the ring: with a discriminator ten times slower the generator collapses to one place and
#   jumps; with an equal rate the training brings all eight blobs.
# - A GAN draws sharper than a VAE; only counting shows whether it leaves something out.
#
# **For the course's table** of generators: *DCGAN with R1*: Frechet classifier distance 7.7 on 2,000
# samples (VAE: 20.2). It has no encoder, but a hole can be filled with a generator alone: lesson 11
# searches for the $z$ whose garment fits the known pixels. With this GAN that is worse than with the VAE:
# the course's table has both.
#
# **Read on:** Goodfellow et al., *Generative Adversarial Nets* (NeurIPS 2014), sections 3 and 4;
# Radford, Metz and Chintala, *DCGAN* (ICLR 2016), section 3; Mescheder, Geiger and Nowozin, *Which
# Training Methods for GANs do actually Converge?* (ICML 2018), section 4; Gulrajani et al., *Improved
# Training of Wasserstein GANs* (NeurIPS 2017), section 4. Next: [**10 CNN inpainting**](10_cnn_inpainting.ipynb).
