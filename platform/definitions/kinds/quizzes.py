"""Checking a quiz: every question has a right answer, and one that can be given."""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import Document
from formloom.platform.definitions.scoring import fits
from formloom.platform.kernel.errors import Finding

KINDS = frozenset({"text", "number", "date", "time", "boolean", "choice", "choices"})
_NOT_ASKED = {"zh-CN": "这种字段不能设正确答案", "en": "A field of this type can't have a right answer"}
_NO_ANSWER = {"zh-CN": "还没有正确答案", "en": "There is no right answer yet"}
_NEVER = {"zh-CN": "正确答案“{answer}”无法填写", "en": "Nobody could give the right answer '{answer}'"}


def check_quiz(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the right answers of a form document."""
    for place, entry in enumerate(document.get("fields") or ()):
        quiz: Mapping[str, Any] | None = entry.get("quiz")
        if not quiz or entry["type"] not in FIELD_TYPES:
            continue
        kind, path = FIELD_TYPES.get(entry["type"]), f"fields/{place}/quiz"
        own = {name: value for name, value in entry.items() if name in kind.settings().fields}
        if kind.kind_of(entry) not in KINDS or kind.is_generated:
            yield Finding("no_quiz_here", _NOT_ASKED, path)
        elif not quiz.get("answer"):
            yield Finding("no_right_answer", _NO_ANSWER, f"{path}/answer")
        elif not kind.settings().validate(own):
            cfg = kind.settings().load(own)
            for answer in quiz["answer"]:
                if not fits(kind, cfg, answer):
                    yield Finding("impossible_answer", _NEVER, f"{path}/answer", {"answer": answer})
