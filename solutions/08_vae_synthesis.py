# %% [markdown]
# # 08 VAE synthesis
#
# > How do you invent a picture that was never there?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 03 and 07 | write the loss of a variational autoencoder and say what each half is for; draw new garments and emoji; walk between two pictures; provoke a collapse and an outlier, and mend both | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# A network that mends pictures is told what to draw. This lesson's networks are told nothing: from
# a few random numbers they draw a garment that nobody has ever worn.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from learnkit.exercises import exercise
from learnkit.images.data import GARMENTS, emoji, fashion_mnist
from learnkit.images.frechet import frechet_of
from learnkit.models import vae
from learnkit.models.autoencoder import Autoencoder
from learnkit.models.pretrained import card, pretrained
from learnkit.training.device import budget, choose
from learnkit.training.loop import train
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import latent
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## Squeezed, and noise added
#
# An [**autoencoder**](glossary.ipynb#Autoencoder) is two networks. The encoder turns a garment into a few numbers, its
# **features** or [**latents**](glossary.ipynb#Latents), here 24; the decoder turns them back into a garment. Both learn from
# one wish: what comes out should be what went in. 784 pixels have to go through 24 numbers, so the
# two have to agree on what matters.

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
unseen = resident(fashion_mnist("test")[0], device=machine.device)
test, others = unseen.take(torch.arange(2000)), unseen.take(torch.arange(2000, 4000))

# %%
torch.manual_seed(0)
copier = Autoencoder(latent=24)
copying = train(
    copier,
    lambda model, images: F.mse_loss(model(images), images),
    garments,
    steps=budget(400, gpu=2000),
    batch_size=128,
    lr=2e-3,
)

# %%
*_, last = watched(copying, budget(400, gpu=2000), title="autoencoder", curve=True)
print(f"last loss: {last.loss:.4f}")

# %%
with torch.no_grad():
    features = copier.eval().encode(test)
    copies = copier.decode(features)
spread = features.std(dim=0)
row = {f"garment {i}": as_image(test[i]) for i in range(4)}
show_pictures(
    row | {f"copy {i}": as_image(copies[i]) for i in range(4)},
    columns=4,
    alt="Four garments, and below them their copies: softer, but the same garments.",
)

# %% [markdown]
# And new garments? The article from which this course began (lesson 00) says: *add noise to the
# features* and decode. Let us try that. Two numbers judge the result. How far is it from the garment that it was made
# from? Near zero is a copy, and a copy is no invention. And how much does a crowd of results look
# like a crowd of garments? That is the [**Frechet classifier distance**](glossary.ipynb#Frechet-classifier-distance): a classifier that knows
# garments sees 64 features in each picture, and the two crowds are compared in mean and spread: the
# squared distance of the means, and a distance between the covariances. 0 is alike. The real crowd are
# test garments, which no network of this course was trained on. (Lesson 13 has
# the formula.)


# %%
judge = pretrained("classifier").to(machine.device)


def seen(images):
    """The 64 features that the classifier sees in each picture."""
    with torch.no_grad():
        parts = [judge.features(part) for part in images.split(100)]  # small ones are quicker
    return torch.cat(parts).cpu().double().numpy()


seen_in_real = seen(others)
print(f"garments beside other garments: {frechet_of(seen(test), seen_in_real):.2f}")

# %% [markdown]
# Now the noise: 0.1, 0.5 and 2 times the spread of each feature.

# %%
between_two = F.mse_loss(test[1:], test[:-1]).item()  # two garments, one behind the other
noise = torch.randn(features.shape, generator=torch.Generator().manual_seed(0))
noisy, verdicts = {}, {}
for scale in (0.1, 0.5, 2.0):
    with torch.no_grad():
        noisy[scale] = copier.decode(features + scale * spread * noise.to(features.device))
    moved = F.mse_loss(noisy[scale], copies).item() / between_two
    verdicts[scale] = moved, frechet_of(seen(noisy[scale]), seen_in_real)

# %% [markdown]
# **Predict:** which of the three invents?

