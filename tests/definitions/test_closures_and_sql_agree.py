"""Over random records and random trees the closure and the SQL of both databases find the same records."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.operators import OPERATORS
from formloom.platform.definitions.conditions.sql import to_clause
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage.database import UnitOfWork

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SETTING = Setting(now=NOW, me="u1")
OPTIONS = ("a", "b", 'q"u', "u", "a,b", "\\", "工")
KINDS = {
    "t1": "text", "t2": "text", "n0": "number", "n2": "number", "n8": "number", "d1": "date", "d2": "date",
    "m1": "datetime", "m2": "datetime", "ok": "boolean", "c1": "choice", "c2": "choice", "s1": "choices", "who": "user",
}  # fmt: skip
_options = [{"value": one, "label": {"en": one}} for one in OPTIONS]
FIELDS: tuple[dict[str, Any], ...] = (
    {"id": "t1", "type": "text"}, {"id": "t2", "type": "textarea"}, {"id": "n0", "type": "rating"},
    {"id": "n2", "type": "number", "decimals": 2}, {"id": "n8", "type": "number", "decimals": 8},
    {"id": "d1", "type": "date"}, {"id": "d2", "type": "date"}, {"id": "m1", "type": "datetime"},
    {"id": "m2", "type": "datetime"}, {"id": "ok", "type": "boolean"},
    {"id": "c1", "type": "select", "options": _options}, {"id": "c2", "type": "radio", "options": _options},
    {"id": "s1", "type": "checkboxes", "options": _options}, {"id": "who", "type": "user"},
)  # fmt: skip
LARGEST = Decimal(90_000_000_000)
"""What a number of eight places holds at least."""

words = st.text(alphabet="aAbB%_\\\"'İıéÉß工🧵 ", max_size=5)
numbers = (
    st.integers(-3, 3).map(Decimal) | st.decimals(-LARGEST, LARGEST, places=8) | st.sampled_from([LARGEST, -LARGEST])
)
days = st.dates(date(2026, 11, 20), date(2026, 11, 26)) | st.dates(date(1, 1, 1))
moments = st.datetimes(datetime(2026, 11, 22), datetime(2026, 11, 24), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
people = st.sampled_from(["u1", "u2"])


def rounded(places: int) -> st.SearchStrategy[Decimal]:
    return numbers.map(lambda value: value.quantize(Decimal(1).scaleb(-places)))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


rows = st.fixed_dictionaries({
    "t1": maybe(words.filter(bool)), "t2": maybe(words.filter(bool)), "n0": maybe(st.integers(-3, 10)),
    "n2": maybe(rounded(2)), "n8": maybe(rounded(8)), "d1": maybe(days), "d2": maybe(days), "m1": maybe(moments),
    "m2": maybe(moments), "ok": maybe(st.booleans()), "c1": maybe(st.sampled_from(OPTIONS)),
    "c2": maybe(st.sampled_from(OPTIONS)), "who": maybe(people),
    "s1": maybe(st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True).map(lambda one: tuple(sorted(one)))),
})  # fmt: skip
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "text": words, "number": numbers.map(str), "date": days.map(str), "boolean": st.booleans(), "user": people,
    "datetime": moments.map(lambda moment: moment.isoformat()), "choice": st.sampled_from((*OPTIONS, ",", "")),
    "choices": st.sampled_from((*OPTIONS, ",", "")),
}  # fmt: skip
COMPUTED = {"date": ("today", "now"), "datetime": ("today", "now"), "user": ("me",)}
durations = st.sampled_from(["P1D", "PT1H", "P2W", "P9999Y", "PT90M"])


def operand(kind: str) -> st.SearchStrategy[Any]:
    choices = [PLAIN[kind]]
    if kind != "choices":
        choices.append(st.sampled_from([{"ref": name} for name, other in KINDS.items() if other == kind]))
    if kind in COMPUTED:
        choices.append(st.sampled_from([{"fn": name} for name in COMPUTED[kind]]))
    return st.one_of(choices)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[name]
    op = draw(st.sampled_from([one for one in OPERATORS.values() if kind in one.kinds and not one.needs_before]))
    if op.shape == "none":
        return {"field": name, "op": op.id}
    one = operand(kind)
    if op.id in {"eq", "ne"} and kind == "choices":
        one = one | st.lists(PLAIN[kind], max_size=3)
    shapes = {
        "one": one,
        "many": st.lists(one, min_size=1, max_size=3),
        "pair": st.lists(one, min_size=2, max_size=2),
        "duration": durations,
    }
    return {"field": name, "op": op.id, "value": draw(shapes[op.shape])}


trees = st.recursive(
    leaves(),
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=5,
)


def _depth(tree: Any) -> int:
    parts = tree if isinstance(tree, list) else [tree[key] for key in ("all", "any", "not") if key in tree]
    return (not isinstance(tree, list)) + max(map(_depth, parts), default=0)


@pytest.fixture
def shelf(shelve: Callable[[FormVersion], Any], make_form: Callable[..., FormVersion]) -> Any:
    form = make_form(*FIELDS)
    assert form.value_kinds() == KINDS
    return shelve(form)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(rows, min_size=1, max_size=4), trees.filter(lambda tree: _depth(tree) <= 5))
@example([{"s1": ('q"u',)}, {"s1": ("a", "b")}], {"field": "s1", "op": "contains", "value": "u"})
@example([{"s1": ("a", "b")}], {"field": "s1", "op": "in", "value": [","]})
@example([{"n0": 9, "n8": LARGEST}], {"field": "n0", "op": "lt", "value": {"ref": "n8"}})
@example([{"d1": date(2026, 11, 23)}], {"field": "d1", "op": "nin", "value": [{"ref": "d2"}]})
@example([{"t1": "a"}], {"field": "t1", "op": "in", "value": ["a", {"ref": "t2"}]})
def test_closure_and_sql_agree(shelf: Any, records: list[dict[str, Any]], tree: dict[str, Any]) -> None:
    node = parse(tree, shelf.form.value_kinds())

    def found(uow: UnitOfWork) -> set[str]:
        uow.conn.execute(shelf.table.delete())
        for place, record in enumerate(records):
            shelf.put(uow, {"id": str(place), "rev": 1, "created_at": NOW, "updated_at": NOW}, record)
        return set(uow.conn.scalars(select(shelf.table.c.id).where(to_clause(node, shelf.columns, SETTING))))

    by_closure = {str(place) for place, record in enumerate(records) if matches(node, record, SETTING)}
    assert shelf.db.write(found) == by_closure, json.dumps(tree, ensure_ascii=False)
