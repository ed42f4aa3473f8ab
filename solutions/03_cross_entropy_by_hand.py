# %% [markdown]
# # 03 Cross-entropy by hand
#
# > What if a pixel is a probability?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 01 and 02 | turn any number into a probability and score it, without overflow and with its gradient; say why a confident mistake has almost no gradient under MSE and a full one under cross-entropy | 75 min, 25 of them for optional parts; the cells alone run in under half a minute, no GPU |
#
# A forecaster says "1 % rain", and it pours. Another says "0.01 % rain", and it pours. For the mean
# squared error both were wrong by nearly 1, and it hardly tells them apart. Yet the second one gave
# what happened a probability a hundred times smaller. This lesson scores a picture like a forecast:
# for every pixel you state the probability that it is white (your *bet*), and the loss says how bad
# this bet was.

# %%
import matplotlib.pyplot as plt
import numpy as np

from learnkit.byhand.gradcheck import check_grad
from learnkit.byhand.losses import binary_cross_entropy, mse_loss
from learnkit.exercises import exercise
from learnkit.holes import draw
from learnkit.images.damaged import damaged
from learnkit.images.data import GARMENTS, fashion_mnist, to_float
from learnkit.images.metrics import pooled_psnr
from learnkit.widgets import logit
from learnkit.widgets.progress_bar import watched
from learnkit.widgets.show import show, show_pictures

# %% [markdown]
# ## A pixel is a bet
#
# You state the probability $p$ that the pixel is white. Then you see the true value, the target
# $t$: 1 (white) or 0 (black). The probability that you gave to the true value is the
# [**likelihood**](glossary.ipynb#Likelihood): $p$ if the pixel is white, $1-p$ if it is black.
# (Later: the probability that a model gives to all its data.) For a picture of 784 pixels, multiply
# the 784 likelihoods; this treats the pixels as independent.
#
# **Predict:** you gave the true value of each of 784 pixels the probability 0.3. What does Python
# give for the product?

# %%
print("product of 784 times 0.3: ", 0.3**784)
print("sum of their logarithms:  ", 784 * np.log(0.3))

# %% [markdown]
# Python gives 0, because the true product, about $10^{-410}$, is too small for a float. The
# logarithm turns the product into a sum, and the sum, -943.9, is an ordinary number. So we score a
# bet by its **surprise**: $-\log$ of the probability that was given to the true value. Its unit is
# the **nat** (natural logarithm). The surprise is 0 if the true value had probability 1, 0.69 if it
# had 1/2, and 4.6 if it had 1/100. The mean of the surprise over the pixels is the
# [**binary cross-entropy**](glossary.ipynb#Binary-cross-entropy) (BCE):
#
# $$\mathrm{BCE}(p, t) = \frac{1}{N}\sum_{i=1}^{N} \bigl[-t_i\log p_i - (1-t_i)\log(1-p_i)\bigr]$$
#
# For a pixel that is white or black one of the two terms is zero, and the other is the surprise.
# The MSE of lesson 01 has the same origin: minus the logarithm of a likelihood, there of a bell
# curve, here of yes or no.
#
# **Predict:** the target is white, and your $p$ falls from 0.01 to 0.0001. By how much does the MSE
# grow? And the cross-entropy?

# %%
white = np.array([1.0])
print("p of white        MSE   cross-entropy")
for bet in (0.5, 0.01, 0.0001):
    pred = np.array([bet])
    print(f"{bet:12} {mse_loss(pred, white):8.4f} {binary_cross_entropy(pred, white):12.4f}")

# %%
bets = np.linspace(0.001, 1, 1000)
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(bets, -np.log(bets), label="cross-entropy: -log p")
ax.plot(bets, (bets - 1) ** 2, "--", label="squared error: (p - 1)²")
ax.set(xlabel="probability of white, p", ylabel="loss of a white pixel")
ax.set_title("Cross-entropy has no upper limit")
ax.legend()
fig.tight_layout()
show(fig, alt="Loss of a white pixel over p: the squared error ends at 1, cross-entropy climbs.")

