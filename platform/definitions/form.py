"""One published (or drafted) version of a form, ready to use.

A `FormVersion` is built once from its document and kept: everything that cleaning, showing and storing need is
worked out then, so that a request only runs a list of closures. It never changes and compares by identity.

    form = FormVersion.build(form_id=…, document=…, table="form_crm_lead", columns={"name": "name"})
    cleaned = form.clean({"name": "…"}, ctx=ctx)
    if cleaned.findings: raise Invalid(findings=cleaned.findings)

What one field is stands in `field.py`, how input becomes clean values in `cleaning.py`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.cleaning import UNKNOWN, Cleaned, Cleaning, hint
from formloom.platform.definitions.computed import Computed
from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.defaults import Defaults
from formloom.platform.definitions.field import Field
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType
from formloom.platform.definitions.fields.linking import MINE
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.logic.checks import Checks
from formloom.platform.definitions.logic.endings import Endings
from formloom.platform.definitions.logic.judging import Judged, Logic
from formloom.platform.definitions.row_names import column_name, condition_kinds, own_columns, row_columns
from formloom.platform.definitions.scoring import Scoring
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.jsontypes import JSONObject, JSONValue
from formloom.platform.kernel.text import LocalizedText, resolve
from formloom.platform.kernel.zones import DEFAULT_ZONE

__all__ = ("Cleaned", "Field", "FormVersion", "UnknownField", "field_of")
_COMMON = frozenset({
    "id", "type", "label", "help", "placeholder", "required", "unique", "default", "default_formula", "quiz",
    "width", "public", "from_link",
    "default_from",
})  # fmt: skip


class UnknownField(FormloomError):
    """The form has no field of that id."""

    code = "unknown_field"
    kind = "invalid"
    message = UNKNOWN


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
        self.consents = tuple(item for item in self.stored if item.type.agreed_to)
        """The fields by which somebody agrees to a text."""
        self.leading = MappingProxyType(dict(_leading(self.stored)))
        """The fields that name records of other forms, columns of sub-forms as `items.product`."""
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
        cleaning = Cleaning(
            fields, logic=logic, formulas=self.formulas, defaults=self._defaults, checks=self.checks,
            is_rows=self.is_rows,
        )  # fmt: skip
        self.clean = cleaning.clean
        self.computed = cleaning.computed
        """The values of the computed fields over clean values."""
        self.starts = cleaning.starts
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
            field_of(entry, zone, columns, within)  # type: ignore[arg-type]  # the schema made it a list of mappings
            for entry in document.get("fields") or ()  # type: ignore[union-attr]  # the schema made it a list of mappings
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
        if chosen in self.columns or any(item.id == chosen for item in self.stored):
            return str(chosen)
        texts = [item.id for item in self.stored if item.kind == "text" and item.type.can_name_record]
        return texts[0] if texts else None

    def field(self, field_id: str) -> Field:
        """Return the field of that id. Raises UnknownField."""
        found = self.by_id.get(field_id)
        if found is None:
            raise UnknownField(name=field_id, hint=hint(field_id, self.by_id))
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
        """Return the fields whose stored computed values `before` would not have given; sub-forms for their columns."""
        gathered = {item.id for item, _how in self.gathered if item.document != _document_of(before, item.id)}
        formulas = {item.id for item in self.stored if gathered and item.type.formula(item.cfg)}
        alone = self.formulas.unlike(before.formulas)
        rows = {item.id for item in self.with_rows if self._rows_anew(item, before, alone | gathered | formulas)}
        return self.formulas.unlike(before.formulas, rows) | gathered | formulas | rows

    def _rows_anew(self, item: Field, before: "FormVersion", changed: Collection[str]) -> bool:
        """Tell whether columns of a sub-form are computed otherwise than before, where there can be rows by now."""
        was = before.by_id.get(item.id)
        if item.rows is None or was is None or was.rows is None:
            return False
        needs = item.rows.formulas.needs
        retyped = any(
            before.by_id[name].type is not self.by_id[name].type
            for name in needs & before.by_id.keys() & self.field_ids
        )
        return retyped or not needs.isdisjoint(changed) or bool(item.rows.formulas.unlike(was.rows.formulas))

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


def _leading(fields: Iterable[Field]) -> Iterator[tuple[str, Field]]:
    for item in fields:
        if item.type.who == "record":
            yield item.id, item
        for column in item.rows.stored if item.rows is not None else ():
            if column.type.who == "record":
                yield column_name(item.id, column.id), column


def _document_of(form: FormVersion, field_id: str) -> Mapping[str, Any] | None:
    item = form.by_id.get(field_id)
    return item.document if item else None
