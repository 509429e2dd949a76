"""Reviewing submissions before they become records.

Where a form wants it, what a visitor sends is judged as ever and then only kept: nobody lists, counts, searches or
exports it, no flow hears of it. Who accepts it lets it in through the one pipeline, as the visitor who sent it: under
the id that it had from the start, with serial numbers, quotas and seats as they stand then. What does not fit any more
is told, and the submission goes on waiting. A rejected one can be taken back for thirty days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.conditions.compile import Setting, compile_condition
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.errors import Finding, NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records import agreements, service
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import traces, waiting
from formloom.platform.records.queries.waiting import State, WaitingRow
from formloom.platform.records.record import Agreement, InvalidValues, Record, WriteOptions
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog

MOST = 200
MAX_REASON = 1_000
_NOT_HERE = {"zh-CN": "审核时不能修改此字段", "en": "This field can't be corrected in a review"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission with the record that it would be, as far as the form still has its fields."""

    row: WaitingRow
    record: Record


def is_on(form: FormVersion) -> bool:
    """Tell whether submissions of a form are reviewed first."""
    return bool(form.settings.get("moderation"))


def put(
    uow: UnitOfWork, visitor: Public, form: FormVersion, values: JSONObject, *, now: datetime, options: WriteOptions
) -> Record:
    """Keep a submission and return the record that it may become. Raises FormClosed, InvalidValues."""
    record = service.judge(uow, visitor, form, values, now=now, options=options)
    agreed = agreements.made_now(uow, form, record.values, visitor, locale=options.locale, now=now)
    facts = {
        "source": options.context.get("source"), "kept": sorted(options.kept),
        "agreed": {name: {**asdict(one), "at": one.at.isoformat()} for name, one in agreed.items()},
    }  # fmt: skip
    waiting.add(
        uow,
        WaitingRow(
            record.id, form.form_id, form.version, "waiting", _plain(form, values, record.values),
            form.dump(record.values), facts, visitor.link_token, options.locale, now,
        ),
    )  # fmt: skip
    return record


@requires(Act.RECORD_REVIEW)
def page(unit: ReadUnit, actor: Actor, form: FormVersion, catalog: FormCatalog, state: State) -> list[Waiting]:
    """Return the submissions in a state that the actor may review."""
    rows = waiting.listed(unit, form.form_id, state, most=MOST)
    return _seen(unit, actor, form, [_opened(unit, form, catalog, row) for row in rows])


@requires(Act.RECORD_REVIEW)
def count(unit: ReadUnit, actor: Actor, form: FormVersion) -> int:
    """Return how many submissions wait; of a reviewer of some rows, how many there are altogether."""
    Access.of(unit, actor).rows(form, Act.RECORD_REVIEW)
    return waiting.count(unit, form.form_id, "waiting")


@requires(Act.RECORD_REVIEW)
def correctable(unit: ReadUnit, actor: Actor, form: FormVersion) -> frozenset[str]:
    """Return the fields whose answers the actor may correct."""
    writable = Access.of(unit, actor).writable(form, Act.RECORD_REVIEW)
    return frozenset(name for name in writable if _is_correctable(form, name))


@requires(Act.RECORD_REVIEW)
def read(unit: ReadUnit, actor: Actor, form: FormVersion, catalog: FormCatalog, submission_id: str) -> Waiting:
    """Return one submission, of whatever state. Raises NotFound."""
    return _found(unit, actor, form, catalog, submission_id)


@requires(Act.RECORD_REVIEW)
def correct(
    uow: UnitOfWork, actor: Actor, form: FormVersion, catalog: FormCatalog, submission_id: str, values: JSONObject,
    *, now: datetime,
) -> Waiting:  # fmt: skip
    """Change answers of a submission that waits; what nobody but the respondent may say stays. Raises InvalidValues."""
    before = _found(uow, actor, form, catalog, submission_id, state="waiting")
    allowed = correctable(uow, actor, form)
    barred = [name for name in values if name not in allowed]
    if barred:
        found = [Finding("not_correctable", _NOT_HERE, field=name[:40]) for name in barred[:20]]
        raise InvalidValues(findings=found, count=len(found))
    row, visitor = before.row, _visitor(form, before.row)
    ctx = clean_context(
        uow, visitor, form, now=now, locale=row.locale, owner=service.owner_of(visitor), record_id=row.id
    )  # fmt: skip
    raw = {**_still_asked(form, row), **values}
    cleaned = form.clean(raw, ctx=ctx, public=True, kept=frozenset(row.facts.get("kept") or ()))
    if cleaned.findings:
        raise InvalidValues(findings=cleaned.findings, count=len(cleaned.findings))
    shown = form.dump(cleaned.values)
    corrected = {**(row.facts.get("corrected") or {})}
    for name in values:
        first = corrected.get(name, [row.shown.get(name)])[0]
        corrected[name] = [first, shown.get(name)]
    changed = replace(
        row, raw=_plain(form, raw, cleaned.values), shown=shown, form_version=form.version,
        facts={**row.facts, "corrected": {name: both for name, both in corrected.items() if both[0] != both[1]}},
    )  # fmt: skip
    waiting.change(
        uow, row.id, raw=changed.raw, shown=changed.shown, form_version=changed.form_version, facts=changed.facts
    )  # fmt: skip
    return Waiting(changed, replace(before.record, values=cleaned.values))


