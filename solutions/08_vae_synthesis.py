# %% [markdown]
# # 08 VAE synthesis
#
# > How do you invent a picture that was never there?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 03 and 07 | write the loss of a variational autoencoder and say what each half is for; draw new garments and emoji; walk between two pictures; provoke a collapse and an outlier, and mend both | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# A network that restores pictures is given a damaged picture. The networks of this lesson are given
# only a few random numbers, and draw a new garment from them.

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
# ## An autoencoder, and noise on its latents
#
# An [**autoencoder**](glossary.ipynb#Autoencoder) is two networks. The encoder turns a garment into
# a few numbers, its [**latents**](glossary.ipynb#Latents) (in the code of this section:
# `features`), here 24; the decoder turns them back into a garment. Both are trained with one loss:
# the output should equal the input. 784 pixels have to go through 24 numbers, so the encoder must
# keep what matters most for the picture.

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
# features* and decode. Let us try that with our latents. Two numbers measure the result. How far is
# it from the copy without noise? If it is near zero, the result is a copy and not a new garment.
# And how similar is a set of results to a set of real garments? That is the
# [**Frechet classifier distance**](glossary.ipynb#Frechet-classifier-distance). A classifier that knows garments computes
# 64 features of each picture. The two sets are compared by the means $m_1$ and $m_2$ and the
# covariances $C_1$ and $C_2$ of these features:
#
# $$|m_1 - m_2|^2 + \operatorname{tr}\big(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\big)$$
#
# (Given; lesson 13 explains it. The usual FID is the same formula with the features of another
# network.) 0 means that means and covariances are equal. The real set are 2,000 test garments,
# which no network of this course was trained on, and other ones than those that we copy.


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
# Now the noise: 0.1, 0.5 and 2 times the spread of each latent, and none for comparison.

# %%
between_two = F.mse_loss(test[1:], test[:-1]).item()  # two garments, one behind the other
noise = torch.randn(features.shape, generator=torch.Generator().manual_seed(0))
noisy, verdicts = {}, {"none": (0.0, frechet_of(seen(copies), seen_in_real))}
for scale in (0.1, 0.5, 2.0):
    with torch.no_grad():
        noisy[scale] = copier.decode(features + scale * spread * noise.to(features.device))
    moved = F.mse_loss(noisy[scale], copies).item() / between_two
    verdicts[scale] = moved, frechet_of(seen(noisy[scale]), seen_in_real)

# %% [markdown]
# **Predict:** which of the three noises gives new garments that look real?

# %%
show_pictures(
    {f"garment {i}, noise {scale}": as_image(noisy[scale][i]) for scale in noisy for i in range(4)},
    columns=4,
    alt="With little noise the same four garments; with much noise blots that nobody could wear.",
)
heads = ["noise", "moved", "Frechet distance"]
show_table(verdicts, heads=heads, digits={"moved": 3, "Frechet distance": 1})

