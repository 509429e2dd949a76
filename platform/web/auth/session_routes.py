"""Signing in and out, the first-run wizard, invitations and forgotten passwords."""

import orjson
from flask import Response

from formloom.platform.access import invitations, password_change, people, sessions, setup
from formloom.platform.access.acts import Act
from formloom.platform.access.emails import email_key
from formloom.platform.access.errors import PasswordWrong, SetupDone, SignInRefused
from formloom.platform.access.one_time import Purpose, look_up
from formloom.platform.access.passwords import hash_new
from formloom.platform.access.people import Person
from formloom.platform.access.secrets import digest
from formloom.platform.access.sessions import Claim, OpenedSession, Origin
from formloom.platform.web.auth import schemas
from formloom.platform.web.auth.cookies import drop_session, session_secret, set_session
from formloom.platform.web.auth.installation import about_installation, letters
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import network_of, rates, refuse_other_sites

api = Api("session")

BY_NETWORK = "40 per 5 minute"
BY_ACCOUNT = "10 per 15 minute"
FORGOT_BY_NETWORK = "20 per hour"
FORGOT_BY_ACCOUNT = "3 per hour"
LINKS_BY_NETWORK = "60 per hour"


@api.post("/session", act=Act.SESSION_OPEN, who="anyone", body=schemas.SignInBody(), errors=(401, 403))
def sign_in(call: Call) -> object:
    """Sign in with address and password; sets the session cookie."""
    refuse_other_sites(call.request, call.runtime.settings.base_url)
    email, password = call.body["email"], call.body["password"]
    with call.db.read() as unit:
        claim = sessions.find(unit, email)
    network, account = network_of(call.ip), _account(claim, email)
    rates().check(BY_NETWORK, "sign-in", network)
    rates().check(BY_ACCOUNT, "sign-in", account, network)
    if not claim.verify(password):
        rates().spend(BY_NETWORK, "sign-in", network)
        rates().spend(BY_ACCOUNT, "sign-in", account, network)
        raise SignInRefused
    fresh_hash = claim.fresh_hash(password)
    replaces = session_secret(call.request, call.runtime.settings)
    opened = call.db.write(
        lambda uow: sessions.open_session(
            uow, claim, now=call.now, origin=_origin(call), replaces=replaces, fresh_hash=fresh_hash
        )
    )
    return _signed_in(call, opened)


@api.get("/session", act=Act.SESSION_READ)
def read_session(call: Call) -> object:
    """Tell who is signed in, and the CSRF token that writes need."""
    with call.db.read() as unit:
        person = people.own(unit, call.actor)
        return {
            "user": _own(person),
            "csrf_token": call.identity.csrf_token if call.identity else None,
            "installation": about_installation(unit, call.runtime),
        }


@api.patch("/session", act=Act.SESSION_CHANGE, body=schemas.OwnBody())
def change_session(call: Call) -> object:
    """Change one's own name, language or theme, or whether mails tell of one's tasks."""
    wanted = {name: call.body.get(name) for name in ("name", "locale", "theme", "task_mails")}
    return {"user": _own(call.db.write(lambda uow: people.change_own(uow, call.actor, **wanted, now=call.now)))}


@api.delete("/session", act=Act.SESSION_CLOSE)
def sign_out(call: Call) -> object:
    """Sign out; the session ends on the server and the browser forgets what it kept."""
    secret = session_secret(call.request, call.runtime.settings)
    if secret is not None:
        call.db.write(lambda uow: sessions.close_session(uow, secret))
    answer = Response(status=204)
    drop_session(answer, call.runtime.settings)
    return answer


@api.get("/setup", act=Act.SETUP_READ, who="anyone")
def read_setup(call: Call) -> object:
    """Tell whether the installation waits for its first administrator."""
    with call.db.read() as unit:
        return {"needed": setup.is_needed(unit)}


@api.post("/setup", act=Act.SETUP_RUN, who="anyone", body=schemas.SetupBody(), errors=(403,))
def run_setup(call: Call) -> object:
    """Set the installation up with the one-time link that its start printed, and sign in."""
    refuse_other_sites(call.request, call.runtime.settings.base_url)
    rates().spend(LINKS_BY_NETWORK, "setup", network_of(call.ip))
    body = call.body
    with call.db.read() as unit:
        if not setup.is_needed(unit):
            raise SetupDone
        look_up(unit, Purpose.SETUP, body["token"], now=call.now)
    password_hash = hash_new(body["password"], personal=(body["email"], body["name"], body["organisation"]))
    wanted = setup.Installation(body["organisation"], body["locale"], body["name"], body["email"])
    opened = call.db.write(
        lambda uow: setup.run(uow, body["token"], wanted, password_hash, now=call.now, origin=_origin(call))
    )
    return _signed_in(call, opened)


