"""The formula language: small, Excel-like, with one meaning on the server and in the browser.

    tree = parse('IF(amount>1000,"A","B")')
    formula = compile_tree(tree)
    formula({"amount": Decimal(1200)}, Setting(now=now))    # "A"

`parse` (`grammar.py`, over `tokens.py`) is the only parser. It gives a JSON tree, which the browser's twin
(`static/src/shared/formula`) evaluates as well; `compile_tree` makes closures of it here. Numbers are decimals of 34
digits, rounded half up; functions stand in `functions/`, a file per family, each with help and with examples that are
run on both sides, as are the cases in `tests/shared/formula.json`.

A value is None, a Decimal, a text, a boolean, a date, a moment, a list or an object of the record (a place, a person).
What can't be computed is a `Fault` such as `#DIV/0!`, which is a value as well. Time, zone and person come from a
`Setting`. No formula runs long: length, depth, nodes, texts and list elements are bounded, and nothing is ever
evaluated by the host language.
"""
