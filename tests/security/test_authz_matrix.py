"""Who gets through which route: the reviewed table against the running application.

Every route of the application has a row in `authz_matrix.json`; one without a row fails, and the message holds the
row to review and paste. A cell is the status of a refusal (401, 403, 404) or `ok`: let through, whatever the route
then says to an almost empty request. Each request is made with objects that exist, so that "not found" means that
the caller may not know of them.

The columns: nobody; the visitor of a public form; a member without any right; a member of a group that hides a
field and grants no deletion; a designer of the app; an administrator; a person who was disabled; and an
administrator's browser whose write lacks the CSRF token.
"""

import io
import itertools
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from formloom.platform.access.acts import NEEDS, Act
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.queries import waiting
from formloom.platform.records.queries.waiting import WaitingRow
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.route import RouteSpec
from formloom.workflows.inbound import mailboxes
from formloom.workflows.inbound.receiving import receive
from formloom.workflows.queries import runs

from .conftest import BLUEPRINT, CLOSE, TICKET, Site

pytestmark = pytest.mark.one_database

TABLE = Path(__file__).parent / "authz_matrix.json"
WHO = ("anonymous", "visitor", "member", "restricted", "designer", "admin", "disabled", "bad_csrf")
TOKENS = {"member": "outsider", "restricted": "restricted", "designer": "designer", "admin": "admin"}
SHIFT = {"title": {"en": "Day"}, "timezone": "Asia/Shanghai", "week": {"mon": [["09:00", "18:00"]]}}
_YEARS = itertools.count()
REFUSED = (401, 403, 404)
_PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


def _name(route: RouteSpec) -> str:
    return f"{route.method} {route.path}"


def _routes(site: Site) -> list[RouteSpec]:
    return list(site.formloom.web.extensions["formloom.routes"])


def _body(site: Site, route: RouteSpec) -> Any:
    """Return the least that the route takes, where an empty object would be refused before the caller is judged."""
    number = site.fresh()
    return {
        "POST /api/v1/apps": {"key": f"app_{number}", "title": {"en": "App"}},
        "POST /api/v1/apps/<app>/definitions": {"kind": "form", "key": f"form_{number}", "document": TICKET},
        "PUT /api/v1/definitions/<definition_id>/draft": {"document": TICKET},
        "POST /api/v1/definitions/<definition_id>/rollback": {"version": 1},
        "POST /api/v1/definitions/<definition_id>/retype": {"field": TICKET["fields"][0]},
        "POST /api/v1/forms/<form>/records": {"values": {"subject": "x"}},
        "PATCH /api/v1/forms/<form>/records/<record_id>": {"values": {"subject": f"x{number}"}},
        "POST /api/v1/forms/<form>/records/batch": {"records": [{"values": {"subject": "x"}}]},
        "POST /api/v1/forms/<form>/records/<record_id>/comments": {"body": "x"},
        "PATCH /api/v1/forms/<form>/waiting/<submission_id>": {"values": {"subject": f"x{number}"}},
        **{
            f"POST /api/v1/forms/<form>/waiting/{what}": {"ids": [new_id()]} for what in ("accept", "reject", "restore")
        },
        "POST /api/v1/forms/<form>/aggregate": {"group_by": [], "measures": [{"op": "count"}]},
        "POST /api/v1/access/explain": {"user": site.admin.user_id, "form": "desk.ticket", "act": "record.read"},
        "POST /api/v1/absences": _leave(),
        "PATCH /api/v1/links/<token>": {"open": True},
        "POST /api/v1/forms/<form>/labels/links": {"links": [site.ids["link"]]},
        "POST /api/v1/forms/<form>/labels/records": {"records": [site.ids["record"]], "lines": ["subject"]},
        "POST /api/v1/links/<token>/preview": {"query": {"by": ["subject"]}},
        "POST /api/v1/links/<token>/personal": {"links": [{"values": {"subject": "x"}}]},
        "POST /api/v1/definitions/<definition_id>/preview": {"document": TICKET},
        "POST /api/v1/forms/<form>/defaults": {"values": {}},
        "POST /api/v1/forms/<form>/fields/<field_id>/matches": {"values": {}},
        "POST /api/v1/definitions/<definition_id>/trial": {"document": TICKET, "sample": 1},
        "PUT /api/v1/mailboxes/<mailbox>/password": {"password": "x"},
        "POST /api/v1/pools/<pool>/claim": {"records": [site.ids["record"]]},
        "POST /api/v1/pools/<pool>/assign": {"records": [site.ids["record"]], "to": site.admin.user_id},
        "POST /api/v1/pools/<pool>/return": {"records": [site.ids["record"]], "reason": "x"},
        "POST /api/v1/apps/<app>/schedule": {"trigger": {"every": "day"}},
        "POST /api/v1/flows/<flow>/runs/<run>/replay/preview": {"at": 0},
        "POST /api/v1/flows/<flow>/runs/<run>/replay": {"at": 0, "again": []},
        "POST /api/v1/flows/<flow>/simulate": {"record": site.ids["record"]},
        "POST /api/v1/flows/<flow>/trigger": {"record": site.ids["record"]},
        "POST /api/v1/forms/<form>/records/<record_id>/transitions": {
            "blueprint": _blueprint(site),
            "transition": "finish",
        },
        "POST /api/v1/forms/<form>/records/<record_id>/state": {"blueprint": "stage", "state": "new", "comment": "x"},
    }.get(_name(route), {})


