"""The table of needs is complete, and the guard refuses to be put on the wrong thing."""

import pytest

from formloom.platform.access.acts import NEEDS, RIGHTS, Act
from formloom.platform.access.policy import requires


def test_every_act_says_what_it_needs() -> None:
    assert set(NEEDS) == set(Act)


def test_every_right_is_an_act_of_the_same_name() -> None:
    assert {NEEDS[Act(right)].right for right in RIGHTS} == set(RIGHTS)


def test_only_acts_about_records_ask_for_a_right() -> None:
    assert {act for act, need in NEEDS.items() if need.right} == {
        act for act, need in NEEDS.items() if need.level == "record"
    }


def test_a_guard_about_a_form_needs_an_argument_that_names_it() -> None:
    with pytest.raises(TypeError, match="no argument names it"):

        @requires(Act.RECORD_READ)
        def read(unit: object, actor: object, record_id: str) -> None:
            """Ask for nothing that could be checked."""


def test_a_guarded_use_case_tells_its_act() -> None:
    @requires(Act.SYSTEM_CHECK)
    def check(unit: object, actor: object) -> None:
        """Do nothing."""

    assert check.act is Act.SYSTEM_CHECK
