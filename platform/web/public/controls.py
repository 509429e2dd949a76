"""A form version as WTForms fields: one field per question, drawn by the template of its control.

WTForms keeps what was typed and shows it again; whether it fits is decided by `FormVersion.clean` alone, whose
findings are hung on the questions. So the public page can't be laxer or stricter than the API. A control is one
template in `templates/controls/`; only one that reads its input in another way also has a class here.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.widgets import html_params

from formloom.platform.definitions.fields import divisions
from formloom.platform.definitions.fields.divisions import Division
from formloom.platform.definitions.fields.trees import labels_of, path_text, paths
from formloom.platform.definitions.form import Field as FormField
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.templating import render
from formloom.platform.web.public.texts import say, zone_name

STEP = "\u2009›\u2009"
"""Between the levels of a path; thin spaces, so that the script can tell it from what stands in a label."""
_PART = re.compile(r"([a-z][a-z0-9_]{0,39})\.([A-Za-z0-9_-]{1,40})(?:\.([A-Za-z0-9_-]{1,40}))?")
FileInfo = Mapping[str, Any]
Reading = Literal["text", "one", "several", "list"]
"""How the page's script finds an answer among a question's inputs: the text of one, the one that is ticked, all that
are ticked, or what stands in each."""


def _draw(question: "Question", **more: Any) -> Markup:
    return render(f"controls/{question.control}.html", question.locale, q=question, **more)


class Question(Field):  # type: ignore[misc]  # WTForms has no types
    """One question of a page: one value that was typed or chosen."""

    widget = staticmethod(_draw)
    takes_many: ClassVar[bool] = False
    reading: ClassVar[Reading] = "text"
    is_chosen: ClassVar[bool] = False
    """Whether an answer is chosen, not written."""

    def __init__(self, *, item: FormField, locale: str, is_conditional: bool = False, **binding: Any) -> None:
        spec = item.type.widget(item.cfg)
        super().__init__(resolve(item.label, locale) or item.id, id=f"q-{item.id}", **binding)
        self.item, self.locale, self.control, self.cfg = item, locale, spec.control, item.cfg
        self.attributes = dict(spec.attributes)
        self.help = resolve(item.document.get("help"), locale)
        self.placeholder = resolve(item.document.get("placeholder"), locale)
        self.is_conditional = is_conditional
        self.is_fixed = False
        self.is_prefilled = False
        """Whether the address of the page suggests the answer."""
        self.is_hidden_at_first = False
        self.is_required = item.required
        self.errors: list[str] = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was sent; more than one value for one question stays a list, which no type takes."""
        self.data = valuelist[0] if len(valuelist) == 1 else (list(valuelist) or None)

    @property
    def width(self) -> str:
        return str(self.item.document.get("width") or "full")

    @property
    def value(self) -> str:
        """Return the value as it stands in an input."""
        first = self.data[0] if isinstance(self.data, list) and self.data else self.data
        return "" if first is None or isinstance(first, (list, dict)) else str(first)

    @property
    def chosen(self) -> frozenset[str]:
        """Return the values that are ticked."""
        given = self.data if isinstance(self.data, (list, tuple)) else [self.data]
        return frozenset(_text(one) for one in given if one is not None)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return value and label of each option."""
        return [(one["value"], resolve(one["label"], self.locale) or one["value"]) for one in self.cfg["options"]]

    @property
    def hint(self) -> str:
        """Return what the control itself has to say about the answer, beside the builder's help."""
        return ""

    @property
    def text(self) -> str:
        """Return the words of a note."""
        return resolve(self.cfg.get("text"), self.locale)

    @property
    def focus_id(self) -> str:
        """Return the element that a link to the question leads to."""
        return str(self.id)

    def attrs(self, *names: str, **more: Any) -> Markup:
        """Return the HTML attributes of the input: those of the widget called `names`, and what every input has."""
        found = {name: self.attributes[name] for name in names if name in self.attributes}
        if self.placeholder:
            found["placeholder"] = self.placeholder
        if self.is_fixed:
            more["readonly"] = True
        return self._params({**found, **more})

    def state(self, *, is_group: bool = False, **more: Any) -> Markup:
        """Return the attributes that tell assistive technology about hint, error and need."""
        if self.is_fixed:
            more["disabled"] = True
        return self._params(more, is_group=is_group)

    def _params(self, given: dict[str, Any], *, is_group: bool = False) -> Markup:
        described = [f"{part}-{self.item.id}" for part, there in self._parts() if there]
        given["aria-describedby"] = " ".join(described) or None
        given["aria-invalid"] = "true" if self.errors else None
        given["aria-required"] = "true" if self.is_required and not is_group else None
        return Markup(html_params(**{name: value for name, value in given.items() if value is not None}))  # noqa: S704

    def _parts(self) -> list[tuple[str, object]]:
        return [("h", self.help), ("p", self.is_prefilled or self.is_fixed), ("o", self.hint), ("e", self.errors)]


