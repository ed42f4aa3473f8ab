# %% [markdown]
# # 02 Gradient descent by hand
#
# > How does a picture mend itself by walking downhill?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lesson 01 | write gradient descent and an inpainting method with it; say when it explodes and how long it takes | 75 min; the cells alone run in under half a minute, no GPU |
#
# A fill of 100 pixels is a point in a space of 100 dimensions, and a loss gives each point a height.
# Somewhere in that landscape lies a good fill. Nobody can see 100 dimensions, but the gradient always
# says which way is *down*, and you take a step. That is all you need to mend a photograph.

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
# The gradient points uphill. So step against it, by a [**learning rate**](glossary.ipynb#Learning-rate) $\eta$ times its length:
#
# $$x_{k+1} = x_k - \eta\,\nabla f(x_k)$$
#
# This is [**gradient descent**](glossary.ipynb#Gradient-descent).
#
# ($\nabla f$ is the gradient: the derivatives of $f$ with respect to all elements of $x$, as one array.)
#
# ### Exercise: write the walk ●●○
#
# Give back the whole path as a list: a *copy* of the start first, then one new array for each step.
# The caller's start must survive, and no two places may share an array (a list that shows one point
# `steps` times is the commonest bug of this lesson).


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
# **Predict:** it starts at white, $g = 1$, with $\eta = 0.25$. Does it pass the bottom?

# %%
path = gradient_descent(lambda g: 2 * (g - 1 / 3), np.array([1.0]), lr=0.25, steps=8)
print(" ".join(f"{float(g[0]):.4f}" for g in path))

# %% [markdown]
# It halves its distance to 1/3 at every step and never passes it. With $\eta = 0.5$ it would be
# there in one step; with $\eta = 1$ it would jump from side to side for ever.
#
# ## How large a step?
#
# One pixel is easy. Two directions of different steepness are the true problem. Here is a bowl,
# ten times as steep along $y$ as along $x$.
#
# **Predict:** which learning rate gets lowest in 30 steps? Find it with the slider. What happens
# above 0.2?

# %%
ravine.explore()

# %% [markdown]
# In the bowl $\frac12 c x^2$ the slope is $c\,x$; $c$, how fast the slope changes, is the
# **curvature**. One step multiplies $x$ by $1 - \eta c$. Three things can happen: it shrinks ($\eta
# c < 1$), it shrinks while it flips sides ($1 < \eta c < 2$), or it **grows** ($\eta c > 2$). The
# steepest direction decides: with $L$ the largest curvature, the walk settles only for
#
# $$\eta < \frac{2}{L}$$
#
# and meanwhile the shallowest direction, of curvature $\mu$, hardly moves. The ratio $\kappa =
# L/\mu$ is the **condition number**. The best learning rate in the long run is the one at which both
# directions shrink alike, the steep one with its sign flipped: $\eta L - 1 = 1 - \eta\mu$, so $\eta =
# 2/(L+\mu)$. Even that leaves $1 - \frac{2\mu}{L+\mu} = \frac{L-\mu}{L+\mu} =
# \frac{\kappa - 1}{\kappa + 1}$ of the distance at every step. (For 30 steps from this start you will have found about 0.175; here $2/(L+\mu) =
# 0.182$.)

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
# To walk downhill you need a landscape. The truth is lost, so it cannot be the MSE to the truth.
# It must be something that you *know about pictures*, a [**prior**](glossary.ipynb#Prior). Here is the humblest: neighbours
# are alike. Call **roughness** the sum of squared differences over all pairs of neighbours (up and
# down, left and right; each pair once, and none beyond the border):
#
# $$E(x) = \sum_{\text{pairs } (i,j)} (x_i - x_j)^2$$
#
# **Predict:** which of these is roughest, which smoothest: a boot, its pixels shuffled, its mean?

