"""The pages of approvals, blueprints, mailboxes, pools, routing and service levels, with something on them: axe finds nothing
serious, nothing reaches over the edge, no message key shows; on a desk in English and on a phone in Chinese."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.waiting import until

from .conftest import PASSWORD, Installation
from .desk import Desk
from .test_a_blueprint_is_drawn import FORM as DEAL
from .test_a_pool_is_shared import LEAD
from .test_mails_become_records import hand_over, mail
from .test_pages_are_accessible import SIZES, visit
from .test_tickets_find_their_people import TICKET

pytestmark = pytest.mark.browser
ASK = {
    "title": {"zh-CN": "采购", "en": "Purchase"}, "title_field": "what",
    "fields": [
        {"id": "what", "type": "text", "label": {"zh-CN": "物品", "en": "What"}},
        {"id": "amount", "type": "number", "label": {"zh-CN": "金额", "en": "Amount"}},
        {"id": "offer", "type": "file", "label": {"zh-CN": "报价单", "en": "Offer"}},
    ],
}  # fmt: skip
LOOKS = (("en", "desk"), ("zh-CN", "phone"))
ORGANISATION = ("skills", "territories", "shifts", "absences", "departments")
WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.mark.slow
def test_every_page_of_flows_can_be_used_by_everybody(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    addresses = Furnished(desk, installation).addresses()
    faults = []
    for language, size in LOOKS:
        desk.context.request.patch("/api/v1/session", data={"locale": language}, headers=desk.headers)
        context = browser.new_context(
            base_url=installation.url, viewport=SIZES[size], locale=language, bypass_csp=True, reduced_motion="reduce",
            has_touch=size == "phone", is_mobile=size == "phone", storage_state=desk.context.storage_state(),
        )  # fmt: skip
        faults += [f"{language} {size} {one}: {fault}" for one, fault in visit(context, addresses, is_examined=True)]
        context.close()
    assert faults == [], "\n".join(faults)


class Furnished:
    """An app in which every kind of flow has something to show."""

    def __init__(self, desk: Desk, house: Installation) -> None:
        self.desk = desk
        self.house = house
        self.me = desk.context.request.get("/api/v1/session").json()["user"]["id"]
        self.organisation()
        self.blueprint = self.states()
        self.pool = self.publish("pool", "leads", {
            "title": both("公海", "Lead pool"), "form": self.form("lead", LEAD), "owner": "owner",
            "see": {"everyone": True}, "claim": {"everyone": True}, "masked": ["phone"], "limits": {"per_day": 2},
        })  # fmt: skip
        for name in ("Loomworks", "Silk Road"):
            self.record("lead", name=name, phone="13800138000", need="400 m of linen")
        self.rule = self.routing()
        self.mailbox = self.mails()
        self.approval = self.approvals()

    def addresses(self) -> list[str]:
        rules, approval = "/a/repairs/rules", f"/a/repairs/approvals/{self.approval}"
        return [
            approval, f"{approval}/figures", f"{approval}/move", "/tasks", "/tasks?box=started", "/tasks?box=done",
            f"{rules}/blueprints", f"{rules}/blueprints/{self.blueprint}", f"{rules}/blueprints/{self.blueprint}/figures",
            f"/a/repairs/f/deal?record={self.deal}", f"/a/repairs/f/ask?record={self.asked}", "/a/repairs/pools",
            f"{rules}/mailboxes", f"/a/repairs/mailboxes/{self.mailbox}", f"{rules}/{self.thanks}",
            f"/a/repairs/mailboxes/{self.mailbox}/received", f"/a/repairs/mailboxes/{self.mailbox}/received?state=held",
            f"/a/repairs/f/ticket?record={self.mailed}",
            "/a/repairs/pools?q=nothing", f"{rules}/pools/{self.pool}", "/queue", f"{rules}/{self.rule}",
            f"{rules}/runs", f"{rules}/sla", f"{rules}/sla/{self.policy}", f"{rules}/sla/{self.policy}/figures",
            f"{rules}/calendars/{self.calendar}", f"/jobs/{self.trial}", *(f"/settings/{part}" for part in ORGANISATION),
        ]  # fmt: skip

    def publish(self, kind: str, key: str, document: Any) -> str:
        made = self.desk.post("/apps/repairs/definitions", {"kind": kind, "key": key, "document": document})
        self.desk.post(f"/definitions/{made['id']}/publish", {})
        return str(made["id"])

    def form(self, key: str, document: Any) -> str:
        self.publish("form", key, document)
        return key

    def record(self, form: str, **values: Any) -> str:
        return str(self.desk.post(f"/forms/repairs.{form}/records", {"values": values})["id"])

    def organisation(self) -> None:
        new = {"email": "ann@example.com", "name": "Ann", "password": PASSWORD}
        self.ann = self.desk.post("/users", new)["id"]
        self.skill = self.desk.post("/skills", {"title": both("德语", "German")})["id"]
        self.desk.post("/territories", {"title": both("北区", "North"), "places": ["Kiel"], "people": [self.ann]})
        people = [{"user": self.ann, "first_on": "2026-01-01", "last_on": None}]
        self.desk.post("/shifts", {"title": both("早班", "Early"), "timezone": "UTC", "week": WEEK, "people": people})
        self.desk.post("/departments", {"title": both("客服", "Service")})
        span = {"starts_at": "2026-01-05T09:00:00Z", "ends_at": "2099-01-05T09:00:00Z"}
        self.desk.post("/absences", {"user": self.ann, "kind": "leave", **span, "reason": "Away"})

    def states(self) -> str:
        self.form("deal", DEAL)
        steps = (("offer", "new", "quote"), ("win", "quote", "won"), ("lose", "quote", "lost"))
        document = {
            "title": both("商机阶段", "Sales stages"), "form": "deal", "field": "stage",
            "states": [{"option": one["value"]} for one in DEAL["fields"][1]["options"]],  # type: ignore[index] # a literal
            "transitions": [{"key": key, "label": both(key, key), "from": [start], "to": to} for key, start, to in steps],
        }  # fmt: skip
        made = self.publish("blueprint", "sales", document)
        self.deal = self.record("deal", subject="Forty looms")
        path = f"/forms/repairs.deal/records/{self.deal}/transitions"
        self.desk.post(path, {"blueprint": "sales", "transition": "offer"})
        return made

    def routing(self) -> str:
        """Add a ticket that nobody can be given, and hours and clocks for tickets."""
        self.form("ticket", TICKET)
        self.calendar = self.publish(
            "calendar", "office", {"title": both("办公时间", "Office"), "timezone": "UTC", "week": WEEK}
        )
        closed = {"field": "state", "op": "eq", "value": "closed"}
        clock = {"id": "resolution", "kind": "resolution", "stop": closed, "targets": [{"within": "PT4H"}]}
        policy = {"title": both("服务时限", "Service"), "form": "ticket", "calendar": "office", "metrics": [clock]}
        self.policy = self.publish("sla", "service", policy)
        pool = {
            "strategy": "round_robin", "candidates": {"users": [self.ann]},
            "filters": {"skills": [{"skill": self.skill, "level": 3}], "territory": "city"},
        }  # fmt: skip
        who = {"title": both("派单", "Who"), "form": "ticket", "field": "owner", "pools": [pool]}
        made = self.publish("assignment_rule", "who", who)
        self.trial = self.desk.post(f"/assignment-rules/{made}/dry-run", {})["id"]
        trigger, node = {"type": "record_created"}, {"id": "n1", "type": "assign", "rule": "who"}
        rule = {"title": both("派单", "Assign"), "form": "ticket", "trigger": trigger, "nodes": [node]}
        made = self.publish("flow", "assign", rule)
        self.record("ticket", subject="Loom", city="Kiel", state="open")
        self.until("/queue", "entries")
        return made

    def mails(self) -> str:
        """Receive a mail that became a ticket and one that waits."""
        server = {"host": "imap.example.com", "user": "support@example.com"}
        box = {
            "title": both("客服邮箱", "Support"), "form": "ticket", "addresses": ["support@example.com"],
            "server": server, "fields": {"subject": "subject"}, "values": {"state": "open"},
        }  # fmt: skip
        made = self.publish("mailbox", "support", box)
        trigger, node = {"type": "message_received"}, {"id": "n1", "type": "set_fields", "values": {"state": "open"}}
        rule = {"title": both("来信", "Mails"), "form": "ticket", "trigger": trigger, "nodes": [node]}
        self.thanks = self.publish("flow", "mails", rule)
        told = hand_over(self.house, mail("A loom stopped", "It shows E-17."))
        self.mailed = told.split()[2]
        hand_over(self.house, mail("Away", "Until Monday.", **{"Auto-Submitted": "auto-replied"}))
        return made

    def approvals(self) -> str:
        """Add one process of which the first step is answered, so that the second one asks for a signature."""
        self.form("ask", ASK)
        more = {"type": "approve", "assignees": [{"users": [self.me]}], "comment": "optional"}
        nodes = [
            {**more, "id": "a", "title": both("主管", "Head"), "fields": {"amount": "edit"}},
            {**more, "id": "b", "title": both("财务", "Finance"), "signature": "required", "fields": {"offer": "edit"}},
        ]
        document = {
            "title": both("采购审批", "Purchase"), "form": "ask", "face": "approval", "options": {"same_person": "keep"},
            "trigger": {"type": "record_created"}, "nodes": nodes,
        }  # fmt: skip
        made = self.publish("flow", "purchase", document)
        self.asked = self.record("ask", what="A loom", amount="900")
        (task,) = self.until("/tasks?box=todo", "tasks")
        self.desk.post(f"/tasks/{task['id']}/approve", {"comment": "Needed"})
        self.until("/tasks?box=todo", "tasks")
        changed = {**document, "nodes": [{**one, "id": f"{one['id']}_new"} for one in nodes]}
        path = f"/api/v1/definitions/{made}/draft"
        self.desk.context.request.put(path, data={"document": changed}, headers=self.desk.headers)
        self.desk.post(f"/definitions/{made}/publish", {})
        return made

    def until(self, path: str, name: str) -> Any:
        """Return what a list holds once the worker came by."""
        return until(lambda: self.desk.context.request.get(f"/api/v1{path}").json()[name], f"nothing came to {path}")


def both(chinese: str, english: str) -> dict[str, str]:
    return {"zh-CN": chinese, "en": english}
