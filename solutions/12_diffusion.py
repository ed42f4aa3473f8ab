# %% [markdown]
# # 12 Diffusion
#
# > How do today's image generators work, and can such a network fill a hole although it was trained
# > on whole pictures only?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 07, 10 and 11 | add any amount of noise to a picture in one line; train a network that predicts the noise; go from pure noise to a garment step by step; fill holes with the same weights, in at most 100 calls of the network | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# A VAE makes a garment in one step, and the garment is blurred. A GAN also makes it in one step,
# and its training is a game between two networks. A **diffusion model** takes many small steps:
# **we add noise to a picture little by little, and train a network to undo each small step.**

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
# ## Adding noise (the forward process)
#
# In this lesson a picture $x_0$ lies in $[-1, 1]$, so that middle grey is 0, the mean of the noise.
# There are $T = 1000$ steps. Each multiplies the picture by $\sqrt{\alpha_t}$, a little less than
# 1, and adds noise of variance $1 - \alpha_t$: $x_t = \sqrt{\alpha_t}\,x_{t-1} + \sqrt{1 -
# \alpha_t}\,\varepsilon_t$. After the last step only noise is left.
#
# Is it necessary to compute all steps one after the other? Look at two steps. The second multiplies
# the noise of the first as well, so the total noise after two steps has the variance $\alpha_2 (1 -
# \alpha_1) + (1 - \alpha_2) = 1 - \alpha_1 \alpha_2$: that of *one* step, with $\alpha_1 \alpha_2$
# for $\alpha$. (Here steps count from 1, as in papers; in the code from 0.) So $x_t$ depends only
# on the product of all $\alpha$ up to $t$. It is written $\bar\alpha_t$, and falls from nearly 1 to
# nearly 0 (the **noise schedule**):
#
# $$x_t = \sqrt{\bar\alpha_t}\; x_0 + \sqrt{1 - \bar\alpha_t}\;\varepsilon, \qquad \varepsilon \sim N(0, I)$$
#
# The squares of the two weights add up to 1, so the standard deviation neither grows nor shrinks
# much on the way. How fast should $\bar\alpha$ fall?

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
# The linear schedule (Ho et al., 2020) spends a third of its steps, 327, on pictures whose weight
# $\sqrt{\bar\alpha_t}$ is below 0.1. The cosine schedule (Nichol and Dhariwal, 2021) spends 65 on
# them. We use the cosine schedule.
#
# ### Exercise: any amount of noise at once ●○○
#
# `x0` and `noise` are `(n, c, h, w)`, `t` is int64 `(n,)`: **each picture has a step of its own**,
# 0-based. `alpha_bar` is `(T,)`. The step $t = 0$ already adds a little noise. The clean picture is
# called $x_0$ all the same; as a step number we later write $-1$ for it. Look up each picture's
# `alpha_bar[t]`, reshape it to `(n, 1, 1, 1)`, so that each picture is multiplied by its own
# number, and return $x_t$, made with the given `noise`; draw nothing. (On a GPU a tensor that you
# make yourself must be on the same device as the others: `device=x0.device`.)


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
# **Predict:** one boot at $t$ = 0, 100, 300, 500, 700 and 999. What is the largest of these $t$ at
# which you will see that it is a boot?

# %%
show_pictures(
    {f"t = {t}": as_image((x + 1) / 2) for t, x in zip(marks.tolist(), drowning, strict=True)},
    columns=6,
    alt="A boot under more and more noise: clear, grainy, a shape at 500, a hint at 700, nothing at 999.",
)

# %% [markdown]
# At 500 the boot is still visible, and picture and noise have nearly the same weight, 0.70 and
# 0.71; at 700 you see it only if you know that it is there. Now think of the way back, from 999 to
# 0: **each step has only a little to add**, first the kind of garment, then its shape, then the
# details. This is why the method works.
#
# ## What the network learns
#
# A network gets $x_t$ and $t$, and must predict the noise $\varepsilon$ in $x_t$. The loss is
# lesson 01's mean squared error:
#
# $$\text{mean of}\;\big(\varepsilon_\theta(x_t, t) - \varepsilon\big)^2$$
#
# where $\theta$ are the network's weights. (Ho et al. derive it from a bound like lesson 08's, with
# the weights of the steps left out, and call it $L_\text{simple}$.) Once the noise is known, so is
# the picture: solve the formula of $x_t$ for $x_0$. Lesson 01 says which answer has the least
# squared error: **the mean**, here the mean of all noises, and so of all garments, that could have
# given this $x_t$, each weighted by its probability. We write $\hat\varepsilon$ for the prediction.
#
# ### Exercise: the denoising loss ●●○
#
# `model(xt, t)` gives a tensor of the shape of `xt`. Pass `t` on as it is, int64 `(n,)`. The target
# is the `noise` that you are given. Return the mean over all numbers of all pictures, one tensor
# with a gradient.


