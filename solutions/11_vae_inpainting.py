# %% [markdown]
# # 11 VAE inpainting
#
# > Are filling a hole and inventing a picture one and the same task?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 08 and 10 | fill a hole with a VAE that was trained on whole pictures only; train a network that draws several different fills of one hole; compute how many decibels a random draw loses against the mean; test whether one network can do synthesis and inpainting | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# Lesson 10's network gives one fill for each hole, and it is blurred: it is the mean of all
# possible fills. But a hole has many possible fills. In this lesson we draw some of them at random.

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
# ## A network that was trained on whole pictures
#
# The VAE of lesson 08 turns 24 numbers $z$ into a garment, and most garments that it paints are
# plausible. So here is a way to fill a hole without training anything: **search for the $z$ whose
# garment agrees with the pixels that are known**, and take its pixels in the hole as the fill.

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
    """Decibels, from one mean over the hole pixels of all pictures (pooled)."""
    return -10 * math.log10((filled - test).square()[hole].mean().item())


# %% [markdown]
# How do we measure how well $z$ agrees? Assume that each known pixel is the decoded pixel plus
# Gaussian noise of standard deviation $\sigma$, and that $z$ is drawn from $N(0, I)$, as in the
# training of the VAE. The **energy** $E$ is minus the logarithm of the product of these two
# densities, without the constants:
#
# $$E(z) = \sum_{\text{known}} \frac{(\text{decode}(z) - x)^2}{2\sigma^2} + \frac{|z|^2}{2}$$
#
# The first term pulls the garment towards the known pixels. The second keeps $z$ in the region that
# the decoder was trained on. By Bayes' rule, $p(z \mid \text{known}) = p(\text{known} \mid z)\,p(z)
# / p(\text{known})$; the last factor does not depend on $z$, so $E$ is $-\log p(z \mid
# \text{known})$ up to a constant, so its minimum is the most probable $z$, the maximum a posteriori
# (MAP) estimate. Find it by gradient descent, as in lesson 02. Now the variable is $z$, not the
# pixels.
#
# ### Exercise: one step of the search ●●○
#
# `z` is `(n, d)`, one row for each picture; `image` is `(n, c, h, w)`, `hole` `(n, 1, h, w)` bool,
# and $c$ may be 3. `decode(z)` gives pictures `(n, c, h, w)` in [0, 1]. Sum $E$ over the pictures
# (no mean): then the gradient of each row of `z` depends on its own picture only. First make a copy
# of `z` that records gradients, by `detach()` and `requires_grad_()`; `torch.autograd.grad(energy,
# z)` returns a tuple with one gradient. Return the new `z`, `z - lr * gradient`, detached
# (`requires_grad` is False).


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
# The search starts at $z = 0$, where all pictures are the same blurred garment, and it uses the
# left half only. (Sigma is 0.3 here. With 0.1 the gradient of the first term is nine times as
# large, and with this learning rate the steps overshoot.)
#
# **Predict:** what will the right half look like after 10 steps, and after 40?

# %%
with torch.no_grad():
    frames = {t: torch.where(hole[:4], decode(walked[t]), test[:4]) for t in (0, 3, 10, 40)}
show_pictures(
    {f"garment {i}, step {t}": as_image(frames[t][i]) for i in (0, 2, 3) for t in frames},
    columns=4,
    alt="Right halves get sharper from step to step of the search: a boot, a pair of trousers, more trousers.",
)

