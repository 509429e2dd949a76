"""Where a run stands: its tokens. Plain values, so that a run can be put away between any two steps.

A token stands at a place and is `ready` to go there, `busy` while its action is being done, `waiting` for people, a
moment or another run, or `split` while its children walk the ways of a fork. Nothing here changes: every step of the
engine gives a new state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Status = Literal["ready", "busy", "waiting", "split"]


@dataclass(frozen=True, slots=True)
class Token:
    """One point at which a run stands.

    `back` is where it goes straight after this place; `item` is what a loop gave it. `formerly` is what its place was
    called in earlier versions: what it waits for may have been set under such a name.
    """

    id: int
    at: str
    status: Status = "ready"
    parent: int | None = None
    way: str | None = None
    visit: int = 1
    back: str | None = None
    item: Any = None
    formerly: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """Return the JSON form, without what is as usual."""
        told = {"id": self.id, "at": self.at, "status": self.status, "parent": self.parent, "way": self.way,
                "visit": self.visit, "back": self.back, "item": self.item,
                "formerly": self.formerly or None}  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def load(cls, told: Mapping[str, Any]) -> "Token":
        """Return the token that `dump` wrote."""
        return cls(**{**told, "formerly": tuple(told.get("formerly") or ())})

    def waits(self, node: object, visit: object) -> bool:
        """Tell whether it still waits at a place for what was set at a visit there."""
        return self.status == "waiting" and self.visit == visit and node in (self.at, *self.formerly)

    def renamed(self, at: str) -> "Token":
        """Return the token at a place that is called something else by now."""
        return self if at == self.at else replace(self, at=at, formerly=(*self.formerly, self.at))


@dataclass(frozen=True, slots=True)
class State:
    """All tokens of a run, in the order they were made, and what its nodes kept for later ones.

    `ended` is the result once there are no tokens.
    """

    tokens: tuple[Token, ...] = ()
    made: int = 0
    visits: Mapping[str, int] = field(default_factory=dict)
    ended: str | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        kept = {"kept": dict(self.kept)} if self.kept else {}
        return {"tokens": [one.dump() for one in self.tokens], "made": self.made, "visits": dict(self.visits),
                "ended": self.ended, **kept}  # fmt: skip

    @classmethod
    def load(cls, told: Mapping[str, Any]) -> "State":
        """Return the state that `dump` wrote."""
        tokens = tuple(Token.load(one) for one in told.get("tokens") or ())
        return cls(tokens, told.get("made") or 0, told.get("visits") or {}, told.get("ended"), told.get("kept") or {})

    def token(self, number: int) -> Token | None:
        """Return a token, None when it is gone."""
        return next((one for one in self.tokens if one.id == number), None)

    def children(self, number: int) -> list[Token]:
        """Return the tokens that a fork made out of one."""
        return [one for one in self.tokens if one.parent == number]

    def below(self, number: int) -> set[int]:
        """Return the ids of all that came of a token, without itself."""
        found: set[int] = set()
        grown = {number}
        while grown:
            grown = {one.id for one in self.tokens if one.parent in grown}
            found |= grown
        return found

    def put(self, token: Token) -> "State":
        """Return the state with a token as it is now."""
        return replace(self, tokens=tuple(token if one.id == token.id else one for one in self.tokens))

    def without(self, numbers: set[int]) -> "State":
        """Return the state without some tokens."""
        return replace(self, tokens=tuple(one for one in self.tokens if one.id not in numbers))

    def add(self, at: str, **more: Any) -> "State":
        """Return the state with one token more."""
        made = self.made + 1
        return replace(self, tokens=(*self.tokens, Token(made, at, **more)), made=made)

    @property
    def waiting(self) -> frozenset[int]:
        """The tokens that wait for something outside."""
        return frozenset(one.id for one in self.tokens if one.status == "waiting")
