"""Mails that come in: a record for each, answers with the record that they answer, and each of them once."""

import gzip
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from formloom.platform.storage.backup import write_backup
from formloom.platform.storage.tables import messages, sla_clocks, touchpoints
from formloom.workflows.inbound import mailboxes
from formloom.workflows.inbound.receiving import receive

from .house import House, Open, both, reply, set_fields
from .letters import MING, SUPPORT, letter, mailbox, receives
from .servers import mail_server


def received(**cfg: object) -> dict[str, object]:
    return {"type": "message_received", **cfg}


def test_a_mail_becomes_a_record_through_the_pipeline(house: House) -> None:
    mailbox(house)
    done = receives(house, letter("打印机冒烟", "请尽快来人。"))
    assert (done.state, done.cause) == ("made", None)
    (record,) = house.records()
    assert record["id"] == done.record_id
    told = record["values"]
    assert (told["subject"], told["note"], told["email"], told["status"]) == (
        "打印机冒烟",
        "请尽快来人。",
        "ming@client.example",
        "new",
    )
    stream = house.ask("GET", f"/forms/desk.ticket/records/{record['id']}/activity")["activity"]
    assert [one["data"]["text"] for one in stream if one["kind"] == "message_received"] == ["请尽快来人。"]


def test_an_answer_joins_its_record_and_sets_off_what_listens(house: House) -> None:
    mailbox(house)
    house.flow("thanks", [reply()], received(which="new"))
    house.flow("reopen", [set_fields(status="open", other={"var": "message_text"})], received(which="answer"))
    first = receives(house, letter())
    (thanks,) = house.deliveries("mail")
    done = receives(
        house, letter("Re: Got it", "Still smoking.\n\nOn Monday, House wrote:\n> Thanks", answers=thanks.stable_id)
    )
    assert (done.state, done.record_id) == ("joined", first.record_id)
    assert len(house.records()) == 1
    told = house.values(str(first.record_id))
    assert (told["status"], told["other"]) == ("open", "Still smoking.")
    assert len(house.deliveries("mail")) == 1, "an answer is no new message"


def test_what_a_message_says_can_be_compared_and_quoted(house: House) -> None:
    mailbox(house)
    big = {"field": "var.message_subject", "op": "contains", "value": "urgent"}
    nodes = [
        {
            "type": "branch",
            "when": big,
            "then": [
                {"id": "a", **set_fields(team="red", other={"liquid": "{{ message.from }} / {{ message.subject }}"})}
            ],
        }
    ]
    house.flow("sort", nodes, received())
    one, other = receives(house, letter("very urgent")), receives(house, letter("whenever"))
    assert house.values(str(one.record_id))["other"] == "ming@client.example / very urgent"
    assert house.values(str(other.record_id))["team"] is None


def test_a_flow_can_name_only_what_the_trigger_gives(house: House) -> None:
    mailbox(house)
    document = {
        "title": both("x"),
        "form": "ticket",
        "trigger": received(),
        "nodes": [{"id": "a", **set_fields(other={"var": "message_colour"})}],
    }
    (found,) = house.refused(document)
    assert found["code"] == "unknown_name"


def test_a_trigger_hears_one_mailbox_alone(house: House) -> None:
    mailbox(house)
    house.define(
        "mailbox",
        "sales",
        {
            "title": both("Sales"),
            "form": "ticket",
            "addresses": ["sales@house.example"],
            "fields": {"subject": "subject"},
        },
    )
    house.flow("sales", [set_fields(note="for sales")], received(mailbox="sales"))
    with house.db.read() as unit:
        boxes = {box.key: box for box in mailboxes.working(unit)}
    made = {key: receive(house.rt, box, letter(key)).record_id for key, box in boxes.items()}
    house.work()
    assert [house.values(str(made[key]))["note"] for key in ("sales", "support")] == ["for sales", "It smokes."]


def test_the_same_mail_counts_once_however_often_it_comes(house: House) -> None:
    mailbox(house)
    with house.db.read() as unit:
        (box,) = mailboxes.working(unit)
    raw = letter()
    with ThreadPoolExecutor(8) as pool:
        done = set(pool.map(lambda _n: receive(house.rt, box, raw), range(50)))
    assert len(done) == 1
    assert len(house.records()) == 1
    assert len(house.rows(messages)) == 1


