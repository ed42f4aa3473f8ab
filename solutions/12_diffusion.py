# %% [markdown]
# # 12 Diffusion
#
# > What do today's picture machines do, and can one of them fill a hole that it was never told of?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 07, 10 and 11 | put any amount of noise into a picture in one line; train a network that tells noise from picture; walk back from noise to a garment; fill holes with the same weights, in at most 100 network calls | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# A VAE paints a garment in one go, and it is soft. A GAN paints in one go, and it has to win a game. Both must get
# everything right at once. Here is a patient way: **ruin a picture little by little, and learn to undo each little step.**

# %%
import inspect
import math
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from learnkit.exercises import challenge, exercise
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist
from learnkit.images.frechet import frechet_of
from learnkit.models.diffusion import at, ddpm, ddpm_step, predict_x0_eps
from learnkit.models.noise_schedule import cosine_schedule, linear_schedule, usable_timesteps
from learnkit.models.pretrained import card, garment_features, pretrained
from learnkit.models.repaint import schedule
from learnkit.models.unet import Layer, UNet, timestep_embedding
from learnkit.recipes.gan import real_features
from learnkit.training.device import budget, choose
from learnkit.training.loop import averaged, train
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import denoising
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## Into the noise
#
# In this lesson a picture $x_0$ lies in $[-1, 1]$, so that grey is 0, as noise is on average. There are $T = 1000$ steps. At each
# of them the picture fades a little, to $\sqrt{\alpha_t}$ of itself, and a little noise of variance $1 - \alpha_t$ comes in; after the
# last one nothing but noise is left.
#
# Must you go step by step? Take two. In the second the noise of the first fades as well, so what has come in has the variance
# $\alpha_2 (1 - \alpha_1) + (1 - \alpha_2) = 1 - \alpha_1 \alpha_2$: that of *one* step, with $\alpha_1 \alpha_2$ for $\alpha$. All that
# there is to know of the way to $t$ is the product of its $\alpha$. It has a bar, $\bar\alpha_t$, and falls from nearly 1 to nearly 0:
#
# $$x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\;\varepsilon, \qquad \varepsilon \sim N(0, I)$$
#
# The squares of the two weights add up to 1, so the spread neither grows nor shrinks much on the way. How fast should $\bar\alpha$
# fall?

# %%
machine = choose()
garments = resident(fashion_mnist("train")[0], device=machine.device)
test = resident(fashion_mnist("test")[0], device=machine.device).take(torch.arange(24))
alpha_bar = cosine_schedule(1000).to(machine.device)

# %%
fig, ax = plt.subplots(figsize=(9.5, 3.2))
ax.plot(alpha_bar.sqrt().cpu(), label="cosine: weight of the picture")
ax.plot(linear_schedule(1000).sqrt(), "--", label="linear: weight of the picture")
ax.plot((1 - alpha_bar).sqrt().cpu(), ":", label="cosine: weight of the noise")
ax.set(xlabel="step t", ylabel="weight", title="Two schedules")
ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
fig.tight_layout()
show(
    fig,
    alt="The cosine schedule falls as a quarter of a wave; the linear one is near zero from step 700 on.",
)

# %% [markdown]
# The linear schedule (Ho et al., 2020) spends a third of its steps, 327, on pictures of which less than a tenth is left.
# The cosine schedule (Nichol and Dhariwal, 2021) spends 65 on them, and we take it.
#
# ### Exercise: any amount of noise at once ●○○
#
# `x0` and `noise` are `(n, c, h, w)`, `t` is `(n,)`: **each picture has a step of its own**, 0-based. `alpha_bar` is `(T,)`.
# At $t = 0$ the first little noise is in already; the clean $x_0$ has no $t$ (later we shall write $-1$ for it).
# Look up each picture's `alpha_bar[t]`, give it the shape `(n, 1, 1, 1)`, so that it meets its own picture and no other, and mix.
# (On a GPU a tensor that you make yourself must lie where the others lie: `device=x0.device`.)


