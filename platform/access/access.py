"""What one actor may do, row by row and field by field.

Each kind of actor has its own class, so that no question about one can be answered with the rights of another:
an administrator and the house itself are unlimited, a member has what his permission groups grant, the visitor
of a public form may fill that one form, and a flow acts on the records of its own app.

**Rows.** Grants of several groups on the same form add up: the rows of one *or* the rows of the other.

**Fields from elsewhere.** A field that shows values of another form (a lookup, a rollup) is seen by those who may see
those fields on all records of that form; its value is the same for everybody, so it can't follow rows.

**Fields.** They don't simply add up, since a field that one group shows on its own rows must not become visible
on the rows that only another group gives. A field is as open as every grant agrees on, or as open as a grant
that holds for all rows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from formloom.platform.access import groups
from formloom.platform.access.acts import NEEDS, RIGHTS, Act, Level, Right
from formloom.platform.access.groups import AppAct, FieldRight, Grant, Group
from formloom.platform.access.hidden import refuse_hidden, refuse_hidden_in
from formloom.platform.kernel.actors import Actor, Member, Public, System
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.storage.database import ReadUnit

BUILDER_ROLE = "builder"
_FILLING: tuple[Right, ...] = ("record.create", "record.update")
_ORDER: dict[FieldRight, int] = {"hidden": 0, "read": 1, "write": 2}


class FormRef(Protocol):
    """What the policy needs to know of a form; `FormVersion` is one."""

    @property
    def form_id(self) -> str: ...
    @property
    def app_id(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def fields(self) -> Iterable[Any]: ...
    @property
    def field_ids(self) -> frozenset[str]: ...
    @property
    def sources(self) -> Mapping[str, tuple[str, frozenset[str]]]: ...


class Access:
    """What an actor may do; each kind of actor narrows what this base allows."""

    @staticmethod
    def of(unit: ReadUnit, actor: Actor) -> "Access":
        """Return what `actor` may do, as the database stands in this unit of work."""
        if isinstance(actor, Member):
            return FullAccess() if actor.is_admin else MemberAccess(unit, actor)
        if isinstance(actor, Public):
            return VisitorAccess(actor)
        return FullAccess() if actor.flow_id is None else FlowAccess(unit, actor)

    @staticmethod
    def builds(member: Member) -> bool:
        """Tell whether a member may start apps."""
        return member.is_admin or BUILDER_ROLE in member.roles

    def demand(self, act: Act, *, form: FormRef | None = None, app: str | None = None) -> None:
        """Raise Forbidden, or NotFound when the actor may not even know of it, unless `can`."""
        if not self.can(act, form=form, app=app):
            raise Forbidden if self._knows(form, app) else NotFound

    def can(self, act: Act, *, form: FormRef | None = None, app: str | None = None) -> bool:  # noqa: ARG002 - the signature is the base's
        """Tell whether the actor may do `act`, with this form or inside the app of this id."""
        return True

    def rows(self, form: FormRef, act: Act = Act.RECORD_READ) -> JSONObject | None:
        """Return the condition that records must meet for `act`, or None when all do.

        Raises Forbidden when the actor may not do it to any record, so that a forgotten check fails closed.
        """
        self.demand(act, form=form)
        return None

    def field(self, form: FormRef, field_id: str) -> FieldRight:  # noqa: ARG002 - for those that are limited
        """Return what the actor may do with one field at all."""
        return "write"

    def fields(self, form: FormRef) -> dict[str, FieldRight]:
        """Return what the actor may do with each field."""
        return {found.id: self.field(form, found.id) for found in form.fields}

    def readable(self, form: FormRef) -> frozenset[str]:
        """Return the fields that the actor may see."""
        return frozenset(name for name in form.field_ids if self.field(form, name) != "hidden")

    def writable(self, form: FormRef, act: Act) -> frozenset[str]:  # noqa: ARG002 - for members
        """Return the fields that the actor may fill when creating or updating a record."""
        return frozenset(name for name in form.field_ids if self.field(form, name) == "write")

    def rights(self, form: FormRef) -> tuple[str, ...]:
        """Return the rights that the actor has on the form, for an interface to show what it can offer."""
        return tuple(right for right in RIGHTS if self.can(_ACT_OF_RIGHT[right], form=form))

    def guard_condition(self, tree: JSONObject | None, form: FormRef) -> None:
        """Refuse a condition that asks for a field the actor may not see. Raises FieldUnknown."""
        refuse_hidden_in(tree, self._hidden(form))

    def guard_fields(self, field_ids: Collection[str], form: FormRef) -> None:
        """Refuse fields the actor may not see: to sort, group, search, sum or list by. Raises FieldUnknown."""
        refuse_hidden(field_ids, self._hidden(form))

    def reads_wholly(self, form: FormRef) -> bool:
        """Tell whether the actor may see every record and field, so that figures over all tell nothing new."""
        if not self.can(Act.RECORD_READ, form=form) or self.rows(form) is not None:
            return False
        return form.field_ids <= self.readable(form)

    def _hidden(self, form: FormRef) -> frozenset[str]:
        return form.field_ids - self.readable(form)

    def _knows(self, form: FormRef | None, app: str | None) -> bool:  # noqa: ARG002 - the signature is the base's
        return True


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Another form of the app, known by its key alone."""

    app_id: str
    key: str

    @property
    def form_id(self) -> str:
        return f"{self.app_id}.{self.key}"

    fields: tuple[Any, ...] = ()
    field_ids: frozenset[str] = frozenset()

    @property
    def sources(self) -> Mapping[str, tuple[str, frozenset[str]]]:
        return {}


