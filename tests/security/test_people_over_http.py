"""The people routes: shapes, refusals, and that what is taken away is gone at the next request."""

from typing import Any

import pytest

from .conftest import PASSWORD, Site


def test_an_invitation_without_mail_gives_the_link_and_leads_to_a_session(site: Site) -> None:
    made = site.make("/api/v1/invitations", {"email": "nia@example.com", "name": "Nia", "roles": ["builder"]})
    assert made["sent"] is False
    token = made["url"].rsplit("/", 1)[1]
    browser = site.client()
    assert browser.get(f"/api/v1/invitations/{token}").json["email"] == "nia@example.com"
    weak = browser.post("/api/v1/invitations/accept", json={"token": token, "name": "Nia", "password": "Password2026"})
    assert (weak.status_code, weak.json["errors"][0]["code"]) == (422, "password_common")
    done = browser.post("/api/v1/invitations/accept", json={"token": token, "name": "Nia", "password": PASSWORD})
    assert done.json["user"]["roles"] == ["builder"]
    assert browser.get("/api/v1/session").status_code == 200
    again = site.client().post("/api/v1/invitations/accept", json={"token": token, "password": PASSWORD})
    assert again.status_code == 404


def test_a_password_link_resets_once_and_ends_everything(peopled: Site) -> None:
    browser = peopled.sign_in("outsider@example.com")
    url = peopled.make(f"/api/v1/users/{peopled.ids['outsider']}/password-link", {})["url"]
    body = {"token": url.rsplit("/", 1)[1], "password": "nine blue spindles"}
    assert peopled.client().post("/api/v1/password/reset", json=body).status_code == 204
    assert browser.get("/api/v1/session").status_code == 401
    assert peopled.ask("outsider", "GET", "/api/v1/session").status_code == 401
    assert peopled.client().post("/api/v1/password/reset", json=body).status_code == 404
    peopled.sign_in("outsider@example.com", "nine blue spindles")


def test_disabling_somebody_ends_session_and_token_at_once(peopled: Site) -> None:
    browser = peopled.sign_in("restricted@example.com")
    user = browser.get("/api/v1/session").json["user"]["id"]
    assert peopled.ask("restricted", "GET", "/api/v1/forms/desk.ticket/records").status_code == 200
    assert peopled.ask("admin", "PATCH", f"/api/v1/users/{user}", {"status": "disabled"}).status_code == 200
    assert browser.get("/api/v1/session").status_code == 401
    assert peopled.ask("restricted", "GET", "/api/v1/forms/desk.ticket/records").status_code == 401


def test_departments_roles_and_tokens_are_made_changed_and_deleted(site: Site) -> None:
    top = site.make("/api/v1/departments", {"title": {"zh-CN": "销售", "en": "Sales"}})
    below = site.make("/api/v1/departments", {"title": {"en": "North"}, "parent_id": top["id"]})
    assert site.ask("admin", "DELETE", f"/api/v1/departments/{top['id']}").status_code == 409
    moved = site.ask("admin", "PATCH", f"/api/v1/departments/{below['id']}", {"parent_id": None})
    assert moved.json["parent_id"] is None
    assert site.ask("admin", "DELETE", f"/api/v1/departments/{top['id']}").status_code == 204
    role = site.make("/api/v1/roles", {"key": "agent", "title": {"en": "Agent"}})
    assert site.ask("admin", "POST", "/api/v1/roles", {"key": "agent", "title": {"en": "A"}}).status_code == 409
    assert site.ask("admin", "DELETE", f"/api/v1/roles/{role['id']}").status_code == 204
    token = site.make("/api/v1/tokens", {"name": "script"})
    assert token["token"].startswith("flm_")
    listed = site.ask("admin", "GET", "/api/v1/tokens").json["tokens"]
    assert token["token"] not in str(listed)
    assert site.ask("admin", "DELETE", f"/api/v1/tokens/{token['id']}").status_code == 204
    assert token["id"] not in str(site.ask("admin", "GET", "/api/v1/tokens").json)


