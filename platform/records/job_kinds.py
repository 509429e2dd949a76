"""What can be done by a process of its own: kind of job → the function that does it."""

from collections.abc import Callable, Mapping

from formloom.platform.records import conversions, recomputing
from formloom.platform.records.house import House
from formloom.platform.records.imports import running
from formloom.platform.records.queries import jobs as rows

KINDS: Mapping[str, Callable[[House, str], None]] = {
    "import": running.run,
    recomputing.KIND: recomputing.run,
    conversions.KIND: conversions.run,
}


def run(house: House, job_id: str) -> None:
    """Do a waiting job."""
    with house.db.read() as unit:
        job = rows.find(unit, job_id)
    if job is not None:
        KINDS[job.kind](house, job_id)
