"""Removing an installed package: its app goes out of sight, its sample data for good.

Pages, rules, public links and rights stop at once. Records that people entered are not deleted: they stay with the
removed app until that is purged, so a wrong click loses nothing. Roles that the package made go along unless somebody
else uses them (`roles`).
"""

from dataclasses import dataclass
from datetime import datetime

from formloom.builders import apps
from formloom.builders.gallery import roles, sampling
from formloom.builders.gallery.errors import NotInstalled
from formloom.builders.gallery.queries import installed as rows
from formloom.platform.access.policy import Act, demand
from formloom.platform.kernel.actors import Actor
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of the sample data."""

    app_id: str
    samples: sampling.Cleared


def remove(uow: UnitOfWork, actor: Actor, slug: str, *, now: datetime, catalog: FormCatalog) -> Removed:
    """Remove an installed package with its app. Raises NotInstalled, Forbidden."""
    known = rows.installed(uow).get(slug)
    if known is None:
        raise NotInstalled(slug=slug[:60])
    demand(uow, actor, Act.TEMPLATE_REMOVE, app=known.app_id)
    cleared = sampling.clear(uow, actor, slug, now=now, catalog=catalog)
    roles.take_along(uow, actor, known, now=now)
    apps.delete(uow, actor, known.app_id, now=now)
    rows.forget(uow, slug)
    return Removed(known.app_id, cleared)
