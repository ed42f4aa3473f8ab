"""The embedded pictures are made again the same."""

import json
import lzma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from learnkit import assets
from learnkit.images import data
from learnkit.images.data import parse_idx
from tools import make_assets


@given(arrays(np.uint8, st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)))
def test_an_idx_file_comes_back_as_it_was_written(array):
    np.testing.assert_array_equal(parse_idx(make_assets.write_idx(array)), array)


@pytest.mark.skipif(not data.DEBIAN_FOLDER.exists(), reason="needs Debian's dataset-fashion-mnist")
def test_what_is_embedded_of_fashion_mnist_is_made_from_zalandos_files(monkeypatch):
    monkeypatch.setattr(make_assets, "XZ", [{"id": lzma.FILTER_LZMA2, "preset": 0}])  # 20 s faster
    for name, made in make_assets.fashion_files(data.DEBIAN_FOLDER).items():
        assert lzma.decompress(made) == lzma.decompress(assets.read(name))


def test_an_atlas_is_made_from_a_sheet_with_borders(tmp_path):
    package = tmp_path / "package"
    (package / "img/google/sheets-256").mkdir(parents=True)
    (package / "package.json").write_text('{"version": "16.0.0"}')
    entries = [  # their order, and one that Google does not draw
        {"short_name": "blue", "sort_order": 3, "sheet_x": 1, "sheet_y": 0, "has_img_google": True},
        {
            "short_name": "none",
            "sort_order": 2,
            "sheet_x": 0,
            "sheet_y": 0,
            "has_img_google": False,
        },
        {"short_name": "red", "sort_order": 1, "sheet_x": 0, "sheet_y": 1, "has_img_google": True},
    ]
    named = [entry | {"name": entry["short_name"].upper(), "category": "All"} for entry in entries]
    (package / "emoji.json").write_text(json.dumps(named))
    sheet = np.zeros((68, 68), np.uint8)  # 0 is clear
    sheet[1:33, 35:67] = 2
    sheet[35:67, 1:33] = 1
    picture = Pillow.frombytes("P", (68, 68), sheet.tobytes())
    picture.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
    picture.save(package / "img/google/sheets-256/32.png", transparency=bytes([0, 255, 200]))

    files = make_assets.emoji_files(package)
    assert files == make_assets.emoji_files(package)
    assert [entry["short_name"] for entry in json.loads(files["emoji.json"])] == ["red", "blue"]
    (tmp_path / "emoji.png").write_bytes(files["emoji.png"])
    atlas = np.asarray(Pillow.open(tmp_path / "emoji.png").convert("RGBA"))
    assert (atlas[:32, :32] == [255, 0, 0, 255]).all()
    assert (atlas[:32, 32:64] == [0, 0, 255, 200]).all()
    assert (atlas[:, 64:, 3] == 0).all()


@pytest.mark.errors
def test_another_version_of_the_emoji_is_refused(tmp_path):
    (tmp_path / "package.json").write_text('{"version": "15.0.0"}')
    with pytest.raises(SystemExit, match=r"emoji-datasource-google 15.0.0, not 16.0.0"):
        make_assets.emoji_files(tmp_path)
