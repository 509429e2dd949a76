"""`formloom serve`, with everything that runs beside it."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click

from formloom.builders.cli import Open, Refused
from formloom.platform.access import setup
from formloom.platform.web.runtime import Runtime
from formloom.platform.web.server import Server
from formloom.workflows.wakeups.bell import broker_of
from formloom.workflows.worker import Worker

_log = logging.getLogger(__name__)
WATCHED = ("platform", "builders", "workflows", "templates_lib")


def running_commands(open_installation: Open) -> list[click.Command]:
    """Return the commands that keep running."""

    @click.command()
    @click.option("--host", default="127.0.0.1", show_default=True)
    @click.option("--port", default=8000, show_default=True)
    @click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 256))
    @click.option("--reload", is_flag=True, help="Start again when a Python file changes.")
    def serve(host: str, port: int, threads: int, reload: bool) -> None:
        """Start everything: web, worker and ticker in one process. With FORMLOOM_BROKER_URL the web alone."""
        if reload and not os.environ.get("FORMLOOM_TEST_RELOADED"):
            _reload_forever()
        installation: Any = open_installation(port=port)
        try:
            server = Server(installation.web, host, port, threads)
        except OSError as fault:
            raise Refused(f"can't listen on {host}:{port}: {fault.strerror}") from fault
        installation.start_work()
        _say_where(installation.runtime, host, server.port)
        server.run(on_stop=installation.stop_work)
        installation.close()

    @click.command()
    def worker() -> None:
        """Run flows and deliveries without the web, beside other processes on PostgreSQL."""
        _work_alone(open_installation(), with_ticker=False)

    @click.command()
    def ticker() -> None:
        """Run the clock without the web. Of several, one ticks; another takes over within ten seconds of its death."""
        _work_alone(open_installation(), with_flows=False)

    return [serve, worker, ticker]


def _work_alone(installation: Any, **parts: bool) -> None:
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    rt: Runtime = installation.runtime
    alone = Worker(rt, **parts)
    listener = None
    if parts.get("with_flows", True):
        rt.wake = alone.wake
        listener = broker_of(rt.settings).listen(alone.look) if rt.settings.broker_url else None
    alone.start()
    if listener is not None:
        listener.start()
    stopping.wait()
    if listener is not None:
        listener.stop()
    alone.stop()
    installation.close()


def _say_where(rt: Runtime, host: str, port: int) -> None:
    click.echo(f"Formloom 织单  http://{host}:{port}")
    secret = rt.db.write(lambda uow: setup.issue_link_secret(uow, now=rt.now()))
    if secret:
        click.echo(f"首次设置 / First set-up (once): http://{host}:{port}/setup?token={secret}")
    sys.stdout.flush()


def _reload_forever() -> None:
    environment = {**os.environ, "FORMLOOM_TEST_RELOADED": "1"}
    while True:
        child = subprocess.Popen([sys.executable, *sys.argv], env=environment)  # noqa: S603 - ourselves again
        stamp = _newest()
        while child.poll() is None and _newest() == stamp:
            time.sleep(0.5)
        if child.poll() is not None:
            sys.exit(child.returncode)
        child.terminate()
        child.wait()


def _newest() -> float:
    root = Path(__file__).resolve().parents[2]
    files = [
        path for name in WATCHED for path in ([root / name] if name.endswith(".py") else (root / name).rglob("*.py"))
    ]
    return max(path.stat().st_mtime for path in files)
