"""A pool: records that belong to nobody yet, and how they come to somebody and back."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    ROLE_WORD,
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
    unknown,
    value_kinds,
)
from formloom.platform.kernel.errors import Finding

MODES = ("claim", "automatic", "manager")
MOST_DAYS = 3_650
WHO = ("see", "claim", "manage")
_CALENDAR = {"zh-CN": "日历", "en": "calendar"}
_RULE = {"zh-CN": "派单规则", "en": "assignment rule"}
_NOT_A_PERSON = {"zh-CN": "负责人字段应为“成员”类型", "en": "The owner has to be a field for one member"}
_NOT_A_DATE = {"zh-CN": "跟进时间应为日期类字段", "en": "Following up is told by a field for a date"}
_TOO_DEEP = {"zh-CN": "条件的层级过多，请简化", "en": "This condition has too many levels; make it simpler"}
_NO_RULE = {"zh-CN": "自动分配需要选择派单规则", "en": "Choose the rule by which records are given out"}
_OTHER_FIELD = {
    "zh-CN": "该派单规则填写的是另一个字段，应与公海的负责人字段一致",
    "en": "This rule fills another field than the owner of the pool",
}
_TOO_EARLY = {
    "zh-CN": "提醒不应早于领取：{days} 天的期限短于提前 {before} 天",
    "en": "{before} days before is before the beginning: there are only {days} days",
}
_UNREACHABLE = {
    "zh-CN": "不会有记录：排在前面的公海“{name}”已包括所有这些记录",
    "en": "Nothing gets here: the pool '{name}', which comes first, takes all of these records",
}
_SEEN_ANYWAY = {
    "zh-CN": "权限组“{name}”的成员可在记录列表中看到无负责人的记录和“{field}”，此处的隐藏对其不起作用",
    "en": "Members of '{name}' see '{field}' of records without an owner in the list of records, so hiding it here is in vain",
}  # fmt: skip


def _days(**kwargs: Any) -> fields.Integer:
    return fields.Integer(allow_none=True, validate=validate.Range(1, MOST_DAYS), **kwargs)


class PoolPeople(shapes.Candidates):
    """Everybody, or people by name, by role, by department."""

    everyone = fields.Boolean(load_default=False)


class PoolAssign(Schema):
    """How records come to somebody: people take them, a rule gives them out, or a manager does."""

    mode = fields.String(load_default="claim", validate=validate.OneOf(MODES))
    rule = shapes.key(allow_none=True)


class PoolLimits(Schema):
    """How many one may take on a day, have at a time, and take at once. Records that meet `not_counted` don't count."""

    per_day = fields.Integer(allow_none=True, validate=validate.Range(1, 10_000))
    holding = fields.Integer(allow_none=True, validate=validate.Range(1, 100_000))
    not_counted = shapes.condition(allow_none=True)
    batch = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class PoolProtection(Schema):
    """How long a new owner keeps a record whatever happens, and what is never taken from anybody."""

    days = _days()
    when = shapes.condition(allow_none=True)


class PoolUnfollowed(Schema):
    """Nobody followed up: the owner neither changed nor commented it, or a date of the record says so."""

    days = fields.Integer(required=True, validate=validate.Range(1, MOST_DAYS))
    field = shapes.key(allow_none=True)


class PoolUnwon(Schema):
    """It did not come to an end: `won` says which records did."""

    days = fields.Integer(required=True, validate=validate.Range(1, MOST_DAYS))
    won = shapes.condition(required=True)


class PoolRecycle(Schema):
    """What brings a record back."""

    unfollowed = fields.Nested(PoolUnfollowed, allow_none=True)
    unwon = fields.Nested(PoolUnwon, allow_none=True)
    owner_left = fields.Boolean(load_default=True)


class PoolWarn(Schema):
    """So many days before, the owner is told; by mail too, where `mail` is on."""

    days = fields.List(
        fields.Integer(validate=validate.Range(1, 365)), load_default=list, validate=validate.Length(max=5)
    )
    mail = fields.Boolean(load_default=False)


class PoolDocument(shapes.Titled):
    """Which records of a form lie in the pool when nobody owns them; the first pool that takes a record has it."""

    form = shapes.key(required=True)
    owner = shapes.key(required=True)
    enabled = fields.Boolean(load_default=True)
    position = fields.Integer(load_default=0, validate=validate.Range(0, 10_000))
    filter = shapes.condition(allow_none=True)
    see = fields.Nested(PoolPeople, load_default=lambda: {"everyone": True})
    claim = fields.Nested(PoolPeople, load_default=lambda: {"everyone": True})
    manage = fields.Nested(PoolPeople, load_default=dict)
    assign = fields.Nested(PoolAssign, load_default=dict)
    limits = fields.Nested(PoolLimits, load_default=dict)
    cool_down_days = _days()
    protection = fields.Nested(PoolProtection, load_default=dict)
    recycle = fields.Nested(PoolRecycle, load_default=dict)
    warn = fields.Nested(PoolWarn, load_default=dict)
    calendar = shapes.key(allow_none=True)
    masked = fields.List(shapes.key(), load_default=list, validate=validate.Length(max=50))


