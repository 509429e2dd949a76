"""What the types that name several people or departments have in common. Ids only; names are looked up to show them."""

import json
import re
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, ValueInvalid
from formloom.platform.definitions.fields.choices import canonical
from formloom.platform.definitions.fields.settings import named
from formloom.platform.kernel.text import LocalizedText, joined

MOST_IDS = 200
LONGEST_ID = 40
Fault = tuple[str, LocalizedText]
SEPARATORS = re.compile(r"[,，、;；\n]")
"""What stands between two names in a spreadsheet cell."""


class Several(Schema):
    """How many may be named."""

    max_items = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, MOST_IDS), metadata=named("最多几个", "At most")
    )


class ManyIdsType(FieldType[tuple[str, ...]]):
    """Base of types whose value is several ids, stored as canonical JSON like several choices."""

    group = "advanced"
    for_members_only = True
    settings: ClassVar[type[Schema]] = Several
    unknown: ClassVar[Fault]
    too_many: ClassVar[Fault]

    def known(self, ids: list[str], cfg: Settings, ctx: CleanContext) -> frozenset[str]:
        """Return those of the ids that exist."""
        raise NotImplementedError

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("json")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        given = [raw] if isinstance(raw, str) else raw
        if not isinstance(given, (list, tuple)):
            raise ValueInvalid("not_a_list", messages.LIST_EXPECTED)
        if not all(isinstance(one, str) and len(one) <= LONGEST_ID for one in given):
            raise ValueInvalid(*self.unknown)
        ids, most = list(dict.fromkeys(given)), cfg["max_items"] or MOST_IDS
        if len(ids) > most:
            raise ValueInvalid(*self.too_many, max=most)
        known = self.known(ids, cfg, ctx) if ids else frozenset()
        if any(one not in known for one in ids):
            raise ValueInvalid(*self.unknown)
        return tuple(ids) or None

    def dump(self, value: tuple[str, ...] | None, cfg: Settings) -> list[str] | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else list(value)

    def revive(self, shown: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else tuple(shown)

    def to_column(self, value: tuple[str, ...] | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else canonical(list(value))

    def from_column(self, stored: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else tuple(json.loads(stored))

    def display(self, value: tuple[str, ...] | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return joined(value or (), locale)

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        ids = [part.strip() for part in SEPARATORS.split(text) if part.strip()]
        return self.clean(ids, cfg, ctx) if ids else None
