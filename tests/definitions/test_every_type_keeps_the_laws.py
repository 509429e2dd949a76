"""Conformance: every registered field type × every law. A new type is held by these without a line here."""

import json
import typing
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from formloom.platform.definitions.conditions.operators import OPERATORS
from formloom.platform.definitions.fields import base
from formloom.platform.definitions.fields.base import CleanContext, FieldType, Settings, ValueInvalid
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.form import FormVersion, field_of

GOLDEN = Path(__file__).parent / "golden"
TYPES = list(FIELD_TYPES)
STORED = [kind for kind in TYPES if kind.is_stored]
TYPED_IN = [kind for kind in STORED if not kind.is_generated and kind.value_kind != "files"]
MakeForm = Callable[..., FormVersion]
every_type = pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.id)
every_stored = pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.id)

atoms = (
    st.none() | st.booleans() | st.integers() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=20)
    | st.sampled_from([
        "\ud800", "\x00", "1e999999", "-1e-999999", "9" * 5000, "u1", "d1", "f1", "high", "2026-11-23", "0001-01-01T00:00+14:00",
        "9999-12-31T23:59:59-14:00", "https://[", "http://x:y", "@", "a@b.c", "+", "+86", "\u202e", "1/0", "2026-11-2\u0663",
    ])
)  # fmt: skip
anything = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
cell_texts = st.text(max_size=30) | st.text(alphabet="0123456789-/.年月日:： T¥￥,，()（）%元$a", max_size=25)
quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def book_of(kind: FieldType[Any]) -> dict[str, Any]:
    book: dict[str, Any] = json.loads((GOLDEN / f"{kind.id}.json").read_text(encoding="utf-8"))
    return book


def loaded(kind: FieldType[Any], given: Any) -> Settings:
    """Return settings as a form has them."""
    return field_of({"id": "x", "type": kind.id, **given}).cfg


def settings_of(kind: FieldType[Any]) -> Settings:
    return loaded(kind, book_of(kind).get("settings", {}))


def good_values(kind: FieldType[Any], ctx: CleanContext) -> list[tuple[Any, Settings]]:
    """Return clean values of the golden cases with their settings."""
    book, found = book_of(kind), []
    for case in book.get("inputs", ()):
        raw = case["in"]
        if "out" in case and case["out"] is not None and not (isinstance(raw, dict) and "repeat" in raw):
            cfg = loaded(kind, case.get("settings", book.get("settings", {})))
            found.append((kind.clean(raw, cfg, ctx), cfg))
    return found


@every_type
def test_it_says_what_it_is_in_both_languages(kind: FieldType[Any]) -> None:
    for words in (kind.label, kind.help):
        assert set(words) == {"zh-CN", "en"}
        assert all(words.values())
    assert kind.group in typing.get_args(base.Group)
    assert kind.icon
    assert any(word.isascii() for word in kind.keywords)
    assert any(not word.isascii() for word in kind.keywords)


@every_type
def test_it_can_be_placed_without_any_setting(kind: FieldType[Any], make_form: MakeForm) -> None:
    assert make_form({"id": "x", "type": kind.id}).by_id["x"].type is kind


@every_type
def test_unknown_settings_are_refused(kind: FieldType[Any]) -> None:
    with pytest.raises(ValidationError):
        kind.settings().load({"no_such_setting": 1})


@every_type
def test_every_setting_has_a_name_in_both_languages(kind: FieldType[Any]) -> None:
    for name, setting in kind.settings().fields.items():
        inner = getattr(getattr(setting, "inner", None), "schema", None)
        for place, one in ((name, setting), *((inner.fields if inner else {}).items())):
            words = one.metadata.get("label", {})
            assert words.get("zh-CN"), f"{kind.id}.{place}"
            assert words.get("en"), f"{kind.id}.{place}"


@every_type
def test_its_own_examples_hold(kind: FieldType[Any], ctx: CleanContext) -> None:
    for one in kind.examples:
        cfg = loaded(kind, one.settings)
        if one.error:
            with pytest.raises(ValueInvalid) as refusal:
                kind.clean(one.raw, cfg, ctx)
            assert refusal.value.code == one.error
        else:
            assert kind.clean(one.raw, cfg, ctx) == one.clean


