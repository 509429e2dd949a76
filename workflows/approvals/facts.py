"""What is known of a run where people are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import LocalizedText


@dataclass(frozen=True, slots=True)
class Running:
    """The run that asks, as far as asking needs to know it."""

    id: str
    flow_id: str
    flow_title: LocalizedText
    app_id: str
    form_id: str
    record_id: str
    title: str
    options: Mapping[str, Any]
    initiator_id: str | None
    chosen: Mapping[str, Sequence[str]]
    settings: Settings = field(repr=False)
    """Those of the house: where links lead, and whether mails leave."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a token at a node."""

    node: str
    token: int
    visit: int
