"""The variables of templates: the record as a person reads it, the form, the house, links to further forms."""

from collections.abc import Mapping
from typing import Any

from formloom.platform.access.settings import organisation_name
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import resolve
from formloom.platform.records import links
from formloom.platform.records.relations.naming import spoken
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog
from formloom.workflows.engine.conditions import clean_values
from formloom.workflows.engine.context import Context
from formloom.workflows.queries import open_links


def variables(
    unit: ReadUnit, catalog: FormCatalog, settings: Settings, context: Context, locale: str
) -> dict[str, Any]:
    """Return `record`, `form`, `installation`, `links`, `hook`, `sla`, `pool` and `transition` in `locale`."""
    return {
        "record": shown_record(unit, context.form, context.values, context.record_id, locale),
        "form": {"title": resolve(context.form.title, locale)},
        "installation": {"name": organisation_name(unit), "url": settings.base_url},
        "links": _links(unit, catalog, settings, context, locale),
        "hook": context.occasion.payload.get("hook") or {},
        "sla": context.occasion.payload.get("sla") or {},
        "pool": context.occasion.payload.get("pool") or {},
        "transition": dict(context.occasion.transition),
    }


def shown_record(
    unit: ReadUnit, form: FormVersion, values: Mapping[str, Any], record_id: str | None, locale: str
) -> dict[str, str]:
    """Return field id → text; members and departments by name, what is empty as the empty text."""
    shown = {item.id: "" for item in form.stored} | {"id": record_id or ""}
    for name, value in clean_values(form, values).items():
        shown[name] = spoken(unit, form, form.field(name), value, locale)
    return shown


def title_of(form: FormVersion, values: Mapping[str, Any], locale: str) -> str:
    """Return by what name a record goes, as people read it; `values` as the API shows them."""
    name = form.title_field
    value = values.get(name) if name else None
    if name is None or value is None:
        return ""
    item = form.field(name)
    return item.type.display(item.type.revive(value, item.cfg), item.cfg, locale)[:300]


def _links(unit: ReadUnit, catalog: FormCatalog, settings: Settings, context: Context, locale: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for form_id, key, token in open_links.of_app(unit, context.form.app_id):
        target = catalog.current(unit, form_id)
        address = f"{settings.base_url}/f/{token}?lang={locale}"
        names = links.taken_names(target)
        takes_record = any(item.document.get("from_link") not in {None, links.SOURCE} for item in target.stored)
        if takes_record and context.record_id:
            values = {name: context.values[name] for name in names if context.values.get(name) is not None}
            personal = links.PersonalLink(form_id, context.record_id, values)
            address += f"&ref={links.sign(settings.secret_key, personal)}"
        found.setdefault(key, address)
    return found
