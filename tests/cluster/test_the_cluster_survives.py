"""Any process of a cluster may be killed, the broker cut off, every connection broken: nothing is lost or done twice."""

import itertools
import threading
import time

import pytest

from tests.conftest import HAS_POSTGRES

from .brokers import NEEDS_RABBITMQ, URLS
from .cluster import Clients, cluster

pytestmark = [
    NEEDS_RABBITMQ,
    pytest.mark.skipif(not HAS_POSTGRES, reason="PostgreSQL is not running here"),
    pytest.mark.slow,
]
RUNS = 100
SETTLED_S = 400
"""Long enough for a call that is tried again after one minute and again after five."""


def test_nothing_is_lost_or_done_twice_whoever_is_killed() -> None:
    with cluster(URLS["RabbitMQ"]) as house:
        clients = Clients(house, wanted=RUNS, threads=3, due_s=3)
        done = threading.Event()

        def havoc() -> None:
            steps = itertools.count(1)
            for name in ("worker-1", "web", "ticker-1", "worker-2"):
                clients.wait_for(next(steps) * 0.2)
                house.kill(name)
                if name == "ticker-1":
                    house.break_connections()
                house.start(name)
            done.set()

        thread = threading.Thread(target=havoc)
        thread.start()
        clients.wait_for(0.4)
        house.line.cut()
        time.sleep(1)
        house.line.mend()
        clients.join()
        thread.join()
        assert done.is_set()
        house.settle(SETTLED_S)
        assert house.faults(clients.acknowledged) == []
        assert len(clients.acknowledged) >= RUNS
        house.stop()