def _existing(site: Site, route: RouteSpec, parameter: str, who: str) -> str:
    """Return something that exists for a part of the path; what is taken away is made anew each time."""
    takes_away = route.method == "DELETE"
    made: dict[str, Any] = {
        "app": lambda: _fresh_app(site) if takes_away else "desk",
        "form": lambda: "desk.ticket",
        "definition_id": lambda: _fresh_definition(site) if takes_away else site.ids["form"],
        "record_id": lambda: _record(site, route),
        "submission_id": lambda: _waiting(site),
        "user_id": lambda: site.ids["outsider"] if not takes_away else new_id(),
        "token_id": lambda: _own_token(site, who),
        "department_id": lambda: site.make("/api/v1/departments", {"title": {"en": "D"}})["id"],
        "role_id": lambda: site.make("/api/v1/roles", {"key": f"role_{site.fresh()}", "title": {"en": "R"}})["id"],
        "role_group_id": lambda: site.make("/api/v1/role-groups", {"title": {"en": "G"}})["id"],
        "skill_id": lambda: site.make("/api/v1/skills", {"title": {"en": "S"}})["id"],
        "territory_id": lambda: site.make("/api/v1/territories", {"title": {"en": "T"}})["id"],
        "shift_id": lambda: site.make("/api/v1/shifts", SHIFT)["id"],
        "absence_id": lambda: _absence(site),
        "number": lambda: "1",
        "flow": lambda: site.ids["flow"],
        "run": lambda: _run(site),
        "token": lambda: site.ids["link"] if route.path.startswith(("/f/", "/api/v1/links/")) else new_id(),
        "field_id": lambda: "parent",
        "slug": lambda: _installed(site),
        "dashboard": lambda: _dashboard(site),
        "pool": lambda: _pool(site),
        "mailbox": lambda: _mailbox(site),
        "message": lambda: _message(site),
        "place": lambda: "0",
        "policy": lambda: _policy(site),
        "package_id": lambda: _uploaded(site),
        "job_id": lambda: _job(site),
    }  # fmt: skip
    return str(made.get(parameter, new_id)())


def _absence(site: Site) -> str:
    """Return a leave of the member without rights."""
    return str(site.make("/api/v1/absences", {**_leave(), "user": site.ids["outsider"]})["id"])


def _leave() -> dict[str, Any]:
    """Return a leave in a year of its own, so that no two overlap."""
    year = 2027 + next(_YEARS) % 70
    return {"kind": "leave", "starts_at": f"{year}-01-01T00:00:00Z", "ends_at": f"{year}-01-02T00:00:00Z"}


def _fresh_app(site: Site) -> str:
    return str(site.make("/api/v1/apps", {"key": f"app_{site.fresh()}", "title": {"en": "App"}})["key"])


def _fresh_definition(site: Site) -> str:
    body = {"kind": "form", "key": f"form_{site.fresh()}", "document": TICKET}
    return str(site.make("/api/v1/apps/desk/definitions", body)["id"])


