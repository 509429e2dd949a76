"""Templates that users write: Liquid, never the template language of the server.

A template can read the variables it is given and nothing else: no files, no attributes of objects, no calls. Loops,
output, stored variables and nesting are bounded, and the filters that could build a big text out of a small one
are checked before they do.
"""

import functools
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from liquid import Environment, Mode
from liquid.exceptions import LiquidError

from formloom.platform.kernel.errors import FormloomError

MAX_TEMPLATE = 64_000
MAX_OUTPUT = 256_000
CACHED_TEMPLATES = 256
_DATE_FORMAT = re.compile(r"(?:%-?[A-Za-z%]|[^%])*")
_UNWANTED_TAGS = ("include", "render", "increment", "decrement", "ifchanged", "doc", "tablerow")
_UNWANTED_FILTERS = ("safe", "base64_decode", "base64_url_safe_decode", "find", "find_index", "has", "reject")


class TemplateFault(FormloomError):
    """A Liquid template is wrong, or asks for more than its limits."""

    code = "template_fault"
    message = {"zh-CN": "模板有误：{why}", "en": "This template is wrong: {why}"}


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Return `template` filled with `variables`. Raises TemplateFault."""
    try:
        return str(_parsed(_checked(template)).render(**variables))
    except LiquidError as fault:
        raise TemplateFault(why=_reason(fault)) from fault
    except (ValueError, ArithmeticError, TypeError, RecursionError) as fault:
        raise TemplateFault(why=str(fault)[:200]) from fault


def check(template: str) -> None:
    """Raise TemplateFault when `template` can't be read."""
    try:
        _parsed(_checked(template))
    except (LiquidError, RecursionError) as fault:
        raise TemplateFault(why=_reason(fault)) from fault


def fault_of(template: str) -> str | None:
    """Return what is wrong with a template's text, or None."""
    try:
        check(template)
    except TemplateFault as fault:
        return fault.words("en")
    return None


class _Bounded(Environment):
    loop_iteration_limit = 10_000
    output_stream_limit = MAX_OUTPUT
    local_namespace_limit = MAX_OUTPUT
    context_depth_limit = 10
    block_nesting_limit = 20


def _environment() -> _Bounded:
    made = _Bounded(tolerance=Mode.STRICT, autoescape=False)
    for tag in _UNWANTED_TAGS:
        made.tags.pop(tag, None)
    for name in _UNWANTED_FILTERS:
        made.filters.pop(name, None)
    for name, filter_ in list(made.filters.items()):
        made.filters[name] = _limited(name, filter_)
    made.add_filter("date", _date)
    return made


def _limited(name: str, filter_: Any) -> Any:
    @functools.wraps(filter_)
    def bounded(left: object, *args: object, **kwargs: object) -> object:
        if isinstance(left, range) and len(left) > _Bounded.loop_iteration_limit:
            raise ValueError("the range is too long")
        if name.startswith("replace") and len(args) >= 2:
            text, new = str(left), str(args[1])
            if len(text) + (text.count(str(args[0])) + 1) * len(new) > MAX_OUTPUT:
                raise ValueError("the text grows too long")
        result = filter_(left, *args, **kwargs)
        if isinstance(result, str) and len(result) > MAX_OUTPUT:
            raise ValueError("the text grows too long")
        return result

    return bounded


def _date(value: object, pattern: object = "%Y-%m-%d %H:%M") -> str:
    text = str(pattern)
    if len(text) > 100 or not _DATE_FORMAT.fullmatch(text):
        raise ValueError("this date format is not known")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    return value.strftime(text) if isinstance(value, date) else ("" if value is None else str(value))


_liquid = _environment()


@functools.lru_cache(maxsize=CACHED_TEMPLATES)
def _parsed(template: str) -> Any:
    return _liquid.from_string(template)


def _checked(template: str) -> str:
    if len(template) > MAX_TEMPLATE:
        raise TemplateFault(why=f"> {MAX_TEMPLATE}")
    return template


def _reason(fault: BaseException) -> str:
    return str(fault).strip().splitlines()[0][:200] if str(fault).strip() else type(fault).__name__
