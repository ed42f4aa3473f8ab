"""The plate in rounds: its pyramid, and that it comes to the sparse solution."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import convolve

from learnkit.fills.harmonic import biharmonic
from learnkit.holes import draw
from learnkit.images.data import photograph
from learnkit.models.push_pull import conjugate_gradient, laplacian, push_pull

LAPLACE = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], float)


def dice(seed):
    return torch.Generator().manual_seed(seed)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 1000))
def test_the_laplacian_is_scipys_with_the_border_repeated(h, w, seed):
    x = torch.rand(2, 3, h, w, generator=dice(seed), dtype=torch.float64)
    theirs = convolve(x.numpy(), LAPLACE[None, None], mode="nearest")
    np.testing.assert_allclose(laplacian(x).numpy(), theirs, atol=1e-12)


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 1000))
def test_the_pyramid_stays_between_the_least_and_the_most_that_is_known(h, w, seed):
    images = torch.rand(2, 3, h, w, generator=dice(seed))
    hole = torch.rand(2, 1, h, w, generator=dice(seed + 1)) < 0.6
    hole[..., 0, 0] = False
    fill = push_pull(torch.where(hole, 7.0, images), hole)
    assert torch.equal(fill.masked_select(~hole), images.masked_select(~hole))
    for c in range(3):
        for i in range(2):
            known = images[i, c][~hole[i, 0]]
            assert (fill[i, c] >= known.min() - 1e-5).all()
            assert (fill[i, c] <= known.max() + 1e-5).all()


def test_the_pyramid_of_nothing_is_nought():
    assert (push_pull(torch.rand(1, 3, 9, 6), torch.ones(1, 1, 9, 6) > 0) == 0).all()


@pytest.mark.parametrize("picture", ["astronaut", "camera"])
def test_enough_rounds_end_in_the_biharmonic_fill(picture):
    image = photograph(picture, height=48)
    hole = draw.text(image.shape, "ink", size=14)
    x = torch.from_numpy(np.atleast_3d(image)).permute(2, 0, 1)[None]
    place = torch.from_numpy(hole)[None, None]
    made = conjugate_gradient(push_pull(x, place), place, rounds=400)[0].permute(1, 2, 0).numpy()
    low, high = (f(image[~hole], axis=0) for f in (np.min, np.max))
    truth = biharmonic(image, hole)
    np.testing.assert_allclose(made.clip(low, high).reshape(image.shape), truth, atol=1e-6)


def test_a_round_never_bends_it_more_and_pictures_go_their_own_way():
    images = torch.rand(3, 1, 12, 10, generator=dice(0), dtype=torch.float64)
    hole = torch.rand(3, 1, 12, 10, generator=dice(1)) < 0.4
    hole[2] = False  # nothing to do: no division by nothing
    energies = []
    for rounds in range(0, 12, 2):
        bent = conjugate_gradient(images, hole, rounds=rounds)
        energies.append(laplacian(bent).square().sum(dim=(1, 2, 3)))
        alone = torch.cat(
            [
                conjugate_gradient(x[None], k[None], rounds=rounds)
                for x, k in zip(images, hole, strict=True)
            ]
        )
        torch.testing.assert_close(bent, alone)
    assert (torch.stack(energies).diff(dim=0) <= 1e-12).all()
    assert torch.equal(bent[2], images[2])
