# %% [markdown]
# # 15 Speed and scale
#
# > Can it run in real time, and on many machines?
#
# | you need | you will be able to | time |
# |---|---|---|
# | lessons 07 and 10 | time a network without fooling yourself; find the operation that takes the time, and mend it; say whether memory or arithmetic bounds it; write an ONNX file and run it without torch; fill the frames of a camera as they come; train with several processes to the same numbers as with one, and compute what that costs with 8 GPUs and with 1,000 | 90 min; the cells alone run in about a minute, with or without a GPU |
#
# A camera gives a frame every 33 ms. Its lens has a spot, in the same place in every frame, and you want the frames without it, as they come. In the first half of this lesson you make the network of lesson 10 quick enough, step by step, and measure every step.
# In the second half the training is shared by several processes.
#
# Times are those of the machine that you sit at. They differ from machine to machine, and on yours from run to run; so the text says which way they go, and the cells say how far.

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
# `inpainter` is the best network of lesson 10. `spot` is what the camera cannot see. A small computer beside a camera has no GPU, so the frames are filled on the CPU, also where you have a GPU. (The [roofline](glossary.ipynb#Roofline) and the switches further below are then those of your GPU.)

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
# **Predict:** the same call, twelve times. Which one takes longest, and how many times as long as the others?

# %%
fig, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
ax.bar_label(ax.bar(range(1, 13), calls), fmt="%.0f")
ax.set(xlabel="call", ylabel="ms", title="The same call, twelve times")
ax.margins(y=0.15)
ax.set_xticks(range(1, 13))
show(fig, alt="Twelve bars, the times of calls: the first is many times as high as the others.")
print(f"first {calls[0]:.0f} ms, median of the others {median(calls[1:]):.1f} ms")

# %% [markdown]
# The first call is slow: memory is taken, the routines for these sizes are chosen, and here the covariance of lesson 10 is inverted. It is paid once, so it must not count. That is what a **warm-up** is for. The other calls differ too, for other programs want the processor. A mean is moved by one such interruption; the **median** is not.
#
# On a GPU there is another mistake, and it is larger. `model(x)` only *hands over* the work and returns at once, while the GPU has hardly begun. Whoever reads the clock then has measured the handing over. `torch.cuda.synchronize()` waits until everything that was handed over is done.
#
# ### Exercise: pictures a second ●●●
#
# First call `step()` `warmup` times. Then time `repeats` steps, each by itself: `clock()` gives the time in seconds, `synchronize()` waits for the device. When the clock is read, the device must have nothing left to do, before a step and after it. Return the median over the repeats of pictures a second; `batch_size` is the number of pictures of one step.
#
# The clock and the waiting are handed in, so that your function works for any device, and so that it can be tested with a simulated one.


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
# Now with your function. `cpu.synchronize` is learnkit's: it waits for a GPU, and on a CPU it has nothing to do.


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
# Your computer may be quick enough as it is. The one beside the camera is perhaps ten times slower: divide by ten.
#
# > **Trap.** Numbers from a GPU without `synchronize` look splendid. A step that takes 20 ms is handed over in 0.2 ms, so it seems 100 times as quick as it is. You can see it: the time hardly grows, however large the batch is.
#
# ## Where does the time go?
#
# Do not guess: a **profiler** notes for each operation how long it takes by itself, without the operations that it calls. torch has one, `torch.profiler`; `profiled` calls it and gives one row for each operation.
#
# **Predict:** the network has 18 convolutions and one linear fill, which solves a system of 196 equations. Which of the two takes more time?

# %%
spent = profiled(lambda: inpainter.fill(frame, spot), cpu)
largest = dict(list(spent.items())[:8])
show_table(largest, heads=["operation", "calls", "ms", "share, %"], digits=2)

# %% [markdown]
# As a rule more than half of it goes to the convolutions. (torch has several routines for them and chooses by the sizes, so their row may be called `_slow_conv2d_forward` or `mkldnn_convolution`.) `index`, `mm` and those that begin with `linalg` belong to the linear fill: it takes the rows and columns of the hole out of a matrix of 784 x 784, and factorises them. The others belong to the network. Which rows stand at the end differs from run to run.
#
# Before you mend something, compute what that can give. If a part takes the share $p$ of the time and you make it $s$ times as quick, the whole becomes
#
# $$\frac{1}{(1 - p) + p / s}$$
#
# times as quick ([**Amdahl's law**](glossary.ipynb#Amdahl's-law)). Even with $s = \infty$ a share of 20 % gives no more than 1.25. For the linear fill you can measure it: the network also runs with a linear fill that is handed in ready.

