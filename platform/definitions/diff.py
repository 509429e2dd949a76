"""What changed between two documents of a kind, in words that a person reads before pressing Publish."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from formloom.platform.kernel.text import LOCALES, LocalizedText, resolve

ChangeKind = Literal["added", "removed", "changed", "moved"]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `affects_data` warns that values of existing records are touched or hidden."""

    kind: ChangeKind
    path: str
    what: LocalizedText
    affects_data: bool = False


def diff(kind: str, before: Document | None, after: Document) -> list[Change]:
    """Return the changes from `before` (None when nothing is published yet) to `after`."""
    if before is None:
        return [Change("added", "", {"zh-CN": "首次发布", "en": "Published for the first time"})]
    if kind == "form":
        return [*_fields(before, after), *_rest(before, after, {"fields"})]
    return list(_rest(before, after, set()))


def _fields(before: Document, after: Document) -> Iterator[Change]:
    old = {one["id"]: one for one in before.get("fields") or ()}
    new = {one["id"]: one for one in after.get("fields") or ()}
    for name, entry in new.items():
        if name not in old:
            yield Change("added", f"fields/{name}", _says("新增字段“{0}”", "Adds the field “{0}”", _label(entry)))
    for name, entry in old.items():
        if name not in new:
            words = _says(
                "移除字段“{0}”，已有的值保留但不再显示",
                "Removes the field “{0}”; its values are kept but not shown",
                _label(entry),
            )
            yield Change("removed", f"fields/{name}", words, affects_data=True)
    for name in old.keys() & new.keys():
        yield from _field(name, old[name], new[name])
    kept_old = [name for name in old if name in new]
    kept_new = [name for name in new if name in old]
    if kept_old != kept_new:
        yield Change("moved", "fields", {"zh-CN": "调整了字段顺序", "en": "Reorders fields"})


def _field(name: str, old: Document, new: Document) -> Iterator[Change]:
    path, label = f"fields/{name}", _label(new)
    if old.get("type") != new.get("type"):
        words = _says(
            "字段“{0}”更换类型，能转换的值会转换", "Changes the type of “{0}”; values that fit are converted", label
        )
        yield Change("changed", f"{path}/type", words, affects_data=True)
    if (old.get("label") or {}) != (new.get("label") or {}):
        before = _label(old)
        yield Change("changed", f"{path}/label", {
            locale: template.format(before[locale], label[locale])
            for locale, template in (("zh-CN", "“{0}”改名为“{1}”"), ("en", "Renames “{0}” to “{1}”"))
        })  # fmt: skip
    for setting, on, off in _SWITCHES:
        if bool(old.get(setting)) != bool(new.get(setting)):
            yield Change("changed", f"{path}/{setting}", _says(*(on if new.get(setting) else off), label))
    yield from _options(path, label, old, new)
    told = {"type", "label", "required", "unique", "options"}
    if {key: value for key, value in old.items() if key not in told} != {
        key: value for key, value in new.items() if key not in told
    }:
        yield Change("changed", path, _says("修改字段“{0}”的设置", "Changes settings of “{0}”", label))


_SWITCHES = (
    ("required", ("“{0}”改为必填", "Makes “{0}” required"), ("“{0}”改为选填", "Makes “{0}” optional")),
    ("unique", ("“{0}”不可重复", "Makes “{0}” unique"), ("“{0}”可以重复", "Lets “{0}” repeat")),
)


def _options(path: str, label: LocalizedText, old: Document, new: Document) -> Iterator[Change]:
    before = {one["value"]: one for one in old.get("options") or ()}
    after = {one["value"]: one for one in new.get("options") or ()}
    for value in after.keys() - before.keys():
        yield Change(
            "added",
            f"{path}/options",
            _pair("“{0}”新增选项“{1}”", "Adds the option “{1}” to “{0}”", label, after[value]),
        )
    for value in before.keys() - after.keys():
        words = _pair(
            "“{0}”移除选项“{1}”，已选的记录保留原值",
            "Removes the option “{1}” from “{0}”; records keep it",
            label,
            before[value],
        )
        yield Change("removed", f"{path}/options", words, affects_data=True)
    if before.keys() == after.keys() and list(before.values()) != list(after.values()):
        yield Change("changed", f"{path}/options", _says("调整“{0}”的选项", "Changes the options of “{0}”", label))


def _rest(before: Document, after: Document, told: set[str]) -> Iterator[Change]:
    for name in sorted((set(before) | set(after)) - told):
        if before.get(name) != after.get(name):
            words = _PARTS.get(name, {"zh-CN": name, "en": name})
            kind: ChangeKind = "added" if name not in before else "removed" if name not in after else "changed"
            verbs = {
                "added": ("新增", "Adds"),
                "removed": ("移除", "Removes"),
                "changed": ("修改", "Changes"),
                "moved": ("", ""),
            }[kind]
            yield Change(kind, name, {"zh-CN": f"{verbs[0]}{words['zh-CN']}", "en": f"{verbs[1]} {words['en']}"})


_PARTS: Mapping[str, LocalizedText] = {
    "title": {"zh-CN": "标题", "en": "the title"},
    "description": {"zh-CN": "说明", "en": "the description"},
    "rules": {"zh-CN": "显示规则", "en": "the display rules"},
    "settings": {"zh-CN": "公开页设置", "en": "the public page's settings"},
    "customer": {"zh-CN": "客户识别字段", "en": "which fields name the customer"},
    "buttons": {"zh-CN": "按钮", "en": "the buttons"},
    "trigger": {"zh-CN": "触发条件", "en": "the trigger"},
    "nodes": {"zh-CN": "条件与动作", "en": "conditions and actions"},
    "enabled": {"zh-CN": "启用状态", "en": "whether it is on"},
    "widgets": {"zh-CN": "图表", "en": "the charts"},
    "columns": {"zh-CN": "显示的列", "en": "the columns"},
    "filter": {"zh-CN": "筛选", "en": "the filter"},
    "sort": {"zh-CN": "排序", "en": "the order"},
    "group_by": {"zh-CN": "分组", "en": "the grouping"},
    "subject": {"zh-CN": "邮件主题", "en": "the subject"},
    "body": {"zh-CN": "正文", "en": "the body"},
    "members": {"zh-CN": "成员", "en": "the members"},
    "grants": {"zh-CN": "权限", "en": "the grants"},
    "pools": {"zh-CN": "派单条件", "en": "the pools"},
    "week": {"zh-CN": "工作时间", "en": "the working hours"},
    "days": {"zh-CN": "特殊日期", "en": "the special days"},
    "menu": {"zh-CN": "菜单", "en": "the menu"},
}


def _label(entry: Document) -> dict[str, str]:
    return {locale: resolve(entry.get("label"), locale) or str(entry.get("id")) for locale in LOCALES}


def _says(chinese: str, english: str, label: LocalizedText) -> LocalizedText:
    return {"zh-CN": chinese.replace("{0}", label["zh-CN"]), "en": english.replace("{0}", label["en"])}


def _pair(chinese: str, english: str, label: LocalizedText, option: Document) -> LocalizedText:
    return {
        locale: words.replace("{0}", label[locale]).replace(
            "{1}", resolve(option.get("label"), locale) or option["value"]
        )
        for locale, words in (("zh-CN", chinese), ("en", english))
    }
