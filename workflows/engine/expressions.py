"""Values in a flow document: a literal, or where to take it from.

`{"ref": field}` the record's value · `{"liquid": "…"}` a filled template · `{"fn": "now"|"today"|"me"|"item"}`, the
first two with an optional `{"plus": "P1D"}` · `{"record": "id"}` the record that the flow is about ·
`{"item": field}` what a loop stands at · `{"var": name}` what an earlier node kept.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from formloom.platform.definitions.formula.compile import compile_text
from formloom.platform.definitions.formula.showing import dump, revive
from formloom.platform.definitions.formula.values import Setting as FormulaSetting
from formloom.platform.kernel.errors import FormloomError
from formloom.workflows.durations import Duration
from formloom.workflows.engine import scope
from formloom.workflows.engine.context import Context
from formloom.workflows.mail.liquid import render


class ExpressionInvalid(FormloomError):
    """A value in a flow document is no literal and no known expression."""

    code = "expression_invalid"
    message = {"zh-CN": "无法理解该取值：{what}", "en": "This value can't be understood: {what}"}


def resolve(value: Any, context: Context) -> Any:
    """Return what `value` stands for on this run. Raises ExpressionInvalid, TemplateFault."""
    if not isinstance(value, Mapping) or not value:
        return value
    if "ref" in value:
        return context.values.get(str(value["ref"]))
    if "liquid" in value:
        return render(str(value["liquid"]), context.words(context.occasion.locale))
    if value.get("record") == "id":
        return context.record_id
    if "fn" in value:
        return _function(value, context)
    return _beside_the_record(value, context)


def _beside_the_record(value: Mapping[str, Any], context: Context) -> Any:
    if "item" in value:
        return scope.item_value(context.item, str(value["item"]))
    if "var" in value:
        return scope.kept_value(context.kept, str(value["var"]))
    raise ExpressionInvalid(what=", ".join(map(str, value))[:100])


def _function(value: Mapping[str, Any], context: Context) -> Any:
    if value["fn"] == "item":
        return scope.whole(context.item)
    if value["fn"] == "me":
        return context.occasion.actor_id if context.occasion.actor_kind == "member" else None
    try:
        plus = Duration.parse(value["plus"]) if value.get("plus") else Duration(0, timedelta())
    except ValueError as fault:
        raise ExpressionInvalid(what=value["plus"]) from fault
    if value["fn"] == "now":
        moved = plus.after(context.now, context.zone)
        return moved.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if value["fn"] == "today":
        return (date.fromisoformat(context.today) + timedelta(days=plus.days)).isoformat()
    raise ExpressionInvalid(what=value["fn"])


def moment(value: Any, at: str, context_zone: Any) -> datetime | None:
    """Return the moment that a date or datetime value means; a date is taken at wall time `at`."""
    if not isinstance(value, str) or not value:
        return None
    try:
        if len(value) == 10:
            hour, minute = (int(part) for part in at.split(":"))
            day = date.fromisoformat(value)
            return datetime(day.year, day.month, day.day, hour, minute, tzinfo=context_zone).astimezone(UTC)
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def computed(formula: str, context: Context) -> Any:
    """Return what a formula over the record's values comes to, as JSON. Raises FormulaInvalid."""
    setting = FormulaSetting(now=context.now, zone=context.zone, locale=context.occasion.locale, user="")
    values = {**revive(context.values), **scope.for_formulas(context.item, context.kept)}
    return dump(compile_text(formula)(values, setting))
