"""A form out of a SurveyJS document.

Source: the library's question types and properties, https://surveyjs.io/form-library/documentation/api-reference.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import nh3

from formloom.builders.intake.expressions import tree_of
from formloom.builders.intake.outline import NO_CONDITION, FormUnreadable, Outline, options, shortened
from formloom.platform.kernel.jsontypes import JSONObject

MAX_DEPTH = 12
FEW = 6
MOST_STARS = 10
NPS = (0, 10)
_INPUTS = {
    "email": "email", "number": "number", "range": "slider", "date": "date", "datetime-local": "datetime",
    "datetime": "datetime", "time": "time", "tel": "phone", "url": "url", "color": "color",
}  # fmt: skip
_PLAIN = {
    "comment": "textarea", "radiogroup": "radio", "dropdown": "select", "checkbox": "checkboxes",
    "tagbox": "multiselect", "boolean": "boolean", "html": "note", "imagepicker": "image_choice",
    "ranking": "ranking", "signaturepad": "signature", "slider": "slider", "matrix": "matrix",
}  # fmt: skip
_ROWS = {
    "matrixdynamic": ("columns", "minRowCount", "maxRowCount"),
    "paneldynamic": ("templateElements", "minPanelCount", "maxPanelCount"),
}
"""What is repeated: where its parts stand, and how few and how many there may be."""
_CELLS = {"default": "dropdown"}
_UNSAID = (
    "choicesByUrl", "enableIf", "choicesVisibleIf", "defaultValueExpression",
    "setValueExpression", "setValueIf", "resetValueIf", "choicesOrder",
)  # fmt: skip
_NO_JUMPS = {"zh-CN": "跳转与结束条件未转换", "en": "jumps and end conditions were not carried over"}


def read(document: JSONObject, locale: str, title: str) -> Outline:
    """Return the form of a SurveyJS document. Raises FormUnreadable."""
    pages: Any = document.get("pages") or [{"elements": document.get("elements") or document.get("questions")}]
    if not isinstance(pages, list) or not any(isinstance(page, Mapping) and page.get("elements") for page in pages):
        raise FormUnreadable(why="pages")
    reader = _Reader(Outline("surveyjs", _words(document.get("title"), locale) or {locale: title}), locale)
    reader.read(document, pages)
    return reader.outline


def _words(text: Any, locale: str) -> dict[str, str]:
    """Return a text (plain, or by language with a default) by language of ours, without markup."""
    if isinstance(text, str):
        return {locale: _plain(text)}
    if not isinstance(text, Mapping):
        return {}
    found: dict[str, str] = {}
    for name, words in text.items():
        if isinstance(words, str):
            language = {"zh-cn": "zh-CN", "zh": "zh-CN", "en": "en"}.get(str(name).lower())
            if language or name == "default":
                found[language or locale] = _plain(words)
    return shortened(found, 5000)


def _plain(text: str) -> str:
    return nh3.clean(text, tags=set()).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").strip()


class _Reader:
    def __init__(self, outline: Outline, locale: str) -> None:
        self.outline = outline
        self._locale = locale
        self._conditions: list[tuple[str, str, str]] = []

    def read(self, document: JSONObject, pages: list[Any]) -> None:
        if description := _words(document.get("description"), self._locale):
            self.outline.more["description"] = description
        if thanks := _words(document.get("completedHtml"), self._locale):
            self.outline.more["settings"] = {"thanks": thanks}
        if document.get("triggers") or document.get("completedHtmlOnCondition"):
            self.outline.leave_out("triggers", _NO_JUMPS)
        for page in pages:
            if isinstance(page, Mapping):
                self._page(page, is_alone=len(pages) == 1)
        for what, target, expression in self._conditions:
            tree = tree_of(expression, self.outline.ids, self.outline.kinds())
            self.outline.rule(what, target, tree, f"{target}: {expression}")

    def _page(self, page: Mapping[str, Any], *, is_alone: bool) -> None:
        if not is_alone or page.get("title"):
            self._section(page)
        for element in _elements(page, 0):
            self._element(element)

    def _section(self, part: Mapping[str, Any]) -> None:
        name = str(part.get("name") or "section")
        made = self.outline.add("section", name, _words(part.get("title"), self._locale) or {self._locale: name})
        if made and isinstance(part.get("visibleIf"), str):
            self._conditions.append(("show", made, part["visibleIf"]))

    def _element(self, element: Mapping[str, Any]) -> None:
        if element.get("type") == "panel":
            self._section(element)
            return
        name = str(element.get("name") or element.get("type"))
        if element.get("type") in _ROWS:
            self._rows(element, name)
            return
        type_id, settings = self._typed(element)
        label = _words(element.get("title"), self._locale) or {self._locale: name}
        if type_id == "note":
            settings = {"text": _words(element.get("html"), self._locale)}
        made = self.outline.add(
            type_id, name, label, help=shortened(_words(element.get("description"), self._locale), 2000),
            required=element.get("isRequired") is True or None, **settings,
        )  # fmt: skip
        if made is None:
            return
        for what, key in (("show", "visibleIf"), ("require", "requiredIf")):
            if isinstance(element.get(key), str):
                self._conditions.append((what, made, element[key]))
        for key in _UNSAID:
            if element.get(key):
                self.outline.leave_setting(name, key)

    def _rows(self, element: Mapping[str, Any], name: str) -> None:
        """Read a table or a panel that is repeated: its columns or questions become those of a sub-form."""
        listed, least, most = _ROWS[str(element["type"])]
        inner = _Reader(Outline(self.outline.source), self._locale)
        for part in element.get(listed) or ():
            if isinstance(part, Mapping) and listed == "columns":
                kind = str(part.get("cellType") or element.get("cellType") or "dropdown")
                inner._element({"choices": element.get("choices"), **part, "type": _CELLS.get(kind, kind)})
            elif isinstance(part, Mapping):
                inner._element(part)
        for what, target, expression in inner._conditions:
            self.outline.leave_out(f"{name}: {what} {target}: {expression}", NO_CONDITION)
        counts = {"min_rows": element.get(least), "max_rows": element.get(most)}
        made = self.outline.add_rows(
            name, _words(element.get("title"), self._locale) or {self._locale: name}, inner.outline,
            help=shortened(_words(element.get("description"), self._locale), 2000),
            required=element.get("isRequired") is True or None,
            add_label=_words(element.get("addRowText") or element.get("panelAddText"), self._locale),
            **{key: count for key, count in counts.items() if isinstance(count, int)},
        )  # fmt: skip
        if made is not None and isinstance(element.get("visibleIf"), str):
            self._conditions.append(("show", made, element["visibleIf"]))

    def _typed(self, element: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        kind = str(element.get("type"))
        if kind == "text":
            return self._input(element)
        if kind == "rating":
            return _rating(element, self._locale)
        if kind == "file":
            images = str(element.get("acceptedTypes") or "").startswith("image")
            return ("image" if images else "file"), {}
        settings: dict[str, Any] = {}
        if isinstance(element.get("choices"), list):
            settings["options"] = options(self._choices(element["choices"]))
        if kind == "comment":
            settings |= _lengths(element)
        if element.get("showOtherItem") or element.get("hasOther"):
            settings |= {
                "own_answer": True, "own_label": shortened(_words(element.get("otherText"), self._locale), 100),
                "own_placeholder": shortened(_words(element.get("otherPlaceholder"), self._locale), 200),
            }  # fmt: skip
        return _PLAIN.get(kind, kind), settings

    def _input(self, element: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        type_id = _INPUTS.get(str(element.get("inputType")), "text")
        settings = _lengths(element) if type_id == "text" else {}
        if type_id in {"number", "slider"}:
            settings |= {key: str(element[key]) for key in ("min", "max") if isinstance(element.get(key), (int, float))}
        for rule in element.get("validators") or ():
            if isinstance(rule, Mapping):
                type_id, settings = _checked(rule, type_id, settings)
        default = element.get("defaultValue")
        return type_id, {**settings, "default": str(default) if isinstance(default, (str, int, float)) else None}

    def _choices(self, choices: list[Any]) -> Iterator[tuple[str, dict[str, str]]]:
        for choice in choices:
            if isinstance(choice, Mapping):
                yield str(choice.get("value", "")), _words(choice.get("text"), self._locale)
            else:
                yield str(choice), {}


def _elements(part: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield elements in their order, a panel before what stands in it."""
    listed = part.get("elements") or part.get("questions") or ()
    for element in listed if isinstance(listed, (list, tuple)) else ():
        if isinstance(element, Mapping) and depth < MAX_DEPTH:
            yield element
            if element.get("type") == "panel":
                yield from _elements(element, depth + 1)


