"""`Idempotency-Key`: the same write sent again happens once; another one under the same key is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from tests.web.conftest import Desk


def write(desk: Desk, key: str, subject: str = "Loom", who: str = "admin", **values: Any) -> Any:
    body = {"values": {"subject": subject, **values}}
    return desk.ask("POST", json=body, who=who, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_give_the_same_answer_once(desk: Desk) -> None:
    first, second = write(desk, "k1"), write(desk, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert desk.count() == 1


def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    write(desk, "k1")
    answer = write(desk, "k1", subject="Shuttle")
    assert answer.status_code == 422
    assert answer.json["code"] == "idempotency_key_reused"
    assert desk.count() == 1


def test_the_same_key_on_another_path_is_refused(desk: Desk) -> None:
    made = write(desk, "k1").json
    body = {"values": {"subject": "Loom"}}
    answer = desk.ask("PATCH", f"/{made['id']}", body, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 422


def test_a_key_belongs_to_its_caller(staffed: Desk) -> None:
    assert write(staffed, "k1", who="clerk").json["id"] != write(staffed, "k1", who="owner").json["id"]
    assert staffed.count() == 2


def test_a_refused_write_leaves_the_key_free(desk: Desk) -> None:
    assert write(desk, "k1", amount="x").status_code == 422
    assert write(desk, "k1", amount="1").status_code == 201


def test_a_key_lives_a_day(desk: Desk) -> None:
    first = write(desk, "k1").json
    desk.site.formloom.runtime.clock.advance(timedelta(hours=25))
    assert write(desk, "k1").json["id"] != first["id"]


def test_of_many_at_once_one_writes(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: write(desk, "k1"), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json["id"] for answer in answers if answer.status_code == 201}) == 1
    assert desk.count() == 1


def test_a_batch_is_repeated_as_a_whole(desk: Desk) -> None:
    body = {"records": [{"values": {"subject": "a"}}, {"values": {}}]}
    answers = [desk.ask("POST", "/batch", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert desk.count() == 1


def test_a_key_of_no_use_is_refused(desk: Desk) -> None:
    for key in ("", "x" * 201, "a\tb"):
        assert write(desk, key).status_code == 422
    assert desk.count() == 0