# %% nbgrader={"grade": false, "grade_id": "q_sample", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def q_sample(x0, t, noise, alpha_bar):
    """The pictures x0 under the noise of their steps t."""
    ### BEGIN SOLUTION
    a = alpha_bar[t][:, None, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise
    ### END SOLUTION


# %%
dice = torch.Generator(machine.device).manual_seed(0)


def normal(like):
    """Noise from N(0, I) in the shape of a batch."""
    return torch.randn(like.shape, generator=dice, device=like.device)


marks = torch.tensor([0, 100, 300, 500, 700, 999], device=machine.device)
boots = (2 * test[:1] - 1).expand(6, -1, -1, -1)
drowning = q_sample(boots, marks, normal(boots), alpha_bar)

# %% [markdown]
# **Predict:** one boot at $t$ = 0, 100, 300, 500, 700 and 999. Until when will you see that it is a boot?

# %%
show_pictures(
    {f"t = {t}": as_image((x + 1) / 2) for t, x in zip(marks.tolist(), drowning, strict=True)},
    columns=6,
    alt="A boot under more and more noise: clear, grainy, a shape at 500, a hint at 700, nothing at 999.",
)

# %% [markdown]
# At 500 the boot is still there, and picture and noise weigh the same, 0.70 and 0.71; at 700 you see it only if you know that it is there.
# That is what makes it work: **at every step there is a little to be guessed**, first that it is a shoe, then that it is a boot, then where its seams run.
#
# ## What is learned
#
# A network is shown $x_t$ and told $t$, and must say which noise $\varepsilon$ is in it. The loss is lesson 01's:
#
# $$\text{mean of}\;\big(\varepsilon_\theta(x_t, t) - \varepsilon\big)^2$$
#
# where $\theta$ are the network's weights. Once the noise is known, so is the picture: solve the formula of $x_t$ for $x_0$. Lesson 01 says which answer has
# the least squared error: **the mean of all that could be there**, here the mean over those garments that, under noise, could have given this $x_t$.
#
# ### Exercise: the denoising loss ●●○
#
# `model(xt, t)` gives a tensor of the shape of `xt`. Use the `noise` that you are given: it is the answer.


# %% nbgrader={"grade": false, "grade_id": "denoising_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def denoising_loss(model, x0, t, noise, alpha_bar):
    """The mean squared difference between the predicted noise and the noise in the pictures."""
    ### BEGIN SOLUTION
    predicted = model(q_sample(x0, t, noise, alpha_bar), t)
    return F.mse_loss(predicted, noise)
    ### END SOLUTION


# %% [markdown]
# The network is lesson 10's U-Net, and beside the picture it is told the time $t$: as sines and cosines of several frequencies (lesson 05's Fourier features), from
# which two linear layers make an `embedding`, and a third one in every layer a scale and a shift for each channel. There is no game as in lesson 09 and no second network: one
# loss, going down.

# %%
for part in (timestep_embedding, Layer.forward):
    print(inspect.getsource(part))


# %%
def cost(model, images):
    """Your loss, each picture at a step of its own."""
    t = torch.randint(1000, (len(images),), generator=dice, device=images.device)
    return denoising_loss(with_time(model), 2 * images - 1, t, normal(images), alpha_bar)


def with_time(model):
    """The network as a function of (xt, t): it is told t as a share of the way, from 0 to 1."""
    return lambda xt, t: model(xt, t / 1000).float()  # float32, also where it trains in bf16


torch.manual_seed(0)
young = UNet(1, 1, width=24, depth=1, timed=True)
average = averaged(young, decay=0.9)  # a second set of weights, which is explained below

# %%
steps = budget(200, gpu=5000)
taken = train(young, cost, garments, steps=steps, batch_size=128, lr=2e-3, average=average)
losses = [step.loss for step in watched(taken, steps, title="your network", curve=True)]
print(f"loss {np.mean(losses[:5]):.2f} at first, {np.mean(losses[-30:]):.2f} at the end")

# %% [markdown]
# > **Trap.** A network that predicts 0 for every pixel has a loss of 1.00, for noise has a mean square of 1. Yours, 0.14 after 200 steps, is far
# > better. But this is a mean over all steps $t$. At some of them your network may be no better than a prediction of 0, and the mean hides it.
#
# **Predict:** where is the noise harder to tell, in a picture that is nearly clean or in one that is nearly drowned?


# %%
def loss_at(t, model=young):
    """The loss where all test garments are at the step t."""
    noise = torch.randn(test.shape, generator=dice.manual_seed(t), device=machine.device)
    with torch.no_grad():
        there = torch.full((len(test),), t, device=machine.device)
        return denoising_loss(with_time(model), 2 * test - 1, there, noise, alpha_bar).item()


young.eval()
by_step = {t: loss_at(t) for t in (0, 20, 100, 300, 600, 950)}
show_table(by_step, heads=["t", "loss"], digits=3)

# %% [markdown]
# In a clean picture: at $t = 0$ the noise is fainter than the grain of the cloth, and your network does no better than a prediction of 0. At 950
# nearly all that you see *is* the noise, and the loss is small. But a small error there matters most: only 0.08 of the picture is left in $x_t$, so an error of
# the noise becomes one 13 times as large in the picture that is computed from it. And that picture decides which garment this will be.
#
# One thing more. Each step of a training follows the noise of its own batch, so the last weights are not the best ones. Keep a second set of weights $\bar w$ that
# follows the first slowly: $\bar w \leftarrow d\,\bar w + (1 - d)\,w$ after every step, here with $d = 0.9$, so that about the last ten steps count (long trainings take 0.999 or more). This is an [**exponential moving average**](glossary.ipynb#Exponential-moving-average) (EMA). It costs no
# further gradient. It is not trained; it is what is saved in the end.
#
# **Predict:** which has the smaller loss over all steps, the last weights or the average, and by how much?

# %%
everywhere = range(10, 1000, 45)
of_weights = {
    name: np.mean([loss_at(t, model) for t in everywhere])
    for name, model in (("last", young), ("average", average.module.eval()))
}
show_table(of_weights, heads=["weights", "loss"], digits=4)

# %% [markdown]
# The average, by a few percent. It helps most where the learning rate stays as large as here. In the course's recipes the rate falls to 0 along half a cosine, so the last weights hardly move, and an average wins
# next to nothing.
#
# ## The way back
#
# From $x_t$ and the predicted noise $\varepsilon$ follows the **predicted $x_0$**, the picture that goes with them:
#
# $$\hat x_0 = \frac{x_t - \sqrt{1 - \bar\alpha_t}\;\varepsilon}{\sqrt{\bar\alpha_t}}$$
#
# It is a mean, so it is a blur. But we do not stop there: we put the *same* noise back, only **less of it**, at the level of an
# earlier step $t_\text{prev}$, and ask again. There is less noise now, so fewer garments could be there, and their mean is less of a blur.
#
# ### Exercise: one step of the way back ●●●
#
# (The sampler that takes such steps is called DDIM.) `t` and `t_prev` are `(n,)`. `t_prev` is $-1$ where the way ends: there nothing is noise, so $\bar\alpha = 1$. Clip nothing, and draw no random numbers.


# %% nbgrader={"grade": false, "grade_id": "ddim_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def ddim_step(xt, eps, t, t_prev, alpha_bar):
    """x at the step t_prev, with the same noise, but less of it."""
    ### BEGIN SOLUTION
    a = alpha_bar[t][:, None, None, None]
    b = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev.clamp(min=0)])[:, None, None, None]
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * eps
    ### END SOLUTION


