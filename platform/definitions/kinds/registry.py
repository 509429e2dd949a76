"""Every definition kind, found by folder."""

from formloom.platform.definitions.kinds.base import DefinitionKind
from formloom.platform.kernel.registry import Registry

KINDS: Registry[DefinitionKind] = Registry("definition kind")
KINDS.discover("formloom.platform.definitions.kinds.types", DefinitionKind)
KINDS.freeze()
