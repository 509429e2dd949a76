"""Open registries: one file per type, found by folder, checked at start, then frozen.

A registry holds the types of one kind (field types, actions, metrics …). `discover` imports every module of a
package and registers each concrete class that it defines with an `id`; the file's existence is the
registration. After `freeze` nothing can be added, so that what was checked at start is what runs.

    FIELD_TYPES: Registry[FieldType] = Registry("field type")
    FIELD_TYPES.discover("formloom.platform.definitions.fields.types", FieldType)
    FIELD_TYPES.get("rating")

Not for things that users make: those are definitions.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar

from formloom.platform.kernel.errors import FormloomError, nearest

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Registered(Protocol):
    """What can stand in a registry."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Registered)


class UnknownType(FormloomError):
    """No type of this id is registered."""

    code = "unknown_type"
    kind = "invalid"
    message = {
        "zh-CN": "没有名为“{name}”的{kind}，是否想用“{nearest}”？",
        "en": "unknown {kind} '{name}'; did you mean '{nearest}'?",
    }


class RegistryFault(Exception):
    """A type is registered wrongly; raised while starting, never later."""


class Registry(Generic[T]):
    """The types of one kind, by id, in order of registration."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}
        self._frozen = False

    def register(self, item: T) -> T:
        """Add `item`. Raises RegistryFault for a bad or double id, or when frozen."""
        if self._frozen:
            raise RegistryFault(f"{self.kind} registry is frozen; {item.id!r} came too late")
        if not _ID.fullmatch(item.id):
            raise RegistryFault(f"{item.id!r} is no valid {self.kind} id")
        if item.id in self._items:
            raise RegistryFault(f"{self.kind} {item.id!r} is registered twice")
        self._items[item.id] = item
        return item

    def discover(self, package: str, base: type[Any]) -> None:
        """Import every module of `package` and register one instance of each concrete subclass of `base` in it."""
        folder = importlib.import_module(package)
        for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
            module = importlib.import_module(f"{package}.{found.name}")
            for cls in vars(module).values():
                if _is_concrete(cls, base, module.__name__):
                    self.register(cls())

    def get(self, name: str) -> T:
        """Return the type of that id. Raises UnknownType with the nearest id."""
        try:
            return self._items[name]
        except KeyError:
            raise UnknownType(kind=self.kind, name=name, nearest=nearest(name, self._items) or "—") from None

    def freeze(self) -> None:
        """Allow no further registration."""
        self._frozen = True

    def ids(self) -> tuple[str, ...]:
        """Return every id, in order of registration."""
        return tuple(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __len__(self) -> int:
        return len(self._items)


def _is_concrete(cls: object, base: type[Any], module: str) -> bool:
    return (
        inspect.isclass(cls)
        and issubclass(cls, base)
        and cls.__module__ == module
        and not inspect.isabstract(cls)
        and "id" in vars(cls)
    )
