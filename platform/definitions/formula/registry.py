"""Every function of the formula language, found by folder."""

import importlib
import pkgutil

from formloom.platform.definitions.formula.function import Function
from formloom.platform.kernel.registry import Registry

_PACKAGE = "formloom.platform.definitions.formula.functions"
FUNCTIONS: Registry[Function] = Registry("function")


def _discover() -> None:
    folder = importlib.import_module(_PACKAGE)
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda entry: entry.name):
        module = importlib.import_module(f"{_PACKAGE}.{found.name}")
        for item in vars(module).values():
            if isinstance(item, Function) and item.family == found.name:
                FUNCTIONS.register(item)


_discover()
FUNCTIONS.freeze()