# %% [markdown]
# "Moved" is the squared difference to the copy, divided by the squared difference between two real
# garments. Too little noise copies: with 0.1, "moved" is a few thousandths. Too much noise gives
# pictures that are no garments. And 0.5 gives still the same garment, a little damaged: "moved" is
# about a twentieth. (Even the copies without noise, the row "none", score 21, because they are
# blurred; two sets of real garments score 0.5.) There is no right amount for all: some latents can
# bear much noise and some only little, and this differs from garment to garment. And where should a
# *new* point lie at all? The encoder was free to put garments wherever it liked, with nothing
# between them.
#
# ## The encoder learns the amount of noise
#
# So let the encoder say **how much noise each latent of each garment can bear**. For each latent it
# gives two numbers: a mean $\mu$ and a log-variance $\log\sigma^2$. The garment $x$ is then a
# *cloud* $N(\mu, \sigma^2)$ in the latent space, with the density $q(z \mid x)$, called the
# **approximate posterior**: it stands for $p(z \mid x)$, which says what points $z$ could have made
# this $x$ and cannot be computed. The decoder is given a random point $z$ of the cloud. This is a
# [**variational autoencoder**](glossary.ipynb#Variational-autoencoder) (VAE).
#
# But a gradient cannot pass through "draw a random number". So the noise is drawn outside:
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \varepsilon \sim N(0, I), \qquad \sigma = e^{\log\sigma^2 / 2}$$
#
# Now $z$ is a plain function of $\mu$ and $\log\sigma^2$, with the slopes 1 and
# $\sigma\varepsilon/2$, so backpropagation works. This is called the
# [**reparameterisation**](glossary.ipynb#Reparameterisation) trick.
#
# ### Exercise: a random point that a gradient can pass ●●○
#
# `mean` and `log_var` are `(n, d)`. Draw one $\varepsilon$ for each element of `mean`. `generator`
# is a source of random numbers (a `torch.Generator`), or None for torch's own; in both cases
# `torch.randn(mean.shape, generator=generator, device=mean.device)` draws from it.
# (`torch.randn_like` has no `generator` argument.)


# %% nbgrader={"grade": false, "grade_id": "reparameterize", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def reparameterize(mean, log_var, generator=None):
    """A random point z of each cloud: (n, d), (n, d) to (n, d)."""
    ### BEGIN SOLUTION
    epsilon = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + torch.exp(log_var / 2) * epsilon
    ### END SOLUTION


# %% [markdown]
# If only the copy counted, the encoder would choose $\sigma = 0$, since without noise the copies
# are best, and we would be back at the autoencoder. So the loss must contain a term that is large
# where there is hardly any noise. We compare every cloud with *one and the same* standard cloud
# $p(z) = N(0, I)$, the **prior**, and add the difference to the loss, in nats (lesson 03): the
# [**KL divergence**](glossary.ipynb#KL-divergence),
#
# $$\mathrm{KL}\big(N(\mu, \sigma^2)\,\|\,N(0, 1)\big) = \tfrac12\left(\mu^2 + \sigma^2 - 1 - \log\sigma^2\right)$$
#
# for one latent; independent latents add up. It is defined as the mean of $\log q(z \mid x) - \log
# p(z)$ over the cloud. Up to a constant, which is the same in both,
#
# $$\log q(z \mid x) = -\tfrac12\left(\log\sigma^2 + \frac{(z - \mu)^2}{\sigma^2}\right), \qquad
# \log p(z) = -\tfrac12 z^2$$
#
# and over the cloud the mean of $(z - \mu)^2/\sigma^2$ is 1, and that of $z^2$ is $\mu^2 +
# \sigma^2$.
#
# The KL is 0 where $\mu = 0$ and $\sigma = 1$, that is, where the cloud says nothing about its
# garment. So it pulls each cloud to $N(0, I)$. If the pull is strong enough, all clouds together
# roughly fill $N(0, I)$. Then you know where to look for a new garment: draw $z$ from $N(0, I)$,
# and decode.
#
# ### Exercise: what a cloud costs ●●○
#
# `mean` and `log_var` are `(n, d)`. Return one number for each garment, `(n,)`: the sum over its
# latents.


# %% nbgrader={"grade": false, "grade_id": "kl_divergence", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def kl_divergence(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, I)) of each row, in nats."""
    ### BEGIN SOLUTION
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1)
    ### END SOLUTION


