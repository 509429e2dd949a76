"""Over HTTP: preview, start, follow, download the refused rows, undo; and what happens when the process dies."""

import io
import itertools
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from formloom.app import build
from formloom.builders.cli.transfer import transfer_commands
from formloom.platform.access import api_tokens, setup
from formloom.platform.access.identity import load_member
from formloom.platform.records.job_processes import AT_ONCE, JobProcesses
from tests.waiting import PATIENCE_S, until

from .conftest import CHEAP
from .tickets import FORM, HEADER, export

FORMS = "/api/v1/forms/desk.ticket"


class Site:
    """An installation with the ticket form, asked over HTTP as its administrator."""

    def __init__(self, url: str, home: Path) -> None:
        self.environ = {"FORMLOOM_HOME": str(home), "FORMLOOM_DATABASE_URL": url}
        self.formloom = build(self.environ)
        rt = self.formloom.runtime
        wanted = setup.Installation("Weaving Ltd", "en", "Ada", "ada@example.com")
        admin_id = rt.db.write(lambda uow: setup.init_installation(uow, wanted, CHEAP, now=rt.now()))
        with rt.db.read() as unit:
            admin = load_member(unit, admin_id)
        assert admin is not None
        secret = rt.db.write(lambda uow: api_tokens.create(uow, admin, "t", now=rt.now())).secret
        self.headers = {"Authorization": f"Bearer {secret}"}
        self.ask("POST", "/api/v1/apps", json={"key": "desk", "title": {"en": "Desk"}})
        made = self.ask(
            "POST", "/api/v1/apps/desk/definitions", json={"kind": "form", "key": "ticket", "document": FORM}
        )
        assert self.ask("POST", f"/api/v1/definitions/{made.json['id']}/publish", json={}).status_code == 200

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        return self.formloom.web.test_client().open(
            path, method=method, headers={**self.headers, **(headers or {})}, **more
        )

    def send(self, path: str, content: bytes | None, headers: dict[str, str] | None = None, **fields: str) -> Any:
        file = {} if content is None else {"file": (io.BytesIO(content), "tickets.csv")}
        return self.ask("POST", path, headers, data={**file, **fields}, content_type="multipart/form-data")

    def ended(self, job_id: str) -> Any:
        def job() -> Any:
            found = self.ask("GET", f"/api/v1/jobs/{job_id}").json
            return None if found["state"] in {"queued", "running"} else found

        return until(job, "the job did not end")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path / "home")
    yield made
    made.formloom.close()


@pytest.mark.slow
def test_a_file_is_previewed_imported_followed_and_undone(site: Site) -> None:
    content = export(good=600, broken=6).encode()
    seen = site.send(f"{FORMS}/imports/preview", content).json
    assert (seen["columns"], len(seen["rows"]), seen["total_rows"]) == (HEADER, 20, 606)
    assert seen["mapping"]["Customer Email"] == "email"
    mapping = json.dumps({**seen["mapping"], "Ticket ID": "description", "Ticket Description": None})
    started = site.send(f"{FORMS}/imports", None, upload=seen["upload"], mapping=mapping, rules="off", messages="off")
    assert started.status_code == 202, started.text
    job = site.ended(started.json["id"])
    assert [job[name] for name in ("state", "done", "total", "ok", "failed")] == ["done", 606, 606, 600, 6]
    assert job["rate_per_s"] > 0
    assert site.ask("GET", "/api/v1/jobs").json["jobs"][0]["id"] == job["id"]
    errors = site.ask("GET", job["result"]["errors_url"], headers={"Accept-Language": "zh-CN"})
    assert errors.mimetype == "text/csv"
    listed = site.ask("GET", f"{FORMS}/records?count=exact").json
    assert listed["count"] == 600
    assert listed["records"][0]["values"]["description"].isdigit()
    undone = site.ask("POST", f"/api/v1/jobs/{job['id']}/undo", json={}).json
    assert (undone["state"], undone["result"]["removed"], undone["result"]["kept"]) == ("undone", 600, 0)
    assert site.ask("GET", f"{FORMS}/records?count=exact").json["count"] == 0


