"""The figures of a dashboard, for one viewer.

Each widget asks one question of the database (a table two), all within one read unit, so that the tiles agree with
each other; names of people are looked up once for all of them. The viewer's rows and hidden fields are part of
every question: a widget over a field that he may not see answers with an error of its own and the others stand.

    with db.read() as unit:
        answer = compute(unit, actor, app, document, chosen, catalog=catalog, viewing=viewing)

Every row of a chart carries `drill`: the condition under which the grid shows exactly the records it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.analytics.filters import applying
from formloom.platform.analytics.labels import Labels
from formloom.platform.analytics.tiles import TILES, Asked
from formloom.platform.analytics.widgets import Figures, Result, Viewing, Widget, both
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records import listing
from formloom.platform.records.queries import people
from formloom.platform.records.queries.groups import Dimension, GroupRow, Measure
from formloom.platform.records.queries.pages import Query
from formloom.platform.records.record import Record
from formloom.platform.records.relations.naming import names_of
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog


@requires(Act.DASHBOARD_READ)
def compute(
    unit: ReadUnit, actor: Actor, app: str, document: Mapping[str, Any], chosen: JSONObject, *,
    catalog: FormCatalog, viewing: Viewing,
) -> dict[str, Result]:  # fmt: skip
    """Return widget id → its figures, or `{"error"}`. `app` is the app's id, `chosen` the filter set by the viewer.

    Raises Forbidden when the actor may not open the app.
    """
    return figures_of(document, chosen, _Database(unit, actor, app, catalog, viewing), viewing)


def figures_of(
    document: Mapping[str, Any], chosen: JSONObject, figures: Figures, viewing: Viewing
) -> dict[str, Result]:
    """Return widget id → its figures from any source."""
    labels = Labels(viewing.locale)
    asked = {widget["id"]: _ask(widget, document, chosen, figures, labels, viewing) for widget in document["widgets"]}
    labels.look_up(figures)
    return {name: one if isinstance(one, dict) else one.answer(labels) for name, one in asked.items()}


def _ask(
    widget: Widget, document: Mapping[str, Any], chosen: JSONObject, figures: Figures, labels: Labels, viewing: Viewing
) -> Asked | Result:
    try:
        form = figures.form(widget["form"])
        extra = applying(chosen, document, form)
        condition = both(widget.get("filter"), extra)
        found = TILES[widget["type"]](widget, form, condition, figures, labels, viewing)
        found.facts = {"form": form.form_id, "drill": condition, "filtered": bool(extra), **found.facts}
    except FormloomError as fault:
        return {"error": {"code": fault.code, "message": fault.words(viewing.locale)}}
    return found


@dataclass(frozen=True, slots=True)
class _Database:
    """The figures that one viewer may see."""

    unit: ReadUnit
    actor: Actor
    app_id: str
    catalog: FormCatalog
    viewing: Viewing

    def form(self, key: str) -> FormVersion:
        return self.catalog.in_app(self.unit, self.app_id, key)

    def readable(self, form: FormVersion) -> frozenset[str]:
        return Access.of(self.unit, self.actor).readable(form)

    def aggregate(
        self, form: FormVersion, dimensions: Sequence[Dimension], measures: Sequence[Measure], condition: JSONObject
    ) -> list[GroupRow]:
        query = Query(filter=condition, setting=Setting(now=self.viewing.now))
        return listing.aggregate(self.unit, self.actor, form, dimensions, measures, query, zone=self.viewing.zone)

    def records(self, form: FormVersion, condition: JSONObject, sort: Sequence[str], limit: int) -> list[Record]:
        query = Query(filter=condition, sort=tuple(sort), limit=limit, setting=Setting(now=self.viewing.now))
        return listing.page(self.unit, self.actor, form, query).records

    def people(self, ids: set[str]) -> Mapping[str, str]:
        return people.user_names(self.unit, ids)

    def departments(self, ids: set[str]) -> Mapping[str, Mapping[str, str]]:
        return people.department_titles(self.unit, ids)

    def linked(self, form: FormVersion, ids: Mapping[str, set[str]]) -> Mapping[str, str]:
        found = names_of(self.unit, self.actor, form, ids, self.viewing.locale)
        return {one: name.title for one, name in found.items()}
