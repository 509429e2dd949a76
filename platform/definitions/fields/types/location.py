"""A place on earth."""

import math
import re
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, ValueInvalid, WidgetSpec
from formloom.platform.definitions.fields.compounds import ObjectType, parts_of
from formloom.platform.definitions.fields.numbers import as_decimal
from formloom.platform.definitions.fields.settings import named
from formloom.platform.definitions.fields.texts import as_text
from formloom.platform.kernel.text import LocalizedText

PARTS = ("lat", "lng", "accuracy", "text")
EARTH_M = 6_371_009
MAX_TEXT = 200
MAX_ACCURACY = 10_000_000
_CELL = re.compile(r"([+-]?[0-9.]{1,12})\s*[,，]\s*([+-]?[0-9.]{1,12})(?:\s*±\s*([0-9.]{1,10})\s*m?)?(?:\s+(.*))?")


class Where(Schema):
    """How exact a place is, and where it has to be."""

    decimals = fields.Integer(
        load_default=6, validate=validate.Range(1, 7), metadata=named("小数位数（6 位约 0.1 米）", "Decimal places")
    )
    typed = fields.Boolean(load_default=True, metadata=named("允许手填坐标", "Coordinates may be typed"))
    center_lat = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(-90, 90),
        metadata=named("指定地点的纬度", "Latitude of the place to be at") | {"control": "decimal"},
    )  # fmt: skip
    center_lng = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(-180, 180),
        metadata=named("指定地点的经度", "Longitude of the place to be at") | {"control": "decimal"},
    )  # fmt: skip
    within_m = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, 20_000_000),
        metadata=named("距指定地点（米以内）", "At most so far from it (m)"),
    )  # fmt: skip


class Location(ObjectType):
    """Latitude and longitude in degrees (WGS 84) as JSON numbers, how exact they are in metres, and a word about it."""

    id = "location"
    label = {"zh-CN": "定位", "en": "Location"}
    help = {"zh-CN": "签到、上门地点的经纬度", "en": "Coordinates of a place, such as a check-in"}
    icon = "target"
    keywords = ("location", "gps", "map", "定位", "dingwei", "dw", "位置", "签到", "经纬度")
    can_be_column = False
    settings = Where
    examples = (
        Example({"lat": "30.2741499", "lng": 120.15515}, {"decimals": 4}, clean={"lat": 30.2741, "lng": 120.1552}),
        Example({"lat": 91, "lng": 0}, error="out_of_range"),
        Example({"lat": 30}, error="no_coordinates"),
    )

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> dict[str, Any] | None:  # noqa: ARG002 - the signature is the base's
        given = parts_of(raw, PARTS)
        if not given:
            return None
        if "lat" not in given or "lng" not in given:
            raise ValueInvalid("no_coordinates", messages.COORDINATES_EXPECTED)
        found: dict[str, Any] = {
            "lat": _degrees(given["lat"], 90, cfg["decimals"], messages.LATITUDE_RANGE),
            "lng": _degrees(given["lng"], 180, cfg["decimals"], messages.LONGITUDE_RANGE),
        }
        if "accuracy" in given:
            found["accuracy"] = _metres(given["accuracy"])
        if words := " ".join(as_text(given.get("text", "")).split()):
            found["text"] = words[:MAX_TEXT]
        _ensure_near(found, cfg)
        return found

    def display(self, value: dict[str, Any] | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        places = cfg["decimals"]
        exact = f" ±{value['accuracy']} m" if "accuracy" in value else ""
        words = f" {value['text']}" if "text" in value else ""
        return f"{value['lat']:.{places}f}, {value['lng']:.{places}f}{exact}{words}"

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> dict[str, Any] | None:
        words = " ".join(text.split())
        if not words:
            return None
        found = _CELL.fullmatch(words)
        if found is None:
            raise ValueInvalid("no_coordinates", messages.COORDINATES_EXPECTED)
        return self.clean(dict(zip(PARTS, (one or "" for one in found.groups()), strict=True)), cfg, ctx)

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("location", {"step": f"{10 ** -cfg['decimals']:.{cfg['decimals']}f}"})


def distance_m(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Return the way between two places along the surface, in metres. Source: the haversine formula."""
    one, two = math.radians(lat), math.radians(other_lat)
    rise, turn = (two - one) / 2, math.radians(other_lng - lng) / 2
    part = math.sin(rise) ** 2 + math.cos(one) * math.cos(two) * math.sin(turn) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(part)))


def _degrees(raw: Any, most: int, decimals: int, message: LocalizedText) -> float:
    value = as_decimal(raw)
    if abs(value) > most:
        raise ValueInvalid("out_of_range", message)
    return round(float(value), decimals) + 0.0


def _metres(raw: Any) -> int:
    value = as_decimal(raw)
    if not 0 <= value <= MAX_ACCURACY:
        raise ValueInvalid("out_of_range", messages.TOO_LARGE, max=MAX_ACCURACY)
    return math.ceil(value)


def _ensure_near(found: dict[str, Any], cfg: Settings) -> None:
    if cfg["within_m"] is None or cfg["center_lat"] is None or cfg["center_lng"] is None:
        return
    way = distance_m(found["lat"], found["lng"], cfg["center_lat"], cfg["center_lng"])
    if way > cfg["within_m"] + found.get("accuracy", 0):
        raise ValueInvalid("too_far", messages.TOO_FAR, distance=round(way), max=cfg["within_m"])
