"""Hidden fields stay hidden from questions, too.

Who may not see a field may not ask about it either: a filter, a sort order, a group or a sum over it would tell
its value bit by bit. So the check is made on the question, before it reaches the database, and a hidden field
is refused with the same words as one that does not exist.
"""

from collections.abc import Collection, Iterable, Mapping

from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.errors import Finding, FormloomError


class FieldUnknown(FormloomError):
    """A question names fields that are not there, or not for the asker."""

    code = "unknown_field"
    kind = "invalid"
    message = {"zh-CN": "没有字段“{field}”", "en": "There is no field '{field}'"}


def refuse_hidden(field_ids: Iterable[str], hidden: Collection[str]) -> None:
    """Raise FieldUnknown when one of `field_ids` is hidden."""
    for field_id in field_ids:
        if field_id in hidden:
            found = Finding(FieldUnknown.code, FieldUnknown.message, field=field_id, params={"field": field_id})
            raise FieldUnknown(findings=[found], field=field_id)


def refuse_hidden_in(tree: object, hidden: Collection[str]) -> None:
    """Raise FieldUnknown when a condition names a hidden field, as its subject or as its value, at any depth."""
    if not hidden or tree is None:
        return
    refuse_hidden(_named(tree), hidden)


def _named(tree: object) -> Iterable[str]:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            for name, value in part.items():
                if name in {"field", "ref"} and isinstance(value, str):
                    yield field_name(value)
                else:
                    waiting.append(value)
        elif isinstance(part, (list, tuple)):
            waiting.extend(part)
