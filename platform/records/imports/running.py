"""Doing the work: one job, from its file to its records, in parts of 250 rows.

Each part is one transaction that holds the records, the list of what the job made, and how far the job is; so a crash
leaves a job that says exactly what it did. The same transaction asks whether the job is still wanted.

Parts are short, because on SQLite there is one writer at a time: between two of them others get their turn.
"""

import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from formloom.platform.access.identity import load_member
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.kernel.errors import Finding, Forbidden, FormloomError
from formloom.platform.records import jobs, service
from formloom.platform.records.house import House
from formloom.platform.records.imports.bundles import PARTNER, Bundle, Bundler
from formloom.platform.records.imports.cells import CellReader
from formloom.platform.records.imports.encoding import Reading
from formloom.platform.records.imports.faults import MAX_FILE_BYTES
from formloom.platform.records.imports.refusals import Refusals
from formloom.platform.records.imports.sheet import open_sheet
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import jobs as rows
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.records.record import InvalidValues, Record, WriteOptions
from formloom.platform.storage.database import ReadUnit, UnitOfWork

PART = 250
_TOO_WIDE = {
    "zh-CN": "此行的单元格多于列名，可能缺少引号",
    "en": "This row has more cells than there are column names; a quotation mark may be missing",
}
_BROKE = {
    "code": "import_failed",
    "message": {"zh-CN": "导入时出错，已导入的行保留", "en": "The import broke off; what was imported stays"},
}


Progress = Callable[[int, int], None]
"""Told rows done and rows in all."""


class _Unwanted(Exception):
    """The job was cancelled meanwhile."""


def run(house: House, job_id: str, *, progress: Progress = lambda _done, _total: None) -> None:
    """Do a waiting import and write down how it ended; nothing happens when it does not wait any more."""
    job = house.db.write(lambda uow: jobs.claim(uow, job_id, now=house.clock.now()))
    if job is None:
        return
    with tempfile.TemporaryDirectory(prefix="formloom-import-") as folder:
        kept = Path(folder) / "refused"
        refusals = Refusals(kept)
        ended: dict[str, Any] = {"state": "failed", "error": _BROKE}
        try:
            _Work(house, job, refusals).do(progress)
            ended = {"state": "done"}
        except _Unwanted:
            ended = {}
        except FormloomError as fault:
            ended = {"state": "failed", "error": {"code": fault.code, "message": _words(fault)}}
        finally:
            refusals.close()
            if refusals.count:
                with kept.open("rb") as source:
                    ended["result"] = {"errors": house.files.put(source, limit_bytes=4 * MAX_FILE_BYTES).sha256}
            house.db.write(lambda uow: _end(uow, job_id, ended, house.clock.now()))


