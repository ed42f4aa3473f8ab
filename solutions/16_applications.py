# %% [markdown]
# # 16 Applications
#
# > Where is it used, and where is it dangerous?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 10 to 13 | find the hole that nobody has marked; clean a photographed page by filling its letters; remove an object; fill a panorama across its seam; build one eye's view from the other's; repair a CT scan in the space where it was measured; say how uncertain a fill is, and when that number is worth nothing | 90 min; the cells alone run in under a minute, with or without a GPU |
#
# In the earlier lessons the hole was given and the true picture was known, so PSNR could judge a
# fill. In real use the hole or the truth is often missing. Here are nine examples. Most use real
# photographs, to which we add the damage ourselves, so that the truth is known; the CT scan of a
# phantom and the heads are simulated altogether. Each method is compared with a simpler one.

# %%
import numpy as np
import torch
from scipy import ndimage
from skimage.color import rgb2hed
from skimage.filters import threshold_otsu
from skimage.transform import iradon, radon

from learnkit.exercises import exercise
from learnkit.fills.exemplar import exemplar
from learnkit.fills.harmonic import harmonic
from learnkit.holes import draw
from learnkit.images import stereo
from learnkit.images.data import emoji, photograph, to_float
from learnkit.images.heads import heads
from learnkit.images.metrics import psnr
from learnkit.models.as_fill import fill_with
from learnkit.models.pretrained import pretrained
from learnkit.widgets import brush, uncertainty
from learnkit.widgets.show import show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## An old photograph: nobody has marked the hole
#
# A faded print with scratches. Where the coating is gone, the paper shines through. The network
# `photo_inpainter` of lesson 10 has never seen this photograph. It removes scratches well if it is
# given the hole. Here the hole has to be found first.

# %%
faded = 0.08 + 0.75 * photograph("astronaut")[:256, 96:352].mean(axis=2)
scratch = draw.scratches(faded.shape, count=14, seed=0)
paper = 0.6 + 0.4 * np.random.default_rng(0).random(faded.shape)
print_ = np.where(scratch, np.maximum(faded + 0.15, paper), faded).clip(0, 1)

# %% [markdown]
# A scratch is *thin* and *brighter than what lies beside it*. The **white top-hat** transform shows
# such places. It first computes a copy of the picture in which every bright detail narrower than 9
# pixels has been removed (the *opening* of the picture), and then subtracts this copy from the
# picture. (The limit of 0.12 in the next cell, and the other limits of this lesson, were chosen by
# hand.)

# %%
tophat = ndimage.white_tophat(print_, size=9)
found = tophat > 0.12
recall, precision = found[scratch].mean(), scratch[found].mean()

# %% [markdown]
# **Predict:** what besides scratches is thin and bright in a portrait?

# %%
show_pictures(
    {"the print": print_, "found": found, "the scratches": scratch},
    alt="A scratched portrait, the pixels that were found to be scratches, and those that are.",
)
print(f"{100 * recall:.0f} % of the scratched pixels are found")
print(f"{100 * precision:.0f} % of the found pixels are scratched")

# %% [markdown]
# Nearly all scratches are found. (The share of the scratched pixels that are found is called the
# *recall*, the share of the found pixels that are scratched the *precision*.) But of the found
# pixels a third are no scratches. They are highlights on the suit and in the hair, the eyes and the
# teeth. These pixels are filled too, so what they showed is lost.

# %%
photo_network = fill_with(pretrained("photo_inpainter"))
restored = {
    "as it is": print_,
    "median filter, 7 x 7": ndimage.median_filter(print_, 7),
    "found, harmonic": harmonic(print_, found),
    "found, network": photo_network(print_, found),
    "told, harmonic": harmonic(print_, scratch),
    "told, network": photo_network(print_, scratch),
}
photo_scores = {name: {"PSNR, dB": psnr(image, faded)} for name, image in restored.items()}

# %% [markdown]
# **Predict:** with the hole that was found, by how many dB is the network above the harmonic fill?
# And how many dB does the network gain if it is given the true hole?

# %%
show_pictures(
    {name: restored[name] for name in ("median filter, 7 x 7", "found, network", "told, network")},
    alt="The portrait after a median filter, which blurs it, after the network with the hole found, and with the true hole.",
)
show_table(photo_scores, heads=["hole and method", "PSNR, dB"], digits=1)

# %% [markdown]
# With the hole that was found the network is 1.5 dB above the harmonic fill. Being told the hole is
# worth 12 dB: with the true hole the same network is that much better. The table does not say how
# much of this comes from undamaged pixels that were filled, and how much from the one scratched
# pixel in a hundred that was missed. So when you restore old photographs, spend your time on the
# hole: use a better detector, or mark the hole with a brush.
#
# ## A photographed page: the letters are the hole
#
# A page was photographed under a lamp. Before a program can read the page, each pixel has to be
# classified as ink or paper. One threshold for the whole page fails: in the lower left the paper is
# as dark as much of the ink in other places. What would the page look like *without its letters*?
# That is a picture with holes: the ink is the hole.

# %%
page = photograph("page")
ink = page < ndimage.gaussian_filter(page, 12) - 0.04  # darker than its surroundings
ink = ndimage.binary_dilation(ink, iterations=2)  # and its grey rim
shading = ndimage.gaussian_filter(harmonic(page, ink), 3)
flat = (page / shading).clip(0, 1)