class Picked(Question):
    """A question whose one input offers what can be chosen."""

    is_chosen = True


class Moment(Picked):
    """A date and time, typed in the field's own zone."""

    @property
    def value(self) -> str:
        raw = super().value
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            return raw
        local = moment.astimezone(self.zone) if moment.tzinfo else moment
        return local.strftime("%Y-%m-%dT%H:%M")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.cfg["timezone"])

    @property
    def hint(self) -> str:
        return say("zone", self.locale, zone=zone_name(self.zone, self.locale))


class OneOf(Question):
    """One of a few answers that all stand on the page."""

    reading: ClassVar[Reading] = "one"
    is_chosen = True

    @property
    def focus_id(self) -> str:
        return f"{self.id}-0"


class YesNo(OneOf):
    """Yes, no, or no answer yet."""

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [("true", say("yes", self.locale)), ("false", say("no", self.locale))]

    @property
    def chosen(self) -> frozenset[str]:
        words = {"on": "true", "1": "true", "0": "false"}
        return frozenset(words.get(one, one) for one in super().chosen)


class Scale(OneOf):
    """A number on a scale."""

    @property
    def choices(self) -> list[tuple[str, str]]:
        first = 0 if self.control == "nps" else 1
        return [(str(number), str(number)) for number in range(first, int(self.attributes["max"]) + 1)]

    @property
    def ends(self) -> tuple[str, str]:
        """Return what the least and the greatest number mean."""
        return resolve(self.cfg["low"], self.locale), resolve(self.cfg["high"], self.locale)


class Several(OneOf):
    """Any number of answers."""

    takes_many = True
    reading: ClassVar[Reading] = "several"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if one != ""]

    @property
    def hint(self) -> str:
        least, most = self.cfg["min_items"], self.cfg["max_items"]
        if least and most:
            return say("choose_between", self.locale, least=least, most=most)
        if least:
            return say("choose_least", self.locale, n=least)
        return say("choose_up_to", self.locale, n=most) if most else say("choose_any", self.locale)


class Uploads(Question):
    """Files: those that arrived already stand in `kept`, and are named by their upload ids."""

    takes_many = True
    reading: ClassVar[Reading] = "several"
    is_chosen = True

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.kept: list[FileInfo] = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if one != ""]

    @property
    def hint(self) -> str:
        most, size = self.cfg["max_items"], self.cfg["max_size_mb"]
        said = say("one_file" if most == 1 else "many_files", self.locale, n=most, mb=size)
        kinds = self.cfg["extensions"]
        return f"{said} · {', '.join(kinds)}" if kinds else said


class Slide(Question):
    """A whole number between two ends: typed, and slid to where there is a script."""

    @property
    def hint(self) -> str:
        least, most, step = (self.cfg[name] for name in ("min", "max", "step"))
        return say("slide" if step == 1 else "slide_step", self.locale, least=least, most=most, n=step)

    @property
    def ends(self) -> tuple[str, str]:
        """Return what the least and the greatest number mean."""
        return resolve(self.cfg["low"], self.locale), resolve(self.cfg["high"], self.locale)

    @property
    def unit(self) -> str:
        """Return what is counted."""
        return resolve(self.cfg["unit"], self.locale)


