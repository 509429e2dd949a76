"""Publishing a form: the version row and its table's DDL in one transaction.

What happens with the values of fields whose type changed is the caller's (`carry`); it belongs to the floor that
knows records.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.storage import consent_texts, form_tables, house_zone
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.tables import definitions

Carry = Callable[[UnitOfWork, FormVersion, FormVersion, Mapping[str, tuple[str, str]]], None]
"""Told the version before, the new one, and field id → (old column, new column)."""


def carry_nothing(
    _uow: UnitOfWork, _before: FormVersion, _after: FormVersion, _columns: Mapping[str, tuple[str, str]]
) -> None:
    """Leave the new columns empty."""


def publish_form(
    uow: UnitOfWork, definition: store.Definition, document: JSONObject, *, by: str | None, now: datetime,
    note: str | None = None, carry: Carry = carry_nothing,
) -> FormVersion:  # fmt: skip
    """Make `document` the form's next version and return it.

    The document must have passed the checks of its kind. Raises DuplicatesExist when a field becomes unique
    while records share a value.
    """
    table = definition.table_name or _fresh_table(uow, definition)
    earlier = store.built_versions(uow, definition.id)
    number = (earlier[0].version if earlier else 0) + 1
    new = FormVersion.build(
        form_id=definition.id, app_id=definition.app_id, app_key=definition.app_key, key=definition.key,
        version=number, document=document, table=table, columns={}, zone=house_zone.current(uow),
    )  # fmt: skip
    planned = form_tables.plan(earlier, new, table=table, taken=_taken(uow) if new.with_rows else ())
    form_tables.apply(uow, planned)
    made = store.add_version(
        uow, definition.id, document, columns=planned.columns, table_name=table, by=by, now=now, note=note
    )
    published = store.version(uow, definition.id, made)
    version = _built(definition, table, published, new.zone)
    consent_texts.note(uow, version, now=now)
    if planned.converted:
        carry(uow, earlier[0], version, planned.converted)
    for item, inner in zip(version.with_rows, planned.rows, strict=True):
        before = earlier[0].by_id.get(item.id) if earlier else None
        if inner.converted and before is not None:
            _carry_rows(uow, before.rows, item.rows, inner.converted)  # type: ignore[arg-type]  # both have rows
    return version


def _fresh_table(uow: UnitOfWork, definition: store.Definition) -> str:
    return form_tables.table_name(definition.app_key, definition.key, _taken(uow))


def _taken(uow: UnitOfWork) -> list[str]:
    """Return the names of all tables, and those of forms that have none yet."""
    promised = uow.conn.scalars(select(definitions.c.table_name).where(definitions.c.table_name.is_not(None)))
    return [*inspect(uow.conn).get_table_names(), *(name for name in promised if name)]


def _built(definition: store.Definition, table: str, stored: store.Version, zone: ZoneInfo) -> FormVersion:
    return FormVersion.build(
        form_id=definition.id, app_id=definition.app_id, app_key=definition.app_key, key=definition.key,
        version=stored.version, document=stored.document, table=table, columns=stored.columns or {}, zone=zone,
    )  # fmt: skip


def _carry_rows(uow: UnitOfWork, old: FormVersion, new: FormVersion, converted: Mapping[str, tuple[str, str]]) -> None:
    """Fill the columns of retyped columns of a sub-form; what can't be converted stays in the old column."""
    table = form_tables.full_table([new, old])
    for name, (source, target) in converted.items():
        before, after = old.field(name), new.field(name)
        rows = select(table.c.record_id, table.c.id, table.c[source]).where(table.c[source].is_not(None))
        for record_id, row_id, stored in uow.conn.execute(rows).all():
            shown = before.type.export_cell(before.type.from_column(stored, before.cfg), before.cfg, "zh-CN")
            value = after.type.try_cell(str(shown), after.cfg)
            if value is not None:
                uow.conn.execute(
                    table.update()
                    .where(table.c.record_id == record_id, table.c.id == row_id)
                    .values({target: after.type.to_column(value, after.cfg)})
                )
