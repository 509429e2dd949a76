"""Before a field goes: where it is used, and how many records hold what would be lost or hidden."""

from formloom.builders import impact, life
from formloom.platform.records import service
from formloom.platform.storage import definition_store as store

from .conftest import form, view, words

NAMES = ("name", "city", "total")


def document(**more):
    made = form(*NAMES, **more)
    made["fields"].append({"id": "sum", "type": "formula", "label": words("Sum"), "formula": "LEN(name)"})
    return made


def uses(workshop, made, field: str) -> set[tuple[str, str]]:
    with workshop.db.read() as unit:
        [found] = impact.of_fields(unit, workshop.owner, workshop.catalog, made.id, [field])
    return {(one.definition.kind, one.usage.path) for one in found.uses}


def test_a_form_names_its_own_fields_in_rules_formulas_and_texts(workshop) -> None:
    made = workshop.create("form", "order", document(
        rules=[{"id": "r", "when": {"all": [{"field": "name", "op": "eq", "value": "city"}]}, "show": ["city"]}],
        title_field="name", settings={"thanks": {"en": "Thank you, {name}", "zh-CN": "谢谢"}},
    ))  # fmt: skip
    assert uses(workshop, made, "name") == {
        ("form", "rules/0"), ("form", "fields/3"), ("form", "title_field"), ("form", "settings/thanks"),
    }  # fmt: skip
    assert uses(workshop, made, "city") == {("form", "rules/0")}
    assert uses(workshop, made, "total") == set()


def test_views_and_the_templates_that_a_flow_of_the_form_sends_name_its_fields(workshop) -> None:
    made = workshop.create("form", "order", document())
    workshop.create("view", "all", view("order", "city"))
    mail = {"title": words("Mail"), "subject": words("Hi {{ record.total }}"), "body": words("x")}
    workshop.create("message_template", "hello", mail)
    workshop.create("message_template", "other", mail)
    node = {"id": "n", "type": "send_mail", "template": "hello", "to": {"field": "name"}}
    workshop.create("flow", "greet", {"title": words("F"), "form": "order", "trigger": {"type": "x"}, "nodes": [node]})
    assert uses(workshop, made, "city") == {("view", "columns/0")}
    with workshop.db.read() as unit:
        found = [one for one in life.field_usages(unit, workshop.owner, made.id) if one.usage.field == "total"]
    assert [(one.definition.key, one.usage.path) for one in found] == [("hello", "subject")]


def test_changes_say_how_many_records_they_touch_and_nothing_to_who_may_not_know(workshop) -> None:
    options = [{"value": one, "label": words(one)} for one in ("a", "b")]
    choice = {"id": "kind", "type": "select", "label": words("Kind"), "options": options}
    made = workshop.published(
        "form", "order", {**form("name", "city"), "fields": [*form("name", "city")["fields"], choice]}
    )

    def fill(uow):
        found = workshop.catalog.find(uow, "shop.order")
        for name, kind in (("1", "a"), ("two", "a"), (None, "b")):
            service.create(uow, workshop.owner, found, {"name": name, "city": "x", "kind": kind}, now=workshop.now)

    workshop.db.write(fill)
    number = {"id": "name", "type": "number", "label": words("name")}
    after = {"title": words("Form"), "fields": [number, {**choice, "options": options[1:]}]}
    workshop.put(made.id, after)

    def counts(actor):
        with workshop.db.read() as unit:
            found = life.compare(unit, workshop.owner, made.id)
            definition = store.find(unit, made.id)
            told = impact.of_changes(
                unit, actor, workshop.catalog, definition, found.after, found.changes, now=workshop.now, locale="en"
            )
        return {one.change.path: (one.records, one.fails) for one in told if one.change.affects_data}

    assert counts(workshop.owner) == {
        "fields/name/type": (2, 1), "fields/kind/options": (2, None), "fields/city": (3, None),
    }  # fmt: skip
    assert set(counts(workshop.outsider).values()) == {(None, None)}


def test_two_versions_are_compared_with_each_other(workshop) -> None:
    made = workshop.published("form", "order", form("name", "city"))
    workshop.put(made.id, form("name"))
    workshop.publish(made.id)
    with workshop.db.read() as unit:
        back = life.compare(unit, workshop.owner, made.id, before=2, after=1)
    assert [(one.kind, one.path) for one in back.changes] == [("added", "fields/city")]
    assert back.from_published


def test_a_field_that_another_form_is_asked_by_is_used_there(workshop) -> None:
    workshop.create("form", "other", form(*NAMES))
    where = {"field": "name", "op": "eq", "value": {"ref": "my:city"}}
    fields = [
        *form(*NAMES)["fields"],
        {"id": "who", "type": "link", "label": words("Who"), "form": "other", "filter": where},
        {"id": "took", "type": "text", "label": words("Took"),
         "default_from": {"form": "other", "where": where, "take": "total"}},
    ]  # fmt: skip
    made = workshop.create("form", "order", {"title": words("Order"), "fields": fields})
    assert uses(workshop, made, "city") == {("form", "fields/3"), ("form", "fields/4")}
    assert uses(workshop, made, "name") == set()


def test_a_field_that_respondents_see_or_change_by_their_own_link_is_used_there(workshop) -> None:
    own = {"see": ["name"], "edit": {"fields": ["city"], "when": {"field": "total", "op": "empty"}}}
    made = workshop.create("form", "order", {**form(*NAMES), "settings": {"own_link": own}})
    assert [uses(workshop, made, name) for name in NAMES] == [{("form", "settings/own_link")}] * 3
