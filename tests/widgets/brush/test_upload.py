import io
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from learnkit.widgets.brush import upload

GREY, COLOUR = (28, 28), (100, 80, 3)


def file_of(pixels, kind="png", mode=None, **options):
    """The bytes of a file with these pixels in it."""
    picture = Image.fromarray(pixels)
    stream = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(stream, kind, **options)
    return stream.getvalue()


def opened(data, shape=COLOUR, fixed=False, longest=512):
    return upload.opened(data, "mine.png", shape=shape, fixed=fixed, longest=longest)


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff", "ppm"])
def test_a_picture_in_colour_comes_as_it_is_stored(pixels, kind):
    image, words = opened(file_of(pixels, kind))
    assert image.dtype == np.float32 and words == "mine.png: 40 x 30 pixels."
    np.testing.assert_allclose(image, pixels / np.float32(255))


def test_grey_where_colour_is_meant_gets_three_channels_and_colour_where_grey_is_meant_one(pixels):
    image, words = opened(file_of(pixels[..., 0]))
    np.testing.assert_allclose(image, np.repeat(pixels[..., :1], 3, axis=2) / np.float32(255))
    assert "three equal channels" in words
    image, words = opened(file_of(pixels), shape=(30, 40))
    assert image.shape == (30, 40) and "turned grey" in words
    luma = pixels @ np.array([0.299, 0.587, 0.114]) / 255  # ITU-R BT.601
    np.testing.assert_allclose(image, luma, atol=1 / 255)


def test_what_is_transparent_is_white(pixels):
    alpha = np.zeros((30, 40, 1), np.uint8)
    alpha[:, 20:] = 255
    image, words = opened(file_of(np.concatenate([pixels, alpha], axis=2)))
    assert (image[:, :20] == 1).all() and "laid over white" in words
    np.testing.assert_allclose(image[:, 20:], pixels[:, 20:] / np.float32(255))
    grey = np.stack([pixels[..., 0], alpha[..., 0]], axis=2)
    stream = io.BytesIO()
    Image.merge("LA", [Image.fromarray(grey[..., 0]), Image.fromarray(grey[..., 1])]).save(
        stream, "png"
    )
    assert (opened(stream.getvalue(), shape=(30, 40))[0][:, :20] == 1).all()


