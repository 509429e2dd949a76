"""Where fields stand: what a section or a page takes along, and what a jump leaps over."""

from collections.abc import Collection, Iterable, Sequence


def below(names: Iterable[str], sections: Collection[str], pages: Collection[str]) -> dict[str, frozenset[str]]:
    """Return what each section and each page takes along; pages are sections as well."""
    found: dict[str, set[str]] = {}
    page: set[str] = set()
    section: set[str] = set()
    for name in names:
        if name in pages:
            page = section = found.setdefault(name, set())
            continue
        page.add(name)
        if name in sections:
            section = found.setdefault(name, set())
        else:
            section.add(name)
    return {name: frozenset(inside) for name, inside in found.items()}


def last_of(start: str, names: Sequence[str], pages: Collection[str]) -> int:
    """Return the place of `start`, or of the last field on it when it is a page."""
    place = names.index(start)
    if start in pages:
        while place + 1 < len(names) and names[place + 1] not in pages:
            place += 1
    return place


def leapt_over(after: str, to: str | None, names: Sequence[str], pages: Collection[str]) -> frozenset[str]:
    """Return what lies between a question or page and the page that follows it; None is the end of the form."""
    end = len(names) if to is None else names.index(to)
    return frozenset(names[last_of(after, names, pages) + 1 : end])
