"""The one write pipeline. Public form, workspace, API, import, flow action: all write through here.

Guard, clean, check, store, announce — always in that order and always in one transaction:

1. the act is allowed (`access`), and only writable fields are given;
2. values are cleaned by the form version: types, conditions, required;
3. unique values are not taken, serial numbers are given;
4. record, history and the event in the outbox are written together, listeners run (the touchpoint).

    record = db.write(lambda uow: create(uow, actor, form, {"subject": "…"}, now=now, options=options))

What happens after that (flows, mails) happens after the commit, from the outbox.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.fields.messages import NO_SUCH_FILE
from formloom.platform.definitions.form import Cleaned, FormVersion
from formloom.platform.kernel.actors import Actor, Member, Public, System
from formloom.platform.kernel.errors import Finding, NotFound
from formloom.platform.kernel.events import RecordEvent, RecordEventKind
from formloom.platform.kernel.ids import is_id, new_id
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records import agreements, opening, seats
from formloom.platform.records.audience import is_followed, is_heard
from formloom.platform.records.blueprints import holding, stages
from formloom.platform.records.inside import files_in, holds_files
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import rows, traces, uploads
from formloom.platform.records.record import InvalidValues, Record, StaleRecord, WriteOptions
from formloom.platform.records.serials import number_fields, take_numbers
from formloom.platform.storage.database import ReadUnit, UnitOfWork

NOT_UNIQUE = {"zh-CN": "已有记录使用此值", "en": "Another record has this value already"}
PLAIN = WriteOptions()
LINE = System("waiting_list")
"""Who acts when somebody moves up in a waiting list."""


@requires(Act.RECORD_CREATE)
def create(
    uow: UnitOfWork,
    actor: Actor,
    form: FormVersion,
    values: JSONObject,
    *,
    now: datetime,
    options: WriteOptions = PLAIN,
) -> Record:
    """Create a record and announce it. Raises InvalidValues, Forbidden, NotFound."""
    locked = _locked(uow, actor, form, Act.RECORD_CREATE)
    return _create_all(uow, actor, form, [values], now=now, options=options, locked=locked)[0]


@requires(Act.FORM_SUBMIT)
def submit(
    uow: UnitOfWork,
    actor: Actor,
    form: FormVersion,
    values: JSONObject,
    *,
    now: datetime,
    options: WriteOptions = PLAIN,
) -> Record:
    """Store what a visitor filled in. Raises FormClosed, QuotaReached, InvalidValues."""
    opening.ensure_open(form, now)
    opening.take_place(uow, form)
    return _create_all(uow, actor, form, [values], now=now, options=options, locked=frozenset(), public=True)[0]


@requires(Act.FORM_SUBMIT)
def judge(
    uow: UnitOfWork,
    actor: Actor,
    form: FormVersion,
    values: JSONObject,
    *,
    now: datetime,
    options: WriteOptions = PLAIN,
) -> Record:
    """Return the record that `submit` would make; only its files are taken, under its id.

    Raises FormClosed, InvalidValues.
    """
    opening.ensure_open(form, now)
    cleaned = _judged(uow, actor, form, [values], now=now, options=options, locked=frozenset(), public=True)[0]
    record = Record(options.record_id or new_id(), form.form_id, 0, cleaned.values, now, None, now, None)
    _bind_files(uow, form, [(record.id, record.values)], now=now)
    return record


@requires(Act.FORM_SUBMIT)
def let_in(
    uow: UnitOfWork,
    actor: Actor,
    form: FormVersion,
    values: JSONObject,
    *,
    now: datetime,
    options: WriteOptions = PLAIN,
) -> Record:
    """Store what a visitor sent while the form was open. Raises QuotaReached, InvalidValues."""
    opening.take_place(uow, form)
    return _create_all(uow, actor, form, [values], now=now, options=options, locked=frozenset(), public=True)[0]


@requires(Act.RECORD_CREATE)
def create_each(
    uow: UnitOfWork, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions = PLAIN,
) -> list[Record | InvalidValues]:  # fmt: skip
    """Create records independently of each other; in the place of one that does not fit stands why."""
    locked = _locked(uow, actor, form, Act.RECORD_CREATE)
    return _create_each(uow, actor, form, many, now=now, options=options, locked=locked)


@requires(Act.RECORD_IMPORT)
def bring_in(
    uow: UnitOfWork, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions = PLAIN,
) -> list[Record | InvalidValues]:  # fmt: skip
    """Do what `create_each` does, for those who may import."""
    locked = _locked(uow, actor, form, Act.RECORD_IMPORT)
    return _create_each(uow, actor, form, many, now=now, options=options, locked=locked)


@requires(Act.RECORD_IMPORT)
def rehearse(
    unit: ReadUnit, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions = PLAIN,
) -> list[Cleaned]:  # fmt: skip
    """Return what `bring_in` would make of these values, and what it would refuse; nothing is written."""
    locked = _locked(unit, actor, form, Act.RECORD_IMPORT)
    cleaned = _clean_all(unit, actor, form, many, now=now, options=options, locked=locked)
    _note_taken(unit, form, cleaned)
    seats.take(unit, form, cleaned)
    return cleaned


@requires(Act.RECORD_UPDATE)
def update(
    uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, values: JSONObject, *, now: datetime,
    if_rev: int | None = None, options: WriteOptions = PLAIN,
) -> Record:  # fmt: skip
    """Change some fields of a record. A change that changes nothing is no event.

    Raises NotFound, StaleRecord (with the current values of the same fields), InvalidValues.
    """
    before = _existing(uow, actor, form, record_id, Act.RECORD_UPDATE)
    if if_rev is not None and if_rev != before.rev:
        raise _stale(uow, actor, form, before, values)
    ctx = _context(
        uow, actor, form, now=now, options=options, record_id=record_id, current=before.values, many=[values]
    )
    locked = _locked(uow, actor, form, Act.RECORD_UPDATE)
    if options.passage is not None:
        locked -= {options.passage.field}  # the transition gives the right to its own field, and to no other
    cleaned = form.clean(values, ctx=ctx, current=before.values, partial=True, locked=locked)
    holding.hold(uow, actor, form, before, cleaned, options.passage)
    seats.take(uow, form, [cleaned], before=before)
    changed = {name: value for name, value in cleaned.values.items() if value != before.values.get(name)}
    _note_taken(uow, form, [Cleaned(changed, cleaned.findings)], but=record_id)
    if cleaned.findings:
        raise _refusal(cleaned)
    if not changed:
        return before
    if not _written(uow, form, before, changed, actor, now):
        raise _stale(uow, actor, form, _existing(uow, actor, form, record_id, Act.RECORD_UPDATE), values)
    after = replace(
        before, rev=before.rev + 1, values={**before.values, **changed}, updated_at=now, updated_by=_author(actor)
    )
    _bind_files(uow, form, [(after.id, changed)], now=now)
    uow.leave(*agreements.left_by(uow, form, [(before, after)], actor, locale=options.locale, now=now))
    _announce(uow, actor, form, "record.updated", [(before, after, tuple(changed))], now=now, options=options)
    _move_up(uow, form, before, changed.keys(), now=now, options=options)
    return after


@requires(Act.RECORD_DELETE)
def delete(
    uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, *, now: datetime, if_rev: int | None = None,
    options: WriteOptions = PLAIN,
) -> None:  # fmt: skip
    """Put a record into the trash. Raises NotFound, StaleRecord."""
    before = _existing(uow, actor, form, record_id, Act.RECORD_DELETE)
    if if_rev is not None and if_rev != before.rev:
        raise _stale(uow, actor, form, before, {})
    rows.set_deleted(uow, form, before, now, now=now, by=_author(actor))
    after = replace(before, rev=before.rev + 1, updated_at=now, updated_by=_author(actor))
    _announce(uow, actor, form, "record.deleted", [(before, after, ())], now=now, options=options)
    _move_up(uow, form, before, form.field_ids, now=now, options=options)


@requires(Act.RECORD_RESTORE)
def restore(
    uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, *, now: datetime, options: WriteOptions = PLAIN
) -> Record:
    """Take a record out of the trash. Raises NotFound, InvalidValues when a unique value is taken meanwhile."""
    before = _existing(uow, actor, form, record_id, Act.RECORD_RESTORE, with_deleted=True)
    cleaned = Cleaned(dict(before.values))
    _note_taken(uow, form, [cleaned], but=record_id)
    cleaned.values.update({item.id: None for item in form.stored if item.type.leads_line})
    seats.take(uow, form, [cleaned])
    if cleaned.findings:
        raise _refusal(cleaned)
    changed = {name: value for name, value in cleaned.values.items() if value != before.values.get(name)}
    try:
        rows.set_deleted(uow, form, before, None, now=now, by=_author(actor), values=changed)
    except rows.UniqueViolated as fault:
        raise _lost_race(form) from fault
    after = replace(before, rev=before.rev + 1, values=cleaned.values, updated_at=now, updated_by=_author(actor))
    _announce(uow, actor, form, "record.restored", [(before, after, ())], now=now, options=options)
    return after


@requires(Act.RECORD_READ)
def read(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> Record:
    """Return one record. Raises NotFound for an unknown or malformed id, and for one the actor may not see."""
    return _existing(unit, actor, form, record_id, Act.RECORD_READ)


@requires(Act.RECORD_UPDATE)
def changeable(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> Record:
    """Return one record that the actor may change. Raises NotFound for one that he may not."""
    return _existing(unit, actor, form, record_id, Act.RECORD_UPDATE)


def is_changeable(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> bool:
    """Tell whether the actor may change a record, to show what can be offered; nothing is locked."""
    if not Access.of(unit, actor).can(Act.RECORD_UPDATE, form=form):
        return False
    try:
        _existing(unit, actor, form, record_id, Act.RECORD_UPDATE, is_shown_only=True)
    except NotFound:
        return False
    return True


def fill_seats(uow: UnitOfWork, form: FormVersion, *, now: datetime, options: WriteOptions = PLAIN) -> None:
    """Give the seats that are free to who waits: after many were left at once, or their number was raised."""
    _move_up(uow, form, None, form.field_ids, now=now, options=options)


def owner_of(actor: Actor) -> str:
    """Return under which name an actor's uploads stand."""
    return f"link:{actor.link_token}" if isinstance(actor, Public) else f"{actor.kind}:{actor.id}"


