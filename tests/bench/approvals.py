"""How many approval steps an installation takes in a second: `python -m tests.bench.approvals [--postgresql URL]`.

A step is an answer at an approval node with all that comes of it: the run taken up under its lock, the answer and the
log written, the next person asked and told, and the commit on the disk. Processes of five nodes, one approver each,
are answered by several threads at once through the use case that the API calls; the web server is left out.
"""

import argparse
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from formloom.platform.kernel.actors import Member
from formloom.platform.storage import tables
from formloom.workflows.approvals.answering import Answer, answer
from tests.workflows.house import House, both, set_up

NODES = 5
PROCESSES = 400


def main() -> None:
    """Print steps per second for each number of threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="URL of an empty database")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 4, 8, 16])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = set_up(asked.postgresql or f"sqlite:///{home / 'formloom.db'}", home)
        try:
            _publish(house)
            for threads in asked.threads:
                steps, seconds, took = _round(house, asked.processes, threads)
                print(
                    f"{threads:>2} threads: {steps / seconds:7.0f} steps/s, {steps} steps, "
                    f"median {statistics.median(took) * 1000:.1f} ms"
                )
        finally:
            house.close()


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


def _round(house: House, processes: int, threads: int) -> tuple[int, float, list[float]]:
    for _ in range(0, processes, 100):
        body = {"records": [{"values": {"subject": "Loom"}} for _ in range(min(100, processes))]}
        house.ask("POST", "/forms/desk.ticket/records/batch", body)
    house.work()
    runs = [row.id for row in house.rows(tables.flow_runs, tables.flow_runs.c.state == "running")]
    members = {
        one: Member(user, one, f"{one}@house.example") for one, user in house.people.items() if one.startswith("boss")
    }
    by_id = {member.user_id: member for member in members.values()}
    took: list[float] = []

    def through(run_id: str) -> int:
        steps = 0
        while open_ := house.rows(
            tables.flow_tasks, tables.flow_tasks.c.run_id == run_id, tables.flow_tasks.c.state == "open"
        ):
            began = time.perf_counter()
            house.db.write(lambda uow, row=open_[0]: _approve(uow, house, by_id[row.user_id], row.id))
            took.append(time.perf_counter() - began)
            steps += 1
        return steps

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        steps = sum(pool.map(through, runs))
    return steps, time.perf_counter() - began, took


def _approve(uow: Any, house: House, member: Member, task_id: str) -> Any:
    return answer(uow, member, house.rt, task_id, "approve", Answer(), now=house.clock.now())


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
