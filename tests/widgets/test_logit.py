import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from learnkit.widgets import logit

logits = st.floats(-10, 10)
targets = st.floats(0, 1)


@given(z=logits, t=targets)
def test_losses_and_slopes_are_torchs(z, t):
    at = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    want = torch.tensor(t, dtype=torch.float64)
    mse = F.mse_loss(torch.sigmoid(at), want)
    bce = F.binary_cross_entropy_with_logits(at, want)
    slopes = [torch.autograd.grad(loss, at, retain_graph=True)[0].item() for loss in (mse, bce)]
    assert logit.losses(z, t) == pytest.approx((mse.item(), bce.item()), rel=1e-9, abs=1e-12)
    assert logit.slopes(z, t) == pytest.approx(slopes, rel=1e-9, abs=1e-12)


@given(z=logits, t=st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0]))
def test_the_floor_is_the_least_cross_entropy(z, t):
    assert logit.losses(z, t)[1] >= logit.floor(t) - 1e-12
    if 0 < t < 1:
        assert logit.losses(np.log(t / (1 - t)), t)[1] == pytest.approx(logit.floor(t))


@pytest.mark.parametrize(("z", "t"), [(-8.0, 1.0), (8.0, 0.0), (0.0, 1.0), (3.0, 0.25)])
def test_the_figure_stands_where_the_losses_are(z, t):
    scene = logit.scene()
    artists = scene.actors(scene.stage(), z=z, t=t)
    points = [
        a for a in artists if hasattr(a, "get_xdata") and len(np.atleast_1d(a.get_xdata())) == 1
    ]
    heights = [float(np.ravel(point.get_ydata())[0]) for point in points]
    assert heights == pytest.approx([*logit.losses(z, t), *logit.slopes(z, t)])
    left, right = scene.stage().axes
    assert left.get_ylim()[0] < min(heights[:2]) and max(heights[:2]) < left.get_ylim()[1]
    assert right.get_ylim()[0] < min(heights[2:]) and max(heights[2:]) < right.get_ylim()[1]


@pytest.mark.parametrize(
    ("z", "squared", "cross"),
    [(-8.0, "nearly 0", "not 0"), (0.0, "not 0", "not 0"), (9.0, "nearly 0", "nearly 0")],
)
def test_the_words_say_which_gradient_is_nearly_0(z, squared, cross):
    words = logit.scene().alt(z=float(z), t=1.0)
    assert re.findall(r"\((nearly 0|not 0)\)", words) == [squared, cross]
    slopes = [float(s) for s in re.findall(r"slope ([-+.\d]+) ", words)]
    assert slopes == pytest.approx(logit.slopes(float(z), 1.0), abs=6e-5)


def test_it_begins_sure_and_wrong():
    assert logit.explore().values == {"z": -6.0, "t": 1.0}