def _installed(site: Site) -> str:
    site.make("/api/v1/templates/survey/install", {"sample_data": False})
    return "survey"


def _dashboard(site: Site) -> str:
    if "dashboard" not in site.ids:
        site.ids["dashboard"] = site.publish("desk", "dashboard", "board", {"title": {"en": "Board"}, "widgets": []})
    return site.ids["dashboard"]


def _mailbox(site: Site) -> str:
    if "mailbox" not in site.ids:
        document = {
            "title": {"en": "Support"}, "form": "ticket", "addresses": ["support@house.example"],
            "fields": {"subject": "subject"}, "unmatched": "hold",
        }  # fmt: skip
        site.ids["mailbox"] = site.publish("desk", "mailbox", "support", document)
    return site.ids["mailbox"]


def _message(site: Site) -> str:
    """Return a mail that waits."""
    rt = site.formloom.runtime
    with rt.db.read() as unit:
        box = mailboxes.find(unit, _mailbox(site))
    head = f"From: ming@client.example\r\nSubject: x\r\nMessage-ID: <{new_id()}@client.example>\r\n"
    mixed = (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n--b--\r\n'
    )
    return receive(rt, box, f"{head}{mixed}".encode()).id


def _pool(site: Site) -> str:
    if "pool" not in site.ids:
        owner = {"id": "owner", "type": "user", "label": {"en": "Owner"}}
        site.publish("desk", "form", "lead", {"title": {"en": "Lead"}, "fields": [owner]})
        document = {"title": {"en": "Pool"}, "form": "lead", "owner": "owner"}
        site.ids["pool"] = site.publish("desk", "pool", "pool", document)
    return site.ids["pool"]


def _policy(site: Site) -> str:
    if "policy" not in site.ids:
        metric = {"id": "answer", "kind": "first_response", "targets": [{"within": "PT4H", "business": False}]}
        document = {"title": {"en": "Service"}, "form": "ticket", "metrics": [metric]}
        site.ids["policy"] = site.publish("desk", "sla", "service", document)
    return site.ids["policy"]


def _blueprint(site: Site) -> str:
    if "blueprint" not in site.ids:
        site.ids["blueprint"] = site.publish("desk", "blueprint", "stage", BLUEPRINT)
    return "stage"


def _uploaded(site: Site) -> str:
    title = {"en": "Guest"}
    manifest = {
        "format": 1, "slug": f"guest_{site.fresh()}", "version": "1.0.0", "title": title, "summary": title,
        "category": "other", "icon": "app", "cover": {"seed": "guest", "kind": "plain", "color": "teal"},
    }  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("manifest.json", json.dumps(manifest))
        made.writestr("definitions/app/app.json", json.dumps({"title": title}))
    answer = site.client().post(
        "/api/v1/templates/import", data={"file": (io.BytesIO(file.getvalue()), "guest.zip")},
        headers={"Authorization": f"Bearer {site.tokens['admin']}"},
    )  # fmt: skip
    return str(answer.json["id"])


def _job(site: Site) -> str:
    answer = site.client().post(
        "/api/v1/forms/desk.ticket/imports", data={"file": (io.BytesIO(b"subject\nx\n"), "x.csv")},
        headers={"Authorization": f"Bearer {site.tokens['admin']}"},
    )  # fmt: skip
    return str(answer.json["id"])


def _record(site: Site, route: RouteSpec) -> str:
    if route.method != "DELETE" and not route.path.endswith("/restore"):
        return site.ids["record"]
    path = "/api/v1/forms/desk.ticket/records"
    record = str(site.make(path, {"values": {"subject": "x"}})["id"])
    if route.path.endswith("/restore"):
        assert site.ask("admin", "DELETE", f"{path}/{record}").status_code == 204
    return record


def _waiting(site: Site) -> str:
    row = WaitingRow(
        new_id(), site.ids["form"], 1, "waiting", {"subject": "x"}, {"subject": "x"}, {}, site.ids["link"], "en", site.now
    )  # fmt: skip
    site.db.write(lambda uow: waiting.add(uow, row))
    return row.id


