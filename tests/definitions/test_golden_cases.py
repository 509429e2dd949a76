"""Every type by its golden cases: what comes in, what a spreadsheet says, what a person reads.

The files are data so that the browser can run them too. `{"repeat": [text, n]}` stands for a long text.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.form import FormVersion

GOLDEN = Path(__file__).parent / "golden"
PLACEHOLDER = re.compile(r"\{[a-z]+\}")
MakeForm = Callable[..., FormVersion]


def _cases(part: str) -> Iterator[Any]:
    for path in sorted(GOLDEN.glob("*.json")):
        book = json.loads(path.read_text(encoding="utf-8"))
        for case in book.get(part, ()):
            settings = case.get("settings", book.get("settings", {}))
            name = f"{book['type']} {json.dumps({key: case[key] for key in case if key != 'settings'}, ensure_ascii=False)}"
            yield pytest.param(book["type"], settings, case, id=name[:110])


def _whole(value: Any) -> Any:
    return value["repeat"][0] * value["repeat"][1] if isinstance(value, dict) and set(value) == {"repeat"} else value


def test_every_type_has_its_golden_file() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(FIELD_TYPES.ids())


@pytest.mark.parametrize(("kind", "settings", "case"), list(_cases("inputs")))
def test_input(
    kind: str, settings: dict[str, Any], case: dict[str, Any], make_form: MakeForm, ctx: CleanContext
) -> None:
    form = make_form({"id": "x", "type": kind, **settings})
    cleaned = form.clean({"x": _whole(case["in"])}, ctx=ctx)
    if "error" in case:
        assert [found.code for found in cleaned.findings] == [case["error"]]
        for locale in ("zh-CN", "en"):
            words = cleaned.findings[0].words(locale)
            assert words and not PLACEHOLDER.search(words)
    else:
        assert cleaned.findings == []
        assert form.dump(cleaned.values)["x"] == _whole(case["out"])


@pytest.mark.parametrize(("kind", "settings", "case"), list(_cases("cells")))
def test_spreadsheet_cell(
    kind: str, settings: dict[str, Any], case: dict[str, Any], make_form: MakeForm, ctx: CleanContext
) -> None:
    field = make_form({"id": "x", "type": kind, **settings}).field("x")
    if "error" in case:
        with pytest.raises(ValueInvalid) as refusal:
            field.type.parse_cell(case["cell"], field.cfg, ctx)
        assert refusal.value.code == case["error"]
    else:
        assert field.type.dump(field.type.parse_cell(case["cell"], field.cfg, ctx), field.cfg) == case["out"]


@pytest.mark.parametrize(("kind", "settings", "case"), list(_cases("shown")))
def test_shown(
    kind: str, settings: dict[str, Any], case: dict[str, Any], make_form: MakeForm, ctx: CleanContext
) -> None:
    form = make_form({"id": "x", "type": kind, **settings})
    value = None if case["value"] is None else form.clean({"x": case["value"]}, ctx=ctx).values["x"]
    for locale in ("zh-CN", "en"):
        assert form.display("x", value, locale) == case[locale]
