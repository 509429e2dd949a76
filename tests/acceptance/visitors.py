"""Visitors who answer a questionnaire through HTTP as a browser without a script does: open the page, wait, post it."""

import http.client
import random
import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.acceptance.questions import QUESTIONS, Question, asked

AT_ONCE = 4
TIME_TRAP_S = 3.2
_TOKEN = re.compile(r'name="_token" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody with an opinion about everything, who answers all that stands on the page or only what is asked of them."""

    number: int
    answers: dict[str, Any]
    """Question → answer, both by their Chinese words."""
    tells_all: bool
    """Sends answers also to what the rules hide, as a page without a script does."""
    token: str = ""
    status: int = 0
    answer: str = ""

    @property
    def said(self) -> Mapping[str, Any]:
        """Return what must stand in the record in the end."""
        return {name: self.answers[name] for name in asked(self.answers)}


def crowd(count: int, seed: int) -> list[Visitor]:
    """Return visitors whose answers are drawn at random, the same ones for the same seed."""
    dice = random.Random(seed)
    return [
        Visitor(number, {one.zh: _drawn(one, number, dice) for one in QUESTIONS}, tells_all=number % 2 == 0)
        for number in range(count)
    ]


@dataclass(frozen=True)
class Input:
    """Where a question is answered: the name of its input, and the value of each option by its Chinese words."""

    name: str
    values: Mapping[str, str]

    def sent(self, answer: Any) -> list[tuple[str, str]]:
        """Return the answer as a browser sends it."""
        return [(self.name, str(self.stored(one))) for one in (answer if isinstance(answer, list) else [answer])]

    def stored(self, answer: Any) -> Any:
        """Return the answer, or each of several, as the record has it."""
        if isinstance(answer, list):
            return [self.stored(one) for one in answer]
        return self.values.get(answer, answer) if isinstance(answer, str) else answer


def answer_all(visitors: Sequence[Visitor], link: str, inputs: Mapping[str, Input]) -> float:
    """Let everybody open the page, wait and post; return how many seconds the posting took.

    `inputs` gives the input of each question.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda one: _open(one, link), visitors))
        time.sleep(TIME_TRAP_S)
        begun = time.perf_counter()
        list(pool.map(lambda one: _post(one, link, inputs), visitors))
        return time.perf_counter() - begun


def _open(visitor: Visitor, link: str) -> None:
    status, text = _asked(link, "GET")
    found = _TOKEN.search(text)
    assert status == 200 and found, (status, text[:400])
    visitor.token = found[1]


def _post(visitor: Visitor, link: str, inputs: Mapping[str, Input]) -> None:
    told = visitor.answers if visitor.tells_all else visitor.said
    fields = [("_token", visitor.token)]
    for name, value in told.items():
        fields += inputs[name].sent(value)
    visitor.status, visitor.answer = _asked(link, "POST", urlencode(fields))


def _asked(link: str, method: str, body: str | None = None) -> tuple[int, str]:
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
    try:
        connection.request(method, parts.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _drawn(question: Question, number: int, dice: random.Random) -> Any:
    words = [zh for zh, _en in question.options]
    return {
        "text": lambda: f"{question.zh} {number}",
        "textarea": lambda: f"{question.zh}\n第 {number} 位",
        "radio": lambda: dice.choice(words),
        "select": lambda: dice.choice(words),
        "checkboxes": lambda: dice.sample(words, dice.randint(1, max(1, len(words)))),
        "email": lambda: f"visitor{number}@example.com",
        "phone": lambda: f"138{number:08d}",
        "number": lambda: dice.randint(1, 90),
        "rating": lambda: dice.randint(1, 5),
        "nps": lambda: dice.randint(0, 10),
        "slider": lambda: dice.randint(0, 100),
        "date": lambda: f"2026-{dice.randint(1, 10):02d}-{dice.randint(1, 28):02d}",
        "time": lambda: f"{dice.randint(8, 18):02d}:30",
        "boolean": lambda: dice.choice(["true", "false"]),
    }[question.type]()
