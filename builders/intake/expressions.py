"""Conditions of other form languages, as condition trees.

XLSForm writes `${age} > 18 and selected(${plan}, 'pro')`, SurveyJS `{age} > 18 and {plan} contains 'pro'`: one
grammar reads both, as far as a condition here can say the same.

    or   := and ("or" and)*          and := not ("and" not)*
    not  := "not" "(" or ")" | "!" not | "(" or ")" | leaf
    leaf := "selected" "(" ref "," value ")" | ref op value | ref ("empty" | "notempty") | ref
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from formloom.platform.kernel.jsontypes import JSONObject

MAX_TOKENS = 400
MAX_DEPTH = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<ref>\$?\{[^{}]{1,200}\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<op><>|!=|>=|<=|==|&&|\|\||[=<>!(),\[\]])|(?P<word>[A-Za-z_][\w.-]*(?:\(\))?))"
)
_OPS = {
    "=": "eq", "==": "eq", "!=": "ne", "<>": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
    "equal": "eq", "notequal": "ne", "greater": "gt", "less": "lt", "greaterorequal": "gte", "lessorequal": "lte",
    "contains": "contains", "notcontains": "not_contains", "anyof": "in", "noneof": "nin",
}  # fmt: skip
_WORDS: Mapping[str, Any] = {"true": True, "true()": True, "false": False, "false()": False}


class NotUnderstood(Exception):
    """An expression says what a condition here can't."""


def tree_of(expression: str, ids: Mapping[str, str], kinds: Mapping[str, Any]) -> JSONObject | None:
    """Return the condition tree of an expression, or None when it can't be said here.

    `ids` maps the file's names to field ids, `kinds` those to what they hold.
    """
    try:
        reader = _Reader(list(_tokens(expression)), ids, kinds)
        tree = reader.any_of()
    except NotUnderstood:
        return None
    return tree if reader.is_done else None


def _tokens(expression: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, text = 0, expression.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(found) >= MAX_TOKENS:
            raise NotUnderstood
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], ids: Mapping[str, str], kinds: Mapping[str, Any]) -> None:
        self._tokens = tokens
        self._ids = ids
        self._kinds = kinds
        self._at = 0
        self._depth = 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._tokens)

    def any_of(self) -> JSONObject:
        return self._joined("any", {"or", "||"}, lambda: self._joined("all", {"and", "&&"}, self._single))

    def _joined(self, how: str, words: set[str], part: Callable[[], JSONObject]) -> JSONObject:
        parts = [part()]
        while self._peek().lower() in words:
            self._next()
            parts.append(part())
        return parts[0] if len(parts) == 1 else {how: list(parts)}

    def _single(self) -> JSONObject:
        word = self._peek().lower()
        if word in {"not", "!"}:
            self._next()
            return {"not": self._single()}
        if word == "(":
            return self._within()
        if word == "selected":
            return self._selected()
        return self._leaf()

    def _within(self) -> JSONObject:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotUnderstood
        self._take("(")
        tree = self.any_of()
        self._take(")")
        self._depth -= 1
        return tree

    def _selected(self) -> JSONObject:
        self._next()
        self._take("(")
        name = self._field()
        self._take(",")
        value = self._value()
        self._take(")")
        return {"field": name, "op": "contains" if self._kinds.get(name) == "choices" else "eq", "value": value}

    def _leaf(self) -> JSONObject:
        name = self._field()
        word = self._peek().lower()
        if word in {"empty", "notempty"}:
            self._next()
            return {"field": name, "op": word.replace("notempty", "not_empty")}
        op = _OPS.get(word)
        if op is None:  # the bare name of a yes-or-no question
            return {"field": name, "op": "eq", "value": True}
        self._next()
        return self._compared(name, op, self._values() if op in {"in", "nin"} else self._value())

    def _compared(self, name: str, op: str, value: Any) -> JSONObject:
        kind = self._kinds.get(name)
        if value == "" and op in {"eq", "ne"}:
            return {"field": name, "op": "empty" if op == "eq" else "not_empty"}
        if kind == "boolean" and isinstance(value, str):
            value = value.lower() in {"true", "yes", "1", "ok"}
        if kind == "choices" and op in {"eq", "ne"} and not isinstance(value, list):
            value = [value]
        return {"field": name, "op": op, "value": value}

    def _field(self) -> str:
        kind, text = self._next()
        found = self._ids.get(text.strip("${}").strip()) if kind == "ref" else None
        if found is None:
            raise NotUnderstood
        return found

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return text
        if kind == "word" and text.lower() in _WORDS:
            return _WORDS[text.lower()]
        raise NotUnderstood

    def _values(self) -> list[Any]:
        if self._peek() != "[":
            return [self._value()]
        self._next()
        found = [self._value()]
        while self._peek() == ",":
            self._next()
            found.append(self._value())
        self._take("]")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self.is_done:
            raise NotUnderstood
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, wanted: str) -> None:
        if self._next()[1] != wanted:
            raise NotUnderstood
