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
# number that a machine can push down. The simplest such number rules most of image processing,
# and it has a habit that you will see with your own eyes: **it paints ghosts**.

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
# **Predict:** put the three in order, the most wrong last.

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
# The [**mean squared error**](glossary.ipynb#Mean-squared-error) (MSE): take the difference of each pixel, square it (so that too dark does not cancel too bright, and
# one big error counts more than many small ones), and average:
#
# $$\mathrm{MSE}(p, t) = \frac{1}{N}\sum_{i=1}^{N} (p_i - t_i)^2$$
#
# $p$ is the prediction, $t$ the target, $N$ the number of *all* elements, in whatever shape they
# come. A number that is small when a picture is good is called a [**loss**](glossary.ipynb#Loss); this is your first.
#
# ### Exercise: write it ●○○


# %% nbgrader={"grade": false, "grade_id": "mse_loss", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def mse_loss(pred, target):
    """Mean of the squared differences: one number."""
    ### BEGIN SOLUTION
    return np.mean((pred - target) ** 2)
    ### END SOLUTION


# %%
for name, picture in {"brighter": brighter, "noisy": noisy, "dark strip": strip}.items():
    print(f"{name:12} MSE {mse_loss(picture, face):.4f}")

# %% [markdown]
# All three score *exactly* alike. In two of them every pixel is off by 0.1, and the MSE squares the
# sign away; in the third one pixel in sixteen is off by 0.4, and 0.4² / 16 is 0.1² again. Your eye
# put them in an order. Keep that in mind: **the number is not the eye** (lesson 13
# measures how far apart they are). It is used all the same, because it is simple, smooth, and tells each pixel which
# way to go.
#
# ## One pixel on a parabola
#
# One pixel is missing. Its surroundings say: this pixel is black in two pictures of three, and
# white in the third. You must paint *one* grey, $g$, and pay the mean of the three squared errors.
#
# **Predict:** is the cheapest grey black (it is right most often), or something else? Then drag
# the slider (or use the arrow keys) to the lowest point.

# %%
parabola.explore(truths=(0, 0, 1))

# %% [markdown]
# The foot of the parabola lies at $g = 1/3$, where the tangent is level. That is the **mean** of
# the truths, a grey that *never occurs*. The slope says which way to go: where it is negative,
# paint brighter; where it is positive, darker.
#
# Why the mean? The slope of $\frac1N\sum (g - t_i)^2$ is $\frac2N\sum (g - t_i)$, and it is zero
# when $g$ balances all the $t_i$.
#
# ## The grey ghost
#
# Now let the hole cover a whole face. You have a hundred real faces; the lost one might be any of
# them. Paint one picture that has the least MSE against all hundred.
#
# **Predict:** what will it look like? Will it beat showing a real face?

# %%
faces = lfw_subset()[:100].astype(float)  # (100, 25, 25): real faces come first in this set
ghost = faces.mean(axis=0)
row = {f"face {i}": faces[i] for i in (3, 14, 15, 92)} | {"the best answer": ghost}
show_pictures(row, alt="Four real faces, and the mean over a hundred: a grey ghost of a face.")

# %%
of_ghost = np.mean([mse_loss(ghost, face) for face in faces])
of_real = np.mean([mse_loss(a, b) for a, b in itertools.combinations(faces, 2)])
print(f"the ghost   {of_ghost:.4f}")
print(f"a real face {of_real:.4f}   {of_real / of_ghost:.2f} times as much")

# %% [markdown]
# The ghost wins, by far: a *real* face costs twice as much (2.02 times; with endless faces it
# would be exactly 2: call the mean squared distance of a face from the mean face $v$; then two
# faces, drawn independently, have a mean squared distance of $2v$ from each other). Nobody looks
# like the ghost, and yet it has the least MSE.
#
# This is the most important picture of the first seven lessons. **Where the truth is uncertain,
# whoever minimises MSE paints the mean of all that is plausible, and in a hole you call that
# blur.** Lesson 10 sees it in networks; lesson 11 shows what it costs to paint a real face instead
# (the factor 2 again); lessons 09 and 12 choose one plausible picture on purpose.
#
# ## Is this gradient right? Ask by nudging
#
# To walk downhill you need the slope in every pixel at once: the [**gradient**](glossary.ipynb#Gradient), an array of the
# picture's shape. You will derive many gradients in this course, and some will be wrong at first.
# So first build the judge. It knows no calculus; it nudges one element up and down by a tiny
# $\varepsilon$ (eps) and looks at what the function $f$ does:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2\varepsilon}$$
#
# ### Exercise: the judge ●●○
#
# $\partial f/\partial x_i$ is the slope of $f$ when $x_i$ alone moves; $e_i$ is 1 at element $i$
# and 0 elsewhere. In code, `f` takes an array and gives one number. `x` may have any shape
# (`np.ndindex(x.shape)` walks over it), and must be left as it was. The result has the shape of
# `x`.


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
# How small should $\varepsilon$ be? **Predict:** the smaller the better?

