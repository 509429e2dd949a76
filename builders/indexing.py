"""Indexes made by themselves: what views, ways to assign and pools look records up by."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.definition_store import Definition, FormCatalog
from formloom.platform.storage.form_tables import count_records, ensure_indexes

AT_ONCE = 200_000
"""Tables larger than this are indexed by a job, not inside the publishing transaction."""
_catalog = FormCatalog()


def index_for(uow: UnitOfWork, definition: Definition, document: dict[str, Any]) -> None:
    """Index what a published definition looks records up by, or all that do of a published form."""
    if definition.kind in _LOOKED_UP:
        _index(uow, definition.app_id, str(document["form"]), set(_LOOKED_UP[definition.kind](document)))
    elif definition.kind == "form":
        wanted = {
            name
            for kind, looked_up in _LOOKED_UP.items()
            for _definition, one in store.published(uow, kind, app_id=definition.app_id)
            if one.get("form") == definition.key
            for name in looked_up(one)
        }
        wanted |= {one["id"] for one in document.get("fields") or () if one.get("type") == "slot" or _has_quotas(one)}
        wanted |= {entry["id"] for entry in document.get("fields") or () if _leads(entry)}
        _index(uow, definition.app_id, definition.key, wanted)


def _has_quotas(field: dict[str, Any]) -> bool:
    return any(option.get("quota") is not None for option in field.get("options") or () if isinstance(option, dict))


def _leads(entry: dict[str, Any]) -> bool:
    """Tell whether a field links to one record: what shows something of it is found by that."""
    return FIELD_TYPES.get(entry["type"]).value_kind == "record"


def _by_view(view: dict[str, Any]) -> Iterator[str]:
    yield from (name.removeprefix("-") for name in view.get("sort") or ())
    yield from fields_of(view.get("filter"))
    if view.get("group_by"):
        yield view["group_by"]


def _by_rule(rule: dict[str, Any]) -> Iterator[str]:
    """Who holds how much is counted by the person; whoever had the last one, by what records have in common."""
    yield str(rule["field"])
    yield from (str(pool["sticky"]["field"]) for pool in rule.get("pools") or () if pool.get("sticky"))


def _by_pool(pool: dict[str, Any]) -> Iterator[str]:
    """What lies in it has no owner."""
    yield str(pool["owner"])


_LOOKED_UP: Mapping[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "view": _by_view,
    "assignment_rule": _by_rule,
    "pool": _by_pool,
}


def _index(uow: UnitOfWork, app_id: str, form_key: str, names: set[str]) -> None:
    try:
        form = _catalog.in_app(uow, app_id, form_key)
    except NotFound:
        return
    if count_records(uow, form) <= AT_ONCE:
        ensure_indexes(uow, form, sorted(names - {"id"}))
