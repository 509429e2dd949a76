"""What changed between two documents of a kind, in words that a person reads before pressing Publish.

Drafts may be half-finished, so an entry without an id or of the wrong shape is left out rather than refused. Entries
are told in the order in which they stand in the document.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from marshmallow import ValidationError

from formloom.platform.definitions.change import Change, ChangeKind
from formloom.platform.definitions.fields.base import ColumnSpec
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.first_version import form_parts, targets_of
from formloom.platform.definitions.words import Document, Words, entries_by, label_of, says, type_of
from formloom.platform.kernel.text import LocalizedText


def diff(kind: str, before: Document | None, after: Document) -> list[Change]:
    """Return the changes from `before` to `after`; all there is in it when nothing is published yet (None)."""
    if before is None:
        first = Change("added", "", {"zh-CN": "首次发布", "en": "Published for the first time"})
        return [first, *(form_parts(after) if kind == "form" else _parts(kind, {}, after))]
    return list(_parts(kind, before, after))


def _parts(kind: str, before: Document, after: Document) -> Iterator[Change]:
    listed = [one for one in _LISTED if one.kind == kind]
    if kind == "form":
        yield from _fields(before, after)
    for part in listed:
        yield from part.changes(before, after)
    told = {part.name for part in listed} | ({"fields"} if kind == "form" else set())
    yield from _rest(before, after, told)


def _fields(before: Document, after: Document) -> Iterator[Change]:
    old, new = entries_by(before.get("fields"), "id"), entries_by(after.get("fields"), "id")
    for name, entry in new.items():
        if name not in old:
            yield Change("added", f"fields/{name}", says(("新增字段“{0}”", "Adds the field “{0}”"), label_of(entry)))
        else:
            yield from _field(name, old[name], entry)
    for name, entry in old.items():
        if name not in new:
            words = (
                "移除字段“{0}”，已有的值保留但不再显示",
                "Removes the field “{0}”; its values are kept but not shown",
            )
            yield Change("removed", f"fields/{name}", says(words, label_of(entry)), affects_data=True)
    for name in _moved([name for name in old if name in new], [name for name in new if name in old]):
        yield Change("moved", f"fields/{name}", says(("移动字段“{0}”", "Moves the field “{0}”"), label_of(new[name])))


def _field(name: str, old: Document, new: Document) -> Iterator[Change]:
    path, label = f"fields/{name}", label_of(new)
    retyped = old.get("type") != new.get("type")
    if retyped:
        words = (
            "字段“{0}”由“{1}”改为“{2}”，能转换的值会转换",
            "Turns “{0}” from “{1}” into “{2}”; values that fit are converted",
        )
        types = type_of(old), type_of(new)
        yield Change("changed", f"{path}/type", says(words, label, *types), affects_data=True)
    if label_of(old) != label:
        yield Change(
            "changed", f"{path}/label", says(("“{0}”改名为“{1}”", "Renames “{0}” to “{1}”"), label_of(old), label)
        )
    for setting, on, off in _SWITCHES:
        if _is_on(old, setting) != _is_on(new, setting):
            yield Change("changed", f"{path}/{setting}", says(on if _is_on(new, setting) else off, label))
    if not retyped:
        yield from _options(path, label, old, new)
        yield from _wording(path, label, old, new)
    if not retyped and _column(old) != _column(new):
        words = "“{0}”改变存储精度，能转换的值会转换", "Changes the precision of “{0}”; values that fit are converted"
        yield Change("changed", path, says(words, label), affects_data=True)
    elif not retyped and _remaining(old) != _remaining(new):
        yield Change("changed", path, says(("修改字段“{0}”的设置", "Changes settings of “{0}”"), label))


_SWITCHES: tuple[tuple[str, Words, Words], ...] = (
    ("required", ("“{0}”改为必填", "Makes “{0}” required"), ("“{0}”改为选填", "Makes “{0}” optional")),
    ("unique", ("“{0}”不可重复", "Makes “{0}” unique"), ("“{0}”可以重复", "Lets “{0}” repeat")),
    ("public", ("公开页显示“{0}”", "Shows “{0}” on the public page"), ("“{0}”仅成员可见", "Keeps “{0}” to members")),
)


def _wording(path: str, label: LocalizedText, old: Document, new: Document) -> Iterator[Change]:
    if any(old.get(part) != new.get(part) for part in _agreed_to(new)):
        words = (
            "“{0}”的条款有改动，发布后成为新版本；此前的同意仍对应当时的文本",
            "Changes the words of “{0}”: a new version of the consent comes into being; those who agreed before "
            "agreed to the earlier one",
        )
        yield Change("changed", f"{path}/text", says(words, label))


def _agreed_to(entry: Document) -> tuple[str, ...]:
    known = isinstance(entry.get("type"), str) and entry["type"] in FIELD_TYPES
    return FIELD_TYPES.get(entry["type"]).agreed_to if known else ()


def _is_on(entry: Document, setting: str) -> bool:
    return bool(entry.get(setting, setting == "public"))


def _remaining(entry: Document) -> Document:
    told = _TOLD.union(_agreed_to(entry))
    return {key: value for key, value in entry.items() if key not in told}


_TOLD = frozenset({"type", "label", "required", "unique", "public", "options"})
"""What has words of its own."""


def _column(entry: Document) -> ColumnSpec | None:
    """Return the column of a field document, or None for one that has none or isn't finished."""
    if not isinstance(entry.get("type"), str) or entry["type"] not in FIELD_TYPES:
        return None
    kind = FIELD_TYPES.get(entry["type"])
    known = kind.settings().fields
    try:
        cfg = kind.settings().load({name: value for name, value in entry.items() if name in known})
    except ValidationError:
        return None
    return kind.column(cfg) if kind.is_stored else None


