"""Publishing a form: the version row, its table's DDL and the carried-over values, in one transaction."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import form_tables, house_zone
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.tables import definitions

CONVERT_CHUNK = 500


def publish_form(
    uow: UnitOfWork, definition: store.Definition, document: JSONObject, *, by: str | None, now: datetime,
    note: str | None = None,
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
    planned = form_tables.plan(earlier, new, table=table)
    form_tables.apply(uow, planned)
    made = store.add_version(
        uow, definition.id, document, columns=planned.columns, table_name=table, by=by, now=now, note=note
    )
    published = store.version(uow, definition.id, made)
    version = _built(definition, table, published, new.zone)
    if planned.converted:
        _convert(uow, earlier[0], version, planned)
    return version


def _fresh_table(uow: UnitOfWork, definition: store.Definition) -> str:
    taken = uow.conn.scalars(select(definitions.c.table_name).where(definitions.c.table_name.is_not(None)))
    return form_tables.table_name(definition.app_key, definition.key, [name for name in taken if name])


def _built(definition: store.Definition, table: str, stored: store.Version, zone: ZoneInfo) -> FormVersion:
    return FormVersion.build(
        form_id=definition.id, app_id=definition.app_id, app_key=definition.app_key, key=definition.key,
        version=stored.version, document=stored.document, table=table, columns=stored.columns or {}, zone=zone,
    )  # fmt: skip


def _convert(uow: UnitOfWork, old: FormVersion, new: FormVersion, planned: form_tables.DdlPlan) -> None:
    """Fill the columns of retyped fields from the old ones; what can't be converted stays in the old column."""
    old_table, new_table = form_tables.table_of(old), form_tables.table_of(new)
    for field_id, (source, target) in planned.converted.items():
        before, after = old.field(field_id), new.field(field_id)
        for record_id, value in _values(uow, old_table, source):
            shown = before.type.export_cell(before.type.from_column(value, before.cfg), before.cfg, "zh-CN")
            cleaned = after.type.try_cell(str(shown), after.cfg)
            if cleaned is not None:
                stored = after.type.to_column(cleaned, after.cfg)
                uow.conn.execute(
                    new_table.update().where(new_table.c.id == record_id).values({new_table.c[target]: stored})
                )


def _values(uow: UnitOfWork, table: Any, column: str) -> Iterator[tuple[str, Any]]:
    last = ""
    while True:
        rows = uow.conn.execute(
            select(table.c.id, table.c[column])
            .where(table.c.id > last, table.c[column].is_not(None))
            .order_by(table.c.id)
            .limit(CONVERT_CHUNK)
        ).all()
        if not rows:
            return
        for row in rows:
            yield row[0], row[1]
        last = rows[-1][0]
