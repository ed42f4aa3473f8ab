# %% [markdown]
# # 13 Evaluation
#
# > Which of two pictures is better, and who says so?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 01 and 09 to 12 | write SSIM, the Frechet distance and the interval of a preference; say when each number misleads; judge a set of pictures by more than one number; choose a model for a task of your own | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# Twelve lessons have given scores: decibels, nats, Frechet distances. In this lesson you judge such
# numbers: what each of them measures, when it misleads, and what to report with it.

# %%
from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.ndimage import gaussian_filter, rotate, shift

from learnkit.benchmark import methods, table
from learnkit.exercises import exercise
from learnkit.holes import draw
from learnkit.images import metrics
from learnkit.images.data import fashion_mnist, photograph
from learnkit.images.frechet import frechet_of, kid, moments
from learnkit.images.precision_recall import precision_recall
from learnkit.models.pretrained import card, garment_features, pretrained
from learnkit.sweeps import base as sweep
from learnkit.training.device import choose
from learnkit.training.pictures import as_image, resident
from learnkit.widgets import which_is_real
from learnkit.widgets.show import plain_log_axis, show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## One error, six pictures
#
# The mean squared error of lesson 01 asks how large the difference is. It does not ask what the
# difference looks like. To see this, here is one photograph, damaged in six ways. Each difference
# is scaled to a root mean square of 0.07, so all six pictures have the same MSE, $0.07^2 = 0.0049$,
# and the same PSNR.

# %%
camera = photograph("camera", height=256)
rng = np.random.default_rng(0)
blocks = camera.reshape(32, 8, 32, 8).mean(axis=(1, 3)).repeat(8, axis=0).repeat(8, axis=1)
corner = np.zeros_like(camera)
corner[190:240, 20:90] = 1
changes = {"brighter": np.ones_like(camera), "less contrast": camera.mean() - camera}
changes |= {"noise": rng.normal(size=camera.shape), "blur": gaussian_filter(camera, 3) - camera}
changes |= {"blocks": blocks - camera, "one box": corner}
damaged = {k: camera + 0.07 * d / np.sqrt((d**2).mean()) for k, d in changes.items()}
decibels = {name: metrics.psnr(picture, camera) for name, picture in damaged.items()}
print({name: f"{value:.2f} dB" for name, value in decibels.items()})

# %% [markdown]
# **Predict:** all six have 23.1 dB. Which one will look best to you, and which one worst?

# %%
show_pictures(
    {"the photograph": camera} | damaged | {"its difference: blur": 0.5 + damaged["blur"] - camera},
    columns=4,
    alt="A cameraman eight times: as he is, brighter, with less contrast, noisy, blurred, in blocks, with a pale box, and what the blur changed.",
)

# %% [markdown]
# The brighter picture differs from the photograph at every pixel, yet no detail is lost. In the
# blurred one the camera can hardly be seen any more. Their PSNR is the same.
#
# ## SSIM: window by window
#
# [**Structural similarity**](glossary.ipynb#Structural-similarity) compares two pictures $p$ and
# $t$ in small windows and asks for three things in each of them: the same brightness (the means
# $\mu_p$ and $\mu_t$), the same contrast (the standard deviations $\sigma_p$ and $\sigma_t$), and
# the same pattern (their correlation, $\sigma_{pt} / (\sigma_p \sigma_t)$). The three comparisons
# are
#
# $$\frac{2 \mu_p \mu_t}{\mu_p^2 + \mu_t^2}, \qquad \frac{2 \sigma_p \sigma_t}{\sigma_p^2 + \sigma_t^2}, \qquad \frac{\sigma_{pt}}{\sigma_p \sigma_t}.$$
#
# Each of the first two is 1 where its two numbers are equal, and smaller otherwise, since $a^2 +
# b^2 \ge 2ab$. The third is a correlation, between -1 and 1. SSIM is the product of the three. In
# it $\sigma_p \sigma_t$ cancels. Two constants keep the quotients from becoming 0/0 where a window
# is black ($\mu = 0$) or flat ($\sigma = 0$). The result is
#
# $$\mathrm{SSIM} = \frac{(2 \mu_p \mu_t + C_1)\,(2 \sigma_{pt} + C_2)}{(\mu_p^2 + \mu_t^2 + C_1)\,(\sigma_p^2 + \sigma_t^2 + C_2)}, \qquad C_1 = (0.01\,R)^2, \quad C_2 = (0.03\,R)^2,$$
#
# where $R$ is the data range, 1 in this course. The SSIM of two pictures is the mean over all
# windows.
#
# ### Exercise: structural similarity ●●●
#
# Pictures are float NumPy arrays `(h, w)`, at least 11 x 11. The window is 11 x 11, and weighted by
# a Gaussian with a standard deviation of 1.5 pixels: the pixel at $(i, j)$ from the middle, $i, j =
# -5 \dots 5$, has the weight $e^{-(i^2 + j^2) / (2 \cdot 1.5^2)}$, divided by the sum of all 121.
# All means, variances and covariances are weighted in this way: $\mu_p = \sum w_k p_k$, $\sigma_p^2
# = \sum w_k p_k^2 - \mu_p^2$ and $\sigma_{pt} = \sum w_k p_k t_k - \mu_p \mu_t$. Only windows that
# lie inside the picture count: there are $(h - 10)(w - 10)$ of them. Return one number. (First
# write one helper for the weighted mean of every window; the rest is the formula.)


