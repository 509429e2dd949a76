"""One answer from each device, network, value of a field or person, for ever or in each day, week or month.

A mark is set in the submission's own transaction, so of two at the same moment one is stored. It is a keyed hash of
what is limited: from the table nobody learns which networks or addresses answered. Callers with an API token act for
many people, so devices and networks don't limit them.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
from flask import Response

from formloom.platform.kernel.errors import Finding, Forbidden
from formloom.platform.kernel.zones import day_of
from formloom.platform.records.record import InvalidValues, Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.public import devices
from formloom.platform.web.public.queries import marks
from formloom.platform.web.public.texts import TEXTS
from formloom.platform.web.public.visits import Visit

Limit = Mapping[str, Any]


class AnsweredBefore(Forbidden):
    """The device or network has answered already."""

    code = "answered_before"
    message = {"zh-CN": "已提交过，不能重复提交", "en": "An answer was sent from here already"}


class DeviceUnknown(Forbidden):
    """The form takes one answer from each device, and the browser did not say which one it is."""

    code = "device_unknown"
    message = {
        "zh-CN": "此表单每台设备只收一份，请允许 Cookie 后重新打开页面；嵌在其他网站中时，请在新窗口中打开",
        "en": "This form takes one answer from each device: allow cookies and open it again, in a window of its own",
    }


def standing(unit: ReadUnit, visit: Visit) -> Limit | None:
    """Return the limit that stands in the way before anything is filled in, or None."""
    marked = {mark: limit for limit, mark in _before_values(visit)}
    found = marks.there(unit, visit.form.form_id, marked)
    return next((limit for mark, limit in marked.items() if mark in found), None)


def take(uow: UnitOfWork, visit: Visit, record: Record, *, is_page: bool) -> None:
    """Mark an answer that is being stored. Raises AnsweredBefore, DeviceUnknown, InvalidValues."""
    if is_page:
        if visit.device is None and any(limit["by"] == "device" for limit in _limits(visit)):
            raise DeviceUnknown
        for _limit, mark in _before_values(visit):
            if not marks.put(uow, visit.form.form_id, mark, record.id, now=visit.now):
                raise AnsweredBefore
    _put(uow, visit, record, _by_values(visit, record))


def take_again(uow: UnitOfWork, visit: Visit, before: Record, after: Record) -> None:
    """Judge an answer again that its respondent has changed, in the period in which it was sent.

    What it no longer says is free for others. Raises InvalidValues.
    """
    sent = replace(visit, now=before.created_at)
    old = {mark for _limit, _name, mark in _by_values(sent, before)}
    new = list(_by_values(sent, after))
    marks.take_back(uow, visit.form.form_id, old - {mark for _limit, _name, mark in new}, before.id)
    _put(uow, sent, after, [one for one in new if one[2] not in old])


def _put(uow: UnitOfWork, visit: Visit, record: Record, wanted: Iterable[tuple[Limit, str, str]]) -> None:
    findings = [
        Finding("answered_before", TEXTS[f"once_value_{_period(limit)}"], field=name)
        for limit, name, mark in wanted
        if not marks.put(uow, visit.form.form_id, mark, record.id, now=visit.now)
    ]
    if findings:
        raise InvalidValues(findings=findings, count=len(findings))


def remember_device(answer: Response, visit: Visit) -> None:
    """Give the browser a name where the form needs one; the name says nothing else and leads nowhere."""
    if visit.device is not None or not any(limit["by"] == "device" for limit in _limits(visit)):
        return
    devices.name(answer, visit.rt)


def _limits(visit: Visit) -> list[Limit]:
    return list(visit.form.settings.get("limits") or ())


def _period(limit: Limit) -> str:
    return str(limit.get("period") or "ever")


def _before_values(visit: Visit) -> Iterator[tuple[Limit, str]]:
    known = {"device": visit.device, "network": visit.network}
    for limit in _limits(visit):
        value = known.get(limit["by"])
        if value:
            yield limit, _mark(visit, limit, limit["by"], value)


def _by_values(visit: Visit, record: Record) -> Iterator[tuple[Limit, str, str]]:
    """Yield limit, field and mark for what the answers themselves say."""
    dumped = visit.form.dump(record.values)
    identity = visit.form.document.get("customer") or {}
    for limit in _limits(visit):
        by_person = {"person": [identity.get("email"), identity.get("phone")], "field": [limit.get("field")]}
        for name in by_person.get(limit["by"], ()):
            if name and dumped.get(name) not in (None, "", []):
                yield limit, name, _mark(visit, limit, f"field:{name}", _plain(dumped[name]))


def _plain(value: Any) -> str:
    return value.strip().casefold() if isinstance(value, str) else orjson.dumps(value).decode()


def _mark(visit: Visit, limit: Limit, kind: str, value: str) -> str:
    day = day_of(visit.now, visit.form.zone)
    year, week, _weekday = day.isocalendar()
    stretch = {"day": day.isoformat(), "week": f"{year}-W{week}", "month": f"{day:%Y-%m}"}.get(_period(limit), "")
    said = orjson.dumps([visit.form.form_id, kind, stretch, value])
    return hmac.new(f"answer-mark:{visit.secret}".encode(), said, hashlib.sha256).hexdigest()