def test_the_first_rows_are_tried_before_anything_is_written(site: Site) -> None:
    lines = ["Subject;E-Mail;Name;Category", "A;a@example.com;Ada;refund request", "B;nobody;Bob;Refunds;", "C;;;"]
    seen = site.send(f"{FORMS}/imports/preview", "\n".join(lines).encode()).json
    assert (seen["encoding"], seen["separator"]) == ("utf-8", "semicolon")
    assert {"subject", "category"} <= set(seen["fillable"])
    assert not {"number", "proof"} & set(seen["fillable"])
    trial = seen["trial"]
    assert (trial["looked_at"], trial["refused"]) == (3, 2)
    assert trial["rows"][0]["values"]["category"] == "refund_request"
    assert [row["row"] for row in trial["rows"]] == [2, 3, 4]
    assert {fault["field"] for fault in trial["rows"][1]["errors"]} == {"email", "category"}
    troubles = {one["field"]: (one["count"], one["cell"]) for one in trial["troubles"]}
    assert troubles == {"email": (1, "nobody"), "category": (1, "Refunds"), "name": (1, "")}
    mapping = json.dumps({"Subject": "subject", "Name": "name"})
    again = site.send(f"{FORMS}/imports/preview", None, upload=seen["upload"], mapping=mapping).json
    assert (again["upload"], again["trial"]["refused"]) == (seen["upload"], 1)
    assert again["mapping"] == {"Subject": "subject", "E-Mail": None, "Name": "name", "Category": None}
    assert site.ask("GET", f"{FORMS}/records?count=exact").json["count"] == 0


def test_a_person_may_say_how_a_text_is_read(site: Site) -> None:
    content = "Subject|Name\nÄrger|Zoë\n".encode("windows-1252")
    reading = {"encoding": "windows-1252", "separator": "pipe"}
    seen = site.send(f"{FORMS}/imports/preview", content, **reading).json
    assert seen["rows"] == [["Ärger", "Zoë"]]
    started = site.send(f"{FORMS}/imports", None, upload=seen["upload"], **reading)
    assert site.ended(started.json["id"])["ok"] == 1
    assert site.ask("GET", f"{FORMS}/records").json["records"][0]["values"]["subject"] == "Ärger"
    wrong = site.send(f"{FORMS}/imports/preview", content, encoding="utf-8")
    assert (wrong.status_code, wrong.json["code"]) == (422, "file_encoding_wrong")
    assert site.send(f"{FORMS}/imports/preview", content, encoding="klingon").json["errors"][0]["field"] == "encoding"


def test_a_file_that_is_sent_directly_is_imported_by_the_guess(site: Site) -> None:
    started = site.send(f"{FORMS}/imports", export(good=3, broken=1).encode())
    assert (job := site.ended(started.json["id"]))["ok"] == 3
    assert job["failed"] == 1


