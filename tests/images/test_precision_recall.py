import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnkit.images import precision_recall as module
from learnkit.images.precision_recall import precision_recall


def by_definition(real, made, k):
    """The two shares, counted pair by pair."""

    def share(points, crowd):
        inside = 0
        for point in points:
            for i, middle in enumerate(crowd):
                others = np.delete(crowd, i, axis=0)
                radius = sorted(np.linalg.norm(middle - other) for other in others)[k - 1]
                if np.linalg.norm(point - middle) <= radius:
                    inside += 1
                    break
        return inside / len(points)

    return share(made, real), share(real, made)


@settings(max_examples=20)
@given(st.integers(0, 2**30), st.integers(1, 4), st.integers(5, 12), st.integers(5, 12))
def test_it_is_the_definition_counted_pair_by_pair(seed, k, n, m):
    rng = np.random.default_rng(seed)
    real, made = rng.normal(size=(n, 3)), rng.normal(0.5, 1.0, size=(m, 3))
    assert precision_recall(real, made, k) == pytest.approx(by_definition(real, made, k))


def test_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(50, 4)), rng.normal(size=(37, 4))
    whole = precision_recall(real, made)
    monkeypatch.setattr(module, "BLOCK", 7)
    assert precision_recall(real, made) == whole


def test_copies_have_both_few_kinds_have_no_recall_and_noise_has_no_precision():
    rng = np.random.default_rng(0)
    middles = rng.normal(0, 50, size=(10, 8))
    real = (middles[:, None] + rng.normal(size=(10, 30, 8))).reshape(-1, 8)
    assert precision_recall(real, real.copy()) == (1.0, 1.0)
    precision, recall = precision_recall(real, real[:60])
    assert precision == 1.0 and recall <= 0.25
    precision, recall = precision_recall(real, rng.normal(0, 50, size=(300, 8)))
    assert precision < 0.05


@pytest.mark.errors
def test_crowds_that_cannot_be_compared_are_named():
    crowd = np.zeros((5, 2))
    with pytest.raises(ValueError, match=r"made must be \(n, d\), .* of more than k = 3 rows"):
        precision_recall(crowd, crowd[:3])
    with pytest.raises(ValueError, match="made"):
        precision_recall(crowd, np.zeros((5, 3)))
    with pytest.raises(ValueError, match="k must be at least 1"):
        precision_recall(crowd, crowd, k=0)