# %% [markdown]
# The other half of the loss is the error of the copy: the binary cross-entropy (BCE) of lesson 03,
# **summed** over the 784 pixels. Both halves are in nats, so they can be added without a factor.
# Their sum is the negative [**ELBO**](glossary.ipynb#ELBO) (evidence lower bound). The **evidence**
# is $p(x)$, how likely the model would make the garment $x$. With $\mathbb{E}$ for the mean over
# the draws of $z$,
#
# $$-\log p(x) \;\le\; \underbrace{\mathbb{E}\,[\,\mathrm{BCE}(x, \text{decode}(z))\,]}_{\text{a good copy}}
# \;+\; \beta\,\underbrace{\mathrm{KL}}_{\text{a cloud near } N(0, I)}, \qquad \beta = 1$$
#
# Why is it a bound? Let $p(x \mid z)$ be the probability that the decoder, given $z$, gives to $x$,
# and $\mathbb{E}$ the mean over $z$ drawn from $q(z \mid x)$. First, $p(x) = \int p(x \mid
# z)\,p(z)\,dz = \mathbb{E}\bigl[p(x \mid z)\,p(z)/q(z \mid x)\bigr]$. Second, the logarithm of a
# mean is never less than the mean of the logarithms. So
#
# $$\log p(x) \ge \mathbb{E}[\log p(x \mid z)] - \mathbb{E}[\log q(z \mid x)/p(z)]$$
#
# For pixels that are 0 or 1 the first term is minus the BCE; the second is the KL. (For grey pixels
# the BCE is no log-probability. We keep it as a loss, and measure its excess over a floor; see
# below.)
#
# ### Exercise: the loss ●●●
#
# Mean over the garments of (BCE summed over pixels + beta times KL). `logits` and `images` are `(n,
# c, h, w)`, of any size; `mean` and `log_var` are `(n, d)`. The decoder gives one logit for each
# number of a picture, so use `F.binary_cross_entropy_with_logits(logits, images,
# reduction="none")`, and your `kl_divergence`. Return one number.


# %% nbgrader={"grade": false, "grade_id": "negative_elbo", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def negative_elbo(logits, images, mean, log_var, beta=1.0):
    """The mean cost of a garment in nats: one number."""
    ### BEGIN SOLUTION
    bce = F.binary_cross_entropy_with_logits(logits, images, reduction="none")
    return (bce.flatten(1).sum(dim=1) + beta * kl_divergence(mean, log_var)).mean()
    ### END SOLUTION


# %% [markdown]
# > **Trap.** The mean over pixels in place of the sum divides the BCE by 784 and leaves the KL as
# > it is. Except for the factor 1/784 on the whole loss, this is the same as $\beta = 784$. The
# > loss falls nicely, and every picture comes out the same. You will see it happen below.
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
# How good is that? On grey pixels even a perfect copy costs something: a pixel of 0.5 costs at
# least 0.69 nats, whatever the decoder says (lesson 03's floor).
#
# **Predict:** what does the perfect copy of a garment cost, in nats?

# %%
floor = F.binary_cross_entropy(test, test, reduction="none").flatten(1).sum(dim=1).mean().item()
print(
    f"a perfect copy: {floor:.1f} nats; ours costs about {flat_loss - floor:.0f} more, its KL included"
)