class _Work:
    """One run through one file."""

    def __init__(self, house: House, job: JobRow, refusals: Refusals) -> None:
        self._house = house
        self._job = job
        self._refusals = refusals
        with house.db.read() as unit:
            self._form: FormVersion = house.catalog.current(unit, job.form_id or "")
        wanted = Reading(job.payload.get("encoding"), job.payload.get("separator"))
        self._sheet = open_sheet(house.files.path(job.payload["sha256"]), wanted)
        columns, mapping = self._sheet.columns, job.payload["mapping"]
        self._bundler = Bundler(self._form, columns, mapping, job.payload.get("group_by") or "")
        self._reader = CellReader(self._form, columns, mapping)
        self._options = WriteOptions(
            rules=job.payload["rules"], messages=job.payload["messages"], listeners=house.listeners,
            locale=job.payload["locale"], context={"channel": "import", "import": job.id},
        )  # fmt: skip

    def do(self, progress: Progress) -> None:
        """Import every row. Raises _Unwanted, FileUnreadable, Forbidden."""
        done = 0
        for part in _parts(self._bundler.bundles(self._sheet.rows()), PART):
            wrong = [self._faults(bundle) for bundle in part]
            good = [bundle for bundle, faults in zip(part, wrong, strict=True) if not faults]
            size, now = sum(len(bundle.lines) for bundle in part), self._house.clock.now()
            outcome = iter(self._house.db.write(functools.partial(self._store, good, size, now)))
            for bundle, faults in zip(part, wrong, strict=True):
                self._note(bundle, faults or next(outcome))
            done += size
            progress(done, self._job.total or 0)

    def _store(self, part: Sequence[Bundle], size: int, now: datetime, uow: UnitOfWork) -> list["Placed"]:
        """Store the records of a part of `size` lines; return what did not fit in each, by the place of the line."""
        job = rows.find(uow, self._job.id, lock=True)
        if job is None or job.state != "running":
            raise _Unwanted
        actor = self._actor(uow)
        owner = service.owner_of(actor)
        ctx = clean_context(uow, actor, self._form, now=now, locale=self._options.locale, owner=owner)
        given = self._reader.read(uow, part, ctx)
        results = service.bring_in(
            uow, actor, self._form, [one.values for one in given], now=now, options=self._options
        )  # fmt: skip
        stored = [(one.id, bundle) for one, bundle in zip(results, part, strict=True) if isinstance(one, Record)]
        rows.note_made(uow, job.id, self._form.form_id, [record_id for record_id, _bundle in stored])
        failed = size - sum(len(bundle.lines) for _id, bundle in stored)
        counts = {"done": job.done + size, "ok": job.ok + len(stored), "failed": job.failed + failed}
        rows.change(uow, job.id, {**counts, "heartbeat_at": now})
        return [
            [mine.placed(found) for found in one.findings] if isinstance(one, InvalidValues) else []
            for mine, one in zip(given, results, strict=True)
        ]

    def _actor(self, unit: ReadUnit) -> Actor:
        """Return who imports, with the rights of this moment."""
        if self._job.created_by is None:
            return System("import")
        member = load_member(unit, self._job.created_by)
        if member is None:
            raise Forbidden
        return member

    def _faults(self, bundle: Bundle) -> "Placed":
        """Return what is wrong with lines before their cells are looked at."""
        wide = [
            (place, Finding("too_many_cells", _TOO_WIDE))
            for place, (_number, cells) in enumerate(bundle.lines)
            if any(cell.strip() for cell in cells[self._reader.width :])
        ]
        return [*wide, *bundle.faults]

    def _note(self, bundle: Bundle, faults: "Placed") -> None:
        """Keep the lines of a refused record, so that a corrected file makes the whole record."""
        if not faults:
            return
        at = bundle.lines[faults[0][0]][0]
        for place, (number, cells) in enumerate(bundle.lines):
            mine = [found for where, found in faults if where == place]
            self._refusals.add(number, cells, mine or [Finding("with_its_record", PARTNER, params={"line": at})])


Placed = list[tuple[int, Finding]]
"""What does not fit in a record, each with the place of its line among the record's lines."""


def _parts(source: Iterable[Bundle], size: int) -> Iterator[list[Bundle]]:
    """Yield records of about `size` lines together; the lines of one are never torn apart."""
    part: list[Bundle] = []
    lines = 0
    for bundle in source:
        part.append(bundle)
        lines += len(bundle.lines)
        if lines >= size:
            yield part
            part, lines = [], 0
    if part:
        yield part


def _end(uow: UnitOfWork, job_id: str, ended: dict[str, Any], now: datetime) -> None:
    if "state" in ended:
        state = {name: value for name, value in ended.items() if name != "result"}
        rows.change(uow, job_id, {**state, "finished_at": now, "heartbeat_at": now}, only_in=("running",))
    if "result" in ended:
        job = rows.find(uow, job_id, lock=True)
        rows.change(uow, job_id, {"result": {**((job and job.result) or {}), **ended["result"]}})


def _words(fault: FormloomError) -> dict[str, str]:
    return {locale: fault.words(locale) for locale in fault.message}
