import numpy as np
import pytest
from IPython import display

from learnkit.widgets import live

FRAME = np.full((28, 28), 200, np.uint8)
HOLE = np.zeros((28, 28), bool)
HOLE[10:18, 10:18] = True


class Handle:
    """Stands for the place under the cell."""

    def __init__(self, shown):
        self.shown = [shown]

    def update(self, shown):
        self.shown.append(shown)


@pytest.fixture
def handles(monkeypatch):
    found = []
    monkeypatch.setattr(
        display, "display", lambda shown, display_id: found.append(Handle(shown)) or found[-1]
    )
    return found


def test_frames_take_one_anothers_place_and_no_more_of_them_than_an_eye_sees(handles, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    window = live.Window(HOLE)
    for number in range(100):  # 200 frames a second, half a second long
        window(number, FRAME, FRAME)
        now[0] += 0.005
    (handle,) = handles
    assert 10 <= len(handle.shown) <= 14


def test_a_frame_is_shown_with_its_spot_beside_its_fill_and_described(handles):
    live.Window(HOLE)(7, FRAME, FRAME)
    data, metadata = handles[0].shown[0]._repr_mimebundle_()
    assert "Frame 7 of the camera, with a black spot" in data["text/plain"]
    assert "filled, frame 7" in data["text/html"] and metadata["image/png"]["alt"]
