"""Files at tasks: attached to answers, signatures, files of fields; each can be read by whom it concerns."""

import io
from typing import Any

import pytest
from PIL import Image

from .house import House, both
from .office import act, approve, box, process, start, state


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 4), "white").save(made, "PNG")
    return made.getvalue()


def upload(
    house: House, who: str, part: str, name: str = "note.txt", content: bytes = b"hello", *, ok: bool = True
) -> Any:
    """Upload a file at somebody's newest task."""
    (task, *_rest) = box(house, who)
    answer = house.formloom.web.test_client().post(
        f"/api/v1/tasks/{task['id']}/files", data={"field": part, "file": (io.BytesIO(content), name)},
        headers={"Authorization": f"Bearer {house.tokens[who]}"},
    )  # fmt: skip
    if not ok:
        return answer
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def read(house: House, run: str, file: str, who: str) -> int:
    return int(house.ask("GET", f"/processes/{run}/files/{file}", who=who, ok=False).status_code)


def test_what_is_attached_is_read_by_whom_the_process_concerns(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    file = upload(office, "bob", "@attached", "报价.txt")
    assert (read(office, run, file, "bob"), read(office, run, file, "ada")) == (200, 404)
    act(office, "bob", comment="see the offer", attachments=[file])
    log = office.ask("GET", f"/processes/{run}")["log"]
    assert [(one["id"], one["name"]) for one in log[-1]["attachments"]] == [(file, "报价.txt")]
    assert [read(office, run, file, who) for who in ("ada", "bob", "cyd", "dan")] == [200, 200, 200, 404]
    assert office.ask("GET", f"/files/{file}", who="ada", ok=False).status_code == 404


def test_a_signature_is_demanded_drawn_and_ones_own(office: House) -> None:
    process(office, [approve("a", "bob", signature="required"), approve("b", "cyd", signature="required")])
    run = start(office)
    assert act(office, "bob", ok=False).json["errors"][0]["field"] == "signature"
    assert upload(office, "bob", "@signed", "s.txt", ok=False).status_code == 422
    signed = upload(office, "bob", "@signed", "signature.png", picture())
    act(office, "bob", signature=signed)
    stolen = act(office, "cyd", ok=False, signature=signed)
    assert (stolen.status_code, stolen.json["errors"][0]["code"]) == (422, "no_such_file")
    attached = upload(office, "cyd", "@attached", "signature.png", picture())
    assert act(office, "cyd", ok=False, signature=attached).status_code == 422
    act(office, "cyd", signature=upload(office, "cyd", "@signed", "signature.png", picture()))
    assert state(office, run) == "approved"
    log = office.ask("GET", f"/processes/{run}")["log"]
    assert [one["signature"] is not None for one in log] == [False, True, True]
    thumb = office.ask("GET", f"/processes/{run}/files/{signed}?thumb=true", ok=False)
    assert (thumb.status_code, thumb.mimetype) == (200, "image/webp")


def test_a_rejection_needs_no_signature(office: House) -> None:
    process(office, [approve("a", "bob", signature="required")])
    run = start(office)
    act(office, "bob", "reject")
    assert state(office, run) == "rejected"


def test_a_step_without_signatures_takes_none(office: House) -> None:
    process(office, [approve("a", "bob")])
    start(office)
    assert upload(office, "bob", "@signed", "signature.png", picture(), ok=False).status_code == 422


def test_what_was_saved_can_be_sent_later(office: House) -> None:
    process(office, [approve("a", "bob", signature="optional")])
    run = start(office)
    file = upload(office, "bob", "@attached")
    act(office, "bob", "save", comment="thinking", attachments=[file])
    draft = office.ask("GET", f"/tasks/{box(office, 'bob')[0]['id']}", who="bob")["draft"]
    assert (draft["comment"], [one["id"] for one in draft["attachments"]]) == ("thinking", [file])
    act(office, "bob", attachments=[file])
    assert state(office, run) == "approved"


@pytest.fixture
def papers(office: House) -> House:
    """Return an office whose form takes files, of which one step may change some and see no others."""
    document = office.ask("GET", "/forms/desk.ticket")["document"]
    fields = [
        *document["fields"],
        {"id": "offer", "type": "file", "label": both("Offer")},
        {"id": "secret", "type": "file", "label": both("Secret")},
    ]
    made = office.ask("GET", "/apps/desk/definitions?kind=form")["definitions"]
    (form,) = [one["id"] for one in made if one["key"] == "ticket"]
    office.redefine(form, {**document, "fields": fields})
    return office


def test_files_of_fields_come_and_go_by_way_of_the_task(papers: House) -> None:
    process(papers, [approve("a", "bob", fields={"offer": "edit", "secret": "hide"}), approve("b", "cyd")])
    run = start(papers)
    assert upload(papers, "bob", "secret", ok=False).status_code == 422
    offer = upload(papers, "bob", "offer")
    act(papers, "bob", values={"offer": [offer]})
    assert [read(papers, run, offer, who) for who in ("bob", "cyd", "dan")] == [200, 200, 404]
    (record,) = papers.records()
    hidden = papers.formloom.web.test_client().post(
        "/api/v1/files", data={"form": "desk.ticket", "field": "secret", "file": (io.BytesIO(b"x"), "x.txt")},
        headers={"Authorization": f"Bearer {papers.tokens['ada']}"},
    )  # fmt: skip
    papers.change(record["id"], secret=[hidden.json["id"]])
    assert [read(papers, run, hidden.json["id"], who) for who in ("bob", "cyd")] == [404, 200]


def test_the_history_names_who_changed_the_record_at_a_task(office: House) -> None:
    process(office, [approve("a", "bob", fields={"note": "edit"})])
    start(office)
    act(office, "bob", values={"note": "mine"})
    (record,) = office.records()
    entries = office.ask("GET", f"/forms/desk.ticket/records/{record['id']}/history")["history"]
    changed = [one["actor"]["name"] for one in entries if "mine" in str(one)]
    assert (changed, record["updated_by"]) == (["bob"], office.people["bob"])
