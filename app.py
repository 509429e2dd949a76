"""The composition root: puts the floors together.

`build` makes one installation from its settings: database, files, registries, web application, worker. Nothing
else knows all of them. `main` is the command line; `application()` is what a WSGI server asks for.

    gunicorn/granian: formloom.app:application()     waitress and everything else: formloom serve
"""

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import click
import structlog
from flask import Flask

from formloom.builders.catalogue import described, described_metrics
from formloom.builders.cli.keeping import keeping_commands
from formloom.builders.cli.mail import mail_commands
from formloom.builders.cli.people import people_commands
from formloom.builders.cli.running import running_commands
from formloom.builders.cli.templates import template_commands
from formloom.builders.cli.transfer import transfer_commands
from formloom.builders.routes import apps, catalogue, definitions, gallery, intake, system
from formloom.builders.world import REGISTRIES
from formloom.platform.analytics.metrics.registry import METRICS
from formloom.platform.customers import stream
from formloom.platform.kernel.clock import Clock, SystemClock
from formloom.platform.kernel.registry import Registry
from formloom.platform.kernel.settings import BadSetting, Settings, read_settings
from formloom.platform.records import job_kinds, jobs, label_sheets
from formloom.platform.records.audience import waking
from formloom.platform.records.job_processes import JobProcesses
from formloom.platform.storage.database import Database
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore
from formloom.platform.storage.migrate import upgrade
from formloom.platform.web import formula_routes, operations, security
from formloom.platform.web.analytics import routes as dashboard_routes
from formloom.platform.web.auth import (
    absence_routes,
    explain_routes,
    installation_routes,
    people_routes,
    session_routes,
    structure_routes,
)
from formloom.platform.web.auth.authenticator import RequestAuthenticator
from formloom.platform.web.factory import create_web
from formloom.platform.web.public import (
    label_routes,
    later_routes,
    link_routes,
    linkage_routes,
    other_pages,
    own_routes,
    personal_routes,
    preview_routes,
    query_routes,
    respondent_routes,
    trial_routes,
)
from formloom.platform.web.public import routes as public_routes
from formloom.platform.web.records import (
    activity_routes,
    customer_routes,
    export_routes,
    file_routes,
    import_routes,
    relation_routes,
    review_routes,
)
from formloom.platform.web.records import routes as record_routes
from formloom.platform.web.runtime import Runtime
from formloom.platform.web.shell import shell_api
from formloom.workflows import dead_events, registries, rule_routes
from formloom.workflows import routes as flow_routes
from formloom.workflows.approvals.routes import by_mail
from formloom.workflows.approvals.routes import tasks as task_routes
from formloom.workflows.assignment import rebalancing, trying
from formloom.workflows.assignment import routes as assignment_routes
from formloom.workflows.assignment.base import STRATEGIES
from formloom.workflows.blueprints import automatic
from formloom.workflows.blueprints import routes as blueprint_routes
from formloom.workflows.channels.smtp import probe
from formloom.workflows.deliveries.line import HouseMail
from formloom.workflows.failures import routes as failure_routes
from formloom.workflows.inbound import routes as mailbox_routes
from formloom.workflows.mail.liquid import fault_of
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.pools import keeping as pool_keeping
from formloom.workflows.pools import routes as pool_routes
from formloom.workflows.sla import routes as sla_routes
from formloom.workflows.triggers.registry import TRIGGERS
from formloom.workflows.wakeups import bell as bells
from formloom.workflows.wakeups.bell import Bell
from formloom.workflows.worker import Worker


@dataclass(slots=True)
class Formloom:
    """One installation, put together."""

    runtime: Runtime
    web: Flask
    worker: Worker
    bell: Bell | None = None
    """What wakes the workers, where these are processes of their own."""

    def start_work(self) -> None:
        """Start what runs beside the requests; with a broker that is jobs alone."""
        self.runtime.db.write(lambda uow: jobs.bury_silent(uow, now=self.runtime.now()))
        with self.runtime.db.read() as unit:
            waiting = jobs.waiting(unit)
        for job_id in waiting:
            self.runtime.start_job(job_id)
        if self.bell is None:
            self.worker.start()

    def stop_work(self) -> None:
        """Stop it cleanly."""
        if self.bell is None:
            self.worker.stop()

    def close(self) -> None:
        """Let go of the broker and the database."""
        if self.bell is not None:
            self.bell.close()
        self.runtime.db.close()


def build(environ: Mapping[str, str] | None = None, *, port: int = 8000, clock: Clock | None = None) -> Formloom:
    """Put an installation together and bring its system tables up to date. Raises BadSetting."""
    return assemble(read_settings(os.environ if environ is None else environ, port=port), clock or SystemClock())


