"""The packages that come with the product, read from their folders once."""

import functools
from importlib.resources import files
from importlib.resources.abc import Traversable

from formloom.builders.gallery.errors import PackageUnknown
from formloom.builders.gallery.package import Package, from_parts
from formloom.platform.kernel.errors import nearest

FIRST = ("ticketing", "crm", "survey")
"""Packages that stand first in the gallery."""


def slugs() -> tuple[str, ...]:
    """Return the name of every package, the flagships first."""
    found = sorted(one.name for one in _root().iterdir() if one.joinpath("manifest.json").is_file())
    return (*(slug for slug in FIRST if slug in found), *(slug for slug in found if slug not in FIRST))


@functools.cache
def get(slug: str) -> Package:
    """Return a package. Raises PackageUnknown with the nearest name."""
    if slug not in slugs():
        raise PackageUnknown(slug=slug[:60], nearest=nearest(slug[:60], slugs()) or "—")
    return from_parts(dict(_files(_root().joinpath(slug), "")))


def _root() -> Traversable:
    return files("formloom.templates_lib")


def _files(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for one in folder.iterdir():
        name = f"{above}{one.name}"
        if one.is_dir():
            found += _files(one, f"{name}/")
        elif name.endswith(".json"):
            found.append((name, one.read_bytes()))
    return found
