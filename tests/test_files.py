import errno
import os

import pytest

from learnkit.files import alone, replacing, write_whole


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


def test_one_at_a_time_holds_a_lock_and_then_the_next(tmp_path):
    path = tmp_path / ".lock"
    for _ in range(2):
        with alone(path):
            with pytest.raises(BlockingIOError, match="another process holds"), alone(path):
                pass
            assert path.exists()
        assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_a_killed_process_left_holds_nobody_up(tmp_path):
    (tmp_path / ".lock").write_bytes(b"")
    with alone(tmp_path / ".lock"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has another call")
def test_where_the_file_system_knows_no_locks_work_goes_on(tmp_path, monkeypatch):
    def unknown(handle, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", unknown)
    with alone(tmp_path / ".lock"):
        pass