def assemble(settings: Settings, clock: Clock) -> Formloom:
    """Put an installation together from settings that were read."""
    db = Database(settings.database_url)
    upgrade(db)
    runtime = Runtime(
        settings=settings, db=db, clock=clock, files=FileStore(settings.files_path), catalog=FormCatalog(),
        authenticator=RequestAuthenticator(db, settings), send_mail=HouseMail(settings),
    )  # fmt: skip
    worker = Worker(runtime)
    bell = Bell(lambda: bells.broker_of(settings)) if settings.broker_url else None
    runtime.wake = worker.wake if bell is None else bell.ring
    wakes = waking(lambda: runtime.wake())  # noqa: PLW0108 - a command may change it
    runtime.listeners = (stream.listen, pool_keeping.listen, automatic.listen, wakes)
    runtime.probe_mail = lambda: probe(settings.smtp_url) if settings.smtp_url else None
    runtime.probe_broker = lambda: bells.probe(settings) if settings.broker_url else None
    _register_flows(runtime)
    REGISTRIES.metrics = frozenset(METRICS.ids())
    runtime.catalogue_parts["label_sizes"] = label_sheets.described
    runtime.catalogue_parts["metrics"] = lambda: described_metrics(METRICS)
    runtime.start_job = _job_processes(runtime).start
    return Formloom(runtime, _web(runtime), worker, bell)


def application() -> Flask:
    """Return the WSGI application of the environment's installation."""
    return build().web


def main() -> None:
    """Run the command line."""
    _configure_logging()
    try:
        _commands()()
    except BadSetting as fault:
        click.echo(f"formloom: {fault}", err=True)
        sys.exit(1)


def bundle_folder() -> Path:
    """Return where the built browser side stands."""
    return Path(str(package_files("formloom.static"))) / "dist"


def _web(runtime: Runtime) -> Flask:
    bundle = bundle_folder()
    apis = [
        operations.api, session_routes.api, installation_routes.api, people_routes.api, explain_routes.api,
        structure_routes.api, absence_routes.api, trial_routes.api,
        catalogue.api, apps.api, definitions.api, intake.api, gallery.api, system.api, record_routes.api,
        activity_routes.api, export_routes.api, import_routes.api, file_routes.api, customer_routes.api,
        relation_routes.api, review_routes.api,
        dashboard_routes.api, formula_routes.api, flow_routes.api, rule_routes.api, sla_routes.api,
        pool_routes.api, task_routes.api,
        by_mail.api, assignment_routes.api, blueprint_routes.api, flow_routes.hooks, dead_events.api,
        failure_routes.api, mailbox_routes.api, link_routes.api,
        preview_routes.api, label_routes.api, public_routes.api, personal_routes.api, own_routes.api,
        respondent_routes.api, later_routes.api, query_routes.api, linkage_routes.api, shell_api(bundle),
    ]  # fmt: skip
    return create_web(runtime, apis, bundle=bundle, install=[security.install, other_pages.install])


def _commands() -> click.Group:
    group = click.Group("formloom", help="Forms, workflows and customer touchpoints.")
    for commands in (
        running_commands,
        people_commands,
        keeping_commands,
        transfer_commands,
        template_commands,
        mail_commands,
    ):
        for command in commands(build):
            group.add_command(command)
    return group


def _job_processes(runtime: Runtime) -> JobProcesses:
    settings = runtime.settings
    environ = {
        "FORMLOOM_HOME": str(settings.home), "FORMLOOM_DATABASE_URL": settings.database_url,
        "FORMLOOM_STORAGE_URL": settings.storage_url, "FORMLOOM_SECRET_KEY": settings.secret_key,
        "FORMLOOM_BASE_URL": settings.base_url,
    }  # fmt: skip

    def bury(job_id: str) -> None:
        if runtime.db.write(lambda uow: jobs.bury(uow, job_id, now=runtime.now())):
            runtime.start_job(job_id)

    return JobProcesses([sys.executable, "-m", "formloom.app", "run-job"], environ, bury)


def _register_flows(runtime: Runtime) -> None:
    """Fill the registries of the workflows, tell the checks of definitions about them, and the catalogue."""
    registries.discover()
    job_kinds.add({trying.KIND: trying.run, rebalancing.KIND: rebalancing.run})
    job_kinds.add_undo(rebalancing.KIND, rebalancing.undo)
    job_kinds.add_teller(rebalancing.KIND, rebalancing.told)
    REGISTRIES.triggers = {one.id: type(one.settings) for one in TRIGGERS}
    REGISTRIES.given = {one.id: one.gives for one in TRIGGERS if one.gives}
    REGISTRIES.nodes = {one.id: type(one.settings) for one in NODES}
    REGISTRIES.strategies = frozenset(STRATEGIES.ids())
    REGISTRIES.liquid = fault_of
    parts: dict[str, Registry[Any]] = {"triggers": TRIGGERS, "nodes": NODES, "strategies": STRATEGIES}
    for name, registry in parts.items():
        runtime.catalogue_parts[name] = lambda registry=registry: described(registry)  # type: ignore[misc]  # a lambda with a default


def _configure_logging() -> None:
    level = getattr(logging, os.environ.get("FORMLOOM_LOG", "info").upper(), logging.INFO)
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer,
        ]
    )  # fmt: skip
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("alembic", "apscheduler", "celery", "kombu", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
