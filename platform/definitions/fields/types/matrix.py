"""The same answers for several rows."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, ValueInvalid, WidgetSpec
from formloom.platform.definitions.fields.choices import score_of
from formloom.platform.definitions.fields.compounds import ObjectType
from formloom.platform.definitions.fields.numbers import as_decimal
from formloom.platform.definitions.fields.settings import Option, distinct, named
from formloom.platform.kernel.text import fill, resolve

ANSWERS = ("one", "many", "rating", "number")
MAX_LINES = 50
_SEPARATOR = {"zh-CN": "、", "en": ", "}


class Line(Option):
    """A row or a column; its value is part of an input's name."""

    value = fields.String(
        required=True, validate=validate.Regexp(r"^[A-Za-z0-9_-]{1,40}$"), metadata=named("值", "Value")
    )


def _lines(chinese: str, english: str) -> Any:
    return fields.List(
        fields.Nested(Line), load_default=list, validate=validate.And(validate.Length(max=MAX_LINES), distinct),
        metadata=named(chinese, english) | {"control": "options"},
    )  # fmt: skip


class Grid(Schema):
    """Rows, columns, and what a cell takes."""

    rows = _lines("行", "Rows")
    columns = _lines("列", "Columns")
    answer = fields.String(
        load_default="one", validate=validate.OneOf(ANSWERS), metadata=named("每行的回答", "Each row takes")
    )
    highest = fields.Integer(
        load_default=5, validate=validate.Range(2, 10), metadata=named("最高分（打分时）", "Highest mark (for marks)")
    )
    each_row = fields.Boolean(load_default=False, metadata=named("每行必答", "Each row must be answered"))


_RC = {
    "rows": [{"value": "r", "label": {"zh-CN": "服务", "en": "Service"}}],
    "columns": [
        {"value": "c", "label": {"zh-CN": "好", "en": "Good"}},
        {"value": "d", "label": {"zh-CN": "差", "en": "Bad"}},
    ],
}


class Matrix(ObjectType):
    """An object of rows: one column, a list of columns, or an object of numbers by column."""

    id = "matrix"
    label = {"zh-CN": "矩阵", "en": "Matrix"}
    help = {"zh-CN": "多行用同一组选项作答", "en": "The same answers for several rows"}
    group = "choice"
    icon = "grid"
    keywords = ("matrix", "grid", "likert", "矩阵", "juzhen", "jz", "量表", "打分表")
    can_be_column = False
    choice_lists = ("rows", "columns")
    settings = Grid
    examples = (
        Example({"r": "c"}, _RC, clean={"r": "c"}),
        Example({"r": ["d", "c"]}, {**_RC, "answer": "many"}, clean={"r": ["c", "d"]}),
        Example({"r": {"c": "4"}}, {**_RC, "answer": "rating"}, clean={"r": {"c": 4}}),
        Example({"x": "c"}, _RC, error="no_such_row"),
        Example({"r": "x"}, _RC, error="not_an_option"),
    )

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> dict[str, Any] | None:  # noqa: ARG002 - the signature is the base's
        if not isinstance(raw, Mapping):
            raise ValueInvalid("not_an_object", messages.OBJECT_EXPECTED, parts=", ".join(_values(cfg["rows"])[:10]))
        known = set(_values(cfg["rows"]))
        if strange := [str(row) for row in raw if row not in known]:
            raise ValueInvalid("no_such_row", messages.NO_SUCH_ROW, row=_shown(strange[0]))
        found = {row: _answer(raw.get(row), cfg, row) for row in _values(cfg["rows"])}
        kept = {row: answer for row, answer in found.items() if answer not in (None, [], {})}
        if kept and cfg["each_row"]:
            _ensure_all(kept, cfg)
        return kept or None

    def display(self, value: dict[str, Any] | None, cfg: Settings, locale: str) -> str:
        rows, columns = _names(cfg["rows"], locale), _names(cfg["columns"], locale)
        between, colon = ("；", "：") if locale == "zh-CN" else ("; ", ": ")
        return between.join(
            f"{rows.get(row, row)}{colon}{_said(answer, columns, locale)}" for row, answer in (value or {}).items()
        )

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> dict[str, Any] | None:
        if not text.strip():
            return None
        found = _split(text, _by_name(cfg["rows"]), "[;；\n]")
        if found is None:
            raise ValueInvalid("no_such_row", messages.NO_SUCH_ROW, row=_shown(text.strip()))
        return self.clean({row: _cell(words, cfg) for row, words in found.items()}, cfg, ctx)

    def score(self, value: dict[str, Any], cfg: Settings) -> Decimal | None:
        if cfg["answer"] in {"one", "many"}:
            chosen = [one for cell in value.values() for one in (cell if isinstance(cell, list) else [cell])]
            return score_of(chosen, cfg["columns"])
        return sum((Decimal(str(one)) for cell in value.values() for one in cell.values()), Decimal(0))

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        rows, columns = _values(cfg["rows"]), _values(cfg["columns"])
        for turn, column in enumerate(columns):
            yield {row: columns[(at + turn) % len(columns)] for at, row in enumerate(rows)}
            yield {row: {column: 1} for row in rows}

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("matrix")


