"""Heads, supervisors, delegates, shifts, territories: pure questions to a structure that was built by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formloom.platform.access.queries.structure import AbsenceRow, DepartmentRow, MemberRow, RotaRow
from formloom.platform.access.shift_hours import ShiftHours, check_week
from formloom.platform.access.structure import Structure
from formloom.platform.access.territory_map import Territory, TerritoryMap

NOON = datetime(2026, 11, 27, 4, tzinfo=UTC)  # a Friday, 12:00 in Shanghai
DAY = timedelta(days=1)


def _member(user: str, supervisor: str | None = None, primary: str | None = None, most: int | None = None) -> MemberRow:
    return MemberRow(user, user.title(), supervisor, primary, most)


def _people(*members: MemberRow) -> dict[str, MemberRow]:
    return {one.id: one for one in members}


def _tree(**heads: tuple[str | None, str | None]) -> dict[str, DepartmentRow]:
    return {one: DepartmentRow(one, parent, head) for one, (parent, head) in heads.items()}


COMPANY = Structure(
    people=_people(*(_member(one) for one in ("boss", "lead", "mia", "nia", "aide"))),
    departments=_tree(top=(None, "boss"), sales=("top", "lead"), north=("sales", None), office=("top", "aide")),
    placed={
        "boss": frozenset({"office"}), "lead": frozenset({"sales"}), "mia": frozenset({"north", "office"}),
        "nia": frozenset({"north"}), "aide": frozenset({"office"}), "left": frozenset({"north"}),
    },
    roles={"boss": frozenset({"manager"}), "lead": frozenset({"manager", "seller"}), "left": frozenset({"seller"})},
    role_groups={"g": frozenset({"seller", "nobody_has_it"})},
)  # fmt: skip


def test_a_supervisor_is_the_nearest_head_on_the_way_up() -> None:
    assert [COMPANY.supervisor(one) for one in ("nia", "lead", "aide", "boss")] == ["lead", "boss", "boss", None]
    assert COMPANY.supervisor("nia", 2) == "boss"
    assert COMPANY.supervisor("nia", 3) is None
    assert COMPANY.supervisor("nia", 0) is None


def test_the_first_department_of_the_tree_counts_unless_another_is_primary() -> None:
    assert COMPANY.departments_of("mia") == ("north", "office")
    marked = Structure({**COMPANY.people, "mia": _member("mia", primary="office")}, COMPANY.departments, COMPANY.placed)
    assert marked.primary_department("mia") == "office"
    assert marked.supervisor("mia") == "aide"
    gone = Structure({**COMPANY.people, "mia": _member("mia", primary="top")}, COMPANY.departments, COMPANY.placed)
    assert gone.primary_department("mia") == "north"


def test_a_named_supervisor_goes_before_the_head_until_he_leaves() -> None:
    named = Structure({**COMPANY.people, "nia": _member("nia", "aide")}, COMPANY.departments, COMPANY.placed)
    assert named.chain("nia") == ("aide", "boss")
    left = Structure({**COMPANY.people, "nia": _member("nia", "left")}, COMPANY.departments, COMPANY.placed)
    assert left.chain("nia") == ("lead", "boss")


def test_a_chain_ends_where_it_is_told() -> None:
    assert COMPANY.chain("nia") == ("lead", "boss")
    assert COMPANY.chain("nia", until_level=1) == ("lead",)
    assert COMPANY.chain("nia", until_role="manager") == ("lead",)
    assert COMPANY.chain("nia", until_role="nobody_has_it") == ("lead", "boss")
    assert COMPANY.chain("left") == ()


def test_two_who_supervise_each_other_end_the_chain() -> None:
    circle = Structure(_people(_member("a", "b"), _member("b", "a"), _member("c", "a")))
    assert circle.chain("a") == ("b",)
    assert circle.chain("c") == ("a", "b")


def test_heads_are_asked_for_by_level() -> None:
    assert [COMPANY.heads_of("sales", level) for level in (0, 1, 2, 3)] == [(), ("lead",), ("boss",), ()]
    assert COMPANY.heads_of("north") == ()
    assert COMPANY.heads_of("nowhere") == ()


def test_members_are_active_and_in_their_order_of_joining() -> None:
    assert COMPANY.members("north") == ("mia", "nia")
    assert COMPANY.members("sales", below=True) == ("lead", "mia", "nia")
    assert COMPANY.with_role("seller") == ("lead",)
    assert COMPANY.with_role_group("g") == ("lead",)
    assert COMPANY.with_role_group("none") == ()


def test_a_tree_that_bites_its_tail_still_answers() -> None:
    loop = Structure(_people(_member("a")), _tree(x=("y", None), y=("x", None)), {"a": frozenset({"x"})})
    assert loop.chain("a") == ()
    assert loop.members("y", below=True) == ("a",)


def _away(user: str, delegate: str | None, kind: str = "leave", **scope: list[str]) -> AbsenceRow:
    return AbsenceRow("x", user, kind, NOON - DAY, NOON + DAY, delegate, scope.get("flows"), scope.get("apps"))


def _absent(*absences: AbsenceRow) -> Structure:
    by_user: dict[str, tuple[AbsenceRow, ...]] = {}
    for one in absences:
        by_user[one.user_id] = (*by_user.get(one.user_id, ()), one)
    return Structure(COMPANY.people, absences=by_user, flow_apps={"leave": "hr", "ticket": "desk"})


def test_a_delegate_of_a_delegate_acts() -> None:
    assert _absent(_away("mia", "nia"), _away("nia", "lead")).delegate_of("mia", NOON) == "lead"
    assert _absent(_away("mia", "nia"), _away("nia", None)).delegate_of("mia", NOON) == "nia"


def test_nobody_acts_for_whom_delegation_leads_back_or_out_of_the_house() -> None:
    assert _absent(_away("mia", "nia"), _away("nia", "mia")).delegate_of("mia", NOON) is None
    assert _absent(_away("mia", "left")).delegate_of("mia", NOON) is None
    assert _absent(_away("mia", "nia"), _away("nia", "left")).delegate_of("mia", NOON) == "nia"


def test_a_delegation_holds_for_its_flows_and_its_days_only() -> None:
    told = _absent(
        _away("mia", "lead", "delegation"), _away("mia", "nia", "delegation", flows=["leave"]), _away("mia", "boss")
    )
    assert told.delegate_of("mia", NOON, "leave") == "nia"
    assert told.delegate_of("mia", NOON, "ticket") == "boss"
    assert told.delegate_of("mia", NOON + DAY) is None
    by_app = _absent(_away("mia", "nia", "delegation", apps=["hr"]))
    assert [by_app.delegate_of("mia", NOON, flow) for flow in ("leave", "ticket", None)] == ["nia", None, None]


def test_who_only_delegates_is_there_and_who_is_on_leave_is_not() -> None:
    assert _absent(_away("mia", "nia", "delegation")).is_available("mia", NOON)
    away = _absent(_away("mia", None))
    assert [away.is_available("mia", NOON + offset) for offset in (-2 * DAY, -DAY, DAY)] == [True, False, True]
    assert not away.is_available("left", NOON)


def _rota(*entries: RotaRow, **week: list[list[str]]) -> Structure:
    shifts = {"s": ShiftHours.parse("Asia/Shanghai", week)}
    return Structure(COMPANY.people, shifts=shifts, rota={"mia": entries})


@pytest.mark.parametrize(("clock", "is_there"), [("08:59", False), ("09:00", True), ("17:59", True), ("18:00", False)])
def test_a_shift_decides_who_is_there(clock: str, is_there: bool) -> None:
    house = _rota(RotaRow("mia", "s", date(2026, 11, 27), None), fri=[["09:00", "18:00"]])
    at = datetime.fromisoformat(f"2026-11-27T{clock}:00+08:00")
    assert house.is_available("mia", at) is is_there
    assert house.is_available("nia", at)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday = RotaRow("mia", "s", date(2026, 11, 27), date(2026, 11, 27))
    house = _rota(friday, fri=[["22:00", "06:00"]])
    said = [
        house.is_available("mia", datetime.fromisoformat(f"2026-11-{moment}:00+08:00"))
        for moment in ("26T12:00", "27T05:00", "27T22:00", "28T05:59", "28T06:00")
    ]
    assert said == [True, False, True, True, True]  # before and after his rota nothing binds him


def test_a_gap_between_two_weeks_of_a_rota_is_free_time() -> None:
    weeks = [RotaRow("mia", "s", date(2026, 11, day), date(2026, 11, day + 4)) for day in (2, 16)]
    house = _rota(*weeks, mon=[["09:00", "18:00"]])
    mondays = [datetime(2026, 11, day, 4, tzinfo=UTC) for day in (2, 9, 16, 23)]
    assert [house.is_available("mia", at) for at in mondays] == [True, False, True, True]


@pytest.mark.parametrize(
    ("week", "code"),
    [
        ({}, "required"),
        ({"mon": [["9:00", "18:00"]]}, "bad_time"),
        ({"mon": [["09:00", "12:00"], ["11:00", "18:00"]]}, "overlap"),
        ({"sun": [["22:00", "06:00"]], "mon": [["05:00", "09:00"]]}, "overlap"),
        ({"mon": [["22:00", "06:00"]], "tue": [["06:00", "24:00"]]}, None),
    ],
)
def test_the_hours_of_a_week_are_checked(week: Mapping[str, list[list[str]]], code: str | None) -> None:
    assert next((found.code for found in check_week(week)), None) == code


AREAS = TerritoryMap.of([
    Territory("east", None, {"zh-CN": "华东", "en": "East"}, (), ("boss",)),
    Territory("zj", "east", {"zh-CN": "浙江省"}, (), ("mia",)),
    Territory("hz", "zj", {"zh-CN": "浙北"}, ("杭州", "湖州市"), ("nia",)),
    Territory("sh", "east", {"zh-CN": "上海"}, ("Shanghai",), ()),
])  # fmt: skip


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("浙江", ("mia",)), ("浙江省", ("mia",)), (" shanghai ", ("boss",)), ("湖州", ("nia",)),
        ("浙江省宁波市鄞州区", ("mia",)), ("浙江省杭州市", ("nia",)), ("火星", ()), ("", ()), (None, ()), ("江", ()),
        (("330000", "330100", "330106", "detail 文三路 1 号"), ("nia",)), (("330000", "330200"), ("mia",)),
        ({"province": "330000", "city": "330500"}, ("nia",)), ("310000", ("boss",)),
    ],
)  # fmt: skip
def test_a_value_finds_the_people_of_its_territory(value: object, people: tuple[str, ...]) -> None:
    assert Structure(COMPANY.people, territories=AREAS).territory_people(value) == people


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
PLACES = st.sampled_from(["u", "v", "w", "x"])


@given(
    active=st.sets(NAMES),
    supervisors=st.dictionaries(NAMES, NAMES),
    tree=st.dictionaries(PLACES, st.tuples(st.none() | PLACES, st.none() | NAMES)),
    placed=st.dictionaries(NAMES, st.frozensets(PLACES)),
)
def test_chains_of_supervisors_never_loop_and_never_name_somebody_who_left(
    active: set[str],
    supervisors: dict[str, str],
    tree: dict[str, tuple[str | None, str | None]],
    placed: dict[str, frozenset[str]],
) -> None:
    people = _people(*(_member(one, supervisors.get(one)) for one in sorted(active)))
    house = Structure(people, _tree(**tree), placed)
    for user in "abcde":
        above = house.chain(user)
        assert len({user, *above}) == len(above) + 1
        assert set(above) <= active
        assert all(house.supervisor(user, level) == one for level, one in enumerate(above, 1))


@given(names=st.dictionaries(NAMES, NAMES), active=st.sets(NAMES))
def test_a_delegate_is_active_and_never_oneself(names: dict[str, str], active: set[str]) -> None:
    house = Structure(
        _people(*(_member(one) for one in sorted(active))), absences={a: (_away(a, b),) for a, b in names.items()}
    )
    for user in names:
        delegate = house.delegate_of(user, NOON)
        assert delegate is None or (delegate in active and delegate != user)
