"""A real table per form, planned from the difference between two versions.

Publishing only adds. Every stored field has one typed column; which physical column that is, is recorded with
the version: `<id>` first, `<id>__2` after a change of type. What a column holds is its meaning: its own type and
what the field's type writes into it (`FieldType.column_meaning`), so a label is never read as an option's value, nor
plain text as markup. A field that is removed keeps its column, and one that comes back with the same meaning finds
its values again. Unique fields have a partial unique index (records
in the trash don't count), columns that views filter or sort by have plain ones.

The rows of a sub-form stand in a table of their own, planned the same way: the record's id, the row's place and id
(unique within the record), then the columns. The form's table keeps how many rows there are. Which table it is stands
among the version's columns as `<field>.`, its columns as `<field>.<column>`.

DDL runs through Alembic operations in the publishing transaction, so a version and its table appear together
or not at all, on both databases.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    inspect,
    select,
)
from sqlalchemy.types import TypeEngine

from formloom.platform.definitions.fields.base import ColumnSpec
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import TABLE, column_name
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.types import ScaledDecimal, UtcDateTime

MAX_NAME = 63
RESERVED = ("id", "rev", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")
ROW_RESERVED = ("record_id", "id", "position")


class DuplicatesExist(Invalid):
    """A field can't be made unique while records share a value."""

    code = "duplicates_exist"
    message = {
        "zh-CN": "已有记录的值重复，无法设为不可重复",
        "en": "Some records share a value, so the field can't be made unique",
    }


@dataclass(frozen=True, slots=True)
class DdlPlan:
    """What publishing a version does to the form's table."""

    table: str
    creates: bool
    columns: Mapping[str, str]
    """Field id → physical column, for every stored field of the new version."""
    added: Mapping[str, ColumnSpec] = field(default_factory=dict)
    """Physical column → its type, for columns that have to be made."""
    converted: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Field id → (old column, new column) where the meaning changed; the new one may be of an earlier version."""
    unique: frozenset[str] = frozenset()
    """Physical columns that must be unique afterwards."""
    rows: tuple["DdlPlan", ...] = ()
    """The plans of the tables of sub-forms."""
    is_rows: bool = False


def table_name(app_key: str, form_key: str, taken: Iterable[str]) -> str:
    """Return a readable table name that is not in `taken` and fits both databases."""
    return _free_table(f"form_{app_key}_{form_key}", taken)


def _free_table(base: str, taken: Iterable[str]) -> str:
    if len(base) > MAX_NAME - 8:
        base = f"{base[: MAX_NAME - 16]}_{hashlib.sha256(base.encode()).hexdigest()[:7]}"
    known, name, number = set(taken), base, 1
    while name in known:
        number += 1
        name = f"{base}_{number}"
    return name


def plan(earlier: Iterable[FormVersion], new: FormVersion, *, table: str, taken: Iterable[str] = ()) -> DdlPlan:
    """Plan the DDL that takes the table of the `earlier` versions (newest first) to what `new` needs. Pure.

    `taken` are the names of tables that a new one can't have.
    """
    before = list(earlier)
    known = _known_columns(before)
    columns: dict[str, str] = {}
    added: dict[str, ColumnSpec] = {}
    converted: dict[str, tuple[str, str]] = {}
    for item in new.stored:
        candidates = [
            name for name, had in known.items() if had.field == item.id and had.meaning == item.column_meaning
        ]
        if not candidates:
            candidates = [_free_name(item.id, {**known, **dict.fromkeys(ROW_RESERVED if new.is_rows else RESERVED)})]
            added[candidates[0]] = item.column_spec
            known[candidates[0]] = _Known(item.id, item.column_meaning)
        columns[item.id] = candidates[0]
        had = before[0].columns.get(item.id) if before else None
        if had is not None and had != candidates[0] and not item.type.is_generated and not _is_rows(item, before[0]):
            converted[item.id] = (had, candidates[0])
    inner = {item.id: _row_plan(before, item, table, taken) for item in new.with_rows}
    for field_id, found in inner.items():
        columns[f"{field_id}{TABLE}"] = found.table
        columns |= {column_name(field_id, name): column for name, column in found.columns.items()}
    unique = frozenset(columns[item.id] for item in new.unique_fields if not new.is_rows)
    return DdlPlan(table, not before, columns, added, converted, unique, tuple(inner.values()), new.is_rows)


def _row_plan(before: Iterable[FormVersion], item: Field, table: str, taken: Iterable[str]) -> DdlPlan:
    inner = [found.rows for one in before if (found := one.by_id.get(item.id)) is not None and found.rows is not None]
    name = inner[0].table if inner else _free_table(f"{table}__{item.id}", taken)
    return plan(inner, item.rows, table=name)  # type: ignore[arg-type]  # one with rows


def _is_rows(item: Field, before: FormVersion) -> bool:
    """Tell whether a field is or was a sub-form, whose column only says how many rows there are."""
    return item.rows is not None or before.by_id[item.id].rows is not None


def apply(uow: UnitOfWork, planned: DdlPlan) -> None:
    """Run the plan in the current transaction. Raises DuplicatesExist."""
    operations = Operations(MigrationContext.configure(uow.conn))
    for one in (planned, *planned.rows):
        made = [Column(name, _type(spec)) for name, spec in one.added.items()]
        if one.creates:
            operations.create_table(one.table, *_reserved_columns(is_rows=one.is_rows), *made)
            continue
        for column in made:
            operations.add_column(one.table, column)
    _settle_unique_indexes(uow, operations, planned)


def settle_unique(uow: UnitOfWork, form: FormVersion) -> None:
    """Make the unique indexes of a form's table those that its version asks for."""
    unique = frozenset(form.columns[item.id] for item in form.stored if item.unique)
    operations = Operations(MigrationContext.configure(uow.conn))
    _settle_unique_indexes(uow, operations, DdlPlan(form.table, False, form.columns, unique=unique))


