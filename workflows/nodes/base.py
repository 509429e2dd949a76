"""A node type: its file in `types/` is its registration.

A gate chooses which way comes next and does nothing. A fork walks several ways at a time. An action says in `plan`
what is to be done, purely from the context, and does it in `perform` through the desk: the one set of hands that a flow
has. The desk of the dispatcher writes; the desk of a rehearsal only looks, so an action is written once and can be
simulated.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema

from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.desk import Desk

Settings = Mapping[str, Any]
Plan = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Route:
    """The way that a gate chose, None for past all of them; whether it matched, and why."""

    matched: bool
    why: Sequence[Mapping[str, Any]] = ()
    way: str | None = None


class NodeType(ABC):
    """What both kinds have: how they are called and what can be set."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    icon: ClassVar[str]
    group: ClassVar[str]
    settings: ClassVar[Schema]
    waits: ClassVar[bool] = False
    """Whether a run may stay here for a while; what is to be done at once has no such nodes."""


class Gate(NodeType):
    """Chooses what comes next."""

    @abstractmethod
    def route(self, cfg: Settings, context: Context) -> Route:
        """Return the chosen way."""


class Fork(NodeType):
    """Walks several of its ways, or one of them several times."""

    @abstractmethod
    def starts(self, cfg: Settings, ways: Sequence[str], context: Context) -> Sequence[tuple[str, Any]]:
        """Return (way, item) for each token to send; `item` is what a loop gives it, None outside loops."""

    def is_enough(self, cfg: Settings, left: int) -> bool:  # noqa: ARG002 - most wait for all
        """Tell whether the run goes on although `left` ways have not come to their end."""
        return left == 0


class Action(NodeType):
    """Does something, or waits for something: an outcome with the result `waiting` keeps the run here."""

    leaves_house: ClassVar[bool] = False
    """Whether it has an effect outside; such actions are left out where messages are switched off."""

    def plan(self, cfg: Settings, context: Context) -> Plan:  # noqa: ARG002 - most actions need the settings alone
        """Return what is to be done, with every value resolved. Raises FormloomError."""
        return {name: value for name, value in cfg.items() if name not in {"id", "type"}}

    @abstractmethod
    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        """Do it. Raises FormloomError when a fact prevents it; the flow goes on with the next node."""
