"""The mailboxes of the house, and which of them a mail is for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formloom.platform.definitions.kinds.types.mailbox import plain_addresses
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.per_epoch import PerEpoch

_TAGGED = re.compile(r"(?P<local>[^@]+)\+r(?P<key>[0-9a-f]{40})@(?P<domain>[^@]+)")
KEY_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A published mailbox.

    `app` is the key of its app, `values` are fixed values of new records, `parts` the field for each part of a mail.
    """

    id: str
    app_id: str
    app: str
    key: str
    title: Mapping[str, str]
    form: str
    is_on: bool
    addresses: tuple[str, ...]
    has_tags: bool
    server: Mapping[str, Any] | None
    parts: Mapping[str, str]
    values: Mapping[str, Any]
    holds_unmatched: bool
    tells: Mapping[str, Any]

    def answers(self, message_id: str) -> str | None:
        """Return the address to which answers to a mail of ours go; None where they can't come back."""
        if not self.addresses:
            return None
        local, _, domain = self.addresses[0].partition("@")
        tagged = f"{local}+r{message_id.removeprefix('<fl.')[:KEY_LENGTH]}"
        return f"{tagged}@{domain}" if self.has_tags and len(tagged) <= 64 else self.addresses[0]

    def is_for(self, address: str) -> bool:
        """Tell whether mails to an address are for this mailbox, a tagged one included."""
        local, _, domain = address.lower().partition("@")
        return address.lower() in self.addresses or f"{local.partition('+')[0]}@{domain}" in self.addresses


def read_document(definition: store.Definition, document: Mapping[str, Any]) -> Mailbox:
    """Return the mailbox that a document describes."""
    parts = document.get("fields") or {}
    return Mailbox(
        definition.id, definition.app_id, definition.app_key, definition.key,
        document.get("title") or {}, str(document.get("form")),
        document.get("enabled", True) is not False, tuple(plain_addresses(document)), bool(document.get("plus")),
        document.get("server") or None, {part: str(name) for part, name in parts.items() if name},
        document.get("values") or {}, document.get("unmatched") == "hold",
        document.get("tells") or {},
    )  # fmt: skip


def _read_all(unit: ReadUnit) -> tuple[Mailbox, ...]:
    return tuple(read_document(definition, document) for definition, document in store.published(unit, "mailbox"))


_ALL = PerEpoch(_read_all)


def working(unit: ReadUnit) -> Sequence[Mailbox]:
    """Return the mailboxes that are published and switched on."""
    return [box for box in _ALL.present(unit) if box.is_on]


def find(unit: ReadUnit, mailbox_id: str) -> Mailbox:
    """Return a published mailbox. Raises NotFound."""
    found = next((box for box in _ALL.present(unit) if box.id == mailbox_id), None)
    if found is None:
        raise NotFound
    return found


def for_recipients(unit: ReadUnit, recipients: Iterable[str]) -> Mailbox | None:
    """Return the mailbox that the first recipient with one belongs to."""
    boxes = working(unit)
    return next((box for address in recipients for box in boxes if box.is_for(address)), None)


def of_form(unit: ReadUnit, app_id: str, form_key: str) -> Mailbox | None:
    """Return the mailbox to which answers about records of a form come, where there is one."""
    found = [box for box in working(unit) if box.app_id == app_id and box.addresses]
    return next((box for box in found if box.form == form_key), None)


def keys_in(recipients: Iterable[str]) -> list[str]:
    """Return what stands in the Message-IDs for which tagged addresses stand."""
    return [tagged["key"] for one in recipients if (tagged := _TAGGED.fullmatch(one.lower()))]
