"""The student's folders, as doctor sees them: each fault is a sentence with its cure."""

import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from learnkit.course import doctor, home, lab, places


def the(findings):
    (finding,) = findings
    return finding


@pytest.fixture
def beyond(tmp_path):
    """A folder that nobody can make, for a file stands in its way."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "inside"


@pytest.fixture(autouse=True)
def environment():
    """What a home lent here changes is changed back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def nobody(monkeypatch):
    """A user without a home and without an entry in the list of users, as in a container."""
    pwd = pytest.importorskip("pwd")

    def unknown(_uid):
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME", *home.KEPT):
        monkeypatch.delenv(name, raising=False)


def test_a_home_that_can_be_written_to_is_well(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert the(places.home_check()).state == "ok"
    assert not list(tmp_path.iterdir())  # the probe leaves nothing


def test_without_a_home_doctor_says_so_and_what_helps(nobody):
    finding = the(places.home_check())
    assert (finding.state, finding.line) == ("warn", "there is no home folder (HOME is not set)")
    assert "export HOME=DIR" in finding.cure


def test_a_home_that_is_not_there_and_cannot_be_made_is_named(beyond, monkeypatch):
    monkeypatch.setenv("HOME", str(beyond))
    finding = the(places.home_check())
    assert finding.line.startswith(f"the home folder {beyond} is not there, and ")


def test_one_folder_of_jupyters_that_cannot_be_written_to_is_named(beyond, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(beyond))
    assert str(beyond.parent) in the(places.home_check()).line


@pytest.mark.parametrize("check", [doctor.widgets_check, doctor.jupyterlab_check])
def test_without_a_home_the_other_findings_are_what_they_are(nobody, check):
    before = dict(os.environ)
    assert {finding.state for finding in check()} == {"ok"}
    assert dict(os.environ) == before


def test_a_lent_home_is_used_by_jupyter_and_by_whatever_asks(nobody, tmp_path):
    import getpass

    from jupyter_core.paths import jupyter_runtime_dir

    home.lend(tmp_path / "home")
    assert home.trouble() == ""
    assert Path.home() == tmp_path / "home"
    assert Path(jupyter_runtime_dir()).is_relative_to(tmp_path)
    assert getpass.getuser() == "student"


def test_a_home_of_use_stays_home_where_only_jupyters_folder_is_not(beyond, tmp_path, monkeypatch):
    for name in home.KEPT:
        monkeypatch.setenv(name, str(beyond))
    monkeypatch.setenv("HOME", str(tmp_path))
    home.lend(tmp_path / "lent")
    assert Path.home() == tmp_path
    assert home.trouble() == ""


def test_where_lessons_cannot_be_written_doctor_fails_as_lab_would(beyond, monkeypatch):
    monkeypatch.setattr(places, "lab_folder", lambda: beyond)
    finding = the(places.disk_check())
    assert finding.state == "fail" and "learnkit lab DIR" in finding.cure
    with pytest.raises(OSError, match="cannot write the lessons"):
        lab.prepare(beyond)


def test_too_little_disk_warns(monkeypatch):
    monkeypatch.setattr(places.shutil, "disk_usage", lambda _: SimpleNamespace(free=1e8))
    assert the(places.disk_check()).state == "warn"


def test_without_a_temporary_folder_doctor_names_the_variable(monkeypatch):
    assert the(places.temporary_check()).state == "ok"

    def none():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    finding = the(places.temporary_check())
    assert finding.state == "fail" and "TMPDIR" in finding.cure


def test_where_nothing_can_listen_doctor_says_so(monkeypatch):
    assert the(places.network_check()).state == "ok"

    class Deaf(places.socket.socket):
        def bind(self, address):
            raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(places.socket, "socket", Deaf)
    finding = the(places.network_check())
    assert finding.state == "fail" and "loopback" in finding.cure


@pytest.mark.parametrize(
    ("name", "hides"),
    [
        ("torch.py", True),
        ("random.py", True),
        ("skimage/__init__.py", True),
        ("my_torch.py", False),
        ("test.py", False),
        ("numpy/notes.txt", False),  # no package: Python prefers the real one
        ("torch.ipynb", False),
    ],
)
@pytest.mark.parametrize("folder", [".", "work"])
def test_a_file_with_a_librarys_name_is_named(tmp_path, monkeypatch, folder, name, hides):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    finding = the(places.hiding_check())
    assert finding.state == ("fail" if hides else "ok")
    if hides:
        named = Path(folder, name.removesuffix("/__init__.py"))
        assert finding.line.startswith(f"{named} hides the library {named.stem} ")
        assert finding.cure.startswith(f"rename it, for example to my_{named.name},")
