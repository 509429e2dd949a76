"""The system tables: everything that is not a form's own table.

One `MetaData`, migrated by Alembic revisions in `migrations/`. Ids are UUIDv7 text. What a person deletes is
kept with `deleted_at` until it is purged.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from formloom.platform.storage.types import Json, UtcDateTime

system = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = String(36)


def _id() -> Column[str]:
    return Column("id", Id, primary_key=True)


# --- the installation -------------------------------------------------------------------------------------
settings = Table("settings", system, Column("key", String(80), primary_key=True), Column("value", Json))
"""Installation-wide values: `organisation`, `locale`, `installed_at`, `access_epoch` …"""

audit_log = Table(
    "audit_log", system,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(10), nullable=False), Column("actor_id", Id), Column("ip", String(64)),
    Column("act", String(60), nullable=False), Column("object_kind", String(40)), Column("object_id", String(80)),
    Column("detail", Json), Column("prev_hash", String(64), nullable=False), Column("hash", String(64), nullable=False),
)  # fmt: skip

# --- people -----------------------------------------------------------------------------------------------
users = Table(
    "users", system, _id(),
    Column("email", String(254), nullable=False), Column("email_key", String(254), nullable=False, unique=True),
    Column("name", String(120), nullable=False), Column("phone", String(40)), Column("locale", String(10), nullable=False),
    Column("theme", String(10)), Column("status", String(10), nullable=False),  # invited, active, disabled, sample
    Column("is_admin", Boolean, nullable=False, server_default=false()),
    Column("password_hash", String(200)), Column("auth_epoch", Integer, nullable=False, server_default="0"),
    Column("max_open", Integer), Column("preferences", Json),
    Column("supervisor_id", Id), Column("primary_department_id", Id),  # what is gone or left is as if nothing stood here
    Column("created_at", UtcDateTime, nullable=False), Column("updated_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
)  # fmt: skip
departments = Table(
    "departments", system, _id(), Column("parent_id", Id, ForeignKey("departments.id", deferrable=True)),
    Column("title", Json, nullable=False), Column("head_id", Id, ForeignKey("users.id")),
    Column("position", Integer, nullable=False, server_default="0"), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
user_departments = Table(
    "user_departments", system,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("department_id", Id, ForeignKey("departments.id", ondelete="CASCADE"), primary_key=True, index=True),
)  # fmt: skip
roles = Table(
    "roles", system, _id(), Column("key", String(40), nullable=False, unique=True), Column("title", Json, nullable=False),
    Column("package_slug", String(60)), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
user_roles = Table(
    "user_roles", system,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Id, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True, index=True),
)  # fmt: skip
role_groups = Table(
    "role_groups", system, _id(), Column("title", Json, nullable=False), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
role_group_roles = Table(
    "role_group_roles", system,
    Column("role_group_id", Id, ForeignKey("role_groups.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Id, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True, index=True),
)  # fmt: skip
skills = Table(
    "skills", system, _id(), Column("title", Json, nullable=False), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
user_skills = Table(
    "user_skills", system,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("skill_id", Id, ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("level", Integer, nullable=False),  # 1 to 5
)  # fmt: skip
territories = Table(
    "territories", system, _id(), Column("parent_id", Id, ForeignKey("territories.id", deferrable=True)),
    Column("title", Json, nullable=False), Column("places", Json, nullable=False),  # names of what lies in it
    Column("position", Integer, nullable=False, server_default="0"), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
user_territories = Table(
    "user_territories", system,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("territory_id", Id, ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True, index=True),
)  # fmt: skip
shifts = Table(
    "shifts", system, _id(), Column("title", Json, nullable=False), Column("timezone", String(60), nullable=False),
    Column("week", Json, nullable=False), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
shift_people = Table(
    "shift_people", system, _id(),
    Column("shift_id", Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("first_on", Date, nullable=False), Column("last_on", Date),
)  # fmt: skip
absences = Table(
    "absences", system, _id(), Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # leave, delegation
    Column("starts_at", UtcDateTime, nullable=False), Column("ends_at", UtcDateTime, nullable=False),
    Column("reason", String(300)), Column("delegate_id", Id, ForeignKey("users.id")),
    Column("flow_ids", Json), Column("app_ids", Json),  # delegation only: for these alone; both empty for everything
    Column("created_at", UtcDateTime, nullable=False), Column("created_by", Id),
)  # fmt: skip
sessions = Table(
    "sessions", system, Column("token_hash", String(64), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf_token", String(64), nullable=False), Column("auth_epoch", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False), Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False), Column("ip", String(64)), Column("user_agent", String(300)),
)  # fmt: skip
api_tokens = Table(
    "api_tokens", system, _id(), Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(120), nullable=False), Column("token_hash", String(64), nullable=False, unique=True),
    Column("hint", String(12)), Column("created_at", UtcDateTime, nullable=False), Column("last_used_at", UtcDateTime),
    Column("expires_at", UtcDateTime), Column("revoked_at", UtcDateTime),
)  # fmt: skip
one_time_tokens = Table(
    "one_time_tokens", system, Column("token_hash", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),  # setup, invitation, password_reset
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), index=True), Column("payload", Json),
    Column("created_at", UtcDateTime, nullable=False), Column("expires_at", UtcDateTime, nullable=False), Column("used_at", UtcDateTime),
)  # fmt: skip

# --- definitions ------------------------------------------------------------------------------------------
apps = Table(
    "apps", system, _id(), Column("key", String(40), nullable=False, unique=True),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False), Column("created_by", Id), Column("deleted_at", UtcDateTime),
)  # fmt: skip
definitions = Table(
    "definitions", system, _id(), Column("app_id", Id, ForeignKey("apps.id"), nullable=False),
    Column("kind", String(40), nullable=False), Column("key", String(40), nullable=False), Column("title", Json),
    Column("draft", Json, nullable=False), Column("rev", Integer, nullable=False), Column("version", Integer),
    Column("has_changes", Boolean, nullable=False, server_default=true()),
    Column("table_name", String(63), unique=True),
    Column("created_at", UtcDateTime, nullable=False), Column("created_by", Id),
    Column("updated_at", UtcDateTime, nullable=False), Column("updated_by", Id), Column("published_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    UniqueConstraint("app_id", "kind", "key"), Index(None, "kind", "version"),
)  # fmt: skip
definition_versions = Table(
    "definition_versions", system,
    Column("definition_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True), Column("document", Json, nullable=False),
    Column("columns", Json),  # forms only: field id → physical column
    Column("published_at", UtcDateTime, nullable=False), Column("published_by", Id), Column("note", Text),
)  # fmt: skip
consent_texts = Table(  # what the consents of a form said, each time that a publication changed it
    "consent_texts", system, Column("form_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True),
    Column("field_id", String(40), primary_key=True), Column("number", Integer, primary_key=True),
    Column("form_version", Integer, nullable=False), Column("wording", Json, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
)  # fmt: skip
form_links = Table(
    "form_links", system, Column("token", String(40), primary_key=True),
    Column("form_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("is_open", Boolean, nullable=False, server_default=true()), Column("tag", String(60)),
    Column("submissions", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False), Column("created_by", Id),
    Column("name", String(120)), Column("password_hash", String(200)), Column("last_submission_at", UtcDateTime),
    Column("hosts", Json),
    Column("purpose", String(10), nullable=False, server_default="fill"), Column("query", Json),  # fill, query
)  # fmt: skip
answered_links = Table(  # personal links of forms that take one answer each
    "answered_links", system, Column("form_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True),
    Column("link_hash", String(64), primary_key=True), Column("record_id", Id, nullable=False),
    Column("receipt", String(200), nullable=False), Column("at", UtcDateTime, nullable=False),
)  # fmt: skip
answer_marks = Table(  # keyed hashes of devices, networks and values that a form takes one answer from
    "answer_marks", system, Column("form_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True),
    Column("mark", String(64), primary_key=True), Column("record_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)  # fmt: skip
respondent_links = Table(  # what was handed to one respondent: the way back to a record, answers that are fixed
    "respondent_links", system, _id(), Column("kind", String(10), nullable=False),  # own, personal
    Column("form_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), nullable=False),
    Column("link_token", String(40), nullable=False), Column("record_id", Id, index=True),
    Column("token_hash", String(64), unique=True), Column("label", String(200)),
    Column("mails", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False), Column("created_by", Id), Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime), Column("used_at", UtcDateTime), Index(None, "form_id", "id"),
)  # fmt: skip
unfinished_answers = Table(  # what respondents go on with later; the link that leads to it stands beside
    "unfinished_answers", system,
    Column("link_id", Id, ForeignKey("respondent_links.id", ondelete="CASCADE"), primary_key=True),
    Column("inputs", Json, nullable=False), Column("ref", Text), Column("updated_at", UtcDateTime, nullable=False),
)  # fmt: skip
installed_packages = Table(
    "installed_packages", system, Column("slug", String(60), primary_key=True), Column("version", String(20), nullable=False),
    Column("app_id", Id, ForeignKey("apps.id"), nullable=False), Column("manifest", Json, nullable=False),
    Column("source", String(20), nullable=False), Column("state", String(20), nullable=False),
    Column("installed_at", UtcDateTime, nullable=False), Column("installed_by", Id),
)  # fmt: skip
waiting_packages = Table(
    "waiting_packages", system, _id(), Column("slug", String(60), nullable=False), Column("parts", Json, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False), Column("uploaded_by", Id),
)  # fmt: skip
sample_records = Table(
    "sample_records", system, Column("slug", String(60), nullable=False, index=True),
    Column("form_id", Id, primary_key=True), Column("record_id", Id, primary_key=True), Column("rev", Integer, nullable=False),
)  # fmt: skip

# --- records ----------------------------------------------------------------------------------------------
record_history = Table(
    "record_history", system, _id(), Column("form_id", Id, nullable=False), Column("record_id", Id, nullable=False),
    Column("rev", Integer, nullable=False), Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(10), nullable=False), Column("actor_id", Id), Column("act", String(20), nullable=False),
    Column("changes", Json, nullable=False), Column("cause", Json),
    Index(None, "record_id", "rev"),
)  # fmt: skip
record_stages = Table(  # how long records were in each state of a field with a blueprint; `left_at` is empty for where they are now
    "record_stages", system, _id(), Column("form_id", Id, nullable=False), Column("record_id", Id, nullable=False),
    Column("field", String(40), nullable=False), Column("state", String(200), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False), Column("left_at", UtcDateTime), Column("spent_s", BigInteger),
    Column("actor_kind", String(10), nullable=False), Column("actor_id", Id), Column("transition", String(40)),
    Column("comment", Text), Index(None, "record_id", "field", "left_at"), Index(None, "form_id", "field", "state"),
)  # fmt: skip
consents = Table(  # who agreed to which version of a text, or took that back; never changed
    "consents", system, _id(), Column("form_id", Id, nullable=False), Column("record_id", Id, nullable=False),
    Column("field_id", String(40), nullable=False), Column("agreed", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False), Column("version", Integer), Column("locale", String(10), nullable=False),
    Column("text_hash", String(64)), Column("actor_kind", String(10), nullable=False), Column("actor_id", Id),
    Index(None, "record_id", "field_id"),
)  # fmt: skip
waiting_submissions = Table(  # what visitors sent to forms that review it first; an accepted one becomes the record `id`
    "waiting_submissions", system, _id(),
    Column("form_id", Id, ForeignKey("definitions.id", ondelete="CASCADE"), nullable=False),
    Column("form_version", Integer, nullable=False), Column("state", String(10), nullable=False),  # waiting, rejected
    Column("raw", Json, nullable=False), Column("shown", Json, nullable=False), Column("facts", Json, nullable=False),
    Column("link_token", String(40), nullable=False), Column("locale", String(10), nullable=False),
    Column("created_at", UtcDateTime, nullable=False), Column("decided_at", UtcDateTime), Column("decided_by", Id),
    Column("reason", Text), Index(None, "form_id", "state", "id"),
)  # fmt: skip
comments = Table(
    "comments", system, _id(), Column("form_id", Id, nullable=False), Column("record_id", Id, nullable=False, index=True),
    Column("actor_kind", String(10), nullable=False), Column("actor_id", Id), Column("body", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False), Column("edited_at", UtcDateTime), Column("deleted_at", UtcDateTime),
)  # fmt: skip
serial_counters = Table(
    "serial_counters", system, Column("form_id", Id, primary_key=True), Column("field_id", String(40), primary_key=True),
    Column("period", String(20), primary_key=True), Column("value", BigInteger, nullable=False),
)  # fmt: skip
files = Table(
    "files", system, _id(), Column("sha256", String(64), nullable=False, index=True), Column("name", String(255), nullable=False),
    Column("size_bytes", BigInteger, nullable=False), Column("type", String(100), nullable=False),
    Column("form_id", Id, nullable=False), Column("field_id", String(40), nullable=False), Column("record_id", Id, index=True),
    Column("owner", String(120), nullable=False), Column("created_at", UtcDateTime, nullable=False), Column("used_at", UtcDateTime),
)  # fmt: skip
jobs = Table(
    "jobs", system, _id(), Column("kind", String(40), nullable=False), Column("state", String(20), nullable=False, index=True),
    Column("form_id", Id), Column("payload", Json), Column("result", Json), Column("error", Json),
    Column("done", Integer, nullable=False, server_default="0"), Column("total", Integer),
    Column("ok", Integer, nullable=False, server_default="0"), Column("failed", Integer, nullable=False, server_default="0"),
    Column("created_by", Id), Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime), Column("finished_at", UtcDateTime), Column("heartbeat_at", UtcDateTime),
)  # fmt: skip
import_records = Table(
    "import_records", system, Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("record_id", Id, primary_key=True), Column("form_id", Id, nullable=False),
)  # fmt: skip
idempotency_keys = Table(
    "idempotency_keys", system, Column("caller", String(120), primary_key=True), Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False), Column("status", Integer), Column("answer", Text),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)  # fmt: skip

# --- customers --------------------------------------------------------------------------------------------
customers = Table(
    "customers", system, _id(), Column("name", String(200)), Column("merged_into", Id),
    Column("created_at", UtcDateTime, nullable=False), Column("seen_at", UtcDateTime, nullable=False),
)  # fmt: skip
customer_keys = Table(
    "customer_keys", system, Column("kind", String(20), primary_key=True), Column("value", String(254), primary_key=True),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
)  # fmt: skip
touchpoints = Table(
    "touchpoints", system, _id(), Column("customer_id", Id, index=True), Column("kind", String(40), nullable=False),
    Column("channel", String(20), nullable=False), Column("app_id", Id), Column("form_id", Id), Column("record_id", Id, index=True),
    Column("at", UtcDateTime, nullable=False), Column("data", Json),
)  # fmt: skip

# --- what happens next ------------------------------------------------------------------------------------
outbox = Table(
    "outbox", system, _id(), Column("kind", String(40), nullable=False), Column("form_id", Id, nullable=False),
    Column("record_id", Id, nullable=False), Column("payload", Json, nullable=False),
    Column("state", String(10), nullable=False, server_default="new"),  # new, done, dead
    Column("attempts", Integer, nullable=False, server_default="0"), Column("lease_until", UtcDateTime),
    Column("lease_owner", String(60)), Column("last_error", Text), Column("created_at", UtcDateTime, nullable=False),
    Index("ix_outbox_state_id", "state", "id"), Index(None, "record_id", "state"),
)  # fmt: skip
flow_runs = Table(
    "flow_runs", system, _id(), Column("flow_id", Id, nullable=False), Column("version", Integer, nullable=False),
    Column("event_id", String(120), nullable=False), Column("form_id", Id), Column("record_id", Id, index=True),
    Column("record_title", String(300)), Column("state", String(10), nullable=False), Column("trigger", String(40), nullable=False),
    Column("trace", Json, nullable=False), Column("cause", Json), Column("error", Text), Column("at", UtcDateTime, nullable=False),
    Column("took_ms", Integer),
    Column("tokens", Json),  # where the run stands, while it is not over; see workflows/engine/state.py
    Column("occasion", Json),  # what set it off, for a run that goes on later
    Column("face", String(10), nullable=False, server_default="rule"), Column("result", String(12)),
    Column("initiator_id", Id), Column("chosen", Json), Column("ended_at", UtcDateTime),
    Column("parent_id", Id, index=True), Column("parent_token", Integer),
    Column("last_answer", Json),  # the task that was answered last and where the run stood before; see approvals/taking_back.py
    Column("replay_of", Id), Column("replay_by", Id),  # the run that it repeats from some node on, and who wanted that
    UniqueConstraint("flow_id", "event_id"), Index(None, "flow_id", "id"), Index(None, "initiator_id", "face", "id"),
    # few runs stand somewhere, and these are counted whenever their process is opened in its designer
    Index("ix_flow_runs_standing", "flow_id", "version", sqlite_where=text("tokens IS NOT NULL"), postgresql_where=text("tokens IS NOT NULL")),
)  # fmt: skip
flow_tasks = Table(  # who is asked at a node of a run, and what he answered
    "flow_tasks", system, _id(), Column("run_id", Id, ForeignKey("flow_runs.id", ondelete="CASCADE"), nullable=False),
    Column("flow_id", Id, nullable=False), Column("app_id", Id, nullable=False), Column("form_id", Id, nullable=False),
    Column("record_id", Id, nullable=False, index=True), Column("token", Integer, nullable=False),
    Column("visit", Integer, nullable=False), Column("node", String(60), nullable=False),
    Column("kind", String(10), nullable=False), Column("user_id", Id, nullable=False), Column("meant_id", Id),
    Column("state", String(12), nullable=False), Column("position", Integer, nullable=False),
    Column("parent_id", Id), Column("beside", String(10)), Column("comment", Text), Column("signature", Id),
    Column("attachments", Json), Column("created_at", UtcDateTime, nullable=False), Column("opened_at", UtcDateTime),
    Column("due_at", UtcDateTime), Column("done_at", UtcDateTime), Column("reminded_at", UtcDateTime),
    Index(None, "user_id", "state", "id"), Index(None, "run_id", "token"),
)  # fmt: skip
flow_log = Table(  # what people and the clock did with a run; never changed
    "flow_log", system, _id(), Column("run_id", Id, ForeignKey("flow_runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False), Column("user_id", Id), Column("node", String(60)), Column("did", String(20), nullable=False),
    Column("task_id", Id), Column("comment", Text), Column("signature", Id), Column("attachments", Json), Column("told", Json),
)  # fmt: skip
flow_steps = Table(
    "flow_steps", system, Column("run_id", Id, ForeignKey("flow_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("step_no", Integer, primary_key=True), Column("node", String(60), nullable=False), Column("state", String(10), nullable=False),
    Column("output", Json), Column("at", UtcDateTime, nullable=False),
)  # fmt: skip
deliveries = Table(
    "deliveries", system, _id(), Column("channel", String(20), nullable=False), Column("state", String(10), nullable=False),
    Column("stable_id", String(200), nullable=False, unique=True),  # Message-ID or webhook-id
    Column("recipient", String(500), nullable=False), Column("subject", String(500)), Column("payload", Json, nullable=False),
    Column("lane", String(200), nullable=False),  # the server it goes to: at most a few at a time, so one can't block all
    Column("purpose", String(20), nullable=False, server_default="flow"),  # flow, account, notice
    Column("form_id", Id), Column("record_id", Id, index=True), Column("run_id", Id), Column("step_no", Integer),
    Column("attempts", Integer, nullable=False, server_default="0"), Column("next_at", UtcDateTime),
    Column("lease_until", UtcDateTime), Column("lease_owner", String(60)), Column("last_error", Text),
    Column("created_at", UtcDateTime, nullable=False), Column("sent_at", UtcDateTime),
    Index(None, "state", "next_at"), Index(None, "recipient", "created_at"),
)  # fmt: skip
failures = Table(  # what went wrong beside the requests, without any value of a record; `told_at` is the digest that told of it
    "failures", system, _id(), Column("kind", String(10), nullable=False),  # step, run, stopped, event, delivery
    Column("flow_id", Id), Column("form_id", Id), Column("step", String(40)), Column("code", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True), Column("told_at", UtcDateTime), Index(None, "told_at", "at"),
)  # fmt: skip
timers = Table(
    "timers", system, _id(), Column("kind", String(20), nullable=False), Column("flow_id", Id), Column("form_id", Id),
    Column("record_id", Id, index=True), Column("dedupe", String(200), nullable=False, unique=True),
    Column("fire_at", UtcDateTime, nullable=False), Column("payload", Json), Column("created_at", UtcDateTime, nullable=False),
    Column("fired_at", UtcDateTime),
    # what fired stays for its `dedupe`: only those that wait are in the index that is asked every second
    Index("ix_timers_waiting", "fire_at", sqlite_where=text("fired_at IS NULL"), postgresql_where=text("fired_at IS NULL")),
)  # fmt: skip
leases = Table(
    "leases", system, Column("name", String(80), primary_key=True), Column("holder", String(60), nullable=False),
    Column("fence", BigInteger, nullable=False), Column("beat", BigInteger, nullable=False),
    Column("renewed_at", UtcDateTime, nullable=False),
)  # fmt: skip
sla_clocks = Table(  # the clocks of records as they were last worked out; `next_at` is when the next mark is reached
    "sla_clocks", system, _id(), Column("app_id", Id, nullable=False), Column("form_id", Id, nullable=False),
    Column("record_id", Id, nullable=False), Column("policy_id", Id, nullable=False),
    Column("metric", String(40), nullable=False), Column("kind", String(20), nullable=False),
    Column("number", Integer, nullable=False), Column("state", String(10), nullable=False),  # running, paused, stopped, cancelled
    Column("started_at", UtcDateTime, nullable=False), Column("stopped_at", UtcDateTime), Column("due_at", UtcDateTime),
    Column("next_at", UtcDateTime), Column("within_s", Integer), Column("business", Boolean, nullable=False),
    Column("elapsed_s", Integer, nullable=False), Column("paused_s", Integer, nullable=False),
    Column("is_breached", Boolean, nullable=False), Column("breached_at", UtcDateTime),
    Column("is_warned", Boolean, nullable=False), Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("record_id", "policy_id", "metric", "number"), Index(None, "app_id", "policy_id", "state"),
)  # fmt: skip
sla_events = Table(  # what happened to a clock; a warning or breach that was told stays, whatever is decided later
    "sla_events", system, _id(), Column("clock_id", Id, ForeignKey("sla_clocks.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(60), nullable=False), Column("kind", String(12), nullable=False),
    Column("at", UtcDateTime, nullable=False), Column("detail", Json), UniqueConstraint("clock_id", "key"),
)  # fmt: skip
pool_entries = Table(  # records of forms with pools: which lie in one, which somebody holds; `next_at` is the next look
    "pool_entries", system, Column("record_id", Id, primary_key=True), Column("form_id", Id, nullable=False),
    Column("pool_id", Id, nullable=False), Column("state", String(10), nullable=False),  # waiting, held
    Column("owner_id", Id), Column("since", UtcDateTime, nullable=False), Column("why", String(20), nullable=False),
    Column("from_id", Id), Column("recycled", Integer, nullable=False, server_default="0"),
    Column("followed_at", UtcDateTime), Column("protected_until", UtcDateTime), Column("due_at", UtcDateTime),
    Column("due_why", String(20)), Column("next_at", UtcDateTime), Column("owner_left_at", UtcDateTime),
    Index(None, "pool_id", "state", "since"), Index(None, "owner_id"),
    Index("ix_pool_entries_next_at", "next_at", sqlite_where=text("next_at IS NOT NULL"), postgresql_where=text("next_at IS NOT NULL")),
)  # fmt: skip
pool_log = Table(  # who took a record out of a pool or gave it back, when and why; never changed
    "pool_log", system, _id(), Column("pool_id", Id, nullable=False), Column("form_id", Id, nullable=False),
    Column("record_id", Id, nullable=False), Column("did", String(20), nullable=False), Column("at", UtcDateTime, nullable=False),
    Column("by_id", Id), Column("from_id", Id), Column("to_id", Id), Column("why", String(20)), Column("note", Text),
    Index(None, "record_id", "id"), Index(None, "pool_id", "to_id", "at"),
)  # fmt: skip
hooks = Table(
    "hooks", system, Column("token", String(60), primary_key=True), Column("flow_id", Id, nullable=False, unique=True),
    Column("secret", String(120)), Column("created_at", UtcDateTime, nullable=False),
)  # fmt: skip
assignment_turns = Table(
    "assignment_turns", system, Column("rule", String(120), primary_key=True), Column("lane", String(200), primary_key=True),
    Column("user_id", Id, primary_key=True), Column("turn", BigInteger, nullable=False), Column("last_at", UtcDateTime),
    Column("start", Float, nullable=False, server_default="0"),  # where the turn began in the lane's count of shares
)  # fmt: skip
assignment_log = Table(
    "assignment_log", system, _id(), Column("form_id", Id, nullable=False), Column("record_id", Id, nullable=False, index=True),
    Column("run_id", Id), Column("rule", String(120), nullable=False), Column("user_id", Id), Column("why", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)  # fmt: skip
assignment_queue = Table(  # records that nobody could be given, or that wait for somebody to take them
    "assignment_queue", system, _id(), Column("app_id", Id, nullable=False), Column("form_id", Id, nullable=False),
    Column("record_id", Id, nullable=False), Column("field", String(40), nullable=False),
    Column("rule", String(120), nullable=False), Column("rule_key", String(40), nullable=False),
    Column("document", Json), Column("flow_id", Id), Column("run_id", Id), Column("cause", Json, nullable=False),
    Column("pool", Integer), Column("people", Json, nullable=False), Column("why", Json, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False), Column("tried_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False, index=True), Column("tries", Integer, nullable=False, server_default="1"),
    UniqueConstraint("record_id", "field"), Index(None, "app_id", "queued_at"), Index(None, "form_id", "queued_at"),
)  # fmt: skip
notifications = Table(
    "notifications", system, _id(), Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("text", Json, nullable=False), Column("form_id", Id), Column("record_id", Id), Column("dedupe", String(200), unique=True),
    Column("at", UtcDateTime, nullable=False), Column("read_at", UtcDateTime), Column("path", String(300)), Index(None, "user_id", "id"),
)  # fmt: skip
messages = Table(  # what came in, by whichever channel; its bytes are in the file store under `source`
    "messages", system, _id(), Column("mailbox_id", Id, nullable=False), Column("app_id", Id, nullable=False),
    Column("channel", String(20), nullable=False), Column("message_id", String(310), nullable=False),
    Column("state", String(12), nullable=False),  # made, joined, unverified, bounced, held, dropped
    Column("cause", String(20)), Column("form_id", Id), Column("record_id", Id, index=True),
    Column("address", String(254), nullable=False),  # of whoever wrote; of a bounce, the one that does not take our mails
    Column("name", String(200), nullable=False), Column("subject", String(500), nullable=False),
    Column("text", Text, nullable=False), Column("details", Json, nullable=False), Column("is_automatic", Boolean, nullable=False),
    Column("source", String(64), index=True), Column("at", UtcDateTime, nullable=False), Column("settled_by", Id),
    UniqueConstraint("mailbox_id", "message_id"), Index(None, "mailbox_id", "id"), Index(None, "address", "at"),
    Index(None, "message_id"),
)  # fmt: skip
mailbox_places = Table(  # how far the mails on a mailbox's server were fetched, and the password to it, sealed
    "mailbox_places", system, Column("mailbox_id", Id, primary_key=True), Column("server", String(600)),
    Column("uid_validity", BigInteger), Column("last_uid", BigInteger), Column("checked_at", UtcDateTime),
    Column("error", String(60)), Column("tries", Integer, nullable=False, server_default="0"), Column("password", Text),
)  # fmt: skip
