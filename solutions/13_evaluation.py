# %% [markdown]
# # 13 Evaluation
#
# > Which of two pictures is better, and who says so?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 01 and 09 to 12 | write SSIM, the Frechet distance and the interval of a preference; say how each number is fooled; judge a crowd by more than one number; choose a model for a task of your own | 90 min; the cells alone run in about a minute, on a GPU sooner |
#
# Twelve lessons have given scores: decibels, nats, Frechet distances. In this lesson you judge such numbers: what each of them measures, in which
# case it is fooled, and what to report beside it.

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
# The mean squared error of lesson 01 asks how large the difference is. It does not ask what the difference looks like.
# So here is one photograph, damaged in six ways. Each damage is scaled until its root mean square is 0.07,
# so all six have the same MSE and the same PSNR.

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
# **Predict:** six times 23.1 dB. Which one would you call best, and which one worst?

# %%
show_pictures(
    {"the photograph": camera} | damaged | {"its difference: blur": 0.5 + damaged["blur"] - camera},
    columns=4,
    alt="A cameraman eight times: as he is, brighter, with less contrast, noisy, blurred, in blocks, with a pale box, and what the blur changed.",
)

# %% [markdown]
# The brighter one differs from the photograph at every pixel, and yet nothing of the scene is lost. In the blurred one the camera can hardly be seen any more.
# PSNR calls the two equal.
#
# ## SSIM: window by window
#
# [**Structural similarity**](glossary.ipynb#Structural-similarity) compares two pictures $p$ and $t$ in small windows and asks for three things in each of them: the same brightness (the means $\mu_p$ and $\mu_t$),
# the same contrast (the standard deviations $\sigma_p$ and $\sigma_t$), and the same pattern (their correlation, $\sigma_{pt} / (\sigma_p \sigma_t)$). The three comparisons are
#
# $$\frac{2 \mu_p \mu_t}{\mu_p^2 + \mu_t^2}, \qquad \frac{2 \sigma_p \sigma_t}{\sigma_p^2 + \sigma_t^2}, \qquad \frac{\sigma_{pt}}{\sigma_p \sigma_t}.$$
#
# Each of the first two is 1 where its two numbers are equal, and smaller otherwise, since $a^2 + b^2 \ge 2ab$. In the product of all three, $\sigma_p \sigma_t$ cancels. Two constants
# keep the quotients from becoming 0/0 where a window is black or flat, and so
#
# $$\mathrm{SSIM} = \frac{(2 \mu_p \mu_t + C_1)\,(2 \sigma_{pt} + C_2)}{(\mu_p^2 + \mu_t^2 + C_1)\,(\sigma_p^2 + \sigma_t^2 + C_2)}, \qquad C_1 = (0.01\,R)^2, \quad C_2 = (0.03\,R)^2,$$
#
# where $R$ is the data range, 1 in this course. The SSIM of two pictures is the mean over all windows.
#
# ### Exercise: structural similarity ●●●
#
# Pictures are `(h, w)`. The window is 11 x 11, and its pixels weigh as a Gaussian of $\sigma = 1.5$ around the middle; the 121 weights sum to 1. All means are weighted means:
# $\mu_p = \sum w_k p_k$, $\sigma_p^2 = \sum w_k p_k^2 - \mu_p^2$ and $\sigma_{pt} = \sum w_k p_k t_k - \mu_p \mu_t$. Only windows that lie inside the picture count: there are
# $(h - 10)(w - 10)$ of them. Return one number. (First write one helper for the weighted mean of every window; the rest is the formula.)


