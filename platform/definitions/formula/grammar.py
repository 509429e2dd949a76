"""The grammar of formulas: text in, JSON tree out. The one parser; the browser asks the server.

    {"number": "1.5"}   {"text": "A"}   {"boolean": true}   {"none": true}
    {"field": "amount"}   {"field": "items", "column": "price"}   {"list": [tree, …]}
    {"op": "+", "args": [tree, tree, …]}   {"call": "ROUND", "args": [tree, …]}

From loosest to tightest: `= <> < <= > >=`, `&`, `+ -`, `* /`, `^`, a sign before, `%` behind; equal ones from left to
right, as in Excel (so `-2^2` is 4). A chain of one operator is one node. Functions are written with parentheses and in
any case; a name without them is a field, with one point between a sub-form and its column. TRUE and FALSE are words
of the language.
"""

from collections.abc import Iterator
from typing import Any

from formloom.platform.definitions.formula.function import Function
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.tokens import FormulaInvalid, Token, tokens
from formloom.platform.kernel.errors import nearest

MAX_LENGTH = 8_192
MAX_NODES = 1_000
MAX_DEPTH = 64
Tree = dict[str, Any]
_LEVELS = (
    frozenset({"=", "<>", "<", "<=", ">", ">="}),
    frozenset("&"),
    frozenset("+-"),
    frozenset("*/"),
    frozenset("^"),
)
_CHAINED = frozenset("&+*")
_END = {"zh-CN": "公式不完整", "en": "The formula ends too early"}
_UNEXPECTED = {"zh-CN": "第 {place} 个字符处不应出现“{found}”", "en": "'{found}' isn't expected at character {place}"}
_EXPECTED = {"zh-CN": "第 {place} 个字符处应为“{wanted}”", "en": "'{wanted}' is expected at character {place}"}
_TOO_LARGE = {"zh-CN": "公式过长或嵌套过深", "en": "The formula is too long or too deeply nested"}
_NO_FUNCTION = {"zh-CN": "没有函数 {name}{hint}", "en": "There is no function {name}{hint}"}
_ARGUMENTS = {"zh-CN": "{name} 的参数个数不对：应为 {usage}", "en": "{name} takes other arguments: {usage}"}


def parse(source: str) -> Tree:
    """Return the tree of a formula; one `=` may stand before it. Raises FormulaInvalid with the place."""
    if len(source) > MAX_LENGTH:
        raise FormulaInvalid("formula_too_large", _TOO_LARGE, MAX_LENGTH)
    parser = _Parser(source)
    tree = parser.expression(0)
    if parser.token.kind != "end":
        raise parser.unexpected()
    return tree


def names(tree: Tree) -> Iterator[tuple[str, str | None]]:
    """Give each field that a tree names, with the column of a sub-form or None, in order and with repeats."""
    if "field" in tree:
        yield tree["field"], tree.get("column")
    for part in (*tree.get("args", ()), *tree.get("list", ())):
        yield from names(part)


