# %% [markdown]
# # 00 Start here
#
# > What is a picture, and what does it mean to fill a hole in one, or to invent one?
#
# | you need | you will be able to | time |
# |---|---|---|
# | a little Python and NumPy (if you are not sure, first do the self-test near the end) | read a picture as numbers, cut a hole, say what filling and inventing mean | 30 min; the cells alone run in half a minute, no GPU |
#
# Run a cell with **Shift + Enter**, from the top. Where a line says **Predict**, stop and answer
# before you run on: you learn more from a wrong guess of your own than from a right answer that you
# only read. When you come back to a lesson another day, or restart its kernel, Python has lost the
# results of all cells (`NameError: name 'exercise' is not defined`). Then click the cell where you
# stopped and choose **Run > Run All Above Selected Cell**.
#
# Where does this course come from? From a beginner's article in Chinese on 图像合成与修复, image
# [synthesis](glossary.ipynb#Synthesis) (to make a new picture) and
# [inpainting](glossary.ipynb#Inpainting) (to fill a hole in one). Many blogs have copied it,
# without a date (its newest source is from 2017), and its Keras program does not run. The lessons
# call it "the article". It names most methods of this course. In this course all these methods run,
# and you write the central lines of each. Lesson 17 examines the article's program.
#
# The next cell loads what this lesson needs. You need not understand it: run it.

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
# Here is an astronaut. You see a face. The computer holds an array of shape (height, width, 3): one
# number for each pixel and each of three colours. (`damaged` gives one of this course's six
# pictures; `.image` is that picture without damage.)

# %%
astronaut = damaged("astronaut").image
print("shape", astronaut.shape, " dtype", astronaut.dtype)
print("least", astronaut.min(), " greatest", astronaut.max())

# %% [markdown]
# 128 rows, 128 columns, 3 channels (red, green, blue), every number between 0 (none of that colour)
# and 1 (as much as possible). The mean of the three channels makes a grey picture, a plain table of
# numbers.
#
# **Predict:** the next cell marks a square over her eye and prints the square's 100 numbers. Where
# will they be smallest? Will the white of the eye be 1?

# %%
grey = astronaut.mean(axis=2)
fig = pixels.figure(grey, top=58, left=47, size=10)
show(fig, alt="The astronaut's face with a square over one eye, and the square's 100 grey values.")

# %% [markdown]
# The pupil falls to 0.13. The white of the eye is not white at all: it stops at 0.77, and the skin
# under it is brighter (0.83). It looks white because of what surrounds it. A program of this course
# gets such a table of numbers, and nothing else.
#
# ## Three pictures in one
#
# **Predict:** shown one by one, as grey pictures, in which channel will her skin be brightest?

# %%
red, green, blue = (astronaut[..., c] for c in range(3))
show_pictures(
    {"all three": astronaut, "red alone": red, "green alone": green, "blue alone": blue},
    alt="The astronaut in colour, then its red, green and blue channels; red is brightest on skin.",
)

# %% [markdown]
# Skin is bright in red and dark in blue. `astronaut[..., 0]` is the red channel. A colour picture
# has the shape `(h, w, 3)`, a grey picture `(h, w)`. These two shapes are used for all that is
# shown or scored. From lesson 06 on, what goes into a network has its channels first, `(channels,
# h, w)`.
#
# ## Your first exercise ●○○
#
# An exercise is a function under `@exercise`. Replace its last line, `raise NotImplementedError`,
# by your answer, and run the cell. The verdict appears under it: **correct**, with the reason why
# the function matters; **incorrect**, with an input on which your answer fails; or **not
# attempted**. You may try as often as you like. While your answer is not correct, the next cells
# use learnkit's own `invert`, so that you can go on; you can still call your version, as
# `invert.yours`. The dots behind an exercise's title say how hard it is: ●○○ is one or two lines,
# ●●○ a few lines, ●●● a few lines that need some thinking. Any library may help you, except
# learnkit itself: the answers are in it.
#
# Write `invert`: black becomes white, white becomes black, and a grey of 0.2 becomes 0.8. It must
# work for grey pictures `(h, w)` and for colour pictures `(h, w, 3)`.


# %% nbgrader={"grade": false, "grade_id": "invert", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def invert(image):
    """The negative of a picture with values in [0, 1], as a new array; `image` is not changed."""
    ### BEGIN SOLUTION
    return 1 - image
    ### END SOLUTION


# %% [markdown]
# Stuck? `hint("invert")`, as in the next cell, gives a first hint. Run it twice in a row, or again
# after a new try, and it adds the second; the third is the solution. Hints cost nothing: an answer
# counts as correct with or without them. (In later lessons, first run `from learnkit.exercises
# import hint`.)

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
# Most picture files store bytes (`uint8`), whole numbers from 0 to 255. A byte cannot be negative
# and cannot be larger than 255.
#
# **Predict:** what is 200 + 100 in bytes?

