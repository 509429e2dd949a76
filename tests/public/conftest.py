"""An installation with one published form of every kind of question, reached as visitors reach it: over HTTP."""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from formloom.app import Formloom, build
from formloom.platform.access import api_tokens, setup
from formloom.platform.access.identity import load_member
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.kernel.clock import FrozenClock

CHEAP = PasswordHash("$argon2id$v=19$m=8,t=1,p=1$not-a-hash")
HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def l10n(en: str, zh: str | None = None) -> dict[str, str]:
    return {"zh-CN": zh or en, "en": en}


OPTIONS = [{"value": "a", "label": l10n("Alpha", "甲")}, {"value": "b", "label": l10n("Beta", "乙")}]
EVERY_TYPE: list[dict[str, Any]] = [
    {"id": "line", "type": "text", "label": l10n("Line", "单行"), "required": True, "max_length": 40},
    {"id": "lines", "type": "textarea", "label": l10n("Lines", "多行")},
    {"id": "amount", "type": "number", "label": l10n("Amount", "数量"), "decimals": 2, "min": "0"},
    {"id": "price", "type": "currency", "label": l10n("Price", "价格")},
    {"id": "day", "type": "date", "label": l10n("Day", "日期")},
    {"id": "moment", "type": "datetime", "label": l10n("Moment", "时间")},
    {"id": "agree", "type": "boolean", "label": l10n("Agreed", "同意")},
    {"id": "one", "type": "select", "label": l10n("One", "下拉"), "options": OPTIONS},
    {"id": "many", "type": "multiselect", "label": l10n("Many", "多选下拉"), "options": OPTIONS},
    {"id": "choice", "type": "radio", "label": l10n("Choice", "单选"), "options": OPTIONS},
    {"id": "boxes", "type": "checkboxes", "label": l10n("Boxes", "复选"), "options": OPTIONS, "max_items": 2},
    {"id": "mail", "type": "email", "label": l10n("Mail", "邮箱")},
    {"id": "tel", "type": "phone", "label": l10n("Tel", "手机")},
    {"id": "site", "type": "url", "label": l10n("Site", "网址")},
    {"id": "score", "type": "rating", "label": l10n("Score", "评分"), "low": l10n("Bad", "差"), "high": l10n("Good", "好")},
    {"id": "nps", "type": "nps", "label": l10n("Recommend", "推荐")},
    {"id": "part", "type": "section", "label": l10n("Papers", "资料"), "help": l10n("What we need", "所需资料")},
    {"id": "papers", "type": "file", "label": l10n("Papers", "附件"), "max_items": 2, "max_size_mb": 1, "extensions": ["txt", "pdf"]},
    {"id": "photo", "type": "image", "label": l10n("Photo", "照片"), "max_items": 1},
    {"id": "hello", "type": "note", "label": l10n("Note", "说明"), "text": l10n("Please read", "请阅读")},
    {"id": "source", "type": "hidden", "label": l10n("Source", "来源")},
    {"id": "no", "type": "serial", "label": l10n("Number", "编号"), "format": "T{YYMMDD}-{0000}"},
    {"id": "owner", "type": "user", "label": l10n("Owner", "负责人")},
    {"id": "team", "type": "department", "label": l10n("Team", "部门")},
    {"id": "share", "type": "percent", "label": l10n("Share", "占比")},
    {"id": "clock", "type": "time", "label": l10n("Clock", "时刻")},
    {"id": "length", "type": "duration", "label": l10n("Length", "时长")},
    {"id": "slide", "type": "slider", "label": l10n("Slide", "滑块")},
    {"id": "tint", "type": "color", "label": l10n("Tint", "颜色")},
    {"id": "rule", "type": "divider", "label": l10n("Rule", "分割线")},
    {"id": "story", "type": "richtext", "label": l10n("Story", "富文本")},
    {"id": "citizen", "type": "id_card", "label": l10n("Citizen", "身份证")},
    {"id": "company", "type": "credit_code", "label": l10n("Company", "信用代码")},
    {"id": "rank", "type": "ranking", "label": l10n("Rank", "排序"), "options": OPTIONS},
    {"id": "look", "type": "image_choice", "label": l10n("Look", "款式"), "options": OPTIONS},
    {"id": "code", "type": "barcode", "label": l10n("Code", "条码")},
    {"id": "crew", "type": "users", "label": l10n("Crew", "成员们")},
    {"id": "teams", "type": "departments", "label": l10n("Teams", "部门们")},
    {"id": "inner", "type": "text", "label": l10n("Inner note", "内部备注"), "public": False},
]  # fmt: skip
ENTRY = {entry["id"]: entry for entry in EVERY_TYPE}
"""The same by their ids."""
ANSWERS = {
    "line": "Loom", "lines": "one\ntwo", "amount": "12.5", "price": "1999.9", "day": "2026-11-24",
    "moment": "2026-11-24T14:05", "agree": "true", "one": "a", "many": ["a", "b"], "choice": "b", "boxes": ["b"],
    "mail": "lin@example.com", "tel": "138 1234 5678", "site": "example.com", "score": "4", "nps": "0", "source": "poster",
    "share": "12.5", "clock": "09:30", "length": ["1", "30"], "slide": "40", "tint": "#3B48C4", "story": "a\n\nb", "look": "a",
    "citizen": "11010519491231002x", "company": "91350100m000100y43", "rank": ["b", "a"], "code": "SN-1",
}  # fmt: skip


