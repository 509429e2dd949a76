"""From what was sent to clean values: what the fields make of it, what the rules make of that, and what doesn't fit.

    cleaned = cleaning.clean({"name": "…"}, ctx=ctx)
    if cleaned.findings: raise Invalid(findings=cleaned.findings)

What the rules of the form hide is dropped, whatever was sent, and never demanded; what they set, they set; what they
lock or no longer offer is refused (`logic/judging.py`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from formloom.platform.definitions.computed import Computed
from formloom.platform.definitions.defaults import Defaults
from formloom.platform.definitions.field import Field
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.logic.checks import Checks
from formloom.platform.definitions.logic.judging import Logic
from formloom.platform.definitions.logic.obeying import choices_barred, locks_broken, obey
from formloom.platform.kernel.errors import Finding, nearest
from formloom.platform.kernel.jsontypes import JSONObject

UNKNOWN = {"zh-CN": "没有名为“{name}”的字段{hint}", "en": "Unknown field '{name}'{hint}"}
REQUIRED = {"zh-CN": "必填", "en": "Required"}
READ_ONLY = {"zh-CN": "由系统生成，不能填写", "en": "Made by the system; it can't be filled in"}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came out of cleaning: clean values by field id, and what did not fit."""

    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)


MAX_STRANGERS = 50
"""So many unknown names are reported; who sends thousands gets no list of them."""
HINT_LENGTH = 60


