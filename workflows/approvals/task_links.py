"""Links in mails that lead to a task: signed, for one task of one person, of use while it waits for him.

A link is no session: it opens one page, on which the task can be answered once. It says nothing of the record. What it
leads to is looked up anew each time, so a link to a task that was answered, withdrawn or given to somebody else only
tells that. Nothing is stored for it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

LONGEST = timedelta(days=30)
"""Mailboxes are kept for years; a link that leads into the house is not."""
MAX_TEXT = 400
PATH = "/t/"
_SALT = "task-by-mail"
_ADDRESS = re.compile(rf"{PATH}[A-Za-z0-9_.\-]+")


@dataclass(frozen=True, slots=True)
class TaskLink:
    """What a link says: which task, and whose it was when the mail was written."""

    task_id: str
    user_id: str
    written_at: datetime

    def has_ended(self, now: datetime) -> bool:
        """Tell whether the link is too old to answer by."""
        return now - self.written_at > LONGEST


def sign(secret: str, task_id: str, user_id: str, *, now: datetime) -> str:
    """Return the text of a link."""
    return str(URLSafeSerializer(secret, salt=_SALT).dumps([task_id, user_id, int(now.timestamp())]))


def read(secret: str, text: str) -> TaskLink | None:
    """Return what a link says, or None for one that we did not sign."""
    try:
        task_id, user_id, moment = URLSafeSerializer(secret, salt=_SALT).loads(text[:MAX_TEXT])
        return TaskLink(str(task_id), str(user_id), datetime.fromtimestamp(int(moment), tz=UTC))
    except (BadData, ValueError, TypeError, OverflowError):
        return None


def concealed(text: str) -> str:
    """Return the text of a mail without its link: an administrator who looks at mails is not its reader."""
    return _ADDRESS.sub(f"{PATH}…", text)
