"""Previews: a draft drawn exactly as its public page would be."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.access.policy import Act, demand
from formloom.platform.access.settings import organisation_name
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.fields import FieldDocument
from formloom.platform.definitions.kinds.types.form import FormSettings
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import LOCALES
from formloom.platform.kernel.zones import DEFAULT_ZONE
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import house_zone
from formloom.platform.storage.definition_store import Definition
from formloom.platform.web.public import form_page
from formloom.platform.web.public.framing import Frame
from formloom.platform.web.route import Api, Call

api = Api("previews")
MAX_BYTES = 2_000_000


class PreviewBody(Schema):
    """A draft, and the language to draw it in."""

    document = fields.Dict(keys=fields.String(), required=True)
    embedded = fields.Boolean(load_default=False)
    locale = fields.String(load_default=LOCALES[0], validate=validate.OneOf(LOCALES))


@api.post(
    "/definitions/<definition_id>/preview", act=Act.DEFINITION_READ, body=PreviewBody(), max_bytes=MAX_BYTES,
    gives="text/html",
)  # fmt: skip
def show_preview(call: Call, definition_id: str) -> object:
    """Draw a draft as the public page; nothing can be sent from it."""
    with call.db.read() as unit:
        found = store.find(unit, definition_id)
        demand(unit, call.actor, Act.DEFINITION_READ, app=found.app_id)
        organisation, zone = organisation_name(unit), house_zone.current(unit)
    form = drawable(found, call.body["document"], zone)
    frame = Frame.of_draft(form, call.body["locale"], organisation, call.now, is_embedded=call.body["embedded"])
    return form_page.preview(form, frame)


def drawable(found: Definition, document: Mapping[str, Any], zone: ZoneInfo = DEFAULT_ZONE) -> FormVersion:
    """Return as much of a draft as can be drawn: while somebody builds, there is always something unfinished."""
    frame: dict[str, Any] = {
        "title": _words(document.get("title")), "description": _words(document.get("description")),
        "settings": _sound(FormSettings(), document.get("settings")), "checks": _listed(document.get("checks")),
    }  # fmt: skip
    schema = FieldDocument()
    entries = [
        one for one in (_sound(schema, one) for one in _listed(document.get("fields"))) if {"id", "type"} <= one.keys()
    ]
    rules = _listed(document.get("rules"))
    finished = _build(found, {**frame, "fields": entries, "rules": rules}, zone)
    if finished is not None:  # as it nearly always is; only what is not is taken apart
        return finished
    good = [one for one in entries if _build(found, {"fields": [one]})]
    sound = [one for one in rules if _build(found, {"fields": good, "rules": [one]})]
    checks = [one for one in frame["checks"] if _build(found, {"fields": good, "checks": [one]})]
    given = _listed(frame["settings"].get("endings"))
    ends = [one for one in given if _build(found, {"fields": good, "settings": {"endings": [one]}})]
    frame |= {"checks": checks, "settings": {**frame["settings"], "endings": ends}}
    return _build(found, {**frame, "fields": good, "rules": sound}, zone) or _nothing(found)


def _sound(schema: Schema, raw: object) -> dict[str, Any]:
    """Return the parts of `raw` that the schema finds no fault with."""
    given = raw if isinstance(raw, dict) else {}
    faults = schema.validate(given)
    return {name: value for name, value in given.items() if name not in faults}


def _listed(raw: object) -> list[Any]:
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def _build(found: Definition, document: dict[str, Any], zone: ZoneInfo = DEFAULT_ZONE) -> FormVersion | None:
    try:
        return FormVersion.build(
            form_id=found.id, app_id=found.app_id, app_key=found.app_key, key=found.key, version=0, document=document,
            table="", columns={}, zone=zone,
        )  # fmt: skip
    except (FormloomError, ValidationError, LookupError, TypeError, ValueError, AttributeError):
        return None


def _nothing(found: Definition) -> FormVersion:
    return FormVersion.build(
        form_id=found.id, app_id=found.app_id, app_key=found.app_key, key=found.key, version=0, document={},
        table="", columns={},
    )  # fmt: skip


def _words(value: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}
