"""The one error shape: RFC 9457 problem documents.

`{"type","title","status","code","detail","errors":[{"field","code","message"}]}`. Every error of ours has a
kind; here and nowhere else a kind becomes a status. What is not ours becomes a 500 with a trace id and no detail.
"""

import logging
from collections.abc import Iterable

import orjson
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from formloom.platform.kernel.errors import Finding, FormloomError, TooMany
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.text import LOCALES, best_locale

STATUS = {
    "malformed": 400, "unauthenticated": 401, "forbidden": 403, "missing": 404, "conflict": 409,
    "too_large": 413, "media_type": 415, "invalid": 422, "too_many": 429, "unavailable": 503,
}  # fmt: skip
_HTTP_CODES = {
    400: "malformed", 404: "not_found", 405: "method_not_allowed", 408: "timeout", 413: "too_large", 414: "too_long",
    415: "media_type", 431: "too_large",
}  # fmt: skip
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let `app` answer every error in the one shape."""
    app.register_error_handler(FormloomError, on_known_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_unknown_error)


def on_known_error(error: FormloomError) -> Response:
    """Answer an error that we raised on purpose."""
    locale = request_locale()
    answer = problem(
        STATUS[error.kind], error.code, error.words(locale), locale=locale, findings=error.findings,
        extra={name: value for name, value in error.params.items() if name in {"rev", "current", "yours", "position"}},
    )  # fmt: skip
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.params.get("retry_after_s", 60))
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if answer.status_code == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def on_http_error(error: HTTPException) -> Response:
    """Answer an error of the HTTP layer: no such path, wrong method, body too large."""
    if error.response is not None:
        return Response(error.response.response, error.response.status, error.response.headers)  # type: ignore[attr-defined]  # an answer of its own is there
    status = error.code or 500
    answer = problem(status, _HTTP_CODES.get(status, "error"), error.name, locale=request_locale())
    valid_methods = getattr(error, "valid_methods", None)
    if status == 405 and valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(valid_methods))
    return answer


def on_unknown_error(error: Exception) -> Response:
    """Answer what nobody foresaw: a trace id for the reader, the traceback for the log."""
    locale = request_locale()
    if isinstance(error, (PoolTimeout, OperationalError)):
        _log.exception("database not available")
        busy = {"zh-CN": "服务繁忙，请稍后再试", "en": "Busy just now; try again soon"}
        answer = problem(503, "unavailable", busy[locale], locale=locale)
        answer.headers["Retry-After"] = "5"
        return answer
    trace_id = new_id()
    _log.error("unexpected error %s", trace_id, exc_info=error)
    words = {"zh-CN": f"服务器出错，编号 {trace_id}", "en": f"Something broke on our side; reference {trace_id}"}
    return problem(500, "unexpected", words[locale], locale=locale, extra={"trace_id": trace_id})


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    locale: str,
    findings: Iterable[Finding] = (),
    extra: dict[str, object] | None = None,
) -> Response:
    """Return a problem document."""
    errors = [{"field": found.field, "code": found.code, "message": found.words(locale)} for found in findings]
    body = {"type": f"urn:formloom:{code}", "title": detail, "status": status, "code": code, "detail": detail}
    return Response(
        orjson.dumps({**body, "errors": errors, **(extra or {})}, default=str),
        status,
        content_type="application/problem+json",
    )


def request_locale() -> str:
    """Return the language to answer in: `?locale=`, else the caller's, else Accept-Language."""
    asked = request.args.get("locale")
    if asked in LOCALES:
        return asked
    call = request.environ.get("formloom.locale")
    return call if call in LOCALES else best_locale(request.headers.get("Accept-Language"))