def _answer(raw: Any, cfg: Settings, row: str) -> Any:
    """Return the clean answer of one row. Raises ValueInvalid, which names the row."""
    if raw in (None, "", [], {}):
        return None
    columns = _values(cfg["columns"])
    try:
        if cfg["answer"] == "one":
            return _column(raw, columns)
        if cfg["answer"] == "many":
            chosen = {_column(one, columns) for one in (raw if isinstance(raw, list | tuple) else [raw])}
            return [one for one in columns if one in chosen]
        return _numbers(raw, columns, cfg)
    except ValueInvalid as fault:
        names = {locale: _names(cfg["rows"], locale).get(row, row) for locale in fault.message}
        words = {
            locale: fill(messages.IN_ROW, locale, {"row": names[locale], "why": why})
            for locale, why in fault.message.items()
        }
        raise ValueInvalid(fault.code, words, **fault.params) from None


def _column(raw: Any, columns: list[str]) -> str:
    if isinstance(raw, str) and raw in columns:
        return raw
    raise ValueInvalid("not_an_option", messages.NOT_AN_OPTION, value=_shown(str(raw)))


def _numbers(raw: Any, columns: list[str], cfg: Settings) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise ValueInvalid("not_an_object", messages.OBJECT_EXPECTED, parts=", ".join(columns[:10]))
    given = {_column(name, columns): one for name, one in raw.items() if one not in (None, "")}
    return {name: _number(given[name], cfg) for name in columns if name in given}


def _number(raw: Any, cfg: Settings) -> Any:
    value = as_decimal(raw)
    if cfg["answer"] == "rating":
        if value != value.to_integral_value() or not 1 <= value <= cfg["highest"]:
            raise ValueInvalid("out_of_range", messages.RANGE, min=1, max=cfg["highest"])
        return int(value)
    if value and not -15 <= value.adjusted() <= 15:
        raise ValueInvalid("too_many_digits", messages.TOO_MANY_DIGITS)
    return format(value.normalize(), "f") if value else "0"


def _ensure_all(kept: Mapping[str, Any], cfg: Settings) -> None:
    missing = next((one for one in cfg["rows"] if one["value"] not in kept), None)
    if missing is not None:
        label = {locale: resolve(missing["label"], locale) or missing["value"] for locale in messages.ROW_MISSING}
        words = {locale: fill(messages.ROW_MISSING, locale, {"row": label[locale]}) for locale in label}
        raise ValueInvalid("row_missing", words)


def _said(answer: Any, columns: Mapping[str, str], locale: str) -> str:
    if isinstance(answer, dict):
        between = " = " if locale == "en" else "="
        return _SEPARATOR[locale].join(f"{columns.get(name, name)}{between}{one}" for name, one in answer.items())
    given = answer if isinstance(answer, list) else [answer]
    return _SEPARATOR[locale].join(columns.get(one, one) for one in given)


def _cell(words: str, cfg: Settings) -> Any:
    columns = _by_name(cfg["columns"])
    if cfg["answer"] in {"rating", "number"}:
        return _split(words, columns, "[,，、]", "=") or words
    found = columns.get(words)
    if found is not None or cfg["answer"] == "one":
        return found or words
    return [columns.get(one.strip(), one.strip()) for one in re.split("[,，、]", words)]


def _split(text: str, names: Mapping[str, str], between: str, after: str = "[:：]") -> dict[str, str] | None:
    """Return what stands behind each name in `a: 1; b: 2`, or None when it does not begin with a name."""
    if not names:
        return None
    known = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True))
    starts = list(re.finditer(rf"(?:^|{between})\s*({known})\s*{after}\s*", text.strip()))
    if not starts or starts[0].start() != 0:
        return None
    ends = [*(one.start() for one in starts[1:]), len(text.strip())]
    return {names[one[1]]: text.strip()[one.end() : end].strip() for one, end in zip(starts, ends, strict=True)}


def _by_name(lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    names = {one["value"]: one["value"] for one in lines}
    return names | {label.strip(): one["value"] for one in lines for label in one["label"].values() if label.strip()}


def _names(lines: Iterable[Mapping[str, Any]], locale: str) -> dict[str, str]:
    return {one["value"]: resolve(one["label"], locale) or one["value"] for one in lines}


def _values(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    return [one["value"] for one in lines]


def _shown(text: str) -> str:
    return text[:60].encode("utf-8", "replace").decode()
