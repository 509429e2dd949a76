"""The one tree of errors.

Each class is a named fact with a stable `code`, a `kind` that says what sort of fact it is, and a message in
both languages whose `{names}` are filled from the parameters given when it is raised. Nothing below the web
floor knows HTTP; the edge maps `kind` to a status. Validation collects `Finding`s and raises them together.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import ClassVar, Literal

from formloom.platform.kernel.text import LocalizedText, fill

Kind = Literal[
    "malformed", "unauthenticated", "forbidden", "missing", "conflict",
    "too_large", "media_type", "invalid", "too_many", "unavailable",
]  # fmt: skip
Severity = Literal["error", "warning"]


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing found wrong, at one place.

    `field` is a field id, a path into a document such as `fields/2/options`, or None for the whole.
    """

    code: str
    message: LocalizedText
    field: str | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    severity: Severity = "error"

    def words(self, locale: str) -> str:
        """Return the message in `locale`, filled."""
        return fill(self.message, locale, self.params)


class FormloomError(Exception):
    """Base of every error that we raise on purpose."""

    code: ClassVar[str] = "error"
    kind: ClassVar[Kind] = "invalid"
    message: ClassVar[LocalizedText] = {"zh-CN": "出错了", "en": "Something went wrong"}

    def __init__(self, *, findings: Iterable[Finding] = (), **params: object) -> None:
        self.findings = tuple(findings)
        self.params: Mapping[str, object] = params
        super().__init__(self.code, *params.values())

    def words(self, locale: str) -> str:
        """Return the message in `locale`, filled."""
        return fill(self.message, locale, self.params)

    def __str__(self) -> str:
        said = f"{self.code}: {self.words('en')}"
        return f"{said} ({'; '.join(_line(found) for found in self.findings)})" if self.findings else said


def _line(found: Finding) -> str:
    return f"{found.field}: {found.words('en')}" if found.field else found.words("en")


class Invalid(FormloomError):
    """What was sent does not fit; `findings` say where and why."""

    code = "invalid"
    kind = "invalid"
    message = {"zh-CN": "有内容需要修改", "en": "Some of this needs a change"}


class NotFound(FormloomError):
    """There is no such thing, or the caller may not know that there is."""

    code = "not_found"
    kind = "missing"
    message = {"zh-CN": "找不到该内容，可能已删除或无权查看", "en": "Not found: it may be gone, or not yours to see"}


class Forbidden(FormloomError):
    """The caller is known but may not do this."""

    code = "forbidden"
    kind = "forbidden"
    message = {"zh-CN": "没有权限，请联系管理员", "en": "You may not do this; ask an administrator"}


class Unauthenticated(FormloomError):
    """Nobody is signed in."""

    code = "unauthenticated"
    kind = "unauthenticated"
    message = {"zh-CN": "请先登录", "en": "Please sign in"}


class Conflict(FormloomError):
    """It changed meanwhile, or something of that name is there already."""

    code = "conflict"
    kind = "conflict"
    message = {"zh-CN": "内容已被他人修改", "en": "This was changed meanwhile"}


class Malformed(FormloomError):
    """The request can't be read at all."""

    code = "malformed"
    kind = "malformed"
    message = {"zh-CN": "请求格式有误", "en": "This request can't be read"}


class TooLarge(FormloomError):
    """More than the limit."""

    code = "too_large"
    kind = "too_large"
    message = {"zh-CN": "内容过大，上限 {limit}", "en": "Too large: at most {limit}"}


class TooMany(FormloomError):
    """Too many requests; `retry_after_s` says when to come back."""

    code = "too_many"
    kind = "too_many"
    message = {
        "zh-CN": "操作过于频繁，请 {retry_after_s} 秒后再试",
        "en": "Too many requests; try again in {retry_after_s} seconds",
    }


class Unavailable(FormloomError):
    """Not now: the disk is full, the database is away."""

    code = "unavailable"
    kind = "unavailable"
    message = {"zh-CN": "服务暂时不可用，请稍后再试", "en": "Not available just now; try again soon"}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, for "did you mean", or None."""
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.6)), None)
