"""What the installation says of itself."""

from formloom.platform.access.queries import settings as rows
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage.database import ReadUnit


def organisation_name(unit: ReadUnit) -> str:
    """Return the name given at set-up."""
    return str(rows.read(unit, "organisation") or "Formloom")


def default_locale(unit: ReadUnit) -> str:
    """Return the language chosen at set-up."""
    found = rows.read(unit, "locale")
    return found if found in LOCALES else LOCALES[0]
