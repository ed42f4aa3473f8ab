# %% [markdown]
# # 09 GAN synthesis
#
# > What if a second network judges?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 07 and 08 | write both losses of a generative adversarial network, and its step without the usual fault; see a mode collapse, count it and mend it; say what a GAN does better than a VAE, and what worse | 80 min; the cells alone run in about a minute, on a GPU sooner |
#
# Every loss so far compared a picture with *the* right picture, pixel by pixel, and where several
# pictures were right, it painted their mean: lesson 01's ghost, lesson 08's soft garments. An
# invented garment has no right picture. It only has to *look* like a garment. So let a network
# decide whether it does.

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
# ## A forger and a judge
#
# In a [**generative adversarial network**](glossary.ipynb#Generative-adversarial-network) (GAN) two networks play against each other. The [**generator**](glossary.ipynb#Generator) $G$, a forger, makes a picture from random
# numbers $z$. The [**discriminator**](glossary.ipynb#Discriminator) $D$, a judge, sees a picture and gives one number, a logit
# (lesson 03): large means "this one is real". The judge is shown real pictures and forged ones and learns to
# tell them apart; the forger learns to be taken for real. No picture is ever compared with a right one.
#
# To see what happens, we begin with pictures of two pixels: points in a plane. The real ones lie in
# eight small blobs on a ring.

# %%
real_points = gan.ring(1000, torch.Generator().manual_seed(0))
fig, ax = plt.subplots(figsize=(4, 4))
ax.plot(*real_points.T, ".", ms=3)
ax.set(xlabel="x", ylabel="y", title="What the forger should learn to make", aspect="equal")
fig.tight_layout()
show(fig, alt="A thousand points in eight small blobs, evenly spaced on a circle.")

# %% [markdown]
# ### Exercise: the judge's loss ●○○
#
# The judge plays lesson 03's game: cross-entropy with the answer 1 for real ones and 0 for forged
# ones. Two batches, two means, **added**: `F.binary_cross_entropy_with_logits` twice.


# %% nbgrader={"grade": false, "grade_id": "discriminator_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def discriminator_loss(real_logits, fake_logits):
    """Cross-entropy of the judge: real against 1, fake against 0, means added."""
    ### BEGIN SOLUTION
    real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return real + fake
    ### END SOLUTION


# %% [markdown]
# **Predict:** a judge who cannot tell gives logit 0 to everything. What is the loss?

# %%
no_idea = discriminator_loss(torch.zeros(8, 1), torch.zeros(8, 1)).item()
print(f"cannot tell: {no_idea:.3f}")

# %% [markdown]
# $2\ln 2 = 1.386$. That is where a perfect game would end: the forger is so good that the judge has
# to guess. A judge's loss near 0 means that the forger is caught every time.
#
# ## What should the forger wish for?
#
# (In these formulas $D$ stands for the probability, the sigmoid of the judge's logit.) Goodfellow's
# first answer: the opposite of the judge. The judge wants $\log(1 - D(G(z)))$ large, so
# the forger wants it small. This is the **minimax** game. The second answer, in the same section of the
# paper: the forger wants $-\log D(G(z))$ small, that is, *to be called real*. Both want the same thing.
# But look at the gradients with respect to the logit.
#
# **Predict:** at the start every forgery is caught, with a logit of -8. How large is the gradient of each
# of the two losses there?

# %%
logits = torch.linspace(-10, 10, 201, requires_grad=True)
minimax = -F.binary_cross_entropy_with_logits(logits, torch.zeros(201), reduction="none")
wish = F.binary_cross_entropy_with_logits(logits, torch.ones(201), reduction="none")
(minimax_slope,) = torch.autograd.grad(minimax.sum(), logits)
(wish_slope,) = torch.autograd.grad(wish.sum(), logits)
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(logits.detach(), minimax_slope, lw=2, label="minimax, log(1 - D)")
ax.plot(logits.detach(), wish_slope, "--", lw=2, label="non-saturating, -log D")
ax.set(xlabel="logit of a forgery", ylabel="gradient", title="Gradients where the forger is caught")
ax.legend()
fig.tight_layout()
show(fig, alt="At logit -8 the minimax slope is flat zero, the non-saturating slope is minus one.")

# %%
at_8 = minimax_slope[20].item(), wish_slope[20].item()
print(f"slopes at -8: minimax {at_8[0]:.5f}, non-saturating {at_8[1]:.4f}")

# %% [markdown]
# Lesson 03 again: a saturated sigmoid lets no gradient through. With the first loss the forger learns
# nothing at the start, when it has everything to learn. So with this cross-entropy one takes the second
# loss, the **non-saturating** one. (The hinge and Wasserstein games, further down, are other ways out.)
#
# ### Exercise: the forger's loss ●○○
#
# Given the logits of a batch of forgeries, return the mean of $-\log D$: cross-entropy with the answer
# 1, *real*.


