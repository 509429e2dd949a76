"""Several options, all of them shown."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.choices import ManyChoicesType

_AB = {"options": [{"value": "a", "label": {"zh-CN": "甲", "en": "A"}}, {"value": "b", "label": {"zh-CN": "乙"}}]}


class Checkboxes(ManyChoicesType):
    """Several options; all of them are on the page."""

    id = "checkboxes"
    label = {"zh-CN": "复选框", "en": "Checkboxes"}
    help = {"zh-CN": "选项少，可选多个", "en": "Several of a few options"}
    icon = "checkboxes"
    keywords = ("checkboxes", "multiple choice", "复选", "fuxuan", "fxk", "多选")
    examples = (
        Example(["b", "a", "b"], _AB, clean=("a", "b")),
        Example(["c"], _AB, error="not_an_option"),
        Example(["a", "b"], {**_AB, "max_items": 1}, error="too_many_chosen"),
        Example(5, _AB, error="not_a_list"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("checkboxes")