# %% nbgrader={"grade": false, "grade_id": "denoising_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def denoising_loss(model, x0, t, noise, alpha_bar):
    """The mean squared difference between the predicted noise and `noise`: one number."""
    ### BEGIN SOLUTION
    predicted = model(q_sample(x0, t, noise, alpha_bar), t)
    return F.mse_loss(predicted, noise)
    ### END SOLUTION


# %% [markdown]
# The network is lesson 10's U-Net. It also gets the time $t$, as sines and cosines of several
# frequencies (lesson 05's Fourier features). Two linear layers turn these into an `embedding`. In
# every residual layer one more linear layer turns the embedding into a scale and a shift for each
# channel. Unlike a GAN it needs no second network: there is one loss, and it falls.

# %%
for part in (timestep_embedding, Layer.forward):
    print(inspect.getsource(part))


# %%
def cost(model, images):
    """Your loss, each picture at a step of its own."""
    t = torch.randint(1000, (len(images),), generator=dice, device=images.device)
    return denoising_loss(with_time(model), 2 * images - 1, t, normal(images), alpha_bar)


def with_time(model):
    """The network as a function of (xt, t): it gets t / 1000, a number from 0 to 1."""
    return lambda xt, t: model(xt, t / 1000).float()  # float32, also in 16-bit training (lesson 15)


torch.manual_seed(0)
young = UNet(1, 1, width=24, depth=1, timed=True)
average = averaged(young, decay=0.9)  # a second set of weights, which is explained below

# %%
steps = budget(200, gpu=5000)
taken = train(young, cost, garments, steps=steps, batch_size=128, lr=2e-3, average=average)
losses = [step.loss for step in watched(taken, steps, title="your network", curve=True)]
print(f"loss {np.mean(losses[:5]):.2f} at first, {np.mean(losses[-30:]):.2f} at the end")

# %% [markdown]
# > **Trap.** A network that predicts 0 for every pixel has a loss of 1.00, because noise has a mean
# > square of 1. Yours, 0.14 after 200 steps (a GPU takes 5,000), is far better. But this is a mean
# > over all steps $t$. At some of them your network may be no better than a prediction of 0, and
# > the mean hides it.
#
# **Predict:** where is the noise harder to predict, in a picture that is nearly clean or in one
# that is nearly pure noise?


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
# In a nearly clean picture: at $t = 0$ the noise (standard deviation 0.006) is smaller than one
# grey level (2/255 = 0.008), and your network is no better than a prediction of 0. At 950 nearly
# all of $x_t$ is noise, so the loss is small. But errors matter most there: the weight of the
# picture is only 0.08, so an error of the noise becomes an error $\sqrt{1 - \bar\alpha_t} /
# \sqrt{\bar\alpha_t}$ = 13 times as large in the predicted picture. And at these steps the kind of
# garment is decided.
#
# One thing more. The gradient of each training step depends on its random batch, so the weights
# move to and fro around a good place. Keep a second set of weights $\bar w$ that follows the first
# slowly: $\bar w \leftarrow d\,\bar w + (1 - d)\,w$ after every step, here with $d = 0.9$, so that
# about the last ten steps count (long trainings take 0.999 or more). This is an [**exponential
# moving average**](glossary.ipynb#Exponential-moving-average) (EMA). It needs no extra gradient.
# The averaged weights are the ones that are saved.
#
# **Predict:** which has the smaller loss over all steps, the last weights or the average, and by
# how much?

# %%
everywhere = range(10, 1000, 45)
of_weights = {
    name: np.mean([loss_at(t, model) for t in everywhere])
    for name, model in (("last", young), ("average", average.module.eval()))
}
show_table(of_weights, heads=["weights", "loss"], digits=4)

