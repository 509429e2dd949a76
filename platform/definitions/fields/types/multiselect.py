"""Several options from a list."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.choices import ManyChoicesType

_AB = {"options": [{"value": "a", "label": {"zh-CN": "甲", "en": "A"}}, {"value": "b", "label": {"zh-CN": "乙"}}]}


class Multiselect(ManyChoicesType):
    """Several options, chosen from a drop-down."""

    id = "multiselect"
    label = {"zh-CN": "下拉复选框", "en": "Multi-select"}
    help = {"zh-CN": "从列表里选多个", "en": "Several of many options"}
    icon = "multiselect"
    keywords = ("multiselect", "tags", "多选", "duoxuan", "xlfxk", "下拉复选", "标签")
    examples = (
        Example(["b", "a", "b"], _AB, clean=("a", "b")),
        Example(["c"], _AB, error="not_an_option"),
        Example(["a", "b"], {**_AB, "max_items": 1}, error="too_many_chosen"),
        Example(5, _AB, error="not_a_list"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("multiselect")
