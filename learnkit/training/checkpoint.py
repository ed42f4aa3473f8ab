"""Checkpoints: what a training needs to go on as if it had never stopped.

The parts are whatever has a state: the network, its average, the optimizer, a generator of noise.
A file is written whole under a temporary name and then renamed, so at every moment the path holds
a checkpoint that can be read: the one before, or the new one. It is read with weights_only=True,
so a stranger's file cannot run code.
"""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from learnkit.files import replacing

FORMAT = "learnkit checkpoint 1"


class Plan:
    """What a training was begun with, as a part of its checkpoint: to go on it must be the same.

    A schedule is stretched to the number of steps, so a training that is resumed with another
    number would go on with another learning rate, and say nothing.
    """

    def __init__(self, **plan: int | float | str) -> None:
        """Whatever may not change, by name: steps=7000."""
        self.plan = plan

    def state_dict(self) -> dict[str, int | float | str]:
        """The plan."""
        return dict(self.plan)

    def load_state_dict(self, state: dict[str, int | float | str]) -> None:
        """Raises ValueError where the stored plan is another."""
        if state != self.plan:
            raise ValueError(
                f"it was begun with {_told(state)}, and goes on with {_told(self.plan)}"
            )


def _told(plan: dict[str, int | float | str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in plan.items())


def save(path: Path, step: int, parts: Mapping[str, Any]) -> None:
    """Writes the state of every part after `step` steps.

    Raises OSError where the disk is full or the folder not writable; the checkpoint that was
    there before is still there.
    """
    state = {name: _state(part) for name, part in parts.items()}
    whole = {"format": FORMAT, "step": step, "parts": state, "random": _random()}
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(path) as file:
            torch.save(whole, file)
    except (OSError, RuntimeError) as error:  # torch says RuntimeError where its writer fails
        kept = "the checkpoint before it is kept" if path.exists() else "none was there before"
        raise OSError(f"cannot write {path} ({error}); {kept}: is the disk full?") from error


def load(path: Path, parts: Mapping[str, Any]) -> int:
    """Puts the stored state into every part, and returns how many steps had been done.

    A checkpoint goes from one device to another; random numbers then differ from there on, as a
    warning says. Raises OSError where there is no file or it is damaged, ValueError where it is a
    checkpoint of something else; the parts are then as they were, or half filled where a network
    differs.
    """
    whole = _read(path)
    there, asked = set(whole["parts"]), set(parts)
    if there != asked:
        raise ValueError(
            f"{path} holds {', '.join(sorted(there))}, and this training has "
            f"{', '.join(sorted(asked))}: it is a checkpoint of another training"
        )
    for name, part in parts.items():
        try:
            _put(part, whole["parts"][name], whole["step"])
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            reason = str(error).splitlines()[-1].strip()
            raise ValueError(
                f"the {name} in {path} is not the one of this training ({reason}): use the same "
                "model and options, or begin anew with another path"
            ) from error
    _put_random(whole["random"])
    return whole["step"]


def steps_done(path: Path) -> int:
    """How many steps the checkpoint at `path` has behind it; 0 where there is none."""
    return _read(path)["step"] if path.exists() else 0


def _read(path: Path) -> dict[str, Any]:
    try:
        whole = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise OSError(f"no checkpoint at {path}: leave out the wish to resume") from None
    except (RuntimeError, EOFError, pickle.UnpicklingError, KeyError, ValueError) as error:
        raise OSError(
            f"{path} cannot be read as a checkpoint: delete it, or name another"
        ) from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of learnkit ({FORMAT!r} is missing)")
    return whole


def _state(part: Any) -> Any:
    if not isinstance(part, torch.Generator):
        return part.state_dict()
    return {"device": part.device.type, "seed": part.initial_seed(), "state": part.get_state()}


def _put(part: Any, state: Any, step: int) -> None:
    if not isinstance(part, torch.Generator):
        part.load_state_dict(state)
    elif part.device.type == state["device"]:
        part.set_state(state["state"])
    else:  # each kind of device has random numbers of its own
        warnings.warn(
            f"this training was begun on {state['device']} and is resumed on {part.device.type}: "
            "from here on it draws other random numbers than it would have there",
            stacklevel=4,
        )
        part.manual_seed(state["seed"] + step)  # not those that it began with


def _random() -> dict[str, Any]:
    """torch's own random state, which dropout draws from."""
    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        state["mps"] = torch.mps.get_rng_state()
    return state


def _put_random(state: dict[str, Any]) -> None:
    """What is stored of the devices that are here; there may be more GPUs now, or fewer."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available():
        for i, one in zip(range(torch.cuda.device_count()), state.get("cuda", ()), strict=False):
            torch.cuda.set_rng_state(one, i)
    if torch.backends.mps.is_available() and "mps" in state:
        torch.mps.set_rng_state(state["mps"])
