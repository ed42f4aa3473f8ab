"""An answer that would fail on a GPU is told so; one that names a GPU travels to a CPU."""

import inspect
import textwrap
import types

import numpy as np
import pytest
import torch

from learnkit.exercises import check
from learnkit.exercises.sandbox import gpu, parcel
from learnkit.exercises.table import find, names

NOISE = "torch.randn(mean.shape, generator=generator, device=mean.device)"


def reparameterize(*lines):
    head = "def reparameterize(mean, log_var, generator=None):"
    return define("\n    ".join([head, *lines]), "reparameterize")


def define(source, name, **scope):
    scope = {"__name__": "__main__", "np": np, "torch": torch, **scope}
    exec(compile(source, "cell", "exec"), scope)
    return scope[name]


# Under the shape checks a call is not the answer's own: their frames stand in between.
by_hand = pytest.mark.errors


def complaint(answer, name="reparameterize"):
    task = find(name)
    return gpu.complaint(answer, (task.cases[-1].args, task.cases[-1].options), task.build)


@by_hand
@pytest.mark.parametrize(
    ("noise", "says"),
    [
        ("torch.randn(mean.shape, generator=generator)", "`torch.randn` (line 2)"),
        ("torch.randn(*mean.shape)", "`torch.randn` (line 2)"),
        ("torch.empty(mean.shape).normal_()", "`torch.empty` (line 2)"),
        ("torch.stack([torch.randn(mean.shape[1]) for _ in mean])", "`torch.randn` (line 2)"),
        ("torch.as_tensor(np.random.randn(*mean.shape)).float()", "`torch.as_tensor` (line 2)"),
        ("torch.tensor([0.0] * mean.numel()).reshape(mean.shape)", "`torch.tensor` (line 2)"),
        ("torch.zeros(mean.shape).to(torch.float32)", "`torch.zeros` (line 2)"),
        ("torch.randn(mean.shape, device=None)", "Write device=mean.device there."),
    ],
)
def test_noise_on_the_cpu_is_told_what_to_write(noise, says):
    answer = reparameterize(f"eps = {noise}", "return mean + torch.exp(log_var / 2) * eps")
    found = complaint(answer)
    assert found.startswith("It is right on the CPU, and would fail on a GPU: ") and says in found


@pytest.mark.parametrize(
    "noise",
    [
        NOISE,
        "torch.randn_like(mean)",
        "torch.normal(torch.zeros_like(mean), 1.0, generator=generator)",
        "torch.empty_like(mean).normal_(generator=generator)",
        "mean.new_empty(mean.shape).normal_(generator=generator)",
        "torch.randn(mean.shape).to(mean.device)",
        "torch.randn(mean.shape).to(mean)",
        "torch.randn(mean.shape).type_as(mean)",
        f"torch.tensor(1.0) * {NOISE}",  # one number may come from anywhere
        f"{NOISE}[torch.arange(len(mean))]",  # and so may the places to look at
        f"torch.distributions.Normal(0.0, 1.0).sample((0,)).numel() + {NOISE}",
        f"[x for x in {NOISE}[None]][0].clone().detach().contiguous()",
        f"torch.tensor(0 * mean.detach().cpu().numpy(), device=mean.device) + {NOISE}",
        f"0 * torch.from_numpy(mean.detach().cpu().numpy()).to(mean.device) + {NOISE}",
        f"float(mean.detach().cpu().numpy().max()) * 0 + {NOISE}",
        f"0 * mean.cpu().to(mean.device) + {NOISE}",
    ],
)
def test_noise_beside_the_mean_passes_however_it_is_written(noise):
    assert not complaint(
        reparameterize(f"eps = {noise}", "return mean + torch.exp(log_var / 2) * eps")
    )


@by_hand
@pytest.mark.parametrize(
    ("std", "says"),
    [
        ("torch.from_numpy(np.exp(log_var.detach().numpy() / 2))", "NumPy (line 2) takes no"),
        ("torch.tensor(np.exp(np.asarray(log_var.detach()) / 2))", "NumPy (line 2) takes no"),
        ("np.sqrt(log_var.detach().exp())", "such as x.sqrt() for np.sqrt(x)"),
        ("torch.exp(log_var.cpu() / 2)", "`.cpu()` (line 2) brings its tensor to the CPU. Leave"),
        (
            "torch.from_numpy(np.exp(log_var.detach().cpu().numpy()))",
            "Write .to(mean.device) behind",
        ),
    ],
)
def test_what_goes_through_numpy_is_told_that_no_gpu_s_tensor_can(std, says):
    found = complaint(reparameterize(f"std = {std}", f"return mean + std * {NOISE}"))
    assert found.startswith("It is right on the CPU, and would fail on a GPU: ") and says in found


@by_hand
def test_an_answer_that_comes_back_on_the_cpu_is_told_so_too():
    assert "`torch.zeros` (line 2)" in complaint(reparameterize("return torch.zeros(mean.shape)"))


@pytest.mark.parametrize("name", sorted(gpu.ASKED_OF))
def test_no_reference_and_no_hint_would_fail_on_a_gpu(name):
    """The hint's code, as a student would write it into a cell, on every case."""
    task = find(name)
    others = {other: find(other).reference for other in names() if other != name}
    scope = {**vars(inspect.getmodule(task.reference)), **others}
    parameters = inspect.signature(task.reference).parameters.values()
    bare = inspect.Signature([p.replace(annotation=p.empty) for p in parameters])
    source = f"def {name}{bare}:\n{textwrap.indent(task.hints[2], '    ')}"
    for answer in (task.reference, define(source, name, **scope)):
        for one in task.cases:
            assert gpu.complaint(answer, (one.args, one.options), task.build) == ""


@pytest.mark.errors  # what the shape checks wrap cannot travel
def test_the_verdict_says_so_and_only_of_an_answer_that_is_right():
    end = "return mean + torch.exp({} / 2) * torch.randn(mean.shape, generator=generator)"
    report = check("reparameterize", reparameterize(end.format("log_var")))
    assert report.status == "incorrect" and report.points == 0
    assert report.message.endswith(
        "`torch.randn` (line 2) makes its tensor on the CPU. Write device=mean.device there."
    )
    assert (
        "would fail" not in check("reparameterize", reparameterize(end.format("-log_var"))).message
    )


def test_an_answer_that_fails_only_when_it_is_followed_stays_right():
    stubborn = reparameterize(
        "if torch.overrides._len_torch_function_stack(): raise SystemExit",
        f"return mean + torch.exp(log_var / 2) * {NOISE}",
    )
    assert complaint(stubborn) == ""


# ---- what names a GPU --------------------------------------------------------------------------


def test_a_device_travels_as_the_cpu():
    for name in ("cuda", "cuda:1", "mps"):
        assert parcel.on_the_cpu(torch.device(name)) == torch.device("cpu")
    for other in (torch.device("cpu"), torch.device("meta"), torch.ones(2), "cuda", 7):
        assert parcel.on_the_cpu(other) is other


@pytest.mark.errors
def test_an_answer_that_names_the_notebook_s_device_is_right_in_a_worker():
    noise = NOISE.replace("mean.device", "machine.device")
    answer = define(
        f"def reparameterize(mean, log_var, generator=None):\n"
        f"    return mean + torch.exp(log_var / 2) * {noise}",
        "reparameterize",
        machine=types.SimpleNamespace(device=torch.device("cuda")),
    )
    report = check("reparameterize", answer)
    assert report.correct, report.message
