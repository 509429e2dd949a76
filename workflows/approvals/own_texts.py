"""The texts that a step has of its own for what people are told, instead of those of the house.

A step's `messages` have for each occasion (somebody is asked, somebody is reminded, the step was decided) a text in the
app and subject and body of a mail, each a Liquid template in both languages. A template quotes the record as the step
shows it: what is hidden from those who are told is empty.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.moments import shown_moment
from formloom.workflows.engine.context import Context
from formloom.workflows.mail.liquid import TemplateFault, render

When = Literal["asked", "reminded", "decided"]
Part = Literal["app", "subject", "body"]
LONGEST: Mapping[Part, int] = {"app": 500, "subject": 200, "body": 20_000}


class OwnTexts:
    """The own texts of a step for one occasion; what is the same for all readers is worked out once."""

    def __init__(
        self, context: Context, node: Mapping[str, Any], when: When, seen: Collection[str] | None,
        *, due_at: datetime | None = None, **task: str,
    ) -> None:  # fmt: skip
        """`seen` are the fields that readers see, None for all; `task` is what a template has beside step and due."""
        self._context, self._node, self._seen = context, node, seen
        self._due_at, self._task = due_at, task
        self._texts: Mapping[str, Any] = (node.get("messages") or {}).get(when) or {}
        self._variables: dict[str, Mapping[str, Any]] = {}

    def __bool__(self) -> bool:
        return any(resolve(text, "en") for text in self._texts.values())

    def get(self, part: Part, locale: str) -> str:
        """Return a text in a language, empty where the step has none or its template can't be filled."""
        template = resolve(self._texts.get(part), locale)
        if not template.strip():
            return ""
        try:
            text = render(template, self._words(locale)).strip()[: LONGEST[part]]
        except TemplateFault:
            return ""
        return text if part == "body" else " ".join(text.split())

    def _words(self, locale: str) -> Mapping[str, Any]:
        if locale not in self._variables:
            known = self._context.words(locale)
            record = {
                name: value if self._seen is None or name == "id" or name in self._seen else ""
                for name, value in (known.get("record") or {}).items()
            }
            due = shown_moment(self._due_at, locale, self._context.now, self._context.zone) if self._due_at else ""
            task = {"step": resolve(self._node.get("title"), locale), "due": due, **self._task}
            self._variables[locale] = {**known, "record": record, "task": task}
        return self._variables[locale]
