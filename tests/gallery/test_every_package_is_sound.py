"""What each package of the gallery must keep: no fault, both languages, enough to use, believable samples."""

import json
import re
from collections.abc import Iterator

import pytest

from formloom.builders.gallery import shelf
from formloom.builders.gallery.package import Package, check, every, from_documents, to_documents
from formloom.platform.analytics.metrics.registry import METRICS
from formloom.platform.definitions.kinds.base import World
from formloom.workflows.assignment.base import STRATEGIES
from formloom.workflows.assignment.base import discover as discover_strategies
from formloom.workflows.mail import liquid
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.nodes.registry import discover as discover_nodes
from formloom.workflows.triggers.registry import TRIGGERS
from formloom.workflows.triggers.registry import discover as discover_triggers

FLAGSHIPS = ("ticketing", "crm", "survey")
HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
KINDS_NEEDED = {
    "form", "view", "flow", "dashboard", "message_template", "permission_group", "assignment_rule", "calendar",
}  # fmt: skip


def world() -> World:
    for discover in (discover_nodes, discover_triggers, discover_strategies):
        discover()
    return World(
        metrics=frozenset(METRICS.ids()), strategies=frozenset(STRATEGIES.ids()), liquid=_liquid_fault,
        triggers={one.id: type(one.settings) for one in TRIGGERS}, nodes={one.id: type(one.settings) for one in NODES},
    )  # fmt: skip


def _liquid_fault(text: str) -> str | None:
    try:
        liquid.check(text)
    except liquid.TemplateFault as fault:
        return str(fault)
    return None


@pytest.fixture(params=shelf.slugs())
def package(request: pytest.FixtureRequest) -> Package:
    return shelf.get(request.param)


def test_the_flagships_are_there_and_stand_first() -> None:
    assert shelf.slugs()[:3] == FLAGSHIPS


def test_no_document_has_a_fault_or_lacks_a_language(package: Package) -> None:
    found = [f"{one.severity} {one.field}: {one.words('en')}" for one in check(package, world())]
    assert found == []


def test_every_document_has_a_title_in_both_languages(package: Package) -> None:
    for kind, key, document in every(package):
        assert {"zh-CN", "en"} <= set(document["title"]), f"{kind}/{key}"


@pytest.mark.parametrize("slug", FLAGSHIPS)
def test_a_flagship_is_enough_to_use(slug: str) -> None:
    package = shelf.get(slug)
    assert set(package.definitions) >= KINDS_NEEDED
    assert all(len(board["widgets"]) >= 8 for board in package.definitions["dashboard"].values())
    assert 60 <= package.sample_count() <= 200
    assert package.manifest["public_links"]
    assert package.scenario


def test_the_ticket_form_is_what_outsiders_rely_on() -> None:
    package = shelf.get("ticketing")
    fields = {field["id"] for field in package.definitions["form"]["ticket"]["fields"]}
    promised = {"subject", "description", "name", "email", "phone", "category", "priority", "status", "assignee"}
    assert fields >= promised
    assert "ticket" in package.manifest["public_links"]


def test_sample_addresses_can_reach_nobody(package: Package) -> None:
    text = json.dumps(to_documents(package))
    for address in re.findall(r"[\w.]+@[\w.-]+\.\w+", text):
        assert address.endswith(("example.com", ".invalid")), address


def test_sample_records_name_only_people_of_the_package(package: Package) -> None:
    known = {f"@{person['key']}" for person in package.people}
    for records in package.samples.values():
        named = {value for one in records for value in one["values"].values() if str(value).startswith("@")}
        assert named <= known


def test_a_package_survives_being_written_and_read(package: Package) -> None:
    assert from_documents(json.loads(json.dumps(to_documents(package)))) == package


def _texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, text) of everything in sample data."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, key)


def test_sample_data_is_complete_in_english(package: Package) -> None:
    english = package.in_language("en")
    told = [*_texts(list(english.people)), *_texts(dict(english.samples))]
    assert [text for name, text in told if HAN.search(text) and not name.endswith("_zh")] == []


def test_words_translate_what_is_there_and_keep_different_people_apart(package: Package) -> None:
    texts = {text for _name, text in [*_texts(list(package.people)), *_texts(dict(package.samples))]}
    for words in package.words.values():
        assert set(words) <= texts
        assert len(set(words.values())) == len(words)


def test_in_its_own_language_sample_data_stays_as_it_is(package: Package) -> None:
    assert package.in_language("zh-CN") == package
