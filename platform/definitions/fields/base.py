"""What a field type is: one class in one file that answers every question about values of that type.

A field of a form is a type plus its settings (`cfg`, the loaded mapping of the type's `settings` schema). The type
says how the value is stored (`column`), cleaned from input (`clean`), shown (`display`), sent and received as JSON
(`dump`), read from and written to a spreadsheet cell, and drawn (`widget`). Values in Python are the *clean*
values; None is the empty value of every type.

    class Rating(FieldType[int]):
        id = "rating"
        ...

Types never ask about each other and never touch a database; what they need to know about the world (people,
files) comes through `CleanContext`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from marshmallow import Schema

from formloom.platform.definitions.fields.gathering import Gathering
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.kernel.text import LocalizedText

T = TypeVar("T")
Settings = Mapping[str, Any]
ColumnKind = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "json"]
ValueKind = Literal[
    "text", "number", "date", "time", "datetime", "boolean", "choice", "choices", "user", "users", "department",
    "departments", "record", "records", "files", "object",
]  # fmt: skip
"""What an operator compares: the same for all types that compare alike. An `object` is only there or not."""
Who = Literal["user", "department", "record"]
"""Whom or what ids in values may name: members, departments, records of another form."""
Group = Literal["common", "choice", "advanced", "layout"]


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """The typed column of a stored field; `scale` is the number of decimal places of a `decimal`."""

    kind: ColumnKind
    scale: int = 0


@dataclass(frozen=True, slots=True)
class WidgetSpec:
    """How a value is entered: the control's name and its HTML attributes."""

    control: str
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Example:
    """One golden case: raw input with settings, and the clean value or the error code."""

    raw: Any
    settings: Settings = field(default_factory=lambda: MappingProxyType({}))
    clean: Any = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """How many records may have one value: by the value, or the same number for each."""

    by_value: Mapping[Any, int] = field(default_factory=lambda: MappingProxyType({}))
    of_each: int | None = None
    one_only: bool = True
    """Whether a record has one value, not several."""
    is_told: bool = False
    """Whether visitors are told how many are left."""

    def __bool__(self) -> bool:
        return self.of_each is not None or bool(self.by_value)

    def of(self, one: Any) -> int | None:
        """Return how many records may have a single value; None for any number."""
        return self.by_value.get(one, self.of_each)

    def taken_by(self, value: Any) -> frozenset[Any]:
        """Return the single values of a clean value of which a record takes a seat each."""
        given = () if value is None else (value,) if self.one_only else value
        return frozenset(one for one in given if self.of(one) is not None)


NO_SEATS = Seats()


