"""The list of functions in `docs/formula.md`, written from the registry: `python -m tests.formula.reference`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.showing import dump

PATH = Path(__file__).parents[2] / "docs" / "formula.md"
START, END = "<!-- functions: python -m tests.formula.reference -->\n", "<!-- end -->"
FAMILIES = {
    "logic": "Decisions · 逻辑", "text": "Texts · 文本", "numbers": "Numbers · 数学", "aggregates": "Sums and counts · 汇总",
    "dates": "Days and times · 日期", "lookup": "Lists · 查找", "people": "People, places, the record · 人员与记录",
}  # fmt: skip


def lines() -> Iterator[str]:
    """Give the lines of the list."""
    for family, title in FAMILIES.items():
        yield f"### {title}\n\n| function | 说明 | what it gives | examples |\n|---|---|---|---|"
        for one in FUNCTIONS:
            if one.family == family:
                shown = "<br>".join(f"`{_cell(said)}` → {_value(value)}" for said, value in one.examples.items())
                yield f"| `{one.usage}` | {one.help['zh-CN']} | {_cell(one.help['en'])} | {shown} |"
        yield ""


def replaced(page: str) -> str:
    """Return the page with its list as it should be."""
    before, _, rest = page.partition(START)
    return f"{before}{START}\n" + "\n".join(lines()) + f"\n{END}" + rest.partition(END)[2]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _value(value: Any) -> str:
    return (
        "empty"
        if value is None
        else f"`{str(dump(value)).upper() if isinstance(value, bool) else dump(value)}`"
        if value != ""
        else '`""`'
    )


if __name__ == "__main__":
    PATH.write_text(replaced(PATH.read_text(encoding="utf-8")), encoding="utf-8")
