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
from formloom.workflows.wakeups import broker
from formloom.workflows.wakeups.bell import Bell, broker_of, probe
from formloom.workflows.wakeups.broker import ENOUGH, Broker, Listener
from tests.waiting import PATIENCE_S, until

from .brokers import BROKERS, URLS, Line, line_to

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a broker be given up neither because it nor because this process stood still for a while."""
    monkeypatch.setattr(broker, "TIMEOUT_S", PATIENCE_S)


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

    def waits(self, seconds: float = PATIENCE_S) -> bool:
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
    """So many in a row well before anybody would look by himself, and begun again whenever the machine paused."""
    bell.ring()
    assert ear.waits()
    until(lambda: all(_took_s(ear, bell) < 0.3 for _ring in range(12)))


def _took_s(ear: Ear, bell: Bell) -> float:
    time.sleep(0.2)  # what was rung just now has been told by then
    began = time.perf_counter()
    bell.ring()
    assert ear.waits()
    return time.perf_counter() - began


class Held:
    """A rope to the broker that is held fast until it is released."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.pulled = 0
        self.released = threading.Event()

    def ring(self) -> bool:
        self.pulled += 1
        assert self.released.wait(PATIENCE_S)
        return self._broker.ring()

    def hang_up(self) -> None:
        self._broker.hang_up()


def test_many_rings_at_once_are_few_messages(ear: Ear, settings: Settings) -> None:
    rope = Held(broker_of(settings))
    bell = Bell(lambda: rope)
    bell.ring()
    until(lambda: rope.pulled)
    for _ in range(1_000):
        bell.ring()
    rope.released.set()
    until(lambda: ear.count >= 2)
    bell.close(PATIENCE_S)
    assert rope.pulled <= 3, "the first ring, all that came meanwhile, and the one of closing"
    assert ear.count <= rope.pulled


def test_messages_nobody_hears_do_not_pile_up(settings: Settings) -> None:
    rope, other = Broker(settings), Broker(settings)
    assert [rope.ring() for _ in range(ENOUGH)] == [True] * ENOUGH
    until(lambda: other.waiting() == ENOUGH, "the broker counts what has reached the queue")
    assert not any(rope.ring() for _ in range(40))
    assert other.waiting() == ENOUGH


def test_a_ring_costs_nothing_while_the_broker_is_down_and_is_heard_when_it_is_back(
    line: Line, ear: Ear, bell: Bell, settings: Settings
) -> None:
    bell.ring()
    assert ear.waits()
    line.cut()
    began = time.thread_time()
    for _ in range(100):
        bell.ring()
    assert time.thread_time() - began < 0.05
    until(lambda: bell.ring() or bell.failures)
    assert probe(settings)
    line.mend()
    assert probe(settings) is None
    until(lambda: bell.ring() or ear.waits(0.2))
    until(lambda: not bell.failures)


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Settings]:
    """Yield settings with a broker that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield read_settings(
            {
                "FORMLOOM_HOME": str(tmp_path),
                "FORMLOOM_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{listening.getsockname()[1]}//",
                "FORMLOOM_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1/none",
            }
        )


def test_a_broker_that_never_answers_holds_up_nobody(silent: Settings) -> None:
    bell = Bell(lambda: broker_of(silent))
    ringing = threading.Thread(target=bell.ring, daemon=True)
    ringing.start()
    ringing.join(PATIENCE_S / 2)
    assert not ringing.is_alive()
    assert not bell.failures, "the broker is still waited for"
    bell.close(0)


def test_a_broker_that_never_answers_is_given_up(silent: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "TIMEOUT_S", 0.5)
    bell = Bell(lambda: broker_of(silent))
    bell.ring()
    until(lambda: bell.failures)
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
