"""The queue of records that nobody could be given, or that a pool leaves for somebody to take.

A record comes here when a rule finds nobody (`put`). It is tried again when another record of the form is let go, and
by the clock (`waiting`). Whoever has what the filters ask for may take it meanwhile (`taking`); being away, off shift
or outside working hours keeps somebody from being given a record, not from taking one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import LOCALES, LocalizedText, fill, joined, resolve
from formloom.platform.storage.database import UnitOfWork
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.choice import Choice, Rule, patience, takers
from formloom.workflows.assignment.facts import Facts
from formloom.workflows.deliveries import line
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.words import title_of
from formloom.workflows.mail.message import AddressInvalid
from formloom.workflows.queries import queue, staff

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
MOST_NAMED = 5
_ALERT: LocalizedText = {"zh-CN": "无人可派：{title}", "en": "Nobody to assign to: {title}"}
_MAIL: LocalizedText = {"zh-CN": "“{form}”有记录无人可派", "en": "Nobody to assign records of “{form}” to"}
_BEGINS: LocalizedText = {
    "zh-CN": "“{form}”有记录因无人可派而等待：{why}。\n在全部派出之前不再发送邮件。",
    "en": "Records of “{form}” wait because nobody could be given them: {why}.\n"
    "No further mail comes until none of them waits.",
}
_TO_TAKE: LocalizedText = {"zh-CN": "等待领取：{title}", "en": "Waits to be taken: {title}"}


def put(
    uow: UnitOfWork, settings: Settings, context: Context, facts: Facts, found: Choice, rule: Rule, *, rule_id: str,
    rule_key: str, field: str, flow_id: str, run_id: str,
) -> None:  # fmt: skip
    """Put the record of `context` into the queue and tell whom the rule names."""
    now, occasion = context.now, context.occasion
    is_first = queue.is_quiet(uow, rule_id)
    queue.put(
        uow,
        {
            "app_id": context.form.app_id, "form_id": context.form.form_id, "record_id": context.record_id,
            "field": field, "rule": rule_id, "rule_key": rule_key, "document": None if rule_key else dict(rule),
            "flow_id": flow_id, "run_id": run_id, "tries": 1, "queued_at": now,
            "cause": {**occasion.cause.by(flow_id).dump(), "messages": occasion.messages, "locale": occasion.locale},
            **standing(rule, facts, found, queued_at=now, tries=0, now=now),
        },
    )  # fmt: skip
    tell(uow, context, facts, found, rule, field)
    if is_first and not found.waits:
        mail(uow, settings, context, facts, found, rule, rule_id)


def standing(
    rule: Rule, facts: Facts, found: Choice, *, queued_at: datetime, tries: int, now: datetime
) -> dict[str, Any]:
    """Return what an entry says after a try: who may take it, why nobody has it, when it is tried next."""
    able = [one.user_id for one in takers(rule, facts).values() if one.may_take]
    pools = rule.get("pools") or ()
    left_for = patience(pools[found.pool]) if found.waits and found.pool is not None else timedelta.max
    wait = min(FIRST_WAIT * 2 ** min(tries, 10), LONGEST_WAIT)
    return {
        "pool": found.pool if found.waits else None, "people": able,
        "why": {"because": dict(found.because), "reasons": reasons(found.candidates)}, "tried_at": now,
        "next_at": now + wait if left_for == timedelta.max else max(queued_at + left_for, now + FIRST_WAIT),
    }  # fmt: skip


def reasons(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Return each reason once: `code`, in words, how many people it keeps out, and some of their names."""
    found: dict[str, dict[str, Any]] = {}
    for one in candidates:
        if one.dropped is not None:
            about = found.setdefault(
                one.dropped, {"code": one.dropped, "reason": one.reason(), "count": 0, "names": []}
            )
            about["count"] += 1
            if len(about["names"]) < MOST_NAMED:
                about["names"].append(one.name)
    return list(found.values())


def cause_of(entry: queue.Entry) -> Cause:
    """Return why whatever is done with an entry comes about."""
    return Cause.of(entry.cause)


def tell(uow: UnitOfWork, context: Context, facts: Facts, found: Choice, rule: Rule, field: str) -> None:
    """Tell in the app who may take the record, or whom the rule names where nobody could be given it."""
    if found.waits:
        words, told = _TO_TAKE, [one.user_id for one in found.candidates if one.dropped is None]
    else:
        words, told = _ALERT, _alerted(facts, rule)
    active = [user for user in told if facts.structure.is_active(user)]
    key = f"queue:{context.record_id}:{field}:{context.occasion.event_id}"
    staff.notify(
        uow, active, _filled(words, context), form_id=context.form.form_id, record_id=context.record_id, key=key,
        now=context.now,
    )  # fmt: skip


def mail(
    uow: UnitOfWork, settings: Settings, context: Context, facts: Facts, found: Choice, rule: Rule, rule_id: str
) -> None:
    """Tell whom the rule names by mail that records begin to wait: once until none waits, and once an hour at most.

    It is about the form and the reasons, not about the one record that came first.
    """
    alert = rule.get("alert") or {}
    if settings.smtp_url is None or not alert.get("mail") or not context.occasion.messages:
        return
    for address, language in staff.addresses(uow, _alerted(facts, rule)):
        locale = language if language in LOCALES else LOCALES[0]
        form = resolve(context.form.title, locale)
        why = [resolve(found.because, locale), *(resolve(one["reason"], locale) for one in reasons(found.candidates))]
        params = {"form": form, "why": joined(dict.fromkeys(filter(None, why)), locale)}
        link = f"{settings.base_url}/queue"
        try:
            line.put_word(
                uow, settings, key=f"queue:{rule_id}:{context.now:%Y-%m-%dT%H}:{address}", to=address,
                subject=fill(_MAIL, locale, params), body=f"{fill(_BEGINS, locale, params)}\n\n{link}\n",
                locale=locale, now=context.now,
            )  # fmt: skip
        except AddressInvalid:
            continue


def _alerted(facts: Facts, rule: Rule) -> list[str]:
    return [one.user_id for one in facts.members(rule.get("alert") or {}, ())]


def _filled(words: Mapping[str, str], context: Context) -> LocalizedText:
    form = context.form
    titles = {one: title_of(form, context.values, one) or form.title.get(one) or "—" for one in LOCALES}
    return {one: words[one].replace("{title}", titles[one]) for one in LOCALES}