# %%
print("in bytes: ", np.uint8([200]) + np.uint8([100]))
print("in floats:", 200 / 255 + 100 / 255, "(larger than 1: you notice that it is too bright)")

# %% [markdown]
# > **Trap.** In bytes 200 + 100 = 44: the sum wraps round, which means that after 255 it starts
# > again at 0 (300 - 256 = 44), and NumPy gives no warning. If you add two bright pictures in
# > bytes, the sum has dark specks. The *difference* of two pictures, which most lessons need, is wrong
# > wherever it should be negative. So this course turns bytes into floats between 0 and 1 at once,
# > and its functions for filling and scoring refuse bytes.

# %%
try:
    draw.cut_hole(np.uint8([[200, 100]]), np.array([[True, False]]))
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# ## A hole is a mask
#
# An array of True and False with the picture's height and width says which pixels are missing. Such
# an array is called a **mask**; this course calls it the hole. **In this course True means: to be
# filled.** (Many other programs mean the opposite: True or 1 = known. If you use such a mask as a
# hole, the known pixels are replaced and the missing ones stay.) The picture without damage is
# called the **truth**.

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
# A bool array picks elements: with `a = np.array([[1, 2], [3, 4]])` and `m = np.array([[True,
# False], [False, False]])`, the line `a[m] = 9` changes `a` to `[[9, 2], [3, 4]]`.
#
# Return a copy of the picture with every missing pixel set to 0. It must work for grey `(h, w)` and
# for colour `(h, w, 3)`; the [hole](glossary.ipynb#Hole) is a bool array `(h, w)` both times, and
# it may be empty. Do not change the array `image` itself.


# %% nbgrader={"grade": false, "grade_id": "cut_hole", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def cut_hole(image, hole):
    """A copy of the picture, 0 where the hole is True; `image` is not changed."""
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
# space bar cuts. A box of 12 x 12 pixels is cut already. A stroke that begins outside the hole
# cuts; one that begins inside puts the pixels back. The array `viewer.hole` is the hole as it is
# now. When you have drawn something, run the cell with `viewer.hole` again (144 pixels are the box
# alone).

# %%
viewer = pixels.explore(damaged("emoji").image, damaged("emoji").hole)
viewer

# %%
drawn = viewer.hole
print("your hole:", drawn.sum(), "pixels,", f"{drawn.mean():.0%} of the picture")

# %% [markdown]
# ## The damaged pictures of this course
#
# Six pictures, each with its own damage. Lessons 01 and 02 fill all six. Two kinds of hole come
# back later: the astronaut's scratches (lessons 05, 06 and 14), and a box in the middle of a
# garment, which most of the later methods must fill.
#
# `damaged(name)` gives one of the six: `.image` is the whole picture, `.hole` its hole, `.cut` a
# new copy with 0 in the hole, `.title` a title for figures. `DAMAGED` lists the six names.
#
# **Predict:** which of the six could you repair by looking only at the pixels around the damage?
# For which must you know what the thing *is*?

# %%
gallery = {damaged(name).title: damaged(name).cut for name in DAMAGED}
show_pictures(gallery, alt="Six damaged pictures; what is missing is black.", columns=3)

# %% [markdown]
# A scratch is thin: each lost pixel has a known neighbour, and a copy of it is nearly right. The
# emoji has lost the middle of its face, and the known pixels around the hole say nothing about
# teeth. To fill *that* is to **invent the missing part**, and to invent a face, a boot or a letter
# you must know what such things look like.
#
# The simplest method uses no such knowledge: it gives every missing pixel the mean colour of the
# known pixels.

# %%
mended = {}
for name in DAMAGED:
    picture = damaged(name)
    fill = picture.cut  # a new copy each time
    fill[picture.hole] = picture.image[~picture.hole].mean(axis=0)
    mended[f"{picture.title.split(',')[0]}, filled"] = fill
show_pictures(mended, alt="The six pictures, each hole filled with the mean colour.", columns=3)

# %% [markdown]
# The holes are filled, but everybody sees where they were. How *wrong* are these fills? Lesson 01
# measures it with one number.
#
# ## Inventing is filling the largest hole
#
# Let the hole grow until it covers everything: to fill it is now to invent a whole picture. How
# hard is that? Draw each pixel at random, and look.
#
# **Predict:** how many random pictures must you look at before one shows a shoe?

