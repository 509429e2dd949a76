"""Who may do what: the only place that decides.

Every use case names its act and is guarded by it before anything else happens:

    @requires(Act.RECORD_CREATE)
    def create(uow, actor, form, values, *, now): ...

The guard takes the unit of work and the actor from the first two arguments, and what the act is about from the
argument called `form`, `definition`, `flow`, `dashboard` or `app`. Where that is found only later, the use case
asks itself, first thing after the look-up:

    demand(unit, actor, Act.DEFINITION_EDIT, app=definition.app_id)

What is not granted is refused. What the actor may not even know of is not found; what he may see but not do is
forbidden. What an actor may do with rows and fields is told by `Access`:

    access = Access.of(unit, actor)
    access.rows(form, Act.RECORD_READ)      # a condition tree to add to every query, or None for all rows
    access.fields(form)                     # {"amount": "hidden", "note": "read", "subject": "write"}
    access.guard_condition(tree, form)      # refuses a filter on a hidden field

Not for deciding whether a *request* is genuine: sessions, CSRF and rate limits are the edge's.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from formloom.platform.access.access import Access, FormRef
from formloom.platform.access.acts import NEEDS, Act
from formloom.platform.kernel.actors import Actor, Member, Public
from formloom.platform.kernel.errors import Forbidden, Unauthenticated
from formloom.platform.storage.database import ReadUnit

P = ParamSpec("P")
R = TypeVar("R")

__all__ = ["Access", "Act", "FormRef", "admit", "demand", "requires"]

_SUBJECTS = ("form", "definition", "flow", "dashboard", "app", "app_id")
_NEEDS_NO_SUBJECT = frozenset({"anyone", "member", "builder", "admin"})


def requires(act: Act) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a use case by `act`; see the module. The guarded function carries the act as `.act`."""

    def guard(use_case: Callable[P, R]) -> Callable[P, R]:
        if NEEDS[act].level == "anyone":
            use_case.act = act  # type: ignore[attr-defined]  # a mark on a function
            return use_case
        parameters = list(inspect.signature(use_case).parameters)
        subject = next((name for name in _SUBJECTS if name in parameters), None)
        if subject is None and NEEDS[act].level not in _NEEDS_NO_SUBJECT:
            raise TypeError(f"{use_case.__qualname__}: {act} is about an app or a form; no argument names it")
        position = parameters.index(subject) if subject else -1

        @functools.wraps(use_case)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            about = None
            if subject is not None:
                about = args[position] if position < len(args) else kwargs.get(subject)
            _demand(args[0], args[1], act, subject, about)  # type: ignore[arg-type]  # the first two are the unit and the actor
            return use_case(*args, **kwargs)

        guarded.act = act  # type: ignore[attr-defined]  # a mark on a function
        return guarded

    return guard


def demand(unit: ReadUnit, actor: Actor, act: Act, *, form: FormRef | None = None, app: str | None = None) -> None:
    """Let nothing happen unless `actor` may do `act`, with this form or inside the app of this id.

    Raises Forbidden, or NotFound when the actor may not even know of it.
    """
    Access.of(unit, actor).demand(act, form=form, app=app)


def admit(act: Act, member: Member | None) -> None:
    """Decide what can be decided before anything is looked up: the edge asks this for every request.

    Raises Unauthenticated, Forbidden.
    """
    level = NEEDS[act].level
    if level in {"anyone", "visitor"}:
        return
    if member is None:
        raise Unauthenticated
    if (level == "admin" and not member.is_admin) or (level == "builder" and not Access.builds(member)):
        raise Forbidden


def _demand(unit: ReadUnit, actor: Actor, act: Act, subject: str | None, about: Any) -> None:
    if about is None:
        Access.of(unit, actor).demand(act)
    elif subject in {"app", "app_id"}:
        demand(unit, actor, act, app=about if isinstance(about, str) else about.id)
    elif subject == "form":
        demand(unit, actor, act, form=about)
    elif isinstance(actor, Public):
        raise Forbidden
    else:
        demand(unit, actor, act, app=about.app_id)