# %%
show_pictures(
    {f"garment {i}, noise {scale}": as_image(noisy[scale][i]) for scale in noisy for i in range(4)},
    columns=4,
    alt="With little noise the same four garments; with much noise blots that nobody could wear.",
)
heads = ["noise", "moved", "Frechet distance"]
show_table(verdicts, heads=heads, digits={"moved": 3, "Frechet distance": 1})

# %% [markdown]
# "Moved" is the squared difference to the copy, as a share of that between two garments. Too little
# noise copies: with 0.1 that is a few thousandths. Too much is rubbish. And 0.5
# is still the same garment, a little damaged: about a twentieth. (That even the copies score 21 and
# not 0.5 is because they are soft.) There is no right amount for all: some features may be shaken and some may not, for some garments more than for others. And
# where should a *new* point lie at all? The encoder was free to put garments wherever it liked, with
# nothing between them.
#
# ## Let it learn how much
#
# So let the encoder say **how much noise each feature of each garment can bear**. It gives two
# numbers a feature: a mean $\mu$ and a log-variance $\log\sigma^2$. The garment is a *cloud*
# $N(\mu, \sigma^2)$ in the latent space, and the decoder is handed a random point of the cloud. This
# is a [**variational autoencoder**](glossary.ipynb#Variational-autoencoder) (VAE).
#
# But a gradient cannot pass through "draw a random number". The trick is to draw the noise outside:
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \varepsilon \sim N(0, I), \qquad \sigma = e^{\log\sigma^2 / 2}$$
#
# Now $z$ is a plain function of $\mu$ and $\sigma$, and lesson 05 does the rest. It is called the
# [**reparameterisation**](glossary.ipynb#Reparameterisation).
#
# ### Exercise: a random point that a gradient can pass ●●○
#
# A fresh $\varepsilon$ for every number. Draw it from `generator`: `torch.randn(mean.shape,
# generator=generator, device=mean.device)`; `torch.randn_like` cannot take one.


# %% nbgrader={"grade": false, "grade_id": "reparameterize", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def reparameterize(mean, log_var, generator=None):
    """A random point of each cloud, (n, d)."""
    ### BEGIN SOLUTION
    epsilon = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var / 2) * epsilon
    ### END SOLUTION


# %% [markdown]
# If only the copy counted, the encoder would choose $\sigma = 0$, since without noise the copies are best,
# and we would be back at the autoencoder. So noise has to be rewarded. We compare every cloud with *one
# and the same* standard cloud $N(0, I)$, and add the difference to the loss, in nats (lesson 03): the
# [**KL divergence**](glossary.ipynb#KL-divergence),
#
# $$\mathrm{KL}\big(N(\mu, \sigma^2)\,\|\,N(0, 1)\big) = \tfrac12\left(\mu^2 + \sigma^2 - 1 - \log\sigma^2\right)$$
#
# for one feature; independent features add up. (It is the mean over the cloud of $\log q(z) - \log p(z)$, where $q$
# is the cloud and $p$ the standard one. But for one constant that both have, $\log q = -\tfrac12(\log\sigma^2 + (z - \mu)^2/\sigma^2)$
# and $\log p = -\tfrac12 z^2$; over the cloud $(z - \mu)^2/\sigma^2$ has the mean 1, and $z^2$ has $\mu^2 + \sigma^2$.) It is 0 where $\mu = 0$ and $\sigma = 1$, that is,
# where the cloud says nothing about its garment. And since all clouds together roughly fill $N(0, I)$, you
# know where to look for a new garment: draw $z$ from $N(0, I)$, and decode.
#
# ### Exercise: what a cloud costs ●●○
#
# One number a garment, summed over its features: `(n, d), (n, d)` to `(n,)`.


# %% nbgrader={"grade": false, "grade_id": "kl_divergence", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def kl_divergence(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, I)) of each row, in nats."""
    ### BEGIN SOLUTION
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)
    ### END SOLUTION