# %% [markdown]
# > **Trap.** `alpha_bar[-1]` is no error in Python. It is the *last* number, 0.0000000024, where 1 is meant: the finished garment would be thrown
# > back into the noise.
#
# The sampler is a loop around your step. The library's `predict_x0_eps` asks the network, holds $\hat x_0$ to $[-1, 1]$, where pictures lie, and
# gives the $\varepsilon$ that goes with *that*: so your step has nothing to clip. `usable_timesteps` begins at step 996, the last with enough of a
# picture in it to compute with, and goes on in even strides.

# %%
print(inspect.getsource(predict_x0_eps))


# %%
def walk_back(eps, xT, count):
    """(t, xt, predicted x0) at each of `count` calls of the network, and the sample last."""
    ts, xt, moments = usable_timesteps(alpha_bar, count), xT, []
    for t, t_prev in pairwise([*ts, -1]):
        x0, noise = predict_x0_eps(eps, xt, t, alpha_bar, clip=True)
        moments.append((t, xt, x0))
        xt = ddim_step(xt, noise, at(t, xt), at(t_prev, xt), alpha_bar)
    return [*moments, (-1, xt, xt)]


def samples(eps, xT, count):
    """The pictures at the end of the way, in [0, 1]."""
    return (walk_back(eps, xT, count)[-1][1].clamp(-1, 1) + 1) / 2


# %% [markdown]
# The shipped **noise predictor** is your network, wider and deeper: 1.5 million weights, trained by exactly your loss for 10,000 steps of 128 garments, an hour of one core. It takes
# $(x_t, t)$ and gives $\varepsilon$, so you walk with it as with yours.
#
# **Predict:** your network has learned for less than a minute. From the same six noises, what will yours paint, and what the shipped one?

