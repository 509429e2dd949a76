"""Builds the Flask application from its routes.

The application knows nothing but the runtime; the routes come in as `Api` objects from `app.py`. What belongs to
every answer (headers, the problem document, the request log) is added here.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from formloom.platform.web import problems
from formloom.platform.web.route import Api
from formloom.platform.web.runtime import Runtime

MAX_FORM_PARTS = 1_000
MAX_FORM_MEMORY = 2_000_000
IMMUTABLE_S = 31_536_000


def create_web(
    runtime: Runtime,
    apis: Iterable[Api],
    *,
    bundle: Path,
    install: Iterable[Callable[[Flask], None]] = (),
) -> Flask:
    """Return the WSGI application.

    `bundle` is the folder of the built browser side, served at /static/ with immutable caching for hashed
    files. Each of `install` adds what is no route: security headers, template filters.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.extensions["formloom"] = runtime
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_FORM_PARTS"] = MAX_FORM_PARTS
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_MEMORY
    problems.install(app)
    for step in install:
        step(app)
    for api in apis:
        api.register(app)
    _wrap(app, runtime, bundle)
    return app


def _wrap(app: Flask, runtime: Runtime, bundle: Path) -> None:
    hops = runtime.settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    if bundle.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(bundle),
            prefix="static/",
            max_age=300,
            immutable_file_test=lambda _path, url: "/assets/" in url,
        )
