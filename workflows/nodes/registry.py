"""The node types, by id."""

from formloom.platform.kernel.registry import Registry
from formloom.workflows.nodes.base import NodeType

NODES: Registry[NodeType] = Registry("node")


def discover() -> None:
    """Fill the registry from the folder `types`; harmless when it is filled already."""
    if not len(NODES):
        NODES.discover("formloom.workflows.nodes.types", NodeType)
