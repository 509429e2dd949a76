"""CSRF, in every form that a browser can be talked into; and headers that nobody may choose for us."""

from typing import Any

import pytest

from .conftest import PASSWORD, Site

pytestmark = pytest.mark.one_database

WRITES = [
    ("PATCH", "/api/v1/session"),
    ("POST", "/api/v1/tokens"),
    ("POST", "/api/v1/apps"),
    ("DELETE", "/api/v1/session"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_cookie_alone_writes_nothing(site: Site, method: str, path: str) -> None:
    browser = site.sign_in("ada@example.com")
    other = site.sign_in("ada@example.com")
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 43}, {"X-CSRF-Token": other.csrf}):
        answer = browser.open(path, method=method, json={}, headers=headers)
        assert answer.status_code == 403, headers
        assert answer.json["code"] == "csrf_refused"
    assert browser.get("/api/v1/session").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
        {"Origin": "null"}, {"Origin": "http://localhost.evil.example"},
    ],
)  # fmt: skip
def test_another_sites_page_is_refused_even_with_the_token(site: Site, headers: dict[str, str]) -> None:
    browser = site.sign_in("ada@example.com")
    right = {"X-CSRF-Token": browser.csrf}
    assert browser.patch("/api/v1/session", json={"theme": "dark"}, headers={**right, **headers}).status_code == 403
    ours = {**right, "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert browser.patch("/api/v1/session", json={"theme": "dark"}, headers=ours).status_code == 200


def test_nobody_can_be_signed_in_by_another_sites_page(site: Site) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD}
    answer = site.client().post("/api/v1/session", json=body, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_json_in_a_form_that_needs_no_leave_is_not_read(site: Site, content_type: str) -> None:
    browser = site.sign_in("ada@example.com")
    answer = browser.patch(
        "/api/v1/session", data='{"theme":"dark"}', content_type=content_type, headers={"X-CSRF-Token": browser.csrf}
    )
    assert answer.status_code == 415


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_no_header_changes_the_method(site: Site, header: str) -> None:
    browser = site.sign_in("ada@example.com")
    assert browser.get("/api/v1/session", headers={header: "DELETE"}).status_code == 200
    assert browser.get("/api/v1/session").status_code == 200


def test_a_bearer_token_needs_no_csrf_token(site: Site) -> None:
    answer = site.ask("admin", "PATCH", "/api/v1/session", {"theme": "dark"})
    assert answer.status_code == 200


def test_a_link_in_a_mail_starts_with_the_configured_address_whatever_the_request_says(secure_site: Site) -> None:
    evil = {
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example", "Origin": "https://evil.example", "X-Forwarded-Prefix": "/evil",
    }  # fmt: skip
    answer = secure_site.ask("admin", "POST", "/api/v1/invitations", {"email": "new@example.com"}, headers=evil)
    assert answer.status_code == 201
    assert answer.json["url"].startswith("https://forms.example.com/invite/")
    user = answer.json["id"]
    link = f"/api/v1/users/{secure_site.admin.user_id}/password-link"
    assert user
    assert (
        secure_site.ask("admin", "POST", link, headers=evil).json["url"].startswith("https://forms.example.com/reset/")
    )


@pytest.mark.parametrize("header", ["X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Auth-Request-Email"])
def test_no_header_says_who_somebody_is(site: Site, header: str) -> None:
    assert site.client().get("/api/v1/session", headers={header: "ada@example.com"}).status_code == 401


def _headers(site: Site, path: str, **more: Any) -> Any:
    return site.client().get(path, **more).headers


def test_every_answer_carries_the_protecting_headers(site: Site) -> None:
    for path in ("/sign-in", "/api/v1/setup", "/api/v1/session", "/no-such-page", "/healthz"):
        headers = _headers(site, path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src", 1)[1].split(";", 1)[0]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"]
        assert "Strict-Transport-Security" not in headers
    assert _headers(site, "/api/v1/session")["Cache-Control"] == "no-store"


def test_each_answer_has_its_own_nonce(site: Site) -> None:
    seen = {_headers(site, "/sign-in")["Content-Security-Policy"] for _ in range(5)}
    assert len(seen) == 5


def test_https_is_insisted_on_only_when_it_is_there(secure_site: Site) -> None:
    headers = _headers(secure_site, "/sign-in", base_url="https://forms.example.com")
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