# %% [markdown]
# The right half follows the left, though no step has looked at it. The decoder was trained on whole
# garments only, so a $z$ that gives the right left half also gives a plausible other half.
#
# From one starting point the search may end in a poor local minimum. The library's `latent_search`
# begins each picture at the best of 4,096 random draws of $z$, and takes its steps by Adam, for all
# pictures at once.
#
# **Predict:** the linear fill of lesson 10 is the best weighted sum of the known pixels. Is the
# search better?

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
# It is level, or a hair ahead, although its network was never trained to fill holes. (The VAE has
# seen 60,000 garments, this linear fill 10,000. Given all of them the linear fill has 15.82 dB in
# the course's table; the search, which depends on its draws, 15.76 there: level.) But the search
# again gives one fill only, and it has to be repeated for each picture. Now we train a network on
# holes, one that *draws* fills.
#
# ## The conditional VAE
#
# The conditional VAE has two Gaussian distributions of $z$, both given by networks. The **prior**
# $p_\theta(z \mid \text{cut})$ (papers: conditional prior; $\theta$ are the networks' weights, so
# $p$ is learned) sees the cut picture and says which $z$ are possible for the missing part. The
# **encoder** $q(z \mid x)$ sees the whole picture, in training only, and says which $z$ belong to
# the true missing part. The decoder paints from $z$ and from what is known. The loss is lesson
# 08's, with two changes:
#
# $$\underbrace{\mathrm{BCE}\ \text{summed over the hole}}_{\text{a good fill}} \;+\;
# \underbrace{\mathrm{KL}\big(q(z \mid x)\,\|\,p_\theta(z \mid \text{cut})\big)}_{\text{how far } q
# \text{ is from the prior}}$$
#
# Known pixels are not in the loss, because they need not be predicted. And $q$ is compared with the
# prior of this hole, not with $N(0, I)$. As in lesson 08 the mean of this sum over the draws of $z$
# is never below $-\log p(\text{hole} \mid \text{known})$: in that derivation only $p(z)$ is
# replaced by $p_\theta(z \mid \text{cut})$. For two Gaussians, latent by latent, and derived as in
# lesson 08 (over $q$ the mean of $(z - \mu_p)^2$ is $\sigma_q^2 + (\mu_q - \mu_p)^2$),
#
# $$\mathrm{KL}(q\,\|\,p) = \tfrac12\left(\log\sigma_p^2 - \log\sigma_q^2 + \frac{\sigma_q^2 + (\mu_q - \mu_p)^2}{\sigma_p^2} - 1\right)$$
#
# ### Exercise: what a hole costs ●●●
#
# `logits` and `images` are `(n, c, h, w)`, `hole` is `(n, 1, h, w)` bool; `q_mean`, `q_log_var`,
# `p_mean` and `p_log_var` are `(n, d)`. For each picture take the sum of the BCE (with logits) over
# the hole pixels and all channels, plus the KL summed over the `d` latent numbers. Return the mean
# over the pictures, one number. A picture without a hole costs its KL only.


# %% nbgrader={"grade": false, "grade_id": "masked_negative_elbo", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def masked_negative_elbo(logits, images, hole, q_mean, q_log_var, p_mean, p_log_var):
    """The mean over the pictures of BCE in the hole plus KL(q || p), in nats: one number."""
    ### BEGIN SOLUTION
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    fill = (bce * hole).flatten(1).sum(dim=1)
    surprise = (q_log_var.exp() + (q_mean - p_mean) ** 2) / p_log_var.exp()
    kl = 0.5 * (p_log_var - q_log_var + surprise - 1).sum(dim=1)
    return (fill + kl).mean()
    ### END SOLUTION


# %% [markdown]
# > **Trap.** KL is no distance: $\mathrm{KL}(q\|p) \ne \mathrm{KL}(p\|q)$. With $q = N(0, 1)$ and
# > $p = N(0, 4)$, $\mathrm{KL}(q\|p)$ is 0.32 nats and $\mathrm{KL}(p\|q)$ is 0.81. Here the
# > encoder's $q$ comes first: the KL is large where the prior gives a low probability to the $z$ of
# > the true picture.
#
# Each picture of each batch gets a hole of its own, small or large (`wide`): boxes from a tenth to
# nine tenths of a side, halves, single pixels, strokes, and now and then *everything*.
#
# The library's `ConditionalVAE` has prior, encoder and decoder in one class:
#
# ```text
# training:  cut picture   -> features -> prior p
#            whole picture -> features -> encoder q -> z -> decoder -> picture
# filling:   cut picture   -> features -> prior p   -> z -> decoder -> picture
# ```
#
# Encoder and decoder also get the features of the cut picture. `features` turns a picture and its
# hole into a row of numbers, by linear layers. `prior_of` computes the prior from the features of
# the cut picture, and `forward` adds the encoder, which sees the whole picture, and the decoder.
# (`gaussian` splits a row of numbers into mean and log-variance, and bounds the latter as in lesson
# 08.)

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
# ## Many fills of one hole
#
# To draw a fill, compute the prior from the known pixels, draw $z$ from it, decode, and keep what
# is known. Draw another $z$ for another fill.
#
# ### Exercise: draw fills ●●●
#
# `image` is `(n, c, h, w)`, `hole` `(n, 1, h, w)` bool. First set the hole's pixels to 0: that is
# `cut`. Then call `encode(cut, hole)` *once*, for the whole batch and all fills; it gives `(mean,
# log_var)`, each `(n, d)`. Draw a fresh $z = \mu + e^{\log\sigma^2/2}\,\varepsilon$ for every fill
# of every picture, as lesson 08's `reparameterize`. `decode(z)` takes `(n, d)` and gives pictures
# `(n, c, h, w)` in [0, 1]. Return all fills, `(count, n, c, h, w)`, with the known pixels kept.
# Draw with `torch.randn(mean.shape, generator=generator, device=mean.device)`.


