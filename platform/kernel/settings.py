"""What the administrator sets from outside: the `FORMLOOM_*` environment, read once at start.

An unknown `FORMLOOM_*` name or a value that can't be used stops the start with one clear line, so that a typing
error never runs silently with a default.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from formloom.platform.kernel.errors import nearest

KNOWN = frozenset({
    "FORMLOOM_HOME", "FORMLOOM_DATABASE_URL", "FORMLOOM_BROKER_URL", "FORMLOOM_STORAGE_URL", "FORMLOOM_BASE_URL",
    "FORMLOOM_SMTP_URL", "FORMLOOM_MAIL_FROM", "FORMLOOM_SECRET_KEY", "FORMLOOM_OUTBOUND_ALLOW",
    "FORMLOOM_TRUSTED_PROXIES", "FORMLOOM_LOG",
})  # fmt: skip
_MIN_SECRET = 32


class BadSetting(Exception):
    """A `FORMLOOM_*` value can't be used; the message is one line for the administrator."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force."""

    home: Path
    database_url: str
    broker_url: str | None
    storage_url: str
    base_url: str
    smtp_url: str | None
    mail_from: str
    secret_key: str
    outbound_allow: tuple[str, ...]
    trusted_proxies: int
    log_level: str

    @property
    def is_https(self) -> bool:
        """Tell whether the installation is reached over https: decides on secure cookies and HSTS."""
        return self.base_url.startswith("https://")

    @property
    def files_path(self) -> Path:
        """Return the folder of uploaded files."""
        return Path(self.storage_url.removeprefix("file://"))


def read_settings(environ: Mapping[str, str], *, port: int = 8000) -> Settings:
    """Read the settings from `environ`, making the secret key at the first start.

    Raises BadSetting.
    """
    for name in environ:
        if name.startswith("FORMLOOM_") and name not in KNOWN and not name.startswith("FORMLOOM_TEST_"):
            meant = nearest(name, KNOWN)
            raise BadSetting(f"unknown setting {name}" + (f"; did you mean {meant}?" if meant else ""))
    home = Path(environ.get("FORMLOOM_HOME") or "var").resolve()
    base_url = _base_url(environ.get("FORMLOOM_BASE_URL") or f"http://127.0.0.1:{port}")
    host = urlsplit(base_url).hostname or "localhost"
    if environ.get("FORMLOOM_BROKER_URL") and not (environ.get("FORMLOOM_DATABASE_URL") or "").startswith("postgresql"):
        raise BadSetting("FORMLOOM_BROKER_URL needs PostgreSQL: set FORMLOOM_DATABASE_URL, or leave both out")
    return Settings(
        home=home,
        database_url=_scheme(environ, "FORMLOOM_DATABASE_URL", ("sqlite", "postgresql+psycopg"))
        or f"sqlite:///{home / 'formloom.db'}",
        broker_url=_scheme(environ, "FORMLOOM_BROKER_URL", ("amqp", "redis")),
        storage_url=_scheme(environ, "FORMLOOM_STORAGE_URL", ("file",)) or f"file://{home / 'files'}",
        base_url=base_url,
        smtp_url=_scheme(environ, "FORMLOOM_SMTP_URL", ("smtp", "smtps")),
        mail_from=_mail_from(environ.get("FORMLOOM_MAIL_FROM"), host),
        secret_key=_secret(environ.get("FORMLOOM_SECRET_KEY"), home),
        outbound_allow=tuple(
            part.strip() for part in environ.get("FORMLOOM_OUTBOUND_ALLOW", "").split(",") if part.strip()
        ),
        trusted_proxies=_count(environ.get("FORMLOOM_TRUSTED_PROXIES", "0")),
        log_level=_log_level(environ.get("FORMLOOM_LOG", "info")),
    )


def _scheme(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = environ.get(name)
    if not value:
        return None
    if value.split("://", 1)[0] not in allowed or "://" not in value:
        raise BadSetting(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in allowed)}")
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise BadSetting("FORMLOOM_BASE_URL must be an address such as https://forms.example.com")
    return value.rstrip("/")


def _mail_from(value: str | None, host: str) -> str:
    if not value:
        return f"no-reply@{host}"
    if "@" not in value or any(mark in value for mark in "\r\n"):
        raise BadSetting("FORMLOOM_MAIL_FROM must be a mail address")
    return value


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) > 5:
        raise BadSetting("FORMLOOM_TRUSTED_PROXIES must be a number from 0 to 5")
    return int(value)


def _log_level(value: str) -> str:
    if value not in {"debug", "info", "warning", "error"}:
        raise BadSetting("FORMLOOM_LOG must be debug, info, warning or error")
    return value


def _secret(value: str | None, home: Path) -> str:
    if value:
        if len(value) < _MIN_SECRET:
            raise BadSetting(f"FORMLOOM_SECRET_KEY must have at least {_MIN_SECRET} characters")
        return value
    path = home / "secret.key"
    if path.exists():
        return path.read_text().strip()
    home.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    path.touch(mode=0o600)
    path.write_text(made)
    return made