# %%
noise_predictor = machine.place(pretrained("noise_predictor"))
six = torch.randn(6, 1, 28, 28, generator=torch.Generator().manual_seed(3)).to(machine.device)
with torch.no_grad():
    of_yours = samples(with_time(young), six, 25)
    of_shipped = samples(noise_predictor, six, 25)
show_pictures(
    {f"yours, {i}": as_image(x) for i, x in enumerate(of_yours)}
    | {f"shipped, {i}": as_image(x) for i, x in enumerate(of_shipped)},
    columns=6,
    alt="Above, six grainy patches, one of them shaped like a garment; below, six garments.",
)

# %% [markdown]
# Yours paints light patches, and now and then the shape of a garment, after less than a minute; the shipped one paints garments. **Your loss is all that it takes.** Neither has a latent $z$ of 24 numbers: here the noise at the start, 784 numbers, decides which garment it will be.
#
# **Predict:** the way back in 1 call, in 3, in 8 and in 25, from one and the same noise. What does a single call paint?

# %%
with torch.no_grad():
    hurried = {count: samples(noise_predictor, six[:2], count) for count in (1, 3, 8, 25)}
show_pictures(
    {
        f"noise {i}, calls: {count}": as_image(hurried[count][i])
        for i in (0, 1)
        for count in hurried
    },
    columns=4,
    alt="One call paints black and white noise; the first noise is a pullover with 3 and 8 calls and a shoe with 25, the second the same garment with sleeves from 3 on.",
)

# %% [markdown]
# Not lesson 01's grey ghost, but black and white noise. At the first step, $t = 996$, only 0.0047 of the picture is left in $x_t$, so in $\hat x_0$ every error of the predicted noise is 214 times as large, and it is then cut off at black
# and white. The mean garment would be the better answer. It follows from a perfect $\varepsilon$, but no network is that exact. The steps after it correct this. For the first of the two noises the strides of three and of eight calls are too long: they end in a
# pullover, where 25 calls end in a shoe. The second is a garment with sleeves from 3 calls on. Here are six moments of its way.

# %%
moments = walk_back(noise_predictor, six[1:2], 25)
chosen = [0, 4, 9, 14, 19, 24]
show_pictures(
    {f"xt, call {i + 1}": as_image((moments[i][1][0] + 1) / 2) for i in chosen}
    | {f"x0, call {i + 1}": as_image((moments[i][2][0] + 1) / 2) for i in chosen},
    columns=6,
    alt="Above, noise that clears up into a garment; below, the predicted x0: noise at first, then the same garment from call 5 on.",
)

# %% [markdown]
# Above is $x_t$, below the predicted $x_0$. The kind of garment is settled in the prediction long before you can see it in $x_t$; the details come
# last. **The film from noise to garment** has all the moments: $x_t$ on the left, the predicted $x_0$ on the right. Move it back and forth.
#
# **Predict:** at which weight of the noise does the predicted $x_0$ no longer change its *kind* of garment?

# %%
denoising.explore(
    denoising.record([[t, *(x.cpu() for x in xs)] for t, *xs in moments], alpha_bar.cpu())
)

# %% [markdown]
# Early, in this one: after four of the 25 steps the noise still has the weight 0.97, and the predicted $x_0$ has two sleeves, and keeps them.
#
# Your step draws no random numbers: the same noise at the start always gives the same garment. That is DDIM. The older DDPM puts back less of the
# predicted noise at every step, and fresh noise $\varepsilon'$ in its place, of a variance $\tilde\beta$:
#
# $$x_\text{prev} = \sqrt{\bar\alpha_\text{prev}}\;\hat x_0 + \sqrt{1 - \bar\alpha_\text{prev} - \tilde\beta}\;\varepsilon + \sqrt{\tilde\beta}\;\varepsilon'$$
#
# The squares of the last two weights add up to $1 - \bar\alpha_\text{prev}$, the variance of your step. And $\tilde\beta$ is what $x_t$ leaves open of $x_\text{prev}$,
# if $x_0$ is $\hat x_0$. Without $x_t$ the variance of $x_\text{prev}$ is $1 - \bar\alpha_\text{prev}$. And $x_t$ is $\sqrt\alpha\,x_\text{prev}$ with noise of the variance $1 - \alpha$, where $\alpha =
# \bar\alpha_t / \bar\alpha_\text{prev}$. Two independent Gaussian measurements of one number combine so that the inverses of their variances add up:
#
# $$\frac{1}{\tilde\beta} = \frac{1}{1 - \bar\alpha_\text{prev}} + \frac{\alpha}{1 - \alpha}, \qquad\text{that is,}\qquad \tilde\beta = \frac{1 - \bar\alpha_\text{prev}}{1 - \bar\alpha_t}\,(1 - \alpha)$$
#
# **Predict:** three ways of DDPM from one noise. Will the three be garments of one kind?

