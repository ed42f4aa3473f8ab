import math

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from learnkit.models import pretrained as module
from learnkit.models.pretrained import NETWORKS, card, half, network, pretrained
from learnkit.recipes.base import find

SLOW = {"painter"}  # to draw sixteen fills takes minutes; lesson 12's figures watch it as well


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in NETWORKS]
)
def test_the_shipped_weights_have_the_quality_that_their_card_says(name):
    said = card(name)
    model = pretrained(name)
    assert not model.training
    assert said["network"] == name and said["parameters"] == sum(
        p.numel() for p in model.parameters()
    )
    measured = find(name).measure(model)
    assert measured.keys() == said["quality"].keys()
    for what, value in said["quality"].items():
        assert measured[what] == pytest.approx(value, rel=2e-3, abs=0.02), what


@pytest.mark.parametrize("name", NETWORKS)
def test_the_card_says_what_the_recipe_says(name):
    said, recipe = card(name), find(name)
    assert (said["data"], said["what"]) == (recipe.data, recipe.what)
    assert said["batch size"] == recipe.batch_size and said["seed"] == recipe.seed
    assert tuple(said.get("missed", ())) == recipe.missed


@pytest.mark.parametrize("name", NETWORKS)
def test_a_missed_target_is_told_with_what_to_try_next(name):
    for sentence in card(name).get("missed", ()):
        assert (
            sentence.startswith("Asked: ") and "To try next:" in sentence and sentence.endswith(".")
        )


def test_what_was_missed_is_in_the_cards_own_numbers():
    filler, drawer = card("inpainter"), card("conditional_vae")
    right = filler["quality"]["hole PSNR, right half, dB"]
    assert f"+{right - 16.29:.2f} dB" in filler["missed"][0]  # of 10 neighbours, bench_inpainter.py
    one, mean = (
        drawer["quality"][f"hole PSNR of right half, {what}, dB"]
        for what in ("one draw", "mean of 16")
    )
    assert f"{mean - one:.2f} dB" in drawer["missed"][0]
    assert f"{10 * math.log10(2 / (1 + 1 / 16)):.2f}" in drawer["missed"][0]
    far = drawer["quality"]["Frechet classifier distance of 10,000 inventions"]
    assert f"{far:.1f}" in drawer["missed"][1]


@pytest.mark.errors
def test_weights_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"no network is called 'vea'; there are .*vae"):
        pretrained("vea")
    with pytest.raises(FileNotFoundError):
        pretrained("vae", tmp_path)
    path = tmp_path / "vae.safetensors"
    path.write_bytes(b"not at all")
    with pytest.raises(OSError, match="is no safetensors file, or was cut short"):
        pretrained("vae", tmp_path)
    save_file(half(nn.Linear(2, 2)), path)
    with pytest.raises(ValueError, match="holds the weights of another network"):
        pretrained("vae", tmp_path)
    whole = half(network("vae"))
    save_file(whole, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(OSError, match="is no safetensors file, or was cut short"):
        pretrained("vae", tmp_path)


def test_half_precision_costs_nothing_that_shows():
    model = pretrained("vae")
    images = torch.rand(4, 1, 28, 28)
    single = {k: v.float() for k, v in half(model).items()}
    other = network("vae").eval()
    other.load_state_dict(single)
    assert torch.equal(other.reconstruct(images), model.reconstruct(images))
    assert module.card("vae")["quality"]["test nats, mean"] < 240
