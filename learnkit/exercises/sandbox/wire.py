"""What passes between a worker and the notebook: frames of bytes, and outcomes inside them.

Nothing that an answer sends is ever unpickled: an outcome is a line of JSON and arrays as they
lie in memory, and every part of it is checked. At the top level this file needs the standard
library and NumPy alone.
"""

import json
import math
import re
import struct
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np

from learnkit.exercises.sandbox import limits

HEAD = 1 << 20  # bytes of JSON before them
KINDS = {"value", "none", "odd", "big", "raised", "signature", "stub", "left in", "unread"}
IMPORTS, IMPORTED = b"imports", b"imported "  # said around an import in the midst of a case
CHUNK = 1 << 20  # bytes read at a time: a frame that lies about its length costs no more
_dumps, _length = json.dumps, struct.Struct("<Q").pack  # an answer may spoil either module
_NUMBERS = re.compile(r"[<>=|]?[biufc]\d{1,2}")  # NumPy's names for the kinds of number


@runtime_checkable
class Reader(Protocol):
    """As much of a stream as a frame is read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at its end."""


@runtime_checkable
class Writer(Protocol):
    """As much of a stream as a frame is written to."""

    def write(self, data: bytes, /) -> object:
        """Takes all of `data`."""

    def flush(self) -> object:
        """Sends what it has taken."""


@dataclass
class Outcome:
    """What an answer did on a case.

    `kind` is one of KINDS, or what the notebook's side notes of a process that wrote none: late,
    asleep, ended or garbled.
    """

    kind: str
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)  # positions of arguments changed in place
    type: str = ""  # of the result, or of the exception
    message: str = ""
    file: str = ""
    line: int = 0
    cheated: bool = False
    counts: dict[str, str] = field(default_factory=dict)  # name: its type; for the judge, not sent


def write_frame(stream: Writer, *parts: bytes) -> None:
    """Writes parts as one frame: their total length in 8 bytes, then the bytes."""
    stream.write(_length(sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_frame(stream: Reader, limit: int | None = None) -> bytes | None:
    """One frame, or None where the stream ends before it does.

    Raises ValueError, and reads no further, where it is longer than `limit` bytes.
    """
    head = stream.read(8)
    if len(head) < 8:
        return None
    (left,) = struct.unpack("<Q", head)
    if limit is not None and left > limit:
        raise ValueError(f"a frame of {left} bytes; at most {limit} may come")
    body = bytearray()
    while left:
        part = stream.read(min(left, CHUNK))
        if not part:
            return None
        body += part
        left -= len(part)
    return bytes(body)


def pack(outcome: Outcome) -> tuple[bytes, ...]:
    """An outcome as bytes: a line of JSON, then each array as it lies in memory."""
    head = asdict(replace(outcome, counts={}))
    del head["counts"]
    arrays = [(k, a.dtype.str, a.shape, a.tobytes()) for k, a in outcome.arrays.items()]
    head["arrays"] = [(k, dtype, shape) for k, dtype, shape, _ in arrays]
    return (_dumps(head).encode() + b"\n", *(data for *_, data in arrays))


def unpack(frame: bytes) -> Outcome:
    """The outcome that `pack` packed. Raises ValueError where the bytes are no outcome."""
    end = frame.find(b"\n", 0, HEAD)
    if end < 0:
        raise ValueError("no line of JSON begins it")
    try:
        head = json.loads(frame[:end])
    except RecursionError:
        raise ValueError("its JSON is nested too deep") from None
    fields = Outcome.__dataclass_fields__.keys() - {"counts"}
    expect(isinstance(head, dict) and head.keys() == fields, "keys")
    expect(isinstance(head["kind"], str) and head["kind"] in KINDS, "kind")
    expect(isinstance(head["line"], int) and 0 <= head["line"] < 2**31, "line")
    expect(isinstance(head["cheated"], bool) and not isinstance(head["line"], bool), "flags")
    for key in ("type", "message", "file"):
        head[key] = _text(head[key], key)
    changed = head["changed"]
    expect(isinstance(changed, list) and all(_is_place(place) for place in changed), "changed")
    head["arrays"] = _arrays(head["arrays"], frame, end + 1)
    return Outcome(**head)


def _arrays(listed: Any, frame: bytes, offset: int) -> dict[str, np.ndarray]:
    expect(isinstance(listed, list), "arrays")
    arrays = {}
    for entry in listed:
        expect(isinstance(entry, list) and len(entry) == 3, "an array's entry")
        key, dtype, shape = _text(entry[0], "an array's name"), entry[1], entry[2]
        expect(isinstance(dtype, str) and _NUMBERS.fullmatch(dtype), "dtype")
        try:
            kind = np.dtype(dtype)
        except TypeError as error:
            raise ValueError(f"odd dtype: {error}") from None
        expect(kind.kind in "biufc", "dtype")
        expect(isinstance(shape, list) and len(shape) <= 32 and key not in arrays, "shape")
        expect(all(type(n) is int and 0 <= n <= limits.OUTPUT for n in shape), "shape")
        # a size of 0 multiplies away what would not fit: NumPy counts the others all the same
        expect(math.prod(n for n in shape if n) * kind.itemsize <= limits.OUTPUT, "shape")
        count = math.prod(shape)
        expect(offset + count * kind.itemsize <= len(frame), "length")
        arrays[key] = np.frombuffer(frame, kind, count, offset).reshape(shape).copy()
        offset += count * kind.itemsize
    expect(offset == len(frame), "length")
    return arrays


def expect(holds: object, what: str) -> None:
    """Raises ValueError over the part of an outcome that is not as `pack` writes it."""
    if not holds:
        raise ValueError(f"odd {what}")


def _text(value: Any, what: str) -> str:
    """A short string that can be shown: half a character that UTF-8 cannot write becomes "?"."""
    expect(isinstance(value, str) and len(value) <= 10_000, what)
    return value.encode("utf-8", "replace").decode()


def _is_place(place: Any) -> bool:
    return isinstance(place, str) and place.isascii() and place.isdigit() and len(place) <= 3
