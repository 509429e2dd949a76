"""A visitor without JavaScript fills every type, and what did not fit is asked for again with nothing lost."""

import base64

import pytest

from .conftest import ANSWERS, EVERY_TYPE, PNG, House, Publish, l10n, upload

pytestmark = pytest.mark.one_database

MEMBERS_ONLY = {"serial", "user", "users", "department", "departments"}


def test_every_type_is_drawn_and_stored(every: House) -> None:
    page = every.open()
    assert page.status_code == 200
    for entry in EVERY_TYPE:
        is_drawn = f'data-field="{entry["id"]}"' in page.text or f'name="{entry["id"]}"' in page.text
        assert is_drawn == (entry["type"] not in MEMBERS_ONLY and entry["id"] != "inner"), entry["id"]
    files = {"papers": [upload(b"hello", "a.txt"), upload(b"there", "b.txt")], "photo": upload(PNG, "p.png")}
    answer = every.send({**ANSWERS, **files})
    assert answer.status_code == 303, answer.text
    values = every.records()[0]["values"]
    assert values.items() >= {
        "line": "Loom", "lines": "one\ntwo", "amount": "12.50", "price": "1999.90", "day": "2026-11-24",
        "moment": "2026-11-24T06:05:00Z", "agree": True, "one": "a", "many": ["a", "b"], "choice": "b", "boxes": ["b"],
        "mail": "lin@example.com", "tel": "+8613812345678", "site": "https://example.com", "score": 4, "nps": 0,
        "share": "12.50", "clock": "09:30", "length": 5400, "slide": 40, "tint": "#3b48c4", "story": "<p>a</p><p>b</p>",
        "citizen": "11010519491231002X", "company": "91350100M000100Y43", "rank": ["b", "a"], "look": ["a"],
        "code": "SN-1", "crew": None, "teams": None, "source": "poster", "no": "T261123-0001", "owner": None, "team": None, "inner": None,
    }.items()  # fmt: skip
    assert [one["name"] for one in values["papers"]] == ["a.txt", "b.txt"]
    assert values["photo"][0]["type"] == "image/png"


