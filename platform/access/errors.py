"""What can go wrong with identities and permissions, as facts."""

from formloom.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class SignInRefused(Unauthenticated):
    """Unknown address, wrong password, disabled or not yet accepted: all the same to the outside."""

    code = "sign_in_refused"
    message = {"zh-CN": "邮箱或密码不正确", "en": "The address or the password is wrong"}


class CsrfRefused(Forbidden):
    """A request with a session cookie came without its CSRF token, or from another site."""

    code = "csrf_refused"
    message = {"zh-CN": "页面已过期，请刷新后重试", "en": "This page is out of date; reload it and try again"}


class SetupDone(Forbidden):
    """The installation has people already; the wizard is closed for good."""

    code = "setup_done"
    message = {"zh-CN": "系统已完成初始化", "en": "This installation is set up already"}


class TokenRefused(NotFound):
    """A one-time link is unknown, used or too old."""

    code = "token_refused"
    message = {"zh-CN": "链接无效或已过期", "en": "This link is not valid any more"}


class PasswordTooWeak(Invalid):
    """The findings say why."""

    code = "password_too_weak"
    message = {"zh-CN": "密码不够安全", "en": "This password is not safe enough"}


class PasswordWrong(Invalid):
    """The present password, asked for before a change, does not fit."""

    code = "password_wrong"
    message = {"zh-CN": "当前密码不正确", "en": "The present password is wrong"}


class EmailTaken(Conflict):
    """Somebody has this address already."""

    code = "email_taken"
    message = {"zh-CN": "该邮箱已被使用", "en": "Somebody has this address already"}


class KeyTaken(Conflict):
    """A role of this key is there already."""

    code = "key_taken"
    message = {"zh-CN": "标识“{key}”已存在", "en": "'{key}' exists already"}


class LastAdministrator(Conflict):
    """Somebody must remain who can administer."""

    code = "last_administrator"
    message = {"zh-CN": "至少要保留一名可登录的管理员", "en": "At least one active administrator must remain"}


class DepartmentInUse(Conflict):
    """It has departments below it."""

    code = "department_in_use"
    message = {"zh-CN": "请先移走或删除下级部门", "en": "Move or delete the departments below it first"}


class DepartmentLoop(Conflict):
    """A department can't stand below itself."""

    code = "department_loop"
    message = {"zh-CN": "部门不能移动到自己的下级", "en": "A department can't be moved below itself"}


class RoleReserved(Conflict):
    """The platform itself needs this role."""

    code = "role_reserved"
    message = {"zh-CN": "系统角色不能删除", "en": "This role belongs to the system and can't be deleted"}


class PersonWithoutAccount(Conflict):
    """Sample people that came with a package can't sign in."""

    code = "person_without_account"
    message = {"zh-CN": "示例成员不能登录", "en": "Sample people have no account"}


class TerritoryInUse(Conflict):
    """It has territories below it."""

    code = "territory_in_use"
    message = {"zh-CN": "请先移走或删除下级区域", "en": "Move or delete the territories below it first"}


class TerritoryLoop(Conflict):
    """A territory can't lie in itself."""

    code = "territory_loop"
    message = {"zh-CN": "区域不能移动到自己的下级", "en": "A territory can't be moved below itself"}