# %% [markdown]
# The MSE grows by 0.02, and it can never exceed 1. [Cross-entropy](glossary.ipynb#Cross-entropy)
# charges another 4.6 nats whenever $p$ is divided by 100, without any limit.
#
# ## Cross-entropy is not a difference of pictures
#
# You will read that cross-entropy "measures the pixel-wise difference between two pictures". A
# measure of difference should give 0 for two equal pictures, and the same number when the two
# pictures are swapped.
#
# **Predict:** what is the cross-entropy of a grey pixel, 0.5, with *itself*? And is BCE(0.9, 0.5)
# the same as BCE(0.5, 0.9)? (The probability comes first, the target second.)

# %%
half, bright = np.array([0.5]), np.array([0.9])
print("BCE(0.5, 0.5) =", round(binary_cross_entropy(half, half), 4))
print("BCE(0.9, 0.5) =", round(binary_cross_entropy(bright, half), 4))
print("BCE(0.5, 0.9) =", round(binary_cross_entropy(half, bright), 4))

# %% [markdown]
# So cross-entropy is no difference: a pixel with itself gives 0.69 and not 0, and swapping the two
# changes the number. (With $p = 0.5$ the loss is $\log 2 = 0.6931$ for every target: see lines 1
# and 3.) What *is* true: for each target $t$ the loss is least at $p = t$; the section on the
# gradient shows why. Its value there is the [**entropy**](glossary.ipynb#Entropy) of $t$ (with
# $0\log 0 = 0$):
#
# $$H(t) = -t\log t - (1-t)\log(1-t)$$
#
# It is 0 for $t = 0$ and $t = 1$, and largest, $\log 2$, for $t = 0.5$.

# %%
fig, ax = plt.subplots(figsize=(7, 3.4))
for t in (0.0, 0.2, 0.5):
    curve = -t * np.log(bets[:-1]) - (1 - t) * np.log(1 - bets[:-1])
    best = np.argmin(curve)
    ax.plot(bets[:-1], curve, label=f"t = {t}: least {curve[best]:.2f} at p = {bets[best]:.2f}")
    ax.plot(bets[best], curve[best], "ko")
ax.set(xlabel="p", ylabel="cross-entropy, nats", title="Least at p = t", ylim=(0, 2.5))
ax.legend()
fig.tight_layout()
show(fig, alt="Cross-entropy for three targets: each is least at its target, and grey has a floor.")

# %% [markdown]
# A garment of Fashion-MNIST is made of greys. If greys are the targets, the loss of a pixel cannot
# fall below its entropy: we call this the **floor**. Even a *perfect* copy has this loss.
#
# **Predict:** for which pixels of a boot is the entropy largest: the black, the grey or the white
# ones?


# %%
def entropy(t):
    """The entropy of each grey t, in nats: the least cross-entropy it can have."""
    inside = np.clip(t, 1e-300, 1)  # 0 log 0 is 0
    outside = np.clip(1 - t, 1e-300, 1)
    return -t * np.log(inside) - (1 - t) * np.log(outside)


boot = damaged("garment").image
pair = {"boot": boot, "its entropy (white: log 2)": entropy(boot) / np.log(2)}
show_pictures(pair, alt="A boot, and the entropy of each of its pixels: brightest at middle grey.")

# %%
garments = to_float(fashion_mnist("test")[0])
floor = entropy(garments).sum(axis=(1, 2)).mean()
print(f"the boot's floor {entropy(boot).sum():.1f} nats, the mean garment's {floor:.2f} nats")

