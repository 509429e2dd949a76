"""Sends the digest of a period: one notification and one mail to each who is responsible, or nothing.

Any number of processes may ask whether one is due. The time up to the border is claimed by one of them, in the
transaction that marks its failures as told and puts the mails in line: so each failure is told of in one digest, also
one that was committed a moment too late for its period.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import settings as values
from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import house_zone
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.deliveries import line
from formloom.workflows.failures.digest import Choice, Section, border_before, in_short, letter, sections
from formloom.workflows.mail.message import AddressInvalid
from formloom.workflows.queries import failures, runs, staff
from formloom.workflows.queries.failures import GroupRow

KEY = "failure_digest"
PAGE = "/settings/failures"
Write = Callable[[Callable[[UnitOfWork], None]], None]


def chosen(unit: ReadUnit) -> Choice:
    """Return how failures are told of."""
    return Choice.load(values.read(unit, KEY))


@requires(Act.SYSTEM_CHANGE)
def choose(uow: UnitOfWork, actor: Actor, wanted: Choice, *, now: datetime) -> Choice:
    """Choose how failures are told of. Who switches it on is not told of what was before."""
    before = chosen(uow)
    people = tuple(staff.active(uow, wanted.people)) if wanted.people else ()
    made = Choice(wanted.every, wanted.hour, people, wanted.owners)
    values.write(uow, KEY, made.dump())
    if before.every == "off" and made.every != "off":
        failures.take(uow, now)
        values.write(uow, failures.UNTIL, now.isoformat())
    audit.note(uow, actor, Act.SYSTEM_CHANGE, "setting", KEY, {"from": before.dump(), "to": made.dump()}, now=now)
    return made


def tell_if_due(rt: Runtime, write: Write, now: datetime) -> None:
    """Tell of what failed, when a period has ended since the last digest."""
    with rt.db.read() as unit:
        choice, known = chosen(unit), failures.told_until(unit)
        until = border_before(now, choice, house_zone.current(unit))
    if choice.every == "off" or (known is not None and until <= known):
        return
    write(lambda uow: _tell(uow, rt, choice, known, now if known is None else until))


def told(unit: ReadUnit, groups: Sequence[GroupRow]) -> list[Section]:
    """Return groups with the names of what they are about."""
    known = failures.named(unit, {one for group in groups for one in (group.flow_id, group.form_id) if one})
    apps = runs.apps_named(unit, {one.app_id for one in known.values()})
    return sections(groups, known, {app: one["title"] or {} for app, one in apps.items()})


def _tell(uow: UnitOfWork, rt: Runtime, choice: Choice, known: datetime | None, until: datetime) -> None:
    if not failures.move_on(uow, known, until) or known is None:
        return
    found = told(uow, failures.take(uow, until))
    for user_id, mine in _readers(uow, choice, found).items():
        sees_page = user_id in staff.administrators(uow)
        _tell_one(uow, rt, user_id, mine, PAGE if sees_page else _only_path(mine), known, until)
    uow.after_commit(rt.wake)


def _readers(unit: ReadUnit, choice: Choice, found: Sequence[Section]) -> Mapping[str, Sequence[Section]]:
    """Return who is told of what."""
    if not found:
        return {}
    responsible = staff.active(unit, choice.people) if choice.people else []
    readers: dict[str, Sequence[Section]] = dict.fromkeys(responsible or staff.administrators(unit), found)
    if choice.owners:
        apps = {section.about.app_id for section in found if section.about}
        for user_id, mine in failures.owners(unit, apps).items():
            readers.setdefault(user_id, [one for one in found if one.about and one.about.app_id in mine])
    return readers


def _tell_one(
    uow: UnitOfWork, rt: Runtime, user_id: str, found: Sequence[Section], path: str | None, since: datetime,
    until: datetime,
) -> None:  # fmt: skip
    key, short = f"failures:{until.isoformat()}:{user_id}", in_short(found)
    about = {"text": dict(short), "form_id": None, "record_id": None, "path": path}
    staff.notify_each(uow, {key: user_id}, about, now=until)
    if rt.settings.smtp_url is None:
        return
    zone, house = house_zone.current(uow), organisation_name(uow)
    name = staff.names(uow, [user_id]).get(user_id, "")
    for address, language in staff.addresses(uow, [user_id]):
        locale = language if language in LOCALES else LOCALES[0]
        text = letter(
            found, reader=name, locale=locale, house=house, base_url=rt.settings.base_url, path=path,
            sees_letters=path == PAGE, since=since, until=until, zone=zone,
        )  # fmt: skip
        try:
            line.put_word(
                uow, rt.settings, key=key, to=address, subject=short[locale], body=text, locale=locale, now=until
            )
        except AddressInvalid:
            continue


def _only_path(found: Sequence[Section]) -> str | None:
    """Return where somebody looks who may not see everything: the runs of his app, when it is one."""
    apps = {section.about.app_key for section in found if section.about}
    return f"/a/{apps.pop()}/rules/runs" if len(apps) == 1 else None
