"""What a form makes of an answer set: clean values, and every fault at once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import Cleaned, FormVersion, UnknownField
from tests.effort import calls, cpu_s

MakeForm = Callable[..., FormVersion]
SUBJECT = {"id": "subject", "type": "text", "required": True}
STATUS = {
    "id": "status", "type": "select", "default": "open",
    "options": [{"value": "open", "label": {"en": "Open"}}, {"value": "closed", "label": {"en": "Closed"}}],
}  # fmt: skip
REASON = {"id": "reason", "type": "text"}
NOTE = {"id": "internal_note", "type": "text", "public": False}
CLOSING = {"id": "r", "when": {"field": "status", "op": "eq", "value": "closed"}, "require": ["reason"]}


def codes(cleaned: Cleaned) -> dict[str | None, str]:
    return {found.field: found.code for found in cleaned.findings}


def test_all_faults_are_found_at_once(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(SUBJECT, STATUS, {"id": "amount", "type": "number"}, {"id": "due", "type": "date"})
    cleaned = form.clean({"status": "opne", "amount": "x", "due": "2026-02-30", "subjct": "y"}, ctx=ctx)
    assert codes(cleaned) == {
        "status": "not_an_option", "amount": "not_number", "due": "not_date", "subject": "required", "subjct": "unknown_field",
    }  # fmt: skip


def test_an_unknown_name_is_told_the_nearest(make_form: MakeForm, ctx: CleanContext) -> None:
    found = make_form(SUBJECT).clean({"subject": "x", "subjct": "y"}, ctx=ctx).findings
    assert [one.words("en") for one in found] == ["Unknown field 'subjct' → subject?"]


def test_thousands_of_unknown_names_cost_little(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(*({"id": f"field_{number}", "type": "text"} for number in range(60)))
    typed = {f"feld_{number}" * 20: "x" for number in range(20_000)}
    cleaned = form.clean(typed, ctx=ctx)
    assert cpu_s(lambda: form.clean(typed, ctx=ctx)) < 2
    assert 0 < len(cleaned.findings) <= 50
    assert all(len(str(one.field)) <= 60 for one in cleaned.findings)


def test_a_refused_required_value_is_refused_once(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form({"id": "mail", "type": "email", "required": True})
    assert [one.code for one in form.clean({"mail": "x"}, ctx=ctx).findings] == ["not_email"]


@pytest.mark.parametrize("nothing", [None, "", [], "   "])
def test_nothing_is_nothing_however_it_is_sent(nothing: Any, make_form: MakeForm, ctx: CleanContext) -> None:
    cleaned = make_form(SUBJECT).clean({"subject": nothing}, ctx=ctx)
    assert cleaned.values == {"subject": None}
    assert codes(cleaned) == {"subject": "required"}


@pytest.mark.parametrize("something", [False, 0, "0"])
def test_no_and_zero_are_answers(something: Any, make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form({"id": "x", "type": "boolean" if something is False else "nps", "required": True})
    cleaned = form.clean({"x": something}, ctx=ctx)
    assert cleaned.findings == []
    assert cleaned.values["x"] is not None


def test_defaults_stand_in_for_what_was_not_sent_but_not_for_null(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(STATUS, {"id": "amount", "type": "number", "default": "1.5"})
    assert form.clean({}, ctx=ctx).values == {"status": "open", "amount": Decimal("1.50")}
    assert form.clean({"status": None}, ctx=ctx).values["status"] is None


def test_a_default_that_no_longer_fits_leaves_the_field_empty(make_form: MakeForm, ctx: CleanContext) -> None:
    cleaned = make_form({**STATUS, "default": "gone"}).clean({}, ctx=ctx)
    assert cleaned.values == {"status": None}
    assert cleaned.findings == []


def test_a_generated_value_is_not_taken_from_outside(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form({"id": "number", "type": "serial", "required": True}, SUBJECT)
    assert codes(form.clean({"number": "T-1", "subject": "x"}, ctx=ctx)) == {"number": "read_only_field"}
    assert form.clean({"number": None, "subject": "x"}, ctx=ctx).findings == []


class TestVisitors:
    """A public form knows only its public fields."""

    def test_a_field_for_members_is_as_unknown_as_any_other(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(SUBJECT, NOTE)
        sent = {"subject": "x", "internal_note": "y", "internal_nota": "y"}
        findings = form.clean(sent, ctx=ctx, public=True).findings
        assert {one.code for one in findings} == {"unknown_field"}
        assert "→" not in "".join(one.words("en") for one in findings)
        assert codes(form.clean(sent, ctx=ctx)) == {"internal_nota": "unknown_field"}

    def test_it_is_not_demanded_of_them_and_gets_its_default(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(SUBJECT, {**STATUS, "public": False, "required": True}, {**NOTE, "required": True})
        cleaned = form.clean({"subject": "x"}, ctx=ctx, public=True)
        assert cleaned.findings == []
        assert cleaned.values["status"] == "open"
        assert codes(form.clean({"subject": "x"}, ctx=ctx)) == {"internal_note": "required"}


def test_a_locked_field_is_unknown_not_demanded_and_never_hinted_at(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(SUBJECT, {"id": "salary", "type": "text", "required": True})
    cleaned = form.clean({"subject": "x", "salery": "1"}, ctx=ctx, locked=frozenset({"salary"}))
    assert [(one.field, one.code) for one in cleaned.findings] == [("salery", "unknown_field")]
    assert "salary" not in cleaned.findings[0].words("en")


class TestHiddenFields:
    """What rules hide is dropped, whatever was sent."""

    RULE = {"id": "r", "when": {"field": "status", "op": "eq", "value": "closed"}, "show": ["reason"]}

    def test_hidden_values_are_dropped(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, REASON, rules=[self.RULE])
        assert form.clean({"status": "open", "reason": "x"}, ctx=ctx).values["reason"] is None
        assert form.clean({"status": "closed", "reason": "x"}, ctx=ctx).values["reason"] == "x"

    def test_hidden_required_field_is_not_demanded(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, {**REASON, "required": True}, rules=[self.RULE])
        assert form.clean({"status": "open"}, ctx=ctx).findings == []
        assert codes(form.clean({"status": "closed"}, ctx=ctx)) == {"reason": "required"}

    def test_a_fault_in_a_hidden_field_is_no_fault(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, {"id": "reason", "type": "number"}, rules=[self.RULE])
        assert form.clean({"status": "open", "reason": "many"}, ctx=ctx).findings == []
        assert codes(form.clean({"status": "closed", "reason": "many"}, ctx=ctx)) == {"reason": "not_number"}

    def test_a_hidden_field_gets_no_default(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, {**REASON, "default": "because"}, rules=[self.RULE])
        assert form.clean({"status": "open"}, ctx=ctx).values["reason"] is None
        assert form.clean({"status": "closed"}, ctx=ctx).values["reason"] == "because"

    def test_a_change_that_hides_a_field_clears_it(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, REASON, rules=[self.RULE])
        current = {"status": "closed", "reason": "x"}
        changed = form.clean({"status": "open"}, ctx=ctx, current=current, partial=True)
        assert changed.values == {"status": "open", "reason": None}

    def test_a_serial_number_survives_being_hidden(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, {"id": "number", "type": "serial"}, rules=[{**self.RULE, "show": ["number"]}])
        changed = form.clean({"status": "open"}, ctx=ctx, current={"number": "T-1"}, partial=True)
        assert changed.values == {"status": "open"}


class TestChanges:
    """With `partial` only what is given is cleaned."""

    def test_only_given_fields_come_back_and_defaults_stay_out(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(SUBJECT, STATUS, REASON)
        current = {"subject": "x", "status": None, "reason": "y"}
        assert form.clean({"reason": "z"}, ctx=ctx, current=current, partial=True).values == {"reason": "z"}

    def test_a_required_field_can_not_be_emptied(self, make_form: MakeForm, ctx: CleanContext) -> None:
        cleaned = make_form(SUBJECT).clean({"subject": ""}, ctx=ctx, current={"subject": "x"}, partial=True)
        assert codes(cleaned) == {"subject": "required"}

    def test_what_was_missing_before_is_not_demanded_now(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(SUBJECT, REASON, STATUS, rules=[CLOSING])
        current = {"subject": None, "reason": None, "status": "closed"}
        assert form.clean({"subject": "x"}, ctx=ctx, current=current, partial=True).findings == []

    def test_what_the_change_makes_required_is_demanded(self, make_form: MakeForm, ctx: CleanContext) -> None:
        form = make_form(STATUS, REASON, rules=[CLOSING])
        current = {"status": "open", "reason": None}
        assert codes(form.clean({"status": "closed"}, ctx=ctx, current=current, partial=True)) == {"reason": "required"}
        both = form.clean({"status": "closed", "reason": "x"}, ctx=ctx, current=current, partial=True)
        assert both.findings == []


def test_rules_that_wait_for_each_other_end(make_form: MakeForm, ctx: CleanContext) -> None:
    rules = [
        {"id": "r1", "when": {"field": "b", "op": "empty"}, "hide": ["a"]},
        {"id": "r2", "when": {"field": "a", "op": "empty"}, "hide": ["b"]},
    ]
    form = make_form({"id": "a", "type": "text"}, {"id": "b", "type": "text"}, rules=rules)
    assert form.clean({"a": "x", "b": "x"}, ctx=ctx).findings == []


def test_a_file_stays_with_the_field_it_was_uploaded_for(make_form: MakeForm) -> None:
    asked: list[str] = []

    def files(field_id: str, ids: Any) -> dict[str, dict[str, Any]]:
        asked.append(field_id)
        return {}

    make_form({"id": "proof", "type": "file"}).clean({"proof": ["f1"]}, ctx=CleanContext(files=files))
    assert asked == ["proof"]


def test_what_the_api_shows_has_every_field(make_form: MakeForm) -> None:
    form = make_form(SUBJECT, {"id": "amount", "type": "number"}, {"id": "n", "type": "note"})
    assert form.dump({"amount": Decimal("1.50")}) == {"subject": None, "amount": "1.50"}


def test_a_record_is_named_by_its_first_text_or_by_the_chosen_field(make_form: MakeForm) -> None:
    fields = [{"id": "amount", "type": "number"}, SUBJECT, REASON]
    assert make_form(*fields).title_field == "subject"
    assert make_form(*fields, title_field="reason").title_field == "reason"
    assert make_form({"id": "amount", "type": "number"}).title_field is None


def test_asking_for_a_field_that_is_not_there_names_the_nearest(make_form: MakeForm) -> None:
    with pytest.raises(UnknownField) as refusal:
        make_form(SUBJECT).field("subjekt")
    assert "subject" in refusal.value.words("en")


TWELVE = (
    SUBJECT, REASON, {"id": "text", "type": "textarea"}, {"id": "mail", "type": "email"}, {"id": "phone", "type": "phone"}, STATUS,
    {**STATUS, "id": "tags", "type": "multiselect", "default": None}, {"id": "amount", "type": "number", "min": "0"},
    {"id": "due", "type": "date"}, {"id": "at", "type": "datetime"}, {"id": "ok", "type": "boolean"}, {"id": "stars", "type": "rating"},
)  # fmt: skip
ANSWERS = {
    "subject": "Printer on fire", "reason": "林小姐", "text": "It burns\nbadly", "mail": "lin@example.com", "phone": "13812345678",
    "status": "open", "tags": ["open", "closed"], "amount": "12.50", "due": "2026-11-23", "at": "2026-11-23T06:05:00Z", "ok": True,
    "stars": 4,
}  # fmt: skip


def test_cleaning_twelve_fields_is_little_work(make_form: MakeForm, ctx: CleanContext) -> None:
    """It takes about 30 µs; the calls are counted so that a slip is noticed, and the time so that none of them is slow."""
    form = make_form(*TWELVE, rules=[CLOSING])
    assert form.clean(ANSWERS, ctx=ctx).findings == []
    assert calls(lambda: form.clean(ANSWERS, ctx=ctx)) < 400
    assert cpu_s(lambda: form.clean(ANSWERS, ctx=ctx), tries=100) < 0.001
