"""In whose name a command acts: the first administrator, who could do the same in the browser."""

from formloom.builders.cli import Refused
from formloom.platform.access.identity import load_member
from formloom.platform.access.queries.people import first_administrator_id
from formloom.platform.kernel.actors import Member
from formloom.platform.web.runtime import Runtime


def first_administrator(rt: Runtime) -> Member:
    """Return the administrator who has been there longest. Raises Refused before the set-up."""
    with rt.db.read() as unit:
        user_id = first_administrator_id(unit)
        found = load_member(unit, user_id) if user_id else None
    if found is None:
        raise Refused("nobody has set this installation up yet; run formloom init")
    return found