# %% nbgrader={"grade": false, "grade_id": "sample_fills", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def sample_fills(encode, decode, image, hole, count, generator):
    """`count` random fills of each picture, (count, n, c, h, w)."""
    ### BEGIN SOLUTION
    mean, log_var = encode(torch.where(hole, torch.zeros_like(image), image), hole)
    drawn = []
    for _ in range(count):
        noise = torch.randn(mean.shape, generator=generator, device=mean.device)
        drawn.append(torch.where(hole, decode(mean + torch.exp(log_var / 2) * noise), image))
    return torch.stack(drawn)
    ### END SOLUTION


# %% [markdown]
# The shipped conditional VAE is larger than yours, and was trained in the same way on 60,000
# garments, for 16,000 steps. Its decoder gets the features of the known pixels as well as $z$. So
# the cell below appends these features to the mean, with a variance of 0: your function then passes
# them on unchanged. (`fills_of` asks for one fill at a time, so that the numbers below are the same
# in whatever order your function draws.)

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
# **Predict:** we draw eight fills of one hole. What will differ between them, and what does their
# *mean* look like? (The boot below was chosen, because its fills differ so clearly; many others
# differ less.)

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
# **Eight fills of one hole, and their mean, which is blurred like lesson 10's fill.** The heels are
# high or low and the leather is light or dark; not all of the fills look like good boots. In their
# mean all the heels overlap, so none is sharp.
#
# ## What a random draw costs in decibels
#
# Which has the smaller squared error, one draw or the mean of all draws? The mean, and we can say
# by how much. A *sampler* is a method that gives a random fill. Suppose it is *perfect*: it draws
# from exactly the distribution that the truth came from. Then the truth $x$ and the draw $y$ are
# two independent draws from one distribution with the mean $\mu$. The mean of $|x - y|^2$ is the
# mean of $|x - \mu|^2$ plus that of $|y - \mu|^2$ (the mixed term is 0, because the two are
# independent), and these two are equal. So a draw has **twice the error of the mean of all possible
# fills**, 3.01 dB.
#
# We can check it where the perfect sampler is known: for a Gaussian. Suppose garments were drawn
# from $N(m, C)$, with lesson 10's $m$ and $C$, and look at the left half $k$ of one. The error $u -
# \hat u$ of the linear fill is not correlated with $k$ (lesson 10), and for Gaussians that means
# independent (given; Bishop 2006, section 2.3.1): it is distributed in the same way whatever $k$
# is. Its covariance, with $\hat u = A k$ up to a constant and $A = C_{uk} C_{kk}^{-1}$, is $S =
# C_{uu} - A\,C_{ku} - C_{uk} A^{\mathsf T} + A\,C_{kk} A^{\mathsf T} = C_{uu} - C_{uk} C_{kk}^{-1}
# C_{ku}$, because the last two terms cancel. So, given $k$, the right half $u$ is Gaussian with the
# covariance $S$, and its mean is the linear fill. We draw the truth and the perfect samples from
# this Gaussian: if $L L^{\mathsf T} = S$ (Cholesky) and $\varepsilon \sim N(0, I)$, then
# $L\varepsilon$ has the covariance $S$. The cell below leaves out the linear fill, which they all
# have in common and which changes no difference between them.

