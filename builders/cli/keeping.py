"""`formloom backup`, `restore`, `check` and `audit verify`."""

from pathlib import Path

import click

from formloom.builders.cli import Open, Refused
from formloom.builders.cli.progress import Counter
from formloom.builders.system_check import run_checks
from formloom.platform.access import audit
from formloom.platform.kernel.actors import System
from formloom.platform.storage.backup import BackupUnreadable, NotEmpty, restore_backup, write_backup


def keeping_commands(open_installation: Open) -> list[click.Command]:
    """Return the commands that keep an installation safe."""

    @click.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def backup(file: Path) -> None:
        """Write everything (database and files) to FILE, also while serving."""
        installation = open_installation()
        try:
            rt = installation.runtime
            counter = Counter("rows")
            done = write_backup(rt.db, rt.files, file, now=rt.now(), progress=counter.step)
        finally:
            installation.close()
        counter.finish()
        click.echo(f"{file}: {done.tables} tables, {done.rows} rows, {done.files} files")

    @click.command()
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def restore(file: Path) -> None:
        """Restore FILE into this installation, which must be empty."""
        installation = open_installation()
        try:
            rt = installation.runtime
            counter = Counter("rows")
            done = restore_backup(rt.db, rt.files, file, progress=counter.step)
        except (BackupUnreadable, NotEmpty) as fault:
            raise Refused(str(fault)) from fault
        finally:
            installation.close()
        counter.finish()
        click.echo(f"{file}: {done.tables} tables, {done.rows} rows, {done.files} files restored")

    @click.command()
    def check() -> None:
        """Tell what works and what not: settings, database, mail, queue, files, browser bundle."""
        installation = open_installation()
        try:
            results = run_checks(installation.runtime)
        finally:
            installation.close()
        for result in results:
            click.echo(f"{'ok  ' if result.ok else 'FAIL'}  {result.id:<10} {result.words('en')}")
        if not all(result.ok for result in results if result.is_required):
            raise Refused("something that is needed does not work")

    @click.group("audit")
    def audit_group() -> None:
        """The audit log."""

    @audit_group.command()
    def verify() -> None:
        """Walk the audit log and tell whether it is as it was written."""
        installation = open_installation()
        try:
            with installation.runtime.db.read() as unit:
                verdict = audit.verify(unit, System("command"))
        finally:
            installation.close()
        if not verdict.ok:
            raise Refused(f"entry {verdict.broken_at} is {verdict.reason}")
        click.echo(f"{verdict.entries} entries, unbroken")

    return [backup, restore, check, audit_group]