# %% [markdown]
# The grey pixels have the largest entropy. So even a perfect copy costs 189.86 nats a garment, on
# average, and a cross-entropy of 240 nats is an **excess** of 50 over the floor. Report the excess,
# not the loss. The excess is 0 for a perfect copy; for one pixel it is the Kullback-Leibler (KL)
# divergence:
#
# $$\mathrm{BCE}(p, t) - H(t) = t\log\frac{t}{p} + (1-t)\log\frac{1-t}{1-p} = \mathrm{KL}(t\,\|\,p)$$
#
# Lesson 08 has losses of this size.
#
# ## From any number to a probability
#
# A model gives any real number $z$, from $-\infty$ to $\infty$: a
# [**logit**](glossary.ipynb#Logit). The [**sigmoid**](glossary.ipynb#Sigmoid) makes a probability
# of it:
#
# $$p = \sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# Solve this for $z$: $\frac{p}{1-p} = e^z$. So the logit is the logarithm of the *odds*
# $\frac{p}{1-p}$ (3 to 1 for $p = 0.75$). $z = 0$ means $p = \frac12$, and when $z$ grows by 2.3
# (that is $\log 10$), the odds become ten times as large.
#
# ### Exercise: a sigmoid for every number ●●○
#
# A float can hold $e^{709}$ and no more: `np.exp(710)` gives `inf` and a warning. Write $\sigma(z)$
# for an array `z` of any shape (float64), with values from $-800$ to $800$:
#
# - For $z \ge -700$ twelve digits must be right.
# - For $z < -700$ any number from 0 to $10^{-300}$ counts as right.
# - Nothing may overflow on the way, so that NumPy does not warn. `np.errstate` would only hide the
#   warning. `np.where` computes both of its branches for every `z`.
#
# Hint to start with: $e$ to a *negative* number never overflows, and $\frac{1}{1+e^{-z}} =
# \frac{e^z}{1+e^z}$.


# %% nbgrader={"grade": false, "grade_id": "sigmoid", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def sigmoid(z):
    """The sigmoid of every element of z, right for very large and very small z."""
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1 + small)
    ### END SOLUTION


# %%
far = np.array([-800.0, -40.0, -2.3, 0.0, 2.3, 40.0, 800.0])
print("\n".join(f"z = {z:6}   p = {p:.6g}" for z, p in zip(far, sigmoid(far), strict=True)))

# %% [markdown]
# Look at the two ends. At $z = -40$ the result is a tiny number with correct digits. At $z = 40$ it
# is exactly 1, because a float has no room for $1 - 4\cdot 10^{-18}$. The next section shows what
# this rounding does to the loss.
#
# ## The loss from the logit
#
# We call a model *confident* where its $p$ is near 0 or 1.
#
# **Predict:** the target is black, $t = 0$, and the logit is 40: confident and wrong. What is
# $-\log(1 - \sigma(40))$ on a computer, and what should it be?

# %%
with np.errstate(divide="ignore"):
    for large in (10.0, 30.0, 36.0, 37.0, 40.0):
        print(f"z = {large}: {-np.log(1 - sigmoid(np.array([large])))[0]:.6f}")

# %% [markdown]
# > **Trap.** From $z = 37$ on, the sigmoid is rounded to 1 and the loss is infinite; it should be
# > 40 nats at $z = 40$. Many programs clip the probability to $1 - 10^{-7}$ first (Keras does):
# > then the loss stops at 16.1. For larger logits it no longer changes, its slope is 0, and the
# > pixel never learns. So compute the loss from the logit, without computing the probability.
#
# Simplify the logarithm on paper first; then no sigmoid is left to compute. $-\log\sigma(z) =
# \log(1+e^{-z})$, and $-\log(1-\sigma(z)) = z + \log(1+e^{-z})$, because $1-\sigma(z) =
# \frac{e^{-z}}{1+e^{-z}}$. So the loss is $(1-t)\,z + \log(1+e^{-z})$. For a negative $z$ this
# would overflow; there write $\log(1+e^{-z}) = -z + \log(1+e^{z})$, and the loss is $-z\,t +
# \log(1+e^{z})$. Both cases in one line:
#
# $$-t\log\sigma(z) - (1-t)\log(1-\sigma(z)) = \max(z, 0) - z\,t + \log\bigl(1 + e^{-|z|}\bigr)$$
#
# ### Exercise: write it ●●○
#
# `logits` and `target` have the same shape, any shape. Return one number: the mean over all
# elements. It must be right (and finite) for logits of $\pm 800$ too. `np.log1p(x)` is $\log(1+x)$,
# right for tiny $x$ too. Only the number is checked, not NumPy's warnings.


