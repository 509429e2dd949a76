"""What types have in common whose value has parts: JSON in the column, an object in the API."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import ColumnSpec, FieldType, Group, Settings, ValueInvalid


class ObjectType(FieldType[dict[str, Any]]):
    """Base of types whose value is an object; conditions ask only whether it is there."""

    group: ClassVar[Group] = "advanced"
    value_kind = "object"

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("json")

    def to_column(self, value: dict[str, Any] | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_column(self, stored: Any, cfg: Settings) -> dict[str, Any] | None:  # noqa: ARG002 - the signature is the base's
        found: dict[str, Any] | None = None if stored is None else json.loads(stored)
        return found


def parts_of(raw: Any, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the filled parts of an object. Raises ValueInvalid for what is none, and for parts that nobody knows."""
    if not isinstance(raw, Mapping):
        raise ValueInvalid("not_an_object", messages.OBJECT_EXPECTED, parts=", ".join(known))
    if strange := [str(name)[:40] for name in raw if name not in known]:
        shown = strange[0].encode("utf-8", "replace").decode()
        raise ValueInvalid("unknown_part", messages.UNKNOWN_PART, part=shown, parts=", ".join(known))
    return {name: raw[name] for name in known if name in raw and raw[name] not in (None, "", [], {})}