def test_the_same_key_starts_one_import_and_another_body_is_refused(site: Site) -> None:
    site.formloom.runtime.start_job = lambda _id: None
    key = {"Idempotency-Key": "monday"}
    first, again = (site.send(f"{FORMS}/imports", b"subject,name\na,b\n", headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["id"] == again.json["id"]
    assert site.send(f"{FORMS}/imports", b"subject,name\na,c\n", headers=key).status_code == 422


@pytest.mark.parametrize(
    ("content", "fields", "status", "code"),
    [
        (b"\x00\x01\x02", {}, 422, "file_not_text"),
        (b'subject,name\n"a', {}, 422, "file_quotes_broken"),
        ("主题,姓名\n甲".encode("gb18030") + b"\xff", {}, 422, "file_not_text"),
        (b"", {}, 422, "file_no_header"),
        (None, {}, 422, "invalid"),
        (None, {"upload": "nothing"}, 404, "not_found"),
        (b"subject\na\n", {"mapping": "{"}, 422, "invalid"),
        (b"subject\na\n", {"mapping": "[1]"}, 422, "invalid"),
        (b"subject\na\n", {"mapping": '{"subject": {"a": 1}}'}, 422, "mapping_invalid"),
        (b"subject\na\n", {"mapping": '{"subject": "number"}'}, 422, "mapping_invalid"),
        (b"subject\na\n", {"mapping": '{"subject": "proof"}'}, 422, "mapping_invalid"),
        (b"subject\na\n", {"rules": "perhaps"}, 422, "invalid"),
        (b"nothing\na\n", {}, 422, "mapping_invalid"),
    ],
)
def test_bad_input_is_a_clear_refusal(
    site: Site, content: bytes | None, fields: dict[str, str], status: int, code: str
) -> None:
    answer = site.send(f"{FORMS}/imports", content, **fields)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert site.ask("GET", "/api/v1/jobs").json["jobs"] == []


def test_a_job_whose_process_dies_is_failed_at_once(site: Site) -> None:
    rt = site.formloom.runtime
    died = threading.Event()
    bury = rt.start_job.__self__._on_death

    def on_death(job_id: str) -> None:
        bury(job_id)
        died.set()

    rt.start_job = JobProcesses([sys.executable, "-c", "raise SystemExit(3)"], {}, on_death).start
    job_id = site.send(f"{FORMS}/imports", b"subject,name\na,b\n").json["id"]
    assert died.wait(PATIENCE_S)
    job = site.ask("GET", f"/api/v1/jobs/{job_id}").json
    assert (job["state"], job["error"]["code"]) == ("failed", "job_died")


def test_jobs_run_a_few_at_a_time_and_all_in_the_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    note = (
        "import sys,time; log=open(sys.argv[1],'a',1); print('begun',file=log); time.sleep(0.3); print('done',file=log)"
    )
    processes = JobProcesses([sys.executable, "-c", note, str(log)], {}, lambda _id: None)
    for number in range(5):
        processes.start(f"job{number}")
    until(lambda: log.exists() and log.read_text().count("done") == 5)
    steps = [1 if line == "begun" else -1 for line in log.read_text().split()]
    assert max(itertools.accumulate(steps)) <= AT_ONCE


def test_records_go_out_and_come_in_again_on_the_command_line(site: Site, tmp_path: Path) -> None:
    commands = {command.name: command for command in transfer_commands(lambda: build(site.environ))}
    source, taken = tmp_path / "in.csv", tmp_path / "out.xlsx"
    source.write_bytes(export(good=30, broken=2).encode())
    came = CliRunner().invoke(commands["import"], ["desk.ticket", str(source)])
    assert came.exit_code == 0, came.output
    assert "30 records imported" in came.output
    assert len((tmp_path / "in.errors.csv").read_text("utf-8-sig").splitlines()) > 2
    went = CliRunner().invoke(commands["export"], ["desk.ticket", str(taken), "--locale", "zh-CN"])
    assert went.exit_code == 0, went.output
    again = CliRunner().invoke(commands["import"], ["desk.ticket", str(taken)])
    assert "30 records imported" in again.output, again.output
    assert site.ask("GET", f"{FORMS}/records?count=exact").json["count"] == 60


@pytest.mark.parametrize(
    "arguments", [["import", "desk.nothing"], ["import", "desk.ticket", "--map", "x"], ["export", "desk.nothing"]]
)
def test_the_command_line_refuses_with_one_line(site: Site, tmp_path: Path, arguments: list[str]) -> None:
    commands = {command.name: command for command in transfer_commands(lambda: build(site.environ))}
    file = tmp_path / "t.csv"
    file.write_text("subject,name\na,b\n")
    name, form, *more = arguments
    answer = CliRunner().invoke(commands[name], [form, str(file), *more])
    assert answer.exit_code == 1
    assert answer.output.strip().startswith("formloom: ")
    assert answer.output.strip().count("\n") == 0
