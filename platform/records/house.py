"""What work in a process of its own needs of the installation."""

from dataclasses import dataclass
from typing import Any

from formloom.platform.kernel.clock import Clock
from formloom.platform.storage.database import Database
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.storage.files import FileStore


@dataclass(frozen=True, slots=True)
class House:
    """The parts of an installation that a job works with."""

    db: Database
    files: FileStore
    catalog: FormCatalog
    clock: Clock
    listeners: tuple[Any, ...] = ()