# %% [markdown]
# The average has the smaller loss, by a few percent. It helps most where the learning rate stays as
# large as here. In the course's recipes the rate falls to 0 along half a cosine, so the last
# weights hardly move, and an average gains nearly nothing.
#
# ## Removing noise (the reverse process)
#
# Solve the formula of $x_t$ for the picture. With the predicted noise $\hat\varepsilon$ this gives
# the **predicted $x_0$**:
#
# $$\hat x_0 = \frac{x_t - \sqrt{1 - \bar\alpha_t}\;\hat\varepsilon}{\sqrt{\bar\alpha_t}}$$
#
# It is a mean, so it is blurred. So we add the *same* predicted noise again, but **less of it**,
# with the weight of an earlier step $t_\text{prev}$, and ask the network again:
#
# $$x_\text{prev} = \sqrt{\bar\alpha_\text{prev}}\;\hat x_0 + \sqrt{1 - \bar\alpha_\text{prev}}\;\hat\varepsilon$$
#
# With less noise fewer garments are possible, and their mean is less blurred.
#
# | in this lesson | in papers |
# |---|---|
# | adding noise, `q_sample` | forward process, $q(x_t \mid x_0)$ |
# | removing noise | reverse process |
# | the network's $\hat\varepsilon$ | $\varepsilon_\theta$; the network is a denoiser with $\varepsilon$-prediction |
# | a call of the network | function evaluation (NFE) |
#
# ### Exercise: one step of the reverse process ●●●
#
# (The sampler that takes such steps is called DDIM, denoising diffusion implicit model.) `xt` and
# `eps`, the predicted noise $\hat\varepsilon$, are `(n, c, h, w)`; `t` and `t_prev` are `(n,)`.
# `t_prev` is $-1$ for each picture that is to come out clean, so its $\bar\alpha_\text{prev}$ is 1;
# others of the same batch may not be at the end. Return $x_\text{prev}$ by the formula above. Clip
# nothing, and draw no random numbers.


# %% nbgrader={"grade": false, "grade_id": "ddim_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def ddim_step(xt, eps, t, t_prev, alpha_bar):
    """x at the step t_prev: the predicted x0 with the same noise, but less of it."""
    ### BEGIN SOLUTION
    a = alpha_bar[t][:, None, None, None]
    b = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev.clamp(min=0)])[:, None, None, None]
    x0 = (xt - (1 - a).sqrt() * eps) / a.sqrt()
    return b.sqrt() * x0 + (1 - b).sqrt() * eps
    ### END SOLUTION


# %% [markdown]
# > **Trap.** `alpha_bar[-1]` is no error in Python. It is the *last* number, 0.0000000024, but the
# > right value here is 1. With it the result would be nearly pure noise.
#
# The sampler is a loop around your step. The library's `predict_x0_eps` asks the network, clips
# $\hat x_0$ to $[-1, 1]$, the range of pictures, and computes the $\hat\varepsilon$ that belongs to
# the clipped $\hat x_0$. So your step need not clip. `usable_timesteps` begins at step 996 (after
# it $\bar\alpha$ is so small that rounding errors spoil $\hat x_0$) and goes down in equal steps.

# %%
print(inspect.getsource(predict_x0_eps))


# %%
def walk_back(network, xT, count):
    """(t, xt, predicted x0) at each of `count` calls of the network, and the sample last."""
    ts, xt, moments = usable_timesteps(alpha_bar, count), xT, []
    for t, t_prev in pairwise([*ts, -1]):
        x0, noise = predict_x0_eps(network, xt, t, alpha_bar, clip=True)
        moments.append((t, xt, x0))
        xt = ddim_step(xt, noise, at(t, xt), at(t_prev, xt), alpha_bar)
    return [*moments, (-1, xt, xt)]


def samples(network, xT, count):
    """The pictures after `count` calls of the network, in [0, 1]."""
    return (walk_back(network, xT, count)[-1][1].clamp(-1, 1) + 1) / 2


# %% [markdown]
# The shipped **noise predictor** is your network, wider and deeper: 1.5 million weights, trained by
# exactly your loss for 10,000 steps of 128 garments, about an hour on one core. It is called like
# yours, so the same loop works.
#
# **Predict:** your network has learned for less than a minute. From the same six noises, what will
# yours paint, and what the shipped one?

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
# Yours paints light patches, and now and then the shape of a garment, after less than a minute; the
# shipped one paints garments. **The shipped network was trained with nothing but your loss.**
# Neither has a latent $z$ of 24 numbers: here the noise at the start, 784 numbers, decides which
# garment it will be.
#
# **Predict:** one call of the shipped network predicts $x_0$ from the noisy boots of the beginning.
# What does the prediction look like at $t$ = 0, 100, 300, 500 and 700?