# %%
powers = np.arange(-14, 0.5, 0.5)
point, slope = np.array([1.0]), np.cos(1.0)  # f = sin, whose slope is known
errors = [abs(numerical_grad(lambda x: np.sin(x[0]), point, 10.0**p)[0] - slope) for p in powers]
fig, ax = plt.subplots(figsize=(6.4, 3.2))
ax.loglog(10.0**powers, np.maximum(errors, 1e-16), "o-")
ax.set(xlabel="eps", ylabel="error of the slope", title="The best eps is neither large nor tiny")
fig.tight_layout()
show(fig, alt="The error of central differences against eps: a V with its foot near 1e-5.")

# %% [markdown]
# No: the error is a V. On the right the function is curved within the step, and the error shrinks
# with $\varepsilon^2$. On the left `f(x + ε)` and `f(x - ε)` agree in nearly all of their 16 digits, and
# their difference is rounding noise. The foot lies near $10^{-5}$, which is why that is the
# default.
#
# ## The gradient of the MSE
#
# Nudge pixel $i$: of the whole sum only $(p_i - t_i)^2$ moves. So the derivative with respect to $p_i$
# has a 2 from the square and a $1/N$ from the mean.
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
# Now let your judge judge it, on the ghost and a face. (`check_grad` is learnkit's own judge: it
# gives the relative error; about 1e-10 is right, 1/3 is a forgotten factor of 2, 1 a flipped sign.)

# %%
by_hand = mse_loss_grad(ghost, faces[3])
by_nudging = numerical_grad(lambda p: mse_loss(p, faces[3]), ghost)
print("largest difference:", abs(by_hand - by_nudging).max())
loss, slopes = (lambda p: mse_loss(p, faces[3])), (lambda p: mse_loss_grad(p, faces[3]))
print("relative error:    ", check_grad(loss, slopes, ghost))

# %% [markdown]
# And the ghost is the bottom of the valley: over all hundred faces its gradients cancel.
#
# **Predict:** do they cancel exactly, or nearly?

# %%
total = sum(mse_loss_grad(ghost, face) for face in faces)
print("largest gradient left at a pixel:", abs(total).max())
print("for comparison, of one face:     ", abs(mse_loss_grad(ghost, faces[3])).max())

# %% [markdown]
# As exactly as a computer can: $10^{-16}$ is the rounding of the last digit.
#
# ## What the MSE believes
#
# There is a belief hidden in the square. Suppose a pixel is its prediction plus noise from a bell
# curve of width $\sigma$. The probability of seeing $t$ is then
# $\frac{1}{\sigma\sqrt{2\pi}}\,e^{-(t-p)^2/2\sigma^2}$. The logarithm turns the product over all
# pixels into a sum; with a minus in front, less is better. That is the **minus log-likelihood**,
# and averaged it is
#
# $$\frac{\mathrm{MSE}}{2\sigma^2} + \log\sigma + \text{a constant}$$
#
# To minimise the MSE *is* to say that errors are bell-shaped, with one $\sigma$ for all pixels. You
# never chose that $\sigma$. It can be estimated from the data: take the $\sigma$ at which this loss
# is lowest.
#
# **Predict:** the noisy face has errors of 0.1. Where is the curve lowest?

# %%
sigmas = np.linspace(0.05, 0.3, 200)
cost = mse_loss(noisy, face) / (2 * sigmas**2) + np.log(sigmas)
best = sigmas[cost.argmin()]
fig, ax = plt.subplots(figsize=(6.4, 3.0))
ax.plot(sigmas, cost, lw=2.5)
ax.plot(best, cost.min(), "o", ms=9)
ax.set(xlabel="σ", ylabel="minus log-likelihood", title=f"Least at σ = {best:.3f} = √MSE")
fig.tight_layout()
show(fig, alt="Minus log-likelihood against sigma: a valley with its lowest point at 0.1.")

