"""Files as they come: encodings, separators, line breaks in values, Excel; and files that are no table."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.exports import guarded
from formloom.platform.records.imports import faults, sheet
from formloom.platform.records.imports.sheet import open_sheet, survey

TABLE = '姓名,备注\r\n王小明,"第一行\r\n第二行, ""引号"""\r\n李雷,好\r\n'
ROWS = [(2, ["王小明", '第一行\r\n第二行, "引号"']), (3, ["李雷", "好"])]


def _read(tmp_path: Path, content: bytes) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    path = tmp_path / "file"
    path.write_bytes(content)
    found = open_sheet(path)
    return found.columns, list(found.rows())


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_reads_the_same_in_every_encoding(tmp_path: Path, codec: str) -> None:
    assert _read(tmp_path, TABLE.encode(codec)) == (("姓名", "备注"), ROWS)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_separator_is_found(tmp_path: Path, sign: str) -> None:
    text = f'name{sign}note\nAda{sign}"a, b; c\td"\nBob{sign}"x"\n'
    assert _read(tmp_path, text.encode()) == (("name", "note"), [(2, ["Ada", "a, b; c\td"]), (3, ["Bob", "x"])])


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    assert _read(tmp_path, b"mail\na@example.com\n") == (("mail",), [(2, ["a@example.com"])])


def test_columns_have_names_of_their_own_and_short_rows_are_filled_up(tmp_path: Path) -> None:
    columns, rows = _read(tmp_path, b"\n\na,,a,\n1\n\n,,,\n1,2,3,4,5\n")
    assert columns == ("a", "#2", "a (2)")
    assert rows == [(4, ["1", "", ""]), (7, ["1", "2", "3", "4", "5"])]


@pytest.mark.parametrize("text", ["=1+1", "-5", "+86 10", "@x", " =1", "\t=1", "'=1", "100%", "-", "'", "it's", "'tis"])
def test_what_an_export_guarded_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    quoted = guarded(text).replace('"', '""')
    assert _read(tmp_path, f'a\n"{quoted}"\n'.encode())[1] == [(2, [text])]


def test_excel_cells_become_what_a_person_would_write(tmp_path: Path) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet()
    page.write_row(0, 0, ["text", "whole", "part", "day", "moment", "yes"])
    page.write_row(1, 0, ["第一\n第二", 7, 0.25])
    page.write_datetime(
        1, 3, datetime.combine(date(2026, 11, 23), datetime.min.time()), book.add_format({"num_format": "yyyy-mm-dd"})
    )
    page.write_datetime(1, 4, datetime(2026, 11, 23, 8, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    page.write_boolean(1, 5, True)
    page.write_string(3, 0, "last")
    book.close()
    columns, rows = _read(tmp_path, file.getvalue())
    assert columns == ("text", "whole", "part", "day", "moment", "yes")
    assert rows == [
        (2, ["第一\n第二", "7", "0.25", "2026-11-23", "2026-11-23 08:30:00", "true"]),
        (4, ["last", "", "", "", "", ""]),
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", faults.NoHeader),
        (b"\n\n , ,\n", faults.NoHeader),
        (b"\x89PNG\r\n\x1a\n\x00\x00", faults.NotText),
        (b"a,b\n\xff\xfe\xfa\xff\x80\n", faults.NotText),
        ("姓名\n王".encode("gb18030")[:-1], faults.NotText),
        (b'a,b\n1,"open\n2,3\n', faults.QuotesBroken),
        (b'a,b\n1,"x"y\n', faults.QuotesBroken),
        (b"PK\x03\x04 not a zip", faults.BookBroken),
        (b"\xd0\xcf\x11\xe0 not a book", faults.BookBroken),
        (",".join(f"c{n}" for n in range(600)).encode(), faults.TooManyColumns),
    ],
)
def test_what_is_no_table_is_refused_in_clear_words(tmp_path: Path, content: bytes, fault: type[FormloomError]) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(fault) as refused:
        survey(path)
    for locale in ("zh-CN", "en"):
        assert refused.value.words(locale)
        assert "{" not in refused.value.words(locale)


def test_a_broken_quotation_mark_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b'a,b\n1,2\n3,"x"y\n')
    with pytest.raises(faults.QuotesBroken) as refused:
        survey(path)
    assert "line 3" in refused.value.words("en")


def test_more_rows_than_an_import_takes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MAX_ROWS", 3)
    path = tmp_path / "file"
    path.write_bytes(b"a\n1\n2\n3\n")
    assert survey(path).total == 3
    path.write_bytes(b"a\n1\n2\n3\n4\n")
    with pytest.raises(faults.TooManyRows):
        survey(path)
