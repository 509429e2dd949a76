"""A postal address in China: 省市区 from the table of divisions, the rest as people write it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import divisions, messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.choices import canonical
from formloom.platform.definitions.fields.compounds import parts_of
from formloom.platform.definitions.fields.divisions import Division
from formloom.platform.definitions.fields.settings import named
from formloom.platform.definitions.fields.texts import as_text
from formloom.platform.kernel.text import LocalizedText, fill

PARTS = ("province", "city", "district", "detail", "postcode")
NAMES: Mapping[str, LocalizedText] = {
    "province": {"zh-CN": "省", "en": "province"}, "city": {"zh-CN": "市", "en": "city"},
    "district": {"zh-CN": "区县", "en": "district"}, "detail": {"zh-CN": "详细地址", "en": "street and number"},
}  # fmt: skip
CHINA = {"zh-CN": "省级行政区划中", "en": "the table of provinces"}
MAX_DETAIL = 200
_TYPED = {"detail": "detail ", "postcode": "postcode "}
"""How the typed parts begin among the codes, so that no postcode passes for the code of a province."""
_POSTCODE = re.compile(r"[0-9]{6}")
_LAST_SIX = re.compile(r"^(.*?)[\s（(]*([0-9]{6})[）)]?$")


class Depth(Schema):
    """How much of an address is asked for."""

    depth = fields.String(
        load_default="detail", validate=validate.OneOf(("city", "district", "detail")),
        metadata=named("填写到", "Asked for down to"),
    )  # fmt: skip
    with_postcode = fields.Boolean(load_default=False, metadata=named("填写邮编", "With postcode"))


class Address(FieldType[tuple[str, ...]]):
    """Province, city and district by their GB/T 2260 codes, then street and postcode as typed.

    The clean value is one tuple: first the codes, then the typed parts with a word before each. So it compares as
    several choices do, and "contains 330000" finds every address in Zhejiang. Names are taken for codes as well.
    """

    id = "address"
    label = {"zh-CN": "地址", "en": "Address"}
    help = {"zh-CN": "省市区和详细地址", "en": "Province, city, district and street"}
    group = "advanced"
    icon = "pin"
    keywords = ("address", "city", "地址", "dizhi", "dz", "省市区", "shengshiqu", "邮编")
    can_be_column = False
    value_kind = "choices"
    is_typed_as_computed = False
    settings = Depth
    examples = (
        Example(
            {"province": "330000", "city": "330100", "district": "330106", "detail": "文三路 1 号"},
            clean=("330000", "330100", "330106", "detail 文三路 1 号"),
        ),
        Example({"city": "330100", "district": "东城区"}, error="no_such_place"),
        Example("浙江省杭州市", error="not_an_object"),
    )

    def for_formulas(self, value: tuple[str, ...]) -> Any:
        parts = _parts(value)
        return parts | {name: place.name for name, place in zip(PARTS, places(parts), strict=False)}

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("json")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        given = {name: _words(part) for name, part in parts_of(raw, PARTS).items()}
        given = {name: part for name, part in given.items() if part}
        if not given:
            return None
        codes = _codes(given, cfg["depth"])
        typed = [f"{_TYPED[name]}{part}" for name, part in _typed(given, cfg).items()]
        return (*codes, *typed)

    def dump(self, value: tuple[str, ...] | None, cfg: Settings) -> Any:  # noqa: ARG002 - the signature is the base's
        return None if value is None else _parts(value)

    def revive(self, shown: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return (
            None if shown is None else tuple(f"{_TYPED.get(name, '')}{shown[name]}" for name in PARTS if name in shown)
        )

    def to_column(self, value: tuple[str, ...] | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else canonical(list(value))

    def from_column(self, stored: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else tuple(json.loads(stored))

    def display(self, value: tuple[str, ...] | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        parts = _parts(value)
        return " ".join(part for part in (_said(parts), parts.get("detail"), parts.get("postcode")) if part)

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        words = " ".join(text.split())
        return self.clean(_read(words, cfg), cfg, ctx) if words else None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("address")


def _words(part: Any) -> str:
    return " ".join(as_text(part).split())


def _codes(given: Mapping[str, str], depth: str) -> list[str]:
    """Return the codes of the chosen places, from the province down. Raises ValueInvalid."""
    everywhere = divisions.provinces()
    start = given.get("province") or f"{given.get('city', '')[:2]}0000"
    if "province" not in given and start not in everywhere:
        raise _missing("province")
    found, among, within = [], everywhere, CHINA
    for part in ("province", "city", "district"):
        name = start if part == "province" else given.get(part, "")
        if not among or (part == "district" and depth == "city"):
            break
        if not name and len(among) > 1:
            raise _missing(part)
        place = divisions.chosen(name, among) if name else next(iter(among.values()))
        if place is None:
            raise _unknown(name, within)
        found.append(place)
        among, within = place.below, {"zh-CN": place.name, "en": place.english or place.name}
    return [one.code for one in found]


def _typed(given: Mapping[str, str], cfg: Settings) -> dict[str, str]:
    found: dict[str, str] = {}
    if cfg["depth"] == "detail":
        if not given.get("detail"):
            raise _missing("detail")
        if len(given["detail"]) > MAX_DETAIL:
            raise ValueInvalid("too_long", messages.TOO_LONG, max=MAX_DETAIL, actual=len(given["detail"]))
        found["detail"] = given["detail"]
    if cfg["with_postcode"] and given.get("postcode"):
        if _POSTCODE.fullmatch(given["postcode"]) is None:
            raise ValueInvalid("not_postcode", messages.POSTCODE_EXPECTED)
        found["postcode"] = given["postcode"]
    return found


def _missing(part: str) -> ValueInvalid:
    message = {locale: fill(messages.PLACE_MISSING, locale, {"part": NAMES[part][locale]}) for locale in NAMES[part]}
    return ValueInvalid("incomplete_address", message)


def _unknown(name: str, within: LocalizedText) -> ValueInvalid:
    params = {locale: {"name": name[:40], "within": within[locale]} for locale in within}
    message = {locale: fill(messages.NO_SUCH_PLACE, locale, params[locale]) for locale in within}
    return ValueInvalid("no_such_place", message)


def _parts(value: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in value:
        name = next((name for name, word in _TYPED.items() if one.startswith(word)), PARTS[len(found)])
        found[name] = one.removeprefix(_TYPED.get(name, ""))
    return found


def places(parts: Mapping[str, str]) -> list[Division]:
    """Return the chosen places of an address as the API shows it; a code that is gone ends the list."""
    found: list[Division] = []
    among = divisions.provinces()
    for name in ("province", "city", "district"):
        place = among.get(parts.get(name, ""))
        if place is None:
            break
        found.append(place)
        among = place.below
    return found


def _said(parts: Mapping[str, str]) -> str:
    """Return the chosen places as people write them: 北京市东城区, not 北京市北京市东城区."""
    chosen = places(parts)
    names = [one.name for one in chosen if one.is_said or one is chosen[-1]]
    return "".join(dict.fromkeys(names))


def _read(words: str, cfg: Settings) -> dict[str, str]:
    """Return the parts of an address that is written in one line."""
    found: dict[str, str] = {}
    if cfg["with_postcode"] and (ends := _LAST_SIX.match(words)) is not None:
        words, found["postcode"] = ends[1].rstrip(), ends[2]
    top = divisions.leading(words, divisions.provinces().values())
    if top is None:
        return found | {"province": words[:20]}
    province, rest = top
    found["province"] = province.code
    step = divisions.leading(rest, province.below.values())
    if step is None:  # people leave out the city of a municipality, and what only gathers counties
        step = next(
            ((one, rest) for one in province.below.values() if divisions.leading(rest, one.below.values())), None
        )
    if step is not None:
        city, rest = step
        found["city"] = city.code
        if (last := divisions.leading(rest, city.below.values())) is not None:
            found["district"], rest = last[0].code, last[1]
    return found | {"detail": rest}