# %% nbgrader={"grade": false, "grade_id": "ssim", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def ssim(pred, target, data_range=1.0):
    """The structural similarity of two grey pictures, between -1 and 1."""
    ### BEGIN SOLUTION
    bell = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weights = np.outer(bell, bell) / bell.sum() ** 2

    def mean(x):
        windows = np.lib.stride_tricks.sliding_window_view(x, (11, 11))
        return (windows * weights).sum(axis=(2, 3))

    mp, mt = mean(pred), mean(target)
    vp, vt = mean(pred**2) - mp**2, mean(target**2) - mt**2
    cov = mean(pred * target) - mp * mt
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    similarity = (2 * mp * mt + c1) * (2 * cov + c2) / ((mp**2 + mt**2 + c1) * (vp + vt + c2))
    return similarity.mean()
    ### END SOLUTION


# %% [markdown]
# **Predict:** all six have the same PSNR. Which of them will SSIM put first, and which last?

# %%
similarities = {name: ssim(picture, camera) for name, picture in damaged.items()}
ranked = dict(sorted(similarities.items(), key=lambda item: -item[1]))
show_table(ranked, heads=["damage", "SSIM"], digits=3)

# %% [markdown]
# SSIM tells apart what PSNR does not: the brighter one scores 0.946, the blurred one 0.680, the
# noisy one 0.386.
#
# ## Where SSIM misleads
#
# SSIM has weak points as well. Its first place, with 0.960, goes to the photograph with the pale
# box. Outside of the box every window is perfect, and SSIM is a mean over the windows. So a bad
# fill of a small hole changes SSIM little. The same is true of a PSNR over the whole picture
# (lesson 10).
#
# SSIM also compares windows *at the same place*. A shift by one or two pixels changes every window,
# though hardly anybody notices it.
#
# **Predict:** shift the photograph by two pixels, or turn it by one degree. Will SSIM put these
# above or below the blurred one?

# %%
moved = {"shifted by 2 pixels": shift(camera, (0, 2), order=1, mode="nearest")}
moved["turned by 1 degree"] = rotate(camera, 1, reshape=False, order=1, mode="nearest")
moved |= {name: damaged[name] for name in ("blur", "noise")}
scores = {name: (ssim(x, camera), metrics.psnr(x, camera)) for name, x in moved.items()}
heads = ["damage", "SSIM", "PSNR, dB"]
show_table(
    {name: {"SSIM": s, "PSNR, dB": p} for name, (s, p) in scores.items()}, heads=heads, digits=3
)

# %%
show_pictures(
    {"the photograph": camera} | moved,
    columns=5,
    alt="The cameraman, the same shifted by two pixels and turned by one degree, which nobody would notice, then blurred and noisy.",
)

# %% [markdown]
# The shifted photograph, which you can hardly tell from the original, scores below the blurred one
# by both numbers: SSIM 0.646 against 0.680, and 20.2 dB against 23.1. This matters for inpainting.
# A fill with the right texture, shifted by two pixels, can get a lower score than a fill without
# texture. (The picture that was turned by one degree comes out above the blurred one: near the
# centre pixels hardly move, and 63 % of all pixels move by less than two.)
#
# There is no single "SSIM". The window, the data range, the size of the picture and the treatment
# of colour have to be chosen, and libraries choose differently.
#
# **Predict:** the noisy photograph and the original, scored in five ways (`metrics.ssim` is
# learnkit's function; it can also use a uniform window, whose weights are all equal). How far apart
# are the five values?

