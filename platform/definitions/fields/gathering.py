"""What the types have in common whose values are gathered from records of another form.

They are stored like any other value, so they can be filtered, sorted, summed and used in formulas, and are gathered
again whenever one of those records changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from formloom.platform.definitions.fields.settings import named

WAYS = {
    "value": {"zh-CN": "取值", "en": "The value"},
    "count": {"zh-CN": "计数", "en": "Count"},
    "sum": {"zh-CN": "求和", "en": "Sum"},
    "avg": {"zh-CN": "平均", "en": "Average"},
    "min": {"zh-CN": "最小", "en": "Smallest"},
    "max": {"zh-CN": "最大", "en": "Largest"},
    "first": {"zh-CN": "第一个", "en": "The first"},
    "list": {"zh-CN": "列出", "en": "List"},
}
OF_NUMBERS = frozenset({"sum", "avg"})
TO_NUMBERS = frozenset({"count", "sum", "avg"})
_ID = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


@dataclass(frozen=True, slots=True)
class Gathering:
    """Which records of which form, what of each, and what is made of it.

    The records are those that the field `through` of this form links to, or those of `form` whose field `by` links
    here.
    """

    how: str
    field: str | None
    through: str | None = None
    form: str | None = None
    by: str | None = None
    where: Mapping[str, Any] | None = None


def way(*but: str) -> fields.String:
    """Return the setting that says what is made of the values."""
    offered = {name: words for name, words in WAYS.items() if name not in but}
    return fields.String(
        load_default="count", validate=validate.OneOf(tuple(offered)),
        metadata=named("汇总方式", "How") | {"choices": offered},
    )  # fmt: skip


def own_link(chinese: str, english: str, control: str) -> fields.String:
    """Return a setting that names a link of this form."""
    return fields.String(
        load_default=None, allow_none=True, validate=_ID, metadata=named(chinese, english) | {"control": control}
    )
