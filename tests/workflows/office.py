"""An office that approves: processes, the people in them, and what they do."""

from typing import Any

from .house import House, both


def approve(node: str, *names: str, **more: Any) -> dict[str, Any]:
    """Return an approval node; the names become ids in `process`."""
    return {"id": node, "type": "approve", "title": both(node), "assignees": [{"users": list(names)}], **more}


def process(house: House, nodes: list[dict[str, Any]], **options: Any) -> str:
    """Publish an approval process and return its id."""

    def named(part: Any) -> Any:
        if isinstance(part, dict):
            return {
                name: [house.people[one] for one in value] if name == "users" else named(value)
                for name, value in part.items()
            }
        return [named(one) for one in part] if isinstance(part, list) else part

    document = {
        "title": both("Leave"), "form": "ticket", "face": "approval", "trigger": {"type": "record_created"},
        "nodes": named(nodes), "options": options,
    }  # fmt: skip
    return house.define("flow", "leave", document)


def box(house: House, who: str, which: str = "todo") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.ask("GET", f"/tasks?box={which}", who=who)["tasks"]
    return found


def asked(house: House, *names: str) -> set[str]:
    """Return which of these have something to do."""
    return {name for name in names or ("ada", "bob", "cyd", "dan", "eve") if box(house, name)}


def act(house: House, who: str, action: str = "approve", *, ok: bool = True, **said: Any) -> Any:
    """Answer the newest task of somebody."""
    (task, *_rest) = box(house, who)
    answer = house.ask("POST", f"/tasks/{task['id']}/{action}", said, who=who, ok=ok)
    house.work()
    return answer


def start(house: House, who: str = "ada", **values: Any) -> str:
    """Submit the form and return the process."""
    record = house.ticket("Loom", who=who, **values)
    house.work()
    found = house.ask("GET", f"/forms/desk.ticket/records/{record}/processes", who=who)["processes"]
    return str(found[0]["id"])


def state(house: House, run: str, who: str = "ada") -> str:
    return str(house.ask("GET", f"/processes/{run}", who=who)["state"])