# %%
with torch.no_grad():
    same = six[1:2].expand(3, -1, -1, -1)
    *_, ended = ddpm(noise_predictor, same, alpha_bar, 50, generator=dice)
show_pictures(
    {"DDIM": as_image(of_shipped[1])}
    | {f"DDPM, {i}": as_image((x + 1) / 2) for i, x in enumerate(ended.x0)},
    columns=4,
    alt="One garment by DDIM, and three different garments by DDPM, from one and the same noise.",
)

# %% [markdown]
# They need not be. In the first of these 50 steps 98 % of the noise's variance is drawn anew, in the second 71 %: the start is soon forgotten.
#
# How good is it, beside lesson 08's VAE and lesson 09's GAN? The judge is the Frechet classifier distance again, of 10,000 garments to the 10,000 test
# garments. To draw so many with the noise predictor takes minutes, so its numbers are read from its card, where they were measured in the same way: by your 25 steps of DDIM, and with fresh noise at every step as DDPM does. The
# second sampler has one thing more: it predicts where the predicted $x_0$ will be half a step later, from its last two (DPM-Solver++; Lu et al., 2022).

# %%
generator, real = torch.Generator().manual_seed(5), real_features()
frechet = {}
for kind in ("vae", "gan"):
    model = pretrained(kind)
    crowd = torch.cat([model.sample(500, generator) for _ in range(20)])
    frechet[kind] = frechet_of(garment_features(crowd), real)
drawn = card("noise_predictor")["quality"]
frechet["noise predictor, DDIM"] = drawn["Frechet classifier distance, 25 calls"]
name_of_best = "Frechet classifier distance, 25 calls with fresh noise (order 2)"
frechet["noise predictor, fresh noise"] = drawn[name_of_best]

# %% [markdown]
# **Predict:** which of the four is nearest to real garments?

# %%
show_table(frechet, heads=["model", "Frechet distance"], digits=1)

# %% [markdown]
# With fresh noise the noise predictor has 3.8, where the GAN has 7.6 and the VAE 19.6 (less is nearer). It played no game for it: one loss, which goes down. It pays in time, 25 calls of
# the network for one picture. And the sampler matters as much as the network: with your DDIM steps the same weights have 8.4 (`python -m tests.benchmarks samplers` compares seven samplers).
#
# ## The hole
#
# Now the claim of the course. This network has seen whole garments only, and was never told of a hole. Can it fill one?
# Here is [**RePaint**](glossary.ipynb#RePaint): walk back from noise as before, and after each step overwrite the known pixels: outside the hole put in the true picture,
# *under as much noise as the rest has at that step*. (Told of no hole, the network knows only pictures with the same noise on all pixels, so it must be given such.)
#
# ### Exercise: put in what is known ●●○
#
# `x_prev` is where the sampler stands, at the step `t_prev`; `x0` is the picture, clean, in $[-1, 1]$; `hole` is `(n, 1, h, w)` bool, `True` =
# to be filled. Where `t_prev` is $-1$ the known pixels are clean.


# %% nbgrader={"grade": false, "grade_id": "repaint_blend", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def repaint_blend(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """x_prev in the hole; outside the known picture under the noise of t_prev."""
    ### BEGIN SOLUTION
    level = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev.clamp(min=0)])[:, None, None, None]
    known = level.sqrt() * x0 + (1 - level).sqrt() * noise
    return torch.where(hole, x_prev, known)
    ### END SOLUTION


# %% [markdown]
# One pass is not enough: each step fills the hole for a surrounding that is overwritten right after it. So RePaint goes
# *back into the noise* and down again, several times over, until hole and surrounding fit each other. Take 25 levels of noise, here
# closer together near the clean end (`power=2.0`, as in the course's table), and number them from there; `schedule` says where RePaint stands after each move. (Ours goes up one level at a time, and passes each level four times. The paper takes 250 steps,
# goes up 10 at a time, and passes ten times: 2,410 calls for a picture, where ours needs 97. With this network, on 100 garments, the long way has 14.89 dB in the hole and the short one 14.79.)


