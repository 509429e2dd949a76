"""The installation of the security tests, with a form that has one of every kind of value."""

import io
from dataclasses import dataclass
from typing import Any

import pytest

from tests.security.conftest import Site, password_hash, site

__all__ = ["password_hash", "site"]

FIELDS: list[dict[str, Any]] = [
    {"id": "subject", "type": "text", "required": True, "max_length": 200},
    {"id": "code", "type": "text", "unique": True},
    {"id": "amount", "type": "number", "decimals": 2},
    {"id": "due", "type": "date"},
    {"id": "at", "type": "datetime"},
    {"id": "urgent", "type": "boolean"},
    {"id": "priority", "type": "select", "options": ["high", "low"]},
    {"id": "tags", "type": "multiselect", "options": ["red", "green", "blue"]},
    {"id": "agent", "type": "user"},
    {"id": "number", "type": "serial", "format": "T{0000}"},
    {"id": "papers", "type": "file", "max_size_mb": 1, "max_items": 3},
    {"id": "photo", "type": "image"},
    {"id": "contract", "type": "file", "extensions": ["pdf"]},
]


def words(text: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh-CN": text, "en": text}


def field(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a field with its label and the labels of its options."""
    options = [{"value": one, "label": words(one)} for one in entry.get("options", ())]
    return {"label": words(entry["id"]), **entry, **({"options": options} if options else {})}


@dataclass
class Desk:
    """One form over HTTP, as the administrator."""

    site: Site
    form: str = "desk.ticket"

    @property
    def path(self) -> str:
        return f"/api/v1/forms/{self.form}/records"

    def ask(self, method: str, path: str = "", json: Any = None, *, who: str | None = "admin", **more: Any) -> Any:
        """Send one request below the form's records; `data` in place of `json` goes out as it is."""
        return self.send(method, f"{self.path}{path}", json, who=who, **more)

    def send(self, method: str, path: str, json: Any = None, *, who: str | None = "admin", **more: Any) -> Any:
        """Send one request to any path."""
        if "data" not in more:
            return self.site.ask(who, method, path, json, **more)
        headers = {"Authorization": f"Bearer {self.site.tokens[who]}"} if who else {}
        return self.site.client().open(path, method=method, headers={**headers, **more.pop("headers", {})}, **more)

    def add(self, **values: Any) -> dict[str, Any]:
        """Create a record and return it."""
        answer = self.ask("POST", json={"values": {"subject": "Loom", **values}})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        """Return a page of records."""
        answer = self.ask("GET", query_string=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json["records"]
        return found

    def count(self) -> int:
        """Return how many records there are."""
        return int(self.ask("GET", query_string={"count": "exact", "limit": 1}).json["count"])

    def upload(self, content: bytes, name: str, *, field: str = "papers", who: str = "admin", **more: Any) -> Any:
        """Upload a file for a field and return the answer."""
        headers = {"Authorization": f"Bearer {self.site.tokens[who]}"}
        data = {"form": self.form, "field": field, "file": (io.BytesIO(content), name), **more}
        return self.site.client().post("/api/v1/files", data=data, headers=headers)


@pytest.fixture
def desk(site: Site) -> Desk:
    """Return the installation's app `desk` with its form `ticket` published."""
    site.make("/api/v1/apps", {"key": "desk", "title": words("Desk")})
    document = {"title": words("Ticket"), "fields": [field(one) for one in FIELDS]}
    site.ids["form"] = site.publish("desk", "form", "ticket", document)
    return Desk(site)


@pytest.fixture
def staffed(desk: Desk) -> Desk:
    """Return the same with `clerk`, who sees all but the papers, `owner`, who sees his own, and `outsider`."""
    every = ["record.read", "record.create", "record.update"]
    groups = {
        "clerk": {"acts": every, "rows": "all", "fields": {"papers": "hidden"}},
        "owner": {"acts": every, "rows": "own"},
    }
    for name, grant in groups.items():
        member = desk.site.person(name)
        document = {
            "title": words(name), "members": {"users": [member.user_id]}, "grants": [{"form": "ticket", **grant}],
        }  # fmt: skip
        desk.site.publish("desk", "permission_group", name, document)
    desk.site.person("outsider")
    return desk