def _options(path: str, label: LocalizedText, old: Document, new: Document) -> Iterator[Change]:
    before, after = entries_by(old.get("options"), "value"), entries_by(new.get("options"), "value")
    path = f"{path}/options"
    for value, option in after.items():
        if value not in before:
            words = "“{0}”新增选项“{1}”", "Adds the option “{1}” to “{0}”"
            yield Change("added", path, says(words, label, label_of(option)))
        elif label_of(before[value]) != label_of(option):
            words = "“{0}”的选项“{1}”改名为“{2}”", "Renames the option “{1}” of “{0}” to “{2}”"
            yield Change("changed", path, says(words, label, label_of(before[value]), label_of(option)))
    for value, option in before.items():
        if value not in after:
            words = (
                "“{0}”移除选项“{1}”，已选的记录保留原值",
                "Removes the option “{1}” from “{0}”; records keep it",
            )
            yield Change("removed", path, says(words, label, label_of(option)), affects_data=True, value=value)
    kept = [[value for value in side if value in before and value in after] for side in (before, after)]
    restyled = any(_style(before[value]) != _style(after[value]) for value in kept[0])
    if kept[0] != kept[1] or restyled:
        yield Change("changed", path, says(("调整“{0}”的选项", "Changes the options of “{0}”"), label))


def _style(option: Document) -> Document:
    return {key: value for key, value in option.items() if key != "label"}


def _rule_name(rule: Document, document: Document) -> LocalizedText:
    """Return the fields that a rule of a form is about, as its name."""
    labels = {name: label_of(entry) for name, entry in entries_by(document.get("fields"), "id").items()}
    named = targets_of(rule)
    if not named:
        return {"zh-CN": "规则", "en": "a rule"}
    first = list(dict.fromkeys(named))[:3]
    return {
        "zh-CN": "、".join(labels[name]["zh-CN"] if name in labels else name for name in first),
        "en": ", ".join(labels[name]["en"] if name in labels else name for name in first),
    }