def test_the_receipt_names_the_number_and_offers_another(every: House) -> None:
    answer = every.send({"line": "Loom"})
    page = every.browser.get(answer.headers["Location"], headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "T261123-0001" in page.text
    assert f'href="{every.path}' in page.text
    assert len(every.records()) == 1


def test_what_does_not_fit_is_told_at_the_top_and_beside_the_question(every: House) -> None:
    answer = every.send({**ANSWERS, "line": "", "mail": "nobody", "amount": "many", "lines": "kept <b>"})
    assert answer.status_code == 422
    text = answer.text
    assert "Please correct 3 answers" in text
    assert "autofocus" in text
    for name in ("line", "mail", "amount"):
        assert f'href="#q-{name}"' in text
        assert f'id="e-{name}"' in text
        assert f'aria-describedby="e-{name}"' in text
    values = dict(every.inputs(answer).values)
    assert values["lines"] == "kept <b>"
    assert values["mail"] == "nobody"
    assert values["moment"] == "2026-11-24T14:05"
    assert [value for name, value in every.inputs(answer).values if name == "many"] == ["a", "b"]
    assert every.records() == []
    assert every.send({"line": "Loom", "mail": "", "amount": ""}, page=answer).status_code == 303


def test_files_are_kept_across_an_invalid_page_and_can_be_unticked(every: House) -> None:
    answer = every.send({"line": "", "papers": [upload(b"one", "one.txt"), upload(b"two", "two.txt")]})
    assert answer.status_code == 422
    kept = [value for name, value in every.inputs(answer).values if name == "papers"]
    assert len(kept) == 2
    assert "one.txt" in answer.text
    done = every.send({"line": "Loom", "papers": kept[1:]}, page=answer)
    assert done.status_code == 303, done.text
    assert [one["name"] for one in every.records()[0]["values"]["papers"]] == ["two.txt"]


@pytest.mark.parametrize(
    ("name", "content", "called"),
    [("papers", b"x", "run.exe"), ("papers", b"x" * 1_100_000, "big.txt"), ("photo", b"no picture", "p.png")],
)
def test_a_file_that_does_not_fit_is_named_and_the_rest_is_kept(
    every: House, name: str, content: bytes, called: str
) -> None:
    answer = every.send({"line": "Loom", name: upload(content, called)})
    assert answer.status_code == 422
    assert f'id="e-{name}"' in answer.text
    assert dict(every.inputs(answer).values)["line"] == "Loom"
    assert every.records() == []


def test_the_language_can_be_switched_without_losing_what_was_typed(every: House) -> None:
    answer = every.send({"line": "织机", "many": ["b"], "_lang": "zh-CN"})
    assert answer.status_code == 200
    assert 'lang="zh-CN"' in answer.text
    assert "单行" in answer.text
    values = every.inputs(answer).values
    assert ("line", "织机") in values
    assert ("many", "b") in values
    assert 'role="alert"' not in answer.text
    assert every.records() == []


def test_the_first_language_is_the_visitors(every: House) -> None:
    assert '<html lang="zh-CN">' in every.open(**{"Accept-Language": "zh-TW,zh;q=0.9"}).text
    assert '<html lang="en">' in every.open("?locale=en", **{"Accept-Language": "zh-CN"}).text


def test_a_form_in_one_language_offers_no_other(form: Publish) -> None:
    house = form(EVERY_TYPE[0], settings={"languages": ["zh-CN"]})
    page = house.open(**{"Accept-Language": "en"})
    assert '<html lang="zh-CN">' in page.text
    assert 'name="_lang"' not in page.text


def test_hidden_required_field_is_not_demanded(form: Publish) -> None:
    why = {"id": "why", "type": "text", "label": l10n("Why"), "required": True}
    sad = {
        "id": "sad",
        "type": "radio",
        "label": l10n("Sad"),
        "options": [{"value": one, "label": l10n(one)} for one in ("yes", "no")],
    }
    rule = {"id": "r", "when": {"field": "sad", "op": "eq", "value": "yes"}, "show": ["why"]}
    house = form(sad, why, rules=[rule])
    assert "if-applies" in house.open().text
    assert house.send({"sad": "yes"}).status_code == 422
    assert house.send({"sad": "no", "why": "typed all the same"}).status_code == 303
    assert house.records()[0]["values"] == {"sad": "no", "why": None}


def test_unticking_a_default_is_an_answer(form: Publish) -> None:
    boxes = {**EVERY_TYPE[10], "default": ["a"]}
    house = form(boxes)
    assert ("boxes", "a") in house.inputs().values
    house.send({"boxes": []})
    assert house.records()[0]["values"]["boxes"] is None


def test_parts_of_a_length_and_places_of_a_rank_are_kept_on_an_invalid_page(form: Publish) -> None:
    house = form(*(entry for entry in EVERY_TYPE if entry["id"] in {"line", "length", "rank"}))
    answer = house.send({"line": "", "length": ["", "45"], "rank": ["b", ""]})
    assert answer.status_code == 422
    kept = house.inputs(answer).values
    assert [text for name, text in kept if name == "length"] == ["", "45"]
    assert [text for name, text in kept if name == "rank"] == ["b", ""]
    assert "Rank 2 of them; now 1" in answer.text
    assert house.send({"line": "Loom", "length": ["", "45"], "rank": ["b", "a"]}, page=answer).status_code == 303
    assert house.records()[0]["values"] == {"line": "Loom", "length": 2700, "rank": ["b", "a"]}


def test_pictures_of_options_are_fetched_one_by_one(form: Publish) -> None:
    image = "data:image/png;base64," + base64.b64encode(PNG).decode()
    broken = {"value": "c", "label": l10n("C"), "image": "data:image/png;base64,A"}
    options = [{"value": "a", "label": l10n("A"), "image": image}, {"value": "b", "label": l10n("B")}, broken]
    shown = {"id": "look", "type": "image_choice", "label": l10n("Look"), "options": options}
    house = form(shown, {**shown, "id": "inner", "public": False})
    assert image not in house.open().text
    answer = house.browser.get(f"{house.path}/pictures/look/0")
    assert (answer.status_code, answer.content_type, answer.data) == (200, "image/png", PNG)
    for path in ("look/1", "look/2", "look/3", "inner/0", "nothing/0"):
        assert house.browser.get(f"{house.path}/pictures/{path}").status_code == 404
