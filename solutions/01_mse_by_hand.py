# %% [markdown]
# # 01 MSE by hand
#
# > How wrong is a picture, as one number?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lesson 00 | write the mean squared error, its gradient and the PSNR; check any gradient; say why MSE blurs | 60 min; the cells alone run in seconds, no GPU |
#
# A filled hole is never quite right. To get better you need to know *how* wrong it is, in one
# number that a program can make smaller. The simplest such number is used in most of image
# processing. It has a weakness, which you will see below: **a program that makes it small paints
# ghosts**, blurred pictures of what could be there.

# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
from skimage.data import lfw_subset

from learnkit.byhand.gradcheck import check_grad
from learnkit.exercises import exercise
from learnkit.images.damaged import DAMAGED, damaged
from learnkit.images.metrics import psnr as psnr_over
from learnkit.widgets import parabola
from learnkit.widgets.show import show, show_pictures

# %% [markdown]
# ## Three ways to be wrong
#
# Here is a face, and three damaged copies: brighter all over, full of noise, and with a dark
# strip along the top.
#
# **Predict:** put the three in order, from the least wrong to the most wrong.

# %%
rng = np.random.default_rng(0)
face = damaged("astronaut").image.mean(axis=2) * 0.8
brighter = face + 0.1
noisy = face + rng.choice([-0.1, 0.1], face.shape)
strip = face.copy()
strip[:8] -= 0.4
show_pictures(
    {"face": face, "brighter": brighter, "noisy": noisy, "dark strip": strip},
    alt="A face; the same brighter; the same noisy; the same with a dark strip along the top.",
)

# %% [markdown]
# ## The mean squared error
#
# The [**mean squared error**](glossary.ipynb#Mean-squared-error) (MSE): take the difference of each
# pixel, square it (so that too dark does not cancel too bright, and one big error counts more than
# many small ones), and average:
#
# $$\mathrm{MSE}(p, t) = \frac{1}{N}\sum_{i=1}^{N} (p_i - t_i)^2$$
#
# $p$ is the prediction, $t$ the target, $N$ the number of *all* elements, whatever the shape of the
# arrays. A number that is small where a prediction is good is called a
# [**loss**](glossary.ipynb#Loss). The MSE is the first loss of this course.
#
# ### Exercise: write it ●○○


# %% nbgrader={"grade": false, "grade_id": "mse_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def mse_loss(pred, target):
    """The mean of the squared differences over all elements: one number."""
    ### BEGIN SOLUTION
    return np.mean((pred - target) ** 2)
    ### END SOLUTION


# %%
for name, picture in {"brighter": brighter, "noisy": noisy, "dark strip": strip}.items():
    print(f"{name:12} MSE {mse_loss(picture, face):.4f}")

# %% [markdown]
# All three score *exactly* alike: their MSE is the same. In the first two every pixel is wrong by
# 0.1 or -0.1, and the square removes the sign. In the third, one pixel in sixteen is wrong by 0.4,
# and 0.4² / 16 = 0.01 = 0.1². Yet hardly anybody finds them equally bad: **the MSE does not measure
# what people see** (lesson 13 shows six pictures with the same MSE, and tries other measures). The
# MSE is used all the same: it is simple, it has a derivative everywhere, and the derivative tells
# for each pixel whether to make it brighter or darker.
#
# ## One pixel on a parabola
#
# One pixel is missing. Suppose that in pictures with these surroundings the pixel is black in two
# of three, and white in the third. Choose *one* grey $g$ for it. Its loss is the mean of the three
# squared errors, with the truths $t = 0, 0, 1$.
#
# **Predict:** is the loss smallest for black, which is right most often, or for another grey? Then
# drag the slider (or use the arrow keys) to the lowest point.

# %%
parabola.explore(truths=(0, 0, 1))

# %% [markdown]
# The lowest point of the parabola is at $g = 1/3$; there the tangent is level, so its slope is 0.
# This is the **mean** of the truths, a grey that *never occurs*. The slope says which way to go:
# where it is negative, make the pixel brighter; where it is positive, darker.
#
# Why the mean? With $n$ possible truths $t_i$ of this one pixel, the slope of $\frac1n\sum (g -
# t_i)^2$ is $\frac2n\sum (g - t_i)$, and it is zero when $\sum (g - t_i) = ng - \sum t_i = 0$, so
# when $g = \frac1n\sum t_i$, the mean.
#
# ## The grey ghost
#
# Now let the hole cover a whole face. You have a hundred real faces, and the lost face may be any
# of them. Find the one picture whose mean MSE to all hundred is smallest.
#
# **Predict:** what will it look like? Is its mean MSE smaller than that of a real face?

