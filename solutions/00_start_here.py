# %% [markdown]
# # 00 Start here
#
# > What is a picture, and what does it mean to fill a hole in one, or to invent one?
#
# | you need | you will be able to | time |
# |---|---|---|
# | a little Python and NumPy (the self-test below tells) | read a picture as numbers, cut a hole, say what filling and inventing mean | 30 min; the cells alone run in half a minute, no GPU |
#
# Run a cell with **Shift + Enter**, from the top. Where a line says **Predict**, stop and answer
# before you run on: a wrong guess that you made yourself is worth three right ones that you read.
# When you come back to a lesson another day, or restart its kernel, Python has forgotten all cells
# (`NameError: name 'exercise' is not defined`). Then click the cell where you stopped and choose **Run >
# Run All Above Selected Cell**.
#
# Where does this course come from? From a beginner's article in Chinese on 图像合成与修复, image
# [synthesis](glossary.ipynb#Synthesis) and [inpainting](glossary.ipynb#Inpainting). It is copied from blog to blog, without a date (its newest source is from
# 2017), and its Keras program does not run. The lessons call it "the article". It names most methods
# of this course. Here they all run, and you write the heart of each. Lesson 17 takes its program
# apart.

# %%
import numpy as np

from learnkit.course import doctor
from learnkit.exercises import exercise, hint
from learnkit.holes import draw
from learnkit.images.damaged import DAMAGED, damaged
from learnkit.images.data import fashion_mnist, to_float
from learnkit.widgets import pixels
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## A picture is numbers
#
# Here is an astronaut. To you she is a face; to the computer she is an array of height, width and
# three colours.

# %%
astronaut = damaged("astronaut").image
print("shape", astronaut.shape, " dtype", astronaut.dtype)
print("least", astronaut.min(), " greatest", astronaut.max())

# %% [markdown]
# 128 rows, 128 columns, 3 channels (red, green, blue), every number between 0 (none of it) and
# 1 (all of it). The mean of the three channels makes a grey picture, a plain table of numbers.
#
# **Predict:** the little square lies over her eye. Where in the table will the numbers be
# smallest? Is the white of an eye 1?

# %%
grey = astronaut.mean(axis=2)
fig = pixels.figure(grey, top=58, left=47, size=10)
show(fig, alt="The astronaut's face with a square over one eye, and the square's 100 grey values.")

# %% [markdown]
# The pupil falls to 0.13. The white of the eye is not white at all: it stops at 0.77, and the skin
# under it is brighter (0.83). You call it white because of what surrounds it. This table is *all*
# that any program of this course will ever see.
#
# ## Three pictures in one
#
# **Predict:** shown one by one, as grey pictures, in which channel will her skin be brightest?

# %%
red, green, blue = np.moveaxis(astronaut, 2, 0)
show_pictures(
    {"all three": astronaut, "red alone": red, "green alone": green, "blue alone": blue},
    alt="The astronaut in colour, then its red, green and blue channels; red is brightest on skin.",
)

# %% [markdown]
# Skin is bright in red and dark in blue. `astronaut[..., 0]` is the red channel, and a shape
# `(h, w, 3)` without its last axis is a grey picture `(h, w)`. You will meet both until lesson 06.
#
# ## Your first exercise ●○○
#
# An exercise is a function under `@exercise`. Replace its last two lines (the comment and
# `raise NotImplementedError`) by your answer, run the cell, and the verdict stands under it at once: **correct** and why it matters, **incorrect** and the smallest
# input that shows it, or **not attempted**. Be wrong as often as you like. Where your answer is not
# correct yet, learnkit's own stands in so that the lesson goes on, and yours waits as
# `invert.yours`. The dots behind an exercise's title say how hard it is, from ●○○, a line, to ●●●, some
# lines with a thought.
#
# Write `invert`: black becomes white, white becomes black, and a grey of 0.2 becomes 0.8.


# %% nbgrader={"grade": false, "grade_id": "invert", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def invert(image):
    """The negative of a picture with values in [0, 1]; the picture itself stays as it is."""
    ### BEGIN SOLUTION
    return 1 - image
    ### END SOLUTION


# %% [markdown]
# (Any library may help you, except learnkit itself: the answers are in it.)
#
# Stuck? `hint("invert")` tells you a little. Run it again and it tells a little more; the third
# time it shows the line. No mark depends on it.