def ensure_indexes(uow: UnitOfWork, form: FormVersion, field_ids: Iterable[str]) -> list[str]:
    """Give each named field's column an index unless it has one; return the columns that got one."""
    named = [form.columns.get(field_id) or field_id for field_id in field_ids]
    table = table_of(form)
    return index_columns(uow, table, [name for name in named if name in table.c])


def index_columns(uow: UnitOfWork, table: Table, columns: Iterable[str]) -> list[str]:
    """Index each of `columns`, with the id as tie-break, unless it is indexed; return those that were not."""
    existing = {str(found["name"]) for found in inspect(uow.conn).get_indexes(table.name)}
    wanted = {column: _index_name("ix", table.name, column) for column in columns}
    made = [column for column, name in wanted.items() if name not in existing]
    for column in made:
        Index(wanted[column], table.c[column], table.c.id).create(uow.conn)
    return made


def full_table(versions: list[FormVersion]) -> Table:
    """Return a form's table as it physically is: the columns of all `versions` (newest first)."""
    columns = [Column(name, _type(known.meaning[0])) for name, known in _known_columns(versions).items()]
    return Table(versions[0].table, MetaData(), *_reserved_columns(is_rows=versions[0].is_rows), *columns)


def row_tables(versions: list[FormVersion]) -> list[Table]:
    """Return the tables of every sub-form that `versions` (newest first) have, as they physically are."""
    inner: dict[str, list[FormVersion]] = {}
    for version in versions:
        for item in version.with_rows:
            inner.setdefault(item.rows.table, []).append(item.rows)  # type: ignore[union-attr,arg-type]  # a sub-form has rows and a table
    return [full_table(found) for found in inner.values()]


def count_records(unit: ReadUnit, form: FormVersion) -> int:
    """Return how many records the form has, the trash included."""
    return int(unit.conn.scalar(select(func.count()).select_from(table_of(form))) or 0)


def table_of(form: FormVersion) -> Table:
    """Return the table of one form version: reserved columns and its stored fields; never changed once made."""
    kept = _tables.get(form)
    if kept is None:
        columns = [Column(form.columns[item.id], _type(item.column_spec)) for item in form.stored]
        kept = _tables[form] = Table(form.table, MetaData(), *_reserved_columns(is_rows=form.is_rows), *columns)
    return kept


_tables: WeakKeyDictionary[FormVersion, Table] = WeakKeyDictionary()
"""Lives as long as the form version itself, which `FormCatalog` bounds."""


def _reserved_columns(*, is_rows: bool = False) -> list[Column[Any]]:
    if is_rows:
        return [
            Column("record_id", String(36), primary_key=True),
            Column("id", String(36), primary_key=True),
            Column("position", Integer, nullable=False),
        ]
    return [
        Column("id", String(36), primary_key=True),
        Column("rev", Integer, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("created_by", String(36)),
        Column("updated_at", UtcDateTime, nullable=False),
        Column("updated_by", String(36)),
        Column("deleted_at", UtcDateTime),
    ]


def _type(spec: ColumnSpec) -> TypeEngine[Any]:
    makers: dict[str, TypeEngine[Any]] = {
        "text": Text(),
        "json": Text(),
        "integer": BigInteger(),
        "boolean": Boolean(),
        "date": Date(),
        "datetime": UtcDateTime(),
    }
    return ScaledDecimal(spec.scale) if spec.kind == "decimal" else makers[spec.kind]


@dataclass(frozen=True, slots=True)
class _Known:
    """One physical column: whose it is, and what it holds."""

    field: str
    meaning: tuple[ColumnSpec, str]


def _known_columns(earlier: list[FormVersion]) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    for version in earlier:
        for item in version.stored:
            known.setdefault(version.columns[item.id], _Known(item.id, item.column_meaning))
    return known


def _free_name(field_id: str, known: Mapping[str, object]) -> str:
    name, number = field_id, 1
    while name in known:
        number += 1
        name = f"{field_id}__{number}"
    return name


def _settle_unique_indexes(uow: UnitOfWork, operations: Operations, planned: DdlPlan) -> None:
    wanted = {_index_name("uq", planned.table, column): column for column in planned.unique}
    existing = {str(found["name"]) for found in inspect(uow.conn).get_indexes(planned.table)}
    prefix = "uq_"
    for name in sorted(existing - set(wanted)):
        if name.startswith(prefix):
            operations.drop_index(name, table_name=planned.table)
    for name, column in wanted.items():
        if name not in existing:
            _refuse_duplicates(uow, planned, column)
            living = Column("deleted_at", UtcDateTime).is_(None)
            operations.create_index(
                name, planned.table, [column], unique=True, sqlite_where=living, postgresql_where=living
            )


def _refuse_duplicates(uow: UnitOfWork, planned: DdlPlan, column: str) -> None:
    if planned.creates or column in planned.added:
        return
    table = Table(planned.table, MetaData(), Column(column, Text), Column("deleted_at", UtcDateTime))
    value = table.c[column]
    twice = (
        select(value)
        .where(table.c.deleted_at.is_(None), value.is_not(None))
        .group_by(value)
        .having(func.count() > 1)
        .limit(1)
    )
    if uow.conn.execute(twice).first() is not None:
        field_id = next(key for key, name in planned.columns.items() if name == column)
        raise DuplicatesExist(findings=[Finding(DuplicatesExist.code, DuplicatesExist.message, field=field_id)])


def _index_name(prefix: str, table: str, column: str) -> str:
    name = f"{prefix}_{table}_{column}"
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