class Inputs(HTMLParser):
    """Reads a page as a browser without scripts does: what it would send when nothing is touched."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self.action = ""
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = dict(attrs)
        name = one.get("name")
        if tag == "form":
            self.action = one.get("action") or ""
        elif tag == "input" and name:
            kind = one.get("type") or "text"
            if kind not in {"file", "submit"} and (kind not in {"radio", "checkbox"} or "checked" in one):
                self.values.append((name, one.get("value") or ""))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((one.get("value") or "", "selected" in one))
        elif tag == "textarea" and name:
            self._area = name
            self.values.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, text = self.values[-1]
            self.values[-1] = (name, text + (data.removeprefix("\n") if not text else data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [self._options[0][0]]
            self.values.append((self._select, chosen[0]))
            self._select = None
        self._area = None if tag == "textarea" else self._area


@dataclass
class House:
    """One installation, seen from outside."""

    formloom: Formloom
    clock: FrozenClock
    bearer: str
    form_id: str = ""
    token: str = ""
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.formloom.web.test_client()

    @property
    def path(self) -> str:
        return f"/f/{self.token}"

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """Ask the API as the administrator."""
        headers = {"Authorization": f"Bearer {self.bearer}", **more.pop("headers", {})}
        return self.formloom.web.test_client().open(f"/api/v1{path}", method=method, json=body, headers=headers, **more)

    def made(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API and expect it to do so."""
        answer = self.api(method, path, body)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json

    def publish(self, document: dict[str, Any], key: str = "ticket") -> str:
        """Publish a form, open a link and return its token."""
        body = {"kind": "form", "key": key, "document": {"title": l10n("Repair", "报修"), **document}}
        self.form_id = self.made("POST", "/apps/desk/definitions", body)["id"]
        self.made("POST", f"/definitions/{self.form_id}/publish", {})
        self.token = self.made("POST", f"/forms/{self.form_id}/links", {})["token"]
        return self.token

    def change(self, document: dict[str, Any]) -> None:
        """Publish another version of the form."""
        whole = {"title": l10n("Repair", "报修"), **document}
        self.made("PUT", f"/definitions/{self.form_id}/draft", {"document": whole})
        self.made("POST", f"/definitions/{self.form_id}/publish", {})

    def open(self, query: str = "", **headers: str) -> TestResponse:
        """Open the page."""
        return self.browser.get(self.path + query, headers={**HTML, **headers})

    def inputs(self, page: TestResponse | None = None) -> Inputs:
        """Return what the page would send."""
        read = Inputs()
        read.feed((page or self.open()).text)
        return read

    def send(
        self, answers: dict[str, Any] | None = None, *, wait: float = 3, page: TestResponse | None = None, **more: Any
    ) -> TestResponse:
        """Open the page, wait, fill it in and send it."""
        read = self.inputs(page)
        self.clock.advance(timedelta(seconds=wait))
        return self.post(read, answers or {}, **more)

    def post(
        self, read: Inputs, answers: dict[str, Any], *, client: FlaskClient | None = None, **more: Any
    ) -> TestResponse:
        """Send what a page holds, with `answers` in place of what stands there."""
        data: dict[str, Any] = {}
        for name, value in read.values:
            if name not in answers:
                data.setdefault(name, []).append(value)
        data.update(answers)
        headers = {**HTML, **more.pop("headers", {})}
        return (client or self.browser).post(
            read.action or self.path, data=data, content_type="multipart/form-data", headers=headers, **more
        )

    def records(self) -> list[dict[str, Any]]:
        """Return the values of every record, oldest first."""
        found: list[dict[str, Any]] = self.made("GET", f"/forms/{self.form_id}/records?sort=created_at")["records"]
        return found

    def data(self, page: TestResponse) -> dict[str, Any]:
        """Return what the page hands to its script."""
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.text, re.DOTALL)
        assert found
        return dict(json.loads(found[1]))


def upload(content: bytes, name: str, kind: str = "application/octet-stream") -> tuple[io.BytesIO, str, str]:
    """Return a file as the test client sends it."""
    return io.BytesIO(content), name, kind


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[House]:
    """Yield an installation with an app `desk`."""
    environ = {"FORMLOOM_HOME": str(tmp_path / "home"), "FORMLOOM_DATABASE_URL": database_url}
    formloom = build(environ, clock=clock)
    wanted = setup.Installation("Weaving Ltd", "en", "Ada", "ada@example.com")
    db = formloom.runtime.db
    admin_id = db.write(lambda uow: setup.init_installation(uow, wanted, CHEAP, now=clock.now()))
    with db.read() as unit:
        admin = load_member(unit, admin_id)
    assert admin is not None
    bearer = db.write(lambda uow: api_tokens.create(uow, admin, "test", now=clock.now())).secret
    made = House(formloom, clock, bearer)
    made.made("POST", "/apps", {"key": "desk", "title": l10n("Desk")})
    yield made
    formloom.close()


Publish = Callable[..., House]


@pytest.fixture
def form(house: House) -> Publish:
    """Return a function that publishes a form of these fields and returns the house."""

    def publish(*fields: dict[str, Any], **document: Any) -> House:
        house.publish({"fields": list(fields), **document})
        return house

    return publish


@pytest.fixture
def every(form: Publish) -> House:
    """Return the house with a form of every type."""
    return form(*EVERY_TYPE, settings={"rate_per_hour": 1000})