# %%
ready = inpainter.linear.fill(frame, spot)
without = rate_of(lambda: inpainter(frame, spot, ready), repeats=50)
linear_share = 1 - as_it_is / without
print(f"the linear fill takes {100 * linear_share:.0f} % of the time")
print(f"so making it quicker gives {1 / (1 - linear_share):.2f} times as many frames at most")

# %% [markdown]
# ### Mend 1: what is the same in every frame is computed once
#
# The spot never moves. So the system of equations is the same in every frame, and its solution is one matrix: the linear fill of $m + d$ is $m + A d$, where $m$ is the mean picture. `frames.OneHole` computes $A$ once (`learnkit/speed/frames.py`). The linear fill of a frame then costs one product, and the network runs as before.

# %%
one_hole = frames.OneHole(inpainter, spot).eval()
one_matrix = rate_of(lambda: one_hole(frame), repeats=50)
with torch.inference_mode():
    same = (one_hole(frame) - inpainter.fill(frame, spot)).abs().max().item()
print(f"{one_matrix:.0f} frames a second, {one_matrix / as_it_is:.2f} times as many as before")
print(f"largest difference of a pixel {same:.1e}")

# %% [markdown]
# The same picture but for rounding, and nearly as many frames as Amdahl's law allows. (If yours are far from it, another program was busy meanwhile. You will measure both again below, in turn.) What is left is the network. Is it slow because it computes much? The next sections have an answer.
#
# ## One picture, or many
#
# The network gets 1, 4, 16 or 64 pictures in one call.

# %%
sizes = (1, 4, 16, 64)
many = {n: torch.from_numpy(garments[:n, None] / np.float32(255)) for n in sizes}
rates = {n: rate_of(lambda x=x, n=n: one_hole(x), n) for n, x in many.items()}

# %% [markdown]
# **Predict:** with more pictures in a call, how does the number of pictures a second change, and how the time until the first of them is there?

# %%
fig, (per_second, wait) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
per_second.plot(sizes, list(rates.values()), "o-", lw=2)
wait.plot(sizes, [1000 * n / rate for n, rate in rates.items()], "o-", lw=2)
per_second.set(title="Pictures a second", ylabel="pictures a second", ylim=(0, None))
wait.set(title="Until they are there", ylabel="ms (logarithmic)", yscale="log")
for ax in (per_second, wait):
    ax.set(xscale="log", xlabel="pictures in a call (logarithmic)")
    ax.set_xticks(sizes, sizes)
show(
    fig,
    alt="Pictures a second rise at first with the batch, and then hardly; the time until they are there rises with it.",
)

# %% [markdown]
# [**Throughput**](glossary.ipynb#Throughput) (pictures a second) and [**latency**](glossary.ipynb#Latency) (the time from a picture to its answer) are two things. A large batch is good for the first: the weights are read once for all pictures, and each operation is started once. For the second it is bad. Training wants throughput. A camera gives one frame at a time, so it wants a short latency, and has to live with a batch of one.
#
# ## What bounds an operation: the roofline
#
# An operation does two things: it computes, and it moves numbers between memory and processor. Let it need $W$ floating-point operations (FLOP; 1 GFLOP/s is a billion of them a second) and move $Q$ bytes. Its **intensity** is $I = W / Q$. A machine that does $\pi$ operations and moves $\beta$ bytes a second does at best
#
# $$\min(\pi, \beta I)$$
#
# operations a second. Both ceilings can be measured: $\pi$ by a large product of matrices, $\beta$ by a copy.

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
# The place where the two ceilings meet is the **ridge**. Left of it the memory bounds, right of it the arithmetic. (With bfloat16 an operation also moves half the bytes, so it lies twice as far to the right.) Now the operations. $W$ and $Q$ can be counted: a convolution of $c$ to $c'$ channels with a kernel of $k \times k$ has $2 k^2 c c'$ operations a pixel; and each operation reads its input and its weights, and writes its output, four bytes a number. `work_of` counts while it runs.


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
# **Predict:** the three operations have these intensities with 1, 4, 16, 64 and 256 pictures. Which of them can come near to the arithmetic's ceiling, and which can never? Then choose an operation, and move the slider.

