"""Taking the teeth out of a package from strangers, and the secrets out of one for others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from formloom.builders.gallery.package import Package

NOBODY: dict[str, list[str]] = {"users": [], "roles": [], "departments": []}


def inert(package: Package) -> Package:
    """Return the package with rules and mailboxes off, calls without an address, and rights for nobody."""
    definitions = {kind: dict(documents) for kind, documents in package.definitions.items()}
    definitions["flow"] = {key: _asleep(document) for key, document in definitions.get("flow", {}).items()}
    definitions["mailbox"] = {
        key: {**document, "enabled": False, "addresses": [], "server": None, "tells": None}
        for key, document in definitions.get("mailbox", {}).items()
    }
    definitions["permission_group"] = {
        key: {**document, "members": NOBODY} for key, document in definitions.get("permission_group", {}).items()
    }
    return replace(package, definitions={kind: found for kind, found in definitions.items() if found})


def outside_addresses(package: Package) -> list[str]:
    """Return every address of another system that the package's rules would call."""
    found: set[str] = set()
    for document in package.definitions.get("flow", {}).values():
        _collect(document, found)
    return sorted(found)


def without_secrets(document: Any) -> Any:
    """Return a document without signing secrets and without the ids of this house's people."""
    if isinstance(document, Mapping):
        return {
            name: [] if name == "users" and isinstance(inner, list) else without_secrets(inner)
            for name, inner in document.items()
            if name not in {"secret", "token"}
        }
    if isinstance(document, list):
        return [without_secrets(inner) for inner in document]
    return document


def _asleep(document: Mapping[str, Any]) -> dict[str, Any]:
    blanked = _without_addresses(document)
    return {**blanked, "enabled": False}


def _without_addresses(value: Any) -> Any:
    if isinstance(value, Mapping):
        found = {name: _without_addresses(inner) for name, inner in value.items() if name != "secret"}
        if found.get("type") == "call_webhook":
            found["url"] = ""
        return found
    if isinstance(value, list):
        return [_without_addresses(inner) for inner in value]
    return value


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, Mapping):
        if value.get("type") == "call_webhook" and isinstance(value.get("url"), str):
            found.add(value["url"][:500])
        for inner in value.values():
            _collect(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, found)
