import numpy as np
import pytest
import torch

from learnkit.article.faults import FAULTS
from learnkit.article.program import every
from learnkit.images.data import fashion_mnist
from learnkit.widgets import switchboard


@pytest.fixture(scope="module")
def outcomes():
    images = torch.from_numpy(fashion_mnist("train")[0][:16, None] / np.float32(255))
    return every(images, steps=150)


def mended(*names):
    return {name: name in names for name in FAULTS}


def texts(outcomes, *names):
    figure = switchboard.scene(outcomes).figure(**mended(*names))
    return [text.get_text() for text in figure.texts], figure.axes


def test_there_is_an_outcome_for_every_choice(outcomes):
    assert len(outcomes) == 2 ** len(FAULTS)


def test_as_it_stands_the_program_and_its_error_are_shown(outcomes):
    shown, axes = texts(outcomes)
    assert "    generated = model.predict(noise)" in shown and not axes
    assert "'Adam' object has no attribute" in shown[-1]
    assert switchboard.scene(outcomes).alt(**mended()).startswith("Mended: nothing. The program")


def test_mended_in_syntax_it_paints_white(outcomes):
    shown, axes = texts(outcomes, "predict", "minimize")
    assert "    generated = model(noise)" in shown and len(axes) == 4
    alt = switchboard.scene(outcomes).alt(**mended("predict", "minimize"))
    assert "to 4.0" in alt and "all four are white" in alt


def test_with_pictures_all_noises_become_one_and_with_their_own_noises_they_differ(outcomes):
    alt = switchboard.scene(outcomes).alt
    assert "nearly the same picture" in alt(**mended("predict", "minimize", "target", "pixel"))
    assert "different pictures" in alt(**mended(*FAULTS))


def test_a_switch_redraws_the_panel(outcomes):
    panel = switchboard.explore(outcomes)
    before = panel.picture.value
    panel.controls["minimize"].value = True
    assert panel.picture.value != before and "backward" in panel.picture.value
