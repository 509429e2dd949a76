"""The variables of templates: the record as a person reads it, the form, the house, links to further forms."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
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
    """Return `record`, `form`, `installation`, `links`, `hook`, `sla`, `pool`, `message` and `transition` in `locale`.

    The first of them are those of this moment, worked out as far as a template asks: most name few of many.
    """
    values = dict(context.values)
    links_there = cache(lambda: _links(unit, catalog, settings, context.form, context.record_id, values, locale))
    house = {"name": lambda: organisation_name(unit), "url": lambda: settings.base_url}
    return {
        "record": shown_record(unit, context.form, values, context.record_id, locale),
        "form": {"title": resolve(context.form.title, locale)},
        "installation": Lazy(lambda: house, lambda name: house[name]()),
        "links": Lazy(links_there, lambda name: links_there()[name]),
        "hook": context.occasion.payload.get("hook") or {},
        "sla": context.occasion.payload.get("sla") or {},
        "pool": context.occasion.payload.get("pool") or {},
        "message": context.occasion.payload.get("message") or {},
        "transition": dict(context.occasion.transition),
    }


class Lazy(Mapping[str, Any]):
    """A mapping whose values are made when somebody asks for them, each once."""

    def __init__(self, names: Callable[[], Iterable[str]], make: Callable[[str], Any]) -> None:
        self._names = names
        self._make = make
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return sum(1 for _name in self)


def shown_record(
    unit: ReadUnit, form: FormVersion, values: Mapping[str, Any], record_id: str | None, locale: str
) -> Mapping[str, str]:
    """Return field id → text; members and departments by name, what is empty as the empty text."""
    names = [*(item.id for item in form.stored), "id"]
    present = clean_values(form, values)

    def shown(name: str) -> str:
        if name == "id":
            return record_id or ""
        item = form.by_id[name]
        return spoken(unit, form, item, present[name], locale) if name in present else ""

    return Lazy(lambda: names, shown)


def title_of(form: FormVersion, values: Mapping[str, Any], locale: str) -> str:
    """Return by what name a record goes, as people read it; `values` as the API shows them."""
    name = form.title_field
    value = values.get(name) if name else None
    if name is None or value is None:
        return ""
    item = form.field(name)
    return item.type.display(item.type.revive(value, item.cfg), item.cfg, locale)[:300]


def _links(
    unit: ReadUnit, catalog: FormCatalog, settings: Settings, form: FormVersion, record_id: str | None,
    values: Mapping[str, Any], locale: str,
) -> dict[str, str]:  # fmt: skip
    found: dict[str, str] = {}
    for form_id, key, token in open_links.of_app(unit, form.app_id):
        target = catalog.current(unit, form_id)
        address = f"{settings.base_url}/f/{token}?lang={locale}"
        names = links.taken_names(target)
        takes_record = any(item.document.get("from_link") not in {None, links.SOURCE} for item in target.stored)
        if takes_record and record_id:
            taken = {name: values[name] for name in names if values.get(name) is not None}
            personal = links.PersonalLink(form_id, record_id, taken)
            address += f"&ref={links.sign(settings.secret_key, personal)}"
        found.setdefault(key, address)
    return found
