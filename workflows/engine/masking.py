"""A run as somebody may see it who may not see every field: what hidden fields held is left out, what happened stays.

Values that stand by themselves (a comparison, a changed field) are judged one by one. Texts that were put together
(mails, notifications, comments, reasons of an assignment) may quote anything, so they are shown only to those who may
see the whole form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from formloom.platform.definitions.conditions.tree import RESERVED

_COMPOSED = frozenset(
    {"mails", "text", "body", "why", "name", "kept", "user", "title", "records", "value", "answers", "processes"}
)
_HARMLESS = {
    "mails": frozenset({"state", "delivery", "locale"}),
    "records": frozenset({"id"}),
    "why": frozenset({"pool", "strategy"}),
    "processes": frozenset({"flow", "record"}),
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see of the record that a run was about, and of records of other forms."""

    readable: frozenset[str]
    is_whole: bool
    """Every field that the form stores may be seen."""
    sees_titles_of: Callable[[str], bool] = lambda _form_key: False
    sees_form: Callable[[str], bool] = lambda _form_key: False
    """Whether every field of a form of the app may be seen."""

    def sees(self, field_id: object) -> bool:
        return self.is_whole or field_id in self.readable or field_id in RESERVED


NOTHING = Sight(frozenset(), is_whole=False)


def masked(line: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """Return a line of a trace without what `sight` doesn't reach."""
    shown = {
        **line,
        "why": [_leaf(leaf, sight) for leaf in line.get("why") or ()],
        "output": _output(line.get("output") or {}, sight),
    }
    if line.get("input") is not None:
        shown["input"] = _input(line["input"], sight)
    if line.get("item") is not None and not _sees_item(line["item"], sight):
        shown["item"] = {"hidden": True}
    return shown


def error_of(text: str | None, sight: Sight) -> str | None:
    """Return the words of an unforeseen failure; only its kind where they could quote a hidden value."""
    return text if text is None or sight.is_whole else text.partition(":")[0]


def _leaf(leaf: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    hides_actual = not (sight.sees_form(str(leaf["form"])) if "form" in leaf else sight.sees(leaf.get("field")))
    hides_value = any(not sight.sees(name) for name in leaf.get("refs") or ())
    if not hides_actual and not hides_value:
        return dict(leaf)
    changed = {"actual": None} if hides_actual else {}
    return {**leaf, **changed, **({"value": None} if hides_value else {}), "hidden": True}


def _input(told: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """What a node was given may quote any field of the record and of the records that the run found: to whoever doesn't
    see all of those, only the values written into fields that he sees are shown."""
    forms = told.get("forms") or ()
    if sight.is_whole and all(sight.sees_form(str(form)) for form in forms):
        return dict(told)
    given: Mapping[str, Any] = told.get("given") or {}
    written = given.get("values")
    if forms or not isinstance(written, Mapping):
        return {"given": {}, "hidden": True}
    seen = {name: value for name, value in written.items() if sight.sees(name)}
    return {"given": {"values": seen}, "hidden": True}


def _sees_item(item: Any, sight: Sight) -> bool:
    form = item.get("form") if isinstance(item, Mapping) else None
    return sight.sees_form(str(form)) if form else sight.is_whole


def _output(output: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    found = dict(output)
    if "form" in output:  # records of another form
        return found if sight.sees_titles_of(str(output["form"])) else _bare(found)
    if "changes" in found:
        found["changes"] = {name: _change(name, one, sight) for name, one in found["changes"].items()}
    return found if sight.is_whole else _bare(found)


def _change(name: str, change: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    return dict(change) if sight.sees(name) else {"before": None, "after": None, "hidden": True}


def _bare(output: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _harmless(name, value) if name in _COMPOSED else value for name, value in output.items()}


def _harmless(name: str, value: Any) -> Any:
    kept = _HARMLESS.get(name, frozenset())
    if isinstance(value, list):
        return [{part: one[part] for part in one if part in kept} for one in value]
    return {part: value[part] for part in value if part in kept} if isinstance(value, Mapping) else None
