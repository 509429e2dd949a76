"""What a form's first publication brings, in words: every field with what it asks for, every rule, every button.

Nothing stood there before, so nothing is told as a difference.
"""

from collections.abc import Iterator, Mapping

from formloom.platform.definitions.change import Change
from formloom.platform.definitions.conditions.words import sentence
from formloom.platform.definitions.words import Document, Words, entries_by, joined, label_of, says, type_of
from formloom.platform.kernel.text import LocalizedText

MOST_OPTIONS = 8
_FACTS: tuple[tuple[str, bool, LocalizedText], ...] = (
    ("required", True, {"zh-CN": "必填", "en": "required"}),
    ("unique", True, {"zh-CN": "不可重复", "en": "unique"}),
    ("public", False, {"zh-CN": "仅成员可见", "en": "members only"}),
)
_EFFECTS: tuple[tuple[str, Words], ...] = (
    ("show", ("显示{0}", "shows {0}")),
    ("hide", ("隐藏{0}", "hides {0}")),
    ("require", ("必填{0}", "requires {0}")),
)


def form_parts(document: Document) -> Iterator[Change]:
    """Yield the fields, rules and buttons of a form that goes public for the first time."""
    fields = entries_by(document.get("fields"), "id")
    for name, field in fields.items():
        yield Change("added", f"fields/{name}", _field(field))
    for name, rule in entries_by(document.get("rules"), "id").items():
        yield Change("added", f"rules/{name}", _rule(rule, fields))
    for name, button in entries_by(document.get("buttons"), "id").items():
        yield Change("added", f"buttons/{name}", says(("按钮“{0}”", "The button “{0}”"), label_of(button)))


def _field(field: Document) -> LocalizedText:
    facts: list[LocalizedText] = [type_of(field)]
    facts += [words for setting, told, words in _FACTS if field.get(setting, not told) is told]
    said = says(("字段“{0}”：{1}", "The field “{0}”: {1}"), label_of(field), joined(facts, ("，", ", ")))
    options = [label_of(one) for one in entries_by(field.get("options"), "value").values()]
    if not options:
        return said
    shown = joined([*options[:MOST_OPTIONS]], ("、", ", "))
    words = ("{0}；选项：{1}", "{0}; options: {1}")
    if len(options) > MOST_OPTIONS:
        words = (f"{{0}}；选项：{{1}} 等 {len(options)} 个", f"{{0}}; {len(options)} options: {{1}} …")
    return says(words, said, shown)


def _rule(rule: Document, fields: Mapping[str, Document]) -> LocalizedText:
    effects = [
        says(words, joined([_quoted(name, fields) for name in named], ("", ", ")))
        for part, words in _EFFECTS
        if (named := [name for name in _listed(rule.get(part)) if isinstance(name, str)])
    ]
    told = joined([*effects], ("，", ", ")) if effects else {"zh-CN": "…", "en": "…"}
    if not rule.get("when"):
        return says(("总是{0}", "Always {0}"), told)
    return says(("当 {0} 时，{1}", "When {0}: {1}"), sentence(rule["when"], fields), told)


def _listed(names: object) -> list[object]:
    return list(names) if isinstance(names, list) else []


def _quoted(name: str, fields: Mapping[str, Document]) -> LocalizedText:
    return says(("“{0}”", "“{0}”"), label_of(fields.get(name, {"id": name})))