# %%
noisy = damaged["noise"]
values = {"as above: Gaussian window, R = 1": metrics.ssim(noisy, camera)}
values["uniform window of 7 x 7 (scikit-image's default)"] = metrics.ssim(
    noisy, camera, window="uniform"
)
values["R = 2, as if pictures lay in [-1, 1]"] = ssim(noisy, camera, data_range=2.0)
values["R = 255, pictures in [0, 1]"] = ssim(noisy, camera, data_range=255.0)
values["at half the size"] = ssim(noisy[::2, ::2], camera[::2, ::2])
show_table(values, heads=["one pair of pictures", "SSIM"], digits=3)

# %% [markdown]
# > **Trap.** With `data_range=255` on pictures in [0, 1] the constants are much larger than the
# > terms to which they are added, so every pair scores nearly 1: here 1.000 in place of 0.386. A
# > score without its window and its range cannot be compared with anybody else's.
#
# ## Two ways to average
#
# A method fills many holes, and the table has one number for it. There are two correct ways to
# compute this number, and the results differ: the mean of the pictures' decibels, and the decibels
# of the mean error, with all errors pooled. A third way, the whole picture in place of the hole, is
# correct only if it is named (lesson 10).
#
# **Predict:** lesson 10's U-Net on 200 test garments. Which is larger, the mean of the decibels or
# the decibels of the mean error, and by how much?

# %%
machine = choose()
test = resident(fashion_mnist("test")[0], device=machine.device).take(torch.arange(200))
box = draw.box((28, 28), height=14, width=14)
hole = torch.from_numpy(box).to(machine.device).expand(200, 1, 28, 28)
filled = machine.place(pretrained("inpainter")).fill(test, hole)[:, 0].cpu().numpy()
truth, holes = test[:, 0].cpu().numpy(), hole[:, 0].cpu().numpy()
averages = {"mean of the decibels": metrics.mean_psnr(filled, truth, holes=holes)}
averages["decibels of the pooled errors"] = metrics.pooled_psnr(filled, truth, holes=holes)
averages["pooled over whole pictures"] = metrics.pooled_psnr(filled, truth)
show_table(averages, heads=["average", "PSNR"], unit="dB")

# %% [markdown]
# The mean of the decibels is larger, by 1.9 dB. With holes of equal size it is never smaller,
# because the logarithm of a mean is never less than the mean of the logarithms (lesson 08): easy
# garments with very small errors raise the mean of the decibels, while the worst garments dominate
# the pooled error. Both are correct; say which one you report. The course's table has both. Over
# whole pictures the same errors score 6.0 dB more than pooled over the holes, because the hole is a
# quarter of the pixels. To compare two methods on the same pictures, take the differences picture
# by picture; lesson 14 has the interval of their mean.
#
# ## The fill that people prefer
#
# Lesson 11 showed: a draw from the right distribution is 3.01 dB worse than the mean of all draws.
# Here is the same comparison with the painter of lesson 12 (the table calls it *diffusion*): one
# draw, and the mean of eight.
#
# **Predict:** which of the two is the better fill by decibels, which by SSIM, and which one would
# you choose for a shop's catalogue?

# %%
few, dice = torch.tensor([1, 7, 8, 19, 22, 28]), torch.Generator(machine.device)
some, its_hole = test[few], hole[few]
drawn = machine.place(pretrained("painter")).fills(some, its_hole, 8, dice.manual_seed(0))
kinds = {"cut": torch.where(its_hole, 0.5, some), "one draw": drawn[0]}
kinds |= {"mean of 8": drawn.mean(dim=0), "truth": some}
show_pictures(
    {f"{kind}, {i}": as_image(pictures[i]) for kind, pictures in kinds.items() for i in range(6)},
    columns=6,
    alt="Six garments in four rows: with a grey box, filled by one draw, filled by the mean of eight draws, and the truth.",
)


# %%
def scores_of(pictures):
    """Decibels in the hole, pooled, and the mean SSIM of whole pictures."""
    pred, true = (x[:, 0].cpu().numpy() for x in (pictures, some))
    within = its_hole[:, 0].cpu().numpy()
    similar = metrics.ssim_of_each(pred, true).mean()
    return {"PSNR of the holes, dB": metrics.pooled_psnr(pred, true, holes=within), "SSIM": similar}


both = {kind: scores_of(kinds[kind]) for kind in ("one draw", "mean of 8")}
show_table(both, heads=["fill", "PSNR of the holes, dB", "SSIM"], digits=3)