# %% [markdown]
# So look at the excess over the floor, not at the number. On grey pixels the cross-entropy is a bet
# on black or white, and no likelihood. We use it because it is common, and so the numbers can be
# compared.
#
# ## The atlas
#
# Here is the plane: every point is a garment. Drag the point, or click on it and use the arrow
# keys; the dots are where the encoder puts real garments, each kind in its colour.
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
# **The atlas of garments over the latent plane**: neighbours look alike, and nearly everywhere
# there is a garment. Between the boots and the trousers the decoder draws blurred mixtures, because
# hardly any real garment is encoded there. That neighbours look alike is the effect of the noise:
# all points of a cloud are decoded to about the same garment. That there are few gaps is the effect
# of the KL, which pulls the clouds together. The loss of the autoencoder above asks for neither.
#
# Two latents cannot describe all garments. The shipped VAE has 24 and was trained on all 60,000
# garments for 7,000 steps.
#
# **Predict:** the autoencoder's *copies* had a Frechet distance of 21. Now draw 2,000 new garments
# from $N(0, I)$ with each VAE. What Frechet distance will yours have, and the shipped one?

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
# difference: none of these garments exists. (They are blurred, all the same: the decoder, too,
# paints the mean of what it cannot know. Lesson 09's network paints sharper garments, and has
# faults of its own.)
#
# ## From one garment to another
#
# Walk from one point to another, and a garment turns into another. Which path should we take? The
# straight line has a disadvantage. In 24 dimensions a random point of $N(0, I)$ is nearly always
# about $\sqrt{24} \approx 4.9$ away from the origin: $|z|^2$ is a sum of 24 squares, each with mean
# 1 and variance 2, so its mean is 24 and its spread only $\sqrt{48} \approx 7$, and $|z|$ is about
# $4.9 \pm 0.7$. The points form a shell, and hardly any point lies inside.
#
# **Predict:** take 2,000 pairs of random points, and the middle of each pair. How far from the
# origin are the middles, and what is the Frechet distance of their pictures?

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
# Few points of $N(0, I)$ lie as far in as these middles. The decoder was seldom trained there, and
# its pictures are more blurred and more alike. How far in are they? $z_0 \cdot z_1$ is a sum of 24
# products with mean 0. So $|z_0 + z_1|^2$ has the mean 48, and the middle the length $\sqrt{48}/2
# \approx 3.5$. To come back to the shell, multiply by $\sqrt2$: then the same middles score like
# their ends. So walk along the shell, on the arc. With the angle $\Omega$ between the two ends,
#
# $$z(t) = \frac{\sin((1 - t)\,\Omega)}{\sin\Omega}\,z_0 + \frac{\sin(t\,\Omega)}{\sin\Omega}\,z_1,
# \qquad \cos\Omega = \frac{z_0 \cdot z_1}{|z_0|\,|z_1|}$$
#
# (Given; it is called spherical linear interpolation, *slerp*: Shoemake, 1985. A check: at $t = 0$
# the first factor is 1 and the second 0.)
#
# ### Exercise: the way along the arc ●●○
#
# `z0` and `z1` are vectors `(d,)`, not zero, and may have different lengths; `steps` is 2 or more.
# Return `steps` points from `z0` to `z1`, both included, evenly spaced in $t$: `(steps, d)`. Where
# the ends point the same way, $\Omega$ is 0 and the formula is 0/0: where $\Omega < 10^{-3}$, take
# the straight line. (Opposite ends, $\Omega = \pi$, are 0/0 too, and many arcs join them; you will
# be given none.) The cosine may come out as 1.0000001, so clamp it to at most 1.


# %% nbgrader={"grade": false, "grade_id": "interpolate", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def interpolate(z0, z1, steps):
    """Points on the arc from z0 to z1: (d,), (d,) to (steps, d)."""
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
# (The two ends are *means* of clouds, and lie at about 3 from the origin, inside the shell: the
# rest of the 4.9 is the cloud's own spread. The arc keeps this distance, and the middle of the
# straight line would lie at 2.3.)
#
# ## Beta and sigma: one knob
#
# How much should the error of the copy count, compared with the KL? Suppose the error is squared,
# as for a Gaussian with a spread $\sigma$ (lesson 01). A picture of $D$ numbers (pixels times
# channels) then costs, up to a constant, $\mathrm{SSE}/2\sigma^2$ nats plus the KL (SSE is the sum
# of the squared errors). Many programs write the *mean* squared error, $\mathrm{SSE}/D$, plus a
# weight $w$ times the KL. Multiply that by $D/2\sigma^2$, and the two are the same if
#
# $$w = \frac{2\sigma^2}{D} \qquad\Longleftrightarrow\qquad \sigma = \sqrt{w D / 2}$$
#
# So a weight $w$ always means a certain $\sigma$.
#
# **Predict:** a well-known collection of programs, PyTorch-VAE (Subramanian, 2020), draws faces of
# 64 x 64 in three colours with $w = 0.00025$. That looks small. Which sigma is it, on pictures that
# run from 0 to 1?

