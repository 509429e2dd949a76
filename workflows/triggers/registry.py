"""The trigger types, by id."""

from formloom.platform.kernel.registry import Registry
from formloom.workflows.triggers.base import Trigger

TRIGGERS: Registry[Trigger] = Registry("trigger")


def discover() -> None:
    """Fill the registry from the folder `types`; harmless when it is filled already."""
    if not len(TRIGGERS):
        TRIGGERS.discover("formloom.workflows.triggers.types", Trigger)
