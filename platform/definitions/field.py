"""One field of a form: a type with its settings, everything that is asked of it worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formloom.platform.definitions.fields.base import ColumnSpec, FieldType, ValueKind
from formloom.platform.kernel.text import LocalizedText

if TYPE_CHECKING:  # the rows of a sub-form are a form version inside the form's
    from formloom.platform.definitions.form import FormVersion


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a form: a type with its settings."""

    id: str
    type: FieldType[Any]
    cfg: Mapping[str, Any]
    label: LocalizedText
    required: bool
    unique: bool
    public: bool
    document: Mapping[str, Any]
    kind: ValueKind | None
    """What operators compare; None for fields without a value."""
    column_spec: ColumnSpec
    """Meaningful only where the type is stored."""
    column_meaning: tuple[ColumnSpec, str]
    """What its column holds; see `FieldType.column_meaning`."""
    rows: "FormVersion | None" = None
    """The columns of a sub-form: a form version inside the form's, whose records are the rows."""

    @property
    def default(self) -> Any:
        """Return the raw default of the document."""
        return self.document.get("default")
