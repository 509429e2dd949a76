"""Formula text as tokens, each with its place. Full-width punctuation reads as its ASCII twin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.text import LocalizedText

TokenKind = Literal["number", "text", "name", "mark", "end"]
_WIDE = {"（": "(", "）": ")", "，": ",", "｛": "{", "｝": "}", "＋": "+", "－": "-", "＊": "*", "／": "/", "＝": "=",
         "＜": "<", "＞": ">", "＆": "&", "％": "%", "≤": "<=", "≥": ">=", "≠": "<>", "×": "*", "÷": "/"}  # fmt: skip
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?")
_MARK = re.compile(r"<=|>=|<>|[-+*/^&=<>%(){},]")
_QUOTES = {'"': '"', "“": "”"}


class FormulaInvalid(Invalid):
    """A formula can't be read; the finding says where."""

    code = "bad_formula"
    message = {"zh-CN": "公式有误", "en": "This formula can't be read"}

    def __init__(self, code: str, words: LocalizedText, position: int, **params: object) -> None:
        self.position = position
        where = {"position": position, **params}
        super().__init__(findings=[Finding(code, words, field="formula", params=where)], **where)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula; `at` counts characters from 0."""

    kind: TokenKind
    text: str
    at: int


def tokens(source: str) -> Iterator[Token]:
    """Give the tokens of `source`, the last being `end`. Raises FormulaInvalid."""
    at = 0
    while at < len(source):
        if space := _SPACE.match(source, at):
            at = space.end()
            continue
        token, at = _next(source, at)
        yield token
    yield Token("end", "", at)


def _next(source: str, at: int) -> tuple[Token, int]:
    first = source[at]
    if first in _QUOTES:
        return _text(source, at, _QUOTES[first])
    if first in _WIDE:
        return Token("mark", _WIDE[first], at), at + 1
    if found := _NUMBER.match(source, at):
        return Token("number", found[0], at), found.end()
    if found := _NAME.match(source, at):
        return Token("name", found[0], at), found.end()
    if found := _MARK.match(source, at):
        return Token("mark", found[0], at), found.end()
    words = {"zh-CN": "第 {place} 个字符“{character}”无法识别", "en": "Can't read '{character}' at character {place}"}
    raise FormulaInvalid("unexpected_character", words, at, place=at + 1, character=first)


def _text(source: str, start: int, closing: str) -> tuple[Token, int]:
    """Read a quoted text; the closing quote written twice stands for itself."""
    parts, at = [], start + 1
    while (end := source.find(closing, at)) >= 0:
        parts.append(source[at:end])
        if source[end + 1 : end + 2] != closing:
            return Token("text", closing.join(parts), start), end + 1
        at = end + 2
    words = {"zh-CN": "第 {place} 个字符处的引号没有结束", "en": "The quote at character {place} isn't closed"}
    raise FormulaInvalid("unclosed_text", words, start, place=start + 1)
