"""Records that somebody may look at without owning them: other rows than those of his groups, and fewer fields.

A pool lends what lies in it. Which fields somebody knows of still comes from his permission groups: what they hide
stays hidden, and what the pool masks is hidden as well, so it can't be filtered, sorted, searched or counted by.
"""

from dataclasses import dataclass

from formloom.platform.access.access import Access, FormRef
from formloom.platform.access.acts import Act
from formloom.platform.access.groups import FieldRight
from formloom.platform.kernel.errors import Forbidden
from formloom.platform.kernel.jsontypes import JSONObject


@dataclass(frozen=True, slots=True)
class Lent:
    """The condition that the records meet, and the fields that are hidden of them."""

    rows: JSONObject
    hidden: frozenset[str] = frozenset()


class LentAccess(Access):
    """Reading what is lent, and nothing else."""

    def __init__(self, own: Access, lent: Lent) -> None:
        self._own = own
        self._lent = lent

    def can(self, act: Act, *, form: FormRef | None = None, app: str | None = None) -> bool:
        return act is Act.RECORD_READ and self._own.can(act, form=form, app=app)

    def rows(self, form: FormRef, act: Act = Act.RECORD_READ) -> JSONObject | None:
        if not self.can(act, form=form):
            raise Forbidden
        return self._lent.rows

    def field(self, form: FormRef, field_id: str) -> FieldRight:
        return "read" if field_id in self.readable(form) else "hidden"

    def readable(self, form: FormRef) -> frozenset[str]:
        return self._own.readable(form) - self._lent.hidden

    def writable(self, form: FormRef, act: Act) -> frozenset[str]:  # noqa: ARG002 - nothing is
        return frozenset()
