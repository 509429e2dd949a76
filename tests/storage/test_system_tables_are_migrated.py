"""An installation of an earlier release gets the columns that came later, and keeps its rows."""

from pathlib import Path

from sqlalchemy import inspect, select, text

from formloom.app import build
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage import migrate
from formloom.platform.storage.tables import form_links, settings


def test_links_of_an_earlier_release_get_their_new_columns(
    database_url: str, tmp_path: Path, clock: FrozenClock
) -> None:
    environ = {"FORMLOOM_HOME": str(tmp_path / "home"), "FORMLOOM_DATABASE_URL": database_url}
    formloom = build(environ, clock=clock)
    db = formloom.runtime.db
    later = ("name", "password_hash", "last_submission_at")
    with db.writer_engine.connect() as conn:
        conn.execute(settings.insert().values(key="kept", value="yes"))
        for column in later:
            conn.execute(text(f"ALTER TABLE form_links DROP COLUMN {column}"))
        conn.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        conn.commit()
    migrate.upgrade(db)
    with db.writer_engine.connect() as conn:
        assert set(later) <= {column["name"] for column in inspect(conn).get_columns(form_links.name)}
        assert conn.scalar(select(settings.c.value).where(settings.c.key == "kept")) == "yes"
        assert migrate.current_revision(conn) == migrate.head_revision()
    formloom.close()
