# %% [markdown]
# # 15 Speed and scale
#
# > Can a network run in real time, and be trained on many machines?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 07 and 10 | time a network correctly; find out where the time goes, and compute what a speed-up of one part can give; say whether an operation is memory-bound or compute-bound; write an ONNX file and run it without torch; fill the frames of a camera in real time; train with several processes to the same numbers as with one, and compute how much time the communication takes with 8 and with 1,000 GPUs | 90 min; the cells alone run in about a minute, with or without a GPU |
#
# A camera gives a frame every 33 ms. Its lens has a spot, always in the same place. You want to
# fill the spot in every frame, in real time. In the first half of this lesson you make the network
# of lesson 10 fast enough, step by step, and measure every step. In the second half several
# processes train one network.
#
# Times are those of your machine. They differ from machine to machine, and on yours from run to
# run; so the text gives only the direction, and the cells print the numbers.

# %%
import copy
import dataclasses
import functools
import tempfile
import time
from pathlib import Path
from statistics import median

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from learnkit.exercises import exercise
from learnkit.holes import draw
from learnkit.images.data import fashion_mnist, photograph
from learnkit.models.masked import cut
from learnkit.models.pretrained import pretrained
from learnkit.speed import frames, graphs, scaling, to_onnx
from learnkit.speed.measuring import bandwidth, peak, work_of
from learnkit.speed.profile import profiled
from learnkit.speed.roofline import Ceilings
from learnkit.speed.throughput import milliseconds
from learnkit.training.data_parallel import ring_bytes
from learnkit.training.device import Machine, budget, can_compile, choose
from learnkit.training.pictures import as_image
from learnkit.widgets import roofline
from learnkit.widgets.live import Window
from learnkit.widgets.show import show, show_pictures
from learnkit.widgets.show_table import show_table

# %% [markdown]
# ## How long does a frame take?
#
# `inpainter` is the best network of lesson 10. `spot` is the hole: the pixels that the camera
# cannot see. A small computer beside a camera has no GPU, so here the frames are filled on the CPU,
# even if your computer has a GPU. (The [roofline](glossary.ipynb#Roofline) and the switches further
# below are then those of your GPU.)

# %%
cpu = Machine(torch.device("cpu"))
inpainter = pretrained("inpainter")
spot = torch.from_numpy(draw.box((28, 28), height=14, width=14))[None, None]
garments = fashion_mnist("test")[0]
frame = torch.from_numpy(garments[:1, None] / np.float32(255))

calls = []
for _ in range(12):
    begin = time.perf_counter()
    inpainter.fill(frame, spot)
    calls.append(1000 * (time.perf_counter() - begin))

# %% [markdown]
# **Predict:** the same call, twelve times. Which one takes longest, and how many times as long as
# the others?

# %%
fig, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
ax.bar_label(ax.bar(range(1, 13), calls), fmt="%.0f")
ax.set(xlabel="call", ylabel="ms", title="The same call, twelve times")
ax.margins(y=0.15)
ax.set_xticks(range(1, 13))
show(fig, alt="Twelve bars, the times of calls: the first is many times as high as the others.")
print(f"first {calls[0]:.0f} ms, median of the others {median(calls[1:]):.1f} ms")

# %% [markdown]
# The first call is slow: memory is allocated, routines for these sizes are chosen, and the
# covariance of lesson 10 is inverted. This happens only once, so do not count it: run a few calls
# before you measure (**warm-up**). The other calls differ as well, because other programs use the
# processor. One interruption changes the mean; it hardly changes the **median**.
#
# On a GPU a larger mistake is possible. `model(x)` only *starts* the work and returns at once (the
# call is *asynchronous*). If you read the clock then, you have measured how long the start takes.
# `torch.cuda.synchronize()` waits until everything that was started is done.
#
# ### Exercise: pictures a second ●●●
#
# First call `step()` `warmup` times. Then time `repeats` steps, each by itself: `clock()` gives the
# time in seconds, `synchronize()` waits for the device. Call `synchronize()` before each of the two
# clock readings. Return the median over the repeats of pictures a second; `batch_size` is the
# number of pictures of one step. (For an even number of repeats either middle value, or their mean,
# is accepted. `step()` returns nothing that you need, and never takes 0 s.)
#
# `clock` and `synchronize` are arguments, so that your function works for any device, and so that
# it can be tested with a simulated one.


# %% nbgrader={"grade": false, "grade_id": "throughput", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def throughput(step, batch_size, synchronize, clock, warmup=3, repeats=10):
    """The median of pictures a second over `repeats` steps, after `warmup` steps."""
    ### BEGIN SOLUTION
    for _ in range(warmup):
        step()
    rates = []
    for _ in range(repeats):
        synchronize()
        begin = clock()
        step()
        synchronize()
        rates.append(batch_size / (clock() - begin))
    return median(rates)
    ### END SOLUTION


# %% [markdown]
# Now with your function. `cpu.synchronize` is learnkit's: it waits for a GPU, and on a CPU it has
# nothing to do.


# %%
def rate_of(step, batch_size=1, device=cpu, repeats=6):
    """Pictures a second on a device, by your function and this computer's clock."""
    with torch.inference_mode():
        return throughput(
            step, batch_size, device.synchronize, time.perf_counter, warmup=1, repeats=repeats
        )


as_it_is = rate_of(lambda: inpainter.fill(frame, spot), repeats=50)
print(f"{as_it_is:.0f} frames a second, {1000 / as_it_is:.1f} ms a frame")

