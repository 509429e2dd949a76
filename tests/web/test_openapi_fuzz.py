"""Schemathesis against the served description: every operation, with input that fits and input that does not.

No input may break the server, and every answer must be one that the description promises. Parts of the path are
sometimes made up and sometimes the id of something that is there, so that more than "not found" is tried.
"""

import io
import os
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .conftest import Desk

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BUDGET_S = float(os.environ.get("FORMLOOM_FUZZ_SECONDS", "40"))
EXAMPLES = int(os.environ.get("FORMLOOM_FUZZ_EXAMPLES", "12"))
TAKES_AWAY = {
    "DELETE /api/v1/apps/{app}", "DELETE /api/v1/definitions/{definition_id}", "DELETE /api/v1/templates/{slug}",
    "DELETE /api/v1/forms/{form}/records/{record_id}",
}  # fmt: skip
"""Tried with made-up ids only: the others need what these would remove."""


def _known(desk: Desk) -> dict[str, str]:
    """Return the id of one thing of each sort."""
    site = desk.site
    paper = desk.upload(b"x", "a.txt").json["id"]
    board = site.publish("desk", "dashboard", "board", {"title": {"en": "Board"}, "widgets": []})
    flow = {"title": {"en": "Flow"}, "form": "ticket", "trigger": {"type": "record_created"}, "nodes": []}
    link = site.make("/api/v1/forms/desk.ticket/links", {})
    return {
        "app": "desk", "form": desk.form, "definition_id": site.ids["form"], "record_id": desk.add()["id"],
        "user_id": site.person("somebody").user_id, "file_id": paper, "dashboard": board, "slug": "survey",
        "flow": site.publish("desk", "flow", "flow", flow), "number": "1", "token": str(link.get("token", "x")),
    }  # fmt: skip


def _try_all(desk: Desk) -> dict[str, str]:
    """Return operation → what was wrong with an answer, for those where something was."""
    site, known = desk.site, _known(desk)
    headers = {"Authorization": f"Bearer {site.tokens['admin']}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.formloom.web)
    operations = [found.ok() for found in schema.get_all_operations()]
    ends_at, wrong = time.monotonic() + BUDGET_S, {}
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _try(operation, mode, known, headers, ends_at)
            except Unsatisfiable:  # nothing can be wrong about an operation without input
                continue
            except (Exception, BaseExceptionGroup) as fault:  # noqa: BLE001 - every operation is tried in any case
                wrong[f"{operation.label} {mode.value}"] = "\n".join(_told(fault))
    return wrong


def _told(fault: BaseException) -> Iterator[str]:
    """Yield what is wrong in one line each, and the request."""
    if isinstance(fault, BaseExceptionGroup):
        for inner in fault.exceptions:
            yield from _told(inner)
    else:
        yield f"{type(fault).__name__}: {str(fault)[:900]}"
    yield from (note for note in getattr(fault, "__notes__", ()) if "curl" in note)


def _try(operation: Any, mode: GenerationMode, known: dict[str, str], headers: dict[str, str], ends_at: float) -> None:
    fill = operation.label not in TAKES_AWAY
    turn = iter(range(1_000_000))

    @seed(20261123)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def tried(case: Any) -> None:
        if time.monotonic() > ends_at and next(turn) > 2:
            return
        if fill and next(turn) % 4:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tried()


@pytest.mark.slow
def test_no_input_breaks_an_operation_and_every_answer_is_described(desk: Desk) -> None:
    desk.site.formloom.runtime.start_job = lambda _job_id: None
    wrong = _try_all(desk)
    report = io.StringIO()
    for name, fault in wrong.items():
        report.write(f"\n--- {name}\n{fault[:1_500]}\n")
    assert not wrong, report.getvalue()
