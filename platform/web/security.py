"""What protects every answer and every request, whatever the route.

**Headers.** Scripts run only from our own files or with this answer's nonce; nothing is framed, sniffed or
embedded. `style-src` allows inline styles, because Element Plus positions its pop-ups with style attributes,
which a nonce can't cover; scripts have no such exception. Pages that read codes with the camera may compile
WebAssembly of ours, which lets no script be made out of text. A route that needs a narrower policy (a downloaded
file) sets its own.

**Same site.** A browser says where a request comes from. What changes something under a session cookie, or opens
a session, must come from our own pages; the CSRF token is checked besides.

**Rates.** Counted per key in this process' memory. Keys are made of what the server knows: the network of the
caller, the account that was found, the form. Never of text that the caller can vary.
"""

import ipaddress
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from formloom.platform.access.errors import CsrfRefused
from formloom.platform.kernel.errors import TooMany
from formloom.platform.web.runtime import Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HSTS = "max-age=31536000; includeSubDomains"
_POLICY = (
    "default-src 'self'; script-src 'self'{nonce}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = (
    ("Content-Security-Policy", _POLICY.format(nonce="")),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=()"),
)
_EXTENSION = "formloom.rates"


def install(app: Flask) -> None:
    """Add the headers to every answer of `app`, and give it its rate counters."""
    runtime: Runtime = app.extensions["formloom"]
    app.extensions[_EXTENSION] = Rates()
    app.wsgi_app = _Protected(app.wsgi_app, is_https=runtime.settings.is_https)  # type: ignore[method-assign]  # Flask's documented way


def nonce() -> str:
    """Return the nonce that scripts of this answer carry; the answer's policy must name it."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def page_policy() -> str:
    """Return the policy of a page whose scripts carry this answer's nonce."""
    return _POLICY.format(nonce=f" 'nonce-{nonce()}' 'wasm-unsafe-eval'")


class _Protected:
    """Adds to each answer the headers that it does not set itself; below Flask, where that costs next to nothing."""

    def __init__(self, inner: "WSGIApplication", *, is_https: bool) -> None:
        self._inner = inner
        self._always = [*_ALWAYS, ("Strict-Transport-Security", _HSTS)] if is_https else list(_ALWAYS)
        self._names = [name.lower() for name, _value in self._always]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        is_api = environ["PATH_INFO"].startswith("/api/")

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            given = {name.lower() for name, _value in headers}
            if any(name == "Content-Security-Policy" and _lets_frame(value) for name, value in headers):
                given.add("x-frame-options")  # can name no list; the policy does
            more = [pair for pair, name in zip(self._always, self._names, strict=True) if name not in given]
            if is_api and "cache-control" not in given:
                more.append(("Cache-Control", "no-store"))
            return start_response(status, headers + more, *fault)

        return self._inner(environ, start)


def _lets_frame(policy: str) -> bool:
    return "frame-ancestors " in policy and "frame-ancestors 'none'" not in policy


def refuse_other_sites(request: Request, base_url: str) -> None:
    """Raise CsrfRefused when a browser says that the request was made by another site's page.

    Programs send neither header and pass: they carry no cookie that somebody else gave them.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        raise CsrfRefused
    origin = request.headers.get("Origin")
    if origin is None:
        return
    if urlsplit(origin).netloc not in {request.host, urlsplit(base_url).netloc}:
        raise CsrfRefused


class Rates:
    """Counts what was done and refuses what is too much."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._parsed: dict[str, RateLimitItem] = {}

    def spend(self, rate: str, *key: str) -> None:
        """Count one act under `key`. Raises TooMany when there were more than `rate` (`30 per 5 minute`)."""
        item = self._item(rate)
        if not self._limiter.hit(item, *key):
            raise self._too_many(item, *key)

    def check(self, rate: str, *key: str) -> None:
        """Raise TooMany when nothing is left under `key`, without counting."""
        item = self._item(rate)
        if not self._limiter.test(item, *key):
            raise self._too_many(item, *key)

    def _item(self, rate: str) -> RateLimitItem:
        if rate not in self._parsed:
            self._parsed[rate] = parse(rate)
        return self._parsed[rate]

    def _too_many(self, item: RateLimitItem, *key: str) -> TooMany:
        wait_s = self._limiter.get_window_stats(item, *key).reset_time - time.time()
        return TooMany(retry_after_s=max(1, int(wait_s) + 1))


def rates() -> Rates:
    """Return the counters of the application that serves this request."""
    found: Rates = current_app.extensions[_EXTENSION]
    return found


def network_of(address: str) -> str:
    """Return the network that an address belongs to (/24, /48): one visitor can change addresses inside it at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
