"""Routes that declare themselves.

An `Api` is a set of routes below one prefix. Each route states its act (what the policy decides on), who may
call it at all, and the marshmallow schemas of query, body and answer. From these declarations come the guard,
the validation, the authorization matrix and the OpenAPI document; there is no second list.

    api = Api("records", prefix="/api/v1")

    @api.post("/forms/<form>/records", act=Act.RECORD_CREATE, body=RecordBody(), answer=RecordAnswer(), status=201)
    def create_record(call: Call, form: str) -> object:
        return ...

A handler gets a `Call`, returns a JSON value (or None for 204, or a Flask `Response`), and does nothing but
translate between HTTP and one use case. `who` is a first coarse gate; the use case guards itself.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from flask import Flask, Request, Response, request
from marshmallow import RAISE, Schema, ValidationError

from formloom.platform.access.policy import Act, admit
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import (
    Finding,
    FormloomError,
    Invalid,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
)
from formloom.platform.kernel.ids import is_id
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage.database import AssumptionWrong, Database
from formloom.platform.web.identity import Identity
from formloom.platform.web.runtime import Runtime, runtime

Who = Literal["anyone", "visitor", "member"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[..., object]
MAX_JSON_BYTES = 1_000_000
NULL_CHARACTER = {"zh-CN": "不能包含空字符", "en": "Null characters can't be stored"}


class WrongMediaType(FormloomError):
    """The body is of a type that this route does not take."""

    code = "media_type"
    kind = "media_type"
    message = {"zh-CN": "此接口只接受 {expected}", "en": "This route takes {expected} only"}


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """What a route declares about itself."""

    method: Method
    path: str
    endpoint: str
    act: str
    who: Who
    summary: str
    query: Schema | None
    body: Schema | None
    answer: Schema | None
    status: int
    takes: Literal["json", "multipart", "any"]
    max_bytes: int
    gives: str
    errors: tuple[int, ...]
    only_reads: bool
    """Answer from one look at the database."""


@dataclass(slots=True)
class Call:
    """One request, as a handler sees it."""

    runtime: Runtime
    request: Request
    identity: Identity | None
    now: datetime
    query: Mapping[str, Any]
    body: Any
    locale: str
    headers: dict[str, str] = field(default_factory=dict)
    """Headers to add to the answer."""

    @property
    def db(self) -> Database:
        return self.runtime.db

    @property
    def member(self) -> Member:
        """Return the member who calls. Raises Unauthenticated when there is none."""
        if self.identity is None:
            raise Unauthenticated
        return self.identity.member

    @property
    def actor(self) -> Member:
        """Return the member who calls, as the actor of a use case."""
        return self.member

    @property
    def ip(self) -> str:
        """Return the caller's address; behind a proxy only as far as the settings trust it."""
        return self.request.remote_addr or ""

    @property
    def if_match(self) -> int | None:
        """Return the revision that `If-Match` names, or None without the header. Raises Malformed."""
        raw = self.request.headers.get("If-Match")
        if raw is None or raw.strip() == "*":
            return None
        named = _REVISION.fullmatch(raw.strip())
        if named is None:
            raise Malformed(findings=[_IF_MATCH])
        return int(named[1] or named[2])


def path_id(text: str) -> str:
    """Return the id that stands in a path. Raises NotFound for what can't be one."""
    if not is_id(text):
        raise NotFound
    return text


_REVISION = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})')
_IF_MATCH = Finding(
    "bad_if_match", {"zh-CN": 'If-Match 应形如 "3"', "en": 'If-Match must look like "3"'}, field="If-Match"
)