# %% [markdown]
# The mean wins by both numbers, by 2.5 dB and by 0.739 against 0.654, but it has lost the checked
# pattern of the shirt. (Lesson 11's formula for 8 draws gives $10 \log_{10} (2 / (1 + 1/8)) = 2.50$
# dB. That these six garments gain as much is chance: on lesson 12's 24 it was 1.5 dB.) PSNR and
# SSIM compare with *one* truth, which the model cannot know. So they prefer the mean of all
# possible fills. If another texture should count as right as long as it is plausible, compare sets
# of pictures and not pairs.
#
# ## A set of pictures against a set
#
# Lesson 08 used the Frechet distance; now you write it. A classifier turns each picture into $d$
# features. Describe the features of the real pictures by one Gaussian, with mean $\mu_1$ and
# covariance $\Sigma_1$, and the features of the generated pictures by another. Then
#
# $$F = |\mu_1 - \mu_2|^2 + \mathrm{tr}\left(\Sigma_1 + \Sigma_2 - 2\,(\Sigma_1 \Sigma_2)^{1/2}\right).$$
#
# (The formula is given; Dowson and Landau, 1982. $\mathrm{tr}$, the trace, is the sum of the
# diagonal elements, which equals the sum of the eigenvalues.) In one dimension $F$ is $(\mu_1 -
# \mu_2)^2 + (\sigma_1 - \sigma_2)^2$, for $\sigma_1^2 + \sigma_2^2 - 2\sqrt{\sigma_1^2 \sigma_2^2}
# = (\sigma_1 - \sigma_2)^2$. So $F$ is a squared distance; papers call it a distance nevertheless.
# It is 0 if the two Gaussians are equal. With the features of an Inception network it is called
# FID.
#
# ### Exercise: the Frechet distance ●●●
#
# Means `(d,)`, covariances `(d, d)`, as NumPy arrays. Return one number. The difficulty is the root
# of $\Sigma_1 \Sigma_2$, which is not symmetric. The root of a matrix is not the root of each
# element. `scipy.linalg.sqrtm` may return complex numbers, because rounding can make an eigenvalue
# slightly negative.
#
# You need only the *trace* of the root, and that is the sum of the roots of the eigenvalues.
# $\Sigma_1 \Sigma_2$ has the same eigenvalues as the symmetric matrix $R \Sigma_2 R$ with $R =
# \Sigma_1^{1/2}$: with $M = R\,\Sigma_2$ and $\Sigma_1 \Sigma_2 = R M$, it follows from $R M v =
# \lambda v$ that $M R\,(M v) = \lambda\,(M v)$, and $M R = R\,\Sigma_2 R$. A symmetric matrix is $C
# = V\,\mathrm{diag}(\lambda)\,V^T$ (`np.linalg.eigh` returns $\lambda$ and $V$), and its root is
# $V\,\mathrm{diag}(\sqrt{\lambda})\,V^T$. A covariance may be singular: some eigenvalues are 0, and
# rounding may make them -1e-17. Set negative ones to 0.


# %% nbgrader={"grade": false, "grade_id": "frechet_distance", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def frechet_distance(mean1, cov1, mean2, cov2):
    """The squared Frechet distance of two Gaussians."""
    ### BEGIN SOLUTION
    gap = mean1 - mean2
    values, vectors = np.linalg.eigh(cov1)
    root = vectors * np.sqrt(values.clip(min=0)) @ vectors.T
    inside = np.linalg.eigvalsh(root @ cov2 @ root)
    trace_of_root = np.sqrt(inside.clip(min=0)).sum()
    return gap @ gap + np.trace(cov1) + np.trace(cov2) - 2 * trace_of_root
    ### END SOLUTION


# %% [markdown]
# ## Where the Frechet distance misleads: few pictures
#
# Both sets below are real garments, drawn from the same distribution. So the right answer is 0,
# whatever the number of pictures.
#
# The figure also has **KID**, a kernel distance (Kernel Inception Distance, Bińkowski et al., 2018;
# here with the features of our classifier). It fits no Gaussian. A kernel measures the similarity
# of two pictures by their $d$ features: $k(x, y) = (x \cdot y / d + 1)^3$. Take its mean over all
# pairs *within* each set, add the two, and subtract twice the mean over all pairs *between* the
# sets:
#
# $$\mathrm{KID} = \overline{k(x, x')} + \overline{k(y, y')} - 2\, \overline{k(x, y)}.$$
#
# If both sets have the same distribution, all three means are equal on average, and KID is 0 on
# average, whatever the size of the sets. For that a picture must not be paired with itself: on
# average $k(x, x)$ is larger than $k(x, x')$.