# %%
hidden_sigma = math.sqrt(0.00025 * 64 * 64 * 3 / 2)
print(f"sigma = {hidden_sigma:.2f}")

# %% [markdown]
# A spread larger than the whole range from black to white! With this $\sigma$ an error of a whole
# step from black to white costs only $1/(2 \cdot 1.24^2) \approx 0.33$ nats.
#
# A weight $\beta$ means a $\sigma$ as well: $\mathrm{SSE}/2\sigma^2 + \mathrm{KL}$, multiplied by
# $2\sigma^2$, is $\mathrm{SSE} + 2\sigma^2\,\mathrm{KL}$, so there $\beta = 2\sigma^2$. Our loss is
# BCE and has no $\sigma$, but $\beta$ does the same: the larger it is, the less the error of the
# copy counts, compared with the KL.
#
# **Predict:** beta 1, 30 and 784 (the mean over pixels of the trap above). What happens to the KL,
# and to the samples?

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
# At 30 the latents carry little: the KL is about 1.4 nats (on a CPU). To tell $k$ equally likely
# kinds of garment apart takes $\ln k$ nats, and 1.4 nats are enough for *at most* four ($e^{1.4}
# \approx 4$). So the samples are blurred and simple (and tidier than at 1, where 300 steps were too
# few). At 784 the KL is nearly zero: every garment has the same cloud, $N(0, I)$, so $z$ carries no
# information about the garment. The best that the decoder can paint without information is the mean
# garment. This is [**posterior collapse**](glossary.ipynb#Posterior-collapse). You recognise it by
# a KL near 0 nats and samples that are all the same. The remedies: the sum over pixels in place of
# the mean, a smaller beta, or beta raised slowly from 0 in the first steps.
#
# ## One picture that costs more than all others
#
# The KL contains $\sigma^2 = e^{\log\sigma^2}$. For an unusual picture a network may give
# $\log\sigma^2 = 30$.
#
# **Predict:** what does one latent with $\log\sigma^2 = 30$ cost? And with 6?

# %%
for v in (6.0, 30.0):
    price = kl_divergence(torch.zeros(1, 1), torch.full((1, 1), v)).item()
    print(f"log variance {v:.0f}: {price:.3g} nats")

# %% [markdown]
# One such picture among ten thousand decides the mean over all of them. (This happened to us: the
# mean over a test set was 4.7e8 nats, although the copies improved.) The mean $\mu$ can become
# large as well. So the library's VAE puts a layer norm (mean 0 and spread 1 over the numbers of one
# picture) before the last layer of the encoder, and bounds the log-variance smoothly: it is
# $6\tanh(v/6)$, where $v$ is what the last layer gives. With the bound the variance of one latent
# costs at most $\tfrac12(e^6 - 7) \approx 198$ nats. And when you report, report the **median**
# beside the mean.
#
# For comparison we train a plain encoder, 784-400-40 (20 means, 20 log-variances), without a layer
# norm.

# %%
torch.manual_seed(0)
plain_encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40))
plain_decoder = nn.Sequential(
    nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Unflatten(1, (1, 28, 28))
)
plain, plain_loss = learn(vae.VAE(plain_encoder, plain_decoder, 20), budget(150, gpu=2000))

# %% [markdown]
# **Predict:** somebody forgets to divide *one* garment by 255. What does its cloud cost with the
# plain encoder, without the bound, and what with the library's?


# %%
def plainly(images):
    """The mean and log-variance as the last layer of the plain encoder gives them: no bound."""
    return plain_encoder(images).chunk(2, dim=1)


clouds = {}
for name, encode in {"plain": plainly, "the library's": shipped.encode}.items():
    with torch.no_grad():
        pairs = [encode(x) for x in (test[:1], 255 * test[:1])]
    clouds[name] = [kl_divergence(*pair).item() for pair in pairs]
