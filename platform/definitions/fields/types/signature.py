"""A signature."""

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, ValueInvalid, WidgetSpec
from formloom.platform.definitions.fields.settings import named
from formloom.platform.definitions.fields.texts import as_text
from formloom.platform.definitions.fields.uploads import FileInfo, UploadType

MAX_NAME = 100
_ONE_PICTURE = {"max_items": 1, "max_size_mb": 2, "extensions": ["png", "jpg", "jpeg", "webp"]}


class Signing(Schema):
    """In what other way than by hand one may sign."""

    typed = fields.Boolean(load_default=True, metadata=named("允许用姓名代替手写", "A typed name is enough"))


class Signature(UploadType):
    """A picture of a signature, or, where the form takes it, a typed name: `[{"typed": name, "name": name}]`.

    Whoever can't draw, or has no script, types the name or uploads a picture.
    """

    id = "signature"
    label = {"zh-CN": "手写签名", "en": "Signature"}
    waits_for_submission = True
    help = {"zh-CN": "手指或鼠标签名", "en": "Signed with finger or mouse"}
    icon = "sign"
    keywords = ("signature", "sign", "签名", "qianming", "qm", "手写", "签字")
    can_be_column = False
    takes_pictures_only = True
    settings = Signing
    examples = (
        Example([{"typed": " 王芳 "}], clean=({"typed": "王芳", "name": "王芳"},)),
        Example([{"typed": "王芳"}], {"typed": False}, error="typing_not_allowed"),
        Example(["nothing"], error="no_such_file"),
    )

    def at_home(self, cfg: Settings, zone: ZoneInfo) -> Settings:  # noqa: ARG002 - the signature is the base's
        return {**cfg, **_ONE_PICTURE}

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> tuple[FileInfo, ...] | None:
        given = list(raw) if isinstance(raw, list | tuple) else [raw]
        names = [one["typed"] for one in given if isinstance(one, dict) and "typed" in one]
        pictures = [one for one in given if not (isinstance(one, dict) and "typed" in one)]
        if pictures or not names:  # whoever did both meant the picture
            return super().clean(pictures if names else raw, {**cfg, **_ONE_PICTURE}, ctx)
        return _typed(names[-1], cfg)

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("signature", {"accept": "image/png,image/jpeg,image/webp"})


def _typed(raw: Any, cfg: Settings) -> tuple[FileInfo, ...] | None:
    name = " ".join(as_text(raw).split())
    if not name:
        return None
    if not cfg["typed"]:
        raise ValueInvalid("typing_not_allowed", messages.TYPING_NOT_ALLOWED)
    if len(name) > MAX_NAME:
        raise ValueInvalid("too_long", messages.TOO_LONG, max=MAX_NAME, actual=len(name))
    return ({"typed": name, "name": name},)
