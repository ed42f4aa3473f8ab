# %% [markdown]
# # 03 Cross-entropy by hand
#
# > What if a pixel is a probability?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 01 and 02 | turn any number into a probability and score it, without overflow and with its gradient; say why a confident mistake has almost no gradient under MSE and a full one under cross-entropy | 75 min; the cells alone run in under half a minute, no GPU |
#
# A forecaster says "1 % rain", and it pours. Another says "0.01 % rain", and it pours. For the mean
# squared error both were wrong by nearly 1, and it hardly tells them apart. Yet one of them was a
# hundred times as sure of something false. This lesson scores a picture like a forecast: every
# pixel is a bet on white, and the loss is what the bet costs you.

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
# You say: white with probability $p$. Then the truth $t$ is shown, 1 (white) or 0 (black). The
# probability that you gave to what came is the [**likelihood**](glossary.ipynb#Likelihood), $p$ or $1-p$. For a picture of 784
# pixels, multiply them all.
#
# **Predict:** you gave every one of 784 pixels the same probability, 0.3. What does Python give for
# the product?

# %%
print("product of 784 times 0.3: ", 0.3**784)
print("sum of their logarithms:  ", 784 * np.log(0.3))

# %% [markdown]
# Zero: the number is too small for a float. The logarithm turns the product into a sum, and the sum
# is harmless. So we score a bet by its **surprise**, $-\log p$ of what came, in **nats** (natural
# logarithms). Surprise is 0 for a sure bet that came true, 0.69 for a coin, 4.6 for one in a
# hundred. Averaged over the pixels it is the [**binary cross-entropy**](glossary.ipynb#Binary-cross-entropy) (BCE):
#
# $$\mathrm{BCE}(p, t) = \frac{1}{N}\sum_{i=1}^{N} \bigl[-t_i\log p_i - (1-t_i)\log(1-p_i)\bigr]$$
#
# For a pixel that is white or black one of the two terms is zero, and the other is the surprise.
#
# **Predict:** the truth is white. You go from a bet of 0.01 on white to one of 0.0001. How much
# does MSE charge for that? And cross-entropy?

# %%
white = np.array([1.0])
print("bet on white      MSE   cross-entropy")
for bet in ([0.5], [0.01], [0.0001]):
    pred = np.array(bet)
    print(f"{bet[0]:12} {mse_loss(pred, white):8.4f} {binary_cross_entropy(pred, white):12.4f}")

# %%
bets = np.linspace(0.001, 1, 1000)
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(bets, -np.log(bets), label="cross-entropy: -log p")
ax.plot(bets, (bets - 1) ** 2, "--", label="squared error: (p - 1)²")
ax.set(xlabel="bet on white, p", ylabel="cost of white", title="Cross-entropy has no upper limit")
ax.legend()
fig.tight_layout()
show(
    fig, alt="Cost of white over the bet on it: the squared error ends at 1, cross-entropy climbs."
)

# %% [markdown]
# The squared error can never charge more than 1. [Cross-entropy](glossary.ipynb#Cross-entropy) charges another 4.6 nats for every
# hundredfold of misplaced trust, without end.
#
# ## It is no difference of pictures
#
# You will read that cross-entropy "measures the pixel-wise difference between two pictures".
# A difference of a thing and itself is 0, and it does not matter which of the two you name first.
#
# **Predict:** what is the cross-entropy of a grey pixel, 0.5, with *itself*? And is BCE(0.9, 0.5)
# the same as BCE(0.5, 0.9)?

# %%
half, bright = np.array([0.5]), np.array([0.9])
print("BCE(0.5, 0.5) =", round(binary_cross_entropy(half, half), 4))
print("BCE(0.9, 0.5) =", round(binary_cross_entropy(bright, half), 4))
print("BCE(0.5, 0.9) =", round(binary_cross_entropy(half, bright), 4))

# %% [markdown]
# Neither holds. (A bet of a half costs 0.6931, $\log 2$, whatever comes: first and third line.)
# What *does* hold is that for each target $t$ the best bet is $p = t$. What is paid there cannot be
# avoided: it is the [**entropy**](glossary.ipynb#Entropy) of $t$, the doubt in the target itself.

# %%
fig, ax = plt.subplots(figsize=(7, 3.4))
for t in (0.0, 0.2, 0.5):
    curve = -t * np.log(bets[:-1]) - (1 - t) * np.log(1 - bets[:-1])
    best = np.argmin(curve)
    ax.plot(bets[:-1], curve, label=f"t = {t}: least {curve[best]:.2f} at p = {bets[best]:.2f}")
    ax.plot(bets[best], curve[best], "ko")