def _create_all(
    uow: UnitOfWork, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions, locked: frozenset[str], public: bool = False,
) -> list[Record]:  # fmt: skip
    cleaned = _judged(uow, actor, form, many, now=now, options=options, locked=locked, public=public)
    return _store_new(uow, actor, form, cleaned, now=now, options=options)


def _judged(
    uow: UnitOfWork, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions, locked: frozenset[str], public: bool,
) -> list[Cleaned]:  # fmt: skip
    cleaned = _clean_all(uow, actor, form, many, now=now, options=options, locked=locked, public=public)
    _note_taken(uow, form, cleaned)
    seats.take(uow, form, cleaned)
    for one in cleaned:
        if one.findings:
            raise _refusal(one)
    return cleaned


def _create_each(
    uow: UnitOfWork, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions, locked: frozenset[str],
) -> list[Record | InvalidValues]:  # fmt: skip
    cleaned = _clean_all(uow, actor, form, many, now=now, options=options, locked=locked)
    _note_taken(uow, form, cleaned)
    seats.take(uow, form, cleaned)
    good = [one for one in cleaned if not one.findings]
    stored = iter(_store_each(uow, actor, form, good, now=now, options=options))
    return [_refusal(one) if one.findings else next(stored) for one in cleaned]


def _store_each(
    uow: UnitOfWork, actor: Actor, form: FormVersion, good: Sequence[Cleaned], *, now: datetime, options: WriteOptions
) -> Sequence[Record | InvalidValues]:
    """Store all at once; where somebody was faster with a unique value, one by one, so that only that one fails."""
    try:
        with uow.attempt():
            return _store_new(uow, actor, form, good, now=now, options=options)
    except InvalidValues as fault:
        if len(good) == 1:
            return [fault]
    return [found for one in good for found in _store_each(uow, actor, form, [one], now=now, options=options)]