# %%
def kernel_distance(a, b, with_itself=False):
    """KID of two sets of features, (n, d) and (m, d)."""

    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def within(x):
        k = kernel(x, x)
        return k.mean() if with_itself else (k.sum() - np.trace(k)) / (len(x) * (len(x) - 1))

    return within(a) + within(b) - 2 * kernel(a, b).mean()


# %% [markdown]
# **Predict:** how large is the Frechet distance of two sets of 100 real garments each? (For
# comparison: 2,000 pictures of the VAE have about 19, of the GAN about 8.)

# %%
all_tests = resident(fashion_mnist("test")[0], device=machine.device)
real = garment_features(all_tests.take(torch.arange(10_000)).cpu())
sizes = [70, 100, 200, 500, 1000, 2000, 5000]
between = [frechet_distance(*moments(real[:n]), *moments(real[5000 : 5000 + n])) for n in sizes]
crowds_of = [(real[:n], real[5000 : 5000 + n]) for n in sizes]
kernel = [kernel_distance(*two) for two in crowds_of]
biased = [kernel_distance(*two, with_itself=True) for two in crowds_of]
by_learnkit = kid(*crowds_of[1])
print(f"KID at 100 pictures {kernel[1]:.3f}, learnkit's {by_learnkit:.3f}")
print(f"Frechet distance at 100 pictures {between[1]:.1f}, at 5,000 {between[-1]:.1f}")

# %%
fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ax.semilogx(sizes, between, "o-", label="Frechet distance")
ax.semilogx(sizes, kernel, "s--", label="KID")
ax.semilogx(sizes, biased, "^:", label="KID, with pairs of a picture with itself")
plain_log_axis(ax.xaxis, subs=(1, 2, 5), ticks=9)
ax.set(xlabel="pictures in each set (logarithmic)", ylabel="distance")
ax.set_title("Real garments against real garments")
ax.legend()
show(
    fig,
    alt="The Frechet distance of two real sets falls from twenty at seventy pictures towards zero; KID stays near zero, the biased KID does not.",
)

# %% [markdown]
# The Frechet distance of two sets of one distribution is 17.3 at 100 pictures and 0.2 at 5,000. The
# 2,080 different numbers of a covariance of 64 features must be estimated from 100 pictures, so the
# estimate is poor. The distance of two such sets falls about as $1/n$. KID has no bias, but it
# scatters: here 0.51 at 100 pictures and 0.06 at 1,000. For comparison, 2,000 pictures of the GAN
# have 0.86. If each picture is also paired with itself, KID is too large for small sets as well. So
# compare two distances only if they were computed from *the same number of pictures*: a method
# judged on 1,000 pictures cannot be compared with one judged on 10,000.
#
# ## Where the Frechet distance misleads: copies
#
# Consider two extreme generators. The **copier** has memorised 2,000 training garments and returns
# them. The **specialist** returns perfect garments, but only of four kinds: trousers, sneakers,
# bags and boots. We compare them with the VAE, with the GAN, and with 2,000 real garments: test
# garments that are neither in the reference set nor among the specialist's.
#
# **Predict:** by the Frechet distance to 2,000 test garments, which of the four generators is best?

# %%
training = resident(fashion_mnist("train")[0], device=machine.device)
of_four_kinds = np.flatnonzero(np.isin(fashion_mnist("test")[1][2000:8000], [1, 7, 8, 9]))
crowds = {"copier": training.take(torch.arange(2000))}
crowds["specialist"] = all_tests.take(2000 + torch.from_numpy(of_four_kinds[:2000]))
for name in ("vae", "gan"):
    crowds[name.upper()] = machine.place(pretrained(name)).sample(2000, dice.manual_seed(0)).float()
crowds["real"] = all_tests.take(torch.arange(8000, 10_000))
seen = {name: garment_features(crowd.cpu()) for name, crowd in crowds.items()}
far = {name: frechet_of(features, real[:2000]) for name, features in seen.items()}
show_table(far, heads=["set", "Frechet distance"], digits=2)

# %% [markdown]
# Of the four generators the copier has by far the smallest distance, about the same as that of
# other real garments (0.47 and 0.61), and it has learned nothing. The distance cannot show this:
# copies of training garments are real garments. The distance to the **nearest training picture**
# shows it. (Lessons 08 and 09 had 20.2 for the VAE and 7.7 for the GAN: these were other samples,
# compared with other real garments.)
#
# The specialist has the largest distance of all. But the number does not say what is wrong, poor
# pictures or missing kinds. So ask two questions. **Precision**: which share of the generated
# pictures lies among the real ones? **Recall**: which share of the real pictures lies among the
# generated ones? Around each real picture lies a ball that reaches to its third-nearest real
# neighbour, measured by features; a generated picture lies among the real ones if one of these
# balls contains it. For recall the two sets change roles: the balls are those of the generated
# pictures.
#
# **Predict:** will the specialist have a high or a low precision? And recall?


