"""`formloom import`, `formloom export`, and the hidden `formloom run-job` that works off what the server queued."""

from pathlib import Path
from typing import IO, Any, Literal

import click

from formloom.builders.cli import Open, Refused
from formloom.builders.cli.progress import Counter
from formloom.platform.access import audit
from formloom.platform.access.policy import Act
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import FormloomError, NotFound
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.text import LOCALES
from formloom.platform.records import exports, job_kinds, jobs
from formloom.platform.records.house import House
from formloom.platform.records.imports import refusals, running, starting
from formloom.platform.records.imports.starting import Wish
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.runtime import Runtime

ACTOR = System("command")


def transfer_commands(open_installation: Open) -> list[click.Command]:
    """Return the commands that bring records in and out."""

    @click.command("import")
    @click.argument("form")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="Instead of guessing; repeatable.")
    @click.option("--rules/--no-rules", default=False, help="Let flows run for the new records.")
    @click.option("--messages/--no-messages", default=False, help="Let those flows write to the outside.")
    @click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows go.")
    @click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True)
    def bring_in(
        form: str, file: Path, pairs: tuple[str, ...], rules: bool, messages: bool, errors: Path | None, locale: str
    ) -> None:
        """Import FILE (CSV or Excel) into FORM, named by app.form or its id."""
        installation = open_installation()
        try:
            rt = installation.runtime
            wish = Wish(_mapping(pairs), rules=rules, messages=messages, locale=locale)
            job = _import(rt, form, file, wish)
            if job.failed and job.result:
                _write_refused(rt, job, target := errors or file.with_suffix(".errors.csv"), locale)
                click.echo(f"{job.failed} rows did not fit; see {target}")
        except FormloomError as fault:
            raise Refused(_one_line(fault, form, locale)) from fault
        finally:
            installation.close()
        if job.state != "done":
            raise Refused(f"the import ended as {job.state}: {(job.error or {}).get('message', {}).get(locale, '')}")
        click.echo(f"{job.ok} records imported; job {job.id}")

    @click.command("export")
    @click.argument("form")
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True)
    def take_out(form: str, file: Path, locale: str) -> None:
        """Write the records of FORM to FILE: .csv or .xlsx."""
        if file.suffix.lower() not in {".csv", ".xlsx"}:
            raise Refused("FILE must end in .csv or .xlsx")
        installation = open_installation()
        try:
            rt = installation.runtime
            with rt.db.read() as unit, file.open("wb") as target:
                found = rt.catalog.find(unit, form)
                count = _export(rt, unit, found, target, "csv" if file.suffix.lower() == ".csv" else "xlsx", locale)
            detail: JSONObject = {"format": file.suffix[1:], "rows": count}
            rt.db.write(
                lambda uow: audit.note(uow, ACTOR, Act.RECORD_EXPORT, "form", found.form_id, detail, now=rt.now())
            )
        except FormloomError as fault:
            file.unlink(missing_ok=True)
            raise Refused(_one_line(fault, form, locale)) from fault
        finally:
            installation.close()
        click.echo(f"{file}: {count} records")

    @click.command("run-job", hidden=True)
    @click.argument("job_id")
    def run_job(job_id: str) -> None:
        """Work off one queued job."""
        installation = open_installation()
        try:
            job_kinds.run(_house(installation.runtime), job_id)
        finally:
            installation.close()

    return [bring_in, take_out, run_job]


def _import(rt: Runtime, form: str, file: Path, wish: Wish) -> JobRow:
    with rt.db.read() as unit:
        found = rt.catalog.find(unit, form)
    with file.open("rb") as source:
        upload = starting.keep(rt.files, source, file.name)
    job_id = rt.db.write(lambda uow: starting.start(uow, ACTOR, found, upload, wish, now=rt.now()))
    counter = Counter("rows", upload.found.total)
    running.run(_house(rt), job_id, progress=lambda done, _total: counter.step(file.name, done))
    counter.finish()
    with rt.db.read() as unit:
        return jobs.read(unit, ACTOR, job_id)


def _export(
    rt: Runtime, unit: ReadUnit, form: FormVersion, target: IO[bytes], kind: Literal["csv", "xlsx"], locale: str
) -> int:
    counter = Counter("records")
    query = Query(filter={}, setting=Setting(now=rt.now()))
    count = exports.write(
        unit, ACTOR, form, query, target, fields=None, kind=kind, locale=locale,
        progress=lambda done: counter.step(form.reference, done),
    )  # fmt: skip
    counter.finish()
    return count


def _write_refused(rt: Runtime, job: JobRow, target: Path, locale: str) -> None:
    with rt.db.read() as unit:
        form = rt.catalog.current(unit, job.form_id or "")
    with rt.files.open((job.result or {})["errors"]) as source, target.open("wb") as file:
        file.writelines(refusals.as_csv(source, job.payload["columns"], form, locale))


def _mapping(pairs: tuple[str, ...]) -> dict[str, object] | None:
    if not pairs:
        return None
    named: dict[str, Any] = {}
    for pair in pairs:
        column, sign, field_id = pair.rpartition("=")
        if not sign or not column:
            raise Refused(f"--map {pair}: expected COLUMN=FIELD")
        named[column] = field_id or None
    return named


def _house(rt: Runtime) -> House:
    return House(rt.db, rt.files, rt.catalog, rt.clock, rt.listeners)


def _one_line(fault: FormloomError, form: str, locale: str) -> str:
    if isinstance(fault, NotFound):
        return f"there is no published form {form}; name it as app.form"
    details = "; ".join(found.words(locale) for found in fault.findings)
    return f"{fault.words(locale)}: {details}" if details else fault.words(locale)