class Length(Question):
    """A length of time: hours, minutes and perhaps seconds, each in an input of its own."""

    reading: ClassVar[Reading] = "list"

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Return the word and the text of each input."""
        names = ("hours", "minutes", "seconds")[: int(self.attributes["parts"])]
        return [(say(name, self.locale), text) for name, text in zip(names, self._texts(len(names)), strict=True)]

    @property
    def focus_id(self) -> str:
        return f"{self.id}-0"

    def _texts(self, count: int) -> list[str]:
        given = self.data
        if isinstance(given, str):  # a default, as somebody wrote it
            given = self.item.type.try_cell(given, self.cfg)
        if isinstance(given, int) and not isinstance(given, bool):
            given = [given // 3600, given // 60 % 60, given % 60]
        texts = [str(one) for one in given] if isinstance(given, list) else []
        return [*texts, *[""] * count][:count]


class Ranks(Question):
    """An order: one list to choose from for each place."""

    takes_many = True
    reading: ClassVar[Reading] = "list"
    is_chosen = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if one != ""]

    @property
    def places(self) -> list[tuple[str, str]]:
        """Return the words of each place and the option that stands there."""
        count, given = int(self.attributes["places"]), self.data if isinstance(self.data, list) else []
        texts = [*map(str, given), *[""] * count][:count]
        return [(say("place", self.locale, n=number), text) for number, text in enumerate(texts, 1)]

    @property
    def hint(self) -> str:
        count = int(self.attributes["places"])
        return say("rank_all", self.locale) if count == len(self.choices) else say("rank_first", self.locale, n=count)

    @property
    def focus_id(self) -> str:
        return f"{self.id}-0"


class Pictures(Several):
    """Pictures to choose from. They are fetched one by one, so that the page itself stays small."""

    reading: ClassVar[Reading] = "several"
    path = ""
    """The form's own path; empty in a preview, whose pictures stand in the page."""

    @property
    def pictures(self) -> list[str]:
        """Return the address of each option's picture, the empty text where there is none."""
        given = [str(one.get("image") or "") for one in self.cfg["options"]]
        if not self.path:
            return given
        return [f"{self.path}/pictures/{self.item.id}/{place}" if one else "" for place, one in enumerate(given)]

    @property
    def hint(self) -> str:
        return "" if self.attributes["input"] == "radio" else super().hint


class Path(Question):
    """A way through a tree of options: one list of whole paths, which the script takes apart into levels."""

    is_chosen = True

    @property
    def chosen_path(self) -> str:
        """Return the value of the path that stands in the page."""
        return self.data if isinstance(self.data, str) else path_text(self.data or ())

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return each first option with the paths that begin there, as value and label."""
        return [(resolve(top["label"], self.locale) or top["value"], self._below(top)) for top in self.cfg["options"]]

    def _below(self, top: Mapping[str, Any]) -> list[tuple[str, str]]:
        ends = [path for path, node in paths([top]) if self.cfg["any_level"] or not node.get("children")]
        labels = [labels_of(path, [top], self.locale) for path in ends]
        return [(path_text(path), STEP.join(names[1:] or names)) for path, names in zip(ends, labels, strict=True)]


class Compound(Question):
    """A value with parts, whose inputs are called `field.part`."""

    @property
    def given(self) -> Mapping[str, Any]:
        """Return the parts as they were typed."""
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def regions(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the provinces with their cities; one without cities stands for itself."""
        return [
            (_place(one, self.locale), [(city.code, city.name) for city in one.below.values()])
            if one.below else ("", [(one.code, _place(one, self.locale))])
            for one in divisions.provinces().values()
        ]  # fmt: skip

    @property
    def hint(self) -> str:
        return say("answer_each", self.locale) if self.cfg.get("each_row") else ""

    def lines(self, name: str) -> list[tuple[str, str]]:
        """Return value and label of the rows or columns of a grid."""
        return [(one["value"], resolve(one["label"], self.locale) or one["value"]) for one in self.cfg[name]]

    def has(self, row: str, column: str) -> bool:
        """Tell whether a cell is ticked."""
        given = self.given.get(row)
        return column in given if isinstance(given, list) else column == given

    def cell(self, row: str, column: str) -> str:
        """Return the number that stands in a cell."""
        given = self.given.get(row)
        return str(given.get(column, "")) if isinstance(given, Mapping) else ""


class Signed(Uploads):
    """A picture that was drawn or uploaded, or a typed name."""

    @property
    def typed_name(self) -> str:
        """Return the name that was typed."""
        names = [one.get("typed") for one in self.data or () if isinstance(one, Mapping)]
        return str(names[-1]) if names and names[-1] else ""

    @property
    def hint(self) -> str:
        return ""


