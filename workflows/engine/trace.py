"""The record of one run, for a person who asks why: each condition with its values, each action with its result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from formloom.platform.kernel.text import LocalizedText

Result = Literal["matched", "unmatched", "done", "failed", "skipped", "waiting"]
RunState = Literal["done", "skipped", "failed", "partial"]


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What one node did. `why` lists condition leaves for a branch; `output` is what an action brought about.

    `input` is what an action was given (`engine/inputs.py`), `item` what the loop around it stood at.
    """

    node: str
    type: str
    result: Result
    why: tuple[Mapping[str, Any], ...] = ()
    output: Mapping[str, Any] = field(default_factory=dict)
    error: LocalizedText | None = None
    step_no: int | None = None
    input: Mapping[str, Any] | None = None
    item: Any = None

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        further = {"input": self.input, "item": self.item}
        return {
            "node": self.node, "type": self.type, "result": self.result, "why": list(self.why),
            "output": dict(self.output), "error": self.error, "step_no": self.step_no,
            **{name: value for name, value in further.items() if value is not None},
        }  # fmt: skip


def run_state(lines: Iterable[TraceLine]) -> RunState:
    """Return the state of a run with this trace: skipped when no action was reached."""
    results = [line.result for line in lines if line.step_no is not None]
    if not results:
        return "skipped"
    if "failed" not in results:
        return "done"
    return "failed" if all(result == "failed" for result in results) else "partial"


def summary(trace: list[Mapping[str, Any]], error: str | None = None, *, waits: bool = False) -> LocalizedText:
    """Return one sentence about a run, from its stored trace; `waits` when it is not over."""
    actions = [line for line in trace if line.get("step_no") is not None]
    failed = [line for line in actions if line["result"] == "failed"]
    if failed:
        said = failed[0].get("error") or {}
        number = actions.index(failed[0]) + 1
        return {
            "zh-CN": f"动作 {number}：{said.get('zh-CN') or said.get('en') or error or '失败'}",
            "en": f"Action {number}: {said.get('en') or error or 'failed'}",
        }
    if actions:
        # What was waited for has a second line of the same number once it came.
        done = len({line["step_no"] for line in actions} - (_waiting(actions) if waits else set()))
        plural = "s" if done != 1 else ""
        more = {"zh-CN": "，等待中", "en": ", waiting"} if waits else {"zh-CN": "", "en": ""}
        return {"zh-CN": f"{done} 个动作完成{more['zh-CN']}", "en": f"{done} action{plural} done{more['en']}"}
    return _why_not(trace, error)


def _waiting(actions: list[Mapping[str, Any]]) -> set[int]:
    """Return the steps that have not gone on yet."""
    last = {line["step_no"]: line["result"] for line in actions}
    return {number for number, result in last.items() if result == "waiting"}


def _why_not(trace: list[Mapping[str, Any]], error: str | None) -> LocalizedText:
    for line in trace:
        if line.get("error"):
            found: LocalizedText = line["error"]
            return found
        leaves = line.get("why") or []
        for number, leaf in enumerate(leaves, 1):
            if not leaf.get("result"):
                return {"zh-CN": f"第 {number} 个条件不成立", "en": f"Condition {number} does not hold"}
    return {"zh-CN": error or "没有要执行的动作", "en": error or "Nothing to do"}