_ACT_OF_RIGHT: dict[str, Act] = {right: Act(right) for right in RIGHTS}


class FullAccess(Access):
    """Administrators, and the house itself: everything, without asking field by field."""

    def readable(self, form: FormRef) -> frozenset[str]:
        return form.field_ids

    def writable(self, form: FormRef, act: Act) -> frozenset[str]:  # noqa: ARG002 - for members
        return form.field_ids


class MemberAccess(Access):
    """A member: what his groups grant, what he started himself, what every member may do."""

    def __init__(self, unit: ReadUnit, member: Member) -> None:
        self._unit = unit
        self._member = member
        self._book = groups.present(unit)
        self._found: dict[tuple[str, str], list[Grant]] = {}

    def can(self, act: Act, *, form: FormRef | None = None, app: str | None = None) -> bool:
        need = NEEDS[act]
        where = form.app_id if form is not None else app
        decide: dict[Level, Callable[[], bool]] = {
            "anyone": lambda: True,
            "visitor": lambda: form is None or self._fills(form),
            "member": lambda: True,
            "builder": lambda: self.builds(self._member),
            "open": lambda: self._opens_app(where) if form is None else self._opens_form(form),
            "design": lambda: self._has_app_act(where, "design"),
            "manage": lambda: self._has_app_act(where, "manage"),
            "record": lambda: form is not None and bool(self._granting(form, need.right)),
            "admin": lambda: False,
        }
        return decide[need.level]()

    def rows(self, form: FormRef, act: Act = Act.RECORD_READ) -> JSONObject | None:
        self.demand(act, form=form)
        found = self._granting(form, NEEDS[act].right)
        if any(grant.is_for_all_rows for grant in found):
            return None
        conditions = [row_condition(grant, form, self._member.user_id) for grant in found]
        return conditions[0] if len(conditions) == 1 else {"any": conditions}

    def field(self, form: FormRef, field_id: str) -> FieldRight:
        if self._writes(form, field_id, Act.RECORD_CREATE) or self._writes(form, field_id, Act.RECORD_UPDATE):
            return "write"
        return "read" if self._sees(form, field_id) else "hidden"

    def readable(self, form: FormRef) -> frozenset[str]:
        return frozenset(found.id for found in form.fields if self._sees(form, found.id))

    def writable(self, form: FormRef, act: Act) -> frozenset[str]:
        return frozenset(found.id for found in form.fields if self._writes(form, found.id, act))

    def _sees(self, form: FormRef, field_id: str) -> bool:
        reading = self._granting(form, "record.read")
        return bool(reading) and _openness(reading, field_id) != "hidden" and self._sees_source(form, field_id)

    def _sees_source(self, form: FormRef, field_id: str) -> bool:
        """Tell whether a field that shows another form's values may: who sees all those records, and those fields."""
        source = form.sources.get(field_id)
        if source is None or self._owns(form.app_id):
            return True
        reading = self._granting(_Elsewhere(form.app_id, source[0]), "record.read")
        if not any(grant.is_for_all_rows for grant in reading):
            return False
        return all(_openness(reading, name) != "hidden" for name in source[1])

    def _writes(self, form: FormRef, field_id: str, act: Act) -> bool:
        writing = self._granting(form, NEEDS[act].right)
        if not writing or (self._granting(form, "record.read") and not self._sees(form, field_id)):
            return False
        if act is Act.RECORD_CREATE:  # a new record is in nobody's rows yet
            return any(grant.on(field_id) == "write" for grant in writing)
        return _openness(writing, field_id) == "write"

    def _knows(self, form: FormRef | None, app: str | None) -> bool:
        if form is not None:
            return self._opens_form(form)
        return app is None or self._opens_app(app)

    def _opens_app(self, app: str | None) -> bool:
        if app is None:
            return False
        return self._owns(app) or any(group.grants or group.app_acts for group in self._groups(app))

    def _opens_form(self, form: FormRef) -> bool:
        return self._has_app_act(form.app_id, "design") or any(self._granting(form, right) for right in RIGHTS)

    def _fills(self, form: FormRef) -> bool:
        return any(self._granting(form, right) for right in _FILLING)

    def _has_app_act(self, app: str | None, wanted: AppAct) -> bool:
        if app is None:
            return False
        held = {act for group in self._groups(app) for act in group.app_acts}
        return self._owns(app) or wanted in held or (wanted == "design" and "manage" in held)

    def _owns(self, app: str) -> bool:
        if app not in self._book.owners:
            self._book = groups.load(self._unit)
        return self._book.owners.get(app) == self._member.user_id

    def _groups(self, app: str) -> tuple[Group, ...]:
        return self._book.of(self._member, app)

    def _granting(self, form: FormRef, right: Right | None) -> list[Grant]:
        asked = (form.form_id, str(right))
        if asked not in self._found:
            self._found[asked] = [_EVERYTHING] if self._owns(form.app_id) else [
                grant for group in self._groups(form.app_id) for grant in group.grants
                if grant.form == form.key and right in grant.rights
            ]  # fmt: skip
        return self._found[asked]


