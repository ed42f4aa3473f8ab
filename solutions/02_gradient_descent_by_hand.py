# %% [markdown]
# # 02 Gradient descent by hand
#
# > How does gradient descent fill a hole?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lesson 01 | write gradient descent and an inpainting method with it; say when it diverges and how long it takes | 75 min; the cells alone run in under half a minute, no GPU |
#
# A fill of 100 pixels is 100 numbers, so it is a point in a space of 100 dimensions. A loss gives
# each point a height; a good fill is a low point. At each point the gradient tells which direction
# is *down*. You take a step in that direction, again and again. That is all you need to repair a
# photograph.

# %%
import matplotlib.pyplot as plt
import numpy as np

from learnkit.byhand.gradcheck import check_grad
from learnkit.byhand.losses import roughness
from learnkit.exercises import challenge, exercise
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.images.damaged import DAMAGED, damaged
from learnkit.images.data import fashion_mnist, to_float
from learnkit.images.metrics import psnr
from learnkit.widgets import descent_in_hole, ravine
from learnkit.widgets.show import show, show_pictures

# %% [markdown]
# ## One step, many times
#
# The gradient points uphill. So subtract it from $x$, multiplied by a small number $\eta$ (eta),
# the [**learning rate**](glossary.ipynb#Learning-rate):
#
# $$x_{k+1} = x_k - \eta\,\nabla f(x_k)$$
#
# This is [**gradient descent**](glossary.ipynb#Gradient-descent).
#
# ($\nabla f$ is the gradient: the derivatives of $f$ with respect to all elements of $x$, as one array.)
#
# ### Exercise: write the descent ●●○
#
# Return the path as a list of `steps + 1` arrays: first a *copy* of `x0`, then one new array for
# each step. `grad` is a function: `grad(x)` returns an array of the shape of `x`, possibly `x`
# itself. Take exactly `steps` steps, also where the gradient is 0; `steps` may be 0. Do not change
# `x0`. (The most common mistake is to change one array in place and to append it again and again:
# then all elements of the list are the same point.)