ax.set(xlabel="bet p", ylabel="cross-entropy, nats", title="Least at p = t", ylim=(0, 2.5))
ax.legend()
fig.tight_layout()
show(fig, alt="Cross-entropy for three targets: each is least at its target, and grey has a floor.")

# %% [markdown]
# A garment of Fashion-MNIST is made of greys. Used as targets, they have a **floor**: even a
# *perfect* copy pays it.
#
# **Predict:** where in the picture of a boot does the floor lie highest: in the black, the grey or
# the white parts?


# %%
def entropy(t):
    """The entropy of each grey t, in nats: what even the best bet pays."""
    inside = np.clip(t, 1e-300, 1)  # 0 log 0 is 0
    outside = np.clip(1 - t, 1e-300, 1)
    return -t * np.log(inside) - (1 - t) * np.log(outside)


boot = damaged("garment").image
pair = {"boot": boot, "its floor (white: log 2)": entropy(boot) / np.log(2)}
show_pictures(pair, alt="A boot, and the entropy of each of its pixels: brightest at middle grey.")

# %%
garments = to_float(fashion_mnist("test")[0])
floor = entropy(garments).sum(axis=(1, 2)).mean()
print(f"the boot's floor {entropy(boot).sum():.1f} nats, the mean garment's {floor:.2f} nats")

# %% [markdown]
# 189.86 nats a garment, for a copy without a fault. So a cross-entropy of 240 nats is an **excess** of
# 50. Report the excess: it is the Kullback-Leibler divergence, it is zero where $p = t$, and two papers
# can be compared by it. You will meet such losses in lesson 08.
#
# ## From any number to a probability
#
# A network puts out any number $z$, from $-\infty$ to $\infty$: a [**logit**](glossary.ipynb#Logit). The [**sigmoid**](glossary.ipynb#Sigmoid) makes
# a probability of it:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# The logit is the logarithm of the odds: $z = \log\frac{p}{1-p}$. 0 is a coin; each step of 2.3
# makes the odds ten times as good.
#
# ### Exercise: a sigmoid for every number ●●○
#
# A float can hold $e^{709}$ and no more: `np.exp(710)` gives `inf` and a warning. Your sigmoid gets
# numbers from $-800$ to $800$. From $-700$ up its first twelve digits must be right (so compute in
# float64). Below $-745$ the true value is smaller than any float, and 0 is right. No warning may appear; compute it so that
# nothing overflows, and do not switch warnings off. Hint to start with: $e$ to a *negative* number
# never overflows, and $\frac{1}{1+e^{-z}} = \frac{e^z}{1+e^z}$.


# %% nbgrader={"grade": false, "grade_id": "sigmoid", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def sigmoid(z):
    """The sigmoid of every element of z, right in both tails."""
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1 + small)
    ### END SOLUTION


# %%
far = np.array([-800.0, -40.0, -2.3, 0.0, 2.3, 40.0, 800.0])
print("\n".join(f"z = {z:6}   p = {p:.6g}" for z, p in zip(far, sigmoid(far), strict=True)))

# %% [markdown]
# Look at the two ends. At $-40$ there is a tiny, honest number; at $40$ there is 1, because a float
# has no room for $1 - 4\cdot 10^{-18}$. This asymmetry is the next trap.
#
# ## The loss from the logit
#
# **Predict:** the truth is black, $t = 0$, and the logit is 40: wrong and very sure. What is
# $-\log(1 - \sigma(40))$ on a computer, and what should it be?

# %%
with np.errstate(divide="ignore"):
    for sure in ([10.0], [30.0], [36.0], [37.0], [40.0]):
        print(f"z = {sure[0]}: {-np.log(1 - sigmoid(np.array(sure)))[0]:.6f}")

# %% [markdown]
# > **Trap.** From $z = 37$ on, the sigmoid is rounded to 1 and the loss is infinite; it should be
# > 40 nats at $z = 40$. Many programs clip the probability to $1 - 10^{-7}$ first: then the loss stops
# > at 16.1. For every larger logit its slope is 0, and the pixel never learns. Do not form the
# > probability at all.
#
# Work out the logarithm on paper, and the sigmoid disappears. With $-\log\sigma(z) = \log(1+e^{-z})$
# and $-\log(1-\sigma(z)) = z + \log(1+e^{-z})$ the loss is $(1-t)\,z + \log(1+e^{-z})$. For a negative
# $z$ write $\log(1+e^{-z}) = -z + \log(1+e^{z})$, so that nothing overflows. Both cases in one line:
#
# $$-t\log\sigma(z) - (1-t)\log(1-\sigma(z)) = \max(z, 0) - z\,t + \log\bigl(1 + e^{-|z|}\bigr)$$
#
# ### Exercise: write it ●●○
#
# Shapes are equal, the mean goes over all elements. It must hold for logits of $\pm 800$;
# `np.log1p(x)` is $\log(1+x)$, right for tiny $x$ too.


