"""What a dashboard's widget asks and answers, apart from where the figures come from.

A `Figures` source counts: the database for a dashboard, the sample data for a package that is only looked at. So the
preview in the gallery and the dashboard after the installation are computed by the same code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.queries.groups import Dimension, GroupRow, Measure
from formloom.platform.records.record import Record

Widget = Mapping[str, Any]
Result = dict[str, Any]


class Figures(Protocol):
    """Where the figures come from, with the viewer's rows and fields already part of every question."""

    def form(self, key: str) -> FormVersion:
        """Return the form `key` of the dashboard's app. Raises NotFound."""
        ...

    def readable(self, form: FormVersion) -> frozenset[str]:
        """Return the fields that the viewer may see."""
        ...

    def aggregate(
        self, form: FormVersion, dimensions: Sequence[Dimension], measures: Sequence[Measure], condition: JSONObject
    ) -> list[GroupRow]:
        """Return group rows. Raises FieldUnknown, BadAggregate, Forbidden."""
        ...

    def records(self, form: FormVersion, condition: JSONObject, sort: Sequence[str], limit: int) -> list[Record]:
        """Return the first records. Raises FieldUnknown, BadQuery, Forbidden."""
        ...

    def people(self, ids: set[str]) -> Mapping[str, str]:
        """Return id → name."""
        ...

    def departments(self, ids: set[str]) -> Mapping[str, Mapping[str, str]]:
        """Return id → title by language."""
        ...

    def linked(self, form: FormVersion, ids: Mapping[str, set[str]]) -> Mapping[str, str]:
        """Return id → name of the records that fields of a form link to, `ids` given by field."""
        ...


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks, when and how."""

    locale: str
    now: datetime
    zone: ZoneInfo


def both(*conditions: JSONObject | None) -> JSONObject:
    """Return the condition that all of the given ones hold."""
    parts = [one for one in conditions if one]
    if not parts:
        return {}
    return dict(parts[0]) if len(parts) == 1 else {"all": [dict(part) for part in parts]}


def dimensions_of(widget: Widget) -> list[Dimension]:
    """Return what the widget groups by."""
    return [Dimension(one["field"], one.get("bucket")) for one in widget.get("group_by") or ()]


def measures_of(widget: Widget) -> list[Measure]:
    """Return what the widget counts or sums; without a word, it counts records."""
    return [Measure(one["op"], one.get("field")) for one in widget.get("measures") or ()] or [Measure("count")]
