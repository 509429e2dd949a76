"""The yardstick: an app for one form of twelve fields, written by hand the way a good engineer would.

SQLAlchemy Core, a marshmallow schema, one INSERT; the same server, threads, durability settings and database as
Formloom. It has no history, no events, no permissions per field and no versions.
"""

import argparse
import base64
import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from flask import Flask, Response, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    create_engine,
    event,
    func,
    or_,
    select,
)
from waitress import serve

PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("new", "open", "pending", "resolved", "closed")
CATEGORIES = ("billing", "technical", "shipping", "returns", "other")

metadata = MetaData()
tickets = Table(
    "tickets", metadata,
    Column("id", String(36), primary_key=True), Column("rev", Integer, nullable=False),
    Column("created_at", Text, nullable=False), Column("updated_at", Text, nullable=False),
    Column("subject", Text, nullable=False), Column("description", Text), Column("name", Text), Column("email", Text),
    Column("phone", Text), Column("category", Text), Column("priority", Text), Column("status", Text),
    Column("amount", BigInteger), Column("due_on", Date), Column("vip", Boolean), Column("score", Integer),
)  # fmt: skip
Index("ix_tickets_amount", tickets.c.amount, tickets.c.id)
Index("ix_tickets_status", tickets.c.status, tickets.c.id)


class Ticket(Schema):
    subject = fields.String(required=True, validate=validate.Length(1, 200))
    description = fields.String(allow_none=True, validate=validate.Length(max=10_000))
    name = fields.String(allow_none=True, validate=validate.Length(max=200))
    email = fields.Email(allow_none=True)
    phone = fields.String(allow_none=True, validate=validate.Length(max=40))
    category = fields.String(allow_none=True, validate=validate.OneOf(CATEGORIES))
    priority = fields.String(allow_none=True, validate=validate.OneOf(PRIORITIES))
    status = fields.String(allow_none=True, validate=validate.OneOf(STATUSES))
    amount = fields.Decimal(places=2, allow_none=True)
    due_on = fields.Date(allow_none=True)
    vip = fields.Boolean(allow_none=True)
    score = fields.Integer(allow_none=True, validate=validate.Range(0, 10))


schema = Ticket()


def make_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=16, max_overflow=4)
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=4,
        connect_args={"isolation_level": None, "timeout": 10, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=1000"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: Any) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.info.get("writes") else "BEGIN")

    return engine


def make_app(engine: Engine, token: str) -> Flask:
    app = Flask(__name__)

    @app.before_request
    def _guard() -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {token}":
            return Response(status=401)
        return None

    @app.post("/tickets")
    def create() -> Response:
        try:
            values = schema.load(request.get_json())
        except ValidationError as fault:
            return answer({"errors": fault.messages}, 422)
        now = datetime.now(UTC).isoformat()
        row = {**values, "id": str(uuid.uuid4()), "rev": 1, "created_at": now, "updated_at": now}
        if row.get("amount") is not None:
            row["amount"] = int(row["amount"] * 100)
        with engine.connect() as conn:
            conn.info["writes"] = True
            try:
                with conn.begin():
                    conn.execute(tickets.insert(), row)
            finally:
                conn.info["writes"] = False
        return answer(shape(row), 201)

    @app.get("/tickets/<ticket_id>")
    def read(ticket_id: str) -> Response:
        with engine.connect() as conn:
            row = conn.execute(select(tickets).where(tickets.c.id == ticket_id)).mappings().one_or_none()
        return answer(shape(row)) if row else Response(status=404)

    @app.get("/tickets")
    def page() -> Response:
        limit = min(int(request.args.get("limit", 50)), 200)
        statement = select(tickets)
        if status := request.args.get("status"):
            statement = statement.where(tickets.c.status == status)
        if cursor := request.args.get("cursor"):
            amount, last = json.loads(base64.urlsafe_b64decode(cursor))
            statement = statement.where(
                or_(tickets.c.amount < amount, and_(tickets.c.amount == amount, tickets.c.id < last))
            )
        statement = statement.order_by(tickets.c.amount.desc().nulls_last(), tickets.c.id.desc()).limit(limit + 1)
        with engine.connect() as conn:
            rows = conn.execute(statement).mappings().all()
        following = None
        if len(rows) > limit:
            end = rows[limit - 1]
            following = base64.urlsafe_b64encode(json.dumps([end["amount"], end["id"]]).encode()).decode()
        return answer({"records": [shape(row) for row in rows[:limit]], "next": following})

    @app.get("/tickets/by-status")
    def by_status() -> Response:
        statement = select(tickets.c.status, func.count(), func.sum(tickets.c.amount)).group_by(tickets.c.status)
        with engine.connect() as conn:
            rows = conn.execute(statement).all()
        return answer(
            {"rows": [{"status": row[0], "count": row[1], "sum": str(Decimal(row[2] or 0) / 100)} for row in rows]}
        )

    return app


def shape(row: Any) -> dict[str, Any]:
    values = {str(name): value for name, value in row.items()}
    if values.get("amount") is not None:
        values["amount"] = str(Decimal(values["amount"]) / 100)
    return values


def answer(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type="application/json")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    given = parser.parse_args()
    engine = make_engine(given.url)
    metadata.create_all(engine)
    serve(make_app(engine, given.token), host="127.0.0.1", port=given.port, threads=16, _quiet=True)


if __name__ == "__main__":
    main()
