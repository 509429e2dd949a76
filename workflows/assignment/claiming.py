"""Taking a record as one's own: of two who reach for it at once, one gets it.

    record = claim(uow, form, record_id, "owner", user_id, actor=actor, now=now, options=options)

The record is read under a lock and written through the write pipeline in the same unit of work, so what was seen is
still true when it is changed. Who may claim what is for the caller to decide; `actor` is who writes.
"""

from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Conflict
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records import service
from formloom.platform.records.record import Record, WriteOptions
from formloom.platform.storage.database import UnitOfWork

PLAIN = WriteOptions()


class AlreadyTaken(Conflict):
    """Somebody else has the record, or has it no more."""

    code = "already_taken"
    message = {"zh-CN": "这条记录已被别人领取", "en": "Somebody else has taken this record"}


def claim(
    uow: UnitOfWork, form: FormVersion, record_id: str, field: str, user_id: str, expected: str | None = None, *,
    actor: Actor, now: datetime, options: WriteOptions = PLAIN, further: JSONObject | None = None,
) -> Record:  # fmt: skip
    """Give a record to `user_id` where its person field holds `expected`: None for nobody, else whom it is taken from.

    `further` are values that change together with it. Who has the record already is given it as it is, unchanged but
    for those. Raises AlreadyTaken, NotFound, InvalidValues.
    """
    holder = _holder(service.changeable(uow, actor, form, record_id), field)
    if holder not in (expected, user_id):
        raise AlreadyTaken
    values = {**(further or {}), field: user_id}
    return service.update(uow, actor, form, record_id, values, now=now, options=options)


def _holder(record: Record, field: str) -> Any:
    return record.values.get(field) or None
