"""A recipe computes the same numbers whatever torch's own defaults are."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch

from learnkit.models.pretrained import NETWORKS, garment_features
from learnkit.recipes import gan
from learnkit.training.loop import train
from tests.recipes.sharing import PLAIN, losses, pictures


@contextmanager
def defaults(dtype, device):
    """torch's global defaults; on "meta" nothing has a value, so whoever asks it fails."""
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            yield
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_step_is_the_same_whatever_torchs_defaults_are(name, monkeypatch):
    monkeypatch.setattr(gan, "SETTLING", 2)  # batches after the last step: each is like the others
    torch.manual_seed(0)
    plain = losses(name, steps=1, batch_size=16)
    with defaults(torch.float64, "meta"):
        torch.manual_seed(0)
        assert losses(name, steps=1, batch_size=16) == plain


def test_features_and_a_training_of_ones_own_do_not_ask_for_torchs_defaults():
    before = garment_features(pictures("vae").take(torch.arange(4)))
    with defaults(torch.float64, "meta"):
        images = pictures("vae").take(torch.arange(4, device="cpu"))
        assert np.array_equal(garment_features(images), before)
    with defaults(torch.float64, "cpu"):  # a network made there has double weights
        model = torch.nn.Conv2d(1, 1, 3, padding=1)
        steps = train(
            model,
            lambda m, batch: (m(batch) - batch).square().mean(),
            pictures("vae"),
            steps=2,
            batch_size=8,
            machine=PLAIN,
        )
        assert [step.losses["loss"].dtype for step in steps] == [torch.float64] * 2
