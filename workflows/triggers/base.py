"""A trigger type: its file in `types/` is its registration."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from marshmallow import Schema

from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.engine.context import Occasion

Settings = Mapping[str, Any]


class Trigger(ABC):
    """Decides whether an occasion starts a flow, and when timers do."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    sentence: ClassVar[LocalizedText]
    """How it reads in the rule builder; `{form}` stands for the form's title."""
    icon: ClassVar[str]
    settings: ClassVar[Schema] = Schema.from_dict({}, name="NoSettings")()
    has_record: ClassVar[bool] = True
    gives: ClassVar[Mapping[str, str]] = {}
    """What the flow's nodes know from the start, beside the record: name → kind; see `engine/scope.py`."""

    @abstractmethod
    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        """Tell whether `occasion` starts a flow with this trigger."""

    def given(self, occasion: Occasion) -> Mapping[str, Any]:  # noqa: ARG002 - the signature is the base's
        """Return the values of what `gives` names, as JSON."""
        return {}

    def next_fire(self, cfg: Settings, after: datetime, home: ZoneInfo) -> datetime | None:  # noqa: ARG002 - the signature is the base's
        """Return the next moment strictly after `after` at which the whole flow fires, for clock triggers.

        `home` is the installation's time zone, for triggers that name none.
        """
        return None

    def fires_for(self, cfg: Settings, values: Mapping[str, Any], home: ZoneInfo) -> datetime | None:  # noqa: ARG002 - the signature is the base's
        """Return when the flow fires for a record with these values, for triggers that follow a record's date."""
        return None

    @property
    def follows_records(self) -> bool:
        """Tell whether each record has its own moment of firing."""
        return type(self).fires_for is not Trigger.fires_for

    @property
    def follows_clock(self) -> bool:
        """Tell whether the flow fires by the clock alone."""
        return type(self).next_fire is not Trigger.next_fire