# %%
with torch.no_grad():
    one_call = {
        t: predict_x0_eps(noise_predictor, drowning[i : i + 1], t, alpha_bar, clip=True)[0]
        for i, t in enumerate((0, 100, 300, 500, 700))
    }
show_pictures(
    {f"x0 from t = {t}": as_image((x[0] + 1) / 2) for t, x in one_call.items()},
    columns=5,
    alt="Boots predicted from more and more noise: the first is sharp, the last a blurred outline.",
)

# %% [markdown]
# The more noise there is in $x_t$, the more blurred is the predicted $x_0$: it is the mean of more
# and more possible boots.
#
# **Predict:** from pure noise to a picture in 1 call, in 3, in 8 and in 25, from one and the same
# noise. What does a single call paint?

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
# A single call does not paint the blurred mean garment, but black and white noise. At the first
# step, $t = 996$, only 0.0047 of the picture is left in $x_t$, so in $\hat x_0$ every error of the
# predicted noise is 214 times as large, and it is then cut off at black and white. A perfect
# prediction of $\varepsilon$ would give the mean garment, but no network is exact enough. The
# following steps correct the error. For the first of the two noises the steps of three and of eight
# calls are too long: they end in a pullover, where 25 calls end in a shoe. The second is a garment
# with sleeves from 3 calls on. Below are six of its 25 steps.

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
# Above is $x_t$, below the predicted $x_0$. The kind of garment is decided in the prediction long
# before you can see it in $x_t$; the details come last. The widget below, **the film from noise to
# garment**, shows all steps: $x_t$ on the left, the predicted $x_0$ on the right. Move the slider.
#
# **Predict:** at which weight of the noise does the predicted $x_0$ no longer change its *kind* of
# garment?

# %%
denoising.explore(
    denoising.record([[t, *(x.cpu() for x in xs)] for t, *xs in moments], alpha_bar.cpu())
)

# %% [markdown]
# Early: in this example, after four of the 25 steps the noise still has the weight 0.97, and the
# predicted $x_0$ has two sleeves, and keeps them.
#
# Your step draws no random numbers: the same noise at the start always gives the same garment. That
# is DDIM. The older DDPM (denoising diffusion probabilistic model) adds less of the predicted noise
# at every step, and adds $\sqrt{\tilde\beta}\,\varepsilon'$ with fresh noise $\varepsilon' \sim
# N(0, I)$:
#
# $$x_\text{prev} = \sqrt{\bar\alpha_\text{prev}}\;\hat x_0 + \sqrt{1 - \bar\alpha_\text{prev} -
# \tilde\beta}\;\hat\varepsilon + \sqrt{\tilde\beta}\;\varepsilon'$$
#
# The squares of the last two weights add up to $1 - \bar\alpha_\text{prev}$, the variance of your
# step. And $\tilde\beta$ is the variance of $x_\text{prev}$ when both $x_t$ and $x_0 = \hat x_0$
# are given. If only $x_0$ is given, the variance of $x_\text{prev}$ is $1 -
# \bar\alpha_\text{prev}$. And $x_t$ is $\sqrt\alpha\,x_\text{prev}$ with noise of the variance $1 -
# \alpha$, where $\alpha = \bar\alpha_t / \bar\alpha_\text{prev}$: so $x_t / \sqrt\alpha$ is
# $x_\text{prev}$ plus noise of the variance $(1 - \alpha) / \alpha$. Multiply the two Gaussian
# densities: the coefficients of $-x^2 / 2$, which are the inverses of the variances, add up:
#
# $$\frac{1}{\tilde\beta} = \frac{1}{1 - \bar\alpha_\text{prev}} + \frac{\alpha}{1 - \alpha}, \qquad\text{that is,}\qquad \tilde\beta = \frac{1 - \bar\alpha_\text{prev}}{1 - \bar\alpha_t}\,(1 - \alpha)$$
#
# The mean of $x_\text{prev}$ is the mean of $\sqrt{\bar\alpha_\text{prev}}\,\hat x_0$ and $x_t /
# \sqrt\alpha$, weighted by these inverses:
# $\tilde\beta\left(\frac{\sqrt{\bar\alpha_\text{prev}}\,\hat x_0}{1 - \bar\alpha_\text{prev}} +
# \frac{\sqrt\alpha\,x_t}{1 - \alpha}\right)$. Put in
# $x_t = \sqrt{\bar\alpha_t}\,\hat x_0 + \sqrt{1 - \bar\alpha_t}\,\hat\varepsilon$, and it becomes the first two terms of $x_\text{prev}$ above.
#
# **Predict:** we run DDPM three times from the same noise. Will the three garments be of the same
# kind?

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
# Not necessarily. In the first of these 50 steps 98 % of the noise's variance is drawn anew, in the
# second 71 %: the start is soon forgotten.
#
# How good is it, beside lesson 08's VAE and lesson 09's GAN? We measure the Frechet classifier
# distance between 10,000 generated garments and the 10,000 test garments. To draw so many with the
# noise predictor takes minutes, so its numbers are read from its model card, where they were
# measured in the same way: by your 25 steps of DDIM, and with fresh noise at every step as DDPM
# does (this sampler also extrapolates the last two predicted $x_0$; DPM-Solver++, Lu et al., 2022).

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
# With fresh noise the noise predictor has 3.8, where the GAN has 7.6 and the VAE 19.6 (less is
# nearer). Its training has one loss and no second network. The price is time: 25 calls of the
# network for one picture. And the sampler matters as much as the network: with your DDIM steps the
# same weights have 8.4 (`python -m tests.benchmarks samplers` compares seven samplers).
#
# ## Filling a hole
#
# Now the claim of the course. This network was trained on whole garments only. Can it fill a hole?
# Here is [**RePaint**](glossary.ipynb#RePaint): go from noise to a picture as before, and after
# each step overwrite the known pixels: outside the hole put in the true picture, *with as much
# noise as the rest has at that step*. (The network was trained only on pictures with the same
# amount of noise on all pixels, so it must get such pictures here.)
#
# ### Exercise: put in what is known ●●○
#
# `x_prev` `(n, c, h, w)` is the current picture of the sampler, with the noise of step `t_prev`
# `(n,)`; `x0` `(n, c, h, w)` is the clean picture, in $[-1, 1]$; `hole` is `(n, 1, h, w)` bool,
# `True` = to be filled. Return `x_prev` in the hole, and elsewhere `x0` with the noise of step
# `t_prev`, made with the given `noise` `(n, c, h, w)`. Where `t_prev` is $-1$ the known pixels are
# clean.


