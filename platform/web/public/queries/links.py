"""Rows of public links."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from formloom.platform.access.passwords import PasswordHash
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import form_links


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One public link of a form."""

    token: str
    form_id: str
    is_open: bool
    submissions: int
    created_at: datetime
    password_hash: PasswordHash | None = field(default=None, repr=False)
    name: str | None = None
    source: str | None = None
    """Where the people who follow it come from; kept with what they send."""
    last_submission_at: datetime | None = None
    hosts: list[str] | None = None
    """The origins whose pages may hold the form; None is nobody."""
    purpose: str = "fill"
    """`fill`: people send answers; `query`: they find records."""
    query: Mapping[str, Any] | None = None
    """What a query page asks and shows (`records/lookup.py`)."""


_COLUMNS = (
    form_links.c.token, form_links.c.form_id, form_links.c.is_open, form_links.c.submissions, form_links.c.created_at,
    form_links.c.password_hash, form_links.c.name, form_links.c.tag, form_links.c.last_submission_at,
    form_links.c.hosts, form_links.c.purpose, form_links.c.query,
)  # fmt: skip


def find(unit: ReadUnit, token: str) -> LinkRow:
    """Return the link of that token. Raises NotFound."""
    row = unit.conn.execute(select(*_COLUMNS).where(form_links.c.token == token[:40])).one_or_none()
    if row is None:
        raise NotFound
    return _link(row)


def of_form(unit: ReadUnit, form_id: str) -> list[LinkRow]:
    """Return a form's links, oldest first."""
    rows = unit.conn.execute(select(*_COLUMNS).where(form_links.c.form_id == form_id).order_by(form_links.c.created_at))
    return [_link(row) for row in rows]


def _link(row: Any) -> LinkRow:
    return LinkRow(*row)


def add(uow: UnitOfWork, form_id: str, *, by: str | None, now: datetime, **more: Any) -> LinkRow:
    """Open a new link; `more` are further columns."""
    token = secrets.token_urlsafe(9)
    row = {"token": token, "form_id": form_id, "created_at": now, "created_by": by, **more}
    uow.conn.execute(form_links.insert().values(row))
    return find(uow, token)


def change(uow: UnitOfWork, token: str, **columns: Any) -> None:
    """Change columns of a link."""
    if columns:
        uow.conn.execute(update(form_links).where(form_links.c.token == token).values(columns))


def count_submission(uow: UnitOfWork, token: str, *, now: datetime) -> None:
    """Count one submission through a link."""
    statement = update(form_links).where(form_links.c.token == token)
    uow.conn.execute(statement.values(submissions=form_links.c.submissions + 1, last_submission_at=now))
