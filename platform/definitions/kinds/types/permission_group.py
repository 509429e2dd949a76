"""A permission group."""

from collections.abc import Iterator

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    ROLE_WORD,
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
    unknown,
)
from formloom.platform.kernel.errors import Finding

RIGHTS = (
    "record.read", "record.create", "record.update", "record.delete", "record.import", "record.export",
    "record.comment", "record.review",
)  # fmt: skip
APP_ACTS = ("open", "design", "manage")


class Grant(Schema):
    """What may be done on one form, on which records, with which fields."""

    form = shapes.key(required=True)
    acts = fields.List(fields.String(validate=validate.OneOf(RIGHTS)), required=True)
    rows = fields.String(load_default="all", validate=validate.OneOf(("all", "own", "assigned")))
    assigned_field = shapes.key(allow_none=True)
    filter = shapes.condition(load_default=dict)
    field_rights = fields.Dict(
        keys=fields.String(validate=shapes.KEY), values=fields.String(validate=validate.OneOf(("hidden", "read"))),
        data_key="fields", load_default=dict,
    )  # fmt: skip


class PermissionGroupDocument(shapes.Titled):
    """Members and their grants."""

    members = fields.Nested(shapes.Candidates, load_default=dict)
    grants = fields.List(fields.Nested(Grant), load_default=list, validate=validate.Length(max=200))
    app_acts = fields.List(fields.String(validate=validate.OneOf(APP_ACTS)), load_default=list)


class PermissionGroup(DefinitionKind):
    """Who may do what in an app."""

    id = "permission_group"
    label = {"zh-CN": "权限组", "en": "Permission group"}
    schema = PermissionGroupDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        for role in (document.get("members") or {}).get("roles", ()):
            if world.roles and role not in world.roles:
                yield unknown("unknown_role", "members/roles", role, world.roles, ROLE_WORD)
        for place, grant in enumerate(document.get("grants") or ()):
            path = f"grants/{place}"
            form = world.form(grant["form"])
            if form is None:
                yield from check_form(world, grant["form"], f"{path}/form")
                continue
            named = [*grant.get("fields", {}), *([grant["assigned_field"]] if grant.get("assigned_field") else [])]
            yield from check_fields(form, [(f"{path}/fields", name) for name in named])
            yield from check_condition(form, grant.get("filter") or {}, f"{path}/filter")
            if grant.get("rows") == "assigned" and not grant.get("assigned_field"):
                words = {"zh-CN": "请选择负责人字段", "en": "Choose the field that says whose it is"}
                yield Finding("required", words, f"{path}/assigned_field")

    def references(self, document: Document) -> Iterator[Usage]:
        for place, grant in enumerate(document.get("grants") or ()):
            yield Usage("form", grant["form"], f"grants/{place}")
            named = [*grant.get("fields", {}), *sorted(fields_of(grant.get("filter")))]
            if grant.get("assigned_field"):
                named.append(grant["assigned_field"])
            for name in named:
                yield Usage("form", grant["form"], f"grants/{place}", name)
