"""Files over HTTP: who may load and save them, and what a browser is told about them."""

import io
import os
import zlib
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from formloom.platform.records import files
from formloom.platform.storage.tables import files as file_rows

from .conftest import Desk


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600), **more: Any) -> bytes:
    """Return a real picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def fetch(desk: Desk, file_id: str, who: str | None = "admin", **query: Any) -> Any:
    return desk.site.ask(who, "GET", f"/api/v1/files/{file_id}", query_string=query)


def stored(desk: Desk) -> int:
    folder = desk.site.formloom.runtime.files.folder
    return sum(1 for path in folder.rglob("*") if path.is_file())


def test_an_upload_becomes_a_value_and_is_given_back_byte_for_byte(desk: Desk) -> None:
    answer = desk.upload(b"thread, colour\n1, teal\n", "colours.csv")
    assert answer.status_code == 201
    file = answer.json
    assert (file["name"], file["size_bytes"], file["type"]) == ("colours.csv", 23, "text/csv")
    record = desk.add(papers=[file["id"]])
    assert record["values"]["papers"] == [file]
    saved = fetch(desk, file["id"])
    assert saved.data == b"thread, colour\n1, teal\n"
    assert saved.headers["Content-Disposition"] == "attachment; filename=colours.csv"


def test_names_travel_in_both_spellings(desk: Desk) -> None:
    file = desk.upload(b"x", "合同 “final”.txt").json
    disposition = fetch(desk, file["id"]).headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C" in disposition
    disposition.encode("ascii")


POLYGLOTS = {
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg"),
    "html": (b"<!doctype html><script>alert(1)</script>", "a.html"),
    "xhtml": (
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
        "a.xhtml",
    ),
    "xml with xslt": (b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x/>', "a.xml"),
    "pdf with script": (b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj", "a.pdf"),
    "gif that is a script": (b"GIF89a/*\x00\x00\x00*/=1;alert(1)//", "a.gif"),
    "script": (b"alert(1)", "a.js"),
    "no name to speak of": (b"<script>alert(1)</script>", "\x00"),
}


@pytest.mark.parametrize("which", POLYGLOTS)
def test_whatever_was_uploaded_is_saved_and_never_shown(desk: Desk, which: str) -> None:
    content, name = POLYGLOTS[which]
    answer = desk.upload(content, name)
    assert answer.status_code == 201, answer.text
    saved = fetch(desk, answer.json["id"])
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert saved.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert saved.mimetype in {"application/octet-stream", "application/pdf"}
    assert saved.data == content
    assert fetch(desk, answer.json["id"], thumb=1).status_code == 404


LIES = {
    "page called picture": (b"<!doctype html><script>alert(1)</script>", "a.png"),
    "page behind a null": (b"<!doctype html>", "a.html\x00.png"),
    "script called pdf": (b"alert(1)", "a.pdf"),
    "program called text": (b"MZ\x90\x00\x03\x00\x00\x00", "a.txt"),
    "archive called table": (b"PK\x03\x04\x14\x00\x00\x00", "a.csv"),
    "picture of another format": (picture("JPEG"), "a.png"),
    "nothing called pdf": (b"", "a.pdf"),
}


@pytest.mark.parametrize("which", LIES)
def test_a_name_that_lies_about_the_content_is_refused(desk: Desk, which: str) -> None:
    content, name = LIES[which]
    answer = desk.upload(content, name, content_type="image/png")
    answer = desk.upload(content, name)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "wrong_content"


def test_a_picture_field_takes_whole_pictures_only(desk: Desk) -> None:
    assert desk.upload(b"plain", "a.txt", field="photo").json["errors"][0]["code"] == "wrong_kind"
    assert desk.upload(picture()[:400], "a.png", field="photo").json["errors"][0]["code"] == "wrong_content"
    assert desk.upload(b"GIF89a/*\x00\x00\x00*/=1;alert(1)//", "a.gif", field="photo").status_code == 422
    for kind, name in (("PNG", "a.png"), ("JPEG", "a.jpg"), ("GIF", "a.GIF"), ("WEBP", "a.webp")):
        assert desk.upload(picture(kind), name, field="photo").status_code == 201, kind


def test_a_picture_too_large_to_decode_is_refused_before_it_is_decoded(desk: Desk) -> None:
    bomb = picture(size=(1, 1)).replace(
        (1).to_bytes(4) + (1).to_bytes(4), (60_000).to_bytes(4) + (60_000).to_bytes(4), 1
    )
    header = b"IHDR" + bomb[16:29]
    bomb = bomb[:12] + header + zlib.crc32(header).to_bytes(4) + bomb[33:]
    answer = desk.upload(bomb, "a.png", field="photo")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "wrong_content"


def test_a_thumbnail_is_drawn_anew_small_upright_and_without_metadata(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # lies on its side
    source = picture("JPEG", (900, 600), exif=exif.tobytes()) + b"<script>alert(1)</script>"
    assert b"SecretCamera" in source
    file = desk.upload(source, "photo.jpg", field="photo").json
    small = fetch(desk, file["id"], thumb=1)
    assert small.mimetype == "image/webp"
    assert small.headers["Content-Disposition"].startswith("inline")
    assert small.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"SecretCamera" not in small.data
    assert b"<script>" not in small.data
    with Image.open(io.BytesIO(small.data)) as drawn:
        assert drawn.size == (320, 480)
        assert not dict(drawn.getexif())


def test_a_thumbnail_that_is_gone_is_drawn_again(desk: Desk) -> None:
    file = desk.upload(picture(), "photo.png", field="photo").json
    folder = desk.site.formloom.runtime.files.folder
    for made in folder.rglob("*.webp"):
        made.unlink()
    assert fetch(desk, file["id"], thumb=1).status_code == 200


def test_size_and_extension_are_the_fields_own(desk: Desk) -> None:
    assert desk.upload(b"x" * 1_048_577, "a.txt").status_code == 413
    assert desk.upload(b"x" * 1_048_576, "a.txt").status_code == 201
    assert desk.upload(b"x", "a.txt", field="contract").json["errors"][0]["code"] == "wrong_kind"
    assert desk.upload(b"%PDF-1.4\n", "A.PDF", field="contract").status_code == 201


@pytest.mark.parametrize("field", ["subject", "nothing", "x" * 41, ""])
def test_only_a_field_for_files_takes_files(desk: Desk, field: str) -> None:
    assert desk.upload(b"x", "a.txt", field=field).status_code == 422


def test_an_upload_is_for_one_form_one_field_and_one_owner(staffed: Desk) -> None:
    mine = staffed.upload(b"x", "a.txt", who="owner").json["id"]
    elsewhere = staffed.upload(b"%PDF-1.4\n", "a.pdf", field="contract", who="owner").json["id"]
    body = {"values": {"subject": "x", "papers": [mine]}}
    assert staffed.ask("POST", json=body).json["errors"][0]["code"] == "no_such_file"
    wrong = {"values": {"subject": "x", "papers": [elsewhere]}}
    assert staffed.ask("POST", json=wrong, who="owner").json["errors"][0]["code"] == "no_such_file"
    assert staffed.ask("POST", json=body, who="owner").status_code == 201


def test_an_upload_is_used_once(desk: Desk) -> None:
    one = desk.upload(b"x", "a.txt").json["id"]
    record = desk.add(papers=[one])
    answer = desk.ask("POST", json={"values": {"subject": "y", "papers": [one]}})
    assert answer.json["errors"][0]["code"] == "no_such_file"
    again = desk.ask("PATCH", f"/{record['id']}", {"values": {"papers": [one], "subject": "z"}})
    assert again.status_code == 200


def test_two_rows_of_a_batch_do_not_share_a_file(desk: Desk) -> None:
    one = desk.upload(b"x", "a.txt").json["id"]
    rows = [{"values": {"subject": name, "papers": [one]}} for name in ("first", "second")]
    results = desk.ask("POST", "/batch", {"records": rows}).json["results"]
    assert [result["status"] for result in results] == [201, 422]


def test_an_upload_waits_a_day(desk: Desk) -> None:
    one = desk.upload(b"x", "a.txt").json["id"]
    desk.site.formloom.runtime.clock.advance(timedelta(hours=24))
    answer = desk.ask("POST", json={"values": {"subject": "y", "papers": [one]}})
    assert answer.json["errors"][0]["code"] == "no_such_file"


def test_only_the_owner_sees_an_upload_that_no_record_has(staffed: Desk) -> None:
    one = staffed.upload(b"x", "a.txt", who="owner").json["id"]
    assert fetch(staffed, one, "owner").status_code == 200
    assert fetch(staffed, one, "clerk").status_code == 404
    assert fetch(staffed, one, "admin").status_code == 404
    assert fetch(staffed, one, None).status_code == 401


def test_a_bound_file_is_as_visible_as_its_record_and_field(staffed: Desk) -> None:
    paper = staffed.upload(b"x", "a.txt").json["id"]
    photo = staffed.upload(picture(), "a.png", field="photo").json["id"]
    record = staffed.add(papers=[paper], photo=[photo])
    assert fetch(staffed, photo, "clerk").status_code == 200
    assert fetch(staffed, photo, "clerk", thumb=1).status_code == 200
    assert fetch(staffed, paper, "clerk").status_code == 404  # the field is hidden from clerks
    assert fetch(staffed, photo, "owner").status_code == 404  # the record is somebody else's
    assert fetch(staffed, photo, "outsider").status_code in {403, 404}
    staffed.ask("DELETE", f"/{record['id']}")
    assert fetch(staffed, photo).status_code == 404


def test_who_may_not_fill_a_field_may_not_upload_for_it(staffed: Desk) -> None:
    hidden = staffed.upload(b"x", "a.txt", who="clerk")
    nowhere = staffed.upload(b"x", "a.txt", field="nothing", who="clerk")
    assert (hidden.status_code, nowhere.status_code) == (422, 422)
    assert hidden.json["errors"][0]["code"] == nowhere.json["errors"][0]["code"]
    assert staffed.upload(b"x", "a.txt", who="outsider").status_code in {403, 404}
    assert stored(staffed) == 0


FORGED = [
    {"papers": [{"id": "x", "path": "/etc/passwd", "filepath": "/etc/passwd"}]},
    {"papers": {"files": [{"filepath": "/etc/passwd"}]}},
    {"papers": ["/etc/passwd"]}, {"papers": "/etc/passwd"}, {"papers": [["x"]]}, {"papers": [None]}, {"papers": 1},
]  # fmt: skip


@pytest.mark.parametrize("values", FORGED)
def test_a_file_described_in_json_is_no_file(desk: Desk, values: Any) -> None:
    answer = desk.ask("POST", json={"values": {"subject": "x", **values}})
    assert answer.status_code == 422
    assert "passwd" not in answer.text.replace('"/etc/passwd"', "") or "root:" not in answer.text
    assert desk.count() == 0


def test_only_the_multipart_parser_takes_files_in(desk: Desk) -> None:
    forged = {"form": desk.form, "field": "papers", "file": {"filepath": "/etc/passwd", "path": "/etc/passwd"}}
    assert desk.site.ask("admin", "POST", "/api/v1/files", forged).status_code == 415
    headers = {"Authorization": f"Bearer {desk.site.tokens['admin']}"}
    plain = {"form": desk.form, "field": "papers", "file": "/etc/passwd", "files": "/etc/passwd"}
    assert desk.site.client().post("/api/v1/files", data=plain, headers=headers).status_code == 415
    text = desk.site.client().post(
        "/api/v1/files", data=plain, headers=headers, content_type="multipart/form-data; boundary=x"
    )
    assert text.status_code == 422
    assert stored(desk) == 0


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"), (b"--x", "multipart/form-data"),
        (b"\x00" * 1000, "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n', "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="form"\r\n\r\n\xff\xfe\r\n--x--', "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n" * 1_200 + b"--x--", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_a_broken_multipart_body_is_refused_cleanly(desk: Desk, body: bytes, content_type: str) -> None:
    headers = {"Authorization": f"Bearer {desk.site.tokens['admin']}", "Content-Type": content_type}
    answer = desk.site.client().post("/api/v1/files", data=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"


def test_unused_uploads_go_after_a_day_and_used_ones_stay(desk: Desk) -> None:
    used, unused = desk.upload(b"kept", "a.txt").json["id"], desk.upload(b"gone", "b.txt").json["id"]
    shared = desk.upload(b"kept", "c.txt").json["id"]  # the same bytes as the used one
    desk.add(papers=[used])
    runtime = desk.site.formloom.runtime
    runtime.clock.advance(timedelta(hours=23))
    assert files.remove_unused(runtime.db, runtime.files, now=runtime.now()) == 0
    runtime.clock.advance(timedelta(hours=1))
    _make_older(runtime.files.folder, runtime.now())
    assert files.remove_unused(runtime.db, runtime.files, now=runtime.now()) == 2
    assert fetch(desk, used).data == b"kept"
    assert fetch(desk, unused).status_code == fetch(desk, shared).status_code == 404
    assert stored(desk) == 1
    with runtime.db.read() as unit:
        assert len(unit.conn.execute(file_rows.select()).all()) == 1


def test_bytes_that_were_just_stored_again_stay(desk: Desk) -> None:
    runtime = desk.site.formloom.runtime
    old = desk.upload(b"same", "a.txt").json["id"]
    runtime.clock.advance(timedelta(days=2))
    _make_older(runtime.files.folder, runtime.now(), by=timedelta(minutes=5))
    assert files.remove_unused(runtime.db, runtime.files, now=runtime.now()) == 1
    assert fetch(desk, old).status_code == 404
    assert stored(desk) == 1


def _make_older(folder: Any, now: Any, by: timedelta = timedelta(hours=25)) -> None:
    moment = (now - by).timestamp()
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (moment, moment))