class Pool(DefinitionKind):
    """Where records wait for an owner."""

    id = "pool"
    label = {"zh-CN": "公海", "en": "Pool"}
    schema = PoolDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        kinds = value_kinds(form)
        yield from check_fields(form, list(_fields(document)), reserved=False)
        if document["owner"] in kinds and kinds[document["owner"]] != "user":
            yield Finding("not_a_person", _NOT_A_PERSON, "owner")
        for path, tree in _conditions(document):
            faults = list(check_condition(form, tree or {}, path))
            yield from faults or _too_deep(form, tree, path)
        yield from _check_names(document, world)
        yield from _check_recycling(document, kinds)
        yield from _check_place(document, world)
        yield from _check_masks(document, world)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        for path, name in _fields(document):
            yield Usage("form", form, path, name)
        for path, tree in _conditions(document):
            for name in sorted(fields_of(tree)):
                yield Usage("form", form, path, name)
        if isinstance(document.get("calendar"), str):
            yield Usage("calendar", document["calendar"], "calendar")
        rule = _part(document, "assign").get("rule")
        if isinstance(rule, str):
            yield Usage("assignment_rule", rule, "assign/rule")


def _part(document: Document, *names: str) -> Mapping[str, Any]:
    found: Any = document
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _fields(document: Document) -> Iterator[tuple[str, str]]:
    if isinstance(document.get("owner"), str):
        yield "owner", document["owner"]
    followed = _part(document, "recycle", "unfollowed").get("field")
    if isinstance(followed, str):
        yield "recycle/unfollowed/field", followed
    masked = document.get("masked")
    for place, name in enumerate(masked if isinstance(masked, list) else ()):
        yield f"masked/{place}", str(name)


def _conditions(document: Document) -> Iterator[tuple[str, Any]]:
    yield "filter", document.get("filter")
    yield "limits/not_counted", _part(document, "limits").get("not_counted")
    yield "protection/when", _part(document, "protection").get("when")
    yield "recycle/unwon/won", _part(document, "recycle", "unwon").get("won")


def _too_deep(form: Document, tree: Any, path: str) -> Iterator[Finding]:
    """Say so where a condition can't become part of a larger one, as all of them do here."""
    if any(True for _fault in check_condition(form, {"all": [{"not": tree or {}}]}, path)):
        yield Finding("too_deep", _TOO_DEEP, path)


def _check_names(document: Document, world: World) -> Iterator[Finding]:
    calendars, rules = world.others.get("calendar", {}), world.others.get("assignment_rule", {})
    if document.get("calendar") and document["calendar"] not in calendars:
        yield unknown("unknown_calendar", "calendar", document["calendar"], calendars, _CALENDAR)
    assign = _part(document, "assign")
    rule = assign.get("rule")
    if assign.get("mode") == "automatic" and not rule:
        yield Finding("required", _NO_RULE, "assign/rule")
    if rule and rule not in rules:
        yield unknown("unknown_rule", "assign/rule", rule, rules, _RULE)
    elif rule and rules[rule].get("field") != document["owner"]:
        yield Finding("other_field", _OTHER_FIELD, "assign/rule")
    for who in WHO:
        for role in _part(document, who).get("roles") or ():
            if world.roles and role not in world.roles:
                yield unknown("unknown_role", f"{who}/roles", role, world.roles, ROLE_WORD)


def _check_recycling(document: Document, kinds: Mapping[str, Any]) -> Iterator[Finding]:
    unfollowed = document.get("recycle", {}).get("unfollowed")
    if unfollowed and unfollowed.get("field") in kinds and kinds[unfollowed["field"]] not in {"date", "datetime"}:
        yield Finding("not_a_date", _NOT_A_DATE, "recycle/unfollowed/field")
    lengths = [_part(document, "recycle", name).get("days") for name in ("unfollowed", "unwon")]
    shortest = min((days for days in lengths if days), default=None)
    for place, before in enumerate(_part(document, "warn").get("days") or ()):
        if shortest is not None and before >= shortest:
            told = {"days": shortest, "before": before}
            yield Finding("too_early", _TOO_EARLY, f"warn/days/{place}", told, "warning")


def _check_place(document: Document, world: World) -> Iterator[Finding]:
    """Warn of a pool that an earlier one of the same form leaves nothing to."""
    mine = (document.get("position") or 0, world.key)
    for key, other in world.others.get("pool", {}).items():
        is_earlier = ((other.get("position") or 0), key) < mine
        if key == world.key or other.get("form") != document["form"] or other.get("enabled", True) is False:
            continue
        if is_earlier and (not other.get("filter") or other.get("filter") == document.get("filter")):
            yield Finding("unreachable", _UNREACHABLE, "position", {"name": key}, "warning")
            return


def _check_masks(document: Document, world: World) -> Iterator[Finding]:
    """Warn of what a permission group shows in the list of records all the same."""
    for place, name in enumerate(document.get("masked") or ()):
        for key, group in world.others.get("permission_group", {}).items():
            if any(_shows(grant, document["form"], name) for grant in group.get("grants") or ()):
                title = group.get("title") or {}
                told = {"name": title.get("zh-CN") or title.get("en") or key, "field": name}
                yield Finding("seen_anyway", _SEEN_ANYWAY, f"masked/{place}", told, "warning")
                break


def _shows(grant: Any, form: str, name: str) -> bool:
    if not isinstance(grant, Mapping) or grant.get("form") != form or "record.read" not in (grant.get("acts") or ()):
        return False
    is_whole = grant.get("rows", "all") == "all" and not grant.get("filter")
    return is_whole and (grant.get("fields") or {}).get(name) != "hidden"