# %%
faces = lfw_subset()[:100].astype(float)  # (100, 25, 25): real faces come first in this set
ghost = faces.mean(axis=0)
row = {f"face {i}": faces[i] for i in (3, 14, 15, 92)} | {"the mean face": ghost}
show_pictures(row, alt="Four real faces, and the mean over a hundred: a grey ghost of a face.")

# %%
of_ghost = np.mean([mse_loss(ghost, one) for one in faces])
of_real = np.mean([mse_loss(a, b) for a, b in itertools.combinations(faces, 2)])
print(f"the mean face {of_ghost:.4f}")
print(f"a real face   {of_real:.4f}   {of_real / of_ghost:.2f} times as much")

# %% [markdown]
# Each pixel of the best picture is the mean of that pixel over the faces: the picture is the mean
# face. A *real* face in its place has twice the MSE (2.02 times; with endless faces it would be
# exactly 2). Why 2? Let $m$ be the mean face, and $v$ the mean of $(a-m)^2$ over all faces $a$ and
# all pixels. For two independent faces, $(a-b)^2 = (a-m)^2 - 2(a-m)(b-m) + (b-m)^2$. The middle
# term is 0 on average, so the mean is $2v$. (Pairs of *different* ones of 100 faces give $2v \cdot
# 100/99 = 2.02\,v$.) Nobody looks like the mean face, but it has the smallest MSE. The course calls
# it the **ghost**.
#
# Remember this picture. **Where several truths are possible, the prediction with the smallest MSE,
# on average over them, is their mean, and in a picture a mean of different truths looks blurred.**
# Lesson 10 sees it in networks; lesson 11 shows what it costs to paint one possible picture instead
# of the mean (the factor 2 again); the methods of lessons 09 and 12 give one possible picture
# instead of the mean.
#
# ## Check a gradient with finite differences
#
# To make the loss smaller you need its derivative with respect to every pixel: the
# [**gradient**](glossary.ipynb#Gradient), an array of the picture's shape. You will derive many
# gradients in this course, and some will be wrong at first. So first write a function that checks a
# gradient. It uses no calculus: it nudges one element (changes it by a tiny $\varepsilon$, eps), up
# and down, and looks how much the function $f$ changes:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2\varepsilon}$$
#
# Here $\partial f/\partial x_i$ is the slope of $f$ when only $x_i$ changes, and $e_i$ is 1 at
# element $i$ and 0 elsewhere. This is called the **central difference**.
#
# ### Exercise: the gradient by central differences ●●○
#
# `f` takes an array and returns one number. `x` is a float array of any shape;
# `np.ndindex(x.shape)` gives the index of each element in turn. Do not change `x`: work on a copy.
# Use `eps` as given. The result has the shape of `x`.


# %% nbgrader={"grade": false, "grade_id": "numerical_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def numerical_grad(f, x, eps=1e-5):
    """The gradient of f at x by central differences, in the shape of x."""
    ### BEGIN SOLUTION
    nudged, grad = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        nudged[i] = x[i] + eps
        above = f(nudged)
        nudged[i] = x[i] - eps
        below = f(nudged)
        nudged[i] = x[i]
        grad[i] = (above - below) / (2 * eps)
    return grad
    ### END SOLUTION


# %% [markdown]
# How small should $\varepsilon$ be? **Predict:** is a smaller $\varepsilon$ always better?

# %%
powers = np.arange(-14, 0.5, 0.5)
point, slope = np.array([1.0]), np.cos(1.0)  # f = sin, whose slope is known
errors = [abs(numerical_grad(lambda x: np.sin(x[0]), point, 10.0**p)[0] - slope) for p in powers]
fig, ax = plt.subplots(figsize=(6.4, 3.2))
ax.loglog(10.0**powers, np.maximum(errors, 1e-16), "o-")
ax.set(xlabel="eps", ylabel="error of the slope", title="The best eps is neither large nor tiny")
fig.tight_layout()
show(fig, alt="The error of central differences against eps: a V with its lowest point near 1e-5.")