# %% nbgrader={"grade": false, "grade_id": "repaint_blend", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def repaint_blend(x_prev, x0, hole, t_prev, noise, alpha_bar):
    """x_prev in the hole; elsewhere the known picture x0, with the noise of step t_prev."""
    ### BEGIN SOLUTION
    level = torch.where(t_prev < 0, 1.0, alpha_bar[t_prev.clamp(min=0)])[:, None, None, None]
    known = level.sqrt() * x0 + (1 - level).sqrt() * noise
    return torch.where(hole, x_prev, known)
    ### END SOLUTION


# %% [markdown]
# One pass is not enough: in each step the hole is predicted from surroundings that are replaced
# directly afterwards, so the two do not fit together. So RePaint adds noise again and removes it
# again, several times, until hole and surroundings fit each other (**resampling**). We use 25 noise
# levels, closer together near the clean end (`power=2.0`, as in [the course's
# table](../docs/table_of_holes.md)); level 0 is clean, level 25 is the noisiest. `schedule` lists
# the level after each move: it is a path, not a noise schedule. (Ours goes up one level at a time,
# and passes each level four times. The paper takes 250 steps, goes up 10 at a time, and passes ten
# times: 2,410 calls for a picture, where ours needs 97. With this network, on 100 garments, the
# long path has 14.89 dB in the hole and the short one 14.79.)


# %%
box = draw.box((28, 28), height=14, width=14)
hole = torch.from_numpy(box).to(machine.device).expand(len(test), 1, 28, 28)
levels = [-1, *usable_timesteps(alpha_bar, 25, power=2.0)[::-1]]  # level 0 is clean
straight, back_and_forth = schedule(25, resamples=1), schedule(25, resamples=4)

# %%
calls = sum(there < here for here, there in pairwise(back_and_forth))
fig, ax = plt.subplots(figsize=(7.5, 2.8))
ax.plot(straight, "--", label=f"without resampling: {len(straight) - 1} calls")
ax.plot(back_and_forth, label=f"RePaint: {calls} calls, on the moves down")
ax.set(xlabel="moves", ylabel="level of noise", title="Noise level after each move")
ax.legend()
fig.tight_layout()
show(
    fig, alt="Level by move: a line straight down, and a saw that goes down by going up in between."
)

