"""The receipt of a submission: what the respondent keeps, signed into the address of its page.

The page shows nothing that does not stand in its address, so it needs no look at the record and reveals none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.record import Record
from formloom.platform.records.serials import number_fields

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

    def again(self, state: State) -> "Receipt":
        """Return the receipt as given a second time."""
        return replace(self, state=state)

    def dump(self) -> str:
        """Return the JSON that is kept with the submission."""
        return orjson.dumps([self.id, self.number, self.at.isoformat()]).decode()


def load(text: str) -> Receipt:
    """Return a kept receipt."""
    record_id, number, at = orjson.loads(text)
    return Receipt(record_id, number, datetime.fromisoformat(at))


def of_record(form: FormVersion, record: Record) -> Receipt:
    """Return the receipt of a new record: its serial number, else the end of its id."""
    numbers = [record.values.get(item.id) for item in number_fields(form) if item.public]
    short = record.id[-8:].upper()
    return Receipt(record.id, str(next(filter(None, numbers), f"{short[:4]}-{short[4:]}")), record.created_at)


def sign(secret: str, receipt: Receipt) -> str:
    """Return the receipt as it stands in the address of its page."""
    body = [receipt.number, int(receipt.at.timestamp()), receipt.state]
    return str(URLSafeSerializer(secret, salt=_SALT).dumps(body))


def read(secret: str, query: Mapping[str, Any]) -> Receipt | None:
    """Return the receipt that an address shows, or None for one that is not ours."""
    try:
        number, at, state = URLSafeSerializer(secret, salt=_SALT).loads(str(query.get("r", ""))[:1_000])
        return Receipt("", str(number), datetime.fromtimestamp(int(at), tz=UTC), state)
    except (BadData, ValueError, TypeError, OverflowError):
        return None