# %% nbgrader={"grade": false, "grade_id": "binary_cross_entropy_with_logits", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def binary_cross_entropy_with_logits(logits, target):
    """Mean binary cross-entropy of sigmoid(logits) and target, one number, in nats."""
    ### BEGIN SOLUTION
    log_term = np.log1p(np.exp(-np.abs(logits)))
    return np.mean(np.maximum(logits, 0) - logits * target + log_term)
    ### END SOLUTION


# %%
for z in (-800.0, 0.0, 40.0):
    exact = binary_cross_entropy_with_logits(np.array([z]), np.zeros(1))
    print(f"z = {z:6}, t = 0: {exact:.6f}")

# %% [markdown]
# ## Its gradient
#
# For one pixel the derivative of the cross-entropy with respect to $p$ is $-\frac{t}{p} +
# \frac{1-t}{1-p} = \frac{p-t}{p(1-p)}$. It is 0 at $p = t$, negative below and positive above: so
# the loss is least at $p = t$. By the chain rule the derivative with respect to $z$ is that times
# $\sigma'(z)$. And $\sigma'(z) = \frac{e^{-z}}{(1+e^{-z})^2} = p\,(1-p)$, which is the denominator
# of the first fraction. The two cancel, and $p - t$ is left. The mean over $N$ pixels divides it by
# $N$:
#
# $$\frac{\partial\,\mathrm{BCE}}{\partial z_i} = \frac{\sigma(z_i) - t_i}{N}$$
#
# Under MSE nothing cancels: there the derivative is $\frac{2}{N}(p_i-t_i)\,p_i(1-p_i)$.
#
# ### Exercise: the most used gradient of the field ●○○
#
# Return the gradient in the shape of `logits`; $N$ is the number of all elements. You may call your
# `sigmoid`.


# %% nbgrader={"grade": false, "grade_id": "binary_cross_entropy_with_logits_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def binary_cross_entropy_with_logits_grad(logits, target):
    """The gradient of the mean binary cross-entropy, with the shape of `logits`."""
    ### BEGIN SOLUTION
    return (sigmoid(logits) - target) / logits.size
    ### END SOLUTION


# %%
some_logits, some_targets = np.array([-3.0, 0.2, 5.0]), np.array([1.0, 0.3, 0.0])
gap = check_grad(
    lambda z: binary_cross_entropy_with_logits(z, some_targets),
    lambda z: binary_cross_entropy_with_logits_grad(z, some_targets),
    some_logits,
)
print("relative error:", gap)

# %% [markdown]
# **Predict:** the target is white, $t = 1$. Drag the logit to $-8$: the model is confident that the
# pixel is black, and it is wrong. Which of the two losses still has a gradient, and how large is
# it?

# %%
logit.explore()

# %% [markdown]
# At $z = -8$ the gradient of cross-entropy has the size 0.9997, that of MSE 0.00067. The factor
# $p(1-p)$ of the chain rule is nearly 0 there, exactly where a large step is needed. The gradient
# **vanishes**. A sigmoid whose slope is nearly 0 is called *saturated*. When a network of yours
# ends in a sigmoid and will not learn, look at its loss first.
#
# The models below are trained on the 10,000 *training* garments, and scored on other ones, the
# *test* garments (`garments` above). Two notations for tables of numbers: `A @ B` multiplies two
# matrices, and `A.T` is the **transpose** of A, its rows made columns. With one garment in each
# row, `x.T @ ...` adds up over the garments.

# %%
train, train_labels = fashion_mnist("train")
pictures = to_float(train)
centre = pictures.mean(axis=0)

# %% [markdown]
# ## A start where every pixel is confidently wrong (optional)
#
# *Optional: it shows on a whole picture what you have seen on one logit, and nothing later needs
# it. You may go on to **More than two answers**.*
#
# Now 784 logits at once. The target is the boot's silhouette. At the start every pixel is
# confidently wrong: $z = -8$ where the target is white, $z = 8$ where it is black. We walk downhill
# on the logits. Each pixel has a loss of its own (no mean over the pixels), and $\eta = 1$.

