import pytest
import torch

from learnkit.speed.profile import profiled
from learnkit.training.device import Machine

CPU = Machine(torch.device("cpu"))


def test_each_operation_has_its_calls_and_its_share_and_the_largest_comes_first(capfd):
    x = torch.ones(256, 256)
    rows = profiled(lambda: (x @ x).relu().relu(), CPU, repeats=4)
    assert rows["mm"]["calls"] == 1 and rows["clamp_min"]["calls"] == 2
    assert next(iter(rows)) == "mm"
    assert sum(row["share, %"] for row in rows.values()) == pytest.approx(100)
    shares = [row["ms"] for row in rows.values()]
    assert shares == sorted(shares, reverse=True)
    assert capfd.readouterr() == ("", "")  # the profiler itself says nothing under a cell


@pytest.mark.errors
def test_no_repeat_at_all_is_refused():
    with pytest.raises(ValueError, match="repeats must be at least 1, got 0"):
        profiled(lambda: None, CPU, repeats=0)
