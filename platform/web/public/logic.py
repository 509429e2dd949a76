"""What the page hands to its script: fields, rules, limits and the words for what doesn't fit.

Only what a visitor may know. A condition on a field that is for members only can't change while the page is filled
in, since that field keeps its default: it is decided here and stands in the page as always or never.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.compile import Setting, compile_node
from formloom.platform.definitions.conditions.tree import fields_of, parse
from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.fields.rows import MAX_ROWS
from formloom.platform.definitions.fields.settings import MARK, SIGNS
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public.modes import texts_of
from formloom.platform.web.public.page_form import PageForm, must_words, shown_fields
from formloom.platform.web.public.questions import Question
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.texts import SCRIPT_TEXTS, TEXTS

_LISTS = ("show", "hide", "require", "lock")
ALWAYS: JSONObject = {}
NEVER: JSONObject = {"not": {}}
_LIMITS = (
    "min_length", "max_length", "min", "max", "step", "decimals", "min_items", "max_items", "max_size_mb", "extensions",
)  # fmt: skip
_MESSAGES = {
    "too_short": messages.TOO_SHORT, "too_long": messages.TOO_LONG, "not_number": messages.NUMBER_EXPECTED,
    "too_small": messages.TOO_SMALL, "too_large": messages.TOO_LARGE, "too_many_decimals": messages.TOO_MANY_DECIMALS,
    "not_email": messages.EMAIL_EXPECTED, "not_phone": messages.PHONE_EXPECTED, "not_url": messages.URL_EXPECTED,
    "too_early": messages.TOO_EARLY, "too_late": messages.TOO_LATE, "too_few_chosen": messages.TOO_FEW_CHOSEN,
    "too_many_chosen": messages.TOO_MANY_CHOSEN, "off_step": messages.OFF_STEP, "not_color": messages.COLOR_EXPECTED,
    "wrong_length": messages.ID_CARD_LENGTH, "bad_check": messages.CHECK_CHARACTER, "not_ranked": messages.RANK_EXACTLY,
}  # fmt: skip


def page_data(form: FormVersion, page: PageForm, now: datetime, modes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the JSON of the page's script."""
    formulas, suggestions = live_formulas(form, page), form.suggestions({question.item.id for question in page})
    rows = [_rows(form, page, question, now) for question in page if isinstance(question, Rows)]
    follows = formulas or suggestions or any(one["formulas"] for one in rows)
    return {
        "fields": [_field(question, now) | _choices(question, form, now) for question in page],
        **({"formulas": formulas, "suggestions": suggestions} if follows else {}),
        **({"rows": rows} if rows else {}),
        **own_answers(page),
        "rules": public_rules(form, now),
        **({"checks": checks} if (checks := public_checks(form, page.locale)) else {}),
        "zone": form.zone.key,
        "texts": {name: resolve(TEXTS[name], page.locale) for name in SCRIPT_TEXTS} | texts_of(modes, page.locale),
        "messages": {name: resolve(text, page.locale) for name, text in _MESSAGES.items()},
    }


def own_answers(page: PageForm) -> dict[str, Any]:
    """Return what the script needs that opens the inputs for own answers, for pages with such questions."""
    asked = [one for question in page for one in (question.columns if isinstance(question, Rows) else [question])]
    if not any(question.takes_own for question in asked):
        return {}
    said = {"missing": messages.OWN_ANSWER_MISSING, "too_long": messages.OWN_ANSWER_TOO_LONG}
    return {"own": {name: resolve(text, page.locale) for name, text in said.items()}}


def live_formulas(form: FormVersion, page: PageForm) -> list[dict[str, Any]]:
    """Return what the page computes while somebody types, in the order of its needs, and how it is written."""
    names = {question.item.id for question in page}
    return [
        {"id": name, **live, **_written(form.field(name).cfg, page.locale)}
        for name, live in form.live_formulas(names).items()
    ]


def _rows(form: FormVersion, page: PageForm, question: Rows, now: datetime) -> dict[str, Any]:
    """Return what the script knows of a sub-form: its columns, its limits and what is computed in a row."""
    item, cfg = question.item, question.cfg
    live = form.live_rows({one.item.id for one in page})[item.id] if item.rows is not None else {}
    return {
        "id": item.id, "columns": [_field(one, now) for one in question.columns], "totals": dict(cfg["totals"]),
        "most": cfg["max_rows"] or MAX_ROWS, "least": cfg["min_rows"],
        "formulas": [
            {"id": name, **one, **_written(item.rows.field(name).cfg, page.locale)}  # type: ignore[union-attr]  # a sub-form has rows
            for name, one in live.items()
        ],
    }  # fmt: skip


def _written(cfg: Mapping[str, Any], locale: str) -> dict[str, str]:
    said = {"sign": SIGNS.get(cfg.get("currency") or ""), "unit": resolve(cfg.get("unit"), locale)}
    return {name: text for name, text in said.items() if text}


def public_rules(form: FormVersion, now: datetime) -> list[dict[str, Any]]:
    """Return the rules about public fields, as far as they depend on public fields."""
    shown = {item.id: item for item in shown_fields(form)}
    decide = _decider(form, now)
    found = []
    for rule in form.document.get("rules") or ():
        effects = {part: [one for one in rule.get(part) or () if one in shown] for part in _LISTS}
        effects["set"] = [_given(shown[one["field"]], one) for one in rule.get("set") or () if one["field"] in shown]
        effects["options"] = [one for one in rule.get("options") or () if one["field"] in shown]
        kept: dict[str, Any] = {part: targets for part, targets in effects.items() if targets}
        jump = rule.get("jump")
        if jump and jump["after"] in shown and (not jump.get("to") or jump["to"] in shown):
            kept["jump"] = jump
        if kept:
            found.append({"when": decide(rule.get("when") or {}), **kept})
    return found


