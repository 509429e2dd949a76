"""What the choice types have in common: options with labels in both languages."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from formloom.platform.definitions.fields import messages, own_answers
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Seats, Settings, ValueInvalid
from formloom.platform.definitions.fields.settings import MARK, MAX_OPTIONS, Choices, OpenChoices, OpenManyChoices
from formloom.platform.kernel.text import LOCALES, joined, resolve

_LONGEST_VALUE = 100
_SEPARATORS = re.compile(r"[,，、;；\n]")


def canonical(values: list[str]) -> str:
    """Return the JSON text in which a list of texts is stored.

    An element stands in it exactly as `quoted` writes it, so "contains" is a search for that text on both databases.
    """
    return f"[{','.join(map(quoted, values))}]"


def quoted(value: str) -> str:
    r"""Return one element as it stands in `canonical`.

    A quotation mark inside is written as \u0022, so that every bare one begins or ends an element.
    """
    parts = (json.dumps(part, ensure_ascii=False)[1:-1] for part in value.split('"'))
    return '"' + r"\u0022".join(parts) + '"'


def option_of(text: str, cfg: Settings) -> str | None:
    """Return the option value that `text` names: a label in either language, a value, or one of them in other case.

    Labels go first since they are what a spreadsheet of ours holds.
    """
    wanted = text.strip()
    names: dict[str, str] = {}
    for option in cfg["options"]:
        for label in option["label"].values():
            names.setdefault(label.strip(), option["value"])
    for option in cfg["options"]:
        names.setdefault(option["value"], option["value"])
    found = names.get(wanted)
    if found is None:
        folded = wanted.casefold()
        found = next((value for name, value in names.items() if name.casefold() == folded), None)
    return found


def options_named(names: Iterable[str]) -> list[dict[str, Any]]:
    """Return an option for each name, short and long enough names once, as many as a field takes."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        short = " ".join(name.split())[:_LONGEST_VALUE].strip()
        if short and short not in found:
            found[short] = {"value": short, "label": dict.fromkeys(LOCALES, short)}
    return list(found.values())[:MAX_OPTIONS]


class ChoiceType(FieldType[str]):
    """Base of types whose value is one option."""

    group = "choice"
    value_kind = "choice"
    stored_as = "option"
    has_seats = True
    choice_lists = ("options",)
    limits_options = "each"
    settings = OpenChoices

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def seats(self, cfg: Settings) -> Seats:
        return seats_of(cfg)

    def score(self, value: str, cfg: Settings) -> Decimal | None:
        return score_of((value,), cfg["options"])

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:
        return self.compile(cfg)(raw, ctx)

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], str | None]:
        allowed = frozenset(option["value"] for option in cfg["options"])
        is_open = bool(cfg.get("own_answer"))

        def run(raw: Any, _ctx: CleanContext) -> str | None:
            if isinstance(raw, str) and raw in allowed:
                return raw
            if is_open and own_answers.is_own(raw):
                return written(raw, cfg)
            if is_open and isinstance(raw, list) and any(map(own_answers.is_own, raw)):
                raise ValueInvalid("own_answer_beside", messages.OWN_ANSWER_BESIDE)
            raise ValueInvalid("not_an_option", messages.NOT_AN_OPTION, value=_named(raw))

        return run

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        return [option["value"] for option in cfg["options"]]

    def without(self, value: str, barred: Collection[str]) -> str | None:
        return own_answers.without(value, barred)

    def display(self, value: str | None, cfg: Settings, locale: str) -> str:
        return "" if value is None else _read(value, _labels(cfg, locale))

    def settings_for(self, texts: Sequence[str]) -> dict[str, Any]:
        return {"options": options_named(texts)}

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> str | None:
        if not text.strip():
            return None
        return self.clean(option_of(text, cfg) or _as_own(text.strip(), cfg), cfg, ctx)