# %%
silhouette = (boot > 0.3).astype(float)
slopes = {
    "MSE": lambda p: 2 * (p - silhouette) * p * (1 - p),
    "cross-entropy": lambda p: p - silhouette,
}


def repaint(slope, steps):
    """The logits after each step of descent, from a start where every pixel is wrong."""
    path = [np.where(silhouette == 1, -8.0, 8.0)]
    for _ in range(steps):
        path.append(path[-1] - slope(sigmoid(path[-1])))
    return path


# %% [markdown]
# **Predict:** cross-entropy needs 9 steps until every pixel is on the right side of $p = \frac12$.
# How many does MSE need?

# %%
steps_needed, painted = {}, {}
for name in slopes:
    path = repaint(slopes[name], 2000)
    wrong = [np.mean((z > 0) != (silhouette == 1)) for z in path]
    steps_needed[name], painted[name] = np.argmin(wrong), sigmoid(np.array(path))
    print(f"{name}: every pixel is on the right side after {steps_needed[name]} steps")

# %%
row = {"the start": painted["MSE"][0]}
row.update({f"MSE, step {step}": painted["MSE"][step] for step in (20, 1000, 1480)})
row.update({f"cross-entropy, step {step}": painted["cross-entropy"][step] for step in (5, 20)})
row["target"] = silhouette
show_pictures(
    row,
    columns=4,
    alt="Under MSE the wrong boot stands for a thousand steps; cross-entropy turns it in twenty.",
)

# %% [markdown]
# **If a model is confident and wrong, the gradient of the MSE is nearly 0, and that of
# cross-entropy is not**: 1,507 steps against 9.
#
# Does that make cross-entropy the better loss? Not always. Cross-entropy has the better gradients
# for confident, wrong pixels. But if your score is the squared error (PSNR is computed from it),
# MSE minimises that score directly. The section on the hole compares the two.
#
# ## More than two answers (optional)
#
# *Optional: the loss of a classifier, which lesson 06 uses in its later sections; come back for it
# then. (Its two exercises count as the others do.) You may go on to **Fill a hole with logits**.*
#
# Shirt, boot, bag: ten answers, one logit each. [**Softmax**](glossary.ipynb#Softmax) makes
# probabilities of them:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# For the logits (2, 0, 1) the powers of $e$ are 7.39, 1 and 2.72, and the probabilities 0.67, 0.09
# and 0.24.
#
# $e^{z}$ overflows as soon as a logit passes 709. Subtract the same number $m$ from all logits of a
# picture: numerator and denominator are both divided by $e^m$, and $p_k$ stays as it was. If $m$ is
# the largest logit, no exponent is above 0, so nothing overflows.
#
# ### Exercise: softmax ●●○
#
# `logits` has one row for each picture and one column for each class, `(n, k)`. The answer has the
# same shape, and each row adds up to 1. It must be right for very large logits ($\pm 2000$), in
# each row by itself.


# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def softmax(logits):
    """The probabilities of the classes, row by row, (n, k)."""
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% [markdown]
# The number of the right class is the **label** $y$. The loss is again the surprise, here at the
# right class (the logarithm of the fraction above):
#
# $$-\log p_y = \log\sum_j e^{z_j} - z_y$$
#
# For the logits (2, 0, 1) and $y = 0$ it is $-\log 0.665 = 0.41$.
#
# A tiny $p_y$ is rounded to 0, and then $-\log p_y$ is infinite. So the loss is computed from the
# logits, by the right-hand side, and here too the largest logit is subtracted first
# (*log-sum-exp*):
#
# $$\log\sum_j e^{z_j} = m + \log\sum_j e^{z_j - m}$$
#
# ### Exercise: cross-entropy with labels ●●○
#
# `logits` is `(n, k)` as before, and `labels` holds n integers from 0 to k - 1. Return one number:
# the mean over the n rows. With `n = len(labels)`, `logits[np.arange(n), labels]` picks one number
# from each row, and has the shape `(n,)`. Mind the shapes: a maximum with `keepdims=True` is
# `(n, 1)`, a sum over axis 1 without it is `(n,)`, and the two together make a table `(n, n)`.