# %% [markdown]
# No: the error is a V. On the right it shrinks with $\varepsilon^2$: halve $\varepsilon$, and a
# quarter of the error is left. (If you know Taylor's series: it is about $\varepsilon^2 |f'''|/6$,
# since the terms with $f''$ cancel.) On the left the two values of $f$ agree in nearly all of their
# 16 digits; their difference is mostly rounding error, and the error of the slope is about
# $10^{-16}/\varepsilon$. The sum of both is smallest near $10^{-5}$, which is why that is the
# default. (Use float64: in float32 rounding spoils the check. At a kink, as that of $|x|$ at 0,
# there is no derivative to check.)
#
# ## The gradient of the MSE
#
# If only pixel $i$ changes, only the term $(p_i - t_i)^2$ of the sum changes. So the derivative
# with respect to $p_i$ has a 2 from the square and a $1/N$ from the mean. Write this formula; do
# not call `numerical_grad`, which is to check it.
#
# ### Exercise: write it, for all pixels at once ●○○


# %% nbgrader={"grade": false, "grade_id": "mse_loss_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def mse_loss_grad(pred, target):
    """The gradient of the MSE with respect to pred, in the shape of pred."""
    ### BEGIN SOLUTION
    return 2 * (pred - target) / pred.size
    ### END SOLUTION


# %% [markdown]
# Check it with your `numerical_grad`, for the mean face and face 3. learnkit's `check_grad` does
# the same: it returns the relative error $|a - n| / (|a| + |n|)$ of the analytic gradient $a$ and
# the numerical one $n$ ($|\cdot|$: root of the sum of squares). It is about 1e-10 for a right
# gradient; above 1e-6 `check_grad` raises a ValueError that names it. 1/3 means a factor of 2 too
# much or too little, exactly 1 a wrong sign, and nearly 1 a gradient of quite another size: 0.997
# here if the 1/N is forgotten.


# %%
def loss(p):
    return mse_loss(p, faces[3])


def slopes(p):
    return mse_loss_grad(p, faces[3])


by_hand, by_differences = slopes(ghost), numerical_grad(loss, ghost)
print("largest difference:", abs(by_hand - by_differences).max())
print("relative error:    ", check_grad(loss, slopes, ghost))

# %% [markdown]
# At the mean face the loss over all hundred faces is smallest, so the hundred gradients should sum
# to 0.
#
# **Predict:** will the computed sum be exactly 0?

# %%
total = sum(mse_loss_grad(ghost, one) for one in faces)
print("largest gradient left at a pixel:", abs(total).max())
print("for comparison, of one face:     ", abs(mse_loss_grad(ghost, faces[3])).max())

# %% [markdown]
# Nearly: what is left, about $10^{-16}$, is rounding error (a float has about 16 digits).
#
# ## What the MSE assumes
#
# Whoever uses the MSE assumes something about the errors. Suppose a pixel is its prediction plus
# normally distributed (Gaussian) noise with standard deviation $\sigma$. The probability density at
# $t$ is then $\frac{1}{\sigma\sqrt{2\pi}}\,e^{-(t-p)^2/2\sigma^2}$. As a function of $p$ and
# $\sigma$ it is called the likelihood. If the errors of the pixels are independent, the density of
# the whole picture is the product of the pixels' densities. The (natural) logarithm turns this
# product into a sum; with a minus in front, less is better. That is the **negative
# log-likelihood**. For one pixel it is $(t-p)^2/2\sigma^2 + \log\sigma + \frac12\log 2\pi$, and its
# mean over all pixels is
#
# $$\frac{\mathrm{MSE}}{2\sigma^2} + \log\sigma + \text{a constant}$$
#
# So to minimise the MSE is the same as to maximise the likelihood under normally distributed errors
# with one fixed $\sigma$ for all pixels. This $\sigma$ can be estimated from the data: take the one
# at which the negative log-likelihood is smallest.
#
# **Predict:** the noisy face has errors of ±0.1 (not normal, but $\sigma$ can be estimated all the
# same). Where is the curve lowest?

