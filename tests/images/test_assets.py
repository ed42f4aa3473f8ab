"""The embedded files: whole, listed, made again the same. (pytest skips folders named assets.)"""

import json
import lzma
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from learnkit import assets
from learnkit.assets import make, ship
from learnkit.images import data
from learnkit.images.data import emoji, fashion_mnist, parse_idx


@pytest.fixture
def no_caches():
    """Assets are read from the disk, before the test and after it."""
    caches = (data._embedded_idx, data._emoji_bytes)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def copied_assets(tmp_path, monkeypatch, no_caches):
    """A copy of the assets that a test may damage."""
    folder = tmp_path / "assets"
    shutil.copytree(assets.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(assets, "FOLDER", folder)
    return folder


def test_the_readme_lists_every_embedded_picture_with_its_size_and_hash():
    hashes = json.loads((assets.FOLDER / assets.HASHES).read_bytes())
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (assets.FOLDER / "README.md").read_text().splitlines()
        if line.startswith(("| emoji.", "| fashion"))
    ]
    assert {row[0] for row in rows} == {n for n in hashes if n.startswith(("emoji.", "fashion"))}
    for name, _, _, licence, size, known in rows:
        assert hashes[name] == known == assets.sha256((assets.FOLDER / name).read_bytes())
        assert int(size.replace(",", "")) == (assets.FOLDER / name).stat().st_size
        assert (assets.FOLDER / licence.split(", ")[1]).exists()


def test_the_readme_lists_all_trained_weights_and_each_has_its_card():
    hashes = json.loads((assets.FOLDER / assets.HASHES).read_bytes())
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (assets.FOLDER / "README.md").read_text().splitlines()
        if ".safetensors |" in line
    ]
    assert {row[0] for row in rows} == {n for n in hashes if n.endswith(".safetensors")}
    for name, _, made_by, size, known in rows:
        model = name.removesuffix(".safetensors")
        assert made_by == f"`learnkit train {model}`" and f"{model}.json" in hashes
        assert hashes[name] == known == assets.sha256((assets.FOLDER / name).read_bytes())
        assert int(size.replace(",", "")) == (assets.FOLDER / name).stat().st_size
    assert sum(int(row[3].replace(",", "")) for row in rows) < 26_000_000  # some MB in all


def test_shipped_weights_are_whole_and_known_by_their_hashes(copied_assets, tmp_path, capsys):
    for name, content in (("new.safetensors", b"numbers"), ("new.json", b"{}")):
        (tmp_path / name).write_bytes(content)
    ship.main([str(tmp_path), "new"], copied_assets)
    assert assets.read("new.safetensors") == b"numbers" and assets.read("new.json") == b"{}"
    assert assets.sha256(b"numbers") in capsys.readouterr().out
    with pytest.raises(FileNotFoundError):
        ship.main([str(tmp_path), "old"], copied_assets)


def test_what_is_embedded_stays_small():
    size = sum((assets.FOLDER / name).stat().st_size for name in ("emoji.png", "emoji.json"))
    assert size < 1_500_000


@pytest.mark.errors
@pytest.mark.parametrize(
    "name, call",
    [
        ("fashion-test-images", lambda: fashion_mnist("test")),
        ("emoji.png", emoji),
        ("emoji.json", emoji),
    ],
)
@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "gone"])
def test_a_damaged_asset_ends_as_a_sentence(name, call, harm, copied_assets):
    file = data.asset_name("t10k-images-idx3-ubyte") if name.startswith("fashion") else name
    path = copied_assets / file
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        flipped = whole[:99] + bytes([whole[99] ^ 1]) + whole[100:]
        path.write_bytes({"cut": whole[:-9], "flip": flipped, "empty": b""}[harm])
    with pytest.raises(OSError, match=rf"{file} is (damaged|missing).*: reinstall learnkit"):
        call()


@pytest.mark.errors
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_damaged_table_of_hashes_ends_as_a_sentence(content, copied_assets):
    (copied_assets / assets.HASHES).write_bytes(content)
    with pytest.raises(OSError, match=r"SHA256.json is damaged: reinstall"):
        emoji()


@pytest.mark.errors
def test_an_unknown_asset_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'emoji.gif'; there are .*emoji.json, emoji.png"):
        assets.read("emoji.gif")


# how they were made


@given(arrays(np.uint8, st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)))
def test_an_idx_file_comes_back_as_it_was_written(array):
    np.testing.assert_array_equal(parse_idx(make.write_idx(array)), array)


@pytest.mark.skipif(not data.DEBIAN_FOLDER.exists(), reason="needs Debian's dataset-fashion-mnist")
def test_what_is_embedded_of_fashion_mnist_is_made_from_zalandos_files(monkeypatch):
    monkeypatch.setattr(make, "XZ", [{"id": lzma.FILTER_LZMA2, "preset": 0}])  # 20 s faster
    for name, made in make.fashion_files(data.DEBIAN_FOLDER).items():
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

    files = make.emoji_files(package)
    assert files == make.emoji_files(package)
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
        make.emoji_files(tmp_path)
