"""A page of a long form."""

from typing import Any

from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, WidgetSpec
from formloom.platform.definitions.fields.settings import Plain


class Tabs(FieldType[None]):
    """Begins a page, which goes up to the next one; what stands before the first belongs to a page of its own.

    The public page shows one after the other with its progress; hiding a page hides everything on it.
    """

    id = "tabs"
    label = {"zh-CN": "分页", "en": "Page"}
    help = {"zh-CN": "把长表单分成几步", "en": "Splits a long form into steps"}
    group = "layout"
    icon = "pages"
    keywords = ("tabs", "page", "step", "wizard", "分页", "fenye", "fy", "标签页", "步骤", "多页")
    value_kind = None
    settings = Plain
    is_stored = False
    opens_section = True
    opens_page = True

    def column(self, cfg: Settings) -> ColumnSpec:
        raise NotImplementedError("a page has no value")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> None:  # noqa: ARG002 - the signature is the base's
        return None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("tabs")