def public_checks(form: FormVersion, locale: str) -> list[dict[str, Any]]:
    """Return the checks that the page can judge itself: conditions over what the visitor sees."""
    shown = {item.id for item in shown_fields(form)}
    return [
        {
            "when": check["when"], "message": resolve(check["message"], locale),
            "fields": [name for name in check.get("fields") or () if name in shown],
        }
        for check in form.document.get("checks") or ()
        if not check.get("formula") and fields_of(check["when"]) <= shown
    ]  # fmt: skip


def _given(item: Field, one: Mapping[str, Any]) -> JSONObject:
    """Return what a rule sets, as the page holds it; what a formula gives is the server's business."""
    if one.get("formula"):
        return {"field": item.id, "formula": "="}
    return {"field": item.id, "value": as_typed(item, one.get("value"))}


def as_typed(item: Field, raw: Any) -> Any:
    """Return a value as the page's inputs hold it: moments stand on the field's own clock."""
    if item.kind == "datetime" and isinstance(raw, str) and raw:
        local = datetime.fromisoformat(raw)
        local = local.astimezone(ZoneInfo(item.cfg["timezone"])) if local.tzinfo else local
        return local.strftime("%Y-%m-%dT%H:%M")
    return raw


def kept_as_typed(item: Field, value: Any) -> Any:
    """Return what a locked field keeps: its default as the builder wrote it, else the clean value."""
    return as_typed(item, item.type.dump(value, item.cfg) if item.default is None else item.default)


def starting_values(form: FormVersion, now: datetime) -> dict[str, Any]:
    """Return the clean values of a page that nobody has touched."""
    return form.clean({}, ctx=CleanContext(now=now), public=True).values


def effects(form: FormVersion, now: datetime, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the script needs that locks, sets and limits, for pages with such rules; nothing for others.

    A locked field keeps what the link says (`known`), else its default.
    """
    shown = {item.id for item in shown_fields(form)}
    if not shown & (form.logic.lockable | form.logic.limited):
        return {}
    start = form.starts({}, CleanContext(now=now))
    kept = {
        name: known[name] if name in known else kept_as_typed(item, start.get(name))
        for name in sorted(form.logic.lockable & shown)
        if (item := form.by_id[name])
    }
    return {"effects": {"start": kept}}


def _decider(form: FormVersion, now: datetime) -> Callable[[Mapping[str, Any]], JSONObject]:
    """Return the function that decides what a condition asks of members-only fields, and leaves the rest as it is."""
    hidden = {item.id for item in form.stored} - {item.id for item in shown_fields(form)}
    kinds, known = form.value_kinds(), starting_values(form, now)

    def decided(leaf: Mapping[str, Any]) -> JSONObject:
        holds = compile_node(parse(leaf, kinds), Setting(now=now, zone=form.zone))(known)
        return ALWAYS if holds else NEVER

    return lambda tree: _without(tree, hidden, decided)


def _without(tree: Mapping[str, Any], hidden: Collection[str], decided: Any) -> JSONObject:
    if "field" in tree:
        return decided(tree) if set(fields_of(tree)) & set(hidden) else dict(tree)
    if "not" in tree:
        return {"not": _without(tree["not"], hidden, decided)}
    return {part: [_without(one, hidden, decided) for one in tree[part]] for part in ("all", "any") if part in tree}


def _field(question: Question, now: datetime) -> dict[str, Any]:
    item = question.item
    found: dict[str, Any] = {
        "id": item.id, "kind": item.kind, "control": question.control, "reading": question.reading,
        **{name: _plain(item.cfg[name]) for name in _LIMITS if item.cfg.get(name) not in (None, [])},
    }  # fmt: skip
    if item.required and not item.type.is_generated:
        found["required"] = True
    if item.type.opens_section:
        found["opens_section"] = True
    if item.type.opens_page:
        found["opens_page"] = True
    if item.type.is_stored and not item.type.is_generated and question.control != "hidden":
        found["must"] = must_words(question)
    if "places" in question.attributes:
        found["places"] = int(question.attributes["places"])
    if item.rows is not None:
        found["columns"] = [{"id": one.id, "kind": one.kind} for one in item.rows.stored]
    if question.control == "datetime":
        found["zone"] = _offset(question, now)
    if question.control == "phone":
        found["region"] = item.cfg["region"]
    return found


def _choices(question: Question, form: FormVersion, now: datetime) -> dict[str, Any]:
    """Return the options of a field of which the rules may offer only some."""
    item = question.item
    if item.id not in form.logic.limited:
        return {}
    decide = _decider(form, now)
    return {
        "limits_options": item.type.limits_options,
        "options": [
            {"value": one["value"], **({"when": decide(one["when"])} if one.get("when") else {})}
            for one in [*item.cfg["options"], *([{"value": MARK}] if question.takes_own else [])]
        ],
    }  # fmt: skip


def _offset(question: Any, now: datetime) -> str:
    """Return the zone's present distance from UTC as +08:00."""
    plain = now.astimezone(question.zone).strftime("%z")
    return f"{plain[:3]}:{plain[3:5]}"


def _plain(value: object) -> Any:
    return value if isinstance(value, (int, list)) else str(value)
