"""The two desks of a flow: `LiveDesk` writes within the run's transaction, `DryDesk` only says what would happen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.access.structure import Structure
from formloom.platform.customers.queries import identities
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import Invalid, NotFound
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records import activity, service
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import pages
from formloom.platform.records.record import InvalidValues, WriteOptions
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals import asking, clock
from formloom.workflows.approvals.facts import Running, Stay
from formloom.workflows.approvals.meeting import invite
from formloom.workflows.assignment import queueing
from formloom.workflows.assignment.asking import facts_of
from formloom.workflows.assignment.choice import Choice, choose
from formloom.workflows.deliveries import line
from formloom.workflows.deliveries.line import Origin
from formloom.workflows.durations import Duration
from formloom.workflows.engine import scope
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.words import title_of
from formloom.workflows.inbound.answering import answers_to
from formloom.workflows.nodes.desk import Found
from formloom.workflows.queries import claims, clockwork, runs, staff

MOST_OTHERS = 20

_REHEARSING = System("simulation")


class _Looking:
    """What both desks find out the same way."""

    def __init__(self, unit: ReadUnit, rt: Runtime, context: Context, *, flow_id: str) -> None:
        self._unit = unit
        self._rt = rt
        self._flow_id = flow_id
        self.context = context
        self.step_no = 0

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        return store.published_document(self._unit, self.context.form.app_id, kind, key)

    def people(self, to: Mapping[str, Any]) -> list[str]:
        ids = [str(one) for one in to.get("users") or ()]
        if to.get("user_field"):
            chosen = self.context.values.get(str(to["user_field"]))
            ids += [str(chosen)] if chosen else []
        if to.get("item"):
            chosen = scope.item_value(self.context.item, str(to["item"]))
            ids += [str(one) for one in (chosen if isinstance(chosen, list) else [chosen]) if one]
        structure = Structure.load(self._unit)
        for role in [to["role"]] if to.get("role") else to.get("roles") or ():
            ids += structure.with_role(str(role))
        if to.get("department"):
            ids += structure.members(str(to["department"]))
        return staff.active(self._unit, ids)

    def addresses(self, to: Mapping[str, Any]) -> list[tuple[str, str]]:
        if to.get("field"):
            value = self.context.values.get(str(to["field"]))
            return [(str(value), self._respondents_language())] if value else []
        if to.get("item"):
            value = scope.item_value(self.context.item, str(to["item"]))
            if isinstance(value, str) and "@" in value:
                return [(value, self.context.occasion.locale)]
        return staff.addresses(self._unit, self.people(to))

    def find_records(self, form_key: str, tree: Mapping[str, Any], sort: Sequence[str], limit: int) -> Found:
        form = self._rt.catalog.in_app(self._unit, self.context.form.app_id, form_key)
        setting = Setting(now=self.context.now, zone=self.context.zone)
        query = pages.Query(
            filter=dict(tree), sort=tuple(sort), limit=min(limit, scope.MOST_ROWS), setting=setting,
            with_rows=frozenset(),
        )  # fmt: skip
        found = pages.page(self._unit, form, query).records
        told = [{"id": one.id, "title": self._title(form, one.values)} for one in found]
        return Found([scope.row_of(form, one) for one in found], scope.kinds_of(form), told)

    def later(self, after: Duration, calendar: str | None) -> datetime | None:
        return clock.later(self._unit, self.context, after, calendar)

    def _callee(self, flow_key: str) -> tuple[FormVersion, str]:
        """Return the form and the id of a published flow of the app. Raises NotFound."""
        found = store.find_by_key(self._unit, self.context.form.app_id, "flow", flow_key)
        document = self.document("flow", flow_key)
        if found is None or document is None:
            raise NotFound
        return self._rt.catalog.in_app(self._unit, self.context.form.app_id, str(document["form"])), found.id

    def _title(self, form: FormVersion, values: Mapping[str, Any]) -> str:
        return title_of(form, form.dump(values), self.context.occasion.locale)

    def _respondents_language(self) -> str:
        """Return the language that the record was filled in; who presses a button may well speak another."""
        record_id = self.context.record_id
        found = identities.language_of(self._unit, record_id) if record_id else None
        return found or self.context.occasion.locale

    def _lane_of(self, rule_key: str) -> str:
        """Return whose turns count: a rule's in its app, or those of this very step."""
        return f"{self.context.form.app_id}:{rule_key}" if rule_key else f"{self._flow_id}:{self.step_no}"

    def _matching(self, form: FormVersion, match: Mapping[str, Any]) -> list[Any]:
        leaves = [{"field": name, "op": "eq", "value": value} for name, value in match.items()]
        query = pages.Query(filter={"all": leaves}, limit=MOST_OTHERS, sort=("id",))
        return pages.page(self._unit, form, query).records