# %% nbgrader={"grade": false, "grade_id": "ssim", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def ssim(pred, target, data_range=1.0):
    """Structural similarity of two grey pictures, at most 1."""
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
# SSIM sees a difference where PSNR saw none: the brighter one scores 0.946, the blurred one 0.680, the noisy one 0.386.
#
# ## How SSIM is fooled
#
# Its first place, with 0.960, goes to the photograph with a pale box on it. Outside of the box every window is perfect, and SSIM is a mean over the windows. So a bad fill of a small hole costs little, as it does in a PSNR over the whole picture (lesson 10).
#
# And SSIM compares window with window *at the same place*. A shift by one or two pixels, which nobody notices, changes every window.
#
# **Predict:** shift the photograph by two pixels, or turn it by one degree. Will SSIM put these above or below the blurred one?

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
# The shifted photograph, which you can hardly tell from the original, scores below the blurred one by both numbers: SSIM 0.646 against 0.680, and 20.2 dB against 23.1. This matters for inpainting. A fill whose texture is right, but lies two pixels
# beside the true one, can lose to a fill without any texture. (The picture that was turned by one degree comes out above the blurred one: only at its corners do pixels move by more than two.)
#
# And "the SSIM" is not one number. The window, the data range, the size of the picture and the treatment of colour are choices, and libraries choose differently.
#
# **Predict:** the noisy photograph and the original, scored in five ways (`metrics.ssim` is the library's, which has the uniform window as well). How far apart are the five values?

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
# > **Trap.** With `data_range=255` on pictures in [0, 1] the constants are larger than everything they stand beside, and every pair scores nearly 1: here 1.000 in place of 0.386.
# > A score without its window and its range cannot be compared with anybody else's.
#
# ## How averages are fooled
#
# A method fills many holes, and its table has one number. There are two honest ways to it, and they differ: the mean of the pictures' decibels, and the decibels of the mean error,
# with all errors pooled. A third way, the whole picture in place of the hole, is honest only where it says so (lesson 10).
#
# **Predict:** lesson 10's U-Net on 200 test garments. Which of the two honest numbers is larger, and by how much?

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
# The mean of the decibels is larger, by 1.9 dB, and it is never smaller: easy garments with very small errors pull it up, whereas among the pooled errors the worst garments decide. Neither is wrong; say which one it is. The course's table has both. Over whole pictures the same errors score 6.0 dB more than pooled over the holes, for the hole is a quarter of the pixels.
#
# ## The fill that people prefer
#
# Lesson 11 gave the law: an honest draw from the right distribution is 3.01 dB worse than the mean of all draws. Here it is with the painter of lesson 12: one draw, and the mean of eight.
#
# **Predict:** which of the two is the better fill by decibels, which by SSIM, and which one would you choose for a shop's catalogue?

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
# The mean wins by both numbers, by 2.5 dB and by 0.739 against 0.654, and it is the one that has lost the checks of the shirt. PSNR and SSIM compare with *one* truth, which the draw cannot know. So they prefer a guess in the middle of all that is possible. One way to accept
# another texture, as long as it is a possible one, is to compare crowds and not pairs.
#
# ## A crowd against a crowd
#
# Lesson 08 used the Frechet distance; now you write it. A classifier turns each picture into $d$ features. Take the features of the real crowd as one Gaussian, with mean $\mu_1$ and covariance $\Sigma_1$, and those of the made crowd as another. Then
#
# $$F = |\mu_1 - \mu_2|^2 + \mathrm{tr}\left(\Sigma_1 + \Sigma_2 - 2\,(\Sigma_1 \Sigma_2)^{1/2}\right).$$
#
# In one dimension this is $(\mu_1 - \mu_2)^2 + (\sigma_1 - \sigma_2)^2$: it is a squared distance, and the papers call it the distance all the same. It is 0 where the two Gaussians are one. With the features of an Inception network it is called FID.
#
# ### Exercise: the Frechet distance ●●●
#
# Means `(d,)`, covariances `(d, d)`, as NumPy arrays. Return one number. The difficulty is the root: $\Sigma_1 \Sigma_2$ is not symmetric, its root is not the root of each element, and a general routine for it returns complex numbers where rounding makes an eigenvalue negative. You need only the *trace* of the
# root, and that is the sum of the roots of the eigenvalues. $\Sigma_1 \Sigma_2$ has the same eigenvalues as $\Sigma_1^{1/2} \Sigma_2 \Sigma_1^{1/2}$, which is symmetric. A covariance may be singular.


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
# ## How it is fooled: small crowds
#
# Both crowds below are real garments, drawn from the same distribution. So the right answer is 0, whatever the number of pictures.
#
# Beside the Frechet distance stands **KID**, a kernel distance (Bińkowski et al., 2018). It fits no Gaussian. A kernel says how alike two pictures are, by their $d$ features: $k(x, y) = (x \cdot y / d + 1)^3$. Take its mean over all pairs *within* each crowd, add the two, and subtract twice the mean over all pairs *between* the crowds:
#
# $$\mathrm{KID} = \overline{k(x, x')} + \overline{k(y, y')} - 2\, \overline{k(x, y)}.$$
#
# If both crowds have one distribution, all three means are equal on average, and KID is 0 on average, whatever the size of the crowds. For that a picture must not be paired with itself: it is more like itself than like any other.


# %%
def kernel_distance(a, b, with_itself=False):
    """KID of two crowds of features, (n, d) and (m, d)."""

    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def within(x):
        k = kernel(x, x)
        return k.mean() if with_itself else (k.sum() - np.trace(k)) / (len(x) * (len(x) - 1))

    return within(a) + within(b) - 2 * kernel(a, b).mean()


# %% [markdown]
# **Predict:** what does the Frechet distance say of two crowds of 100 real garments each?

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
ax.set(xlabel="pictures in each crowd (logarithmic)", ylabel="distance")
ax.set_title("Real garments against real garments")
ax.legend()
show(
    fig,
    alt="The Frechet distance of two real crowds falls from twenty at seventy pictures towards zero; KID stays near zero, the biased KID does not.",
)

