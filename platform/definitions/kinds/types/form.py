"""A form."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.fields.texts import PatternInvalid, compile_pattern
from formloom.platform.definitions.form import field_of
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    RESERVED_FIELDS,
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    setting_findings,
    unknown,
)
from formloom.platform.definitions.kinds.buttons import check_buttons, flows_of
from formloom.platform.definitions.kinds.columns import check_columns
from formloom.platform.definitions.kinds.consents import check_consents
from formloom.platform.definitions.kinds.fields import COMMON, FieldDocument
from formloom.platform.definitions.kinds.form_uses import uses_in
from formloom.platform.definitions.kinds.formulas import check_formulas
from formloom.platform.definitions.kinds.looks import Theme, check_look
from formloom.platform.definitions.kinds.own_links import check_own_link
from formloom.platform.definitions.kinds.quizzes import check_quiz
from formloom.platform.definitions.kinds.quotes import PIPED, check_quotes
from formloom.platform.definitions.kinds.relations import check_defaults, check_relations, relations_of
from formloom.platform.definitions.kinds.rules import MAX_RULES, CheckDocument, RuleDocument, check_checks, check_rules
from formloom.platform.definitions.kinds.seats import check_seats
from formloom.platform.kernel.errors import Finding

MAX_FIELDS = 500
WEAVES = ("plain", "twill", "basket", "herringbone", "satin")


class Cover(Schema):
    """The weave at the head of the public page."""

    kind = fields.String(validate=validate.OneOf(WEAVES))
    seed = fields.String(validate=validate.Length(max=60))
    color = shapes.colour()


class Redirect(Schema):
    """Where the respondent is sent after the submission, and which answers go along as parameters."""

    url = fields.String(required=True, validate=validate.Length(max=1_000))
    fields_ = fields.List(shapes.key(), data_key="fields", load_default=list, validate=validate.Length(max=20))


class Ending(Schema):
    """An end page of its own for answers of which a condition holds; the first that does is shown."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    when = shapes.condition(load_default=dict)
    title = L10n(max_length=200, allow_none=True)
    text = L10n(max_length=5000, allow_none=True)
    redirect = fields.Nested(Redirect, allow_none=True)
    disqualified = fields.Boolean()


class Limit(Schema):
    """What a form takes one answer from, in each period."""

    by = fields.String(required=True, validate=validate.OneOf(("device", "network", "field", "person")))
    field = shapes.key(allow_none=True)
    period = fields.String(load_default="ever", validate=validate.OneOf(("ever", "day", "week", "month")))


class OwnEdit(Schema):
    """What respondents may change of their own record, how long, and while which condition holds."""

    fields_ = fields.List(shapes.key(), data_key="fields", required=True, validate=validate.Length(1, 200))
    days = fields.Integer(allow_none=True, validate=validate.Range(1, 3_650))
    until = fields.AwareDateTime(allow_none=True)
    when = shapes.condition(allow_none=True)


class OwnLink(Schema):
    """The respondent's own way back to his record: how long it lasts, what it shows, what it lets change."""

    see = fields.List(shapes.key(), load_default=list, validate=validate.Length(max=200))
    edit = fields.Nested(OwnEdit, allow_none=True)
    days = fields.Integer(allow_none=True, validate=validate.Range(1, 3_650))


class SaveLater(Schema):
    """Unfinished answers that are kept on the server, and for how long."""

    days = fields.Integer(allow_none=True, validate=validate.Range(1, 365))


class QuizSettings(Schema):
    """What a respondent is told of his result, and from how many points on the quiz is passed."""

    show = fields.String(load_default="score", validate=validate.OneOf(("nothing", "score", "answers")))
    pass_mark = fields.Decimal(allow_none=True, validate=validate.Range(0, 1_000_000))


class FormSettings(Schema):
    """How the public page behaves."""

    quiz = fields.Nested(QuizSettings, allow_none=True)
    shuffle_pages = fields.Boolean()

    languages = fields.List(fields.String(validate=validate.OneOf(("zh-CN", "en"))), validate=validate.Length(1, 2))
    submit_label = L10n(allow_none=True)
    thanks = L10n(max_length=5000, allow_none=True)
    closed_message = L10n(max_length=2000, allow_none=True)
    not_yet_message = L10n(max_length=2000, allow_none=True)
    ended_message = L10n(max_length=2000, allow_none=True)
    full_message = L10n(max_length=2000, allow_none=True)
    countdown = fields.Boolean()
    contact = L10n(max_length=500, allow_none=True)
    open_from = fields.AwareDateTime(allow_none=True)
    open_until = fields.AwareDateTime(allow_none=True)
    quota = fields.Integer(allow_none=True, validate=validate.Range(1, 10_000_000))
    rate_per_hour = fields.Integer(validate=validate.Range(1, 100_000))
    proof_of_work = fields.Boolean()
    show_answers = fields.Boolean()
    redirect = fields.Nested(Redirect, allow_none=True)
    endings = fields.List(fields.Nested(Ending), validate=validate.Length(max=20))
    submit_again = fields.Boolean()
    prefill = fields.Boolean()
    moderation = fields.Boolean()
    limits = fields.List(fields.Nested(Limit), validate=validate.Length(max=8))
    one_answer_per_link = fields.Boolean()
    save_later = fields.Nested(SaveLater, allow_none=True)
    own_link = fields.Nested(OwnLink, allow_none=True)
    cover = fields.Nested(Cover, allow_none=True)
    theme = fields.Nested(Theme, allow_none=True)
    offline = fields.Boolean()
    mode = fields.String(validate=validate.OneOf(("page", "cards")))


