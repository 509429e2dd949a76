"""The receipt of a submission: what the respondent keeps, signed into the address of its page.

The page shows what stands in its address and, for a day, what the form lets it say of the answers (`thanks.py`); it
needs no look at the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.own_links import number_of
from formloom.platform.records.record import Record
from formloom.platform.web.public import quiz_result
from formloom.platform.web.public.quiz_result import Result
from formloom.platform.web.public.thanks import Answers, answers_of, ending_of, next_address

State = Literal["new", "repeat", "changed", "answered"]
_SALT = "public-receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A record's id, the number that the respondent is given, and when it came.

    `state`: `repeat`, the same page was sent again; `changed`, with other answers, which are not stored;
    `answered`, its personal link had been answered before.
    """

    id: str
    number: str
    at: datetime
    state: State = "new"
    answers: Answers = field(default_factory=dict)
    next: str = ""
    """Where the respondent is sent on to; empty for nowhere."""
    key: str | None = None
    """Under which key it is kept."""
    quiz: Result | None = None
    """The result of a quiz, as much of it as the form tells."""
    own: str = ""
    """The secret of the respondent's own link; never kept, made again from the key."""
    ending: str = ""
    """The end page that the answers lead to; empty for the form's usual one."""

    waits: str = ""
    """The id of a submission that is reviewed first; it may be a record by now."""

    def again(self, state: State) -> "Receipt":
        """Return the receipt as given a second time."""
        return replace(self, state=state)

    def dump(self) -> str:
        """Return the JSON that is kept with the submission."""
        kept = [self.id, self.number, self.at.isoformat(), self.answers, self.next, self.quiz, self.ending, self.waits]
        return orjson.dumps(kept).decode()


def load(text: str) -> Receipt:
    """Return a kept receipt."""
    record_id, number, at, *more = orjson.loads(text)
    answers, address, quiz, ending, waits = (*more, None, None, None, None, None)[:5]
    return Receipt(
        record_id, number, datetime.fromisoformat(at), answers=answers or {}, next=address or "", quiz=quiz,
        ending=ending or "", waits=waits or "",
    )  # fmt: skip


def of_waiting(form: FormVersion, record: Record) -> Receipt:
    """Return the receipt of a submission that is reviewed first: nobody is sent on before it is taken."""
    return replace(of_record(form, record), next="", waits=record.id)


def of_record(form: FormVersion, record: Record) -> Receipt:
    """Return the receipt of a new record."""
    return Receipt(
        record.id, number_of(form, record), record.created_at, answers=answers_of(form, record),
        next=next_address(form, record), quiz=quiz_result.of_record(form, record),
        ending=ending_of(form, record).get("id", ""),
    )  # fmt: skip


def sign(secret: str, receipt: Receipt, key: str | None = None) -> str:
    """Return the receipt as it stands in the address of its page."""
    body = [receipt.number, int(receipt.at.timestamp()), receipt.state, key, receipt.ending, receipt.waits]
    return str(URLSafeSerializer(secret, salt=_SALT).dumps(body))


def read(secret: str, query: Mapping[str, Any]) -> Receipt | None:
    """Return the receipt that an address shows, or None for one that is not ours."""
    try:
        number, at, state, *more = URLSafeSerializer(secret, salt=_SALT).loads(str(query.get("r", ""))[:1_000])
        key, ending, waits = more + [None, "", ""][len(more) :]
        return Receipt(
            "", str(number), datetime.fromtimestamp(int(at), tz=UTC), state, key=key, ending=str(ending),
            waits=str(waits),
        )  # fmt: skip
    except (BadData, ValueError, TypeError, OverflowError):
        return None