# %% [markdown]
# A move up needs no network. It adds noise as at the beginning of the lesson: the product of the
# $\alpha$ between two levels is $\bar\alpha_\text{there} / \bar\alpha_\text{here}$. A move down is
# the step of DDPM above, as in RePaint's paper, then your blend.


# %%
def move(network, xt, known, where, here, there):
    """x at the level `there`: down by the network and your blend, or up by adding noise."""
    t, to = at(levels[here], xt), at(levels[there], xt)
    if there > here:
        kept = alpha_bar[levels[there]] / alpha_bar[levels[here]]
        return kept.sqrt() * xt + (1 - kept).sqrt() * normal(xt)
    _, noise = predict_x0_eps(network, xt, levels[here], alpha_bar, clip=True)
    xt = ddpm_step(xt, noise, t, to, alpha_bar, normal(xt))
    return repaint_blend(xt, known, where, to, normal(xt), alpha_bar)


# %%
def repainted(images, where, path):
    """The pictures, filled by the network that was trained on whole pictures."""
    known = 2 * images - 1
    top = at(levels[-1], images)
    xt = repaint_blend(normal(images), known, where, top, normal(images), alpha_bar)
    for here, there in pairwise(path):
        xt = move(noise_predictor, xt, known, where, here, there)
    return torch.where(where, (xt.clamp(-1, 1) + 1) / 2, images)


# %% [markdown]
# RePaint overwrites the known pixels. Instead we can use them in a gradient. At the step $t$ the
# network predicts a picture $\hat x_0(x_t)$. The distance between the known pixels of $\hat x_0$
# and those of the picture $y$ is one number, and the gradient of this number with respect to $x_t$
# says how to move $x_t$ so that the next prediction fits better. This is [**diffusion posterior
# sampling**](glossary.ipynb#Diffusion-posterior-sampling) (Chung et al., 2023). The reason is
# Bayes' rule, $\nabla \log p(x_t \mid y) = \nabla \log p(x_t) + \nabla \log p(y \mid x_t)$. A
# perfect noise prediction gives the first term, $-\hat\varepsilon / \sqrt{1 - \bar\alpha_t}$
# (given; Song et al., ICLR 2021); the second is approximated by the distance of $\hat x_0(x_t)$
# from $y$. The new step is your DDIM step minus a multiple $s$ of the gradient of that distance:
#
# $$x_\text{prev} = \text{DDIM step of } x_t \;-\; s\,\nabla_{x_t} \Big\lVert\, y - \hat x_0(x_t) \,\Big\rVert_\text{known pixels}$$
#
# ### Exercise: one step of posterior sampling ●●●
#
# (Chung et al. write the squared norm with a step size that is divided by the norm, which is the
# same up to a factor of 2 in $s$; their basic step is DDPM, ours is DDIM.) `image` is $y$, in $[-1,
# 1]$; its values in the hole must not be used. `scale` is $s$, and `t_prev` may be $-1$. Predict
# $x_0$ from `model(xt, t)`, unclipped. Of each picture at least one pixel is known, and it never
# fits exactly. Take one norm for each picture of the batch: the square root of the sum of squares
# over its known pixels and all channels. The gradient is with respect to all pixels of `xt`, those
# of the hole too, and goes back through the network. Return $x_\text{prev}$, detached
# (`requires_grad` is False). Use your `ddim_step`.


# %% nbgrader={"grade": false, "grade_id": "guided_step", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def guided_step(model, xt, t, t_prev, image, hole, alpha_bar, scale):
    """The DDIM step minus scale times the gradient of the distance from the known pixels."""
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
    """The pictures, filled by posterior sampling: your guided_step at each step."""
    known, xt = 2 * images - 1, normal(images)
    for t, t_prev in pairwise([*usable_timesteps(alpha_bar, count), -1]):
        now, then = at(t, xt), at(t_prev, xt)
        xt = guided_step(noise_predictor, xt, now, then, known, where, alpha_bar, scale)
    return torch.where(where, (xt.clamp(-1, 1) + 1) / 2, images)


# %% [markdown]
# A network can also get the hole as an input in training (it is then *conditioned* on the known
# pixels). The course's **painter** is such a network (not lesson 05's painter of one pixel), built
# like lesson 10's U-Net over the linear fill. Half of its training pictures had a hole: it got the
# known pixels clean, with noise in the hole only. In the other half the hole covered everything.
# (Details: `learnkit/recipes/painter.py`.) With `painter.denoiser(images, hole)` it fills by your
# `walk_back`, without resampling and without a gradient. In the figures below its fills are called
# `told`, those of posterior sampling `pulled`, and those of RePaint without resampling `straight`.


