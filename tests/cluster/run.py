"""`make cluster`: kill any part of a cluster in the middle of 1,000 runs, in each way; nothing lost, nothing done twice.

Web, two workers and two tickers on PostgreSQL and RabbitMQ (or Redis). Each scenario starts a cluster of its own, has
clients submit orders that a flow and a timer work on, does its harm again and again, and then compares what was
acknowledged with what stands in the database and with what a mail server and a web server counted.
"""

import argparse
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.cluster.brokers import URLS
from tests.cluster.cluster import PARTS, Clients, Cluster, cluster

START_S = 15


@dataclass(frozen=True)
class Harm:
    """One thing that is done to a cluster, `times` in the middle of the runs."""

    name: str
    do: Callable[[Cluster], None]
    times: int = 4


def kill(name: str) -> Callable[[Cluster], None]:
    def do(house: Cluster) -> None:
        house.kill(name)
        time.sleep(random.uniform(0, 1))
        house.start(name)

    return do


def kill_leader(house: Cluster) -> None:
    """Kill the ticker that leads and wait for the other one to take over."""
    holder, fence = house.leader()
    process = int(holder.split(":")[1])
    name = next(name for name, found in house.processes.items() if found.pid == process)
    house.kill(name)
    died = time.monotonic()
    while house.leader()[1] == fence:
        time.sleep(0.05)
    print(f"  taken over after {time.monotonic() - died:.1f} s", flush=True)
    house.start(name)
    time.sleep(START_S)  # else the next kill finds nobody who waits for the seat


def cut(house: Cluster) -> None:
    house.line.cut()
    time.sleep(5)
    house.line.mend()


def break_connections(house: Cluster) -> None:
    house.break_connections()
    time.sleep(1)


def kill_all(house: Cluster) -> None:
    for name in PARTS:
        house.kill(name)
    for name in PARTS:
        house.start(name)


HARM = [
    Harm("nothing", lambda _house: None, 1), Harm("web killed", kill("web")), Harm("worker killed", kill("worker-1")),
    Harm("leading ticker killed", kill_leader), Harm("broker cut off for 5 s", cut),
    Harm("every connection to PostgreSQL ended", break_connections), Harm("all five killed at once", kill_all, 2),
]  # fmt: skip


def run(harm: Harm, wanted: int, broker: str) -> dict[str, Any]:
    """Return the figures of one scenario."""
    with cluster(URLS[broker]) as house:
        began = time.monotonic()
        clients = Clients(house, wanted=wanted)

        def havoc() -> None:
            for number in range(1, harm.times + 1):
                clients.wait_for(number / (harm.times + 1))
                harm.do(house)

        thread = threading.Thread(target=havoc)
        thread.start()
        clients.join()
        took = time.monotonic() - began
        thread.join()
        settled = house.settle(240)
        faults = house.faults(clients.acknowledged)
        found = {
            "acknowledged": len(clients.acknowledged), "seconds": took, "settled": settled, "faults": faults,
            "slowest": clients.slowest_s, "refused": sum(clients.refused.values()), **house.repeats(),
        }  # fmt: skip
        house.stop()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--broker", choices=URLS, default="RabbitMQ")
    parser.add_argument("--only", help="a part of the name of the scenarios to run")
    given = parser.parse_args()
    print(
        "| harm (times) | acknowledged | lost or twice | mails again | calls again | refused | slowest answer s | settled after s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    is_well = True
    for harm in HARM:
        if given.only and given.only not in harm.name:
            continue
        found = run(harm, given.runs, given.broker)
        is_well = is_well and not found["faults"]
        cells = [
            f"{harm.name} ({harm.times})", found["acknowledged"], len(found["faults"]), found["mails"], found["calls"],
            found["refused"], f"{found['slowest']:.2f}", f"{found['settled']:.1f}",
        ]  # fmt: skip
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
        for fault in found["faults"][:10]:
            print("   ", fault)
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