@every_type
def test_its_control_has_plain_attributes(kind: FieldType[Any]) -> None:
    spec = kind.widget(settings_of(kind))
    assert spec.control
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in spec.attributes.items())


@every_type
def test_a_value_and_a_kind_of_value_go_together(kind: FieldType[Any]) -> None:
    assert (kind.value_kind is not None) is kind.is_stored
    if kind.is_stored:
        assert kind.column(settings_of(kind)).kind in typing.get_args(base.ColumnKind)
        assert kind.value_kind in typing.get_args(base.ValueKind)
        assert {"empty", "not_empty"} <= {one.id for one in OPERATORS.values() if kind.value_kind in one.kinds}


@every_stored
@quick
@given(raw=anything)
@example(raw="9" * 100_000)
@example(raw=float("nan"))
@example(raw=10**5000)
def test_whatever_comes_in_is_a_value_or_a_refusal(kind: FieldType[Any], raw: Any, ctx: CleanContext) -> None:
    cfg = settings_of(kind)
    try:
        value = kind.clean(raw, cfg, ctx)
    except ValueInvalid as fault:
        assert set(fault.message) == {"zh-CN", "en"}
        return
    assert kind.clean(kind.dump(value, cfg), cfg, ctx) == value if value is not None else True
    json.dumps(kind.dump(value, cfg), ensure_ascii=False).encode()


@every_stored
@quick
@given(text=cell_texts)
def test_whatever_a_cell_says_is_a_value_or_a_refusal(kind: FieldType[Any], text: str, ctx: CleanContext) -> None:
    cfg = settings_of(kind)
    try:
        value = kind.parse_cell(text, cfg, ctx)
    except ValueInvalid:
        return
    if value is not None:
        assert kind.clean(kind.dump(value, cfg), cfg, ctx) == value


@every_stored
def test_what_is_stored_comes_back(kind: FieldType[Any], ctx: CleanContext) -> None:
    assert kind.to_column(None, settings_of(kind)) is None
    assert kind.from_column(None, settings_of(kind)) is None
    for value, cfg in good_values(kind, ctx):
        there = value if kind.columns_in is None else len(value)  # rows stand in a table of their own
        assert kind.from_column(kind.to_column(value, cfg), cfg) == there


@every_stored
def test_what_is_sent_can_be_sent_back(kind: FieldType[Any], ctx: CleanContext) -> None:
    assert kind.dump(None, settings_of(kind)) is None
    for value, cfg in good_values(kind, ctx):
        assert kind.clean(json.loads(json.dumps(kind.dump(value, cfg))), cfg, ctx) == value


@pytest.mark.parametrize("kind", TYPED_IN, ids=lambda kind: kind.id)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_what_is_exported_can_be_imported(kind: FieldType[Any], locale: str, ctx: CleanContext) -> None:
    cases = good_values(kind, ctx)
    assert cases
    for value, cfg in cases:
        cell = kind.export_cell(value, cfg, locale)
        assert kind.parse_cell(format(cell, "f") if isinstance(cell, Decimal) else str(cell), cfg, ctx) == value


@every_stored
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_it_can_be_read_by_people(kind: FieldType[Any], locale: str, ctx: CleanContext) -> None:
    assert kind.display(None, settings_of(kind), locale) == ""
    assert kind.export_cell(None, settings_of(kind), locale) == ""
    assert all(kind.display(value, cfg, locale) for value, cfg in good_values(kind, ctx))


@every_stored
def test_the_compiled_cleaner_does_what_clean_does(kind: FieldType[Any], ctx: CleanContext) -> None:
    for value, cfg in good_values(kind, ctx):
        assert kind.compile(cfg)(kind.dump(value, cfg), ctx) == value


@every_stored
def test_a_sample_is_a_value_of_its_own(kind: FieldType[Any], ctx: CleanContext) -> None:
    cfg = {**settings_of(kind), "field_id": "x"}
    for seed in range(5):
        value = None if kind.is_generated else kind.sample(cfg, ctx, seed)
        assert value is None or kind.clean(kind.dump(value, cfg), cfg, ctx) == value
    assert kind in TYPED_IN or kind.value_kind == "files" or kind.is_generated
    if kind in TYPED_IN and kind.who is None and kind.columns_in is None:
        assert kind.sample(cfg, ctx) is not None
