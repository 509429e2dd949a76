"""Changing with `If-Match`, and batches whose rows don't depend on each other."""

import pytest

from tests.web.conftest import Desk


def test_a_stale_change_is_refused_with_both_sides(desk: Desk) -> None:
    record = desk.add(amount="1")
    changed = desk.ask("PATCH", f"/{record['id']}", {"values": {"amount": "2"}}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json["rev"]) == (200, 2)
    stale = desk.ask("PATCH", f"/{record['id']}", {"values": {"amount": "3"}}, headers={"If-Match": '"1"'})
    assert stale.status_code == 409
    assert (stale.json["code"], stale.json["rev"]) == ("stale_record", 2)
    assert stale.json["current"] == {"amount": "2.00"}
    assert stale.json["yours"] == {"amount": "3"}
    assert desk.ask("GET", f"/{record['id']}").json["values"]["amount"] == "2.00"


def test_the_revision_is_the_etag(desk: Desk) -> None:
    record = desk.add()
    assert desk.ask("GET", f"/{record['id']}").headers["ETag"] == '"1"'


def test_without_if_match_the_last_writer_wins(desk: Desk) -> None:
    record = desk.add()
    for value in ("1", "2"):
        assert desk.ask("PATCH", f"/{record['id']}", {"values": {"amount": value}}).status_code == 200


def test_a_change_leaves_the_other_fields_alone(desk: Desk) -> None:
    record = desk.add(amount="1", priority="high", tags=["red"])
    changed = desk.ask("PATCH", f"/{record['id']}", {"values": {"amount": None}}).json
    assert changed["values"]["amount"] is None
    assert changed["values"]["priority"] == "high"
    assert changed["values"]["tags"] == ["red"]


def test_a_stale_delete_is_refused(desk: Desk) -> None:
    record = desk.add()
    desk.ask("PATCH", f"/{record['id']}", {"values": {"amount": "1"}})
    assert desk.ask("DELETE", f"/{record['id']}", headers={"If-Match": '"1"'}).status_code == 409
    assert desk.ask("DELETE", f"/{record['id']}", headers={"If-Match": '"2"'}).status_code == 204


@pytest.mark.parametrize("header", ["x", '"x"', "-1", '"1', "1.5", "9" * 50, '"1", "2"'])
def test_an_if_match_that_names_no_revision_is_400(desk: Desk, header: str) -> None:
    record = desk.add()
    answer = desk.ask("PATCH", f"/{record['id']}", {"values": {}}, headers={"If-Match": header})
    assert answer.status_code in {400, 409}
    assert desk.ask("GET", f"/{record['id']}").json["rev"] == 1


def test_a_bad_row_of_a_batch_fails_alone(desk: Desk) -> None:
    desk.add(code="taken")
    rows = [
        {"subject": "a", "code": "one"}, {"subject": "b", "amount": "x"}, {"code": "two"}, {"subject": "c", "code": "one"},
        {"subject": "d", "code": "taken"}, {"subject": "e", "nothing": 1}, {"subject": "f", "code": "three"},
    ]  # fmt: skip
    results = desk.ask("POST", "/batch", {"records": [{"values": row} for row in rows]}).json["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 422, 422, 201]
    assert [result["errors"][0]["field"] for result in results if "errors" in result] == [
        "amount",
        "subject",
        "code",
        "code",
        "nothing",
    ]
    assert desk.count() == 3
    numbers = sorted(record["values"]["number"] for record in desk.listed())
    assert numbers == ["T0001", "T0002", "T0003"]


def test_a_batch_takes_a_thousand_and_no_more(desk: Desk) -> None:
    rows = [{"values": {"subject": f"{n}"}} for n in range(1_001)]
    assert desk.ask("POST", "/batch", {"records": rows}).status_code == 422
    results = desk.ask("POST", "/batch", {"records": rows[:1_000]}).json["results"]
    assert {result["status"] for result in results} == {201}
    assert desk.count() == 1_000