# %% [markdown]
# Your computer may already be fast enough. A small computer is perhaps ten times slower: divide
# your frames a second by ten.
#
# > **Trap.** Without `synchronize` the numbers from a GPU look far too good. A step that takes 20
# > ms is started in 0.2 ms, so it seems 100 times as fast as it is. You can suspect the mistake
# > where the time does not grow even with batches that keep the device busy for long. (With few
# > small pictures it stays the same also when it is measured rightly, because starting the
# > operations takes longest.)
#
# ## Where does the time go?
#
# Do not guess: a **profiler** notes for each operation how long it takes by itself, without the
# operations that it calls. torch has one, `torch.profiler`; `profiled` calls it and gives one row
# for each operation.
#
# **Predict:** the network has 18 convolutions and one linear fill, which solves a system of 196
# equations. Which takes more time, the convolutions or the linear fill?

# %%
spent = profiled(lambda: inpainter.fill(frame, spot), cpu)
largest = dict(list(spent.items())[:8])
show_table(largest, heads=["operation", "calls", "ms", "share, %"], digits=2)

# %% [markdown]
# Usually the convolutions take more than half of the time. (torch has several routines for them and
# chooses by the sizes, so their row may be called `_slow_conv2d_forward` or `mkldnn_convolution`.)
# `index`, a part of `mm`, and those that begin with `linalg` belong to the linear fill: it takes
# the rows and columns of the hole out of a matrix of 784 x 784, and factorises them. (In lesson 10
# you solved 588 equations, one for each known pixel. With the inverse $P$ of the covariance,
# computed once, the same fill is $m_u - P_{uu}^{-1} P_{uk}\,(x_k - m_k)$: 196 equations.) The other
# rows belong to the network (`bmm`, `_softmax` and the rest of `mm` to its attention, which lesson
# 18 explains). The order of the last rows differs from run to run.
#
# Before you speed up a part, compute what you can gain. Let the part take the fraction $p$ of the
# time, and make it $s$ times as fast. If the old time is 1, the new one is $1 - p$ for the rest and
# $p / s$ for the part, so the whole becomes
#
# $$\frac{1}{(1 - p) + p / s}$$
#
# times as fast ([**Amdahl's law**](glossary.ipynb#Amdahl's-law)). Even with $s = \infty$ a fraction
# of 20 % gives no more than 1.25. For the linear fill you can measure it: the network also runs
# with a linear fill that was computed before.

# %%
ready = inpainter.linear.fill(frame, spot)
without = rate_of(lambda: inpainter(frame, spot, ready), repeats=50)
linear_share = 1 - as_it_is / without
print(f"the linear fill takes {100 * linear_share:.0f} % of the time")
print(f"so making it faster gives {1 / (1 - linear_share):.2f} times as many frames at most")

# %% [markdown]
# ### Speed-up 1: what is the same in every frame is computed once
#
# The spot never moves. So the system of equations is the same in every frame, and its solution is
# one matrix $A$: with the mean picture $m$ and the difference $d$ from it, the linear fill of $m +
# d$ is $m + A d$ (before it is clipped to [0, 1]). `frames.OneHole` computes $A$ once
# (`learnkit/speed/frames.py`). The linear fill of a frame then costs one product, and the network
# runs as before.

# %%
one_hole = frames.OneHole(inpainter, spot).eval()
one_matrix = rate_of(lambda: one_hole(frame), repeats=50)
with torch.inference_mode():
    same = (one_hole(frame) - inpainter.fill(frame, spot)).abs().max().item()
print(f"{one_matrix:.0f} frames a second, {one_matrix / as_it_is:.2f} times as many as before")
print(f"largest difference of a pixel {same:.1e}")

# %% [markdown]
# The pictures are equal up to rounding, and the speed is near the limit of Amdahl's law. (If yours
# is far from it, another program was running. You will measure both again below, alternating.) The
# rest of the time is the network. Is it slow because it has many operations? The next sections
# answer this.
#
# ## One picture, or many
#
# The network gets 1, 4, 16 or 64 pictures in one call.

# %%
sizes = (1, 4, 16, 64)
many = {n: torch.from_numpy(garments[:n, None] / np.float32(255)) for n in sizes}
rates = {n: rate_of(lambda x=x, n=n: one_hole(x), n) for n, x in many.items()}

# %% [markdown]
# **Predict:** with more pictures in a call, how does the number of pictures a second change, and
# how does the time change until the results are there?

# %%
fig, (per_second, wait) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
per_second.plot(sizes, list(rates.values()), "o-", lw=2)
wait.plot(sizes, [1000 * n / rate for n, rate in rates.items()], "o-", lw=2)
per_second.set(title="Pictures a second", ylabel="pictures a second", ylim=(0, None))
wait.set(title="Time of one call", ylabel="ms (logarithmic)", yscale="log")
for ax in (per_second, wait):
    ax.set(xscale="log", xlabel="pictures in a call (logarithmic)")
    ax.set_xticks(sizes, sizes)
show(
    fig,
    alt="Pictures a second rise at first with the batch, and then hardly; the time of one call rises with it.",
)