# %% nbgrader={"grade": false, "grade_id": "cross_entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def cross_entropy(logits, labels):
    """The surprise at the right class, in nats: one number, the mean over the rows."""
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    return np.mean(log_sum - z[np.arange(len(labels)), labels])
    ### END SOLUTION


# %% [markdown]
# Ten logits for a garment, each a weighted sum of its 784 pixels: $z = xW + b$. Here $x$ is
# (n, 784), $W$ is (784, 10), $b$ is (10,), one number for each class (the **bias**), and $z$ is
# (n, 10). The gradient with respect to a weight is its pixel times the gradient with respect to the
# logit (lesson 05 shows why). With respect to the logits the gradient of one garment's loss is
#
# $$\frac{\partial}{\partial z_k}\Bigl(\log\sum_j e^{z_j} - z_y\Bigr) =
# \frac{e^{z_k}}{\sum_j e^{z_j}} - [k = y] = p_k - [k = y]$$
#
# where $[k = y]$ is 1 for the label and 0 for the other classes: again probability minus target.
# The mean over the garments divides it by their number.
#
# **Predict:** what is the loss before the first step, when all weights are 0? And of ten test
# garments, how many will the model name rightly after 100 steps?

# %%
x = (pictures - centre).reshape(len(pictures), 784)
W, b = np.zeros((784, 10)), np.zeros(10)
for step in watched(range(101), title="ten classes"):
    logits = x @ W + b
    if step in (0, 10, 100):
        print(f"step {step:3}: {cross_entropy(logits, train_labels):.3f} nats")
    error = softmax(logits)
    error[np.arange(len(x)), train_labels] -= 1
    error /= len(x)
    W, b = W - 0.4 * (x.T @ error), b - 0.4 * error.sum(axis=0)

# %%
answers = ((garments - centre).reshape(-1, 784) @ W + b).argmax(axis=1)
right = np.mean(answers == fashion_mnist("test")[1])
print(f"right on {right:.1%} of {len(garments):,} test garments")

# %% [markdown]
# The loss starts at $\log 10 = 2.303$, because with all weights 0 each of the ten classes has
# probability 1/10. The model is small, but after a hundred steps it names four of five test
# garments. Each class has one weight for each pixel, so the weights of a class can be shown as a
# picture, a *template*.

# %%
templates = {GARMENTS[k]: 0.5 + W[:, k].reshape(28, 28) / (2 * abs(W).max()) for k in range(10)}
show_pictures(
    templates,
    columns=5,
    alt="Ten weight pictures: white where a bright pixel counts for a class, black where against.",
)

# %% [markdown]
# White is a positive weight (a bright pixel there counts for the class), black a negative one, grey
# is 0. The weights of *Trouser* are positive on two legs and negative between them. Those of
# *Sneaker* are positive in a band across rows 12 to 17, and mostly negative above and below it.
#
# ## Fill a hole with logits
#
# The pixels of a hole get probabilities too. Take the 10 x 10 box in the middle of a garment: 100
# logits, each a weighted sum of the 684 *known* pixels and of a constant 1, whose weight is the
# **bias** (it is added whatever the picture). The weights are trained on pictures whose middle we
# know. This course calls the model the **logistic fill**. (The garments are grey, so $p$ is no bet
# on black or white here. But the loss is least at $p = t$, and for several truths at their mean; so
# we paint $p$ as the grey. The gradient with respect to a weight is its pixel times the gradient
# with respect to the logit, added up over the garments: `known.T @ errors`. Lesson 05 shows why.)
# Lesson 02 told you how large a step may be: below $2/L$. Here $L$ is at most 0.0433, so $2/L$ is
# at least 46, and we take 40.
#
# <details><summary>Where 0.0433 comes from (you may skip this)</summary>
#
# The curvature along a direction of weights is the mean, over the garments, of the squared weighted
# sum of the pixels, times the slope of the sigmoid, over the 100 pixels of the mean. The mean of
# the squared sums is at most 17.3, the largest eigenvalue of the pixels' covariance (the table of
# how two pixels vary together). The slope of the sigmoid is at most 1/4. So $L \le 17.3 \cdot
# \frac14 / 100 = 0.0433$. It is a bound: where the probabilities are near 0 or 1 the sigmoid is
# flatter, and a somewhat larger step may work as well.
# </details>
#
# The harmonic fill of lesson 02 scored 12.56 dB on these boxes, the mean of the training garments
# scores 10.47. The harmonic fill uses only the edge of the hole; the logistic fill is trained on
# 10,000 garments. (`np.c_` puts arrays side by side, as columns.)