# %%
painter = machine.place(pretrained("painter"))


# %%
def told_of(images, where):
    """The pictures, filled by the painter, which gets the known pixels and the hole."""
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
# **Predict:** without resampling, RePaint, posterior sampling, and the painter: whose fills do not
# fit the known pixels at the rim of the hole?

# %%
show_pictures(
    {f"{kind}, {i}": as_image(filled[kind][i]) for kind in ways for i in (0, 1, 7, 11)},
    columns=4,
    alt="Four garments in four rows: filled without resampling, by RePaint, by posterior sampling, and by the painter.",
)

# %% [markdown]
# Without resampling there are patches that end at the rim: on the boot (0), the pullover (1) and
# the shirt (7). RePaint's fills fit, and on the shirt it continues the pattern. Posterior sampling
# fits in most cases, but fills the shirt with a flat grey (one draw; another noise may do better).
# The painter continues it with dark and light spots, and its shoe (11) is torn: a single random
# fill may be poor.
#
# Now the score, in decibels over the hole, beside lesson 10's U-Net, which gives one fill. Recall
# lesson 11: a draw of a perfect sampler is 3.01 dB worse than the mean, and averaging eight gains
# 2.50 of it, sixteen 2.75. The conditional VAE gained 0.9 by sixteen.
#
# **Predict:** which is best by PSNR: without resampling, RePaint, posterior sampling, one draw of
# the painter, the mean of eight of its draws, or the U-Net?


# %%
def score(images):
    """Decibels, from one mean over the hole pixels of all pictures (pooled)."""
    return -10 * math.log10((images - test).square()[hole].mean().item())


with torch.no_grad():
    eight = torch.stack([filled["told"], *(told_of(test, hole) for _ in range(7))])
decibels = {kind: score(images) for kind, images in filled.items()}
decibels["told, mean of 8"] = score(eight.mean(dim=0))
decibels["U-Net"] = score(machine.place(pretrained("inpainter")).fill(test, hole))
show_table(decibels, heads=["fill", "PSNR in the hole"], unit="dB")

# %% [markdown]
# The U-Net is best: it always paints the mean, and by PSNR the mean is better than a random fill
# (lesson 11). One draw of the painter is 2.2 dB below the U-Net, the mean of eight 0.74 dB: they
# win 1.5 of the 2.50 dB that a perfect sampler would. (The conditional VAE's draws differed even
# less: sixteen gained 0.9 of 2.75, on right halves.) These are 24 garments; with other noises the
# numbers change by some tenths of a decibel. In the course's table, on 500, the mean of sixteen is
# 0.37 dB below the U-Net. (There the second eight draws start from $-x_T$ of the first eight,
# antithetic noise, which gains 0.2 dB.)
#
# The fills without resampling are the worst, 2.2 dB below one draw of the painter, because they
# depend too little on the surroundings. RePaint is as good as the painter, with a network that was
# trained on whole pictures only, and with 97 calls where the painter needs 25. Posterior sampling
# is half a decibel behind, with 50 calls and as many gradients through the network. (The table's
# row *guided diffusion* is another method, which solves for all known pixels at once: Rozet et al.,
# 2024.)
#
# ## One model for both
#
# RePaint and posterior sampling confirm the claim of the course with a third kind of network, again
# without any training on holes: **one set of weights invents garments and fills holes**. For the
# painter, synthesis is a fill of a hole of 100 %. The widget below shows the steps of one of its
# fills.
#
# **Predict:** in the film of synthesis the predicted $x_0$ was black and white noise at the first
# step. What is it here, at the first step?

# %%
boot_and_hole = test[:1], hole[:1]
filling = walk_back(painter.denoiser(*boot_and_hole), six[:1], 25)
seen = [(t, torch.where(hole[:1], xt, 2 * test[:1] - 1), x0) for t, xt, x0 in filling]
denoising.explore(
    denoising.record([[t, *(x.cpu() for x in xs)] for t, *xs in seen], alpha_bar.cpu(), hole=box)
)

# %% [markdown]
# **It is the blurred fill of lesson 10**: the hole holds only noise, so the first predicted $x_0$
# is the mean of all possible fills, given what is known.
#
# **Predict:** stop after that first call and score the predicted $x_0$, on all 24. Is its score
# nearer to that of one draw, or to that of the mean of eight?

# %%
with torch.no_grad():
    predicted = walk_back(painter.denoiser(test, hole), normal(test), 1)[0][2]