# %%
box = draw.box((28, 28), height=14, width=14)
hole = torch.from_numpy(box).to(machine.device).expand(len(test), 1, 28, 28)
levels = [-1, *usable_timesteps(alpha_bar, 25, power=2.0)[::-1]]  # level 0 is clean
straight, back_and_forth = schedule(25, resamples=1), schedule(25, resamples=4)

# %%
calls = sum(there < here for here, there in pairwise(back_and_forth))
fig, ax = plt.subplots(figsize=(7.5, 2.8))
ax.plot(straight, "--", label=f"straight on: {len(straight) - 1} calls")
ax.plot(back_and_forth, label=f"RePaint: {calls} calls, on the moves down")
ax.set(xlabel="moves", ylabel="level of noise", title="The way back, straight on and to and fro")
ax.legend()
fig.tight_layout()
show(
    fig, alt="Level by move: a line straight down, and a saw that goes down by going up in between."
)

# %% [markdown]
# A move up needs no network. It adds noise as at the beginning of the lesson: the product of the $\alpha$ between two levels is
# $\bar\alpha_\text{there} / \bar\alpha_\text{here}$. A move down is the step of DDPM above, as in RePaint's paper, then your blend.


# %%
def move(eps, xt, known, where, here, there):
    """x at the level `there`: down by the network and your blend, or up by noise alone."""
    t, to = at(levels[here], xt), at(levels[there], xt)
    if there > here:
        kept = alpha_bar[levels[there]] / alpha_bar[levels[here]]
        return kept.sqrt() * xt + (1 - kept).sqrt() * normal(xt)
    _, noise = predict_x0_eps(eps, xt, levels[here], alpha_bar, clip=True)
    xt = ddpm_step(xt, noise, t, to, alpha_bar, normal(xt))
    return repaint_blend(xt, known, where, to, normal(xt), alpha_bar)


# %%
def repainted(images, where, path):
    """The pictures, filled by the network that is told of no hole."""
    known = 2 * images - 1
    top = at(levels[-1], images)
    xt = repaint_blend(normal(images), known, where, top, normal(images), alpha_bar)
    for here, there in pairwise(path):
        xt = move(noise_predictor, xt, known, where, here, there)
    return torch.where(where, (xt.clamp(-1, 1) + 1) / 2, images)


# %% [markdown]
# RePaint overwrites the known pixels. One can also let them **pull**. At the step $t$ the network predicts a picture $\hat x_0(x_t)$. How far its known pixels are from those of the
# picture $y$ is a number, and its gradient with respect to $x_t$ says how to move $x_t$ so that the next prediction fits better. This is
# [**diffusion posterior sampling**](glossary.ipynb#Diffusion-posterior-sampling) (Chung et al., 2023; they write the squared norm, with a step size that is divided by the norm, which comes to the same). Your step of DDIM, and a step against that gradient:
#
# $$x_\text{prev} = \text{DDIM step of } x_t \;-\; s\,\nabla_{x_t} \Big\lVert\, y - \hat x_0(x_t) \,\Big\rVert_\text{known pixels}$$
#
# ### Exercise: a step pulled by what is known ●●●
#
# `image` is $y$, in $[-1, 1]$; what it holds in the hole is not known. `scale` is $s$, and `t_prev` may be $-1$. Predict $x_0$ from `model(xt, t)`, unclipped. The norm goes over the known pixels of
# one picture, all its channels: a norm for each picture of the batch. The gradient is with respect to all pixels of `xt`, those of the hole too, and goes back through the network. Return x at `t_prev` without a graph. Use your `ddim_step`.


# %% nbgrader={"grade": false, "grade_id": "guided_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def guided_step(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """The DDIM step, less scale times the gradient of the distance from the known pixels."""
    ### BEGIN SOLUTION
    xt = xt.detach().requires_grad_()
    eps, a = model(xt, t), alpha_bar[t][:, None, None, None]
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    missed = torch.where(hole, 0, x0 - image).flatten(1).norm(dim=1)
    (slope,) = torch.autograd.grad(missed.sum(), xt)
    return ddim_step(xt.detach(), eps.detach(), t, t_prev, alpha_bar) - scale * slope
    ### END SOLUTION