# %% [markdown]
# The Frechet distance of two crowds of one distribution is 17.3 at 100 pictures and 0.2 at 5,000. The covariance of 64 features has 2,080 different numbers, and 100 pictures do not determine them. The error falls about as $1/n$. KID scatters around 0; for comparison, the GAN has 0.83. If each picture is also paired with itself, KID is too large for small crowds as well. So a distance is worth something only beside another one *of the same number of
# pictures*, and a method judged on 1,000 pictures must not be put beside one judged on 10,000.
#
# ## How it is fooled: copies
#
# Two strange generators. The **copier** has learned 2,000 training garments by heart and gives them out as its own. The **specialist** gives out perfect garments, but only of four kinds: trousers, sneakers, bags and boots. Beside them stand the VAE and the GAN, and for comparison real garments: test garments that are in neither crowd.
#
# **Predict:** by the Frechet distance to 2,000 test garments, which of the four is best?

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
show_table(far, heads=["crowd", "Frechet distance"], digits=2)

# %% [markdown]
# The copier is best by far, no farther from the test garments than other real ones are (0.47 and 0.61), and it has learned nothing. The distance cannot see this: it compares with real garments, and copies of training garments are real. What gives it away is the **nearest training picture**.
#
# The specialist is found out: its distance is the largest of all. But the number does not say what is wrong with it, poor pictures or missing kinds. So ask two questions in place of one. **Precision**: of the made pictures, which share lies among the real ones? **Recall**: of the real pictures, which share lies among the made ones? Around each real picture lies a ball that reaches to its third-nearest real neighbour; a made picture lies among the real ones if one of these balls holds it. For recall the two crowds change places.
#
# **Predict:** precision and recall of the specialist?


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
show_table(crowd_scores, heads=["crowd", "Frechet", "precision", "recall", "nearest"], digits=2)

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
# Each of the two has a number that gives it away. The copier's median distance to the nearest training picture is 0.00; that of real garments is 2.54. The specialist's precision is as high as that of real garments, 0.87, but its recall is 0.53.
# (Real garments themselves reach only 0.85 and 0.88, so that is the best to hope for. And recall is generous: it gives the specialist more than the share of its four kinds, since a picture that stands alone has a large ball.) The medians of the VAE and the GAN are above that of real garments: there is no sign that they copy at large. A few copies could hide in a median, and they were trained on 60,000 garments, of which the course carries 10,000. No single number tells all of this.
#
# ## People
#
# In the end a picture is for people. The usual test shows two pictures and lets a person choose one: *which is real?*, or *which is better?* If nobody can tell, half of the answers are right. Of 10 answers 8 are right. Can people see the difference, or was it luck?
#
# Let $p$ be the true share and $\hat p$ the share of wins among $n$ answers. The standard error of $\hat p$ is $\sqrt{p(1 - p)/n}$. Wilson's interval holds every $p$ that is no farther than $z$ of *its own* standard errors from $\hat p$, and solving $(\hat p - p)^2 = z^2\, p(1 - p)/n$ for $p$ gives its ends:
#
# $$\frac{\hat p + \frac{z^2}{2n} \;\pm\; z \sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4n^2}}}{1 + \frac{z^2}{n}}$$
#
# > **Trap.** The interval of many textbooks, $\hat p \pm z \sqrt{\hat p(1 - \hat p)/n}$ (Wald's), says after 4 wrong answers of 4 that the share is exactly 0, with no doubt at all. Wilson's says 0 to 49 %.
#
# ### Exercise: how sure is a preference? ●●○
#
# Return `(low, high)`. $z$ follows from `confidence`: between $-z$ and $z$ lies that share of a normal distribution, so for 0.95 it is 1.96. `NormalDist().inv_cdf(q)` from `statistics` gives the point below which the share $q$ lies. With no answers nothing is known: return `(0.0, 1.0)`.


# %% nbgrader={"grade": false, "grade_id": "preference_interval", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def preference_interval(wins, trials, confidence=0.95):
    """Wilson's interval of a share: (low, high)."""
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
# **Predict:** 60 % of the answers are right. How many answers does it take until one half lies outside the interval?

