"""What other forms have to say while a record is written: what may be linked, and what is copied over.

One `Relations` serves one unit of work. `warm` reads what many raw records link to at once, so that a batch asks once
for each link field, however many records it has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.fields.gathering import Gathering
from formloom.platform.definitions.fields.linking import mine
from formloom.platform.definitions.fields.messages import NOT_CHOOSABLE, TOO_MANY_BROUGHT
from formloom.platform.definitions.fields.rows import MAX_ROWS, read_rows
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import column_name, field_name
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.ids import is_id
from formloom.platform.records.queries import child_rows, linked
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.record import Record
from formloom.platform.records.relations.copying import TRUSTED, brought, copied
from formloom.platform.records.relations.defaults import default_of, is_asked_for_visitors
from formloom.platform.records.relations.gathering import over_linked, over_pointing, whole
from formloom.platform.records.relations.naming import ids_called
from formloom.platform.records.relations.targets import Sight, form_of, sight
from formloom.platform.storage.database import ReadUnit


class Relations:
    """See the module. `current` holds the clean values of a record that is changed: what it links may stay."""

    def __init__(
        self, unit: ReadUnit, actor: Actor, form: FormVersion, *, now: datetime, locale: str,
        current: Mapping[str, Any] | None = None, record_id: str | None = None,
    ) -> None:  # fmt: skip
        self._unit, self._actor, self._form = unit, actor, form
        self._now, self._locale, self._current, self._record_id = now, locale, current, record_id
        self._is_visitor = isinstance(actor, Public)
        self._fields = form.leading
        self._sights: dict[str, Sight | None] = {}
        self._records: dict[str, dict[str, Record | None]] = {name: {} for name in self._fields}
        self._visible: dict[str, set[str]] = {name: set() for name in self._fields}
        self._targets: dict[str, FormVersion | None] = {}
        self._noted: list[Finding] = []
        """What does not fit of the rows that were brought along last."""

    def warm(self, many: Sequence[Mapping[str, Any]]) -> None:
        """Read what raw records link to, once for each field."""
        for name in self._fields:
            ids = [one for raw in many for one in ids_at(raw, name)]
            if ids:
                self._load(name, ids)

    def choosable(self, field_id: str, ids: Collection[str]) -> Collection[str]:
        """Return those of the ids that may be linked in a field: readable for the actor, or linked already."""
        if field_id not in self._fields:
            return ()
        kept = set(ids_at(self._current or {}, field_id))
        self._load(field_id, ids)
        return {one for one in ids if one in kept or one in self._visible[field_id]}

    def called(self, field_id: str, names: Collection[str]) -> Mapping[str, str]:
        """Return name, folded → id, of the records that may be linked in a field."""
        item = self._fields.get(field_id)
        return ids_called(self._unit, self._actor, self._form, item, names) if item else {}

    def related(self, values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
        """Return what newly chosen records fill into fields that were not sent, and what is gathered elsewhere."""
        found = self._filled(values, given)
        found.update(self._defaults({**values, **found}, {*given, *found}))
        asking = Asking(self._form, {**values, **found})
        for item, gathering in self._form.gathered:
            found[item.id] = self._gathered(asking, item, gathering)
        return found

    def _defaults(self, values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
        """Return what other forms give for fields of a new record that were not sent and have no value yet.

        A visitor reads in the thanks what is found, so into fields that he sees only what the builder opened for him.
        """
        if self._current is not None:
            return {}
        found: dict[str, Any] = {}
        for item in self._form.defaulted:
            if item.id in given or values.get(item.id) is not None:
                continue
            if self._is_visitor and item.public and not is_asked_for_visitors(item, {**values, **found}):
                continue
            asking = Asking(self._form, {**values, **found})
            found[item.id] = default_of(self._unit, asking, item, now=self._now, locale=self._locale)
        return found

    def _filled(self, values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, item in self._fields.items():
            rules = item.cfg.get("fill") or () if name == item.id and name in given else ()
            records = self._newly_chosen(item, values) if rules else []
            if records and item.kind == "record":
                found.update(self._copies(name, records[0], self._form, given))
            for rule in rules if records else ():
                ours = self._form.by_id.get(rule["to"])
                if rule["columns"] and ours is not None and ours.rows is not None and ours.id not in given:
                    self._bring(found, item, rule, ours, records)
        return found

    def _bring(
        self, found: dict[str, Any], item: Field, rule: Mapping[str, Any], ours: Field, records: Sequence[Record]
    ) -> None:
        """Put the rows that newly chosen records bring into `found`; the record of a link, in place of those there."""
        theirs, origin = self._target(item.id), rule.get("from_")
        columns = [one for one in rule["columns"] if origin or self._may_learn(item, one, ours)]
        if theirs is None or not columns or (origin and not self._may_learn(item, rule, ours)):
            return
        if origin and any(isinstance(one.values.get(origin), int) for one in records):
            child_rows.load(self._unit, theirs, filter(None, self._records[item.id].values()), [origin])
        stood = [] if origin else found.get(ours.id, (self._current or {}).get(ours.id)) or []
        raw = brought(self._unit, theirs, records, {**rule, "columns": columns}, ours, self._locale)
        most = ours.cfg["max_rows"] or MAX_ROWS
        if len(stood) + len(raw) > most:
            self._noted.append(Finding("too_many_rows", TOO_MANY_BROUGHT, field=item.id, params={"max": most}))
            return
        for name in self._fields:
            if field_name(name) == ours.id and name != ours.id:
                self._load(name, ids_at({ours.id: raw}, name))
        shown = ours.type.dump(stood, ours.cfg) if stood else []
        trusted = replace(TRUSTED, now=self._now, locale=self._locale, in_row=self.in_row)
        # rows are dumped as a list, which the type of all dumped values doesn't say
        found[ours.id], faults = read_rows([*shown, *raw], stood, ours.cfg, trusted)  # type: ignore[misc]  # see above
        if ours.public or not self._is_visitor:
            where = (f"{ours.id}/{one.field}" if one.field else ours.id for one in faults)
            self._noted += [replace(one, field=place) for one, place in zip(faults, where, strict=True)]

    def in_row(
        self, outer: str, row: Mapping[str, Any], new: Collection[str], filled: Collection[str]
    ) -> dict[str, Any]:
        """Return what records that are newly chosen in a row fill into its cells that were left empty."""
        found: dict[str, Any] = {}
        columns = self._form.by_id[outer].rows
        for name, item in self._fields.items():
            chosen = row.get(item.id) if name == column_name(outer, item.id) and item.id in new else None
            if columns is not None and chosen is not None and chosen in self._visible[name]:
                record = self._records[name].get(chosen)
                found.update(self._copies(name, record, columns, filled) if record else {})
        return found

    def row_misfits(self, outer: str, row: Mapping[str, Any], new: Collection[str]) -> Iterator[Finding]:
        """Yield a finding for each new link in a row that the column's condition does not allow."""
        kept = self._current or {}
        for name, item in self._fields.items():
            if name == column_name(outer, item.id) and item.id in new:
                yield from self._unfit(name, row, self._form.by_id[outer].rows or self._form, kept)

    def _copies(self, name: str, record: Record, form: FormVersion, given: Collection[str]) -> dict[str, Any]:
        """Return what a record chosen in a field fills into the fields of `form` beside it, but those `given`."""
        item, theirs = self._fields[name], self._target(name)
        found: dict[str, Any] = {}
        for rule in item.cfg.get("fill") or () if theirs is not None else ():
            ours = form.by_id.get(rule["to"]) if not rule["columns"] else None
            if ours is not None and theirs is not None and ours.id not in given and self._may_learn(item, rule, ours):
                found[ours.id] = copied(self._unit, theirs, record, rule["from_"], ours, self._locale)
        return found

    def misfits(self, values: Mapping[str, Any], given: Collection[str]) -> Iterator[Finding]:
        """Yield a finding for each new link that the field's condition does not allow, and for rows that don't fit."""
        yield from self._noted
        self._noted = []
        for name, item in self._fields.items():
            if name == item.id and name in given:
                yield from self._unfit(name, values, self._form, self._current or {})

    def _unfit(
        self, name: str, values: Mapping[str, Any], form: FormVersion, current: Mapping[str, Any]
    ) -> Iterator[Finding]:
        """Yield a finding where `values` of `form` newly link to a record that the condition of a field leaves out."""
        item = self._fields[name]
        tree = item.cfg["filter"]
        seen = self._sight(name) if tree else None
        if seen is None:
            return
        node = parse(tree, {**seen.form.value_kinds(), **mine(form.value_kinds())})
        kept = set(ids_at(current, name))
        setting = Setting(me=seen.setting.me, now=self._now, zone=seen.form.zone)
        for one in item.type.ids_in(values.get(item.id)):
            record = self._records[name].get(one)
            if one in kept or record is None:
                continue
            if not matches(node, {**whole(record), **mine(values)}, setting):
                yield Finding("not_choosable", NOT_CHOOSABLE, field=item.id)
                break

    def _may_learn(self, item: Field, rule: Mapping[str, Any], ours: Field) -> bool:
        """Tell whether a value may be filled in: visitors see their answers again, so only what is named for them."""
        return not (self._is_visitor and ours.public) or rule["from_"] in item.cfg["show"]

    def _newly_chosen(self, item: Field, values: Mapping[str, Any]) -> list[Record]:
        kept, known = set(ids_at(self._current or {}, item.id)), self._records[item.id]
        new = [one for one in ids_at(values, item.id) if one not in kept and one in self._visible[item.id]]
        return [record for one in new if (record := known.get(one)) is not None]

    def _gathered(self, asking: Asking, item: Field, gathering: Gathering) -> Any:
        theirs = self._target(item.id)
        if theirs is None:
            return None
        if gathering.through is None:
            return over_pointing(self._unit, asking, item, theirs, self._record_id, self._now)
        ids = _ids(asking.values.get(gathering.through))
        self._load(gathering.through, ids)
        known = self._records.get(gathering.through, {})
        records = [record for one in ids if (record := known.get(one)) is not None]
        return over_linked(self._unit, asking, item, theirs, records, self._now)

    def _target(self, name: str) -> FormVersion | None:
        if name not in self._targets:
            item = self._fields.get(name) or self._form.by_id[name]
            self._targets[name] = form_of(self._unit, self._form, item)
        return self._targets[name]

    def _sight(self, field_id: str) -> Sight | None:
        if field_id not in self._sights:
            self._sights[field_id] = sight(self._unit, self._actor, self._form, self._fields[field_id])
        return self._sights[field_id]

    def _load(self, field_id: str, ids: Iterable[str]) -> None:
        """Read records as they are, and note which of them the actor may read."""
        known = self._records.get(field_id, {})
        new = [one for one in dict.fromkeys(ids) if one not in known and is_id(one)]
        theirs = self._target(field_id) if new else None
        if theirs is None:
            return
        known.update(dict.fromkeys(new))
        for record, deleted in linked.by_ids(self._unit, theirs, new, rows=None, setting=Setting(zone=theirs.zone)):
            if not deleted:
                known[record.id] = record
        self._visible[field_id].update(self._readable(field_id, [one for one in new if known[one] is not None]))

    def _readable(self, field_id: str, ids: Sequence[str]) -> Collection[str]:
        seen = self._sight(field_id)
        if seen is None or seen.rows is None:
            return ids if seen else ()
        found = linked.by_ids(self._unit, seen.form, ids, rows=seen.rows, setting=seen.at(self._now))
        return {record.id for record, _deleted in found}


def ids_at(values: Mapping[str, Any], name: str) -> list[str]:
    """Return the ids in a field, or in a column of the rows that are there."""
    outer, _, inner = name.partition(".")
    value = values.get(outer)
    if not inner:
        return _ids(value)
    rows = value if isinstance(value, (list, tuple)) else ()
    return [one for row in rows if isinstance(row, Mapping) for one in _ids(row.get(inner))]


def _ids(raw: Any) -> list[str]:
    given = [raw] if isinstance(raw, str) else raw
    return [one for one in given if isinstance(one, str)] if isinstance(given, (list, tuple)) else []
