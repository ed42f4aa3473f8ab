import math

import numpy as np
import pytest
import torch
from scipy.ndimage import affine_transform, map_coordinates

from learnkit.training.augmentation import augment, random_maps


@pytest.fixture
def pictures():
    return torch.rand(3, 2, 9, 12, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def holes():
    holes = torch.zeros(3, 1, 9, 12, dtype=torch.bool)
    holes[0, :, 2:5, 3:7] = holes[1, :, 7:, :2] = True
    return holes


def places(matrix, h, w):
    """Where each pixel looks in the old picture, (2, h, w) in pixels: rows, then columns."""
    y, x = np.mgrid[:h, :w]
    ones = np.stack([(2 * x + 1) / w - 1, (2 * y + 1) / h - 1, np.ones((h, w))])
    right, down = np.tensordot(matrix.double().numpy(), ones, axes=1)
    return np.stack([((down + 1) * h - 1) / 2, ((right + 1) * w - 1) / 2])


def test_pictures_are_as_scipy_interpolates_them(pictures, holes):
    dice = torch.Generator().manual_seed(1)
    maps = random_maps(3, degrees=30.0, scale=0.3, shift=0.1, mirror=True, generator=dice)
    moved, _ = augment(pictures, holes, maps)
    for i, matrix in enumerate(maps):
        for c in range(2):
            # a frame of zeros: SciPy's own border is another
            framed = np.pad(pictures[i, c].double().numpy(), 20)
            want = map_coordinates(framed, places(matrix, 9, 12) + 20, order=1)
            np.testing.assert_allclose(moved[i, c].numpy(), want, atol=1e-5)


def test_a_pixel_is_known_where_and_only_where_all_that_it_looks_at_is_known(pictures, holes):
    dice = torch.Generator().manual_seed(2)
    maps = random_maps(3, degrees=40.0, scale=0.3, shift=0.2, generator=dice)
    _, moved = augment(pictures, holes, maps)
    for i, matrix in enumerate(maps):
        rows, columns = places(matrix, 9, 12)
        known = np.pad(~holes[i, 0].numpy(), 40)
        taps = [
            (abs(1 - di - rows % 1) * abs(1 - dj - columns % 1), di, dj)
            for di in (0, 1)
            for dj in (0, 1)
        ]
        low, left = np.floor(rows).astype(int) + 40, np.floor(columns).astype(int) + 40
        bad = sum(w * ~known[low + di, left + dj] for w, di, dj in taps)
        clear = abs(bad - 1e-3) > 1e-4
        assert clear.mean() > 0.99
        assert np.array_equal(moved[i, 0].numpy()[clear], (bad > 1e-3)[clear])


def test_what_is_under_the_hole_reaches_no_known_pixel(pictures, holes):
    maps = random_maps(3, degrees=90.0, scale=0.5, generator=torch.Generator().manual_seed(3))
    other = torch.where(holes, torch.rand_like(pictures), pictures)
    one, hole = augment(pictures, holes, maps)
    two, _ = augment(other, holes, maps)
    known = (~hole).expand_as(one)
    assert known.any() and (one - two)[known].abs().max() <= 1e-3


def test_no_map_changes_a_picture_that_it_leaves_in_place(pictures, holes):
    moved, hole = augment(pictures, holes, random_maps(3))
    torch.testing.assert_close(moved, pictures, atol=1e-5, rtol=0)
    assert torch.equal(hole, holes)


def test_mirrored_maps_flip_half_of_the_pictures():
    image = torch.rand(400, 1, 4, 4)
    for option, axis in (("mirror", 3), ("upside_down", 2)):
        maps = random_maps(400, generator=torch.Generator().manual_seed(4), **{option: True})
        moved, _ = augment(image, torch.zeros(1, 1, 4, 4, dtype=torch.bool).expand_as(image), maps)
        same = (moved - image).abs().amax((1, 2, 3)) < 1e-4
        flipped = (moved - image.flip(axis)).abs().amax((1, 2, 3)) < 1e-4
        assert (same ^ flipped).all() and 150 < same.sum() < 250


def test_turns_sizes_and_shifts_fill_their_ranges_and_keep_to_them():
    maps = random_maps(
        2000, degrees=30.0, scale=0.2, shift=0.1, generator=torch.Generator().manual_seed(5)
    )
    size = 1 / maps[:, :, :2].det().sqrt()
    angle = torch.rad2deg(torch.atan2(maps[:, 1, 0], maps[:, 0, 0]))
    for values, end in ((size - 1, 0.2), (angle, 30), (maps[:, :, 2] / 2, 0.1)):
        assert 0.98 * end < values.abs().max() <= end * (1 + 1e-5)
        assert abs(values.mean()) < 0.06 * end * math.sqrt(2)


def test_a_picture_turned_by_a_right_angle_is_numpys_turned():
    image = torch.rand(1, 1, 8, 8)
    quarter = torch.tensor([[[0.0, -1, 0], [1, 0, 0]]])
    moved, _ = augment(image, torch.zeros(1, 1, 8, 8, dtype=torch.bool), quarter)
    turned = affine_transform(image[0, 0].numpy(), [[0, 1], [-1, 0]], (0, 7), order=1)
    np.testing.assert_allclose(moved[0, 0].numpy(), turned, atol=1e-5)
    np.testing.assert_allclose(moved[0, 0].numpy(), np.rot90(image[0, 0].numpy()), atol=1e-5)


@pytest.mark.errors
def test_a_hole_that_is_not_bool_or_of_another_shape_is_refused(pictures, holes):
    with pytest.raises(TypeError, match="hole must be a bool tensor"):
        augment(pictures, holes.float(), random_maps(3))
    with pytest.raises(ValueError, match=r"hole must be \(3, 1, 9, 12\), one for each picture"):
        augment(pictures, holes[:1], random_maps(3))
    with pytest.raises(ValueError, match=r"matrix must be \(3, 2, 3\), one for each picture"):
        augment(pictures, holes, random_maps(2))
