import numpy as np
import pytest

from learnkit.shapes import check_image, check_range


@pytest.mark.errors
def test_a_white_that_is_hardly_too_white_is_told_by_how_much():
    with pytest.raises(ValueError, match=r"got \[0.0003, 1 \+ 1e-07\]; clip it with np.clip"):
        check_range(np.array([0.0003, 1.0000001]))
    with pytest.raises(ValueError, match=r"got \[-1e-08, 1\]"):
        check_range(np.array([-1e-8, 1.0]))


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