# %%
boot = damaged("garment")
shuffled = np.random.default_rng(0).permutation(boot.image.ravel()).reshape(28, 28)
flat = np.full((28, 28), boot.image.mean())
trio = {"boot": boot.image, "shuffled": shuffled, "mean": flat}
row = {f"{name}: E = {roughness(image):.0f}": image for name, image in trio.items()}
show_pictures(row, alt="A boot, the same pixels shuffled, and their mean, with their roughness.")

# %% [markdown]
# The prior prefers the boot to noise, which is right, and plain grey to the boot, which is not.
# It knows *something*. Let us see how far that something goes.
#
# ### Exercise: its gradient ●●○
#
# A pair $(a, b)$ adds $(a-b)^2$ to the roughness. The derivative with respect to $a$ is $2(a-b)$, with
# respect to $b$ it is $-2(a-b)$. A pixel has two, three or four neighbours, and its gradient is the
# sum over these pairs. `np.diff` gives all differences along an axis at once.


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
# ## The picture mends itself
#
# You have a landscape and a way down. Only one thing is new: **the known pixels hold still**. They
# are the truth; only the hole may walk.
#
# ### Exercise: your first inpainting method ●●●
#
# `image` is a grey picture `(h, w)`. Start the hole at 0, then take `steps` steps down the
# roughness, in the hole alone. Use your `roughness_grad`. Do not touch the caller's picture.


# %% nbgrader={"grade": false, "grade_id": "fill_hole", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def fill_hole(image, hole, lr, steps):
    """A copy of the picture whose hole has walked down the roughness from 0."""
    ### BEGIN SOLUTION
    filled = image.copy()
    filled[hole] = 0
    for _ in range(steps):
        filled[hole] -= lr * roughness_grad(filled)[hole]
    return filled
    ### END SOLUTION


# %% [markdown]
# **Predict:** the middle of a boot is missing. From where will the hole fill: from its edge, or
# everywhere at once? Press play.

# %%
moments = [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 37, 50, 68, 92, 124, 168, 227, 300]
frames = [fill_hole(boot.image, boot.hole, 0.12, step) for step in moments]
film = descent_in_hole.Film(frames, moments, boot.image, boot.hole)
descent_in_hole.explore(film)

# %%
some = {f"step {moments[i]}": frames[i] for i in (0, 2, 7, 18)} | {"truth": boot.image}
show_pictures(some, alt="The boot's hole at steps 0, 2, 11 and 300, filling from its edge inwards.")

# %% [markdown]
# From the edge: at each step a pixel changes by its four neighbours alone, so what the edge knows
# moves one pixel a step. At the end every pixel is the mean of its neighbours, and the gradient is 0.
#
# ## Above 2/L
#
# How large may the learning rate be *here*? $L$ is the largest curvature in the hole's 100
# dimensions. Push one pixel of the hole by 1 and write down what the gradient does in all hundred;
# the hundred answers make a table, the [**Hessian**](glossary.ipynb#Hessian), and NumPy reads the curvatures off it
# (`eigvalsh`, its eigenvalues). You may take the next cell on trust.


# %%
def hessian(hole):
    """What roughness_grad does in the hole to each single pixel: a matrix (pixels, pixels)."""
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
# (On a checkerboard of +1 and -1 a pixel differs from each of its four neighbours by 2. Each pair adds
# 2 x 2 = 4 to its gradient, together 16: sixteen times the pixel itself. No picture has a larger
# ratio, so $L$ can never pass 16: a learning rate below 0.125 is safe for every hole.)
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
    alt="Below 2/L a smooth fill; above it a black and white checkerboard explodes in the hole.",
)
explosion = abs(above[90]).max()
print(f"largest value after 90 steps: {abs(below).max():.1f} below, {explosion:.1f} above")

# %% [markdown]
# **A checkerboard.** It is the picture of the steepest direction: nothing is rougher than
# neighbours that all disagree, so that is what overshoots first and grows by the same factor at
# every step (here 1.1). Remember it. Whenever a training of yours shows such a pattern or its loss
# turns to `nan`, lower the learning rate.
#
# > **Trap.** A learning rate that works is no proof that it will. 0.2 fills a lost *single* pixel
# > ($L = 8$, so $2/L = 0.25$). On the boot's hole, a hundred steps of it give a number of 30 digits:

# %%
one = np.zeros((28, 28), bool)
one[14, 14] = True
lost = fill_hole(boot.image, one, 0.2, 100)[14, 14]
print("one pixel:", lost, "(exact:", harmonic(boot.image, one)[14, 14], ")")
print("the box:  ", abs(fill_hole(boot.image, boot.hole, 0.2, 100)).max())

# %% [markdown]
# ## How many steps?
#
# The bottom itself is known: where every pixel of the hole is the mean of its neighbours, 100
# equations in 100 unknowns. `harmonic` solves them exactly, with SciPy.
# Your walk should end there.
#
# **Predict:** after how many steps of the best learning rate does every pixel agree with the exact
# solution to 0.001? Theory says the distance shrinks by $(\kappa-1)/(\kappa+1)$ a step.

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
ax.set(xlabel="step", ylabel="largest error", title="The walk meets the exact solution")
ax.legend()
fig.tight_layout()
show(fig, alt="The largest error against the step falls on a straight line, as the theory says.")

# %% [markdown]
# 150 steps, along the line that the [condition number](glossary.ipynb#Condition-number) draws. And larger holes?
#
# **Predict:** twice as wide a hole needs twice the steps? Four times?

# %%
print("width    κ    steps to shrink the error a thousandfold")
for width in (2, 4, 8, 16):
    c = np.linalg.eigvalsh(hessian(draw.box((28, 28), height=width, width=width)))
    kappa = c[-1] / c[0]
    print(f"{width:5} {kappa:5.0f} {np.log(1000) / np.log((kappa + 1) / (kappa - 1)):8.0f}")

# %% [markdown]
# Three to four times, and nearer to four the wider it is: the edge's values spread as heat does, and
# heat needs a time that grows with the square of the distance. A thin scratch is done in a few steps,
# a large hole needs thousands. That is what lesson 04's optimizers are for, and why real programs
# solve the equations instead.
#
# ## A scratched photograph
#
# Scratches are thin, so this is the moment. Each colour channel is a grey picture.
#
# **Predict:** how many dB over the hole, when the mean colour of lesson 01 gave 12.2?

# %%
portrait = damaged("astronaut")
channels = [fill_hole(portrait.image[..., c], portrait.hole, 0.12, 30) for c in range(3)]
mended = np.stack(channels, axis=-1)
exact_portrait = harmonic(portrait.image, portrait.hole)
show_pictures(
    {"scratched": portrait.cut, "mended by fill_hole": mended, "the truth": portrait.image},
    alt="The scratched astronaut, the same mended with hardly a trace, and the truth.",
)
print(f"fill_hole, 30 steps: {psnr(mended, portrait.image, hole=portrait.hole):.2f} dB in the hole")
print(f"exact:               {psnr(exact_portrait, portrait.image, hole=portrait.hole):.2f} dB")
print("largest difference:", abs(mended - exact_portrait).max())

# %% [markdown]
# Thirty steps, and the scratches are gone: 27.97 dB, the same as the exact solution
# to the second decimal. OpenCV's Navier-Stokes fill, a famous method of 2001, gets 27.09 dB on the
# same scratches, and its Telea fill 24.61 (radius 3; measured once and stored, as this lesson loads
# no OpenCV).
#
# ## And where it fails
#
# **Predict:** which of the six will it mend worst, and how will that look?

# %%
fills = {name: harmonic(damaged(name).image, damaged(name).hole) for name in DAMAGED}
smears = {f"{damaged(name).title.split(',')[0]}, filled": fills[name] for name in DAMAGED}
show_pictures(smears, alt="The six harmonic fills: thin damage mends, boxes smear.", columns=3)

# %%
for name in DAMAGED:
    picture = damaged(name)
    print(f"{picture.title:30} {psnr(fills[name], picture.image, hole=picture.hole):5.2f} dB")