# %%
training_features = torch.from_numpy(garment_features(training.take(torch.arange(10_000)).cpu()))


def nearest(features):
    """Of each row the distance to the nearest training picture, by features, and its index."""
    return torch.cdist(torch.from_numpy(features), training_features).min(dim=1)


crowd_scores = {}
for name, features in seen.items():
    apart = nearest(features).values.median().item()
    precise, recalled = precision_recall(real[:2000], features)
    row = {"Frechet": far[name], "precision": precise, "recall": recalled, "nearest": apart}
    crowd_scores[name] = row
show_table(crowd_scores, heads=["set", "Frechet", "precision", "recall", "nearest"], digits=2)

# %%
below = {}
for name in ("copier", "GAN", "real"):
    index = nearest(seen[name][:4]).indices
    below |= {f"{name}, {i}": as_image(crowds[name][i]) for i in range(4)}
    below |= {f"nearest to {name}, {i}": as_image(training.take(index)[i]) for i in range(4)}
show_pictures(
    below,
    columns=4,
    alt="Garments of the copier, of the GAN and real ones in rows of four, each above its nearest training garment; the copier's are the same.",
)

# %% [markdown]
# Copier and specialist are each exposed by one number. The copier's median distance to the nearest
# training picture is 0.00; that of real garments is 2.54. The specialist's precision is as high as
# that of real garments, 0.87, but its recall is 0.53. Real garments themselves reach only 0.85 and
# 0.88; a perfect generator would reach about the same. The specialist's recall is too high: the
# four kinds of the specialist are only 39 % of the real pictures. A picture without near neighbours
# has a large ball, and this ball also contains pictures of other kinds. The medians of the VAE and
# the GAN are above that of real garments, so most of their pictures are no copies. A few copies
# would not change a median, and the two were trained on 60,000 garments, of which the course has
# 10,000. No single number tells all of this.
#
# ## People
#
# Pictures are made for people, so people can judge them. The usual test (two-alternative forced
# choice) shows two pictures and lets a person choose one: *which is real?*, or *which is better?*
# If nobody can tell, about half of the answers are right. Suppose that 8 of 10 answers are right.
# Can the person see the difference, or was it luck?
#
# Let $p$ be the true proportion of right answers, and $\hat p$ the proportion among $n$ answers.
# One answer is 1 or 0 and has the variance $p - p^2$; the mean of $n$ independent answers has a
# variance $n$ times smaller. So the standard error of $\hat p$, its standard deviation over many
# such tests, is $\sqrt{p(1 - p)/n}$. Wilson's **confidence interval** contains every $p$ with
# $|\hat p - p| \le z \sqrt{p(1 - p)/n}$: the standard error is computed with this $p$, not with
# $\hat p$. Its ends solve the quadratic equation $(1 + z^2/n)\,p^2 - (2 \hat p + z^2/n)\,p + \hat
# p^2 = 0$:
#
# $$\frac{\hat p + \frac{z^2}{2n} \;\pm\; z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}$$
#
# > **Trap.** The interval of many textbooks, $\hat p \pm z \sqrt{\hat p(1 - \hat p)/n}$ (Wald's),
# > says after 4 wrong answers of 4 that the proportion is exactly 0, without any doubt. Wilson's
# > says 0 to 49 %.
#
# ### Exercise: how sure is a preference? ●●○
#
# Of `trials` answers `wins` are right. Return `(low, high)`, the two ends, as proportions in $[0, 1]$.
# The number $z$ follows from `confidence`: the fraction `confidence` of a standard normal distribution
# lies between $-z$ and $z$, so for 0.95 it is 1.96. `NormalDist().inv_cdf(q)` from `statistics` gives
# the point below which the fraction $q$ lies. With no answers nothing is known: return
# `(0.0, 1.0)`.


# %% nbgrader={"grade": false, "grade_id": "preference_interval", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def preference_interval(wins, trials, confidence=0.95):
    """Wilson's interval of a proportion: (low, high)."""
    ### BEGIN SOLUTION
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p, stretch = wins / trials, 1 + z**2 / trials
    middle = (p + z**2 / (2 * trials)) / stretch
    half = z * (p * (1 - p) / trials + z**2 / (4 * trials**2)) ** 0.5 / stretch
    return middle - half, middle + half
    ### END SOLUTION


