import pytest
import torch

from learnkit.images.data import emoji, fashion_mnist
from learnkit.training.datasets import emoji_shown, emoji_unseen, garments


def test_without_a_network_the_embedded_pictures_do(monkeypatch):
    def offline(split, full=False):
        if full:
            raise ConnectionError("cannot download: go online")
        return fashion_mnist(split)

    monkeypatch.setattr("learnkit.training.datasets.fashion_mnist", offline)
    with pytest.warns(UserWarning, match=r"go online; training on the 10,000"):
        assert len(garments(torch.device("cpu"))) == 10_000


def test_what_is_measured_was_never_trained_on_and_nothing_is_lost():
    trained, kept = emoji_shown(torch.device("cpu")), emoji_unseen()
    assert (len(trained), len(kept)) == (1719, 192)
    images = torch.from_numpy(emoji()[0]).permute(0, 3, 1, 2)
    assert torch.equal(kept.images, images[::10])
    assert torch.equal(trained.images[:9], images[1:10])
    assert torch.equal(kept.images[-1], images[-1])
    assert torch.equal(trained.images[-1], images[-2])
