"""One published (or drafted) version of a form, ready to use.

A `FormVersion` is built once from its document and kept: everything that cleaning, showing and storing need is
worked out then, so that a request only runs a list of closures. It never changes and compares by identity.

    form = FormVersion.build(form_id=…, document=…, table="form_crm_lead", columns={"name": "name"})
    cleaned = form.clean({"name": "…"}, ctx=ctx)
    if cleaned.findings: raise Invalid(findings=cleaned.findings)

What the rules of the form hide is dropped, whatever was sent, and never demanded; what they set, they set; what they
lock or no longer offer is refused (`logic/judging.py`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.computed import Computed
from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.defaults import Defaults
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, ValueInvalid, ValueKind
from formloom.platform.definitions.fields.linking import MINE
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.logic.checks import Checks
from formloom.platform.definitions.logic.endings import Endings
from formloom.platform.definitions.logic.judging import Judged, Logic
from formloom.platform.definitions.logic.obeying import choices_barred, locks_broken, obey
from formloom.platform.definitions.row_names import condition_kinds, own_columns, row_columns
from formloom.platform.definitions.scoring import Scoring
from formloom.platform.kernel.errors import Finding, FormloomError, nearest
from formloom.platform.kernel.jsontypes import JSONObject, JSONValue
from formloom.platform.kernel.text import LocalizedText, resolve
from formloom.platform.kernel.zones import DEFAULT_ZONE

_COMMON = frozenset({
    "id", "type", "label", "help", "placeholder", "required", "unique", "default", "default_formula", "quiz",
    "width", "public", "from_link",
    "default_from",
})  # fmt: skip
UNKNOWN = {"zh-CN": "没有名为“{name}”的字段{hint}", "en": "Unknown field '{name}'{hint}"}
REQUIRED = {"zh-CN": "必填", "en": "Required"}
READ_ONLY = {"zh-CN": "由系统生成，不能填写", "en": "Made by the system; it can't be filled in"}


class UnknownField(FormloomError):
    """The form has no field of that id."""

    code = "unknown_field"
    kind = "invalid"
    message = UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a form: a type with its settings."""

    id: str
    type: FieldType[Any]
    cfg: Mapping[str, Any]
    label: LocalizedText
    required: bool
    unique: bool
    public: bool
    document: Mapping[str, Any]
    kind: ValueKind | None
    """What operators compare; None for fields without a value."""
    column_spec: ColumnSpec
    """Meaningful only where the type is stored."""
    column_meaning: tuple[ColumnSpec, str]
    """What its column holds; see `FieldType.column_meaning`."""
    rows: "FormVersion | None" = None
    """The columns of a sub-form: a form version inside the form's, whose records are the rows."""

    @property
    def default(self) -> Any:
        """Return the raw default of the document."""
        return self.document.get("default")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came out of cleaning: clean values by field id, and what did not fit."""

    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)


MAX_STRANGERS = 50
"""So many unknown names are reported; who sends thousands gets no list of them."""
HINT_LENGTH = 60


class FormVersion:
    """See the module."""

    def __init__(self, fields: tuple[Field, ...], logic: Logic, **facts: Any) -> None:
        self.form_id: str = facts["form_id"]
        self.app_id: str = facts["app_id"]
        self.app_key: str = facts["app_key"]
        self.key: str = facts["key"]
        self.version: int = facts["version"]
        self.document: Mapping[str, Any] = facts["document"]
        self.table: str = facts["table"]
        self.zone: ZoneInfo = facts["zone"]
        """The installation's time zone: whose days count, and in which times without a zone are read and shown."""
        self.columns: Mapping[str, str] = MappingProxyType(own_columns(facts["columns"]))
        self.is_rows: bool = facts.get("is_rows", False)
        """Whether this is the inside of a sub-form: the columns of its rows."""
        self.title: LocalizedText = self.document.get("title") or {}
        self.settings: Mapping[str, Any] = self.document.get("settings") or {}
        self.fields = fields
        self.stored = tuple(item for item in fields if item.type.is_stored)
        self.by_id: Mapping[str, Field] = MappingProxyType({item.id: item for item in fields})
        self.field_ids = frozenset(self.by_id)
        self.gathered = tuple((item, found) for item in self.stored if (found := item.type.gathering(item.cfg)))
        """The fields whose values are gathered from another form, and how."""
        self.defaulted = tuple(item for item in self.stored if item.document.get("default_from"))
        """The fields whose value in a new record may come from another form."""
        self.unique_fields = tuple(item for item in self.stored if item.unique)
        self.with_rows = tuple(item for item in self.stored if item.rows is not None)
        self.scoring = Scoring((item.id, item.type, item.cfg, item.document.get("quiz")) for item in self.stored)
        self.formulas = Computed(((item.id, item.type, item.cfg) for item in self.stored), self.zone, self.scoring)
        self._kinds = condition_kinds(self.stored)
        self.logic = logic
        self.checks = Checks(self.document.get("checks") or (), fields, self._kinds, self.zone)
        self.endings = Endings(self.settings.get("endings") or (), self._kinds, self.zone)
        self._defaults = Defaults(
            ((item.id, item.document.get("default_formula"), item.kind, item.cfg) for item in self.stored),
            self.formulas,
        )
        self._cleaners = {item.id: (item, item.type.compile(item.cfg)) for item in self.stored}
        self._dumpers = [
            (item.id, None if type(item.type).dump is FieldType.dump else item.type.dump, item.cfg)
            for item in self.stored
        ]

    @classmethod
    def build(
        cls, *, form_id: str, app_id: str, app_key: str, key: str, version: int, document: JSONObject, table: str,
        columns: Mapping[str, str], zone: ZoneInfo = DEFAULT_ZONE, within: str = "",
    ) -> "FormVersion":  # fmt: skip
        """Build a version from a checked document. Raises UnknownType, Invalid for one that was never checked.

        `within` is the sub-form whose columns these are, for the version inside one.
        """
        fields = tuple(
            field_of(entry, zone, columns, within)  # type: ignore[arg-type]
            for entry in document.get("fields") or ()  # type: ignore[union-attr]
        )
        rules: Any = document.get("rules") or ()
        return cls(
            fields, Logic(fields, rules, zone, columns=condition_kinds(fields)), form_id=form_id, app_id=app_id,
            app_key=app_key, key=key, version=version, document=document, table=table, columns=columns, zone=zone,
            is_rows=bool(within),
        )  # fmt: skip

    @property
    def reference(self) -> str:
        """Return the form's name for people and scripts: `app.form`."""
        return f"{self.app_key}.{self.key}"

    @property
    def title_field(self) -> str | None:
        """Return the field that names a record: the document's choice, else the first stored text."""
        chosen = self.document.get("title_field")
        if chosen in self.columns or chosen in self._cleaners:
            return str(chosen)
        texts = [item.id for item in self.stored if item.kind == "text" and item.type.can_name_record]
        return texts[0] if texts else None

    def field(self, field_id: str) -> Field:
        """Return the field of that id. Raises UnknownField."""
        found = self.by_id.get(field_id)
        if found is None:
            raise UnknownField(name=field_id, hint=_hint(field_id, self.by_id))
        return found

    def target_key(self, item: Field) -> str | None:
        """Return the key of the form that a field leads to, itself or through the link that it names."""
        through = item.cfg.get("through")
        source = self.by_id.get(through) if through else item
        return source.type.target(source.cfg) if source else None

    @property
    def sources(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Return field id → the form and its fields whose values the field shows, for fields that gather."""
        found = {}
        for item, gathering in self.gathered:
            shown = {gathering.field, gathering.by, *fields_of(gathering.where)} - {None}
            names = frozenset(str(name) for name in shown if not str(name).startswith(MINE))
            found[item.id] = (self.target_key(item) or "", names)
        return MappingProxyType(found)

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
        judged = self.logic.judge(whole, ctx, start=start, compute=self.recompute)
        earlier = self.judged(current or {}, ctx=ctx) if partial else None
        if judged.values is not whole:
            findings = [
                found for found in findings if _base(found) in judged.visible and _base(found) not in judged.given
            ]
            fields = {item.id: item for item in self.stored if not item.type.is_generated}
            findings.extend(locks_broken(values, start, judged, kept, is_new=not partial))
            findings.extend(choices_barred(fields, values, whole, judged, earlier, ctx.locale))
            obey(fields, values, judged, current if partial else None)
            whole = self._compute(values, current, ctx, partial=partial)
        missing = self._missing(whole, judged.required, {_base(found) for found in findings})
        if missing:
            already = earlier.required if earlier else frozenset[str]()
            findings.extend(
                Finding("required", REQUIRED, field=item.id)
                for item in missing
                if item.id not in locked and (item.public or not public)
                and (not partial or item.id in values or item.id not in already)
            )  # fmt: skip
        if current is not None or not partial:
            known = self.by_id
            findings.extend(
                found if not public or found.field is None or known[found.field].public else replace(found, field=None)
                for found in self.checks.findings(
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
                values[field_id] = None
                continue
            try:
                if item.rows is None:
                    values[field_id] = run(value, ctx)
                else:
                    values[field_id] = item.type.revise(value, (current or {}).get(field_id), item.cfg, ctx)
            except ValueInvalid as fault:
                findings.extend(fault.findings(field_id))
        return values, findings, strangers

    def computed(self, values: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
        """Return the values of the computed fields over these clean values."""
        return self._computed(values, ctx)

    def live_formulas(self, names: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return the formulas that can be computed while somebody types who sees only the fields in `names`.

        They stand in the order of their needs: as trees, with what comes out.
        """
        return {
            name: {"tree": tree, **{part: self.by_id[name].cfg[part] for part in ("result", "decimals")}}
            for name, tree in self.formulas.live(names).items()
        }

    def live_rows(self, names: Collection[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the formulas in the rows of each sub-form among `names`, as `live_formulas` does; row by row."""
        return {
            item.id: item.rows.live_formulas({*item.rows.by_id, *names})
            for item in self.with_rows
            if item.rows is not None and item.id in names
        }

    def suggestions(self, names: Collection[str]) -> list[dict[str, Any]]:
        """Return the defaults by formula that can be suggested while somebody types who sees the fields in `names`."""
        return self._defaults.live(names)

    def computed_anew(self, before: "FormVersion") -> set[str]:
        """Return the computed fields whose stored values the version `before` would not have given."""
        gathered = {item.id for item, _how in self.gathered if item.document != _document_of(before, item.id)}
        formulas = {item.id for item in self.stored if gathered and item.type.formula(item.cfg)}
        return self.formulas.unlike(before.formulas) | gathered | formulas

    @property
    def recompute(self) -> Callable[[Mapping[str, Any], CleanContext], Mapping[str, Any]] | None:
        """Return what computes the computed fields anew over clean values, where there are any."""
        return self.formulas.values if self.formulas else None

    def judged(self, values: Mapping[str, Any], *, ctx: CleanContext) -> Judged:
        """Return what the rules say about a record with these clean values; locked fields keep those."""
        return self.logic.judge(values, ctx, compute=self.recompute)

    def visible(self, values: Mapping[str, Any], *, now: datetime | None = None) -> frozenset[str]:
        """Return the ids of the fields that are visible with these clean values."""
        return self.judged(values, ctx=CleanContext(now=now) if now else CleanContext()).visible

    def conditional_fields(self) -> frozenset[str]:
        """Return the ids of the fields that some rule may hide, those below a section that may be hidden included."""
        return self.logic.hideable

    def required(self, values: Mapping[str, Any], *, now: datetime | None = None) -> frozenset[str]:
        """Return the ids of the fields that must be filled with these clean values."""
        return self.judged(values, ctx=CleanContext(now=now) if now else CleanContext()).required

    def dump(self, values: Mapping[str, Any]) -> dict[str, JSONValue]:
        """Return the values as the API shows them; a field without a value is null."""
        get = values.get
        return {
            field_id: value if (value := get(field_id)) is None or dump is None else dump(value, cfg)
            for field_id, dump, cfg in self._dumpers
        }

    def display(self, field_id: str, value: Any, locale: str) -> str:
        """Return one clean value as a person reads it."""
        item = self.field(field_id)
        return item.type.display(value, item.cfg, locale)

    def label(self, field_id: str, locale: str) -> str:
        """Return the label of a field."""
        return resolve(self.field(field_id).label, locale)

    def value_kinds(self) -> dict[str, Any]:
        """Return field id → value kind, for what a condition may name: also `field.column` of a sub-form."""
        return dict(self._kinds)

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
        names = self.logic.lockable & self._cleaners.keys()
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
            computed = self._computed(whole, ctx)
            values.update(computed)
            whole.update(computed)
        return whole

    def _computed(self, values: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
        """Return computed values: those in rows first, since the form's own formulas may add them up."""
        if self.is_rows:  # a row's formulas may name fields of the form, which computes them
            return {}
        rows = {
            item.id: item.rows.formulas.in_rows(given, values, ctx)
            for item in self.with_rows
            if item.rows is not None and item.rows.formulas and isinstance(given := values.get(item.id), list)
        }
        return rows | self.formulas.values({**values, **rows} if rows else values, ctx)

    def _missing(self, whole: Mapping[str, Any], required: frozenset[str], faulty: set[str | None]) -> list[Field]:
        get = whole.get
        return [
            item
            for item in self.stored
            if item.id in required and get(item.id) is None and item.id not in faulty and not item.type.is_generated
        ]

    def _unknown(self, names: list[str], locked: frozenset[str], *, public: bool) -> list[Finding]:
        """Report names that nothing answers to; what the caller may not fill is never hinted at."""
        known = [item.id for item in self.stored if item.id not in locked and (item.public or not public)]
        return [_stranger(name, known) for name in names[:MAX_STRANGERS]]


def field_of(
    entry: Mapping[str, Any], zone: ZoneInfo = DEFAULT_ZONE, columns: Mapping[str, str] | None = None, within: str = ""
) -> Field:
    """Return the field of a field document; `columns` are the physical names of the form's version."""
    kind = FIELD_TYPES.get(entry["type"])
    own = kind.settings().load({name: value for name, value in entry.items() if name not in _COMMON})
    cfg = {**kind.at_home(own, zone), "field_id": f"{within}.{entry['id']}" if within else entry["id"]}
    rows = _rows(entry, own[kind.columns_in], zone, columns or {}) if kind.columns_in else None
    if rows is not None:
        cfg |= {"rows": rows, "given_rows": len(entry.get("default") or ())}
    spec = kind.column(cfg) if kind.is_stored else ColumnSpec("text")
    return Field(
        id=entry["id"], type=kind, cfg=MappingProxyType(cfg), label=entry.get("label") or {},
        required=bool(entry.get("required")), unique=bool(entry.get("unique")),
        public=entry.get("public", True) is not False and kind.is_for_visitors(cfg),
        document=entry, kind=kind.kind_of(cfg), column_spec=spec, rows=rows,
        column_meaning=kind.column_meaning(cfg) if kind.is_stored else (spec, ""),
    )  # fmt: skip


def _rows(entry: Mapping[str, Any], documents: Any, zone: ZoneInfo, columns: Mapping[str, str]) -> FormVersion:
    table, inner = row_columns(columns, entry["id"])
    return FormVersion.build(
        form_id="", app_id="", app_key="", key=entry["id"], version=0, document={"fields": documents}, table=table,
        columns=inner, zone=zone, within=entry["id"],
    )  # fmt: skip


def _base(found: Finding) -> str | None:
    """Return the field that a finding is about; what stands behind it is the place inside."""
    return found.field.partition("/")[0] if found.field else None


def _document_of(form: FormVersion, field_id: str) -> Mapping[str, Any] | None:
    item = form.by_id.get(field_id)
    return item.document if item else None


def _stranger(name: str, known: Iterable[str]) -> Finding:
    shown = name[:HINT_LENGTH].encode("utf-8", "replace").decode()
    return Finding("unknown_field", UNKNOWN, field=shown, params={"name": shown, "hint": _hint(name, known)})


def _hint(name: str, known: Iterable[str]) -> str:
    found = nearest(name, known)
    return f" → {found}?" if found else ""
