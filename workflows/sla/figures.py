"""How well the targets of an app are kept.

Attainment is the part of the clocks that stopped in time among those that stopped or are overdue. What is open and not
yet due does not count, nor does what rests, until it goes on.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog
from formloom.workflows.queries import sla as rows


@dataclass(slots=True)
class Figures:
    """The clocks of one metric of one policy; durations are counted seconds, as the target counts them."""

    policy: Mapping[str, Any]
    metric: str
    title: Mapping[str, str]
    kind: str
    met: int = 0
    missed: int = 0
    overdue: int = 0
    open: int = 0
    paused: int = 0
    elapsed_s: list[int] = field(default_factory=list)

    def count(self, state: str, *, is_late: bool, many: int = 1) -> None:
        """Put clocks into one of the heaps, by their state and whether they are over their target."""
        if state == "stopped":
            name = "missed" if is_late else "met"
        elif state == "paused":
            name = "paused"
        else:
            name = "overdue" if is_late else "open"
        setattr(self, name, getattr(self, name) + many)

    @property
    def attainment(self) -> float | None:
        """Return percent, or None when nothing can be judged yet."""
        judged = self.met + self.missed + self.overdue
        return round(100 * self.met / judged, 1) if judged else None

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        spent = sorted(self.elapsed_s)
        return {
            "policy": dict(self.policy), "metric": self.metric, "title": dict(self.title), "kind": self.kind,
            "attainment": self.attainment, "met": self.met, "missed": self.missed, "overdue": self.overdue,
            "open": self.open, "paused": self.paused,
            "median_s": statistics.median(spent) if spent else None,
            "p90_s": spent[math.ceil(0.9 * len(spent)) - 1] if spent else None,
            "mean_s": round(statistics.fmean(spent), 1) if spent else None,
        }  # fmt: skip


def of_app(
    unit: ReadUnit, catalog: FormCatalog, actor: Actor, app_id: str, *, since: datetime | None, now: datetime
) -> list[Figures]:
    """Return the figures of every metric over forms that `actor` may read wholly. Raises NotFound, Forbidden.

    Where somebody may see some records or fields only, figures over all of them would tell about the others.
    """
    demand(unit, actor, Act.APP_OPEN, app=app_id)
    access = Access.of(unit, actor)
    found: dict[tuple[str, str], Figures] = {}
    forms: set[str] = set()
    for definition, document in store.published(unit, "sla", app_id=app_id):
        form = _form(unit, catalog, app_id, str(document.get("form")))
        if form is None or not access.reads_wholly(form):
            continue
        forms.add(form.form_id)
        policy = {"id": definition.id, "key": definition.key, "title": document.get("title") or {}}
        for metric in document.get("metrics") or ():
            title = metric.get("title") or {}
            found[definition.id, metric["id"]] = Figures(policy, metric["id"], title, metric["kind"])
    _fill(unit, app_id, sorted(forms), found, since, now)
    return list(found.values())


def _fill(
    unit: ReadUnit, app_id: str, forms: Sequence[str], found: Mapping[tuple[str, str], Figures],
    since: datetime | None, now: datetime,
) -> None:  # fmt: skip
    for row in rows.counts(unit, app_id, forms, since, now):
        figures = found.get((row.policy_id, row.metric))
        if figures is None:
            continue
        figures.count(row.state, is_late=bool(row.is_late), many=row.many)
    spent: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows.durations(unit, app_id, forms, since):
        spent[row.policy_id, row.metric].append(row.elapsed_s)
    for key, figures in found.items():
        figures.elapsed_s = spent.get(key, [])


def _form(unit: ReadUnit, catalog: FormCatalog, app_id: str, key: str) -> FormVersion | None:
    try:
        return catalog.in_app(unit, app_id, key)
    except NotFound:
        return None