# %% nbgrader={"grade": false, "grade_id": "binary_cross_entropy_with_logits", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def binary_cross_entropy_with_logits(logits, target):
    """Mean binary cross-entropy of sigmoid(logits) and target, in nats."""
    ### BEGIN SOLUTION
    log_term = np.log1p(np.exp(-np.abs(logits)))
    return np.mean(np.maximum(logits, 0) - logits * target + log_term)
    ### END SOLUTION


# %%
for one in ([-800.0], [0.0], [40.0]):
    exact = binary_cross_entropy_with_logits(np.array(one), np.zeros(1))
    print(f"z = {one[0]:6}, t = 0: {exact:.6f}")

# %% [markdown]
# ## Its gradient
#
# The derivative of the cross-entropy with respect to $p$ is $-\frac{t}{p} + \frac{1-t}{1-p} =
# \frac{p-t}{p(1-p)}$. By the chain rule the derivative with respect to $z$ is that times
# $\sigma'(z)$. And $\sigma'(z) = \frac{e^{-z}}{(1+e^{-z})^2} = p\,(1-p)$. The two cancel, and the plain
# error is left:
#
# $$\frac{\partial\,\mathrm{BCE}}{\partial z_i} = \frac{\sigma(z_i) - t_i}{N}$$
#
# Under MSE nothing cancels: there the derivative is $\frac{2}{N}(p_i-t_i)\,p_i(1-p_i)$.
#
# ### Exercise: the most used gradient of the field ●○○


# %% nbgrader={"grade": false, "grade_id": "binary_cross_entropy_with_logits_grad", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def binary_cross_entropy_with_logits_grad(logits, target):
    """The gradient of the mean binary cross-entropy with respect to the logits."""
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
# **Predict:** the truth is white, $t = 1$. Drag the logit to $-8$, sure and wrong. Which of the two
# losses still has a gradient, and how large is it?

# %%
logit.explore()

# %% [markdown]
# At $z = -8$ the gradient of cross-entropy has the size 0.9997, that of MSE 0.00067. The factor
# $p(1-p)$ of the chain rule is nearly 0 there, exactly where a large step is needed. The gradient
# **vanishes**: you will meet that word again.
#
# ## A picture that is sure of the contrary
#
# Now 784 logits at once. The target is the boot's silhouette. We start with all pixels sure of the
# contrary, $z = \pm 8$, and walk downhill on the logits. Each pixel has a loss of its own (no mean
# over the pixels), and $\eta = 1$.

# %%
silhouette = (boot > 0.3).astype(float)
slopes = {
    "MSE": lambda p: 2 * (p - silhouette) * p * (1 - p),
    "cross-entropy": lambda p: p - silhouette,
}


def repaint(slope, steps):
    """The logits after each step of descent, from a start that is sure of the contrary."""
    path = [np.where(silhouette == 1, -8.0, 8.0)]
    for _ in range(steps):
        path.append(path[-1] - slope(sigmoid(path[-1])))
    return path


# %% [markdown]
# **Predict:** cross-entropy needs 9 steps until every pixel is on the right side. How many does MSE
# need?

# %%
steps_needed, painted = {}, {}
for name in slopes:
    path = repaint(slopes[name], 2000)
    wrong = [np.mean((z > 0) != (silhouette == 1)) for z in path]
    steps_needed[name], painted[name] = np.argmin(wrong), sigmoid(np.array(path))
    print(f"{name}: every pixel is on the right side after {steps_needed[name]} steps")

# %%
row = {"the start": painted["MSE"][0]}
row |= {f"MSE, step {step}": painted["MSE"][step] for step in (20, 1000, 1480)}
row |= {f"cross-entropy, step {step}": painted["cross-entropy"][step] for step in (5, 20)}
show_pictures(
    row | {"target": silhouette},
    columns=4,
    alt="Under MSE the wrong boot stands for a thousand steps; cross-entropy turns it in twenty.",
)

