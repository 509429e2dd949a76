"""Pages of a form inside the pages of other sites: who may hold them, and what such a page says to its holder.

Each link has a list of origins, empty at first: browsers then refuse to frame it. A page that is opened with
`?embed=<origin>` by one of them tells that origin, and nobody else, that it was loaded, how high it is and that it was
sent. The parameter is carried from page to page, since inside a foreign frame a browser may keep no cookie of ours. It
gives no right at all: frames are held off by the policy, and a submission needs the token of its page, as everywhere.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from flask import Request, Response

MOST = 20
_ORIGIN = re.compile(
    r"(https?)://(\*\.)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(:[1-9][0-9]{0,4})?"
)


def origin_of(text: str) -> str | None:
    """Return an origin as it stands in a policy (`https://*.example.com`), or None for what is none.

    What has no scheme is meant to be https; a lone `*` is nobody, for then everybody could frame the form.
    """
    plain = text.strip().lower().rstrip("/")[:200]
    whole = plain if "://" in plain else f"https://{plain}"
    try:
        scheme, host = whole.split("://", 1)
        found = _ORIGIN.fullmatch(f"{scheme}://{_ascii(host)}")
    except (UnicodeError, ValueError):
        return None
    if found is None or (found[2] and "." not in found[3]) or int((found[4] or ":1")[1:]) > 65_535:
        return None
    default = {"https": ":443", "http": ":80"}[found[1]]
    return found[0].removesuffix(default) if found[4] == default else found[0]


def ancestors(hosts: Sequence[str]) -> str:
    """Return who may frame a page, as the content security policy says it."""
    return " ".join(hosts) or "'none'"


def is_allowed(hosts: Sequence[str], origin: str) -> bool:
    """Tell whether an origin is one of `hosts`; a wildcard stands for one or more names before the dot."""
    if "*" in origin:
        return False
    for host in hosts:
        scheme, _wild, rest = host.partition("*.")
        if origin == host or (rest and origin.startswith(scheme) and origin.endswith(f".{rest}")):
            return True
    return False


def holder_of(hosts: Sequence[str], asked: str | None) -> str | None:
    """Return the origin that holds the page: None when nobody does, empty when it is not to be told anything."""
    if asked is None or not hosts:
        return None
    origin = origin_of(asked) if asked else None
    return origin if origin and is_allowed(hosts, origin) else ""


def carried(holder: str | None) -> str:
    """Return what the addresses of a held page go on saying."""
    return "" if holder is None else f"&embed={quote(holder, safe='')}"


def keep_cookie(answer: Response, request: Request, name: str, text: str, *, life_s: int, is_https: bool) -> None:
    """Set a cookie of a public page. In a frame it is kept apart for each site that holds the page, over https only.

    Over plain http browsers keep nothing in a foreign frame; whoever needs the cookie has to say so.
    """
    is_framed = is_https and (request.headers.get("Sec-Fetch-Dest") == "iframe" or "embed" in request.args)
    answer.set_cookie(
        name, text, max_age=life_s, path="/", secure=is_https, httponly=True,
        samesite="None" if is_framed else "Lax", partitioned=is_framed,
    )  # fmt: skip


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    name, colon, port = host.partition(":")
    return name.encode("idna").decode("ascii") + colon + port
