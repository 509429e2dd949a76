"""A respondent comes back to his record by a link of his own: he sees and changes what the form allows, nothing else."""

import re
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import UnitOfWork

from .conftest import ENTRY, HTML, House, Publish, l10n

STATUS: dict[str, Any] = {
    "id": "state", "type": "select", "label": l10n("State", "状态"), "public": False, "default": "new",
    "options": [{"value": "new", "label": l10n("New", "新")}, {"value": "done", "label": l10n("Done", "完成")}],
}  # fmt: skip
FIELDS = [ENTRY["line"], ENTRY["lines"], ENTRY["mail"], ENTRY["boxes"], ENTRY["inner"], STATUS]
OWN: dict[str, Any] = {"see": ["line", "state"], "edit": {"fields": ["lines", "boxes"]}}
_URL = re.compile(r'id="own-address" readonly value="([^"]+)"')


def opened(form: Publish, own: dict[str, Any] = OWN, **document: Any) -> House:
    return form(*FIELDS, status_field="state", settings={"own_link": own, "rate_per_hour": 1000}, **document)


def sent(house: House, **answers: Any) -> str:
    """Send an answer and return the path of its own link, as the receipt shows it."""
    answer = house.send({"line": "Loom", "mail": "lin@example.com", **answers})
    assert answer.status_code == 303, answer.text
    return own_path(house.browser.get(answer.headers["Location"], headers=HTML))


def own_path(page: TestResponse) -> str:
    found = _URL.search(page.text)
    assert found, page.text
    return found[1].removeprefix("http://127.0.0.1:8000")


def get(house: House, path: str) -> TestResponse:
    return house.browser.get(path, headers=HTML)


def change(house: House, path: str, answers: dict[str, Any], page: TestResponse | None = None) -> TestResponse:
    return house.post(house.inputs(page or get(house, f"{path}/edit")), answers)


def record_id(house: House) -> str:
    return str(house.records()[0]["id"])


def test_it_shows_what_the_form_lets_see_and_nothing_else(form: Publish) -> None:
    house = opened(form)
    page = get(house, sent(house, lines="secret words"))
    assert page.status_code == 200
    assert "Loom" in page.text
    assert "New" in page.text, "the status, although it is for members only"
    assert "secret words" not in page.text
    assert "Inner note" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_database_keeps_no_secret(form: Publish) -> None:
    house = opened(form)
    secret = sent(house).rsplit("/", 1)[1]
    with house.formloom.runtime.db.read() as unit:
        rows = unit.conn.exec_driver_sql("SELECT * FROM respondent_links").all()
        receipts = unit.conn.exec_driver_sql("SELECT answer FROM idempotency_keys").all()
    assert len(rows) == 1
    assert secret not in f"{rows}{receipts}"


def test_a_changed_answer_goes_through_the_pipeline(form: Publish) -> None:
    house = opened(form)
    path = sent(house, lines="old", boxes=["a"])
    page = get(house, f"{path}/edit")
    assert "old" in page.text
    assert 'name="line"' not in page.text
    answer = change(house, path, {"lines": "new", "boxes": [], "line": "forged", "state": "done"}, page)
    assert answer.status_code == 303, answer.text
    assert "Your changes are saved" in get(house, answer.headers["Location"]).text
    values = house.records()[0]["values"]
    assert (values["line"], values["lines"], values["boxes"], values["state"]) == ("Loom", "new", None, "new")
    history = house.made("GET", f"/forms/{house.form_id}/records/{record_id(house)}/history")["history"]
    assert [(one["actor"]["kind"], one["act"]) for one in history] == [("public", "updated"), ("public", "created")]


def test_what_is_full_is_marked_but_for_what_the_record_has(form: Publish) -> None:
    options = [{"value": one, "label": l10n(one.title()), "quota": 1} for one in ("morning", "noon")]
    when = {"id": "when", "type": "radio", "label": l10n("When"), "options": options}
    house = form(
        ENTRY["line"],
        when,
        settings={"own_link": {"see": ["line"], "edit": {"fields": ["when"]}}, "rate_per_hour": 1000},
    )
    mine = own_path(
        house.browser.get(house.send({"line": "Loom", "when": "morning"}).headers["Location"], headers=HTML)
    )
    assert house.send({"line": "Loom", "when": "noon"}).status_code == 303
    page = get(house, f"{mine}/edit")
    assert re.search(r'value="noon" disabled', page.text), "another record has it"
    assert re.search(r'value="morning" checked>', page.text), "its own seat stays choosable"
    assert change(house, mine, {"when": "morning"}, page).status_code == 303


