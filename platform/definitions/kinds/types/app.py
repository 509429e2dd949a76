"""An app."""

from collections.abc import Iterator

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import DefinitionKind, Document, Usage, World, unknown
from formloom.platform.kernel.errors import Finding

SHOWN = ("form", "view", "dashboard")
MENU_WORD = {"zh-CN": "内容", "en": "menu entry"}


class MenuEntry(Schema):
    """One line of the menu."""

    kind = fields.String(required=True, validate=validate.OneOf(SHOWN))
    key = shapes.key(required=True)
    icon = fields.String(validate=validate.Length(max=40))


class AppDocument(shapes.Titled):
    """What an app says of itself."""

    description = L10n(max_length=2000)
    icon = fields.String(validate=validate.Length(max=40))
    color = shapes.colour()
    menu = fields.List(fields.Nested(MenuEntry), load_default=list, validate=validate.Length(max=200))


class App(DefinitionKind):
    """Title, look and menu of an app."""

    id = "app"
    label = {"zh-CN": "应用", "en": "App"}
    schema = AppDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        for place, entry in enumerate(document.get("menu") or ()):
            known = world.others.get(entry["kind"], {})
            if entry["key"] not in known:
                yield unknown("unknown_key", f"menu/{place}/key", entry["key"], known, MENU_WORD)

    def references(self, document: Document) -> Iterator[Usage]:
        for place, entry in enumerate(document.get("menu") or ()):
            yield Usage(entry["kind"], entry["key"], f"menu/{place}")
