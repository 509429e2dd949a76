"""Going on later: the page that says where unfinished answers are kept and how to come back to them."""

from typing import Any

from flask import Response
from werkzeug.datastructures import MultiDict

from formloom.platform.access.letters import Letter
from formloom.platform.kernel.errors import Forbidden, FormloomError, NotFound
from formloom.platform.kernel.text import resolve
from formloom.platform.records import drafts, own_links
from formloom.platform.records.drafts import Draft
from formloom.platform.records.queries.respondents import RespondentLink
from formloom.platform.records.record import FormClosed
from formloom.platform.web.problems import STATUS
from formloom.platform.web.public import guards, own_mail, qr
from formloom.platform.web.public.form_page import Typed
from formloom.platform.web.public.framing import Frame, page
from formloom.platform.web.public.own_pages import OwnCard
from formloom.platform.web.public.page_form import with_parts
from formloom.platform.web.public.page_token import PageToken
from formloom.platform.web.public.texts import say
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.security import rates

_KEPT = "30 per hour"
LETTER = Letter(
    {"zh-CN": "{form}：继续填写", "en": "{form}: go on where you stopped"},
    {
        "zh-CN": (
            "您好：\n\n打开下面的链接，可以继续填写“{form}”：\n\n{url}\n\n"
            "凡持有此链接的人都能看到已填写的内容，请妥善保管。提交后链接失效。如果您没有填写过，忽略这封邮件即可。\n\n{organisation}"
        ),
        "en": (
            'Hello,\n\nthis link leads back to what you have filled in so far of "{form}":\n\n{url}\n\n'
            "Whoever has it can read that, so keep it to yourself. Once you have sent the form, it opens nothing. "
            "If you filled in nothing, ignore this mail.\n\n{organisation}"
        ),
    },
)


class NotKept(Forbidden):
    """The form keeps no unfinished answers."""

    code = "not_kept"
    message = {"zh-CN": "此表单不能保存后再继续", "en": "This form keeps no unfinished answers: send it in one go"}


def keep(visit: Visit, inputs: "MultiDict[str, str]", token: PageToken, *, ref: str, trap: str) -> str:
    """Keep what stands in the page; return the path of the page that tells so.

    Raises FormClosed, NotKept, LooksAutomatic, TooLarge, TooMany.
    """
    if visit.state != "open":
        raise FormClosed
    if drafts.days_of(visit.form) is None:
        raise NotKept
    if trap:
        raise guards.LooksAutomatic
    rates().spend(_KEPT, "later", visit.form.form_id, visit.network)
    kept = drafts.keepable(visit.form, inputs.lists())
    given = inputs.get("_draft", "")[:100]

    def work(uow: Any) -> str:
        known = drafts.find(uow, visit.secret, visit.form, given, visit.now)
        secret = given if known else own_links.new_secret(visit.secret, f"later:{token.nonce}")
        drafts.keep(uow, visit.form, secret, kept, ref=ref, link_token=visit.link.token, now=visit.now)
        return secret

    return f"{path(visit, visit.rt.db.write(work))}?locale={visit.locale}"


def path(visit: Visit, secret: str) -> str:
    """Return the path of the page that tells of unfinished answers."""
    return f"{visit.path}/later/{secret}"


def address(visit: Visit, secret: str) -> str:
    """Return the whole address that leads back to unfinished answers."""
    return f"{visit.rt.settings.base_url}{visit.path}?resume={secret}"


def find(visit: Visit, secret: str) -> Draft:
    """Return unfinished answers. Raises NotFound in the same way for what never was, has ended or was sent; TooMany."""
    rates().spend("120 per hour", "later-look", visit.link.token, visit.network)
    with visit.rt.db.read() as unit:
        found = drafts.find(unit, visit.secret, visit.form, secret[:100], visit.now)
    if found is None or found.link.link_token != visit.link.token:
        raise NotFound
    return found


def typed(visit: Visit, draft: Draft) -> Typed:
    """Return unfinished answers as a page takes them back."""
    inputs: MultiDict[str, str] = MultiDict()
    for name, texts in drafts.keepable(visit.form, draft.inputs):
        inputs.setlist(name, list(texts))
    return Typed(with_parts(visit.form, inputs))


def show(visit: Visit, secret: str, draft: Draft, *, said: str = "", fault: FormloomError | None = None) -> Response:
    """Tell that answers are kept, until when, and how to come back to them."""
    whole = address(visit, secret)
    own = OwnCard(
        path(visit, secret), whole, qr.inline(whole), draft.link.expires_at, own_mail.leaves(visit.rt), False, ""
    )
    omitted = [resolve(item.label, visit.locale) or item.id for item in drafts.left_out(visit.form)]
    answer = page(
        "later.html", Frame.of_visit(visit), status=STATUS[fault.kind] if fault else 200, said=said,
        fault=fault.words(visit.locale) if fault else "", own=own, go_on=f"{visit.path}?resume={secret}",
        omitted=("、" if visit.locale == "zh-CN" else ", ").join(omitted), card_heading=say("later_link", visit.locale),
        card_text=say("later_link_text", visit.locale),
    )  # fmt: skip
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def send(visit: Visit, link: RespondentLink, secret: str, to: str) -> None:
    """Send the way back by mail, if it may go anywhere. Raises TooMany."""
    own_mail.send(visit, link, address(visit, secret), to, LETTER)
