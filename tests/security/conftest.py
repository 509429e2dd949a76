"""A whole installation with an app, a form, a permission group and one person of every sort, over HTTP."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from formloom.app import Formloom, build
from formloom.platform.access import api_tokens, people, setup
from formloom.platform.access.identity import load_member
from formloom.platform.access.passwords import PasswordHash, hash_new
from formloom.platform.access.people import NewPerson, PersonChange
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.clock import FrozenClock

PASSWORD = "a loom weaves 12 mats"
TICKET = {
    "title": {"zh-CN": "工单", "en": "Ticket"},
    "fields": [
        {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}, "required": True},
        {"id": "salary", "type": "number", "label": {"zh-CN": "薪资", "en": "Salary"}},
        {"id": "note", "type": "text", "label": {"zh-CN": "备注", "en": "Note"}},
        {"id": "parent", "type": "link", "form": "ticket", "label": {"zh-CN": "上级", "en": "Parent"}},
        {
            "id": "stage",
            "type": "select",
            "label": {"zh-CN": "阶段", "en": "Stage"},
            "options": [{"value": one, "label": {"zh-CN": one, "en": one}} for one in ("new", "done")],
        },
    ],
}
CLOSE = {
    "title": {"zh-CN": "关闭", "en": "Close"},
    "form": "ticket",
    "enabled": True,
    "trigger": {"type": "button", "label": {"zh-CN": "关闭", "en": "Close"}},
    "nodes": [{"id": "done", "type": "set_fields", "values": {"note": "closed"}}],
}
BLUEPRINT = {
    "title": {"zh-CN": "阶段", "en": "Stage"}, "form": "ticket", "field": "stage",
    "states": [{"option": "new"}, {"option": "done", "category": "won"}],
    "transitions": [{"key": "finish", "label": {"zh-CN": "完成", "en": "Finish"}, "from": ["*"], "to": "done"}],
}  # fmt: skip
_numbers = itertools.count(1)


@dataclass
class Site:
    """One installation and short ways to ask it things."""

    formloom: Formloom
    hash: PasswordHash
    admin: Member
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def db(self) -> Any:
        return self.formloom.runtime.db

    @property
    def now(self) -> Any:
        return self.formloom.runtime.now()

    def client(self) -> FlaskClient:
        """Return a browser without cookies."""
        return self.formloom.web.test_client()

    def person(self, name: str, **more: Any) -> Member:
        """Add an active person whose password is PASSWORD, with an API token under their name."""
        new = NewPerson(f"{name}@example.com", name, "en", **more)
        user_id = self.db.write(
            lambda uow: people.insert(uow, new, status="active", password_hash=self.hash, now=self.now)
        )
        return self.token_for(name, user_id)

    def token_for(self, name: str, user_id: str) -> Member:
        with self.db.read() as unit:
            member = load_member(unit, user_id)
        assert member is not None
        self.tokens[name] = self.db.write(lambda uow: api_tokens.create(uow, member, name, now=self.now)).secret
        return member

    def ask(self, who: str | None, method: str, path: str, json: Any = None, **more: Any) -> Any:
        """Send one request as a person with a token (None: nobody) and return the answer."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        if json is None and method != "GET":
            json = {}
        return self.client().open(
            path, method=method, json=json, headers={**headers, **more.pop("headers", {})}, **more
        )

    def make(self, path: str, json: Any) -> Any:
        """Create something as the administrator and return what came back."""
        answer = self.ask("admin", "POST", path, json)
        assert answer.status_code in {200, 201}, (path, answer.status_code, answer.text)
        return answer.json

    def publish(self, app: str, kind: str, key: str, document: Any) -> str:
        """Create and publish a definition and return its id."""
        made = self.make(f"/api/v1/apps/{app}/definitions", {"kind": kind, "key": key, "document": document})
        self.make(f"/api/v1/definitions/{made['id']}/publish", {})
        return str(made["id"])

    def fresh(self) -> int:
        """Return a number that was not used before."""
        return next(_numbers)

    def sign_in(self, email: str, password: str = PASSWORD, client: FlaskClient | None = None) -> Any:
        """Return a browser that is signed in, with its CSRF token as `.csrf`."""
        browser = client or self.client()
        answer = browser.post("/api/v1/session", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        browser.csrf = answer.json["csrf_token"]
        return browser


@pytest.fixture(scope="session")
def password_hash() -> PasswordHash:
    return hash_new(PASSWORD)


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: FrozenClock, password_hash: PasswordHash) -> Iterator[Site]:
    """Yield an installation reached over http, without a mail server."""
    made = _site(database_url, tmp_path, clock, password_hash)
    yield made
    made.formloom.close()


@pytest.fixture
def secure_site(database_url: str, tmp_path: Path, clock: FrozenClock, password_hash: PasswordHash) -> Iterator[Site]:
    """Yield an installation reached over https."""
    made = _site(database_url, tmp_path, clock, password_hash, FORMLOOM_BASE_URL="https://forms.example.com")
    yield made
    made.formloom.close()


@pytest.fixture
def peopled(site: Site) -> Site:
    """Return the installation with an app `desk`, its form `ticket`, and people of every sort."""
    outsider = site.person("outsider")
    restricted = site.person("restricted")
    designer = site.person("designer")
    disabled = site.person("disabled")
    site.make("/api/v1/apps", {"key": "desk", "title": {"zh-CN": "服务台", "en": "Desk"}})
    site.ids["form"] = site.publish("desk", "form", "ticket", TICKET)
    acts = ["record.read", "record.update", "record.create", "record.comment"]
    grant = {"form": "ticket", "acts": acts, "rows": "all", "fields": {"salary": "hidden"}}
    site.publish("desk", "permission_group", "agents", _group("Agents", restricted, grants=[grant]))
    site.publish("desk", "permission_group", "designers", _group("Designers", designer, app_acts=["design"]))
    record = site.make("/api/v1/forms/desk.ticket/records", {"values": {"subject": "Loom", "salary": "100"}})
    site.ids["record"] = record["id"]
    site.ids["link"] = site.make("/api/v1/forms/desk.ticket/links", {})["token"]
    site.ids["flow"] = site.publish("desk", "flow", "close", CLOSE)
    site.ids["outsider"] = outsider.user_id
    wanted = PersonChange(is_disabled=True)
    site.db.write(lambda uow: people.change(uow, site.admin, disabled.user_id, wanted, now=site.now))
    return site


def _group(title: str, member: Member, **more: Any) -> dict[str, Any]:
    return {"title": {"zh-CN": title, "en": title}, "members": {"users": [member.user_id]}, **more}


def _site(url: str, home: Path, clock: FrozenClock, password_hash: PasswordHash, **environ: str) -> Site:
    settings = {"FORMLOOM_HOME": str(home / "home"), "FORMLOOM_DATABASE_URL": url, **environ}
    formloom = build(settings, clock=clock)
    formloom.runtime.start_job = lambda _job_id: None  # what a job does is not asked here
    wanted = setup.Installation("Weaving Ltd", "en", "Ada", "ada@example.com")
    admin_id = formloom.runtime.db.write(
        lambda uow: setup.init_installation(uow, wanted, password_hash, now=clock.now())
    )
    with formloom.runtime.db.read() as unit:
        admin = load_member(unit, admin_id)
    assert admin is not None
    site = Site(formloom, password_hash, admin)
    site.token_for("admin", admin_id)
    return site
