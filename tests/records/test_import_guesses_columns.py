"""Which column is which field."""

from typing import Any

import pytest

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.imports.faults import MappingInvalid
from formloom.platform.records.imports.mapping import checked, guess, targets_in

from .tickets import FORM, HEADER


def _form(document: dict[str, Any] = FORM) -> FormVersion:
    columns = {one["id"]: one["id"] for one in document["fields"]}
    return FormVersion.build(
        form_id="f", app_id="a", app_key="desk", key="ticket", version=1, document=document, table="t", columns=columns
    )


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("subject", "subject"), ("SUBJECT", "subject"), ("主题", "subject"), ("zhuti", "subject"), ("wtms", "description"),
        ("E-mail", "email"), ("电子邮箱", "email"), ("Customer Email", "email"), ("客户邮箱", "email"),
        ("CustomerEmail", "email"), ("Urgency", "priority"), ("紧急程度", "priority"), ("Colour", None), ("#3", None),
        ("Import: reason", None), ("导入：字段", None),
    ],
)  # fmt: skip
def test_a_column_finds_its_field(column: str, field: str | None) -> None:
    assert guess([column], targets_in(_form().stored)) == {column: field}


def test_a_help_desks_export_is_understood() -> None:
    found = guess(HEADER, targets_in(_form().stored))
    assert found == {
        "Ticket ID": None, "Customer Name": "name", "Customer Email": "email", "Ticket Type": "category",
        "Ticket Subject": "subject", "Ticket Description": "description", "Ticket Priority": "priority",
        "Date of Purchase": None,
    }  # fmt: skip


def test_the_surer_name_gets_the_field() -> None:
    assert guess(["Customer Name", "Name"], targets_in(_form().stored)) == {"Customer Name": None, "Name": "name"}


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"Nowhere": "subject"}, "unknown_column"),
        ({"a": "nothing"}, "unknown_field"),
        ({"a": ["subject"]}, "unknown_field"),
        ({"a": "subject", "b": "subject"}, "mapped_twice"),
        ({"a": None}, "nothing_mapped"),
        ({}, "nothing_mapped"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: dict[str, Any], code: str) -> None:
    with pytest.raises(MappingInvalid) as refused:
        checked(mapping, ("a", "b"), targets_in(_form().stored))
    assert [found.code for found in refused.value.findings] == [code]


def test_a_mapping_is_completed_over_the_columns() -> None:
    assert checked({"a": "subject"}, ("a", "b"), targets_in(_form().stored)) == {"a": "subject", "b": None}
