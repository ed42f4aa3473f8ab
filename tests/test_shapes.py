import numpy as np
import pytest

from learnkit.byhand.losses import binary_cross_entropy_with_logits
from learnkit.fills.protocol import check_filled
from learnkit.shapes import check_image, check_range


@pytest.mark.errors
def test_a_white_that_is_hardly_too_white_is_told_by_how_much():
    with pytest.raises(ValueError, match=r"got \[0.0003, 1 \+ 1e-07\]; clip it with np.clip"):
        check_range(np.array([0.0003, 1.0000001]))
    with pytest.raises(ValueError, match=r"got \[-1e-08, 1\]"):
        check_range(np.array([-1e-8, 1.0]))


@pytest.mark.errors
def test_the_same_is_told_of_a_probability_and_of_a_fill():
    white, hole = np.array([[0.5, 1.0000001]]), np.array([[False, True]])
    with pytest.raises(ValueError, match=r"got \[0.5, 1 \+ 1e-07\]; clip it with np.clip"):
        binary_cross_entropy_with_logits(np.zeros((1, 2)), white)
    with pytest.raises(ValueError, match="divide bytes by 255"):
        binary_cross_entropy_with_logits(np.zeros((1, 2)), 255 * white)
    with pytest.raises(ValueError, match=r"got \[0.5, 1 \+ 1e-07\]; clip it with np.clip"):
        check_filled(white, np.array([[0.5, 0.5]]), hole)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        (np.array([[0.5, np.inf]]), ValueError, "inf comes of a division by zero"),
        (np.array([[0.5, 255.0]]), ValueError, "divide by 255 if it is a byte picture"),
        (np.array([[0.5, np.nan]]), ValueError, "NaN marks what is missing"),
        (np.array([[0.5, None]]), TypeError, "got object; it holds no numbers but other things"),
        (np.array([["a", "b"]]), TypeError, "it holds no numbers but other things"),
        (np.array([[0.5j]]), TypeError, "got complex128; take its real part"),
        (np.array([[7]]), TypeError, "got int64; divide by 255"),
    ],
)
def test_what_is_no_picture_is_told_what_it_is_and_no_other_cure(values, error, said):
    with pytest.raises(error, match=said) as caught:
        check_image(values)
    assert ("255" in str(caught.value)) == ("255" in said)
