import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from learnkit.images.preference import preference_interval


@given(st.data(), st.integers(1, 2000), st.floats(0.01, 0.999))
def test_it_is_scipys_wilson_interval(data, trials, confidence):
    wins = data.draw(st.integers(0, trials))
    theirs = binomtest(wins, trials).proportion_ci(confidence, method="wilson")
    ours = preference_interval(wins, trials, confidence)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@given(st.data(), st.integers(1, 100))
def test_the_share_lies_in_it_and_the_other_side_is_its_mirror(data, trials):
    wins = data.draw(st.integers(0, trials))
    low, high = preference_interval(wins, trials)
    assert 0 <= low <= wins / trials <= high <= 1 and low < high
    mirrored = preference_interval(trials - wins, trials)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_with_no_answers_nothing_is_known():
    assert preference_interval(0, 0) == (0.0, 1.0)


@pytest.mark.errors
@pytest.mark.parametrize(
    ("wins", "trials", "confidence", "sentence"),
    [
        (3, 2, 0.95, "wins must not be more than trials, got 3 of 2"),
        (-1, 2, 0.95, "wins must be at least 0, got -1"),
        (1, 2, 95, "confidence must lie between 0 and 1, got 95; 95 % is 0.95"),
        (1, 2, 0.0, "confidence must lie between 0 and 1, got 0.0"),
    ],
)
def test_what_is_no_share_is_refused(wins, trials, confidence, sentence):
    with pytest.raises(ValueError, match=sentence):
        preference_interval(wins, trials, confidence)
