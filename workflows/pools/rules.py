"""The rules of a pool, pure: what may be taken, until when it is kept, when it comes back and who is told before.

A day is 24 hours, or with a calendar one of its working days. A term that begins at half past nine ends at half past
nine, so many days later; a warning three days before the end of thirty comes after twenty-seven. What is due comes back
once the moment is reached.

    found = outlook(terms, Standing(since=taken_at), days)
    found.due_at, found.why         # when it comes back unless something happens, and by which rule
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from formloom.workflows.calendars import Calendar

Why = Literal["unfollowed", "unwon", "owner_left"]
Refusal = Literal["daily_limit", "holding_limit", "cooling_down"]
Days = Callable[[datetime, int], datetime]
"""Counts days from a moment on."""
"""How many days without working hours are passed over before days are counted as they come."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a pool says in numbers; None is no such rule."""

    per_day: int | None = None
    holding: int | None = None
    cool_down: int | None = None
    protection: int | None = None
    unfollowed: int | None = None
    unwon: int | None = None
    owner_left: bool = True
    warnings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a record that somebody holds."""

    since: datetime
    followed_at: datetime | None = None
    is_won: bool = False
    is_protected: bool = False
    """By the condition of the pool."""
    left_at: datetime | None = None
    """When it was noticed that the owner has left."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A moment at which the owner is told that so many `days` are left."""

    at: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead of a record that somebody holds."""

    due_at: datetime | None = None
    why: Why | None = None
    protected_until: datetime | None = None
    warnings: tuple[Warned, ...] = ()

    def next_at(self, now: datetime) -> datetime | None:
        """Return when something has to be done next: a warning that is still to come, or the end."""
        ahead = [one.at for one in self.warnings if one.at > now]
        return min([*ahead, self.due_at]) if self.due_at else None

    def warned_by(self, now: datetime) -> Warned | None:
        """Return the last warning that is reached by `now`, unless the end is."""
        if self.due_at is None or now >= self.due_at:
            return None
        reached = [one for one in self.warnings if one.at <= now]
        return max(reached, key=lambda one: one.at) if reached else None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why somebody may not take a record, with the numbers."""

    code: Refusal
    limit: int = 0
    taken: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimer:
    """What is known of who wants a record: taken today, held now, and when he last gave this very record up."""

    taken_today: int = 0
    held: int = 0
    gave_up_at: datetime | None = None


def counted_in(calendar: Calendar | None) -> Days:
    """Return what counts days: by a calendar those on which there are working hours."""

    def days(start: datetime, number: int) -> datetime:
        if calendar is None:
            return start + timedelta(days=number)
        return calendar.days_later(start, number) or start + timedelta(days=number)

    return days


def outlook(terms: Terms, standing: Standing, days: Days) -> Outlook:
    """Return when a held record comes back, and why: the rule that is first; protection holds all but a leaving owner.

    What meets the condition of protection never comes back.
    """
    protected = days(standing.since, terms.protection) if terms.protection else None
    if standing.is_protected:
        return Outlook(protected_until=protected)
    if standing.left_at is not None and terms.owner_left:
        return Outlook(standing.left_at, "owner_left")
    ends: list[tuple[datetime, Why, datetime, int]] = []
    if terms.unfollowed:
        start = max(standing.since, standing.followed_at or standing.since)
        ends.append((days(start, terms.unfollowed), "unfollowed", start, terms.unfollowed))
    if terms.unwon and not standing.is_won:
        ends.append((days(standing.since, terms.unwon), "unwon", standing.since, terms.unwon))
    if not ends:
        return Outlook(protected_until=protected)
    due_at, why, start, length = min(ends)
    told = tuple(Warned(days(start, length - before), before) for before in terms.warnings if before < length)
    if protected is not None and protected > due_at:
        due_at = protected
        told = tuple(one for one in told if one.at < due_at)
    return Outlook(due_at, why, protected, tuple(sorted(told, key=lambda one: one.at)))


def cooled_down_at(terms: Terms, gave_up_at: datetime | None, days: Days) -> datetime | None:
    """Return from when on somebody who gave a record up may take it again; None when at once."""
    return days(gave_up_at, terms.cool_down) if gave_up_at and terms.cool_down else None


def refusal(terms: Terms, who: Claimer, days: Days, now: datetime, *, counts: bool = True) -> Refused | None:
    """Return why somebody may not take a record now, or None. `counts` is whether it would count as held."""
    until = cooled_down_at(terms, who.gave_up_at, days)
    if until is not None and until > now:
        return Refused("cooling_down", terms.cool_down or 0, until=until)
    if terms.per_day is not None and who.taken_today >= terms.per_day:
        return Refused("daily_limit", terms.per_day, who.taken_today)
    if terms.holding is not None and counts and who.held >= terms.holding:
        return Refused("holding_limit", terms.holding, who.held)
    return None


def left(limit: int | None, used: int) -> int | None:
    """Return how much of a limit is left; None without one."""
    return None if limit is None else max(0, limit - used)


def days_left(due_at: datetime, now: datetime) -> int:
    """Return how many days are left, the begun one counted, as people say it."""
    return max(0, -int((now - due_at) // timedelta(days=1)))


def ordered(warnings: Sequence[int]) -> tuple[int, ...]:
    """Return days before the end without repeats, the earliest warning first."""
    return tuple(sorted(set(warnings), reverse=True))
