"""The form that a field leads to, and how much of it somebody may see."""

from dataclasses import dataclass, replace
from datetime import datetime

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor, Member, Public
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog

_catalog = FormCatalog()


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of another form somebody sees: the rows' condition (None for all), the fields, the setting."""

    form: FormVersion
    rows: JSONObject | None
    readable: frozenset[str]
    setting: Setting

    def at(self, now: datetime) -> Setting:
        """Return the setting of conditions at a moment."""
        return replace(self.setting, now=now)


def form_of(unit: ReadUnit, form: FormVersion, item: Field) -> FormVersion | None:
    """Return the form that a field leads to; None when it leads nowhere or to what is not published."""
    return named(unit, form, form.target_key(item))


def named(unit: ReadUnit, form: FormVersion, key: str | None) -> FormVersion | None:
    """Return the form `key` of the same app, or None."""
    if key is None:
        return None
    try:
        return _catalog.in_app(unit, form.app_id, key)
    except NotFound:
        return None


def forms_of(unit: ReadUnit, app_id: str) -> list[FormVersion]:
    """Return the published forms of an app."""
    return _catalog.forms_of(unit, app_id)


def sight(unit: ReadUnit, actor: Actor, form: FormVersion, item: Field) -> Sight | None:
    """Return how much an actor sees of the form that `item` leads to; None for nothing at all.

    A visitor sees what the builder opened for him: every record that may be chosen, by the fields that are named.
    """
    target = form_of(unit, form, item)
    if target is None:
        return None
    if isinstance(actor, Public):
        shown = frozenset(item.cfg.get("show") or ()) & target.field_ids
        return Sight(target, None, shown, Setting(zone=target.zone)) if item.public else None
    return seen(unit, actor, target)


def seen(unit: ReadUnit, actor: Actor, target: FormVersion) -> Sight | None:
    """Return how much of a form an actor who is no visitor may read, or None."""
    access = Access.of(unit, actor)
    if not access.can(Act.RECORD_READ, form=target):
        return None
    me = actor.id if isinstance(actor, Member) else None
    return Sight(target, access.rows(target), access.readable(target), Setting(me=me, zone=target.zone))


def everything(target: FormVersion) -> Sight:
    """Return the sight of the house itself."""
    return Sight(target, None, target.field_ids, Setting(zone=target.zone))
