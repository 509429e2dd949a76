"""Options in an order."""

from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, ValueInvalid, WidgetSpec
from formloom.platform.definitions.fields.choices import ManyChoicesType
from formloom.platform.definitions.fields.settings import MAX_OPTIONS, Choices, named

_ABC = {"options": [{"value": one, "label": {"zh-CN": one, "en": one}} for one in "abc"]}


class Ranks(Choices):
    """The options, and how many of them get a place."""

    places = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, MAX_OPTIONS),
        metadata=named("排出前几项（空为全部）", "How many to rank (empty for all)"),
    )  # fmt: skip


class Ranking(ManyChoicesType):
    """Options from the first place down; the value is a list in that order."""

    id = "ranking"
    label = {"zh-CN": "排序", "en": "Ranking"}
    help = {"zh-CN": "按喜好、重要程度排先后", "en": "Options by preference or weight"}
    icon = "ranking"
    stored_as = "ranking"
    keywords = ("ranking", "rank", "order", "sort", "排序", "paixu", "px", "排名")
    can_be_column = False
    settings = Ranks
    has_seats = False
    limits_options = None  # every place has to be given out
    examples = (
        Example(["c", "a", "b"], _ABC, clean=("c", "a", "b")),
        Example(["c"], {**_ABC, "places": 1}, clean=("c",)),
        Example(["c", "c", "a"], _ABC, error="ranked_twice"),
        Example(["c", "a"], _ABC, error="not_ranked"),
        Example(["x"], _ABC, error="not_an_option"),
    )

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], tuple[str, ...] | None]:
        known = frozenset(option["value"] for option in cfg["options"])
        places = min(cfg["places"] or len(known), len(known))

        def run(raw: Any, _ctx: CleanContext) -> tuple[str, ...] | None:
            given = [raw] if isinstance(raw, str) else raw
            if not isinstance(given, (list, tuple)):
                raise ValueInvalid("not_a_list", messages.LIST_EXPECTED)
            for value in given:
                if not isinstance(value, str) or value not in known:
                    raise self.stranger(value)
            if len(set(given)) != len(given):
                raise ValueInvalid("ranked_twice", messages.RANKED_TWICE)
            if given and len(given) != places:
                raise ValueInvalid("not_ranked", messages.RANK_EXACTLY, n=places, actual=len(given))
            return tuple(given) or None

        return run

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        values = [option["value"] for option in cfg["options"]]
        return [(values[place:] + values[:place])[: cfg["places"] or len(values)] for place in range(len(values))]

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("ranking", {"places": str(min(cfg["places"] or MAX_OPTIONS, len(cfg["options"])))})