# %% [markdown]
# **Predict:** the shading is the page with its letters filled, then blurred a little. What does the
# page look like when each pixel is divided by the shading?

# %%
show_pictures(
    {
        "the page": page,
        "one threshold": (page > threshold_otsu(page)).astype(float),
        "letters filled: the shading": shading,
        "page / shading, one threshold": (flat > 0.8).astype(float),
    },
    columns=2,
    alt="A page in uneven light, which one threshold makes black in its lower left; its shading; and the page divided by it, which one threshold makes readable everywhere.",
)

# %% [markdown]
# (The threshold is Otsu's: the one that splits the grey levels into two groups that are as uniform
# as possible.) The result looks good, but the true shading is unknown, so it cannot be measured
# directly. But we can hide some of the *paper*, whose brightness is known. We move the shapes of
# the letters down by 14 rows, and add to the hole those of their pixels that are paper. The fill
# has to predict the brightness of these pixels. It is compared with two simpler guesses: one
# brightness for all pixels, and the best plane (by least squares). The error is the RMSE, the root
# of the mean squared error, in units of brightness (0 to 1).

# %%
hidden_paper = np.roll(ink, 14, axis=0) & ~ink
hole = ink | hidden_paper
rows, columns = np.indices(page.shape)
terms = np.stack([np.ones(page.shape), rows, columns], axis=-1)
plane = terms @ np.linalg.lstsq(terms[~hole], page[~hole], rcond=None)[0]

# %%
guesses = {
    "one brightness": np.full(page.shape, page[~hole].mean()),
    "a plane": plane,
    "harmonic fill": harmonic(page, hole),
}
misses = (guess - page for guess in guesses.values())
page_errors = [float(np.sqrt(np.mean(miss[hidden_paper] ** 2))) for miss in misses]

# %% [markdown]
# **Predict:** put the three guesses in order, best first. How many times larger is the worst RMSE
# than the best?

# %%
show_table(
    {name: {"RMSE": error} for name, error in zip(guesses, page_errors, strict=True)},
    heads=["guess", "RMSE"],
    digits=4,
    title="paper that was hidden",
)

# %% [markdown]
# The order is harmonic fill, plane, one brightness, and the worst RMSE is about ten times the best.
# The harmonic fill of lesson 02, with no training at all, is off by 0.018. A smooth fill works here
# because the light changes slowly across the page.
#
# ## An object removed
#
# Augmented reality adds objects to a camera's picture. It can also remove objects (this is called
# **diminished reality**). Behind a removed object there is wood, cloth or grass, which has a
# texture, and a smooth fill has none. A classical method is to *copy*. The [exemplar
# fill](glossary.ipynb#Exemplar-fill) (Criminisi, Pérez and Toyama, 2004) repeats three steps until
# the hole is full: take the patch of 9 x 9 pixels at the rim of the hole with the highest priority;
# find in the picture (with `reach=80`, up to some 80 pixels around the hole) the wholly known patch
# that fits best on its known pixels (least squared error); copy the missing pixels from there. The
# priority is the product of the *confidence* (how much of the patch is known) and a *data term*
# (how strong an edge runs into the hole there), so edges are continued first. The code is in
# `learnkit/fills/exemplar.py`.
#
# So that the truth is known, we put a sticker onto the picture of a table, and remove it again.

# %%
coffee = photograph("coffee", height=200)
stickers, sticker_names = emoji()
rocket = to_float(stickers[sticker_names.index("rocket")])
stuck, sticker = coffee.copy(), np.zeros(coffee.shape[:2], dtype=bool)
sticker[150:182, 262:294] = rocket.min(axis=2) < 0.95  # emoji are drawn on white
stuck[150:182, 262:294] = np.where(sticker[150:182, 262:294, None], rocket, stuck[150:182, 262:294])
sticker = ndimage.binary_dilation(sticker)  # one pixel more, or a rim stays behind

# %%
removed = {"harmonic": harmonic(stuck, sticker), "exemplar": exemplar(stuck, sticker, reach=80)}


def slope(image):
    """The mean length of the gradient in the sticker's place: how much texture there is."""
    down, right = np.gradient(image.mean(axis=2))
    return float(np.hypot(down, right)[sticker].mean())


# %% [markdown]
# **Predict:** which of the two has the higher PSNR, and which looks better?

# %%
corner = np.s_[120:, 200:]
show_pictures(
    {"a sticker": stuck[corner]}
    | {name: image[corner] for name, image in removed.items()}
    | {"truth": coffee[corner]},
    alt="A corner of a wooden table with a sticker, with a blurred spot in its place, with copied wood, and as it was.",
)
removal = {
    name: {"PSNR, dB": psnr(image, coffee, hole=sticker), "slope": slope(image) / slope(coffee)}
    for name, image in removed.items()
}
show_table(removal, heads=["fill", "PSNR, dB", "slope / true slope"], digits=2)

# %% [markdown]
# The blur has the higher PSNR. The reason is that of lesson 01: the mean of all possible textures
# has the least squared error, but the mean itself has no texture. The copied wood has nearly as
# much texture as the true wood. If the result is only looked at and never compared with the truth,
# the exemplar fill is the better choice.
#
# Try it on an object that is really there: the spoon's bowl is marked. Clear the hole, paint another one, or load a picture of your own with the button. (It takes most kinds of pictures, makes large ones smaller, and says what it has done.)

