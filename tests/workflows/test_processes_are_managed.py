"""What is done with whole processes: withdrawing, urging, stepping in, new versions, figures."""

from datetime import timedelta

from formloom.platform.storage import tables

from .house import House, both
from .office import act, approve, asked, box, process, start, state


def test_withdrawn_only_before_the_first_answer(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    office.ask("POST", f"/processes/{run}/withdraw", {"comment": "wrong day"})
    assert (state(office, run), asked(office)) == ("withdrawn", set())
    other = start(office)
    act(office, "bob")
    assert office.ask("POST", f"/processes/{other}/withdraw", {}, ok=False).status_code == 409


def test_administrators_step_in(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    assert office.ask("POST", f"/processes/{run}/jump", {"node": "b"}, who="bob", ok=False).status_code == 403
    office.ask("POST", f"/processes/{run}/jump", {"node": "b"})
    assert asked(office) == {"cyd"}
    task = box(office, "cyd")[0]["id"]
    office.ask("POST", f"/processes/{run}/reassign", {"task": task, "to": office.people["dan"]})
    assert asked(office) == {"dan"}
    office.ask("POST", f"/processes/{run}/end", {"comment": "stop"})
    assert (state(office, run), asked(office)) == ("cancelled", set())
    office.ask("POST", f"/processes/{run}/reactivate", {"node": "a"})
    assert asked(office) == {"bob"}
    act(office, "bob")
    act(office, "cyd")
    assert state(office, run) == "approved"


def test_urged_but_not_all_the_time(office: House) -> None:
    process(office, [approve("a", "bob")])
    run = start(office)
    office.ask("POST", f"/processes/{run}/urge")
    assert office.ask("POST", f"/processes/{run}/urge", {}, ok=False).json["code"] == "too_soon"
    office.clock.advance(timedelta(minutes=31))
    office.ask("POST", f"/processes/{run}/urge")
    told = [row for row in office.rows(tables.notifications) if row.user_id == office.people["bob"]]
    assert len(told) == 3


def test_a_running_process_keeps_its_version(office: House) -> None:
    flow = process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    office.redefine(flow, {**document, "nodes": document["nodes"][:1]})
    act(office, "bob")
    assert asked(office) == {"cyd"}
    act(office, "cyd")
    other = start(office)
    act(office, "bob")
    assert (state(office, run), state(office, other)) == ("approved", "approved")


def test_running_processes_are_taken_to_a_new_version(office: House) -> None:
    flow = process(office, [approve("a", "bob"), approve("b", "cyd")])
    first, second = start(office), start(office)
    act(office, "bob")
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    renamed = {**document["nodes"][1], "id": "b2"}
    office.redefine(flow, {**document, "nodes": [document["nodes"][0], renamed, {**renamed, "id": "c"}]})
    look = office.ask("POST", f"/flows/{flow}/migrate", {})
    assert (look["runs"], look["moved"]) == (2, 1)
    assert [(one["node"], one["to"], one["fits"]) for one in look["nodes"]] == [("a", "a", True), ("b", "b", False)]
    refused = office.ask("POST", f"/flows/{flow}/migrate", {"mapping": {"b": "gone"}}, ok=False)
    assert refused.json["errors"][0]["code"] == "no_such_node"
    done = office.ask("POST", f"/flows/{flow}/migrate", {"mapping": {"b": "b2"}, "dry_run": False})
    assert (done["runs"], done["moved"]) == (2, 2)
    assert {office.ask("GET", f"/processes/{run}")["version"] for run in (first, second)} == {2}
    act(office, "bob")
    for _ in range(4):  # both runs, at both of the later nodes
        act(office, "cyd")
    assert {state(office, first), state(office, second)} == {"approved"}
    assert office.ask("POST", f"/flows/{flow}/migrate", {}, who="bob", ok=False).status_code in {403, 404}


def test_what_waits_for_the_clock_is_taken_along_in_parts(office: House) -> None:
    nap = {"id": "nap", "type": "delay", "title": both("Nap"), "after": "PT1H"}
    flow = process(office, [nap, approve("a", "bob")])
    first, second = start(office), start(office)
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    office.redefine(flow, {**document, "nodes": [{**document["nodes"][1], "id": "nap"}, {**nap, "id": "rest"}]})
    assert office.ask("GET", f"/flows/{flow}/running") == {"version": 2, "versions": [{"version": 1, "runs": 2}]}
    assert office.ask("GET", "/apps/desk/processes/older")["flows"] == {flow: 2}
    look = office.ask("POST", f"/flows/{flow}/migrate", {"mapping": {"nap": "nap"}})
    assert (look["moved"], look["processes"][0]["why"]) == (0, "other_kind")
    look = office.ask("POST", f"/flows/{flow}/migrate", {"mapping": {"nap": ""}})
    assert (look["moved"], look["nodes"][0]["why"]) == (0, "left")
    part = {"mapping": {"nap": "rest"}, "most": 1, "dry_run": False}
    done = office.ask("POST", f"/flows/{flow}/migrate", part)
    assert ([one["process"] for one in done["processes"]], done["next"]) == ([first], first)
    done = office.ask("POST", f"/flows/{flow}/migrate", {**part, "after": done["next"]})
    assert ([one["process"] for one in done["processes"]], done["next"]) == ([second], None)
    office.ask("POST", f"/flows/{flow}/migrate", {**part, "to": 1, "mapping": {"rest": "nap"}, "processes": [second]})
    office.clock.advance(timedelta(hours=2))
    office.work()
    assert (state(office, first), asked(office)) == ("approved", {"bob"})


def test_what_came_just_before_a_move_is_not_lost(office: House) -> None:
    nap = {"id": "nap", "type": "delay", "title": both("Nap"), "after": "PT1H"}
    flow = process(office, [nap, approve("a", "bob")])
    run = start(office)
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    office.redefine(flow, {**document, "nodes": [{**nap, "id": "rest"}, document["nodes"][1]]})
    office.clock.advance(timedelta(hours=2))
    assert office.formloom.worker.ticker.fire() == 1, "it is on its way under the old name"
    office.ask("POST", f"/flows/{flow}/migrate", {"mapping": {"nap": "rest"}, "dry_run": False})
    assert asked(office) == set()
    office.work()
    assert asked(office) == {"bob"}
    act(office, "bob")
    assert state(office, run) == "approved"


def test_what_stands_in_parallel_ways_moves_with_them(office: House) -> None:
    sides = [{"id": "w1", "nodes": [approve("a", "bob")]}, {"id": "w2", "nodes": [approve("b", "cyd")]}]
    flow = process(office, [{"id": "p", "type": "parallel", "branches": sides}])
    run = start(office)
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    alone = [approve("a", office.people["bob"]), approve("b", office.people["cyd"])]
    office.redefine(flow, {**document, "nodes": alone})
    look = office.ask("POST", f"/flows/{flow}/migrate", {})
    assert {one["node"]: one["why"] for one in look["nodes"]} == {"a": "other_ways", "b": "other_ways", "p": "gone"}
    ways = [{**way, "nodes": [*way["nodes"]]} for way in document["nodes"][0]["branches"]]
    ways[1]["nodes"].append(approve("c", office.people["dan"]))
    office.redefine(flow, {**document, "nodes": [{"id": "q", "type": "parallel", "branches": ways}]})
    told = office.ask("POST", f"/flows/{flow}/migrate", {"mapping": {"p": "q"}, "dry_run": False})
    assert (told["moved"], [one["node"] for one in told["nodes"]]) == (1, ["a", "b", "p"])
    for who in ("bob", "cyd", "dan"):
        act(office, who)
    assert state(office, run) == "approved"


def test_a_process_is_foreseen(office: House) -> None:
    ways = [
        {"id": "big", "when": {"field": "hours", "op": "gt", "value": 8}, "nodes": [approve("boss", "dan")]},
        {"id": "else", "nodes": [approve("peer", "cyd")]},
    ]
    flow = process(office, [approve("a", "bob", mode="all"), {"id": "r", "type": "route", "branches": ways}])
    before = office.everything()
    asked_for = {"initiator": office.people["eve"], "values": {"hours": "9"}}
    path = office.ask("POST", f"/flows/{flow}/simulate", asked_for)["path"]
    assert [(one["node"], [who["name"] for who in one["people"]]) for one in path] == [
        ("a", ["bob"]), ("r", []), ("boss", ["dan"]),
    ]  # fmt: skip
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    shorter = {**document, "nodes": document["nodes"][:1]}
    path = office.ask("POST", f"/flows/{flow}/simulate", {"document": shorter, "values": {}})["path"]
    assert [one["node"] for one in path] == ["a"]
    changed = {name for name, rows in office.everything().items() if rows != before[name]}
    assert changed <= {"api_tokens", "sessions"}


def test_figures_of_a_process(office: House) -> None:
    flow = process(office, [approve("a", "bob"), approve("b", "cyd", timeout={"after": "PT2H", "then": "remind"})])
    for hours in (1, 3):
        start(office)
        office.clock.advance(timedelta(hours=hours))
        act(office, "bob")
        office.clock.advance(timedelta(hours=4))
        act(office, "cyd", "return" if hours == 3 else "approve", **({"node": "a"} if hours == 3 else {}))
    told = office.ask("GET", f"/flows/{flow}/figures")
    assert told["processes"]["states"] == {"approved": 1, "running": 1}
    first, second = told["nodes"]
    assert (first["tasks"], first["open"], first["median_s"]) == (3, 1, 3600)
    assert (second["median_s"], second["late"], second["returns"], second["is_bottleneck"]) == (14400, 2, 1, True)
