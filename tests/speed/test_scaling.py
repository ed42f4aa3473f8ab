import pytest

from learnkit.speed import scaling

STEPS = {"steps": 4, "batch_size": 32}


def test_two_processes_have_the_losses_of_one_to_the_seventh_digit():
    two = scaling.launched(2, **STEPS)
    assert list(two) == list(scaling.NETWORKS)
    for name, training in two.items():
        one = scaling.trained(name, **STEPS)
        assert (one.processes, training.processes, training.threads) == (1, 2, 1)
        assert training.losses == pytest.approx(one.losses, rel=0, abs=1e-6)
        assert len(one.seconds) == len(training.seconds) == 4 and training.rate > 0


def test_the_rate_is_that_of_the_median_step_after_the_first_two():
    training = scaling.Training(1, 1, 10, [0.0] * 5, [9.0, 9.0, 1.0, 2.0, 5.0])
    assert training.rate == 5.0


@pytest.mark.errors
@pytest.mark.parametrize(("name", "steps"), [("dense", 2), ("tall", 10)])
def test_too_few_steps_or_an_unknown_network_are_named(name, steps):
    with pytest.raises(ValueError, match=f"got {steps}, and the network one of .*, got '{name}'"):
        scaling.trained(name, steps=steps)


@pytest.mark.errors
def test_what_a_process_died_of_is_told():
    with pytest.raises(ChildProcessError, match="cannot be shared equally by 2 processes"):
        scaling.launched(2, steps=4, batch_size=33, names=("dense",))
