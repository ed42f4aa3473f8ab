"""The noise predictor's recipe: lesson 12's loss, and nothing else."""

import torch

from learnkit.images.data import fashion_mnist
from learnkit.models.diffusion import denoising_loss
from learnkit.models.noise_predictor import NoisePredictor
from learnkit.recipes import noise_predictor as module
from learnkit.training.pictures import resident


def test_the_loss_is_the_denoising_loss_at_steps_from_end_to_end():
    heard = []
    model = NoisePredictor(width=16, depth=1)
    torch.nn.init.normal_(model.unet.end[2].weight, std=0.1)
    model.register_forward_hook(lambda _, given, said: heard.append((*given, said)))
    images = resident(fashion_mnist("train")[0][:64]).first(64)
    loss = module.objective(torch.Generator().manual_seed(0))(model, images)
    xt, t, said = heard[0]
    a = model.alpha_bar[t][:, None, None, None]
    noise = (xt - a.sqrt() * (2 * images - 1)) / (1 - a).sqrt()
    torch.testing.assert_close(loss, (said - noise).square().mean(), rtol=1e-4, atol=1e-4)
    again = denoising_loss(lambda *_: said, 2 * images - 1, t, noise, model.alpha_bar)
    torch.testing.assert_close(loss, again, rtol=1e-4, atol=1e-4)
    assert t.min() < 100 and t.max() > 900 and len(set(t.tolist())) > 50


def test_it_is_measured_by_ddim_in_1_to_25_calls_and_with_fresh_noise(monkeypatch):
    monkeypatch.setattr(module, "COUNT", 4)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    torch.manual_seed(0)
    found = module.measure(NoisePredictor(width=16, depth=1))
    assert [name.partition(", ")[2] for name in found] == [
        "1 call",
        "2 calls",
        "4 calls",
        "8 calls",
        "25 calls",
        "25 calls with fresh noise (order 2)",
    ]
    assert min(found.values()) > 0