# %% [markdown]
# At $\sigma = 0.1$, which is $\sqrt{\mathrm{MSE}}$. So an MSE is never only an MSE: wherever you
# *weigh* it against something else, as lesson 08 will, the weight is a hidden $\sigma$.
#
# ## Decibels
#
# The ghost's MSE of 0.0341 says little to anybody. The field counts in decibels ([PSNR](glossary.ipynb#PSNR)), on a scale where
# **more is better** and ten more is a tenth of the squared error:
#
# $$\mathrm{PSNR} = 10\,\log_{10}\frac{R^2}{\mathrm{MSE}}$$
#
# $R$ is the data range: 1 here, 255 for bytes. Equal pictures have infinite PSNR.
#
# ### Exercise: write it ●○○


# %% nbgrader={"grade": false, "grade_id": "psnr", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def psnr(pred, target, data_range=1.0):
    """Peak signal-to-noise ratio in dB; infinite for equal pictures."""
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
# 10 dB is hard to bear, 20 dB grainy, 30 dB good, 40 dB you cannot tell from the truth. Learn
# these four by heart: every table of this field is written in them.
#
# ## The trap: whose pixels did you count?
#
# The astronaut's scratches cover one pixel in sixteen. Paint them in the mean colour and score it
# twice: over the whole picture, and over the hole alone.
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
# > **Trap.** The same fill scores 12.0 dB more when the known pixels are counted, and they were
# > never in doubt. A small hole flatters every method. This course scores **the hole alone**.
# >
# > **And a second one.** NumPy broadcasts: subtract a column `(128, 1)` from a row `(128,)` and you
# > get 128 x 128 differences, without a word. The MSE of a picture row *with itself* then is not 0.

# %%
line = face[64]
print("right:", mse_loss(line, line), " with a stray axis:", np.mean((line - line[:, None]) ** 2))

# %% [markdown]
# learnkit's own functions raise `ValueError` where two shapes differ. Your answers need not: an
# exercise is only ever given shapes that fit.
#
# ## The first row of the course's table
#
# Six damaged pictures, each hole painted in the mean of what is known, scored over the hole.

# %%
for name in DAMAGED:
    picture = damaged(name)
    fill = picture.cut
    fill[picture.hole] = picture.image[~picture.hole].mean(axis=0)
    print(f"{picture.title:30} {psnr_over(fill, picture.image, hole=picture.hole):5.2f} dB")

# %% [markdown]
# Any method worth its name must beat this row. Lesson 02 does, by up to 15.7 dB.
#
# ## Quiz
#
# <details><summary>1. Two pictures have the same MSE to the truth. Do they look equally good?</summary>
#
# No. Brighter by 0.1 and noisy by 0.1 score the same here and look nothing alike: the MSE counts
# each pixel by itself and sees no structure.
# </details>
# <details><summary>2. A pixel is 0 in nine pictures of ten and 1 in the tenth. What does MSE paint? What would the mean <i>absolute</i> error paint?</summary>
#
# MSE paints the mean, 0.1. The absolute error is least at the *median*, 0: its gradient has the same
# size for every truth, so the majority decides. It blurs less, and ignores the tenth picture.
# </details>
# <details><summary>3. Your gradient check says a relative error of 0.333. What did you forget?</summary>
#
# A factor of 2: with a = n/2, |a − n| / (|a| + |n|) = (1/2) / (3/2) = 1/3. Most likely the 2 that
# the square brings down.
# </details>
#
# ## What you have seen
#
# - The MSE is the mean of squared differences; its gradient is 2 (p − t) / N, and a nudge can check it.
# - It is least at the **mean** of the plausible: where the truth is uncertain it blurs. The ghost of a
#   hundred faces beats a real face by a factor of two.
# - It is a bell curve's minus log-likelihood, with a hidden σ.
# - PSNR is the MSE in decibels: 20 dB is a noise of 0.1, 40 dB one of 0.01. Score the hole.
#
# **For the course's table:** *mean colour*, with the figures above.
#
# **Read on:** Wang and Bovik, *Mean Squared Error: Love It or Leave It?* (IEEE Signal Processing
# Magazine, 2009), sections 1 to 3; Bishop, *Pattern Recognition and Machine Learning* (2006),
# section 1.2.5, for the hidden σ. Next: [**02 Gradient descent by hand**](02_gradient_descent_by_hand.ipynb), where the picture starts
# to mend itself.
