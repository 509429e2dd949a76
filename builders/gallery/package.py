"""A package: an app as data.

    manifest.json                     who it is, its roles, what is opened at once
    definitions/<kind>/<key>.json     the documents, one each; the app itself is definitions/app/app.json
    sample/people.json                people who can be assigned to but never sign in
    sample/<form>.json                records with relative dates: now-58d, today+3d, @person
    words/<language>.json             texts of the sample data → the same in that language
    scenario.json                     a story that the test suite plays on the installed app

Nothing in a package is code: documents pass the checks of their kinds, templates are Liquid, patterns are RE2. Where
a package comes from (a folder of the gallery, an uploaded file) makes no difference here; the reader of files that
others made is `archive`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from formloom.builders.gallery.errors import PackageHasFaults, PackageUnreadable
from formloom.builders.gallery.manifest import SAMPLE, SHAPES, WORDS
from formloom.builders.gallery.strict_json import read_json
from formloom.platform.definitions.kinds.base import Document, World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.errors import Finding

PART = re.compile(
    r"manifest\.json|scenario\.json|sample/[a-z][a-z0-9_]{0,39}\.json|words/(?:zh-CN|en)\.json"
    r"|definitions/[a-z][a-z0-9_]{0,39}/[a-z][a-z0-9_]{0,39}\.json"
)
"""The only names that a package's files can have."""
MAX_SAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Package:
    """One package, read and of the right shape."""

    manifest: Mapping[str, Any]
    definitions: Mapping[str, Mapping[str, Document]]
    """Kind → key → document; without the app's own."""
    app: Document
    people: tuple[Mapping[str, Any], ...] = ()
    samples: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """Form key → records, oldest first."""
    scenario: Mapping[str, Any] | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language → text of the sample data → the same in that language."""

    @property
    def slug(self) -> str:
        return str(self.manifest["slug"])

    @property
    def version(self) -> str:
        return str(self.manifest["version"])

    def contents(self) -> dict[str, int]:
        """Return kind → how many documents."""
        return {kind: len(found) for kind, found in self.definitions.items() if found}

    def sample_count(self) -> int:
        """Return how many sample records there are."""
        return sum(len(records) for records in self.samples.values())

    def in_language(self, locale: str) -> "Package":
        """Return the package with its sample data in a language, as far as it has words in it."""
        words = self.words.get(locale)
        if not words:
            return self
        return replace(
            self,
            people=tuple({**person, "name": words.get(person["name"], person["name"])} for person in self.people),
            samples={key: tuple(_said(one, words) for one in records) for key, records in self.samples.items()},
        )


def from_parts(parts: Mapping[str, bytes]) -> Package:
    """Return the package of these files, given by their names. Raises PackageUnreadable."""
    return from_documents({name: read_json(raw, name) for name, raw in parts.items()})


def from_documents(read: Mapping[str, Any]) -> Package:
    """Return the package of these files, already read as JSON. Raises PackageUnreadable."""
    if "manifest.json" not in read:
        raise PackageUnreadable(why="manifest.json is missing", part="/")
    manifest = _shaped(SHAPES["manifest.json"], read["manifest.json"], "manifest.json")
    definitions: dict[str, dict[str, Document]] = {}
    samples: dict[str, tuple[Mapping[str, Any], ...]] = {}
    words: dict[str, Mapping[str, str]] = {}
    for name in sorted(read):
        folder, _, rest = name.removesuffix(".json").partition("/")
        if folder == "definitions":
            kind, _, key = rest.partition("/")
            definitions.setdefault(kind, {})[key] = _document(read[name], kind, name)
        elif folder == "sample" and rest != "people":
            samples[rest] = tuple(_shaped(SAMPLE, read[name], name))
        elif folder == "words":
            words[rest] = _shaped(WORDS, {"words": read[name]}, name)["words"]
    app = definitions.pop("app", {}).get("app")
    if app is None:
        raise PackageUnreadable(why="the app's own document is missing", part="definitions/app/app.json")
    _ensure_whole(manifest, definitions, samples)
    people = _shaped(SHAPES["sample/people.json"], read.get("sample/people.json", []), "sample/people.json")
    scenario = read.get("scenario.json")
    story = scenario if isinstance(scenario, dict) else None
    return Package(manifest, definitions, app, tuple(people), samples, story, words)


def to_documents(package: Package) -> dict[str, Any]:
    """Return the files of a package as JSON values by name."""
    found: dict[str, Any] = {"manifest.json": dict(package.manifest), "definitions/app/app.json": package.app}
    for kind, documents in package.definitions.items():
        found |= {f"definitions/{kind}/{key}.json": document for key, document in documents.items()}
    if package.people:
        found["sample/people.json"] = [dict(person) for person in package.people]
    found |= {f"sample/{form}.json": [dict(one) for one in records] for form, records in package.samples.items()}
    found |= {f"words/{locale}.json": dict(words) for locale, words in package.words.items()}
    if package.scenario is not None:
        found["scenario.json"] = package.scenario
    return found


def check(package: Package, world: World) -> list[Finding]:
    """Return every error and warning in the package's documents. `world` brings the registries."""
    found: list[Finding] = []
    for kind, key, document in every(package):
        found += [_at(one, f"{kind}/{key}") for one in KINDS.get(kind).check(document, world_for(package, world, key))]
    return found


