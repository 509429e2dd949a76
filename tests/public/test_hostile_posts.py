"""Whatever is sent: a clear error, nothing stored, nothing read, never a 5xx."""

import io
from datetime import timedelta
from typing import Any

import pytest

from .conftest import ANSWERS, EVERY_TYPE, HTML, House, Publish, l10n, upload

pytestmark = pytest.mark.one_database

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}"


def token_of(house: House) -> str:
    token = dict(house.inputs().values)["_token"]
    house.clock.advance(timedelta(seconds=5))
    return token


def test_unknown_and_inner_fields_are_refused_alike(every: House) -> None:
    for name in ("nothing", "inner", "owner", "team", "id", "created_by", "__proto__"):
        answer = every.browser.post(
            every.path, json={"values": {"line": "Loom", name: "x"}, "form_token": token_of(every)}
        )
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "unknown_field"), name
        page = every.send({"line": "Loom", name: "x"})
        assert page.status_code == 422
        assert "inner" not in page.text.replace("Unknown field &#39;inner&#39;", "")
    assert every.records() == []


def test_several_values_for_one_question_are_refused(every: House) -> None:
    answer = every.send({"line": ["a", "b"]})
    assert answer.status_code == 422
    assert every.records() == []


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "", "application/x-json"])
def test_other_media_types_are_refused(every: House, content_type: str) -> None:
    answer = every.browser.post(every.path, data=b"line=x", content_type=content_type)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"values":[]}', b'{"values":{},"x":1}', b"\xff\xfe", b"[" * 50_000]
)
def test_broken_json_is_refused(every: House, body: bytes) -> None:
    answer = every.browser.post(every.path, data=body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"whatever"),
        ("multipart/form-data; boundary=", b"--\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"line\"\r\n\r\nLoom"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--y\r\n" * 1_000),
        ("application/x-www-form-urlencoded", b"%%%=%&&&=;\xff"),
        ("application/x-www-form-urlencoded", b"a=1&" * 5_000),
    ],
)  # fmt: skip
def test_broken_forms_are_refused(every: House, content_type: str, body: bytes) -> None:
    answer = every.browser.post(every.path, data=body, content_type=content_type, headers=HTML)
    assert answer.status_code in {400, 413, 422}
    assert answer.mimetype == "text/html"
    assert every.records() == []


def test_ten_megabytes_of_text_are_too_large(every: House) -> None:
    token = token_of(every)
    answer = every.browser.post(every.path, json={"values": {"line": "x" * 10_000_000}, "form_token": token})
    assert answer.status_code == 413
    page = every.send({"line": "x" * 10_000_000})
    assert page.status_code == 413
    assert page.mimetype == "text/html"


@pytest.mark.parametrize("key", ["files", "filepath", "path", "stream", "id", "name"])
def test_a_body_that_pretends_to_be_an_upload_reads_nothing(every: House, key: str) -> None:
    fake = {key: "/etc/passwd", "filepath": "/etc/passwd", "originalFilename": "x.txt", "size": 1}
    for values in (
        {"line": "x", "papers": [fake]},
        {"line": "x", "papers": fake},
        {"line": "x", "papers": ["/etc/passwd"]},
    ):
        answer = every.browser.post(every.path, json={"values": values, "form_token": token_of(every)})
        assert answer.status_code == 422
        assert "root:" not in answer.text
    whole = {"values": {"line": "x"}, "form_token": token_of(every), "files": {"papers": fake}}
    assert every.browser.post(every.path, json=whole).status_code == 422
    for mime in ("application/json", "application/x-www-form-urlencoded"):
        answer = every.browser.post(f"{every.path}/files", data=b"{}", content_type=mime)
        assert answer.status_code == 415
    assert every.records() == []


def test_uploads_belong_to_their_link_field_and_page(every: House) -> None:
    def send(field: str, token: str, path: str = every.path) -> Any:
        data = {"_token": token, "field": field, "file": upload(b"hello", "a.txt")}
        return every.browser.post(f"{path}/files", data=data, content_type="multipart/form-data")

    token = token_of(every)
    made = send("papers", token)
    assert made.status_code == 201
    assert made.json.keys() == {"id", "name", "size_bytes", "type"}
    assert send("papers", "x").status_code == 422
    for field in ("line", "inner", "nothing", ""):
        assert send(field, token).status_code == 422
    other = every.made("POST", f"/forms/{every.form_id}/links", {})["token"]
    assert send("papers", token, f"/f/{other}").status_code == 422
    every.token = other
    stolen = {"values": {"line": "x", "papers": [made.json["id"]]}, "form_token": token_of(every)}
    assert every.browser.post(every.path, json=stolen).status_code == 422
    wrong_field = {"values": {"line": "x", "photo": [made.json["id"]]}, "form_token": token_of(every)}
    assert every.browser.post(every.path, json=wrong_field).status_code == 422


def test_an_upload_is_used_once(every: House) -> None:
    data = {"_token": token_of(every), "field": "papers", "file": upload(b"hello", "a.txt")}
    made = every.browser.post(f"{every.path}/files", data=data, content_type="multipart/form-data").json["id"]
    bodies = [{"values": {"line": "x", "papers": [made]}, "form_token": token_of(every)} for _number in range(2)]
    assert [every.browser.post(every.path, json=body).status_code for body in bodies] == [201, 422]


