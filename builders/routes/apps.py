"""Apps over HTTP."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.builders import apps
from formloom.builders.apps import App
from formloom.platform.access.policy import Act
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.web.route import Api, Call

api = Api("apps")
KEY = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


class AppLook(Schema):
    """What an app says of itself."""

    title = L10n(max_length=200, validate=validate.Length(min=1))
    description = L10n(max_length=2000)
    icon = fields.String(validate=validate.Length(max=40))
    color = shapes.colour()
    menu = fields.List(fields.Dict(), validate=validate.Length(max=200))


class AppBody(AppLook):
    """A new app."""

    key = fields.String(required=True, validate=KEY)
    title = L10n(max_length=200, required=True, validate=validate.Length(min=1))


@api.get("/apps", act=Act.APP_LIST)
def list_apps(call: Call) -> object:
    """List the apps that the caller may open."""
    with call.db.read() as unit:
        return {"apps": [shown(app) for app in apps.list_apps(unit, call.actor)]}


@api.post("/apps", act=Act.APP_CREATE, body=AppBody(), status=201)
def create_app(call: Call) -> object:
    """Begin an app."""
    document = {name: value for name, value in call.body.items() if name != "key"}
    return shown(call.db.write(lambda uow: apps.create(uow, call.actor, call.body["key"], document, now=call.now)))


@api.get("/apps/<app>", act=Act.APP_OPEN)
def read_app(call: Call, app: str) -> object:
    """Return an app with its menu."""
    with call.db.read() as unit:
        found = apps.open_app(unit, call.actor, app)
        return {**shown(found), "menu": apps.menu(unit, call.actor, found)}


@api.patch("/apps/<app>", act=Act.APP_CHANGE, body=AppLook())
def change_app(call: Call, app: str) -> object:
    """Change what an app says of itself."""
    return shown(call.db.write(lambda uow: apps.change(uow, call.actor, app, call.body, now=call.now)))


@api.delete("/apps/<app>", act=Act.APP_DELETE)
def delete_app(call: Call, app: str) -> object:
    """Remove an app."""
    call.db.write(lambda uow: apps.delete(uow, call.actor, app, now=call.now))
    return None


def shown(app: App) -> dict[str, Any]:
    """Return an app as the API shows it."""
    document = app.row.document
    return {
        "id": app.row.id, "key": app.row.key, "title": document.get("title") or {},
        "description": document.get("description") or {}, "icon": document.get("icon"), "color": document.get("color"),
        "package": app.row.package, "can_design": app.can_design, "can_manage": app.can_manage,
    }  # fmt: skip