class ManyChoicesType(FieldType[tuple[str, ...]]):
    """Base of types whose value is several options, in the order of the options, stored as canonical JSON."""

    group = "choice"
    value_kind = "choices"
    stored_as = "options"
    has_seats = True
    choice_lists = ("options",)
    limits_options: ClassVar[Literal["each", "first"] | None] = "each"
    settings: ClassVar[type[Choices]] = OpenManyChoices

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("json")

    def seats(self, cfg: Settings) -> Seats:
        return seats_of(cfg, one_only=False)

    def score(self, value: tuple[str, ...], cfg: Settings) -> Decimal | None:
        return score_of(value, cfg.get("options") or ())

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        return self.compile(cfg)(raw, ctx)

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], tuple[str, ...] | None]:
        order = {value: place for place, value in enumerate(own_answers.offered(cfg))}
        least, most = cfg["min_items"] or 0, cfg["max_items"] or len(order)
        is_open = bool(cfg.get("own_answer"))

        def run(raw: Any, _ctx: CleanContext) -> tuple[str, ...] | None:
            given = [raw] if isinstance(raw, str) else raw
            if not isinstance(given, (list, tuple)):
                raise ValueInvalid("not_a_list", messages.LIST_EXPECTED)
            if is_open:
                given = [written(value, cfg) if own_answers.is_own(value) else value for value in given]
            for value in given:
                if not isinstance(value, str) or own_answers.behind(value) not in order:
                    raise self.stranger(value)
            chosen = tuple(sorted(set(given), key=lambda value: order[own_answers.behind(value)]))
            if is_open and sum(map(own_answers.is_own, chosen)) > 1:
                raise ValueInvalid("several_own_answers", messages.OWN_ANSWERS_SEVERAL)
            if not chosen:
                return None
            if len(chosen) < least:
                raise ValueInvalid("too_few_chosen", messages.TOO_FEW_CHOSEN, min=least)
            if len(chosen) > most:
                raise ValueInvalid("too_many_chosen", messages.TOO_MANY_CHOSEN, max=most)
            return chosen

        return run

    @staticmethod
    def stranger(raw: Any) -> ValueInvalid:
        """Return the refusal of what is not one of the options."""
        return ValueInvalid("not_an_option", messages.NOT_AN_OPTION, value=_named(raw))

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        values = [option["value"] for option in cfg["options"]]
        count = min(cfg.get("min_items") or 1, len(values))
        return [(values[place:] + values[:place])[:count] for place in range(len(values))]

    def without(self, value: tuple[str, ...], barred: Collection[str]) -> tuple[str, ...] | None:
        return tuple(one for one in value if own_answers.behind(one) not in barred) or None

    def dump(self, value: tuple[str, ...] | None, cfg: Settings) -> list[str] | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else list(value)

    def revive(self, shown: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else tuple(shown)

    def to_column(self, value: tuple[str, ...] | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else canonical(list(value))

    def from_column(self, stored: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else tuple(json.loads(stored))

    def display(self, value: tuple[str, ...] | None, cfg: Settings, locale: str) -> str:
        labels = _labels(cfg, locale)
        return joined((_read(one, labels) for one in value or ()), locale)

    def settings_for(self, texts: Sequence[str]) -> dict[str, Any]:
        return {"options": options_named(part for text in texts for part in _SEPARATORS.split(text))}

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        if whole := option_of(text, cfg):  # a label may have a comma in it
            return self.clean([whole], cfg, ctx)
        parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
        if cfg.get("own_answer"):
            return self.clean(_with_own(text, parts, cfg), cfg, ctx) if parts else None
        return self.clean([option_of(part, cfg) or part for part in parts], cfg, ctx) if parts else None


def written(raw: str, cfg: Settings) -> str:
    """Return a written answer, or the option that it names. Raises ValueInvalid."""
    own = own_answers.cleaned(raw, cfg)
    return option_of(own_answers.words(own), cfg) or own


def _as_own(text: str, cfg: Settings) -> str:
    """Return what stands in a spreadsheet and names no option, as an own answer where there may be one."""
    return MARK + own_answers.words(text) if cfg.get("own_answer") else text


def _with_own(text: str, parts: Sequence[str], cfg: Settings) -> list[str]:
    """Return the options that a cell names; the rest of it is one written answer, separators and all."""
    named = [option_of(part, cfg) for part in parts]
    chosen = [value for value in named if value]
    strange = [part for part, value in zip(parts, named, strict=True) if value is None]
    if not strange:
        return chosen
    is_at_end = None not in named[: named.index(None)] and not any(named[named.index(None) :])
    rest = text[text.rindex(strange[0]) if len(strange) == 1 else text.index(strange[0]) :] if is_at_end else ""
    return [*chosen, _as_own(rest.strip() or ", ".join(strange), cfg)]


def score_of(chosen: Iterable[str], options: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """Return the sum of the scores of what was chosen; None where no option has one."""
    scores = {option["value"]: option["score"] for option in options if option.get("score") is not None}
    return sum((Decimal(scores.get(one, 0)) for one in chosen), Decimal(0)) if scores else None


def seats_of(cfg: Settings, *, one_only: bool = True) -> Seats:
    """Return the seats of options that have a quota."""
    limited = {option["value"]: option["quota"] for option in cfg["options"] if option.get("quota") is not None}
    return Seats(MappingProxyType(limited), one_only=one_only, is_told=bool(cfg.get("show_left")))


def _named(raw: Any) -> str:
    """Return what was sent as it may stand in a message."""
    return raw[:60].encode("utf-8", "replace").decode() if isinstance(raw, str) else type(raw).__name__


def _read(value: str, labels: Mapping[str, str]) -> str:
    """Return a value as people read it; what is no option any more stays as it is."""
    return labels.get(value) or own_answers.words(value)


def _labels(cfg: Settings, locale: str) -> Mapping[str, str]:
    return {option["value"]: resolve(option["label"], locale) or option["value"] for option in cfg["options"]}
