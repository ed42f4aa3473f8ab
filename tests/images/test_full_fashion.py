"""All 60,000: in the data folder, in Debian's package, or downloaded, here from this machine."""

import functools
import gzip
import hashlib
import http.server
import threading
from pathlib import Path

import numpy as np
import pytest

from learnkit import assets
from learnkit.images import data
from learnkit.images.data import data_folder, fashion_mnist


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """An empty data folder, no Debian package, and a server that is not there."""
    monkeypatch.setenv("LEARNKIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(data, "DEBIAN_FOLDER", tmp_path / "no-debian")
    monkeypatch.setattr(data, "FASHION_URL", "http://127.0.0.1:9/")
    return tmp_path / "data"


@pytest.fixture
def tiny_set(monkeypatch):
    """Two archives, as small as they can be, in the place of Zalando's; name -> bytes."""
    arrays = {
        "train-images-idx3-ubyte": (np.arange(5 * 28 * 28) % 256).astype(np.uint8),
        "train-labels-idx1-ubyte": np.arange(5, dtype=np.uint8),
    }
    archives = {}
    for name, array in arrays.items():
        sizes = [5, 28, 28] if "images" in name else [5]
        head = bytes([0, 0, 8, len(sizes)]) + b"".join(n.to_bytes(4, "big") for n in sizes)
        archives[f"{name}.gz"] = packed = gzip.compress(head + array.tobytes(), mtime=0)
        monkeypatch.setitem(data.IDX_SHA256, name, assets.sha256(head + array.tobytes()))
        monkeypatch.setitem(data.GZIP_MD5, name, hashlib.md5(packed).hexdigest())
    return archives


@pytest.fixture
def server(tmp_path, monkeypatch, nowhere):
    """A web server on this machine; what is written into the folder it gives is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            asked.append(self.path)

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        monkeypatch.setattr(data, "FASHION_URL", f"http://127.0.0.1:{web.server_port}/")
        yield folder, asked
        web.shutdown()


@pytest.mark.skipif(not data.DEBIAN_FOLDER.exists(), reason="needs Debian's dataset-fashion-mnist")
def test_the_full_set_in_debians_package_begins_with_the_embedded_one(nowhere, monkeypatch):
    monkeypatch.setattr(data, "DEBIAN_FOLDER", Path("/usr/share/datasets/fashion-mnist"))
    images, labels = fashion_mnist("train", full=True)
    assert images.shape == (60_000, 28, 28)
    np.testing.assert_array_equal(np.bincount(labels), 6_000)
    np.testing.assert_array_equal(images[:10_000], fashion_mnist()[0])
    np.testing.assert_array_equal(labels[:10_000], fashion_mnist()[1])


def test_the_full_test_set_is_the_embedded_one(nowhere):
    np.testing.assert_array_equal(fashion_mnist("test", full=True)[0], fashion_mnist("test")[0])


def test_the_full_set_is_downloaded_once(server, tiny_set, nowhere):
    folder, asked = server
    for name, packed in tiny_set.items():
        (folder / name).write_bytes(packed)
    for _ in range(2):
        images, labels = fashion_mnist("train", full=True)
    np.testing.assert_array_equal(images.ravel(), np.arange(5 * 28 * 28) % 256)
    np.testing.assert_array_equal(labels, range(5))
    assert sorted(asked) == sorted(f"/{name}" for name in tiny_set)
    assert sorted(path.name for path in nowhere.iterdir()) == sorted(tiny_set)


def test_the_data_folder_goes_before_debian(nowhere, tiny_set, tmp_path, monkeypatch):
    nowhere.mkdir()
    for name, packed in tiny_set.items():
        (nowhere / name).write_bytes(packed)
    debian = tmp_path / "debian"
    debian.mkdir()
    (debian / "train-images-idx3-ubyte.gz").write_bytes(b"never read")
    monkeypatch.setattr(data, "DEBIAN_FOLDER", debian)
    assert len(fashion_mnist("train", full=True)[0]) == 5


def test_without_a_choice_the_data_folder_is_the_platforms(monkeypatch):
    monkeypatch.delenv("LEARNKIT_DATA", raising=False)
    assert data_folder().is_absolute()
    assert "learnkit" in str(data_folder())
    monkeypatch.setenv("LEARNKIT_DATA", "~/pictures")
    assert data_folder() == Path.home() / "pictures"


@pytest.mark.errors
def test_offline_one_sentence_says_what_to_do(nowhere):
    with pytest.raises(ConnectionError, match=r"cannot download .*put the file into .*full=True"):
        fashion_mnist("train", full=True)
    assert not list(nowhere.iterdir())


@pytest.mark.errors
@pytest.mark.parametrize("sent", [b"", b"<html>a hotel's login page</html>", "half"])
def test_a_wrong_or_half_download_is_thrown_away(sent, server, tiny_set, nowhere):
    folder, _ = server
    name = "train-images-idx3-ubyte.gz"
    half = tiny_set[name][: len(tiny_set[name]) // 2]
    (folder / name).write_bytes(half if sent == "half" else sent)
    with pytest.raises(OSError, match=rf"{name} sent something else .*wrong MD5.*thrown away"):
        fashion_mnist("train", full=True)
    assert not list(nowhere.iterdir())


@pytest.mark.errors
def test_a_download_that_breaks_off_leaves_nothing(server, tiny_set, nowhere, monkeypatch):
    def do_get(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"\x1f\x8b" * 500)
        self.close_connection = True

    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", do_get)
    with pytest.raises(OSError, match=r"cannot download|wrong MD5"):
        fashion_mnist("train", full=True)
    assert not list(nowhere.iterdir())


@pytest.mark.errors
@pytest.mark.parametrize("harm", ["cut", "flip", "text", "other"])
def test_a_damaged_copy_in_the_data_folder_is_named_and_not_used(harm, nowhere, tiny_set):
    name = "train-images-idx3-ubyte.gz"
    packed = tiny_set[name]
    harmed = {
        "cut": packed[:-20],
        "flip": packed[:60] + bytes([packed[60] ^ 255]) + packed[61:],
        "text": b"no archive at all",
        "other": gzip.compress(b"an archive of something else"),
    }
    nowhere.mkdir()
    (nowhere / name).write_bytes(harmed[harm])
    with pytest.raises(OSError, match=rf"{name} is damaged .*delete it and call again"):
        fashion_mnist("train", full=True)


@pytest.mark.errors
def test_a_damaged_debian_package_is_to_be_reinstalled(nowhere, tmp_path, monkeypatch):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"")
    monkeypatch.setattr(data, "DEBIAN_FOLDER", tmp_path)
    with pytest.raises(OSError, match=r"damaged .*reinstall Debian's package"):
        fashion_mnist("train", full=True)


@pytest.fixture
def homeless(monkeypatch):
    """A user without a home, and without an entry in the list of users."""
    pwd = pytest.importorskip("pwd")

    def unknown(_uid):
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_CACHE_HOME", "LEARNKIT_DATA"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_home_debians_copy_is_found_all_the_same(
    tiny_set, homeless, tmp_path, monkeypatch
):
    for name, packed in tiny_set.items():
        (tmp_path / name).write_bytes(packed)
    monkeypatch.setattr(data, "DEBIAN_FOLDER", tmp_path)
    assert len(fashion_mnist("train", full=True)[0]) == 5


@pytest.mark.errors
def test_without_a_home_and_without_debians_copy_the_variable_is_named(
    homeless, tmp_path, monkeypatch
):
    monkeypatch.setattr(data, "DEBIAN_FOLDER", tmp_path)
    with pytest.raises(OSError, match="set LEARNKIT_DATA to a folder"):
        fashion_mnist("train", full=True)
