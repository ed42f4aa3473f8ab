# %% [markdown]
# # 11 VAE inpainting
#
# > Are filling a hole and inventing a picture one and the same task?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 08 and 10 | fill a hole with a network that was never told of holes; train one that draws many answers to one hole; say what an honest draw costs in decibels; test the claim that synthesis and inpainting are one task | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# Lesson 10's network gives one answer to a hole, and the answer is soft: the mean of all that could be there.
# But a hole has many answers. This lesson draws them.

# %%
import inspect
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises import challenge, exercise
from learnkit.fills.linear_mmse import LinearMMSE
from learnkit.holes import draw
from learnkit.holes.batches import random_holes
from learnkit.images.data import fashion_mnist
from learnkit.images.frechet import frechet_of
from learnkit.models.conditional_vae import ConditionalVAE
from learnkit.models.latent_search import latent_search
from learnkit.models.pretrained import pretrained
from learnkit.training.device import budget, choose
from learnkit.training.loop import train
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import posterior
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## A network that was never told of holes
#
# The VAE of lesson 08 turns 24 numbers $z$ into a garment, and most garments that it paints are
# plausible. So here is a way to fill a hole without training anything: **search for the $z$ whose garment agrees
# with the pixels that are known**, and read off what it paints in the hole.

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
test = resident(fashion_mnist("test")[0], device=machine.device).take(torch.arange(500))
right = torch.from_numpy(draw.half((28, 28))).to(machine.device)
hole = right.expand(500, 1, 28, 28)
plain = pretrained("vae").requires_grad_(False).to(machine.device)


def decode(z):
    """Garments (n, 1, 28, 28) in [0, 1] from z (n, 24)."""
    return torch.sigmoid(plain.decode(z))


def score(filled):
    """Decibels in the hole, pooled."""
    return -10 * math.log10((filled - test).square()[hole].mean().item())


# %% [markdown]
# What does "agrees" cost? Let each known pixel be a Gaussian about what is painted, with a spread $\sigma$; and let
# $z$ itself be drawn from $N(0, I)$, as the decoder is used to. The **energy** $E$ is minus the log of their product, but for constants:
#
# $$E(z) = \sum_{\text{known}} \frac{(\text{decode}(z) - x)^2}{2\sigma^2} + \frac{|z|^2}{2}$$
#
# The first term pulls the garment towards the known pixels. The second keeps $z$ where the decoder has been.
# Walk downhill, as in lesson 02; but now the steps are taken by $z$, not by pixels.
#
# ### Exercise: one step of the search ●●○
#
# `z` is `(n, d)`, one row a picture; `image` is `(n, c, h, w)`, `hole` `(n, 1, h, w)` bool, and $c$ may be 3. Sum $E$ over the pictures, so that each row has its own slope and no other's;
# take one plain step down; return a tensor without a graph. Tell `z` first that
# you will ask for its slope (`requires_grad_()`, on a detached copy); `torch.autograd.grad(energy, z)` gives a tuple of one slope.


# %% nbgrader={"grade": false, "grade_id": "latent_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def latent_step(z, decode, image, hole, lr, sigma=0.1):
    """z after one step of descent towards the known pixels."""
    ### BEGIN SOLUTION
    z = z.detach().requires_grad_()
    misfit = (decode(z) - image) ** 2 * ~hole
    energy = misfit.sum() / (2 * sigma**2) + (z**2).sum() / 2
    (slope,) = torch.autograd.grad(energy, z)
    return (z - lr * slope).detach()
    ### END SOLUTION


# %%
z = torch.zeros(4, 24, device=machine.device)
walked = []
while len(walked) < 41:
    walked.append(z)
    z = latent_step(z, decode, test[:4], hole[:4], lr=0.003, sigma=0.3)

# %% [markdown]
# The search starts at $z = 0$, the same fog for all, and sees the left half only. (Sigma is 0.3 here; with 0.1, so long a plain step
# overshoots.)
#
# **Predict:** what will the right half look like after 10 steps, and after 40?

