"""A rule that sets itself off, or writes what another one writes, is told so by the names that people know."""

from typing import Any

from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.flow_conflicts import doubts

NOTE = {"id": "note", "type": "text", "label": {"zh-CN": "备注", "en": "Note"}}
FORM = {"fields": [NOTE, {"id": "bare", "type": "text"}]}


def rule(*written: str, title: dict[str, str], follows: str = "note") -> dict[str, Any]:
    nodes = [{"id": "n1", "type": "set_fields", "values": dict.fromkeys(written, "x")}]
    return {
        "title": title,
        "form": "ticket",
        "trigger": {"type": "record_updated", "fields": [follows]},
        "nodes": nodes,
    }


def said(document: dict[str, Any], **others: dict[str, Any]) -> dict[str, tuple[str, str]]:
    world = World(key="this", others={"form": {"ticket": FORM}, "flow": {**others, "this": document}})
    return {one.code: (one.words("zh-CN"), one.words("en")) for one in doubts(document, world)}


def test_fields_and_rules_are_named_in_the_language_of_the_reader() -> None:
    this = rule("note", "bare", title={"en": "This"})
    other = rule("note", title={"zh-CN": "另一条", "en": "The other"})
    found = said(this, other=other)
    assert found["follows_itself"] == (
        "会修改触发本规则的字段“备注”；规则不会因自己的修改再次执行",
        "Changes “Note”, which sets this rule off; it won't run again for its own change",
    )
    assert found["written_twice"] == (
        "规则“另一条”在同一事件中也会修改“备注”，后执行的生效",
        "The rule “The other” changes “Note” on the same event as well; the later one wins",
    )
    assert found["goes_round"][1].startswith("Sets off the rule “The other”")


def test_what_has_no_name_is_called_by_its_id() -> None:
    found = said(rule("bare", title={}, follows="bare"), other=rule("bare", title={}))
    assert "“bare”" in found["follows_itself"][0]
    assert "“other”" in found["written_twice"][1]