def _clean_all(
    unit: ReadUnit, actor: Actor, form: FormVersion, many: Sequence[JSONObject], *, now: datetime,
    options: WriteOptions, locked: frozenset[str], public: bool = False,
) -> list[Cleaned]:  # fmt: skip
    ctx = _context(unit, actor, form, now=now, options=options, many=many, record_id=options.record_id)
    cleaned = [form.clean(values, ctx=ctx, locked=locked, public=public, kept=options.kept) for values in many]
    for values, one in zip(many, cleaned, strict=True):
        holding.begin(unit, actor, form, values, one, ctx)
    return cleaned


def _store_new(
    uow: UnitOfWork,
    actor: Actor,
    form: FormVersion,
    cleaned: Sequence[Cleaned],
    *,
    now: datetime,
    options: WriteOptions,
) -> list[Record]:
    if not cleaned:
        return []
    ctx = _context(uow, actor, form, now=now, options=options)
    for item in number_fields(form):
        for one, number in zip(cleaned, take_numbers(uow, form, item, len(cleaned), now=now), strict=True):
            one.values[item.id] = number
            one.values.update(form.computed(one.values, ctx))
    author = _author(actor)
    records = [
        Record(options.record_id or new_id(), form.form_id, 1, one.values, now, author, now, author) for one in cleaned
    ]
    changes = [(None, record, _filled(record)) for record in records]
    events = _events(actor, form, "record.created", changes, now=now, options=options)
    try:
        rows.add_many(
            uow,
            form,
            records,
            *traces.left_by(events, is_heard=is_heard(uow, form), is_followed=is_followed(uow, form)),
            *stages.begun_by(uow, form, events),
            *agreements.left_by(
                uow, form, [(None, one) for one in records], actor, locale=options.locale, now=now,
                earlier=options.agreed,
            ),
        )  # fmt: skip
    except rows.UniqueViolated as fault:
        raise _lost_race(form) from fault
    _bind_files(uow, form, [(record.id, record.values) for record in records], now=now)
    _tell(uow, form, events, options)
    return records