# %% nbgrader={"grade": false, "grade_id": "gradient_descent", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def gradient_descent(grad, x0, lr, steps):
    """The path of gradient descent: a list of steps + 1 arrays, x0 first."""
    ### BEGIN SOLUTION
    path = [x0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return path
    ### END SOLUTION


# %% [markdown]
# Try it on lesson 01's pixel, which is black in two pictures and white in the third. The slope of
# its MSE is $2(g - \frac13)$.
#
# **Predict:** it starts at white, $g = 1$, with $\eta = 0.25$. Will $g$ go below 1/3?

# %%
path = gradient_descent(lambda g: 2 * (g - 1 / 3), np.array([1.0]), lr=0.25, steps=8)
print(" ".join(f"{float(g[0]):.4f}" for g in path))

# %% [markdown]
# It halves its distance to 1/3 at every step and never passes it. With $\eta = 0.5$ it would be
# there in one step; with $\eta = 1$ it would jump from side to side for ever.
#
# ## How large a step?
#
# With one pixel this is easy. It becomes difficult when the loss is steeper in one direction than
# in another. Here is the bowl $f(x, y) = \frac12(x^2 + 10 y^2)$: its slope is $x$ along $x$, and
# $10 y$ along $y$.
#
# **Predict:** with which learning rate is the height after 30 steps smallest? Find it with the
# slider. What happens above 0.2?

# %%
ravine.explore()

# %% [markdown]
# In the bowl $\frac12 c x^2$ the slope is $c\,x$; $c$, the second derivative, is called the
# **curvature** here. One step gives $x - \eta c x = (1 - \eta c)\,x$. Three things can happen: $x$
# shrinks ($\eta c < 1$), it shrinks and changes its sign at every step ($1 < \eta c < 2$), or it
# **grows** ($\eta c > 2$). The direction with the largest curvature $L$ decides. The descent
# **converges** (the picture above says "settles") only for
#
# $$\eta < \frac{2}{L}$$
#
# Above that it **diverges**. But with a small $\eta$ the flattest direction, with the curvature
# $\mu$, changes only slowly. The ratio $\kappa = L/\mu$ is the **condition number**.
#
# For many steps the best learning rate is the one at which both directions shrink by the same
# factor. In the steep direction the sign changes at every step, so the factor is $\eta L-1$; in the
# flat one it is $1-\eta\mu$. They are equal at $\eta = 2/(L+\mu)$. Even then each step leaves the
# fraction $1-\frac{2\mu}{L+\mu}=\frac{L-\mu}{L+\mu}=\frac{\kappa-1}{\kappa+1}$ of the distance.
# (Here $2/(L+\mu) = 2/11 = 0.182$, and on the slider the height after 30 steps is smallest at about
# 0.175. The start is higher along $y$, 5, than along $x$, 2; so for only 30 steps a slightly
# smaller $\eta$, which shrinks $y$ faster, is better.)
#
# So if a loss falls slowly, and no part of $x$ changes its sign from step to step, raise $\eta$.
# (If it falls slowly at the best $\eta$, then $\kappa$ is large, and no $\eta$ helps.) If it stays
# where it is while $x$ jumps from side to side, $\eta$ is near $2/L$. If it grows or becomes `nan`,
# $\eta$ is above $2/L$.

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
for lr in (0.02, 0.1, 2 / 11, 0.199, 0.21):
    ax.semilogy(ravine.height(ravine.walk(lr)), label=f"η = {lr:.3f}")
ax.set(xlabel="step", ylabel="height", title="2/L = 0.2; best in the long run: 0.182")
ax.legend(fontsize=8)
fig.tight_layout()
show(fig, alt="Height against steps for five learning rates: 0.182 falls fastest, 0.21 climbs.")

# %% [markdown]
# ## What do you know about the missing part?
#
# Gradient descent needs a loss. It cannot be the MSE to the truth, because the truth is not known.
# It must come from what you *know about pictures* in general, a [**prior**](glossary.ipynb#Prior).
# The simplest prior: neighbouring pixels have similar values. Call **roughness** the sum (not the
# mean) of squared differences over all pairs of neighbours (up and down, left and right; each pair
# once, and none beyond the border). Papers call it the Dirichlet energy. With the pixel values
# $x_i$ it is
#
# $$E(x) = \sum_{\text{pairs } (i,j)} (x_i - x_j)^2$$
#
# **Predict:** which of three pictures is roughest, and which smoothest: a boot, the boot with its
# pixels shuffled, or a picture with the boot's mean grey everywhere?

# %%
boot = damaged("garment")
shuffled = np.random.default_rng(0).permutation(boot.image.ravel()).reshape(28, 28)
flat = np.full((28, 28), boot.image.mean())
trio = {"boot": boot.image, "shuffled": shuffled, "mean": flat}
row = {f"{name}: E = {roughness(image):.0f}": image for name, image in trio.items()}
show_pictures(row, alt="A boot, the same pixels shuffled, and their mean, with their roughness.")

# %% [markdown]
# The boot is smoother than noise, as it should be. But plain grey is smoother than the boot, so a
# small roughness alone does not make a good picture. Let us see how far this prior goes.
#
# ### Exercise: its gradient ●●○
#
# A pair $(a, b)$ adds $(a-b)^2$ to the roughness. The derivative with respect to $a$ is $2(a-b)$,
# with respect to $b$ it is $-2(a-b)$. A pixel inside the picture is in four pairs, a pixel at the
# border in fewer, and its gradient is the sum over its pairs. So make an array of zeros in the
# shape of `image`, and for each pair add $2(a-b)$ at $a$ and $-2(a-b)$ at $b$. The array
# `np.diff(image, axis=0)` is `image[1:] - image[:-1]`: all differences along an axis at once, one
# row fewer than the picture has.


# %% nbgrader={"grade": false, "grade_id": "roughness_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def roughness_grad(image):
    """The gradient of the roughness of a grey picture (h, w), in the shape of the picture."""
    ### BEGIN SOLUTION
    grad = np.zeros_like(image)
    down = 2 * np.diff(image, axis=0)
    grad[1:] += down
    grad[:-1] -= down
    right = 2 * np.diff(image, axis=1)
    grad[:, 1:] += right
    grad[:, :-1] -= right
    return grad
    ### END SOLUTION


# %%
print("relative error:", check_grad(roughness, roughness_grad, boot.image))

# %% [markdown]
# ## Fill a hole by gradient descent
#
# You have a loss and its gradient. One thing is new: **the known pixels do not change**. They are
# given; only the pixels in the hole are updated.
#
# ### Exercise: your first inpainting method ●●●
#
# `image` is a grey picture `(h, w)`. It has values in the hole, too (here the truth); do not use
# them. In a copy, set the hole to 0, then take `steps` steps of gradient descent on the roughness,
# in the hole alone. Use your `roughness_grad`. Do not clip the values. `steps` may be 0. Do not
# change `image`.


# %% nbgrader={"grade": false, "grade_id": "fill_hole", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def fill_hole(image, hole, lr, steps):
    """A copy of the picture, its hole filled by descent on the roughness, started at 0."""
    ### BEGIN SOLUTION
    filled = image.copy()
    filled[hole] = 0
    for _ in range(steps):
        filled[hole] -= lr * roughness_grad(filled)[hole]
    return filled
    ### END SOLUTION


# %% [markdown]
# **Predict:** the middle of a boot is missing. Will the hole fill from its edge inwards, or
# everywhere at the same time? Press play.

# %%
moments = [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 37, 50, 68, 92, 124, 168, 227, 300]
frames = [fill_hole(boot.image, boot.hole, 0.12, step) for step in moments]
film = descent_in_hole.Film(frames, moments, boot.image, boot.hole)
descent_in_hole.explore(film)

# %%
some = {f"step {moments[i]}": frames[i] for i in (0, 2, 7, 18)} | {"truth": boot.image}
show_pictures(some, alt="The boot's hole at steps 0, 2, 11 and 300, filling from its edge inwards.")

# %% [markdown]
# From the edge: in one step a pixel depends only on itself and its four neighbours, so the values
# of the known pixels move inwards by one pixel per step. At the end every pixel of the hole is the
# mean of its neighbours, and the gradient in the hole is 0.
#
# ## Above 2/L
#
# How large may the learning rate be *here*? $L$ is the largest curvature in the hole's 100
# dimensions. Raise one pixel of the hole by 1 and note how the gradient changes at all 100 pixels.
# Done for each pixel, this gives 100 columns of 100 numbers, a matrix, the
# [**Hessian**](glossary.ipynb#Hessian). Its eigenvalues (`np.linalg.eigvalsh`) are the curvatures.
# (An eigenvalue is the factor by which a matrix stretches a special direction; for the bowl above
# they are 1 and 10.) You need not understand the next cell.


# %%
def hessian(hole):
    """How the gradient in the hole changes with each pixel of it: a matrix (pixels, pixels)."""
    spots = np.argwhere(hole)
    columns = []
    for row, column in spots:
        single = np.zeros(hole.shape)
        single[row, column] = 1
        columns.append(roughness_grad(single)[hole])
    return np.array(columns)


curvatures = np.linalg.eigvalsh(hessian(boot.hole))
mu, L = curvatures[0], curvatures[-1]
print(f"L = {L:.2f}, so 2/L = {2 / L:.4f};  μ = {mu:.3f},  κ = L/μ = {L / mu:.0f}")

# %% [markdown]
# (On a checkerboard of +1 and -1 a pixel differs from each of its four neighbours by 2. Each pair
# adds 2 x 2 = 4 to its gradient, together 16: sixteen times the pixel itself. No picture has a
# larger ratio. For let the known pixels be 0: $(a-b)^2\le2a^2+2b^2$, and a pixel is in at most four
# pairs, so $E\le8\sum x_i^2$. In the direction of curvature $L$, $E=\frac12L\sum x_i^2$. So $L$ can
# never pass 16: a learning rate below 0.125 is safe for every hole.)
#
# **Predict:** two fills, one with a learning rate 5 % below $2/L$, one 5 % above. What will the
# second look like after 60 steps, and after 90?

# %%
below = fill_hole(boot.image, boot.hole, 0.95 * 2 / L, 90)
above = {steps: fill_hole(boot.image, boot.hole, 1.05 * 2 / L, steps) for steps in (60, 90)}
show_pictures(
    {
        "5 % below 2/L, 90 steps": below,
        "5 % above, 60 steps": above[60],
        "5 % above, 90 steps": above[90],
    },
    alt="Below 2/L a smooth fill; above it a black and white checkerboard grows in the hole.",
)
largest = abs(above[90]).max()
print(f"largest value after 90 steps: {abs(below).max():.1f} below, {largest:.1f} above")

# %% [markdown]
# **A checkerboard.** It is the direction with the largest curvature: of all pictures with the same
# sum of squares, one whose neighbours have opposite signs is the roughest. So this direction grows
# fastest, by the same factor in every step (here 1.1). Remember it: if a checkerboard grows during
# a descent, or a loss becomes `nan`, first try a lower learning rate. (In networks a checkerboard
# can also have another cause: lesson 06.)
#
# > **Trap.** A learning rate that works for one hole may fail for another. 0.2 fills a single lost
# > pixel ($L = 8$, so $2/L = 0.25$; it has four pairs, each with the second derivative 2). On the
# > boot's hole, 100 steps with it give a number of 30 digits:

# %%
one = np.zeros((28, 28), bool)
one[14, 14] = True
lost = fill_hole(boot.image, one, 0.2, 100)[14, 14]
print("one pixel:", lost, "(exact:", harmonic(boot.image, one)[14, 14], ")")
print("the box:  ", abs(fill_hole(boot.image, boot.hole, 0.2, 100)).max())

# %% [markdown]
# ## How many steps?
#
# The minimum can also be computed directly. There the gradient is 0, so every pixel of the hole is
# the mean of its neighbours: 100 linear equations with 100 unknowns. (The first pixel is a corner
# of the hole: $4x_1=x_2+x_{11}+k$, with $k$ the sum of its two known neighbours.) `harmonic` solves
# them with SciPy. Your descent should end at the same values. The next cell takes the same steps as
# `fill_hole`, at the best learning rate, and keeps the error after each step.
#
# **Predict:** after how many steps does every pixel differ from the exact solution by at most
# 0.001? Theory says that each step multiplies the distance by $(\kappa-1)/(\kappa+1) = 0.96$.

# %%
exact = harmonic(boot.image, boot.hole)
walker = np.where(boot.hole, 0.0, boot.image)
gaps = [abs(walker - exact).max()]
while gaps[-1] > 1e-3:
    walker = walker - 2 / (L + mu) * np.where(boot.hole, roughness_grad(walker), 0)
    gaps.append(abs(walker - exact).max())
steps_needed = len(gaps) - 1
print("steps to agree to 0.001:", steps_needed)

# %%
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.semilogy(gaps, lw=2.5, label="measured")
rate = (L / mu - 1) / (L / mu + 1)
ax.semilogy(gaps[0] * rate ** np.arange(len(gaps)), "--", label=f"theory: times {rate:.3f} a step")
ax.set(xlabel="step", ylabel="largest error", title="The descent meets the exact solution")
ax.legend()
fig.tight_layout()
show(fig, alt="The largest error against the step falls on a straight line, as the theory says.")

# %% [markdown]
# 150 steps, along the line that the [condition number](glossary.ipynb#Condition-number) predicts.
# How many steps does a larger hole need? Each step multiplies the error by $r =
# (\kappa-1)/(\kappa+1)$, and $r^k = 1/1000$ gives $k = \ln 1000 / \ln(1/r)$.
#
# **Predict:** does a hole of twice the width need twice as many steps, or four times as many?

# %%
print("width    κ    steps to shrink the error a thousandfold")
for width in (2, 4, 8, 16):
    c = np.linalg.eigvalsh(hessian(draw.box((28, 28), height=width, width=width)))
    kappa = c[-1] / c[0]
    print(f"{width:5} {kappa:5.0f} {np.log(1000) / np.log((kappa + 1) / (kappa - 1)):8.0f}")

# %% [markdown]
# Three to four times, and nearer to four the wider it is. $\kappa$ grows about with the square of
# the width. The known values spread inwards as heat does, and heat needs a time that grows with the
# square of the distance (a known property of the heat equation). A thin scratch is done in a few
# steps, a large hole needs thousands. Lesson 04's optimizers need fewer steps; real programs solve
# the equations directly.
#
# ## A scratched photograph
#
# Scratches are thin, so a few steps are enough. Each colour channel is filled as a grey picture.
#
# **Predict:** how many dB over the hole, when the mean colour of lesson 01 gave 12.2?

# %%
portrait = damaged("astronaut")
channels = [fill_hole(portrait.image[..., c], portrait.hole, 0.12, 30) for c in range(3)]
mended = np.stack(channels, axis=-1)
exact_portrait = harmonic(portrait.image, portrait.hole)
show_pictures(
    {"scratched": portrait.cut, "filled by fill_hole": mended, "the truth": portrait.image},
    alt="The scratched astronaut, the same filled with hardly a trace, and the truth.",
)
print(f"fill_hole, 30 steps: {psnr(mended, portrait.image, hole=portrait.hole):.2f} dB in the hole")
print(f"exact:               {psnr(exact_portrait, portrait.image, hole=portrait.hole):.2f} dB")
print("largest difference:", abs(mended - exact_portrait).max())

# %% [markdown]
# Thirty steps, and the scratches are gone: 27.97 dB, as the exact solution. OpenCV, a library of
# image processing, has two classical fills: its Navier-Stokes fill, a famous method of 2001, gets
# 27.09 dB on the same scratches, and its Telea fill 24.61 (radius 3: how far it looks; measured
# once and stored, as this lesson loads no OpenCV).
#
# ## And where it fails
#
# **Predict:** which of the six pictures will get the lowest PSNR, and how will its fill look?

# %%
fills = {name: harmonic(damaged(name).image, damaged(name).hole) for name in DAMAGED}
smears = {f"{damaged(name).title.split(',')[0]}, filled": fills[name] for name in DAMAGED}
show_pictures(
    smears,
    alt="The six harmonic fills: thin damage is hardly seen, wide holes are smeared.",
    columns=3,
)

# %%
for name in DAMAGED:
    picture = damaged(name)
    print(f"{picture.title:30} {psnr(fills[name], picture.image, hole=picture.hole):5.2f} dB")

# %% [markdown]
# The emoji has the lowest, 13.29 dB. Where the damage is thin, the harmonic fill is the best of the
# four methods below. In wide holes it gives a smooth surface from edge to edge, like a soap film
# over a wire: the emoji gets no teeth, the boot no edge of its upper, and under the brush strokes
# on the page the letters are missing. Its prior says that pictures are smooth, and nothing more.
#
# | PSNR in the hole, dB | astronaut | boot | emoji | cat | page | coffee |
# |---|---|---|---|---|---|---|
# | mean colour (lesson 01) | 12.24 | 10.24 | 10.88 | 17.48 | 12.73 | 12.94 |
# | **harmonic** (where your descent ends) | **27.97** | 18.34 | 13.29 | **28.20** | **17.67** | **27.76** |
# | OpenCV Navier-Stokes | 27.09 | 17.27 | **13.67** | 27.55 | 17.11 | 26.82 |
# | OpenCV Telea | 24.61 | **18.68** | 13.52 | 27.07 | 17.20 | 24.96 |
#
# One picture per method proves little. The course's table uses the first 500 test garments, with
# five kinds of hole. Here we take a box of 10 x 10 in the middle. It takes one MSE over the holes
# of all 500, and one PSNR from it (*pooled*).

# %%
garments = to_float(fashion_mnist("test")[0][:500])
box = draw.box((28, 28), height=10, width=10)
filled = np.array([harmonic(garment, box) for garment in garments])
pooled = -10 * np.log10(np.mean((filled - garments)[:, box] ** 2))
print(f"harmonic fill, 500 garments: {pooled:.2f} dB, pooled")

# %% [markdown]
# ## Challenge
#
# A challenge has no single right answer. Your function is scored on pictures that this lesson does
# not show, and the scores of other methods are listed with yours. It is optional and does not count
# for the marks. Your best score is kept; `learnkit progress` shows it.
#
# `mend(image, hole)` is given a grey picture (h, w) with 0 in its hole, here 64 x 64, and returns
# it filled. Values are clipped to [0, 1] before they are scored, and all six together may take 30
# seconds (they are photographs that this lesson does not show: scratched, painted over, with a box
# missing, with half and with four fifths of the pixels lost). Below, it takes 30 steps of your own
# descent. What could make it better: more steps, a better start than 0, or another loss than the
# roughness?


# %%
@challenge
def mend(image, hole):
    """The whole picture, (h, w), its hole filled; scored in the hole."""
    return fill_hole(image, hole, lr=0.12, steps=30)


# %% [markdown]
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. Your picture alternates between two states, and the loss does not change. How large is the
# learning rate?**
#
# <details><summary>Far too small</summary>
#
# **No.** Then the picture would change little and in one direction.
# </details>
# <details><summary>1/L</summary>
#
# **No.** With 1/L the steepest direction is at its minimum after one step.
# </details>
# <details><summary>2/L</summary>
#
# **Right.** At each step the steepest direction is multiplied by 1 − ηL = −1. Both sides of the
# bowl are equally high.
# </details>
#
# **2. You let the descent change all pixels, and put the known ones back at the end. Is that as
# good as holding them fixed at every step?**
#
# <details><summary>No: the hole would be fitted to the moved values.</summary>
#
# **Right.** It then does not fit the true ones. The known pixels become smoother as well. Only with
# fixed known pixels do you reach the minimum that you want.
# </details>
# <details><summary>Yes: at the end everything is in its place.</summary>
#
# **No.** The known pixels are in place, but the hole was fitted to other values.
# </details>
# <details><summary>Yes: it is as good, only slower.</summary>
#
# **No.** It is slower, but that is not the fault: it moves towards a picture that is flat
# everywhere, and the hole is fitted to that.
# </details>
#
# **3. The box of 10 x 10 becomes 30 x 30. How many times as many steps does the descent need?**
#
# <details><summary>Three times</summary>
#
# **No.** The number of steps grows with the condition number, and that one grows faster than the
# width.
# </details>
# <details><summary>About eight times</summary>
#
# **Right.** The condition number grows from 48 to 389. It grows about with the square of the width:
# for large holes the factor comes near to nine.
# </details>
# <details><summary>The same number: all pixels are changed at once.</summary>
#
# **No.** They are changed at once, but the known values move inwards by one pixel a step.
# </details>
#
# **4. What is the prior of the harmonic fill?**
#
# <details><summary>That the hole has the mean colour of the picture</summary>
#
# **No.** That is lesson 01's mean colour. The harmonic fill takes its values from the rim of the
# hole.
# </details>
# <details><summary>That the picture shows a garment</summary>
#
# **No.** The method has seen no garments.
# </details>
# <details><summary>That neighbouring pixels are similar</summary>
#
# **Right.** The roughness is the sum of squared differences of neighbours. Its minimum is smooth,
# and without teeth or letters.
# </details>
#
# **5. `path.append(x)` in every step, and then `x -= lr * grad(x)`. What is in the list at the
# end?**
#
# <details><summary>The last point, again and again</summary>
#
# **Right.** All elements are one array. Write `x = x - lr * grad(x)`, which makes a new one.
# </details>
# <details><summary>All the points, in the order of the steps</summary>
#
# **No.** `x -= ...` changes the array that is in the list already.
# </details>
# <details><summary>Nothing but the start: x is never changed</summary>
#
# **No.** The start is changed in place, too: it is the same array. Python lets you do it. That is
# why this mistake is so common.
# </details>
#
# ## What you have seen
#
# - Gradient descent is x ← x − η ∇f(x). It converges below 2/L; above it the steepest direction
#   grows, and for the roughness this is a checkerboard.
# - The condition number κ = L/μ sets the number of steps; for a hole it grows with the width squared.
# - Where the truth is unknown, a prior (here: smoothness) gives the loss. Your fill repairs
#   scratches better than OpenCV does, and cannot invent what a large hole has lost.
#
# **For the course's table:** *harmonic*: 12.56 dB on the 10 x 10 boxes (OpenCV Navier-Stokes:
# 12.38).
#
# **Read on:** Chan and Shen, *Mathematical Models for Local Nontexture Inpaintings* (SIAM J. Appl.
# Math. 2002), the section on harmonic inpainting, our [harmonic
# fill](glossary.ipynb#Harmonic-fill); Bertalmío, Bertozzi and Sapiro, *Navier-Stokes, Fluid
# Dynamics, and Image and Video Inpainting* (CVPR 2001). Next: [**03 Cross-entropy by
# hand**](03_cross_entropy_by_hand.ipynb).
