"""How many approval steps an installation takes in a second: `python -m tests.bench.approvals [--postgresql URL]`.

A step is an answer at an approval node with all that comes of it: the run taken up under its lock, the answer and the
log written, the next person asked and told, and the commit on the disk. Processes of five nodes, one approver each,
are answered through the use case that the API calls; the web server is left out. `--threads` answer within one process,
`--workers` are processes of their own with two threads each, which needs PostgreSQL.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from formloom.app import build
from formloom.platform.kernel.actors import Member
from formloom.platform.storage import tables
from formloom.workflows.approvals.answering import Answer, answer
from tests.workflows.house import House, both, set_up

NODES = 5
PROCESSES = 400
_columns = tables.flow_tasks.c


def main() -> None:
    """Print steps per second for each number of threads, or of workers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="URL of an empty database")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 4, 8, 16])
    parser.add_argument("--workers", type=int, nargs="*", default=[])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = set_up(asked.postgresql or f"sqlite:///{home / 'formloom.db'}", home)
        try:
            _publish(house)
            for threads in asked.threads:
                began, took = _threads(house, _runs(house, asked.processes), threads)
                _tell(f"{threads:>2} threads", began, took)
            for workers in asked.workers:
                began, took = _workers(house, _runs(house, asked.processes), workers)
                _tell(f"{workers:>2} workers", began, took)
        finally:
            house.close()


def _tell(who: str, seconds: float, took: Sequence[float]) -> None:
    median, p95 = (statistics.quantiles(took, n=20)[place] * 1000 for place in (9, 18))
    print(f"{who}: {len(took) / seconds:7.0f} steps/s, {len(took)} steps, median {median:.1f} ms, p95 {p95:.1f} ms")


def _publish(house: House) -> None:
    for number in range(NODES):
        house.person(f"boss{number}")
    nodes = [
        {"id": f"n{number}", "type": "approve", "title": both("Step"),
         "assignees": [{"users": [house.people[f"boss{number}"]]}]}
        for number in range(NODES)
    ]  # fmt: skip
    house.define("flow", "bench", {
        "title": both("Bench"), "form": "ticket", "face": "approval", "trigger": {"type": "record_created"}, "nodes": nodes,
    })  # fmt: skip


def _runs(house: House, processes: int) -> list[str]:
    """Begin processes and return their ids."""
    for _ in range(0, processes, 100):
        body = {"records": [{"values": {"subject": "Loom"}} for _ in range(min(100, processes))]}
        house.ask("POST", "/forms/desk.ticket/records/batch", body)
    house.work()
    return [row.id for row in house.rows(tables.flow_runs, tables.flow_runs.c.state == "running")]


def _threads(house: House, runs: Sequence[str], threads: int) -> tuple[float, list[float]]:
    """Return how long it took to answer everything, and each single answer, in seconds."""
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        took = [one for some in pool.map(partial(_through, house.rt, house.people), runs) for one in some]
    return time.perf_counter() - began, took


def _workers(house: House, runs: Sequence[str], workers: int) -> tuple[float, list[float]]:
    """The same in processes of their own, each with its share; their start does not count."""
    context = multiprocessing.get_context("spawn")
    gate, told = context.Barrier(workers + 1), context.SimpleQueue()
    shares = [runs[place::workers] for place in range(workers)]
    children = [
        context.Process(target=_work, args=(house.environ, house.people, share, gate, told)) for share in shares
    ]
    for child in children:
        child.start()
    gate.wait()
    began = time.perf_counter()
    took = [one for _child in children for one in told.get()]
    seconds = time.perf_counter() - began
    for child in children:
        child.join()
    return seconds, took


def _work(environ: Mapping[str, str], people: Mapping[str, str], runs: Sequence[str], gate: Any, told: Any) -> None:
    formloom = build(dict(environ))
    gate.wait()
    with ThreadPoolExecutor(2) as pool:
        told.put([one for some in pool.map(partial(_through, formloom.runtime, people), runs) for one in some])
    formloom.close()


def _through(rt: Any, people: Mapping[str, str], run_id: str) -> list[float]:
    """Answer a process to its end and return how long each answer took, in seconds."""
    members = {user: Member(user, name, f"{name}@house.example") for name, user in people.items()}
    open_task = select(_columns.id, _columns.user_id).where(_columns.run_id == run_id, _columns.state == "open")
    took = []
    while True:
        with rt.db.read() as unit:
            row = unit.conn.execute(open_task).first()
        if row is None:
            return took
        began = time.perf_counter()
        rt.db.write(partial(_approve, rt, members[row.user_id], row.id))
        took.append(time.perf_counter() - began)


def _approve(rt: Any, member: Member, task_id: str, uow: Any) -> Any:
    return answer(uow, member, rt, task_id, "approve", Answer(), now=rt.now())


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