# %% [markdown]
# [**Throughput**](glossary.ipynb#Throughput) (pictures a second) and
# [**latency**](glossary.ipynb#Latency) (the time from a picture to its answer) are two different
# things. A large batch increases throughput: the weights are read once for all pictures, and each
# operation is started once. It also increases latency. Training needs throughput. A camera needs
# low latency, so the batch is one frame.
#
# ## What bounds an operation: the roofline
#
# An operation does two things: it computes, and it moves numbers between memory and processor. Let
# it need $W$ floating-point operations (FLOP; 1 GFLOP/s is a billion of them a second) and move $Q$
# bytes. Its **intensity** is $I = W / Q$. Let a machine do at most $\pi$ operations a second (here
# $\pi$ is not 3.14, but the peak rate) and move $\beta$ bytes a second. The $W$ operations take at
# least $W / \pi$ seconds and the $Q$ bytes at least $Q / \beta$, so the machine does at best
#
# $$\frac{W}{\max(W / \pi,\; Q / \beta)} = \min(\pi, \beta I)$$
#
# operations a second. Both ceilings can be measured: $\pi$ by a large product of matrices, $\beta$
# by a copy.

# %%
machine = choose()
memory = bandwidth(machine)
numbers = {"float32": torch.float32, "bfloat16": torch.bfloat16}
roofs = {name: Ceilings(peak(machine, dtype), memory) for name, dtype in numbers.items()}
heads = ["numbers", "GFLOP/s", "GB/s", "ridge, operations a byte"]
table = {}
for name, roof in roofs.items():
    ceilings = (roof.peak / 1e9, roof.bandwidth / 1e9, roof.ridge)
    table[name] = dict(zip(heads[1:], ceilings, strict=True))
show_table(table, heads=heads, digits=1, title=str(machine))

# %% [markdown]
# The place where the two ceilings meet is the **ridge**. Operations left of the ridge are
# **memory-bound**, those right of it **compute-bound**. (With bfloat16 an operation moves half the
# bytes, so its intensity doubles.) $W$ and $Q$ can be counted: a convolution of $c$ to $c'$
# channels with a kernel of $k \times k$ has $2 k^2 c c'$ operations a pixel (a multiplication and
# an addition for each of the $k^2 c$ weights of each of $c'$ outputs); and each operation reads its
# input and its weights, and writes its output, four bytes a number. `work_of` counts while it runs.


# %%
def gate(x):
    """Four operations, number by number: what gated convolutions do (lesson 10)."""
    return torch.tanh(x) * torch.sigmoid(x) + x


conv, dense = nn.Conv2d(32, 32, 3, padding=1), nn.Linear(784, 1024)
kinds = {
    "3 x 3 convolution": (machine.place(conv), (32, 28, 28)),
    "dense layer": (machine.place(dense), (784,)),
    "gate": (gate, (32, 28, 28)),
}


# %%
def point(call, n, shape):
    """A call with n inputs of this shape: its work, and its time on this machine."""
    x = torch.rand(n, *shape, device=machine.device)
    if machine.channels_last and x.ndim == 4:
        x = x.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        seconds = milliseconds(lambda: call(x), machine, repeats=5) / 1000
    return roofline.Point(n, work_of(lambda: call(x)), seconds)


counts = (1, 4, 16, 64, 256)
points = {name: [point(call, n, size) for n in counts] for name, (call, size) in kinds.items()}
conv_work, dense_work, gate_work = (some[-1].work for some in points.values())
print({name: [round(p.work.intensity, 2) for p in some] for name, some in points.items()})

# %% [markdown]
# **Predict:** the three operations have these intensities with 1, 4, 16, 64 and 256 pictures. Which
# can reach the flat part of the roofline (peak arithmetic), and which never? Then choose an
# operation, and move the slider.

# %%
roofline.explore(roofs, points)

# %% [markdown]
# - The **convolution** has 72 operations a byte with many pictures: each weight is used at every
#   pixel, so per pixel only $4(c + c') = 256$ bytes are moved for $18 \cdot 1024$ operations. In
#   float32 that is on the right of the ridge of most machines, so it is compute-bound even with one
#   picture: it still has 61 then. (Compare with the ridges in your table. In bfloat16 the intensity
#   doubles, but on a GPU with fast bfloat16 the ridge moves further than that, and the same
#   convolution may be memory-bound.)
# - The **dense layer** with one picture reads 3.2 MB of weights and uses each of them once: 0.5
#   operations a byte. With 256 pictures each weight is used 256 times, and it has 81 operations a
#   byte (not 128, for pictures and results have to be moved too). So a larger batch raises the
#   intensity of a dense layer.
# - The **gate** has 0.1 operations a byte, with one picture or with 256: 4 operations on 10 numbers
#   of 4 bytes (tanh and sigmoid read and write one each, product and sum read two and write one).
#   It is memory-bound: faster arithmetic does not help, only moving fewer bytes.
#
# The roofline is a model. Measured points may lie above or below it.
#
# - *Above the slanted part*: the numbers come from the processor's cache, which is faster than the
#   memory (3.2 MB of weights may fit into it).
# - *Above the flat part*: the measured peak was too low. On an NVIDIA GPU the convolution may have
#   used TF32 as well (float32 numbers multiplied with fewer digits, torch's default for
#   convolutions), which the product that measured the peak did not.
# - *Far below*: the call takes longer to start than to run (it is *overhead-bound*, as many
#   operations on one small picture are); or the routine (*kernel*) is not the best one for this
#   size; or the operations are expensive: a tanh counts as one here and takes a CPU ten or twenty.
#
# ## Four switches
#
# The roofline also explains what torch's switches can do.
#
# | switch | what it changes | what it helps |
# |---|---|---|
# | memory layout, `channels_last` | the channels of a pixel lie side by side in memory | convolutions, whose sums go over channels |
# | `bfloat16` | two bytes a number instead of four, and two to three digits | products of matrices and convolutions, if the chip multiplies bfloat16; else they may be slower |
# | `torch.compile` | several operations become one, which reads and writes once | chains of cheap operations, such as the gate |
# | CUDA graphs | all operations of a step are started by one call | small networks on a large GPU |
#
# First the layout and bfloat16, for four convolutions with 64 channels and 32 pictures.


