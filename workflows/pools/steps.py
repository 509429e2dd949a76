"""What happens to a record in a pool, one step at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.workflows.pools.policy import Pool


@dataclass(frozen=True, slots=True)
class Step:
    """One step; what the log keeps and rules hear of.

    `did` is `entered`, `claimed`, `assigned`, `transferred`, `returned` or `recycled`; `by_id` is None for the house.
    """

    pool: Pool
    did: str
    record_id: str
    at: datetime
    by_id: str | None = None
    from_id: str | None = None
    to_id: str | None = None
    why: str | None = None
    note: str | None = None

    def logged(self, form: FormVersion) -> dict[str, Any]:
        """Return the step as the log keeps it."""
        return {
            "pool_id": self.pool.id, "form_id": form.form_id, "record_id": self.record_id, "did": self.did,
            "at": self.at, "by_id": self.by_id, "from_id": self.from_id, "to_id": self.to_id, "why": self.why,
            "note": self.note,
        }  # fmt: skip
