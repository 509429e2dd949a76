"""The registries are filled once for every test of this floor."""

from formloom.workflows.registries import discover

discover()