# %%
with torch.no_grad():
    frames = {t: torch.where(hole[:4], decode(walked[t]), test[:4]) for t in (0, 3, 10, 40)}
show_pictures(
    {f"garment {i}, step {t}": as_image(frames[t][i]) for i in (0, 2, 3) for t in frames},
    columns=4,
    alt="Right halves grow out of fog as z walks: a boot, a pair of trousers, more trousers.",
)

# %% [markdown]
# The right half follows the left, though no step has ever looked at it: a decoder that has only ever painted whole garments
# cannot paint half of one.
#
# One start may end in the wrong valley. The library's `latent_search` begins each picture at the best of 4,096 random
# draws, and lets Adam choose the steps, for all pictures at once.
#
# **Predict:** the linear fill of lesson 10 is the best weighted sum of the known pixels. Does the search
# beat it?

# %%
linear = LinearMMSE(fashion_mnist("train")[0])
halves = linear.batch(test[:, 0].cpu().numpy(), hole[:, 0].cpu().numpy())
searched = latent_search(
    decode, test, hole, 24, generator=torch.Generator(machine.device).manual_seed(0)
)
scores = {
    "linear fill": score(torch.from_numpy(halves)[:, None].to(test)),
    "latent search": score(searched),
}
show_table(scores, unit="dB")

# %% [markdown]
# It is level, or a hair ahead, with a network that learned nothing about filling. (The VAE has seen 60,000 garments, this linear fill
# 10,000. Given all of them the linear fill has 15.82 dB in the course's table; the search, which depends on its draws, 15.76 there: level.) But it is
# one answer again, and a search for each picture. Let us train a network that knows about holes, and that *draws*.
#
# ## The conditional VAE
#
# Two Gaussians over $z$ now. The **prior** $p(z \mid \text{known})$ sees the cut picture: what may the rest be? The
# **encoder** $q(z \mid x)$ sees the whole picture, in training only: what was it? The decoder paints from $z$ and from
# what is known. The loss is lesson 08's, with two changes:
#
# $$\underbrace{\mathrm{BCE}\ \text{summed over the hole}}_{\text{a good fill}} \;+\;
# \underbrace{\mathrm{KL}\big(q(z \mid x)\,\|\,p(z \mid \text{known})\big)}_{\text{how much the prior was surprised}}$$
#
# Known pixels cost nothing, since nobody has to guess them. And the cloud is compared to what could be *expected*, not to $N(0, I)$. For two
# Gaussians, feature by feature, and derived as in lesson 08 (over $q$ the mean of $(z - \mu_p)^2$ is $\sigma_q^2 + (\mu_q - \mu_p)^2$),
#
# $$\mathrm{KL}(q\,\|\,p) = \tfrac12\left(\log\sigma_p^2 - \log\sigma_q^2 + \frac{\sigma_q^2 + (\mu_q - \mu_p)^2}{\sigma_p^2} - 1\right)$$
#
# ### Exercise: what a hole costs ●●●
#
# `logits` and `images` are `(n, c, h, w)`, `hole` is `(n, 1, h, w)` bool, the clouds `(n, d)`. BCE with logits, summed over the hole pixels of a picture; plus KL summed over its latents; mean over the pictures.


