"""Signing in and out: cookies, rotation, enumeration, rates."""

from types import SimpleNamespace
from typing import Any

import pytest

from formloom.platform.access import passwords
from tests.effort import cpu_s

from .conftest import PASSWORD, Site

pytestmark = pytest.mark.one_database

COOKIE = "formloom"


def _cookie(answer: Any) -> str:
    return next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith((COOKIE, "__Host-")))


def test_a_session_is_opened_read_and_closed(site: Site) -> None:
    browser = site.sign_in("ada@example.com")
    answer = browser.get("/api/v1/session")
    assert answer.json["user"]["email"] == "ada@example.com"
    assert answer.json["csrf_token"] == browser.csrf
    assert answer.json["installation"] == {
        "name": "Weaving Ltd", "mail_configured": False, "version": answer.json["installation"]["version"],
        "timezone": "Asia/Shanghai",
    }  # fmt: skip
    assert browser.delete("/api/v1/session", headers={"X-CSRF-Token": browser.csrf}).status_code == 204
    assert browser.get("/api/v1/session").status_code == 401


def test_signing_out_ends_the_session_on_the_server_and_clears_the_browser(site: Site) -> None:
    browser = site.sign_in("ada@example.com")
    kept = browser.get_cookie(COOKIE).value
    answer = browser.delete("/api/v1/session", headers={"X-CSRF-Token": browser.csrf})
    assert "storage" in answer.headers["Clear-Site-Data"]
    thief = site.client()
    thief.set_cookie(COOKIE, kept)
    assert thief.get("/api/v1/session").status_code == 401


SIGN_IN = {"email": "ada@example.com", "password": PASSWORD}


def test_the_cookie_is_http_only_and_lax(site: Site) -> None:
    plain = _cookie(site.client().post("/api/v1/session", json=SIGN_IN))
    assert plain.startswith("formloom=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(secure_site: Site) -> None:
    browser = secure_site.client()
    strict = _cookie(browser.post("/api/v1/session", json=SIGN_IN, base_url="https://forms.example.com"))
    assert strict.startswith("__Host-formloom=")
    assert "Secure" in strict
    assert "Path=/" in strict
    assert "Domain" not in strict


def test_signing_in_makes_a_new_session_and_ends_the_one_that_was_brought(site: Site) -> None:
    browser = site.sign_in("ada@example.com")
    first = browser.get_cookie(COOKIE).value
    site.sign_in("ada@example.com", client=browser)
    second = browser.get_cookie(COOKIE).value
    assert first != second
    old = site.client()
    old.set_cookie(COOKIE, first)
    assert old.get("/api/v1/session").status_code == 401
    assert browser.get("/api/v1/session").status_code == 200


def test_a_session_id_chosen_by_somebody_else_is_never_taken_over(site: Site) -> None:
    browser = site.client()
    browser.set_cookie(COOKIE, "chosen-by-an-attacker")
    site.sign_in("ada@example.com", client=browser)
    assert browser.get_cookie(COOKIE).value != "chosen-by-an-attacker"


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(site: Site) -> None:
    here, elsewhere = site.sign_in("ada@example.com"), site.sign_in("ada@example.com")
    headers = {"X-CSRF-Token": here.csrf}
    wrong = {"current": "something else", "password": "seven grey threads"}
    assert here.post("/api/v1/password/change", json=wrong, headers=headers).status_code == 422
    right = {"current": PASSWORD, "password": "seven grey threads"}
    assert here.post("/api/v1/password/change", json=right, headers=headers).status_code == 200
    assert here.get("/api/v1/session").status_code == 200
    assert elsewhere.get("/api/v1/session").status_code == 401
    assert (
        site.client().post("/api/v1/session", json={"email": "ada@example.com", "password": PASSWORD}).status_code
        == 401
    )


@pytest.mark.parametrize(
    "email", ["nobody@example.com", "disabled@example.com", "invited@example.com", "ada@example.com"]
)
def test_every_refused_sign_in_says_the_same(peopled: Site, email: str) -> None:
    peopled.make("/api/v1/invitations", {"email": "invited@example.com"})
    answer = peopled.client().post("/api/v1/session", json={"email": email, "password": "not the password"})
    assert answer.status_code == 401
    assert answer.json["code"] == "sign_in_refused"
    assert answer.json["errors"] == []
    assert "Set-Cookie" not in answer.headers


def test_the_work_of_a_refusal_does_not_tell_who_exists(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[str] = []
    hasher = passwords._hasher

    def verify(stored: str, words: str) -> bool:
        costs.append(stored.rsplit("$", 2)[0])
        return hasher.verify(stored, words)

    monkeypatch.setattr(passwords, "_hasher", SimpleNamespace(verify=verify))

    def refused(email: str, number: int) -> None:
        answer = site.client().post(
            "/api/v1/session", json={"email": email, "password": "not the password"},
            environ_base={"REMOTE_ADDR": f"10.{number}.0.1"},
        )  # fmt: skip
        assert answer.status_code == 401

    numbers = iter(range(100))
    known = cpu_s(lambda: refused("ada@example.com", next(numbers)), tries=20)
    unknown = cpu_s(lambda: refused(f"nobody{(number := next(numbers))}@example.com", number), tries=20)
    assert len(costs) == 40, "a password is verified each time"
    assert len(set(costs)) == 1, "and costs the same"
    assert 0.5 < known / unknown < 2


def test_a_forgotten_password_is_answered_alike_for_everybody(site: Site) -> None:
    answers = [
        site.client().post("/api/v1/password/forgot", json={"email": email})
        for email in ("ada@example.com", "nobody@example.com")
    ]
    assert [(answer.status_code, answer.data) for answer in answers] == [(204, b""), (204, b"")]


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_guessing_is_slowed_down_alike_for_known_and_unknown_addresses(site: Site, email: str) -> None:
    statuses = []
    for number in range(12):
        spelled = email.upper() if number % 2 else email  # another spelling is no other account
        headers = {"X-Forwarded-For": f"1.2.3.{number}"}  # and an invented address is no other network
        body = {"email": spelled, "password": f"guess number {number}"}
        statuses.append(site.client().post("/api/v1/session", json=body, headers=headers).status_code)
    assert statuses == [401] * 10 + [429] * 2
    answer = site.client().post("/api/v1/session", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_one_network_that_tries_many_accounts_is_slowed_down(site: Site) -> None:
    statuses = [
        site.client().post(
            "/api/v1/session", json={"email": f"user{number}@example.com", "password": "spring 2026 spray"},
            environ_base={"REMOTE_ADDR": f"10.0.0.{number}"},
        ).status_code
        for number in range(45)
    ]  # fmt: skip
    assert statuses.count(429) == 5


def test_good_sign_ins_are_not_counted(site: Site) -> None:
    for _ in range(15):
        site.sign_in("ada@example.com")


def test_set_up_over_http_works_once(site: Site) -> None:
    assert site.client().get("/api/v1/setup").json == {"needed": False}
    body = {
        "token": "x", "organisation": "Evil", "name": "Eve", "email": "eve@example.com", "password": "wolf in the barn",
    }  # fmt: skip
    answer = site.client().post("/api/v1/setup", json=body)
    assert answer.status_code == 403
    assert answer.json["code"] == "setup_done"


def test_a_bad_bearer_token_is_refused_even_beside_a_good_cookie(site: Site) -> None:
    browser = site.sign_in("ada@example.com")
    answer = browser.get("/api/v1/session", headers={"Authorization": "Bearer flm_" + "x" * 43})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
