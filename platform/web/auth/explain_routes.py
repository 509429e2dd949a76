"""Why somebody may do something, or may not."""

from collections.abc import Mapping

from formloom.platform.access.acts import Act
from formloom.platform.access.explain import Explanation, Question, Reason, explain
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.text import fill, resolve
from formloom.platform.records import service
from formloom.platform.web.auth import schemas
from formloom.platform.web.route import Api, Call

api = Api("access")


@api.post("/access/explain", act=Act.ACCESS_EXPLAIN, body=schemas.ExplainBody())
def explain_access(call: Call) -> object:
    """Tell step by step why a user may do something with a form, a record or a field."""
    body = call.body
    with call.db.read() as unit:
        form = call.runtime.catalog.find(unit, body["form"])
        values = None
        if body["record"] is not None:
            record = service.read(unit, call.actor, form, body["record"])
            values = {**record.values, "id": record.id, "created_by": record.created_by}
        if body["field"] is not None:
            form.field(body["field"])
        question = Question(body["user"], _act(body["act"]), body["field"], values)
        return _shown(explain(unit, call.actor, form, question), call.locale)


def _act(text: str) -> Act:
    if text not in set(Act):
        message = {"zh-CN": "没有操作“{value}”", "en": "There is no act '{value}'"}
        raise Invalid(findings=[Finding("unknown_value", message, field="act", params={"value": text})])
    return Act(text)


def _shown(told: Explanation, locale: str) -> dict[str, object]:
    return {"allowed": told.is_allowed, "reasons": [_reason(one, locale) for one in told.reasons]}


def _reason(one: Reason, locale: str) -> dict[str, object]:
    words = {name: _word(value, locale) for name, value in one.params.items()}
    return {
        "code": one.code,
        "allows": one.allows,
        "message": fill(one.message, locale, words),
        "params": dict(one.params),
    }


def _word(value: object, locale: str) -> object:
    if isinstance(value, Mapping):
        return resolve({str(language): str(text) for language, text in value.items()}, locale)
    return value