def _rating(element: Mapping[str, Any], locale: str) -> tuple[str, dict[str, Any]]:
    low, high = element.get("rateMin", 1), element.get("rateMax", 5)
    ends = {
        "low": _words(element.get("minRateDescription"), locale),
        "high": _words(element.get("maxRateDescription"), locale),
    }
    if (low, high) == NPS:
        return "nps", ends
    if low == 1 and isinstance(high, int) and 2 <= high <= MOST_STARS:
        return "rating", {"max": high, **ends}
    return "number", {"decimals": 0, "min": str(low), "max": str(high)}


def _lengths(element: Mapping[str, Any]) -> dict[str, Any]:
    longest = element.get("maxLength")
    return {"max_length": longest} if isinstance(longest, int) and longest > 0 else {}


def _checked(rule: Mapping[str, Any], type_id: str, settings: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return type and settings with what a validator of SurveyJS asks for."""
    kind = str(rule.get("type", "")).removesuffix("validator")
    if kind == "email" and type_id == "text":
        return "email", {}
    if kind == "numeric" and type_id in {"text", "number"}:
        bounds = {ours: str(rule[key]) for ours, key in (("min", "minValue"), ("max", "maxValue")) if key in rule}
        return "number", {**{key: value for key, value in settings.items() if key in {"min", "max"}}, **bounds}
    if kind == "text" and type_id == "text":
        lengths = {
            ours: rule[key] for ours, key in (("min_length", "minLength"), ("max_length", "maxLength")) if rule.get(key)
        }
        return type_id, {**settings, **lengths}
    if kind == "regex" and type_id == "text" and isinstance(rule.get("regex"), str):
        return type_id, {**settings, "pattern": rule["regex"]}
    return type_id, settings