# %%
u, k = right.flatten().cpu().numpy(), ~right.flatten().cpu().numpy()
C = linear.covariance + 1e-3 * np.eye(784)  # lesson 10's jitter, for pixels that never vary
told = C[np.ix_(u, k)] @ np.linalg.solve(C[np.ix_(k, k)], C[np.ix_(k, u)])
root = np.linalg.cholesky(C[np.ix_(u, u)] - told)  # L of L Lᵀ = S
noise = np.random.default_rng(0).standard_normal((17, 392, 2000))
truth, *draws = root @ noise  # 2,000 draws each, without the linear fill


def worse(count):
    """By how many dB the mean of some draws misses the truth more than the linear fill does."""
    missed = np.mean((np.mean(draws[:count], axis=0) - truth) ** 2)
    return 10 * np.log10(missed / np.mean(truth**2))


law = {count: worse(count) for count in (1, 2, 4, 16)}

# %% [markdown]
# **Predict:** a perfect draw should be 3.01 dB worse than the mean. How many of these decibels does
# the mean of two draws win back?

# %%
show_table(law, heads=["draws averaged", "worse than the mean"], unit="dB")

# %% [markdown]
# One draw costs 3.01 dB (2.98 on 2,000 draws). The mean of $K$ draws has $1 + 1/K$ times the error
# of the mean, because the variance of a mean of $K$ independent draws is $1/K$ of theirs. So
# averaging $K$ draws gains $10\log_{10}\frac{2K}{K+1}$ over one draw: 1.25 dB for two and 2.75 dB
# for sixteen.
#
# So a comparison by PSNR alone is unfair to samplers: **a perfect sampler is 3 dB worse than the
# blurred mean**. The gain is also a test: a sampler whose mean of 16 gains clearly less than 2.75
# dB over one draw is not perfect. (The opposite does not hold: a sampler that ignores the left half
# gains as much, for truth and draw are again two independent draws of one distribution. And it is
# poor.)
#
# **Predict:** how much will the conditional VAE gain?

# %%
sixteen = fills_of(test, hole, 16)
ks = (1, 2, 4, 8, 16)
gained = [score(sixteen[:k].mean(dim=0)) for k in ks]
show_table(dict(zip(ks, gained, strict=True)), heads=["fills averaged", "PSNR"], unit="dB")
of_yours = score(young.eval().fill(test, hole, dice, count=16))
print(f"your network, trained briefly: {of_yours:.2f} dB (mean of 16)")

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
# It gains 0.9 dB, a third of what a perfect sampler would: its draws differ too little. A part of
# the uncertainty is painted as blur in every fill; only the other part depends on $z$. This is
# typical of a decoder whose loss treats each pixel separately. Lesson 12 has a different sampler.
#
# ## One task?
#
# The whole course tests one claim: *filling a hole is inventing the missing part of a picture.* If
# that is true, one set of weights can do both. Make the hole larger, step by step: from a fifth of
# the pixels, where there is nearly one answer, to all of them, where nothing is known and filling
# **is** synthesis.


# %%
def grown(share):
    """A box in the middle that covers this share of the picture."""
    side = round(28 * math.sqrt(share))
    box = np.zeros((28, 28), bool)
    start = (28 - side) // 2
    box[start : start + side, start : start + side] = True
    return torch.from_numpy(box).to(machine.device)