# %% [markdown]
# The other half of the loss is what the copy costs: the binary cross-entropy of lesson 03, **summed**
# over the 784 pixels. Both halves are in nats, so they can be added without a factor. Their sum is
# the negative [**ELBO**](glossary.ipynb#ELBO) (evidence lower bound). It bounds the nats that a garment $x$ costs, where $p(x)$ is how
# likely the model would make it and $\mathbb{E}$ is the mean over the draws of $z$:
#
# $$-\log p(x) \;\le\; \underbrace{\mathbb{E}\,[\,\mathrm{BCE}(x, \text{decode}(z))\,]}_{\text{a good copy}}
# \;+\; \beta\,\underbrace{\mathrm{KL}}_{\text{a cloud that says little}}, \qquad \beta = 1$$
#
# Why is it a bound? Write $q(z)$ for the cloud of $x$. Then $p(x) = \int p(x \mid z)\,p(z)\,dz =
# \mathbb{E}_q\bigl[p(x \mid z)\,p(z)/q(z)\bigr]$, and the logarithm of a mean is never less than the mean of
# the logarithms. So $\log p(x) \ge \mathbb{E}_q[\log p(x \mid z)] - \mathbb{E}_q[\log q(z)/p(z)]$: the first term
# is minus the BCE, the second is the KL.
#
# ### Exercise: the loss ●●●
#
# Mean over the garments of (BCE summed over pixels + beta times KL). Pictures may have any size and any
# number of channels. The decoder gives logits, so use
# `F.binary_cross_entropy_with_logits(logits, images, reduction="none")`.


# %% nbgrader={"grade": false, "grade_id": "negative_elbo", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def negative_elbo(logits, images, mean, log_var, beta=1.0):
    """The mean cost of a garment in nats."""
    ### BEGIN SOLUTION
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    return (bce.flatten(1).sum(dim=1) + beta * kl_divergence(mean, log_var)).mean()
    ### END SOLUTION


# %% [markdown]
# > **Trap.** The mean over pixels in place of the sum divides one half of the loss by 784 and leaves
# > the other: but for a factor in the whole it is the same as $\beta = 784$. The loss falls nicely, and every picture comes out the
# > same. You will see it happen below.
#
# ## The first garments
#
# Two latents are few, but then the whole latent space is a plane, and you can look at it.


# %%
def learn(model, steps, beta=1.0):
    """Trains a VAE by your three functions; it, and its last loss."""
    draws = torch.Generator(machine.device).manual_seed(0)

    def cost(model, images):
        mean, log_var = model.encode(images)
        logits = model.decode(reparameterize(mean, log_var, draws))
        return negative_elbo(logits.float(), images, mean, log_var, beta)

    training = train(model, cost, garments, steps=steps, batch_size=128, lr=2e-3, generator=draws)
    *_, last = watched(training, steps, title=f"VAE, beta {beta:g}")
    return model.eval(), last.loss


# %%
torch.manual_seed(0)
flat, flat_loss = learn(vae.mlp_vae(latent=2), budget(500, gpu=5000))
print(f"{flat_loss:.1f} nats a garment")

# %% [markdown]
# How good is that? On grey pixels even a perfect copy is not free: a pixel of 0.5 costs at least 0.69
# nats, whatever you bet (lesson 03's floor).
#
# **Predict:** what does the perfect copy of a garment cost, in nats?

# %%
floor = F.binary_cross_entropy(test, test, reduction="none").flatten(1).sum(dim=1).mean().item()
print(
    f"a perfect copy: {floor:.1f} nats; ours costs about {flat_loss - floor:.0f} more, its KL included"
)

# %% [markdown]
# So look at the excess over the floor, not at the number. And grey cross-entropy is no likelihood: it is
# a bet on black or white, and these pixels are grey. We use it because it is common, and so the numbers
# can be compared.
#
# ## The atlas
#
# Here is the plane: every point is a garment. Drag the point, or click on it and use the arrow keys;
# the dots are where the encoder puts real garments, each kind in its colour.
#
# **Predict:** what lies between the boots and the trousers?


# %%
def decode(points):
    """Pictures (k, h, w) of points (k, 2), as the widget asks for them."""
    with torch.no_grad():
        z = torch.from_numpy(points).to(machine.device)
        return torch.sigmoid(flat.decode(z))[:, 0].float().clamp(0, 1).cpu().numpy()


labels = fashion_mnist("test")[1][:500].astype(int)
with torch.no_grad():
    where = flat.encode(test[:500])[0].cpu().numpy()
latent.explore(decode, start=(-1.5, 0.0), points=where, labels=labels, names=list(GARMENTS))

