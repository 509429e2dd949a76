"""Installing a package: one transaction, from an empty app to sample data.

All documents are stored first and then published, each after those that it names, so nothing is ever seen half
done. A second installation of the same package finds the first and changes nothing.

What came from the gallery is ready at once. What was uploaded (`source="import"`) is as inert as it can be: rules
are off, calls to other systems have no address and stay drafts, nobody but the one who installs has rights, no
public link is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.builders import apps, life
from formloom.builders.gallery import sampling
from formloom.builders.gallery.errors import PackageTooNew
from formloom.builders.gallery.inert import inert
from formloom.builders.gallery.package import Package, ensure_sound, every
from formloom.builders.gallery.queries import installed as rows
from formloom.builders.queries.apps import AppKeyTaken
from formloom.builders.world import world_of
from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.sample_people import ensure_role, give_role
from formloom.platform.access.settings import default_locale
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.web.public.queries import links

OURS = "0.1.0"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a package is to be installed; sample data comes in the language of the one who installs."""

    sample_data: bool = True
    source: str = "gallery"
    listeners: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed package; `is_new` is False when it was there before."""

    slug: str
    app_id: str
    app_key: str
    is_new: bool
    samples: int = 0


@requires(Act.TEMPLATE_INSTALL)
def install(
    uow: UnitOfWork,
    actor: Actor,
    package: Package,
    *,
    now: datetime,
    catalog: FormCatalog,
    wish: Wish = Wish(),
) -> Installed:
    """Install a package, or return the installation that is there.

    Raises PackageHasFaults, PackageTooNew, Forbidden.
    """
    known = rows.installed(uow).get(package.slug)
    if known is not None:
        return Installed(known.slug, known.app_id, known.app_key, is_new=False)
    if _numbers(str(package.manifest["requires"])) > _numbers(OURS):
        raise PackageTooNew(needed=package.manifest["requires"])
    ensure_sound(package, world_of(uow, ""))
    ready = inert(package) if wish.source == "import" else package
    _bring_roles(uow, actor, ready, now=now)
    app = _begin_app(uow, actor, ready, now=now)
    author = actor.user_id if isinstance(actor, Member) else None
    leader = author if ready.manifest["leading_role"] else None
    facts = {"manifest": dict(ready.manifest), "people": {}, "leader": leader}
    rows.add(uow, ready.slug, ready.version, app.row.id, facts, source=wish.source, by=author, now=now)
    forms = _publish_all(uow, actor, ready, app, now=now)
    if wish.source != "import":
        for key in ready.manifest["public_links"]:
            links.add(uow, forms[key], by=author, now=now)
    samples = 0
    if wish.sample_data:
        ready = ready.in_language(actor.locale if isinstance(actor, Member) else default_locale(uow))
        people = sampling.bring_people(uow, actor, ready, now=now)
        rows.note(uow, ready.slug, {**facts, "people": people})
        samples = sampling.bring_records(
            uow, ready, app.row.id, people, now=now, catalog=catalog, listeners=wish.listeners
        )
    told = {"slug": ready.slug, "version": ready.version, "source": wish.source}
    audit.note(uow, actor, Act.TEMPLATE_INSTALL, "app", app.row.id, told, now=now)
    return Installed(ready.slug, app.row.id, app.row.key, is_new=True, samples=samples)


def _bring_roles(uow: UnitOfWork, actor: Actor, package: Package, *, now: datetime) -> None:
    for role in package.manifest["roles"]:
        ensure_role(uow, actor, role["key"], role["title"], package_slug=package.slug, now=now)
    leading = package.manifest["leading_role"]
    if leading is not None and isinstance(actor, Member):
        give_role(uow, actor, actor.user_id, leading, now=now)


def _begin_app(uow: UnitOfWork, actor: Actor, package: Package, *, now: datetime) -> apps.App:
    """Begin the app under the package's own key, or with a number behind it when somebody has that key."""
    for number in range(1, 100):
        key = package.slug if number == 1 else f"{package.slug[:36]}_{number}"
        try:
            return apps.create(uow, actor, key, {**package.app, "menu": []}, now=now)
        except AppKeyTaken:
            continue
    raise AppKeyTaken(key=package.slug)


def _publish_all(uow: UnitOfWork, actor: Actor, package: Package, app: apps.App, *, now: datetime) -> Mapping[str, str]:
    """Store and publish every document; return form key → id."""
    author = actor.user_id if isinstance(actor, Member) else None
    ids: dict[tuple[str, str], str] = {}
    for kind, key, document in every(package):
        if kind != "app":
            made = store.create(uow, app_id=app.row.id, kind=kind, key=key, document=dict(document), by=author, now=now)
            ids[kind, key] = made
    world = world_of(uow, app.row.id)
    for (kind, key), definition_id in ids.items():
        if not _stays_draft(kind, package.definitions[kind][key]):
            life.publish(uow, actor, definition_id, now=now, world=world)
    apps.change(uow, actor, app.row.id, {"menu": package.app.get("menu") or []}, now=now)
    return {key: definition_id for (kind, key), definition_id in ids.items() if kind == "form"}


def _stays_draft(kind: str, document: Mapping[str, Any]) -> bool:
    return kind == "flow" and document.get("enabled") is False and _calls_out(document)


def _calls_out(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get("type") == "call_webhook" or any(_calls_out(one) for one in value.values())
    return isinstance(value, list) and any(_calls_out(one) for one in value)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in [*version.split("."), "0", "0"][:3])