@requires(Act.RECORD_REVIEW)
def accept(
    uow: UnitOfWork, actor: Actor, form: FormVersion, catalog: FormCatalog, submission_id: str, *, now: datetime,
    options: WriteOptions,
) -> Record:  # fmt: skip
    """Let a submission in as a record. Raises NotFound, QuotaReached, InvalidValues; it goes on waiting then."""
    row = _found(uow, actor, form, catalog, submission_id, state="waiting").row
    agreed = {
        name: Agreement(**{**one, "at": datetime.fromisoformat(one["at"])})
        for name, one in (row.facts.get("agreed") or {}).items()
    }
    as_sent = replace(
        options, record_id=row.id, locale=row.locale, agreed=agreed, kept=frozenset(row.facts.get("kept") or ()),
        context={"channel": "form", "link": row.link_token, "source": row.facts.get("source")},
    )  # fmt: skip
    record = service.let_in(uow, _visitor(form, row), form, _still_asked(form, row), now=now, options=as_sent)
    changes = {name: both for name, both in (row.facts.get("corrected") or {}).items() if name in form.by_id}
    traces.note_step(uow, form.form_id, record.id, record.rev, "accepted", (actor.kind, actor.id), changes, now=now)
    waiting.remove(uow, row.id)
    return record


@requires(Act.RECORD_REVIEW)
def reject(
    uow: UnitOfWork, actor: Actor, form: FormVersion, catalog: FormCatalog, submission_id: str, reason: str,
    *, now: datetime,
) -> None:  # fmt: skip
    """Reject a submission that waits; the respondent may read why. Raises NotFound."""
    row = _found(uow, actor, form, catalog, submission_id, state="waiting").row
    waiting.change(
        uow, row.id, state="rejected", decided_at=now, decided_by=actor.id, reason=reason.strip()[:MAX_REASON] or None
    )  # fmt: skip


@requires(Act.RECORD_REVIEW)
def take_back(uow: UnitOfWork, actor: Actor, form: FormVersion, catalog: FormCatalog, submission_id: str) -> None:
    """Let a rejected submission wait again. Raises NotFound."""
    row = _found(uow, actor, form, catalog, submission_id, state="rejected").row
    waiting.change(uow, row.id, state="waiting", decided_at=None, decided_by=None, reason=None)


def standing(unit: ReadUnit, form: FormVersion, record_id: str) -> WaitingRow | None:
    """Return a submission for the page of whoever sent it; None when it is a record by now, or gone."""
    return waiting.find(unit, form.form_id, record_id) if is_id(record_id) else None


def _found(
    unit: ReadUnit, actor: Actor, form: FormVersion, catalog: FormCatalog, submission_id: str,
    *, state: State | None = None,
) -> Waiting:  # fmt: skip
    row = waiting.find(unit, form.form_id, submission_id) if is_id(submission_id) else None
    if row is None or state not in {None, row.state}:
        raise NotFound
    seen = _seen(unit, actor, form, [_opened(unit, form, catalog, row)])
    if not seen:
        raise NotFound
    return seen[0]


def _seen(unit: ReadUnit, actor: Actor, form: FormVersion, found: Sequence[Waiting]) -> list[Waiting]:
    """Return those that meet the condition on the rows that the actor may review."""
    limits = Access.of(unit, actor).rows(form, Act.RECORD_REVIEW)
    if not limits:
        return list(found)
    holds = compile_condition(limits, form.value_kinds(), setting=Setting(zone=form.zone))
    return [one for one in found if holds({**one.record.values, "created_at": one.row.created_at})]


def _opened(unit: ReadUnit, form: FormVersion, catalog: FormCatalog, row: WaitingRow) -> Waiting:
    """Return a submission with its clean values, read by the version of the form that took it."""
    taken_by = form if row.form_version == form.version else catalog.version(unit, form.form_id, row.form_version)
    values = {
        item.id: old.type.revive(row.shown[item.id], old.cfg)
        for item in form.stored
        if (old := taken_by.by_id.get(item.id)) is not None and old.type is item.type
        and row.shown.get(item.id) is not None
    }  # fmt: skip
    return Waiting(row, Record(row.id, form.form_id, 0, values, row.created_at, None, row.created_at, None))


def _visitor(form: FormVersion, row: WaitingRow) -> Public:
    return Public(form.form_id, form.version, row.link_token, "", row.locale)


def _still_asked(form: FormVersion, row: WaitingRow) -> dict[str, Any]:
    """Return what was sent, without questions that the form has no longer."""
    return {name: value for name, value in row.raw.items() if (item := form.by_id.get(name)) and item.public}


def _plain(form: FormVersion, raw: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent as it can be taken later: to what text somebody agreed is written down beside it."""
    return {**raw, **{item.id: values[item.id] for item in form.consents if raw.get(item.id) is not None}}


def _is_correctable(form: FormVersion, name: str) -> bool:
    item = form.by_id.get(name)
    return (
        item is not None and item.public and item.type.is_stored and not item.type.is_generated
        and not item.type.agreed_to and item.kind != "files" and not item.document.get("from_link")
    )  # fmt: skip
