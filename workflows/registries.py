"""Every registry of this floor, filled and described for the catalogue."""

from formloom.workflows.assignment import base as assignment
from formloom.workflows.channels import registry as channels
from formloom.workflows.nodes import registry as nodes
from formloom.workflows.triggers import registry as triggers


def discover() -> None:
    """Fill the registries of triggers, nodes, strategies and channels; harmless when repeated."""
    for floor in (triggers, nodes, assignment, channels):
        floor.discover()
