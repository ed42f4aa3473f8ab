import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.byhand import conv

CLOSE = {"rtol": 1e-10, "atol": 1e-11}


@st.composite
def problems(draw):
    """A batch, a kernel that fits, and how to lay it."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    n, c_in, c_out = (draw(st.integers(1, 3)) for _ in range(3))
    kh, kw = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    dilation = draw(st.integers(1, 3))
    least = [max(1, dilation * (k - 1) + 1 - 2 * padding) for k in (kh, kw)]
    h, w = (draw(st.integers(m, m + 6)) for m in least)
    image = rng.standard_normal((n, c_in, h, w))
    weight = rng.standard_normal((c_out, c_in, kh, kw))
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    return image, weight, how, rng


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_fast_forms_equal_their_definitions(problem):
    image, weight, how, rng = problem
    y = conv.conv2d(image, weight, **how)
    u = rng.standard_normal(y.shape)
    size, kernel = image.shape[2:], weight.shape[2:]
    for fast, definition in (
        (y, conv.conv2d_loops(image, weight, **how)),
        (
            conv.conv2d_input_grad(size, weight, u, **how),
            conv.conv2d_input_grad_loops(size, weight, u, **how),
        ),
        (
            conv.conv2d_weight_grad(image, u, kernel, **how),
            conv.conv2d_weight_grad_loops(image, u, kernel, **how),
        ),
    ):
        np.testing.assert_allclose(fast, definition, **CLOSE)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_stamps_equal_their_definition(problem):
    image, weight, how, _ = problem
    stamps, stride = weight.swapaxes(0, 1), how["stride"]
    whole = conv.conv_transpose2d_loops(image, stamps, stride)
    np.testing.assert_allclose(conv.conv_transpose2d(image, stamps, stride), whole, **CLOSE)
    padding = min(how["padding"], (min(whole.shape[2:]) - 1) // 2)
    cut = conv.conv_transpose2d_loops(image, stamps, stride, padding)
    np.testing.assert_allclose(conv.conv_transpose2d(image, stamps, stride, padding), cut, **CLOSE)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_gradient_by_the_picture_is_the_adjoint(problem):
    image, weight, how, rng = problem
    y = conv.conv2d(image, weight, **how)
    u = rng.standard_normal(y.shape)
    back = conv.conv2d_input_grad(image.shape[2:], weight, u, **how)
    np.testing.assert_allclose((y * u).sum(), (image * back).sum(), rtol=1e-9, atol=1e-9)


def test_the_kernel_is_not_turned_round():
    impulse = np.zeros((1, 1, 3, 3))
    impulse[0, 0, 1, 1] = 1
    kernel = np.arange(9.0).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(
        conv.conv2d(impulse, kernel, padding=1)[0, 0], kernel[0, 0, ::-1, ::-1]
    )


@pytest.mark.errors
def test_what_cannot_be_laid_is_named_with_its_value():
    image, weight = np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 5, 5))
    with pytest.raises(ValueError, match="a kernel of 5 with dilation 1 reaches over 5 pixels"):
        conv.conv2d(image, weight)
    with pytest.raises(ValueError, match="stride must be at least 1, got 0"):
        conv.conv2d(image, weight[..., :3, :3], stride=0)
    with pytest.raises(ValueError, match="padding must be at least 0, got -1"):
        conv.conv2d(image, weight[..., :3, :3], padding=-1)
    with pytest.raises(ValueError, match=r"image has 1 channels, and weight .* expects 2"):
        conv.conv2d(image, np.zeros((1, 2, 3, 3)))
    with pytest.raises(ValueError, match=r"image has 1 channels, and weight .* expects 2"):
        conv.conv_transpose2d(image, np.zeros((2, 1, 3, 3)))
    with pytest.raises(TypeError, match=r"stride must be a whole number, got 1.5"):
        conv.conv2d(image, weight[..., :3, :3], stride=1.5)
    with pytest.raises(ValueError, match=r"weight must have shape \(c_out, .* got \(3, 3\)"):
        conv.conv2d(image, np.zeros((3, 3)))
    with pytest.raises(TypeError, match=r"weight must be float, got int64; write weight.astype"):
        conv.conv2d(image, np.zeros((1, 1, 3, 3), np.int64))
    with pytest.raises(TypeError, match=r"kernel_size must be \(height, width\), got 3"):
        conv.conv2d_weight_grad(image, np.zeros((1, 1, 2, 2)), 3)
    with pytest.raises(TypeError, match=r"image_size must be \(height, width\), got 5"):
        conv.conv2d_input_grad(5, np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 3, 3)))
    with pytest.raises(TypeError, match="bias must be a NumPy array, got list"):
        conv.conv2d(image, weight[..., :3, :3], [0.0])
    with pytest.raises(TypeError, match=r"size must be a whole number, got 28\.0"):
        conv.conv2d_output_size(28.0, 3)
    with pytest.raises(TypeError, match=r"padding must be a whole number, got 'same'"):
        conv.conv_transpose2d(image, np.zeros((1, 1, 3, 3)), padding="same")
    with pytest.raises(ValueError, match="dilation must be at least 1, got 0"):
        conv.conv2d(image, weight[..., :3, :3], dilation=0)
    with pytest.raises(ValueError, match=r"bias must have shape \(1,\), got \(1, 1\)"):
        conv.conv2d(image, weight[..., :3, :3], np.zeros((1, 1)))


@pytest.mark.errors
@pytest.mark.parametrize(
    ("kernel", "how", "said"),
    [
        ((4, 4), {}, "got 4 x 4; an even one would need half a pixel"),
        ((3, 5), {}, "square kernel with a middle pixel, got 3 x 5"),
        ((3, 3), {"stride": 2}, "only with stride 1, got stride 2"),
    ],
)
def test_same_padding_that_cannot_be_is_told_why(kernel, how, said):
    with pytest.raises(ValueError, match=said):
        conv.conv2d(np.zeros((1, 1, 9, 9)), np.zeros((1, 1, *kernel)), padding="same", **how)


@pytest.mark.errors
def test_an_unknown_padding_is_named():
    with pytest.raises(ValueError, match="number of pixels or \"same\", got 'valid'"):
        conv.conv2d(np.zeros((1, 1, 9, 9)), np.zeros((1, 1, 3, 3)), padding="valid")


@pytest.mark.errors
@pytest.mark.parametrize(
    "call",
    [
        lambda image: conv.conv2d(image, np.zeros((1, 1, 2, 2))),
        lambda image: conv.conv2d_loops(image, np.zeros((1, 1, 2, 2))),
        lambda image: conv.conv2d_weight_grad(image, np.zeros((1, 1, 3, 3)), (2, 2)),
        lambda image: conv.conv_transpose2d(image, np.zeros((1, 1, 2, 2))),
    ],
)
def test_what_is_no_batch_of_float_pictures_is_told_what_to_do(call):
    with pytest.raises(ValueError, match=r"\(n, c, h, w\), got \(4, 4\); pass image\[None, None\]"):
        call(np.zeros((4, 4)))
    with pytest.raises(ValueError, match=r"got \(1, 4, 4\); pass image\[None\]"):
        call(np.zeros((1, 4, 4)))
    with pytest.raises(TypeError, match="image must be float, got uint8; divide it by 255"):
        call(np.zeros((1, 1, 4, 4), np.uint8))
    with pytest.raises(TypeError, match="image must be a NumPy array, got list"):
        call([[1.0]])


@pytest.mark.errors
@pytest.mark.parametrize(
    "call",
    [
        lambda u: conv.conv2d_input_grad((4, 4), np.zeros((2, 1, 3, 3)), u),
        lambda u: conv.conv2d_weight_grad(np.zeros((5, 1, 4, 4)), u, (3, 3)),
    ],
)
def test_an_upstream_gradient_of_another_shape_is_refused(call):
    call(np.zeros((5, 2, 2, 2)))
    with pytest.raises(ValueError, match=r"upstream must have shape \(5, 2, 2, 2\), got"):
        call(np.zeros((5, 2, 1, 2)))


@pytest.mark.errors
def test_what_is_not_a_number_is_named_with_its_place():
    image, weight = np.full((1, 1, 4, 4), 0.5), np.ones((1, 1, 2, 2))
    image[0, 0, 1, 2] = np.nan
    said = r"holds NaN at 1 of 16 places, first at \(0, 0, 1, 2\)"
    for call in (conv.conv2d, conv.conv_transpose2d):
        with pytest.raises(ValueError, match=f"image {said}"):
            call(image, weight)
        with pytest.raises(ValueError, match="weight holds NaN at 4 of 4 places"):
            call(np.ones((1, 1, 4, 4)), weight * np.nan)
    for call in (
        lambda u: conv.conv2d_input_grad((5, 5), weight, u),
        lambda u: conv.conv2d_weight_grad(np.ones((1, 1, 5, 5)), u, (2, 2)),
        conv.conv2d_bias_grad,
    ):
        with pytest.raises(ValueError, match=f"upstream {said}"):
            call(image)
