"""The rows that did not fit: kept while the job runs, given back as a file with reasons.

They are kept in a language-neutral form, so that whoever asks reads the reasons in their own language. The file
that comes back holds the original cells beside them: corrected, it can be imported as it is.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import orjson

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import resolve
from formloom.platform.records.export_lines import BETWEEN
from formloom.platform.records.exports import guarded

_ADDED = {
    "zh-CN": ("导入：行号", "导入：字段", "导入：原因"),
    "en": ("Import: row", "Import: field", "Import: reason"),
}
_SEPARATOR = {"zh-CN": "；", "en": "; "}


class Refusals:
    """Collects refused rows in a file on disk; there may be as many as the import has rows."""

    def __init__(self, path: Path) -> None:
        self._target = path.open("wb")
        self.count = 0

    def add(self, number: int, cells: Sequence[str], findings: Iterable[Finding]) -> None:
        """Keep one refused row."""
        reasons = [[found.field, dict(found.message), _plain(found.params)] for found in findings]
        self._target.write(orjson.dumps([number, list(cells), reasons]) + b"\n")
        self.count += 1

    def close(self) -> None:
        """Finish the file."""
        self._target.close()


def is_added_column(name: str) -> bool:
    """Tell whether a column is one that we added to a file of refused rows."""
    return any(name in added for added in _ADDED.values())


def as_csv(source: BinaryIO, columns: Sequence[str], form: FormVersion | None, locale: str) -> Iterator[bytes]:
    """Yield a CSV file of kept rows: row number, field, reason, then the original cells."""
    yield "\ufeff".encode() + _line([*_ADDED.get(locale, _ADDED["en"]), *columns])
    for line in source:
        number, cells, reasons = orjson.loads(line)
        fields = dict.fromkeys(_label(form, reason[0], locale) for reason in reasons if reason[0])
        said = [_said(form, reason, locale, several=len(reasons) > 1) for reason in reasons]
        separator = _SEPARATOR.get(locale, "; ")
        yield _line([str(number), separator.join(fields), separator.join(said), *cells])


def _said(form: FormVersion | None, reason: Sequence[object], locale: str, *, several: bool) -> str:
    field_id, message, params = reason
    words = Finding("", message, params=params).words(locale)  # type: ignore[arg-type]  # any mapping will do
    return f"{_label(form, str(field_id), locale)}: {words}" if several and field_id else words


def _label(form: FormVersion | None, field_id: str, locale: str) -> str:
    outer, _, inner = field_id.partition(".")
    item = form.by_id.get(outer) if form else None
    column = item.rows.by_id.get(inner) if item and item.rows and inner else None
    if item is None:
        return field_id
    own = resolve(item.label, locale) or outer
    return f"{own}{BETWEEN}{resolve(column.label, locale) or inner}" if column else own


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([guarded(cell) for cell in cells])
    return text.getvalue().encode()


def _plain(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