# %%
roofline.explore(roofs, points)

# %% [markdown]
# - The **convolution** has 72 operations a byte with many pictures: each weight is used at every pixel. It lies far to the right even with one picture: arithmetic bounds it.
# - The **dense layer** with one picture reads 3.2 MB of weights and uses each of them once: 0.5 operations a byte. With 256 pictures each weight is used 256 times, and it has 81 operations a byte (not 128, for pictures and results have to move too). This is what the batch is good for.
# - The **gate** has 0.1 operations a byte, with one picture or with 256. By the roofline no faster arithmetic helps here, only moving less.
#
# The roof is a model, and points leave it in both directions. A point *above* the slanted roof reads from the processor's cache, which is quicker than the memory: 3.2 MB of weights fit into it. A point a little above the flat roof is a product that suits your machine better than the one that measured the roof, or that came at a quieter moment. A point *far below* the roof does little work, so that starting the operation takes longer than doing it; or it has a routine that is not the best one for its size; or its operations are dear, as the gate's are on a CPU: a tanh counts as one here, and takes a processor ten or twenty.
#
# ## Four switches
#
# The same roof tells what each of torch's switches can do.
#
# | switch | what it changes | whom it helps |
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
# **Predict:** which of the four cells of the table is the quickest on your machine?

# %%
show_table(
    block_rates, heads=["layout", "float32", "bfloat16"], digits=0, title="pictures a second"
)
half_error = (torch.tensor(1 / 3).bfloat16().float() - 1 / 3).abs().item()
print(f"1/3 in bfloat16 is off by {half_error:.5f}")

# %% [markdown]
# What comes out depends on the chip, and so `choose()` looks at it: on this machine it has chosen what stands above the table of the ceilings. What bfloat16 costs is digits: 1/3 is off by 0.0007. For a network that is usually no matter; for the linear fill, which solves a system of equations, it would be, and there learnkit switches it off.
#
# Now `torch.compile`. It reads the Python of `gate`, writes one loop for all four operations in C++ (for a GPU in Triton, a language for GPU routines), and has it compiled. That takes a while, ten seconds and more the first time; what was compiled is kept for the next time.

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
# **Predict:** the four operations read and write ten pictures' worth of numbers, the one loop two. How many times as quick can it be at most, where memory bounds?

# %%
print({name: f"{value:.2f} ms" for name, value in gate_ms.items()})
print(f"moved: {unfused_bytes / 1e6:.0f} MB by four operations, {fused_bytes / 1e6:.0f} MB by one")
if compile_seconds:
    saved = max(gate_ms["four operations"] - gate_ms["compiled"], 1e-3)
    print(
        f"compiling took {compile_seconds:.1f} s: paid after {1000 * compile_seconds / saved:,.0f} calls"
    )

# %% [markdown]
# At most five times, for a fifth of the 64 MB is moved. And what compiling costs is paid back call by call: the last line says after how many. For a whole network learnkit compiles only if a training has at least 20,000 steps.
#
# And **CUDA graphs**. A GPU runs a small convolution in a few microseconds, and Python often needs longer to start it. So with one picture the GPU waits for Python most of the time. A graph records all the starts of a call once, and then makes them with one. They are made for NVIDIA GPUs alone.

# %%
if machine.device.type == "cuda":
    on_gpu, x_gpu = frames.OneHole(inpainter, spot).to(machine.device), frame.to(machine.device)
    replayed = graphs.recorded(lambda: on_gpu(x_gpu), machine)
    print(f"one by one {rate_of(lambda: on_gpu(x_gpu), 1, machine):.0f} frames a second")
    print(f"as a graph {rate_of(replayed, 1, machine):.0f} frames a second")
else:
    print("CUDA graphs need an NVIDIA GPU; this machine has none that torch can use.")

