import itertools
import json

import numpy as np
import pytest
from scipy import stats

from learnkit.course.cli import main
from learnkit.sweeps import base
from learnkit.sweeps.base import NAMES, Sweep, find, mean_interval, read, run, scores, shipped

CALLS = []


def trial(a, seed):
    CALLS.append((a, seed))
    return {"score": a + seed / 10 + 0.00049}


@pytest.fixture
def sums():
    """A sweep of two settings and three seeds, at once."""
    CALLS.clear()
    return Sweep("sums", "sums", settings=({"a": 1}, {"a": 2}), trial=trial, seeds=3)


def test_every_setting_is_done_with_every_seed_and_written_with_its_scores(sums, tmp_path):
    rows = list(run(sums, tmp_path))
    assert CALLS == [(1, 0), (2, 0), (1, 1), (2, 1), (1, 2), (2, 2)]
    assert rows[3] == {"a": 2, "seed": 1, "score": 2.1}
    assert read(tmp_path / "sums.json") == rows
    told = json.loads((tmp_path / "sums.json").read_text())
    assert told["command"] == "learnkit sweep sums" and told["what"] == "sums"


def test_a_sweep_that_was_stopped_goes_on_with_what_is_left(sums, tmp_path):
    first = list(itertools.islice(run(sums, tmp_path), 4))
    rest = list(run(sums, tmp_path))
    assert len(CALLS) == len(set(CALLS)) == 6
    assert read(tmp_path / "sums.json") == first + rest
    assert list(run(sums, tmp_path)) == []


def test_a_trial_that_fails_takes_no_row_away(sums, tmp_path):
    def broken(a, seed):
        if (a, seed) == (1, 1):
            raise ArithmeticError
        return trial(a, seed)

    failing = Sweep("sums", "sums", sums.settings, broken, 3)
    with pytest.raises(ArithmeticError):
        list(run(failing, tmp_path))
    assert len(read(tmp_path / "sums.json")) == 2


def test_scores_come_in_the_order_of_their_seeds():
    rows = [
        {"a": 1, "seed": 1, "s": 5.0},
        {"a": 1, "seed": 0, "s": 4.0},
        {"a": 2, "seed": 0, "s": 9},
    ]
    assert scores(rows, "s", a=1).tolist() == [4.0, 5.0]


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_the_interval_of_a_mean_is_scipys(confidence):
    values = np.random.default_rng(0).normal(size=7)
    want = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    np.testing.assert_allclose(mean_interval(values, confidence), want)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shipped_has_every_setting_and_seed_of_its_sweep_and_no_more(name):
    rows = shipped(name)
    sweep = find(name)
    assert sweep.todo(rows) == []
    assert len(rows) == len(sweep.todo([]))
    assert sweep.name == name and sweep.seeds >= (3 if name == "training_time" else 5)


@pytest.mark.errors
def test_what_does_not_exist_is_named_with_what_does(tmp_path):
    for asked in (find, shipped):
        with pytest.raises(ValueError, match="no sweep is called 'datasize'; there are data_size"):
            asked("datasize")
    with pytest.raises(ValueError, match=r"no row of these has \{'width': 17\}"):
        scores(shipped("data_size"), "test", width=17)
    (tmp_path / "sums.json").write_text("no JSON")
    with pytest.raises(ValueError, match="is no file of results: delete it"):
        read(tmp_path / "sums.json")
    with pytest.raises(ValueError, match="two values or more, got 1"):
        mean_interval(np.ones(1))


def test_the_command_says_what_it_does_and_where_the_results_are(
    sums, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(base, "find", lambda name: sums)
    assert main(["sweep", "sums", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert f"written: {tmp_path / 'sums'}.json" in said.out and "6/6" in said.err


@pytest.mark.errors
def test_the_command_refuses_an_unknown_sweep_in_one_sentence(capsys):
    assert main(["sweep", "sizes"]) == 1
    assert capsys.readouterr().err.startswith("learnkit: no sweep is called 'sizes'")
