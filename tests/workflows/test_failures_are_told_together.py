"""Who is responsible hears of failures once a period, grouped by flow and reason, in his language; of nothing, nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formloom.platform.storage import tables
from formloom.workflows.failures import reasons
from formloom.workflows.failures.digest import Choice, border_before, in_words, sections
from formloom.workflows.queries.failures import GroupRow, Named

from .house import House, Open, set_fields
from .servers import Post, mail_server

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
SECRET = "not-an-hour-secret"
"""A value of a record that nobody may read in a digest."""
DAY = timedelta(days=1)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


def broken(house: House, subject: str = "Loom") -> None:
    """Let the step of a rule fail on the value of a record."""
    house.ticket(subject, note=SECRET)
    house.work()


def rule(house: House, **more: object) -> str:
    return house.flow("hours", [set_fields(hours={"field": "note"})], **more)


def notices(house: House, who: str = "ada") -> list[dict[str, object]]:
    found: list[dict[str, object]] = house.ask("GET", "/notifications", who=who)["notifications"]
    return [one for one in found if one["path"]]


@pytest.mark.parametrize(
    ("every", "hour", "zone", "border"),
    [
        ("daily", 8, SHANGHAI, datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("daily", 14, SHANGHAI, NOW),
        ("daily", 15, SHANGHAI, datetime(2026, 11, 22, 7, 0, tzinfo=UTC)),
        ("daily", 8, BERLIN, datetime(2026, 11, 22, 7, 0, tzinfo=UTC)),
        ("hourly", 8, SHANGHAI, NOW),
    ],
)
def test_a_period_ends_at_the_hour_of_the_house(every: str, hour: int, zone: ZoneInfo, border: datetime) -> None:
    assert border_before(NOW, Choice(every, hour), zone) == border  # one of the literals


def test_an_hour_that_a_clock_change_skips_still_comes_once() -> None:
    nights = [datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in range(24)]
    borders = {border_before(night, Choice("daily", 2), BERLIN) for night in nights}
    assert len(borders) == 2


def test_failures_stand_under_their_flow_the_most_frequent_first() -> None:
    later = NOW + timedelta(hours=1)
    told = [
        GroupRow("step", "f1", "t", "set_fields", "invalid", 2, NOW, later),
        GroupRow("stopped", "f1", "t", None, reasons.TOO_OFTEN, 5, NOW, later),
        GroupRow("event", None, "t", None, "internal:KeyError", 9, NOW, NOW),
        GroupRow("delivery", None, None, None, "http:404", 99, NOW, NOW),
        GroupRow("run", "gone", None, None, "internal:KeyError", 1, NOW, NOW),
    ]
    known = {"f1": Named("f1", "flow", {"en": "Rule"}, "a", "desk"), "t": Named("t", "form", {"en": "T"}, "a", "desk")}
    found = sections(told, known, {"a": {"en": "Desk"}})
    assert [(one.about and one.about.id, one.count) for one in found] == [("t", 9), ("f1", 7), (None, 100)]
    assert [group.count for group in found[1].groups] == [5, 2]
    assert [one.path for one in found] == ["/settings/mail", "/a/desk/rules/runs?rule=f1", "/settings/mail"]
    assert in_words(told[3]) == {
        "zh-CN": "消息未能送达：对方返回 HTTP 404", "en": "A message was not delivered: answered with HTTP 404",
    }  # fmt: skip


def test_a_reason_never_says_a_value() -> None:
    assert reasons.words("too_large")["en"] == "Too large: at most …"
    assert reasons.words("too_many")["en"] == "Too many requests; try again in … seconds"
    assert reasons.code_of_delivery(f"550 no such user {SECRET}", in_vain=False) == reasons.REFUSED


def test_one_mail_a_day_tells_each_reader_in_his_language(opened: Open, post: Post) -> None:
    house = opened(FORMLOOM_SMTP_URL=post.url, FORMLOOM_BASE_URL="https://forms.example")
    house.person("lin", locale="zh-CN", is_admin=True)
    house.person("bob")
    flow_id = rule(house, limit={"runs": 2, "per": "PT1H"})
    house.work()
    for _ in range(3):
        broken(house)
    assert not post.taken
    house.clock.advance(DAY)
    tickers = [house.formloom, house.another_process()]
    for one in tickers:
        assert one.worker.ticker is not None
        one.worker.ticker.plan()
    house.work()
    mails = {str(mail["To"]): str(mail.get_payload(decode=True).decode()) for mail in post.taken}  # one part
    assert sorted(mails) == ["ada@house.example", "lin@house.example"]
    assert len(post.taken) == 2
    english, chinese = mails["ada@house.example"], mails["lin@house.example"]
    assert "Step “Set fields” failed" in english
    assert "— 2 times, 23 Nov, 14:00\r\n" in english
    assert "/settings/mail" not in english, "nothing waits there"
    assert "Held back: the rule had run as often as it may — 23 Nov, 14:00" in english
    assert f"https://forms.example/a/desk/rules/runs?rule={flow_id}" in english
    assert "，2 次，11月23日 14:00" in chinese
    assert SECRET not in english + chinese
    assert [one["path"] for one in notices(house)] == ["/settings/failures"]
    assert notices(house, "bob") == []
    house.clock.advance(DAY)
    house.work()
    assert len(post.taken) == 2, "nothing failed on the second day"


def test_who_started_an_app_hears_of_what_concerns_it(house: House) -> None:
    bob = house.person("bob")
    with house.db.writer_engine.begin() as conn:
        conn.execute(tables.apps.update().values(created_by=bob))
    rule(house)
    house.work()
    broken(house)
    house.clock.advance(DAY)
    house.work()
    assert [one["path"] for one in notices(house, "bob")] == ["/a/desk/rules/runs"]
    assert len(notices(house)) == 1


def test_it_can_be_hourly_to_others_or_not_at_all(house: House) -> None:
    bob = house.person("bob")
    rule(house)
    answer = house.ask("PATCH", "/failures/digest", {"every": "hourly", "people": [bob], "owners": False})
    assert answer["digest"] == {
        "every": "hourly", "hour": 8, "people": [{"id": bob, "name": "bob"}], "owners": False,
    }  # fmt: skip
    house.work()
    broken(house)
    house.clock.advance(timedelta(hours=1))
    house.work()
    assert notices(house) == []
    assert len(notices(house, "bob")) == 1
    house.ask("PATCH", "/failures/digest", {"every": "off"})
    broken(house)
    house.clock.advance(DAY)
    house.work()
    house.ask("PATCH", "/failures/digest", {"every": "daily"})
    house.clock.advance(DAY)
    house.work()
    assert len(notices(house, "bob")) == 1, "what failed while it was off is not told of afterwards"
    (section,) = house.ask("GET", "/failures")["failures"]
    assert (section["count"], section["about"]["title"]["en"]) == (2, "Flow")


def test_a_rule_that_is_not_run_for_its_own_doing_is_no_failure(house: House) -> None:
    house.flow("own", [set_fields(note="done")], {"type": "record_updated"})
    house.change(house.ticket(), other="go")
    house.work()
    assert [row.state for row in house.rows(tables.flow_runs)] == ["done", "skipped"]
    assert house.rows(tables.failures) == []
