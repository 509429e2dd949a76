"""What a document's check can see of the app around it, read from the database and the registries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from formloom.builders.queries import names
from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit


@dataclass(slots=True)
class Registries:
    """What higher floors registered; filled by `app.py` before the first request."""

    triggers: Mapping[str, type[Schema]] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    nodes: Mapping[str, type[Schema]] = field(default_factory=dict)
    strategies: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    liquid: Callable[[str], str | None] = lambda _text: None


REGISTRIES = Registries()


def world_of(unit: ReadUnit, app_id: str, *, key: str = "") -> World:
    """Return the app as its documents see it: drafts count, since a draft is checked against drafts."""
    others: dict[str, dict[str, Any]] = {kind.id: {} for kind in KINDS}
    for found in store.listing(unit, app_id=app_id, with_draft=True):
        others.setdefault(found.kind, {})[found.key] = found.draft or {}
    return World(
        key=key, others=others, roles=names.role_keys(unit), triggers=REGISTRIES.triggers, given=REGISTRIES.given,
        nodes=REGISTRIES.nodes, strategies=REGISTRIES.strategies, metrics=REGISTRIES.metrics, liquid=REGISTRIES.liquid,
    )  # fmt: skip
