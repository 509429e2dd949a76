"""Tells people and rules what happened in a pool."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.text import LOCALES, LocalizedText
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.per_epoch import PerEpoch
from formloom.platform.web.runtime import Runtime
from formloom.workflows.engine.words import title_of
from formloom.workflows.pools.policy import Pool
from formloom.workflows.pools.steps import Step
from formloom.workflows.queries import claims, staff
from formloom.workflows.queries import pools as rows

OCCASION = "flow.pool_event"
LISTENER = "pool_event"
WARNS: LocalizedText = {
    "zh-CN": "“{title}”还有 {days} 天将回收到公海“{pool}”：{why}",
    "en": "“{title}” goes back to the pool “{pool}” in {days} days: {why}",
}
TAKES: LocalizedText = {
    "zh-CN": "“{title}”已回收到公海“{pool}”：{why}",
    "en": "“{title}” went back to the pool “{pool}”: {why}",
}
GIVES: LocalizedText = {
    "zh-CN": "公海“{pool}”中的“{title}”已分配给您",
    "en": "“{title}” from the pool “{pool}” is yours now",
}
REASONS: Mapping[str, LocalizedText] = {
    "unfollowed": {"zh-CN": "长时间未跟进", "en": "nobody followed up"},
    "unwon": {"zh-CN": "长时间未成交", "en": "it was not won in time"},
    "owner_left": {"zh-CN": "负责人已离开", "en": "its owner has left"},
}


def _read(unit: ReadUnit) -> frozenset[tuple[str, str]]:
    return frozenset(
        (definition.app_id, str(document.get("form")))
        for definition, document in store.published(unit, "flow")
        if (document.get("trigger") or {}).get("type") == LISTENER
    )


_heard = PerEpoch(_read)
"""Which forms, by app and key, have rules that wait for pools."""


def occasions(uow: UnitOfWork, form: FormVersion, steps: Iterable[tuple[Step, Cause, str, bool]]) -> None:
    """Put steps among the events, where some rule waits for such: each with its cause, language and `messages`."""
    found = list(steps)
    if not found or (form.app_id, form.key) not in _heard.present(uow):
        return
    for step, cause, locale, messages in found:
        told = {
            "pool": step.pool.definition.key, "event": step.did, "record": step.record_id, "from": step.from_id,
            "to": step.to_id, "by": step.by_id, "why": step.why, "note": step.note, "at": step.at.isoformat(),
        }  # fmt: skip
        payload: dict[str, Any] = {
            "actor_kind": "member" if step.by_id else "system", "actor_id": step.by_id, "locale": locale,
            "cause": cause.dump(), "messages": messages, "pool": told,
        }  # fmt: skip
        claims.add_occasion(uow, OCCASION, form.form_id, step.record_id, payload, now=step.at)


def tell(
    uow: UnitOfWork, rt: Runtime, pool: Pool, form: FormVersion, record: Record, words: LocalizedText, *, to: str,
    key: str, now: datetime, why: str | None = None, days: int = 0, mail: bool = False,
) -> None:  # fmt: skip
    """Tell a member something about a record, once for each `key`."""
    if rows.is_told(uow, f"{key}:{to}"):
        return
    said = {locale: _filled(words, locale, pool, form, record, why, days) for locale in LOCALES}
    staff.notify(uow, [to], said, form_id=form.form_id, record_id=record.id, key=key, now=now)
    if mail:
        for address, locale in staff.addresses(uow, [to]):
            link = f"{rt.settings.base_url}/notifications"
            body = {one: f"{text}\n\n{link}\n" for one, text in said.items()}
            rt.send_mail(uow, to=address, subject=said, body=body, locale=locale, now=now)


def _filled(
    words: LocalizedText, locale: str, pool: Pool, form: FormVersion, record: Record, why: str | None, days: int
) -> str:
    title = pool.definition.title or {}
    reason = REASONS.get(why or "", {})
    told = {
        "{title}": title_of(form, form.dump(record.values), locale) or "—", "{days}": str(days),
        "{pool}": title.get(locale) or next(iter(title.values()), ""), "{why}": reason.get(locale, ""),
    }  # fmt: skip
    text = words[locale]
    for name, value in told.items():
        text = text.replace(name, value)
    return text