def test_who_comes_late_sees_both_sides_and_loses_nothing(form: Publish) -> None:
    house = opened(form)
    path = sent(house, lines="old")
    page = get(house, f"{path}/edit")
    house.made("PATCH", f"/forms/{house.form_id}/records/{record_id(house)}", {"values": {"lines": "theirs"}})
    late = change(house, path, {"lines": "mine"}, page)
    assert late.status_code == 409
    assert "Now it says: theirs" in late.text
    assert ">\nmine</textarea>" in late.text or ">mine</textarea>" in late.text
    assert house.records()[0]["values"]["lines"] == "theirs"
    assert house.post(house.inputs(late), {}).status_code == 303
    assert house.records()[0]["values"]["lines"] == "mine"


def test_a_fault_leaves_what_was_typed(form: Publish) -> None:
    house = opened(form, {"see": [], "edit": {"fields": ["line"]}})
    answer = change(house, sent(house), {"line": "x" * 41})
    assert answer.status_code == 422
    assert "x" * 41 in answer.text
    assert house.records()[0]["values"]["line"] == "Loom"


def test_changing_ends_with_its_time_or_its_condition(form: Publish) -> None:
    edit = {"fields": ["lines"], "days": 2, "when": {"field": "state", "op": "eq", "value": "new"}}
    house = opened(form, {"see": ["line"], "edit": edit})
    path = sent(house)
    page = get(house, f"{path}/edit")
    record = f"/forms/{house.form_id}/records/{record_id(house)}"
    house.made("PATCH", record, {"values": {"state": "done"}})
    assert change(house, path, {"lines": "x"}, page).status_code == 403
    assert get(house, f"{path}/edit").status_code == 403
    house.made("PATCH", record, {"values": {"state": "new"}})
    assert get(house, f"{path}/edit").status_code == 200
    house.clock.advance(timedelta(days=3))
    assert get(house, f"{path}/edit").status_code == 403
    assert get(house, path).status_code == 200, "seeing goes on"
    assert house.records()[0]["values"]["lines"] is None


def test_links_end_and_are_withdrawn_one_by_one_or_all(form: Publish) -> None:
    house = opened(form, {**OWN, "days": 10})
    first, second, third = (sent(house, line=name) for name in ("One", "Two", "Three"))
    listed = house.made("GET", f"/forms/{house.form_id}/respondent-links")["links"]
    assert [one["state"] for one in listed] == ["good"] * 3
    assert first.rsplit("/", 1)[1] not in str(listed)
    assert house.api("DELETE", f"/respondent-links/{listed[2]['id']}").status_code == 204
    assert [get(house, path).status_code for path in (first, second)] == [404, 200]
    assert house.made("POST", f"/forms/{house.form_id}/respondent-links/withdraw", {}) == {"withdrawn": 2}
    assert get(house, second).text.split("<main")[1] == get(house, first).text.split("<main")[1]
    assert change(house, third, {"lines": "x"}, house.open()).status_code in {404, 405, 422, 303}
    fourth = sent(house, line="Four")
    house.clock.advance(timedelta(days=11))
    assert get(house, fourth).status_code == 404


def test_a_form_that_takes_the_link_back_closes_all_that_were_given(form: Publish) -> None:
    house = opened(form)
    path = sent(house)
    house.change({"fields": FIELDS, "settings": {"own_link": {"see": ["line"]}}})
    assert get(house, f"{path}/edit").status_code == 403
    house.change({"fields": FIELDS})
    assert get(house, path).status_code == 404
    assert "own-address" not in get(house, house.send({"line": "x"}).headers["Location"]).text


def test_what_was_not_made_here_opens_nothing(form: Publish) -> None:
    house = opened(form)
    path = sent(house)
    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    for strange in (forged, f"{house.path}/own/x", f"{house.path}/own/{'é' * 38}", path + "x"):
        assert get(house, strange).status_code == 404
    other = House(house.formloom, house.clock, house.bearer)
    other.publish({"fields": FIELDS, "settings": {"own_link": OWN}}, key="other")
    assert get(house, path.replace(house.token, other.token)).status_code == 404


