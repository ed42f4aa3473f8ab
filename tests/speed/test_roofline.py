import pytest

from learnkit.speed.roofline import Ceilings, Work


def test_the_roof_is_slanted_up_to_the_ridge_and_flat_from_there():
    roof = Ceilings(peak=100.0, bandwidth=20.0)
    assert roof.ridge == 5.0
    assert [roof.attainable(x) for x in (1.0, 5.0, 50.0)] == [20.0, 100.0, 100.0]


def test_work_adds_up_and_its_intensity_is_operations_a_byte():
    both = Work(flops=30, bytes=10) + Work(flops=10, bytes=10)
    assert both == Work(40, 20) and both.intensity == 2.0


@pytest.mark.errors
def test_what_moves_nothing_has_no_intensity():
    with pytest.raises(ZeroDivisionError):
        _ = Work().intensity