def test_whoever_got_the_first_mail_in_copy_joins_by_the_customers_own_id(house: House) -> None:
    mailbox(house)
    first = receives(house, letter(Message_ID="<first@client.example>"))
    by_ming = receives(house, letter("Re: Printer", answers="<first@client.example>"))
    assert (by_ming.state, by_ming.record_id) == ("joined", first.record_id)


def test_a_reply_goes_out_so_that_its_answer_comes_back(house: House) -> None:
    """The answer finds its record by the address alone, from a program that keeps no headers."""
    mailbox(house, plus=True)
    house.flow("thanks", [reply()], received(which="new"))
    first = receives(house, letter(Message_ID="<first@client.example>"))
    (thanks,) = house.deliveries("mail")
    address = thanks.payload["headers"]["Reply-To"]
    assert address == f"support+r{thanks.stable_id[4:44]}@house.example"
    assert thanks.payload["references"] == ["<first@client.example>"]
    done = receives(house, letter("something else", to=address))
    assert (done.state, done.record_id) == ("joined", first.record_id)


def test_without_tagged_addresses_answers_go_to_the_mailbox(house: House) -> None:
    mailbox(house)
    house.flow("thanks", [reply()], received(which="new"))
    receives(house, letter())
    assert house.deliveries("mail")[0].payload["headers"]["Reply-To"] == SUPPORT


def test_what_is_attached_is_in_its_field_and_with_the_message(house: House) -> None:
    form = {
        "title": both("Case"),
        "fields": [
            {"id": "subject", "type": "text", "label": both("Subject"), "required": True, "max_length": 20},
            {"id": "papers", "type": "file", "label": both("Papers"), "max_items": 2, "extensions": ["txt"]},
        ],
    }  # fmt: skip
    house.define("form", "case", form)
    mailbox(house, form="case", fields={"subject": "subject", "files": "papers"}, values={})
    done = receives(house, letter("x" * 300, files={"a.txt": b"one", "b.exe": b"MZ", "c.txt": b"three"}))
    values = house.values(str(done.record_id), "case")
    assert values["subject"] == "x" * 20
    assert [file["name"] for file in values["papers"]] == ["a.txt", "c.txt"]
    told = house.ask("GET", f"/messages/{done.id}")
    assert [file["name"] for file in told["files"]] == ["a.txt", "b.exe", "c.txt"]
    assert told["left_out"] == ["b.exe"]
    given = house.ask("GET", f"/messages/{done.id}/files/1", ok=False)
    assert (given.data, given.headers["Content-Type"]) == (b"MZ", "application/octet-stream")
    assert house.ask("GET", f"/messages/{done.id}/files/3", ok=False).status_code == 404
    assert b'filename="b.exe"' in house.ask("GET", f"/messages/{done.id}/source", ok=False).data


def test_a_long_mail_is_cut_to_what_its_field_holds(house: House) -> None:
    mailbox(house)
    done = receives(house, letter(text=f"{'w' * 50}\n" * 150 + "On Monday, House wrote:\n" + f"> {'w' * 48}\n" * 150))
    assert (done.state, len(house.values(str(done.record_id))["note"])) == ("made", 10_000)


def test_a_field_with_markup_shows_a_mail_as_it_was_written(house: House) -> None:
    marked = {"id": "body", "type": "richtext", "label": both("Body")}
    house.define("form", "case", {"title": both("Case"), "fields": [marked]})
    mailbox(house, form="case", fields={"text": "body"}, values={})
    done = receives(house, letter(text="Ask <ming@client.example> & <b>me</b>\nor him"))
    body = "<p>Ask &lt;ming@client.example&gt; &amp; &lt;b&gt;me&lt;/b&gt;<br>or him</p>"
    assert house.values(str(done.record_id), "case")["body"] == body
    assert receives(house, letter(text="<" * 99_000)).state == "made"


