"""Telling people that mails wait for them: once an hour at most for each mailbox, however many come."""

from collections.abc import Sequence
from datetime import datetime

from formloom.platform.access.structure import Structure
from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import LOCALES, LocalizedText, fill, resolve
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.workflows.deliveries import line
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.mail.message import AddressInvalid
from formloom.workflows.queries import staff

_WAITS: LocalizedText = {
    "zh-CN": "收件邮箱“{name}”有邮件等待处理", "en": "Mails wait for a decision in the mailbox “{name}”",
}  # fmt: skip


def tell(uow: UnitOfWork, settings: Settings, box: Mailbox, *, now: datetime) -> None:
    """Tell whom the mailbox names that a mail waits."""
    people = _people(uow, box)
    if not people:
        return
    key, path = f"mailbox:{box.id}:{now:%Y-%m-%dT%H}", f"/a/{box.app}/mailboxes/{box.id}/received"
    text = {locale: fill(_WAITS, locale, {"name": resolve(box.title, locale)}) for locale in LOCALES}
    about = {"text": text, "form_id": None, "record_id": None, "path": path}
    staff.notify_each(uow, {f"{key}:{user}": user for user in people}, about, now=now)
    if settings.smtp_url is None or not box.tells.get("mail"):
        return
    for address, language in staff.addresses(uow, people):
        locale = language if language in LOCALES else LOCALES[0]
        body = f"{text[locale]}\n\n{settings.base_url}{path}\n"
        try:
            line.put_word(
                uow,
                settings,
                key=f"{key}:{address}",
                to=address,
                subject=text[locale],
                body=body,
                locale=locale,
                now=now,
            )
        except AddressInvalid:
            continue


def _people(unit: ReadUnit, box: Mailbox) -> Sequence[str]:
    structure = Structure.load(unit)
    ids = [str(one) for one in box.tells.get("users") or ()]
    for role in box.tells.get("roles") or ():
        ids += structure.with_role(str(role))
    for department in box.tells.get("departments") or ():
        ids += structure.members(str(department))
    return staff.active(unit, ids) if ids else ()
