"""Every duration of the incident file is equal to an independent computation, to the second."""

import pytest

from .incidents import compare, incidents, place


@pytest.mark.parametrize("business", [False, True], ids=["around the clock", "office hours"])
def test_every_duration_and_verdict_is_the_same_both_ways(business: bool) -> None:
    path = place()
    if not path.is_file():
        pytest.skip(f"the incident file is not there: {path} (FORMLOOM_SHARED_DATA names its folder)")
    told = compare(incidents(path), business=business)
    assert told.compared > 500
    assert told.different == ()
    assert told.agreeing > 50, "better than tossing a coin"
