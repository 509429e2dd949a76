"""Tickets go to who can do them, wait with a reason where nobody can, and work is given on and taken back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import PASSWORD, Installation, look
from .desk import Desk

pytestmark = pytest.mark.browser
TICKET = {
    "title": {"zh-CN": "工单", "en": "Ticket"}, "title_field": "subject", "status_field": "state",
    "fields": [
        {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}},
        {"id": "city", "type": "text", "label": {"zh-CN": "城市", "en": "City"}},
        {"id": "state", "type": "select", "label": {"zh-CN": "状态", "en": "State"}, "options": [
            {"value": "open", "label": {"zh-CN": "处理中", "en": "Open"}},
            {"value": "closed", "label": {"zh-CN": "已关闭", "en": "Closed"}},
        ]},
        {"id": "owner", "type": "user", "label": {"zh-CN": "负责人", "en": "Owner"}},
    ],
}  # fmt: skip
GRANT = {"form": "ticket", "acts": ["record.read", "record.update"], "rows": "all"}


class Team:
    """Two people, and the tickets that come in."""

    def __init__(self, desk: Desk, names: Sequence[str]) -> None:
        self.desk = desk
        made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "ticket", "document": TICKET})
        desk.post(f"/definitions/{made['id']}/publish", {})
        self.people = {name: self._person(name) for name in names}
        self.names = {user: name for name, user in self.people.items()}
        members = {"users": list(self.people.values())}
        group = {
            "title": {"zh-CN": "客服", "en": "Agents"},
            "members": members,
            "app_acts": ["open"],
            "grants": [GRANT],
        }
        made = desk.post("/apps/repairs/definitions", {"kind": "permission_group", "key": "agents", "document": group})
        desk.post(f"/definitions/{made['id']}/publish", {})

    def _person(self, name: str) -> str:
        new = {"email": f"{name.lower()}@example.com", "name": name, "password": PASSWORD, "locale": "en"}
        return str(self.desk.post("/users", new)["id"])

    def work(self, name: str, **changed: Any) -> None:
        self._patch(f"/users/{self.people[name]}/work", changed)

    def close(self, record: str) -> None:
        self._patch(f"/forms/repairs.ticket/records/{record}", {"values": {"state": "closed"}})

    def _patch(self, path: str, body: Any) -> None:
        answer = self.desk.context.request.patch(f"/api/v1{path}", data=body, headers=self.desk.headers)
        assert answer.ok, answer.text()

    def submit(self, subject: str) -> str:
        values = {"subject": subject, "city": "Kiel", "state": "open"}
        return str(self.desk.post("/forms/repairs.ticket/records", {"values": values})["id"])

    def owners(self) -> dict[str, str | None]:
        found = self.desk.context.request.get("/api/v1/forms/repairs.ticket/records").json()["records"]
        return {one["values"]["subject"]: self.names.get(one["values"]["owner"]) for one in found}

    def settled(self, wanted: dict[str, str | None]) -> None:
        """Wait until the tickets lie with these people."""
        until(lambda: self.owners() == wanted, self.owners)


def choose(page: Page, scope: Any, label: str, name: str) -> None:
    scope.get_by_role("combobox", name=label).first.fill(name)
    page.locator("li[role=option]").filter(has_text=name).locator("visible=true").first.click()


def set_up_structure(page: Page) -> None:
    """Add a skill and a territory, and say what each of the two can do and how much they take."""
    page.goto("/settings/skills")
    page.get_by_role("button", name="New skill").first.click()
    page.get_by_label("Name · English").fill("German")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="German", exact=True)).to_be_visible()

    page.goto("/settings/territories")
    page.get_by_role("button", name="New territory").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name · English").fill("North")
    dialog.get_by_label("Places in it").fill("Kiel, Husum")
    for name in ("Ann", "Bob"):
        choose(page, dialog, "Looked after by", name)
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Kiel")).to_be_visible()

    page.goto("/settings/people")
    for name, level in (("Ann", "4 · strong"), ("Bob", "1 · ")):
        page.get_by_role("button", name=name, exact=True).click()
        panel = page.get_by_role("complementary", name=name)
        panel.get_by_label("Add a skill…").select_option(label="German")
        levels = panel.get_by_label("Level of German")
        levels.select_option(value=level[0])
        panel.get_by_label("Most open items").fill("1")
        with page.expect_response(lambda one: one.url.endswith("/work") and one.request.method == "PATCH") as saved:
            panel.get_by_role("button", name="Save").click()
        assert saved.value.ok, "the message of the one before may still stand there"


def draw_rule(page: Page) -> Any:
    """Draw a rule that gives each new ticket to somebody with the skill who looks after its city."""
    page.goto("/a/repairs/rules")
    page.get_by_role("button", name="New rule").last.click()
    page.get_by_label("Form", exact=True).first.select_option(label="Ticket")
    page.get_by_label("Trigger").select_option(label="A record is created")
    then = page.locator("section.step").filter(has=page.get_by_role("heading", name="Then"))
    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Assign").click()
    then.get_by_role("button", name="New", exact=True).click()
    panel = page.get_by_role("complementary", name="Assignment rule")
    pool = panel.get_by_role("group", name="Pool 1")
    for name in ("Ann", "Bob"):
        choose(page, pool, "People", name)
    page.keyboard.press("Escape")
    pool.get_by_label("How one is chosen").select_option(label="Fewest open")
    pool.get_by_text("Who may get it").click()
    pool.get_by_role("button", name="Add a skill").click()
    pool.get_by_label("At least at level", exact=True).select_option(label="Level 3 or up")
    pool.get_by_label("Looks after the place in").select_option(label="City")
    counts = pool.get_by_role("group", name="Conditions").last
    counts.get_by_role("button", name="Add condition", exact=True).click()
    counts.get_by_label("Field", exact=True).select_option(label="State")
    counts.get_by_label("Comparison", exact=True).select_option(label="is not")
    counts.get_by_label("Value", exact=True).select_option(label="Closed")
    return panel


def test_tickets_find_their_people(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    team = Team(desk, ("Ann", "Bob"))
    page = desk.context.new_page()
    set_up_structure(page)
    panel = draw_rule(page)
    expect(page.locator("[data-state=saved]").last).to_be_visible()
    look(page, "rule-1440")
    panel.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    rule = page.url

    first = team.submit("First")
    team.settled({"First": "Ann"})
    team.submit("Second")
    page.goto("/queue")
    waiting = page.locator("li.entry").filter(has_text="Second")
    expect(waiting).to_contain_text("Nobody free")
    expect(waiting).to_contain_text("at the limit of 1")
    expect(waiting).to_contain_text("needs “German” at level 3, has 1")
    look(page, "queue-1440")

    team.close(first)
    team.settled({"First": "Ann", "Second": "Ann"})
    page.reload()
    expect(page.get_by_text("Nothing waits")).to_be_visible()

    team.work("Ann", max_open=5)
    team.submit("Third")
    team.submit("Fourth")
    held = {"First": "Ann", "Second": "Ann", "Third": "Ann", "Fourth": "Ann"}
    team.settled(held)
    team.work("Ann", max_open=1)
    german = desk.context.request.get("/api/v1/skills").json()["skills"][0]["id"]
    team.work("Bob", max_open=5, skills=[{"skill": german, "level": 4}])

    page.goto(rule)
    page.get_by_role("button", name="Edit", exact=True).click()
    panel.get_by_role("button", name="Try it").click()
    trial = panel.get_by_role("region", name="Try it on records of the past")
    expect(trial).to_contain_text("4 of 4 would go to somebody, 0 to nobody.")
    expect(trial).not_to_contain_text("Fallback")
    panel.get_by_role("button", name="See what would move").click()
    moves = panel.get_by_role("region", name="Give work on").get_by_role("listitem")
    expect(moves).to_have_count(2)
    expect(moves.filter(has_text="Fourth")).to_contain_text("has more than the limit")
    assert team.owners() == held, "looking changes nothing"
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        panel.get_by_role("button", name="Move 2 records").scroll_into_view_if_needed()
        look(page, f"balance-{width}")
    page.set_viewport_size({"width": 1440, "height": 900})
    panel.get_by_role("button", name="Move 2 records").click()
    toast = page.get_by_role("status").filter(has_text="2 records moved")
    expect(toast).to_be_visible()
    team.settled({**held, "Third": "Bob", "Fourth": "Bob"})
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Everything is back where it was")).to_be_visible()
    team.settled(held)