class ValueInvalid(Exception):
    """A value does not fit its field. `code` is stable; `message` is filled from `params`."""

    def __init__(self, code: str, message: LocalizedText, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.params = params

    def findings(self, field_id: str) -> list[Finding]:
        """Return what is wrong, with its place in the record."""
        return [Finding(self.code, self.message, field=field_id, params=self.params)]


class PartsInvalid(ValueInvalid):
    """Several things don't fit inside one value; each finding's field is the way from the value to its place."""

    def __init__(self, parts: Sequence[Finding]) -> None:
        super().__init__(parts[0].code, parts[0].message, **parts[0].params)
        self.parts = tuple(parts)

    def findings(self, field_id: str) -> list[Finding]:
        return [replace(one, field=f"{field_id}/{one.field}" if one.field else field_id) for one in self.parts]


def _none_known(_ids: Collection[str]) -> Collection[str]:
    return ()


def _no_names(_ids: Collection[str]) -> Mapping[str, str]:
    return {}


def _no_records(_field: str, _ids: Collection[str]) -> Collection[str]:
    return ()


def _nothing(_values: Mapping[str, Any], _given: Collection[str]) -> Mapping[str, Any]:
    return {}


def _no_misfits(_values: Mapping[str, Any], _given: Collection[str]) -> Iterable[Finding]:
    return ()


def _nothing_in_row(
    _field: str, _row: Mapping[str, Any], _new: Collection[str], _given: Collection[str]
) -> Mapping[str, Any]:
    return {}


def _no_row_misfits(_field: str, _row: Mapping[str, Any], _new: Collection[str]) -> Iterable[Finding]:
    return ()


def no_relations(ctx: "CleanContext") -> "CleanContext":
    """Return a context that knows nothing of what a record as a whole is given by other forms."""
    return replace(ctx, related=_nothing, misfits=_no_misfits)


def _nobody(_field: str, _names: Collection[str]) -> Mapping[str, str]:
    return {}


def _no_files(_field: str, _ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    return {}


@dataclass(frozen=True, slots=True)
class CleanContext:
    """What cleaning may ask about the world. The callables return the part of the given ids that exists."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    locale: str = "zh-CN"
    users: Callable[[Collection[str]], Collection[str]] = _none_known
    departments: Callable[[Collection[str]], Collection[str]] = _none_known
    files: Callable[[str, Collection[str]], Mapping[str, Mapping[str, Any]]] = _no_files
    """Field id, file ids → id → {id, name, size_bytes, type} of those that the caller may attach."""
    user: str = ""
    """The name of the member who acts; empty for visitors and for the house itself."""
    names: Callable[[Collection[str]], Mapping[str, str]] = _no_names
    """The names of people and departments by id."""
    records: Callable[[str, Collection[str]], Collection[str]] = _no_records
    """Field id, record ids → those that the caller may link there."""
    related: Callable[[Mapping[str, Any], Collection[str]], Mapping[str, Any]] = _nothing
    """Clean values of a record, the names that were sent → what other forms give for the fields that were not."""
    misfits: Callable[[Mapping[str, Any], Collection[str]], Iterable[Finding]] = _no_misfits
    """Clean values of a record, the names of those that are new → links that may not be chosen beside the others."""
    in_row: Callable[[str, Mapping[str, Any], Collection[str], Collection[str]], Mapping[str, Any]] = _nothing_in_row
    """Sub-form, clean values of a row, the names that are new, those that were filled in → what other forms give."""
    row_misfits: Callable[[str, Mapping[str, Any], Collection[str]], Iterable[Finding]] = _no_row_misfits
    """Sub-form, clean values of a row, the names that are new → links that may not be chosen."""
    called: Callable[[str, Collection[str]], Mapping[str, str]] = _nobody
    """Field id, names → name, folded → id of the record that may be linked there and is called so."""


def masked(shown: str, *, first: int, last: int) -> str:
    """Return a text with stars in place of its middle; at least half of it is stars."""
    first, last = min(first, (len(shown) + 2) // 4), min(last, len(shown) // 4)
    end = len(shown) - last
    return f"{shown[:first]}{'*' * max(1, end - first)}{shown[end:]}" if shown else ""


class FieldType(ABC, Generic[T]):
    """Base of every field type."""

    id: ClassVar[str]
    label: ClassVar[LocalizedText]
    help: ClassVar[LocalizedText] = {}
    group: ClassVar[Group] = "common"
    icon: ClassVar[str] = "text"
    keywords: ClassVar[tuple[str, ...]] = ()
    """Further words by which the palette finds it, pinyin included."""
    value_kind: ClassVar[ValueKind | None] = "text"
    """None for types without a value."""
    is_typed_as_computed: ClassVar[bool] = True
    """Whether formulas read the value as it is typed, so that they can follow while somebody types."""
    has_seats: ClassVar[bool] = False
    """Whether each of its values may be given to a limited number of records only; see `seats`."""
    leads_line: ClassVar[bool] = False
    """Whether it says at which place a record waits for the field that its setting `for_field` names."""
    numbers_records: ClassVar[bool] = False
    """Whether `number_in` gives a record's number."""
    who: ClassVar[Who | None] = None
    """Whom the ids in its values name, for types whose values are ids of people, departments or records."""
    needs_label: ClassVar[bool] = True
    can_name_record: ClassVar[bool] = True
    """Whether a text of this type may stand for its record where nothing else was chosen."""
    kind_from: ClassVar[str | None] = None
    """The setting that says the kind of value, for types that leave it open; `value_kind` is what it is unless set."""
    settings: ClassVar[type[Schema]]
    examples: ClassVar[tuple[Example, ...]] = ()
    stored_as: ClassVar[str] = ""
    """What stands in its column: types with the same word hold each other's values as they are. Else its own id."""
    is_stored: ClassVar[bool] = True
    is_generated: ClassVar[bool] = False
    """The house makes the value (serial numbers); input is refused."""
    can_be_unique: ClassVar[bool] = False
    choice_lists: ClassVar[tuple[str, ...]] = ()
    """The settings without whose options nobody can answer."""
    can_be_column: ClassVar[bool] = True
    """Whether a sub-form may have it as a column."""
    columns_in: ClassVar[str | None] = None
    """The setting with the columns, for types whose value is rows. A form's `cfg` has them built, as `rows`."""
    is_pressed: ClassVar[bool] = False
    """Whether it is a button; see `button`."""
    is_scanned: ClassVar[bool] = False
    """Whether a camera can read the value, as a code."""
    limits_options: ClassVar[Literal["each", "first"] | None] = None
    """Whether rules may offer only some of the `options`: each of them, or those of the first level of a tree."""
    opens_section: ClassVar[bool] = False
    opens_page: ClassVar[bool] = False
    """A section that takes along everything up to the next page, other sections included."""
    lists_matches: ClassVar[bool] = False
    """It shows records of another form that match, and holds nothing itself."""
    for_members_only: ClassVar[bool] = False
    """Never on a public page, whatever the document says: it would tell who works here."""
    agreed_to: ClassVar[tuple[str, ...]] = ()
    """The settings with the words that somebody agrees to by a value of True. Each publication that changes them makes
    a new version of the text, and the pipeline keeps who agreed to which; nothing but the person gives such a value."""
    when_left: ClassVar[Any] = None
    """What an empty answer means where the question was asked; it answers no question that must be answered."""
    waits_for_submission: ClassVar[bool] = False
    """Whether an answer is too sensitive, or too much, to be kept on the server before it is sent."""

    def at_home(self, cfg: Settings, zone: ZoneInfo) -> Settings:  # noqa: ARG002 - for types that need it
        """Return the settings with what the installation decides where the field doesn't; `zone` is its time zone."""
        return cfg

    def kind_of(self, cfg: Settings) -> ValueKind | None:
        """Return the kind of value of a field with these settings, or as its document writes them."""
        said = cfg.get(self.kind_from) if self.kind_from else None
        return said if said in get_args(ValueKind) else self.value_kind

    def column_meaning(self, cfg: Settings) -> tuple[ColumnSpec, str]:
        """Return what a column holds: a field finds its values only in one that means the same."""
        return self.column(cfg), self.stored_as or self.id

    def is_for_visitors(self, cfg: Settings) -> bool:  # noqa: ARG002 - for types whose builder decides
        """Tell whether a public page may show the field at all."""
        return not self.for_members_only

    def target(self, cfg: Settings) -> str | None:  # noqa: ARG002 - for types that lead to another form
        """Return the key of the form whose records the values name or are taken from, or None."""
        return None

    def gathering(self, cfg: Settings) -> Gathering | None:  # noqa: ARG002 - for types that gather
        """Return from which records of another form the value is gathered, or None for types that don't gather."""
        return None

    def without(self, value: T, barred: Collection[str]) -> T | None:  # noqa: ARG002 - for types with options
        """Return the value without the options that are not offered; see `limits_options`."""
        return value

    def formula(self, cfg: Settings) -> str | None:  # noqa: ARG002 - for types that compute
        """Return the formula that gives the value, or None for types that don't compute."""
        return None

    def score(self, value: T, cfg: Settings) -> Decimal | None:  # noqa: ARG002 - for types whose options score
        """Return how many points a clean value counts; numbers count by themselves."""
        is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        return Decimal(value) if is_number else None  # type: ignore[arg-type]  # as just asked

    def seats(self, cfg: Settings) -> "Seats":  # noqa: ARG002 - for types with seats
        """Return how many records may have each single value."""
        return NO_SEATS

    def number_in(self, value: T, cfg: Settings) -> int | None:  # noqa: ARG002 - for types that number records
        """Return the record's number that stands in a clean value, or None for types that don't number records."""
        return None

    def for_formulas(self, value: T) -> Any:
        """Return a clean value as formulas read it, numbers and containers as they are."""
        return value

    def button(self, cfg: Settings) -> dict[str, str] | None:  # noqa: ARG002 - for types that are pressed
        """Return what pressing the field on a record does, as `flow` or `url`; None for types that aren't pressed."""
        return None

    @abstractmethod
    def column(self, cfg: Settings) -> ColumnSpec:
        """Return the column that holds the value."""

    @abstractmethod
    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> T | None:
        """Return the clean value of non-empty input. Raises ValueInvalid, and nothing else, whatever comes in."""

    def revise(self, raw: Any, before: Any, cfg: Settings, ctx: CleanContext) -> T | None:  # noqa: ARG002 - the signature is the base's
        """Return the clean value of input that takes the place of the clean value `before`. Raises ValueInvalid."""
        return self.clean(raw, cfg, ctx)

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], T | None]:
        """Return `clean` with the settings bound; types on hot paths override it."""
        return lambda raw, ctx: self.clean(raw, cfg, ctx)

    def dump(self, value: T | None, cfg: Settings) -> JSONValue:  # noqa: ARG002 - for types that need it
        """Return the value as the API shows it."""
        return value  # type: ignore[return-value]  # the default stores what it cleaned

    def revive(self, shown: Any, cfg: Settings) -> T | None:  # noqa: ARG002 - the signature is the base's
        """Return the clean value of what `dump` gave; for events, which carry values as the API shows them."""
        found: T | None = shown
        return found

    def to_column(self, value: T | None, cfg: Settings) -> Any:  # noqa: ARG002 - the signature is the base's
        """Return what the column's own type takes: str, int, Decimal, bool, date or aware datetime."""
        return value

    def from_column(self, stored: Any, cfg: Settings) -> T | None:  # noqa: ARG002 - the signature is the base's
        """Return the clean value of what the column gave."""
        found: T | None = stored
        return found

    def ids_in(self, value: T | None) -> tuple[str, ...]:
        """Return the ids of people, departments or records in a clean value; see `who`."""
        if self.who is None or value is None:
            return ()
        return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]  # ids, as `who` says

    def display(self, value: T | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        """Return the value as a person reads it."""
        return "" if value is None else str(value)

    def mask(self, shown: str) -> str:
        """Return what `display` gave in part, so that only who knows it recognises it: 林**, ab****yz."""
        return f"{shown[:1]}{'*' * max(1, len(shown) - 1)}" if len(shown) <= 4 else masked(shown, first=2, last=2)

    def export_cell(self, value: T | None, cfg: Settings, locale: str) -> str | int | float | Decimal | datetime | bool:
        """Return what stands in a spreadsheet cell."""
        return self.display(value, cfg, locale)

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> T | None:
        """Return the clean value of a spreadsheet cell. Raises ValueInvalid."""
        stripped = text.strip()
        return self.clean(stripped, cfg, ctx) if stripped else None

    def try_cell(self, text: str, cfg: Settings) -> T | None:
        """Return the clean value of a cell, or None for one that does not fit."""
        try:
            return self.parse_cell(text, cfg, CleanContext())
        except ValueInvalid:
            return None

    def settings_for(self, texts: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002 - for types that need it
        """Return the settings under which these texts fit as far as settings decide it, as a document has them."""
        return {}

    def default(self, cfg: Settings, ctx: CleanContext) -> T | None:  # noqa: ARG002 - the signature is the base's
        """Return the value that stands in a new record."""
        return None

    def sample(self, cfg: Settings, ctx: CleanContext, seed: int = 0) -> T | None:
        """Return a plausible value of a field with these settings, another for each seed; None where nothing fits."""
        given = list(self.samples(cfg, ctx))
        for place in range(len(given)):
            try:
                return self.clean(given[(place + seed) % len(given)], cfg, ctx)
            except ValueInvalid:
                continue
        return None

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - for types that need it
        """Return input among which `sample` chooses what fits; by default that of the examples."""
        return [one.raw for one in self.examples if one.error is None]

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        """Return how the value is entered."""
        return WidgetSpec(self.id)
