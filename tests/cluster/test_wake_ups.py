"""Wake-ups travel through a real broker, carry nothing, and never keep anybody waiting."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from formloom.platform.kernel.settings import BadSetting, Settings, read_settings
from formloom.workflows.wakeups.bell import Bell, broker_of, probe
from formloom.workflows.wakeups.broker import ENOUGH, Broker, Listener

from .brokers import BROKERS, URLS, Line, line_to

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=BROKERS)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    with line_to(URLS[request.param]) as made:
        yield made


@pytest.fixture
def settings(line: Line, tmp_path: Path) -> Settings:
    """Return settings of an installation that nobody else has: its secret, so its queue, is new."""
    url = "postgresql+psycopg://nobody@127.0.0.1/none"
    return read_settings(
        {"FORMLOOM_HOME": str(tmp_path), "FORMLOOM_DATABASE_URL": url, "FORMLOOM_BROKER_URL": line.url}
    )


class Ear:
    """Counts what is heard."""

    def __init__(self, settings: Settings) -> None:
        self.count = 0
        self.threads: set[str] = set()
        self._came = threading.Event()
        self.listener: Listener = Broker(settings).listen(self._heard)
        self.listener.start()

    def _heard(self) -> None:
        self.count += 1
        self.threads.add(threading.current_thread().name)
        self._came.set()

    def waits(self, seconds: float) -> bool:
        came = self._came.wait(seconds)
        self._came.clear()
        return came


@pytest.fixture
def ear(settings: Settings) -> Iterator[Ear]:
    made = Ear(settings)
    yield made
    made.listener.stop()


@pytest.fixture
def bell(settings: Settings) -> Iterator[Bell]:
    made = Bell(lambda: broker_of(settings))
    yield made
    made.close()


def test_a_ring_is_heard_by_another_process_at_once(ear: Ear, bell: Bell) -> None:
    bell.ring()
    assert ear.waits(10)
    time.sleep(0.2)
    began = time.perf_counter()
    bell.ring()
    assert ear.waits(2)
    assert time.perf_counter() - began < 0.3


def test_many_rings_at_once_are_few_messages(ear: Ear, bell: Bell) -> None:
    bell.ring()
    assert ear.waits(10)
    for _ in range(1_000):
        bell.ring()
    assert ear.waits(2)
    time.sleep(0.3)
    assert ear.count < 20


def test_messages_nobody_hears_do_not_pile_up(settings: Settings) -> None:
    broker = Broker(settings)
    sent = [broker.ring() for _ in range(ENOUGH + 40)]
    # The broker counts what has reached the queue, so a message or two more can be under way.
    assert sent[:ENOUGH] == [True] * ENOUGH
    assert ENOUGH <= sum(sent) < ENOUGH + 10
    assert broker.waiting() == sum(sent)


def test_a_ring_costs_nothing_while_the_broker_is_down_and_is_heard_when_it_is_back(
    line: Line, ear: Ear, bell: Bell, settings: Settings
) -> None:
    bell.ring()
    assert ear.waits(10)
    line.cut()
    began = time.perf_counter()
    for _ in range(100):
        bell.ring()
    assert time.perf_counter() - began < 0.05
    until = time.monotonic() + 10
    while not bell.failures and time.monotonic() < until:
        bell.ring()
        time.sleep(0.05)
    assert bell.failures
    assert probe(settings)
    line.mend()
    assert probe(settings) is None
    until, heard = time.monotonic() + 25, False
    while not heard and time.monotonic() < until:
        bell.ring()
        heard = ear.waits(0.2)
    assert heard
    assert not bell.failures


def test_a_broker_that_accepts_and_never_answers_holds_up_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}//"
        settings = read_settings(
            {
                "FORMLOOM_HOME": str(tmp_path), "FORMLOOM_BROKER_URL": url,
                "FORMLOOM_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1/none",
            }
        )  # fmt: skip
        bell = Bell(lambda: broker_of(settings))
        began = time.perf_counter()
        bell.ring()
        assert time.perf_counter() - began < 0.05
        until = time.monotonic() + 15
        while not bell.failures and time.monotonic() < until:
            time.sleep(0.05)
        assert bell.failures
        bell.close()


def test_a_broker_without_postgresql_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="needs PostgreSQL"):
        read_settings({"FORMLOOM_HOME": str(tmp_path), "FORMLOOM_BROKER_URL": "redis://127.0.0.1/0"})


def test_without_a_broker_celery_is_not_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom formloom.app import build\nmade = build()\nmade.start_work()\nmade.stop_work()\nmade.close()\n"
        "print(sorted({'celery', 'kombu', 'amqp', 'redis'} & set(sys.modules)))"
    )
    environ = {"FORMLOOM_HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