# %%
hint("invert")

# %%
show_pictures(
    {"astronaut": astronaut, "inverted": invert(astronaut)},
    alt="The astronaut beside her negative: dark hair has turned light, and light skin dark.",
)

# %% [markdown]
# ## The trap: bytes wrap round
#
# Files keep pictures as bytes, `uint8`, from 0 to 255. Bytes have no minus and no 256.
#
# **Predict:** 200 + 100 in bytes is?

# %%
print("in bytes: ", np.uint8([200]) + np.uint8([100]))
print("in floats:", 200 / 255 + 100 / 255, "(and you can see that it is above 1)")

# %% [markdown]
# > **Trap.** In bytes 200 + 100 = 44: it wraps round at 256, and nobody warns you. Two bright
# > pictures added this way give dark speckles, and the *difference* of two pictures, which you will
# > need in every lesson, is wrong wherever it is negative. So this course turns bytes into floats
# > between 0 and 1 at once, and its functions for filling and scoring refuse bytes.

# %%
try:
    draw.cut_hole(np.uint8([[200, 100]]), np.array([[True, False]]))
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# ## A hole is a second picture
#
# An array of True and False with the picture's height and width says which pixels are missing. **In
# this course True means: to be filled.** (Many other programs mean the opposite. Use their mask here
# unchanged, and the known pixels are filled while the missing ones stay. The quiz comes back to it.)

# %%
hole = draw.box(grey.shape, height=40, width=40, top=48, left=44)
print(hole.dtype, hole.shape, "-", hole.sum(), "of", hole.size, "pixels are missing")
show_pictures(
    {"the truth": grey, "the hole (orange = True)": hole},
    alt="The grey astronaut, and beside it a hole: a square of 40 by 40 over the face.",
)

# %% [markdown]
# ## Exercise: cut the hole ●○○
#
# Give back a copy of the picture with every missing pixel set to 0. It must work for grey `(h, w)`
# and for colour `(h, w, 3)`; the [hole](glossary.ipynb#Hole) is `(h, w)` both times. The caller's picture must survive.


# %% nbgrader={"grade": false, "grade_id": "cut_hole", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def cut_hole(image, hole):
    """A copy of the picture, 0 where the hole is True."""
    ### BEGIN SOLUTION
    cut = image.copy()
    cut[hole] = 0
    return cut
    ### END SOLUTION


# %%
show_pictures(
    {"the truth": astronaut, "cut": cut_hole(astronaut, hole), "the truth, still": astronaut},
    alt="The astronaut, the same with a black square over the face, and the untouched original.",
)

# %% [markdown]
# ## Draw a hole yourself
#
# Point at the picture and read its numbers; drag to cut. With the keyboard: arrow keys move, the
# space bar cuts. What you draw is an array at once: run the cell after it again when you have
# drawn.

# %%
viewer = pixels.explore(damaged("emoji").image, damaged("emoji").hole)
viewer

# %%
drawn = viewer.hole
print("your hole:", drawn.sum(), "pixels,", f"{drawn.mean():.0%} of the picture")

# %% [markdown]
# ## The damaged pictures of this course
#
# Six pictures, each with its own damage. Lessons 01 and 02 fill all six. Two kinds of hole go with
# you further: the astronaut's scratches, up to lesson 06, and a box in the middle of a garment, which
# the methods of most lessons, up to the diffusion model of lesson 12, have to fill.
#
# **Predict:** which one could you mend with a pencil, looking only at the edge of the damage? For
# which one must you know what the thing *is*?

# %%
gallery = {damaged(name).title: damaged(name).cut for name in DAMAGED}
show_pictures(gallery, alt="Six damaged pictures; what is missing is black.", columns=3)

# %% [markdown]
# A scratch is thin: each lost pixel has known neighbours, and copying them will nearly do. The
# emoji has lost the middle of its face, and no neighbour knows about teeth. To fill *that* is to
# **invent the missing part**, and you can only invent what you know: faces, boots, letters.
#
# The simplest method of all knows nothing: paint the hole in the mean of the known pixels.

# %%
mended = {}
for name in DAMAGED:
    picture = damaged(name)
    fill = picture.cut
    fill[picture.hole] = picture.image[~picture.hole].mean(axis=0)
    mended[f"{picture.title.split(',')[0]}, filled"] = fill
