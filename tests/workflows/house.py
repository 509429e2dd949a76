"""A whole installation for the flow engine: an app with two forms, flows, people, and ways to look at what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, select

from formloom.app import Formloom, build
from formloom.platform.access import api_tokens, people
from formloom.platform.access.identity import load_member
from formloom.platform.access.people import NewPerson, PersonChange
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage import tables


def both(text: str) -> dict[str, str]:
    """Return a text that is the same in both languages."""
    return {"zh-CN": text, "en": text}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": both(value)} for value in values]


TICKET = {
    "title": both("Ticket"),
    "fields": [
        {"id": "subject", "type": "text", "label": both("Subject"), "required": True},
        {"id": "email", "type": "email", "label": both("Mail")},
        {"id": "status", "type": "select", "label": both("Status"), "options": options("new", "open", "closed")},
        {"id": "team", "type": "select", "label": both("Team"), "options": options("red", "blue", "green")},
        {"id": "note", "type": "text", "label": both("Note")},
        {"id": "other", "type": "text", "label": both("Other")},
        {"id": "hours", "type": "number", "label": both("Hours")},
        {"id": "due", "type": "date", "label": both("Due")},
        {"id": "owner", "type": "user", "label": both("Owner")},
    ],
}
TASK = {
    "title": both("Task"),
    "fields": [
        {"id": "title", "type": "text", "label": both("Title"), "required": True},
        {"id": "ticket", "type": "text", "label": both("Ticket")},
        {"id": "done", "type": "boolean", "label": both("Done")},
    ],
}
CREATED = {"type": "record_created"}


@dataclass
class House:
    """One installation on one database; `processes` further ones stand for other workers of the same installation."""

    formloom: Formloom
    clock: FrozenClock
    home: Path
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    processes: list[Formloom] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def rt(self) -> Any:
        return self.formloom.runtime

    @property
    def database(self) -> str:
        """Return the file or the name of the database."""
        url = self.environ["FORMLOOM_DATABASE_URL"]
        return url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.rpartition("/")[2]

    @property
    def db(self) -> Any:
        return self.formloom.runtime.db

    def ask(self, method: str, path: str, body: Any = None, *, who: str = "ada", ok: bool = True, **more: Any) -> Any:
        """Send one API request and return the answer; with `ok`, its JSON, which must be a success."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **more.pop("headers", {})}
        json = {} if body is None and method != "GET" else body
        answer = self.formloom.web.test_client().open(
            f"/api/v1{path}", method=method, json=json, headers=headers, **more
        )
        if not ok:
            return answer
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json

    def person(self, name: str, *, status: str = "active", locale: str = "en", **more: Any) -> str:
        """Add a member with a token and return his id."""
        new = NewPerson(f"{name}@house.example", name, locale, **more)
        now = self.clock.now()
        user_id = self.db.write(lambda uow: people.insert(uow, new, status=status, password_hash=None, now=now))
        with self.db.read() as unit:
            member = load_member(unit, user_id)
        if member is not None:
            self.tokens[name] = self.db.write(lambda uow: api_tokens.create(uow, member, name, now=now)).secret
        self.people[name] = str(user_id)
        return str(user_id)

    def disable(self, name: str) -> None:
        actor = Member(self.people["ada"], "ada", "ada@house.example", is_admin=True)
        wanted = PersonChange(is_disabled=True)
        self.db.write(lambda uow: people.change(uow, actor, self.people[name], wanted, now=self.clock.now()))

    def define(self, kind: str, key: str, document: Any) -> str:
        """Create and publish a definition and return its id."""
        made = self.ask("POST", "/apps/desk/definitions", {"kind": kind, "key": key, "document": document})
        self.ask("POST", f"/definitions/{made['id']}/publish")
        return str(made["id"])

    def redefine(self, definition: str, document: Any) -> None:
        """Publish another version of a definition."""
        self.ask("PUT", f"/definitions/{definition}/draft", {"document": document})
        self.ask("POST", f"/definitions/{definition}/publish")

    def flow(self, key: str, nodes: Sequence[Any], trigger: Any = None, *, form: str = "ticket", **more: Any) -> str:
        """Publish a flow and return its id."""
        return self.define("flow", key, flow(nodes, trigger, form=form, **more))

    def refused(self, document: Any, kind: str = "flow") -> list[dict[str, Any]]:
        """Try to publish a document that must be refused and return the findings."""
        made = self.ask("POST", "/apps/desk/definitions", {"kind": kind, "key": "refused", "document": document})
        answer = self.ask("POST", f"/definitions/{made['id']}/publish", ok=False)
        assert answer.status_code == 422, answer.text
        found: list[dict[str, Any]] = answer.json["errors"]
        return found

    def ticket(self, subject: str = "Loom", *, who: str = "ada", **values: Any) -> str:
        """Create a ticket over HTTP and return its id."""
        body = {"values": {"subject": subject, **values}}
        return str(self.ask("POST", "/forms/desk.ticket/records", body, who=who)["id"])

    def change(self, record: str, **values: Any) -> None:
        self.ask("PATCH", f"/forms/desk.ticket/records/{record}", {"values": values})

    def values(self, record: str, form: str = "ticket") -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/forms/desk.{form}/records/{record}")["values"]
        return found

    def records(self, form: str = "ticket") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", f"/forms/desk.{form}/records?limit=200&sort=created_at")[
            "records"
        ]
        return found

    def work(self) -> None:
        """Let the clock and the worker do everything that is due."""
        worker = self.formloom.worker
        assert worker.ticker is not None
        worker.ticker.plan()
        worker.drain()
        while worker.ticker.fire():
            worker.drain()

    def runs(self, flow_id: str) -> list[dict[str, Any]]:
        """Return a flow's runs, oldest first."""
        found: list[dict[str, Any]] = self.ask("GET", f"/flows/{flow_id}/runs")["runs"]
        return found[::-1]

    def rows(self, table: Table, *criteria: Any) -> list[Any]:
        """Return what stands in a table, in the order of ids."""
        with self.db.read() as unit:
            statement = select(table).where(*criteria)
            return list(unit.conn.execute(statement.order_by(table.c.id) if "id" in table.c else statement))

    def deliveries(self, channel: str | None = None) -> list[Any]:
        found = tables.deliveries
        return self.rows(found, *([found.c.channel == channel] if channel else []))

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table of the database, sorted."""
        with self.db.read() as unit:
            known = MetaData()
            known.reflect(unit.conn)
            return {
                name: sorted(tuple(map(repr, row)) for row in unit.conn.execute(select(table))) for name, table in known.tables.items()
            }  # fmt: skip

    def another_process(self) -> Formloom:
        """Return a further worker of the same installation, with connections and memory of its own."""
        made = build(self.environ, clock=self.clock)
        self.processes.append(made)
        return made

    def close(self) -> None:
        for one in (*self.processes, self.formloom):
            one.close()


def flow(nodes: Sequence[Any], trigger: Any = None, *, form: str = "ticket", **more: Any) -> dict[str, Any]:
    """Return a flow document whose nodes are numbered."""
    numbered = [{"id": f"n{number}", **node} for number, node in enumerate(nodes, 1)]
    return {"title": both("Flow"), "form": form, "trigger": trigger or CREATED, "nodes": numbered, **more}


def set_fields(**values: Any) -> dict[str, Any]:
    return {"type": "set_fields", "values": values}


def reply(to: str = "email", subject: str = "Got it", body: str = "Thanks") -> dict[str, Any]:
    return {"type": "reply_mail", "to": {"field": to}, "subject": both(subject), "body": both(body)}


Open = Callable[..., House]


def set_up(database_url: str, home: Path) -> House:
    """Make an installation with an administrator `ada`, the app `desk`, and its forms `ticket` and `task`."""
    clock = FrozenClock()
    house = _built(database_url, home, clock, {})
    house.person("ada", is_admin=True)
    house.ask("POST", "/apps", {"key": "desk", "title": both("Desk")})
    house.define("form", "ticket", TICKET)
    house.define("form", "task", TASK)
    return house


def copy_of(model: House, database_url: str, home: Path, clock: FrozenClock, environ: dict[str, str]) -> House:
    """Open a copy of an installation whose database and folder stand there already."""
    house = _built(database_url, home, clock, environ)
    house.tokens, house.people = dict(model.tokens), dict(model.people)
    return house


def _built(database_url: str, home: Path, clock: FrozenClock, environ: dict[str, str]) -> House:
    settings = {"FORMLOOM_HOME": str(home), "FORMLOOM_DATABASE_URL": database_url, **environ}
    return House(build(settings, clock=clock), clock, home, environ=settings)
