"""Plays the story that a package brings along, on the installed app, through the same doors that people use.

Public forms are filled over HTTP, records are changed and buttons pressed over the API, time is moved by a frozen
clock, and `work` lets the worker do everything that is due. Names given with `as` stand for records, `@name` for
people of the story, `@me` for the one who installed the package.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson
from sqlalchemy import select

from formloom.app import Formloom
from formloom.builders.gallery.package import Package
from formloom.platform.access import api_tokens, people
from formloom.platform.access.identity import load_member
from formloom.platform.access.people import NewPerson
from formloom.platform.definitions.conditions.tree import duration
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage import tables

_LINK = re.compile(r"https?://[^/\s]+(/f/[^\s]+)")


@dataclass
class Story:
    """One scenario while it is played."""

    formloom: Formloom
    clock: FrozenClock
    package: Package
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    records: dict[str, tuple[str, str]] = field(default_factory=dict)

    def play(self) -> None:
        """Install the package without sample data and play every step."""
        scenario = self.package.scenario
        assert scenario is not None
        self._person("me", "Me", is_admin=True)
        answer = self._ask("POST", f"/templates/{self.package.slug}/install", {"sample_data": False})
        self.app = answer["app"]["key"]
        for one in scenario["people"]:
            self._person(one["key"], one["name"], roles=tuple(one["roles"]))
        for number, step in enumerate(scenario["steps"]):
            try:
                getattr(self, f"_{step['do']}")(step)
            except AssertionError as fault:
                raise AssertionError(f"step {number} {step}: {fault}") from fault

    def _submit(self, step: dict[str, Any]) -> None:
        page = self._link_in_mail(step["from_mail_to"]) if "from_mail_to" in step else self._public_link(step["form"])
        path, _, query = page.partition("?")
        asked = dict(parse_qsl(query))
        body = {"values": step["values"], "locale": step.get("locale") or asked.get("lang") or "zh-CN"}
        body |= {"ref": asked["ref"]} if "ref" in asked else {}
        headers = {"Authorization": f"Bearer {self.tokens['me']}"}
        answer = self.formloom.web.test_client().post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        self.records[step["as"]] = (step["form"], answer.json["id"])

    def _create(self, step: dict[str, Any]) -> None:
        made = self._ask("POST", f"/forms/{self.app}.{step['form']}/records", {"values": self._named(step["values"])})
        self.records[step["as"]] = (step["form"], made["id"])

    def _update(self, step: dict[str, Any]) -> None:
        self._ask("PATCH", self._path(step["record"]), {"values": self._named(step["values"])})

    def _press(self, step: dict[str, Any]) -> None:
        listed = self._ask("GET", f"/apps/{self.app}/definitions?kind=flow")["definitions"]
        flow = next(one["id"] for one in listed if one["key"] == step["flow"])
        self._ask("POST", f"/flows/{flow}/trigger", {"record": self.records[step["record"]][1]})

    def _work(self, _step: dict[str, Any]) -> None:
        worker = self.formloom.worker
        assert worker.ticker is not None
        worker.ticker.plan()
        worker.drain()
        while worker.ticker.fire():
            worker.drain()

    def _wait(self, step: dict[str, Any]) -> None:
        self.clock.advance(duration(step["for"]))

    def _find(self, step: dict[str, Any]) -> None:
        found = self._list(step["form"], step["filter"])
        assert len(found) == 1, f"{len(found)} records"
        self.records[step["as"]] = (step["form"], found[0]["id"])

    def _expect_record(self, step: dict[str, Any]) -> None:
        values = self._ask("GET", self._path(step["record"]))["values"]
        wanted = self._named(step["values"])
        assert {name: values[name] for name in wanted} == wanted
        for name in step.get("filled", ()):
            assert values[name] is not None, f"{name} is empty"

    def _expect_count(self, step: dict[str, Any]) -> None:
        assert len(self._list(step["form"], step["filter"])) == step["count"]

    def _expect_balance(self, step: dict[str, Any]) -> None:
        held = [one["values"][step["field"]] for one in self._list(step["form"], {})]
        loads = [held.count(self._named(name)) for name in step["among"]]
        assert sum(loads) == len(held), "somebody else got one"
        assert max(loads) - min(loads) <= step["most_apart"], loads

    def _expect_mail(self, step: dict[str, Any]) -> None:
        found = [
            mail for mail in self._mails(step["to"])
            if step.get("subject_contains", "") in mail["subject"]
            and all(part in mail["text"] for part in step.get("body_contains", ()))
        ]  # fmt: skip
        assert len(found) == step["count"], [(one["subject"], one["text"]) for one in self._mails(step["to"])]

    def _expect_notification(self, step: dict[str, Any]) -> None:
        self._told(self._named(step["to"]), step["text_contains"])

    def _expect_owner_notified(self, step: dict[str, Any]) -> None:
        owner = self._ask("GET", self._path(step["record"]))["values"][step["field"]]
        self._told(owner, step["text_contains"])

    def _expect_widget(self, step: dict[str, Any]) -> None:
        listed = self._ask("GET", f"/apps/{self.app}/definitions?kind=dashboard")["definitions"]
        board = next(one["id"] for one in listed if one["key"] == step["dashboard"])
        shown = self._ask("POST", f"/dashboards/{board}/data", {})["widgets"][step["widget"]]
        wanted = {name: step[name] for name in ("value", "n") if name in step}
        assert {name: shown.get(name) for name in wanted} == wanted, shown

    def _told(self, user_id: str, words: str) -> None:
        with self.formloom.runtime.db.read() as unit:
            texts = unit.conn.scalars(
                select(tables.notifications.c.text).where(tables.notifications.c.user_id == user_id)
            ).all()
        assert any(words in text["zh-CN"] for text in texts), [text["zh-CN"] for text in texts]

    def _mails(self, address: str) -> list[dict[str, Any]]:
        found = tables.deliveries
        with self.formloom.runtime.db.read() as unit:
            rows = unit.conn.execute(
                select(found.c.subject, found.c.payload).where(found.c.channel == "mail", found.c.recipient == address)
                .order_by(found.c.id)
            ).all()  # fmt: skip
        return [{"subject": row.subject, "text": str(row.payload)} for row in rows]

    def _link_in_mail(self, address: str) -> str:
        links = [link for mail in self._mails(address) for link in _LINK.findall(mail["text"].replace("\\n", "\n"))]
        assert links, "no mail with a link"
        return links[-1]

    def _public_link(self, form: str) -> str:
        links = self._ask("GET", f"/forms/{self.app}.{form}/links")["links"]
        return next(f"/f/{one['token']}" for one in links if one["open"])

    def _list(self, form: str, condition: dict[str, Any]) -> list[dict[str, Any]]:
        asked = quote(orjson.dumps(condition).decode())
        return self._ask("GET", f"/forms/{self.app}.{form}/records?limit=200&filter={asked}")["records"]

    def _path(self, name: str) -> str:
        form, record = self.records[name]
        return f"/forms/{self.app}.{form}/records/{record}"

    def _named(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._named(one) for name, one in value.items()}
        return self.people[value[1:]] if isinstance(value, str) and value.startswith("@") else value

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.formloom.web.test_client().open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {self.tokens['me']}"}
        )
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        return answer.json

    def _person(self, key: str, name: str, **more: Any) -> None:
        db, now = self.formloom.runtime.db, self.clock.now()
        new = NewPerson(f"{key}@members.example.com", name, **more)
        user_id = db.write(lambda uow: people.insert(uow, new, status="active", password_hash=None, now=now))
        with db.read() as unit:
            member = load_member(unit, user_id)
        self.people[key] = user_id
        self.tokens[key] = db.write(lambda uow: api_tokens.create(uow, member, "story", now=now)).secret
