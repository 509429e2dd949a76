"""Why somebody may do something, or may not: the same decision as `Access`, told step by step.

    told = explain(unit, actor, Question(user_id, form, Act.RECORD_READ, field="amount", record=values))
    told.is_allowed        # what `Access` would decide
    told.reasons           # in the order in which it was decided, the last being the verdict

The reasons name groups and conditions of the app, so only those who manage it may ask.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.access import groups
from formloom.platform.access.access import Access, row_condition
from formloom.platform.access.acts import NEEDS, Act
from formloom.platform.access.groups import Grant, Group
from formloom.platform.access.identity import load_member
from formloom.platform.access.policy import requires
from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.compile import explain as explain_condition
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit


@dataclass(frozen=True, slots=True)
class Question:
    """May this user do this, with this form, record (its clean values with `created_by`) and field?"""

    user_id: str
    act: Act
    field: str | None = None
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One step: what was looked at, and whether it speaks for it (None: it decides nothing alone)."""

    code: str
    allows: bool | None
    message: LocalizedText
    params: Mapping[str, JSONValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict and how it came about."""

    is_allowed: bool
    reasons: tuple[Reason, ...]


@requires(Act.ACCESS_EXPLAIN)
def explain(unit: ReadUnit, actor: Actor, form: FormVersion, question: Question) -> Explanation:  # noqa: ARG001 - the guard reads it
    """Return why the user may or may not, for those who manage the app."""
    member = load_member(unit, question.user_id)
    if member is None:
        return Explanation(False, (_reason("no_account", False), _reason("refused", False)))
    reasons = tuple(_steps(unit, member, form, question))
    is_allowed = _decide(unit, member, form, question)
    return Explanation(is_allowed, (*reasons, _reason("allowed" if is_allowed else "refused", is_allowed)))


def _decide(unit: ReadUnit, member: Member, form: FormVersion, question: Question) -> bool:
    access = Access.of(unit, member)
    if not access.can(question.act, form=form):
        return False
    is_about_records = NEEDS[question.act].level == "record"
    if question.record is not None and is_about_records and question.act is not Act.RECORD_CREATE:
        tree = access.rows(form, question.act)
        if tree is not None and not _meets(tree, form, question.record, member):
            return False
    if question.field is None:
        return True
    if question.act in {Act.RECORD_CREATE, Act.RECORD_UPDATE}:
        return question.field in access.writable(form, question.act)
    return question.field in access.readable(form)


def _steps(unit: ReadUnit, member: Member, form: FormVersion, question: Question) -> Iterator[Reason]:
    if member.is_admin:
        yield _reason("administrator", True)
        return
    book = groups.load(unit)
    if book.owners.get(form.app_id) == member.user_id:
        yield _reason("owner", True)
        return
    need = NEEDS[question.act]
    if need.level != "record":
        yield _reason("level", None, level=need.level)
    for group in book.groups.get(form.app_id, ()):
        yield from _group(group, member, form, question)
    if not book.of(member, form.app_id):
        yield _reason("no_group", False)


def _group(group: Group, member: Member, form: FormVersion, question: Question) -> Iterator[Reason]:
    title = dict(group.title)
    by = group.membership(member)
    if by is None:
        yield _reason("not_in_group", None, group=title, group_id=group.id)
        return
    yield _reason("in_group", None, group=title, group_id=group.id, by=by, app_acts=sorted(group.app_acts))
    right = NEEDS[question.act].right
    for grant in group.grants:
        if grant.form != form.key or right is None:
            continue
        if right not in grant.rights:
            yield _reason("right_not_granted", False, group=title, right=right)
            continue
        yield _reason("right_granted", True, group=title, right=right, rows=grant.rows)
        yield from _row(grant, member, form, question)
        if question.field is not None:
            opened = grant.on(question.field)
            yield _reason("field", opened != "hidden", group=title, field=question.field, field_right=opened)


def _row(grant: Grant, member: Member, form: FormVersion, question: Question) -> Iterator[Reason]:
    if question.record is None or grant.is_for_all_rows or question.act is Act.RECORD_CREATE:
        return
    tree = row_condition(grant, form, member.user_id)
    setting = Setting(me=member.user_id, zone=form.zone)
    node = parse(tree, form.value_kinds())
    for outcome in explain_condition(node, question.record, setting):
        yield _reason(
            "row_condition",
            outcome.result,
            field=outcome.field,
            op=outcome.op,
            value=outcome.value,
            actual=outcome.actual,
        )
    met = matches(node, question.record, setting)
    yield _reason("row_in_scope" if met else "row_out_of_scope", met, rows=grant.rows)


def _meets(tree: Any, form: FormVersion, record: Mapping[str, Any], member: Member) -> bool:
    return matches(parse(tree, form.value_kinds()), record, Setting(me=member.user_id, zone=form.zone))


def _reason(code: str, allows: bool | None, **params: Any) -> Reason:
    return Reason(code, allows, _MESSAGES[code], params)


_MESSAGES: dict[str, LocalizedText] = {
    "no_account": {"zh-CN": "该成员没有可用的账号", "en": "This person has no active account"},
    "administrator": {"zh-CN": "管理员可以做任何操作", "en": "Administrators may do everything"},
    "owner": {"zh-CN": "应用由该成员创建，拥有全部权限", "en": "They started this app and may do everything in it"},
    "level": {"zh-CN": "此操作需要“{level}”级别", "en": "This needs the level '{level}'"},
    "no_group": {"zh-CN": "该成员不在此应用的任何权限组中", "en": "They are in no permission group of this app"},
    "not_in_group": {"zh-CN": "不属于权限组“{group}”", "en": "Not in the group '{group}'"},
    "in_group": {"zh-CN": "属于权限组“{group}”", "en": "In the group '{group}'"},
    "right_not_granted": {"zh-CN": "“{group}”没有授予“{right}”", "en": "'{group}' does not grant {right}"},
    "right_granted": {"zh-CN": "“{group}”授予“{right}”", "en": "'{group}' grants {right}"},
    "row_condition": {
        "zh-CN": "记录条件：{field} {op} {value}，实际为 {actual}",
        "en": "Row condition: {field} {op} {value}, found {actual}",
    },
    "row_in_scope": {"zh-CN": "记录在可操作范围内", "en": "The record is among the rows it holds for"},
    "row_out_of_scope": {"zh-CN": "记录不在可操作范围内", "en": "The record is not among the rows it holds for"},
    "field": {
        "zh-CN": "“{group}”中字段“{field}”为{field_right}",
        "en": "In '{group}' the field '{field}' is {field_right}",
    },
    "allowed": {"zh-CN": "允许", "en": "Allowed"},
    "refused": {"zh-CN": "不允许", "en": "Refused"},
}
