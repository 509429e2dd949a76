"""What file and image have in common. The value is the files' descriptions, given by the server at upload."""

import json
from typing import Any, ClassVar

from marshmallow import Schema

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, ValueInvalid
from formloom.platform.definitions.fields.settings import Files

FileInfo = dict[str, Any]
"""`{"id", "name", "size_bytes", "type"}`"""


class UploadType(FieldType[tuple[FileInfo, ...]]):
    """Base of types whose value is uploaded files; input is a list of upload ids."""

    group = "advanced"
    value_kind = "files"
    settings: ClassVar[type[Schema]] = Files
    takes_pictures_only = False

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("json")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> tuple[FileInfo, ...] | None:
        given = [raw] if isinstance(raw, (str, dict)) else raw
        if not isinstance(given, (list, tuple)):
            raise ValueInvalid("not_a_list", messages.LIST_EXPECTED)
        ids: list[Any] = [one.get("id") if isinstance(one, dict) else one for one in given]
        if len(ids) > cfg["max_items"]:
            raise ValueInvalid("too_many_files", messages.TOO_MANY_FILES, max=cfg["max_items"])
        if not all(isinstance(one, str) and len(one) <= 40 for one in ids):
            raise ValueInvalid("no_such_file", messages.NO_SUCH_FILE)
        ids = list(dict.fromkeys(ids))
        known = ctx.files(cfg.get("field_id", ""), ids)
        if any(one not in known for one in ids):
            raise ValueInvalid("no_such_file", messages.NO_SUCH_FILE)
        return tuple(dict(known[one]) for one in ids) or None

    def dump(self, value: tuple[FileInfo, ...] | None, cfg: Settings) -> Any:  # noqa: ARG002 - the signature is the base's
        return None if value is None else list(value)

    def revive(self, shown: Any, cfg: Settings) -> tuple[FileInfo, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else tuple(shown)

    def to_column(self, value: tuple[FileInfo, ...] | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))

    def from_column(self, stored: Any, cfg: Settings) -> tuple[FileInfo, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else tuple(json.loads(stored))

    def display(self, value: tuple[FileInfo, ...] | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return ", ".join(str(one["name"]) for one in value or ())

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> tuple[FileInfo, ...] | None:  # noqa: ARG002 - the signature is the base's
        if text.strip():
            raise ValueInvalid("no_such_file", messages.NO_SUCH_FILE)
        return None