# %% nbgrader={"grade": false, "grade_id": "generator_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def generator_loss(fake_logits):
    """The non-saturating loss: fakes against 1, mean."""
    ### BEGIN SOLUTION
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
    ### END SOLUTION


# %% [markdown]
# ## One step of the judge
#
# The two learn in turns. In the judge's turn the forger only delivers: `generator(z)`. Then comes
# lesson 07's step, with `discriminator_loss` on `discriminator(real)` and `discriminator(fake)`.
#
# > **Trap.** `backward` goes back as far as the graph goes: through the judge *into the forger*. In the
# > forger's `.grad` it leaves the gradient of the judge's loss, and a step against that would make forgeries
# > easier to catch. If the forger's turn does not begin with `zero_grad`, this gradient is added to the
# > forger's own; if it does, the time to compute it was wasted. So cut the graph: `generator(z).detach()`,
# > or draw the forgeries inside `torch.no_grad()`. (With the networks for garments below, a judge's turn
# > without the cut took 1.3 times as long, on one core.)
#
# ### Exercise: the judge's turn ●●●
#
# Make the forgeries from the `z` you are given, without a gradient for the generator; one step on the
# judge; return the loss before the step as a float.


# %% nbgrader={"grade": false, "grade_id": "discriminator_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def discriminator_step(discriminator, generator, real, z, optimizer):
    """One step of the judge; its loss before the step."""
    ### BEGIN SOLUTION
    fake = generator(z).detach()
    optimizer.zero_grad()
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


# %% [markdown]
# ## The game
#
# The forger's turn is its mirror image, with one loss more.


# %%
def turn(forger, judge, of_forger, of_judge, dice):
    """One turn of each: first the judge, then the forger; the judge's loss."""
    real = gan.ring(128, dice)
    loss = discriminator_step(judge, forger, real, forger.noise(128, dice), of_judge)
    of_forger.zero_grad()
    generator_loss(judge(forger(forger.noise(128, dice)))).backward()
    of_forger.step()
    return loss


# %% [markdown]
# Both networks have two hidden layers of 128. The forger learns at a rate of 0.001; the judge's rate
# is up to us.


# %%
def play(turns, judge_lr, seed=0):
    """The game on the ring; the forger's points, 1,000 of them, at twenty moments."""
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
# To forge is harder than to judge, one might think, so give the judge a tenth of the forger's rate.
#
# **Predict:** 1,000 turns. How many of the eight blobs will the forger's points cover? (A blob counts
# as found where it holds one point in a hundred.)

# %%
collapsed = play(budget(1000), judge_lr=1e-4)
at_end = list(collapsed.values())[-1]
at_once = max(modes_found(points) for points in collapsed.values())
print(f"never more than {at_once} of 8 blobs at once; at the end {modes_found(at_end)}")
film = ring.Film(list(collapsed), list(collapsed.values()), real_points.double().numpy())
ring.explore(film)

# %% [markdown]
# Scrub through the film: the thousand points huddle together and *hop*. This is [**mode collapse**](glossary.ipynb#Mode-collapse). The
# forger finds one place that the judge believes in, and puts nearly everything there. The judge notices,
# the place is worth nothing any more, and the whole crowd moves on. Nothing in the forger's wish says
# that it should make *different* things.

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
    fig, alt="Five moments of the game: the blue crowd huddles in one place, each time another one."
)

# %% [markdown]
# **The ring of eight blobs collapsing to one crowd** is the picture to remember: often it lies on none of
# them, on its way to the next. No loss says so. You have to look at samples, and count.
#
# ## One number
#
# The judge is always late: by the time it has learned that a place is full of forgeries, they are
# elsewhere. So let it learn as fast as the forger.
#
# **Predict:** a judge's rate of 0.001 in place of 0.0001, and nothing else. How many of the eight?

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
show(
    fig, alt="Left a crowd in one place, right the points along the ring, through all eight blobs."
)

