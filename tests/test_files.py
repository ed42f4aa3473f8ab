import os

import pytest

from learnkit.files import replacing, write_whole


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "kept.json"
    path.write_bytes(b"old")

    def fail(source: str, target: str) -> None:
        raise OSError("no")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_until_the_block_ends_well_the_path_holds_the_old(tmp_path):
    path = tmp_path / "kept.bin"
    write_whole(path, b"old")
    with pytest.raises(KeyError), replacing(path) as file:
        file.write(b"half of the n")
        assert path.read_bytes() == b"old"
        raise KeyError
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new" and list(tmp_path.iterdir()) == [path]
