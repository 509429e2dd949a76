"""The catalogue over HTTP."""

from formloom.builders.catalogue import base_parts
from formloom.platform.access.policy import Act
from formloom.platform.web.route import Api, Call

api = Api("catalog")


@api.get("/catalog", act=Act.CATALOG_READ)
def read_catalogue(call: Call) -> object:
    """Return every registered type with its settings."""
    return base_parts() | {name: part() for name, part in call.runtime.catalogue_parts.items()}