# %%
sigmas = np.linspace(0.05, 0.3, 200)
cost = mse_loss(noisy, face) / (2 * sigmas**2) + np.log(sigmas)
best = sigmas[cost.argmin()]
fig, ax = plt.subplots(figsize=(6.4, 3.0))
ax.plot(sigmas, cost, lw=2.5)
ax.plot(best, cost.min(), "o", ms=9)
ax.set(xlabel="σ", ylabel="negative log-likelihood", title=f"Least at σ = {best:.3f} = √MSE")
fig.tight_layout()
show(fig, alt="Negative log-likelihood against sigma: a valley with its lowest point at 0.1.")

# %% [markdown]
# At $\sigma = 0.1$, which is $\sqrt{\mathrm{MSE}}$: the derivative with respect to $\sigma$,
# $-\mathrm{MSE}/\sigma^3 + 1/\sigma$, is 0 at $\sigma^2 = \mathrm{MSE}$. Where the MSE is added to
# another loss, as in lesson 08, its weight $1/2\sigma^2$ is a choice of $\sigma$.
#
# ## Decibels
#
# The mean face's MSE of 0.0341 is hard to judge. In image processing the MSE is given in decibels,
# as the peak signal-to-noise ratio ([PSNR](glossary.ipynb#PSNR)), on a scale where **more is
# better** and 10 dB more means one tenth of the MSE:
#
# $$\mathrm{PSNR} = 10\,\log_{10}\frac{R^2}{\mathrm{MSE}}$$
#
# $R$ is the data range, the largest possible difference of two pixels: 1 here, 255 for bytes. At 20
# dB, for example, the MSE is $R^2/100$.
#
# ### Exercise: write it ●○○
#
# Use your `mse_loss`. Where the MSE is 0, return `np.inf`. `data_range` is $R$.


# %% nbgrader={"grade": false, "grade_id": "psnr", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def psnr(pred, target, data_range=1.0):
    """The peak signal-to-noise ratio in dB; np.inf for equal pictures."""
    ### BEGIN SOLUTION
    error = mse_loss(pred, target)
    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)
    ### END SOLUTION


# %%
noises = [0.316, 0.1, 0.0316, 0.01]
grainy = {s: face + s * rng.standard_normal(face.shape) for s in noises}
show_pictures(
    {f"{psnr(picture, face):.0f} dB (noise {s})": picture for s, picture in grainy.items()},
    alt="The face under noise of 0.316, 0.1, 0.0316 and 0.01: 10, 20, 30 and 40 dB.",
)

# %% [markdown]
# With this kind of noise, 10 dB looks bad, 20 dB grainy and 30 dB good; at 40 dB most people see no
# difference. Remember these four numbers: most papers on image restoration report PSNR.
#
# ## The trap: which pixels are counted?
#
# The astronaut's scratches cover one pixel in sixteen. Fill them with the mean colour and score the
# fill twice: over the whole picture, and over the hole alone. (`psnr_over` is learnkit's PSNR; with
# `hole=` it averages over the hole's pixels only.)
#
# **Predict:** how many dB lie between the two?

# %%
picture = damaged("astronaut")
fill = picture.cut
fill[picture.hole] = picture.image[~picture.hole].mean(axis=0)
whole = psnr_over(fill, picture.image)
inside = psnr_over(fill, picture.image, hole=picture.hole)
print(f"whole picture {whole:.1f} dB, hole alone {inside:.1f} dB, gap {whole - inside:.1f} dB")

# %% [markdown]
# > **Trap.** The same fill scores 12.0 dB more when the known pixels are counted, though they are
# > only copied. The sum of the squared errors is the same, but the mean is over sixteen times as
# > many pixels, and $10\log_{10} 16 = 12.0$. With a small hole every method then looks good. This
# > course scores **the hole alone**.
# >
# > **And a second one.** NumPy broadcasts: subtract a column `(128, 1)` from a row `(128,)` and you
# > get 128 x 128 differences and no warning. The MSE of a picture row *with itself* is then not 0.

# %%
line = face[64]
print("right:", mse_loss(line, line), " with a stray axis:", np.mean((line - line[:, None]) ** 2))

# %% [markdown]
# learnkit's own functions raise `ValueError` where two shapes differ. Your functions need not check
# shapes.
#
# ## The first row of the course's table
#
# Six damaged pictures, each hole filled with the mean colour of the known pixels, scored over the
# hole.

