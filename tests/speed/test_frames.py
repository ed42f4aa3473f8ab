from itertools import islice

import numpy as np
import pytest
import torch

from learnkit.holes import draw
from learnkit.images.data import fashion_mnist
from learnkit.models.pretrained import pretrained
from learnkit.speed import frames

GARMENTS = fashion_mnist("test")[0][:40]
PICTURES = torch.from_numpy(GARMENTS[:, None] / np.float32(255))


@pytest.mark.parametrize(
    "hole",
    [draw.box((28, 28), height=14, width=14), draw.half((28, 28))],
    ids=["box", "half"],
)
def test_the_inpainter_of_one_hole_fills_as_the_inpainter_does(hole):
    inpainter, hole = pretrained("inpainter"), torch.from_numpy(hole)[None, None]
    with torch.inference_mode():
        quick = frames.OneHole(inpainter, hole).eval()(PICTURES)
    torch.testing.assert_close(quick, inpainter.fill(PICTURES, hole), rtol=0, atol=1e-5)
    assert torch.equal(quick[:, :, ~hole[0, 0]], PICTURES[:, :, ~hole[0, 0]])


def test_the_inpainter_itself_stays_where_and_as_it_is():
    inpainter = pretrained("inpainter")
    hole = torch.from_numpy(draw.box((28, 28), height=10, width=10))[None, None]
    frames.OneHole(inpainter, hole).double()
    assert {weight.dtype for weight in inpainter.parameters()} == {torch.float32}


def test_what_a_frame_holds_under_the_spot_is_never_read():
    hole = torch.from_numpy(draw.box((28, 28), height=10, width=10))[None, None]
    one = frames.OneHole(pretrained("inpainter"), hole).eval()
    other = torch.where(hole, torch.rand(PICTURES.shape), PICTURES)
    with torch.inference_mode():
        assert torch.equal(one(PICTURES), one(other))


def test_the_camera_trembles_by_two_pixels_and_goes_from_picture_to_picture():
    seen = list(islice(frames.camera(GARMENTS[:2], dwell=30), 61))
    np.testing.assert_array_equal(seen[0], GARMENTS[0])
    np.testing.assert_array_equal(seen[30], GARMENTS[1])
    np.testing.assert_array_equal(seen[60], GARMENTS[0])  # and begins again
    shifts = {
        (dy, dx)
        for frame in seen[:30]
        for dy in range(-3, 4)
        for dx in range(-3, 4)
        if np.array_equal(frame, np.roll(GARMENTS[0], (dy, dx), axis=(0, 1)))
    }
    assert len(shifts) > 6 and max(abs(d) for shift in shifts for d in shift) == 2


def test_frames_are_bytes_before_and_after_and_the_time_is_that_of_each():
    told = []
    found = frames.live(
        frames.camera(GARMENTS[:1]),
        lambda x: 1 - x,
        count=5,
        see=lambda i, frame, filled: told.append((i, frame, filled)),
    )
    assert [i for i, _, _ in told] == [0, 1, 2, 3, 4] and len(found.seconds) == 5
    for _, frame, filled in told:
        np.testing.assert_array_equal(filled, 255 - frame)
    assert found.median_rate == pytest.approx(1 / np.median(found.seconds))


def test_a_network_as_a_function_of_arrays_has_no_graph_behind_it():
    model = torch.nn.Linear(3, 2)
    x = np.ones((1, 3), np.float32)
    got = frames.by_torch(model)(x)
    np.testing.assert_array_equal(got, model(torch.from_numpy(x)).detach().numpy())


@pytest.mark.errors
def test_no_picture_no_frame_and_a_hole_of_another_size_are_named():
    with pytest.raises(ValueError, match="a picture and dwell at least 1, got 0, 30"):
        next(frames.camera(GARMENTS[:0]))
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        frames.live(frames.camera(GARMENTS), lambda x: x, count=0)
    with pytest.raises(ValueError, match="hole must have shape"):
        frames.OneHole(pretrained("inpainter"), torch.zeros(1, 1, 32, 32, dtype=torch.bool))
