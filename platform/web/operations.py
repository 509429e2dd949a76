"""What operators and machines ask: alive, ready, figures, the API's description."""

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from formloom.platform.access.acts import Act
from formloom.platform.kernel.errors import Unavailable
from formloom.platform.storage.figures import figures
from formloom.platform.storage.migrate import current_revision, head_revision
from formloom.platform.web.openapi import describe
from formloom.platform.web.route import Api, Call

api = Api("operations", prefix="")


@api.get("/healthz", act=Act.HEALTH_READ, who="anyone")
def healthz(_call: Call) -> object:
    """Tell that the process answers."""
    return {"status": "ok"}


@api.get("/readyz", act=Act.HEALTH_READ, who="anyone", errors=(503,))
def readyz(call: Call) -> object:
    """Tell whether requests can be served: the database answers and is migrated."""
    try:
        with call.db.read() as unit:
            if current_revision(unit.conn) != head_revision():
                raise Unavailable
    except SQLAlchemyError as fault:
        raise Unavailable from fault
    return {"status": "ready"}


@api.get("/metrics", act=Act.METRICS_READ, who="anyone", gives="text/plain")
def metrics(call: Call) -> object:
    """Give the figures of the installation as Prometheus text; counts only, nothing of what was written."""
    registry = CollectorRegistry()
    with call.db.read() as unit:
        for name, (help_text, values) in figures(unit, call.now).items():
            gauge = Gauge(f"formloom_{name}", help_text, ["state"], registry=registry)
            for state, value in values.items():
                gauge.labels(state=state).set(value)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@api.get("/api/v1/openapi.json", act=Act.OPENAPI_READ, who="anyone")
def openapi(_call: Call) -> object:
    """Give the description of this API."""
    return describe()