# %% [markdown]
# ## Mend 2: without torch
#
# Back to the camera. Whatever the roof allows to a single convolution, the network as a whole gets less: between its convolutions there are small operations and copies, and each is started by itself. [**ONNX**](glossary.ipynb#ONNX) is a file format for networks: a list of operations with their weights. **onnxruntime** reads the list, joins operations where it can, chooses routines for the sizes that stand in the list, and runs without torch, also on a telephone.
#
# `to_onnx` has torch write the list and compares both results before it keeps the file. (It needs the extra `export`, which `make lab` installs. Where it is missing, the cells below say so and go on with torch.)

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
# Now the three steps in turn, five times over: so whatever else your computer does hits all three alike.

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
# **Predict:** a camera gives 30 frames a second. On a computer that is ten times slower than yours the same line would be at 300. Where will each bar end?

# %%
fig, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
ax.bar_label(ax.barh(list(by_step), list(by_step.values())), fmt="%.0f", padding=4)
ax.axvline(30, color="black", ls="--", label="30, a camera")
ax.axvline(300, color="black", ls=":", label="300, on a computer ten times slower")
ax.set(xlabel="frames a second", ylabel="step", title="The inpainter on one frame at a time")
ax.invert_yaxis()
ax.margins(x=0.12)
ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.1), ncols=2)
show(fig, alt="Three bars of frames a second: as it is, with one matrix, and through a file.")

# %%
reached = {name: {"GFLOP/s": rate * frame_work / 1e9} for name, rate in by_step.items()}
reached["the ceiling of this CPU"] = {"GFLOP/s": peak(cpu) / 1e9}
show_table(
    reached,
    heads=["step", "GFLOP/s"],
    digits=0,
    title=f"{frame_work / 1e6:.0f} million operations a frame",
)

# %% [markdown]
# A frame asks for 205 million operations. Compare what the three reach with the ceiling of the CPU: torch is far below it, onnxruntime less far. So it was not the arithmetic alone that made the frame slow.
#
# ## Live
#
# Now the camera itself. It trembles in front of one garment after the other. Each frame comes as bytes, is turned into numbers, filled, and turned back into bytes; all of that counts. Showing it does not. The next frame is taken as soon as the last one is done.

# %%
camera = frames.camera(garments[:20])
live = frames.live(camera, run, count=budget(600), see=Window(spot[0, 0].numpy()))
print(f"{live.median_rate:.0f} frames a second, from bytes to bytes")
last_of_100 = np.percentile(1000 * np.array(live.seconds), 99)

# %% [markdown]
# **Predict:** with a real camera a frame that is not ready when the next one comes is lost. Is it the median that decides whether frames are lost?

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
# The slow frames decide. So for real time one quotes, beside the median, the time that 99 of 100 frames keep (the 99th **percentile**).
#
# ## A photograph
#
# `photo_inpainter` takes photographs of any size. It has two parts: a thin plate over the hole, which is twenty rounds of arithmetic, and a network that corrects it (lesson 10). You may export a part alone: here the network goes through a file, and the plate stays in torch. (The whole can be written as well, by `to_onnx.Filling`. Its twenty rounds become some thousands of operations in the list, which take torch a while to write.)


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
photo_ms["of the first, the network alone"] = 1000 / rate_of(lambda: correction(seven), repeats=2)

# %% [markdown]
# **Predict:** 512 x 512 pixels are 334 times as many as 28 x 28. A frame took milliseconds; what did the photograph take?

# %%
show_pictures(
    {"scratched": as_image(damaged_photo[0]), "filled": as_image(fill()[0])},
    alt="The astronaut with thin black scratches, and the same photograph without them.",
)
show_table(photo_ms, title=f"{side} x {side} pixels, ms")

# %% [markdown]
# Here the three are nearer to one another than with the small frame. The convolutions are large now, and torch's routines for large ones are good; the layout helps them. What the network alone does not take is the plate, and none of the three makes it quicker: Amdahl's law again. So this CPU fills no photographs of 512 x 512 in real time.
#
# ## Many machines: who takes which pictures
#
# Training is another matter. Here a batch of pictures may be shared by many processes, each with a GPU of its own. (A process is a running Python with a memory of its own.) All of them hold the same weights. Each takes its share of the batch and computes the gradient of its mean loss; then all take the mean of their gradients, and all make the same step. This is [**data parallel training**](glossary.ipynb#Data-parallel-training). The number of processes is called `world_size`, and the number of a process, from 0, its **rank**.
#
# ### Exercise: the share of a process ●○○
#
# `indices` is a tensor with the numbers of the pictures of a batch, in the order in which they were drawn. Return the share of process `rank`: every `world_size`-th of them, beginning with the one at the place `rank`. Where the number of pictures is no multiple of `world_size`, some shares have one more.


