"""Filling in a draft by way of trial: what its rules make of answers, and why. Nothing is stored."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.logic.reasons import outcomes, reasons
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import house_zone
from formloom.platform.web.public.preview_routes import MAX_BYTES, drawable
from formloom.platform.web.route import Api, Call

api = Api("trials")


class TrialBody(Schema):
    """A draft, answers as the API takes them, and perhaps the number of a sample to fill in the rest with."""

    document = fields.Dict(keys=fields.String(), required=True)
    values = fields.Dict(keys=fields.String(), load_default=dict)
    sample = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 1_000))


@api.post("/definitions/<definition_id>/trial", act=Act.DEFINITION_READ, body=TrialBody(), max_bytes=MAX_BYTES)
def try_draft(call: Call, definition_id: str) -> object:
    """Judge answers by a draft: per field what it is and by which rule, per rule what it saw."""
    with call.db.read() as unit:
        found = store.find(unit, definition_id)
        demand(unit, call.actor, Act.DEFINITION_READ, app=found.app_id)
        zone = house_zone.current(unit)
    form = drawable(found, call.body["document"], zone)
    ctx = CleanContext(now=call.now, locale=call.locale)
    given = {name: value for name, value in call.body["values"].items() if name in form.by_id}
    if call.body["sample"] is not None:
        given = samples(form, ctx, call.body["sample"]) | given
    return judged_trial(form, given, ctx)


def samples(form: FormVersion, ctx: CleanContext, seed: int) -> dict[str, Any]:
    """Return plausible answers to every question that takes one."""
    made = {
        item.id: item.type.dump(item.type.sample(item.cfg, ctx, seed + place), item.cfg)
        for place, item in enumerate(form.stored)
        if not item.type.is_generated and item.kind != "files"
    }
    return {name: value for name, value in made.items() if value is not None}


def judged_trial(form: FormVersion, given: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
    """Return what is to be said about these answers."""
    cleaned = form.clean(dict(given), ctx=ctx)
    judged = form.judged(cleaned.values, ctx=ctx)
    why = reasons(form.logic, judged)
    ending = form.endings.reached(judged.values, ctx)
    return {
        "given": dict(given),
        "values": form.dump(cleaned.values),
        "fields": [
            {
                "id": item.id, "visible": item.id in judged.visible, "required": item.id in judged.required,
                "locked": item.id in judged.locked, "barred": sorted(judged.barred.get(item.id, ())),
                "reasons": [{"why": one.why, "rule": one.rule, "inside": one.inside} for one in why.get(item.id, ())],
            }
            for item in form.fields
        ],
        "rules": [
            {
                "id": name, "holds": holds,
                "conditions": [
                    {"field": one.field, "op": one.op, "value": one.value, "actual": one.actual, "result": one.result}
                    for one in leaves
                ],
            }
            for name, holds, leaves in outcomes(form.logic, judged, now=ctx.now, zone=form.zone)
        ],
        "findings": [
            {"field": one.field, "code": one.code, "message": one.words(ctx.locale)} for one in cleaned.findings
        ],
        "ending": ending["id"] if ending else None,
    }  # fmt: skip