# %%
def block(layout, half):
    """Pictures a second of four convolutions in this memory layout, in bfloat16 or not."""
    chain = nn.Sequential(*(nn.Conv2d(64, 64, 3, padding=1) for _ in range(4)))
    chain = chain.to(machine.device, memory_format=layout)
    x = torch.rand(32, 64, 28, 28, device=machine.device).to(memory_format=layout)
    switched = dataclasses.replace(machine, bf16=half)
    with switched.autocast():
        return rate_of(lambda: chain(x), 32, machine)


# %%
layouts = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
block_rates = {
    name: {"float32": block(layout, False), "bfloat16": block(layout, True)}
    for name, layout in layouts.items()
}

# %% [markdown]
# **Predict:** which of the four cells of the table is the fastest on your machine?

# %%
show_table(
    block_rates, heads=["layout", "float32", "bfloat16"], digits=0, title="pictures a second"
)
half_error = (torch.tensor(1 / 3).bfloat16().float() - 1 / 3).abs().item()
print(f"1/3 in bfloat16 is off by {half_error:.5f}")

# %% [markdown]
# The result depends on the chip. `choose()` selects the settings for yours: they are in the title
# of the table of ceilings. bfloat16 is less exact: 1/3 is off by 0.0007. A network usually
# tolerates this. The linear fill, which solves a system of equations, does not; for it learnkit
# switches bfloat16 off.
#
# Now `torch.compile`. It reads the Python of `gate`, writes one loop for all four operations
# (*operator fusion*) in C++ (for a GPU in Triton, a language for GPU routines), and has it
# compiled. That takes ten seconds and more the first time; the compiled loop is kept for the next
# time.

# %%
x_gate = torch.rand(64, 32, 28, 28, device=machine.device)
gates, compile_seconds = {"four operations": gate}, 0.0
if can_compile(machine.device):
    gates["compiled"] = torch.compile(gate)
    started = time.perf_counter()
    rate_of(lambda: gates["compiled"](x_gate), 1, machine, repeats=1)
    compile_seconds = time.perf_counter() - started
else:
    print("There is no compiler on this machine, so nothing is compiled here.")

# %%
gate_ms = {}
for name, call in gates.items():
    gate_ms[name] = 1000 / rate_of(functools.partial(call, x_gate), 1, machine)
fused_bytes = 2 * x_gate.nbytes
unfused_bytes = work_of(lambda: gate(x_gate)).bytes

# %% [markdown]
# **Predict:** the four operations move ten arrays of this size in and out of memory (count them in
# `gate`), the one loop moves two. If memory is the limit, how many times as fast can the loop be?

# %%
print({name: f"{value:.2f} ms" for name, value in gate_ms.items()})
print(f"moved: {unfused_bytes / 1e6:.0f} MB by four operations, {fused_bytes / 1e6:.0f} MB by one")
if compile_seconds:
    saved = max(gate_ms["four operations"] - gate_ms["compiled"], 1e-3)
    print(
        f"compiling took {compile_seconds:.1f} s: paid after {1000 * compile_seconds / saved:,.0f} calls"
    )

# %% [markdown]
# At most five times: only a fifth of the 64 MB is moved. If there is a compiler, the last line says
# after how many calls the compile time has been saved. learnkit compiles a whole network only if a
# training has at least 20,000 steps; fewer steps do not pay for the compilation.
#
# The fourth switch is **CUDA graphs**. A GPU runs a small convolution in a few microseconds, and
# Python often needs longer to start it (*kernel launch*). So with one picture the GPU waits for
# Python most of the time. A graph records all the starts of a call once, and later makes them with
# one call. learnkit uses them on NVIDIA GPUs only.

# %%
if machine.device.type == "cuda":
    on_gpu, x_gpu = frames.OneHole(inpainter, spot).to(machine.device), frame.to(machine.device)
    replayed = graphs.recorded(lambda: on_gpu(x_gpu), machine)
    print(f"one by one {rate_of(lambda: on_gpu(x_gpu), 1, machine):.0f} frames a second")
    print(f"as a graph {rate_of(replayed, 1, machine):.0f} frames a second")
else:
    print("CUDA graphs need an NVIDIA GPU; this machine has none that torch can use.")

# %% [markdown]
# ## Speed-up 2: without torch
#
# Back to the camera. The whole network is slower than the roofline of its convolutions: between
# them are small operations and copies, each started separately. [**ONNX**](glossary.ipynb#ONNX) is
# a file format for networks: a graph of operations with their weights. **onnxruntime** reads the
# file, joins operations where it can, chooses routines for the sizes given in the file, and runs
# without torch, also on a phone.
#
# `to_onnx` has torch write the file, and compares both results before it keeps the file. (It needs
# the extra `export`, which `make lab` installs. Where it is missing, the cells below say so and go
# on with torch.)