# %% nbgrader={"grade": false, "grade_id": "shard", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def shard(indices, rank, world_size):
    """The indices that process `rank` takes: every world_size-th, from its rank."""
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
# `gradients[rank][parameter]` are tensors: for each process the gradient of its mean loss, by each parameter of the network. `counts[rank]` is the number of pictures that this process had. Return a list with one tensor for each parameter: the gradient of the mean loss over all pictures of all processes.
#
# Two things to mind. The processes may have different numbers of pictures. And a process may have none: its count is 0, its gradients are NaN (the mean of nothing), and it must not count. Return new tensors, and leave those that you are given as they are.


# %% nbgrader={"grade": false, "grade_id": "average_gradients", "locked": false, "schema_version": 3, "solution": true, "task": false}
@exercise
def average_gradients(gradients, counts):
    """The mean gradient of all pictures, a tensor for each parameter."""
    ### BEGIN SOLUTION
    total = sum(counts)
    busy = [(own, n) for own, n in zip(gradients, counts, strict=True) if n > 0]
    return [sum(own[i] * n for own, n in busy) / total for i in range(len(gradients[0]))]
    ### END SOLUTION


# %% [markdown]
# Try it: four processes in one, with the network that `scaling` will train below and ten pictures. So two shares have three pictures and two have two.


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
# **Predict:** how far is the mean of the four gradients from the gradient of the whole batch, with weights and without?


# %%
def farthest(some, others):
    """The largest difference of two gradients, as a share of the largest number in `others`."""
    largest_of = max(b.abs().max() for b in others)
    return (max((a - b).abs().max() for a, b in zip(some, others, strict=True)) / largest_of).item()


weighted = farthest(average_gradients(each, [len(share) for share in shares]), whole_batch)
unweighted = farthest(average_gradients(each, [1, 1, 1, 1]), whole_batch)
print(f"weighted by pictures {weighted:.0e}, every process alike {100 * unweighted:.0f} %")

# %% [markdown]
# With weights it is the gradient of the whole batch, but for rounding. Without, it is off by several per cent, and no loss curve would tell you. (torch's own `DistributedDataParallel` takes the plain mean. So learnkit refuses a batch that cannot be shared equally.)
#
# ## Two processes
#
# `torchrun` starts the processes and tells each its rank. They find one another, and from then on torch averages the gradients in every step, before the weights change. Two networks are trained, both to fill one hole: a dense one of 1.9 million weights, and a convolutional one of 83,000. Each process has one thread; the batch has 128 pictures, and with two processes each takes 64.
#
# With GPUs you start nearly any training of the course like this (the GAN's says that it does not take part): `torchrun --nproc-per-node 2 -m learnkit train vae`. With several machines the same command is started on each, with a place where they meet: `torchrun --nnodes 2 --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint HOST:29500 -m learnkit train vae`.

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
# **Predict:** the losses of one process and of two, step by step: how far are they apart? And which network is trained more quickly by two?

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
# Two processes learn what one would have learned: the losses agree but for rounding. What they gain depends on the network. In every step the gradients of all weights have to travel: 7.4 MB for the dense network, 0.3 MB for the convolutional one. But a weight of a dense layer is used once a picture, and a weight of a convolution at every pixel. So the dense network computes little for each byte that it sends, and the convolutional one much. It is the intensity of the roofline again, with the way between the processes in the place of the memory (here it leads through your computer's memory, elsewhere through a cable).
#
# (If two processes gain nothing with the convolutional network either, they share what they need: other programs take the cores, or two "cores" are one with two names.)
#
# ## Eight GPUs, and a thousand
#
# How much has to travel? In a **ring** of $p$ processes the gradients, $G$ bytes, are cut into $p$ parts. In each round every process sends one part to its neighbour, who adds its own. After $p - 1$ rounds each holds one part of the sum; after $p - 1$ more, in which the sums are passed on, each holds all parts. So each sends
#
# $$2 \, \frac{p - 1}{p} \, G$$
#
# bytes: 1.75 $G$ with 8 processes, and not even 2 $G$ with 1,000. What grows is the number of rounds, $2(p - 1)$, each with its own delay.
#
# Take a network of a billion weights with gradients in bfloat16, 2 GB, and a step that computes for half a second. Within a machine of 8 GPUs NVIDIA's NVLink moves 450 GB/s in each direction (the H100's data sheet says 900 GB/s, both directions together); between machines a card of 400 Gbit/s for each GPU moves 50 GB/s. A round costs some 5 microseconds of delay (our guess). Each GPU takes 32 pictures a step, however many there are, so the batch grows with them. (Above, the batch stayed at 128. Then each process computes less, the more there are, and what has to be sent stays: such a gain ends early.)


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
# **Predict:** the efficiency is the share of a step in which a GPU computes. What is it with 8 of them, and what with 1,000?

