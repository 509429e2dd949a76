"""`python -m tests.cluster.costs`: what one submission costs each part of a cluster, for the model in docs/scaling.md.

Processor time is read from the kernel, so other work on the machine counts little; log and disk from PostgreSQL.
"""

import os
import time
from pathlib import Path

from tests.cluster.brokers import URLS
from tests.cluster.cluster import Clients, Cluster, cluster

RUNS = 1_000
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print one line for submissions that set nothing off, and one for those that a flow and a timer work on."""
    with cluster(URLS["RabbitMQ"]) as house:
        _measure(house, "entry", "nothing set off")
        _measure(house, "order", "five actions, a mail, a call, a timer")
        house.stop()


def _measure(house: Cluster, form: str, name: str) -> None:
    Clients(house, wanted=50, form=form).join()
    house.settle(120)
    before = _figures(house)
    began = time.monotonic()
    clients = Clients(house, wanted=RUNS, form=form)
    clients.join()
    answered = time.monotonic() - began
    house.settle(240)
    took = time.monotonic() - began
    after = _figures(house)
    made = len(clients.acknowledged)
    cells = [f"{part} {(after[part] - before[part]) / made:,.2f}" for part in after]
    print(f"{name}: {made} in {answered:.1f} s, all done after {took:.1f} s; for each: {', '.join(cells)}", flush=True)


def _figures(house: Cluster) -> dict[str, float]:
    """Return what was used up to now: milliseconds of processor time, kilobytes."""
    ((backends, log, disk),) = house.select(
        "SELECT array_agg(pid), pg_current_wal_lsn() - '0/0', pg_database_size(current_database()) "
        "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    processes = {name: process.pid for name, process in house.processes.items()}
    return {
        "web ms": _cpu_ms([processes["web"]]),
        "workers ms": _cpu_ms([processes["worker-1"], processes["worker-2"]]),
        "tickers ms": _cpu_ms([processes["ticker-1"], processes["ticker-2"]]),
        "PostgreSQL ms": _cpu_ms(backends),
        "log kB": float(log) / 1000,
        "disk kB": float(disk) / 1000,
    }


def _cpu_ms(pids: list[int]) -> float:
    total = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_S * 1000
    return total


if __name__ == "__main__":
    main()
