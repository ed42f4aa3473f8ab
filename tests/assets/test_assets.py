"""The embedded files: whole, listed, and small."""

import json
import shutil

import pytest

from learnkit import assets
from learnkit.images import data
from learnkit.images.data import emoji, fashion_mnist


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
    assert sum(int(row[3].replace(",", "")) for row in rows) < 40_000_000  # a few MB in all


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