class Identity(Schema):
    """Which fields say who the customer is."""

    name = shapes.key(allow_none=True)
    email = shapes.key(allow_none=True)
    phone = shapes.key(allow_none=True)


class Button(Schema):
    """A button on the record that starts a flow."""

    id = shapes.key(required=True)
    label = L10n(required=True)
    flow = shapes.key(required=True)


class FormDocument(shapes.Titled):
    """The whole form."""

    description = L10n(max_length=5000, allow_none=True)
    rules = fields.List(fields.Nested(RuleDocument), load_default=list, validate=validate.Length(max=MAX_RULES))
    checks = fields.List(fields.Nested(CheckDocument), validate=validate.Length(max=50))
    title_field = shapes.key(allow_none=True)
    status_field = shapes.key(allow_none=True)
    customer = fields.Nested(Identity, allow_none=True)
    buttons = fields.List(fields.Nested(Button), validate=validate.Length(max=20))
    settings = fields.Nested(FormSettings)
    entries = fields.List(
        fields.Nested(FieldDocument), data_key="fields", load_default=list, validate=validate.Length(max=MAX_FIELDS)
    )


class Form(DefinitionKind):
    """Fields, rules and settings; publishing makes a table of it."""

    id = "form"
    label = {"zh-CN": "表单", "en": "Form"}
    schema: ClassVar[type[Schema]] = FormDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        entries: list[Mapping[str, Any]] = list(document.get("fields") or ())
        yield from _check_ids(entries)
        for place, entry in enumerate(entries):
            yield from _check_field(entry, f"fields/{place}")
        named = [("title_field", document.get("title_field")), ("status_field", document.get("status_field"))]
        identity: Mapping[str, Any] = document.get("customer") or {}
        named += [(f"customer/{role}", name) for role, name in identity.items()]
        yield from check_fields(document, [(path, name) for path, name in named if name is not None], reserved=False)
        yield from check_rules(document)
        yield from check_checks(document)
        yield from _check_thanks(document, entries)
        yield from check_formulas(document)
        yield from check_seats(document)
        yield from check_quotes(document)
        yield from check_consents(document)
        yield from check_look(document)
        yield from check_quiz(document)
        yield from check_relations(document, world)
        yield from check_defaults(document, world)
        yield from _check_limits(document, entries)
        yield from check_own_link(document)
        yield from check_buttons(document, world)

    def references(self, document: Document) -> Iterator[Usage]:
        for path, flow in flows_of(document):
            yield Usage("flow", flow, path)
        yield from dict.fromkeys([*uses_in(document), *relations_of(document)])


def _check_thanks(document: Document, entries: list[Mapping[str, Any]]) -> Iterator[Finding]:
    settings: Mapping[str, Any] = document.get("settings") or {}
    public = {entry["id"] for entry in entries if entry.get("public") is not False}
    for text in (settings.get("thanks") or {}).values():
        for name in sorted(set(PIPED.findall(text)) - public - {"receipt"}):
            words = {
                "zh-CN": "“{name}”不是公开字段，不会填入感谢语",
                "en": "'{name}' is no public field: the thank-you text can't quote it",
            }
            yield Finding("not_public", words, "settings/thanks", {"name": name}, severity="warning")
    yield from _check_redirect(settings.get("redirect"), public, "settings/redirect")
    for place, ending in enumerate(settings.get("endings") or ()):
        path = f"settings/endings/{place}"
        yield from check_condition(document, ending.get("when") or {}, f"{path}/when")
        yield from _check_redirect(ending.get("redirect"), public, f"{path}/redirect")
        if not ending.get("when") and place < len(settings["endings"]) - 1:
            words = {"zh-CN": "后面的结束页永远不会出现", "en": "The end pages after this one are never shown"}
            yield Finding("unreachable", words, path, severity="warning")


