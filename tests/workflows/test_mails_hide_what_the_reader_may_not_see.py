"""Who reads a record reads its mails, but not what stands in fields that are hidden from him."""

import pytest

from .house import House, both
from .letters import BOX, letter, mailbox, receives


def reader(house: House, name: str, **fields: str) -> None:
    """Add a member who reads tickets with what `fields` say."""
    house.person(name)
    grant = {"form": "ticket", "acts": ["record.read"], "fields": fields}
    members = {"users": [house.people[name]]}
    house.define(
        "permission_group", name, {"title": both(name), "members": members, "app_acts": ["open"], "grants": [grant]}
    )


@pytest.mark.parametrize("then", ["nothing", "the mailbox is gone", "its fields are others"])
def test_a_part_that_stands_in_a_hidden_field_is_left_out_whatever_becomes_of_the_mailbox(
    house: House, then: str
) -> None:
    box = mailbox(house)
    reader(house, "tim")
    reader(house, "dee", note="hidden")
    done = receives(house, letter("Printer", "It smokes."))
    if then == "the mailbox is gone":
        house.ask("DELETE", f"/definitions/{box}")
    elif then == "its fields are others":
        house.redefine(box, {**BOX, "fields": {"text": "subject"}})
    path = f"/messages/{done.id}"
    assert house.ask("GET", path, who="tim")["text"] == "It smokes."
    told = house.ask("GET", path, who="dee")
    assert (told["subject"], told["text"], told["preview"], told["has_source"]) == ("Printer", "", "", False)
    assert house.ask("GET", f"{path}/source", who="dee", ok=False).status_code == 404
