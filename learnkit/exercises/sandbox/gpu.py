"""Whether an answer that is right on the CPU would fail on a GPU, found out without one.

Where a lesson hands its tensors from a GPU, what an answer makes anew must be made there as well:
`torch.randn(mean.shape)` lies on the CPU, and fails in a later cell. The answer runs on one case
once more while this file follows what it makes: a tensor made from no other and without
`device=` is on the CPU, and so is what comes of such tensors alone; the arguments count as on
the GPU. torch is needed only when `complaint` is called.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from learnkit.exercises.sandbox.worker import HERE, core, made

# The exercises that their lessons call with tensors on the machine's device.
ASKED_OF = frozenset(
    "reparameterize kl_divergence negative_elbo discriminator_loss generator_loss hole_mse "
    "composite latent_step masked_negative_elbo sample_fills q_sample denoising_loss ddim_step "
    "repaint_blend guided_step flow_loss integrate drop_labels guided_velocity attention".split()
)
# These may be given tensors of both devices; what comes out lies where their first one does.
_TAKE_BOTH = frozenset(
    "__getitem__ __setitem__ __get__ __set__ copy_ index_select gather take expand_as view_as "
    "reshape_as zeros_like ones_like empty_like full_like rand_like randn_like is_same_size "
    "new_tensor backward __format__ __repr__".split()
)
_MOVES = ("to", "cuda", "type_as")
_TO_NUMPY = ("numpy", "__array__")
LIBRARY = os.path.dirname(os.path.dirname(HERE)) + os.sep


class FailsThereError(Exception):
    """Raised out of the answer where a GPU would; the message is what is wrong."""


def complaint(answer: Callable, case: tuple[tuple, dict], build: Callable | None) -> str:
    """What would fail on a GPU, and what to write; "" where nothing would, as far as is seen."""
    import torch
    from torch.overrides import TorchFunctionMode

    args, options = made(case, build)
    dice = [a for a in (*args, *options.values()) if isinstance(a, torch.Generator)]
    device = _device_of_an_argument(answer, args)
    on_cpu: dict[int, tuple[object, str]] = {}  # by id: the tensor, kept, and what made it

    def note(result: Any, by: str) -> Any:
        on_cpu.update((id(t), (t, by)) for t in _tensors(result))
        return result

    def fails(by: str) -> FailsThereError:
        if by.startswith("`.cpu()`"):
            return FailsThereError(f"{by} brings its tensor to the CPU. Leave it out.")
        cure = f".to({device}) behind it" if "from_numpy" in by else f"device={device} there"
        return FailsThereError(f"{by} makes its tensor on the CPU. Write {cure}.")

    class Follow(TorchFunctionMode):
        def __torch_function__(
            self, function: Callable, _types: object, args: tuple = (), kwargs: dict | None = None
        ) -> object:
            kwargs = kwargs or {}
            name = getattr(function, "__name__", "")
            given = list(_tensors((args, list(kwargs.values()))))
            cpu = [t for t in given if id(t) in on_cpu]
            if name in _TO_NUMPY and len(cpu) < len(given):
                raise FailsThereError(f"NumPy{_line()} takes no tensor from there. {_OF_TORCH}")
            if name == "cpu" and given:  # a clone: the tensor itself stays where it was
                return note(function(*args, **kwargs).clone(), f"`.cpu()`{_line()}")
            if name in _MOVES and (len(cpu) < len(given) or _names_a_device(args, kwargs)):
                for t in cpu:  # the very same tensor comes back: it lies on the CPU already
                    del on_cpu[id(t)]
                return function(*args, **kwargs)
            here, new = _place(name), kwargs.get("device") is None and len(cpu) == len(given)
            if here and new and any(kwargs.get("generator") is die for die in dice):
                raise fails(here)
            large = [id(t) in on_cpu for t in given if t.dim() > 0]
            if any(large) and not all(large) and name not in _TAKE_BOTH:
                raise fails(next(on_cpu[id(t)][1] for t in cpu if t.dim() > 0))
            result = function(*args, **kwargs)
            lead = given[:1] if name in _TAKE_BOTH else given
            if kwargs.get("device") is None and all(id(t) in on_cpu for t in lead):
                by = on_cpu[id(lead[0])][1] if lead else here
                return note(result, by) if by else result
            return result

    from_numpy = torch.from_numpy  # no mode hears of it
    try:
        torch.from_numpy = lambda ndarray: note(from_numpy(ndarray), f"`torch.from_numpy`{_line()}")
        with Follow():
            result = answer(*args, **options)
        left = [on_cpu[id(t)][1] for t in _tensors(result) if t.dim() > 0 and id(t) in on_cpu]
        if left:
            raise fails(left[0])
    except FailsThereError as error:
        return f"It is right on the CPU, and would fail on a GPU: {error}"
    except BaseException:  # it was right without being followed: that stands
        pass
    finally:
        torch.from_numpy = from_numpy
    return ""


_OF_TORCH = "Use torch's own function, such as x.sqrt() for np.sqrt(x)."


def _line() -> str:
    """The line of the answer that is at work, in brackets; "" where none is found."""
    frame: FrameType | None = sys._getframe(2)
    inside = _libraries()
    while frame is not None and frame.f_code.co_filename.startswith(inside):
        frame = frame.f_back
    return f" (line {frame.f_lineno})" if frame is not None else ""


def _libraries() -> tuple[str, str]:
    """The folders of learnkit and of torch: a file in them is not the answer's."""
    return LIBRARY, os.path.dirname(inspect.getfile(sys.modules["torch"])) + os.sep


def _tensors(things: object) -> Iterator[Any]:
    torch = sys.modules["torch"]
    if isinstance(things, torch.Tensor):
        yield things
    elif isinstance(things, list | tuple):
        for thing in things:
            yield from _tensors(thing)


def _names_a_device(args: tuple, kwargs: dict) -> bool:
    torch = sys.modules["torch"]
    return any(isinstance(a, torch.device | str) for a in (*args[1:], *kwargs.values()))


def _place(name: str) -> str:
    """What the answer calls, and in which line; "" where torch or learnkit calls it."""
    frame = sys._getframe(2)
    if frame.f_code.co_filename.startswith(_libraries()):
        return ""
    return f"`torch.{name}` (line {frame.f_lineno})"


def _device_of_an_argument(answer: Callable, args: list | tuple) -> str:
    """The device of the first tensor that the answer is given, as the answer would write it."""
    torch = sys.modules["torch"]
    try:
        names = list(inspect.signature(core(answer)).parameters)
    except (TypeError, ValueError):
        names = []
    given = zip(names, args, strict=False)
    name = next((name for name, a in given if isinstance(a, torch.Tensor)), "x")
    return f"{name}.device"
