"""The mails that this room sends, and the port through which they leave.

Links start with the configured base address and with nothing that a request says: a forged `Host` header must
never end up in somebody's mailbox. Without a mail server there is no letter; the administrator is given the
link to hand over.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from formloom.platform.kernel.text import LocalizedText, fill
from formloom.platform.storage.database import UnitOfWork


class SendMail(Protocol):
    """Puts a mail among the deliveries; it leaves after the commit."""

    def __call__(
        self, uow: UnitOfWork, *, to: str, subject: LocalizedText, body: LocalizedText, locale: str, now: datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in both languages with `{names}` to fill."""

    subject: LocalizedText
    body: LocalizedText

    def filled(self, **params: str) -> "Letter":
        """Return the letter with its names filled; line ends in a value can't make new headers."""
        safe = {name: " ".join(value.split()) for name, value in params.items()}
        return Letter(_fill(self.subject, safe), _fill(self.body, safe))


@dataclass(frozen=True, slots=True)
class Letters:
    """How this installation writes: where its links point, and whether mail leaves at all."""

    base_url: str
    send: SendMail | None = None

    def link(self, path: str) -> str:
        """Return the absolute address of a page."""
        return self.base_url.rstrip("/") + path

    def post(self, uow: UnitOfWork, to: str, letter: Letter, locale: str, now: datetime) -> bool:
        """Send the letter; tell whether it will leave."""
        if self.send is None:
            return False
        self.send(uow, to=to, subject=letter.subject, body=letter.body, locale=locale, now=now)
        return True


def _fill(text: LocalizedText, params: dict[str, str]) -> LocalizedText:
    return {locale: fill(text, locale, params) for locale in text}


INVITATION = Letter(
    {"zh-CN": "{inviter} 邀请你加入 {organisation}", "en": "{inviter} invites you to {organisation}"},
    {
        "zh-CN": (
            "你好：\n\n{inviter} 邀请你使用 {organisation} 的织单。请在 72 小时内打开下面的链接设置密码：\n\n{url}\n\n"
            "如果你不认识邀请人，忽略这封邮件即可。"
        ),
        "en": (
            "Hello,\n\n{inviter} invites you to the Formloom of {organisation}. "
            "Open this link within 72 hours to choose a password:\n\n{url}\n\n"
            "If you don't know who this is, ignore this mail."
        ),
    },
)

PASSWORD_RESET = Letter(
    {"zh-CN": "重设 {organisation} 的密码", "en": "Reset your password at {organisation}"},
    {
        "zh-CN": (
            "你好：\n\n请在一小时内打开下面的链接设置新密码：\n\n{url}\n\n设置后，所有已登录的设备都会退出。"
            "如果不是你本人操作，忽略这封邮件即可，密码不会改变。"
        ),
        "en": (
            "Hello,\n\nOpen this link within one hour to choose a new password:\n\n{url}\n\n"
            "Every device that is signed in will be signed out. If you didn't ask for this, ignore this mail; "
            "your password stays as it is."
        ),
    },
)
