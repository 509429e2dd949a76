"""Alembic's entry: runs each revision in its own transaction, DDL included, on both databases."""

from alembic import context
from sqlalchemy import Engine

from formloom.platform.storage.tables import system

engine: Engine = context.config.attributes["engine"]
with engine.connect() as conn:
    context.configure(connection=conn, target_metadata=system, transactional_ddl=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    conn.commit()
