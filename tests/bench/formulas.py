"""`python -m tests.bench.formulas`: how many formulas a second one core evaluates, the best of five runs."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from formloom.platform.definitions.formula.compile import compile_tree
from formloom.platform.definitions.formula.grammar import parse
from formloom.platform.definitions.formula.values import Setting

FORMULAS = {
    "5 nodes": "amount*price+10",
    "6 nodes with a decision": 'IF(amount>1000,"A","B")',
    "12 nodes": "ROUND(IF(amount>=500,amount*0.9,amount)*price,2)",
    "sum over 20 rows": "SUMPRODUCT(items.quantity,items.price)",
}
RECORD: dict[str, Any] = {
    "amount": Decimal("1200.50"), "price": Decimal("3.25"),
    "items": [{"quantity": Decimal(number), "price": Decimal("1.10")} for number in range(20)],
}  # fmt: skip


def per_second(run: Callable[[], object], runs: int = 5, length_s: float = 0.5) -> float:
    """Return the best rate of `run` over some runs."""
    best = 0.0
    for _ in range(runs):
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < length_s:
            for _ in range(200):
                run()
            count += 200
        best = max(best, count / (time.perf_counter() - started))
    return best


def main() -> None:
    """Print the table."""
    setting = Setting()
    for name, source in FORMULAS.items():
        formula = compile_tree(parse(source))
        print(f"{name:26} {per_second(lambda formula=formula: formula(RECORD, setting)):12,.0f} /s   {source}")
    source = FORMULAS["12 nodes"]
    print(f"{'reading and compiling':26} {per_second(lambda: compile_tree(parse(source))):12,.0f} /s   {source}")


if __name__ == "__main__":
    main()
