"""The pages beside the form: receipt, closed, and what went wrong."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, request

from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import resolve
from formloom.platform.storage import house_zone
from formloom.platform.web.problems import STATUS, request_locale
from formloom.platform.web.public import thanks
from formloom.platform.web.public.framing import Frame, page
from formloom.platform.web.public.modes import may_keep, modes_of
from formloom.platform.web.public.moments import left_in_words
from formloom.platform.web.public.own_pages import OwnCard, Review
from formloom.platform.web.public.receipts import Receipt
from formloom.platform.web.public.texts import say
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.runtime import Runtime, runtime

PREFIX = "/f/"


def receipt(visit: Visit, found: Receipt, *, own: OwnCard | None = None, review: Review | None = None) -> Response:
    """Show a receipt, with the respondent's own link where the form gives one: nobody is sent on past that."""
    form, locale = visit.form, visit.locale
    ending = thanks.ending(form, found.ending)
    said = ending.get("text") if ending else form.settings.get("thanks")
    goes_on = bool(found.next) and found.state in {"new", "repeat"}
    answer = page(
        "receipt.html", Frame.of_visit(visit), receipt=found, review=review,
        thanks=thanks.words(form, said, locale, found.answers, found.number), goes_on=goes_on,
        title=thanks.words(form, ending.get("title"), locale, found.answers, found.number),
        is_disqualified=bool(ending.get("disqualified")),
        host=urlsplit(found.next).hostname or "", own=own, answers=thanks.listed(form, locale, found.answers),
        may_repeat=form.settings.get("submit_again", True) is not False and found.state != "answered",
    )  # fmt: skip
    if goes_on and own is None and visit.holder is None:
        # Not a redirection: browsers would judge it by the form-action of the page that was sent.
        answer.headers["Refresh"] = f"0; url={found.next}"
    return answer


def closed(visit: Visit) -> Response:
    """Tell why the form takes nothing now, and from when it does."""
    settings, locale = visit.form.settings, visit.locale
    opens = _moment(settings.get("open_from")) if visit.state == "not_yet" else None
    title = resolve(visit.form.title, locale)
    return page(
        "closed.html", Frame.of_visit(visit, grey=True), status=403, state=visit.state,
        modes=modes_of(visit.form, may_keep=may_keep(visit))[-1:] if visit.form.settings.get("offline") else (),
        text=resolve(settings.get(f"{visit.state}_message"), locale)
        or resolve(settings.get("closed_message"), locale)
        or say(f"{visit.state}_text", locale, title=title, n=settings.get("quota")),
        opens_at=opens, left_s=ceil((opens - visit.now).total_seconds()) if opens else 0,
        counts_down=settings.get("countdown") is not False, left_in_words=left_in_words,
    )  # fmt: skip


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def once(visit: Visit, limit: Mapping[str, Any]) -> Response:
    """Tell that the device or network has answered, until when that holds and what to do."""
    locale, period = visit.locale, str(limit.get("period") or "ever")
    text = " ".join((say(f"once_{limit['by']}", locale), say(f"once_{period}", locale)))
    return page(
        "closed.html", Frame.of_visit(visit, grey=True), status=403, state="once", text=text, opens_at=None, left_s=0,
        counts_down=False, left_in_words=left_in_words,
    )  # fmt: skip


def locked(visit: Visit, fault: FormloomError | None = None) -> Response:
    """Ask for the link's password; `fault` says why the last one did not do."""
    query = request.query_string.decode("ascii", "ignore")
    return page(
        "locked.html", Frame.of_visit(visit, grey=True), status=STATUS[fault.kind] if fault else 403,
        query=f"?{query}" if query else "",
        own_window="unlocked" in request.args and visit.holder is not None,
        fault=fault.words(visit.locale) if fault else "",
    )  # fmt: skip


def install(app: Flask) -> None:
    """Turn problem documents about public pages and unknown addresses into pages, for browsers."""

    @app.after_request
    def explain(answer: Response) -> Response:
        if answer.mimetype != "application/problem+json" or not _is_for_people():
            return answer
        problem = orjson.loads(answer.get_data())
        shown = _trouble(runtime(), answer.status_code, str(problem.get("detail") or ""))
        for name in ("Retry-After", "Allow"):
            if name in answer.headers:
                shown.headers[name] = answer.headers[name]
        return shown


def _is_for_people() -> bool:
    path, accepts = request.path, request.headers.get("Accept", "")
    is_page = path.startswith(PREFIX) and not path.endswith(("/files", ".svg"))
    is_lost = "text/html" in accepts and not path.startswith(("/api/", "/hooks/", PREFIX))
    return (is_page or is_lost) and request.mimetype != "application/json" and "application/json" not in accepts


def _trouble(rt: Runtime, status: int, detail: str) -> Response:
    locale = request_locale()
    with rt.db.read() as unit:
        organisation, zone = organisation_name(unit), house_zone.current(unit)
    is_missing = status == 404
    return page(
        "trouble.html", Frame.of_house(organisation, locale, rt.now(), zone), status=status,
        heading=say("missing" if is_missing else "trouble", locale),
        text=say("missing_text", locale) if is_missing else detail, back="" if is_missing else request.path,
    )  # fmt: skip