def _context(
    unit: ReadUnit, actor: Actor, form: FormVersion, *, now: datetime, options: WriteOptions,
    record_id: str | None = None, current: Mapping[str, Any] | None = None, many: Sequence[JSONObject] = (),
) -> CleanContext:  # fmt: skip
    return clean_context(
        unit, actor, form, now=now, locale=options.locale, owner=owner_of(actor), record_id=record_id,
        current=current, many=many,
    )  # fmt: skip


def _move_up(
    uow: UnitOfWork, form: FormVersion, before: Record | None, changed: Collection[str], *, now: datetime,
    options: WriteOptions,
) -> None:  # fmt: skip
    if not any(line is not None and item.id in changed for item, line in seats.limited(form)):
        return
    ctx = _context(uow, LINE, form, now=now, options=options)
    promoted = seats.move_up(uow, form, before, ctx, now=now)
    if promoted:
        _announce(uow, LINE, form, "record.updated", promoted, now=now, options=options)


def _announce(
    uow: UnitOfWork, actor: Actor, form: FormVersion, kind: RecordEventKind,
    changes: Iterable[tuple[Record | None, Record, tuple[str, ...]]], *, now: datetime, options: WriteOptions,
) -> None:  # fmt: skip
    events = _events(actor, form, kind, changes, now=now, options=options)
    traces.note(uow, events, is_heard=is_heard(uow, form), is_followed=is_followed(uow, form))
    stages.note(uow, form, events)
    _tell(uow, form, events, options)