# %% [markdown]
# The emoji is mended worst, 13.29 dB. Where the damage is thin it wins; in the boxes it stretches a
# soap film from edge to edge: no teeth, no slope of the boot's upper, and no letters on the page.
# Its prior says that pictures are smooth, and nothing more.
#
# | PSNR in the hole, dB | astronaut | boot | emoji | cat | page | coffee |
# |---|---|---|---|---|---|---|
# | mean colour (lesson 01) | 12.24 | 10.24 | 10.88 | 17.48 | 12.73 | 12.94 |
# | **harmonic** (where your descent ends) | **27.97** | 18.34 | 13.29 | **28.20** | **17.67** | **27.76** |
# | OpenCV Navier-Stokes | 27.09 | 17.27 | **13.67** | 27.55 | 17.11 | 26.82 |
# | OpenCV Telea | 24.61 | **18.68** | 13.52 | 27.07 | 17.20 | 24.96 |
#
# One picture is an anecdote. The course's table uses the first 500 test garments with a box of
# 10 x 10 cut out of the middle, and pools the error over all their holes.

# %%
garments = to_float(fashion_mnist("test")[0][:500])
box = draw.box((28, 28), height=10, width=10)
filled = np.array([harmonic(garment, box) for garment in garments])
pooled = -10 * np.log10(np.mean((filled - garments)[:, box] ** 2))
print(f"harmonic fill, 500 garments: {pooled:.2f} dB, pooled")

# %% [markdown]
# ## Challenge
#
# A challenge has no right answer. What you write is scored on pictures that this lesson does not
# show, beside what other methods reach. It is optional and counts for nothing; your best score is
# kept, and `learnkit progress` tells it.
#
# `mend(image, hole)` is given a grey picture (h, w) with 0 in its hole, and returns it filled. Below
# it takes 30 steps of your own descent. What could be better: more steps, a better start than 0,
# another prior than roughness?


# %%
@challenge
def mend(image, hole):
    """The whole picture, (h, w), its hole filled; scored in the hole."""
    return fill_hole(image, hole, lr=0.12, steps=30)


# %% [markdown]
# ## Quiz
#
# <details><summary>1. Your picture jumps to and fro between two states, and the loss stays where it is. How large is the learning rate?</summary>
#
# It is 2/L: at each step the steepest direction is multiplied by 1 − ηL = −1. It changes sides, and in
# a bowl both sides are equally high, so the loss does not change. Lower the rate a little and it
# settles; halve it, to 1/L, and the steepest direction is done in one step.
# </details>
# <details><summary>2. Why must the known pixels hold still at every step, and not only at the end?</summary>
#
# If they move, they become smoother too, and the hole is fitted to these changed values. When you put
# the true values back at the end, the hole no longer fits them. The minimum with the known pixels
# held fixed is another one.
# </details>
# <details><summary>3. The hole is three times as wide. How many times the steps?</summary>
#
# Seven to eight at these sizes, towards nine as holes grow: the condition number grows with the
# square of the width.
# </details>
#
# ## What you have seen
#
# - Gradient descent is x ← x − η ∇f(x). It settles below 2/L; above it a checkerboard explodes.
# - The condition number κ = L/μ sets the number of steps; for a hole it grows with the width squared.
# - A prior (here: smoothness) makes a landscape where the truth is lost. Yours mends scratches
#   better than OpenCV does, and knows nothing about teeth.
#
# **For the course's table:** *harmonic*: 12.56 dB on the 10 x 10 boxes (OpenCV Navier-Stokes:
# 12.38).
#
# **Read on:** Chan and Shen, *Local Inpainting Models and TV Inpainting* (SIAM J. Appl. Math.
# 2001), section 3, on the [harmonic fill](glossary.ipynb#Harmonic-fill); Bertalmío, Bertozzi and Sapiro, *Navier-Stokes, Fluid
# Dynamics, and Image and Video Inpainting* (CVPR 2001). Next: [**03 Cross-entropy by hand**](03_cross_entropy_by_hand.ipynb).
