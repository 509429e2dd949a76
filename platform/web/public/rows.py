"""The control of a sub-form: rows of further questions."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from formloom.platform.definitions.fields.rows import totals
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.questions import Question, Reading
from formloom.platform.web.public.texts import say


class Rows(Question):
    """The rows of a sub-form: each is a small page form, whose inputs are called `field.number.column`.

    A row of a record that is there carries its id along, as `field.number.id`, so that it stays the same row.
    """

    reading: ClassVar[Reading] = "rows"
    MOST_IN_A_LINE = 5

    def open(self, make: Callable[..., Any]) -> None:
        """Make the questions of each row with `make`, a page form's class, and those of an empty one to copy."""
        given = [one if isinstance(one, Mapping) else {} for one in self.data] if isinstance(self.data, list) else []
        least = max(self.cfg["min_rows"], self.cfg["given_rows"], 1)
        lines = [*given, *[{}] * max(0, least - len(given))] if not given or self.cfg["can_add"] else given
        if self.data:
            lines = given
        self.lines = [self._line(make, place, values) for place, values in enumerate(lines)]
        self.empty = self._line(make, "__", {})

    def _line(self, make: Callable[..., Any], place: object, values: Mapping[str, Any]) -> Any:
        made = make(self.item.rows, self.locale, values=values, prefix=f"{self.name}.{place}.")
        for question in made:
            question.is_fixed = self.is_fixed
        made.row_id = values.get("id") or ""
        return made

    def cell(self, place: str) -> Question | None:
        """Return the question at `row/column`, or the row's first where only the row is named."""
        number, _, column = place.partition("/")
        line = self.lines[int(number)] if number.isdigit() and int(number) < len(self.lines) else None
        if line is None:
            return None
        found: Question | None = line[column] if column and column in line else next(iter(line), None)
        return found

    @property
    def columns(self) -> list[Question]:
        """Return the questions of an empty row."""
        return list(self.empty)

    @property
    def is_cards(self) -> bool:
        """Tell whether a row has more than fits into a line of a table."""
        wide = {"textarea", "file", "image", "radio", "checkboxes", "multiselect", "boolean", "rating", "duration"}
        return len(self.columns) > self.MOST_IN_A_LINE or any(one.control in wide for one in self.columns)

    @property
    def can_add(self) -> bool:
        """Tell whether rows can be added here."""
        return bool(self.cfg["can_add"]) and not self.is_fixed

    @property
    def can_remove(self) -> bool:
        """Tell whether rows can be taken away here."""
        return bool(self.cfg["can_remove"]) and not self.is_fixed

    @property
    def add_words(self) -> str:
        """Return what stands on the button that adds a row."""
        return resolve(self.cfg["add_label"], self.locale) or say("add_row", self.locale)

    def reckoned(self, rows: Any) -> None:
        """Show what was computed: in each row, and below the columns."""
        found = rows if isinstance(rows, list) else []
        for line, row in zip(self.lines, found, strict=False):
            for question in line:
                if question.item.type.is_generated:
                    question.data = row.get(question.item.id)
        self._rows = found

    @property
    def totals(self) -> dict[str, tuple[str, str]]:
        """Return column → what is reckoned and what came out."""
        found = totals(self.cfg["totals"], getattr(self, "_rows", []))
        return {
            name: (say(f"total_{how}", self.locale), _written(found[name]))
            for name, how in self.cfg["totals"].items()
            if self.item.rows is not None and name in self.item.rows.by_id
        }

    @property
    def hint(self) -> str:
        least, most = self.cfg["min_rows"], self.cfg["max_rows"]
        if least > 1 and most:
            return say("rows_between", self.locale, least=least, most=most)
        if least > 1:
            return say("rows_least", self.locale, n=least)
        return say("rows_most", self.locale, n=most) if most else ""

    @property
    def focus_id(self) -> str:
        first = next(iter(self.lines[0]), None) if self.lines else None
        return str(first.focus_id) if first else str(self.id)


def _written(number: Decimal | int | None) -> str:
    if isinstance(number, Decimal):
        return f"{number.quantize(Decimal('0.01')):,f}".removesuffix(".00")
    return "" if number is None else str(number)