# %%
ticks = np.linspace(-2.5, 2.5, 12, dtype=np.float32)
grid = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
sheet = decode(grid).reshape(12, 12, 28, 28).swapaxes(1, 2).reshape(336, 336)
fig, ax = plt.subplots(figsize=(6.2, 6.2))
ax.imshow(sheet, cmap="gray", extent=(-2.7, 2.7, -2.7, 2.7))
ax.set(xlabel="first latent", ylabel="second latent", title="The atlas of garments")
fig.tight_layout()
show(fig, alt="A plane tiled with garments: boots turn into bags, bags into shirts, into trousers.")

# %% [markdown]
# **The atlas of garments over the latent plane**: neighbours look alike, and nearly everywhere there is
# a garment; between the boots and the trousers lie fog and half-shoes, for nothing is in between. That
# is what the KL has bought. The autoencoder above had no such map.
#
# Two numbers cannot hold all there is. The shipped VAE has 24 and was trained on all 60,000 garments for
# 7,000 steps.
#
# **Predict:** the autoencoder's *copies* came to a Frechet distance of 21, and they are no inventions.
# Draw 2,000 garments from $N(0, I)$: what will yours score, and what the shipped one's?

# %%
shipped = pretrained("vae").to(machine.device)
dice = torch.Generator(machine.device)
drawn = {
    "yours, 2 latents": flat.sample(2000, dice.manual_seed(1)),
    "shipped, 24 latents": shipped.sample(2000, dice.manual_seed(1)),
}
of_samples = {name: frechet_of(seen(crowd.float()), seen_in_real) for name, crowd in drawn.items()}
show_table(of_samples, heads=["VAE", "Frechet distance"], digits=1)

# %%
show_pictures(
    {
        f"{name.split()[1]} latents, {i}": as_image(drawn[name][i])
        for name in drawn
        for i in range(6)
    },
    columns=6,
    alt="Six garments drawn by each of the two networks; those of the shipped one are sharper.",
)
show_table(card("vae")["quality"], title="the shipped one's card")

# %% [markdown]
# Two latents leave much out. The 24 score as well as the autoencoder's copies did, with one
# difference: none of these garments exists. (They are soft, all the same: the decoder, too, paints the mean of
# what it cannot know. Lesson 09's network paints sharper garments, and has faults of its own.)
#
# ## From one garment to another
#
# Walk from one point to another, and a garment turns into another. But which way? The straight line
# cuts a corner that matters. In 24 dimensions a random point of $N(0, I)$ is nearly always about
# $\sqrt{24} \approx 4.9$ away from the origin: the cloud is a shell, and hardly anything lies inside.
#
# **Predict:** take 2,000 pairs of random points, and the middle of each pair. How far from the origin
# are the middles, and what do they score?

# %%
z0s = torch.randn(2000, 24, generator=torch.Generator().manual_seed(5))
z1s = torch.randn(2000, 24, generator=torch.Generator().manual_seed(6))
lengths, of_middle = {}, {}
middles = (z0s + z1s) / 2
for name, points in {"ends": z0s, "middles": middles, "on the arc": 2**0.5 * middles}.items():
    with torch.no_grad():
        drawn_there = torch.sigmoid(shipped.decode(points.to(machine.device))).float()
    lengths[name] = points.norm(dim=1).mean().item()
    of_middle[name] = frechet_of(seen(drawn_there), seen_in_real)
    print(f"{name}: {lengths[name]:.2f} from the origin, Frechet {of_middle[name]:.1f}")

# %% [markdown]
# Few points of $N(0, I)$ lie as far in as these middles, so the decoder has seldom been asked there, and what
# it draws is duller and more alike. Stretched back onto the shell (two random directions are nearly at
# right angles, so by $\sqrt2$) the same middles score like their ends. So walk along the shell, on the
# arc: with the angle $\Omega$ between the two ends,
#
# $$z(t) = \frac{\sin((1 - t)\,\Omega)}{\sin\Omega}\,z_0 + \frac{\sin(t\,\Omega)}{\sin\Omega}\,z_1,
# \qquad \cos\Omega = \frac{z_0 \cdot z_1}{|z_0|\,|z_1|}$$
#
# ### Exercise: the way along the arc ●●○
#
# `steps` points from `z0` to `z1`, both included, evenly spaced in $t$. Where the ends point the same
# way, $\Omega$ is 0 and the formula is 0/0: take the straight line there. (Opposite ends, $\Omega = \pi$, are
# 0/0 too, and many arcs join them; you will be given none.) The cosine may come out as 1.0000001: clamp
# it.


