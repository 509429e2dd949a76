"""Every registry of this floor, filled and described for the catalogue."""

from formloom.workflows.assignment import base as assignment
from formloom.workflows.nodes import registry as nodes
from formloom.workflows.triggers import registry as triggers


def discover() -> None:
    """Fill the registries of triggers, nodes and strategies; harmless when repeated."""
    for floor in (triggers, nodes, assignment):
        floor.discover()
