"""Serial numbers: given inside the record's own transaction, so none is given twice and none for nothing."""

import re
from collections.abc import Iterator
from datetime import datetime

from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.records.queries.traces import next_numbers
from formloom.platform.storage.database import UnitOfWork

_PART = re.compile(r"\{(YYYYMMDD|YYMMDD|YYYYMM|YYYY|MMDD|YY|MM|DD|0+)\}")
_DATES = {
    "YYYYMMDD": "%Y%m%d", "YYMMDD": "%y%m%d", "YYYYMM": "%Y%m", "YYYY": "%Y", "MMDD": "%m%d", "YY": "%y", "MM": "%m",
    "DD": "%d",
}  # fmt: skip


def number_fields(form: FormVersion) -> list[Field]:
    """Return the form's serial fields."""
    return [item for item in form.stored if item.type.id == "serial"]


def take_numbers(uow: UnitOfWork, form: FormVersion, item: Field, count: int, *, now: datetime) -> Iterator[str]:
    """Take the next `count` numbers of a serial field, in order; days and months are those of the form's zone."""
    pattern: str = item.cfg["format"]
    local = now.astimezone(form.zone)
    dated = _PART.sub(lambda found: local.strftime(_DATES[found[1]]) if found[1] in _DATES else found[0], pattern)
    period = _PART.sub("", "|".join(local.strftime(_DATES[part]) for part in _PART.findall(pattern) if part in _DATES))
    first = next_numbers(uow, form.form_id, item.id, period, count)
    for number in range(first, first + count):
        yield _PART.sub(lambda found, number=number: str(number).zfill(len(found[1])), dated)  # type: ignore[misc]  # a lambda with a default