def _own_name(entry: Document, _document: Document) -> LocalizedText:
    return label_of(entry)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A part of a document that is a list of entries, each told on its own."""

    kind: str
    name: str
    key: str
    added: Words
    removed: Words
    changed: Words
    called: Callable[[Document, Document], LocalizedText] = _own_name

    def changes(self, before: Document, after: Document) -> Iterator[Change]:
        old, new = entries_by(before.get(self.name), self.key), entries_by(after.get(self.name), self.key)
        for key, entry in new.items():
            path = f"{self.name}/{key}"
            if key not in old:
                yield Change("added", path, says(self.added, self.called(entry, after)))
            elif old[key] != entry:
                yield Change("changed", path, says(self.changed, self.called(entry, after)))
        for key, entry in old.items():
            if key not in new:
                yield Change("removed", f"{self.name}/{key}", says(self.removed, self.called(entry, before)))
        if [key for key in old if key in new] != [key for key in new if key in old]:
            words = _PARTS.get(self.name, {"zh-CN": self.name, "en": self.name})
            yield Change("moved", self.name, {"zh-CN": f"调整{words['zh-CN']}的顺序", "en": f"Reorders {words['en']}"})


_LISTED = (
    _Listed(
        "form", "rules", "id", ("新增“{0}”的规则", "Adds a rule about “{0}”"),
        ("移除“{0}”的规则", "Removes a rule about “{0}”"),
        ("修改“{0}”的规则", "Changes a rule about “{0}”"), _rule_name,
    ),
    _Listed(
        "form", "buttons", "id", ("新增按钮“{0}”", "Adds the button “{0}”"), ("移除按钮“{0}”", "Removes the button “{0}”"),
        ("修改按钮“{0}”", "Changes the button “{0}”"),
    ),
    _Listed(
        "dashboard", "widgets", "id", ("新增图表“{0}”", "Adds the chart “{0}”"), ("移除图表“{0}”", "Removes the chart “{0}”"),
        ("修改图表“{0}”", "Changes the chart “{0}”"),
    ),
    _Listed(
        "view", "columns", "field", ("显示列“{0}”", "Shows the column “{0}”"), ("不再显示列“{0}”", "Leaves out the column “{0}”"),
        ("调整列“{0}”的宽度", "Changes the width of the column “{0}”"),
    ),
    _Listed(
        "calendar", "entries", "on", ("新增特殊日期“{0}”", "Adds the special days “{0}”"),
        ("移除特殊日期“{0}”", "Removes the special days “{0}”"), ("修改特殊日期“{0}”", "Changes the special days “{0}”"),
    ),
    _Listed(
        "sla", "metrics", "id", ("新增计时“{0}”", "Adds the clock “{0}”"), ("移除计时“{0}”", "Removes the clock “{0}”"),
        ("修改计时“{0}”", "Changes the clock “{0}”"),
    ),
    _Listed(
        "blueprint", "states", "option", ("新增状态“{0}”", "Adds the state “{0}”"), ("移除状态“{0}”", "Removes the state “{0}”"),
        ("修改状态“{0}”的类别", "Changes the category of the state “{0}”"),
    ),
    _Listed(
        "blueprint", "transitions", "key", ("新增流转“{0}”", "Adds the transition “{0}”"),
        ("移除流转“{0}”", "Removes the transition “{0}”"), ("修改流转“{0}”", "Changes the transition “{0}”"),
    ),
    _Listed(
        "permission_group", "grants", "form", ("新增对“{0}”的权限", "Adds rights on “{0}”"),
        ("移除对“{0}”的权限", "Takes away the rights on “{0}”"), ("修改对“{0}”的权限", "Changes the rights on “{0}”"),
    ),
)  # fmt: skip


def _rest(before: Document, after: Document, told: set[str]) -> Iterator[Change]:
    for name in dict.fromkeys([*after, *before]):
        if name in told or before.get(name) == after.get(name):
            continue
        words = _PARTS.get(name, {"zh-CN": name, "en": name})
        kind: ChangeKind = "added" if name not in before else "removed" if name not in after else "changed"
        verb = _VERBS[kind]
        yield Change(kind, name, {"zh-CN": f"{verb[0]}{words['zh-CN']}", "en": f"{verb[1]} {words['en']}"})


_VERBS: Mapping[ChangeKind, Words] = {
    "added": ("新增", "Adds"),
    "removed": ("移除", "Removes"),
    "changed": ("修改", "Changes"),
}
_PARTS: Mapping[str, LocalizedText] = {
    "title": {"zh-CN": "标题", "en": "the title"},
    "description": {"zh-CN": "说明", "en": "the description"},
    "icon": {"zh-CN": "图标", "en": "the icon"},
    "color": {"zh-CN": "颜色", "en": "the colour"},
    "rules": {"zh-CN": "规则", "en": "the rules"},
    "checks": {"zh-CN": "提交校验", "en": "the checks when sending"},
    "settings": {"zh-CN": "公开页设置", "en": "the public page's settings"},
    "customer": {"zh-CN": "客户识别字段", "en": "which fields name the customer"},
    "title_field": {"zh-CN": "标题字段", "en": "which field names a record"},
    "status_field": {"zh-CN": "状态字段", "en": "which field is the status"},
    "buttons": {"zh-CN": "按钮", "en": "the buttons"},
    "trigger": {"zh-CN": "触发条件", "en": "the trigger"},
    "face": {"zh-CN": "流程类型", "en": "the kind of flow"},
    "limit": {"zh-CN": "频率上限", "en": "how often it may run"},
    "options": {"zh-CN": "流程设置", "en": "the settings of the process"},
    "nodes": {"zh-CN": "条件与动作", "en": "conditions and actions"},
    "enabled": {"zh-CN": "启用状态", "en": "whether it is on"},
    "form": {"zh-CN": "所属表单", "en": "the form"},
    "field": {"zh-CN": "字段", "en": "the field"},
    "widgets": {"zh-CN": "图表", "en": "the charts"},
    "filters": {"zh-CN": "筛选器", "en": "the filters"},
    "fields": {"zh-CN": "字段", "en": "the fields"},
    "columns": {"zh-CN": "显示的列", "en": "the columns"},
    "filter": {"zh-CN": "筛选", "en": "the filter"},
    "sort": {"zh-CN": "排序", "en": "the order"},
    "group_by": {"zh-CN": "分组", "en": "the grouping"},
    "type": {"zh-CN": "样式", "en": "the kind of view"},
    "density": {"zh-CN": "行高", "en": "the row height"},
    "channel": {"zh-CN": "渠道", "en": "the channel"},
    "subject": {"zh-CN": "邮件主题", "en": "the subject"},
    "body": {"zh-CN": "正文", "en": "the body"},
    "members": {"zh-CN": "成员", "en": "the members"},
    "grants": {"zh-CN": "权限", "en": "the grants"},
    "app_acts": {"zh-CN": "应用权限", "en": "the rights on the app"},
    "pools": {"zh-CN": "派单条件", "en": "the pools"},
    "open": {"zh-CN": "怎样算未完成", "en": "what counts as open"},
    "max_open": {"zh-CN": "每人上限", "en": "the most that anybody may have"},
    "fallback": {"zh-CN": "兜底人选", "en": "who gets it otherwise"},
    "alert": {"zh-CN": "无人可派时通知", "en": "who is told when nobody can be given it"},
    "timezone": {"zh-CN": "时区", "en": "the time zone"},
    "week": {"zh-CN": "工作时间", "en": "the working hours"},
    "days": {"zh-CN": "特殊日期", "en": "the special days"},
    "metrics": {"zh-CN": "计时", "en": "the clocks"},
    "calendar": {"zh-CN": "工作日历", "en": "the calendar"},
    "priority_field": {"zh-CN": "优先级字段", "en": "which field is the priority"},
    "position": {"zh-CN": "先后顺序", "en": "its place among the policies"},
    "entries": {"zh-CN": "特殊日期", "en": "the special days"},
    "based_on": {"zh-CN": "所依据的日历", "en": "the calendar it is based on"},
    "menu": {"zh-CN": "菜单", "en": "the menu"},
    "owner": {"zh-CN": "负责人字段", "en": "which field is the owner"},
    "see": {"zh-CN": "可见范围", "en": "who sees it"},
    "claim": {"zh-CN": "可领取的人", "en": "who may take records"},
    "manage": {"zh-CN": "公海管理员", "en": "who manages it"},
    "assign": {"zh-CN": "分配方式", "en": "how records are given out"},
    "limits": {"zh-CN": "领取上限", "en": "the limits"},
    "cool_down_days": {"zh-CN": "冷却期", "en": "the cool-down"},
    "protection": {"zh-CN": "保护", "en": "the protection"},
    "recycle": {"zh-CN": "回收规则", "en": "what brings records back"},
    "warn": {"zh-CN": "回收提醒", "en": "the warnings"},
    "masked": {"zh-CN": "领取前隐藏的字段", "en": "what is hidden until it is taken"},
    "addresses": {"zh-CN": "收件地址", "en": "the addresses"},
    "tells": {"zh-CN": "有邮件待处理时通知", "en": "who is told of mails that wait"},
    "plus": {"zh-CN": "带加号的地址", "en": "the addresses with a plus"},
    "server": {"zh-CN": "邮件服务器", "en": "the mail server"},
    "values": {"zh-CN": "新记录的固定值", "en": "the fixed values of new records"},
    "unmatched": {"zh-CN": "无法匹配的邮件", "en": "what becomes of mails that answer nothing"},
    "states": {"zh-CN": "状态", "en": "the states"},
    "transitions": {"zh-CN": "流转", "en": "the transitions"},
    "initial": {"zh-CN": "初始状态", "en": "the state in which records begin"},
}


def place_of(kind: str, document: Document, path: str) -> LocalizedText:
    """Return what the part of a document at `path` is called: an entry by its name, else the part itself."""
    part, _, rest = path.partition("/")
    words = _PARTS.get(part, {"zh-CN": part, "en": part})
    entries = document.get(part)
    place = rest.split("/")[0]
    if isinstance(entries, list) and place.isdigit() and int(place) < len(entries):
        entry = entries[int(place)]
        if isinstance(entry, Mapping) and (entry.get("label") or entry.get("title")):
            return label_of(entry)
        if kind == "form" and part == "rules" and isinstance(entry, Mapping):
            return says(("“{0}”的规则", "the rule about “{0}”"), _rule_name(entry, document))
    return _SETTINGS.get(place, words) if part == "settings" else words


_SETTINGS: Mapping[str, LocalizedText] = {
    "thanks": {"zh-CN": "提交后的感谢语", "en": "the thank-you text"},
    "redirect": {"zh-CN": "提交后跳转", "en": "the redirect after submitting"},
    "moderation": {"zh-CN": "收到的答卷先审核", "en": "the review of submissions"},
    "limits": {"zh-CN": "提交限制", "en": "the limits on submissions"},
}


def _moved(old: list[str], new: list[str]) -> list[str]:
    """Return the names that have to be moved to get from one order to the other, as few as possible."""
    place = {name: number for number, name in enumerate(old)}
    best: list[list[str]] = []
    for name in new:
        fitting = (run for run in best if place[run[-1]] < place[name])
        best.append([*_longest(fitting), name])
    kept = set(_longest(best))
    return [name for name in new if name not in kept]


def _longest(runs: Iterable[list[str]]) -> list[str]:
    longest: list[str] = []
    for run in runs:
        longest = run if len(run) > len(longest) else longest
    return longest
