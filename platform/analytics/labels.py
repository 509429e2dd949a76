"""Names for what stands in groups and cells, in the viewer's language, people looked up once for all widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from formloom.platform.analytics.groups import kind_of, who_of
from formloom.platform.analytics.widgets import Figures
from formloom.platform.definitions.conditions.operators import SETS
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid, Who
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.text import joined, resolve

EMPTY = {"zh-CN": "（空）", "en": "(empty)"}
GONE = {"zh-CN": "已离开", "en": "gone"}
SOME_RECORD = {"zh-CN": "一条记录", "en": "a record"}


@dataclass(slots=True)
class Labels:
    """Collects whom the widgets mention, then names everything."""

    locale: str
    _users: set[str] = field(default_factory=set)
    _departments: set[str] = field(default_factory=set)
    _names: Mapping[str, str] = field(default_factory=dict)
    _titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _links: dict[FormVersion, dict[str, set[str]]] = field(default_factory=dict)
    _linked: dict[str, str] = field(default_factory=dict)

    def mention(self, form: FormVersion, field_id: str, value: Any) -> None:
        """Remember that `value` will have to be named."""
        who = who_of(form, field_id)
        if value and who == "record":
            self._links.setdefault(form, {}).setdefault(field_id, set()).update(_ids(value))
        elif value and who is not None:
            (self._users if who == "user" else self._departments).update(_ids(value))

    def look_up(self, figures: Figures) -> None:
        """Fetch every name that was mentioned."""
        self._names = figures.people(self._users) if self._users else {}
        self._titles = figures.departments(self._departments) if self._departments else {}
        for form, ids in self._links.items():
            self._linked.update(figures.linked(form, ids))

    def of_group(self, form: FormVersion, field_id: str, value: Any, *, bucket: str | None = None) -> str:
        """Return the name of a group's key, which is a JSON value as the API shows it."""
        if value is None or value == []:
            return resolve(EMPTY, self.locale)
        if bucket:
            return str(value)
        who = who_of(form, field_id)
        if who is not None:
            return joined((self._name(who, one) or self._nameless(who) for one in _ids(value)), self.locale)
        if kind_of(form, field_id) in SETS and isinstance(value, str):
            value = [value]
        return self._displayed(form, field_id, value)

    def of_value(self, form: FormVersion, field_id: str, value: Any) -> str:
        """Return a record's clean value as a person reads it; the empty string for none."""
        if value is None:
            return ""
        who = who_of(form, field_id)
        if who is not None:
            nameless = "" if who == "department" else self._nameless(who)
            return joined((self._name(who, one) or nameless for one in _ids(value)), self.locale)
        return form.display(field_id, value, self.locale) if field_id in form.by_id else str(value)

    def _name(self, who: Who, one: str) -> str:
        if who == "record":
            return self._linked.get(one, "")
        return self._names.get(one, "") if who == "user" else resolve(self._titles.get(one), self.locale)

    def _nameless(self, who: Who) -> str:
        return resolve(SOME_RECORD if who == "record" else GONE, self.locale)

    def _displayed(self, form: FormVersion, field_id: str, value: Any) -> str:
        if field_id not in form.by_id:
            return str(value)
        item = form.field(field_id)
        try:
            clean = item.type.clean(value, item.cfg, CleanContext())
        except ValueInvalid:  # an option that was taken away still stands in records
            return str(value) if not isinstance(value, list) else "、".join(map(str, value))
        return item.type.display(clean, item.cfg, self.locale)


def _ids(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
