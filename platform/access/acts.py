"""Every act of the system, and what is needed for it.

An act names one use case (or a family that is allowed together); a route declares one, a use case demands one.
Who may do it is decided by the act's `Need`, never by the name of a route or a page:

`anyone`    no identity at all: signing in, the set-up wizard, a page that is public by nature
`visitor`   the visitor of one public form, or a member
`member`    any person who is signed in and not disabled; the use case narrows it to what is theirs
`builder`   holders of the role `builder`: they may start apps
`open`      members who may do anything at all inside the app
`design`    members who may change the app's documents
`manage`    members who may change who may do what inside the app
`record`    members whose permission groups grant the act's `right` on the form
`admin`     administrators

A builder owns the apps that he started and may do everything inside them; administrators may do everything.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Level = Literal["anyone", "visitor", "member", "builder", "open", "design", "manage", "record", "admin"]

Right = Literal[
    "record.read", "record.create", "record.update", "record.delete",
    "record.import", "record.export", "record.comment", "record.review",
]  # fmt: skip
"""What a permission group can grant on a form."""

RIGHTS: tuple[Right, ...] = (
    "record.read", "record.create", "record.update", "record.delete",
    "record.import", "record.export", "record.comment", "record.review",
)  # fmt: skip


class Act(StrEnum):
    """One thing that can be done."""

    # identity: before anybody is known
    SESSION_OPEN = "session.open"
    SETUP_READ = "setup.read"
    SETUP_RUN = "setup.run"
    INVITATION_READ = "invitation.read"
    INVITATION_ACCEPT = "invitation.accept"
    PASSWORD_FORGOT = "password.forgot"  # noqa: S105 - the name of an act
    PASSWORD_RESET = "password.reset"  # noqa: S105 - the name of an act

    # what is public by nature
    SHELL_READ = "shell.read"
    HEALTH_READ = "health.read"
    METRICS_READ = "metrics.read"
    OPENAPI_READ = "openapi.read"
    HOOK_RECEIVE = "hook.receive"
    PUBLIC_FORM_READ = "public_form.read"

    # what a visitor of a public form may do, and nothing else
    FORM_SUBMIT = "form.submit"
    FILE_UPLOAD = "file.upload"

    # oneself
    SESSION_READ = "session.read"
    SESSION_CHANGE = "session.change"
    SESSION_CLOSE = "session.close"
    PASSWORD_CHANGE = "password.change"  # noqa: S105 - the name of an act
    TOKEN_LIST = "token.list"  # noqa: S105 - the name of an act
    TOKEN_CREATE = "token.create"  # noqa: S105 - the name of an act
    TOKEN_REVOKE = "token.revoke"  # noqa: S105 - the name of an act
    NOTIFICATION_LIST = "notification.list"
    NOTIFICATION_MARK = "notification.mark"
    JOB_READ = "job.read"
    JOB_CHANGE = "job.change"

    # what every member may see
    CATALOG_READ = "catalog.read"
    PEOPLE_LOOKUP = "people.lookup"
    FORMULA_EVALUATE = "formula.evaluate"
    APP_LIST = "app.list"
    FILE_ADD = "file.add"
    FILE_READ = "file.read"
    CUSTOMER_READ = "customer.read"

    # people
    USER_LIST = "user.list"
    USER_CREATE = "user.create"
    USER_CHANGE = "user.change"
    USER_INVITE = "user.invite"
    DEPARTMENT_LIST = "department.list"
    DEPARTMENT_CHANGE = "department.change"
    ROLE_LIST = "role.list"
    ROLE_CHANGE = "role.change"
    SKILL_LIST = "skill.list"
    SKILL_CHANGE = "skill.change"
    TERRITORY_LIST = "territory.list"
    TERRITORY_CHANGE = "territory.change"
    SHIFT_LIST = "shift.list"
    SHIFT_CHANGE = "shift.change"
    ABSENCE_LIST = "absence.list"
    ABSENCE_CHANGE = "absence.change"

    # apps and their documents
    APP_CREATE = "app.create"
    APP_OPEN = "app.open"
    APP_CHANGE = "app.change"
    APP_DELETE = "app.delete"
    DASHBOARD_READ = "dashboard.read"
    DEFINITION_LIST = "definition.list"
    DEFINITION_READ = "definition.read"
    DEFINITION_CREATE = "definition.create"
    DEFINITION_EDIT = "definition.edit"
    DEFINITION_PUBLISH = "definition.publish"
    DEFINITION_DELETE = "definition.delete"
    DEFINITION_EXPORT = "definition.export"
    PERMISSION_EDIT = "permission.edit"
    LINK_LIST = "link.list"
    LINK_CHANGE = "link.change"
    ACCESS_EXPLAIN = "access.explain"

    # records
    FORM_OPEN = "form.open"
    RECORD_READ = "record.read"
    RECORD_CREATE = "record.create"
    RECORD_UPDATE = "record.update"
    RECORD_DELETE = "record.delete"
    RECORD_RESTORE = "record.restore"
    RECORD_IMPORT = "record.import"
    RECORD_EXPORT = "record.export"
    RECORD_COMMENT = "record.comment"
    RECORD_REVIEW = "record.review"

    # pools
    POOL_LIST = "pool.list"
    POOL_READ = "pool.read"
    POOL_CLAIM = "pool.claim"
    POOL_ASSIGN = "pool.assign"
    POOL_RETURN = "pool.return"

    # flows
    FLOW_RUNS_READ = "flow.runs.read"
    FLOW_SIMULATE = "flow.simulate"
    FLOW_REPLAY = "flow.replay"
    FLOW_TRIGGER = "flow.trigger"
    TASK_LIST = "task.list"
    TASK_ANSWER = "task.answer"
    TASK_BY_MAIL = "task.by_mail"
    PROCESS_READ = "process.read"
    PROCESS_ACT = "process.act"
    PROCESS_MANAGE = "process.manage"
    ASSIGNMENT_REBALANCE = "assignment.rebalance"
    QUEUE_LIST = "queue.list"
    QUEUE_TAKE = "queue.take"

    # gallery
    TEMPLATE_LIST = "template.list"
    TEMPLATE_INSTALL = "template.install"
    TEMPLATE_REMOVE = "template.remove"
    TEMPLATE_IMPORT = "template.import"

    # the installation
    CUSTOMER_MERGE = "customer.merge"
    DELIVERY_LIST = "delivery.list"
    DELIVERY_SEND = "delivery.send"
    EVENT_LIST = "event.list"
    EVENT_RUN = "event.run"
    SYSTEM_CHECK = "system.check"
    SYSTEM_CHANGE = "system.change"
    AUDIT_VERIFY = "audit.verify"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Need:
    """What an act asks for: a level, and for `record` the right on the form."""

    level: Level
    right: Right | None = None


_LEVELS: dict[Level, tuple[Act, ...]] = {
    "anyone": (
        Act.SESSION_OPEN, Act.SETUP_READ, Act.SETUP_RUN, Act.INVITATION_READ, Act.INVITATION_ACCEPT,
        Act.PASSWORD_FORGOT, Act.PASSWORD_RESET, Act.SHELL_READ, Act.HEALTH_READ, Act.METRICS_READ,
        Act.OPENAPI_READ, Act.HOOK_RECEIVE, Act.PUBLIC_FORM_READ, Act.TASK_BY_MAIL,
    ),
    "visitor": (Act.FORM_SUBMIT, Act.FILE_UPLOAD),
    "member": (
        Act.SESSION_READ, Act.SESSION_CHANGE, Act.SESSION_CLOSE, Act.PASSWORD_CHANGE, Act.TOKEN_LIST,
        Act.TOKEN_CREATE, Act.TOKEN_REVOKE, Act.NOTIFICATION_LIST, Act.NOTIFICATION_MARK, Act.JOB_READ,
        Act.JOB_CHANGE, Act.CATALOG_READ, Act.PEOPLE_LOOKUP, Act.FORMULA_EVALUATE, Act.APP_LIST, Act.FILE_ADD,
        Act.FILE_READ, Act.CUSTOMER_READ, Act.TEMPLATE_LIST, Act.DEPARTMENT_LIST, Act.ROLE_LIST,
        Act.SKILL_LIST, Act.TERRITORY_LIST, Act.SHIFT_LIST, Act.ABSENCE_LIST, Act.ABSENCE_CHANGE,
        Act.TASK_LIST, Act.TASK_ANSWER, Act.PROCESS_READ, Act.PROCESS_ACT,
        Act.QUEUE_LIST, Act.QUEUE_TAKE,
        Act.POOL_LIST, Act.POOL_READ, Act.POOL_CLAIM, Act.POOL_ASSIGN, Act.POOL_RETURN,
    ),
    "builder": (Act.APP_CREATE, Act.TEMPLATE_INSTALL),
    "open": (Act.APP_OPEN, Act.DASHBOARD_READ, Act.FORM_OPEN),
    "design": (
        Act.APP_CHANGE, Act.DEFINITION_LIST, Act.DEFINITION_READ, Act.DEFINITION_CREATE, Act.DEFINITION_EDIT,
        Act.DEFINITION_PUBLISH, Act.DEFINITION_DELETE, Act.DEFINITION_EXPORT, Act.LINK_LIST, Act.LINK_CHANGE,
        Act.FLOW_RUNS_READ, Act.FLOW_SIMULATE, Act.FLOW_REPLAY, Act.PROCESS_MANAGE, Act.ASSIGNMENT_REBALANCE,
    ),
    "manage": (Act.APP_DELETE, Act.PERMISSION_EDIT, Act.ACCESS_EXPLAIN, Act.TEMPLATE_REMOVE),
    "admin": (
        Act.USER_LIST, Act.USER_CREATE, Act.USER_CHANGE, Act.USER_INVITE, Act.DEPARTMENT_CHANGE, Act.ROLE_CHANGE,
        Act.SKILL_CHANGE, Act.TERRITORY_CHANGE, Act.SHIFT_CHANGE, Act.TEMPLATE_IMPORT, Act.DELIVERY_LIST,
        Act.DELIVERY_SEND, Act.SYSTEM_CHECK, Act.SYSTEM_CHANGE, Act.AUDIT_VERIFY, Act.BACKUP, Act.CUSTOMER_MERGE,
        Act.EVENT_LIST, Act.EVENT_RUN,
    ),
}  # fmt: skip

_RIGHTS: dict[Act, Right] = {
    Act.RECORD_READ: "record.read",
    Act.RECORD_CREATE: "record.create",
    Act.RECORD_UPDATE: "record.update",
    Act.RECORD_DELETE: "record.delete",
    Act.RECORD_RESTORE: "record.delete",
    Act.RECORD_IMPORT: "record.import",
    Act.RECORD_EXPORT: "record.export",
    Act.RECORD_COMMENT: "record.comment",
    Act.RECORD_REVIEW: "record.review",
    Act.FLOW_TRIGGER: "record.update",
}

NEEDS: dict[Act, Need] = {
    **{act: Need(level) for level, acts in _LEVELS.items() for act in acts},
    **{act: Need("record", right) for act, right in _RIGHTS.items()},
}
"""Complete over `Act`; held by a test, so that a new act without a need can't be used."""
