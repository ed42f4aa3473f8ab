import numpy as np
import pytest

from learnkit.fills.harmonic import harmonic
from learnkit.fills.protocol import check_filled
from learnkit.holes.draw import cut_hole
from learnkit.images.metrics import psnr
from learnkit.widgets.brush.score import attempt


@pytest.fixture
def image(rng):
    return rng.random((9, 8, 3))


@pytest.fixture
def hole():
    hole = np.zeros((9, 8), bool)
    hole[2:5, 3:7] = True
    return hole


def test_a_fill_is_scored_in_its_hole_and_timed(image, hole):
    done = attempt(harmonic, image, hole)
    np.testing.assert_array_equal(done.image, harmonic(image, hole))
    assert done.score == psnr(done.image, image, hole=hole) and done.seconds > 0
    assert done.words.startswith(f"{done.score:.1f} dB, ") and done.words.endswith("s")


def test_an_empty_hole_asks_no_method(image, hole):
    done = attempt(lambda image, hole: 1 / 0, image, np.zeros_like(hole))
    assert done.words == "nothing to fill" and done.score is None
    np.testing.assert_array_equal(done.image, image)


def test_what_is_exact_is_never_said_to_be_inf(image, hole):
    done = attempt(lambda cut, hole: image, image, hole)
    assert done.words.startswith("no error at all, ") and "inf" not in done.words


def test_a_network_that_computes_in_float32_keeps_what_is_known_and_pastes_into_it(image, hole):
    def fill(cut, hole):
        return np.where(hole[..., None], np.full(cut.shape, 0.5, np.float32), cut)

    done = attempt(fill, image, hole)
    np.testing.assert_array_equal(done.image[~hole], image[~hole])
    assert (done.image[hole] == 0.5).all()


def shift(cut, hole):
    return np.where(hole[..., None], 0.5, cut + 1e-9).clip(0, 1)


def in_float32(cut, hole):
    return np.where(hole[..., None], np.float32(0.5), cut.astype(np.float32))


@pytest.mark.parametrize("fill", [harmonic, in_float32, shift])
def test_the_brush_takes_a_fill_where_the_table_does_and_refuses_it_in_the_same_words(
    image, hole, fill
):
    done = attempt(fill, image, hole)
    cut = cut_hole(image, hole)
    try:
        check_filled(fill(cut, hole), cut, hole)
    except ValueError as error:
        assert done.image is None and done.words == str(error)
    else:
        assert done.score is not None and fill is harmonic


def test_a_picture_in_float32_is_scored_as_well(image, hole):
    assert attempt(harmonic, image.astype(np.float32), hole).score > 0


def test_a_hole_over_everything_is_a_generative_methods_to_fill_and_the_others_refuse(image, hole):
    everything = np.ones_like(hole)
    assert attempt(lambda cut, hole: cut + 0.5, image, everything).score is not None
    done = attempt(harmonic, image, everything)
    assert done.image is None and done.words.startswith("the hole covers every pixel")


class Tensor:
    def detach(self):
        return self


def raises(error):
    def fill(image, hole):
        raise error

    return fill


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (lambda i, h: None, "TypeError: .* got NoneType; does it end with return"),
        (lambda i, h: Tensor(), r"got Tensor; end it with .detach\(\).numpy\(\)"),
        (lambda i, h: i[..., 0], r"returns the picture's shape \(9, 8, 3\), got \(9, 8\)"),
        (lambda i, h: i.transpose(2, 0, 1), r"got \(3, 9, 8\)"),
        (lambda i, h: np.round(255 * i).astype(np.uint8), "a float NumPy array, got uint8"),
        (lambda i, h: np.where(h[..., None], np.nan, i), "NaN or inf at 36 places"),
        (lambda i, h: np.where(h[..., None], 1.5, i), r"\[0, 1\], got \[.*, 1.5\]; .*clip"),
        (
            lambda i, h: np.full_like(i, 0.5),
            r"180 known .*; end with np.where\(hole\[..., None\], filled",
        ),
        (lambda i, h: np.where(~h[..., None], 0.5, i), "known values came back changed"),
        (lambda i, h: i * np.float64("nan"), "NaN or inf"),
        (raises(ValueError("it needs a known pixel")), "^it needs a known pixel$"),
        (raises(RuntimeError("sizes\n  differ")), "^RuntimeError: sizes differ$"),
        (raises(KeyError()), "it stopped with KeyError, and no word why"),
        (raises(SystemExit(3)), "SystemExit: 3"),
        (raises(KeyboardInterrupt()), "it stopped with KeyboardInterrupt"),
        (raises(MemoryError("x" * 900)), "^MemoryError: x+…$"),
        (lambda i: i, "TypeError: .*positional argument"),
    ],
)
def test_what_is_wrong_with_a_method_is_said_and_nothing_is_raised(image, hole, fill, said):
    done = attempt(fill, image, hole)
    assert done.image is None and done.score is None and len(done.words) <= 300
    with pytest.raises(ValueError, match=said):
        raise ValueError(done.words)
