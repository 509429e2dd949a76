"""Who sends a request is remembered between requests; what was taken away meanwhile is noticed in the write itself."""

from typing import Any

import pytest
from sqlalchemy import select

from formloom.platform.access import people
from formloom.platform.access.people import PersonChange
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import AssumptionWrong, Database, UnitOfWork
from formloom.platform.storage.tables import settings

from .conftest import Site

RECORDS = "/api/v1/forms/desk.ticket/records"


def _ask(site: Site, who: str, values: Any) -> int:
    return int(site.ask(who, "POST", RECORDS, {"values": values}).status_code)


def _disable(site: Site, user_id: str) -> None:
    wanted = PersonChange(is_disabled=True)
    site.db.write(lambda uow: people.change(uow, site.admin, user_id, wanted, now=site.now))


def test_a_person_disabled_after_a_write_can_neither_write_again_nor_learn_what_was_wrong(peopled: Site) -> None:
    user_id = peopled.ask("restricted", "GET", "/api/v1/session").json["user"]["id"]
    assert _ask(peopled, "restricted", {"subject": "first"}) == 201
    assert _ask(peopled, "restricted", {"subject": "second"}) == 201  # from memory
    _disable(peopled, user_id)
    assert _ask(peopled, "restricted", {"subject": "third"}) == 401
    assert _ask(peopled, "restricted", "no object") == 401
    found = peopled.ask("admin", "GET", RECORDS).json["records"]
    assert sorted(one["values"]["subject"] for one in found) == ["Loom", "first", "second"]


def test_a_right_taken_away_after_a_write_is_gone_for_the_next(peopled: Site) -> None:
    assert _ask(peopled, "restricted", {"subject": "first"}) == 201
    group = next(
        one for one in peopled.ask("admin", "GET", "/api/v1/apps/desk/definitions?kind=permission_group").json["definitions"]
        if one["key"] == "agents"
    )  # fmt: skip
    assert peopled.ask("admin", "DELETE", f"/api/v1/definitions/{group['id']}").status_code == 204
    assert _ask(peopled, "restricted", {"subject": "second"}) in {403, 404}


def test_a_new_version_published_after_a_write_is_what_the_next_write_is_judged_by(peopled: Site) -> None:
    assert _ask(peopled, "admin", {"subject": "first"}) == 201
    shorter = {
        "title": {"en": "Ticket"},
        "fields": [{"id": "subject", "type": "text", "label": {"en": "Subject"}, "max_length": 3}],
    }
    form = peopled.ids["form"]
    saved = peopled.ask("admin", "PUT", f"/api/v1/definitions/{form}/draft", {"document": shorter})
    assert saved.status_code == 200, saved.text
    assert peopled.ask("admin", "POST", f"/api/v1/definitions/{form}/publish", {}).status_code == 200
    assert _ask(peopled, "admin", {"subject": "too long"}) == 422


def _epoch(db: Database) -> str:
    with db.read() as unit:
        return access_epoch.current(unit)


def test_only_the_first_unit_proves_what_was_assumed(site: Site) -> None:
    assumption = access_epoch.still(_epoch(site.db))
    with site.db.assuming(assumption):
        site.db.write(access_epoch.advance)  # publishing does this: what follows is not begun again
        assert assumption.is_proved
        with site.db.read():
            pass


def test_nothing_is_written_on_a_wrong_assumption(site: Site) -> None:
    old = _epoch(site.db)
    site.db.write(access_epoch.advance)

    def work(uow: UnitOfWork) -> None:
        uow.conn.execute(settings.insert().values(key="x", value="y"))

    with pytest.raises(AssumptionWrong), site.db.assuming(access_epoch.still(old)):
        site.db.write(work)
    with site.db.read() as unit:
        assert unit.conn.scalar(select(settings.c.key).where(settings.c.key == "x")) is None


def test_what_touches_no_database_is_proved_in_the_end_even_when_it_fails(site: Site) -> None:
    old = _epoch(site.db)
    site.db.write(access_epoch.advance)
    with pytest.raises(AssumptionWrong), site.db.assuming(access_epoch.still(old)):
        pass
    with pytest.raises(AssumptionWrong), site.db.assuming(access_epoch.still(old)):
        raise NotFound
    with pytest.raises(NotFound), site.db.assuming(access_epoch.still(_epoch(site.db))):
        raise NotFound


def test_an_assumption_is_forgotten_with_its_request(site: Site) -> None:
    with site.db.assuming(access_epoch.still(_epoch(site.db))):
        pass
    site.db.write(access_epoch.advance)
    with site.db.read():
        pass
