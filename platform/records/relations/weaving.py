"""What other forms have to say while a record is written: what may be linked, and what is copied over.

One `Relations` serves one unit of work. `warm` reads what many raw records link to at once, so that a batch asks once
for each link field, however many records it has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.fields.gathering import Gathering
from formloom.platform.definitions.fields.linking import mine
from formloom.platform.definitions.fields.messages import NOT_CHOOSABLE
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.ids import is_id
from formloom.platform.records.queries import linked
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.record import Record
from formloom.platform.records.relations.copying import copied
from formloom.platform.records.relations.defaults import default_of
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
        self._fields = {item.id: item for item in form.stored if item.type.who == "record"}
        self._sights: dict[str, Sight | None] = {}
        self._records: dict[str, dict[str, Record | None]] = {name: {} for name in self._fields}
        self._visible: dict[str, set[str]] = {name: set() for name in self._fields}
        self._targets: dict[str, FormVersion | None] = {}

    def warm(self, many: Sequence[Mapping[str, Any]]) -> None:
        """Read what raw records link to, once for each field."""
        for name in self._fields:
            ids = [one for raw in many for one in _ids(raw.get(name))]
            if ids:
                self._load(name, ids)

    def choosable(self, field_id: str, ids: Collection[str]) -> Collection[str]:
        """Return those of the ids that may be linked in a field: readable for the actor, or linked already."""
        if field_id not in self._fields:
            return ()
        kept = set(_ids((self._current or {}).get(field_id)))
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

        A visitor would read in the thanks what is found, so nothing is looked up into fields that he sees.
        """
        if self._current is not None:
            return {}
        found: dict[str, Any] = {}
        for item in self._form.defaulted:
            if item.id in given or values.get(item.id) is not None or (self._is_visitor and item.public):
                continue
            asking = Asking(self._form, {**values, **found})
            found[item.id] = default_of(self._unit, asking, item, now=self._now, locale=self._locale)
        return found

    def _filled(self, values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for item in self._fields.values():
            rules = item.cfg.get("fill") or ()
            record = self._newly_chosen(item, values, given) if rules else None
            if record is None:
                continue
            theirs = self._target(item)
            for rule in rules:
                ours = self._form.by_id.get(rule["to"])
                if ours is None or ours.id in given or theirs is None or not self._may_learn(item, rule, ours):
                    continue
                found[ours.id] = copied(self._unit, theirs, record, rule["from_"], ours, self._locale)
        return found

    def misfits(self, values: Mapping[str, Any], given: Collection[str]) -> Iterator[Finding]:
        """Yield a finding for each new link to a record that the field's condition does not allow."""
        for item in self._fields.values():
            tree, seen = item.cfg["filter"], self._sight(item.id) if item.id in given else None
            if not tree or seen is None:
                continue
            kinds = {**seen.form.value_kinds(), **mine(self._form.value_kinds())}
            node, kept = parse(tree, kinds), set(_ids((self._current or {}).get(item.id)))
            setting = Setting(me=seen.setting.me, now=self._now, zone=seen.form.zone)
            for one in item.type.ids_in(values.get(item.id)):
                record = self._records[item.id].get(one)
                if one in kept or record is None:
                    continue
                if not matches(node, {**whole(record), **mine(values)}, setting):
                    yield Finding("not_choosable", NOT_CHOOSABLE, field=item.id)
                    break

    def _may_learn(self, item: Field, rule: Mapping[str, Any], ours: Field) -> bool:
        """Tell whether a value may be filled in: visitors see their answers again, so only what is named for them."""
        return not (self._is_visitor and ours.public) or rule["from_"] in item.cfg["show"]

    def _newly_chosen(self, item: Field, values: Mapping[str, Any], given: Collection[str]) -> Record | None:
        value = values.get(item.id)
        if value is None or item.id not in given or (self._current or {}).get(item.id) == value:
            return None
        return self._records[item.id].get(value) if value in self._visible[item.id] else None

    def _gathered(self, asking: Asking, item: Field, gathering: Gathering) -> Any:
        theirs = self._target(item)
        if theirs is None:
            return None
        if gathering.through is None:
            return over_pointing(self._unit, asking, item, theirs, self._record_id, self._now)
        ids = _ids(asking.values.get(gathering.through))
        self._load(gathering.through, ids)
        known = self._records.get(gathering.through, {})
        records = [record for one in ids if (record := known.get(one)) is not None]
        return over_linked(self._unit, asking, item, theirs, records, self._now)

    def _target(self, item: Field) -> FormVersion | None:
        if item.id not in self._targets:
            self._targets[item.id] = form_of(self._unit, self._form, item)
        return self._targets[item.id]

    def _sight(self, field_id: str) -> Sight | None:
        if field_id not in self._sights:
            self._sights[field_id] = sight(self._unit, self._actor, self._form, self._fields[field_id])
        return self._sights[field_id]

    def _load(self, field_id: str, ids: Iterable[str]) -> None:
        """Read records as they are, and note which of them the actor may read."""
        known = self._records.get(field_id, {})
        new = [one for one in dict.fromkeys(ids) if one not in known and is_id(one)]
        theirs = self._target(self._fields[field_id]) if new else None
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


def _ids(raw: Any) -> list[str]:
    given = [raw] if isinstance(raw, str) else raw
    return [one for one in given if isinstance(one, str)] if isinstance(given, (list, tuple)) else []
