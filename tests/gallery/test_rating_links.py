"""A rating belongs to a ticket only through a link that we signed."""

from typing import Any

import pytest
from sqlalchemy import select

from formloom.platform.records import links as personal_links
from formloom.platform.records.links import PersonalLink
from formloom.platform.storage import tables

from .conftest import Site

pytestmark = pytest.mark.one_database

RATING = {"score": 1, "solved": "no"}


@pytest.fixture
def desk(site: Site) -> dict[str, str]:
    """Return the ticketing app with one ticket: its id and number, the token of the rating form."""
    site.ask("POST", "/templates/ticketing/install", json={"sample_data": False})
    values = {"subject": "a", "description": "b", "name": "c", "email": "d@example.com", "category": "other"}
    ticket = site.ask("POST", "/forms/ticketing.ticket/records", json={"values": values}).json
    found = site.ask("GET", "/forms/ticketing.rating/links").json["links"][0]
    with site.formloom.runtime.db.read() as unit:
        form_id = unit.conn.scalar(
            select(tables.form_links.c.form_id).where(tables.form_links.c.token == found["token"])
        )
    return {"ticket": ticket["id"], "no": ticket["values"]["no"], "token": found["token"], "form": str(form_id)}


def rate(site: Site, desk: dict[str, str], values: dict[str, Any], ref: str | None = None) -> dict[str, Any]:
    """Submit the rating form as an API caller and return the stored values."""
    client = site.formloom.web.test_client()
    headers = {"Authorization": f"Bearer {site.token}"}
    body = {"values": values, **({"ref": ref} if ref else {})}
    answer = client.post(f"/f/{desk['token']}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    stored = site.ask("GET", f"/forms/ticketing.rating/records/{answer.json['id']}").json["values"]
    assert isinstance(stored, dict)
    return stored


def signed(site: Site, desk: dict[str, str]) -> str:
    link = PersonalLink(desk["form"], desk["ticket"], {"no": desk["no"]})
    return personal_links.sign(site.formloom.runtime.settings.secret_key, link)


def test_the_link_fills_in_which_ticket_it_is_about(site: Site, desk: dict[str, str]) -> None:
    stored = rate(site, desk, RATING, signed(site, desk))
    assert (stored["ticket_id"], stored["ticket_no"]) == (desk["ticket"], desk["no"])


def test_without_a_link_nobody_can_name_a_ticket(site: Site, desk: dict[str, str]) -> None:
    stored = rate(site, desk, {**RATING, "ticket_id": desk["ticket"]})
    assert stored["ticket_id"] is None


def test_a_link_that_was_tampered_with_names_nothing(site: Site, desk: dict[str, str]) -> None:
    forged = signed(site, desk)[:-2] + "xx"
    stored = rate(site, desk, {**RATING, "ticket_id": desk["ticket"]}, forged)
    assert stored["ticket_id"] is None


def test_what_the_link_says_wins_over_what_is_sent(site: Site, desk: dict[str, str]) -> None:
    stored = rate(site, desk, {**RATING, "ticket_no": "T000000-0000"}, signed(site, desk))
    assert stored["ticket_no"] == desk["no"]