class Api:
    """Routes below one prefix, registered with the application together."""

    def __init__(self, name: str, *, prefix: str = "/api/v1") -> None:
        self.name = name
        self.prefix = prefix
        self.routes: list[tuple[RouteSpec, Handler]] = []

    def get(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declare a GET route."""
        return self.route("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declare a POST route."""
        return self.route("POST", path, **declared)

    def put(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declare a PUT route."""
        return self.route("PUT", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declare a PATCH route."""
        return self.route("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Declare a DELETE route; answers 204 unless told otherwise."""
        return self.route("DELETE", path, **{"status": 204, **declared})

    def route(
        self,
        method: Method,
        path: str,
        *,
        act: str,
        who: Who = "member",
        query: Schema | None = None,
        body: Schema | None = None,
        answer: Schema | None = None,
        status: int = 200,
        takes: Literal["json", "multipart", "any"] = "json",
        max_bytes: int = MAX_JSON_BYTES,
        gives: str = "application/json",
        errors: tuple[int, ...] = (),
        only_reads: bool | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare a route; `path` uses Flask's converters. See the module for the rest."""

        def declare(handler: Handler) -> Handler:
            summary = (handler.__doc__ or handler.__name__).strip().splitlines()[0]
            spec = RouteSpec(
                method, self.prefix + path, f"{self.name}.{handler.__name__}", str(act), who, summary,
                query, body, answer, status, takes, max_bytes, gives, errors,
                method == "GET" and self.prefix.startswith("/api/") if only_reads is None else only_reads,
            )  # fmt: skip
            self.routes.append((spec, handler))
            return handler

        return declare

    def register(self, app: Flask) -> None:
        """Add every route to `app`."""
        known: list[RouteSpec] = app.extensions.setdefault("formloom.routes", [])
        for spec, handler in self.routes:
            known.append(spec)
            app.add_url_rule(spec.path, spec.endpoint, _view(spec, handler), methods=[spec.method])


def _view(spec: RouteSpec, handler: Handler) -> Callable[..., Response]:
    def answer(path: Mapping[str, object], *, from_memory: bool) -> Response:
        rt = runtime()
        now = rt.now()
        if request.content_length is not None and request.content_length > spec.max_bytes:
            raise TooLarge(limit=f"{spec.max_bytes // 1000} kB")
        request.max_content_length = spec.max_bytes
        identity = rt.authenticator(request, now, from_memory=from_memory)
        with rt.db.assuming(identity.assumption) if identity and identity.assumption else nullcontext():
            call = _begin(spec, rt, identity, now)
            if any("\x00" in str(part) for part in path.values()):  # PostgreSQL can't even be asked for it
                raise NotFound
            return _finish(spec, call, handler(call, **path))

    def view(**path: object) -> Response:
        try:
            return answer(path, from_memory=spec.takes == "json")
        except AssumptionWrong:
            return answer(path, from_memory=False)

    def reading_view(**path: object) -> Response:
        with runtime().db.reading():
            return answer(path, from_memory=False)

    return reading_view if spec.only_reads else view


def _begin(spec: RouteSpec, rt: Runtime, identity: Identity | None, now: datetime) -> Call:
    if identity is not None:
        request.environ.setdefault("formloom.locale", identity.member.locale)
    if spec.who == "member" and identity is None:
        raise Unauthenticated
    admit(Act(spec.act), identity.member if identity else None)
    locale = request.args.get("locale")
    if locale not in LOCALES:
        from_member = identity.member.locale if identity else None
        locale = from_member or _browser_locale()
    return Call(rt, request, identity, now, _query(spec), _body(spec), locale)


def _browser_locale() -> str:
    best = request.accept_languages.best_match(LOCALES)
    return best or LOCALES[0]


def _query(spec: RouteSpec) -> Mapping[str, Any]:
    if spec.query is None:
        return {}
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        words = {"zh-CN": "参数重复", "en": "given more than once"}
        raise Invalid(findings=[Finding("repeated", words, field=name) for name in repeated])
    unreadable = [name for name, value in request.args.items() if "\x00" in name + value]
    if unreadable:
        raise Invalid(findings=[Finding("null_character", NULL_CHARACTER, field=name) for name in unreadable])
    given = {name: value for name, value in request.args.items() if name != "locale" or "locale" in spec.query.fields}
    checked: Mapping[str, Any] = load(spec.query, given)
    return checked


def _body(spec: RouteSpec) -> Any:
    if spec.body is None or spec.takes != "json":
        if spec.takes == "multipart" and request.mimetype != "multipart/form-data":
            raise WrongMediaType(expected="multipart/form-data")
        return None
    return load(spec.body, read_json())


def read_json() -> Any:
    """Return the request's JSON. Raises WrongMediaType, Malformed."""
    if request.mimetype != "application/json":
        raise WrongMediaType(expected="application/json")
    raw = request.get_data()
    try:
        parsed = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as fault:
        words = {"zh-CN": "不是有效的 JSON：{why}", "en": "not valid JSON: {why}"}
        raise Malformed(findings=[Finding("bad_json", words, params={"why": str(fault)})]) from fault
    if b"\\u0000" in raw and _has_null_character(parsed):
        raise Invalid(findings=[Finding("null_character", NULL_CHARACTER)])
    return parsed


def _has_null_character(parsed: Any) -> bool:
    """Tell whether a text or a name has one; values of records are left to their fields, which say so one by one."""
    waiting = [parsed]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part)
            waiting.extend(value for name, value in part.items() if name != "values")
        elif isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, str) and "\x00" in part:
            return True
    return False


def load(schema: Schema, raw: Any) -> Any:
    """Return `raw` checked by `schema`. Raises Invalid with a finding for each fault."""
    try:
        return schema.load(raw, unknown=RAISE)
    except ValidationError as fault:
        raise Invalid(findings=list(_findings(fault.messages))) from fault


def _findings(messages: Any, path: str = "") -> list[Finding]:
    if isinstance(messages, Mapping):
        nested = [_findings(inner, _join(path, str(key))) for key, inner in messages.items()]
        return [found for group in nested for found in group]
    if isinstance(messages, list):
        return [found for inner in messages for found in _findings(inner, path)]
    text = str(messages)
    code = "unknown_field" if text == "Unknown field." else "required" if "required" in text else "invalid"
    words = {
        "unknown_field": {"zh-CN": "没有此字段", "en": "Unknown field"},
        "required": {"zh-CN": "必填", "en": "Required"},
    }.get(code, {"zh-CN": text, "en": text})
    return [Finding(code, words, field=path or None)]


def _join(path: str, key: str) -> str:
    if key == "_schema":
        return path
    return f"{path}.{key}" if path else key


def _finish(spec: RouteSpec, call: Call, result: object) -> Response:
    if isinstance(result, Response):
        answer = result
    elif result is None:
        answer = Response(status=204)
    else:
        answer = Response(orjson.dumps(result, default=_plain), spec.status, content_type="application/json")
    if call.headers:
        answer.headers.extend(call.headers)
    return answer


def _plain(value: object) -> object:
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