# %%
def pulled(images, where, count=50, scale=0.5):
    """The pictures, filled by posterior sampling: each step is pulled by what is known."""
    known, xt = 2 * images - 1, normal(images)
    for t, t_prev in pairwise([*usable_timesteps(alpha_bar, count), -1]):
        now, then = at(t, xt), at(t_prev, xt)
        xt = guided_step(noise_predictor, xt, now, then, known, where, alpha_bar, scale)
    return torch.where(where, (xt.clamp(-1, 1) + 1) / 2, images)


# %% [markdown]
# And a network can be **told** of the hole in training. The course's **painter** is such a network, built like lesson 10's U-Net over the linear fill. Half of its training pictures had a hole, and it was
# shown what is known, clean, with noise in the hole alone; in the other half the hole covered everything. (It does not predict the noise alone, but a mixture of the noise and of the
# difference between the picture and the linear fill, and its errors are weighted by how hard each noise level and each hole is; $\varepsilon$ follows from what it predicts.) With
# `painter.denoiser(images, hole)` it fills by your `walk_back`, without going back and forth and without a gradient.


# %%
painter = machine.place(pretrained("painter"))


# %%
def told_of(images, where):
    """The pictures, filled by the painter that is told what is known."""
    drawn = samples(painter.denoiser(images, where), normal(images), 25)
    return torch.where(where, drawn, images)


# %%
dice.manual_seed(2)  # so that nothing above changes what is drawn here
with torch.no_grad():
    filled = {
        "straight": repainted(test, hole, straight),
        "RePaint": repainted(test, hole, back_and_forth),
        "told": told_of(test, hole),
    }
filled["pulled"] = pulled(test, hole)  # not under no_grad: it goes back through the network
ways = ("straight", "RePaint", "pulled", "told")

# %% [markdown]
# **Predict:** straight on, RePaint, pulled, and told of the hole: whose fills break at the rim of the hole?

# %%
show_pictures(
    {f"{kind}, {i}": as_image(filled[kind][i]) for kind in ways for i in (0, 1, 7, 11)},
    columns=4,
    alt="Four garments in four rows: filled straight on, by RePaint, pulled by what is known, and by the painter that is told.",
)

# %% [markdown]
# Straight on leaves fields that end at the rim: on the boot (0), the pullover (1) and the shirt (7). RePaint's fills join, and on the shirt it goes on with the stripes. The pull joins on most, but fills the shirt with a flat grey: its gradient comes from the known pixels
# alone, and it did not carry the check inwards. The told painter goes on with dark and light blotches, and its shoe (11) is torn: a draw may be a poor one.
#
# Now the score, in decibels over the hole, beside lesson 10's U-Net, which gives one answer. Recall lesson 11: an honest draw is 3.01 dB worse than
# the mean, and averaging eight wins 2.50 of it back, sixteen 2.75. The conditional VAE won 0.9 by sixteen.
#
# **Predict:** which is best by PSNR: straight on, RePaint, pulled, one draw of the told painter, the mean of eight of them, or the U-Net?


# %%
def score(images):
    """Decibels in the hole, pooled."""
    return -10 * math.log10((images - test).square()[hole].mean().item())


with torch.no_grad():
    eight = torch.stack([filled["told"], *(told_of(test, hole) for _ in range(7))])
decibels = {kind: score(images) for kind, images in filled.items()}
decibels["told, mean of 8"] = score(eight.mean(dim=0))
decibels["U-Net"] = score(machine.place(pretrained("inpainter")).fill(test, hole))
show_table(decibels, heads=["fill", "PSNR in the hole"], unit="dB")

# %% [markdown]
# The U-Net, which never draws, is first, and that is the law of lesson 11 again: by PSNR a mean beats a draw. One draw of the told painter is
# 2.2 dB below the U-Net, the mean of eight 0.74 dB: they win 1.5 of the 2.50 dB that a perfect sampler would, where sixteen of the conditional VAE
# won 0.9 of 2.75 (on right halves), for its draws differed too little. These are 24 garments; with other noises the numbers wander by some tenths of a
# decibel. In the course's table, on 500, the mean of sixteen is 0.37 dB below the U-Net. (There the second
# eight draws begin at the noise of the first eight with the other sign. Where one of such a pair errs upwards the other mostly
# errs downwards, and the mean gains 0.2 dB.)
#
# Straight on is the worst, 2.2 dB below one draw of the told painter, for its fills listen too little to what is around them. RePaint is as good as the told painter, with a network that was never told of any hole, and
# with 97 calls where the other needs 25. The pull is half a decibel behind, with 50 calls and as many gradients through the network.
#
# ## One model for both
#
# So the claim, with a third kind of network, and now without any training for holes: **one set of weights invents garments and fills holes**. And for the painter, which is told, what it
# invents is a fill of a hole of 100 %. Here is the film of a fill. Its curve only falls; RePaint's would be a saw.
#
# **Predict:** in the film of synthesis the predicted $x_0$ was black and white noise at the start. What is it here, at the start?