# %%
for name in DAMAGED:
    picture = damaged(name)
    fill = picture.cut
    fill[picture.hole] = picture.image[~picture.hole].mean(axis=0)
    print(f"{picture.title:30} {psnr_over(fill, picture.image, hole=picture.hole):5.2f} dB")

# %% [markdown]
# Every useful method must score more than this row. Lesson 02 does, by up to 15.7 dB.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. Two pictures have the same MSE to the truth. Do they look equally good?**
#
# <details><summary>Yes: the MSE measures how good a picture looks.</summary>
#
# **No.** It measures the mean squared difference of the pixels, and nothing else.
# </details>
# <details><summary>Not necessarily.</summary>
#
# **Right.** Brighter by 0.1 and noisy by ±0.1 have the same MSE and look very different: the MSE
# looks at each pixel alone.
# </details>
# <details><summary>Yes, if both have the same PSNR as well.</summary>
#
# **No.** The PSNR is computed from the MSE. It says the same thing in decibels.
# </details>
#
# **2. A pixel is 0 in nine pictures of ten and 1 in the tenth. Which value has the smallest mean
# squared error?**
#
# <details><summary>0.1, the mean</summary>
#
# **Right.** The derivative of the mean squared error is zero at the mean.
# </details>
# <details><summary>0, as in most of the pictures</summary>
#
# **No.** That is the median, which has the smallest mean *absolute* error. There the tenth picture
# has no effect.
# </details>
# <details><summary>0.5, halfway between</summary>
#
# **No.** It would be the mean if both values were equally frequent.
# </details>
#
# **3. Your gradient check says: relative error 0.333. What is the most likely mistake?**
#
# <details><summary>The sign</summary>
#
# **No.** With the wrong sign the relative error is 1.
# </details>
# <details><summary>Rounding</summary>
#
# **No.** Rounding gives errors of about 1e-10, not of a third.
# </details>
# <details><summary>A factor of 2</summary>
#
# **Right.** With a = n/2 the relative error is |a − n| / (|a| + |n|) = (1/2) / (3/2) = 1/3. Most
# often it is the 2 of the square.
# </details>
#
# **4. The PSNR of a fill rises by 10 dB. What has happened to its MSE?**
#
# <details><summary>It is half of what it was.</summary>
#
# **No.** Half of the MSE is 3 dB more.
# </details>
# <details><summary>It is a tenth of what it was.</summary>
#
# **Right.** PSNR = 10 log10(R² / MSE), so 10 dB are a factor of 10.
# </details>
# <details><summary>It is smaller by 10.</summary>
#
# **No.** Decibels are a logarithm: a difference of decibels is a factor of the MSE.
# </details>
#
# **5. A hole covers a tenth of a picture. The known pixels are copied. You measure the MSE over the
# whole picture instead of over the hole. What do you get?**
#
# <details><summary>A tenth of the number, so 10 dB more</summary>
#
# **Right.** All errors lie in the hole, and they are divided by ten times as many pixels. A small
# hole makes every method look good.
# </details>
# <details><summary>The same number</summary>
#
# **No.** The squared errors are the same, but they are divided by ten times as many pixels.
# </details>
# <details><summary>A number that is larger, because more pixels are counted</summary>
#
# **No.** The other pixels have no error, so they make the mean smaller.
# </details>
#
# ## What you have seen
#
# - The MSE is the mean of squared differences; its gradient is 2 (p − t) / N, and central
#   differences can check it.
# - It is smallest at the **mean** of the possible truths, so where the truth is uncertain the
#   result is blurred. The mean of a hundred faces has half the MSE of a real face.
# - Up to constants it is the negative log-likelihood of normal errors with a fixed σ.
# - PSNR is the MSE in decibels: 20 dB is a noise of 0.1, 40 dB one of 0.01. Compute it over the
#   hole only.
#
# **For the course's table:** *mean colour*, with the figures above.
#
# **Read on:** Wang and Bovik, *Mean Squared Error: Love It or Leave It?* (IEEE Signal Processing
# Magazine, 2009), sections 1 to 3; Bishop, *Pattern Recognition and Machine Learning* (2006),
# section 1.2.5, for the MSE as a likelihood. Next: [**02 Gradient descent by
# hand**](02_gradient_descent_by_hand.ipynb), where gradient descent fills the hole.