# %%
box = draw.box((28, 28), height=10, width=10)


def seen(images):
    """The known pixels of each picture as a row, and a 1 for the bias."""
    return np.c_[(images - centre)[:, ~box], np.ones(len(images))]


known, weights = seen(pictures), np.zeros((685, 100))
for _ in watched(range(100), title="logistic fill"):
    errors = binary_cross_entropy_with_logits_grad(known @ weights, pictures[:, box])
    weights -= 40 * (known.T @ errors)

# %% [markdown]
# **Predict:** what will it score on 500 test garments? More than 12.56?

# %%
unseen = garments[:500]
fills = unseen.copy()
fills[:, box] = sigmoid(seen(unseen) @ weights)
score = pooled_psnr(fills, unseen, holes=np.broadcast_to(box, unseen.shape))
print(f"logistic fill, 100 steps: {score:.2f} dB in the hole")

# %%
cut = np.where(box, 0, unseen)
stages = {"cut": cut, "filled": fills, "truth": unseen}
row = {f"{what} {i}": these[i] for what, these in stages.items() for i in range(6)}
show_pictures(
    row, columns=6, alt="Six garments with a box cut out, filled by the model, and the truth."
)

# %% [markdown]
# The logistic fill paints the front of a shirt, and the gap between the legs of trousers. It also
# blurs, for the reason of lesson 01. BCE is linear in $t$, so its mean over many possible truths is
# the BCE of their mean, and this is least where $p$ is the mean. So the model paints the mean of
# the plausible fills.
#
# Is MSE worse here? The same weights trained with MSE, at the best of a few learning rates (160),
# score 15.62 dB after 100 steps; cross-entropy at its best (60) scores 15.61. No difference: all
# logits start at 0, where the sigmoid is steepest, so neither gradient vanishes, and PSNR is
# computed from the squared error that MSE minimises. (60 is above 46 and works, since 0.0433 is
# only an upper bound for $L$.) Use cross-entropy where a model can be confident and wrong.
#
# ### Which known pixels count? (optional)
#
# *Optional: a look at the weights, which nothing later needs. You may go on to the **Quiz**.*
#
# **Predict:** each hole pixel is a weighted sum of all known ones. Which known pixels have large
# weights for the top left pixel of the hole? And for a pixel in the middle?

# %%
shown = {"the hole (orange)": box}
for spot, what in ((0, "the top left pixel"), (55, "a middle pixel")):
    template = np.full((28, 28), 0.5)
    template[~box] += weights[:-1, spot] / (2 * abs(weights[:-1, spot]).max())
    shown[f"weights for {what}"] = template
show_pictures(
    shown,
    alt="Weights for the hole's corner: large beside it; for the middle also below and sideways.",
)