# %%
show_table(
    plan,
    heads=["GPUs", *plan[1]],
    digits=1,
    title="32 pictures a GPU, 1.28 million pictures an epoch (ImageNet)",
)

# %% [markdown]
# With 8 GPUs in one machine the sending is 1.5 % of the step. With 1,000 it is 15 %, of which a good part can be hidden: the gradients of the last layers are known first, and are sent while the others are computed.
#
# Other things change more than the bytes.
#
# - **The batch.** 32,000 pictures a step leave 40 steps an epoch. Goyal et al. (2017) trained with batches of 8,192 as well as with 256 by raising the learning rate in proportion, and by raising it slowly during the first five epochs (which is called a warm-up, too). With larger batches than that their network became worse.
# - **Failures.** In 54 days with 16,384 GPUs Llama 3 was interrupted 419 times unexpectedly (Grattafiori et al. 2024, section 3.3.4), once in some 51,000 hours of a GPU. With 1,000 GPUs that is once in two days. What is lost then is the work since the last checkpoint, and the time to start again, on 1,000 GPUs at once.
# - **Memory.** A network that no longer fits into one GPU is shared itself. If the optimizer's state alone is shared, no more has to travel; if its weights or its layers are, more has to, and at other moments.
#
# ## Quiz
#
# <details><summary>1. A colleague measures 0.3 ms a call on a GPU with 64 pictures, and 0.3 ms a call with 6,400. What was measured?</summary>
#
# The time to hand the work over: `synchronize` is missing. A hundred times as many pictures take longer to do; to hand them over takes no longer.
# </details>
# <details><summary>2. An operation has 0.1 operations a byte. The next chip computes four times as fast and has the same memory. How much do you gain?</summary>
#
# Nothing: left of the ridge the memory bounds. Move fewer bytes: join it with its neighbours (compile), or store half as many (bfloat16).
# </details>
# <details><summary>3. You go from one GPU to eight and keep 32 pictures a GPU. The loss after 1,000 steps is lower than before. Is eight better than one?</summary>
#
# You cannot say yet: after 1,000 steps the eight have seen eight times as many pictures. Compare at the same number of pictures, or at the same time; and the batch has changed, so the learning rate has to be looked for anew.
# </details>
#
# ## What you have seen
#
# - A time is a median after a warm-up, with the device asked to finish first.
# - A profile says where the time goes, Amdahl's law what a mend can give, the roofline what is possible at all.
# - The inpainter became quicker twice, by one matrix and by onnxruntime, with the same pictures to the fifth digit.
# - Two processes learn what one learns; how much quicker they are depends on how much is computed for each byte that is sent.
#
# **For the course's table** of fills: no new row. The row of `inpainter` holds for what ran here, too: the pictures are the same to the fifth digit.
#
# **Read on:** Williams, Waterman and Patterson, *Roofline* (2009), sections 3 to 5; Goyal et al., *Accurate, Large Minibatch SGD* (2017), section 2; Li et al., *PyTorch Distributed* (2020), section 3; Patarasuk and Yuan, *Bandwidth Optimal All-reduce Algorithms* (2009), section 3. Next:
# [**16 Applications**](16_applications.ipynb).
