"""The end pages of a form: of several, the first whose condition holds over the stored answers."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.compile import Setting, compile_node
from formloom.platform.definitions.conditions.tree import Kinds, parse
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.logic.rule import Values


class Endings:
    """The end pages of one form version, by the settings of its document."""

    def __init__(self, entries: Iterable[Mapping[str, Any]], kinds: Kinds, zone: ZoneInfo) -> None:
        self._pages = [(parse(entry.get("when") or {}, kinds), entry) for entry in entries]
        self._zone = zone

    def reached(self, values: Values, ctx: CleanContext) -> Mapping[str, Any] | None:
        """Return the page that these answers lead to, or None for the form's usual one."""
        setting = Setting(now=ctx.now, zone=self._zone)
        return next((entry for node, entry in self._pages if compile_node(node, setting)(values)), None)
