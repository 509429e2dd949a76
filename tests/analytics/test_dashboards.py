"""Figures of widgets: values, labels, order, drill-down, the viewer's rights, and how many questions they cost."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.records import listing
from formloom.platform.records.queries.pages import Query

COUNT = [{"op": "count"}]
SUM = [{"op": "sum", "field": "amount"}]
BY_STAGE = [{"field": "stage"}]


def drilled(shop, condition: dict[str, Any], actor=None) -> set[str]:
    from formloom.platform.definitions.conditions.compile import Setting

    with shop.db.read() as unit:
        form = shop.catalog.find(unit, "shop.order")
        query = Query(filter=condition, limit=200, setting=Setting(now=shop.now))
        return {one.values["name"] for one in listing.page(unit, actor or shop.admin, form, query).records}


def test_a_number_counts_and_sums(shop) -> None:
    shop.order(name="a", amount="10.50")
    shop.order(name="b", amount="5")
    assert shop.show({"type": "number", "measures": COUNT})["value"] == 2
    found = shop.show({"type": "number", "measures": SUM})
    assert (found["value"], found["n"]) == ("15.50", 2)


def test_a_bar_stands_in_the_order_of_the_options_with_labels_in_the_viewers_language(shop) -> None:
    for stage in ("done", "first", "first"):
        shop.order(stage=stage)
    widget = {"type": "bar", "group_by": BY_STAGE, "measures": COUNT}
    assert [(one["label"], one["measures"]) for one in shop.show(widget)["rows"]] == [("First", [2]), ("Done", [1])]
    assert [one["label"] for one in shop.show(widget, locale="zh-CN")["rows"]] == ["中first", "中done"]


def test_a_bar_can_be_sorted_by_its_measure_and_cut(shop) -> None:
    for stage in ("first", "done", "done", "second", "second", "second"):
        shop.order(stage=stage)
    widget = {"type": "bar", "group_by": BY_STAGE, "measures": COUNT, "sort": ["-count"], "limit": 2}
    assert [one["group"]["stage"] for one in shop.show(widget)["rows"]] == ["second", "done"]


def test_several_choices_count_once_under_each(shop) -> None:
    shop.order(tags=["red", "blue"], amount="1")
    shop.order(tags=["red"], amount="2")
    found = shop.show({"type": "pie", "group_by": [{"field": "tags"}], "measures": [*COUNT, *SUM]})["rows"]
    assert [(one["label"], one["measures"]) for one in found] == [("Red", [2, "3.00"]), ("Blue", [1, "1.00"])]


def test_a_line_leaves_no_day_out_up_to_today(shop) -> None:
    shop.order(ago=timedelta(days=3))
    shop.order(ago=timedelta(days=1))
    widget = {"type": "line", "group_by": [{"field": "created_at", "bucket": "day"}], "measures": COUNT}
    found = shop.show(widget)["rows"]
    assert [(one["label"], one["measures"][0]) for one in found] == [
        ("2026-11-20", 1), ("2026-11-21", 0), ("2026-11-22", 1), ("2026-11-23", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("bucket", ["day", "week", "month", "quarter", "year"])
def test_a_bucket_opens_exactly_its_records(shop, bucket: str) -> None:
    for days in (0, 1, 6, 7, 31, 92, 366):
        shop.order(name=str(days), ago=timedelta(days=days))
    found = shop.show({"type": "line", "group_by": [{"field": "created_at", "bucket": bucket}], "measures": COUNT})[
        "rows"
    ]
    opened = [drilled(shop, one["drill"]) for one in found if one["measures"][0]]
    assert [len(names) for names in opened] == [one["measures"][0] for one in found if one["measures"][0]]
    assert set().union(*opened) == {"0", "1", "6", "7", "31", "92", "366"}


def test_every_row_opens_exactly_the_records_it_counts(shop) -> None:
    shop.order(name="a", stage="first", tags=["red", "blue"], due="2026-11-02")
    shop.order(name="b", stage="first", tags=["blue"], due="2026-11-30")
    shop.order(name="c", due="2026-10-31")
    for group_by in (BY_STAGE, [{"field": "tags"}], [{"field": "due", "bucket": "month"}], [{"field": "amount"}]):
        rows = shop.show({"type": "bar", "group_by": group_by, "measures": COUNT})["rows"]
        for row in rows:
            assert len(drilled(shop, row["drill"])) == row["measures"][0], (group_by, row)


def test_a_funnel_counts_who_came_this_far(shop) -> None:
    for stage in ("first", "first", "second", "done"):
        shop.order(stage=stage)
    widget = {"type": "funnel", "group_by": BY_STAGE, "measures": COUNT, "order": ["first", "second", "done"]}
    found = shop.show(widget)["rows"]
    assert [(one["measures"][0], one["reached"], one["step_percent"]) for one in found] == [
        (2, "4", None), (1, "2", "50"), (1, "1", "50"),
    ]  # fmt: skip


def test_a_step_of_the_funnel_that_nobody_reached_is_there(shop) -> None:
    shop.order(stage="first")
    widget = {"type": "funnel", "group_by": BY_STAGE, "measures": COUNT, "order": ["first", "second"]}
    assert [one["reached"] for one in shop.show(widget)["rows"]] == ["1", "0"]


def test_a_table_shows_values_as_people_read_them(shop) -> None:
    shop.order(name="a", stage="first", owner=shop.member.user_id)
    found = shop.show({"type": "table", "columns": ["name", "stage", "owner", "created_at"], "limit": 5})
    assert found["records"][0]["shown"] == {"name": "a", "stage": "First", "owner": "bo"}
    assert [one["label"] for one in found["columns"]] == ["Name", "Stage", "Owner", "Created"]


def test_a_metric_carries_n_margin_and_a_warning(shop) -> None:
    for score in (10, 9, 9, 8, 7, 7, 6, 3, 0, 10):
        shop.order(score=score)
    shop.order(name="no answer")
    found = shop.show({"type": "metric", "metric": "nps", "field": "score"})
    assert {name: found[name] for name in ("value", "n", "margin", "flag")} == {
        "value": "10", "n": 10, "margin": "51.5", "flag": "uncertain",
    }  # fmt: skip


def test_a_metric_by_group_marks_each_small_group(shop) -> None:
    for _ in range(5):
        shop.order(stage="first", score=10)
    shop.order(stage="done", score=0)
    found = shop.show({"type": "metric", "metric": "nps", "field": "score", "group_by": BY_STAGE})["rows"]
    assert [(one["label"], one["value"], one["n"], one["flag"]) for one in found] == [
        ("First", "100", 5, "uncertain"), ("Done", "-100", 1, "few"),
    ]  # fmt: skip


def test_a_rate_counts_missing_answers_as_open(shop) -> None:
    for answer in (True, True, False, None):
        shop.order(in_time=answer)
    found = shop.show({"type": "metric", "metric": "closed_loop_rate", "field": "in_time"})
    assert (found["value"], found["n"]) == ("50", 4)


def test_the_viewer_sees_only_his_rows(shop) -> None:
    shop.order(name="mine", owner=shop.member.user_id, stage="first")
    shop.order(name="other", owner=shop.admin.user_id, stage="first")
    assert shop.show({"type": "number", "measures": COUNT}, actor=shop.member)["value"] == 1
    row = shop.show({"type": "bar", "group_by": BY_STAGE, "measures": COUNT}, actor=shop.member)["rows"][0]
    assert row["measures"] == [1]
    assert drilled(shop, row["drill"], shop.member) == {"mine"}


@pytest.mark.parametrize(
    "widget",
    [
        {"type": "number", "measures": [{"op": "sum", "field": "secret"}]},
        {"type": "bar", "group_by": [{"field": "secret"}], "measures": COUNT},
        {"type": "number", "measures": COUNT, "filter": {"field": "secret", "op": "gt", "value": 1}},
        {"type": "metric", "metric": "nps", "field": "secret"},
        {"type": "table", "columns": ["name"], "sort": ["secret"]},
    ],
)
def test_a_hidden_field_is_refused_in_its_own_tile_only(shop, widget: dict[str, Any]) -> None:
    shop.order(name="mine", owner=shop.member.user_id, secret=7)
    fine = {"id": "fine", "type": "number", "measures": COUNT}
    found = shop.show_all([widget, fine], actor=shop.member)
    nowhere = json.loads(json.dumps(widget).replace("secret", "nowhere"))
    assert found["w"]["error"]["code"] == shop.show(nowhere, actor=shop.member)["error"]["code"]
    assert found["fine"]["value"] == 1


def test_a_hidden_column_is_left_out_of_a_table(shop) -> None:
    shop.order(name="mine", owner=shop.member.user_id, secret=7)
    found = shop.show({"type": "table", "columns": ["name", "secret"]}, actor=shop.member)
    assert [one["field"] for one in found["columns"]] == ["name"]
    assert "7" not in str(found["records"][0]["values"])


def test_who_may_not_open_the_app_gets_nothing(shop) -> None:
    from dataclasses import replace

    stranger = replace(shop.member, user_id=shop.app_id)
    with pytest.raises((Forbidden, NotFound)):
        shop.show({"type": "number", "measures": COUNT}, actor=stranger)


def test_the_filter_over_all_applies_where_it_is_offered(shop) -> None:
    shop.order(stage="first")
    shop.order(stage="done")
    chosen = {"field": "stage", "op": "eq", "value": "done"}
    widget = {"type": "number", "measures": COUNT}
    offered = [{"form": "order", "field": "stage"}]
    elsewhere = [{"form": "other", "field": "stage"}]
    assert shop.show(widget, chosen=chosen, filters=offered)["value"] == 1
    assert shop.show(widget, chosen=chosen, filters=elsewhere)["value"] == 2
    assert shop.show(widget, chosen={"all": [chosen]}, filters=[])["value"] == 1


@pytest.mark.parametrize("bad", [{"all": None}, {"all": "x"}, {"field": 7}, {"all": [{"field": "stage", "op": "nix"}]}])
def test_a_bad_filter_is_told_or_ignored_and_never_breaks_the_page(shop, bad: dict[str, Any]) -> None:
    found = shop.show({"type": "number", "measures": COUNT}, chosen=bad)
    assert "value" in found or found["error"]["code"] == "bad_condition"


def test_a_widget_that_is_not_set_up_says_so(shop) -> None:
    assert shop.show({"type": "bar", "measures": COUNT})["error"]["code"] == "widget_incomplete"
    assert shop.show({"type": "number", "form": "gone", "measures": COUNT})["error"]["code"] == "not_found"


def test_the_number_of_questions_does_not_grow_with_the_rows(shop, statements: Callable[[], int]) -> None:
    widgets = [
        {"id": "a", "type": "bar", "group_by": [{"field": "owner"}], "measures": COUNT},
        {"id": "b", "type": "table", "columns": ["name", "owner"]},
        {"id": "c", "type": "metric", "metric": "nps", "field": "score", "group_by": BY_STAGE},
    ]
    shop.order(owner=shop.admin.user_id, score=1, stage="first")
    shop.show_all(widgets)
    before = statements()
    shop.show_all(widgets)
    with_one = statements() - before
    for place in range(20):
        shop.order(owner=(shop.admin, shop.member)[place % 2].user_id, score=place % 11, stage="done")
    shop.show_all(widgets)
    before = statements()
    shop.show_all(widgets)
    assert statements() - before == with_one
