"""The shapes of what the access routes take."""

import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.access.organisation import DepartmentChange
from formloom.platform.kernel.text import LOCALES

_LOCALE = validate.OneOf(LOCALES)


def _printable(text: str) -> None:
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text):
        raise ValidationError("Control characters are not allowed.")


class Line(fields.String):
    """One line of text: no control characters, which databases, mails and logs choke on."""

    def __init__(self, *, most: int = 120, least: int = 0, **more: Any) -> None:
        super().__init__(validate=[validate.Length(least, most), _printable], **more)


class Title(fields.Dict):
    """A text in the languages of the product."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            keys=fields.String(validate=_LOCALE), values=Line(most=120), validate=validate.Length(min=1), **more
        )


class Secret(fields.String):
    """A password or the secret of a link: any characters, bounded."""

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=validate.Length(1, 1_000), **more)


class Keys(fields.List[Any]):
    """Keys or ids of other things, each once."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Line(most=40, least=1), validate=validate.Length(max=200), **more)


class EmptyBody(Schema):
    """Nothing is needed, and nothing else is taken."""


class SignInBody(Schema):
    email = Line(most=254, required=True)
    password = Secret(required=True)


class OwnBody(Schema):
    name = Line(least=1)
    locale = fields.String(validate=_LOCALE)
    theme = fields.String(validate=validate.OneOf(("light", "dark", "system")))
    task_mails = fields.Boolean()


class SetupBody(Schema):
    token = Secret(required=True)
    organisation = Line(required=True)
    locale = fields.String(validate=_LOCALE, load_default=LOCALES[0])
    name = Line(required=True)
    email = Line(most=254, required=True)
    password = Secret(required=True)


class InvitationBody(Schema):
    email = Line(most=254, required=True)
    name = Line(load_default="")
    locale = fields.String(validate=_LOCALE, load_default=None, allow_none=True)
    is_admin = fields.Boolean(load_default=False)
    roles = Keys(load_default=list)
    departments = Keys(load_default=list)


class AcceptBody(Schema):
    token = Secret(required=True)
    name = Line(load_default="")
    password = Secret(required=True)


class ForgotBody(Schema):
    email = Line(most=254, required=True)


class ResetBody(Schema):
    token = Secret(required=True)
    password = Secret(required=True)


class PasswordBody(Schema):
    current = Secret(required=True)
    password = Secret(required=True)


class UserBody(InvitationBody):
    password = Secret(required=True)


class UserPatch(Schema):
    name = Line(least=1)
    email = Line(most=254, least=1)
    is_admin = fields.Boolean()
    status = fields.String(validate=validate.OneOf(("active", "disabled")))
    roles = Keys()
    departments = Keys()


class SearchQuery(Schema):
    q = Line(load_default="")
    limit = fields.Integer(load_default=200, validate=validate.Range(1, 500))


class DepartmentBody(Schema):
    title = Title(required=True)
    parent_id = Line(most=36, allow_none=True)
    head_id = Line(most=36, allow_none=True)
    position = fields.Integer(strict=True, validate=validate.Range(0, 1_000_000))


class DepartmentPatch(DepartmentBody):
    title = Title()


class RoleBody(Schema):
    key = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z"))
    title = Title(required=True)


class RolePatch(Schema):
    title = Title(required=True)


class TokenBody(Schema):
    name = Line(required=True, least=1)
    expires_in_days = fields.Integer(strict=True, validate=validate.Range(1, 3_650), allow_none=True, load_default=None)


class ExplainBody(Schema):
    user = Line(most=36, required=True)
    form = Line(most=90, required=True)
    act = Line(most=60, required=True)
    record = Line(most=36, allow_none=True, load_default=None)
    field = Line(most=40, allow_none=True, load_default=None)


def department_change(body: dict[str, Any]) -> DepartmentChange:
    """Return what a department body asks for; an explicit null clears."""
    given = {name: value for name, value in body.items() if value is not None}
    return DepartmentChange(**given, clears=frozenset(name for name, value in body.items() if value is None))
