"""Hidden cases: renewed for every exercise, the same for one seed, and beyond any table's reach."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from learnkit.exercises.index import EXERCISES
from learnkit.exercises.judge import judge
from learnkit.exercises.table import find
from learnkit.grading import secret
from learnkit.grading.secret import hidden


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_hidden_cases_which_the_reference_passes(name):
    task = hidden(find(name), "one")
    assert len(task.cases) >= len(find(name).cases) / 2
    report = judge(task, task.run(task.reference))
    assert report.correct, report.message
    if (written := find(name).written) is not None:
        assert judge(task, task.run(written.answer)).correct


@pytest.mark.parametrize("name", EXERCISES)
def test_no_hidden_case_is_one_that_the_lesson_shows(name):
    shown = {_key(case) for case in find(name).cases}
    assert not shown & {_key(case) for case in hidden(find(name), "two").cases}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_seed_gives_the_same_cases_again_and_another_seed_others(name):
    task = find(name)
    first = [_key(case) for case in hidden(task, "three").cases]
    secret.hidden.cache_clear()
    assert [_key(case) for case in hidden(task, "three").cases] == first
    assert [_key(case) for case in hidden(task, "four").cases] != first


def _key(case):
    return repr([_plain(value) for value in (*case.args, *case.options.items())])


def _plain(value):
    return (value.tobytes(), value.shape) if isinstance(value, np.ndarray) else value


floats = st.floats(-10, 10)
some_arrays = arrays.arrays(float, arrays.array_shapes(max_dims=3, max_side=4), elements=floats)


@given(some_arrays, st.integers(0, 99))
def test_an_array_keeps_shape_type_signs_and_zeros(old, seed):
    new = secret.array(old, np.random.default_rng(seed))
    assert new.shape == old.shape and new.dtype == old.dtype
    if set(np.unique(old)) != {0.0, 1.0}:  # those are labels, which change places
        np.testing.assert_array_equal(np.sign(new), np.sign(old))


def test_what_makes_an_input_valid_stays():
    rng = np.random.default_rng(0)
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    new = secret.array(covariance, rng)
    np.testing.assert_allclose(new, new.T)
    assert (np.linalg.eigvalsh(new) > 0).all() and not np.allclose(new, covariance)
    schedule = np.linspace(0.99, 0.01, 9)
    assert (np.diff(secret.array(schedule, rng)) < 0).all()
    picture = rng.uniform(size=(4, 4)).round(1)
    new = secret.array(picture, rng)
    assert new.min() >= 0 and new.max() <= 1
    hole = picture > 0.5
    assert secret.array(hole, rng).sum() == hole.sum()
    index = np.array([3, 1, 2])
    np.testing.assert_array_equal(secret.array(index, rng), index)
    assert np.isinf(secret.array(np.array([np.inf, 1.0]), rng)[0])
