"""Functions about people, places and the record itself."""

import math
import uuid as uuids
from decimal import Decimal

from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.values import (
    NA,
    VALUE,
    Env,
    Fault,
    Value,
    bounded,
    limited,
    number_of,
    text_of,
)

_EARTH_M = 6_371_000
_PARTS = ("province", "city", "district", "detail")


def _name(env: Env, value: Value) -> str:
    if isinstance(value, list):
        env.charge(len(value))
        return limited(",".join(_name(env, one) for one in value if not isinstance(one, list)))
    if isinstance(value, dict):
        return text_of(env, value.get("name"))
    shown = text_of(env, value)
    return env.setting.names.get(shown, shown)


@function("", zh="记录的编号", en="The record's number", examples={"RECNO()": 7}, of_record=True)
def recno(env: Env) -> Decimal:
    if env.setting.record is None:
        raise Fault(NA)
    return Decimal(env.setting.record)


@function(
    "field:any", zh="一个字段的得分：选项分值之和，评分和数字按自身计", en="The score of a field: that of the chosen options; marks and numbers count by themselves",
    examples={"SCORE(amount)": 1200, "SCORE(items.quantity)": 15},
)  # fmt: skip
def score(env: Env, field: Value) -> Decimal:
    found = field if isinstance(field, list) else [field]
    env.charge(len(found))
    return bounded(sum((number_of(env, one) for one in found), Decimal(0)))


@function("", zh="一个新的唯一编号", en="A new unique id", volatile=True)
def uuid(_env: Env) -> str:
    return str(uuids.uuid4())


@function("", zh="当前操作者的姓名", en="The name of whoever acts", examples={"GETUSERNAME()": "韩梅梅"})
def getusername(env: Env) -> str:
    return env.setting.user


@function(
    "user:any",
    zh="成员的姓名",
    en="The name of a person",
    examples={"TEXTUSER(owner)": "李雷", "TEXTUSER(empty)": ""},
    asks_names=True,
)
def textuser(env: Env, user: Value) -> str:
    return _name(env, user)


@function(
    "department:any",
    zh="部门的名称",
    en="The name of a department",
    examples={"TEXTDEPT(team)": "销售部"},
    asks_names=True,
)
def textdept(env: Env, department: Value) -> str:
    return _name(env, department)


@function(
    "phone:text",
    zh="手机号文本，不带 +86",
    en="A phone number as a text, without +86",
    examples={"TEXTPHONE(phone)": "13800138000"},
)
def textphone(_env: Env, phone: str) -> str:
    return phone.removeprefix("+86").strip()


@function(
    "place:any part:text?", zh="地址文本，或其中的 province、city、district、detail、lnglat", en="An address, or one part: province, city, district, detail, lnglat",
    examples={"TEXTLOCATION(place)": "上海市黄浦区人民大道 200 号", 'TEXTLOCATION(place,"district")': "黄浦区", 'TEXTLOCATION(place,"lnglat")': "121.4737,31.2304",
              "TEXTLOCATION(empty)": ""},
)  # fmt: skip
def textlocation(env: Env, place: Value, part: str = "") -> str:
    if not isinstance(place, dict):
        return text_of(env, place)
    if part == "lnglat":
        return limited(f"{text_of(env, place.get('lng'))},{text_of(env, place.get('lat'))}")
    if part:
        if part not in _PARTS:
            raise Fault(VALUE)
        return text_of(env, place.get(part))
    if place.get("address"):
        return text_of(env, place["address"])
    said = [text_of(env, place.get(one)) for one in _PARTS]
    if said[0] == said[1]:
        said = said[1:]
    return limited("".join(said))


def _degrees(env: Env, place: Value, name: str, most: int) -> float:
    if not isinstance(place, dict) or place.get(name) is None:
        raise Fault(VALUE)
    found = float(number_of(env, place[name]))
    if abs(found) > most:
        raise Fault(VALUE)
    return math.radians(found)


@function(
    "a:any b:any", zh="两个位置之间的距离，单位米", en="How far apart two places are, in metres",
    examples={"ROUND(DISTANCE(place,other_place),-3)": 1067000, "DISTANCE(place,place)": 0, "DISTANCE(place,empty)": Fault(VALUE)},
)  # fmt: skip
def distance(env: Env, a: Value, b: Value) -> Decimal:
    lat_a, lat_b = _degrees(env, a, "lat", 90), _degrees(env, b, "lat", 90)
    lng_a, lng_b = _degrees(env, a, "lng", 180), _degrees(env, b, "lng", 180)
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lng_b - lng_a) / 2) ** 2
    return Decimal(math.floor(2 * _EARTH_M * math.asin(min(1.0, math.sqrt(half))) + 0.5))
