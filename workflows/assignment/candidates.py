"""People who may get a record, each with what is known about him and, if he is out, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from formloom.platform.kernel.text import LocalizedText

Dropped = Literal["invited", "disabled", "sample", "gone", "off_hours", "full", "not_in_table"]

REASONS: Mapping[str, LocalizedText] = {
    "invited": {"zh-CN": "尚未接受邀请", "en": "has not accepted the invitation yet"},
    "disabled": {"zh-CN": "账号已停用", "en": "account is disabled"},
    "sample": {"zh-CN": "示例成员，不接收真实工作", "en": "a sample member gets no real work"},
    "gone": {"zh-CN": "已离开", "en": "has left"},
    "off_hours": {"zh-CN": "不在工作时间", "en": "outside working hours"},
    "full": {"zh-CN": "已达上限 {max_open}", "en": "at the limit of {max_open}"},
    "not_in_table": {"zh-CN": "对照表中没有对应", "en": "not the one in the table"},
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person. `load` is the number of open records, None when it was not needed; `turn` the lane's number
    when he last got one, 0 for never."""

    user_id: str
    name: str
    position: int
    status: str = "active"
    load: int | None = None
    max_open: int | None = None
    turn: int = 0
    dropped: Dropped | None = None

    def out(self, why: Dropped) -> "Candidate":
        """Return the same person, dropped; an earlier reason stays."""
        return self if self.dropped else replace(self, dropped=why)

    def dump(self) -> dict[str, Any]:
        """Return the JSON form, with the reason in words."""
        reason = REASONS.get(self.dropped or "")
        words = {locale: text.replace("{max_open}", str(self.max_open)) for locale, text in (reason or {}).items()}
        return {
            "user": self.user_id, "name": self.name, "load": self.load, "max_open": self.max_open, "turn": self.turn,
            "kept": self.dropped is None, "dropped": self.dropped, "reason": words or None,
        }  # fmt: skip


def kept(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those who are still in."""
    return [candidate for candidate in candidates if candidate.dropped is None]
