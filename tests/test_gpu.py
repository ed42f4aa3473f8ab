"""The script for a GPU, tried where there is none: what it says, and its exit status."""

import sys

import pytest

from tests import gpu


def test_cells_of_a_percent_script_run_in_one_namespace_and_prose_is_left_out(tmp_path):
    path = tmp_path / "07_a.py"
    path.write_text(
        "# %% [markdown]\n# Prose.\n\n# %%\na = 1\n\n# %% nbgrader={}\na += 1\nassert a == 2\n"
    )
    before = sys.modules["__main__"]
    assert gpu._run(path) == 2
    assert sys.modules["__main__"] is before


def test_each_part_is_run_and_a_failure_is_told_and_is_the_exit_status(monkeypatch, capsys):
    asked = []

    def part(machine, quick):
        asked.append((str(machine.device), quick))
        yield True, "a figure"

    monkeypatch.setattr(gpu, "PARTS", {"one": part, "two": lambda *_: iter([(False, "a fault")])})
    assert gpu.main(["--device", "cpu", "--quick", "one"]) == 0
    assert gpu.main(["--device", "cpu"]) == 1
    said = capsys.readouterr().out
    assert asked == [("cpu", True), ("cpu", False)]
    assert said.count("a figure") == 2 and "FAILED a fault" in said
    with pytest.raises(SystemExit):
        gpu.main(["three"])
    assert "there are one, two" in capsys.readouterr().err


def test_a_lesson_that_fails_is_told_and_one_that_lacks_a_package_is_left_out(
    tmp_path, monkeypatch
):
    (tmp_path / "06_by_hand.py").write_text("# %%\nraise ValueError('no torch here')\n")
    (tmp_path / "07_a.py").write_text("# %%\nimport no_such_package\n")
    (tmp_path / "08_b.py").write_text("# %%\n1 / 0\n")
    (tmp_path / "09_c.py").write_text("# %%\nb = 1\n")
    monkeypatch.setattr(gpu, "SOLUTIONS", tmp_path)
    for name in ("LEARNKIT_QUICK", "MPLBACKEND"):  # which it sets
        monkeypatch.setenv(name, "agg" if name == "MPLBACKEND" else "1")
    told = list(gpu.lessons(None, True))
    assert [well for well, _ in told] == [True, False, True]
    assert "not run here, No module named" in told[0][1]
    assert "lesson 08: ZeroDivisionError" in told[1][1] and "lesson 09: 1 cells" in told[2][1]