def calls(tree: Tree) -> Iterator[str]:
    """Give the name of each function that a tree calls, in order and with repeats."""
    if "call" in tree:
        yield tree["call"]
    for part in (*tree.get("args", ()), *tree.get("list", ())):
        yield from calls(part)


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = tokens(source)
        self.token: Token = next(self._tokens)
        self._nodes = 0
        self._depth = 0
        if self.token.text == "=":
            self._advance()

    def expression(self, level: int) -> Tree:
        """Read everything that binds at least as tightly as `level`."""
        if level == len(_LEVELS):
            return self._signed()
        left = self.expression(level + 1)
        height = 0
        while self.token.kind == "mark" and self.token.text in _LEVELS[level]:
            op = self.token.text
            self._advance()
            right = self.expression(level + 1)
            if op in _CHAINED and left.get("op") == op and height:
                left["args"].append(right)
                continue
            height += 1
            if height + self._depth > MAX_DEPTH:
                raise self._too_large()
            left = self._node({"op": op, "args": [left, right]})
        return left

    def unexpected(self) -> FormulaInvalid:
        """Return the refusal of the present token."""
        at = self.token.at
        if self.token.kind == "end":
            return FormulaInvalid("unexpected_end", _END, at)
        return FormulaInvalid("unexpected", _UNEXPECTED, at, place=at + 1, found=self.token.text[:40])

    def _signed(self) -> Tree:
        if self.token.kind == "mark" and self.token.text in {"-", "+"}:
            op = "negative" if self.token.text == "-" else "positive"
            self._advance()
            self._enter()
            tree = self._node({"op": op, "args": [self._signed()]})
            self._depth -= 1
            return tree
        tree, times = self._primary(), 0
        while self.token.kind == "mark" and self.token.text == "%":
            self._advance()
            times += 1
            if times + self._depth > MAX_DEPTH:
                raise self._too_large()
            tree = self._node({"op": "%", "args": [tree]})
        return tree

    def _primary(self) -> Tree:
        token = self.token
        if token.kind == "number":
            self._advance()
            return self._node({"number": token.text})
        if token.kind == "text":
            self._advance()
            return self._node({"text": token.text})
        if token.kind == "name":
            self._advance()
            return self._named(token)
        if token.text == "(":
            self._advance()
            self._enter()
            tree = self.expression(0)
            self._depth -= 1
            self._expect(")")
            return tree
        if token.text == "{":
            self._advance()
            return self._node({"list": self._arguments("}")})
        raise self.unexpected()

    def _named(self, token: Token) -> Tree:
        if self.token.text == "(" and self.token.kind == "mark":
            self._advance()
            return self._call(token)
        upper = token.text.upper()
        if upper in {"TRUE", "FALSE"}:
            return self._node({"boolean": upper == "TRUE"})
        field, _, column = token.text.partition(".")
        return self._node({"field": field, "column": column} if column else {"field": field})

    def _call(self, token: Token) -> Tree:
        name = token.text.lower()
        if name in {"true", "false"}:
            self._expect(")")
            return self._node({"boolean": name == "true"})
        if name not in FUNCTIONS:
            meant = nearest(name, FUNCTIONS.ids())
            hint = f" → {meant.upper()}?" if meant else ""
            raise FormulaInvalid("unknown_function", _NO_FUNCTION, token.at, name=token.text[:40], hint=hint)
        function: Function = FUNCTIONS.get(name)
        args = self._arguments(")")
        if not function.takes(len(args)):
            shown = {"name": function.name, "usage": function.usage}
            raise FormulaInvalid("wrong_arguments", _ARGUMENTS, token.at, **shown)
        return self._node({"call": function.name, "args": args})

    def _arguments(self, closing: str) -> list[Tree]:
        self._enter()
        args: list[Tree] = []
        if not self._is(closing):
            args.append(self._argument(closing))
            while self._is(","):
                self._advance()
                args.append(self._argument(closing))
        self._depth -= 1
        self._expect(closing)
        return args

    def _argument(self, closing: str) -> Tree:
        left_out = closing == ")" and (self._is(",") or self._is(closing))
        return self._node({"none": True}) if left_out else self.expression(0)

    def _is(self, mark: str) -> bool:
        return self.token.kind == "mark" and self.token.text == mark

    def _expect(self, mark: str) -> None:
        if not self._is(mark):
            at = self.token.at
            raise FormulaInvalid("expected", _EXPECTED, at, place=at + 1, wanted=mark)
        self._advance()

    def _advance(self) -> None:
        self.token = next(self._tokens)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._too_large()

    def _node(self, tree: Tree) -> Tree:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._too_large()
        return tree

    def _too_large(self) -> FormulaInvalid:
        return FormulaInvalid("formula_too_large", _TOO_LARGE, self.token.at)