# %%
table = coffee.astype(np.float32)
rows_, columns_ = np.indices(table.shape[:2])
spoon = (rows_ - 142) ** 2 + (columns_ - 182) ** 2 < 26**2
contest = {"harmonic": harmonic, "exemplar": lambda image, hole: exemplar(image, hole, reach=60)}
brush.explore({"coffee": table}, contest, hole=spoon, size=25)

# %% [markdown]
# The exemplar fill puts a second handle where the spoon was: it copies what fits at the rim, and
# knows nothing about cups. Large networks trained on millions of photographs know what a cup looks
# like.
#
# ## How sure is a fill?
#
# The exemplar fill can also *draw* among the patches that fit nearly as well as the best one (with
# an error at most 10 % larger; Efros and Leung, 1999). Then each call gives a different fill.
# Lesson 11 drew several fills from a VAE, lesson 12 from a diffusion model. Where the fills differ,
# the method has invented something. Where they agree, the method is sure; whether it is right is a
# separate question (see the retina below). A picture that shows where they differ is an
# [**uncertainty map**](glossary.ipynb#Uncertainty-map).
#
# ### Exercise: the uncertainty map ●○○
#
# `fills` is `(k, h, w)`: k fills of one grey picture. Return `(h, w)`: for each pixel the standard
# deviation of its k values $f_i$. With their mean $\bar f$ it is $\sqrt{\tfrac1k\sum_i (f_i - \bar
# f)^2}$. Divide by k, not by k - 1 (`ddof=0`).


# %% nbgrader={"grade": false, "grade_id": "uncertainty_map", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def uncertainty_map(fills):
    """At each pixel, the standard deviation of its k values."""
    ### BEGIN SOLUTION
    return fills.std(axis=0)
    ### END SOLUTION


# %%
draws = np.stack(
    [exemplar(stuck, sticker, reach=80, generator=np.random.default_rng(seed)) for seed in range(8)]
)
wood_map = uncertainty_map(draws.mean(axis=-1))

# %% [markdown]
# **Predict:** eight draws for the sticker's place. Where do they differ most?

# %%
show_pictures(
    {f"draw {i + 1}": draws[i][corner] for i in range(3)}
    | {"uncertainty, 5 times": (5 * wood_map[corner]).clip(0, 1)},
    alt="Three fills of the sticker's place, each with another grain, and the map of their standard deviation.",
)
print(
    f"on the sticker's place {wood_map[sticker].mean():.3f}, elsewhere {wood_map[~sticker].max():.3f}"
)

# %% [markdown]
# The known pixels are the same in all draws, so their uncertainty is 0. In the hole it is smallest
# at the rim. Later in this lesson such maps are used on medical pictures.
#
# ## A panorama: the picture has no border
#
# For virtual reality a picture goes once around you: its right border continues at its left one. As
# a stand-in for such a panorama of 360 degrees we put a picture of a launch pad beside its mirror
# image, and shift the result so that the seam (the place where the last column meets the first)
# lies in the sky. An object that lay across the seam has been cut out. So one part of the hole is
# at the left end of the array and the other part at the right end.

# %%
launch = photograph("rocket", height=214)
panorama = np.roll(np.concatenate([launch, launch[:, ::-1]], axis=1), 255, axis=1)
seam_hole = np.zeros(panorama.shape[:2], dtype=bool)
seam_hole[100:190, :14] = seam_hole[100:190, -26:] = True