show_pictures(mended, alt="The six pictures, each hole painted in its mean.", columns=3)

# %% [markdown]
# The hole is filled, and nobody is fooled. How *wrong* is it? That takes a number, and the number
# is lesson 01.
#
# ## Inventing is filling the largest hole
#
# Let the hole grow until it covers everything: filling it is now inventing a whole picture. How
# hard is that? Draw each pixel at random and see.
#
# **Predict:** how many random pictures must you look at before one shows a shoe?

# %%
rng = np.random.default_rng(0)
garments = to_float(fashion_mnist("test")[0][:3])
row = {f"random {i}": rng.random((28, 28)) for i in (1, 2, 3)}
row |= {f"garment {i}": garment for i, garment in enumerate(garments, 1)}
show_pictures(row, alt="Three pictures of random grey, which are noise, and three real garments.")
print(f"There are 10^{784 * np.log10(256):.0f} byte pictures of 28 x 28 pixels.")

# %% [markdown]
# More than you could ever look at: of 10^1888 pictures nearly all are noise. The pictures that show
# anything are a vanishing few, and *learning where those few lie* is what the networks of lessons 07
# to 12 do. Filling a hole is the same search, with a part of the picture given.
#
# ## Self-test: do you know enough to start?
#
# Answer aloud, then open the answer. Four of five will do.
#
# <details><summary>1. <code>a</code> has shape (3, 4). What is the shape of <code>a[:, 0]</code>?</summary>
#
# `(3,)`: the first column, one number a row.
# </details>
# <details><summary>2. What does <code>a[a > 0.5] = 1</code> do?</summary>
#
# It sets every element above 0.5 to 1, in place: a bool array picks elements.
# </details>
# <details><summary>3. <code>b = a; b[0] = 7</code>. Did <code>a</code> change?</summary>
#
# Yes: both names mean one array. `b = a.copy()` makes a second one.
# </details>
# <details><summary>4. What is the derivative of <code>(x - 3)**2</code> at <code>x = 5</code>?</summary>
#
# `2 * (5 - 3) = 4`: the function climbs there, four units for each unit of x.
# </details>
# <details><summary>5. What is the mean of <code>np.array([[1, 3], [5, 7]])</code> with <code>axis=0</code>?</summary>
#
# `[3, 5]`: axis 0 runs down the rows, so it averages each column.
# </details>
#
# If the first three were hard, read "NumPy: the absolute basics for beginners" in NumPy's own
# documentation first: an hour well spent. If the fourth was, lesson 01 will show you slopes with
# your own hands.
#
# ## Is this machine ready?

# %%
show_table(doctor.rows(), title="This machine")

# %% [markdown]
# Each line says `ok`, or what to do. A missing GPU is no fault: every lesson runs without.
#
# ## Quiz
#
# <details><summary>1. A picture has shape (100, 80, 3). What shape has a hole in it?</summary>
#
# `(100, 80)`. A pixel is missing with all its channels, so the hole needs no third axis.
# </details>
# <details><summary>2. A friend's mask has 1 where the pixel is known. How do you make our hole?</summary>
#
# `hole = mask == 0`. Passing the mask itself would be refused, since it is not bool; passing
# `mask > 0` would fill all that is known and keep all that is missing.
# </details>
# <details><summary>3. Why can the mean of the known pixels mend no face?</summary>
#
# It is one colour, and nothing in it depends on what a face looks like. A method that fills a hole
# well must know what pictures look like. Each lesson adds to that knowledge.
# </details>
#
# ## What you have seen
#
# - A picture is an array of floats in [0, 1], `(h, w)` or `(h, w, 3)`; a hole is a bool array
#   `(h, w)`, True = to be filled.
# - Filling a hole is inventing the missing part; inventing a picture is filling a hole that covers
#   it all.
# - Bytes wrap round: 200 + 100 = 44.
#
# **For the course's table** (each lesson from here on adds its method, scored on the holes above):
# painting the mean is the row to beat. Lesson 01 puts a number on it.
#
# **Read on:** Bertalmío, Sapiro, Caselles and Ballester, *Image Inpainting* (SIGGRAPH 2000),
# section 1, who brought the word from the restorers of paintings. In a terminal, in the course's
# own folder, `.venv/bin/learnkit progress` lists what you have done. Next: [**01 MSE by hand**](01_mse_by_hand.ipynb).
