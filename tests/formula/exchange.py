"""Values of formulas in the shared file, with their kinds kept, and the file made whole.

`tests/shared/formula.json` is written by hand below `cases`, `refused` and `setting`; the trees (there is one parser,
on the server), the functions with their signatures, the sample record and the functions' own examples come from
`python -m tests.formula.exchange`. `tests/shared/computed.json`, about whole computed fields, gets its trees likewise.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.formula.function import SAMPLE, SAMPLE_SETTING
from formloom.platform.definitions.formula.grammar import parse
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.showing import dump
from formloom.platform.definitions.formula.values import Fault

PATH = Path(__file__).parents[1] / "shared" / "formula.json"
COMPUTED = PATH.with_name("computed.json")


def tagged(value: Any) -> Any:
    """Return a value as the file holds it: texts, booleans and null as they are, the rest with its kind."""
    if isinstance(value, (list, tuple)):
        return [tagged(one) for one in value]
    if isinstance(value, dict):
        return {"object": {name: tagged(one) for name, one in value.items()}}
    kinds = ((Decimal, "number"), (datetime, "datetime"), (date, "date"), (Fault, "error"))
    name = next((name for kind, name in kinds if isinstance(value, kind)), None)
    return {name: dump(value)} if name else value


def untagged(held: Any) -> Any:
    """Return the value that the file holds."""
    if isinstance(held, list):
        return [untagged(one) for one in held]
    if not isinstance(held, dict):
        return held
    ((kind, said),) = held.items()
    if kind == "object":
        return {name: untagged(one) for name, one in said.items()}
    read = {"number": Decimal, "error": Fault, "date": date.fromisoformat}
    return read[kind](said) if kind in read else datetime.fromisoformat(said).astimezone(UTC)


def completed(book: dict[str, Any]) -> dict[str, Any]:
    """Return the file's content with everything that is derived."""
    return {
        **book,
        "sample": {name: tagged(value) for name, value in SAMPLE.items()},
        "sample_setting": {
            "now": dump(SAMPLE_SETTING.now), "zone": SAMPLE_SETTING.zone.key, "locale": SAMPLE_SETTING.locale,
            "user": SAMPLE_SETTING.user, "record": SAMPLE_SETTING.record,
        },
        "functions": {one.name: one.signature for one in FUNCTIONS},
        "examples": [
            {"formula": said, "is": tagged(value), "tree": parse(said)}
            for one in FUNCTIONS for said, value in one.examples.items()
        ],
        "cases": [{**case, "tree": parse(case["formula"])} for case in book["cases"]],
    }  # fmt: skip


def read(path: Path = PATH) -> dict[str, Any]:
    """Return the file."""
    return json.loads(path.read_text(encoding="utf-8"))


def form_of(case: dict[str, Any]) -> FormVersion:
    """Return the form of a case about computed fields."""
    return FormVersion.build(
        form_id="f", app_id="a", app_key="desk", key="order", version=1, document={"fields": case["fields"]}, table="t",
        columns={},
    )  # fmt: skip


def with_trees(book: dict[str, Any]) -> dict[str, Any]:
    """Return the cases about computed fields with what a page is handed for them."""
    return {"cases": [{**case, "live": _live(form_of(case), case["shown"])} for case in book["cases"]]}


def _live(form: FormVersion, shown: dict[str, Any]) -> list[dict[str, Any]]:
    live = form.live_formulas(form.field_ids)
    assert set(live) == set(shown)
    return [
        {"id": name, **one, **{part: cfg[part] for part in ("currency", "unit") if (cfg := form.field(name).cfg)[part]}}
        for name, one in live.items()
    ]  # fmt: skip


def written(book: dict[str, Any]) -> str:
    """Return the file's text: one case a line."""
    parts = []
    for name, part in book.items():
        if isinstance(part, list):
            lines = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in part)
            parts.append(f"  {json.dumps(name)}: [\n    {lines}\n  ]")
        else:
            parts.append(f"  {json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(written(completed(read())), encoding="utf-8")
    COMPUTED.write_text(written(with_trees(read(COMPUTED))), encoding="utf-8")
