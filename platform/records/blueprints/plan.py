"""A published blueprint, ready to be asked: which ways lead out of a state, and what each demands."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.blueprint_checks import initial_of, leads
from formloom.platform.storage import access_epoch
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import Definition


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from some states to another, as its document says it."""

    key: str
    to: str
    document: Mapping[str, Any]

    def leads_from(self, state: str | None) -> bool:
        """Tell whether it can be taken from a state; a record without one is in any."""
        return leads(self.document, state or "")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it asks for, those that must be filled first."""
        return tuple(dict.fromkeys([*self.required, *(self.document.get("ask") or ())]))

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.document.get("require") or ())

    @property
    def items(self) -> tuple[str, ...]:
        """What has to be ticked off, by id."""
        return tuple(str(one["id"]) for one in self.document.get("checklist") or ())

    @property
    def automatic(self) -> Mapping[str, Any] | None:
        """When the clock takes it, or None."""
        found: Mapping[str, Any] | None = self.document.get("automatic")
        return found


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The states of one field and the transitions between them."""

    definition: Definition
    field: str
    initial: str
    states: Mapping[str, str]
    """State → category."""
    transitions: Sequence[Transition]

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def key(self) -> str:
        return self.definition.key

    def leaving(self, state: str | None) -> list[Transition]:
        """Return the transitions that lead out of a state, in the order of the document."""
        return [one for one in self.transitions if one.leads_from(state)]

    def find(self, key: str) -> Transition | None:
        """Return the transition of that key, or None."""
        return next((one for one in self.transitions if one.key == key), None)


def read(definition: Definition, document: Mapping[str, Any]) -> Blueprint:
    """Build a blueprint from a published document."""
    states = {str(one["option"]): str(one.get("category") or "open") for one in document["states"]}
    transitions = [Transition(str(one["key"]), str(one["to"]), one) for one in document["transitions"]]
    return Blueprint(definition, str(document["field"]), initial_of(document), states, tuple(transitions))


_lock = threading.Lock()
_known: dict[str, dict[str, Mapping[str, Sequence[Blueprint]]]] = {}
"""Access epoch → app id → form key → its blueprints; one epoch at a time."""


def of_form(unit: ReadUnit, form: FormVersion) -> Sequence[Blueprint]:
    """Return the published blueprints of a form whose field it still has; asked once per access epoch."""
    epoch = access_epoch.current(unit)
    with _lock:
        known = _known.get(epoch, {}).get(form.app_id) if epoch else None
    if known is None:
        known = _read_all(unit, form.app_id)
        with _lock:
            if epoch not in _known:
                _known.clear()
            _known.setdefault(epoch, {})[form.app_id] = known
    found = known.get(form.key, ())
    return [one for one in found if one.field in form.by_id] if found else ()


def _read_all(unit: ReadUnit, app_id: str) -> dict[str, Sequence[Blueprint]]:
    found: dict[str, list[Blueprint]] = {}
    for definition, document in store.published(unit, "blueprint", app_id=app_id):
        found.setdefault(str(document["form"]), []).append(read(definition, document))
    return {key: tuple(several) for key, several in found.items()}
