"""A template fills in variables, and can neither look around nor use up the machine."""

import pytest

from formloom.workflows.mail.liquid import MAX_TEMPLATE, TemplateFault, check, render
from tests.effort import cpu_s


def test_variables_conditions_and_filters_work() -> None:
    text = "{{ record.name | default: 'you' }}: {% if record.urgent %}!{% endif %}{{ record.at | date: '%Y/%m/%d' }}"
    assert render(text, {"record": {"name": "王小明", "urgent": True, "at": "2026-11-23"}}) == "王小明: !2026/11/23"
    assert render("{{ nothing.at.all }}", {}) == ""


@pytest.mark.parametrize(
    "template",
    [
        "{{ a | ",
        "{% if %}",
        "{{ a | no_such_filter }}",
        "{% include 'secret' %}",
        "{% render 'secret' %}",
        "{% for i in (1..100000000) %}x{% endfor %}",
        "{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}",
        "{{ (1..100000000) | join: 'x' }}",
        "{% assign a = 'xxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 40,
        "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaaaa'" * 9 + " }}",
        "{{ 'now' | date: '%0999999999d' }}",
        "{{ record.at | date: '%0999999999d' }}",
        "{{ 1 | divided_by: 0 }}",
        "x" * (MAX_TEMPLATE + 1),
        "{% if 1 %}" * 500 + "{% endif %}" * 500,
    ],
)
def test_a_bad_or_greedy_template_is_refused_quickly(template: str) -> None:
    def refused() -> None:
        with pytest.raises(TemplateFault):
            render(template, {"record": {"at": "2026-01-01"}})

    assert cpu_s(refused) < 1


@pytest.mark.parametrize(
    "path", ["record.__class__", "record.__init__.__globals__", "record['__class__']", "text.upper"]
)
def test_a_template_cannot_reach_attributes(path: str) -> None:
    class Thing:
        secret = "s3cret"

    assert render("{{ " + path + " }}{{ thing.secret }}", {"record": {"a": 1}, "text": "x", "thing": Thing()}) == ""


def test_checking_finds_what_rendering_would() -> None:
    check("{{ record.name }}")
    with pytest.raises(TemplateFault):
        check("{% if x %}")