# %%
folder = Path(tempfile.mkdtemp())
no_onnx = to_onnx.missing()
if no_onnx:
    print(no_onnx)
    run = frames.by_torch(one_hole)
else:
    run = to_onnx.Session(to_onnx.to_onnx(one_hole, [frame], folder / "one_hole.onnx"))
with torch.inference_mode():
    onnx_difference = np.abs(run(frame.numpy()) - one_hole(frame).numpy()).max()
print(f"largest difference of a pixel {onnx_difference:.1e}")

# %% [markdown]
# Now measure the three versions alternately, five times each, so that other programs disturb all
# three equally.

# %%
ways = {
    "as it is": lambda: inpainter.fill(frame, spot),
    "one matrix": lambda: one_hole(frame),
    "torch again" if no_onnx else "onnxruntime": lambda: run(frame.numpy()),
}
turns = [{name: rate_of(way) for name, way in ways.items()} for _ in range(5)]
by_step = {name: median(turn[name] for turn in turns) for name in ways}
frame_work = work_of(lambda: one_hole(frame)).flops

# %% [markdown]
# **Predict:** a camera gives 30 frames a second. For a computer that is ten times slower, your
# computer must reach 300 (dotted line). Which of the three versions reach the dashed line (30), and
# which the dotted one (300)?

# %%
fig, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
ax.bar_label(ax.barh(list(by_step), list(by_step.values())), fmt="%.0f", padding=4)
ax.axvline(30, color="black", ls="--", label="30, a camera")
ax.axvline(300, color="black", ls=":", label="300, on a computer ten times slower")
ax.set(xlabel="frames a second", ylabel="version", title="The inpainter on one frame at a time")
ax.invert_yaxis()
ax.margins(x=0.12)
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.1), ncols=2)
show(fig, alt="Three bars of frames a second: as it is, with one matrix, and through a file.")

# %%
reached = {name: {"GFLOP/s": rate * frame_work / 1e9} for name, rate in by_step.items()}
reached["the ceiling of this CPU"] = {"GFLOP/s": peak(cpu) / 1e9}
show_table(
    reached,
    heads=["version", "GFLOP/s"],
    digits=0,
    title=f"{frame_work / 1e6:.0f} million operations a frame",
)

# %% [markdown]
# A frame asks for 205 million operations. torch is far below the CPU's peak, onnxruntime is nearer
# to it. So the arithmetic was not the only reason why the frame was slow. Other reasons are the
# start of each operation (overhead) and the choice of routines.
#
# ## Live
#
# Now simulate the camera: it shows one garment after the other and moves by up to two pixels. Each
# frame comes as bytes, is turned into numbers, filled, and turned back into bytes; all of that
# counts. The time to show the frame does not. The next frame is taken as soon as the last one is
# done.

# %%
camera = frames.camera(garments[:20])
live = frames.live(camera, run, count=budget(600), see=Window(spot[0, 0].numpy()))
print(f"{live.median_rate:.0f} frames a second, from bytes to bytes")
last_of_100 = np.percentile(1000 * np.array(live.seconds), 99)

# %% [markdown]
# **Predict:** with a real camera a frame that is not ready when the next one comes is lost. Is it
# the median that decides whether frames are lost?

# %%
fig, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
ax.hist(1000 * np.array(live.seconds), bins=60, log=True)
ax.axvline(1000 / 30, color="black", ls="--", label="30 frames a second")
ax.axvline(1000 / 100, color="black", ls=":", label="100 frames a second")
ax.set(xlabel="ms a frame", ylabel="frames (logarithmic)", ylim=(0.7, None))
ax.set_title("The time of each frame")
ax.legend()
show(fig, alt="A histogram of milliseconds a frame: nearly all lie left of both lines.")
print(
    f"99 of 100 frames take at most {last_of_100:.1f} ms, the slowest {1000 * max(live.seconds):.1f}"
)

# %% [markdown]
# No: the slow frames decide. So for real time report the 99th **percentile** as well (*p99, tail
# latency*), the time within which 99 of 100 frames are done.
#
# ## A photograph
#
# `photo_inpainter` takes photographs of any size. It has two parts: a thin-plate fill, solved
# approximately in twenty iterations, and a network that corrects it (lesson 10). You may export one
# part: here the network goes through a file, and the thin plate stays in torch. (The whole can be
# written as well, by `to_onnx.Filling`. Its twenty iterations become some thousands of operations
# in the file, so the export takes a while.)


