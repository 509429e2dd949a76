"""Several members."""

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.members import ManyIdsType


class Users(ManyIdsType):
    """Members of the organisation, by id, in the order in which they were named."""

    id = "users"
    label = {"zh-CN": "成员（多选）", "en": "Members"}
    help = {"zh-CN": "参与人、抄送人", "en": "Several people of the organisation"}
    icon = "users"
    keywords = ("users", "members", "people", "成员多选", "chengyuan", "cydx", "参与人")
    value_kind = "users"
    who = "user"
    unknown = ("no_such_person", messages.NO_SUCH_PERSON)
    too_many = ("too_many_people", messages.TOO_MANY_PEOPLE)
    examples = (Example(["nobody"], error="no_such_person"), Example(7, error="not_a_list"))

    def known(self, ids: list[str], cfg: Settings, ctx: CleanContext) -> frozenset[str]:  # noqa: ARG002 - the signature is the base's
        return frozenset(ctx.users(ids))

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("users")
