"""What a person may not see is neither in an export nor to be found out by filter, sort or group-by."""

import csv
import io
from typing import Any

import pytest

from formloom.platform.access import people
from formloom.platform.access.identity import load_member
from formloom.platform.access.people import NewPerson
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records import exports, listing
from formloom.platform.records.queries.groups import Dimension, Measure
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage import definition_store
from formloom.platform.storage.database import UnitOfWork
from tests.records.conftest import CHEAP, Desk


def limited(desk: Desk, *acts: str) -> Member:
    """Add a person who sees the records from 10 up, without their notes."""

    def work(uow: UnitOfWork) -> str:
        user = people.insert(
            uow, NewPerson("eve@example.com", "Eve", "en"), status="active", password_hash=CHEAP, now=desk.now
        )
        grant = {
            "form": "ticket", "acts": [f"record.{act}" for act in acts], "rows": "all",
            "filter": {"field": "amount", "op": "gte", "value": 10}, "fields": {"note": "hidden"},
        }  # fmt: skip
        document: dict[str, Any] = {"title": {"en": "Some"}, "members": {"users": [user]}, "grants": [grant]}
        made = definition_store.create(
            uow, app_id=desk.form.app_id, kind="permission_group", key="some", document=document, by=None, now=desk.now
        )
        definition_store.add_version(uow, made, document, by=None, now=desk.now)
        return user

    user = desk.db.write(work)
    with desk.db.read() as unit:
        member = load_member(unit, user)
    assert member is not None
    return member


def export(desk: Desk, actor: Member, **more: Any) -> list[list[str]]:
    target = io.BytesIO()
    with desk.db.read() as unit:
        exports.write(unit, actor, desk.form, Query(**more), target, fields=None, kind="csv", locale="en")
    return list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))


def test_an_export_holds_only_visible_rows_and_fields(desk: Desk) -> None:
    desk.create(subject="low", amount=1, note="secret")
    desk.create(subject="high", amount=20, note="secret")
    rows = export(desk, limited(desk, "read", "export"))
    assert "note" not in rows[0]
    assert [row[rows[0].index("subject")] for row in rows[1:]] == ["high"]
    assert "secret" not in str(rows)
    assert len(export(desk, desk.admin)) == 3


def test_reading_alone_does_not_allow_an_export(desk: Desk) -> None:
    with pytest.raises(FormloomError) as refused:
        export(desk, limited(desk, "read"))
    assert refused.value.kind in {"forbidden", "missing"}


@pytest.mark.parametrize("name", ["note", "no_such_field"])
def test_a_hidden_field_answers_like_one_that_does_not_exist(desk: Desk, name: str) -> None:
    eve = limited(desk, "read", "export")
    desk.create(subject="high", amount=20, note="secret")
    told = set()
    with desk.db.read() as unit:
        asked = [
            lambda: listing.page(unit, eve, desk.form, Query(filter={"field": name, "op": "eq", "value": "secret"})),
            lambda: listing.page(unit, eve, desk.form, Query(sort=(name,))),
            lambda: listing.aggregate(unit, eve, desk.form, [Dimension(name)], [Measure("count")], Query()),
            lambda: listing.aggregate(unit, eve, desk.form, [], [Measure("max", name)], Query()),
        ]
        for ask in asked:
            with pytest.raises(FormloomError) as refused:
                ask()
            found = refused.value.findings[0]
            told.add((refused.value.kind, refused.value.code, found.code, found.words("en").split("'")[0]))
        assert {one[0] for one in told} == {"invalid"}
        assert {one[2] for one in told} == {"unknown_field"}
        assert listing.page(unit, eve, desk.form, Query(search="secret", search_fields=("note",))).records == []


@pytest.mark.parametrize("name", ["note", "not", "nothing_near"])
def test_the_refusal_of_a_column_does_not_name_a_hidden_field(desk: Desk, name: str) -> None:
    eve, target = limited(desk, "read", "export"), io.BytesIO()
    with desk.db.read() as unit, pytest.raises(FormloomError) as refused:
        exports.write(unit, eve, desk.form, Query(), target, fields=[name], kind="csv", locale="en")
    assert [found.words("en") for found in refused.value.findings] == [f"There is no field '{name}'"]


@pytest.mark.parametrize("field", ["not", "note"])
def test_the_refusal_of_a_filter_does_not_name_a_hidden_field(desk: Desk, field: str) -> None:
    eve = limited(desk, "read")
    with desk.db.read() as unit, pytest.raises(FormloomError) as refused:
        listing.page(unit, eve, desk.form, Query(filter={"field": field, "op": "eq", "value": 1}))
    told = [*(found.words("en") for found in refused.value.findings), refused.value.words("en")]
    assert all("note" not in words.replace(f"'{field}'", "") for words in told), told


def test_a_visitor_is_not_told_the_name_of_a_field_for_members(desk: Desk) -> None:
    with pytest.raises(FormloomError) as refused:
        desk.submit(subject="Loom", notes="x")
    assert "note'" not in refused.value.findings[0].words("en").replace("'notes'", "")


def test_what_stands_beside_the_answers_is_exported_where_it_is_asked_for(desk: Desk) -> None:
    desk.create(subject="one")
    target = io.BytesIO()
    with desk.db.read() as unit:
        exports.write(
            unit, desk.admin, desk.form, Query(), target, fields=["subject", "created_by", "created_at"], kind="csv",
            locale="en",
        )  # fmt: skip
    rows = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))
    assert rows[0] == ["subject", "Created by", "Created at"]
    assert rows[1][:2] == ["one", "Ada"]
    assert rows[1][2].startswith("2026-11-23 14:")
