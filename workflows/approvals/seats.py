"""What the answers at one node come to: pure, from the seats around the table to a ruling.

Everybody who is asked at a node has a seat. Further people can be asked beside any seat: `before` it (it waits for
them), `after` it, in `parallel`, or `instead` of it after a transfer; and beside those again. A seat is approved when
its own answer and everything beside it are, and rejected as soon as one of these is.

    ruling("vote", 60, seats)  ->  Ruling(result="approved", open=frozenset())

`any` takes the first answer. `all` needs every approval and ends with the first rejection. `sequential` asks one after
the other. `vote` needs `percent` of the seats, and ends as soon as that is reached or out of reach.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

SeatState = Literal["pending", "open", "approved", "rejected", "submitted", "transferred", "skipped", "cancelled"]
Beside = Literal["before", "after", "parallel", "instead"]
Result = Literal["approved", "rejected"]
AGREED = frozenset({"approved", "submitted", "skipped"})
BESIDE: tuple[Beside, ...] = ("before", "after", "parallel", "instead")


@dataclass(frozen=True, slots=True)
class Seat:
    """One person asked. `beside` says how it belongs to the seat `parent`."""

    id: str
    user_id: str
    state: SeatState = "pending"
    position: int = 0
    parent: str | None = None
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the answers come to so far: a result or None, and the seats that are asked now."""

    result: Result | None
    open: frozenset[str] = frozenset()


def ruling(mode: str, percent: int, seats: Iterable[Seat]) -> Ruling:
    """Return what the answers of `seats` come to. Nobody asked at all is approved."""
    known = [one for one in seats if one.state != "cancelled"]
    beside: dict[str, list[Seat]] = {}
    for one in sorted(known, key=lambda seat: (seat.position, seat.id)):
        if one.parent is not None:
            beside.setdefault(one.parent, []).append(one)
    table = sorted((one for one in known if one.parent is None), key=lambda seat: (seat.position, seat.id))
    return _weigh(mode, percent, [_worth(one, beside) for one in table])


def _weigh(mode: str, percent: int, worth: Sequence[Ruling]) -> Ruling:
    agreed = sum(one.result == "approved" for one in worth)
    refused = sum(one.result == "rejected" for one in worth)
    asked = frozenset[str]().union(*(one.open for one in worth))
    if not worth or agreed == len(worth):
        return Ruling("approved")
    if mode == "sequential":
        return next(one for one in worth if one.result != "approved")
    if mode == "any":
        return Ruling("approved") if agreed else Ruling("rejected") if refused else Ruling(None, asked)
    if mode == "vote":
        if agreed * 100 >= percent * len(worth):
            return Ruling("approved")
        return Ruling("rejected") if (len(worth) - refused) * 100 < percent * len(worth) else Ruling(None, asked)
    return Ruling("rejected") if refused else Ruling(None, asked)


def _worth(seat: Seat, beside: Mapping[str, Sequence[Seat]]) -> Ruling:
    """Return what a seat and all that is beside it come to."""
    around = {name: [_worth(one, beside) for one in beside.get(seat.id, ()) if one.beside == name] for name in BESIDE}
    before = _weigh("all", 100, around["before"])
    if before.result != "approved":
        return before
    own = _weigh("all", 100, around["instead"]) if seat.state == "transferred" else _own(seat)
    parallel = _weigh("all", 100, around["parallel"])
    if "rejected" in {own.result, parallel.result}:
        return Ruling("rejected")
    if own.result is None or parallel.result is None:
        return Ruling(None, own.open | parallel.open)
    return _weigh("all", 100, around["after"])


def _own(seat: Seat) -> Ruling:
    if seat.state in AGREED:
        return Ruling("approved")
    return Ruling("rejected") if seat.state == "rejected" else Ruling(None, frozenset({seat.id}))
