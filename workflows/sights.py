"""What somebody may see of the runs of a flow: his rights on fields and rows of the forms that they were about."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import NotFound
from formloom.platform.records.queries import pages
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog
from formloom.workflows.engine.masking import NOTHING, Sight, error_of, masked
from formloom.workflows.queries.runs import RunRow

PAGE = 200


def seen_runs(unit: ReadUnit, catalog: FormCatalog, actor: Actor, found: Sequence[RunRow]) -> list[RunRow]:
    """Return runs without what `actor` may not see: hidden fields, and all values of records outside his rows."""
    if _sees_all(actor):
        return list(found)
    forms = {form_id: _form(unit, catalog, form_id) for form_id in {run.form_id for run in found}}
    sights = {key: of_form(unit, catalog, actor, form) if form else NOTHING for key, form in forms.items()}
    within = {one for form in forms.values() if form for one in _within_rows(unit, actor, form, found)}
    return [
        _seen(run, sights[run.form_id] if not run.record_id or run.record_id in within else NOTHING, forms[run.form_id])
        for run in found
    ]


def of_run(unit: ReadUnit, catalog: FormCatalog, actor: Actor, run: RunRow) -> Sight:
    """Return what `actor` may see of the record that a run was about, and of what the run would do again."""
    form = _form(unit, catalog, run.form_id)
    if form is None:
        return NOTHING
    is_within = not run.record_id or run.record_id in _within_rows(unit, actor, form, [run])
    return of_form(unit, catalog, actor, form) if is_within or _sees_all(actor) else NOTHING


def _sees_all(actor: Actor) -> bool:
    return isinstance(actor, Member) and actor.is_admin


def of_form(unit: ReadUnit, catalog: FormCatalog, actor: Actor, form: FormVersion) -> Sight:
    """Return what `actor` may see of a record of `form` that is within his rows."""
    access = Access.of(unit, actor)

    def sees_titles_of(form_key: str) -> bool:
        try:
            other = catalog.in_app(unit, form.app_id, form_key)
        except NotFound:
            return False
        return other.title_field is None or other.title_field in access.readable(other)

    def sees_form(form_key: str) -> bool:
        try:
            other = catalog.in_app(unit, form.app_id, form_key)
        except NotFound:
            return False
        return {item.id for item in other.stored} <= access.readable(other)

    readable = access.readable(form)
    return Sight(readable, all(item.id in readable for item in form.stored), sees_titles_of, sees_form)


def _form(unit: ReadUnit, catalog: FormCatalog, form_id: str | None) -> FormVersion | None:
    try:
        return catalog.current(unit, form_id) if form_id else None
    except NotFound:
        return None


def _within_rows(unit: ReadUnit, actor: Actor, form: FormVersion, found: Iterable[RunRow]) -> set[str]:
    """Return the records of `form` among the runs that `actor` may read."""
    ids = sorted({run.record_id for run in found if run.record_id and run.form_id == form.form_id})
    access = Access.of(unit, actor)
    if not ids or not access.can(Act.RECORD_READ, form=form):
        return set()
    rows = access.rows(form, Act.RECORD_READ)
    if rows is None:
        return set(ids)
    me = actor.id if isinstance(actor, Member) else None
    query = Query(filter={"field": "id", "op": "in", "value": ids}, rows=rows, setting=Setting(me=me))
    return set(pages.ids(unit, form, query, most=PAGE))


def _seen(run: RunRow, sight: Sight, form: FormVersion | None) -> RunRow:
    title = run.record_title if form is not None and sight.sees(form.title_field) else None
    trace = [masked(line, sight) for line in run.trace]
    return replace(run, trace=trace, record_title=title, error=error_of(run.error, sight))
