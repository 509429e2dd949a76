"""Why something failed: a short code that is kept, and the words for it. No value of any record is in either."""

import re
from collections.abc import Iterator
from functools import cache

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import LOCALES, LocalizedText, fill
from formloom.workflows.channels.imap import CODES as MAIL_SERVERS

INTERNAL = "internal:"
ANSWERED = "http:"
MAILBOX = "mailbox:"
WORN_OUT = "worn_out"
REFUSED = "refused"
INVALID = "invalid_values"
IN_VAIN = "in_vain"
BOUNCED = "bounced"
TOO_OFTEN = "too_often"
TOO_LONG_A_CHAIN = "too_long_a_chain"
IN_A_CIRCLE = "in_a_circle"
_WORDS: dict[str, LocalizedText] = {
    WORN_OUT: {"zh-CN": "执行它的进程每次都中断", "en": "the process that worked on it ended each time"},
    REFUSED: {"zh-CN": "对方拒收", "en": "refused by the other side"},
    INVALID: {"zh-CN": "有字段不接受写入的值", "en": "a field did not take the value it was given"},
    IN_VAIN: {"zh-CN": "多次重试仍未成功", "en": "tried again and again in vain"},
    BOUNCED: {"zh-CN": "邮件被退回", "en": "the mail came back"},
    TOO_OFTEN: {"zh-CN": "已达到规则的频率上限", "en": "the rule had run as often as it may"},
    TOO_LONG_A_CHAIN: {"zh-CN": "规则接连触发过深", "en": "too many rules had set each other off"},
    IN_A_CIRCLE: {"zh-CN": "规则互相触发", "en": "rules had set each other off in a circle"},
}
_INTERNAL: LocalizedText = {"zh-CN": "内部错误（{name}）", "en": "an internal fault ({name})"}
_ANSWERED: LocalizedText = {"zh-CN": "对方返回 HTTP {status}", "en": "answered with HTTP {status}"}
_UNKNOWN: LocalizedText = {"zh-CN": "步骤失败（{code}）", "en": "the step failed ({code})"}
_STATUS = re.compile(r"HTTP (\d{3})")
_PARAMETER = re.compile(r"\{[a-z_]+\}")
_AT_THE_END = re.compile(r"[:：]\s*…$")


def code_of(fault: Exception) -> str:
    """Return the code of what a fault says."""
    return fault.code if isinstance(fault, FormloomError) else f"{INTERNAL}{type(fault).__name__}"[:80]


def code_of_delivery(said: str, *, in_vain: bool) -> str:
    """Return the code of a delivery that ended for what its last attempt `said`."""
    if status := _STATUS.fullmatch(said):
        return ANSWERED + status[1]
    return IN_VAIN if in_vain else REFUSED


def words(code: str) -> LocalizedText:
    """Return what a code means; what a message would say of values stands as "…"."""
    if code.startswith(INTERNAL):
        return _filled(_INTERNAL, name=code.removeprefix(INTERNAL))
    if code.startswith(ANSWERED):
        return _filled(_ANSWERED, status=code.removeprefix(ANSWERED))
    if code.startswith(MAILBOX):
        return MAIL_SERVERS.get(code.removeprefix(MAILBOX)) or _filled(_UNKNOWN, code=code)
    message = _WORDS.get(code) or _named_facts().get(code)
    if message is None:
        return _filled(_UNKNOWN, code=code)
    return {locale: _AT_THE_END.sub("", _PARAMETER.sub("…", text)) for locale, text in message.items()}


def _filled(text: LocalizedText, **params: str) -> LocalizedText:
    return {locale: fill(text, locale, params) for locale in LOCALES}


@cache
def _named_facts() -> dict[str, LocalizedText]:
    return {kind.code: kind.message for kind in _kinds(FormloomError)}


def _kinds(of: type[FormloomError]) -> Iterator[type[FormloomError]]:
    yield of
    for kind in of.__subclasses__():
        yield from _kinds(kind)