def test_a_token_of_somebody_else_is_not_found(peopled: Site) -> None:
    token = peopled.make("/api/v1/tokens", {"name": "mine"})
    assert peopled.ask("outsider", "DELETE", f"/api/v1/tokens/{token['id']}").status_code == 404


@pytest.mark.parametrize("extra", ["id", "is_owner", "password_hash", "auth_epoch", "status", "created_at"])
def test_unknown_and_read_only_keys_are_refused(site: Site, extra: str) -> None:
    body = {"email": "x@example.com", "password": PASSWORD, extra: "1"}
    answer = site.ask("admin", "POST", "/api/v1/users", body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, extra)
    assert site.ask("admin", "GET", "/api/v1/users?q=x@example").json["users"] == []


def test_nobody_makes_himself_an_administrator(peopled: Site) -> None:
    assert peopled.ask("outsider", "PATCH", "/api/v1/session", {"is_admin": True}).status_code == 422
    path = f"/api/v1/users/{peopled.ids['outsider']}"
    assert peopled.ask("outsider", "PATCH", path, {"is_admin": True}).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/invitations", {"email": "a\x00b@example.com"}), ("/api/v1/invitations", {"email": "no address"}),
        ("/api/v1/invitations", {"email": "x@example.com", "name": "a\r\nBcc: b"}),
        ("/api/v1/invitations", {"email": "x@example.com", "roles": ["\x00"]}),
        ("/api/v1/departments", {"title": {"fr": "x"}}), ("/api/v1/departments", {"title": {}}),
        ("/api/v1/departments", {"title": {"en": "x"}, "parent_id": "nope"}),
        ("/api/v1/departments", {"title": {"en": "x"}, "position": 10**30}),
        ("/api/v1/roles", {"key": "Bad Key", "title": {"en": "x"}}), ("/api/v1/roles", {"key": "x\n", "title": {"en": "x"}}),
        ("/api/v1/tokens", {"name": ""}), ("/api/v1/tokens", {"name": "x", "expires_in_days": 0}), ("/api/v1/users", []),
    ],
)  # fmt: skip
def test_bad_input_is_told_and_never_breaks(site: Site, path: str, body: Any) -> None:
    assert site.ask("admin", "POST", path, body).status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/users/%00", "/api/v1/users/x", "/api/v1/users/" + "9" * 500])
def test_an_id_that_is_none_is_not_found(site: Site, path: str) -> None:
    assert site.ask("admin", "PATCH", path, {"name": "x"}).status_code == 404


def test_searching_with_strange_characters_is_harmless(site: Site) -> None:
    for words in ("%25", "_", "'", "\\", "%F0%9F%A7%B5"):
        assert site.ask("admin", "GET", f"/api/v1/users?q={words}").json["users"] == []
    assert site.ask("admin", "GET", "/api/v1/users?q=%00").status_code == 422
    assert site.ask("admin", "GET", "/api/v1/users?q=a&q=b").status_code == 422


def test_explaining_tells_why_a_field_is_hidden(peopled: Site) -> None:
    restricted = next(user["id"] for user in peopled.ask("admin", "GET", "/api/v1/users?q=restricted").json["users"])
    body = {"user": restricted, "form": "desk.ticket", "act": "record.read", "record": peopled.ids["record"]}
    assert peopled.make("/api/v1/access/explain", body)["allowed"] is True
    told = peopled.make("/api/v1/access/explain", {**body, "field": "salary"})
    assert told["allowed"] is False
    assert "salary" in " ".join(reason["message"] for reason in told["reasons"])
    assert peopled.ask("restricted", "POST", "/api/v1/access/explain", body).status_code == 403
    assert peopled.ask("admin", "POST", "/api/v1/access/explain", {**body, "act": "fly"}).status_code == 422
    assert peopled.ask("admin", "POST", "/api/v1/access/explain", {**body, "field": "nope"}).status_code == 422