# %% [markdown]
# **Predict:** as the hole grows, at which share are the four fills of the boot no longer all boots?

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
# Half of the picture may be missing, and all four are boots; at 80 % three are still shoes, and the
# other could as well be a bag. At 100 % nothing is known, and the network invents a garment. Does
# it do so as well as the plain VAE, which was trained for nothing else? We measure lesson 08's
# Frechet classifier distance, which is 20.2 for the plain VAE on 2,000 samples (the distance
# depends on the number of samples).
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
# Slightly worse: 20.8 against 20.2 here, and by one to two with each of four other seeds. But it
# has half as many weights, and the same weights also fill the right half: the mean of sixteen fills
# is slightly better than the linear fill. So **one set of weights can do both: here synthesis is
# inpainting with a hole of 100 %.** Note what this shows, and what it does not. In the training of
# the shipped network one hole in seven covered everything, so it was trained to invent. A harder
# test is to fill with a network that was not trained on holes. The search at the beginning did that
# with the plain VAE; lesson 12 does it with draws.
#
# Move the first slider to enlarge the hole. The second slider, the *temperature*, multiplies the
# standard deviation of $z$: with 0 every fill is made from the mean, above 1 the draws are on
# average further from the mean than in training.
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
# All alike: without noise $z$ is the prior's mean each time, and decodes to one and the same
# pullover.
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
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. Why does the encoder q see the whole picture? Is it used when a hole is filled?**
#
# <details><summary>It sees the whole picture in training and in use.</summary>
#
# **No.** In use the hole is empty, so there is no whole picture.
# </details>
# <details><summary>It sees only the known pixels, in training and in use.</summary>
#
# **No.** That is the prior p. It is trained to agree with q.
# </details>
# <details><summary>It tells the decoder which answer was the true one; in use it is not there.</summary>
#
# **Right.** So the decoder need not paint the mean. In use there is no truth to see: z comes from
# the prior p, which was trained to expect what q found.
# </details>
#
# **2. Method A has 16.1 dB in the hole, method B 13.4 dB, and the fills of B look sharp. Which one
# is better?**
#
# <details><summary>A: it has more decibels.</summary>
#
# **No.** A perfect sample has 3.01 dB less than the mean, so more decibels may only mean more blur.
# </details>
# <details><summary>It cannot be said from this.</summary>
#
# **Right.** Average 16 of B's fills. If the mean gains about 2.75 dB *and so reaches 16.1 dB*, B
# may be nearly perfect, and A its blur.
# </details>
# <details><summary>B: it is sharp.</summary>
#
# **No.** It may be sharp and wrong.
# </details>
#
# **3. What happens in the latent search without the term |z|²/2?**
#
# <details><summary>z goes far away, and the hole gets worse.</summary>
#
# **Right.** z goes wherever the known pixels fit a little better, far from where the decoder was
# trained. In one trial |z| grew from 2.8 to 20.6; the known pixels gained half a decibel, and the
# hole lost 0.7.
# </details>
# <details><summary>The search stops at the first step.</summary>
#
# **No.** The term for the known pixels is still there.
# </details>
# <details><summary>The fill becomes the mean of all garments.</summary>
#
# **No.** That would be the effect of too *much* of this term: z would stay near 0.
# </details>
#
# **4. A perfect method draws one fill from all possible ones. How large is its expected squared
# error, compared to that of the mean of all?**
#
# <details><summary>The same</summary>
#
# **No.** The draw is off from the mean, and the truth is off from it as well.
# </details>
# <details><summary>Half as large</summary>
#
# **No.** The mean has the smallest squared error of all.
# </details>
# <details><summary>Twice as large</summary>
#
# **Right.** The truth and the draw are two independent draws: each adds one variance. That is 3.01
# dB.
# </details>
#
# **5. A hole of 100 % is given to this lesson's conditional VAE, and you ask for one fill. What
# does it do?**
#
# <details><summary>It returns an error.</summary>
#
# **No.** No code forbids a hole of 100 %.
# </details>
# <details><summary>It invents a picture.</summary>
#
# **Right.** Nothing is known, so every garment is possible, and it draws one of them. Synthesis is
# the filling of the largest hole.
# </details>
# <details><summary>It returns the mean picture.</summary>
#
# **No.** The mean of many fills would be near that, and so would be the answer of lesson 10's
# U-Net. One draw is one garment.
# </details>
#
# ## What you have seen
#
# - A plain VAE fills holes by a search for the z that agrees with the known pixels.
# - A conditional VAE learns a distribution of the missing part and draws from it: many fills, most
#   of them plausible, whose mean is blurred.
# - A draw of a perfect sampler has twice the squared error of the mean of all possible fills: 3.01
#   dB. So PSNR prefers a blurred fill.
# - A hole of 100 % is synthesis; one network that was trained on both can fill and invent.
#
# **For the course's table** of fills: *latent search*, *conditional VAE, one draw* and *mean of
# 16*; `learnkit benchmark` prints them.
#
# **Read on:** Sohn, Lee and Yan, *Learning Structured Output Representation using Deep Conditional
# Generative Models* (NeurIPS 2015), section 4; Ivanov, Figurnov and Vetrov, *Variational
# Autoencoder with Arbitrary Conditioning* (ICLR 2019), section 3; Blau and Michaeli, *The
# Perception-Distortion Tradeoff* (CVPR 2018), section 3. Next: [**12
# Diffusion**](12_diffusion.ipynb).