# %%
class Correction(nn.Module):
    """The part of the photo inpainter that has weights."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model.residual(x)


# %%
side, photo_inpainter = 512, pretrained("photo_inpainter")
mixed, correction = copy.copy(photo_inpainter), Correction(photo_inpainter)
if not no_onnx:
    file = to_onnx.to_onnx(correction, [torch.rand(1, 7, side, side)], folder / "photo.onnx")
    session = to_onnx.Session(file)
    mixed.residual = lambda x: torch.from_numpy(session(x.numpy()))

# %%
photo = torch.from_numpy(photograph("astronaut", height=side)).float().permute(2, 0, 1)[None]
scratches = torch.from_numpy(draw.scratches((side, side), count=12, seed=3))[None, None]
damaged_photo = cut(photo, scratches)
photo_ms = {}
last = copy.deepcopy(photo_inpainter).to(memory_format=torch.channels_last)
models = {"torch": photo_inpainter, "torch, channels last": last}
models["torch again" if no_onnx else "onnxruntime"] = mixed
for name, model in models.items():
    fill = functools.partial(model.fill, damaged_photo, scratches)
    photo_ms[name] = 1000 / rate_of(fill, repeats=2)
seven = torch.rand(1, 7, side, side)
photo_ms["torch, the network alone"] = 1000 / rate_of(lambda: correction(seven), repeats=2)

# %% [markdown]
# **Predict:** 512 x 512 pixels are 334 times as many as 28 x 28. A frame took milliseconds; what
# did the photograph take?

# %%
show_pictures(
    {"scratched": as_image(damaged_photo[0]), "filled": as_image(fill()[0])},
    alt="The astronaut with thin black scratches, and the same photograph without them.",
)
show_table(photo_ms, title=f"{side} x {side} pixels, ms")

# %% [markdown]
# Here the three differ less than with the small frame. The convolutions are large now, and torch's
# routines for large ones are good; the layout helps them. The rest of the time is the thin plate,
# which none of the three speeds up: Amdahl's law again. A CPU that needs more than 33 ms here
# cannot fill photographs of 512 x 512 in real time.
#
# ## Data parallel training
#
# In training a batch of pictures may be split among many processes, each with a GPU of its own. (A
# process is a running program with memory of its own.) All of them hold the same weights. Each
# takes its part of the batch and computes the gradient of its mean loss; then all take the mean of
# their gradients (this exchange is called *all-reduce*), and all make the same step. This is
# [**data parallel training**](glossary.ipynb#Data-parallel-training). The number of processes is
# called `world_size`, and the number of a process, from 0, its **rank**.
#
# ### Exercise: the part of a process ●○○
#
# `indices` is a tensor with the picture numbers of a batch (any integers, not sorted). Return the
# part of process `rank`: the elements at the positions `rank`, `rank + world_size`, `rank + 2
# world_size`, ..., in this order. If the number of pictures is no multiple of `world_size`, some
# parts have one more. A part may be empty.


# %% nbgrader={"grade": false, "grade_id": "shard", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def shard(indices, rank, world_size):
    """The elements of indices at the positions rank, rank + world_size, and so on."""
    ### BEGIN SOLUTION
    return indices[rank::world_size]
    ### END SOLUTION


# %%
drawn = torch.randperm(1000, generator=torch.Generator().manual_seed(0))[:10]
print("drawn", drawn.tolist())
print({rank: shard(drawn, rank, 4).tolist() for rank in range(4)})

# %% [markdown]
# ### Exercise: one gradient of many ●●○
#
# `gradients[rank]` is a list with one tensor for each parameter of the network: the gradient of
# this process's mean loss. `counts[rank]` is the number of pictures that this process had. Return a
# list with one tensor for each parameter: the gradient of the mean loss over all pictures of all
# processes.
#
# Note two points. The processes may have different numbers of pictures. And a process may have
# none: its count is 0, its gradients are NaN (the mean of nothing), and it must not count. At least
# one process has pictures. Return new tensors, and leave those that you are given as they are.


# %% nbgrader={"grade": false, "grade_id": "average_gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def average_gradients(gradients, counts):
    """The gradient of the mean loss over all pictures: a list, one tensor for each parameter."""
    ### BEGIN SOLUTION
    total = sum(counts)
    busy = [(own, n) for own, n in zip(gradients, counts, strict=True) if n > 0]
    return [sum(own[i] * n for own, n in busy) / total for i in range(len(gradients[0]))]
    ### END SOLUTION


# %% [markdown]
# Try it: four processes in one, with the network that `scaling` will train below and ten pictures.
# So two processes have three pictures and two have two.


# %%
def gradients_of(model, images):
    """The gradient of the mean loss over these pictures, parameter by parameter."""
    return torch.autograd.grad(scaling.objective(model, images), list(model.parameters()))


pictures = torch.from_numpy(garments[:10, None] / np.float32(255))
small = scaling.NETWORKS["dense"]()
shares = [shard(torch.arange(10), rank, 4) for rank in range(4)]
each = [gradients_of(small, pictures[share]) for share in shares]
whole_batch = gradients_of(small, pictures)

# %% [markdown]
# **Predict:** how far is the mean of the four gradients from the gradient of the whole batch, if
# each process counts by its number of pictures, and if all four count equally?


# %%
def farthest(some, others):
    """The largest difference of two gradients, as a share of the largest number in `others`."""
    largest_of = max(b.abs().max() for b in others)
    return (max((a - b).abs().max() for a, b in zip(some, others, strict=True)) / largest_of).item()


weighted = farthest(average_gradients(each, [len(share) for share in shares]), whole_batch)
unweighted = farthest(average_gradients(each, [1, 1, 1, 1]), whole_batch)
print(f"weighted by pictures {weighted:.0e}, with equal weights {100 * unweighted:.0f} %")

# %% [markdown]
# Weighted by the numbers of pictures it is the gradient of the whole batch, up to rounding. With
# equal weights it is off by several per cent. Training still works and the loss still falls, so
# nothing warns you; only such a comparison shows it. (torch's own `DistributedDataParallel` takes
# the plain mean. So learnkit refuses a batch that cannot be split equally.)
#
# ## Two processes
#
# `torchrun` starts the processes and tells each its rank. The processes connect; then torch
# averages the gradients in every step before the optimizer changes the weights. Two networks are
# trained, both to fill one hole: a dense one of 1.9 million weights, and a convolutional one of
# 83,000. Each process has one thread; the batch has 128 pictures, and with two processes each takes
# 64.
#
# With GPUs you start nearly any training of the course like this (not the GAN, which refuses):
# `torchrun --nproc-per-node 2 -m learnkit train vae`. With several machines the same command is
# started on each, with a place where they meet: `torchrun --nnodes 2 --nproc-per-node 8
# --rdzv-backend c10d --rdzv-endpoint HOST:29500 -m learnkit train vae`.

# %%
sent = {}
for name, build in scaling.NETWORKS.items():
    sent[name] = sum(weight.nbytes for weight in build().parameters()) / 1e6
print({name: f"{size:.1f} MB of gradients a step" for name, size in sent.items()})

# %%
threads = torch.get_num_threads()
torch.set_num_threads(1)
steps = budget(16)
alone = {name: scaling.trained(name, steps=max(4, steps)) for name in scaling.NETWORKS}
torch.set_num_threads(threads)
together = scaling.launched(2, steps=max(4, steps))
apart = max(
    abs(a - b)
    for name in alone
    for a, b in zip(alone[name].losses, together[name].losses, strict=True)
)

# %% [markdown]
# **Predict:** the losses of one process and of two, step by step: how far are they apart? And which
# network gains more speed from a second process?

# %%
fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
for name, colour in zip(alone, ("tab:blue", "tab:orange"), strict=True):
    ax.plot(alone[name].losses, color=colour, lw=6, alpha=0.35, label=f"{name}, one process")
    ax.plot(together[name].losses, color=colour, lw=1.5, label=f"{name}, two processes")
ax.set(xlabel="step", ylabel="loss", title="Losses of one process and of two")
ax.set_xticks(range(0, max(4, steps), 4))
ax.legend()
show(fig, alt="The loss curves of one process and of two lie on one another, for both networks.")
print(f"largest difference of a loss {apart:.0e}")

# %%
fig, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
for up, (name, runs) in enumerate({"one process": alone, "two processes": together}.items()):
    rates_of = [training.rate for training in runs.values()]
    ax.bar_label(ax.barh(np.arange(2) + 0.4 * up, rates_of, 0.38, label=name), fmt="%.0f")
ax.margins(x=0.12)
ax.set_yticks(np.arange(2) + 0.2, list(alone))
ax.set(xlabel="pictures a second", ylabel="network", title="One thread a process")
ax.legend()
show(
    fig,
    alt="Pictures a second of both networks, with one process and with two.",
)

# %% [markdown]
# Two processes learn the same as one: the losses agree up to rounding. How much faster they are
# depends on the network. In every step the gradients of all weights have to be sent: 7.4 MB for the
# dense network, 0.3 MB for the convolutional one. But a weight of a dense layer is used once a
# picture, and a weight of a convolution at every pixel. So the dense network computes little for
# each byte that it sends, and the convolutional one much. It is the intensity of the roofline
# again: here the connection between the processes plays the role of the memory (on one computer it
# is its memory, between computers a cable).
#
# (If two processes are not faster even for the convolutional network, they compete for the same
# core: other programs use the cores, or your two "cores" are one physical core with
# hyper-threading.)
#
# ## Eight GPUs, and a thousand
#
# How much has to be sent? In a **ring** of $n$ processes (Patarasuk and Yuan, 2009) the gradients,
# $G$ bytes, are cut into $n$ parts. In each round every process sends one part to its neighbour,
# who adds its own. After $n - 1$ rounds each holds one part of the sum. In $n - 1$ more rounds
# these sums are passed on, and then each holds all parts. In $2(n - 1)$ rounds of $G / n$ bytes
# each process sends
#
# $$2 \, \frac{n - 1}{n} \, G$$
#
# bytes: 1.75 $G$ with 8 processes, and not even 2 $G$ with 1,000. What grows is the number of
# rounds, $2(n - 1)$, each with its own delay.
#
# Take a network of a billion weights with gradients in bfloat16, 2 GB, and a step that computes for
# half a second. Within a machine of 8 GPUs NVIDIA's NVLink moves 450 GB/s in each direction (the
# H100's data sheet says 900 GB/s, both directions together); between machines a card of 400 Gbit/s
# for each GPU moves 50 GB/s. A round costs some 5 microseconds of delay (our guess). Each GPU takes
# 32 pictures a step, so the batch grows with the number of GPUs (*weak scaling*). Above, the batch
# stayed at 128 (*strong scaling*). With a fixed batch each process computes less as their number
# grows, but sends the same amount, so the gain ends early.


# %%
def step_seconds(size, processes, speed, compute=0.5, delay=5e-6):
    """The time of a step that computes first and then sends `size` bytes of gradients."""
    return compute + ring_bytes(size, processes) / speed + 2 * (processes - 1) * delay


plan = {}
for processes, speed in ((1, 1.0), (8, 450e9), (1000, 50e9)):
    seconds = step_seconds(2e9, processes, speed)
    plan[processes] = {"sent, GB": ring_bytes(2e9, processes) / 1e9, "step, ms": 1000 * seconds}
    plan[processes] |= {"efficiency, %": 50 / seconds, "batch": 32 * processes}
    plan[processes]["steps an epoch"] = 1_281_167 / (32 * processes)
    plan[processes]["hours between failures"] = 54 * 24 * 16_384 / 419 / processes

# %% [markdown]
# **Predict:** the efficiency is the share of a step in which a GPU computes. What is it with 8 of
# them, and what with 1,000?

# %%
show_table(
    plan,
    heads=["GPUs", *plan[1]],
    digits=1,
    title="32 pictures a GPU, 1.28 million pictures an epoch (ImageNet)",
)

# %% [markdown]
# With 8 GPUs in one machine the sending is 1.5 % of the step. With 1,000 it is 15 %, of which a
# good part can be hidden: the gradients of the last layers are known first, and are sent while the
# others are computed.
#
# Other things change more than the bytes.
#
# - **The batch.** 32,000 pictures a step leave 40 steps an epoch. Goyal et al. (2017) trained as
#   well with batches of 8,192 as with 256: they raised the learning rate in proportion to the batch
#   (*linear scaling rule*), and slowly during the first five epochs (also called warm-up, but
#   another one than above). With still larger batches their network became worse.
# - **Failures.** In 54 days with 16,384 GPUs Llama 3 was interrupted 419 times unexpectedly
#   (Grattafiori et al. 2024, section 3.3.4), about one failure per 51,000 GPU-hours: with 1,000
#   GPUs one every two days. Each failure costs the work since the last checkpoint and the time to
#   start again, on all 1,000 GPUs.
# - **Memory.** A network that no longer fits into one GPU is split among several (*sharding*; ZeRO,
#   FSDP). If only the optimizer's state is divided among the GPUs, the traffic stays the same; if
#   the weights or the layers are divided, it grows.
#
# ## Quiz
#
# Open the answer that you would give. Each one tells whether it is right, and why.
#
# **1. A call of this lesson's network (205 million operations a picture) takes 0.3 ms on a GPU with
# 64 pictures, and 0.3 ms with 6,400. What was measured?**
#
# <details><summary>The time to hand the work over</summary>
#
# **Right.** `synchronize` is missing. The call returns before the work is done.
# </details>
# <details><summary>A very good GPU</summary>
#
# **No.** 6,400 pictures are 1.3 · 10¹² operations. In 0.3 ms that would be 4 million GFLOP/s, far
# more than a GPU reaches in float32 or bfloat16.
# </details>
# <details><summary>The time of the slowest picture</summary>
#
# **No.** All pictures of a batch are computed together.
# </details>
#
# **2. An operation does 0.1 operations for each byte. The next chip computes four times as fast,
# with the same memory. How much do you gain?**
#
# <details><summary>Four times the speed</summary>
#
# **No.** Only where computing is the bound.
# </details>
# <details><summary>Twice the speed</summary>
#
# **No.** There is no reason for a half.
# </details>
# <details><summary>Nothing</summary>
#
# **Right.** On the left of the roofline's ridge the memory is the bound. Move fewer bytes: join the
# operation with its neighbours (compile), or store half as many (bfloat16).
# </details>
#
# **3. You go from one GPU to eight, with 32 pictures for each. After 1,000 steps the loss is lower
# than before. Is that better?**
#
# <details><summary>Yes: it learned more in the same steps.</summary>
#
# **No.** The eight have seen eight times as many pictures.
# </details>
# <details><summary>It cannot be said yet.</summary>
#
# **Right.** Compare at the same number of pictures, or at the same time. The batch is larger, so
# the learning rate has to be found anew.
# </details>
# <details><summary>No: eight GPUs cannot learn better than one.</summary>
#
# **No.** They can; but this comparison does not show it.
# </details>
#
# **4. A profile says that 60 % of the time is spent in convolutions. You make them three times as
# fast. How much faster is the whole?**
#
# <details><summary>1.67 times</summary>
#
# **Right.** 1 / (0.4 + 0.6/3) = 1 / 0.6. That is Amdahl's law.
# </details>
# <details><summary>3 times</summary>
#
# **No.** The other 40 % take as long as before.
# </details>
# <details><summary>2.5 times</summary>
#
# **No.** That is the limit, with infinitely fast convolutions: 1 / 0.4.
# </details>
#
# **5. Two processes have 30 and 10 pictures in a step. How are their mean gradients combined?**
#
# <details><summary>By their plain mean</summary>
#
# **No.** Then the ten pictures would count as much as the thirty.
# </details>
# <details><summary>By their sum</summary>
#
# **No.** Then the step would grow with the number of processes.
# </details>
# <details><summary>By a mean weighted by 30 and 10</summary>
#
# **Right.** It is the mean over all 40 pictures, as one process would have computed it.
# </details>
#
# ## What you have seen
#
# - Time a network after a warm-up, wait for the device before each clock reading, and take the
#   median.
# - A profile shows where the time goes. Amdahl's law says what a speed-up of one part can give. The
#   roofline says what is possible at all.
# - The inpainter became faster twice, by one matrix and by onnxruntime, with the same pictures to
#   the fifth digit.
# - Two processes learn what one learns; how much faster they are depends on how much is computed
#   for each byte that is sent.
#
# **For the course's table** of fills: no new row. The row of `inpainter` holds for the fast
# versions, too.
#
# **Read on:** Williams, Waterman and Patterson, *Roofline* (2009), sections 3 to 5; Goyal et al.,
# *Accurate, Large Minibatch SGD* (2017), section 2; Li et al., *PyTorch Distributed* (2020),
# section 3; Patarasuk and Yuan, *Bandwidth Optimal All-reduce Algorithms* (2009), section 3. Next:
# [**16 Applications**](16_applications.ipynb).
