"""Whatever bytes an answer's process sends: an outcome that can be judged, or ValueError."""

import io
import json
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from learnkit.exercises.judge import judge
from learnkit.exercises.report import Report
from learnkit.exercises.sandbox.wire import Outcome, pack, read_frame, unpack, write_frame
from learnkit.exercises.table import find

patiently = settings(deadline=None, max_examples=50)
numbers = arrays.arrays(
    st.sampled_from("? i1 u1 <i8 >i4 u8 f2 f4 f8 >f8 c8 c16".split()),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
outcomes = st.builds(
    Outcome,
    st.sampled_from(["value", "none", "odd", "big", "raised", "signature", "stub", "left in"]),
    st.dictionaries(st.sampled_from(["", "path", "xt"]) | st.text(max_size=5), numbers, max_size=3),
    st.lists(st.integers(0, 99).map(str), max_size=3),
    st.sampled_from(["float", "ndarray", "Tensor", "tuple"]) | st.text(max_size=5),
    st.text(max_size=20),
    st.text(max_size=20),
    st.integers(0, 10**6),
    st.booleans(),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
HEAD = {
    "kind": "value",
    "arrays": [["", "<f8", [2]]],
    "changed": [],
    "type": "ndarray",
    "message": "",
    "file": "",
    "line": 0,
    "cheated": False,
}


def frame(head=None, data=bytes(16), **changes):
    return json.dumps({**HEAD, **changes} if head is None else head).encode() + b"\n" + data


@patiently
@given(outcomes)
def test_an_outcome_comes_back_as_it_was_sent(outcome):
    back = unpack(b"".join(pack(outcome)))
    for name in ("kind", "changed", "line", "cheated"):
        assert getattr(back, name) == getattr(outcome, name)
    assert back.arrays.keys() == outcome.arrays.keys()
    for key, array in outcome.arrays.items():
        assert back.arrays[key].dtype == array.dtype
        np.testing.assert_array_equal(back.arrays[key], array)


@patiently
@example([Outcome("raised", type="ValueError", file="\0", line=1)], "mse_loss")
@given(st.lists(outcomes, max_size=9), st.sampled_from(["mse_loss", "gradient_descent"]))
def test_whatever_well_formed_outcomes_come_the_judge_has_a_verdict(come, name):
    report = judge(find(name), come)
    assert isinstance(report, Report) and str(report).encode()


def is_outcome_or_value_error(sent):
    try:
        outcome = unpack(sent)
    except ValueError:
        return
    assert all(a.dtype.kind in "biufc" for a in outcome.arrays.values())
    assert str(judge(find("mse_loss"), [outcome])).encode("utf-8")


@patiently
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_an_outcome_or_a_value_error(sent):
    is_outcome_or_value_error(sent)


@patiently
@given(st.sampled_from(sorted(HEAD)), json_values, st.binary(max_size=16))
def test_a_head_with_anything_in_any_place_is_one_too(key, value, data):
    is_outcome_or_value_error(frame(data=data, **{key: value}))


@patiently
@given(json_values, json_values, json_values)
def test_an_array_s_entry_with_anything_in_it_is_one_too(key, dtype, shape):
    is_outcome_or_value_error(frame(arrays=[[key, dtype, shape]]))


@pytest.mark.parametrize(
    "odd",
    [
        frame(arrays=[["", "<M8[s]", [2]]]),  # datetime
        frame(arrays=[["", "<U2", [2]]]),
        frame(arrays=[["", "|O", [2]]]),
        frame(arrays=[["", "|V8", [2]]]),
        frame(arrays=[["", "f4,i4", [2]]]),
        frame(arrays=[["", "<f3", [2]]]),
        frame(arrays=[["", "<f8", [-1]]]),
        frame(arrays=[["", "<f8", [2.0]]]),
        frame(arrays=[["", "<f8", [True, 2]]]),
        frame(arrays=[["", "<f8", [10**30]]]),
        frame(arrays=[["", "<f8", [0, 10**7, 10**7]]]),
        frame(arrays=[["", "<f8", [1] * 70]]),
        frame(arrays=[["", "<f8", [3]]]),  # more than there is
        frame(arrays=[["", "<f8", [1]]]),  # less
        frame(arrays=[["", "<f8", [1]], ["", "<f8", [1]]]),  # the same name twice
        frame(arrays={"": 1}),
        frame(changed=["x"]),
        frame(changed=[0]),
        frame(changed=["-1"]),
        frame(changed="0"),
        frame(kind="correct"),
        frame(kind=["value"]),
        frame(line="7"),
        frame(line=True),
        frame(line=-1),
        frame(line=10**30),
        frame(cheated=None),
        frame(type=7),
        frame(message="x" * 10**5),
        frame(extra=1),
        frame({}),
        frame([]),
        frame(None, kind=None),
        b"[" * 100_000 + b"\n",
        b'{"a":' * 100_000 + b"\n",
        b"\n",
        b"",
        b"\xff\n",
        b"1" * 10_000 + b"\n",
        b" " * (2 << 20) + b"{}\n",
    ],
)
def test_odd_frames_are_value_errors(odd):
    with pytest.raises(ValueError):
        unpack(odd)


def test_half_a_character_can_be_printed():
    outcome = unpack(b"".join(pack(Outcome("raised", type="E", message="a\ud800b"))))
    assert outcome.message.encode("utf-8") == b"a?b"


def test_a_frame_of_4_gb_neither_comes_in_nor_takes_memory():
    lies = io.BytesIO(struct.pack("<Q", 4 << 30) + bytes(1000))
    with pytest.raises(ValueError, match="4294967296 bytes"):
        read_frame(lies, 65 << 20)
    lies.seek(0)
    tracemalloc.start()
    assert read_frame(lies) is None  # it ends before it has held its word
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


@patiently
@given(st.lists(st.binary(max_size=40), max_size=4), st.integers(0, 60))
def test_frames_come_back_whole_or_not_at_all(bodies, cut):
    stream = io.BytesIO()
    for body in bodies:
        write_frame(stream, body[:7], body[7:])
    whole = stream.getvalue()
    stream = io.BytesIO(whole[: len(whole) - cut])
    back = list(iter(lambda: read_frame(stream), None))
    assert back == bodies[: len(back)] and (cut or back == bodies)
