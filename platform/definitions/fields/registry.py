"""Every field type, found by folder."""

from typing import Any

from formloom.platform.definitions.fields.base import FieldType
from formloom.platform.kernel.registry import Registry

FIELD_TYPES: Registry[FieldType[Any]] = Registry("field type")
FIELD_TYPES.discover("formloom.platform.definitions.fields.types", FieldType)
FIELD_TYPES.freeze()
