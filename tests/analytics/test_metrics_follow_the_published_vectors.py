"""Each formula against the vectors that its sources publish, and what is said of small samples."""

from collections import Counter
from decimal import Decimal

import pytest

from formloom.platform.analytics.metrics.base import OutcomeMetric, ScoreMetric, shown
from formloom.platform.analytics.metrics.registry import METRICS

NPS = [10, 9, 9, 8, 7, 7, 6, 3, 0, 10]
CSAT = [5, 4, 4, 3, 2, 5, 5, 1, 4, 5]
CES = [7, 6, 5, 5, 4, 3, 2, 6, 7, 5]


def scores(answers: list[int]) -> dict[Decimal, int]:
    return {Decimal(answer): count for answer, count in Counter(answers).items()}


def figure(metric: str, answers: list[int]):
    found = METRICS.get(metric)
    assert isinstance(found, ScoreMetric)
    return found.of(scores(answers))


@pytest.mark.parametrize(
    ("metric", "answers", "value"),
    [
        ("nps", NPS, "10"),
        ("csat_top2", CSAT, "70"),
        ("csat_mean", CSAT, "3.8"),
        ("ces2_mean", CES, "5"),
        ("ces2_pct", CES, "70"),
        ("ces2_net", CES, "20"),
    ],
)
def test_the_value_is_the_published_one(metric: str, answers: list[int], value: str) -> None:
    found = figure(metric, answers)
    assert shown(found.value, METRICS.get(metric).decimals) == value
    assert found.n == 10


def test_the_margin_of_nps_is_the_published_one() -> None:
    assert shown(figure("nps", NPS).margin, 1) == "51.5"


def test_nps_tells_what_it_is_made_of() -> None:
    assert figure("nps", NPS).parts == {"promoters": 4, "passives": 3, "detractors": 3}


def test_everybody_of_one_mind_leaves_no_margin() -> None:
    assert figure("nps", [10] * 40).margin == 0


@pytest.mark.parametrize("metric", METRICS.ids())
def test_no_answers_give_no_value_and_n_of_zero(metric: str) -> None:
    found = METRICS.get(metric).of({})
    assert (found.value, found.n, found.flag) == (None, 0, "few")


@pytest.mark.parametrize(("n", "flag"), [(1, "few"), (4, "few"), (5, "uncertain"), (29, "uncertain"), (30, None)])
def test_small_samples_are_marked(n: int, flag: str | None) -> None:
    assert figure("csat_mean", [4] * n).flag == flag


@pytest.mark.parametrize("metric", [one.id for one in METRICS if isinstance(one, ScoreMetric)])
def test_values_stay_between_their_bounds(metric: str) -> None:
    found = METRICS.get(metric)
    for answer in range(found.scale[0], found.scale[1] + 1):
        assert found.lowest <= figure(metric, [answer]).value <= found.highest


def test_answers_off_the_scale_are_not_counted() -> None:
    assert figure("csat_top2", [5, 5, 9, 0]).n == 2


def test_a_rate_leaves_out_what_does_not_count() -> None:
    found = METRICS.get("response_rate")
    assert isinstance(found, OutcomeMetric)
    answered = found.of({"done": 9, "open": 11, "excluded": 5})
    assert (answered.value, answered.n) == (45, 20)


@pytest.mark.parametrize(
    ("value", "text"), [("3.80", "3.8"), ("70", "70"), ("-0.4", "0"), ("2.5", "3"), ("100", "100")]
)
def test_figures_are_rounded_half_up_without_needless_zeros(value: str, text: str) -> None:
    assert shown(Decimal(value), 1 if "." in text else 0) == text