# %% nbgrader={"grade": false, "grade_id": "interpolate", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def interpolate(z0, z1, steps):
    """Points on the arc from z0 to z1, (steps, d)."""
    ### BEGIN SOLUTION
    t = torch.linspace(0, 1, steps)[:, None]
    cosine = (z0 @ z1) / (z0.norm() * z1.norm())
    angle = torch.acos(cosine.clamp(-1, 1))
    if angle < 1e-3:
        return (1 - t) * z0 + t * z1
    return (torch.sin((1 - t) * angle) * z0 + torch.sin(t * angle) * z1) / torch.sin(angle)
    ### END SOLUTION


# %%
boot, dress = test[0], test[torch.from_numpy(labels == 3).nonzero()[0, 0]]
with torch.no_grad():
    ends = shipped.encode(torch.stack([boot, dress]))[0].float().cpu()
    path = interpolate(ends[0], ends[1], 9)
    walk = torch.sigmoid(shipped.decode(path.to(machine.device)))
show_pictures(
    {f"{i} of 8": as_image(walk[i]) for i in range(9)},
    alt="A boot turns into a dress in nine steps; late on the way both are there at once.",
)

# %% [markdown]
# ## Beta and sigma: one knob
#
# How much should a copy count against a tidy cloud? Suppose the copies are judged by squared error, as a
# Gaussian with a spread $\sigma$ (lesson 01): a garment of $D$ pixels costs, but for a constant, $\mathrm{SSE}/2\sigma^2$ nats
# plus the KL (SSE is the sum of the squared errors). Many programs write the *mean* squared error plus a weight $w$ times the KL. Multiply that by
# $D/2\sigma^2$, and the two are the same if
#
# $$w = \frac{2\sigma^2}{D} \qquad\Longleftrightarrow\qquad \sigma = \sqrt{w D / 2}$$
#
# So whoever chooses a weight has chosen a sigma, knowingly or not.
#
# **Predict:** a well-known collection of programs, PyTorch-VAE (Subramanian, 2020), draws faces of 64 x 64 in three
# colours with $w = 0.00025$. That looks small. Which sigma is it, on pictures that run from 0 to 1?

# %%
hidden_sigma = math.sqrt(0.00025 * 64 * 64 * 3 / 2)
print(f"sigma = {hidden_sigma:.2f}")

# %% [markdown]
# A spread larger than the whole range from black to white! Such a model is told that every pixel of a copy may be
# anything. Turn the knob yourself, on our loss. Large beta is large sigma.
#
# **Predict:** beta 1, 30 and 784 (the mean over pixels of the trap above). What happens to the KL, and
# to the samples?

# %%
by_beta, kl_at = {}, {}
for beta in (1, 30, 784):
    torch.manual_seed(0)
    learned, loss_of_beta = learn(vae.mlp_vae(latent=24), budget(300, gpu=2000), beta=beta)
    with torch.no_grad():
        kl_at[beta] = kl_divergence(*learned.encode(test)).mean().item()
    by_beta[beta] = learned.sample(2000, dice.manual_seed(2)).float()
show_table(kl_at, heads=["beta", "KL"], digits=3, unit="nats")

# %%
show_pictures(
    {f"beta {beta}, no. {i}": as_image(by_beta[beta][i]) for beta in by_beta for i in range(5)},
    columns=5,
    alt="Samples at three values of beta: blotted garments, soft simple ones, five times the same shape.",
)

