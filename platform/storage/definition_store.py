"""Where definitions live: drafts that change, versions that never do.

A definition is one document of one kind inside an app. Its draft is replaced as a whole under a revision
number; publishing writes an immutable row in `definition_versions` and moves the pointer. What a version means
(schema, checks, DDL) is decided by the floors above; here it is stored and found.

`FormCatalog` keeps the built `FormVersion`s, which never change once made. Which version is current is asked
of the database each time, so a process notices a new version within one request.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, func, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Conflict, NotFound
from formloom.platform.kernel.ids import is_id, new_id
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.storage import access_epoch, house_zone
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import apps, definition_versions, definitions

CACHED_VERSIONS = 256


class DraftStale(Conflict):
    """The draft was saved by somebody else since it was read."""

    code = "draft_stale"
    message = {
        "zh-CN": "草稿已被他人修改，请选择保留哪一份",
        "en": "The draft was changed meanwhile; choose which one to keep",
    }


class KeyTaken(Conflict):
    """The app has a definition of that kind and key already."""

    code = "key_taken"
    message = {"zh-CN": "标识“{key}”已被使用", "en": "The key '{key}' is taken"}


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition as it stands now; `draft` is None unless it was asked for."""

    id: str
    app_id: str
    app_key: str
    kind: str
    key: str
    title: Mapping[str, str]
    rev: int
    version: int | None
    has_changes: bool
    table_name: str | None
    updated_at: datetime
    published_at: datetime | None
    draft: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One published version."""

    definition_id: str
    version: int
    document: dict[str, Any]
    columns: Mapping[str, str] | None
    published_at: datetime
    published_by: str | None
    note: str | None


def create(
    uow: UnitOfWork, *, app_id: str, kind: str, key: str, document: JSONObject, by: str | None, now: datetime,
    definition_id: str | None = None,
) -> str:  # fmt: skip
    """Store a new definition with `document` as its first draft and return its id. Raises KeyTaken."""
    taken = select(definitions.c.id).where(
        definitions.c.app_id == app_id, definitions.c.kind == kind, definitions.c.key == key
    )
    if uow.conn.scalar(taken) is not None:
        raise KeyTaken(key=key)
    made = definition_id or new_id()
    uow.conn.execute(
        definitions.insert().values(
            id=made, app_id=app_id, kind=kind, key=key, title=_title(document), draft=document, rev=1,
            has_changes=True, created_at=now, created_by=by, updated_at=now, updated_by=by,
        )
    )  # fmt: skip
    return made


def find(unit: ReadUnit, definition_id: str, *, with_draft: bool = False, lock: bool = False) -> Definition:
    """Return the definition of that id. Raises NotFound for an unknown, deleted or malformed id."""
    if not is_id(definition_id):
        raise NotFound
    statement = _listing(with_draft).where(definitions.c.id == definition_id)
    if lock and unit.dialect == "postgresql":
        statement = statement.with_for_update(of=definitions)
    row = unit.conn.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return _definition(row)


def find_named(unit: ReadUnit, kind: str, reference: str) -> Definition:
    """Return the definition of that kind named by its id or by `app.key`. Raises NotFound."""
    if is_id(reference):
        found = find(unit, reference)
        if found.kind != kind:
            raise NotFound
        return found
    app_key, _, key = reference.partition(".")
    named = and_(apps.c.key == app_key, definitions.c.kind == kind, definitions.c.key == key)
    row = unit.conn.execute(_listing(with_draft=False).where(named)).one_or_none()
    if row is None:
        raise NotFound
    return _definition(row)


def find_by_key(unit: ReadUnit, app_id: str, kind: str, key: str, *, with_draft: bool = False) -> Definition | None:
    """Return the definition of that kind and key in the app, or None."""
    statement = _listing(with_draft).where(
        definitions.c.app_id == app_id, definitions.c.kind == kind, definitions.c.key == key
    )
    row = unit.conn.execute(statement).one_or_none()
    return None if row is None else _definition(row)


def listing(
    unit: ReadUnit,
    *,
    app_id: str | None = None,
    kind: str | None = None,
    published: bool = False,
    with_draft: bool = False,
) -> list[Definition]:
    """Return the definitions of an app or of all apps, oldest first; with `published`, those that have a version."""
    statement = _listing(with_draft).order_by(definitions.c.id)
    if app_id is not None:
        statement = statement.where(definitions.c.app_id == app_id)
    if kind is not None:
        statement = statement.where(definitions.c.kind == kind)
    if published:
        statement = statement.where(definitions.c.version.is_not(None))
    return [_definition(row) for row in unit.conn.execute(statement)]


def put_draft(
    uow: UnitOfWork, definition_id: str, document: JSONObject, *, if_rev: int | None, by: str | None, now: datetime
) -> int:
    """Replace the draft and return its new revision. Raises NotFound, DraftStale."""
    current = find(uow, definition_id, lock=True)
    if if_rev is not None and if_rev != current.rev:
        raise DraftStale(rev=current.rev)
    uow.conn.execute(
        definitions.update().where(definitions.c.id == definition_id).values(
            draft=document, title=_title(document), rev=current.rev + 1, has_changes=True,
            updated_at=now, updated_by=by,
        )
    )  # fmt: skip
    return current.rev + 1


def add_version(
    uow: UnitOfWork, definition_id: str, document: JSONObject, *, columns: Mapping[str, str] | None = None,
    table_name: str | None = None, by: str | None, now: datetime, note: str | None = None,
) -> int:  # fmt: skip
    """Write the next immutable version, make it current and return its number."""
    last = uow.conn.scalar(
        select(func.max(definition_versions.c.version)).where(definition_versions.c.definition_id == definition_id)
    )
    number = (last or 0) + 1
    uow.conn.execute(
        definition_versions.insert().values(
            definition_id=definition_id, version=number, document=document, columns=columns,
            published_at=now, published_by=by, note=note,
        )
    )  # fmt: skip
    changed: dict[str, Any] = {"version": number, "published_at": now, "has_changes": False}
    if table_name is not None:
        changed["table_name"] = table_name
    uow.conn.execute(definitions.update().where(definitions.c.id == definition_id).values(**changed))
    access_epoch.advance(uow)
    return number


def version(unit: ReadUnit, definition_id: str, number: int) -> Version:
    """Return one published version. Raises NotFound."""
    row = unit.conn.execute(
        select(definition_versions).where(
            definition_versions.c.definition_id == definition_id, definition_versions.c.version == number
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Version(**row._mapping)


def versions(unit: ReadUnit, definition_id: str) -> list[Version]:
    """Return every published version, newest first."""
    rows = unit.conn.execute(
        select(definition_versions)
        .where(definition_versions.c.definition_id == definition_id)
        .order_by(definition_versions.c.version.desc())
    )
    return [Version(**row._mapping) for row in rows]


def built_version(unit: ReadUnit, form_id: str, number: int | None) -> FormVersion | None:
    """Return one version of a form, or None where there is none."""
    return next((one for one in built_versions(unit, form_id) if one.version == number), None)


def built_versions(unit: ReadUnit, form_id: str) -> list[FormVersion]:
    """Return every version of a form, newest first, deleted forms included."""
    owner = unit.conn.execute(
        select(definitions.c.app_id, apps.c.key.label("app_key"), definitions.c.key, definitions.c.table_name)
        .join(apps, apps.c.id == definitions.c.app_id)
        .where(definitions.c.id == form_id)
    ).one()
    zone = house_zone.current(unit)
    return [
        FormVersion.build(
            form_id=form_id, app_id=owner.app_id, app_key=owner.app_key, key=owner.key, version=stored.version,
            document=stored.document, table=owner.table_name or "", columns=stored.columns or {}, zone=zone,
        )
        for stored in versions(unit, form_id)
    ]  # fmt: skip


def published(unit: ReadUnit, kind: str, *, app_id: str | None = None) -> list[tuple[Definition, dict[str, Any]]]:
    """Return the current documents of every published definition of `kind`, in one query."""
    statement = (
        _listing(with_draft=False, extra=(definition_versions.c.document,))
        .join(definition_versions, _is_current())
        .where(definitions.c.kind == kind)
        .order_by(definitions.c.id)
    )
    if app_id is not None:
        statement = statement.where(definitions.c.app_id == app_id)
    return [(_definition(row), row.document) for row in unit.conn.execute(statement)]


def published_ones(unit: ReadUnit, ids: Collection[str]) -> list[tuple[Definition, dict[str, Any]]]:
    """Return the current documents of the published definitions with these ids, in one query."""
    statement = (
        _listing(with_draft=False, extra=(definition_versions.c.document,))
        .join(definition_versions, _is_current())
        .where(definitions.c.id.in_(list(ids)))
    )
    return [(_definition(row), row.document) for row in unit.conn.execute(statement)]


def published_document(unit: ReadUnit, app_id: str, kind: str, key: str) -> dict[str, Any] | None:
    """Return the current published document of that kind and key in the app, or None."""
    statement = (
        select(definition_versions.c.document)
        .join(definitions, _is_current())
        .where(
            definitions.c.app_id == app_id, definitions.c.kind == kind, definitions.c.key == key,
            definitions.c.deleted_at.is_(None),
        )
    )  # fmt: skip
    found: dict[str, Any] | None = unit.conn.scalar(statement)
    return found


def delete(uow: UnitOfWork, definition_id: str, *, now: datetime) -> None:
    """Take the definition out of sight; its versions and its table stay until they are purged."""
    current = find(uow, definition_id, lock=True)
    uow.conn.execute(
        definitions.update()
        .where(definitions.c.id == definition_id)
        .values(deleted_at=now, key=f"{current.key[:24]}~{definition_id[-12:]}")
    )
    access_epoch.advance(uow)


class FormCatalog:
    """The published forms, built once per version and time zone of the installation, and kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._built: OrderedDict[tuple[str, int, str], FormVersion] = OrderedDict()
        self._epoch = ""
        self._pointers: dict[tuple[str, ...], tuple[str, int, str]] = {}

    def find(self, unit: ReadUnit, reference: str) -> FormVersion:
        """Return the current version of the form named by its id or by `app.form`. Raises NotFound."""
        if is_id(reference):
            return self.current(unit, reference)
        app_key, _, form_key = reference.partition(".")
        name = ("path", app_key, form_key)
        return self._pointed(unit, name, lambda: and_(apps.c.key == app_key, definitions.c.key == form_key))

    def in_app(self, unit: ReadUnit, app_id: str, key: str) -> FormVersion:
        """Return the current version of the form `key` of an app. Raises NotFound."""
        name = ("app", app_id, key)
        return self._pointed(unit, name, lambda: and_(definitions.c.app_id == app_id, definitions.c.key == key))

    def current(self, unit: ReadUnit, form_id: str) -> FormVersion:
        """Return the current version of a form. Raises NotFound when it was never published."""
        return self._pointed(unit, ("id", form_id), lambda: definitions.c.id == form_id)

    def version(self, unit: ReadUnit, form_id: str, number: int) -> FormVersion:
        """Return one version of a form. Raises NotFound."""
        zone = house_zone.current(unit)
        if kept := self._kept(form_id, number, zone.key):
            return kept
        owner = find(unit, form_id)
        stored = version(unit, form_id, number)
        return self._build(unit, owner, stored, zone)

    def forms_of(self, unit: ReadUnit, app_id: str) -> list[FormVersion]:
        """Return the current versions of every published form of an app."""
        found = listing(unit, app_id=app_id, kind="form", published=True)
        return [self.version(unit, form.id, form.version) for form in found if form.version is not None]

    def _pointed(self, unit: ReadUnit, name: tuple[str, ...], condition: Callable[[], Any]) -> FormVersion:
        """Follow a pointer that is remembered as long as the access epoch, which every publication ends."""
        epoch = access_epoch.current(unit)
        with self._lock:
            if epoch != self._epoch:
                self._epoch, self._pointers = epoch, {}
            known = self._pointers.get(name) if epoch else None
        if known is not None:
            return self._kept(*known) or self.version(unit, *known[:2])
        found = self._current(unit, condition())
        with self._lock:
            if epoch == self._epoch:
                self._pointers[name] = (found.form_id, found.version, found.zone.key)
        return found

    def _current(self, unit: ReadUnit, condition: Any) -> FormVersion:
        row = unit.conn.execute(
            select(definitions.c.id, definitions.c.version)
            .join(apps, apps.c.id == definitions.c.app_id)
            .where(
                condition, definitions.c.kind == "form", definitions.c.deleted_at.is_(None), apps.c.deleted_at.is_(None)
            )
        ).one_or_none()  # fmt: skip
        if row is None or row.version is None:
            raise NotFound
        return self.version(unit, row.id, row.version)

    def _kept(self, form_id: str, number: int, zone: str) -> FormVersion | None:
        with self._lock:
            kept = self._built.get((form_id, number, zone))
            if kept is not None:
                self._built.move_to_end((form_id, number, zone))
            return kept

    def _build(self, unit: ReadUnit, owner: Definition, stored: Version, zone: ZoneInfo) -> FormVersion:
        built = FormVersion.build(
            form_id=owner.id, app_id=owner.app_id, app_key=owner.app_key, key=owner.key, version=stored.version,
            document=stored.document, table=owner.table_name or "", columns=stored.columns or {}, zone=zone,
        )  # fmt: skip
        if isinstance(unit, UnitOfWork):  # a version that is rolled back must never be remembered
            unit.after_commit(lambda: self._keep(built))
        else:
            self._keep(built)
        return built

    def _keep(self, built: FormVersion) -> None:
        with self._lock:
            self._built[(built.form_id, built.version, built.zone.key)] = built
            while len(self._built) > CACHED_VERSIONS:
                self._built.popitem(last=False)


def _listing(with_draft: bool, extra: tuple[Any, ...] = ()) -> Select[Any]:
    columns = [
        definitions.c.id, definitions.c.app_id, apps.c.key.label("app_key"), definitions.c.kind, definitions.c.key,
        definitions.c.title, definitions.c.rev, definitions.c.version, definitions.c.has_changes,
        definitions.c.table_name, definitions.c.updated_at, definitions.c.published_at,
    ]  # fmt: skip
    if with_draft:
        columns.append(definitions.c.draft)
    return (
        select(*columns, *extra)
        .join(apps, apps.c.id == definitions.c.app_id)
        .where(definitions.c.deleted_at.is_(None), apps.c.deleted_at.is_(None))
    )


def _is_current() -> Any:
    return and_(
        definition_versions.c.definition_id == definitions.c.id, definition_versions.c.version == definitions.c.version
    )


def _definition(row: Row[Any]) -> Definition:
    return Definition(**{name: value for name, value in row._mapping.items() if name != "document"})


def _title(document: JSONObject) -> dict[str, str]:
    title = document.get("title")
    return {str(key): str(text) for key, text in title.items()} if isinstance(title, Mapping) else {}
