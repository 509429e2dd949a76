"""System tables: brought up to date by Alembic revisions when the process starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from formloom.platform.storage.database import Database

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(db: Database) -> None:
    """Bring the system tables to the newest revision; nothing happens when they are there already."""
    with db.writer_engine.connect() as conn:
        if current_revision(conn) == head_revision():
            return
    config = _config()
    config.attributes["engine"] = db.writer_engine
    command.upgrade(config, "head")


def current_revision(conn: Connection) -> str | None:
    """Return the revision that the database stands at, or None for an empty one."""
    return MigrationContext.configure(conn).get_current_revision()


def head_revision() -> str | None:
    """Return the newest revision that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
