"""Options in levels, such as product line, product and model."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

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
from formloom.platform.definitions.fields.choices import canonical
from formloom.platform.definitions.fields.settings import MAX_OPTIONS, Offer, named
from formloom.platform.definitions.fields.trees import Node, labels_of, paths
from formloom.platform.kernel.text import LOCALES

MAX_LEVELS = 5
MAX_NODES = 2_000


class TreeOption(Offer):
    """One option with those below it."""

    children = fields.List(
        fields.Nested(lambda: TreeOption()),  # noqa: PLW0108 - the class is not there yet
        metadata=named("下级", "Below"),
    )


def _well_grown(options: list[Node]) -> None:
    if sum(1 for _one in paths(options)) > MAX_NODES:
        raise ValidationError(f"A tree has at most {MAX_NODES} options")
    if twice := _twice(options):
        raise ValidationError(f"Option values stand twice: {twice}")


class Levels(fields.List[Any]):
    """A list of options in levels. What is too deep is refused before any of it is read, since reading goes inwards."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> list[Any]:
        level, depth = value, 0
        while isinstance(level, list) and level:
            depth += 1
            if depth > MAX_LEVELS:
                raise ValidationError(f"A tree has at most {MAX_LEVELS} levels")
            level = [child for one in level for child in _children(one)]
        return super()._deserialize(value, attr, data, **more)


def _children(raw: Any) -> list[Any]:
    found = raw.get("children") if isinstance(raw, dict) else None
    return found if isinstance(found, list) else []


class Tree(Schema):
    """The tree, and whether a path must reach its end."""

    options = Levels(
        fields.Nested(TreeOption),
        load_default=list,
        validate=validate.And(validate.Length(max=MAX_OPTIONS), _well_grown),
        metadata=named("各级选项", "Options in levels") | {"control": "tree"},
    )
    any_level = fields.Boolean(load_default=False, metadata=named("可以只选到上级", "May stop at any level"))


_SHOPS = [
    {"value": "zj", "label": {"zh-CN": "浙江", "en": "Zhejiang"}, "children": [
        {"value": "hz", "label": {"zh-CN": "杭州", "en": "Hangzhou"}},
    ]},
]  # fmt: skip


class Cascade(FieldType[tuple[str, ...]]):
    """A path through a tree of options; the value is the option values from the first level down.

    It compares as several choices do: "contains" an option finds everything below that option.
    """

    id = "cascade"
    label = {"zh-CN": "级联选择", "en": "Cascade"}
    help = {"zh-CN": "多级选项，如产品线、型号", "en": "Options in levels, each narrowing the next"}
    group = "choice"
    icon = "cascade"
    keywords = ("cascade", "tree", "linked", "级联", "jilian", "jlxz", "多级", "联动")
    value_kind = "choices"
    choice_lists = ("options",)
    limits_options = "first"
    settings = Tree
    examples = (
        Example(["zj", "hz"], {"options": _SHOPS}, clean=("zj", "hz")),
        Example('["zj","hz"]', {"options": _SHOPS}, clean=("zj", "hz")),
        Example(["zj"], {"options": _SHOPS}, error="path_too_short"),
        Example(["hz"], {"options": _SHOPS}, error="not_an_option"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("json")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        return self.compile(cfg)(raw, ctx)

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], tuple[str, ...] | None]:
        options, any_level = cfg["options"], cfg["any_level"]

        def run(raw: Any, _ctx: CleanContext) -> tuple[str, ...] | None:
            path = _path(raw)
            level = options
            for value in path:
                found = next((one for one in level if one["value"] == value), None)
                if found is None:
                    shown = value[:60].encode("utf-8", "replace").decode()
                    raise ValueInvalid("not_an_option", messages.NOT_AN_OPTION, value=shown)
                level = found.get("children") or ()
            if path and level and not any_level:
                raise ValueInvalid("path_too_short", messages.PATH_TOO_SHORT)
            return path or None

        return run

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        return [path for path, node in paths(cfg["options"]) if not node.get("children")]

    def without(self, value: tuple[str, ...], barred: Collection[str]) -> tuple[str, ...] | None:
        """Return the path unless it begins with an option that is not offered: rules limit the first level."""
        return None if value[0] in barred else value

    def dump(self, value: tuple[str, ...] | None, cfg: Settings) -> Any:  # noqa: ARG002 - the signature is the base's
        return None if value is None else list(value)

    def revive(self, shown: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else tuple(shown)

    def to_column(self, value: tuple[str, ...] | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else canonical(list(value))

    def from_column(self, stored: Any, cfg: Settings) -> tuple[str, ...] | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else tuple(json.loads(stored))

    def display(self, value: tuple[str, ...] | None, cfg: Settings, locale: str) -> str:
        return " / ".join(labels_of(value or (), cfg["options"], locale))

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> tuple[str, ...] | None:
        wanted = _squeezed(text)
        if not wanted:
            return None
        for path, _node in paths(cfg["options"]):
            if wanted in _written(path, cfg["options"]):
                return self.clean(list(path), cfg, ctx)
        raise ValueInvalid("not_an_option", messages.NOT_AN_OPTION, value=text.strip()[:60])

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("cascade")


def _path(raw: Any) -> tuple[str, ...]:
    """Return a path as the API sends it, or as the JSON text that stands in a page's own select."""
    given = raw
    if isinstance(raw, str):
        try:
            given = json.loads(raw[:2_000])
        except (ValueError, RecursionError):
            raise ValueInvalid("not_a_list", messages.NOT_A_PATH) from None
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) for one in given):
        raise ValueInvalid("not_a_list", messages.NOT_A_PATH)
    return tuple(given)


def _written(path: tuple[str, ...], options: list[Node]) -> set[str]:
    """Return the ways in which a cell may write a path: in each language, and by values."""
    ways = [path, *(labels_of(path, options, locale) for locale in LOCALES)]
    return {_squeezed("/".join(one)) for one in ways}


def _squeezed(text: str) -> str:
    """Return a path as text without the spaces around its steps, in one case."""
    return "/".join(part.strip() for part in text.replace("／", "/").replace(">", "/").split("/")).strip("/").casefold()


def _twice(options: list[Node]) -> str:
    values = [one["value"] for one in options]
    own = ", ".join(sorted({one for one in values if values.count(one) > 1}))
    return own or next((found for one in options if (found := _twice(one.get("children") or []))), "")
