"""What a signed-in browser is told about the installation, and how its mails are written."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from formloom.platform.access.letters import Letters
from formloom.platform.access.settings import organisation_name
from formloom.platform.storage import house_zone
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.runtime import Runtime


def about_installation(unit: ReadUnit, runtime: Runtime) -> dict[str, object]:
    """Return name, version, time zone and whether mail leaves."""
    return {
        "name": organisation_name(unit),
        "mail_configured": runtime.settings.smtp_url is not None,
        "version": product_version(),
        "timezone": house_zone.current(unit).key,
    }


def letters(runtime: Runtime) -> Letters:
    """Return how this installation writes; without a mail server nothing is sent."""
    return Letters(runtime.settings.base_url, runtime.send_mail if runtime.settings.smtp_url else None)


@cache
def product_version() -> str:
    """Return the version of the product."""
    try:
        return version("formloom")
    except PackageNotFoundError:
        return "0"