class VisitorAccess(Access):
    """The visitor of one public form: fill it, upload into it, nothing else; only fields that are public.

    With a link that opens records besides: read those, and change them where it says so; no other field, no other row.
    """

    def __init__(self, visitor: Public) -> None:
        self._visitor = visitor

    def can(self, act: Act, *, form: FormRef | None = None, app: str | None = None) -> bool:  # noqa: ARG002 - the signature is the base's
        if form is None or form.form_id != self._visitor.form_id:
            return False
        return NEEDS[act].level == "visitor" or self._opens(act)

    def rows(self, form: FormRef, act: Act = Act.RECORD_READ) -> JSONObject | None:
        opens = self._visitor.opens
        if opens is None or not self._opens(act) or not self.can(act, form=form):
            raise Forbidden
        return dict(opens.rows)

    def field(self, form: FormRef, field_id: str) -> FieldRight:
        if form.form_id != self._visitor.form_id:
            return "hidden"
        opens = self._visitor.opens
        if opens is not None:
            return "write" if field_id in opens.edits else "read" if field_id in opens.sees else "hidden"
        return next(("write" for found in form.fields if found.id == field_id and found.public), "hidden")

    def readable(self, form: FormRef) -> frozenset[str]:
        opens = self._visitor.opens
        if opens is None or form.form_id != self._visitor.form_id:
            return frozenset()
        return form.field_ids & (opens.sees | opens.edits)

    def _opens(self, act: Act) -> bool:
        opens = self._visitor.opens
        return opens is not None and (act is Act.RECORD_READ or (act is Act.RECORD_UPDATE and bool(opens.edits)))

    def _knows(self, form: FormRef | None, app: str | None) -> bool:  # noqa: ARG002 - the signature is the base's
        return form is not None and form.form_id == self._visitor.form_id


class FlowAccess(Access):
    """A flow: the records of its own app, with every field, and nothing outside."""

    def __init__(self, unit: ReadUnit, flow: System) -> None:
        flow_id = flow.flow_id or ""
        self._app = groups.present(unit).flows.get(flow_id) or groups.load(unit).flows.get(flow_id)

    def can(self, act: Act, *, form: FormRef | None = None, app: str | None = None) -> bool:
        where = form.app_id if form is not None else app
        return NEEDS[act].level in {"record", "open"} and where is not None and where == self._app

    def field(self, form: FormRef, field_id: str) -> FieldRight:  # noqa: ARG002 - the signature is the base's
        return "write" if form.app_id == self._app else "hidden"

    def _knows(self, form: FormRef | None, app: str | None) -> bool:
        return (form.app_id if form is not None else app) == self._app


_EVERYTHING = Grant("", frozenset(RIGHTS), "all", None, None, {})


def _openness(grants: Sequence[Grant], field_id: str) -> FieldRight:
    """Return how open a field is on every row that these grants give; at least one grant is given."""
    agreed = min((grant.on(field_id) for grant in grants), key=_ORDER.__getitem__)
    everywhere = [grant.on(field_id) for grant in grants if grant.is_for_all_rows]
    return max([agreed, *everywhere], key=_ORDER.__getitem__)


def row_condition(grant: Grant, form: FormRef, user_id: str) -> JSONObject:
    """Return the condition for the rows of a grant that does not hold for all of them."""
    parts: list[JSONObject] = []
    if grant.rows == "own":
        parts.append({"field": "created_by", "op": "eq", "value": user_id})
    elif grant.rows == "assigned":
        parts.append(_assigned(grant, form, user_id))
    if grant.filter:
        parts.append(with_me(grant.filter, user_id))
    return parts[0] if len(parts) == 1 else {"all": parts}


def _assigned(grant: Grant, form: FormRef, user_id: str) -> JSONObject:
    found = next((one for one in form.fields if one.id == grant.assigned_field), None)
    if found is None:  # the field is gone: nobody is assigned anything
        return {"not": {}}
    return {"field": found.id, "op": "contains" if found.type.id == "users" else "eq", "value": user_id}


def with_me(tree: Mapping[str, Any], user_id: str) -> JSONObject:
    """Return the condition with "me" replaced by the id of the user whom it is asked for."""
    filled: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            filled[name] = user_id if value.get("fn") == "me" else with_me(value, user_id)
        elif isinstance(value, list):
            filled[name] = [with_me(one, user_id) if isinstance(one, Mapping) else one for one in value]
        else:
            filled[name] = value
    return filled