show_table(clouds, heads=["encoder", "as it is", "255 times as bright"], digits=1, unit="nats")

# %% [markdown]
# The plain encoder's mean has run away with the brightness, and its square is in the KL. In the
# library's encoder the layer norm keeps the numbers of one size, and the tanh bounds the
# log-variance. In a test set of 10,000 garments this one picture would add dozens of nats to the
# mean of the plain one, and nothing to the median.
#
# ## New emoji
#
# Nothing in this lesson is made for garments alone. The same loss, with convolutions in place of
# the plain layers, was trained on 1,719 of 1,911 emoji in colour; every tenth, 192 in all, was kept
# aside. The error of the copy is that of a Gaussian for each number of a picture, whose variance is
# computed from each batch: $\sigma^2$ is the mean squared error of the batch (lesson 01). And
# $\beta = 5$.
#
# **Predict:** the emoji 0 to 2 below were shown in training, 3 to 5 were kept aside. Which copies
# are better? And what do you get when you draw z from N(0, I) and decode it?

# %%
pictures_of, names = emoji()
known = resident(pictures_of, device=machine.device).first(len(pictures_of))
emoji_vae = pretrained("emoji_vae").to(machine.device)
six = torch.cat([known[5::640], known[10::640]])
from_normal = emoji_vae.sample(6, dice.manual_seed(4))
sets = {"emoji": six, "copy": emoji_vae.reconstruct(six), "from N(0, I)": from_normal}
show_pictures(
    {f"{name} {i}": as_image(images[i]) for name, images in sets.items() for i in range(6)},
    columns=6,
    alt="Six emoji, their copies, three good and three poor, and six draws from N(0, I): coloured blots.",
)

# %% [markdown]
# Copies of emoji that it was trained on are good (26.7 dB over all of them), copies of emoji that
# were kept aside are poor (18.5 dB): 1,719 pictures are few. And the draws are no emoji. 1,719
# small clouds leave most of a space of 48 dimensions empty, and a draw from N(0, I) falls in
# between, where the decoder was never trained. A larger beta makes the clouds wide enough to touch,
# and blurs everything. There is another way: let a second network learn where the clouds lie. It is
# a small **flow-matching network** (lesson 18); it turns noise into a z that the encoder could have
# given. Then the decoder paints. If the second network is a diffusion model (lesson 12), this is
# called **latent diffusion**; Stable Diffusion works like this.

# %%
emoji_prior = pretrained("emoji_prior").to(machine.device)
with torch.no_grad():
    invented = torch.sigmoid(emoji_vae.decode(emoji_prior.sample(12, dice.manual_seed(4))))