# %% [markdown]
# **Under a confident mistake MSE's gradient vanishes, and cross-entropy's does not.** 1,507 steps
# against 9. Remember the black boot on white that will not move: when a network of yours ends in a
# sigmoid and will not learn, look at its loss first.
#
# Does that make cross-entropy the better loss? Only the better *descent*. If what you are judged by
# is the squared error of greys, MSE aims at it directly; you will see both sides below.
#
# ## More than two answers
#
# Shirt, boot, bag: ten answers, one logit each. [**Softmax**](glossary.ipynb#Softmax) makes probabilities of them:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# $e^{z}$ overflows as soon as a logit passes 709. Take the same number $m$ out of all logits of a
# picture: numerator and denominator are both divided by $e^m$, and $p_k$ stays as it was. With the
# largest logit for $m$ no exponent is above 0.
#
# ### Exercise: softmax ●●○
#
# `logits` has one row for each picture and one column for each class, `(n, k)`. The answer has the
# same shape, and each row adds up to 1. It must hold for logits of any size.


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
# The loss is again the surprise at what came, the **label** $y$:
#
# $$-\log p_y = \log\sum_j e^{z_j} - z_y$$
#
# A tiny $p_y$ is rounded to 0, and $\log 0$ is $-\infty$. So the loss is computed from the logits, on
# the right, and there too the largest is taken out first:
#
# $$\log\sum_j e^{z_j} = m + \log\sum_j e^{z_j - m}$$
#
# ### Exercise: cross-entropy with labels ●●○
#
# `logits` is `(n, k)` as before, and `labels` holds n integers from 0 to k - 1. The mean goes over the n rows. `logits[np.arange(n), labels]` picks one
# number from each row.


# %% nbgrader={"grade": false, "grade_id": "cross_entropy", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def cross_entropy(logits, labels):
    """Mean over n of the surprise at the right class, in nats."""
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    return np.mean(log_sum - z[np.arange(len(labels)), labels])
    ### END SOLUTION


# %% [markdown]
# Ten logits for a garment, each a weighted sum of its 784 pixels, $z = xW + b$. The gradient with
# respect to a weight is its pixel times the gradient with respect to the logit (lesson 05 shows why).
# The gradient with respect to the logits is $p$, your softmax, with 1 taken away at the label: the
# same plain error as before, divided by the number of garments.
# (`x.T` below is the **transpose** of x, its rows made columns: so the product `x.T @ ...` adds up
# over the garments.)

# %%
train, train_labels = fashion_mnist("train")
pictures = to_float(train)
centre = pictures.mean(axis=0)
x = (pictures - centre).reshape(len(pictures), 784)

# %% [markdown]
# **Predict:** what is the loss before the first step, when all weights are 0? How many of ten
# garments that it has never seen will it name rightly after 100 steps?

# %%
W, b = np.zeros((784, 10)), np.zeros(10)
for step in watched(range(101), title="ten templates"):
    logits = x @ W + b
    if step in (0, 10, 100):
        print(f"step {step:3}: {cross_entropy(logits, train_labels):.3f} nats")
    error_of_bets = softmax(logits)
    error_of_bets[np.arange(len(x)), train_labels] -= 1
    error_of_bets /= len(x)
    W, b = W - 0.4 * (x.T @ error_of_bets), b - 0.4 * error_of_bets.sum(axis=0)

# %%
answers = ((garments - centre).reshape(-1, 784) @ W + b).argmax(axis=1)
right = np.mean(answers == fashion_mnist("test")[1])
print(f"right on {right:.1%} of {len(garments):,} garments that it has never seen")

# %% [markdown]
# It starts at $\log 10 = 2.303$: ten answers, no idea. After a hundred steps it names four of five.
# And since each class has one weight a pixel, you can *look* at what it has learned.

# %%
templates = {GARMENTS[k]: 0.5 + W[:, k].reshape(28, 28) / (2 * abs(W).max()) for k in range(10)}
show_pictures(
    templates,
    columns=5,
    alt="Ten weight pictures: bright where ink speaks for a class, dark where it speaks against.",
)

