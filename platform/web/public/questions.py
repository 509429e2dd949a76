"""What every question of a public page has: one value that was typed or chosen, kept by WTForms and shown again.

Whether it fits is decided by `FormVersion.clean` alone, whose findings are hung on the questions (`page_form.py`). So
the public page can't be laxer or stricter than the API. A control is one template in `templates/controls/`; only one
that reads its input in another way also has a class, in `controls.py`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from markupsafe import Markup
from wtforms import Field
from wtforms.widgets import html_params

from formloom.platform.definitions.fields.own_answers import behind, is_own, label_of_own, words
from formloom.platform.definitions.fields.settings import MARK
from formloom.platform.definitions.form import Field as FormField
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.mixing import mixed
from formloom.platform.web.public.templating import render
from formloom.platform.web.public.texts import say

Reading = Literal["text", "one", "several", "list", "rows"]
"""How the page's script finds an answer among a question's inputs: the text of one, the one that is ticked, all that
are ticked, what stands in each, or rows of further questions."""


def _draw(question: "Question", **more: Any) -> Markup:
    return render(f"controls/{question.control}.html", question.locale, q=question, **more)


class Question(Field):  # type: ignore[misc]  # WTForms has no types
    """One question of a page: one value that was typed or chosen."""

    widget = staticmethod(_draw)
    takes_many: ClassVar[bool] = False
    reading: ClassVar[Reading] = "text"
    is_chosen: ClassVar[bool] = False
    """Whether an answer is chosen, not written."""
    asked_by: ClassVar[str] = ""
    """The text that asks for an answer, where it is neither of the usual ones."""

    def __init__(self, *, item: FormField, locale: str, is_conditional: bool = False, **binding: Any) -> None:
        spec = item.type.widget(item.cfg)
        name = f"{binding.get('_prefix', '')}{item.id}"
        super().__init__(resolve(item.label, locale) or item.id, id=f"q-{name}", **binding)
        self.is_in_row = name != item.id
        """Whether it is a cell of a sub-form's row."""
        self.item, self.locale, self.control, self.cfg = item, locale, spec.control, item.cfg
        self.attributes = dict(spec.attributes)
        self.help = resolve(item.document.get("help"), locale)
        self.placeholder = resolve(item.document.get("placeholder"), locale)
        self.is_conditional = is_conditional
        self.words = ""
        """The words of a note, with answers in them."""
        self.is_fixed = False
        self.is_prefilled = False
        """Whether the address of the page suggests the answer."""
        self.is_hidden_at_first = False
        self.barred: frozenset[str] = frozenset()
        """The options that are not offered at first."""
        self.is_required = item.required
        self.order_seed = ""
        """What the order of options is drawn from; empty for the builder's own order."""
        self.seating: Any = None
        """How the seats of its options stand (`seating.py`); None where there are none, and in a preview."""
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
        return frozenset(behind(_text(one)) for one in given if one is not None)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return value and label of each option."""
        own = [(MARK, self.own_label)] if self.takes_own else []
        return [*((one["value"], resolve(one["label"], self.locale) or one["value"]) for one in self.options), *own]

    @property
    def takes_own(self) -> bool:
        """Tell whether people may write an answer beside the options, in the input `<name>.own`."""
        return bool(self.cfg.get("own_answer"))

    @property
    def own_label(self) -> str:
        """Return how the choice to write an answer is called."""
        return label_of_own(self.cfg, self.locale)

    @property
    def own_text(self) -> str:
        """Return what was written beside the options."""
        given = self.data if isinstance(self.data, (list, tuple)) else [self.data]
        return next((words(one) for one in given if is_own(one)), "")

    @property
    def own_placeholder(self) -> str:
        """Return what stands in the input for an own answer while it is empty."""
        return resolve(self.cfg.get("own_placeholder"), self.locale) or say("own_answer", self.locale)

    def own_mark(self, value: str) -> str:
        """Return the attribute that tells the choice to write an answer from the options."""
        return " data-mark" if value == MARK else ""

    @property
    def options(self) -> list[Mapping[str, Any]]:
        """Return the options in the order in which this visitor sees them."""
        given: list[Mapping[str, Any]] = list(self.cfg["options"])
        if not self.order_seed or not self.cfg.get("shuffle"):
            return given
        return mixed(given, self.order_seed, self.item.id, stays_last=lambda one: bool(one.get("pinned")))

    def is_full(self, one: Any) -> bool:
        """Tell whether an option can't be chosen any more."""
        return self.seating is not None and self.seating.is_full(one) and not self.seating.has_line

    def note(self, one: Any) -> str:
        """Return what is said about an option beside its label."""
        return self.seating.note(one, self.locale) if self.seating is not None else ""

    def away(self, value: str) -> str:
        """Return the attribute that hides an option which is not offered, where there is a script to bring it back."""
        return " data-away" if value in self.barred else ""

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
        described = [f"{part}-{self.name}" for part, there in self._parts() if there]
        given["aria-describedby"] = " ".join(described) or None
        given["aria-invalid"] = "true" if self.errors else None
        given["aria-required"] = "true" if self.is_required and not is_group else None
        return Markup(html_params(**{name: value for name, value in given.items() if value is not None}))  # noqa: S704 - html_params escapes

    def _parts(self) -> list[tuple[str, object]]:
        return [("h", self.help), ("p", self.is_prefilled or self.is_fixed), ("o", self.hint), ("e", self.errors)]


class Picked(Question):
    """A question whose one input offers what can be chosen."""

    is_chosen = True


class OneOf(Question):
    """One of a few answers that all stand on the page."""

    reading: ClassVar[Reading] = "one"
    is_chosen = True

    @property
    def focus_id(self) -> str:
        return f"{self.id}-0"


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


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
