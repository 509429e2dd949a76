"""A link in a mail carries, signed, which record it is about; it is answered once and can't be forged."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from formloom.platform.kernel.ids import new_id
from formloom.platform.records.links import PersonalLink, sign

from .conftest import EVERY_TYPE, House, Publish, l10n

FIELDS: list[dict[str, Any]] = [
    {"id": "ticket", "type": "hidden", "label": l10n("Ticket"), "from_link": "record"},
    {"id": "no", "type": "text", "label": l10n("Number"), "from_link": "no"},
    EVERY_TYPE[14],
]


def ref_of(house: House, record_id: str, **values: str) -> str:
    return sign(house.formloom.runtime.settings.secret_key, PersonalLink(house.form_id, record_id, values))


def test_it_fills_in_what_the_respondent_cant_change(form: Publish) -> None:
    house = form(*FIELDS)
    record = new_id()
    page = house.open(f"?ref={quote(ref_of(house, record, no='T1'))}")
    assert page.status_code == 200
    assert "readonly" in page.text
    answer = house.send({"score": "5", "no": "forged", "ticket": "forged"}, page=page)
    assert answer.status_code == 303, answer.text
    assert house.records()[0]["values"] == {"ticket": record, "no": "T1", "score": 5}


def test_the_second_answer_is_not_added(form: Publish) -> None:
    house = form(*FIELDS)
    query = f"?ref={quote(ref_of(house, new_id(), no='T1'))}"
    first, second = house.open(query), house.open(query)
    assert house.send({"score": "5"}, page=first).status_code == 303
    late = house.send({"score": "1"}, page=second)
    assert late.status_code == 303
    assert "answered already" in house.browser.get(late.headers["Location"], headers={"Accept": "text/html"}).text
    house.clock.advance(timedelta(days=30))
    shown = house.open(query)
    assert "answered already" in shown.text
    assert "<form" not in shown.text
    assert [record["values"]["score"] for record in house.records()] == [5]


def test_other_records_have_other_answers(form: Publish) -> None:
    house = form(*FIELDS)
    for _number in range(2):
        page = house.open(f"?ref={quote(ref_of(house, new_id()))}")
        assert house.send({"score": "4"}, page=page).status_code == 303
    assert len(house.records()) == 2


def test_a_form_may_take_several_answers_from_one_link(form: Publish) -> None:
    house = form(*FIELDS, settings={"one_answer_per_link": False})
    query = f"?ref={quote(ref_of(house, new_id()))}"
    for _number in range(2):
        assert house.send({"score": "4"}, page=house.open(query)).status_code == 303
    assert len(house.records()) == 2


def test_what_we_did_not_sign_counts_for_nothing(form: Publish) -> None:
    house = form(*FIELDS)
    good = ref_of(house, new_id(), no="TICKET-ONE")
    elsewhere = sign(
        house.formloom.runtime.settings.secret_key, PersonalLink(new_id(), new_id(), {"no": "TICKET-NINE"})
    )
    for ref in (good[:-1], good + "x", elsewhere, "x", "x" * 9_000):
        page = house.open(f"?ref={quote(ref)}")
        assert page.status_code == 200
        assert "TICKET-ONE" not in page.text
        assert "TICKET-NINE" not in page.text
    answer = house.send({"ticket": "forged", "no": "typed", "score": "3"})
    assert answer.status_code == 303
    assert house.records()[0]["values"] == {"ticket": None, "no": "typed", "score": 3}


def test_hidden_values_may_come_from_the_address_but_not_those_of_links(form: Publish) -> None:
    house = form(*FIELDS, EVERY_TYPE[20])
    values = dict(house.inputs(house.open("?source=poster&ticket=x")).values)
    assert (values["source"], values["ticket"]) == ("poster", "")


def test_a_signed_link_ends_and_can_be_withdrawn(form: Publish) -> None:
    house = form(*FIELDS)
    body = {"links": [{"values": {"no": "A"}}, {"values": {"no": "B"}}], "days": 30}
    made = house.made("POST", f"/links/{house.token}/personal", body)["links"]
    first, second = (one["url"].split(house.token)[1] for one in made)
    opened = house.open(first)
    assert opened.status_code == house.open(second).status_code == 200
    assert house.api("DELETE", f"/respondent-links/{made[0]['id']}").status_code == 204
    assert house.send({"score": "5"}, page=opened).status_code == 403, "a page that stood open counts no more"
    assert "has ended" in house.open(first).text
    house.clock.advance(timedelta(days=31))
    assert house.open(second).status_code == 403
    assert house.records() == []