# %%
rng = np.random.default_rng(0)
garments = to_float(fashion_mnist("test")[0][:3])
row = {f"random {i}": rng.random((28, 28)) for i in (1, 2, 3)}
row.update({f"garment {i}": garment for i, garment in enumerate(garments, 1)})
show_pictures(row, alt="Three pictures of random grey, which are noise, and three real garments.")
print(f"Pictures of 28 x 28 bytes: 256^784 = 10^{784 * np.log10(256):.0f} different ones")

# %% [markdown]
# More than anybody could look at. Nearly all of the 10^1888 pictures are noise; only a tiny part of
# them shows something. The networks of the later lessons *learn which pictures belong to that
# part*. To fill a hole is the same task, but a part of the picture is given.
#
# ## Self-test: do you know enough to start?
#
# Answer aloud, then open the answer. Four right answers of five are enough.
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
# documentation first; it takes about an hour. If the fourth was hard, lesson 01 shows what a slope
# is, with a slider.
#
# ## Is this machine ready?

# %%
show_table(doctor.rows(), title="This machine")

# %% [markdown]
# You need to read only the lines that do not say `ok`: they say what to do. A missing GPU is no
# fault: every lesson runs without one.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A picture has the shape (100, 80, 3). What shape has its hole?**
#
# <details><summary>(100, 80)</summary>
#
# **Right.** A pixel is missing with all its channels, so one True or False for each pixel is
# enough.
# </details>
# <details><summary>(100, 80, 3)</summary>
#
# **No.** That would be a third axis for nothing: where a pixel is missing, all of its channels are.
# </details>
# <details><summary>(80, 100)</summary>
#
# **No.** Rows come first in the picture and in the hole: 100 rows of 80 pixels.
# </details>
#
# **2. A friend's mask is an array of 0 and 1, with 1 where the pixel is *known*. How do you make
# our hole of it?**
#
# <details><summary>hole = mask</summary>
#
# **No.** It is no bool array, and learnkit refuses it. It also has the opposite meaning.
# </details>
# <details><summary>hole = mask == 0</summary>
#
# **Right.** It is a bool array, and True where the pixel is missing.
# </details>
# <details><summary>hole = mask > 0</summary>
#
# **No.** It is a bool array, but True where the pixel is known: the fill would replace what is
# known and keep the hole.
# </details>
#
# **3. Two pictures are stored as bytes (uint8). You add 200 and 100. What comes out?**
#
# <details><summary>255</summary>
#
# **No.** NumPy does not stop at the largest value; it starts again at 0.
# </details>
# <details><summary>An error</summary>
#
# **No.** It would be good to have one. NumPy says nothing.
# </details>
# <details><summary>44</summary>
#
# **Right.** A byte goes from 0 to 255, and 300 is 44 more than 256. There is no warning. Turn
# pictures into floats first.
# </details>
#
# **4. You write `cut = image` and then `cut[hole] = 0`. What has happened to `image`?**
#
# <details><summary>It has the hole, too.</summary>
#
# **Right.** Both names mean one array. `image.copy()` makes a new one.
# </details>
# <details><summary>Nothing: <code>cut</code> is a new array.</summary>
#
# **No.** The assignment makes no new array. Both names mean the same one.
# </details>
# <details><summary>It is set to 0 everywhere.</summary>
#
# **No.** Only the pixels where `hole` is True are set to 0.
# </details>
#
# **5. The mean of the known pixels is a poor fill for a face. Why?**
#
# <details><summary>Because a mean is hard to compute exactly.</summary>
#
# **No.** The mean is exact to many digits. It is one colour all the same.
# </details>
# <details><summary>Because it knows nothing about faces.</summary>
#
# **Right.** It is one colour. To fill a face, a method must know something about faces.
# </details>
# <details><summary>Because it uses too few of the known pixels.</summary>
#
# **No.** It uses all of them.
# </details>
#
# ## What you have seen
#
# - A picture is an array of floats in [0, 1], `(h, w)` or `(h, w, 3)`; a hole is a bool array
#   `(h, w)`, True = to be filled.
# - A thin hole can be filled from the pixels around it. To fill a wide one is to invent the missing
#   part; to invent a picture is to fill a hole that covers it all.
# - Bytes wrap round: 200 + 100 = 44.
#
# **For the course's table** (most lessons add a method to it, with its score): the mean colour is
# what every method has to beat. Lesson 01 computes its score on the six pictures; the table itself
# is about holes in garments.
#
# **Read on:** Bertalmío, Sapiro, Caselles and Ballester, *Image Inpainting* (SIGGRAPH 2000),
# section 1: the paper that brought the word "inpainting" from the restoration of paintings into
# computing. In a terminal, in the course's own folder, `.venv/bin/learnkit progress` lists what you
# have done (where Python is installed otherwise: `python -m learnkit progress`). Next: [**01 MSE by
# hand**](01_mse_by_hand.ipynb).