# %% [markdown]
# At 30 the latents carry little: 1.4 nats, enough to tell about four kinds of garment apart ($e^{1.4} \approx 4$), so the samples are soft and
# simple (and tidier than at 1, where 300 steps were too few). At 784 the KL is nearly zero: every garment has the same cloud, $N(0, I)$, so $z$ carries no
# information about the garment. The best that the decoder can paint without information is the mean garment. This is [**posterior collapse**](glossary.ipynb#Posterior-collapse). You
# recognise it by a KL near 0 nats and samples that are all the same. The cures: the sum over pixels in
# place of the mean, a smaller beta, or beta raised slowly from 0 in the first steps.
#
# ## One picture that costs more than all others
#
# The KL contains $\sigma^2 = e^{\log\sigma^2}$. A network may answer 30 where it has never been before.
#
# **Predict:** what does one feature with $\log\sigma^2 = 30$ cost? And with 6?

# %%
for v in (6.0, 30.0):
    price = kl_divergence(torch.zeros(1, 1), torch.full((1, 1), v)).item()
    print(f"log variance {v:.0f}: {price:.3g} nats")

# %% [markdown]
# One such picture in ten thousand, and the mean over all of them is a number about that one picture. (It
# happened to us: a test set at 4.7e8 nats while its copies got better.) The mean $\mu$ can run
# away as well. So the library's encoder bounds the log-variance smoothly, $6\tanh(v/6)$, and
# normalises the numbers from which it reads both. And when you report, report the **median** beside the mean.
#
# **Predict:** somebody forgets to divide *one* garment by 255. What does its cloud cost with a
# plain encoder, 784-400-40 (20 means, 20 log-variances), and what with the library's?

# %%
torch.manual_seed(0)
plain_encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
plain_decoder = nn.Sequential(
    nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Unflatten(1, (1, 28, 28))
)
plain, plain_loss = learn(vae.VAE(plain_encoder, plain_decoder, 20), budget(150, gpu=2000))
clouds = {}
for name, encoder in {"plain": plain_encoder, "the library's": shipped.encoder}.items():
    with torch.no_grad():
        pairs = [encoder(x).chunk(2, dim=1) for x in (test[:1], 255 * test[:1])]
    clouds[name] = [kl_divergence(*pair).item() for pair in pairs]
show_table(clouds, heads=["encoder", "as it is", "255 times as bright"], digits=1, unit="nats")

# %% [markdown]
# The plain one's mean has run away with the brightness, and its square is charged. In a test set of
# 10,000 garments this one picture would add dozens of nats to the mean, and nothing to the median.
#
# ## New emoji
#
# Nothing in this lesson knows about garments. The same loss, with convolutions in place of the plain
# layers, was trained on 1,719 emoji in colour. Each pixel is a Gaussian, whose sigma is the best for
# each batch, and the KL counts five times.
#
# **Predict:** its copies are good. What do you get when you draw z from N(0, I) and decode it?

# %%
pictures_of, names = emoji()
known = resident(pictures_of, device=machine.device).first(len(pictures_of))
emoji_vae = pretrained("emoji_vae").to(machine.device)
copied = emoji_vae.reconstruct(known[5::320])
from_normal = emoji_vae.sample(6, dice.manual_seed(4))
sets = {"emoji": known[5::320], "copy": copied, "from N(0, I)": from_normal}
show_pictures(
    {f"{name} {i}": as_image(images[i]) for name, images in sets.items() for i in range(6)},
    columns=6,
    alt="Six emoji, their copies, which differ in the details alone, and six draws from N(0, I): coloured rubbish.",
)

# %% [markdown]
# Rubbish. 1,719 small clouds leave most of a space of 48 dimensions empty, and a draw from N(0, I)
# falls in between, where the decoder was never trained. A larger beta makes the clouds wide enough to
# touch, and blurs everything. There is another way: let a second network learn where the clouds lie. It
# is a small **flow**, which lesson 18 explains; it turns noise into a z that the encoder could have
# given. Then the decoder paints. An autoencoder with such a prior on its latents is called **latent
# diffusion**, and Stable Diffusion is one.

# %%
emoji_prior = pretrained("emoji_prior").to(machine.device)
with torch.no_grad():
    invented = torch.sigmoid(emoji_vae.decode(emoji_prior.sample(12, dice.manual_seed(4))))
nearest = known[torch.cdist(invented.flatten(1), known.flatten(1)).argmin(dim=1)]

