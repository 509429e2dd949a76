"""A respondent's own way back to his record: a link that shows it, and lets him change what the form allows.

The secret in the link is random and signed: one that we did not make is recognised without a look at the database,
and the database keeps only its hash. Where a page's own random number is given as `seed`, the same page always leads
to the same secret, so the receipt can show it again without anybody keeping it.

What the link allows is decided by the form that is published now, never by the link: a builder who narrows it narrows
every link that was handed out. Reading and changing go through the one pipeline (`service.py`) as a visitor whose
link names the record and the fields (`kernel.actors.Opened`).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.access.policy import Act, requires
from formloom.platform.access.secrets import digest, same
from formloom.platform.definitions.conditions.compile import Setting, compile_condition
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Opened
from formloom.platform.kernel.errors import Conflict, Forbidden
from formloom.platform.kernel.ids import new_id
from formloom.platform.records import service
from formloom.platform.records.queries import respondents
from formloom.platform.records.queries.respondents import RespondentLink
from formloom.platform.records.record import Record
from formloom.platform.records.serials import number_fields
from formloom.platform.storage.database import ReadUnit, UnitOfWork

DAYS = 180
_RANDOM, _SIGNED = 22, 16


class NoOwnLink(Conflict):
    """The form gives respondents no link of their own."""

    code = "no_own_link"
    message = {
        "zh-CN": "此表单没有开启“填写人自己的链接”",
        "en": "This form gives respondents no link of their own: switch it on in the form's settings",
    }


class NoPublicLink(Conflict):
    """Nobody can be led to the form yet."""

    code = "no_public_link"
    message = {"zh-CN": "请先为此表单创建公开链接", "en": "Create a public link of this form first"}


class EditEnded(Forbidden):
    """The respondent may not change the record any more."""

    code = "edit_ended"
    message = {"zh-CN": "现在不能再修改", "en": "It can't be changed any more"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a form lets respondents do with their own record."""

    see: frozenset[str]
    edit: frozenset[str]
    life: timedelta
    days: int | None
    until: datetime | None
    when: Mapping[str, Any] | None

    @classmethod
    def of(cls, form: FormVersion) -> "Terms | None":
        """Return the terms of a form; None where it gives no such link."""
        chosen = form.settings.get("own_link")
        if not chosen:
            return None
        edit: Mapping[str, Any] = chosen.get("edit") or {}
        stored = {item.id: item for item in form.stored}
        return cls(
            see=frozenset(chosen.get("see") or ()) & stored.keys(),
            edit=frozenset(
                name for name in edit.get("fields") or () if name in stored and _is_fillable(stored[name])
            ),
            life=timedelta(days=chosen.get("days") or DAYS), days=edit.get("days"),
            until=datetime.fromisoformat(edit["until"]) if edit.get("until") else None, when=edit.get("when"),
        )  # fmt: skip

    def ends_at(self, record: Record) -> datetime | None:
        """Return until when the record may be changed; None for no end."""
        by_days = record.created_at + timedelta(days=self.days) if self.days else None
        return min((one for one in (by_days, self.until) if one is not None), default=None)

    def lets_edit(self, form: FormVersion, record: Record, now: datetime) -> bool:
        """Tell whether the record may be changed at `now`."""
        ends = self.ends_at(record)
        if not self.edit or (ends is not None and now >= ends):
            return False
        if not self.when:
            return True
        setting = Setting(now=now, zone=form.zone)
        return bool(compile_condition(self.when, form.value_kinds(), setting=setting)(record.values))


def own_of(terms: Terms, record_id: str, *, edits: bool) -> Opened:
    """Return what a visitor with a link to this record may do."""
    this = {"field": "id", "op": "eq", "value": record_id}
    return Opened(this, terms.see, terms.edit if edits else frozenset())


def new_secret(key: str, seed: str | None = None) -> str:
    """Return a secret for a link; the same for the same `seed`, which must itself be random or secret."""
    if seed is None:
        random = secrets.token_urlsafe(16)
    else:
        made = hmac.new(f"own-link:{key}".encode(), seed.encode(), hashlib.sha256).digest()
        random = base64.urlsafe_b64encode(made[:16]).decode().rstrip("=")
    return random + _signature(key, random)


def is_ours(key: str, secret: str) -> bool:
    """Tell whether we made a secret."""
    random, signed = secret[:_RANDOM], secret[_RANDOM:]
    return len(secret) == _RANDOM + _SIGNED and same(signed, _signature(key, random))


def find(unit: ReadUnit, key: str, form: FormVersion, secret: str, now: datetime) -> RespondentLink | None:
    """Return the good link of a form that a secret opens, or None."""
    found = respondents.by_hash(unit, digest(secret)) if is_ours(key, secret) else None
    is_meant = found is not None and found.kind == "own" and found.form_id == form.form_id and found.is_good(now)
    return found if is_meant and Terms.of(form) is not None else None


def give(
    uow: UnitOfWork, form: FormVersion, record: Record, secret: str, *, link_token: str, by: str | None, now: datetime
) -> RespondentLink | None:
    """Write down a link to a record; None where the form gives no such links."""
    terms = Terms.of(form)
    if terms is None:
        return None
    made = RespondentLink(
        new_id(), "own", form.form_id, link_token, record.id, number_of(form, record), 0, now, by, now + terms.life,
        None, None,
    )  # fmt: skip
    row = {name: getattr(made, name) for name in RespondentLink.__slots__}
    respondents.add_many(uow, [{**row, "token_hash": digest(secret)}])
    return made


@requires(Act.RECORD_UPDATE)
def hand_over(
    uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, secret: str, *, link_token: str | None,
    now: datetime,
) -> tuple[Record, RespondentLink]:  # fmt: skip
    """Make a link to a record that the actor may change. Raises NotFound, NoOwnLink, NoPublicLink."""
    record = service.changeable(uow, actor, form, record_id)
    if link_token is None:
        raise NoPublicLink
    made = give(uow, form, record, secret, link_token=link_token, by=actor.id, now=now)
    if made is None:
        raise NoOwnLink
    return record, made


@requires(Act.RECORD_UPDATE)
def of_record(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[RespondentLink]:
    """Return the links to a record that the actor sees, newest first. Raises NotFound."""
    service.read(unit, actor, form, record_id)
    return respondents.of_record(unit, record_id)


@requires(Act.RECORD_UPDATE)
def withdraw(uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, *, now: datetime) -> int:
    """Withdraw all links to a record; return how many were good. Raises NotFound."""
    service.changeable(uow, actor, form, record_id)
    return respondents.revoke(uow, now=now, form_id=form.form_id, record_id=record_id, kind="own")


def number_of(form: FormVersion, record: Record) -> str:
    """Return the number that a respondent knows a record by: its serial number, else the end of its id."""
    numbers = [record.values.get(item.id) for item in number_fields(form) if item.public]
    short = record.id[-8:].upper()
    return str(next(filter(None, numbers), f"{short[:4]}-{short[4:]}"))


def _is_fillable(item: Any) -> bool:
    return item.public and not item.type.is_generated and not item.document.get("from_link")


def _signature(key: str, random: str) -> str:
    made = hmac.new(f"own-link-signature:{key}".encode(), random.encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:12]).decode()
