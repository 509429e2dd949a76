"""A message template."""

from collections.abc import Iterator

from marshmallow import fields, validate

from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import ANY_FORM, DefinitionKind, Document, Usage, World, quoted_fields
from formloom.platform.kernel.errors import Finding


class MessageTemplateDocument(shapes.Titled):
    """Subject and body in both languages, as Liquid."""

    channel = fields.String(load_default="mail", validate=validate.OneOf(("mail",)))
    subject = L10n(max_length=500, required=True)
    body = L10n(max_length=50_000, required=True)


class MessageTemplate(DefinitionKind):
    """What a flow sends."""

    id = "message_template"
    label = {"zh-CN": "消息模板", "en": "Message template"}
    schema = MessageTemplateDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        for part in ("subject", "body"):
            for locale, text in document[part].items():
                fault = world.liquid(str(text))
                if fault:
                    words = {"zh-CN": "模板语法有误：{why}", "en": "This template can't be read: {why}"}
                    yield Finding("bad_template", words, f"{part}/{locale}", {"why": fault})

    def references(self, document: Document) -> Iterator[Usage]:
        for part in ("subject", "body"):
            for name in quoted_fields(document.get(part)):
                yield Usage("form", ANY_FORM, part, name)
