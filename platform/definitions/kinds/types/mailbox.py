"""A mailbox: what becomes of the mails that arrive at an address."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    ROLE_WORD,
    DefinitionKind,
    Document,
    Usage,
    World,
    check_fields,
    check_form,
    unknown,
    value_kinds,
)
from formloom.platform.kernel.errors import Finding

ADDRESS = validate.Regexp(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\Z")
PARTS: Mapping[str, frozenset[str]] = {
    "subject": frozenset({"text"}),
    "text": frozenset({"text"}),
    "from": frozenset({"text"}),
    "name": frozenset({"text"}),
    "files": frozenset({"files"}),
    "at": frozenset({"date", "datetime"}),
}
"""The parts of a mail, and which kinds of values a field may hold that takes one."""
_NOT_FITTING = {
    "zh-CN": "字段“{field}”不能存放邮件的这一部分",
    "en": "The field '{field}' can't hold this part of a mail",
}
_TWICE = {"zh-CN": "字段“{field}”已用于邮件的另一部分", "en": "The field '{field}' takes another part already"}
_TAKEN = {
    "zh-CN": "地址“{address}”已属于收件邮箱“{name}”",
    "en": "The address '{address}' belongs to the mailbox '{name}' already",
}
_NO_WAY_IN = {
    "zh-CN": "还没有邮件能到达：请填写地址或邮件服务器",
    "en": "No mail can arrive yet: give an address or a mail server",
}
_NO_ADDRESS = {
    "zh-CN": "没有地址，客户的回复无法送回这里",
    "en": "Without an address, answers of customers can't come back here",
}


class MailServer(Schema):
    """Where mails are fetched by IMAP. The password is kept apart from the document."""

    host = fields.String(required=True, validate=validate.Length(1, 253))
    port = fields.Integer(load_default=993, validate=validate.Range(1, 65_535))
    security = fields.String(load_default="tls", validate=validate.OneOf(("tls", "starttls")))
    user = fields.String(required=True, validate=validate.Length(1, 254))
    folder = fields.String(load_default="INBOX", validate=validate.Length(1, 200))
    after = fields.String(load_default="keep", validate=validate.OneOf(("keep", "delete")))


class MailFields(Schema):
    """Which field takes which part of a mail."""

    subject = shapes.key(load_default=None, allow_none=True)
    text = shapes.key(load_default=None, allow_none=True)
    sender = shapes.key(load_default=None, allow_none=True, data_key="from")
    name = shapes.key(load_default=None, allow_none=True)
    files = shapes.key(load_default=None, allow_none=True)
    at = shapes.key(load_default=None, allow_none=True)


class MailboxDocument(shapes.Titled):
    """Mails to these addresses, or from that server, become records of a form or join the record they answer.

    `plus` says that the provider also delivers what is sent to `name+anything@…`; answers then get an address of their
    own, which tells surely what they answer. `tells` says who is told of mails that wait for a person.
    """

    form = shapes.key(required=True)
    enabled = fields.Boolean(load_default=True)
    addresses = fields.List(fields.String(validate=ADDRESS), load_default=list, validate=validate.Length(max=20))
    plus = fields.Boolean(load_default=False)
    server = fields.Nested(MailServer, load_default=None, allow_none=True)
    fields_ = fields.Nested(MailFields, load_default=dict, data_key="fields")
    values = fields.Dict(keys=shapes.key(), load_default=dict, validate=validate.Length(max=100))
    tells = fields.Nested(shapes.Alerted, allow_none=True)
    unmatched = fields.String(load_default="create", validate=validate.OneOf(("create", "hold")))


class Mailbox(DefinitionKind):
    """An address of the house."""

    id = "mailbox"
    label = {"zh-CN": "收件邮箱", "en": "Mailbox"}
    schema = MailboxDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        named = list(_named(document))
        yield from check_fields(form, named, reserved=False)
        kinds, seen = value_kinds(form), set[str]()
        for part, name in _taking(document):
            if name in kinds and kinds[name] not in PARTS[part]:
                yield Finding("not_fitting", _NOT_FITTING, f"fields/{part}", {"field": name})
            elif name in seen:
                yield Finding("field_twice", _TWICE, f"fields/{part}", {"field": name})
            seen.add(name)
        for role in (document.get("tells") or {}).get("roles") or ():
            if world.roles and role not in world.roles:
                yield unknown("unknown_role", "tells/roles", role, world.roles, ROLE_WORD)
        yield from _check_ways_in(document, world)

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        for path, name in _named(document):
            yield Usage("form", form, path, name)


def plain_addresses(document: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a mailbox as they are compared."""
    listed = document.get("addresses")
    return [str(one).strip().lower() for one in (listed if isinstance(listed, list) else ())]


def _check_ways_in(document: Document, world: World) -> Iterator[Finding]:
    addresses = plain_addresses(document)
    for key, other in world.others.get("mailbox", {}).items():
        taken = set(plain_addresses(other)) if key != world.key and isinstance(other, Mapping) else set()
        for place, address in enumerate(addresses):
            if address in taken:
                yield Finding("address_taken", _TAKEN, f"addresses/{place}", {"address": address, "name": key})
    if document.get("enabled", True) is False:
        return
    if not addresses and not document.get("server"):
        yield Finding("no_way_in", _NO_WAY_IN, "addresses", severity="warning")
    elif not addresses:
        yield Finding("no_address", _NO_ADDRESS, "addresses", severity="warning")


def _taking(document: Document) -> Iterator[tuple[str, str]]:
    listed = document.get("fields")
    named = listed if isinstance(listed, Mapping) else {}
    for part in PARTS:
        if isinstance(named.get(part), str):
            yield part, named[part]


def _named(document: Document) -> Iterator[tuple[str, str]]:
    for part, name in _taking(document):
        yield f"fields/{part}", name
    values = document.get("values")
    for name in values if isinstance(values, Mapping) else ():
        yield f"values/{name}", str(name)
