"""The API's description, derived from what the routes declare about themselves."""

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app

from formloom.platform.web.problems import STATUS
from formloom.platform.web.route import RouteSpec

_CONVERTER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
_REASONS = {
    400: "Can't be read", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Wrong method",
    409: "Stale, taken or in progress", 413: "Too large", 415: "Wrong media type", 422: "Does not fit",
    429: "Too many requests", 503: "Not available now",
}  # fmt: skip
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "code": {"type": "string"}, "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemEntry"}},
    },
}  # fmt: skip
_ENTRY = {
    "type": "object",
    "properties": {
        "field": {"type": ["string", "null"]}, "code": {"type": "string"}, "message": {"type": "string"},
    },
}  # fmt: skip


def describe() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the running application."""
    spec = APISpec(
        title="Formloom", version="1", openapi_version="3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        info={"description": "Everything that the interface does, it does through these routes."},
    )  # fmt: skip
    spec.components.schema("Problem", _PROBLEM)
    spec.components.schema("ProblemEntry", _ENTRY)
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme(
        "csrf", {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "with the session cookie"}
    )
    routes: list[RouteSpec] = current_app.extensions["formloom.routes"]
    for route in routes:
        if route.path.startswith("/api/"):
            spec.path(path=_CONVERTER.sub(r"{\1}", route.path), operations={route.method.lower(): _operation(route)})
    return spec.to_dict()


def _operation(route: RouteSpec) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.endpoint.replace(".", "_"),
        "summary": route.summary,
        "tags": [route.endpoint.split(".", 1)[0]],
        "parameters": [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in _CONVERTER.findall(route.path)
        ],
        "responses": {str(route.status): _success(route), **_failures(route)},
        "security": [{}] if route.who == "anyone" else [{"bearer": []}, {"csrf": []}],
    }
    if route.query is not None:
        operation["parameters"].append({"in": "query", "schema": route.query})
    if route.body is not None or route.takes == "multipart":
        operation["requestBody"] = _request_body(route)
    return operation


def _request_body(route: RouteSpec) -> dict[str, Any]:
    media = "multipart/form-data" if route.takes == "multipart" else "application/json"
    schema: Any = route.body if route.body is not None else {"type": "object"}
    return {"required": True, "content": {media: {"schema": schema}}}


def _success(route: RouteSpec) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "Done"}
    schema: Any = route.answer if route.answer is not None else {}
    return {"description": "The answer", "content": {media: {"schema": schema} for media in route.gives.split(", ")}}


def _failures(route: RouteSpec) -> dict[str, Any]:
    expected = {400, 404, 413, 415, 422, 429, 503, *route.errors}
    if route.who != "anyone":
        expected |= {401, 403}
    if route.method != "GET":
        expected |= {409, 403}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(code): {"description": _REASONS[code], "content": content} for code in sorted(expected)}


def _name(schema: Any) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return str(cls.__name__).removesuffix("Schema")


assert set(STATUS.values()) <= set(_REASONS)  # noqa: S101 - checked once, when the module is read
