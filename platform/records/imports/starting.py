"""Before the work: keep the file, show what it holds, check what is asked, write down the job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records import jobs
from formloom.platform.records.imports.bundles import column_between
from formloom.platform.records.imports.encoding import GUESS, Reading
from formloom.platform.records.imports.faults import MAX_FILE_BYTES
from formloom.platform.records.imports.mapping import Mapped, checked, fillable, guess
from formloom.platform.records.imports.sheet import Survey, survey
from formloom.platform.records.queries import jobs as rows
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.files import FileStore

UPLOAD_LIFE = timedelta(hours=24)
UPLOAD_KIND = "import_upload"
KIND = "import"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was kept, and what stands in it."""

    sha256: str
    name: str
    found: Survey
    wanted: Reading = GUESS


@dataclass(frozen=True, slots=True)
class Wish:
    """What an import is to do. `mapping` None takes the guess."""

    mapping: Mapping[str, object] | None = None
    group_by: str | None = None
    """Which column tells the lines of one record; None for what suggests itself, empty for the record's own cells."""
    rules: bool = False
    messages: bool = False
    locale: str = "zh-CN"


def keep(files: FileStore, source: BinaryIO, name: str, wanted: Reading = GUESS) -> Upload:
    """Store a file and walk through it. Raises TooLarge, FileUnreadable. Needs no transaction and takes its time."""
    stored = files.put(source, limit_bytes=MAX_FILE_BYTES)
    return Upload(stored.sha256, name[:200] or "import", survey(files.path(stored.sha256), wanted), wanted)


def reopen(
    unit: ReadUnit,
    files: FileStore,
    actor: Actor,
    form: FormVersion,
    upload_id: str,
    wanted: Reading = GUESS,
    *,
    now: datetime,
) -> Upload:
    """Return the file of an earlier preview. Raises NotFound after a day, and for somebody else's."""
    found = rows.find(unit, upload_id) if is_id(upload_id) else None
    if (
        found is None or found.kind != UPLOAD_KIND or found.form_id != form.form_id
        or found.created_by != jobs.author_of(actor) or found.created_at < now - UPLOAD_LIFE
    ):  # fmt: skip
        raise NotFound
    sha256 = str(found.payload["sha256"])
    return Upload(sha256, str(found.payload["name"]), survey(files.path(sha256), wanted), wanted)


@requires(Act.RECORD_IMPORT)
def preview(
    uow: UnitOfWork, actor: Actor, form: FormVersion, upload: Upload, *, now: datetime
) -> tuple[str, Mapped]:  # fmt: skip
    """Remember an upload for a day; return its id and the guessed mapping."""
    rows.forget(uow, UPLOAD_KIND, before=now - UPLOAD_LIFE)
    payload = {"sha256": upload.sha256, "name": upload.name}
    made = jobs.enqueue(
        uow, actor, UPLOAD_KIND, payload, form_id=form.form_id, total=upload.found.total, now=now, state="done"
    )
    return made, guess(upload.found.columns, fillable(uow, actor, form))


@requires(Act.RECORD_IMPORT)
def start(uow: UnitOfWork, actor: Actor, form: FormVersion, upload: Upload, wish: Wish, *, now: datetime) -> str:
    """Write down an import and return the job's id; `running.run` does it. Raises MappingInvalid."""
    fields = fillable(uow, actor, form)
    columns = upload.found.columns
    mapping = checked(wish.mapping if wish.mapping is not None else guess(columns, fields), columns, fields)
    payload = {
        "sha256": upload.sha256, "name": upload.name, "mapping": mapping, "columns": list(columns),
        "group_by": column_between(form, columns, mapping, wish.group_by),
        "rules": wish.rules, "messages": wish.messages, "locale": wish.locale,
        "encoding": upload.wanted.encoding, "separator": upload.wanted.separator,
    }  # fmt: skip
    made = jobs.enqueue(uow, actor, KIND, payload, form_id=form.form_id, total=upload.found.total, now=now)
    detail: JSONObject = {"job": made, "file": upload.name, "rows": upload.found.total, "rules": wish.rules}
    audit.note(uow, actor, Act.RECORD_IMPORT, "form", form.form_id, detail, now=now)
    return made