@pytest.mark.parametrize("name", ["../../x.txt", "a\u202etxt.exe.txt", "CON.txt", ".htaccess\u200b.txt", "x" * 300 + ".txt", "..txt.", "a\r\nX: y.txt"])  # fmt: skip
def test_file_names_are_harmless(every: House, name: str) -> None:
    data = {"_token": token_of(every), "field": "papers", "file": (io.BytesIO(b"hello"), name)}
    answer = every.browser.post(f"{every.path}/files", data=data, content_type="multipart/form-data")
    assert answer.status_code in {201, 422}
    if answer.status_code == 201:
        assert not {"/", "\\", "\u202e", "\u200b", "\r", "\n"} & set(answer.json["name"])
        assert len(answer.json["name"].encode()) <= 255


def test_nothing_that_anybody_wrote_becomes_markup(form: Publish) -> None:
    evil = l10n(EVIL[:100])
    fields = [
        {**one, "label": evil, "help": evil, "placeholder": evil,
         **({"options": [{"value": EVIL[:90], "label": evil}]} if "options" in one else {})}
        for one in EVERY_TYPE if one["type"] != "serial"
    ]  # fmt: skip
    settings = {"thanks": evil, "contact": evil, "closed_message": evil, "submit_label": evil}
    house = form(*fields, title=evil, description=evil, settings=settings)
    for answer in (house.open(), house.send({**ANSWERS, "line": EVIL * 10, "mail": EVIL, "source": EVIL, EVIL: EVIL})):
        assert answer.status_code in {200, 422}
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert "49" not in answer.text.split("<style")[0]
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy.replace("'wasm-unsafe-eval'", ""), "which makes no script out of text"
        assert "frame-ancestors 'none'" in policy
    sent = house.send({"line": "ok", "one": "", "choice": "", "many": [], "boxes": []})
    shown = house.browser.get(sent.headers["Location"], headers={"Accept": "text/html"}).text
    assert "<script>alert" not in shown
    house.made("PATCH", f"/links/{house.token}", {"open": False})
    assert "<script>alert" not in house.open().text


def test_no_page_has_a_handler_or_a_style_of_its_own(every: House) -> None:
    import re

    for answer in (every.open(), every.send({"line": ""})):
        assert not re.search(r"<[^>]+\s(on[a-z]+|style)=", answer.text)
        for tag in re.findall(r"<script[^>]*>", answer.text):
            assert "nonce=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("query", ["?version=1", "?draft=1", "?form=x", "?rev=1"])
def test_only_the_published_version_is_ever_shown(form: Publish, query: str) -> None:
    house = form(EVERY_TYPE[0])
    secret = {"id": "secret", "type": "text", "label": l10n("Not yet public")}
    whole = {"title": l10n("Repair"), "fields": [EVERY_TYPE[0], secret]}
    house.made("PUT", f"/definitions/{house.form_id}/draft", {"document": whole})
    assert "Not yet public" not in house.open(query, **{"X-Draft": "1"}).text
    house.made("POST", f"/definitions/{house.form_id}/publish", {})
    assert "Not yet public" in house.open(query).text


def test_a_page_from_before_a_new_version_is_still_taken(form: Publish) -> None:
    house = form(EVERY_TYPE[0], EVERY_TYPE[1])
    read = house.inputs()
    house.clock.advance(timedelta(seconds=5))
    house.change({"fields": [EVERY_TYPE[0], EVERY_TYPE[2]]})
    assert house.post(read, {"line": "Loom", "lines": "taken away meanwhile"}).status_code == 303
    assert house.records()[0]["values"] == {"line": "Loom", "amount": None}


def test_rules_tell_nothing_about_inner_fields(form: Publish) -> None:
    inner = {"id": "grade", "type": "select", "label": l10n("Grade"), "public": False, "default": "gold",
             "options": [{"value": "gold", "label": l10n("Secret gold")}, {"value": "tin", "label": l10n("Secret tin")}]}  # fmt: skip
    rules = [
        {"id": "a", "when": {"field": "grade", "op": "eq", "value": "gold"}, "show": ["lines"]},
        {"id": "b", "when": {"all": [{"field": "grade", "op": "eq", "value": "tin"}, {"field": "line", "op": "not_empty"}]}, "require": ["lines", "grade"]},
    ]  # fmt: skip
    house = form(EVERY_TYPE[0], EVERY_TYPE[1], inner, rules=rules)
    page = house.open()
    assert "ecret" not in page.text
    assert "grade" not in page.text
    assert house.data(page)["rules"] == [
        {"when": {}, "show": ["lines"]},
        {"when": {"all": [{"not": {}}, {"field": "line", "op": "not_empty"}]}, "require": ["lines"]},
    ]  # fmt: skip


def test_a_signed_in_member_is_a_visitor_there(every: House) -> None:
    answer = every.api("POST", "/session", {"email": "ada@example.com", "password": "x"})
    assert answer.status_code == 401
    done = every.browser.post(
        every.path, json={"values": {"line": "Loom", "owner": None}, "form_token": token_of(every)}
    )
    assert done.status_code == 422
