"""A process is changed while it runs: on a phone its builder takes what runs to the new version, and takes it back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import EMAIL, PASSWORD, Installation
from .office import PHONE, Office

pytestmark = pytest.mark.browser
FORM = {
    "title": {"zh-CN": "请假", "en": "Leave"}, "title_field": "why",
    "fields": [{"id": "why", "type": "text", "label": {"zh-CN": "事由", "en": "Reason"}}],
}  # fmt: skip


def test_what_runs_is_taken_to_a_new_version_and_back(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    office = Office(installation, browser, tmp_path / "log", "zh-CN", key="leave", form=FORM, names=("Ann", "Bo"))
    flow, document = _running(office)
    renamed = {**document["nodes"][0], "id": "z", "title": {"zh-CN": "总监审批", "en": "Director"}}
    _republish(office, flow, {**document, "nodes": [renamed]})
    page = _phone(office)
    page.goto(f"/a/office/approvals/{flow}")
    page.locator("[data-older] a").tap()
    expect(page.get_by_text("新版本没有这个节点").first).to_be_visible()
    expect(page.locator("[data-move]")).to_be_disabled()
    page.locator("[data-node=a] select").select_option("z")
    page.locator("[data-move]").tap()
    expect(page.locator("[data-phase=over]")).to_contain_text("2 个流程已迁移到第 2 版")
    expect(page.locator("[data-process]")).to_have_count(2)
    assert _versions(office, flow) == {2: 2}
    page.get_by_role("button", name="撤回迁移").tap()
    expect(page.locator("[data-move]")).to_be_visible()
    assert _versions(office, flow) == {1: 2}


def _running(office: Office) -> tuple[str, dict[str, Any]]:
    """Publish a process and let two people's records wait in it."""
    step = {"id": "a", "type": "approve", "title": {"zh-CN": "主管审批", "en": "Manager"}}
    document = {
        "title": {"zh-CN": "请假审批", "en": "Leave"}, "form": "leave", "face": "approval",
        "trigger": {"type": "record_created"}, "nodes": [{**step, "assignees": [{"users": [office.people["Bo"]]}]}],
    }  # fmt: skip
    flow = office.publish("flow", "leave_flow", document)
    ann = office.sign_in("Ann")
    for why in ("探亲", "搬家"):
        office.ask_for(ann, {"why": why})
    until(lambda: _versions(office, flow) == {1: 2}, "the processes did not start")
    return flow, document


def _versions(office: Office, flow: str) -> dict[int, int]:
    return {one["version"]: one["runs"] for one in office.get(f"/flows/{flow}/running")["versions"]}


def _republish(office: Office, flow: str, document: dict[str, Any]) -> None:
    headers = {"X-CSRF-Token": office.csrf}
    answer = office.builder.request.put(
        f"/api/v1/definitions/{flow}/draft", data={"document": document}, headers=headers
    )
    assert answer.ok, answer.text()
    office.post(f"/definitions/{flow}/publish", {})


def _phone(office: Office) -> Page:
    context = office.context(PHONE)
    assert context.request.post("/api/v1/session", data={"email": EMAIL, "password": PASSWORD}).ok
    return context.new_page()
