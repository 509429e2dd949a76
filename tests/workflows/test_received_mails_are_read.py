"""What is read of a mail: as people's programs write them."""

import pytest

from formloom.workflows.mail import plain
from formloom.workflows.mail.reading import read

from .letters import letter


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("Yes.\n\nOn Fri, 27 Nov 2026 at 09:00, House <a@b.example> wrote:\n> Is it?\n> Really?", "Yes."),
        ("Yes.\n\nOn Fri, 27 Nov 2026 at 09:00, House\n<a@b.example> wrote:\n> Is it?", "Yes."),
        ("好的\n\n在 2026年11月27日，织单 <a@b.example> 写道：\n> 收到", "好的"),
        ("好的\n------------------ 原始邮件 ------------------\n发件人: \"织单\"", "好的"),
        ("Yes\n\n-----Original Message-----\nFrom: House\nSent: today", "Yes"),
        ("Yes\n\nFrom: House <a@b.example>\nSent: Friday\nTo: Ming\nSubject: Re: x\n\nold", "Yes"),
        ("好的\n\n发件人： 织单\n发送时间： 今天\n收件人： 明\n\n旧", "好的"),
        ("Yes\n________________________________\nFrom: House", "Yes"),
        ("Yes\n> Is it?\n> Really?\n", "Yes"),
        ("From: the beginning I knew it.\nTo: me it was clear.", "From: the beginning I knew it.\nTo: me it was clear."),
        ("> only\n> quoted", "> only\n> quoted"),
        ("> you asked\nI answer in between\n> and more\nlast word", "> you asked\nI answer in between\n> and more\nlast word"),
    ],
)  # fmt: skip
def test_the_answer_is_told_from_what_it_repeats(written: str, answer: str) -> None:
    own, quoted = plain.split_answer(written)
    assert own == answer
    assert bool(quoted) == (own != written.strip())


def test_encoded_words_and_old_chinese_charsets_are_read() -> None:
    raw = (
        b"From: =?gb2312?B?zfXQocP3?= <Ming@Client.example>\r\nSubject: =?UTF-8?B?5omT5Y2w?=\r\n =?UTF-8?B?5py65Z2P5LqG?=\r\n"
        b"Content-Type: text/plain; charset=gb2312\r\n\r\n" + "你好".encode("gb18030")
    )
    mail = read(raw)
    assert (mail.sender, mail.name, mail.subject, mail.text) == ("ming@client.example", "王小明", "打印机坏了", "你好")


def test_a_page_becomes_text() -> None:
    markup = "<html><head><style>p{}</style></head><body><p>Hello &amp; goodbye</p><div>two<br>three</div><script>x()</script></body>"
    assert plain.tidied(plain.from_html(markup)) == "Hello & goodbye\ntwo\nthree"


def test_names_of_files_lead_nowhere() -> None:
    names = [
        file.name
        for file in read(letter(files={"../../etc/passwd": b"x", "..\\..\\boot.ini": b"x", "报价.pdf": b"x"})).files
    ]
    assert names == ["passwd", "boot.ini", "报价.pdf"]


def test_a_mail_within_a_mail_is_a_file() -> None:
    inner = letter("inner").replace(b"\n", b"\r\n")
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n\r\nsee below\r\n--X\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--X--\r\n"
    )
    mail = read(raw)
    assert mail.text == "see below"
    assert [file.name for file in mail.files] == ["file-1.eml"]
    assert b"Subject: inner" in mail.files[0].content


@pytest.mark.parametrize(
    ("text", "language"), [("打印机坏了 printer", "zh-CN"), ("The printer", "en"), ("1234 !", None)]
)
def test_the_language_is_told_by_the_characters(text: str, language: str | None) -> None:
    assert plain.language_of(text) == language


def test_spaces_of_other_kinds_part_words_and_emoji_stay_whole() -> None:
    mail = read(letter(text="Hello\u00a0world\n你好\u3000世界 👩\u200d🔧"))
    assert mail.text == "Hello world\n你好 世界 👩\u200d🔧"


def test_a_charset_that_is_written_as_rfc_2231_has_it_is_read() -> None:
    raw = b"From: a@b.example\r\nContent-Type: text/plain; charset*=us-ascii'en'utf-8\r\n\r\n" + "你好".encode()
    assert (read(raw).text, read(raw).defect) == ("你好", None)
