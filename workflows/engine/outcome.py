"""What came of one step of a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError, Invalid
from formloom.platform.kernel.text import LOCALES, LocalizedText
from formloom.workflows.engine.trace import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """`output` is told in the trace; `values` are the record's values where they changed.

    With the result `waiting` the run stays at this node until it is settled later. `ends` ends the whole run with that
    result; `goes_to` sends it to another node instead of onward, and `comes_back` brings it straight back afterwards.
    `way` sends it along one of the node's own ways before it goes on. `keeps` are results for later nodes by name; see
    `engine/scope.py`. `why` lists the condition leaves that decided.
    """

    output: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    result: Result = "done"
    error: LocalizedText | None = None
    ends: str | None = None
    goes_to: str | None = None
    comes_back: bool = False
    keeps: Mapping[str, Any] = field(default_factory=dict)
    way: str | None = None
    why: tuple[Mapping[str, Any], ...] = ()


def failure(fault: FormloomError, form: FormVersion | None = None) -> Outcome:
    """Return the outcome of a step that a named fact prevented; fields of `form` are called by their labels."""
    said = {locale: _told(fault, form, locale) for locale in LOCALES}
    return Outcome(output={"code": fault.code}, result="failed", error=said)


MOST_DETAILS = 3
_BETWEEN = {"zh-CN": ("：", "；", "{words}（{details}）")}
_ELSEWHERE = (": ", "; ", "{words} ({details})")


def _told(fault: FormloomError, form: FormVersion | None, locale: str) -> str:
    """Tell what is wrong; of invalid input the places alone, since that they need a change says nothing more."""
    colon, between, both = _BETWEEN.get(locale, _ELSEWHERE)
    details = between.join(
        f"{_name(found.field, form, locale)}{colon}{found.words(locale)}" if found.field else found.words(locale)
        for found in fault.findings[:MOST_DETAILS]
    )
    if not details:
        return fault.words(locale)
    return details if isinstance(fault, Invalid) else both.format(words=fault.words(locale), details=details)


def _name(field_id: str, form: FormVersion | None, locale: str) -> str:
    return form.label(field_id, locale) if form and field_id in form.columns else field_id