# %% [markdown]
# Bright pixels speak for the class, dark ones against it. The trouser's template wants two legs and
# forbids ink between them; the sneaker's wants ink in a band across rows 12 to 17, and none above
# or below it. (Grey means a weight of 0.)
#
# ## Fill a hole with it
#
# The pixels of a hole are bets too. Take the 10 x 10 box in the middle of a garment: 100 logits,
# each a weighted sum of the 684 *known* pixels, trained on pictures whose middle we know.
# Lesson 02 told you how large a step may be: below $2/L$. Here $L$ is at most 0.0433, so $2/L$ is at
# least 46, and we take 40.
#
# <details><summary>Where 0.0433 comes from (you may skip this)</summary>
#
# The curvature along a direction of weights is the mean, over the garments, of the squared weighted
# sum of the pixels, times the slope of the sigmoid, over the 100 pixels of the mean. The mean of the
# squared sums is at most 17.3, the largest eigenvalue of the pixels' covariance (the table of how two
# pixels vary together). The slope of the sigmoid is at most 1/4. So $L \le 17.3 \cdot \frac14 / 100 =
# 0.0433$. It is a bound: where the bets have become sure the sigmoid is flatter, and a somewhat larger
# step may hold as well.
# </details>
#
# The harmonic fill of lesson 02 scored 12.56 dB on these boxes. It looks only at the edge of the
# hole; this one has seen 10,000 garments.

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
# **Predict:** what will it score on 500 garments that it has not seen? More than 12.56?

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
# It knows what a shirt's front looks like, and where a trouser divides. And it blurs, for the reason
# of lesson 01: the cross-entropy of many possible truths is least where $p$ is their mean, so it paints
# the mean of the plausible fills.
#
# **Predict:** one hole pixel is a weighted sum of all known ones. To which known pixels does the
# hole's top left pixel listen? And the one in the middle?

# %%
listened = {}
for spot, what in ((0, "its top left pixel"), (55, "a pixel in the middle")):
    template = np.full((28, 28), 0.5)
    template[~box] += weights[:-1, spot] / (2 * abs(weights[:-1, spot]).max())
    listened[f"who is heard by {what}"] = template
show_pictures(
    {"the hole (orange)": box} | listened,
    alt="The hole's corner listens to its neighbours; the middle also straight down and sideways.",
)

# %% [markdown]
# (White is the largest positive weight, black the largest negative one. Grey is a weight of 0, in the
# known pixels; the hole itself has no weights, and is grey as well.) The corner's large weights lie on
# its neighbours, as in the harmonic fill. Those of the middle lie further off as well: straight down,
# where trousers part and shirts do not, and sideways, where sleeves would hang. A prior written by
# hand has nothing of the kind.
#
# And MSE? The same weights under it, at the best of a few learning rates (160), score 15.62 dB
# after 100 steps; cross-entropy at its best (60) scores 15.61. No difference: at $z = 0$ no sigmoid is
# saturated, so neither gradient vanishes, and PSNR measures the squared error that MSE minimises. Use
# cross-entropy where a model can be sure and wrong.
#
# ## Quiz
#
# <details><summary>1. Your loss on grey pictures sinks to 0.242 nats a pixel and stops. Is something broken?</summary>
#
# Hardly. 189.86 nats over 784 pixels is 0.242: that is the floor of Fashion-MNIST, what a perfect
# copy pays. Report the excess over it.
# </details>
# <details><summary>2. Why does every library have a loss that takes logits, where a sigmoid and a logarithm would do?</summary>
#
# Because the sigmoid rounds to 1 from a logit of about 37 on, and the logarithm of what is left is
# minus infinity. Worked out on paper together, the two are exact everywhere, and the gradient is
# the plain error.
# </details>
# <details><summary>3. Two models score 0.30 and 0.32 nats on the same pictures. Is the first one closer to the pictures, pixel by pixel?</summary>
#
# Not necessarily. Cross-entropy is not the difference of two pictures: a pixel that is sure and wrong
# costs very much. A few such pixels can cost the second model more than a blur over the whole picture
# costs the first.
# </details>
#
# ## What you have seen
#
# - A pixel can be a bet; its cost is the surprise, −log p, and the mean of that is cross-entropy.
# - It is no difference: a grey pixel with itself costs up to 0.693 nats. Least at p = t, where it
#   is the floor; the excess over the floor is what you report.
# - From logits, never from rounded probabilities: log-sum-exp with the largest taken out.
# - Its gradient with respect to the logit is p − t, large under a confident mistake. MSE's has a factor
#   p(1 − p) and nearly vanishes there: 1,507 steps against 9.
#
# **For the course's table:** *logistic fill*: 15.48 dB on the 10 x 10 boxes, trained on 10,000
# garments (mean image: 10.47).
#
# **Read on:** Bishop, *Pattern Recognition and Machine Learning* (2006), section 4.3.2, where the
# cancellation is derived; Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 6.2.2,
# on output units and their losses. Next: [**04 Optimizers by hand**](04_optimizers_by_hand.ipynb), where the same fill trains in a
# fraction of the time.
