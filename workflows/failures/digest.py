"""What a digest says, pure: when one is due, what belongs together, and the words.

A group is one reason at one place: so often, first and last. Groups stand under the flow, policy or form that they are
about; what belongs to none of them comes last. Names and reasons are those of the reader's language, and nothing that
anybody wrote into a record is among them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from formloom.platform.kernel.text import LOCALES, LocalizedText, fill, joined, resolve
from formloom.platform.kernel.zones import moment_of
from formloom.platform.web.public.moments import shown_moment
from formloom.workflows.failures import reasons
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.queries.failures import GroupRow, Named

Every = Literal["off", "hourly", "daily"]
MOST_SECTIONS = 30
"""So many flows and forms a mail names; the page tells the others."""


WAITING = frozenset({"event", "delivery"})
"""Failures that wait for somebody, at the page `LETTERS`, which administrators see."""
LETTERS = "/settings/mail"


@dataclass(frozen=True, slots=True)
class Choice:
    """How often failures are told of, at which hour of the day where that is daily, and to whom.

    Without `people` it is the administrators; with `owners` also whoever started an app, of what concerns that.
    """

    every: Every = "daily"
    hour: int = 8
    people: tuple[str, ...] = ()
    owners: bool = True

    @classmethod
    def load(cls, told: Mapping[str, Any] | None) -> "Choice":
        """Return what was chosen, as `dump` wrote it."""
        return cls(**{**told, "people": tuple(told.get("people") or ())}) if told else cls()

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"every": self.every, "hour": self.hour, "people": list(self.people), "owners": self.owners}


@dataclass(frozen=True, slots=True)
class Section:
    """What failed about one flow, policy, blueprint or form; `about` is None for what belongs to none."""

    about: Named | None
    app: LocalizedText
    groups: tuple[GroupRow, ...]

    @property
    def count(self) -> int:
        """How often it was in all."""
        return sum(group.count for group in self.groups)

    @property
    def path(self) -> str:
        """Where the reader can look at it."""
        if self.about is None or all(group.kind in WAITING for group in self.groups):
            return LETTERS
        if self.about.kind == "flow":
            return f"/a/{self.about.app_key}/rules/runs?rule={self.about.id}"
        return f"/a/{self.about.app_key}/rules"


def border_before(now: datetime, choice: Choice, zone: ZoneInfo) -> datetime:
    """Return the last moment at which a period ended: the full hour, or the chosen hour of the day in `zone`."""
    if choice.every == "hourly":
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    today = now.astimezone(zone).date()
    border = moment_of(datetime.combine(today, time(choice.hour)), zone)
    return border if border <= now else moment_of(datetime.combine(today - timedelta(days=1), time(choice.hour)), zone)


def sections(
    groups: Iterable[GroupRow], known: Mapping[str, Named], apps: Mapping[str, LocalizedText]
) -> list[Section]:
    """Return groups under what they are about, the most frequent first."""
    found: dict[str, list[GroupRow]] = {}
    for group in groups:
        about = next((one for one in (group.flow_id, group.form_id) if one in known), "") or ""
        found.setdefault(about, []).append(group)
    made = []
    for about, some in found.items():
        named = known.get(about)
        ordered = tuple(sorted(some, key=lambda group: -group.count))
        made.append(Section(named, apps.get(named.app_id, {}) if named else {}, ordered))
    return sorted(made, key=lambda section: (section.about is None, -section.count))


def in_words(group: GroupRow) -> LocalizedText:
    """Return what failed and why."""
    why = reasons.words(group.code)
    step = NODES.get(group.step).label if group.step and group.step in NODES else {}
    return {
        locale: fill(_KINDS[group.kind], locale, {"step": resolve(step, locale), "why": resolve(why, locale)})
        for locale in LOCALES
    }


def in_short(found: Sequence[Section]) -> LocalizedText:
    """Return one line that tells of everything: which flows, how often."""
    names = [section for section in found if section.about is not None][:3]
    told = {}
    for locale in LOCALES:
        listed = [_QUOTED[locale].replace("{name}", _name(section, locale)) for section in names]
        params = {"n": sum(section.count for section in found), "names": joined(listed, locale)}
        told[locale] = fill(_SHORT if listed else _SHORTEST, locale, params)
    return told


def letter(
    found: Sequence[Section], *, reader: str, locale: str, house: str, base_url: str, path: str | None,
    sees_letters: bool, since: datetime, until: datetime, zone: ZoneInfo,
) -> str:  # fmt: skip
    """Return the text of a mail to one reader, in his language, with links to what he may see."""

    def at(moment: datetime) -> str:
        return shown_moment(moment, locale, until, zone)

    parts = [
        fill(_HELLO, locale, {"name": reader}),
        fill(_BETWEEN, locale, {"since": at(since), "until": at(until), "n": sum(one.count for one in found)}),
    ]
    for section in found[:MOST_SECTIONS]:
        lines = [_title(section, locale)]
        for group in section.groups:
            first, last = at(group.first_at), at(group.last_at)
            times = first if first == last else f"{first} – {last}"
            params = {"what": in_words(group)[locale], "n": group.count, "times": times}
            lines.append(fill(_LINE if group.count > 1 else _ONCE, locale, params))
        parts.append("\n".join([*lines, *(f"  {base_url}{one}" for one in _links(section, sees_letters))]))
    if len(found) > MOST_SECTIONS:
        parts.append(fill(_FURTHER, locale, {"n": len(found) - MOST_SECTIONS}))
    if path:
        parts.append(fill(_ALL, locale, {"url": base_url + path}))
    return "\n\n".join([*parts, house]) + "\n"


def _links(section: Section, sees_letters: bool) -> list[str]:
    found = [section.path, *([LETTERS] if any(group.kind in WAITING for group in section.groups) else [])]
    return [one for one in dict.fromkeys(found) if one != LETTERS or sees_letters]


def _title(section: Section, locale: str) -> str:
    if section.about is None:
        return resolve(_ELSEWHERE, locale)
    return " · ".join(part for part in (resolve(section.app, locale), _name(section, locale)) if part)


def _name(section: Section, locale: str) -> str:
    return resolve(section.about.title, locale) or section.about.id if section.about else ""


_KINDS: Mapping[str, LocalizedText] = {
    "step": {"zh-CN": "步骤“{step}”失败：{why}", "en": "Step “{step}” failed: {why}"},
    "run": {"zh-CN": "执行中断：{why}", "en": "A run broke: {why}"},
    "stopped": {"zh-CN": "被拦下：{why}", "en": "Held back: {why}"},
    "event": {"zh-CN": "事件被搁置：{why}", "en": "An event was put aside: {why}"},
    "mailbox": {"zh-CN": "邮件未能收取：{why}", "en": "Mails could not be taken in: {why}"},
    "delivery": {"zh-CN": "消息未能送达：{why}", "en": "A message was not delivered: {why}"},
}
_QUOTED = {"zh-CN": "“{name}”", "en": "“{name}”"}
_SHORT: LocalizedText = {"zh-CN": "自动化失败汇总：共 {n} 次，涉及{names}", "en": "Automation failed {n}×: {names}"}
_SHORTEST: LocalizedText = {"zh-CN": "自动化失败汇总：共 {n} 次", "en": "Automation failed {n}×"}
_HELLO: LocalizedText = {"zh-CN": "{name}，您好：", "en": "Hello {name},"}
_BETWEEN: LocalizedText = {
    "zh-CN": "{since} 至 {until}，自动化共失败 {n} 次：", "en": "between {since} and {until}, automation failed {n}×:",
}  # fmt: skip
_LINE: LocalizedText = {"zh-CN": "  {what}，{n} 次，{times}", "en": "  {what} — {n} times, {times}"}
_ONCE: LocalizedText = {"zh-CN": "  {what}，{times}", "en": "  {what} — {times}"}
_ELSEWHERE: LocalizedText = {"zh-CN": "不属于某个流程", "en": "Not of any flow"}
_FURTHER: LocalizedText = {"zh-CN": "另有 {n} 项。", "en": "And {n} more."}
_ALL: LocalizedText = {
    "zh-CN": "查看全部，或更改发送时间和收件人：\n{url}",
    "en": "See all of it, or change when this is sent and to whom:\n{url}",
}  # fmt: skip