def ensure_sound(package: Package, world: World) -> None:
    """Raise PackageHasFaults with what `check` finds wrong."""
    faults = [one for one in check(package, world) if one.severity == "error"]
    if faults:
        raise PackageHasFaults(findings=faults[:100], count=len(faults))


def world_for(package: Package, world: World, key: str = "") -> World:
    """Return the world of a package that stands alone, with the registries of `world`."""
    roles = world.roles | {role["key"] for role in package.manifest["roles"]}
    others = {**{kind.id: {} for kind in KINDS}, **package.definitions, "app": {package.slug: package.app}}
    return World(
        key=key, others=others, roles=roles, triggers=world.triggers, given=world.given, nodes=world.nodes,
        strategies=world.strategies, metrics=world.metrics, liquid=world.liquid,
    )  # fmt: skip


def every(package: Package) -> list[tuple[str, str, Document]]:
    """Return (kind, key, document) of every document, each after those that it builds on."""
    found = [("app", package.slug, package.app)]
    for kind in (*ORDER, *sorted(set(package.definitions) - set(ORDER))):
        found += [(kind, key, document) for key, document in package.definitions.get(kind, {}).items()]
    return found


ORDER = (
    "field_group", "form", "calendar", "message_template", "assignment_rule", "sla", "pool", "blueprint", "mailbox",
    "view", "dashboard", "permission_group", "flow",
)  # fmt: skip


def _document(raw: Any, kind: str, name: str) -> Document:
    if kind not in KINDS:
        raise PackageUnreadable(why=f"unknown kind '{kind}'", part=name)
    if not isinstance(raw, dict):
        raise PackageUnreadable(why="not an object", part=name)
    return raw


def _shaped(schema: Schema, raw: Any, name: str) -> Any:
    try:
        return schema.load(raw, unknown=RAISE)
    except ValidationError as fault:
        raise PackageUnreadable(why="; ".join(_told(fault.messages, ""))[:300], part=name) from fault


def _said(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _said(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [_said(one, words) for one in value]
    return words.get(value, value) if isinstance(value, str) else value


def _told(messages: Any, path: str) -> list[str]:
    if isinstance(messages, Mapping):
        return [line for key, inner in messages.items() for line in _told(inner, f"{path}/{key}" if path else str(key))]
    if isinstance(messages, list):
        return [line for inner in messages for line in _told(inner, path)]
    return [f"{path}: {messages}" if path else str(messages)]


def _ensure_whole(
    manifest: Mapping[str, Any], definitions: Mapping[str, Any], samples: Mapping[str, tuple[Any, ...]]
) -> None:
    forms = definitions.get("form", {})
    for name in [*manifest["public_links"], *samples]:
        if name not in forms:
            raise PackageUnreadable(why=f"there is no form '{name}'", part="manifest.json")
    roles = {role["key"] for role in manifest["roles"]}
    if manifest["leading_role"] is not None and manifest["leading_role"] not in roles:
        raise PackageUnreadable(why=f"there is no role '{manifest['leading_role']}'", part="manifest.json")
    if sum(len(records) for records in samples.values()) > MAX_SAMPLES:
        raise PackageUnreadable(why=f"more than {MAX_SAMPLES} sample records", part="sample/")


def _at(one: Finding, place: str) -> Finding:
    return Finding(one.code, one.message, f"{place}/{one.field}" if one.field else place, one.params, one.severity)
