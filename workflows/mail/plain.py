"""The words of a mail as plain text: without markup, and the answer apart from what it repeats below.

Line by line, without patterns that could run away on what a stranger writes. Words before a repeated mail are those of
the programs that people use: Gmail, Apple Mail, Outlook, Foxmail, QQ and NetEase mail.
"""

import html
import re

_HIDDEN = (
    ("<!--", "-->"), ("<head", "</head>"), ("<style", "</style>"), ("<script", "</script>"), ("<title", "</title>"),
)  # fmt: skip
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote|/pre)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_RULES = (
    "-----original message", "-----原始邮件", "------原始邮件", "------------------ 原始邮件",
    "---------- forwarded message", "-------- forwarded message", "begin forwarded message", "-----邮件原件",
    "---- 回复的原邮件 ----",
)  # fmt: skip
_FROM = ("from:", "发件人：", "发件人:")
_HEADS = (
    *_FROM, "sent:", "date:", "to:", "cc:", "subject:", "发送时间：", "发送时间:", "日期：", "日期:",
    "收件人：", "收件人:",
    "抄送：", "抄送:", "主题：", "主题:",
)  # fmt: skip
_WROTE = ("wrote:", "写道：", "写道:")


def from_html(markup: str) -> str:
    """Return the words of a page, a line for each of its blocks.

    No parser of pages: those take quadratic time on what is nested deeply, and what comes of this is plain text.
    """
    shown = markup
    for begin, end in _HIDDEN:
        shown = _without(shown, begin, end)
    lines = _TAG.sub("", _BREAK.sub("\n", " ".join(shown.split())))
    return "\n".join(" ".join(line.split()) for line in html.unescape(lines).split("\n"))


def _without(text: str, begin: str, end: str) -> str:
    """Return a text without what stands between two marks; what is never closed is shown."""
    kept, place, lower = [], 0, text.lower()
    while (found := lower.find(begin, place)) >= 0 and (closed := lower.find(end, found)) >= 0:
        kept.append(text[place:found])
        place = closed + len(end)
    return "".join([*kept, text[place:]])


def tidied(text: str) -> str:
    """Return a text without control characters, with at most one empty line in a row."""
    lines = ["".join(_shown(char) for char in line).rstrip() for line in text.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip()


def _shown(char: str) -> str:
    """Return a character as it is kept: a space of another kind still parts words, and what joins emoji joins them."""
    if char.isprintable() or char in "\t\u200d":
        return char
    return " " if char.isspace() else ""


def split_answer(text: str) -> tuple[str, str]:
    """Return what was written and what is repeated below it; a mail that only repeats is all written."""
    lines = text.split("\n")
    own = max((number for number, line in enumerate(lines) if line and not line.startswith(">")), default=-1)
    place = next((number for number in range(len(lines)) if number > own or _repeats_from(lines, number)), len(lines))
    written = "\n".join(lines[:place]).strip()
    return (written, "\n".join(lines[place:]).strip()) if written else (text, "")


def _repeats_from(lines: list[str], number: int) -> bool:
    line = lines[number].strip().lstrip("> ").lower()
    if line.startswith(_RULES) or (len(line) >= 32 and not line.strip("_")):
        return True
    if line.endswith(_WROTE) and (len(line) > 8 or number > 0):
        return True
    if line.startswith("on ") and any(one.strip().lower().endswith("wrote:") for one in lines[number + 1 : number + 3]):
        return True
    is_sender = line.startswith(_FROM)
    return is_sender and sum(one.strip("> *\t").lower().startswith(_HEADS) for one in lines[number : number + 5]) >= 3


def language_of(text: str) -> str | None:
    """Return the language of a text, as far as its characters tell; None for a text without letters."""
    letters = [char for char in text[:5_000] if char.isalpha()]
    if not letters:
        return None
    han = sum("\u4e00" <= char <= "\u9fff" for char in letters)
    return "zh-CN" if han * 5 >= len(letters) else "en"
