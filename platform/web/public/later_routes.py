"""Unfinished answers over HTTP: the page that tells of them, their link by mail."""

from flask import request

from formloom.platform.access.policy import Act
from formloom.platform.kernel.errors import TooMany
from formloom.platform.web.public import later_pages, other_pages, visits
from formloom.platform.web.public.texts import say
from formloom.platform.web.route import Api, Call

api = Api("unfinished", prefix="")
MAX_MAIL = 10_000


@api.get("/f/<token>/later/<secret>", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html", errors=(404, 429))
def show_later(call: Call, token: str, secret: str) -> object:
    """Tell a respondent how to come back to what is kept."""
    visit = visits.begin(call, token)
    if not visit.is_unlocked:
        return other_pages.locked(visit)
    return later_pages.show(visit, secret, later_pages.find(visit, secret))


@api.post(
    "/f/<token>/later/<secret>/mail", act=Act.FORM_SUBMIT, who="visitor", takes="any", max_bytes=MAX_MAIL,
    gives="text/html", errors=(403, 404, 429),
)  # fmt: skip
def mail_later(call: Call, token: str, secret: str) -> object:
    """Send the way back by mail; the answer never tells whether it could be sent."""
    visit = visits.begin(call, token, sent=request.form)
    visit.ensure_unlocked()
    draft = later_pages.find(visit, secret)
    try:
        later_pages.send(visit, draft.link, secret, request.form.get("to", "")[:300])
    except TooMany as fault:
        answer = later_pages.show(visit, secret, draft, fault=fault)
        answer.headers["Retry-After"] = str(fault.params.get("retry_after_s", 60))
        return answer
    return later_pages.show(visit, secret, draft, said=say("mail_on_its_way", visit.locale))
