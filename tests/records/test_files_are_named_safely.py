"""Names of uploaded files."""

import pytest

from formloom.platform.records.file_names import clean_name

NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\x\\合同.pdf": "合同.pdf",
    "/abs/file.txt": "file.txt",
    ".htaccess": "htaccess",
    "\u200b.htaccess": "htaccess",
    "a\u200b\u200d\ufeffb.txt": "ab.txt",
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "\u2066a\u2069.txt": "a.txt",
    "a.html\x00.png": "a.html.png",
    "a\r\nSet-Cookie: x.txt": "aSet-Cookie_ x.txt",
    "ｅｖｉｌ．ｐｈｐ": "evil.php",
    "ﬁle.txt": "file.txt",
    "CON": "_CON",
    "con.txt": "_con.txt",
    "nul.tar.gz": "_nul.tar.gz",
    "COM1.log": "_COM1.log",
    "console.log": "console.log",
    "trailing...": "trailing",
    "trailing . . ": "trailing",
    " spaced .txt": "spaced.txt",
    'a<b>:"|?*.txt': "a_b______.txt",
    "": "file",
    "...": "file",
    "\x00\x01": "file",
    "a\ud800b.txt": "ab.txt",
}


@pytest.mark.parametrize("given", NAMES, ids=ascii)
def test_a_name_is_what_it_looks_like(given: str) -> None:
    assert clean_name(given) == NAMES[given]


@pytest.mark.parametrize("given", ["x" * 300 + ".txt", "长" * 300 + ".pdf", "x." + "e" * 300, "." * 5_000 + "a"])
def test_a_name_is_at_most_200_characters(given: str) -> None:
    cleaned = clean_name(given)
    assert 1 <= len(cleaned) <= 200
    assert clean_name(cleaned) == cleaned


def test_the_extension_survives_shortening() -> None:
    assert clean_name("x" * 300 + ".xlsx").endswith(".xlsx")
