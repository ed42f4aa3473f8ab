import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from learnkit.models import pretrained as module
from learnkit.models.pretrained import NETWORKS, card, half, network, pretrained
from learnkit.recipes.base import find

# to draw so many pictures takes minutes; the figures of lessons 12 and 18 watch them as well
SLOW = {"painter", "flow", "noise_predictor"}


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