def _events(
    actor: Actor, form: FormVersion, kind: RecordEventKind,
    changes: Iterable[tuple[Record | None, Record, tuple[str, ...]]], *, now: datetime, options: WriteOptions,
) -> list[RecordEvent]:  # fmt: skip
    row_fields = frozenset(item.id for item in form.with_rows)
    return [
        RecordEvent(
            id=new_id(), kind=kind, app_id=form.app_id, form_id=form.form_id, version=form.version,
            record_id=after.id, rev=after.rev, actor_kind=actor.kind, actor_id=actor.id, at=now,
            before=form.dump(before.values) if before else {}, after=form.dump(after.values), changed=changed,
            cause=options.cause, locale=options.locale, rules=options.rules, messages=options.messages,
            context=options.told, row_fields=row_fields,
        )
        for before, after, changed in changes
    ]  # fmt: skip


def _tell(uow: UnitOfWork, form: FormVersion, events: Sequence[RecordEvent], options: WriteOptions) -> None:
    for listen in options.listeners:
        listen(uow, events, form)


def _existing(
    unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str, act: Act, *, with_deleted: bool = False,
    is_shown_only: bool = False,
) -> Record:  # fmt: skip
    if not is_id(record_id):
        raise NotFound
    limits = Access.of(unit, actor).rows(form, act)
    setting = Setting(me=actor.id if isinstance(actor, Member) else None)
    writes = act is not Act.RECORD_READ and not is_shown_only
    found = rows.read_one(unit, form, record_id, rows=limits, setting=setting, with_deleted=with_deleted, lock=writes)
    if found is None:
        raise NotFound
    return found


def _written(
    uow: UnitOfWork, form: FormVersion, before: Record, changed: Mapping[str, Any], actor: Actor, now: datetime
) -> bool:
    try:
        return rows.change(uow, form, before, changed, by=_author(actor), now=now)
    except rows.UniqueViolated as fault:
        raise _lost_race(form) from fault


def _note_taken(unit: ReadUnit, form: FormVersion, cleaned: Sequence[Cleaned], *, but: str | None = None) -> None:
    for item in form.unique_fields:
        given = [one for one in cleaned if one.values.get(item.id) is not None]
        if not given:
            continue
        seen = rows.taken(unit, form, item.id, {one.values[item.id] for one in given}, but=but)
        for one in given:
            if one.values[item.id] in seen:
                one.findings.append(Finding("not_unique", NOT_UNIQUE, field=item.id))
            seen.add(one.values[item.id])


def _lost_race(form: FormVersion) -> InvalidValues:
    """Two writers chose the same value at once; the second one is told so without saying which record has it."""
    fields = form.unique_fields
    found = Finding("not_unique", NOT_UNIQUE, field=fields[0].id if len(fields) == 1 else None)
    return InvalidValues(findings=[found], count=1)


def _bind_files(
    uow: UnitOfWork, form: FormVersion, changed: Iterable[tuple[str, Mapping[str, Any]]], *, now: datetime
) -> None:
    if not holds_files(form):
        return
    for record_id, values in changed:
        ids = list(files_in(form, values))
        if not uploads.bind(uow, ids, record_id, now=now):  # another record took one of them at the same moment
            raise InvalidValues(findings=[Finding("no_such_file", NO_SUCH_FILE)], count=1)


def _locked(unit: ReadUnit, actor: Actor, form: FormVersion, act: Act) -> frozenset[str]:
    return form.field_ids - Access.of(unit, actor).writable(form, act)


def _refusal(cleaned: Cleaned) -> InvalidValues:
    return InvalidValues(findings=cleaned.findings, count=len(cleaned.findings))


def _stale(unit: ReadUnit, actor: Actor, form: FormVersion, current: Record, yours: JSONObject) -> StaleRecord:
    readable = Access.of(unit, actor).readable(form)
    shown = {name: value for name, value in form.dump(current.values).items() if name in readable}
    return StaleRecord(
        rev=current.rev, current={name: shown.get(name) for name in yours if name in shown}, yours=dict(yours)
    )


def _filled(record: Record) -> tuple[str, ...]:
    return tuple(name for name, value in record.values.items() if value is not None)


def _author(actor: Actor) -> str | None:
    return actor.id if actor.kind == "member" else None
