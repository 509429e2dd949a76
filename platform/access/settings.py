"""What the installation says of itself, and the administrator's choices for all of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import settings as rows
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import house_zone
from formloom.platform.storage.database import ReadUnit, UnitOfWork


def organisation_name(unit: ReadUnit) -> str:
    """Return the name given at set-up."""
    return str(rows.read(unit, "organisation") or "Formloom")


def default_locale(unit: ReadUnit) -> str:
    """Return the language chosen at set-up."""
    found = rows.read(unit, "locale")
    return found if found in LOCALES else LOCALES[0]


@requires(Act.SYSTEM_CHANGE)
def choose_zone(uow: UnitOfWork, actor: Actor, zone: ZoneInfo, *, now: datetime) -> None:
    """Choose the installation's time zone; it holds from the next request on, everywhere."""
    before = house_zone.current(uow)
    house_zone.choose(uow, zone)
    audit.note(uow, actor, Act.SYSTEM_CHANGE, "setting", house_zone.KEY, {"from": before.key, "to": zone.key}, now=now)
