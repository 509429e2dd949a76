"""Leaves and delegations: one's own, and for administrators anybody's."""

from datetime import UTC, datetime
from typing import Any

from formloom.platform.access import absences
from formloom.platform.access.absences import Absence, ShownAbsence
from formloom.platform.access.acts import Act
from formloom.platform.web.auth import structure_schemas as schemas
from formloom.platform.web.route import Api, Call, path_id

api = Api("absences")
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@api.get("/absences", act=Act.ABSENCE_LIST, query=schemas.AbsenceQuery())
def list_absences(call: Call) -> object:
    """List leaves and delegations that are not over, by their start; `user=all` is for administrators."""
    since = _ALWAYS if call.query["past"] else call.now
    with call.db.read() as unit:
        found = absences.list_absences(unit, call.actor, user=call.query["user"], ending_after=since)
    return {"absences": [_absence(one) for one in found]}


@api.post("/absences", act=Act.ABSENCE_CHANGE, body=schemas.AbsenceBody(), status=201)
def enter_absence(call: Call) -> object:
    """Enter a leave or a delegation, one's own unless `user` says whose."""
    wanted = Absence(
        user_id=call.body["user"] or call.member.user_id, kind=call.body["kind"], **schemas.absence_fields(call.body)
    )
    return _absence(call.db.write(lambda uow: absences.enter_absence(uow, call.actor, wanted, now=call.now)))


@api.patch("/absences/<absence_id>", act=Act.ABSENCE_CHANGE, body=schemas.AbsencePatch())
def change_absence(call: Call, absence_id: str) -> object:
    """Change a leave or a delegation."""
    changes = schemas.absence_fields(call.body)
    return _absence(
        call.db.write(lambda uow: absences.change_absence(uow, call.actor, path_id(absence_id), changes, now=call.now))
    )


@api.delete("/absences/<absence_id>", act=Act.ABSENCE_CHANGE)
def remove_absence(call: Call, absence_id: str) -> object:
    """Take a leave or a delegation back."""
    call.db.write(lambda uow: absences.remove_absence(uow, call.actor, path_id(absence_id), now=call.now))
    return None


def _absence(one: ShownAbsence) -> dict[str, Any]:
    entry = one.entry
    return {
        "id": entry.id, "user": {"id": entry.user_id, "name": one.user_name}, "kind": entry.kind,
        "starts_at": entry.starts_at, "ends_at": entry.ends_at, "reason": entry.reason or "",
        "delegate": {"id": entry.delegate_id, "name": one.delegate_name} if entry.delegate_id else None,
        "flow_ids": entry.flow_ids or [], "app_ids": entry.app_ids or [], "can_change": one.can_change,
    }  # fmt: skip
