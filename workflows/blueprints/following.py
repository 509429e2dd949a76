"""What follows a transition: its actions run as a flow of the blueprint's name, once for the event that it left."""

from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.blueprints import plan
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.engine.context import Occasion
from formloom.workflows.running import Flow

LISTENER = "record_transitioned"


def listens(unit: ReadUnit, form: FormVersion) -> bool:
    """Tell whether anything may follow the transitions of a form."""
    return any(way.document.get("after") for one in plan.of_form(unit, form) for way in one.transitions)


def actions_of(unit: ReadUnit, form: FormVersion, occasion: Occasion) -> list[Flow]:
    """Return the actions of the transition that was taken on this occasion."""
    told = occasion.transition
    if not told.get("key"):
        return []
    blueprint = next((one for one in plan.of_form(unit, form) if one.key == told.get("blueprint")), None)
    transition = blueprint.find(str(told["key"])) if blueprint else None
    nodes = transition.document.get("after") if transition else None
    if blueprint is None or not nodes:
        return []
    document: dict[str, Any] = {"form": form.key, "trigger": {"type": LISTENER}, "nodes": list(nodes)}
    return [Flow(blueprint.definition, document)]