# %% nbgrader={"grade": false, "grade_id": "masked_negative_elbo", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def masked_negative_elbo(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """The mean cost of a hole in nats."""
    ### BEGIN SOLUTION
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    fill = (bce * hole).flatten(1).sum(dim=1)
    surprise = (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp()
    kl = 0.5 * (p_log_var - q_log_var + surprise - 1).sum(dim=1)
    return (fill + kl).mean()
    ### END SOLUTION


# %% [markdown]
# > **Trap.** KL is no distance: $\mathrm{KL}(q\|p) \ne \mathrm{KL}(p\|q)$. With $q = N(0, 1)$ and $p = N(0, 4)$ the one is
# > 0.32 nats and the other 0.81. The encoder comes first: $\mathrm{KL}(q\|p)$ is large where the truth was a surprise to the prior.
#
# Each picture of each batch gets a hole of its own, small or large (`wide`): boxes from a tenth of a side up, halves, single pixels, strokes, and
# now and then *everything*.
#
# The library's `ConditionalVAE` is all this in one network. `features` turns a picture and its hole into a row of numbers, by two linear layers. `prior_of` reads
# the prior off the features of the cut picture, and `forward` adds the encoder, which sees the whole one, and the decoder. (`gaussian` splits
# a row of numbers into mean and log-variance, and bounds the latter as in lesson 08.)

# %%
for part in (ConditionalVAE.features, ConditionalVAE.prior_of, ConditionalVAE.forward):
    print(inspect.getsource(part))

# %%
dice = torch.Generator(machine.device).manual_seed(0)
kinds = {"box": 40, "half": 24, "scatter": 24, "strokes": 24, "everything": 16}  # of 128


def cost(model, images):
    """Your loss, on holes drawn anew."""
    where = random_holes(kinds, 28, 28, dice, wide=True)
    noise = torch.randn(len(images), model.latent, generator=dice, device=images.device)
    logits, *clouds = model(images, where, noise)
    return masked_negative_elbo(logits.float(), images, where, *(c.float() for c in clouds))


# %%
torch.manual_seed(0)
young = ConditionalVAE(width=128, latent=16)
steps = budget(600, gpu=6000)
training = train(young, cost, garments, steps=steps, batch_size=128, lr=2e-3)
nats = [step.loss for step in watched(training, steps, title="conditional VAE", curve=True)]
print(f"{np.mean(nats[:5]):.0f} nats a hole at first, {np.mean(nats[-20:]):.0f} at the end")

# %% [markdown]
# ## Many answers
#
# Drawing a fill: look at the known pixels, draw $z$ from the prior, decode, keep what is known. Draw again for another
# answer.
#
# ### Exercise: draw fills ●●●
#
# `image` is `(n, c, h, w)`, `hole` `(n, 1, h, w)` bool. First set the hole's pixels to 0: that is `cut`. Then call
# `encode(cut, hole)` *once*, for the whole batch and all fills; it gives `(mean, log_var)`, each `(n, d)`. `decode(z)` gives
# pictures in [0, 1]. Return `(count, n, c, h, w)`, a fresh $z$ for every fill of every picture, known pixels kept. Draw with
# `torch.randn(mean.shape, generator=generator, device=mean.device)`.


# %% nbgrader={"grade": false, "grade_id": "sample_fills", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def sample_fills(encode, decode, image, hole, count, generator):
    """Several fills of each picture, (count, n, c, h, w)."""
    ### BEGIN SOLUTION
    mean, log_var = encode(torch.where(hole, torch.zeros_like(image), image), hole)
    drawn = []
    for _ in range(count):
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        drawn.append(torch.where(hole, decode(mean + torch.exp(log_var / 2) * noise), image))
    return torch.stack(drawn)
    ### END SOLUTION


# %% [markdown]
# The shipped conditional VAE is larger than yours, and was trained in the same way on 60,000 garments, for 16,000 steps. Its decoder
# looks at the known pixels as well as at $z$. So the cell below hands them over as further columns of the
# mean, with a variance of 0: your function draws them without noise. (`fills_of` asks for one fill at a time, so that
# the numbers below are the same in whatever order your function draws.)

# %%
model = pretrained("conditional_vae").to(machine.device)


# %%
def expect(cut, hole):
    """Mean and log variance of z, and behind them the features of the known, with a variance of 0."""
    context, mean, log_var = model.prior_of(cut, hole.bool())
    certain = torch.full_like(context, -math.inf)  # the logarithm of 0
    return torch.cat([mean, context], dim=1), torch.cat([log_var, certain], dim=1)


def paint(z):
    """Garments from z and the features of the known: this decoder takes both."""
    return torch.sigmoid(model.decode(z[:, : model.latent], z[:, model.latent :]))


# %%
def fills_of(image, where, count, seed=0):
    """`count` fills of each picture by your function."""
    with torch.no_grad():
        dice = torch.Generator(machine.device).manual_seed(seed)
        return torch.cat([sample_fills(expect, paint, image, where, 1, dice) for _ in range(count)])


# %% [markdown]
# **Predict:** eight fills of one hole. In what will they differ, and what does their *mean* look like? (The boot
# below was chosen, because its fills differ so clearly; many others differ less.)

# %%
one = 493
eight = fills_of(test[one : one + 1], hole[one : one + 1], 8)[:, 0]
show_pictures(
    {"known": as_image(torch.where(hole[one], 0.5, test[one]))}
    | {f"fill {i}": as_image(eight[i]) for i in range(8)}
    | {"their mean": as_image(eight.mean(dim=0))},
    columns=5,
    alt="Eight right halves for one left half, each a little different, and their mean, blurred.",
)

# %% [markdown]
# **Eight fills of one hole, and their mean, a blur like lesson 10's.** Heels high and low, leather light and dark, some of them good boots and some
# not. The mean has all their heels at once, and none clearly.
#
# ## What honesty costs
#
# Which is better, a draw or the mean? By squared error, the mean, and there is a law. Suppose a sampler is *perfect*: it
# draws from exactly the distribution that the truth came from. Then truth and draw are two independent draws from one cloud. Each is
# as far from the mean as the other, and the squared distance between the two is the sum: **twice the mean's error**, 3.01 dB.
#
# We can check it where the perfect sampler is known: for a Gaussian. Suppose garments were drawn from $N(m, C)$, with lesson 10's $m$ and $C$,
# and look at the left half $k$ of one. The error $u - \hat u$ of the linear fill is not correlated with $k$ (lesson 10), and for Gaussians that means
# independent: it is distributed in the same way whatever $k$ is, with the covariance $C_{uu} - C_{uk} C_{kk}^{-1} C_{ku}$. So, given $k$, the right half $u$ is
# Gaussian with this covariance, and its mean is the linear fill. We can draw the truth and the perfect samples from that. Subtract the mean from
# all of them: the errors stay the same.

# %%
u, k = right.flatten().cpu().numpy(), ~right.flatten().cpu().numpy()
C = linear.covariance + 1e-3 * np.eye(784)  # as in lesson 10: pixels that never vary have no root
told = C[np.ix_(u, k)] @ np.linalg.solve(C[np.ix_(k, k)], C[np.ix_(k, u)])
root = np.linalg.cholesky(C[np.ix_(u, u)] - told)  # of what the left half leaves open
noise = np.random.default_rng(0).standard_normal((17, 392, 2000))
truth, *draws = root @ noise  # 2,000 columns each, less their mean, the linear fill


def worse(count):
    """By how many dB the mean of some draws misses the truth more than the linear fill does."""
    missed = np.mean((np.mean(draws[:count], axis=0) - truth) ** 2)
    return 10 * np.log10(missed / np.mean(truth**2))


law = {count: worse(count) for count in (1, 2, 4, 16)}

# %% [markdown]
# **Predict:** a perfect draw should be 3.01 dB worse than the mean. How much of that does the mean of two
# draws win back?

# %%
show_table(law, heads=["draws averaged", "worse than the mean"], unit="dB")

# %% [markdown]
# One draw costs 3.01 dB (2.98 on 2,000 draws); the mean of $K$ draws has $(1 + 1/K)$ times the mean's error, so two win back $10\log_{10}(4/3) = 1.25$ dB of it, and sixteen
# nearly all: $10\log_{10}\frac{2K}{K+1}$.
#
# This is why a table by PSNR alone is unjust to whoever draws: **a perfect sampler loses by 3 dB to a blur**. It also makes a test: a
# sampler whose mean of 16 gains clearly less than 2.75 dB over one draw is not perfect. (Gaining as much proves nothing by itself: garments drawn
# without a look at the left half gain nearly as much.)
#
# **Predict:** how much will the conditional VAE gain?

# %%
sixteen = fills_of(test, hole, 16)
ks = (1, 2, 4, 8, 16)
gained = [score(sixteen[:k].mean(dim=0)) for k in ks]
show_table(dict(zip(ks, gained, strict=True)), heads=["fills averaged", "PSNR"], unit="dB")
of_yours = score(young.eval().fill(test, hole, dice, count=16))
print(f"and yours, after its few seconds: {of_yours:.2f} dB by the mean of 16")

# %%
fig, ax = plt.subplots(figsize=(7.5, 3.6))
ax.plot(ks, [dB - gained[0] for dB in gained], "o-", label="conditional VAE")
ax.plot(ks, [10 * math.log10(2 * k / (k + 1)) for k in ks], "--", label="a perfect sampler")
ax.set(xlabel="fills averaged", ylabel="gain, dB", title="What averaging wins back")
ax.legend()
fig.tight_layout()
show(
    fig,
    alt="Two curves that rise and flatten: the perfect sampler's to 2.75 dB, the VAE's to a third of that.",
)


# %% [markdown]
# It gains 0.9 dB, a third of what a perfect sampler would: its draws differ too little. Part of what it does not know it paints as
# blur in every fill, and only the rest goes into $z$. A decoder whose loss scores each pixel by itself tends to that; lesson 12
# has another sampler.
#
# ## One task?
#
# The course's thread is a claim: *filling a hole is inventing the missing part of a picture.* If that is true, one set of weights
# must do both. Open the hole: from a fifth of the pixels, where there is nearly one answer, to all of them, where nothing is known and filling **is** synthesis.


# %%
def grown(share):
    """A box in the middle that covers this share of the picture."""
    side = round(28 * math.sqrt(share))
    box = np.zeros((28, 28), bool)
    start = (28 - side) // 2
    box[start : start + side, start : start + side] = True
    return torch.from_numpy(box).to(machine.device)


# %% [markdown]
# **Predict:** as the hole grows, when do the four fills of one boot stop being boots?

# %%
opened = {}
for share in (0.2, 0.5, 0.8, 1.0):
    where = grown(share).expand(1, 1, 28, 28)
    opened[share] = fills_of(test[:1], where, 4, seed=3)[:, 0]
show_pictures(
    {f"{share:.0%}, no. {i}": as_image(opened[share][i]) for share in opened for i in range(4)},
    columns=4,
    alt="Four boots from a small hole; with all pixels missing, four different garments.",
)

# %% [markdown]
# Half of the picture may be missing, and all four are boots; at 80 % three are still shoes, and the other could as well be a bag. At 100 % it has nothing to go by, and invents. Is it as good at that as a network that does nothing else? The judge is lesson 08's:
# the Frechet classifier distance, which the plain VAE had at 20.2 on 2,000 samples.
#
# **Predict:** better or worse than 20.2?

# %%
judge = pretrained("classifier").to(machine.device)


def seen_in(images):
    """The classifier's 64 features of each picture."""
    with torch.no_grad():
        parts = [judge.features(part.float()) for part in images.split(100)]
    return torch.cat(parts).cpu().double().numpy()


others = resident(fashion_mnist("test")[0], device=machine.device).take(torch.arange(2000, 4000))
real = seen_in(others)  # test garments, which no network has seen
generator = torch.Generator(machine.device)
of_one_model = frechet_of(seen_in(model.sample(2000, generator.manual_seed(1))), real)
of_plain = frechet_of(seen_in(plain.sample(2000, generator.manual_seed(1))), real)
print(f"conditional VAE at a hole of 100 %: {of_one_model:.1f}; plain VAE: {of_plain:.1f}")

# %% [markdown]
# Nearly level: 20.8 against 20.2 on these draws (on four others it was one to two behind), with one set of weights of half the size, and the same weights fill the right half (the mean of sixteen fills is
# above the linear fill). So **one set of weights can do both: here synthesis is inpainting with a hole of 100 %.** Note what this shows, and what
# it does not. In training one hole in seven covered everything, so this network was taught to invent. A harder test is to fill with a
# network that is not told of the hole. The search at the beginning did that with the plain VAE; lesson 12 does it with draws.
#
# Open the hole yourself. The second slider, the *temperature*, multiplies the standard deviation of $z$: with 0 every fill is
# made from the mean, above 1 the draws come from further out than the model expects.
#
# **Predict:** with temperature 0, what do the eight fills of a 100 % hole look like?


# %%
def at_share(share, temperature):
    """Eight fills of the boot, and the boot with its hole, for the widget."""
    where = grown(share).expand(1, 1, 28, 28)
    draws = torch.Generator(machine.device).manual_seed(0)
    drawn = model.fills(test[:1], where, 8, draws, temperature=temperature)
    cut = torch.where(where, 0, test[:1])
    return drawn[:, 0, 0].cpu().numpy(), cut[0, 0].cpu().numpy()


posterior.explore(at_share)

# %% [markdown]
# All alike: without noise $z$ is the prior's mean each time, and decodes to one and the same pullover.
#
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `fill(image, hole)` is the challenge of lesson 10. A mean of several draws scores more than one:
# how many can you afford within a minute? Below stands one draw of the conditional VAE.


# %%
@challenge
def fill(image, hole):
    """The whole pictures, (n, 1, 28, 28), their holes filled; scored in the holes."""
    network = pretrained("conditional_vae")
    return network.fills(image, hole, 1, torch.Generator().manual_seed(0))[0]


# %% [markdown]
# ## Quiz
#
# <details><summary>1. Why does the encoder q see the whole picture, and is it used when a hole is filled?</summary>
#
# In training it tells the decoder which of the many answers was the true one, so that the decoder need not paint their mean. In use there is no
# truth to see: z comes from the prior p, which was taught to expect what q found.
# </details>
# <details><summary>2. Method A has 16.1 dB in the hole, method B 13.4 dB, and B's fills look sharp. Which is better?</summary>
#
# You cannot say. A perfect sampler is 3.01 dB below the mean, so B may be nearly perfect and A its blur. Average 16 of B's fills: if they gain about
# 2.75 dB *and so reach A's 16.1 dB*, it may well be. The gain alone proves nothing.
# </details>
# <details><summary>3. In the search, what happens without the term |z|²/2?</summary>
#
# z goes wherever the known pixels fit a little better, far from where the decoder has ever been. In one trial |z| grew from 2.8 to 20.6: the known
# pixels gained half a decibel, and the hole lost 0.7.
# </details>
#
# ## What you have seen
#
# - A plain VAE fills holes by a search for the z that agrees with the known pixels.
# - A conditional VAE learns what to expect of the rest, and draws it: many answers, each plausible, and their mean is the blur.
# - A perfect draw has twice the mean's squared error: 3.01 dB. So PSNR prefers a blur.
# - A hole of 100 % is synthesis; one network that was trained on both fills and invents.
#
# **For the course's table** of fills: *latent search*, *conditional VAE, one draw* and *mean of 16*; `learnkit benchmark` prints them.
#
# **Read on:** Sohn, Lee and Yan, *Learning Structured Output Representation using Deep Conditional Generative Models* (NeurIPS 2015), section 4; Ivanov,
# Figurnov and Vetrov, *Variational Autoencoder with Arbitrary Conditioning* (ICLR 2019), section 3; Blau and Michaeli, *The
# Perception-Distortion Tradeoff* (CVPR 2018), section 3. Next: [**12 Diffusion**](12_diffusion.ipynb).