# %% [markdown]
# **Predict:** how many of the next twelve can you name? Does the network invent them, or remember them?

# %%
rows = [range(6), range(6, 12)]
show_pictures(
    {
        f"{name} {i}": as_image(images[i])
        for row in rows
        for name, images in (("drawn", invented), ("nearest", nearest))
        for i in row
    },
    columns=6,
    alt="Twelve emoji drawn by way of the learned prior, and below each the known emoji that is nearest to it.",
)
show_table(card("emoji_prior")["quality"], title="its card")

# %% [markdown]
# A couple, flags, a heart, a man: about half of them have a name, and the others are blots. But look at
# the rows below them. Those with a name are copies of emoji that the networks were shown. The card says it
# in numbers: a draw is 22 grey levels from the nearest emoji shown (root mean square), where an emoji
# that was kept aside is 41 from it; and the loss of the flow is 0.87 for emoji shown and 2.47 for those
# kept aside. With so few pictures it has learned them by heart, and what is new are the blots between
# them. Lesson 14 is about this difference.
#
# Three emoji that you know lie at three corners of a plane in the latent space; explore what lies between.
#
# **Predict:** what is halfway between a face and a tomato?

# %%
corners = pictures_of[[names.index(name) for name in ("grinning", "tomato", "blue_heart")]]
with torch.no_grad():
    stack = resident(corners, device=machine.device).take(torch.arange(3))
    a, b, c = emoji_vae.encode(stack)[0]


def decode_emoji(points):
    """Emoji (k, 32, 32, 3) of points (k, 2): face, tomato and heart at three corners."""
    x, y = (torch.from_numpy(points.T).to(a.device)[:, :, None] + 3) / 6
    with torch.no_grad():
        drawn_emoji = torch.sigmoid(emoji_vae.decode(a + x * (b - a) + y * (c - a)))
    return drawn_emoji.float().permute(0, 2, 3, 1).cpu().numpy()


latent.explore(decode_emoji, start=(-2.6, -2.6), cells=9)

# %% [markdown]
# An orange ball on which the mouth fades while the leaves come. Between heart and tomato is mud. The space
# knows colours and outlines, and where it was shown nothing, it blends.
#
# ## Quiz
#
# <details><summary>1. Why can you draw new garments from a VAE, and not from an autoencoder?</summary>
#
# The KL has pulled all clouds together until they roughly fill one known cloud, N(0, I). So a random
# point of it mostly lies near some garment's cloud, and the decoder has been trained there. (Not always:
# the atlas has its fog, and some samples are rags.)
# </details>
# <details><summary>2. The KL of a trained VAE is 0.002 nats. What do its samples look like?</summary>
#
# All the same: the latents say nothing about the picture, so the decoder paints the mean of all. Look
# for a mean over pixels where a sum belongs, or for a beta that is too large.
# </details>
# <details><summary>3. One program weighs the KL by 0.00025, another asks for sigma = 1.24 on 64 x 64 colour pictures. Which is the stricter on copies?</summary>
#
# Neither: it is the same loss but for a factor, since $w = 2\sigma^2/D$ with $D = 12{,}288$.
# </details>
#
# ## What you have seen
#
# - Noise on an autoencoder's features copies or destroys; a VAE learns how much noise each feature of
#   each picture can bear.
# - z = μ + σ ε lets the gradient through; the KL pulls all clouds to N(0, I), where new pictures are
#   drawn.
# - Random points lie on a shell: walk along the arc, not straight through.
# - Beta and sigma are one knob; turned too far, the latents say nothing about the picture.
#
# **For the course's table** of generators: *VAE, 24 latents*: Frechet classifier distance 20.2 on 2,000
# samples. The filling of holes by a VAE comes in lesson 11.
#
# **Read on:** Kingma and Welling, *Auto-Encoding Variational Bayes* (ICLR 2014), sections 2 and 3 and
# appendix B; Higgins et al., *beta-VAE* (ICLR 2017), section 2; Rybkin, Daniilidis and Levine, *Simple
# and Effective VAE Training with Calibrated Decoders* (ICML 2021), section 3; White, *Sampling
# Generative Networks* (2016), section 2. Next: [**09 GAN synthesis**](09_gan_synthesis.ipynb).