def test_a_mail_that_the_form_does_not_take_waits_with_the_reason(house: House) -> None:
    box = mailbox(house, values={"team": "purple"})
    done = receives(house, letter())
    assert (done.state, done.cause, house.records()) == ("held", "invalid", [])
    (shown,) = house.ask("GET", f"/mailboxes/{box}/messages?state=held")["messages"]
    assert [one["field"] for one in shown["findings"]] == ["team"]
    assert house.ask("POST", f"/messages/{done.id}/let-in", ok=False).status_code == 422
    house.redefine(box, {**house.ask("GET", f"/definitions/{box}/draft")["document"], "values": {"team": "red"}})
    let_in = house.ask("POST", f"/messages/{done.id}/let-in")
    assert (let_in["state"], let_in["record"]["title"]) == ("made", "Printer")
    assert house.ask("POST", f"/messages/{done.id}/let-in", ok=False).status_code == 409


def test_what_matches_nothing_waits_where_that_is_wanted(house: House) -> None:
    mailbox(house, unmatched="hold")
    house.flow("reopen", [set_fields(status="open")], received(which="answer"))
    ticket = house.ticket("There already")
    done = receives(house, letter())
    assert (done.state, done.cause) == ("held", "no_match")
    joined = house.ask("POST", f"/messages/{done.id}/let-in", {"record": ticket})
    house.work()
    assert (joined["state"], joined["record"]["id"], house.values(ticket)["status"]) == ("joined", ticket, "open")
    nowhere = receives(house, letter())
    assert house.ask("POST", f"/messages/{nowhere.id}/let-in", {"record": "nothing"}, ok=False).status_code == 422
    house.ask("POST", f"/messages/{nowhere.id}/drop")
    assert house.ask("GET", f"/messages/{nowhere.id}")["state"] == "dropped"
    assert house.ask("POST", f"/messages/{nowhere.id}/hold")["cause"] == "no_match"


def test_the_customers_timeline_has_the_mail(house: House) -> None:
    mailbox(house)
    done = receives(house, letter())
    (touch,) = house.rows(touchpoints, touchpoints.c.kind == "message_received")
    assert (touch.channel, touch.record_id, touch.customer_id is not None) == ("mail", done.record_id, True)


def test_over_a_real_mail_server_and_back(opened: Open) -> None:
    """The reply leaves by SMTP; its answer, made of what arrived there, comes back and joins."""
    with mail_server() as post:
        house = opened(FORMLOOM_SMTP_URL=post.url, FORMLOOM_MAIL_FROM=SUPPORT)
        mailbox(house, plus=True)
        house.flow("thanks", [reply()], received(which="new"))
        first = receives(house, letter())
        (arrived,) = post.taken
        answer = letter("Re: Got it", to=str(arrived["Reply-To"]), answers=str(arrived["Message-ID"]), sender=MING)
        done = receives(house, answer)
        assert (done.state, done.record_id) == ("joined", first.record_id)


def test_the_clock_for_the_next_response_runs_from_the_customers_answer(house: House) -> None:
    metric = {"id": "next", "kind": "next_response", "targets": [{"within": "PT2H", "business": False}]}
    house.define("sla", "service", {"title": both("Service"), "form": "ticket", "metrics": [metric]})
    mailbox(house)
    first = receives(house, letter(Message_ID="<first@client.example>"))
    assert house.rows(sla_clocks, sla_clocks.c.state == "running") == []
    house.clock.advance(timedelta(hours=1))
    receives(house, letter("Away", answers="<first@client.example>", Auto_Submitted="auto-replied"))
    assert house.rows(sla_clocks, sla_clocks.c.state == "running") == []
    receives(house, letter("Hello?", answers="<first@client.example>"))
    (clock,) = house.rows(sla_clocks, sla_clocks.c.state == "running")
    assert (clock.record_id, clock.metric, clock.started_at) == (first.record_id, "next", house.clock.now())