class Cleaning:
    """Cleans what is written into the records of one form version."""

    def __init__(
        self, fields: Sequence[Field], *, logic: Logic, formulas: Computed, defaults: Defaults, checks: Checks,
        is_rows: bool,
    ) -> None:  # fmt: skip
        """`is_rows` says that the records are the rows of a sub-form, which the form around them computes."""
        self._fields = {item.id: item for item in fields}
        self._stored = tuple(item for item in fields if item.type.is_stored)
        self._with_rows = tuple(item for item in self._stored if item.rows is not None)
        self._logic, self._formulas, self._defaults, self._checks = logic, formulas, defaults, checks
        self._is_rows = is_rows
        self._leads_rows = any(
            item.type.formula(item.cfg) for row in self._with_rows if row.rows for name in row.rows.formulas.needs
            if name not in row.rows.by_id and (item := self._fields.get(name))
        )  # fmt: skip
        """Whether rows are computed from computed fields of the form, which come first then."""
        self._recompute = formulas.values if formulas else None
        self._cleaners = {item.id: (item, item.type.compile(item.cfg)) for item in self._stored}

    def clean(
        self,
        raw: JSONObject,
        *,
        ctx: CleanContext,
        current: Mapping[str, Any] | None = None,
        partial: bool = False,
        public: bool = False,
        locked: frozenset[str] = frozenset(),
        kept: frozenset[str] = frozenset(),
    ) -> Cleaned:
        """Return clean values and everything that does not fit.

        `current` holds the clean values of an existing record; with `partial` only the given fields are cleaned
        and returned, but required and visibility are judged on the record as it would be: a field that becomes
        required through this change is demanded, one that was missing before is not. `public` treats fields that
        are for members only as unknown; so are those in `locked`, and neither is demanded. Those in `kept` have values
        that the house itself put in, which a rule that locks them doesn't take back.
        """
        values, findings, strangers = self._read(raw, current, ctx, locked, public=public)
        if not partial:
            self._fill_defaults(values, raw, ctx)
        self._take_related(values, raw, current, ctx, partial=partial)
        whole = self._compute(values, current, ctx, partial=partial)
        findings.extend(ctx.misfits(whole, values.keys()))
        start = (current or {}) if partial else self.starts(whole, ctx)
        judged = self._logic.judge(whole, ctx, start=start, compute=self._recompute)
        earlier = self._logic.judge(current or {}, ctx, compute=self._recompute) if partial else None
        if judged.values is not whole:
            findings = [
                found for found in findings if _base(found) in judged.visible and _base(found) not in judged.given
            ]
            fields = {item.id: item for item in self._stored if not item.type.is_generated}
            findings.extend(locks_broken(values, start, judged, kept, is_new=not partial))
            findings.extend(choices_barred(fields, values, whole, judged, earlier, ctx.locale))
            obey(fields, values, judged, current if partial else None)
            whole = self._compute(values, current, ctx, partial=partial)
        missing = self._missing(whole, judged.required, {_base(found) for found in findings}, is_new=not partial)
        if missing:
            already = earlier.required if earlier else frozenset[str]()
            findings.extend(
                Finding("required", REQUIRED, field=item.id)
                for item in missing
                if item.id not in locked and (item.public or not public)
                and (not partial or item.id in values or item.id not in already)
            )  # fmt: skip
        if current is not None or not partial:
            known = self._fields
            findings.extend(
                found if not public or found.field is None or known[found.field].public else replace(found, field=None)
                for found in self._checks.findings(
                    judged, whole, ctx, faulty=frozenset(map(_base, findings)), given=values,
                    before=current if partial else None,
                )
            )  # fmt: skip
        if strangers:
            findings.extend(self._unknown(strangers, locked, public=public))
        return Cleaned(values, findings)

    def _read(
        self, raw: JSONObject, current: Mapping[str, Any] | None, ctx: CleanContext, locked: frozenset[str], *,
        public: bool,
    ) -> tuple[dict[str, Any], list[Finding], list[str]]:  # fmt: skip
        """Return the clean values of what was sent, what does not fit, and the names that nothing answers to."""
        findings: list[Finding] = []
        strangers: list[str] = []
        values: dict[str, Any] = {}
        for field_id, value in raw.items():
            cleaner = self._cleaners.get(field_id)
            if cleaner is None or field_id in locked or (public and not cleaner[0].public):
                strangers.append(field_id)
                continue
            item, run = cleaner
            if item.type.is_generated:
                if value is not None:
                    findings.append(Finding("read_only_field", READ_ONLY, field=field_id))
                continue
            if value is None or value in ("", []):
                values[field_id] = item.type.when_left
                continue
            try:
                if item.rows is None:
                    values[field_id] = run(value, ctx)
                else:
                    values[field_id] = item.type.revise(value, (current or {}).get(field_id), item.cfg, ctx)
            except ValueInvalid as fault:
                findings.extend(fault.findings(field_id))
        return values, findings, strangers

    def _fill_defaults(self, values: dict[str, Any], raw: JSONObject, ctx: CleanContext) -> None:
        for field_id, (item, _run) in self._cleaners.items():
            if field_id in raw or item.type.is_generated:
                values.setdefault(field_id, None)
            else:
                values[field_id] = self._start(field_id, ctx)
        self._fill_by_formula(values, self._cleaners.keys() - raw.keys(), ctx)

    def _fill_by_formula(self, values: dict[str, Any], absent: Collection[str], ctx: CleanContext) -> None:
        for field_id, said in self._defaults.raw(values, absent, ctx):
            try:
                values[field_id] = None if said in (None, "", []) else self._cleaners[field_id][1](said, ctx)
            except ValueInvalid:  # what the formula gives does not fit
                values[field_id] = None

    def _take_related(
        self, values: dict[str, Any], raw: JSONObject, current: Mapping[str, Any] | None, ctx: CleanContext,
        *, partial: bool,
    ) -> None:  # fmt: skip
        """Put in what other forms give. A part of no record is given nothing."""
        if current is not None or not partial:
            values.update(ctx.related({**(current or {}), **values}, raw.keys()))

    def _start(self, field_id: str, ctx: CleanContext) -> Any:
        """Return the value of a field in a new record; a default that no longer fits leaves it empty."""
        item, run = self._cleaners[field_id]
        if item.default is None:
            return item.type.default(item.cfg, ctx)
        try:
            return run(item.default, ctx)
        except ValueInvalid:
            return None

    def starts(self, values: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
        """Return what the fields that a rule may lock have in a new record with these values, were they untouched."""
        names = self._logic.lockable & self._cleaners.keys()
        if not names:
            return {}
        whole = {**values, **{name: self._start(name, ctx) for name in names}}
        self._fill_by_formula(whole, names, ctx)
        return {name: whole[name] for name in names}

    def _compute(
        self, values: dict[str, Any], current: Mapping[str, Any] | None, ctx: CleanContext, *, partial: bool
    ) -> dict[str, Any]:
        """Put the computed values in, and return the record as it would be. A part of no record computes nothing."""
        whole = {**(current or {}), **values} if partial else values
        if current is not None or not partial:
            computed = self.computed(whole, ctx)
            values.update(computed)
            whole.update(computed)
        return whole

    def computed(self, values: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
        """Return computed values: those in rows first, since the form's own formulas may add them up."""
        if self._is_rows:  # a row's formulas may name fields of the form, which computes them
            return {}
        if self._leads_rows:
            values = {**values, **self._formulas.values(values, ctx)}
        rows = {
            item.id: item.rows.formulas.in_rows(given, values, ctx)
            for item in self._with_rows
            if item.rows is not None and item.rows.formulas and isinstance(given := values.get(item.id), list)
        }
        return rows | self._formulas.values({**values, **rows} if rows else values, ctx)

    def _missing(
        self, whole: Mapping[str, Any], required: frozenset[str], faulty: set[str | None], *, is_new: bool
    ) -> list[Field]:
        """Return the fields without an answer; later on, one may be taken back to what stands for none."""
        get = whole.get
        return [
            item
            for item in self._stored
            if item.id in required and item.id not in faulty and not item.type.is_generated
            and ((value := get(item.id)) is None or (is_new and value is item.type.when_left))
        ]  # fmt: skip

    def _unknown(self, names: list[str], locked: frozenset[str], *, public: bool) -> list[Finding]:
        """Report names that nothing answers to; what the caller may not fill is never hinted at."""
        known = [item.id for item in self._stored if item.id not in locked and (item.public or not public)]
        return [_stranger(name, known) for name in names[:MAX_STRANGERS]]


def _base(found: Finding) -> str | None:
    """Return the field that a finding is about; what stands behind it is the place inside."""
    return found.field.partition("/")[0] if found.field else None


def _stranger(name: str, known: Iterable[str]) -> Finding:
    shown = name[:HINT_LENGTH].encode("utf-8", "replace").decode()
    return Finding("unknown_field", UNKNOWN, field=shown, params={"name": shown, "hint": hint(name, known)})


def hint(name: str, known: Iterable[str]) -> str:
    """Return the nearest known name as a question, or nothing."""
    found = nearest(name, known)
    return f" → {found}?" if found else ""