# %% [markdown]
# All eight, though after 1,000 turns many points still lie on the way between two blobs; more turns bring
# them in. On the ring that is enough. For pictures there are more cures, all in `learnkit/models/gan.py`, each
# with its paper. **R1** asks the judge to be *flat at the real pictures*, by a penalty on its slope
# there, $\tfrac{\gamma}{2}\,\mathbb{E}\,|\nabla \ell(x)|^2$ with the logit $\ell$: once the forger has arrived, nothing pushes it away. The hinge
# loss leaves alone what is right by a margin. Wasserstein's game asks for scores in place of
# logits, and holds their slope at 1 between real and forged.
#
# ## Garments
#
# For pictures both networks become convolutional. The [**DCGAN**](glossary.ipynb#DCGAN)'s rules: strides in place of pooling
# (lesson 06's transposed convolution for the forger), batch norm, a leaky ReLU in the judge. (Radford's
# paper has batch norm in both networks. Ours has none in the judge, because R1 needs a judge that looks at
# each picture by itself.) First yours, for a moment.

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
    batch = garments.take(order(len(garments), 64, step, seed=0))
    optimizers = {"g_optimizer": of_forger, "d_optimizer": of_judge}
    losses.append(gan.gan_step(forger, judge, batch, **optimizers, noise=dice))
show_table(losses[-1], heads=["network", "last loss"])

# %% [markdown]
# Nearly 1.386, "cannot tell", after so short a time? The judge is as poor as the forger, no more. The
# losses say who is ahead, not how good they are.
#
# And the shipped one: the same two networks, twice as wide, on all 60,000 garments, with R1, for 6,000
# turns. Beside it lesson 08's VAE. All are judged by the Frechet classifier distance of 2,000 garments to
# 2,000 test garments, which none of them has seen; in lesson 08 other real ones scored 0.5.

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
# Sharp edges, seams and straps: the judge knows that real garments have them, and a soft one is caught at
# once. Sharp, but not always garments: four of these six are broken. Has it copied the whole ones? Put under
# each the most similar of 10,000 training garments, by the squared difference of the pixels.

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
# None is a copy; the two whole ones, 3 and 5, are like theirs in kind and shape. The distance alone could not
# tell: a network that had learned its training pictures by heart would score best of all, if it were compared
# with those. That is why our real crowd are test garments.
#
# The sharpness has a price: a GAN has no likelihood and no encoder. You cannot ask it what a garment costs,
# or where a given one lies; and it could leave kinds out without telling, as on the ring. So count again.
#
# **Predict:** a tenth of the real garments are sandals, thin straps and all. How many of the GAN's are, and of
# the VAE's?

# %%
counts = {}
for name, crowd in {"real": real_garments, **drawn}.items():
    with torch.no_grad():
        bets = torch.cat([classifier(part) for part in crowd.split(100)])
    kinds = bets.argmax(dim=1).cpu().numpy()
    counts[name] = np.bincount(kinds, minlength=10)
sandals = {name: count[5] / 20 for name, count in counts.items()}
show_table(sandals, heads=["crowd", "sandals"], digits=1, unit="%")

# %%
fig, ax = plt.subplots(figsize=(9, 3.2))
for offset, (name, count) in enumerate(counts.items()):
    ax.bar(np.arange(10) + 0.2 * (offset - 1.5), count / 20, width=0.2, label=name)
ax.set(xlabel="what the classifier takes it for", ylabel="%", title="Which kinds are drawn")
ax.set_xticks(range(10), GARMENTS, rotation=30, ha="right")
ax.legend()
fig.tight_layout()
show(fig, alt="Shares of the ten kinds of garments: real ones, two GANs and a VAE side by side.")

# %% [markdown]
# The shipped GAN draws all ten kinds, each about a tenth of the time. It is the VAE that has lost most
# sandals: straps are detail, and detail is what it smooths away. A distance of features, a count of kinds,
# and your own eyes: none of them is enough alone. Lesson 13 tells what else to look at.
#
# ## Quiz
#
# <details><summary>1. The judge's loss is 0.01 after a hundred turns. Good news?</summary>
#
# For the judge. Every forgery is caught, and with the minimax loss the forger would now learn nothing.
# With the non-saturating loss its slope is still near 1 for each logit. But the logit of so sure a judge may
# change abruptly between pictures that are alike, and then its gradient leads astray; R1 keeps it flat near
# the real pictures.
# </details>
# <details><summary>2. Why does the forger never see a real picture?</summary>
#
# It does not need to: all it gets is the gradient of the judge's logit with respect to its own picture, which says
# how each pixel should change to look more real. The judge is its only teacher.
# </details>
# <details><summary>3. All of a GAN's samples look perfect. What do you check before you believe in it?</summary>
#
# Whether they are different: count kinds or blobs, compare the spread of features. One perfect picture
# drawn a thousand times fools every judge of single pictures.
# </details>
#
# ## What you have seen
#
# - The judge learns by cross-entropy, 1.386 when it cannot tell; the forger wishes to be called real, since the
#   gradient of the minimax loss vanishes where it is caught.
# - In the judge's turn the forger's graph is cut.
# - A forger that outruns its judge collapses to one blob and hops; a judge as fast as the forger
#   brings all eight.
# - A GAN draws sharper than a VAE; whether it leaves something out only counting tells.
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
