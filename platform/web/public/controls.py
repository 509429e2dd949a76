"""A form version as WTForms fields: one field per question, drawn by one template per control.

WTForms keeps what was typed and renders it again; whether it fits is decided by `FormVersion.clean` alone, whose
findings are hung on the fields. So the public page can't be laxer or stricter than the API.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from formloom.platform.definitions.form import Field as FormField
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import resolve

NOT_SHOWN = frozenset({"none", "user", "department"})
UPLOADS = frozenset({"file", "image"})
MANY = frozenset({"multiselect", "checkboxes"})
WORDS = {
    "choose": {"zh-CN": "请选择", "en": "Choose"},
    "yes": {"zh-CN": "是", "en": "Yes"},
}


def shown_fields(form: FormVersion) -> list[FormField]:
    """Return the fields of the public page, in order."""
    return [item for item in form.fields if item.public and _control(item) not in NOT_SHOWN]


def build_form(form: FormVersion, locale: str, *, data: Any = None, values: Mapping[str, Any] | None = None) -> Form:
    """Return the WTForms form of the page; `data` is a submission to show again, `values` what is filled in."""
    fields = {item.id: _field(item, locale) for item in shown_fields(form) if item.type.is_stored}
    kind = type("PublicForm", (Form,), fields)
    made: Form = kind(formdata=data, data=dict(values or {}))
    return made


def attach(page: Form, findings: Iterable[Finding], locale: str) -> list[dict[str, str]]:
    """Hang findings on their fields; return those of the summary at the top, each with the field it links to."""
    summary: list[dict[str, str]] = []
    for found in findings:
        words = found.words(locale)
        field = page._fields.get(found.field or "")
        if field is not None:
            field.errors = [*field.errors, words]
        label = field.label.text if field is not None else ""
        summary.append({"field": found.field or "" if field is not None else "", "label": label, "message": words})
    return summary


def submitted(form: FormVersion, data: Any) -> dict[str, Any]:
    """Return the raw values of a submission by field id; what is not there stays out."""
    values: dict[str, Any] = {}
    for item in form.stored:
        control = _control(item)
        if not item.public or control in UPLOADS or item.id not in data:
            continue
        values[item.id] = data.getlist(item.id) if control in MANY else data.get(item.id)
    return values


def _control(item: FormField) -> str:
    return item.type.widget(item.cfg).control


def _field(item: FormField, locale: str) -> Any:
    control = _control(item)
    label = resolve(item.label, locale) or item.id
    extra = {"label": label, "description": resolve(item.document.get("help"), locale)}
    options = [(one["value"], resolve(one["label"], locale) or one["value"]) for one in item.cfg.get("options", ())]
    if control == "select":
        return SelectField(**extra, choices=[("", resolve(WORDS["choose"], locale)), *options], validate_choice=False)
    if control == "radio":
        return RadioField(**extra, choices=options, validate_choice=False)
    if control in MANY:
        return SelectMultipleField(**extra, choices=options, validate_choice=False)
    if control in {"rating", "nps"}:
        first, last = (1, item.cfg["max"]) if control == "rating" else (0, 10)
        numbers = [(str(number), str(number)) for number in range(first, last + 1)]
        return RadioField(**extra, choices=numbers, validate_choice=False)
    makers: dict[str, type[Field]] = {
        "textarea": TextAreaField, "boolean": BooleanField, "file": MultipleFileField, "image": MultipleFileField,
        "hidden": HiddenField,
    }  # fmt: skip
    return makers.get(control, StringField)(**extra)