def test_a_help_desk_from_the_gallery_opens_a_ticket_again_for_an_answer(house: House) -> None:
    house.ask("POST", "/templates/ticketing/install", {"sample_data": False})
    box = house.ask("GET", "/apps/ticketing/definitions?kind=mailbox")["definitions"][0]["id"]
    draft = house.ask("GET", f"/definitions/{box}/draft")["document"]
    house.redefine(box, {**draft, "enabled": True, "addresses": [SUPPORT]})
    first = receives(house, letter("漏水", "机器漏水了，请尽快。", files={"photo.txt": b"x"}))
    ticket = f"/forms/ticketing.ticket/records/{first.record_id}"
    told = house.ask("GET", ticket)["values"]
    assert (told["channel"], told["name"], told["email"], told["status"]) == (
        "email",
        "Ming Li",
        "ming@client.example",
        "new",
    )
    (acknowledged,) = house.deliveries("mail")
    assert (acknowledged.recipient, "我们已收到您的问题" in acknowledged.subject) == ("ming@client.example", True)
    house.ask("PATCH", ticket, {"values": {"status": "pending"}})
    house.work()
    done = receives(house, letter("Re: 漏水", "现在好了一点", answers=str(acknowledged.stable_id)))
    assert (done.state, house.ask("GET", ticket)["values"]["status"]) == ("joined", "open")
    notices = [one["text"]["zh-CN"] for one in house.ask("GET", "/notifications")["notifications"]]
    assert any("现在好了一点" in text for text in notices)


def test_originals_of_what_came_to_nothing_are_forgotten(house: House) -> None:
    mailbox(house, unmatched="hold")
    kept, dropped = receives(house, letter("kept")), receives(house, letter("dropped"))
    house.ask("POST", f"/messages/{dropped.id}/drop")
    for row in house.rows(messages):
        path = house.rt.files.path(row.source)
        os.utime(path, (0, 0))
    house.clock.advance(timedelta(days=31))
    house.formloom.worker.ticker.clear()
    assert [house.ask("GET", f"/messages/{one.id}/source", ok=False).status_code for one in (kept, dropped)] == [
        200,
        404,
    ]
    assert [row.source is None for row in house.rows(messages)] == [False, True]


def test_a_backup_holds_the_mails(house: House, tmp_path: Path) -> None:
    mailbox(house)
    receives(house, letter("In the archive"))
    (row,) = house.rows(messages)
    write_backup(house.db, house.rt.files, tmp_path / "all.zip", now=house.clock.now(), progress=lambda *_: None)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert f"files/{row.source}" in archive.namelist()
        assert b"In the archive" in gzip.decompress(archive.read(f"files/{row.source}"))


def test_people_are_told_once_an_hour_that_mails_wait(opened: Open) -> None:
    with mail_server() as post:
        house = opened(FORMLOOM_SMTP_URL=post.url)
        bob = house.person("bob", locale="en")
        box = mailbox(house, unmatched="hold", tells={"users": [bob], "mail": True})
        for _ in range(3):
            receives(house, letter())
        (notice,) = house.ask("GET", "/notifications", who="bob")["notifications"]
        assert notice["text"]["en"] == "Mails wait for a decision in the mailbox “Support”"
        assert notice["path"] == f"/a/desk/mailboxes/{box}/received"
        (mail,) = post.taken
        assert (mail["To"], f"/a/desk/mailboxes/{box}/received" in mail.get_payload(decode=True).decode()) == (
            "bob@house.example",
            True,
        )
        house.clock.advance(timedelta(hours=1))
        receives(house, letter())
        assert (len(house.ask("GET", "/notifications", who="bob")["notifications"]), len(post.taken)) == (2, 2)


def test_who_reviews_submissions_decides_about_mails_without_being_a_designer(house: House) -> None:
    bob = house.person("bob")
    box = mailbox(house, unmatched="hold")
    done = receives(house, letter())
    for path in (f"/mailboxes/{box}", f"/mailboxes/{box}/messages", f"/messages/{done.id}"):
        assert house.ask("GET", path, who="bob", ok=False).status_code == 404
    grant = {"form": "ticket", "acts": ["record.read", "record.review"], "rows": "all"}
    house.define("permission_group", "desk", {"title": both("Desk"), "members": {"users": [bob]}, "grants": [grant]})
    assert house.ask("GET", f"/mailboxes/{box}", who="bob")["counts"]["held"] == 1
    assert house.ask("GET", f"/mailboxes/{box}/messages", who="bob")["messages"][0]["subject"] == "Printer"
    assert house.ask("POST", f"/messages/{done.id}/let-in", who="bob")["state"] == "made"
    assert house.ask("PUT", f"/mailboxes/{box}/password", {"password": "x"}, who="bob", ok=False).status_code == 403
