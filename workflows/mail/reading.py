"""A received mail, read: from the bytes that came to what is used of it. Pure, bounded, and nothing that a stranger
writes makes it fail.

    mail = read(raw)          # RFC 5322 with MIME, at most MAX_BYTES
    mail.subject, mail.text, mail.files

The standard library's oldest header policy is used on purpose: it leaves headers as they came, so broken ones can be
taken as far as they go. What can't be read as a mail at all still has its sender and subject, and says so (`defect`).

Sources: RFC 5322, 2045 to 2047, 2231; 3464 for failed deliveries; 8601 for what the receiving server found out.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from formloom.workflows.mail import loops, plain
from formloom.workflows.mail.message import AddressInvalid, checked_address, one_line

MAX_BYTES = 26_214_400
MAX_PARTS = 200
MAX_DEPTH = 20
MAX_TEXT = 100_000
MAX_SUBJECT = 500
MAX_FILES = 30
MAX_REFERENCES = 50
MAX_RECIPIENTS = 100
MAX_HEADER = 20_000
MAX_ADDRESS = 254
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,100}>")
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949"}
_WHERE_IT_WENT = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that did not arrive: to whom, under which Message-ID it had gone out, and for good or for now."""

    address: str
    message_id: str
    is_permanent: bool
    said: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What is used of a received mail.

    `text` is what was written, `quoted` what was only repeated below it. `references` are the Message-IDs that it
    answers, the nearest first. `answers_by_itself` is a machine's answer (an absence note), `is_automatic` anything
    that no person wrote by hand; `wants_no_answer` is any that is not to be answered by a machine.
    """

    message_id: str
    sender: str
    name: str
    subject: str
    text: str = ""
    quoted: str = ""
    to: tuple[str, ...] = ()
    at: datetime | None = None
    references: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    is_automatic: bool = False
    answers_by_itself: bool = False
    wants_no_answer: bool = False
    is_spam: bool = False
    is_forged: bool = False
    bounce: Bounce | None = None
    defect: str | None = None


def read(raw: bytes) -> Mail:
    """Return what a mail says. Never fails; `defect` is `too_large` or `malformed` where only the headers are known."""
    if len(raw) > MAX_BYTES:
        return _headers_only(raw, "too_large")
    try:
        return _whole(raw)
    except Exception:  # noqa: BLE001 - the library raises whatever comes to its mind on what strangers write
        return _headers_only(raw, "malformed")


def _whole(raw: bytes) -> Mail:
    message = message_from_bytes(raw)
    parts = list(_leaves(message))
    head = _Head(message, raw)
    body = _text_of(parts)
    text, quoted = plain.split_answer(body)
    return head.mail(
        text=text, quoted=quoted, files=tuple(_files_of(parts)), bounce=_bounce(message, parts, body),
        defect=None if head.sender else "malformed",
    )  # fmt: skip


class _TooManyParts(Exception):
    """More parts, or deeper ones, than a person's mail has."""


class _Head:
    """The headers of a mail."""

    def __init__(self, message: Message, raw: bytes) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            listed = self._all.setdefault(name.lower()[:80], [])
            if len(listed) < MAX_DEPTH:
                listed.append(_storable(str(value)[:MAX_HEADER].replace("\r", " ").replace("\n", " ")))
        self._raw = raw
        self.name, self.sender = self._from()

    def mail(self, **more: object) -> Mail:
        """Return the mail of these headers."""
        first = {name: values[0] for name, values in self._all.items()}
        judged = loops.classify(first)
        return Mail(
            message_id=self._message_id(), sender=self.sender, name=self.name,
            subject=_decoded(first.get("subject", ""))[:MAX_SUBJECT], to=self._to(), at=self._at(),
            references=self._references(), is_automatic=judged.is_automatic,
            answers_by_itself=loops.answers_by_itself(first), wants_no_answer=judged.suppress_reply,
            is_spam=self._says("x-spam-flag", "yes"),
            is_forged="dmarc=fail" in first.get("authentication-results", "").lower(), **more,  # type: ignore[arg-type]  # given by `read`
        )  # fmt: skip

    def _from(self) -> tuple[str, str]:
        name, address = next(iter(_addresses([self._first("from")[:2_000]])), ("", ""))
        try:
            sender = checked_address(address).lower()
        except AddressInvalid:
            sender = ""
        return _decoded(name)[:200], sender if len(sender) <= MAX_ADDRESS else ""

    def _first(self, name: str) -> str:
        return self._all.get(name, [""])[0]

    def _says(self, name: str, word: str) -> bool:
        return self._first(name).strip().lower().startswith(word)

    def _message_id(self) -> str:
        """Return its Message-ID, or one made from its bytes where it has none that could be one."""
        found = _MESSAGE_ID.search(self._first("message-id")[:1_000])
        return found[0] if found else f"<{hashlib.sha256(self._raw).hexdigest()}@no-message-id.invalid>"

    def _references(self) -> tuple[str, ...]:
        answered = _MESSAGE_ID.findall(self._first("in-reply-to")[:5_000])
        earlier = _MESSAGE_ID.findall(self._first("references"))
        return tuple(dict.fromkeys([*answered, *reversed(earlier)]))[:MAX_REFERENCES]

    def _to(self) -> tuple[str, ...]:
        listed = [value for name in _WHERE_IT_WENT for value in self._all.get(name, ())]
        addresses = [address.strip().lower() for _name, address in _addresses(listed)]
        return tuple(dict.fromkeys(one[:MAX_ADDRESS] for one in addresses if "@" in one))[:MAX_RECIPIENTS]

    def _at(self) -> datetime | None:
        try:
            found = parsedate_to_datetime(self._first("date"))
            return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