was_shown = known[torch.arange(len(known)) % 10 != 0]  # every tenth was kept aside
nearest = was_shown[torch.cdist(invented.flatten(1), was_shown.flatten(1)).argmin(dim=1)]

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
# Two people, flags, a heart, a man: on a CPU about half of the twelve can be named, and the others
# are blots. But look at the rows below them. Those that can be named are copies of emoji that the
# networks were shown. The card says it in numbers: a draw is 22 grey levels from the nearest emoji
# shown (root mean square), where an emoji that was kept aside is 41 from it; and the loss of the
# flow is 0.87 for emoji shown and 2.47 for those kept aside. With so few pictures it has learned
# them by heart, and only the blots are new. Lesson 14 is about this difference.
#
# Three emoji that you know are put at three corners of a square, which is a part of the latent
# space. Explore what lies between.
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
# An orange ball on which the mouth fades while the leaves come. Between heart and tomato there is a
# blot of mixed colours. The decoder has learned colours and outlines; between training emoji it
# mixes them.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. Why can you draw new garments from a VAE, and not from a plain autoencoder?**
#
# <details><summary>The VAE has more weights than the autoencoder.</summary>
#
# **No.** Both can have the same layers.
# </details>
# <details><summary>The autoencoder has no decoder.</summary>
#
# **No.** It has one. But nobody knows from where its input should be drawn.
# </details>
# <details><summary>The KL has pulled its latents towards N(0, I).</summary>
#
# **Right.** The clouds of all garments nearly fill this one known cloud. So a random point of it
# mostly lies near some garment's cloud, where the decoder has been trained. (Not always: some
# samples are rags.)
# </details>
#
# **2. The KL of a trained VAE is 0.002 nats. What do its samples look like?**
#
# <details><summary>All the same</summary>
#
# **Right.** The decoder paints the mean of all pictures. Look for a mean over pixels where a sum
# belongs, or for a beta that is too large.
# </details>
# <details><summary>Like good garments: a small loss is good.</summary>
#
# **No.** The KL is only one term. If it is nearly 0, the latents say nothing about the picture.
# </details>
# <details><summary>Like noise</summary>
#
# **No.** The decoder has learned something: the mean.
# </details>
#
# **3. One program adds 0.00025 times the KL to the mean squared error. Another one asks for sigma =
# 1.24: it adds the KL to the sum of squared errors over 2σ². Both make 64 x 64 colour pictures.
# Which one asks for better copies?**
#
# <details><summary>The first: its weight is smaller.</summary>
#
# **No.** Compute the weight that belongs to σ before you compare.
# </details>
# <details><summary>Neither: it is the same loss, up to a factor.</summary>
#
# **Right.** $w = 2\sigma^2/D$ with $D = 12{,}288$ numbers in a picture.
# </details>
# <details><summary>The second: its σ is larger.</summary>
#
# **No.** A larger σ forgives more; but here the two are the same.
# </details>
#
# **4. Why is a picture's latent drawn as z = μ + σ ε, and not directly from N(μ, σ²)?**
#
# <details><summary>Because it is faster</summary>
#
# **No.** The time is about the same.
# </details>
# <details><summary>Because ε has to be the same for all pictures</summary>
#
# **No.** Each picture gets a noise of its own.
# </details>
# <details><summary>Because the gradient must reach μ and σ</summary>
#
# **Right.** Both stand in a sum and a product, which have derivatives. The random number is an
# input from outside.
# </details>
#
# **5. Why do you go from one latent to another along an arc, and not straight?**
#
# <details><summary>A straight line leaves the shell.</summary>
#
# **Right.** Random points of N(0, I) in d dimensions have a length near √d. The middle of a
# straight line is shorter, and the decoder has hardly been trained there.
# </details>
# <details><summary>A straight line would miss its ends.</summary>
#
# **No.** It has the same ends.
# </details>
# <details><summary>The arc is shorter.</summary>
#
# **No.** It is longer than the straight line.
# </details>
#
# ## What you have seen
#
# - Noise on an autoencoder's latents gives copies, or pictures that are no garments; a VAE learns
#   how much noise each latent of each picture can bear.
# - z = μ + σ ε lets the gradient through; the KL pulls all clouds to N(0, I), where new pictures are
#   drawn.
# - Random points lie on a shell: walk along the arc, not straight through.
# - A weight on the KL means a certain sigma; where it is too large, the latents say nothing about
#   the picture.
#
# **For the course's table** of generators: *VAE, 24 latents*: Frechet classifier distance 20.2 on 2,000
# samples. The filling of holes by a VAE comes in lesson 11.
#
# **Read on:** Kingma and Welling, *Auto-Encoding Variational Bayes* (ICLR 2014), sections 2 and 3 and
# appendix B; Higgins et al., *beta-VAE* (ICLR 2017), section 2; Rybkin, Daniilidis and Levine, *Simple
# and Effective VAE Training with Calibrated Decoders* (ICML 2021), section 3; White, *Sampling
# Generative Networks* (2016), section 2. Next: [**09 GAN synthesis**](09_gan_synthesis.ipynb).
