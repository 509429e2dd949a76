"""What an administrator chooses for the whole installation."""

from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate

from formloom.platform.access import settings
from formloom.platform.access.policy import Act
from formloom.platform.definitions.fields.moments import is_zone
from formloom.platform.web.auth.installation import about_installation
from formloom.platform.web.route import Api, Call

api = Api("installation")


class InstallationBody(Schema):
    """What shall be different."""

    timezone = fields.String(validate=[validate.Length(max=60), is_zone])


@api.patch("/installation", act=Act.SYSTEM_CHANGE, body=InstallationBody())
def change_installation(call: Call) -> object:
    """Choose the time zone whose days count and in which times are read and written."""
    name = call.body.get("timezone")
    if name is not None:
        call.db.write(lambda uow: settings.choose_zone(uow, call.actor, ZoneInfo(name), now=call.now))
    with call.db.read() as unit:
        return {"installation": about_installation(unit, call.runtime)}
