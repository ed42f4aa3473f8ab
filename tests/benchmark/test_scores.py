import numpy as np
import pytest
import torch

from learnkit.benchmark import scores
from learnkit.benchmark.scores import CAP, frechet_classifier_distance, measure, timed
from learnkit.holes.published import holes
from learnkit.images.data import fashion_mnist, to_float
from learnkit.images.frechet import frechet_of
from learnkit.images.metrics import psnr, ssim
from learnkit.models.pretrained import pretrained

IMAGES = to_float(fashion_mnist("test")[0][:12])
HOLES = holes("brush", 12)


def grey(images, its_holes):
    return np.where(its_holes, 0.5, images)


def test_the_scores_are_those_of_the_definitions():
    found = measure(grey, IMAGES, HOLES, frechet=False)
    filled = grey(IMAGES, HOLES)
    pooled = -10 * np.log10(((filled - IMAGES)[HOLES] ** 2).mean())
    each_one = [psnr(p, t, hole=h) for p, t, h in zip(filled, IMAGES, HOLES, strict=True)]
    assert found["pooled_psnr"] == pytest.approx(pooled)
    assert found["mean_psnr"] == pytest.approx(np.mean(each_one))
    assert found["ssim"] == pytest.approx(np.mean([*map(ssim, filled, IMAGES)]))
    assert found["frechet"] is None and found["milliseconds"] > 0


def test_the_frechet_distance_is_that_of_the_classifiers_features():
    filled = grey(IMAGES, HOLES)
    model = pretrained("classifier")
    with torch.no_grad():
        seen = [
            model.features(torch.from_numpy(x)[:, None].float()).double() for x in (filled, IMAGES)
        ]
    expected = frechet_of(*(x.numpy() for x in seen))
    assert frechet_classifier_distance(filled, IMAGES) == pytest.approx(expected, rel=1e-4)
    assert frechet_classifier_distance(IMAGES, IMAGES) == pytest.approx(0, abs=1e-3)
    assert frechet_classifier_distance(IMAGES[:1], IMAGES[:1]) is None


def test_a_perfect_fill_has_finite_scores():
    truth = {image.tobytes(): image for image in IMAGES}
    cut = np.where(HOLES, 0, IMAGES)
    whole = {c.tobytes(): truth[i.tobytes()] for c, i in zip(cut, IMAGES, strict=True)}
    found = measure(lambda x, _: np.stack([whole[c.tobytes()] for c in x]), IMAGES, HOLES)
    assert found["pooled_psnr"] == found["mean_psnr"] == CAP
    assert found["ssim"] == pytest.approx(1)


def test_a_fill_never_sees_what_is_in_the_hole_and_cannot_change_what_it_is_judged_by():
    def spy(images, its_holes):
        assert not images[its_holes].any()
        filled = np.where(its_holes, 0.5, images)
        images[:], its_holes[:] = 0, False
        return filled

    kept = IMAGES.copy(), HOLES.copy()
    expected = measure(grey, IMAGES, HOLES)["pooled_psnr"]
    assert measure(spy, IMAGES, HOLES)["pooled_psnr"] == expected
    np.testing.assert_array_equal(IMAGES, kept[0])
    np.testing.assert_array_equal(HOLES, kept[1])


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [
        ([1.0, 3.0, 2.0], 2000 / 12),  # the median of three
        ([60.0], 60_000 / 12),  # patience is at an end after one
    ],
)
def test_the_time_is_a_median_after_a_warm_up(seconds, milliseconds):
    ticks = iter(np.cumsum([step for s in seconds for step in (0.5, s)]).tolist())
    calls = []

    def fill(images, its_holes):
        calls.append(len(images))
        return grey(images, its_holes)

    _, found = timed(fill, IMAGES, HOLES, clock=lambda: next(ticks))
    assert found == pytest.approx(milliseconds)
    assert calls == [scores.WARM_UP] + [12] * len(seconds)


@pytest.mark.errors
def test_a_fill_that_breaks_its_promises_has_no_scores():
    with pytest.raises(ValueError, match="known values came back changed"):
        measure(lambda images, its_holes: images * 0.5, IMAGES, HOLES)