# %%
def turned(image):
    """The panorama turned by half a circle: its seam is then in the middle."""
    return np.roll(image, image.shape[1] // 2, axis=1)


flat_fill = harmonic(panorama, seam_hole)
round_fill = turned(harmonic(turned(panorama), turned(seam_hole)))
seam_scores = [psnr(fill, panorama, hole=seam_hole) for fill in (flat_fill, round_fill)]
steps = [float(np.abs(f[100:190, 0] - f[100:190, -1]).mean()) for f in (flat_fill, round_fill)]

# %% [markdown]
# **Predict:** for the harmonic fill a pixel at the border has no neighbour beyond it. What does the
# fill look like if one part of the hole is at the left border and the other part at the right
# border?

# %%
view = np.s_[70:, 230:410]  # the viewer looks at the seam
show_pictures(
    {
        "cut": turned(draw.cut_hole(panorama, seam_hole))[view],
        "filled flat": turned(flat_fill)[view],
        "turned, filled": turned(round_fill)[view],
        "truth": turned(panorama)[view],
    },
    alt="The sky above a launch pad with a hole, with a fill that has a vertical seam in its middle, with one that has none, and as it was.",
)
print(f"PSNR in the hole: {seam_scores[0]:.1f} dB flat, {seam_scores[1]:.1f} dB turned")
print(f"step at the seam: {steps[0]:.4f} flat, {steps[1]:.4f} turned")

# %% [markdown]
# One line, `np.roll`, is worth 6 dB here. The method did not change. Only the array was shifted, so
# that the hole is no longer at a border. Without the shift the two halves are filled separately,
# and a step remains at the seam. (A convolution with zero padding has the same problem. It is
# solved by the same shift, or by circular padding, which continues each row with the pixels from
# its other end.)
#
# ## The other eye
#
# A robot, or glasses for augmented reality, has two cameras side by side. Let $f$ be the focal
# length in pixels, and $b$ the distance between the cameras. By similar triangles a point at $X$ to
# the side and at the distance $Z$ is seen at the column $fX/Z$ by the left camera, and at $f(X -
# b)/Z$ by the right one. So it lies $d = fb/Z$ pixels further to the left in the right picture, in
# the same row (the pair is *rectified*). $d$ is the [**disparity**](glossary.ipynb#Disparity). From
# the disparity follows the distance of every point. (In this pair the two pictures do not have
# their centres at the same column, so $d = fb/Z$ less an offset, which `stereo.depth` adds.)

# %%
pair = stereo.motorcycle(shrink=2)
known = np.isfinite(pair.disparity)
metres = stereo.depth(pair.disparity, shrink=2)
wheel, wall = metres[190, 335], metres[60, 20]
print(f"{100 * (~known).mean():.1f} % of the pixels have no disparity")
print(f"the front wheel is {wheel:.2f} m away, the wall {wall:.2f} m")

# %% [markdown]
# ### Exercise: what the left eye sees, from the right one's picture ●●○
#
# `right` is the right picture `(h, w, 3)`, `disparity` the disparity $d$ (a float) of each pixel of
# the *left* picture `(h, w)`. What the left picture has in column $x$, the right one has in column
# $x - d$, in the same row. Round $x - d$ to the nearest column first. A pixel belongs to the hole
# if this rounded column lies outside the right picture (on either side; $d$ may be negative), or if
# its disparity is `inf` (not known). No other pixel belongs to the hole: pixels that something
# nearer covers come after the exercise. Return `(view, hole)`: the view `(h, w, 3)`, a new array
# with 0 in its hole, and the hole `(h, w)`, bool. (No $x - d$ lies half-way between two columns.)


# %% nbgrader={"grade": false, "grade_id": "warp_by_disparity", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def warp_by_disparity(right, disparity):
    """The left view, read from the right picture at x - disparity; no source there: hole."""
    ### BEGIN SOLUTION
    w = disparity.shape[1]
    source = np.round(np.arange(w) - disparity)
    hole = (source < 0) | (source >= w)
    rows, columns = np.nonzero(~hole)
    view = np.zeros_like(right)
    view[rows, columns] = right[rows, source[rows, columns].astype(int)]
    return view, hole
    ### END SOLUTION


# %%
warped, not_seen = warp_by_disparity(pair.right, pair.disparity)
behind = stereo.hidden(pair.disparity)
warp_scores = [psnr(image, pair.left, hole=~not_seen) for image in (pair.right, warped)]

# %% [markdown]
# **Predict:** the view is read from the right picture. To the left of the motorcycle there is a
# piece of the wall that the right eye cannot see, because the motorcycle is in front of it. What
# does the view show there?

# %%
part = np.s_[60:230, 40:200]
show_pictures(
    {
        "left eye": pair.left[part],
        "from the right eye": warped[part],
        "hidden from the right eye": behind[part],
    },
    alt="The rear wheel as the left eye sees it; as it is read from the right picture, with copies of the wheel's rim beside it; and the pixels that the right eye cannot see.",
)
print(f"right picture as it is {warp_scores[0]:.1f} dB, warped {warp_scores[1]:.1f} dB")

# %% [markdown]
# The view shows a copy of what is in front of the wall, so parts of the motorcycle appear twice.
# These pixels were not measured either, so they also belong to the hole. Where two pixels of the
# left picture are read from one pixel of the right one, and their disparities differ by more than a
# pixel, the right eye sees the nearer of them, and the other one is hidden, or *occluded*
# (`stereo.hidden`).

# %%
unknown = not_seen | behind
eye_fill = harmonic(warped, unknown)
copied = psnr(warped, pair.left, hole=behind)
filled = psnr(eye_fill, pair.left, hole=behind)
print(
    f"hidden: {100 * behind.mean():.0f} % of the picture, outside or unknown {100 * not_seen.mean():.0f} %"
)

# %% [markdown]
# **Predict:** in the hidden pixels, by how many dB is a harmonic fill better than the copies?

# %%
show_pictures(
    {
        "from the right eye": draw.cut_hole(warped, unknown)[part],
        "filled": eye_fill[part],
        "left eye": pair.left[part],
    },
    alt="The rear wheel from the right picture with its hidden pixels cut out, the same filled, and as the left eye sees it.",
)
print(f"in the hidden pixels: copies {copied:.1f} dB, filled {filled:.1f} dB")

# %% [markdown]
# That is 3.6 dB more, only because the hidden pixels were put into the hole. When a film that was
# shot with one camera is converted to 3D, the work is similar: the depth is estimated, each pixel
# is moved to where the second eye would see it, and the pixels that no moved pixel covers are
# filled.
#
# ## A CT scan: fill where it was measured
#
# A CT scanner does not take a picture. It measures how much of each X-ray is absorbed, along many
# lines at many angles. A ray of intensity $I_0$ leaves the body with $I = I_0\,e^{-\int \mu\,ds}$
# (given; the law of Beer and Lambert; $s$ is the way along the ray). So $-\log(I/I_0)$ is the sum
# along the line of $\mu$, the share that the tissue absorbs per unit of length. These sums are the
# [**sinogram**](glossary.ipynb#Sinogram). The picture is computed from it (by filtered
# back-projection: each sum is spread back along its line, after a filter that sharpens). A metal
# screw lets no ray through. Then each angle has a gap, and the gaps form a band in the sinogram. We
# use a *phantom*, a test object for scanners. (It contains no metal. We only delete the values that
# a round screw would make useless.)

# %%
phantom = photograph("phantom", height=128)  # Shepp and Logan's, resized
angles = np.arange(180.0)
y, x = np.indices(phantom.shape)
metal = (y - 80) ** 2 + (x - 44) ** 2 <= 4**2
sinogram = radon(phantom, angles, circle=True)
scale = sinogram.max()
band = radon(metal.astype(float), angles, circle=True) > 0.3

# %%
measured = sinogram / scale
lines = np.arange(len(measured))
by_line = np.stack(
    [np.interp(lines, lines[~b], column[~b]) for column, b in zip(measured.T, band.T, strict=True)],
    axis=1,
)
sinograms = {
    "gaps as 0": np.where(band, 0, measured),
    "each angle by a line": by_line,
    "harmonic": harmonic(measured, band),
}

# %%
scans = {name: iradon(s * scale, angles, circle=True) for name, s in sinograms.items()}
whole = iradon(sinogram, angles, circle=True)

# %% [markdown]
# **Predict:** 7 % of the sinogram is missing. Where in the picture will you see it: near the metal, or everywhere?

# %%
show_pictures(
    {f"sinogram, {name}": image for name, image in sinograms.items()}
    | {f"scan, {name}": image.clip(0, 1) for name, image in scans.items()},
    columns=3,
    alt="Three sinograms, with a black band, with the band filled angle by angle, and by a harmonic fill; below them the scans, the first full of streaks.",
)

# %%
head = (phantom > 0) & ~ndimage.binary_dilation(metal, iterations=2)
scan_errors = {
    name: {"RMSE": float(np.sqrt(np.mean((scan - whole)[head] ** 2)))}
    for name, scan in scans.items()
}
show_table(
    scan_errors, heads=["gaps filled with", "RMSE"], digits=4, title="against the whole scan"
)

# %% [markdown]
# Both: streaks run from the metal through the whole head, strongest beside it. The classical method
# fills the gap of each angle by linear interpolation (Kalender, Hebel and Ebersberger, 1987). The
# harmonic fill also uses the neighbouring angles, and is a little better here. In the finished
# picture the error is spread everywhere, and there is no hole to mark. **Fill where it was
# measured.**
#
# ## Tissue: a number that was never measured
#
# In histology a slice of tissue is dyed so that one protein becomes brown. A pathologist wants to
# know how large the brown share is. A speck of dirt hides 40 x 40 pixels. We fill ten such specks,
# one at a time, and measure the brown share inside each fill.


# %%
def brown(image):
    """Which pixels are brown: the dye's amount, by Ruifrok and Johnston (2001)."""
    return rgb2hed(image)[..., 2] > 0.07


tissue = photograph("ihc", height=256)
corners = [(20, 20), (20, 60), (110, 120), (100, 60), (180, 130)]
corners += [(200, 200), (60, 200), (150, 20), (60, 110), (140, 180)]
specks = [draw.box(tissue.shape, height=40, width=40, top=r, left=c) for r, c in corners]

# %%
filled_tissue = [exemplar(tissue, speck, reach=60) for speck in specks]
smooth_tissue = [harmonic(tissue, speck) for speck in specks]
true_share = [brown(tissue)[speck].mean() for speck in specks]
copied_share = [brown(i)[s].mean() for i, s in zip(filled_tissue, specks, strict=True)]
smooth_share = [brown(i)[s].mean() for i, s in zip(smooth_tissue, specks, strict=True)]
copied_miss = np.abs(np.subtract(copied_share, true_share))
smooth_miss = np.abs(np.subtract(smooth_share, true_share))

# %% [markdown]
# **Predict:** could you tell the filled tissue from the true one? And how far is its brown share from the true share?

# %%
around = np.s_[80:190, 90:190]
show_pictures(
    {
        "with a speck": draw.cut_hole(tissue, specks[2])[around],
        "exemplar": filled_tissue[2][around],
        "truth": tissue[around],
    },
    alt="Dyed tissue with a square hole, with the hole filled by copied tissue that has cells of its own, and as it was.",
)

# %%
print(f"this speck: {100 * copied_share[2]:.0f} % brown, truth {100 * true_share[2]:.0f} %")
share_errors = {
    name: {"mean": 100 * miss.mean(), "worst": 100 * miss.max()}
    for name, miss in (("exemplar", copied_miss), ("harmonic", smooth_miss))
}
columns_of_errors = ["fill", "mean", "worst"]
show_table(
    share_errors, heads=columns_of_errors, digits=0, title="error of the brown share, points"
)

# %% [markdown]
# The exemplar fill is off by 8 points of a hundred, the blurred one by 16. So the exemplar fill
# gives the better estimate. But it is an estimate about tissue that nobody has seen. In this fill
# the seams are visible. In the fill of a better method they are not, and then a number computed
# from the fill looks like a measurement. So compute the brown share from the visible tissue only,
# and leave the speck out.
#
# ## The back of an eye: what is erased
#
# A small dark dot in the picture of a retina is a *microaneurysm*: a bulge of a tiny vessel, and
# the earliest visible sign of damage by diabetes. Doctors look for these dots. We hide one such
# dot, as if a reflection of the lamp covered it.

# %%
retina = photograph("microaneurysms")
reflex = draw.box(retina.shape, height=16, width=16, top=14, left=8)
eye_fills = np.stack(
    [exemplar(retina, reflex, patch=7, generator=np.random.default_rng(seed)) for seed in range(16)]
)
eye_mean, eye_map = eye_fills.mean(axis=0), uncertainty_map(eye_fills)

# %% [markdown]
# **Predict:** sixteen fills. In how many of them is there a dark dot? Does the uncertainty map say that there might have been one?

# %%
vessel = np.s_[:60, :60]
show_pictures(
    {
        "truth": retina[vessel],
        "one of 16 fills": eye_fills[0][vessel],
        "another one": eye_fills[1][vessel],
        "uncertainty, 5 times": (5 * eye_map[vessel]).clip(0, 1),
    },
    alt="A piece of a retina with a dark dot beside a vessel, two fills without the dot, and the uncertainty map, which is faint.",
)

# %%
dot = np.unravel_index(np.where(reflex, retina, 1).argmin(), retina.shape)
away = (eye_mean[dot] - retina[dot]) / eye_map[dot]
print(f"the dot is {retina[dot]:.2f}; the fills say {eye_mean[dot]:.2f} +- {eye_map[dot]:.3f}")
print(f"that is {away:.0f} standard deviations away")
darkest = np.where(reflex, eye_fills, 1).min(axis=(1, 2))
print(f"fills with a pixel below 0.2 in the hole: {(darkest < 0.2).sum()} of {len(eye_fills)}")

# %% [markdown]
# No fill has a dark dot, and the uncertainty is small: the truth is ten standard deviations away
# from the mean of the fills. No method could know that there was a dot under the reflection. The
# fault of this method is that its map does not show that a dot was possible.
#
# > **Trap.** An uncertainty map shows how much the fills differ. It does not show how wrong they are. At the dot the 16 fills have a standard deviation of 0.025, and their mean is off by 0.25.
#
# ## When does the map warn?
#
# An uncertainty map can only show possibilities that the method has seen in its data. To test this
# we need many heads with a known truth. So these are simulated CT slices, drawn as Shepp and Logan
# drew their phantom; every second one has a lesion, a bright spot somewhere in the brain. Two
# painters (networks as in lesson 12 that are told the hole) were trained on 20,000 such slices
# each. One has seen heads with and without lesions; the other has seen healthy heads only, as
# happens if a network is trained on pictures of healthy volunteers. (This is a real danger. Cohen,
# Luck and Honari, 2018, trained a network to turn one kind of MRI scan into another. It added
# tumours when all of its target pictures had tumours, and removed them when none had.)

# %%
slices = heads(3000, np.random.default_rng(5))
without = heads(3000, np.random.default_rng(5), lesions=0.0)  # the same heads, all healthy
light = np.abs(slices.images - without.images)  # how much a lesion changes each pixel
gap = draw.box((28, 28), height=10, width=10)
inside = ((light > 0.1) & gap).sum(axis=(1, 2))
outside = ((light > 0.03) & ~gap).sum(axis=(1, 2))
kinds = {
    "wholly hidden": np.flatnonzero((inside >= 6) & (outside == 0))[:12],
    "its rim visible": np.flatnonzero((inside >= 3) & (outside >= 4))[:12],
}

# %%
painters = {
    "has seen lesions": pretrained("head_painter"),
    "has seen none": pretrained("healthy_head_painter"),
}


def head_fills(painter, which, count=16):
    """`count` fills of each of these heads, (count, n, 28, 28)."""
    images = torch.from_numpy(slices.images[which]).float()[:, None]
    place = torch.from_numpy(gap).expand(len(which), 1, 28, 28)
    fills = painter.fills(images, place, count, torch.Generator().manual_seed(0))
    return fills[:, :, 0].double().numpy()


# %%
head_draws = {
    (kind, name): head_fills(painter, which)
    for kind, which in kinds.items()
    for name, painter in painters.items()
}


# %%
def row_of(kind, i):
    """Truth, cut, and for each painter mean and map of the i-th head of a kind."""
    image = slices.images[kinds[kind][i]]
    row = {"truth": image, "with the gap": draw.cut_hole(image, gap)}
    for name, title in zip(painters, ("seen lesions", "seen none"), strict=True):
        some = head_draws[kind, name][:, i]
        row[f"{title}: mean"] = some.mean(axis=0)
        row[f"{title}: map x 5"] = (5 * uncertainty_map(some)).clip(0, 1)
    return row


# %% [markdown]
# **Predict:** a head whose lesion is wholly hidden. What is in its place in the mean of each
# painter's fills? Are the maps brighter there?

# %%
show_pictures(
    row_of("wholly hidden", 0),
    alt="A head with a lesion, the same with its middle cut out, and for two painters the mean of 16 fills, without the lesion, and the uncertainty map, which is brightest at the ventricles.",
)

# %% [markdown]
# **Predict:** the same for a head whose lesion reaches out of the gap. Which map is bright at the lesion?

# %%
show_pictures(
    row_of("its rim visible", 1),
    alt="A head whose lesion is cut by the rim of the gap, and for two painters the mean and the map: the map of the painter that has seen lesions is bright where the lesion goes on.",
)

# %% [markdown]
# Now over 12 heads of each kind, with 16 fills each. Four numbers: the uncertainty at the lesion;
# the uncertainty elsewhere in the gap; how many of the gap's true pixels lie within two standard
# deviations of the mean of the fills (92 of 100 for a perfect painter and Gaussian pixels: 95 if
# mean and deviation were exact, a little less because they come from 16 fills); and in how many
# fills there is a lesion: three pixels or more that are clearly brighter than the brain.


# %%
def with_lesion(fills, which):
    """Which of the fills (count, n, 28, 28) have a lesion in the gap, (count, n) bool."""
    visible = np.where(gap, np.nan, slices.images[which])
    brain = np.nanmedian(np.where((visible > 0.2) & (visible < 0.6), visible, np.nan), axis=(1, 2))
    bright = (fills > brain[:, None, None] + 0.15) & gap
    return bright.sum(axis=(2, 3)) >= 3


# %%
rows_of_heads = {}
for (kind, name), fills in head_draws.items():
    which = kinds[kind]
    doubt = np.stack([uncertainty_map(fills[:, i]) for i in range(len(which))])
    miss = np.abs(fills.mean(axis=0) - slices.images[which])
    lesion = (light[which] > 0.1) & gap
    rows_of_heads[f"{kind}; {name}"] = {
        "at the lesion": doubt[lesion].mean(),
        "elsewhere": doubt[gap & ~lesion].mean(),
        "within 2 deviations, %": 100 * (miss <= 2 * doubt)[:, gap].mean(),
        "fills with a lesion, %": 100 * with_lesion(fills, which).mean(),
    }

# %% [markdown]
# **Predict:** which of the four rows has the largest uncertainty at the lesion? In which rows will fills with a lesion be found?

# %%
show_table(
    rows_of_heads,
    heads=["lesion; painter", *next(iter(rows_of_heads.values()))],
    digits=3,
    title="12 heads of each kind, 16 fills of each",
)

# %%
no_sign = np.flatnonzero(outside == 0)[:240]
true_rate = 100 * (inside[no_sign] >= 3).mean()
print(f"no lesion visible, and one in the gap: {true_rate:.0f} % of {len(no_sign)} heads")
said = {}
for name, painter in painters.items():
    one_each = head_fills(painter, no_sign, count=1)
    said[name] = 100 * with_lesion(one_each, no_sign).mean()
    print(f"fills with a lesion, by the painter that {name}: {said[name]:.0f} %")

# %%
counted = {
    kind: 100 * with_lesion(slices.images[heads][None], heads).mean()
    for kind, heads in {**kinds, "no lesion visible": no_sign}.items()
}
show_table(counted, unit="%", title="the same count on the true heads")

# %% [markdown]
# - **Where nothing of a lesion can be seen, the mean shows none.** This is so for both painters,
#   for different reasons. The painter that has seen none draws no lesion. The other one draws few,
#   each in a different place, so the mean hides them. Its map is not brighter there either: 0.045
#   at the lesion, 0.044 elsewhere. What the map shows is the outline of the ventricles (the two
#   dark cavities in the middle of the brain).
# - **Where its rim can be seen, it depends on what was learned.** The painter that has seen lesions
#   draws one in 38 % of its fills (the same count finds a lesion in 75 % of these true heads: in
#   the others too little of it lies in the gap), and its map is brighter there, 0.059 against
#   0.045: this map warns. The map of the other painter stays as it is, 0.033. In some heads this
#   painter continues the bright rim by a few pixels, and the count takes these pixels for a lesion;
#   but its map stays low there.
# - **Counting is a better question than the map.** Of 240 heads without any visible sign 19 % have
#   a lesion in the gap (on these true heads the count makes no error), and 7 % of the fills of the
#   painter that has seen lesions show one. So this painter draws lesions, but about three times too
#   rarely. Such a share must be checked on heads with known truth before it is used. The other
#   painter draws no lesion at all.
# - **Both are too sure**: where the lesion is wholly hidden, 83 and 77 pixels of 100 lie within two
#   standard deviations, instead of 92. (Such a comparison of stated and observed frequencies is
#   called *calibration*. A simple repair is to multiply the map by a factor, chosen on other heads
#   with known truth.)
#
# Look at single heads: choose a case, and move the slider. It sets the uncertainty above which a
# pixel is marked.

# %%
cases = {
    f"{kind}; {name}, head {i + 1}": uncertainty.Case(
        slices.images[kinds[kind][i]],
        fills[:, i].mean(axis=0),
        uncertainty_map(fills[:, i]),
        gap,
    )
    for (kind, name), fills in head_draws.items()
    for i in range(3)
}
uncertainty.explore(cases)

# %% [markdown]
# ## What an honest use looks like
#
# | do | because |
# |---|---|
# | fill where it was measured (the sinogram), not in the finished picture | in the finished picture the error is spread, and there is no hole to mark |
# | keep the original and the hole together with the filled picture | without them nobody can tell later what was invented |
# | take no number and no diagnosis from filled pixels | a fill looks like a measurement, but is not one |
# | draw several fills, and count in how many the answer to the question that matters ("is there a lesion?") is yes | a standard deviation of grey levels does not answer it |
# | say what the method has seen in training, and what it has not | its map can warn only of what it has seen |
#
# Restorers of paintings work by the same rules: a gap in a fresco is filled with fine lines that
# are invisible from far away and clearly visible from near, and a report says where they are.
#
# ## Capstone
#
# You can begin the capstone now; lessons 17 and 18 are not needed for it. Choose one of five
# fields: photographs, pages, the back of an eye, tissue, scans. Each has four pictures to work on,
# and four on which your work is judged. You hand in one Python file: a fill, several fills that
# differ, and a report of four short texts. `docs/capstone.md` has the task and the rubric. There
# are two commands for a terminal:
#
# ```
# learnkit capstone mine.py --new fundus
# learnkit capstone mine.py
# ```
#
# The first one begins such a file, the second one measures it.
#
# | points | for | decided by |
# |---|---|---|
# | 10 | keeps known pixels, shape and range | the command |
# | 20 | better than the harmonic fill, 1 point for each 0.1 dB | the command |
# | 10 | several fills, which differ | the command |
# | 10 | uncertain where it is wrong | the command |
# | 50 | question, method, results, limits, and code that can be read | your instructor |
#
# `solutions/capstone.py` in the course's repository is an example. It removes scratches from
# photographs, 3 dB better than the harmonic fill.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. The standard deviation of 16 fills is 0.02 everywhere in a hole. Can you rely on them?**
#
# <details><summary>Yes: they all agree.</summary>
#
# **No.** In the lesson all fills of the retina agreed, and all were wrong.
# </details>
# <details><summary>Not by this alone</summary>
#
# **Right.** They agree as far as the method knows what can be there. Where a method has never seen
# something, or copies from around the hole, its fills agree that it is not there.
# </details>
# <details><summary>No: 0.02 is large.</summary>
#
# **No.** It is small. But a small spread is no proof.
# </details>
#
# **2. A fill of an old photograph has 28 dB with the scratches that a program found, and 40 dB with
# the true ones. What do you improve first?**
#
# <details><summary>The network that fills</summary>
#
# **No.** With the true scratches it reaches 40 dB.
# </details>
# <details><summary>Both, by the same effort</summary>
#
# **No.** The two losses are very different in size.
# </details>
# <details><summary>The detector</summary>
#
# **Right.** 12 dB are lost by the hole. (In the lesson the better of two methods brought only 1.5
# dB with the hole that was found.) Or mark the scratches by hand.
# </details>
#
# **3. Why is metal removed in the sinogram, and not in the scan?**
#
# <details><summary>In the scan the fault is spread everywhere.</summary>
#
# **Right.** In the sinogram what is missing is a gap. Beside the gap the sinogram was measured and
# is right. In the scan there is no hole to fill, only streaks.
# </details>
# <details><summary>Because the sinogram is smaller</summary>
#
# **No.** The size is not the reason.
# </details>
# <details><summary>Because nobody can see a sinogram</summary>
#
# **No.** That would be a reason against it.
# </details>
#
# **4. A brick wall has a hole. Which method do you take?**
#
# <details><summary>The harmonic fill</summary>
#
# **No.** It gives a smooth patch without bricks.
# </details>
# <details><summary>The exemplar fill</summary>
#
# **Right.** It copies patches. The wall repeats, so the missing texture is somewhere else in the
# picture.
# </details>
# <details><summary>The mean of many fills</summary>
#
# **No.** A mean blurs the joints between the bricks.
# </details>
#
# **5. A copied texture has a lower PSNR than a blur. Which one is worse?**
#
# <details><summary>The texture: the number says so.</summary>
#
# **No.** PSNR punishes every brick that does not lie at the true place.
# </details>
# <details><summary>The blur: it looks wrong.</summary>
#
# **No.** Its squared error is smaller in each pixel. Where single grey values are compared it may
# be the better one. (For the brown share of the tissue it was not.)
# </details>
# <details><summary>It depends on what the picture is for.</summary>
#
# **Right.** To look at, the texture. Where values are read off, test both where the truth is known,
# as with the tissue. Invented texture looks like an observation and is none.
# </details>
#
# ## What you have seen
#
# - The hole has to be found first, and on an old photograph that decides more than the method.
# - The kind of the missing content decides the method. Smooth content: harmonic fill. Texture:
#   exemplar fill. A hole across the seam of a panorama: shift the panorama first. Content that
#   another camera sees: warp its picture. A gap in a CT measurement: fill the sinogram.
# - Copied texture looks right and has a lower PSNR than a blur. Invented tissue looks like a
#   measurement.
# - An uncertainty map shows where fills differ. The fills of a method that has never seen a lesion
#   show none, and its map gives no warning.
#
# **For the course's table** of fills: no new row. The exemplar fill needs whole patches around a hole, and a garment of 28 x 28 has too few.
#
# **Read on:** Criminisi, Pérez and Toyama, *Region Filling and Object Removal by Exemplar-Based Image Inpainting* (2004), section 3; Kalender, Hebel and Ebersberger, *Reduction of CT Artifacts Caused by Metallic Implants* (1987); Cohen, Luck and Honari, *Distribution Matching Losses Can Hallucinate Features in Medical Image Translation* (2018); Kendall and Gal, *What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?* (2017), section 2. Next:
# [**17 The article, debugged**](17_the_article_debugged.ipynb).