class LiveDesk(_Looking):
    """Does what the flow says, in the transaction of its run."""

    is_live = True

    def __init__(self, uow: UnitOfWork, rt: Runtime, context: Context, run: Running) -> None:
        super().__init__(uow, rt, context, flow_id=run.flow_id)
        self._uow = uow
        self._run = run
        self._run_id = run.id
        self.stay = Stay("", 0, 1)
        self._mails = 0

    @property
    def _actor(self) -> System:
        occasion = self.context.occasion
        return System("flow", self._flow_id, occasion.cause.depth + 1, occasion.locale)

    @property
    def _options(self) -> WriteOptions:
        occasion = self.context.occasion
        return WriteOptions(
            cause=occasion.cause.by(self._flow_id), messages=occasion.messages, listeners=self._rt.listeners,
            locale=occasion.locale, context={"channel": "flow", "run": self._run_id},
        )  # fmt: skip

    def change_record(self, values: Mapping[str, Any]) -> dict[str, Any]:
        form, record_id = self.context.form, self._record_id()
        record = service.update(
            self._uow, self._actor, form, record_id, dict(values), now=self.context.now, options=self._options
        )
        after = form.dump(record.values)
        return {name: value for name, value in after.items() if value != self.context.values.get(name)}

    def change_others(self, form_key: str, match: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
        form = self._rt.catalog.in_app(self._uow, self.context.form.app_id, form_key)
        changed = []
        for record in self._matching(form, match):
            after = service.update(
                self._uow, self._actor, form, record.id, dict(values), now=self.context.now, options=self._options
            )
            changed.append({"id": after.id, "title": self._title(form, after.values)})
        return changed

    def delete_others(self, form_key: str, match: Mapping[str, Any]) -> list[dict[str, Any]]:
        form = self._rt.catalog.in_app(self._uow, self.context.form.app_id, form_key)
        gone = []
        for record in self._matching(form, match):
            service.delete(self._uow, self._actor, form, record.id, now=self.context.now, options=self._options)
            gone.append({"id": record.id, "title": self._title(form, record.values)})
        return gone

    def add_record(self, form_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
        form = self._rt.catalog.in_app(self._uow, self.context.form.app_id, form_key)
        known = {name: value for name, value in values.items() if value not in (None, "")}
        record = service.create(self._uow, self._actor, form, known, now=self.context.now, options=self._options)
        return {"form": form_key, "id": record.id, "title": self._title(form, record.values)}

    def add_comment(self, text: str) -> None:
        activity.add_comment(self._uow, self._actor, self.context.form, self._record_id(), text, now=self.context.now)

    def notify(self, user_ids: Sequence[str], text: LocalizedText) -> int:
        return staff.notify(
            self._uow, user_ids, text, form_id=self.context.form.form_id, record_id=self.context.record_id,
            key=f"{self._run_id}:{self.step_no}", now=self.context.now,
        )  # fmt: skip

    def send_reply(self, address: str, subject: str, body: str, locale: str) -> dict[str, Any]:
        self._mails += 1
        return line.put_reply(
            self._uow, self._rt.settings, self._origin(), to=address, subject=subject, body=body, locale=locale,
            part=self._mails, is_on=self.context.occasion.messages,
            answers=answers_to(self._uow, self.context.form), now=self.context.now,
        )  # fmt: skip

    def call(self, url: str, secret: str | None, body: Mapping[str, Any], *, waits: bool = False) -> dict[str, Any]:
        return line.put_call(
            self._uow, self._origin(), url=url, secret=secret, body=body, answer_to=self._place() if waits else None,
            cause=self.context.occasion.cause.by(self._flow_id), is_on=self.context.occasion.messages,
            now=self.context.now,
        )  # fmt: skip

    def assign(self, rule: Mapping[str, Any], rule_key: str, field: str) -> dict[str, Any]:
        lane_of = self._lane_of(rule_key)
        staff.lock_rule(self._uow, lane_of)
        facts = facts_of(self._uow, self.context, rule, lane_of, field)
        found = choose(rule, facts)
        if found.user_id is not None:
            staff.take_turn(self._uow, lane_of, found.lane, found.user_id, found.start, now=self.context.now)
        elif self.context.record_id:
            queueing.put(
                self._uow, self._rt.settings, self.context, facts, found, rule, rule_id=lane_of, rule_key=rule_key,
                field=field, flow_id=self._flow_id, run_id=self._run_id,
            )  # fmt: skip
        runs.log_assignment(
            self._uow,
            {
                "form_id": self.context.form.form_id, "record_id": self._record_id(), "run_id": self._run_id,
                "rule": lane_of, "user_id": found.user_id, "why": found.dump(), "at": self.context.now,
            },
        )  # fmt: skip
        return _told(found)

    def ask(self, kind: str, node: Mapping[str, Any]) -> Outcome:
        asked, node = invite(self._uow, self.context, self._run, self.stay, kind, node)
        return asking.ask(self._uow, self.context, self._run, self.stay, kind, node, asked)

    def wait_for_change(self, until: datetime | None, looks_at: datetime | None) -> Outcome:
        self._record_id()
        if until is not None:
            self.wait_until(until)
        if looks_at is not None and not _is_too_late(looks_at, until):
            clockwork.plan_in_run(self._uow, "look", self._about(), looks_at, self._place(), now=self.context.now)
        return Outcome(output=_waited_for(until, looks_at), result="waiting")

    def wait_until(self, at: datetime) -> Outcome:
        clockwork.plan_in_run(self._uow, "wake", self._about(), at, self._place(), now=self.context.now)
        return Outcome(output={"until": at.isoformat()}, result="waiting")

    def _about(self) -> dict[str, str | None]:
        return {"flow_id": self._flow_id, "form_id": self.context.form.form_id, "record_id": self.context.record_id}

    def _place(self) -> dict[str, Any]:
        return {"run": self._run_id, "node": self.stay.node, "token": self.stay.token, "visit": self.stay.visit}

    def start_process(self, flow_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
        form, flow_id = self._callee(flow_key)
        known = {name: value for name, value in values.items() if value not in (None, "")}
        # The record's own rules run as for any record; the process is started by the call alone.
        record = service.create(self._uow, self._actor, form, known, now=self.context.now, options=self._options)
        occasion = self.context.occasion
        told: dict[str, Any] = {
            "flow_id": flow_id, "actor_kind": "member" if self._run.initiator_id else "system",
            "actor_id": self._run.initiator_id, "locale": occasion.locale, "messages": occasion.messages,
            "cause": occasion.cause.by(self._flow_id).dump(), "parent": {"run": self._run_id, "token": self.stay.token},
        }  # fmt: skip
        claims.add_occasion(self._uow, "flow.called", form.form_id, record.id, told, now=self.context.now)
        return {"flow": flow_key, "record": record.id, "title": self._title(form, record.values)}

    def _origin(self) -> Origin:
        return Origin(
            self._run_id, self._flow_id, self.context.occasion.event_id, self.step_no, self.context.form.form_id,
            self.context.record_id,
        )  # fmt: skip

    def _record_id(self) -> str:
        if not self.context.record_id:
            raise NotFound
        return self.context.record_id


class DryDesk(_Looking):
    """Says what would happen: reads, never writes, never sends."""

    is_live = False

    def __init__(self, unit: ReadUnit, rt: Runtime, context: Context, run: Running) -> None:
        super().__init__(unit, rt, context, flow_id=run.flow_id)
        self._run = run
        self.stay = Stay("", 0, 1)

    def change_record(self, values: Mapping[str, Any]) -> dict[str, Any]:
        form = self.context.form
        before = {
            item.id: item.type.revive(self.context.values[item.id], item.cfg)
            for item in form.stored
            if self.context.values.get(item.id) is not None
        }
        ctx = clean_context(
            self._unit, _REHEARSING, form, now=self.context.now, locale=self.context.occasion.locale, owner="simulation"
        )
        cleaned = form.clean(dict(values), ctx=ctx, current=before, partial=True)
        if cleaned.findings:
            raise InvalidValues(findings=cleaned.findings, count=len(cleaned.findings))
        after = form.dump({**before, **cleaned.values})
        return {name: after[name] for name in cleaned.values if after[name] != self.context.values.get(name)}

    def change_others(self, form_key: str, match: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
        form = self._rt.catalog.in_app(self._unit, self.context.form.app_id, form_key)
        for name in values:
            form.field(name)
        return [{"id": one.id, "title": self._title(form, one.values)} for one in self._matching(form, match)]

    def delete_others(self, form_key: str, match: Mapping[str, Any]) -> list[dict[str, Any]]:
        form = self._rt.catalog.in_app(self._unit, self.context.form.app_id, form_key)
        return [{"id": one.id, "title": self._title(form, one.values)} for one in self._matching(form, match)]

    def add_record(self, form_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
        form = self._rt.catalog.in_app(self._unit, self.context.form.app_id, form_key)
        known = {name: value for name, value in values.items() if value not in (None, "")}
        ctx = clean_context(
            self._unit, _REHEARSING, form, now=self.context.now, locale=self.context.occasion.locale, owner="simulation"
        )
        cleaned = form.clean(known, ctx=ctx)
        if cleaned.findings:
            raise Invalid(findings=cleaned.findings)
        return {"form": form_key, "id": None, "title": self._title(form, cleaned.values)}

    def add_comment(self, text: str) -> None:
        """Nothing is written."""

    def notify(self, user_ids: Sequence[str], text: LocalizedText) -> int:  # noqa: ARG002 - the trace shows the text
        return len(user_ids)

    def send_reply(self, address: str, subject: str, body: str, locale: str) -> dict[str, Any]:  # noqa: ARG002 - the signature is the base's
        return {"delivery": None, "state": "simulated", "body": body}

    def call(self, url: str, secret: str | None, body: Mapping[str, Any], *, waits: bool = False) -> dict[str, Any]:  # noqa: ARG002 - the signature is the base's
        return {"delivery": None, "state": "simulated", "body": dict(body)}

    def ask(self, kind: str, node: Mapping[str, Any]) -> Outcome:
        asked, node = invite(self._unit, self.context, self._run, self.stay, kind, node)
        told = {"kind": kind, "people": list(asked.people), "mode": node.get("mode"), "skipped": sorted(asked.skipped),
                "chosen": asking.is_to_be_chosen(self._run, self.stay, node)}  # fmt: skip
        return Outcome(output=told)

    def wait_for_change(self, until: datetime | None, looks_at: datetime | None) -> Outcome:
        return Outcome(output=_waited_for(until, looks_at))

    def wait_until(self, at: datetime) -> Outcome:
        return Outcome(output={"until": at.isoformat()})

    def start_process(self, flow_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
        form, _flow_id = self._callee(flow_key)
        return {"flow": flow_key, "record": None, "title": self.add_record(form.key, values)["title"]}

    def assign(self, rule: Mapping[str, Any], rule_key: str, field: str) -> dict[str, Any]:
        return _told(choose(rule, facts_of(self._unit, self.context, rule, self._lane_of(rule_key), field)))


def _is_too_late(looks_at: datetime | None, until: datetime | None) -> bool:
    return looks_at is not None and until is not None and looks_at >= until


def _waited_for(until: datetime | None, looks_at: datetime | None) -> dict[str, Any]:
    moments = {"until": until, "looks_at": None if _is_too_late(looks_at, until) else looks_at}
    return {"holds": False, **{name: at.isoformat() if at else None for name, at in moments.items()}}


def _told(found: Choice) -> dict[str, Any]:
    return {"user": found.user_id, "name": found.name, "why": found.dump(), "queued": found.user_id is None}