def test_a_palette_with_a_transparent_colour_is_laid_over_white():
    picture = Image.new("P", (4, 4), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.putpixel((0, 0), 0)
    stream = io.BytesIO()
    picture.save(stream, "gif", transparency=0)
    image, _ = opened(stream.getvalue())
    assert image[0, 0].tolist() == [1, 1, 1] and image[1, 1].tolist() == [0, 0, 1]


def test_a_photograph_taken_upright_stands_upright(pixels):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    image, words = opened(file_of(pixels, "png", exif=exif))
    np.testing.assert_allclose(image, np.rot90(pixels, -1) / np.float32(255))
    assert words == "mine.png: 30 x 40 pixels."


@pytest.mark.parametrize("bits", [1, 8, 10, 12, 14, 15])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_scan_of_fewer_bits_than_its_file_holds_is_as_bright_as_it_was(bits, kind):
    white = 2**bits - 1
    ramp = np.round(np.linspace(0, white, 64)).astype(np.uint16).reshape(8, 8)
    image, words = opened(file_of(ramp, kind), shape=(8, 8))
    np.testing.assert_allclose(image, ramp / white, atol=0.6 / 255)
    assert words == f"mine.png: 8 x 8 pixels, {white} taken as white."


def test_values_that_reach_two_hundred_alone_are_bytes_and_not_black():
    ramp = np.linspace(0, 200, 64).round().reshape(8, 8)
    for numbers, kind in ((np.uint16, "png"), (np.int32, "tiff"), (np.float32, "tiff")):
        image, words = opened(file_of(ramp.astype(numbers), kind), shape=(8, 8))
        np.testing.assert_allclose(image, ramp / 255, atol=0.6 / 255)
        assert words == "mine.png: 8 x 8 pixels, 255 taken as white."


@pytest.mark.parametrize("numbers", [np.int32, np.float32])
def test_values_below_zero_are_stretched_and_that_is_said(numbers):
    hounsfield = np.linspace(-1000, 3000, 64).reshape(8, 8).astype(numbers)
    image, words = opened(file_of(hounsfield, "tiff"), shape=(8, 8))
    np.testing.assert_allclose(image, (hounsfield + 1000) / 4000, atol=0.6 / 255)
    assert "its values -1000 to 3000 stretched from black to white" in words


def test_what_is_no_number_in_a_picture_is_black_and_the_rest_is_not_dark():
    image = np.full((8, 8), 0.5, np.float32)
    image[0, :2] = np.nan, -np.inf
    shown, words = opened(file_of(image, "tiff"), shape=(8, 8))
    assert shown[0, 0] == 0 and shown[0, 1] == 0 and abs(shown[4, 4] - 0.5) < 0.01
    assert words == "mine.png: 8 x 8 pixels, black where it is not a number."
    assert (opened(file_of(np.zeros((8, 8), np.uint16)), shape=(8, 8))[0] == 0).all()


@pytest.mark.parametrize(
    ("most", "said"), [(1 + 2e-7, ""), (1.2, ", its values above 1, up to 1.2, cut off")]
)
def test_floats_a_little_above_1_are_no_reason_to_make_a_picture_dark(most, said):
    """So far does resampling go: skimage's resize of a picture that reaches 1, for one."""
    ramp = np.linspace(0, most, 64, dtype=np.float32).reshape(8, 8)
    image, words = opened(file_of(ramp, "tiff"), shape=(8, 8))
    np.testing.assert_allclose(image, ramp.clip(0, 1), atol=0.6 / 255)
    assert words == f"mine.png: 8 x 8 pixels{said}."


def test_a_photograph_without_its_last_bytes_is_read_and_said_to_be_cut_short(rng):
    y, x = np.mgrid[:256, :256]
    whole = file_of(np.stack([x, y, 255 - x], axis=2).astype(np.uint8), "jpeg", quality=95)
    image, words = opened(whole[: len(whole) * 3 // 4])
    assert words == "mine.png: 256 x 256 pixels, cut short, so its last part is missing."
    np.testing.assert_allclose(image[:128], opened(whole)[0][:128])
    assert opened(whole[:-2])[1].startswith("mine.png: 256 x 256 pixels")
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False  # as it was: other code relies on it


def test_sixteen_bits_one_bit_floats_and_print_colours_are_opened():
    ramp = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    image, _ = opened(file_of(ramp), shape=(8, 8))
    np.testing.assert_allclose(image, ramp / 65535, atol=0.6 / 255)
    image, _ = opened(file_of((ramp / 65535).astype(np.float32), "tiff"), shape=(8, 8))
    np.testing.assert_allclose(image, ramp / 65535, atol=0.6 / 255)
    image, _ = opened(file_of(np.full((8, 8), 255, np.uint8), "png", mode="1"), shape=(8, 8))
    assert (image == 1).all()
    red = np.zeros((8, 8, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    image, _ = opened(file_of(red, "jpeg", mode="CMYK"))
    np.testing.assert_allclose(image, red / 255, atol=0.1)


def test_twenty_megapixels_are_reduced_with_their_shape_kept_and_that_is_said(tenth_of_a_second):
    y, x = np.mgrid[:3648, :5472].astype(np.uint16)
    photograph = np.stack([x >> 5, y >> 4, x >> 6], axis=2).astype(np.uint8)
    start = time.process_time()
    image, words = opened(file_of(photograph, "jpeg"))
    assert time.process_time() - start < 50 * tenth_of_a_second
    assert image.shape == (341, 512, 3)
    assert words == "mine.png: 5472 x 3648 pixels, reduced to 512 x 341."
    np.testing.assert_allclose(image[170, 256], photograph[1824, 2736] / 255, atol=0.03)


def test_a_network_of_one_size_gets_the_middle_of_the_picture(pixels):
    wide = np.zeros((28, 84), np.uint8)
    wide[:, 28:56] = 200
    image, words = opened(file_of(wide), shape=GREY, fixed=True)
    assert image.shape == GREY and abs(image[:, 2:-2] - 200 / 255).max() < 0.01
    assert words == "mine.png: 84 x 28 pixels, its middle cut out and brought to 28 x 28."
    _, words = opened(file_of(pixels[:, :30]), shape=(28, 28, 3), fixed=True)
    assert words == "mine.png: 30 x 30 pixels, brought to 28 x 28."
    _, words = opened(file_of(pixels[:28, :28]), shape=(28, 28, 3), fixed=True)
    assert words == "mine.png: 28 x 28 pixels."


def test_of_a_film_the_first_frame_is_taken():
    stream = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(stream, "gif", save_all=True, append_images=frames[1:])
    image, words = opened(stream.getvalue())
    assert image[0, 0].tolist() == [1, 0, 0] and "its first frame" in words


def bomb(side):
    """A PNG that says it is side x side pixels, and holds next to nothing."""

    def chunk(kind, body):
        crc = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + crc

    size = side.to_bytes(4, "big")
    head = chunk(b"IHDR", size + size + bytes([8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.errors
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "^mine.png is empty.$"),
        (
            b"hello",
            "^mine.png is no picture that can be opened here .*: save it as PNG or JPEG first",
        ),
        (b"%PDF-1.4 ...", "no PDF, SVG, HEIC or archive can"),
        (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            "is no picture that can be opened here",
        ),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no PDF, SVG, HEIC or archive can"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<svg/>', "no PDF, SVG, HEIC or archive can"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "(no PDF, SVG, HEIC or archive can|is broken)"),
        (b"PK\x03\x04 ...", "no PDF, SVG, HEIC or archive can"),
        (bomb(20_000), "claims to have far more than 50 million pixels"),
        (bomb(9_000), "has 9000 x 9000 pixels, and at most 50 million"),
        (bomb(100), "is broken: the picture in it cannot be read"),
        (file_of(np.zeros((64, 64, 3), np.uint8), "jpeg")[:300], "is (broken|no picture)"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(data, said):
    with pytest.raises(ValueError, match=said) as error:
        opened(data)
    assert "\n" not in str(error.value) and len(str(error.value)) < 160


@pytest.mark.errors
def test_sixty_megabytes_are_refused_before_they_are_read_and_a_long_name_is_cut():
    with pytest.raises(ValueError, match="has 60 MB, and at most 50 MB are taken"):
        opened(bytes(60_000_000))
    with pytest.raises(ValueError, match=r"^n{37}… is empty"):
        upload.opened(b"", "n" * 300, shape=GREY, fixed=True)


@pytest.mark.errors
def test_broken_bytes_never_raise_anything_else(pixels, rng):
    whole = file_of(pixels)
    for _ in range(200):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 6):
            data[place] = rng.integers(0, 256)
        try:
            image, _ = opened(bytes(data))
        except ValueError as error:
            assert str(error).startswith("mine.png ")
        else:
            assert image.min() >= 0 and image.max() <= 1
