"""Dashboards over HTTP: the published document, and its figures for the one who looks."""

from typing import Any

from marshmallow import Schema, fields

from formloom.platform.access.policy import Act, demand
from formloom.platform.analytics import dashboards
from formloom.platform.analytics.widgets import Viewing
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import house_zone
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import Definition
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call

api = Api("dashboards")


class DataBody(Schema):
    """The filter that the viewer set over the whole dashboard."""

    filter = fields.Dict(keys=fields.String(), load_default=dict)


@api.get("/dashboards/<dashboard>", act=Act.DASHBOARD_READ)
def read_dashboard(call: Call, dashboard: str) -> object:
    """Return a published dashboard."""
    with call.db.read() as unit:
        found, document = _published(unit, call, dashboard)
    return {
        "id": found.id, "app": found.app_id, "app_key": found.app_key, "key": found.key, "title": found.title,
        "version": found.version, "document": document,
    }  # fmt: skip


@api.post("/dashboards/<dashboard>/data", act=Act.DASHBOARD_READ, body=DataBody())
def read_data(call: Call, dashboard: str) -> object:
    """Compute the figures of a dashboard for the caller."""
    with call.db.read() as unit:
        viewing = Viewing(call.locale, call.now, house_zone.current(unit))
        found, document = _published(unit, call, dashboard)
        widgets = dashboards.compute(
            unit, call.actor, found.app_id, document, call.body["filter"],
            catalog=call.runtime.catalog, viewing=viewing,
        )  # fmt: skip
    return {"widgets": widgets, "computed_at": moment(call.now)}


def _published(unit: ReadUnit, call: Call, reference: str) -> tuple[Definition, dict[str, Any]]:
    found = store.find(unit, reference)
    if found.kind != "dashboard" or found.version is None:
        raise NotFound
    demand(unit, call.actor, Act.DASHBOARD_READ, app=found.app_id)
    return found, store.version(unit, found.id, found.version).document
