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
    ("lock", ("锁定{0}", "locks {0}")),
    ("set", ("设置{0}", "sets {0}")),
    ("options", ("限制{0}的选项", "limits the options of {0}")),
)
_JUMP: Words = ("从{0}跳到{1}", "jumps from {0} to {1}")
_END: LocalizedText = {"zh-CN": "结尾", "en": "the end"}


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
        if (named := _named(rule.get(part)))
    ]
    if isinstance(jump := rule.get("jump"), Mapping):
        to = _quoted(str(jump["to"]), fields) if jump.get("to") else _END
        effects.append(says(_JUMP, _quoted(str(jump.get("after")), fields), to))
    told = joined([*effects], ("，", ", ")) if effects else {"zh-CN": "…", "en": "…"}
    if not rule.get("when"):
        return says(("总是{0}", "Always {0}"), told)
    return says(("当 {0} 时，{1}", "When {0}: {1}"), sentence(rule["when"], fields), told)


def targets_of(rule: Document) -> list[str]:
    """Return the fields that a rule, perhaps half-finished, does something to."""
    found = [name for part, _words in _EFFECTS for name in _named(rule.get(part))]
    jump = rule.get("jump")
    return [*found, *_named([jump.get("to") or jump.get("after")] if isinstance(jump, Mapping) else None)]


def _named(targets: object) -> list[str]:
    """Return the field ids in a list of ids, or of objects that name a field."""
    named = [
        one.get("field") if isinstance(one, Mapping) else one for one in (targets if isinstance(targets, list) else ())
    ]
    return [name for name in named if isinstance(name, str)]


def _quoted(name: str, fields: Mapping[str, Document]) -> LocalizedText:
    return says(("“{0}”", "“{0}”"), label_of(fields.get(name, {"id": name})))
