"""One visit of a public form: the link that was opened, the published form behind it, the visitor's language.

The form is always the version that is published now; nothing in the request can choose another one.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from formloom.platform.access.settings import organisation_name
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Public
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.kernel.text import LOCALES, best_locale
from formloom.platform.records import links as personal_links
from formloom.platform.records import opening
from formloom.platform.records.links import PersonalLink
from formloom.platform.records.queries import respondents
from formloom.platform.web.public import devices, embedding, locks
from formloom.platform.web.public.locks import LinkLocked
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.route import Call
from formloom.platform.web.runtime import Runtime
from formloom.platform.web.security import network_of


class PersonalLinkEnded(Forbidden):
    """The personal link was withdrawn, or its time is over."""

    code = "personal_link_ended"
    message = {
        "zh-CN": "此专属链接已失效，请联系给您链接的人",
        "en": "This personal link has ended: ask whoever gave it to you",
    }


State = Literal["open", "switched_off", "not_yet", "ended", "full"]


@dataclass(frozen=True, slots=True)
class Visit:
    """See the module. `state` is how the form stood when the visit began."""

    rt: Runtime
    link: LinkRow
    form: FormVersion
    state: State
    organisation: str
    locale: str
    network: str
    query: "MultiDict[str, str]"
    now: datetime
    is_unlocked: bool
    """Whether the link has no password or the visitor gave it."""

    device: str | None = None
    """What the browser's cookie calls the device; None for one that we don't know."""

    holder: str | None = None
    """The origin whose page holds this one; empty for one that is told nothing, None for a page of its own."""

    @property
    def visitor(self) -> Public:
        """Return who acts: the visitor of this form, whoever else is signed in."""
        return Public(self.form.form_id, self.form.version, self.link.token, self.network, self.locale)

    def ensure_unlocked(self) -> None:
        """Let nobody in who did not give the link's password. Raises LinkLocked."""
        if not self.is_unlocked:
            raise LinkLocked

    @property
    def secret(self) -> str:
        return self.rt.settings.secret_key

    @property
    def path(self) -> str:
        """Return the path of the form."""
        return f"/f/{self.link.token}"

    @property
    def carried(self) -> str:
        """Return what is added to the addresses of the next page."""
        return embedding.carried(self.holder)

    @property
    def other_locale(self) -> str | None:
        """Return the other language that the form is offered in."""
        return next((one for one in offered_locales(self.form) if one != self.locale), None)


def begin(
    call: Call, token: str, *, sent: Any = None, password: str | None = None, purpose: str | None = "fill"
) -> Visit:
    """Open a link of a purpose (None: of any); with a `password`, only when it fits.

    Raises NotFound, PasswordWrong, TooMany.
    """
    with call.db.read() as unit:
        link = links.find(unit, token)
        if purpose not in {None, link.purpose}:
            raise NotFound
        form = call.runtime.catalog.current(unit, link.form_id)
        state: State = opening.state_of(unit, form, call.now) if link.is_open else "switched_off"
        organisation = organisation_name(unit)
    network = network_of(call.ip)
    cookie = call.request.cookies.get(locks.cookie_name(call.runtime, link.token))
    is_unlocked = locks.is_unlocked(call.runtime, link, cookie, call.now)
    if password is not None and not is_unlocked:
        locks.ensure_fits(link, password, network)
        is_unlocked = True
    return Visit(
        call.runtime, link, form, state, organisation, _locale(call, form, sent or {}), network,
        call.request.args, call.now, is_unlocked,
        devices.device_of(call.runtime, call.request.cookies.get(devices.cookie_name(call.runtime))),
        embedding.holder_of(link.hosts or (), call.request.args.get("embed")),
    )  # fmt: skip


def again(visit: Visit) -> Visit:
    """Return the visit with the state of this moment: the last place may have gone meanwhile."""
    with visit.rt.db.read() as unit:
        link = links.find(unit, visit.link.token)
        state: State = opening.state_of(unit, visit.form, visit.now) if link.is_open else "switched_off"
    return replace(visit, link=link, state=state)


def fields_of_version(visit: Visit, number: int) -> frozenset[str]:
    """Return the fields that an earlier version of the form had."""
    try:
        with visit.rt.db.read() as unit:
            return frozenset(visit.rt.catalog.version(unit, visit.form.form_id, number).by_id)
    except NotFound:
        return frozenset()


def personal_of(visit: Visit, text: object) -> PersonalLink | None:
    """Return what a `ref` says, when we signed it for this form. Raises PersonalLinkEnded."""
    found = personal_links.read(visit.secret, text) if isinstance(text, str) and text else None
    if found is None or found.form_id != visit.form.form_id:
        return None
    if found.fixed is not None:
        with visit.rt.db.read() as unit:
            row = respondents.by_id(unit, found.record_id)
        if row is not None and not row.is_good(visit.now):  # those of earlier releases have no row and no end
            raise PersonalLinkEnded
    return found


def answers_once(visit: Visit, personal: PersonalLink | None) -> str | None:
    """Return under which hash the answer of a personal link is remembered; None where each one counts."""
    if personal is None or visit.form.settings.get("one_answer_per_link") is False:
        return None
    return hashlib.sha256(f"{personal.form_id}:{personal.record_id}".encode()).hexdigest()


def offered_locales(form: FormVersion) -> tuple[str, ...]:
    """Return the languages that the form is shown in: those chosen, else those that something of it is written in."""
    chosen = form.settings.get("languages")
    if chosen:
        return tuple(one for one in LOCALES if one in chosen) or LOCALES
    texts = (form.title, *(item.label for item in form.fields))
    return tuple(one for one in LOCALES if any(text.get(one) for text in texts)) or LOCALES


def _locale(call: Call, form: FormVersion, sent: Any) -> str:
    offered = offered_locales(form)
    asked = (sent.get("_lang"), call.request.args.get("locale"), call.request.args.get("lang"))
    chosen = next((one for one in asked if one in offered), None)
    return chosen or best_locale(call.request.headers.get("Accept-Language"), offered)
