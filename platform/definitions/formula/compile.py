"""Formulas as Python closures: a tree is walked once, then every evaluation only runs what the walk made."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from formloom.platform.definitions.formula.function import READ, Function
from formloom.platform.definitions.formula.grammar import Tree, parse
from formloom.platform.definitions.formula.operators import BINARY, UNARY
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.values import CTX, NAME, NUM, Env, Fault, Setting, Value, bounded

Closure = Callable[[Env], Value]
Formula = Callable[[Mapping[str, Any], Setting], Value]


def compile_tree(tree: Tree, *, demand_names: bool = False) -> Formula:
    """Return the formula of a tree that `parse` gave. It never raises: what can't be computed is a Fault.

    A field without a value is empty; with `demand_names`, one that isn't among the values at all is `#NAME?`.
    """
    run = _closure(tree, demand_names)

    def formula(values: Mapping[str, Any], setting: Setting) -> Value:
        try:
            return run(Env(values, setting))
        except Fault as fault:
            return Fault(fault.code)

    return formula


@lru_cache(maxsize=512)
def compile_text(source: str) -> Formula:
    """Return the formula of a text, remembered. Raises FormulaInvalid."""
    return compile_tree(parse(source))


def _closure(tree: Tree, strict: bool) -> Closure:
    if "field" in tree:
        return _field(tree["field"], tree.get("column"), strict)
    if "call" in tree:
        return _call(FUNCTIONS.get(tree["call"].lower()), [_closure(one, strict) for one in tree["args"]])
    if "op" in tree:
        return _operator(tree["op"], [_closure(one, strict) for one in tree["args"]])
    if "list" in tree:
        parts = [_closure(one, strict) for one in tree["list"]]
        return lambda env: [part(env) for part in parts]
    if "number" in tree:
        return _number(tree["number"])
    constant = None if "none" in tree else tree.get("text", tree.get("boolean"))
    return lambda _env: constant


def _number(written: str) -> Closure:
    try:
        number = bounded(CTX.create_decimal(Decimal(written)))
    except Fault:

        def refuse(_env: Env) -> Value:
            raise Fault(NUM)

        return refuse
    return lambda _env: number


def _field(name: str, column: str | None, strict: bool) -> Closure:
    def read(env: Env) -> Value:
        found = env.values.get(name)
        if found is None and strict and name not in env.values:
            raise Fault(NAME)
        return found

    if column is None:
        return read

    def read_column(env: Env) -> Value:
        rows = read(env)
        if isinstance(rows, dict):
            return rows.get(column)
        if rows is None:
            return []
        if not isinstance(rows, list):
            raise Fault(NAME)
        return [row.get(column) if isinstance(row, dict) else None for row in rows]

    return read_column


def _operator(op: str, parts: list[Closure]) -> Closure:
    first = parts[0]
    if op in UNARY:
        apply = UNARY[op]
        return lambda env: apply(env, first(env), None)
    apply, second = BINARY[op], parts[1]
    if len(parts) == 2:
        return lambda env: apply(env, first(env), second(env))

    def chain(env: Env) -> Value:
        value = first(env)
        for part in parts[1:]:
            value = apply(env, value, part(env))
        return value

    return chain


def _call(function: Function, parts: list[Closure]) -> Closure:
    run, readings = function.run, function.readings(len(parts))
    if "lazy" in readings:
        return lambda env: run(env, *parts)
    pairs = [(READ[reading], part) for reading, part in zip(readings, parts, strict=True)]
    return lambda env: run(env, *[read(env, part(env)) for read, part in pairs])