# %%
boot_and_hole = test[:1], hole[:1]
filling = walk_back(painter.denoiser(*boot_and_hole), six[:1], 25)
seen = [(t, torch.where(hole[:1], xt, 2 * test[:1] - 1), x0) for t, xt, x0 in filling]
denoising.explore(
    denoising.record([[t, *(x.cpu() for x in xs)] for t, *xs in seen], alpha_bar.cpu(), hole=box)
)

# %% [markdown]
# **Lesson 10's blur**: there is nothing but noise in the hole, so the first predicted $x_0$ is the mean of all that could be there, given what is known.
#
# **Predict:** stop after that first call and score the predicted $x_0$, on all 24. Is its score nearer to that of one draw, or to that of the mean of eight?

# %%
with torch.no_grad():
    predicted = walk_back(painter.denoiser(test, hole), normal(test), 1)[0][2]
first_call = score((predicted.clamp(-1, 1) + 1) / 2)
print(f"first call {first_call:.2f} dB, mean of 8 {decibels['told, mean of 8']:.2f} dB")

# %% [markdown]
# To the mean: it estimates that very mean. One call gives 15.40 dB, and the mean of eight draws, 200 calls, gave 15.26. The calls that follow choose one of the many
# possible fills. A network that fills a hole in one pass and was trained on the squared error, as in lesson 10, does what a [diffusion model](glossary.ipynb#Diffusion-model) does in its first call.
#
# ## Challenge
#
# Optional, as always: scored on what this lesson does not show, and your best score is kept.
#
# `fill(image, hole)` is the challenge of lesson 10 once more. Within a minute of computing, what is
# best: few calls and many draws, or one careful draw? Below stands one draw in two calls.


# %%
@challenge
def fill(image, hole):
    """The whole pictures, (n, 1, 28, 28), their holes filled; scored in the holes."""
    network = pretrained("painter")
    return network.fills(image, hole, 1, torch.Generator().manual_seed(0), calls=2)[0]


# %% [markdown]
# ## Quiz
#
# <details><summary>1. The network's best answer is a mean, and means are blurred. Why is the sample not?</summary>
#
# The first predicted x0 is blurred, and the sample moves only a little towards it: noise is put back and the network asked again. Each time fewer garments could be
# there, and the mean of few is sharp. At the end there is one.
# </details>
# <details><summary>2. Why is each picture of a batch given a step t of its own?</summary>
#
# One network must know all levels of noise. With one t for the whole batch each step of training would pull it towards one level, and the loss
# would jump, for the levels are unequally hard. And q_sample makes any level at no further cost.
# </details>
# <details><summary>3. In RePaint, why is what is known noised before it is put in?</summary>
#
# Told of no hole, the network knows only pictures with the same noise on all pixels. A clean surrounding is then a picture that it has never seen, so its prediction
# inside the hole is unreliable.
# </details>
#
# ## What you have seen
#
# - Any amount of noise is one line, so training takes a random step for each picture and needs one loss.
# - The best answer is a mean; walking back in small steps turns means into one garment.
# - DDIM draws nothing after the start; DDPM draws all the way.
# - RePaint, and a pull by what is known, fill a hole without telling the network of it; a network that is told needs fewer calls.
#
# **For the course's table** of fills: *RePaint, one draw* (there with the painter's weights, told of a hole over everything), *posterior sampling, one draw* and *diffusion, one draw*; `learnkit benchmark` prints them.
#
# **Read on:** Ho, Jain and Abbeel, *Denoising Diffusion Probabilistic Models* (NeurIPS 2020), sections 2 and 3; Song, Meng and Ermon, *Denoising
# Diffusion Implicit Models* (ICLR 2021), section 4; Lugmayr et al., *RePaint* (CVPR 2022), section 4; Chung et al., *Diffusion Posterior Sampling* (ICLR 2023), section 3. Next:
# [**13 Evaluation**](13_evaluation.ipynb).
