"""An office at work: an app with one form, a builder, and people with browsers of their own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import EMAIL, PASSWORD, ROOT, Installation, setup_link

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Office:
    """An installation with the app `office`, the form `key` in it, a builder and the people `names`.

    The first of `names` may create records and see his own; the others may do nothing but what tasks let them.
    """

    def __init__(
        self, house: Installation, browser: Browser, log: Path, language: str, *, key: str, form: Any,
        names: Sequence[str],
    ) -> None:  # fmt: skip
        self.house, self.browser, self.language, self.key = house, browser, language, key
        self.words = {
            name: json.loads((ROOT / f"static/src/locales/{language}/{name}.json").read_text())
            for name in ("approvals", "conditions", "designer", "records", "tasks", "ui")
        }
        self.builder = self.context()
        token = setup_link(house, log).rsplit("=", 1)[1]
        person = {"organisation": "Riverside", "locale": language, "name": "Lead", "email": EMAIL, "password": PASSWORD}
        self.csrf = self.builder.request.post("/api/v1/setup", data={"token": token, **person}).json()["csrf_token"]
        self.post("/apps", {"key": "office", "title": {"en": "Office", "zh-CN": "办公"}})
        self.publish("form", key, form)
        self.people = {name: self.person(name) for name in names}
        grant = {"form": key, "acts": ["record.create", "record.read"], "rows": "own"}
        staff = {"title": {"en": "Staff", "zh-CN": "员工"}, "app_acts": ["open"], "grants": [grant]}
        self.publish("permission_group", "staff", {**staff, "members": {"users": [self.people[names[0]]]}})

    def context(self, size: dict[str, int] = DESK, **more: Any) -> BrowserContext:
        touch: dict[str, Any] = {"has_touch": True, "is_mobile": True} if size is PHONE else {}
        return self.browser.new_context(base_url=self.house.url, locale=self.language, viewport=size, **touch, **more)

    def post(self, path: str, body: object) -> Any:
        answer = self.builder.request.post(f"/api/v1{path}", data=body, headers={"X-CSRF-Token": self.csrf})
        assert answer.ok, answer.text()
        return answer.json()

    def get(self, path: str) -> Any:
        return self.builder.request.get(f"/api/v1{path}").json()

    def publish(self, kind: str, key: str, document: object) -> str:
        made = self.post("/apps/office/definitions", {"kind": kind, "key": key, "document": document})
        self.post(f"/definitions/{made['id']}/publish", {})
        return str(made["id"])

    def person(self, name: str) -> str:
        new = {"email": f"{name}@example.com".lower(), "name": name, "password": PASSWORD, "locale": self.language}
        return str(self.post("/users", new)["id"])

    def sign_in(self, name: str, size: dict[str, int] = DESK) -> Page:
        context = self.context(size)
        answer = context.request.post(
            "/api/v1/session", data={"email": f"{name}@example.com".lower(), "password": PASSWORD}
        )
        assert answer.ok, answer.text()
        return context.new_page()

    def ask_for(self, page: Page, values: dict[str, Any]) -> str:
        """Submit the form as whoever is signed in; return the record."""
        csrf = page.request.get("/api/v1/session").json()["csrf_token"]
        made = page.request.post(
            f"/api/v1/forms/office.{self.key}/records", data={"values": values}, headers={"X-CSRF-Token": csrf}
        )
        assert made.status == 201, made.text()
        return str(made.json()["id"])

    def say(self, key: str, **parts: object) -> str:
        """Return a message of the browser side in the language at hand."""
        found: Any = self.words[key.split(".", maxsplit=1)[0]]
        for part in key.split(".")[1:]:
            found = found[part]
        for name, value in parts.items():
            found = found.replace(f"{{{name}}}", str(value))
        return str(found)


class AtWork:
    """Somebody with his list of tasks open, at a desk or on a phone."""

    def __init__(self, office: Office, name: str, size: dict[str, int] = DESK) -> None:
        self.office, self.is_phone = office, size is PHONE
        self.page = office.sign_in(name, size)

    def open(self, title: str) -> Any:
        """Open the task that waits and return its pane."""
        self.page.goto("/tasks")
        row = self.page.get_by_role("button", name=title).first
        row.tap() if self.is_phone else row.click()
        pane = self.page.locator("article")
        expect(pane.get_by_role("heading", name=title)).to_be_visible()
        return pane

    def answer(self, action: str = "approve") -> None:
        """Press the button of an answer and wait until it was taken."""
        self.page.locator(f"[data-answer={action}]").click()
        expect(self.page.locator(f"[data-answer={action}]")).to_have_count(0)

    def further(self, action: str) -> Any:
        """Choose one of the rarer answers and return its dialog."""
        if self.is_phone:
            self.page.get_by_role("button", name=self.office.say("tasks.more_actions")).click()
            self.page.get_by_role("menuitem", name=self.office.say(f"tasks.act.{action}")).click()
        else:
            self.page.locator(f"[data-answer={action}]").click()
        return self.page.get_by_role("dialog")

    def sign(self) -> None:
        """Draw a signature and wait until it is there."""
        pad = self.page.locator("canvas.pad")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        with self.page.expect_response(lambda answer: answer.url.endswith("/files") and answer.status == 201):
            self.page.mouse.move(box["x"] + 30, box["y"] + 60)
            self.page.mouse.down()
            for step in range(1, 9):
                self.page.mouse.move(box["x"] + 30 + 14 * step, box["y"] + 60 + (18 if step % 2 else -18))
            self.page.mouse.up()


class Drawing:
    """The designer of approval processes, used with the mouse."""

    def __init__(self, office: Office) -> None:
        self.office, self.page = office, office.builder.new_page()
        self.page.goto("/a/office/rules")
        self.page.get_by_role("button", name=office.say("approvals.add")).first.click()

    @property
    def panel(self) -> Any:
        return self.page.get_by_role("complementary", name=self.office.say("approvals.properties"))

    def steps(self, kind: str = "approve") -> Any:
        """Return the steps of a kind, in the order in which they stand on the page."""
        return self.page.locator(f"[data-type={kind}]")

    def add(self, spot: str, kind: str) -> None:
        """Put a step at a spot: the way, a colon, and the place in it."""
        self.page.locator(f"[data-add='{spot}']").click()
        self.page.locator(f"[data-add-type={kind}]").click()

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=self.office.say(f"approvals.tab.{name}")).click()

    def who(self, *names: str) -> None:
        """Have the chosen step ask these people and nobody else."""
        for one in self.panel.locator(".people .one").all()[::-1]:
            one.get_by_role("button").first.click()
        by_name = self.office.say("approvals.people.users")
        self.panel.locator("[data-add-people]").first.click()
        self.page.get_by_role("menuitem", name=by_name).click()
        for name in names:
            self.panel.get_by_role("combobox", name=by_name).fill(name)
            self.page.get_by_role("listbox", name=by_name).get_by_role("option", name=name).click()

    def ways(self) -> Any:
        """Return the heads of all ways, in the order in which they stand on the page."""
        return self.page.locator(".way-head")

    def condition(self, field: str, comparison: str, value: str) -> None:
        """Give the chosen way a condition of one line."""
        say = self.office.say
        self.panel.get_by_role("button", name=say("conditions.add"), exact=True).click()
        self.panel.get_by_label(say("conditions.field"), exact=True).select_option(field)
        self.panel.get_by_label(say("conditions.operator"), exact=True).select_option(comparison)
        box = self.panel.get_by_label(say("conditions.value"), exact=True)
        box.fill(value)
        box.press("Tab")

    def document(self) -> Any:
        """Return the process as it is kept."""
        expect(self.page.locator(".save")).to_have_attribute("data-state", "saved")
        flow = self.page.url.rstrip("/").rsplit("/", 1)[1].split("?")[0]
        return self.office.get(f"/definitions/{flow}/draft")["document"]

    def publish(self) -> None:
        expect(self.page.locator(".save")).to_have_attribute("data-state", "saved")
        self.page.locator("[data-publish]").click()
        self.page.locator("[data-publish-now]").click()
        expect(self.page.get_by_text(self.office.say("designer.publishedAs", version=1))).to_be_visible()
