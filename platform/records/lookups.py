"""What cleaning may ask about the world: which members, departments and files there are.

Looked up once per unit of work and only for values that are really given.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.ids import is_id
from formloom.platform.kernel.text import resolve
from formloom.platform.records.queries import people
from formloom.platform.records.queries.uploads import attachable
from formloom.platform.records.relations.weaving import Relations
from formloom.platform.storage.database import ReadUnit


def clean_context(
    unit: ReadUnit, actor: Actor, form: FormVersion, *, now: datetime, locale: str, owner: str,
    record_id: str | None = None, current: Mapping[str, Any] | None = None, many: Sequence[Mapping[str, Any]] = (),
) -> CleanContext:  # fmt: skip
    """Return what cleaning values of `form` may ask.

    `owner` names whose uploads may be attached. `current` are the clean values of the record that is changed; what
    `many` raw records link to is read at once.
    """
    relations = Relations(unit, actor, form, now=now, locale=locale, current=current, record_id=record_id)
    relations.warm(many)

    def names(ids: Collection[str]) -> Mapping[str, str]:
        titles = people.department_titles(unit, ids)
        return {**people.user_names(unit, ids), **{one: resolve(title, locale) for one, title in titles.items()}}

    def files(field_id: str, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        real = [one for one in ids if is_id(one)]
        return attachable(unit, form.form_id, field_id, real, owner=owner, record_id=record_id, now=now)

    return CleanContext(
        now=now, locale=locale, users=_once_each(people.existing_users, unit),
        departments=_once_each(people.existing_departments, unit), files=files,
        user=actor.name if isinstance(actor, Member) else "", names=names,
        records=relations.choosable, related=relations.related, misfits=relations.misfits, called=relations.called,
        in_row=relations.in_row, row_misfits=relations.row_misfits,
    )  # fmt: skip


def _once_each(existing: Callable[[ReadUnit, Collection[str]], set[str]], unit: ReadUnit) -> Callable[..., set[str]]:
    """Ask for each id once, however many records name it, and never for what is no id."""
    known: dict[str, bool] = {}

    def ask(ids: Collection[str]) -> set[str]:
        if new := [one for one in ids if one not in known and is_id(one)]:
            found = existing(unit, new)
            known.update((one, one in found) for one in new)
        return {one for one in ids if known.get(one)}

    return ask
