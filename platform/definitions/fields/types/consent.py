"""Agreeing to a text."""

import hashlib
import re
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.settings import L10n, named
from formloom.platform.definitions.fields.types.boolean import yes_or_no
from formloom.platform.kernel.text import resolve

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_TEXTS = ("statement", "text", "link_label")


class Wording(Schema):
    """What somebody agrees to."""

    statement = L10n(load_default=dict, metadata=named("勾选框旁的话", "Words beside the box"))
    text = L10n(max_length=20_000, load_default=dict, metadata=named("全文", "The text in full"))
    link = fields.String(
        load_default="",
        validate=validate.And(validate.Length(max=1_000), validate.Regexp(r"(https?://[^\s\"'<>\\]+)?\Z")),
        metadata=named("链接", "Link"),
    )
    link_label = L10n(load_default=dict, metadata=named("链接文字", "Words of the link"))


class Consent(FieldType[bool]):
    """Whether somebody agreed to the text that stood in the page; not agreed is False, never asked is None.

    The box of a page carries the fingerprint of the text beside it. One of another text, since a new version came out
    while the page was open or the page was in the other language, is refused: nobody agrees to what he didn't see.
    When and to which version somebody agreed is written down by the pipeline (`records/consents.py`).
    """

    id = "consent"
    label = {"zh-CN": "同意条款", "en": "Consent"}
    help = {
        "zh-CN": "隐私声明、服务条款；记录何时同意了哪一版",
        "en": "Privacy notice, terms; keeps when which version was agreed to",
    }
    group = "choice"
    icon = "shield"
    keywords = ("consent", "agree", "terms", "privacy", "同意", "tongyi", "ty", "隐私", "yinsi", "条款", "协议")
    value_kind = "boolean"
    settings = Wording
    can_be_column = False
    stored_as = "boolean"
    agreed_to = ("statement", "text", "link", "link_label")
    when_left = False
    examples = (
        Example(True, clean=True),
        Example("no", clean=False),
        Example("maybe", error="not_boolean"),
        Example("0" * 32, error="consent_changed"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("boolean")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> bool | None:
        word = raw.strip().casefold() if isinstance(raw, str) else ""
        if not _FINGERPRINT.fullmatch(word):
            return yes_or_no(raw)
        if word == fingerprint(cfg, ctx.locale):
            return True
        raise ValueInvalid("consent_changed", messages.CONSENT_CHANGED)

    def from_column(self, stored: Any, cfg: Settings) -> bool | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else bool(stored)

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> bool | None:
        said = text.strip().casefold()
        shown = next(
            (one for one, words in SHOWN.items() if said in {word.casefold() for word in words.values()}), None
        )
        return super().parse_cell(text, cfg, ctx) if shown is None else shown

    def display(self, value: bool | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else SHOWN[value]["zh-CN" if locale == "zh-CN" else "en"]

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("consent")


SHOWN = {True: {"zh-CN": "已同意", "en": "Agreed"}, False: {"zh-CN": "未同意", "en": "Not agreed"}}
STATEMENT = {"zh-CN": "我已阅读并同意", "en": "I have read this and agree"}
"""What stands beside the box where the builder says nothing else."""


def worded(cfg: Settings, locale: str) -> dict[str, str]:
    """Return the words that somebody who reads `locale` agrees to."""
    said = {name: resolve(cfg.get(name), locale) for name in _TEXTS}
    return {**said, "statement": said["statement"] or resolve(STATEMENT, locale), "link": str(cfg.get("link") or "")}


def fingerprint(cfg: Settings, locale: str) -> str:
    """Return what tells one text from another: that of these settings, in one language."""
    said = worded(cfg, locale)
    return hashlib.sha256("\0".join(said[name] for name in sorted(said)).encode()).hexdigest()[:32]