def test_a_member_hands_the_link_over_and_withdraws_it(form: Publish) -> None:
    house = opened(form)
    house.made("POST", f"/forms/{house.form_id}/records", {"values": {"line": "By phone"}})
    base = f"/forms/{house.form_id}/records/{record_id(house)}/own-links"
    made = house.made("POST", base, {})
    path = made["url"].removeprefix("http://127.0.0.1:8000")
    assert "By phone" in get(house, path).text
    assert len(house.made("GET", base)["links"]) == 1
    assert house.made("POST", f"{base}/withdraw", {}) == {"withdrawn": 1}
    assert get(house, path).status_code == 404


def test_the_link_goes_to_the_address_in_the_record(form: Publish) -> None:
    house = opened(form)
    posted: list[tuple[str, LocalizedText, str]] = []

    def send_mail(
        _uow: UnitOfWork, *, to: str, subject: LocalizedText, body: LocalizedText, locale: str, **_: Any
    ) -> None:
        posted.append((to, body, locale))

    rt = house.formloom.runtime
    rt.send_mail = send_mail
    object.__setattr__(rt.settings, "smtp_url", "smtp://mail.example.com")
    path = sent(house)
    said = house.browser.post(f"{path}/mail?locale=zh-CN", data={"to": "somebody@example.org"}, headers=HTML)
    assert said.status_code == 200
    assert [(to, locale) for to, _body, locale in posted] == [("lin@example.com", "zh-CN")]
    assert path in posted[0][1]["zh-CN"]
    nobody = sent(house, mail="")
    answers = [
        house.browser.post(f"{nobody}/mail", data={"to": to}, headers=HTML)
        for to in ("not an address", "a@example.org")
    ]
    first, second = (re.sub(r'nonce="?[^"\s]+', "", one.text) for one in answers)
    assert first == second, "nobody learns which addresses there are"
    assert [to for to, _body, _locale in posted[1:]] == ["a@example.org"]
    for _number in range(12):
        last = house.browser.post(f"{path}/mail", data={}, headers=HTML)
    assert last.status_code == 429
    assert len(posted) <= 9, "a link is mailed a few times at most"


def test_settings_that_make_no_sense_are_found(house: House) -> None:
    own = {"see": ["nothing"], "edit": {"fields": ["inner"], "when": {"field": "gone", "op": "eq", "value": 1}}}
    document = {"title": l10n("T"), "fields": FIELDS, "settings": {"own_link": own}}
    made = house.made("POST", "/apps/desk/definitions", {"kind": "form", "key": "bad", "document": document})
    answer = house.api("POST", f"/definitions/{made['id']}/publish", {})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json["errors"]} >= {
        "settings/own_link/see/0", "settings/own_link/edit/fields/0",
    }  # fmt: skip


def test_the_page_to_change_answers_has_the_pages_and_sections_of_the_form(form: Publish) -> None:
    headings = [
        {"id": "first", "type": "tabs", "label": l10n("About you")},
        {"id": "shut", "type": "section", "label": l10n("Nothing to change here")},
        {"id": "part", "type": "section", "label": l10n("The rest of it")},
        {"id": "second", "type": "tabs", "label": l10n("What you like")},
        {"id": "third", "type": "tabs", "label": l10n("Another page")},
    ]
    by_id = {one["id"]: one for one in headings}
    order = [by_id["first"], by_id["shut"], ENTRY["line"], ENTRY["mail"], by_id["part"], ENTRY["lines"],
             by_id["second"], ENTRY["boxes"], by_id["third"], ENTRY["inner"], STATUS]  # fmt: skip
    house = form(*order, settings={"own_link": OWN, "rate_per_hour": 1000})
    path = sent(house)
    page = get(house, f"{path}/edit")
    for words in ("About you", "The rest of it", "What you like"):
        assert words in page.text
    for words in ("Nothing to change here", "Another page"):
        assert words not in page.text
    assert page.text.index("About you") < page.text.index("The rest of it") < page.text.index('name="lines"')
    assert page.text.index('name="lines"') < page.text.index("What you like") < page.text.index('name="boxes"')
    assert change(house, path, {"lines": "more", "boxes": ["a"]}).status_code == 303
    assert house.records()[0]["values"]["lines"] == "more"