# %% [markdown]
# (White is the largest positive weight, black the largest negative one. Grey is a weight of 0, in
# the known pixels; the hole itself has no weights, and is grey as well.) The corner pixel has large
# weights on its neighbours, as in the harmonic fill. The middle pixel also has large weights
# further away: below the hole (trousers have a gap there, shirts do not) and beside it (there the
# sleeves are). The harmonic fill uses no pixels so far away.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A network copies the test garments. Its loss falls to 0.25 nats a pixel and stays there; a
# perfect copy would have 0.242. Is something broken?**
#
# <details><summary>No: nearly all of it is the floor.</summary>
#
# **Right.** A perfect copy pays 189.86 nats a garment, which over 784 pixels is 0.242 a pixel. Only
# the excess, 0.008, is the network's.
# </details>
# <details><summary>Yes: the loss of a good model goes to 0.</summary>
#
# **No.** Cross-entropy goes to 0 only where all targets are 0 or 1. For grey targets it has a
# floor.
# </details>
# <details><summary>Yes: the learning rate is too large.</summary>
#
# **No.** Then the loss would jump or grow.
# </details>
#
# **2. Why do libraries have a loss that takes logits, when a sigmoid and a logarithm would do?**
#
# <details><summary>It saves the time of one sigmoid.</summary>
#
# **No.** It does, but this is not the reason.
# </details>
# <details><summary>Logits are easier to understand than probabilities.</summary>
#
# **No.** People understand probabilities better. It is the computer that needs the logits.
# </details>
# <details><summary>A sigmoid is rounded to 1 for large logits.</summary>
#
# **Right.** It is 1 from a logit of about 37 on, and log(1 − 1) is minus infinity. Worked out
# together, the two steps give the right number for every logit, up to rounding.
# </details>
#
# **3. Two models have 0.30 and 0.32 nats on the same pictures. Are the first model's pictures
# closer to the truth, pixel by pixel?**
#
# <details><summary>Yes: a smaller loss means smaller differences.</summary>
#
# **No.** Cross-entropy is not a difference of pictures.
# </details>
# <details><summary>Not necessarily.</summary>
#
# **Right.** A pixel that is confident and wrong costs very much. A few such pixels can cost the
# second model more than a blur over the whole picture costs the first.
# </details>
# <details><summary>No: the difference of 0.02 is too small to mean anything.</summary>
#
# **No.** It may be small or large; that is not the point. The loss measures something else than a
# difference.
# </details>
#
# **4. A sigmoid's output is 0.999, and the target is 0. Which gradient with respect to the logit is
# larger?**
#
# <details><summary>Cross-entropy's: about 1</summary>
#
# **Right.** It is p − t = 0.999.
# </details>
# <details><summary>The squared error's: the mistake is large.</summary>
#
# **No.** It has the factor p(1 − p) = 0.001. It is about 0.002 here, and learning is slow where the
# mistake is largest.
# </details>
# <details><summary>Both are the same: only the logit counts.</summary>
#
# **No.** They differ by the factor 2 p(1 − p).
# </details>
#
# **5. A logit grows by log 10 = 2.3. What happens to the odds p / (1 − p)?**
#
# <details><summary>They grow by 2.3.</summary>
#
# **No.** The logit grows by 2.3. The odds are e to the logit.
# </details>
# <details><summary>They stay: p becomes ten times as large.</summary>
#
# **No.** p cannot exceed 1. Only where p is tiny it becomes about ten times as large.
# </details>
# <details><summary>They become ten times as large.</summary>
#
# **Right.** The logit is the logarithm of the odds, and log 10 was added to it.
# </details>
#
# ## What you have seen
#
# - A model states a probability for each pixel. Its loss is the surprise, −log of the probability of
#   the true value; the mean of the surprise is cross-entropy.
# - Cross-entropy is not a difference of pictures: a grey pixel with itself costs up to 0.693 nats.
#   It is least at p = t; its value there is the floor. Report the excess over the floor.
# - Compute the loss from the logits, not from probabilities. In log Σ e^z subtract the largest
#   logit first. In PyTorch the two losses are `BCEWithLogitsLoss` and `CrossEntropyLoss`; both take
#   logits.
# - The gradient of cross-entropy with respect to the logit is p − t, large for a confident mistake.
#   MSE's has a factor p(1 − p) and nearly vanishes there: 1,507 steps against 9.
#
# **For the course's table:** *logistic fill*: 15.48 dB on the 10 x 10 boxes, trained on 10,000
# garments (mean image: 10.47).
#
# **Read on:** Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.2, where the
# cancellation is derived; Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2,
# on output units and their losses. Next: [**04 Optimizers by hand**](04_optimizers_by_hand.ipynb),
# where the same fill trains in a fraction of the time.
