"""The controls that don't just take one text, and the question class of each."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from formloom.platform.definitions.fields import divisions
from formloom.platform.definitions.fields.divisions import Division
from formloom.platform.definitions.fields.moments import show_date
from formloom.platform.definitions.fields.trees import labels_of, path_text, paths
from formloom.platform.definitions.fields.types.slot import open_slots
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.agreeing import Consent
from formloom.platform.web.public.questions import OneOf, Picked, Question, Reading, Several
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.texts import say, zone_name

STEP = "\u2009›\u2009"
"""Between the levels of a path; thin spaces, so that the script can tell it from what stands in a label."""
FileInfo = Mapping[str, Any]
_PIPED = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")


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
        places = {one["value"]: place for place, one in enumerate(self.cfg["options"])}
        given = [(places[one["value"]], str(one.get("image") or "")) for one in self.options]
        if not self.path:
            return [image for _place, image in given]
        return [f"{self.path}/pictures/{self.item.id}/{place}" if image else "" for place, image in given]

    @property
    def hint(self) -> str:
        return "" if self.attributes["input"] == "radio" else super().hint


class _Found:
    """What questions have in common whose answers are records: those that can be chosen, or were found by words."""

    records: Sequence[tuple[str, str]] = ()
    """Id and label of each record that can be chosen; a preview has none."""
    is_searched = False
    """Whether there are so many that they are found by words."""
    words = ""
    note_found = ""
    is_asked = False
    """Whether the page came back to show what was found here."""


class Linked(_Found, Picked):
    """A record of another form."""

    @property
    def reading(self) -> Reading:  # type: ignore[override]  # elsewhere a constant
        return "one" if self.is_searched else "text"

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self.records)


class LinkedMany(_Found, Several):
    """Records of another form."""

    @property
    def focus_id(self) -> str:
        return str(self.id) if self.is_searched else super().focus_id

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(self.records)

    @property
    def hint(self) -> str:
        most = self.cfg["max_items"]
        return say("choose_up_to", self.locale, n=most) if most else say("choose_any", self.locale)


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


class Slots(OneOf):
    """Times to choose from, day by day; what is typed is what the clock of the field's zone shows."""

    now: datetime | None = None

    @property
    def days(self) -> list[tuple[str, bool, list[tuple[str, str, str, bool]]]]:
        """Return each day with its slots: value, words, what is said beside them, whether it is full."""
        found: dict[date, list[tuple[str, str, str, bool]]] = {}
        zone, length = ZoneInfo(self.cfg["timezone"]), timedelta(minutes=self.cfg["minutes"])
        for begins in open_slots(self.cfg, self.now or datetime.now(UTC)):
            moment = begins.replace(tzinfo=zone).astimezone(UTC)
            words = f"{begins:%H:%M}–{begins + length:%H:%M}"
            one = (f"{begins:%Y-%m-%dT%H:%M}", words, self.note(moment), self.is_full(moment))
            found.setdefault(begins.date(), []).append(one)
        opened = next((day for day, many in found.items() if any(one[0] in self.chosen for one in many)), None)
        first = opened or next((day for day, many in found.items() if not all(one[3] for one in many)), None)
        return [(_weekday(day, self.locale), day == first, many) for day, many in found.items()]

    @property
    def hint(self) -> str:
        zone = ZoneInfo(self.cfg["timezone"])
        return say("zone", self.locale, zone=zone_name(zone, self.locale))


class Computed(Question):
    """A value that nobody types: computed from the other answers."""

    @property
    def shown(self) -> str:
        """Return the value as people read it."""
        return self.item.type.display(self.data, self.cfg, self.locale)

    @property
    def hint(self) -> str:
        return say("computed", self.locale)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take nothing that was sent."""


class Pressed(Question):
    """A button that opens an address, in which answers stand that were there when the page was drawn."""

    def lead(self, answers: Mapping[str, Any]) -> None:
        """Put the page's answers into the address."""
        self.data = _PIPED.sub(lambda found: quote(str(answers.get(found[1]) or ""), safe=""), self.cfg["url"])


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


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _weekday(day: date, locale: str) -> str:
    if locale == "zh-CN":
        return f"{show_date(day, locale)} 星期{'一二三四五六日'[day.weekday()]}"
    return f"{DAYS[day.weekday()]}, {show_date(day, locale)}"


def _place(one: Division, locale: str) -> str:
    return f"{one.english} {one.name}" if locale == "en" else one.name


CLASSES: Mapping[str, type[Question]] = {
    "datetime": Moment, "date": Picked, "time": Picked, "select": Picked, "radio": OneOf, "boolean": YesNo,
    "consent": Consent,
    "rating": Scale, "nps": Scale, "checkboxes": Several, "multiselect": Several, "file": Uploads, "image": Uploads,
    "link": Linked, "links": LinkedMany,
    "slider": Slide, "duration": Length, "ranking": Ranks, "image_choice": Pictures,
    "cascade": Path, "address": Compound, "location": Compound, "matrix": Compound, "signature": Signed,
    "formula": Computed, "slot": Slots, "subform": Rows, "button": Pressed,
}  # fmt: skip
"""Controls that don't just take one text."""