# %% [markdown]
# **Predict:** 60 % of the answers are right. How many answers does it take until one half lies
# outside the interval?

# %%
answers = [10, 20, 50, 100, 200, 1000]
intervals = {n: preference_interval(6 * n // 10, n) for n in answers}
ends = {n: {"low, %": 100 * low, "high, %": 100 * high} for n, (low, high) in intervals.items()}
show_table(ends, heads=["answers, 60 % right", "low, %", "high, %"], digits=1)

# %% [markdown]
# About a hundred. With ten answers the interval reaches from 31 to 83 %. For the 8 of 10 above it
# reaches from 49 to 94 %: one half lies inside, so luck is possible.
#
# Now you are the judge. The real garments are test garments, the generated ones come from the GAN.
# Decide *before* you begin how many answers you will give: if you stop as soon as one half lies
# outside the interval, you find a difference far too often. The interval holds for you; it says
# nothing about other people.

# %%
both_crowds = [crowd[:40, 0].cpu().double().numpy() for crowd in (test, crowds["GAN"])]
which_is_real.explore(*both_crowds, seed=3)

# %% [markdown]
# Twenty answers take a minute. Write down how you recognised the generated ones, for example a
# strap that ends nowhere or a torn edge. No score of this lesson tells you that.
#
# ## Numbers that this course does not compute
#
# - **FID** is the Frechet distance of 2,048 features of one Inception network, trained on
#   ImageNet's photographs. Its weights would have to be downloaded, and it was not trained on
#   anything like grey garments of 28 x 28. Its numbers depend on how pictures are resized before
#   (Parmar et al., 2022).
# - **LPIPS** compares two pictures by the features of a network, layer by layer, with weights
#   fitted to people's answers (Zhang et al., 2018). It, too, needs the weights of a large network.
# - **CMMD** is a kernel distance like KID, over features of CLIP (Jayasumana et al., 2024). It does
#   not assume that the features are Gaussian.
#
# ## Which model when
#
# The course's table ([all numbers](../docs/table_of_holes.md); the README has an extract) was made
# by one command, `learnkit benchmark`, from the shipped weights: twenty-four methods, five kinds of
# hole, 500 garments. Here are four of its rows, measured again on your machine, on 60 garments and
# one hole. (In the table *linear MMSE* is the linear fill of lesson 10.)
#
# **Predict:** which of the four has the best PSNR, and which the best Frechet distance?

# %%
chosen = [methods.find(name) for name in ("biharmonic", "linear", "inpainter", "diffusion")]
measured = list(table.rows(chosen, holes=["centre14"], pictures=60))
columns = {"PSNR, dB": "pooled_psnr", "SSIM": "ssim", "Frechet": "frechet", "ms": "milliseconds"}
live = {
    row.method: {head: getattr(row, field) for head, field in columns.items()} for row in measured
}
show_table(live, heads=["method", *columns], digits={"SSIM": 3})

# %%
timed, shipped = sweep.shipped("training_time"), {}
for name in ("vae", "gan", "inpainter", "conditional_vae", "painter"):
    told = card(name)
    shipped[name] = {"parameters": told["parameters"]}
    shipped[name]["pictures seen"] = told["steps"] * told["batch size"]
    shipped[name]["training, min"] = sweep.scores(timed, "minutes", network=name).mean()
heads_of_card = ["network", "parameters", "pictures seen", "training, min"]
show_table(shipped, heads=heads_of_card, digits=1, title="what it takes to train them")

# %% [markdown]
# The best PSNR and SSIM belong to the U-Net, the best Frechet distance to one draw of the diffusion
# model, which takes about 25 times as long. PSNR prefers the mean of the possible fills, the
# Frechet distance prefers sharp ones. With 60 pictures all Frechet distances are too large: compare
# only the numbers of this column with one another.
#
# For the last column a dozen steps were timed (`learnkit sweep training_time`), and the time of a
# whole training was computed from them, in minutes of a machine with two cores and no GPU. The VAE
# takes 2.5 of them, the U-Net 73, the diffusion model 69. From the whole table follows:
#
# | you want | take | because |
# |---|---|---|
# | the smallest error, pixel by pixel | a U-Net over the linear fill | it learns the mean of what is possible, in one pass |
# | a picture that looks real | one draw of the diffusion model | it is sharp; by decibels it is 2.8 to 3.2 dB below the U-Net |
# | several possible fills, to show what is not known | the diffusion model, or the conditional VAE where time is short | both draw; the VAE's draws differ less and take one pass |
# | no training at all, and thin or scattered holes | the biharmonic fill | of those that learn nothing it has the best PSNR on brush strokes and on random 50 % (total variation has the better SSIM and Frechet distance) |
# | short training on a small computer | the linear fill (linear MMSE in the table) | one matrix, and 1.4 to 1.7 dB below the U-Net |
# | new pictures, and a latent space to walk in | the VAE | one pass; its garments are soft (Frechet 18.75), on the 2,000 samples above |
# | sharp new pictures in one pass | the GAN | Frechet 7.95 on the 2,000 samples above; it is the hardest to train |
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. One paper reports SSIM 0.95, another one 0.91, on the same pictures. Is the first method
# better?**
#
# <details><summary>Yes: 1 is the best value.</summary>
#
# **No.** Only if both were computed in the same way.
# </details>
# <details><summary>It cannot be said from these numbers.</summary>
#
# **Right.** Window, data range, treatment of colour and size must be the same, and both must judge
# the hole or both the whole picture.
# </details>
# <details><summary>No: SSIM is useless.</summary>
#
# **No.** It says something that MSE does not. But its settings must be the same.
# </details>
#
# **2. Your generator has a Frechet distance of 9 on 500 pictures; a paper reports 6 on 50,000. What
# do you do?**
#
# <details><summary>Measure both on equally many pictures.</summary>
#
# **Right.** And with the same features. The distance is too large for small samples.
# </details>
# <details><summary>Report that the paper's is better.</summary>
#
# **No.** At 500 pictures even real garments are at a distance of about 3.5 here. The two numbers
# cannot be compared.
# </details>
# <details><summary>Subtract the bias of 3.5 from yours, and compare.</summary>
#
# **No.** The bias depends on the generator and on the features, so it cannot be subtracted from one
# number.
# </details>
#
# **3. A generator has the best Frechet distance of all, and high precision and recall. What do you
# look at before you believe it?**
#
# <details><summary>At its loss in training</summary>
#
# **No.** The loss says how well it was trained, not what it copies.
# </details>
# <details><summary>At the PSNR of its samples</summary>
#
# **No.** A sample has no true picture to be compared with.
# </details>
# <details><summary>At its nearest training pictures</summary>
#
# **Right.** For each sample find the training picture most like it. A generator that copies its
# training set has all of that. Only the distance to the training pictures shows it.
# </details>
#
# **4. 8 of 10 people prefer method A. What can you say?**
#
# <details><summary>80 % of all people prefer A.</summary>
#
# **No.** It is an estimate from ten answers.
# </details>
# <details><summary>From a little under half to nearly all prefer A.</summary>
#
# **Right.** The Wilson interval at 95 % goes from 0.49 to 0.94: that A is preferred at all is not
# shown. Ten answers are few.
# </details>
# <details><summary>Nothing at all from so few answers</summary>
#
# **No.** The interval says something. It shows how little it is.
# </details>
#
# **5. The photograph of this lesson is shifted by two pixels. What do PSNR and SSIM say, compared
# with its blur of the same lesson?**
#
# <details><summary>Both fall, by more than under the blur.</summary>
#
# **Right.** People hardly see the shift, and they do see the blur.
# </details>
# <details><summary>Both find no difference: the content is the same.</summary>
#
# **No.** Both compare pixel with pixel at the same place.
# </details>
# <details><summary>PSNR falls, and SSIM stays.</summary>
#
# **No.** SSIM compares windows at the same place, too.
# </details>
#
# ## What you have seen
#
# - PSNR asks how large the difference is, SSIM whether the pattern is the same; in our example a
#   shift of two pixels cost more than the blur, and both prefer a blurred mean to a sharp guess.
# - A score needs its window, its range, its average and its number of pictures, or it cannot be
#   compared.
# - The Frechet distance is too large for small sets and blind to copies; precision, recall and
#   nearest neighbours show what it cannot.
# - A preference is a proportion with its interval.
#
# **For the course's table** of fills: no new row.
#
# **Read on:** Wang, Bovik, Sheikh and Simoncelli, *Image Quality Assessment* (2004), section III;
# Heusel et al., *GANs Trained by a Two Time-Scale Update Rule* (2017), section 4; Kynkäänniemi et
# al., *Improved Precision and Recall Metric* (2019), section 3; Wilson, *Probable Inference*
# (1927). Next: [**14 Generalisation**](14_generalisation.ipynb).
