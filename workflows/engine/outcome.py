"""What came of one step of a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.kernel.errors import FormloomError
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


def failure(fault: FormloomError) -> Outcome:
    """Return the outcome of a step that a named fact prevented."""
    said = {locale: fault.words(locale) for locale in LOCALES}
    for locale, words in said.items():
        details = "；".join(f"{found.field}: {found.words(locale)}" for found in fault.findings[:3])
        if details:
            said[locale] = f"{words}（{details}）" if locale == "zh-CN" else f"{words} ({details})"
    return Outcome(output={"code": fault.code}, result="failed", error=said)
