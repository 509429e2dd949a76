"""Who acts. Passed as an argument to every use case, never read from a global.

A public visitor is its own kind of actor, not a member with a weak role: what it may do is a closed list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

ActorKind = Literal["member", "public", "system"]


@dataclass(frozen=True, slots=True)
class Member:
    """A person with an account."""

    user_id: str
    name: str
    email: str
    locale: str = "zh-CN"
    is_admin: bool = False
    roles: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    @property
    def kind(self) -> ActorKind:
        return "member"

    @property
    def id(self) -> str | None:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Opened:
    """What a visitor's link opens: the records that meet a condition, the fields it shows and those it lets change."""

    rows: Mapping[str, Any]
    sees: frozenset[str]
    edits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Public:
    """A visitor of one public form: bound to the form, its published version and the link that was opened.

    `opens` is what the visitor came to see or change; without it a visitor reads nothing at all.
    """

    form_id: str
    version: int
    link_token: str
    ip_prefix: str = ""
    locale: str = "zh-CN"
    opens: Opened | None = None

    @property
    def kind(self) -> ActorKind:
        return "public"

    @property
    def id(self) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class System:
    """The house itself: a flow, an installation, a scheduled clean-up.

    `cause` is a short name such as `flow`, `install` or `ticker`; `flow_id` and `depth` bound chains of rules.
    `person` is who has his hand in it, where the house lets somebody do what his permission groups would not: the
    history names him, and his uploads can be used.
    """

    cause: str
    flow_id: str | None = None
    depth: int = 0
    locale: str = "zh-CN"
    person: str | None = None

    @property
    def kind(self) -> ActorKind:
        return "member" if self.person else "system"

    @property
    def id(self) -> str | None:
        return self.person or self.flow_id


Actor: TypeAlias = Member | Public | System
