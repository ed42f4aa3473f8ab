import numpy as np
import pytest
import torch

from learnkit.images.data import fashion_mnist
from learnkit.images.metrics import pooled_psnr
from learnkit.sweeps import data_size, garments, remedies, transfer
from learnkit.sweeps.base import shipped
from learnkit.training.augmentation import random_maps


@pytest.fixture(scope="module")
def trained():
    return garments.fit(garments.few(40, seed=3), width=32, steps=300, seed=1)


def test_training_validation_and_test_pictures_have_none_in_common():
    every = fashion_mnist("train")[0]
    drawn = {picture.tobytes() for picture in garments.few(garments.POOL, 0).images.numpy()}
    kept = {picture.tobytes() for picture in every[garments.POOL :][:500]}
    # two of the 10,000 garments may be the same picture; the indices are not
    assert len(drawn & kept) == 0 and len(garments.few(300, 0)) == 300
    assert not torch.equal(garments.few(50, 0).images, garments.few(50, 1).images)


def test_decibels_are_those_of_the_library_within_the_hole(trained):
    images = garments.test_garments()[:50]
    filled = trained.model.fill(images)[:, 0].double().numpy()
    holes = np.tile(garments.HOLE.numpy(), (50, 1, 1))
    truth = images[:, 0].double().numpy()
    want = pooled_psnr(filled, truth, holes=holes)
    assert abs(garments.psnr(trained.model, images) - want) < 1e-3


def test_it_overfits_forty_garments_and_stopping_early_takes_the_best_validation(trained):
    assert trained.steps == list(range(50, 301, 50))
    assert trained.seen[-1] > trained.validation[-1] + 3
    best = garments.psnr(trained.stopped_early(), garments.validation())
    assert abs(best - max(trained.validation)) < 1e-4
    assert not trained.model.training


def test_the_same_seed_gives_the_same_network_and_leaves_torchs_own_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    runs = [
        garments.fit(
            garments.few(30, 0),
            width=8,
            steps=4,
            dropout=0.5,
            seed=2,
            maps=lambda n, g: random_maps(n, degrees=10.0, generator=g),
        )
        for _ in range(2)
    ]
    assert torch.equal(torch.get_rng_state(), before)
    for one, other in zip(*(r.model.state_dict().values() for r in runs), strict=True):
        assert torch.equal(one, other)


def test_every_remedy_is_a_remedy_of_the_same_training():
    learned = garments.few(30, 0)
    plain = garments.fit(learned, steps=2)
    for name, every in remedies.REMEDIES.items():
        options = {what: value for what, value in every.items() if what != "pictures"}
        again = garments.fit(learned, steps=2, **options)
        same = all(
            a.shape == b.shape and torch.equal(a, b)
            for a, b in zip(plain.model.parameters(), again.model.parameters(), strict=True)
        )
        assert same == (options == {}), name


def row_of(name, **setting):
    return next(row for row in shipped(name) if setting.items() <= row.items())


@pytest.mark.slow
def test_rows_that_are_shipped_come_out_again():
    for name, sweep, setting in (
        ("data_size", data_size, {"pictures": 300, "width": 16, "seed": 0}),
        ("remedies", remedies, {"remedy": "all four", "seed": 1}),
        ("transfer", transfer, {"way": "fine-tuned", "tiles_seen": 30, "seed": 0}),
    ):
        for score, value in sweep.trial(**setting).items():
            assert abs(value - row_of(name, **setting)[score]) < 0.3, (name, score)


def test_the_row_of_the_untrained_transfer_comes_out_again():
    row = row_of("transfer", way="as it is")
    assert abs(transfer.trial("as it is", 0, 0)["test"] - row["test"]) < 0.01