@api.get("/invitations/<token>", act=Act.INVITATION_READ, who="anyone")
def read_invitation(call: Call, token: str) -> object:
    """Tell whom an invitation is for."""
    rates().spend(LINKS_BY_NETWORK, "invitation", network_of(call.ip))
    with call.db.read() as unit:
        found = invitations.read(unit, token, now=call.now)
    return {
        "email": found.email,
        "name": found.name,
        "organisation": found.organisation,
        "expires_at": found.expires_at,
    }


@api.post("/invitations/accept", act=Act.INVITATION_ACCEPT, who="anyone", body=schemas.AcceptBody(), errors=(403,))
def accept_invitation(call: Call) -> object:
    """Accept an invitation with a name and a password, and sign in."""
    refuse_other_sites(call.request, call.runtime.settings.base_url)
    rates().spend(LINKS_BY_NETWORK, "accept", network_of(call.ip))
    token, name = call.body["token"], call.body["name"]
    with call.db.read() as unit:
        found = invitations.read(unit, token, now=call.now)
    password_hash = hash_new(call.body["password"], personal=(found.email, name or found.name))
    opened = call.db.write(
        lambda uow: invitations.accept(uow, token, name, password_hash, now=call.now, origin=_origin(call))
    )
    return _signed_in(call, opened)


@api.post("/password/forgot", act=Act.PASSWORD_FORGOT, who="anyone", body=schemas.ForgotBody(), status=204)
def forgot_password(call: Call) -> object:
    """Send a link to that address if somebody has it; the answer is the same if nobody has."""
    email = call.body["email"]
    rates().spend(FORGOT_BY_NETWORK, "forgot", network_of(call.ip))
    with call.db.read() as unit:
        claim = sessions.find(unit, email)
    rates().spend(FORGOT_BY_ACCOUNT, "forgot", _account(claim, email))
    call.db.write(lambda uow: password_change.forgot(uow, email, letters(call.runtime), now=call.now))
    call.runtime.wake()
    return None


@api.post("/password/reset", act=Act.PASSWORD_RESET, who="anyone", body=schemas.ResetBody(), status=204)
def reset_password(call: Call) -> object:
    """Set a new password with the link from the mail; every session and API token of the account ends."""
    rates().spend(LINKS_BY_NETWORK, "reset", network_of(call.ip))
    token = call.body["token"]
    with call.db.read() as unit:
        personal = password_change.whose(unit, token, now=call.now)
    password_hash = hash_new(call.body["password"], personal=personal)
    call.db.write(lambda uow: password_change.reset(uow, token, password_hash, now=call.now))
    return None


@api.post("/password/change", act=Act.PASSWORD_CHANGE, body=schemas.PasswordBody())
def change_password(call: Call) -> object:
    """Change one's password; every other session ends."""
    member, network = call.actor, network_of(call.ip)
    rates().check(BY_ACCOUNT, "password", member.user_id, network)
    with call.db.read() as unit:
        claim = sessions.find_own(unit, member.user_id)
    if not claim.verify(call.body["current"]):
        rates().spend(BY_ACCOUNT, "password", member.user_id, network)
        raise PasswordWrong
    password_hash = hash_new(call.body["password"], personal=(member.email, member.name))
    opened = call.db.write(
        lambda uow: password_change.change(uow, member, claim, password_hash, now=call.now, origin=_origin(call))
    )
    return _signed_in(call, opened)


def shown(person: Person) -> dict[str, object]:
    """Return a person as the API shows them."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "status": person.status,
        "locale": person.locale,
        "theme": person.theme,
        "is_admin": person.is_admin,
        "roles": list(person.roles),
        "departments": list(person.departments),
        "seen_at": person.seen_at,
    }


def _own(person: Person) -> dict[str, object]:
    return {**shown(person), "task_mails": person.task_mails}


def _signed_in(call: Call, opened: OpenedSession) -> Response:
    with call.db.read() as unit:
        content = {
            "user": _own(people.get(unit, opened.user_id)),
            "csrf_token": opened.csrf_token,
            "installation": about_installation(unit, call.runtime),
        }
    answer = Response(orjson.dumps(content), content_type="application/json")
    set_session(answer, opened.secret, call.runtime.settings)
    return answer


def _account(claim: Claim, email: str) -> str:
    """Return the key of the account that was found; an unknown address is counted alike, or it would show."""
    return claim.user_id or digest(email_key(email))


def _origin(call: Call) -> Origin:
    return Origin(network_of(call.ip), call.request.headers.get("User-Agent", ""))
