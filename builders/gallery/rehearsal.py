"""The figures of a package that is only looked at: its dashboards over its own sample data, in memory."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from formloom.builders.gallery.moments import moment_of, resolved
from formloom.builders.gallery.package import Package
from formloom.platform.analytics.dashboards import figures_of
from formloom.platform.analytics.widgets import Result, Viewing
from formloom.platform.definitions.conditions.compile import Setting, compile_condition
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.queries.groups import Dimension, GroupRow, Measure
from formloom.platform.records.record import Record


def dashboards(package: Package, viewing: Viewing) -> dict[str, dict[str, Result]]:
    """Return dashboard key → widget id → figures."""
    figures = SampleFigures(package.in_language(viewing.locale), viewing)
    return {
        key: figures_of(document, {}, figures, viewing)
        for key, document in package.definitions.get("dashboard", {}).items()
    }


class SampleFigures:
    """Counts sample records as the database would."""

    def __init__(self, package: Package, viewing: Viewing) -> None:
        self._viewing = viewing
        self._names = {person["key"]: person["name"] for person in package.people}
        self._forms = {
            key: FormVersion.build(
                form_id=key, app_id="", app_key=package.slug, key=key, version=1, document=dict(document), table="",
                columns={}, zone=viewing.zone,
            )
            for key, document in package.definitions.get("form", {}).items()
        }  # fmt: skip
        self._records = {key: self._cleaned(package, key) for key in self._forms}

    def form(self, key: str) -> FormVersion:
        """Return a form of the package. Raises NotFound."""
        if key not in self._forms:
            raise NotFound
        return self._forms[key]

    def readable(self, form: FormVersion) -> frozenset[str]:
        """Return every field: sample data has nothing to hide."""
        return frozenset(form.by_id)

    def aggregate(
        self, form: FormVersion, dimensions: Sequence[Dimension], measures: Sequence[Measure], condition: JSONObject
    ) -> list[GroupRow]:
        """Return group rows over the sample records."""
        groups: dict[tuple[str, ...], tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        for record in self._matching(form, condition):
            values = _whole(record)
            key = {one.field: self._key(form, one, values.get(one.field)) for one in dimensions}
            groups.setdefault(tuple(map(str, key.values())), (key, []))[1].append(values)
        if not dimensions and not groups:
            groups[()] = ({}, [])
        ordered = sorted(groups.values(), key=lambda group: [_place(value) for value in group[0].values()])
        return [GroupRow(key, [_measured(one, found) for one in measures]) for key, found in ordered]

    def records(self, form: FormVersion, condition: JSONObject, sort: Sequence[str], limit: int) -> list[Record]:
        """Return the first sample records in the asked order."""
        found = self._matching(form, condition)
        for name in reversed(sort):
            plain = name.removeprefix("-")
            filled = [one for one in found if _whole(one).get(plain) is not None]
            empty = [one for one in found if _whole(one).get(plain) is None]
            filled.sort(key=lambda one, plain=plain: _whole(one)[plain], reverse=name.startswith("-"))  # type: ignore[misc]  # a lambda with a default
            found = filled + empty
        return found[:limit]

    def people(self, ids: set[str]) -> Mapping[str, str]:
        """Return the names of the sample people."""
        return {name: self._names[name] for name in ids if name in self._names}

    def departments(self, ids: set[str]) -> Mapping[str, Mapping[str, str]]:  # noqa: ARG002 - packages have none
        """Return nothing."""
        return {}

    def linked(self, form: FormVersion, ids: Mapping[str, set[str]]) -> Mapping[str, str]:  # noqa: ARG002 - as above
        """Return nothing."""
        return {}

    def _cleaned(self, package: Package, key: str) -> list[Record]:
        form, now = self._forms[key], self._viewing.now
        ctx = CleanContext(now=now, users=lambda ids: ids)
        people = {name: name for name in self._names}
        found = []
        for place, one in enumerate(package.samples.get(key, ())):
            values = form.clean(resolved(one["values"], now, form.zone, people), ctx=ctx).values
            numbered = [item for item in form.stored if item.type.is_generated and item.type.formula(item.cfg) is None]
            values |= {item.id: f"#{place + 1}" for item in numbered}
            at = moment_of(one["created_at"], now)
            found.append(Record(f"{key}-{place}", key, 1, values, at, None, at, None))
        return found

    def _matching(self, form: FormVersion, condition: JSONObject) -> list[Record]:
        meets = compile_condition(condition, form.value_kinds(), setting=Setting(now=self._viewing.now, zone=form.zone))
        return [one for one in self._records[form.key] if meets(_whole(one))]

    def _key(self, form: FormVersion, one: Dimension, value: Any) -> Any:
        if value is None:
            return None
        if one.bucket:
            return self._period(value, one.bucket).isoformat()
        return form.field(one.field).type.dump(value, form.field(one.field).cfg) if one.field in form.by_id else value

    def _period(self, value: date | datetime, bucket: str) -> date:
        day = value.astimezone(self._viewing.zone).date() if isinstance(value, datetime) else value
        starts = {
            "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1),
            "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), "year": day.replace(month=1, day=1),
        }  # fmt: skip
        return starts.get(bucket, day)


def _whole(record: Record) -> dict[str, Any]:
    return {
        **record.values, "id": record.id, "rev": record.rev, "created_at": record.created_at,
        "updated_at": record.updated_at,
    }  # fmt: skip


def _place(value: Any) -> tuple[bool, Decimal, str]:
    """Return by what a group's key is sorted: numbers by size, texts by themselves, nothing last."""
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return value is None, Decimal(value) if is_number else Decimal(), "" if is_number else str(value)


def _measured(one: Measure, found: Sequence[Mapping[str, Any]]) -> Any:
    if one.op == "count" and one.field is None:
        return len(found)
    values = [value for record in found if (value := record.get(one.field or "")) is not None]
    if one.op in {"count", "distinct"}:
        return len(values) if one.op == "count" else len(set(values))
    if not values:
        return None
    if one.op in {"min", "max"}:
        return str(min(values) if one.op == "min" else max(values))
    added = sum((Decimal(str(value)) for value in values), Decimal())
    return format(added if one.op == "sum" else round(added / len(values), 4), "f")