def _run(site: Site) -> str:
    """Return a run that is over and came as far as the first node of its flow."""

    def work(uow: UnitOfWork) -> str:
        node = CLOSE["nodes"][0]
        about = {"form_id": site.ids["form"], "record_id": site.ids["record"], "trigger": "button", "at": site.now}
        made = runs.begin(uow, site.ids["flow"], 1, new_id(), about)
        line = {"node": node["id"], "type": node["type"], "result": "failed", "why": [], "output": {}}
        runs.finish(uow, str(made), {"state": "failed", "trace": [line]})
        return str(made)

    return site.db.write(work)


def _own_token(site: Site, who: str) -> str:
    if who not in TOKENS:
        return new_id()
    return str(site.ask(TOKENS[who], "POST", "/api/v1/tokens", {"name": "x"}).json["id"])


def _try(site: Site, route: RouteSpec, who: str) -> int:
    path = _PARAMETER.sub(lambda match: _existing(site, route, match[1], who), route.path)
    body = None if route.method in {"GET", "DELETE"} else _body(site, route)
    headers = {"Authorization": f"Bearer {site.tokens[TOKENS[who]]}"} if who in TOKENS else {}
    client = site.client()
    if who == "disabled":
        headers = {"Authorization": f"Bearer {site.tokens['disabled']}"}
    if who == "bad_csrf":
        client = site.sign_in("ada@example.com")
    if who == "visitor":
        headers = {"Referer": "http://localhost/f/some-link", "Origin": "http://localhost"}
    if route.takes == "multipart":
        file = {"file": (io.BytesIO(b"subject\nx\n"), "x.csv")}
        return int(client.open(path, method=route.method, data=file, headers=headers).status_code)
    return int(client.open(path, method=route.method, json=body, headers=headers).status_code)


def _cell(status: int) -> int | str:
    return status if status in REFUSED else "ok"


@pytest.mark.slow
def test_every_route_lets_through_whom_the_reviewed_table_says(peopled: Site) -> None:
    table = json.loads(TABLE.read_text())
    wrong, missing = [], {}
    for route in _routes(peopled):
        seen: dict[str, int | str] = {}
        for who in WHO:
            status = _try(peopled, route, who)
            assert status < 500, (_name(route), who, status)
            seen[who] = _cell(status)
        expected = table.get(_name(route))
        if expected is None:
            missing[_name(route)] = seen
        elif expected != seen:
            wrong.append(f"{_name(route)}: {_difference(expected, seen)}")
    assert not wrong, "\n".join(wrong)
    assert not missing, "not reviewed yet:\n" + ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in missing.items()
    )


def _difference(expected: dict[str, Any], seen: dict[str, Any]) -> str:
    return ", ".join(f"{who} {expected.get(who)} → {seen[who]}" for who in WHO if expected.get(who) != seen[who])


def test_no_row_is_left_of_a_route_that_is_gone(site: Site) -> None:
    assert json.loads(TABLE.read_text()).keys() <= {_name(route) for route in _routes(site)}


def test_every_route_stands_in_the_url_map_exactly_as_it_declares_itself(site: Site) -> None:
    declared = {(route.method, route.path) for route in _routes(site)}
    mapped = {
        (method, rule.rule)
        for rule in site.formloom.web.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert mapped == declared


def test_a_route_is_open_only_as_far_as_its_act_is(site: Site) -> None:
    gates = {"anyone": "anyone", "visitor": "visitor"}
    wrong = [
        (_name(route), route.act, route.who)
        for route in _routes(site)
        if route.who != gates.get(NEEDS[Act(route.act)].level, "member")
    ]
    assert not wrong


def test_the_table_refuses_nobodies_everything_but_what_is_public(site: Site) -> None:
    """A second look at the table itself: no row may let a nobody through unless its act is public by nature."""
    table = json.loads(TABLE.read_text())
    public = {_name(route) for route in _routes(site) if route.who != "member"}
    for name, row in table.items():
        for who in ("anonymous", "visitor", "disabled"):
            assert name in public or row[who] == 401, (name, who)
        if name not in public and not name.startswith("GET "):
            assert row["bad_csrf"] == 403, name
