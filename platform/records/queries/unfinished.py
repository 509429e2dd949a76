"""Rows of unfinished answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import respondent_links, unfinished_answers

table = unfinished_answers


def put(uow: UnitOfWork, link_id: str, inputs: Sequence[Any], ref: str, *, now: datetime) -> None:
    """Keep answers in place of earlier ones."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    values = {"inputs": [list(pair) for pair in inputs], "ref": ref, "updated_at": now}
    statement = insert(table).values(link_id=link_id, **values)
    uow.conn.execute(statement.on_conflict_do_update(index_elements=["link_id"], set_=values))


def read(unit: ReadUnit, link_id: str) -> tuple[list[Any], str] | None:
    """Return the inputs that are kept and the personal link they came by."""
    row = unit.conn.execute(select(table.c.inputs, table.c.ref).where(table.c.link_id == link_id)).one_or_none()
    return None if row is None else (list(row.inputs), str(row.ref or ""))


def forget(uow: UnitOfWork, token_hash: str) -> None:
    """Remove the answers and the link that led to them."""
    _remove(uow, respondent_links.c.token_hash == token_hash)


def forget_old(uow: UnitOfWork, *, now: datetime) -> None:
    """Remove what has ended or was withdrawn."""
    _remove(uow, (respondent_links.c.expires_at <= now) | respondent_links.c.revoked_at.is_not(None))


def _remove(uow: UnitOfWork, which: Any) -> None:
    is_meant = (respondent_links.c.kind == "draft") & which
    meant = select(respondent_links.c.id).where(is_meant)
    uow.conn.execute(delete(table).where(table.c.link_id.in_(meant)))
    uow.conn.execute(delete(respondent_links).where(is_meant))