# %%
answers = [10, 20, 50, 100, 200, 1000]
intervals = {n: preference_interval(6 * n // 10, n) for n in answers}
ends = {n: {"low, %": 100 * low, "high, %": 100 * high} for n, (low, high) in intervals.items()}
show_table(ends, heads=["answers, 60 % right", "low, %", "high, %"], digits=1)

# %% [markdown]
# It takes about a hundred. With ten answers everything from 31 to 83 % remains possible. And the 8 of 10 from above? The interval goes from 49 to 94 %, so it may have been luck.
#
# Now you are the judge. The real garments are test garments, the made ones come from the GAN. Decide *before* you begin how many answers you will give: who stops as soon as the interval leaves one half behind finds a difference far too often. And it is your interval: it tells nothing of other people.

# %%
both_crowds = [crowd[:40, 0].cpu().double().numpy() for crowd in (test, crowds["GAN"])]
which_is_real.explore(*both_crowds, seed=3)

# %% [markdown]
# Twenty answers take a minute. Write down what gives the made ones away, a strap that ends nowhere or a torn edge. No number of this lesson names it.
#
# ## Numbers that this course does not compute
#
# - **FID** is the Frechet distance of 2,048 features of one Inception network, trained on ImageNet's photographs. Its weights would have to be downloaded, and grey garments of 28 x 28 are nothing that it knows. Its numbers depend on how pictures are resized before (Parmar et al., 2022).
# - **LPIPS** compares two pictures by the features of a network, layer by layer, with weights fitted to people's answers (Zhang et al., 2018). It, too, needs the weights of a large network.
# - **CMMD** is a kernel distance like KID, over features of CLIP (Jayasumana et al., 2024). It does not assume that the features are Gaussian.
#
# ## Which model when
#
# The course's table (README) was made by one command, `learnkit benchmark`, from the shipped weights: twenty-four methods, five kinds of hole, 500 garments. Here are four of its rows, measured again on your machine, on fewer garments.
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
# The best PSNR and SSIM belong to the U-Net, the best Frechet distance to one draw of the diffusion model, which takes about 25 times as long. You know now why they disagree. (The minutes of training are those of a machine of two cores without a GPU: a dozen steps were timed, `learnkit sweep training_time`, and multiplied. The VAE takes 2.5 of them, the U-Net 73, the diffusion model 69.) (With 60 pictures all Frechet distances are too large; compare within the column alone.) From the whole table follows:
#
# | you want | take | because |
# |---|---|---|
# | the smallest error, pixel by pixel | a U-Net over the linear fill | it learns the mean of what is possible, in one pass |
# | a picture that looks real | one draw of the diffusion model | it is sharp; by decibels it is 2.8 to 3.3 dB below the U-Net |
# | several possible fills, to show what is not known | the diffusion model, or the conditional VAE where time is short | both draw; the VAE's draws differ less and take one pass |
# | no training at all, and thin or scattered holes | the biharmonic fill | of those that learn nothing it is the best on brush strokes and on random 50 % |
# | little to train and a small machine | linear MMSE | one matrix, and 1.4 to 1.7 dB below the U-Net |
# | new pictures, and a latent space to walk in | the VAE | one pass; its garments are soft (Frechet 18.75) |
# | sharp new pictures in one pass | the GAN | Frechet 7.95; it is the hardest to train |
#
# ## Quiz
#
# <details><summary>1. A paper reports SSIM 0.95 and another one 0.91 on the same pictures. Is the first method better?</summary>
#
# Not from these numbers alone. The window, the data range, the treatment of colour and the size of the pictures must be the same, and both must judge the hole or both the whole picture.
# </details>
# <details><summary>2. Your generator has a Frechet distance of 9 on 500 pictures, the paper's has 6 on 50,000. What do you do?</summary>
#
# Draw 50,000 pictures and measure again, or measure both on 500, by the same features. At 500 pictures even real garments are at a distance of about 3.5, so the two numbers cannot be compared.
# </details>
# <details><summary>3. A generator has the best Frechet distance of all, and high precision and recall. What do you look at before you believe it?</summary>
#
# At the nearest training picture of what it makes. A copier of the training set has all of that, and only the distance to the training pictures shows it.
# </details>
#
# ## What you have seen
#
# - PSNR asks how large the difference is, SSIM whether the pattern is the same; a shift of two pixels costs more than a blur, and both prefer a blurred mean to a sharp guess.
# - A score needs its window, its range, its average and its number of pictures, or it cannot be compared.
# - The Frechet distance is too large for small crowds and blind to copies; precision, recall and nearest neighbours tell what it cannot.
# - A preference is a share with an interval.
#
# **For the course's table** of fills: no new row; you know now what its columns say and what they do not.
#
# **Read on:** Wang, Bovik, Sheikh and Simoncelli, *Image Quality Assessment* (2004), section III; Heusel et al., *GANs Trained by a Two Time-Scale Update Rule* (2017), section 4; Kynkäänniemi et al., *Improved Precision and Recall Metric* (2019), section 3; Wilson, *Probable Inference* (1927). Next:
# [**14 Generalisation**](14_generalisation.ipynb).