def _addresses(values: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(values)
    except (RecursionError, IndexError, ValueError):  # brackets within brackets without end
        return []


def _headers_only(raw: bytes, defect: str) -> Mail:
    head = raw[:100_000].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    return _Head(BytesHeaderParser().parsebytes(head), raw).mail(defect=defect)


def _decoded(text: str) -> str:
    """Return a header as a person reads it: encoded words, or bytes that should have been, in one line."""
    try:
        if "=?" in text:
            return one_line(str(make_header(decode_header(text[:5_000]))))
    except (MessageError, LookupError, ValueError):
        pass
    return one_line(_storable(text))


def _storable(text: str) -> str:
    """Return a text of a header as databases take it: raw bytes read as UTF-8, and without NUL."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")


def _leaves(part: Message, depth: int = 0, count: list[int] | None = None) -> Iterator[Message]:
    """Yield the parts that hold something, as they stand; a mail within a mail is one of them. Raises _TooManyParts."""
    seen = count if count is not None else [0]
    seen[0] += 1
    if seen[0] > MAX_PARTS or depth > MAX_DEPTH:
        raise _TooManyParts
    if not part.get_content_type().startswith("multipart/") or not part.is_multipart():
        yield part
        return
    for one in _mails(part):
        yield from _leaves(one, depth + 1, seen)


def _mails(part: Message) -> list[Message]:
    """Return the parts, or the mails, that stand within a part.

    The payload of others is not even asked for: without being asked to, the library decodes it by what a stranger says.
    """
    inner = part.get_payload() if part.is_multipart() else None
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _text_of(parts: list[Message]) -> str:
    """Return the text that a person reads: the plain one, where there is one with something in it."""
    texts = [part for part in parts if part.get_content_maintype() == "text" and not _is_file(part)]
    by_kind = {kind: [one for one in texts if one.get_content_subtype() == kind] for kind in ("plain", "html")}
    written = "\n".join(_words(part) for part in by_kind["plain"])
    if not written.strip() and by_kind["html"]:
        written = "\n".join(plain.from_html(_words(part)) for part in by_kind["html"])
    return plain.tidied(written)[:MAX_TEXT]


def _words(part: Message) -> str:
    content = part.get_payload(decode=True)
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return bytes(content or b"").decode(_CHARSETS.get(charset, charset), "replace")[: MAX_TEXT * 5]
    except (LookupError, ValueError):
        return bytes(content or b"").decode("utf-8", "replace")[: MAX_TEXT * 5]


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_given_name(part))


def _files_of(parts: list[Message]) -> Iterator[Attachment]:
    """Yield what is attached; pictures that stand within the text count, for many programs send photos so."""
    found = 0
    for part in parts:
        kind = part.get_content_type()
        if (kind.startswith("text/") and not _is_file(part)) or kind in {
            "message/delivery-status",
            "text/rfc822-headers",
        }:
            continue
        content = _content(part)
        if not content or found == MAX_FILES:
            continue
        found += 1
        yield Attachment(_file_name(part, found), content)


def _content(part: Message) -> bytes:
    if part.is_multipart():  # a mail within the mail
        try:
            return next((one.as_bytes() for one in _mails(part)), b"")
        except (RecursionError, ValueError, LookupError):
            return b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


_EXTENSIONS = {"message/rfc822": "eml", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif",
               "application/pdf": "pdf", "text/calendar": "ics"}  # fmt: skip


def _given_name(part: Message) -> str:
    try:
        given = part.get_filename()
        return _decoded(collapse_rfc2231_value(given)) if given else ""
    except (LookupError, ValueError, TypeError):
        return ""


def _file_name(part: Message, number: int) -> str:
    plain_name = _given_name(part).replace("\\", "/").rpartition("/")[2].strip(". ")
    return plain_name[-150:] or f"file-{number}.{_EXTENSIONS.get(part.get_content_type(), 'bin')}"


def _bounce(message: Message, parts: list[Message], text: str) -> Bounce | None:
    """Return which mail of ours did not arrive, if that is what this one tells."""
    kind = str(message.get_param("report-type") or "").lower()
    if message.get_content_type() == "multipart/report" and kind == "delivery-status":
        return _by_report(parts)
    first = str(message.get("from", "")).lower()
    if "mailer-daemon@" in first or "postmaster@" in first:
        named = OWN_ID.search(text)
        return Bounce("", named[0], is_permanent=True, said=text[:300]) if named else None
    return None


OWN_ID = re.compile(r"<fl\.[0-9a-f]{40}@[^<>\s@]{1,200}>")
"""What our own Message-IDs look like; see `message.stable_message_id`."""


def _by_report(parts: list[Message]) -> Bounce:
    about: dict[str, str] = {}
    original = ""
    for part in parts:
        kind, inner = part.get_content_type(), _mails(part)
        if kind == "message/delivery-status":
            for block in inner:
                about |= {name.lower(): str(value) for name, value in block.items()}
        elif kind == "message/rfc822" and inner:
            original = str(inner[0].get("message-id", ""))
        elif kind == "text/rfc822-headers":
            original = str(BytesHeaderParser().parsebytes(part.get_payload(decode=True) or b"").get("message-id", ""))  # type: ignore[arg-type]  # decoded bytes
    address = about.get("final-recipient", about.get("original-recipient", "")).rpartition(";")[2].strip().lower()
    found = _MESSAGE_ID.search(_storable(original[:1_000]))
    said = one_line(f"{about.get('status', '')} {about.get('diagnostic-code', '')}")[:300]
    action = about.get("action", "failed").strip().lower()
    return Bounce(address[:254], found[0] if found else "", is_permanent=action == "failed", said=said)