first_call = score((predicted.clamp(-1, 1) + 1) / 2)
print(f"first call {first_call:.2f} dB, mean of 8 {decibels['told, mean of 8']:.2f} dB")

# %% [markdown]
# To the mean of eight: the first predicted $x_0$ is an estimate of the mean of all fills. One call
# gives 15.40 dB, and the mean of eight draws, 200 calls, gave 15.26. The calls that follow choose
# one of the many possible fills. A network that fills a hole in one pass and was trained on the
# squared error, as in lesson 10, does what a [diffusion model](glossary.ipynb#Diffusion-model) does
# in its first call.
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
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. The best that the network can predict is a mean, and means are blurred. Why is the sample not
# blurred?**
#
# <details><summary>The network is asked again after each small step.</summary>
#
# **Right.** The sample moves only a little towards the prediction. Each time fewer garments are
# possible, and the mean of few is sharper. At the end there is one.
# </details>
# <details><summary>The network's last layer sharpens it.</summary>
#
# **No.** No layer does. It predicts the noise.
# </details>
# <details><summary>Noise looks like detail.</summary>
#
# **No.** At the end the noise is gone.
# </details>
#
# **2. Why does each picture of a training batch get a step t of its own?**
#
# <details><summary>So that the noise of a batch sums to zero</summary>
#
# **No.** It need not; each noise is drawn by itself.
# </details>
# <details><summary>So that each training step sees many levels of noise</summary>
#
# **Right.** With one t for the whole batch each step would pull the network towards one level, and
# the loss would jump, as the levels differ in difficulty. `q_sample` makes any level at once.
# </details>
# <details><summary>So that a picture passes through all steps in training</summary>
#
# **No.** It never does: each training step takes one t.
# </details>
#
# **3. Why does RePaint put noise on the known pixels before it puts them in?**
#
# <details><summary>To make the fill of the hole more random than it is</summary>
#
# **No.** The hole has noise enough.
# </details>
# <details><summary>To hide the rim of the hole</summary>
#
# **No.** The rim is where the two parts must fit together; hiding it is not the aim.
# </details>
# <details><summary>The network knows only pictures that are noisy everywhere.</summary>
#
# **Right.** Clean known pixels would be an input that it has never seen, and its prediction inside
# the hole would be unreliable.
# </details>
#
# **4. You sample 25 steps with your `ddim_step`. What is drawn at random?**
#
# <details><summary>Only the start</summary>
#
# **Right.** After it every step is computed. The same start gives the same picture.
# </details>
# <details><summary>New noise at every step</summary>
#
# **No.** That is DDPM, which adds noise after each step.
# </details>
# <details><summary>Nothing at all</summary>
#
# **No.** The start is noise.
# </details>
#
# **5. In posterior sampling (`guided_step`), with respect to what is the gradient of the distance
# taken?**
#
# <details><summary>The weights of the network</summary>
#
# **No.** They stay as they are: nothing is trained.
# </details>
# <details><summary>xt, the noisy picture</summary>
#
# **Right.** The known pixels are compared with the predicted x0, and the gradient goes back through
# the network to xt.
# </details>
# <details><summary>The predicted x0</summary>
#
# **No.** Then the slope would not pass through the network, and the correction would belong to
# another quantity.
# </details>
#
# ## What you have seen
#
# - Any amount of noise is added in one line, so training takes a random step for each picture and
#   needs one loss.
# - The best answer is a mean; many small steps lead from the blurred mean to one sharp garment.
# - DDIM uses random numbers only for the start; DDPM uses new ones in every step.
# - RePaint and posterior sampling fill a hole with a network that was trained on whole pictures
#   only; a network that gets the hole as an input needs fewer calls.
#
# **For the course's table** of fills: *RePaint, one draw* (there the network is the painter, which
# is told that the hole covers everything), *posterior sampling, one draw* and *diffusion, one
# draw*; `learnkit benchmark` prints them.
#
# **Read on:** Ho, Jain and Abbeel, *Denoising Diffusion Probabilistic Models* (NeurIPS 2020),
# sections 2 and 3; Song, Meng and Ermon, *Denoising Diffusion Implicit Models* (ICLR 2021), section
# 4; Lugmayr et al., *RePaint* (CVPR 2022), section 4; Chung et al., *Diffusion Posterior Sampling*
# (ICLR 2023), section 3. Next: [**13 Evaluation**](13_evaluation.ipynb).
