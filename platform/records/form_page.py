"""A published form as one person may use it: what the workspace draws grids, panels and dialogs from."""

from collections.abc import Iterable, Mapping
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.records import reviews
from formloom.platform.records.blueprints import plan
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit


@requires(Act.FORM_OPEN)
def describe(unit: ReadUnit, actor: Actor, form: FormVersion) -> dict[str, Any]:
    """Return the form with only the fields that the actor may see or fill, his rights, and its views."""
    access = Access.of(unit, actor)
    rights = access.fields(form)
    for blueprint in plan.of_form(unit, form):  # the pipeline lets nobody write it: it moves by transitions
        if rights.get(blueprint.field) == "write":
            rights[blueprint.field] = "read"
    seen = [item for item in form.fields if rights.get(item.id, "hidden") != "hidden" or not item.type.is_stored]
    readable = {name for name, right in rights.items() if right != "hidden"}
    formulas = form.live_formulas(readable)
    rows = form.live_rows(readable)
    document = {**form.document, "fields": [item.document for item in seen]}
    views = [
        {"id": definition.id, "key": definition.key, "title": definition.title, "document": view}
        for definition, view in store.published(unit, "view", app_id=form.app_id)
        if view.get("form") == form.key
    ]
    return {
        "id": form.form_id, "key": form.key, "app": {"id": form.app_id, "key": form.app_key}, "version": form.version,
        "title": form.title, "title_field": form.title_field, "document": document, "views": views,
        "access": {
            "acts": list(access.rights(form)), "fields": rights,
            "can_design": access.can(Act.DEFINITION_EDIT, app=form.app_id),
        },
        "review": _review(unit, actor, form, access),
        "formulas": _listed(formulas), "row_formulas": {name: _listed(found) for name, found in rows.items() if found},
        "suggestions": form.suggestions(readable),
        "buttons": _buttons(form, seen),
    }  # fmt: skip


def _review(unit: ReadUnit, actor: Actor, form: FormVersion, access: Access) -> dict[str, Any] | None:
    """Return how many submissions wait, where the actor may review them and there is anything to review."""
    if not access.can(Act.RECORD_REVIEW, form=form):
        return None
    waits = reviews.count(unit, actor, form)
    if not waits and not reviews.is_on(form):
        return None
    return {"waiting": waits, "correctable": sorted(reviews.correctable(unit, actor, form))}


def _listed(formulas: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": name, **live} for name, live in formulas.items()]


def _buttons(form: FormVersion, seen: Iterable[Field]) -> list[dict[str, Any]]:
    """Return the buttons of the record: those of the form, then the fields that are pressed."""
    pressed = [(item, item.type.button(item.cfg)) for item in seen]
    own = [{"id": item.id, "label": item.label, **does} for item, does in pressed if does]
    return [*(form.document.get("buttons") or ()), *own]