CLASSES: Mapping[str, type[Question]] = {
    "datetime": Moment, "date": Picked, "time": Picked, "select": Picked, "radio": OneOf, "boolean": YesNo,
    "rating": Scale, "nps": Scale, "checkboxes": Several, "multiselect": Several, "file": Uploads, "image": Uploads,
    "slider": Slide, "duration": Length, "ranking": Ranks, "image_choice": Pictures,
    "cascade": Path, "address": Compound, "location": Compound, "matrix": Compound, "signature": Signed,
}  # fmt: skip
"""Controls that don't just take one text."""


class PageForm(BaseForm):  # type: ignore[misc]  # WTForms has no types
    """The questions of one page, by field id. A `BaseForm`, since a field may have any name, also `data`."""

    def __init__(self, form: FormVersion, locale: str, *, sent: Any = None, values: Mapping[str, Any]) -> None:
        conditional = form.conditional_fields()
        super().__init__(
            {
                item.id: CLASSES.get(_control(item), Question)(
                    item=item, locale=locale, is_conditional=item.id in conditional
                )
                for item in shown_fields(form)
            }
        )
        self.locale = locale
        self.process(formdata=sent, data={name: value for name, value in values.items() if name in self})

    def __iter__(self) -> Any:
        return iter(self._fields.values())

    def hang(self, findings: Iterable[Finding]) -> list[dict[str, str]]:
        """Hang findings on their questions; return the summary: what to say and where it leads."""
        summary = []
        for found in findings:
            words = found.words(self.locale)
            question = self._fields.get(found.field) if found.field else None
            if question is None:
                summary.append({"text": words, "to": ""})
                continue
            text = must_words(question) if found.code == "required" else words
            question.errors = [*question.errors, text]
            said = text if found.code == "required" else _with_label(question, words)
            summary.append({"text": said, "to": question.focus_id})
        return summary


def shown_fields(form: FormVersion) -> list[FormField]:
    """Return the fields of the public page, in order."""
    return [item for item in form.fields if item.public and _control(item) != "none"]


def is_left_out_when_empty(item: FormField) -> bool:
    """Tell whether a browser sends nothing at all for the field when nothing is chosen."""
    return issubclass(CLASSES.get(_control(item), Question), (OneOf, Uploads, Compound))


def takes_many(item: FormField) -> bool:
    """Tell whether the field's inputs make a list, however many there are."""
    return CLASSES.get(_control(item), Question).takes_many


def with_parts(form: FormVersion, inputs: "MultiDict[str, Any]") -> "MultiDict[str, Any]":
    """Return the inputs with those called `field.part` gathered into one object for each field; empty ones are none."""
    kept: MultiDict[str, Any] = MultiDict()
    objects: dict[str, dict[str, Any]] = {}
    for name, values in inputs.lists():
        found = _PART.fullmatch(name or "")
        if found is None or found[1] not in form.by_id:
            kept.setlist(name, values)
        elif filled := [one for one in values if one != ""]:
            _put(objects.setdefault(found[1], {}), found[2], found[3], filled)
    for name, parts in objects.items():
        kept.add(name, parts)
    return kept


def must_words(question: Question) -> str:
    """Return how an answer is asked for."""
    return say("must_choose" if question.is_chosen else "must", question.locale, label=_quoted(question))


def _quoted(question: Question) -> str:
    label = str(question.label.text).rstrip("?？:：*＊ ")
    return f"“{label}”" if question.locale == "zh-CN" else label


def _with_label(question: Question, words: str) -> str:
    label = str(question.label.text).rstrip("?？:：*＊ ")
    return f"{label}：{words}" if question.locale == "zh-CN" else f"{label}: {words}"


def _put(parts: dict[str, Any], name: str, inner: str | None, filled: list[str]) -> None:
    value = filled[0] if len(filled) == 1 else filled
    if inner is None:
        parts[name] = value
    elif isinstance(parts.setdefault(name, {}), dict):
        parts[name][inner] = value


def _place(one: Division, locale: str) -> str:
    return f"{one.english} {one.name}" if locale == "en" else one.name


def _control(item: FormField) -> str:
    return item.type.widget(item.cfg).control


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