def _check_redirect(chosen: Mapping[str, Any] | None, public: set[str], path: str) -> Iterator[Finding]:
    if not chosen:
        return
    if not _is_safe_address(chosen["url"]):
        words = {"zh-CN": "只能是 https 地址，且不含账号", "en": "Only an https address without a user name"}
        yield Finding("bad_address", words, f"{path}/url")
    for place, name in enumerate(chosen.get("fields") or ()):
        if name not in public:
            words = {"zh-CN": "“{name}”不是公开字段", "en": "'{name}' is no public field"}
            yield Finding("not_public", words, f"{path}/fields/{place}", {"name": name})


def _check_limits(document: Document, entries: list[Mapping[str, Any]]) -> Iterator[Finding]:
    public = {entry["id"] for entry in entries if entry.get("public") is not False}
    customer: Mapping[str, Any] = document.get("customer") or {}
    for place, limit in enumerate((document.get("settings") or {}).get("limits") or ()):
        if limit["by"] == "field" and limit.get("field") not in public:
            words = {"zh-CN": "请选择一个公开字段", "en": "Choose a public field"}
            yield Finding("not_public", words, f"settings/limits/{place}/field")
        if limit["by"] == "person" and not (customer.get("email") or customer.get("phone")):
            words = {
                "zh-CN": "请先指定客户的邮箱或手机字段",
                "en": "Say first which field holds the customer's email or phone",
            }
            yield Finding("no_identity", words, f"settings/limits/{place}/by")


def _is_safe_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = text.isprintable() and not set(text) & set(" \\\"'<>")
    return is_plain and text.startswith("https://") and "." in host and "@" not in parts.netloc and port != 0


def _check_ids(entries: list[Mapping[str, Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if entry["id"] in seen:
            words = {"zh-CN": "字段标识“{name}”重复", "en": "The field id '{name}' stands twice"}
            yield Finding("duplicate_id", words, f"fields/{place}/id", {"name": entry["id"]})
        if entry["id"] in RESERVED_FIELDS or entry["id"] == "deleted_at":
            words = {"zh-CN": "“{name}”是系统保留的标识", "en": "'{name}' is reserved by the system"}
            yield Finding("reserved_id", words, f"fields/{place}/id", {"name": entry["id"]})
        seen.add(entry["id"])


def _check_field(entry: Mapping[str, Any], path: str) -> Iterator[Finding]:
    if entry["type"] not in FIELD_TYPES:
        yield unknown(
            "unknown_type", f"{path}/type", entry["type"], FIELD_TYPES.ids(), {"zh-CN": "字段类型", "en": "field type"}
        )
        return
    kind = FIELD_TYPES.get(entry["type"])
    settings = {name: value for name, value in entry.items() if name not in COMMON}
    faults = setting_findings(kind.settings(), settings, path)
    if faults:
        yield from faults
        return
    cfg = kind.settings().load(settings)
    yield from _check_setting_sense(cfg, path)
    if kind.columns_in:
        faults = list(check_columns(cfg, path, _check_field))
        yield from faults
        if any(found.severity == "error" for found in faults):
            return
    if entry.get("unique") and not kind.can_be_unique:
        words = {"zh-CN": "这种字段不能设为不可重复", "en": "A field of this type can't be unique"}
        yield Finding("cannot_be_unique", words, f"{path}/unique")
    for name in kind.choice_lists:
        if not cfg[name]:
            yield Finding("no_options", {"zh-CN": "还没有选项", "en": "There are no options yet"}, f"{path}/{name}")
    if entry.get("default") is not None and kind.is_stored and kind.who is None and kind.value_kind != "files":
        try:
            kind.clean(entry["default"], field_of(entry).cfg, CleanContext())
        except ValueInvalid as fault:
            yield Finding("bad_default", fault.message, f"{path}/default", fault.params)
    if not entry.get("label") and kind.needs_label:
        yield Finding(
            "no_label", {"zh-CN": "还没有标题", "en": "There is no label yet"}, f"{path}/label", severity="warning"
        )


_PAIRS = (
    ("min", "max"), ("min_length", "max_length"), ("min_items", "max_items"), ("min_minutes", "max_minutes"),
    ("min_rows", "max_rows"),
)  # fmt: skip


def _check_setting_sense(cfg: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for low, high in _PAIRS:
        if cfg.get(low) is not None and cfg.get(high) is not None and cfg[low] > cfg[high]:
            words = {"zh-CN": "下限大于上限", "en": "The lower bound is above the upper one"}
            yield Finding("bounds_crossed", words, f"{path}/{low}")
    if cfg.get("pattern"):
        try:
            compile_pattern(cfg["pattern"])
        except PatternInvalid as fault:
            words = {
                "zh-CN": "正则表达式有误（不支持前后查找）：{why}",
                "en": "This pattern can't be read (look-around is not supported): {why}",
            }
            yield Finding("bad_pattern", words, f"{path}/pattern", {"why": str(fault)})
