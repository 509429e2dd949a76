"""Sending a respondent his own link: to the address in his record, else to one that he types.

The answer is the same whatever became of it, so nobody learns which addresses there are. The mail says nothing but
what form it is about; a link is mailed a few times at most.
"""

from datetime import datetime

from formloom.platform.access.emails import clean_email
from formloom.platform.access.letters import Letter
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError, Invalid
from formloom.platform.kernel.text import resolve
from formloom.platform.records.queries import respondents, rows
from formloom.platform.records.queries.respondents import RespondentLink
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.runtime import Runtime
from formloom.platform.web.security import rates

MOST = 8
"""So many mails carry one link."""
_BY_NETWORK = "10 per hour"
OWN_LINK = Letter(
    {"zh-CN": "{form}：您的链接", "en": "{form}: your link"},
    {
        "zh-CN": (
            "您好：\n\n打开下面的链接，可以查看您在“{form}”的提交（单号 {number}）：\n\n{url}\n\n"
            "凡持有此链接的人都能打开，请妥善保管。如果您没有提交过，忽略这封邮件即可。\n\n{organisation}"
        ),
        "en": (
            'Hello,\n\nthis link leads to what you sent with "{form}" (number {number}):\n\n{url}\n\n'
            "Whoever has it can open it, so keep it to yourself. If you sent nothing, ignore this mail.\n\n"
            "{organisation}"
        ),
    },
)


def leaves(rt: Runtime) -> bool:
    """Tell whether mails leave the house."""
    return rt.settings.smtp_url is not None


def send(visit: Visit, link: RespondentLink, url: str, typed: str, letter: Letter = OWN_LINK) -> None:
    """Put a mail in line, if it may go anywhere. Raises TooMany."""
    rates().spend(_BY_NETWORK, "own-mail", visit.network)
    if leaves(visit.rt):
        visit.rt.db.write(lambda uow: put(uow, visit, link, url, typed, letter))


def put(uow: UnitOfWork, visit: Visit, link: RespondentLink, url: str, typed: str, letter: Letter) -> bool:
    """Put a mail to the address in the record in line, else to the typed one; tell whether one will leave."""
    return post(
        uow, visit.rt, visit.form, link, url, address_in(uow, visit.form, link.record_id or "") or typed,
        letter=letter, organisation=visit.organisation, locale=visit.locale, now=visit.now,
    )  # fmt: skip


def post(
    uow: UnitOfWork, rt: Runtime, form: FormVersion, link: RespondentLink, url: str, to: str, *, organisation: str,
    locale: str, now: datetime, letter: Letter = OWN_LINK,
) -> bool:  # fmt: skip
    """Put the letter in line; tell whether it will leave."""
    try:
        address = clean_email(to)
    except Invalid:
        return False
    if not leaves(rt) or not respondents.count_mail(uow, link.id, most=MOST):
        return False
    filled = letter.filled(
        form=resolve(form.title, locale) or form.key, number=link.label or "", url=url, organisation=organisation
    )
    try:
        with uow.attempt():
            rt.send_mail(uow, to=address, subject=filled.subject, body=filled.body, locale=locale, now=now)
    except FormloomError:  # an address that no mail can be written to
        return False
    return True


def address_in(unit: ReadUnit, form: FormVersion, record_id: str) -> str | None:
    """Return the mail address in a record that is still there."""
    record = rows.read_one(unit, form, record_id)
    return address_of(form, record) if record else None


def address_of(form: FormVersion, record: Record) -> str | None:
    """Return the mail address in a record: that of the customer, else the first one that the form asks for."""
    chosen = (form.document.get("customer") or {}).get("email")
    asked = next((item.id for item in form.stored if item.type.id == "email" and item.public), None)
    found = record.values.get(chosen or asked or "")
    return str(found) if found else None


def masked(address: str) -> str:
    """Return an address that only who knows it recognises: l***@example.com."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"
