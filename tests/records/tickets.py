"""A ticket form and a look-alike of a help desk's export: names, line breaks inside quotes, some broken rows."""

import csv
import io
import random
from typing import Any

from formloom.platform.kernel.actors import Member
from formloom.platform.records.imports import running, starting
from formloom.platform.records.imports.running import House, Progress
from formloom.platform.records.imports.starting import Wish
from formloom.platform.records.queries import jobs as rows
from formloom.platform.records.queries.jobs import JobRow

GOOD = 8_469
BROKEN = 50


def _options(*labels: str) -> list[dict[str, Any]]:
    return [
        {"value": label.lower().replace(" ", "_"), "label": {"zh-CN": f"{label}项", "en": label}} for label in labels
    ]


FORM: dict[str, Any] = {
    "title": {"zh-CN": "工单", "en": "Ticket"},
    "customer": {"name": "name", "email": "email"},
    "fields": [
        {"id": "number", "type": "serial", "label": {"en": "Number"}, "format": "T{YYMMDD}-{0000}"},
        {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}, "required": True},
        {"id": "description", "type": "textarea", "label": {"zh-CN": "问题描述", "en": "Description"}},
        {"id": "name", "type": "text", "label": {"zh-CN": "姓名", "en": "Name"}, "required": True},
        {"id": "email", "type": "email", "label": {"zh-CN": "邮箱", "en": "Email"}},
        {"id": "category", "type": "select", "label": {"zh-CN": "问题类型", "en": "Category"},
         "options": _options("Billing inquiry", "Refund request", "Technical issue")},
        {"id": "priority", "type": "select", "label": {"zh-CN": "优先级", "en": "Priority"}, "default": "low",
         "options": _options("Low", "High", "Critical")},
        {"id": "bought_on", "type": "date", "label": {"zh-CN": "购买日期", "en": "Bought on"}},
        {"id": "assignee", "type": "user", "label": {"zh-CN": "受理人", "en": "Assignee"}},
        {"id": "crew", "type": "users", "label": {"zh-CN": "协助人", "en": "Crew"}},
        {"id": "proof", "type": "file", "label": {"zh-CN": "附件", "en": "Attachment"}},
    ],
}  # fmt: skip
HEADER = ["Ticket ID", "Customer Name", "Customer Email", "Ticket Type", "Ticket Subject", "Ticket Description",
          "Ticket Priority", "Date of Purchase"]  # fmt: skip


def export(good: int = GOOD, broken: int = BROKEN) -> str:
    """Return a CSV of that many rows that fit, with those that don't scattered among them."""
    chance = random.Random(7)
    made = [_ticket(number, chance) for number in range(1, good + 1)]
    for number in range(broken):
        row = _ticket(90_000 + number, chance)
        spoil = number % 3
        row[2 + spoil] = ("not-a-mail", "No such thing", "")[spoil]
        made.insert(chance.randrange(len(made) + 1), row)
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *made])
    return text.getvalue()


def _ticket(number: int, chance: random.Random) -> list[str]:
    name = chance.choice(("Marisa O'Brien", "王小明", "Nicolas, Wilson", "Zoë Lund", "李“阿强”"))
    body = f'The {{product}} "X{number}" fails.\n\nSteps:\r\n1. on, 2. off; 3. again\n{"x" * chance.randrange(200)}'
    return [
        str(number), name, f"customer{number}@example.com",
        chance.choice(("Billing inquiry", "refund request", "Technical issue")), f"Case {number}", body,
        chance.choice(("Low", "High", "Critical", "")), f"202{chance.randrange(4)}-0{chance.randrange(1, 10)}-15",
    ]  # fmt: skip


def queue(house: House, actor: Member, form: Any, content: bytes, name: str = "t.csv", **wish: Any) -> str:
    """Write down an import of `content` and return the job's id."""
    upload = starting.keep(house.files, io.BytesIO(content), name)
    now = house.clock.now()
    return house.db.write(lambda uow: starting.start(uow, actor, form, upload, Wish(**wish), now=now))


def job_of(house: House, job_id: str) -> JobRow:
    """Return a job as it stands."""
    with house.db.read() as unit:
        found = rows.find(unit, job_id)
    assert found is not None
    return found


def bring_in(house: House, actor: Member, form: Any, content: bytes, *, progress: Progress | None = None,
             **wish: Any) -> JobRow:  # fmt: skip
    """Import `content` in this process and return the job as it ended."""
    job_id = queue(house, actor, form, content, **wish)
    running.run(house, job_id, **({"progress": progress} if progress else {}))
    return job_of(house, job_id)
