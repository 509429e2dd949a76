"""People who may get a record, each with what is known about him and, if he is out, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from formloom.platform.kernel.text import LocalizedText

Dropped = Literal[
    "invited", "disabled", "sample", "gone", "not_in_table", "not_the_last", "not_above", "no_skill",
    "wrong_territory", "on_leave", "off_shift", "off_hours", "full",
]  # fmt: skip
REASONS: Mapping[str, LocalizedText] = {
    "invited": {"zh-CN": "尚未接受邀请", "en": "has not accepted the invitation yet"},
    "disabled": {"zh-CN": "账号已停用", "en": "account is disabled"},
    "sample": {"zh-CN": "示例成员，不接收真实工作", "en": "a sample member gets no real work"},
    "gone": {"zh-CN": "已离开", "en": "has left"},
    "not_in_table": {"zh-CN": "对照表中没有对应", "en": "not the one in the table"},
    "not_the_last": {"zh-CN": "上一条不是由其处理", "en": "did not have the last one"},
    "not_above": {"zh-CN": "不是其上级", "en": "not the manager"},
    "no_skill": {
        "zh-CN": "技能“{skill}”需 {level} 级，现为 {has} 级",
        "en": "needs “{skill}” at level {level}, has {has}",
    },
    "wrong_territory": {"zh-CN": "不负责“{place}”", "en": "does not look after “{place}”"},
    "on_leave": {"zh-CN": "休假中", "en": "is on leave"},
    "off_shift": {"zh-CN": "不在班次内", "en": "is not on shift"},
    "off_hours": {"zh-CN": "不在工作时间", "en": "outside working hours"},
    "full": {"zh-CN": "已达上限 {max_open}", "en": "at the limit of {max_open}"},
}
PASSING: frozenset[str] = frozenset({"on_leave", "off_shift", "off_hours"})
"""What only keeps somebody from being given a record: he may still take one himself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person.

    `load` is the number of open records, None when it was not needed; `turn` the lane's number when he last got one,
    0 for never; `start` where he stands in the lane's count of shares. `about` fills the words of `dropped`;
    `instead_of` is whose delegate he is here.
    """

    user_id: str
    name: str
    position: int
    status: str = "active"
    load: int | None = None
    max_open: int | None = None
    turn: int = 0
    start: float = 0.0
    dropped: Dropped | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    instead_of: str | None = None

    def out(self, why: Dropped, **about: Any) -> "Candidate":
        """Return the same person, dropped; an earlier reason stays."""
        if self.dropped:
            return self
        return Candidate(
            self.user_id, self.name, self.position, self.status, self.load, self.max_open, self.turn, self.start, why,
            about, self.instead_of,
        )  # fmt: skip

    def known(self, load: int | None, turn: int, start: float) -> "Candidate":
        """Return the same person with what a lane knows of him."""
        return Candidate(
            self.user_id, self.name, self.position, self.status, load, self.max_open, turn, start, self.dropped,
            self.about, self.instead_of,
        )  # fmt: skip

    def limited(self, limits: Sequence[int | None]) -> "Candidate":
        """Return the same person with the least of his own limit and further ones."""
        given = [limit for limit in (self.max_open, *limits) if limit is not None]
        most = min(given) if given else None
        return self if most == self.max_open else replace(self, max_open=most)

    @property
    def may_take(self) -> bool:
        """Tell whether he may take the record himself."""
        return self.dropped is None or self.dropped in PASSING

    def reason(self) -> LocalizedText | None:
        """Return in words why he is out, or None."""
        if self.dropped is None:
            return None
        about = {"max_open": self.max_open, **self.about}
        return {locale: _filled(text, about, locale) for locale, text in REASONS[self.dropped].items()}

    def dump(self) -> dict[str, Any]:
        """Return the JSON form, with the reason in words."""
        return {
            "user": self.user_id, "name": self.name, "load": self.load, "max_open": self.max_open, "turn": self.turn,
            "kept": self.dropped is None, "dropped": self.dropped, "reason": self.reason(),
            **({"instead_of": self.instead_of} if self.instead_of else {}),
        }  # fmt: skip


def kept(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those who are still in."""
    return [candidate for candidate in candidates if candidate.dropped is None]


def _filled(text: str, about: Mapping[str, Any], locale: str) -> str:
    for name, value in about.items():
        said = value.get(locale) or next(iter(value.values()), "") if isinstance(value, Mapping) else value
        text = text.replace(f"{{{name}}}", str(said))
    return text
